# Coordinate-based meta-analysis of what is stored: which experiments go in, masks, regions, kept runs, images.
load cases.bash

# 24 samples with an increase about (-24, -20, -16) and three foci anywhere; what must be left out beside them
write_foci() {
	{
		echo 'study,contrast,x,y,z,space,n,direction,scope,modality,sample'
		local e f
		for e in $(seq 24); do
			echo "S$e,A,$((-24 + e % 7)),$((-20 + e % 5)),$((-16 + e % 3)),MNI,$((10 + e % 5 * 4)),increase,whole brain,rs-fMRI,"
			for f in 1 2 3; do
				echo "S$e,A,$(((e * 37 + f * 53) % 100 - 50)),$(((e * 29 + f * 71) % 120 - 78)),$(((e * 43 + f * 17) % 90 - 30)),MNI,$((10 + e % 5 * 4)),increase,whole brain,rs-fMRI,"
			done
		done
		echo 'S1,B,-24,-20,-16,MNI,10,increase,whole brain,rs-fMRI,S1'
		echo 'D1,A,1,2,3,MNI,20,decrease,whole brain,PET,'
		echo 'D2,A,1,2,3,MNI,20,,whole brain,rs-fMRI,'
		echo 'R1,A,-24,-20,-16,MNI,20,increase,ROI,rs-fMRI,'
		echo 'U1,A,-24,-20,-16,,20,increase,whole brain,rs-fMRI,'
		echo 'P1,A,-24,-20,-16,MNI,30,increase,,PET,'
	} >foci.csv
}
grid='dims=23,27,23 affine=8,0,0,-90,0,8,0,-126,0,0,8,-72'
warehouse() {
	write_foci; psyrad ingest coordinates foci.csv
	make_nifti mask.nii $grid type=uint8 constant=1; psyrad ingest atlas mask.nii --voxels --atlas brain --space MNI152NLin6Asym
	make_nifti labels.nii $grid type=uint8 labels=3; printf '1 Left part\n2 Middle\n3 Right\n' >names.txt
	psyrad ingest atlas labels.nii --names names.txt --atlas parts --space MNI152NLin6Asym
}

@test "experiments are chosen by direction and modality; what is left out is counted" {
	warehouse
	is "24|97|experiments left out: 2 of another direction or none, 1 of another modality or none, 1 that searched a region alone, 1 of unknown space" \
		"$(q "SELECT m.experiments, m.foci, m.note FROM evidence.ale('brain', 'increase', 'rs_fmri', correction => 'none') m")"
	# fMRI has its parts in it; without a modality PET is in, of unknown scope
	is '24' "$(q "SELECT m.experiments FROM evidence.ale('brain', 'increase', 'fMRI', correction => 'none') m")"
	is '25|state no search scope: 1' "$(q "SELECT m.experiments, substring(m.note FROM 'state no search scope: .*') FROM evidence.ale('brain', 'increase', correction => 'none') m")"
	is '1|exploratory: 1 experiments, fewer than 20' "$(q "SELECT m.experiments, split_part(m.note, ';', 1) FROM evidence.ale('brain', 'decrease', correction => 'none') m")"
	is '1' "$(q "SELECT m.experiments FROM evidence.mkda('brain', NULL, correction => 'none') m")"
	is '2|2' "$(q "SELECT m.experiments, m.foci FROM evidence.mkda('brain', 'increase', correction => 'none', experiments => ARRAY(SELECT experiment_id FROM evidence.experiment WHERE study IN ('P1', 'R1') OR (study = 'S1' AND contrast = 'B'))) m")"
	is '|0|f|no experiment is left' "$(q "SELECT m.experiments, coalesce(cardinality(m.statistic), 0), m IS NOT NULL, m.note FROM evidence.ale('brain', 'increase', experiments => '{}') m")"
	# made-up foci are never analysed with real ones
	sed 's/^P1,/F1,/; s/^U1,/F2,/; /^F[12],/!{1!d}' foci.csv >made.csv; psyrad ingest coordinates --simulated --space MNI made.csv
	is '25|2 that are simulated' "$(q "SELECT m.experiments, substring(m.note FROM '[0-9]+ that are simulated') FROM evidence.ale('brain', 'increase', correction => 'none') m")"
	is '2|every experiment is simulated' "$(q "SELECT m.experiments, substring(m.note FROM 'every experiment is simulated') FROM evidence.ale('brain', 'increase', correction => 'none', experiments => ARRAY(SELECT experiment_id FROM evidence.experiment WHERE simulated)) m")"
	# the same as the state made by hand
	is t "$(q "SELECT a.p_corrected = b.p_corrected FROM evidence.ale('brain', 'increase', 'rs_fmri', iterations => 50, seed => 3) a,
		(SELECT psyrad.cbma_foci(experiment, x, y, z, n) AS foci FROM evidence.poolable_focus WHERE direction = 'increase' AND modality = 'rs-fMRI' AND NOT simulated) f,
		psyrad.cbma_ale(f.foci, evidence.cbma_mask('brain'), iterations => 50, seed => 3) b")"
}

