# What dashboards read of acupoints, literature, pooled effects and models: numbers against metafor (tests/golden/report_meta.csv) and plain counts,
# what is unknown, empty, alone or hostile, and who may call.
load helpers

setup_file()
{
	load helpers
	make_database "$database"
	as "$PGUSER" <<-'SQL' >/dev/null
		CREATE ROLE t_dash_evidence LOGIN IN ROLE psyrad_report;
		CREATE ROLE t_nobody_evidence LOGIN;
		GRANT USAGE ON SCHEMA report TO t_nobody_evidence;
		INSERT INTO ingest.file (file_id, command, path, sha256, bytes, status, tool_version, started_at, finished_at)
		SELECT k, c, 'f' || k, sha256(k::text::bytea), 1, 'loaded', 'test', now(), now() FROM (VALUES (1, 'effects'), (2, 'protocols'), (3, 'literature'), (4, 'literature')) f(k, c);
	SQL
	as "$PGUSER" -c "CREATE TABLE public.golden (view text, study text, col text, value float8)" \
		-c "\\copy public.golden FROM '$top/tests/golden/report_meta.csv' CSV HEADER"
	as "$PGUSER" <<-'SQL' >/dev/null
		INSERT INTO evidence.study (evidence_study, year, file_id) SELECT study, value::int, 1 FROM golden WHERE view = 'effect' AND col = 'year';
		INSERT INTO evidence.sample (evidence_study, people) SELECT evidence_study, evidence_study FROM evidence.study;
		INSERT INTO evidence.effect (evidence_study, sd_source, outcome, outcome_type, intervention, comparator, weeks, n1, m1, sd1, n2, m2, sd2, file_id)
		SELECT study, 'reported', 'HAMD-17', 'final', 'EA', 'sham', 8, max(value) FILTER (WHERE col = 'n1'), max(value) FILTER (WHERE col = 'm1'), max(value) FILTER (WHERE col = 'sd1'),
			max(value) FILTER (WHERE col = 'n2'), max(value) FILTER (WHERE col = 'm2'), max(value) FILTER (WHERE col = 'sd2'), 1
		FROM golden WHERE view = 'effect' GROUP BY study;
	SQL
}

teardown_file()
{
	load helpers
	drop_database "$database"
	psql -XAtqd postgres -c 'DROP ROLE IF EXISTS t_dash_evidence, t_nobody_evidence'
}

# VIEW KEY [WHERE]: how many of the golden's numbers of the view it has, and how many of them are not its own to 1e-7.
against_golden()
{
	sql "SELECT count(*), count(*) FILTER (WHERE v.found IS NULL OR abs(v.found - g.value) > 1e-7 * greatest(1e-3, abs(g.value)))
		FROM golden g JOIN LATERAL (SELECT (to_jsonb(t) ->> g.col)::float8 AS found FROM report.$1 t WHERE to_jsonb(t) ->> 'measure' IS DISTINCT FROM 'SMD' AND coalesce(to_jsonb(t) ->> 'pool', to_jsonb(t) ->> 'family') LIKE '%, MD: %'
			AND $2 IS NOT DISTINCT FROM g.study ${3:-}) v ON true WHERE g.view = '$1'"
}

@test "pools, forests, funnels, Baujat's plot, leave-one-out, cumulative, small-study tests and subgroups are metafor's" {
	equal "$(against_golden meta_pool NULL)" '16|0'
	equal "$(against_golden forest study "AND kind = 'study'")" '32|0'
	equal "$(against_golden funnel study)" '16|0'
	equal "$(against_golden baujat study)" '16|0'
	equal "$(against_golden leave_one_out study)" '80|0'
	equal "$(against_golden cumulative study)" '76|0'
	equal "$(against_golden small_study test)" '11|0'
	equal "$(against_golden subgroup level "AND moderator = 'people'")" '21|0'
	equal "$(sql "SELECT string_agg(kind || ' ' || line, ', ' ORDER BY line) FILTER (WHERE kind <> 'study'), round(sum(weight)::numeric, 12) FROM report.forest WHERE pool LIKE '%, MD:%'")" \
		'z 1000001, knha 1000002, prediction 1000003|1.000000000000'
	equal "$(sql "SELECT count(*) FROM report.subgroup WHERE moderator IN ('weeks', 'comparator')")" 0 # one level is no moderator
}

