// models_plots.js - ROC, calibration, decision curve and Shapley values over rows of the views of schema report.
import * as Plot from "@observablehq/plot";
import { interpolateRgbBasis } from "d3";
import { figureStyle, ink } from "../colors.js";
import { h } from "../dom.js";
import { clip, percent, t } from "./evidence_marks.js";

const unit = (label, more = {}) => ({ domain: [0, 1], label, labelAnchor: "center", labelArrow: "none", ticks: 5, grid: true, ...more });

/** corners: of report.model_roc of one model and cohort, from (0, 0), with Wilson's interval of the sensitivity at each. */
export function rocPlot(corners) {
  return Plot.plot({
    width: 520, height: 450, marginLeft: 50, marginBottom: 44, style: figureStyle,
    x: unit(t("1 − specificity", "1 − 特异度")), y: unit(t("Sensitivity", "灵敏度")),
    marks: [
      Plot.link([0], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: "#c9d0d5", strokeDasharray: "4,4" }),
      Plot.areaY(corners, { x: "fpr", y1: "tpr_lb", y2: "tpr_ub", fill: ink.accent, fillOpacity: 0.14, className: "roc-band" }),
      Plot.line(corners, { x: "fpr", y: "tpr", stroke: ink.accent, strokeWidth: 2.4, className: "roc-line" }),
    ],
  });
}

/** bins: report.model_calibration of one model and cohort; dots have the area of their counts, which stand beside them. */
export function calibrationPlot(bins) {
  const filled = bins.filter((bin) => bin.n > 0), most = Math.max(1, ...filled.map((bin) => bin.n));
  return Plot.plot({
    width: 520, height: 450, marginLeft: 50, marginBottom: 44, style: figureStyle,
    x: unit(t("Mean predicted probability", "平均预测概率")), y: unit(t("Observed share", "实际比例")), r: { type: "identity" },
    marks: [
      Plot.link([0], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: "#c9d0d5", strokeDasharray: "4,4" }),
      Plot.ruleX(filled, { x: "mean_score", y1: "observed_lb", y2: "observed_ub", stroke: ink.accent, strokeOpacity: 0.55, strokeWidth: 1.4, className: "calibration-intervals" }),
      Plot.dot(filled, { x: "mean_score", y: "observed", r: (bin) => 3 + 9 * Math.sqrt(bin.n / most), fill: ink.accent, fillOpacity: 0.8, stroke: "white", className: "calibration-points", ariaLabel: (bin) => `bin ${bin.bin}`,
        title: (bin) => `${t("predicted", "预测")} ${percent(bin.mean_score)}, ${t("observed", "实际")} ${percent(bin.observed)} (${percent(bin.observed_lb)} – ${percent(bin.observed_ub)}), ${bin.positives}/${bin.n}` }),
      Plot.text(filled, { x: "mean_score", y: "observed", text: (bin) => `${bin.positives}/${bin.n}`, textAnchor: "start", dx: 9, dy: -9, fontSize: 11, fill: ink.soft, stroke: "white", strokeWidth: 3 }),
    ],
  });
}

