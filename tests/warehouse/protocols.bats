# protocols.bats - protocols by STRICTA, given sessions, and mining, loaded with the command-line tool.
load helpers
facts=$top/../shared/data/evidence/review_facts

setup_file()
{
	load helpers
	make_database "$database"
	make -s -C "$top/ingest"
	as "$PGUSER" -q <<-'SQL'
		SELECT clinical.declare_study('{"study": "review", "title_en": "Protocols of a review", "simulated": true, "sites": [{"site": "aa", "name_en": "A"}],
			"arms": [{"arm": "EA", "label_en": "electro-acupuncture", "kind": "verum", "protocol": "P"}]}') IS NOT NULL;
	SQL
}

teardown_file()
{
	load helpers
	"$deploy" revert --yes "$(url_of "$database")" >/dev/null
	drop_database "$database"
}

setup() { cd "$BATS_TEST_TMPDIR"; }

# A superuser's sessions load as the ingest role does.
load_kind() { "$top/build/bin/psyrad" --db "$(url_of "$database")" ingest "$@"; }

@test "the review's interventions come back as they were stated, the garbled ones marked" {
	[ -d "$facts" ] || skip 'no ../shared/data'
	cp "$facts/interventions.csv" .
	load_kind protocols interventions.csv --study review --missing 'not stated in seed' >out || true
	grep -q '8 read, 8 loaded' out
	# Every stated text of the sheet is found in the column that it belongs to.
	python3 - interventions.csv >stated <<-'PY'
		import csv, sys
		column = {'study_id': 'source', 'type': 'mode_text', 'type_zh': 'title', 'site_text_zh': 'points_text', 'waveform': 'waveform_text', 'freq_text': 'frequency',
		    'current_text': 'intensity', 'pulse_width': 'pulse_width', 'laterality': 'side_text', 'co_treatment': 'co_treatment', 'control': 'comparator',
		    'sessions': 'sessions', 'retention': 'retention', 'course': 'course', 'note': 'note'}
		for row in csv.DictReader(open(sys.argv[1], encoding='utf-8')):
		    for name, value in row.items():
		        if name in column and value and value != 'not stated in seed':
		            print(row['intervention_id'], column[name], value, sep='\t')
	PY
	as "$PGUSER" >found <<-'SQL'
		\pset fieldsep '\t'
		SELECT protocol, key, value FROM intervention.protocol p, jsonb_each_text(to_jsonb(p) - '{study,protocol,file_id,line,mode,waveform,deqi,sham_type}'::text[])
		WHERE study = 'review' AND value IS NOT NULL
		UNION SELECT protocol, quantity, verbatim FROM intervention.protocol_quantity WHERE study = 'review';
	SQL
	diff <(LC_ALL=C sort stated) <(LC_ALL=C sort found)
	equal "$(wc -l <stated)" 47
	# Numbers with their qualifiers, and what is wrong with them.
	equal "$(sql "SELECT protocol, quantity, ordinal, low, high, unit, qualifier, problem, inferred_unit FROM intervention.protocol_quantity WHERE study = 'review' ORDER BY 1, 2, 3")" \
		$'I28|frequency|1|20|20|Hz||one_frequency_of_two|\nI30|frequency|1|5|5|Hz|||\nI30|frequency|2|20|20|Hz|||\nI30|pulse_width|1|1|1|ms|<=||\nI32|frequency|1|2|2|Hz|||\nI32|intensity|1|3|3|||unknown_unit|mA'
	equal "$(sql "SELECT string_agg(protocol || ' ' || mode || coalesce(' ' || waveform, ''), ', ' ORDER BY protocol) FROM intervention.protocol WHERE study = 'review'")" \
		'I26 electro, I27 manual, I28 transcutaneous dense_disperse, I29 manual, I30 transcutaneous, I31 transcutaneous, I32 electro continuous, I33 electro'
}

