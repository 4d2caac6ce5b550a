# export.bats - what a site hands to others: states over enough subjects, to those who may ask, logged, and never a few people's difference.
load helpers

setup_file()
{
	load helpers
	drop_logins
	make_database "$database"
	as "$PGUSER" -v document="$(cat "$top/tests/golden/models/linear.json")" -f "$BATS_TEST_DIRNAME/trial.sql" >/dev/null
	as "$PGUSER" <<-'SQL'
		-- 30 more subjects at gz and 14 at cd, with connectomes of three regions and ratings.
		CREATE TEMPORARY TABLE more AS SELECT site, site || 'x' || g AS label, g, row_number() OVER () AS i
			FROM (VALUES ('gz', 30), ('cd', 14)) s (site, size), generate_series(1, size) g;
		INSERT INTO clinical.subject_key (study, label, site) SELECT 'trial', label, site FROM more;
		CREATE TEMPORARY TABLE person AS SELECT k.*, m.i, f.file_id FROM more m JOIN clinical.subject_key k USING (label, site) JOIN ingest.file f ON f.site = k.site AND f.status = 'loaded';
		INSERT INTO clinical.subject (subject_id, site, study, arm, sex, age_years, file_id)
			SELECT subject_id, site, study, CASE WHEN i % 2 = 0 THEN 'EA' ELSE 'SH' END, CASE WHEN i % 3 = 0 THEN 'F' ELSE 'M' END, 30 + i % 17, file_id FROM person;
		INSERT INTO clinical.visit (subject_id, session, site, study, file_id) SELECT subject_id, s, site, study, file_id FROM person, unnest('{pre,post}'::text[]) s;
		INSERT INTO clinical.score (subject_id, session, instrument, site, total_stated, file_id) SELECT subject_id, 'pre', 'HAMD-17', site, 10 + i * 7 % 20, file_id FROM person;
		INSERT INTO imaging.connectome (subject_id, feature_set_id, session, pipeline, site, value, file_id)
			SELECT subject_id, feature_set_id, 'pre', 'main', site, psyrad.conn_from_edges(ARRAY[(i % 11) / 12.0, (i % 7) / 8.0, (i % 13) / 14.0], 'r'), file_id
			FROM person, imaging.feature_set WHERE measure = 'fc_pearson'
			UNION ALL SELECT subject_id, feature_set_id, 'post', 'main', site, psyrad.conn_from_edges(ARRAY[(i % 11) / 12.5, (i % 7) / 9.0 + (i % 3) / 50.0, (i % 5) / 14.0], 'r'), file_id
			FROM person, imaging.feature_set WHERE measure = 'fc_pearson' AND i % 10 > 0;
		CREATE ROLE t_hub LOGIN IN ROLE psyrad_federation;
		CREATE ROLE t_nobody LOGIN;
		CREATE ROLE t_analyst_gz LOGIN IN ROLE psyrad_analyst, psyrad_site_gz;
	SQL
}

drop_logins() # and what psyrad_export was granted, which outlives the database where other warehouses need that role
{
	local role; for role in t_hub t_nobody t_analyst_gz; do psql -XAtqd postgres -c "DROP ROLE IF EXISTS $role"; done
	psql -XAtqd postgres <<-'SQL'
		SELECT format('REVOKE %s FROM %s', roleid::regrole, member::regrole) FROM pg_auth_members WHERE member = to_regrole('psyrad_export') AND roleid::regrole::text LIKE 'psyrad\_site\_%' \gexec
	SQL
}

teardown_file()
{
	load helpers
	sql 'DROP VIEW report.test_score, report.test_image' # of trial.sql, on views that the warehouse takes away
	"$deploy" revert --yes "$(url_of "$database")" >/dev/null
	drop_database "$database"
	drop_logins
}

asked() { printf "SELECT federation.export_state('%s', 'trial', 'tri', 'fc_pearson', 'pre'%s)" "$1" "${2:-}"; }

@test "a site that has not agreed hands out nothing" {
	refused t_hub "$(asked ttest)" 'fewer than 10 subjects'
	equal "$(sql 'SELECT count(*) FROM federation.export_log')" 0
}

