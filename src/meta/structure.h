/*
 * structure.h - covariance matrices G of a study's random effects over its outcomes, as metafor's rma.mv
 * (struct) has them, and their derivatives.
 *
 * G is a smooth function of parameters theta that may take any value, and reaches the edge of what it may be
 * (a variance of 0, a correlation of 1) at finite theta: the search needs no bounds.
 *
 *	ID    tau2 on the diagonal            DIAG  a tau2 for each outcome
 *	CS    one tau2, one rho               HCS   a tau2 each, one rho
 *	AR    one tau2, rho^|i - j|           HAR   a tau2 each, rho^|i - j|
 *	CAR   one tau2, rho^|t_i - t_j|       UN    everything free
 */
#ifndef PSY_STRUCTURE_H
#define PSY_STRUCTURE_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum psy_structure_kind
{
	PSY_STRUCTURE_ID,
	PSY_STRUCTURE_DIAG,
	PSY_STRUCTURE_CS,
	PSY_STRUCTURE_HCS,
	PSY_STRUCTURE_UN,
	PSY_STRUCTURE_AR,
	PSY_STRUCTURE_HAR,
	PSY_STRUCTURE_CAR
} psy_structure_kind;

#define PSY_STRUCTURE_KINDS 8
#define PSY_STRUCTURE_LEVELS 16 /* outcomes at most */

typedef struct psy_structure
{
	psy_structure_kind kind;
	size_t m;           /* outcomes */
	const double *time; /* m: when they are, for CAR */
} psy_structure;

psy_status psy_structure_parse(const char *name, psy_structure_kind *kind, psy_error *err);
const char *psy_structure_name(psy_structure_kind kind);

/* How many theta there are; how many tau2 and rho the structure has.  One outcome leaves one tau2. */
size_t psy_structure_count(const psy_structure *s);
size_t psy_structure_variances(const psy_structure *s);
size_t psy_structure_correlations(const psy_structure *s);

/* Which theta belong to the variance of one outcome alone: those that are 0 when it is. */
bool psy_structure_belongs(const psy_structure *s, size_t theta, size_t outcome);

/* theta with the given variances (m) and about the correlation, cut to what the structure allows. */
void psy_structure_start(const psy_structure *s, const double *variance, double correlation, double *theta);

/* G, its derivative by theta[r], and by theta[r] and theta[q]: m * m each. */
void psy_structure_at(const psy_structure *s, const double *theta, double *g);
void psy_structure_first(const psy_structure *s, const double *theta, size_t r, double *g);
void psy_structure_second(const psy_structure *s, const double *theta, size_t r, size_t q, double *g);

/* The structure's own numbers at theta: tau2[variances], rho[correlations] (UN: the lower triangle by columns, as
 * metafor prints it); a variance not above `negligible` is 0, and a rho NaN where a variance of it is 0. */
void psy_structure_describe(const psy_structure *s, const double *theta, double negligible, double *tau2, double *rho);

#endif
