// literature.js - the page of the literature: what was loaded of it.
import { count, dictionary, figure, h, moment, render, rowsOf, table } from "../ui.js";

const say = dictionary({
  title: ["Literature", "文献"],
  lead: ["Records as exports state them.", "各导出文件所载的文献记录。"],
  sources: ["Exports of literature", "文献导出文件"],
  files: ["Files", "文件"],
  rows: ["Records", "记录"],
  when: ["Last (UTC)", "最近（UTC）"],
});

const sources = (from) => figure({
  id: "sources", title: say("sources"), from, commands: ["literature"],
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("files"), number: true, cell: (row) => count(row.files) },
    { head: say("rows"), number: true, cell: (row) => count(row.rows_loaded) },
    { head: say("when"), cell: (row) => moment(row.last_loaded_at) },
  ], rows, undefined, say("sources"))),
});

render({ page: "literature", say, simulated: () => [], draw: () => sources(rowsOf("sources")) });
