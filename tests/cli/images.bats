# Atlases and 3-D maps: every kind of NIfTI, region means to the last digit, everything wrong refused by name.
load cases.bash

# An atlas of 3 regions on a 4 x 5 x 6 grid of 2 mm: label = (i mod 4), so that region k is the plane i = k.
small_atlas() {
	make_nifti atlas.nii dims=4,5,6 type=uint8 labels=3 "$@" && gzip -f atlas.nii
	printf '1 One_L 2001\r\n2 Two_R 2002\r\n3 Three 2003\r\n' >names.txt
	psyrad ingest atlas atlas.nii.gz --names names.txt --atlas small --space test
}
image() { run psyrad ingest image "$@" --study t --atlas small --measure intensity; }
load_image() { image "$@" --subject P01 --session pre; }
vector() { q 'SELECT value FROM imaging.vector'; }
# Voxel (i, j, k) holds i + 4 j + 20 k: the plane i has mean i + 4 * 2 + 20 * 2.5.
means='{59,60,61}'

@test "an atlas: labels, names, hemispheres, centroids, volumes; loading it again changes nothing" {
	run small_atlas; exits 0; is 'atlas: 1 file, 3 read, 3 loaded, 0 unchanged, 0 rejected' "$output"
	is '1|1|One_L|L|-1|0|0|240
2|2|Two_R|R|1|0|0|240
3|3|Three||3|0|0|240' "$(q 'SELECT region, label, name, hemisphere, x_mm, y_mm, z_mm, volume_mm3 FROM imaging.region JOIN imaging.atlas_image USING (atlas) ORDER BY region')"
	is '{4,5,6}|{2,0,0,-3,0,2,0,-4,0,0,2,-5}|t' "$(q "SELECT dims, affine, image_sha256 = sha256(image) FROM imaging.atlas JOIN imaging.atlas_image USING (atlas)")"
	run psyrad ingest atlas atlas.nii.gz --names names.txt --atlas small --space test; exits 0; has '0 loaded, 3 unchanged'
}

@test "names as TSV (BIDS dseg), one a line, and with a gap in the labels" {
	make_nifti atlas.nii dims=4,5,6 type=int16 labels=3
	printf 'index\tname\tmapping\n1\tA\t1\n2\tB b\t2\n3\tC\t3\n7\tNothing\t4\n' >dseg.tsv
	run psyrad ingest atlas atlas.nii --names dseg.tsv --atlas tsv; exits 0; has '4 loaded'
	is '7|4|0|' "$(q "SELECT label, region, volume_mm3, x_mm FROM imaging.region WHERE name = 'Nothing'")"
	printf 'A\nB\nC\n' >lines.txt
	run psyrad ingest atlas atlas.nii --names lines.txt --atlas lines; exits 0
	is 3 "$(q "SELECT label FROM imaging.region WHERE (atlas, name) = ('lines', 'C')")"
	run psyrad ingest atlas --names lines.txt --atlas named; exits 0; has '3 loaded'
	is 3 "$(q "SELECT count(*) FROM imaging.region WHERE atlas = 'named' AND label IS NULL AND x_mm IS NULL")"
	run psyrad ingest atlas atlas.nii --names lines.txt --atlas named; exits 0; has '3 loaded'
	is 3 "$(q "SELECT count(*) FROM imaging.region WHERE atlas = 'named' AND label IS NOT NULL")"
}

@test "an atlas that is wrong: label without a name, name twice, fractions, other regions under a known name" {
	make_nifti atlas.nii labels=3 type=uint8; printf '1 A\n2 B\n' >two.txt
	run psyrad ingest atlas atlas.nii --names two.txt --atlas a; exits 1; has 'the label image holds 3, which has no name'
	printf '1 A\n2 A\n3 C\n' >twice.txt
	run psyrad ingest atlas atlas.nii --names twice.txt --atlas a; exits 1; has 'two regions have the name A'
	printf '1 A\n1 B\n3 C\n' >label.txt
	run psyrad ingest atlas atlas.nii --names label.txt --atlas a; exits 1; has 'two regions have the label 1'
	printf '1 A\n2 B\n3 C\n' >three.txt
	make_nifti half.nii type=float32 constant=0.5
	run psyrad ingest atlas half.nii --names three.txt --atlas a; exits 1; has 'the label image holds 0.5; expected whole numbers'
	make_nifti minus.nii type=int16 constant=-1
	run psyrad ingest atlas minus.nii --names three.txt --atlas a; exits 1; has 'the label image holds -1'
	is 0 "$(q 'SELECT count(*) FROM imaging.atlas_image')"
	run psyrad ingest atlas atlas.nii --names three.txt --atlas a; exits 0
	printf '1 A\n2 B\n3 D\n' >other.txt
	run psyrad ingest atlas atlas.nii --names other.txt --atlas a; exits 1; has 'the atlas a is there with other regions'
}

@test "region means, coverage, acquisition and visit of a map; the same file twice" {
	small_atlas; make_nifti sub-P01_ses-pre_run-2_T1w.nii
	image sub-P01_ses-pre_run-2_T1w.nii; exits 0; has '1 read, 1 loaded'
	is "$means|{1,1,1}|2|as-is|east" "$(q 'SELECT value, coverage, run, pipeline, site FROM imaging.vector')"
	is 'T1w|2|east-1|t' "$(q 'SELECT modality, run, scanner, length(payload_sha256) = 32 FROM imaging.acquisition')"
	is 'intensity|as-is' "$(q 'SELECT measure, pipeline FROM imaging.primary')"
	image sub-P01_ses-pre_run-2_T1w.nii; exits 0; has '0 loaded, 1 unchanged'
	is 1 "$(q 'SELECT count(*) FROM imaging.vector')"
}

