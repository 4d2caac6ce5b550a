# access.bats - each role sees what it should and no more, over a trial at two sites.
load helpers

logins='t_analyst_gz t_analyst_cd t_analyst_both t_analyst_none t_ingest_gz t_ingest_both t_dash_gz t_dash_none t_nobody t_site_gz'

setup_file()
{
	load helpers
	drop_logins
	make_database "$database"
	as "$PGUSER" -v document="$(cat "$top/tests/golden/models/linear.json")" -f "$BATS_TEST_DIRNAME/trial.sql"
	as "$PGUSER" <<-'SQL'
		CREATE ROLE t_analyst_gz LOGIN IN ROLE psyrad_analyst, psyrad_site_gz;
		CREATE ROLE t_analyst_cd LOGIN IN ROLE psyrad_analyst, psyrad_site_cd;
		CREATE ROLE t_analyst_both LOGIN IN ROLE psyrad_analyst, psyrad_site_gz, psyrad_site_cd;
		CREATE ROLE t_analyst_none LOGIN IN ROLE psyrad_analyst;
		CREATE ROLE t_ingest_gz LOGIN IN ROLE psyrad_ingest, psyrad_site_gz;
		CREATE ROLE t_ingest_both LOGIN IN ROLE psyrad_ingest, psyrad_site_gz, psyrad_site_cd;
		CREATE ROLE t_dash_gz LOGIN IN ROLE psyrad_report, psyrad_site_gz;
		CREATE ROLE t_dash_none LOGIN IN ROLE psyrad_report;
		CREATE ROLE t_nobody LOGIN;
		CREATE ROLE t_site_gz LOGIN IN ROLE psyrad_site_gz;
	SQL
}

drop_logins() { local role; for role in $logins; do psql -XAtqd postgres -c "DROP ROLE IF EXISTS $role"; done; }

teardown_file()
{
	load helpers
	sql 'DROP VIEW report.test_score, report.test_image' # of trial.sql, on views that the warehouse takes away
	"$deploy" revert --yes "$(url_of "$database")" >/dev/null
	drop_database "$database"
	drop_logins
}

# Every table with a column site that holds subjects' rows, from the catalogue: a table added later is tested too.
subject_tables()
{
	sql "SELECT c.oid::regclass FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'subject_id'
		WHERE c.relnamespace::regnamespace::text IN ('clinical', 'imaging', 'intervention', 'evidence', 'model', 'ingest')
		AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"
}

# ROLE -> its sites' rows of each subject-level table, and no other site's.
sees()
{
	local role=$1 sites=$2 table
	for table in $(subject_tables); do
		equal "$table $(as "$role" -c "SELECT coalesce(string_agg(DISTINCT site, ',' ORDER BY site), '') FROM $table")" "$table $sites"
	done
}

# ROLE STATEMENT ROWS: it would touch so many.  Rolled back, and without RETURNING, which would ask the policies of SELECT as well.
touches()
{
	refused "$1" "DO \$do\$ DECLARE n int; BEGIN $2; GET DIAGNOSTICS n = ROW_COUNT; RAISE EXCEPTION 'touched % rows', n; END \$do\$" "touched $3 rows"
}

@test "there is a row of both sites in every subject-level table, so that the tests below can fail" {
	[ "$(subject_tables | wc -l)" -ge 9 ]
	sees "$PGUSER" cd,gz
}

@test "analysts see their own sites in every subject-level table: one, the other, both, none" {
	sees t_analyst_gz gz
	sees t_analyst_cd cd
	sees t_analyst_both cd,gz
	sees t_analyst_none ''
}

@test "loaders see their own sites, and a login that is a member of a site alone reads nothing" {
	sees t_ingest_gz gz
	sees t_ingest_both cd,gz
	for table in $(subject_tables); do refused t_site_gz "SELECT FROM $table" 'permission denied'; done
}

@test "the tables' owner sees and writes nothing: row security is forced" {
	for table in $(subject_tables) ingest.file ingest.reject ingest.history; do
		equal "$table $(as "$PGUSER" -c 'SET ROLE psyrad_owner' -c "SELECT count(*) FROM $table")" "$table 0"
	done
	refused "$PGUSER" "SET ROLE psyrad_owner; INSERT INTO clinical.subject_key (study, label, site) VALUES ('trial', 'x', 'gz')" 'row-level security'
	touches "$PGUSER" 'SET LOCAL ROLE psyrad_owner; DELETE FROM clinical.score' 0
	touches "$PGUSER" 'SET LOCAL ROLE psyrad_owner; UPDATE clinical.score SET total_stated = 2' 0
	equal "$(sql 'SELECT count(*) FROM clinical.score')" 4
}

