/*
 * cmd_ingest_protocols.c - psyrad ingest protocols FILE: acupuncture protocols, a row each, points and
 * numbers as written.
 *
 * The tool cuts a cell into points and numbers; which point a spelling means is the warehouse's to say
 * (intervention.resolve_acupoint), and what it cannot say is kept as it stands.
 */
#include "cmd.h"

#include "header.h"
#include "quantity.h"
#include "rows.h"

#include <stdlib.h>
#include <string.h>

enum protocol_field
{
	PROTOCOL,
	TITLE,
	STYLE,
	MODE,
	WAVEFORM,
	DEQI,
	COMPARATOR,
	POINTS,
	SIDE,
	QUANTITIES,
	FREQUENCY = QUANTITIES,
	INTENSITY,
	PULSE_WIDTH,
	RETENTION,
	DEPTH,
	SESSIONS_PER_WEEK,
	WEEKS,
	SESSIONS,
	FIELDS
};

static const table_field fields[FIELDS] = {
	{"protocol", "protocol_id|方案|方案编号|治疗方案", true},
	{"title", "name|protocol_name|方案名称|名称", false},
	{"style", "流派|针刺流派", false},
	{"mode", "stimulation|刺激方式|针刺方式|干预方式", false},
	{"waveform", "wave|波形", false},
	{"deqi", "得气", false},
	{"comparator", "control|对照", false},
	{"points", "acupoints|point|acupoint|穴位|取穴|选穴|腧穴|主穴", true},
	{"side", "laterality|侧别|左右", false},
	{"frequency", "freq|frequency_hz|频率", false},
	{"intensity", "current|intensity_ma|强度|电流|电流强度", false},
	{"pulse_width", "pulse|pulse_width_ms|脉宽|波宽", false},
	{"retention", "retention_min|needle_retention|留针|留针时间", false},
	{"depth", "needle_depth|进针深度|深度", false},
	{"sessions_per_week", "frequency_per_week|每周次数|次数每周", false},
	{"weeks", "duration_weeks|course|疗程|周数", false},
	{"sessions", "total_sessions|治疗次数|总次数", false},
};

/* A word of a closed list and the spellings that mean it. */
typedef struct word
{
	const char *value, *spellings;
} word;

static const word modes[] = {
	{"manual", "manual|ma|manual_acupuncture|acupuncture|手针|针刺|体针|普通针刺"},
	{"electro", "electro|ea|electroacupuncture|electro_acupuncture|electrical|电针"},
	{"transcutaneous", "transcutaneous|teas|tens|tavns|经皮穴位电刺激|经皮电刺激|经皮耳迷走神经刺激"},
	{"auricular", "auricular|auricular_acupuncture|ear_acupuncture|耳针|耳穴"},
	{"moxibustion", "moxibustion|moxa|艾灸|灸"},
	{"press_needle", "press_needle|intradermal|intradermal_needle|揿针|皮内针"},
	{"laser", "laser|laser_acupuncture|激光针|激光"},
	{"sham", "sham|sham_ea|sham_acupuncture|placebo|假针|假针刺|假电针|安慰针"},
	{NULL, NULL}};
static const word waveforms[] = {
	{"continuous", "continuous|continuous_wave|连续波|连续"},
	{"dense_disperse", "dense_disperse|disperse_dense|sparse_dense|dense_sparse|疏密波|疏密"},
	{"intermittent", "intermittent|intermittent_wave|断续波|断续|间断波"},
	{NULL, NULL}};
static const word deqis[] = {{"sought", "sought|yes|y|1|是|得气|要求得气"},
							 {"not_sought", "not_sought|no|n|0|否|不要求|不得气"},
							 {"not_reported", "not_reported|unknown|未报告|不详"},
							 {NULL, NULL}};
static const word sides[] = {{"left", "left|l|左|左侧"},
							 {"right", "right|r|右|右侧"},
							 {"bilateral", "bilateral|both|双|双侧|两侧"},
							 {"midline", "midline|m|正中|中线"},
							 {NULL, NULL}};

typedef struct protocols
{
	copy points, quantities;
} protocols;

/* The word that a cell means; NULL when empty, and when it is none of them: then the record is rejected. */
static psy_status
read_word(row *r, int field, const word *words, const char **value, psy_error *err)
{
	const char *cell = table_get(r->table, field);
	char *folded, allowed[200] = "";
	psy_error why;

	*value = NULL;
	if (cell == NULL)
		return PSY_OK;
	folded = fold_header(cell);
	for (const word *w = words; w->value != NULL && *value == NULL; w++)
	{
		strncat(allowed, w == words ? "" : ", ", sizeof allowed - strlen(allowed) - 1);
		strncat(allowed, w->value, sizeof allowed - strlen(allowed) - 1);
		if (header_among(folded, w->spellings))
			*value = w->value;
	}
	free(folded);
	if (*value != NULL)
		return PSY_OK;
	psy_fail(&why, PSY_DOMAIN, "found %.60s; expected one of %s", cell, allowed);
	return row_reject(r, (size_t) r->table->of_field[field], "unknown_word", &why, err);
}

/* Length of a separator at p that ends a point: ; , + and their Chinese forms, a line end; 0 when there is
 * none. A + that ends a name belongs to it: GV24+. */
static size_t
separator(const char *p)
{
	static const char *const wide[] = {"；", "，", "、", "＋", NULL};

	if (*p == ';' || *p == ',' || *p == '\n' || *p == '\r')
		return 1;
	if (*p == '+' && p[1] != '\0' && strchr(";,+) \r\n", p[1]) == NULL)
		return 1;
	if (p[0] == ' ' && p[1] == '+' && p[2] == ' ')
		return 3;
	for (int i = 0; wide[i] != NULL; i++)
		if (strncmp(p, wide[i], strlen(wide[i])) == 0)
			return strlen(wide[i]);
	return 0;
}

