# Public data, from outside the project: figures that independent tools have computed of them.
load cases.bash

# close_to TOLERANCE: lines "found expected" on standard input agree, relatively
close_to() { awk -v t="$1" '{ d = $1 - $2; if (d < 0) d = -d; s = $2 < 0 ? -$2 : $2; if (s < 1) s = 1; if (!(d <= t * s)) { print "line " NR ": " $0; bad = 1 } } END { exit bad || NR == 0 }'; }

labels() { printf 'index\tname\n'; tail -n +2 "$1" | cut -d, -f1 | sed 's/.*/&\tlabel &/'; }

@test "AAL: region means, voxels and centroids of Colin27 (nibabel and numpy)" {
	need "$data/imaging/golden_images/roi_aal_ch2bet.csv"
	atlas=$data/imaging/atlases_mricron
	run psyrad ingest atlas "$atlas/aal.nii.gz" --names "$atlas/aal.nii.txt" --atlas AAL --space Colin27; exits 0; has '116 loaded'
	run psyrad ingest image "$atlas/ch2bet.nii.gz" --study t --atlas AAL --measure intensity --subject P01 --session pre --suffix T1w; exits 0
	q "SELECT concat_ws(' ', r.label, v.value[r.region]::float8, r.volume_mm3, r.x_mm, r.y_mm, r.z_mm) FROM imaging.vector v, imaging.region r WHERE r.atlas = 'AAL' ORDER BY r.label" >found
	tail -n +2 "$data/imaging/golden_images/roi_aal_ch2bet.csv" | awk -F, '{ print $1, $3, $2, $8, $9, $10 }' >golden
	is 116 "$(wc -l <found)"
	for column in 1 2 3 4 5 6; do
		paste -d ' ' <(cut -d ' ' -f $column found) <(cut -d ' ' -f $column golden) | close_to 1e-6
	done
}

@test "AAL: region means of the whole-head ch2, from Debian's mricron-data" {
	need "$data/imaging/golden_roi/ch2_by_aal.csv"; need /usr/share/mricron/templates/ch2.nii.gz
	atlas=$data/imaging/atlases_mricron
	psyrad ingest atlas "$atlas/aal.nii.gz" --names "$atlas/aal.nii.txt" --atlas AAL
	run psyrad ingest image /usr/share/mricron/templates/ch2.nii.gz --study t --atlas AAL --measure intensity --subject P01 --session pre; exits 0
	paste -d ' ' <(q "SELECT unnest(value)::float8 FROM imaging.vector") <(tail -n +2 "$data/imaging/golden_roi/ch2_by_aal.csv" | cut -d, -f3) | close_to 6e-8
	is 116 "$(q 'SELECT cardinality(value) FROM imaging.vector')"
}

@test "Brodmann: 41 labels with gaps, each in its place" {
	need "$data/imaging/golden_images/roi_brodmann_ch2bet.csv"
	golden=$data/imaging/golden_images/roi_brodmann_ch2bet.csv; atlas=$data/imaging/atlases_mricron
	labels "$golden" >names.tsv
	run psyrad ingest atlas "$atlas/brodmann.nii.gz" --names names.tsv --atlas Brodmann; exits 0; has '41 loaded'
	run psyrad ingest image "$atlas/ch2bet.nii.gz" --study t --atlas Brodmann --measure intensity --subject P01 --session pre; exits 0
	paste -d ' ' <(q "SELECT v.value[r.region]::float8 FROM imaging.vector v, imaging.region r WHERE r.atlas = 'Brodmann' ORDER BY r.label") <(tail -n +2 "$golden" | cut -d, -f3) | close_to 6e-8
}