@test "every real datatype, both byte orders, NIfTI-1 and NIfTI-2, plain, gzip and pairs: the same means" {
	small_atlas; run_no=0
	for type in uint8 int8 int16 uint16 int32 uint32 int64 uint64 float32 float64; do
		for kind in 'version=1 swap=0' 'version=1 swap=1' 'version=2 swap=0' 'version=2 swap=1'; do
			run_no=$((run_no + 1)); make_nifti a.nii type=$type $kind
			[ $((run_no % 2)) = 0 ] && gzip -f a.nii
			image a.nii* --subject P01 --session pre --run $run_no; exits 0; rm -f a.nii*
		done
	done
	for kind in 'version=1 swap=0' 'version=2 swap=1'; do
		run_no=$((run_no + 1)); make_nifti pair pair=1 $kind
		image pair.hdr pair.img --subject P02 --session pre --run $run_no; exits 0; has 'image: 1 file, 1 read, 1 loaded'
		run_no=$((run_no + 1)); gzip -f pair.img; image pair.hdr --subject P02 --session pre --run $run_no; exits 0; rm -f pair.*
	done
	is "44|$means" "$(q 'SELECT count(*), min(value) FROM imaging.vector HAVING min(value) = max(value)')"
}

@test "scaling: slope and intercept apply; slope 0 or NaN means none" {
	small_atlas
	make_nifti a.nii slope=0.5 inter=10; load_image a.nii; exits 0
	is '{39.5,40,40.5}' "$(vector)"
	make_nifti a.nii slope=0 inter=10; load_image a.nii; exits 0; is "$means" "$(vector)"
	make_nifti a.nii slope=nan inter=5 type=float32; load_image a.nii; exits 0; is "$means" "$(vector)"
	make_nifti a.nii slope=1 inter=nan type=int32; load_image a.nii; exits 0; is "$means" "$(vector)"
	is 1 "$(q "SELECT count(*) FROM ingest.history WHERE table_name = 'imaging.vector' AND old_row ->> 'value' = '[39.5, 40, 40.5]'")"
}

@test "voxels that are NaN do not count; a region without any is NaN with coverage 0, and no region shifts" {
	printf '1 A\n2 B\n3 C\n9 Nowhere\n' >names.txt
	make_nifti atlas.nii labels=3; psyrad ingest atlas atlas.nii --names names.txt --atlas small
	make_nifti a.nii type=float32 nan=1; load_image a.nii; exits 0
	is '{61,60,61,NaN}' "$(q 'SELECT ARRAY[value[1]::numeric(9,0), value[2]::numeric, value[3]::numeric, value[4]::numeric] FROM imaging.vector')"
	is '{0.96666664,1,1,0}' "$(q 'SELECT coverage FROM imaging.vector')"
}

@test "an image on another grid is refused with both grids named" {
	small_atlas
	make_nifti a.nii dims=4,5,7; load_image a.nii; exits 1; has '4x5x7'; has 'that of small is 4x5x6'
	make_nifti a.nii affine=2,0,0,-3,0,2,0,-4,0,0,2,-5.1; load_image a.nii; exits 1; has '-5.1'; has '-5]'
	make_nifti a.nii affine=-2,0,0,-3,0,2,0,-4,0,0,2,-5; load_image a.nii; exits 1; has "image's grid is"
	make_nifti a.nii affine=2,0,0,-3.0005,0,2,0,-4,0,0,2,-5; load_image a.nii; exits 0
	is 0 "$(q "SELECT count(*) FROM ingest.file WHERE status = 'refused' AND command = 'image' AND message NOT LIKE '%grid%'")"
}

@test "truncated data is an error, not zeros: plain, gzip, and at many places" {
	small_atlas
	make_nifti a.nii payload=100; load_image a.nii; exits 1; has 'the image is cut off: 50 of 120 voxels are there'
	make_nifti full.nii; gzip -kf full.nii; size=$(stat -c %s full.nii.gz)
	for keep in 1 2 5 10 11 18 19 50 100 $((size / 2)) $((size - 9)) $((size - 8)) $((size - 4)) $((size - 1)); do
		head -c "$keep" full.nii.gz >cut.nii.gz; load_image cut.nii.gz; exits 1; has 'refused'
	done
	for keep in 0 3 4 40 300 347 348 351 352 353 591; do
		head -c "$keep" full.nii >cut.nii; load_image cut.nii; exits 1; has 'refused'
	done
	is 0 "$(q 'SELECT count(*) FROM imaging.vector')"
	load_image full.nii.gz; exits 0
}

