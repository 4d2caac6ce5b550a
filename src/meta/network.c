/*
 * network.c - network meta-analysis: checks what trials say, then fits, ranks and splits the evidence; see
 * network.h.
 *
 * Comparisons are oriented and sorted by trial, trials by design (their set of treatments), so that the
 * result does not depend on the order of rows, and the trials of a design are contiguous.
 */
#include "meta/network.h"

#include "meta/network_model.h"
#include "stats/distribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BLOCKS 16
#define CONTRADICTION                                                                                        \
	0.01 /* standard errors by which effects of a multi-arm trial may disagree: rounding                     \
		  */

typedef struct trial
{
	size_t study, pair, pairs; /* its comparisons */
	size_t arms;
	const size_t *arm;
	size_t row; /* its first row in the model */
} trial;

/* What a fit works with; released as a whole. */
typedef struct network
{
	const psy_context *ctx;
	const psy_network_data *data;
	psy_network_row *pair;
	trial *trial;
	size_t trials;
	size_t *arm;
	psy_net_row *row;
	size_t *place; /* of each treatment among the parameters of the model at hand */
	psy_net_model model;
	psy_net_gls work;
	void *block[MOST_BLOCKS];
	int blocks;
} network;

static psy_status
take(network *n, size_t count, size_t size, void *out, psy_error *err)
{
	void *block;
	psy_status status = psy_alloc(n->ctx, count, size, &block, err);

	if (status == PSY_OK)
		n->block[n->blocks++] = block;
	*(void **) out = block;
	return status;
}

static void
release(network *n)
{
	while (n->blocks > 0)
		psy_release(n->ctx, n->block[--n->blocks]);
}

/*
 * ---- comparisons -----------------------------------------------------------------------------------------
 */

static psy_status
check_pair(const psy_network_data *d, const psy_network_row *r, psy_error *err)
{
	const char *study = d->study[r->study];

	if (!isfinite(r->yi) || !isfinite(r->vi))
		return psy_fail(err, PSY_DOMAIN, "study \"%.60s\": %s must be finite", study,
						isfinite(r->yi) ? "vi" : "yi");
	if (!(r->vi > 0))
		return psy_fail(err, PSY_DOMAIN,
						"study \"%.60s\": vi is %g, but a sampling variance must be positive", study, r->vi);
	if (r->treat1 == r->treat2)
		return psy_fail(err, PSY_DOMAIN, "study \"%.60s\" compares \"%.60s\" with itself", study,
						d->treatment[r->treat1]);
	return PSY_OK;
}

static int
compare_pairs(const void *left, const void *right)
{
	const psy_network_row *a = left, *b = right;

	if (a->study != b->study)
		return a->study < b->study ? -1 : 1;
	if (a->treat1 != b->treat1)
		return a->treat1 < b->treat1 ? -1 : 1;
	return a->treat2 < b->treat2 ? -1 : a->treat2 > b->treat2;
}

static psy_status
read_pairs(network *n, psy_error *err)
{
	const psy_network_data *d = n->data;

	for (size_t i = 0; i < d->rows; i++)
	{
		psy_network_row r = d->row[i];
		psy_status status = check_pair(d, &r, err);

		if (status != PSY_OK)
			return status;
		n->pair[i] = r.treat1 < r.treat2 ? r : (psy_network_row){r.study, r.treat2, r.treat1, -r.yi, r.vi};
	}
	qsort(n->pair, d->rows, sizeof *n->pair, compare_pairs);
	for (size_t i = 1; i < d->rows; i++)
		if (compare_pairs(&n->pair[i - 1], &n->pair[i]) == 0)
		{
			psy_fail(err, PSY_DOMAIN, "study \"%.60s\" gives the comparison of \"%.60s\" and \"%.60s\" twice",
					 d->study[n->pair[i].study], d->treatment[n->pair[i].treat1],
					 d->treatment[n->pair[i].treat2]);
			return psy_hint(err, "Give each pair of arms of a trial once, in either direction.");
		}
	return PSY_OK;
}

