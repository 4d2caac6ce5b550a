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

/** Each figure's query, run again, gives the rows that its CSV has. */
async function figures(page, url) {
  for (const section of await page.$$("section[data-figure]")) {
    ok("a figure says how it was made", (await section.$$("details.made .sql, details.made .family, details.data .download")).length === 3, await section.getAttribute("id"));
  }
  const asked = [];
  for (const section of await page.$$("section[data-figure]")) {
    const query = await section.$eval(".sql", (e) => e.textContent), id = await section.getAttribute("id");
    await section.$eval("details.data", (details) => { details.open = true; });
    const [got] = await Promise.all([page.waitForEvent("download"), section.$eval(".download", (button) => button.click())]);
    asked.push({ id, query, csv: readCsv(readFileSync(await got.path(), "utf8")) });
    await page.waitForTimeout(110); // Chromium drops what a page starts beyond ten downloads a second
    await section.$eval("details.data", (details) => { details.open = false; });
  }
  const answers = sqlAll(url, asked.map((figure) => figure.query));
  asked.forEach((figure, k) => {
    const [columns, ...rows] = figure.csv, found = sorted(rows), wanted = sorted(answers[k].map((row) => columns.map((column) => asCell(row[column]))));
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

async function keyboard(page) {
  await page.reload();
  await page.keyboard.press("Tab");
  same("the first key reaches the skip link", await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  same("... which leads to the content", await page.evaluate(() => document.activeElement.id), "page");
}

async function languages(page) {
  const english = await page.textContent("main");
  ok("English: nothing is undefined", !/undefined|NaN|\[object/.test(english), /.{30}(undefined|NaN|\[object).{30}/.exec(english)?.[0]);
  await page.click("text=中文");
  same("Chinese: the page says so", await page.getAttribute("html", "lang"), "zh-CN");
  ok("Chinese: the address keeps it", (await page.evaluate(() => location.hash)).includes("lang=zh"));
  const titles = await page.$$eval("h1, section[data-figure] > h2, summary, nav a", (all) => all.map((e) => e.textContent));
  ok("Chinese: headings are", titles.every((title) => /[\u4e00-\u9fff]/.test(title)), titles.find((title) => !/[\u4e00-\u9fff]/.test(title)));
  ok("Chinese: links keep it", (await page.$$eval("nav a", (all) => all.map((a) => a.getAttribute("href")))).every((href) => href.endsWith("#lang=zh")));
  const chinese = await page.textContent("main");
  ok("Chinese: nothing is undefined", !/undefined|NaN|\[object/.test(chinese));
  ok("Chinese: no accessibility rule is broken", (await violations(page)).length === 0, (await violations(page)).join("\n    "));
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
  same("one link is to itself", await page.$$eval("nav a[aria-current]", (all) => all.length), 1);
  const broken = await violations(page);
  ok("no accessibility rule is broken", broken.length === 0, broken.join("\n    "));
  await figures(page, url);
  if (!brief) await languages(page);
  await layout(page);
  if (!brief) await keyboard(page);
  const simulated = await page.$$eval("section[data-figure]", (all) => all.filter((s) => s.querySelector(":scope > h2 .badge, :scope > h3 .badge")).length);
  ok("where a figure is of simulated data, the banner says so", simulated === 0 || (await page.$(".banner")) !== null);
  same("no console message", trouble.join("\n"), "");
  same("no request but the file itself", requests().join("\n"), "");
}
