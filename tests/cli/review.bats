# What a review says, from a folder of sheets: every cell back as it was stated, words coded, wrong rows told by line and column.
load cases.bash
facts=$data/evidence/review_facts

review() { run psyrad ingest review "$@"; }

# A small review with the traps of a real one.
write_review() {
	mkdir -p r
	printf 'study_id,ref_no,topic,design,population,comparator,sample_n,modality,networks,ml_models,quantitative_result,intervention_id,extra\n' >r/studies.csv
	printf 'S1,1;2,structure,randomised controlled trial,MDD,healthy controls,60,sMRI,,,,,x\nS2,3,function,pre/post,TRD,not stated,not stated in text,rs-fMRI (implied),DMN;NTS-limbic,SVM,AUC 0.91 and accuracy of 85%%,I2,\n' >>r/studies.csv
	printf 'finding_id,study_id,contrast,measure,direction,region_zh,region_en,laterality,laterality_stated,related_to,note\n' >r/findings.csv
	printf '1,S1,patients vs controls,GMV,decrease,左侧海马,hippocampus,left,yes,,\n2,S1,after EA vs before,GMV,normalise,上述脑区,the regions above,as above,n/a,,\n' >>r/findings.csv
	printf '3,S2,after taVNS,FC with right ACC,abnormal (sign not stated),楔前叶,precuneus,unspecified,no,seed: right ACC,\n4,S2,correlation,FC,possibly involved,12条连接,12 connections,,,HAMD,\n' >>r/findings.csv
	printf 'intervention_id,study_id,type,site_text_zh,waveform,freq_text,current_text,control\nI2,S2,taVNS,双侧耳甲,dense-disperse,20 Hz,3 m,sham taVNS\n' >r/interventions.csv
	printf '{"databases": ["PubMed"], "period": {"from": 2016, "to": 2023}, "included_n": 16, "flow": {"identified": null, "screened": "not stated", "included": 16},
		"search_terms_zh_abstract": ["a", "b"], "search_terms_en_abstract_verbatim": ["a", "a"], "search_terms_note": "they differ", "which_16": "not stated in seed"}' >r/search_strategy.json
}

@test "the whole of a review loads with one command, and every cell comes back as it was stated" {
	need "$facts/studies.csv"
	review "$facts" --review psychoradiology --text "$data/evidence/review/review.zh.txt"; exits 0
	has 'review: 15 files, 298 read, 298 loaded, 0 unchanged, 0 rejected'
	python3 "$top/tests/cli/review_round_trip.py" "$facts" "$PSYRAD_URL" >cells
	is '206 1719' "$(awk 'NF == 3 { rows += $2; cells += $3 } END { print rows, cells }' cells)"
	review "$facts" --review psychoradiology --text "$data/evidence/review/review.zh.txt"; exits 0; has '298 read, 0 loaded, 298 unchanged'
	is 0 "$(q 'SELECT count(*) FROM ingest.history')"
}

