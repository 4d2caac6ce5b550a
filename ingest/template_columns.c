/*
 * template_columns.c - the columns of the blank sheets that are the same for every study; those of scores come from the
 * warehouse, where instruments are data.
 */
#include "template_columns.h"

static const blank_column protocols[] = {
	{.name = "protocol", .name_zh = "方案", .help = "name of the protocol, one row each (required)", .help_zh = "方案名称，每行一个（必填）", .required = true},
	{.name = "source", .name_zh = "文献", .help = "paper or trial, where the study collects several", .help_zh = "来源文献或研究"},
	{.name = "title", .name_zh = "名称", .help = "title", .help_zh = "标题"},
	{.name = "style", .name_zh = "流派", .help = "STRICTA 1a: style of acupuncture", .help_zh = "STRICTA 1a：针刺流派"},
	{.name = "rationale", .name_zh = "选穴依据", .help = "1b: reasoning for the treatment", .help_zh = "1b：选择治疗的依据"},
	{.name = "variation", .name_zh = "个体化程度", .help = "1c: extent to which treatment varied", .help_zh = "1c：治疗的个体化程度"},
	{.name = "needles", .name_zh = "进针数", .help = "2a: needle insertions a session: 8", .help_zh = "2a：每次治疗进针数：8"},
	{.name = "points", .name_zh = "穴位", .help = "2b: points with sides and roles (required): Main: GV20; adjunct: PC6 (bilateral)", .help_zh = "2b：穴位、侧别与主配（必填）：主穴：百会；配穴：内关（双）", .required = true},
	{.name = "side", .name_zh = "侧别", .help = "2b: left, right, bilateral where points do not state it", .help_zh = "2b：左、右、双侧（穴位未注明时）",
	 .kind = BLANK_WORD, .choices = "left|right|bilateral|midline", .choices_zh = "左|右|双侧|中线"},
	{.name = "depth", .name_zh = "深度", .help = "2c: depth of insertion: 0.5-1 cun, 15 mm", .help_zh = "2c：进针深度：0.5-1寸"},
	{.name = "deqi", .name_zh = "得气", .help = "2d: sought, not_sought, not_reported", .help_zh = "2d：要求得气、不要求、未报告",
	 .kind = BLANK_WORD, .choices = "sought|not_sought|not_reported", .choices_zh = "要求得气|不要求|未报告"},
	{.name = "mode", .name_zh = "刺激方式", .help = "2e: manual, electro, transcutaneous, auricular, moxibustion, press_needle, laser, sham", .help_zh = "2e：手针、电针、经皮电刺激、耳针、艾灸、揿针、激光、假针",
	 .kind = BLANK_WORD, .choices = "manual|electro|transcutaneous|auricular|moxibustion|press_needle|laser|sham", .choices_zh = "手针|电针|经皮电刺激|耳针|艾灸|揿针|激光|假针"},
	{.name = "waveform", .name_zh = "波形", .help = "2e: continuous, dense_disperse, intermittent", .help_zh = "2e：连续波、疏密波、断续波",
	 .kind = BLANK_WORD, .choices = "continuous|dense_disperse|intermittent", .choices_zh = "连续波|疏密波|断续波"},
	{.name = "frequency", .name_zh = "频率", .help = "2e: 2 Hz; 2/100 Hz", .help_zh = "2e：2 Hz；2/100 Hz"},
	{.name = "intensity", .name_zh = "电流强度", .help = "2e: 1-2 mA", .help_zh = "2e：1-2 mA"},
	{.name = "pulse_width", .name_zh = "脉宽", .help = "2e: 0.2 ms", .help_zh = "2e：0.2 ms"},
	{.name = "on_time", .name_zh = "通电时间", .help = "2e: 30 s", .help_zh = "2e：30 s"},
	{.name = "off_time", .name_zh = "间歇时间", .help = "2e: 30 s", .help_zh = "2e：30 s"},
	{.name = "electrodes", .name_zh = "电极连接", .help = "2e: pairs of electrodes", .help_zh = "2e：电极对"},
	{.name = "stimulation", .name_zh = "刺激手法", .help = "2e: manipulation in words", .help_zh = "2e：手法描述"},
	{.name = "retention", .name_zh = "留针时间", .help = "2f: 30 min", .help_zh = "2f：30 min"},
	{.name = "needle", .name_zh = "针具型号", .help = "2g: needle type: 0.25 x 40 mm", .help_zh = "2g：针具：0.25×40 mm"},
	{.name = "sessions", .name_zh = "总次数", .help = "3a: number of sessions: 24", .help_zh = "3a：治疗次数：24"},
	{.name = "sessions_per_week", .name_zh = "每周次数", .help = "3b: sessions a week: 3", .help_zh = "3b：每周次数：3"},
	{.name = "weeks", .name_zh = "周数", .help = "3b: weeks: 8", .help_zh = "3b：周数：8"},
	{.name = "course", .name_zh = "疗程", .help = "3b: course as written", .help_zh = "3b：疗程"},
	{.name = "co_treatment", .name_zh = "联合治疗", .help = "4a: other interventions", .help_zh = "4a：其他干预"},
	{.name = "setting", .name_zh = "治疗环境", .help = "4b: setting and context", .help_zh = "4b：治疗场所与情境"},
	{.name = "practitioner", .name_zh = "操作者", .help = "5: background of practitioners", .help_zh = "5：针灸师背景"},
	{.name = "comparator_rationale", .name_zh = "对照依据", .help = "6a: rationale for the control", .help_zh = "6a：对照依据"},
	{.name = "comparator", .name_zh = "对照", .help = "6b: description of the control", .help_zh = "6b：对照描述"},
	{.name = "sham_type", .name_zh = "假针类型", .help = "6b: non_penetrating, superficial, non_acupoint, inactive_device, low_intensity, other", .help_zh = "6b：非穿刺、浅刺、非穴位、不通电、低强度、其他",
	 .kind = BLANK_WORD, .choices = "non_penetrating|superficial|non_acupoint|inactive_device|low_intensity|other", .choices_zh = "非穿刺|浅刺|非穴位|不通电|低强度|其他"},
	{.name = "note", .name_zh = "备注", .help = "notes", .help_zh = "备注"},
};

