// acupoints.js - the page of acupoints: what was needled, as the sheets wrote it beside the codes that it resolved to.
import { dictionary, figure, h, isolated, render, rowsOf, table } from "../ui.js";

const say = dictionary({
  title: ["Acupoints", "穴位"],
  lead: ["What was needled, and how it was written.", "所用穴位及其原文。"],
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
});

const resolved = (p) => (p.acupoints ?? []).map((code, k) => (code ? `${code} ${p.names_zh[k]}` : `? ${isolated(p.as_written[k])}`)).join(" + ");

const protocols = (from) => figure({
  id: "protocols", title: say("protocols"), lead: say("protocolsLead"), from, study: [...new Set(from.rows.map((row) => row.study))], commands: ["protocols"],
  draw: (rows) => h("div", { class: "wide" }, table([
    { head: say("protocol"), class: "nowrap", cell: (p) => p.protocol },
    { head: say("protocolTitle"), cell: (p) => isolated(p.title ?? "") },
    { head: say("mode"), cell: (p) => say(`mode_${p.mode ?? "unknown"}`) },
    { head: say("frequency"), cell: (p) => isolated(p.frequency ?? "") },
    { head: say("asWritten"), cell: (p) => (p.as_written ?? []).map(isolated).join(" · ") },
    { head: say("acupoints"), cell: resolved },
  ], rows, undefined, say("protocols"))),
});

render({ page: "acupoints", say, draw: () => protocols(rowsOf("protocols")) });
