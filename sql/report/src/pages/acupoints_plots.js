// acupoints_plots.js - frequency, network and STRICTA completeness over rows of the views of schema report.
import * as Plot from "@observablehq/plot";
import { figureStyle, ink } from "../colors.js";
import { h } from "../dom.js";
import { clip, percent, svg, t } from "./evidence_marks.js";

/** The order in which qi is said to pass the channels, then the two on the midline and what has no channel: where points stand in the circle. */
const order = ["LU", "LI", "ST", "SP", "HT", "SI", "BL", "KI", "PC", "TE", "GB", "LR", "GV", "CV"];
const palette = ["#0b6e63", "#c2722b", "#5d6d9e", "#8a6fa8", "#b0483f", "#4c7fb8", "#7a8b2f", "#a0522d", "#2f7d9a", "#9a5b7f", "#5f7f4f", "#8c6d1f", "#33526e", "#7d5ba6", "#6b7680"];
export const channelOf = (row) => row.channel ?? row.kind;
const rank = (row) => { const k = order.indexOf(row.channel); return k < 0 ? order.length : k; };
export const channelColor = (row) => palette[rank(row)];
const channelNames = { LU: ["Lung", "肺经"], LI: ["Large intestine", "大肠经"], ST: ["Stomach", "胃经"], SP: ["Spleen", "脾经"], HT: ["Heart", "心经"], SI: ["Small intestine", "小肠经"], BL: ["Bladder", "膀胱经"],
  KI: ["Kidney", "肾经"], PC: ["Pericardium", "心包经"], TE: ["Triple energizer", "三焦经"], GB: ["Gallbladder", "胆经"], LR: ["Liver", "肝经"], GV: ["Governor vessel", "督脉"], CV: ["Conception vessel", "任脉"] };
/** What the colours say: the channels of these points, in the order of the circle. */
export function channelLegend(rows) {
  const there = [...new Set(rows.map(rank))].sort((a, b) => a - b), squares = there.map((k) => h("span", null, h("i", { class: "square", style: `background:${palette[k]}` }),
    k < order.length ? `${order[k]} ${t(...channelNames[order[k]])}` : t("extra, ear and other points", "经外奇穴、耳穴等")));
  return h("p", { class: "legend channels" }, squares);
}
const textWidth = (text) => [...text].reduce((sum, c) => sum + (c > "\u2e80" ? 12.5 : 7.2), 0);
export const pointName = (row) => t(`${row.acupoint} ${row.pinyin ?? ""}`.trim(), `${row.acupoint} ${row.name_zh}`);

/** rows: report.point_frequency of one study, the most frequent first. */
export function frequencyPlot(rows) {
  const left = 14 + Math.max(60, ...rows.map((row) => textWidth(clip(pointName(row), 30))));
  return Plot.plot({
    width: 560, height: 50 + 21 * rows.length, marginLeft: left, marginRight: 90, marginTop: 8, marginBottom: 40, style: figureStyle,
    x: { domain: [0, Math.max(0.05, ...rows.map((row) => row.share))], label: t("Share of sources", "来源占比"), labelAnchor: "center", labelArrow: "none", grid: true, ticks: 5, tickFormat: (v) => percent(v) },
    y: { domain: rows.map((row) => row.acupoint), axis: null, padding: 0.22 },
    marks: [
      Plot.barX(rows, { x: "share", y: "acupoint", fill: channelColor, className: "frequency-bars", ariaLabel: (row) => row.acupoint }),
      Plot.text(rows, { y: "acupoint", text: (row) => clip(pointName(row), 30), frameAnchor: "left", textAnchor: "start", dx: 4 - left, className: "point-names" }),
      Plot.text(rows, { x: "share", y: "acupoint", text: (row) => `${percent(row.share)} (${row.sources})`, textAnchor: "start", dx: 6, fontSize: 11, fill: ink.soft }),
      Plot.ruleX([0], { stroke: ink.faint }),
    ],
  });
}

/**
 * Points on a circle, channel by channel, and what is used together as chords: nodes have the area of their share, chords the width of their
 * support.  Places follow from the order of channels and shares alone, so that the same data always give the same picture.
 */