@test "risk of bias as a subgroup: of the outcome before the study's, the severest of several tools, by the rule where nobody concluded; means are metafor's" {
	sql "INSERT INTO evidence.appraisal (evidence_study, tool, outcome, domain, assessor, judgement, file_id)
		SELECT 'Trial ' || t, tool, outcome, domain, 'X', judgement, 1 FROM (VALUES ('A', 'RoB 2', '', 'overall', 'low'), ('B', 'RoB 2', '', 'overall', 'low'), ('B', 'RoB 2', 'HAMD-17', 'overall', 'high'),
			('C', 'RoB 2', '', 'overall', 'low'), ('C', 'RoB 2', 'SDS', 'overall', 'high'), ('E', 'ROBINS-I', '', 'overall', 'low'), ('E', 'RoB 2', '', 'overall', 'high'), ('F', 'RoB 2', '', 'overall', 'low'),
			('H', 'RoB 2', '', 'D1', 'low'), ('H', 'RoB 2', '', 'D2', 'high'), ('H', 'RoB 2', '', 'D3', 'low'), ('H', 'RoB 2', '', 'D4', 'some_concerns'), ('H', 'RoB 2', '', 'D5', 'low')) j(t, tool, outcome, domain, judgement)" >/dev/null
	equal "$(against_golden subgroup level "AND moderator = 'risk_of_bias'")" '21|0'
	equal "$(sql "SELECT string_agg(format('%s / %s %s', level_en, level_zh, k), ', ' ORDER BY level COLLATE \"C\") FROM report.subgroup WHERE moderator = 'risk_of_bias' AND family LIKE '%, MD:%'")" \
		'RoB 2: Low risk / RoB 2：低风险 3, RoB 2: High risk / RoB 2：高风险 3, not appraised / 未评价 2'
	equal "$(sql "SELECT count(*) FROM report.meta_moderator m JOIN evidence.poolable_risk r ON r.evidence_study = m.label AND r.measure = 'MD' AND r.used WHERE m.moderator = 'risk_of_bias' AND m.family LIKE '%, MD:%'
		AND m.level = coalesce(r.tool || ' ' || CASE r.risk WHEN 'low' THEN '1 low' WHEN 'high' THEN '3 high' END, '~')")" 8
	sql "DELETE FROM evidence.appraisal" >/dev/null
}

@test "sentences say in Chinese what they say in English" {
	equal "$(sql "SELECT sentence_en FROM report.meta_pool WHERE measure = 'MD'")" \
		'Random-effects model (REML, Knapp-Hartung, k = 8): estimate -2.90, 95% CI -4.70 to -1.10, t(7) = -3.81, p = .007; 95% prediction interval -7.41 to 1.60; heterogeneity Q(7) = 22.29, p = .002, tau² = 3.05, I² = 71.2%.'
	equal "$(sql "SELECT sentence_zh FROM report.meta_pool WHERE measure = 'MD'")" \
		'随机效应模型（REML，Knapp-Hartung，k = 8）：合并效应 -2.90，95% CI -4.70 至 -1.10，t(7) = -3.81，p = .007；95% 预测区间 -7.41 至 1.60；异质性 Q(7) = 22.29，p = .002，τ² = 3.05，I² = 71.2%。'
	# Every number of the English line stands in the Chinese one, in its order, over many pools of random numbers.
	equal "$(sql "SELECT count(*), count(*) FILTER (WHERE replace(en, '-0.00', '0.00') <> replace(zh, '-0.00', '0.00')) FROM (
		SELECT (SELECT string_agg(m[1], ' ') FROM regexp_matches(replace(report.sentence(r, 'en'), '95% ', ''), '-?[0-9]*[.]?[0-9]+(?:e[+-][0-9]+)?', 'g') m) AS en,
			(SELECT string_agg(m[1], ' ') FROM regexp_matches(replace(report.sentence(r, 'zh'), '95% ', ''), '-?[0-9]*[.]?[0-9]+(?:e[+-][0-9]+)?', 'g') m) AS zh
		FROM (SELECT psyrad.meta_final(psyrad.meta_state(sin(g * k) * 10 ^ (g % 9 - 4), 0.3 + cos(k * g) ^ 2), method, test) AS r
			FROM generate_series(1, 12) g CROSS JOIN unnest('{1,2,3,7}'::int[]) n CROSS JOIN LATERAL generate_series(1, n) k
			CROSS JOIN unnest('{EE,DL,REML}'::text[]) method CROSS JOIN unnest('{z,t,knha,adhoc}'::text[]) test GROUP BY g, n, method, test) pools) s")" '576|0'
	equal "$(sql "SELECT report.heterogeneity(psyrad.meta_final(psyrad.meta_state(0.5, 0.1))) || '|' || report.heterogeneity(psyrad.meta_final(psyrad.meta_state(0.5, 0.1)), 'zh')")" \
		'Fewer than two studies: heterogeneity cannot be told.|不足两项研究，无法判断异质性。'
	equal "$(sql "SELECT heterogeneity_en FROM report.meta_pool WHERE measure = 'MD'")" 'I² = 71%: substantial (the bands of the Cochrane Handbook); the test of Q says that true effects differ (p = .002); the prediction interval has 0 in it: the true effect of a new study may be none, or the opposite.'
	# Of ratios no effect is 1.
	equal "$(sql "SELECT report.heterogeneity(r, 'en', 'log') || report.heterogeneity(r, 'zh', 'log') FROM (SELECT psyrad.meta(y, 0.01, 'REML', 'knha') AS r FROM unnest('{-0.5,0.1,0.6}'::float8[]) y) m")" \
		'I² = 97%: considerable (the bands of the Cochrane Handbook); the test of Q says that true effects differ (p < .001); the prediction interval has 1 in it: the true effect of a new study may be none, or the opposite.I² = 97%：很大（Cochrane 手册的分段）；Q 检验提示各研究的真实效应不同（p < .001）；预测区间含 1：新研究的真实效应可能无效或方向相反。'
	equal "$(sql "SELECT report.sentence(psyrad.meta(NULL, NULL), 'zh')")" '没有可合并的研究。'
}


