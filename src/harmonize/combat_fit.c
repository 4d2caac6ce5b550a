/*
 * combat_fit.c - ComBat's estimates from the sites' sums; see combat.h.
 *
 * Within-site sums are what least squares with an intercept a site needs: with W_s and p_s the centred
 * products of covariates and with x at site s, b solves (sum W_s) b = sum p_s, the site's intercept is
 * mean_s(x) - b'mean_s(w), and its residual sum of squares about that is xx_s - 2 b'p_s + b'W_s b.
 */
#include "harmonize/combat.h"

#include "core/lanes.h"
#include "stats/linalg.h"
#include "stats/mass_spread.h"
#include "stats/moments.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define MOST_ITERATIONS 10000
#define POLL 4096 /* elements between looks at an interrupt */

/* ---- the design ------------------------------------------------------------------------------ */

/* What is the same for all elements, and room for one. */
typedef struct design
{
	size_t q, sites;
	double *within;  /* [q][q] pooled products, then their Cholesky factor in its lower triangle */
	double *product; /* [q] */
	double *beta;    /* [q] */
	bool solvable;
} design;

/* One site's covariate moments of one element: the group's own, or the element's. */
typedef struct core
{
	const double *at;
	size_t stride;
	const double *origin;
} core;

static core
core_of(const psy_combat_state *state, size_t site, const psy_mass_streams *of, size_t k)
{
	const double *comoments = psy_combat_state_site(state, site);
	const double *origin = comoments + psy_comoments_core(state->design);

	if (of->count != NULL)
		return (core){of->count + k, state->elements, origin};
	return (core){comoments, 1, origin};
}

static double
core_count(const core *c)
{
	return c->at[0];
}

/* Mean of covariate j relative to centre. */
static double
core_mean(const core *c, size_t j, const double *centre)
{
	return (c->origin[j] - centre[j]) + c->at[(1 + j) * c->stride] / c->at[0];
}

static double
core_product(const core *c, size_t q, size_t i, size_t j)
{
	return c->at[(1 + q + psy_product_index(i, j)) * c->stride];
}

/*
 * Factors the pooled products of d->within; 0, or the first covariate (1-based) of which the sites and the
 * covariates before it leave less than PSY_RANK_TOLERANCE of what it varies: total[j] in all.
 */
static size_t
factor(design *d, const double *total)
{
	size_t q = d->q;

	for (size_t i = 0; i < q; i++)
	{
		double *row = d->within + i * q, own = row[i];

		for (size_t j = 0; j < i; j++)
			row[j] = (row[j] - psy_inner(row, d->within + j * q, j)) / d->within[j * q + j];
		row[i] -= psy_inner(row, row, i);
		if (!(own > PSY_RANK_TOLERANCE * total[i]) || !(row[i] > PSY_RANK_TOLERANCE * own))
			return i + 1;
		row[i] = sqrt(row[i]);
	}
	return 0;
}

/* Sums of squares of each covariate about its mean over all sites, into total[q]; merged is scratch. */
static void
total_squares(const psy_combat_state *state, double *merged, double *total)
{
	size_t q = state->design;

	memset(merged, 0, sizeof *merged * psy_comoments_length(q));
	for (size_t s = 0; s < state->sites; s++)
		psy_comoments_merge(merged, psy_combat_state_site(state, s), q);
	for (size_t j = 0; j < q; j++)
		total[j] = merged[1 + q + psy_product_index(j, j)];
}

static psy_status
deficient(const psy_combat_state *state, size_t column, const double *total, psy_error *err)
{
	double within = 0, noise = 0;

	for (size_t s = 0; s < state->sites; s++)
	{
		const double *at = psy_combat_state_site(state, s);
		double mean = at[psy_comoments_core(state->design) + column - 1] + at[column] / at[0];

		within += at[1 + state->design + psy_product_index(column - 1, column - 1)];
		noise += psy_spread_noise(at[0], mean);
	}
	if (!(total[column - 1] > noise))
		psy_fail(err, PSY_SINGULAR, "covariates[%zu] has the same value in every row", column);
	else if (!(within > PSY_RANK_TOLERANCE * total[column - 1]))
		psy_fail(err, PSY_SINGULAR,
				 "covariates[%zu] is constant within every site: its effect cannot be told from that of "
				 "site",
				 column);
	else
		psy_fail(err, PSY_SINGULAR, "covariates[%zu] is a combination of site and the covariates before it",
				 column);
	return psy_hint(err, "Leave it out, or add sites in which it varies by itself.");
}

