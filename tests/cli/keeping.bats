# What is kept of the data over time: the history of changes, queries, frozen sets, and the erasing of who withdraws.
load cases.bash

ratings() { printf 'participant_id,week,day,rater,total\n%s\n' "$1" >scores.csv; scores scores.csv; }
open_queries() { q "SELECT participant, check_name, coalesce(session, ''), coalesce(instrument, ''), status, still_found FROM clinical.query_list ORDER BY query_no"; }

@test "history: who changed what, when and by which file, value by value, through two corrections" {
	long_file; scores scores.csv; exits 0
	sed -i 's/^P01,0,3/P01,0,2/; s/,19$/,18/' scores.csv; scores scores.csv; exits 0
	sed -i 's/^P01,0,2/P01,0,4/; s/,18$/,20/' scores.csv; scores scores.csv; exits 0
	is "P01|total_stated|19|18|$PGUSER|scores.csv
P01|total_stated|18|20|$PGUSER|scores.csv" "$(q "SELECT participant, column_name, old_value, new_value, changed_by, file FROM ingest.change WHERE column_name = 'total_stated' ORDER BY change_no")"
	is 'items total total_items total_stated' "$(q "SELECT string_agg(column_name, ' ' ORDER BY column_name) FROM ingest.change WHERE change_no = (SELECT min(change_no) FROM ingest.change)")"
	is t "$(q "SELECT bool_and(changed_at BETWEEN now() - interval '1 hour' AND now()) FROM ingest.change")"
	run psyrad history --participant P01; exits 0; has 'total_stated'; has '(8 rows)'
	run psyrad history --participant P02; exits 0; has '(0 rows)'
	run psyrad history --nonsense; exits 2
}

@test "history: a visit's day, and the points of a protocol" {
	ratings 'P01,0,0,,20'; exits 0; ratings 'P01,0,2,,20'; exits 0
	is 'clinical.visit|days_offset|0|2' "$(q 'SELECT table_name, column_name, old_value, new_value FROM ingest.change')"
	printf 'protocol,points\nA,百会、印堂\n' >a.csv; psyrad ingest protocols a.csv --study t; printf 'protocol,points\nA,百会\n' >a.csv; psyrad ingest protocols a.csv --study t
	is '2|1' "$(q "SELECT jsonb_array_length(old_value), jsonb_array_length(new_value) FROM ingest.change WHERE table_name = 'intervention.protocol_point' AND column_name = 'points'")"
}

@test "queries: order of visits, windows, jumps, raters, totals, ages and dropout each raise one" {
	printf 'participant_id\tsite\tarm\tage\teducation_years\tdropout_week\nP01\teast\tsham\t31\t12\t4\nP02\teast\tEA\t7\t6\t\nP03\teast\tsham\t101\t\t\n' >people.tsv
	run psyrad ingest participants people.tsv --study t; exits 0
	ratings 'P01,0,0,,30
P01,2,30,,28
P01,4,28,,5
P01,8,56,,6
P04,0,0,r1,20
P04,0,0,r2,21
P05,0,-7,,20
P05,2,21,,20
P05,8,64,,20'; exits 0
	printf 'participant_id,week%s,total\nP06,0%s,25\n' "$(items_header)" "$(items 3)" >b.csv; scores b.csv; exits 0
	is 'P02|education_exceeds_age|||open|t
P02|impossible_age|||open|t
P03|impossible_age|||open|t
P04|duplicate_rating|pre|HAMD-17|open|t
P01|implausible_jump|w4|HAMD-17|open|t
P01|out_of_window|w2||open|t
P05|out_of_window|post||open|t
P01|rated_after_dropout|post|HAMD-17|open|t
P01|visit_order|w4||open|t
P06|total_differs|pre|HAMD-17|open|t' "$(open_queries)"
	is '5 after 28 at visit w2: more than 0.4 of the range of 52' "$(q "SELECT message FROM clinical.query_list WHERE check_name = 'implausible_jump'")"
	is 'day 28; a visit that the plan has earlier was on day 30' "$(q "SELECT message FROM clinical.query_list WHERE check_name = 'visit_order'")"
}