@test "the review's points: role and side as stated; Shenmen is not guessed" {
	[ -d "$facts" ] || skip 'no ../shared/data'
	python3 - "$facts/protocol_points.csv" >stated <<-'PY'
		import csv, sys
		for row in csv.DictReader(open(sys.argv[1], encoding='utf-8')):
		    if row['code'] not in ('EAR-UNSPECIFIED',):  # I31's sheet states no site
		        print(row['intervention_id'], {'HT7': ''}.get(row['code'], row['code']), row['role'].split()[0], {'not stated': ''}.get(row['laterality'], row['laterality']), sep='|')
	PY
	sql "SELECT protocol, acupoint, role, side FROM intervention.protocol_point WHERE study = 'review' ORDER BY protocol, position" | diff stated -
	equal "$(sql "SELECT verbatim, rule, candidates FROM intervention.protocol_point WHERE study = 'review' AND acupoint IS NULL")" '神门|ambiguous|{HT7,TF4}'
	equal "$(sql "SELECT code, raw FROM ingest.reject")" 'ambiguous_acupoint|神门'
}

@test "STRICTA: 17 sub-items of a full report, few of a poor one" {
	printf 'protocol,source,style,rationale,variation,needles,points,depth,deqi,mode,retention,needle,sessions,sessions_per_week,weeks,co_treatment,setting,practitioner,comparator_rationale,comparator\nfull,Full 2020,TCM,textbook,fixed,6,"GV20, EX-HN3",0.5-1 cun,yes,EA,30 min,0.30 x 40 mm,24,3,8,none,ward,10 years,blinding,sham\npoor,Poor 2020,,,,,"GV20",,,EA,,,,,,,,,,\n' >s.csv
	load_kind protocols s.csv --study review >/dev/null
	equal "$(sql "SELECT source, reported, items, share FROM intervention.stricta_completeness WHERE source LIKE '%2020' ORDER BY 1")" $'Full 2020|17|17|1.000\nPoor 2020|2|17|0.118'
	equal "$(sql "SELECT string_agg(item, ',' ORDER BY item) FROM intervention.stricta WHERE source = 'Poor 2020' AND reported")" '2b,2e'
	equal "$(sql "SELECT number -> 'depth' ->> 'low', number -> 'depth' ->> 'high', number -> 'depth' ->> 'unit' FROM intervention.stimulation WHERE protocol = 'full'")" '0.5|1|cun'
}

@test "STRICTA: each sub-item is told by its own column, and by no cell that says that it is not reported" {
	local items=(1a=style=TCM 1b=rationale=textbook 1c=variation=fixed 2a=needles=6 2b=points=GV20 '2c=depth=5 mm' 2d=deqi=yes '2e=stimulation=lifting and thrusting' '2f=retention=30 min'
		'2g=needle=0.25 x 40 mm' 3a=sessions=24 '3b=course=4 weeks' 4a=co_treatment=none 4b=setting=ward '5=practitioner=10 years' 6a=comparator_rationale=blinding 6b=comparator=sham)
	equal "${#items[@]}" 17
	echo protocol,source,style,rationale,variation,needles,points,depth,deqi,stimulation,retention,needle,sessions,course,co_treatment,setting,practitioner,comparator_rationale,comparator >one.csv
	for entry in "${items[@]}"; do
		IFS='=' read -r item column value <<<"$entry"
		python3 -c 'import sys; h = sys.argv[1].split(","); print(",".join({"protocol": "only " + sys.argv[2], "source": "only " + sys.argv[2], sys.argv[3]: sys.argv[4]}.get(c, "") for c in h))' \
			"$(head -n 1 one.csv)" "$item" "$column" "$value" >>one.csv
	done
	echo 'silent,silent,NR,not reported,未报告,NR,,not reported,,不详,Not stated.,未提及,nr,not reported,unclear,NR,unknown,(not described),未描述' >>one.csv
	load_kind protocols one.csv --study review >/dev/null || true
	equal "$(sql "SELECT string_agg(source, ';' ORDER BY source) FROM intervention.stricta_completeness WHERE source LIKE 'only %' AND (reported <> 1 OR 'only ' || reported_items[1] <> source)")" ''
	equal "$(sql "SELECT count(*) FROM intervention.stricta_completeness WHERE source LIKE 'only %'")|$(sql "SELECT reported FROM intervention.stricta_completeness WHERE source = 'silent'")" '17|0'
}

