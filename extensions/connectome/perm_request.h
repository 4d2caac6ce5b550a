/*
 * perm_request.h - what a permutation aggregate is asked for, and its rows as a model: shared by mass_perm_*
 * and conn_nbs*.
 */
#ifndef PSYRAD_PERM_REQUEST_H
#define PSYRAD_PERM_REQUEST_H

#include "keyed_rows.h"

#include "stats/perm_engine.h"

typedef enum perm_kind
{
	PERM_MEAN,   /* one sample, sign flips */
	PERM_PAIRED, /* differences, sign flips */
	PERM_GROUPS,
	PERM_CORR,
	PERM_GLM
} perm_kind;

/* Where an aggregate's arguments stand; 0 for those it does not have.  The key is argument 1. */
typedef struct perm_arguments
{
	const char *name; /* of the aggregate */
	perm_kind kind;
	int x; /* or post */
	int pre;
	int variable;   /* grp or y */
	int covariates; /* or the design */
	int contrast;
	int block, exchange;
	int permutations, seed;
} perm_arguments;

typedef struct perm_request
{
	bool set;
	const perm_arguments *arguments;
	int32 permutations;
	int64 seed;
	psy_exchange exchange;
	int columns; /* of contrast */
	double *contrast;
} perm_request;

#define PERM_MOST_PERMUTATIONS 10000000

/* A row of the running aggregate; *request is the first thing in what the rows keep beside them. */
extern keyed_rows *perm_add_row(FunctionCallInfo fcinfo, const perm_arguments *arguments, Size request);

/* Arguments that must be the same in every row: raises unless they are. */
extern int32 perm_permutations_arg(FunctionCallInfo fcinfo, int argument);
extern int64 perm_bigint_arg(FunctionCallInfo fcinfo, int argument, const char *name);
extern void perm_require_same(bool same, const char *name, const char *argument);

/* The rows sorted, their model and arrangements, ready to be gone through. */
typedef struct perm_problem
{
	const keyed_rows *rows;
	const perm_request *request;
	keyed_row *sorted;
	psy_perm_rows data;
	int columns;    /* of design, an understood intercept among them */
	double *design; /* rows x columns */
	psy_perm_model model;
	psy_arrange arrange;
	char *obstacle; /* why there is nothing to test, or NULL; model and arrange are then not to be used */
} perm_problem;

extern perm_problem perm_problem_begin(const keyed_rows *rows, const perm_request *request);

/* "relabelling, all 252 arrangements" and the like. */
extern char *perm_arrangements_text(const perm_problem *problem);

/* What a reader must know: rows skipped, elements left out and because of which row, raw correlations. */
extern char *perm_note(const perm_problem *problem, const psy_perm_observed *observed);

#endif