@test "gzip: wrong checksum, several members, bytes after the end, a bomb" {
	small_atlas; make_nifti a.nii; gzip -c a.nii >good.gz; size=$(stat -c %s good.gz)
	{ head -c $((size - 8)) good.gz; printf 'XXXX'; tail -c 4 good.gz; } >crc.nii.gz
	load_image crc.nii.gz; exits 1; has 'checksum'
	{ head -c 400 a.nii | gzip; tail -c +401 a.nii | gzip; } >members.nii.gz
	load_image members.nii.gz; exits 0; is "$means" "$(vector)"
	{ cat good.gz; printf 'tail'; } >tail.nii.gz
	load_image tail.nii.gz; exits 1; has 'bytes that are no gzip follow'
	{ cat a.nii; head -c 200000000 /dev/zero; } | gzip >bomb.nii.gz
	load_image bomb.nii.gz; exits 1; has 'the file holds more than its header says'
}

@test "types that are no real numbers are refused by name" {
	small_atlas
	for type in complex64:COMPLEX64 rgb24:RGB24 float128:FLOAT128; do
		make_nifti a.nii type=${type%:*}; load_image a.nii; exits 1; has "voxels of type ${type#*:}"
	done
	make_nifti a.nii poke=70:7B00; load_image a.nii; exits 1; has 'code 123'
}

@test "series, ANALYZE and files that are no images" {
	small_atlas
	make_nifti a.nii dims=4,5,6,3; load_image a.nii; exits 1; has 'the image has 3 volumes; expected one 3-D map'
	make_nifti a.nii dims=4,5,6,1; load_image a.nii; exits 0
	make_nifti a.nii poke=344:00000000; load_image a.nii; exits 1; has 'ANALYZE'
	echo 'participant_id,week' >a.nii; load_image a.nii; exits 1; has 'refused'
	make_nifti a.nii pair=0 poke=344:6e693100; load_image a.nii; exits 1; has '.hdr'
	make_nifti alone pair=1; rm alone.img; load_image alone.hdr; exits 1; has '.img file beside the header'
}

@test "hostile headers: each field out of its range is refused, at once and without memory" {
	small_atlas
	local cases=(
		'40:0000=dimensions' '40:0800=dimensions' '40:FFFF=dimensions' '42:0000=dimension 1' '42:FFFF=dimension 1' '44:0080=dimension 2'
		'42:FF7FFF7FFF7F=voxels' '108:0000C07F=vox_offset' '108:0000807F=vox_offset' '108:000080BF=vox_offset' '108:0000A843=vox_offset'
		'108:00209043=vox_offset' '108:0000004F=vox_offset' '280:0000C07F=sform' '280:0000807F=sform' '280:00000000=singular'
		'0:00000000=not a NIfTI' '0:5D010000=not a NIfTI' '344:6e2b3300=ANALYZE'
	)
	for case in "${cases[@]}"; do
		make_nifti a.nii poke=${case%%=*}
		run bash -c '[ -n "${PSYRAD_BIN:-}" ] || ulimit -v 400000; ulimit -t 5; psyrad ingest image a.nii --study t --atlas small --measure intensity --subject P01 --session pre'
		exits 1; has "${case#*=}"
	done
	make_nifti a.nii version=2 dims=4,5,6 poke=24:FFFFFFFFFFFFFF7F; load_image a.nii; exits 1; has 'voxels'
	make_nifti a.nii version=2 poke=24:0000000001000000; load_image a.nii; exits 1; has 'refused'
	make_nifti a.nii version=2 poke=10:00000000; load_image a.nii; exits 1; has 'magic'
	is 0 "$(q 'SELECT count(*) FROM imaging.vector')"
}

@test "qform, and neither form" {
	small_atlas
	make_nifti a.nii qform=1; load_image a.nii; exits 1; has '[2 0 0 0;'
	make_nifti a.nii none=1; load_image a.nii; exits 1; has '[-2 0 0 3;'
}

@test "free text of the header is stored nowhere" {
	small_atlas; make_nifti a.nii; load_image a.nii; exits 0
	nowhere 'Zhang San'
}

@test "who and when: unknown participant and session, nothing said, an unknown measure and atlas" {
	small_atlas; make_nifti a.nii
	image a.nii; exits 1; has 'neither the file name nor the options say the subject'
	image a.nii --subject P99 --session pre; exits 1; has 'the participant P99 is not known'
	image a.nii --subject P01 --session w99; exits 1; has 'has no session w99'
	image a.nii --subject P01 --session pre --scanner none; exits 1; has 'the scanner none is not declared'
	image a.nii --subject P01 --session pre --run 0; exits 1; has '--run 0'
	run psyrad ingest image a.nii --study t --atlas none --measure intensity --subject P01 --session pre; exits 1; has 'the atlas none is not known'
	run psyrad ingest image a.nii --study t --atlas small --measure colour --subject P01 --session pre; exits 1; has 'the measure colour is not known'
	run psyrad ingest image a.nii --study t --atlas small --measure bold --subject P01 --session pre; exits 1; has 'bold is no measure of regions'
	image a.nii --subject P01 --session pre; exits 0
	printf 'A\n' >one.txt; psyrad ingest atlas --names one.txt --atlas named
	run psyrad ingest image a.nii --study t --atlas named --measure intensity --subject P01 --session pre; exits 1; has 'the atlas named has no label image'
}

# The second atlas: planes of i with names, whose region k holds i = k and so 30 voxels.
stat() { q "SELECT v.value FROM imaging.vector v JOIN imaging.feature_set f USING (feature_set_id) WHERE f.measure = '$1'"; }

