/* pipeline.c - choices from the warehouse, and cleaning a run by them; see pipeline.h. */
#include "pipeline.h"

#include "heap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFINITION_LIMIT ((size_t) 1 << 16)

/* ---- what was chosen ------------------------------------------------------------------------- */

psy_status
pipeline_given(const options *o, buffer *json, psy_error *err)
{
	uint8_t sha256[SHA256_BYTES];
	psy_error why;

	buffer_byte(json, '{');
	options_json(o, OPT_PIPELINE, json);
	buffer_byte(json, '}');
	if (o->definition == NULL)
	{
		if (json->size == 2)
			buffer_clear(json);
		return PSY_OK;
	}
	if (json->size > 2)
		return psy_fail(err, PSY_DOMAIN,
						"--definition says all of a pipeline; no option of cleaning goes beside it");
	buffer_clear(json);
	if (read_document(o->definition, DEFINITION_LIMIT, json, sha256, &why) != PSY_OK)
		return psy_fail(err, why.code, "the definition of the pipeline: %s", why.message);
	if (json->size == 0)
		return psy_fail(err, PSY_FORMAT, "the definition of the pipeline is empty");
	return PSY_OK;
}

static int
word_of(const char *text, const char *const *words)
{
	for (int k = 0; words[k] != NULL; k++)
		if (strcmp(words[k], text) == 0)
			return k;
	return 0; /* another program's pipeline says nothing */
}

/* The columns of the query below, in its order. */
static void
take_choices(pipeline *p, const PGresult *r)
{
	static const char *const models[] = {"none", "basic", "derivatives", "power2", "full", NULL};
	static const char *const kinds[] = {"none", "anat_combined", "anat_separated", "temporal", NULL};
	static const char *const scales[] = {"none", "zscore", "zscore_sample", "psc", NULL};
	int at = 0;
#define WORD() PQgetvalue(r, 0, at++)
#define FLAG() (*WORD() == 't')
#define REAL() strtod(WORD(), NULL)
#define SIZE() ((size_t) strtoul(WORD(), NULL, 10))

	p->as_is = FLAG();
	p->raw = FLAG();
	p->detrend = FLAG();
	p->standardize = (psy_standardize) word_of(WORD(), scales);
	p->motion = (regressor_model) word_of(WORD(), models);
	p->wm_csf = (regressor_model) word_of(WORD(), models);
	p->global_signal = (regressor_model) word_of(WORD(), models);
	p->compcor = (compcor_kind) word_of(WORD(), kinds);
	p->components = SIZE();
	p->share = REAL();
	p->cosine = FLAG();
	p->non_steady_state = FLAG();
	p->jenkinson = FLAG();
	p->scrub_fd = REAL();
	p->scrub_dvars = REAL();
	p->before = SIZE();
	p->after = SIZE();
	p->segment = SIZE();
	p->spikes = FLAG();
	p->extrapolate = FLAG();
	p->high_pass = REAL();
	p->low_pass = REAL();
}

psy_status
pipeline_settle(pipeline *p, session *db, const char *name, const char *given, bool from_image,
				psy_error *err)
{
	const char *values[] = {name, given, from_image ? "true" : "false"};
	PGresult *result;
	psy_status status = session_query(
		db, &result, err,
		"SELECT c = '{}', c - 'fd' = imaging.no_choices() - 'fd', c->>'detrend', c->>'standardize', "
		"c->>'motion', "
		"c->>'wm_csf', c->>'global_signal', c->>'compcor', coalesce(c->>'compcor_n', '0'), "
		"coalesce(c->>'compcor_share', '0'), c->>'cosine', c->>'non_steady_state', coalesce(c->>'fd' = "
		"'jenkinson', "
		"false), coalesce(c->>'scrub_fd_mm', '0'), coalesce(c->>'scrub_dvars', '0'), c->>'scrub_before', "
		"c->>'scrub_after', c->>'scrub_segment', coalesce(c->>'scrub_by' = 'spikes', false), "
		"c->>'extrapolate', "
		"coalesce(c->>'high_pass_hz', '0'), coalesce(c->>'low_pass_hz', '0'), c "
		"FROM ingest.settle_pipeline($1, $2, $3) c",
		3, values);

	*p = (pipeline){.name = name};
	if (status != PSY_OK)
		return status;
	take_choices(p, result);
	p->choices = keep_text(PQgetvalue(result, 0, PQnfields(result) - 1));
	PQclear(result);
	return PSY_OK;
}

bool
pipeline_needs_confounds(const pipeline *p)
{
	return p->motion || p->wm_csf || p->global_signal || p->compcor || p->cosine || p->non_steady_state ||
		   p->scrub_fd > 0 || p->scrub_dvars > 0;
}

/* ---- regressors ------------------------------------------------------------------------------ */

