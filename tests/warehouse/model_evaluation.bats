# model_evaluation.bats - stored splits, leakage, stored predictions, evaluation and comparison; numbers against pROC and R's stats
# (tests/golden/evaluation), over a simulated trial of 90 patients at three sites.
load helpers

logins='t_loader t_loader_gz t_reader t_reader_gz t_stranger t_dash t_dash_gz'

setup_file()
{
	load helpers
	drop_logins
	make_database "$database"
	as "$PGUSER" -v document='{"psyrad_model": 1, "name": "c", "task": "regression", "features": ["x"], "estimator": {"kind": "linear", "coef": [[1]], "intercept": [0]}}' <<-SQL
		CREATE ROLE t_loader LOGIN IN ROLE psyrad_ingest;
		CREATE ROLE t_loader_gz LOGIN IN ROLE psyrad_ingest;
		CREATE ROLE t_reader LOGIN IN ROLE psyrad_analyst;
		CREATE ROLE t_reader_gz LOGIN IN ROLE psyrad_analyst;
		CREATE ROLE t_stranger LOGIN IN ROLE psyrad_analyst;
		SELECT FROM clinical.declare_study('{"study": "big", "title_en": "Big", "simulated": true,
			"sites": [{"site": "gz", "name_en": "Guangzhou"}, {"site": "cd", "name_en": "Chengdu"}, {"site": "bj", "name_en": "Beijing"}],
			"arms": [{"arm": "EA", "label_en": "electro-acupuncture", "kind": "verum"}, {"arm": "HC", "label_en": "healthy", "kind": "healthy"}],
			"visits": [{"session": "post", "week": 8, "role": "post"}, {"session": "pre", "week": 0, "role": "pre"}]}');
		GRANT psyrad_site_gz, psyrad_site_cd, psyrad_site_bj TO t_loader, t_reader;
		GRANT psyrad_site_gz TO t_loader_gz, t_reader_gz;
		INSERT INTO ingest.file (command, path, sha256, bytes, status, tool_version, started_at) VALUES ('t', 'p', sha256('p'), 1, 'loaded', '0', now());
		CREATE TABLE public.cases (label text, site text, truth bool, fold int, lda float8, svm float8, forest float8, knn float8);
		GRANT SELECT ON public.cases TO PUBLIC;
		\\copy public.cases FROM PROGRAM 'tail -n +3 "$top/tests/golden/evaluation/cases.csv"' CSV
		INSERT INTO clinical.subject_key (study, label, site) SELECT 'big', label, site FROM public.cases;
		CREATE VIEW public.person AS SELECT k.subject_id, k.study, c.* FROM clinical.subject_key k JOIN public.cases c USING (label, site);
		INSERT INTO clinical.subject (subject_id, site, study, arm, sex, age_years, file_id)
		SELECT subject_id, site, study, CASE WHEN label < 's081' THEN 'EA' ELSE 'HC' END, CASE WHEN fold % 2 = 0 THEN 'F' ELSE 'M' END, 40, 1 FROM public.person;
		INSERT INTO clinical.visit (subject_id, session, site, study, file_id) SELECT subject_id, session, site, study, 1 FROM public.person, (VALUES ('pre'), ('post')) v(session);
		INSERT INTO clinical.score (subject_id, session, instrument, site, total_stated, file_id)
		SELECT subject_id, session, 'HAMD-17', site, CASE WHEN session = 'pre' THEN 20 WHEN truth THEN 10 ELSE 11 END, 1 FROM public.person, (VALUES ('pre'), ('post')) v(session) WHERE label < 's081';
		INSERT INTO model.registry (name, version, model, format, document, trained_on, registered_by, file_id)
		SELECT m, 1, psyrad.model_load(:'document'), 'psyrad-json', convert_to(:'document', 'UTF8'), 'test', 't_loader', 1 FROM unnest('{lda,svm,forest,knn}'::text[]) m;
		INSERT INTO model.scoring_right (name, grantee, may_manage) SELECT m, 't_loader', true FROM unnest('{lda,svm,forest,knn}'::text[]) m;
		INSERT INTO model.scoring_right (name, grantee) VALUES ('lda', 't_loader_gz');
	SQL
	# The loaders and readers look at the cases through their own sites' rows.
	sql "CREATE FUNCTION public.ids(text DEFAULT '') RETURNS bigint[] LANGUAGE sql AS \$\$ SELECT array_agg(subject_id ORDER BY md5(label || \$1)) FROM clinical.subject_key \$\$"
	as t_loader -c "SELECT model.declare_outcome('truth', 'as the cases say', array_agg(subject_id), array_agg(truth)) FROM clinical.subject_key k JOIN public.cases USING (label, site)" >/dev/null
	# The goldens' folds, as their maker dealt them.
	sql "INSERT INTO model.split (split, kind, folds, seed, kept_together, strata, cohort, studies, members, fingerprint) VALUES ('given', 'folds', 5, 0, 'subject', '{}', 'goldens', '{big}', 90, '');
		INSERT INTO model.split_member (subject_id, split, site, fold) SELECT subject_id, 'given', site, fold FROM public.person"
	for m in lda svm forest knn; do
		for split in '' given; do
			as t_loader -c "SELECT model.store_predictions('$m', array_agg(subject_id ORDER BY md5(label)), array_agg('pre'::text ORDER BY md5(label)), array_agg($m ORDER BY md5(label)), split => '$split')
				FROM clinical.subject_key JOIN public.cases USING (label, site)" >/dev/null
		done
	done
}

drop_logins() { local role; for role in $logins; do psql -XAtqd postgres -c "DROP ROLE IF EXISTS $role"; done; }

teardown_file()
{
	load helpers
	sql 'DELETE FROM clinical.score'
	"$deploy" revert --yes "$(url_of "$database")" >/dev/null
	drop_database "$database"
	drop_logins
}

