// check_meta.mjs - the page of the meta-analysis: what it draws is what SQL says.
import { byLabel, near, ok, path, points, same, sql } from "./common.mjs";

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

/** Points of a figure beside the rows of a query (label, x, y). */
async function pointsAre(page, figure, mark, name, wanted) {
  const drawn = (await points(page, figure, mark)).sort(byLabel), rows = wanted.map(([label, x, y]) => ({ label, x, y })).sort(byLabel);
  same(`${name}: studies`, drawn.map((d) => d.label).join(), rows.map((r) => r.label).join());
  if (rows.length === 0) return;
  near(`${name}: across`, drawn.map((d) => d.x), rows.map((r) => r.x));
  if (rows[0]?.y != null) near(`${name}: up`, drawn.map((d) => d.y), rows.map((r) => r.y));
}

const corners = async (page, figure, mark) => (await path(page, figure, mark)).map(([x]) => x);

async function forest(page, url, pool, k) {
  const wanted = sql(url, `SELECT estimate, ci_lb, ci_ub FROM report.forest WHERE pool = ${quoted(pool)} AND kind = 'study' ORDER BY line`);
  await pointsAre(page, `#forest-${k}`, "study-points", "forest", sql(url, `SELECT study, estimate, line - 1 FROM report.forest WHERE pool = ${quoted(pool)} AND kind = 'study'`));
  const lines = await page.$eval(`#forest-${k} svg`, (svg) => [...svg.querySelectorAll(".study-lines line")].map((line) => ["x1", "x2"].map((end) => svg.scale("x").invert(Number(line.getAttribute(end)))).sort((a, b) => a - b)));
  near("forest: intervals", lines.flat(), wanted.flatMap(([, low, high]) => [low, high]), 1e-6);
  for (const kind of ["z", "knha"]) {
    const [[estimate, low, high]] = sql(url, `SELECT estimate, ci_lb, ci_ub FROM report.forest WHERE pool = ${quoted(pool)} AND kind = '${kind}'`);
    near(`forest: diamond ${kind}`, (await corners(page, `#forest-${k}`, `diamond-${kind}`)).slice(0, 3), [low, estimate, high], 1e-3);
  }
  const [[words]] = sql(url, `SELECT sentence_en || ' ' || heterogeneity_en FROM report.meta_pool WHERE pool = ${quoted(pool)}`);
  same("forest: both sentences", (await page.$$eval(`#forest-${k} .words p`, (all) => all.map((p) => p.textContent))).join(" "), words);
}

async function funnel(page, url, pool, k) {
  await pointsAre(page, `#funnel-${k}`, "funnel-points", "funnel", sql(url, `SELECT study, estimate, se FROM report.funnel WHERE pool = ${quoted(pool)}`));
  const [[slope, start]] = sql(url, `SELECT slope, estimate FROM report.small_study WHERE pool = ${quoted(pool)} AND test = 'egger'`);
  if (slope === null) same("funnel: no line where Egger's test is refused", (await page.$$(`#funnel-${k} .egger-line`)).length, 0);
  else {
    const line = await path(page, `#funnel-${k}`, "egger-line");
    near("funnel: Egger's line", [line[0][0], (line[1][0] - line[0][0]) / (line[1][1] - line[0][1])], [start, slope], 1e-3);
  }
  // A contour of p lies where |effect| is that p's normal quantile times the standard error: SQL's p of a study on it would be the contour's.
  const edges = await page.$eval(`#funnel-${k} svg`, (svg) => [...svg.querySelectorAll(".contour path, path.contour")].map((e) => {
    const [, x, y] = /L([-\d.e]+),([-\d.e]+)/.exec(e.getAttribute("d"));
    return [svg.scale("x").invert(Number(x)), svg.scale("y").invert(Number(y))];
  }));
  const ps = sql(url, `SELECT f.p FROM (VALUES ${edges.map(([x, y], n) => `(${n}, ${x}::float8, ${y}::float8)`).join(", ")}) e(n, x, y) CROSS JOIN LATERAL unnest(psyrad.meta_funnel((SELECT psyrad.meta_state(yi, vi) FROM (VALUES (x, y * y)) v(yi, vi)))) f ORDER BY n`);
  near("funnel: contours are at p = .1, .05, .01", ps.flat().sort(), [0.01, 0.01, 0.05, 0.05, 0.1, 0.1], 1e-4);
}

