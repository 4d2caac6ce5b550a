// literature_plots.js - the PRISMA 2020 diagram and the years of reports, over rows of the views of schema report.
import * as Plot from "@observablehq/plot";
import { rollup, sum, ticks } from "d3";
import { figureStyle, ink } from "../colors.js";
import { noteText } from "../notes.js";
import { both, clip, columns, svg, t, wrap } from "./evidence_marks.js";

/** A count as the diagram writes it: what is not known is said to be, and never a 0. */
export const counted = (n) => (n == null ? t("not known", "未知") : n.toLocaleString("en-GB"));

/** Text of a box: lines of {text, box, reason, bold}. */
function linesOf(parts, width) {
  const fits = Math.floor(width / 6.35);
  return parts.flatMap(({ head, row, name, indent = 0 }) => {
    if (head) return wrap(head, fits).map((text) => ({ text, bold: true }));
    const n = counted(row.n).replaceAll(" ", "\u00a0"), of = name ?? both(row, "label"), text = t(`${of} (n\u00a0=\u00a0${n})`, `${of}（n\u00a0=\u00a0${n}）`);
    return wrap(text, fits - indent).map((line, k, all) => ({ text: line, indent, ...(k === all.length - 1 ? { row } : {}), unknown: row.n == null }));
  });
}

const lineHeight = 15, padding = 9;

function drawBox(x, y, width, height, lines, side) {
  return svg("g", { class: "prisma-box" },
    svg("rect", { x, y, width, height, rx: 4, fill: side ? "#f7f8f8" : "#ffffff", stroke: "#7d8790" }),
    svg("text", { x: x + padding, y: y + padding + 10.5, "font-size": 11.5 }, lines.map((line, k) => svg("tspan", {
      x: x + padding + (line.indent ?? 0) * 5, dy: k === 0 ? 0 : lineHeight, "font-weight": line.bold ? 600 : null, fill: line.unknown ? "#8a5a00" : null,
      "data-box": line.row?.box, "data-reason": line.row?.reason, "data-n": line.row ? line.row.n ?? "unknown" : null,
    }, line.text))));
}

