# Searches, screening by two people, agreement, and the PRISMA flow: every box against the records behind it, on every day.
load helpers

setup_file()
{
	make_database "$database"
	sql "CREATE ROLE t_screen_in LOGIN IN ROLE psyrad_ingest; CREATE ROLE t_screen_out LOGIN IN ROLE psyrad_analyst" >/dev/null
}
teardown_file()
{
	drop_database "$database"
	psql -XAtqd postgres -c 'DROP ROLE IF EXISTS t_screen_in, t_screen_out'
}
setup() { sql "TRUNCATE evidence.review, evidence.source_record, ingest.file CASCADE" >/dev/null 2>&1; }

# Two databases, a register and a list of citations; records 1..10 and 21..23 of two databases (21, 22 repeat 1, 2), 31 of the register, 41 (repeats 3) and 42 cited.
library()
{
	as "$PGUSER" <<-'SQL' >/dev/null
		INSERT INTO ingest.file (file_id, command, path, sha256, bytes, status, tool_version, started_at, finished_at)
		SELECT k, 'literature', 'f' || k, sha256(k::text::bytea), 1, 'loaded', 'test', '2026-01-05Z', '2026-01-05Z' FROM generate_series(1, 4) k;
		INSERT INTO evidence.source_record (source_record_id, source_id, record_key, occurrence, file_id, seen_in, ordinal, format, database, search, searched, content_sha256, title, raw)
		SELECT k, f, 'k' || k, 1, f, f, k, 'ris', d, NULL, day, sha256(k::text::bytea), 'Title ' || k, ''
		FROM (SELECT k, 1 AS f, 'PubMed' AS d, date '2026-01-01' AS day FROM generate_series(1, 10) k
			UNION ALL SELECT k, 2, 'CNKI', '2026-01-03' FROM generate_series(21, 23) k
			UNION ALL SELECT 31, 3, 'ChiCTR', '2026-01-03' UNION ALL SELECT k, 4, 'citations', NULL FROM generate_series(41, 42) k) r;
		INSERT INTO evidence.record_cluster SELECT s.source_record_id, CASE s.source_record_id WHEN 21 THEN 1 WHEN 22 THEN 2 WHEN 41 THEN 3 ELSE s.source_record_id END FROM evidence.source_record s;
		INSERT INTO evidence.review (review, searches_complete, previous_studies, previous_reports) VALUES ('r', true, 0, 0);
		INSERT INTO evidence.search (search_id, review, kind, database, searched, hits_stated) VALUES
			(1, 'r', 'database', 'PubMed', '2026-01-01', 10), (2, 'r', 'database', 'CNKI', '2026-01-03', 4), (3, 'r', 'register', 'ChiCTR', '2026-01-03', NULL),
			(4, 'r', 'citation', 'citations', NULL, NULL), (5, 'r', 'website', 'a site', NULL, 0);
		SELECT setval('evidence.search_search_id_seq', 5);
		SELECT evidence.attach_sources(k) FROM generate_series(1, 5) k;
		INSERT INTO evidence.exclusion_reason VALUES ('r', 'population', 'Wrong population', '人群不符', 1), ('r', 'design', 'Wrong design', '设计不符', 2);
	SQL
}
# DAY STAGE RECORD WHO DECISION [REASON] [CONSENSUS]
decides()
{
	as t_screen_in -v day="$1Z" -v stage="$2" -v record="$3" -v who="$4" -v decision="$5" -v reason="${6:-}" -v consensus="${7:-false}" <<-'SQL' >/dev/null
		INSERT INTO evidence.screening_decision (review, source_record_id, stage, screener, decision, reason, consensus, decided_at)
		VALUES ('r', :record, :'stage', :'who', :'decision', nullif(:'reason', ''), :consensus, :'day');
	SQL
}
both() { decides "$1" "$2" "$3" li "$4" "${5:-}"; decides "$1" "$2" "$3" wu "$4" "${5:-}"; }
happens() { as t_screen_in -c "INSERT INTO evidence.screening_event (review, source_record_id, topic, outcome, happened_at) VALUES ('r', $2, '$3', '$4', '$1Z')"; }
flow() { sql "SELECT string_agg(concat_ws('=', box || coalesce(':' || reason, ''), coalesce(n::text, '?')), ' ' ORDER BY ordinal, reason NULLS FIRST) FROM evidence.prisma_flow(${1:-}) WHERE n IS NULL OR n > 0"; }
screened()
{
	library
	happens 2026-01-10 10 removal automation
	for r in 1 2 3 4 5 23; do both 2026-01-11 title_abstract $r include; done
	for r in 6 7; do both 2026-01-11 title_abstract $r exclude; done
	decides 2026-01-11 title_abstract 8 li include; decides 2026-01-11 title_abstract 8 wu exclude
	decides 2026-01-11 title_abstract 9 li include
	happens 2026-01-12 5 retrieval not_retrieved
	happens 2026-01-12 4 retrieval retrieved
	both 2026-01-13 full_text 1 include
	both 2026-01-13 full_text 2 exclude design
	decides 2026-01-13 full_text 3 li exclude population; decides 2026-01-13 full_text 3 wu exclude design
	both 2026-01-13 full_text 42 include
}

