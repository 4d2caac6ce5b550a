# Values by region that other programs computed: wide and long tables, FreeSurfer's tables and .stats files.
load cases.bash

atlas() { printf 'lh_cuneus\nlh_insula\nrh_cuneus\nrh_insula\n' >names.txt; psyrad ingest atlas --names names.txt --atlas dk; }
features() { run psyrad ingest features "$@" --study t --atlas dk --pipeline fs; }
vectors() { q "SELECT concat_ws('|', k.label, v.session, v.run, s.measure, v.value, v.coverage) FROM imaging.vector v JOIN clinical.subject_key k USING (subject_id)
	JOIN imaging.feature_set s USING (feature_set_id) WHERE s.measure <> 'tiv' ORDER BY 1"; }
rejected() { q "SELECT concat_ws('|', line, column_name, column_number, code, message, raw) FROM ingest.reject ORDER BY line, column_number"; }

@test "wide: columns by name whatever their order, run and visit; a region without a column or value is NaN with coverage 0" {
	atlas; printf 'subject,visit,run,rh_insula,L_cuneus,lh_insula\nsub-P01,pre,1,3.5,1.25,n/a\nP02,post,2,4,-1e-3,2\n' >wide.csv
	features wide.csv --measure thickness; exits 0; has 'features: 1 file, 2 read, 2 loaded, 0 unchanged, 0 rejected'
	is $'P01|pre|1|thickness|{1.25,NaN,NaN,3.5}|{1,0,0,1}\nP02|post|2|thickness|{-0.001,2,NaN,4}|{1,1,0,1}' "$(vectors)"
	is 'fs|wide.csv|2' "$(q "SELECT v.pipeline, f.path, v.line FROM imaging.vector v JOIN ingest.file f USING (file_id) WHERE v.session = 'pre'")"
	features wide.csv --measure thickness; exits 0; has '0 loaded, 2 unchanged'
	is 2 "$(q 'SELECT count(*) FROM imaging.primary WHERE vector IS NOT NULL')"
}

@test "long: rows in any order make the same vectors, measures side by side" {
	atlas
	printf 'participant_id\tses\tregion\tmetric\tvalue\nP01\tpre\tlh_cuneus\tthickness\t1\nP01\tpre\tlh_insula\tthickness\t2\nP01\tpre\trh_cuneus\tthickness\tNaN\nP01\tpre\trh_insula\tthickness\t4\nP01\tpre\tctx-rh-insula\tarea\t40\nP02\tpre\tRight-Insula\tarea\t41\n' >long.tsv
	features long.tsv; exits 0; has '6 read, 3 loaded'
	is $'P01|pre|1|area|{NaN,NaN,NaN,40}|{0,0,0,1}\nP01|pre|1|thickness|{1,2,NaN,4}|{1,1,0,1}\nP02|pre|1|area|{NaN,NaN,NaN,41}|{0,0,0,1}' "$(vectors)"
	before=$(vectors)
	{ head -1 long.tsv; tail -n +2 long.tsv | tac; } >turned.tsv
	features turned.tsv; exits 0; has '0 loaded'
	is "$before" "$(vectors)"
	features long.tsv --measure area; exits 1; has 'the file has a column metric, and --measure says area'; has 'leave out --measure'
}

@test "a bad cell is one reject with its place and keeps its vector out, no other" {
	atlas; printf 'subject,session,lh_cuneus,rh_cuneus\nP01,pre,1,x\nP02,pre,1,1e39\nP03,pre,1,2\nP09,pre,1,2\nP04,w9,1,2\nP03,pre,5,6\n,pre,1,2\n' >wide.csv
	features wide.csv --measure area; exits 1; has '7 read, 1 loaded, 0 unchanged, 6 rejected'
	is $'2|rh_cuneus|4|bad_number|found x: not a number|P01,pre,1,x
3|rh_cuneus|4|out_of_range|found 1e39: a value too large for single precision|P02,pre,1,1e39
5|subject|1|unknown_participant|found P09; expected a participant of t|P09
6|session|2|unknown_visit|found w9; expected a visit of the plan of t (pre, w2, w4, post)|w9
7|subject|1|duplicate_row|this participant and visit has a row before it; that one stands|P03,pre,5,6
8|subject|1|missing_participant|empty; expected the participant\'s study code' "$(rejected)"
	is 'P03|pre|1|area|{1,NaN,2,NaN}|{1,0,1,0}' "$(vectors)"
	printf 'subject,session,region,value\nP01,pre,lh_cuneus,1\nP01,pre,rh_cuneus,2,5\n' >long.csv
	features long.csv --measure volume; exits 1; has 'line 3 has 5 cells; the header has 4'
	printf 'subject,session,region,value\nP01,pre,lh_cuneus,1\nP01,pre,LH cuneus,2\nP01,pre,rh_cuneus,"2,5"\nP02,pre,lh_cuneus,1\n' >long.csv
	features long.csv --measure volume; exits 1; has '4 read, 1 loaded, 0 unchanged, 2 rejected'
	is $'3|value|4|duplicate_row|P01,pre,LH cuneus,2\n4|value|4|bad_number|P01,pre,rh_cuneus,"2,5"' "$(q "SELECT concat_ws('|', line, column_name, column_number, code, raw)
		FROM ingest.reject WHERE file_id = (SELECT max(file_id) FROM ingest.file) ORDER BY line")"
}

@test "an unknown region refuses the file; it can be mapped or dropped" {
	atlas; printf 'subject,session,lh_cuneus,cuneus_other,age\nP01,pre,1,2,40\n' >wide.csv
	features wide.csv --measure area; exits 1; has 'column 4 (cuneus_other) is no region of the atlas dk'; has '--map REGION=COLUMN'
	features wide.csv --measure area --map rh_cuneus=cuneus_other; exits 1; has 'column 5 (age)'
	features wide.csv --measure area --map rh_cuneus=cuneus_other --identifier age; exits 0
	is 'P01|pre|1|area|{1,NaN,2,NaN}|{1,0,1,0}' "$(vectors)"
	printf 'subject,session,lh_cuneus,L_cuneus_thickavg\nP01,pre,1,2\n' >wide.csv
	features wide.csv --measure area; exits 1; has 'column 4 (L_cuneus_thickavg): the region lh_cuneus has a column before it'
	printf 'subject,session,region,value\nP01,pre,middle,1\n' >long.csv
	features long.csv --measure area; exits 1; has 'line 2: found middle; it is no region of the atlas dk'
	printf 'subject,session\nP01,pre\n' >none.csv; features none.csv --measure area; exits 1; has 'no column is a region of the atlas dk'
	printf 'subject,lh_cuneus\nP01,1\n' >wide.csv; features wide.csv --measure area; exits 1; has 'neither the table nor the options say the session'
	features wide.csv; exits 1; has 'says what was measured'
	features wide.csv --session w2 --measure bold; exits 1; has 'bold is no measure of regions'
	features wide.csv --session w2 --measure area --dry-run; exits 0; has '1 loaded'; has 'dry run'
	is 1 "$(q 'SELECT count(*) FROM imaging.vector')"
}

@test "aparcstats2table: one file a hemisphere makes one vector; the intracranial volume is a covariate" {
	atlas
	printf 'lh.aparc.thickness\tlh_cuneus_thickness\tlh_insula_thickness\tlh_MeanThickness_thickness\tBrainSegVolNotVent\teTIV\nsub-P01_ses-pre\t1.5\t2.5\t2\t1e6\t1420434.16\n' >lh.tsv
	printf 'rh.aparc.thickness\trh_cuneus_thickness\trh_insula_thickness\trh_MeanThickness_thickness\tBrainSegVolNotVent\teTIV\nsub-P01_ses-pre\t3.5\t4.5\t2\t1e6\t1420434.16\n' >rh.tsv
	features lh.tsv --measure thickness; exits 0
	is 'P01|pre|1|thickness|{1.5,2.5,NaN,NaN}|{1,1,0,0}' "$(vectors)"
	features rh.tsv --measure thickness; exits 0
	is 'P01|pre|1|thickness|{1.5,2.5,3.5,4.5}' "$(vectors)"
	is 1420434.1 "$(q "SELECT vector[1]::float8::numeric(12,1) FROM imaging.primary WHERE measure = 'tiv'")"
	features lh.tsv rh.tsv --measure thickness; exits 0; has '0 loaded, 4 unchanged'
	sed -i 's/1\.5/1.75/' lh.tsv; features lh.tsv --measure thickness; exits 0; has '1 loaded, 1 unchanged, 0 rejected'
	is 'P01|pre|1|thickness|{1.75,2.5,3.5,4.5}' "$(vectors)"
}

@test "FreeSurfer .stats files: the real ones, whose name or folder says whose they are" {
	stats=$data/imaging/freesurfer_stats/sub-A/stats; need "$stats"
	mkdir -p sub-P01_ses-pre; cp -r "$stats" sub-P01_ses-pre/
	for h in lh rh; do grep -v '^#' "$stats/$h.aparc.stats" | awk -v h=$h '{print h "_" $1}'; done >names.txt
	psyrad ingest atlas --names names.txt --atlas dk
	features sub-P01_ses-pre/stats/lh.aparc.stats sub-P01_ses-pre/stats/rh.aparc.stats --measure thickness; exits 0; has '2 files, 4 read, 3 loaded, 1 unchanged' # vectors, the intracranial volume among them
	is "$(for h in lh rh; do grep -v '^#' "$stats/$h.aparc.stats" | awk '{print $5 + 0}'; done | paste -sd,)" "$(q "SELECT array_to_string(vector, ',') FROM imaging.primary WHERE measure = 'thickness'")"
	features sub-P01_ses-pre/stats/lh.aparc.stats --measure area; exits 0
	is 732 "$(q "SELECT vector[1] FROM imaging.primary WHERE measure = 'area'")"
	is 1420434.1 "$(q "SELECT vector[1]::float8::numeric(12,1) FROM imaging.primary WHERE measure = 'tiv'")"
	nowhere hayashis bigred3
	grep -v '^#' "$stats/aseg.stats" | awk '{print $5}' >aseg.txt; psyrad ingest atlas --names aseg.txt --atlas aseg
	cp "$stats/aseg.stats" plain.stats
	run psyrad ingest features plain.stats --study t --atlas aseg --measure volume; exits 1; has 'neither the file name nor the options say the subject'
	run psyrad ingest features plain.stats --study t --atlas aseg --measure volume --subject P02 --session pre; exits 0
	is "$(grep -v '^#' "$stats/aseg.stats" | awk '{print $4 + 0}' | paste -sd,)" "$(q "SELECT array_to_string(vector, ',') FROM imaging.primary WHERE measure = 'volume'")"
	run psyrad ingest features plain.stats --study t --atlas aseg --measure thickness --subject P02 --session pre; exits 1; has 'has no column for thickness'
	head -90 "$stats/aseg.stats" >short.stats; printf '  1   4      5077\n' >>short.stats
	run psyrad ingest features short.stats --study t --atlas aseg --measure volume --subject P02 --session pre; exits 1; has 'fewer than # ColHeaders names'
}

@test "a line of blanks between rows is no record and takes nothing from the next one" {
	atlas; printf 'subject,session,region,value\nP01,pre,lh_cuneus,1.25\n   \n \nP01,pre,rh_insula,2.75 \n' >long.csv
	features long.csv --measure area; exits 0; has '2 read, 1 loaded'
	is 'P01|pre|1|area|{1.25,NaN,NaN,2.75}|{1,0,0,1}' "$(vectors)"
}

@test "CAT12: XML by names or by numbers, ml become mm3, the choice of an atlas, the intracranial volume; its table" {
	cat12=$top/tests/fuzz/seeds/cat12
	printf 'rCuneus\nlCuneus\nother\n' >names.txt; psyrad ingest atlas --names names.txt --atlas aal3
	cat12() { run psyrad ingest features "$@" --study t --pipeline cat12; }
	cp "$cat12/catROI.xml" catROI_sub-P01_ses-pre_T1w.xml
	cat12 catROI_sub-P01_ses-pre_T1w.xml --atlas aal3 --measure gmv; exits 1; has 'it has Vgm over several atlases: aal3, neuromorphometrics'; has '--variable NAME'
	cat12 catROI_sub-P01_ses-pre_T1w.xml --atlas aal3 --measure gmv --variable lpba40; exits 1; has 'it has no Vgm over lpba40'
	cat12 catROI_sub-P01_ses-pre_T1w.xml --atlas aal3 --measure thickness; exits 1; has 'it has no values of thickness'
	cat12 catROI_sub-P01_ses-pre_T1w.xml --atlas aal3 --measure gmv --variable aal3; exits 0; has '1 read, 1 loaded'
	cat12 catROI_sub-P01_ses-pre_T1w.xml --atlas aal3 --measure wmv; exits 0
	is $'P01|pre|1|gmv|{7250,8125,NaN}|{1,1,0}\nP01|pre|1|wmv|{2000,1000,NaN}|{1,1,0}' "$(vectors)"
	cat12 catROI_sub-P01_ses-pre_T1w.xml --atlas aal3 --measure gmv --variable neuromorphometrics; exits 1; has 'value 1: found Left Amygdala; it is no region of the atlas aal3'
	printf 'index\tname\n9\tb\n7\ta\n' >dk.tsv; psyrad ingest atlas --names dk.tsv --atlas dk40
	cp "$cat12/catROIs.xml" catROIs_sub-P02_T1w.xml
	cat12 catROIs_sub-P02_T1w.xml --atlas dk40 --measure thickness; exits 1; has 'say the session'
	cat12 catROIs_sub-P02_T1w.xml --atlas dk40 --measure thickness --session w2; exits 0
	is 'a|2.5' "$(q "SELECT name, value FROM imaging.region_value WHERE measure = 'thickness' AND value <> 'NaN'")"
	cp "$cat12/cat.xml" cat_sub-P01_ses-pre_T1w.xml; cat12 cat_sub-P01_ses-pre_T1w.xml --atlas head --measure tiv; exits 0
	is 1500250 "$(q "SELECT vector[1]::int FROM imaging.primary WHERE measure = 'tiv'")"
	printf '<!DOCTYPE S [<!ENTITY e SYSTEM "file:///etc/passwd">]><S><aal3><names><item>&e;</item></names></aal3></S>' >catROI_sub-P03_ses-pre_T1w.xml
	cat12 catROI_sub-P03_ses-pre_T1w.xml --atlas aal3 --measure gmv; exits 1; has 'a document type or entities'
	printf '<S><aal3><names><item>lCuneus</item></names><data><Vgm>[1;2]</Vgm></data></aal3></S>' >catROI_sub-P03_ses-pre_T1w.xml
	cat12 catROI_sub-P03_ses-pre_T1w.xml --atlas aal3 --measure gmv; exits 1; has '<aal3> names 1 regions and has 2 values of Vgm'
	printf '<S><aal3>' >catROI_sub-P03_ses-pre_T1w.xml; cat12 catROI_sub-P03_ses-pre_T1w.xml --atlas aal3 --measure gmv; exits 1; has 'not well-formed XML'
	printf 'names,lCuneus,rCuneus\ncatROI_sub-P04_ses-pre_T1w,8.5,7\n' >ROI_aal3_Vgm.csv
	cat12 ROI_aal3_Vgm.csv --atlas aal3 --measure gmv --unit pints; exits 1; has 'expected mm3, ml, cm3 or l'
	cat12 ROI_aal3_Vgm.csv --atlas aal3 --measure gmv --unit ml; exits 0
	is '{7000,8500,NaN}' "$(q "SELECT vector FROM imaging.primary WHERE label = 'P04'")"
}

@test "CAT12's TIV.txt: whose a line is, is said by its names or by --subjects, and never guessed" {
	tiv() { run psyrad ingest features "$@" --study t --pipeline cat12 --atlas head --measure tiv; }
	volumes() { q "SELECT label, session, round(vector[1]::numeric, 1) FROM imaging.primary WHERE measure = 'tiv' ORDER BY 1, 2"; }
	# As fprintf('%7.2f\t...') of cat_stat_TIV.m writes it: TIV, GM, WM, CSF, WMH.
	printf '1500.25\t 700.10\t 500.05\t 300.10\t   0.00\n1400.00\t 650.00\t 450.00\t 299.50\t   0.50\n' >TIV.txt
	tiv TIV.txt --session pre; exits 1; has "2 volumes and nobody's name"; has '--subjects FILE'
	printf 'report/cat_sub-P02_ses-pre_T1w.xml\n' >order.txt
	tiv TIV.txt --subjects order.txt; exits 1; has 'the file has 2 volumes, --subjects 1 lines'
	printf '/data/report/cat_sub-P02_ses-pre_T1w.xml\r\nC:\\study\\cat_sub-P01_ses-pre_T1w.xml\r\n\r\n' >order.txt
	tiv TIV.txt --subjects order.txt; exits 0; has '2 read, 2 loaded'
	is $'P01|pre|1400000.0\nP02|pre|1500250.0' "$(volumes)"
	tiv TIV.txt --subjects order.txt; exits 0; has '0 loaded, 2 unchanged'
	# Another order is another meaning of the same bytes.
	printf 'P01\nP02\n' >order.txt
	tiv TIV.txt --subjects order.txt; exits 1; has 'say --session'
	tiv TIV.txt --subjects order.txt --session pre; exits 0; has '2 loaded'
	is $'P01|pre|1500250.0\nP02|pre|1400000.0' "$(volumes)"
	is 2 "$(q "SELECT count(*) FROM ingest.history WHERE table_name = 'imaging.vector'")"
	# TIV alone; with names; NaN where a report had no volumes.
	printf '1450.50\n    NaN\n' >alone.txt; printf 'P03\nP04\n' >order.txt
	tiv alone.txt --subjects order.txt --session pre; exits 0
	printf 'cat_sub-P03_ses-w2_T1w\t1333.00\t 600.00\t 433.00\t 300.00\t   0.00\n/a b/report/cat_sub-P04_ses-w2_T1w\t1300.00\t 600.00\t 400.00\t 300.00\t   0.00\n' >named.txt
	tiv named.txt; exits 0
	is $'P01|pre|1500250.0\nP02|pre|1400000.0\nP03|pre|1450500.0\nP03|w2|1333000.0\nP04|pre|NaN\nP04|w2|1300000.0' "$(volumes)"
	tiv named.txt --subjects order.txt; exits 1; has 'the file has names of its own'
	# What is no such file, or is damaged.
	printf '1500.25\t700.10\t500.05\t310.10\t0.00\n' >sum.txt; printf 'P05\n' >one.txt
	tiv sum.txt --subjects one.txt --session pre; exits 1; has 'line 1: found 1500.25; its parts make 1510.25'
	printf '1450.50\n-3\n' >low.txt; tiv low.txt --subjects order.txt --session pre; exits 1; has 'line 2: found -3; expected a volume above 0'
	printf '1450.50\n1\t2\n' >form.txt; tiv form.txt --subjects order.txt --session pre; exits 1; has 'line 2: expected one volume or five'
	printf '1450.50\nP01\t1300\n' >form.txt; tiv form.txt --subjects order.txt --session pre; exits 1; has 'line 2 is of another form than line 1'
	run psyrad ingest features alone.txt --study t --atlas aal3x --measure gmv --pipeline cat12 --subjects order.txt; exits 1
	atlas; run psyrad ingest features alone.txt --study t --atlas dk --measure gmv --pipeline cat12; exits 1; has 'no header: numbers as CAT12 writes'
	printf 'P03\nP03\n' >twice.txt; tiv alone.txt --subjects twice.txt --session post; exits 1; has '1 rejected'
	printf 'participant_id,tiv\nP01,1\n' >table.csv; tiv table.csv --subjects one.txt; exits 1; has 'the file is no TIV.txt'
}

@test "real FreeSurfer files: every .stats of a subject, against sums of a program of its own" {
	folder=$data/imaging/freesurfer_stats/sub-A/stats; need "$folder"
	mkdir -p sub-P01_ses-pre/stats; cp "$folder"/*.stats sub-P01_ses-pre/stats
	for parc in aparc aparc.a2009s aparc.DKTatlas; do
		for h in lh rh; do awk -v h=$h '!/^#/ { print h "_" $1 }' "$folder/$h.$parc.stats"; done >names.txt
		psyrad ingest atlas --names names.txt --atlas "${parc//./-}"
		for m in 'thickness 5' 'area 3' 'volume 4'; do set -- $m
			run psyrad ingest features sub-P01_ses-pre/stats/?h.$parc.stats --study t --atlas "${parc//./-}" --pipeline fs --measure $1; exits 0
			is "$(awk -v c=$2 '!/^#/ { s += $c; n++ } END { printf "%d|%.2f", n, s }' "$folder"/?h.$parc.stats)" \
				"$(q "SELECT cardinality(vector), (SELECT sum(v::numeric) FROM unnest(vector) v)::numeric(12, 2) FROM imaging.primary WHERE measure = '$1' AND atlas = '${parc//./-}'")"
		done
	done
}

@test "tables of aparcstats2table and asegstats2table: any parcellation and delimiter, bare names, the measure that they say" {
	atlas
	lh() { printf 'lh.%s.thickness%slh_cuneus_thickness%slh_insula_thickness%slh_MeanThickness_thickness%seTIV\nsub-P01_ses-pre%s2.5%s3.25%s2.6%s1500000\n' "$1" "$2" "$2" "$2" "$2" "$2" "$2" "$2" "$2"; }
	lh aparc ' ' >space.txt; lh Schaefer2018_400Parcels_7Networks_order ';' >semicolon.txt
	printf 'lh.aparc.thickness\tcuneus\tinsula\tMeanThickness\nsub-P01_ses-pre\t2.5\t3.25\t2.6\n' >parcid.txt
	for f in space semicolon parcid; do
		run psyrad ingest features $f.txt --study t --atlas dk --pipeline $f; exits 0
		is 'P01|pre|1|thickness|{2.5,3.25,NaN,NaN}|{1,1,0,0}' "$(vectors)"; q "DELETE FROM imaging.vector WHERE pipeline = '$f'"
	done
	features space.txt --measure area; exits 1; has 'the table is of thickness (lh.aparc.thickness), and --measure says area'
	printf 'subject,session,lh_cuneus_volume\nP01,pre,900\n' >volume.csv
	features volume.csv --measure thickness; exits 1; has 'column 3 (lh_cuneus_volume) is of volume, and --measure says thickness'
	features volume.csv --measure gmv; exits 0
	printf 'lh.aparc.thickness\tsub-P01_ses-pre\nlh_cuneus_thickness\t2.5\n' >turned.txt
	features turned.txt; exits 1; has 'column 2 (sub-P01_ses-pre) is no region'; has '--transpose'
	printf 'Left-Amygdala\n' >names.txt; psyrad ingest atlas --names names.txt --atlas aseg
	printf 'Measure:volume Left-Amygdala\nsub-P02_ses-pre 1712.5\n' >aseg.txt
	run psyrad ingest features aseg.txt --study t --atlas aseg --measure thickness; exits 1; has 'the table is of volume (Measure:volume)'
	run psyrad ingest features aseg.txt --study t --atlas aseg; exits 0
	is '{1712.5}' "$(q "SELECT value FROM imaging.vector JOIN imaging.feature_set USING (feature_set_id) WHERE (atlas, measure) = ('aseg', 'volume')")"
}

@test "the same .stats or CAT12 file under another participant's name is another scan" {
	atlas; mkdir -p sub-P01_ses-pre/stats sub-P02_ses-pre/stats
	printf '# Table of FreeSurfer cortical parcellation anatomical statistics\n# hemi lh\n# ColHeaders StructName ThickAvg\ncuneus 2.5\ninsula 3\n' >sub-P01_ses-pre/stats/lh.aparc.stats
	cp sub-P01_ses-pre/stats/lh.aparc.stats sub-P02_ses-pre/stats/
	features sub-P0*/stats/lh.aparc.stats --measure thickness; exits 0; has '2 read, 2 loaded'
	features sub-P0*/stats/lh.aparc.stats --measure thickness; exits 0; has '2 unchanged'
	printf '<S><a><names><item>lh_cuneus</item></names><data><Vgm>[1]</Vgm></data></a></S>' >catROI_sub-P03_ses-pre_T1w.xml; cp catROI_sub-P03_ses-pre_T1w.xml catROI_sub-P04_ses-pre_T1w.xml
	features catROI*.xml --measure gmv; exits 0; has '2 read, 2 loaded'
	for s in pre post; do cp catROI_sub-P03_ses-pre_T1w.xml catROI_rsub-P05_ses-${s}_T1w.xml; done # longitudinal: images brought to their mean
	features catROI_r*.xml --measure gmv --dry-run; exits 0; has '2 read, 2 loaded'
	cp catROI_sub-P03_ses-pre_T1w.xml catROI_avg_sub-P05_ses-pre_T1w.xml; features catROI_avg*.xml --measure gmv; exits 1; has 'the mean of a participant'
}

@test "another file's values for the same scan are stored, told with how many of whom and whose they were, and what they were is kept" {
	atlas; printf 'subject,session,lh_cuneus,lh_insula\nP01,pre,1,2\nP02,pre,3,\nP05,pre,5,6\n' >first.csv
	features first.csv --measure thickness; exits 0
	printf 'subject,session,rh_cuneus,rh_insula\nP01,pre,7,8\n' >right.csv # what was missing comes: nothing is replaced
	features right.csv --measure thickness; exits 0; has '1 loaded'; [[ $output != *replace* ]]
	printf 'subject,session,lh_cuneus,lh_insula\nP01,pre,1,2.5\nP02,pre,3,4\nP05,pre,5.5,6\n' >second.csv
	features second.csv --measure thickness --dry-run; exits 0; has 'second.csv: note: would replace 2 vectors of 2 participants that right.csv, first.csv brought'; has 'the old ones would be kept'
	is 0 "$(q 'SELECT count(*) FROM ingest.history WHERE old_row ->> $$value$$ LIKE $$%6%$$')"
	features second.csv --measure thickness; exits 0; has '3 read, 3 loaded'
	has 'second.csv: note: replaced 2 vectors of 2 participants that right.csv, first.csv brought'
	has '1 file has other values than were there; the old ones are kept: psyrad history --study t'
	is $'P01|pre|1|thickness|{1,2.5,7,8}\nP02|pre|1|thickness|{3,4,NaN,NaN}|{1,1,0,0}\nP05|pre|1|thickness|{5.5,6,NaN,NaN}|{1,1,0,0}' "$(vectors)"
	run psyrad history --study t --file second.csv --participant P05; exits 0; has '[5, 6, "NaN", "NaN"]'; has '[5.5, 6, "NaN", "NaN"]'; has '(1 row)'
	sed -i 's/5\.5/5.25/' second.csv; features second.csv --measure thickness; exits 0; has 'replaced 1 vector of 1 participant that an earlier version of it brought'
	features second.csv --measure thickness; exits 0; has '3 unchanged'; [[ $output != *replace* ]]
}

@test "long vectors lie uncompressed in the warehouse: each query reads them" {
	seq -f 'R%g' 1 1200 >names.txt; psyrad ingest atlas --names names.txt --atlas long
	{ printf 'participant_id\tsession'; printf '\tR%d' $(seq 1200); printf '\nP01\tpre'; yes $'\t2' | head -1200 | tr -d '\n'; echo; } >wide.tsv
	run psyrad ingest features wide.tsv --study t --atlas long --measure thickness --pipeline p; exits 0; has '1 loaded'
	is '1200|t|t' "$(q 'SELECT array_length(value, 1), pg_column_compression(value) IS NULL, pg_column_size(value) > 4800 FROM imaging.vector')"
}