@test "the forest plot in text: every row in its place, aligned under Chinese names, safe under hostile ones" {
	equal "$(sql "SELECT report.forest_text(p_measure => 'MD', p_width => 40)")" "$(cat "$BATS_TEST_DIRNAME/forest_text.out")"
	# Each study's box stands where its estimate is, within half a character.
	equal "$(sql "WITH line AS (SELECT t, row_number() OVER () AS k FROM report.forest_text(p_measure => 'MD', p_width => 200) t),
		edge AS (SELECT least(0, min(ci_lb)) AS low, greatest(0, max(ci_ub)) AS high FROM report.forest WHERE pool LIKE '%, MD:%')
		SELECT count(*), max(abs(position('■' IN right(rpad(l.t, 69 + 200), 200)) - 1 - (f.estimate - low) / (high - low) * 199)) <= 0.5
		FROM report.forest f JOIN line l ON starts_with(l.t, f.study) CROSS JOIN edge WHERE f.kind = 'study' AND f.pool LIKE '%, MD:%'")" '8|t'
	refused "$PGUSER" 'SELECT report.forest_text(p_width => 9)' 'width is 9; expected 10 to 200 characters'
	equal "$(sql "SELECT count(*) FROM report.forest_text('no such outcome')")" 0
	as "$PGUSER" <<-'SQL' >"$BATS_TEST_TMPDIR/hostile"
		BEGIN;
		UPDATE evidence.study SET year = NULL WHERE evidence_study = 'Trial H';
		INSERT INTO evidence.study (evidence_study, year, file_id) VALUES ('针刺与百优解治疗抑郁症的随机对照研究及其随访结果', 2016, 1), (E'x\r\n\e[31m\u202Ered' || repeat('y', 9990), 2017, 1);
		INSERT INTO evidence.sample (evidence_study, people) SELECT evidence_study, evidence_study FROM evidence.study s WHERE NOT EXISTS (SELECT FROM evidence.sample p WHERE p.evidence_study = s.evidence_study);
		INSERT INTO evidence.effect (evidence_study, sd_source, outcome, outcome_type, intervention, comparator, weeks, n1, m1, sd1, n2, m2, sd2, file_id)
		SELECT evidence_study, 'reported', 'HAMD-17', 'final', 'EA', 'sham', 8, 20, 10, 4, 20, 12, 4, 1 FROM evidence.study WHERE evidence_study NOT LIKE 'Trial%';
		SELECT report.text_width(t) FROM report.forest_text(p_measure => 'MD') t WHERE t LIKE '%■%' OR t LIKE '%═%' AND t LIKE 'pred%';
		SELECT count(*) FROM report.forest_text() t WHERE t ~ '[[:cntrl:]\u202E]';
		SELECT t FROM report.forest_text(p_measure => 'MD') t WHERE t LIKE '针%' OR t LIKE 'x%' OR t LIKE 'Trial H%';
		SELECT max(length(pool)) FROM report.meta_pool;
		ROLLBACK;
	SQL
	[ "$(grep -c '^0$' "$BATS_TEST_TMPDIR/hostile")" = 1 ]
	[ "$(grep -c '针刺与百优解治疗抑郁症的随机对… ' "$BATS_TEST_TMPDIR/hostile")" = 1 ]
	# However wide the characters, each interval ends where the plot does or before.
	[ "$(grep -E '^[0-9]+$' "$BATS_TEST_TMPDIR/hostile" | sort -n | tail -1)" -le $((32 + 49 + 44)) ]
}

