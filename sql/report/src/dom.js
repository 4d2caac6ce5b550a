// dom.js - elements without a framework; text is always set as text, never parsed as HTML.
import { armColor, armSymbol } from "./colors.js";
import { visitOf } from "./data.js";
import { clip, columnName, isolated, label, say } from "./words.js";

/** h("p", {class: "lead"}, "text", child, ...) */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value != null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

/** columns: [{head, number, cell(row), class}]; attributes(row) for the <tr>; caption for those who do not see it. */
export function table(columns, rows, attributes = () => ({}), caption = null) {
  const classOf = (column) => [column.number && "number", column.class].filter(Boolean).join(" ") || null;
  return h("table", null,
    caption && h("caption", { class: "unseen" }, caption),
    h("thead", null, h("tr", null, columns.map((column) => h(column.head ? "th" : "td", { class: classOf(column), scope: column.head ? "col" : null }, column.head)))),
    h("tbody", null, rows.map((row) => h("tr", attributes(row),
      columns.map((column) => h("td", { class: classOf(column) }, column.cell(row)))))));
}

/** A box that scrolls: reached by the keyboard, with a name. */
export const scroller = (name, kind, ...children) => h("div", { class: `scroll ${kind ?? ""}`.trim(), tabindex: 0, role: "group", "aria-label": name }, ...children);

const cellText = (value) => (value == null ? "" : typeof value === "object" ? clip(JSON.stringify(value), 400) : isolated(clip(String(value), 400)));

/** The rows of a selection as they are, a column each; endless texts, over which a browser lays out for minutes, are cut (the CSV has them whole). */
export const plainTable = (selection, rows = selection.rows) => table(selection.columns.map((column) => ({
  head: columnName(column), number: rows.some((row) => typeof row[column] === "number"), cell: (row) => cellText(row[column]),
})), rows);

/** A visit as its study labels it, else as files name it. */
export const visitName = (study, session) => { const visit = visitOf(study, session); return (visit && label(visit, "label", 60)) || isolated(clip(String(session), 60)); };

/** Legend of arms: colour and symbol of each, and how many people where people(rows of the arm) says so. */
export function armLegend(rows, people) {
  const arms = new Map();
  for (const row of rows) arms.set(row.arm, [...(arms.get(row.arm) ?? []), row]);
  return h("div", { class: "legend" }, [...arms.values()].map((of) => h("span", null, h("i", { class: armSymbol(of[0]), style: `background:${armColor(of[0])}` }), label(of[0], "label", 40), people && ` (n = ${people(of)})`)));
}

export const badge = (simulated) => simulated && h("span", { class: "badge" }, say("simulated"));
