// meta_plots.js - forest, funnel, Baujat, leave-one-out, cumulative and subgroup plots over rows of the views of schema report.
import * as Plot from "@observablehq/plot";
import { silhouette } from "../brain.js";
import { figureStyle, ink } from "../colors.js";
import { clip, columns, decimals, figure, fixed, t, unitOf } from "./evidence_marks.js";

const dark = "#39424a";
/** As readers know it: of logs of ratios the ratio. */
export const shownAs = (pool) => (value) => (value == null ? null : pool.scale === "log" ? Math.exp(value) : value);
/** Estimate and interval of rows below each other, with as many decimals as all of them. */
const intervalOf = (pool, rows) => {
  const as = shownAs(pool), digits = decimals(rows.map((row) => as(row.estimate))), say = (value) => fixed(as(value), digits);
  return (row) => `${say(row.estimate)} (${say(row.ci_lb)}, ${say(row.ci_ub)})`;
};
/** The effect axis: 0 is always on it. */
const reach = (rows, keys) => {
  const values = rows.flatMap((row) => keys.map((key) => row[key])).filter((value) => value != null);
  return [Math.min(0, ...values), Math.max(0, ...values)];
};
const measures = { MD: ["Mean difference", "均数差"], SMD: ["Standardised mean difference", "标准化均数差"], RR: ["Risk ratio", "风险比"], OR: ["Odds ratio", "比值比"], RD: ["Risk difference", "风险差"] };
export const measureName = (pool) => { const [en, zh] = measures[pool.measure] ?? [pool.measure, pool.measure]; return t(en, zh); };
/** Whom effects on the two sides of none favour: the left one, the right one. */
const favoured = (pool) => {
  const given = t(`favours ${clip(pool.intervention, 16)}`, `支持 ${clip(pool.intervention, 16)}`), against = t(`favours ${clip(pool.comparator, 16)}`, `支持 ${clip(pool.comparator, 16)}`);
  return pool.better === "lower" ? [given, against] : pool.better === "higher" ? [against, given] : null;
};
/** The two sides under the axis, as far as they have room. */
function sideNames(pool, domain) {
  const names = favoured(pool);
  if (!names) return [];
  const side = (text, anchor, dx, on) => on && Plot.text([text], { x: () => 0, frameAnchor: "bottom", dy: 35, dx, textAnchor: anchor, text: String, fill: ink.soft, fontSize: 11.5, className: "favours" });
  return [side(`← ${names[0]}`, "end", -8, domain[0] < 0), side(`${names[1]} →`, "start", 8, domain[1] > 0)].filter(Boolean);
}
/** Ratios that readers know, as logs, as many as there is room for. */
function ratioTicks([low, high], most) {
  const decades = Array.from({ length: 13 }, (_, k) => 10 ** (k - 6)), of = (...steps) => decades.flatMap((ten) => steps.map((step) => Math.log(ten * step))).filter((v) => v >= low - 1e-9 && v <= high + 1e-9);
  const choices = [of(1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 7, 8, 9), of(1, 1.5, 2, 3, 5, 7), of(1, 2, 5), of(1, 3), of(1)];
  return choices.find((ticks) => ticks.length <= most) ?? [0];
}
const ratioAxis = (domain, ticks) => ({ nice: false, ticks: ratioTicks(domain, ticks), tickFormat: (v) => String(Number(Math.exp(v).toPrecision(3))) });
/** What the axis measures, in its unit: a mean difference in points of the scale, a ratio on a log axis. */
const axisLabel = (pool) => clip(`${measureName(pool)}${pool.measure === "MD" ? t(` (${unitOf(pool.outcome)})`, `（${unitOf(pool.outcome)}）`) : t(`, ${clip(pool.outcome, 40)}`, `，${clip(pool.outcome, 40)}`)}${pool.scale === "log" ? t(" (log scale)", "（对数刻度）") : ""}`, 90);
const effectAxis = (domain, pool, ticks = 8) => ({
  domain, nice: true, labelAnchor: "center", labelArrow: "none", grid: true, ticks, ...(pool.scale === "log" ? ratioAxis(domain, ticks) : {}), label: axisLabel(pool),
});
const diamond = (row, y, half = 0.3) => [[row.ci_lb, y], [row.estimate, y - half], [row.ci_ub, y], [row.estimate, y + half], [row.ci_lb, y]];

