/* combat.c - the fitted ComBat: layout, applying, what to say of it, validation; see combat.h. */
#include "harmonize/combat.h"

#include "connectivity/connectome.h"
#include "core/lanes.h"
#include "stats/mass_kernels.h"

#include <math.h>
#include <string.h>

/* ---- layout ---------------------------------------------------------------------------------- */

size_t
psy_combat_size(size_t sites, size_t design, size_t elements)
{
	size_t bytes;

	if (sites > PSY_COMBAT_MAX_SITES || design > PSY_COMBAT_MAX_COVARIATES ||
		__builtin_mul_overflow(2 + design + 2 * sites, elements, &bytes) ||
		__builtin_add_overflow(bytes, design, &bytes) ||
		__builtin_mul_overflow(bytes, sizeof(double), &bytes) ||
		__builtin_add_overflow(bytes, sizeof(psy_combat) + sites * sizeof(psy_combat_site), &bytes))
		return 0;
	return bytes;
}

psy_combat_site *
psy_combat_sites(const psy_combat *fit)
{
	return (psy_combat_site *) fit->data;
}

double *
psy_combat_centre(const psy_combat *fit)
{
	return (double *) (psy_combat_sites(fit) + fit->sites);
}

psy_combat_streams
psy_combat_streams_of(const psy_combat *fit)
{
	size_t m = fit->elements;
	double *at = psy_combat_centre(fit) + fit->design;

	return (psy_combat_streams){.mean = at,
								.sd = at + m,
								.beta = at + 2 * m,
								.gamma = at + (2 + fit->design) * m,
								.delta = at + (2 + fit->design + fit->sites) * m};
}

/* ---- applying -------------------------------------------------------------------------------- */

/* The names of the sites, as many as fit. */
static void
list_sites(const psy_combat *fit, char *list, size_t size)
{
	list[0] = '\0';
	for (size_t s = 0; s < fit->sites && s < 8; s++)
		psy_append(list, size, "%s\"%.63s\"", s > 0 ? ", " : "", psy_combat_sites(fit)[s].name);
	if (fit->sites > 8)
		psy_append(list, size, " and %u more", fit->sites - 8);
}

psy_status
psy_combat_find(const psy_combat *fit, const char *name, size_t *site, psy_error *err)
{
	char list[160];

	for (size_t s = 0; s < fit->sites; s++)
		if (strcmp(psy_combat_sites(fit)[s].name, name) == 0)
		{
			*site = s;
			return PSY_OK;
		}
	list_sites(fit, list, sizeof list);
	psy_fail(err, PSY_DOMAIN, "site \"%.63s\" was not among those that were fitted: %s", name, list);
	return psy_hint(err, "Fit again over rows that include the site.");
}

#define BLOCK 256

/* What the covariates say: expected[k] = mean + sum of beta (w - centre). */
PSY_CLONES static void
add_covariate(const double *beta, double w, size_t count, double *expected)
{
	for (size_t k = 0; k < count; k++)
		expected[k] += beta[k] * w;
}

PSY_CLONES static void
remove_site(const double *expected, const double *sd, const double *gamma, const double *delta, size_t count,
			double *x)
{
	for (size_t k = 0; k < count; k++)
		x[k] = (x[k] - expected[k] - sd[k] * gamma[k]) / sqrt(delta[k]) + expected[k];
}

/* A block of values from first on, in place. */
static void
apply_block(const psy_combat *fit, const psy_combat_streams *of, size_t site, const double *covariates,
			size_t first, size_t count, double *x)
{
	const double *centre = psy_combat_centre(fit);
	size_t m = fit->elements, at = site * m + first;
	double expected[BLOCK];

	if ((int64_t) site == fit->reference)
	{
		for (size_t k = 0; k < count; k++)
			x[k] = isnan(of->sd[first + k]) ? NAN : x[k];
		return;
	}
	memcpy(expected, of->mean + first, sizeof(double) * count);
	for (size_t j = 0; j < fit->design; j++)
		add_covariate(of->beta + j * m + first, covariates[j] - centre[j], count, expected);
	remove_site(expected, of->sd + first, of->gamma + at, of->delta + at, count, x);
}

void
psy_combat_apply_doubles(const psy_combat *fit, size_t site, const double *x, const double *covariates,
						 double *to)
{
	psy_combat_streams of = psy_combat_streams_of(fit);

	for (size_t first = 0; first < fit->elements; first += BLOCK)
	{
		size_t count = fit->elements - first < BLOCK ? fit->elements - first : BLOCK;

		if (to != x)
			memcpy(to + first, x + first, sizeof(double) * count);
		apply_block(fit, &of, site, covariates, first, count, to + first);
	}
}

void
psy_combat_apply_floats(const psy_combat *fit, size_t site, const float *x, const double *covariates,
						float *to)
{
	psy_combat_streams of = psy_combat_streams_of(fit);
	double block[BLOCK];

	for (size_t first = 0; first < fit->elements; first += BLOCK)
	{
		size_t count = fit->elements - first < BLOCK ? fit->elements - first : BLOCK;

		for (size_t k = 0; k < count; k++)
			block[k] = x[first + k];
		apply_block(fit, &of, site, covariates, first, count, block);
		for (size_t k = 0; k < count; k++)
			to[first + k] = (float) block[k];
	}
}

