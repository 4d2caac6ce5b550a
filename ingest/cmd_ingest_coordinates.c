/*
 * cmd_ingest_coordinates.c - psyrad ingest coordinates FILE: foci of brain imaging experiments, for coordinate-based meta-analysis.
 *
 * The content decides the format: Sleuth's text, JSON (NiMARE, NIMADS), or a table, a focus a row.  Of neurosynth's two tables the
 * one of studies is found beside that of foci, or named by --studies.
 */
#include "cmd.h"

#include "coordinates.h"
#include "header.h"
#include "rows.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_TEXT ((size_t) 256 << 20)

/* ---- what readers send ----------------------------------------------------------------------- */

struct coordinates
{
	job *job;
	copy experiments;   /* of pg_temp.stage_experiment */
	int64_t experiment; /* announced so far */
	buffer text;
};

static void
coordinates_begin(coordinates *c, job *j)
{
	*c = (coordinates){.job = j};
	copy_begin(&c->experiments, j->db,
			   "pg_temp.stage_experiment (experiment, line, study, contrast, space, sample, direction, scope, modality, n, title, authors, journal, doi, "
			   "pmid, year)");
}

psy_status
coordinates_experiment(coordinates *c, const experiment *e, psy_error *err)
{
	copy *out = &c->experiments;

	copy_row(out);
	copy_int8(out, ++c->experiment);
	copy_int8(out, e->line);
	copy_text(out, e->study);
	copy_text(out, e->contrast);
	copy_text(out, e->space);
	copy_text(out, e->sample);
	copy_text(out, e->direction);
	copy_text(out, e->scope);
	copy_text(out, e->modality);
	isnan(e->n) ? copy_null(out) : copy_float8(out, e->n);
	copy_text(out, e->title);
	copy_text(out, e->authors);
	copy_text(out, e->journal);
	copy_text(out, e->doi);
	copy_text(out, e->pmid);
	copy_text(out, e->year);
	return copy_row_end(out, err);
}

psy_status
coordinates_focus(coordinates *c, const focus *f, psy_error *err)
{
	copy *out = &c->job->stage;

	copy_row(out);
	copy_int8(out, f->row != 0 ? f->row : ++c->job->read);
	copy_int8(out, f->line);
	copy_int8(out, c->experiment);
	for (int a = 0; a < 3; a++)
		copy_float8(out, f->xyz[a]);
	copy_text(out, f->statistic);
	isnan(f->value) ? copy_null(out) : copy_float8(out, f->value);
	copy_text(out, f->table);
	copy_text(out, f->raw);
	return copy_row_end(out, err);
}

void
coordinates_note(coordinates *c, long line, const char *message)
{
	job_note(c->job, "line %ld: %s", line, message);
}

static void
coordinates_free(coordinates *c)
{
	copy_free(&c->experiments);
	buffer_free(&c->text);
}

/* ---- tables ---------------------------------------------------------------------------------- */

enum coordinate_field
{
	STUDY,
	CONTRAST,
	X,
	Y,
	Z,
	SPACE,
	N,
	SAMPLE,
	DIRECTION,
	SCOPE,
	MODALITY,
	STATISTIC,
	VALUE,
	TABLE,
	TITLE,
	AUTHORS,
	JOURNAL,
	YEAR,
	DOI,
	PMID,
	FIELDS
};

static const table_field fields[FIELDS] = {
	{"study", "study_id|id|study_name|author_year|研究|文献", true},
	{"contrast", "contrast_id|experiment|analysis|comparison|对比|实验", false},
	{"x", "mni_x|tal_x|x_mm|x坐标|peak_x|x_peak|x_coordinate|coordinate_x|x_mni|x_tal", true},
	{"y", "mni_y|tal_y|y_mm|y坐标|peak_y|y_peak|y_coordinate|coordinate_y|y_mni|y_tal", true},
	{"z", "mni_z|tal_z|z_mm|z坐标|peak_z|z_peak|z_coordinate|coordinate_z|z_mni|z_tal", true},
	{"space", "reference|reference_space|coordinate_space|template|空间|坐标系", false},
	{"n", "sample_size|subjects|participants|n_subjects|样本量|例数", false},
	{"sample", "sample_id|cohort|样本|队列", false},
	{"direction", "sign|change|方向|变化", false},
	{"scope", "search_scope|search|范围|搜索范围", false},
	{"modality", "imaging|成像|成像方式|模态", false},
	{"statistic", "stat|stat_type|kind|统计量", false},
	{"value", "stat_value|statistic_value|peak_value|峰值", false},
	{"table", "table_id|table_number|表", false},
	{"title", "题名|标题", false},
	{"authors", "author|作者", false},
	{"journal", "publication|期刊|刊名", false},
	{"year", "publication_year|年份|年", false},
	{"doi", "", false},
	{"pmid", "pubmed_id", false},
};