@test "imaging views run as their caller" {
	equal "$(as t_analyst_gz -c "SELECT count(*), min(site), max(site) FROM imaging.primary")" '4|gz|gz'
	equal "$(as t_analyst_both -c "SELECT count(DISTINCT site) FROM imaging.primary")" 2
	equal "$(as t_analyst_none -c "SELECT count(*) FROM imaging.primary")" 0
	equal "$(as t_analyst_gz -c "SELECT DISTINCT site, value FROM imaging.region_value")" 'gz|1'
}

@test "report views show the caller's sites, though psyrad_view owns them, and also through an invoker view" {
	for view in test_score test_image; do
		equal "$view $(as t_dash_gz -c "SELECT string_agg(label, ',' ORDER BY label) FROM report.$view")" "$view gz1,gz2"
		equal "$view $(as t_dash_none -c "SELECT count(*) FROM report.$view")" "$view 0"
		equal "$view $(as "$PGUSER" -c 'SET ROLE psyrad_view' -c "SELECT count(*) FROM report.$view")" "$view 0"
	done
}

@test "every view of schema report, whoever adds it, opens to dashboards and shows them their own sites" {
	views=$(sql "SELECT oid::regclass FROM pg_class WHERE relnamespace = 'report'::regnamespace AND relkind = 'v' ORDER BY 1")
	[ "$(wc -l <<<"$views")" -ge 2 ]
	for view in $views; do
		as t_dash_gz -c "SELECT count(*) FROM $view" >/dev/null
		if [ "$(sql "SELECT count(*) FROM pg_attribute WHERE attrelid = '$view'::regclass AND attname = 'site'")" = 1 ]; then
			[[ $(as t_dash_gz -c "SELECT string_agg(DISTINCT site, ',') FROM $view") =~ ^(gz)?$ ]]
			equal "$view $(as t_dash_none -c "SELECT count(*) FROM $view WHERE site IS NOT NULL")" "$view 0"
		fi
	done
	# The pages, as `psyrad report` asks for them.
	for page in $(sql "SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'report'::regnamespace AND proname LIKE 'page\_%'"); do
		as t_dash_gz -c "SELECT ${page/(text)/(NULL)}" >/dev/null
	done
	equal "$(sql "SELECT count(*) FROM pg_class WHERE relnamespace = 'report'::regnamespace AND relkind = 'm'
		AND has_table_privilege('t_dash_gz', oid, 'SELECT')")" 0
}

@test "dashboards read schema report and nothing else" {
	equal "$(sql "SELECT count(*) FROM pg_class c WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND relnamespace::regnamespace::text
		IN ('clinical', 'imaging', 'intervention', 'evidence', 'model', 'ingest', 'psyrad')
		AND CASE relkind WHEN 'S' THEN has_sequence_privilege('t_dash_gz', c.oid, 'USAGE, SELECT')
			ELSE has_any_column_privilege('t_dash_gz', c.oid, 'SELECT, INSERT, UPDATE') END")" 0
	for schema in clinical imaging intervention evidence model ingest psyrad; do
		refused t_dash_gz "CREATE TEMP VIEW v AS SELECT * FROM $schema.study" "permission denied for schema $schema"
	done
	refused t_dash_gz 'CREATE VIEW report.mine AS SELECT 1' 'permission denied for schema report'
	refused t_dash_gz 'SET ROLE psyrad_view' 'permission denied to set role'
	refused t_nobody 'SELECT * FROM report.test_score' 'permission denied for schema report'
	refused psyrad_report 'SELECT 1' 'not permitted to log in'
}

