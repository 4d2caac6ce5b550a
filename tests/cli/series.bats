# Region time series, their connectomes, and what lies beside them.
load cases.bash

atlas() { printf 'A\nB\nC\n' >names.txt; psyrad ingest atlas --names names.txt --atlas abc; }
series() { run psyrad ingest series "$@" --study t --atlas abc --pipeline p; }
name=sub-P01_ses-pre_task-rest_run-1
file() { printf 'A\tB\tC\n1\t2\t-1\n2\t4\t-2\n4\t7\t-5\n3\t5\t-3.5\n' >"${1:-$name}_timeseries.tsv"; }

@test "a series and its connectome, in the atlas's order whatever the columns'" {
	atlas; file; series ${name}_timeseries.tsv; exits 0; has '1 read, 1 loaded'
	is '[1:4][1:3]|{{1,2,-1},{2,4,-2},{4,7,-5},{3,5,-3.5}}|p|1' "$(q 'SELECT array_dims(value), value, pipeline, run FROM imaging.series')"
	printf 'C\tA\tB\n-1\t1\t2\n-2\t2\t4\n-5\t4\t7\n-3.5\t3\t5\n' >sub-P02_ses-pre_timeseries.tsv
	series sub-P02_ses-pre_timeseries.tsv; exits 0
	is 't' "$(q 'SELECT count(DISTINCT value) = 1 FROM imaging.series')"
	is 't|1' "$(q "SELECT count(DISTINCT value) = 1, count(DISTINCT psyrad.conn_edge(value, 1, 2)) FROM imaging.connectome")"
	is 't' "$(q "SELECT abs(psyrad.conn_edge(value, 1, 2) - 0.992277876713668) < 1e-7 FROM imaging.connectome LIMIT 1")"
	is 'bold|rest|4|east-1' "$(q 'SELECT modality, task, volumes, scanner FROM imaging.acquisition JOIN clinical.subject_key USING (subject_id) WHERE label = '"'P01'")"
	series ${name}_timeseries.tsv sub-P02_ses-pre_timeseries.tsv; exits 0; has '2 files, 2 read, 0 loaded, 2 unchanged'
}

@test "the confounds and the sidecar beside it give motion and repetition time; they are no series themselves" {
	atlas; file
	printf 'csf\tframewise_displacement\n0\tn/a\n0\t0.1\n0\t0.2\n0\t0.6\n' >${name}_desc-confounds_timeseries.tsv
	echo '{"RepetitionTime": 2.5, "PatientName": "Zhang San"}' >${name}_timeseries.json
	series *; exits 1; has 'names.txt: refused'
	series sub-*; exits 0; has 'series: 1 file, 1 read, 0 loaded, 1 unchanged'
	is '2.5|0.3' "$(q 'SELECT tr_s, mean_fd_mm FROM imaging.acquisition')"
	nowhere 'Zhang San'
	# They belong to the meaning of the series: changed, it is loaded again.
	sed -i 's/0.6/0.9/' ${name}_desc-confounds_timeseries.tsv
	series sub-*; exits 0
	is 0.4 "$(q 'SELECT mean_fd_mm FROM imaging.acquisition')"
	is 1 "$(q 'SELECT count(*) FROM imaging.series')"
	sed -i '$d' ${name}_desc-confounds_timeseries.tsv
	series ${name}_timeseries.tsv; exits 1; has 'the confounds file beside the series: it has 3 rows; the series has 4'
}

@test "sidecars that are wrong" {
	atlas; file
	echo '{"RepetitionTime": ' >${name}_timeseries.json
	series ${name}_timeseries.tsv; exits 1; has 'the .json beside the series cannot be read'
	echo '{"RepetitionTime": 2500}' >${name}_timeseries.json
	series ${name}_timeseries.tsv; exits 1; has 'a repetition time of 2500 s'
	series ${name}_timeseries.tsv --tr 2; exits 0
	is 2 "$(q 'SELECT tr_s FROM imaging.series')"
}

@test "n/a is NaN, and the edges of a region that has one are missing; those of a constant region too" {
	atlas; printf 'A,B,C\n1,n/a,3\n2,4,3\n4,7,3\n' >sub-P01_ses-pre_timeseries.csv
	series sub-P01_ses-pre_timeseries.csv; exits 0
	is 'NaN||' "$(q 'SELECT s.value[1][2], psyrad.conn_edge(c.value, 1, 2), psyrad.conn_edge(c.value, 1, 3) FROM imaging.series s JOIN imaging.connectome c USING (subject_id)')"
}

@test "ragged rows, unknown, repeated and missing regions, text, one volume" {
	atlas
	printf 'A,B,C\n1,2,3\n1,2\n' >sub-P01_ses-pre_timeseries.csv; series sub-P01_ses-pre_timeseries.csv; exits 1; has 'line 3 has 2 cells; expected 3'
	printf 'A,B,D\n1,2,3\n1,2,3\n' >sub-P01_ses-pre_timeseries.csv; series sub-P01_ses-pre_timeseries.csv; exits 1; has 'column 3 (D) is no region of the atlas abc'
	printf 'A,B,B\n1,2,3\n1,2,3\n' >sub-P01_ses-pre_timeseries.csv; series sub-P01_ses-pre_timeseries.csv; exits 1; has 'column 3 (B) is there twice'
	printf 'A,B\n1,2\n1,2\n' >sub-P01_ses-pre_timeseries.csv; series sub-P01_ses-pre_timeseries.csv; exits 1; has 'the header lacks the region C'
	printf 'A,B,C\n1,2,3\n1,x,3\n' >sub-P01_ses-pre_timeseries.csv; series sub-P01_ses-pre_timeseries.csv; exits 1; has 'line 3, column 2: found x: not a number'
	printf 'A,B,C\n1,2,3\n1,1e300,3\n' >sub-P01_ses-pre_timeseries.csv; series sub-P01_ses-pre_timeseries.csv; exits 1; has 'too large for single precision'
	printf 'A,B,C\n1,2,3\n' >sub-P01_ses-pre_timeseries.csv; series sub-P01_ses-pre_timeseries.csv; exits 1; has '1 volumes; a time course needs at least 2'
	is 0 "$(q 'SELECT count(*) FROM imaging.series')"
}

@test "without a header, by position" {
	atlas; printf '1,2,3\n2,4,5\n3,1,2\n' >sub-P01_ses-pre_timeseries.csv
	series sub-P01_ses-pre_timeseries.csv; exits 1; has 'a file without header: --by-position'
	series sub-P01_ses-pre_timeseries.csv --by-position; exits 0
	is '{{1,2,3},{2,4,5},{3,1,2}}' "$(q 'SELECT value FROM imaging.series')"
}

@test "pipelines live side by side; the first is the study's primary one" {
	atlas; file; series ${name}_timeseries.tsv; exits 0
	run psyrad ingest series ${name}_timeseries.tsv --study t --atlas abc --pipeline q; exits 0; has '1 loaded'
	is '2|p' "$(q "SELECT (SELECT count(*) FROM imaging.connectome), string_agg(pipeline, ',') FROM imaging.primary")"
}

@test "a refused series of an unknown participant loads once the participant is there" {
	atlas; file sub-P07_ses-pre; series sub-P07_ses-pre_timeseries.tsv; exits 1; has 'the participant P07 is not known'
	printf 'participant_id\tsite\tarm\nP07\twest\tEA\n' >more.tsv; psyrad ingest participants more.tsv --study t
	series sub-P07_ses-pre_timeseries.tsv; exits 0; has '1 loaded'
}