/* What a row says of the experiment that its focus belongs to. */
static const enum coordinate_field of_experiment[] = {STUDY, CONTRAST, SPACE, N, SAMPLE, DIRECTION, SCOPE, MODALITY, TITLE, AUTHORS, JOURNAL, YEAR, DOI, PMID};
#define OF_EXPERIMENT (sizeof of_experiment / sizeof *of_experiment)

typedef struct foci_table
{
	coordinates to;
	char *kept[OF_EXPERIMENT]; /* cells of the experiment announced last */
	bool begun;
} foci_table;

/* Whether the row says of its experiment what the row before it said. */
static bool
same_experiment(const table *rows, char *const *kept)
{
	for (size_t k = 0; k < OF_EXPERIMENT; k++)
	{
		const char *cell = table_get(rows, of_experiment[k]);

		if (cell == NULL || kept[k] == NULL ? cell != kept[k] : strcmp(cell, kept[k]) != 0)
			return false;
	}
	return true;
}

static void
forget(foci_table *t)
{
	for (size_t k = 0; k < OF_EXPERIMENT; k++)
	{
		free(t->kept[k]);
		t->kept[k] = NULL;
	}
}

/* An experiment is announced whenever a row says something else of it than the one before: the warehouse joins what is of one
 * study, contrast and direction, and refuses what contradicts itself. */
static psy_status
announce(row *r, foci_table *t, psy_error *err)
{
	const table *rows = r->table;
	experiment e = {.line = table_line(rows), .n = NAN};
	psy_status status = PSY_OK;
	bool present = false;

	if (t->begun && same_experiment(rows, t->kept))
		return PSY_OK;
	forget(t);
	for (size_t k = 0; k < OF_EXPERIMENT; k++)
		if (table_get(rows, of_experiment[k]) != NULL)
			t->kept[k] = keep_text(table_get(rows, of_experiment[k]));
	t->begun = true;
	if (rows->of_field[N] >= 0)
		status = row_real(r, (size_t) rows->of_field[N], &e.n, &present, err);
	if (!present)
		e.n = NAN;
	e.study = table_get(rows, STUDY);
	e.contrast = table_get(rows, CONTRAST) != NULL ? table_get(rows, CONTRAST) : "1";
	e.space = table_get(rows, SPACE);
	e.sample = table_get(rows, SAMPLE);
	e.direction = table_get(rows, DIRECTION);
	e.scope = table_get(rows, SCOPE);
	e.modality = table_get(rows, MODALITY);
	e.title = table_get(rows, TITLE);
	e.authors = table_get(rows, AUTHORS);
	e.journal = table_get(rows, JOURNAL);
	e.year = table_get(rows, YEAR);
	e.doi = table_get(rows, DOI);
	e.pmid = table_get(rows, PMID);
	return status == PSY_OK ? coordinates_experiment(&t->to, &e, err) : status;
}

/* As tables are printed and spreadsheets saved: with the minus U+2212, and with a decimal comma, which in a coordinate can be
 * nothing else: none has thousands of mm. */
static bool
printed_number(const char *cell, double *value)
{
	char plain[64], *comma;
	psy_error why;
	bool minus = strncmp(cell, "\xe2\x88\x92", 3) == 0;
	size_t length = strlen(cell + (minus ? 3 : 0));

	if (length + 2 > sizeof plain)
		return false;
	plain[0] = '-';
	memcpy(plain + minus, cell + (minus ? 3 : 0), length + 1);
	comma = strchr(plain, ',');
	if (comma != NULL && comma > plain && isdigit((unsigned char) comma[-1]) && isdigit((unsigned char) comma[1]))
		*comma = '.';
	return parse_real(plain, value, &why) == PSY_OK;
}

/* A coordinate, or a reject that says what stands there. */
static psy_status
read_axis(row *r, int field, double *value, bool *present, psy_error *err)
{
	psy_error why;
	size_t column = (size_t) r->table->of_field[field];
	const char *cell = table_cell(r->table, column);
	psy_status status;

	*present = cell != NULL && printed_number(cell, value);
	if (*present)
		return PSY_OK;
	if (cell != NULL)
		return row_real(r, column, value, present, err);
	*present = false;
	psy_fail(&why, PSY_DOMAIN, "empty; expected a coordinate in mm");
	status = row_reject(r, column, "missing_coordinate", &why, err);
	return status;
}