/** Numbers as the page writes them: two decimals where they say something, else three significant digits. */
const minus = (text) => text.replace("-", "−");
const decimals = (values) => { const sizes = values.filter((v) => v).map(Math.abs).sort((a, b) => a - b), middle = sizes[Math.floor(sizes.length / 2)] ?? 1; return Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(middle)))); };
const written = (value) => (value == null ? "–" : (value === 0 || (Math.abs(value) >= 0.1 && Math.abs(value) < 1e6) ? value.toFixed(2) : String(Number(value.toPrecision(3)))).replace("-", "−"));
/** Numbers of a column stand below each other with equal decimals. */
const heterogeneity = (rows, as) => {
  const digits = decimals(rows.map(([, estimate]) => as(estimate))), spread = decimals(rows.map((row) => row[5])), say = (value) => minus(as(value).toFixed(digits));
  return rows.map(([k, estimate, low, high, i2, tau2]) => [String(k), `${say(estimate)} (${say(low)}, ${say(high)})`, k < 2 || i2 == null ? "–" : `${i2.toFixed(0)}%`, k < 2 || tau2 == null ? "–" : minus(tau2.toFixed(spread))]);
};

/** k, interval, I2 and tau2 beside the means of a figure. */
async function beside(page, figure, name, rows, scale) {
  const drawn = await page.$eval(`${figure} svg`, (svg) => [...svg.querySelectorAll("g.side")].map((g) => [...g.querySelectorAll("text")].map((e) => e.textContent)));
  const wanted = heterogeneity(rows, scale === "log" ? Math.exp : (x) => x);
  same(`${name}: k, interval, I2, tau2`, drawn.map((column) => column.join("; ")).join(" | "), (rows.length > 0 ? [0, 1, 2, 3] : []).map((c) => wanted.map((row) => row[c]).join("; ")).join(" | "));
}

/** Names beside points: none on another, none cut. */
async function names(page, figure) {
  const boxes = await page.$eval(`${figure} svg`, (svg) => { const all = svg.getBoundingClientRect(); return [...svg.querySelectorAll(".baujat-names text")].map((e) => { const b = e.getBoundingClientRect(); return { x0: b.left, x1: b.right, y0: b.top, y1: b.bottom, inside: b.left >= all.left && b.right <= all.right }; }); });
  ok("Baujat: names lie on no other and within the figure", boxes.every((b, k) => b.inside && boxes.slice(0, k).every((o) => o.x0 >= b.x1 || o.x1 <= b.x0 || o.y0 >= b.y1 - 3 || o.y1 - 3 <= b.y0)));
}

/** Corrected effects on the scale that readers know, and what trim and fill adds. */
async function small(page, url, pool, k, scale) {
  const as = scale === "log" ? Math.exp : (x) => x, rows = sql(url, `SELECT test, k, estimate, ci_lb, ci_ub FROM report.small_study WHERE pool = ${quoted(pool)} ORDER BY label_en`);
  const [[n]] = sql(url, `SELECT k FROM report.meta_pool WHERE pool = ${quoted(pool)}`), drawn = await page.$$eval(`#small-${k} .wide tbody tr`, (all) => all.map((tr) => [tr.cells[0].textContent, tr.cells[1].textContent, tr.cells[4].textContent]));
  const said = ([, of, estimate, low, high], test) => [of == null ? "–" : test === "trimfill" ? `${n} + ${of}` : String(of), estimate == null ? "–" : `${written(as(estimate))} (${low == null || high == null ? "not known" : `${written(as(low))} to ${written(as(high))}`})`].join(" ");
  same("small-study effects", drawn.sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, of, effect]) => `${of} ${effect}`).join("; "), sql(url, `SELECT label_en, test FROM report.small_study WHERE pool = ${quoted(pool)}`).sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, test]) => said(rows.find((row) => row[0] === test), test)).join("; "));
}

/** Peaks of the clusters of kept analyses, on three projections. */
async function peaks(page, url) {
  for (const [k, [run]] of sql(url, "SELECT DISTINCT run FROM report.cbma_cluster ORDER BY run").entries()) {
    const wanted = sql(url, `SELECT cluster::text, x, y, z FROM report.cbma_cluster WHERE run = ${quoted(run)}`).sort((a, b) => (a[0] < b[0] ? -1 : 1));
    for (const [n, [across, up]] of [[2, 3], [1, 3], [1, 2]].entries()) {
      const drawn = await page.evaluate(([k, n]) => [...document.querySelectorAll(`#clusters-${k} svg`)].filter((svg) => svg.querySelector(`.peak-points-${n}`)).flatMap((svg) => [...svg.querySelectorAll(`.peak-points-${n} circle, circle.peak-points-${n}`)]
        .map((e) => [e.dataset.key ?? e.getAttribute("aria-label"), svg.scale("x").invert(Number(e.getAttribute("cx"))), svg.scale("y").invert(Number(e.getAttribute("cy")))])), [k, n]);
      drawn.sort((a, b) => (a[0] < b[0] ? -1 : 1));
      same(`peaks of ${k}, view ${n}: clusters`, drawn.map(([label]) => label).join(), wanted.map(([label]) => label).join());
      near(`peaks of ${k}, view ${n}: places`, drawn.flatMap(([, x, y]) => [x, y]), wanted.flatMap((row) => [row[across], row[up]]), 1e-6);
    }
  }
}

