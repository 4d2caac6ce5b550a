// evidence_marks.js - what the pages of evidence draw with: bilingual words beside their place, numbers, and marks that several figures share.
// Statistics come from SQL; here are positions alone.
import { format } from "d3";
import { languageCode } from "../words.js";

/** The word of the language that the page is in; data of views with *_en and *_zh go through label(). */
export const t = (en, zh) => (languageCode() === "zh" ? zh : en);
export const both = (row, stem) => t(row[`${stem}_en`], row[`${stem}_zh`] ?? row[`${stem}_en`]);

const signed = (text) => text.replace("-", "−");
/** Two decimals where they say something, else three significant digits: the rule of psyrad.meta_sentence. */
export const figure = (value) => {
  if (value == null) return "–";
  const size = Math.abs(value);
  return signed(value === 0 || (size >= 0.1 && size < 1e6) ? value.toFixed(2) : String(Number(value.toPrecision(3))));
};
const scales = /^(HAM|MADRS|BDI|PHQ|SDS|SAS|PSQI|ISI|CGI|GDS|EPDS|BAI|STAI|MMSE|MoCA|QIDS|IDS|CES|WHOQOL|SF-)/i;
/** The unit of a mean difference: points of a rating scale, else units of what was measured. */
export const unitOf = (outcome) => { const of = clip(outcome, 40); return scales.test(of) ? t(`points of ${of}`, `${of} 分`) : t(`units of ${of}`, `${of}，原单位`); };
/** Decimals for a column of numbers: two, or as many more as the typical one of them needs for two that say something. */
export const decimals = (values) => {
  const sizes = values.filter((value) => value != null && value !== 0).map(Math.abs).sort((a, b) => a - b), typical = sizes[Math.floor(sizes.length / 2)] ?? 1;
  return Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(typical))));
};
export const fixed = (value, digits = 2) => (value == null ? "–" : signed(Number(value).toFixed(digits)));
export const whole = (value) => (value == null ? t("not known", "未知") : format(",")(value));
export const percent = (value, digits = 0) => (value == null ? "–" : `${(100 * value).toFixed(digits)}%`);
export const pValue = (p) => (p == null ? "–" : p < 0.001 ? "< .001" : p.toFixed(3).replace(/^0/, ""));
export const range = (low, high) => (low == null || high == null ? t("not known", "未知") : t(`${figure(low)} to ${figure(high)}`, `${figure(low)} 至 ${figure(high)}`));

/** Columns that a text takes in a figure, in Latin letters: Chinese characters are about twice as wide. */
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]/u;
export const columns = (text) => [...text].reduce((sum, letter) => sum + (wide.test(letter) ? 1.85 : 1), 0);

/** A label cut to so many columns: a title of ten thousand characters must not push a figure off the page. */
export function clip(text, width = 34) {
  const clean = String(text ?? "").replace(/[\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, " ");
  let used = 0;
  const letters = [];
  for (const letter of clean) {
    used += wide.test(letter) ? 1.85 : 1;
    if (used > width) return `${letters.join("").trimEnd()}…`;
    letters.push(letter);
  }
  return clean;
}

/** Lines of at most so many columns, broken at blanks (not at those that do not break), and anywhere in Chinese. */
export function wrap(text, width) {
  const lines = [];
  let line = "";
  for (const word of String(text).replace(/[\t\r\n]/g, " ").match(/\u00a0?（n[^）]*）|[\u2e80-\u9fff\uff00-\uffef]|[^ \u2e80-\u9fff\uff00-\uffef]+| +/gu) ?? []) {
    if (line && columns(line + word.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = word.trimStart();
    } else line += word;
  }
  if (line.trim()) lines.push(line.trimEnd());
  return lines.map((each) => clip(each, width));
}

/** Rows of one group, by the columns that name it. */
export const groupOf = (rows, row, keys) => rows.filter((other) => keys.every((key) => other[key] === row[key]));
export const distinct = (rows, keys) => [...new Map(rows.map((row) => [JSON.stringify(keys.map((key) => row[key])), row])).values()];

/** Elements of SVG; text is always set as text. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) element.setAttribute(name, value);
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}
