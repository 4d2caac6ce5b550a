// bars.js - small figures of counts and rates that several pages draw.
import * as Plot from "@observablehq/plot";
import { armColor, armSymbol, clip, dictionary, figureStyle, ink, label, number, percent } from "./ui.js";

const say = dictionary({ week: ["Week", "周"], of: ["{0} of {1}", "{1} 中 {0}"] });

/** Proportions with their intervals over weeks, arms beside each other; facet: [{key, name}] side by side. */
export function ratePlot(rows, { facet, facetName, y }) {
  const arms = [...new Set(rows.map((row) => row.arm))], weeks = [...new Set(rows.map((row) => row.week))];
  const x = (row) => row.week + 0.28 * (arms.indexOf(row.arm) - (arms.length - 1) / 2), stroke = (row) => armColor(row);
  return Plot.plot({
    width: 1068, height: 270, marginLeft: 48, marginBottom: 42, style: figureStyle, symbol: { type: "identity" },
    fx: { label: null, domain: [...new Set(rows.map(facet))], tickFormat: facetName, padding: 0.08 },
    x: { label: say("week"), ticks: weeks, tickFormat: String, labelAnchor: "center", labelArrow: "none", insetLeft: 14, insetRight: 14 },
    y: { label: `↑ ${y}`, domain: [0, 1], percent: false, tickFormat: (v) => percent(v), grid: true, ticks: 5, labelArrow: "none" },
    marks: [
      Plot.frame({ stroke: ink.line }),
      Plot.ruleX(rows, { fx: facet, x, y1: "ci_lb", y2: "ci_ub", stroke, strokeWidth: 1.6 }),
      Plot.dot(rows, { fx: facet, x, y: "rate", fill: stroke, stroke: "white", r: 5, symbol: (row) => armSymbol(row), className: "rate-points", ariaLabel: (row) => `${facet(row)} ${row.arm} ${row.week}`,
        title: (row) => `${facetName(facet(row))}, ${label(row, "label", 40)}, ${say("week")} ${row.week}: ${percent(row.rate)} (${percent(row.ci_lb)} – ${percent(row.ci_ub)}), ${say("of", row.reached, row.n)}` }),
    ],
  });
}

/** Bars of counts in steps [from, to], one panel an item of facet; domain: of x, where several figures share one; middle: a line there. */
export function stepBars(rows, { from, to, value, facet, facetName, x, y, domain, middle, width = 1068, color = ink.accent }) {
  return Plot.plot({
    width, height: 240, marginLeft: 56, marginBottom: 42, style: figureStyle,
    fx: facet ? { label: null, tickFormat: facetName, padding: 0.08 } : undefined,
    x: { label: x, labelAnchor: "center", labelArrow: "none", ...(domain ? { domain } : { nice: true }) }, y: { label: `↑ ${y}`, grid: true, ticks: 5, labelArrow: "none" },
    marks: [
      Plot.rectY(rows, { fx: facet, x1: from, x2: to, y: value, fill: color, insetLeft: 0.5, insetRight: 0.5, className: "step-bars",
        title: (row) => `${facet ? `${facetName(facet(row))}: ` : ""}${number(row[from])} – ${number(row[to])}: ${row[value]}` }),
      Plot.ruleY([0], { stroke: ink.rule }),
      middle == null ? null : Plot.ruleX([middle], { stroke: ink.text, strokeDasharray: "3,3" }),
    ],
  });
}

/** Horizontal bars of shares, a row each; text: what stands at the end of the bar. */
export function shareBars(rows, { name, share, text, x }) {
  const left = 20 + Math.max(60, ...rows.map((row) => [...clip(name(row), 64)].reduce((sum, c) => sum + (c > "\u2e80" ? 12.5 : 7.2), 0)));
  return Plot.plot({
    width: 440 + left, height: 50 + 23 * rows.length, marginLeft: left, marginRight: 90, marginTop: 6, marginBottom: 40, style: figureStyle,
    x: { domain: [0, 1], tickFormat: (v) => percent(v), label: x, labelAnchor: "center", labelArrow: "none", ticks: 5, grid: true },
    y: { label: null, domain: rows.map((_, k) => k), tickFormat: (k) => clip(name(rows[k]), 64), tickSize: 0 },
    marks: [
      Plot.barX(rows, { x: share, y: (_, k) => k, fill: ink.accent, inset: 2, className: "share-bars", ariaLabel: (row) => row.item ?? null, title: (row) => `${name(row)}: ${percent(row[share])}` }),
      Plot.text(rows, { x: share, y: (_, k) => k, text, textAnchor: "start", dx: 6, fill: ink.text }),
      Plot.ruleX([0], { stroke: ink.rule }),
    ],
  });
}