@test "what leaves is the state of the sites that take part, and the log says so" {
	sql 'GRANT psyrad_site_gz TO psyrad_export'
	state=$(as t_hub -c "$(asked ttest)")
	equal "$(sql "SELECT (psyrad.mass_ttest_final('$state')).n")" '{32,32,32}'
	equal "$(sql "SELECT bool_and(abs(a.statistic / b.statistic - 1) < 1e-12) FROM psyrad.mass_unnest(psyrad.mass_ttest_final('$state')) a
		JOIN (SELECT u.* FROM (SELECT psyrad.mass_ttest(value) AS r FROM imaging.connectome WHERE site = 'gz' AND session = 'pre') l, psyrad.mass_unnest(l.r) u) b USING (k)")" t
	equal "$(sql "SELECT n, statistic, exported_to, cardinality(subjects), state_sha256 = sha256(psyrad.mass_state_send('$state')) FROM federation.export_log")" '32|ttest|t_hub|32|t'
}

@test "every statistic of the list answers, with the numbers of the rows themselves" {
	sql 'GRANT psyrad_site_gz TO psyrad_export'
	own="imaging.connectome c JOIN clinical.subject s USING (subject_id) LEFT JOIN clinical.score r USING (subject_id, session) WHERE c.site = 'gz' AND session = 'pre'"
	design="ARRAY[1, (arm = 'EA')::int, age_years, (sex = 'F')::int]::float8[]"
	while IFS='|' read -r statistic options family local; do
		state=$(as t_hub -c "$(asked "$statistic" "$options")")
		equal "$statistic $(sql "SELECT bool_and(abs(a.statistic - b.statistic) <= 1e-11 * abs(b.statistic) AND a.n = b.n) FROM psyrad.mass_unnest(psyrad.${family}_final('$state')) a
			JOIN (SELECT u.* FROM (SELECT psyrad.$local AS r FROM $own) l, psyrad.mass_unnest(l.r) u) b USING (k)")" "$statistic t"
	done <<-LIST
		ttest||mass_ttest|mass_ttest(value)
		ttest_groups|, 'EA'|mass_ttest|mass_ttest(value, arm = 'EA')
		welch|, 'EA'|mass_welch|mass_welch(value, arm = 'EA')
		corr|, instrument => 'HAMD-17'|mass_corr|mass_corr(value, total)
		pcorr|, 'EA', 'HAMD-17'|mass_pcorr|mass_pcorr(value, total, ARRAY[age_years, (sex = 'F')::int]::float8[])
		glm|, 'EA'|mass_glm|mass_glm(value, $design, '{0,1,0,0}')
	LIST
}

@test "the state holds no subject's own values" {
	sql 'GRANT psyrad_site_gz TO psyrad_export'
	state=$(as t_hub -c "$(asked glm ", 'EA'")")
	# The first subject's age and edges would stand in it as origins, had they not been moved to the means.
	equal "$(sql "SELECT count(*) FROM (SELECT value FROM imaging.connectome WHERE site = 'gz') c, psyrad.conn_unnest(value) e
		WHERE e.value > 0 AND position(encode(float8send(e.value::float8), 'hex') IN '$state') > 0")" 0
}

@test "one subject more or fewer is refused; enough of them, or the same again, is not" {
	sql 'GRANT psyrad_site_gz TO psyrad_export'
	as t_hub -c "$(asked ttest)" >/dev/null
	sql "UPDATE clinical.subject SET age_years = NULL WHERE subject_id = (SELECT max(subject_id) FROM clinical.subject_key WHERE site = 'gz')"
	refused t_hub "$(asked glm ", 'EA'")" 'differ from those of an earlier export by fewer than 10'
	before=$(sql 'SELECT count(*) FROM federation.export_log')
	as t_hub -c "$(asked welch ", 'EA'")" >/dev/null
	equal "$(sql 'SELECT count(*) FROM federation.export_log')" "$((before + 1))"
	# 16 subjects of the other site join at once.
	sql 'GRANT psyrad_site_cd TO psyrad_export'
	equal "$(sql "SELECT (psyrad.mass_ttest_final('$(as t_hub -c "$(asked ttest)")')).n[1]")" 48
	sql 'REVOKE psyrad_site_cd FROM psyrad_export'
	sql "UPDATE clinical.subject SET age_years = 40 WHERE age_years IS NULL"
}

@test "of two exports at once the second sees the first, in either isolation" {
	sql 'GRANT psyrad_site_gz TO psyrad_export'
	sql "UPDATE clinical.subject SET age_years = NULL WHERE subject_id = (SELECT max(subject_id) FROM clinical.subject_key WHERE site = 'gz')"
	for isolation in 'READ COMMITTED|differ from those of an earlier export by fewer than 10' 'REPEATABLE READ|could not serialize access'; do
		sql 'TRUNCATE federation.export_log'
		other t_hub
		tell "BEGIN; $(asked ttest)"
		equal "$(sql 'SELECT count(*) FROM federation.export_log')" 0
		beside_other refused t_hub "BEGIN ISOLATION LEVEL ${isolation%|*}; $(asked glm ", 'EA'"); COMMIT" "${isolation#*|}"
		equal "$(sql 'SELECT count(*) FROM federation.export_log')" 1
	done
	sql "UPDATE clinical.subject SET age_years = 40 WHERE age_years IS NULL"
}

