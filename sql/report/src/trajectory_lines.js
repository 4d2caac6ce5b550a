// trajectory_lines.js - ratings of single people behind their arm's mean.
import * as Plot from "@observablehq/plot";
import { armColor, dictionary, figureStyle, ink, label } from "./ui.js";

const say = dictionary({ week: ["Week", "周"], total: ["HAMD-17 total", "HAMD-17 总分"] });

/** lines: rows of report.hamd_line; means: rows of report.hamd_by_visit. */
export function linesPlot(lines, means) {
  const arms = new Map(lines.map((row) => [row.arm, row])), most = Math.max(...lines.map((row) => row.total), ...means.map((row) => row.mean));
  return Plot.plot({
    width: 1068, height: 300, marginLeft: 46, marginBottom: 42, style: figureStyle,
    fx: { label: null, domain: [...arms.keys()], tickFormat: (arm) => label(arms.get(arm), "label", 30), padding: 0.08 },
    x: { label: say("week"), ticks: [...new Set(lines.map((row) => row.week))], tickFormat: String, labelAnchor: "center", labelArrow: "none" },
    y: { label: `↑ ${say("total")}`, domain: [0, Math.ceil(most / 5) * 5], grid: true, ticks: 6, labelArrow: "none" },
    marks: [
      Plot.frame({ stroke: ink.line }),
      Plot.line(lines, { fx: "arm", x: "week", y: "total", z: (row) => `${row.arm} ${row.line}`, stroke: (row) => armColor(row), strokeOpacity: 0.45, strokeWidth: 1.2, className: "people-lines" }),
      Plot.dot(lines, { fx: "arm", x: "week", y: "total", fill: (row) => armColor(row), fillOpacity: 0.45, r: 1.8, className: "line-points" }),
      Plot.line(means, { fx: "arm", x: "week", y: "mean", z: "arm", stroke: ink.text, strokeWidth: 2.6 }),
    ],
  });
}
