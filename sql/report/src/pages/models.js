// models.js - the page of the models: how well stored classifiers tell responders.
import { rocPlot } from "../classifier.js";
import { dictionary, figure, frame, isolated, number, render, rowsOf } from "../ui.js";

const say = dictionary({
  title: ["Models", "模型"],
  lead: ["How well stored classifiers tell, from the scan before treatment, who will respond.", "已存分类器由治疗前扫描预测有效者的能力。"],
  roc: ["ROC curves", "ROC 曲线"],
  rocOf: ["{0}, version {1}, in {2}: ROC curve, AUC = {3}", "{0}（版本 {1}，{2}）：ROC 曲线，AUC = {3}"],
  rocLead: ["Scored inside SQL on {0} people, of whom {1} responded. Trained on: {2}.", "数据库内为 {0} 人打分，其中 {1} 人有效。训练数据：{2}。"],
  simulatedModel: ["the classifier and its training cohort", "分类器及其训练队列"],
});

function roc(from) {
  const first = from.rows[0];
  if (!first) return figure({ id: "roc", title: say("roc"), from });
  const title = say("rocOf", isolated(first.name), first.version, first.study, number(first.auc, 3));
  return figure({
    id: `roc-${first.name}-${first.study}`, title, lead: say("rocLead", first.n, first.positives, isolated(first.trained_on ?? "–")), from, study: first.study,
    commands: ["model", "series", "scores", "participants"], class: "roc", describe: title, draw: rocPlot,
  });
}

const simulated = () => [
  ...frame.studies.filter((study) => study.simulated && rowsOf("roc").rows.some((row) => row.study === study.study)).map((study) => study.title_en),
  ...(rowsOf("roc").rows.some((row) => row.simulated) ? [say("simulatedModel")] : [])];

render({ page: "models", say, simulated, draw: () => rowsOf("roc").by("name", "study").map(roc) });
