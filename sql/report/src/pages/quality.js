// quality.js - the page of data quality: files, what was refused, what is missing, and what the data ask of people.
import { shareBars } from "../bars.js";
import { missingTable } from "../missing.js";
import { commandName, count, dictionary, figure, h, isolated, label, moment, number, percent, render, rowsOf, scroller, table } from "../ui.js";

const say = dictionary({
  title: ["Data quality", "数据质量"],
  lead: ["What was loaded from which file, what was refused and why, what is missing, and what the data ask of people.", "载入、拒绝及原因、缺失，以及数据质疑。"],
  of: ["{0}: {1}", "{0}：{1}"],
  troubled: ["Files refused, or with rejected rows", "被拒绝的文件或含被拒绝行的文件"],
  noTrouble: ["None: every file was loaded whole.", "无：所有文件均完整载入。"],
  reasons: ["Rejected rows by reason", "被拒绝行的原因"],
  reasonsLead: ["Counts alone: what a rejected row held has passed no check, and is for the loaders of its site (psyrad rejects).", "仅为计数：被拒绝行的内容未经检查，仅供该中心的载入者查看（psyrad rejects）。"],
  queries: ["Questions that the data raise", "数据质疑"],
  queriesLead: ["Values that may be true and want a second look; psyrad queries lists them for the site's people.", "可能属实但需复核的值；psyrad queries 为本中心人员列出。"],
  noQueries: ["None was raised.", "无。"],
  missing: ["Missing by visit", "各访视的缺失"],
  series: ["Series: length, motion, coverage", "时间序列：时长、头动、覆盖"],
  stricta: ["What protocols report of STRICTA 2010", "方案对 STRICTA 2010 各条目的报告"],
  strictaDescribe: ["Share of the protocols that report each of the 17 sub-items of STRICTA 2010; {0} items are reported by none.", "报告 STRICTA 2010 各子条目的方案比例；{0} 个条目无方案报告。"],
  share: ["Protocols that report it", "报告该条目的方案"],
  fileList: ["Files, the latest first", "文件，最新在前"], noFilesYet: ["No file was loaded yet: psyrad ingest --help lists the kinds.", "尚未载入文件：psyrad ingest --help 列出类别。"],
  kind: ["What", "类别"], file: ["File", "文件"], rows: ["Rows loaded", "载入行"], rejected: ["Rejected", "拒绝"], refused: ["refused", "整个文件"], replaced: ["replaced", "已被取代"],
  why: ["Why", "原因"], seeRejects: ["psyrad rejects lists the rows and why.", "用 psyrad rejects 查看各行及原因。"], when: ["When (UTC)", "时间（UTC）"],
  study: ["Study", "研究"], reason: ["Reason", "原因"], files: ["Files", "文件"], site: ["Site", "中心"], check: ["Question", "质疑"], open: ["Open", "未答"], answered: ["Answered", "已答"], closed: ["Closed", "已关闭"],
  pipeline: ["Pipeline", "流程"], seriesCount: ["Series", "序列"], tooShort: ["Below 5 min", "不足 5 分钟"], minutes: ["Minutes: median, least", "分钟：中位数，最小"], kept: ["Volumes kept", "保留比例"],
  fd: ["Median motion (mm)", "头动中位数（mm）"], coverage: ["Least coverage", "最低覆盖"], badly: ["Region below half", "区域不足一半"],
});

const troubled = (from) => figure({
  id: "troubled", title: say("troubled"), from, empty: say("noTrouble"),
  draw: (rows) => scroller(say("troubled"), null, table([
    { head: say("kind"), cell: (f) => commandName(f.command) },
    { head: say("file"), class: "path", cell: (f) => isolated(f.path) },
    { head: say("rejected"), number: true, cell: (f) => (f.status === "refused" ? say("refused") : count(f.rows_rejected)) },
    { head: say("why"), cell: (f) => isolated(f.message ?? say("seeRejects")) },
  ], rows)),
});

