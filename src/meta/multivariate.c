/*
 * multivariate.c - from rows with studies and outcomes to a multivariate model's result; see multivariate.h.
 *
 * The design has an intercept and an indicator of every outcome but the first: with it, effects and moderators are
 * centred as in every regression here, and psy_design reports the sums as the outcomes' means.
 */
#include "meta/multivariate.h"

#include "meta/multivariate_search.h"
#include "meta/regression.h"
#include "stats/distribution.h"
#include "stats/linalg.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define KEYS 2
#define SAME 1e-7 /* two statements of one covariance may differ by so much of sqrt(vi vj) */
#define NEGLIGIBLE 1e-13 /* of the least vi: a variance that the search left there on its way to 0 */
#define THETAS (PSY_STRUCTURE_LEVELS * (PSY_STRUCTURE_LEVELS + 1) / 2)

static const char *const means_names[] = {"outcome", "common", "none"};

psy_status
psy_multivariate_means_parse(const char *name, psy_multivariate_means *means, psy_error *err)
{
	for (int i = 0; i < PSY_MULTIVARIATE_MEANS; i++)
		if (strcasecmp(name, means_names[i]) == 0)
		{
			*means = (psy_multivariate_means) i;
			return PSY_OK;
		}
	psy_fail(err, PSY_DOMAIN, "unknown means \"%.40s\"", name);
	return psy_hint(err, "Allowed are outcome, common and none.");
}

const char *
psy_multivariate_means_name(psy_multivariate_means means)
{
	return means_names[means];
}

psy_status
psy_multivariate_check(const psy_multivariate_options *o, psy_error *err)
{
	const psy_dependence_options shared = {"multivariate", "meta_multivariate_robust", "sampling_rho", o->method,
										   o->test, o->level, o->rho};

	return psy_dependence_check(&shared, err);
}

static psy_status
result_make(const psy_context *ctx, size_t k, size_t full, psy_multivariate *r, psy_error *err)
{
	void *block;
	size_t room = 6 * full + full * full;
	psy_status status = psy_alloc(ctx, room + 1, sizeof(double), &block, err);
	double *at = block;
	double **part[] = {&r->beta, &r->se, &r->statistic, &r->p_value, &r->ci_lb, &r->ci_ub, &r->vcov};

	if (status != PSY_OK)
		return status;
	*r = (psy_multivariate){.k = k, .full = full};
	for (size_t i = 0; i < room; i++)
		at[i] = NAN;
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		*part[i] = at + i * full;
	r->df = r->qm = r->qm_df = r->qm_p = r->qe = r->qe_p = r->loglik = r->aic = r->bic = r->aicc = NAN;
	for (size_t i = 0; i < sizeof r->tau2 / sizeof *r->tau2; i++)
		r->tau2[i] = NAN;
	for (size_t i = 0; i < sizeof r->rho / sizeof *r->rho; i++)
		r->rho[i] = NAN;
	for (size_t i = 0; i < sizeof r->g / sizeof *r->g; i++)
		r->g[i] = NAN;
	return PSY_OK;
}

void
psy_multivariate_release(const psy_context *ctx, psy_multivariate *result)
{
	psy_release(ctx, result->beta);
	result->beta = NULL;
}

/*
 * ---- the model -------------------------------------------------------------------------------------------
 */

/* Everything that a fit holds; block is all of its memory but the clusters' scratch. */
typedef struct model
{
	const psy_context *ctx;
	const psy_multivariate_options *o;
	psy_outcome_rows given;
	psy_meta_rows rows; /* with the outcomes' indicators as moderators */
	void *block, *scratch;
	size_t *place, *level;
	double *covariance, *work; /* work: psy_residual_variance's */
	psy_design d;
	psy_clusters c;
	psy_cluster_fit fit;
	psy_structure structure;
	bool fixed[THETAS];
	double theta[THETAS], g[PSY_STRUCTURE_LEVELS * PSY_STRUCTURE_LEVELS], loglik;
	size_t in_studies[PSY_STRUCTURE_LEVELS];                          /* studies that have an outcome */
	bool together[PSY_STRUCTURE_LEVELS * PSY_STRUCTURE_LEVELS];       /* some study has both */
	char note[512];
} model;

