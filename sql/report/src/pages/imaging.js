// imaging.js - the page of imaging: regions, connections, motion, sites and scanners.
import * as Plot from "@observablehq/plot";
import { stepBars } from "../bars.js";
import { alpha, found, foundTable, heatLegend, heatMap, pairName, scatter } from "../connections.js";
import { glassBrain, regionBars, regionName } from "../regions.js";
import { armLegend, count, dictionary, figure, figureStyle, h, ink, isolated, label, number, percent, pValue, render, rowsOf, scroller, table, visitName, visitPlace } from "../ui.js";

const say = dictionary({
  title: ["Imaging", "影像"],
  lead: ["Regions, connections, and what moves them that is no brain: heads, sites and scanners.", "脑区、连接，以及头动、中心与扫描仪的影响。"],
  of: ["{0}: {1}", "{0}：{1}"],
  effects: ["Regions that differ", "有差异的脑区"],
  patients_vs_controls: ["Patients minus controls before treatment", "治疗前患者减对照"],
  after_vs_before: ["Patients after minus before treatment", "患者治疗后减治疗前"],
  effectsLead: ["{0} ({1}) of {2} regions: {3} with q < {4}. A measure ending in _strength is the sum of a region's positive connections (Fisher z).",
    "{0}（{1}），共 {2} 个脑区：{3} 个 q < {4}。以 _strength 结尾的指标为脑区正连接（Fisher z）之和。"],
  effectsFamily: ["the {0} regions of this study, atlas, measure and contrast together (Benjamini-Hochberg; m = {0})", "本研究、图谱、指标与对比的全部 {0} 个脑区（Benjamini-Hochberg；m = {0}）"],
  effectsNote: ["A disc stands at a region's centroid in the atlas's space; the person's left is on the left of the two pictures that show both sides. The outline is for orientation: the silhouette of the MNI152 template, or, where the centroids do not lie within it, an ellipse around them.", "圆盘位于脑区在图谱空间中的质心；显示双侧的两图中，受试者的左侧在图左侧。轮廓仅供定位：为 MNI152 模板的侧影；若质心不在其内，则为包围质心的椭圆。"],
  effectsDescribe: ["Three projections of the regions' centroids, discs by effect size; the largest: {0}.", "脑区质心的三个投影，圆盘按效应量；最大者：{0}。"],
  region: ["Region", "脑区"], estimate: ["Difference", "差值"],
  noPlaces: ["The regions of this atlas have no coordinates: no picture of the brain.", "该图谱的脑区没有坐标，无法绘制脑图。"],
  bars: ["Means of regions by group", "各组脑区均值"],
  barsLead: ["{0}, {1}: the twelve regions whose group means lie farthest apart, in standard errors (of one group: the largest means).", "{0}，{1}：各组均值相差最大的十二个脑区（以标准误计；仅一组时为均值最大者）。"],
  connections: ["Connections whose change follows improvement", "变化随改善而变的功能连接"],
  connectionsLead: ["Change of Fisher z from before to after against HAMD-17 improvement, adjusted for arm, site, baseline HAMD-17 and mean framewise displacement: partial correlations of {0} people, {1} connections, {2} with Benjamini-Hochberg q < {3}.",
    "治疗前后 Fisher z 的变化与 HAMD-17 改善的偏相关，校正组别、中心、基线 HAMD-17 和平均帧位移：{0} 人，{1} 条连接，{2} 条 Benjamini-Hochberg q < {3}。"],
  connectionsFamily: ["the {0} connections of this study and atlas together (Benjamini-Hochberg; m = {0})", "本研究与图谱的全部 {0} 条连接（Benjamini-Hochberg；m = {0}）"],
  heat: ["Partial correlation: all below the diagonal, q < {0} above it. Choose a connection in the table or the map.", "偏相关：对角线下方为全部，上方为 q < {0}。可在表格或矩阵中选择连接。"],
  byNetwork: ["Regions stand by network.", "脑区按网络排列。"],
  noNetwork: ["Regions stand in the atlas's order: no networks of this atlas were loaded (psyrad ingest networks).", "脑区按图谱顺序排列：未载入该图谱的网络（psyrad ingest networks）。"],
  other: ["none", "无"],
  strongest: ["Strongest connections", "最强的连接"],
  one: ["One connection: {0}", "单条连接：{0}"],
  oneNote: ["Points are people as measured; the partial correlation r = {0} (t = {1}, q = {2}) is adjusted, the line is not.", "点为个体原始值；偏相关 r = {0}（t = {1}，q = {2}）经过校正，直线未校正。"],
  oneRule: ["Drawn for the twenty connections with the smallest p, and at most 400 people: those whose label has the smallest MD5.", "仅绘制 p 最小的二十条连接，至多 400 人（标签 MD5 最小者）。"],
  motion: ["Motion against connectivity", "头动与连接"],
  motionLead: ["How many connections correlate how much with mean framewise displacement over {0} people (QC-FC): median |r| {1}; {2} of the connections have p < .05, {3} q < .05; r against distance: ρ = {4}.",
    "{0} 人中各连接与平均帧位移的相关分布（QC-FC）：|r| 中位数 {1}；{2} 的连接 p < .05，{3} q < .05；r 与距离：ρ = {4}。"],
  motionFamily: ["the {0} connections of this pipeline and visit together (Benjamini-Hochberg; m = {0})", "该流程与访视的全部 {0} 条连接（Benjamini-Hochberg；m = {0}）"],
  r: ["r with head motion", "与头动的相关 r"], howMany: ["Connections", "连接数"],
  harmonisation: ["Sites before and after harmonisation", "校正前后的中心差异"],
  harmonisationLead: ["Share of each region's variance before treatment that lies between the {0} sites, as measured and after ComBat: median {1} before, {2} after; chance alone gives {3}.",
    "治疗前各脑区方差中由 {0} 个中心造成的比例，校正前与 ComBat 后：中位数 {1} 与 {2}；随机所致为 {3}。"],
  before: ["before", "校正前"], after: ["after ComBat", "ComBat 后"], share: ["Variance between sites", "中心间方差比例"],
  chance: ["by chance", "随机"],
  harmonisationNote: ["One line a region, a dark bar at the median. The dashed line is what chance alone gives with so many sites and people.", "每线一个脑区，深色横线为中位数。虚线为相同中心数与人数下随机所致。"],
  harmonisationNone: ["No study has two sites of two scans each.", "没有具备两个中心且每中心至少两次扫描的研究。"],
  noConnections: ["No study has people with a connectome and a HAMD-17 rating both before and after treatment: psyrad ingest series (or connectome) and psyrad ingest scores load them.", "没有研究在治疗前后均有连接矩阵与 HAMD-17 评定：用 psyrad ingest series（或 connectome）与 psyrad ingest scores 载入。"],
  noEffects: ["No study has such values of two patients and two controls, or of two patients before and after: psyrad ingest series, features or image load them, psyrad ingest participants says who is who.", "没有研究具备两名患者与两名对照，或两名患者治疗前后的此类数据：用 psyrad ingest series、features 或 image 载入，psyrad ingest participants 说明分组。"],
  noBars: ["No regional values are loaded: psyrad ingest series, connectome, features or image load them.", "未载入脑区数据：用 psyrad ingest series、connectome、features 或 image 载入。"],
  noMotion: ["No visit has the connectomes and the head motion of several scans: psyrad ingest series or bids load both.", "没有访视具备多次扫描的连接矩阵与头动：用 psyrad ingest series 或 bids 载入。"],
  noScans: ["No scan is loaded: psyrad ingest bids or series load them.", "未载入扫描：用 psyrad ingest bids 或 series 载入。"],
  scanners: ["How scans were made", "采集参数"],
  site: ["Site", "中心"], scanner: ["Scanner", "扫描仪"], modality: ["Modality", "模态"], scans: ["Scans", "扫描"], people: ["People", "人数"], tr: ["TR (s)", "TR（秒）"], volumes: ["Volumes", "时间点"],
  fd: ["Motion: median, 90% (mm)", "头动：中位数，90%（mm）"], study: ["Study", "研究"], field: ["Tesla", "场强"],
});

