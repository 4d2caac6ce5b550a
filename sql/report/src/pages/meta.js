// meta.js - the page of the meta-analysis: pools of trials, what moves their mean, and what is not in them.
import { both, figure as figureOf, fixed, pValue, range, t } from "./evidence_marks.js";
import { baujatPlot, forestPlot, funnelLegend, funnelPlot, measureName, peaksPlot, seriesPlot, shownAs, subgroupPlot } from "./meta_plots.js";
import { clip, count, dictionary, figure, group, h, isolated, noteText, number, render, rowsOf, scroller, table } from "../ui.js";

const say = dictionary({
  title: ["Meta-analysis", "荟萃分析"],
  lead: ["Trials and what they say together: random effects by REML, computed in SQL. Simulated trials are never pooled with real ones.", "各试验及其合并结果：REML 随机效应模型，全部在 SQL 中计算。模拟试验不与真实试验合并。"],
  pools: ["Pools", "合并分析"],
  poolsLead: ["A pool is an outcome, a measure, an intervention and a comparator: one effect of each independent sample, shared control groups divided.", "每个合并分析对应一个结局、效应量、干预与对照；每个独立样本只取一个效应，共用对照组予以拆分。"],
  leftOut: ["Effects that are not pooled, and why", "未合并的效应及原因"], leftOutNone: ["None: every effect is in a pool.", "无：所有效应均已合并。"],
  study: ["Study", "研究"], effect: ["Effect", "效应"], instrument: ["Instrument", "量表"], weeks: ["Weeks", "周"], measure: ["Measure", "效应量"], why: ["Why", "原因"],
  nothing: ["No effects are loaded: psyrad ingest effects FILE.csv loads trials, and this page pools them.", "尚未载入效应：用 psyrad ingest effects 文件.csv 载入试验。"],
  forest: ["Forest plot", "森林图"],
  forestLead: ["Squares have the area of a trial's weight. Two diamonds: the mean with its normal and with its Knapp-Hartung interval, which is the honest one for few trials; the bar is where the true effect of a new trial would lie.",
    "方块面积为权重。两个菱形分别为合并均值的正态区间与 Knapp-Hartung 区间（研究较少时后者更可靠）；横条为新研究真实效应的预测区间。"],
  funnel: ["Funnel plot", "漏斗图"],
  funnelLead: ["Contours are two-sided p against no effect. Studies missing in the white middle only point to selection by significance. Dashed: the mean; slanted: Egger's line.", "等高区为相对无效应的双侧 p 值。仅在中间白色区域缺失研究提示按显著性选择。虚线为合并均值，斜线为 Egger 回归线。"],
  funnelNote: ["k = {0}. Egger's test: slope {1}, p {2}.", "k = {0}。Egger 检验：斜率 {1}，p {2}。"],
  funnelFew: ["With fewer than 10 trials such tests have too little power to tell (Cochrane Handbook 13.3.5.4).", "研究少于 10 项时检验效能不足（Cochrane 手册 13.3.5.4）。"],
  small: ["Small-study effects", "小样本效应"],
  baujat: ["Baujat's plot", "Baujat 图"],
  baujatLead: ["To the right: trials that the heterogeneity comes from; above: trials that move the mean. Red: influential by metafor's rule.", "右侧为异质性的主要来源；上方为影响合并均值的试验。红色为按 metafor 准则有影响的试验。"],
  leave: ["Leave one out: the mean without one trial at a time", "逐一剔除"],
  leaveLead: ["The mean without the trial that is named. Thick: normal interval; thin: Knapp-Hartung, cut where it leaves the figure. Dashed: the mean of all.", "剔除所列试验后的合并均值。粗线为正态区间，细线为 Knapp-Hartung 区间（超出图外部分截断）。虚线为全部研究的均值。"],
  cumulative: ["Cumulative: the mean as trials came", "累积荟萃分析"],
  cumulativeLead: ["The mean of all trials up to and with the one that is named, by year.", "按年份累积至所列试验的合并均值。"],
  subgroup: ["By {0}", "按{0}分组"], subgroups: ["Subgroups: {0}", "亚组：{0}"],
  poolDetail: ["{0} ({1}); {2} trials", "{0}（{1}）；{2} 项试验"], poolOne: ["{0} ({1}); 1 trial", "{0}（{1}）；1 项试验"],
  subgroupLead: ["Each subgroup with its own τ². Difference between them: Q = {0}, df = {1}, p {2}. Many moderators find differences by chance; name yours beforehand.", "各亚组 τ² 分别估计。组间差异：Q = {0}，df = {1}，p {2}。检验多个调节变量会偶然得到差异，应事先指定。"],
  cbma: ["Coordinate-based meta-analyses", "基于坐标的荟萃分析"], cbmaNone: ["None is kept: SELECT evidence.cbma_keep(name, 'ale', mask) runs one over the loaded coordinates (psyrad ingest coordinates) and keeps it.", "尚无：载入坐标（psyrad ingest coordinates）后，用 SELECT evidence.cbma_keep(名称, 'ale', 掩模) 运行并保存。"],
  clusters: ["Clusters of {0}", "{0} 的聚类"], clustersLead: ["Peaks in MNI space on three projections, with the area of their clusters. Red: increases, or no direction; blue: decreases.", "MNI 空间峰值的三向投影，圆面积为聚类大小。红色为升高或未定方向，蓝色为降低。"],
  clustersFamily: ["{0} correction over {1} voxels' map, voxel p < {2}, {3} iterations, seed {4}", "{0} 校正（{1} 图谱），体素 p < {2}，{3} 次迭代，种子 {4}"],
  run: ["Run", "分析"], method: ["Method", "方法"], experiments: ["Experiments", "实验"], foci: ["Foci", "坐标数"], correction: ["Correction", "校正"], nClusters: ["Clusters", "聚类"], cluster: ["Cluster", "聚类"], voxels: ["Voxels", "体素"], peak: ["Peak (mm)", "峰值（mm）"], direction: ["Direction", "方向"],
  familyPool: ["one test a pool, none adjusted; {0} pools on this page", "每个合并分析一次检验，未校正；本页共 {0} 个"],
  familySmall: ["five tests of the same question, none adjusted", "针对同一问题的五项检验，未校正"],
  familySubgroup: ["{0} moderators of {1} tested on this page, none adjusted", "本页检验 {0} 个调节变量（{1}），未校正"],
  familyInfluence: ["none: these are diagnostics of one mean", "无：均为同一均值的诊断"],
  describe: ["Forest plot of {0} trials; mean {1}, Knapp-Hartung interval {2}.", "{0} 项试验的森林图；均值 {1}，Knapp-Hartung 区间 {2}。"],
  describePlot: ["{0}; {1} trials.", "{0}；{1} 项试验。"],
  pool: ["Pool", "合并分析"], trials: ["Trials", "试验数"], peopleN: ["People", "人数"], mean: ["Mean", "均值"], knha: ["95% Knapp-Hartung", "95% Knapp-Hartung"], prediction: ["95% prediction", "95% 预测区间"],
  test: ["Test", "检验"], slope: ["Tested slope or τ", "检验的斜率或 τ"], corrected: ["Effect at se 0, or corrected", "标准误为 0 时或校正后的效应"], note: ["Note", "说明"],
  simulatedEffects: ["pooled trials", "合并的各试验"],
});

