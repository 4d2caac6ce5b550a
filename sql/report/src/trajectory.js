// trajectory.js - HAMD by arm and visit: mean with its interval, and the response table.
import * as Plot from "@observablehq/plot";
import { groups } from "d3";
import { armColor, armSymbol, clip, count, dictionary, figureStyle, h, label, number, percent, table } from "./ui.js";

export const say = dictionary({
  week: ["Week", "周"],
  total: ["HAMD-17 total", "HAMD-17 总分"],
  arm: ["Arm", "组别"],
  meanSd: ["Mean (SD)", "均值（SD）"],
  response: ["Response", "有效"],
  remission: ["Remission", "缓解"],
  describe: ["Mean HAMD-17 with its 95% interval by week, one line an arm: {0}.", "各组各周 HAMD-17 均值及 95% 区间：{0}。"],
  fromTo: ["{0} from {1} to {2}", "{0} 由 {1} 至 {2}"],
});

// Wide characters are twice as wide: pixels of a text at 13 px, bold.
const textWidth = (text) => [...text].reduce((sum, c) => sum + (c > "\u2e80" ? 13.5 : 8), 0);

/** In words: each arm's first and last mean. */
export const describeTrajectory = (rows) => say("describe", groups(rows, (row) => row.arm)
  .map(([, of]) => say("fromTo", label(of[0]), number(of[0].mean, 1), number(of[of.length - 1].mean, 1))).join("; "));

export function trajectoryPlot(rows) {
  const weeks = [...new Set(rows.map((row) => row.week))];
  const arms = groups(rows, (row) => row.arm);
  // Intervals of one visit stand beside each other, not on top.
  const nudge = new Map(arms.map(([arm], k) => [arm, 0.07 * (k - (arms.length - 1) / 2)]));
  const x = (row) => row.week + nudge.get(row.arm);
  const stroke = (row) => armColor(row);
  const title = (row) => `${label(row, "label", 60)}, ${say("week")} ${row.week}\n${number(row.mean, 1)} (${number(row.ci_lb, 1)} – ${number(row.ci_ub, 1)})\nn = ${row.n}`;
  return Plot.plot({
    width: 560, height: 350, marginLeft: 46, marginRight: 24 + Math.max(...arms.map(([, of]) => textWidth(clip(label(of[0]), 24)))), marginBottom: 42, style: figureStyle,
    x: { label: say("week"), ticks: weeks, tickFormat: String, labelAnchor: "center", labelArrow: "none", insetLeft: 10 },
    y: { label: `↑ ${say("total")}`, domain: [0, Math.ceil(Math.max(...rows.map((row) => row.ci_ub ?? row.mean)) / 5) * 5], grid: true, ticks: 6, labelArrow: "none" },
    marks: [
      Plot.ruleY([0], { stroke: "#c9d0d5" }),
      Plot.areaY(rows, { x, y1: "ci_lb", y2: "ci_ub", z: "arm", fill: stroke, fillOpacity: 0.09 }),
      Plot.ruleX(rows, { x, y1: "ci_lb", y2: "ci_ub", stroke, strokeWidth: 1.5 }),
      Plot.line(rows, { x, y: "mean", z: "arm", stroke, strokeWidth: 2.4 }),
      Plot.dot(rows, { x, y: "mean", fill: stroke, stroke: "white", strokeWidth: 1.5, r: 5, symbol: (row) => armSymbol(row), className: "mean-points",
        ariaLabel: (row) => `${row.arm} ${row.week}`, title }),
      Plot.tip(rows, Plot.pointer({ x, y: "mean", title })),
      Plot.text(arms.map(([, of]) => of[of.length - 1]), { x, y: "mean", text: (row) => clip(label(row), 24), fill: stroke, textAnchor: "start", dx: 12, fontWeight: 600, fontSize: 13 }),
    ],
    symbol: { type: "identity" },
  });
}

export const responseTable = (rows, caption) => h("div", { class: "wide" }, table([
  { head: say("arm"), class: "nowrap", cell: (row) => [h("span", { class: "swatch", style: `background:${armColor(row)}` }), label(row, "label", 40)] },
  { head: say("week"), number: true, cell: (row) => String(row.week) },
  { head: "n", number: true, cell: (row) => count(row.n) },
  { head: say("meanSd"), number: true, cell: (row) => `${number(row.mean, 1)} (${number(row.sd, 1)})` },
  { head: say("response"), number: true, cell: (row) => percent(row.response) },
  { head: say("remission"), number: true, cell: (row) => percent(row.remission) },
], rows, undefined, caption));
