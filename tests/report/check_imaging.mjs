// check_imaging.mjs - the page of imaging: what it draws is what SQL says.
import { near, ok, points, same, sql } from "./common.mjs";

async function heatMap(page, url) {
  const wanted = sql(url, "SELECT i || ' ' || j FROM report.connection WHERE study = 'demo' AND q < 0.05").map(([label]) => label);
  const drawn = await page.$$eval(".heat .heat-found rect", (rects) => rects.map((r) => r.getAttribute("data-key")));
  same("heat map: the connections found", drawn.sort().join(), wanted.sort().join());
  same("heat map: all connections", await page.$$eval(".heat .heat-all rect", (rects) => rects.length), sql(url, "SELECT count(r) FROM report.connection WHERE study = 'demo'")[0][0]);
}

async function scatter(page, url, edge) {
  const [i, j] = edge.split("-").map(Number);
  const order = (a, b) => a[0] - b[0] || a[1] - b[1];
  const drawn = (await points(page, ".scatter", "people-points")).map((d) => [d.x, d.y]);
  const wanted = sql(url, `SELECT improvement, psyrad.conn_edge(change, ${i}, ${j})::float8 FROM report.connection_change WHERE study = 'demo'`);
  // Sorted on what the database says, rounded, so that a last bit of a pixel does not change the order.
  const rounded = (rows) => rows.map(([x, y]) => [Math.round(x), y]).sort(order);
  near(`scatter ${edge}: improvement`, rounded(drawn).map((d) => d[0]), rounded(wanted).map((d) => d[0]));
  near(`scatter ${edge}: change`, rounded(drawn).map((d) => d[1]), rounded(wanted).map((d) => d[1]), 1e-6);
}

export default async function check(page, url) {
  await heatMap(page, url);
  const edge = () => page.getAttribute(".scatter", "data-edge"), before = await edge();
  await scatter(page, url, before);
  await page.click(".found tbody tr:nth-child(3)");
  const after = await edge();
  ok("table: a click chooses another connection", after !== before, after);
  await scatter(page, url, after);
  await page.focus(".found tbody tr:nth-child(5)");
  await page.keyboard.press("Enter");
  ok("table: so does the keyboard", ![before, after].includes(await edge()));
}
