# scales.bats - rating scales: definitions, totals, severity, outcomes by one definition each, the primary analysis, masking, visits.
load helpers

logins='t_sc_analyst t_sc_unblinded t_sc_loader t_sc_opener t_sc_dash'

setup_file()
{
	load helpers
	drop_logins
	make_database "$database"
	as "$PGUSER" <<-'SQL'
		SELECT FROM clinical.declare_study('{"study": "scales", "title_en": "Scales", "simulated": true, "masked": true,
			"sites": [{"site": "sc_a", "name_en": "A"}, {"site": "sc_b", "name_en": "B"}],
			"arms": [{"arm": "EA", "label_en": "electro-acupuncture", "label_zh": "电针", "kind": "verum"}, {"arm": "SH", "label_en": "sham", "kind": "sham"},
				{"arm": "HC", "label_en": "healthy", "kind": "healthy"}],
			"visits": [{"session": "w0", "week": 0, "role": "pre", "days_before": 7, "days_after": 0}, {"session": "w2", "week": 2, "days_before": 3, "days_after": 3},
				{"session": "w4", "week": 4, "role": "post", "days_before": 11, "days_after": 7}]}');
		INSERT INTO ingest.file (command, path, sha256, bytes, options, study, status, tool_version, started_at)
		VALUES ('test', 'a.csv', sha256('a'), 1, '{}', 'scales', 'loaded', '0', now());
		INSERT INTO clinical.subject_key (study, label, site)
		SELECT 'scales', 's' || n, CASE WHEN n % 3 = 0 THEN 'sc_b' ELSE 'sc_a' END FROM generate_series(1, 12) n;
		INSERT INTO clinical.subject (subject_id, site, study, arm, sex, age_years, dropout_week, dropout_reason, file_id)
		SELECT subject_id, site, study, CASE WHEN subject_id = 12 THEN 'HC' WHEN subject_id % 2 = 0 THEN 'EA' ELSE 'SH' END, 'F', 40,
			CASE WHEN subject_id = 3 THEN 2 END, CASE WHEN subject_id = 3 THEN 'adverse event' END, 1 FROM clinical.subject_key;
		INSERT INTO clinical.visit (subject_id, session, site, study, days_offset, file_id)
		SELECT subject_id, v.session, site, k.study, 7 * v.week + CASE WHEN subject_id = 5 THEN 4 ELSE 0 END, 1
		FROM clinical.subject_key k, clinical.visit_plan v;
		-- Totals: 20 + id at first; id (half of it from 7 on) is taken off each week; 3 left after the second.
		INSERT INTO clinical.score (subject_id, session, instrument, site, total_stated, file_id)
		SELECT subject_id, v.session, i, site, 20 + subject_id - v.week * subject_id * CASE WHEN subject_id < 7 THEN 1 ELSE 0.5 END, 1
		FROM clinical.subject_key k, clinical.visit_plan v, unnest('{HAMD-17,HAMD-unspecified}'::text[]) i
		WHERE NOT (subject_id = 3 AND v.session = 'w4');
		CREATE ROLE t_sc_analyst LOGIN IN ROLE psyrad_analyst, psyrad_site_sc_a, psyrad_site_sc_b;
		CREATE ROLE t_sc_unblinded LOGIN IN ROLE psyrad_analyst, psyrad_unblinded, psyrad_site_sc_a, psyrad_site_sc_b;
		CREATE ROLE t_sc_loader LOGIN IN ROLE psyrad_ingest, psyrad_site_sc_a, psyrad_site_sc_b;
		CREATE ROLE t_sc_opener LOGIN IN ROLE psyrad_ingest, psyrad_unblinded, psyrad_site_sc_a, psyrad_site_sc_b;
		CREATE ROLE t_sc_dash LOGIN IN ROLE psyrad_report, psyrad_site_sc_a, psyrad_site_sc_b;
	SQL
}

drop_logins() { local role; for role in $logins; do psql -XAtqd postgres -c "DROP ROLE IF EXISTS $role"; done; }

teardown_file()
{
	load helpers
	"$deploy" revert --yes "$(url_of "$database")" >/dev/null
	drop_database "$database"
	drop_logins
}