const imagingFiles = ["series", "connectome", "image", "bids", "features", "edges", "regions", "participants"];
const atMost = (rows, key) => [...new Set(rows.map((row) => row[key]))];

function effects(from) {
  const first = from.rows[0];
  if (!first) return figure({ id: "effects", title: say("effects"), from, commands: imagingFiles, empty: say("noEffects") });
  const { study, atlas, measure, contrast } = first, places = from.rows.filter((row) => row.x_mm != null && row.effect_size != null);
  const largest = [...from.rows].sort((a, b) => Math.abs(b.effect_size) - Math.abs(a.effect_size))[0];
  return figure({
    id: `effects-${study}-${atlas}-${measure}-${contrast}`, title: say("of", say(contrast), `${study}, ${measure}`), from, study, commands: imagingFiles, class: "glass",
    lead: say("effectsLead", measure, atlas, count(from.rows.length), count(from.rows.filter((row) => row.q < alpha).length), alpha), family: say("effectsFamily", count(first.m)),
    describe: say("effectsDescribe", regionName(largest)), note: places.length > 0 ? say("effectsNote") : say("noPlaces"),
    draw: (rows) => [...(places.length > 0 ? glassBrain(places) : []), scroller(say("effects"), "found", table([
      { head: say("region"), cell: regionName },
      { head: say("estimate"), number: true, cell: (row) => number(row.estimate, 3) },
      { head: "d", number: true, cell: (row) => number(row.effect_size) },
      { head: "t", number: true, cell: (row) => number(row.t) },
      { head: "p", number: true, cell: (row) => pValue(row.p) },
      { head: "q", number: true, cell: (row) => pValue(row.q) },
    ], rows.slice(0, 30)))],
  });
}

