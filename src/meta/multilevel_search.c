/*
 * multilevel_search.c - maximisation over two variances >= 0; see multilevel_search.h.
 *
 * The likelihood is sampled on a grid first, its edges s = 0 included; every local maximum of the grid is
 * refined by projected Newton steps with the analytic Hessian (Fisher's information where that is not
 * negative definite), and the highest is kept.
 */
#include "meta/multilevel_search.h"

#include "stats/distribution.h"

#include <math.h>

#define GRID 11 /* 0 and powers of 4 around the unit */
#define STEPS 100

/* Likelihood at s; -Inf where a block is not positive definite, which rho < 0 can bring. */
static psy_status
evaluate(const psy_clusters *c, const double *s, bool restricted, bool derivatives, psy_cluster_fit *fit,
		 double *loglik, psy_error *err)
{
	psy_status status = psy_clusters_at(c, s, restricted, derivatives, fit, err);

	*loglik = status == PSY_OK ? psy_cluster_loglik(fit, restricted) : -INFINITY;
	if (isnan(*loglik))
		*loglik = -INFINITY;
	return status == PSY_SINGULAR ? PSY_OK : status;
}

/* The step to a higher likelihood over the components that are free to move. */
static void
newton_step(const psy_cluster_fit *fit, const bool *moves, double *step)
{
	double h[3] = {fit->hessian[0], fit->hessian[1], fit->hessian[2]}, determinant;

	step[0] = step[1] = 0;
	if (moves[0] != moves[1])
	{
		int r = moves[0] ? 0 : 1;

		step[r] = fit->score[r] / (h[2 * r] < 0 ? -h[2 * r] : fit->fisher[2 * r]);
		return;
	}
	if (!moves[0])
		return;
	determinant = h[0] * h[2] - h[1] * h[1];
	if (!(h[0] < 0 && determinant > 1e-14 * h[0] * h[2]))
	{
		for (int m = 0; m < 3; m++)
			h[m] = -fit->fisher[m];
		determinant = h[0] * h[2] - h[1] * h[1];
	}
	step[0] = -(h[2] * fit->score[0] - h[1] * fit->score[1]) / determinant;
	step[1] = -(h[0] * fit->score[1] - h[1] * fit->score[0]) / determinant;
}

/* Halves the step until the likelihood does not fall; *size is the relative length taken, 0 when none was. */
static psy_status
take_step(const psy_clusters *c, bool restricted, const double *step, double unit, double s[2],
		  psy_cluster_fit *fit, double *loglik, double *size, psy_error *err)
{
	double slack = 1e-13 * (1 + fabs(*loglik));

	*size = 0;
	for (double factor = 1; factor > 1e-12; factor /= 2)
	{
		double to[2], at, moved = 0;
		psy_status status;

		for (int r = 0; r < 2; r++)
		{
			to[r] = fmax(0, s[r] + factor * step[r]);
			moved = fmax(moved, fabs(to[r] - s[r]) / (to[r] + 1e-3 * unit));
		}
		if (!(isfinite(to[0]) && isfinite(to[1])) || moved == 0)
			return PSY_OK;
		status = evaluate(c, to, restricted, true, fit, &at, err);
		if (status != PSY_OK)
			return status;
		if (at >= *loglik - slack)
		{
			s[0] = to[0];
			s[1] = to[1];
			*loglik = at;
			*size = moved;
			return PSY_OK;
		}
	}
	return PSY_OK;
}

/* Newton from s until steps are down to rounding: they then no longer shrink. */
static psy_status
refine(const psy_clusters *c, bool restricted, const bool *fixed, double unit, double s[2],
	   psy_cluster_fit *fit, double *loglik, psy_error *err)
{
	double last = INFINITY;
	psy_status status = evaluate(c, s, restricted, true, fit, loglik, err);

	for (int i = 0; i < STEPS && status == PSY_OK; i++)
	{
		bool moves[2];
		double step[2], size;

		for (int r = 0; r < 2; r++)
			moves[r] = !fixed[r] && (s[r] > 0 || fit->score[r] > 0);
		newton_step(fit, moves, step);
		status = take_step(c, restricted, step, unit, s, fit, loglik, &size, err);
		if (size <= 1e-15 || (size < 1e-9 && size >= last / 2))
			break;
		last = size;
	}
	return status;
}

static double
grid_value(int i, double unit)
{
	return i == 0 ? 0 : ldexp(unit, 2 * (i - 8));
}

static bool
is_peak(const double value[GRID][GRID], int i, int j, const int *most)
{
	for (int a = i - 1; a <= i + 1; a++)
		for (int b = j - 1; b <= j + 1; b++)
			if (a >= 0 && b >= 0 && a < most[0] && b < most[1] && value[a][b] > value[i][j])
				return false;
	return true;
}