small='{"instrument": "T-2", "title_en": "Test", "higher_is": "worse", "total_min": 0, "total_max": 6, "source": "test",
	"items": [{"name_en": "a", "min": 0, "max": 3}, {"name_en": "b", "min": 0, "max": 3, "reversed": true}],
	"cutoffs": [{"scheme": "s", "lo": 0, "hi": 2, "label_en": "low"}, {"scheme": "s", "lo": 3, "hi": 6, "label_en": "high"},
		{"scheme": "remission", "lo": 0, "hi": 1, "label_en": "remission"}],
	"factors": [{"scheme": "f", "factor": "first", "items": [1], "source": "test"}]}'

declare_() { as "${2:-$PGUSER}" -c "SELECT clinical.declare_instrument(\$json\$$1\$json\$)"; }

@test "an instrument by definition: added, unchanged, extended by a scheme, changed while unused; read back it says the same" {
	equal "$(declare_ "$small" t_sc_loader)" added
	equal "$(declare_ "$small" t_sc_loader)" unchanged
	equal "$(sql "SELECT clinical.scale_total('T-2', '{3,0}'), clinical.severity('T-2', 2, 's'), factor_max FROM clinical.factor WHERE instrument = 'T-2'")" '6|low|3'
	equal "$(declare_ "${small/\"scheme\": \"f\"/\"scheme\": \"g\"}")" changed
	equal "$(declare_ "${small/\"factors\": [/\"factors\": [{\"scheme\": \"g\", \"factor\": \"first\", \"items\": [1], \"source\": \"test\"\}, }")" extended
	equal "$(sql "SELECT string_agg(DISTINCT clinical.declare_instrument(clinical.instrument_definition(instrument)), ',') FROM clinical.instrument")" unchanged
}

@test "a used instrument keeps its definition, also from a loader that does not see its scores; another scheme is welcome" {
	sql "CREATE ROLE t_sc_other LOGIN IN ROLE psyrad_ingest"
	definition=$(sql "SELECT clinical.instrument_definition('HAMD-17')")
	refused t_sc_other "SELECT clinical.declare_instrument(jsonb_set(clinical.instrument_definition('HAMD-17'), '{items,0,max}', '3') || '{\"total_max\": 51}')" 'HAMD-17'
	refused t_sc_other "SELECT clinical.declare_instrument(clinical.instrument_definition('HAMD-17') || '{\"title_en\": \"x\"}')" 'HAMD-17 has scores, and its definition cannot change under them: title_en differ'
	equal "$(sql "SELECT clinical.instrument_definition('HAMD-17')")" "$definition"
	equal "$(as "$PGUSER" -c BEGIN -c "SELECT clinical.declare_instrument(jsonb_insert(clinical.instrument_definition('HAMD-17'), '{cutoffs,-1}',
		'{\"scheme\": \"remission_strict\", \"lo\": 0, \"hi\": 2, \"label_en\": \"remission\"}', true))" -c "SELECT (clinical.remission('HAMD-17', 3, 'remission_strict')).*" -c ROLLBACK)" \
		$'extended\nHAMD-17|remission_strict_at_most_2|f'
	sql "DROP ROLE t_sc_other"
}

@test "what is wrong in a definition is named with its place" {
	wrong() { refused "$PGUSER" "SELECT clinical.declare_instrument(\$json\$$1\$json\$)" "$2"; }
	wrong '[]' 'the definition is array where an object is expected'
	wrong "${small/\"title_en\"/\"titel\"}" "unknown keys: 'titel'"
	wrong "${small/\"total_max\": 6/\"total_max\": 7}" "items' totals run from 0 to 6, and the definition's from 0 to 7"
	wrong "${small/\"lo\": 3/\"lo\": 4}" 'scheme s: the bands from 0 to 2 do not meet the next at 4'
	wrong "${small/\"hi\": 2/\"hi\": 3}" 'scheme s: the bands from 0 to 3 do not meet the next at 3'
	wrong "${small/\"items\": \[1\]/\"items\": [3]}" 'factors\[1\] \(first\): items is \[3\] where different numbers from 1 to 2'
	wrong "${small/\"min\": 0, \"max\": 3\}/\"min\": 0, \"max\": 2.5\}}" 'items\[1\]: min is 0 and max 2.5'
	wrong "${small/\"hi\": 1/\"hi\": 6}" 'scheme remission: one band is expected'
	wrong "${small/\"name_en\": \"b\"/\"name_en\": \"a\"}" "items lists more than once: 'a'"
	wrong "${small/\"reversed\": true/\"counts_with\": 2, \"reversed\": 1}" 'items\[2\]: reversed is 1 where boolean'
	wrong "${small/\"reversed\": true/\"counts_with\": 3}" 'items\[2\]: counts_with is 3'
	wrong "${small/T-2/-}" "'-' is no name for an instrument"
}

