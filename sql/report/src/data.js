// data.js - the page's data block: its frame, and the rows of each figure beside the query that gave them.
//
// A selection is {id, sql, columns, rows, frozen: the name of the frozen set whose rows they are, or null}; whatever narrows the rows narrows the query too, so that the query a figure shows is
// always the one that gives its rows.
const block = JSON.parse(document.getElementById("data").textContent);
export const frame = block.frame;

const literal = (value) => (value == null ? "NULL" : typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value));
const condition = (key, value) => (value == null ? `${key} IS NULL` : typeof value === "boolean" ? `${value ? "" : "NOT "}${key}` : `${key} = ${literal(value)}`);

function selection(id, sql, columns, rows, frozen) {
  return {
    id, sql, columns, rows, frozen,
    /** The rows with these values: where({study: "demo"}). */
    where(values) {
      const keys = Object.keys(values);
      return selection(id, `SELECT * FROM (\n${sql}\n) AS figure\nWHERE ${keys.map((key) => condition(key, values[key])).join(" AND ")}`, columns,
        rows.filter((row) => keys.every((key) => (row[key] ?? null) === (values[key] ?? null))), frozen);
    },
    /** One selection for each combination of these columns' values, in order of appearance; of no rows, the empty selection itself. */
    by(...keys) {
      const groups = new Map();
      for (const row of rows) groups.set(JSON.stringify(keys.map((key) => row[key])), row);
      return groups.size === 0 ? [this] : [...groups.values()].map((row) => this.where(Object.fromEntries(keys.map((key) => [key, row[key]]))));
    },
  };
}

/** The rows of one figure of report.page_NAME(). */
export function rowsOf(id) {
  const found = block.data[id];
  if (!found) throw new Error(`report.page_${document.documentElement.dataset.page ?? ""}() has no ${id}`);
  return selection(id, found.sql, found.columns, found.rows.map((row) => Object.fromEntries(found.columns.map((column, k) => [column, row[k]]))), found.frozen ?? null);
}

const visitsOf = (study) => frame.visits.filter((visit) => visit.study === study);
/** Where a visit stands among those of its study, the first by week: 0; what is not planned comes last. */
export const visitPlace = (study, session) => { const at = visitsOf(study).findIndex((visit) => visit.session === session); return at < 0 ? Infinity : at; };
export const visitOf = (study, session) => visitsOf(study).find((visit) => visit.session === session);

/** A study of the frame by its name. */
export const studyOf = (name) => frame.studies.find((study) => study.study === name);
