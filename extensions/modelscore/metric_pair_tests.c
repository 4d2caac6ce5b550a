/* metric_pair_tests.c - tests that need counts alone. */
#include "metric_buffer.h"

#include "stats/binomial.h"

static int64
count_arg(FunctionCallInfo fcinfo, int argument, const char *name)
{
	int64 count = PG_GETARG_INT64(argument);

	if (count < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s is %lld, a number of cases expected", name, (long long) count)));
	return count;
}

/* (only_a, only_b) */
PG_FUNCTION_INFO_V1(metric_mcnemar);
Datum
metric_mcnemar(PG_FUNCTION_ARGS)
{
	int64 a = count_arg(fcinfo, 0, "only_a"), b = count_arg(fcinfo, 1, "only_b");

	if (a > PG_INT64_MAX - b)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("too many cases")));
	PG_RETURN_FLOAT8(psy_sign_test_p(a, b));
}

PG_FUNCTION_INFO_V1(metric_z);
Datum
metric_z(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(metric_z_of_level(PG_GETARG_FLOAT8(0)));
}