static size_t
indicators(const psy_multivariate_options *o, size_t levels)
{
	return o->means == PSY_MEANS_OUTCOME ? levels - 1 : 0;
}

static size_t
row_level(psy_meta_rows rows, size_t i)
{
	return (size_t) rows.row[i * rows.stride + 4 + rows.columns];
}

/* The rows with indicators of outcomes 1 .. levels - 1 in front of their moderators. */
static void
fill_rows(model *m, double *to)
{
	psy_meta_rows from = m->given.rows;
	size_t more = indicators(m->o, m->given.levels);

	m->rows = (psy_meta_rows){to, from.k, from.columns + more, 2 + from.columns + more + 2 * KEYS};
	for (size_t i = 0; i < from.k; i++, to += m->rows.stride)
	{
		const double *row = from.row + i * from.stride;

		memcpy(to, row, 2 * sizeof *to);
		for (size_t j = 0; j < more; j++)
			to[2 + j] = row_level(from, i) == j + 1;
		memcpy(to + 2 + more, row + 2, (from.columns + 2 * KEYS) * sizeof *to);
	}
}

static psy_status
model_make(const psy_context *ctx, psy_outcome_rows given, const psy_multivariate_options *o, model *m, psy_error *err)
{
	size_t k = given.rows.k, columns = given.rows.columns + indicators(o, given.levels), full = columns + 1;
	size_t rows = k * (2 + columns + 2 * KEYS), design = psy_design_room(k, columns), clusters = psy_clusters_room(k, columns);
	psy_status status;
	double *at;

	*m = (model){.ctx = ctx, .o = o, .given = given};
	status = psy_alloc(ctx, rows + 3 * k + design + clusters + k * given.levels + k * full + k + full * full + 4 * full,
					   sizeof(double), &m->block, err);
	if (status != PSY_OK)
		return status;
	at = m->block;
	fill_rows(m, at);
	at += rows;
	m->place = (size_t *) at;
	m->level = m->place + 2 * k;
	at += 3 * k;
	psy_rows_order(m->rows, KEYS, m->place);
	psy_design_make(m->rows, m->place, o->means != PSY_MEANS_NONE, at, &m->d);
	m->d.means = o->means == PSY_MEANS_OUTCOME ? given.levels : 0;
	at += design;
	psy_clusters_make(ctx, m->rows, KEYS, m->place, &m->d, o->rho, at, &m->c, &m->fit);
	at += clusters;
	m->covariance = at;
	m->work = at + k * given.levels;
	m->structure = (psy_structure){o->structure, given.levels, given.time};
	m->c.levels = given.levels;
	m->c.g = m->g;
	m->c.level = m->level;
	for (size_t i = 0; i < k; i++)
		m->level[i] = row_level(m->rows, m->place[i]);
	return PSY_OK;
}

static void
model_release(model *m)
{
	psy_release(m->ctx, m->scratch);
	psy_release(m->ctx, m->block);
}

/*
 * ---- sampling covariances --------------------------------------------------------------------------------
 */

/* The covariance of rows i and l of one study in both their words, scaled. */
static psy_status
read_pair(model *m, size_t i, size_t l, psy_error *err)
{
	size_t levels = m->given.levels, a = m->level[i], b = m->level[l];
	double unit = ldexp(1, -2 * m->d.y_exponent), size = sqrt(m->d.v[i]) * sqrt(m->d.v[l]);
	double one = m->given.covariance[m->place[i] * levels + b] * unit;
	double other = m->given.covariance[m->place[l] * levels + a] * unit;

	if (a == b)
	{
		psy_fail(err, PSY_DOMAIN, "two rows of a study have the same outcome (the %zu. one), so that v does not tell their covariance",
				 a + 1);
		return psy_hint(err, "Give each its own outcome, or leave v out and use sampling_rho.");
	}
	if (isnan(one) || isnan(other))
	{
		psy_fail(err, PSY_DOMAIN, "v lacks the covariance of outcomes %zu and %zu of a study that has both", a + 1, b + 1);
		return psy_hint(err, "Element j of v is the covariance with the study's j-th outcome, outcomes in order.");
	}
	if (fabs(one - other) > SAME * size)
	{
		psy_fail(err, PSY_DOMAIN, "the covariance of outcomes %zu and %zu of a study is %g in one row and %g in the other", a + 1,
				 b + 1, one / unit, other / unit);
		return psy_hint(err, "Element j of v is the covariance with the study's j-th outcome, outcomes in order.");
	}
	m->covariance[i * levels + b] = m->covariance[l * levels + a] = (one + other) / 2;
	return PSY_OK;
}