/* Where regressors_find builds: columns one after another, turned at the end. */
typedef struct builder
{
	const confounds *c;
	double *column; /* [columns][volumes] */
	size_t columns, room, volumes;
} builder;

static double *
new_column(builder *b)
{
	if (b->columns == b->room)
	{
		b->room = b->room ? 2 * b->room : 32;
		b->column = grow(b->column, b->room * b->volumes, sizeof *b->column);
	}
	return b->column + b->columns++ * b->volumes;
}

static psy_status
add_column(builder *b, const char *name, psy_error *err)
{
	if (b->columns == PSY_CLEAN_MOST_CONFOUNDS)
		return psy_fail(err, PSY_LIMIT, "more than %d regressors", PSY_CLEAN_MOST_CONFOUNDS);
	return confounds_regressor(b->c, name, new_column(b), err);
}

static psy_status
add_model(builder *b, const char *name, regressor_model model, psy_error *err)
{
	static const char *const endings[] = {"", "_derivative1", "_power2", "_derivative1_power2"};
	static const bool taken[][4] = {[MODEL_BASIC] = {true},
									[MODEL_DERIVATIVES] = {true, true},
									[MODEL_POWER2] = {true, false, true},
									[MODEL_FULL] = {true, true, true, true}};
	psy_status status = PSY_OK;

	for (int k = 0; k < 4 && model != MODEL_NONE && status == PSY_OK; k++)
	{
		char full[80];

		snprintf(full, sizeof full, "%s%s", name, endings[k]);
		if (taken[model][k])
			status = add_column(b, full, err);
	}
	return status;
}

/* Columns whose name begins so, as many as there are. */
static psy_status
add_all(builder *b, const char *begin, psy_error *err)
{
	psy_status status = PSY_OK;
	size_t before = b->columns;

	for (size_t k = 0; k < b->c->columns && status == PSY_OK; k++)
		if (strncmp(b->c->name[k], begin, strlen(begin)) == 0)
			status = add_column(b, b->c->name[k], err);
	if (status == PSY_OK && b->columns == before)
		return psy_fail(err, PSY_DOMAIN, "it has no column %s00, which the pipeline needs", begin);
	return status;
}

/* The components that the metadata tell apart by their mask: of each mask the first ones, as many as were
 * asked for or as it takes to explain the share of variance. */
static const char components_sql[] = "WITH component AS (SELECT key AS name, value->>'Mask' AS mask, "
									 "(value->>'CumulativeVarianceExplained')::float8 AS "
									 "upto, substring(key FROM '[0-9]+$')::int AS k, left(key, 1) AS kind "
									 "FROM jsonb_each($1::jsonb) WHERE key ~ "
									 "'^[actw]_comp_cor_[0-9]{1,6}$'), taken AS (SELECT name, kind, k, upto, "
									 "CASE WHEN kind = 'a' THEN mask ELSE kind END AS "
									 "part FROM component WHERE CASE $2 WHEN 'temporal' THEN kind = 't' WHEN "
									 "'anat_combined' THEN kind = 'a' AND mask = "
									 "'combined' ELSE kind IN ('c', 'w') OR kind = 'a' AND mask IN ('WM', "
									 "'CSF') END), numbered AS (SELECT *, row_number() "
									 "OVER w AS n, lag(upto, 1, 0::float8) OVER w AS before, max(upto) OVER "
									 "(PARTITION BY part) AS most FROM taken WINDOW w "
									 "AS (PARTITION BY part ORDER BY k)) SELECT name, $4::float8 > 0 AND "
									 "coalesce(most < $4::float8, true) FROM numbered "
									 "WHERE ($3::int = 0 OR n <= $3::int) AND ($4::float8 = 0 OR before IS "
									 "NULL OR before < $4::float8) ORDER BY kind, part, k";

static psy_status
add_told_components(builder *b, const pipeline *p, session *db, const char *metadata, psy_error *err)
{
	static const char *const kinds[] = {"", "anat_combined", "anat_separated", "temporal"};
	char n[24], share[32];
	const char *values[] = {metadata, kinds[p->compcor], n, share};
	PGresult *result;
	psy_status status;
	psy_error why;

	snprintf(n, sizeof n, "%zu", p->components);
	snprintf(share, sizeof share, "%.17g", p->share);
	status = session_query(db, &result, &why, components_sql, 4, values);
	if (status != PSY_OK)
		return psy_fail(err, status, "its .json cannot be read: %s", why.message);
	if (PQntuples(result) == 0)
		status = psy_fail(err, PSY_DOMAIN, "its .json tells of no components of %s", kinds[p->compcor]);
	for (int k = 0; k < PQntuples(result) && status == PSY_OK; k++)
		if (*PQgetvalue(result, k, 1) == 't')
			status = psy_fail(
				err, PSY_DOMAIN,
				"its components explain less than %g %% of the variance, or its .json does not say how much",
				100 * p->share);
		else
			status = add_column(b, PQgetvalue(result, k, 0), err);
	PQclear(result);
	return status;
}

