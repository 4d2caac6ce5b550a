# BIDS data sets: all of one in a call; the public ones against counts of a program of its own (tests/oracle/bids_counts.py).
load cases.bash

bids() { run psyrad ingest bids "$@"; }
rejected() { q "SELECT concat_ws('|', f.path, r.line, r.column_name, r.code, r.message) FROM ingest.reject r JOIN ingest.file f USING (file_id) ORDER BY f.path, r.line, r.column_number, r.code, r.message"; }

# nifti FILE I J K VOLUMES [BYTES LESS]: a NIfTI-1 image of int16 zeros
nifti() {
	mkdir -p "$(dirname "$1")"
	python3 - "$@" <<-'PY'
		import struct, sys
		name, dims, less = sys.argv[1], [int(x) for x in sys.argv[2:6]], int((sys.argv + ["0"])[6]) if len(sys.argv) > 6 else 0
		head = bytearray(352)
		struct.pack_into("<i", head, 0, 348)
		struct.pack_into("<8h", head, 40, 4 if dims[3] > 1 else 3, *dims, 1, 1, 1)
		struct.pack_into("<2h", head, 70, 4, 16)
		struct.pack_into("<8f", head, 76, 1, 3, 3, 3.5, 2, 0, 0, 0)
		struct.pack_into("<f", head, 108, 352)
		head[344:348] = b"n+1\0"
		size = 2 * dims[0] * dims[1] * dims[2] * dims[3] - less
		open(name, "wb").write(bytes(head) + bytes((len(name) * 7 + k) % 251 for k in range(size)))
	PY
}

# A data set of two people and two visits: sidecars on three levels, dictionaries, dates, an unknown level, a stub.
data_set() {
	mkdir -p ds/sub-P01/ses-pre/func ds/sub-P01/ses-post/anat ds/sub-P02/ses-pre/func ds/phenotype
	printf '{"Name": "Two people", "BIDSVersion": "1.9.0", "License": "CC0"}' >ds/dataset_description.json
	printf 'participant_id\tage\tsex\tgroup\tbmi\tbirth_date\tname\tseen\nsub-P01\t31\tf\tEA\t21.5\t1990-01-01\tZhang San\t2021-03-04\nsub-P02\tn/a\tM\tsham\tn/a\t1991-01-01\tLi Si\tn/a\n' >ds/participants.tsv
	printf '{"sex": {"Levels": {"M": "male", "F": "female"}}, "bmi": {"LongName": "Body mass index", "Units": "kg/m2"}, "group": {"Levels": {"EA": "verum", "sham": {"Description": "sham"}}}}' >ds/participants.json
	printf 'session_id\tacq_time\tbdi\nses-pre\t2021-03-04T10:00:00\t20\nses-post\t2021-05-04T10:00:00\t8\n' >ds/sub-P01/sub-P01_sessions.tsv
	printf 'filename\tacq_time\tquality\nfunc/sub-P01_ses-pre_task-rest_run-1_bold.nii\t2021-03-04T10:00:00\t4\nfunc/sub-P01_ses-pre_task-gone_bold.nii\tn/a\t1\n' >ds/sub-P01/ses-pre/sub-P01_ses-pre_scans.tsv
	printf 'participant_id\tsession_id\titem1\titem2\titem3\titem4\titem5\titem6\titem7\titem8\titem9\titem10\titem11\titem12\titem13\titem14\titem15\titem16\titem17\nsub-P01\tses-pre\t2\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\nsub-P09\tses-pre\t2\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\n' >ds/phenotype/hamd17.tsv
	printf '{"Manufacturer": "Siemens", "ManufacturersModelName": "Prisma", "MagneticFieldStrength": 3, "RepetitionTime": 3, "EchoTime": 0.03, "DeviceSerialNumber": "5101486", "InstitutionName": "East", "AcquisitionTime": "10:00"}' >ds/bold.json
	printf '{"TaskName": "Rest", "RepetitionTime": 2}' >ds/task-rest_bold.json
	printf '{"EchoTime": 0.025, "PhaseEncodingDirection": "j-", "SliceTiming": [0, 1]}' >ds/sub-P02/ses-pre/func/sub-P02_ses-pre_task-rest_run-1_bold.json
	nifti ds/sub-P01/ses-pre/func/sub-P01_ses-pre_task-rest_run-1_bold.nii 3 2 2 4
	nifti ds/sub-P02/ses-pre/func/sub-P02_ses-pre_task-rest_run-1_bold.nii 3 2 2 4 3
	: >ds/sub-P01/ses-post/anat/sub-P01_ses-post_T1w.nii.gz
	printf 'onset\tduration\ttrial_type\tresponse\n0\t1.5\tneedle\tn/a\n2.5\tn/a\trest\tyes\n' >ds/task-rest_events.tsv
	printf 'onset\tduration\n1\t1\n' >ds/sub-P02/ses-pre/func/sub-P02_ses-pre_task-rest_run-1_events.tsv
	printf 'x' >ds/sub-P01/ses-pre/func/sub-P01_ses-pre_task-rest_run-1_physio.tsv.gz
}

