// quality.js - the page of data quality: files, and what was refused.
import { count, dictionary, figure, isolated, moment, render, rowsOf, scroller, table } from "../ui.js";

const say = dictionary({
  title: ["Data quality", "数据质量"],
  lead: ["What was loaded from which file, what was refused, and what the data ask of people.", "载入、拒绝与质疑。"],
  troubled: ["Files refused, or with rejected rows", "被拒绝的文件或含被拒绝行的文件"],
  noTrouble: ["None: every file was loaded whole.", "无：所有文件均完整载入。"],
  fileList: ["Files, the latest first", "文件，最新在前"],
  kind: ["What", "类别"],
  file: ["File", "文件"],
  rows: ["Rows loaded", "载入行"],
  rejected: ["Rejected", "拒绝"],
  refused: ["refused", "整个文件"],
  why: ["Why", "原因"],
  seeRejects: ["psyrad rejects lists the rows and why.", "用 psyrad rejects 查看各行及原因。"],
  when: ["When (UTC)", "时间（UTC）"],
});

// The rejected rows themselves hold text that no check has passed: loaders read them with `psyrad rejects`, dashboards do not.
const troubled = (from) => figure({
  id: "troubled", title: say("troubled"), from, empty: say("noTrouble"),
  draw: (rows) => scroller(say("troubled"), null, table([
    { head: say("kind"), cell: (f) => f.command },
    { head: say("file"), class: "path", cell: (f) => isolated(f.path) },
    { head: say("rejected"), number: true, cell: (f) => (f.status === "refused" ? say("refused") : count(f.rows_rejected)) },
    { head: say("why"), cell: (f) => f.message ?? say("seeRejects") },
  ], rows)),
});

const files = (from) => figure({
  id: "files", title: say("fileList"), from,
  draw: (rows) => scroller(say("fileList"), "tall", table([
    { head: say("kind"), cell: (f) => f.command },
    { head: say("file"), class: "path", cell: (f) => isolated(f.path) },
    { head: "SHA-256", class: "hash", cell: (f) => f.sha256 },
    { head: say("rows"), number: true, cell: (f) => (f.status === "loaded" ? count(f.rows_loaded) : say("refused")) },
    { head: say("rejected"), number: true, cell: (f) => count(f.rows_rejected) },
    { head: say("when"), class: "nowrap", cell: (f) => moment(f.finished_at) },
  ], rows)),
});

render({ page: "quality", say, draw: () => [troubled(rowsOf("troubled")), files(rowsOf("files"))] });