@test "flow: every box, its reasons, the identities, and the records behind it" {
	screened
	sql "INSERT INTO evidence.report_study VALUES ('r', 21, 'Li 2020'), ('r', 42, 'Li 2020')" # 21 is a record of report 1
	equal "$(flow)" 'databases=13 registers=1 identified=14 duplicates=2 removed_automation=1 awaiting_screening=3 screened=8 excluded_screening=2 sought=6 not_retrieved=1 awaiting_retrieval=1 awaiting_full_text=1 assessed=3 excluded_full_text=2 excluded_full_text:design=1 excluded_full_text:not_agreed=1 citations=2 other_identified=2 other_duplicates=1 other_sought=1 other_assessed=1 new_studies=1 new_reports=2 total_studies=1 total_reports=2'
	equal "$(sql "SELECT count(*), count(DISTINCT report_id), count(*) FILTER (WHERE first), count(DISTINCT source_record_id) FROM evidence.prisma_record()")" '16|13|13|16'
	equal "$(sql "SELECT string_agg(report_id || ':' || state, ' ' ORDER BY report_id) FROM evidence.prisma_record() WHERE first AND report_id IN (1, 3, 4, 8, 9, 42)")" \
		'1:included 3:excluded_full_text 4:awaiting_full_text 8:awaiting_screening 9:awaiting_screening 42:included'
	equal "$(sql "SELECT bool_and(holds), count(*) FROM evidence.identity_check((SELECT jsonb_object_agg(box, n) FROM evidence.prisma_flow() WHERE reason IS NULL))")" 't|10'
	equal "$(sql "SELECT count(*) FROM evidence.prisma_flow() WHERE n <> n_recorded OR label_zh IS NULL OR label_en IS NULL")" 0
}

