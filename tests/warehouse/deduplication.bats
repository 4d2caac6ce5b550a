# Records of one report: clusters and their reasons, people's decisions, counts that come out to the last record.
load helpers

setup_file() { make_database "$database"; }
teardown_file() { drop_database "$database"; }
setup() { as "$PGUSER" -c "TRUNCATE evidence.source_record, ingest.file CASCADE" >/dev/null 2>&1; sources; }

# Two files; psyrad ingest literature has tests of its own in tests/cli.
sources()
{
	sql "INSERT INTO ingest.file (file_id, command, path, sha256, bytes, status, tool_version, started_at)
		SELECT k, 'literature', 'f' || k, sha256(k::text::bytea), 1, 'loaded', 'test', now() FROM generate_series(1, 3) k" >/dev/null
}

# ID FILE DATABASE TITLE AUTHOR YEAR JOURNAL VOLUME PAGES [DOI]
record()
{
	as "$PGUSER" -v id="$1" -v file="$2" -v db="$3" -v title="$4" -v author="$5" -v year="$6" -v journal="$7" -v volume="$8" -v pages="$9" -v doi="${10:-}" <<-'SQL' >/dev/null
		INSERT INTO evidence.source_record (source_record_id, source_id, record_key, occurrence, file_id, seen_in, ordinal, format, database,
			content_sha256, title, authors, year, journal, volume, pages, doi, raw)
		VALUES (:id, :file, 'k' || :id, 1, :file, :file, :id, 'ris', nullif(:'db', ''), sha256(:'title'::bytea), nullif(:'title', ''),
			(SELECT jsonb_agg(jsonb_build_object('family', split_part(a, ', ', 1), 'given', split_part(a, ', ', 2))) FROM unnest(string_to_array(nullif(:'author', ''), '; ')) a),
			nullif(:'year', '')::int, nullif(:'journal', ''), nullif(:'volume', ''), nullif(:'pages', ''), nullif(:'doi', ''), '');
	SQL
}

counts() { sql "SELECT string_agg(concat_ws(':', database, records, first_occurrences, duplicates_within, duplicates_across, not_compared), ' ' ORDER BY database) FROM evidence.duplicate_count"; }
clusters() { sql "SELECT string_agg(source_record_id || '>' || cluster_id, ' ' ORDER BY source_record_id) FROM evidence.record_cluster"; }

library()
{
	record 1 1 PubMed 'Electroacupuncture for major depressive disorder: a randomised trial' 'Zhao, Y; Li, J' 2019 'J Affect Disord' 245 101-9
	record 2 1 PubMed 'Editorial' 'Zhao, Y' 2019 'J Affect Disord' 245 1-2
	record 3 2 Embase 'Electroacupuncture for Major Depressive Disorder: A Randomized Trial' 'Zhao, Ying; Li, Jing' 2019 'Journal of Affective Disorders' 245 101-109 10.1016/j.jad.2019.01.001
	record 4 2 Embase 'Electroacupuncture for Major Depressive Disorder: A Randomized Trial' 'Zhao, Ying; Li, Jing' 2019 'Journal of Affective Disorders' 245 101-109 10.1016/j.jad.2019.01.001
	record 5 2 Embase 'Editorial' 'Zhao, Y' 2019 'J Affect Disord' 246 1-2
	record 6 3 '' 'Electroacupuncture for major depressive disorder: a randomised trial' 'Zhao, Y; Li, J' 2018 'World Congress of Psychiatry' '' ''
}

@test "records of one report meet, with rule and confidence; counts by database come out to the last record" {
	library
	equal 'Embase:3:0:0:0:3 PubMed:2:0:0:0:2 1:0:0:0:1' "$(counts)"
	equal '6|4|2|2|6' "$(sql "SELECT * FROM evidence.deduplicate()")"
	equal '1>1 2>2 3>1 4>1 5>5 6>6' "$(clusters)"
	equal 'Embase:3:1:1:1:0 PubMed:2:2:0:0:0 1:1:0:0:0' "$(counts)"
	equal 't|t' "$(sql "SELECT sum(records) = sum(first_occurrences + duplicates_within + duplicates_across + not_compared),
		sum(first_occurrences) = (SELECT count(DISTINCT cluster_id) FROM evidence.record_cluster) FROM evidence.duplicate_count")"
	equal '3|4|identical|1' "$(sql "SELECT record_a, record_b, rule, confidence FROM evidence.duplicate WHERE rule = 'identical'")"
	equal '1|6|other journal 3|6|other journal' "$(sql "SELECT record_a, record_b, differs FROM evidence.uncertain_duplicate" | paste -sd ' ')"
	equal '3|{Embase,PubMed}|10.1016/j.jad.2019.01.001' "$(sql "SELECT records, databases, doi FROM evidence.cluster WHERE cluster_id = 1")"
	equal 6 "$(sql "SELECT count(*) FROM evidence.source_record")"
}

