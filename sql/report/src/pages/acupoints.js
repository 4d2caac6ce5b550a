// acupoints.js - the page of acupoints: which are used, which together, beside what, and how fully it is reported.
import { channelLegend, frequencyPlot, networkPlot, strictaPlot } from "./acupoints_plots.js";
import { both, percent, pValue, t } from "./evidence_marks.js";
import { badge, clip, count, dictionary, figure, group, h, isolated, label, number, render, rowsOf, scroller, studyOf, table } from "../ui.js";

const say = dictionary({
  title: ["Acupoints", "穴位"],
  lead: ["Which points are used, which together, and how it is reported. Each source (a paper or trial) counts once, however many prescriptions it has; shams are left out.", "所用穴位、配伍与报告完整性。每个来源（论文或试验）只计一次；假针不计。"],
  collections: ["Protocols by study", "各研究的方案"],
  noProtocols: ["No protocols are loaded: psyrad ingest protocols FILE.csv --study NAME loads them.", "尚未载入方案：用 psyrad ingest protocols 文件.csv --study 名称 载入。"],
  frequency: ["Frequency of points", "穴位频次"],
  frequencyLead: ["Share of the {0} sources with a prescription whose points are known (of {1} in all); in parentheses the number of sources. Colour: channel.", "在穴位明确的 {0} 个来源（共 {1} 个）中使用该穴位的比例；括号内为来源数。颜色表示经脉。"],
  collectionDetail: ["{0} protocols of {1} sources", "{1} 个来源的 {0} 个方案"], strongest: ["The strongest pairs", "最强的配伍"], pair: ["Pair", "穴对"], lift: ["Lift", "提升度"], fisher: ["p (Fisher)", "p（Fisher）"],
  frequencyMore: ["The {0} most frequent of {1} points; the data have all.", "仅显示最常用的 {0} 个，共 {1} 个；数据中含全部。"],
  network: ["Points used together", "穴位配伍网络"],
  networkLead: ["A chord for each two points of one prescription, as wide as its support; points stand by channel, with the area of their share.", "同一处方中的两穴以弦相连，宽度为支持度；穴位按经脉排列，面积为使用比例。"],
  networkNote: ["Drawn: the {0} most frequent points and the {1} strongest of their pairs.", "图中为最常用的 {0} 个穴位及其最强的 {1} 对。"],
  rules: ["Rules between points", "穴位关联规则"],
  rulesLead: ["Who uses the points on the left uses the one on the right. Support of .1 and confidence of .5 at least; p is Fisher's exact test over sources.", "使用左侧穴位者亦使用右侧穴位。支持度至少 .1，置信度至少 .5；p 为按来源的 Fisher 精确检验。"],
  rulesFamily: ["Fisher's exact test of each of the {0} rules of the study; q: Benjamini-Hochberg over these", "该研究 {0} 条规则各作 Fisher 精确检验；q 为其 Benjamini-Hochberg 校正"],
  similarity: ["Beside the core prescription", "与核心处方的相似度"],
  similarityLead: ["The core: Baihui, Taichong, Yintang, Neiguan, Sanyinjiao, Shenmen, Sishencong, Shenting. Similarity is Jaccard's: shared points over those that either has.", "核心处方：百会、太冲、印堂、内关、三阴交、神门、四神聪、神庭。相似度为 Jaccard 系数。"],
  stimulation: ["Stimulation as stated", "刺激参数原文"],
  stimulationLead: ["What the sources say, as they say it; low and high as read. A number that is garbled is kept and named.", "来源原文及解析出的上下限；无法解读者保留原文并注明问题。"],
  stricta: ["STRICTA 2010 by item", "STRICTA 2010 各条目报告"],
  strictaLead: ["Sources that report the item in any of their protocols. A cell that says \"not reported\" does not.", "在任一方案中报告该条目的来源数。“未报告”不计为报告。"],
  protocols: ["What was needled", "针刺方案"],
  protocolsLead: ["Sheets name points by code, pinyin, Chinese or an older code; the warehouse keeps what they wrote and resolves it to WHO codes.",
    "原始表格以代码、拼音、中文或旧代码书写穴位；仓库保留原文并对应到 WHO 代码。"],
  study: ["Study", "研究"], nProtocols: ["Protocols", "方案数"], nSources: ["Sources", "来源数"],
  protocol: ["Protocol", "方案"], protocolTitle: ["Title", "名称"], mode: ["Stimulation", "刺激方式"],
  mode_manual: ["manual", "手针"], mode_electro: ["electro-acupuncture", "电针"], mode_transcutaneous: ["transcutaneous", "经皮刺激"],
  mode_auricular: ["auricular", "耳针"], mode_moxibustion: ["moxibustion", "艾灸"], mode_press_needle: ["press needle", "揿针"],
  mode_laser: ["laser", "激光"], mode_sham: ["sham", "假针"], mode_unknown: ["not stated", "未注明"],
  frequencyColumn: ["Frequency", "频率"], asWritten: ["Points as written", "穴位原文"], acupoints: ["Acupoints (WHO)", "穴位（WHO）"],
  if: ["If", "若用"], then: ["then", "则用"], support: ["Support", "支持度"], confidence: ["Confidence", "置信度"],
  source: ["Source", "来源"], shared: ["Shared with the core", "与核心处方共有"], coverage: ["Of the core", "占核心处方"], likeness: ["Similarity", "相似度"], unresolved: ["Not resolved", "未解析"],
  quantity: ["What", "参数"], verbatim: ["As stated", "原文"], low: ["From", "下限"], high: ["To", "上限"], unit: ["Unit", "单位"], problem: ["Problem", "问题"],
  q_frequency: ["frequency", "频率"], q_intensity: ["intensity", "强度"], q_pulse_width: ["pulse width", "脉宽"], q_retention: ["retention", "留针"], q_depth: ["depth", "深度"], q_needles: ["needles", "进针数"],
  q_on_time: ["on time", "通电时间"], q_off_time: ["off time", "间歇时间"], q_sessions_per_week: ["sessions a week", "每周次数"], q_weeks: ["weeks", "周数"], q_sessions: ["sessions", "总次数"], q_course: ["course", "疗程"],
  x_not_a_number: ["not a number", "不是数字"], x_no_unit: ["no unit", "无单位"], x_unknown_unit: ["unit unknown", "单位不明"], x_one_frequency_of_two: ["one frequency of two", "疏密波只有一个频率"],
  describeFrequency: ["Bars: {0}.", "条形图：{0}。"], describeNetwork: ["Network of {0} points and {1} pairs; strongest: {2}.", "{0} 个穴位、{1} 对的网络；最强：{2}。"], describeStricta: ["Bars of {0} items; least reported: {1}.", "{0} 个条目的条形图；报告最少：{1}。"],
});

