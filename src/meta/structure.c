/*
 * structure.c - covariance structures and their derivatives; see structure.h.
 *
 * CS is G = b^2 (I - J/m) + a^2 J/m with J all ones: its eigenvalues, so that at G = 0 every direction shows whether
 * it climbs.  UN is G = L L'.  All others are G_ij = t_i t_j R_ij(u).  Where R ties the signs of different t together (HCS, HAR), t is the
 * square of its theta: a theta then cannot turn a correlation's sign, and t = 0 is a stationary point where the
 * likelihood wants to go below.  u gives rho by its sine, so that +-1 are reached; CAR's is exp(-u^2).
 */
#include "meta/structure.h"

#include "stats/linalg.h"

#include <math.h>
#include <string.h>
#include <strings.h>

static const char *const names[] = {"ID", "DIAG", "CS", "HCS", "UN", "AR", "HAR", "CAR"};

psy_status
psy_structure_parse(const char *name, psy_structure_kind *kind, psy_error *err)
{
	for (int i = 0; i < PSY_STRUCTURE_KINDS; i++)
		if (strcasecmp(name, names[i]) == 0)
		{
			*kind = (psy_structure_kind) i;
			return PSY_OK;
		}
	psy_fail(err, PSY_DOMAIN, "unknown structure \"%.40s\"", name);
	return psy_hint(err, "Allowed are UN, CS, HCS, ID, DIAG, AR, HAR and CAR.");
}

const char *
psy_structure_name(psy_structure_kind kind)
{
	return names[kind];
}

static bool
heterogeneous(psy_structure_kind kind)
{
	return kind == PSY_STRUCTURE_DIAG || kind == PSY_STRUCTURE_HCS || kind == PSY_STRUCTURE_UN ||
		   kind == PSY_STRUCTURE_HAR;
}

static bool
correlated(psy_structure_kind kind)
{
	return kind != PSY_STRUCTURE_ID && kind != PSY_STRUCTURE_DIAG;
}

static bool
squares(psy_structure_kind kind)
{
	return kind == PSY_STRUCTURE_HCS || kind == PSY_STRUCTURE_HAR;
}

size_t
psy_structure_variances(const psy_structure *s)
{
	return heterogeneous(s->kind) ? s->m : 1;
}

size_t
psy_structure_correlations(const psy_structure *s)
{
	if (s->m < 2 || !correlated(s->kind))
		return 0;
	return s->kind == PSY_STRUCTURE_UN ? s->m * (s->m - 1) / 2 : 1;
}

size_t
psy_structure_count(const psy_structure *s)
{
	return psy_structure_variances(s) + psy_structure_correlations(s);
}

/* Row and column of UN's theta r in L. */
static void
place_of(size_t r, size_t *row, size_t *column)
{
	*row = 0;
	while ((*row + 1) * (*row + 2) / 2 <= r)
		++*row;
	*column = r - *row * (*row + 1) / 2;
}

bool
psy_structure_belongs(const psy_structure *s, size_t theta, size_t outcome)
{
	size_t row, column;

	if (!heterogeneous(s->kind))
		return false;
	if (s->kind != PSY_STRUCTURE_UN)
		return theta == outcome;
	place_of(theta, &row, &column);
	return row == outcome || column == outcome;
}

/*
 * ---- correlations ----------------------------------------------------------------------------------------
 */

/* rho = middle + half sin u for the structures with one bounded rho; exchangeable ones are no lower than -1 / (m -
 * 1). */
static void
range(const psy_structure *s, double *middle, double *half)
{
	double low = s->kind == PSY_STRUCTURE_CS || s->kind == PSY_STRUCTURE_HCS ? -1 / (double) (s->m - 1) : -1;

	*middle = (1 + low) / 2;
	*half = (1 - low) / 2;
}

/* base^power with its derivatives by base, power a whole number >= 0. */
static double
power_of(double base, size_t power, int derivative)
{
	double factor = 1;

	for (int i = 0; i < derivative; i++)
		factor *= (double) power - i;
	return factor == 0 ? 0 : factor * pow(base, (double) power - derivative);
}

/* R_ij, or its first or second derivative by u. */
static double
correlation(const psy_structure *s, double u, size_t i, size_t j, int derivative)
{
	size_t apart = i > j ? i - j : j - i;
	double middle, half, rho, first, second;

	if (apart == 0 || !correlated(s->kind))
		return apart == 0 && derivative == 0;
	if (s->kind == PSY_STRUCTURE_CAR)
	{
		double gap = fabs(s->time[i] - s->time[j]), value = exp(-u * u * gap);

		return derivative == 0 ? value : derivative == 1 ? -2 * u * gap * value : (4 * u * u * gap * gap - 2 * gap) * value;
	}
	if (s->kind == PSY_STRUCTURE_CS || s->kind == PSY_STRUCTURE_HCS)
		apart = 1;
	range(s, &middle, &half);
	rho = middle + half * sin(u);
	first = half * sin(u + M_PI / 2); /* cos by the sine: the compiler would join them to sincos, which is no C */
	second = -half * sin(u);
	if (derivative == 0)
		return pow(rho, (double) apart);
	if (derivative == 1)
		return power_of(rho, apart, 1) * first;
	return power_of(rho, apart, 2) * first * first + power_of(rho, apart, 1) * second;
}