@test "a dashboard's login takes the time limit that migrations/README.md gives it" {
	recipe=$(sed -n 's/^\(ALTER ROLE dashboard IN DATABASE .* SET statement_timeout.*\)$/\1/p' "$top/migrations/README.md")
	[ -n "$recipe" ]
	recipe=${recipe//dashboard/t_dash_gz}
	sql "${recipe//IN DATABASE psyrad/IN DATABASE $database}"
	equal "$(as t_dash_gz -c 'SHOW statement_timeout')" 1min
}

@test "a leaky function in a query sees no other site's rows, over tables, imaging views and report views" {
	leak='CREATE FUNCTION pg_temp.leak(anyelement) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
		$$ BEGIN RAISE NOTICE $n$leaked %$n$, $1; RETURN true; END $$'
	for source in 't_analyst_gz|clinical.subject_key|label' 't_analyst_gz|imaging.primary|label' \
		't_analyst_gz|clinical.score|total' 't_dash_gz|report.test_score|label' 't_dash_gz|report.test_image|label'; do
		IFS='|' read -r role relation column <<<"$source"
		seen=$(PGOPTIONS='-c client_min_messages=notice' as "$role" -c "$leak" -c "SELECT FROM $relation WHERE pg_temp.leak($column)" 2>&1)
		[[ $seen == *leaked* ]]
		[[ $seen != *cd* && $seen != *100* ]] || { echo "$relation: $seen" >&2; return 1; }
	done
}

@test "an error raised by another site's value, a lateral join or a rewritten view shows nothing of it" {
	equal "$(as t_analyst_gz -c "SELECT count(*) FROM clinical.score WHERE 1 / (total - 1001) < 0")" 2
	equal "$(as t_analyst_gz -c "CREATE TEMP VIEW mine AS SELECT * FROM clinical.score" -c "SELECT count(*) FROM mine")" 2
	equal "$(as t_analyst_gz -c "COPY (SELECT DISTINCT site FROM clinical.visit) TO STDOUT")" gz
	equal "$(as t_analyst_gz -c "COPY clinical.subject_key (site) TO STDOUT" | sort -u)" gz
}

@test "planner statistics, TOAST tables and partitions are no way round" {
	[ "$(sql "SELECT count(*) FROM pg_stats WHERE schemaname = 'clinical' AND tablename = 'score'")" -gt 0 ]
	equal "$(as t_analyst_gz -c "SELECT count(*) FROM pg_stats WHERE (schemaname, tablename) IN
		(('clinical', 'score'), ('clinical', 'subject_key'), ('imaging', 'vector_default'))")" 0
	refused t_analyst_gz 'SELECT * FROM pg_statistic' 'permission denied'
	toast=$(sql "SELECT reltoastrelid::regclass FROM pg_class WHERE oid = 'imaging.connectome_default'::regclass")
	refused t_analyst_gz "SELECT * FROM $toast" 'permission denied'
	for partition in vector_default series_default connectome_default; do
		refused t_analyst_gz "SELECT * FROM imaging.$partition" 'permission denied'
		refused t_ingest_gz "SELECT * FROM imaging.$partition" 'permission denied'
	done
	# Even where an administrator grants a partition by mistake, it stays shut.
	sql 'GRANT SELECT ON imaging.vector_default TO psyrad_analyst'
	equal "$(as t_analyst_gz -c 'SELECT count(*) FROM imaging.vector_default')" 0
	sql 'REVOKE SELECT ON imaging.vector_default FROM psyrad_analyst'
}

@test "analysts write nothing" {
	for table in $(subject_tables) ingest.file ingest.reject ingest.history clinical.study intervention.protocol model.registry; do
		refused t_analyst_both "DELETE FROM $table" 'permission denied'
		refused t_analyst_both "TRUNCATE $table" 'permission denied'
		refused t_analyst_both "UPDATE $table SET file_id = NULL" 'permission denied|does not exist'
	done
	refused t_analyst_both "INSERT INTO clinical.site VALUES ('xx', 'x')" 'permission denied'
	refused t_analyst_both "SELECT clinical.declare_study('{}')" 'permission denied'
	refused t_analyst_both "SELECT nextval('clinical.subject_key_subject_id_seq')" 'permission denied'
	refused t_analyst_both 'CREATE TABLE clinical.mine ()' 'permission denied'
	refused t_analyst_both 'CREATE POLICY mine ON clinical.score USING (true)' 'must be owner'
	refused t_analyst_both 'SET ROLE psyrad_owner' 'permission denied to set role'
	refused t_analyst_both 'SET row_security = off; SELECT * FROM clinical.score' 'would be affected by row-level security'
}

@test "a loader of one site writes that site alone" {
	as t_ingest_gz -c "BEGIN" -c "INSERT INTO clinical.subject_key (study, label, site) VALUES ('trial', 'gz3', 'gz')" -c ROLLBACK
	refused t_ingest_gz "INSERT INTO clinical.subject_key (study, label, site) VALUES ('trial', 'cd3', 'cd')" 'row-level security'
	touches t_ingest_gz 'UPDATE clinical.score SET total_stated = 2' 2
	touches t_ingest_both 'UPDATE clinical.score SET total_stated = 2' 4
	for table in $(subject_tables); do
		case $table in
			# Written by functions, once.
			model.*) for statement in "UPDATE $table SET subject_id = subject_id" "INSERT INTO $table SELECT * FROM $table"; do refused t_ingest_gz "$statement" 'permission denied'; done ;;
			# Added to, never changed.
			clinical.frozen_*|clinical.data_query_event) refused t_ingest_gz "UPDATE $table SET subject_id = subject_id" 'permission denied' ;;
			*) touches t_ingest_gz "UPDATE $table SET subject_id = subject_id" "$(sql "SELECT count(*) FROM $table WHERE site = 'gz'")" ;;
		esac
	done
	refused t_ingest_gz "UPDATE clinical.score SET site = 'cd'" 'row-level security'
	for table in $(subject_tables); do refused t_ingest_both "DELETE FROM $table" 'permission denied'; done
	refused t_ingest_both 'TRUNCATE clinical.score' 'permission denied'
}

