// frozen.mjs - frozen sets under the figures: before anything changed, after a correction, and drawn from the set itself.
//
//   node frozen.mjs unchanged|changed|drawn FOLDER CONNECTION-STRING
import { about, byLabel, counts, launch, near, ok, open, points, same, sql, violations } from "./common.mjs";
import { contract } from "./contract.mjs";

const [what, folder, url] = process.argv.slice(2), browser = await launch();
const states = (page, figure) => page.$$eval(`${figure} .since`, (all) => all.map((e) => e.textContent));
const one = /^1 facts changed, 0 missing, 0 added since/, unchanged = "unchanged since.";
try {
  about(`frozen set, ${what}`);
  const opened = await open(browser, `${folder}/trial.html`), { page } = opened;
  const [own, whole] = await states(page, "#hamd-demo"), [given] = await states(page, "#missing-demo");
  same("the figure names its facts", own.split(": ")[0], "What this figure is made of (clinical.score, clinical.subject)");
  const said = (text) => text.slice(text.indexOf(": ") + 2);
  if (what === "unchanged") same("figure and set are as they were", `${said(own)} ${said(whole)}`, `${unchanged} ${unchanged}`);
  else ok("one rating is other now, in figure and set", [own, whole, given].every((text) => one.test(said(text))), `${own} ${whole}`);
  const drawn = (await points(page, "#hamd-demo", "mean-points")).sort(byLabel);
  const of = what === "drawn" ? "report.frozen_hamd_by_visit WHERE frozen = 'main' AND" : "report.hamd_by_visit WHERE";
  const wanted = sql(url, `SELECT arm || ' ' || week, mean FROM ${of} study = 'demo'`).map(([label, mean]) => ({ label, mean })).sort(byLabel);
  near("means", drawn.map((d) => d.y), wanted.map((d) => d.mean));
  if (what === "drawn") {
    await contract(opened, "trial", `${folder}/trial.html`, url, true);
    same("badges: the figures of ratings, and no other", (await page.$$eval("section[data-figure]:has(> h2 .badge.frozen)", (all) => all.map((s) => s.dataset.figure))).join(), "hamd,lines,rates,rates");
    ok("a figure that is live says why", (await page.textContent("#missing-demo .made")).includes("cannot be drawn from the frozen set main"));
    const live = sql(url, "SELECT arm || ' ' || week, mean FROM report.hamd_by_visit WHERE study = 'demo'").map(([label, mean]) => ({ label, mean })).sort(byLabel);
    ok("the live means are others", live.some((row, k) => Math.abs(row.mean - drawn[k].y) > 1e-6));
    await page.click("text=中文");
    ok("Chinese: the badge and the state", (await page.textContent("#hamd-demo")).includes("冻结集：main") && (await states(page, "#hamd-demo"))[1].includes("1 条已更改"));
    same("no accessibility rule is broken in Chinese", (await violations(page)).join("\n"), "");
  }
  await opened.context.close();
} finally {
  await browser.close();
}
const { passed, failed } = counts();
console.log(`report, frozen set ${what}: ${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
