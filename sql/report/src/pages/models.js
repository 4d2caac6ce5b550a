// models.js - the page of the models: how well stored predictions tell what became of patients, and why they say so.
import { range, t } from "./evidence_marks.js";
import { calibrationPlot, decisionPlot, rocPlot, shapLegend, shapPlot } from "./models_plots.js";
import { clip, count, dictionary, figure, frame, group, h, isolated, label, noteText, number, percent, render, rowsOf, studyOf, table } from "../ui.js";

const say = dictionary({
  title: ["Models", "模型"],
  lead: ["Predictions that were stored, held against what became of the patients. Who was in a model's training is left out and counted.", "已存预测与患者实际结局的对照。模型训练中的受试者予以剔除并计数。"],
  models: ["Models", "模型列表"],
  modelsLead: ["Those that you may score with, in the version that their name stands for.", "您有权使用的模型及其当前版本。"],
  noModels: ["No model is registered: psyrad ingest model FILE --name NAME --trained-on TEXT registers one.", "尚未登记模型：用 psyrad ingest model 文件 --name 名称 --trained-on 说明 登记。"],
  performance: ["Discrimination", "区分度"],
  performanceLead: ["AUC with DeLong's 95% interval, and Brier's score of probabilities, by outcome. The curves are below, folded by model and outcome.", "各结局的 AUC（DeLong 95% 区间）与概率的 Brier 分数。各曲线按模型与结局折叠于下。"],
  noPredictions: ["No predictions are stored: SELECT model.store_predictions(name, subjects, sessions, scores) stores what a model said, and this page shows how good it was.", "尚无已存预测：SELECT model.store_predictions(name, subjects, sessions, scores) 存入后本页给出其表现。"],
  roc: ["ROC curve", "ROC 曲线"], groupLead: ["AUC {0} ({1})", "AUC {0}（{1}）"],
  rocLead: ["AUC {0} (DeLong's 95% interval {1}) over {2} people, {3} of them positive. The band is Wilson's 95% interval of the sensitivity at each threshold.", "AUC {0}（DeLong 95% 区间 {1}），{2} 人，其中阳性 {3} 人。阴影为各阈值处灵敏度的 Wilson 95% 区间。"],
  calibration: ["Calibration", "校准"],
  calibrationLead: ["Ten bins of equal width; dots have the area of their counts, with positives over people beside them; lines are Wilson's 95% intervals. On the diagonal a probability means what it says.", "十个等宽区间；点面积为人数，旁注为阳性数/人数，线段为 Wilson 95% 区间。位于对角线上表示概率名副其实。"],
  decision: ["Decision curve", "决策曲线"],
  decisionLead: ["Net benefit of treating whom the model gives at least the threshold, beside treating all and nobody.", "按模型概率达到阈值者治疗的净获益，与全部治疗、都不治疗相比。"],
  confusion: ["Confusion matrix at the threshold {0}", "阈值 {0} 的混淆矩阵"], confusionLead: ["Counts, with the share of those who actually are so. Green is told right, orange wrong.", "人数及其占实际类别的比例。绿色为判对，橙色为判错。"],
  predicted: ["Predicted {0}", "预测{0}"], actually: ["Actually {0}", "实际{0}"], yes: ["positive", "阳性"], no: ["negative", "阴性"],
  sensitivity: ["Sensitivity", "灵敏度"], specificity: ["Specificity", "特异度"], ppv: ["Positive predictive value", "阳性预测值"], npv: ["Negative predictive value", "阴性预测值"], accuracy: ["Accuracy", "准确率"],
  balanced_accuracy: ["Balanced accuracy", "平衡准确率"], mcc: ["Matthews' correlation", "Matthews 相关系数"],
  share: ["Share", "比例"], wilson: ["95% interval (Wilson)", "95% 区间（Wilson）"],
  shap: ["What the score of {0} is made of, in {1}", "{0} 的评分由什么构成（{1}）"],
  shapLead: ["Exact Shapley values, one dot a subject: to the right, the feature raised the score. Blue: a low value of the feature, red: a high one. At the right: mean absolute value over {0} people.", "精确 Shapley 值，每点一名受试者：偏右表示该特征提高评分。蓝色为特征值低，红色为高。右侧为 {0} 人的平均绝对值。"],
  noShap: ["No model here has an exact explanation.", "此处的模型均无精确解释。"],
  shapNone: ["Shapley values", "Shapley 值"],
  leakage: ["Leakage check: what stood on both sides", "数据泄漏检查"],
  leakageLead: ["Subjects, images and sites in training and in scoring, or in several folds of a split. Only sites may be by design.", "同时出现在训练与评分中（或一次划分的多折中）的受试者、图像与中心。仅中心可以有意如此。"],
  model: ["Model", "模型"], version: ["Version", "版本"], trainedOn: ["Trained on", "训练数据"], explained: ["Explained", "可解释"], exactly: ["exactly", "精确"], outcome: ["Outcome", "结局"], cohort: ["Study", "研究"],
  positives: ["Positive", "阳性"], left: ["Left out (training)", "剔除（训练）"], interval: ["95% interval", "95% 区间"], split: ["Split", "划分"], note: ["Note", "说明"],
  of: ["Of", "对象"], members: ["Members", "人数"], subjects: ["Subjects", "受试者"], images: ["Images", "图像"], sites: ["Sites", "中心"], clean: ["Clean", "无泄漏"],
  family: ["{0} AUCs on this page, intervals not adjusted", "本页共 {0} 个 AUC，区间未校正"],
  response: ["response", "有效"], remission: ["remission", "缓解"], patient: ["patient", "患者"],
  describe: ["{0}; {1}", "{0}；{1}"],
  simulatedModel: ["models and their training cohorts", "模型及其训练队列"],
});

