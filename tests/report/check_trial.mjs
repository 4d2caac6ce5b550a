// check_trial.mjs - the page of the trial: what it draws is what SQL says.
import { byLabel, near, ok, points, same, sql } from "./common.mjs";

/** Response among those rated, from the ratings themselves. */
async function rates(page, url) {
  const drawn = (await points(page, "#rates-demo-response", "rate-points")).filter((d) => d.label.startsWith("observed ")).sort(byLabel);
  const wanted = sql(url, `SELECT 'observed ' || b.arm || ' ' || h.week, avg((h.total <= b.total / 2)::int)::float8 FROM report.hamd h JOIN report.hamd b USING (subject_id)
    WHERE b.study = 'demo' AND b.role = 'pre' AND b.kind <> 'healthy' AND h.week > 0 GROUP BY b.arm, h.week`).map(([label, rate]) => ({ label, rate })).sort(byLabel);
  same("rates: arms and visits", drawn.map((d) => d.label).join(), wanted.map((d) => d.label).join());
  near("rates: response among those rated", drawn.map((d) => d.y), wanted.map((d) => d.rate));
}

/** Those without a rating, counted from the participants. */
async function missing(page, url) {
  const wanted = sql(url, `SELECT p.arm || ' ' || v.session, count(*) FILTER (WHERE h.subject_id IS NULL) FROM clinical.subject p JOIN clinical.visit_plan v USING (study)
    LEFT JOIN report.hamd h ON (h.subject_id, h.session) = (p.subject_id, v.session) WHERE p.study = 'demo' AND p.arm <> 'healthy' GROUP BY p.arm, v.session`).map((row) => row.join(" ")).sort();
  const found = sql(url, "SELECT arm || ' ' || session, missing FROM report.missing_by_visit WHERE study = 'demo' AND item = 'HAMD-17' AND arm <> 'healthy'").map((row) => row.join(" ")).sort();
  same("missing: by arm and visit", found.join(), wanted.join());
  same("missing: all rows are shown", await page.$$eval("#missing-demo figure tbody tr", (rows) => rows.length), sql(url, "SELECT count(*) FROM report.missing_by_visit WHERE study = 'demo'")[0][0]);
}

export default async function check(page, url) {
  const drawn = (await points(page, "#hamd-demo", "mean-points")).sort(byLabel);
  const wanted = sql(url, "SELECT arm || ' ' || week AS label, mean FROM report.hamd_by_visit WHERE study = 'demo'").map(([label, mean]) => ({ label, mean })).sort(byLabel);
  same("trajectory: arms and visits", drawn.map((d) => d.label).join(), wanted.map((d) => d.label).join());
  near("trajectory: means", drawn.map((d) => d.y), wanted.map((d) => d.mean));
  await page.focus("#hamd-demo .mean-points > *");
  ok("trajectory: a point that is reached is read out", /\d/.test(await page.textContent("#hamd-demo .read")));
  ok("banner: the simulated study is named", (await page.textContent(".banner")).includes("SIMULATED trial"));
  same("lines: one a person drawn", await page.$$eval("#lines-demo .people-lines path", (all) => all.length), sql(url, "SELECT count(DISTINCT (arm, line)) FROM report.hamd_line WHERE study = 'demo'")[0][0]);
  await rates(page, url);
  await missing(page, url);
}