/** People behind the rows of an arm: one number, or the least and the most. */
const extent = (of) => { const least = Math.min(...of.map((row) => row.n)), most = Math.max(...of.map((row) => row.n)); return least === most ? count(least) : `${count(least)} – ${count(most)}`; };

function bars(from) {
  const { study, atlas, measure, session } = from.rows[0] ?? {}, visit = study && visitName(study, session);
  if (!study) return figure({ id: "bars", title: say("bars"), from, commands: imagingFiles, empty: say("noBars") });
  return figure({
    id: `bars-${study}-${atlas}-${measure}-${session}`, title: say("of", say("bars"), `${study}, ${measure}, ${visit}`), lead: say("barsLead", measure, visit), from, study, commands: imagingFiles, class: "bars",
    points: ".region-points > *", describe: say("bars"),
    draw: (rows) => [armLegend(rows, extent), regionBars(rows, measure)],
  });
}

/** The places of regions by network: [place(region), blocks], or nothing where the atlas has no networks. */
function networkOrder(atlas) {
  const rows = rowsOf("order").where({ atlas }).rows;
  if (!rows.some((row) => row.network != null)) return [null, []];
  const place = new Map(rows.map((row) => [row.region, row.place]));
  const blocks = atMost(rows, "network").map((network) => {
    const of = rows.filter((row) => row.network === network);
    return { from: of[0].place, to: of[of.length - 1].place, name: network == null ? say("other") : label(of[0], "network", 22) };
  });
  return [(region) => place.get(region), blocks];
}

