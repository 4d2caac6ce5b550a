# report_kept.bats - kept answers of the report's views: they are what the view would answer, to the last bit and for each reader's own sites;
# whatever is written makes them stale at once, also beside writers that begin before a refresh and end after it.
load helpers

setup_file()
{
	load helpers
	make_database "$database"
	as "$PGUSER" -v n=120 -f "$top/tests/bench/report_people.sql" >/dev/null # four sites, three arms, two feature sets
	as "$PGUSER" <<-'SQL' >/dev/null
		REVOKE psyrad_site_bench_a, psyrad_site_bench_b FROM psyrad_central; -- what a run that broke off left
		CREATE ROLE t_kept_load LOGIN IN ROLE psyrad_ingest, psyrad_site_bench_a, psyrad_site_bench_b, psyrad_site_bench_c, psyrad_site_bench_d;
		CREATE ROLE t_kept_load_a LOGIN IN ROLE psyrad_ingest, psyrad_site_bench_a;
		CREATE ROLE t_kept_dash LOGIN IN ROLE psyrad_report, psyrad_site_bench_a, psyrad_site_bench_b, psyrad_site_bench_c, psyrad_site_bench_d;
		CREATE ROLE t_kept_dash_a LOGIN IN ROLE psyrad_report, psyrad_site_bench_a;
		CREATE ROLE t_kept_dash_ab LOGIN IN ROLE psyrad_report, psyrad_site_bench_a, psyrad_site_bench_b;
		CREATE ROLE t_kept_open LOGIN IN ROLE psyrad_report, psyrad_unblinded, psyrad_site_bench_a, psyrad_site_bench_b, psyrad_site_bench_c, psyrad_site_bench_d;
		CREATE ROLE t_kept_none LOGIN IN ROLE psyrad_report;
	SQL
}

teardown_file()
{
	load helpers
	"$deploy" revert --yes "$(url_of "$database")" >/dev/null
	drop_database "$database"
	psql -XAtqd postgres -c 'DROP ROLE IF EXISTS t_kept_load, t_kept_load_a, t_kept_dash, t_kept_dash_a, t_kept_dash_ab, t_kept_open, t_kept_none'
}

kept_views() { sql "SELECT string_agg(view_name, ' ' ORDER BY place) FROM report_kept.kept_view"; }
# As SQL of a role that reads schema report alone: a line a view of its name, rows and their hash, in no order.
answers() # ROLE
{
	local view query=''
	for view in $(kept_views); do
		query+="${query:+ UNION ALL }SELECT '$view', count(*), md5(string_agg(v::text, '|' ORDER BY v::text COLLATE \"C\")) FROM report.$view v"
	done
	as "$1" -c "$query ORDER BY 1"
}
refresh() { as t_kept_load -c 'SELECT report.refresh(0)' >/dev/null; }
forget() { sql 'DELETE FROM report_kept.answer'; }
stale() { sql "SELECT count(*) > 0 FROM report_kept.mark"; }
# What the role reads, once from the views themselves and once kept (by the loader named second); the second must be the first.
kept_is_live() # ROLE LOADER
{
	local live kept
	forget
	live=$(answers "$1")
	equal "$(as "$2" -c 'SELECT report.refresh(0)')" "$(sql 'SELECT count(*) FROM report_kept.kept_view')"
	kept=$(answers "$1")
	equal "$kept" "$live"
}
# The answer to each view is a lie now, which whoever is given it can be told by.
spoil() { sql "UPDATE report_kept.answer SET rows = '[]'"; }
rows_of() { as "$1" -c "SELECT count(*) FROM report.${2:-region_effect}"; } # ROLE [VIEW]

@test "kept answers are the live ones, bit for bit: of all sites, and of one" {
	[ "$(answers t_kept_dash | awk -F'|' '$2 > 0' | wc -l)" -ge 20 ] # the fixture answers most of them
	kept_is_live t_kept_dash t_kept_load
	kept_is_live t_kept_dash_a t_kept_load_a
	[ "$(answers t_kept_dash)" != "$(answers t_kept_dash_a)" ]
}