const shownPoints = 30, nodes = 36, chords = 120;
const named = (study) => (studyOf(study) ? label(studyOf(study), "title", 90) : isolated(study ?? "–"));
const commands = ["protocols"];
const resolved = (p) => (p.acupoints ?? []).map((code, k) => (code ? `${code} ${p.names_zh[k]}` : `? ${isolated(p.as_written[k])}`)).join(" + ");

const collections = (from) => figure({
  id: "collections", title: say("collections"), simulated: false, from, commands, empty: say("noProtocols"), study: from.rows.map((row) => row.study),
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("study"), cell: (row) => [named(row.study), row.simulated ? badge(true) : h("span", { class: "badge real" }, say("real"))] }, { head: say("nProtocols"), number: true, cell: (row) => count(row.protocols) }, { head: say("nSources"), number: true, cell: (row) => count(row.sources) },
  ], rows, undefined, say("collections"))),
});

const rulesTable = (rows) => scroller(say("if"), "tall", table([
  { head: say("if"), cell: (r) => t(r.antecedent, `${r.antecedent}（${r.antecedent_zh}）`) }, { head: say("then"), cell: (r) => t(r.consequent, `${r.consequent}（${r.consequent_zh}）`) },
  { head: "n", number: true, cell: (r) => count(r.prescriptions) }, { head: say("support"), number: true, cell: (r) => number(r.support) }, { head: say("confidence"), number: true, cell: (r) => number(r.confidence) },
  { head: say("lift"), number: true, cell: (r) => number(r.lift) }, { head: say("fisher"), number: true, cell: (r) => pValue(r.p) }, { head: "q", number: true, cell: (r) => pValue(r.q) },
], rows));

const similarityTable = (rows) => scroller(say("likeness"), "tall", table([
  { head: say("source"), cell: (r) => isolated(clip(r.source, 60)) }, { head: say("protocol"), cell: (r) => isolated(clip(r.protocol, 40)) }, { head: say("shared"), cell: (r) => r.shared },
  { head: say("coverage"), number: true, cell: (r) => percent(r.coverage) }, { head: say("likeness"), number: true, cell: (r) => number(r.similarity, 3) }, { head: say("unresolved"), number: true, cell: (r) => count(r.unresolved) },
], rows));

/** As it was said: 20 and not 20.00. */
const plainNumber = (value) => (value == null ? "–" : String(Number(value.toPrecision(6))));

const stimulationTable = (rows) => scroller(say("verbatim"), "tall", table([
  { head: say("source"), cell: (r) => isolated(clip(r.source, 60)) }, { head: say("protocol"), cell: (r) => isolated(clip(r.protocol, 40)) }, { head: say("quantity"), cell: (r) => say(`q_${r.quantity}`) },
  { head: say("verbatim"), cell: (r) => isolated(clip(r.verbatim, 80)) }, { head: say("low"), number: true, cell: (r) => plainNumber(r.low) }, { head: say("high"), number: true, cell: (r) => plainNumber(r.high) },
  { head: say("unit"), cell: (r) => r.unit ?? "–" }, { head: say("problem"), cell: (r) => (r.problem ? say(`x_${r.problem}`) : "") },
], rows));

