// overview.js - the first page: what is in the warehouse.
import { badge, count, dictionary, figure, h, label, moment, render, rowsOf, table } from "../ui.js";

const say = dictionary({
  title: ["What the warehouse says", "数据仓库的回答"],
  lead: ["Every number of these pages is a row of a view in schema report; each figure says by which query.",
    "页面中的每个数字都来自 report 模式中的视图；每幅图均注明其查询。"],
  studies: ["Studies", "研究"],
  people: ["People", "受试者"],
  scans: ["Scans", "扫描"],
  study: ["Study", "研究"],
  loads: ["What was loaded", "已载入"],
  kind: ["What", "类别"],
  files: ["Files", "文件"],
  rows: ["Rows loaded", "载入行"],
  when: ["Last (UTC)", "最近（UTC）"],
});

const studies = (from) => figure({
  id: "studies", title: say("studies"), from, study: from.rows.map((row) => row.study), commands: ["study", "participants"], simulated: false,
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("study"), cell: (s) => [label(s, "title", 300), s.simulated ? badge(true) : h("span", { class: "badge real" }, say("real"))] },
    { head: say("people"), number: true, cell: (s) => count(s.subjects) },
    { head: say("scans"), number: true, cell: (s) => count(s.scans) },
  ], rows, undefined, say("studies"))),
});

const loads = (from) => figure({
  id: "loads", title: say("loads"), from, simulated: false, commands: from.rows.map((row) => row.command),
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("kind"), cell: (row) => row.command },
    { head: say("files"), number: true, cell: (row) => count(row.files) },
    { head: say("rows"), number: true, cell: (row) => count(row.rows_loaded) },
    { head: say("when"), cell: (row) => moment(row.last_loaded_at) },
  ], rows, undefined, say("loads"))),
});

render({ page: "overview", say, draw: () => [studies(rowsOf("studies")), loads(rowsOf("loads"))] });