/* The component that a treatment belongs to: the least treatment in it. */
static void
find_components(network *n, size_t *component)
{
	bool changed = true;

	for (size_t t = 0; t < n->data->treatments; t++)
		component[t] = t;
	while (changed)
	{
		changed = false;
		for (size_t i = 0; i < n->data->rows; i++)
		{
			size_t *a = &component[n->pair[i].treat1], *b = &component[n->pair[i].treat2];
			size_t least = *a < *b ? *a : *b;

			changed |= *a != *b;
			*a = *b = least;
		}
	}
}

static psy_status
require_connected(network *n, psy_error *err)
{
	const psy_network_data *d = n->data;
	size_t *component = n->place;
	char parts[280] = "";
	int count = 0;

	find_components(n, component);
	for (size_t root = 0; root < d->treatments; root++)
	{
		if (component[root] != root)
			continue;
		psy_append(parts, sizeof parts, "%s{%.40s", count++ > 0 ? " and " : "", d->treatment[root]);
		for (size_t t = root + 1; t < d->treatments; t++)
			if (component[t] == root)
				psy_append(parts, sizeof parts, ", %.40s", d->treatment[t]);
		psy_append(parts, sizeof parts, "}");
	}
	if (count == 1)
		return PSY_OK;
	psy_fail(err, PSY_SINGULAR, "the network is not connected; its %d parts are %s", count, parts);
	return psy_hint(err, "No trial links them: analyse each part by itself, by a WHERE over its treatments.");
}

/*
 * ---- trials ----------------------------------------------------------------------------------------------
 */

/* The arms of the trial whose pairs begin at t->pair: sorted, since the pairs are. */
static size_t
collect_arms(const psy_network_row *pair, size_t pairs, size_t *arm)
{
	size_t arms = 0;

	for (size_t i = 0; i < pairs; i++)
		for (int side = 0; side < 2; side++)
		{
			size_t treatment = side == 0 ? pair[i].treat1 : pair[i].treat2, at = 0;

			while (at < arms && arm[at] < treatment)
				at++;
			if (at < arms && arm[at] == treatment)
				continue;
			if (arms == PSY_NETWORK_MOST_ARMS)
				return arms + 1;
			memmove(arm + at + 1, arm + at, (arms - at) * sizeof *arm);
			arm[at] = treatment;
			arms++;
		}
	return arms;
}

static psy_status
find_trials(network *n, psy_error *err)
{
	size_t used = 0;

	for (size_t i = 0; i < n->data->rows;)
	{
		trial t = {.study = n->pair[i].study, .pair = i};
		size_t arm[PSY_NETWORK_MOST_ARMS + 1];

		while (i < n->data->rows && n->pair[i].study == t.study)
			i++;
		t.pairs = i - t.pair;
		t.arms = collect_arms(n->pair + t.pair, t.pairs, arm);
		if (t.arms > PSY_NETWORK_MOST_ARMS)
			return psy_fail(err, PSY_LIMIT, "study \"%.60s\" has more than %d arms", n->data->study[t.study],
							PSY_NETWORK_MOST_ARMS);
		if (t.pairs != t.arms * (t.arms - 1) / 2)
		{
			psy_fail(err, PSY_DOMAIN, "study \"%.60s\" has %zu arms but %zu of its %zu comparisons",
					 n->data->study[t.study], t.arms, t.pairs, t.arms * (t.arms - 1) / 2);
			return psy_hint(
				err, "Give every pair of arms of a trial: their variances tell how its effects covary.");
		}
		t.arm = memcpy(n->arm + used, arm, t.arms * sizeof *arm);
		used += t.arms;
		n->trial[n->trials++] = t;
	}
	return PSY_OK;
}

static int
compare_designs(const trial *a, const trial *b)
{
	if (a->arms != b->arms)
		return a->arms < b->arms ? -1 : 1;
	for (size_t i = 0; i < a->arms; i++)
		if (a->arm[i] != b->arm[i])
			return a->arm[i] < b->arm[i] ? -1 : 1;
	return 0;
}

static int
compare_trials(const void *left, const void *right)
{
	const trial *a = left, *b = right;
	int order = compare_designs(a, b);

	return order != 0 ? order : a->study < b->study ? -1 : a->study > b->study;
}