@test "the review's findings are coded as a person reads them; counts, gaps and damaged places" {
	need "$facts/studies.csv"
	psyrad ingest review "$facts" --review p --text "$data/evidence/review/review.zh.txt" >/dev/null
	q "SELECT concat_ws(E'\t', finding, study_id, coalesce(contrast_kind, ''), coalesce(contrast_certainty, ''), coalesce(modality, ''), coalesce(measure_kind, ''), direction, CASE WHEN hedged THEN 't' ELSE 'f' END,
		coalesce(hemisphere, ''), laterality_certainty, CASE WHEN region_en ~ 'garbled' THEN 'unresolved' WHEN region_en ~ 'not named' OR region_zh_counts THEN 'not_named' ELSE '' END, coalesce(timing, ''), coalesce(seed, ''),
		coalesce(correlates_with, ''), coalesce(count_only::text, ''), coalesce(alternative_group, ''), CASE WHEN garbled THEN 't' ELSE 'f' END, coalesce(sentence_by, ''), coalesce(sentence_line::text, ''))
		FROM (SELECT f.*, region_status = 'not_named' AS region_zh_counts FROM evidence.finding f) f ORDER BY finding::int" >found
	diff <(grep -v '^#' "$top/tests/golden/review/findings.tsv") found
	# 17 refers to the abnormal regions of its study above; S13_14 has two references; nothing is known of samples and of who was included.
	is '8,9,10,11,12,13,14,15' "$(q "SELECT string_agg(o.finding, ',' ORDER BY o.finding::int) FROM evidence.finding_referent JOIN evidence.finding f USING (finding_id) JOIN evidence.finding o ON o.finding_id = refers_to WHERE f.finding = '17'")"
	is '13,14' "$(q "SELECT string_agg(ref_no::text, ',' ORDER BY ref_no) FROM evidence.study_reference WHERE evidence_study = 'p/S13_14'")"
	is '15|0|0' "$(q 'SELECT count(*), count(n), (SELECT count(included) FROM evidence.review_study) FROM evidence.sample')"
	# The flow: 16 included and nothing else; no box is 0.
	is '16|1|0' "$(q "SELECT max(n), count(n), count(*) FILTER (WHERE n = 0) FROM evidence.flow_stated")"
	is 0 "$(q "SELECT count(n) FROM evidence.prisma_flow(NULL, 'p')")"
	is 'en 5, zh 6' "$(q "SELECT string_agg(language || ' ' || n, ', ' ORDER BY language) FROM (SELECT language, count(*) AS n FROM evidence.search_strategy GROUP BY 1) s")"
	# Damaged places point to what they are about.
	is '8|10,11||39|40|||33,34||||' "$(q "SELECT string_agg(coalesce(f, ''), '|' ORDER BY line) FROM (SELECT a.line, (SELECT string_agg(finding, ',' ORDER BY finding::int) FROM evidence.anomaly_finding l JOIN evidence.finding USING (finding_id) WHERE (l.place, l.text) = (a.place, a.text)) AS f FROM evidence.anomaly a) s")"
	is 'I28,I32' "$(q "SELECT string_agg(protocol, ',' ORDER BY protocol) FROM evidence.anomaly")"
	# Mechanisms, models and a claim.
	is 'S18 limbic system; S28 NTS-limbic network; S28 limbic system; S29 limbic-cortical-striatal-thalamic pathway; S30 default mode network; S31 default mode network; S31 reward network; S31 sensorimotor network' \
		"$(q "SELECT string_agg(split_part(evidence_study, '/', 2) || ' ' || network, '; ' ORDER BY evidence_study, network COLLATE \"C\") FROM evidence.study_network")"
	is 'S20 accuracy 0.85, 9 models of 9 compared' "$(q "SELECT split_part(evidence_study, '/', 2) || ' ' || metric || ' ' || value || ', ' || (SELECT count(*) FROM evidence.study_model m WHERE m.evidence_study = c.evidence_study) || ' models of ' || (SELECT count(*) FROM evidence.review_model WHERE compared) || ' compared' FROM evidence.study_claim c")"
	is '8|8' "$(q 'SELECT count(*), count(acupoint) FROM evidence.core_prescription')"
}

@test "its interventions are protocols: Shenmen of the sheet of points is no guess, numbers keep what is wrong with them" {
	need "$facts/studies.csv"
	psyrad ingest review "$facts" --review p >/dev/null
	is 'GV20 main,EX-HN3 main,ST36 adjunct,SP6 adjunct,PC6 adjunct,LR3 adjunct,HT7 adjunct' "$(q "SELECT string_agg(acupoint || ' ' || role, ',' ORDER BY position) FROM intervention.protocol_point WHERE protocol = 'I27'")"
	is '15|0' "$(q 'SELECT count(*), count(*) FILTER (WHERE acupoint IS NULL) FROM intervention.protocol_point')"
	is 'frequency one_frequency_of_two, intensity unknown_unit' "$(q "SELECT string_agg(quantity || ' ' || problem, ', ' ORDER BY protocol) FROM intervention.protocol_quantity WHERE problem IS NOT NULL")"
	is 'tavns I28, tavns I30, tavns I31' "$(q "SELECT string_agg(intervention_kind || ' ' || protocol, ', ' ORDER BY protocol) FROM evidence.arm WHERE intervention_kind = 'tavns'")"
	psql -XAtq -d "$database" -f "$top/sql/questions/15_transcutaneous_stimulation.sql" | grep -q '|S30|I30|EAR-CONCHA bilateral|.*|5 Hz:20 Hz|<=1 ms '
	psql -XAtq -d "$database" -f "$top/sql/questions/05_core_prescription.sql" | head -1 | grep -q '|S27|I27|EX-HN3 GV20 HT7 .*|75 %|0.667'
}