@test "one who withdrew cannot be told from the state without them" {
	sql 'GRANT psyrad_site_gz TO psyrad_export; TRUNCATE federation.export_log'
	as t_hub -c "$(asked ttest)" >/dev/null
	gone="(SELECT max(subject_id) FROM clinical.subject_key WHERE site = 'gz')"
	sql "CREATE TABLE withdrawn AS SELECT * FROM imaging.connectome WHERE subject_id = $gone; DELETE FROM imaging.connectome WHERE subject_id = $gone"
	refused t_hub "$(asked ttest)" 'differ from those of an earlier export by fewer than 10'
	# The log that says so is nobody's to shorten.
	for statement in 'DELETE FROM federation.export_log' 'UPDATE federation.export_log SET subjects = NULL' 'TRUNCATE federation.export_log'; do
		refused "$PGUSER" "SET ROLE psyrad_export; $statement" 'permission denied'
	done
	sql "INSERT INTO imaging.connectome SELECT * FROM withdrawn; DROP TABLE withdrawn"
}

@test "ComBat's state leaves by site, with the fit of the rows and nobody's values" {
	sql 'GRANT psyrad_site_gz, psyrad_site_cd TO psyrad_export; TRUNCATE federation.export_log'
	export="federation.export_combat('trial', 'tri', 'fc_pearson', 'pre', 'EA')"
	state=$(as t_hub -c "SELECT $export")
	own="SELECT s.site, psyrad.conn_fisher_z(value) AS c, ARRAY[(arm = 'EA')::int, age_years, (sex = 'F')::int]::float8[] AS w FROM imaging.connectome JOIN clinical.subject s USING (subject_id)
		WHERE session = 'pre' AND s.site IN ('gz', 'cd')"
	equal "$(sql "SELECT count(*), bool_and(abs(x.gamma - y.gamma) < 1e-11 AND abs(x.delta - y.delta) < 1e-11 * y.delta) FROM psyrad.combat_unnest(psyrad.combat_final('$state')) x
		JOIN (SELECT u.* FROM (SELECT psyrad.combat_fit(c, site, w) AS f FROM ($own) o) l, psyrad.combat_unnest(l.f) u) y USING (site, k)")" '6|t'
	values="SELECT e.value::float8 AS v FROM ($own) o, psyrad.conn_unnest(c) e UNION SELECT unnest(w) FROM ($own) o"
	# Ages of 16 and 32 would be found as the sites' sizes.
	holds() { sql "SELECT count(*) > 0 FROM ($values) v WHERE v > 1e-3 AND v NOT IN (1, 16, 32)
		AND position((SELECT string_agg(lpad(to_hex(get_byte(float8send(v), 7 - b)), 2, '0'), '' ORDER BY b) FROM generate_series(0, 7) b) IN '$1') > 0"; }
	equal "$(holds "$state")" f
	equal "$(holds "$(sql "SELECT psyrad.combat_state(c, site, w) FROM ($own) o")")" t
	equal "$(sql 'SELECT statistic, n, cardinality(subjects), exported_to FROM federation.export_log')" 'combat|48|48|t_hub'
	equal "$(sql "SELECT state_sha256 = sha256(psyrad.combat_state_send('$state')) FROM federation.export_log")" t
	# Each site counts as a group.
	sql 'UPDATE federation.setting SET minimum_n = 17'
	refused t_hub "SELECT $export" 'fewer than 17 subjects, or fewer in one group'
	sql 'UPDATE federation.setting SET minimum_n = 10; REVOKE psyrad_site_cd FROM psyrad_export'
	refused t_nobody "SELECT $export" 'permission denied'
}

@test "reliability leaves closed, over the subjects of all sessions" {
	sql 'GRANT psyrad_site_gz TO psyrad_export; TRUNCATE federation.export_log'
	export() { echo "SELECT federation.export_icc('trial', 'tri', 'fc_pearson', '{$1}')"; }
	both="imaging.connectome c WHERE site = 'gz' AND 2 = (SELECT count(*) FROM imaging.connectome o WHERE o.subject_id = c.subject_id)"
	state=$(as t_hub -c "$(export pre,post)")
	equal "$(sql "SELECT count(*), min(x.n), bool_and(x.n = y.n AND abs(x.estimate - y.estimate) < 1e-12) FROM psyrad.mass_unnest(psyrad.mass_icc_final('$state')) x
		JOIN (SELECT u.* FROM (SELECT psyrad.mass_icc(value, subject_id, session) AS r FROM $both) l, psyrad.mass_unnest(l.r) u) y USING (k)")" '3|27|t'
	equal "$(sql "SELECT psyrad.mass_icc_close('$state')::text = '$state'")" t
	equal "$(sql "SELECT statistic, n, subjects = (SELECT array_agg(DISTINCT subject_id ORDER BY subject_id) FROM $both), state_sha256 = sha256(psyrad.icc_state_send('$state')) FROM federation.export_log")" 'icc|27|t|t'
	refused t_hub "$(export pre)" 'two or more different sessions'
	refused t_hub "$(export pre,pre)" 'two or more different sessions'
	refused t_hub "$(export pre,never)" 'fewer than 10 subjects'
	sql 'UPDATE federation.setting SET minimum_n = 28'
	refused t_hub "$(export pre,post)" 'fewer than 28 subjects'
	sql 'UPDATE federation.setting SET minimum_n = 10'
	refused t_nobody "$(export pre,post)" 'permission denied'
}

@test "ANCOVA takes the session before as each element's baseline" {
	sql 'GRANT psyrad_site_gz TO psyrad_export; TRUNCATE federation.export_log'
	ancova="SELECT federation.export_state('ancova', 'trial', 'tri', 'fc_pearson', 'post', 'EA'"
	state=$(as t_hub -c "$ancova, baseline => 'pre')")
	equal "$(sql "SELECT count(*), bool_and(abs(a.statistic - b.statistic) <= 1e-9 * abs(b.statistic) AND a.n = b.n) FROM psyrad.mass_unnest(psyrad.mass_ancova_final('$state')) a
		JOIN (SELECT u.* FROM (SELECT psyrad.mass_ancova(p.value, b.value, ARRAY[1, (arm = 'EA')::int, age_years, (sex = 'F')::int]::float8[], '{0,1,0,0}') AS r
			FROM imaging.connectome p JOIN imaging.connectome b USING (subject_id) JOIN clinical.subject s USING (subject_id) WHERE p.site = 'gz' AND (p.session, b.session) = ('post', 'pre')) l,
			psyrad.mass_unnest(l.r) u) b USING (k)")" '3|t'
	refused t_hub "$ancova)" 'needs baseline'
	refused t_hub "$ancova, baseline => 'never')" 'fewer than 10 subjects'
}

@test "small groups, nearly empty elements and unknown statistics are refused by name" {
	sql 'GRANT psyrad_site_gz TO psyrad_export'
	refused t_hub "$(asked welch ", 'nobody'")" 'fewer in one group'
	refused t_hub "$(asked summary)" 'is not exported'
	refused t_hub "$(asked corr)" 'needs instrument'
	refused t_hub "$(asked glm)" 'needs arm'
	sql "UPDATE federation.setting SET minimum_n = 20"
	refused t_hub "$(asked welch ", 'EA'")" 'fewer than 20 subjects'
	sql "UPDATE federation.setting SET minimum_n = 10"
	sql "CREATE TABLE kept AS SELECT subject_id, value FROM imaging.connectome WHERE site = 'gz'"
	sql "UPDATE imaging.connectome SET value = psyrad.conn_from_edges(ARRAY[NULL, 0.5, 0.25], 'r') WHERE site = 'gz' AND subject_id % 10 > 1"
	refused t_hub "$(asked ttest)" 'some element has a value in fewer than 10'
	sql "UPDATE imaging.connectome c SET value = k.value FROM kept k WHERE k.subject_id = c.subject_id; DROP TABLE kept"
}

@test "those who ask read nothing else, and nobody asks without leave" {
	for statement in 'SELECT FROM federation.export_log' 'SELECT FROM federation.setting' 'UPDATE federation.setting SET minimum_n = 3' 'SELECT FROM imaging.connectome' \
		"SELECT FROM federation.subject_row('trial', 'tri', 'fc_pearson', 'pre', 'EA', NULL)" "SELECT federation.require_unrevealing('{1}', 100, 100)" 'SET ROLE psyrad_export'; do
		refused t_hub "$statement" 'permission denied'
	done
	refused t_nobody "$(asked ttest)" 'permission denied'
	refused t_analyst_gz "$(asked ttest)" 'permission denied'
}
