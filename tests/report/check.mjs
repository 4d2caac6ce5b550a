// check.mjs - opens the report in headless chromium: it asks nothing of the network, reports no error, and what it draws are
// the numbers of the database, read back from pixels through the figures' own scales.
//
//   node check.mjs REPORT.html CONNECTION-STRING          the demo's page
//   node check.mjs --hostile REPORT.html                  a page over texts that try to be markup
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

let passed = 0, failed = 0;
const ok = (name, good, why = "") => {
  console.log(`${good ? "ok  " : "FAIL"} ${name}${good || !why ? "" : `: ${why}`}`);
  if (good) passed++;
  else failed++;
};
const same = (name, found, wanted) => ok(name, found === wanted, `${found} instead of ${wanted}`);

/** Largest |found - wanted| of two lists of equal length, relative to the size of what is wanted. */
function near(name, found, wanted, tolerance = 1e-9) {
  if (found.length !== wanted.length || wanted.length === 0) return ok(name, false, `${found.length} values instead of ${wanted.length}`);
  const worst = Math.max(...found.map((x, k) => Math.abs(x - wanted[k]) / Math.max(1, Math.abs(wanted[k]))));
  ok(`${name} (${found.length} values, largest difference ${worst.toExponential(1)})`, worst <= tolerance, String(worst));
}

/** Rows of a query as arrays of numbers or texts. */
function sql(url, query) {
  const out = execFileSync("psql", [url, "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", query], { encoding: "utf8", maxBuffer: 1 << 28 });
  return out.trimEnd().split("\n").filter(Boolean).map((line) => line.split("\t").map((cell) => (cell !== "" && !Number.isNaN(Number(cell)) ? Number(cell) : cell)));
}

async function open(browser, file) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, offline: true });
  const page = await context.newPage();
  const trouble = [], requests = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && trouble.push(message.text()));
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("dialog", async (dialog) => { trouble.push(`dialog: ${dialog.message()}`); await dialog.dismiss(); });
  page.on("request", (request) => requests.push(request.url()));
  const address = pathToFileURL(file).href;
  await page.goto(address);
  await page.waitForSelector("footer", { timeout: 15000 }).catch(() => {
    throw new Error(`the page draws nothing: ${trouble.join("; ")}`);
  });
  return { page, trouble, requests: () => requests.filter((url) => url !== address) };
}

/** Centres of the circles or symbols of one mark, in the figure's own units. */
const points = (page, figure, mark) => page.evaluate(([figure, mark]) => {
  const svg = document.querySelector(`${figure} svg`), x = svg.scale("x"), y = svg.scale("y");
  return [...svg.querySelectorAll(`.${mark} > *, .${mark}`)].filter((e) => e.tagName !== "g").map((e) => {
    const moved = /translate\(([-\d.e]+),([-\d.e]+)\)/.exec(e.getAttribute("transform") ?? "");
    const px = Number(e.getAttribute("cx") ?? moved?.[1]), py = Number(e.getAttribute("cy") ?? moved?.[2]);
    return { label: e.getAttribute("aria-label"), x: x.invert(px), y: y?.invert?.(py) };
  });
}, [figure, mark]);

/** Corners of a path, in the figure's own units. */
const path = (page, figure, mark) => page.evaluate(([figure, mark]) => {
  const svg = document.querySelector(`${figure} svg`), x = svg.scale("x"), y = svg.scale("y");
  const element = svg.querySelector(`path.${mark}, .${mark} path`);
  const pairs = [...element.getAttribute("d").matchAll(/[ML]?([-\d.e]+),([-\d.e]+)/g)].map((m) => [x.invert(Number(m[1])), y.invert(Number(m[2]))]);
  return pairs;
}, [figure, mark]);

const byLabel = (a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);

async function checkTrajectory(page, url) {
  const drawn = (await points(page, ".trajectory", "mean-points")).sort(byLabel);
  const wanted = sql(url, "SELECT arm || ' ' || week AS label, mean, ci_lb, ci_ub FROM report.hamd_by_visit WHERE study = 'demo'").map(([label, mean]) => ({ label, mean })).sort(byLabel);
  same("trajectory: arms and visits", drawn.map((d) => d.label).join(), wanted.map((d) => d.label).join());
  near("trajectory: means", drawn.map((d) => d.y), wanted.map((d) => d.mean));
}