@test "flow: as of any day (UTC) it is what stood at its end, whatever came later" {
	screened
	sql "INSERT INTO evidence.report_study VALUES ('r', 1, 'Li 2020'), ('r', 42, 'Wu 2021')"
	equal "$(flow "'2025-12-31'")" ''
	equal "$(flow "'2026-01-01'")" 'databases=10 identified=10 awaiting_screening=10'
	equal "$(flow "'2026-01-04'")" 'databases=13 registers=1 identified=14 duplicates=2 awaiting_screening=12'
	equal "$(flow "'2026-01-05'")" 'databases=13 registers=1 identified=14 duplicates=2 awaiting_screening=12 citations=2 other_identified=2 other_duplicates=1 other_sought=1 other_awaiting_retrieval=1'
	equal "$(flow "'2026-01-12'" | grep -o 'screened=8.*assessed\|awaiting_retrieval=4 awaiting_full_text=1')" 'awaiting_retrieval=4 awaiting_full_text=1'
	before=$(flow "'2026-01-13'")
	decides 2026-01-20 title_abstract 1 li exclude
	decides 2026-01-21 title_abstract 1 li withdrawn
	decides 2026-01-22 title_abstract 1 wu exclude; decides 2026-01-22 title_abstract 1 li exclude
	equal "$(flow "'2026-01-13'")" "$before"
	day() { sql "SELECT state FROM evidence.prisma_record('$1') WHERE report_id = 1 AND first"; }
	equal "$(day 2026-01-19) $(day 2026-01-20) $(day 2026-01-21) $(day 2026-01-22)" 'included awaiting_screening awaiting_screening excluded_screening'
	# A day is UTC's, whatever the session's zone.
	decides '2026-01-23 23:59:59.9' title_abstract 6 li include; decides '2026-01-23 23:59:59.9' title_abstract 6 wu include
	for zone in Asia/Shanghai America/Los_Angeles; do
		equal "$(PGTZ=$zone sql "SELECT string_agg(state, ' ' ORDER BY d) FROM unnest('{2026-01-22,2026-01-23}'::date[]) d, evidence.prisma_record(d) r WHERE report_id = 6 AND first")" 'excluded_screening awaiting_retrieval'
	done
	equal "$(sql "SELECT count(DISTINCT d) FROM generate_series(date '2025-12-30', date '2026-01-25', interval '1 day') d, evidence.prisma_flow(d::date)")" 27 # no error: the identities hold on each
}

@test "flow: what is not known is NULL and says why, 0 only where it is known to be" {
	library
	equal "$(sql "SELECT n, n_recorded, note FROM evidence.prisma_flow() WHERE box IN ('websites', 'organisations') ORDER BY ordinal")" $'0|0|\n0|0|'
	equal "$(sql "SELECT n, note FROM evidence.prisma_flow() WHERE box = 'databases'")" '13|CNKI stated 4 hits and 3 records are here'
	equal "$(sql "SELECT n, note FROM evidence.prisma_flow('2026-01-02') WHERE box = 'databases'")" '10|'
	sql "UPDATE evidence.review SET searches_complete = false, previous_studies = NULL"
	equal "$(sql "SELECT box, n, n_recorded, note FROM evidence.prisma_flow() WHERE box IN ('identified', 'websites', 'organisations', 'other_identified', 'previous_studies', 'previous_reports') ORDER BY ordinal")" \
$'previous_studies|||not known of the previous version
previous_reports|0|0|
identified|14|14|
websites|0|0|
organisations||0|no search of kind organisation is recorded, and searches are not said to be complete
other_identified||2|no search of kind organisation is recorded, and searches are not said to be complete'
	sql "UPDATE evidence.review SET searches_complete = true; INSERT INTO evidence.search (review, database, hits_stated) VALUES ('r', 'VIP', 7)"
	equal "$(sql "SELECT box, n, n_recorded, note FROM evidence.prisma_flow() WHERE box IN ('databases', 'registers', 'screened') ORDER BY ordinal")" \
		$'databases||13|records were not imported of: VIP\nregisters|1|1|\nscreened||0|records were not imported of: VIP'
	sql "DELETE FROM evidence.search WHERE database = 'VIP'; DELETE FROM evidence.record_cluster WHERE source_record_id = 31"
	equal "$(sql "SELECT box, n, n_recorded, note FROM evidence.prisma_flow() WHERE box IN ('identified', 'duplicates') ORDER BY ordinal")" \
		$'identified|14|14|\nduplicates||2|1 records were not compared: evidence.deduplicate()'
}

