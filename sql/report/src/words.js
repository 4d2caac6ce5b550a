// words.js - the two languages: a page's own words, labels of the data, and how numbers are written.
import { format, utcFormat } from "d3";

let language = 0;
const settings = () => new URLSearchParams(location.hash.slice(1));
export const languageCode = () => (language === 1 ? "zh" : "en");

/** The language stands in the address (#lang=zh), so that links and reloads keep it. */
export function readLanguage() {
  const asked = settings().get("lang");
  language = asked === "zh" || (asked === null && language === 1) ? 1 : 0;
}
export function setLanguage(code) {
  const hash = settings();
  hash.set("lang", code);
  history.replaceState(null, "", `#${hash}`);
  language = code === "zh" ? 1 : 0;
}
export const anchor = () => settings().get("at");
export const languageHash = () => `#lang=${languageCode()}`;

const common = {
  title_overview: ["Overview", "概览"], title_trial: ["Trial", "试验"], title_imaging: ["Imaging", "影像"], title_acupoints: ["Acupoints", "穴位"],
  title_literature: ["Literature", "文献"], title_meta: ["Meta-analysis", "荟萃分析"], title_models: ["Models", "模型"], title_quality: ["Quality", "质量"],
  pages: ["Pages", "页面"],
  language: ["Language", "语言"],
  skip: ["Skip to the content", "跳至正文"],
  simulated: ["Simulated", "模拟数据"],
  real: ["Real data", "真实数据"],
  banner: ["Simulated data on this page.", "本页含模拟数据。"],
  bannerText: ["No person stands behind these numbers; a program made them to show how the warehouse works:",
    "这些数字不对应任何真实个人，由程序生成，仅用于演示："],
  more: ["and {0} more", "及其他 {0} 项"],
  how: ["How it was made", "制作方法"],
  data: ["Data ({0} rows)", "数据（{0} 行）"], dataOne: ["Data (1 row)", "数据（1 行）"],
  contents: ["On this page", "本页内容"],
  download: ["Download as CSV", "下载 CSV"],
  cut: ["The first {0} of {1} rows; the CSV has all.", "仅显示前 {0} 行，共 {1} 行；CSV 含全部。"],
  query: ["Query that gives these rows", "给出这些数据的查询"],
  family: ["Family of tests", "检验族"],
  descriptive: ["none: this describes, nothing is tested", "无：仅为描述，未作检验"],
  state: ["State of the data", "数据状态"],
  live: ["live, as of {0} UTC (one snapshot for all pages)", "实时数据，截至 {0} UTC（所有页面同一快照）"],
  frozen: ["Frozen sets of {0}", "{0} 的冻结集"],
  frozenNone: ["none", "无"],
  frozenOne: ["{0} ({1} subjects, frozen {2} UTC), SHA-256 {3}", "{0}（{1} 名受试者，冻结于 {2} UTC），SHA-256 {3}"],
  frozenBadge: ["frozen: {0}", "冻结集：{0}"],
  drawnFrom: ["the rows of the frozen set {0}, as they were when it was frozen", "冻结集 {0} 的数据，即冻结时的原样"],
  notDrawn: ["This figure cannot be drawn from the frozen set {0}, which keeps ratings and people whole and of all else a hash alone.", "该图无法由冻结集 {0} 绘制：冻结集完整保存评定与受试者，其余仅存哈希值。"],
  drawnBanner: ["Frozen set {0}.", "冻结集 {0}。"],
  drawnBannerText: ["Figures with its badge are drawn from its rows; all others from the data as they are now.", "带有其标记的图由冻结数据绘制；其余均为当前数据。"],
  ownFacts: ["What this figure is made of ({0}): ", "本图所用数据（{0}）："],
  wholeSet: ["The whole set: ", "整个冻结集："],
  unchanged: ["unchanged since.", "自冻结以来无变化。"],
  other: ["{0} facts changed, {1} missing, {2} added since (psyrad freeze --check names them).", "自冻结以来 {0} 条已更改、{1} 条缺失、{2} 条新增（psyrad freeze --check 可列出）。"],
  notSeen: ["You may not see the frozen arms;", "您无权查看冻结的组别；"],
  unseen: ["{0} of its facts are of people who withdrew or whom you may not see.", "其中 {0} 条属于已退出或您无权查看的受试者。"],
  files: ["Files that the numbers come from", "数据来源文件"],
  noFiles: ["The numbers come from no loaded file.", "数据并非来自载入的文件。"],
  filesOf: ["{0}: {1} files; SHA-256 over the sorted lines of their SHA-256: {2}", "{0}：{1} 个文件；其 SHA-256 排序后各行的总 SHA-256：{2}"],
  filesLatest: ["the latest {0} of them; report.file has all", "此处为最新 {0} 个；全部见 report.file"],
  file: ["File", "文件"],
  tool: ["psyrad", "psyrad"],
  empty: ["Nothing to show: the query gives no row (or none that this reader may see).", "无可显示：查询无结果（或读者无权查看）。"],
  filledBy: ["Files that fill it: {0}.", "可载入的文件：{0}。"],
  comma: [", ", "、"],
  point: ["Tab moves from point to point, and reads it out here.", "按 Tab 键逐点移动，数值显示于此。"],
  footer: ["psyrad {0} · database {1} · made {2} UTC · this file loads nothing from anywhere", "psyrad {0} · 数据库 {1} · 生成于 {2} UTC · 本文件不加载任何外部资源"],
};

