// contract.mjs - what holds of every page, whatever it shows.
import { readFileSync, statSync } from "node:fs";
import { ok, readCsv, same, sqlAll, violations } from "./common.mjs";

const asText = (value) => (value == null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));
// Formulas are stored as text (figure.js).
const asCell = (value) => (typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : asText(value));

// Sums over parallel workers differ in the last bits from run to run.
const alike = (a, b) => a === b || (a !== "" && b !== "" && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)));
const rounded = (cell) => (cell !== "" && Number.isFinite(Number(cell)) ? Number(Number(cell).toPrecision(6)) : cell);
const sorted = (rows) => rows.map((row) => [JSON.stringify(row.map(rounded)), row]).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, row]) => row);

/** Each figure's query, run again, gives the rows that its CSV has.  What several figures of a page are parts of is asked of the server once. */
async function figures(page, url) {
  // A browser drops downloads beyond ten a second: one is saved as a file, of all others the bytes are taken where they are handed over.
  const first = await page.$("section[data-figure]");
  if (first) {
    await first.$eval("details.data", (details) => { details.open = true; });
    const [got, handed] = await Promise.all([page.waitForEvent("download"), first.$eval(".download", (button) => new Promise((done) => {
      const make = URL.createObjectURL;
      URL.createObjectURL = (blob) => { blob.arrayBuffer().then((bytes) => done([...new Uint8Array(bytes)])); URL.createObjectURL = make; return make.call(URL, blob); };
      button.click();
    }))]);
    ok("the file that is saved is what is handed over", Buffer.from(handed).equals(readFileSync(await got.path())));
    await first.$eval("details.data", (details) => { details.open = false; });
  }
  const asked = await page.evaluate(async () => {
    const make = URL.createObjectURL, base = JSON.parse(document.getElementById("data").textContent).data, all = [];
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = () => {};
    for (const section of document.querySelectorAll("section[data-figure]")) {
      let blob = null;
      URL.createObjectURL = (given) => { blob = given; return make.call(URL, given); };
      section.querySelector("details.data").open = true;
      section.querySelector(".download").click();
      section.querySelector("details.data").open = false;
      all.push({ id: section.id, parts: section.querySelectorAll("details.made .sql, details.made .family, details.data .download").length, query: section.querySelector(".sql").textContent,
        base: base[section.dataset.figure].sql, bytes: [...new Uint8Array(await blob.arrayBuffer())] });
    }
    HTMLAnchorElement.prototype.click = click;
    URL.createObjectURL = make;
    return all;
  });
  for (const figure of asked) {
    ok("a figure says how it was made", figure.parts === 3, figure.id);
    ok(`${figure.id}: its query holds the one that was executed`, figure.query.includes(figure.base));
  }
  const answers = sqlAll(url, asked.map((figure) => [figure.base, figure.query]));
  asked.forEach((figure, k) => {
    const [columns, ...rows] = readCsv(Buffer.from(figure.bytes).toString("utf8")), found = sorted(rows), wanted = sorted(answers[k].map((row) => columns.map((column) => asCell(row[column]))));
    const at = found.findIndex((row, n) => !row.every((cell, c) => alike(cell, wanted[n]?.[c])));
    ok(`${figure.id}: the query gives the rows (${wanted.length})`, found.length === wanted.length && at < 0, `${found.length} and ${wanted.length}; ${found[at]} | ${wanted[at]}`);
  });
}

async function layout(page) {
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  ok("nothing is wider than the window", await fits());
  await page.setViewportSize({ width: 420, height: 900 });
  ok("nor on a narrow screen", await fits());
  await page.setViewportSize({ width: 1280, height: 1000 });
}

/** What is folded is a link away, and on paper all of it stands, within the sheet. */
async function folds(page) {
  const closed = await page.$$eval("details.group:not([open])", (all) => all.map((fold) => fold.id));
  if (closed.length > 0) {
    await page.click(`nav.contents a[href$="at=${closed[0]}"]`);
    ok("a link of the contents opens what is folded", await page.$eval(`#${closed[0]}`, (fold) => fold.open && fold.contains(document.activeElement)));
  }
  await page.setViewportSize({ width: 700, height: 1000 }); // what an A4 sheet has between its margins
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  same("paper: nothing is folded", await page.$$eval("details.group:not([open])", (all) => all.length), 0);
  const beyond = await page.$$eval("main svg, main td, main th", (all) => all.filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1).map((e) => `${e.closest("section").id} ${e.tagName}`));
  same("paper: nothing stands beyond the sheet", [...new Set(beyond)].join(", "), "");
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  await page.emulateMedia({ media: null });
  await page.setViewportSize({ width: 1280, height: 1000 });
  await page.$$eval("details.group", (all) => { for (const fold of all) fold.open = true; });
}

