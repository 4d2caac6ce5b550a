# versions.bats - long forms read as the shorter versions that they contain, and facts traced back to the files that brought them.
load helpers

logins='t_ve_north t_ve_dash'

setup_file()
{
	load helpers
	drop_logins
	make_database "$database"
	as "$PGUSER" <<-'SQL'
		SELECT FROM clinical.declare_study('{"study": "forms", "title_en": "Forms", "simulated": true,
			"sites": [{"site": "ve_n", "name_en": "North"}, {"site": "ve_s", "name_en": "South"}],
			"arms": [{"arm": "EA", "label_en": "electro-acupuncture", "kind": "verum"}],
			"visits": [{"session": "w0", "week": 0, "role": "pre"}, {"session": "w4", "week": 4, "role": "post"}]}');
		INSERT INTO ingest.file (command, path, sha256, bytes, options, study, status, tool_version, started_at)
		SELECT 'test', p || '.csv', sha256(p::bytea), 1, '{}', 'forms', 'loaded', '0.0.1', now() FROM unnest('{a,b}'::text[]) p;
		INSERT INTO clinical.subject_key (study, label, site) SELECT 'forms', 'f' || n, CASE WHEN n = 4 THEN 've_s' ELSE 've_n' END FROM generate_series(1, 4) n;
		INSERT INTO clinical.subject (subject_id, site, study, arm, file_id) SELECT subject_id, site, study, 'EA', 1 FROM clinical.subject_key;
		INSERT INTO clinical.visit (subject_id, session, site, study, file_id) SELECT subject_id, s, site, study, 1 FROM clinical.subject_key, unnest('{w0,w4}'::text[]) s;
		-- f1: the long form alone, 1 to every item; f2: the same with item 3 unanswered, and a HAMD-17 total stated apart; f3: both forms in full, which
		-- differ; f4: a version that nobody stated.
		INSERT INTO clinical.score (subject_id, session, instrument, rater, site, items, total_items, total_stated, file_id, line)
		SELECT k.subject_id, 'w0', r.instrument, '', k.site, r.items, clinical.sum_items(r.instrument, r.items), r.stated, 1, r.line
		FROM clinical.subject_key k JOIN (VALUES
			('f1', 'HAMD-24', array_fill(1::smallint, ARRAY[24]), NULL::numeric, 2),
			('f2', 'HAMD-24', array_fill(1::smallint, ARRAY[2]) || NULL::smallint || array_fill(1::smallint, ARRAY[21]), NULL, 3),
			('f2', 'HAMD-17', NULL, 21, 4),
			('f3', 'HAMD-24', array_fill(1::smallint, ARRAY[24]), NULL, 5),
			('f3', 'HAMD-17', array_fill(2::smallint, ARRAY[17]), NULL, 6),
			('f4', 'HAMD-unspecified', NULL, 30, 7)) r(label, instrument, items, stated, line) USING (label);
		CREATE ROLE t_ve_north LOGIN IN ROLE psyrad_analyst, psyrad_site_ve_n;
		CREATE ROLE t_ve_dash LOGIN IN ROLE psyrad_report, psyrad_site_ve_n;
	SQL
}

drop_logins() { local role; for role in $logins; do psql -XAtqd postgres -c "DROP ROLE IF EXISTS $role"; done; }

teardown_file()
{
	load helpers
	"$deploy" revert --yes "$(url_of "$database")" >/dev/null
	drop_database "$database"
	drop_logins
}

@test "a form contains the versions all of whose items it has, and no others" {
	equal "$(sql "SELECT rated_as, string_agg(instrument, ' ' ORDER BY instrument) FROM clinical.contained_version WHERE rated_as LIKE 'HAMD%' GROUP BY 1 ORDER BY 1")" \
		$'HAMD-17|HAMD-17 HAMD-6 HAMD-7\nHAMD-21|HAMD-17 HAMD-21 HAMD-6 HAMD-7\nHAMD-24|HAMD-17 HAMD-21 HAMD-24 HAMD-6 HAMD-7\nHAMD-6|HAMD-6\nHAMD-7|HAMD-7'
	equal "$(sql "SELECT positions FROM clinical.contained_version WHERE (rated_as, instrument) = ('HAMD-24', 'HAMD-7')")" '{1,2,3,7,10,11,13}'
}

@test "totals by every version: the form's own first, else what the long form holds; a missing answer makes none up" {
	equal "$(sql "SELECT label, instrument, rated_as, trim_scale(total) FROM clinical.version_total WHERE instrument NOT IN ('HAMD-6', 'HAMD-7') ORDER BY 1, 2")" \
		$'f1|HAMD-17|HAMD-24|17\nf1|HAMD-21|HAMD-24|21\nf1|HAMD-24|HAMD-24|24\nf2|HAMD-17|HAMD-17|21\nf2|HAMD-21|HAMD-24|\nf2|HAMD-24|HAMD-24|\nf3|HAMD-17|HAMD-17|34\nf3|HAMD-21|HAMD-24|21\nf3|HAMD-24|HAMD-24|24'
	# Of two forms that hold HAMD-6 the shorter one was taken, and item 3 is none of its items.
	equal "$(sql "SELECT label, rated_as, trim_scale(total) FROM clinical.version_total WHERE instrument = 'HAMD-6' ORDER BY 1")" $'f1|HAMD-24|6\nf2|HAMD-24|6\nf3|HAMD-17|12'
	equal "$(sql "SELECT count(*) FROM clinical.version_total WHERE label = 'f4'")" 0
}