@test "a loader cannot hang rows on another site's subject, under its own site's name or by an upsert" {
	other=$(sql "SELECT min(subject_id) FROM clinical.subject_key WHERE site = 'cd'")
	file=$(sql "SELECT file_id FROM ingest.file WHERE site = 'gz'")
	refused t_ingest_gz "INSERT INTO clinical.score (subject_id, session, instrument, site, total_stated, file_id)
		VALUES ($other, 'post', 'HAMD-17', 'gz', 5, $file)" 'violates foreign key constraint'
	refused t_ingest_gz "INSERT INTO clinical.score (subject_id, session, instrument, site, total_stated, file_id)
		VALUES ($other, 'pre', 'HAMD-17', 'gz', 5, $file)
		ON CONFLICT (subject_id, session, instrument, rater) DO UPDATE SET total_stated = excluded.total_stated" 'row-level security'
	refused t_ingest_gz "INSERT INTO imaging.vector (subject_id, feature_set_id, session, pipeline, site, value, file_id)
		SELECT $other, feature_set_id, 'post', pipeline, 'gz', '{1}', file_id FROM imaging.vector_load WHERE file_id = $file" 'violates foreign key constraint'
	# A subject's site is what the directory says; a row is tied to it by a key of its own, or by one to its visit and the visit's site,
	# which the visit's own key ties to the directory.
	own='ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY u(n, o) JOIN pg_attribute ON (attrelid, attnum) = (conrelid, n) ORDER BY o)'
	others='ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY u(n, o) JOIN pg_attribute ON (attrelid, attnum) = (confrelid, n) ORDER BY o)'
	for table in $(subject_tables | grep -v subject_key); do
		equal "$table $(sql "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = '$table'::regclass AND (
			(confrelid = 'clinical.subject_key'::regclass AND ($own)[1:2] = '{subject_id,site}' AND ($others)[1:2] = '{subject_id,site}')
			OR ('$table' <> 'clinical.visit' AND confrelid = 'clinical.visit'::regclass
				AND $own = '{subject_id,session,site}' AND $others = '{subject_id,session,site}'))")" "$table 1"
	done
}