/* A row's covariance with itself is its variance, where it is given. */
static psy_status
check_own(const model *m, size_t i, psy_error *err)
{
	double own = m->given.covariance[m->place[i] * m->given.levels + m->level[i]], vi = ldexp(m->d.v[i], 2 * m->d.y_exponent);

	if (isnan(own) || fabs(own - vi) <= SAME * vi)
		return PSY_OK;
	psy_fail(err, PSY_DOMAIN, "v has %g for outcome %zu, whose own variance vi is %g", own, m->level[i] + 1, vi);
	return psy_hint(err, "Element j of v is the covariance with the study's j-th outcome, outcomes in order.");
}

static psy_status
read_covariances(model *m, psy_error *err)
{
	psy_status status = PSY_OK;

	if (m->given.covariance == NULL)
		return PSY_OK;
	memset(m->covariance, 0, m->d.k * m->given.levels * sizeof *m->covariance);
	m->c.covariance = m->covariance;
	for (size_t j = 0; j < m->c.count && status == PSY_OK; j++)
		for (size_t i = m->c.start[j]; i < m->c.start[j + 1] && status == PSY_OK; i++)
		{
			status = check_own(m, i, err);
			for (size_t l = m->c.start[j]; l < i && status == PSY_OK; l++)
				status = read_pair(m, i, l, err);
		}
	return status;
}

/* At G = 0 every study's V must be positive definite. */
static psy_status
check_sampling(model *m, psy_error *err)
{
	psy_status status;

	memset(m->g, 0, sizeof m->g);
	status = psy_clusters_at(&m->c, NULL, true, false, &m->fit, err);
	if (status == PSY_SINGULAR && m->c.covariance == NULL && m->o->rho == 0)
		return psy_fail(err, PSY_SINGULAR, "the effects, variances or moderators are too far apart for double precision");
	if (status == PSY_SINGULAR && m->c.covariance == NULL)
		return psy_fail(err, PSY_DOMAIN, "sampling_rho is %g, but %zu effects of one study cannot all correlate so", m->o->rho,
						m->c.largest);
	if (status == PSY_SINGULAR)
		return psy_fail(err, PSY_DOMAIN, "the covariances v of a study are not positive definite");
	return status;
}

/*
 * ---- what can be known -----------------------------------------------------------------------------------
 */

static void
count_outcomes(model *m)
{
	size_t levels = m->given.levels;

	for (size_t j = 0; j < m->c.count; j++)
	{
		bool has[PSY_STRUCTURE_LEVELS] = {false};

		for (size_t i = m->c.start[j]; i < m->c.start[j + 1]; i++)
			has[m->level[i]] = true;
		for (size_t a = 0; a < levels; a++)
		{
			m->in_studies[a] += has[a];
			for (size_t b = 0; b < levels; b++)
				m->together[a * levels + b] = m->together[a * levels + b] || (has[a] && has[b]);
		}
	}
}

static void
say(model *m, const char *format, size_t number)
{
	psy_append(m->note, sizeof m->note, "%s", m->note[0] ? "; " : "");
	psy_append(m->note, sizeof m->note, format, number);
}

