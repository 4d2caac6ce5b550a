/*
 * mass_final.c - t tests and summaries from the mass-univariate state, and the note; see mass_final.h.
 * Correlations are in mass_corr.c.
 */
#include "stats/mass_final.h"

#include "connectivity/connectome.h"
#include "core/lanes.h"
#include "stats/distribution.h"
#include "stats/mass_apart.h"
#include "stats/mass_finish.h"
#include "stats/mass_spread.h"
#include "stats/hedges.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define BLOCK PSY_MASS_BLOCK

/* ---- t tests --------------------------------------------------------------------------------- */

PSY_CLONES static void
one_sample(const double *n, const double *origin, const double *sum, const double *squares, size_t size,
		   double mu, const psy_mass_result *out)
{
	for (size_t k = 0; k < size; k++)
	{
		double mean = origin[k] + sum[k] / n[k];
		double sd = n[k] >= 2 ? sqrt(squares[k] / (n[k] - 1)) : NAN;
		double spread = squares[k] > psy_spread_noise(n[k], mean) ? sd : sd * 0;

		out->n[k] = psy_reported_count(n[k]);
		out->estimate[k] = n[k] > 0 ? mean : NAN;
		out->se[k] = spread / sqrt(n[k]);
		out->df[k] = n[k] >= 2 ? n[k] - 1 : NAN;
		out->effect_size[k] = spread > 0 ? (mean - mu) / spread : NAN;
		out->statistic[k] = spread > 0 ? (mean - mu) / out->se[k] : NAN;
	}
}

/* A block of one group's streams. */
typedef struct group_block
{
	const double *n;
	const double *origin;
	const double *sum;
	const double *squares;
} group_block;

PSY_CLONES static void
two_samples(group_block b0, group_block b1, size_t size, double mu, const psy_mass_result *out)
{
	for (size_t k = 0; k < size; k++)
	{
		double n0 = b0.n[k], n1 = b1.n[k];
		double mean0 = b0.sum[k] / n0, mean1 = b1.sum[k] / n1; /* above the origins */
		double difference = (b1.origin[k] - b0.origin[k]) + (mean1 - mean0);
		double df = n0 + n1 - 2;
		bool enough = n0 >= 1 && n1 >= 1 && df >= 1;
		double squares = b0.squares[k] + b1.squares[k];
		double noise =
			psy_spread_noise(n0, b0.origin[k] + mean0) + psy_spread_noise(n1, b1.origin[k] + mean1);
		double sd = enough ? sqrt(squares / df) : NAN;
		double spread = squares > noise ? sd : sd * 0;

		out->n[k] = psy_reported_count(n0 + n1);
		out->estimate[k] = n0 >= 1 && n1 >= 1 ? difference : NAN;
		out->se[k] = spread * sqrt(1 / n0 + 1 / n1);
		out->df[k] = enough ? df : NAN;
		out->effect_size[k] = spread > 0 ? (difference - mu) / spread : NAN;
		out->statistic[k] = spread > 0 ? (difference - mu) / out->se[k] : NAN;
	}
}

