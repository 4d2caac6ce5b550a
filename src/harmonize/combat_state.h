/*
 * combat_state.h - what ComBat needs to know of every site, as sums that merge.
 *
 * Per site, and with no row kept: the number of rows, the moments of the covariates, and for each of m
 * elements the sum, the centred sum of squares and the centred products with the covariates (the streams of
 * stats/mass.h).  From these follow the least squares of all sites at once, each site's residual variance,
 * and the sums of squares about any gamma that the empirical Bayes iteration asks for (harmonize/combat.h).
 *
 * Sites are kept in the order of their names' bytes, whatever order rows come in.  While no element is
 * missing, counts and covariate moments are one set a site; the first missing one calls for the per-element
 * layout, as in stats/mass.h.
 */
#ifndef PSY_COMBAT_STATE_H
#define PSY_COMBAT_STATE_H

#include "stats/mass.h"

#define PSY_COMBAT_NAME 64           /* bytes of a site's name, the closing zero among them */
#define PSY_COMBAT_MAX_SITES 4096    /* scanners, not subjects */
#define PSY_COMBAT_MAX_COVARIATES 63 /* at most PSY_MASS_MAX_DESIGN */

/* A flat image, 8-byte aligned: the names in sites * PSY_COMBAT_NAME bytes, per site its covariate comoments
 * (stats/moments.h), then per site its streams. */
typedef struct psy_combat_state
{
	uint8_t source;  /* 0: plain vectors; else the psy_conn_kind of the connectomes */
	uint8_t flags;   /* PSY_MASS_PER_ELEMENT */
	uint16_t design; /* q covariates */
	uint32_t sites;
	uint64_t elements; /* m; 0 while no complete row has been seen */
	int64_t skipped;   /* rows left out because x, the site or a covariate was missing */
	double data[];
} psy_combat_state;

typedef struct psy_combat_shape
{
	int source;
	size_t design;
	size_t sites;
	size_t elements;
	bool per_element;
} psy_combat_shape;

/* Bytes of a state; 0 when it would not fit size_t or breaks a limit. */
size_t psy_combat_state_size(const psy_combat_shape *shape);

/* Sets up an empty state in zeroed memory; the caller fills the names, ascending. */
void psy_combat_state_init(psy_combat_state *state, const psy_combat_shape *shape);

psy_combat_shape psy_combat_state_shape(const psy_combat_state *state);

/* Name of a site: PSY_COMBAT_NAME bytes, padded with zeros. */
char *psy_combat_state_name(const psy_combat_state *state, size_t site);

/* The covariate comoments of a site; the first is its number of rows. */
double *psy_combat_state_site(const psy_combat_state *state, size_t site);

psy_mass_streams psy_combat_state_streams(const psy_combat_state *state, size_t site);

/* The site of that name, or where among the ascending names it would have to be put: *found tells. */
size_t psy_combat_state_find(const psy_combat_state *state, const char name[PSY_COMBAT_NAME], bool *found);

/* Adds a row of m values and q covariates (finite, within 1e100) to a site; NaN among the values needs the
 * per-element layout. */
void psy_combat_state_add(psy_combat_state *state, size_t site, const psy_mass_values *x,
						  const double *covariates);

/* Counts rows left out; the count stays at its largest value rather than overflow. */
void psy_combat_state_skip(psy_combat_state *state, int64_t rows);

/* PSY_SHAPE or PSY_DOMAIN, naming what differs, unless the two can be merged. */
psy_status psy_combat_state_mergeable(const psy_combat_state *into, const psy_combat_state *from,
									  psy_error *err);

/* The names of both, ascending, into name[(a->sites + b->sites) * PSY_COMBAT_NAME]; how many there are. */
size_t psy_combat_state_union(const psy_combat_state *a, const psy_combat_state *b, char *name);

/* Adds from to into, which has all of from's sites, and is per element if from is. */
void psy_combat_state_merge(psy_combat_state *into, const psy_combat_state *from);

/* Moves every origin from a first row's values to the means: the state then holds sums over subjects alone. */
void psy_combat_state_centre(psy_combat_state *state);

/* Validates an image of size bytes from outside (but not that the names are of some encoding).  PSY_FORMAT
 * says what is wrong. */
psy_status psy_combat_state_check(const psy_combat_state *state, size_t size, psy_error *err);

/* Whether PSY_COMBAT_NAME bytes are a name: not empty, ended and padded by zeros. */
bool psy_combat_name_valid(const char *name);

#endif