/* +1 for an opening bracket at p, -1 for a closing one, ASCII or full-width. */
static int
bracket(const char *p)
{
	if (*p == '(' || strncmp(p, "（", 3) == 0)
		return 1;
	return *p == ')' || strncmp(p, "）", 3) == 0 ? -1 : 0;
}

static psy_status
stage_point(row *r, protocols *s, const char *start, size_t length, int *position, psy_error *err)
{
	char *verbatim;

	while (length > 0 && *start == ' ')
	{
		start++;
		length--;
	}
	while (length > 0 && start[length - 1] == ' ')
		length--;
	if (length == 0)
		return PSY_OK;
	verbatim = keep_bytes(start, length);
	copy_row(&s->points);
	copy_int8(&s->points, r->number);
	copy_int4(&s->points, ++*position);
	copy_text(&s->points, verbatim);
	free(verbatim);
	return copy_row_end(&s->points, err);
}

static psy_status
read_points(row *r, protocols *s, psy_error *err)
{
	const char *cell = table_get(r->table, POINTS), *start = cell, *p = cell;
	int depth = 0, position = 0;
	psy_status status = PSY_OK;

	for (; cell != NULL && *p && status == PSY_OK;)
	{
		size_t n = depth > 0 ? 0 : separator(p);

		depth += bracket(p);
		depth = depth < 0 ? 0 : depth;
		if (n > 0)
		{
			status = stage_point(r, s, start, (size_t) (p - start), &position, err);
			start = p + n;
		}
		p += n > 0 ? n : 1;
	}
	return cell == NULL || status != PSY_OK ? status
											: stage_point(r, s, start, (size_t) (p - start), &position, err);
}

static psy_status
read_quantities(row *r, protocols *s, psy_error *err)
{
	psy_status status = PSY_OK;

	for (int field = QUANTITIES; field < FIELDS && status == PSY_OK; field++)
	{
		const char *cell = table_get(r->table, field);
		quantity q[QUANTITY_MAX];
		int count = cell == NULL ? 0 : quantity_parse(cell, q);

		for (int i = 0; i < count && status == PSY_OK; i++)
		{
			copy *out = &s->quantities;

			copy_row(out);
			copy_int8(out, r->number);
			copy_text(out, fields[field].name);
			copy_int2(out, (int16_t) (i + 1));
			copy_text(out, q[i].low[0] ? q[i].low : NULL);
			copy_text(out, q[i].high[0] ? q[i].high : NULL);
			copy_text(out, q[i].unit[0] ? q[i].unit : NULL);
			copy_text(out, q[i].qualifier);
			copy_text(out, cell);
			status = copy_row_end(out, err);
		}
	}
	return status;
}

static psy_status
read_protocol(row *r, void *arg, psy_error *err)
{
	copy *out = &r->job->stage;
	const char *mode, *waveform, *deqi, *side, *name = table_get(r->table, PROTOCOL);
	psy_error why;
	psy_status status = PSY_OK;

	if (name == NULL)
	{
		psy_fail(&why, PSY_DOMAIN, "empty; expected the protocol's name");
		return row_reject(r, (size_t) r->table->of_field[PROTOCOL], "missing_protocol", &why, err);
	}
	status = read_word(r, MODE, modes, &mode, err);
	if (status == PSY_OK)
		status = read_word(r, WAVEFORM, waveforms, &waveform, err);
	if (status == PSY_OK)
		status = read_word(r, DEQI, deqis, &deqi, err);
	if (status == PSY_OK)
		status = read_word(r, SIDE, sides, &side, err);
	if (status != PSY_OK)
		return status;
	copy_row(out);
	copy_int8(out, r->number);
	copy_int8(out, table_line(r->table));
	copy_text(out, name);
	copy_text(out, table_get(r->table, TITLE));
	copy_text(out, table_get(r->table, STYLE));
	copy_text(out, mode);
	copy_text(out, waveform);
	copy_text(out, deqi);
	copy_text(out, table_get(r->table, COMPARATOR));
	copy_text(out, side);
	copy_text(out, table_raw(r->table));
	status = copy_row_end(out, err);
	if (status == PSY_OK)
		status = read_points(r, arg, err);
	return status == PSY_OK ? read_quantities(r, arg, err) : status;
}

static psy_status
stage_protocols(job *j, psy_error *err)
{
	table t;
	protocols s;
	psy_status status = table_open(&t, j->path, j->opt, fields, FIELDS, NULL, NULL, err);

	copy_begin(&s.points, j->db, "pg_temp.stage_point (\"row\", position, verbatim)");
	copy_begin(&s.quantities, j->db,
			   "pg_temp.stage_quantity (\"row\", quantity, ordinal, low, high, unit, qualifier, verbatim)");
	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_protocol, &s, err);
	if (status == PSY_OK)
		status = copy_flush(&s.points, err);
	if (status == PSY_OK)
		status = copy_flush(&s.quantities, err);
	copy_free(&s.points);
	copy_free(&s.quantities);
	table_free(&t);
	return status;
}

const loader load_protocols = {
	.name = "protocols",
	.summary = "acupuncture protocols: points and stimulation",
	.file = "FILE.csv...",
	.options = OPT_STUDY | OPT_TABLE,
	.target =
		"pg_temp.stage (\"row\", line, protocol, title, style, mode, waveform, deqi, comparator, side, raw)",
	.stage = stage_protocols,
};
