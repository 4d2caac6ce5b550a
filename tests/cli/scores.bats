# Ratings: layouts, headers, bad cells, corrections.
load cases.bash

@test "long items and totals load; the total is the sum of the items" {
	long_file
	scores scores.csv; exits 0
	is 'scores: 1 file, 3 read, 3 loaded, 0 unchanged, 0 rejected' "$output"
	is 'P01|post|13|13
P01|pre|19|19
P02|pre|20|20' "$(q 'SELECT k.label, s.session, s.total_items, s.total FROM clinical.score s JOIN clinical.subject_key k USING (subject_id) ORDER BY 1, 2')"
	is '{3,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1}' "$(q "SELECT items FROM clinical.score s WHERE total = 19")"
	is '2' "$(q 'SELECT line FROM clinical.score WHERE total = 19')"
}

@test "the same file twice: nothing new, nothing written" {
	long_file
	scores scores.csv; exits 0
	before=$(q 'SELECT count(*), max(finished_at) FROM ingest.file')
	scores scores.csv; exits 0
	is 'scores: 1 file, 3 read, 0 loaded, 3 unchanged, 0 rejected' "$output"
	is "$before" "$(q 'SELECT count(*), max(finished_at) FROM ingest.file')"
	cp scores.csv copy.csv; scores copy.csv; exits 0
	has '0 loaded, 3 unchanged'
}

@test "a changed file under the same name: changed rows go to the history, vanished ones are reported, none is deleted" {
	long_file
	scores scores.csv; exits 0
	sed -i 's/^P01,0,3/P01,0,2/; s/,19$/,18/; /^P02/d' scores.csv
	scores scores.csv; exits 1
	has '2 read, 1 loaded, 1 unchanged, 1 rejected'
	is 3 "$(facts)"
	is '18' "$(q "SELECT total FROM clinical.score s JOIN clinical.subject_key k USING (subject_id) WHERE label = 'P01' AND session = 'pre'")"
	is 'clinical.score|19|3' "$(q "SELECT table_name, old_row ->> 'total', old_row -> 'items' ->> 0 FROM ingest.history")"
	is 't' "$(q "SELECT supersedes = (SELECT min(file_id) FROM ingest.file WHERE command = 'scores') FROM ingest.file ORDER BY file_id DESC LIMIT 1")"
	is 'row_vanished' "$(q 'SELECT code FROM ingest.reject')"
	has_message=$(q 'SELECT message FROM ingest.reject'); [[ $has_message == *P02*pre* ]]
}

@test "a correction that is taken back loads again" {
	long_file v1.csv; sed 's/,19$/,18/; s/^P01,0,3/P01,0,2/' v1.csv >v2.csv
	cp v1.csv scores.csv; scores scores.csv; exits 0
	cp v2.csv scores.csv; scores scores.csv; exits 0; has '1 loaded'
	cp v1.csv scores.csv; scores scores.csv; exits 0; has '1 loaded'
	is 19 "$(q "SELECT total FROM clinical.score s JOIN clinical.subject_key k USING (subject_id) WHERE label = 'P01' AND session = 'pre'")"
	is 2 "$(q 'SELECT count(*) FROM ingest.history')"
	cp v2.csv scores.csv; scores scores.csv; exits 0; has '1 loaded'
}

@test "an item out of range rejects its row and no other, by line, column and number" {
	long_file; sed -i '3s/^P02,0,4,1,1/P02,0,4,1,7/' scores.csv
	scores scores.csv; exits 1
	has '3 read, 2 loaded, 0 unchanged, 1 rejected'
	is '3|item3|5|item_out_of_range|found 7; expected 0 to 4 (HAMD-17 item 3, suicide)' "$(rejects)"
	is "P02,0,4,1,7$(printf ',1%.0s' $(seq 14)),20|east" "$(q 'SELECT raw, site FROM ingest.reject')"
}