@test "masks: voxels, or the regions of labels, in MNI space; anything else is refused with the remedy" {
	warehouse
	is "14283|1|14283" "$(q "SELECT cardinality((m).voxel), (m).voxel[1], (m).voxel[14283] FROM evidence.cbma_mask('brain') m")"
	# labels=3: 0 1 2 3 by the first dimension, 6 of 23 columns are 0
	is "10557|2" "$(q "SELECT cardinality((m).voxel), (m).voxel[1] FROM evidence.cbma_mask('parts') m")"
	is "10557|t|3" "$(q "SELECT m.voxels, m.statistic IS NOT NULL, (SELECT count(DISTINCT r) FROM imaging.region_voxel, unnest(region) r) FROM evidence.mkda('parts', 'increase', correction => 'none') m")"
	psyrad ingest atlas --names names.txt --atlas named; make_nifti t.nii $grid type=uint8 constant=1; psyrad ingest atlas t.nii --voxels --atlas unsaid; psyrad ingest atlas t.nii --voxels --atlas native --space T1w
	for wrong in "none:the mask none is not there" "named:the atlas named is one of names" "unsaid:a space that is not known" "native:the space T1w"; do
		run q "SELECT m.voxels FROM evidence.ale('${wrong%%:*}', 'increase') m"; has "${wrong#*:}"; has HINT
	done
	run q "SELECT m.voxels FROM evidence.ale('brain', 'up') m"; has 'direction is up; increase, decrease or NULL expected'
	run q "SELECT m.voxels FROM evidence.ale('brain', 'increase', 'telepathy') m"; has 'modality is telepathy'
}

@test "regions of clusters: shares sum to one, each voxel counted where it lies" {
	warehouse
	q "SELECT * FROM evidence.cbma_regions((SELECT m FROM evidence.ale('brain', 'increase', 'rs_fmri', iterations => 50) m), 'brain', 'parts')" >regions
	[ -s regions ]
	is t "$(q "WITH r AS (SELECT * FROM evidence.cbma_regions((SELECT m FROM evidence.ale('brain', 'increase', 'rs_fmri', iterations => 50) m), 'brain', 'parts'))
		SELECT bool_and(abs(total - 1) < 1e-12 AND counted = of) FROM (SELECT sum(share) AS total, sum(voxels) AS counted, min(cluster_voxels) AS of FROM r GROUP BY cluster) c")"
	# by hand: the label of a voxel is (voxel - 1) % 23 % 4
	is '' "$(q "WITH m AS (SELECT m FROM evidence.ale('brain', 'increase', 'rs_fmri', iterations => 50) m),
		hand AS (SELECT u.label, (u.voxel - 1) % 23 % 4 AS region, count(*) AS voxels FROM m, evidence.cbma_mask('brain') g, unnest((m.m).cluster, (g).voxel) u (label, voxel) WHERE u.label > 0 GROUP BY 1, 2)
		SELECT * FROM (SELECT cluster, coalesce(region, 0), voxels FROM evidence.cbma_regions((SELECT m FROM m), 'brain', 'parts')) a FULL JOIN hand b ON (a.cluster, a.coalesce) = (b.label, b.region) WHERE a.voxels IS DISTINCT FROM b.voxels")"
	run q "SELECT * FROM evidence.cbma_regions((SELECT m FROM evidence.ale('brain', 'increase', correction => 'none') m), 'brain', 'brain')"; has 'the atlas brain has no regions of voxels'
}

