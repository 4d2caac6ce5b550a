// overview.js - the first page: what is in the warehouse, and the answers in a line each.
import { badge, clip, commandName, count, dictionary, figure, h, isolated, label, moment, number, pageAddress, render, rowsOf, table } from "../ui.js";

const say = dictionary({
  title: ["What the warehouse says", "数据仓库的回答"],
  lead: ["Every number of these pages is a row of a view in schema report; each figure says by which query, from which files, and in which state of the data.",
    "页面中的每个数字都来自 report 模式中的视图；每幅图均注明其查询、来源文件与数据状态。"],
  content: ["In the warehouse", "仓库内容"],
  studies: ["Studies", "研究"], people: ["People", "受试者"], ratings: ["Ratings", "评定"], scans: ["Scans", "扫描"], sessions: ["Treatment sessions", "治疗次数"], protocols: ["Protocols", "方案"],
  records: ["Records of literature", "文献记录"], effects: ["Effects of trials", "试验效应"], foci: ["Foci", "激活坐标"], models: ["Models", "模型"],
  simulatedOf: ["{0} of them simulated", "其中 {0} 为模拟"], noneSimulated: ["none simulated", "无模拟"], nothing: ["none yet: psyrad ingest {0}", "尚无：psyrad ingest {0}"],
  answers: ["Answers in a line", "要点"],
  connections: ["Connections that follow improvement ({0})", "随改善而变的连接（{0}）"], connectionsDetail: ["of {0} tested, q < 0.05", "共检验 {0} 条，q < 0.05"],
  pooled: ["Pooled difference", "合并均数差"], pooledDetail: ["{0}; 95% CI {1} to {2}; {3} trials", "{0}；95% CI {1} 至 {2}；{3} 项试验"],
  answersFamily: ["connections: all of a study and atlas together (Benjamini-Hochberg); pooled differences: each by itself (Knapp-Hartung)", "连接：每项研究与图谱的全部连接（Benjamini-Hochberg）；合并均数差：各自独立（Knapp-Hartung）"],
  loads: ["What was loaded", "已载入"], noLoads: ["Nothing yet: psyrad ingest --help lists the kinds of files that it loads.", "尚无：psyrad ingest --help 列出可载入的文件类别。"],
  study: ["Study", "研究"], kind: ["What", "类别"], files: ["Files", "文件"], rows: ["Rows loaded", "载入行"], when: ["Last (UTC)", "最近（UTC）"],
});

const where = { studies: "trial", people: "trial", ratings: "trial", scans: "imaging", sessions: "trial", protocols: "acupoints", records: "literature", effects: "meta", foci: "meta", models: "models",
  connections: "imaging", pooled: "meta" };
/** What brings those of which there are none. */
const loads = { studies: "study", people: "participants", ratings: "scores", scans: "bids", sessions: "sessions", protocols: "protocols", records: "literature", effects: "effects", foci: "coordinates", models: "model" };
const card = (name, value, detail, page, simulated) => h("a", { class: "card", href: pageAddress(page) }, h("div", { class: "name" }, name, badge(simulated)), h("div", { class: "value" }, value), h("div", { class: "detail" }, detail));

const content = (from) => figure({
  id: "content", title: say("content"), from, simulated: false, commands: [],
  draw: (rows) => h("div", { class: "cards" }, rows.map((row) => card(say(row.item), count(row.total), row.total === 0 ? say("nothing", loads[row.item]) : row.simulated == null ? "" : row.simulated > 0 ? say("simulatedOf", count(row.simulated)) : say("noneSimulated"), where[row.item]))),
});

const answers = (from) => figure({
  id: "answers", title: say("answers"), from, simulated: false, study: from.rows.filter((row) => row.answer === "connections").map((row) => row.of), commands: ["series", "connectome", "scores", "participants", "effects"], family: say("answersFamily"),
  draw: (rows) => h("div", { class: "cards" }, rows.map((row) => (row.answer === "connections"
    ? card(say("connections", row.of), count(row.value), say("connectionsDetail", count(row.n)), where.connections, row.simulated)
    : card(say("pooled"), number(row.value), say("pooledDetail", isolated(clip(row.of, 100)), number(row.ci_lb), number(row.ci_ub), row.n), where.pooled, row.simulated)))),
});

const studies = (from) => figure({
  id: "studies", title: say("studies"), from, study: from.rows.map((row) => row.study), commands: ["study", "participants", "bids"], simulated: false,
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("study"), cell: (s) => [label(s, "title", 300), s.simulated ? badge(true) : h("span", { class: "badge real" }, say("real"))] },
    { head: say("people"), number: true, cell: (s) => count(s.subjects) },
    { head: say("scans"), number: true, cell: (s) => count(s.scans) },
  ], rows, undefined, say("studies"))),
});

const loaded = (from) => figure({
  id: "loads", title: say("loads"), from, simulated: false, empty: say("noLoads"), commands: from.rows.map((row) => row.command),
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("kind"), cell: (row) => commandName(row.command) },
    { head: say("files"), number: true, cell: (row) => count(row.files) },
    { head: say("rows"), number: true, cell: (row) => count(row.rows_loaded) },
    { head: say("when"), cell: (row) => moment(row.last_loaded_at) },
  ], rows, undefined, say("loads"))),
});

render({ page: "overview", say, draw: () => [content(rowsOf("content")), answers(rowsOf("answers")), studies(rowsOf("studies")), loaded(rowsOf("loads"))] });