@test "whose answer it is: who sees just the same sites is given it, everybody else asks the view" {
	forget
	refresh
	before_a=$(rows_of t_kept_dash_a) before_ab=$(rows_of t_kept_dash_ab)
	[ "$before_a" -gt 0 ] && [ "$before_ab" -gt 0 ]
	spoil
	equal "$(rows_of t_kept_dash) $(rows_of "$PGUSER")" '0 0'
	equal "$(rows_of t_kept_dash_a) $(rows_of t_kept_dash_ab) $(rows_of t_kept_none)" "$before_a $before_ab 0"
	as t_kept_load_a -c 'SELECT report.refresh(0)'
	spoil
	equal "$(rows_of t_kept_dash_a) $(rows_of t_kept_dash_ab)" "0 $before_ab"
	# Membership decides at once.
	sql 'REVOKE psyrad_site_bench_b FROM t_kept_dash_ab'
	equal "$(rows_of t_kept_dash_ab)" 0
	sql 'GRANT psyrad_site_bench_b TO t_kept_dash_ab'
	equal "$(rows_of t_kept_dash_ab)" "$before_ab"
	refused t_kept_dash 'SELECT * FROM report_kept.answer' 'permission denied'
	equal "$(as t_kept_load_a -c 'SELECT DISTINCT roles FROM report_kept.answer')" '{psyrad_site_bench_a}'
	refused t_kept_load_a "INSERT INTO report_kept.answer (view_name, roles, rows) VALUES ('content', '{psyrad_site_bench_b}', '[]')" 'row-level security'
	refused t_kept_load "UPDATE report_kept.answer SET rows = '[]'" 'permission denied'
	refused t_kept_load 'DELETE FROM report_kept.mark' 'permission denied'
}

@test "a write makes answers stale at once, for the writer and for all; one taken back does not; others stay" {
	forget
	refresh
	spoil
	equal "$(as "$PGUSER" -c 'BEGIN' -c "UPDATE clinical.score SET total_stated = total_stated + 1 WHERE instrument = 'HAMD-17'" \
		-c 'SELECT count(*) > 0 FROM report.hamd_by_visit' -c 'SELECT count(*) FROM report.region_effect' -c ROLLBACK | paste -sd' ')" 't 0'
	equal "$(rows_of t_kept_dash hamd_by_visit)" 0
	mean=$(sql "SELECT mean FROM report_kept.hamd_by_visit WHERE (arm, session) = ('EA', 'pre')")
	sql "UPDATE clinical.score SET total_stated = total_stated + 1 WHERE instrument = 'HAMD-17'"
	equal "$(as t_kept_dash -c "SELECT mean - $mean FROM report.hamd_by_visit WHERE (arm, session) = ('EA', 'pre')")" 1
	equal "$(rows_of t_kept_dash)" 0 # of no rating
	equal "$(as t_kept_load -c 'SELECT report.refresh(0)')" "$(sql "SELECT count(*) FROM report_kept.kept_view WHERE 'clinical.score' = ANY (tables)")"
	equal "$(as t_kept_load -c 'SELECT report.refresh(0)')" 0
	kept_is_live t_kept_dash t_kept_load
}

@test "every statement on every table under a kept view leaves a mark, and partitions mark the whole" {
	refresh
	for table in $(sql 'SELECT DISTINCT unnest(tables) FROM report_kept.kept_view ORDER BY 1'); do
		column=$(sql "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = '$table'::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped LIMIT 1")
		equal "$table $(as "$PGUSER" -c BEGIN -c "UPDATE $table SET $column = $column WHERE false" -c 'SELECT DISTINCT table_name FROM report_kept.mark' -c ROLLBACK)" "$table $table"
		equal "$table $(as "$PGUSER" -c BEGIN -c "DELETE FROM $table WHERE false" -c 'SELECT DISTINCT table_name FROM report_kept.mark' -c ROLLBACK)" "$table $table"
	done
	equal "$(as "$PGUSER" -c BEGIN -c 'DELETE FROM imaging.connectome_default WHERE false' -c 'SELECT table_name FROM report_kept.mark' -c ROLLBACK)" imaging.connectome
}