/* Pairwise effects and variances of a trial as matrices; pairs are in the order of the upper triangle. */
static void
matrices(const network *n, const trial *t, double *y, double *v)
{
	const psy_network_row *pair = n->pair + t->pair;

	for (size_t i = 0; i < t->arms; i++)
		for (size_t j = i; j < t->arms; j++)
		{
			y[i * t->arms + j] = i == j ? 0 : pair->yi;
			v[i * t->arms + j] = v[j * t->arms + i] = i == j ? 0 : pair->vi;
			y[j * t->arms + i] = -y[i * t->arms + j];
			if (i != j)
				pair++;
		}
}

/* Every effect must be the difference of its arms' levels, up to rounding of what was printed. */
static psy_status
check_effects(const network *n, const trial *t, const double *y, const double *v, psy_error *err)
{
	size_t m = t->arms;

	for (size_t i = 0; i < m; i++)
		for (size_t j = i + 1; j < m; j++)
		{
			double level = 0;

			for (size_t k = 0; k < m; k++)
				level += (y[i * m + k] - y[j * m + k]) / (double) m;
			if (fabs(y[i * m + j] - level) <= CONTRADICTION * sqrt(v[i * m + j]))
				continue;
			psy_fail(err, PSY_DOMAIN,
					 "study \"%.60s\": its effects contradict each other: \"%.60s\" against \"%.60s\" is %g, "
					 "but %g by "
					 "way of its other arms",
					 n->data->study[t->study], n->data->treatment[t->arm[i]], n->data->treatment[t->arm[j]],
					 y[i * m + j], level + (level - y[i * m + j]) * (m > 2 ? 2 / ((double) m - 2) : 0));
			return psy_hint(
				err, "Compute all effects of a multi-arm trial from the same arms and, for standardised "
					 "differences, with one pooled standard deviation.");
		}
	return PSY_OK;
}

/* The variances of the arms in the sense of least squares: v_ij = a_i + a_j. */
static psy_status
check_variances(const network *n, const trial *t, const double *v, psy_error *err)
{
	size_t m = t->arms;
	double all = 0;

	for (size_t i = 0; i < m * m && m > 2; i++)
		all += v[i] / 2;
	for (size_t i = 0; i < m && m > 2; i++)
	{
		double own = 0, variance;

		for (size_t j = 0; j < m; j++)
			own += v[i * m + j];
		variance = (own - all / (double) (m - 1)) / (double) (m - 2);
		if (variance >= -1e-12 * own)
			continue;
		psy_fail(
			err, PSY_DOMAIN,
			"study \"%.60s\": the variances of its comparisons imply a variance of %g for the arm \"%.60s\"",
			n->data->study[t->study], variance, n->data->treatment[t->arm[i]]);
		return psy_hint(
			err, "A variance or standard error of one of its comparisons is wrong; recompute all of them "
				 "from the arms.");
	}
	return PSY_OK;
}

static psy_status
build_trial(network *n, trial *t, double *coef, psy_error *err)
{
	double y[PSY_NETWORK_MOST_ARMS * PSY_NETWORK_MOST_ARMS], v[PSY_NETWORK_MOST_ARMS * PSY_NETWORK_MOST_ARMS];
	psy_status status;

	matrices(n, t, y, v);
	status = check_effects(n, t, y, v, err);
	if (status == PSY_OK)
		status = check_variances(n, t, v, err);
	if (status != PSY_OK)
		return status;
	if (!psy_net_trial(t->arm, t->arms, y, v, n->row + t->row, coef))
		return psy_fail(
			err, PSY_DOMAIN,
			"study \"%.60s\": the variances of its comparisons belong to no covariance of its arms",
			n->data->study[t->study]);
	return PSY_OK;
}

static psy_status
build_rows(network *n, double *coef, psy_error *err)
{
	psy_status status = find_trials(n, err);
	size_t row = 0;

	if (status != PSY_OK)
		return status;
	qsort(n->trial, n->trials, sizeof *n->trial, compare_trials);
	for (size_t i = 0; i < n->trials && status == PSY_OK; i++)
	{
		n->trial[i].row = row;
		row += n->trial[i].arms - 1;
		status = build_trial(n, &n->trial[i], coef, err);
		coef += n->trial[i].arms * (n->trial[i].arms - 1);
	}
	for (size_t t = 0; t < n->data->treatments; t++)
		n->place[t] = t == 0 ? SIZE_MAX : t - 1;
	n->model = (psy_net_model){n->row, row, n->place, n->data->treatments - 1};
	return status;
}

