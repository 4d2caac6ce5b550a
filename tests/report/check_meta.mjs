// check_meta.mjs - the page of the meta-analysis: what it draws is what SQL says.
import { byLabel, near, path, points, same, sql } from "./common.mjs";

export default async function check(page, url) {
  const drawn = (await points(page, ".forest", "trial-points")).sort(byLabel);
  const wanted = sql(url, "SELECT study, yi FROM report.effect WHERE simulated").map(([label, yi]) => ({ label, yi })).sort(byLabel);
  same("forest: trials", drawn.map((d) => d.label).join(), wanted.map((d) => d.label).join());
  near("forest: differences", drawn.map((d) => d.x), wanted.map((d) => d.yi));
  const corners = (await path(page, ".forest", "pooled-diamond")).map((d) => d[0]);
  const [[estimate, low, high]] = sql(url, "SELECT estimate, ci_lb, ci_ub FROM report.pooled WHERE simulated AND test = 'knha'");
  near("forest: the diamond", [corners[0], corners[1], corners[2]], [low, estimate, high], 1e-3);
}