/* theta that the data say nothing of stay 0: all with one study, those of an outcome that one study alone has. */
static void
find_fixed(model *m)
{
	size_t count = psy_structure_count(&m->structure);
	bool each = psy_structure_variances(&m->structure) > 1;

	if (m->c.count == 1)
	{
		memset(m->fixed, 1, count * sizeof *m->fixed);
		say(m, "one study: the variance between studies is not known and taken as 0", 0);
		return;
	}
	for (size_t a = 0; a < m->given.levels && each; a++)
	{
		if (m->in_studies[a] > 1)
			continue;
		say(m, "outcome %zu is in one study: its variance between studies is not known and taken as 0", a + 1);
		for (size_t r = 0; r < count; r++)
			m->fixed[r] = m->fixed[r] || psy_structure_belongs(&m->structure, r, a);
	}
	if (m->c.count < 5)
		say(m, "fewer than 5 studies: the variances between them are fragile", 0);
}

/* Redundant moderators by the user's numbers: the outcomes' indicators are not among them. */
static void
note_design(model *m)
{
	size_t next = 0, first = indicators(m->o, m->given.levels) + (m->d.added ? 1 : 0);

	for (size_t j = 0; j < m->d.full; j++)
	{
		if (next < m->d.p && m->d.kept[next] == j)
			next++;
		else
			say(m, "moderator %zu is redundant and left out", j + 1 - first);
	}
}

/* The size of what varies in each outcome: its mean squared residual beside ordinary least squares. */
static void
find_sizes(const model *m, const double *residual, double unit, double *variance)
{
	double sum[PSY_STRUCTURE_LEVELS] = {0}, count[PSY_STRUCTURE_LEVELS] = {0};

	for (size_t i = 0; i < m->d.k; i++)
	{
		sum[m->level[i]] += residual[i] * residual[i];
		count[m->level[i]]++;
	}
	for (size_t a = 0; a < m->given.levels; a++)
		variance[a] = fmax(sum[a] / count[a], unit * ldexp(1, -20));
}

/* Maximises; ln |X'X| of the design comes out, too. */
static psy_status
maximise(model *m, double *logdet, psy_error *err)
{
	psy_outcomes_search search = {&m->c, &m->fit, &m->structure, m->o->method == PSY_META_REML, m->fixed, m->g, NULL};
	double variance[PSY_STRUCTURE_LEVELS], unit = psy_residual_variance(&m->d, m->work, m->work + m->d.k * m->d.p + m->d.k, logdet);

	find_sizes(m, m->work + m->d.k * m->d.p, unit, variance);
	search.work = m->c.scratch + psy_clusters_scratch(&m->c);
	return psy_outcomes_maximise(&search, variance, m->theta, &m->loglik, err);
}

/* From rows to the model at its maximum; nothing is fitted (d.p is 0 or k <= d.p) where there are too few rows. */
static psy_status
model_fit(model *m, double *logdet, psy_error *err)
{
	psy_status status;

	if (m->d.p == 0 || m->d.k <= m->d.p)
	{
		say(m, "too few rows for %zu coefficients", m->d.full);
		return PSY_OK;
	}
	if (m->given.levels == 1)
		m->structure.kind = PSY_STRUCTURE_ID;
	note_design(m);
	count_outcomes(m);
	find_fixed(m);
	status = psy_alloc(m->ctx, psy_clusters_scratch(&m->c) + psy_outcomes_search_room(&m->c, &m->structure), sizeof(double),
					   &m->scratch, err);
	if (status != PSY_OK)
		return status;
	m->c.scratch = m->scratch;
	status = read_covariances(m, err);
	if (status == PSY_OK)
		status = check_sampling(m, err);
	return status == PSY_OK ? maximise(m, logdet, err) : status;
}

static psy_status
check_rows(psy_outcome_rows given, const psy_multivariate_options *o, psy_error *err)
{
	if (given.levels > PSY_STRUCTURE_LEVELS)
		return psy_fail(err, PSY_LIMIT, "%zu outcomes, but at most %d are allowed", given.levels, PSY_STRUCTURE_LEVELS);
	if (given.covariance != NULL && o->rho != 0)
		return psy_fail(err, PSY_DOMAIN, "sampling_rho and the covariances v were both given");
	return psy_meta_check_rows(given.rows, err);
}

