// literature.js - the page of the literature: the flow of records through reviews, where they came from, and a search over their titles.
import { both, fixed, t } from "./evidence_marks.js";
import { counted, languageName, languages, mapDirections, mapPlot, prismaDiagram, yearsPlot } from "./literature_plots.js";
import { clip, count, dictionary, figure, flowNotes, group, h, isolated, label, noteText, number, render, rowsOf, scroller, table } from "../ui.js";

const say = dictionary({
  title: ["Literature", "文献"],
  lead: ["Records as exports state them, what is the same report, and what people decided. What is not known is said to be: it is never a 0.", "各导出文件所载记录、重复识别与人工筛选。未知即注明未知，绝不记为 0。"],
  prisma: ["PRISMA 2020 flow: {0}", "PRISMA 2020 流程：{0}"],
  prismaNone: ["PRISMA 2020 flow", "PRISMA 2020 流程"],
  prismaCounted: ["Every box counts records that are here; the boxes add up, or this page would say so.", "各框均由库中记录计数得出；数目相符，否则会注明。"],
  prismaStated: ["As the paper states it: the records themselves are not here.", "依论文所述；记录本身不在库中。"],
  prismaUnknown: ["Not known: {0}.", "未知：{0}。"],
  prismaEmpty: ["Nothing of the flow of this review is known yet: psyrad screen --declare names its searches, psyrad ingest literature loads what they found, psyrad ingest screening the decisions.", "该综述的流程尚无已知数目：psyrad screen --declare 登记检索，psyrad ingest literature 载入检索结果，psyrad ingest screening 载入筛选决定。"],
  prismaDiagram: ["The diagram with nothing in it", "空白流程图"],
  noReview: ["No review is here: psyrad screen --declare makes one (rows of evidence.review and evidence.search), and screening decisions its flow.", "尚无综述：psyrad screen --declare 建立综述（evidence.review 与 evidence.search 的行），筛选决定构成其流程。"],
  describe: ["Flow diagram: {0}.", "流程图：{0}。"],
  searches: ["Searches", "检索"],
  searchesLead: ["Hits as the databases stated them beside the records that were imported.", "数据库声明的命中数与导入记录数。"],
  databases: ["Records by database", "各数据库的记录"],
  databasesLead: ["records = first occurrences + duplicates within the database + duplicates of another + not compared yet, to the last record.", "记录数 = 首次出现 + 库内重复 + 跨库重复 + 尚未比对，逐条相符。"],
  noLiterature: ["No literature is loaded: psyrad ingest literature FILE --database NAME loads search exports.", "尚未载入文献：用 psyrad ingest literature 文件 --database 名称 载入检索导出文件。"],
  agreement: ["Agreement of screeners", "筛选一致性"],
  agreementLead: ["First decisions, as made before anybody talked. κ: Cohen's, with its large-sample interval; PABAK: adjusted for prevalence and bias.", "讨论前的首次决定。κ 为 Cohen κ 及其大样本区间；PABAK 校正患病率与偏倚。"],
  noScreening: ["Nobody has decided on a record yet.", "尚无筛选决定。"],
  conflicts: ["Conflicts that wait for a consensus", "待协商的分歧"],
  noConflicts: ["None.", "无。"],
  years: ["Reports by year and language", "各年份与语种的报告"],
  yearsLead: ["A report counts once, however many databases have it. Languages as the records state them.", "同一报告只计一次。语种依记录所述。"],
  uncertain: ["Duplicates that people must decide on", "需人工判定的可疑重复"],
  uncertainLead: ["Pairs that might be one report, the likeliest first: {0} in all. SELECT evidence.decide_duplicate(a, b, true) joins two.", "可能为同一报告的记录对，可能性由高到低，共 {0} 对。SELECT evidence.decide_duplicate(a, b, true) 合并。"],
  noUncertain: ["None waits for a decision.", "无待判定者。"],
  map: ["Evidence map: {0}", "证据图：{0}"], mapNone: ["Evidence map", "证据图"],
  mapLead: ["Where in the brain findings are, by modality and direction. Numbers are independent samples, not papers; a sample stands in one column of a place only.", "按模态与方向显示脑区发现。数字为独立样本数而非论文数；同一样本在一处只计一列。"],
  mapMost: ["Drawn: the {0} of {1} places with most samples; the data have all.", "图中为样本最多的 {0} 处，共 {1} 处；数据中含全部。"],
  maps: ["Evidence maps", "证据图"], mapsSimulated: ["Evidence maps of simulated findings", "模拟数据的证据图"],
  mapFamily: ["sign test of increase against decrease in each cell that has a direction; q: Benjamini-Hochberg over {0} tests", "对有方向的各格作升降符号检验；q 为对 {0} 次检验的 Benjamini-Hochberg 校正"],
  noFindings: ["No findings are here: psyrad ingest review FOLDER --review NAME loads the sheets of a review.", "尚无发现：用 psyrad ingest review 目录 --review 名称 载入综述表格。"],
  describeMap: ["Dots of {0} places; most samples: {1}.", "{0} 处的圆点图；样本最多：{1}。"], unstated: ["not stated", "未注明"],
  convergence: ["Abnormal in depression, and changed by acupuncture", "抑郁中异常且针刺后改变的脑区"],
  convergenceLead: ["Places that differ between depressed and healthy people and change under treatment, by independent samples. Few samples say little: read the sentences behind them.", "抑郁者与健康者有差异且治疗后改变的脑区，按独立样本计。样本少则说明力弱，请阅读原句。"],
  noConvergence: ["No place has both.", "无同时具备两者的脑区。"],
  apart: ["Findings without a place", "无法定位的发现"], noApart: ["None.", "无。"], apartLead: ["Counted without names, ambiguous, or not in the atlas: they are on no map, and stay in sight here.", "仅给出数目、含义不明或不在图谱中者：不入图，但在此列出。"],
  place: ["Place", "脑区"], verdict: ["Verdict", "判断"], depression: ["Depression", "抑郁"], treated: ["Treated", "治疗"], samples: ["Samples", "样本"], warning: ["Mind", "注意"],
  v_normalises: ["normalises", "趋于正常"], v_same: ["same direction", "同向"], v_both: ["both ways", "双向"], v_other: ["another measure", "指标不同"], v_unknown: ["direction not said", "方向未注明"],
  study: ["Study", "研究"], region: ["Region as stated", "脑区原文"], direction: ["Direction", "方向"], why: ["Why", "原因"],
  titles: ["Search in titles", "检索标题"],
  titlesLead: ["{0} reports. Words in any order, in titles, translated titles and first authors; width, case, accents of letters and variant characters (鬱 and 郁) do not matter where the catalogue says so.", "共 {0} 篇。按任意顺序匹配标题、译名与第一作者；不区分全半角、大小写与异体字（鬱 与 郁）。"],
  searchFor: ["Search titles", "检索标题"],
  found: ["{0} of {1} found; the first {2} shown.", "{1} 篇中找到 {0} 篇；显示前 {2} 篇。"],
  foundAll: ["{0} of {1} found.", "{1} 篇中找到 {0} 篇。"],
  review: ["Review", "综述"], kind: ["Kind", "类别"], database: ["Database", "数据库"], search: ["Search", "检索式"], searched: ["Day", "日期"], hits: ["Hits stated", "声明命中"], records: ["Records", "记录"], difference: ["Difference", "差"],
  notSaid: ["not said", "未注明"], first: ["First", "首次"], within: ["Within", "库内重复"], across: ["Across", "跨库重复"], waiting: ["Not compared", "未比对"],
  stage: ["Stage", "阶段"], stage_title_abstract: ["titles", "题录"], stage_full_text: ["full text", "全文"], screeners: ["Screeners", "筛选者"], both: ["Both", "共同"], agree: ["Agree", "一致"], interval: ["95% interval", "95% 区间"], note: ["Note", "说明"],
  conflict: ["Conflict", "分歧"], conflict_decision: ["decision", "决定不同"], conflict_unsure: ["both unsure", "均不确定"], conflict_reason: ["reason", "理由不同"], reports: ["Reports", "报告"],
  kind_database: ["database", "数据库"], kind_register: ["register", "注册库"], kind_website: ["website", "网站"], kind_organisation: ["organisation", "机构"], kind_citation: ["citations", "引文"],
  titleColumn: ["Title", "标题"], author: ["First author", "第一作者"], year: ["Year", "年份"], journal: ["Journal", "期刊"], languageColumn: ["Language", "语种"], differs: ["What differs", "差异"], confidence: ["Confidence", "把握"],
  describeYears: ["Bars: {0} reports from {1} to {2}.", "条形图：{1} 至 {2} 年共 {0} 篇。"],
});