/** rows: report.model_decision_curve of one model and cohort. */
export function decisionPlot(rows) {
  const values = rows.map((row) => row.net_benefit).filter((value) => value != null), top = Math.max(0.05, ...values, ...rows.slice(0, 1).map((row) => row.treat_all ?? 0));
  return Plot.plot({
    width: 520, height: 400, marginLeft: 50, marginRight: 84, marginBottom: 44, style: figureStyle,
    x: unit(t("Threshold probability", "阈值概率")), y: { domain: [Math.max(-0.1, Math.min(0, ...values)), top * 1.08], label: t("Net benefit", "净获益"), labelArrow: "none", grid: true, ticks: 6 },
    marks: [
      Plot.ruleY([0], { stroke: ink.faint }),
      Plot.line(rows, { x: "threshold", y: "treat_all", stroke: "#c2722b", strokeDasharray: "5,4", clip: true, className: "treat-all" }),
      Plot.line(rows, { x: "threshold", y: "net_benefit", stroke: ink.accent, strokeWidth: 2.4, clip: true }),
      Plot.dot(rows, { x: "threshold", y: "net_benefit", r: 2.6, fill: ink.accent, clip: true, className: "decision-points", ariaLabel: (row) => String(row.threshold),
        title: (row) => `${t("threshold", "阈值")} ${percent(row.threshold)}: ${t("net benefit", "净获益")} ${row.net_benefit == null ? "–" : row.net_benefit.toFixed(3)}` }),
      Plot.text([[1, 0]], { text: () => t("treat nobody", "都不治疗"), textAnchor: "start", dx: 6, fill: ink.soft }),
      Plot.text(rows.slice(0, 1), { x: "threshold", y: "treat_all", text: () => t("treat all", "全部治疗"), textAnchor: "start", dx: 8, dy: -8, fill: "#8f4f17" }),
      Plot.text(rows.slice(Math.floor(rows.length * 0.55)).slice(0, 1), { x: "threshold", y: "net_benefit", text: () => t("model", "模型"), textAnchor: "start", dx: 6, dy: -12, fill: ink.accent, fontWeight: 600 }),
    ],
  });
}

const ramp = interpolateRgbBasis(["#3b6fb6", "#a9a9b5", "#b0483f"]);
/** What the colours of the dots say. */
export const shapLegend = () => h("div", { class: "ramp shap-legend" }, h("span", null, t("feature: lowest", "特征值：最低")),
  h("i", { style: `background:linear-gradient(90deg, ${[0, 0.25, 0.5, 0.75, 1].map(ramp).join(", ")})` }), h("span", null, t("highest (by rank)", "最高（按秩）")));

/** cases: rows of report.model_shap of the largest features; summary: report.model_shap_summary in order of place. */
export function shapPlot(cases, summary) {
  const place = new Map(summary.map((row, k) => [row.feature, k]));
  // Who stands at the same value stands beside it: a fixed pattern by the order of the rows, not by chance.
  const seen = new Map();
  const reach = Math.max(1e-12, ...cases.map((row) => Math.abs(row.shap)));
  const dots = cases.map((row) => {
    const cell = `${row.feature} ${Math.round((row.shap / reach) * 60)}`, k = seen.get(cell) ?? 0;
    seen.set(cell, k + 1);
    return { ...row, y: place.get(row.feature) + ((k % 2 ? 1 : -1) * Math.ceil(k / 2) * 0.07) % 0.42 };
  });
  return Plot.plot({
    width: 1068, height: 84 + 30 * summary.length, marginLeft: 350, marginRight: 110, marginTop: 26, marginBottom: 46, style: figureStyle,
    x: { label: t("Shapley value (what the feature added to the model's margin)", "Shapley 值（该特征对模型输出的贡献）"), labelAnchor: "center", labelArrow: "none", grid: true, ticks: 7 },
    y: { domain: [summary.length - 0.4, -1.1], axis: null },
    marks: [
      Plot.ruleX([0], { stroke: ink.faint }),
      Plot.dot(dots, { x: "shap", y: "y", r: 2.6, fill: (row) => ramp(row.value_rank ?? 0.5), fillOpacity: 0.8, className: "shap-points", ariaLabel: (row) => row.feature }),
      Plot.text(summary, { y: (row) => place.get(row.feature), frameAnchor: "left", textAnchor: "start", dx: -342, text: (row) => clip(row.feature.replaceAll("_", " "), 52) }),
      Plot.text([t("mean |value|", "平均 |值|")], { y: () => -0.95, frameAnchor: "right", textAnchor: "start", dx: 8, text: String, fontSize: 11, fontWeight: 600, fill: ink.soft }),
      Plot.text(summary, { y: (row) => place.get(row.feature), frameAnchor: "right", textAnchor: "start", dx: 8, text: (row) => row.mean_abs.toPrecision(3), fontSize: 11, fill: ink.soft }),
    ],
  });
}