static psy_status
check_design(const psy_combat_state *state, design *d, double *total, double *merged, psy_error *err)
{
	size_t q = state->design, column;

	total_squares(state, merged, total);
	memset(d->within, 0, sizeof *d->within * q * q);
	for (size_t s = 0; s < state->sites; s++)
	{
		core c = {psy_combat_state_site(state, s), 1, NULL};

		for (size_t i = 0; i < q; i++)
			for (size_t j = 0; j < q; j++)
				d->within[i * q + j] += core_product(&c, q, i, j);
	}
	column = factor(d, total);
	return column > 0 ? deficient(state, column, total, err) : PSY_OK;
}

/* ---- one element ----------------------------------------------------------------------------- */

/* Factors the element's own design where it has one. */
static void
element_design(const psy_combat_state *state, const psy_mass_streams *of, size_t k, design *d,
			   const double *total)
{
	size_t q = d->q;

	memset(d->within, 0, sizeof *d->within * q * q);
	for (size_t s = 0; s < d->sites; s++)
	{
		core c = core_of(state, s, of + s, k);

		for (size_t i = 0; i < q; i++)
			for (size_t j = 0; j < q; j++)
				d->within[i * q + j] += core_product(&c, q, i, j);
	}
	d->solvable = factor(d, total) == 0;
}

/* xx_s - 2 b'p_s + b'W_s b, or 0 where that is rounding. */
static double
residual_squares(const psy_mass_streams *of, const core *c, const design *d, size_t m, size_t k)
{
	double squares = of->squares[k], sum = squares;

	for (size_t i = 0; i < d->q; i++)
	{
		double along = 0;

		for (size_t j = 0; j < d->q; j++)
			along += core_product(c, d->q, i, j) * d->beta[j];
		sum += d->beta[i] * (along - 2 * of->product[i * m + k]);
	}
	return sum > PSY_RANK_TOLERANCE * squares &&
				   sum > psy_spread_noise(core_count(c), of->origin[k] + of->sum[k] / core_count(c))
			   ? sum
			   : 0;
}

static void
solve(const psy_mass_streams *of, const design *d, size_t m, size_t k)
{
	for (size_t j = 0; j < d->q; j++)
	{
		d->beta[j] = 0;
		for (size_t s = 0; s < d->sites; s++)
			d->beta[j] += of[s].product[j * m + k];
	}
	psy_solve_lower(d->within, d->q, d->beta, 1);
	psy_solve_lower_transposed(d->within, d->q, d->beta, 1);
}

/* Where the numbers of an element are gathered. */
typedef struct element_sums
{
	double n, intercepts, squares; /* over sites, or of the reference alone */
	double rows;                   /* over sites, always */
} element_sums;

/* gamma[s] = the site's intercept and delta[s] its residual sum of squares, for the time being. */
static element_sums
intercepts(const psy_combat_state *state, const psy_mass_streams *of, const design *d, size_t k,
		   const double *centre, int64_t reference, const psy_combat_streams *to)
{
	size_t m = state->elements;
	element_sums sums = {0, 0, 0, 0};

	for (size_t s = 0; s < d->sites; s++)
	{
		core c = core_of(state, s, of + s, k);
		double n = core_count(&c), intercept = NAN, squares = NAN;

		if (n > 0)
		{
			intercept = of[s].origin[k] + of[s].sum[k] / n;
			for (size_t j = 0; j < d->q; j++)
				intercept -= d->beta[j] * core_mean(&c, j, centre);
			squares = residual_squares(of + s, &c, d, m, k);
		}
		sums.rows += n;
		to->gamma[s * m + k] = intercept;
		to->delta[s * m + k] = squares;
		if (n > 0 && (reference < 0 || (size_t) reference == s))
		{
			sums.n += n;
			sums.intercepts += n * intercept;
			sums.squares += squares;
		}
	}
	return sums;
}

