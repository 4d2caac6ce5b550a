// dom.js - elements without a framework; text is always set as text, never parsed as HTML.

/** h("p", {class: "lead"}, "text", child, ...) */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value != null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** columns: [{head, number, cell(row), class}]; attributes(row) for the <tr>. */
export function table(columns, rows, attributes = () => ({})) {
  const classOf = (column) => [column.number && "number", column.class].filter(Boolean).join(" ") || null;
  return h("table", null,
    h("thead", null, h("tr", null, columns.map((column) => h("th", { class: classOf(column), scope: "col" }, column.head)))),
    h("tbody", null, rows.map((row) => h("tr", attributes(row),
      columns.map((column) => h("td", { class: classOf(column) }, column.cell(row)))))));
}

export const badge = (simulated, text) => simulated && h("span", { class: "badge" }, text);