PSY_CLONES static void
welch(group_block b0, group_block b1, size_t size, double mu, const psy_mass_result *out, double *df_effect)
{
	for (size_t k = 0; k < size; k++)
	{
		double n0 = b0.n[k], n1 = b1.n[k];
		double mean0 = b0.sum[k] / n0, mean1 = b1.sum[k] / n1; /* above the origins */
		double difference = (b1.origin[k] - b0.origin[k]) + (mean1 - mean0);
		bool enough = n0 >= 2 && n1 >= 2;
		double v0 = b0.squares[k] > psy_spread_noise(n0, b0.origin[k] + mean0) ? b0.squares[k] / (n0 - 1) : 0;
		double v1 = b1.squares[k] > psy_spread_noise(n1, b1.origin[k] + mean1) ? b1.squares[k] / (n1 - 1) : 0;
		double e0 = v0 / n0, e1 = v1 / n1, error = e0 + e1;
		bool varies = enough && error > 0;
		double share0 = e0 / error, share1 = e1 / error, part0 = v0 / (v0 + v1), part1 = v1 / (v0 + v1);

		out->n[k] = psy_reported_count(n0 + n1);
		out->estimate[k] = n0 >= 1 && n1 >= 1 ? difference : NAN;
		out->se[k] = enough ? sqrt(error) : NAN;
		/* Without spread there is no df to estimate: what it would be with equal variances. */
		out->df[k] = varies   ? 1 / (share0 * share0 / (n0 - 1) + share1 * share1 / (n1 - 1))
					 : enough ? n0 + n1 - 2
							  : NAN;
		out->statistic[k] = varies ? (difference - mu) / out->se[k] : NAN;
		out->effect_size[k] = varies ? (difference - mu) / sqrt((v0 + v1) / 2) : NAN;
		df_effect[k] = varies ? 1 / (part0 * part0 / (n0 - 1) + part1 * part1 / (n1 - 1)) : NAN;
	}
}

PSY_CLONES static void
deviation(group_block b0, group_block b1, size_t size, const psy_mass_result *out)
{
	for (size_t k = 0; k < size; k++)
	{
		double n0 = b0.n[k], n1 = b1.n[k];
		double mean0 = b0.sum[k] / n0, mean1 = b1.sum[k] / n1;
		double difference = (b0.origin[k] - b1.origin[k]) + (mean0 - mean1);
		bool enough = n0 >= 1 && n1 >= 2;
		bool varies = enough && b1.squares[k] > psy_spread_noise(n1, b1.origin[k] + mean1);
		double z = varies ? difference / sqrt(b1.squares[k] / (n1 - 1)) : NAN;

		out->n[k] = psy_reported_count(n0 + n1);
		out->estimate[k] = out->effect_size[k] = z;
		out->se[k] = varies ? sqrt(1 / n0 + 1 / n1) : enough ? 0 : NAN;
		out->df[k] = enough ? n1 - 1 : NAN;
		out->statistic[k] = varies ? z / out->se[k] : NAN;
	}
}

/* n[BLOCK] holds the counts. */
static group_block
group_block_at(const psy_mass *state, size_t group, size_t first, size_t size, double *n)
{
	psy_mass_streams of = psy_mass_group_streams(state, group);

	psy_mass_load_counts(state, group, first, size, n);
	return (group_block){n, of.origin + first, of.sum + first, of.squares + first};
}

/* df: those that the correction goes by. */
static void
correct_effects(const double *df_each, size_t size, double *effect_size)
{
	double df = NAN, correction = NAN;

	for (size_t k = 0; k < size; k++)
	{
		if (df_each[k] != df)
		{
			df = df_each[k];
			correction = psy_hedges_j(df);
		}
		effect_size[k] *= correction;
	}
}

typedef struct ttest_how
{
	double mu;
	psy_mass_effect effect;
} ttest_how;

static size_t
finish_ttest(const psy_mass *state, size_t first, size_t size, const void *how, const psy_mass_result *to)
{
	const ttest_how *test = how;
	double n0[BLOCK], n1[BLOCK];
	group_block b = group_block_at(state, 0, first, size, n0);

	if (state->groups == 2)
		two_samples(b, group_block_at(state, 1, first, size, n1), size, test->mu, to);
	else
		one_sample(b.n, b.origin, b.sum, b.squares, size, test->mu, to);
	if (test->effect == PSY_MASS_EFFECT_G)
		correct_effects(to->df, size, to->effect_size);
	return 0;
}

void
psy_mass_ttest(const psy_mass *state, double mu, psy_mass_effect effect, const psy_mass_result *out,
			   psy_mass_tally *tally)
{
	psy_mass_finish(state, finish_ttest, &(ttest_how){mu, effect}, 0, out, tally);
}

