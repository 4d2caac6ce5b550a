/* tables.c - see tables.h; formulas as in metafor's rma.mh and rma.peto, with their sources there. */
#include "meta/tables.h"

#include "meta/effect_check.h"
#include "stats/distribution.h"

#include <math.h>
#include <stdlib.h>

psy_status
psy_mh_measure_parse(const char *name, psy_table_measure *measure, psy_error *err)
{
	static const char *const known[] = {"OR", "RR", "RD"};
	int found = 0;
	psy_status status = psy_effect_choice(name, "measure", known, 3, &found, err);

	*measure = (psy_table_measure) found;
	return status;
}

static int
compare_tables(const void *left, const void *right)
{
	const double *a = left, *b = right;

	for (int i = 0; i < 4; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

void
psy_tables_sort(psy_table *table, size_t k)
{
	qsort(table, k, sizeof *table, compare_tables);
}

/* Margins, and the mean and variance of a when the margins are fixed. */
typedef struct margins
{
	double n1, n2, events, others, n, expected, variance;
} margins;

static margins
margins_of(const psy_table *t)
{
	margins m = {t->a + t->b, t->c + t->d, t->a + t->c, t->b + t->d, t->a + t->b + t->c + t->d, 0, 0};

	m.expected = m.events * m.n1 / m.n;
	m.variance = m.events * m.others * (m.n1 / m.n) * (m.n2 / m.n) / (m.n - 1);
	return m;
}

/* Everything that pooling sums over the tables. */
typedef struct pooled_sums
{
	double r, s, pr, psqr, qs, rr_variance, rd, rd_weight, rd_linear, rd_constant, deviation, variance;
	double a, c, events, others;
} pooled_sums;

static void
add_table(pooled_sums *sum, const psy_table *t)
{
	margins m = margins_of(t);
	double f1 = m.n1 / m.n, f2 = m.n2 / m.n, p = (t->a + t->d) / m.n, q = (t->b + t->c) / m.n;
	double r = t->a / m.n * t->d, s = t->b / m.n * t->c;

	sum->r += r;
	sum->s += s;
	sum->pr += p * r;
	sum->psqr += p * s + q * r;
	sum->qs += q * s;
	sum->rr_variance += f1 * f2 * m.events - t->a / m.n * t->c;
	sum->a += t->a * f2;
	sum->c += t->c * f1;
	sum->rd += t->a * f2 - t->c * f1;
	sum->rd_weight += m.n1 * f2;
	sum->rd_linear += t->c * f1 * f1 - t->a * f2 * f2 + f1 * f2 * (m.n2 - m.n1) / 2;
	sum->rd_constant += (t->a * t->d + t->c * t->b) / m.n;
	sum->deviation += t->a - m.expected;
	sum->variance += m.variance;
	sum->events += m.events;
	sum->others += m.others;
}

/* Estimate and its variance: Robins, Breslow & Greenland 1986; Greenland & Robins 1985; Sato 1989; Yusuf
 * 1985. */
static psy_effect
pooled_effect(const pooled_sums *s, psy_table_measure measure)
{
	double rd = s->rd / s->rd_weight;

	switch (measure)
	{
		case PSY_TABLE_OR:
			return (psy_effect){log(s->r / s->s),
								(s->pr / (s->r * s->r) + s->psqr / (s->r * s->s) + s->qs / (s->s * s->s)) /
									2};
		case PSY_TABLE_RR: return (psy_effect){log(s->a / s->c), s->rr_variance / (s->a * s->c)};
		case PSY_TABLE_RD:
			return (psy_effect){rd, (rd * s->rd_linear + s->rd_constant / 2) / (s->rd_weight * s->rd_weight)};
		case PSY_TABLE_PETO: return (psy_effect){s->deviation / s->variance, 1 / s->variance};
		default: return (psy_effect){NAN, NAN};
	}
}

/* ---- tests ----------------------------------------------------------------------------------- */

/* a that the margins and the odds ratio expect: the root within the margins of a quadratic, without
 * cancellation. */
static double
fitted_count(const margins *m, double odds_ratio)
{
	double a = odds_ratio * (m->n1 + m->events) + (m->n2 - m->events),
		   product = odds_ratio * m->n1 * m->events;
	double root = sqrt(fmax(0, a * a - 4 * product * (odds_ratio - 1)));

	return a > 0 ? 2 * product / (a + root) : (a - root) / (2 * (odds_ratio - 1));
}

static void
breslow_day(const psy_table *table, size_t k, const psy_tables_options *o, double odds_ratio,
			psy_tables_result *r)
{
	double sum = 0, deviation = 0, variance = 0, df = -1;

	for (size_t i = 0; i < k; i++)
	{
		psy_table t = psy_table_add(&table[i], &o->pooled);
		margins m = margins_of(&t);
		double n11 = fitted_count(&m, odds_ratio), v;

		if ((o->pooled.drop00 && psy_table_is_double_zero(&table[i])) ||
			!(n11 > 0 && m.events > 0 && m.others > 0))
			continue;
		v = 1 / (1 / n11 + 1 / (m.n1 - n11) + 1 / (m.events - n11) + 1 / (n11 - m.n1 - m.events + m.n));
		sum += (t.a - n11) * (t.a - n11) / v;
		deviation += t.a - n11;
		variance += v;
		df++;
	}
	if (!(df > 0))
		return;
	r->bd_df = df;
	r->bd = fmax(0, sum);
	r->ta = fmax(0, sum - deviation * deviation / variance);
	r->bd_p = psy_chisq_p(r->bd, df, PSY_UPPER);
	r->ta_p = psy_chisq_p(r->ta, df, PSY_UPPER);
}

/* Q of the studies' own effects about the pooled one; Peto's needs none, being a sum of (O - E)^2 / V. */
static psy_status
heterogeneity(const psy_table *table, size_t k, const psy_tables_options *o, psy_tables_result *r,
			  psy_error *err)
{
	psy_add rule = o->study;
	double q = 0, deviation = 0, variance = 0;

	for (size_t i = 0; i < k; i++)
	{
		margins m = margins_of(&table[i]);
		psy_effect e;
		psy_status status = psy_effect_table(&table[i], o->measure, &rule, &e, err);

		if (status != PSY_OK)
			return status;
		if (!isnan(e.vi))
			r->k_effects++;
		else
			r->double_zero += psy_table_is_double_zero(&table[i]);
		if (o->measure != PSY_TABLE_PETO)
			q += isnan(e.vi) ? 0 : (e.yi - r->estimate) * (e.yi - r->estimate) / e.vi;
		else if (m.variance > 0)
		{
			q += (table[i].a - m.expected) * (table[i].a - m.expected) / m.variance;
			deviation += table[i].a - m.expected;
			variance += m.variance;
		}
	}
	if (o->measure == PSY_TABLE_PETO)
		q = fmax(0, q - deviation * deviation / variance);
	if (r->k_effects < 2 || isnan(r->estimate))
		return PSY_OK;
	r->q = q;
	r->q_df = (double) (r->k_effects - 1);
	r->q_p = psy_chisq_p(q, r->q_df, PSY_UPPER);
	r->i2 = q > r->q_df ? 100 * (q - r->q_df) / q : 0;
	r->h2 = q / r->q_df;
	return PSY_OK;
}

/* ---- pooling --------------------------------------------------------------------------------- */

static void
infer(const pooled_sums *sum, const psy_tables_options *o, psy_tables_result *r)
{
	psy_effect e = pooled_effect(sum, o->measure);
	double half, excess = fmax(0, fabs(sum->deviation) - (o->correct ? 0.5 : 0));

	if (!isfinite(e.yi) || !(e.vi > 0) || !isfinite(e.vi))
	{
		r->note = "the tables hold too few events, or too few others, for a pooled effect";
		return;
	}
	r->estimate = e.yi;
	r->se = sqrt(e.vi);
	half = psy_normal_quantile((1 - o->level) / 2, PSY_UPPER) * r->se;
	r->ci_lb = r->estimate - half;
	r->ci_ub = r->estimate + half;
	r->statistic = r->estimate / r->se;
	r->p = psy_two_sided_p(r->statistic, INFINITY, &r->log_p);
	if (o->measure != PSY_TABLE_OR)
		return;
	/* metafor squares |sum| - 1/2 even where that is negative; a correction cannot make evidence, so 0 here.
	 */
	r->mh = excess * excess / sum->variance;
	r->mh_p = psy_chisq_p(r->mh, 1, PSY_UPPER);
}

static const psy_tables_result nothing = {.estimate = NAN,
										  .se = NAN,
										  .statistic = NAN,
										  .p = NAN,
										  .log_p = NAN,
										  .ci_lb = NAN,
										  .ci_ub = NAN,
										  .q = NAN,
										  .q_df = NAN,
										  .q_p = NAN,
										  .i2 = NAN,
										  .h2 = NAN,
										  .mh = NAN,
										  .mh_p = NAN,
										  .bd = NAN,
										  .bd_df = NAN,
										  .bd_p = NAN,
										  .ta = NAN,
										  .ta_p = NAN};

psy_status
psy_tables_pool(const psy_table *table, size_t k, const psy_tables_options *options,
				psy_tables_result *result, psy_error *err)
{
	const psy_effect_argument constants[] = {{"add", options->study.add, 0, INFINITY},
											 {"add_pooled", options->pooled.add, 0, INFINITY}};
	psy_status status = psy_effect_check(constants, 2, err);
	psy_tables_options o = *options;
	pooled_sums sum = {0};

	*result = nothing;
	if (status != PSY_OK)
		return status;
	if (!(o.level > 0 && o.level < 1))
		return psy_fail(err, PSY_DOMAIN, "level is %g, but must lie between 0 and 1, such as 0.95", o.level);
	for (size_t i = 0; i < k; i++)
		o.study.any0 = o.pooled.any0 =
			o.study.any0 || table[i].a == 0 || table[i].b == 0 || table[i].c == 0 || table[i].d == 0;
	for (size_t i = 0; i < k; i++)
	{
		psy_table t = psy_table_add(&table[i], &o.pooled);

		/* A table without people in one group says nothing, and would divide by 0. */
		if (!(t.a + t.b + t.c + t.d > 1) || (o.pooled.drop00 && psy_table_is_double_zero(&table[i])))
			continue;
		add_table(&sum, &t);
		result->k++;
	}
	if (k == 0)
		result->note = "no table has all four counts";
	else
		infer(&sum, &o, result);
	status = heterogeneity(table, k, &o, result, err);
	if (status == PSY_OK && o.measure == PSY_TABLE_OR && !isnan(result->estimate))
		breslow_day(table, k, &o, exp(result->estimate), result);
	return status;
}

/* ---- small-study effects --------------------------------------------------------------------- */

/* The table's point of a regression test; false where it says nothing. */
static bool
bias_point(const psy_table *t, psy_tables_test test, psy_point *point)
{
	const psy_add rule = {.add = 0.5, .to = PSY_ADD_ONLY0, .drop00 = true};
	margins m = margins_of(t);
	psy_effect e;

	if (psy_effect_table(t, PSY_TABLE_OR, &rule, &e, NULL) != PSY_OK || isnan(e.vi) || !(m.variance > 0))
		return false;
	switch (test)
	{
		case PSY_TABLES_HARBORD:
			*point = (psy_point){1 / sqrt(m.variance), (t->a - m.expected) / m.variance, 1 / m.variance};
			break;
		case PSY_TABLES_PETERS: *point = (psy_point){1 / m.n, e.yi, 1 / m.events + 1 / m.others}; break;
		case PSY_TABLES_MACASKILL: *point = (psy_point){m.n, e.yi, 1 / m.events + 1 / m.others}; break;
		case PSY_TABLES_DEEKS:
			*point = (psy_point){sqrt(m.n / (4 * m.n1 * m.n2)), e.yi, m.n / (4 * m.n1 * m.n2)};
			break;
	}
	return true;
}

psy_status
psy_tables_bias(const psy_context *ctx, const psy_table *table, size_t k, psy_tables_test test, double level,
				psy_line *line, psy_error *err)
{
	size_t used = 0;
	psy_point *point;
	void *block;
	psy_status status = psy_alloc(ctx, k + 1, sizeof(psy_point), &block, err);

	if (status != PSY_OK)
		return status;
	point = block;
	for (size_t i = 0; i < k; i++)
		used += bias_point(&table[i], test, &point[used]);
	status = psy_line_fit(ctx, point, used, PSY_LINE_LM, level, line, err);
	psy_release(ctx, block);
	return status;
}
