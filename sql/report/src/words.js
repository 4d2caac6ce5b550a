// words.js - the page's own words in English and Chinese, and how data labels and numbers are written.
import { format, utcFormat } from "d3";

const words = {
  title: ["What the warehouse says", "数据仓库的回答"],
  lead: ["Every number below is a row of a view in schema report; the questions in sql/questions ask for the same.",
    "以下每个数字都来自 report 模式中的视图；sql/questions 中的查询给出相同结果。"],
  simulated: ["Simulated", "模拟数据"],
  real: ["Real data", "真实数据"],
  banner: ["Simulated data on this page.", "本页含模拟数据。"],
  bannerText: ["No person stands behind these numbers; a program made them to show how the warehouse works:",
    "这些数字不对应任何真实个人，由程序生成，仅用于演示："],
  simulatedEffects: ["the pooled trials", "合并的各试验"],
  simulatedModel: ["the classifier and its training cohort", "分类器及其训练队列"],
  people: ["People", "受试者"],
  peopleDetail: ["in {0} studies, {1} of them simulated", "共 {0} 项研究，其中 {1} 人为模拟"],
  scans: ["Scans", "扫描"],
  scansDetail: ["{1} of them simulated; {0} files", "其中 {1} 次为模拟；{0} 个文件"],
  found: ["Connections found", "检出的连接"],
  foundDetail: ["of {0} tested, q < {1}", "共检验 {0} 条，q < {1}"],
  pooled: ["Pooled difference", "合并均数差"],
  pooledDetail: ["{0} points, 95% CI {1} to {2}", "{0} 分，95% CI {1} 至 {2}"],
  auc: ["Classifier AUC", "分类器 AUC"],
  aucDetail: ["{0} people, {1} responded", "{0} 人，{1} 人有效"],
  hamd: ["HAMD-17 by arm and visit", "各组各访视的 HAMD-17"],
  hamdLead: ["Mean and 95% interval of the ratings that were made (observed cases). Response is a fall of at least half from baseline; remission a total of 7 or less.",
    "实际评定的均值及 95% 区间（观察病例）。有效为较基线下降至少一半；缓解为总分不超过 7。"],
  to: ["{0} to {1}", "{0} 至 {1}"],
  week: ["Week", "周"],
  total: ["HAMD-17 total", "HAMD-17 总分"],
  arm: ["Arm", "组别"],
  meanSd: ["Mean (SD)", "均值（SD）"],
  response: ["Response", "有效"],
  remission: ["Remission", "缓解"],
  connections: ["Connections whose change follows improvement", "变化随改善而变的功能连接"],
  connectionsLead: ["Change of Fisher z from before to after against HAMD-17 improvement, adjusted for arm, site, baseline HAMD-17 and mean framewise displacement: partial correlations of {0} people, {1} connections, {2} with Benjamini-Hochberg q < {3}.",
    "治疗前后 Fisher z 的变化与 HAMD-17 改善的偏相关，校正组别、中心、基线 HAMD-17 和平均帧位移：{0} 人，{1} 条连接，{2} 条 Benjamini-Hochberg q < {3}。"],
  heat: ["Partial correlation: all below the diagonal, q < {0} above it", "偏相关：对角线下方为全部，上方为 q < {0}"],
  partial: ["partial r", "偏相关 r"],
  changeOf: ["Change (Fisher z) of", "变化（Fisher z）："],
  improvement: ["HAMD-17 improvement (points)", "HAMD-17 改善（分）"],
  change: ["Change of Fisher z", "Fisher z 变化"],
  choose: ["Choose a connection in the table or the map.", "可在表格或矩阵中选择连接。"],
  connection: ["Connection", "连接"],
  none: ["No connection passed.", "无连接达到阈值。"],
  scatterNote: ["Points are people as measured; the partial correlation r = {0} (t = {1}, q = {2}) is adjusted, the line is not.",
    "点为个体原始值；偏相关 r = {0}（t = {1}，q = {2}）经过校正，直线未校正。"],
  poolingTitle: ["{1} against {2}: mean difference of {0}", "{1} 对照 {2}：{0} 均数差"],
  poolingLead: ["Random effects by REML. Squares have the area of a trial's weight; the diamond is the pooled mean with its Knapp-Hartung interval, the bar its prediction interval.",
    "REML 随机效应模型。方块面积为权重；菱形为合并均值及 Knapp-Hartung 区间，横条为预测区间。"],
  difference: ["Mean difference ({0} points)", "均数差（{0} 分）"],
  trial: ["Trial", "试验"],
  weight: ["Weight", "权重"],
  method: ["Interval", "区间方法"],
  interval: ["95% interval", "95% 区间"],
  prediction: ["Prediction", "预测区间"],
  pooledRow: ["Pooled (Knapp-Hartung)", "合并（Knapp-Hartung）"],
  predictionRow: ["95% prediction interval", "95% 预测区间"],
  heterogeneity: ["Heterogeneity: I² = {0}%, τ² = {1}, Q = {2} (p = {3}).", "异质性：I² = {0}%，τ² = {1}，Q = {2}（p = {3}）。"],
  protocols: ["What was needled", "针刺方案"],
  protocolsLead: ["Sheets name points by code, pinyin, Chinese or an older code; the warehouse keeps what they wrote and resolves it to WHO codes.",
    "原始表格以代码、拼音、中文或旧代码书写穴位；仓库保留原文并对应到 WHO 代码。"],
  protocol: ["Protocol", "方案"],
  protocolTitle: ["Title", "名称"],
  mode: ["Stimulation", "刺激方式"],
  mode_manual: ["manual", "手针"], mode_electro: ["electro-acupuncture", "电针"], mode_transcutaneous: ["transcutaneous", "经皮刺激"],
  mode_auricular: ["auricular", "耳针"], mode_moxibustion: ["moxibustion", "艾灸"], mode_press_needle: ["press needle", "揿针"],
  mode_laser: ["laser", "激光"], mode_sham: ["sham", "假针"], mode_unknown: ["not stated", "未注明"],
  frequency: ["Frequency", "频率"],
  asWritten: ["Points as written", "穴位原文"],
  acupoints: ["Acupoints (WHO)", "穴位（WHO）"],
  model: ["Who will respond, told from the scan before treatment", "由治疗前扫描预测谁会有效"],
  modelLead: ["Stored model {0}, version {1}, scored inside SQL on baseline connectivity. Trained on: {2}.",
    "数据库内用基线连接为已存模型 {0}（版本 {1}）打分。训练数据：{2}。"],
  falsePositive: ["1 − specificity", "1 − 特异度"],
  sensitivity: ["Sensitivity", "灵敏度"],
  score: ["Predicted probability of response", "预测有效概率"],
  responded: ["responded", "有效"],
  notResponded: ["did not respond", "无效"],
  roc: ["ROC curve, AUC = {0}", "ROC 曲线，AUC = {0}"],
  scores: ["Scores by outcome", "按结局的得分"],
  provenance: ["Where the numbers come from", "数据来源"],
  provenanceLead: ["Each row of the warehouse leads back to a file by its bytes (SHA-256) and a line in it.", "仓库中每一行都可追溯到文件（SHA-256）及行号。"],
  studies: ["Studies", "研究"],
  study: ["Study", "研究"],
  loads: ["Loaded", "已载入"],
  kind: ["What", "类别"],
  files: ["Files", "文件"],
  rows: ["Rows loaded", "载入行"],
  rejected: ["Rejected", "拒绝"],
  filesList: ["Files, the latest first ({0} of {1})", "文件，最新在前（{0}/{1}）"],
  file: ["File", "文件"],
  when: ["When (UTC)", "时间（UTC）"],
  trouble: ["Files refused, or with rejected rows", "被拒绝的文件或含被拒绝行的文件"],
  noTrouble: ["None: every file was loaded whole.", "无：所有文件均完整载入。"],
  refused: ["refused", "整个文件"],
  seeRejects: ["psyrad rejects lists the rows and why.", "用 psyrad rejects 查看各行及原因。"],
  message: ["Why", "原因"],
  footer: ["psyrad {0} · database {1} · made {2} UTC · this file loads nothing from anywhere", "psyrad {0} · 数据库 {1} · 生成于 {2} UTC · 本文件不加载任何外部资源"],
};

let language = 0;
export const setLanguage = (code) => { language = code === "zh" ? 1 : 0; };
export const languageCode = () => (language === 1 ? "zh" : "en");

/** The page's own words; {0}, {1} ... are filled in order. */
export function say(key, ...values) {
  return words[key][language].replace(/\{(\d)\}/g, (_, k) => values[k]);
}

/** A label of the data in the page's language where it has one. */
export const label = (row, stem = "label") => (language === 1 && row[`${stem}_zh`]) || row[`${stem}_en`] || row[stem];

const minus = (text) => text.replace("-", "−");
const fixed = [0, 1, 2, 3, 4].map((digits) => format(`.${digits}f`));
export const number = (x, digits = 2) => (x == null || !Number.isFinite(x) ? "–" : minus(fixed[digits](x)));
export const count = format(",");
export const percent = (x) => (x == null ? "–" : `${fixed[0](100 * x)}%`);
export const pValue = (p) => (p == null ? "–" : p < 0.001 ? p.toExponential(1).replace("e-", "e−") : fixed[3](p));
export const moment = (text) => utcFormat("%Y-%m-%d %H:%M")(new Date(text));
