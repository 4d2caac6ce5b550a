# Foci of imaging experiments: Sleuth, NiMARE, NIMADS, neurosynth, tables; nothing lost, no space assumed, wrong files refused with the line.
load cases.bash

coordinates() { run psyrad ingest coordinates "$@"; }
sleuth() { printf '// Reference=%s\n' "$1"; printf '// Zhang 2020: %s\n// Subjects=%s\n-16\t-58\t-22\n26 -64 -50\n\n' A 20 B 24; }

@test "Sleuth text: experiments with their participants and foci, Talairach brought to MNI" {
	{ sleuth Talairach; printf '// Li 2021: pooled\n// Li 2021: other\n// Subjects = 31\n1,2,3\n'; } >a.txt
	coordinates a.txt; exits 0; has '5 read, 5 loaded, 0 unchanged, 0 rejected'
	is 'Li 2021|pooled; Li 2021: other|31|TAL Zhang 2020|A|20|TAL Zhang 2020|B|24|TAL' "$(q "SELECT study, contrast, n, space FROM evidence.experiment ORDER BY 1, 2" | paste -sd ' ')"
	is '-15.9715|-62.1484|-23.2067' "$(q "SELECT round(mni_x::numeric, 4), round(mni_y::numeric, 4), round(mni_z::numeric, 4) FROM evidence.coordinate WHERE contrast = 'A' AND ordinal = 1")"
	coordinates a.txt; exits 0; has '0 loaded, 5 unchanged'
}

@test "Sleuth files that cannot be are refused whole, with the line" {
	sleuth MNI >good.txt
	printf '// Reference=Dog\n// A: B\n// Subjects=3\n1 2 3\n' >space.txt
	{ cat good.txt; echo '10 20 dog'; } >word.txt
	{ sed '$d' good.txt; echo '10 20'; } >two.txt
	{ sed '$d' good.txt; echo '1 2 3 4'; } >four.txt
	sed 1d good.txt >none.txt
	printf '// Reference=MNI\n// Subjects=3\n1 2 3\n' >nameless.txt
	printf '// Reference=MNI\n// A: B\n// Subjects=many\n1 2 3\n' >many.txt
	coordinates space.txt; exits 1; has 'line 1: found reference Dog; expected MNI or Talairach'
	coordinates word.txt; exits 1; has 'line 12: a focus without the name of an experiment above it'
	coordinates two.txt; exits 1; has 'line 11 has 2 values; expected x, y and z'
	coordinates four.txt; exits 1; has 'line 11 has 4 values; expected x, y and z'
	coordinates none.txt; exits 1; has 'line 3: foci before the space of the file is stated'
	coordinates nameless.txt; exits 1; has 'line 2: Subjects without the name of an experiment above it'
	coordinates many.txt; exits 1; has 'line 3: found Subjects=many; expected a number of participants'
	is '0|7' "$(q "SELECT (SELECT count(*) FROM evidence.focus), (SELECT count(*) FROM ingest.file WHERE status = 'refused')")"
}