@test "one call: people, phenotype, scans with inherited sidecars, events; what is wrong is told and nothing else is lost" {
	data_set
	bids ds --study s1 --site east; exits 1
	has 'study s1: declared from the data set; sites east; arms (as observed) EA, sham; visits'
	has 'bids_participants: 1 file, 2 read, 2 loaded, 0 unchanged, 2 rejected'; has 'no kind of ours: 1 physio.tsv.gz'
	is 'ds/participants.tsv|2|sex|unknown_level|found f; the dictionary has F, M; if it means F, say --level sex:f=F
ds/participants.tsv|2|seen|date_dropped|a date, which is not kept; expected days since baseline
ds/phenotype/hamd17.tsv|3|participant_id|unknown_participant|found P09; expected a participant of s1
ds/phenotype/hamd17.tsv|3|participant_id|unknown_participant|found P09; expected a participant of s1
ds/sub-P01/ses-post/anat/sub-P01_ses-post_T1w.nii.gz|unreadable_image|the image is empty (0 bytes)
ds/sub-P01/ses-pre/sub-P01_ses-pre_scans.tsv|3|filename|unknown_scan|found func/sub-P01_ses-pre_task-gone_bold.nii; the data set has no such image
ds/sub-P02/ses-pre/func/sub-P02_ses-pre_task-rest_run-1_bold.nii|unreadable_image|the image is cut short: its header promises 96 bytes of voxels, and 93 are there' "$(rejected)"
	is $'P01||31|EA\nP02|M||sham' "$(q "SELECT k.label, s.sex, s.age_years, s.arm FROM clinical.subject s JOIN clinical.subject_key k USING (subject_id) WHERE s.study = 's1' ORDER BY 1")"
	is $'P01|participants||age|31|31||\nP01|participants||bmi|21.5|21.5||kg/m2\nP01|participants||group|EA||verum|\nP01|participants||sex|f|||\nP01|sessions|post|bdi|8|8||\nP01|sessions|pre|bdi|20|20||\nP02|participants||group|sham||sham|\nP02|participants||sex|M||male|' \
		"$(q "SELECT label, source, session, variable, value, number, level, unit FROM clinical.phenotype_value WHERE study = 's1' AND source <> 'hamd17' ORDER BY label, source, session, variable")"
	is 'P01|pre|HAMD-17|18' "$(q "SELECT label, session, instrument, total FROM clinical.score JOIN clinical.subject_key USING (subject_id)")"
	is $'P01|post|T1w||1||||||\nP01|pre|bold|task-rest|1|2|0.03||{3,2,2}|{3,3,3.5}|4\nP02|pre|bold|task-rest|1|2|0.025|j-|||' "$(q "SELECT label, session, modality, scan, run, tr_s, te_s,
		phase_encoding, dims, voxel_mm, volumes FROM imaging.scan JOIN clinical.subject_key USING (subject_id) ORDER BY 1, 2")"
	is 'east-1|Siemens|Prisma|3' "$(q "SELECT DISTINCT scanner, maker, model, field_strength_t FROM imaging.scan WHERE modality = 'bold'")"
	is $'{"quality": "4"}|{}\n{}|{"SliceTiming": [0, 1]}' "$(q "SELECT record, parameters FROM imaging.scan JOIN clinical.subject_key USING (subject_id) WHERE modality = 'bold' ORDER BY label")"
	is $'P01|1|0|1.5|needle|{"response": null}\nP01|2|2.5||rest|{"response": "yes"}\nP02|1|1|1||' "$(q "SELECT label, event, onset_s, duration_s, trial_type, others FROM imaging.event WHERE study = 's1' ORDER BY 1, 2")"
	nowhere 'Zhang San' 'Li Si' 1990-01-01 2021-03-04 5101486 'InstitutionName'
}