static const blank_column sessions[] = {
	{.name = "participant_id", .name_zh = "受试者编号", .help = "the study's pseudonym (required)", .help_zh = "研究编号（必填）", .required = true},
	{.name = "session_number", .name_zh = "治疗序号", .help = "number of the session, from 1 (required)", .help_zh = "第几次治疗，从1开始（必填）",
	 .kind = BLANK_WHOLE, .lo = 1, .hi = 10000, .required = true},
	{.name = "day", .name_zh = "治疗日", .help = "days since baseline, never a date", .help_zh = "距基线天数，不填日期",
	 .kind = BLANK_WHOLE, .lo = -3650, .hi = 36500},
	{.name = "protocol", .name_zh = "方案", .help = "name of the protocol", .help_zh = "方案名称"},
	{.name = "points", .name_zh = "实际取穴", .help = "points that were used", .help_zh = "实际取穴"},
	{.name = "minutes", .name_zh = "时长", .help = "minutes", .help_zh = "分钟",
	 .kind = BLANK_NUMBER, .lo = 0, .hi = 1440},
	{.name = "intensity_ma", .name_zh = "强度", .help = "mA", .help_zh = "毫安",
	 .kind = BLANK_NUMBER, .lo = 0, .hi = 100},
	{.name = "deqi_score", .name_zh = "得气评分", .help = "on the study's scale", .help_zh = "按研究量表评分",
	 .kind = BLANK_NUMBER, .lo = 0, .hi = 100},
	{.name = "adverse_event", .name_zh = "不良事件", .help = "as noted; empty for none", .help_zh = "如实记录；无则留空"},
};