/*
 * ---- results ---------------------------------------------------------------------------------------------
 */

static void
infer(psy_multivariate *r, model *m, double *work)
{
	const psy_design *d = &m->d;
	size_t p = d->p, skip = m->o->means == PSY_MEANS_COMMON ? d->constant : p;
	double *b = work, *df = b + p, *wald = df + r->full;

	r->df = m->o->test == PSY_META_Z ? INFINITY : (double) (r->k - p);
	psy_design_restore(d, m->fit.b, m->fit.a_inverse, r->beta, r->vcov);
	for (size_t i = 0; i < r->full; i++)
		df[i] = r->df;
	psy_meta_regression_infer(r->beta, r->vcov, r->full, df, m->o->level, r->se, r->statistic, r->p_value, r->ci_lb, r->ci_ub);
	memcpy(b, m->fit.b, p * sizeof *b);
	if (d->constant < p && (skip == p || p == 1))
		b[d->constant] += ldexp(d->y_centre, -d->y_exponent);
	r->qm = psy_wald(b, m->fit.a_inverse, p, skip, wald, &r->qm_df);
	if (m->o->test != PSY_META_Z)
		r->qm /= r->qm_df;
	r->qm_p = m->o->test == PSY_META_Z ? psy_chisq_p(r->qm, r->qm_df, PSY_UPPER) : psy_f_p(r->qm, r->qm_df, r->df, PSY_UPPER);
}

/* tau2, rho and G in the user's units; what the data cannot tell is NaN. */
static void
describe(psy_multivariate *r, model *m)
{
	size_t levels = m->given.levels, at = 0;
	double least = INFINITY;
	bool each = psy_structure_variances(&m->structure) > 1;

	r->levels = levels;
	r->variances = psy_structure_variances(&m->structure);
	r->correlations = psy_structure_correlations(&m->structure);
	for (size_t i = 0; i < m->d.k; i++)
		least = fmin(least, m->d.v[i]);
	psy_structure_describe(&m->structure, m->theta, NEGLIGIBLE * least, r->tau2, r->rho);
	for (size_t i = 0; i < r->variances; i++)
		r->tau2[i] = m->c.count == 1 || (each && m->in_studies[i] < 2) ? NAN : ldexp(r->tau2[i], 2 * m->d.y_exponent);
	for (size_t a = 0; a < levels; a++)
		for (size_t b = 0; b < levels; b++)
		{
			bool some = fmin(m->g[a * (levels + 1)], m->g[b * (levels + 1)]) > NEGLIGIBLE * least;

			r->g[a * levels + b] = some ? ldexp(m->g[a * levels + b], 2 * m->d.y_exponent) : 0;
		}
	if (m->structure.kind != PSY_STRUCTURE_UN)
		return;
	for (size_t a = 0; a < levels; a++)
		for (size_t b = a + 1; b < levels; b++, at++)
			if (!m->together[a * levels + b])
			{
				r->rho[at] = r->g[a * levels + b] = r->g[b * levels + a] = NAN;
				psy_append(r->note, sizeof r->note, "%sno study has outcomes %zu and %zu: their correlation is not known",
						   r->note[0] ? "; " : "", a + 1, b + 1);
			}
}

/* Akaike's and Bayes's with k - p rows for REML, as metafor counts; parameters that are fixed do not count. */
static void
criteria(psy_multivariate *r, const model *m)
{
	double rows = (double) (m->o->method == PSY_META_REML ? r->k - r->p : r->k), q = (double) r->p, n;

	for (size_t i = 0; i < psy_structure_count(&m->structure); i++)
		q += !m->fixed[i];
	n = fmax(rows, q + 2);
	r->aic = -2 * r->loglik + 2 * q;
	r->bic = -2 * r->loglik + q * log(rows);
	r->aicc = -2 * r->loglik + 2 * q * n / (n - q - 1);
}

