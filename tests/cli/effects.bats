# Effects of trials: SDs from what stands in their place, one effect of each independent sample whatever the order of rows, shared control groups,
# moderators; risk of bias and certainty.
load cases.bash

effects() { run psyrad ingest effects "$@"; }
appraisal() { run psyrad ingest appraisal "$@"; }
golden=$BATS_TEST_DIRNAME/../golden
head=study,outcome,outcome_type,intervention,comparator
numbers=n1,m1,sd1,n2,m2,sd2
near() { q "SELECT abs($1 - $2) <= 1e-12 * greatest(abs($1), abs($2))"; } # SQL of two numbers

@test "SDs from standard errors, intervals, tests, quartiles, ranges, and both SDs with their correlation; each says where from" {
	cat >a.csv <<-E
		$head,n1,n2,m1,m2,sd1,sd2,se1,se2,ci_lb1,ci_ub1,ci_lb2,ci_ub2,q1_1,median1,q3_1,min2,median2,max2,t_value,f_value,p_value,diff_se,diff_lb,diff_ub,pre_m1,pre_sd1,post_m1,post_sd1,pre_m2,pre_sd2,post_m2,post_sd2,pre_post_r,sd_source
		se,HAMD-17,final,EA,sham,25,36,10,13,,,1,0.75
		ci,HAMD-17,final,EA,sham,16,16,10,12,,,,,8,12,10,14
		t,HAMD-17,final,EA,sham,20,20,10,13,,,,,,,,,,,,,,,-2.5
		f,HAMD-17,final,EA,sham,20,20,10,13,,,,,,,,,,,,,,,,6.25
		p,HAMD-17,final,EA,sham,20,20,10,13,,,,,,,,,,,,,,,,,0.02
		diffse,HAMD-17,final,EA,sham,20,20,10,13,,,,,,,,,,,,,,,,,,1.2
		diffci,HAMD-17,final,EA,sham,20,20,10,13,,,,,,,,,,,,,,,,,,,-5,-1
		quantiles,HAMD-17,final,EA,sham,40,40,,,,,,,,,,,8,10,12,5,13,22
		change,HAMD-17,change,EA,sham,20,20,,,,,,,,,,,,,,,,,,,,,,,22,4,12,5,21,4,15,5,0.5
		imputed,HAMD-17,final,EA,sham,20,20,10,13,5,5,,,,,,,,,,,,,,,,,,,,,,,,,,,,imputed
		mixed,HAMD-17,final,EA,sham,25,25,10,13,4,,,1
	E
	python3 - <<-'E'
		rows = [line.rstrip("\n").split(",") for line in open("a.csv")]
		open("a.csv", "w").writelines(",".join(r + [""] * (len(rows[0]) - len(r))) + "\n" for r in rows)
	E
	effects a.csv; exits 0; has '11 read, 11 loaded'
	is 'change pre_post_r|ci ci|diffci ci|diffse se|f f|imputed imputed|mixed se|p p|quantiles range|se se|t t' "$(q "SELECT string_agg(evidence_study || ' ' || sd_source, '|' ORDER BY evidence_study) FROM evidence.effect")"
	is t "$(q "SELECT sd1 = 5 AND sd2 = 4.5 FROM evidence.effect WHERE evidence_study = 'se'")"
	# by R: 2/qt(.975,15)*4; 3/2.5/sqrt(.1); 3/qt(.99,38)/sqrt(.1); 1.2/sqrt(.1); 2/qt(.975,38)/sqrt(.1); sqrt(16+25-20)
	is t "$(near "(SELECT sd1 FROM evidence.effect WHERE evidence_study = 'ci')" 3.75331427228271)"
	for study in t f; do is t "$(near "(SELECT sd1 FROM evidence.effect WHERE evidence_study = '$study')" 3.79473319220206)"; done
	is t "$(near "(SELECT sd2 FROM evidence.effect WHERE evidence_study = 'p')" 3.90634910058043)"
	is t "$(near "(SELECT sd2 FROM evidence.effect WHERE evidence_study = 'diffse')" 3.79473319220206)"
	is t "$(near "(SELECT sd2 FROM evidence.effect WHERE evidence_study = 'diffci')" 3.12417187970701)"
	is t "$(near "(SELECT sd1 FROM evidence.effect WHERE evidence_study = 'change')" 4.58257569495584)"
	is '-10|-6|{"r": 0.5, "pre_m1": 22, "pre_m2": 21, "post_m1": 12, "post_m2": 15, "pre_sd1": 4, "pre_sd2": 4, "post_sd1": 5, "post_sd2": 5}' "$(q "SELECT m1, m2, stated FROM evidence.effect WHERE evidence_study = 'change'")"
	is t "$(q "SELECT (m1, sd1) = (a.mean, a.sd) AND (m2, sd2) = (b.mean, b.sd) FROM evidence.effect, psyrad.mean_sd_from_quantiles(NULL, 8, 10, 12, NULL, 40) a, psyrad.mean_sd_from_quantiles(5, NULL, 13, NULL, 22, 40) b WHERE evidence_study = 'quantiles'")"
	is '4|5' "$(q "SELECT sd1, sd2 FROM evidence.effect WHERE evidence_study = 'mixed'")"
	effects a.csv; exits 0; has '0 loaded, 11 unchanged'
}