@test "a small review: words and codes, gaps as NULL, columns that no field is, sheets that are not there" {
	write_review
	echo '5,S1,patients vs controls,GMV,decrease,额下回,inferior frontal gyrus,left,implied by list prefix,,' >>r/findings.csv
	review r --review small; exits 0; has 'columns that no field is: extra'; has 'not in the folder: references'; has '10 read, 10 loaded'
	is '1|0' "$(q "SELECT (SELECT count(*) FROM clinical.study WHERE design = 'review of literature'), (SELECT count(*) FROM report.study WHERE design = 'review of literature')")" # it holds protocols, no people
	is 'rct|depression|60;pre_post|treatment_resistant_depression|' "$(q "SELECT string_agg(concat_ws('|', design_kind, population_kind, coalesce(n::text, '')), ';' ORDER BY evidence_study) FROM evidence.study JOIN evidence.sample USING (evidence_study)")"
	is 'small/S1|1 small/S1|2 small/S2|3' "$(q 'SELECT evidence_study, ref_no FROM evidence.study_reference ORDER BY 2' | paste -sd ' ')"
	is '1 decrease left stated; 2 normalised  unknown; 3 abnormal  unknown; 4 involved  unknown; 5 decrease left implied' "$(q "SELECT string_agg(concat_ws(' ', finding, direction, coalesce(hemisphere, ''), laterality_certainty), '; ' ORDER BY finding) FROM evidence.finding")"
	is '2 of 1' "$(q 'SELECT f.finding || '"' of '"' || o.finding FROM evidence.finding_referent r JOIN evidence.finding f USING (finding_id) JOIN evidence.finding o ON o.finding_id = r.refers_to')"
	is '12|HAMD|t' "$(q "SELECT count_only, correlates_with, hedged FROM evidence.finding WHERE finding = '4'")"
	is 'accuracy 0.85, auc 0.91' "$(q "SELECT string_agg(metric || ' ' || value, ', ' ORDER BY metric) FROM evidence.study_claim")"
	is 'NTS-limbic, default mode network' "$(q 'SELECT string_agg(network, '"', '"' ORDER BY network COLLATE "C") FROM evidence.study_network')"
	is 'comparator sham, intervention tavns' "$(q "SELECT string_agg(role || ' ' || intervention_kind, ', ' ORDER BY role) FROM evidence.arm WHERE intervention_kind IS NOT NULL")"
	is 'identified ; new_studies 16; screened ' "$(q "SELECT string_agg(box || ' ' || coalesce(n::text, ''), '; ' ORDER BY box) FROM evidence.flow_stated")"
	is 'en a,a; zh a,b' "$(q "SELECT string_agg(l, '; ' ORDER BY l) FROM (SELECT language || ' ' || string_agg(strategy, ',' ORDER BY ordinal) AS l FROM evidence.search_strategy GROUP BY language) s")"
	# The same again: nothing new.
	review r --review small; exits 0; has '0 loaded, 10 unchanged'
	# Another review with the same numbers: its own studies.
	review r --review other; exits 0
	is '4|10' "$(q 'SELECT (SELECT count(*) FROM evidence.study), (SELECT count(*) FROM evidence.finding)')"
}

@test "a corrected sheet: the rows that changed go to the history, what follows from them follows" {
	write_review; psyrad ingest review r --review small >/dev/null 2>&1
	sed -i 's/,decrease,左侧海马,hippocampus,left,/,increase,右侧海马,hippocampus,right,/; /^4,/d' r/findings.csv
	sed -i 's/TRD,not stated,not stated in text/TRD,not stated,24/; s/DMN;NTS-limbic/DMN/; s/^S1,1;2,/S1,1,/' r/studies.csv
	review r --review small; exits 1
	is 'increase|right|evidence.finding|decrease' "$(q "SELECT f.direction, f.hemisphere, h.table_name, h.old_row ->> 'direction' FROM evidence.finding f JOIN ingest.history h ON h.row_key ->> 'finding' = f.finding WHERE f.finding = '1'")"
	is '24|default mode network|1,3' "$(q "SELECT (SELECT n FROM evidence.sample WHERE evidence_study = 'small/S2'), (SELECT string_agg(network, ',') FROM evidence.study_network), (SELECT string_agg(ref_no::text, ',' ORDER BY ref_no) FROM evidence.study_reference)")"
	# A row that is gone is kept, and reported.
	is '4|row_vanished' "$(q "SELECT (SELECT count(*) FROM evidence.finding), (SELECT string_agg(code, ',') FROM ingest.reject)")"
}

