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
