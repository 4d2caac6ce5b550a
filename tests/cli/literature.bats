# Records of literature: formats and encodings told from the content, nothing lost, nothing twice.
load cases.bash

literature() { run psyrad ingest literature "$@"; }
ris() { local i; for i in "$@"; do printf 'TY  - JOUR\r\nAU  - Smith, J%s\r\nTI  - Title %s\r\nPY  - 2020\r\nER  - \r\n\r\n' "$i" "$i"; done; }

@test "the same file twice adds nothing, under another name neither; the same record in two files is two" {
	ris 1 2 3 >a.ris; cp a.ris b.ris; ris 3 4 >c.ris
	literature a.ris; exits 0; has '3 read, 3 loaded, 0 unchanged, 0 rejected'
	literature a.ris b.ris; exits 0; has '2 files, 6 read, 0 loaded, 6 unchanged'
	literature c.ris; exits 0; has '2 read, 2 loaded'
	is '5|4' "$(q "SELECT count(*), count(DISTINCT content_sha256) FROM evidence.source_record")"
	is 'a.ris|3|3|0 c.ris|2|2|0' "$(q "SELECT path, records_in_file, records, vanished FROM evidence.source_count ORDER BY 1" | paste -sd ' ')"
	literature a.ris --database PubMed --search s1 --searched 2026-11-23; exits 0; has '3 loaded'
	is 'PubMed|s1|2026-11-23|3' "$(q "SELECT database, search, searched, records FROM evidence.source_count WHERE database IS NOT NULL")"
	literature a.ris --searched tomorrowish; exits 1; has '--searched is tomorrowish; expected a day'
}

@test "a corrected file changes its records, with history; a record that it leaves out is kept and reported" {
	ris 1 2 3 >a.ris; sed -i '0,/AU/s/AU  - Smith, J1/&\r\nDO  - 10.1234\/One/' a.ris; literature a.ris; exits 0
	{ ris 9; ris 1 2; } | sed 's/AU  - Smith, J1/AU  - Smith, John\r\nDO  - https:\/\/doi.org\/10.1234\/ONE/' >b.ris; mv b.ris a.ris
	literature a.ris; exits 1; has '3 read, 2 loaded, 1 unchanged, 1 rejected'
	is 'row_vanished' "$(q "SELECT code FROM ingest.reject")"
	is 'Title 9|1 Title 1|2 Title 2|3 Title 3|3' "$(q "SELECT title, ordinal FROM evidence.source_record ORDER BY seen_in DESC, ordinal" | paste -sd ' ')"
	is 'Smith, J1' "$(q "SELECT old_row #>> '{authors,0,written}' FROM ingest.history WHERE table_name = 'evidence.source_record'")"
	is '3|3|1' "$(q "SELECT records_in_file, records, vanished FROM evidence.source_count")"
}

@test "what is no literature is refused, and so is a file without records; never a silent 0" {
	echo 'Dear colleague, nothing here.' >a.txt; : >empty.txt; printf 'title,authors,year\n' >header.csv; printf '<?xml version="1.0"?>\n<PubmedArticleSet/>\n' >p.xml
	literature a.txt; exits 1; has 'line 1: this is no format of literature that is known; it begins: Dear colleague'
	literature empty.txt; exits 1; has 'the file has no text in it'
	literature header.csv; exits 1; has 'line 1: no record found, reading the file as table'
	literature p.xml; exits 1; has 'no record found, reading the file as endnote-xml'
	literature a.txt --format nonsense; exits 1; has '--format nonsense is not known'
	is 5 "$(q "SELECT count(*) FROM ingest.file WHERE status = 'refused'")"
}