@test "flow: studies are not reports, and unknown while nobody said which study a report is of" {
	screened
	equal "$(sql "SELECT n, n_recorded, note FROM evidence.prisma_flow() WHERE box = 'new_studies'")" '|0|of 2 included reports nobody said which study they are of'
	equal "$(sql "SELECT note_zh FROM evidence.prisma_flow() WHERE box = 'new_studies'")" '2 篇纳入的报告尚未注明属于哪项研究'
	# What is said in one language is said in the other, by as many parts, and in no word of the other's.
	equal "$(sql "SELECT count(*) FROM evidence.prisma_flow() WHERE (note IS NULL) <> (note_zh IS NULL) OR array_length(string_to_array(note, '; '), 1) <> array_length(string_to_array(note_zh, '；'), 1) OR note_zh ~ '[a-z]+ [a-z]+ [a-z]+' OR note ~ '[一-龥]'")" 0
	sql "INSERT INTO evidence.report_study VALUES ('r', 1, 'a'), ('r', 1, 'b'), ('r', 42, 'b')"
	equal "$(sql "SELECT string_agg(box || '=' || n, ' ' ORDER BY ordinal) FROM evidence.prisma_flow() WHERE box ~ '^(new|total)'")" 'new_studies=2 new_reports=2 total_studies=2 total_reports=2'
}

@test "flow: identities that do not hold are an error, and so are reviews that are not there" {
	screened
	sql "UPDATE evidence.prisma_identity SET plus = '{sought}', minus = '{}' WHERE box = 'assessed'"
	refused "$PGUSER" 'SELECT * FROM evidence.prisma_flow()' 'review r does not add up: assessed = sought, which is 3 and not 6'
	sql "UPDATE evidence.prisma_identity SET minus = '{not_retrieved,awaiting_retrieval,awaiting_full_text}' WHERE box = 'assessed'"
	refused "$PGUSER" "SELECT * FROM evidence.prisma_flow(NULL, 'x')" "no review 'x'"
	sql "INSERT INTO evidence.review (review) VALUES ('s')"
	refused "$PGUSER" 'SELECT * FROM evidence.prisma_flow()' 'review is not named, and there are 2'
	equal "$(sql "SELECT count(*) FROM evidence.prisma_flow(NULL, 's') WHERE n = 0")" 0 # nothing is known of it
	equal "$(sql "SELECT note_zh FROM evidence.prisma_flow(NULL, 's') WHERE box = 'identified'")" '没有记录数据库的检索，也未说明检索已齐全；没有记录注册库的检索，也未说明检索已齐全'
	equal "$(sql "SELECT count(*) FROM report.prisma WHERE review = 's' AND standard AND (note_zh IS NULL OR note IS NULL)")" 0
}

@test "conflicts: shown one row a screener, settled by a consensus that outranks and is kept apart" {
	screened
	equal "$(sql "SELECT report_id, stage, conflict, screener, decision, reason FROM evidence.screening_conflict()")" \
		$'8|title_abstract|decision|li|include|\n8|title_abstract|decision|wu|exclude|\n3|full_text|reason|li|exclude|population\n3|full_text|reason|wu|exclude|design'
	decides 2026-02-01 title_abstract 8 he include '' true
	decides 2026-02-01 full_text 41 he exclude population true # 41 is a record of report 3
	equal "$(sql "SELECT count(*) FROM evidence.screening_conflict()")" 0
	equal "$(sql "SELECT count(*) FROM evidence.screening_conflict('r', '2026-01-31')")" 4
	equal "$(sql "SELECT report_id, stage, outcome, reason, settled_by FROM evidence.screening_outcome() WHERE settled_by IS NOT NULL ORDER BY 1")" $'3|full_text|exclude|population|he\n8|title_abstract|include||he'
	equal "$(sql "SELECT reason, n FROM evidence.prisma_flow() WHERE reason IS NOT NULL")" $'population|1\ndesign|1'
	decides 2026-02-02 title_abstract 8 he withdrawn '' true
	equal "$(sql "SELECT conflict FROM evidence.screening_outcome() WHERE report_id = 8")" decision
	both 2026-02-03 title_abstract 8 unsure
	equal "$(sql "SELECT conflict FROM evidence.screening_outcome() WHERE report_id = 8")" unsure
}

