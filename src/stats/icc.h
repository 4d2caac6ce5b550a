/*
 * icc.h - test-retest reliability of many elements at a time: intraclass correlations of subjects' repeated
 * vectors.
 *
 * A state is in one of two forms.  Open, it holds rows: subject, session (or none) and the vector, because
 * which rows belong together shows only once all are there.  Closed, it holds moments: per element how many
 * subjects there are, the mean of their means and the squares between and within them.  Closing needs every
 * row of every subject it holds; closed states of disjoint subjects (sites) merge, hold nothing of a single
 * subject, and are independent of how many there are.
 *
 * With sessions the design is two-way: an element counts the subjects who have a value in every session that
 * occurs in the state; the others are left out.  Without, it is one-way: a subject counts with however many
 * values there are.
 *
 * The rows are taken in the order of their keys, so that an answer from rows does not depend on their order,
 * to the last bit.  Merging closed states gives the whole to rounding (relative 1e-13 in practice).
 */
#ifndef PSY_ICC_H
#define PSY_ICC_H

#include "core/context.h"

#define PSY_ICC_NAME 64 /* bytes of a subject's or session's name with its zero */
#define PSY_ICC_MAX_SESSIONS 1000
#define PSY_ICC_MAX_VALUE 1e100 /* magnitude: squares of sums stay finite */

#define PSY_ICC_SESSIONS 1 /* flag: rows have sessions */
#define PSY_ICC_WIDE 2     /* flag: rows are of doubles, else of floats; open only */
#define PSY_ICC_CLOSED 4   /* flag */

/* A flat image, 8-byte aligned. */
typedef struct psy_icc
{
	uint8_t source; /* 0: a plain vector; else the psy_conn_kind of the connectomes */
	uint8_t flags;
	uint16_t reserved;
	uint32_t sessions; /* that a closed state is over */
	uint64_t elements; /* 0 while no complete row has been seen: open, and of either kind */
	uint64_t rows;     /* held by an open state */
	int64_t skipped;   /* rows left out because x, subject or session was missing */
	uint64_t subjects; /* of a closed state */
	uint64_t lacking;  /* subjects left out of a closed state: not in every session */
	double data[];     /* open: rows; closed: names of the sessions in ascending order, then streams */
} psy_icc;

/* The rows of an open state are each the names (subject, then session where there are) and the values, in
 * psy_icc_row_size bytes. */
size_t psy_icc_row_size(const psy_icc *state);

/* Bytes of an open state of so many rows like this one's; 0 when it would not fit size_t. */
size_t psy_icc_open_size(const psy_icc *state, size_t rows);

/* Appends a row to an open state that has room.  session is NULL where there are none; of f and d the one
 * that the state holds.  Names are zero-padded. */
void psy_icc_add(psy_icc *state, const char *subject, const char *session, const float *f, const double *d);

/* PSY_SHAPE, naming what differs, unless the two can be merged. */
psy_status psy_icc_mergeable(const psy_icc *into, const psy_icc *from, psy_error *err);

/* Merges from into into: an open one must have room for from's rows. */
void psy_icc_merge(psy_icc *into, const psy_icc *from);

/* A row, where it is and its bytes. */
typedef struct psy_icc_row
{
	const char *at;
	size_t size;
} psy_icc_row;

/* What closing an open state needs to know: freed by psy_icc_plan_free. */
typedef struct psy_icc_plan
{
	psy_icc_row *order; /* rows by subject, then session */
	size_t *first;      /* where in it the subjects begin, and the end */
	char *names;        /* of the sessions */
	size_t subjects;    /* that count */
	size_t sessions;
	size_t lacking;
	size_t size; /* bytes of the closed state */
} psy_icc_plan;

/* PSY_SHAPE names a subject who has two rows of one session. */
psy_status psy_icc_plan_closing(const psy_context *ctx, const psy_icc *state, psy_icc_plan *plan,
								psy_error *err);

/* Fills zeroed memory of plan->size bytes with the closed form. */
psy_status psy_icc_close(const psy_context *ctx, const psy_icc *state, const psy_icc_plan *plan,
						 psy_icc *closed, psy_error *err);

void psy_icc_plan_free(const psy_context *ctx, psy_icc_plan *plan);

typedef enum psy_icc_type
{
	PSY_ICC_11, /* one-way random: a subject's values are exchangeable */
	PSY_ICC_21, /* two-way random, absolute agreement: a shift between sessions counts as error */
	PSY_ICC_31, /* two-way mixed, consistency: it does not */
	PSY_ICC_1K, /* of the mean over sessions */
	PSY_ICC_2K,
	PSY_ICC_3K
} psy_icc_type;

/* The type of a name like "ICC(2,1)"; false when there is none. */
bool psy_icc_type_of(const char *name, psy_icc_type *type);

/* Its name and meaning. */
const char *psy_icc_method(psy_icc_type type);

/* Whether a type needs sessions. */
bool psy_icc_is_two_way(psy_icc_type type);

typedef struct psy_icc_result
{
	int32_t *n;       /* each array: one element of the state's m; subjects */
	double *sessions; /* values a subject; one-way and unequal: their effective number */
	double *estimate;
	double *ci_lb;
	double *ci_ub;
	double *statistic; /* F of no reliability */
	double *df1;
	double *df2;
	double *p;          /* upper tail */
	double *ms_subject; /* mean squares */
	double *ms_session; /* NaN in one-way designs */
	double *ms_error;
} psy_icc_result;

typedef struct psy_icc_tally
{
	size_t too_few;    /* elements without two subjects, or without a repetition */
	size_t no_spread;  /* elements whose subjects repeat themselves exactly, or that never vary */
	size_t incomplete; /* elements with fewer subjects than others */
	size_t unequal;    /* elements whose subjects have different numbers of values (one-way) */
} psy_icc_tally;

/*
 * Intraclass correlations of a closed state.  Point estimates, F and intervals of Shrout & Fleiss (1979) and
 * McGraw & Wong (1996, tables 4 and 7; Satterthwaite's df for absolute agreement).  One-way designs with
 * unequal numbers of values use their effective number k0 = (N - sum k_i^2 / N) / (n - 1), in the interval
 * too, which then is approximate.  NaN: too few; no error variance: the estimate stands, F, p and the
 * interval are NaN.  A negative estimate stays negative.
 */
psy_status psy_icc_final(const psy_context *ctx, const psy_icc *closed, psy_icc_type type, double level,
						 const psy_icc_result *out, psy_icc_tally *tally, psy_error *err);

/* What was left out and why, zero-terminated; empty when there is nothing to say. */
void psy_icc_note(const psy_icc *closed, const psy_icc_tally *tally, char *note, size_t size);

/* Validates an image of size bytes from outside; PSY_FORMAT says what is wrong. */
psy_status psy_icc_check(const psy_icc *state, size_t size, psy_error *err);

/* Whether rows' names and a closed state's sessions are text, by a caller's test. */
psy_status psy_icc_check_names(const psy_icc *state, psy_status (*test)(const char *name, psy_error *err),
							   psy_error *err);

#endif