@test "marks do not pile up: many statements leave one" {
	refresh
	for _ in 1 2 3 4 5; do sql 'UPDATE clinical.score SET total_stated = total_stated WHERE false'; done
	equal "$(sql 'SELECT table_name, count(*) FROM report_kept.mark GROUP BY 1')" 'clinical.score|1'
}

add_one() { echo "UPDATE clinical.score SET total_stated = total_stated + 1 WHERE instrument = 'HAMD-17'"; }
settled() # what dashboards read is what the view says
{
	equal "$(as t_kept_dash -c "SELECT mean FROM report.hamd_by_visit WHERE (arm, session) = ('EA', 'pre')")" "$(sql "SELECT mean FROM report_kept.hamd_by_visit WHERE (arm, session) = ('EA', 'pre')")"
}

@test "a writer that began before a refresh and ends after it: its rows are seen, whether it made its mark or found one" {
	for found in '' mark; do
		refresh
		[ -z "$found" ] || sql 'UPDATE clinical.score SET total_stated = total_stated WHERE false'
		other
		tell BEGIN
		tell "$(add_one)"
		refresh # waits for nobody, and cannot see the rows
		tell COMMIT
		part
		equal "$(stale)" t
		settled
		refresh
		equal "$(stale)" f
		settled
	done
}

@test "a writer beside a refresh that is not over: it waits for nothing, and its rows are seen" {
	sql 'UPDATE clinical.score SET total_stated = total_stated WHERE false'
	other
	tell BEGIN
	tell 'SELECT report.refresh(0)'
	as "$PGUSER" -c "SET lock_timeout = '2s'" -c "$(add_one)"
	tell COMMIT
	part
	equal "$(stale)" t
	settled
	refresh
	settled
}

@test "a refresh that breaks off changes nothing: marks and answers are as they were" {
	refresh
	sql "$(add_one)"
	before=$(sql 'SELECT (SELECT count(*) FROM report_kept.mark), (SELECT count(*) FROM report_kept.answer)')
	as "$PGUSER" -c BEGIN -c 'SELECT report.refresh(0)' -c ROLLBACK >/dev/null
	equal "$(sql 'SELECT (SELECT count(*) FROM report_kept.mark), (SELECT count(*) FROM report_kept.answer)')" "$before"
	settled
}

@test "who withdraws is in no answer from that moment, also not in one that was being made" {
	refresh
	sql "SELECT FROM clinical.withdraw('large', 'L8', 'asked for it')"
	equal "$(sql 'SELECT count(*) FROM report_kept.answer')" 0
	other
	tell BEGIN
	tell 'SELECT report.refresh(0)'
	beside_other sql "SELECT FROM clinical.withdraw('large', 'L7', 'asked for it')"
	equal "$(sql 'SELECT count(*) FROM report_kept.answer')" 0
	kept_is_live t_kept_dash t_kept_load
}

@test "masked arms: answers are apart for those who may see arms, and a loader's are not a dashboard's" {
	forget
	as "$PGUSER" -c 'SELECT report.refresh(0)'
	sql "UPDATE clinical.study SET masked = true WHERE study = 'large'"
	arms() { as "$1" -c "SELECT string_agg(DISTINCT arm, ' ' ORDER BY arm) FROM report.hamd_by_visit"; }
	equal "$(arms t_kept_dash)" masked
	equal "$(arms t_kept_open)" 'EA sham'
	as "$PGUSER" -c 'SELECT report.refresh(0)' >/dev/null
	refresh
	equal "$(arms t_kept_dash)" masked
	equal "$(arms t_kept_open)" 'EA sham'
	equal "$(rows_of t_kept_dash treatment)" 0 # sessions say the arm
	[ "$(rows_of t_kept_open treatment)" -gt 0 ]
	equal "$(sql "SELECT count(DISTINCT roles) FROM report_kept.answer")" 2
	sql "SELECT FROM clinical.unmask('large', 'the trial is over')"
	equal "$(arms t_kept_dash)" 'EA sham'
	refresh
	equal "$(arms t_kept_dash)" 'EA sham'
	[ "$(rows_of t_kept_dash treatment)" -gt 0 ]
}

