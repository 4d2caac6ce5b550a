// hostile.mjs - pages over little or nothing, or over texts that try to be markup, formulas or endless: whole, and nothing of them runs.
//
//   node hostile.mjs empty|hostile FOLDER CONNECTION-STRING
import { readdirSync, readFileSync } from "node:fs";
import { about, counts, launch, ok, open, same } from "./common.mjs";
import { contract } from "./contract.mjs";
import literature from "./check_literature.mjs";
import meta from "./check_meta.mjs";

const [what, folder, url] = process.argv.slice(2), markup = "</script><img src=x onerror=alert(1)>", browser = await launch();
try {
  for (const file of readdirSync(folder)) {
    about(`${what} ${file}`);
    for (const language of ["en", "zh"]) {
      const opened = await open(browser, `${folder}/${file}`, `#lang=${language}`), { page, context } = opened;
      if (language === "en") await contract(opened, file, `${folder}/${file}`, url, true);
      if (what === "empty" && language === "en") {
        const empty = await page.$$eval("section[data-figure] > .empty", (all) => all.map((e) => e.textContent));
        ok("what is empty says why, or what fills it", empty.length > 0 || file === "index.html" ? empty.every((text) => /psyrad [a-z]|SELECT |^No |^None|Nobody/.test(text)) : false, empty.find((text) => !/psyrad [a-z]|SELECT |^No |^None|Nobody/.test(text)));
      }
      if (language === "en" && file === "literature.html") await literature(page, url);
      if (language === "en" && file === "meta.html") await meta(page, url);
      if (what === "hostile" && file === "literature.html") {
        same(`${language}: the review whose numbers are known stands first`, await page.$$eval("#prisma-0 tspan[data-n]", (all) => all.map((e) => e.dataset.n).filter((n) => n === "unknown").length), 0);
        ok(`${language}: the other one's are not known`, (await page.$$eval("#prisma-1 tspan[data-n]", (all) => all.map((e) => e.dataset.n))).includes("unknown"));
      }
      if (what === "hostile" && file === "meta.html") ok(`${language}: the peaks of the kept analysis are drawn`, (await page.$$("#clusters-0 [class^=peak-points] > *")).length >= 3);
      for (const details of await page.$$("details")) await details.evaluate((element) => { element.open = true; });
      same(`${language}: no text makes an element`, await page.$$eval("img, iframe, object, [onerror]", (all) => all.length), 0);
      same(`${language}: the page says nothing on the console`, opened.trouble.join("\n"), "");
      ok(`${language}: nothing is wider than the window`, await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth));
      ok(`${language}: nothing is undefined`, !/undefined|\[object/.test(await page.textContent("main")));
      if (what === "hostile" && file === "index.html" && language === "en") ok("the title is shown as text", (await page.textContent("#studies")).includes(markup));
      if (what === "hostile" && file === "trial.html" && language === "en") {
        ok("one person's ratings are drawn", (await page.$$("#hamd-hostile .mean-points > *")).length === 2);
        ok("the arm's label is text", (await page.textContent("#hamd-hostile")).includes("</script>"));
      }
      await context.close();
    }
    const text = readFileSync(`${folder}/${file}`, "utf8");
    ok("what a person's row held is in no page", !text.includes("SECRET-OF-A-PERSON"));
    same("the data do not end their block", text.match(/<\/script>/g).length, 2);
  }
} finally {
  await browser.close();
}
const { passed, failed } = counts();
console.log(`report, ${what}: ${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
