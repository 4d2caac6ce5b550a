/*
 * cmd_template.c - psyrad template SHEET [--lang zh|en] [--codebook]: a blank sheet, or its codebook in both
 * languages, as CSV.  That of scores comes from the warehouse, where instruments are data.
 *
 * The header is in the language asked for, with names that the loader of the sheet maps, behind the mark that
 * makes spreadsheets read UTF-8.  The codebook is a file of its own, so that none of its lines is ever
 * loaded.
 */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

/* A column: the loader's field, its Chinese header, and what it holds. */
typedef struct template_column
{
	const char *name, *name_zh, *help_en, *help_zh;
} template_column;

typedef struct template_sheet
{
	const char *name, *summary;
	const template_column *column;
} template_sheet;

static const template_column protocols[] = {
	{"protocol", "方案", "name of the protocol, one row each (required)", "方案名称，每行一个（必填）"},
	{"source", "文献", "paper or trial, where the study collects several", "来源文献或研究"},
	{"title", "名称", "title", "标题"},
	{"style", "流派", "STRICTA 1a: style of acupuncture", "STRICTA 1a：针刺流派"},
	{"rationale", "选穴依据", "1b: reasoning for the treatment", "1b：选择治疗的依据"},
	{"variation", "个体化程度", "1c: extent to which treatment varied", "1c：治疗的个体化程度"},
	{"needles", "进针数", "2a: needle insertions a session: 8", "2a：每次治疗进针数：8"},
	{"points", "穴位", "2b: points with sides and roles (required): Main: GV20; adjunct: PC6 (bilateral)",
	 "2b：穴位、侧别与主配（必填）：主穴：百会；配穴：内关（双）"},
	{"side", "侧别", "2b: left, right, bilateral where points do not state it",
	 "2b：左、右、双侧（穴位未注明时）"},
	{"depth", "深度", "2c: depth of insertion: 0.5-1 cun, 15 mm", "2c：进针深度：0.5-1寸"},
	{"deqi", "得气", "2d: sought, not_sought, not_reported", "2d：要求得气、不要求、未报告"},
	{"mode", "刺激方式",
	 "2e: manual, electro, transcutaneous, auricular, moxibustion, press_needle, laser, sham",
	 "2e：手针、电针、经皮电刺激、耳针、艾灸、揿针、激光、假针"},
	{"waveform", "波形", "2e: continuous, dense_disperse, intermittent", "2e：连续波、疏密波、断续波"},
	{"frequency", "频率", "2e: 2 Hz; 2/100 Hz", "2e：2 Hz；2/100 Hz"},
	{"intensity", "电流强度", "2e: 1-2 mA", "2e：1-2 mA"},
	{"pulse_width", "脉宽", "2e: 0.2 ms", "2e：0.2 ms"},
	{"on_time", "通电时间", "2e: 30 s", "2e：30 s"},
	{"off_time", "间歇时间", "2e: 30 s", "2e：30 s"},
	{"electrodes", "电极连接", "2e: pairs of electrodes", "2e：电极对"},
	{"stimulation", "刺激手法", "2e: manipulation in words", "2e：手法描述"},
	{"retention", "留针时间", "2f: 30 min", "2f：30 min"},
	{"needle", "针具型号", "2g: needle type: 0.25 x 40 mm", "2g：针具：0.25×40 mm"},
	{"sessions", "总次数", "3a: number of sessions: 24", "3a：治疗次数：24"},
	{"sessions_per_week", "每周次数", "3b: sessions a week: 3", "3b：每周次数：3"},
	{"weeks", "周数", "3b: weeks: 8", "3b：周数：8"},
	{"course", "疗程", "3b: course as written", "3b：疗程"},
	{"co_treatment", "联合治疗", "4a: other interventions", "4a：其他干预"},
	{"setting", "治疗环境", "4b: setting and context", "4b：治疗场所与情境"},
	{"practitioner", "操作者", "5: background of practitioners", "5：针灸师背景"},
	{"comparator_rationale", "对照依据", "6a: rationale for the control", "6a：对照依据"},
	{"comparator", "对照", "6b: description of the control", "6b：对照描述"},
	{"sham_type", "假针类型",
	 "6b: non_penetrating, superficial, non_acupoint, inactive_device, low_intensity, other",
	 "6b：非穿刺、浅刺、非穴位、不通电、低强度、其他"},
	{"note", "备注", "notes", "备注"},
	{NULL, NULL, NULL, NULL}};

static const template_column sessions[] = {
	{"participant_id", "受试者编号", "the study's pseudonym (required)", "研究编号（必填）"},
	{"session_number", "治疗序号", "number of the session, from 1 (required)", "第几次治疗，从1开始（必填）"},
	{"day", "治疗日", "days since baseline, never a date", "距基线天数，不填日期"},
	{"protocol", "方案", "name of the protocol", "方案名称"},
	{"points", "实际取穴", "points that were used", "实际取穴"},
	{"minutes", "时长", "minutes", "分钟"},
	{"intensity_ma", "强度", "mA", "毫安"},
	{"deqi_score", "得气评分", "on the study's scale", "按研究量表评分"},
	{"adverse_event", "不良事件", "as noted; empty for none", "如实记录；无则留空"},
	{NULL, NULL, NULL, NULL}};