/** rows: report.forest of one pool, in order. */
export function forestPlot(rows, pool) {
  const studies = rows.filter((row) => row.kind === "study").map((row, k) => ({ ...row, row: k }));
  const known = studies.filter((row) => row.ci_lb != null);
  const of = Object.fromEntries(rows.filter((row) => row.kind !== "study").map((row) => [row.kind, row]));
  const k = studies.length, largest = Math.max(0, ...studies.map((row) => row.weight ?? 0)) || 1;
  const means = [of.z && { ...of.z, row: k + 0.5, name: t("Mean, REML (z)", "合并均值，REML（z）") }, of.knha && { ...of.knha, row: k + 1.5, name: t("Mean, Knapp-Hartung", "合并均值，Knapp-Hartung") }].filter((row) => row && row.ci_lb != null);
  const future = of.prediction?.ci_lb == null ? null : { ...of.prediction, row: k + 2.5 };
  const interval = intervalOf(pool, known), digits = decimals(known.map((row) => shownAs(pool)(row.estimate))), as = (value) => fixed(shownAs(pool)(value), digits), domain = reach(rows, ["ci_lb", "ci_ub", "estimate"]), people = (n) => (n == null ? "?" : Number(n.toFixed(1)));
  const left = { textAnchor: "start", frameAnchor: "left", dx: -330 }, right = { textAnchor: "start", frameAnchor: "right", dx: 16 };
  const heading = { y: () => -0.95, fill: ink.soft, fontWeight: 600, text: String };
  const bottom = k + 0.2 + means.length + (future ? 1 : 0);
  return Plot.plot({
    width: 1060, height: 82 + 24 * (bottom + 1.4), marginLeft: 345, marginRight: 245, marginTop: 12, marginBottom: 70, style: { ...figureStyle, fontSize: "13px" },
    x: { ...effectAxis(domain, pool), labelOffset: 62 }, y: { domain: [bottom + 0.4, -1.3], axis: null }, r: { type: "identity" },
    marks: [
      Plot.ruleX([0], { stroke: ink.faint }),
      means.length === 0 ? null : Plot.ruleX([means[0].estimate], { stroke: ink.accent, strokeDasharray: "3,4", strokeOpacity: 0.7 }),
      Plot.ruleY([k - 0.1], { stroke: ink.line, insetLeft: -330, insetRight: -225 }),
      Plot.ruleY(known, { y: "row", x1: "ci_lb", x2: "ci_ub", stroke: dark, strokeWidth: 1.4, className: "study-lines" }),
      Plot.dot(known, { x: "estimate", y: "row", r: (row) => Math.max(1.4, 8 * Math.sqrt((row.weight ?? 0) / largest)), symbol: "square", fill: dark, className: "study-points", ariaLabel: (row) => row.study, title: (row) => `${clip(row.study, 60)}: ${interval(row)}` }),
      ...means.map((row) => Plot.line(diamond(row, row.row), { fill: ink.accent, stroke: ink.accent, strokeLinejoin: "miter", className: `diamond-${row.kind}` })),
      future && Plot.ruleY([future], { y: "row", x1: "ci_lb", x2: "ci_ub", stroke: ink.accent, strokeWidth: 5, strokeOpacity: 0.45, className: "prediction-bar" }),
      Plot.text([t("Study", "研究")], { ...heading, ...left }),
      Plot.text([t("n, treated / control", "n，干预 / 对照")], { ...heading, frameAnchor: "left", textAnchor: "end", dx: -22 }),
      Plot.text([t("Effect (95% interval)", "效应（95% 区间）")], { ...heading, ...right }),
      Plot.text([t("Weight", "权重")], { ...heading, frameAnchor: "right", textAnchor: "end", dx: 240 }),
      Plot.text(studies, { y: "row", ...left, text: (row) => clip([row.study, row.year].filter((part) => part != null).join(" "), 33) }),
      Plot.text(studies, { y: "row", text: (row) => `${people(row.n1)} / ${people(row.n2)}`, frameAnchor: "left", textAnchor: "end", dx: -22, fill: ink.soft }),
      Plot.text(studies, { y: "row", ...right, text: (row) => (row.ci_lb == null ? t("not known", "未知") : interval(row)) }),
      Plot.text(studies, { y: "row", text: (row) => (row.weight == null ? t("not pooled", "未合并") : `${fixed(100 * row.weight, 1)}%`), frameAnchor: "right", textAnchor: "end", dx: 240, fill: ink.soft }),
      Plot.text(means, { y: "row", ...left, text: "name", fontWeight: 650, fill: ink.accent }),
      Plot.text(means, { y: "row", ...right, text: interval, fontWeight: 650, fill: ink.accent }),
      future && Plot.text([future], { y: "row", ...left, text: () => t("95% prediction interval", "95% 预测区间"), fill: ink.accent }),
      future && Plot.text([future], { y: "row", ...right, text: (row) => t(`${as(row.ci_lb)} to ${as(row.ci_ub)}`, `${as(row.ci_lb)} 至 ${as(row.ci_ub)}`), fill: ink.accent }),
      ...sideNames(pool, domain),
    ],
  });
}

