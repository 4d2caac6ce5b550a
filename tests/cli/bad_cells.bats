# 200 bad cells of protocols and 200 of given sessions: one reject each, at its cell, and nothing else lost.
load cases.bash

# check KIND KEY TABLE: the sheet of KIND, loaded and loaded again
check() {
	python3 "$here/bad_cells.py" "$1" sheet.csv expected | LC_ALL=C sort >kept
	is 200 "$(wc -l <expected)"
	run psyrad ingest "$1" sheet.csv --study t; exits 1
	has "400 read, $(wc -l <kept) loaded, 0 unchanged, 200 rejected"
	q "SELECT line, coalesce(column_name, '-'), coalesce(column_number::text, '-'), code, raw FROM ingest.reject ORDER BY line" | diff expected -
	q "SELECT $2 FROM $3" | LC_ALL=C sort | diff kept -
	is 0 "$(q "SELECT count(*) FROM ingest.reject WHERE message !~ '.{10}' OR file_id <> (SELECT max(file_id) FROM ingest.file)")"
	q "SELECT md5(string_agg(t::text, '|' ORDER BY $2)) FROM (SELECT (to_jsonb(s) - 'file_id' - 'line')::text AS t, $2 FROM $3 s) t" >before
	run psyrad ingest "$1" sheet.csv --study t
	has ' 0 loaded'
	q "SELECT md5(string_agg(t::text, '|' ORDER BY $2)) FROM (SELECT (to_jsonb(s) - 'file_id' - 'line')::text AS t, $2 FROM $3 s) t" | diff before -
	q "SELECT line, coalesce(column_name, '-'), coalesce(column_number::text, '-'), code, raw FROM ingest.reject ORDER BY line" | LC_ALL=C sort -u | diff <(LC_ALL=C sort -u expected) -
}

@test "protocols: 200 bad cells leave 200 rejects, and every other row" { check protocols protocol intervention.protocol; }

@test "sessions: 200 bad cells leave 200 rejects, and every other row" { check sessions session_number intervention.session; }

@test "files that are none: refused as a whole, with what is wrong, and nothing of them kept" {
	printf 'session_number,points\n1,GV20\n' >no_participant.csv
	printf 'participant_id,session_number,session_number\nP01,1,1\n' >twice.csv
	: >empty.csv
	printf '\200\001\377\000\220%.0s' {1..60} >noise.csv
	printf 'participant_id,session_number\nP01,"1\n' >open_quote.csv
	printf 'protocol\n' | iconv -t UTF-16LE | head -c 9 >odd.csv
	for file in no_participant twice empty noise open_quote odd absent; do
		run psyrad ingest sessions $file.csv --study t
		[ "$status" != 0 ] || { echo "$file was taken: $output"; return 1; }
		has "$file.csv"
	done
	is 0 "$(q 'SELECT count(*) FROM intervention.session')"
}