folds() { as t_loader -c "SELECT string_agg(format('%s:%s', label, fold), ' ' ORDER BY label) FROM model.split_member JOIN clinical.subject_key USING (subject_id) WHERE split = '$1'"; }
fingerprint() { sql "SELECT fingerprint FROM model.split WHERE split = '$1'"; }

@test "folds: the same subjects and seed give the same in any order of rows, any multiplicity; another seed other ones" {
	equal "$(as t_loader -c "SELECT model.make_split('a', public.ids(), 'all'), model.make_split('b', public.ids('other order') || public.ids(), 'all, each twice'), model.make_split('c', public.ids(), 'all', seed => 2)")" '90|90|90'
	equal "$(folds a)" "$(folds b)"
	equal "$(fingerprint a)" "$(fingerprint b)"
	[ "$(folds a)" != "$(folds c)" ]
	[ "$(fingerprint a)" != "$(fingerprint c)" ]
	# Every subject once, folds of equal size.
	equal "$(sql "SELECT count(*), count(DISTINCT subject_id), string_agg(DISTINCT fold::text, ',') FROM model.split_member WHERE split = 'a'")" '90|90|1,2,3,4,5'
	equal "$(sql "SELECT DISTINCT count(*) FROM model.split_member WHERE split = 'a' GROUP BY fold")" 18
	equal "$(sql "SELECT kind, folds, seed, kept_together, strata, cohort, studies, members, made_by FROM model.split WHERE split = 'b'")" 'folds|5|1|subject|{}|all, each twice|{big}|90|t_loader'
}

@test "folds are what anybody can compute from seed, study and label: SHA-256 in order, dealt in turn" {
	for label in s001 s002 s003 s045 s090; do printf '%s %s\n' "$(printf '7:big:%s' $label | sha256sum | cut -c1-64)" $label; done | LC_ALL=C sort |
		awk '{ print $2 ":" (NR - 1) % 2 + 1 }' | sort | xargs >"$BATS_TEST_TMPDIR/expected"
	as t_loader -c "SELECT model.make_split('five', array_agg(subject_id), 'five', folds => 2, seed => 7) FROM clinical.subject_key WHERE label IN ('s001', 's002', 's003', 's045', 's090')" >/dev/null
	equal "$(folds five)" "$(cat "$BATS_TEST_TMPDIR/expected")"
	equal "$(fingerprint five)" "$(tr ' ' '\n' <"$BATS_TEST_TMPDIR/expected" | sed 's/^/big:/' | head -c -1 | sha256sum | cut -c1-64)"
}

@test "strata: each class is spread to within one subject, and so are the folds" {
	as t_loader -c "SELECT model.make_split('strat', array_agg(subject_id), 'stratified', array_agg(truth::text || site), folds => 4, seed => 3) FROM clinical.subject_key JOIN public.cases USING (label, site)" >/dev/null
	equal "$(sql "SELECT max(most - fewest) FROM (SELECT stratum, max(n) AS most, min(n) AS fewest FROM (
		SELECT s.stratum, f, (SELECT count(*) FROM model.split_member m WHERE m.split = 'strat' AND m.fold = f AND m.stratum = s.stratum) AS n
		FROM (SELECT DISTINCT stratum FROM model.split_member WHERE split = 'strat') s, generate_series(1, 4) f) x GROUP BY stratum) y")" 1
	equal "$(sql "SELECT max(n) - min(n), sum(n) FROM (SELECT count(*) AS n FROM model.split_member WHERE split = 'strat' GROUP BY fold) x")" '1|90'
	equal "$(sql "SELECT cardinality(strata) FROM model.split WHERE split = 'strat'")" 6
	refused t_loader "SELECT model.make_split('x', public.ids() || public.ids(), 'x', (SELECT array_agg(k::text) FROM generate_series(1, 180) k))" 'two strata at once: big:s'
	refused t_loader "SELECT model.make_split('x', public.ids(), 'x', '{a}')" 'strata has 1 elements, 0 of them NULL, for 90 subjects'
}

