// classifier.js - the ROC curve of a stored model.
import * as Plot from "@observablehq/plot";
import { dictionary, figureStyle, ink } from "./ui.js";

const say = dictionary({
  falsePositive: ["1 − specificity", "1 − 特异度"],
  sensitivity: ["Sensitivity", "灵敏度"],
});

/** rows: the corners {fpr, tpr} by descending threshold; the curve begins at the origin. */
export function rocPlot(rows) {
  const corners = [{ fpr: 0, tpr: 0 }, ...rows];
  return Plot.plot({
    width: 380, height: 350, marginLeft: 46, marginBottom: 42, style: figureStyle,
    x: { domain: [0, 1], label: say("falsePositive"), labelAnchor: "center", labelArrow: "none", ticks: 5, grid: true },
    y: { domain: [0, 1], label: `↑ ${say("sensitivity")}`, ticks: 5, grid: true, labelArrow: "none" },
    marks: [
      Plot.link([0], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: "#c9d0d5", strokeDasharray: "4,4" }),
      Plot.areaY(corners, { x: "fpr", y1: 0, y2: "tpr", fill: ink.accent, fillOpacity: 0.08 }),
      Plot.line(corners, { x: "fpr", y: "tpr", stroke: ink.accent, strokeWidth: 2.4, className: "roc-line" }),
    ],
  });
}