static const blank_column participants[] = {
	{.name = "participant_id", .name_zh = "受试者编号", .help = "the study's pseudonym, never a name or a hospital number (required)", .help_zh = "研究编号，不填姓名或住院号（必填）", .required = true},
	{.name = "site", .name_zh = "研究中心", .help = "a site of the study", .help_zh = "研究声明中的中心代码"},
	{.name = "arm", .name_zh = "组别", .help = "the arm that the person was allocated to, as the study declares it (required)", .help_zh = "随机分配的组别，按研究声明的代码（必填）", .required = true},
	{.name = "sex", .name_zh = "性别", .help = "F, M or O", .help_zh = "女、男或其他", .kind = BLANK_WORD, .choices = "F|M|O", .choices_zh = "女|男|其他"},
	{.name = "age", .name_zh = "年龄", .help = "years at baseline", .help_zh = "基线年龄（岁）", .kind = BLANK_NUMBER, .lo = 0, .hi = 120},
	{.name = "education_years", .name_zh = "受教育年限", .help = "years", .help_zh = "年", .kind = BLANK_NUMBER, .lo = 0, .hi = 40},
	{.name = "dropout_week", .name_zh = "脱落周", .help = "protocol week of the last visit of who left; empty for who stayed", .help_zh = "脱落者最后一次访视的周数；未脱落留空", .kind = BLANK_NUMBER, .lo = 0, .hi = 520},
	{.name = "dropout_reason", .name_zh = "脱落原因", .help = "in general words, without names", .help_zh = "概括说明，不含姓名"},
};

static const blank_column drugs[] = {
	{.name = "participant_id", .name_zh = "受试者编号", .help = "the study's pseudonym, never a name or a hospital number (required)", .help_zh = "研究编号，不填姓名或住院号（必填）", .required = true},
	{.name = "entry", .name_zh = "用药序号", .help = "number of the drug in the person's list; may stay empty", .help_zh = "该受试者用药记录的序号，可留空", .kind = BLANK_WHOLE, .lo = 1, .hi = 10000},
	{.name = "drug", .name_zh = "药物名称", .help = "generic name in English or Chinese, as the source has it (required)", .help_zh = "通用名，中英文均可，按原始记录（必填）", .required = true},
	{.name = "dose", .name_zh = "剂量", .help = "of one intake, with or without its unit: 50, 50 mg, 25-50", .help_zh = "单次剂量，可带单位：50、50 mg、25-50"},
	{.name = "unit", .name_zh = "单位", .help = "mg, g, ug, ml, drop, tablet", .help_zh = "mg、g、ug、ml、滴、片", .kind = BLANK_WORD, .choices = "mg|g|ug|ml|IU|drop|tablet", .choices_zh = "mg|g|ug|ml|IU|滴|片"},
	{.name = "times_a_day", .name_zh = "每日次数", .help = "1, 2, 0.5; qd, bid, tid, qid, qn, qod", .help_zh = "1、2、0.5；qd、bid、tid、qid、qn、qod"},
	{.name = "start_day", .name_zh = "开始日", .help = "days since baseline, negative before it, never a date; empty: before anybody counted", .help_zh = "距基线天数，基线前为负，不填日期；早已服用则留空", .kind = BLANK_WHOLE, .lo = -36500, .hi = 36500},
	{.name = "end_day", .name_zh = "结束日", .help = "days since baseline, never a date; empty: still taken", .help_zh = "距基线天数，不填日期；仍在服用则留空", .kind = BLANK_WHOLE, .lo = -36500, .hi = 36500},
	{.name = "indication", .name_zh = "适应证", .help = "why it was given, in general words", .help_zh = "用药原因，概括说明"},
};

#define COLUMNS(array) array, sizeof array / sizeof *array

const blank_template blank_templates[] = {
	{"participants", "participants with site, arm, sex, age, dropout", "受试者", COLUMNS(participants)},
	{"drugs", "drugs taken beside the treatment", "合并用药", COLUMNS(drugs)},
	{"protocols", "acupuncture protocols by STRICTA 2010", "针刺方案", COLUMNS(protocols)},
	{"sessions", "treatment sessions that were given", "治疗记录", COLUMNS(sessions)},
	{NULL, NULL, NULL, NULL, 0},
};