/** "= .012", "< .001", or that there is none. */
const pIs = (p) => (p == null ? t("not known", "未知") : p < 0.001 ? pValue(p) : `= ${pValue(p)}`);
const values = { final: ["final values", "终点值"], change: ["changes", "变化值"], ancova: ["adjusted for baseline", "基线校正值"] };
const poolName = (pool) => {
  const of = isolated(clip(pool.outcome, 60)), [en, zh] = values[pool.outcome_type] ?? [], given = isolated(clip(pool.intervention, 50)), against = isolated(clip(pool.comparator, 40));
  return t(`${given} against ${against}, ${of} (${measureName(pool).toLowerCase()}${en ? `, ${en}` : ""})`, `${given} 对照 ${against}，${of}（${measureName(pool)}${zh ? `，${zh}` : ""}）`);
};
const onScale = (pool, low, high) => range(shownAs(pool)(low), shownAs(pool)(high));

const poolsFigure = (from) => figure({
  id: "pools", title: say("pools"), lead: say("poolsLead"), from, commands: ["effects"], family: say("familyPool", from.rows.length), empty: say("nothing"),
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("pool"), cell: poolName },
    { head: say("trials"), number: true, cell: (p) => String(p.k) },
    { head: say("peopleN"), number: true, cell: (p) => (p.people == null ? t("not known", "未知") : count(p.people)) },
    { head: say("mean"), number: true, cell: (p) => number(shownAs(p)(p.estimate)) },
    { head: say("knha"), number: true, cell: (p) => onScale(p, p.knha_lb, p.knha_ub) },
    { head: t("p", "p"), number: true, cell: (p) => pValue(p.knha_p) },
    { head: say("prediction"), number: true, cell: (p) => (p.pi_lb == null ? "–" : onScale(p, p.pi_lb, p.pi_ub)) },
    { head: "τ²", number: true, cell: (p) => (p.k < 2 ? "–" : figureOf(p.tau2)) }, { head: "I²", number: true, cell: (p) => (p.i2 == null || p.k < 2 ? "–" : `${number(p.i2, 0)}%`) },
    ...(rows.some((p) => p.note) ? [{ head: say("note"), cell: (p) => noteText(p.note) }] : []),
  ], rows, undefined, say("pools"))),
});