function connections(from) {
  const first = from.rows[0];
  if (!first) return [figure({ id: "connections", title: say("connections"), from, commands: [...imagingFiles, "scores"], empty: say("noConnections") })];
  const { study, atlas } = first, list = found(from.rows), family = say("connectionsFamily", count(from.rows.length)), commands = [...imagingFiles, "scores"];
  const people = rowsOf("connection_people"), drawable = list.slice(0, 20), [order, blocks] = networkOrder(atlas);
  const place = h("div");
  const drawBoth = (picked) => {
    const scrolled = place.querySelector(".found")?.scrollTop ?? 0;
    const choose = (row) => drawable.includes(row) && drawBoth(row);
    const map = heatMap(from.rows, picked, order, blocks);
    map.addEventListener("click", (event) => {
      const [i, j] = (event.target.getAttribute("data-key") ?? "").split(" ").map(Number);
      choose(drawable.find((row) => row.i === i && row.j === j));
    });
    place.replaceChildren(figure({
      id: `connections-${study}-${atlas}`, title: say("of", say("connections"), `${study}, ${atlas}`), lead: say("connectionsLead", first.n, count(from.rows.length), list.length, alpha), from, study, commands, family, class: "heat",
      describe: say("heat", alpha), note: `${say("heat", alpha)} ${order ? say("byNetwork") : say("noNetwork")}`,
      draw: () => h("div", { class: "pair map" }, h("div", null, map, heatLegend(from.rows)), h("div", null, h("h3", null, say("strongest")), foundTable(list, picked, choose))),
    }));
    if (picked) place.append(figure({
      id: `connection-${study}-${atlas}`, title: say("one", pairName(picked)), from: people.where({ study, atlas, i: picked.i, j: picked.j }), study, commands, family, class: "scatter",
      draw: (rows) => [armLegend(rows, (of) => count(of.length)), scatter(rows)], note: `${say("oneNote", number(picked.r, 3), number(picked.t, 2), pValue(picked.q))} ${say("oneRule")}`,
    }));
    place.querySelector(".scatter")?.setAttribute("data-edge", `${picked.i}-${picked.j}`);
    const scroll = place.querySelector(".found");
    if (scroll) scroll.scrollTop = scrolled;
  };
  drawBoth(drawable[0]);
  return [place];
}

/** The same axis for all visits, as far to both sides. */
function motionReach() {
  const most = Math.max(0.1, ...rowsOf("motion").rows.map((row) => Math.max(Math.abs(row.r_from), Math.abs(row.r_to))));
  return [-most, most];
}

/** Visits of one study in their order: before comes before after. */
const byVisit = (parts) => [...parts].sort(({ rows: [a] }, { rows: [b] }) => (a && b && a.study === b.study ? visitPlace(a.study, a.session) - visitPlace(b.study, b.session) : 0));

function motion(from) {
  const first = from.rows[0];
  if (!first) return figure({ id: "motion", title: say("motion"), from, commands: imagingFiles, empty: say("noMotion") });
  const { study, atlas, measure, pipeline, session } = first;
  const [of] = rowsOf("motion_summary").where({ study, atlas, measure, pipeline, session }).rows;
  return figure({
    id: `motion-${study}-${atlas}-${measure}-${pipeline}-${session}`, title: say("of", say("motion"), `${study}, ${atlas}, ${pipeline}, ${visitName(study, session)}`), from, study, commands: imagingFiles, class: "motion",
    lead: say("motionLead", count(of.subjects), number(of.median_abs_r, 3), percent(of.share_p05), percent(of.share_q05), number(of.distance_rho)),
    family: say("motionFamily", count(of.connections)), describe: say("motion"),
    draw: (rows) => stepBars(rows, { from: "r_from", to: "r_to", value: "connections", x: say("r"), y: say("howMany"), domain: motionReach(), middle: 0, width: 560 }),
  });
}