static psy_status
prepare(network *n, psy_error *err)
{
	const psy_network_data *d = n->data;
	size_t p = d->treatments;
	double *coef, *matrix;
	psy_status status = take(n, d->rows, sizeof *n->pair, &n->pair, err);

	if (status == PSY_OK)
		status = take(n, d->rows, sizeof *n->trial, &n->trial, err);
	if (status == PSY_OK)
		status = take(n, d->rows, 2 * sizeof *n->arm, &n->arm, err);
	if (status == PSY_OK)
		status = take(n, d->rows, sizeof *n->row, &n->row, err);
	if (status == PSY_OK)
		status = take(n, d->rows, 2 * sizeof *coef, &coef, err);
	if (status == PSY_OK)
		status = take(n, d->treatments, sizeof *n->place, &n->place, err);
	if (status == PSY_OK)
		status = take(n, 3 * p * p + 3 * p, sizeof *matrix, &matrix, err);
	if (status != PSY_OK)
		return status;
	n->work = (psy_net_gls){.factor = matrix,
							.inverse = matrix + p * p,
							.beta = matrix + 2 * p * p,
							.scratch = matrix + 2 * p * p + p};
	status = read_pairs(n, err);
	if (status == PSY_OK)
		status = require_connected(n, err);
	return status == PSY_OK ? build_rows(n, coef, err) : status;
}

/*
 * ---- designs ---------------------------------------------------------------------------------------------
 */

/* Q, its df and tr P at tau2, summed over designs each of which has treatment effects of its own. */
typedef struct within
{
	double q, df, trace;
	size_t designs;
	bool determined;
} within;

static within
within_designs(network *n, double tau2, size_t *place)
{
	within out = {.determined = true};

	for (size_t i = 0; i < n->trials;)
	{
		const trial *t = &n->trial[i];
		psy_net_model m = {n->row + t->row, 0, place, t->arms - 1};

		for (size_t a = 0; a < t->arms; a++)
			place[t->arm[a]] = a == 0 ? SIZE_MAX : a - 1;
		for (; i < n->trials && compare_designs(t, &n->trial[i]) == 0; i++)
			m.rows += t->arms - 1;
		out.determined &= psy_net_gls_at(&m, tau2, &n->work);
		out.q += m.rows > m.parameters ? n->work.q : 0;
		out.df += (double) (m.rows - m.parameters);
		out.trace += m.rows > m.parameters ? n->work.trace : 0;
		out.designs++;
	}
	return out;
}

static double
p_of(double q, double df)
{
	return df > 0 ? psy_chisq_p(fmax(0, q), df, PSY_UPPER) : NAN;
}

/* Q at tau2 = 0 and its parts; then the part between designs with heterogeneity within them. */
static psy_status
decompose(network *n, psy_network_result *r, psy_error *err)
{
	size_t *place;
	psy_status status = take(n, n->data->treatments, sizeof *place, &place, err);
	within fixed, random;

	if (status != PSY_OK)
		return status;
	fixed = within_designs(n, 0, place);
	r->designs = fixed.designs;
	r->q_within = fixed.q;
	r->q_within_df = fixed.df;
	r->q_within_p = p_of(fixed.q, fixed.df);
	r->q_between = fmax(0, r->q - fixed.q);
	r->q_between_df = r->q_df - fixed.df;
	r->q_between_p = p_of(r->q_between, r->q_between_df);
	if (fixed.df == 0 || !fixed.determined)
		return PSY_OK;
	r->tau2_within = fmax(0, (fixed.q - fixed.df) / fixed.trace);
	random = within_designs(n, r->tau2_within, place);
	if (r->q_between_df > 0 && random.determined && psy_net_gls_at(&n->model, r->tau2_within, &n->work))
	{
		r->q_interaction = fmax(0, n->work.q - random.q);
		r->q_interaction_p = p_of(r->q_interaction, r->q_between_df);
	}
	return PSY_OK;
}

/*
 * ---- results ---------------------------------------------------------------------------------------------
 */

