// regions.js - values of regions: bars by group, and the glass brain.
import * as Plot from "@observablehq/plot";
import { ticks } from "d3";
import { inMniSpace, silhouette } from "./brain.js";
import { armColor, armSymbol, clip, dictionary, figureStyle, h, ink, isolated, label, languageCode, number, pValue } from "./ui.js";

const say = dictionary({
  mean: ["{0}: mean, with its standard error", "{0}：均值及标准误"],
  front: ["front", "前"], back: ["back", "后"], L: ["L", "左"], R: ["R", "右"],
  left: ["from the left", "左侧观"], above: ["from above", "上面观"], behind: ["from behind", "后面观"],
  more: ["more", "增加"], less: ["less", "减少"], ring: ["q < 0.05", "q < 0.05"], size: ["|d| =", "|d| ="],
});

export const regionName = (row) => isolated(((languageCode() === "zh" && row.name_zh) || row.name).replaceAll("_", " "));
/** Pixels of a label at 12 px: wide characters are twice as wide. */
const textWidth = (text) => [...text].reduce((sum, c) => sum + (c > "\u2e80" ? 12.5 : 7.7), 0);

/** Means of some regions, groups beside each other; measure: what they are means of. */
export function regionBars(rows, measure) {
  const names = [...new Set(rows.map((row) => row.name))], shown = new Map(rows.map((row) => [row.name, regionName(row)])), written = names.map((name) => clip(shown.get(name) ?? "", 34));
  const groups = [...new Set(rows.map((row) => row.arm))], step = 0.66 / Math.max(1, groups.length), high = Math.max(24, 11 * groups.length);
  const y = (row) => names.indexOf(row.name) + step * (groups.indexOf(row.arm) - (groups.length - 1) / 2);
  return Plot.plot({
    width: 900, height: 62 + high * names.length, marginLeft: 20 + Math.max(60, ...written.map(textWidth)), marginTop: 6, marginBottom: 42, style: figureStyle, symbol: { type: "identity" },
    x: { label: say("mean", measure), labelAnchor: "center", labelArrow: "none", grid: true, nice: true },
    y: { domain: [names.length - 0.5, -0.5], label: null, ticks: names.map((_, k) => k), tickFormat: (k) => written[k] ?? "", tickSize: 0 },
    marks: [
      groups.length < 2 ? null : Plot.rectY(names.filter((_, k) => k % 2 === 0), { y1: (name) => names.indexOf(name) - 0.5, y2: (name) => names.indexOf(name) + 0.5, fill: "#f4f6f5" }),
      Plot.ruleY(rows, { y, x1: (row) => row.mean - (row.se ?? 0), x2: (row) => row.mean + (row.se ?? 0), stroke: (row) => armColor(row), strokeWidth: 1.6 }),
      Plot.dot(rows, { y, x: "mean", fill: (row) => armColor(row), symbol: (row) => armSymbol(row), stroke: "white", r: 4.5, className: "region-points", ariaLabel: (row) => `${row.region} ${row.arm}`,
        title: (row) => `${regionName(row)}, ${label(row, "label", 40)}: ${number(row.mean, 3)}${row.se == null ? "" : ` ± ${number(row.se, 3)}`}, n = ${row.n}` }),
    ],
  });
}

// Who looks from the left has the front on the left hand: y runs from right to left.
const views = [["left", "y_mm", "z_mm", true], ["above", "x_mm", "y_mm", false], ["behind", "x_mm", "z_mm", false]];
const perMm = 1.95, edge = 6, above = 20;
const radius = (size, most) => 11 * Math.sqrt(Math.abs(size) / most);
const largest = (rows) => Math.max(...rows.map((row) => Math.abs(row.effect_size)), 1e-9);
const colors = { more: "#c2570c", less: "#2a6fb0" };