@test "totals: reversed items, groups that count once, a missing answer; prorating by its own name" {
	equal "$(sql "SELECT clinical.scale_total('SDS', array_fill(1::smallint, '{20}')), clinical.scale_total('SDS', '{4,1,4,4,1,1,4,4,4,4,1,1,4,1,4,1,1,1,4,1}'), clinical.score_index('SDS', 43), clinical.score_index('SDS', 50)")" '50|80|53|62'
	equal "$(sql "SELECT clinical.scale_total('QIDS-SR', '{3,1,0,2,1,0,2,0,3,0,0,0,0,0,1,2}'), clinical.scale_total('QIDS-SR', array_fill(3::smallint, '{16}'))")" '9|27'
	equal "$(sql "SELECT clinical.scale_total('HAMD-6', '{4,NULL,2,2,1,1}'), trim_scale(clinical.prorated_total('HAMD-6', '{4,NULL,2,2,1,1}')), clinical.prorated_total('HAMD-6', '{4,NULL,NULL,2,1,1}'),
		trim_scale(clinical.prorated_total('HAMD-6', '{4,NULL,NULL,2,1,1}', most_missing => 0.5)), clinical.prorated_total('HAMD-6', '{4,0,2,2,1,1}')")" '|12||12|10'
	refused "$PGUSER" "SELECT clinical.scale_total('HAMD-6', '{5,0,2,2,1,1}')" 'HAMD-6 item 1 \(depressed mood\) is 5 where 0 to 4 is expected'
	refused "$PGUSER" "SELECT clinical.scale_total('HAMD-6', '{5,0,2}')" 'HAMD-6 has 6 items, and 3 answers were given'
	refused "$PGUSER" "SELECT clinical.scale_total('HAMD', '{5,0,2}')" "instrument 'HAMD' is not known"
	refused "$PGUSER" "SELECT clinical.scale_total('HAMD-unspecified', '{1}')" 'known by its total alone'
}

@test "factors by a named structure: the Chinese seven leave item 13 out, Cleary and Guy's take it in" {
	equal "$(sql "SELECT factor, score, factor_max FROM clinical.factor_scores('HAMD-17', '{0,0,0,0,0,0,0,0,0,1,1,1,2,0,1,0,1}', 'cleary_guy')")" 'anxiety/somatization|7|18'
	equal "$(sql "SELECT score, factor_max FROM clinical.factor_scores('HAMD-24', '{0,0,0,0,0,0,0,0,0,1,1,1,2,0,1,0,1,0,0,0,0,0,0,0}', 'chinese_7') WHERE factor = 'anxiety/somatization'")" '5|16'
	equal "$(sql "SELECT count(*), count(score) FROM clinical.factor_scores('HAMD-24', array_fill(NULL::smallint, '{24}'), 'chinese_7')")" '7|0'
	refused "$PGUSER" "SELECT clinical.factor_scores('HAMD-24', array_fill(1::smallint, '{24}'), 'cleary_guy')" "HAMD-24 has no factor structure 'cleary_guy'"
}