const commands = ["literature"];
const unknown = (n) => (n == null ? t("not known", "未知") : count(n));

const notRead = { counted: ["{0} regions without names", "{0} 个脑区，未列名称"], not_named: ["not named", "未列名称"], ambiguous: ["ambiguous", "含义不明"], unresolved: ["not in the catalogue", "名录中无此名"],
  not_read: ["not read yet: SELECT evidence.resolve_findings()", "尚未解析：SELECT evidence.resolve_findings()"], not_in_term: ["no named region", "无对应脑区"] };
const whyApart = (f) => { const [en, zh] = notRead[f.reason] ?? [f.reason.replaceAll("_", " "), f.reason.replaceAll("_", " ")]; return t(en, zh).replace("{0}", f.count_only ?? "?"); };

function prisma(from, k) {
  const first = from.rows[0];
  if (!first) return figure({ id: "prisma", title: say("prismaNone"), from, empty: say("noReview") });
  const name = label(first, "title") || isolated(clip(first.review)), whole = from.rows.filter((row) => row.reason == null);
  const gaps = flowNotes(whole.filter((row) => row.standard && row.n == null)), known = whole.some((row) => row.standard && row.n != null);
  return figure({
    id: `prisma-${k}`, title: say("prisma", name), lead: say(!known ? "prismaEmpty" : first.basis === "stated" ? "prismaStated" : "prismaCounted"), from, commands, class: "prisma", simulated: false,
    describe: say("describe", whole.filter((row) => row.standard).map((row) => `${both(row, "label")}: ${counted(row.n)}`).join("; ")),
    draw: (rows) => {
      const diagram = h("div", { class: "wide", tabindex: 0, role: "group", "aria-label": say("prisma", name) }, prismaDiagram(rows));
      return known ? diagram : h("details", { class: "nothing" }, h("summary", null, say("prismaDiagram")), diagram);
    }, note: gaps && first.basis !== "stated" && say("prismaUnknown", gaps),
  });
}

