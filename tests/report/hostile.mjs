// hostile.mjs - pages over texts that try to be markup: shown as text, nothing runs.
//
//   node hostile.mjs FOLDER
import { readdirSync } from "node:fs";
import { about, counts, launch, ok, open, same } from "./common.mjs";

const folder = process.argv[2], browser = await launch();
try {
  for (const file of readdirSync(folder)) {
    about(`hostile ${file}`);
    const { page, trouble, requests, context } = await open(browser, `${folder}/${file}`);
    if (file === "index.html") ok("the title is shown as text", (await page.textContent("#studies")).includes("</script><img src=x onerror=alert(1)>"));
    same("it makes no element", await page.$$eval("img", (all) => all.length), 0);
    same("no console message", trouble.join("\n"), "");
    same("no request", requests().join("\n"), "");
    await context.close();
  }
} finally {
  await browser.close();
}
const { passed, failed } = counts();
console.log(`report, hostile titles: ${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