/** Around all centroids, where no brain is known to be: an ellipse with a margin. */
function ellipse(rows, a, b) {
  const span = (key) => [Math.min(...rows.map((row) => row[key])) - 14, Math.max(...rows.map((row) => row[key])) + 14], [a0, a1] = span(a), [b0, b1] = span(b);
  return Array.from({ length: 73 }, (_, k) => [(a0 + a1) / 2 + ((a1 - a0) / 2) * Math.cos((k * Math.PI) / 36), (b0 + b1) / 2 + ((b1 - b0) / 2) * Math.sin((k * Math.PI) / 36)]);
}

function projection(rows, [name, a, b, turned]) {
  const mni = inMniSpace(rows), outline = mni ? silhouette[name] : ellipse(rows, a, b), most = largest(rows), end = (k, f) => f(...outline.map((point) => point[k])) + (f === Math.min ? -3 : 3);
  const [a0, a1, b0, b1] = [end(0, Math.min), end(0, Math.max), end(1, Math.min), end(1, Math.max)], scale = mni ? perMm : Math.min(perMm, 330 / Math.max(1, a1 - a0), 420 / Math.max(1, b1 - b0));
  const width = Math.round((a1 - a0) * scale) + 2 * edge, height = Math.round((b1 - b0) * scale) + edge + above;
  // The largest last, so that none is hidden below another.
  const drawn = [...rows].sort((p, q) => Math.abs(p.effect_size) - Math.abs(q.effect_size));
  return h("div", { style: `--wide:${width}` }, h("h3", null, say(name)), Plot.plot({
    width, height, margin: edge, marginTop: above, style: figureStyle, x: { axis: null, domain: turned ? [a1, a0] : [a0, a1] }, y: { axis: null, domain: [b0, b1] }, r: { type: "identity" },
    marks: [
      Plot.line(outline, { stroke: "#9aa5ab", strokeWidth: 1.4, fill: "#f4f6f5", curve: "catmull-rom-closed", className: mni ? "silhouette" : "ellipse" }),
      mni && !turned ? Plot.ruleX([0], { stroke: ink.line, strokeDasharray: "2,4" }) : null,
      Plot.dot(drawn, { x: a, y: b, r: (row) => radius(row.effect_size, most), fill: (row) => (row.effect_size > 0 ? colors.more : colors.less), fillOpacity: 0.6, stroke: (row) => (row.q < 0.05 ? ink.text : "none"), strokeWidth: 1.4, className: `glass-${name}`, ariaLabel: (row) => String(row.region) }),
      Plot.text([b1], { x: turned ? a1 : a0, y: b1, text: () => say(turned ? "front" : "L"), textAnchor: "start", dx: 4, fill: ink.soft, className: "glass-begin" }),
      Plot.text([b1], { x: turned ? a0 : a1, y: b1, text: () => say(turned ? "back" : "R"), textAnchor: "end", dx: -4, fill: ink.soft, className: "glass-end" }),
      Plot.tip(drawn, Plot.pointer({ x: a, y: b, title: (row) => `${regionName(row)}\nd = ${number(row.effect_size)}, p = ${pValue(row.p)}, q = ${pValue(row.q)}` })),
    ],
  }));
}

/** What colour, ring and area say: discs as large as those of the picture. */
function glassLegend(rows) {
  const most = largest(rows), disc = (size, style) => h("i", { style: `width:${2 * radius(size, most)}px;height:${2 * radius(size, most)}px;vertical-align:middle;${style}` });
  return h("div", { class: "legend glass-legend" },
    h("span", null, disc(most / 2, `background:${colors.more}`), say("more")), h("span", null, disc(most / 2, `background:${colors.less}`), say("less")),
    rows.some((row) => row.q < 0.05) && h("span", null, disc(most / 2, `border:1.5px solid ${ink.text}`), say("ring")),
    ticks(0, most, 3).filter((size) => size > 0).map((size, k) => h("span", null, disc(size, "background:#8b979e"), `${k === 0 ? `${say("size")} ` : ""}${Number(size.toPrecision(3))}`)));
}

/** Three projections of the regions' centroids. */
export const glassBrain = (rows) => [glassLegend(rows), h("div", { class: "brains" }, views.map((view) => projection(rows, view)))];