const tableFigure = (id, columns, more = {}) => figure({
  id, title: say(id), lead: more.lead, from: rowsOf(id), commands, simulated: false, ...more,
  draw: (rows) => (rows.length > 12 ? scroller(say(id), "tall", table(columns, rows)) : h("div", { class: "wide" }, table(columns, rows, undefined, say(id)))),
});

const searches = () => tableFigure("searches", [
  { head: say("review"), cell: (s) => isolated(clip(s.review, 60)) }, { head: say("kind"), cell: (s) => say(`kind_${s.kind}`) }, { head: say("database"), cell: (s) => isolated(clip(s.database, 60)) },
  ...(rowsOf("searches").rows.some((s) => s.search) ? [{ head: say("search"), cell: (s) => isolated(clip(s.search ?? "", 60)) }] : []), { head: say("searched"), class: "nowrap", cell: (s) => s.searched ?? t("not known", "未知") },
  { head: say("hits"), number: true, cell: (s) => unknown(s.hits_stated) }, { head: say("records"), number: true, cell: (s) => unknown(s.records) }, { head: say("difference"), number: true, cell: (s) => (s.difference == null ? "–" : number(s.difference, 0)) },
], { lead: say("searchesLead"), empty: say("noReview") });

const databases = () => tableFigure("databases", [
  { head: say("database"), cell: (d) => (d.database == null ? say("notSaid") : isolated(clip(d.database, 60))) }, { head: say("records"), number: true, cell: (d) => count(d.records) },
  { head: say("first"), number: true, cell: (d) => count(d.first_occurrences) }, { head: say("within"), number: true, cell: (d) => count(d.duplicates_within) },
  { head: say("across"), number: true, cell: (d) => count(d.duplicates_across) }, { head: say("waiting"), number: true, cell: (d) => count(d.not_compared) },
], { lead: say("databasesLead"), empty: say("noLiterature") });

const agreement = () => tableFigure("agreement", [
  { head: say("review"), cell: (a) => isolated(clip(a.review, 60)) }, { head: say("stage"), cell: (a) => say(`stage_${a.stage}`) }, { head: say("screeners"), cell: (a) => isolated(clip([a.screener_a, a.screener_b].filter(Boolean).join(" – "), 60)) },
  { head: say("both"), number: true, cell: (a) => count(a.n) }, { head: say("agree"), number: true, cell: (a) => (a.agreement == null ? "–" : `${number(100 * a.agreement, 1)}%`) },
  { head: "κ", number: true, cell: (a) => fixed(a.kappa) }, { head: say("interval"), number: true, cell: (a) => (a.ci_lb == null ? "–" : `${fixed(a.ci_lb)} – ${fixed(a.ci_ub)}`) }, { head: "PABAK", number: true, cell: (a) => fixed(a.pabak) }, { head: say("note"), cell: (a) => noteText(a.note) },
], { lead: say("agreementLead"), empty: say("noScreening") });

