# Protocols, effects, models; status, rejects, ask and report; the readers without a server, and the COPY writer with one.
load cases.bash

protocols() { run psyrad ingest protocols "$@" --study t; }

@test "protocols: points in pinyin, Chinese and codes; numbers as low, high, unit and qualifier" {
	printf 'protocol,mode,waveform,frequency,pulse_width,retention,points,side\nEA,EA,dense-disperse,2/100 Hz,<=1 ms,30 min,"Baihui, 印堂; DU20 + GV 20、PC6(bilateral)；EX-HN3",\n' >a.csv
	protocols a.csv; exits 0; has '1 read, 1 loaded, 0 unchanged, 0 rejected'
	is 'GV20 EX-HN3 GV20 GV20 PC6 EX-HN3' "$(q "SELECT string_agg(acupoint, ' ' ORDER BY position) FROM intervention.protocol_point")"
	is 'bilateral|PC6(bilateral)' "$(q 'SELECT side, verbatim FROM intervention.protocol_point WHERE position = 5')"
	is 'frequency|1|2|2|Hz||2/100 Hz
frequency|2|100|100|Hz||2/100 Hz
pulse_width|1|1|1|ms|<=|<=1 ms
retention|1|30|30|min||30 min' "$(q 'SELECT quantity, ordinal, low, high, unit, qualifier, verbatim FROM intervention.protocol_quantity ORDER BY 1, 2')"
	is 'electro|dense_disperse' "$(q 'SELECT mode, waveform FROM intervention.protocol')"
	protocols a.csv; exits 0; has '0 loaded, 1 unchanged'
}

@test "an unknown and an ambiguous acupoint are kept as they stand, without a point, and reported" {
	printf 'protocol,points\nA,GV20; Nowhere Point; Shenmen\n' >a.csv
	protocols a.csv; exits 1; has '1 read, 1 loaded, 0 unchanged, 2 rejected'
	is 'GV20|GV20,Nowhere Point|,Shenmen|' "$(q "SELECT string_agg(verbatim || '|' || coalesce(acupoint, ''), ',' ORDER BY position) FROM intervention.protocol_point")"
	is '2|points|2|ambiguous_acupoint|found Shenmen, which may be HT7 or TF4; kept as it stands
2|points|2|unknown_acupoint|found Nowhere Point; expected a point by code, pinyin or Chinese name; kept as it stands' "$(rejects | sort)"
	is 'Nowhere Point' "$(q "SELECT raw FROM ingest.reject WHERE code = 'unknown_acupoint'")"
}

@test "a corrected sheet: the points as they were are in the history" {
	printf '方案,取穴,频率\nA,百会、印堂,2 Hz\nB,内关,3 m\n' >a.csv; protocols a.csv; exits 0; has '2 loaded'
	printf '方案,取穴,频率\nA,百会,2 Hz\nB,内关,3 m\n' >a.csv; protocols a.csv; exits 0; has '1 loaded, 1 unchanged'
	is GV20 "$(q "SELECT string_agg(acupoint, ' ') FROM intervention.protocol_point WHERE protocol = 'A'")"
	is '{"study": "t", "protocol": "A"}|2|EX-HN3' "$(q "SELECT row_key, jsonb_array_length(old_row -> 'points'), old_row -> 'points' -> 1 ->> 'acupoint' FROM ingest.history WHERE table_name = 'intervention.protocol_point'")"
}

@test "protocols: unknown words, GV24+, brackets, and one protocol twice" {
	printf 'protocol,mode,points\nA,magic,GV20\nB,manual,"GV24+; Baihui (GV20, 百会); ST36"\nB,manual,GV20\n' >a.csv
	protocols a.csv; exits 1; has '3 read, 1 loaded, 0 unchanged, 2 rejected'
	is '2|mode|2|unknown_word|found magic; expected one of manual, electro, transcutaneous, auricular, moxibustion, press_needle, laser, sham
4|||duplicate_row|the same protocol as line 3' "$(rejects | grep -v acupoint)"
	is 'GV24+|EX-HN3' "$(q 'SELECT verbatim, acupoint FROM intervention.protocol_point WHERE position = 1')"
	is 'Baihui (GV20, 百会)' "$(q 'SELECT verbatim FROM intervention.protocol_point WHERE position = 2')"
	is 3 "$(q 'SELECT count(*) FROM intervention.protocol_point')"
}