/* Without metadata: t_comp_cor_00 and so on.  The masks of anatomical components are told by the metadata
 * alone. */
static psy_status
add_components(builder *b, const pipeline *p, session *db, const char *metadata, psy_error *err)
{
	psy_status status = PSY_OK;

	if (metadata != NULL)
		return add_told_components(b, p, db, metadata, err);
	if (p->compcor != COMPCOR_TEMPORAL || p->share > 0)
	{
		psy_fail(err, PSY_DOMAIN, "beside it lies no .json, which tells the components' masks and variances");
		return psy_hint(err, "fMRIPrep writes <scan>_desc-confounds_timeseries.json with the table");
	}
	if (p->components == 0)
		return add_all(b, "t_comp_cor_", err);
	for (size_t k = 0; k < p->components && status == PSY_OK; k++)
	{
		char name[40];

		snprintf(name, sizeof name, "t_comp_cor_%02zu", k);
		if (k > 0 && confounds_find(b->c, name) < 0)
			break; /* as many as there are, as with metadata */
		status = add_column(b, name, err);
	}
	return status;
}

static psy_status
add_regressors(builder *b, const pipeline *p, session *db, const char *metadata, psy_error *err)
{
	static const char *const motion[] = {"trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"};
	psy_status status = PSY_OK;

	for (int k = 0; k < 6 && status == PSY_OK; k++)
		status = add_model(b, motion[k], p->motion, err);
	if (status == PSY_OK)
		status = add_model(b, "csf", p->wm_csf, err);
	if (status == PSY_OK)
		status = add_model(b, "white_matter", p->wm_csf, err);
	if (status == PSY_OK)
		status = add_model(b, "global_signal", p->global_signal, err);
	if (status == PSY_OK && p->compcor != COMPCOR_NONE)
		status = add_components(b, p, db, metadata, err);
	if (status == PSY_OK && p->cosine)
		status = add_all(b, "cosine", err);
	return status;
}

/* ---- censoring ------------------------------------------------------------------------------- */

/* fd[volumes]; *known is false when neither the column nor the motion parameters tell it. */
static psy_status
find_displacement(const confounds *c, const pipeline *p, double *fd, bool *known, psy_error *err)
{
	static const char *const names[] = {"trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"};
	size_t n = c->rows;
	double *parameters;
	const double *of[6];
	psy_status status = PSY_OK;

	*known = false;
	if (!p->jenkinson && confounds_find(c, "framewise_displacement") >= 0)
	{
		*known = true;
		return confounds_get(c, "framewise_displacement", fd, err);
	}
	for (int k = 0; k < 6; k++)
		if (confounds_find(c, names[k]) < 0)
			return PSY_OK;
	parameters = grow(NULL, 6 * n, sizeof *parameters);
	for (int k = 0; k < 6 && status == PSY_OK; k++)
	{
		of[k] = parameters + (size_t) k * n;
		status = confounds_regressor(c, names[k], parameters + (size_t) k * n, err);
	}
	if (status == PSY_OK)
		(p->jenkinson ? fd_jenkinson : fd_power)(of, n, fd);
	*known = status == PSY_OK;
	free(parameters);
	/* Who does not scrub by it can do without. */
	return p->scrub_fd > 0 ? status : PSY_OK;
}

/* Mean over the volumes that have one. */
static psy_status
mean_displacement(const double *fd, size_t n, double *mean, psy_error *err)
{
	double sum = 0;
	size_t used = 0;

	for (size_t t = 0; t < n; t++)
	{
		if (fd[t] < 0)
			return psy_fail(err, PSY_DOMAIN, "framewise_displacement is negative in row %zu", t + 1);
		sum += isnan(fd[t]) ? 0 : fd[t];
		used += !isnan(fd[t]);
	}
	*mean = used > 0 ? sum / (double) used : NAN;
	return PSY_OK;
}

static psy_status
mark_motion(regressors *r, const pipeline *p, const confounds *c, psy_error *err)
{
	double *value = grow(NULL, r->volumes, sizeof *value);
	bool known;
	psy_status status = find_displacement(c, p, value, &known, err);

	if (status == PSY_OK && known)
		status = mean_displacement(value, r->volumes, &r->mean_fd, err);
	if (status == PSY_OK && p->scrub_fd > 0 && !known)
		status = psy_fail(err, PSY_DOMAIN, "it has neither %sall of trans_x to rot_z, which scrubbing needs",
						  p->jenkinson ? "" : "framewise_displacement nor ");
	for (size_t t = 0; t < r->volumes && status == PSY_OK && p->scrub_fd > 0; t++)
		r->scrub[t] |= value[t] > p->scrub_fd;
	if (status == PSY_OK && p->scrub_dvars > 0)
		status = confounds_get(c, "std_dvars", value, err);
	for (size_t t = 0; t < r->volumes && status == PSY_OK && p->scrub_dvars > 0; t++)
		r->scrub[t] |= value[t] > p->scrub_dvars;
	free(value);
	return status;
}