@test "queries: an answer survives reloads; other values open it again; who and when is kept" {
	ratings 'P01,0,,,30
P01,2,,,5'; exits 0
	is 'P01|implausible_jump|w2|HAMD-17|open|t' "$(open_queries)"
	run psyrad queries --status open; exits 0; has '5 after 30 at visit pre'; has '(1 row)'
	number=$(q 'SELECT query_no FROM clinical.data_query')
	run psyrad queries --answer "$number" --note 'seen in the source document'; exits 0; has answered
	ratings 'P01,0,,r1,30
P01,2,,r1,5'; exits 1   # other rows beside the old ones, and the answered query as it was
	is answered "$(q "SELECT status FROM clinical.data_query WHERE query_no = $number")"
	run psyrad queries --close "$number" --note 'agreed'; exits 0
	printf 'participant_id,week,total\nP01,2,4\n' >c.csv; scores c.csv; exits 0
	is open "$(q "SELECT status FROM clinical.data_query WHERE query_no = $number")"
	is "open answered closed open|$PGUSER" "$(q "SELECT string_agg(status, ' ' ORDER BY event_no), min(happened_by) FROM clinical.data_query_event WHERE query_no = $number")"
	is 'seen in the source document' "$(q "SELECT answer FROM clinical.data_query WHERE query_no = $number")"
	printf 'participant_id,week,total\nP01,2,25\n' >c.csv; scores c.csv; exits 0
	is 'open|f' "$(q "SELECT status, still_found FROM clinical.data_query WHERE query_no = $number")"
	run psyrad queries --close 999999 --note x; exits 1; has 'there is no query 999999'
	run psyrad queries --close "$number"; exits 2
	run psyrad queries --close "$number" --note ' '; exits 1; has 'with a reason'
	run psyrad queries --status nonsense; exits 2
}

@test "freeze: pins rows for ever, says what is other now, and is read as it was" {
	long_file; scores scores.csv; exits 0
	run psyrad freeze main-2026 --study t --description 'primary analysis'; exits 0; has 'main-2026'
	hash=$(q "SELECT sha256 FROM clinical.frozen_list")
	is '6|12' "$(q 'SELECT subjects, facts FROM clinical.frozen_set')"
	run psyrad freeze --check main-2026; exits 0; has '(0 rows)'
	run psyrad freeze main-2026 --study t; exits 0; is "$hash" "$(q "SELECT sha256 FROM clinical.frozen_list")"
	sed -i 's/^P01,0,3/P01,0,2/; s/,19$/,18/; /^P02/d' scores.csv; echo "P03,0$(items),17" >>scores.csv; scores scores.csv
	run psyrad freeze --check main-2026; exits 0
	is 'P01|clinical.score|changed
P03|clinical.score|added
P03|clinical.visit|added' "$(q "SELECT participant, table_name, state FROM clinical.check_freeze('main-2026')")"
	is '19|18' "$(q "SELECT f.total, s.total FROM clinical.frozen_score f JOIN clinical.score s USING (subject_id, session, instrument, rater) WHERE label = 'P01' AND session = 'pre'")"
	run psyrad freeze main-2026 --study t; exits 1; has 'is frozen already, with other content'
	run psyrad freeze later --study t; exits 0
	is 2 "$(q 'SELECT count(DISTINCT sha256) FROM clinical.frozen_set')"
	run psyrad freeze --list; exits 0; has 'primary analysis'; has '(2 rows)'
	run psyrad freeze 'no name' --study t; exits 1
	run psyrad freeze x --study nowhere; exits 1; has 'the study nowhere is not declared'
	run psyrad freeze x; exits 2
	run psql -XAtq -d "$database" -c 'SET ROLE psyrad_ingest' -c "UPDATE clinical.frozen_set SET description = 'x'"; [ "$status" != 0 ]
	run psql -XAtq -d "$database" -c 'SET ROLE psyrad_ingest' -c 'DELETE FROM clinical.frozen_row'; [ "$status" != 0 ]
}

