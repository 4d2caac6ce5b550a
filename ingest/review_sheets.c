/*
 * review_sheets.c - see review_sheets.h.  A field's name is what ingest.review_<sheet> reads it by.
 */
#include "review_sheets.h"

static const table_field references[] = {
	{"ref_no", "reference|no|number|文献号|文献编号|参考文献|序号", true},
	{"role_in_text", "role|cited_for|作用|引用内容", false},
	{"first_author", "first_author_zh|author|第一作者|作者", false},
	{"first_author_latin", "first_author_pinyin|first_author_pinyin_inferred|作者拼音", false},
	{"year", "年份|发表年份|年", false},
	{"title", "标题|题名|题目", false},
	{"journal", "期刊|刊名", false},
	{"doi", "", false},
	{"pmid", "pubmed_id", false},
	{"section", "章节", false},
};

static const table_field studies[] = {
	{"study_id", "study_no|研究编号|研究号|编号", true},
	{"study", "evidence_study|study_name|研究名称", false},
	{"included", "included_in_review|是否纳入|纳入", false},
	{"ref_no", "reference|references|文献号|文献编号|参考文献", false},
	{"first_author", "first_author_zh|author|第一作者|作者", false},
	{"first_author_latin", "first_author_pinyin|first_author_pinyin_inferred|作者拼音", false},
	{"year", "年份|发表年份|年", false},
	{"topic", "主题", false},
	{"design", "study_design|研究设计|设计", false},
	{"population", "研究对象|人群|疾病", false},
	{"comparator", "control|对照|对照组", false},
	{"sample_n", "n|sample_size|样本量|例数", false},
	{"people", "sample_people|same_sample_as|样本", false},
	{"modality", "imaging_modality|影像方式|成像方式|模态", false},
	{"analysis", "analysis_method|分析方法", false},
	{"ml_models", "models|机器学习模型|模型", false},
	{"networks", "network|脑网络|网络", false},
	{"intervention_id", "intervention|干预编号", false},
	{"timing", "时间点|时相", false},
	{"quantitative_result", "定量结果", false},
	{"finding_summary", "summary|主要发现|主要结果", false},
	{"notes", "note|备注", false},
};

static const table_field modalities[] = {
	{"modality", "名称|模态|影像方式", true},
	{"zh", "name_zh|中文|中文名", false},
	{"abbr", "abbreviation|缩写", false},
	{"measures", "what_it_measures|what_it_measures_per_seed|测量内容", false},
	{"section", "章节", false},
};

static const table_field methods[] = {
	{"method", "名称|方法", true},
	{"zh", "name_zh|中文|中文名", false},
	{"kind", "类别|类型", false},
	{"note", "notes|备注", false},
};

static const table_field networks[] = {
	{"network", "名称|网络|脑网络", true},
	{"zh", "name_zh|中文|中文名", false},
	{"study_id", "studies|study|研究编号|研究", false},
};

static const table_field models[] = {
	{"family", "model|模型|名称", true},
	{"zh", "name_zh|中文|中文名", false},
	{"abbr", "abbreviation|缩写", false},
	{"claim", "claim_in_seed|claims|描述", false},
	{"compared", "in_nine_model_comparison|in_comparison|是否比较", false},
};

static const table_field findings[] = {
	{"finding_id", "finding|finding_no|发现编号|编号", true},
	{"study_id", "study|study_no|研究编号|研究号", true},
	{"sample", "样本", false},
	{"contrast", "comparison|比较|对比", false},
	{"modality", "imaging_modality|影像方式|成像方式|模态", false},
	{"measure", "metric|指标|测量指标", false},
	{"direction", "change|方向|变化|变化方向", true},
	{"region_zh", "region|region_verbatim|脑区|脑区_中文", false},
	{"region_en", "脑区_英文|英文脑区", false},
	{"laterality", "side|hemisphere|侧别|偏侧", false},
	{"laterality_stated", "side_stated|侧别来源", false},
	{"region_suggestion", "aal3_suggestion_inferred|aal3_suggestion|atlas_suggestion|建议分区", false},
	{"related_to", "correlates_with|相关量表|相关", false},
	{"timing", "时间点|时相", false},
	{"search_scope", "scope|搜索范围|分析范围", false},
	{"seed", "种子点", false},
	{"correction", "multiple_comparison_correction|校正|多重比较校正", false},
	{"note", "notes|备注", false},
};