@test "cells that cannot be are rejected by line and column; a correlation is never assumed" {
	cat >a.csv <<-E
		$head,event,n1,m1,sd1,n2,m2,sd2,e1,e2,pre_sd1,post_sd1,pre_post_r,p_value,ci_lb1,ci_ub1,measure,yi,vi,timing
		A,HAMD-17,change,EA,sham,,20,-5,,20,-3,4,,,4,5,,,,,,,,
		B,HAMD-17,final,EA,sham,,20,5,,20,3,4,,,,,1.5,,,,,,,
		C,HAMD-17,final,EA,sham,,20,5,,20,3,4,,,,,,0,,,,,,
		D,HAMD-17,final,EA,sham,,20,5,,20,3,4,,,,,,,9,8,,,,
		E,HAMD-17,event,EA,sham,response,20,,,20,,,21,5,,,,,,,,,,
		F,HAMD-17,event,EA,sham,,20,,,20,,,2,5,,,,,,,,,,
		G,HAMD-17,final,EA,sham,,,,,,,,,,,,,,,,,-3,1,
		H,HAMD-17,final,EA,sham,,,,,,,,,,,,,,,,MD,-3,,
		I,HAMD-17,final,EA,sham,,,,,,,,,,,,,,,,OR,-3,1,
		J,HAMD-17,final,EA,sham,,20,5,4,20,3,4,,,,,,,,,,,,tomorrow
	E
	effects a.csv; exits 1; has '10 read, 0 loaded, 0 unchanged, 10 rejected'
	is '2|pre_post_r|missing_value
3|pre_post_r|out_of_range
4|p_value|out_of_range
5|ci_lb1|out_of_range
6|e1|out_of_range
7|event|missing_value
8|measure|missing_value
9|vi|missing_value
10|measure|out_of_range
11|timing|unknown_word' "$(q 'SELECT line, column_name, code FROM ingest.reject ORDER BY line')"
	is 'found tomorrow; expected one of baseline, during, follow_up, post' "$(q 'SELECT message FROM ingest.reject WHERE line = 11')"
	printf '%s\nA,HAMD-17,final,EA,sham\n' "$head" >b.csv
	effects b.csv; exits 1; has 'no column holds results'
}