@test "severity: the scheme is always named, in both languages" {
	equal "$(sql "SELECT string_agg(clinical.severity('HAMD-17', 23, s), ',') FROM unnest('{zimmerman,nice,chinese}'::text[]) s")" 'moderate,very severe,definite'
	equal "$(sql "SELECT clinical.severity('HAMD-24', 20, 'chinese', 'zh'), clinical.severity('HAMD-24', 21, 'chinese', 'zh'), clinical.severity('SDS', 42, 'chinese'), clinical.severity('SDS', 43, 'chinese')")" '可能有抑郁症|轻或中度抑郁|none|mild'
	refused "$PGUSER" "SELECT clinical.severity('HAMD-17', 23, 'best')" "HAMD-17 has no scheme 'best'"
	refused "$PGUSER" "SELECT clinical.severity('HAMD-17', 53, 'nice')" 'total is 53 where 0 to 52 is expected'
	refused "$PGUSER" "SELECT clinical.severity('HAMD-17', 3, 'remission')" 'a threshold of remission'
	refused "$PGUSER" "SELECT clinical.severity('HAMD-unspecified', 3, 'nice')" 'no scheme'
}

@test "response is exactly half and more, the effective rate a quarter, each by its name" {
	equal "$(sql "SELECT (clinical.response('HAMD-17', 21, x)).* FROM unnest('{10,11,NULL}'::int[]) x")" $'HAMD-17|response_50|t\nHAMD-17|response_50|f\nHAMD-17|response_50|'
	equal "$(sql "SELECT (clinical.effective('HAMD-17', 20, x)).* FROM unnest('{15,16}'::int[]) x")" $'HAMD-17|effective_25|t\nHAMD-17|effective_25|f'
	equal "$(sql "SELECT string_agg((clinical.effect_class('HAMD-17', 20, x)).class_zh, ' ') FROM unnest('{5,6,10,11,15,16}'::int[]) x")" '痊愈 显效 显效 有效 有效 无效'
	equal "$(sql "SELECT (clinical.remission('HAMD-17', 7)).*, (clinical.remission('HAMD-17', 7.5)).reached, (clinical.remission('HAMD-7', 4)).definition")" 'HAMD-17|remission_at_most_7|t|f|remission_at_most_3'
	equal "$(sql "SELECT trim_scale(clinical.percent_reduction('SDS', 60, 40)), clinical.percent_reduction('SDS', 60, 40, above_minimum => true)::int, (clinical.response('SDS', 60, 40, above_minimum => true)).*, clinical.percent_reduction('HAMD-17', 0, 0)")" \
		'33.3333333333333333|50|SDS|response_50_above_minimum|t|'
	refused "$PGUSER" "SELECT clinical.remission('HAMD-unspecified', 3)" 'no definition of remission'
}

@test "on a scale where more is better, more is improvement" {
	equal "$(as "$PGUSER" -c BEGIN -c "SELECT clinical.declare_instrument('{\"instrument\": \"GAF\", \"title_en\": \"Global functioning\", \"higher_is\": \"better\", \"total_min\": 1, \"total_max\": 100, \"source\": \"test\",
			\"cutoffs\": [{\"scheme\": \"remission\", \"lo\": 71, \"hi\": 100, \"label_en\": \"remission\"}]}')" \
		-c "SELECT clinical.percent_reduction('GAF', 40, 60)::int, (clinical.response('GAF', 40, 60)).reached, (clinical.remission('GAF', 71)).*, (clinical.remission('GAF', 70)).reached" -c ROLLBACK)" \
		$'added\n50|t|GAF|remission_at_least_71|t|f'
}

@test "a rate counts one definition of one instrument, and those not known beside it; nri has a name of its own" {
	equal "$(sql "SELECT clinical.outcome_rate(clinical.response('HAMD-17', 20, x)), clinical.outcome_rate(clinical.nri(clinical.response('HAMD-17', 20, x))) FROM unnest('{5,10,11,NULL}'::int[]) x")" \
		'(HAMD-17,response_50,3,2,0.6666666666666666,1)|(HAMD-17,response_50_nri,4,2,0.5,0)'
	refused "$PGUSER" "SELECT clinical.outcome_rate(o) FROM (VALUES (clinical.response('HAMD-17', 20, 5)), (clinical.effective('HAMD-17', 20, 5))) v(o)" 'do not share a rate: HAMD-17 effective_25 and HAMD-17 response_50'
	refused "$PGUSER" "SELECT clinical.outcome_rate(o) FROM (VALUES (clinical.response('HAMD-17', 20, 5)), (clinical.response('HAMD-24', 20, 5))) v(o)" 'do not share a rate: HAMD-17 response_50 and HAMD-24 response_50'
	refused "$PGUSER" "SELECT clinical.one_instrument(i) FROM unnest('{HAMD-24,HAMD-17}'::text[]) i" 'totals of HAMD-17 and of HAMD-24 are not one quantity'
	refused "$PGUSER" "SELECT clinical.one_instrument('HAMD-unspecified')" 'states no version'
}