@test "two references of a vector stand for five: its file, feature set, pipeline, visit and site are there, and stay" {
	vector() { echo "INSERT INTO ${6:-imaging.vector} (subject_id, feature_set_id, session, pipeline, site, value, file_id)
		SELECT v.subject_id, ${1:-l.feature_set_id}, ${2:-v.session}, ${3:-l.pipeline}, ${4:-v.site}, '{1}', ${5:-l.file_id}
		FROM clinical.visit v JOIN imaging.vector_load l USING (file_id) WHERE v.site = 'gz' AND v.session = 'post' ORDER BY 1 LIMIT 1"; }
	as t_ingest_gz -c BEGIN -c "$(vector)" -c ROLLBACK
	for wrong in "$(vector '' "'none'")" "$(vector '' '' '' "'cd'")"; do refused "$PGUSER" "$wrong" 'violates foreign key constraint'; done
	for wrong in "$(vector 999)" "$(vector '' '' "'none'")" "$(vector '' '' '' '' 999)" "$(vector '' '' '' '' 999 imaging.vector_default)"; do
		refused "$PGUSER" "$wrong" 'refers to a row of imaging.vector_load that is not there'
	done
	for row in "imaging.feature_set WHERE measure = 'intensity'" "imaging.pipeline WHERE pipeline = 'main'" "ingest.file WHERE site = 'gz'" \
		"clinical.visit WHERE session = 'pre'" "clinical.subject_key"; do
		refused "$PGUSER" "DELETE FROM $row" 'violates foreign key constraint'
	done
	refused "$PGUSER" 'DELETE FROM imaging.vector_load' 'rows of imaging.vector refer to it'
	refused "$PGUSER" "UPDATE imaging.vector SET file_id = 999" 'refers to a row of imaging.vector_load that is not there'
	refused t_ingest_gz 'DELETE FROM imaging.vector_load' 'permission denied'
}

# What a foreign key would do (clinical.refer_by_statement), for those who may write and for those who may do anything.
@test "what is referred to by statement is there, in every isolation, and is neither deleted nor given another key while it is referred to" {
	visit() { echo "INSERT INTO clinical.visit (subject_id, session, site, study, file_id)
		SELECT subject_id, '$1', site, study, ${2:-file_id} FROM clinical.visit WHERE site = 'gz' ORDER BY 1 LIMIT 1"; }
	sql "INSERT INTO clinical.visit_plan (study, session) VALUES ('trial', 'later'), ('trial', 'never')" >/dev/null
	as t_ingest_gz -c BEGIN -c "$(visit later)" -c ROLLBACK
	for who in t_ingest_gz "$PGUSER"; do
		refused "$who" "$(visit other)" 'clinical.visit refers to a row of clinical.visit_plan that is not there'
		refused "$who" "$(visit later 999)" 'clinical.visit refers to a row of ingest.file that is not there'
		refused "$who" "UPDATE clinical.visit SET session = 'other' WHERE site = 'gz' AND session = 'pre'" 'violates foreign key|that is not there'
	done
	sql "$(visit later)" >/dev/null
	refused "$PGUSER" "DELETE FROM clinical.visit_plan WHERE session = 'later'" 'rows of clinical.visit refer to it'
	refused "$PGUSER" "UPDATE clinical.visit_plan SET session = 'renamed' WHERE session = 'later'" 'rows of clinical.visit refer to it'
	refused "$PGUSER" 'TRUNCATE clinical.visit_plan' 'rows of clinical.visit refer to it'
	refused "$PGUSER" 'TRUNCATE imaging.vector_load' 'rows of imaging.vector refer to it'
	refused "$PGUSER" "BEGIN ISOLATION LEVEL REPEATABLE READ; DELETE FROM clinical.visit_plan WHERE session = 'never'" 'READ COMMITTED alone'
	# Who sees some rows only cannot tell that nothing refers to a row.
	refused t_ingest_gz "UPDATE clinical.visit_plan SET session = 'renamed' WHERE session = 'never'" 'row-level security'
	as t_ingest_gz -c BEGIN -c "UPDATE clinical.visit_plan SET session = session, label_en = 'Later' WHERE session = 'later'" -c ROLLBACK
	# Both ways round, what waits for the other sees what it did.
	race() { # FIRST SECOND ERROR: SECOND waits for FIRST's transaction
		other
		tell "BEGIN; $1"
		beside_other refused "$PGUSER" "$2" "$3"
	}
	race "$(visit never)" "DELETE FROM clinical.visit_plan WHERE session = 'never'" 'rows of clinical.visit refer to it'
	sql "DELETE FROM clinical.visit WHERE session IN ('later', 'never')" >/dev/null
	race "DELETE FROM clinical.visit_plan WHERE session = 'never'" "$(visit never)" 'that is not there'
	race "DELETE FROM clinical.visit_plan WHERE session = 'later'" "BEGIN ISOLATION LEVEL REPEATABLE READ; $(visit later)" 'could not serialize'
	sql "SELECT count(*) FROM clinical.visit v WHERE NOT EXISTS (SELECT FROM clinical.visit_plan p WHERE (p.study, p.session) = (v.study, v.session))" | grep -qx 0
}

@test "the manifest: a site's files are the site's, shared ones everybody's, refused ones their loader's" {
	equal "$(as t_analyst_gz -c "SELECT string_agg(path, ',' ORDER BY path) FROM ingest.file")" both.csv,gz.csv
	equal "$(as t_analyst_none -c "SELECT string_agg(path, ',' ORDER BY path) FROM ingest.file")" both.csv
	refused t_ingest_gz "INSERT INTO ingest.file (command, path, sha256, bytes, site, status, tool_version, started_at)
		VALUES ('t', 'p', sha256('p'), 1, 'cd', 'loaded', '0', now())" 'row-level security'
	refused t_ingest_gz "INSERT INTO ingest.file (command, path, sha256, bytes, status, tool_version, started_at, loaded_by)
		VALUES ('t', 'p', sha256('p'), 1, 'loaded', '0', now(), 'postgres')" 'row-level security'
	touches t_ingest_gz 'UPDATE ingest.file SET rows_read = 9' 2
	refused t_ingest_gz "UPDATE ingest.file SET site = 'cd'" 'row-level security'
	refused t_ingest_gz "UPDATE ingest.file SET sha256 = sha256('q')" 'permission denied'
	equal "$(as t_ingest_gz <<-'SQL'
		BEGIN;
		INSERT INTO ingest.file (command, path, sha256, bytes, status, tool_version, started_at) VALUES ('t', 'p', sha256('p'), 1, 'refused', '0', now());
		UPDATE ingest.file SET rows_read = 9, study = 'trial' WHERE command = 't';
		SELECT string_agg(path, ',' ORDER BY path) FROM ingest.file WHERE rows_read = 9;
		ROLLBACK;
	SQL
	)" p
}

@test "rejects: raw text is for the site's loaders, who purge their own; history is for the site's readers" {
	refused t_analyst_both 'SELECT * FROM ingest.reject' 'permission denied'
	refused "$PGUSER" 'SET ROLE psyrad_view; SELECT * FROM ingest.reject' 'permission denied'
	equal "$(as t_ingest_gz -c "SELECT string_agg(raw, ',') FROM ingest.reject")" 'gz raw'
	touches t_ingest_gz 'DELETE FROM ingest.reject' 1
	touches t_ingest_both 'DELETE FROM ingest.reject' 2
	equal "$(sql 'SELECT count(*) FROM ingest.reject')" 4
	equal "$(as t_analyst_gz -c "SELECT string_agg(site, ',') FROM ingest.history")" gz
	refused t_ingest_gz 'DELETE FROM ingest.history' 'permission denied'
	refused t_ingest_gz "UPDATE ingest.history SET old_row = '{}'" 'permission denied'
	file=$(sql "SELECT file_id FROM ingest.file WHERE site = 'gz'")
	refused t_ingest_gz "INSERT INTO ingest.history (table_name, row_key, old_row, file_id, site) VALUES ('t', '{}', '{}', $file, 'cd')" 'row-level security'
	refused t_ingest_gz "INSERT INTO ingest.reject (file_id, code, message, site) VALUES ($file, 'c', 'm', 'cd')" 'row-level security'
}

@test "analysts score with a model but read neither it nor its document" {
	equal "$(as t_analyst_none -c "SELECT name, version FROM model.registry")" 'm|1'
	as t_analyst_none -c "SELECT model.describe('m')" >/dev/null
	refused t_analyst_none 'SELECT document FROM model.registry' 'permission denied'
	refused t_analyst_none 'SELECT model FROM model.registry' 'permission denied'
	refused t_analyst_none 'SELECT * FROM model.registry' 'permission denied'
	refused t_ingest_both "UPDATE model.registry SET trained_on = 'x'" 'permission denied'
}

@test "membership decides at once: granted, the rows appear; revoked, they are gone; a site without its role is nobody's" {
	sql 'GRANT psyrad_site_gz TO t_analyst_none'
	equal "$(as t_analyst_none -c 'SELECT count(*) FROM clinical.score')" 2
	sql 'REVOKE psyrad_site_gz FROM t_analyst_none'
	equal "$(as t_analyst_none -c 'SELECT count(*) FROM clinical.score')" 0
	sql 'ALTER ROLE psyrad_site_gz RENAME TO t_elsewhere'
	equal "$(as t_analyst_both -c 'SELECT string_agg(DISTINCT site, $$,$$) FROM clinical.score')" cd
	sql 'ALTER ROLE t_elsewhere RENAME TO psyrad_site_gz'
}

@test "no policy holds a subquery, and the site test is inlined into the scan" {
	equal "$(sql "SELECT count(*) FROM pg_policy WHERE polrelid::regclass::text ~ '^(clinical|imaging|model|ingest)' AND
		(polqual::text ~ 'SUBLINK' OR polwithcheck::text ~ 'SUBLINK')")" 0
	plan=$(as t_analyst_gz -c 'EXPLAIN SELECT * FROM clinical.score')
	[[ $plan == *pg_has_role* && $plan != *can_see_site* ]] || { echo "$plan" >&2; return 1; }
}
