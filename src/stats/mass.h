/*
 * mass.h - the one state behind every mass-univariate statistic: moments of many elements at a time.
 *
 * Each row brings a vector x of m elements (edges, regions, voxels), the group it belongs to and q design
 * variables w (covariates first, the score y last).  Kept per group and element: sum and centred sum of
 * squares of x, and centred products of x with each w (stats/moments.h); that is all that t tests,
 * correlations, partial correlations and least squares need, and it merges.  x is taken relative to the
 * element's first value, the origin: equal values then have exactly no spread, and a large mean costs no
 * digits.  Streams are structure of arrays: [group][stream][element].
 *
 * The count and the design's own moments are the same for all elements while none is missing, and then kept
 * once per group (shared layout).  An element with a missing value (NaN) is set apart: it moves into a state
 * of the few such elements at the end, in which each has its own count and design moments, so that n and the
 * adjustment are exact; its place in the common streams is zero, with squares of -1 - slot as the mark.  When more
 * than an eighth of all are apart, the whole state takes that per-element layout.  A state never goes back.
 * The layouts give the same bits.
 *
 * Merging any split gives the whole: counts exactly, moments to rounding (relative 1e-13 in practice).
 */
#ifndef PSY_MASS_H
#define PSY_MASS_H

#include "core/context.h"

#define PSY_MASS_MAX_GROUPS 2
#define PSY_MASS_TOGETHER 8     /* rows that psy_mass_add_rows takes at once */
#define PSY_MASS_MAX_DESIGN 64   /* design variables; at most PSY_COMOMENTS_MAX */
#define PSY_MASS_MAX_VALUE 1e100 /* magnitude: squares of sums stay finite */

/* Stored: never renumber. */
typedef enum psy_mass_statistic
{
	PSY_MASS_SUMMARY = 1,
	PSY_MASS_TTEST,        /* one sample: one group */
	PSY_MASS_TTEST_GROUPS, /* two samples: group 0 is FALSE, group 1 TRUE */
	PSY_MASS_TTEST_PAIRED, /* one group, of differences post - pre */
	PSY_MASS_CORR,         /* one group; the design is y */
	PSY_MASS_PCORR,        /* one group; the design is covariates, then y */
	PSY_MASS_WELCH,        /* as TTEST_GROUPS */
	PSY_MASS_GLM,          /* one group; the design as given */
	PSY_MASS_GLM_CHANGE,   /* the same of differences post - pre */
	PSY_MASS_ANCOVA,       /* the same of post, with each element's own pre beside the design */
	PSY_MASS_Z,            /* group 1 (TRUE) is the reference */
	PSY_MASS_LAST = PSY_MASS_Z
} psy_mass_statistic;

#define PSY_MASS_PER_ELEMENT 1 /* flag: the per-element layout */
#define PSY_MASS_F 2           /* flag: the contrast is a matrix, tested by F */

/* A flat image, 8-byte aligned. */
typedef struct psy_mass
{
	uint16_t statistic;
	uint8_t source; /* 0: a plain vector; else the psy_conn_kind of the connectomes */
	uint8_t flags;
	uint16_t groups;
	uint16_t design;    /* q */
	uint16_t contrasts; /* rows of the contrast, of q each */
	uint16_t reserved[3];
	uint64_t elements; /* m; 0 while no complete row has been seen */
	int64_t skipped;   /* rows left out because x, the group or a design variable was missing */
	uint32_t apart;    /* elements set apart */
	uint32_t room;     /* for so many */
	double data[];     /* per group: design comoments; per group: streams; the contrast; then, where there is room:
						* index of each element apart (uint64), and a per-element state of room elements */
} psy_mass;

/* One row's x: exactly one of f and d.  Statistics of differences subtract pre, of the same type; ANCOVA takes
 * it for the baseline; others leave it NULL. */
typedef struct psy_mass_values
{
	const float *f;
	const double *d;
	const float *pre_f;
	const double *pre_d;
} psy_mass_values;

/* What distinguishes one state from another; all of it must agree before two are merged. */
typedef struct psy_mass_shape
{
	psy_mass_statistic statistic;
	int source;
	size_t design;
	size_t elements;
	bool per_element;
	size_t room; /* for elements set apart; 0 in the per-element layout */
	size_t contrasts;
	bool f; /* the contrast is a matrix */
} psy_mass_shape;