@test "decisions: a later one takes the place of an earlier one, and all are kept with who and when" {
	library
	decides 2026-01-11 title_abstract 1 li include
	decides 2026-01-12 title_abstract 21 li exclude # the same report by its other record
	equal "$(sql "SELECT report_id, source_record_id, decision, supersedes IS NOT NULL, superseded_by IS NOT NULL, recorded_by FROM evidence.screening_history ORDER BY decided_at")" \
		$'1|1|include|f|t|t_screen_in\n1|21|exclude|t|f|t_screen_in'
	# Two reports again: each has its own decision.
	sql "UPDATE evidence.record_cluster SET cluster_id = 21 WHERE source_record_id = 21"
	equal "$(sql "SELECT report_id, decision FROM evidence.screening_history WHERE superseded_by IS NULL ORDER BY 1")" $'1|include\n21|exclude'
	for statement in 'UPDATE evidence.screening_decision SET decision = $$include$$' 'DELETE FROM evidence.screening_decision' 'DELETE FROM evidence.screening_event' \
		"INSERT INTO evidence.screening_decision (review, source_record_id, stage, screener, decision, recorded_by) VALUES ('r', 1, 'title_abstract', 'li', 'include', 'wu')"; do
		refused t_screen_in "$statement" 'permission denied'
	done
	insert="INSERT INTO evidence.screening_decision (review, source_record_id, stage, screener, decision, reason, decided_at) VALUES ('r', 1,"
	refused t_screen_out "$insert 'title_abstract', 'li', 'include', NULL, now())" 'permission denied'
	refused t_screen_in "$insert 'full_text', 'li', 'exclude', NULL, now())" screening_reason
	refused t_screen_in "$insert 'title_abstract', 'li', 'exclude', 'design', now())" screening_reason
	refused t_screen_in "$insert 'full_text', 'li', 'exclude', 'taste', now())" 'exclusion_reason|foreign key'
	refused t_screen_in "$insert 'title_abstract', 'li', 'include', NULL, now() + interval '1 day')" screening_not_ahead
}

@test "decisions that contradict each other are listed and do not move the flow" {
	screened
	both 2026-01-14 full_text 6 include
	both 2026-01-14 full_text 5 include
	both 2026-01-14 title_abstract 10 include
	sql "INSERT INTO evidence.source_record (source_record_id, source_id, record_key, occurrence, file_id, seen_in, ordinal, format, content_sha256, raw) SELECT 99, 4, 'other', 1, 3, 3, 9, 'ris', sha256(''), ''"
	sql "UPDATE evidence.source_record SET source_id = 4 WHERE source_record_id = 99" # an older version of file 4 had it
	both 2026-01-14 title_abstract 99 include
	equal "$(sql "SELECT report_id, code FROM evidence.screening_question()")" $'5|full_text_not_retrieved\n6|full_text_too_early\n10|removed_but_screened\n99|not_in_review'
	equal "$(sql "SELECT n FROM evidence.prisma_flow() WHERE box = 'new_reports'")" 2
}