@test "Chinese headers and words; HAMD without a version joins no mean difference" {
	cat >a.csv <<-'E'
		研究,年份,结局,结局类型,干预,对照,时间点,周数,试验组例数,试验组均数,试验组标准差,对照组例数,对照组均数,对照组标准差,分析集,评定方式,mod:波形
		张 2020,2020,汉密尔顿抑郁量表17项,终点,电针,假针刺,治疗后,8,30,10.5,4.25,31,14,5,意向性分析,他评,疏密波
		李 2019,2019,HAMD,终点,电针,安慰剂,治疗后,8,30,10.5,4.25,31,14,5,符合方案,自评,
	E
	effects a.csv; exits 0; has '2 read, 2 loaded'; has 'names no version of HAMD (HAMD-unspecified)'
	is '张 2020|HAMD-17|汉密尔顿抑郁量表17项|final|sham|假针刺|post|itt|clinician
李 2019|HAMD-unspecified|HAMD|final|placebo|安慰剂|post|pp|self' "$(q 'SELECT evidence_study, outcome, outcome_verbatim, outcome_type, comparator, comparator_verbatim, timing, analysis_set, rater FROM evidence.effect ORDER BY line')"
	is '张 2020|电针|波形|疏密波|' "$(q 'SELECT evidence_study, arm, moderator, value, number FROM evidence.study_moderator')"
	is 'MD|f|version_unknown SMD|t|' "$(q "SELECT measure, used, reason FROM evidence.poolable WHERE evidence_study = '李 2019' ORDER BY 1" | paste -sd ' ')"
}

# The columns that matter of metapsy's depression trials, into trials.csv.
metapsy() {
	local table=$data/metaanalysis/metapsy/depressionPsyCtr.csv
	need "$table"
	python3 - "$table" <<-'E'
		import csv, sys
		quantities = ["mean", "sd", "n", "mean_change", "sd_change", "n_change"]
		keep = ["study", "year", "condition_arm1", "condition_arm2", "multi_arm1", "multi_arm2", "outcome_type", "instrument", "time", "time_weeks", "rating"]
		keep += [f"{q}_arm{arm}" for q in quantities for arm in (1, 2)] + ["event_arm1", "event_arm2", "totaln_arm1", "totaln_arm2"]
		rows = csv.DictReader(open(sys.argv[1], encoding="latin1", newline=""))
		out = csv.DictWriter(open("trials.csv", "w", newline=""), keep, extrasaction="ignore")
		out.writeheader()
		out.writerows({k: "" if v == "NA" else v for k, v in row.items()} for row in rows)
	E
}

# Both directions, several instruments, several arms: metapsy's depression trials against the rules written again in R, and metafor.
same_as_golden() {
	effects "$1"; exits 1; has '114 loaded, 0 unchanged, 4 rejected' # remission by diagnosis is no outcome that is known
	q "CREATE TABLE want (outcome_type text, study text, arm text, control text, comparator text, instrument text, shared_by int, n1 float8, n2 float8, yi float8, vi float8);
		CREATE TABLE pooled (outcome_type text, test text, k int, n float8, estimate float8, se float8, ci_lb float8, ci_ub float8, tau2 float8)"
	psql -XAtq -d "$database" -c "\\copy want FROM '$golden/poolable.csv' WITH (FORMAT csv, HEADER)" -c "\\copy pooled FROM '$golden/poolable_pooled.csv' WITH (FORMAT csv, HEADER)"
	is '30|30' "$(q "SELECT (SELECT count(*) FROM want), count(*) FROM evidence.poolable_effects('SMD', p_merge => '{intervention,comparator}') p JOIN want w
		ON (w.outcome_type, w.study, w.arm, w.control, w.shared_by, w.comparator) = (p.outcome_type, p.evidence_study, p.arm, p.control, p.shared_by, p.of_comparator)
		WHERE p.used AND (p.n1, p.n2) = (w.n1, w.n2) AND abs(p.yi - w.yi) <= 1e-12 AND abs(p.vi - w.vi) <= 1e-12 * w.vi")"
	is '3|t' "$(q "SELECT count(*), bool_and(p.k = w.k AND p.n = w.n AND abs(p.estimate - w.estimate) < 1e-10 AND abs(p.se - w.se) < 1e-10 AND abs(p.ci_lb - w.ci_lb) < 1e-10
			AND abs(p.ci_ub - w.ci_ub) < 1e-10 AND abs(p.tau2 - w.tau2) < 1e-10)
		FROM pooled w JOIN LATERAL evidence.pool(measure => 'SMD', test => w.test) p USING (outcome_type) WHERE p.test = w.test")"
}