@test "rows that cannot be are rejected by line and column, with what was expected" {
	write_review
	printf '1,S1,x,GMV,increase,a,a,left,yes,,\n9,S9,x,GMV,increase,a,a,left,yes,,\n10,S1,x,GMV,sideways,a,a,left,yes,,\n11,S1,x,GMV,,a,a,left,yes,,\n12,S1,x,GMV,increase,a,a,upper,yes,,\n' >>r/findings.csv
	printf 'S1,4,,,,,,,,,,,\n,5,,,,,,,,,,,\nS4,five,,,,,,,,,,,\n' >>r/studies.csv
	review r --review small; exits 1; has 'findings: 1 file, 9 read, 4 loaded, 0 unchanged, 5 rejected'; has 'studies: 1 file, 5 read, 2 loaded, 0 unchanged, 3 rejected'
	is "$(cat <<-'TABLE'
		studies|4||||duplicate_row|the same study_id as line 2
		studies|5|study_id|1|missing_value|empty; expected the study's number in the review
		studies|6|ref_no|2|bad_value|found five; expected numbers of references: 13;14
		findings|6||||duplicate_row|the same finding as line 2
		findings|7|study_id|2|unknown_study|found S9; expected a study_id of the review's studies
		findings|8|direction|5|unknown_word|found sideways; expected increase, decrease, altered, abnormal,
		findings|9|direction|5|missing_value|empty; expected what happened or differs: increase, decrease, ...
		findings|10|laterality|8|bad_value|found upper; expected left, right, bilateral, midline, unspecified, unknown, as above, or nothing
	TABLE
	)" "$(q "SELECT concat_ws('|', f.options ->> 'content', r.line, coalesce(r.column_name, ''), coalesce(r.column_number::text, ''), r.code, CASE r.code WHEN 'unknown_word' THEN left(r.message, 63) ELSE r.message END) FROM ingest.reject r JOIN ingest.file f USING (file_id) ORDER BY f.file_id, r.line" | sed 's/||duplicate/|||duplicate/')"
}

@test "files that cannot be are refused, each with the reason, and the others load" {
	write_review
	sed -i '1s/direction/way/' r/findings.csv
	printf '\xb1\xe0\xba\xc5,\n' >r/references.csv
	printf '{"flow": {"identified": -3}}' >r/search_strategy.json
	review r --review small; exits 1
	has 'findings.csv: refused: the header (line 1) has no column direction'
	has 'references.csv: refused: line 1'
	has 'search_strategy.json: refused: flow has identified: -3'
	is '2|0' "$(q 'SELECT (SELECT count(*) FROM evidence.study), (SELECT count(*) FROM evidence.finding)')"
	mkdir empty; review empty --review small; exits 1; has 'empty holds no sheet of a review'
	review nowhere --review small; exits 1; has 'nowhere cannot be read as a folder'
	review r --review 'a b'; exits 1; has '--review is a b'
	review r --review t; exits 1; has 't is the name of a study whose participants are here'
	review r; exits 2; has '--review NAME is missing'
	cp r/studies.csv r/研究.csv; review r --review small; exits 1; has 'are the sheet of studies'
}

@test "Chinese headers and words, GB18030, a workbook; findings before their studies load once these are there" {
	mkdir r
	printf '研究编号,参考文献,研究设计,研究对象,样本量,影像方式\nS1,[1]、[2],随机对照试验,卒中后抑郁,40,静息态功能磁共振\n' | iconv -t gb18030 >r/研究.csv
	printf '发现编号,研究编号,比较,指标,方向,脑区,侧别\n1,S1,治疗后与治疗前,功能连接,升高,左侧海马,左侧\n2,S1,患者与健康对照,灰质体积,可能降低,右颅骨回,不详\n' | iconv -t gb18030 >r/发现.csv
	mkdir only; mv r/研究.csv only/; review r --review zh --encoding gb18030; exits 1; has '2 read, 0 loaded, 0 unchanged, 2 rejected'
	mv only/研究.csv r/; review r --review zh --encoding gb18030; exits 0; has '3 read, 3 loaded'
	is 'rct|post_stroke_depression|40' "$(q 'SELECT design_kind, population_kind, n FROM evidence.study JOIN evidence.sample USING (evidence_study)')"
	is 'after_vs_before connectivity increase left stated; patients_vs_controls volume decrease  unknown' "$(q "SELECT string_agg(concat_ws(' ', contrast_kind, measure_kind, direction, coalesce(hemisphere, ''), laterality_certainty), '; ' ORDER BY finding) FROM evidence.finding")"
	mkdir book; iconv -f gb18030 r/研究.csv | python3 -c 'import csv, json, sys; print(json.dumps({"sheets": [{"name": "S", "rows": list(csv.reader(sys.stdin))}]}))' | "$here/make_workbook" book/studies.xlsx
	review book --review book; exits 0; has '1 read, 1 loaded'
}