@test "hold-outs: a share in each class, or whole sites; leave-one-site-out and grouped sites" {
	as t_loader <<-'SQL' >/dev/null
		SELECT model.make_split('out', array_agg(subject_id), 'a fifth', array_agg(truth::text), test_share => 0.2) FROM clinical.subject_key JOIN public.cases USING (label, site);
		SELECT model.make_split('out_site', public.ids(), 'Chengdu', test_sites => '{cd}');
		SELECT model.make_split('loso', public.ids(), 'each site', kept_together => 'site');
		SELECT model.make_split('two', public.ids(), 'sites in two', kept_together => 'site', folds => 2);
	SQL
	equal "$(sql "SELECT kind, folds, test_share FROM model.split WHERE split = 'out'")" 'hold-out|1|0.2'
	equal "$(sql "SELECT count(*) FILTER (WHERE fold = 1), count(*) FILTER (WHERE fold = 0) FROM model.split_member WHERE split = 'out'")" '18|72'
	equal "$(sql "SELECT bool_and(abs(tested - n * 0.2) < 1) FROM (SELECT stratum, count(*) AS n, count(*) FILTER (WHERE fold = 1) AS tested FROM model.split_member WHERE split = 'out' GROUP BY 1) x")" t
	equal "$(sql "SELECT string_agg(DISTINCT site, ',') FILTER (WHERE fold = 1), string_agg(DISTINCT site, ',') FILTER (WHERE fold = 0) FROM model.split_member WHERE split = 'out_site'")" 'cd|bj,gz'
	equal "$(sql "SELECT kept_together FROM model.split WHERE split = 'out_site'")" site
	equal "$(sql "SELECT folds, (SELECT count(DISTINCT (site, fold)) FROM model.split_member m WHERE m.split = s.split), (SELECT count(DISTINCT fold) FROM model.split_member m WHERE m.split = s.split) FROM model.split s WHERE split = 'loso'")" '3|3|3'
	equal "$(sql "SELECT string_agg(sites::text, ',' ORDER BY sites) FROM (SELECT count(DISTINCT site) AS sites FROM model.split_member WHERE split = 'two' GROUP BY fold) x")" '1,2'
	refused t_loader "SELECT model.make_split('x', public.ids(), 'x', kept_together => 'site', test_share => 0.2)" 'Name the sites'
	refused t_loader "SELECT model.make_split('x', public.ids(), 'x', test_sites => '{nowhere}')" "no subject is of 'nowhere'"
	refused t_loader "SELECT model.make_split('x', public.ids(), 'x', test_sites => '{gz,cd,bj}')" 'no site to train on'
	refused t_loader "SELECT model.make_split('x', public.ids(), 'x', kept_together => 'site', folds => 4)" 'folds is 4, 2 to 3 expected'
	refused t_loader "SELECT model.make_split('x', public.ids(), 'x', folds => 5, test_share => 0.2)" 'exclude each other'
	refused t_loader "SELECT model.make_split('x', public.ids(), 'x', test_share => 1.5)" 'between 0 and 1'
	refused t_loader "SELECT model.make_split('x', public.ids(), 'x', test_share => 0.001)" '0 of 90 subjects would be tested'
	refused t_loader "SELECT model.make_split('x', public.ids(), 'x', folds => 91)" 'folds is 91, 2 to 90 expected'
	refused t_loader "SELECT model.make_split('x', public.ids(), 'x', kept_together => 'family')" "'subject' or 'site' expected"
	refused t_loader "SELECT model.make_split('x', public.ids() || NULL::bigint, 'x')" 'without NULL'
	refused t_loader "SELECT model.make_split('x y', public.ids(), 'x')" 'no name for a split'
	refused t_loader "SELECT model.make_split('x', public.ids(), '')" 'cohort is empty'
	refused t_loader "SELECT model.make_split('x', public.ids(), 'x', (SELECT array_agg('k'::text) FROM generate_series(1, 90)), kept_together => 'site')" 'cannot keep the shares'
	equal "$(sql "SELECT count(*) FROM model.split WHERE split = 'x'")" 0
}

@test "splits, predictions, outcomes and training are never changed, whoever asks, and are made by loaders of the sites alone" {
	refused t_loader "SELECT model.make_split('a', public.ids(), 'again')" "is a split 'a' already, and splits are never changed"
	for role in t_loader t_reader; do
		equal "$role $(as $role <<-'SQL'
			CREATE FUNCTION pg_temp.may(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
			BEGIN
				EXECUTE statement;
				RETURN true;
			EXCEPTION WHEN insufficient_privilege THEN
				RETURN false;
			END $$;
			SELECT count(*), string_agg(format(s, t, columns), '; ') FILTER (WHERE pg_temp.may(format(s, t, columns)) OR has_any_column_privilege(t, 'INSERT, UPDATE'))
			FROM unnest('{model.split,model.split_member,model.prediction,model.training_subject,model.outcome,model.outcome_value}'::regclass[]) t,
				unnest(ARRAY['DELETE FROM %s', 'INSERT INTO %1$s SELECT * FROM %1$s', 'TRUNCATE %s CASCADE', 'UPDATE %s SET %s']) s,
				LATERAL (SELECT string_agg(format('%1$I = %1$I', attname), ', ') AS columns FROM pg_attribute WHERE attrelid = t AND attnum > 0) a;
		SQL
		)" "$role 24|"
	done
	refused t_reader "SELECT model.make_split('x', public.ids(), 'x')" 'permission denied'
	refused t_reader "SELECT model.store_predictions('lda', '{1}', '{pre}', '{1}')" 'permission denied'
	refused t_reader "SELECT model.declare_outcome('x', 'x', '{1}', '{t}')" 'permission denied'
	# A loader of one site splits its own subjects, and cannot say that others' stand in a split.
	equal "$(as t_loader_gz -c "SELECT model.make_split('of_gz', public.ids(), 'Guangzhou')")" 30
	other=$(sql "SELECT min(subject_id) FROM clinical.subject_key WHERE site = 'cd'")
	refused t_loader_gz "SELECT model.make_split('x', public.ids() || ${other}::bigint, 'x')" '1 of the subjects are none that role t_loader_gz sees'
	refused t_loader_gz "SELECT model.store_split('x', 'x', 2, 1, 'subject', NULL, NULL, ARRAY[$other, $other + 3], '{cd,cd}', '{big,big}', '{s001,s004}', NULL)" 'row-level security'
	refused t_loader_gz "SELECT model.store_split('x', 'x', 2, 1, 'subject', NULL, NULL, ARRAY[$other, $other + 3], '{gz,gz}', '{big,big}', '{s001,s004}', NULL)" 'foreign key'
	refused t_loader_gz "SELECT model.store_predictions('lda', '{$other}', '{pre}', '{0.5}')" 'none that role t_loader_gz sees'
	refused t_loader_gz "SELECT model.store_prediction_rows('lda', 1, '', '{$other}', '{cd}', '{later}', NULL, '{0.5}', NULL)" 'row-level security'
	refused t_loader_gz "SELECT model.declare_outcome('x', 'x', '{$other}', '{t}')" 'none that role t_loader_gz sees'
	refused t_loader_gz "SELECT model.store_outcome('x', 'truth', 'x', '{$other}', '{cd}', '{t}', NULL, NULL)" 'row-level security'
	refused t_loader_gz "SELECT model.store_training('lda', 1, '{$other}', '{cd}')" 'may not manage'
	refused t_loader_gz "SELECT model.store_predictions('svm', '{3}', '{post}', '{0.5}')" "may not store predictions of model 'svm'"
	refused t_loader_gz "SELECT model.store_predictions('lda', (SELECT array_agg(subject_id) FROM model.split_member WHERE split = 'of_gz'), (SELECT array_agg('post'::text) FROM model.split_member WHERE split = 'of_gz'),
		(SELECT array_agg(0.5::float8) FROM model.split_member WHERE split = 'of_gz'), split => 'of_gz')" 'may_manage => true'
}

