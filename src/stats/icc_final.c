/* icc_final.c - from the moments of repeated measurements to intraclass correlations; see icc.h. */
#include "stats/icc.h"

#include "stats/distribution.h"
#include "stats/icc_streams.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Error below this share of all variance is rounding of the sums. */
#define NOTHING 1e-26

static const struct
{
	const char *name, *method;
} types[] = {
	[PSY_ICC_11] = {"ICC(1,1)", "ICC(1,1): one-way random, a single session"},
	[PSY_ICC_21] = {"ICC(2,1)", "ICC(2,1): two-way random, absolute agreement, a single session"},
	[PSY_ICC_31] = {"ICC(3,1)", "ICC(3,1): two-way mixed, consistency, a single session"},
	[PSY_ICC_1K] = {"ICC(1,k)", "ICC(1,k): one-way random, the mean over sessions"},
	[PSY_ICC_2K] = {"ICC(2,k)", "ICC(2,k): two-way random, absolute agreement, the mean over sessions"},
	[PSY_ICC_3K] = {"ICC(3,k)", "ICC(3,k): two-way mixed, consistency, the mean over sessions"},
};

bool
psy_icc_type_of(const char *name, psy_icc_type *type)
{
	for (size_t k = 0; k < sizeof types / sizeof *types; k++)
		if (strcmp(name, types[k].name) == 0)
		{
			*type = (psy_icc_type) k;
			return true;
		}
	return false;
}

const char *
psy_icc_method(psy_icc_type type)
{
	return types[type].method;
}

bool
psy_icc_is_two_way(psy_icc_type type)
{
	return type != PSY_ICC_11 && type != PSY_ICC_1K;
}

/* One element's analysis of variance. */
typedef struct anova
{
	double n, k; /* subjects; values each, or their effective number */
	double df1, df2;
	double subject, session, error; /* mean squares */
	bool unequal;
} anova;

static anova
one_way(const psy_icc *closed, size_t e)
{
	double values = psy_icc_stream(closed, PSY_ICC_VALUES)[e],
		   squares = psy_icc_stream(closed, PSY_ICC_VALUES2)[e];
	anova a = {.n = psy_icc_stream(closed, PSY_ICC_N)[e], .session = NAN};

	a.df1 = a.n - 1;
	a.df2 = values - a.n;
	a.unequal = squares * a.n != values * values;
	a.k = !a.unequal ? values / a.n : (values - squares / values) / a.df1;
	a.subject = psy_icc_stream(closed, PSY_ICC_ACROSS)[e] / a.df1;
	a.error = psy_icc_stream(closed, PSY_ICC_WITHIN)[e] / a.df2;
	return a;
}

static double
sessions_squares(const psy_icc *closed, size_t e)
{
	double squares = 0;

	for (size_t j = 0; j < closed->sessions; j++)
	{
		double d = psy_icc_stream(closed, PSY_ICC_TWO_WAY + j)[e];

		squares += d * d;
	}
	return squares * psy_icc_stream(closed, PSY_ICC_N)[e];
}

/* Of a two-way state; as one-way, the sessions' squares are error. */
static anova
two_way(const psy_icc *closed, size_t e, bool as_one_way)
{
	double left = psy_icc_stream(closed, PSY_ICC_LEFT)[e], sessions = sessions_squares(closed, e);
	anova a = {.n = psy_icc_stream(closed, PSY_ICC_N)[e], .k = closed->sessions, .session = NAN};

	a.df1 = a.n - 1;
	a.df2 = as_one_way ? a.n * (a.k - 1) : a.df1 * (a.k - 1);
	a.subject = a.k * psy_icc_stream(closed, PSY_ICC_BETWEEN)[e] / a.df1;
	a.error = (as_one_way ? left + sessions : left) / a.df2;
	if (!as_one_way)
		a.session = sessions / (a.k - 1);
	return a;
}

static double
estimate_of(const anova *a, psy_icc_type type)
{
	double difference = a->subject - a->error;

	switch (type)
	{
		case PSY_ICC_11:
		case PSY_ICC_31: return difference / (a->subject + (a->k - 1) * a->error);
		case PSY_ICC_21:
			return difference / (a->subject + (a->k - 1) * a->error + a->k / a->n * (a->session - a->error));
		case PSY_ICC_2K: return difference / (a->subject + (a->session - a->error) / a->n);
		default: return difference / a->subject;
	}
}

/* Quantiles of F that many elements share. */
typedef struct quantiles
{
	double tail;
	double df1, df2;
	double upper, lower; /* of (df1, df2) and of (df2, df1) */
} quantiles;

static void
look_up(quantiles *q, double df1, double df2)
{
	if (q->df1 == df1 && q->df2 == df2)
		return;
	q->df1 = df1;
	q->df2 = df2;
	q->upper = psy_f_quantile(q->tail, df1, df2, PSY_UPPER);
	q->lower = psy_f_quantile(q->tail, df2, df1, PSY_UPPER);
}

typedef struct interval
{
	double lb, ub;
} interval;

/* McGraw & Wong (1996), table 7: one-way and consistency, from the interval of F. */
static interval
interval_by_f(const anova *a, bool mean, quantiles *q)
{
	double f = a->subject / a->error, low, high;

	look_up(q, a->df1, a->df2);
	low = f / q->upper;
	high = f * q->lower;
	if (mean)
		return (interval){1 - 1 / low, 1 - 1 / high};
	return (interval){(low - 1) / (low + a->k - 1), (high - 1) / (high + a->k - 1)};
}

