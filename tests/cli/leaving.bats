# What leaves the warehouse: tables as CSV with their dictionary, a study as a BIDS derivative that loads back to the same numbers.
load cases.bash

filled() {
	printf 'A\nB\nC\n' >names.txt; psyrad ingest atlas --names names.txt --atlas abc
	printf 'A\tB\tC\n1.5\t2\t-1\n2\t4.25\t-2\n4\t7\t-5\n3\t5\t-3.1\n' >sub-P01_ses-pre_task-rest_timeseries.tsv
	sed 's/4.25/0.1/' sub-P01_ses-pre_task-rest_timeseries.tsv >sub-P02_ses-pre_task-rest_timeseries.tsv
	psyrad ingest series sub-*_timeseries.tsv --study t --atlas abc --pipeline as-given --tr 2
	{ printf 'participant_id,week'; for i in $(seq 17); do printf ',item%d' $i; done; printf ',total,rater\n'
		printf 'P01,0,3,1,0,2,0,1,2,2,2,0,1,1,2,1,0,1,0,,R1\nP02,0,1,1,0,2,0,1,2,2,2,0,1,1,2,,0,1,0,17,R1\n'; } >scores.csv
	psyrad ingest scores scores.csv --study t --instrument HAMD-17
} >/dev/null

@test "a study as BIDS: names, sidecars, n/a, and every number back after loading it again" {
	filled
	run psyrad export bids --study t --out out/; exits 0; has 'files, '
	is 'dataset_description.json
participants.json
participants.tsv
phenotype/hamd17.json
phenotype/hamd17.tsv
seg-abc_dseg.tsv
sub-P01/ses-pre/func/sub-P01_ses-pre_task-rest_seg-abc_stat-fcpearson_desc-asgiven_relmat.json
sub-P01/ses-pre/func/sub-P01_ses-pre_task-rest_seg-abc_stat-fcpearson_desc-asgiven_relmat.tsv
sub-P01/ses-pre/func/sub-P01_ses-pre_task-rest_seg-abc_stat-mean_desc-asgiven_timeseries.json
sub-P01/ses-pre/func/sub-P01_ses-pre_task-rest_seg-abc_stat-mean_desc-asgiven_timeseries.tsv
sub-P01/sub-P01_sessions.tsv' "$(cd out && find . -type f | sed 's|^\./||' | grep -v P02 | LC_ALL=C sort)"
	is 'derivative psyrad True' "$(python3 -c 'import json; d = json.load(open("out/dataset_description.json")); print(d["DatasetType"], d["GeneratedBy"][0]["Name"], d["Simulated"])')"
	series=out/sub-P01/ses-pre/func/sub-P01_ses-pre_task-rest_seg-abc_stat-mean_desc-asgiven_timeseries
	is "2.0 $(sha256sum <sub-P01_ses-pre_task-rest_timeseries.tsv | cut -d' ' -f1)" "$(python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(float(d["RepetitionTime"]), d["SourceSha256"])' $series.json)"
	is "$(cat sub-P01_ses-pre_task-rest_timeseries.tsv)" "$(cat $series.tsv)"
	is 'n/a 2' "$(awk -F'\t' '$1 == "A" { next } NR == 2 { a = $1; ab = $2 } NR == 3 { print a, (ab == $1) + 1 }' "${series%mean*}fcpearson_desc-asgiven_relmat.tsv")"
	is 'sub-P02	ses-pre	R1	1	1	0	2	0	1	2	2	2	0	1	1	2	n/a	0	1	0	17' "$(sed -n 3p out/phenotype/hamd17.tsv)"
	before=$(q 'SELECT (SELECT array_agg(value ORDER BY subject_id) FROM imaging.series), (SELECT array_agg(value ORDER BY subject_id) FROM imaging.connectome), (SELECT array_agg(items[13] || coalesce(items[14]::text, E'"''"') ORDER BY subject_id) FROM clinical.score)')
	q 'DELETE FROM imaging.connectome; DELETE FROM imaging.series; DELETE FROM imaging.acquisition; DELETE FROM clinical.score; DELETE FROM clinical.visit' >/dev/null
	cd out
	psyrad ingest series sub-*/ses-*/func/*_timeseries.tsv --study t --atlas abc --pipeline as-given
	psyrad ingest scores phenotype/hamd17.tsv --study t --instrument HAMD-17
	is "$before" "$(q 'SELECT (SELECT array_agg(value ORDER BY subject_id) FROM imaging.series), (SELECT array_agg(value ORDER BY subject_id) FROM imaging.connectome), (SELECT array_agg(items[13] || coalesce(items[14]::text, E'"''"') ORDER BY subject_id) FROM clinical.score)')"
}

@test "an export is whole or not there: no such study, a folder in use, one that broke off, two names that become one" {
	filled
	run psyrad export bids --study nobody --out out; exits 1; has "there is no study 'nobody'"; has 'Studies: t'
	[ ! -e out ] && [ ! -e out.partial ]
	mkdir -p used && touch used/file; run psyrad export bids --study t --out used; exits 1; has 'used is there already'; [ -e used/file ]
	mkdir used.partial empty; run psyrad export bids --study t --out empty; exits 0; [ -e empty/participants.tsv ]
	mkdir more.partial; run psyrad export bids --study t --out more; exits 1; has 'more.partial is there already'
	q "UPDATE clinical.subject_key SET label = 'P-01' WHERE label = 'P02'" >/dev/null
	run psyrad export bids --study t --out twice; exits 1; has 'two things would be'; [ ! -e twice.partial ]
	run psql -XAtq -d "$database" -c "SELECT imaging.bids_label('脑区')"; [ "$status" != 0 ]; has "'脑区' has neither a letter nor a digit that a BIDS name could keep"
	run psyrad export bids --out x; exits 2
	run psyrad export; exits 2; has 'export tables'
}

@test "tables as CSV: every view of schema report, the same numbers, what the columns mean; one study; who may not read" {
	filled
	run psyrad export tables --out all; exits 0; has 'tables.json says'
	is "$(q "SELECT count(*) FROM pg_class WHERE relnamespace = 'report'::regnamespace AND relkind IN ('v', 'm')")" "$(q "SELECT count(*) FROM report.export_tables()")"
	is "$(q 'SELECT count(*) + 1 FROM report.export_tables()')" "$(find all -type f | wc -l)"
	is "$(psql "$PSYRAD_URL" -Xq --csv -c 'SELECT study, label, session, week, total FROM report.hamd ORDER BY label')" "$(python3 -c 'import csv, sys
w = csv.writer(sys.stdout, lineterminator="\n"); k = ["study", "label", "session", "week", "total"]; w.writerow(k)
for r in csv.DictReader(open("all/report.hamd.csv")): w.writerow([r[c] for c in k])')"
	is 'True True' "$(python3 -c 'import json; t = {x["file"]: x for x in json.load(open("all/tables.json"))}; h = t["report.hamd.csv"]; print("HAMD-17" in h["description"], "result" in t["report.connection_test.csv"]["left_out"])')"
	run psyrad export tables --schema clinical --study t --out some; exits 0
	[ -e some/clinical.score.csv ] && exit 1
	is 7 "$(wc -l <some/clinical.participant.csv)"
	run psyrad export tables --schema nothing --out none; exits 1; has 'nothing has no table that you may read'; [ ! -e none.partial ]
}