@test "statistics within regions: each is a measure of its own" {
	small_atlas; make_nifti a.nii
	image a.nii --subject P01 --session pre --stat mean,sd,median,min,max,n_voxels,volume_mm3,coverage,weighted_mean; exits 0; has '9 read, 9 loaded'
	is "$means" "$(stat intensity)"; is "$means" "$(stat intensity_weighted_mean)"
	# i + 4 j + 20 k: the variance of 4 j + 20 k over 5 x 6 is (16 * 2 + 400 * 35 / 12) * 30 / 29
	is '{35.213634,35.213634,35.213634}' "$(stat intensity_sd)"
	is '{59,60,61}' "$(stat intensity_median)"; is '{1,2,3}' "$(stat intensity_min)"; is '{117,118,119}' "$(stat intensity_max)"
	is '{30,30,30}' "$(stat intensity_n_voxels)"; is '{240,240,240}' "$(stat intensity_volume_mm3)"; is '{1,1,1}' "$(stat intensity_coverage)"
	is 'mm3|mean image intensity: volume of the voxels with a value' "$(q "SELECT unit, title_en FROM imaging.measure WHERE measure = 'intensity_volume_mm3'")"
	is 1 "$(q 'SELECT count(*) FROM imaging.acquisition')"
	image a.nii --subject P01 --session pre --stat mode; exits 1; has '--stat mode'; has 'known: mean, sd'
	image a.nii --subject P01 --session pre --stat sd,sd; exits 1; has 'names sd twice'
}

@test "a mask: voxels outside do not count; its bytes are part of the load" {
	small_atlas; make_nifti a.nii; make_nifti mask.nii labels=1 type=uint8 # i mod 2
	load_image a.nii --mask mask.nii --stat mean,n_voxels; exits 0
	is '{59,NaN,61}' "$(stat intensity)"; is '{30,0,30}' "$(stat intensity_n_voxels)"
	is '{1,0,1}' "$(q "SELECT DISTINCT coverage FROM imaging.vector")"
	load_image a.nii --mask mask.nii --stat mean,n_voxels; exits 0; has '2 unchanged'
	make_nifti mask.nii constant=1; load_image a.nii --mask mask.nii --stat mean,n_voxels; exits 0; has '2 loaded'
	is "$means" "$(stat intensity)"
	make_nifti mask.nii dims=4,5,7; load_image a.nii --mask mask.nii; exits 1; has "the mask: the mask's grid is 4x5x7"
	load_image a.nii --mask none.nii; exits 1; has 'the mask cannot be opened'
}

suvr() { run psyrad ingest image "$1" --study t --atlas small --measure suvr --subject P01 --session pre --suvr "${@:2}"; }

@test "SUVR: every region against the mean of the reference regions" {
	small_atlas; make_nifti a.nii
	suvr a.nii one_l,Three --stat mean,sd,n_voxels; exits 0
	is '{0.98333335,1,1.0166667}' "$(stat suvr)"; is '{30,30,30}' "$(stat suvr_n_voxels)"
	is '{0.5868939,0.5868939,0.5868939}' "$(stat suvr_sd)"
	suvr a.nii Cerebellum; exits 1; has '--suvr Cerebellum: the atlas small has no such region'
	make_nifti zero.nii constant=0; suvr zero.nii One_L; exits 1; has 'the mean of the reference region is 0'
}

@test "the space of image and atlas: the name's entity, the option, and their disagreement" {
	small_atlas; make_nifti sub-P01_ses-pre_space-MNI152NLin6Asym_desc-x_cbf.nii
	image sub-P01_ses-pre_space-MNI152NLin6Asym_desc-x_cbf.nii; exits 1; has 'the image is in the space MNI152NLin6Asym, the atlas small in test'
	image sub-P01_ses-pre_space-MNI152NLin6Asym_desc-x_cbf.nii --space test; exits 0
}

@test "resampling: nearest brings the atlas to the image, linear the image to the atlas; in every orientation" {
	small_atlas
	# The same values at the same places, with i and j counted backwards, and axes exchanged.
	make_nifti ras.nii; make_nifti las.nii fill=mirror affine=-2,0,0,3,0,2,0,-4,0,0,2,-5
	load_image las.nii; exits 1; has 'hint: --resample nearest'
	for method in nearest linear; do
		load_image ras.nii --resample $method; exits 0; is "$means" "$(vector)"
		load_image las.nii --resample $method; exits 0; is "$means" "$(vector)"
	done
	# Half the grid: what lies outside the image does not count.
	make_nifti part.nii dims=4,5,3; load_image part.nii --resample linear; exits 0
	is '{29,30,31}|{0.5,0.5,0.5}' "$(q 'SELECT value, coverage FROM imaging.vector')"
	load_image part.nii --resample cubic; exits 1; has '--resample cubic: expected nearest or linear'
	# A shift of half a voxel along k: linear interpolation of 20 k is 20 (k + 1/2), and the last plane is outside.
	make_nifti half.nii affine=2,0,0,-3,0,2,0,-4,0,0,2,-6; load_image half.nii --resample linear; exits 0
	is '{59,60,61}|{0.8333333,0.8333333,0.8333333}' "$(q 'SELECT value, coverage FROM imaging.vector')"
}

