// check_literature.mjs - the page of the literature: boxes that are SQL's and add up, years, databases, and the search box.
import { ok, same, sql } from "./common.mjs";

const sorted = (rows) => rows.map((row) => row.join("|")).sort().join("; ");

async function prisma(page, url, review, k) {
  const drawn = await page.$$eval(`#prisma-${k} tspan[data-n]`, (all) => all.map((e) => [e.dataset.box, e.dataset.reason ?? "", e.dataset.n, e.textContent])), boxes = new Map(drawn.map(([box, reason, n]) => [`${box}/${reason}`, n]));
  const wanted = sql(url, `SELECT box, coalesce(reason, ''), coalesce(n::text, 'unknown'), standard FROM report.prisma WHERE review = '${review}'`);
  ok("PRISMA: a box of the standard that is not known says so, and never 0", drawn.filter(([, , n]) => n === "unknown").every(([, , , text]) => text.replaceAll("\u00a0", " ").includes("(n = not known)")));
  same("PRISMA: what is drawn is SQL's", sorted(drawn.map(([box, reason, n]) => [box, reason, n])), sorted(wanted.filter(([box, reason]) => boxes.has(`${box}/${reason}`)).map(([box, reason, n]) => [box, reason, n])));
  const previous = !(wanted.find(([box]) => box === "previous_studies")[2] === "0" && wanted.find(([box]) => box === "previous_reports")[2] === "0");
  const missing = wanted.filter(([box, reason, , standard]) => (standard || reason) && !boxes.has(`${box}/${reason}`)).map(([box]) => box).filter((box) => box !== "identified" && (previous || !/^previous|^total/.test(box)));
  same("PRISMA: every box of the standard, and every reason, is drawn", missing.join(), "");
  // What is drawn adds up: the identities of evidence.prisma_identity over the numbers of the picture.
  const n = (box) => { const text = boxes.get(`${box}/`) ?? wanted.find(([name, reason]) => name === box && reason === "")?.[2]; return text === "unknown" || text === undefined ? null : Number(text); };
  for (const [box, plus, minus] of sql(url, "SELECT box, plus, minus FROM evidence.prisma_identity")) {
    const parts = [...plus.map((b) => n(b)), ...minus.map((b) => (n(b) == null ? null : -n(b)))];
    if (n(box) != null && parts.every((part) => part != null)) same(`PRISMA: ${box} adds up`, parts.reduce((sum, part) => sum + part, 0), n(box));
  }
}

/** Every number of the evidence map is SQL's, and no cell that has one is left out. */
async function map(page, url) {
  const keys = ["decrease", "increase", "mixed", "other", "no_difference", "possible", "wider"];
  const drawn = await page.$$eval("section[id^=map-] .map-points [data-key]", (all) => all.map((e) => e.dataset.key));
  const wanted = sql(url, `WITH place AS (SELECT simulated, contrast_kind, place, row_number() OVER (PARTITION BY simulated, contrast_kind ORDER BY sum(samples) DESC, place) AS k FROM report.evidence_map GROUP BY simulated, contrast_kind, place)
    SELECT concat_ws('|', m.place, coalesce(m.modality, ''), c.key, c.n) FROM report.evidence_map m JOIN place p ON p.simulated = m.simulated AND p.contrast_kind IS NOT DISTINCT FROM m.contrast_kind AND p.place = m.place AND p.k <= 40
    CROSS JOIN LATERAL (VALUES ${keys.map((key) => `('${key}', m.${key})`).join(", ")}) c(key, n) WHERE c.n > 0`).flat();
  same("evidence map: numbers", drawn.sort().join("; "), wanted.sort().join("; "));
}

async function search(page, url) {
  const total = sql(url, "SELECT count(*) FROM report.literature")[0][0];
  if (total === 0) { ok("no titles: the page names the command that loads them", (await page.textContent("#titles")).includes("psyrad ingest literature")); return; }
  const shown = async (query) => { await page.fill("#titles input[type=search]", query); return { said: await page.textContent("#titles [role=status]"), rows: await page.$$eval("#titles tbody tr[data-report]", (all) => all.map((r) => Number(r.dataset.report))) }; };
  const words = sql(url, `SELECT word FROM (SELECT DISTINCT regexp_split_to_table(folded, ' ') AS word FROM report.literature) w WHERE length(word) > 3 ORDER BY md5(word) LIMIT 12`).flat();
  for (const word of words) {
    const found = await shown(word.toUpperCase()), wanted = sql(url, `SELECT report_id FROM report.literature WHERE position($w$${word}$w$ IN folded) > 0`).flat();
    ok(`search for ${word}: as many as SQL finds (${wanted.length})`, found.said.startsWith(`${wanted.length.toLocaleString("en-US")} of`), found.said);
    ok(`search for ${word}: those that SQL finds`, found.rows.every((id) => wanted.includes(id)) && found.rows.length === Math.min(50, wanted.length));
  }
  // A traditional or variant character finds the simplified one, and the other way round, as psyrad.text_fold has it.
  for (const [variant, form] of sql(url, "SELECT v.key, v.value FROM jsonb_each_text((SELECT report.variant_characters(array_agg(folded)) FROM report.literature)) v ORDER BY md5(v.key) LIMIT 5")) {
    same(`${variant} finds what ${form} finds`, (await shown(variant)).rows.join(), (await shown(form)).rows.join());
  }
  same("a word that no title has finds nothing", (await shown("zzqqxx")).rows.length, 0);
  await shown("");
}

export default async function check(page, url) {
  const reviews = sql(url, "SELECT review FROM report.prisma GROUP BY review ORDER BY count(n) FILTER (WHERE standard AND reason IS NULL) DESC, review").flat();
  if (reviews.length === 0) ok("no review: the page says how one is made", (await page.textContent("#prisma")).includes("evidence.review"));
  for (const [k, review] of reviews.entries()) await prisma(page, url, review, k);
  const databases = await page.$$eval("#databases-figure tbody tr", (rows) => rows.map((r) => [...r.cells].slice(1).map((c) => Number(c.textContent.replaceAll(",", "")))));
  ok("databases: each row adds up to its records", databases.every(([records, ...parts]) => parts.reduce((a, b) => a + b, 0) === records));
  same("databases: all records are there", databases.reduce((sum, [records]) => sum + records, 0), sql(url, "SELECT coalesce(sum(records), 0)::int FROM report.literature_database")[0][0]);
  if (await page.$("#years svg")) {
    const drawn = await page.evaluate(() => {
      const svg = document.querySelector("#years svg"), y = svg.scale("y");
      return [...svg.querySelectorAll(".year-bars rect, rect.year-bars")].map((e) => [e.getAttribute("data-key"), Math.round(y.invert(Number(e.getAttribute("y"))) - y.invert(Number(e.getAttribute("y")) + Number(e.getAttribute("height"))))]);
    });
    const first = sql(url, "SELECT max(year) - 119 FROM report.literature_year")[0][0];
    same("years: bars are SQL's counts", sorted(drawn), sorted(sql(url, `SELECT coalesce(year::text, 'none') || ' ' || coalesce(language, 'none'), reports FROM report.literature_year WHERE year >= ${first} OR year IS NULL`)));
  }
  await map(page, url);
  await search(page, url);
}