const leftOut = (from) => figure({
  id: "left-out", title: say("leftOut"), from, commands: ["effects"], empty: say("leftOutNone"),
  draw: (rows) => scroller(say("leftOut"), "tall", table([
    { head: say("study"), cell: (r) => isolated(clip(r.study, 60)) }, { head: say("effect"), cell: (r) => isolated(clip(r.effect, 30)) }, { head: say("measure"), cell: (r) => r.measure },
    { head: say("instrument"), cell: (r) => isolated(clip(r.instrument, 40)) }, { head: say("weeks"), number: true, cell: (r) => (r.weeks == null ? "–" : String(r.weeks)) },
    { head: say("why"), cell: (r) => `${both(r, "label")}${r.detail && r.detail !== r.label_en ? ` (${isolated(clip(r.detail, 120))})` : ""}` },
  ], rows)),
});

const smallTable = (pool) => (rows) => h("div", { class: "wide" }, table([
  { head: say("test"), cell: (row) => both(row, "label") },
  { head: "k", number: true, cell: (row) => (row.k == null ? "–" : row.test === "trimfill" ? `${pool.k} + ${row.k}` : String(row.k)) },
  { head: say("slope"), number: true, cell: (row) => fixed(row.slope) },
  { head: "p", number: true, cell: (row) => pValue(row.p) },
  { head: say("corrected"), number: true, cell: (row) => (row.estimate == null ? "–" : `${figureOf(shownAs(pool)(row.estimate))} (${onScale(pool, row.ci_lb, row.ci_ub)})`) },
  ...(rows.some((row) => row.note) ? [{ head: say("note"), cell: (row) => noteText(row.note) }] : []),
], rows));