/** Two-sided p of .1, .05 and .01: the edges of the contours, effect = z times its standard error. */
const contours = [{ z: 1.6448536269514722, p: ".10" }, { z: 1.959963984540054, p: ".05" }, { z: 2.5758293035489004, p: ".01" }];

/** From the middle outwards. */
const shades = [{ color: "#ffffff", p: "p > .10" }, { color: "#c3cae0", p: ".05 < p ≤ .10" }, { color: "#dce0ee", p: ".01 < p ≤ .05" }, { color: "#f1f3f9", p: "p ≤ .01" }];
export const funnelLegend = () => shades.map((shade) => ({ color: shade.color, name: shade.p }));

/** Where a line from the top to the bottom of the figure leaves it: at the bottom, or at a side. */
function end([[x0], [x1, bottom]], low, high) {
  const side = x1 > high ? high : x1 < low ? low : null;
  return side === null ? [x1, bottom] : [side, (bottom * (side - x0)) / (x1 - x0)];
}

/** points: report.funnel of one pool; egger: its row of report.small_study. */
export function funnelPlot(points, pool, egger) {
  const top = Math.max(0.01, ...points.map((row) => row.se)) * 1.08;
  const out = contours[2].z * top, low = Math.min(-out, ...points.map((row) => row.estimate)), high = Math.max(out, ...points.map((row) => row.estimate)), room = 0.03 * (high - low);
  const line = egger?.slope == null || egger.estimate == null ? null : [[egger.estimate, 0], [egger.estimate + egger.slope * top, top]];
  return Plot.plot({
    width: 560, height: 440, marginLeft: 52, marginRight: 60, marginTop: 26, marginBottom: 46, style: figureStyle,
    x: { ...effectAxis([low - room, high + room], pool, 7), nice: false, grid: false },
    y: { domain: [top, 0], label: t("Standard error", "标准误"), labelArrow: "none", ticks: 6 },
    marks: [
      Plot.frame({ fill: shades[3].color, stroke: "none" }), ...[...contours].reverse().map((c, k) => Plot.line([[0, 0], [-c.z * top, top], [c.z * top, top], [0, 0]], { fill: shades[2 - k].color, stroke: "none", clip: true })),
      ...contours.flatMap((c) => [1, -1].map((sign) => Plot.line([[0, 0], [sign * c.z * top, top]], { stroke: "#8793b5", strokeWidth: 0.8, clip: true, className: "contour" }))),
      Plot.ruleX([0], { stroke: ink.faint }),
      pool.estimate == null ? null : Plot.ruleX([pool.estimate], { stroke: ink.accent, strokeDasharray: "3,4", className: "mean-line" }),
      pool.estimate == null ? null : Plot.text([pool.estimate], { x: (value) => value, frameAnchor: "top", dy: -11, text: () => t("mean", "合并均值"), fill: ink.accent, fontSize: 11 }),
      line && Plot.text([end(line, low - room, high + room)], { text: () => t("Egger", "Egger 线"), textAnchor: "start", dx: 6, fill: "#b0483f", fontSize: 11 }),
      line && Plot.line(line, { stroke: "#b0483f", strokeWidth: 1.6, clip: true, className: "egger-line" }),
      Plot.dot(points, { x: "estimate", y: "se", r: 4.2, fill: dark, stroke: "white", className: "funnel-points", ariaLabel: (row) => row.study, title: (row) => `${clip(row.study, 60)}: ${figure(shownAs(pool)(row.estimate))}, ${t("standard error", "标准误")} ${figure(row.se)}` }),
    ],
  });
}