@test "rows of splits, predictions and outcomes are the site's, in every view and function" {
	for view in model.split_member model.prediction model.outcome_value model.truth model.scored; do
		equal "$view $(as t_reader_gz -c "SELECT string_agg(DISTINCT site, ',') FROM $view")" "$view gz"
		equal "$view $(as t_stranger -c "SELECT count(*) FROM $view")" "$view 0"
	done
	equal "$(as t_reader_gz -c "SELECT DISTINCT n FROM model.evaluate('svm', 'truth')")" 30
	equal "$(as t_reader_gz -c "SELECT DISTINCT n FROM model.compare('{svm,forest}', 'truth')")" 30
	equal "$(as t_stranger -c "SELECT count(*) FROM model.evaluate('svm', 'truth')")" 0
	equal "$(as t_reader_gz -c "SELECT members FROM model.leakage WHERE split = 'given'")" 30
	leak='CREATE FUNCTION pg_temp.leak(anyelement) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE $n$leaked %$n$, $1; RETURN true; END $$'
	for view in model.scored model.split_member model.truth model.prediction; do
		seen=$(PGOPTIONS='-c client_min_messages=notice' as t_reader_gz -c "$leak" -c "SELECT FROM $view WHERE pg_temp.leak(site)" 2>&1)
		[[ $seen == *'leaked gz'* && $seen != *'leaked cd'* && $seen != *'leaked bj'* ]]
	done
	equal "$(as t_reader_gz -c "SELECT count(*) FROM pg_stats WHERE schemaname = 'model' AND tablename IN ('prediction', 'split_member', 'training_subject', 'outcome_value')")" 0
}

@test "predictions: stored once, again changes nothing, a difference is refused; out of fold only of who is tested" {
	store() { as t_loader -c "SELECT model.store_predictions('svm', array_agg(subject_id), array_agg('pre'::text), array_agg($1), split => '$2') FROM clinical.subject_key JOIN public.cases USING (label, site)${3:+ WHERE $3}" 2>&1; }
	equal "$(store svm '')" 0
	run store 'svm + 0.001' ''
	[[ $status -ne 0 && $output == *'90 of the predictions differ from those that are stored, which are never changed'* ]]
	run store svm out
	[[ $status -ne 0 && $output == *"72 of the predictions are of subjects whom split 'out' does not test"* ]]
	equal "$(store svm out "EXISTS (SELECT FROM model.split_member m WHERE m.subject_id = subject_key.subject_id AND m.split = 'out' AND m.fold = 1)")" 18
	run store svm nothing
	[[ $status -ne 0 && $output == *"no split 'nothing'"* ]]
	run store "'NaN'::float8" a
	[[ $status -ne 0 && $output == *'90 of the scores are NaN'* ]]
	equal "$(sql "SELECT string_agg(DISTINCT p.fold::text, ',') FILTER (WHERE p.fold = m.fold), count(*) FILTER (WHERE p.fold <> m.fold) FROM model.prediction p JOIN model.split_member m USING (subject_id, split) WHERE split = 'given'")" '1,2,3,4,5|0'
	refused t_loader "SELECT model.store_predictions('svm', '{1,1}', '{post,post}', '{0.1,0.2}')" '2 of the predictions are of a visit that is given twice'
	refused t_loader "SELECT model.store_predictions('svm', '{1}', '{later}', '{0.1}')" '1 of the visits are none'
	refused t_loader "SELECT model.store_predictions('svm', '{1}', '{post,pre}', '{0.1}')" 'hold 1, 2, 1 elements'
	refused t_loader "SELECT model.store_predictions('svm@2', '{1}', '{post}', '{0.1}')" 'model svm has no version 2'
	refused t_loader "SELECT model.store_predictions('none', '{1}', '{post}', '{0.1}')" "no model 'none'"
}

# NAME FOUND EXPECTED: numbers agree to 1e-12 of one.
close() { awk -v name="$1" -v a="$2" -v b="$3" 'BEGIN { d = a - b; if (d < 0) d = -d; if (a == "" || b == "" || d > 1e-12) { print name ": found " a ", expected " b > "/dev/stderr"; exit 1 } }'; }

@test "evaluate: AUC with its interval is pROC's, for the version itself and within folds" {
	while IFS=, read -r m n auc lb ub; do
		IFS='|' read -r found_n found_auc found_lb found_ub <<<"$(as t_reader -c "SELECT n, estimate, ci_lb, ci_ub FROM model.evaluate('$m', 'truth', level => 0.9) WHERE metric = 'auc'")"
		equal "$m $found_n" "$m $n"
		close "$m auc" "$found_auc" "$auc"; close "$m lb" "$found_lb" "$lb"; close "$m ub" "$found_ub" "$ub"
	done < <(tail -n +3 "$top/tests/golden/evaluation/auc.csv")
	while IFS=, read -r m mean se; do
		IFS='|' read -r found_mean found_se <<<"$(as t_reader -c "SELECT estimate, se FROM model.evaluate('$m', 'truth', 'given') WHERE metric = 'auc_mean_of_folds'")"
		close "$m mean" "$found_mean" "$mean"; close "$m se" "$found_se" "$se"
	done < <(tail -n +3 "$top/tests/golden/evaluation/folds.csv")
	[[ $(as t_reader -c "SELECT note FROM model.evaluate('svm', 'truth', 'given') WHERE metric = 'auc'") == 'out-of-fold scores: those of different folds come from different models, which DeLong'* ]]
	[[ $(as t_reader -c "SELECT note FROM model.evaluate('svm', 'truth') WHERE metric = 'auc'") == 'no training subject of this version is declared'* ]]
}

