// missing.js - the table of what visits lack.
import { count, dictionary, isolated, label, percent, scroller, table, visitName } from "./ui.js";

const say = dictionary({
  item: ["What", "项目"], arm: ["Arm", "组别"], week: ["Week", "周"], visit: ["Visit", "访视"], people: ["People", "人数"], missing: ["Missing", "缺失"],
  share: ["Share", "比例"], left: ["of whom had left", "其中已退出"],
});

/** rows: of report.missing_by_visit, or its sums over arms. */
export const missingTable = (rows, name) => scroller(name, "tall", table([
  { head: say("item"), class: "nowrap", cell: (row) => isolated(row.item) },
  ...(rows.some((row) => row.arm != null) ? [{ head: say("arm"), cell: (row) => label(row, "label", 60) }] : []),
  { head: say("visit"), cell: (row) => visitName(row.study, row.session) },
  { head: say("week"), number: true, cell: (row) => (row.week == null ? "–" : String(row.week)) },
  { head: say("people"), number: true, cell: (row) => count(row.people) },
  { head: say("missing"), number: true, cell: (row) => count(row.missing) },
  { head: say("share"), number: true, cell: (row) => percent(row.share_missing) },
  { head: say("left"), number: true, cell: (row) => count(row.missing_of_left) },
], rows));
