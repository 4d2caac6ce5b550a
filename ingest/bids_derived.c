/*
 * bids_derived.c - files of a BIDS derivative: series and matrices over an atlas of the warehouse, FreeSurfer's tables of regions.
 *
 * The derivative's name is the pipeline, the entity atlas- (or seg-) the atlas; what a name does not say is left, with the reason.
 */
#include "bids_run.h"

#include "header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_VISIT "its name has no ses-, and the study has several visits (--session SESSION says which one it is of)"

static bool
atlas_known(bids_run *r, const char *atlas)
{
	const char *values[] = {atlas};
	char *known = NULL;
	psy_error err;
	bool found = bids_ask(&r->db, &known, &err, "SELECT atlas FROM imaging.atlas WHERE atlas = $1", 1, values) == PSY_OK && known != NULL;

	free(known);
	return found;
}

static void
leave_without_atlas(bids_run *r, const char *path, const char *atlas)
{
	char why[200];

	snprintf(why, sizeof why, "the atlas %.60s is not there (psyrad ingest atlas --names FILE --atlas %.60s)", atlas, atlas);
	bids_leave(r, path, why);
}

/* The edges of a matrix by its entity stat-. */
static bool
measure_of(const char *path, options *opt)
{
	char stat[BIDS_TEXT];

	if (!bids_entity(path, "stat", stat, sizeof stat) && !bids_entity(path, "meas", stat, sizeof stat) && !bids_entity(path, "measure", stat, sizeof stat))
		return false; /* XCP-D wrote measure- before 0.6 */
	opt->kind = header_among(stat, "pearsoncorrelation|pearson|correlation") ? "r" : NULL;
	opt->measure = "fc_pearson";
	return opt->kind != NULL;
}

/* Another scan of the same person, visit and run among what is loaded of the derivative: one key would have to hold both. */
static const bids_file *
other_scan(const bids_run *r, const bids_file *f)
{
	const char *person = strstr(f->path, "sub-");
	size_t folder = person ? (size_t) (person - f->path) + strcspn(person, "/") : 0, i = (size_t) (f - r->tree.file);

	while (i > 0 && strncmp(r->tree.file[i - 1].path, f->path, folder) == 0)
		i--;
	for (; i < r->tree.count && strncmp(r->tree.file[i].path, f->path, folder) == 0; i++)
	{
		const bids_file *g = &r->tree.file[i];
		options unused;

		if ((g->kind == BIDS_SERIES || (g->kind == BIDS_MATRIX && measure_of(g->path, &unused))) && strcmp(g->name.sub, f->name.sub) == 0 &&
			strcmp(g->name.ses, f->name.ses) == 0 && (g->name.run ? g->name.run : 1) == (f->name.run ? f->name.run : 1) &&
			strcmp(g->name.acquisition, f->name.acquisition) != 0 && (r->opt.task == NULL || strcmp(g->name.task, r->opt.task) == 0))
			return g;
	}
	return NULL;
}

/* Whether a file is of a task that is not to be loaded, or of one of several scans of which nobody said which is to be. */
static bool
leave_scan(bids_run *r, const bids_file *f)
{
	const bids_file *other = other_scan(r, f);
	const char *task = other ? other->name.task : NULL;
	char why[3 * BIDS_TEXT];

	if (r->opt.task != NULL && strcmp(f->name.task, r->opt.task) != 0)
		snprintf(why, sizeof why, "of another task than --task %.60s", r->opt.task);
	else if (other != NULL && strcmp(task, f->name.task) != 0)
		snprintf(why, sizeof why, "its visit has the same run of the tasks %.60s and %.60s (--task TASK says which one to load)",
				 strcmp(task, f->name.task) < 0 ? task : f->name.task, strcmp(task, f->name.task) < 0 ? f->name.task : task);
	else if (other != NULL)
		snprintf(why, sizeof why, "another scan of its visit has the same run (psyrad ingest series or connectome FILE --run N loads each as a run of its own)");
	else
		return false;
	bids_leave(r, f->path, why);
	return true;
}

void
bids_load_derived(bids_run *r, bids_step s, const bids_file *f)
{
	char atlas[BIDS_TEXT], pipeline[BIDS_TEXT];
	options opt = r->opt;

	if (leave_scan(r, f))
		return;
	if (!bids_entity(f->path, "atlas", atlas, sizeof atlas) && !bids_entity(f->path, "seg", atlas, sizeof atlas))
		bids_leave(r, f->path, "its name has no atlas-");
	else if (*bids_session_of(r, f) == '\0')
		bids_leave(r, f->path, NO_VISIT);
	else if (!atlas_known(r, atlas))
		leave_without_atlas(r, f->path, atlas);
	else if (s == STEP_MATRIX && !measure_of(f->path, &opt))
		bids_leave(r, f->path, "its name does not say a measure (psyrad ingest connectome --measure --kind)");
	else
	{
		bids_derivative(&r->tree, f->path, pipeline);
		opt.atlas = atlas;
		opt.pipeline = pipeline;
		opt.session = bids_session_of(r, f);
		opt.map = opt.identifier = (text_list){0};
		bids_load_as(r, s, f, &opt);
	}
}

void
bids_load_stats(bids_run *r, const bids_file *f)
{
	static const char *const surface[] = {"thickness", "area", "volume"};
	char atlas[BIDS_TEXT], pipeline[BIDS_TEXT], folder[3 * BIDS_TEXT];
	const char *stats = strstr(f->path, "/stats/"), *start = stats;
	bids_file of = *f;
	psy_error why;
	options opt = r->opt;

	if (!bids_stats_atlas(f->path, atlas))
	{
		bids_leave(r, f->path, "no parcellation whose values are kept");
		return;
	}
	if (!atlas_known(r, atlas))
	{
		leave_without_atlas(r, f->path, atlas);
		return;
	}
	while (start > f->path && start[-1] != '/')
		start--;
	snprintf(folder, sizeof folder, "%.*s_stats", (int) (stats - start), start);
	if (bids_parse(folder, &of.name, &why) != PSY_OK)
		of.name = (bids_name){0};
	if (*bids_session_of(r, &of) == '\0')
	{
		bids_leave(r, f->path, NO_VISIT);
		return;
	}
	bids_derivative(&r->tree, f->path, pipeline);
	opt.atlas = atlas;
	opt.pipeline = pipeline;
	opt.session = bids_session_of(r, &of);
	opt.map = opt.identifier = (text_list){0};
	for (int m = strncmp(atlas, "aparc", 5) == 0 ? 0 : 2; m < 3 && !r->stopped; m++)
	{
		opt.measure = surface[m];
		bids_load_as(r, STEP_STATS, f, &opt);
	}
}