/* The league table from the parameters and their covariance. */
static void
fill_league(network *n, psy_network_result *r)
{
	size_t t = n->data->treatments, p = t - 1;
	const double *beta = n->work.beta, *inverse = n->work.inverse;

	for (size_t i = 0; i < t; i++)
		for (size_t j = i; j < t; j++)
		{
			double vi = i > 0 ? inverse[(i - 1) * p + i - 1] : 0,
				   vj = j > 0 ? inverse[(j - 1) * p + j - 1] : 0;
			double vij = i > 0 && j > 0 ? inverse[(i - 1) * p + j - 1] : 0;
			double estimate = (i > 0 ? beta[i - 1] : 0) - (j > 0 ? beta[j - 1] : 0);

			r->estimate[i * t + j] = i == j ? 0 : estimate;
			r->estimate[j * t + i] = i == j ? 0 : -estimate;
			r->se[i * t + j] = r->se[j * t + i] = i == j ? 0 : sqrt(vi + vj - 2 * vij);
		}
}

static void
rank(size_t t, bool small_is_good, psy_network_result *r)
{
	for (size_t i = 0; i < t; i++)
	{
		double sum = 0;

		for (size_t j = 0; j < t; j++)
			if (j != i)
				sum += psy_normal_p(r->estimate[i * t + j] / r->se[i * t + j],
									small_is_good ? PSY_UPPER : PSY_LOWER);
		r->p_score[i] = sum / (double) (t - 1);
	}
}

static int
compare_by_treatments(const void *left, const void *right)
{
	const psy_network_row *a = left, *b = right;

	if (a->treat1 != b->treat1)
		return a->treat1 < b->treat1 ? -1 : 1;
	if (a->treat2 != b->treat2)
		return a->treat2 < b->treat2 ? -1 : 1;
	return a->study < b->study ? -1 : a->study > b->study;
}

/* Takes the direct evidence out of the network's estimate; by inverse variances, what remains is indirect. */
static void
split_evidence(psy_network_split *s, double weight, double mean, double estimate, double se)
{
	double rest = 1 / (se * se) - weight;

	s->direct = mean;
	s->se_direct = 1 / sqrt(weight);
	s->share = fmin(1, weight * se * se);
	s->indirect = s->se_indirect = s->difference = s->se_difference = s->statistic = s->p = NAN;
	if (s->share >= 1 - 1e-9)
	{
		s->share = 1;
		return;
	}
	s->indirect = (estimate / (se * se) - weight * mean) / rest;
	s->se_indirect = 1 / sqrt(rest);
	s->difference = s->direct - s->indirect;
	s->se_difference = sqrt(1 / weight + 1 / rest);
	s->statistic = s->difference / s->se_difference;
	s->p = psy_two_sided_p(s->statistic, INFINITY, NULL);
}

static void
split(network *n, psy_network_result *r)
{
	size_t t = n->data->treatments;

	qsort(n->pair, n->data->rows, sizeof *n->pair, compare_by_treatments);
	for (size_t i = 0; i < n->data->rows;)
	{
		psy_network_split *s = &r->split[r->splits++];
		double weight = 0, sum = 0;
		size_t at = n->pair[i].treat1 * t + n->pair[i].treat2;

		*s = (psy_network_split){.treat1 = n->pair[i].treat1, .treat2 = n->pair[i].treat2};
		for (; i < n->data->rows && n->pair[i].treat1 * t + n->pair[i].treat2 == at; i++, s->k++)
		{
			double w = 1 / (n->pair[i].vi + r->tau2);

			weight += w;
			sum += w * n->pair[i].yi;
		}
		split_evidence(s, weight, sum / weight, r->estimate[at], r->se[at]);
	}
}

static psy_status
too_far_apart(psy_error *err)
{
	return psy_fail(err, PSY_SINGULAR, "the variances of the network are too far apart for double precision");
}