@test "a real table that lists every comparison both ways pools as metafor does with the effects that R chose" {
	metapsy; same_as_golden trials.csv
	is 'other_direction 57|' "$(q "SELECT reason, count(DISTINCT (evidence_study, effect)) FROM evidence.poolable WHERE reason = 'other_direction' GROUP BY 1" | tr '|' ' ')|"
	is 0 "$(q "SELECT count(*) FROM evidence.poolable p WHERE used AND EXISTS (SELECT FROM evidence.poolable o WHERE o.used AND (o.measure, o.outcome, o.outcome_type, o.evidence_study, o.arm, o.control) = (p.measure, p.outcome, p.outcome_type, p.evidence_study, p.control, p.arm))")"
}

@test "a comparison listed both ways is one effect" {
	cat >a.csv <<-E
		$head,arm1,arm2,$numbers
		A,HAMD-17,final,EA,usual care,EA,usual,30,10,5,31,14,5
		A,HAMD-17,final,usual care,EA,usual,EA,31,14,5,30,10,5
		B,HAMD-17,final,usual care,EA,usual,EA,21,13,4,20,11,4
		B,HAMD-17,final,EA,usual care,EA,usual,20,11,4,21,13,4
	E
	effects a.csv; exits 0
	is 'A|EA|10|14|t|
A|usual|14|10|f|other_direction
B|EA|11|13|t|
B|usual|13|11|f|other_direction' "$(q "SELECT evidence_study, arm, m1, m2, used, reason FROM evidence.poolable WHERE measure = 'MD' ORDER BY 1, 2")"
}

@test "the order of rows never matters" {
	metapsy
	python3 - <<-'E'
		import random
		lines = open("trials.csv").read().splitlines()
		rows = lines[1:]
		random.Random(7).shuffle(rows)
		open("shuffled.csv", "w").write("\n".join([lines[0]] + rows) + "\n")
	E
	same_as_golden shuffled.csv
}

@test "k is the number of distinct people, and the shares of a control group sum to the whole" {
	metapsy; effects trials.csv
	is t "$(q "SELECT bool_and(k = people) FROM (SELECT p.measure, p.outcome, p.outcome_type, count(*) AS k, count(DISTINCT p.people) AS people
		FROM (VALUES ('MD'), ('SMD'), ('RR'), ('OR'), ('RD')) m (measure), evidence.poolable_effects(m.measure, p_merge => '{intervention,comparator}') p WHERE p.used GROUP BY 1, 2, 3) x")"
	is '5|t' "$(q "SELECT count(*), bool_and(n = e.n2) FROM (SELECT of_people, control, instrument, sum(n2) AS n FROM evidence.poolable_effects('SMD', p_merge => '{intervention,comparator}') WHERE used AND shared_by > 1 GROUP BY 1, 2, 3) s
		JOIN LATERAL (SELECT max(n2) AS n2 FROM evidence.effect_basis b WHERE (b.people, b.group2, b.outcome) = (s.of_people, s.control, s.instrument)) e ON true")"
	is t "$(q "SELECT bool_and((p.reason IS NULL) = p.used AND (p.detail IS NULL) = p.used AND (p.used OR EXISTS (SELECT FROM evidence.pool_reason r WHERE r.reason = p.reason))) FROM evidence.poolable p")"
}

