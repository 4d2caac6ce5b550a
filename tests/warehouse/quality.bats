# quality.bats - series that are too short, pipelines side by side, and connections that follow motion, against R.
load helpers

setup_file()
{
	load helpers
	make_database "$database"
	# 30 people, 7 regions, two pipelines; motion leaves more in `loose`, and in near connections.  Run 2 must not count.
	as "$PGUSER" <<-'SQL'
		SELECT FROM clinical.declare_study('{"study": "q", "title_en": "Quality", "simulated": true, "sites": [{"site": "gz", "name_en": "Guangzhou"}],
			"arms": [{"arm": "EA", "label_en": "EA", "kind": "verum"}], "visits": [{"session": "pre", "week": 0, "role": "pre"}]}');
		INSERT INTO ingest.file (command, path, sha256, bytes, options, study, site, status, tool_version, started_at)
		VALUES ('test', 'q.csv', sha256('q'), 1, '{}', 'q', 'gz', 'loaded', '0', now());
		INSERT INTO clinical.subject_key (study, label, site) SELECT 'q', 'p' || n, 'gz' FROM generate_series(1, 30) n;
		INSERT INTO clinical.visit (subject_id, session, site, study, file_id) SELECT subject_id, 'pre', site, study, (SELECT max(file_id) FROM ingest.file) FROM clinical.subject_key;
		INSERT INTO imaging.atlas (atlas, title) VALUES ('seven', 'Seven regions');
		INSERT INTO imaging.region (atlas, region, name, x_mm, y_mm, z_mm) SELECT 'seven', r, 'region ' || r, 11 * r, r * r, 40 - (r * 7) % 20 FROM generate_series(1, 7) r;
		INSERT INTO imaging.feature_set (atlas, measure) VALUES ('seven', 'fc_pearson'), ('seven', 'bold');
		INSERT INTO imaging.pipeline (pipeline, choices) VALUES ('loose', '{}'), ('strict', '{}');
		SELECT setseed(0.4);
		CREATE TABLE made AS
		SELECT subject_id, run, pipeline, 0.05 + 0.4 * random() AS fd, random() AS noise, (subject_id * 37 + run * 11) % 90 + 100 AS kept
		FROM clinical.subject_key, generate_series(1, 2) run, (VALUES ('loose'), ('strict')) p(pipeline) ORDER BY 1, 2, 3;
		UPDATE made m SET fd = o.fd FROM made o WHERE (o.subject_id, o.run, o.pipeline) = (m.subject_id, m.run, 'loose');
		INSERT INTO imaging.series (subject_id, feature_set_id, session, run, pipeline, site, value, tr_s, volumes, volumes_kept, mean_fd_mm, coverage, file_id)
		SELECT subject_id, (SELECT feature_set_id FROM imaging.feature_set WHERE measure = 'bold'), 'pre', run, pipeline, 'gz', '{{1,2},{3,4}}', 2, 200, kept, fd, '{1,0.5}', 1 FROM made;
		INSERT INTO imaging.connectome (subject_id, feature_set_id, session, run, pipeline, site, value, file_id)
		SELECT m.subject_id, (SELECT feature_set_id FROM imaging.feature_set WHERE measure = 'fc_pearson'), 'pre', m.run, m.pipeline, 'gz',
			psyrad.conn_from_edges((SELECT array_agg(tanh(0.3 * sin(m.subject_id * (a * 8 + b)) + CASE m.pipeline WHEN 'loose' THEN 1.2 ELSE 0.2 END * m.fd / (b - a) * m.run)::real ORDER BY a, b)
				FROM generate_series(1, 7) a, generate_series(1, 7) b WHERE a < b), 'r'), 1
		FROM made m;
		-- One connection that nobody has.
		UPDATE imaging.connectome SET value = psyrad.conn_from_edges((psyrad.conn_edges(value))[1:20] || 'NaN'::real, 'r') WHERE pipeline = 'strict';
	SQL
}

teardown_file()
{
	load helpers
	"$deploy" revert --yes "$(url_of "$database")" >/dev/null
	drop_database "$database"
}

@test "a series below 5 usable minutes is flagged, and pipelines are counted side by side" {
	equal "$(sql "SELECT bool_and(too_short = (minutes < 5)), bool_and(minutes = volumes_kept * 2 / 60.0::float8), count(*) FILTER (WHERE too_short) BETWEEN 1 AND 119, min(least_coverage) FROM report.series_quality")" 't|t|t|0.5'
	equal "$(sql "SELECT pipeline, series, too_short = (SELECT count(*) FROM made m WHERE m.pipeline = p.pipeline AND kept < 150) FROM report.pipeline p ORDER BY 1")" $'loose|60|t\nstrict|60|t'
	# 150 volumes of 2 s are 5 minutes, which is enough.
	equal "$(sql "SELECT bool_or(too_short) FROM imaging.series WHERE volumes_kept = 150")" "$(sql "SELECT CASE WHEN count(*) > 0 THEN 'f' END FROM made WHERE kept = 150")"
}