# A B N ...: N reports on which li says A and wu says B
tally()
{
	library
	sql "INSERT INTO evidence.source_record (source_record_id, source_id, record_key, occurrence, file_id, seen_in, ordinal, format, content_sha256, raw)
		SELECT k, 1, 'm' || k, 1, 1, 1, k, 'ris', sha256(k::text::bytea), '' FROM generate_series(1001, 1200) k"
	local at=1001
	while [ $# -gt 0 ]; do
		sql "INSERT INTO evidence.screening_decision (review, source_record_id, stage, screener, decision)
			SELECT 'r', k, 'title_abstract', who, said FROM generate_series($at, $at + $3 - 1) k, (VALUES ('li', '$1'), ('wu', '$2')) v (who, said)"
		at=$((at + $3)); shift 3
	done
}
agreement() { sql "SELECT n, agree, agreement, round(kappa::numeric, 12), round(se::numeric, 12), round(ci_lb::numeric, 12), round(ci_ub::numeric, 12), round(pabak::numeric, 12), note FROM evidence.screening_agreement('title_abstract')"; }

# Expected: psych 2.x, cohen.kappa(matrix(...), alpha = .05): kappa, sqrt(var.kappa), confid[1, ].
@test "agreement: kappa with its interval as R's psych has it, PABAK by hand" {
	tally include include 20 include exclude 5 exclude include 10 exclude exclude 15
	equal "$(agreement)" '50|35|0.7|0.400000000000|0.126996062931|0.151092290477|0.648907709523|0.400000000000|'
}

@test "agreement: rare inclusions" {
	tally include include 12 include exclude 3 exclude include 2 exclude exclude 83
	equal "$(agreement)" '100|95|0.95|0.798387096774|0.086894383439|0.628077234774|0.968696958774|0.900000000000|'
}

@test "agreement: three decisions" {
	tally include include 10 include exclude 2 include unsure 1 exclude include 3 exclude exclude 40 exclude unsure 4 unsure exclude 5 unsure unsure 35
	equal "$(agreement)" '100|85|0.85|0.750913317835|0.059208764960|0.634866270943|0.866960364726|0.775000000000|'
}

@test "agreement: nobody, one screener, no report in common, one decision throughout, perfect" {
	library
	equal "$(agreement)" ''
	decides 2026-01-11 title_abstract 1 li include
	equal "$(sql "SELECT screener_a, screener_b, n, n_one, kappa, note FROM evidence.screening_agreement('title_abstract')")" 'li||0|1||one screener alone: there is nobody to agree with'
	decides 2026-01-11 title_abstract 2 wu include
	equal "$(sql "SELECT screener_a, screener_b, n, n_one, agreement, kappa, pabak, note FROM evidence.screening_agreement('title_abstract')")" 'li|wu|0|2||||no report that both decided on'
	decides 2026-01-11 title_abstract 2 li include; decides 2026-01-11 title_abstract 1 wu include
	equal "$(agreement)" '2|2|1|||||1.000000000000|all labels are one: agreement by chance is certain'
	decides 2026-01-11 title_abstract 3 li include; decides 2026-01-11 title_abstract 3 wu exclude
	equal "$(agreement)" '3|2|0.6666666666666666|0.000000000000||||0.333333333333|one side has a single label: agreement is that of chance, no interval'
}

@test "agreement: of first decisions unless the last are asked for; consensus is no part; arguments are checked" {
	library
	both 2026-01-11 title_abstract 1 include; both 2026-01-11 title_abstract 2 exclude
	decides 2026-01-11 title_abstract 8 li include; decides 2026-01-11 title_abstract 8 wu exclude
	decides 2026-01-12 title_abstract 8 wu include
	decides 2026-01-13 title_abstract 8 he include '' true
	equal "$(sql "SELECT agree, n FROM evidence.screening_agreement('title_abstract')")" '2|3'
	equal "$(sql "SELECT agree, n, kappa, note FROM evidence.screening_agreement('title_abstract', p_which => 'last')")" '3|3|1|no disagreement: the large-sample interval has no width'
	equal "$(sql "SELECT count(*) FROM evidence.screening_agreement('title_abstract', p_as_of => '2026-01-10')")" 0
	refused "$PGUSER" "SELECT * FROM evidence.screening_agreement('abstract')" "stage is 'abstract'; expected title_abstract or full_text"
	refused "$PGUSER" "SELECT * FROM evidence.screening_agreement('full_text', p_which => 'best')" "which is 'best'; expected first or last"
	refused "$PGUSER" "SELECT * FROM evidence.screening_agreement('full_text', p_level => 1)" 'level must be'
}

@test "searches: what they stated beside what was imported; versions of a strategy that disagree are kept" {
	library
	sql "INSERT INTO evidence.search_strategy (review, search_id, language, stated_in, ordinal, strategy) VALUES ('r', 1, 'zh', 'abstract', 1, 'Psychoradiology'), ('r', 1, 'zh', 'abstract', 2, 'Psychoradiology AND Depression'),
		('r', 1, 'en', 'abstract', 1, 'psychology and depression'), ('r', 1, 'en', 'abstract', 2, 'psychology and depression'), ('r', 2, 'zh', 'protocol', 1, '抑郁症'), ('r', 2, 'zh', 'abstract', 1, '抑郁症')"
	equal "$(sql "SELECT database, hits_stated, files, records, difference, languages, versions_disagree FROM evidence.search_summary ORDER BY search_id")" \
$'PubMed|10|1|10|0|{en,zh}|t
CNKI|4|1|3|-1|{zh}|f
ChiCTR||1|1|||f
citations||1|2|||f
a site|0|||||f'
	equal "$(sql "SELECT evidence.attach_sources(1)")" 0
	refused "$PGUSER" 'SELECT evidence.attach_sources(77)' 'there is no search 77'
	refused "$PGUSER" "INSERT INTO evidence.search_source VALUES (2, 'r', 1)" 'search_source_pkey'
}

@test "a stated flow: beside ours, unknown as unknown, its sums checked" {
	library
	sql "INSERT INTO evidence.review (review) VALUES ('paper'); INSERT INTO evidence.flow_stated (review, box, n, verbatim) VALUES ('paper', 'new_studies', 16, '纳入16篇'), ('paper', 'identified', NULL, NULL)"
	equal "$(sql "SELECT count(*), count(n), count(n_stated), count(difference), sum(n_stated), max(verbatim) FROM evidence.prisma_compare(NULL, 'paper')")" '33|0|1|0|16|纳入16篇'
	equal "$(sql "SELECT count(*), count(holds) FROM evidence.flow_stated_check('paper')")" '10|0'
	sql "INSERT INTO evidence.flow_stated (review, box, n) VALUES ('r', 'databases', 12), ('r', 'registers', 1), ('r', 'identified', 13), ('r', 'duplicates', 2), ('r', 'removed_automation', 0), ('r', 'removed_other', 0), ('r', 'screened', 12)"
	equal "$(sql "SELECT box, n, expected, holds, identity FROM evidence.flow_stated_check('r') WHERE holds IS NOT NULL")" \
$'identified|13|13|t|identified = databases + registers
screened|12|11|f|screened = identified - duplicates - removed_automation - removed_other - awaiting_screening'
	equal "$(sql "SELECT n, n_stated, difference FROM evidence.prisma_compare(NULL, 'r') WHERE box = 'databases'")" '13|12|1'
}

@test "rights: analysts see the flow and change nothing; loaders run all of it" {
	screened
	equal "$(as t_screen_out -c "SELECT count(*) FROM evidence.prisma_flow()")" "$(sql "SELECT count(*) FROM evidence.prisma_flow()")"
	equal "$(as t_screen_in -c "SELECT count(*) FROM evidence.prisma_compare()")" 33
	equal "$(as t_screen_out -c "SELECT count(*) FROM evidence.screening_agreement('full_text')")" 1
	refused t_screen_out "SELECT evidence.attach_sources(1)" 'permission denied'
	refused t_screen_out "INSERT INTO evidence.review (review) VALUES ('x')" 'permission denied'
	as t_screen_in -c "INSERT INTO evidence.review (review) VALUES ('x')"
	as t_screen_in -c "INSERT INTO evidence.search (review, database) VALUES ('x', 'PubMed')"
}