@test "evaluate: every metric is that of the aggregate over the same rows, by site and by fold too" {
	for by in all site fold; do
		equal "$by $(as t_reader <<-SQL
			WITH rows AS (SELECT k.*, c.svm AS s, c.truth AS t, c.fold FROM clinical.subject_key k JOIN public.cases c USING (label, site)),
			want AS (SELECT part, v.* FROM (SELECT CASE '$by' WHEN 'all' THEN 'all' WHEN 'site' THEN site ELSE fold::text END AS part, psyrad.metric_auc_state(s, t) AS x, psyrad.metric_confusion_state(s >= 0.3, t) AS c FROM rows GROUP BY 1) y,
				LATERAL (VALUES ('auc', psyrad.metric_auc_final(x)), ('average_precision', psyrad.metric_average_precision_final(x)), ('brier', psyrad.metric_brier_final(x)),
				('logloss', psyrad.metric_logloss_final(x)), ('ece', (psyrad.metric_calibration_final(x)).ece), ('calibration_slope', (psyrad.metric_calibration_final(x)).slope),
				('sensitivity', (psyrad.metric_sensitivity_final(c)).estimate), ('specificity', (psyrad.metric_specificity_final(c)).estimate), ('ppv', (psyrad.metric_ppv_final(c)).estimate),
				('npv', (psyrad.metric_npv_final(c)).estimate), ('accuracy', (psyrad.metric_accuracy_final(c)).estimate), ('mcc', psyrad.metric_mcc_final(c)), ('f1', psyrad.metric_f1_final(c, 'true')),
				('kappa', (psyrad.metric_kappa_final(c)).estimate), ('balanced_accuracy', psyrad.metric_balanced_accuracy_final(c))) v(metric, estimate))
			SELECT coalesce(string_agg(part || ' ' || metric || ': ' || w.estimate || ' ' || e.estimate, ', ') FILTER (WHERE w.estimate IS DISTINCT FROM e.estimate), '0'), count(*) > 14, count(*) FILTER (WHERE e.metric IS NULL OR w.metric IS NULL)
			FROM want w FULL JOIN (SELECT * FROM model.evaluate('svm', 'truth', by => '$by', split => '$([ $by = fold ] && echo given)', threshold => 0.3) WHERE metric <> 'calibration_intercept') e USING (part, metric);
		SQL
		)" "$by 0|t|0"
	done
	equal "$(as t_reader -c "SELECT sum(n), sum(positives), bool_and(mean_score > lower AND mean_score <= upper) FROM model.calibration('svm', 'truth', bins => 4)")" "90|$(sql 'SELECT count(*) FROM public.cases WHERE truth')|t"
	equal "$(as t_reader -c "SELECT d.net_benefit = b.net_benefit, d.treat_all = b.treat_all FROM model.decision_curve('svm', 'truth', thresholds => '{0.37}') d,
		(SELECT psyrad.metric_auc_state(svm, truth) AS s FROM public.cases) x, psyrad.metric_net_benefit(s, '{0.37}') b")" 't|t'
	refused t_reader "SELECT model.evaluate('svm', 'truth', by => 'moon')" 'all, site, study, fold, arm or sex expected'
	refused t_reader "SELECT model.evaluate('svm', 'nothing')" "no outcome 'nothing'"
	refused t_reader "SELECT model.evaluate('none', 'truth')" "no model 'none'"
	refused t_reader "SELECT model.evaluate('svm', 'truth', 'nothing')" "no split 'nothing'"
}