/** Places for the names of points, the first of four around each where neither a point nor a name before it lies; no place, no name.  Pixels. */
function nameplates(points, named, letter = 6.1) {
  const taken = points.map((p) => ({ x0: p.px - 6, x1: p.px + 6, y0: p.py - 6, y1: p.py + 6 })), placed = [];
  for (const p of named) {
    const wide = columns(p.name) * letter, sides = [{ dx: 0, dy: -13, left: -wide / 2 }, { dx: 9, dy: 0, left: 9 }, { dx: -9, dy: 0, left: -9 - wide }, { dx: 0, dy: 13, left: -wide / 2 }];
    const free = sides.map((side) => ({ ...side, box: { x0: p.px + side.left, x1: p.px + side.left + wide, y0: p.py + side.dy - 7, y1: p.py + side.dy + 7 } }))
      .find(({ box }) => box.x0 > 0 && box.x1 < p.room.x && box.y0 > 0 && box.y1 < p.room.y && !taken.some((other) => other.x0 < box.x1 && other.x1 > box.x0 && other.y0 < box.y1 && other.y1 > box.y0));
    if (free) {
      taken.push(free.box);
      placed.push({ ...p, dx: free.dx, dy: free.dy, anchor: free.dx > 0 ? "start" : free.dx < 0 ? "end" : "middle" });
    }
  }
  return placed;
}

/** rows: report.baujat of one pool.  Named are those that are influential, and those that weigh most in both directions. */
export function baujatPlot(rows) {
  const size = { width: 560, height: 440, marginLeft: 52, marginRight: 40, marginBottom: 50 }, most = (key) => Math.max(...rows.map((row) => row[key])) * 1.04 || 1, top = { x: most("x"), y: most("y") };
  const inner = { x: size.width - size.marginLeft - size.marginRight, y: size.height - 20 - size.marginBottom };
  const points = rows.map((row) => ({ ...row, px: (row.x / top.x) * inner.x, py: (1 - row.y / top.y) * inner.y, name: clip(row.study, 24), room: { x: inner.x + 34, y: inner.y } }));
  const named = [...points].sort((a, b) => b.influential - a.influential || b.x * b.y - a.x * a.y).slice(0, 12);
  return Plot.plot({
    ...size, style: figureStyle,
    x: { domain: [0, top.x], label: t("Share of heterogeneity (squared Pearson residual)", "对异质性的贡献（Pearson 残差平方）"), labelAnchor: "center", labelArrow: "none", labelOffset: 42, grid: true, ticks: 6 },
    y: { domain: [0, top.y], ticks: 6, label: t("Influence on the mean (squared change without the trial / variance)", "对合并均值的影响（剔除后均值变化的平方/方差）"), labelArrow: "none", grid: true },
    marks: [
      Plot.dot(rows, { x: "x", y: "y", r: 4.5, fill: (row) => (row.influential ? "#b0483f" : dark), stroke: "white", clip: false, className: "baujat-points", ariaLabel: (row) => row.study, title: (row) => `${clip(row.study, 60)}: ${figure(row.x)}, ${figure(row.y)}` }),
      ...nameplates(points, named).map((p) => Plot.text([p], { x: "x", y: "y", text: "name", dx: p.dx, dy: p.dy, textAnchor: p.anchor, fontSize: 11, fill: ink.soft, className: "baujat-names" })),
    ],
  });
}