static void
lose_element(const psy_combat_streams *to, const design *d, size_t m, size_t k)
{
	to->mean[k] = to->sd[k] = NAN;
	for (size_t j = 0; j < d->q; j++)
		to->beta[j * m + k] = NAN;
	for (size_t s = 0; s < d->sites; s++)
		to->gamma[s * m + k] = to->delta[s * m + k] = NAN;
}

/* g and d of the standardised residuals, before empirical Bayes. */
static void
standardise_sites(const psy_combat_state *state, const psy_mass_streams *of, const design *d, size_t k,
				  bool mean_only, const psy_combat_streams *to)
{
	size_t m = state->elements;

	for (size_t s = 0; s < d->sites; s++)
	{
		core c = core_of(state, s, of + s, k);
		double n = core_count(&c), *gamma = to->gamma + s * m + k, *delta = to->delta + s * m + k;

		*gamma = (*gamma - to->mean[k]) / to->sd[k];
		*delta = mean_only ? (n > 0 ? 1 : NAN) : *delta / ((n - 1) * to->sd[k] * to->sd[k]);
		if (!(*delta > 0) || (!mean_only && n < 2))
			*gamma = *delta = NAN;
	}
}

static bool
fit_element(const psy_combat_state *state, const psy_mass_streams *of, design *d, size_t k,
			const double *centre, const psy_combat *fit, const psy_combat_streams *to)
{
	size_t m = state->elements;
	element_sums sums;
	double variance;

	if (!d->solvable)
	{
		lose_element(to, d, m, k);
		return false;
	}
	solve(of, d, m, k);
	sums = intercepts(state, of, d, k, centre, fit->reference, to);
	variance = sums.squares / sums.n;
	if (!(variance > 0) || sums.rows <= (double) (d->q + d->sites))
	{
		lose_element(to, d, m, k);
		return false;
	}
	to->mean[k] = sums.intercepts / sums.n;
	to->sd[k] = sqrt(variance);
	for (size_t j = 0; j < d->q; j++)
		to->beta[j * m + k] = d->beta[j];
	standardise_sites(state, of, d, k, (fit->flags & PSY_COMBAT_MEAN_ONLY) != 0, to);
	return true;
}

static psy_status
fit_elements(const psy_context *ctx, const psy_combat_state *state, const psy_mass_streams *of, design *d,
			 const double *total, psy_combat *fit, psy_error *err)
{
	psy_combat_streams to = psy_combat_streams_of(fit);
	const double *centre = psy_combat_centre(fit);
	double rows = 0;

	for (size_t s = 0; s < d->sites; s++)
		rows += psy_combat_state_site(state, s)[0];
	for (size_t k = 0; k < state->elements; k++)
	{
		if (of->count != NULL)
		{
			double present = 0;

			for (size_t s = 0; s < d->sites; s++)
				present += of[s].count[k];
			fit->incomplete += present < rows;
			element_design(state, of, k, d, total);
		}
		fit->lost += !fit_element(state, of, d, k, centre, fit, &to);
		if (k % POLL == 0 && psy_poll(ctx, err) != PSY_OK)
			return PSY_INTERRUPTED;
	}
	return PSY_OK;
}

/* ---- empirical Bayes ------------------------------------------------------------------------- */

/* Mean and variance (divisor count - 1) of those that are not NaN. */
static size_t
spread(const double *x, size_t m, double *mean, double *variance)
{
	double sum = 0, squares = 0;
	size_t count = 0;

	for (size_t k = 0; k < m; k++)
		if (!isnan(x[k]))
		{
			sum += x[k];
			count++;
		}
	*mean = sum / (double) count;
	for (size_t k = 0; k < m; k++)
		squares += isnan(x[k]) ? 0 : (x[k] - *mean) * (x[k] - *mean);
	*variance = squares / ((double) count - 1);
	return count;
}