@test "freeze: the report says what is other now, as hashing every row does, and draws the ratings as they were" {
	ratings 'P01,0,0,,30
P01,2,14,,28
P01,8,56,,12
P02,0,0,r1,22
P02,0,0,r2,23
P02,2,14,,9
P03,0,0,,0
P03,2,14,,0
P04,0,0,,20
P04,8,56,,7
P06,2,14,,14'; exits 0
	live() { q "SELECT md5(string_agg(x::text, E'\n' ORDER BY x::text)) FROM (SELECT to_jsonb(v) - 'frozen' AS x FROM report.$1 v WHERE $2 AND to_jsonb(v) ->> 'instrument' IS NOT DISTINCT FROM $3) r"; }
	visits=$(live hamd_by_visit true NULL) people=$(live hamd_line true NULL) rates=$(live outcome_rate true "'HAMD-17'")
	run psyrad freeze main --study t; exits 0
	as_frozen() {
		is "$visits" "$(live frozen_hamd_by_visit "frozen = 'main'" NULL)"; is "$people" "$(live frozen_hamd_line "frozen = 'main'" NULL)"; is "$rates" "$(live frozen_outcome_rate "frozen = 'main'" "'HAMD-17'")"
		is "$(q "SELECT count(*), count(*) FILTER (WHERE n > 0) FROM report.outcome_rate WHERE instrument = 'HAMD-17'")" "$(q 'SELECT count(*), count(*) FILTER (WHERE n > 0) FROM report.frozen_outcome_rate')"; }
	as_frozen
	state() { q "SELECT table_name, changed, missing, added FROM report.frozen_state WHERE changed + missing + added > 0 ORDER BY table_name"; }
	checked() { q "SELECT table_name, count(*) FILTER (WHERE state = 'changed'), count(*) FILTER (WHERE state = 'missing'), count(*) FILTER (WHERE state = 'added') FROM clinical.check_freeze('main') GROUP BY 1 ORDER BY 1"; }
	is '' "$(state)"
	printf 'participant_id,week,day,rater,total\nP01,8,56,,19\nP02,8,57,,11\n' >later.csv; scores later.csv; exits 0
	is 'clinical.score|1|0|1
clinical.visit|0|0|1' "$(state)"
	is "$(checked)" "$(state)"
	q "DELETE FROM clinical.score WHERE subject_id = (SELECT subject_id FROM clinical.subject_key WHERE label = 'P04') AND session = 'pre'"
	is 'clinical.score|1|1|1
clinical.visit|0|0|1' "$(state)"
	is "$(checked)" "$(state)"
	[ "$visits" != "$(live hamd_by_visit true NULL)" ]
	is "$visits" "$(live frozen_hamd_by_visit "frozen = 'main'" NULL)"; is "$people" "$(live frozen_hamd_line "frozen = 'main'" NULL)"; is "$rates" "$(live frozen_outcome_rate "frozen = 'main'" "'HAMD-17'")"
	# What was frozen comes back by another file: the same content is no change.
	printf 'participant_id,week,day,rater,total\nP01,8,56,,12\nP04,0,0,,20\n' >back.csv; scores back.csv; exits 0
	is 'clinical.score|0|0|1
clinical.visit|0|0|1' "$(state)"
	is "$(checked)" "$(state)"
	# A dashboard sees its sites, and not the arms.
	seen() { q "BEGIN; CREATE ROLE t_frozen_dash; GRANT psyrad_report $1 TO t_frozen_dash; SET LOCAL ROLE t_frozen_dash; $2; ROLLBACK"; }
	is 'clinical.score|f' "$(seen ', psyrad_site_east, psyrad_site_west' "SELECT min(table_name) FILTER (WHERE added > 0), bool_and(may_be_seen) FROM report.frozen_state")"
	is 'masked|10' "$(seen ', psyrad_site_east, psyrad_site_west' "SELECT string_agg(DISTINCT arm, ' '), sum(n) FROM report.frozen_hamd_by_visit")"
	is 0 "$(seen '' "SELECT count(*) FROM report.frozen_hamd")"
	mkdir -p share/report; for page in overview trial imaging acupoints literature meta models quality; do echo '/*PSYRAD_DATA*/' >share/report/$page.html; done
	PSYRAD_SHARE=$PWD/share run psyrad report --out pages --frozen main; exits 0; grep -q '"frozen": "main"' pages/trial.html; grep -q '"drawn": "main"' pages/index.html
	PSYRAD_SHARE=$PWD/share run psyrad report --out pages; exits 0; grep -q '"drawn": null' pages/index.html; ! grep -q '"frozen": "main"' pages/trial.html
	PSYRAD_SHARE=$PWD/share run psyrad report --out pages --frozen nothing; exits 1; has "there is no frozen set 'nothing'"
	run psyrad report --frozen; exits 2
}

