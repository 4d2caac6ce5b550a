// check_acupoints.mjs - the page of acupoints: what it shows is what SQL says.
import { near, ok, same, sql } from "./common.mjs";

const bars = (page, figure, mark) => page.evaluate(([figure, mark]) => {
  const svg = document.querySelector(`${figure} svg`), x = svg.scale("x");
  return [...svg.querySelectorAll(`.${mark} rect, rect.${mark}`)].map((e) => [e.getAttribute("data-key") ?? e.getAttribute("aria-label"), x.invert(Number(e.getAttribute("x")) + Number(e.getAttribute("width")))]);
}, [figure, mark]);
const sorted = (rows) => [...rows].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
const values = (rows) => sorted(rows).map(([, value]) => value), labels = (rows) => sorted(rows).map(([label]) => label).join();

export default async function check(page, url) {
  const studies = sql(url, "SELECT study, count(DISTINCT source) AS sources FROM report.protocol_stricta GROUP BY study ORDER BY sources DESC, study").map(([study]) => study);
  if (studies.length === 0) return ok("no protocols: the page names the command that loads them", (await page.textContent("#collections")).includes("psyrad ingest protocols"));
  for (const [k, study] of studies.entries()) {
    const points = sql(url, `SELECT acupoint, share FROM report.point_frequency WHERE study = '${study}' ORDER BY weight DESC, acupoint LIMIT 30`), drawn = await bars(page, `#frequency-${k}`, "frequency-bars");
    same(`${study}: points`, labels(drawn), labels(points));
    near(`${study}: shares`, values(drawn), values(points), 1e-6);
    const over = await page.$eval(`#frequency-${k} svg`, (svg) => { const zero = svg.querySelector(".frequency-bars rect, rect.frequency-bars").getBoundingClientRect().left; return [...svg.querySelectorAll(".point-names text")].filter((e) => e.getBoundingClientRect().right > zero).map((e) => e.textContent); });
    same(`${study}: no name runs into the bars`, over.join(), "");
    const [[known]] = sql(url, `SELECT round(max(weight / share)) FROM report.point_frequency WHERE study = '${study}'`);
    ok(`${study}: shares are of the sources that they are said to be of`, (await page.textContent(`#frequency-${k} .lead`)).includes(` ${known} sources with`));
    // Counted once more from the tables, without the functions that mine.
    const [[again]] = sql(url, `SELECT coalesce(bool_and(f.sources = (SELECT count(DISTINCT coalesce(p.source, p.study)) FROM intervention.protocol p JOIN intervention.protocol_point t USING (study, protocol)
      WHERE p.study = f.study AND t.acupoint = f.acupoint AND t.role IN ('main', 'adjunct') AND p.mode IS DISTINCT FROM 'sham')), false) FROM report.point_frequency f WHERE f.study = '${study}'`);
    ok(`${study}: sources of each point, counted again`, again);
    const chords = await page.$$eval(`#network-${k} .chord`, (all) => all.map((e) => [e.dataset.pair, Number(e.dataset.support)])), pairs = sql(url, `SELECT a || ' ' || b, support FROM report.point_pair WHERE study = '${study}' ORDER BY weight DESC, a, b LIMIT 120`);
    same(`${study}: pairs`, labels(chords), labels(pairs));
    near(`${study}: support`, values(chords), values(pairs));
    const widths = await page.$$eval(`#network-${k} .chord`, (all) => all.map((e) => [Number(e.dataset.support), Number(e.getAttribute("stroke-width"))]).sort(([a], [b]) => a - b));
    ok(`${study}: a stronger pair has no thinner chord`, widths.every(([, width], n) => n === 0 || width >= widths[n - 1][1]));
    const items = sql(url, `SELECT item, share FROM report.stricta_item WHERE study = '${study}'`), reported = await bars(page, `#stricta-${k}`, "stricta-bars");
    same(`${study}: STRICTA's items`, labels(reported), labels(items));
    near(`${study}: reported`, values(reported), values(items), 1e-6);
    const rules = await page.$$eval(`#rules-${k} .scroll.tall:not(.rows *) tbody tr`, (rows) => rows.slice(0, 5).map((r) => `${r.cells[0].textContent}>${r.cells[1].textContent}`));
    same(`${study}: the first rules by q`, rules.join("; "), sql(url, `SELECT antecedent || '>' || consequent FROM report.point_rule WHERE study = '${study}' ORDER BY q, support DESC, confidence DESC, size, antecedent, consequent LIMIT 5`).flat().join("; "));
  }
  const drawn = await page.$$eval("#protocols-figure tbody tr", (rows) => rows.map((r) => `${r.cells[0].textContent}|${r.cells[4].textContent}|${r.cells[5].textContent}`));
  const wanted = sql(url, "SELECT protocol || '|' || array_to_string(as_written, ' · ') || '|' || coalesce((SELECT string_agg(coalesce(a || ' ' || z, '? ' || w), ' + ' ORDER BY k) FROM unnest(acupoints, names_zh, as_written) WITH ORDINALITY u(a, z, w, k)), '') FROM report.protocol WHERE as_written IS NOT NULL").map(([row]) => row);
  const there = new Set(drawn);
  ok("protocols: points as written and as resolved", wanted.length > 0 && wanted.every((row) => there.has(row)), wanted.find((row) => !there.has(row)));
  // The same data give the same picture.
  const before = await page.$eval("#network-0 svg", (svg) => svg.innerHTML);
  await page.reload();
  ok("the network is drawn alike again", before === await page.$eval("#network-0 svg", (svg) => svg.innerHTML));
}