@test "a run is kept with its inputs: corrections of the file do not touch it, it repeats to the bit, and nobody changes it" {
	warehouse
	is first "$(q "SELECT evidence.cbma_keep('first', 'ale', 'brain', 'increase', 'rs_fmri', iterations => 50, seed => 7)")"
	is second "$(q "SELECT evidence.cbma_keep('second', 'mkda', 'brain', 'increase', correction => 'voxel', iterations => 50, seed => 7)")"
	is 'first|25|24|97| second|26|25|98|10' "$(q "SELECT run, cardinality(experiment_ids), experiments, foci, kernel_mm FROM evidence.cbma_run ORDER BY 1" | paste -sd ' ')"
	sed -i 's/^S3,A,.*//; s/^S4,A,\([-0-9]*\)/S4,A,1\1/; /^$/d' foci.csv; run psyrad ingest coordinates foci.csv
	is 'first|t|t second|t|t' "$(q "SELECT r.run, c.same, c.version = c.version_now FROM evidence.cbma_run r, evidence.cbma_repeat(r.run) c ORDER BY 1" | paste -sd ' ')"
	is t "$(q "SELECT m.statistic <> r.statistic FROM evidence.cbma_run r, evidence.ale('brain', 'increase', 'rs_fmri', iterations => 50, seed => 7) m WHERE r.run = 'first'")"
	is t "$(q "SELECT (SELECT count(*) FROM evidence.cbma_run_cluster WHERE run = 'first') = (SELECT max(c) FROM evidence.cbma_run, unnest(cluster) c WHERE run = 'first')")"
	is t "$(q "SELECT count(*) > 0 AND bool_and(p_corrected = (SELECT k.p_size FROM evidence.cbma_run_cluster k WHERE k.run = 'first' AND k.cluster = r.cluster)) FROM evidence.cbma_regions('first', 'parts') r")"
	is third "$(q "SELECT evidence.cbma_keep('third', 'mkda', 'brain', 'increase', weights => 'sample_size', iterations => 20)")"
	is 'sample_size|10|t' "$(q "SELECT r.weights, r.kernel_mm, c.same FROM evidence.cbma_run r, evidence.cbma_repeat(r.run) c WHERE r.run = 'third'")"
	run q "SELECT evidence.cbma_keep('x', 'ale', 'brain', 'increase', weights => 'equal')"; has 'weights are of mkda'
	run q "SELECT evidence.cbma_keep('first', 'ale', 'brain', 'increase')"; has 'duplicate key'
	run q "SELECT evidence.cbma_keep('none', 'ale', 'brain', 'increase', experiments => '{}')"; has 'there is no map to keep: no experiment is left'
	run q "SELECT evidence.cbma_keep('x', 'kda', 'brain', 'increase')"; has 'method is kda; ale or mkda expected'
	run q "SET ROLE psyrad_ingest; UPDATE evidence.cbma_run SET seed = 1"; has 'permission denied'
	run q "SET ROLE psyrad_analyst; SELECT evidence.cbma_keep('x', 'ale', 'brain', 'increase')"; has 'permission denied'
	is 23 "$(q "SET ROLE psyrad_analyst; SELECT m.experiments FROM evidence.ale('brain', 'increase', 'rs_fmri', correction => 'none') m")"
}

@test "a kept map leaves as NIfTI on the grid of its mask" {
	warehouse
	q "SELECT evidence.cbma_keep('first', 'ale', 'parts', 'increase', 'rs_fmri', iterations => 50)"
	psyrad export map --run first --map statistic --out s.nii; psyrad export map --run first --out z.nii.gz; psyrad export map --run first --map significant --out sig.nii
	gzip -dk z.nii.gz
	# header: dims, then single precision behind 352 bytes, every voxel of the grid
	is '23 27 23' "$(od -An -td2 -j42 -N6 s.nii | xargs)"
	q "SELECT coalesce(s.value, 0)::real FROM generate_series(1, 14283) v LEFT JOIN (SELECT u.* FROM evidence.cbma_run, unnest(voxel, statistic) u (voxel, value)) s ON s.voxel = v ORDER BY v" >wanted
	od -An -v -tf4 -w4 -j352 s.nii | awk '{print $1 + 0}' >found; awk '{print $1 + 0}' wanted | paste - found | awk '{d = $1 - $2; if (d < 0) d = -d; if (d > 1e-6 * ($1 > 1e-6 ? $1 : 1e-6)) wrong++} END {exit wrong > 0 || NR != 14283}'
	is "$(q "SELECT count(*) FROM evidence.cbma_run, unnest(z) v WHERE v <> 0")" "$(od -An -v -tf4 -w4 -j352 z.nii | awk '$1 != 0' | wc -l)"
	is "$(q "SELECT count(*) FROM evidence.cbma_run, unnest(p_corrected, z) u (q, v) WHERE q < 0.05 AND v <> 0")" "$(od -An -v -tf4 -w4 -j352 sig.nii | awk '$1 != 0' | wc -l)"
	run psyrad export map --run first --out s.nii; exits 1; has 'cannot be written'
	run psyrad export map --run other --out o.nii; exits 1; has 'no analysis was kept as other'; [ ! -e o.nii ]
	run psyrad export map --run first --map zebra --out o.nii; exits 1; has 'map is zebra'; [ ! -e o.nii ]
	run psyrad export map --run first; exits 2
}

@test "the examples of COORDINATES.md run" {
	warehouse
	awk '/^## Over what/ {on = 1} on && /^```sql/ {sql = 1; next} /^```/ {sql = 0} sql' "$top/extensions/metastat/COORDINATES.md" >examples.sql
	is 5 "$(grep -c ';' examples.sql)"
	psql -Xq -v ON_ERROR_STOP=1 -d "$database" -f examples.sql >shown
	grep -Eq 'Left part|Middle|Right' shown; grep -q 'increases' shown
}