@test "again: unchanged; with --level resolved; a corrected file changes what it says, with history" {
	data_set
	bids ds --study s1 --site east; exits 1
	before=$(q 'SELECT count(*) FROM imaging.scan, imaging.events, clinical.phenotype')
	bids ds --study s1 --site east; exits 1; has '0 loaded'
	is "$before" "$(q 'SELECT count(*) FROM imaging.scan, imaging.events, clinical.phenotype')"
	bids ds --study s1 --site east --level sex:f=F; exits 1
	is F "$(q "SELECT sex FROM clinical.subject JOIN clinical.subject_key USING (subject_id) WHERE label = 'P01' AND clinical.subject.study = 's1'")"
	is 0 "$(q "SELECT count(*) FROM ingest.reject r JOIN ingest.file f USING (file_id) WHERE code = 'unknown_level' AND f.options ? 'level'")"
	nifti ds/sub-P02/ses-pre/func/sub-P02_ses-pre_task-rest_run-1_bold.nii 3 2 2 5
	bids ds --study s1 --site east --level sex:f=F; exits 1; has 'bids_scan: 3 files, 3 read, 1 loaded'
	is 5 "$(q "SELECT volumes FROM imaging.scan JOIN clinical.subject_key USING (subject_id) WHERE label = 'P02'")"
	printf '{"TaskName": "Rest", "RepetitionTime": 2.2}' >ds/task-rest_bold.json
	bids ds --study s1 --site east --level sex:f=F; has 'bids_scan: 3 files, 3 read, 2 loaded'
	is '2.2|3' "$(q "SELECT min(tr_s), (SELECT count(*) FROM ingest.history WHERE table_name = 'imaging.scan' AND old_row ->> 'tr_s' = '2') FROM imaging.scan WHERE modality = 'bold'")"
}

@test "--dry-run says what would be loaded and keeps nothing; --strict stops at the first failure" {
	data_set
	bids ds --study s1 --site east --dry-run; exits 1
	has 'bids_scan: 3 files, 3 read, 3 loaded, 0 unchanged, 2 rejected'; has 'bids_events: 2 files, 2 read, 2 loaded'; has 'dry run: nothing was kept'
	is '0|0|0|0' "$(q "SELECT (SELECT count(*) FROM imaging.scan), (SELECT count(*) FROM clinical.study WHERE study = 's1'), (SELECT count(*) FROM ingest.file WHERE command LIKE 'bids%'), (SELECT count(*) FROM clinical.phenotype)")"
	bids ds --study s1 --site east --strict; exits 1; has 'stopped at the first failure'
	is 0 "$(q 'SELECT count(*) FROM imaging.scan')"
	sed -i 's/\tf\t/\tF\t/; s/2021-03-04$/n\/a/' ds/participants.tsv; rm ds/phenotype/hamd17.tsv
	bids ds --study s1 --site east --strict; exits 1; has 'the image is empty (0 bytes)'; has '1 file refused'; has 'stopped at the first failure'
}