@test "evaluate: response of patients, classes and numbers; scores that are no probabilities; several visits" {
	equal "$(as t_reader -c "SELECT n, without_outcome FROM model.evaluate('svm', 'response') WHERE metric = 'auc'")" '80|10'
	equal "$(as t_reader -c "SELECT positives FROM model.evaluate('svm', 'patient') WHERE metric = 'auc'")" 80
	equal "$(as t_reader -c "SELECT string_agg(metric, ',') FROM model.evaluate('svm', 'improvement')")" 'r2,mae,rmse,correlation'
	as t_loader <<-'SQL' >/dev/null
		SELECT model.declare_outcome('kind', 'made up', array_agg(subject_id), labels => array_agg(CASE WHEN truth THEN 'A' WHEN fold = 1 THEN 'B' ELSE 'C' END)) FROM clinical.subject_key JOIN public.cases USING (label, site);
		SELECT model.make_split('labels', public.ids(), 'labels', seed => 5);
		SELECT model.store_predictions('knn', array_agg(subject_id), array_agg('pre'::text), array_agg(NULL::float8), array_agg(CASE WHEN fold < 3 THEN 'A' ELSE 'C' END), 'labels') FROM clinical.subject_key JOIN public.cases USING (label, site);
		SELECT model.make_split('margins', public.ids(), 'margins', seed => 6);
		SELECT model.store_predictions('svm', array_agg(subject_id), array_agg('pre'::text), array_agg(ln(svm / (1.01 - svm))), split => 'margins') FROM clinical.subject_key JOIN public.cases USING (label, site);
		SELECT model.store_predictions('svm', array_agg(subject_id), array_agg('post'::text), array_agg(0.5::float8), split => 'margins') FROM clinical.subject_key JOIN public.cases USING (label, site) WHERE label < 's006';
	SQL
	equal "$(as t_reader -c "SELECT e.estimate = (a.x).estimate, e.n, e.method FROM model.evaluate('knn', 'kind', 'labels') e,
		(SELECT psyrad.metric_accuracy(CASE WHEN fold < 3 THEN 'A' ELSE 'C' END, CASE WHEN truth THEN 'A' WHEN fold = 1 THEN 'B' ELSE 'C' END) AS x FROM public.cases) a WHERE metric = 'accuracy'")" 't|90|labels; Wilson'
	equal "$(as t_reader -c "SELECT string_agg(metric, ',' ORDER BY metric COLLATE \"C\") FROM model.evaluate('svm', 'truth', 'margins', threshold => 0)")" \
		'accuracy,auc,auc_mean_of_folds,average_precision,balanced_accuracy,f1,kappa,mcc,npv,ppv,sensitivity,specificity'
	# Every metric of every kind of outcome has its interval; those that are drawn are functions of the seed.
	equal "$(as t_reader -c "SELECT string_agg(metric, ',') FILTER (WHERE (ci_lb <= estimate AND estimate <= ci_ub AND ci_lb < ci_ub AND method IS NOT NULL) IS NOT TRUE), count(*) FROM
		(SELECT * FROM model.evaluate('svm', 'truth') UNION ALL SELECT * FROM model.evaluate('svm', 'improvement') UNION ALL SELECT * FROM model.evaluate('knn', 'kind', 'labels') UNION ALL SELECT * FROM model.evaluate('svm', 'truth', 'margins', threshold => 0)) e")" '|37'
	equal "$(as t_reader -c "SELECT bool_and(a = b), count(*), count(*) FILTER (WHERE (a.ci_lb, a.ci_ub) IS DISTINCT FROM (c.ci_lb, c.ci_ub)) FROM model.evaluate('svm', 'truth', replicates => 200, seed => 4) a
		JOIN model.evaluate('svm', 'truth', replicates => 200, seed => 4) b USING (metric) JOIN model.evaluate('svm', 'truth', replicates => 200, seed => 5) c USING (metric) WHERE a.method LIKE '%bootstrap%'")" 't|7|7'
	[[ $(as t_reader -c "SELECT n, note FROM model.evaluate('svm', 'truth', 'margins') WHERE metric = 'mcc'") == '90|5 subjects have several visits: the pre visit'* ]]
	equal "$(as t_reader -c "SELECT n FROM model.evaluate('svm', 'truth', 'margins', session => 'post') WHERE metric = 'auc'")" 5
}

@test "compare: every pair is pROC's paired test and binom.test, adjusted by Holm; who is compared is said" {
	while IFS=, read -r a b n auc_a auc_b statistic p right_a right_b mcnemar p_holm mcnemar_holm; do
		IFS='|' read -r fn fa fb fs fp fh fra frb fm fmh <<<"$(as t_reader -c "SELECT n, auc_a, auc_b, statistic, p, p_holm, right_a_only, right_b_only, mcnemar_p, mcnemar_p_holm FROM model.compare('{lda,svm,forest,knn}', 'truth') WHERE (a, b) = ('$a', '$b')")"
		equal "$a $b $fn $fra $frb" "$a $b $n $right_a $right_b"
		close "$a $b auc_a" "$fa" "$auc_a"; close "$a $b auc_b" "$fb" "$auc_b"; close "$a $b z" "$fs" "$statistic"; close "$a $b p" "$fp" "$p"
		close "$a $b holm" "$fh" "$p_holm"; close "$a $b mcnemar" "$fm" "$mcnemar"; close "$a $b mcnemar holm" "$fmh" "$mcnemar_holm"
	done < <(tail -n +3 "$top/tests/golden/evaluation/pairs.csv")
	equal "$(as t_reader -c "SELECT count(*), count(DISTINCT (a, b)) FROM model.compare('{lda,svm,forest,knn}', 'truth')")" '6|6'
	equal "$(as t_reader -c "SELECT n, only_a, only_b, note FROM model.compare('{lda,knn}', 'truth')")" '85|3|1|compared over the 85 subjects that both have (a 88, b 86)'
	equal "$(as t_reader -c "SELECT string_agg(DISTINCT n::text, ',') FROM model.compare('{lda,svm,forest,knn}', 'truth', common => 'all')")" 85
	[[ $(as t_reader -c "SELECT note FROM model.compare('{svm,forest}', 'truth', 'given')") == *'so that p is too small'* ]]
	# The order in which they are named changes the sign and nothing else.
	equal "$(as t_reader -c "SELECT x.p = y.p, x.difference = -y.difference, x.n = y.n FROM model.compare('{svm,lda}', 'truth') x, model.compare('{lda,svm}', 'truth') y")" 't|t|t'
	equal "$(as t_reader -c "SELECT n, p, p_holm, mcnemar_p, note FROM model.compare('{svm,lda}', 'truth', 'out')")" '0||||no subject is scored by both; compared over the 0 subjects that both have (a 18, b 0); out-of-fold scores: those of different folds come from different models, so that p is too small'
	refused t_reader "SELECT model.compare('{svm}', 'truth')" 'two models or more'
	refused t_reader "SELECT model.compare('{svm,svm}', 'truth')" 'each once'
	refused t_reader "SELECT model.compare('{svm,lda}', 'truth', common => 'some')" "'pair' or 'all' expected"
}

