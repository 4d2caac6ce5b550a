// imaging.js - the page of imaging: which connections change with recovery.
import { alpha, armLegend, found, foundTable, heatLegend, heatMap, pairName, scatter } from "../connections.js";
import { count, dictionary, figure, h, number, pValue, render, rowsOf } from "../ui.js";

const say = dictionary({
  title: ["Imaging", "影像"],
  lead: ["What the scans show.", "扫描所见。"],
  connections: ["Connections whose change follows improvement", "变化随改善而变的功能连接"],
  connectionsOf: ["Connections whose change follows improvement: {0}, {1}", "变化随改善而变的功能连接：{0}，{1}"],
  connectionsLead: ["Change of Fisher z from before to after against HAMD-17 improvement, adjusted for arm, site, baseline HAMD-17 and mean framewise displacement: partial correlations of {0} people, {1} connections, {2} with Benjamini-Hochberg q < {3}.",
    "治疗前后 Fisher z 的变化与 HAMD-17 改善的偏相关，校正组别、中心、基线 HAMD-17 和平均帧位移：{0} 人，{1} 条连接，{2} 条 Benjamini-Hochberg q < {3}。"],
  connectionsFamily: ["the {0} connections of this study and atlas together (Benjamini-Hochberg; m = {0})", "本研究与图谱的全部 {0} 条连接（Benjamini-Hochberg；m = {0}）"],
  heat: ["Partial correlation: all below the diagonal, q < {0} above it. Choose a connection in the table or the map.", "偏相关：对角线下方为全部，上方为 q < {0}。可在表格或矩阵中选择连接。"],
  one: ["One connection: {0}", "单条连接：{0}"],
  oneNote: ["Points are people as measured; the partial correlation r = {0} (t = {1}, q = {2}) is adjusted, the line is not.",
    "点为个体原始值；偏相关 r = {0}（t = {1}，q = {2}）经过校正，直线未校正。"],
  oneRule: ["Drawn for the twenty connections with the smallest p, and at most 400 people: those whose label has the smallest MD5.", "仅绘制 p 最小的二十条连接，至多 400 人（标签 MD5 最小者）。"],
});

function connections(from) {
  const first = from.rows[0];
  if (!first) return [figure({ id: "connections", title: say("connections"), from })];
  const { study, atlas } = first, list = found(from.rows), family = say("connectionsFamily", count(from.rows.length));
  const people = rowsOf("connection_people"), commands = ["series", "scores", "participants"];
  const drawable = list.slice(0, 20);
  const place = h("div");
  const drawBoth = (picked) => {
    const scrolled = place.querySelector(".found")?.scrollTop ?? 0;
    const choose = (row) => drawable.includes(row) && drawBoth(row);
    const map = heatMap(from.rows, picked);
    map.addEventListener("click", (event) => {
      const [i, j] = (event.target.getAttribute("data-key") ?? "").split(" ").map(Number);
      choose(drawable.find((row) => row.i === i && row.j === j));
    });
    place.replaceChildren(figure({
      id: `connections-${study}-${atlas}`, title: say("connectionsOf", study, atlas), lead: say("connectionsLead", first.n, count(from.rows.length), list.length, alpha), from, study, commands, family, class: "heat",
      describe: say("heat", alpha), draw: () => h("div", { class: "pair map" }, h("div", null, map, heatLegend(from.rows)), foundTable(list, picked, choose)), note: say("heat", alpha),
    }));
    if (picked) place.append(figure({
      id: `connection-${study}-${atlas}`, title: say("one", pairName(picked)), from: people.where({ study, atlas, i: picked.i, j: picked.j }), study, commands, family, class: "scatter",
      draw: (rows) => [armLegend(rows), scatter(rows)], note: `${say("oneNote", number(picked.r, 3), number(picked.t, 2), pValue(picked.q))} ${say("oneRule")}`,
    }));
    place.querySelector(".scatter")?.setAttribute("data-edge", `${picked.i}-${picked.j}`);
    const scroll = place.querySelector(".found");
    if (scroll) scroll.scrollTop = scrolled;
  };
  drawBoth(drawable[0]);
  return [place];
}

render({ page: "imaging", say, draw: () => rowsOf("connections").by("study", "atlas").flatMap(connections) });