/* The statistic; "4,53" has a decimal comma, but "4,531" might be thousands and is a reject. */
static psy_status
read_value(row *r, double *value, psy_error *err)
{
	size_t column = (size_t) r->table->of_field[VALUE];
	const char *cell = table_cell(r->table, column), *comma = cell == NULL ? NULL : strchr(cell, ',');
	bool present;
	psy_status status;

	if (comma != NULL && (strlen(comma + 1) != 3 || strtod(cell, NULL) == 0) && printed_number(cell, value))
		return PSY_OK;
	status = row_real(r, column, value, &present, err);
	if (!present)
		*value = NAN;
	return status;
}

static psy_status
read_focus(row *r, void *arg, psy_error *err)
{
	foci_table *t = arg;
	focus f = {.row = r->number, .line = table_line(r->table), .value = NAN};
	bool present[3] = {false};
	psy_status status = PSY_OK;
	psy_error why;

	if (table_get(r->table, STUDY) == NULL)
	{
		psy_fail(&why, PSY_DOMAIN, "empty; expected the study of the focus");
		return row_reject(r, (size_t) r->table->of_field[STUDY], "missing_study", &why, err);
	}
	for (int a = 0; a < 3 && status == PSY_OK; a++)
		status = read_axis(r, X + a, &f.xyz[a], &present[a], err);
	if (status == PSY_OK && r->table->of_field[VALUE] >= 0)
		status = read_value(r, &f.value, err);
	if (status != PSY_OK || !(present[0] && present[1] && present[2]))
		return status;
	status = announce(r, t, err);
	f.statistic = table_get(r->table, STATISTIC);
	f.table = table_get(r->table, TABLE);
	f.raw = table_raw(r->table);
	return status == PSY_OK ? coordinates_focus(&t->to, &f, err) : status;
}

static psy_status
stage_table(job *j, coordinates *c, psy_error *err)
{
	foci_table t = {.to = *c};
	table rows = {.from.fd = -1};
	psy_status status = table_open(&rows, j->path, j->opt, fields, FIELDS, NULL, NULL, err);

	if (status == PSY_OK)
		status = rows_columns(j, &rows, err);
	if (status == PSY_OK)
		status = rows_each(j, &rows, read_focus, &t, err);
	table_free(&rows);
	forget(&t);
	*c = t.to;
	return status;
}

/* ---- the table of studies beside one of foci ------------------------------------------------- */

static const table_field study_fields[] = {
	{"study", "study_id|id|研究|文献", true}, {"space", "reference|reference_space|空间", false}, {"n", "sample_size|subjects|participants|n_subjects|样本量|例数", false},
	{"title", "题名|标题", false},            {"authors", "author|作者", false},                  {"journal", "publication|期刊|刊名", false},
	{"year", "publication_year|年份|年", false}, {"doi", "", false},                              {"pmid", "pubmed_id", false},
};

enum
{
	STUDY_FIELDS = sizeof study_fields / sizeof *study_fields
};

/* Kept in job->extra: the table of studies, or NULL. */
static char *
beside(const char *path)
{
	static const char *const names[] = {"metadata", "studies"};
	const char *base = strrchr(path, '/'), *word;

	base = base == NULL ? path : base + 1;
	word = strstr(base, "coordinates");
	for (size_t k = 0; word != NULL && k < 2; k++)
	{
		buffer b = {0};
		source test;
		psy_error err;
		bool there;

		buffer_add(&b, path, (size_t) (word - path));
		buffer_text(&b, names[k]);
		buffer_text(&b, word + strlen("coordinates"));
		there = source_open(&test, b.data, &err) == PSY_OK;
		source_close(&test);
		if (there)
			return b.data;
		buffer_free(&b);
	}
	return NULL;
}

