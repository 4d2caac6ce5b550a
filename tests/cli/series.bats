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

@test "long series lie uncompressed in the warehouse, new ones and replaced ones: each query reads them" {
	atlas; yes $'1\t2\t-1\n2\t4\t-1' | head -400 | { printf 'A\tB\tC\n'; cat; } >${name}_timeseries.tsv
	series ${name}_timeseries.tsv; exits 0
	is '400|t|t' "$(q 'SELECT array_length(value, 1), pg_column_compression(value) IS NULL, pg_column_size(value) > 9600 FROM imaging.series')"
	sed -i 's/^1/3/' ${name}_timeseries.tsv; series ${name}_timeseries.tsv; exits 0; has '1 series of 1 participant'
	is '3|t|t' "$(q 'SELECT value[1][1], pg_column_compression(value) IS NULL, pg_column_size(value) > 9600 FROM imaging.series')"
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
	printf 'A,B,C\n1,2,3\n1,1e400,3\n' >sub-P01_ses-pre_timeseries.csv; series sub-P01_ses-pre_timeseries.csv; exits 1; has 'line 3, column 2: found 1e400'
	printf 'A,B,C\n1,2,3\n' >sub-P01_ses-pre_timeseries.csv; series sub-P01_ses-pre_timeseries.csv; exits 1; has '1 volumes; a time course needs at least 2'
	is 0 "$(q 'SELECT count(*) FROM imaging.series')"
}

@test "without a header, by position" {
	atlas; printf '1,2,3\n2,4,5\n3,1,2\n' >sub-P01_ses-pre_timeseries.csv
	series sub-P01_ses-pre_timeseries.csv; exits 1; has 'a file without header: --by-position'
	series sub-P01_ses-pre_timeseries.csv --by-position; exits 0
	is '{{1,2,3},{2,4,5},{3,1,2}}' "$(q 'SELECT value FROM imaging.series')"
}

