// protocols.js - what was needled: points as the sheets wrote them beside the codes that they resolved to.
import { badge, h, table } from "./dom.js";
import { say } from "./words.js";

const resolved = (p) => (p.acupoints ?? []).map((code, k) => (code ? `${code} ${p.names_zh[k]}` : `? ${p.as_written[k]}`)).join(" + ");

export function protocolSection(all) {
  if (all.length === 0) return null;
  return h("section", { id: "protocols" },
    h("h2", null, say("protocols"), badge(all.some((p) => p.simulated), say("simulated"))),
    h("p", { class: "lead" }, say("protocolsLead")),
    h("div", { class: "below wide" }, table([
      { head: say("protocol"), class: "nowrap", cell: (p) => p.protocol },
      { head: say("protocolTitle"), cell: (p) => p.title ?? "" },
      { head: say("mode"), cell: (p) => say(`mode_${p.mode ?? "unknown"}`) },
      { head: say("frequency"), cell: (p) => p.frequency ?? "" },
      { head: say("asWritten"), cell: (p) => (p.as_written ?? []).join(" · ") },
      { head: say("acupoints"), cell: resolved },
    ], all)));
}
