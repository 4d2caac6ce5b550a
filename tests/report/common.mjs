// common.mjs - what the checks of the pages share: counting, SQL, a browser without a network, values read back from pixels.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

let passed = 0, failed = 0, prefix = "";
export const about = (text) => { prefix = text; };
export const ok = (name, good, why = "") => {
  if (good) passed++;
  else failed++;
  if (!good || process.env.VERBOSE) console.log(`${good ? "ok  " : "FAIL"} ${prefix}: ${name}${good || !why ? "" : `: ${why}`}`);
};
export const same = (name, found, wanted) => ok(name, found === wanted, `${found} instead of ${wanted}`);
export const counts = () => ({ passed, failed });

/** Largest |found - wanted| of two lists of equal length, relative to the size of what is wanted. */
export function near(name, found, wanted, tolerance = 1e-9) {
  if (found.length !== wanted.length || wanted.length === 0) return ok(name, false, `${found.length} values instead of ${wanted.length}`);
  const worst = Math.max(...found.map((x, k) => Math.abs(x - wanted[k]) / Math.max(1, Math.abs(wanted[k]))));
  ok(`${name} (${found.length} values, largest difference ${worst.toExponential(1)})`, worst <= tolerance, String(worst));
}

const psql = (url, query) => execFileSync("psql", [url, "-XAtq", "-v", "ON_ERROR_STOP=1"], { input: query, encoding: "utf8", maxBuffer: 1 << 29 });

/** Rows of a query as arrays of JSON values. */
export const sql = (url, query) => psql(url, `SELECT coalesce(json_agg((SELECT json_agg(c.value) FROM json_each(row_to_json("the row")) c)), '[]') FROM (${query}) AS "the row";`)
  .trim().split("\n").map((line) => JSON.parse(line))[0];

/** Rows of many queries at once, each as an array of objects.  queries: [base, query] where query holds base, which is asked once however many hold it. */
export function sqlAll(url, queries) {
  const bases = [...new Set(queries.map(([base]) => base))];
  return psql(url, ["SET jit = off;", ...bases.map((base, k) => `CREATE TEMPORARY TABLE base_${k} AS ${base};`),
    ...queries.map(([base, query]) => `SELECT replace(coalesce(json_agg(row_to_json("the row")), '[]')::text, E'\\n', ' ') FROM (${query.split(base).join(`SELECT * FROM base_${bases.indexOf(base)}`)}\n) AS "the row";`)].join("\n"))
    .trimEnd().split("\n").map((line) => JSON.parse(line));
}

// Waits end when what they wait for is there; only a machine that does nothing else for minutes comes to their ends.
const PATIENCE = 180000;

export const launch = () => chromium.launch({
  timeout: PATIENCE,
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-gpu", "--no-first-run", "--disable-sync"],
});

/** Opens a file; trouble: console messages, errors, dialogs; requests: what was asked beside the file itself. */
export async function open(browser, file, hash = "") {
  if (readFileSync(file, "utf8").includes("/*PSYRAD_DATA*/")) throw new Error(`${file} holds no data`);
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, offline: true, acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const trouble = [], requests = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && trouble.push(message.text()));
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("dialog", async (dialog) => { trouble.push(`dialog: ${dialog.message()}`); await dialog.dismiss(); });
  page.on("request", (request) => requests.push(request.url()));
  const address = pathToFileURL(file).href;
  await page.goto(address + hash);
  await page.waitForSelector("footer", { timeout: PATIENCE }).catch(() => {
    throw new Error(`${file} draws nothing: ${trouble.join("; ")}`);
  });
  return { page, context, trouble, requests: () => requests.filter((url) => url.split("#")[0] !== address && !url.startsWith("blob:")) };
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Violations of the rules of WCAG 2.2 AA and of good practice, as texts. */
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
}

/** Centres of the circles or symbols of one mark, in the figure's own units; label: what tells them apart. */
export const points = (page, figure, mark) => page.evaluate(([figure, mark]) => {
  const svg = document.querySelector(`${figure} svg`), x = svg.scale("x"), y = svg.scale("y");
  return [...svg.querySelectorAll(`.${mark} > *, .${mark}`)].filter((e) => e.tagName !== "g").map((e) => {
    const moved = /translate\(([-\d.e]+),([-\d.e]+)\)/.exec(e.getAttribute("transform") ?? "");
    const px = Number(e.getAttribute("cx") ?? moved?.[1]), py = Number(e.getAttribute("cy") ?? moved?.[2]);
    return { label: e.getAttribute("data-key") ?? e.getAttribute("aria-label"), x: x.invert(px), y: y?.invert?.(py) };
  });
}, [figure, mark]);

/** Corners of a path, in the figure's own units. */
export const path = (page, figure, mark) => page.evaluate(([figure, mark]) => {
  const svg = document.querySelector(`${figure} svg`), x = svg.scale("x"), y = svg.scale("y");
  const element = svg.querySelector(`path.${mark}, .${mark} path`);
  return [...element.getAttribute("d").matchAll(/[ML]?([-\d.e]+),([-\d.e]+)/g)].map((m) => [x.invert(Number(m[1])), y.invert(Number(m[2]))]);
}, [figure, mark]);

export const byLabel = (a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);

/** Rows of a CSV text by RFC 4180. */
export function readCsv(text) {
  const rows = [[""]];
  let quoted = false;
  for (let k = text.charCodeAt(0) === 0xfeff ? 1 : 0; k < text.length; k++) {
    const c = text[k], row = rows[rows.length - 1];
    if (quoted && c === "\"" && text[k + 1] === "\"") { row[row.length - 1] += c; k++; }
    else if (c === "\"") quoted = !quoted;
    else if (!quoted && c === ",") row.push("");
    else if (!quoted && c === "\r" && text[k + 1] === "\n") { rows.push([""]); k++; }
    else row[row.length - 1] += c;
  }
  rows.pop();
  return rows;
}