const fill = (text, values) => text.replace(/\{(\d)\}/g, (_, k) => values[k]);

/** dictionary({key: [English, Chinese]}) gives say(key, ...values): {0}, {1} ... are filled in order. */
export function dictionary(words) {
  return (key, ...values) => {
    const of = words[key] ?? common[key];
    if (!of) throw new Error(`no words for ${key}`);
    return fill(of[language], values);
  };
}
export const say = dictionary({});

// Columns of figures, as the tables head them.
const columns = {
  study: ["study", "研究"], simulated: ["simulated", "模拟"], arm: ["arm", "组别"], label_en: ["label", "英文名"], label_zh: ["Chinese label", "名称"],
  kind: ["kind", "类别"], week: ["week", "周"], session: ["visit", "访视"], n: ["n", "n"], mean: ["mean", "均值"], sd: ["SD", "标准差"],
  ci_lb: ["95% from", "95% 下限"], ci_ub: ["95% to", "95% 上限"], p: ["p", "p"], q: ["q", "q"], r: ["r", "r"], t: ["t", "t"], df: ["df", "自由度"],
  site: ["site", "中心"], scanner: ["scanner", "扫描仪"], atlas: ["atlas", "图谱"], measure: ["measure", "指标"], region: ["region", "脑区"],
  files: ["files", "文件数"], rows_loaded: ["rows loaded", "载入行"], rows_rejected: ["rejected", "拒绝行"], message: ["message", "说明"],
  path: ["file", "文件"], command: ["what", "类别"], finished_at: ["when", "时间"], sha256: ["SHA-256", "SHA-256"], title_en: ["title", "英文标题"],
  title_zh: ["Chinese title", "标题"], subjects: ["people", "受试者"], scans: ["scans", "扫描"], tool_version: ["psyrad", "psyrad 版本"],
};
/** columnWords({column: [English, Chinese]}): a page's own; a column without words is headed by its name. */
export const columnWords = (words) => { Object.assign(columns, words); };
export const columnName = (column) => columns[column]?.[language] ?? column;

// Text that may run from right to left is set apart, so that it cannot turn what stands beside it.
const turning = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/;
export const isolated = (text) => (turning.test(text) ? `\u2068${text}\u2069` : text);
export const clip = (text, most = 120) => (text.length > most ? `${[...text.slice(0, most - 1)].join("")}…` : text);

/** A label of the data in the page's language where it has one, no longer than most characters. */
export function label(row, stem = "label", most = 120) {
  const text = (language === 1 && row[`${stem}_zh`]) || row[`${stem}_en`] || row[stem];
  return text == null ? "" : isolated(clip(String(text), most));
}

// What `psyrad ingest` calls the kinds of files, for those who do not know its words.
const commands = { appraisal: "偏倚评价", atlas: "图谱", bids: "BIDS 数据集", connectome: "连接矩阵", coordinates: "激活坐标", drugs: "合并用药", edges: "连接值", effects: "试验效应", features: "脑区特征",
  image: "图像", literature: "文献", model: "模型", networks: "脑网络", participants: "受试者", pipeline: "处理流程", protocols: "治疗方案", regions: "脑区值", review: "综述表格", review_protocols: "综述中的方案",
  scores: "量表评分", screening: "筛选决定", series: "时间序列", sessions: "治疗记录", study: "研究说明" };
/** A kind of files, with the command's own word beside it. */
export const commandName = (command) => (language === 1 && commands[command] ? `${commands[command]}（${command}）` : command.replaceAll("_", " "));

/** Words in a row: "a, b and c". */
export const listed = (words) => (language === 1 ? words.join("、") : words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`);

const minus = (text) => text.replace("-", "−");
const fixed = [0, 1, 2, 3, 4].map((digits) => format(`.${digits}f`));
export const number = (x, digits = 2) => (x == null || !Number.isFinite(x) ? "–" : minus(fixed[digits](x)));
export const count = (n) => (n == null ? "–" : format(",")(n));
export const percent = (x) => (x == null ? "–" : `${fixed[0](100 * x)}%`);
export const pValue = (p) => (p == null ? "–" : p < 0.001 ? p.toExponential(1).replace("e-", "e−") : fixed[3](p));
export const moment = (text) => (text == null ? "–" : utcFormat("%Y-%m-%d %H:%M")(new Date(text)));