function studySection({ study, sources, protocols: held, simulated: made }, k) {
  const of = (id) => rowsOf(id).where({ study }), name = named(study), shared = { commands, study, level: 3 };
  const frequency = of("frequency"), pairs = of("pairs"), rules = of("rules"), similarity = of("similarity"), stimulation = of("stimulation"), stricta = of("stricta");
  const shown = frequency.rows.slice(0, nodes), within = new Set(shown.map((row) => row.acupoint));
  const strongest = pairs.rows.filter((pair) => within.has(pair.a) && within.has(pair.b)).slice(0, chords);
  const least = [...stricta.rows].sort((a, b) => a.share - b.share).slice(0, 3).map((row) => both(row, "title")).join(", ");
  // A source without points that are known is in no share.
  const known = frequency.rows.length > 0 ? Math.round(frequency.rows[0].weight / frequency.rows[0].share) : 0;
  const pairsTable = () => h("div", { class: "wide" }, table([
    { head: say("pair"), cell: (r) => t(`${r.a} – ${r.b}`, `${r.a} ${r.a_zh} – ${r.b} ${r.b_zh}`) }, { head: "n", number: true, cell: (r) => count(r.prescriptions) },
    { head: say("support"), number: true, cell: (r) => number(r.support) }, { head: say("lift"), number: true, cell: (r) => number(r.lift) },
  ], strongest.slice(0, 14), undefined, say("strongest")));
  return group({ id: `collection-${k}`, title: name, open: k === 0, simulated: made, detail: say("collectionDetail", count(held), count(sources)) }, [
    frequency.rows.length > 0 && figure({ ...shared, id: `frequency-${k}`, title: say("frequency"), lead: say("frequencyLead", count(known), count(sources)), from: frequency, class: "frequency",
      describe: say("describeFrequency", frequency.rows.slice(0, 5).map((row) => `${row.acupoint} ${percent(row.share)}`).join(", ")), draw: (rows) => [channelLegend(rows.slice(0, shownPoints)), h("div", { class: "narrow" }, frequencyPlot(rows.slice(0, shownPoints)))],
      note: frequency.rows.length > shownPoints && say("frequencyMore", shownPoints, count(frequency.rows.length)) }),
    strongest.length > 0 && figure({ ...shared, id: `network-${k}`, title: say("network"), lead: say("networkLead"), from: pairs, class: "network",
      describe: say("describeNetwork", shown.length, strongest.length, strongest.slice(0, 3).map((pair) => `${pair.a} – ${pair.b}`).join(", ")), draw: () => [channelLegend(shown), h("div", { class: "pair map" }, h("div", null, networkPlot(shown, strongest)), h("div", null, h("h4", null, say("strongest")), pairsTable()))], note: say("networkNote", shown.length, strongest.length) }),
    rules.rows.length > 0 && figure({ ...shared, id: `rules-${k}`, title: say("rules"), lead: say("rulesLead"), from: rules, family: say("rulesFamily", count(rules.rows[0].rules)), draw: rulesTable }),
    similarity.rows.length > 0 && figure({ ...shared, id: `similarity-${k}`, title: say("similarity"), lead: say("similarityLead"), from: similarity, draw: similarityTable }),
    stimulation.rows.length > 0 && figure({ ...shared, id: `stimulation-${k}`, title: say("stimulation"), lead: say("stimulationLead"), from: stimulation, draw: stimulationTable }),
    stricta.rows.length > 0 && figure({ ...shared, id: `stricta-${k}`, title: say("stricta"), lead: say("strictaLead"), from: stricta, class: "stricta", describe: say("describeStricta", stricta.rows.length, least),
      draw: (rows) => strictaPlot(rows, (row) => both(row, "title")) }),
  ].filter(Boolean));
}

const protocols = (from) => figure({
  id: "protocols", title: say("protocols"), lead: say("protocolsLead"), from, study: [...new Set(from.rows.map((row) => row.study))], commands,
  draw: (rows) => scroller(say("protocols"), "tall", table([
    { head: say("protocol"), class: "nowrap", cell: (p) => isolated(clip(p.protocol, 40)) },
    { head: say("protocolTitle"), cell: (p) => isolated(clip(p.title ?? "", 80)) },
    { head: say("mode"), cell: (p) => say(`mode_${p.mode ?? "unknown"}`) },
    { head: say("frequencyColumn"), cell: (p) => isolated(p.frequency ?? "") },
    { head: say("asWritten"), cell: (p) => (p.as_written ?? []).map(isolated).join(" · ") },
    { head: say("acupoints"), cell: resolved },
  ], rows, undefined, say("protocols"))),
});

const simulated = () => [...new Set(rowsOf("collections").rows.filter((row) => row.simulated).map((row) => row.study))].map(named);

render({ page: "acupoints", say, simulated, draw: () => [collections(rowsOf("collections")), ...rowsOf("collections").rows.map(studySection), protocols(rowsOf("protocols"))] });
