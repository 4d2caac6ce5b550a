/* feature_files.c - files of features that are no tables: FreeSurfer's .stats, CAT12's XML and its TIV.txt;
 * see feature_files.h. */
#include "feature_files.h"

#include "document.h"
#include "number.h"
#include "reader_cat12.h"
#include "reader_freesurfer.h"
#include "reader_tiv.h"
#include "scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* CAT12 names people by its files: catROI_sub-01_ses-pre_T1w.xml, cat_sub-01_T1w, and catROI_rsub-01_ses-pre_T1w of its longitudinal
 * processing, whose images were brought to their mean (r).  The mean itself (avg_) is of no visit. */
static const char *
without_prefix(const char *cell)
{
	static const char *const prefixes[] = {"catROI_", "catROIs_", "cat_"}, *const images[] = {"", "r", "mwp1r", "mwmwp1r", "mwp1"};

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
	{
		const char *rest = cell + strlen(prefixes[i]);

		if (strncmp(cell, prefixes[i], strlen(prefixes[i])) != 0)
			continue;
		for (size_t k = 0; k < sizeof images / sizeof *images; k++)
			if (strncmp(rest, images[k], strlen(images[k])) == 0 && strncmp(rest + strlen(images[k]), "sub-", 4) == 0)
				return rest + strlen(images[k]);
	}
	return cell;
}

void
features_split_label(const char *written, const char *stated, buffer *label, buffer *visit)
{
	const char *cell = without_prefix(written),
			   *end = strncmp(cell, "sub-", 4) == 0 ? strstr(cell, "_ses-") : NULL;

	buffer_clear(label);
	buffer_clear(visit);
	buffer_text(visit, stated ? stated : "");
	if (end == NULL)
	{
		buffer_add(label, cell, cell == written ? strlen(cell) : strcspn(cell, "_."));
		return;
	}
	buffer_add(label, cell, (size_t) (end - cell));
	if (stated == NULL)
		buffer_add(visit, end + 5, strcspn(end + 5, "_."));
}

/* The name of the folder two levels up, when the one above is called stats; NULL otherwise. */
static char *
subject_folder(const char *path)
{
	const char *file = strrchr(path, '/'), *stats, *start;

	if (file == NULL || file - path < 6 || strncmp(file - 6, "/stats", 6) != 0)
		return NULL;
	stats = file - 6;
	for (start = stats; start > path && start[-1] != '/'; start--)
		;
	return keep_bytes(start, (size_t) (stats - start));
}

/* Whose a .stats file is: options, its BIDS name, or the folder around stats/
 * (sub-01_ses-pre/stats/lh.aparc.stats). */
static psy_status
stats_scan(job *j, scan *whose, psy_error *err)
{
	char *folder = subject_folder(j->path);
	psy_status status;
	job copy_of_job = *j;
	buffer as_file = {0};

	if (folder == NULL || j->opt->subject != NULL)
	{
		free(folder);
		return scan_identify(j, whose, err);
	}
	buffer_text(&as_file, folder);
	buffer_text(&as_file, "_stats.stats");
	copy_of_job.path = as_file.data;
	status = scan_identify(&copy_of_job, whose, err);
	buffer_free(&as_file);
	free(folder);
	return status;
}

psy_status
features_read_stats(features *f, psy_error *err)
{
	job *j = f->job;
	stats_file stats = {0};
	scan whose;
	size_t at;
	bool added;
	psy_status status = stats_scan(j, &whose, err);

	if (status == PSY_OK && j->opt->measure == NULL)
		status =
			psy_fail(err, PSY_DOMAIN,
					 "a .stats file has several measures: name one by --measure (thickness, area, volume)");
	if (status == PSY_OK)
		status = stats_read(&stats, j->path, j->sha256, j->opt->measure, err);
	if (status == PSY_OK)
		status = pivot_find(&f->pivot, whose.label, whose.session, whose.run, "", 1, &at, &added, err);
	for (size_t i = 0; i < stats.count && status == PSY_OK; i++)
	{
		int region = region_names_find(&f->names, stats.row[i].name);

		if (region < 0)
			status = psy_fail(err, PSY_DOMAIN, "line %ld: found %.60s; it is no region of the atlas %s",
							  stats.row[i].line, stats.row[i].name, f->regions.atlas);
		else if (f->pivot.vector[at].state[region] != ELEMENT_ABSENT)
			status = psy_fail(err, PSY_DOMAIN, "line %ld: the region %s is there twice", stats.row[i].line,
							  stats.row[i].name);
		else
		{
			f->pivot.vector[at].value[region] = (float) stats.row[i].value;
			f->pivot.vector[at].state[region] = ELEMENT_PRESENT;
		}
	}
	if (status == PSY_OK)
	{
		f->pivot.vector[at].tiv = (float) stats.tiv;
		j->read = 1;
	}
	stats_free(&stats);
	return status;
}

