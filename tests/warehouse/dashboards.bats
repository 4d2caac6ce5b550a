# dashboards.bats - sql/DASHBOARDS.md, followed word by word by a new login: what it says runs, and nothing else can be read.
load helpers

setup_file()
{
	load helpers
	drop_login
	make_database "$database"
	as "$PGUSER" <<-'SQL'
		SELECT FROM clinical.declare_study('{"study": "s", "title_en": "S", "simulated": true, "sites": [{"site": "east", "name_en": "East"}, {"site": "west", "name_en": "West"}, {"site": "far", "name_en": "Far"}],
			"arms": [{"arm": "EA", "label_en": "EA", "kind": "verum"}], "visits": [{"session": "pre", "week": 0, "role": "pre"}, {"session": "post", "week": 8, "role": "post"}]}');
		INSERT INTO ingest.file (command, path, sha256, bytes, options, study, status, tool_version, started_at) VALUES ('test', 'a.csv', sha256('a'), 1, '{}', 's', 'loaded', '0', now());
		INSERT INTO clinical.subject_key (study, label, site) SELECT 's', 'p' || n, (ARRAY['east', 'west', 'far'])[1 + n % 3] FROM generate_series(1, 12) n;
		INSERT INTO clinical.subject (subject_id, site, study, arm, file_id) SELECT subject_id, site, study, 'EA', 1 FROM clinical.subject_key;
		INSERT INTO clinical.visit (subject_id, session, site, study, file_id) SELECT subject_id, v, site, study, 1 FROM clinical.subject_key, unnest('{pre,post}'::text[]) v;
		INSERT INTO clinical.score (subject_id, session, instrument, site, total_stated, file_id)
		SELECT subject_id, session, 'HAMD-17', site, CASE session WHEN 'pre' THEN 20 + subject_id ELSE 2 * subject_id END, 1 FROM clinical.visit;
	SQL
}

drop_login() { psql -XAtqd postgres -c 'DROP ROLE IF EXISTS grafana'; }

teardown_file()
{
	load helpers
	as "$PGUSER" -c 'DROP OWNED BY grafana' || true
	"$deploy" revert --yes "$(url_of "$database")" >/dev/null
	drop_database "$database"
	drop_login
}

# block N: the Nth block of SQL of the document, with this database and a study's name in the places that are named for them
block() { awk -v n="$1" '/^```sql/ { k++; on = (k == n); next } /^```/ { on = 0 } on' "$top/sql/DASHBOARDS.md" | sed "s/DATABASE psyrad/DATABASE \"$database\"/; s/\\\$study/s/g"; }

@test "the login is made as written: it has a time limit, cannot write, and sees the people of its sites" {
	block 1 | as "$PGUSER"
	equal "$(as grafana -c 'SHOW statement_timeout' -c 'SHOW jit' -c 'SHOW default_transaction_read_only')" $'1min\noff\non'
	equal "$(as grafana -c "SELECT count(DISTINCT site), count(DISTINCT subject_id) FROM report.hamd")" '2|8'
	refused grafana 'CREATE TABLE x (a int)' 'read-only transaction'
	refused grafana 'BEGIN READ WRITE; CREATE TABLE report.x (a int)' 'permission denied'
	refused grafana 'SET statement_timeout = 50; SELECT pg_sleep(5)' 'statement timeout'
}

@test "every panel runs as written, and says what the tables say" {
	block 2 >"$BATS_TEST_TMPDIR/panels.sql"
	[ "$(grep -c ';$' "$BATS_TEST_TMPDIR/panels.sql")" -ge 8 ]
	as grafana -f "$BATS_TEST_TMPDIR/panels.sql" >"$BATS_TEST_TMPDIR/out"
	# Of eight people of two sites: means before and after, and who is down by half.
	equal "$(head -2 "$BATS_TEST_TMPDIR/out" | cut -d '|' -f 1-3)" "$(sql "SELECT week, 'EA', avg(total)::float8 FROM report.hamd WHERE site <> 'far' GROUP BY week ORDER BY week")"
	grep -q "^EA|$(sql "SELECT avg((2 * subject_id <= (20 + subject_id) / 2.0)::int)::float8 FROM clinical.subject WHERE site <> 'far'")|.*|8$" "$BATS_TEST_TMPDIR/out"
}

@test "all of schema report can be read, and nothing else" {
	local view
	for view in $(sql "SELECT relname FROM pg_class WHERE relnamespace = 'report'::regnamespace AND relkind IN ('v', 'm', 'r') ORDER BY 1"); do
		as grafana -c "SELECT count(*) FROM (SELECT * FROM report.$view LIMIT 2) x" >/dev/null || { echo "report.$view"; false; }
	done
	equal "$(as grafana -c "SELECT string_agg(c.oid::regclass::text, ' ') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname <> 'report' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
		AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')")" ''
	refused grafana 'SELECT * FROM clinical.subject' 'permission denied for schema clinical'
	refused grafana 'SELECT * FROM ingest.reject' 'permission denied for schema ingest'
}

@test "without a site it sees studies and no person; one more site is one more grant" {
	as "$PGUSER" -c 'REVOKE psyrad_site_east, psyrad_site_west FROM grafana'
	equal "$(as grafana -c 'SELECT (SELECT count(*) FROM report.study), (SELECT count(*) FROM report.hamd)')" '1|0'
	as "$PGUSER" -c 'GRANT psyrad_site_far TO grafana'
	equal "$(as grafana -c 'SELECT count(DISTINCT subject_id) FROM report.hamd')" 4
}
