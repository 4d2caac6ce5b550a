/*
 * cmd_ingest_protocols.c - psyrad ingest protocols FILE: acupuncture protocols, a row each, points and
 * numbers as written.
 *
 * The tool reads words of closed lists and numbers; which points a cell means is the warehouse's to say
 * (intervention.acupoint_resolve), and what it cannot say is kept as it stands.
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
	TEXTS,
	SOURCE = TEXTS,
	TITLE,
	STYLE,
	RATIONALE,
	VARIATION,
	STIMULATION,
	NEEDLE,
	ELECTRODES,
	CO_TREATMENT,
	SETTING,
	PRACTITIONER,
	COMPARATOR_RATIONALE,
	COMPARATOR,
	NOTE,
	POINTS,
	WORDS,
	MODE = WORDS,
	WAVEFORM,
	DEQI,
	SHAM_TYPE,
	SIDE,
	QUANTITIES,
	FREQUENCY = QUANTITIES,
	INTENSITY,
	PULSE_WIDTH,
	RETENTION,
	DEPTH,
	NEEDLES,
	ON_TIME,
	OFF_TIME,
	SESSIONS_PER_WEEK,
	WEEKS,
	SESSIONS,
	COURSE,
	FIELDS
};

/* The order of `psyrad template protocols`, too. */
static const table_field fields[FIELDS] = {
	{"protocol", "protocol_id|intervention_id|方案|方案编号|治疗方案", true},
	{"source", "study_id|paper|reference|文献|来源|研究", false},
	{"title", "name|protocol_name|type_zh|方案名称|名称", false},
	{"style", "流派|针刺流派", false},
	{"rationale", "reasoning|治疗依据|选穴依据", false},
	{"variation", "individualisation|个体化程度|治疗变化", false},
	{"stimulation", "manipulation|刺激手法|针刺手法|手法", false},
	{"needle", "needle_type|针具|针具型号", false},
	{"electrodes", "electrode_pairs|电极|电极连接", false},
	{"co_treatment", "cotreatment|other_interventions|联合治疗|其他治疗|基础治疗", false},
	{"setting", "治疗环境", false},
	{"practitioner", "practitioner_background|操作者|医师资质", false},
	{"comparator_rationale", "control_rationale|对照依据", false},
	{"comparator", "control|对照", false},
	{"note", "notes|comment|备注", false},
	{"points", "acupoints|point|acupoint|site_text_zh|穴位|取穴|选穴|腧穴|主穴", true},
	{"mode", "stimulation_mode|type|刺激方式|针刺方式|干预方式", false},
	{"waveform", "wave|波形", false},
	{"deqi", "得气", false},
	{"sham_type", "sham|假针类型", false},
	{"side", "laterality|侧别|左右", false},
	{"frequency", "freq|frequency_hz|freq_text|频率", false},
	{"intensity", "current|intensity_ma|current_text|强度|电流|电流强度", false},
	{"pulse_width", "pulse|pulse_width_ms|脉宽|波宽", false},
	{"retention", "retention_min|needle_retention|留针|留针时间", false},
	{"depth", "needle_depth|进针深度|深度", false},
	{"needles", "needle_number|insertions|进针数|针数", false},
	{"on_time", "通电时间", false},
	{"off_time", "间歇时间", false},
	{"sessions_per_week", "frequency_per_week|每周次数|次数每周", false},
	{"weeks", "duration_weeks|周数", false},
	{"sessions", "total_sessions|治疗次数|总次数", false},
	{"course", "疗程", false},
};

/* A word of a closed list and the spellings that mean it. */
typedef struct word
{
	const char *value, *spellings;
} word;