@test "a file with rejects is looked at again once its reason has gone" {
	long_file; echo "P07,0$(items 2),18" >>scores.csv
	scores scores.csv; exits 1
	is '5|participant_id|1|unknown_participant|found P07; expected a participant of t' "$(rejects)"
	scores scores.csv; exits 1; has '4 read, 0 loaded, 3 unchanged, 1 rejected'
	is 1 "$(q 'SELECT count(*) FROM ingest.reject')"
	printf 'participant_id\tsite\tarm\nP07\twest\tEA\n' >more.tsv
	psyrad ingest participants more.tsv --study t
	scores scores.csv; exits 0; has '4 read, 1 loaded, 3 unchanged, 0 rejected'
	is '4|4|0' "$(q "SELECT rows_read, rows_loaded, rows_rejected FROM ingest.file WHERE command = 'scores'")"
}

@test "bad cells: each is one reject with what was found and expected" {
	long_file
	{ echo "P03,0$(items 2.5),18"; echo "P03,2$(items 1,5 | sed 's/1,5/"1,5"/'),18"; echo "P03,4$(items ３),18"
	  echo "P03,8$(items 2/3),18"; echo "P04,0$(items x),18"; echo "P04,3$(items),17"; echo "P04,8$(items),99"
	  echo "P05,$(items),17"; echo ",0$(items),17"; echo "P01,0$(items 2),18"; } >>scores.csv
	scores scores.csv; exits 1
	has '13 read, 3 loaded, 0 unchanged, 10 rejected'
	is '5|item1|3|bad_number|found 2.5: not a whole number
6|item1|3|bad_number|found 1,5: a comma; expected a number with a decimal point and no thousands separators
7|item1|3|bad_number|found ３: full-width characters; expected a number in plain digits
8|item1|3|bad_number|found 2/3: a date (a spreadsheet may have turned a number into one); expected a number
9|item1|3|bad_number|found x: not a number
10|week|2|unknown_visit|found week 3; expected a visit of the plan of t (pre = week 0, w2 = week 2, w4 = week 4, post = week 8)
11|total|20|total_out_of_range|found 99; expected 0 to 52 (HAMD-17); if 99 means missing, say so with --missing 99
12|week|2|missing_visit|empty; expected the visit'"'"'s week or session
13|participant_id|1|missing_participant|empty; expected the participant'"'"'s study code
14|||duplicate_row|the same participant, session, instrument, rater as line 2' "$(rejects)"
	run psyrad ingest scores scores.csv --study t --instrument HAMD-17 --max-rejects 10; exits 0
	run psyrad ingest scores scores.csv --study t --instrument HAMD-17 --max-rejects 9; exits 1
}

@test "wide: totals by week, in several spellings" {
	printf 'participant_id,w0_total,total_w2,HAMD17_w4,week_8\nP01,20,15,,n/a\nP02,22,.,11,NA\n' >wide.csv
	scores wide.csv --map hamd17_w8=week_8; exits 0
	has '4 read, 4 loaded'
	is 'P01 pre 20, P01 w2 15, P02 pre 22, P02 w4 11' "$(q "SELECT string_agg(concat_ws(' ', label, session, total), ', ' ORDER BY label, session) FROM clinical.score s JOIN clinical.subject_key k USING (subject_id)")"
}

@test "wide: items by week; an item out of range names its own column" {
	{ printf participant_id; for w in 0 8; do for i in $(seq 17); do printf ',w%d_item%d' $w $i; done; done; echo
	  echo "P01$(items 2)$(items 1)"; echo "P02$(items 2)$(items 1 9)"; } >wide.csv
	scores wide.csv; exits 1
	has '4 read, 3 loaded, 0 unchanged, 1 rejected'
	is '3|w8_item2|20|item_out_of_range|found 9; expected 0 to 4 (HAMD-17 item 2, feelings of guilt); if 9 means missing, say so with --missing 9' "$(rejects)"
}

