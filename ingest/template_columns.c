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

static const blank_column studies[] = {
	{.name = "study_id", .name_zh = "研究编号", .help = "the study's number in the review: S26 (required)", .help_zh = "综述中的研究编号：S26（必填）", .required = true},
	{.name = "study", .name_zh = "研究名称", .help = "the study of the catalogue that it is, where that is here already: Zhang 2021", .help_zh = "证据库中已有的研究名称：Zhang 2021"},
	{.name = "included", .name_zh = "是否纳入", .help = "whether the review counts it as included: yes, no, or empty where it does not say", .help_zh = "综述是否计入纳入研究：是、否；未说明则留空",
	 .kind = BLANK_WORD, .choices = "yes|no", .choices_zh = "是|否"},
	{.name = "ref_no", .name_zh = "文献号", .help = "numbers of its references: 13;14", .help_zh = "参考文献编号：13;14"},
	{.name = "first_author", .name_zh = "第一作者", .help = "as the review writes it", .help_zh = "按综述原文"},
	{.name = "year", .name_zh = "年份", .help = "year of publication", .help_zh = "发表年份"},
	{.name = "topic", .name_zh = "主题", .help = "what it is about", .help_zh = "研究主题"},
	{.name = "design", .name_zh = "研究设计", .help = "in the review's words: randomised controlled trial, case-control, pre/post", .help_zh = "按原文：随机对照试验、病例对照、前后对照"},
	{.name = "population", .name_zh = "研究对象", .help = "in the review's words: treatment-resistant depression", .help_zh = "按原文：难治性抑郁症"},
	{.name = "comparator", .name_zh = "对照", .help = "whom or what it compares with: healthy controls, sham", .help_zh = "对照：健康人、假针"},
	{.name = "sample_n", .name_zh = "样本量", .help = "number of people; empty where it is not stated, never 0", .help_zh = "样本量；未述则留空，不填0"},
	{.name = "people", .name_zh = "样本", .help = "the same word for studies of the same people", .help_zh = "同一批受试者的研究填同一名称"},
	{.name = "modality", .name_zh = "影像方式", .help = "sMRI, fMRI, rs-fMRI, DTI, PET; \"(implied)\" after it where it is not said", .help_zh = "sMRI、fMRI、rs-fMRI、DTI、PET；未明说者加 (implied)"},
	{.name = "analysis", .name_zh = "分析方法", .help = "VBM, FC of right ACC", .help_zh = "VBM、功能连接"},
	{.name = "ml_models", .name_zh = "机器学习模型", .help = "models, apart by semicolons: SVM;RF", .help_zh = "模型，以分号分隔：SVM;RF"},
	{.name = "networks", .name_zh = "脑网络", .help = "networks as mechanism: DMN;reward", .help_zh = "作为机制的脑网络：DMN;reward"},
	{.name = "timing", .name_zh = "时间点", .help = "immediate, long-term, after treatment", .help_zh = "即刻、长期、治疗后"},
	{.name = "quantitative_result", .name_zh = "定量结果", .help = "accuracy 0.85", .help_zh = "准确率 0.85"},
	{.name = "finding_summary", .name_zh = "主要发现", .help = "in a sentence", .help_zh = "一句话概括"},
	{.name = "notes", .name_zh = "备注", .help = "notes", .help_zh = "备注"},
};

static const blank_column findings[] = {
	{.name = "finding_id", .name_zh = "发现编号", .help = "number of the finding in the sheet (required)", .help_zh = "发现编号（必填）", .required = true},
	{.name = "study_id", .name_zh = "研究编号", .help = "as in the sheet of studies (required)", .help_zh = "同研究表（必填）", .required = true},
	{.name = "contrast", .name_zh = "比较", .help = "patients vs controls; after EA vs before; correlation", .help_zh = "患者与健康对照；治疗后与治疗前；相关"},
	{.name = "measure", .name_zh = "指标", .help = "GMV, FA, activation, FC with right ACC, glucose metabolism", .help_zh = "灰质体积、各向异性、激活、功能连接、葡萄糖代谢"},
	{.name = "direction", .name_zh = "方向", .help = "what happened or differs (required)", .help_zh = "变化方向（必填）", .required = true, .kind = BLANK_WORD,
	 .choices = "increase|decrease|altered|abnormal|normalise|positive|negative|correlated|involved|no difference", .choices_zh = "增加|减少|改变|异常|趋于正常|正相关|负相关|相关|有关|无差异"},
	{.name = "region_zh", .name_zh = "脑区", .help = "in the words of the source", .help_zh = "按原文"},
	{.name = "region_en", .name_zh = "英文脑区", .help = "in English", .help_zh = "英文名"},
	{.name = "laterality", .name_zh = "侧别", .help = "side; unspecified where none is stated", .help_zh = "侧别；未述填不详", .kind = BLANK_WORD, .choices = "left|right|bilateral|midline|unspecified|as above", .choices_zh = "左|右|双侧|中线|不详|同上"},
	{.name = "laterality_stated", .name_zh = "侧别来源", .help = "yes; implied where the prefix of a list says it", .help_zh = "yes；由并列前缀推断者填 implied", .kind = BLANK_WORD, .choices = "yes|implied|no", .choices_zh = "是|推断|否"},
	{.name = "related_to", .name_zh = "相关量表", .help = "scale or behaviour that it is related to; seed: right ACC", .help_zh = "相关的量表或行为；种子点：右侧ACC"},
	{.name = "timing", .name_zh = "时间点", .help = "immediate, long-term", .help_zh = "即刻、长期"},
	{.name = "search_scope", .name_zh = "分析范围", .help = "whole_brain, region, seed; empty where not stated", .help_zh = "全脑、感兴趣区、种子点；未述留空", .kind = BLANK_WORD, .choices = "whole_brain|region|seed", .choices_zh = "全脑|感兴趣区|种子点"},
	{.name = "correction", .name_zh = "多重比较校正", .help = "as stated: FWE cluster p < .05", .help_zh = "按原文"},
	{.name = "note", .name_zh = "备注", .help = "notes", .help_zh = "备注"},
};

