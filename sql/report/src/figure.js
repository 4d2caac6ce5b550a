// figure.js - a figure with all that its reader may ask: how it was made, from which files, in which state, and its rows.
import { frame } from "./data.js";
import { badge, h, plainTable, scroller, table } from "./dom.js";
import { unfold } from "./group.js";
import { anchor, clip, commandName, count, isolated, moment, say } from "./words.js";

const shown = 500; // rows of a table; the CSV has all

// A spreadsheet runs what begins like a formula: such text gets an apostrophe before it.
const formula = /^[=+\-@\t\r]/;
const csvCell = (value) => {
  if (value == null) return "";
  const text = typeof value === "string" ? (formula.test(value) ? `'${value}` : value) : typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text;
};
/** RFC 4180, with the mark by which spreadsheets know UTF-8. */
export const csv = (selection) => `\ufeff${[selection.columns, ...selection.rows.map((row) => selection.columns.map((column) => row[column]))]
  .map((cells) => cells.map(csvCell).join(",")).join("\r\n")}\r\n`;

function download(selection, name) {
  const address = URL.createObjectURL(new Blob([csv(selection)], { type: "text/csv;charset=utf-8" }));
  h("a", { href: address, download: `${name}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

const dataPart = (selection, name) => h("details", { class: "data", ontoggle: (event) => {
  const place = event.target.querySelector(".rows");
  if (place.childElementCount === 0) place.append(scroller(say("data", count(selection.rows.length)), "tall", plainTable(selection, selection.rows.slice(0, shown))));
} },
h("summary", null, selection.rows.length === 1 ? say("dataOne") : say("data", count(selection.rows.length))),
h("p", null, h("button", { type: "button", class: "download", onclick: () => download(selection, name) }, say("download")),
  selection.rows.length > shown && h("span", { class: "note" }, " ", say("cut", count(shown), count(selection.rows.length)))),
h("div", { class: "rows" }));

// Which facts a kind of file brings: what of a frozen set a figure is made of.
const facts = { scores: ["clinical.score"], participants: ["clinical.subject"], sessions: ["intervention.session"], drugs: ["clinical.concomitant_drug"],
  series: ["imaging.acquisition", "imaging.series", "imaging.connectome"], connectome: ["imaging.connectome"], features: ["imaging.vector"], image: ["imaging.vector"] };

/** In words: is what the figure is made of still what was frozen, and is the set as a whole? */
function sinceFrozen(set, commands) {
  const tables = new Set(commands.flatMap((command) => facts[command] ?? [])), own = set.tables.filter((t) => tables.has(t.table)), sum = (of, key) => of.reduce((n, t) => n + (t[key] ?? 0), 0);
  const said = (of) => (of.some((t) => t.frozen === null) ? `${say("notSeen")} ` : "") + (["changed", "missing", "added"].every((key) => sum(of, key) === 0) ? say("unchanged") : say("other", count(sum(of, "changed")), count(sum(of, "missing")), count(sum(of, "added"))));
  return [own.length > 0 && h("div", { class: "since" }, say("ownFacts", own.map((t) => t.table).join(", ")), said(own)), h("div", { class: "since whole" }, say("wholeSet"), said(set.tables),
    set.seen < set.facts && ` ${say("unseen", count(set.facts - set.seen))}`)];
}

/** The state of what the figure draws: the report is of one moment; the sets that were frozen of its studies can be cited. */
function statePart(studies, commands, drawn) {
  const live = h("dd", null, drawn ? say("drawnFrom", drawn) : [say("live", moment(frame.generated_at)), frame.drawn && ` ${say("notDrawn", frame.drawn)}`]);
  if (studies.length === 0) return [h("dt", null, say("state")), live];
  const sets = studies.map((study) => [study, frame.frozen.filter((set) => set.study === study)]);
  return [h("dt", null, say("state")), live, ...sets.flatMap(([study, of]) => [
    h("dt", null, say("frozen", study)),
    of.length === 0 ? h("dd", null, say("frozenNone"))
      : of.map((set) => h("dd", null, say("frozenOne", set.name, count(set.subjects), moment(set.frozen_at), ""), h("code", { class: "hash" }, set.sha256), sinceFrozen(set, commands)))]),
  ];
}

const filesTable = (source) => scroller(source.command, null, table([
  { head: say("file"), class: "path", cell: (file) => isolated(file.path) },
  { head: "SHA-256", class: "hash", cell: (file) => file.sha256 },
  { head: say("tool"), cell: (file) => file.tool_version },
], source.listed ?? []));

function filesPart(sources) {
  if (sources.length === 0) return h("p", { class: "empty" }, say("noFiles"));
  return sources.map((source) => h("div", { class: "source" },
    h("p", null, say("filesOf", source.study ? `${commandName(source.command)} (${source.study})` : commandName(source.command), count(source.files), ""), h("code", { class: "hash" }, source.sha256),
      source.files > (source.listed ?? []).length && h("span", null, "; ", say("filesLatest", source.listed.length))),
    filesTable(source)));
}

const madePart = (selection, family, studies, commands, sources, level) => h("details", { class: "made" },
  h("summary", null, say("how")),
  h(`h${level + 1}`, null, say("query")),
  h("pre", { class: "sql", tabindex: 0, role: "group", "aria-label": say("query") }, h("code", null, selection.sql)),
  h("dl", null, h("dt", null, say("family")), h("dd", { class: "family" }, family ?? say("descriptive")), ...statePart(studies, commands, selection.frozen)),
  h(`h${level + 1}`, null, say("files")),
  filesPart(sources));

/** What is drawn, for eyes and for screen readers: an image with a description, or a group whose points can be reached by the keyboard. */
function drawn(what, spec, id) {
  const parts = (Array.isArray(what) ? what : [what]).filter(Boolean);
  const read = h("p", { class: "read hint screen", "aria-live": "polite" }, say("point"));
  let reachable = 0;
  for (const part of parts) for (const box of [part, ...part.querySelectorAll(".wide")].filter((element) => element.matches?.(".wide"))) {
    for (const [name, value] of [["tabindex", 0], ["role", "group"], ["aria-label", clip(spec.title, 120)]]) box.setAttribute(name, value);
  }
  const pictures = parts.flatMap((part) => (part.tagName.toLowerCase() === "svg" ? [part] : [...part.querySelectorAll("svg")]));
  for (const part of pictures) {
    for (const mark of part.querySelectorAll("g[aria-label]")) mark.removeAttribute("aria-label"); // Plot's own names of its marks
    const points = spec.points ? [...part.querySelectorAll(spec.points)] : [];
    part.setAttribute("role", points.length > 0 ? "group" : "img");
    part.setAttribute("aria-label", spec.describe ?? spec.title);
    for (const point of points) {
      const text = point.querySelector("title")?.textContent ?? point.getAttribute("aria-label");
      point.setAttribute("tabindex", 0);
      point.setAttribute("role", "img");
      point.setAttribute("data-key", point.getAttribute("aria-label") ?? "");
      point.setAttribute("aria-label", text.replaceAll("\n", ", "));
      point.addEventListener("focus", () => { read.textContent = text.replaceAll("\n", ", "); read.classList.remove("hint"); });
      reachable++;
    }
    // What is left of labels belongs to marks that are no element of their own to a screen reader.
    for (const mark of part.querySelectorAll("[aria-label]:not([role])")) {
      mark.setAttribute("data-key", mark.getAttribute("aria-label"));
      mark.removeAttribute("aria-label");
    }
  }
  // Not smaller than its letters can be read: then the figure scrolls.
  for (const picture of pictures) picture.style.minWidth = `${Math.round(0.7 * (picture.viewBox?.baseVal?.width || 0))}px`;
  const holder = h("figure", { class: spec.class, id: `${id}-figure` }, parts);
  new ResizeObserver(() => {
    for (const box of [holder, ...holder.querySelectorAll(".wide, .pair > div")]) {
      if (box.scrollWidth <= box.clientWidth || box.querySelector("[tabindex]")) { if (box.dataset.scrolls) { box.removeAttribute("tabindex"); delete box.dataset.scrolls; } continue; }
      if (box.hasAttribute("tabindex")) continue;
      box.setAttribute("tabindex", 0);
      box.dataset.scrolls = "yes";
    }
  }).observe(holder);
  return [holder, reachable > 0 && read];
}

/**
 * A figure of the page.
 *
 * from: a selection (data.js); id: unique on the page; title, lead, note: texts; draw(rows, selection): an SVG, an element or several;
 * describe: what the picture shows, in words; points: a selector of marks that the keyboard reaches, whose <title> is read out;
 * family: which tests were adjusted together and how many, or nothing where nothing is tested; study: the study or studies it is of;
 * whole: as wide as the page where others of its fold stand beside each other; commands: the kinds of files whose rows it is made of; simulated: where the rows have no column of that name; empty: what to say of no rows.
 */
export function figure(spec) {
  const { from, title, lead, note, family, level = 2 } = spec;
  const studies = [spec.study ?? []].flat(), commands = spec.commands ?? [], id = spec.id.replace(/[^A-Za-z0-9_-]+/g, "-");
  const sources = frame.sources.filter((source) => commands.includes(source.command) && (source.study === null || studies.length === 0 || studies.includes(source.study)));
  const simulated = spec.simulated ?? from.rows.some((row) => row.simulated === true);
  const section = h("section", { id, class: spec.whole ? "figure whole" : "figure", "data-figure": from.id, "data-studies": JSON.stringify(studies), "aria-labelledby": `${id}-title`, tabindex: -1 },
    h(`h${level}`, { id: `${id}-title` }, clip(title, 300), badge(simulated), from.frozen && h("span", { class: "badge frozen" }, say("frozenBadge", from.frozen))),
    lead && h("p", { class: "lead" }, lead),
    from.rows.length === 0 ? h("p", { class: "empty" }, spec.empty ?? [say("empty"), commands.length > 0 && ` ${say("filledBy", commands.map((command) => `psyrad ingest ${command}`).join(say("comma")))}`]) : drawn(spec.draw(from.rows, from), spec, id),
    note && h("p", { class: "note" }, note),
    h("div", { class: "asked" }, madePart(from, family, studies, commands, sources, level), dataPart(from, id)));
  if (anchor() === id) queueMicrotask(() => { unfold(section); section.scrollIntoView(); });
  return section;
}