/* One round over a site's elements; the largest relative change.  count: per element, or NULL and n. */
PSY_CLONES static double
shrink(const psy_combat_site *prior, size_t m, const double *count, double n, const double *gamma_hat,
	   const double *delta_hat, double *gamma, double *delta)
{
	double change = 0;

	for (size_t k = 0; k < m; k++)
	{
		double rows = count != NULL ? count[k] : n;
		double g =
			(prior->t2 * rows * gamma_hat[k] + delta[k] * prior->gamma_bar) / (prior->t2 * rows + delta[k]);
		double squares = (rows - 1) * delta_hat[k] + rows * (gamma_hat[k] - g) * (gamma_hat[k] - g);
		double d = (0.5 * squares + prior->b) / (rows / 2 + prior->a - 1);
		double g_change = fabs(g - gamma[k]) / gamma[k], d_change = fabs(d - delta[k]) / delta[k];

		change = g_change > change ? g_change : change;
		change = d_change > change ? d_change : change;
		gamma[k] = g;
		delta[k] = d;
	}
	return change;
}

/* Where all elements of the site have one d, the prior is that d and nothing moves it. */
static void
shrink_to_one_delta(const psy_combat_site *prior, size_t m, const double *count, double n,
					const double *gamma_hat, const double *delta_hat, double *gamma)
{
	for (size_t k = 0; k < m; k++)
	{
		double rows = count != NULL ? count[k] : n;

		gamma[k] = (prior->t2 * rows * gamma_hat[k] + delta_hat[k] * prior->gamma_bar) /
				   (prior->t2 * rows + delta_hat[k]);
	}
}

static psy_status
iterate(const psy_context *ctx, psy_combat_site *prior, size_t m, const double *count, double tolerance,
		const double *hat, double *gamma, double *delta, psy_error *err)
{
	double change = INFINITY;

	while (change > tolerance)
	{
		change = shrink(prior, m, count, prior->rows, hat, hat + m, gamma, delta);
		if (++prior->iterations > MOST_ITERATIONS)
			return psy_fail(err, PSY_NOCONVERGE,
							"the empirical Bayes estimates of site \"%s\" did not settle to %g in %d rounds",
							prior->name, tolerance, MOST_ITERATIONS);
		if (psy_poll(ctx, err) != PSY_OK)
			return PSY_INTERRUPTED;
	}
	return PSY_OK;
}

/* sva's postmean(g_hat, g_bar, 1, 1, t2). */
static void
shrink_mean_only(const psy_combat_site *prior, size_t m, double *gamma)
{
	for (size_t k = 0; k < m; k++)
		gamma[k] = (prior->t2 * gamma[k] + prior->gamma_bar) / (prior->t2 + 1);
}

/* Moment estimates of the inverse gamma prior of d (Johnson 2007, 3.1). */
static void
delta_prior(psy_combat_site *prior, const double *delta, size_t m)
{
	double mean, variance;

	spread(delta, m, &mean, &variance);
	prior->a = (2 * variance + mean * mean) / variance;
	prior->b = (mean * variance + mean * mean * mean) / variance;
}