/** The figures of one pool, folded under its answer; what compares trials is not drawn of one trial. */
function poolSection(pool, k) {
  const of = (id) => rowsOf(id).where({ pool: pool.pool }), name = poolName(pool), shared = { commands: ["effects"], level: 3 };
  const small = of("small_study"), points = of("funnel"), egger = small.rows.find((row) => row.test === "egger");
  const describe = (title, from) => say("describePlot", `${title}: ${name}`, from.rows.length);
  const figures = [figure({
    ...shared, id: `forest-${k}`, title: say("forest"), lead: say("forestLead"), from: of("forest"), class: "forest", whole: true, points: ".study-points > *", family: say("familyPool", rowsOf("pools").rows.length),
    describe: say("describe", pool.k, number(shownAs(pool)(pool.estimate)), onScale(pool, pool.knha_lb, pool.knha_ub)),
    draw: (rows) => [forestPlot(rows, pool), h("div", { class: "below words" }, h("p", null, both(pool, "sentence")), h("p", null, both(pool, "heterogeneity")))],
  })];
  if (points.rows.length > 1) {
    const plot = (id, key, draw, more) => { const from = of(id); return figure({ ...shared, ...more, id: `${key}-${k}`, title: say(key), lead: say(`${key}Lead`), from, class: key, points: `.${key}-points > *`, family: say("familyInfluence"), describe: describe(say(key), from), draw }); };
    figures.push(
      figure({ ...shared, id: `funnel-${k}`, title: say("funnel"), lead: say("funnelLead"), from: points, class: "funnel", points: ".funnel-points > *", describe: describe(say("funnel"), points), family: say("familyInfluence"),
        note: egger?.slope != null && `${say("funnelNote", points.rows.length, fixed(egger.slope), pIs(egger.p))}${points.rows.length < 10 ? ` ${say("funnelFew")}` : ""}`,
        draw: (rows) => [h("p", { class: "legend contours" }, funnelLegend().map((each) => h("span", null, h("i", { class: "square framed", style: `background:${each.color}` }), each.name))), funnelPlot(rows, pool, egger)] }),
      plot("baujat", "baujat", baujatPlot),
      figure({ ...shared, id: `small-${k}`, title: say("small"), from: small, whole: true, family: say("familySmall"), draw: smallTable(pool) }),
      plot("leave_one_out", "leave", (rows) => seriesPlot(rows, pool, "leave"), { whole: true }),
      plot("cumulative", "cumulative", (rows) => seriesPlot(rows, pool, "cumulative"), { whole: true }));
  }
  const interval = onScale(pool, pool.knha_lb, pool.knha_ub);
  return group({ id: `pool-${k}`, title: name, open: k === 0, columns: true, simulated: pool.simulated,
    detail: say(pool.k === 1 ? "poolOne" : "poolDetail", number(shownAs(pool)(pool.estimate)), interval, pool.k) }, figures);
}

/** A moderator as a reader writes it: frequency_hz is frequency (Hz), gv20 is GV20. */
const moderatorWords = { frequency: "频率", intensity: "强度", sessions: "治疗次数", waveform: "波形", weeks: "周数", minutes: "分钟", needles: "针数" };
const moderatorName = (row) => both(row, "moderator").replace(/_(hz|ma|mm|min|s|us|ms)$/i, (_, unit) => ` (${{ hz: "Hz", ma: "mA", us: "µs" }[unit.toLowerCase()] ?? unit})`).replaceAll("_", " ")
  .replace(/\b(lu|li|st|sp|ht|si|bl|ki|pc|te|gb|lr|gv|cv)\d+\b/g, (code) => code.toUpperCase()).replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())
  .replace(/^[a-z]+/, (word) => t(word, moderatorWords[word] ?? word));

/** Levels that are numbers stand by size. */
const inOrder = (rows) => (rows.every((row) => /^-?\d+(\.\d+)?$/.test(row.level_en)) ? [...rows].sort((a, b) => a.level_en - b.level_en) : rows);