@test "effects: loaded, again, and bad ones rejected by cell" {
	printf 'study,year,outcome,outcome_type,intervention,comparator,weeks,n1,m1,sd1,n2,m2,sd2\nZhang 2021,2021,HAMD-17,final,EA,sham,8,30,10.5,4.25,31,14,5\nZhang 2021,2021,HAMD-17,change,EA,sham,8,30,-10,4,31,-6,5\n' >a.csv
	run psyrad ingest effects a.csv --simulated; exits 0; has '2 read, 2 loaded'
	is 'Zhang 2021|1|10.5|4.25|31|t
Zhang 2021|2|-10|4|31|t' "$(q 'SELECT evidence_study, effect, m1, sd1, n2, simulated FROM evidence.effect JOIN evidence.study USING (evidence_study) ORDER BY effect')"
	run psyrad ingest effects a.csv --simulated; exits 0; has '0 loaded, 2 unchanged'
	printf 'study,year,outcome,outcome_type,intervention,comparator,weeks,n1,m1,sd1,n2,m2,sd2\nA,2021,HAMD-17,guess,EA,sham,8,30,10,4,31,14,5\nB,2021,HAMD-17,final,EA,nobody,8,30,10,4,31,14,5\nC,2021,HAMD-17,final,EA,sham,8,0,10,4,31,14,5\nD,2021,HAMD-17,final,EA,sham,8,30,10,-4,31,14,5\n' >b.csv
	run psyrad ingest effects b.csv; exits 1; has '4 read, 0 loaded, 0 unchanged, 4 rejected'
	is '2|outcome_type|4|unknown_word|found guess; expected final, change, ancova or event
3|comparator|6|unknown_word|found nobody; expected sham, placebo, drug, usual_care, waiting_list, no_treatment, active or other
4|n1|8|bad_number|found 0: outside 1 to 2147483647
5|sd1|10|out_of_range|found -4; expected 0 or more' "$(rejects)"
}

@test "models: versions, the same bytes again, a document that is none" {
	psyrad simulate trial >/dev/null
	model() { run psyrad ingest model "$1" --name m --trained-on 'a cohort' --simulated; }
	model trial/model_response_svm.json; exits 0; has '1 read, 1 loaded'
	model trial/model_response_svm.json; exits 0; has '0 loaded, 1 unchanged'
	{ cat trial/model_response_svm.json; echo; } >again.json
	model again.json; exits 0; has '1 loaded'
	is 'm|1|a cohort|t,m|2|a cohort|t' "$(q "SELECT string_agg(concat_ws('|', name, version, trained_on, simulated), ',' ORDER BY version) FROM model.registry")"
	echo '{"format": "none"}' >bad.json; model bad.json; exits 1; has 'refused'
	is 2 "$(q 'SELECT count(*) FROM model.registry')"
}

@test "models: every format is recognised, classes get names, and what is wrong is refused with its reason" {
	golden=$BATS_TEST_DIRNAME/../golden/boosted
	for format in json ubj; do
		run psyrad ingest model "$golden/xgboost_logistic.$format" --root "$golden" --name x-$format --trained-on 'a cohort' --classes HC,MDD --positive HC; exits 0
	done
	run psyrad ingest model "$golden/lightgbm_multiclass.txt" --root "$golden" --name l --trained-on 'a cohort' --format lightgbm --classes HC,MDD,BD; exits 0
	run psyrad ingest model "$golden/lightgbm_multiclass.txt" --root "$golden" --name l --trained-on 'a cohort' --format lightgbm --classes HC,MDD,BD; exits 0; has '1 unchanged'
	is '{HC,MDD,BD}|{HC,MDD}|HC' "$(q "SELECT model.classes('l'), model.classes('x-ubj'), model.describe('x-json') ->> 'positive'")"
	run psyrad ingest model "$golden/lightgbm_multiclass.txt" --root "$golden" --name l --trained-on 'a cohort' --classes HC,MDD; exits 1; has '2 classes are named, the model has 3'
	run psyrad ingest model "$golden/lightgbm_multiclass.txt" --root "$golden" --name l --trained-on 'a cohort' --format xgboost-json; exits 1; has 'refused'
	run psyrad ingest model "$golden/lightgbm_multiclass.txt" --root "$golden" --name l --trained-on 'a cohort' --format tensorflow; exits 1; has 'tensorflow'
	run psyrad ingest model "$golden/lightgbm_multiclass.txt" --root "$golden" --name l --trained-on 'a cohort' --positive ADHD; exits 1; has 'not among the classes'
	run psyrad ingest model "$golden/lightgbm_multiclass.txt" --root "$golden" --name 'no name' --trained-on 'a cohort'; exits 1; has 'no name for a model'
	is 3 "$(q 'SELECT count(*) FROM model.registry')"
}