static const table_field points[] = {
	{"intervention_id", "intervention|protocol|干预编号|方案编号|方案", true},
	{"code", "acupoint|point_code|代码|穴位代码", false},
	{"name", "name_zh_in_seed|name_zh|point|穴位|穴名|穴位名称", false},
	{"role", "主配|角色", false},
	{"laterality", "side|侧别", false},
};

static const table_field interventions[] = {
	{"intervention_id", "intervention|protocol|干预编号|方案编号|方案", true},
	{"study_id", "study|study_no|研究编号|研究号|研究", true},
	{"type", "mode|刺激方式|干预方式", false},
	{"type_zh", "title|方案名称|名称", false},
	{"site_text_zh", "points|acupoints|site|穴位|取穴|腧穴", false},
	{"waveform", "wave|波形", false},
	{"freq_text", "frequency|freq|频率", false},
	{"freq1_hz", "", false},
	{"freq2_hz", "", false},
	{"current_text", "intensity|current|强度|电流|电流强度", false},
	{"current_ma", "", false},
	{"pulse_width", "pulse|脉宽|波宽", false},
	{"laterality", "side|侧别|左右", false},
	{"co_treatment", "other_interventions|联合治疗|其他治疗", false},
	{"control", "comparator|对照", false},
	{"sessions", "total_sessions|治疗次数|总次数", false},
	{"retention", "needle_retention|留针|留针时间", false},
	{"course", "疗程", false},
	{"note", "notes|备注", false},
};

static const table_field prescription[] = {
	{"rank", "rank_as_listed|order|序号|排序", true},
	{"code", "acupoint|代码|穴位代码", false},
	{"name_zh", "name|穴位|穴名|中文名", false},
	{"pinyin", "拼音", false},
	{"ref_no", "reference|文献号|文献编号|参考文献", false},
};

static const table_field challenges[] = {
	{"statement", "challenge|挑战|问题", true},
	{"value", "值", false},
	{"section", "章节", false},
	{"ref_no", "reference|文献号|文献编号|参考文献", false},
};

static const table_field facts[] = {
	{"statement", "fact|事实|内容", true},
	{"value", "值", false},
	{"section", "章节", false},
	{"ref_no", "reference|文献号|文献编号|参考文献", false},
};

static const table_field anomalies[] = {
	{"where", "place|位置|研究编号", true},
	{"text", "原文|文本", true},
	{"problem", "问题", false},
	{"how_to_store", "stored_as|处理|处理方式", false},
};

#define FIELDS(array) array, (int) (sizeof array / sizeof *array)

const review_sheet review_sheets[REVIEW_SHEETS] = {
	[REVIEW_STRATEGY] = {"search_strategy", "search_strategy|strategy|检索策略", NULL, 0},
	[REVIEW_REFERENCES] = {"references", "references|参考文献", FIELDS(references)},
	[REVIEW_STUDIES] = {"studies", "studies|研究|纳入研究", FIELDS(studies)},
	[REVIEW_MODALITIES] = {"modalities", "modalities|影像技术|模态", FIELDS(modalities)},
	[REVIEW_METHODS] = {"methods", "methods|分析方法|方法", FIELDS(methods)},
	[REVIEW_NETWORKS] = {"networks", "networks|脑网络|网络", FIELDS(networks)},
	[REVIEW_MODELS] = {"ml_models", "ml_models|models|机器学习模型", FIELDS(models)},
	[REVIEW_FINDINGS] = {"findings", "findings|发现|研究发现", FIELDS(findings)},
	[REVIEW_POINTS] = {"protocol_points", "protocol_points|points|穴位", FIELDS(points)},
	[REVIEW_INTERVENTIONS] = {"interventions", "interventions|干预|干预措施", FIELDS(interventions)},
	[REVIEW_PRESCRIPTION] = {"core_prescription", "core_prescription|核心处方", FIELDS(prescription)},
	[REVIEW_CHALLENGES] = {"challenges", "challenges|挑战", FIELDS(challenges)},
	[REVIEW_FACTS] = {"other_facts", "other_facts|facts|其他事实", FIELDS(facts)},
	[REVIEW_ANOMALIES] = {"text_anomalies", "text_anomalies|anomalies|文本异常", FIELDS(anomalies)},
	[REVIEW_TEXT] = {"text", "", NULL, 0},
};