@test "running it again changes nothing and writes nothing" {
	library
	sql "SELECT evidence.deduplicate()" >/dev/null
	local before; before=$(sql "SELECT array_agg((xmin, ctid)::text ORDER BY source_record_id) FROM evidence.record_cluster; SELECT array_agg((xmin, ctid)::text ORDER BY record_a, record_b) FROM evidence.duplicate")
	equal '6|4|2|2|0' "$(sql "SELECT * FROM evidence.deduplicate()")"
	equal "$before" "$(sql "SELECT array_agg((xmin, ctid)::text ORDER BY source_record_id) FROM evidence.record_cluster; SELECT array_agg((xmin, ctid)::text ORDER BY record_a, record_b) FROM evidence.duplicate")"
}

@test "a person's decision outranks the rules, either way, is kept with who and when, and is taken back" {
	library
	sql "SELECT evidence.deduplicate()" >/dev/null
	sql "SELECT evidence.decide_duplicate(6, 1, true, 'the talk and its paper')" >/dev/null
	equal '1>1 2>2 3>1 4>1 5>5 6>1' "$(clusters)"
	equal 0 "$(sql "SELECT count(*) FROM evidence.uncertain_duplicate WHERE record_a = 1")"
	sql "SELECT evidence.decide_duplicate(1, 3, false)" >/dev/null
	equal '1>1 2>2 3>3 4>3 5>5 6>1' "$(clusters)"
	sql "SELECT evidence.decide_duplicate(3, 4, false)" >/dev/null
	equal '1>1 2>2 3>3 4>1 5>5 6>1' "$(clusters)"
	sql "SELECT evidence.decide_duplicate(3, 4, NULL); SELECT evidence.decide_duplicate(1, 3, NULL); SELECT evidence.decide_duplicate(1, 6, NULL)" >/dev/null
	equal '1>1 2>2 3>1 4>1 5>5 6>6' "$(clusters)"
	equal "6|$PGUSER|t" "$(sql "SELECT count(*), min(decided_by), bool_and(decided_at <= now()) FROM evidence.duplicate_decision")"
	refused "$PGUSER" "SELECT evidence.decide_duplicate(1, 999, true)" 'there is no source record 999'
	refused "$PGUSER" "SELECT evidence.decide_duplicate(1, 1, true)" 'a decision is on two records; got 1 and 1'
}

@test "a record that a correction left out is in no cluster, and is not deleted" {
	library
	sql "SELECT evidence.deduplicate(); UPDATE evidence.source_record SET seen_in = 3 WHERE source_record_id IN (3, 5)" >/dev/null
	equal 'Embase:2:1:0:1:0 PubMed:2:2:0:0:0 1:1:0:0:0' "$(counts)"
	equal '5|4|1|2|1' "$(sql "SELECT * FROM evidence.deduplicate()")"
	equal '1>1 2>2 3>1 5>5 6>6' "$(clusters)"
	equal 6 "$(sql "SELECT count(*) FROM evidence.source_record")"
}

@test "analysts read, and neither compute nor decide" {
	library
	sql "DROP ROLE IF EXISTS t_dedupe_analyst; CREATE ROLE t_dedupe_analyst LOGIN IN ROLE psyrad_analyst"
	equal 0 "$(as t_dedupe_analyst -c "SELECT count(*) FROM evidence.uncertain_duplicate")"
	refused t_dedupe_analyst "SELECT evidence.deduplicate()" 'permission denied'
	refused t_dedupe_analyst "SELECT evidence.decide_duplicate(1, 2, true)" 'permission denied'
	sql "DROP ROLE t_dedupe_analyst"
}

@test "who decided and when is the server's to say" {
	library
	sql "DROP ROLE IF EXISTS t_dedupe_loader; CREATE ROLE t_dedupe_loader LOGIN IN ROLE psyrad_ingest"
	refused t_dedupe_loader "INSERT INTO evidence.duplicate_decision (record_a, record_b, same, decided_by) VALUES (1, 2, true, 'somebody else')" 'permission denied'
	refused t_dedupe_loader "INSERT INTO evidence.duplicate_decision (record_a, record_b, same, decided_at) VALUES (1, 2, true, '2020-01-01')" 'permission denied'
	as t_dedupe_loader -c "SELECT evidence.decide_duplicate(1, 2, true)" >/dev/null
	equal 't_dedupe_loader|t' "$(sql "SELECT decided_by, decided_at > now() - interval '1 hour' FROM evidence.duplicate_decision")"
	sql "TRUNCATE evidence.duplicate_decision; DROP ROLE t_dedupe_loader"
}
