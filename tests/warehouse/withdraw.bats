# withdraw.bats - consent withdrawn: the person is in no table of any schema any more, by number, label or pseudonym, and what the others
# have stays.  The fixture has a row of each subject in every table that can hold one, so that a table added later is tested too.
load helpers

setup_file()
{
	load helpers
	make_database "$database"
	as "$PGUSER" -v document="$(cat "$top/tests/golden/models/linear.json")" -f "$BATS_TEST_DIRNAME/trial.sql"
	as "$PGUSER" <<-'SQL'
		INSERT INTO ingest.history (table_name, row_key, old_row, file_id, site)
		SELECT 'clinical.score', jsonb_build_object('subject_id', subject_id), jsonb_build_object('subject_id', subject_id, 'total', 7), min(file_id), site
		FROM clinical.score GROUP BY subject_id, site;
		INSERT INTO ingest.file (command, path, sha256, bytes, options, study, site, status, tool_version, started_at, message)
		SELECT 'image', 'sub-' || label || '_T1w.nii.gz', sha256(convert_to(label, 'UTF8')), 1, jsonb_build_object('study', 'trial', 'subject', label), 'trial', NULL, 'refused', '0', now(), 'sub-' || label || ' has no visit'
		FROM clinical.subject_key;
		INSERT INTO ingest.reject (file_id, code, message, raw, site)
		SELECT f.file_id, 'test', 'found ' || k.label, k.label || ',99', k.site FROM clinical.subject_key k JOIN ingest.file f ON f.options ->> 'subject' = k.label;
		INSERT INTO model.registry (name, version, model, format, document, trained_on, file_id)
		SELECT 'm', 2, model, format, convert_to(convert_from(document, 'UTF8') || ' ', 'UTF8'), 'others', file_id FROM model.registry WHERE name = 'm';
		INSERT INTO model.training_subject (subject_id, name, version, site) SELECT subject_id, 'm', 2, site FROM clinical.subject_key WHERE label LIKE '%2';
	SQL
}

teardown_file()
{
	load helpers
	sql 'DROP VIEW report.test_score, report.test_image' # of trial.sql, on views that the warehouse takes away
	"$deploy" revert --yes "$(url_of "$database")" >/dev/null
	drop_database "$database"
}

# From the catalogue, as information_schema shows it: every table with a number of a subject, partitions by themselves too.
subject_tables()
{
	sql "SELECT format('%I.%I', c.table_schema, c.table_name) FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.column_name = 'subject_id' AND t.table_type = 'BASE TABLE' AND c.table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
}
# Rows of any table of ours in which a text stands, whatever column it is in.
rows_with() # TEXT
{
	local table
	for table in $(sql "SELECT c.oid::regclass FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'sqitch') ORDER BY 1"); do
		sql "SELECT '$table' FROM $table t WHERE to_jsonb(t)::text ~ '(^|[^A-Za-z0-9])(sub-)?$1($|[^A-Za-z0-9])'"
	done | sort | uniq -c | awk '{ print $2, $1 }'
}

@test "the fixture has each subject in every table that has subjects" {
	[ "$(subject_tables | wc -l)" -ge 20 ]
	for table in $(subject_tables); do
		case $table in *_default) continue ;; federation.*) continue ;; esac # seen through the parent; numbers that lead nowhere
		[ "$(sql "SELECT count(*) FROM $table WHERE subject_id = (SELECT subject_id FROM clinical.subject_key WHERE label = 'gz1')")" -ge 1 ] || { echo "no row in $table" >&2; return 1; }
	done
	[ "$(rows_with gz1 | wc -l)" -ge 3 ]
}

@test "withdrawn: no table has the subject's number, label or pseudonym; stored predictions, splits, frozen rows, history, rejects and file names among them" {
	read -r id pseudonym <<<"$(sql "SELECT subject_id || ' ' || pseudonym FROM clinical.subject_key WHERE label = 'gz1'")"
	counted=$(sql "SELECT string_agg(what || ' ' || n, ', ' ORDER BY what COLLATE \"C\") FROM clinical.withdraw('trial', 'gz1', 'asked for it')")
	for table in $(subject_tables); do
		case $table in federation.*) continue ;; esac
		equal "$table $(sql "SELECT count(*) FROM $table WHERE subject_id = $id")" "$table 0"
		[ "${table%_default}" != "$table" ] || [[ $counted == *"$table "* ]] || { echo "$table is not counted in: $counted" >&2; return 1; }
	done
	equal "$(rows_with gz1)" ''
	equal "$(rows_with "$pseudonym")" ''
	equal "$(sql "SELECT count(*) FROM ingest.history WHERE row_key ->> 'subject_id' = '$id' OR old_row ->> 'subject_id' = '$id'")" 0
	equal "$(sql "SELECT count(*) FROM ingest.file WHERE path = 'withdrawn'")" 1
	# The stub says that somebody did, how much was erased, and not who.
	equal "$(sql "SELECT study, site, reason, erased ? 'model.prediction' FROM clinical.withdrawal")" 'trial|gz|asked for it|t'
}

@test "withdrawn: everybody else's rows are as they were" {
	for table in $(subject_tables); do
		case $table in *_default | federation.* | model.training_subject) continue ;; esac
		equal "$table $(sql "SELECT count(DISTINCT subject_id) FROM $table")" "$table 3"
	done
	[ "$(rows_with gz2 | wc -l)" -ge 3 ]
}

@test "withdrawn: the model that the person trained is retired, its newer version answers for the name, and when that goes too it says so" {
	equal "$(sql 'SELECT name, version, reason FROM model.retired')" 'm|1|somebody whose data trained it withdrew'
	equal "$(sql "SELECT model.version('m')")" 2
	sql "SELECT clinical.withdraw('trial', 'gz2')" >/dev/null
	equal "$(sql 'SELECT string_agg(version::text, $$,$$ ORDER BY version) FROM model.retired')" '1,2'
	equal "$(sql "SELECT coalesce(model.version('m')::text, 'none')")" none
	refused "$PGUSER" "SELECT model.predict('m', '{1,2,3,4,5,6,7,8,9}'::float8[])" 'every version of model m is retired'
	# Who was in no training set retires nothing more.
	sql "SELECT clinical.withdraw('trial', 'cd1')" >/dev/null
	equal "$(sql 'SELECT count(*) FROM model.retired')" 2
	equal "$(sql 'SELECT count(*) FROM clinical.subject_key')" 1
}

@test "withdrawn: a label that is known again is told from a new one, without any table that says it" {
	equal "$(sql "SELECT clinical.is_withdrawn('trial', 'gz1'), clinical.is_withdrawn('trial', 'cd2'), clinical.is_withdrawn('other', 'gz1')")" 't|f|f'
	refused "$PGUSER" "SELECT clinical.withdraw('trial', 'gz1')" 'no such participant'
}