static psy_status
fill(psy_multivariate *r, model *m, double logdet, psy_error *err)
{
	bool restricted = m->o->method == PSY_META_REML;
	double n = (double) (restricted ? r->k - r->p : r->k);
	psy_status status;

	r->studies = m->c.count;
	infer(r, m, m->work);
	r->loglik = m->loglik - 0.5 * n * log(2 * M_PI) - n * m->d.y_exponent * M_LN2 + (restricted ? 0.5 * logdet : 0);
	describe(r, m);
	criteria(r, m);
	memset(m->g, 0, sizeof m->g);
	status = psy_clusters_at(&m->c, NULL, restricted, false, &m->fit, err);
	r->qe = m->fit.q;
	r->qe_p = psy_chisq_p(r->qe, (double) (r->k - r->p), PSY_UPPER);
	return status;
}

/* Numbers that admit no fit are no error: NaN throughout, and note says why, so that one group never ends a query. */
static psy_status
without_answer(const psy_context *ctx, psy_multivariate *r, const psy_error *why, psy_error *err)
{
	size_t k = r->k, full = r->full;
	psy_error message = *why;
	psy_status status;

	psy_multivariate_release(ctx, r);
	status = result_make(ctx, k, full, r, err);
	if (status == PSY_OK)
		psy_append(r->note, sizeof r->note, "%s", message.message);
	return status;
}

psy_status
psy_multivariate_fit(const psy_context *ctx, psy_outcome_rows given, const psy_multivariate_options *o, psy_multivariate *r,
					 psy_error *err)
{
	size_t full = given.rows.columns + indicators(o, given.levels) + (o->means != PSY_MEANS_NONE);
	psy_error own;
	psy_status status = psy_multivariate_check(o, err = err != NULL ? err : &own);
	double logdet = 0;
	model m;

	r->beta = NULL;
	if (status == PSY_OK)
		status = check_rows(given, o, err);
	if (status == PSY_OK)
		status = result_make(ctx, given.rows.k, full, r, err);
	if (status != PSY_OK)
		return status;
	if (given.rows.k == 0)
	{
		psy_append(r->note, sizeof r->note, "no row has yi, vi, study and outcome");
		return PSY_OK;
	}
	status = model_make(ctx, given, o, &m, err);
	if (status == PSY_OK)
	{
		r->p = m.d.p;
		status = model_fit(&m, &logdet, err);
		memcpy(r->note, m.note, sizeof r->note);
		if (status == PSY_OK && m.scratch != NULL)
			status = fill(r, &m, logdet, err);
		model_release(&m);
	}
	if (status == PSY_SINGULAR)
		status = without_answer(ctx, r, err, err);
	if (status != PSY_OK)
		psy_multivariate_release(ctx, r);
	return status;
}

psy_status
psy_multivariate_robust(const psy_context *ctx, psy_outcome_rows given, const psy_multivariate_options *o,
						const psy_robust_options *robust, psy_robust *r, psy_error *err)
{
	size_t full = given.rows.columns + indicators(o, given.levels) + (o->means != PSY_MEANS_NONE);
	psy_error own;
	psy_status status = psy_multivariate_check(o, err = err != NULL ? err : &own);
	double logdet;
	model m;

	r->beta = NULL;
	if (status == PSY_OK)
		status = check_rows(given, o, err);
	if (status == PSY_OK)
		status = psy_robust_make(ctx, given.rows.k, full, o->means == PSY_MEANS_COMMON, r, err);
	if (status == PSY_OK && given.rows.k == 0)
		psy_append(r->note, sizeof r->note, "no row has yi, vi, study and outcome");
	if (status != PSY_OK || given.rows.k == 0)
		return status;
	status = model_make(ctx, given, o, &m, err);
	if (status == PSY_OK)
	{
		status = model_fit(&m, &logdet, err);
		memcpy(r->note, m.note, sizeof r->note);
		if (status == PSY_OK && m.scratch != NULL)
			status = psy_robust_sandwich(&m.c, &m.fit, NULL, robust, r, err);
		model_release(&m);
	}
	if (status == PSY_SINGULAR)
		status = psy_robust_without_answer(ctx, r, err, err);
	if (status != PSY_OK)
		psy_robust_release(ctx, r);
	return status;
}
