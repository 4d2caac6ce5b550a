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