async function checkHeatMap(page, url) {
  const wanted = sql(url, "SELECT i || ' ' || j FROM report.connection WHERE study = 'demo' AND q < 0.05 ORDER BY i, j").map(([label]) => label);
  const drawn = await page.$$eval(".heat .heat-found rect", (rects) => rects.map((r) => r.getAttribute("aria-label")));
  same("heat map: the connections found", drawn.sort().join(), wanted.sort().join());
  same("heat map: all connections", await page.$$eval(".heat .heat-all rect", (rects) => rects.length), sql(url, "SELECT count(r) FROM report.connection WHERE study = 'demo'")[0][0]);
  const centre = await page.$eval(".heat svg", (svg) => {
    const rect = svg.querySelector(".heat-found rect"), number = (name) => Number(rect.getAttribute(name));
    return [svg.scale("y").invert(number("y") + number("height") / 2), svg.scale("x").invert(number("x") + number("width") / 2), rect.getAttribute("aria-label")];
  });
  const [i, j] = centre[2].split(" ").map(Number);
  near("heat map: a cell stands at its row and column", centre.slice(0, 2), [i, j], 1e-6);
}

async function checkScatter(page, url, edge) {
  const [i, j] = edge.split("-").map(Number);
  const order = (a, b) => a[0] - b[0] || a[1] - b[1];
  const drawn = (await points(page, ".scatter", "people-points")).map((d) => [d.x, d.y]);
  const wanted = sql(url, `SELECT improvement, psyrad.conn_edge(change, ${i}, ${j})::float8 FROM report.connection_change WHERE study = 'demo'`);
  // Sorted on what the database says, rounded, so that a last bit of a pixel does not change the order.
  const rounded = (rows) => rows.map(([x, y]) => [Math.round(x), y]).sort(order);
  near(`scatter ${edge}: improvement`, rounded(drawn).map((d) => d[0]), rounded(wanted).map((d) => d[0]));
  near(`scatter ${edge}: change`, rounded(drawn).map((d) => d[1]), rounded(wanted).map((d) => d[1]), 1e-6);
}

async function checkForest(page, url) {
  const drawn = (await points(page, ".forest", "trial-points")).sort(byLabel);
  const wanted = sql(url, "SELECT study, yi FROM report.effect WHERE simulated").map(([label, yi]) => ({ label, yi })).sort(byLabel);
  same("forest: trials", drawn.map((d) => d.label).join(), wanted.map((d) => d.label).join());
  near("forest: differences", drawn.map((d) => d.x), wanted.map((d) => d.yi));
  const corners = (await path(page, ".forest", "pooled-diamond")).map((d) => d[0]);
  const [[estimate, low, high]] = sql(url, "SELECT estimate, ci_lb, ci_ub FROM report.pooled WHERE simulated AND test = 'knha'");
  near("forest: the diamond", [corners[0], corners[1], corners[2]], [low, estimate, high], 1e-3);
}

async function checkClassifier(page, url) {
  const corners = await path(page, ".roc", "roc-line");
  const wanted = sql(url, `WITH s AS (SELECT score, responded FROM report.model_score WHERE study = 'demo'), t AS (SELECT DISTINCT score FROM s)
    SELECT (SELECT avg((s.score >= t.score)::int) FROM s WHERE NOT responded), (SELECT avg((s.score >= t.score)::int) FROM s WHERE responded) FROM t ORDER BY t.score DESC`);
  near("ROC: corners", corners.slice(1).flat(), wanted.flat(), 1e-3);
  const drawn = (await points(page, ".scores", "score-points")).map((d) => d.x).sort((a, b) => a - b);
  near("scores", drawn, sql(url, "SELECT score FROM report.model_score WHERE study = 'demo' ORDER BY score").map(([score]) => score));
}