export function networkPlot(points, pairs) {
  // The longest name stands beyond the circle: wide characters are twice as wide.
  const name = (row) => clip(t(row.acupoint, `${row.acupoint} ${row.name_zh}`), 18), long = Math.max(...points.map((row) => [...name(row)].reduce((sum, c) => sum + (c > "\u2e80" ? 12.5 : 7.6), 0)));
  const radius = 215, size = 2 * (radius + 20 + Math.max(60, long)), middle = size / 2;
  const nodes = [...points].sort((a, b) => rank(a) - rank(b) || channelOf(a).localeCompare(channelOf(b), "en") || b.share - a.share || a.acupoint.localeCompare(b.acupoint, "en"))
    .map((row, k, all) => { const angle = (2 * Math.PI * k) / all.length - Math.PI / 2; return { ...row, angle, x: middle + radius * Math.cos(angle), y: middle + radius * Math.sin(angle) }; });
  const at = new Map(nodes.map((node) => [node.acupoint, node]));
  const edges = pairs.filter((pair) => at.has(pair.a) && at.has(pair.b)), strongest = Math.max(1e-9, ...edges.map((edge) => edge.support)), largest = Math.max(1e-9, ...nodes.map((node) => node.share));
  const chord = (edge) => {
    const a = at.get(edge.a), b = at.get(edge.b), pull = 0.25;
    return `M${a.x},${a.y}Q${middle + (pull * (a.x + b.x - 2 * middle)) / 2},${middle + (pull * (a.y + b.y - 2 * middle)) / 2},${b.x},${b.y}`;
  };
  return svg("svg", { viewBox: `0 0 ${size} ${size}`, width: size, height: size, "font-size": 12, fill: "#39424a", class: "network" },
    svg("g", { fill: "none", stroke: ink.accent }, [...edges].reverse().map((edge) => svg("path", { class: "chord", d: chord(edge), "stroke-width": 0.6 + 6 * (edge.support / strongest), "stroke-opacity": 0.12 + 0.5 * (edge.support / strongest),
      "data-pair": `${edge.a} ${edge.b}`, "data-support": edge.support }, svg("title", {}, `${edge.a} – ${edge.b}: ${percent(edge.support)}, lift ${edge.lift.toFixed(2)}`)))),
    svg("g", {}, nodes.map((node) => {
      const turned = Math.cos(node.angle) < -1e-9, degrees = (node.angle * 180) / Math.PI + (turned ? 180 : 0), out = 16;
      return svg("g", { class: "node", "data-point": node.acupoint, "data-share": node.share },
        svg("circle", { cx: node.x, cy: node.y, r: 3 + 9 * Math.sqrt(node.share / largest), fill: channelColor(node), stroke: "#fff" }, svg("title", {}, `${pointName(node)}: ${percent(node.share)}`)),
        svg("text", { x: node.x + out * Math.cos(node.angle), y: node.y + out * Math.sin(node.angle), "text-anchor": turned ? "end" : "start", "dominant-baseline": "middle",
          transform: `rotate(${degrees},${node.x + out * Math.cos(node.angle)},${node.y + out * Math.sin(node.angle)})` }, name(node)));
    })));
}

/** rows: report.stricta_item of one study. */
export function strictaPlot(rows, nameOf) {
  const left = 20 + Math.max(60, ...rows.map((row) => textWidth(clip(`${row.item}  ${nameOf(row)}`, 56))));
  return Plot.plot({
    width: 420 + left, height: 50 + 24 * rows.length, marginLeft: left, marginRight: 80, marginTop: 8, marginBottom: 40, style: figureStyle,
    x: { domain: [0, 1], label: t("Sources that report it", "报告该条目的来源"), labelAnchor: "center", labelArrow: "none", grid: true, ticks: 5, tickFormat: (v) => percent(v) },
    y: { domain: rows.map((row) => row.item), axis: null, padding: 0.22 },
    marks: [
      Plot.barX(rows, { x: "share", y: "item", fill: ink.accent, className: "stricta-bars", ariaLabel: (row) => row.item }),
      Plot.text(rows, { y: "item", text: (row) => clip(`${row.item}  ${nameOf(row)}`, 56), frameAnchor: "left", textAnchor: "start", dx: 6 - left }),
      Plot.text(rows, { x: "share", y: "item", text: (row) => `${row.reported} / ${row.sources}`, textAnchor: "start", dx: 6, fontSize: 11, fill: ink.soft }),
      Plot.ruleX([0], { stroke: ink.faint }),
    ],
  });
}