@test "locf is an aggregate and a window; time to response is censored at the last total; reliable change names its inputs" {
	equal "$(sql "SELECT string_agg(coalesce(l::text, '-'), ' ' ORDER BY w) FROM (SELECT w, clinical.locf(t) OVER (ORDER BY w) AS l FROM (VALUES (0, NULL), (1, 20), (2, NULL), (3, 9)) v(w, t)) x")" '- 20 20 9'
	equal "$(sql "SELECT * FROM clinical.time_to_response('HAMD-17', '{4,0,1,2}', '{NULL,20,15,10}')")" 'response_50|20|t|2|2'
	equal "$(sql "SELECT * FROM clinical.time_to_response('HAMD-17', '{0,1,2}', '{20,15,NULL}')")" 'response_50|20|f||1'
	equal "$(sql "SELECT * FROM clinical.time_to_response('HAMD-17', '{0,1,2}', '{NULL,15,1}')")" 'response_50||||2'
	equal "$(sql "SELECT definition, round(rci::numeric, 9), reliable FROM clinical.reliable_change(before => 25, after => 12, sd_before => 5, reliability => 0.8)")" 'jacobson_truax_1.96|-4.110960958|t'
	refused "$PGUSER" "SELECT clinical.reliable_change(25, 12, 5, 1)" 'reliability is 1'
}

@test "ancova: R's lm to the last digits, adjusted means and every difference; what cannot be estimated is NULL and says why" {
	# lm(y ~ b + a + s): the differences, their standard errors and t are summary(lm)$coef's.
	equal "$(sql "SELECT quantity, arm, versus, n, n_missing, round(estimate::numeric, 12), round(se::numeric, 12), df, round(p::numeric, 12)
		FROM clinical.ancova('{1,2,3.5,5,4,7,8,NULL}', '{1,2,3,4,5,6,7,8}', '{a,b,a,b,c,c,b,a}', '{x,y,x,y,y,x,y,x}') WHERE quantity <> 'adjusted mean'")" \
		$'baseline slope|||7|1|1.193181818182|0.091263513660|2|0.005799495936\ndifference|a|b|7|1|-1.772727272727|0.662315778223|2|0.115831500725\ndifference|a|c|7|1|0.022727272727|0.562586081568|2|0.971446048092\ndifference|b|c|7|1|1.795454545455|0.408142840820|2|0.047985458366'
	equal "$(sql "SELECT bool_and(abs(m.estimate - w.estimate - d.estimate) < 1e-13) FROM clinical.ancova('{1,2,3.5,5,4,7,8}', '{1,2,3,4,5,6,7}', '{a,b,a,b,c,c,b}', '{x,y,x,y,y,x,y}') d
		JOIN clinical.ancova('{1,2,3.5,5,4,7,8}', '{1,2,3,4,5,6,7}', '{a,b,a,b,c,c,b}', '{x,y,x,y,y,x,y}') m ON m.arm = d.arm AND m.quantity = 'adjusted mean'
		JOIN clinical.ancova('{1,2,3.5,5,4,7,8}', '{1,2,3,4,5,6,7}', '{a,b,a,b,c,c,b}', '{x,y,x,y,y,x,y}') w ON w.arm = d.versus AND w.quantity = 'adjusted mean'
		WHERE d.quantity = 'difference'")" t
	equal "$(sql "SELECT arm, versus FROM clinical.ancova('{1,2,3.5,5,4,7,8}', '{1,2,3,4,5,6,7}', '{a,b,a,b,c,c,b}', reference => 'c') WHERE quantity = 'difference'")" $'a|c\nb|c'
	equal "$(sql "SELECT quantity, estimate, note FROM clinical.ancova('{1,2,3.5,5,4,7,8}', '{1,2,3,4,5,6,7}', '{a,b,a,b,a,a,b}', '{a,b,a,b,a,a,b}')")" 'difference||arm, baseline and site cannot be told apart'
	equal "$(sql "SELECT note FROM clinical.ancova('{1,2,3}', '{1,2,4}', '{a,b,a}')")" '3 complete rows where more than 3 are needed'
	equal "$(sql "SELECT note FROM clinical.ancova('{1,2,NULL}', '{1,2,4}', '{a,a,b}')")" '1 arm with complete rows where two are needed'
	refused "$PGUSER" "SELECT clinical.ancova('{1,2}', '{1}', '{a,b}')" 'final has 2 elements, baseline 1'
	refused "$PGUSER" "SELECT clinical.ancova('{1,NaN}', '{1,2}', '{a,b}')" 'must be finite'
	refused "$PGUSER" "SELECT clinical.ancova('{1,2}', '{1,2}', '{a,b}', reference => 'z')" "reference is 'z'"
}