async function checkWords(page, url) {
  const [[found, auc]] = sql(url, "SELECT (SELECT count(*) FROM report.connection WHERE study = 'demo' AND q < 0.05), (SELECT round(psyrad.metric_auc(score, responded)::numeric, 3) FROM report.model_score WHERE study = 'demo')");
  const cards = await page.$$eval(".card .value", (values) => values.map((v) => v.textContent));
  ok("cards: connections found and AUC", cards.includes(String(found)) && cards.includes(auc.toFixed(3)), cards.join(" | "));
  ok("banner: the simulated study is named", (await page.textContent(".banner")).includes("SIMULATED trial"));
  const badges = await page.$$eval("section", (sections) => sections.map((s) => [s.id || s.className, s.querySelector("h2 .badge")?.textContent ?? ""]));
  ok("badges: every figure of simulated data", badges.slice(0, -1).every(([, badge]) => badge === "Simulated"), JSON.stringify(badges));
  const files = await page.$$eval("#provenance .tall tbody tr", (rows) => rows.length);
  same("provenance: files listed", files, Math.min(400, sql(url, "SELECT count(*) FROM ingest.file")[0][0]));
  ok("policy: nothing may be loaded", (await page.getAttribute("meta[http-equiv]", "content")).startsWith("default-src 'none'; script-src 'sha256-"));
}

async function checkProtocols(page, url) {
  const drawn = await page.$$eval("#protocols tbody tr", (rows) => rows.map((r) => `${r.cells[0].textContent}|${r.cells[4].textContent}|${r.cells[5].textContent}`));
  const wanted = sql(url, "SELECT protocol || '|' || array_to_string(as_written, ' · ') || '|' || (SELECT string_agg(a || ' ' || z, ' + ' ORDER BY k) FROM unnest(acupoints, names_zh) WITH ORDINALITY u(a, z, k)) FROM report.protocol").map(([row]) => row);
  same("protocols: points as written and as resolved", drawn.sort().join("; "), wanted.sort().join("; "));
}

async function checkActions(page, url) {
  const before = await page.getAttribute(".scatter", "data-edge");
  await checkScatter(page, url, before);
  await page.click(".found tbody tr:nth-child(3)");
  const after = await page.getAttribute(".scatter", "data-edge");
  ok("table: a click chooses another connection", after !== before, after);
  await checkScatter(page, url, after);
  await page.focus(".found tbody tr:nth-child(5)");
  await page.keyboard.press("Enter");
  ok("table: so does the keyboard", ![before, after].includes(await page.getAttribute(".scatter", "data-edge")));
  await page.click("text=中文");
  ok("Chinese: words and labels", (await page.textContent("h1")).includes("数据仓库") && (await page.textContent(".trajectory")).includes("假电针"));
  ok("Chinese: the banner stays", (await page.textContent(".banner")).includes("模拟"));
  same("Chinese: the page says so", await page.getAttribute("html", "lang"), "zh-CN");
  await page.click("text=English");
}

async function checkDemo(browser, file, url) {
  const { page, trouble, requests } = await open(browser, file);
  await checkTrajectory(page, url);
  await checkHeatMap(page, url);
  await checkProtocols(page, url);
  await checkForest(page, url);
  await checkClassifier(page, url);
  await checkWords(page, url);
  await checkActions(page, url);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  ok("layout: nothing is wider than the window", wide);
  await page.setViewportSize({ width: 420, height: 900 });
  ok("layout: nor on a narrow screen", await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth));
  if (process.env.SCREENSHOT) {
    await page.setViewportSize({ width: 1280, height: 1000 });
    await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true });
  }
  same("no console message", trouble.join("\n"), "");
  same("no request but the file itself", requests().join("\n"), "");
}

async function checkHostile(browser, file) {
  const { page, trouble, requests } = await open(browser, file);
  ok("hostile title: shown as text", (await page.textContent("#provenance")).includes("</script><img src=x onerror=alert(1)>"));
  same("hostile title: makes no element", await page.$$eval("img", (all) => all.length), 0);
  same("hostile title: no console message", trouble.join("\n"), "");
  same("hostile title: no request", requests().join("\n"), "");
}

const hostile = process.argv[2] === "--hostile";
const [file, url] = process.argv.slice(hostile ? 3 : 2);
if (!existsSync(file)) throw new Error(`there is no ${file}`);
if (readFileSync(file, "utf8").includes("/*PSYRAD_DATA*/")) throw new Error(`${file} holds no data`);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-gpu", "--no-first-run", "--disable-sync"],
});
try {
  await (hostile ? checkHostile(browser, file) : checkDemo(browser, file, url));
} finally {
  await browser.close();
}
console.log(`report${hostile ? ", hostile title" : ""}: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
