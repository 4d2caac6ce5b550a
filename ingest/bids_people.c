/*
 * bids_people.c - the people of a BIDS data set without participants.tsv, which BIDS only recommends: whoever has a folder sub-...
 *
 * The file that speaks for them is dataset_description.json, and their labels are part of what it is loaded with, so that a folder that is
 * added later is loaded then.  Nothing is said of those whom the warehouse knows already.
 */
#include "bids_load.h"

#include <stdlib.h>
#include <string.h>

bool
bids_person(const bids_tree *t, size_t *at, char **label)
{
	for (; *at < t->count; ++*at)
	{
		const char *path = t->file[*at].path, *before = *at > 0 ? t->file[*at - 1].path : "";
		size_t n = strcspn(path, "/");

		if (strncmp(path, "sub-", 4) != 0 || path[n] != '/' || strncmp(before, path, n + 1) == 0)
			continue;
		*label = keep_bytes(path + 4, n - 4);
		++*at;
		return true;
	}
	return false;
}

static psy_status
describe_people(job *j, buffer *json, psy_error *err)
{
	const bids_job *b = j->opt->context;
	size_t at = 0;
	char *label;

	(void) err;
	json_open(json, "people", '[');
	while (bids_person(b->tree, &at, &label))
	{
		json_element(json, label);
		free(label);
	}
	buffer_byte(json, ']');
	return PSY_OK;
}

static psy_status
stage_person(job *j, const char *folder, psy_error *err)
{
	copy *out = &j->stage;
	const char *label;
	psy_error why = {0};

	j->read++;
	if (participant_label(folder, &label, &why) != PSY_OK)
		return reject(j, &(reject_at){0}, err, "bad_label", "a folder sub-: %s", why.message);
	copy_row(out);
	copy_int8(out, j->read);
	copy_text(out, label);
	copy_text(out, j->opt->arm);
	return copy_row_end(out, err);
}

static psy_status
stage_people(job *j, psy_error *err)
{
	const bids_job *b = j->opt->context;
	size_t at = 0;
	char *label;
	psy_status status = PSY_OK;

	while (status == PSY_OK && bids_person(b->tree, &at, &label))
	{
		status = stage_person(j, label, err);
		free(label);
	}
	return status;
}

const loader load_bids_people = {
	.name = "bids_people",
	.options = OPT_STUDY | OPT_SITE | OPT_BIDS,
	.target = "pg_temp.stage (\"row\", label, arm)",
	.describe = describe_people,
	.stage = stage_people,
};