@test "odd quantities: low, high, unit, qualifier and text; what no number can be read from says so" {
	{
		echo points,protocol,waveform,frequency,intensity,pulse_width,retention,depth,sessions_per_week,weeks,sessions,on_time,off_time
		echo 'GV20,q1,continuous,5:20 Hz,3 m,<=1 ms,20～30分钟,0.5-1 cun,3次/周,8 weeks,24,30 s,30 s'
		echo 'GV20,q2,dense-disperse,2/100Hz,"1,5 mA",200 μs,约30 min,>= 10 mm,3 times per week,2个月,12-20,,'
		echo 'GV20,q3,dense-disperse,20 Hz,tolerance,0.2 ms,30,15,2-3/week,56 days,"20, 30",7s,'
		echo 'GV20,q4,continuous,0.1 kHz,400 µA,1 s,0.5 h,1 furlong,每周5次,4,up to 30 sessions,,'
	} >q.csv
	load_kind protocols q.csv --study review >/dev/null || true
	equal "$(sql "SELECT protocol, quantity, ordinal, low, high, unit, qualifier, verbatim, problem, inferred_unit FROM intervention.protocol_quantity WHERE protocol ~ '^q[0-9]' ORDER BY 1, 2, 3" | cut -c 1-)" "$(cat <<-'TABLE'
		q1|depth|1|0.5|1|cun||0.5-1 cun||
		q1|frequency|1|5|5|Hz||5:20 Hz||
		q1|frequency|2|20|20|Hz||5:20 Hz||
		q1|intensity|1|3|3|||3 m|unknown_unit|mA
		q1|off_time|1|30|30|s||30 s||
		q1|on_time|1|30|30|s||30 s||
		q1|pulse_width|1|1|1|ms|<=|<=1 ms||
		q1|retention|1|20|30|分钟||20～30分钟||
		q1|sessions|1|24|24|||24||
		q1|sessions_per_week|1|3|3|次/周||3次/周||
		q1|weeks|1|8|8|weeks||8 weeks||
		q2|depth|1|10|10|mm|>=|>= 10 mm||
		q2|frequency|1|2|2|Hz||2/100Hz||
		q2|frequency|2|100|100|Hz||2/100Hz||
		q2|intensity|1|||||1,5 mA|not_a_number|
		q2|pulse_width|1|200|200|μs||200 μs||
		q2|retention|1|30|30|min|~|约30 min||
		q2|sessions|1|12|20|||12-20||
		q2|sessions_per_week|1|3|3|times/week||3 times per week||
		q2|weeks|1|2|2|个月||2个月||
		q3|depth|1|15|15|||15|no_unit|
		q3|frequency|1|20|20|Hz||20 Hz|one_frequency_of_two|
		q3|intensity|1|||||tolerance|not_a_number|
		q3|on_time|1|7|7|s||7s||
		q3|pulse_width|1|0.2|0.2|ms||0.2 ms||
		q3|retention|1|30|30|||30|no_unit|
		q3|sessions|1|20|20|||20, 30||
		q3|sessions|2|30|30|||20, 30||
		q3|sessions_per_week|1|2|3|/week||2-3/week||
		q3|weeks|1|56|56|days||56 days||
		q4|depth|1|1|1|||1 furlong|unknown_unit|
		q4|frequency|1|0.1|0.1|kHz||0.1 kHz||
		q4|intensity|1|400|400|µA||400 µA||
		q4|pulse_width|1|1|1|s||1 s||
		q4|retention|1|0.5|0.5|h||0.5 h||
		q4|sessions|1|30|30|sessions|<=|up to 30 sessions||
		q4|sessions_per_week|1|5|5|次||每周5次||
		q4|weeks|1|4|4|||4||
	TABLE
	)"
	# In the quantity's own unit.
	equal "$(sql "SELECT number -> 'frequency' ->> 'low', number -> 'intensity' ->> 'low', number -> 'pulse_width' ->> 'high', number -> 'retention' ->> 'low' FROM intervention.stimulation WHERE protocol = 'q4'")" '100.0|0.400|1000|30.0'
}