@test "--dry-run keeps nothing" {
	write_review
	review r --review small --dry-run; exits 0; has '9 read, 9 loaded'; has 'dry run'
	is '0|0|0|0' "$(q "SELECT (SELECT count(*) FROM evidence.study), (SELECT count(*) FROM evidence.review), (SELECT count(*) FROM intervention.protocol), (SELECT count(*) FROM ingest.file WHERE command LIKE 'review%')")"
}

@test "sentences: a break inside a word, a variant character, the only sentence that cites the study" {
	write_review
	printf '1. 引言\n\n左侧海\n\n马灰质体积増加[1] [2]。其他。右ACC与楔前叶连接异常[3]，楔\n前叶又见。另见楔前叶[3]。' >text.txt
	review r --review small --text text.txt; exits 0
	is '1|1. 引言|;3|左侧海马灰质体积増加[1] [2]。|1,2;5|其他。|;5|右ACC与楔前叶连接异常[3]，楔前叶又见。|3;6|另见楔前叶[3]。|3' "$(q "SELECT string_agg(concat_ws('|', line, sentence, array_to_string(ref_nos, ',')), ';' ORDER BY ordinal) FROM evidence.review_sentence")"
	# Two sentences name the precuneus, and two cite S2: neither is told to be the one.
	is '1 3 region, 2 3 reference, 3  , 4  ' "$(q "SELECT string_agg(concat_ws(' ', finding, coalesce(sentence_line::text, ''), coalesce(sentence_by, '')), ', ' ORDER BY finding) FROM evidence.finding")"
}

@test "a study that is here already is the same study for a review that names it; reports are counted apart from studies" {
	write_review
	printf 'study,outcome,outcome_type,intervention,comparator,n1,mean1,sd1,n2,mean2,sd2,year\nZhang 2021,HAMD-17,final,EA,sham,30,10,4,30,14,4,2021\n' >effects.csv
	psyrad ingest effects effects.csv >/dev/null
	sed -i '1s/$/,study/; 2s/$/,Zhang 2021/; 3s/$/,/' r/studies.csv
	review r --review small; exits 0
	is 'Zhang 2021|2021|S1' "$(q "SELECT s.evidence_study, s.year, r.study_id FROM evidence.study s JOIN evidence.review_study r USING (evidence_study) WHERE s.evidence_study LIKE 'Zhang%'")"
	printf 'TY  - JOUR\nTI  - A trial\nDO  - 10.1234/abc\nER  - \n\nTY  - JOUR\nTI  - Its protocol\nER  - \n' >l.ris
	psyrad ingest literature l.ris --database PubMed >/dev/null
	printf 'ref_no,title,doi,year\n1,A trial,https://doi.org/10.1234/ABC,2021\n2,Another report,,not stated\n' >r/references.csv
	review r --review small; exits 0
	q "INSERT INTO evidence.report_study (review, source_record_id, study) SELECT 'small', source_record_id, 'S1' FROM evidence.current_record" >/dev/null
	is '1 t,2 f, ' "$(q "SELECT string_agg(concat_ws(' ', coalesce(ref_no::text, ''), CASE WHEN identified THEN 't' WHEN NOT identified THEN 'f' ELSE '' END), ',' ORDER BY ref_no) FROM evidence.study_report WHERE evidence_study = 'Zhang 2021'")"
	is '2|2|3|1' "$(q "SELECT \"references\", records, reports, samples FROM evidence.study_report_count WHERE evidence_study = 'Zhang 2021'")"
}

