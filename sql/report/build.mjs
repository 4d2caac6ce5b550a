// build.mjs - bundles src/main.js with Observable Plot and D3 and inlines script and style into one HTML file.
//
//   node build.mjs OUTPUT.html
//
// The page loads nothing: its policy forbids everything but the one script whose hash stands in it.  `psyrad report` puts
// the data at /*PSYRAD_DATA*/, inside a block that browsers do not execute.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";

const output = process.argv[2];
if (!output) {
  console.error("usage: node build.mjs OUTPUT.html");
  process.exit(2);
}

const bundle = await build({
  entryPoints: [fileURLToPath(new URL("src/main.js", import.meta.url))],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  charset: "utf8",
  legalComments: "none",
  write: false,
});
// A closing tag within a string of the bundle would end the element early.
const script = bundle.outputFiles[0].text.trim().replaceAll("</script", "<\\/script");
const style = (await readFile(new URL("src/page.css", import.meta.url), "utf8")).trim();
const template = await readFile(new URL("src/template.html", import.meta.url), "utf8");
const hash = createHash("sha256").update(script, "utf8").digest("base64");
// Function replacements: the bundle holds $& and the like.
const page = template
  .replace("@SCRIPT_HASH@", () => `'sha256-${hash}'`)
  .replace("@STYLE@", () => style)
  .replace("@SCRIPT@", () => script);
await writeFile(output, page);