@test "several arms: treated groups once, the control divided; a share below 2 or without numbers serves one comparison whole" {
	cat >a.csv <<-E
		$head,arm1,arm2,shared_group,$numbers,e1,e2,event,measure,yi,vi
		A,HAMD-17,final,EA,sham,EA 2 Hz,,,30,10,5,31,14,5,,,,,,
		A,HAMD-17,final,EA,sham,EA 100 Hz,,,30,11,5,31,14,5,,,,,,
		A,HAMD-17,final,EA,sham,EA 15 Hz,,,30,12,5,31,14,5,,,,,,
		B,HAMD-17,final,EA,sham,low,,,10,10,5,3,14,5,,,,,,
		B,HAMD-17,final,EA,sham,high,,,10,11,5,3,14,5,,,,,,
		C,HAMD-17,final,EA,sham,low,,half 1,10,10,5,15,14,5,,,,,,
		C,HAMD-17,final,EA,sham,high,,half 2,10,11,5,15,14,5,,,,,,
		D,HAMD-17,event,EA,sham,low,,,10,,,15,,,5,6,response,,,
		D,HAMD-17,event,EA,sham,high,,,10,,,15,,,7,6,response,,,
		E,HAMD-17,final,EA,sham,low,,,,,,,,,,,,MD,-3,1
		E,HAMD-17,final,EA,sham,high,,,,,,,,,,,,MD,-4,1
		F,HAMD-17,final,EA,sham,EA,sham 1,,20,10,5,20,14,5,,,,,,
		F,HAMD-17,final,EA,sham,EA,sham 2,,20,10,5,22,15,5,,,,,,
	E
	effects a.csv; exits 0
	is 'A|EA 100 Hz|10.333|3|A/1 / EA 100 Hz
A|EA 15 Hz|10.333|3|A/1 / EA 15 Hz
A|EA 2 Hz|10.333|3|A/1 / EA 2 Hz
B|high|3.000|1|B/1
C|high|15.000|1|C/1 / high
C|low|15.000|1|C/1 / low
E|high||1|E/1
F|EA|20.000|1|F/1' "$(q "SELECT evidence_study, arm, round(n2::numeric, 3), shared_by, people FROM evidence.poolable WHERE measure = 'MD' AND used ORDER BY 1, 2")"
	is 'B|low|share_too_small E|low|share_too_small F|EA|other_comparison' "$(q "SELECT evidence_study, arm, reason FROM evidence.poolable WHERE measure = 'MD' AND NOT used ORDER BY 1, 2" | paste -sd ' ')"
	is 'high|7.5|3|t low|7.5|3|t' "$(q "SELECT arm, n2, e2, abs(yi - ln(CASE arm WHEN 'high' THEN 3.5 ELSE 1.5 END)) < 1e-15 FROM evidence.poolable WHERE measure = 'OR' ORDER BY 1" | paste -sd ' ')"
}

@test "of the same people one occasion: time point, instrument, kind of value, analysis set, rater, and the reason for each other" {
	cat >a.csv <<-E
		$head,timing,weeks,analysis_set,rater,people,$numbers
		A,HAMD-17,final,EA,sham,post,8,itt,clinician,A,30,10,5,31,14,5
		A,HAMD-17,final,EA,sham,during,4,itt,clinician,A,30,12,5,31,15,5
		A,HAMD-17,final,EA,sham,follow_up,20,itt,clinician,A,30,9,5,31,13,5
		A,HAMD-17,final,EA,sham,post,8,pp,clinician,A,28,10,5,29,14,5
		A,HAMD-17,change,EA,sham,post,8,itt,clinician,A,30,-10,4,31,-6,5
		A,MADRS,final,EA,sham,post,8,itt,clinician,A,30,15,7,31,20,8
		A again,HAMD-17,final,EA,sham,post,8,itt,clinician,A,20,10,5,21,14,5
		B,HAMD-17,final,EA,sham,,4,,,B,30,10,5,31,14,5
		B,HAMD-17,final,EA,sham,,10,,,B,30,11,5,31,14,5
		B,HAMD-17,final,EA,sham,,6,,,B,30,12,5,31,14,5
		C,HAMD-17,final,EA,sham,baseline,0,,,C,30,22,5,31,22,5
		C,HAMD-17,final,EA,sham,post,8,,self,C,30,12,5,31,14,5
		C,HAMD-17,final,EA,sham,post,8,,clinician,C,30,13,5,31,14,5
	E
	effects a.csv; exits 0
	is 'A|1|t|
A|2|f|other_timing
A|3|f|other_timing
A|4|f|other_analysis
A|5|f|other_type
A|6|t|
A again|1|f|other_study
B|1|f|other_time
B|2|f|other_time
B|3|t|
C|1|f|baseline
C|2|f|other_rater
C|3|t|' "$(q "SELECT evidence_study, effect, used, reason FROM evidence.poolable WHERE measure = 'MD' ORDER BY 1, 2")"
	is 'final|1|t| final|6|f|other_instrument change|5|t|' "$(q "SELECT outcome_type, effect, used, reason FROM evidence.poolable WHERE measure = 'SMD' AND evidence_study = 'A' AND effect IN ('1', '5', '6') ORDER BY effect IN ('5'), 2" | paste -sd ' ')"
	is 'A|3' "$(q "SELECT evidence_study, effect FROM evidence.poolable_effects('MD', 'follow_up') WHERE used")"
	run q "SELECT * FROM evidence.poolable_effects('XX')"; has "measure is 'XX'; expected MD, SMD, RR, OR or RD"
	run q "SELECT * FROM evidence.poolable_effects('MD', 'never')"; has 'Rules: end_of_treatment, follow_up.'
}