@test "a table: spaces row by row, participants, direction, scope; a bad cell is one reject" {
	cat >a.csv <<-'EOF'
		study,contrast,x,y,z,space,n,direction,scope,sample,modality
		Zhang 2020,A>B,1,2,3,MNI,20,increase,whole brain,guangzhou,rs-fMRI
		Zhang 2020,A>B,4,5,6,MNI,20,increase,whole brain,guangzhou,rs-fMRI
		Zhang 2021,C,10,20,30,TAL,18,decreased,ROI,guangzhou,PET
		Li 2019,,7,8,9,,15,,,,
		Wu 2018,D,7,eight,9,MNI,15,,,,
		Wu 2018,E,7,8,9,Dog,15,,,,
		Wu 2018,F,7,,9,MNI,15,,,,
		Wu 2018,G,7,2000,9,MNI,15,sideways,,,
		,H,1,1,1,MNI,2,,,,
	EOF
	coordinates a.csv; exits 1; has '9 read, 4 loaded'
	is '6|bad_number|found eight 7|unknown_space|found Dog 8|missing_coordinate|empty 9|out_of_range|found 2000 9|unknown_direction|found sideways 10|missing_study|empty' \
		"$(q "SELECT line, code, split_part(message, ';', 1) FROM ingest.reject WHERE code <> 'row_vanished' ORDER BY 1, 2" | sed 's/: .*//' | paste -sd ' ')"
	is 'Li 2019|1|unknown||15|Li 2019 Zhang 2020|A>B|MNI|increase|20|guangzhou Zhang 2021|C|TAL|decrease|18|guangzhou' \
		"$(q "SELECT DISTINCT study, contrast, space, direction, n, sample FROM evidence.coordinate ORDER BY 1" | paste -sd ' ')"
	is 'Zhang 2020|rs-fMRI Zhang 2021|PET' "$(q "SELECT DISTINCT study, modality FROM evidence.coordinate WHERE modality IS NOT NULL ORDER BY 1" | paste -sd ' ')"
	is '2|t|20' "$(q "SELECT count(*), bool_and(direction = 'increase'), min(n) FROM evidence.poolable_focus")"
	coordinates --space MNI a.csv; exits 1
}

@test "a corrected file changes its foci with history; what it leaves out is kept apart and reported" {
	sleuth MNI >a.txt; coordinates a.txt; exits 0
	sed -i 's/^26 -64 -50$/27 -64 -50/; /: B$/,$d' a.txt; coordinates a.txt; exits 1; has '2 read, 1 loaded, 1 unchanged'
	is 'row_vanished|2' "$(q "SELECT code, count(*) FROM ingest.reject GROUP BY 1")" || true
	is '2|27' "$(q "SELECT count(*), max(x) FROM evidence.coordinate")"
	is '4|2' "$(q "SELECT count(*), count(*) FILTER (WHERE current) FROM evidence.focus")"
	is '26' "$(q "SELECT old_row ->> 'x' FROM ingest.history WHERE table_name = 'evidence.focus'")"
}

@test "JSON of NiMARE and NIMADS" {
	cat >d.json <<-'EOF'
		{"s1": {"contrasts": {"1": {"coords": {"space": "MNI", "x": [1, 2], "y": [3, 4], "z": [5, 6.5]}, "metadata": {"sample_sizes": [20, 24]}}}, "title": "T", "year": "2019"},
		 "s2": {"contrasts": {"1": {"coords": {"space": null, "x": [1], "y": [3], "z": [5]}, "metadata": {"sample_sizes": null}}}}}
	EOF
	cat >n.json <<-'EOF'
		{"id": "x", "studies": [{"id": "a1", "name": "Study A", "doi": "10.1/A", "year": 2001, "metadata": {"sample_size": 9}, "analyses": [
		 {"id": "b1", "name": "one", "points": [{"coordinates": [1, 2, 3], "space": "TAL", "values": [{"kind": "T", "value": 4.5}]}]},
		 {"id": "b2", "name": "two", "points": []}]}]}
	EOF
	sed 's/"z": \[5, 6.5\]/"z": [5]/' d.json >short.json; sed 's/6.5/"six"/' d.json >word.json; echo '{"s1": {}}' >none.json
	coordinates d.json n.json; exits 0; has '4 read, 4 loaded'
	is 's1|1|22|MNI|T|2019 s2|1||unknown||' "$(q "SELECT study, contrast, n, space, title, year FROM evidence.experiment WHERE study ~ '^s' ORDER BY 1" | paste -sd ' ')"
	is 'a1|one|9|TAL|10.1/a|2001 a1|two|9|unknown|10.1/a|2001' "$(q "SELECT study, contrast, n, space, doi, year FROM evidence.experiment WHERE study = 'a1' ORDER BY 2" | paste -sd ' ')"
	is 'T|4.5' "$(q "SELECT statistic, value FROM evidence.coordinate WHERE study = 'a1'")"
	coordinates short.json; exits 1; has 'line 1' 'x has 2'
	coordinates word.json; exits 1; has 'line 1'
	coordinates none.json; exits 1; has 'contrasts'
}