static const word modes[] = {
	{"manual", "manual|ma|manual_acupuncture|acupuncture|针灸|手针|针刺|体针|普通针刺"},
	{"electro",
	 "electro|ea|scalp_electroacupuncture|头电针|electroacupuncture|electro_acupuncture|electrical|电针"},
	{"transcutaneous", "transcutaneous|teas|tens|tavns|耳电针|经皮耳穴迷走神经刺激|电针耳迷走神经|"
					   "经皮穴位电刺激|经皮电刺激|经皮耳迷走神经刺激"},
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

static const word sham_types[] = {{"non_penetrating", "non_penetrating|streitberger|park|非穿刺|非穿透"},
								  {"superficial", "superficial|浅刺"},
								  {"non_acupoint", "non_acupoint|nonacupoint|非穴|非穴位"},
								  {"inactive_device", "inactive_device|inactive|no_current|不通电|无电流"},
								  {"low_intensity", "low_intensity|subthreshold|低强度"},
								  {"other", "other|其他"},
								  {NULL, NULL}};

/* The word whose spellings include the first n bytes of a cell; NULL when none does. */
static const char *
word_of(const char *cell, size_t n, const word *words)
{
	char *part = keep_bytes(cell, n), *folded = fold_header(part);
	const char *value = NULL;

	for (const word *w = words; w->value != NULL && value == NULL; w++)
		if (header_among(folded, w->spellings))
			value = w->value;
	free(folded);
	free(part);
	return value;
}

/* A cell's word: as a whole, else what stands before a bracket, a comma or a plus: continuous, low
 * (低连续波). */
static const char *
find_word(const char *cell, const word *words)
{
	static const char *const ends[] = {"(", "（", ",", "，", " + ", NULL};
	const char *value = word_of(cell, strlen(cell), words);

	for (int k = 0; ends[k] != NULL && value == NULL; k++)
	{
		const char *end = strstr(cell, ends[k]);

		if (end != NULL)
			value = word_of(cell, (size_t) (end - cell), words);
	}
	return value;
}

/* The word that a cell means; NULL when empty, and when it is none of them: then the record is rejected. */
static psy_status
read_word(row *r, int field, const word *words, const char **value, psy_error *err)
{
	const char *cell = table_get(r->table, field);
	char allowed[200] = "";
	psy_error why;

	*value = NULL;
	if (cell == NULL)
		return PSY_OK;
	*value = find_word(cell, words);
	if (*value != NULL)
		return PSY_OK;
	for (const word *w = words; w->value != NULL; w++)
	{
		strncat(allowed, w == words ? "" : ", ", sizeof allowed - strlen(allowed) - 1);
		strncat(allowed, w->value, sizeof allowed - strlen(allowed) - 1);
	}
	psy_fail(&why, PSY_DOMAIN, "found %.60s; expected one of %s", cell, allowed);
	return row_reject(r, (size_t) r->table->of_field[field], "unknown_word", &why, err);
}

static psy_status
read_quantities(row *r, copy *out, psy_error *err)
{
	psy_status status = PSY_OK;

	for (int field = QUANTITIES; field < FIELDS && status == PSY_OK; field++)
	{
		const char *cell = table_get(r->table, field);
		quantity q[QUANTITY_MAX];
		int count = cell == NULL ? 0 : quantity_parse(cell, q);

		for (int i = 0; i < count && status == PSY_OK; i++)
		{
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
read_words(row *r, const char *value[QUANTITIES - WORDS], psy_error *err)
{
	static const word *const lists[QUANTITIES - WORDS] = {modes, waveforms, deqis, sham_types, sides};
	psy_status status = PSY_OK;

	for (int k = 0; k < QUANTITIES - WORDS && status == PSY_OK; k++)
	{
		const char *cell = table_get(r->table, WORDS + k);

		if (WORDS + k == SIDE) /* bilateral for MS2: kept as text */
			value[k] = cell == NULL ? NULL : find_word(cell, lists[k]);
		else
			status = read_word(r, WORDS + k, lists[k], &value[k], err);
	}
	return status;
}

static psy_status
read_protocol(row *r, void *arg, psy_error *err)
{
	copy *out = &r->job->stage;
	const char *value[QUANTITIES - WORDS], *name = table_get(r->table, PROTOCOL);
	psy_error why;
	psy_status status;

	if (name == NULL)
	{
		psy_fail(&why, PSY_DOMAIN, "empty; expected the protocol's name");
		return row_reject(r, (size_t) r->table->of_field[PROTOCOL], "missing_protocol", &why, err);
	}
	status = read_words(r, value, err);
	if (status != PSY_OK)
		return status;
	copy_row(out);
	copy_int8(out, r->number);
	copy_int8(out, table_line(r->table));
	copy_text(out, name);
	for (int k = TEXTS; k < WORDS; k++)
		copy_text(out, table_get(r->table, k));
	for (int k = 0; k < QUANTITIES - WORDS; k++)
		copy_text(out, value[k]);
	copy_text(out, table_get(r->table, MODE));
	copy_text(out, table_get(r->table, WAVEFORM));
	copy_text(out, table_get(r->table, SIDE));
	copy_text(out, table_raw(r->table));
	status = copy_row_end(out, err);
	return status == PSY_OK ? read_quantities(r, arg, err) : status;
}

static psy_status
stage_protocols(job *j, psy_error *err)
{
	table t;
	copy quantities;
	psy_status status = table_open(&t, j->path, j->opt, fields, FIELDS, NULL, NULL, err);

	copy_begin(&quantities, j->db,
			   "pg_temp.stage_quantity (\"row\", quantity, ordinal, low, high, unit, qualifier, verbatim)");
	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_protocol, &quantities, err);
	if (status == PSY_OK)
		status = copy_flush(&quantities, err);
	copy_free(&quantities);
	table_free(&t);
	return status;
}

const loader load_protocols = {
	.name = "protocols",
	.summary = "acupuncture protocols: points and stimulation",
	.file = "FILE.csv...",
	.options = OPT_STUDY | OPT_TABLE,
	.target = "pg_temp.stage (\"row\", line, protocol, source, title, style, rationale, variation, "
			  "stimulation, needle, electrodes, "
			  "co_treatment, setting, practitioner, comparator_rationale, comparator, note, points_text, "
			  "mode, waveform, deqi, "
			  "sham_type, side, mode_text, waveform_text, side_text, raw)",
	.stage = stage_protocols,
};
