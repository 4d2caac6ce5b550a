// trial.js - the page of the trial: ratings, response, what was given, what is missing.
import { ratePlot, stepBars } from "../bars.js";
import { missingTable } from "../missing.js";
import { describeTrajectory, responseTable, trajectoryPlot } from "../trajectory.js";
import { linesPlot } from "../trajectory_lines.js";
import { armLegend, count, dictionary, figure, h, isolated, label, number, percent, render, rowsOf, table } from "../ui.js";

const say = dictionary({
  title: ["The trial", "试验"],
  lead: ["What was rated, what was given, and what is missing. Every figure says by which query it was made.", "评定、治疗与缺失。每幅图均注明其查询。"],
  of: ["{0}: {1}", "{0}：{1}"],
  hamd: ["HAMD-17 by arm and visit", "各组各访视的 HAMD-17"],
  hamdLead: ["Mean and 95% interval of the ratings that were made (observed cases). Response is a fall of at least half from baseline; remission a total of 7 or less.",
    "实际评定的均值及 95% 区间（观察病例）。有效为较基线下降至少一半；缓解为总分不超过 7。"],
  lines: ["HAMD-17 of single people", "个体 HAMD-17"],
  linesLead: ["One line a person, at most 25 of each arm: those whose label has the smallest MD5, an order that has nothing to do with the ratings. The dark line is the mean of all.",
    "每线一人，每组至多 25 人（标签 MD5 最小者，与评定无关）。深色线为全体均值。"],
  linesDescribe: ["HAMD-17 over the weeks, one line a person, a panel an arm: {0} lines.", "各周 HAMD-17，每线一人，每组一格：{0} 条线。"],
  rates: ["Response and remission under three rules", "三种规则下的有效与缓解"],
  ratesLead: ["The rule says what counts where nobody rated: observed leaves the person out, LOCF carries the last rating forward, NRI counts them as not reached. Intervals are Wilson's, 95%.",
    "规则说明未评定者如何计：观察病例剔除该人，LOCF 沿用上次评定，NRI 计为未达到。区间为 Wilson 95%。"],
  observed: ["observed", "观察病例"], locf: ["LOCF", "LOCF"], nri: ["NRI", "NRI"],
  fall: ["fall of at least {0}%", "下降至少 {0}%"], fallAbove: ["fall of at least {0}% above the minimum", "扣除最低分后下降至少 {0}%"], atMost: ["total of {0} or less", "总分不超过 {0}"],
  response: ["Response", "有效"], remission: ["Remission", "缓解"],
  ratesDescribe: ["{0} under each rule, by arm and week, with intervals.", "各规则、各组、各周的{0}及区间。"],
  given: ["Treatment given", "实际治疗"],
  givenLead: ["Sessions given to each person, beside what the protocol plans, and the dose of those sessions.", "每人实际治疗次数与方案计划，以及治疗剂量。"],
  givenNone: ["No treatment session was loaded (psyrad ingest sessions).", "未载入治疗记录（psyrad ingest sessions）。"],
  arm: ["Arm", "组别"], people: ["People", "人数"], planned: ["Planned", "计划"], quartiles: ["Sessions: median (quartiles)", "次数：中位数（四分位）"],
  adherent: ["At least 80%", "至少 80%"], adverse: ["With an adverse event", "有不良事件"], minutes: ["Median minutes", "分钟中位数"], dose: ["Median mA·min", "mA·min 中位数"],
  histogram: ["How many sessions were given", "治疗次数分布"],
  sessions: ["Sessions", "治疗次数"],
  missing: ["What is missing", "缺失"],
  missingLead: ["Of all people of an arm, how many lack a rating or scan at a visit at which others of the arm have one, and how many of these had left.", "本组他人在该访视已有评定或扫描而其缺失的人数；其中已退出者。"],
});

/** response_50 and remission_at_most_7 as a reader says them; what misses a rating is in the panels' names. */
function definition(name) {
  const [, fall, above] = /^response_(\d+)(_above_minimum)?/.exec(name) ?? [], [, most] = /^remission_at_most_([\d.]+)/.exec(name) ?? [];
  return fall ? say(above ? "fallAbove" : "fall", fall) : most ? say("atMost", most) : isolated(name.replaceAll("_", " "));
}