const keys = ["name", "version", "split", "outcome", "study"];
const outcome = (name) => (["response", "remission", "patient"].includes(name) ? say(name) : isolated(name));
const studyTitle = (name) => (studyOf(name) ? label(studyOf(name), "title", 60) : isolated(name));
const nameOf = (row) => `${isolated(row.name)} ${row.version}${row.split ? `, ${isolated(row.split)}` : ""}: ${outcome(row.outcome)}, ${isolated(row.study)}`;
const commands = ["model", "series", "connectome", "features", "scores", "participants"];

const modelsFigure = (from) => figure({
  id: "models", title: say("models"), lead: say("modelsLead"), from, commands: ["model"], empty: say("noModels"),
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("model"), class: "nowrap", cell: (m) => isolated(clip(m.name, 60)) }, { head: say("version"), number: true, cell: (m) => String(m.version) },
    { head: say("trainedOn"), cell: (m) => isolated(m.trained_on) }, { head: say("explained"), cell: (m) => (m.note ? noteText(m.note) : say("exactly")) },
  ], rows, undefined, say("models"))),
});

const performance = (from) => figure({
  id: "performance", title: say("performance"), lead: say("performanceLead"), from, commands, empty: say("noPredictions"), family: say("family", from.rows.filter((row) => row.auc != null).length),
  study: [...new Set(from.rows.map((row) => row.study))],
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("model"), class: "nowrap", cell: (r) => `${isolated(r.name)} ${r.version}` }, { head: say("outcome"), cell: (r) => outcome(r.outcome) }, { head: say("cohort"), cell: (r) => isolated(r.study) },
    ...(rows.some((r) => r.split) ? [{ head: say("split"), cell: (r) => isolated(r.split) }] : []), { head: "n", number: true, cell: (r) => count(r.n) }, { head: say("positives"), number: true, cell: (r) => count(r.positives) },
    { head: say("left"), number: true, cell: (r) => count(r.trained_on) }, { head: "AUC", number: true, cell: (r) => number(r.auc, 3) },
    { head: say("interval"), number: true, cell: (r) => (r.auc_lb == null ? "–" : t(`${number(r.auc_lb, 3)} to ${number(r.auc_ub, 3)}`, `${number(r.auc_lb, 3)} 至 ${number(r.auc_ub, 3)}`)) },
    { head: "Brier", number: true, cell: (r) => number(r.brier, 3) }, { head: say("note"), cell: (r) => noteText(r.note) },
  ], rows, undefined, say("performance"))),
});

function confusionTable(rows) {
  const [row] = rows, cell = (n, right, all) => h("td", { class: right ? "number right" : "number wrong", style: `--share:${all > 0 ? n / all : 0}` },
    h("b", null, count(n)), all > 0 && h("span", null, percent(n / all)));
  const shares = ["sensitivity", "specificity", "ppv", "npv", "accuracy"].map((key) => ({ key, value: row[key], low: row[`${key}_lb`], high: row[`${key}_ub`] }));
  return [h("div", { class: "wide" },
    h("table", { class: "confusion" }, h("thead", null, h("tr", null, h("td", null, ""), [say("yes"), say("no")].map((word) => h("th", { scope: "col", class: "number" }, say("actually", word))))),
      h("tbody", null, h("tr", null, h("th", { scope: "row" }, say("predicted", say("yes"))), cell(row.tp, true, row.tp + row.fn), cell(row.fp, false, row.fp + row.tn)), h("tr", null, h("th", { scope: "row" }, say("predicted", say("no"))), cell(row.fn, false, row.tp + row.fn), cell(row.tn, true, row.fp + row.tn))))),
    table([
      { head: say("share"), cell: (s) => say(s.key) },
      { head: "%", number: true, cell: (s) => (s.value == null ? "–" : number(100 * s.value, 1)) },
      { head: say("wilson"), number: true, cell: (s) => (s.low == null ? "–" : `${number(100 * s.low, 1)} – ${number(100 * s.high, 1)}`) },
    ], [...shares, { key: "balanced_accuracy", value: row.balanced_accuracy }])];
}

