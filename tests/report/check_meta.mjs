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

export default async function check(page, url) {
  const pools = sql(url, "SELECT pool FROM report.meta_pool ORDER BY simulated, measure, k DESC, pool").map(([pool]) => pool);
  if (pools.length === 0) return ok("no pool: the page names the command that loads effects", (await page.textContent("#pools")).includes("psyrad ingest effects"));
  same("pools listed", await page.$$eval("#pools-figure tbody tr", (rows) => rows.length), pools.length);
  for (const [k, pool] of pools.entries()) {
    await forest(page, url, pool, k);
    await funnel(page, url, pool, k);
    await pointsAre(page, `#baujat-${k}`, "baujat-points", "Baujat", sql(url, `SELECT study, x, y FROM report.baujat WHERE pool = ${quoted(pool)} AND x IS NOT NULL`));
    await pointsAre(page, `#leave-${k}`, "leave-points", "leave one out", sql(url, `SELECT study, estimate FROM report.leave_one_out WHERE pool = ${quoted(pool)} AND estimate IS NOT NULL`));
    await pointsAre(page, `#cumulative-${k}`, "cumulative-points", "cumulative", sql(url, `SELECT study, estimate FROM report.cumulative WHERE pool = ${quoted(pool)} AND estimate IS NOT NULL`));
  }
  const groups = sql(url, "SELECT family, moderator, array_agg(estimate ORDER BY level) FROM report.subgroup WHERE estimate IS NOT NULL GROUP BY simulated, family, moderator ORDER BY simulated, family, moderator");
  same("subgroups: figures", (await page.$$("section[id^=subgroup-]")).length, groups.length);
  for (const [k, [, moderator, estimates]] of groups.entries()) {
    const tips = await page.$eval(`#subgroup-${k} svg`, (svg) => [...svg.querySelectorAll(".subgroup-diamond path, path.subgroup-diamond")].map((e) => svg.scale("x").invert(Number(/L([-\d.e]+),/.exec(e.getAttribute("d"))[1]))));
    near(`subgroups by ${moderator}`, tips, estimates, 1e-3);
  }
}
