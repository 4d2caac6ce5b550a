// meta.js - the page of the meta-analysis: trials and their pooled effect.
import { forestPlot, pooledTable } from "../forest.js";
import { dictionary, figure, h, isolated, number, pValue, render, rowsOf } from "../ui.js";

const say = dictionary({
  title: ["Meta-analysis", "荟萃分析"],
  lead: ["Trials and what they say together.", "各试验及其合并结果。"],
  forest: ["Mean differences of trials", "各试验的均数差"],
  forestOf: ["{1} against {2}: mean difference of {0}", "{1} 对照 {2}：{0} 均数差"],
  forestLead: ["Random effects by REML. Squares have the area of a trial's weight; the diamond is the pooled mean with its Knapp-Hartung interval, the bar its prediction interval.",
    "REML 随机效应模型。方块面积为权重；菱形为合并均值及 Knapp-Hartung 区间，横条为预测区间。"],
  describe: ["Forest plot of {0} trials; pooled {1} ({2} to {3}).", "{0} 项试验的森林图；合并 {1}（{2} 至 {3}）。"],
  heterogeneity: ["Heterogeneity: I² = {0}%, τ² = {1}, Q = {2} (p = {3}).", "异质性：I² = {0}%，τ² = {1}，Q = {2}（p = {3}）。"],
  simulatedEffects: ["the pooled trials", "合并的各试验"],
});

const keys = ["outcome", "intervention", "comparator", "simulated"];

function forest(from) {
  const first = from.rows[0];
  if (!first) return figure({ id: "forest", title: say("forest"), from });
  const pooled = rowsOf("pooled").where(Object.fromEntries(keys.map((key) => [key, first[key]]))).rows;
  const of = { ...first, studies: from.rows, pooled }, knha = pooled.find((row) => row.test === "knha") ?? pooled[0];
  return figure({
    id: `forest-${keys.map((key) => first[key]).join("-")}`, title: say("forestOf", ...keys.slice(0, 3).map((key) => isolated(first[key]))), lead: say("forestLead"), from,
    commands: ["effects"], class: "forest", points: ".trial-points > *",
    describe: say("describe", from.rows.length, number(knha.estimate), number(knha.ci_lb), number(knha.ci_ub)),
    draw: () => [forestPlot(of), h("div", { class: "below" }, pooledTable(of))],
    note: say("heterogeneity", number(knha.i2, 0), number(knha.tau2), number(knha.q), pValue(knha.q_p)),
  });
}

const simulated = () => (rowsOf("trials").rows.some((row) => row.simulated) ? [say("simulatedEffects")] : []);

render({ page: "meta", say, simulated, draw: () => rowsOf("trials").by(...keys).map(forest) });
