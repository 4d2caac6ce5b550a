// connections.js - the heat map of partial correlations, the connections found, and one of them as a scatter.
import * as Plot from "@observablehq/plot";
import { interpolateRdBu, range, scaleDiverging } from "d3";
import { armColor, figureStyle, ink } from "./colors.js";
import { badge, h, table } from "./dom.js";
import { count, label, languageCode, number, pValue, say } from "./words.js";

const regionName = (region) => (languageCode() === "zh" && region.name_zh) || region.name.replaceAll("_", " ");
const pairName = (of, edge) => `${regionName(of.regions[edge.i - 1])} – ${regionName(of.regions[edge.j - 1])}`;

/** Packed upper triangle, row-major i < j, as the warehouse stores it. */
function cells(of) {
  const all = [];
  let k = 0;
  for (let i = 1; i < of.regions.length; i++) for (let j = i + 1; j <= of.regions.length; j++) all.push({ i, j, r: of.r[k++] });
  return all.filter((cell) => cell.r != null);
}

const largest = (of) => Math.max(...of.r.map((r) => Math.abs(r ?? 0)));

export function heatMap(of, picked) {
  const n = of.regions.length, limit = largest(of), size = 540;
  const color = scaleDiverging([limit, 0, -limit], interpolateRdBu);
  const square = { x1: (d) => d.x - 0.5, x2: (d) => d.x + 0.5, y1: (d) => d.y - 0.5, y2: (d) => d.y + 0.5, insetRight: -0.2, insetBottom: -0.2, fill: (d) => color(d.r) };
  const title = (d) => `${pairName(of, d)}\n${say("partial")} = ${number(d.r, 3)}`;
  const lower = cells(of).map((cell) => ({ ...cell, x: cell.i, y: cell.j }));
  const upper = of.found.map((edge) => ({ ...edge, x: edge.j, y: edge.i }));
  const chosen = picked ? [{ x: picked.j, y: picked.i }, { x: picked.i, y: picked.j }] : [];
  return Plot.plot({
    width: size, height: size, margin: 6, style: figureStyle,
    x: { axis: null, domain: [0.5, n + 0.5] }, y: { axis: null, domain: [n + 0.5, 0.5] },
    marks: [
      Plot.rect([0], { x1: 0.5, x2: n + 0.5, y1: 0.5, y2: n + 0.5, fill: "#fbfcfb", stroke: ink.line }),
      Plot.rect(lower, { ...square, className: "heat-all" }),
      // A cell is a few pixels: the found ones get half a cell more on each side.
      Plot.rect(upper, { ...square, inset: -1.6, insetRight: -1.6, insetBottom: -1.6, className: "heat-found", ariaLabel: (d) => `${d.i} ${d.j}`, cursor: "pointer" }),
      Plot.link([0], { x1: 0.5, y1: 0.5, x2: n + 0.5, y2: n + 0.5, stroke: "#c9d0d5" }),
      Plot.dot(chosen, { x: "x", y: "y", r: 8, stroke: "#1c2127", strokeWidth: 1.6 }),
      Plot.tip([...lower, ...upper], Plot.pointer({ x: "x", y: "y", title, maxRadius: 12 })),
    ],
  });
}

function heatLegend(of) {
  const limit = largest(of), stops = range(-1, 1.01, 0.1);
  return h("div", { class: "ramp" },
    h("span", null, say("partial")), h("span", null, number(-limit, 2)),
    h("i", { style: `background:linear-gradient(90deg, ${stops.map((x) => interpolateRdBu((1 - x) / 2)).join(", ")})` }),
    h("span", null, `+${number(limit, 2)}`));
}

export function scatter(of, edge) {
  const k = of.found.indexOf(edge);
  const rows = of.subjects.filter((s) => s.change[k] != null).map((s) => ({ ...s, y: s.change[k] }));
  return Plot.plot({
    width: 470, height: 310, marginLeft: 48, marginBottom: 42, style: figureStyle,
    x: { label: say("improvement"), labelAnchor: "center", labelArrow: "none", nice: true },
    y: { label: `↑ ${say("change")}`, grid: true, nice: true, ticks: 6, labelArrow: "none" },
    marks: [
      Plot.ruleY([0], { stroke: "#c9d0d5" }),
      Plot.linearRegressionY(rows, { x: "improvement", y: "y", stroke: "#39424a", strokeWidth: 1.4, fillOpacity: 0.07, clip: true }),
      Plot.dot(rows, { x: "improvement", y: "y", fill: (row) => armColor(row.kind), fillOpacity: 0.85, stroke: "white", r: 4.6, className: "people-points",
        title: (row) => `${label(row)}\n${row.improvement} · ${number(row.y, 3)}`, tip: true }),
    ],
  });
}

function armLegend(of) {
  const arms = new Map(of.subjects.map((s) => [s.arm, s]));
  return h("div", { class: "legend" }, [...arms.values()].map((s) => h("span", null, h("i", { style: `background:${armColor(s.kind)}` }), label(s))));
}

function foundTable(of, picked, pick) {
  if (of.found.length === 0) return h("p", { class: "empty" }, say("none"));
  return h("div", { class: "scroll found" }, table([
    { head: say("connection"), cell: (edge) => pairName(of, edge) },
    { head: "r", number: true, cell: (edge) => number(edge.r, 3) },
    { head: "t", number: true, cell: (edge) => number(edge.t, 2) },
    { head: "p", number: true, cell: (edge) => pValue(edge.p) },
    { head: "q", number: true, cell: (edge) => pValue(edge.q) },
  ], of.found, (edge) => ({
    class: edge === picked ? "pick picked" : "pick", tabindex: 0, onclick: () => pick(edge),
    onkeydown: (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), pick(edge)),
  })));
}

function connectionFigures(of) {
  const place = h("div", { class: "pair map" });
  const draw = (edge) => {
    const scrolled = place.querySelector(".found")?.scrollTop ?? 0;
    const map = heatMap(of, edge);
    map.addEventListener("click", (event) => {
      const [i, j] = (event.target.getAttribute("aria-label") ?? "").split(" ").map(Number);
      const hit = of.found.find((other) => other.i === i && other.j === j);
      if (hit) draw(hit);
    });
    place.replaceChildren(
      h("div", null, h("h3", null, say("heat", of.alpha)), h("figure", { class: "heat" }, map), h("div", { class: "heat-legend" }, heatLegend(of))),
      h("div", null,
        edge && h("h3", null, say("changeOf"), " ", h("b", null, pairName(of, edge))),
        edge && armLegend(of),
        edge && h("figure", { class: "scatter", "data-edge": `${edge.i}-${edge.j}` }, scatter(of, edge)),
        edge && h("p", { class: "note" }, say("scatterNote", number(edge.r, 3), number(edge.t, 2), pValue(edge.q)), " ", say("choose")),
        h("div", { class: "below" }, foundTable(of, edge, draw))));
    const list = place.querySelector(".found");
    if (list) list.scrollTop = scrolled;
  };
  draw(of.found[0]);
  return place;
}

export function connectionSections(all) {
  return all.map((of) => h("section", { id: `connections-${of.study}-${of.atlas}` },
    h("h2", null, say("connections"), badge(of.simulated, say("simulated"))),
    h("p", { class: "lead" }, say("connectionsLead", of.n, count(of.tested), of.found.length, of.alpha)),
    connectionFigures(of)));
}
