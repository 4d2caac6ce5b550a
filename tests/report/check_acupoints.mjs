// check_acupoints.mjs - the page of acupoints: what it shows is what SQL says.
import { same, sql } from "./common.mjs";

export default async function check(page, url) {
  const drawn = await page.$$eval("#protocols-figure tbody tr", (rows) => rows.map((r) => `${r.cells[0].textContent}|${r.cells[4].textContent}|${r.cells[5].textContent}`));
  const wanted = sql(url, "SELECT protocol || '|' || array_to_string(as_written, ' · ') || '|' || (SELECT string_agg(a || ' ' || z, ' + ' ORDER BY k) FROM unnest(acupoints, names_zh) WITH ORDINALITY u(a, z, k)) FROM report.protocol").map(([row]) => row);
  same("protocols: points as written and as resolved", drawn.sort().join("; "), wanted.sort().join("; "));
}