@test "images of many tools: each loads or is refused by name" {
	need "$data/imaging/nifti_images_niivue/aal.nii.gz"
	atlas=$data/imaging/atlases_mricron
	psyrad ingest atlas "$atlas/aal.nii.gz" --names "$atlas/aal.nii.txt" --atlas AAL
	expect_image() { run psyrad ingest image "$data/imaging/$1" --study t --atlas AAL --measure intensity --subject P01 --session pre --dry-run; exits "$2"; has "$3"; }
	expect_image nifti_images_niivue/aal.nii.gz 0 '1 loaded'
	expect_image nifti_images_niivue/complex.nii.gz 1 'COMPLEX64'
	expect_image nifti_images_niivue/ct_perfusion.nii.gz 1 'RGB24'
	expect_image nifti_images_niivue/mpld_asl.nii.gz 1 'the image has 25 volumes'
	expect_image nifti_images_niivue/pcasl.nii.gz 1 'the image has 10 volumes'
	expect_image nibabel_test_images/example4d.nii.gz 1 'the image has 2 volumes'
	expect_image nibabel_test_images/functional.nii 1 'the image has 20 volumes'
	expect_image nibabel_test_images/nifti1.hdr 1 '.img file beside the header'
	for image in cope1:64x64x36 fslmean:64x64x36 fslt:64x64x36 mean_func:64x64x36 tstat1:64x64x36 hippo:91x109x91 low_res:7x5x3 minimal:64x64x10 \
		orient_LAS:64x79x67 orient_LPI:64x79x67 spmMotor:79x95x79; do
		expect_image nifti_images_niivue/${image%:*}.nii.gz 1 "grid is ${image#*:}"
	done
	expect_image nifti_images_niivue/ras.hdr 1 'grid is 62x41x34'
	expect_image nibabel_test_images/anatomical.nii 1 'grid is 33x41x25 [-2 0 0 32;'
	expect_image nibabel_test_images/standard.nii.gz 1 'grid is 4x5x7'
	expect_image atlases_mricron/natbrainlab.nii.gz 1 'grid is 157x189x136 [-1 0 0 78;'
}

