/* metric_pair_tests.c - tests that need counts alone. */
#include "metric_buffer.h"

#include "stats/distribution.h"

#include <math.h>

static int64
count_arg(FunctionCallInfo fcinfo, int argument, const char *name)
{
	int64 count = PG_GETARG_INT64(argument);

	if (count < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s is %lld, a number of cases expected", name, (long long) count)));
	return count;
}

/* P(X <= k) of n tosses of a fair coin: the terms summed where the smallest is a normal number, else a tail
 * of F (NIST DLMF 8.17(i)). */
static double
fair_tosses_up_to(int64 k, int64 n)
{
	double term = ldexp(1, -(int) Min(n, 1000)), sum = term;

	if (n > 1000)
		return psy_f_p((double) (n - k) / (double) (k + 1), 2.0 * (double) (k + 1), 2.0 * (double) (n - k),
					   PSY_UPPER);
	for (int64 i = 1; i <= k; i++)
		sum += term = term * (double) (n - i + 1) / (double) i;
	return sum;
}

/* (only_a, only_b) */
PG_FUNCTION_INFO_V1(metric_mcnemar);
Datum
metric_mcnemar(PG_FUNCTION_ARGS)
{
	int64 a = count_arg(fcinfo, 0, "only_a"), b = count_arg(fcinfo, 1, "only_b");

	if (a > PG_INT64_MAX - b)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("too many cases")));
	PG_RETURN_FLOAT8(a == b ? 1 : Min(1, 2 * fair_tosses_up_to(Min(a, b), a + b)));
}

PG_FUNCTION_INFO_V1(metric_z);
Datum
metric_z(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(metric_z_of_level(PG_GETARG_FLOAT8(0)));
}
