// build.mjs - bundles each page of src/pages with Observable Plot and D3 and inlines script and style into one HTML file.
//
//   node build.mjs FOLDER
//
// A page loads nothing: its policy forbids everything but the one script whose hash stands in it.  `psyrad report` puts the data at
// /*PSYRAD_DATA*/, inside a block that browsers do not execute.  The pages are those of ingest/cmd_report.c; one without a script in
// src/pages or without a function report.page_NAME() in migrations/deploy fails the build.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const largest = 2_000_000;

/** The pages' names, from the program that fills them. */
async function pageNames() {
  const source = await readFile(here("../../ingest/cmd_report.c"), "utf8");
  const list = /\} pages\[\] = \{([^;]*)\};/.exec(source)?.[1] ?? "";
  return [...list.matchAll(/\{"(\w+)", "[\w.]+"\}/g)].map((m) => m[1]);
}

/** All that the migrations create: where a page's function must be. */
async function migrations() {
  const folder = here("../../migrations/deploy/");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql"));
  return (await Promise.all(files.map((name) => readFile(folder + name, "utf8")))).join("\n");
}

/** What the licences of the bundled packages ask of every copy: the pages are mailed and hosted on their own. */
async function notices() {
  const { dependencies } = JSON.parse(await readFile(here("package.json"), "utf8"));
  const texts = await Promise.all(Object.keys(dependencies).map(async (name) =>
    `${name}\n${await readFile(here(`node_modules/${name}/LICENSE`), "utf8")}`));
  return `/*!\n${texts.join("\n").replaceAll("*/", "* /")}*/`;
}

async function bundled(name) {
  const bundle = await build({
    entryPoints: [here(`src/pages/${name}.js`)], bundle: true, minify: true, format: "iife", target: "es2020", charset: "utf8",
    legalComments: "eof", banner: { js: await notices() }, write: false,
  });
  // A closing tag within a string of the bundle would end the element early.
  return bundle.outputFiles[0].text.trim().replaceAll("</script", "<\\/script");
}

async function makePage(name, style, template, folder) {
  const script = await bundled(name);
  const hash = createHash("sha256").update(script, "utf8").digest("base64");
  // Function replacements: the bundle holds $& and the like.
  const page = template.replace("@SCRIPT_HASH@", () => `'sha256-${hash}'`).replace("@STYLE@", () => style).replace("@SCRIPT@", () => script);
  const bytes = Buffer.byteLength(page);
  if (bytes > largest) throw new Error(`${name}.html has ${bytes} bytes without its data; at most ${largest} are allowed`);
  await writeFile(`${folder}/${name}.html.new`, page);
  await rename(`${folder}/${name}.html.new`, `${folder}/${name}.html`);
}

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node build.mjs FOLDER");
  process.exit(2);
}
try {
  const names = await pageNames(), sql = await migrations();
  if (names.length === 0) throw new Error("ingest/cmd_report.c names no pages");
  for (const name of names) {
    if (!existsSync(here(`src/pages/${name}.js`))) throw new Error(`page ${name}: there is no src/pages/${name}.js`);
    if (!sql.includes(`CREATE FUNCTION report.page_${name}() RETURNS jsonb`)) throw new Error(`page ${name}: no migration creates report.page_${name}() RETURNS jsonb`);
  }
  const style = (await readFile(here("src/page.css"), "utf8")).trim(), template = await readFile(here("src/template.html"), "utf8");
  await mkdir(folder, { recursive: true });
  for (const name of names) await makePage(name, style, template, folder);
  await writeFile(`${folder}/.made`, "");
} catch (error) {
  console.error(`the report's pages: ${error.message}`);
  process.exit(1);
}