@test "a declared study stays as it is: unknown visits and arms are rejects; folders that are no data set" {
	data_set
	bids ds --study t --site east; exits 1
	is '' "$(q "SELECT arm FROM clinical.arm WHERE study = 't' AND arm NOT IN ('EA', 'sham')")"
	is 6 "$(q "SELECT count(*) FROM clinical.subject_key WHERE study = 't'")"
	mv ds/sub-P02/ses-pre ds/sub-P02/ses-w9; for f in ds/sub-P02/ses-w9/func/*; do mv "$f" "${f//ses-pre/ses-w9}"; done
	bids ds --study t --site east; exits 1; has 'the visit plan of t has no session w9'
	mkdir empty; bids empty --study t; exits 1; has 'is no BIDS data set: it has no dataset_description.json'
	bids nowhere --study t; exits 1; has 'cannot be opened'
	bids ds ds --study t; exits 2
	rm -r ds/sub-P02; printf '{"Name": "x"}' >ds/dataset_description.json; bids ds --study t --site east; exits 1; has 'dataset_description.json lacks Name or BIDSVersion'
	printf '{"Name": ' >ds/dataset_description.json; bids ds --study t --site east; exits 1; has 'dataset_description.json is not valid JSON'
	printf '{"RepetitionTime": 2000, "EchoTime": "n/a"}' >ds/task-rest_bold.json; bids ds --study t --site east
	is 'RepetitionTime|bad_parameter|the sidecar says RepetitionTime 2000; expected a number above 0 and at most 60' "$(q "SELECT column_name, code, r.message FROM ingest.reject r WHERE code = 'bad_parameter'")"
}

@test "derivatives: motion, region series and matrices of known atlases, FreeSurfer's tables; others are listed" {
	data_set; d=ds/derivatives/xcp_d/sub-P01/ses-pre/func; mkdir -p "$d" ds/derivatives/fs/sub-P01_ses-pre/stats
	printf 'A\nB\n' >names.txt; psyrad ingest atlas --names names.txt --atlas two; printf 'lh_A\nlh_B\n' >names.txt; psyrad ingest atlas --names names.txt --atlas aparc
	printf '{"Name": "xcp_d", "BIDSVersion": "1.9.0", "DatasetType": "derivative", "GeneratedBy": [{"Name": "xcp_d", "Version": "0.7"}]}' >ds/derivatives/xcp_d/dataset_description.json
	printf 'trans_x\tframewise_displacement\n0\tn/a\n0\t0.25\n0\t0.5\n0\t0.75\n' >$d/sub-P01_ses-pre_task-rest_run-1_desc-confounds_timeseries.tsv
	printf 'B\tA\n1\t2\n2\t1\n3\t5\n4\t0\n' >$d/sub-P01_ses-pre_task-rest_run-1_space-MNI_seg-two_stat-mean_timeseries.tsv
	printf '\tA\tB\nA\t1\t0.5\nB\t0.5\t1\n' >$d/sub-P01_ses-pre_task-rest_run-2_seg-two_stat-pearsoncorrelation_relmat.tsv
	cp $d/*relmat.tsv $d/sub-P01_ses-pre_task-rest_run-1_seg-two_relmat.tsv; cp $d/*seg-two_stat-mean_timeseries.tsv $d/sub-P01_ses-pre_task-rest_run-1_seg-other_stat-mean_timeseries.tsv
	printf '# Table of FreeSurfer cortical parcellation anatomical statistics\n# hemi lh\n# ColHeaders StructName NumVert SurfArea GrayVol ThickAvg\nA 10 100 200 2.5\nB 20 300 400 3.5\n' >ds/derivatives/fs/sub-P01_ses-pre/stats/lh.aparc.stats
	bids ds --study s1 --site east; exits 1
	has 'series: 1 file, 1 read, 1 loaded'; has 'connectome: 1 file, 1 read, 1 loaded'; has 'features: 3 files, 3 read, 3 loaded'; has 'bids_motion: 1 file, 1 read, 1 loaded'
	has 'seg-other_stat-mean_timeseries.tsv: the atlas other is not there'; has 'seg-two_relmat.tsv: its name does not say a measure'
	is '0.5|4' "$(q "SELECT mean_fd_mm, volumes FROM imaging.scan WHERE modality = 'bold' AND mean_fd_mm IS NOT NULL")"
	is $'area|fs|{100,300}\nfc_pearson|xcp_d|\nfc_pearson|xcp_d|\nthickness|fs|{2.5,3.5}\nvolume|fs|{200,400}' "$(q "SELECT measure, pipeline, vector FROM imaging.primary WHERE study = 's1' AND measure <> 'tiv' UNION ALL
		SELECT measure, pipeline, NULL FROM imaging.connectome JOIN imaging.feature_set USING (feature_set_id) WHERE run = 2 ORDER BY 1, 2, 3")"
	is $'ds|raw|\nderivatives/xcp_d|derivative|{"xcp_d 0.7"}' "$(q "SELECT dataset, kind, generated_by FROM imaging.dataset ORDER BY kind DESC")"
}

@test "scanners and protocols that differ within a study are listed" {
	data_set
	printf '{"Manufacturer": "GE", "ManufacturersModelName": "MR750", "MagneticFieldStrength": 3, "EchoTime": 0.025, "MultibandAccelerationFactor": 4}' >ds/sub-P02/ses-pre/func/sub-P02_ses-pre_task-rest_run-1_bold.json
	bids ds --study s1 --site east
	is $'EchoTime|east-1|0.03|t|0\nEchoTime|east-ge-mr750-3t|0.025|t|0\nMultibandAccelerationFactor|east-ge-mr750-3t|4|f|1\nRepetitionTime|east-1|2|f|0\nRepetitionTime|east-ge-mr750-3t|2|f|0' "$(q "SELECT parameter, scanner, value, differs, not_stated
		FROM report.acquisition WHERE study = 's1' AND modality = 'bold' AND parameter IN ('EchoTime', 'RepetitionTime', 'MultibandAccelerationFactor') ORDER BY 1, 2")"
	is 'GE|MR750|3' "$(q "SELECT maker, model, field_strength_t FROM clinical.scanner WHERE scanner = 'east-ge-mr750-3t'")"
}

# The counts that psyrad stored, in the shape of the golden ones.
stored() {
	q "SELECT 'participants', count(*)::text FROM clinical.subject WHERE study = '$1'
		UNION ALL SELECT 'participant_cells', count(*)::text FROM clinical.phenotype_value WHERE study = '$1' AND source = 'participants'
		UNION ALL SELECT 'age_sum', trim_scale(coalesce(sum(age_years::numeric), 0))::text FROM clinical.subject WHERE study = '$1'
		UNION ALL SELECT 'other_cells', count(*)::text FROM clinical.phenotype_value WHERE study = '$1' AND source <> 'participants'
		UNION ALL SELECT 'unknown_levels', count(*)::text FROM ingest.reject JOIN ingest.file f USING (file_id) WHERE f.study = '$1' AND code = 'unknown_level'
		UNION ALL SELECT 'images', count(*)::text FROM ingest.file f WHERE f.study = '$1' AND command = 'bids_scan' AND status = 'loaded'
		UNION ALL SELECT 'unreadable', count(*)::text FROM ingest.reject JOIN ingest.file f USING (file_id) WHERE f.study = '$1' AND code = 'unreadable_image'
		UNION ALL SELECT 'tr_sum', trim_scale(coalesce(sum(tr_s::numeric), 0))::text FROM imaging.scan JOIN clinical.subject_key k USING (subject_id) WHERE k.study = '$1'
		UNION ALL SELECT 'te_sum', trim_scale(coalesce(sum(te_s::numeric), 0))::text FROM imaging.scan JOIN clinical.subject_key k USING (subject_id) WHERE k.study = '$1'
		UNION ALL SELECT 'makers', count(maker)::text FROM imaging.scan JOIN clinical.subject_key k USING (subject_id) WHERE k.study = '$1'
		UNION ALL SELECT 'runs_with_events', count(*)::text FROM imaging.events JOIN clinical.subject_key k USING (subject_id) WHERE k.study = '$1'
		UNION ALL SELECT 'events', count(*)::text FROM imaging.event WHERE study = '$1'
		UNION ALL SELECT 'onset_sum', round(coalesce(sum(onset_s), 0)::numeric, 3)::text FROM imaging.event WHERE study = '$1'
		UNION ALL SELECT 'runs_with_motion', count(mean_fd_mm)::text FROM imaging.scan JOIN clinical.subject_key k USING (subject_id) WHERE k.study = '$1'
		UNION ALL SELECT 'mean_fd_sum', round(coalesce(sum(mean_fd_mm::float8), 0)::numeric, 4)::text FROM imaging.scan JOIN clinical.subject_key k USING (subject_id) WHERE k.study = '$1'" | tr '|' '\t'
}

golden() { # NAME FOLDER
	need "$data/imaging/$2"
	bids "$data/imaging/$2" --study "$1" --site east
	is "$(grep "^$1	" "$top/tests/golden/bids/counts.tsv" | cut -f 2-)" "$(stored "$1")"
}

@test "public: ds007, 158 stubs, events of 118 runs" { golden ds007 bids_examples/ds007; }
@test "public: pet005, a tracer" {
	golden pet005 bids_examples/pet005
	is 'AZ-10419369|C11' "$(q "SELECT parameters ->> 'TracerName', parameters ->> 'TracerRadionuclide' FROM imaging.scan WHERE modality = 'pet' AND session = 'baseline'")"
}
@test "public: pheno004, phenotype with levels" {
	golden pheno004 bids_examples/pheno004
	is 'Male|Hawaiian/Pacific Islander' "$(q "SELECT max(level) FILTER (WHERE variable = 'gender'), max(level) FILTER (WHERE variable = 'race') FROM clinical.phenotype_value WHERE label = '01'")"
}
@test "public: synthetic, sessions, scans, inherited events, confounds of a derivative" { golden synthetic bids_examples/synthetic; }
@test "public: ds000171, events without images" { golden ds000171 openneuro_ds000171_mdd_music/ds000171; }
@test "public: ds002748, 51 depressed and 21 healthy, m and f that the dictionary lacks; git-annex links without content" {
	golden ds002748 openneuro_ds002748_mdd_rest/ds002748
	is $'control|21|21\ndepr|51|0' "$(q "SELECT arm, count(*), count(*) FILTER (WHERE arm = 'control') FROM clinical.subject WHERE study = 'ds002748' GROUP BY 1 ORDER BY 1")"
	is 0 "$(q "SELECT count(sex) FROM clinical.subject WHERE study = 'ds002748'")"
	mkdir ds002748; tar xzf "$data/imaging/openneuro_ds002748_mdd_rest/ds002748.tar.gz" -C ds002748
	bids ds002748 --study annex --site east --level gender:m=M --level gender:f=F; exits 1; has 'bids_scan: 144 files, 144 read, 144 loaded, 0 unchanged, 144 rejected'
	is '144|180' "$(q "SELECT count(*), trim_scale(sum(tr_s::numeric)) FROM imaging.scan JOIN clinical.subject_key k USING (subject_id) WHERE study = 'annex'")"
	is 72 "$(q "SELECT count(sex) FROM clinical.subject WHERE study = 'annex'")"
}

@test "the same call again goes on, also where some names have a session and others none" {
	mkdir -p ds/sub-01/ses-pre/anat ds/sub-02/anat; echo '{"Name": "x", "BIDSVersion": "1.8.0"}' >ds/dataset_description.json
	make_nifti ds/sub-01/ses-pre/anat/sub-01_ses-pre_T1w.nii; make_nifti ds/sub-02/anat/sub-02_T1w.nii constant=2
	run psyrad ingest bids ds --study n; exits 1; has 'the data set has no participants.tsv, which would say the site'; has 'say --site SITE'
	run psyrad ingest bids ds --study n --site s; exits 0; has 'visits pre, single'
	run psyrad ingest bids ds --study n --site s; exits 0; has 'bids_scan: 2 files, 2 read, 0 loaded, 2 unchanged'
}

@test ".bidsignore leaves files and folders out, and is counted" {
	mkdir -p ds/sub-01/anat ds/extra ds/sub-01/meg.ds; echo '{"Name": "x", "BIDSVersion": "1.8.0"}' >ds/dataset_description.json
	printf 'participant_id\nsub-01\n' >ds/participants.tsv
	for n in sub-01_T1w sub-01_ct sub-01_run-2_T1w sub-01_run-3_T1w; do make_nifti ds/sub-01/anat/$n.nii constant=${#n}; done
	touch ds/extra/a.tsv ds/sub-01/meg.ds/b.tsv
	printf '# tools\r\n*_ct.nii\r\nextra/\r\n/sub-01/anat/*_run-*\r\n!*_run-3_*\r\n**/*.ds/\r\nT1w\r\nsub-01/*.nii\r\n' >ds/.bidsignore
	run psyrad ingest bids ds --study n --site s; exits 0; has 'bids_scan: 2 files, 2 read, 2 loaded'; has 'left out by .bidsignore: 4'
	is '1,3' "$(q "SELECT string_agg(run::text, ',' ORDER BY run) FROM imaging.scan")"
}

@test "without participants.tsv the people are the folders; a folder added later, a table added later, and a study that has its people" {
	mkdir -p ds/sub-01/anat ds/sub-02/anat; echo '{"Name": "x", "BIDSVersion": "1.8.0"}' >ds/dataset_description.json
	make_nifti ds/sub-01/anat/sub-01_T1w.nii; make_nifti ds/sub-02/anat/sub-02_T1w.nii constant=2
	run psyrad ingest bids ds --study n --site s --arm patients; exits 0; has 'they are those with a folder sub-'; has 'bids_people: 1 file, 2 read, 2 loaded'
	run psyrad ingest bids ds --study n --site s --arm patients; exits 0; has 'bids_people: 1 file, 2 read, 0 loaded, 2 unchanged'
	mkdir -p ds/sub-03/anat; make_nifti ds/sub-03/anat/sub-03_T1w.nii constant=3
	run psyrad ingest bids ds --study n; exits 0; has 'bids_people: 1 file, 3 read, 1 loaded, 2 unchanged'
	is '01,02,03|patients|s' "$(q "SELECT string_agg(k.label, ',' ORDER BY k.label), min(arm), min(s.site) FROM clinical.subject s JOIN clinical.subject_key k USING (subject_id) WHERE s.study = 'n'")"
	printf 'participant_id\tage\nsub-01\t31\nsub-02\t32\nsub-03\t33\n' >ds/participants.tsv
	run psyrad ingest bids ds --study n; exits 0; has 'bids_participants: 1 file, 3 read, 3 loaded'
	is 96 "$(q "SELECT sum(age_years) FROM clinical.subject WHERE study = 'n'")"
	rm ds/participants.tsv; mkdir -p ds/sub-04/anat; make_nifti ds/sub-04/anat/sub-04_T1w.nii constant=4
	run psyrad ingest bids ds --study n; exits 0; has 'bids_people: 1 file, 4 read, 1 loaded, 3 unchanged'
	is 96 "$(q "SELECT sum(age_years) FROM clinical.subject WHERE study = 'n'")"
	run psyrad ingest bids ds --study t --session pre; exits 1; has 'the participant 01 is not known in the study t'
	is 6 "$(q "SELECT count(*) FROM clinical.subject_key WHERE study = 't'")"
	rm -r ds/sub-*; mkdir -p ds/tpl-X/anat; touch ds/tpl-X/anat/tpl-X_atlas-A_dseg.nii.gz
	run psyrad ingest bids ds --study n; exits 1; has 'the data set has no people'; has 'psyrad ingest atlas X.nii.gz --names X.tsv --atlas A, X being tpl-X/anat/tpl-X_atlas-A_dseg'
}

@test "a derivative as the root is what it is within a data set, and the .bidsignore that programs write beside it hides nothing" {
	printf 'A\nB\n' >names.txt; psyrad ingest atlas --names names.txt --atlas two
	mkdir -p fmriprep/sub-P01/ses-pre/{func,dwi} fmriprep/sourcedata/freesurfer/sub-P01_ses-pre/stats; d=fmriprep/sub-P01/ses-pre
	printf '{"Name": "fMRIPrep", "BIDSVersion": "1.9.0", "DatasetType": "derivative", "GeneratedBy": [{"Name": "fMRIPrep", "Version": "23.1.3"}]}' >fmriprep/dataset_description.json
	printf '*.html\n*_timeseries.tsv\n' >fmriprep/.bidsignore
	printf 'framewise_displacement\nn/a\n0.2\n0.4\n' >$d/func/sub-P01_ses-pre_task-rest_desc-confounds_timeseries.tsv
	printf 'framewise_displacement\nn/a\n0.5\n' >$d/dwi/sub-P01_ses-pre_desc-confounds_timeseries.tsv
	printf 'A\tB\n1\t2\n2\t1\n3\t5\n' >$d/func/sub-P01_ses-pre_task-rest_seg-two_stat-mean_timeseries.tsv
	make_nifti $d/func/sub-P01_ses-pre_task-rest_desc-preproc_bold.nii; touch fmriprep/sourcedata/freesurfer/sub-P01_ses-pre/stats/aseg.stats
	bids fmriprep --study s1 --site east; exits 0
	has 'visits pre'; has 'bids_motion: 2 files, 2 read, 2 loaded'; has 'series: 1 file, 1 read, 1 loaded'; has 'aseg.stats: the atlas aseg is not there'; has '1 derived bold.nii'
	is $'bold|task-rest|0.3\ndwi||0.5' "$(q "SELECT modality, scan, round(mean_fd_mm::numeric, 4)::float8 FROM imaging.scan ORDER BY 1")"
	is 'fmriprep|two' "$(q "SELECT pipeline, atlas FROM imaging.series JOIN imaging.feature_set USING (feature_set_id)")"
	is 'derivatives/fmriprep|derivative' "$(q "SELECT dataset, kind FROM imaging.dataset")"
}

@test "events without onset, a row of scans.tsv about another recording, names of 77 letters: nothing else is lost" {
	long=task-$(printf 'a%.0s' $(seq 77)); mkdir -p ds/sub-01/{func,eeg}; echo '{"Name": "x", "BIDSVersion": "1.8.0"}' >ds/dataset_description.json
	make_nifti ds/sub-01/func/sub-01_${long}_bold.nii; make_nifti ds/sub-01/func/sub-01_task-b_run-x_bold.nii
	printf 'onset\tduration\tcode\nn/a\tn/a\t1\n2.5\t1\t2\nlate\t1\t3\n' >ds/sub-01/func/sub-01_${long}_events.tsv
	printf 'onset\tduration\n7\t1\n' >ds/sub-01/eeg/sub-01_${long}_events.tsv; touch ds/sub-01/eeg/sub-01_${long}_eeg.edf
	printf 'filename\tquality\neeg/sub-01_%s_eeg.edf\t1\nfunc/sub-01_%s_bold.nii\t4\nfunc/sub-01_task-gone_bold.nii\t4\n' $long $long >ds/sub-01/sub-01_scans.tsv
	run psyrad ingest bids ds --study n --site s; exits 1
	has 'no images: 1 rows of scans.tsv'; has 'sub-01_task-b_run-x_bold.nii: the entity run of the file name is no number'
	is $'bad_number|4|found late; expected the onset of an event in seconds\nunknown_scan|4|found func/sub-01_task-gone_bold.nii; the data set has no such image' "$(q "SELECT code, line, message FROM ingest.reject ORDER BY 1")"
	is "eeg/$long|1|7|
$long|1||{\"code\": \"1\"}
$long|2|2.5|{\"code\": \"2\"}" "$(q "SELECT scan, event, onset_s, others FROM imaging.event ORDER BY 1, 2")"
	is '{"quality": "4"}' "$(q "SELECT record FROM imaging.scan")"
}

@test "sites by their code, ages of 89+, and phenotype tables that say no version of their instrument" {
	mkdir -p ds/sub-01/anat ds/phenotype; make_nifti ds/sub-01/anat/sub-01_T1w.nii; echo '{"Name": "x", "BIDSVersion": "1.8.0"}' >ds/dataset_description.json
	printf 'participant_id\tage\tsite\nsub-01\t89+\tNYU\nsub-02\t40\t1\nsub-03\t20-25\tSite B.\n' >ds/participants.tsv
	printf 'participant_id\titem1\titem2\nsub-01\t1\t2\n' >ds/phenotype/hamd.tsv
	printf 'participant_id\ttotal\nsub-01\t21\n' >ds/phenotype/bdi.tsv
	run psyrad ingest bids ds --study n; exits 1; has 'sites nyu, site_1, site_b'; has 'note: 1 age is 89+'; has 'HAMD-unspecified has 0 items'
	has 'not loaded: phenotype/hamd.tsv: no scores, as said above; the rows are in clinical.phenotype'; has 'scores: 1 file, 1 read, 1 loaded'
	is 'bad_number|3|found 20-25: a range; expected one number' "$(q "SELECT code, line - 1, message FROM ingest.reject WHERE code <> 'file_refused'")"
	is $'01|nyu|\n02|site_1|40\n03|site_b|' "$(q "SELECT label, s.site, age_years FROM clinical.subject s JOIN clinical.subject_key USING (subject_id) WHERE s.study = 'n' ORDER BY 1")"
	is '{"item1": "1", "item2": "2"}|89+' "$(q "SELECT record, (SELECT value FROM clinical.phenotype_value WHERE label = '01' AND variable = 'age') FROM clinical.phenotype WHERE source = 'hamd'")"
	is 'BDI-unspecified|21' "$(q "SELECT instrument, total FROM clinical.score JOIN clinical.subject_key k USING (subject_id) WHERE k.study = 'n'")"
	sed -i '/sub-03/d' ds/participants.tsv; run psyrad ingest bids ds --study k; exits 0
	printf 'participant_id\tsite\nsub-01\tA-1\nsub-02\tA 1\n' >ds/participants.tsv
	run psyrad ingest bids ds --study m; exits 1; has 'the sites A-1 and A 1 would both be a_1'
}

@test "derivatives of several tasks: one run holds one of them, --task says which, and no file replaces another task's" {
	d=xcp_d/sub-01/func; mkdir -p $d; printf '{"Name": "x", "BIDSVersion": "1.9.0", "DatasetType": "derivative"}' >xcp_d/dataset_description.json
	printf 'A\nB\n' >names.txt; psyrad ingest atlas --names names.txt --atlas two
	for t in faces rest; do
		printf 'A\tB\n1\t2\n2\t1\n3\t%d\n' ${#t} >$d/sub-01_task-${t}_seg-two_stat-mean_timeseries.tsv
		printf '\tA\tB\nA\t1\t0.%d\nB\t0.%d\t1\n' ${#t} ${#t} >$d/sub-01_task-${t}_atlas-two_measure-pearsoncorrelation_conmat.tsv
	done
	run psyrad ingest bids xcp_d --study n --site s; exits 0; has 'timeseries.tsv and 3 more: its visit has the same run of the tasks faces and rest (--task TASK says which one to load)'
	is 0 "$(q 'SELECT count(*) FROM imaging.connectome')"
	run psyrad ingest bids xcp_d --study n --task rest; exits 0; has 'series: 1 file, 1 read, 1 loaded'; has 'connectome: 1 file, 1 read, 1 loaded'; has 'timeseries.tsv and 1 more: of another task than --task rest'
	run psyrad ingest bids xcp_d --study n --task faces; exits 1; has 'run 1 of session single is of the task rest, not faces'; has 'run 1 of session single is of task-rest, not task-faces'
	run psyrad ingest connectome $d/sub-01_task-faces_atlas-two_measure-pearsoncorrelation_conmat.tsv --study n --session single --atlas two --measure fc_pearson --kind r --pipeline xcp_d
	exits 1; has 'is of task-rest, not task-faces'; has '--run N'
	is 'r:2:{0.4}' "$(q 'SELECT value FROM imaging.connectome')"
}

@test "derivatives of several scans under one run are left, and each loads as a run of its own; none replaces another" {
	d=xcp_d/sub-01/func; mkdir -p $d; printf '{"Name": "x", "BIDSVersion": "1.9.0", "DatasetType": "derivative"}' >xcp_d/dataset_description.json
	printf 'A\nB\n' >names.txt; psyrad ingest atlas --names names.txt --atlas two
	k=3; for way in dir-AP dir-PA dir-AP_run-2; do k=$((k + 1)); printf 'A\tB\n1\t2\n2\t1\n3\t%d\n' $k >$d/sub-01_task-rest_${way}_seg-two_timeseries.tsv; done
	# A matrix that is not loaded takes nothing away.
	printf '\tA\tB\nA\t1\t9\nB\t9\t1\n' >$d/sub-01_dir-AP_run-2_seg-two_stat-sift2_relmat.tsv
	run psyrad ingest bids xcp_d --study n --site s; exits 0; has 'series: 1 file, 1 read, 1 loaded'
	has 'timeseries.tsv and 1 more: another scan of its visit has the same run (psyrad ingest series or connectome FILE --run N loads each as a run of its own)'
	is '2|{{1,2},{2,1},{3,6}}' "$(q 'SELECT run, value FROM imaging.series')"
	load() { run psyrad ingest series $d/sub-01_task-rest_$1_seg-two_timeseries.tsv --study n --session single --atlas two --pipeline xcp_d --run $2; }
	load dir-AP 1; exits 0; load dir-PA 1; exits 1; has 'run 1 of session single is of dir-AP, not dir-PA'; has 'scans of one visit need runs of their own: --run N'
	load dir-PA 3; exits 0; is '1,2,3' "$(q "SELECT string_agg(run::text, ',' ORDER BY run) FROM imaging.series")"
}