@test "probability maps: means weighted by probability; other statistics where a region is the most probable" {
	make_nifti maps.nii dims=2,2,1,2 type=float32 values=100,50,25,0,0,50,75,10
	printf '<?xml version="1.0"?>\n<atlas version="1.0"><header><name>T</name><type>Probabilistic</type></header><data>\n<label index="0" x="1" y="1" z="1">Frontal Pole</label>\n<label index="1" x="1" y="1" z="1">Insular &amp; more</label></data></atlas>\n' >fsl.xml
	run psyrad ingest atlas maps.nii --names fsl.xml --atlas prob; exits 0; has '2 read, 2 loaded'
	is 'maps|2' "$(q "SELECT kind, count(*) FROM imaging.atlas JOIN imaging.region USING (atlas) WHERE atlas = 'prob' GROUP BY kind")"
	is '1|Frontal Pole|14|2|Insular & more|10.8' "$(q "SELECT string_agg(concat_ws('|', label, name, volume_mm3), '|' ORDER BY region) FROM imaging.region WHERE atlas = 'prob'")"
	make_nifti a.nii dims=2,2,1 type=float32 values=1,2,4,8
	run psyrad ingest image a.nii --study t --atlas prob --measure intensity --subject P01 --session pre --stat weighted_mean,mean,n_voxels,coverage; exits 0
	is '{1.7142857,3.5555556}' "$(stat intensity_weighted_mean)" # (100 + 100 + 100) / 175, (100 + 300 + 80) / 135
	is '{1.5,4}' "$(stat intensity)"; is '{2,1}' "$(stat intensity_n_voxels)"; is '{1,1}' "$(stat intensity_coverage)"
	make_nifti a.nii dims=2,2,1 type=float32 values=nan,2,4,8
	run psyrad ingest image a.nii --study t --atlas prob --measure intensity --subject P01 --session pre --stat weighted_mean; exits 0
	is '{0.42857143,1}' "$(q 'SELECT DISTINCT coverage FROM imaging.vector JOIN imaging.feature_set USING (feature_set_id) WHERE measure = $$intensity_weighted_mean$$')"
	printf 'A\nB\nC\n' >three.txt; run psyrad ingest atlas maps.nii --names three.txt --atlas other; exits 1; has 'the image has 2 probability maps for 3 names'
	make_nifti minus.nii dims=2,2,1,2 type=float32 values=-1,0,0,0,0,0,0,0; run psyrad ingest atlas minus.nii --names fsl.xml --atlas other; exits 1; has 'a probability map holds -1'
	printf '<!DOCTYPE a [<!ENTITY x "y">]><atlas><data><label index="0">&x;</label></data></atlas>' >bad.xml
	run psyrad ingest atlas maps.nii --names bad.xml --atlas other; exits 1; has 'DOCTYPE'
	printf '<atlas><data><label index="0">A' >bad.xml; run psyrad ingest atlas maps.nii --names bad.xml --atlas other; exits 1; has 'the names: '
}

@test "a FreeSurfer palette names more than an image has: only what is there becomes a region" {
	make_nifti atlas.nii labels=3
	printf '#No. Label Name: R G B A\n0 Unknown 0 0 0 0\n1 Left-Cerebral-Exterior 70 130 180 0\n2 Left-White 245 245 245 0\n3 Left-Cortex 205 62 78 0\n4 Left-Ventricle 120 18 134 0\n' >lut.txt
	run psyrad ingest atlas atlas.nii --names lut.txt --atlas fs; exits 0; has '3 read, 3 loaded'
	is '1 Left-Cerebral-Exterior L,2 Left-White L,3 Left-Cortex L' "$(q "SELECT string_agg(concat_ws(' ', label, name, hemisphere), ',' ORDER BY region) FROM imaging.region WHERE atlas = 'fs'")"
}

@test "spheres around coordinates: voxels whose centres are within the radius, on the image's own grid" {
	printf 'x\ty\tz\tradius\tlabel\n-1\t0\t1\t2\tNTS\n-3\t-4\t-5\t2.5\tcorner\n100\t100\t100\t3\taway\n-1\t0\t1\t0.5\tpoint\n' >seeds.tsv
	run psyrad ingest atlas --spheres seeds.tsv --atlas seeds --space test; exits 0; has '4 read, 4 loaded'
	is 'spheres|-1|0|1|2' "$(q "SELECT kind, x_mm, y_mm, z_mm, radius_mm FROM imaging.region JOIN imaging.atlas USING (atlas) WHERE name = 'NTS'")"
	make_nifti a.nii
	run psyrad ingest image a.nii --study t --atlas seeds --measure intensity --subject P01 --session pre --stat mean,n_voxels; exits 0
	# NTS: the voxel (1, 2, 3) and its six neighbours; the corner has 4 of 7; nothing is left out of the sphere that is away.
	is '{69,6.25,NaN,69}' "$(stat intensity)"; is '{7,4,0,1}' "$(stat intensity_n_voxels)"
	is '{1,0.5714286,0,1}' "$(q 'SELECT DISTINCT coverage FROM imaging.vector')"
	printf 'x\ty\tz\tradius\tlabel\n1\t2\tz\t2\tA\n' >bad.tsv; run psyrad ingest atlas --spheres bad.tsv --atlas bad; exits 1; has 'line 2: z: expected a number of mm'
	printf 'x\ty\tz\tradius\tlabel\n1\t2\t3\t0\tA\n' >bad.tsv; run psyrad ingest atlas --spheres bad.tsv --atlas bad; exits 1; has 'line 2: radius'
	printf 'x\ty\tz\tradius\tlabel\n1\t2\t3\t1\tA\n1\t2\t3\t1\tA\n' >bad.tsv; run psyrad ingest atlas --spheres bad.tsv --atlas bad; exits 1; has 'line 3: a second sphere is named A'
	sed -i 's/^-1/-2/' seeds.tsv; run psyrad ingest atlas --spheres seeds.tsv --atlas seeds; exits 1; has 'the atlas seeds is there with other regions'
	run psyrad ingest atlas --spheres seeds.tsv --names seeds.tsv --atlas x; exits 1; has 'expected one of --names FILE, --spheres FILE and --voxels'
}