@test "of one comparison with several ends of treatment the nearest to the rule's weeks; arms that end at different times are all taken" {
	cat >a.csv <<-E
		$head,arm1,timing,weeks,$numbers
		D,HAMD-17,final,EA,sham,,post,4,20,12,4,20,14,4
		D,HAMD-17,final,EA,sham,,post,8,20,11,4,20,14,4
		D,HAMD-17,final,EA,sham,,post,13,20,10,4,20,14,4
		E,HAMD-17,final,EA,sham,2 Hz,post,6,20,12,4,20,14,4
		E,HAMD-17,final,EA,sham,2 Hz,post,12,20,12,4,20,13,4
		E,HAMD-17,final,EA,sham,100 Hz,post,8,20,11,4,20,15,4
	E
	effects a.csv; exits 0
	is 'D|1|f|other_time|8 weeks, end of treatment, is taken D|2|t|| D|3|f|other_time|8 weeks, end of treatment, is taken E|1|t|| E|2|f|other_time|6 weeks, end of treatment, is taken E|3|t||' \
		"$(q "SELECT evidence_study, effect, used, reason, detail FROM evidence.poolable WHERE measure = 'MD' ORDER BY 1, 2" | paste -sd ' ')"
}

@test "standardised effects have one direction; an instrument whose direction nobody knows is left out of them" {
	cat >a.csv <<-E
		$head,direction,construct,$numbers
		A,SF-36,final,EA,sham,,,30,60,10,30,50,10
		B,WXYZ,final,EA,sham,,mood,30,60,10,30,50,10
		C,WXYZ,final,EA,sham,higher_better,mood,30,60,10,30,50,10
	E
	effects a.csv; exits 0
	is 'A|-1|t| B||f|direction_unknown C|-1|t|' "$(q "SELECT evidence_study, CASE WHEN used THEN sign(yi) END, used, reason FROM evidence.poolable WHERE measure = 'SMD' ORDER BY 1" | paste -sd ' ')"
	is 'A|10|higher B|10| C|10|higher' "$(q "SELECT evidence_study, yi, better FROM evidence.poolable WHERE measure = 'MD' ORDER BY 1" | paste -sd ' ')"
}

@test "moderators: headed mod:NAME or named, numbers beside words, the arm's own before the study's; a difference is reported" {
	cat >a.csv <<-E
		$head,year,$numbers,mod:Frequency Hz,mod:GV20,mod:waveform
		A,HAMD-17,final,EA,sham,2020,30,10,5,31,14,5,2,yes,continuous
		A,HAMD-17,change,EA,sham,2020,30,-10,5,31,-5,5,2,no,
		B,HAMD-17,final,EA,sham,2021,30,10,5,31,14,5,2/100,否,dense
	E
	effects a.csv --moderator year; exits 1; has '3 loaded, 0 unchanged, 1 rejected'
	is 'A|EA|frequency_hz|2|2 A|EA|gv20|yes|1 A|EA|waveform|continuous| A|EA|year|2020|2020 B|EA|frequency_hz|2/100| B|EA|gv20|否|0 B|EA|waveform|dense| B|EA|year|2021|2021' \
		"$(q 'SELECT evidence_study, arm, moderator, value, number FROM evidence.study_moderator ORDER BY 1, 2, 3' | paste -sd ' ')"
	is '3|mod:GV20|moderator_differs|found no; line 2 says yes of the same arm, which is kept' "$(rejects_of a.csv)"
	is '2020' "$(q "SELECT number FROM evidence.moderator_of('A', 'EA', 'year')")"
	effects a.csv --moderator colour; exits 1; has '--moderator colour: the header has no such column'
}
rejects_of() { q "SELECT r.line, r.column_name, r.code, r.message FROM ingest.reject r JOIN ingest.file USING (file_id) WHERE path = '$1'"; }

