# questions_replication.bats - question 1 over several studies: which of them are asked, what replicates, what is pooled, against R.
load helpers

setup_file()
{
	load helpers
	make_database "$database"
	# Two studies of the treatment asked for; one at 100 Hz, one at 2/100 Hz, one without EX-HN3, one on another atlas.  The first connection follows
	# improvement everywhere, the second in the first study alone, the third upwards in one and downwards in the other.
	as "$PGUSER" <<-'SQL'
		SELECT clinical.declare_study(jsonb_build_object('study', s, 'title_en', s, 'simulated', true, 'sites', '[{"site": "ra", "name_en": "A"}, {"site": "rb", "name_en": "B"}]'::jsonb,
			'arms', '[{"arm": "EA", "label_en": "EA", "kind": "verum"}, {"arm": "SH", "label_en": "sham", "kind": "sham"}]'::jsonb,
			'visits', '[{"session": "pre", "week": 0, "role": "pre"}, {"session": "post", "week": 8, "role": "post"}]'::jsonb))
		FROM unnest('{one,two,fast,mixed,other_points,other_atlas}'::text[]) s;
		INSERT INTO ingest.file (command, path, sha256, bytes, options, study, status, tool_version, started_at)
		SELECT 'test', 'r.csv', sha256('r'), 1, '{}', 'one', 'loaded', '0', now();
		CREATE TABLE made AS
		SELECT s.study, s.at, s.study || n AS label, n, CASE WHEN n % 3 = 0 THEN 'rb' ELSE 'ra' END AS site, CASE WHEN n % 2 = 0 THEN 'EA' ELSE 'SH' END AS arm,
			22 + 5 * sin(n * 7.1 + s.at) AS baseline, 8 + 6 * sin(n * 3.7 + 2 * s.at) AS improvement, 0.2 + 0.1 * sin(n * 5.3 + s.at) AS fd
		FROM unnest('{one,two,fast,mixed,other_points,other_atlas}'::text[]) WITH ORDINALITY s(study, at), generate_series(1, 26) n;
		INSERT INTO clinical.subject_key (study, label, site) SELECT study, label, site FROM made;
		INSERT INTO clinical.subject (subject_id, site, study, arm, file_id) SELECT k.subject_id, k.site, k.study, m.arm, 1 FROM made m JOIN clinical.subject_key k USING (study, label);
		INSERT INTO clinical.visit (subject_id, session, site, study, file_id) SELECT subject_id, v, site, study, 1 FROM clinical.subject_key, unnest('{pre,post}'::text[]) v;
		INSERT INTO clinical.score (subject_id, session, instrument, site, total_stated, file_id)
		SELECT k.subject_id, v.session, 'HAMD-17', k.site, round((m.baseline - CASE v.session WHEN 'post' THEN m.improvement ELSE 0 END)::numeric, 1), 1
		FROM made m JOIN clinical.subject_key k USING (study, label), clinical.visit_plan v WHERE v.study = m.study;
		INSERT INTO imaging.acquisition (subject_id, session, modality, site, mean_fd_mm, file_id)
		SELECT k.subject_id, v, 'bold', k.site, m.fd, 1 FROM made m JOIN clinical.subject_key k USING (study, label), unnest('{pre,post}'::text[]) v;
		INSERT INTO imaging.atlas (atlas, title) VALUES ('five', 'Five regions'), ('four', 'Four regions');
		INSERT INTO imaging.region (atlas, region, name) SELECT a, r, 'region ' || r FROM (VALUES ('five', 5), ('four', 4)) x(a, m), generate_series(1, m) r;
		INSERT INTO imaging.feature_set (atlas, measure) VALUES ('five', 'fc_pearson'), ('four', 'fc_pearson');
		INSERT INTO imaging.pipeline (pipeline) VALUES ('p');
		INSERT INTO imaging.study_pipeline SELECT s.study, f.feature_set_id, 'p' FROM clinical.study s, imaging.feature_set f WHERE (s.study = 'other_atlas') = (f.atlas = 'four');
		INSERT INTO imaging.connectome (subject_id, feature_set_id, session, pipeline, site, value, file_id)
		SELECT k.subject_id, f.feature_set_id, v, 'p', k.site, psyrad.conn_from_edges((SELECT array_agg(tanh(0.2 * sin(m.n * e + m.at) + CASE v WHEN 'post' THEN 0.12 * sin(m.n * e * 1.9 + 3 * m.at + e) + m.improvement / 40
				* CASE e WHEN 1 THEN 1 WHEN 2 THEN (m.study = 'one')::int WHEN 3 THEN CASE m.study WHEN 'two' THEN -1 ELSE 1 END WHEN 4 THEN -1 ELSE 0 END ELSE 0 END)::real ORDER BY e)
			FROM generate_series(1, CASE f.atlas WHEN 'five' THEN 10 ELSE 6 END) e), 'r'), 1
		FROM made m JOIN clinical.subject_key k USING (study, label) JOIN imaging.study_pipeline USING (study) JOIN imaging.feature_set f USING (feature_set_id), unnest('{pre,post}'::text[]) v;
		INSERT INTO intervention.protocol (study, protocol, mode, file_id) SELECT study, 'P', 'electro', 1 FROM clinical.study;
		INSERT INTO intervention.protocol (study, protocol, mode, file_id) VALUES ('fast', 'S', 'sham', 1);
		INSERT INTO intervention.protocol_point (study, protocol, position, acupoint, verbatim)
		SELECT study, protocol, o, x, x FROM intervention.protocol, unnest('{ST36,GV20,EX-HN3}'::text[]) WITH ORDINALITY p(x, o) WHERE study <> 'other_points' OR x <> 'EX-HN3';
		INSERT INTO intervention.protocol_quantity (study, protocol, quantity, ordinal, low, high, unit, verbatim)
		SELECT study, protocol, 'frequency', 1, hz, hz, 'Hz', hz || ' Hz' FROM intervention.protocol CROSS JOIN LATERAL (SELECT CASE WHEN study = 'fast' AND mode = 'electro' THEN 100 ELSE 2 END AS hz) f
		UNION ALL SELECT 'mixed', 'P', 'frequency', 2, 100, 100, 'Hz', '100 Hz';
	SQL
}