/* The region of a value, by its name, or by its number in the label image where the file has no names. */
static psy_status
find_cat12_region(features *f, const cat12 *c, size_t i, int *region, psy_error *err)
{
	const char *name = c->name.count > 0 ? c->name.item[i] : c->id.count > 0 ? c->id.item[i] : "TIV";
	int64_t label;
	psy_error why;

	*region = -1;
	if (c->name.count > 0 || c->id.count == 0)
		*region = region_names_find(&f->names, name);
	else if (parse_whole(name, INT32_MIN, INT32_MAX, &label, &why) == PSY_OK)
		for (size_t k = 0; k < f->regions.count && *region < 0; k++)
			if (f->regions.label[k] == label)
				*region = (int) k;
	if (*region >= 0)
		return PSY_OK;
	return psy_fail(err, PSY_DOMAIN, "value %zu: found %.60s; it is no region of the atlas %s", i + 1, name,
					f->regions.atlas);
}

static psy_status
place_cat12(features *f, const cat12 *c, size_t at, psy_error *err)
{
	pivot_vector *v = &f->pivot.vector[at];
	psy_status status = PSY_OK;

	for (size_t i = 0; i < c->count && status == PSY_OK; i++)
	{
		int region;

		status = find_cat12_region(f, c, i, &region, err);
		if (status != PSY_OK)
			return status;
		if (v->state[region] != ELEMENT_ABSENT)
			return psy_fail(err, PSY_DOMAIN, "the region %s is there twice", f->regions.name[region]);
		v->value[region] = (float) c->value[i];
		v->state[region] = isnan(c->value[i]) ? ELEMENT_MISSING : ELEMENT_PRESENT;
	}
	return status;
}

/* catROI_sub-01_ses-pre_T1w.xml: whose it is stands behind CAT12's own word. */
static psy_status
cat12_scan(job *j, scan *whose, psy_error *err)
{
	const char *slash = strrchr(j->path, '/');
	job renamed = *j;

	renamed.path = without_prefix(slash ? slash + 1 : j->path);
	if (j->opt->session == NULL && strstr(renamed.path, "_avg_") != NULL)
		return psy_fail(err, PSY_DOMAIN, "the mean of a participant's images (avg_), which is of no visit");
	return scan_identify(&renamed, whose, err);
}

psy_status
features_describe_scan(job *j, buffer *json, psy_error *err)
{
	scan whose;
	bool is_stats;
	psy_error why;
	psy_status found, status = stats_recognised(j->path, &is_stats, err);

	if (status != PSY_OK || (!is_stats && !cat12_recognised(j->path)))
		return status;
	found = is_stats ? stats_scan(j, &whose, &why) : cat12_scan(j, &whose, &why);
	if (found != PSY_OK) /* whoever reads the file refuses it */
		return PSY_OK;
	json_open(json, "inputs", '{');
	scan_describe(&whose, json);
	buffer_byte(json, '}');
	return PSY_OK;
}

psy_status
features_read_cat12(features *f, psy_error *err)
{
	job *j = f->job;
	cat12 c = {0};
	scan whose;
	buffer text = {0};
	size_t at;
	bool added;
	psy_status status = cat12_scan(j, &whose, err);

	buffer_text(&text, "");
	if (status == PSY_OK && j->opt->measure == NULL)
		status = psy_fail(
			err, PSY_DOMAIN,
			"a file of CAT12 has several measures: name one by --measure (gmv, wmv, csfv, thickness, tiv)");
	if (status == PSY_OK)
		status = read_document_again(j->path, ENCODING_AUTO, j->sha256, CAT12_LIMIT, &text, err);
	if (status == PSY_OK)
		status = cat12_parse(&c, text.data, text.size, j->opt->variable, j->opt->measure, err);
	if (status == PSY_OK)
		status = pivot_find(&f->pivot, whose.label, whose.session, whose.run, "", 1, &at, &added, err);
	if (status == PSY_OK)
		status = place_cat12(f, &c, at, err);
	if (status == PSY_OK)
		j->read = 1;
	cat12_free(&c);
	buffer_free(&text);
	return status;
}

