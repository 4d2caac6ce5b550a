# Several instruments side by side in the columns of one sheet: each column names its own, and nothing is taken for what it does not say.
load cases.bash

several() { run psyrad ingest scores "$@" --study t; }
loaded() { q "SELECT string_agg(concat_ws(' ', k.label, s.instrument, s.session, s.total), ', ' ORDER BY k.label, s.instrument COLLATE \"C\", v.week) FROM clinical.score s JOIN clinical.subject_key k USING (subject_id) JOIN clinical.visit_plan v ON (v.study, v.session) = (k.study, s.session)"; }

@test "totals by week of several instruments, each to its own; HAMD without its version is HAMD-unspecified, and says so" {
	printf 'participant_id,HAMD17_w0,HAMA_w0,PHQ9_w0,HAMD_w8,HAMA_w8,w8_PHQ-9_total\nP01,24,20,18,9,8,5\nP02,22,,16,,7,\n' >a.csv
	several a.csv; exits 0; has '9 read, 9 loaded, 0 unchanged, 0 rejected'
	has 'column HAMD_w8 names no version: loaded as HAMD-unspecified'
	is 'P01 HAMA pre 20, P01 HAMA post 8, P01 HAMD-17 pre 24, P01 HAMD-unspecified post 9, P01 PHQ-9 pre 18, P01 PHQ-9 post 5, P02 HAMA post 7, P02 HAMD-17 pre 22, P02 PHQ-9 pre 16' "$(loaded)"
	several a.csv; exits 0; has '0 loaded, 9 unchanged'
}

@test "the spellings of Chinese sheets, weeks before, after and within the name" {
	printf '受试者编号,基线HAMD17总分,汉密尔顿抑郁量表17项（第8周）,HAMA第0周,第8周HAMA,患者健康问卷9_4周,8周末_BDI-II,Ham-D24 治疗前\nP01,24,9,20,8,11,30,40\n' >a.csv
	several a.csv; exits 0; has '7 read, 7 loaded'
	is 'P01 BDI-II post 30, P01 HAMA pre 20, P01 HAMA post 8, P01 HAMD-17 pre 24, P01 HAMD-17 post 9, P01 HAMD-24 pre 40, P01 PHQ-9 w4 11' "$(loaded)"
}

@test "items of two instruments beside a column of the week; a bad cell is its own column's and costs no other instrument" {
	{ printf participant_id,week; for i in $(seq 17); do printf ',HAMD17_%d' $i; done; for i in $(seq 9); do printf ',phq9_item%02d' $i; done; echo
	  for p in P01 P02; do printf '%s,0' $p; items 2; printf ',1,1,1,1,1,1,1,1,%s\n' $([ $p = P01 ] && echo 3 || echo 4); done; } >a.csv
	several a.csv; exits 1; has '4 read, 3 loaded, 0 unchanged, 1 rejected'
	is 'P01 HAMD-17 pre 18, P01 PHQ-9 pre 11, P02 HAMD-17 pre 18' "$(loaded)"
	is '3|phq9_item09|28|item_out_of_range' "$(rejects | cut -d '|' -f 1-4)"
}

@test "bad totals and unknown weeks are reported at the instrument's own column" {
	printf 'participant_id,HAMD17_w0,HAMA_w0,HAMA_w3\nP01,99,20,5\nP02,20,x,\n' >a.csv
	several a.csv; exits 1; has '5 read, 2 loaded, 0 unchanged, 3 rejected'
	is '2|HAMD17_w0|2|total_out_of_range
2|HAMA_w3|4|unknown_visit
3|HAMA_w0|3|bad_number' "$(rejects | cut -d '|' -f 1-4)"
}

@test "a number that may be an item or a version is asked about, never guessed" {
	printf 'participant_id,week,phq_1,phq_8,phq_9\nP01,0,1,1,2\n' >a.csv
	several a.csv; exits 1; has 'column 5 (phq_9) is the total of PHQ-9, or, beside column 4 (phq_8), an item'; has '--instrument PHQ-9'
	{ printf participant_id,week; for i in $(seq 17); do printf ',hamd_%d' $i; done; echo; echo "P01,0$(items 2)"; } >b.csv
	several b.csv; exits 1; has 'or, beside column'
	run psyrad ingest scores b.csv --study t --instrument HAMD-17; exits 0; has '1 loaded'
	printf 'participant_id,HAMA_w0,w0_total\nP01,20,9\n' >c.csv
	several c.csv; exits 1; has 'column 2 (HAMA_w0) is of HAMA, and column 3 (w0_total) says no instrument'
	printf 'participant_id,week,instrument,HAMA\nP01,0,HAMA,20\n' >d.csv
	several d.csv; exits 1; has 'the header names instruments in its columns (HAMA), and the rows have one as well (instrument)'
	printf 'participant_id,HAMA_w0,HAMA_total_w0\nP01,20,9\n' >e.csv
	several e.csv; exits 1; has 'are the same item or total'
	printf 'participant_id,week,HAMA_15\nP01,0,1\n' >f.csv
	several f.csv; exits 1; has 'column 3 (HAMA_15) is item 15; HAMA has 14 items'
	is 1 "$(facts)"
}

@test "BDI says no version; --instrument takes its own columns out of a sheet of several, in any of its names" {
	printf 'participant_id,week,BDI,汉密尔顿焦虑量表\nP01,0,20,17\n' >a.csv
	several a.csv; exits 0
	is 'P01 BDI-unspecified pre 20, P01 HAMA pre 17' "$(loaded)"
	printf 'participant_id,week,汉密尔顿焦虑量表_总分,HAMD17\nP02,0,19,22\n' >b.csv
	run psyrad ingest scores b.csv --study t --instrument HAMA; exits 0; has '1 read, 1 loaded'
	is 'P02 HAMA pre 19' "$(loaded | sed 's/.*, P02/P02/')"
}