@test "blank sheets in both languages, filled, load back without an option" {
	for lang in en zh; do
		mkdir $lang
		for sheet in studies findings interventions references; do
			run psyrad template $sheet --lang $lang --out $lang/$sheet.csv; exits 0
			python3 - $lang/$sheet.csv $sheet <<-'PY'
				import csv, sys
				header = next(csv.reader(open(sys.argv[1], encoding='utf-8-sig')))
				cells = {'studies': {0: 'S1', 3: '1;2', 10: '40'}, 'findings': {0: '1', 1: 'S1', 4: 'decrease', 5: '海马', 7: 'left'}, 'interventions': {0: 'I1', 1: 'S1', 2: 'EA', 3: '百会', 5: '2 Hz'}, 'references': {0: '1', 4: 'A title'}}[sys.argv[2]]
				with open(sys.argv[1], 'a', encoding='utf-8', newline='') as file:
				    csv.writer(file).writerow([cells.get(k, '') for k in range(len(header))])
			PY
		done
		review $lang --review $lang; exits 0; has 'review: 4 files, 5 read, 5 loaded, 0 unchanged, 0 rejected'
		[[ $output != *'columns that no field is'* ]]
	done
	is '2|2|2|4|2' "$(q "SELECT (SELECT count(n) FROM evidence.sample), (SELECT count(hemisphere) FROM evidence.finding), (SELECT count(*) FROM intervention.protocol_point WHERE acupoint = 'GV20'), (SELECT count(*) FROM evidence.reference), (SELECT count(protocol) FROM evidence.arm)")"
	run psyrad template findings --codebook; exits 0; has 'direction'
	run psyrad template studies --out studies.xlsx; exits 0; mkdir book; cp studies.xlsx book/; review book --review book; exits 0; has 'studies: 1 file, 0 read'
}

@test "a loader who is no superuser loads a review, corrects it and loads it again; an analyst reads it" {
	psql -XAtq -d postgres -c "DO \$\$ BEGIN CREATE ROLE cli_reviewer LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$; GRANT psyrad_ingest TO cli_reviewer"
	psql -XAtq -d postgres -c "DO \$\$ BEGIN CREATE ROLE cli_review_reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$; GRANT psyrad_analyst TO cli_review_reader"
	PSYRAD_URL="host='$PGHOST' user=cli_reviewer dbname=$database"
	write_review
	printf 'where,text,problem,how_to_store\nS1,左侧海马,x,y\n' >r/text_anomalies.csv
	printf 'network,zh,study_id\nlimbic loop,边缘环路,S1\n' >r/networks.csv
	printf 'intervention_id,code,name,role,laterality\nI2,EAR-CONCHA,耳甲,main,bilateral\n' >r/protocol_points.csv
	printf 'challenge,ref_no\nfew studies,7\n' >r/challenges.csv
	printf '左侧海马灰质体积减小[1]。' >text.txt
	review r --review small --text text.txt; exits 0
	sed -i 's/,decrease,/,increase,/' r/findings.csv; sed -i 's/GAPS//; s/,60,/,61,/; s/^S1,1;2/S1,2/' r/studies.csv; sed -i 's/I2,S2,taVNS,/I2,S2,EA,/' r/interventions.csv
	sed -i 's/"a", "b"/"a", "c"/' r/search_strategy.json; printf '左侧海马灰质体积减小[2]。' >text.txt
	review r --review small --text text.txt; exits 0
	review r --review small --text text.txt; exits 0; has '0 loaded'
	PSYRAD_URL="host='$PGHOST' user=cli_review_reader dbname=$database"
	is '4|4|1|increase' "$(psql "$PSYRAD_URL" -XAtqc "SELECT (SELECT count(*) FROM evidence.review_sheet('small', 'findings')), (SELECT count(*) FROM evidence.finding), (SELECT count(*) FROM evidence.study_report_count WHERE reports > 0 AND evidence_study = 'small/S1'), (SELECT direction FROM evidence.finding WHERE finding = '1')")"
	is '61|2|ea' "$(psql "$PSYRAD_URL" -XAtqc "SELECT (SELECT n FROM evidence.sample WHERE evidence_study = 'small/S1'), (SELECT string_agg(ref_no::text, ',') FROM evidence.study_reference WHERE evidence_study = 'small/S1'), (SELECT intervention_kind FROM evidence.arm WHERE arm = 'intervention')")"
	review r --review again; exits 1; has 'permission denied'
}
