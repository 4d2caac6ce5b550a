# Drugs taken beside the treatment: names resolved or kept, doses and days checked by cell, corrections and withdrawal.
load cases.bash

drugs() { run psyrad ingest drugs "$@" --study t; }
loaded() { q "SELECT concat_ws(' ', label, entry, drug, coalesce(atc, '-'), coalesce(dose_low::text, '-'), coalesce(dose_high::text, '-'), coalesce(dose_unit, '-'), coalesce(times_a_day::text, '-'), coalesce(start_day::text, '-'), coalesce(end_day::text, '-')) FROM clinical.drug_use ORDER BY label, entry"; }

@test "names in two languages, with salts, forms and strengths; one that the list lacks is kept as written, and said" {
	printf '受试者编号,药物名称,剂量,单位,每日次数,开始日,结束日,适应证\nP01,盐酸舍曲林片,50,mg,1,-30,,抑郁\nP01,阿司匹林,100 mg,,qd,,,\nP02,Escitalopram oxalate tablets,10-20mg,,bid,0,56,\nP02,来士普,10,mg,qod,60,,\nP03,Zopiclone 7.5 mg,1片,,每晚一次,3,5,失眠\n' >a.csv
	drugs a.csv; exits 0; has '5 read, 5 loaded, 0 unchanged, 0 rejected'
	has "kept as written, since the list of drugs has none of that name: '阿司匹林'"
	is 'P01 1 sertraline N06AB06 50 50 mg 1 -30 -
P01 2 阿司匹林 - 100 100 mg 1 - -
P02 1 escitalopram N06AB10 10 20 mg 2 0 56
P02 2 escitalopram N06AB10 10 10 mg 0.5 60 -
P03 1 zopiclone N05CF01 1 1 片 1 3 5' "$(loaded)"
	is '盐酸舍曲林片|舍曲林|t|t' "$(q "SELECT verbatim, name_zh, known, antidepressant FROM clinical.drug_use WHERE drug = 'sertraline'")"
	is '||f' "$(q "SELECT name_zh, antidepressant, known FROM clinical.drug_use WHERE drug = '阿司匹林'")"
	# P02 took escitalopram at weeks 0 to 8 (20 to 40 mg a day), not after day 56; P03 nothing at a visit.
	is 'P01 4 8 P02 4 4' "$(q "SELECT string_agg(concat_ws(' ', label, visits, rows), ' ' ORDER BY label) FROM (SELECT label, count(DISTINCT session) AS visits, count(*) AS rows FROM clinical.drug_at_visit GROUP BY label) v")"
	drugs a.csv; exits 0; has '0 loaded, 5 unchanged'
}

@test "weeks instead of days; a workbook; a corrected dose goes to the history, a second file adds" {
	"$here/make_workbook" a.xlsx <<<'{"sheets": [{"name": "S", "rows": [["participant_id", "drug", "dose", "unit", "start_week", "end_week"], ["P01", "Fluoxetine", 20, "mg", -2, 4], ["P01", "trazodone", 50, "mg", 0, null]]}]}'
	drugs a.xlsx; exits 0; has '2 loaded'
	is 'P01 1 fluoxetine N06AB03 20 20 mg - -14 28' "$(loaded | head -1)"
	"$here/make_workbook" a.xlsx <<<'{"sheets": [{"name": "S", "rows": [["participant_id", "drug", "dose", "unit", "start_week", "end_week"], ["P01", "trazodone", 75, "mg", 0, null]]}]}'
	drugs a.xlsx; exits 1; has '1 read, 1 loaded, 0 unchanged, 1 rejected'
	is 'dose_high 50 75, dose_low 50 75' "$(q "SELECT string_agg(concat_ws(' ', column_name, old_value, new_value), ', ' ORDER BY column_name) FROM ingest.change")"
	is row_vanished "$(q 'SELECT code FROM ingest.reject')"
	printf 'participant_id,drug,dose\nP01,mirtazapine,15 mg\nP01,trazodone,25\n' >b.csv
	drugs b.csv; exits 0; has '2 loaded'
	is 'fluoxetine trazodone mirtazapine trazodone' "$(q 'SELECT string_agg(drug, chr(32) ORDER BY entry) FROM clinical.concomitant_drug')"
}