static size_t
finish_welch(const psy_mass *state, size_t first, size_t size, const void *how, const psy_mass_result *to)
{
	const ttest_how *test = how;
	double n0[BLOCK], n1[BLOCK], df_effect[BLOCK];

	welch(group_block_at(state, 0, first, size, n0), group_block_at(state, 1, first, size, n1), size, test->mu,
		  to, df_effect);
	if (test->effect == PSY_MASS_EFFECT_G)
		correct_effects(df_effect, size, to->effect_size);
	return 0;
}

void
psy_mass_welch(const psy_mass *state, double mu, psy_mass_effect effect, const psy_mass_result *out,
			   psy_mass_tally *tally)
{
	psy_mass_finish(state, finish_welch, &(ttest_how){mu, effect}, 0, out, tally);
}

static size_t
finish_deviation(const psy_mass *state, size_t first, size_t size, const void *how, const psy_mass_result *to)
{
	double n0[BLOCK], n1[BLOCK];

	(void) how;
	deviation(group_block_at(state, 0, first, size, n0), group_block_at(state, 1, first, size, n1), size, to);
	return 0;
}

void
psy_mass_deviation(const psy_mass *state, const psy_mass_result *out, psy_mass_tally *tally)
{
	psy_mass_finish(state, finish_deviation, NULL, 0, out, tally);
}

/* One subject; where it lies among all elements cannot be told inside a block of those apart, hence the plain loop. */
void
psy_mass_z(const psy_mass *reference, const psy_mass_values *x, bool small_sample, const psy_mass_result *out,
		   psy_mass_tally *tally)
{
	*tally = (psy_mass_tally){0};
	for (size_t k = 0; k < reference->elements; k++)
	{
		psy_mass_element e = psy_mass_element_of(reference, 0, k);
		double value = x->f != NULL ? (double) x->f[k] : x->d[k];
		bool enough = e.n >= 2 && !isnan(value);
		bool varies = enough && e.squares > psy_spread_noise(e.n, e.origin + e.sum / e.n);
		double z = varies ? ((value - e.origin) - e.sum / e.n) / sqrt(e.squares / (e.n - 1)) : NAN;

		out->n[k] = psy_reported_count(e.n);
		out->estimate[k] = out->effect_size[k] = z;
		out->se[k] = varies ? (small_sample ? sqrt(1 + 1 / e.n) : 1) : enough ? 0 : NAN;
		out->df[k] = !enough ? NAN : small_sample ? e.n - 1 : INFINITY;
		out->statistic[k] = varies ? z / out->se[k] : NAN;
		tally->too_few += !enough;
		tally->no_spread += enough && !varies;
		tally->incomplete += e.n < psy_mass_group(reference, 0)[0];
	}
	psy_two_sided_p_many(out->statistic, out->df, 0, reference->elements, out->p, out->log_p);
}

/* ---- summary --------------------------------------------------------------------------------- */

void
psy_mass_summary(const psy_mass *state, const psy_mass_summary_result *out, psy_mass_tally *tally)
{
	double rows = psy_mass_group(state, 0)[0];

	*tally = (psy_mass_tally){0};
	for (size_t k = 0; k < state->elements; k++)
	{
		psy_mass_element e = psy_mass_element_of(state, 0, k);
		double mean = e.origin + e.sum / e.n;

		out->n[k] = psy_reported_count(e.n);
		out->mean[k] = e.n > 0 ? mean : NAN;
		out->sd[k] = e.n < 2                                     ? NAN
					 : e.squares > psy_spread_noise(e.n, mean) ? sqrt(e.squares / (e.n - 1))
															   : 0;
		out->smallest[k] = e.n > 0 ? e.smallest : NAN;
		out->largest[k] = e.n > 0 ? e.largest : NAN;
		tally->incomplete += e.n < rows;
	}
}

/* ---- words ----------------------------------------------------------------------------------- */