@test "pipelines are compared by the same scans" {
	equal "$(sql "SELECT pipeline_a, pipeline_b, scans, abs(similarity - (SELECT avg(psyrad.conn_similarity(a.value, b.value)) FROM imaging.connectome a JOIN imaging.connectome b USING (subject_id, session, run)
		WHERE a.pipeline = 'loose' AND b.pipeline = 'strict')) < 1e-12, least_similarity < similarity FROM report.pipeline_compare")" 'loose|strict|60|t|t'
}

@test "report.qc_fc and its connections equal what R computes from the rows" {
	sql "COPY (SELECT m.pipeline, m.subject_id, m.fd, u.i, u.j, CASE WHEN u.value = 'NaN' THEN NULL ELSE atanh(u.value::float8) END AS z FROM made m JOIN imaging.connectome c USING (subject_id, run, pipeline), psyrad.conn_unnest(c.value) u WHERE run = 1) TO STDOUT CSV HEADER" >"$BATS_TEST_TMPDIR/rows.csv"
	sql "COPY (SELECT pipeline, i, j, n, r, p, q, distance_mm FROM report.qc_fc_edge) TO STDOUT CSV HEADER" >"$BATS_TEST_TMPDIR/edges.csv"
	sql "COPY (SELECT * FROM report.qc_fc) TO STDOUT CSV HEADER" >"$BATS_TEST_TMPDIR/summary.csv"
	sql "COPY (SELECT region, x_mm, y_mm, z_mm FROM imaging.region WHERE atlas = 'seven' ORDER BY region) TO STDOUT CSV HEADER" >"$BATS_TEST_TMPDIR/regions.csv"
	(cd "$BATS_TEST_TMPDIR" && Rscript - <<-'R'
		rows <- read.csv("rows.csv"); edges <- read.csv("edges.csv"); summary <- read.csv("summary.csv"); regions <- read.csv("regions.csv")
		near <- function(a, b, tolerance, what) if (!isTRUE(all(abs(a - b) <= tolerance * pmax(1e-3, abs(b)))) || length(a) != length(b)) stop(what, ": ", max(abs(a - b)))
		stopifnot(nrow(summary) == 2, nrow(edges) == 42)
		for (p in c("loose", "strict")) {
		    own <- edges[edges$pipeline == p, ]; own <- own[order(own$i, own$j), ]
		    tests <- t(sapply(seq_len(nrow(own)), function(k) {
		        x <- rows[rows$pipeline == p & rows$i == own$i[k] & rows$j == own$j[k], ]
		        if (all(is.na(x$z))) return(c(NA, NA, 0))
		        t <- cor.test(x$z, x$fd); c(t$estimate, t$p.value, nrow(x))
		    }))
		    there <- !is.na(tests[, 1])
		    stopifnot(sum(there) == ifelse(p == "loose", 21, 20), all(is.na(own$r) == !there))
		    q <- p.adjust(tests[there, 2], "BH"); own <- own[there, ]; tests <- tests[there, ]
		    # z is single precision in the warehouse.
		    near(own$r, tests[, 1], 1e-5, "r"); near(own$p, tests[, 2], 1e-4, "p"); near(own$q, q, 1e-4, "q"); stopifnot(all(own$n == 30))
		    d <- sqrt(rowSums((regions[own$i, 2:4] - regions[own$j, 2:4])^2)); near(own$distance_mm, d, 1e-6, "distance")
		    s <- summary[summary$pipeline == p, ]
		    stopifnot(s$subjects == 30, s$connections == nrow(own))
		    near(s$median_abs_r, median(abs(tests[, 1])), 1e-5, "median |r|")
		    near(s$share_p05, mean(tests[, 2] < 0.05), 1e-12, "share p"); near(s$share_q05, mean(q < 0.05), 1e-12, "share q")
		    near(s$distance_slope, coef(lm(tests[, 1] ~ d))[2], 1e-4, "slope"); near(s$distance_rho, cor(tests[, 1], d, method = "spearman"), 1e-12, "rho")
		}
		stopifnot(summary$median_abs_r[summary$pipeline == "loose"] > summary$median_abs_r[summary$pipeline == "strict"], summary$distance_rho[summary$pipeline == "loose"] < 0)
	R
	)
}

@test "a seed's row of the connectome, by name" {
	sql "SELECT imaging.set_primary('q', 'seven', 'fc_pearson', 'loose')"
	equal "$(sql "SELECT count(*), count(DISTINCT region), bool_and(value = (SELECT psyrad.conn_edge(c.value, 3, r.region) FROM imaging.connectome c, imaging.region r WHERE (c.subject_id, c.run, c.pipeline) = (s.subject_id, 1, 'loose') AND r.name = s.region))
		FROM report.seed_region s WHERE seed = 'region 3'")" '180|6|t'
}
