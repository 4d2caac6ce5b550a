// trajectory.js - HAMD by arm and visit: mean with its interval, and the response table.
import * as Plot from "@observablehq/plot";
import { groups } from "d3";
import { armColor, figureStyle } from "./colors.js";
import { badge, h, table } from "./dom.js";
import { count, label, number, percent, say } from "./words.js";

export function trajectoryPlot(rows) {
  const weeks = [...new Set(rows.map((row) => row.week))];
  const arms = groups(rows, (row) => row.arm);
  // Intervals of one visit stand beside each other, not on top.
  const nudge = new Map(arms.map(([arm], k) => [arm, 0.07 * (k - (arms.length - 1) / 2)]));
  const x = (row) => row.week + nudge.get(row.arm);
  const stroke = (row) => armColor(row.kind);
  return Plot.plot({
    width: 560, height: 350, marginLeft: 46, marginRight: 150, marginBottom: 42, style: figureStyle,
    x: { label: say("week"), ticks: weeks, tickFormat: String, labelAnchor: "center", labelArrow: "none", insetLeft: 10 },
    y: { label: `↑ ${say("total")}`, domain: [0, Math.ceil(Math.max(...rows.map((row) => row.ci_ub ?? row.mean)) / 5) * 5], grid: true, ticks: 6, labelArrow: "none" },
    marks: [
      Plot.ruleY([0], { stroke: "#c9d0d5" }),
      Plot.areaY(rows, { x, y1: "ci_lb", y2: "ci_ub", z: "arm", fill: stroke, fillOpacity: 0.09 }),
      Plot.ruleX(rows, { x, y1: "ci_lb", y2: "ci_ub", stroke, strokeWidth: 1.5 }),
      Plot.line(rows, { x, y: "mean", z: "arm", stroke, strokeWidth: 2.4 }),
      Plot.dot(rows, { x, y: "mean", fill: stroke, stroke: "white", strokeWidth: 1.5, r: 5, className: "mean-points",
        ariaLabel: (row) => `${row.arm} ${row.week}`,
        channels: { n: "n" }, tip: true, title: (row) => `${label(row)}, ${say("week")} ${row.week}\n${number(row.mean, 1)} (${number(row.ci_lb, 1)} – ${number(row.ci_ub, 1)})\nn = ${row.n}` }),
      Plot.text(arms.map(([, of]) => of[of.length - 1]), { x, y: "mean", text: (row) => label(row), fill: stroke, textAnchor: "start", dx: 12, fontWeight: 600, fontSize: 13 }),
    ],
  });
}

function responseTable(rows) {
  return table([
    { head: say("arm"), class: "nowrap", cell: (row) => [h("span", { class: "swatch", style: `background:${armColor(row.kind)}` }), label(row)] },
    { head: say("week"), number: true, cell: (row) => String(row.week) },
    { head: "n", number: true, cell: (row) => count(row.n) },
    { head: say("meanSd"), number: true, cell: (row) => `${number(row.mean, 1)} (${number(row.sd, 1)})` },
    { head: say("response"), number: true, cell: (row) => percent(row.response) },
    { head: say("remission"), number: true, cell: (row) => percent(row.remission) },
  ], rows);
}

export function trajectorySection(rows) {
  return groups(rows, (row) => row.study).map(([study, of]) => h("section", { id: `hamd-${study}` },
    h("h2", null, say("hamd"), badge(of[0].simulated, say("simulated"))),
    h("p", { class: "lead" }, say("hamdLead")),
    h("div", { class: "pair even" }, h("figure", { class: "trajectory" }, trajectoryPlot(of)), h("div", { class: "wide" }, responseTable(of)))));
}
