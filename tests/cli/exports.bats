# Exports of other programs: REDCap flat, line-a-cell and with labels, BIDS phenotype, with their dictionaries.
load cases.bash

loaded() { q "SELECT k.label, s.session, s.total, s.items FROM clinical.score s JOIN clinical.subject_key k USING (subject_id) ORDER BY 1, 2"; }
redcap_header() { local i; printf 'record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,redcap_data_access_group'; for i in $(seq 17); do printf ',hamd_%d' $i; done; printf ',hamd_total,side_effects___1,hamd17_complete\n'; }
eav() { local i; for i in $(seq 17); do echo "$1,$2,hamd_$i,$3"; done; }

@test "REDCap flat: events are visits, empty instruments are no ratings, checkboxes are nothing" {
	{ redcap_header; echo "P01,baseline_arm_1,,,east$(items 3),19,1,2"; echo "P01,week_8_arm_1,,,east$(items 0),16,0,2"; echo "P02,baseline_arm_1,,,east$(printf ',%.0s' $(seq 17)),,,0"; } >a.csv
	scores a.csv; exits 0; has '2 read, 2 loaded, 0 unchanged, 0 rejected'
	is 'P01|post|16|{0,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1}
P01|pre|19|{3,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1}' "$(loaded)"
	{ redcap_header; echo "P03,follow_up_arm_2,,,east$(items 3),19,1,2"; } >b.csv
	scores b.csv; exits 1; has '1 rejected'
	is 'unknown_visit|found follow_up_arm_2' "$(q "SELECT code, split_part(message, ';', 1) FROM ingest.reject")"
	scores b.csv --visit follow_up_arm_2=w4; exits 0
	is 'P03|w4|19' "$(loaded | tail -1 | cut -d '|' -f 1-3)"
	scores b.csv --visit nonsense; exits 2
}

@test "REDCap with a line a cell: records are put together, a bad cell is reported at its own line" {
	{ echo 'record,redcap_event_name,field_name,value'; eav P01 baseline_arm_1 2; eav P02 baseline_arm_1 1; eav P01 week_8_arm_1 0; echo 'P01,baseline_arm_1,record_id,P01'; echo 'P01,baseline_arm_1,side_effects,1'; echo 'P01,baseline_arm_1,side_effects,3'; } >a.csv
	scores a.csv; exits 0; has '3 read, 3 loaded'
	is 'P01|post|0 P01|pre|34 P02|pre|17' "$(loaded | cut -d '|' -f 1-3 | paste -sd ' ')"
	sed -i '20s/,1$/,7/; 22s/,1$/,x/' a.csv; printf 'P03,baseline_arm_1,hamd_1,2\nP03,baseline_arm_1,hamd_1,3\n' >>a.csv
	scores a.csv; exits 1; has '4 read'
	is '20|hamd_2|item_out_of_range|found 7; expected 0 to 4 (HAMD-17 item 2, feelings of guilt)
22|hamd_4|bad_number|found x: not a number
57|hamd_1|bad_number|found 2;3: not a number' "$(q "SELECT line, column_name, code, message FROM ingest.reject WHERE file_id = (SELECT max(file_id) FROM ingest.file) AND code <> 'row_vanished' ORDER BY line")"
}

dictionary() {
	local i
	printf '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label","Choices, Calculations, OR Slider Labels"\nrecord_id,a,,text,"Record ID",\n'
	for i in $(seq 17); do printf 'hamd_%d,a,,radio,"%d. Question, number %d","0, Absent | 1, Mild, or so | 2, Moderate"\n' $i $i $i; done
}

