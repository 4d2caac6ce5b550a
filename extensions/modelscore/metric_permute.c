/* metric_permute.c - the permutation test of an AUC (src/models/metric_permute.h): exact where that is quick,
 * else by draws. */
#include "metric_buffer.h"
#include "metric_row.h"

#include "models/metric.h"
#include "models/metric_permute.h"

#include "utils/memutils.h"

/* What the exact test may take: a few tenths of a second, 32 MB, and counts within a double's range. */
#define EXACT_STEPS 1e9
#define EXACT_DOUBLES 4e6
#define EXACT_CASES 1000
#define MOST_PERMUTATIONS 100000000

static void *
room(Size size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, Max(size, 1));
}

/* Whether it was exact. */
static bool
permute(const psy_scores *s, int permutations, uint64_t seed, psy_auc_permutation *out)
{
	psy_context ctx = psyrad_current_context();
	psy_auc_exact_cost cost = psy_auc_permutation_cost(s);
	Size n = s->positives + s->negatives;
	bool exact = n <= EXACT_CASES && cost.steps <= EXACT_STEPS && cost.doubles <= EXACT_DOUBLES;
	psy_error err = {0};
	psy_status status;

	if (exact)
		status = psy_auc_permutation_exact(&ctx, s, room(sizeof(double) * (Size) cost.doubles), out, &err);
	else
		status = psy_auc_permutation_drawn(&ctx, s, seed, permutations, room(sizeof(uint64_t) * n),
										   room(sizeof(uint32_t) * n), out, &err);
	PSYRAD_CHECK(status, &err);
	return exact;
}

/* (state [, permutations, seed]) */
PG_FUNCTION_INFO_V1(metric_auc_perm_final);
Datum
metric_auc_perm_final(PG_FUNCTION_ARGS)
{
	psy_scores s = metric_scores_arg(fcinfo, 0);
	int permutations = PG_NARGS() > 1 ? PG_GETARG_INT32(1) : 10000;
	uint64_t seed = PG_NARGS() > 2 ? (uint64_t) PG_GETARG_INT64(2) : 1;
	metric_row row = metric_row_begin(fcinfo);
	psy_auc_permutation test = {NAN, NAN, NAN};
	const char *note = s.positives == 0 ? "no positive case" : s.negatives == 0 ? "no negative case" : NULL;
	bool exact = false;

	if (permutations < 1 || permutations > MOST_PERMUTATIONS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("permutations is %d, a number from 1 to %d expected", permutations,
							   MOST_PERMUTATIONS)));
	if (note == NULL)
		exact = permute(&s, permutations, seed, &test);
	metric_row_int8(&row, s.positives);
	metric_row_int8(&row, s.negatives);
	metric_row_float8(&row, note == NULL ? psy_auc(s.positive, s.positives, s.negative, s.negatives) : NAN);
	metric_row_float8(&row, test.p);
	metric_row_float8(&row, test.p_greater);
	metric_row_float8(&row, test.p_less);
	metric_row_datum(&row, BoolGetDatum(exact), note != NULL);
	metric_row_datum(&row, Int32GetDatum(permutations), exact || note != NULL);
	metric_row_text(&row, note);
	return metric_row_finish(&row);
}