const conflicts = () => tableFigure("conflicts", [
  { head: say("review"), cell: (c) => isolated(clip(c.review, 60)) }, { head: say("stage"), cell: (c) => say(`stage_${c.stage}`) }, { head: say("conflict"), cell: (c) => say(`conflict_${c.conflict}`) }, { head: say("reports"), number: true, cell: (c) => count(c.reports) },
], { empty: say("noConflicts") });

function years(from) {
  const known = from.rows.map((row) => row.year).filter((year) => year != null), there = languages.filter((each) => from.rows.some((row) => row.language === each.key));
  return figure({
    id: "years", title: say("years"), lead: say("yearsLead"), from, commands, class: "years", simulated: false, empty: say("noLiterature"),
    describe: say("describeYears", count(from.rows.reduce((sum, row) => sum + row.reports, 0)), known.length ? Math.min(...known) : "–", known.length ? Math.max(...known) : "–"),
    draw: (rows) => [h("p", { class: "legend" }, there.map((each) => h("span", null, h("i", { style: `background:${each.color}` }), each.name()))), yearsPlot(rows)],
  });
}

const uncertain = () => tableFigure("uncertain", [
  { head: say("confidence"), number: true, cell: (u) => number(u.confidence) }, { head: say("differs"), cell: (u) => u.differs },
  { head: "a", cell: (u) => [h("b", null, String(u.record_a)), ` ${isolated(clip(u.title_a ?? "", 160))} (${[clip(u.authors_a ?? "", 60), u.year_a, clip(u.journal_a ?? "", 60), u.database_a].filter(Boolean).join(", ")})`] },
  { head: "b", cell: (u) => [h("b", null, String(u.record_b)), ` ${isolated(clip(u.title_b ?? "", 160))} (${[clip(u.authors_b ?? "", 60), u.year_b, clip(u.journal_b ?? "", 60), u.database_b].filter(Boolean).join(", ")})`] },
], { lead: say("uncertainLead", count(rowsOf("uncertain").rows[0]?.pairs ?? 0)), empty: say("noUncertain") });

function map(from, k) {
  const first = from.rows[0];
  if (!first) return figure({ id: "map", title: say("mapNone"), from, commands: ["review"], empty: say("noFindings") });
  const contrast = first.contrast_kind == null ? say("unstated") : both(first, "contrast"), places = [...new Set(from.rows.map((row) => row.place))], nameOf = (row) => both(row, "label") ?? row.place;
  const tests = from.rows.find((row) => row.m != null)?.m, used = mapDirections(from.rows);
  return figure({
    id: `map-${k}`, title: say("map", contrast), lead: say("mapLead"), note: places.length > 40 && say("mapMost", 40, places.length), from, level: 3, whole: new Set(from.rows.map((row) => row.modality)).size * (Math.max(3, used.length) + 0.6) > 18, commands: ["review"], class: "map", points: ".map-points > *", family: tests && say("mapFamily", tests),
    describe: say("describeMap", places.length, [...from.rows].sort((a, b) => b.samples - a.samples).slice(0, 3).map((row) => `${nameOf(row)} ${row.samples}`).join(", ")),
    draw: (rows) => [h("p", { class: "legend" }, used.map((each) => h("span", null, h("i", { style: `background:${each.color}` }), `${each.sign} ${each.name()}`))),
      h("div", { class: "wide", tabindex: 0, role: "group", "aria-label": say("map", contrast) }, mapPlot(rows, used, nameOf, (m) => { const row = from.rows.find((each) => each.modality === m); return m == null ? say("unstated") : both(row, "modality"); }))],
  });
}

/** The maps of what was read, open, and those of simulated findings, folded. */
function maps() {
  const parts = rowsOf("evidence_map").by("contrast_kind", "simulated");
  if (parts[0].rows.length === 0) return [map(parts[0])];
  return [false, true].map((simulated) => [simulated, parts.map((from, k) => [from, k]).filter(([from]) => from.rows[0].simulated === simulated)]).filter(([, of]) => of.length > 0).map(([simulated, of], n) => group({
    id: simulated ? "maps-simulated" : "maps", title: say(simulated ? "mapsSimulated" : "maps"), open: n === 0, columns: true, simulated,
    detail: of.map(([from]) => (from.rows[0].contrast_kind == null ? say("unstated") : both(from.rows[0], "contrast"))).join(" · ") }, of.map(([from, k]) => map(from, k))));
}

