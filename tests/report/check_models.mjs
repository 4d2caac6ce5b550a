// check_models.mjs - the page of the models: what it draws is what SQL says.
import { near, ok, path, points, same, sql } from "./common.mjs";

const keys = ["name", "version", "split", "outcome", "study"];
const where = (row) => keys.map((key, k) => `${key} = '${String(row[k]).replaceAll("'", "''")}'`).join(" AND ");

export default async function check(page, url) {
  const cohorts = sql(url, `SELECT ${keys.join(", ")}, auc, auc_lb, auc_ub FROM report.model_performance ORDER BY name, version, outcome, study, split`);
  if (cohorts.length === 0) return ok("no predictions: the page says how they are stored", (await page.textContent("#performance")).includes("model.store_predictions"));
  for (const [k, row] of cohorts.entries()) {
    if (row[5] == null) { ok(`no curve of one class: ${row[3]}`, (await page.$(`#roc-${k}`)) === null); continue; }
    const corners = await path(page, `#roc-${k}`, "roc-line");
    // Every corner of the stair lies on the curve that is drawn, and its area is the AUC.
    const area = corners.slice(1).reduce((sum, [x, y], n) => sum + (x - corners[n][0]) * (y + corners[n][1]) / 2, 0);
    near(`${row[3]}: the area under the curve is DeLong's AUC`, [area], [row[5]], 1e-3);
    const stair = sql(url, `SELECT fpr, tpr FROM report.model_roc WHERE ${where(row)} ORDER BY threshold DESC NULLS FIRST`);
    const on = stair.every(([x, y]) => corners.some(([a, b], n) => n > 0 && x >= corners[n - 1][0] - 1e-3 && x <= a + 1e-3 && y >= corners[n - 1][1] - 1e-3 && y <= b + 1e-3));
    ok(`${row[3]}: every corner is on the curve (${stair.length})`, on);
    ok(`${row[3]}: the interval is said`, (await page.textContent(`#roc-${k} .lead`)).includes(`${row[6].toFixed(2)} to ${row[7].toFixed(2)}`), await page.textContent(`#roc-${k} .lead`));
    // The band: Wilson's interval of the sensitivity at the corners, by its formula.
    const [[n, np]] = sql(url, `SELECT max(positives), max(negatives) FROM report.model_roc WHERE ${where(row)}`), z2 = 1.959963984540054 ** 2;
    const wilson = (k, side) => (k + z2 / 2 + side * Math.sqrt(z2 * (k * (n - k) / n + z2 / 4))) / (n + z2);
    const band = (await path(page, `#roc-${k}`, "roc-band")), highest = stair[stair.length - 1];
    ok(`${row[3]}: the band is Wilson's at every corner (${np})`, band.every(([, y]) => stair.some(([, tpr]) => [-1, 1].some((side) => Math.abs(wilson(Math.round(tpr * n), side) - y) < 2e-3))) && highest[1] === 1);
    const bins = sql(url, `SELECT bin, mean_score, observed FROM report.model_calibration WHERE ${where(row)} AND n > 0 ORDER BY bin`), dots = await points(page, `#calibration-${k}`, "calibration-points");
    same(`${row[3]}: bins`, dots.map((d) => d.label).sort().join(), bins.map(([bin]) => `bin ${bin}`).sort().join());
    const byBin = new Map(dots.map((d) => [d.label, d]));
    near(`${row[3]}: calibration`, bins.flatMap(([bin]) => [byBin.get(`bin ${bin}`).x, byBin.get(`bin ${bin}`).y]), bins.flatMap(([, x, y]) => [x, y]));
    const benefit = sql(url, `SELECT threshold, net_benefit FROM report.model_decision_curve WHERE ${where(row)} AND net_benefit IS NOT NULL`), curve = await points(page, `#decision-${k}`, "decision-points");
    const sorted = (rows) => [...rows].sort((a, b) => a[0] - b[0]).flat();
    near(`${row[3]}: decision curve`, sorted(curve.map((d) => [d.x, d.y])), sorted(benefit));
    const cells = (await page.$$eval(`#confusion-${k} table.confusion td.number b`, (all) => all.map((e) => e.textContent))).join();
    same(`${row[3]}: confusion matrix`, cells, sql(url, `SELECT tp, fp, fn, tn FROM report.model_confusion WHERE ${where(row)}`)[0].join());
  }
  const shap = await points(page, "#shap-0", "shap-points"), wanted = sql(url, "SELECT s.feature, s.shap FROM report.model_shap s JOIN report.model_shap_summary m USING (name, version, study, feature_number) WHERE m.place <= 12");
  same("Shapley values: dots", shap.length, wanted.length);
  const ordered = (rows) => [...rows].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1])).map(([, x]) => x);
  near("Shapley values: where dots stand", ordered(shap.map((d) => [d.label, d.x])), ordered(wanted), 1e-6);
  // They add up to the margin: base + sum = log odds of the score.
  const [[worst]] = sql(url, "SELECT max(abs(model.explain_base(name) + total - ln(score / (1 - score)))) FROM (SELECT name, subject_id, score, sum(shap) AS total FROM report.model_shap WHERE name = 'response-logistic' GROUP BY name, subject_id, score) s");
  ok(`Shapley values add up to the margin (${worst})`, worst < 1e-9);
}