@test "voxels of a mask are an atlas: vectors over them, their places, statistics over subjects" {
	make_nifti mask.nii labels=1 type=uint8 && gzip mask.nii
	run psyrad ingest atlas mask.nii.gz --voxels --atlas gm --space test; exits 0; has '60 read, 60 loaded'
	run psyrad ingest atlas mask.nii.gz --voxels --atlas gm --space test; exits 0; has '60 unchanged'
	is 'voxels|60|1|0|0|-1|-4|-5' "$(q "SELECT kind, elements, i, j, k, x_mm, y_mm, z_mm FROM imaging.voxel JOIN imaging.atlas USING (atlas) WHERE element = 1")"
	for p in 1 2 3; do
		make_nifti sub-P0${p}_ses-pre_gmv.nii slope=$p inter=1
		run psyrad ingest image sub-P0${p}_ses-pre_gmv.nii --study t --atlas gm --measure gmv; exits 0
	done
	is 't' "$(q "SELECT bool_and(u.value = 2 * (v.i + 4 * v.j + 20 * v.k) + 1) FROM imaging.vector f JOIN clinical.subject_key k USING (subject_id)
		CROSS JOIN LATERAL unnest(f.value) WITH ORDINALITY u(value, element) JOIN imaging.voxel v ON (v.atlas, v.element) = ('gm', u.element) WHERE k.label = 'P02'")"
	is '60|3|3' "$(q "SELECT count(*), min(u.n), min(u.estimate) FROM (SELECT psyrad.mass_ttest(value) AS r FROM imaging.vector) t, psyrad.mass_unnest(t.r) u")"
	make_nifti other.nii dims=4,5,5; run psyrad ingest image other.nii --study t --atlas gm --measure gmv --subject P01 --session pre --resample nearest
	exits 1; has 'would change the number of voxels'
	printf 'A\n' >one.txt; run psyrad ingest networks one.txt --atlas gm --scheme s; exits 1; has 'the atlas gm is one of voxels, which have no names'
}

@test "vectors over voxels lie uncompressed in the warehouse, new ones and replaced ones: each query reads them" {
	make_nifti mask.nii dims=20,20,20 constant=1 type=uint8; psyrad ingest atlas mask.nii --voxels --atlas gm
	for value in 5 7; do
		make_nifti sub-P01_ses-pre_gmv.nii dims=20,20,20 constant=$value
		run psyrad ingest image sub-P01_ses-pre_gmv.nii --study t --atlas gm --measure gmv; exits 0; has '1 read, 1 loaded'
		is "$value|t|t" "$(q 'SELECT value[8000], pg_column_compression(value) IS NULL, pg_column_size(value) > 32000 FROM imaging.vector')"
	done
}

@test "networks: regions by name, several schemes, what is unknown is a reject" {
	small_atlas
	printf 'region\tnetwork\tname_en\tname_zh\nOne_L\tDMN\tdefault mode\t默认网络\nTwo_R\tDMN\t\t\nTwo_R\treward\t\t\nNowhere\tDMN\t\t\nThree\t\t\t\n' >net.tsv
	run psyrad ingest networks net.tsv --atlas small --scheme yeo; exits 1; has '5 read, 3 loaded, 0 unchanged, 2 rejected'
	is 'DMN|default mode|默认网络|One_L,Two_R
reward|reward||Two_R' "$(q "SELECT network, name_en, n.name_zh, string_agg(r.name, ',' ORDER BY region) FROM imaging.network n JOIN imaging.network_region USING (scheme, network)
		JOIN imaging.region r USING (atlas, region) WHERE scheme = 'yeo' GROUP BY 1, 2, 3 ORDER BY 1")"
	is '5|region|unknown_region|found Nowhere; expected a region of small
6|network|missing_value|empty; expected a region of the atlas and its network' "$(q "SELECT line, column_name, code, message FROM ingest.reject ORDER BY line")"
	printf 'region\tnetwork\nOne_L\tDMN\nOne_L\tDMN\n' >twice.tsv; run psyrad ingest networks twice.tsv --atlas small --scheme other; exits 1; has '1 loaded, 0 unchanged, 1 rejected'
	is 2 "$(q 'SELECT count(DISTINCT scheme) FROM imaging.network_region')"
}

@test "sform and qform apart: the sform counts, the distance is kept and said" {
	small_atlas; make_nifti a.nii both=1; load_image a.nii; exits 0; has 'note: its sform and its qform put voxels up to 12 mm apart; the sform is taken'
	is 12 "$(q 'SELECT forms_apart_mm FROM imaging.acquisition')"
	make_nifti a.nii; load_image a.nii; exits 0; is '' "$(q 'SELECT forms_apart_mm FROM imaging.acquisition')"
}