@test "small warehouses keep nothing; who may not refresh does not; no snapshot older than the marks" {
	forget
	equal "$(as t_kept_load -c 'SELECT report.refresh()')" 0
	equal "$(sql 'SELECT count(*) FROM report_kept.answer')" 0
	refused t_kept_dash 'SELECT report.refresh(0)' 'permission denied'
	refused t_kept_load 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT report.refresh(0)' 'isolation level repeatable read'
	# A writer of that level does not fail either.
	as "$PGUSER" -c 'BEGIN ISOLATION LEVEL REPEATABLE READ' -c "$(add_one)" -c COMMIT
	equal "$(stale)" t
}

# What one site's loader keeps for the dashboards of several, without seeing anything of it.
@test "psyrad_central: whoever loads keeps the answers of the sites that were granted to it, and learns nothing of them" {
	forget
	sql 'GRANT psyrad_site_bench_a, psyrad_site_bench_b TO psyrad_central'
	before=$(answers t_kept_dash_ab)
	equal "$(as t_kept_load_a -c 'SELECT report.refresh(0)')" "$((2 * $(sql 'SELECT count(*) FROM report_kept.kept_view')))"
	equal "$(sql 'SELECT DISTINCT roles FROM report_kept.answer ORDER BY 1')" $'{psyrad_site_bench_a}\n{psyrad_site_bench_a,psyrad_site_bench_b}'
	equal "$(answers t_kept_dash_ab)" "$before"
	equal "$(as t_kept_load_a -c 'SELECT DISTINCT roles FROM report_kept.answer')" '{psyrad_site_bench_a}'
	spoil
	equal "$(rows_of t_kept_dash_ab) $(rows_of t_kept_dash_a)" '0 0'
	[ "$(rows_of t_kept_dash)" -gt 0 ]
	# A write makes them stale like all others, and the next loader of any site of theirs keeps them anew.
	sql "UPDATE clinical.score SET total_stated = total_stated + 1 WHERE instrument = 'HAMD-17'"
	[ "$(rows_of t_kept_dash_ab hamd_by_visit)" -gt 0 ]
	as t_kept_load_a -c 'SELECT report.refresh(0)' >/dev/null
	equal "$(sql "SELECT count(*) FROM report_kept.answer WHERE view_name = 'hamd_by_visit' AND cardinality(roles) = 2")" 1
	# Its functions are for loaders, and say a number and nothing else, also when they fail.
	refused t_kept_dash 'SELECT report_kept.keep_central(0)' 'permission denied'
	refused t_kept_load_a 'SET ROLE psyrad_central' 'permission denied'
	forget
	as "$PGUSER" -c BEGIN -c "CREATE OR REPLACE VIEW report_kept.content AS SELECT item, total / 0 AS total, simulated FROM (VALUES ('a secret', 1::bigint, 1::bigint)) v(item, total, simulated)" \
		-c 'SET LOCAL ROLE t_kept_load_a' -c 'SELECT report_kept.keep_central(0)' -c ROLLBACK >"$BATS_TEST_TMPDIR/said" 2>&1
	equal "$(grep -v '^$' "$BATS_TEST_TMPDIR/said")" 0
	# While a study is masked it keeps what dashboards see, which a loader does not.
	sql "UPDATE clinical.study SET masked = true WHERE study = 'large'"
	forget
	as t_kept_load_a -c 'SELECT report.refresh(0)' >/dev/null
	equal "$(as t_kept_dash_ab -c "SELECT string_agg(DISTINCT arm, ' ') FROM report.hamd_by_visit")" masked
	spoil
	equal "$(rows_of t_kept_dash_ab)" 0
	sql "SELECT FROM clinical.unmask('large', 'the trial is over')"
	sql 'REVOKE psyrad_site_bench_a, psyrad_site_bench_b FROM psyrad_central'
}