@test "headers: hamd17 is item 17 beside hamd16, and the total alone" {
	{ printf 'subject,week'; for i in $(seq 17); do printf ',hamd%d' $i; done; echo; echo "P01,0$(items 2)"; } >a.csv
	scores a.csv; exits 0
	is '18' "$(q 'SELECT total_items FROM clinical.score')"
	printf 'subject,week,hamd17\nP02,0,21\n' >b.csv
	scores b.csv; exits 0
	is '21|' "$(q "SELECT total_stated, items FROM clinical.score WHERE total = 21")"
}

@test "headers: hamd_01, HAMD-17 item 3, q4, 条目5 and 第6项 are items" {
	{ printf 'participant_id,week,hamd_01,hamd_02,HAMD-17 item 3,q4,条目5,第6项'; for i in $(seq 7 17); do printf ',Item %d' $i; done; echo
	  echo "P01,0$(items 1 2 3 0 2 1)"; } >a.csv
	scores a.csv; exits 0
	is '{1,2,3,0,2,1,1,1,1,1,1,1,1,1,1,1,1}' "$(q 'SELECT items FROM clinical.score')"
}

@test "Chinese headers, byte order mark, CRLF, semicolons" {
	printf '\xef\xbb\xbf受试者编号;访视周;总分;评定者\r\nP01;0;21;R1\r\nP02;0;17;R1\r\n' >zh.csv
	scores zh.csv; exits 0
	has '2 read, 2 loaded'
	is 'R1|21' "$(q 'SELECT rater, total FROM clinical.score ORDER BY total DESC LIMIT 1')"
	printf '受试者编号,基线_总分,第2周_总分,第8周总分\nP03,20,15,9\n' >wide.csv
	scores wide.csv; exits 0; has '3 read, 3 loaded'
}

@test "session instead of week, and --session for a file that says neither" {
	printf 'participant_id\tsession\ttotal\nP01\tses-pre\t20\nP01\tpost\t9\n' >a.tsv
	scores a.tsv; exits 0; has '2 loaded'
	printf 'participant_id,total\nP02,20\n' >b.csv
	scores b.csv; exits 1; has 'nothing says which visit'
	scores b.csv --session pre; exits 0; has '1 loaded'
}

@test "session and week in one file must agree" {
	printf 'participant_id,session,week,total\nP01,pre,0,20\nP02,pre,8,20\nP03,w2,,20\nP04,,4,20\n' >a.csv
	scores a.csv; exits 1; has '4 read, 3 loaded, 0 unchanged, 1 rejected'
	is '3|week|3|visit_disagrees|found week 8 beside session pre; the plan of t has that at week 0' "$(rejects)"
}

@test "--map names an item too" {
	{ printf 'participant_id,week,mood'; for i in $(seq 2 17); do printf ',item%d' $i; done; echo; echo "P01,0$(items 4)"; } >a.csv
	scores a.csv --map item1=mood; exits 0
	is 4 "$(q 'SELECT items[1] FROM clinical.score')"
}

@test "quoted line ends: line numbers are of the physical line where the record begins" {
	printf 'participant_id,week,total,note\nP01,0,20,"R\n1"\nP02,0,99,R1\n"P03",0,"x\ny",R1\n' >a.csv
	scores a.csv; exits 1
	is '4|total|3|total_out_of_range|found 99; expected 0 to 52 (HAMD-17); if 99 means missing, say so with --missing 99' "$(rejects | head -1)"
	is '5|total|3|bad_number' "$(q "SELECT line, column_name, column_number, code FROM ingest.reject ORDER BY line DESC LIMIT 1")"
}

@test "a missing answer is NULL, and so is the sum; -9 only where it is declared" {
	long_file; echo "P03,0$(items n/a)," >>scores.csv; echo "P04,0$(items -9)," >>scores.csv
	scores scores.csv; exits 1
	is '6|item1|3|item_out_of_range|found -9; expected 0 to 4 (HAMD-17 item 1, depressed mood); if -9 means missing, say so with --missing -9' "$(rejects)"
	scores scores.csv --missing -9; exits 0
	is 2 "$(q 'SELECT count(*) FROM clinical.score WHERE items[1] IS NULL AND total IS NULL')"
}

