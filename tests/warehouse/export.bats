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
		INSERT INTO clinical.visit (subject_id, session, site, study, file_id) SELECT subject_id, 'pre', site, study, file_id FROM person;
		INSERT INTO clinical.score (subject_id, session, instrument, site, total_stated, file_id) SELECT subject_id, 'pre', 'HAMD-17', site, 10 + i * 7 % 20, file_id FROM person;
		INSERT INTO imaging.connectome (subject_id, feature_set_id, session, pipeline, site, value, file_id)
			SELECT subject_id, feature_set_id, 'pre', 'main', site, psyrad.conn_from_edges(ARRAY[(i % 11) / 12.0, (i % 7) / 8.0, (i % 13) / 14.0], 'r'), file_id
			FROM person, imaging.feature_set WHERE measure = 'fc_pearson';
		CREATE ROLE t_hub LOGIN IN ROLE psyrad_federation;
		CREATE ROLE t_nobody LOGIN;
		CREATE ROLE t_analyst_gz LOGIN IN ROLE psyrad_analyst, psyrad_site_gz;
	SQL
}

drop_logins() { local role; for role in t_hub t_nobody t_analyst_gz; do psql -XAtqd postgres -c "DROP ROLE IF EXISTS $role"; done; }

teardown_file()
{
	load helpers
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
		JOIN (SELECT u.* FROM (SELECT psyrad.mass_ttest(value) AS r FROM imaging.connectome WHERE site = 'gz') l, psyrad.mass_unnest(l.r) u) b USING (k)")" t
	equal "$(sql "SELECT n, statistic, exported_to, cardinality(subjects), state_sha256 = sha256(psyrad.mass_state_send('$state')) FROM federation.export_log")" '32|ttest|t_hub|32|t'
}

@test "every statistic of the list answers, with the numbers of the rows themselves" {
	sql 'GRANT psyrad_site_gz TO psyrad_export'
	own="imaging.connectome c JOIN clinical.subject s USING (subject_id) LEFT JOIN clinical.score r USING (subject_id, session) WHERE c.site = 'gz'"
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
		as t_hub -c 'BEGIN' -c "$(asked ttest)" -c 'SELECT pg_sleep(3)' -c 'COMMIT' >/dev/null &
		for _ in $(seq 100); do
			[ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE usename = 't_hub' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()")" = 1 ] && break
			sleep 0.1
		done
		equal "$(sql 'SELECT count(*) FROM federation.export_log')" 0
		refused t_hub "BEGIN ISOLATION LEVEL ${isolation%|*}; $(asked glm ", 'EA'"); COMMIT" "${isolation#*|}"
		wait
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