@test "one study, none: no interval that is not there, no row that is not there" {
	equal "$(as "$PGUSER" <<-'SQL'
		BEGIN;
		DELETE FROM evidence.effect WHERE evidence_study <> 'Trial A';
		SELECT kind, round(estimate::numeric, 2), round(ci_lb::numeric, 2), round(weight::numeric, 3) FROM report.forest WHERE pool LIKE '%, MD:%' ORDER BY line;
		SELECT k, i2, pi_lb, heterogeneity_en FROM report.meta_pool WHERE measure = 'MD';
		SELECT count(*), count(estimate) FROM report.leave_one_out WHERE pool LIKE '%, MD:%';
		SELECT count(*) FROM report.forest_text();
		DELETE FROM evidence.effect;
		SELECT (SELECT count(*) FROM report.meta_pool), (SELECT count(*) FROM report.forest), (SELECT count(*) FROM report.small_study), (SELECT count(*) FROM report.forest_text());
		ROLLBACK;
	SQL
	)" $'study|-5.10|-8.08|1.000\nz|-5.10|-8.08|\nknha|-5.10|-8.08|\nprediction|-5.10||\n1|||Fewer than two studies: heterogeneity cannot be told.\n1|0\n15\n0|0|0|0'
}

@test "models: the corners of a ROC curve hold the AUC, shares are those of the confusion matrix, who trained the model is left out" {
	equal "$(as "$PGUSER" <<-'SQL'
		BEGIN;
		CREATE VIEW report.of_mine AS SELECT 'm'::text AS name, 1 AS version, ''::text AS split, NULL::int AS fold, 'response'::text AS outcome, 's'::text AS study, k::bigint AS subject_id, k::text AS label, 'gz'::text AS site,
			'pre'::text AS session, s::float8 AS score, t AS truth, false AS simulated, k > 9 AS trained_on
		FROM unnest(ARRAY[.9,.8,.8,.7,.6,.4,.6,.3,.2,.99]::float8[], ARRAY[true,true,false,true,true,true,false,false,false,false]) WITH ORDINALITY u(s, t, k);
		GRANT SELECT ON report.of_mine TO psyrad_view;
		CREATE OR REPLACE VIEW report.model_prediction AS SELECT * FROM report.of_mine;
		SELECT tp, fp, fn, tn, n, round(sensitivity::numeric, 4), round(specificity::numeric, 4), round(ppv::numeric, 4), round(npv::numeric, 4) FROM report.model_confusion;
		SELECT count(*), round(sum((fpr - before) * (tpr + height) / 2)::numeric, 6), (SELECT round(auc::numeric, 6) FROM report.model_performance)
		FROM (SELECT *, lag(fpr) OVER w AS before, lag(tpr) OVER w AS height FROM report.model_roc WINDOW w AS (ORDER BY threshold DESC NULLS FIRST)) c;
		ROLLBACK;
	SQL
	)" $'4|2|1|2|9|0.8000|0.5000|0.6667|0.6667\n8|0.750000|0.750000'
}

@test "dashboards read the views and pages of evidence; a stranger may call nothing that runs as psyrad_view" {
	for page in acupoints literature meta models; do as t_dash_evidence -c "SELECT report.page_$page()" >/dev/null; done
	equal "$(as t_dash_evidence -c 'SELECT count(*) FROM report.forest_text()')" "$(sql 'SELECT count(*) FROM report.forest_text()')"
	for call in 'report.mine_points()' "report.flow_of('r')" 'report.page_meta()' 'report.map_places()'; do
		refused t_nobody_evidence "SELECT * FROM $call" 'permission denied for function'
	done
	refused t_dash_evidence 'SELECT * FROM evidence.poolable' 'permission denied for schema evidence'
}
