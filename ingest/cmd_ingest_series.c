/*
 * cmd_ingest_series.c - psyrad ingest series FILE: region time courses of a table or a 4-D image, cleaned by
 * a named pipeline.
 *
 * A pipeline whose name is known without choices holds what another program cleaned, as it came.
 */
#include "cmd.h"

#include "laid_atlas.h"
#include "series.h"

#include <math.h>
#include <stdlib.h>

static psy_status
stage_cleaned(job *j, const series *s, const regressors *found, const double *clean, psy_error *err)
{
	const bold_run *r = j->extra;
	copy *out = &j->stage;

	j->read = 1;
	copy_row(out);
	copy_int8(out, 1);
	bold_run_copy(j, out, found, &s->image);
	copy_float8_matrix(out, clean, regressors_left(found, &r->pipeline), s->regions);
	s->coverage ? copy_float4_array(out, s->coverage, s->regions) : copy_null(out);
	return copy_row_end(out, err);
}

/* For --dry-run: whose, which run, what is left of it. */
static void
tell(job *j, const series *s, const regressors *found)
{
	const bold_run *r = j->extra;

	buffer_format(&j->found, "%s, session %s, run %d: %zu of %zu volumes of %zu regions of %s", r->scan.label,
				  r->scan.session, r->scan.run, found->kept, s->volumes, s->regions, j->opt->atlas);
	if (r->tr > 0)
		buffer_format(&j->found, ", %.1f usable minutes", (double) found->kept * r->tr / 60);
	if (isfinite(found->mean_fd))
		buffer_format(&j->found, ", mean framewise displacement %.3f mm", found->mean_fd);
	buffer_format(&j->found, ", pipeline %s", r->pipeline.name);
}

static psy_status
clean_and_stage(job *j, const series *s, psy_error *err)
{
	const bold_run *r = j->extra;
	regressors found = {0};
	double *clean = NULL;
	psy_status status = bold_run_regressors(j, s->volumes, &found, err);

	if (status == PSY_OK)
	{
		clean = grow(NULL, s->volumes * s->regions, sizeof *clean);
		status = pipeline_clean(&r->pipeline, &found, s->value, s->regions, r->tr, clean, err);
	}
	if (status == PSY_OK)
		status = stage_cleaned(j, s, &found, clean, err);
	if (status == PSY_OK)
		tell(j, s, &found);
	free(clean);
	regressors_free(&found);
	return status;
}

static psy_status
read_series(job *j, series *s, psy_error *err)
{
	regions of_atlas = {0};
	psy_status status;

	if (bold_run_is_image(j->path))
		return series_from_image(s, j, err);
	status = regions_read(&of_atlas, j->db, j->opt->atlas, err);
	if (status == PSY_OK)
		status = series_from_table(s, j, &of_atlas, err);
	regions_free(&of_atlas);
	return status;
}

static psy_status
stage_series(job *j, psy_error *err)
{
	series s = {0};
	psy_status status = bold_run_settle(j, err);

	if (status == PSY_OK)
		status = read_series(j, &s, err);
	if (status == PSY_OK)
		status = bold_run_tr(j, s.image.tr, err);
	if (status == PSY_OK)
		status = clean_and_stage(j, &s, err);
	series_free(&s);
	return status;
}

static void
finish_series(void *shared)
{
	laid_atlas_free(shared);
	free(shared);
}

const loader load_series = {
	.name = "series",
	.summary = "region time series (and their connectome)",
	.file = "FILE...",
	.options = OPT_STUDY | OPT_ATLAS | OPT_SCAN | OPT_SCANNER | OPT_SERIES | OPT_PIPELINE | OPT_TABLE |
			   OPT_RESAMPLE | OPT_JOBS,
	.target = "pg_temp.stage (\"row\", " BOLD_RUN_COLUMNS ", value, coverage)",
	.parallel = true,
	.companion = bold_run_companion,
	.stands_for = nifti_header,
	.describe = bold_run_describe,
	.stage = stage_series,
	.release = bold_run_release,
	.finish = finish_series,
};