@test "status and rejects; purging takes the rejects away" {
	long_file; sed -i '3s/^P02,0,4/P02,0,9/' scores.csv; scores scores.csv
	run psyrad status; exits 0; has 'scores'; has 'participants'
	run psyrad rejects; exits 0; has 'item_out_of_range'; has '(1 row)'
	run psyrad rejects --file nothing.csv; exits 0; has '(0 rows)'
	run psyrad rejects --file scores.csv --purge; exits 0
	is 0 "$(q 'SELECT count(*) FROM ingest.reject')"
	run psyrad rejects --nonsense; exits 2
}

@test "tables are aligned, also in Chinese, and a cell never breaks its line" {
	mkdir -p share/questions
	printf -- "-- 02  A question?\nSELECT * FROM (VALUES ('百会', 1), ('a', 100), (E'x\\\\ny', NULL)) t(point, n);\n" >share/questions/02_q.sql
	PSYRAD_SHARE=$PWD/share run psyrad ask 2; exits 0
	is 'A question?
point |   n
-----------
百会  |   1
a     | 100
x y   |    
(3 rows)' "$output"
	PSYRAD_SHARE=$PWD/share run psyrad ask list; is '  2  A question?' "$output"
	PSYRAD_SHARE=$PWD/share run psyrad ask 3; exits 2; has 'there is no question 3'
	printf -- '-- 05  Head?\n--\n-- n    what n means\nSELECT 1 AS n; -- a line below\n' >share/questions/05_q.sql
	PSYRAD_SHARE=$PWD/share run psyrad ask 5 --help; exits 0; is '05  Head?

n    what n means' "$output"
	PSYRAD_SHARE=$PWD/share run psyrad ask 2x; exits 2; has '--help'
	PSYRAD_SHARE=$PWD/nowhere run psyrad ask list; exits 2; has 'PSYRAD_SHARE'
	PSYRAD_SHARE=$PWD/nowhere run psyrad ask 3; exits 2; has 'PSYRAD_SHARE'
	printf 'SELECT 1 / 0;\n' >share/questions/04_q.sql
	PSYRAD_SHARE=$PWD/share run psyrad ask 4; exits 1; has 'division by zero'
}

@test "answers: a line a column where the terminal is narrow, CSV as PostgreSQL writes it, why there is no row, no control character" {
	mkdir -p share/questions; export PSYRAD_SHARE=$PWD/share
	rows="(VALUES ('百会', 'a \"quoted\", long word to go past forty columns'), ('', NULL), (E'x\\ny', E'\\x1b[2J\\u009b1m.')) t(point, words)"
	printf -- "-- 06  Wide?\nSELECT * FROM $rows;\n" >share/questions/06_q.sql
	printf -- "-- 07  None?\n--\n-- n  a number\n--\n-- No row: nothing was loaded,\n-- or nothing fits.\nSELECT 1 AS n WHERE false;\n-- not this\n" >share/questions/07_q.sql
	run psyrad ask 7; exits 0; has $'(0 rows)\nNo row: nothing was loaded,\nor nothing fits.'; [[ $output != *'not this'* ]]
	run psyrad ask 7 --csv; is n "$output"
	psyrad ask 6 --csv >mine.csv; psql -Xq --csv -d "$database" -c "SELECT * FROM $rows" >psql.csv
	python3 -c 'import csv; a, b = (list(csv.reader(open(f, newline=""))) for f in ("mine.csv", "psql.csv")); assert a == b, (a, b)'
	grep -qx '"",' mine.csv # an empty text is none that is missing
	run psyrad ask list --csv; exits 2
	run psyrad ask 6; exits 0; has '| ?[2J1m.'; [[ $output != *$'\e'* && $output != *'[ 1 ]'* ]]
	shown() { script -qc "stty cols $1; psyrad ask 6" /dev/null | tr -d '\r'; }
	run shown 40; has $'-[ 1 ]-\npoint | 百会\nwords | a "quoted"'; has $'-[ 3 ]-\npoint | x y\nwords | ?[2J1m.\n(3 rows)'
	run shown 100; [[ $output != *'[ 1 ]'* ]]
}

