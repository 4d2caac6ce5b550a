// group.js - figures that belong together under one heading, which folds: a page of many models, pools or collections stays a page that
// can be looked over.  What is folded is there all the same: for links, for the search of the browser, and on paper.
import { badge, h } from "./dom.js";
import { clip } from "./words.js";

/** Opens what an element is folded in. */
export function unfold(element) {
  for (let fold = element.closest("details.group"); fold; fold = fold.parentElement.closest("details.group")) fold.open = true;
}

/** Folds open for the printer, and closed again after it. */
export function printWhole() {
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.group:not([open])")];
    for (const fold of opened) fold.open = true;
  });
  window.addEventListener("afterprint", () => { for (const fold of opened) fold.open = false; });
}

/** id, title, detail: what it says in a line; open; columns: figures stand beside each other where there is room; simulated. */
export function group({ id, title, detail, open = false, columns = false, simulated = false }, ...figures) {
  const fold = h("details", { class: "group", id, open },
    h("summary", null, h("h2", { id: `${id}-title` }, clip(title, 300), badge(simulated)), detail && h("span", { class: "detail" }, detail)),
    h("div", { class: columns ? "figures columns" : "figures" }, figures));
  // "Forest plot" is the name of several figures: who jumps from one to the next hears of which fold each is.
  for (const section of fold.querySelectorAll("section[aria-labelledby]")) section.setAttribute("aria-labelledby", `${id}-title ${section.getAttribute("aria-labelledby")}`);
  return fold;
}