/* The same for absolute agreement of single sessions: Satterthwaite's df at the estimate. */
static interval
interval_of_agreement(const anova *a, double tail)
{
	double r = estimate_of(a, PSY_ICC_21), n = a->n, k = a->k;
	double share = k * r / (n * (1 - r)), rest = 1 + k * r * (n - 1) / (n * (1 - r));
	double s = share * a->session, e = rest * a->error;
	double v = (s + e) * (s + e) / (s * s / (k - 1) + e * e / a->df2);
	double other = k * a->session + (k * n - k - n) * a->error;
	double upper = psy_f_quantile(tail, a->df1, v, PSY_UPPER),
		   lower = psy_f_quantile(tail, v, a->df1, PSY_UPPER);

	return (interval){n * (a->subject - upper * a->error) / (upper * other + n * a->subject),
					  n * (lower * a->subject - a->error) / (other + n * lower * a->subject)};
}

static interval
interval_of(const anova *a, psy_icc_type type, quantiles *q)
{
	interval i;

	if (type != PSY_ICC_21 && type != PSY_ICC_2K)
		return interval_by_f(a, type == PSY_ICC_1K || type == PSY_ICC_3K, q);
	i = interval_of_agreement(a, q->tail);
	if (type == PSY_ICC_2K)
		i = (interval){i.lb * a->k / (1 + i.lb * (a->k - 1)), i.ub * a->k / (1 + i.ub * (a->k - 1))};
	return i;
}

static void
put_nothing(const psy_icc_result *out, size_t e)
{
	double *const to[] = {out->estimate, out->ci_lb, out->ci_ub,      out->statistic,  out->df1,
						  out->df2,      out->p,     out->ms_subject, out->ms_session, out->ms_error};

	for (size_t k = 0; k < sizeof to / sizeof *to; k++)
		to[k][e] = NAN;
}

static void
put_element(const psy_icc_result *out, size_t e, const anova *a, psy_icc_type type, quantiles *q,
			psy_icc_tally *tally)
{
	double session = isnan(a->session) ? 0 : a->session;
	bool spread = a->error > NOTHING * (a->subject + session);
	anova exact = *a;

	out->df1[e] = a->df1;
	out->df2[e] = a->df2;
	out->ms_subject[e] = a->subject;
	out->ms_session[e] = a->session;
	out->ms_error[e] = a->error;
	if (spread)
	{
		interval i = interval_of(a, type, q);

		out->estimate[e] = estimate_of(a, type);
		out->ci_lb[e] = i.lb;
		out->ci_ub[e] = i.ub;
		out->statistic[e] = a->subject / a->error;
		out->p[e] = psy_f_p(out->statistic[e], a->df1, a->df2, PSY_UPPER);
		return;
	}
	exact.error = 0;
	out->ms_error[e] = 0;
	out->estimate[e] = a->subject > 0 ? estimate_of(&exact, type) : NAN;
	out->ci_lb[e] = out->ci_ub[e] = out->statistic[e] = out->p[e] = NAN;
	tally->no_spread++;
}

psy_status
psy_icc_final(const psy_context *ctx, const psy_icc *closed, psy_icc_type type, double level,
			  const psy_icc_result *out, psy_icc_tally *tally, psy_error *err)
{
	bool sessions = (closed->flags & PSY_ICC_SESSIONS) != 0;
	quantiles q = {.tail = (1 - level) / 2};
	double most = 0;

	for (size_t e = 0; e < closed->elements; e++)
		most = fmax(most, psy_icc_stream(closed, PSY_ICC_N)[e]);
	for (size_t e = 0; e < closed->elements; e++)
	{
		anova a = sessions ? two_way(closed, e, !psy_icc_is_two_way(type)) : one_way(closed, e);
		psy_status status = e % 64 == 0 ? psy_poll(ctx, err) : PSY_OK;

		if (status != PSY_OK)
			return status;
		out->n[e] = a.n < INT32_MAX ? (int32_t) a.n : INT32_MAX;
		out->sessions[e] = a.n > 0 ? a.k : NAN;
		tally->incomplete += a.n < most;
		tally->unequal += a.unequal;
		if (a.df1 >= 1 && a.df2 >= 1)
			put_element(out, e, &a, type, &q, tally);
		else
		{
			put_nothing(out, e);
			tally->too_few++;
		}
	}
	return PSY_OK;
}

void
psy_icc_note(const psy_icc *closed, const psy_icc_tally *tally, char *note, size_t size)
{
	unsigned long long m = closed->elements, lacking = closed->lacking;
	size_t length;

	note[0] = '\0';
	if (m == 0)
		psy_append(note, size, "no complete row; ");
	if (closed->skipped > 0)
		psy_append(note, size, "%lld row%s skipped: x, subject or session missing; ",
				   (long long) closed->skipped, closed->skipped == 1 ? "" : "s");
	if (lacking > 0)
		psy_append(note, size, "%llu subject%s left out: not in each of the %u sessions; ", lacking,
				   lacking == 1 ? "" : "s", closed->sessions);
	if (tally->incomplete > 0)
		psy_append(note, size, "%zu of %llu elements have fewer subjects than others; ", tally->incomplete,
				   m);
	if (tally->too_few > 0)
		psy_append(note, size, "%zu of %llu elements have too few subjects or sessions; ", tally->too_few, m);
	if (tally->no_spread > 0)
		psy_append(note, size, "%zu of %llu elements have no error variance; ", tally->no_spread, m);
	if (tally->unequal > 0)
		psy_append(
			note, size,
			"%zu of %llu elements have unequal numbers of values: effective number, interval approximate; ",
			tally->unequal, m);
	length = strlen(note);
	if (length >= 2 && note[length - 2] == ';')
		note[length - 2] = '\0';
}