export default async function check(page, url) {
  await peaks(page, url);
  const pools = sql(url, "SELECT pool FROM report.meta_pool ORDER BY simulated, measure, k DESC, pool").map(([pool]) => pool), scales = new Map(sql(url, "SELECT pool, scale FROM report.meta_pool"));
  if (pools.length === 0) return ok("no pool: the page names the command that loads effects", (await page.textContent("#pools")).includes("psyrad ingest effects"));
  same("pools listed", await page.$$eval("#pools-figure tbody tr", (rows) => rows.length), pools.length);
  for (const [k, pool] of pools.entries()) {
    await forest(page, url, pool, k);
    if (sql(url, `SELECT k FROM report.meta_pool WHERE pool = ${quoted(pool)}`)[0][0] < 2) {
      ok("one trial: nothing is drawn that compares trials", (await page.$(`#funnel-${k}, #baujat-${k}, #leave-${k}`)) === null);
      continue;
    }
    await funnel(page, url, pool, k);
    await pointsAre(page, `#baujat-${k}`, "baujat-points", "Baujat", sql(url, `SELECT study, x, y FROM report.baujat WHERE pool = ${quoted(pool)} AND x IS NOT NULL`));
    await pointsAre(page, `#leave-${k}`, "leave-points", "leave one out", sql(url, `SELECT study, estimate FROM report.leave_one_out WHERE pool = ${quoted(pool)} AND estimate IS NOT NULL`));
    await pointsAre(page, `#cumulative-${k}`, "cumulative-points", "cumulative", sql(url, `SELECT study, estimate FROM report.cumulative WHERE pool = ${quoted(pool)} AND estimate IS NOT NULL`));
    const columns = "k, estimate, ci_lb, ci_ub, i2, tau2", of = `WHERE pool = ${quoted(pool)} AND estimate IS NOT NULL`;
    if (await page.$(`#leave-${k} svg`)) await beside(page, `#leave-${k}`, "leave one out", sql(url, `SELECT ${columns} FROM report.leave_one_out ${of} ORDER BY year NULLS LAST, study`), scales.get(pool));
    if (await page.$(`#cumulative-${k} svg`)) await beside(page, `#cumulative-${k}`, "cumulative", sql(url, `SELECT ${columns} FROM report.cumulative ${of} ORDER BY line`), scales.get(pool));
    if (await page.$(`#baujat-${k} svg`)) await names(page, `#baujat-${k}`);
    if (await page.$(`#small-${k}`)) await small(page, url, pool, k, scales.get(pool));
  }
  const groups = sql(url, "SELECT family, moderator, array_agg(estimate ORDER BY CASE WHEN level_en ~ '^-?[0-9.]+$' THEN level_en::float8 END, level) FROM report.subgroup WHERE estimate IS NOT NULL GROUP BY simulated, family, moderator ORDER BY simulated, family, moderator");
  same("subgroups: figures", (await page.$$("section[id^=subgroup-]")).length, groups.length);
  for (const [k, [family, moderator, estimates]] of groups.entries()) {
    const tips = await page.$eval(`#subgroup-${k} svg`, (svg) => [...svg.querySelectorAll(".subgroup-diamond path, path.subgroup-diamond")].map((e) => svg.scale("x").invert(Number(/L([-\d.e]+),/.exec(e.getAttribute("d"))[1]))));
    near(`subgroups by ${moderator}`, tips, estimates, 1e-3);
    await beside(page, `#subgroup-${k}`, `subgroups by ${moderator}`, sql(url, `SELECT k, estimate, ci_lb, ci_ub, i2, tau2 FROM report.subgroup WHERE (family, moderator) = (${quoted(family)}, ${quoted(moderator)}) AND estimate IS NOT NULL ORDER BY CASE WHEN level_en ~ '^-?[0-9.]+$' THEN level_en::float8 END, level`), scales.get(family));
  }
}
