// render.mjs - how long pages take from their address to the frame in which their figures stand, for the bench.
//
//   node render.mjs FOLDER      prints {"PAGE.html": milliseconds}, of three tries the quickest
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./common.mjs";

const folder = process.argv[2], browser = await launch(), spent = {};
const once = async (file) => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  await page.goto(pathToFileURL(join(folder, file)).href);
  await page.waitForSelector("footer");
  const milliseconds = await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())))));
  await page.close();
  return milliseconds;
};
try {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".html"))) {
    spent[file] = Infinity;
    for (let k = 0; k < 3; k++) spent[file] = Math.min(spent[file], await once(file));
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(spent));