@test "report: the data stand in the pages, and cannot end their block" {
	mkdir -p share/report
	for page in overview trial imaging acupoints literature meta models quality; do
		printf 'before<script type="application/json">/*PSYRAD_DATA*/</script>after' >share/report/$page.html
	done
	q "UPDATE clinical.study SET title_en = '</script><script>alert(1)</script>'" >/dev/null
	PSYRAD_SHARE=$PWD/share run psyrad report --out pages; exits 0; has 'open pages/index.html'
	is 'acupoints.html imaging.html index.html literature.html meta.html models.html quality.html trial.html' "$(ls pages | paste -sd ' ')"
	for page in pages/*.html; do
		is 1 "$(grep -o '<script' "$page" | wc -l)"
		is 1 "$(grep -o '</script' "$page" | wc -l)"
		grep -q '\\u003c/script\\u003e\\u003cscript\\u003ealert' "$page"
		sed 's/^before<[^>]*>//; s/<\/script>after$//' "$page" >data.json
		is '</script><script>alert(1)</script>' "$(psql -XAt -d "$database" -v j="$(cat data.json)" <<<"SELECT :'j'::jsonb #>> '{frame,studies,0,title_en}'")"
	done
	# All pages are of one moment.
	is 1 "$(for page in pages/*.html; do sed 's/^before<[^>]*>//; s/<\/script>after$//' "$page" | grep -o '"generated_at": "[^"]*"'; done | sort -u | wc -l)"
}

@test "report: a page is whole or as it was; names that are no folder are refused" {
	mkdir -p share/report
	printf 'nothing' >share/report/overview.html
	mkdir pages; echo old >pages/index.html
	PSYRAD_SHARE=$PWD/share run psyrad report --out pages; exits 1; has 'does not hold'
	is old "$(cat pages/index.html)"
	is index.html "$(ls pages)"
	run psyrad report --out page.html; exits 2; has 'a folder of 8 pages'
	[ ! -e page.html ]
	echo >file; run psyrad report --out file; exits 1; has 'the folder file cannot be made'
	PSYRAD_SHARE=$PWD/nowhere run psyrad report --out pages; exits 1; has 'PSYRAD_SHARE'
}

@test "the readers, without a server" { run test_readers; exits 0; }

@test "the COPY writer: every column type, arrays, many rounds" { run test_copy; exits 0; }

@test "two loads of the same file at once: one loads, the other finds nothing to do" {
	long_file
	psyrad ingest scores scores.csv --study t --instrument HAMD-17 >one & psyrad ingest scores scores.csv --study t --instrument HAMD-17 >two
	wait $!
	is '0 loaded, 3 unchanged|3 loaded, 0 unchanged' "$(sed 's/.*read, \(.*\), 0 rejected/\1/' one two | sort | paste -sd '|')"
	is '1|3' "$(q "SELECT (SELECT count(*) FROM ingest.file WHERE command = 'scores'), (SELECT count(*) FROM clinical.score)")"
}

@test "two versions and two files of the same people at once: no error, no lost row" {
	for i in 1 2 3 4 5 6; do printf 'participant_id,week,total\nP0%d,0,%d\n' $i $((10 + i)) >f$i.csv; printf 'participant_id,week,total\nP01,0,%d\n' $((20 + i)) >g$i.csv; done
	for i in 1 2 3; do
		psyrad ingest scores f$i.csv g$i.csv --study t --instrument HAMD-17 >out$i 2>&1 &
		psyrad ingest scores g$((i + 3)).csv f$((i + 3)).csv --study t --instrument HAMD-17 >out$((i + 3)) 2>&1 &
	done
	wait
	is 12 "$(q "SELECT count(*) FROM ingest.file WHERE command = 'scores' AND status = 'loaded' AND rows_rejected = 0")"
	is 6 "$(q 'SELECT count(*) FROM clinical.score')"
	is 6 "$(q 'SELECT count(*) FROM ingest.history')"
}