/** Texts of the Chinese page with three English words in a row that stand in no cell of the data: columns that SQL writes in English are no data. */
const englishWords = (page) => page.evaluate(() => {
  const words = new Set(["note", "warning", "verdict", "direction", "reason", "explanation"]), data = [];
  for (const { columns, rows } of Object.values(JSON.parse(document.getElementById("data").textContent).data)) for (const row of rows) row.forEach((cell, k) => { if (!words.has(columns[k]) && cell != null) data.push(typeof cell === "string" ? cell : JSON.stringify(cell)); });
  const all = data.concat(JSON.parse(document.getElementById("data").textContent).frame.studies.map((study) => JSON.stringify(study))).join("\n").replaceAll("_", " "), found = new Set();
  const look = (text) => { for (const [phrase] of text.matchAll(/[A-Za-z][a-z']+(?: [A-Za-z][a-z']+){2,}/g)) if (!phrase.startsWith("psyrad ") && !all.includes(phrase)) found.add(phrase); };
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) if (!walk.currentNode.parentElement.closest("pre, code, details.data, .source")) look(walk.currentNode.textContent.trim());
  for (const element of document.querySelectorAll("main [aria-label]")) if (!element.closest("details.data, .source")) look(element.getAttribute("aria-label"));
  return [...found];
});

async function keyboard(page) {
  await page.reload();
  await page.keyboard.press("Tab");
  same("the first key reaches the skip link", await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  same("... which leads to the content", await page.evaluate(() => document.activeElement.id), "page");
}

async function languages(page) {
  const plain = await page.textContent("main");
  ok("English: nothing is undefined", !/undefined|NaN|\[object/.test(plain), /.{30}(undefined|NaN|\[object).{30}/.exec(plain)?.[0]);
  await page.click("text=中文");
  same("Chinese: the page says so", await page.getAttribute("html", "lang"), "zh-CN");
  ok("Chinese: the address keeps it", (await page.evaluate(() => location.hash)).includes("lang=zh"));
  const titles = await page.$$eval("h1, section[data-figure] > h2, section[data-figure] > h3, summary, header nav a", (all) => all.map((e) => e.textContent));
  ok("Chinese: headings are", titles.every((title) => /[\u4e00-\u9fff]/.test(title)), titles.find((title) => !/[\u4e00-\u9fff]/.test(title)));
  ok("Chinese: links keep it", (await page.$$eval("nav a", (all) => all.map((a) => a.getAttribute("href")))).every((href) => /#lang=zh($|&at=)/.test(href)));
  const chinese = await page.textContent("main");
  ok("Chinese: nothing is undefined", !/undefined|NaN|\[object/.test(chinese));
  const english = await englishWords(page);
  ok("Chinese: no English sentence", english.length === 0, english.slice(0, 6).join(" | "));
  const broken = await violations(page);
  ok("Chinese: no accessibility rule is broken", broken.length === 0, broken.join("\n    "));
  await page.reload();
  same("Chinese: a reload keeps it", await page.getAttribute("html", "lang"), "zh-CN");
  await page.click("text=English");
  same("English again", await page.getAttribute("html", "lang"), "en");
}

/** brief: leaves out what does not hang on the data (the other language, the keyboard). */
export async function contract({ page, trouble, requests }, name, file, url, brief = false) {
  const policy = await page.getAttribute("meta[http-equiv]", "content");
  ok("policy: nothing may be loaded", policy.startsWith("default-src 'none'; script-src 'sha256-") && !/https?:|\*|unsafe-eval/.test(policy), policy);
  const data = await page.$eval("#data", (e) => e.textContent.length);
  ok("below 2 MB without its data", statSync(file).size - data < 2e6);
  const html = readFileSync(file, "utf8");
  ok("the notices of what is bundled stand in it", ["Mike Bostock", "Observable, Inc."].every((holder) => html.includes(holder)));
  same("one link is to itself", await page.$$eval("header nav a[aria-current]", (all) => all.length), 1);
  await page.$$eval("details.group, details.made", (all) => { for (const part of all) part.open = true; });
  const broken = await violations(page);
  ok("no accessibility rule is broken, all folds open", broken.length === 0, broken.join("\n    "));
  await figures(page, url);
  if (!brief) await languages(page);
  await layout(page);
  if (!brief) await keyboard(page);
  await folds(page);
  const simulated = await page.$$eval("section[data-figure]", (all) => all.filter((s) => s.querySelector(":scope > h2 .badge, :scope > h3 .badge")).length);
  ok("where a figure is of simulated data, the banner says so", simulated === 0 || (await page.$(".banner")) !== null);
  same("no console message", trouble.join("\n"), "");
  same("no request but the file itself", requests().join("\n"), "");
}
