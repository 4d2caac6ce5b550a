// check_trial.mjs - the page of the trial: what it draws is what SQL says.
import { byLabel, near, ok, points, same, sql } from "./common.mjs";

export default async function check(page, url) {
  const drawn = (await points(page, "#hamd-demo", "mean-points")).sort(byLabel);
  const wanted = sql(url, "SELECT arm || ' ' || week AS label, mean FROM report.hamd_by_visit WHERE study = 'demo'").map(([label, mean]) => ({ label, mean })).sort(byLabel);
  same("trajectory: arms and visits", drawn.map((d) => d.label).join(), wanted.map((d) => d.label).join());
  near("trajectory: means", drawn.map((d) => d.y), wanted.map((d) => d.mean));
  await page.focus("#hamd-demo .mean-points > *");
  ok("trajectory: a point that is reached is read out", /\d/.test(await page.textContent("#hamd-demo .read")));
  ok("banner: the simulated study is named", (await page.textContent(".banner")).includes("SIMULATED trial"));
}