@test "freeze: the same data have the same hash in another warehouse, whatever the order they came in" {
	long_file; scores scores.csv; psyrad freeze a --study t >one
	q 'CREATE TABLE kept AS SELECT sha256 FROM clinical.frozen_set' >/dev/null; kept=$(q "SELECT encode(sha256, 'hex') FROM kept")
	dropdb -f "$database"; createdb -S file_copy -D "$PSYRAD_TEST_TABLESPACE" -T "$template" "$database"
	{ head -1 scores.csv; tail -n +2 scores.csv | sort -r; } >other.csv
	q "SELECT nextval('clinical.subject_key_subject_id_seq'), nextval('ingest.file_file_id_seq')" >/dev/null
	scores other.csv; exits 0
	run psyrad freeze a --study t; exits 0
	is "$kept" "$(q "SELECT encode(sha256, 'hex') FROM clinical.frozen_set")"
}

@test "withdraw: nothing of the person is left in any table, and an old sheet brings nothing back" {
	{ echo "participant_id,week,rater,total"; echo 'P05,0,zqj,41.375286'; echo 'P05,2,zqj,13'; echo 'P06,0,r2,19'; } >scores.csv
	scores scores.csv; exits 0
	sed -i 's/^P05,0,zqj,41.375286/P05,0,zqj,40.625714/' scores.csv; scores scores.csv; exits 0       # history
	echo 'P05,8,zqj,999' >>scores.csv; scores scores.csv; exits 1                        # rejects with raw text
	psyrad freeze before --study t >/dev/null
	is 1 "$(q "SELECT count(*) FROM ingest.reject WHERE raw LIKE '%zqj%'")"
	id=$(q "SELECT subject_id FROM clinical.subject_key WHERE label = 'P05'")
	run psyrad withdraw P05 --study t; exits 2; has '--yes'
	run psyrad withdraw P05 --study t --reason 'P05 asked' --yes; exits 1; has 'the reason names the participant'
	run psyrad withdraw P05 --study t --reason 'consent withdrawn' --yes; exits 0
	has 'clinical.score'; has 'ingest.history'; has 'ingest.reject'; has 'clinical.frozen_row'; has 'clinical.data_query'
	nowhere 'P05' 'zqj' '41\.375286' '40\.625714'
	is 0 "$(q "SELECT coalesce(sum((xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s WHERE subject_id = $id', c.oid::regclass), false, true, '')))[1]::text::int), 0)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'subject_id' AND NOT a.attisdropped WHERE c.relkind IN ('r', 'p')")"
	is 'west|consent withdrawn|t' "$(q "SELECT site, reason, erased ? 'clinical.score' FROM clinical.withdrawal")"
	# What is not the person's stays.
	is 1 "$(q "SELECT count(*) FROM clinical.score")"
	is 5 "$(q "SELECT count(*) FROM clinical.frozen_member")"
	# The old sheets again: the ratings, and the list of participants in another version.
	scores scores.csv; exits 1
	is 'withdrawn_participant|' "$(q "SELECT DISTINCT code, raw FROM ingest.reject")"
	printf 'participant_id\tsite\tarm\tage\nP05\twest\tsham\t35\nP06\twest\tEA\t36\n' >people.tsv
	run psyrad ingest participants people.tsv --study t; exits 1
	nowhere 'P05' 'zqj'
	run psyrad withdraw P05 --study t --yes; exits 1; has 'the study has no such participant'
}

@test "withdraw: labels that contain each other are different people" {
	printf 'participant_id\tsite\tarm\nP1\teast\tEA\nP11\teast\tEA\nP1-1\teast\tEA\n' >people.tsv
	psyrad ingest participants people.tsv --study t
	printf 'participant_id,week,total\nP1,0,99\nP11,0,98\nP1-1,0,97\nP11,2,20\n' >scores.csv; scores scores.csv; exits 1
	run psyrad withdraw P1 --study t --yes; exits 0
	is 'P1-1,0,97 P11,0,98' "$(q "SELECT string_agg(raw, ' ' ORDER BY raw COLLATE \"C\") FROM ingest.reject")"
	is 1 "$(q 'SELECT count(*) FROM clinical.score')"
}

@test "withdraw: only of one's own site, and only loaders" {
	q "DO \$\$ BEGIN IF to_regrole('keep_east') IS NULL THEN CREATE ROLE keep_east; END IF; IF to_regrole('keep_reader') IS NULL THEN CREATE ROLE keep_reader; END IF; END \$\$;
		GRANT psyrad_ingest, psyrad_site_east TO keep_east; GRANT psyrad_analyst, psyrad_site_east TO keep_reader" >/dev/null
	as() { run psql -XAtq -d "$database" -c "SET ROLE $1" -c "SELECT sum(n) > 0 FROM clinical.withdraw('t', '$2')"; }
	as keep_east P06; [ "$status" != 0 ]; has 'no such participant, or it is of a site that you do not see'
	as keep_reader P01; [ "$status" != 0 ]; has 'permission denied'
	as keep_east P01; exits 0; is t "$output"
	is keep_east "$(q 'SELECT withdrawn_by FROM clinical.withdrawal')"
	run psql -XAtq -d "$database" -c 'SET ROLE keep_east' -c 'SELECT mark FROM clinical.withdrawal'; [ "$status" != 0 ]
}

@test "report: a load and a withdrawal end with a refresh, a dry run and PSYRAD_REFRESH=no leave their marks" {
	long_file; PSYRAD_REFRESH=no scores scores.csv; exits 0
	is t "$(q "SELECT count(*) > 0 FROM report_kept.mark WHERE table_name = 'clinical.score'")"
	scores scores.csv --dry-run
	is t "$(q "SELECT count(*) > 0 FROM report_kept.mark WHERE table_name = 'clinical.score'")"
	scores scores.csv; exits 0
	is 0 "$(q 'SELECT count(*) FROM report_kept.mark')"
	PSYRAD_REFRESH=no psyrad withdraw P01 --study t --yes
	is t "$(q "SELECT count(*) > 0 FROM report_kept.mark WHERE table_name = 'clinical.subject_key'")"
	psyrad withdraw P02 --study t --yes
	is 0 "$(q 'SELECT count(*) FROM report_kept.mark')"
}

@test "report: from 2,000 people on answers are kept behind the command, by one process that works and one that waits; or within it" {
	{ printf 'participant_id\tsite\tarm\n'; seq -f 'M%05g' 2000 | sed 's/$/\teast\tEA/'; } >many.tsv
	run psyrad ingest participants many.tsv --study t; exits 0
	long_file; PSYRAD_REFRESH=wait scores scores.csv; exits 0
	kept="SELECT count(*) || ' of ' || (SELECT count(*) FROM report_kept.kept_view) FROM report_kept.fresh"
	all=$(q "SELECT count(*) || ' of ' || count(*) FROM report_kept.kept_view")
	is "$all" "$(q "$kept")"
	psql -XAtq -d "$database" -c "SELECT pg_advisory_lock(hashtextextended('report.refresh', 7))" -c 'SELECT pg_sleep(600)' >/dev/null &
	until_is 1 "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'SELECT pg_sleep(600)'"
	for total in 18 17 16; do printf 'participant_id,week,total\nP03,0,%d\n' "$total" >other.csv; scores other.csv; exits 0; done
	waiting="SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
	until_is 1 "$waiting"
	is f "$(q "SELECT ($kept) = '$all'")"
	q "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()" >/dev/null
	until_is "$all" "$kept"
}
