// provenance.js - studies, what was loaded from which file, and what was refused.
import { badge, h, table } from "./dom.js";
import { count, label, moment, say } from "./words.js";

const studyTable = (page) => table([
  { head: say("study"), cell: (s) => [label(s, "title"), s.simulated ? badge(true, say("simulated")) : h("span", { class: "badge real" }, say("real"))] },
  { head: say("people"), number: true, cell: (s) => count(s.subjects) },
  { head: say("scans"), number: true, cell: (s) => count(s.scans) },
], page.studies);

const loadTable = (page) => table([
  { head: say("kind"), cell: (row) => row.command },
  { head: say("files"), number: true, cell: (row) => count(row.files) },
  { head: say("rows"), number: true, cell: (row) => count(row.rows_loaded) },
  { head: say("rejected"), number: true, cell: (row) => count(row.rows_rejected) },
], page.loads);

const fileTable = (page) => h("div", { class: "scroll tall" }, table([
  { head: say("kind"), cell: (f) => f.command },
  { head: say("file"), class: "path", cell: (f) => f.path },
  { head: "SHA-256", class: "hash", cell: (f) => h("span", { title: f.sha256 }, `${f.sha256.slice(0, 16)}…`) },
  { head: say("rows"), number: true, cell: (f) => (f.status === "loaded" ? count(f.rows_loaded) : f.status) },
  { head: say("rejected"), number: true, cell: (f) => count(f.rows_rejected) },
  { head: say("when"), cell: (f) => moment(f.finished_at) },
], page.files));

// The rejected rows themselves hold text that no check has passed: loaders read them with `psyrad rejects`, dashboards do not.
const troubleTable = (page) => (page.troubled.length === 0
  ? h("p", { class: "empty" }, say("noTrouble"))
  : h("div", { class: "scroll" }, table([
    { head: say("kind"), cell: (f) => f.command },
    { head: say("file"), class: "path", cell: (f) => f.path },
    { head: say("rejected"), number: true, cell: (f) => (f.status === "refused" ? say("refused") : count(f.rows_rejected)) },
    { head: say("message"), cell: (f) => f.message ?? say("seeRejects") },
  ], page.troubled)));

export function provenanceSection(page) {
  const total = page.loads.reduce((sum, row) => sum + row.files, 0);
  return h("section", { id: "provenance" },
    h("h2", null, say("provenance")),
    h("p", { class: "lead" }, say("provenanceLead")),
    h("div", { class: "pair" },
      h("div", null, h("h3", null, say("studies")), studyTable(page)),
      h("div", null, h("h3", null, say("loads")), loadTable(page))),
    h("div", { class: "below" }, h("h3", null, say("filesList", count(page.files.length), count(total))), fileTable(page)),
    h("div", { class: "below" }, h("h3", null, say("trouble")), troubleTable(page)));
}
