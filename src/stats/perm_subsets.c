/* perm_subsets.c - see perm_subsets.h. */
#include "stats/perm_subsets.h"

#include "core/lanes.h"

#include <string.h>

#define ROWS PSY_SUBSET_ROWS
#define SUMS PSY_SUBSET_SUMS
#define LANES PSY_SUBSET_LANES

bool
psy_subset_values(const double *weight, size_t rows, double *a, double *b)
{
	*a = *b = weight[0];
	for (size_t s = 1; s < rows; s++)
	{
		if (weight[s] == *a || weight[s] == *b)
			continue;
		if (*a != *b)
			return false;
		*a = weight[s] > *b ? weight[s] : *a;
		*b = weight[s] < *b ? weight[s] : *b;
	}
	return *a != *b;
}

void
psy_subset_code(const double *weight, size_t rows, double a, uint32_t *code)
{
	for (size_t first = 0, group = 0; first < rows; first += ROWS, group++)
	{
		uint32_t bits = 0;

		for (size_t s = first; s < first + ROWS && s < rows; s++)
			bits |= (uint32_t) (weight[s] == a) << (s - first);
		code[group] = (uint32_t) (group * SUMS + bits);
	}
}

PSY_CLONES static void
make_table(const double *restrict x, size_t stride, size_t rows, double *restrict table,
		   double *restrict total)
{
	double sum[LANES] = {0};

	for (size_t first = 0; first < rows; first += ROWS, table += SUMS * LANES)
	{
		double row[ROWS][LANES] = {{0}};

		for (size_t s = 0; s < ROWS && first + s < rows; s++)
			for (size_t k = 0; k < LANES; k++)
				row[s][k] = x[(first + s) * stride + k];
		for (size_t k = 0; k < LANES; k++)
			table[k] = 0;
		/* Each row doubles the table: the sums so far, and these with the row. */
		for (size_t s = 0, made = 1; s < ROWS; s++, made *= 2)
			for (size_t m = 0; m < made; m++)
				for (size_t k = 0; k < LANES; k++)
					table[(made + m) * LANES + k] = table[m * LANES + k] + row[s][k];
		for (size_t k = 0; k < LANES; k++)
			sum[k] += table[(SUMS - 1) * LANES + k];
	}
	memcpy(total, sum, sizeof sum);
}

void
psy_subset_table(const double *x, size_t stride, size_t rows, double *table, double *total)
{
	make_table(x, stride, rows, table, total);
}

/* Four arrangements at a time, so that one's additions need not wait for another's. */
PSY_CLONES static void
add_four(const double *restrict table, const uint32_t *restrict code, size_t groups, double *restrict sum)
{
	const uint32_t *second = code + groups, *third = second + groups, *fourth = third + groups;
	double a[LANES] = {0}, b[LANES] = {0}, c[LANES] = {0}, d[LANES] = {0};

	for (size_t g = 0; g < groups; g++)
	{
		const double *at = table + (size_t) code[g] * LANES, *bt = table + (size_t) second[g] * LANES;
		const double *ct = table + (size_t) third[g] * LANES, *dt = table + (size_t) fourth[g] * LANES;

		for (size_t k = 0; k < LANES; k++)
			a[k] += at[k];
		for (size_t k = 0; k < LANES; k++)
			b[k] += bt[k];
		for (size_t k = 0; k < LANES; k++)
			c[k] += ct[k];
		for (size_t k = 0; k < LANES; k++)
			d[k] += dt[k];
	}
	memcpy(sum, a, sizeof a);
	memcpy(sum + LANES, b, sizeof b);
	memcpy(sum + 2 * LANES, c, sizeof c);
	memcpy(sum + 3 * LANES, d, sizeof d);
}

PSY_CLONES static void
add_one(const double *restrict table, const uint32_t *restrict code, size_t groups, double *restrict sum)
{
	double a[LANES] = {0};

	for (size_t g = 0; g < groups; g++)
		for (size_t k = 0; k < LANES; k++)
			a[k] += table[(size_t) code[g] * LANES + k];
	memcpy(sum, a, sizeof a);
}

PSY_CLONES static void
weigh(const double *restrict sum, const double *restrict total, double a, double b, double *restrict product)
{
	for (size_t k = 0; k < LANES; k++)
		product[k] = b * total[k] + (a - b) * sum[k];
}

PSY_CLONES static void
weigh_four(const double *restrict sum, const double *restrict total, double a, double b,
		   double *restrict product, size_t stride)
{
	for (size_t w = 0; w < 4; w++)
		for (size_t k = 0; k < LANES; k++)
			product[w * stride + k] = b * total[k] + (a - b) * sum[w * LANES + k];
}

void
psy_subset_products(const double *table, const double *total, const uint32_t *code, size_t groups,
					size_t arrangements, double a, double b, double *product, size_t stride)
{
	double sum[4 * LANES];
	size_t n = 0;

	for (; n + 4 <= arrangements; n += 4)
	{
		add_four(table, code + n * groups, groups, sum);
		weigh_four(sum, total, a, b, product + n * stride, stride);
	}
	for (; n < arrangements; n++)
	{
		add_one(table, code + n * groups, groups, sum);
		weigh(sum, total, a, b, product + n * stride);
	}
}