const char *
psy_mass_method(const psy_mass *state)
{
	switch (state->statistic)
	{
		case PSY_MASS_TTEST: return "one-sample t";
		case PSY_MASS_TTEST_GROUPS: return "two-sample t, pooled variance, TRUE minus FALSE";
		case PSY_MASS_TTEST_PAIRED: return "paired t, post minus pre";
		case PSY_MASS_CORR: return "Pearson correlation with y";
		case PSY_MASS_PCORR: return "partial correlation with y given covariates";
		case PSY_MASS_WELCH: return "Welch t, unequal variances, TRUE minus FALSE";
		case PSY_MASS_GLM: return "least squares";
		case PSY_MASS_GLM_CHANGE: return "least squares of the change, post minus pre";
		case PSY_MASS_ANCOVA: return "least squares, each element's own baseline as covariate";
		case PSY_MASS_Z: return "deviation from the reference group in its sd";
		default: return "summary";
	}
}

typedef struct writer
{
	char *at;
	size_t left;
} writer;

__attribute__((format(printf, 2, 3))) static void
sentence(writer *w, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(w->at, w->left, format, args);
	va_end(args);
	if (length < 0 || (size_t) length >= w->left)
		length = w->left > 0 ? (int) w->left - 1 : 0;
	w->at += length;
	w->left -= (size_t) length;
}

static void
note_design(writer *w, const psy_mass *state, const psy_mass_tally *tally)
{
	if (tally->column > state->design)
		sentence(w, "the baseline is constant or explained by the design in %zu of %llu elements; ",
				 tally->deficient, (unsigned long long) state->elements);
	else if (state->statistic != PSY_MASS_CORR && state->statistic != PSY_MASS_PCORR)
		sentence(w, "column %zu of the design depends on those before it in %zu of %llu elements; ",
				 tally->column, tally->deficient, (unsigned long long) state->elements);
	else if (tally->column == state->design)
		sentence(w, "y is constant or explained by the covariates in %zu of %llu elements; ",
				 tally->deficient, (unsigned long long) state->elements);
	else if (tally->deficient > 0)
		sentence(w, "covariate %zu is constant or explained by those before it in %zu of %llu elements; ",
				 tally->column, tally->deficient, (unsigned long long) state->elements);
}

static bool
tests_raw_correlations(const psy_mass *state)
{
	return state->statistic != PSY_MASS_SUMMARY &&
		   (state->source == PSY_CONN_R || state->source == PSY_CONN_PARTIAL);
}

void
psy_mass_note(const psy_mass *state, const psy_mass_tally *tally, char *note, size_t size)
{
	writer w = {note, size};
	unsigned long long m = state->elements;

	note[0] = '\0';
	if (m == 0)
		sentence(&w, "no complete row; ");
	if (state->skipped > 0)
		sentence(&w, "%lld row%s skipped: %s missing; ", (long long) state->skipped,
				 state->skipped == 1 ? "" : "s",
				 psy_mass_has_contrast(state->statistic) ? "x, pre or a design variable"
														 : "x, group, y or a covariate");
	if (tally->incomplete > 0)
		sentence(&w, "%zu of %llu elements have fewer values than rows; ", tally->incomplete, m);
	if (tally->too_few > 0)
		sentence(&w, "%zu of %llu elements have too few values; ", tally->too_few, m);
	if (tally->deficient > 0)
		note_design(&w, state, tally);
	if (tally->no_spread > 0)
		sentence(&w, "%zu of %llu elements have no spread%s; ", tally->no_spread, m,
				 psy_mass_has_contrast(state->statistic) ? " that the design leaves"
				 : state->design > 0                     ? " or correlate perfectly"
														 : "");
	if (tests_raw_correlations(state) && m > 0)
		sentence(&w, "kind %s tested untransformed, conn_fisher_z is the usual scale; ",
				 psy_conn_kind_name((psy_conn_kind) state->source));
	if (w.at > note + 1)
		w.at[-2] = '\0';
}