/* The streams of one group.  In the shared layout count, design_sum and design_product are NULL. */
typedef struct psy_mass_streams
{
	double *origin;         /* the first value of x; 0 before it */
	double *sum;            /* of x - origin */
	double *squares;        /* of x - mean */
	double *product;        /* q streams: with each design variable */
	double *smallest;       /* summary only */
	double *largest;        /* summary only */
	double *pre_origin;     /* ANCOVA only: the streams of x, of the baseline */
	double *pre_sum;
	double *pre_squares;
	double *pre_product;
	double *cross;          /* of x and the baseline */
	double *count;          /* per element */
	double *design_sum;     /* q streams, per element, relative to the group's design origin */
	double *design_product; /* q(q+1)/2 streams, per element */
} psy_mass_streams;

/* Bytes of a state; 0 when it would not fit size_t or breaks a limit. */
size_t psy_mass_size(const psy_mass_shape *shape);

/* Sets up an empty state in zeroed memory of psy_mass_size bytes. */
void psy_mass_init(psy_mass *state, const psy_mass_shape *shape);

psy_mass_shape psy_mass_shape_of(const psy_mass *state);

/* The design comoments of a group (psy_comoments_length(q) doubles, stats/moments.h); the first is its number
 * of rows. */
double *psy_mass_group(const psy_mass *state, size_t group);

psy_mass_streams psy_mass_group_streams(const psy_mass *state, size_t group);

/* The contrast's rows; NULL without one. */
double *psy_mass_contrast(const psy_mass *state);

/*
 * Looks a row through before it is added.  *missing: some element is NaN, so that psy_mass_needed must be
 * asked. An infinite value, or one beyond 1e100, is PSY_DOMAIN naming the element; name is x's name in
 * messages.
 */
psy_status psy_mass_scan(const float *f, const double *d, size_t elements, const char *name, bool *missing,
						 psy_error *err);

/*
 * Adds up to PSY_MASS_TOGETHER rows of m values and q design variables (finite, within 1e100) to a group: the
 * same bits as row by row, in one pass over the state, whose traffic is what costs.  design: rows of
 * PSY_MASS_MAX_DESIGN, or NULL where q is 0.  Elements that are NaN in a row must have been set apart.
 */
void psy_mass_add_rows(psy_mass *state, size_t group, const psy_mass_values *x,
					   const double (*design)[PSY_MASS_MAX_DESIGN], size_t rows);

/* The same for one row. */
void psy_mass_add(psy_mass *state, size_t group, const psy_mass_values *x, const double *design);

/* Whether an element is kept apart from the common streams (or the whole layout is per element). */
bool psy_mass_is_apart(const psy_mass *state, size_t k);

/*
 * The shape that a state must have (psy_mass_expand) before a row with missing elements is set apart from it;
 * the state's own where it has room.
 */
psy_mass_shape psy_mass_needed(const psy_mass *state, const psy_mass_values *x);

/* Sets the elements apart that are NaN in a row about to be added; there must be room. */
void psy_mass_set_apart(psy_mass *state, const psy_mass_values *x);

/* Counts rows left out; the count stays at its largest value rather than overflow. */
void psy_mass_skip(psy_mass *state, int64_t rows);

/* Copies a state into one set up with more room, or per element, and otherwise of the same shape. */
void psy_mass_expand(const psy_mass *from, psy_mass *to);

/* PSY_SHAPE, naming what differs, unless the two can be merged (layouts may differ). */
psy_status psy_mass_mergeable(const psy_mass *into, const psy_mass *from, psy_error *err);

/* The shape that either must have before from is merged into into: where one is per element, both are. */
psy_mass_shape psy_mass_merged(const psy_mass *into, const psy_mass *from);

/* Adds from to into, both of which fit psy_mass_merged (from may have less room). */
void psy_mass_merge(psy_mass *into, const psy_mass *from);

/*
 * Moves every origin, which is the first row's own value, to the mean (sums keep its rounding): the state then
 * holds sums over rows only, as one that leaves its site must (mass_summary's extremes remain: values of single rows).  Answers change by
 * rounding alone.
 */
void psy_mass_centre(psy_mass *state);

/*
 * Validates an image of size bytes from outside: every count, size and flag that the functions here rely on,
 * and that all numbers are finite and sums of squares not negative.  PSY_FORMAT says what is wrong.
 */
psy_status psy_mass_check(const psy_mass *state, size_t size, psy_error *err);

/* Name of the statistic in messages: "mass_ttest". */
const char *psy_mass_name(int statistic);

#endif