@test "the core prescription of the review: each name means its point, or says that it may; similarity to itself is 1" {
	[ -d "$facts" ] || skip 'no ../shared/data'
	while IFS=, read -r _ code name pinyin _; do
		for spelling in "$code" "$name" "$pinyin"; do
			equal "$spelling $(sql "SELECT '$code' = ANY (candidates) AND (acupoint IS NULL) = (cardinality(candidates) > 1) FROM intervention.resolve_acupoint('$spelling')")" "$spelling t"
		done
	done < <(tail -n +2 "$facts/core_prescription.csv")
	printf 'protocol,points\ncore,"%s"\n' "$(tail -n +2 "$facts/core_prescription.csv" | cut -d, -f 2 | paste -sd ';')" >core.csv
	load_kind protocols core.csv --study review >/dev/null
	equal "$(sql "SELECT protocol, similarity, coverage, cardinality(shared) FROM intervention.similar_protocols('$(tail -n +2 "$facts/core_prescription.csv" | cut -d, -f 2 | paste -sd ';')', 'review') WHERE protocol = 'core'")" 'core|1|1|8'
}

@test "sessions given: adherence and dose against the plan; bad rows by cell" {
	printf 'protocol,points,sessions\nP,"GV20, EX-HN3, PC6",4\n' >p.csv; load_kind protocols p.csv --study review >/dev/null
	printf 'participant_id\tarm\tsex\tage\ns1\tEA\tF\t30\ns2\tEA\tM\t40\n' >people.tsv; load_kind participants people.tsv --study review --site aa >/dev/null
	printf 'participant_id,session_number,day,protocol,points,minutes,intensity,deqi_score,adverse_event\ns1,1,0,P,"GV20, EX-HN3",30,1,5,\ns1,2,3,P,"GV20, LR3",30,3,6,bruise\ns1,3,7,P,百会、神门,20,,7,\ns2,1,0,P,GV20,30,2,4,\n' >g.csv
	load_kind sessions g.csv --study review >out || true; grep -q '4 read, 4 loaded, 0 unchanged, 1 rejected' out
	equal "$(sql "SELECT label, protocol, given, planned, share::numeric(4,2), first_day, last_day, adverse_events, off_plan FROM intervention.adherence ORDER BY 1")" $'s1|P|3|4|0.75|0|7|1|1\ns2|P|1|4|0.25|0|0|0|0'
	equal "$(sql "SELECT label, sessions, minutes, mean_intensity_ma::numeric(4,1), mean_deqi::numeric(4,1), point_uses, point_minutes, ma_minutes FROM intervention.dose ORDER BY 1")" $'s1|3|80|2.0|6.0|5|140|120\ns2|1|30|2.0|4.0|1|30|60'
	load_kind sessions g.csv --study review >out || true; grep -q '0 loaded' out
	printf 'participant_id,session_number,protocol,points,minutes\ns9,1,P,GV20,30\ns1,0,P,GV20,30\ns2,2,Q,GV20,30\ns2,3,P,GV20,9999\ns2,4,P,GV20,x\n' >b.csv
	load_kind sessions b.csv --study review >out || true; grep -q '5 read, 0 loaded' out
	equal "$(sql "SELECT line, column_name, code FROM ingest.reject WHERE file_id = (SELECT max(file_id) FROM ingest.file WHERE command = 'sessions') ORDER BY 1")" \
		$'2|participant_id|unknown_participant\n3|session_number|bad_number\n4|protocol|unknown_protocol\n5|minutes|out_of_range\n6|minutes|bad_number'
	# A site's loader sees its own; nobody without a site sees any.
	psql -XAtqd postgres -c 'CREATE ROLE t_sessions LOGIN IN ROLE psyrad_analyst'
	equal "$(as t_sessions -c 'SELECT (SELECT count(*) FROM intervention.session), (SELECT count(*) FROM intervention.adherence), (SELECT count(*) FROM intervention.dose)')" '0|0|0'
	psql -XAtqd postgres -c 'GRANT psyrad_site_aa TO t_sessions'
	equal "$(as t_sessions -c 'SELECT (SELECT count(*) FROM intervention.session), (SELECT count(*) FROM intervention.adherence), (SELECT count(*) FROM intervention.dose)')" '4|2|2'
	psql -XAtqd postgres -c 'DROP ROLE t_sessions'
}