@test "repeated measures: complete data give each week's ancova, what is missing changes it, and what cannot be estimated says why" {
	# With nobody missing and the same covariates at each week, generalised least squares with a free covariance is least squares week by week.
	sql "CREATE TABLE public.repeated AS SELECT who, w, CASE WHEN who % 2 = 0 THEN 'a' ELSE 'b' END AS arm, 15 + who * 7 % 11 AS baseline,
		10 + who * 7 % 11 - w + (who * who * 13 % 17) / 3.0 + (who * 5 % 7) * w / 4.0 + (w * who * 11 % 13) / 5.0 AS total
		FROM generate_series(1, 24) who, unnest('{1,2,4}'::int[]) w"
	mmrm="clinical.mmrm(array_agg(total::float8), array_agg(baseline::float8), array_agg(arm), array_agg(w::numeric), array_agg(who::text))"
	equal "$(sql "SELECT count(*), bool_and(abs(m.estimate - a.estimate) < 1e-7), bool_and(m.subjects_used = 24 AND m.n = 72 AND m.n_missing = 0 AND m.df = 63) FROM
		(SELECT (x.m).* FROM (SELECT $mmrm AS m FROM public.repeated) x) m
		JOIN (SELECT w, (clinical.ancova(array_agg(total::float8), array_agg(baseline::float8), array_agg(arm))).* FROM public.repeated GROUP BY w) a
			ON (a.quantity, a.w, a.arm, coalesce(a.versus, '')) = (m.quantity, m.week, m.arm, coalesce(m.versus, ''))")" '9|t|t'
	# Any order of rows; a reference of one's own turns the sign.
	equal "$(sql "SELECT bool_and(abs(a.estimate + b.estimate) < 1e-7 AND abs(a.se - b.se) < 1e-7) FROM
		(SELECT (x.m).* FROM (SELECT $mmrm AS m FROM public.repeated) x) a JOIN
		(SELECT (x.m).* FROM (SELECT clinical.mmrm(array_agg(total::float8 ORDER BY w, who DESC), array_agg(baseline::float8 ORDER BY w, who DESC), array_agg(arm ORDER BY w, who DESC),
			array_agg(w::numeric ORDER BY w, who DESC), array_agg(who::text ORDER BY w, who DESC), reference => 'a') AS m FROM public.repeated) x) b USING (quantity, week) WHERE quantity = 'difference'")" t
	equal "$(sql "SELECT n_missing, n FROM (SELECT ($mmrm).* FROM (SELECT who, w, arm, baseline, CASE WHEN w = 4 AND who > 20 THEN NULL ELSE total END AS total FROM public.repeated) r) m WHERE quantity = 'residual SD' AND week = 4")" '4|68'
	equal "$(sql "SELECT note FROM (SELECT ($mmrm).* FROM public.repeated WHERE w = 1) m")" '2 arms at 1 weeks with complete rows that vary where two of each are needed'
	refused "$PGUSER" "SELECT $mmrm FROM (TABLE public.repeated UNION ALL TABLE public.repeated) r" 'two rows of one week'
	refused "$PGUSER" "SELECT clinical.mmrm('{1}', '{1,2}', '{a}', '{1}', '{x}')" 'final has 1 elements, baseline 2'
	refused t_sc_analyst "SELECT clinical.trial_mmrm('scales', 'HAMD-17')" 'study scales is masked'
	refused t_sc_unblinded "SELECT clinical.trial_mmrm('scales', 'HAMD-unspecified')" 'states no version'
}