@test "neurosynth's two tables, gzipped; the shared files and their spaces" {
	printf 'id\ttable_id\ttable_num\tpeak_id\tx\ty\tz\n7\t1\t1.\t1\t38.0\t-48.0\t49.0\n8\t2\t1.\t2\t1\t2\t3\n' | gzip >d_coordinates.tsv.gz
	printf 'id\tdoi\tspace\ttitle\tauthors\tyear\tjournal\n7\t\tMNI\t"A ""quoted"" title"\tX Y\t1997\tJ\n8\t\tUNKNOWN\tB\tZ\t1998\tK\n' | gzip >d_metadata.tsv.gz
	coordinates d_coordinates.tsv.gz d_metadata.tsv.gz; exits 0; has '1 file, 2 read, 2 loaded'
	is '7|MNI|1997|38 8|unknown|1998|' "$(q "SELECT study, space, year, mni_x FROM evidence.coordinate ORDER BY 1" | paste -sd ' ')"
	is '7|1' "$(q "SELECT study, foci FROM evidence.studies_near(40, -50, 50, 10)")"
	head -c 60 d_coordinates.tsv.gz >cut_coordinates.tsv.gz
	coordinates cut_coordinates.tsv.gz; exits 1
}

@test "the shared collections: every study and focus, NiMARE's Talairach numbers, files that must be refused" {
	need "$data/evidence/nimare_test_data/nidm_pain_dset.json"
	from=$data/evidence/nimare_test_data
	coordinates "$from/nidm_pain_dset.json" "$from/neurosynth_dset.json" "$from/nimads_studyset.json"; exits 0; has '3 files, 1062 read, 1062 loaded'
	is '21|267 10|583 15|212' "$(q "SELECT count(DISTINCT e.study), count(*) FROM evidence.experiment e JOIN evidence.focus f USING (experiment_id) GROUP BY e.source_id ORDER BY e.source_id" | paste -sd ' ')"
	coordinates "$from/test_sleuth_file.txt" "$from/test_sleuth_file2.txt"; exits 0
	for f in 3 4 5; do coordinates "$from/test_sleuth_file$f.txt"; exits 1; has 'refused'; done
	coordinates --root "$data/evidence" "$data/evidence/neurosynth_acupuncture/coordinates.tsv" "$data/evidence/neurosynth_depression/coordinates.tsv"; exits 0; has '12180 read, 12180 loaded'
}

@test "neurosynth's 14,371 studies load whole and are searched as by looking at every focus" {
	need "$data/evidence/neurosynth_v7/data-neurosynth_version-7_coordinates.tsv.gz"
	coordinates "$data"/evidence/neurosynth_v7/data-neurosynth_version-7_*.tsv.gz; exits 0; has '507891 read, 507891 loaded'
	is "14371|507891" "$(q "SELECT count(DISTINCT experiment_id), count(*) FROM evidence.coordinate")"
	q "VACUUM ANALYZE evidence.focus, evidence.experiment"
	# independently: every focus looked at
	is '' "$(q "SELECT p.*, n.studies, w.studies FROM (VALUES (-22.0, -4.0, -18.0, 10.0), (0, 0, 0, 10), (-44, 20, 0, 7.5), (-0.001, 5, 4.999, 0.5), (10, -60, 5, 5), (30, -70, -50, 31), (0, 0, 0, 900)) p (x, y, z, r)
		CROSS JOIN LATERAL (SELECT count(*) AS studies, sum(s.foci) AS foci, min(s.nearest) AS nearest FROM evidence.studies_near(p.x, p.y, p.z, p.r) s) n
		CROSS JOIN LATERAL (SELECT count(DISTINCT c.study) AS studies, count(*) AS foci, min(d) AS nearest FROM evidence.coordinate c,
			LATERAL (SELECT sqrt((c.mni_x - p.x) ^ 2 + (c.mni_y - p.y) ^ 2 + (c.mni_z - p.z) ^ 2) AS d) e WHERE d <= p.r) w
		WHERE n.studies <> w.studies OR coalesce(n.foci, 0) <> w.foci OR abs(n.nearest - w.nearest) > 1e-9")"
}