@test "mining: each source once, sets taken apart, shams left out, rules by their definitions" {
	sql "SELECT clinical.declare_study('{\"study\": \"lit\", \"title_en\": \"Literature\", \"simulated\": true}')" >/dev/null
	printf 'protocol,source,mode,points\n1,A,EA,"GV20, EX-HN3, LR3"\n2,A,EA,"GV20, 印堂"\n3,A,EA,"百会、内关"\n4,B,EA,"Baihui, Yintang, SP6"\n5,C,manual,"四关、GV20"\n6,D,EA,"PC6 or HT7; SP6"\n7,D,sham,"GV20"\n8,E,EA,"DU20, GV29, SP6；失眠加安眠"\n' >l.csv
	load_kind protocols l.csv --study lit >/dev/null
	equal "$(sql "SELECT protocol, points, round(weight::numeric, 4) FROM intervention.prescriptions('lit') ORDER BY 1")" \
		$'1|{EX-HN3,GV20,LR3}|0.3333\n2|{EX-HN3,GV20}|0.3333\n3|{GV20,PC6}|0.3333\n4|{EX-HN3,GV20,SP6}|1.0000\n5|{GV20,LI4,LR3}|1.0000\n6|{SP6}|1.0000\n8|{EX-HN3,GV20,SP6}|1.0000'
	equal "$(sql "SELECT acupoint, prescriptions, sources, round(weight::numeric, 4), round(share::numeric, 4) FROM intervention.point_frequency('lit') LIMIT 3")" \
		$'GV20|6|4|4.0000|0.8000\nSP6|3|3|3.0000|0.6000\nEX-HN3|4|3|2.6667|0.5333'
	equal "$(sql "SELECT round(weight::numeric, 4), round(lift::numeric, 4), round(jaccard::numeric, 4) FROM intervention.point_pairs('lit') WHERE (a, b) = ('EX-HN3', 'GV20')")" '2.6667|1.2500|0.6667'
	equal "$(sql "SELECT points, prescriptions, round(support::numeric, 4) FROM intervention.point_sets('lit', 0.5, 3)")" $'{GV20}|6|0.8000\n{SP6}|3|0.6000\n{EX-HN3,GV20}|4|0.5333\n{EX-HN3}|4|0.5333'
	equal "$(sql "SELECT antecedent, consequent, prescriptions, round(support::numeric, 4), round(confidence::numeric, 4), round(lift::numeric, 4), round(leverage::numeric, 4), conviction, round(p::numeric, 4) FROM intervention.point_rules('lit', 0.5, 2, 0.5)")" \
		$'{EX-HN3}|GV20|4|0.5333|1.0000|1.2500|0.1067|Infinity|1.0000\n{GV20}|EX-HN3|4|0.5333|0.6667|1.2500|0.1067|1.4|1.0000'
	equal "$(sql "SELECT count(*) FROM intervention.prescriptions('lit', '{main,adjunct,by_syndrome}') WHERE 'ANMIAN' = ANY (points)")" 1
	equal "$(sql "SELECT protocol, round(similarity::numeric, 4), coverage FROM intervention.similar_protocols('百会、印堂', 'lit') LIMIT 3")" $'2|1.0000|1\n1|0.6667|1\n4|0.6667|1'
	equal "$(sql "SELECT string_agg(acupoint || '=' || \"group\", ' ' ORDER BY acupoint) FROM intervention.point_clusters(2, 'lit')")" 'EX-HN3=1 GV20=1 LI4=1 LR3=1 PC6=2 SP6=1'
}