/*
 * ---- G = t t' R ------------------------------------------------------------------------------------------
 */

/* t of outcome i and, where theta[r] is its own, the derivatives by it. */
static double
size_of(const psy_structure *s, const double *theta, size_t i, int derivative)
{
	double own = theta[heterogeneous(s->kind) ? i : 0];

	if (squares(s->kind))
		return derivative == 0 ? own * own : derivative == 1 ? 2 * own : 2;
	return derivative == 0 ? own : derivative == 1 ? 1 : 0;
}

/* Whether theta[r] is t of outcome i. */
static bool
owns(const psy_structure *s, size_t r, size_t i)
{
	return r < psy_structure_variances(s) && (!heterogeneous(s->kind) || r == i);
}

/* The derivative of t_i by theta[r], and by theta[q] too when there are two. */
static double
size_by(const psy_structure *s, const double *theta, size_t i, const size_t *by, int count)
{
	for (int a = 0; a < count; a++)
		if (!owns(s, by[a], i))
			return 0;
	return size_of(s, theta, i, count);
}

/* G_ij by the theta in by[count]: Leibniz's rule over the three factors. */
static double
element_by(const psy_structure *s, const double *theta, size_t i, size_t j, const size_t *by, int count)
{
	size_t sizes = psy_structure_variances(s);
	double u = psy_structure_correlations(s) > 0 ? theta[sizes] : 0, sum = 0;
	int choices = 1;

	for (int a = 0; a < count; a++)
		choices *= 3;
	for (int choice = 0; choice < choices; choice++)
	{
		size_t left[2] = {0}, right[2] = {0};
		int lefts = 0, rights = 0, turns = 0, rest = choice;
		bool possible = true;

		for (int a = 0; a < count; a++, rest /= 3)
		{
			if (rest % 3 == 0)
				left[lefts++] = by[a];
			else if (rest % 3 == 1)
				right[rights++] = by[a];
			else
			{
				possible = possible && by[a] == sizes;
				turns++;
			}
		}
		if (possible)
			sum += size_by(s, theta, i, left, lefts) * size_by(s, theta, j, right, rights) *
				   correlation(s, u, i, j, turns);
	}
	return sum;
}

static void
fill(const psy_structure *s, const double *theta, const size_t *by, int count, double *g)
{
	for (size_t i = 0; i < s->m; i++)
		for (size_t j = 0; j <= i; j++)
			g[i * s->m + j] = g[j * s->m + i] = element_by(s, theta, i, j, by, count);
}

/*
 * ---- UN --------------------------------------------------------------------------------------------------
 */

static double
lower(const double *theta, size_t i, size_t j)
{
	return j <= i ? theta[i * (i + 1) / 2 + j] : 0;
}

static void
free_at(const psy_structure *s, const double *theta, double *g)
{
	for (size_t i = 0; i < s->m; i++)
		for (size_t j = 0; j <= i; j++)
		{
			double sum = 0;

			for (size_t l = 0; l <= j; l++)
				sum += lower(theta, i, l) * lower(theta, j, l);
			g[i * s->m + j] = g[j * s->m + i] = sum;
		}
}

/* E L' + L E' for E with a 1 at theta r's place. */
static void
free_first(const psy_structure *s, const double *theta, size_t r, double *g)
{
	size_t row, column;

	place_of(r, &row, &column);
	memset(g, 0, s->m * s->m * sizeof *g);
	for (size_t j = 0; j < s->m; j++)
	{
		g[row * s->m + j] += lower(theta, j, column);
		g[j * s->m + row] += lower(theta, j, column);
	}
}

static void
free_second(const psy_structure *s, size_t r, size_t q, double *g)
{
	size_t row[2], column[2];

	place_of(r, &row[0], &column[0]);
	place_of(q, &row[1], &column[1]);
	memset(g, 0, s->m * s->m * sizeof *g);
	if (column[0] != column[1])
		return;
	g[row[0] * s->m + row[1]] += 1;
	g[row[1] * s->m + row[0]] += 1;
}

/*
 * ---- CS --------------------------------------------------------------------------------------------------
 */

/* to = a J/m + b (I - J/m). */
static void
exchangeable(size_t m, double a, double b, double *to)
{
	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < m; j++)
			to[i * m + j] = (a - b) / (double) m + (i == j ? b : 0);
}

static bool
is_exchangeable(const psy_structure *s)
{
	return s->kind == PSY_STRUCTURE_CS && s->m > 1;
}

/*
 * ---- for all ---------------------------------------------------------------------------------------------
 */

