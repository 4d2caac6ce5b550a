// check_imaging.mjs - the page of imaging: what it draws is what SQL says.
import { byLabel, near, ok, points, same, sql } from "./common.mjs";

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

/** Differences of means by plain SQL over the vectors' elements; discs where the atlas has the regions. */
async function regions(page, url) {
  const plain = sql(url, `SELECT e.k, avg(e.x) FILTER (WHERE v.kind <> 'healthy') - avg(e.x) FILTER (WHERE v.kind = 'healthy') FROM report.region_vector v, unnest(v.value) WITH ORDINALITY e(x, k)
    WHERE v.study = 'demo' AND v.role = 'pre' GROUP BY e.k ORDER BY e.k`);
  const test = sql(url, "SELECT region, estimate FROM report.region_effect WHERE study = 'demo' AND contrast = 'patients_vs_controls' ORDER BY region");
  near("regions: patients minus controls", test.map((row) => row[1]), plain.map((row) => row[1]));
  const drawn = (await points(page, "#effects-demo-AAL-fc_pearson_strength-patients_vs_controls", "glass-left")).sort(byLabel);
  const places = sql(url, "SELECT region::text, y_mm, z_mm FROM report.region WHERE atlas = 'AAL'").map(([label, y, z]) => ({ label, y, z })).sort(byLabel);
  same("glass brain: every region", drawn.map((d) => d.label).join(), places.map((d) => d.label).join());
  near("glass brain: where the regions are", drawn.flatMap((d) => [d.x, d.y]), places.flatMap((d) => [d.y, d.z]), 1e-6);
}

/** Left is left: of each picture, where the region with the least and the one with the largest coordinate stand, and what its sides are called. */
async function orientation(page, url) {
  const figure = "#effects-demo-AAL-fc_pearson_strength-patients_vs_controls";
  const found = await page.$$eval(`${figure} .brains svg`, (all) => all.map((svg) => {
    const dots = [...svg.querySelectorAll("[class^=glass-] circle, circle[class^=glass-]")].map((e) => [e.getAttribute("data-key") ?? e.getAttribute("aria-label"), Number(e.getAttribute("cx"))]).sort((a, b) => a[1] - b[1]);
    const side = (name) => svg.querySelector(`.${name}`).textContent;
    return `${side("glass-begin")} ${dots[0][0]} ${dots[dots.length - 1][0]} ${side("glass-end")}`;
  }));
  const [[front, back, left, right]] = sql(url, `SELECT (array_agg(region::text ORDER BY y_mm DESC))[1], (array_agg(region::text ORDER BY y_mm))[1], (array_agg(region::text ORDER BY x_mm))[1], (array_agg(region::text ORDER BY x_mm DESC))[1] FROM report.region WHERE atlas = 'AAL'`);
  same("glass brain: front, left and right stand where they are said to", found.join("; "), `front ${front} ${back} back; L ${left} ${right} R; L ${left} ${right} R`);
}

/** Shares of variance between sites by sums of squares over single values. */
async function sites(page, url) {
  const wanted = sql(url, `WITH x AS (SELECT e.k::text AS label, v.site, e.x FROM report.region_vector v, unnest(v.value) WITH ORDINALITY e(x, k) WHERE v.study = 'demo' AND v.role = 'pre'),
    m AS (SELECT *, avg(x) OVER (PARTITION BY label) AS grand, avg(x) OVER (PARTITION BY label, site) AS mean FROM x)
    SELECT label || ' 0', sum((mean - grand) ^ 2) / sum((x - grand) ^ 2) FROM m GROUP BY label`).map(([label, share]) => ({ label, share })).sort(byLabel);
  const drawn = (await points(page, "#harmonisation-demo-AAL-fc_pearson_strength", "site-points")).filter((d) => d.label.endsWith(" 0")).sort(byLabel);
  same("sites: every region", drawn.map((d) => d.label).join(), wanted.map((d) => d.label).join());
  near("sites: share of variance as measured", drawn.map((d) => d.y), wanted.map((d) => d.share), 1e-8);
  const [[before, after, chance]] = sql(url, "SELECT median_before, median_after, share_by_chance FROM report.harmonisation_summary WHERE study = 'demo'");
  ok("sites: ComBat brings them to what chance gives, or below", after < before && after <= chance, `${before} ${after} ${chance}`);
}

/** Before stands before after, on one axis. */
async function motionOrder(page, url) {
  const drawn = await page.$$eval("section[id^=motion-demo-AAL]", (all) => all.map((s) => [s.id.split("-").pop(), s.querySelector("svg").scale("x").domain.join()]));
  same("motion: visits in their order", drawn.map(([session]) => session).join(), sql(url, "SELECT DISTINCT q.session, v.week FROM report.qc_fc q JOIN report.visit v USING (study, session) WHERE study = 'demo' AND atlas = 'AAL' ORDER BY week").map(([session]) => session).join());
  same("motion: one axis for all visits", new Set(drawn.map(([, domain]) => domain)).size, 1);
}

/** Every centroid of an atlas in MNI space lies within the outline that is drawn behind it. */
async function silhouette(page) {
  const outside = await page.$$eval("#effects-demo-AAL-fc_pearson_strength-patients_vs_controls .brains svg", (all) => all.flatMap((svg) => {
    const outline = svg.querySelector("path.silhouette, .silhouette path");
    return outline ? [...svg.querySelectorAll("[class^=glass-] circle, circle[class^=glass-]")].filter((e) => !outline.isPointInFill(new DOMPoint(Number(e.getAttribute("cx")), Number(e.getAttribute("cy"))))).map((e) => e.dataset.key ?? "") : ["no outline"];
  }));
  same("glass brain: every region lies within the brain's outline", outside.join(), "");
}

/** Bars of the histogram hold all connections. */
async function motion(page, url) {
  const bars = await page.$$eval("#motion-demo-AAL-fc_pearson-simulated-pre svg", ([svg]) => [...svg.querySelectorAll(".step-bars rect")]
    .map((r) => svg.scale("y").invert(Number(r.getAttribute("y"))) - svg.scale("y").invert(Number(r.getAttribute("y")) + Number(r.getAttribute("height")))));
  const wanted = sql(url, "SELECT count(*) FROM report.qc_fc_edge WHERE study = 'demo' AND session = 'pre' AND r IS NOT NULL GROUP BY floor(r * 20) ORDER BY floor(r * 20)").map(([n]) => n);
  near("motion: connections in each step", bars, wanted, 1e-6);
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
  await regions(page, url);
  await orientation(page, url);
  await sites(page, url);
  await motion(page, url);
  await motionOrder(page, url);
  await silhouette(page);
}