@test "outcomes by arm and visit: three rules for what is missing in rows of their own; no mean without a stated version" {
	equal "$(as t_sc_unblinded -c "SELECT missing, n, n_missing, n_carried, round(mean::numeric, 4), responders, remitters, response_definition FROM clinical.outcome_by_visit
		WHERE (instrument, session, arm) = ('HAMD-17', 'w4', 'SH') ORDER BY missing")" \
		$'locf|6|0|1|12.0000|4|1|response_50_locf\nnri|5|1|0|11.0000|4|1|response_50_nri\nobserved|5|1|0|11.0000|4|1|response_50'
	equal "$(as t_sc_unblinded -c "SELECT n, mean, mean_change, remission_definition, remitters, responders FROM clinical.outcome_by_visit
		WHERE (instrument, session, arm, missing) = ('HAMD-unspecified', 'w4', 'SH', 'observed')")" '5|||||4'
	refused t_sc_unblinded "SELECT clinical.trial_ancova('scales', 'HAMD-unspecified', 'w4')" 'states no version'
}

@test "of a baseline of 0 no half can go: response is unknown under every rule, and counts in no rate" {
	equal "$(as t_sc_unblinded -c "SELECT count(*) FROM clinical.subject_outcome WHERE responded IS NULL AND missing = 'nri'")" 0
	equal "$(as "$PGUSER" -c BEGIN -c "UPDATE clinical.score SET total_stated = 0 WHERE subject_id = 5 AND instrument = 'HAMD-17' AND session <> 'w2'" \
		-c "SELECT DISTINCT responded IS NULL AND effective IS NULL AND percent_reduction IS NULL AND remitted FROM clinical.subject_outcome WHERE subject_id = 5 AND instrument = 'HAMD-17' AND session = 'w4'" \
		-c "SELECT improvement::int, responded FROM report.improvement WHERE subject_id = 5" \
		-c "SELECT n, with_baseline, responders FROM report.hamd_by_visit WHERE arm = 'SH' AND session = 'w4'" \
		-c "SELECT n, n_missing, responders FROM clinical.outcome_by_visit WHERE (instrument, session, arm, missing) = ('HAMD-17', 'w4', 'SH', 'nri')" -c ROLLBACK)" \
		$'t\n0|\n5|4|3\n5|1|3'
}

@test "while a study is masked its arms are hidden: in views, in the table, in the history and in comparisons" {
	equal "$(as t_sc_analyst -c "SELECT arm, label_zh, kind, count(*) FROM clinical.participant GROUP BY 1, 2, 3 ORDER BY 1")" $'HC||healthy|1\nmasked|盲态|masked|11'
	equal "$(as t_sc_unblinded -c "SELECT arm, count(*) FROM clinical.participant GROUP BY 1 ORDER BY 1")" $'EA|5\nHC|1\nSH|6'
	refused t_sc_analyst 'SELECT arm FROM clinical.subject' 'permission denied'
	refused t_sc_analyst 'SELECT * FROM clinical.subject' 'permission denied'
	refused t_sc_analyst "SELECT count(*) FROM clinical.subject s WHERE s.arm = 'EA'" 'permission denied'
	refused t_sc_analyst "SELECT to_jsonb(s) FROM clinical.subject s" 'permission denied'
	equal "$(as t_sc_analyst -c "SELECT count(*), count(sex) FROM clinical.subject")" '12|12'
	equal "$(as t_sc_analyst -c "SELECT string_agg(DISTINCT arm, ',' ORDER BY arm) FROM clinical.outcome_by_visit")" 'HC,masked'
	equal "$(as t_sc_dash -c "SELECT string_agg(DISTINCT arm, ',' ORDER BY arm) FROM report.hamd")" 'HC,masked'
	equal "$(as t_sc_analyst -c "SELECT count(*) FROM pg_stats WHERE schemaname = 'clinical' AND tablename = 'subject' AND attname = 'arm'")" 0
	refused t_sc_analyst "SELECT clinical.trial_ancova('scales', 'HAMD-17', 'w4')" 'study scales is masked'
	sql "INSERT INTO intervention.session (subject_id, session_number, site, study, file_id) SELECT subject_id, 1, site, study, 1 FROM clinical.subject_key"
	equal "$(as t_sc_analyst -c 'SELECT (SELECT count(*) FROM intervention.session), (SELECT count(*) FROM intervention.adherence)')" '0|0'
	equal "$(as t_sc_unblinded -c 'SELECT count(*) FROM intervention.session')" 12
	equal "$(as t_sc_loader -c 'SELECT count(*) FROM intervention.session')" 12
	sql "INSERT INTO ingest.history (table_name, row_key, old_row, file_id, site) SELECT 'clinical.subject', '{}', '{\"arm\": \"EA\"}', file_id, 'sc_a' FROM ingest.file"
	equal "$(as t_sc_analyst -c 'SELECT count(*) FROM ingest.history')" 0
	equal "$(as t_sc_unblinded -c 'SELECT count(*) FROM ingest.history')" 1
}