@test "what Sleuth files and tables of papers have besides: decimal commas, remarks, the minus of print, MNI152, peak_x" {
	printf '// Reference=MNI152\r\n// Zhang et al., 2020: A > B\r\n// Subjects=20\r\n1,5\t-2,25\t3,0\r\n\xe2\x88\x924 5 6 // left insula\r\n1,2,3\r\n' >a.txt
	coordinates a.txt; exits 0; has '3 read, 3 loaded'
	is '-4|5|6|MNI 1|2|3|MNI 1.5|-2.25|3|MNI' "$(q "SELECT x, y, z, space FROM evidence.coordinate ORDER BY 1, 2" | paste -sd ' ')"
	printf '// Reference=MNI\n// A: B\n// Subjects=2\n1,2, 3,4 5\n' >b.txt; coordinates b.txt; exits 1; has 'line 4 has 5 values'
	printf 'z,y,x,study,sample_size,space\n-22,-58,\xe2\x88\x9216,Zhang,20,MNI152\n' >order.csv; coordinates order.csv; exits 0
	printf 'study,peak_x,peak_y,peak_z,template\nLi,7,8,9,Talairach\n' >peak.csv; coordinates peak.csv; exits 0
	is 'Li|7|8|9|TAL Zhang|-16|-58|-22|MNI' "$(q "SELECT study, x, y, z, space FROM evidence.coordinate WHERE study IN ('Li', 'Zhang') ORDER BY 1" | paste -sd ' ')"
}

@test "Sleuth files with remarks of # and %, put together from several, with old line ends, in UTF-16 or GBK; an empty Subjects is refused" {
	printf '# from Sleuth 3\n%% of 2024\n\n//Reference=MNI\n//A, 2010: c\n//Subjects=12\n1 2 3\n# a remark ends nothing\n4 5 6\n' >hash.txt
	{ sed 's/A, 2010/B, 2011/' hash.txt; sed 's/A, 2010/C, 2012/' hash.txt; } >twice.txt
	sed 's/A, 2010/D, 2013/' hash.txt | tr '\n' '\r' >old.txt
	{ printf '\xff\xfe'; sed 's/A, 2010/E, 2014/' hash.txt | iconv -t UTF-16LE; } >wide.txt
	printf '//Reference=Talairach\n//张, 2020: 针刺\n//Subjects=9\n1 2 3\n' | iconv -t GBK >gbk.txt
	coordinates hash.txt twice.txt old.txt wide.txt; exits 0; has '4 files, 10 read, 10 loaded'
	coordinates gbk.txt; exits 1; has '--encoding gb18030'
	coordinates --encoding gb18030 gbk.txt; exits 0
	is 'A, 2010|12|2 B, 2011|12|2 C, 2012|12|2 D, 2013|12|2 E, 2014|12|2 张, 2020|9|1' "$(q "SELECT study, n, count(*) FROM evidence.coordinate GROUP BY 1, 2 ORDER BY 1" | paste -sd ' ')"
	{ cat hash.txt; sed 's/MNI/Talairach/' hash.txt; } >both.txt; coordinates both.txt; exits 1; has 'line 13: found reference Talairach; line 4 says MNI, for the whole file'
	printf '//Reference=MNI\r\n//A: B\r\n//Subjects= \r\n1 2 3\r\n' >none.txt; coordinates none.txt; exits 1; has 'line 3: found Subjects=; expected'
	printf '//Reference= \r\n//A: B\r\n1 2 3\r\n' >where.txt; coordinates where.txt; exits 1; has 'line 1: found reference ; expected MNI or Talairach'
}