@test "severity by each scheme and factors by each structure follow from those" {
	equal "$(sql "SELECT label, instrument, scheme, band, label_en FROM clinical.severity_by_scheme WHERE label IN ('f1', 'f2') ORDER BY 1, 2, 3")" \
		$'f1|HAMD-17|chinese|3|definite\nf1|HAMD-17|nice|3|moderate\nf1|HAMD-17|zimmerman|3|moderate\nf1|HAMD-24|chinese|3|mild to moderate\nf2|HAMD-17|chinese|3|definite\nf2|HAMD-17|nice|4|severe\nf2|HAMD-17|zimmerman|3|moderate'
	equal "$(sql "SELECT count(*) FROM clinical.severity_by_scheme s WHERE s.label_en IS DISTINCT FROM clinical.severity(s.instrument, s.total, s.scheme)")" 0
	equal "$(sql "SELECT label, instrument, trim_scale(score) FROM clinical.factor_rating WHERE factor = 'anxiety/somatization' ORDER BY 1, 2")" \
		$'f1|HAMD-17|6\nf1|HAMD-24|5\nf2|HAMD-17|6\nf2|HAMD-24|5\nf3|HAMD-17|12\nf3|HAMD-24|5'
	equal "$(sql "SELECT trim_scale(score) FROM clinical.factor_rating WHERE label = 'f2' AND factor = 'cognitive disturbance'")" ''
	equal "$(sql "SELECT count(*) FROM clinical.factor_rating r CROSS JOIN LATERAL clinical.factor_scores(r.instrument, (SELECT v.items FROM clinical.version_items v
		WHERE (v.subject_id, v.session, v.instrument) = (r.subject_id, r.session, r.instrument) AND v.gives_items), r.scheme) f WHERE f.factor = r.factor AND f.score IS DISTINCT FROM r.score")" 0
}

@test "a change of a factor is NULL where nobody was rated twice or nobody differs" {
	equal "$(sql "SELECT count(*) FROM clinical.factor_change")" 0
	equal "$(as "$PGUSER" <<-'SQL'
		BEGIN;
		INSERT INTO clinical.score (subject_id, session, instrument, site, items, total_items, file_id)
		SELECT subject_id, 'w4', 'HAMD-24', site, array_fill(0::smallint, ARRAY[24]), 0, 1 FROM clinical.subject_key WHERE label IN ('f1', 'f3');
		SELECT DISTINCT n, effect IS NULL FROM clinical.factor_change;
		ROLLBACK;
	SQL
	)" '2|t'
}

@test "trace: each row leads to its file, line and hash, and says who changed it last" {
	equal "$(sql "SELECT participant, row_key ->> 'instrument', (content ->> 'total')::numeric, file, line, sha256 = encode(sha256('a'), 'hex'), tool_version, changes FROM ingest.trace('clinical.score', '{\"instrument\": \"HAMD-17\"}')")" \
		$'f2|HAMD-17|21|a.csv|4|t|0.0.1|0\nf3|HAMD-17|34|a.csv|6|t|0.0.1|0'
	equal "$(as "$PGUSER" <<-'SQL'
		BEGIN;
		INSERT INTO ingest.history (table_name, row_key, old_row, file_id, site)
		SELECT 'clinical.score', jsonb_build_object('subject_id', subject_id, 'session', session, 'instrument', instrument, 'rater', rater), to_jsonb(s), 2, site
		FROM clinical.score s WHERE line = 4;
		UPDATE clinical.score SET total_stated = 20, file_id = 2 WHERE line = 4;
		SELECT participant, (content ->> 'total')::numeric, file, changes, changed_by = current_user, changed_at = now() FROM ingest.trace('clinical.score', '{"line": 4}');
		ROLLBACK;
	SQL
	)" 'f2|20|b.csv|1|t|f'
}

@test "trace: NULL matches NULL; vectors and bytes are left out; another site's rows are not there" {
	equal "$(sql "SELECT count(*) FROM ingest.trace('clinical.score', '{\"total_stated\": null}')")" 4
	equal "$(sql "SELECT count(*) FROM ingest.fact_columns('imaging.vector') WHERE column_name IN ('value', 'coverage') AND is_short")" 0
	equal "$(sql "SELECT count(*) FROM ingest.trace('clinical.score')")" 6
	equal "$(as t_ve_north -c "SELECT count(*) FROM ingest.trace('clinical.score')")" 5
	refused t_ve_dash "SELECT FROM ingest.trace('clinical.score')" 'permission denied'
}

@test "trace: a table that is none, a column that is none, a condition that is none" {
	refused t_ve_north "SELECT FROM ingest.trace('clinical.nothing')" "table_name is 'clinical.nothing' where a table of facts is expected"
	refused t_ve_north "SELECT FROM ingest.trace('ingest.file')" 'where a table of facts is expected'
	refused t_ve_north "SELECT FROM ingest.trace('clinical.score', '{\"x; DROP TABLE y\": 1}')" "has no column 'x; DROP TABLE y'"
	refused t_ve_north "SELECT FROM ingest.trace('clinical.score', '[1]')" 'matching is not an object'
}
