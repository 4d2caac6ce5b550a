/* sign_test.c - how often of two directions one is taken: the exact test and interval of the counts. */
#include "row.h"

#include "stats/binomial.h"

static int64
count_arg(FunctionCallInfo fcinfo, int argument, const char *name)
{
	int64 count = PG_GETARG_INT64(argument);

	if (count < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s is %lld, a count of at least 0 expected", name, (long long) count)));
	return count;
}

/* (up, down, level) */
PG_FUNCTION_INFO_V1(sign_test);
Datum
sign_test(PG_FUNCTION_ARGS)
{
	int64 up = count_arg(fcinfo, 0, "up"), down = count_arg(fcinfo, 1, "down");
	double level = PG_GETARG_FLOAT8(2), lower, upper;
	row_columns r = {0};

	if (up > PG_INT64_MAX - down)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("too many to count")));
	if (!(level > 0 && level < 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("level is %g, between 0 and 1 expected", level)));
	psy_share_interval(up, up + down, level, &lower, &upper);
	row_put(&r, Int64GetDatum(up + down));
	row_number(&r, up + down == 0 ? NAN : (double) up / (double) (up + down));
	row_number(&r, lower);
	row_number(&r, upper);
	row_number(&r, up + down == 0 ? NAN : psy_sign_test_p(up, down));
	return row_finish(fcinfo, &r);
}
