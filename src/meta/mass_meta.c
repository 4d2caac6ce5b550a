/*
 * mass_meta.c - pooling element by element; see mass_meta.h.
 *
 * A block of eight elements is gathered from all studies, each element sorted, centred and scaled as
 * pooling.c does it. The scores of ML and REML are then walked along tau2.c's grid for all eight at once.  An
 * element without a study in a row of the block has vi = Inf there: weight 0.  Where an element's score
 * changes sign more than once, or a maximum at 0 competes, tau2.c decides.
 */
#include "meta/mass_meta.h"

#include "core/lanes.h"
#include "meta/tau2.h"
#include "stats/distribution.h"

#include <math.h>
#include <string.h>

#define LANES PSY_LANES
#define ITERATIONS 200
#define SHORT_LIST 40 /* up to here inserting is the faster sort */

/* What one fit works with. */
typedef struct work
{
	const psy_context *ctx;
	const psy_mass_meta *data;
	const psy_meta_options *o;
	const psy_mass_meta_result *out;
	psy_effect *study; /* [LANES][studies] */
	double *y, *v, *w; /* [studies][LANES] */
	double *scratch;   /* [studies] */
	double *critical;  /* [studies + 1] by k, NaN until needed */
	double normal_critical;
	size_t none, one, few, flat, narrow, failed;
} work;

/* The elements of a block after gathering. */
typedef struct block
{
	size_t first, count;
	size_t k[LANES];
	psy_meta_frame frame[LANES];
	double tau2[LANES];
} block;

psy_status
psy_mass_meta_check(double yi, double vi, size_t element, psy_error *err)
{
	double wrong = isfinite(yi) ? vi : yi;
	const char *name = isfinite(yi) ? "vi" : "yi";

	if (isnan(yi) || isnan(vi) || (isfinite(yi) && isfinite(vi) && vi > 0))
		return PSY_OK;
	if (isfinite(wrong))
		psy_fail(err, PSY_DOMAIN, "vi[%zu] is %g, but a sampling variance must be positive", element + 1, vi);
	else
		psy_fail(err, PSY_DOMAIN, "%s[%zu] is infinite", name, element + 1);
	return psy_hint(err, "Use NULL or NaN where a map has no value, such as outside its mask.");
}

/*
 * ---- blocks ----------------------------------------------------------------------------------------------
 */

static void
sort(psy_effect *study, size_t k)
{
	if (k > SHORT_LIST)
	{
		psy_meta_sort(study, k);
		return;
	}
	for (size_t i = 1; i < k; i++)
	{
		psy_effect held = study[i];
		size_t at = i;

		for (; at > 0 &&
			   (study[at - 1].vi > held.vi || (study[at - 1].vi == held.vi && study[at - 1].yi > held.yi));
			 at--)
			study[at] = study[at - 1];
		study[at] = held;
	}
}

static void
gather(const work *m, block *b)
{
	const psy_mass_meta *d = m->data;

	memset(b->k, 0, sizeof b->k);
	for (size_t s = 0; s < d->studies; s++)
	{
		size_t at = s * 2 * d->elements + b->first;

		for (size_t l = 0; l < b->count; l++)
		{
			psy_effect e;

			if (d->width == 4)
				e = (psy_effect){((const float *) d->value)[at + l],
								 ((const float *) d->value)[at + d->elements + l]};
			else
				e = (psy_effect){((const double *) d->value)[at + l],
								 ((const double *) d->value)[at + d->elements + l]};
			if (!isnan(e.yi) && !isnan(e.vi))
				m->study[l * d->studies + b->k[l]++] = e;
		}
	}
	for (size_t l = 0; l < b->count; l++)
	{
		sort(m->study + l * d->studies, b->k[l]);
		if (b->k[l] > 0)
			b->frame[l] = psy_meta_prepare(m->study + l * d->studies, b->k[l]);
	}
}

static psy_studies
studies_of(const work *m, const block *b, size_t lane)
{
	return (psy_studies){m->ctx, m->study + lane * m->data->studies, m->scratch, b->k[lane]};
}

/*
 * ---- likelihood, eight elements at a time ----------------------------------------------------------------
 */

/* Twice the derivative of the log likelihood: sum w^2 r^2 - tr P (or - sum w); see tau2.c for the form of tr
 * P. */