@test "questions: the core prescription, points together, what is stimulated, what is left out, what was given" {
	ask() { as "$PGUSER" -F'|' -f "$(ls "$top"/sql/questions/"$1"_*.sql)"; }
	# Protocols of the tests before; GV20, LR3, EX-HN3 of the core's eight, and DU20, GV29 are none else.
	equal "$(ask 05 | grep '^lit' | head -3)" $'lit|SIMULATED|A|1|EX-HN3 GV20 LR3|EX-HN3 GV20 LR3|38 %|0.375|f|0\nlit|SIMULATED|B|4|EX-HN3 GV20 SP6|EX-HN3 GV20 SP6|38 %|0.375|f|0\nlit|SIMULATED|E|8|EX-HN3 GV20 SP6|EX-HN3 GV20 SP6|38 %|0.375|f|0'
	equal "$(ask 06 | grep -c '^lit')" "$(sql "SELECT count(*) FROM intervention.point_rules('lit', 0.1, 3, 0.5)")"
	equal "$(ask 06 | grep '^lit|SIMULATED|EX-HN3|GV20' | cut -d '|' -f 1-11)" 'lit|SIMULATED|EX-HN3|GV20|百会|4|0.533|1.000|1.25|1|1'
	equal "$(ask 22 | grep -c '^lit')" 18
	equal "$(ask 22 | grep '^lit' | grep '|2b|')" 'lit|SIMULATED|2b|Names of points used, uni- or bilateral|穴位名称（单侧或双侧）|5|5|0 %|||0'
	equal "$(ask 22 | grep '^lit' | head -1)" 'lit|SIMULATED|1a|Style of acupuncture|针刺治疗的流派|0|5|100 %|A; B; C; D; E||0'
	# What is prescribed for two conditions are two collections, dated by the names of their sources: needles are stated from 2017 on.
	sql "SELECT clinical.declare_study('{\"study\": \"sleep\", \"title_en\": \"Insomnia\", \"simulated\": true}')" >/dev/null
	printf 'protocol,source,mode,points,needle\n1,Li 2015,EA,"GV20, EX-HN3",\n2,Wu 2017,EA,"GV20, EX-HN3",0.25 mm\n3,(Zhao, 2019),EA,"GV20, HT7, EX-HN3",0.25 mm\n4,No year,EA,ANMIAN,\n' | sed 's/(Zhao, 2019)/"Zhao, 2019"/' >s.csv
	load_kind protocols s.csv --study sleep >/dev/null
	[[ $(ask 06 | grep '^sleep|SIMULATED|EX-HN3|GV20' | cut -d '|' -f 12) == 'lit: 0.533, 1.25'* ]]
	[[ $(ask 06 | grep '^lit|SIMULATED|EX-HN3|GV20' | cut -d '|' -f 12) == *'sleep: 0.750, 1.33' ]]
	equal "$(ask 22 | grep '^sleep|SIMULATED|2g|' | cut -d '|' -f 6-11)" '2|4|50 %|Li 2015; No year|25.00|3'
	equal "$(ask 22 | grep '^sleep|SIMULATED|2b|' | cut -d '|' -f 6-11)" '4|4|0 %||0.00|3'
	one=$(sql "SELECT round(100 / 17.0 / 4, 2)")
	equal "$(ask 22 | grep '^sleep|SIMULATED|all|' | cut -d '|' -f 10,11)" "$one|3"
	equal "$(ask 22 | grep '^sleep|SIMULATED|all|' | cut -d '|' -f 6)" "$(sql "SELECT count(*) FILTER (WHERE reported) FROM intervention.stricta WHERE study = 'sleep'")"
	equal "$(ask 26 | grep '|P|')" 'review|SIMULATED|P|2|4|4|50 %|1|55.0|90.0|5.0|1'
	[ ! -d "$facts" ] || equal "$(ask 15 | grep '|I30|' | cut -d '|' -f 9,10,14)" "$(sql "SELECT max(verbatim) FILTER (WHERE quantity = 'frequency'), max(verbatim) FILTER (WHERE quantity = 'pulse_width'), NULL FROM intervention.protocol_quantity WHERE protocol = 'I30'")"
	for number in 05 06 15 22 26; do equal "$(ask "$number" | cut -d '|' -f 2 | sort -u)" SIMULATED; done
}