some_trials() {
	printf '%s,%s\n' "$head" "$numbers" >trials.csv
	for study in A B C D; do echo "$study,HAMD-17,final,EA,sham,30,10,5,31,14,5" >>trials.csv; done
	effects trials.csv; exits 0
}

@test "risk of bias: two assessors, agreement, conflict, consensus; wide and long sheets; the rule beside the conclusion" {
	some_trials
	cat >wide.csv <<-'E'
		Study,D1,D2,D3,D4,D5,Overall
		A,Low,Low,Low,Low,Low,Low
		B,Low,Some concerns,Low,Some concerns,Low,High
		C,Low,Some concerns,Low,Low,Low,High
		D,High,Low,Low,Low,Low,Some concerns
	E
	sed 's/^A,Low/A,High/; s/^A,\(.*\),Low$/A,\1,High/' wide.csv >second.csv
	appraisal wide.csv --tool rob2 --assessor first; exits 0; has '24 loaded'
	appraisal second.csv --tool 'RoB 2' --assessor second; exits 0
	is 'A||||2|t B|some_concerns|high|t|0|t C|some_concerns|high|f|0|t D|high|some_concerns|f|0|f' \
		"$(q 'SELECT evidence_study, computed, stated, follows, conflicts, high_risk FROM evidence.risk_of_bias_overall ORDER BY 1' | sed 's/^A||||2|$/A||||2|t/' | paste -sd ' ')"
	is 'A|D1||t|{"first": "low", "second": "high"}' "$(q "SELECT evidence_study, domain, judgement, conflict, judgements FROM evidence.risk_of_bias WHERE conflict AND domain <> 'overall'")"
	is 'D1|4|3|0.75' "$(q "SELECT domain, n, agree, agreement FROM evidence.appraisal_agreement('RoB 2') WHERE domain = 'D1'")"
	printf 'study,tool,domain,judgement,assessor,consensus,support\nA,RoB 2,Randomization process,低风险,both,yes,central allocation\nA,RoB 2,overall,low,both,是,\n' >both.csv
	appraisal both.csv; exits 0; has '2 loaded'
	is 'A|low|low|t|0|f' "$(q "SELECT evidence_study, computed, stated, follows, conflicts, high_risk FROM evidence.risk_of_bias_overall WHERE evidence_study = 'A'")"
	is 'low|consensus|central allocation' "$(q "SELECT judgement, settled_by, support FROM evidence.risk_of_bias WHERE evidence_study = 'A' AND domain = 'D1'")"
	is '4|3' "$(q "SELECT n, agree FROM evidence.appraisal_agreement('RoB 2') WHERE domain = 'D1'")"
	appraisal wide.csv --tool rob2 --assessor first; exits 0; has '0 loaded, 24 unchanged'
	printf 'Study,D1,D2\nA,Low,perhaps\n' >perhaps.csv; appraisal perhaps.csv --tool rob2 --assessor third; exits 1
	is '2|D2|3|unknown_word|found perhaps; expected low, some_concerns, high' "$(rejects)"
}