static inline __attribute__((always_inline)) void
scores(const double *restrict y, const double *restrict v, double *restrict w, size_t k, const double *tau2,
	   bool restricted, double *restrict value)
{
	double rest[LANES] = {0}, rest2[LANES] = {0}, wy[LANES] = {0}, sum[LANES] = {0};

	for (int l = 0; l < LANES; l++)
		w[l] = 1 / (v[l] + tau2[l]);
	for (size_t i = 1; i < k; i++)
		for (int l = 0; l < LANES; l++)
		{
			double x = 1 / (v[i * LANES + l] + tau2[l]);

			w[i * LANES + l] = x;
			rest[l] += x;
			rest2[l] += x * x;
			wy[l] += x * y[i * LANES + l];
		}
	for (int l = 0; l < LANES; l++)
		wy[l] /= w[l] + rest[l];
	for (size_t i = 0; i < k; i++)
		for (int l = 0; l < LANES; l++)
		{
			double wr = w[i * LANES + l] * (y[i * LANES + l] - wy[l]);

			sum[l] += wr * wr;
		}
	for (int l = 0; l < LANES; l++)
	{
		double all = w[l] + rest[l];

		value[l] = sum[l] - (restricted ? (w[l] * rest[l] + all * rest[l] - rest2[l]) / all : all);
	}
}

/* The score's own derivative, from the weights that scores() left. */
static inline __attribute__((always_inline)) void
slopes(const double *restrict y, const double *restrict w, size_t k, bool restricted, double *restrict slope)
{
	double all[LANES] = {0}, all2[LANES] = {0}, all3[LANES] = {0}, mu[LANES] = {0}, w2r[LANES] = {0},
		   w3r2[LANES] = {0};

	for (size_t i = 0; i < k; i++)
		for (int l = 0; l < LANES; l++)
		{
			double x = w[i * LANES + l];

			all[l] += x;
			all2[l] += x * x;
			all3[l] += x * x * x;
			mu[l] += x * y[i * LANES + l];
		}
	for (int l = 0; l < LANES; l++)
		mu[l] /= all[l];
	for (size_t i = 0; i < k; i++)
		for (int l = 0; l < LANES; l++)
		{
			double x = w[i * LANES + l], r = y[i * LANES + l] - mu[l];

			w2r[l] += x * x * r;
			w3r2[l] += x * x * r * (x * r);
		}
	for (int l = 0; l < LANES; l++)
	{
		double bend = 2 * w2r[l] * w2r[l] / all[l] - 2 * w3r2[l];

		slope[l] = bend + (restricted ? all2[l] - 2 * all3[l] / all[l] + all2[l] * all2[l] / (all[l] * all[l])
									  : all2[l]);
	}
}

/* What the walk along the grid finds: the score at 0, and the first cell where it falls through 0. */
typedef struct walk
{
	double least[LANES], low[LANES], high[LANES], at_zero[LANES];
	int falls[LANES];
} walk;

PSY_CLONES static void
walk_grid(const double *y, const double *v, double *w, size_t k, double cells, bool restricted, walk *found)
{
	double before[LANES], now[LANES], tau2[LANES] = {0}, past[LANES] = {0};

	scores(y, v, w, k, tau2, restricted, before);
	memcpy(found->at_zero, before, sizeof before);
	for (double cell = 1; cell <= cells; cell++)
	{
		double step = expm1(cell * PSY_TAU2_GRID_STEP);

		for (int l = 0; l < LANES; l++)
			tau2[l] = found->least[l] * step;
		scores(y, v, w, k, tau2, restricted, now);
		for (int l = 0; l < LANES; l++)
		{
			if (before[l] > 0 && now[l] <= 0 && found->falls[l]++ == 0)
			{
				found->low[l] = past[l];
				found->high[l] = tau2[l];
			}
			before[l] = now[l];
			past[l] = tau2[l];
		}
	}
}

/* Newton's steps kept inside each lane's bracket; lanes with low = high are left alone. */
PSY_CLONES static void
refine(const double *y, const double *v, double *w, size_t k, bool restricted, walk *found, double *tau2)
{
	double value[LANES], slope[LANES];
	bool done[LANES];
	int left = 0;

	for (int l = 0; l < LANES; l++)
	{
		tau2[l] = found->low[l] + (found->high[l] - found->low[l]) / 2;
		done[l] = !(found->high[l] > found->low[l]);
		left += !done[l];
	}
	for (int i = 0; i < ITERATIONS && left > 0; i++)
	{
		scores(y, v, w, k, tau2, restricted, value);
		slopes(y, w, k, restricted, slope);
		for (int l = 0; l < LANES; l++)
		{
			double next = tau2[l] - value[l] / slope[l];

			if (done[l])
				continue;
			*(value[l] > 0 ? &found->low[l] : &found->high[l]) = tau2[l];
			if (!(next > found->low[l] && next < found->high[l]))
				next = found->low[l] + (found->high[l] - found->low[l]) / 2;
			done[l] = value[l] == 0 || fabs(next - tau2[l]) <= 1e-16 * (found->least[l] + tau2[l]);
			left -= done[l];
			if (!done[l])
				tau2[l] = next;
		}
	}
}

