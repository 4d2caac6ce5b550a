# Connectivity of seeds with regions and voxels.
load cases.bash

made=$BATS_TEST_DIRNAME/../golden/seeds
imaged() {
	cp "$made/image.nii.gz" sub-P01_ses-pre_task-rest_bold.nii.gz
	printf '2 Two\n5 Five\n9 Nine\n' >names.txt
	psyrad ingest atlas "$made/labels.nii.gz" --names names.txt --atlas made
}

@test "seeds: a vector a seed over regions or voxels, and the statistics of vectors serve it" {
	imaged; f=sub-P01_ses-pre_task-rest_bold.nii.gz
	printf 'name\tx\ty\tz\tradius\nfirst\t-6\t3\t4\t6.5\nsecond\t5\t-4\t1\t6.5\n' >spheres.tsv
	psyrad ingest atlas --spheres spheres.tsv --atlas seeds; psyrad ingest atlas "$made/mask.nii.gz" --voxels --atlas brain
	run psyrad ingest seed $f --study t --atlas made --seeds seeds --pipeline d --detrend; exits 0; has '2 read, 2 loaded'
	run psyrad ingest seed $f --study t --atlas brain --seeds seeds --pipeline d; exits 0; has '2 loaded'
	run psyrad ingest seed $f --study t --atlas brain --seeds seeds --pipeline d; exits 0; has '0 loaded, 2 unchanged'
	is $'seed_map:seeds:first|voxel|234\nseed_map:seeds:second|voxel|234\nseed_z:seeds:first|region|3\nseed_z:seeds:second|region|3' "$(q "SELECT measure, kind, array_length(value, 1) FROM imaging.vector JOIN imaging.feature_set USING (feature_set_id) JOIN imaging.measure USING (measure) ORDER BY 1")"
	# Against the series of seeds and regions, cleaned alike and correlated by the server.
	psyrad ingest series $f --study t --atlas made --pipeline d; psyrad ingest series $f --study t --atlas seeds --pipeline d
	is t "$(q "SELECT max(abs(z.value[2] - atanh(c.r))) < 1e-6 FROM imaging.vector z JOIN imaging.feature_set f USING (feature_set_id),
		LATERAL (SELECT corr(a.value[t][2], b.value[t][2]) AS r FROM imaging.series a, imaging.series b, generate_series(1, 80) t WHERE a.feature_set_id = (SELECT feature_set_id FROM imaging.feature_set WHERE (atlas, measure) = ('seeds', 'bold')) AND b.feature_set_id = (SELECT feature_set_id FROM imaging.feature_set WHERE (atlas, measure) = ('made', 'bold'))) c
		WHERE f.measure = 'seed_z:seeds:second'")"
	is 234 "$(q "SELECT array_length((psyrad.mass_ttest(vector)).n, 1) FROM imaging.primary WHERE measure = 'seed_map:seeds:first'")"
	run psyrad ingest seed $f --study t --atlas brain --seeds brain --pipeline d; exits 1; has 'the seeds are 234 voxels'
	printf 'name\tx\ty\tz\tradius\nfar\t500\t3\t4\t6.5\n' >far.tsv; psyrad ingest atlas --spheres far.tsv --atlas far
	run psyrad ingest seed $f --study t --atlas brain --seeds far --pipeline d; exits 1; has 'the seed far has no voxel with a signal'
}

@test "an image whose time courses do not fit at once passes by in blocks" {
	# 655,360 voxels of 8 volumes: three blocks of 262,144 elements.
	python3 - <<-'PY' >expected
		import array, math, random, struct
		nx, ny, nz, t = 128, 128, 40, 8
		random.seed(5)
		raw = array.array("h", random.randbytes(2 * nx * ny * nz * t))
		def header(dims, kind, bits):
		    h = bytearray(352)
		    h[0:4] = struct.pack("<i", 348)
		    h[40:56] = struct.pack("<8h", len(dims), *(dims + [1] * (7 - len(dims))))
		    h[70:74] = struct.pack("<2h", kind, bits)
		    h[76:108] = struct.pack("<8f", 1, 1, 1, 1, 2, 0, 0, 0)
		    h[108:112] = struct.pack("<f", 352)
		    h[254:256] = struct.pack("<h", 1)
		    h[280:328] = struct.pack("<12f", 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0)
		    h[344:348] = b"n+1\0"
		    return bytes(h)
		open("sub-P01_ses-pre_bold.nii", "wb").write(header([nx, ny, nz, t], 4, 16) + raw.tobytes())
		open("mask.nii", "wb").write(header([nx, ny, nz], 2, 8) + b"\1" * (nx * ny * nz))
		n = nx * ny * nz
		course = lambda v: [raw[v + k * n] for k in range(t)]
		def z(a, b):
		    ma, mb = sum(a) / t, sum(b) / t
		    r = sum((x - ma) * (y - mb) for x, y in zip(a, b)) / math.sqrt(sum((x - ma) ** 2 for x in a) * sum((y - mb) ** 2 for y in b))
		    return math.atanh(r)
		seed = course(70 + 3 * nx + 2 * nx * ny)
		print(" ".join(f"{v + 1}:{z(course(v), seed):.9g}" for v in (0, 262143, 262144, 300001, 524288, n - 1)))
	PY
	printf 'name\tx\ty\tz\tradius\nhere\t70\t3\t2\t0.4\n' >spheres.tsv
	psyrad ingest atlas mask.nii --voxels --atlas box; psyrad ingest atlas --spheres spheres.tsv --atlas seed
	run psyrad ingest seed sub-P01_ses-pre_bold.nii --study t --atlas box --seeds seed --pipeline raw --tr 2; exits 0; has '1 read, 1 loaded'
	local pair; for pair in $(cat expected); do
		is t "$(q "SELECT abs(value[${pair%:*}] - ${pair#*:}) < 1e-6 * greatest(1, abs(${pair#*:})) FROM imaging.vector")"
	done
	# The seed is one voxel: its z with itself is infinite, which is none.
	is 'NaN' "$(q "SELECT value[1 + 70 + 3 * 128 + 2 * 128 * 128] FROM imaging.vector")"
}