@test "templates: a filled sheet in either language loads into the columns that its headers name" {
	printf 'participant_id\tarm\tsex\tage\nt1\tEA\tF\t30\n' >more.tsv; load_kind participants more.tsv --study review --site aa >/dev/null
	for lang in en zh; do
		{ "$top/build/bin/psyrad" template protocols --lang $lang; echo "T$lang,S,ti,st,ra,va,6,GV20,,5 mm,sought,manual,continuous,2 Hz,1 mA,1 ms,30 s,10 s,el,man,30 min,nee,24,3,8,4 weeks,co,se,pr,cr,co,other,no"; } >"tp$lang.csv"
		load_kind protocols "tp$lang.csv" --study review >/dev/null
		equal "$(sql "SELECT reported FROM intervention.stricta_completeness WHERE source = 'S'")" 17
		equal "$(sql "SELECT count(*) FROM intervention.protocol_quantity WHERE protocol = 'T$lang' AND problem IS NULL")" 12
		{ "$top/build/bin/psyrad" template sessions --lang $lang; echo "t1,$([ $lang = en ] && echo 1 || echo 2),5,T$lang,GV20,30,2,4,none"; } >"ts$lang.csv"
		load_kind sessions "ts$lang.csv" --study review >/dev/null
		equal "$(sql "SELECT day, points, minutes, intensity_ma, deqi_score, adverse_event FROM intervention.session WHERE protocol = 'T$lang'")" '5|{GV20}|30|2|4|none'
	done
	equal "$("$top/build/bin/psyrad" template sessions --codebook | wc -l)" 10
	run "$top/build/bin/psyrad" template nothing; [ "$status" = 2 ]
}

@test "adherence: the points of a set are on the plan; days count from zero; an adverse event is one session's" {
	printf 'protocol,points,sessions_per_week,weeks\nS,"四关、GV20",2-3,4\nT,GV20,3,8\n' >plan.csv; load_kind protocols plan.csv --study review >/dev/null
	printf 'participant_id\tarm\tsex\tage\nd1\tEA\tF\t30\nd2\tEA\tF\t31\n' >d.tsv; load_kind participants d.tsv --study review --site aa >/dev/null
	printf 'participant_id,session_number,day,protocol,points,minutes,intensity,deqi_score,adverse_event\nd1,1,-3,S,"LI4, LR3, GV20",30,,,\nd1,2,4,S,"LI4, PC6",,2,7,dizziness\nd2,1,0,T,GV20,20,1,,\n' >delivered.csv
	load_kind sessions delivered.csv --study review >/dev/null
	equal "$(sql "SELECT label, protocol, given, planned, round(share, 4), first_day, last_day, adverse_events, off_plan FROM intervention.adherence WHERE label LIKE 'd_' ORDER BY 1")" $'d1|S|2|||-3|4|1|1\nd2|T|1|24|0.0417|0|0|0|0'
	equal "$(sql "SELECT label, sessions, minutes, mean_deqi::numeric(4,1), point_uses, point_minutes, ma_minutes FROM intervention.dose WHERE label LIKE 'd_' ORDER BY 1")" $'d1|2|30|7.0|5|90|\nd2|1|20||1|20|20'
}