/** rows: report.prisma of one review. */
export function prismaDiagram(rows) {
  const of = Object.fromEntries(rows.filter((row) => row.reason == null).map((row) => [row.box, row]));
  const reasons = (box) => rows.filter((row) => row.box === box && row.reason != null).map((row) => ({ row, indent: 2 }));
  // What PRISMA's diagram does not have is drawn where something waits there.
  const waiting = (...boxes) => boxes.filter((box) => of[box] && (of[box].n > 0 || (of[box].n == null && of[box].n_recorded > 0))).map((box) => ({ row: of[box] }));
  const plain = (...boxes) => boxes.map((box) => ({ row: of[box] }));
  // Under a heading as in the published template: databases, not records identified from databases.
  const under = (head, names) => [{ head }, ...Object.entries(names).map(([box, name]) => ({ row: of[box], name, indent: 2 }))];
  const still = (...boxes) => { const parts = waiting(...boxes); return parts.length > 0 ? [{ head: t("Not settled yet", "尚未完成") }, ...parts.map((part) => ({ ...part, indent: 2 }))] : []; };
  const previous = !(of.previous_studies?.n === 0 && of.previous_reports?.n === 0);
  const steps = [
    { stage: 0, main: under(t("Records identified from:", "记录来源："), { databases: t("Databases", "数据库"), registers: t("Registers", "注册库") }),
      side: [...under(t("Records removed before screening:", "筛选前去除的记录："), { duplicates: t("Duplicate records removed", "重复记录"), removed_automation: t("Records marked as ineligible by automation tools", "自动化工具判为不合格"), removed_other: t("Records removed for other reasons", "其他原因") }), ...still("awaiting_screening")],
      other: [...under(t("Records identified from:", "记录来源："), { websites: t("Websites", "网站"), organisations: t("Organisations", "机构"), citations: t("Citation searching", "引文检索") }), ...waiting("other_duplicates", "other_removed")] },
    { stage: 1, main: plain("screened"), side: plain("excluded_screening") },
    { stage: 1, main: plain("sought"), side: [...plain("not_retrieved"), ...still("awaiting_retrieval")], other: plain("other_sought"), otherSide: [...plain("other_not_retrieved"), ...still("other_awaiting_retrieval")] },
    { stage: 1, main: plain("assessed"), side: [...plain("excluded_full_text"), ...reasons("excluded_full_text"), ...still("awaiting_full_text")],
      other: plain("other_assessed"), otherSide: [...plain("other_excluded_full_text"), ...reasons("other_excluded_full_text"), ...still("other_awaiting_full_text")] },
    { stage: 2, main: plain("new_studies", "new_reports") },
    ...(previous ? [{ stage: 2, main: plain("total_studies", "total_reports") }] : []),
  ];
  const bar = 26, gap = 26, lead = previous ? 176 : 0, w = { main: 222, side: 218, other: 208, otherSide: 208 };
  const x = { previous: bar + 12, main: bar + 12 + (previous ? lead + gap : 0) };
  x.side = x.main + w.main + gap;
  x.other = x.side + w.side + gap;
  x.otherSide = x.other + w.other + gap;
  const width = x.otherSide + w.otherSide + 6, marks = [], arrows = [];
  const arrow = (...points) => arrows.push(svg("path", { d: `M${points.map((p) => p.join(",")).join("L")}`, fill: "none", stroke: "#4c555d", "stroke-width": 1.2, "marker-end": "url(#prisma-arrow)" }));
  const heading = (text, from, to) => svg("g", {}, svg("rect", { x: from, y: 2, width: to - from, height: 26, rx: 4, fill: "#e6f3f0" }),
    svg("text", { x: (from + to) / 2, y: 19, "text-anchor": "middle", "font-size": 12, "font-weight": 600, fill: "#0b5e54" }, text));
  let y = 42;
  const placed = steps.map((step) => {
    const boxes = Object.fromEntries(["main", "side", "other", "otherSide"].filter((key) => step[key]).map((key) => [key, linesOf(step[key], w[key] - 2 * padding)]));
    const height = Math.max(...Object.values(boxes).map((lines) => lines.length)) * lineHeight + 2 * padding - 2;
    const place = { ...step, y, height };
    for (const [key, lines] of Object.entries(boxes)) marks.push(drawBox(x[key], y, w[key], height, lines, key.toLowerCase().endsWith("side")));
    y += height + 30;
    return place;
  });
  const centre = (key) => x[key] + w[key] / 2;
  placed.forEach((step, k) => {
    const mid = step.y + step.height / 2, next = placed[k + 1];
    if (step.side) arrow([x.main + w.main, mid], [x.side, mid]);
    if (step.otherSide) arrow([x.other + w.other, mid], [x.otherSide, mid]);
    if (next) arrow([centre("main"), step.y + step.height], [centre("main"), next.y]);
    if (step.other && next) {
      const target = placed.slice(k + 1).find((later) => later.other);
      if (target) arrow([centre("other"), step.y + step.height], [centre("other"), target.y]);
      else { // into the included studies, round the side boxes of the databases
        const included = placed.find((later) => later.stage === 2), level = included.y + included.height / 2;
        arrow([centre("other"), step.y + step.height], [centre("other"), level], [x.main + w.main, level]);
      }
    }
  });
  if (previous) {
    const lines = linesOf(plain("previous_studies", "previous_reports"), lead - 2 * padding), height = lines.length * lineHeight + 2 * padding - 2, last = placed[placed.length - 1];
    marks.push(drawBox(x.previous, placed[0].y, lead, height, lines));
    arrow([x.previous + lead / 2, placed[0].y + height], [x.previous + lead / 2, last.y + last.height / 2], [x.main, last.y + last.height / 2]);
  }
  const stages = [t("Identification", "检出"), t("Screening", "筛选"), t("Included", "纳入")].map((name, k) => {
    const of = placed.filter((step) => step.stage === k), top = of[0].y, bottom = of[of.length - 1].y + of[of.length - 1].height;
    return svg("g", {}, svg("rect", { x: 0, y: top, width: bar, height: bottom - top, rx: 4, fill: "#dfe8f3" }),
      svg("text", { transform: `translate(${bar / 2 + 4},${(top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle", "font-size": 12, "font-weight": 600, fill: "#2f4d74" }, name));
  });
  return svg("svg", { viewBox: `0 0 ${width} ${y - 20}`, width, height: y - 20, fill: "#1c2127", class: "prisma" },
    svg("defs", {}, svg("marker", { id: "prisma-arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, svg("path", { d: "M0,0L8,4L0,8z", fill: "#4c555d" }))),
    previous && heading(t("Previous studies", "既往研究"), x.previous, x.previous + lead),
    heading(t("Identification of new studies via databases and registers", "经数据库和注册库检索新研究"), x.main, x.side + w.side),
    heading(t("Identification of new studies via other methods", "经其他方法检索新研究"), x.other, x.otherSide + w.otherSide),
    stages, arrows, marks);
}

export const languages = [
  { key: "en", name: () => t("English", "英文"), color: "#4c7fb8" }, { key: "zh", name: () => t("Chinese", "中文"), color: "#b0483f" },
  { key: "han", name: () => t("not stated, title in Chinese characters", "未注明，标题为汉字"), color: "#dba08f" },
  { key: "other", name: () => t("another language", "其他语种"), color: "#7a8b2f" }, { key: null, name: () => t("not stated", "未注明"), color: "#9aa4ac" },
];
export const languageName = (key) => languages.find((each) => each.key === key)?.name() ?? key;

/** Whole numbers up to the largest, at most seven of them. */
const integers = (most) => ticks(0, most, Math.min(6, most)).filter(Number.isInteger);

/** rows: report.literature_year. */
export function yearsPlot(rows) {
  const known = rows.filter((row) => row.year != null), years = known.map((row) => row.year), first = Math.min(...years), last = Math.max(...years);
  const unknown = t("no year", "无年份"), domain = [...(known.length ? Array.from({ length: Math.min(120, last - first + 1) }, (_, k) => String(last - Math.min(119, last - first) + k)) : []), ...(rows.length > known.length ? [unknown] : [])];
  const place = new Map(languages.map((each, k) => [each.key, k]));
  const drawn = [...rows].sort((a, b) => place.get(a.language) - place.get(b.language)).map((row) => ({ ...row, at: row.year == null ? unknown : String(row.year) })).filter((row) => domain.includes(row.at));
  const every = Math.ceil(domain.length / 16), sums = rollup(drawn, (of) => sum(of, (row) => row.reports), (row) => row.at);
  return Plot.plot({
    width: 1060, height: 300, marginLeft: 50, marginBottom: 44, style: figureStyle,
    x: { domain, label: t("Year of publication", "发表年份"), labelAnchor: "center", labelArrow: "none", ticks: domain.filter((year, k) => year === unknown || (domain.length - 1 - k) % every === 0), padding: 0.15 },
    y: { label: t("Reports", "报告数"), labelArrow: "none", grid: true, ticks: integers(Math.max(1, ...sums.values())), tickFormat: String },
    marks: [
      Plot.barY(drawn, { x: "at", y: "reports", fill: (row) => languages[place.get(row.language)].color, order: null, stroke: "white", strokeWidth: 0.6, className: "year-bars", ariaLabel: (row) => `${row.year ?? "none"} ${row.language ?? "none"}` }),
      Plot.ruleY([0], { stroke: ink.faint }),
    ],
  });
}

const directions = [
  { key: "decrease", sign: "−", color: "#2a6fb0", name: () => t("decrease", "降低") }, { key: "increase", sign: "+", color: "#b0483f", name: () => t("increase", "升高") },
  { key: "mixed", sign: "±", color: "#7b4f9e", name: () => t("both", "均有") }, { key: "other", sign: "?", color: "#5f6a73", name: () => t("changed, direction not said", "改变，方向未注明") },
  { key: "no_difference", sign: "=", color: "#8a6d1f", name: () => t("no difference", "无差异") },
  { key: "possible", sign: "~", color: "#0b6e63", name: () => t("only possible", "仅为可能") }, { key: "wider", sign: "⊃", color: "#6b4a2b", name: () => t("wider than the place", "范围大于该脑区") },
];
/** The directions that some cell has. */
export const mapDirections = (rows) => directions.filter((each) => rows.some((row) => row[each.key] > 0));

/** rows: report.evidence_map of one contrast: a column a modality and direction, a dot with the area of its independent samples, whose number stands in it. */
export function mapPlot(rows, used, nameOf, modalityName) {
  const beside = Math.max(3, used.length), step = beside + 0.6; // columns of a modality, whose name takes three
  const weight = new Map();
  for (const row of rows) weight.set(row.place, (weight.get(row.place) ?? 0) + row.samples);
  const places = [...weight].sort(([a, n], [b, m]) => m - n || a.localeCompare(b, "en")).slice(0, 40).map(([place]) => place), at = new Map(places.map((place, k) => [place, k]));
  const modalities = [...new Set(rows.map((row) => row.modality))].sort((a, b) => (a ?? "~").localeCompare(b ?? "~", "en"));
  const cells = rows.filter((row) => at.has(row.place)).flatMap((row) => used.filter((each) => row[each.key] > 0).map((each) => ({ ...row, each, n: row[each.key], x: modalities.indexOf(row.modality) * step + used.indexOf(each), y: at.get(row.place) })));
  const most = Math.max(1, ...cells.map((cell) => cell.n)), names = new Map(rows.map((row) => [row.place, nameOf(row)])), right = modalities.length * step - 0.6, left = 20 + Math.min(252, Math.max(70, ...places.map((place) => 7 * columns(clip(names.get(place), 40)))));
  return Plot.plot({
    width: left + 21 * right + 40, height: 74 + 25 * places.length, marginLeft: left, marginRight: 20, marginTop: 58, marginBottom: 8, style: figureStyle,
    x: { domain: [-0.7, right - 0.3], axis: null }, y: { domain: [places.length - 0.4, -0.6], axis: null }, r: { type: "identity" },
    marks: [
      Plot.ruleY(places, { y: (place) => at.get(place), stroke: ink.line }),
      Plot.text(modalities, { x: (m) => modalities.indexOf(m) * step + (used.length - 1) / 2, frameAnchor: "top", dy: -44, text: (m) => clip(modalityName(m), 16), fontWeight: 600 }),
      Plot.text(modalities.flatMap((m) => used.map((each) => ({ m, each }))), { x: ({ m, each }) => modalities.indexOf(m) * step + used.indexOf(each), frameAnchor: "top", dy: -26, text: ({ each }) => each.sign, fill: ({ each }) => each.color, fontWeight: 700 }),
      Plot.text(places, { y: (place) => at.get(place), frameAnchor: "left", textAnchor: "start", dx: 8 - left, text: (place) => clip(names.get(place), 40) }),
      Plot.dot(cells, { x: "x", y: "y", r: (cell) => 5 + 5.5 * Math.sqrt(cell.n / most), fill: (cell) => cell.each.color, className: "map-points", ariaLabel: (cell) => `${cell.place}|${cell.modality ?? ""}|${cell.each.key}|${cell.n}`,
        title: (cell) => `${names.get(cell.place)}, ${modalityName(cell.modality)}: ${cell.each.name()}, ${t(`${cell.n} independent samples of ${cell.samples}`, `${cell.samples} 个独立样本中的 ${cell.n} 个`)}${cell.warning ? ` (${noteText(cell.warning)})` : ""}` }),
      Plot.text(cells, { x: "x", y: "y", text: (cell) => String(cell.n), fill: "#fff", fontSize: 10, fontWeight: 700 }),
    ],
  });
}