@test "what a table says of an experiment further down is not lost, and directions of one contrast are kept apart" {
	cat >a.csv <<-'EOF'
		study,contrast,x,y,z,direction,n,space,scope,title
		A,MDD vs HC,1,2,3,increase,,MNI,whole brain,
		A,MDD vs HC,4,5,6,decrease,20,MNI,,T
		A,MDD vs HC,7,8,9,increase,20,MNI,,T
		B,,1,1,1,up,twenty,MNI,,
		B,,2,2,2,up,31,MNI,,
		C,c,1,2,3,,10,MNI,,
		C,c,4,5,6,,10,TAL,,
		C,c,7,8,9,,11,MNI,,
		D,d,1,2,3,,5,MNI,,
		D,d,4,5,6,-,5,MNI,,
	EOF
	coordinates a.csv; exits 1; has '10 read, 7 loaded, 0 unchanged, 3 rejected'
	is 'A|MDD vs HC (decrease)|decrease|20||1 A|MDD vs HC (increase)|increase|20|whole_brain|2 B|1|increase|31||1 C|c||10||1 D|d||5||1 D|d (decrease)|decrease|5||1' \
		"$(q "SELECT study, contrast, direction, n, scope, count(*) FROM evidence.coordinate GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2" | paste -sd ' ')"
	is '5|n|bad_number 8|space|experiment_disagrees 9|n|experiment_disagrees' "$(q "SELECT line, column_name, code FROM ingest.reject ORDER BY 1" | paste -sd ' ')"
	is 'found TAL; line 7 says MNI of the same experiment, C: c' "$(q "SELECT message FROM ingest.reject WHERE line = 8")"
	is 'A|increase|2 A|decrease|1' "$(q "SELECT experiment, direction, count(*) FROM evidence.poolable_focus WHERE study = 'A' GROUP BY 1, 2 ORDER BY 2 DESC" | paste -sd ' ')"
}

@test "a table with decimal commas: coordinates can hold nothing else, a statistic of three decimals might" {
	printf 'id;x;y;z;value\n7;-12,5;3,0;1,250;4,53\n8;\xe2\x88\x921,5;2;3;0,125\n9;1;2;3;4,531\n' >a.csv
	coordinates --space MNI a.csv; exits 1; has '3 read, 2 loaded'
	is '7|-12.5|3|1.25|4.53 8|-1.5|2|3|0.125' "$(q "SELECT study, x, y, z, value FROM evidence.coordinate ORDER BY 1" | paste -sd ' ')"
	printf 'id;x;y;z\n7;1,2,3;x;\n' >b.csv; coordinates b.csv; exits 1; has '1 read, 0 loaded, 0 unchanged, 3 rejected'
}

@test "options say what a file does not: never against it; corrected, they replace what was said before" {
	sleuth MNI >a.txt
	coordinates a.txt; exits 0
	coordinates --direction increase --scope 'whole brain' --modality rs-fMRI a.txt; exits 0
	is '2|increase|whole_brain|rs-fMRI|f' "$(q "SELECT count(*), min(direction), min(scope), min(modality), bool_or(simulated) FROM evidence.experiment" | paste -sd ' ')"
	is '2|4' "$(q "SELECT count(*) FILTER (WHERE table_name = 'evidence.experiment'), (SELECT count(*) FROM evidence.coordinate) FROM ingest.history")"
	coordinates --simulated a.txt; exits 0
	is '2|t|2' "$(q "SELECT count(*), bool_and(simulated), count(*) FILTER (WHERE direction IS NULL) FROM evidence.experiment")"
	echo '{"s": {"contrasts": {"1": {"coords": {"space": null, "x": [1], "y": [3], "z": [5]}}, "2": {"coords": {"space": "TAL", "x": [1], "y": [3], "z": [5]}}}}}' >d.json
	coordinates --space MNI d.json; exits 0
	printf 'study,x,y,z,space,direction\nT,1,2,3,UNKNOWN,decrease\nU,1,2,3,TAL,\n' >t.csv; coordinates --space MNI --direction increase t.csv; exits 0
	is 's|1|MNI| s|2|TAL| T|1|MNI|decrease U|1|TAL|increase' "$(q "SELECT study, contrast, space, direction FROM evidence.experiment WHERE study !~ 'Zhang' ORDER BY lower(study), 2" | paste -sd ' ')"
	coordinates --space Dog t.csv; exits 1; has '--space is Dog' 'expected MNI, TAL or unknown'
	coordinates --direction sideways t.csv; exits 1; has '--direction is sideways'
	coordinates --scope moon t.csv; exits 1; has '--scope is moon'
}