@test "the same voxels under two participants are shown, whatever the header and the compression" {
	small_atlas; make_nifti sub-P01_ses-pre_T1w.nii; make_nifti sub-P02_ses-post_T1w.nii version=2; gzip sub-P02_ses-post_T1w.nii; cp sub-P01_ses-pre_T1w.nii sub-P04_ses-pre_T1w.nii; make_nifti sub-P03_ses-pre_T1w.nii constant=3
	image sub-*; exits 0; has '4 files, 4 read, 4 loaded'
	is 'P01|pre|P02|post
P01|pre|P04|pre
P02|post|P04|pre' "$(q 'SELECT label, session, other_label, other_session FROM imaging.same_image ORDER BY 1, 3')"
}

@test "every vector leads back to file, hash, tool and options" {
	small_atlas; make_nifti sub-P01_ses-pre_T1w.nii; image sub-P01_ses-pre_T1w.nii --resample linear --stat median; exits 0
	is "$(sha256sum <sub-P01_ses-pre_T1w.nii | cut -c1-64)|sub-P01_ses-pre_T1w.nii|linear|median|small|t" \
		"$(q "SELECT encode(sha256, 'hex'), path, options ->> 'resample', options ->> 'stat', options ->> 'atlas', tool_version <> '' FROM imaging.vector JOIN ingest.file USING (file_id)")"
}

@test "--dry-run says what would be loaded, and keeps nothing" {
	small_atlas; make_nifti sub-P01_ses-pre_T1w.nii; make_nifti sub-P02_ses-pre_T1w.nii
	image sub-P0?_ses-pre_T1w.nii --dry-run --stat mean,sd; exits 0
	is 'sub-P01_ses-pre_T1w.nii: P01, session pre, run 1: intensity (mean, sd) of 3 regions of small, 0 without a value, pipeline as-is
sub-P02_ses-pre_T1w.nii: P02, session pre, run 1: intensity (mean, sd) of 3 regions of small, 0 without a value, pipeline as-is
image: 2 files, 4 read, 4 loaded, 0 unchanged, 0 rejected (dry run: nothing was kept)' "$output"
	is 0 "$(q 'SELECT count(*) FROM imaging.vector')"
}

@test "many files by several processes: messages in their order, the same facts as by one, unchanged the second time" {
	small_atlas
	for p in 1 2 3 4 5 6; do for s in pre post; do make_nifti sub-P0${p}_ses-${s}_T1w.nii inter=$p slope=1; done; done
	for p in 2 5; do make_nifti sub-P0${p}_ses-w2_T1w.nii poke=0:00; done
	image sub-*.nii --jobs 3; exits 1; has '14 files, 12 read, 12 loaded, 0 unchanged, 0 rejected, 2 files refused'
	is 'sub-P02_ses-w2_T1w.nii: refused: not a NIfTI image: the first four bytes are not the size of its header
sub-P05_ses-w2_T1w.nii: refused: not a NIfTI image: the first four bytes are not the size of its header' "$(grep refused: <<<"$output")"
	is "$(printf 'P0%s|{%s,%s,%s}|2\n' $(for p in 1 2 3 4 5 6; do echo $p $((59 + p)) $((60 + p)) $((61 + p)); done))" \
		"$(q "SELECT k.label, v.value, count(*) FROM imaging.vector v JOIN clinical.subject_key k USING (subject_id) GROUP BY 1, 2 ORDER BY 1")"
	image sub-*_ses-p*.nii --jobs 1; exits 0; has '0 loaded, 12 unchanged'
	# Files of one participant and visit: the last one stands, as by one process.
	for r in 1 2 3 4 5 6 7 8; do make_nifti sub-P01_ses-w4_desc-${r}_T1w.nii inter=$r slope=1; make_nifti sub-P02_ses-w4_desc-${r}_T1w.nii inter=$r slope=1; done
	image sub-P0[12]_ses-w4_*.nii --jobs 4; exits 0
	is '{67,68,69}' "$(q "SELECT DISTINCT value FROM imaging.vector WHERE session = 'w4'")"
	printf '\0\0\0\1\0\0\0\4' | gzip >sub-P01_ses-pre_T1w.mgz; image sub-P01_ses-pre_T1w.mgz; exits 1; has 'not a NIfTI image'; has 'mri_convert IN.mgz OUT.nii.gz'
}

@test "interrupt and go on" {
	small_atlas
	for k in $(seq 40); do make_nifti sub-P0$((1 + k % 6))_ses-pre_run-${k}_T1w.nii; done
	psyrad ingest image sub-*.nii --study t --atlas small --measure intensity --jobs 2 >out 2>&1 & pid=$!
	until_is t 'SELECT count(*) > 0 FROM imaging.vector'
	kill -INT $pid 2>/dev/null || true; wait $pid && status=0 || status=$?
	if [ "$status" = 130 ]; then grep -q 'interrupted after .* of 40 files; the same command goes on from there' out; else [ "$status" = 0 ]; fi
	is 0 "$(q 'SELECT count(*) FROM imaging.acquisition a WHERE NOT EXISTS (SELECT FROM imaging.vector v WHERE (v.subject_id, v.session, v.run) = (a.subject_id, a.session, a.run))')"
	image sub-*.nii; exits 0; is 40 "$(q 'SELECT count(*) FROM imaging.vector')"
}

