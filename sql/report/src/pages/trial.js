// trial.js - the page of the trial: ratings, response, adherence, what is missing.
import { describeTrajectory, responseTable, trajectoryPlot } from "../trajectory.js";
import { dictionary, figure, h, render, rowsOf } from "../ui.js";

const say = dictionary({
  title: ["The trial", "试验"],
  lead: ["What was rated, what was given, and what is missing. Every figure says by which query it was made.", "评定、治疗与缺失。每幅图均注明其查询。"],
  hamd: ["HAMD-17 by arm and visit", "各组各访视的 HAMD-17"],
  hamdOf: ["HAMD-17 by arm and visit: {0}", "各组各访视的 HAMD-17：{0}"],
  hamdLead: ["Mean and 95% interval of the ratings that were made (observed cases). Response is a fall of at least half from baseline; remission a total of 7 or less.",
    "实际评定的均值及 95% 区间（观察病例）。有效为较基线下降至少一半；缓解为总分不超过 7。"],
});

const hamd = (from) => {
  const study = from.rows[0]?.study;
  return figure({
    id: `hamd-${study ?? "none"}`, title: study ? say("hamdOf", study) : say("hamd"), lead: say("hamdLead"), from, study, commands: ["scores", "participants", "bids"], points: ".mean-points > *", class: "trajectory",
    describe: describeTrajectory(from.rows),
    draw: (rows) => h("div", { class: "pair even" }, trajectoryPlot(rows), responseTable(rows, say("hamd"))),
  });
};

render({ page: "trial", say, draw: () => rowsOf("hamd").by("study").map(hamd) });