@test "stub images of bids-examples fail clearly and stop nobody" {
	need "$data/imaging/bids_examples/synthetic"
	atlas=$data/imaging/atlases_mricron
	psyrad ingest atlas "$atlas/aal.nii.gz" --names "$atlas/aal.nii.txt" --atlas AAL
	run psyrad ingest image "$data"/imaging/bids_examples/synthetic/sub-01/ses-0?/anat/*_T1w.nii "$atlas/ch2bet.nii.gz" --study t --atlas AAL --measure intensity --subject P01 --session pre
	exits 1; has '3 files, 1 read, 1 loaded'; has '2 files refused'
}

@test "an image on its own grid: AAL stored by another tool gives its own labels back" {
	need "$data/imaging/nifti_images_niivue/aal.nii.gz"
	atlas=$data/imaging/atlases_mricron
	psyrad ingest atlas "$atlas/aal.nii.gz" --names "$atlas/aal.nii.txt" --atlas AAL
	run psyrad ingest image "$data/imaging/nifti_images_niivue/aal.nii.gz" --study t --atlas AAL --measure intensity --subject P01 --session pre; exits 0
	is t "$(q 'SELECT value = (SELECT array_agg(i::real ORDER BY i) FROM generate_series(1, 116) i) FROM imaging.vector')"
}

@test "nitime's resting-state series: Pearson of 31 regions (numpy)" {
	need "$data/connectivity/golden_connectivity/nitime_pearson.csv"
	series=$data/connectivity/nitime_fmri/fmri_timeseries.csv
	head -1 "$series" | tr -d '"\r' | tr , '\n' >names.txt
	psyrad ingest atlas --names names.txt --atlas nitime31
	run psyrad ingest series "$series" --study t --atlas nitime31 --pipeline as-published --subject P01 --session pre --tr 1.89; exits 0
	q "SELECT e.value::float8 FROM imaging.connectome c, psyrad.conn_unnest(c.value) e ORDER BY e.i, e.j" >found
	tail -n +2 "$data/connectivity/golden_connectivity/nitime_pearson.csv" | awk -F, '{ for (j = NR + 1; j <= NF; j++) print $j }' >golden
	is 465 "$(wc -l <found)"
	paste -d ' ' found golden | close_to 1e-7
}

@test "the HAMD-17 antidepressant trial: means, changes, response and remission by arm and visit (R)" {
	need "$data/clinical/golden_clinical/hamd17_by_arm_visit.csv"
	trial=$data/clinical/hamd17_antidepressant_trial/antidepressant_data.csv
	cat >dia.json <<-'JSON'
		{"study": "dia", "title_en": "Antidepressant trial", "sites": [{"site": "dia", "name_en": "DIA"}],
		 "arms": [{"arm": "DRUG", "label_en": "Drug", "kind": "drug"}, {"arm": "PLACEBO", "label_en": "Placebo", "kind": "sham"}],
		 "visits": [{"session": "0", "week": 0, "role": "pre"}, {"session": "4", "week": 1}, {"session": "5", "week": 2},
			{"session": "6", "week": 4}, {"session": "7", "week": 6, "role": "post"}]}
	JSON
	psyrad ingest study dia.json
	awk -F, 'NR == 1 || !seen[$1]++' "$trial" >people.csv # the columns differ by visit; a person's first row has what is the person's
	run psyrad ingest participants people.csv --study dia --map participant_id=PATIENT --map arm=THERAPY --map sex=GENDER --site dia; exits 0; has '172 loaded'
	run psyrad ingest scores "$trial" --study dia --instrument HAMD-17 --map participant_id=PATIENT --map session=VISIT --map total=HAMDTL17; exits 0; has '608 read, 608 loaded'
	run psyrad ingest scores people.csv --study dia --instrument HAMD-17 --map participant_id=PATIENT --map total=BASVAL --session 0 --identifier VISIT; exits 0; has '172 loaded'
	q "SELECT concat_ws(' ', count(*), avg(s.total), stddev_samp(s.total), avg(s.total - b.total), stddev_samp(s.total - b.total),
			count(*) FILTER (WHERE 2 * (b.total - s.total) >= b.total), count(*) FILTER (WHERE s.total <= 7))
		FROM clinical.score s JOIN clinical.score b USING (subject_id, instrument) JOIN clinical.subject p USING (subject_id)
		WHERE b.session = '0' AND s.session <> '0' GROUP BY s.session, p.arm ORDER BY s.session, p.arm" >found
	tail -n +2 "$data/clinical/golden_clinical/hamd17_by_arm_visit.csv" | awk -F, '{ print $3, $4, $5, $6, $7, $8, $9 }' >golden
	is 8 "$(wc -l <found)"
	for column in 1 2 3 4 5 6 7; do
		paste -d ' ' <(cut -d ' ' -f $column found) <(cut -d ' ' -f $column golden) | close_to 1e-13
	done
}

@test "Beat the Blues: a scale that nobody declared is not known, and says so" {
	need "$data/clinical/beat_the_blues_bdi/BtheB.csv"
	run psyrad ingest scores "$data/clinical/beat_the_blues_bdi/BtheB.csv" --study t --instrument BDI-99 --map participant_id=drug --session pre --map total=bdi.pre; exits 1; has 'the instrument BDI-99 is not known'
}

@test "real BIDS participants files: what the study does not declare is rejected by cell" {
	need "$data/imaging/openneuro_ds002748_mdd_rest/ds002748/participants.tsv"
	run psyrad ingest participants "$data/imaging/openneuro_ds002748_mdd_rest/ds002748/participants.tsv" --study t --site east; exits 1
	has '72 read, 0 loaded, 0 unchanged, 72 rejected'
	is 'unknown_arm' "$(q 'SELECT DISTINCT code FROM ingest.reject')"
}

@test "headers of every image here: nibabel's inventory, and what it cannot read is refused" {
	need "$data/imaging/golden_images/nifti_inventory_nibabel.csv"
	golden=$data/imaging/golden_images/nifti_inventory_nibabel.csv
	cd "$data/imaging"
	tail -n +2 "$golden" | cut -d, -f1 | while read -r f; do if [ -e "$f" ]; then printf '%s\n' "$f"; fi; done >"$BATS_TEST_TMPDIR/files"
	run bash -o pipefail -c 'xargs psyrad inspect <"$1" 2>/dev/null | python3 "$2" "$3" .' - "$BATS_TEST_TMPDIR/files" "$here/inventory.py" "$golden"
	has '26 agree, 163 refused'
}

@test "AAL and Brodmann: every statistic of Colin27 (nibabel and numpy)" {
	need "$data/imaging/golden_images/roi_aal_ch2bet.csv"
	atlas=$data/imaging/atlases_mricron
	psyrad ingest atlas "$atlas/aal.nii.gz" --names "$atlas/aal.nii.txt" --atlas aal
	labels "$data/imaging/golden_images/roi_brodmann_ch2bet.csv" >names.tsv
	psyrad ingest atlas "$atlas/brodmann.nii.gz" --names names.tsv --atlas brodmann
	for name in aal brodmann; do
		run psyrad ingest image "$atlas/ch2bet.nii.gz" --study t --atlas $name --measure intensity --subject P01 --session pre --suffix T1w --stat n_voxels,mean,sd,median,min,max; exits 0
		column=2
		for stat in _n_voxels '' _sd _median _min _max; do
			q "SELECT u.x::float8 FROM imaging.vector v JOIN imaging.feature_set s USING (feature_set_id), unnest(v.value) WITH ORDINALITY u(x, k)
				WHERE (s.atlas, s.measure) = ('$name', 'intensity$stat') ORDER BY k" >found
			[ "$(wc -l <found)" = "$(($(wc -l <"$data/imaging/golden_images/roi_${name}_ch2bet.csv") - 1))" ]
			paste -d ' ' found <(tail -n +2 "$data/imaging/golden_images/roi_${name}_ch2bet.csv" | cut -d, -f$column) | close_to 1e-7
			column=$((column + 1))
		done
	done
}

@test "a statistical map over AAL: labels to the map (nilearn), the map to the labels (scipy), spheres (nilearn)" {
	need "$data/imaging/nifti_images_niivue/spmMotor.nii.gz"
	atlas=$data/imaging/atlases_mricron golden=$top/tests/golden/image.csv
	psyrad ingest atlas "$atlas/aal.nii.gz" --names "$atlas/aal.nii.txt" --atlas AAL
	printf 'x\ty\tz\tradius\tlabel\n0\t-40\t-50\t4\tNTS\n-38\t-24\t56\t8\tM1_L\n38\t-24\t56\t8\tM1_R\n4\t12\t40\t5.5\tdACC\n' >seeds.tsv
	psyrad ingest atlas --spheres seeds.tsv --atlas seeds
	map() { run psyrad ingest image "$data/imaging/nifti_images_niivue/spmMotor.nii.gz" --study t --measure statistic --subject P01 --session pre "$@"; exits 0; }
	map --atlas AAL --resample nearest --pipeline nearest; map --atlas AAL --resample linear --pipeline linear --stat mean,n_voxels; map --atlas seeds --pipeline sphere
	for method in nearest linear sphere; do
		q "SELECT u.x::float8 FROM imaging.vector v JOIN imaging.feature_set s USING (feature_set_id), unnest(v.value) WITH ORDINALITY u(x, k)
			WHERE v.pipeline = '$method' AND s.measure = 'statistic' ORDER BY k" >found
		[ "$(wc -l <found)" = "$(grep -c "^$method," "$golden")" ]
		paste -d ' ' found <(grep "^$method," "$golden" | cut -d, -f3) | close_to 1e-6
	done
	is "$(grep '^linear,' "$golden" | cut -d, -f4)" "$(q "SELECT u.x FROM imaging.vector v JOIN imaging.feature_set s USING (feature_set_id), unnest(v.value) WITH ORDINALITY u(x, k) WHERE s.measure = 'statistic_n_voxels' ORDER BY k")"
}

@test "AICHA brought to the image's grid (nilearn)" {
	need "$data/imaging/golden_roi/nilearn_ch2_by_AICHAmc_resampled_to_data.csv"; need /usr/share/mricron/templates/AICHAmc.nii.gz
	psyrad ingest atlas /usr/share/mricron/templates/AICHAmc.nii.gz --names /usr/share/mricron/templates/AICHAmc.nii.txt --atlas AICHA
	run psyrad ingest image /usr/share/mricron/templates/ch2.nii.gz --study t --atlas AICHA --measure intensity --subject P01 --session pre --resample nearest; exits 0
	paste -d ' ' <(q "SELECT v.value[r.region]::float8 FROM imaging.vector v, imaging.region r WHERE r.atlas = 'AICHA' ORDER BY r.label") \
		<(tail -n +2 "$data/imaging/golden_roi/nilearn_ch2_by_AICHAmc_resampled_to_data.csv" | cut -d, -f2) | close_to 1e-6
}

@test "the same head stored in two orientations gives the same answers" {
	need "$data/imaging/nifti_images_niivue/orient_LAS.nii.gz"
	atlas=$data/imaging/atlases_mricron
	psyrad ingest atlas "$atlas/aal.nii.gz" --names "$atlas/aal.nii.txt" --atlas AAL
	for method in nearest linear; do
		for orientation in LAS LPI; do
			run psyrad ingest image "$data/imaging/nifti_images_niivue/orient_$orientation.nii.gz" --study t --atlas AAL --measure intensity --subject P01 --session pre --resample $method --stat mean,sd,n_voxels --pipeline $method-$orientation
			exits 0
		done
		is 'intensity|116|0
intensity_n_voxels|116|0
intensity_sd|116|0' "$(q "SELECT s.measure, count(*), count(*) FILTER (WHERE abs(u.x - w.x) > 1e-6 * abs(u.x)) FROM imaging.vector a JOIN imaging.vector b USING (subject_id, feature_set_id, session, run)
			JOIN imaging.feature_set s USING (feature_set_id), unnest(a.value) WITH ORDINALITY u(x, k), unnest(b.value) WITH ORDINALITY w(x, l)
			WHERE k = l AND (a.pipeline, b.pipeline) = ('$method-LAS', '$method-LPI') GROUP BY 1 ORDER BY 1")"
	done
}

@test "region series: blocks of a BOLD series (numpy), and the mean of each volume of two ASL series (nibabel)" {
	need "$data/imaging/golden_roi/functional_blocks_ts.csv"
	series() { run psyrad ingest series "$1" --study t --atlas "$2" --pipeline raw --subject P01 --session pre --run "$3"; exits 0
		q "SELECT u.x FROM imaging.series, unnest(value) WITH ORDINALITY u(x, k) WHERE run = $3 ORDER BY k" >found; }
	golden=$data/imaging/golden_roi
	seq -f 'block%g' 12 >names.txt; psyrad ingest atlas "$golden/functional_blocks_atlas.nii.gz" --names names.txt --atlas blocks
	series "$golden/functional.nii" blocks 1
	paste -d ' ' found <(tr , '\n' <"$golden/functional_blocks_ts.csv") | close_to 1e-12
	printf 'even\nodd\n' >halves.txt; run_no=1
	for asl in pcasl:52,68,20 mpld_asl:64,64,24; do
		image=$data/imaging/nifti_images_niivue/${asl%:*}.nii.gz run_no=$((run_no + 1))
		make_nifti halves.nii dims=${asl#*:} halves=1 affine="$(psyrad inspect "$image" | tail -1 | cut -f13 | tr ' ' ,)"
		psyrad ingest atlas halves.nii --names halves.txt --atlas ${asl%:*}
		series "$image" ${asl%:*} $run_no
		paste -d ' ' - - <found | awk '{ printf "%.17g\n", ($1 + $2) / 2 }' >means && mv means found
		is "$(($(wc -l <"$data/imaging/golden_images/${asl%:*}_global_mean_by_volume.csv") - 1))" "$(wc -l <found)"
		paste -d ' ' found <(tail -n +2 "$data/imaging/golden_images/${asl%:*}_global_mean_by_volume.csv") | close_to 1e-9
	done
}