/* Volumes before the signal is steady; a run may have none. */
static psy_status
mark_unsteady(regressors *r, const confounds *c, psy_error *err)
{
	static const char begin[] = "non_steady_state_outlier";
	double *value = grow(NULL, r->volumes, sizeof *value);
	psy_status status = PSY_OK;

	for (size_t k = 0; k < c->columns && status == PSY_OK; k++)
	{
		if (strncmp(c->name[k], begin, sizeof begin - 1) != 0)
			continue;
		status = confounds_get(c, c->name[k], value, err);
		for (size_t t = 0; t < r->volumes && status == PSY_OK; t++)
			r->scrub[t] |= value[t] != 0 && !isnan(value[t]);
	}
	free(value);
	return status;
}

static psy_status
mark(regressors *r, const pipeline *p, const confounds *c, psy_error *err)
{
	psy_status status = mark_motion(r, p, c, err);

	if (status == PSY_OK)
		scrub_widen(r->scrub, r->volumes, p->before, p->after, p->segment);
	if (status == PSY_OK && p->non_steady_state)
		status = mark_unsteady(r, c, err);
	r->kept = 0;
	for (size_t t = 0; t < r->volumes; t++)
		r->kept += !r->scrub[t];
	return status;
}

static void
add_spikes(builder *b, const bool *scrub)
{
	for (size_t t = 0; t < b->volumes; t++)
		if (scrub[t])
		{
			double *spike = new_column(b);

			memset(spike, 0, b->volumes * sizeof *spike);
			spike[t] = 1;
		}
}

/* ---- the whole ------------------------------------------------------------------------------- */

psy_status
regressors_find(regressors *r, const pipeline *p, session *db, const confounds *c, const char *metadata,
				size_t volumes, psy_error *err)
{
	builder b = {.c = c, .volumes = volumes};
	psy_status status = PSY_OK;

	*r = (regressors){.volumes = volumes, .kept = volumes, .mean_fd = NAN};
	r->scrub = grow(NULL, volumes, sizeof *r->scrub);
	memset(r->scrub, 0, volumes * sizeof *r->scrub);
	if (c == NULL)
		return PSY_OK;
	if (c->rows != volumes)
		return psy_fail(err, PSY_SHAPE, "it has %zu rows; the series has %zu", c->rows, volumes);
	status = mark(r, p, c, err);
	if (status == PSY_OK && !p->as_is)
		status = add_regressors(&b, p, db, metadata, err);
	if (status == PSY_OK && p->spikes)
		add_spikes(&b, r->scrub);
	if (status == PSY_OK)
	{
		r->columns = b.columns;
		r->value = grow(NULL, b.columns * volumes, sizeof *r->value);
		for (size_t k = 0; k < b.columns; k++)
			for (size_t t = 0; t < volumes; t++)
				r->value[t * b.columns + k] = b.column[k * volumes + t];
	}
	free(b.column);
	return status;
}

void
regressors_free(regressors *r)
{
	free(r->value);
	free(r->scrub);
	*r = (regressors){0};
}

size_t
regressors_left(const regressors *r, const pipeline *p)
{
	return p->spikes ? r->volumes : r->kept;
}

psy_status
pipeline_clean(const pipeline *p, const regressors *r, const double *series, size_t regions, double tr,
			   double *clean, psy_error *err)
{
	psy_clean_input in = {.series = series,
						  .confounds = r->columns > 0 ? r->value : NULL,
						  .scrub = p->spikes || r->kept == r->volumes ? NULL : r->scrub,
						  .timepoints = r->volumes,
						  .regions = regions,
						  .columns = r->columns};
	psy_clean_options how = {.tr = tr > 0 ? tr : 1, /* unknown: only a filter would care */
							 .low_pass = p->low_pass,
							 .high_pass = p->high_pass,
							 .detrend = p->detrend,
							 .extrapolate = p->extrapolate,
							 .standardize = p->standardize};
	size_t kept;

	if (p->as_is || p->raw)
	{
		memcpy(clean, series, r->volumes * regions * sizeof *clean);
		return PSY_OK;
	}
	if ((p->low_pass > 0 || p->high_pass > 0) && !(tr > 0))
		return psy_fail(err, PSY_DOMAIN,
						"a filter needs the repetition time; neither --tr nor a sidecar says it");
	return psy_clean(&heap_context, &in, &how, clean, &kept, err);
}