const titled = (key, study) => (study ? say("of", say(key), study) : say(key));
const studyIn = (from) => from.rows[0]?.study;

const hamd = (from) => figure({
  id: `hamd-${studyIn(from) ?? "none"}`, title: titled("hamd", studyIn(from)), lead: say("hamdLead"), from, study: studyIn(from), commands: ["scores", "participants", "bids"],
  points: ".mean-points > *", class: "trajectory", describe: from.rows.length > 0 ? describeTrajectory(from.rows) : "",
  draw: (rows) => h("div", { class: "pair even" }, trajectoryPlot(rows), responseTable(rows, say("hamd"))),
});

const lines = (from) => figure({
  id: `lines-${studyIn(from) ?? "none"}`, title: titled("lines", studyIn(from)), lead: say("linesLead"), from, study: studyIn(from), commands: ["scores", "participants", "bids"], class: "lines",
  describe: say("linesDescribe", new Set(from.rows.map((row) => `${row.arm} ${row.line}`)).size),
  draw: (rows) => linesPlot(rows, rowsOf("hamd").where({ study: studyIn(from) }).rows),
});

function rates(from) {
  const { study, outcome } = from.rows[0] ?? {};
  return figure({
    id: `rates-${study ?? "none"}-${outcome ?? ""}`, title: outcome ? say("of", `${say(outcome)} (${definition(from.rows[0].definition)})`, study) : say("rates"), lead: say("ratesLead"), from, study,
    commands: ["scores", "participants", "bids"], points: ".rate-points > *", class: "rates", describe: outcome && say("ratesDescribe", say(outcome)),
    draw: (rows) => [armLegend(rows), ratePlot(rows, { facet: (row) => row.missing, facetName: (rule) => say(rule), y: say(outcome) })],
  });
}

const given = (from) => figure({
  id: `given-${studyIn(from) ?? "none"}`, title: titled("given", studyIn(from)), lead: say("givenLead"), from, study: studyIn(from), commands: ["sessions", "protocols", "participants"], empty: say("givenNone"),
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("arm"), cell: (row) => label(row, "label", 60) },
    { head: say("people"), number: true, cell: (row) => count(row.people) },
    { head: say("planned"), number: true, cell: (row) => number(row.planned, 0) },
    { head: say("quartiles"), number: true, cell: (row) => `${number(row.given_median, 1)} (${number(row.given_q1, 1)} – ${number(row.given_q3, 1)})` },
    { head: say("adherent"), number: true, cell: (row) => percent(row.share_adherent) },
    { head: say("adverse"), number: true, cell: (row) => count(row.adverse_events) },
    { head: say("minutes"), number: true, cell: (row) => number(row.median_minutes, 0) },
    { head: say("dose"), number: true, cell: (row) => number(row.median_ma_minutes, 0) },
  ], rows, undefined, say("given"))),
});

const histogram = (from) => figure({
  id: `sessions-${studyIn(from) ?? "none"}`, title: titled("histogram", studyIn(from)), from, study: studyIn(from), commands: ["sessions", "participants"], class: "given",
  describe: say("histogram"),
  draw: (rows) => stepBars(rows.map((row) => ({ ...row, from: row.given - 0.5, to: row.given + 0.5 })), {
    from: "from", to: "to", value: "people", facet: (row) => row.arm, facetName: (arm) => label(rows.find((row) => row.arm === arm), "label", 30), x: say("sessions"), y: say("people") }),
});

const missing = (from) => figure({
  id: `missing-${studyIn(from) ?? "none"}`, title: titled("missing", studyIn(from)), lead: say("missingLead"), from, study: studyIn(from), commands: ["scores", "participants", "series", "bids", "connectome"],
  draw: (rows) => missingTable(rows, say("missing")),
});

render({ page: "trial", say, draw: () => [
  ...rowsOf("hamd").by("study").map(hamd), ...rowsOf("lines").by("study").map(lines), ...rowsOf("rates").by("study", "outcome").map(rates),
  ...rowsOf("treatment").by("study").map(given), ...(rowsOf("given").rows.length > 0 ? rowsOf("given").by("study").map(histogram) : []),
  ...rowsOf("missing").by("study").map(missing)] });