/* A site's g and d, shrunk; hat: [2m]. */
static psy_status
shrink_site(const psy_context *ctx, const psy_combat *fit, psy_combat_site *prior, const double *count,
			double *gamma, double *delta, double *hat, psy_error *err)
{
	size_t m = fit->elements;

	if (spread(gamma, m, &prior->gamma_bar, &prior->t2) < 2)
	{
		psy_fail(err, PSY_DOMAIN, "site \"%s\" has fewer than 2 elements to learn the priors from",
				 prior->name);
		return psy_hint(err, "Use combat_final(state, eb => false).");
	}
	if ((fit->flags & PSY_COMBAT_MEAN_ONLY) != 0)
	{
		shrink_mean_only(prior, m, gamma);
		return PSY_OK;
	}
	delta_prior(prior, delta, m);
	memcpy(hat, gamma, sizeof *hat * m);
	memcpy(hat + m, delta, sizeof *hat * m);
	if (isfinite(prior->a) && isfinite(prior->b))
		return iterate(ctx, prior, m, count, fit->tolerance, hat, gamma, delta, err);
	prior->a = prior->b = INFINITY;
	shrink_to_one_delta(prior, m, count, prior->rows, hat, hat + m, gamma);
	return PSY_OK;
}

static psy_status
shrink_sites(const psy_context *ctx, const psy_mass_streams *of, psy_combat *fit, psy_error *err)
{
	psy_combat_streams to = psy_combat_streams_of(fit);
	size_t m = fit->elements;
	void *hat;
	psy_status status = psy_alloc(ctx, 2 * m, sizeof(double), &hat, err);

	for (size_t s = 0; status == PSY_OK && s < fit->sites; s++)
		if ((int64_t) s != fit->reference)
			status = shrink_site(ctx, fit, psy_combat_sites(fit) + s, of[s].count, to.gamma + s * m,
								 to.delta + s * m, hat, err);
	psy_release(ctx, hat);
	return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* The reference gives the scale and keeps it. */
static void
settle_reference(psy_combat *fit)
{
	psy_combat_streams to = psy_combat_streams_of(fit);
	size_t m = fit->elements;

	for (size_t k = 0; fit->reference >= 0 && k < m; k++)
		if (!isnan(to.sd[k]))
		{
			to.gamma[(size_t) fit->reference * m + k] = 0;
			to.delta[(size_t) fit->reference * m + k] = 1;
		}
}

static void
describe_sites(const psy_combat_state *state, const double *total, psy_combat *fit)
{
	psy_combat_streams to = psy_combat_streams_of(fit);

	for (size_t s = 0; s < fit->sites; s++)
	{
		const double *comoments = psy_combat_state_site(state, s);
		psy_combat_site *site = psy_combat_sites(fit) + s;

		for (size_t k = 0; k < fit->elements; k++)
			site->left_out += isnan(to.gamma[s * fit->elements + k]) && !isnan(to.sd[k]);
		for (size_t j = 0; j < fit->design && comoments[0] > 1; j++)
			if (comoments[1 + fit->design + psy_product_index(j, j)] <= PSY_RANK_TOLERANCE * total[j])
				site->one_value |= UINT64_C(1) << j;
	}
}

/* The covariates' means over all rows: what the fit's mean is at must not depend on which row came first. */
static void
find_centre(const psy_combat_state *state, double *centre)
{
	const double *first = psy_combat_state_site(state, 0) + psy_comoments_core(state->design);

	for (size_t j = 0; j < state->design; j++)
	{
		double sum = 0, rows = 0;

		for (size_t s = 0; s < state->sites; s++)
		{
			const double *comoments = psy_combat_state_site(state, s);
			const double *origin = comoments + psy_comoments_core(state->design);

			sum += comoments[0] * (origin[j] - first[j]) + comoments[1 + j];
			rows += comoments[0];
		}
		centre[j] = first[j] + sum / rows;
	}
}

static void
name_sites(const psy_combat_state *state, psy_combat *fit)
{
	for (size_t s = 0; s < fit->sites; s++)
	{
		memcpy(psy_combat_sites(fit)[s].name, psy_combat_state_name(state, s), PSY_COMBAT_NAME);
		psy_combat_sites(fit)[s].rows = psy_combat_state_site(state, s)[0];
	}
	find_centre(state, psy_combat_centre(fit));
}

static psy_status
check_rows(const psy_combat_state *state, const psy_combat_options *options, psy_error *err)
{
	double rows = 0;

	if (!(options->tolerance >= 1e-14 && options->tolerance < 1))
		return psy_fail(err, PSY_DOMAIN, "tolerance is %g; 1e-14 to less than 1 expected",
						options->tolerance);
	if (state->sites < 2)
	{
		psy_fail(err, PSY_DOMAIN, "every row is of site \"%s\": there is nothing to harmonise",
				 psy_combat_state_name(state, 0));
		return psy_hint(err, "Fit over the rows of two sites or more.");
	}
	for (size_t s = 0; s < state->sites; s++)
	{
		double here = psy_combat_state_site(state, s)[0];

		rows += here;
		if (here < 2 && !options->mean_only)
		{
			psy_fail(err, PSY_DOMAIN, "site \"%s\" has one row: its variance cannot be estimated",
					 psy_combat_state_name(state, s));
			return psy_hint(err, "Leave the site out, or harmonise means alone: combat_final(state, "
								 "mean_only => true).");
		}
	}
	if (rows <= state->sites + state->design)
		return psy_fail(err, PSY_DOMAIN, "%.0f rows are too few for %u sites and %d covariates", rows,
						state->sites, state->design);
	return PSY_OK;
}

static psy_status
begin_fit(const psy_combat_state *state, const psy_combat_options *options, psy_combat *fit, psy_error *err)
{
	size_t reference;
	psy_status status = check_rows(state, options, err);

	if (status != PSY_OK)
		return status;
	fit->source = state->source;
	fit->flags =
		(uint8_t) ((options->eb ? PSY_COMBAT_EB : 0) | (options->mean_only ? PSY_COMBAT_MEAN_ONLY : 0));
	fit->design = state->design;
	fit->sites = state->sites;
	fit->elements = state->elements;
	fit->skipped = state->skipped;
	fit->tolerance = options->tolerance;
	fit->reference = -1;
	name_sites(state, fit);
	if (options->reference == NULL)
		return PSY_OK;
	status = psy_combat_find(fit, options->reference, &reference, err);
	fit->reference = status == PSY_OK ? (int64_t) reference : -1;
	return status;
}

/* With room for the sites' streams and the design, in one piece. */
static psy_status
fit_with_room(const psy_context *ctx, const psy_combat_state *state, psy_mass_streams *of, double *room,
			  psy_combat *fit, psy_error *err)
{
	size_t q = state->design;
	design d = {q, state->sites, room, room + q * q, room + q * q + q, true};
	double *total = room + q * q + 2 * q;
	psy_status status = check_design(state, &d, total, total + q, err);

	for (size_t s = 0; s < state->sites; s++)
		of[s] = psy_combat_state_streams(state, s);
	if (status == PSY_OK)
		status = fit_elements(ctx, state, of, &d, total, fit, err);
	if (status == PSY_OK && (fit->flags & PSY_COMBAT_EB) != 0)
		status = shrink_sites(ctx, of, fit, err);
	if (status != PSY_OK)
		return status;
	settle_reference(fit);
	describe_sites(state, total, fit);
	/* Sums near the ends of the doubles can leave infinities: better no fit than one that cannot be read
	 * back. */
	if (psy_combat_check(fit, psy_combat_size(fit->sites, fit->design, fit->elements), NULL) != PSY_OK)
		return psy_fail(err, PSY_DOMAIN, "values are too large or too unlike each other to be harmonised");
	return PSY_OK;
}

psy_status
psy_combat_fit(const psy_context *ctx, const psy_combat_state *state, const psy_combat_options *options,
			   psy_combat *fit, psy_error *err)
{
	size_t q = state->design;
	void *of = NULL, *room = NULL;
	psy_status status = begin_fit(state, options, fit, err);

	if (status == PSY_OK)
		status = psy_alloc(ctx, state->sites, sizeof(psy_mass_streams), &of, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, q * q + 3 * q + psy_comoments_length(q), sizeof(double), &room, err);
	if (status == PSY_OK)
		status = fit_with_room(ctx, state, of, room, fit, err);
	psy_release(ctx, room);
	psy_release(ctx, of);
	return status;
}