/** Beside means: how many trials, the interval, and what is left of heterogeneity. */
function sideColumns(rows, interval, first, left) {
  const spread = decimals(rows.map((row) => row.tau2));
  const column = (dx, head, text) => [Plot.text([head], { y: () => -1.1, frameAnchor: "right", textAnchor: "end", dx, text: String, fontWeight: 600, fill: ink.soft }), Plot.text(rows, { y: "row", frameAnchor: "right", textAnchor: "end", dx, text, fill: ink.soft, className: "side" })];
  return [
    Plot.text([first], { y: () => -1.1, frameAnchor: "left", textAnchor: "start", dx: left, text: String, fontWeight: 600, fill: ink.soft }),
    ...column(38, "k", (row) => String(row.k)), ...column(202, t("Mean (95% interval)", "均值（95% 区间）"), interval), ...column(250, "I²", (row) => (row.i2 == null || row.k < 2 ? "–" : `${fixed(row.i2, 0)}%`)), ...column(310, "τ²", (row) => (row.tau2 == null || row.k < 2 ? "–" : fixed(row.tau2, spread))),
  ];
}

/** rows: report.leave_one_out or report.cumulative of one pool; the mean of all as a line. */
export function seriesPlot(rows, pool, name) {
  const drawn = rows.filter((row) => row.estimate != null).map((row) => ({ ...row, row: rows.indexOf(row) }));
  const normal = reach([...drawn, pool], ["ci_lb", "ci_ub", "estimate"]);
  const room = normal[1] - normal[0] || 1, domain = [Math.max(reach(drawn, ["knha_lb"])[0], normal[0] - 0.35 * room), Math.min(reach(drawn, ["knha_ub"])[1], normal[1] + 0.35 * room)];
  const within = (value) => Math.min(domain[1], Math.max(domain[0], value));
  const wide = drawn.filter((row) => row.knha_lb != null), interval = intervalOf(pool, drawn);
  return Plot.plot({
    width: 1060, height: 102 + 21 * Math.max(1, rows.length), marginLeft: 260, marginRight: 320, marginTop: 10, marginBottom: 66, style: figureStyle,
    x: { ...effectAxis(domain, pool, 6), labelOffset: 60 }, y: { domain: [rows.length - 0.4, -1.6], axis: null },
    marks: [
      Plot.ruleX([0], { stroke: ink.faint }),
      pool.estimate == null ? null : Plot.ruleX([pool.estimate], { stroke: ink.accent, strokeDasharray: "3,4" }),
      Plot.ruleY(wide, { y: "row", x1: (row) => within(row.knha_lb), x2: (row) => within(row.knha_ub), stroke: "#b9c2c9", strokeWidth: 1 }),
      Plot.ruleY(drawn, { y: "row", x1: "ci_lb", x2: "ci_ub", stroke: dark, strokeWidth: 2, className: `${name}-lines` }),
      Plot.dot(drawn, { x: "estimate", y: "row", r: 3.6, symbol: "diamond", fill: ink.accent, className: `${name}-points`, ariaLabel: (row) => row.study, title: (row) => `${clip(row.study, 60)}: ${interval(row)}` }),
      Plot.text(drawn, { y: "row", frameAnchor: "left", textAnchor: "start", dx: -252, text: (row) => clip([row.study, row.year].filter((part) => part != null).join(" "), 38) }),
      ...sideColumns(drawn, interval, name === "leave" ? t("Left out", "剔除") : t("Up to and with", "累积至"), -252), ...sideNames(pool, domain),
    ],
  });
}