static const template_sheet sheets[] = {
	{"protocols", "acupuncture protocols by STRICTA 2010", protocols},
	{"sessions", "treatment sessions that were given", sessions},
	{"scores", "ratings; takes --instrument NAME, and --study STUDY for a line a visit", NULL},
	{NULL, NULL, NULL},
};

static void
print_cell(const char *text, bool first)
{
	printf(first ? "" : ",");
	if (strpbrk(text, ",\"\n") == NULL)
	{
		printf("%s", text);
		return;
	}
	putchar('"');
	for (const char *p = text; *p != '\0'; p++)
		printf(*p == '"' ? "\"\"" : "%c", *p);
	putchar('"');
}

static void
print_sheet(const template_sheet *sheet, bool chinese)
{
	printf("\xef\xbb\xbf");
	for (const template_column *c = sheet->column; c->name != NULL; c++)
		print_cell(chinese ? c->name_zh : c->name, c == sheet->column);
	printf("\r\n");
}

static void
print_codebook(const template_sheet *sheet)
{
	printf("\xef\xbb\xbf"
		   "column,column_zh,description,description_zh\r\n");
	for (const template_column *c = sheet->column; c->name != NULL; c++)
	{
		print_cell(c->name, true);
		print_cell(c->name_zh, false);
		print_cell(c->help_en, false);
		print_cell(c->help_zh, false);
		printf("\r\n");
	}
}

static int
usage(FILE *to)
{
	fprintf(to, "psyrad template SHEET [--lang zh|en] [--codebook]   a blank sheet, or its codebook in both "
				"languages, as CSV\n");
	for (const template_sheet *s = sheets; s->name != NULL; s++)
		fprintf(to, "  %-10s %s\n", s->name, s->summary);
	return to == stdout ? EXIT_OK : EXIT_USAGE;
}

/* The lines of the warehouse's own sheet of an instrument. */
static int
print_scores(const char *url, const char *instrument, const char *study, bool chinese, bool codebook)
{
	session s;
	psy_error err = {0};
	PGresult *result = NULL;
	int code = EXIT_OK;

	if (session_open(&s, url, &err) != PSY_OK ||
		session_query(&s, &result, &err,
					  codebook ? "SELECT ingest.score_codebook($1) FROM (VALUES ($2::text, $3::text)) unused"
							   : "SELECT ingest.score_sheet($1, $3::boolean, $2)",
					  3, (const char *const[]){instrument, study, chinese ? "true" : "false"}) != PSY_OK)
	{
		fprintf(stderr, "psyrad: %s\n", err.message);
		if (err.hint[0])
			fprintf(stderr, "  hint: %s\n", err.hint);
		code = s.lost ? EXIT_SERVER : EXIT_REJECTED;
	}
	else
	{
		printf("\xef\xbb\xbf");
		for (int r = 0; r < PQntuples(result); r++)
			printf("%s\r\n", PQgetvalue(result, r, 0));
	}
	PQclear(result);
	session_close(&s);
	return code;
}

int
cmd_template(int argc, char **argv, const char *url)
{
	const char *lang = "en", *name = NULL, *instrument = NULL, *study = NULL;
	bool codebook = false, scores;

	for (int k = 1; k < argc; k++)
	{
		if (strcmp(argv[k], "--help") == 0)
			return usage(stdout);
		if (strcmp(argv[k], "--lang") == 0 && k + 1 < argc)
			lang = argv[++k];
		else if (strcmp(argv[k], "--instrument") == 0 && k + 1 < argc)
			instrument = argv[++k];
		else if (strcmp(argv[k], "--study") == 0 && k + 1 < argc)
			study = argv[++k];
		else if (strcmp(argv[k], "--codebook") == 0)
			codebook = true;
		else if (name == NULL && argv[k][0] != '-')
			name = argv[k];
		else
			return usage(stderr);
	}
	scores = name != NULL && strcmp(name, "scores") == 0;
	if (name == NULL || (strcmp(lang, "en") != 0 && strcmp(lang, "zh") != 0) || scores != (instrument != NULL) ||
		(study != NULL && !scores))
		return usage(stderr);
	if (scores)
		return print_scores(url, instrument, study, strcmp(lang, "zh") == 0, codebook);
	for (const template_sheet *s = sheets; s->name != NULL; s++)
		if (strcmp(s->name, name) == 0)
		{
			if (codebook)
				print_codebook(s);
			else
				print_sheet(s, strcmp(lang, "zh") == 0);
			return EXIT_OK;
		}
	fprintf(stderr, "psyrad template: there is no sheet '%s'\n", name);
	return usage(stderr);
}