@test "a stated total that differs from its items is kept and flagged" {
	printf 'participant_id,week%s,total\nP01,0%s,25\n' "$(items_header)" "$(items 3)" >a.csv
	scores a.csv; exits 0
	is '19|25|19|t' "$(q 'SELECT total_items, total_stated, total, total_differs FROM clinical.score')"
}

@test "an unknown version is an instrument of its own; one that is not known is refused" {
	long_file
	run psyrad ingest scores scores.csv --study t --instrument HAMD-18; exits 1
	has 'the instrument HAMD-18 is not known'; has 'HAMD-17'
	run psyrad ingest scores scores.csv --study nowhere --instrument HAMD-17; exits 1
	has 'the study nowhere is not declared'
	{ echo "participant_id,week$(items_header),item18"; echo "P01,0$(items),1"; } >eighteen.csv
	scores eighteen.csv; exits 1
	has 'column 20 (item18) is item 18; HAMD-17 has 17 items'
}

@test "dry run: says what would be, keeps nothing" {
	long_file
	scores scores.csv --dry-run; exits 0
	is 'scores: 1 file, 3 read, 3 loaded, 0 unchanged, 0 rejected (dry run: nothing was kept)' "$output"
	is 0 "$(facts)"; is 0 "$(q "SELECT count(*) FROM ingest.file WHERE command = 'scores'")"
}

@test "several files are several transactions: a refused one keeps nobody out" {
	long_file; printf 'participant_id,week,total\nP03,0\n' >bad.csv; printf 'participant_id,week,total\nP04,0,20\n' >good.csv
	scores scores.csv bad.csv good.csv; exits 1
	has 'scores: 3 files, 4 read, 4 loaded, 0 unchanged, 0 rejected, 1 file refused'
	is 4 "$(facts)"
	is 'bad.csv|refused' "$(q "SELECT path, status FROM ingest.file WHERE status = 'refused'")"
}

@test "weeks in words, in the column of the week and in that of the visit" {
	printf '受试者编号,访视（周）,总分\nP01,第8周,9\nP02,W4,12\nP03,week 2,15\nP04,基线,20\nP05,8周后,8\nP06,第三周,8\n' >a.csv
	scores a.csv; exits 1; has '6 read, 5 loaded, 0 unchanged, 1 rejected'
	is '7|访视（周）|2|bad_number' "$(rejects | cut -d '|' -f 1-4)"
	printf 'participant_id,visit,total\nP06,week 8,9\nP06,8周,9\nP05,第2周,12\nP05,w2,12\n' >b.csv
	scores b.csv; exits 1; has '4 read, 2 loaded, 0 unchanged, 2 rejected'
	is 'P01 post 9, P02 w4 12, P03 w2 15, P04 pre 20, P05 post 8, P05 w2 12, P06 post 9' "$(q "SELECT string_agg(concat_ws(' ', label, session, total), ', ' ORDER BY label, session) FROM clinical.score s JOIN clinical.subject_key k USING (subject_id)")"
}

@test "a declared sentinel is a number: 99 is also 99.0; a no-break space and a half-made UTF-16 are named" {
	printf 'participant_id,week,total\nP01,0,99.0\nP02,0,99\nP03,0,+99\nP04,0,99x\nP05,0,\xc2\xa022\nP06,0,20\n' >a.csv
	scores a.csv --missing 99; exits 1; has '3 read, 1 loaded, 0 unchanged, 2 rejected'
	is '5|found 99x: not a number
6|found '$'\xc2\xa0''22: a no-break space; expected a number and nothing else' "$(q 'SELECT line, message FROM ingest.reject ORDER BY line')"
	printf 'participant_id,week,total\nP01,0,20\n' | iconv -t UTF-16BE >be.csv; printf 'participant_id,week,total\nP02,0,21\n' | iconv -t UTF-16LE >le.csv
	scores be.csv le.csv; exits 1; has 'say --encoding utf-16'
	scores be.csv le.csv --encoding utf-16; exits 0; has '2 read, 2 loaded'
}