/* What names the lines of a TIV.txt: its own names, or those of --subjects. */
static psy_status
tiv_whose(const job *j, tiv_list *t, psy_error *err)
{
	buffer text = {0};
	uint8_t sha256[SHA256_BYTES];
	psy_status status;

	if (t->name.count > 0 && j->opt->subjects != NULL)
		return psy_fail(err, PSY_DOMAIN, "--subjects: the file has names of its own");
	if (t->name.count > 0)
		return PSY_OK;
	if (j->opt->subjects == NULL)
	{
		psy_fail(
			err, PSY_DOMAIN,
			"%zu volumes and nobody's name: CAT12 wrote them in the order in which the reports were chosen",
			t->count);
		return psy_hint(err, "say whose they are with --subjects FILE (a line each, the report's .xml or the "
							 "participant, in that order), or let "
							 "CAT12 save the names, or load report/cat_*.xml");
	}
	buffer_text(&text, "");
	status = read_document(j->opt->subjects, TIV_LIMIT, &text, sha256, err);
	if (status == PSY_OK)
		status = tiv_names(&t->name, text.data, text.size, err);
	if (status == PSY_OK && t->name.count != t->count)
		status = psy_fail(err, PSY_SHAPE, "the file has %zu volumes, --subjects %zu lines", t->count,
						  t->name.count);
	buffer_free(&text);
	return status;
}

/* One volume of a TIV.txt as the vector of who it is of. */
static psy_status
place_tiv(features *f, const tiv_list *t, size_t i, psy_error *err)
{
	job *j = f->job;
	reject_at at = {.line = t->line[i]};
	const char *label;
	size_t place;
	bool added;
	psy_error why;
	psy_status status;

	features_split_label(t->name.item[i], j->opt->session, &f->label, &f->session);
	if (participant_label(f->label.data, &label, &why) != PSY_OK)
		return reject(j, &at, err, "bad_participant", "%s", why.message);
	at.label = label;
	if (f->session.size == 0)
	{
		psy_fail(err, PSY_DOMAIN, "line %ld: neither the names nor the options say the session", t->line[i]);
		return psy_hint(err, "say --session, or name the images sub-01_ses-pre_T1w");
	}
	status = pivot_find(&f->pivot, label, f->session.data, 1, "", t->line[i], &place, &added, err);
	if (status == PSY_OK && !added)
		return reject(j, &at, err, "duplicate_row",
					  "this participant and visit has a line before it; that one stands");
	if (status == PSY_OK)
	{
		f->pivot.vector[place].value[0] = (float) t->volume[i];
		f->pivot.vector[place].state[0] = isnan(t->volume[i]) ? ELEMENT_MISSING : ELEMENT_PRESENT;
	}
	return status;
}

psy_status
features_read_tiv_text(features *f, psy_error *err)
{
	job *j = f->job;
	tiv_list t = {0};
	buffer text = {0};
	psy_status status = PSY_OK;

	buffer_text(&text, "");
	if (strcmp(f->regions.atlas, "head") != 0 || j->opt->measure == NULL ||
		strcmp(j->opt->measure, "tiv") != 0)
	{
		psy_fail(err, PSY_DOMAIN, "no header: numbers as CAT12 writes intracranial volumes");
		status = psy_hint(err, "load these with --atlas head --measure tiv; any other table needs a header");
	}
	if (status == PSY_OK)
		status = read_document_again(j->path, ENCODING_AUTO, j->sha256, TIV_LIMIT, &text, err);
	if (status == PSY_OK)
		status = tiv_parse(&t, text.data, text.size, err);
	if (status == PSY_OK)
		status = tiv_whose(j, &t, err);
	for (size_t i = 0; i < t.count && status == PSY_OK; i++, j->read++)
		status = place_tiv(f, &t, i, err);
	tiv_free(&t);
	buffer_free(&text);
	return status;
}