@test "training subjects are left out and counted, and so is who shares an image with one; leaks are shown with pseudonyms" {
	as t_loader -c "SELECT model.declare_training('forest', 1, 'big', '{s001,s002,s003,s004}')" >/dev/null
	refused t_loader "SELECT model.declare_training('forest', 2, 'big', '{s001}')" 'no version 2'
	equal "$(as t_loader -c "SELECT model.declare_training('forest', 1, 'big', '{s001,s005}')")" 1
	# s010's scan is s001's, s011's and s012's are the same: once against training, once within folds.
	sql "INSERT INTO imaging.acquisition (subject_id, session, modality, site, payload_sha256, file_id)
		SELECT subject_id, 'pre', 'bold', site, sha256(CASE label WHEN 's010' THEN 's001' WHEN 's012' THEN 's011' ELSE label END::bytea), 1 FROM public.person" >/dev/null
	equal "$(as t_reader -c "SELECT n, trained_on, image_trained_on FROM model.evaluate('forest', 'truth') WHERE metric = 'auc'")" '84|5|1'
	equal "$(as t_reader -c "SELECT n, note FROM model.evaluate('forest', 'truth', include_training => true) WHERE metric = 'auc'")" '90|training subjects are counted in, as asked'
	# Out-of-fold scores are of models that did not see the subject.
	equal "$(as t_reader -c "SELECT n, trained_on FROM model.evaluate('forest', 'truth', 'given') WHERE metric = 'auc'")" '90|0'
	equal "$(as t_reader -c "SELECT n, only_a FROM model.compare('{svm,forest}', 'truth')")" '84|6'
	equal "$(as t_reader -c "SELECT sum(n) FROM model.calibration('forest', 'truth')")" 84
	equal "$(as t_reader -c "SELECT DISTINCT n FROM model.decision_curve('forest', 'truth')")" 84
	equal "$(as t_reader -c "SELECT kind, what, sides, subjects, by_design FROM model.leak WHERE of = 'scoring' AND name = 'forest' ORDER BY kind COLLATE \"C\", what")" \
		"image|$(printf s001 | sha256sum | cut -c1-64)|2|1|f
site|bj|2|30|t
site|cd|2|30|t
site|gz|2|30|t
subject|trained on and scored|2|5|f"
	equal "$(as t_reader -c "SELECT k.label FROM model.leak l, unnest(l.pseudonyms) p JOIN clinical.subject_key k ON k.pseudonym = p WHERE l.name = 'forest' AND kind = 'image'")" s010
	equal "$(as t_reader -c "SELECT string_agg(k.label, ',' ORDER BY k.label) FROM model.leak l, unnest(l.pseudonyms) p JOIN clinical.subject_key k ON k.pseudonym = p WHERE l.name = 'forest' AND kind = 'subject'")" s001,s002,s003,s004,s005
	equal "$(as t_reader -c "SELECT subjects, images, sites, clean FROM model.leakage WHERE name = 'forest'")" '5|1|3|f'
	equal "$(as t_reader -c "SELECT subjects, images, sites, clean FROM model.leakage WHERE name = 'svm'")" '0|0|0|t'
	# Folds: 1 and 10, 11 and 12 of the given split; sites are on both sides by design, and on one side where they are kept together.
	equal "$(as t_reader -c "SELECT what, sides, subjects FROM model.leak WHERE split = 'given' AND kind = 'image' ORDER BY 1")" "$({ printf s001 | sha256sum | cut -c1-64; printf s011 | sha256sum | cut -c1-64; } | sort | sed 's/$/|2|2/')"
	equal "$(as t_reader -c "SELECT count(*), bool_and(by_design) FROM model.leak WHERE split = 'given' AND kind = 'site'")" '3|t'
	equal "$(as t_reader -c "SELECT images, sites FROM model.leakage WHERE split = 'loso'")" "$(sql "SELECT count(*) FROM (VALUES ('s001', 's010'), ('s011', 's012')) p(a, b) JOIN public.cases x ON x.label = a JOIN public.cases y ON y.label = b AND y.site <> x.site")|0"
	# Written past the functions, by a superuser: a prediction in a fold that the subject is not placed in, a site in two folds.
	as "$PGUSER" <<-'SQL' >"$BATS_TEST_TMPDIR/seen"
		BEGIN;
		UPDATE model.prediction SET fold = 1 + fold % 5 WHERE split = 'given' AND name = 'lda' AND subject_id = (SELECT subject_id FROM public.person WHERE label = 's007');
		UPDATE model.split_member SET fold = 1 + fold % 3 WHERE split = 'loso' AND subject_id = (SELECT subject_id FROM public.person WHERE label = 's007');
		SELECT of, split, kind, by_design, subjects FROM model.leak WHERE kind = 'subject' AND split <> '';
		SELECT split, kind, by_design FROM model.leak WHERE kind = 'site' AND split = 'loso';
		ROLLBACK;
	SQL
	equal "$(cat "$BATS_TEST_TMPDIR/seen")" $'split|given|subject|f|1\nloso|site|f'
	# Another site's subjects are nobody's to see.
	equal "$(as t_reader_gz -c "SELECT count(*) FROM model.leak l, unnest(l.pseudonyms) p WHERE NOT EXISTS (SELECT FROM clinical.subject_key k WHERE k.pseudonym = p)")" 0
}

@test "question 14: the stored classifiers over the same folds, best pair first, by the numbers of metric_delong and Holm" {
	asked=$(as t_reader -F'|' -f "$top/sql/questions/14_classifiers_compared.sql")
	equal "$(grep -c '^given|' <<<"$asked")" 6
	equal "$(grep '^given|' <<<"$asked" | cut -d'|' -f3 | sort -u)" SIMULATED
	equal "$(grep '^given|5|SIMULATED|forest@1|lda@1|' <<<"$asked" | cut -d'|' -f6,7,10,11)" "$(as t_reader -F'|' -c "SELECT (d).positives + (d).negatives, (d).positives, round((d).difference::numeric, 3), report.eight_digits((d).p)
		FROM (SELECT psyrad.metric_delong(forest, lda, truth) AS d FROM public.cases WHERE label < 's081') x")"
	equal "$(grep '^given|' <<<"$asked" | cut -d'|' -f12 | sort -g | head -1)" "$(as t_reader -c "SELECT report.eight_digits(min(p_holm)) FROM model.compare('{forest,knn,lda,svm}', 'response', 'given')")"
	# Of one site: that site's people alone.
	[ "$(as t_reader_gz -F'|' -f "$top/sql/questions/14_classifiers_compared.sql" | grep '^given|' | cut -d'|' -f6 | sort -n | tail -1)" -le 27 ]
	equal "$(as t_stranger -f "$top/sql/questions/14_classifiers_compared.sql")" ''
}