function slopes(rows, of) {
  const ends = rows.flatMap((row) => [{ region: row.region, at: 0, share: row.site_share_before, row }, { region: row.region, at: 1, share: row.site_share_after, row }]), medians = [{ at: 0, share: of.median_before }, { at: 1, share: of.median_after }];
  return Plot.plot({
    width: 560, height: 330, marginLeft: 56, marginRight: 70, marginBottom: 40, style: figureStyle,
    x: { domain: [-0.15, 1.15], ticks: [0, 1], tickFormat: (at) => say(at === 0 ? "before" : "after"), label: null, tickSize: 0 },
    y: { label: `↑ ${say("share")}`, tickFormat: (v) => percent(v), grid: true, zero: true, nice: true, ticks: 6, labelArrow: "none" },
    marks: [
      Plot.ruleY([rows[0].share_by_chance], { stroke: ink.soft, strokeDasharray: "4,4" }),
      Plot.text([rows[0].share_by_chance], { x: () => 1.15, y: (share) => share, text: () => say("chance"), textAnchor: "start", dx: 6, fill: ink.soft }),
      Plot.line(ends, { x: "at", y: "share", z: "region", stroke: ink.accent, strokeOpacity: 0.3, className: "site-lines" }),
      Plot.dot(ends, { x: "at", y: "share", fill: ink.accent, r: 2.6, fillOpacity: 0.6, className: "site-points", ariaLabel: (end) => `${end.region} ${end.at}` }),
      Plot.ruleY(medians, { y: "share", x1: (m) => m.at - 0.08, x2: (m) => m.at + 0.08, stroke: ink.text, strokeWidth: 2.6, className: "site-medians" }),
    ],
  });
}

function harmonisation(from) {
  const first = from.rows[0];
  if (!first) return figure({ id: "harmonisation", title: say("harmonisation"), from, empty: say("harmonisationNone") });
  const { study, atlas, measure } = first, [of] = rowsOf("harmonisation_summary").where({ study, atlas, measure }).rows;
  const lead = say("harmonisationLead", of.sites, percent(of.median_before), percent(of.median_after), percent(of.share_by_chance));
  return figure({
    id: `harmonisation-${study}-${atlas}-${measure}`, title: say("of", say("harmonisation"), `${study}, ${measure}`), from, study, commands: imagingFiles, class: "sites",
    lead, note: say("harmonisationNote"), describe: lead, draw: (rows) => slopes(rows, of),
  });
}

const range = (from, to, digits) => (from == null ? "–" : from === to ? number(from, digits) : `${number(from, digits)} – ${number(to, digits)}`);
const scanners = (from) => figure({
  id: "scanners", title: say("scanners"), from, empty: say("noScans"), study: atMost(from.rows, "study"), commands: imagingFiles,
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("study"), cell: (row) => row.study }, { head: say("site"), cell: (row) => row.site },
    { head: say("scanner"), cell: (row) => [row.scanner, row.maker, row.model].filter(Boolean).map((text) => isolated(text)).join(", ") || "–" },
    { head: say("field"), number: true, cell: (row) => (row.field_strength_t == null ? "–" : String(row.field_strength_t)) },
    { head: say("modality"), cell: (row) => row.modality },
    { head: say("scans"), number: true, cell: (row) => count(row.scans) }, { head: say("people"), number: true, cell: (row) => count(row.people) },
    { head: say("tr"), number: true, cell: (row) => range(row.least_tr_s, row.greatest_tr_s, 2) },
    { head: say("volumes"), number: true, cell: (row) => range(row.least_volumes, row.greatest_volumes, 0) },
    { head: say("fd"), number: true, cell: (row) => (row.median_fd_mm == null ? "–" : `${number(row.median_fd_mm, 3)}, ${number(row.fd_mm_p90, 3)}`) },
  ], rows, undefined, say("scanners"))),
});

render({ page: "imaging", say, draw: () => [
  ...rowsOf("connections").by("study", "atlas").flatMap(connections),
  ...rowsOf("effects").by("study", "atlas", "measure", "contrast").map(effects),
  ...rowsOf("regions").by("study", "atlas", "measure", "session").map(bars),
  h("div", { class: "figures columns" }, byVisit(rowsOf("motion").by("study", "atlas", "measure", "pipeline", "session")).map(motion),
    rowsOf("harmonisation").by("study", "atlas", "measure").map(harmonisation)),
  scanners(rowsOf("scanners"))] });
