// forest.js - one row a trial, the pooled diamond and the prediction interval.
import * as Plot from "@observablehq/plot";
import { dictionary, figureStyle, h, ink, isolated, number, pValue, table } from "./ui.js";

export const say = dictionary({
  to: ["{0} to {1}", "{0} 至 {1}"],
  difference: ["Mean difference ({0} points)", "均数差（{0} 分）"],
  trial: ["Trial", "试验"],
  weight: ["Weight", "权重"],
  method: ["Interval", "区间方法"],
  interval: ["95% interval", "95% 区间"],
  prediction: ["Prediction", "预测区间"],
  pooledRow: ["Pooled (Knapp-Hartung)", "合并（Knapp-Hartung）"],
  predictionRow: ["95% prediction interval", "95% 预测区间"],
  heterogeneity: ["Heterogeneity: I² = {0}%, τ² = {1}, Q = {2} (p = {3}).", "异质性：I² = {0}%，τ² = {1}，Q = {2}（p = {3}）。"],
});

const interval = (row) => `${number(row.estimate ?? row.yi)} (${number(row.ci_lb)}, ${number(row.ci_ub)})`;

export function forestPlot(of) {
  const pooled = of.pooled.find((row) => row.test === "knha") ?? of.pooled[0];
  const trials = of.studies.map((trial, k) => ({ ...trial, row: k }));
  const k = trials.length, diamond = k + 0.55, bar = k + 1.55;
  const low = Math.min(0, pooled.pi_lb ?? 0, ...trials.map((t) => t.ci_lb)), high = Math.max(0, pooled.pi_ub ?? 0, ...trials.map((t) => t.ci_ub));
  const largest = Math.max(...trials.map((t) => t.weight));
  const left = { textAnchor: "start", frameAnchor: "left", dx: -330 }, right = { textAnchor: "start", frameAnchor: "right", dx: 18 };
  const heading = { y: () => -0.95, fill: ink.soft, fontWeight: 600 };
  return Plot.plot({
    width: 1060, height: 62 + 25 * (k + 3.6), marginLeft: 350, marginRight: 230, marginTop: 12, marginBottom: 52, style: { ...figureStyle, fontSize: "13px" },
    x: { domain: [low, high], nice: true, label: say("difference", of.outcome), labelAnchor: "center", labelArrow: "none", grid: true, ticks: 8 },
    y: { domain: [bar + 0.7, -1.3], axis: null },
    r: { type: "identity" },
    marks: [
      Plot.ruleX([0], { stroke: "#8b959e" }),
      Plot.ruleX([pooled.estimate], { stroke: ink.accent, strokeDasharray: "3,4", strokeOpacity: 0.7 }),
      Plot.ruleY([k - 0.05], { stroke: ink.line, insetLeft: -330, insetRight: -210 }),
      Plot.ruleY(trials, { y: "row", x1: "ci_lb", x2: "ci_ub", stroke: "#39424a", strokeWidth: 1.4 }),
      Plot.dot(trials, { x: "yi", y: "row", r: (t) => 7.5 * Math.sqrt(t.weight / largest), symbol: "square", fill: "#39424a", className: "trial-points", ariaLabel: "study" }),
      Plot.line([[pooled.ci_lb, diamond], [pooled.estimate, diamond - 0.32], [pooled.ci_ub, diamond], [pooled.estimate, diamond + 0.32], [pooled.ci_lb, diamond]],
        { fill: ink.accent, stroke: ink.accent, strokeLinejoin: "miter", className: "pooled-diamond" }),
      pooled.pi_lb != null && Plot.ruleY([pooled], { y: () => bar, x1: "pi_lb", x2: "pi_ub", stroke: ink.accent, strokeWidth: 5, strokeOpacity: 0.45, className: "prediction-bar" }),
      Plot.text([say("trial")], { ...heading, ...left, text: String }),
      Plot.text(["n"], { ...heading, text: String, frameAnchor: "left", textAnchor: "end", dx: -30 }),
      Plot.text([`MD (${say("interval")})`], { ...heading, ...right, text: String }),
      Plot.text([say("weight")], { ...heading, text: String, frameAnchor: "right", textAnchor: "end", dx: 218 }),
      Plot.text(trials, { y: "row", ...left, text: (t) => isolated(t.study) }),
      Plot.text(trials, { y: "row", text: (t) => `${t.n1} / ${t.n2}`, frameAnchor: "left", textAnchor: "end", dx: -30, fill: ink.soft }),
      Plot.text(trials, { y: "row", ...right, text: interval }),
      Plot.text(trials, { y: "row", text: (t) => `${number(100 * t.weight, 1)}%`, frameAnchor: "right", textAnchor: "end", dx: 218, fill: ink.soft }),
      Plot.text([pooled], { y: () => diamond, ...left, text: () => say("pooledRow"), fontWeight: 650, fill: ink.accent }),
      Plot.text([pooled], { y: () => diamond, ...right, text: interval, fontWeight: 650, fill: ink.accent }),
      pooled.pi_lb != null && Plot.text([pooled], { y: () => bar, ...left, text: () => say("predictionRow"), fill: ink.accent }),
      pooled.pi_lb != null && Plot.text([pooled], { y: () => bar, ...right, text: (row) => say("to", number(row.pi_lb), number(row.pi_ub)), fill: ink.accent }),
    ],
  });
}

export function pooledTable(of) {
  const names = { z: "REML, z", knha: "REML, Knapp-Hartung" };
  return table([
    { head: say("method"), cell: (row) => names[row.test] ?? row.test },
    { head: "k", number: true, cell: (row) => String(row.k) },
    { head: "MD", number: true, cell: (row) => number(row.estimate) },
    { head: say("interval"), number: true, cell: (row) => say("to", number(row.ci_lb), number(row.ci_ub)) },
    { head: "p", number: true, cell: (row) => pValue(row.p) },
    { head: say("prediction"), number: true, cell: (row) => say("to", number(row.pi_lb), number(row.pi_ub)) },
    { head: "", cell: (row) => row.note ?? "" },
  ], of.pooled);
}