@test "REDCap with labels: the dictionary says which column and which code; an answer that it lacks is reported" {
	dictionary >dictionary.csv
	{ printf 'Record ID,Event Name'; for i in $(seq 17); do printf ',"%d. Question, number %d"' $i $i; done; echo
	  printf 'P01,Baseline (Arm 1: EA)'; for i in $(seq 17); do printf ',"Mild, or so"'; done; echo
	  printf 'P02,Week 8 (Arm 1: EA)'; for i in $(seq 16); do printf ',moderate'; done; echo ',Absent'
	  printf 'P03,Baseline (Arm 1: EA)'; for i in $(seq 16); do printf ',Absent'; done; echo ',Dreadful'; } >a.csv
	scores a.csv; exits 1; has 'the header has'
	scores a.csv --dictionary dictionary.csv; exits 1; has '3 read, 2 loaded, 0 unchanged, 1 rejected'
	is 'P01|pre|17 P02|post|32' "$(loaded | cut -d '|' -f 1-3 | paste -sd ' ')"
	is '4|17. Question, number 17|19|unknown_level|found Dreadful; the dictionary has 0 Absent, 1 Mild, or so, 2 Moderate' "$(rejects | grep level)"
	is 1 "$(q "SELECT count(*) FROM ingest.file WHERE status = 'loaded' AND options -> 'inputs' ? 'dictionary'")"
	echo nonsense >dictionary.csv; scores a.csv --dictionary dictionary.csv; exits 1; has 'not a data dictionary'
	sed 's/0, Absent/Absent/' <(dictionary) >dictionary.csv; scores a.csv --dictionary dictionary.csv; exits 1; has 'a choice without a code'
}

@test "BIDS phenotype: the .json beside the .tsv; a level that it lacks is reported; a change of the .json is another meaning" {
	mkdir phenotype
	{ printf 'participant_id\tsession_id'; for i in $(seq 17); do printf '\thamd_%d' $i; done; echo
	  printf 'sub-P01\tses-pre'; for i in $(seq 17); do printf '\t1'; done; echo
	  printf 'sub-P02\tses-pre\t3'; for i in $(seq 16); do printf '\tn/a'; done; echo; } >phenotype/hamd.tsv
	levels() { printf '{"MeasurementToolMetadata": {"Description": "HAMD, 17 items", "TermURL": "x"}, "hamd_1": {"LongName": "mood", "Levels": {"0": "absent", "1": {"Description": "mild"}, "2": "moderate"%s}}}' "$1" >phenotype/hamd.json; }
	levels ''
	scores phenotype/hamd.tsv phenotype/hamd.json; exits 1; has '1 file, 2 read, 1 loaded, 0 unchanged, 1 rejected'
	is '3|hamd_1|3|unknown_level|found 3; the dictionary has 0 absent, 1 mild, 2 moderate' "$(rejects)"
	is 'HAMD, 17 items' "$(q "SELECT options ->> 'tool' FROM ingest.file WHERE command = 'scores'")"
	levels ', "3": "severe"'
	scores phenotype/hamd.tsv; exits 0; has '2 read, 1 loaded, 1 unchanged, 0 rejected'
	is 't' "$(q "SELECT supersedes IS NOT NULL FROM ingest.file ORDER BY file_id DESC LIMIT 1")"
	echo '{' >phenotype/hamd.json; scores phenotype/hamd.tsv; exits 1; has 'refused: JSON'
}

@test "several instruments in one file; an instrument without its version is none of its versions" {
	printf '受试者编号,量表,访视,总分\nP01,HAMD-17,基线,24\nP01,汉密尔顿抑郁量表,基线,30\nP01,hdrs 24,第8周,20\nP02,SCL-90,基线,3\n' >a.csv
	run psyrad ingest scores a.csv --study t; exits 1; has '4 read, 3 loaded, 0 unchanged, 1 rejected'
	is 'HAMD-17 pre 24,HAMD-24 post 20,HAMD-unspecified pre 30' "$(q "SELECT string_agg(concat_ws(' ', instrument, session, total), ',' ORDER BY instrument) FROM clinical.score")"
	is '5|量表|2|unknown_instrument' "$(q 'SELECT line, column_name, column_number, code FROM ingest.reject')"
	printf 'participant_id,week,total\nP03,0,20\n' >b.csv
	run psyrad ingest scores b.csv --study t; exits 1; has 'nothing says which instrument'
	run psyrad ingest scores b.csv --study t --instrument HAMD; exits 0; has 'HAMD names no version: loaded as HAMD-unspecified'
	{ echo "participant_id,week,instrument$(items_header),item18,item19"; echo "P04,0,HAMD-17$(items 1),,"; echo "P05,0,HAMD-17$(items 1),2,"; } >c.csv
	run psyrad ingest scores c.csv --study t; exits 1; has '2 read, 1 loaded'
	is '3|item18|21|unknown_item|found 2 as item 18; HAMD-17 has 17 items' "$(rejects | grep item18)"
	{ echo "participant_id,week,hamd_01,hamd_02"; echo 'P04,0,1,1'; } >d.csv
	run psyrad ingest scores d.csv --study t --instrument HAMD; exits 1; has 'HAMD-unspecified has 0 items'
}