@test "bad cells are rejected one by one, with the raw text, and nothing else is lost" {
	{ echo 'participant_id,entry,drug,atc,dose,unit,times_a_day,start_day,end_day'
	  echo 'P99,1,sertraline,,50,mg,1,0,'; echo 'P01,1,,,50,mg,1,0,'; echo 'P01,2,sertraline,N06AB99,50,mg,1,0,'; echo 'P01,3,aspirin,B1,50,mg,1,0,'
	  echo 'P01,4,sertraline,,"1,5",mg,1,0,'; echo 'P01,5,sertraline,,５０,mg,1,0,'; echo 'P01,6,sertraline,,2024-03-05,mg,1,0,'; echo 'P01,7,sertraline,,-50,mg,1,0,'
	  echo 'P01,8,sertraline,,50 mg,g,1,0,'; echo 'P01,9,sertraline,,50-25,mg,1,0,'; echo 'P01,10,sertraline,,50,mg,often,0,'; echo 'P01,11,sertraline,,50,mg,0,0,'
	  echo 'P01,12,sertraline,,50,mg,1,2024-03-05,'; echo 'P01,13,sertraline,,50,mg,1,5,3'; echo 'P01,14,sertraline,,50,mg,1,0,9'; echo 'P01,14,fluoxetine,,50,mg,1,0,9'
	  echo 'P01,0,sertraline,,50,mg,1,1.5,'; echo '王某,1,sertraline,,50,mg,1,0,'; echo 'P02,1,氟西汀,n06ab03,20,mg,1,0,'; } >a.csv
	drugs a.csv; exits 1; has '19 read, 2 loaded, 0 unchanged, 18 rejected'
	is '2|participant_id|unknown_participant
3|drug|missing_drug
4|atc|atc_disagrees
5|atc|bad_atc
6|dose|bad_dose
7|dose|bad_dose
8|dose|bad_dose
9|dose|bad_dose
10|unit|unit_disagrees
11|dose|bad_dose
12|times_a_day|bad_number
13|times_a_day|out_of_range
14|start_day|bad_number
15|end_day|ends_before_start
17||duplicate_row
18|entry|bad_number
18|start_day|bad_number
19|participant_id|bad_participant' "$(rejects | cut -d '|' -f 1,2,4)"
	has_raw=$(q "SELECT raw FROM ingest.reject WHERE line = 8"); is 'P01,6,sertraline,,2024-03-05,mg,1,0,' "$has_raw"
	is 'P01 14 sertraline N06AB06 50 50 mg 1 0 9
P02 1 fluoxetine N06AB03 20 20 mg 1 0 -' "$(loaded)"
	printf 'participant_id,drug\nP01,a\nP01,A \nP01,b\nP01,b\n' >b.csv
	drugs b.csv; exits 1; has '1 rejected'; is 'duplicate_row' "$(q 'SELECT code FROM ingest.reject ORDER BY file_id DESC LIMIT 1')"
	printf 'participant_id,drug,start_day,start_week\nP01,a,0,0\n' >c.csv
	drugs c.csv; exits 1; has 'say the same in days and in weeks'
}

@test "who withdraws leaves no drug behind; analysts see their sites' drugs alone, and load none" {
	printf 'participant_id,drug,dose\nP01,qzqz secret,15 mg\nP05,sertraline,15 mg\n' >a.csv
	drugs a.csv; exits 0
	q "DO \$\$ BEGIN IF to_regrole('drug_reader') IS NULL THEN CREATE ROLE drug_reader; END IF; END \$\$; GRANT psyrad_analyst, psyrad_site_west TO drug_reader" >/dev/null
	is 'sertraline' "$(q "SET ROLE drug_reader; SELECT drug FROM clinical.drug_use" | tail -1)"
	run psql -XAtq -d "$database" -c 'SET ROLE drug_reader' -c 'INSERT INTO clinical.drug VALUES ($$x$$, $$N06AX99$$, $$x$$, $${}$$)'; [ "$status" != 0 ]
	run psyrad withdraw P01 --study t --yes; exits 0; has 'clinical.concomitant_drug'
	nowhere 'qzqz' 'P01'
	echo 'P06,sertraline,15 mg' >>a.csv; drugs a.csv; exits 1; has '3 read, 1 loaded, 1 unchanged, 1 rejected'
	is 'withdrawn_participant' "$(q 'SELECT code FROM ingest.reject')"
	nowhere 'qzqz' 'P01'
}

@test "a study declares its raters by code" {
	sed 's/"visits"/"raters": [{"rater": "R1", "masked": true, "trained_in": ["HAMD-17", "HAMA"]}, {"rater": "R2"}], "visits"/' <(write_study; cat study.json) >with.json
	run psyrad ingest study with.json; exits 0
	is 'R1|t|{HAMD-17,HAMA} R2||' "$(q 'SELECT rater, masked, trained_in FROM clinical.rater ORDER BY rater' | paste -sd ' ')"
	sed 's/"R1"/"张三"/' with.json >name.json
	run psyrad ingest study name.json; exits 1; has 'refused'
}