psy_status
psy_clusters_maximise(const psy_clusters *c, bool restricted, double unit, const bool fixed[2], double s[2],
					  psy_cluster_fit *fit, double *loglik, psy_error *err)
{
	double value[GRID][GRID], best[2] = {s[0], s[1]}, at;
	int most[2] = {fixed[0] ? 1 : GRID, fixed[1] ? 1 : GRID};
	psy_status status = PSY_OK;

	*loglik = -INFINITY;
	for (int i = 0; i < most[0]; i++)
		for (int j = 0; j < most[1] && status == PSY_OK; j++)
			status = evaluate(
				c, (double[2]){fixed[0] ? s[0] : grid_value(i, unit), fixed[1] ? s[1] : grid_value(j, unit)},
				restricted, false, fit, &value[i][j], err);
	for (int i = 0; i < most[0]; i++)
		for (int j = 0; j < most[1] && status == PSY_OK; j++)
		{
			double from[2] = {fixed[0] ? s[0] : grid_value(i, unit), fixed[1] ? s[1] : grid_value(j, unit)};

			if (!is_peak(value, i, j, most) || value[i][j] == -INFINITY)
				continue;
			status = refine(c, restricted, fixed, unit, from, fit, &at, err);
			if (at > *loglik)
			{
				*loglik = at;
				best[0] = from[0];
				best[1] = from[1];
			}
		}
	s[0] = best[0];
	s[1] = best[1];
	return status == PSY_OK ? psy_clusters_at(c, s, restricted, true, fit, err) : status;
}

/*
 * ---- profile likelihood ----------------------------------------------------------------------------------
 */

/* The maximum over the other component with component r at value, less target; start is where to begin. */
static psy_status
profile_at(const psy_clusters *c, bool restricted, double unit, const bool *fixed, int r, double value,
		   double target, double *other, psy_cluster_fit *fit, double *height, psy_error *err)
{
	double s[2];
	bool both[2] = {true, true};
	psy_status status;

	s[r] = value;
	s[1 - r] = *other;
	both[1 - r] = fixed[1 - r];
	status = psy_clusters_maximise(c, restricted, unit, both, s, fit, height, err);
	*other = s[1 - r];
	*height -= target;
	return status;
}

/* Where the profile crosses target between inside (not below it) and outside: the secant in a bracket
 * (Illinois), since each evaluation is a search of its own. */
static psy_status
crossing(const psy_clusters *c, bool restricted, double unit, const bool *fixed, int r, double inside,
		 double outside, double above, double below, double target, double other, psy_cluster_fit *fit,
		 double *root, psy_error *err)
{
	psy_status status = PSY_OK;
	int side = 0;

	for (int i = 0; i < 100 && fabs(outside - inside) > 1e-12 * fmax(inside, outside) && status == PSY_OK;
		 i++)
	{
		double middle = (inside * below - outside * above) / (below - above), at;

		if (!(middle > fmin(inside, outside) && middle < fmax(inside, outside)))
			middle = inside + (outside - inside) / 2;
		*root = middle;
		status = profile_at(c, restricted, unit, fixed, r, middle, target, &other, fit, &at, err);
		if (fabs(at) < 1e-13 * (1 + fabs(target)))
			return status;
		if (at > 0)
		{
			inside = middle;
			above = at;
			below /= side == 1 ? 2 : 1;
			side = 1;
		}
		else
		{
			outside = middle;
			below = at;
			above /= side == -1 ? 2 : 1;
			side = -1;
		}
	}
	return status;
}

psy_status
psy_clusters_profile(const psy_clusters *c, bool restricted, double unit, const bool fixed[2],
					 const double s[2], double loglik, double level, int r, psy_cluster_fit *fit,
					 double *lower, double *upper, psy_error *err)
{
	double drop = psy_chisq_quantile(1 - level, 1, PSY_UPPER) / 2, target = loglik - drop;
	double other = s[1 - r], outside = s[r], below;
	psy_status status = profile_at(c, restricted, unit, fixed, r, 0, target, &other, fit, &below, err);

	*lower = 0;
	if (status == PSY_OK && below < 0)
		status =
			crossing(c, restricted, unit, fixed, r, s[r], 0, drop, below, target, other, fit, lower, err);
	*upper = NAN;
	other = s[1 - r];
	below = drop;
	for (int i = 0; i < 200 && below >= 0 && status == PSY_OK; i++)
	{
		outside = 2 * (outside + unit / 16);
		status = profile_at(c, restricted, unit, fixed, r, outside, target, &other, fit, &below, err);
	}
	if (status == PSY_OK && below < 0)
		status = crossing(c, restricted, unit, fixed, r, s[r], outside, drop, below, target, other, fit,
						  upper, err);
	return status;
}
