// frame.js - what every page has around its figures: links to the others, the language, the banner of simulated data.
import { frame } from "./data.js";
import { h } from "./dom.js";
import { printWhole, unfold } from "./group.js";
import { clip, isolated, label, languageCode, languageHash, moment, readLanguage, say, setLanguage } from "./words.js";

const files = [["overview", "index.html"], ["trial", "trial.html"], ["imaging", "imaging.html"], ["acupoints", "acupoints.html"],
  ["literature", "literature.html"], ["meta", "meta.html"], ["models", "models.html"], ["quality", "quality.html"]];

/** The address of another page, in the language of this one. */
export const pageAddress = (name) => files.find(([page]) => page === name)[1] + languageHash();

const links = (current) => h("nav", { "aria-label": say("pages") }, h("ul", null, files.map(([name]) =>
  h("li", null, h("a", { href: pageAddress(name), "aria-current": name === current ? "page" : null }, say(`title_${name}`))))));

const languages = (again) => h("div", { class: "language", role: "group", "aria-label": say("language") }, [["en", "English"], ["zh", "中文"]].map(([code, name]) =>
  h("button", { type: "button", lang: code === "zh" ? "zh-CN" : "en", "aria-pressed": String(languageCode() === code), onclick: () => {
    setLanguage(code);
    again();
    document.querySelector(`.language [lang^=${code}]`).focus();
  } }, name)));

/** Over which frozen set the clinical figures were drawn, where one was asked for. */
const drawnBanner = () => frame.drawn && h("div", { class: "banner drawn", role: "note" }, h("p", null, h("b", null, say("drawnBanner", frame.drawn)), " ", say("drawnBannerText")));

/** parts: what on this page a program made up. */
function banner(parts) {
  if (parts.length === 0) return null;
  const zh = languageCode() === "zh", most = 5;
  const named = parts.slice(0, most).map((part) => isolated(clip(part, 160)));
  if (parts.length > most) named.push(say("more", parts.length - most));
  return h("div", { class: "banner", role: "note" }, h("p", null, h("b", null, say("banner")), " ", say("bannerText"), " ", named.join(zh ? "；" : "; "), zh ? "。" : "."));
}

/** Links to what the page has, where that is more than a screen of it. */
function contents(parts) {
  const entries = parts.flatMap((part) => (part.matches("section[data-figure], details.group") ? [part] : [...part.querySelectorAll("section[data-figure]")]));
  if (entries.length < 4) return null;
  return h("nav", { class: "contents screen", "aria-label": say("contents") }, h("ul", null, entries.map((entry) => h("li", null, h("a", {
    href: `${languageHash()}&at=${entry.id}`, onclick: (event) => {
      event.preventDefault();
      history.replaceState(null, "", event.currentTarget.getAttribute("href"));
      if (entry.matches("details")) entry.open = true;
      else unfold(entry);
      entry.scrollIntoView();
      (entry.matches("details") ? entry.querySelector("summary") : entry).focus({ preventScroll: true });
    } }, clip(entry.querySelector("h2").firstChild.textContent, 60))))));
}

const skipLink = () => h("a", { class: "skip", href: "#page", onclick: (event) => { event.preventDefault(); document.getElementById("page").focus(); } }, say("skip"));

/**
 * Draws a page, and again when the language changes.
 *
 * page: its name; say: its dictionary, with title and lead; draw(): the sections; simulated(): the names of what a program made up,
 * by default the simulated studies that its figures are of.
 */
export function render(spec) {
  // Those that some figure of the page is of.
  const ofStudies = (parts) => {
    const shown = new Set(parts.flatMap((part) => [part, ...part.querySelectorAll("[data-studies]")]).flatMap((part) => JSON.parse(part.dataset.studies ?? "[]")));
    return frame.studies.filter((study) => study.simulated && shown.has(study.study)).map((study) => label(study, "title"));
  };
  const draw = () => {
    const root = document.documentElement;
    root.lang = languageCode() === "zh" ? "zh-CN" : "en";
    root.dataset.page = spec.page;
    document.title = `${spec.say(`title_${spec.page}`)} · psyrad`;
    for (const old of document.querySelectorAll("body > :not(script)")) old.remove();
    const folds = new Map([...document.querySelectorAll("details.group")].map((fold) => [fold.id, fold.open]));
    const parts = [spec.draw()].flat().filter(Boolean);
    document.body.prepend(
      skipLink(),
      h("header", null,
        h("div", { class: "top" }, h("p", { class: "mark" }, "psyrad"), links(spec.page), languages(draw))),
      h("main", { id: "page", tabindex: -1 },
        h("h1", null, spec.say("title")), h("p", { class: "lead" }, spec.say("lead")),
        ...[banner((spec.simulated ?? ofStudies)(parts)), drawnBanner(), contents(parts), parts].flat().filter(Boolean)),
      h("footer", null, spec.say("footer", frame.version, isolated(frame.database), moment(frame.generated_at))));
    // What the reader had opened stays open in the other language.
    for (const fold of document.querySelectorAll("details.group")) fold.open = folds.get(fold.id) ?? fold.open;
  };
  printWhole();
  readLanguage();
  window.addEventListener("hashchange", () => { readLanguage(); draw(); });
  draw();
}