@test "numbers that pandas and R write where there are no names are no values" {
	atlas; set -- '1.5,2,3' '2.0,4,5' '3.0,1,2'
	printf '%s\n' 0,1,2 "$@" >sub-P01_ses-pre_timeseries.csv
	printf '%s\n' ,0,1,2 "0,$1" "1,$2" "2,$3" >sub-P02_ses-pre_timeseries.csv
	series sub-P01* sub-P02* --by-position; exits 0; has 'sub-P01_ses-pre_timeseries.csv: note: line 1 numbers the columns'
	printf '%s\n' ,A,B,C "0,$1" "1,$2" "2,$3" >sub-P03_ses-pre_timeseries.csv
	printf '%s\n' '"","A","B","C"' "\"1\",$1" "\"2\",$2" "\"3\",$3" >sub-P04_ses-pre_timeseries.csv
	series sub-P03* sub-P04*; exits 0
	is '4|{{1.5,2,3},{2,4,5},{3,1,2}}' "$(q 'SELECT count(*), value FROM imaging.series GROUP BY value')"
	printf '%s\n' ,A,B,C "0,$1" "5,$2" >sub-P05_ses-pre_timeseries.csv
	series sub-P05*; exits 1; has 'line 3: found 5; expected 1, the volume'
	printf '0,1,2\n3,4,5\n6,7,8\n' >sub-P06_ses-pre_timeseries.csv # whole numbers may be values
	series sub-P06* --by-position; exits 0; is 3 "$(q "SELECT cardinality(value) / 3 FROM imaging.series JOIN clinical.subject_key USING (subject_id) WHERE label = 'P06'")"
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

# ---- pipelines ---------------------------------------------------------------------------------------------------

# run_of 40 volumes of A, B, C with confounds; volume 11 moved by 0.9 mm.
confounded() {
	python3 - "${1:-$name}" <<-'PY'
		import math, sys
		name = sys.argv[1]
		with open(name + "_timeseries.tsv", "w") as out:
		    out.write("A\tB\tC\n" + "".join(f"{100 + math.sin(t):.6f}\t{50 + math.cos(t * 1.7):.6f}\t{t % 7 + t / 10:.6f}\n" for t in range(40)))
		columns = ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z", "csf", "white_matter", "global_signal"]
		endings = ["", "_derivative1", "_power2", "_derivative1_power2"]
		def value(k, t): return (0.0001 if 3 <= k < 6 else 0.1) * math.sin(t * (k + 2) / 9) + (0.9 if k == 0 and t == 10 else 0)
		with open(name + "_desc-confounds_timeseries.tsv", "w") as out:
		    out.write("\t".join([c + e for c in columns for e in endings] + ["t_comp_cor_00", "t_comp_cor_01", "a_comp_cor_00", "a_comp_cor_01", "a_comp_cor_02", "cosine00", "cosine01", "non_steady_state_outlier00", "std_dvars"]) + "\n")
		    for t in range(40):
		        row = []
		        for k in range(len(columns)):
		            x, d = value(k, t), value(k, t) - value(k, t - 1)
		            row += [x, d if t else None, x * x, d * d if t else None]
		        row += [math.sin(t * t / 50), math.cos(t * t / 40), math.sin(t * t / 30), math.cos(t * t / 35), math.sin(t / 5) * math.cos(t), math.cos(math.pi * (t + 0.5) / 40), math.cos(2 * math.pi * (t + 0.5) / 40), float(t == 0), None if t == 0 else 1 + (t == 20)]
		        out.write("\t".join("n/a" if x is None else f"{x:.9g}" for x in row) + "\n")
	PY
	echo '{"a_comp_cor_00": {"Mask": "combined", "CumulativeVarianceExplained": 0.3}, "a_comp_cor_01": {"Mask": "combined", "CumulativeVarianceExplained": 0.55}, "a_comp_cor_02": {"Mask": "CSF", "CumulativeVarianceExplained": 0.6}, "t_comp_cor_00": {"CumulativeVarianceExplained": 0.2}}' >"${1:-$name}_desc-confounds_timeseries.json"
	echo '{"RepetitionTime": 2}' >"${1:-$name}_timeseries.json"
}
pipe() { run psyrad ingest series "${@:2}" ${name}_timeseries.tsv --study t --atlas abc --pipeline "$1"; }

@test "choices are written out under a name that stands for them for ever" {
	atlas; confounded
	pipe m24 --motion 24 --detrend --standardize zscore_sample; exits 0; has '1 loaded'
	is 'true|zscore_sample|full|none|removal|' "$(q "SELECT choices->>'detrend', choices->>'standardize', choices->>'motion', choices->>'wm_csf', choices->>'scrub_by', choices->>'low_pass_hz' FROM imaging.pipeline WHERE pipeline = 'm24'")"
	is 20 "$(q "SELECT count(*) FROM imaging.pipeline p, jsonb_object_keys(p.choices) k WHERE pipeline = 'm24'")"
	pipe m24; exits 0; has '0 loaded, 1 unchanged'
	pipe m24 --motion 24 --standardize zscore_sample; exits 1; has 'the pipeline m24 is declared with other choices: detrend is true, not false'
	pipe m24 --motion full --detrend --standardize zscore_sample; exits 0; has '0 loaded, 1 unchanged'
	echo '{"detrend": true, "standardize": "zscore_sample", "motion": 24}' >m24.json
	pipe m24 --definition m24.json; exits 0; has '0 loaded, 1 unchanged'
	run psql -XAtqd "$database" -c "UPDATE imaging.pipeline SET choices = '{}' WHERE pipeline = 'm24'"; has 'a declared pipeline does not change'
	pipe other --definition m24.json --detrend; exits 1; has 'no option of cleaning goes beside it'
	is 1 "$(q 'SELECT count(*) FROM imaging.series')"
}

@test "choices that cannot be" {
	atlas; confounded
	pipe x --motion 7; exits 1; has "the pipeline's motion is 7; expected none, basic"
	pipe x --bandpass 0.1:0.01; exits 1; has 'the lower frequency first'
	pipe x --bandpass 0.1; exits 1; has 'expected LOW:HIGH in Hz'
	pipe x --scrub-before 1; exits 1; has 'a threshold of framewise displacement'
	pipe x --compcor fast:5; exits 1; has "the pipeline's compcor is fast; expected none, anat_combined"
	pipe x --motion 36 --wm-csf basic; exits 1; has '36 stands for all three in full'
	pipe x --bandpass 0.01:0.3; exits 1; has 'low_pass is 0.3 Hz; above 0 and below the Nyquist frequency 0.25 expected'
	pipe raw --detrend; exits 1; has 'the pipeline raw makes no choices'
	echo '{"detrend": true, "smooth": 6}' >d.json; pipe x --definition d.json; exits 1; has 'a pipeline has no smooth'; has 'hint: it has: bandpass' || has 'hint: it has: '
	echo '{"detrend": ' >d.json; pipe x --definition d.json; exits 1; has 'the definition of the pipeline is not valid JSON'
	is '0|0' "$(q "SELECT (SELECT count(*) FROM imaging.series), (SELECT count(*) FROM imaging.pipeline WHERE pipeline = 'x')")"
}

@test "a pipeline that holds what another program cleaned takes no choices" {
	atlas; confounded
	pipe theirs; exits 0
	is '{}' "$(q "SELECT choices FROM imaging.pipeline WHERE pipeline = 'theirs'")"
	pipe theirs --detrend; exits 1; has 'the pipeline theirs holds what another program cleaned'
}

@test "raw is the series as it came, and what is cleaned in the warehouse equals what is cleaned on the way in, to the bit" {
	atlas; confounded
	pipe raw; exits 0
	pipe filtered --detrend --bandpass 0.02:0.15 --standardize zscore_sample; exits 0
	is t "$(q "SELECT a.value = psyrad.series_clean(b.value, tr => 2, high_pass => 0.02, low_pass => 0.15) FROM imaging.series a, imaging.series b WHERE (a.pipeline, b.pipeline) = ('filtered', 'raw')")"
	is '100|49.0' "$(q "SELECT value[1][1], round(value[3][2]::numeric, 1) FROM imaging.series WHERE pipeline = 'raw'")"
	is t "$(q "SELECT bool_and(c.value OPERATOR(psyrad.=) psyrad.conn_from_series(s.value, 'pearson')) FROM imaging.series s JOIN imaging.connectome c USING (subject_id, session, run, pipeline)")"
}

@test "scrubbing: neighbours, short stretches, removal and spikes; what is left is counted and timed" {
	atlas; confounded
	# fd is computed from the motion parameters here: volume 11 (from 1) and the way back, 12, exceed 0.8.
	pipe s0 --scrub 0.8; exits 0
	pipe s1 --scrub 0.8 --scrub-before 1 --scrub-after 2 --detrend; exits 0
	pipe s2 --scrub 0.8 --scrub-segment 11; exits 0
	pipe s3 --scrub 0.8 --scrub-dvars 1.5 --non-steady-state; exits 0
	pipe s4 --scrub 0.8 --scrub-by spikes --detrend; exits 0
	is $'s0|38|38|40\ns1|35|35|40\ns2|28|28|40\ns3|36|36|40\ns4|40|38|40' "$(q "SELECT pipeline, array_length(value, 1), volumes_kept, volumes FROM imaging.series ORDER BY 1")"
	is 't' "$(q "SELECT bool_and(minutes = volumes_kept * 2 / 60.0::float8 AND too_short) FROM imaging.series")"
	# A spike leaves nothing of its volume.
	is t "$(q "SELECT abs(value[11][1]) < 1e-9 AND abs(value[13][1]) > 1e-3 FROM imaging.series WHERE pipeline = 's4'")"
	is 1 "$(q 'SELECT count(DISTINCT mean_fd_mm) FROM imaging.series')"
	pipe all --scrub 0.001; exits 1; has 'timepoints remain; at least 4 expected'
}

@test "framewise displacement by its column, by Power's formula and by Jenkinson's" {
	atlas; confounded
	python3 - $name <<-'PY' >expected
		import csv, math, sys
		import itertools
		rows = list(csv.DictReader(open(sys.argv[1] + "_desc-confounds_timeseries.tsv"), delimiter="\t"))
		p = [[float(r[c]) for c in ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")] for r in rows]
		fd = [sum(abs(a - b) * (1 if k < 3 else 50) for k, (a, b) in enumerate(zip(x, y))) for x, y in zip(p, p[1:])]
		def product(a, b): return [[sum(a[i][k] * b[k][j] for k in range(4)) for j in range(4)] for i in range(4)]
		def matrix(q):
		    t = [[1, 0, 0, q[0]], [0, 1, 0, q[1]], [0, 0, 1, q[2]], [0, 0, 0, 1]]
		    c, s = math.cos(q[3]), math.sin(q[3]); rx = [[1, 0, 0, 0], [0, c, s, 0], [0, -s, c, 0], [0, 0, 0, 1]]
		    c, s = math.cos(q[4]), math.sin(q[4]); ry = [[c, 0, s, 0], [0, 1, 0, 0], [-s, 0, c, 0], [0, 0, 0, 1]]
		    c, s = math.cos(q[5]), math.sin(q[5]); rz = [[c, s, 0, 0], [-s, c, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
		    return product(product(product(t, rx), ry), rz)
		def inverse(m):
		    r = [[m[j][i] for j in range(3)] for i in range(3)]
		    return [r[i] + [-sum(r[i][k] * m[k][3] for k in range(3))] for i in range(3)] + [[0, 0, 0, 1]]
		fj = []
		for x, y in zip(p, p[1:]):
		    m = product(matrix(y), inverse(matrix(x)))
		    fj.append(math.sqrt(80 * 80 / 5 * sum((m[i][j] - (i == j)) ** 2 for i in range(3) for j in range(3)) + sum(m[i][3] ** 2 for i in range(3))))
		print(f"{sum(fd) / 39:.10g}|{sum(fj) / 39:.10g}")
	PY
	pipe power --scrub 50; exits 0
	pipe jenkinson --scrub 50 --fd jenkinson; exits 0
	is "$(cat expected)" "$(q "SELECT a.mean_fd_mm::numeric(20, 12)::float8, b.mean_fd_mm::numeric(20, 12)::float8 FROM imaging.series a, imaging.series b WHERE (a.pipeline, b.pipeline) = ('power', 'jenkinson')" | python3 -c 'print("|".join(f"{float(x):.10g}" for x in input().split("|")))')"
}

@test "components by number, by share, by mask; a column that is missing is named" {
	atlas; confounded
	pipe c1 --compcor 1; exits 0
	pipe c2 --compcor 50%; exits 0
	pipe c3 --compcor all; exits 0
	pipe c4 --compcor anat_separated:3; exits 0
	pipe c5 --compcor temporal:1 --cosine; exits 0
	is t "$(q "SELECT a.value <> b.value AND b.value = c.value AND c.value <> d.value FROM imaging.series a, imaging.series b, imaging.series c, imaging.series d WHERE (a.pipeline, b.pipeline, c.pipeline, d.pipeline) = ('c1', 'c2', 'c3', 'c4')")"
	pipe c6 --compcor 70%; exits 1; has 'explain less than 70 %'
	rm ${name}_desc-confounds_timeseries.json
	pipe c7 --compcor 2; exits 1; has "beside it lies no .json, which tells the components' masks"
	cp ${name}_desc-confounds_timeseries.tsv whole.tsv
	sed -i '1s/rot_z/rot_t/g' ${name}_desc-confounds_timeseries.tsv
	pipe m --motion 24; exits 1; has 'the confounds file beside the series: it has no column rot_z, which the pipeline needs'
	cp whole.tsv ${name}_desc-confounds_timeseries.tsv
	pipe m12 --motion 12; exits 0
	python3 -c "
rows = [l.rstrip('\n').split('\t') for l in open('${name}_desc-confounds_timeseries.tsv')]
rows[20][rows[0].index('trans_x')] = 'n/a'; rows[7][rows[0].index('csf')] = 'much'
open('${name}_desc-confounds_timeseries.tsv', 'w').writelines('\t'.join(r) + '\n' for r in rows)"
	pipe m6 --motion 6; exits 1; has "trans_x is missing in row 20; only the first row's may be"
	pipe w --wm-csf basic; exits 1; has 'line 8: csf is not a number'
	rm ${name}_desc-confounds_timeseries.tsv
	pipe none --motion 6; exits 1; has 'the pipeline none needs confounds, and no table of them lies beside the series'
}

@test "two tasks under one run are not one scan" {
	atlas; file; series ${name}_timeseries.tsv; exits 0
	file sub-P01_ses-pre_task-music; series sub-P01_ses-pre_task-music_timeseries.tsv; exits 1
	has 'run 1 of session pre is of the task rest, not music'; has '--run N'
	series sub-P01_ses-pre_task-music_timeseries.tsv --run 2; exits 0
}

@test "imaging.primary gives one row by a rule that can be asked and set" {
	atlas; confounded; pipe p1 --detrend; exits 0; pipe p2 --motion 6; exits 0
	name=sub-P01_ses-pre_task-rest_run-2; confounded
	python3 -c "
rows = [l.rstrip('\n').split('\t') for l in open('${name}_desc-confounds_timeseries.tsv')]
for r in rows[1:]: r[0] = '0'
open('${name}_desc-confounds_timeseries.tsv', 'w').writelines('\t'.join(r) + '\n' for r in rows)"
	pipe p1 --detrend; exits 0; pipe p2; exits 0
	rule() { q "SELECT imaging.set_primary('t', 'abc', 'fc_pearson', $1)" >/dev/null; q 'SELECT pipeline, run FROM imaging.primary'; }
	is 'p1|1' "$(q 'SELECT pipeline, run FROM imaging.primary')"
	is 'p2|1' "$(rule "'p2'")"
	is 'p2|2' "$(rule "'p2', 'least_motion'")"
	is '' "$(rule "'p2', 'least_motion', 5")"
	is 'p2|2' "$(rule "'p2', 'least_motion', 1")"
	is 'p1|1' "$(rule "'p1', 'lowest', 1")"
	is 'fc_pearson over abc: pipeline p1, the lowest run of a visit, of the runs with at least 1 usable minutes' "$(q "SELECT rule FROM imaging.primary_rule WHERE measure = 'fc_pearson'")"
	run psql -XAtqd "$database" -c "SELECT imaging.set_primary('t', 'abc', 'fc_pearson', 'p9')"; has 'the pipeline p9 is not declared'
}

# ---- images ------------------------------------------------------------------------------------------------------------

made=$BATS_TEST_DIRNAME/../golden/seeds
imaged() {
	cp "$made/image.nii.gz" "${1:-sub-P01_ses-pre_task-rest_bold}.nii.gz"
	printf '2 Two\n5 Five\n9 Nine\n' >names.txt
	psyrad ingest atlas "$made/labels.nii.gz" --names names.txt --atlas made
}
image() { run psyrad ingest series "$@" --study t --atlas made; }

@test "a 4-D image: time courses, coverage, repetition time of header and sidecar, and who may say nothing" {
	imaged; f=sub-P01_ses-pre_task-rest_bold.nii.gz
	image $f; exits 1; has 'the pipeline as-is is not declared'; has '--pipeline raw'
	image $f --pipeline mine; exits 1; has 'the pipeline mine is not declared'
	image $f --pipeline raw; exits 0; has '1 read, 1 loaded'
	is '[1:80][1:3]|{1,1,1}|2|80|80' "$(q 'SELECT array_dims(value), coverage, tr_s, volumes, volumes_kept FROM imaging.series')"
	is 'bold|rest|2|2|32' "$(q 'SELECT modality, task, tr_s, header_tr_s, length(payload_sha256) FROM imaging.acquisition')"
	echo '{"RepetitionTime": 2.5}' >sub-P01_ses-pre_task-rest_bold.json
	image $f --pipeline raw; exits 0; has 'note: its header says 2 s a volume, the sidecar 2.5 s; the latter is taken'
	is '2.5|2.5|2' "$(q 'SELECT s.tr_s, a.tr_s, a.header_tr_s FROM imaging.series s JOIN imaging.acquisition a USING (subject_id, session, run)')"
	image $f --pipeline filtered --bandpass 0.01:0.1 --detrend --dry-run; exits 0; has 'P01, session pre, run 1: 80 of 80 volumes of 3 regions of made, 3.3 usable minutes, pipeline filtered'
	is 1 "$(q 'SELECT count(*) FROM imaging.series')"
	is 'raw' "$(q "SELECT string_agg(pipeline, ',') FROM imaging.pipeline")"
}

@test "another grid, another space, a map, a mask, voxels" {
	imaged; f=sub-P01_ses-pre_task-rest_bold.nii.gz
	make_nifti three.nii dims=4,5,6 type=int16; image three.nii --pipeline raw --subject P01 --session pre; exits 1; has "the image's grid is 4x5x6"; has '--resample nearest'
	cp "$made/labels.nii.gz" map.nii.gz; image map.nii.gz --pipeline raw --subject P01 --session pre; exits 1; has '1 volumes; a time course needs at least 2'
	psyrad ingest atlas "$made/mask.nii.gz" --voxels --atlas brain
	run psyrad ingest series $f --study t --atlas brain --pipeline raw; exits 1; has 'the atlas brain is of voxels'; has 'psyrad ingest seed'
	image $f --pipeline raw; exits 0
	image $f --pipeline masked --mask "$made/mask.nii.gz" --detrend; exits 0
	is 't' "$(q "SELECT bool_and(c > 0.5 AND c < 0.9) FROM imaging.series, unnest(coverage) c WHERE pipeline = 'masked'")"
	image $f --pipeline linear --resample linear --detrend --standardize zscore_sample; exits 0
	image $f --pipeline own --detrend --standardize zscore_sample; exits 0
	is t "$(q "SELECT a.value = b.value FROM imaging.series a, imaging.series b WHERE (a.pipeline, b.pipeline) = ('linear', 'own')")"
	gzip -dc $f | head -c 30000 | gzip >sub-P02_ses-pre_bold.nii.gz; image sub-P02_ses-pre_bold.nii.gz --pipeline raw; exits 1; has 'refused'
	is 0 "$(q "SELECT count(*) FROM imaging.series JOIN clinical.subject_key USING (subject_id) WHERE label = 'P02'")"
}

@test "a header's repetition time is what was written, not its single precision: the filter is that of --tr" {
	imaged; f=sub-P01_ses-pre_task-rest_bold.nii.gz
	python3 - $f <<-'PY'
		import gzip, struct, sys
		data = bytearray(gzip.open(sys.argv[1]).read())
		struct.pack_into("<f", data, 76 + 16, 1.35)
		gzip.open(sys.argv[1], "wb").write(data)
	PY
	image $f --pipeline header --bandpass 0.01:0.1; exits 0
	image $f --pipeline said --bandpass 0.01:0.1 --tr 1.35; exits 0
	is '2|1' "$(q 'SELECT count(*), count(DISTINCT value) FROM imaging.series')"
}

@test "several images in several processes give what one gives" {
	imaged
	for p in 2 3 4 5; do cp sub-P01_ses-pre_task-rest_bold.nii.gz sub-P0${p}_ses-pre_task-rest_bold.nii.gz; done
	image sub-*.nii.gz --pipeline raw --jobs 2; exits 0; has '5 files, 5 read, 5 loaded'
	is '5|1' "$(q 'SELECT count(*), count(DISTINCT value) FROM imaging.series')"
	image sub-*.nii.gz --pipeline raw --jobs 3; exits 0; has '5 read, 0 loaded, 5 unchanged'
	image sub-*.nii.gz --pipeline new --detrend --jobs 3; exits 0; has '5 loaded'
	is 't|10' "$(q "SELECT count(DISTINCT choices) = 2, (SELECT count(*) FROM imaging.series) FROM imaging.pipeline")"
}

@test "confounds as fMRIPrep named them before 1.2 give the same as those since; derivatives and squares are made where they lack" {
	atlas; for i in 1 2 3 4 5 6 7 8 9; do printf '%d\t%d\t%d\n' $i $((i * i % 7)) $((i * 3 % 5)); done | { printf 'A\tB\tC\n'; cat; } >${name}_timeseries.tsv
	printf 'RotX\tX\tFramewiseDisplacement\tCSF\n' >old.tsv; printf 'rot_x\ttrans_x\tframewise_displacement\tcsf\ttrans_x_derivative1\ttrans_x_power2\ttrans_x_derivative1_power2\n' >new.tsv
	for i in 1 2 3 4 5 6 7 8 9; do
		x=$((i * i % 5)); before=$(((i - 1) * (i - 1) % 5)); d=$((x - before)); fd=0.$i
		[ $i = 1 ] && { d=n/a; fd=n/a; d2=n/a; } || d2=$((d * d))
		printf '0\t%s\t%s\t%d\n' $x $fd $((i % 3)) >>old.tsv; printf '0\t%s\t%s\t%d\t%s\t%d\t%s\n' $x $fd $((i % 3)) $d $((x * x)) $d2 >>new.tsv
	done
	for kind in old new; do
		run psyrad ingest series ${name}_timeseries.tsv --study t --atlas abc --pipeline $kind --confounds $kind.tsv --wm-csf basic; exits 1; has '--confounds: it has no column white_matter'
		sed -i '1s/csf/white_matter\tcsf/; 1s/CSF/WhiteMatter\tCSF/; 2,$s/\(\S*\t\S*\t\S*\t\)\(\S*\)/\10.\2\t\2/' $kind.tsv
		sed -i '1s/$/\ttrans_y\ttrans_z\trot_y\trot_z/; 2,$s/$/\t0\t0\t0\t0/' $kind.tsv
		run psyrad ingest series ${name}_timeseries.tsv --study t --atlas abc --pipeline $kind --confounds $kind.tsv --motion full --scrub 0.85; exits 0
	done
	is '2|1|8|0.55' "$(q "SELECT count(*), count(DISTINCT value), min(volumes_kept), round(min(mean_fd_mm)::numeric, 4)::float8 FROM imaging.series")"
	printf '0.1\t0.2\t0\t0\t0\t0\n' >motion.par
	run psyrad ingest series ${name}_timeseries.tsv --study t --atlas abc --pipeline rp --confounds motion.par --motion 6; exits 1; has 'its first line is numbers'; has 'trans_x trans_y'; has 'rp_....txt'
}

@test "SPM's rp_ files give what the same numbers with names give; beside an image they are found below SPM's prefixes" {
	imaged; f=sub-P01_ses-pre_task-rest_bold.nii.gz; n=$(python3 -c "import gzip, struct; print(struct.unpack_from(\"<h\", gzip.open(\"$f\").read(60), 48)[0])")
	python3 - "$n" "$f" <<-'PY'
		import math, sys
		n, f = int(sys.argv[1]), sys.argv[2]
		rows = [[round(math.sin(i * (k + 1)) / (10 if k < 3 else 500), 7) for k in range(6)] for i in range(n)]
		open("rp_" + f[:-7] + ".txt", "w").write("".join("".join(f"{x:16.7e}" for x in r) + "\n" for r in rows))
		open("named.tsv", "w").write("trans_x\ttrans_y\ttrans_z\trot_x\trot_y\trot_z\n" + "".join("\t".join(f"{x:.7f}" for x in r) + "\n" for r in rows))
		fd = [sum(abs(b - a) * (1 if k < 3 else 50) for k, (a, b) in enumerate(zip(p, q))) for p, q in zip(rows, rows[1:])]
		open("fd", "w").write(f"{sum(fd) / len(fd):.4f}")
	PY
	image $f --pipeline named --confounds named.tsv --motion 24 --detrend; exits 0
	image $f --pipeline spm --motion 24 --detrend; exits 0
	mkdir later; cp $f later/swra$f; cp rp_* later; mv later/rp_sub-P01_ses-pre_task-rest_bold.txt later/rp_asub-P01_ses-pre_task-rest_bold.txt
	image later/swra$f --pipeline later --motion 24 --detrend --subject P01 --session pre; exits 0
	is "3|1|1|$(cat fd)" "$(q "SELECT count(*), count(DISTINCT value), count(DISTINCT mean_fd_mm), min(round(mean_fd_mm::numeric, 4)) FROM imaging.series")"
	printf '1 2 3 4 5\n' >rp_x.txt; image $f --pipeline five --confounds rp_x.txt --motion 6; exits 1; has 'line 1 has 5 numbers; expected six'
	sed -i '3s/e-/x-/' rp_sub-*.txt; image $f --pipeline bad --motion 6; exits 1; has 'line 3: expected six numbers'
}