/* Lays the block's studies out by lanes; gives the longest list. */
static size_t
lay_out(const work *m, const block *b, walk *found, double *cells)
{
	bool restricted = m->o->method == PSY_META_REML;
	size_t longest = 1;

	*cells = 0;
	for (size_t l = 0; l < LANES; l++)
		longest = l < b->count && b->k[l] > longest ? b->k[l] : longest;
	for (size_t l = 0; l < LANES; l++)
	{
		size_t k = l < b->count && b->k[l] > 1 ? b->k[l] : 0;
		const psy_effect *study = m->study + l * m->data->studies;

		for (size_t i = 0; i < longest; i++)
		{
			/* The first row of an idle lane is a study, so that no lane divides 0 by 0. */
			m->y[i * LANES + l] = i < k ? study[i].yi : 0;
			m->v[i * LANES + l] = i < k ? study[i].vi : i == 0 ? 1 : INFINITY;
		}
		found->least[l] = m->v[l];
		if (k > 0)
		{
			double mine = ceil(log1p(psy_meta_score_bound(studies_of(m, b, l), restricted) / study[0].vi) /
							   PSY_TAU2_GRID_STEP) +
						  1;

			*cells = isfinite(mine) ? fmax(*cells, mine) : *cells;
		}
	}
	return longest;
}

static void
likelihood_maxima(const work *m, block *b)
{
	bool restricted = m->o->method == PSY_META_REML;
	walk found = {.falls = {0}};
	double cells;
	size_t k = lay_out(m, b, &found, &cells);

	walk_grid(m->y, m->v, m->w, k, cells, restricted, &found);
	refine(m->y, m->v, m->w, k, restricted, &found, b->tau2);
	for (size_t l = 0; l < b->count; l++)
	{
		if (b->k[l] < 2 || (found.falls[l] == 0 && found.at_zero[l] <= 0))
			b->tau2[l] = 0;
		else if (found.falls[l] != 1 || !(found.at_zero[l] > 0))
			b->tau2[l] = psy_tau2_estimate(studies_of(m, b, l), m->o->method);
	}
}

/*
 * ---- inference -------------------------------------------------------------------------------------------
 */

static double
critical(work *m, size_t k, double df)
{
	if (isinf(df))
		return m->normal_critical;
	if (isnan(m->critical[k]))
		m->critical[k] = psy_t_quantile((1 - m->o->level) / 2, df, PSY_UPPER);
	return m->critical[k];
}

static void
heterogeneity(const work *m, size_t e, size_t k, const psy_meta_sums *fixed, double tau2)
{
	double df = (double) (k - 1), typical = df / fixed->trace, q = fixed->q;

	m->out->q[e] = q;
	m->out->q_p[e] = psy_chisq_p(q, df, PSY_UPPER);
	if (m->o->method == PSY_META_EE)
		m->out->i2[e] = q > df ? 100 * (q - df) / q : 0;
	else
		m->out->i2[e] = 100 * tau2 / (typical + tau2);
}

/* Standard error by the test's rule; counts what a note will say. */
static double
standard_error(work *m, size_t k, const psy_meta_sums *at, double df)
{
	double plain = sqrt(1 / at->w), scale2, se;

	if (m->o->test == PSY_META_Z || m->o->test == PSY_META_T)
		return plain;
	scale2 = at->q / (double) (k - 1);
	if (m->o->test == PSY_META_ADHOC)
		scale2 = fmax(1, scale2);
	se = plain * sqrt(scale2);
	m->flat += se == 0;
	m->narrow += se > 0 && critical(m, k, df) * se < m->normal_critical * plain;
	return se;
}

static void
clear(const psy_mass_meta_result *out, size_t e)
{
	double *const column[] = {out->estimate, out->se,   out->statistic, out->df, out->ci_lb,
							  out->ci_ub,    out->tau2, out->i2,        out->q,  out->q_p};

	for (size_t i = 0; i < sizeof column / sizeof *column; i++)
		column[i][e] = NAN;
}