static const blank_column interventions[] = {
	{.name = "intervention_id", .name_zh = "方案编号", .help = "number of the intervention (required)", .help_zh = "干预编号（必填）", .required = true},
	{.name = "study_id", .name_zh = "研究", .help = "as in the sheet of studies (required)", .help_zh = "同研究表（必填）", .required = true},
	{.name = "type", .name_zh = "刺激方式", .help = "electroacupuncture, taVNS, manual acupuncture + drug", .help_zh = "电针、手针、经皮耳迷走神经刺激"},
	{.name = "points", .name_zh = "穴位", .help = "points in the words of the source: Main: GV20; adjunct: PC6 (required column)", .help_zh = "按原文：主穴：百会；配穴：内关（必备列）"},
	{.name = "waveform", .name_zh = "波形", .help = "continuous, dense_disperse, intermittent", .help_zh = "连续波、疏密波、断续波"},
	{.name = "frequency", .name_zh = "频率", .help = "2 Hz; 2/100 Hz", .help_zh = "2 Hz；2/100 Hz"},
	{.name = "intensity", .name_zh = "电流强度", .help = "as written: 1-2 mA; 3 m", .help_zh = "按原文：1-2 mA；3 m"},
	{.name = "pulse_width", .name_zh = "脉宽", .help = "as written: <= 1 ms", .help_zh = "按原文：≤1 ms"},
	{.name = "laterality", .name_zh = "侧别", .help = "side where points do not state it", .help_zh = "侧别（穴位未注明时）"},
	{.name = "co_treatment", .name_zh = "联合治疗", .help = "what else this group was given", .help_zh = "其他干预"},
	{.name = "control", .name_zh = "对照", .help = "what the others were given", .help_zh = "对照组干预"},
	{.name = "sessions", .name_zh = "总次数", .help = "24", .help_zh = "24"},
	{.name = "retention", .name_zh = "留针时间", .help = "30 min", .help_zh = "30 min"},
	{.name = "course", .name_zh = "疗程", .help = "as written", .help_zh = "按原文"},
	{.name = "note", .name_zh = "备注", .help = "notes", .help_zh = "备注"},
};

static const blank_column references[] = {
	{.name = "ref_no", .name_zh = "文献号", .help = "the number by which the review cites it (required)", .help_zh = "综述中的引用编号（必填）", .kind = BLANK_WHOLE, .lo = 1, .hi = 99999, .required = true},
	{.name = "role", .name_zh = "引用内容", .help = "what it is cited for", .help_zh = "引用目的"},
	{.name = "first_author", .name_zh = "第一作者", .help = "first author", .help_zh = "第一作者"},
	{.name = "year", .name_zh = "年份", .help = "year of publication", .help_zh = "发表年份", .kind = BLANK_WHOLE, .lo = 1500, .hi = 2199},
	{.name = "title", .name_zh = "题名", .help = "title", .help_zh = "题名"},
	{.name = "journal", .name_zh = "期刊", .help = "journal", .help_zh = "期刊"},
	{.name = "doi", .name_zh = "doi", .help = "DOI: finds the record of the literature", .help_zh = "DOI：用于匹配文献记录"},
	{.name = "pmid", .name_zh = "pmid", .help = "PubMed number", .help_zh = "PubMed编号"},
	{.name = "section", .name_zh = "章节", .help = "where it is cited", .help_zh = "引用章节"},
};

#define COLUMNS(array) array, sizeof array / sizeof *array

const blank_template blank_templates[] = {
	{"participants", "participants with site, arm, sex, age, dropout", "受试者", COLUMNS(participants)},
	{"drugs", "drugs taken beside the treatment", "合并用药", COLUMNS(drugs)},
	{"protocols", "acupuncture protocols by STRICTA 2010", "针刺方案", COLUMNS(protocols)},
	{"sessions", "treatment sessions that were given", "治疗记录", COLUMNS(sessions)},
	{"studies", "studies that a review tells of (psyrad ingest review)", "研究", COLUMNS(studies)},
	{"findings", "their findings, region by region", "发现", COLUMNS(findings)},
	{"interventions", "their interventions", "干预", COLUMNS(interventions)},
	{"references", "the references of the review", "参考文献", COLUMNS(references)},
	{NULL, NULL, NULL, NULL, 0},
};