@test "unmasking: by who may, with a reason that is kept; a declaration does not do it" {
	refused t_sc_analyst "SELECT clinical.unmask('scales', 'lock')" 'permission denied'
	refused t_sc_loader "SELECT clinical.unmask('scales', 'lock')" 'no member of psyrad_unblinded'
	refused t_sc_opener "SELECT clinical.unmask('scales', ' ')" 'reason is empty'
	refused t_sc_opener "SELECT clinical.unmask('other', 'lock')" "study 'other' is not masked"
	refused t_sc_opener "SELECT clinical.declare_study('{\"study\": \"scales\", \"title_en\": \"Scales\", \"simulated\": true, \"masked\": false}')" 'a declaration does not unmask it'
	equal "$(as t_sc_opener -c "SELECT change FROM clinical.declare_study('{\"study\": \"scales\", \"title_en\": \"Scales\", \"simulated\": true}')" -c 'SELECT masked FROM clinical.study')" $'unchanged\nt'
	as t_sc_opener -c "SELECT clinical.unmask('scales', 'database locked')"
	equal "$(as t_sc_analyst -c 'SELECT study, unmasked_by, reason FROM clinical.unmasking')" 'scales|t_sc_opener|database locked'
	equal "$(as t_sc_analyst -c "SELECT arm, count(*) FROM clinical.participant GROUP BY 1 ORDER BY 1")" $'EA|5\nHC|1\nSH|6'
	equal "$(as t_sc_analyst -c 'SELECT count(*) FROM intervention.session')" 12
	equal "$(as t_sc_analyst -c "SELECT reason, n FROM clinical.retention WHERE reason IS NOT NULL")" 'adverse event|1'
	# The primary analysis, now that the arms may be compared: the function's rows are clinical.ancova's.
	equal "$(as t_sc_analyst -c "SELECT missing_rule, n, n_missing, n_carried FROM clinical.trial_ancova('scales', 'HAMD-17', 'w4', missing => 'locf', reference => 'SH') WHERE quantity = 'difference'")" 'locf|11|0|1'
	equal "$(as t_sc_analyst -c "SELECT missing_rule, n, n_missing, n_carried FROM clinical.trial_ancova('scales', 'HAMD-17', 'w4') WHERE quantity = 'difference'")" 'observed|10|1|0'
}

@test "visits belong to the plan's weeks by their windows; ties, second visits and days outside say so" {
	equal "$(sql "SELECT day, session, days_off, chosen, note FROM clinical.assign_visits('scales', '{0,1,11,16,17,18,22,35,36}')")" \
		$'0|w0|0|t|\n1|||f|in no window\n11|w2|-3|f|a second visit in this window\n16|w2|2|t|3 visits in this window: the nearest to day 14\n17|w2|3|f|a second visit in this window\n18|w4|-10|f|a second visit in this window\n22|w4|-6|t|3 visits in this window: the nearest to day 28\n35|w4|7|f|a second visit in this window\n36|||f|in no window'
	equal "$(sql "SELECT subject_id, session, days_off FROM clinical.visit_timing WHERE NOT in_window ORDER BY 2")" $'5|w0|4\n5|w2|4'
	refused "$PGUSER" "SELECT clinical.assign_visits('none', '{1}')" "study 'none' plans no visit at a week"
}
