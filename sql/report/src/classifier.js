// classifier.js - ROC curve and scores of a stored model.
import * as Plot from "@observablehq/plot";
import { figureStyle, ink } from "./colors.js";
import { badge, h } from "./dom.js";
import { number, say } from "./words.js";

const outcomeColor = (row) => (row.responded ? "#0b6e63" : "#b0483f");

export function rocPlot(of) {
  return Plot.plot({
    width: 380, height: 350, marginLeft: 46, marginBottom: 42, style: figureStyle,
    x: { domain: [0, 1], label: say("falsePositive"), labelAnchor: "center", labelArrow: "none", ticks: 5, grid: true },
    y: { domain: [0, 1], label: `↑ ${say("sensitivity")}`, ticks: 5, grid: true, labelArrow: "none" },
    marks: [
      Plot.link([0], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: "#c9d0d5", strokeDasharray: "4,4" }),
      Plot.areaY(of.roc, { x: "fpr", y1: 0, y2: "tpr", fill: ink.accent, fillOpacity: 0.08 }),
      Plot.line(of.roc, { x: "fpr", y: "tpr", stroke: ink.accent, strokeWidth: 2.4, className: "roc-line" }),
    ],
  });
}

export function scorePlot(of) {
  return Plot.plot({
    width: 520, height: 350, marginLeft: 105, marginBottom: 42, style: figureStyle,
    x: { domain: [0, 1], label: say("score"), labelAnchor: "center", labelArrow: "none", ticks: 5, grid: true },
    fy: { label: null, domain: [true, false], padding: 0.1, tickFormat: null, axis: null },
    y: { axis: null },
    marks: [
      Plot.ruleX([0.5], { stroke: "#c9d0d5", strokeDasharray: "4,4" }),
      Plot.dot(of.scores, Plot.dodgeY("middle", { x: "score", fy: "responded", r: 4.8, fill: outcomeColor, fillOpacity: 0.85, stroke: "white", className: "score-points" })),
      Plot.text([true, false], { fy: (d) => d, frameAnchor: "left", textAnchor: "end", dx: -14, text: (d) => say(d ? "responded" : "notResponded"), fill: (d) => outcomeColor({ responded: d }), fontWeight: 600, fontSize: 13 }),
    ],
  });
}

export function classifierSections(all) {
  return all.map((of) => h("section", { id: `model-${of.name}` },
    h("h2", null, say("model"), badge(of.simulated, say("simulated"))),
    h("p", { class: "lead" }, say("modelLead", of.name, of.version, of.trained_on)),
    h("div", { class: "pair even" },
      h("div", null, h("h3", null, say("roc", number(of.auc, 3))), h("figure", { class: "roc" }, rocPlot(of))),
      h("div", null, h("h3", null, say("scores")), h("figure", { class: "scores" }, scorePlot(of))))));
}
