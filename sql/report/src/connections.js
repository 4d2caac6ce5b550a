// connections.js - the heat map of partial correlations, the connections found, and one of them as a scatter.
import * as Plot from "@observablehq/plot";
import { interpolateRdBu, max, range, scaleDiverging, sum } from "d3";
import { armColor, armSymbol, dictionary, figureStyle, h, ink, isolated, label, languageCode, number, pValue, scroller, table } from "./ui.js";

export const alpha = 0.05;
export const say = dictionary({
  partial: ["partial r", "偏相关 r"],
  improvement: ["HAMD-17 improvement (points)", "HAMD-17 改善（分）"],
  change: ["Change of Fisher z", "Fisher z 变化"],
  connection: ["Connection", "连接"],
  none: ["No connection passed.", "无连接达到阈值。"],
  foundList: ["Connections found, the smallest p first", "检出的连接，按 p 升序"],
});

export const found = (rows) => rows.filter((row) => row.q < alpha);
const regionName = (row, end) => isolated(((languageCode() === "zh" && row[`region_${end}_zh`]) || row[`region_${end}`]).replaceAll("_", " "));
export const pairName = (row) => `${regionName(row, "i")} – ${regionName(row, "j")}`;
const largest = (rows) => max(rows, (row) => Math.abs(row.r)) ?? 1;

/** About how wide a name is in a figure's letters, in pixels: Chinese ones are square. */
const textWidth = (name) => sum([...name], (letter) => (letter > "\u2e80" ? 11 : 6.2));

/** order: place of each region (1-based) on both axes, or nothing for the atlas's own order; blocks: [{from, to, name}] of networks. */
export function heatMap(rows, picked, order = null, blocks = []) {
  const place = order ?? ((region) => region), n = max(rows, (row) => Math.max(place(row.i), place(row.j)));
  const limit = largest(rows), size = 540, side = blocks.length > 0 ? 16 + max(blocks, (block) => textWidth(block.name)) : 6;
  const color = scaleDiverging([limit, 0, -limit], interpolateRdBu);
  const square = { x1: (d) => d.x - 0.5, x2: (d) => d.x + 0.5, y1: (d) => d.y - 0.5, y2: (d) => d.y + 0.5, insetRight: -0.2, insetBottom: -0.2, fill: (d) => color(d.r) };
  const title = (d) => `${pairName(d)}\n${say("partial")} = ${number(d.r, 3)}`;
  const low = (d) => Math.min(place(d.i), place(d.j)), high = (d) => Math.max(place(d.i), place(d.j));
  const lower = rows.map((row) => ({ ...row, x: low(row), y: high(row) })), upper = found(rows).map((row) => ({ ...row, x: high(row), y: low(row) }));
  const chosen = picked ? [{ x: high(picked), y: low(picked) }, { x: low(picked), y: high(picked) }] : [];
  const borders = blocks.slice(1).map((block) => block.from - 0.5);
  return Plot.plot({
    width: size, height: size, margin: 6, marginLeft: side, marginBottom: side, style: figureStyle,
    x: { axis: null, domain: [0.5, n + 0.5] }, y: { axis: null, domain: [n + 0.5, 0.5] },
    marks: [
      Plot.rect([0], { x1: 0.5, x2: n + 0.5, y1: 0.5, y2: n + 0.5, fill: "#fbfcfb", stroke: ink.line }),
      Plot.rect(lower, { ...square, className: "heat-all" }),
      // A cell is a few pixels: the found ones get half a cell more on each side.
      Plot.rect(upper, { ...square, inset: -1.6, insetRight: -1.6, insetBottom: -1.6, className: "heat-found", ariaLabel: (d) => `${d.i} ${d.j}`, cursor: "pointer" }),
      Plot.link([0], { x1: 0.5, y1: 0.5, x2: n + 0.5, y2: n + 0.5, stroke: "#c9d0d5" }),
      Plot.ruleX(borders, { stroke: ink.rule, strokeWidth: 0.7 }), Plot.ruleY(borders, { stroke: ink.rule, strokeWidth: 0.7 }),
      Plot.text(blocks, { x: 0.5, dx: -8, y: (b) => (b.from + b.to) / 2, text: "name", textAnchor: "end", fill: ink.soft }),
      Plot.text(blocks, { x: (b) => (b.from + b.to) / 2, y: n + 0.5, dy: 8, text: "name", textAnchor: "end", rotate: -60, fill: ink.soft }),
      Plot.dot(chosen, { x: "x", y: "y", r: 8, stroke: "#1c2127", strokeWidth: 1.6 }),
      Plot.tip([...lower, ...upper], Plot.pointer({ x: "x", y: "y", title, maxRadius: 12 })),
    ],
  });
}

export function heatLegend(rows) {
  const limit = largest(rows), stops = range(-1, 1.01, 0.1);
  return h("div", { class: "ramp heat-legend" },
    h("span", null, say("partial")), h("span", null, number(-limit, 2)),
    h("i", { style: `background:linear-gradient(90deg, ${stops.map((x) => interpolateRdBu((1 - x) / 2)).join(", ")})` }),
    h("span", null, `+${number(limit, 2)}`));
}

/** rows: people with their improvement and the change of one connection. */
export function scatter(rows) {
  return Plot.plot({
    width: 760, height: 340, marginLeft: 48, marginBottom: 42, insetLeft: 10, insetRight: 10, style: figureStyle, symbol: { type: "identity" },
    x: { label: say("improvement"), labelAnchor: "center", labelArrow: "none", nice: true },
    y: { label: `↑ ${say("change")}`, grid: true, nice: true, ticks: 6, labelArrow: "none" },
    marks: [
      Plot.ruleY([0], { stroke: "#c9d0d5" }),
      Plot.linearRegressionY(rows, { x: "improvement", y: "change", stroke: "#39424a", strokeWidth: 1.4, fillOpacity: 0.07, clip: true }),
      Plot.dot(rows, { x: "improvement", y: "change", fill: (row) => armColor(row), symbol: (row) => armSymbol(row), fillOpacity: 0.85, stroke: "white", r: 4.6, className: "people-points",
        title: (row) => `${label(row)}\n${row.improvement} · ${number(row.change, 3)}`, tip: true }),
    ],
  });
}

/** pick(row) when a row of the table is chosen, by mouse or keyboard. */
export function foundTable(rows, picked, pick) {
  if (rows.length === 0) return h("p", { class: "empty" }, say("none"));
  return scroller(say("foundList"), "found", table([
    { head: say("connection"), cell: pairName },
    { head: "r", number: true, cell: (row) => number(row.r, 3) },
    { head: "t", number: true, cell: (row) => number(row.t, 2) },
    { head: "p", number: true, cell: (row) => pValue(row.p) },
    { head: "q", number: true, cell: (row) => pValue(row.q) },
  ], rows, (row) => ({
    class: row === picked ? "pick picked" : "pick", tabindex: 0, onclick: () => pick(row),
    onkeydown: (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), pick(row)),
  })));
}