const reasons = (from) => figure({
  id: "reasons", title: say("reasons"), lead: say("reasonsLead"), from, empty: say("noTrouble"),
  draw: (rows) => scroller(say("reasons"), null, table([
    { head: say("reason"), cell: (row) => row.code.replaceAll("_", " ") },
    { head: say("kind"), cell: (row) => commandName(row.command) },
    { head: say("study"), cell: (row) => row.study ?? "–" },
    { head: say("rejected"), number: true, cell: (row) => count(row.rejects) },
    { head: say("files"), number: true, cell: (row) => count(row.files) },
  ], rows)),
});

const queries = (from) => figure({
  id: "queries", title: say("queries"), lead: say("queriesLead"), from, study: [...new Set(from.rows.map((row) => row.study))], commands: ["scores", "participants", "bids"], empty: say("noQueries"),
  draw: (rows) => scroller(say("queries"), null, table([
    { head: say("study"), cell: (row) => row.study }, { head: say("site"), cell: (row) => row.site },
    { head: say("check"), cell: (row) => label(row, "title", 200) },
    { head: say("open"), number: true, cell: (row) => count(row.open) },
    { head: say("answered"), number: true, cell: (row) => count(row.answered) },
    { head: say("closed"), number: true, cell: (row) => count(row.closed) },
  ], rows)),
});

const missing = (from) => figure({
  id: "missing", title: say("missing"), from, study: [...new Set(from.rows.map((row) => row.study))], commands: ["scores", "participants", "series", "bids", "connectome"],
  draw: (rows) => [...new Set(rows.map((row) => row.study))].map((study) => h("div", { class: "below" }, h("h3", null, study), missingTable(rows.filter((row) => row.study === study), `${say("missing")} ${study}`))),
});

const series = (from) => figure({
  id: "series", title: say("series"), from, study: [...new Set(from.rows.map((row) => row.study))], commands: ["series", "bids"],
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("study"), cell: (row) => row.study }, { head: say("site"), cell: (row) => row.site }, { head: say("pipeline"), cell: (row) => row.pipeline },
    { head: say("seriesCount"), number: true, cell: (row) => count(row.series) }, { head: say("tooShort"), number: true, cell: (row) => count(row.too_short) },
    { head: say("minutes"), number: true, cell: (row) => `${number(row.median_minutes, 1)}, ${number(row.least_minutes, 1)}` },
    { head: say("kept"), number: true, cell: (row) => percent(row.share_kept) },
    { head: say("fd"), number: true, cell: (row) => number(row.median_fd_mm, 3) },
    { head: say("coverage"), number: true, cell: (row) => percent(row.least_coverage) },
    { head: say("badly"), number: true, cell: (row) => count(row.badly_covered) },
  ], rows, undefined, say("series"))),
});

function stricta(from) {
  const study = from.rows[0]?.study;
  return figure({
    id: `stricta-${study ?? "none"}`, title: study ? say("of", say("stricta"), study) : say("stricta"), from, study, commands: ["protocols"], class: "stricta",
    describe: say("strictaDescribe", from.rows.filter((row) => row.reported === 0).length),
    draw: (rows) => shareBars(rows, { name: (row) => `${row.item} ${label(row, "title", 60)}`, share: "share", text: (row) => `${row.reported}/${row.protocols}`, x: say("share") }),
  });
}

const files = (from) => figure({
  id: "files", title: say("fileList"), from, empty: say("noFilesYet"), study: [...new Set(from.rows.map((row) => row.study))].filter(Boolean),
  draw: (rows) => scroller(say("fileList"), "tall", table([
    { head: say("kind"), cell: (f) => commandName(f.command) },
    { head: say("file"), class: "path", cell: (f) => isolated(f.path) },
    { head: "SHA-256", class: "hash", cell: (f) => f.sha256 },
    { head: say("rows"), number: true, cell: (f) => (f.status === "loaded" ? (f.in_force ? count(f.rows_loaded) : say("replaced")) : say("refused")) },
    { head: say("rejected"), number: true, cell: (f) => count(f.rows_rejected) },
    { head: say("when"), class: "nowrap", cell: (f) => moment(f.finished_at) },
  ], rows)),
});

render({ page: "quality", say, draw: () => [troubled(rowsOf("troubled")), reasons(rowsOf("reasons")), queries(rowsOf("queries")), missing(rowsOf("missing")), series(rowsOf("series")),
  ...rowsOf("stricta").by("study").map(stricta), files(rowsOf("files"))] });