@test "mining of 150 random protocols of 40 sources: frequency, graph, sets, rules and similarity as Python counts them from the sheet" {
	sql "SELECT clinical.declare_study('{\"study\": \"chance\", \"title_en\": \"Chance\", \"simulated\": true}')" >/dev/null
	python3 - <<-'PY'
		import csv, fractions, itertools, random
		random.seed(20261123)
		codes = 'GV20 EX-HN3 PC6 HT7 SP6 ST36 LR3 LI4 GV24 KI3 BL15 ANMIAN'.split()
		rows, baskets = [], []
		for k in range(150):
		    used = [c for n, c in enumerate(codes) if random.random() < 0.75 / (1 + n / 3)] or ['GV20']
		    extra, sham, source = random.choice(['', '', '', '四关', 'CV4 or CV6', 'unheard of']), random.random() < 0.1, f'R{random.randrange(40)}'
		    rows.append([k, source, 'sham' if sham else 'EA', '; '.join(used + [extra] * bool(extra))])
		    if not sham: baskets.append((source, k, frozenset(used) | ({'LI4', 'LR3'} if extra == '四关' else set())))
		csv.writer(open('chance.csv', 'w', encoding='utf-8')).writerows([['protocol', 'source', 'mode', 'points']] + rows)
		F = fractions.Fraction
		count = {s: sum(b[0] == s for b in baskets) for s, _, _ in baskets}
		weight = lambda items: sum(F(1, count[s]) for s, _, b in baskets if items <= b)
		total = weight(frozenset())
		show = lambda x: f'{float(x):.9f}'
		out = []
		for c in sorted({c for _, _, b in baskets for c in b}):
		    holders = [(s, k) for s, k, b in baskets if c in b]
		    out.append(['frequency', c, len(holders), len({s for s, _ in holders}), show(weight({c})), show(weight({c}) / total)])
		points = sorted({c for _, _, b in baskets for c in b})
		for a, c in itertools.combinations(points, 2):
		    n = sum({a, c} <= b for _, _, b in baskets)
		    if n:
		        w = weight({a, c})
		        out.append(['pair', a, c, n, show(w), show(w / total), show(w * total / weight({a}) / weight({c})), show(w / (weight({a}) + weight({c}) - w))])
		frequent = [frozenset(s) for size in (1, 2, 3) for s in itertools.combinations(points, size) if weight(frozenset(s)) >= F(1, 10) * total]
		out += [['set', ' '.join(sorted(s)), show(weight(s) / total)] for s in frequent]
		for s in frequent:
		    for c in s if len(s) > 1 else ():
		        a = s - {c}
		        confidence, share = weight(s) / weight(a), weight({c}) / total
		        if confidence >= F(1, 2):
		            out.append(['rule', ' '.join(sorted(a)), c, sum(s <= b for _, _, b in baskets), show(confidence), show(confidence / share), show(weight(s) / total - weight(a) / total * share),
		                'Infinity' if confidence == 1 else show((1 - share) / (1 - confidence))])
		core = {'GV20', 'EX-HN3', 'LR3'}
		out += [['similar', k, show(F(len(core & b), len(core | b))), show(F(len(core & b), len(core)))] for _, k, b in baskets]
		open('counted', 'w', encoding='utf-8').writelines('|'.join(map(str, row)) + '\n' for row in out)
	PY
	load_kind protocols chance.csv --study chance >/dev/null || true
	as "$PGUSER" >mined <<-'SQL'
		SELECT 'frequency', acupoint, prescriptions, sources, round(weight::numeric, 9), round(share::numeric, 9) FROM intervention.point_frequency('chance');
		SELECT 'pair', least(a COLLATE "C", b), greatest(a COLLATE "C", b), prescriptions, round(weight::numeric, 9), round(support::numeric, 9), round(lift::numeric, 9), round(jaccard::numeric, 9)
		FROM intervention.point_pairs('chance');
		SELECT 'set', array_to_string(points, ' '), round(support::numeric, 9) FROM intervention.point_sets('chance', 0.1, 3);
		SELECT 'rule', array_to_string(antecedent, ' '), consequent, prescriptions, round(confidence::numeric, 9), round(lift::numeric, 9), round(leverage::numeric, 9),
			CASE WHEN conviction = 'Infinity' THEN 'Infinity' ELSE round(conviction::numeric, 9)::text END FROM intervention.point_rules('chance', 0.1, 3, 0.5);
		SELECT 'similar', protocol, round(similarity::numeric, 9), round(coverage::numeric, 9) FROM intervention.similar_protocols('百会、印堂、太冲', 'chance');
	SQL
	[ "$(wc -l <counted)" -gt 300 ]
	diff <(LC_ALL=C sort counted) <(LC_ALL=C sort mined) | head -n 20
	diff -q <(LC_ALL=C sort counted) <(LC_ALL=C sort mined)
}
