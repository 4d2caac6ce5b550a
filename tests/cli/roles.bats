# The tool as people run it: a login that is a loader of one site, no superuser and no owner.
load cases.bash

as_loader() {
	psql -XAtq -d postgres -c "DO \$\$ BEGIN CREATE ROLE cli_loader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$; GRANT psyrad_ingest, psyrad_site_east TO cli_loader"
	PSYRAD_URL="host='$PGHOST' user=cli_loader dbname=$database"
}

@test "a loader of one site loads everything of it, twice" {
	as_loader; psyrad simulate trial >/dev/null; write_study
	head -5 participants.tsv | sed 's/P0/L0/' >mine.tsv; long_file; sed -i 's/^P0/L0/' scores.csv
	make_nifti atlas.nii type=uint8 labels=3; printf 'A\nB\nC\n' >names.txt; make_nifti map.nii
	printf 'A,B,C\n1,2,3\n2,4,5\n3,1,2\n' >sub-L01_ses-pre_timeseries.csv
	printf 'protocol,points,frequency\nEA,GV20;EX-HN3,2 Hz\n' >protocols.csv
	for round in 1 2; do
		run psyrad ingest participants mine.tsv --study t; exits 0
		run psyrad ingest scores scores.csv --study t --instrument HAMD-17; exits 0; has '3 read'
		run psyrad ingest atlas atlas.nii --names names.txt --atlas small; exits 0
		run psyrad ingest image map.nii --study t --atlas small --measure intensity --subject L01 --session pre; exits 0
		run psyrad ingest series sub-L01_ses-pre_timeseries.csv --study t --atlas small; exits 0
		run psyrad ingest protocols protocols.csv --study t; exits 0
		run psyrad ingest effects trial/effects.csv --simulated; exits 0
		run psyrad ingest model trial/model_response_svm.json --name m --trained-on x --simulated; exits 0
	done
	has '0 loaded, 1 unchanged'
	run psyrad rejects; exits 0; run psyrad status; exits 0
	# Corrections of each kind.
	sed -i 's/^L01,0,3/L01,0,2/; s/,19$/,18/' scores.csv; run psyrad ingest scores scores.csv --study t --instrument HAMD-17; exits 0; has '1 loaded'
	printf 'protocol,points,frequency\nEA,GV20,2 Hz\n' >protocols.csv; run psyrad ingest protocols protocols.csv --study t; exits 0; has '1 loaded'
	make_nifti map.nii slope=2; run psyrad ingest image map.nii --study t --atlas small --measure intensity --subject L01 --session pre; exits 0; has '1 loaded'
	is 'clinical.score imaging.vector intervention.protocol intervention.protocol_point' "$(q "SELECT string_agg(DISTINCT table_name, ' ' ORDER BY table_name) FROM ingest.history")"
	is 'east' "$(q "SELECT DISTINCT site FROM ingest.file WHERE command IN ('scores', 'participants', 'series', 'image') AND loaded_by = 'cli_loader'")"
}

@test "a loader of one site can neither load nor see another's people" {
	as_loader
	printf 'participant_id,week,total\nP05,0,20\nP01,0,21\n' >a.csv
	run psyrad ingest scores a.csv --study t --instrument HAMD-17; exits 1; has '2 read, 1 loaded, 0 unchanged, 1 rejected'
	is 'unknown_participant' "$(q 'SELECT code FROM ingest.reject')"
	printf 'participant_id\tsite\tarm\nW1\twest\tEA\n' >w.tsv
	run psyrad ingest participants w.tsv --study t; exits 1
	is 0 "$(q "SELECT count(*) FROM clinical.subject_key WHERE label = 'W1'")"
}

@test "an analyst cannot load" {
	psql -XAtq -d postgres -c "DO \$\$ BEGIN CREATE ROLE cli_analyst LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$; GRANT psyrad_analyst, psyrad_site_east TO cli_analyst"
	long_file
	PSYRAD_URL="host='$PGHOST' user=cli_analyst dbname=$database" scores scores.csv; exits 1; has 'permission denied'
	is 0 "$(facts)"
}
