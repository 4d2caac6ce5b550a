// check_models.mjs - the page of the models: what it draws is what SQL says.
import { near, path, sql } from "./common.mjs";

export default async function check(page, url) {
  const corners = await path(page, ".roc", "roc-line");
  const wanted = sql(url, `WITH s AS (SELECT score, responded FROM report.model_score WHERE study = 'demo'), t AS (SELECT DISTINCT score FROM s)
    SELECT (SELECT avg((s.score >= t.score)::int) FROM s WHERE NOT responded), (SELECT avg((s.score >= t.score)::int) FROM s WHERE responded) FROM t ORDER BY t.score DESC`);
  near("ROC: corners", corners.slice(1).flat(), wanted.flat(), 1e-3);
}
