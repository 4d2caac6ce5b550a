// notes.js - what SQL says of a number in English (why there is none, what to mind), in the page's language.
//
// Notes are written by the library, which knows one language.  A note is made of clauses joined by "; ": each is translated by the first
// pattern that it is, whole; a clause that none knows stays as it is, so that nothing is lost.
import { isolated, languageCode, listed } from "./words.js";

const clauses = [
  // meta-analysis
  [/^one study: its own estimate, no heterogeneity$/, "仅一项研究：取其自身估计，无异质性"],
  [/^test z in place of (\w+)$/, (_, test) => `以 z 检验代替 ${test === "knha" ? "Knapp-Hartung" : test}`, (_, test) => `test z in place of ${test === "knha" ? "Knapp-Hartung" : test}`],
  [/^no prediction interval below 3 studies$/, "研究少于 3 项，不给出预测区间"],
  [/^all effects are equal, so that the Knapp-Hartung standard error is 0 and there is no test: use test adhoc$/, "所有效应相等，Knapp-Hartung 标准误为 0，无法检验：请用 adhoc 检验"],
  [/^the Knapp-Hartung interval is narrower than that of test z$/, "Knapp-Hartung 区间窄于 z 检验区间"],
  [/^the Q-profile interval of tau2 is empty: effects vary less than their variances allow$/, "τ² 的 Q-profile 区间为空：效应的变异小于其方差所允许"],
  [/^fewer than 5 studies: the interval is fragile$/, "研究少于 5 项：区间不稳定"],
  [/^vi is 0: the effect is exactly known, so that there is no test and no heterogeneity$/, "方差为 0：效应精确已知，无检验亦无异质性"],
  [/^fewer than 3 studies: no test$/, "研究少于 3 项：不作检验"],
  [/^fewer than 3 studies: no trim and fill$/, "研究少于 3 项：不作剪补"],
  [/^fewer than 10 studies: the test has little power$/, "研究少于 10 项：检验效能低"],
  [/^the variances are all equal: no test$/, "方差全部相等：无法检验"],
  [/^the standardised deviations are all equal: no test$/, "标准化偏差全部相等：无法检验"],
  [/^the predictor is the same in all studies: no test$/, "各研究的预测变量相同：无法检验"],
  [/^the studies lie on a line exactly, so that there is no test$/, "各研究恰在一条直线上，无法检验"],
  [/^the standard errors are all equal, so that no side is the empty one: name it$/, "标准误全部相等，无法判定缺失侧：请指定"],
  [/^trim and fill did not converge$/, "剪补法未收敛"],
  [/^the effects or variances are too far apart for double precision: no (.+)$/, "效应或方差相差过大，超出双精度"],
  [/^the effects of the groups are more homogeneous than chance: the interval of tau2 is empty$/, "组内效应比随机更一致：τ² 区间为空"],
  [/^fewer than 2 groups: no test between them$/, "少于 2 组：不作组间检验"],
  [/^a group's standard error is 0 or unknown: no test between groups$/, "有一组的标准误为 0 或未知：不作组间检验"],
  [/^exploratory: (\d+) experiments, fewer than (\d+)$/, (_, n, least) => `探索性：${n} 个实验，少于 ${least} 个`],
  [/^(\d+) foci outside the mask's grid are left out$/, (_, n) => `掩模网格外的 ${n} 个坐标未计入`],
  // agreement
  [/^all labels are one: agreement by chance is certain$/, "所有判定相同：必然一致，κ 无定义"],
  [/^one side has a single label: agreement is that of chance, no interval$/, "一方仅有一种判定：一致等于机遇，无区间"],
  [/^no disagreement: the large-sample interval has no width$/, "无分歧：大样本区间宽度为零"],
  [/^no report that both decided on$/, "没有两人均已判定的报告"],
  // evidence map
  [/^only studies that searched chosen regions or from seeds$/, "仅有按感兴趣区或种子点检索的研究"],
  [/^search scopes differ$/, "检索范围不一"],
  [/^search scope of (\d+) of (\d+) samples not stated$/, (_, n, of) => `${of} 个样本中 ${n} 个未注明检索范围`],
  [/^the same people on both sides$/, "两侧为同一批受试者"],
  [/^one sample alone$/, "仅一个样本"],
  [/^the character before 侧 is missing: the side is lost$/, "“侧”前缺字：侧别丢失"],
  [/^a part of it: (.+)$/, (_, of) => `其中一部分：${of}`],
  [/^in brackets: (.+)$/, (_, of) => `括号内：${of}`],
  [/^(.+) stands beside another name$/, (_, of) => `${of} 与另一名称并列`],
  // models
  [/^no negative case$/, "没有阴性病例"],
  [/^no positive case$/, "没有阳性病例"],
  [/^models of the kind "(.+)" have no exact explanation here$/, (_, kind) => `${kind} 类模型无精确解释`],
  [/^step (\d+) \((.+)\) mixes features: no exact explanation of the original ones is known$/, (_, k, step) => `第 ${k} 步（${step}）混合了特征：原始特征无已知的精确解释`],
  [/^the steps make several numbers of one feature: no exact explanation by trees is known$/, "各步由一个特征生成多个数：树模型无已知的精确解释"],
  [/no exact explanation/, "无精确解释"],
];

function clause(text, zh) {
  const [pattern, chinese, english] = clauses.find(([each]) => each.test(text)) ?? [];
  const word = zh ? chinese : english;
  return word == null ? isolated(text) : typeof word === "string" ? word : isolated(text.replace(pattern, word));
}

/** A note of SQL, or several, each clause once, in the page's language; nothing of nothing. */
export function noteText(...notes) {
  const zh = languageCode() === "zh", parts = [...new Set(notes.filter(Boolean).flatMap((note) => note.split("; ")))];
  return parts.map((part) => clause(part, zh)).join(zh ? "；" : "; ");
}

const kinds = { database: "databases", register: "registers", website: "websites", organisation: "organisations", citation: "citations" };
const noSearch = [/^no search of kind (\w+) is recorded, and searches are not said to be complete$/, /^没有记录(.+)的检索，也未说明检索已齐全$/];

/** Why counts of a flow are not known, each reason once: rows of report.prisma, whose notes are in both languages.  Kinds of sources that nobody searched stand in one sentence. */
export function flowNotes(rows) {
  const zh = languageCode() === "zh", parts = [...new Set(rows.flatMap((row) => (zh ? (row.note_zh ?? row.note ?? "").split("；") : (row.note ?? "").split("; "))).filter(Boolean))];
  const missing = parts.map((part) => noSearch[zh ? 1 : 0].exec(part)?.[1]).filter(Boolean).map((kind) => (zh ? kind : kinds[kind] ?? kind));
  const said = parts.filter((part) => !noSearch[zh ? 1 : 0].test(part)).map((part) => isolated(part));
  if (missing.length > 0) said.push(zh ? `没有记录${listed(missing)}的检索，也未说明检索已齐全` : `no search of ${listed(missing)} is recorded, and searches are not said to be complete`);
  return said.join(zh ? "；" : "; ");
}
