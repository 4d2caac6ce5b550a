/*
 * nbs.h - the network-based statistic (Zalesky, Fornito & Bullmore 2010): connected components of the edges
 * whose t is beyond a threshold, and p of each by the largest component of every arrangement.
 *
 * Signs do not merge: a component is of edges above the threshold, or of edges below its negative. Two-sided,
 * the null of both is the larger of either sign's largest component, so that an arrangement counts once.
 * Corrected for all components is the whole; that a component has a p says nothing of any one of its edges,
 * and no edge gets one.
 */
#ifndef PSY_NBS_H
#define PSY_NBS_H

#include "stats/perm_engine.h"

typedef enum psy_nbs_tail
{
	PSY_NBS_TWO_SIDED,
	PSY_NBS_GREATER,
	PSY_NBS_LESS
} psy_nbs_tail;

typedef enum psy_nbs_size
{
	PSY_NBS_EXTENT,   /* number of edges */
	PSY_NBS_INTENSITY /* sum of |t| - threshold over them */
} psy_nbs_size;

/* Exact names: two-sided, greater, less; extent, intensity.  PSY_DOMAIN names the allowed ones. */
psy_status psy_nbs_tail_parse(const char *name, psy_nbs_tail *tail, psy_error *err);
psy_status psy_nbs_size_parse(const char *name, psy_nbs_size *size, psy_error *err);

typedef struct psy_nbs_plan
{
	size_t regions;
	double threshold; /* of |t|, above 0 */
	psy_nbs_tail tail;
	psy_nbs_size size;
} psy_nbs_plan;

typedef struct psy_nbs_component
{
	int sign; /* 1: edges above the threshold, -1: below its negative */
	size_t nodes, extent;
	double intensity;
	double p;
} psy_nbs_component;

typedef struct psy_nbs_result
{
	psy_perm_observed observed; /* arrays of the caller's, one value an edge */
	double *t;                  /* edges */
	uint32_t *component;        /* edges: 1-based, 0 where an edge is in none */
	psy_nbs_component *found;   /* by p, then size, then first edge; allocated from ctx */
	size_t components;
	double arrangements; /* counted in p's denominator */
	bool exhaustive;
} psy_nbs_result;

/* The rows' elements are the edges of plan->regions. */
psy_status psy_nbs(const psy_context *ctx, const psy_nbs_plan *plan, const psy_perm_rows *rows,
				   const psy_perm_model *model, psy_arrange *arrange, psy_nbs_result *result, psy_error *err);

#endif