function subgroupSections() {
  const parts = rowsOf("subgroup").by("family", "moderator").filter((from) => from.rows.length > 0), pools = rowsOf("pools").rows;
  const names = [...new Set(parts.map((from) => moderatorName(from.rows[0])))].join(", ");
  const drawn = parts.map((from, k) => {
    const first = from.rows[0], of = pools.find((pool) => pool.pool === first.family), title = say("subgroup", moderatorName(first));
    return [of, title, figure({ id: `subgroup-${k}`, title, lead: say("subgroupLead", number(first.q_between), first.q_between_df ?? "–", pIs(first.q_between_p)), from, class: "subgroup", level: 3, commands: ["effects"],
      family: say("familySubgroup", parts.length, names), describe: say("describePlot", `${title}: ${poolName(of)}`, from.rows.reduce((sum, row) => sum + row.k, 0)),
      draw: (rows) => subgroupPlot(inOrder(rows), of, (row) => both(row, "level")) })];
  });
  return pools.map((pool, k) => [pool, k, drawn.filter(([of]) => of === pool)]).filter(([, , of]) => of.length > 0).map(([pool, k, of]) => group({
    id: `subgroups-${k}`, title: say("subgroups", poolName(pool)), simulated: pool.simulated, detail: of.map(([, title]) => title).join(" · ") }, of.map(([, , section]) => section)));
}

const runs = (from) => figure({
  id: "cbma", title: say("cbma"), from, commands: ["coordinates"], simulated: false, empty: say("cbmaNone"),
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("run"), cell: (r) => isolated(clip(r.run, 60)) }, { head: say("method"), cell: (r) => r.method.toUpperCase() }, { head: say("direction"), cell: (r) => r.direction ?? "–" }, { head: say("experiments"), number: true, cell: (r) => count(r.experiments) },
    { head: say("foci"), number: true, cell: (r) => count(r.foci) }, { head: say("correction"), cell: (r) => r.correction }, { head: say("nClusters"), number: true, cell: (r) => count(r.clusters) }, { head: say("note"), cell: (r) => clip(noteText(r.note), 300) },
  ], rows, undefined, say("cbma"))),
});

const clusters = (from, k) => {
  const first = from.rows[0], run = rowsOf("cbma").rows.find((row) => row.run === first?.run);
  if (!first || !run) return null;
  return figure({
    id: `clusters-${k}`, title: say("clusters", isolated(clip(first.run, 80))), lead: say("clustersLead"), from, commands: ["coordinates"], class: "peaks", simulated: false, points: "[class^=peak-points] > *", describe: say("clusters", clip(first.run, 80)),
    family: say("clustersFamily", run.correction, run.mask, run.voxel_p, count(run.iterations), run.seed),
    draw: (rows) => [h("div", { class: "peaks-row", style: "display:flex;flex-wrap:wrap;gap:8px" }, peaksPlot(rows)), h("div", { class: "wide" }, table([
      { head: say("cluster"), number: true, cell: (c) => String(c.cluster) }, { head: say("voxels"), number: true, cell: (c) => count(c.voxels) }, { head: "mm³", number: true, cell: (c) => count(c.volume_mm3) }, { head: say("peak"), number: true, cell: (c) => `${number(c.x, 0)}, ${number(c.y, 0)}, ${number(c.z, 0)}` },
      { head: "z", number: true, cell: (c) => number(c.z_score) }, { head: t("p (size)", "p（大小）"), number: true, cell: (c) => pValue(c.p_size) }, { head: t("p (mass)", "p（质量）"), number: true, cell: (c) => pValue(c.p_mass) }, { head: say("foci"), number: true, cell: (c) => count(c.foci) }, { head: say("experiments"), number: true, cell: (c) => count(c.experiments) },
    ], rows))],
  });
};

const simulated = () => (rowsOf("pools").rows.some((row) => row.simulated) ? [say("simulatedEffects")] : []);

render({ page: "meta", say, simulated, draw: () => [poolsFigure(rowsOf("pools")), ...rowsOf("pools").rows.map(poolSection), ...subgroupSections(), rowsOf("pools").rows.length > 0 && leftOut(rowsOf("left_out")), runs(rowsOf("cbma")), ...rowsOf("cbma_clusters").by("run").map(clusters)] });
