// main.js - reads the data block, draws the page, and draws it again when the language changes.
import { classifierSections } from "./classifier.js";
import { connectionSections } from "./connections.js";
import { h } from "./dom.js";
import { forestSections } from "./forest.js";
import { protocolSection } from "./protocols.js";
import { provenanceSection } from "./provenance.js";
import { trajectorySection } from "./trajectory.js";
import { count, label, languageCode, moment, number, say, setLanguage } from "./words.js";

const page = JSON.parse(document.getElementById("data").textContent);

function languageSwitch() {
  return h("div", { class: "language", role: "group", "aria-label": "Language" }, [["en", "English"], ["zh", "中文"]].map(([code, name]) =>
    h("button", { type: "button", "aria-pressed": String(languageCode() === code), onclick: () => { setLanguage(code); draw(); } }, name)));
}

/** What on this page a program made up. */
function simulatedParts() {
  const separator = languageCode() === "zh" ? "；" : "; ";
  return [
    ...page.studies.filter((study) => study.simulated).map((study) => label(study, "title")),
    page.pooling.some((of) => of.simulated) && say("simulatedEffects"),
    page.models.some((of) => of.simulated) && say("simulatedModel"),
  ].filter(Boolean).join(separator);
}

function banner() {
  const parts = simulatedParts();
  return parts && h("div", { class: "banner", role: "note" }, h("p", null, h("b", null, say("banner")), " ", say("bannerText"), " ", parts, languageCode() === "zh" ? "。" : "."));
}

const card = (name, value, detail) => h("div", { class: "card" }, h("div", { class: "name" }, name), h("div", { class: "value" }, value), h("div", { class: "detail" }, detail));

function cards() {
  const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);
  const simulated = page.studies.filter((study) => study.simulated);
  const of = page.connections[0], pooling = page.pooling[0], model = page.models[0];
  const pooled = pooling?.pooled.find((row) => row.test === "knha");
  return h("div", { class: "cards" },
    card(say("people"), count(sum(page.studies, "subjects")), say("peopleDetail", page.studies.length, count(sum(simulated, "subjects")))),
    card(say("scans"), count(sum(page.studies, "scans")), say("scansDetail", count(sum(page.loads, "files")), count(sum(simulated, "scans")))),
    of && card(say("found"), count(of.found.length), say("foundDetail", count(of.tested), of.alpha)),
    pooled && card(say("pooled"), number(pooled.estimate), say("pooledDetail", pooling.outcome, number(pooled.ci_lb), number(pooled.ci_ub))),
    model && card(say("auc"), number(model.auc, 3), say("aucDetail", model.n, model.positives)));
}

function draw() {
  document.documentElement.lang = languageCode() === "zh" ? "zh-CN" : "en";
  document.getElementById("page").replaceChildren(...[
    h("header", null,
      h("div", null, h("p", { class: "mark" }, "psyrad"), h("h1", null, say("title")), h("p", { class: "lead" }, say("lead"))),
      languageSwitch()),
    banner(),
    cards(),
    ...trajectorySection(page.hamd),
    protocolSection(page.protocols),
    ...connectionSections(page.connections),
    ...forestSections(page.pooling),
    ...classifierSections(page.models),
    provenanceSection(page),
    h("footer", null, say("footer", page.version, page.database, moment(page.generated_at))),
  ].filter(Boolean));
}

draw();