teardown_file()
{
	load helpers
	"$deploy" revert --yes "$(url_of "$database")" >/dev/null
	drop_database "$database"
}

rows() { psql -Xq --csv -v ON_ERROR_STOP=1 -d "$database" "$@"; }
ask() { rows -f "$(echo "$top"/sql/questions/01_*.sql)"; }

@test "the studies asked: electro-acupuncture at 2 Hz alone, with both points among others, on the same atlas" {
	equal "$(sql "SELECT string_agg(DISTINCT study, ' ') FROM report.connection_replicated WHERE asked AND atlas = 'five'")" 'one two'
	equal "$(sql "SELECT DISTINCT studies FROM report.connection_replicated WHERE atlas = 'four'")" 1
	equal "$(sql "SELECT points, coalesce(hz::text, '-') FROM report.study_protocol WHERE study IN ('mixed', 'one') ORDER BY study")" $'{EX-HN3,GV20,ST36}|-\n{EX-HN3,GV20,ST36}|2'
}

@test "what replicates has the sign of its row in two of them; what one study finds, or both with opposite signs, does not" {
	ask >"$BATS_TEST_TMPDIR/q.csv"
	of() { psql -XAtq -d "$database" -c "SELECT r.found_in, r.studies, r.replicated FROM report.connection_replicated r WHERE study = '$1' AND i = 1 AND j = $2"; }
	equal "$(of one 2)" '2|2|t'; equal "$(of fast 2)" '2|2|t'
	equal "$(of one 3)" '1|2|f'
	equal "$(of one 4)" '1|2|f'; equal "$(of two 4)" '1|2|f'
	equal "$(cut -d , -f 1,6,7,14,15 "$BATS_TEST_TMPDIR/q.csv" | grep '^one,' | sort)" $'one,1,2,t,2 of 2\none,1,3,f,1 of 2\none,1,4,f,1 of 2\none,1,5,t,2 of 2'
	equal "$(grep -c '^other_atlas,.*,0 of 1,,,$\|^other_atlas,.*,1 of 1,,,$' "$BATS_TEST_TMPDIR/q.csv")" "$(grep -c '^other_atlas' "$BATS_TEST_TMPDIR/q.csv")"
}

@test "every number of it equals lm, p.adjust and the random-effects mean worked out in R" {
	command -v Rscript >/dev/null || skip 'Rscript is missing'
	cd "$BATS_TEST_TMPDIR"
	rows -c "SELECT c.study, c.atlas, c.study IN ('one', 'two', 'other_atlas') AS asked, c.arm, c.site, c.baseline, c.improvement, c.mean_fd_mm, psyrad.conn_edges(c.change)::float8[] AS change FROM report.connection_change c" >rows.csv
	ask >question.csv
	rows -c "SELECT * FROM report.connection_replicated" >view.csv
	run Rscript --vanilla "$top/tests/warehouse/questions_replication.R" rows.csv question.csv view.csv
	[ "$status" = 0 ] || { echo "$output"; false; }
	[[ $output == *' tested, '* ]]
}

@test "p values of any size are answered: 1e-60 as a real number is an error of the server" {
	equal "$(sql "SELECT report.eight_digits(1.234567891e-300), report.eight_digits(0), report.eight_digits(-0.5), report.eight_digits(123456789), report.eight_digits('NaN'), report.eight_digits(NULL)")" '1.2345679e-300|0|-0.5|123456790|NaN|'
	equal "$(grep -l '::real' "$top"/sql/questions/*.sql)" ''
}