static psy_status
fit(network *n, const psy_network_options *o, psy_network_result *r, psy_error *err)
{
	psy_status status;

	r->q_df = (double) (n->model.rows - n->model.parameters);
	if (!psy_net_gls_at(&n->model, 0, &n->work))
		return too_far_apart(err);
	r->q = r->q_df > 0 ? n->work.q : 0;
	r->q_p = p_of(r->q, r->q_df);
	r->i2 = r->q_df == 0 ? NAN : r->q > r->q_df ? 100 * (r->q - r->q_df) / r->q : 0;
	status = decompose(n, r, err);
	if (status != PSY_OK)
		return status;
	r->tau2 = psy_net_tau2(n->ctx, &n->model, o->method, &n->work);
	status = psy_poll(n->ctx, err);
	if (status != PSY_OK)
		return status;
	if (!isfinite(r->tau2) || !psy_net_gls_at(&n->model, r->tau2, &n->work))
		return too_far_apart(err);
	r->loglik = psy_net_loglik(&n->model, &n->work, o->method == PSY_META_REML);
	psy_net_covariance(&n->model, &n->work);
	fill_league(n, r);
	rank(n->data->treatments, o->small_is_good, r);
	split(n, r);
	if (r->q_df == 0)
		psy_append(r->note, sizeof r->note,
				   "as many comparisons as parameters: heterogeneity and inconsistency cannot be estimated");
	else if (r->q_between_df == 0)
		psy_append(r->note, sizeof r->note,
				   "no closed loop of different designs: inconsistency cannot be tested");
	return PSY_OK;
}

/*
 * ---- entry -----------------------------------------------------------------------------------------------
 */

static psy_status
check_request(const psy_network_data *d, const psy_network_options *o, psy_error *err)
{
	if (o->method != PSY_META_EE && o->method != PSY_META_DL && o->method != PSY_META_PM &&
		o->method != PSY_META_ML && o->method != PSY_META_REML)
	{
		psy_fail(err, PSY_UNSUPPORTED, "method %s is not available for networks",
				 psy_meta_method_name(o->method));
		return psy_hint(err, "Allowed are EE, DL, PM, ML and REML.");
	}
	if (!(o->level > 0 && o->level < 1))
		return psy_fail(err, PSY_DOMAIN, "level is %g, but must lie between 0 and 1, such as 0.95", o->level);
	if (d->treatments > PSY_NETWORK_MOST_TREATMENTS)
		return psy_fail(err, PSY_LIMIT, "the network has %zu treatments; at most %d are allowed",
						d->treatments, PSY_NETWORK_MOST_TREATMENTS);
	return PSY_OK;
}

static const psy_network_result nothing_known = {.tau2 = NAN,
												 .i2 = NAN,
												 .q = NAN,
												 .q_df = NAN,
												 .q_p = NAN,
												 .q_within = NAN,
												 .q_within_df = NAN,
												 .q_within_p = NAN,
												 .q_between = NAN,
												 .q_between_df = NAN,
												 .q_between_p = NAN,
												 .q_interaction = NAN,
												 .q_interaction_p = NAN,
												 .tau2_within = NAN,
												 .loglik = NAN};

/* What admits no answer is no error: nothing is known, and note says why, so that one group never ends a query. */
static psy_status
without_answer(psy_network_result *r, const psy_error *why)
{
	psy_network_result empty = nothing_known;

	empty.treatments = r->treatments;
	empty.estimate = r->estimate;
	empty.split = r->split;
	*r = empty;
	psy_append(r->note, sizeof r->note, "%s", why->message);
	return PSY_OK;
}

psy_status
psy_network_fit(const psy_context *ctx, const psy_network_data *data, const psy_network_options *options,
				psy_network_result *result, psy_error *err)
{
	network n = {.ctx = ctx, .data = data};
	size_t t = data->treatments;
	void *block = NULL;
	psy_error own;
	psy_status status = check_request(data, options, err = err != NULL ? err : &own);

	*result = nothing_known;
	result->treatments = t;
	if (status != PSY_OK || data->rows == 0)
		return status;
	status = psy_alloc(ctx, 2 * t * t + t, sizeof(double), &block, err);
	result->estimate = block;
	if (status == PSY_OK)
		status = psy_alloc(ctx, data->rows, sizeof *result->split, &block, err);
	if (status == PSY_OK)
	{
		result->split = block;
		result->se = result->estimate + t * t;
		result->p_score = result->se + t * t;
		status = prepare(&n, err);
	}
	if (status == PSY_OK)
		status = fit(&n, options, result, err);
	release(&n);
	return status == PSY_SINGULAR ? without_answer(result, err) : status;
}

void
psy_network_release(const psy_context *ctx, psy_network_result *result)
{
	psy_release(ctx, result->estimate);
	psy_release(ctx, result->split);
	result->estimate = NULL;
	result->split = NULL;
}