function cohort(row, k, first) {
  const where = Object.fromEntries(keys.map((key) => [key, row[key]])), name = nameOf(row), shared = { commands, study: row.study, level: 3 };
  const of = (id) => rowsOf(id).where(where);
  const auc = say("rocLead", number(row.auc, 3), range(row.auc_lb, row.auc_ub), count(row.n), count(row.positives));
  const roc = of("roc"), bins = of("calibration"), decision = of("decision"), confusion = of("confusion");
  if (roc.rows.length === 0) return [];
  return [group({ id: `model-${k}`, title: name, open: k === first, columns: true, simulated: row.simulated,
    detail: say("groupLead", number(row.auc, 3), `${number(row.auc_lb, 3)} – ${number(row.auc_ub, 3)}`) }, [
    figure({ ...shared, id: `roc-${k}`, title: say("roc"), lead: auc, from: roc, class: "roc", describe: say("describe", `${say("roc")}: ${name}`, auc), family: say("family", rowsOf("performance").rows.filter((r) => r.auc != null).length), draw: rocPlot, note: noteText(row.note) }),
    bins.rows.length > 0 && figure({ ...shared, id: `calibration-${k}`, title: say("calibration"), lead: say("calibrationLead"), from: bins, class: "calibration", points: ".calibration-points > *",
      describe: `${say("calibration")}: ${name}`, draw: calibrationPlot }),
    confusion.rows.length > 0 && figure({ ...shared, id: `confusion-${k}`, title: say("confusion", number(confusion.rows[0].threshold)), lead: say("confusionLead"), from: confusion, draw: confusionTable }),
    decision.rows.length > 0 && figure({ ...shared, id: `decision-${k}`, title: say("decision"), lead: say("decisionLead"), from: decision, class: "decision", points: ".decision-points > *", describe: `${say("decision")}: ${name}`, draw: decisionPlot }),
  ].filter(Boolean))];
}

/** A fold for each model and outcome that has curves; the first is open. */
function cohorts() {
  const { rows } = rowsOf("performance"), first = rows.findIndex((row) => row.auc != null);
  return rows.flatMap((row, k) => cohort(row, k, first));
}

function shapSections() {
  const parts = rowsOf("shap").by("name", "version", "study").filter((from) => from.rows.length > 0);
  if (parts.length === 0) return [figure({ id: "shap", title: say("shapNone"), from: rowsOf("shap"), empty: say("noShap") })];
  return parts.map((from, k) => {
    const first = from.rows[0], summary = rowsOf("shap_summary").where({ name: first.name, version: first.version, study: first.study }).rows, title = say("shap", `${isolated(first.name)} ${first.version}`, studyTitle(first.study));
    return figure({ id: `shap-${k}`, title, lead: say("shapLead", count(summary[0]?.cases)), from, class: "shap", commands: ["model", "series", "connectome"], study: first.study,
      describe: say("describe", title, summary.slice(0, 3).map((row) => `${row.feature} ${row.mean_abs.toPrecision(3)}`).join(", ")), draw: (rows) => [shapLegend(), shapPlot(rows, summary)] });
  });
}

const leakage = (from) => figure({
  id: "leakage", title: say("leakage"), lead: say("leakageLead"), from, commands, simulated: false,
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("of"), cell: (l) => (l.of === "split" ? `${say("split")} ${isolated(l.split)}` : `${isolated(l.name)} ${l.version}`) },
    { head: say("members"), number: true, cell: (l) => count(l.members) }, { head: say("subjects"), number: true, cell: (l) => count(l.subjects) }, { head: say("images"), number: true, cell: (l) => count(l.images) },
    { head: say("sites"), number: true, cell: (l) => count(l.sites) }, { head: say("clean"), cell: (l) => (l.clean ? t("yes", "是") : t("no", "否")) },
  ], rows, undefined, say("leakage"))),
});

const simulated = () => [
  ...frame.studies.filter((study) => study.simulated && rowsOf("performance").rows.some((row) => row.study === study.study)).map((study) => label(study, "title")),
  ...(rowsOf("models").rows.some((row) => row.simulated) ? [say("simulatedModel")] : [])];

render({ page: "models", say, simulated, draw: () => [modelsFigure(rowsOf("models")), performance(rowsOf("performance")), ...cohorts(), ...shapSections(), leakage(rowsOf("leakage"))] });
