/*
 * cmd_ingest_networks.c - psyrad ingest networks FILE: which regions of an atlas make up which network, by
 * one scheme of dividing the brain.  A row a region and network; a region may belong to several.
 */
#include "cmd.h"

#include "region_names.h"
#include "rows.h"

enum
{
	REGION,
	NETWORK,
	NAME_EN,
	NAME_ZH,
	FIELDS
};

static const table_field fields[FIELDS] = {
	{"region", "name|label_name|roi|脑区|区域", true},
	{"network", "net|网络", true},
	{"name_en", "network_name|network_en", false},
	{"name_zh", "network_zh|网络名称", false},
};

static psy_status
read_row(row *r, void *arg, psy_error *err)
{
	region_names *names = arg;
	const char *region = table_get(r->table, REGION), *network = table_get(r->table, NETWORK);
	int found = region ? region_names_find(names, region) : -1;
	copy *out = &r->job->stage;
	psy_error why;

	if (region == NULL || network == NULL)
	{
		psy_fail(&why, PSY_FORMAT, "empty; expected a region of the atlas and its network");
		return row_reject(r, (size_t) r->table->of_field[region ? NETWORK : REGION], "missing_value", &why,
						  err);
	}
	if (found < 0)
	{
		psy_fail(&why, PSY_DOMAIN, "found %.80s; expected a region of %s", region, names->of->atlas);
		return row_reject(r, (size_t) r->table->of_field[REGION], "unknown_region", &why, err);
	}
	copy_row(out);
	copy_int8(out, r->number);
	copy_int8(out, table_line(r->table));
	copy_int4(out, found + 1);
	copy_text(out, network);
	copy_text(out, table_get(r->table, NAME_EN));
	copy_text(out, table_get(r->table, NAME_ZH));
	copy_text(out, table_raw(r->table));
	copy_null(out);
	return copy_row_end(out, err);
}

static psy_status
stage_networks(job *j, psy_error *err)
{
	regions of = {0};
	region_names names;
	table t;
	psy_status status = regions_read(&of, j->db, j->opt->atlas, err);

	if (status != PSY_OK)
	{
		regions_free(&of);
		return status;
	}
	region_names_start(&names, &of);
	status = table_open(&t, j->path, j->opt, fields, FIELDS, NULL, NULL, err);
	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_row, &names, err);
	table_free(&t);
	region_names_free(&names);
	regions_free(&of);
	return status;
}

const loader load_networks = {
	.name = "networks",
	.summary = "networks as groupings of an atlas's regions",
	.file = "FILE...",
	.options = OPT_ATLAS | OPT_SCHEME | OPT_TABLE,
	.target = "pg_temp.stage (\"row\", line, region, network, name_en, name_zh, raw, label)",
	.stage = stage_networks,
};
