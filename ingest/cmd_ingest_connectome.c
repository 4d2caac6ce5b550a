/*
 * cmd_ingest_connectome.c - psyrad ingest connectome FILE: edges that another program computed, stored as the upper triangle of a square.
 *
 * What a file looks like is told by connectome_{text,array,list}.c; whose it is, by its name or the options, or for a file of several scans by
 * what it says inside.  Regions are matched by name whatever their order; one that is unknown, twice there or missing refuses the file,
 * since every other edge would shift.
 */
#include "cmd.h"

#include "connectome_files.h"

#include <stdlib.h>
#include <string.h>

static bool
is_companion(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL && strcmp(dot, ".json") == 0;
}

/* The same edges of other people are another file's facts: whose they are is part of what they mean. */
static psy_status
describe_scans(job *j, connectome_scan *own, buffer *json, psy_error *err)
{
	uint8_t sha256[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
	uint64_t bytes;
	psy_status status = PSY_OK;

	own->known = scan_identify(j, &own->scan, &own->why) == PSY_OK;
	if (j->opt->subjects != NULL)
		status = hash_file(j->opt->subjects, sha256, &bytes, err);
	if (status != PSY_OK || (!own->known && j->opt->subjects == NULL))
		return status;
	json_open(json, "inputs", '{');
	if (j->opt->subjects != NULL)
	{
		hash_text(sha256, hex);
		json_member(json, "subjects", hex);
	}
	else
		scan_describe(&own->scan, json);
	buffer_byte(json, '}');
	return PSY_OK;
}

static psy_status
describe_connectome(job *j, buffer *json, psy_error *err)
{
	static const char *const kinds[] = {"r", "z", "partial", "partial_z", "weight"};
	static const char *const rules[] = {"mean", "sum", "max", "upper", "lower"};
	const char *rule = j->opt->symmetrize;
	connectome_scan *own = grow(NULL, 1, sizeof *own);
	bool known = rule == NULL;

	*own = (connectome_scan){0};
	j->extra = own;
	for (size_t k = 0; k < sizeof rules / sizeof *rules && !known; k++)
		known = strcmp(rule, rules[k]) == 0;
	if (!known)
		return psy_fail(err, PSY_DOMAIN, "--symmetrize %.40s: expected mean, sum, max, upper or lower", rule);
	if (rule != NULL && strcmp(j->opt->kind, "weight") != 0 && strcmp(rule, "upper") != 0 && strcmp(rule, "lower") != 0)
		return psy_fail(err, PSY_DOMAIN, "--symmetrize %s is for --kind weight: an asymmetric %.40s is no correlation matrix", rule, j->opt->kind);
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		if (strcmp(j->opt->kind, kinds[k]) == 0)
			return describe_scans(j, own, json, err);
	return psy_fail(err, PSY_DOMAIN, "--kind %.40s: expected r, z, partial, partial_z or weight", j->opt->kind);
}

static void
release_connectome(job *j)
{
	free(j->extra);
}

psy_status
connectome_begin(square *s, psy_error *err)
{
	const connectome_scan *own = s->job->extra;

	if (!own->known)
	{
		*err = own->why;
		return err->code;
	}
	square_begin(s, own->scan.label, own->scan.session, own->scan.run);
	return PSY_OK;
}

static psy_status
read_edges(square *s, psy_error *err)
{
	bool list;
	psy_status status;

	if (connectome_is_array(s->job->path))
		return connectome_read_array(s, err);
	status = connectome_is_list(s, &list, err);
	if (status != PSY_OK)
		return status;
	return list ? connectome_read_list(s, err) : connectome_read_text(s, err);
}

static psy_status
stage_connectome(job *j, psy_error *err)
{
	square s = {0};
	psy_status status = square_start(&s, j, err);

	if (status == PSY_OK)
		status = read_edges(&s, err);
	square_free(&s);
	return status;
}

const loader load_connectome = {
	.name = "connectome",
	.summary = "edges: matrices and lists",
	.file = "FILE...",
	.options = OPT_STUDY | OPT_ATLAS | OPT_MEASURE | OPT_MATRIX | OPT_SCAN | OPT_TABLE,
	.target = "pg_temp.stage (\"row\", line, label, session, run, value)",
	.companion = is_companion,
	.describe = describe_connectome,
	.stage = stage_connectome,
	.release = release_connectome,
};