/* Estimate, se, df, tau2 and heterogeneity of one element with studies; the sums are in its own frame. */
static void
infer(work *m, const block *b, size_t lane)
{
	size_t e = b->first + lane, k = b->k[lane];
	psy_studies s = studies_of(m, b, lane);
	int exponent = b->frame[lane].exponent;
	double tau2 = b->tau2[lane], df = m->o->test == PSY_META_Z || k == 1 ? INFINITY : (double) (k - 1),
		   mu = 0, se, half;

	if (k == 1)
		se = sqrt(s.study[0].vi);
	else
	{
		psy_meta_sums fixed = psy_meta_sums_at(s, 0), at = tau2 > 0 ? psy_meta_sums_at(s, tau2) : fixed;

		mu = at.mu;
		se = standard_error(m, k, &at, df);
		heterogeneity(m, e, k, &fixed, tau2);
		m->few += k < 5 && m->o->method != PSY_META_EE;
	}
	m->one += k == 1;
	m->out->estimate[e] = ldexp(b->frame[lane].centre + mu, exponent);
	m->out->se[e] = ldexp(se, exponent);
	m->out->tau2[e] = ldexp(tau2, 2 * exponent);
	m->out->df[e] = df;
	half = critical(m, k, df) * m->out->se[e];
	m->out->ci_lb[e] = m->out->estimate[e] - half;
	m->out->ci_ub[e] = m->out->estimate[e] + half;
	m->out->statistic[e] = se > 0 ? m->out->estimate[e] / m->out->se[e] : NAN;
	if (isfinite(m->out->estimate[e]) && isfinite(m->out->se[e]) && isfinite(m->out->tau2[e]))
		return;
	m->failed++;
	clear(m->out, e);
}

static void
fit_block(work *m, block *b)
{
	bool likelihood = m->o->method == PSY_META_ML || m->o->method == PSY_META_REML;

	gather(m, b);
	if (likelihood)
		likelihood_maxima(m, b);
	for (size_t l = 0; l < b->count; l++)
	{
		clear(m->out, b->first + l);
		m->out->k[b->first + l] = (int) b->k[l];
		m->none += b->k[l] == 0;
		if (!likelihood)
			b->tau2[l] = b->k[l] > 1 ? psy_tau2_estimate(studies_of(m, b, l), m->o->method) : 0;
		if (b->k[l] > 0)
			infer(m, b, l);
	}
}

/*
 * ---- entry -----------------------------------------------------------------------------------------------
 */

static void
say(char *note, size_t size, size_t count, const char *what)
{
	if (count > 0)
		psy_append(note, size, "%s%zu %s", note[0] != '\0' ? "; " : "", count, what);
}

static void
write_note(const work *m, char *note, size_t size)
{
	note[0] = '\0';
	say(note, size, m->none, "elements have no study: no estimate");
	say(note, size, m->one, "elements have one study: its own estimate by test z, no heterogeneity");
	say(note, size, m->few, "elements have fewer than 5 studies: their intervals are fragile");
	say(note, size, m->flat,
		"elements have equal effects, a Knapp-Hartung standard error of 0 and no test: use test adhoc");
	say(note, size, m->failed, "elements have values too far apart for double precision: no estimate");
	say(note, size, m->narrow, "elements have a Knapp-Hartung interval narrower than that of test z");
}

static psy_status
fit_all(work *m, psy_error *err)
{
	psy_status status = PSY_OK;

	for (block b = {0}; b.first < m->data->elements && status == PSY_OK; b.first += LANES)
	{
		b.count = m->data->elements - b.first < LANES ? m->data->elements - b.first : LANES;
		fit_block(m, &b);
		status = psy_poll(m->ctx, err);
	}
	if (status != PSY_OK)
		return status;
	psy_two_sided_p_many(m->out->statistic, m->out->df, 0, m->data->elements, m->out->p, m->out->log_p);
	for (size_t e = 0; e < m->data->elements; e++)
		if (isinf(m->out->df[e]))
			m->out->df[e] = NAN;
	return PSY_OK;
}

psy_status
psy_mass_meta_fit(const psy_context *ctx, const psy_mass_meta *data, const psy_meta_options *options,
				  const psy_mass_meta_result *out, char *note, size_t note_size, psy_error *err)
{
	work m = {.ctx = ctx, .data = data, .o = options, .out = out};
	size_t k = data->studies;
	void *memory;
	psy_status status;

	if (!(options->level > 0 && options->level < 1))
		return psy_fail(err, PSY_DOMAIN, "level is %g, but must lie between 0 and 1, such as 0.95",
						options->level);
	status = psy_alloc(ctx, (k + 1), (5 * LANES + 2) * sizeof(double), &memory, err);
	if (status != PSY_OK)
		return status;
	m.study = memory;
	m.y = (double *) (m.study + LANES * k);
	m.v = m.y + LANES * k;
	m.w = m.v + LANES * k;
	m.scratch = m.w + LANES * k;
	m.critical = m.scratch + k;
	for (size_t i = 0; i <= k; i++)
		m.critical[i] = NAN;
	m.normal_critical = psy_normal_quantile((1 - options->level) / 2, PSY_UPPER);
	status = fit_all(&m, err);
	if (status == PSY_OK)
		write_note(&m, note, note_size);
	psy_release(ctx, memory);
	return status;
}