@test "progress: files, MB/s and time left on a terminal, nothing in a pipe" {
	small_atlas; make_nifti sub-P01_ses-pre_T1w.nii; make_nifti sub-P02_ses-pre_T1w.nii
	image sub-P01_ses-pre_T1w.nii sub-P02_ses-pre_T1w.nii --dry-run 2>&1; [[ $output != *'MB/s'* ]]
	script -qec "psyrad ingest image sub-P01_ses-pre_T1w.nii sub-P02_ses-pre_T1w.nii --study t --atlas small --measure intensity" /dev/null >terminal
	grep -q 'image: 2 of 2 files, .* MB, .* MB/s, 0 s left' terminal
}

@test "hostile images without a server: thousands of headers, ends and damaged streams, with sanitizers" { run test_images; exits 0; }

@test "export: a vector as an image on its atlas's grid gives the same vector back; voxels too" {
	small_atlas; make_nifti sub-P01_ses-pre_T1w.nii; image sub-P01_ses-pre_T1w.nii; exits 0
	out() { run psyrad export image --study t --participant P01 --session pre --measure "$1" --atlas "$2" --out "${@:3}"; }
	out intensity small map.nii.gz; exits 0
	is '4x5x6|FLOAT32|2 0 0 -3 0 2 0 -4 0 0 2 -5|0|61|90' "$(psyrad inspect map.nii.gz | tail -1 | cut -f3,5,13,14,15,17 | tr '\t' '|')"
	run psyrad ingest image map.nii.gz --study t --atlas small --measure statistic --subject P01 --session post; exits 0
	is "$means" "$(q "SELECT DISTINCT value FROM imaging.vector")"
	out intensity small map.nii.gz; exits 1; has 'map.nii.gz cannot be written: File exists'
	out intensity small other.nii --run 1 --pipeline as-is; exits 0; cmp other.nii <(gunzip -c map.nii.gz)
	out intensity small x.nii --run 7; exits 1; has 'no such vector is there'
	make_nifti mask.nii labels=1 type=uint8; psyrad ingest atlas mask.nii --voxels --atlas gm
	run psyrad ingest image sub-P01_ses-pre_T1w.nii --study t --atlas gm --measure gmv; exits 0
	out gmv gm voxels.nii; exits 0
	run psyrad ingest image voxels.nii --study t --atlas gm --measure gmv --subject P01 --session post; exits 0
	is 1 "$(q "SELECT count(DISTINCT value) FROM imaging.vector JOIN imaging.feature_set USING (feature_set_id) WHERE atlas = 'gm'")"
	run psyrad export image --study t; exits 2; has 'usage:'
}

@test "a pair of files is one, whichever is named; gzipped headers; a companion alone is told" {
	small_atlas; make_nifti pair pair=1
	load_image pair.img; exits 0; has 'image: 1 file, 1 read, 1 loaded'; is "$means" "$(vector)"
	load_image pair.img pair.hdr; exits 0; has 'image: 1 file, 1 read, 0 loaded, 1 unchanged'
	gzip pair.img pair.hdr; load_image pair.hdr.gz --pipeline zipped; exits 0; load_image pair.img.gz --pipeline zipped; exits 0; has '1 unchanged'
	make_nifti mask.nii type=uint8 constant=1; load_image mask.nii --mask pair.img.gz --run 2; exits 0
	run psyrad inspect pair.img.gz; exits 0; has 'NIfTI-1 pair'
	load_image other.img; exits 1; has 'other.hdr: refused: cannot be opened'
	touch a.json; load_image a.json; exits 2; has 'a.json is read with the file that it lies beside'
	run psyrad ingest atlas pair.img.gz --names names.txt --atlas b; exits 1; has 'an atlas is one file'
}

@test "an image of several values a voxel is neither a map nor a series" {
	small_atlas; make_nifti vector.nii dims=4,5,6,1,3
	load_image vector.nii; exits 1; has 'each voxel has 3 values'
	run psyrad ingest series vector.nii --study t --atlas small --pipeline raw --subject P01 --session pre; exits 1; has 'each voxel has 3 values at a time'
	make_nifti one.nii dims=4,5,6,1,1; load_image one.nii; exits 0; is "$means" "$(vector)"
}

@test "a reference region by its label; sides in FreeSurfer's and in Chinese names" {
	make_nifti atlas.nii dims=4,5,6 type=int16 labels=3; printf '1 ctx-lh-cuneus\n2 右额叶\n3 左右脑桥\n' >names.txt
	psyrad ingest atlas atlas.nii --names names.txt --atlas small
	is 'L,R,' "$(q "SELECT string_agg(coalesce(hemisphere, ''), ',' ORDER BY region) FROM imaging.region WHERE atlas = 'small'")"
	make_nifti a.nii
	for reference in ctx_lh_cuneus 1 ' 1'; do run psyrad ingest image a.nii --study t --atlas small --measure suvr --suvr "$reference" --subject P01 --session pre --pipeline "p$((i += 1))"; exits 0; done
	is '1' "$(q 'SELECT count(DISTINCT value) FROM imaging.vector')"
	run psyrad ingest image a.nii --study t --atlas small --measure suvr --suvr 9 --subject P01 --session pre; exits 1; has 'or by their labels'
}