static psy_status
describe_coordinates(job *j, buffer *json, psy_error *err)
{
	uint8_t sha256[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
	uint64_t bytes;
	psy_status status;

	j->extra = j->opt->studies != NULL ? keep_text(j->opt->studies) : beside(j->path);
	if (j->extra == NULL)
		return PSY_OK;
	status = hash_file(j->extra, sha256, &bytes, err);
	if (status != PSY_OK)
		return status;
	hash_text(sha256, hex);
	json_open(json, "inputs", '{');
	json_member(json, "studies", hex);
	buffer_byte(json, '}');
	return PSY_OK;
}

static void
release_coordinates(job *j)
{
	free(j->extra);
}

/* A glob names the tables of studies too. */
static bool
is_companion(const char *path)
{
	const char *base = strrchr(path, '/');

	base = base == NULL ? path : base + 1;
	return strstr(base, "coordinates") == NULL && (strstr(base, "metadata") != NULL || strncmp(base, "studies.", 8) == 0);
}

static psy_status
stage_studies(job *j, psy_error *err)
{
	table t = {.from.fd = -1};
	options opt = *j->opt;
	copy out;
	bool more;
	psy_status status;

	opt.map = (text_list){0};
	status = table_open(&t, j->extra, &opt, study_fields, STUDY_FIELDS, NULL, NULL, err);
	copy_begin(&out, j->db, "pg_temp.stage_study (study, space, n, title, authors, journal, year, doi, pmid, line)");
	while (status == PSY_OK && (status = table_next(&t, &more, err)) == PSY_OK && more)
	{
		copy_row(&out);
		for (int f = 0; f < STUDY_FIELDS; f++)
			copy_text(&out, table_get(&t, f));
		copy_int8(&out, table_line(&t));
		status = copy_row_end(&out, err);
	}
	if (status == PSY_OK)
		status = copy_flush(&out, err);
	if (status != PSY_OK && err != NULL)
	{
		char message[sizeof err->message];

		snprintf(message, sizeof message, "%s", err->message);
		psy_fail(err, err->code, "the table of studies: %.330s", message);
	}
	copy_free(&out);
	table_free(&t);
	return status;
}

/* ---- formats --------------------------------------------------------------------------------- */

static psy_status
stage_text(job *j, coordinates *c, bool json, psy_error *err)
{
	psy_status status = read_document_again(j->path, j->opt->encoding, j->sha256, MOST_TEXT, &c->text, err);

	if (status != PSY_OK)
		return status;
	return json ? read_coordinate_json(c, c->text.data, c->text.size, err) : read_sleuth(c, c->text.data, err);
}

/* By the first line that is neither blank nor a remark.  What cannot be read as lines of text (a workbook, another encoding than
 * the one that was named) is left to the reader of tables, who says what is wrong. */
static psy_status
look(const job *j, bool *json, bool *sleuth, psy_error *err)
{
	source s;
	text_reader reader;
	psy_error why;
	const char *line;
	size_t length;
	long number;
	psy_status status = source_open(&s, j->path, err);

	*json = *sleuth = false;
	if (status != PSY_OK)
		return status;
	text_open(&reader, &s, j->opt->encoding);
	do
		if (text_next(&reader, &line, &length, &number, &why) != PSY_OK)
			line = NULL;
	while (line != NULL && sleuth_line_is(line) == SLEUTH_NOTHING);
	if (line != NULL)
	{
		*sleuth = sleuth_line_is(line) == SLEUTH_COMMENT;
		*json = line[strspn(line, " \t")] == '{';
	}
	text_close(&reader);
	source_close(&s);
	return PSY_OK;
}

static psy_status
stage_coordinates(job *j, psy_error *err)
{
	coordinates c;
	bool json, sleuth;
	psy_status status = look(j, &json, &sleuth, err);

	coordinates_begin(&c, j);
	if (status == PSY_OK)
		status = json || sleuth ? stage_text(j, &c, json, err) : stage_table(j, &c, err);
	if (status == PSY_OK)
		status = copy_flush(&c.experiments, err);
	if (status == PSY_OK && j->extra != NULL)
		status = stage_studies(j, err);
	if (status == PSY_OK && c.experiment == 0 && j->read == 0)
	{
		psy_fail(err, PSY_FORMAT, "no experiment found");
		status = psy_hint(err, "expected Sleuth text, JSON of NiMARE or NIMADS, or a table with the columns study, x, y and z");
	}
	coordinates_free(&c);
	return status;
}

const loader load_coordinates = {
	.name = "coordinates",
	.summary = "foci of imaging experiments: Sleuth, NiMARE, NIMADS, neurosynth, tables",
	.file = "FILE...",
	.options = OPT_TABLE | OPT_COORDINATES | OPT_SIMULATED,
	.target = "pg_temp.stage (\"row\", line, experiment, x, y, z, statistic, value, table_label, raw)",
	.companion = is_companion,
	.describe = describe_coordinates,
	.stage = stage_coordinates,
	.release = release_coordinates,
};