/* ---- what to say ----------------------------------------------------------------------------- */

static void
separate(char *note, size_t size)
{
	if (note[0] != '\0')
		psy_append(note, size, "; ");
}

static void
note_one_values(const psy_combat *fit, char *note, size_t size)
{
	for (size_t s = 0; s < fit->sites; s++)
	{
		if (psy_combat_sites(fit)[s].rows == 1)
		{
			separate(note, size);
			psy_append(note, size, "site \"%s\" has one row", psy_combat_sites(fit)[s].name);
		}
		for (size_t j = 0; j < fit->design; j++)
			if ((psy_combat_sites(fit)[s].one_value >> j & 1) != 0)
			{
				separate(note, size);
				psy_append(note, size,
						   "site \"%s\" has one value of covariates[%zu] only: what it shares with the site "
						   "rests on the other sites",
						   psy_combat_sites(fit)[s].name, j + 1);
			}
	}
}

void
psy_combat_note(const psy_combat *fit, char *note, size_t size)
{
	note[0] = '\0';
	if (fit->skipped > 0)
		psy_append(note, size, "%lld rows left out: x, site or a covariate is missing",
				   (long long) fit->skipped);
	note_one_values(fit, note, size);
	if (fit->lost > 0)
	{
		separate(note, size);
		psy_append(note, size,
				   "%llu elements not harmonised (NaN): their residuals do not vary, or too few values",
				   (unsigned long long) fit->lost);
	}
	for (size_t s = 0; s < fit->sites; s++)
		if (psy_combat_sites(fit)[s].left_out > 0)
		{
			separate(note, size);
			psy_append(note, size, "%llu elements not harmonised at site \"%s\" (NaN)",
					   (unsigned long long) psy_combat_sites(fit)[s].left_out, psy_combat_sites(fit)[s].name);
		}
	if (fit->incomplete > 0)
	{
		separate(note, size);
		psy_append(note, size, "%llu elements with fewer values than rows",
				   (unsigned long long) fit->incomplete);
	}
}

/* ---- validation ------------------------------------------------------------------------------ */

psy_status
psy_combat_check_shape(const psy_combat *fit, size_t size, psy_error *err)
{
	if (size < sizeof *fit)
		return psy_fail(err, PSY_FORMAT, "%zu bytes are too few", size);
	if ((fit->source != 0 && !psy_conn_kind_valid(fit->source)) ||
		(fit->flags & ~(PSY_COMBAT_EB | PSY_COMBAT_MEAN_ONLY)) != 0 || fit->sites < 2 || fit->elements == 0 ||
		fit->skipped < 0 || fit->reference < -1 || fit->reference >= (int64_t) fit->sites ||
		!(fit->tolerance > 0 && fit->tolerance < 1))
		return psy_fail(err, PSY_FORMAT, "its header is impossible");
	if (psy_combat_size(fit->sites, fit->design, fit->elements) != size)
		return psy_fail(err, PSY_FORMAT,
						"%zu bytes are not the size of %u sites, %d covariates and %llu "
						"elements",
						size, fit->sites, fit->design, (unsigned long long) fit->elements);
	for (size_t s = 0; s < fit->sites; s++)
		if (!psy_combat_name_valid(psy_combat_sites(fit)[s].name) ||
			(s > 0 &&
			 memcmp(psy_combat_sites(fit)[s - 1].name, psy_combat_sites(fit)[s].name, PSY_COMBAT_NAME) >= 0))
			return psy_fail(err, PSY_FORMAT, "the names of its sites are not in order");
	return PSY_OK;
}

static bool
site_valid(const psy_combat *fit, const psy_combat_site *site)
{
	return site->rows >= 1 && site->rows <= 0x1p53 && isfinite(site->gamma_bar) && site->t2 >= 0 &&
		   isfinite(site->t2) && site->a >= 0 && site->b >= 0 && site->left_out <= fit->elements &&
		   (site->one_value >> fit->design) == 0;
}

/* Either a number that can be, or NaN. */
static bool
numbers_valid(const psy_combat *fit)
{
	psy_combat_streams of = psy_combat_streams_of(fit);
	size_t m = fit->elements;

	for (size_t k = 0; k < (2 + fit->design + 2 * fit->sites) * m; k++)
		if (isinf(of.mean[k]))
			return false;
	for (size_t k = 0; k < m; k++)
		if (of.sd[k] <= 0)
			return false;
	for (size_t k = 0; k < fit->sites * m; k++)
		if (of.delta[k] <= 0)
			return false;
	return true;
}

psy_status
psy_combat_check(const psy_combat *fit, size_t size, psy_error *err)
{
	psy_status status = psy_combat_check_shape(fit, size, err);

	if (status != PSY_OK)
		return status;
	if (fit->lost > fit->elements || fit->incomplete > fit->elements ||
		!psy_mass_all_finite(psy_combat_centre(fit), fit->design))
		return psy_fail(err, PSY_FORMAT, "its counts or centre are impossible");
	for (size_t s = 0; s < fit->sites; s++)
		if (!site_valid(fit, psy_combat_sites(fit) + s))
			return psy_fail(err, PSY_FORMAT, "what it says of site %zu is impossible", s + 1);
	return numbers_valid(fit) ? PSY_OK : psy_fail(err, PSY_FORMAT, "it has numbers that no fit can give");
}