@test "dashboards: performance, calibration, decision curves and leakage of the sites' people, equal to the functions'" {
	sql "CREATE ROLE t_dash LOGIN IN ROLE psyrad_report, psyrad_site_gz, psyrad_site_cd, psyrad_site_bj; CREATE ROLE t_dash_gz LOGIN IN ROLE psyrad_report, psyrad_site_gz"
	for m in svm forest; do
		equal "$m $(as t_dash -c "SELECT n, positives, trained_on, auc, auc_lb, auc_ub, brier, simulated FROM report.model_performance WHERE (name, split, outcome) = ('$m', '', 'truth')")" \
			"$m $(as t_reader -c "SELECT a.n, a.positives, a.trained_on + a.image_trained_on, a.estimate, a.ci_lb, a.ci_ub, b.estimate, true FROM model.evaluate('$m', 'truth') a, model.evaluate('$m', 'truth') b WHERE a.metric = 'auc' AND b.metric = 'brier'")"
		equal "$m $(as t_dash -c "SELECT bin, n, mean_score, observed FROM report.model_calibration WHERE (name, split, outcome) = ('$m', 'given', 'response') ORDER BY 1")" \
			"$m $(as t_reader -c "SELECT bin, n, mean_score, observed FROM model.calibration('$m', 'response', 'given') ORDER BY 1")"
		equal "$m $(as t_dash -c "SELECT threshold, n, net_benefit, treat_all FROM report.model_decision_curve WHERE (name, split, outcome) = ('$m', '', 'remission') ORDER BY 1")" \
			"$m $(as t_reader -c "SELECT threshold, n, net_benefit, treat_all FROM model.decision_curve('$m', 'remission') ORDER BY 1")"
	done
	equal "$(as t_dash -c "SELECT count(*) FROM report.model_performance WHERE split = 'margins' AND brier IS NOT NULL")" 0
	equal "$(as t_dash_gz -c "SELECT string_agg(DISTINCT site, ',') FROM report.model_prediction")" gz
	[ "$(as t_dash_gz -c "SELECT max(n + trained_on) FROM report.model_performance")" = 30 ]
	equal "$(as t_dash_gz -c "SELECT members FROM report.model_leakage WHERE split = 'given'")" 30
}

@test "drift: features of a model over connections, between who trained it and who is scored" {
	as "$PGUSER" -v document='{"psyrad_model": 1, "name": "e", "task": "regression", "features": ["A ~ C", "B ~ C"], "estimator": {"kind": "linear", "coef": [[1, 1]], "intercept": [0]}}' <<-'SQL' >/dev/null
		INSERT INTO imaging.atlas (atlas, title) VALUES ('tri', 'Three');
		INSERT INTO imaging.region (atlas, region, label, name) VALUES ('tri', 1, 1, 'A'), ('tri', 2, 2, 'B'), ('tri', 3, 3, 'C');
		INSERT INTO imaging.feature_set (atlas, measure) VALUES ('tri', 'fc_pearson');
		INSERT INTO imaging.pipeline (pipeline) VALUES ('main');
		INSERT INTO imaging.study_pipeline SELECT 'big', feature_set_id, 'main' FROM imaging.feature_set;
		INSERT INTO imaging.connectome (subject_id, feature_set_id, session, pipeline, site, value, file_id)
		SELECT subject_id, feature_set_id, 'pre', 'main', site, psyrad.conn_from_series(ARRAY[ARRAY[1, 2, svm], ARRAY[2, 1, lda], ARRAY[4, forest, 1], ARRAY[svm, 3, 2]]::real[]), 1
		FROM public.person, imaging.feature_set WHERE num_nulls(svm, lda, forest) = 0;
		INSERT INTO model.registry (name, version, model, format, document, trained_on, registered_by, file_id)
		VALUES ('edges', 1, psyrad.model_load(:'document'), 'psyrad-json', convert_to(:'document', 'UTF8'), 'test', 't_loader', 1);
		INSERT INTO model.scoring_right (name, grantee, may_manage) VALUES ('edges', 't_loader', true), ('edges', 't_dash', false), ('edges', 't_dash_gz', false);
	SQL
	equal "$(as t_dash -c "SELECT count(*) FROM report.model_drift")" 0
	as t_loader -c "SELECT model.declare_training('edges', 1, 'big', ARRAY(SELECT label FROM public.cases WHERE label < 's031'))" >/dev/null
	equal "$(as t_dash -c "SELECT feature_name, training_n, scored_n, smd, psi, ks, ks_p FROM report.model_drift ORDER BY feature")" "$(sql "SELECT CASE d.feature WHEN 1 THEN 'A ~ C' ELSE 'B ~ C' END, d.reference_n, d.current_n, d.smd, d.psi, d.ks, d.ks_p
		FROM (SELECT psyrad.metric_drift(ARRAY[psyrad.conn_edge(psyrad.conn_fisher_z(c.value), 1, 3)::float8, psyrad.conn_edge(psyrad.conn_fisher_z(c.value), 2, 3)::float8], p.label < 's031') AS d
			FROM imaging.connectome c JOIN public.person p USING (subject_id) WHERE p.label < 's081') x, unnest(x.d) d ORDER BY d.feature")"
	[ "$(as t_dash -c "SELECT min(training_n), min(scored_n) FROM report.model_drift")" = '29|49' ]
	equal "$(as t_dash_gz -c "SELECT DISTINCT training_n + scored_n FROM report.model_drift")" "$(sql "SELECT count(*) FROM imaging.connectome JOIN public.person p USING (subject_id) WHERE p.label < 's081' AND p.site = 'gz'")"
}