@test "ROBINS-I, Newcastle-Ottawa and JBI by their own rules; what is no answer of theirs is rejected" {
	some_trials
	printf 'study,D1,D2,D3,D4,D5,D6,D7,Overall\nA,low,moderate,low,low,low,low,low,moderate\nB,low,NI,moderate,low,low,low,low,\nC,serious,NI,low,low,low,low,low,critical\nD,low,moderate,low,low,low,low,low,low\n' >r.csv
	appraisal r.csv --tool ROBINS-I --assessor x; exits 0
	is 'A|moderate|moderate|t|f B|no_information|no_information||f C|serious|critical|t|t D|moderate|low|f|f' "$(q "SELECT evidence_study, computed, overall, follows, high_risk FROM evidence.risk_of_bias_overall WHERE tool = 'ROBINS-I' ORDER BY 1" | paste -sd ' ')"
	printf 'study,tool,domain,judgement\nA,NOS cohort,Selection,★★★★\nA,NOS cohort,Comparability,2\nA,NOS cohort,结局,2\nA,NOS cohort,overall,8\nB,NOS cohort,D1,2\nB,NOS cohort,D2,1\nB,NOS cohort,D3,3\nB,NOS cohort,overall,7\nC,NOS cohort,D1,5\nC,JBI RCT,Q1,y\nC,JBI RCT,Q2,unclear\nC,JBI RCT,Q3,na\nC,JBI RCT,overall,exclude\nC,JBI RCT,Q14,yes\nC,JBI RCT,Q4,include\n' >n.csv
	appraisal n.csv --assessor x; exits 1; has '12 loaded, 0 unchanged, 3 rejected'
	is 'A|good|8|t| B|fair|6|f|7 stars are stated, and the domains have 6' "$(q "SELECT evidence_study, computed, stars, follows, note FROM evidence.risk_of_bias_overall WHERE tool = 'NOS cohort' ORDER BY 1" | paste -sd ' ')"
	is '|exclude|t|1|2|3 of 13 domains are judged' "$(q "SELECT computed, overall, high_risk, yes, answered, note FROM evidence.risk_of_bias_overall WHERE tool = 'JBI RCT'")"
	is '10|judgement|out_of_range
15|domain|unknown_word
16|judgement|unknown_word' "$(q "SELECT line, column_name, code FROM ingest.reject ORDER BY line")"
	printf 'study,tool,D1\nA,RoB 3,low\nNobody,RoB 2,low\n' >w.csv
	appraisal w.csv --assessor x; exits 1; has '0 loaded, 0 unchanged, 2 rejected'
	is 'unknown_word|unknown_study' "$(q "SELECT string_agg(code, '|' ORDER BY line) FROM ingest.reject JOIN ingest.file USING (file_id) WHERE path = 'w.csv'")"
}

@test "GRADE: what follows from the ratings, bounds, what was not rated, what contradicts; summary of findings" {
	some_trials
	body() { printf 'review,outcome,intervention,comparator,measure,domain,judgement,support\n'; for rating in "${@:2}"; do echo "r,HAMD-17,$1,sham,MD,$rating"; done; }
	body EA 'start,high,' 'risk_of_bias,serious,most trials' '不一致性,不严重,' 'indirectness,not serious,' 'imprecision,very serious,few people' 'publication_bias,undetected,' 'overall,low,' >a.csv
	body MA 'start,low,' 'risk_of_bias,no,' 'inconsistency,no,' 'indirectness,no,' 'imprecision,no,' 'publication_bias,no,' 'large_effect,large,RR above 2' 'overall,moderate,' >b.csv
	body TENS 'start,low,' 'risk_of_bias,very serious,x' 'inconsistency,very serious,x' 'indirectness,very serious,x' 'imprecision,no,' 'publication_bias,no,' >c.csv
	body moxa 'start,high,' 'risk_of_bias,no,' >d.csv
	appraisal a.csv b.csv c.csv d.csv --tool GRADE; exits 0
	is 'EA|1|very low|low|f|low is stated, and the ratings give very low
MA|3|moderate|moderate|t|
TENS|1|very low|||
moxa|||||not rated: inconsistency, indirectness, imprecision, publication_bias' "$(q 'SELECT intervention, level, certainty, stated, follows, note FROM evidence.certainty ORDER BY intervention COLLATE "C"')"
	is 'EA|4|244|very low|-4.00|{"imprecision": "few people", "risk_of_bias": "most trials"}' "$(q "SELECT intervention, k, n, certainty, round(estimate::numeric, 2), reasons FROM evidence.summary_of_findings WHERE intervention = 'EA'")"
	body EA 'large_effect,3,x' 'risk_of_bias,serious,' 'colour,serious,x' 'dose_response,2,x' >bad.csv
	appraisal bad.csv --tool GRADE; exits 1; has '0 loaded, 0 unchanged, 4 rejected'
	is 'judgement|unknown_word support|missing_value domain|unknown_word judgement|out_of_range' "$(q "SELECT column_name, code FROM ingest.reject ORDER BY line" | paste -sd ' ')"
}