const verdicts = { normalises: "v_normalises", "same direction": "v_same", "both ways": "v_both", "other measure": "v_other", "unknown direction": "v_unknown" };
const signs = (plus, minus, more = 0) => `${plus} + / ${minus} −${more ? ` / ${more} ${t("normalised", "恢复")}` : ""}`;
const convergence = () => tableFigure("convergence", [
  { head: say("place"), cell: (c) => both(c, "label") ?? c.place }, { head: say("verdict"), cell: (c) => say(verdicts[c.verdict]) },
  { head: say("depression"), cell: (c) => `${c.abnormal_samples}: ${signs(c.abnormal_increase, c.abnormal_decrease)}` }, { head: say("treated"), cell: (c) => `${c.treated_samples}: ${signs(c.treated_increase, c.treated_decrease, c.treated_normalised)}` },
  { head: say("samples"), number: true, cell: (c) => count(c.samples) }, { head: say("warning"), cell: (c) => noteText(c.warning) },
], { lead: say("convergenceLead"), empty: say("noConvergence"), commands: ["review"], simulated: undefined });

const apart = () => tableFigure("apart", [
  { head: say("study"), cell: (f) => isolated(clip(f.study, 60)) }, { head: say("region"), cell: (f) => isolated(clip(f.region_verbatim ?? "–", 120)) }, { head: say("direction"), cell: (f) => both(f, "direction") ?? f.direction },
  { head: say("why"), cell: (f) => [whyApart(f), noteText(f.note)].filter(Boolean).join(t("; ", "；")) },
], { lead: say("apartLead"), empty: say("noApart"), commands: ["review"], simulated: undefined });

/** As psyrad.text_fold: width and case here, variant characters by the table that SQL made of it. */
function folder(variants) {
  const form = new Map(variants.map((row) => [row.variant, row.form]));
  return (text) => [...text.normalize("NFKC").toLowerCase()].map((letter) => form.get(letter) ?? letter).join("").replace(/[\p{P}\p{Z}\s]+/gu, " ").trim();
}

const shown = 50;
function titles(from) {
  const fold = folder(rowsOf("variants").rows), list = h("div", { class: "results" }), said = h("p", { class: "note", role: "status" });
  const look = (query) => {
    const words = fold(query).split(" ").filter(Boolean), found = from.rows.filter((row) => words.every((word) => row.folded.includes(word)));
    said.textContent = found.length > shown ? say("found", count(found.length), count(from.rows.length), shown) : say("foundAll", count(found.length), count(from.rows.length));
    list.replaceChildren(scroller(say("titles"), "tall", table([
      { head: say("titleColumn"), cell: (row) => [isolated(clip(row.title ?? "–", 300)), row.title_translated && h("div", { class: "note" }, isolated(clip(row.title_translated, 300)))] },
      { head: say("author"), cell: (row) => isolated(clip(row.first_author ?? "", 60)) }, { head: say("year"), number: true, cell: (row) => (row.year == null ? "–" : String(row.year)) },
      { head: say("journal"), cell: (row) => isolated(clip(row.journal ?? "", 80)) }, { head: say("languageColumn"), cell: (row) => languageName(row.language) }, { head: "DOI", class: "path", cell: (row) => row.doi ?? "" },
      { head: "PMID", class: "nowrap", cell: (row) => row.pmid ?? "" }, { head: say("database"), cell: (row) => isolated(clip(row.databases ?? "", 60)) },
    ], found.slice(0, shown), (row) => ({ "data-report": row.report_id }))));
  };
  return figure({
    id: "titles", title: say("titles"), lead: say("titlesLead", count(from.rows.length)), from, commands, simulated: false, empty: say("noLiterature"),
    draw: () => {
      look("");
      return h("div", null, h("label", { class: "search" }, say("searchFor"), " ", h("input", { type: "search", size: 40, autocomplete: "off", spellcheck: "false", oninput: (event) => look(event.target.value) })), said, list);
    },
  });
}

const simulated = () => (["evidence_map", "convergence", "apart"].some((id) => rowsOf(id).rows.some((row) => row.simulated)) ? [say("mapNone")] : []);

render({
  page: "literature", say, simulated,
  draw: () => [...rowsOf("prisma").by("review").map(prisma), searches(), databases(), years(rowsOf("years")), ...maps(), convergence(), apart(),
    agreement(), conflicts(), uncertain(), titles(rowsOf("titles"))],
});
