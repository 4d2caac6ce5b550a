// regions.js - values of regions: bars by group, and the glass brain.
import * as Plot from "@observablehq/plot";
import { armColor, armSymbol, clip, dictionary, figureStyle, h, ink, isolated, label, languageCode, number, pValue } from "./ui.js";

const say = dictionary({
  mean: ["Mean, with its standard error", "均值及标准误"],
  front: ["front", "前"], back: ["back", "后"], L: ["L", "左"], R: ["R", "右"],
  left: ["from the left", "左侧观"], above: ["from above", "上面观"], behind: ["from behind", "后面观"],
  size: ["area: |effect size|; orange: more, blue: less; ring: q < 0.05", "面积：|效应量|；橙色：增加；蓝色：减少；圆环：q < 0.05"],
});

export const regionName = (row) => isolated(((languageCode() === "zh" && row.name_zh) || row.name).replaceAll("_", " "));

/** Means of some regions, groups beside each other. */
export function regionBars(rows) {
  const names = [...new Set(rows.map((row) => row.name))], shown = new Map(rows.map((row) => [row.name, regionName(row)]));
  const groups = [...new Set(rows.map((row) => row.arm))], step = 0.8 / Math.max(1, groups.length);
  const y = (row) => names.indexOf(row.name) + step * (groups.indexOf(row.arm) - (groups.length - 1) / 2);
  return Plot.plot({
    width: 760, height: 50 + 26 * names.length, marginLeft: 230, marginTop: 6, marginBottom: 40, style: figureStyle, symbol: { type: "identity" },
    x: { label: say("mean"), labelAnchor: "center", labelArrow: "none", grid: true, nice: true },
    y: { domain: [names.length - 0.4, -0.6], label: null, ticks: names.map((_, k) => k), tickFormat: (k) => clip(shown.get(names[k]) ?? "", 34), tickSize: 0 },
    marks: [
      Plot.ruleY(rows, { y, x1: (row) => row.mean - row.se, x2: (row) => row.mean + row.se, stroke: (row) => armColor(row), strokeWidth: 1.6 }),
      Plot.dot(rows, { y, x: "mean", fill: (row) => armColor(row), symbol: (row) => armSymbol(row), stroke: "white", r: 4.5, className: "region-points", ariaLabel: (row) => `${row.region} ${row.arm}`,
        title: (row) => `${regionName(row)}, ${label(row, "label", 40)}: ${number(row.mean, 3)} ± ${number(row.se, 3)}, n = ${row.n}` }),
    ],
  });
}

// The outline is the box of the atlas's own centroids with a margin: nothing of it was segmented from anybody's brain.
// Who looks from the left has the front on the left hand: y runs from right to left.
const views = [["left", "y_mm", "z_mm", true], ["above", "x_mm", "y_mm", false], ["behind", "x_mm", "z_mm", false]];

function projection(rows, [name, a, b, turned]) {
  const span = (key) => [Math.min(...rows.map((row) => row[key])) - 14, Math.max(...rows.map((row) => row[key])) + 14];
  const [a0, a1] = span(a), [b0, b1] = span(b), width = 330, height = Math.max(120, Math.min(420, Math.round(((b1 - b0) / Math.max(1, a1 - a0)) * (width - 12)) + 26));
  const most = Math.max(...rows.map((row) => Math.abs(row.effect_size)), 1e-9);
  const outline = Array.from({ length: 73 }, (_, k) => [(a0 + a1) / 2 + ((a1 - a0) / 2) * Math.cos((k * Math.PI) / 36), (b0 + b1) / 2 + ((b1 - b0) / 2) * Math.sin((k * Math.PI) / 36)]);
  // The largest last, so that none is hidden below another.
  const drawn = [...rows].sort((p, q) => Math.abs(p.effect_size) - Math.abs(q.effect_size));
  const r = (row) => 11 * Math.sqrt(Math.abs(row.effect_size) / most);
  return h("div", null, h("h3", null, say(name)), Plot.plot({
    width, height, margin: 6, marginTop: 20, style: figureStyle, x: { axis: null, domain: turned ? [a1, a0] : [a0, a1] }, y: { axis: null, domain: [b0, b1] }, r: { type: "identity" },
    marks: [
      Plot.line(outline, { stroke: ink.line, strokeWidth: 1.5, fill: "#fafbfa" }),
      Plot.dot(drawn, { x: a, y: b, r, fill: (row) => (row.effect_size > 0 ? "#c2570c" : "#2a6fb0"), fillOpacity: 0.6, stroke: (row) => (row.q < 0.05 ? ink.text : "none"), strokeWidth: 1.4, className: `glass-${name}`, ariaLabel: (row) => String(row.region) }),
      Plot.text([b1], { x: turned ? a1 : a0, y: b1, text: () => say(turned ? "front" : "L"), textAnchor: "start", dx: 4, fill: ink.soft, className: "glass-begin" }),
      Plot.text([b1], { x: turned ? a0 : a1, y: b1, text: () => say(turned ? "back" : "R"), textAnchor: "end", dx: -4, fill: ink.soft, className: "glass-end" }),
      Plot.tip(drawn, Plot.pointer({ x: a, y: b, title: (row) => `${regionName(row)}\nd = ${number(row.effect_size)}, p = ${pValue(row.p)}, q = ${pValue(row.q)}` })),
    ],
  }));
}

/** Three projections of the regions' centroids. */
export const glassBrain = (rows) => [h("div", { class: "brains" }, views.map((view) => projection(rows, view))), h("p", { class: "note" }, say("size"))];