/** rows: report.subgroup of one family and moderator. */
export function subgroupPlot(rows, pool, nameOf) {
  const drawn = rows.map((row, k) => ({ ...row, row: k })).filter((row) => row.estimate != null), interval = intervalOf(pool, drawn), domain = reach([...drawn, pool], ["ci_lb", "ci_ub", "estimate"]);
  return Plot.plot({
    width: 1060, height: 108 + 30 * rows.length, marginLeft: 260, marginRight: 320, marginTop: 10, marginBottom: 66, style: figureStyle,
    x: { ...effectAxis(domain, pool, 6), labelOffset: 60 }, y: { domain: [rows.length - 0.4, -1.6], axis: null },
    marks: [
      Plot.ruleX([0], { stroke: ink.faint }),
      pool.estimate == null ? null : Plot.ruleX([pool.estimate], { stroke: ink.accent, strokeDasharray: "3,4" }),
      ...drawn.map((row) => Plot.line(diamond(row, row.row, 0.26), { fill: ink.accent, fillOpacity: 0.85, stroke: ink.accent, className: "subgroup-diamond" })),
      Plot.text(drawn, { y: "row", frameAnchor: "left", textAnchor: "start", dx: -252, text: (row) => clip(nameOf(row), 38) }),
      ...sideColumns(drawn, interval, t("Subgroup", "亚组"), -252), ...sideNames(pool, domain),
    ],
  });
}

/** rows: report.cbma_cluster of one run: peaks in MNI space on three projections, with the area of their clusters. */
export function peaksPlot(rows) {
  const most = Math.max(1, ...rows.map((row) => row.voxels)), views = [
    { name: t("from the right", "矢状"), brain: silhouette.left, x: "y", y: "z", from: [-112, 80], up: [-76, 86] }, { name: t("from behind", "冠状"), brain: silhouette.behind, x: "x", y: "z", from: [-80, 80], up: [-76, 86] },
    { name: t("from above", "轴位"), brain: silhouette.above, x: "x", y: "y", from: [-80, 80], up: [-112, 80] }];
  return views.map((view, k) => Plot.plot({
    width: 330, height: 330, marginLeft: 44, marginBottom: 40, style: figureStyle, caption: undefined, className: `peaks-${k}`,
    x: { domain: view.from, label: `${view.x} (mm)`, labelAnchor: "center", labelArrow: "none", ticks: 5, grid: true }, y: { domain: view.up, label: `${view.y} (mm) · ${view.name}`, labelArrow: "none", ticks: 5, grid: true }, r: { type: "identity" },
    marks: [
      Plot.line(view.brain, { stroke: "#9aa5ab", strokeWidth: 1.4, fill: "#f4f6f5", curve: "catmull-rom-closed", className: "silhouette" }), Plot.ruleX([0], { stroke: ink.rule }), Plot.ruleY([0], { stroke: ink.rule }),
      Plot.dot(rows, { x: view.x, y: view.y, r: (row) => 4 + 9 * Math.sqrt(row.voxels / most), fill: (row) => (row.direction === "decrease" ? "#2a6fb0" : "#b0483f"), fillOpacity: 0.75, stroke: "#fff", className: `peak-points-${k}`, ariaLabel: (row) => String(row.cluster),
        title: (row) => `${row.cluster}: ${row.x}, ${row.y}, ${row.z} mm; ${row.voxels} ${t("voxels", "体素")}` }),
      Plot.text(rows, { x: view.x, y: view.y, text: (row) => String(row.cluster), fontSize: 10, fill: "#fff", fontWeight: 700 }),
    ],
  }));
}
