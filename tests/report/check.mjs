// check.mjs - opens every page of a report: what holds of all pages (contract.mjs), then what each shows (check_PAGE.mjs).
//
//   node check.mjs FOLDER CONNECTION-STRING [--screenshots FOLDER] [PAGE...]
import { existsSync, mkdirSync } from "node:fs";
import { about, counts, launch, ok, open } from "./common.mjs";
import { contract } from "./contract.mjs";

const files = { overview: "index.html", trial: "trial.html", imaging: "imaging.html", acupoints: "acupoints.html", literature: "literature.html",
  meta: "meta.html", models: "models.html", quality: "quality.html" };
const rest = process.argv.slice(2), at = rest.indexOf("--screenshots");
const pictures = at >= 0 ? rest.splice(at, 2)[1] : null;
const [folder, url, ...only] = rest;
if (pictures) mkdirSync(pictures, { recursive: true });

const browser = await launch();
try {
  for (const [name, file] of Object.entries(files).filter(([name]) => only.length === 0 || only.includes(name))) {
    about(name);
    const path = `${folder}/${file}`;
    if (!existsSync(path)) { ok("the page is there", false, path); continue; }
    const opened = await open(browser, path);
    await contract(opened, name, path, url);
    const own = new URL(`check_${name}.mjs`, import.meta.url);
    if (existsSync(own)) await (await import(own)).default(opened.page, url);
    ok("no console message after its own checks", opened.trouble.length === 0, opened.trouble.join("\n"));
    if (pictures) for (const [language, button] of [["en", "English"], ["zh", "中文"]]) {
      await opened.page.click(`text=${button}`);
      await opened.page.screenshot({ path: `${pictures}/${name}-${language}.png`, fullPage: true });
    }
    await opened.context.close();
  }
} finally {
  await browser.close();
}
const { passed, failed } = counts();
console.log(`report: ${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