void
psy_structure_at(const psy_structure *s, const double *theta, double *g)
{
	if (s->kind == PSY_STRUCTURE_UN)
		free_at(s, theta, g);
	else if (is_exchangeable(s))
		exchangeable(s->m, theta[0] * theta[0], theta[1] * theta[1], g);
	else
		fill(s, theta, NULL, 0, g);
}

void
psy_structure_first(const psy_structure *s, const double *theta, size_t r, double *g)
{
	if (s->kind == PSY_STRUCTURE_UN)
		free_first(s, theta, r, g);
	else if (is_exchangeable(s))
		exchangeable(s->m, r == 0 ? 2 * theta[0] : 0, r == 1 ? 2 * theta[1] : 0, g);
	else
		fill(s, theta, &r, 1, g);
}

void
psy_structure_second(const psy_structure *s, const double *theta, size_t r, size_t q, double *g)
{
	if (s->kind == PSY_STRUCTURE_UN)
		free_second(s, r, q, g);
	else if (is_exchangeable(s))
		exchangeable(s->m, r == 0 && q == 0 ? 2 : 0, r == 1 && q == 1 ? 2 : 0, g);
	else
		fill(s, theta, (size_t[2]){r, q}, 2, g);
}

/* The u whose rho is nearest to the correlation between neighbours. */
static double
angle(const psy_structure *s, double rho)
{
	double middle, half, gap = 0;

	if (s->kind == PSY_STRUCTURE_CAR)
	{
		for (size_t i = 0; i + 1 < s->m; i++)
			gap += fabs(s->time[i + 1] - s->time[i]) / (double) (s->m - 1);
		return sqrt(-log(fmin(fmax(rho, 0.05), 0.99)) / gap);
	}
	range(s, &middle, &half);
	return asin(fmin(fmax((rho - middle) / half, -0.95), 0.95));
}

void
psy_structure_start(const psy_structure *s, const double *variance, double correlation_of, double *theta)
{
	size_t sizes = psy_structure_variances(s);
	double rho = fmax(correlation_of, -0.9 / fmax(1, (double) s->m - 1)), mean = 0;

	for (size_t i = 0; i < s->m; i++)
		mean += variance[i] / (double) s->m;
	if (s->kind == PSY_STRUCTURE_UN)
	{
		double g[PSY_STRUCTURE_LEVELS * PSY_STRUCTURE_LEVELS];

		for (size_t i = 0; i < s->m; i++)
			for (size_t j = 0; j < s->m; j++)
				g[i * s->m + j] = (i == j ? 1 : rho) * sqrt(variance[i] * variance[j]);
		psy_cholesky(g, s->m);
		for (size_t i = 0; i < s->m; i++)
			for (size_t j = 0; j <= i; j++)
				theta[i * (i + 1) / 2 + j] = g[i * s->m + j];
		return;
	}
	if (is_exchangeable(s))
	{
		theta[0] = sqrt(mean * (1 + ((double) s->m - 1) * rho));
		theta[1] = sqrt(mean * (1 - rho));
		return;
	}
	for (size_t i = 0; i < sizes; i++)
	{
		double t = sqrt(sizes > 1 ? variance[i] : mean);

		theta[i] = squares(s->kind) ? sqrt(t) : t;
	}
	if (psy_structure_correlations(s) > 0)
		theta[sizes] = angle(s, correlation_of);
}

void
psy_structure_describe(const psy_structure *s, const double *theta, double negligible, double *tau2, double *rho)
{
	size_t sizes = psy_structure_variances(s), at = 0;
	double g[PSY_STRUCTURE_LEVELS * PSY_STRUCTURE_LEVELS];
	size_t some = 0;

	psy_structure_at(s, theta, g);
	for (size_t i = 0; i < sizes; i++)
		tau2[i] = g[i * (s->m + 1)] > negligible ? g[i * (s->m + 1)] : 0;
	if (s->kind == PSY_STRUCTURE_UN)
	{
		for (size_t j = 0; j < s->m; j++)
			for (size_t i = j + 1; i < s->m; i++, at++)
				rho[at] = tau2[i] > 0 && tau2[j] > 0 ? fmax(-1, fmin(1, g[i * s->m + j] / sqrt(tau2[i]) / sqrt(tau2[j]))) : NAN;
		return;
	}
	if (psy_structure_correlations(s) == 0)
		return;
	if (is_exchangeable(s))
	{
		rho[0] = tau2[0] > 0 ? g[1] / tau2[0] : NAN;
		return;
	}
	for (size_t i = 0; i < sizes; i++)
		some += tau2[i] > 0 ? (sizes == 1 ? 2 : 1) : 0;
	if (s->kind == PSY_STRUCTURE_CAR)
		rho[0] = some > 1 ? exp(-theta[sizes] * theta[sizes]) : NAN;
	else
		rho[0] = some > 1 ? correlation(s, theta[sizes], 0, 1, 0) : NAN;
}
