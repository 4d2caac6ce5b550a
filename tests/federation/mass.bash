# mass.bash - what tests/federation/run sources: mass statistics over the three clusters, from plain tables and from warehouses.
warehouse() { psql -XAtq -v ON_ERROR_STOP=1 -U "$2" -d "host='$(site_host "$1")' dbname=warehouse" "${@:3}"; } # SITE ROLE
site_host() { psql -XAtqc 'SHOW unix_socket_directories' "$(site_cluster "$1" url)" | sed 's/^"//; s/"$//'; }
columns='summary psyrad.mass_state, ttest psyrad.mass_state, groups psyrad.mass_state, paired psyrad.mass_state, welch psyrad.mass_state, corr psyrad.mass_state, pcorr psyrad.mass_state,
	glm psyrad.mass_state, change psyrad.mass_state, ancova psyrad.mass_state, z psyrad.mass_state, combat psyrad.combat_state, icc psyrad.icc_state'

hub -c 'CREATE EXTENSION connectome' -c "CREATE TABLE person_state_of (site text, $columns) PARTITION BY LIST (site)" -v number=-1 -f "$here/mass_rows.sql" -f "$scripts/mass_hub.sql" -f - <<-'SQL'
	-- Elements of two results that differ in n or by more than rounding.
	CREATE FUNCTION differences(a psyrad.mass_result, b psyrad.mass_result) RETURNS bigint LANGUAGE sql AS $$
		SELECT count(*) FROM psyrad.mass_unnest(a) x FULL JOIN psyrad.mass_unnest(b) y USING (k)
		WHERE x.n IS DISTINCT FROM y.n OR x.df IS DISTINCT FROM y.df AND abs(x.df / y.df - 1) > 1e-12 OR (x.p IS NULL) <> (y.p IS NULL) OR abs(x.estimate - y.estimate) > 1e-12 * y.se
			OR abs(x.statistic - y.statistic) > 1e-12 * (1 + abs(y.statistic)) OR abs(x.effect_size - y.effect_size) > 1e-12 * (1 + abs(y.effect_size)) OR abs(x.p - y.p) > 1e-11 * y.p
	$$;
SQL
number=0
for site in $sites; do
	url=$(site_cluster "$site" url)
	psql -XAtq -v ON_ERROR_STOP=1 "$url" -c 'CREATE EXTENSION connectome' -v number=$number -f "$here/mass_rows.sql"
	hub -c "CREATE FOREIGN TABLE person_state_$site PARTITION OF person_state_of FOR VALUES IN ('$site') SERVER \"$site\" OPTIONS (schema_name 'public', table_name 'person_state_site')"
	psql -XAtq -v ON_ERROR_STOP=1 "$url" -c "CREATE VIEW person_state_site AS SELECT '$site'::text AS site, * FROM person_state"
	number=$((number + 1))
done
hub <<-'SQL'
	CREATE TABLE two_phase AS SELECT psyrad.mass_summary_merge(summary) AS summary, psyrad.mass_ttest_merge(ttest) AS ttest, psyrad.mass_ttest_merge(groups) AS groups,
		psyrad.mass_ttest_paired_merge(paired) AS paired, psyrad.mass_welch_merge(welch) AS welch, psyrad.mass_corr_merge(corr) AS corr, psyrad.mass_pcorr_merge(pcorr) AS pcorr,
		psyrad.mass_glm_merge(glm) AS glm, psyrad.mass_glm_merge(change) AS change, psyrad.mass_ancova_merge(ancova) AS ancova, psyrad.mass_z_merge(z) AS z,
		psyrad.combat_merge(combat) AS combat, psyrad.mass_icc_merge(icc) AS icc FROM person_state_of;
SQL
while IFS='|' read -r statistic final; do
	expect "mass: $statistic in two phases equals one" "$(hub -c "SELECT differences(psyrad.${final}_final(t.$statistic), psyrad.${final}_final(o.$statistic)), (psyrad.${final}_final(t.$statistic)).n[1] FROM two_phase t, person_state o")" '0|90'
done <<-'LIST'
	ttest|mass_ttest
	groups|mass_ttest
	paired|mass_ttest_paired
	welch|mass_welch
	corr|mass_corr
	pcorr|mass_pcorr
	glm|mass_glm
	change|mass_glm
	ancova|mass_ancova
	z|mass_z
LIST
expect 'the comparison sees what differs' "$(hub -c 'SELECT differences(psyrad.mass_welch_final(welch), psyrad.mass_ttest_final(groups)) > 0 FROM two_phase')" t
expect 'mass: summary in two phases equals one' "$(hub -c "SELECT bool_and(x.n = y.n AND x.min = y.min AND x.max = y.max AND abs(x.mean - y.mean) < 1e-13 AND abs(x.sd - y.sd) < 1e-13) FROM two_phase t, person_state o,
	psyrad.mass_unnest(psyrad.mass_summary_final(t.summary)) x JOIN LATERAL psyrad.mass_unnest(psyrad.mass_summary_final(o.summary)) y USING (k)")" t
expect 'combat in two phases equals one' "$(hub -c "SELECT count(*), bool_and(abs(x.gamma - y.gamma) < 1e-11 AND abs(x.delta - y.delta) < 1e-11 AND abs(x.mean - y.mean) < 1e-12 AND abs(x.sd - y.sd) < 1e-12) FROM two_phase t, person_state o,
	psyrad.combat_unnest(psyrad.combat_final(t.combat)) x JOIN LATERAL psyrad.combat_unnest(psyrad.combat_final(o.combat)) y USING (site, k)")" '135|t'
expect 'reliability in two phases equals one' "$(hub -c "SELECT count(*), bool_and(x.n = y.n AND abs(x.estimate - y.estimate) < 1e-12 AND abs(x.ci_lb - y.ci_lb) < 1e-11 AND abs(x.p - y.p) <= 1e-11 * y.p) FROM two_phase t, person_state o,
	psyrad.mass_unnest(psyrad.mass_icc_final(t.icc)) x JOIN LATERAL psyrad.mass_unnest(psyrad.mass_icc_final(o.icc)) y USING (k)")" '45|t'

# Warehouses: what leaves goes through the export functions.
number=0
for site in $sites; do
	url=$(site_cluster "$site" url)
	psql -Xqd "$url" -c 'CREATE DATABASE warehouse'
	"$top/migrations/bin/deploy" deploy "host='$(site_host "$site")' dbname=warehouse user=$PGUSER" >/dev/null
	warehouse "$site" "$PGUSER" -v document="$(cat "$top/tests/golden/models/linear.json")" -f "$here/../warehouse/trial.sql" >/dev/null
	warehouse "$site" "$PGUSER" -v number=$number -v site="$site" -f "$here/warehouse_rows.sql" -f "$scripts/mass_site.sql" -f - <<-'SQL'
		CREATE ROLE hub_reader LOGIN IN ROLE psyrad_federation;
		GRANT psyrad_site_gz TO psyrad_export;
		INSERT INTO federation.offered (analysis, statistic, study, atlas, measure, session, arm, instrument)
			SELECT statistic, statistic, 'trial', 'tri', 'fc_pearson', 'pre', arm, instrument FROM (VALUES ('ttest', NULL, NULL), ('ttest_groups', 'EA', NULL), ('welch', 'EA', NULL),
				('corr', NULL, 'HAMD-17'), ('pcorr', 'EA', 'HAMD-17'), ('glm', 'EA', NULL)) v (statistic, arm, instrument)
			UNION ALL SELECT 'too few', 'welch', 'trial', 'tri', 'fc_pearson', 'pre', 'nobody', NULL;
		INSERT INTO federation.offered (analysis, statistic, study, atlas, measure, session, arm, baseline) VALUES ('ancova', 'ancova', 'trial', 'tri', 'fc_pearson', 'post', 'EA', 'pre'),
			('icc', 'icc', 'trial', 'tri', 'fc_pearson', 'post', NULL, 'pre'), ('combat', 'combat', 'trial', 'tri', 'fc_pearson', 'pre', 'EA', NULL);
	SQL
	hub -v site="$site" -v host="$(site_host "$site")" -v dbname=warehouse -v remote_user=hub_reader -f "$scripts/mass_add_site.sql"
	number=$((number + 1))
done
# One table of all rows, which only the test may have.
hub -c 'CREATE TABLE rows_of (site text, value psyrad.connectome, arm text, sex text, age float8, total float8)'
for site in $sites; do
	warehouse "$site" "$PGUSER" -c "COPY (SELECT '$site', value, arm, sex, age_years, total FROM imaging.connectome c JOIN clinical.subject s USING (subject_id) LEFT JOIN clinical.score r USING (subject_id, session)
		WHERE c.site = 'gz' AND session = 'pre') TO STDOUT" | hub -c 'COPY rows_of FROM STDIN'
done
while IFS='|' read -r analysis whole; do
	expect "exported $analysis over three warehouses equals one table" \
		"$(hub -c "SELECT sites, (result).n[1], differences(result, (SELECT $whole FROM rows_of)) FROM federation.mass_pooled WHERE analysis = '$analysis'")" '3|96|0'
done <<-'LIST'
	ttest|psyrad.mass_ttest(value)
	ttest_groups|psyrad.mass_ttest_final(psyrad.mass_ttest_state(value, arm = 'EA'), effect_size => 'g')
	welch|psyrad.mass_welch_final(psyrad.mass_welch_state(value, arm = 'EA'), effect_size => 'g')
	corr|psyrad.mass_corr(value, total)
	pcorr|psyrad.mass_pcorr(value, total, ARRAY[age, (sex = 'F')::int]::float8[])
	glm|psyrad.mass_glm(value, ARRAY[1, (arm = 'EA')::int, age, (sex = 'F')::int]::float8[], '{0,1,0,0}')
LIST
# ANCOVA and reliability: over those who have both sessions; ComBat: over scanners, of which one warehouse has a second.
warehouse chengdu "$PGUSER" -c 'GRANT psyrad_site_cd TO psyrad_export'
hub -c 'CREATE TABLE visits_of (place text, id bigint, scanner text, session text, value psyrad.connectome, arm text, sex text, age float8)'
for site in $sites; do
	warehouse "$site" "$PGUSER" -c "COPY (SELECT '$site', subject_id, s.site, session, value, arm, sex, age_years FROM imaging.connectome c JOIN clinical.subject s USING (subject_id)) TO STDOUT" | hub -c 'COPY visits_of FROM STDIN'
done
expect 'exported combat over three warehouses equals one table' "$(hub -c "SELECT count(*), bool_and(abs(x.gamma - y.gamma) < 1e-11 AND abs(x.delta - y.delta) < 1e-11 * y.delta)
	FROM (SELECT psyrad.combat_final(psyrad.combat_merge(state)) AS f FROM federation.combat_state WHERE analysis = 'combat') e, psyrad.combat_unnest(f) x
	JOIN (SELECT u.* FROM (SELECT psyrad.combat_fit(psyrad.conn_fisher_z(value), scanner, ARRAY[(arm = 'EA')::int, age, (sex = 'F')::int]::float8[]) AS f FROM visits_of
		WHERE session = 'pre' AND (scanner = 'gz' OR place = 'chengdu' AND scanner = 'cd')) l, psyrad.combat_unnest(l.f) u) y USING (site, k)")" '6|t'
warehouse chengdu "$PGUSER" -c 'REVOKE psyrad_site_cd FROM psyrad_export'
hub <<-'SQL'
	CREATE VIEW both_of AS SELECT place, place || id AS person, p.value AS post, b.value AS pre, p.arm, p.sex, p.age FROM visits_of p JOIN visits_of b USING (place, id) WHERE (p.session, b.session) = ('post', 'pre') AND p.scanner = 'gz';
SQL
expect 'exported ancova over three warehouses equals one table' "$(hub -c "SELECT sites, (result).n[1], differences(result, (SELECT psyrad.mass_ancova(post, pre, ARRAY[1, (arm = 'EA')::int, age, (sex = 'F')::int]::float8[], '{0,1,0,0}') FROM both_of))
	FROM federation.mass_pooled WHERE analysis = 'ancova'")" '3|96|0'
expect 'exported reliability over three warehouses equals one table' "$(hub -c "SELECT count(*), bool_and(x.n = y.n AND abs(x.estimate - y.estimate) < 1e-12) FROM (SELECT psyrad.mass_icc_final(psyrad.mass_icc_merge(state)) AS r FROM federation.icc_state WHERE analysis = 'icc') e,
	psyrad.mass_unnest(r) x JOIN (SELECT u.* FROM (SELECT psyrad.mass_icc(v, person, s) AS r FROM both_of, LATERAL (VALUES (pre, 'pre'), (post, 'post')) t (v, s)) l, psyrad.mass_unnest(l.r) u) y USING (k)")" '3|t'
expect 'an analysis without each site is its absence' "$(hub -c "SELECT count(*), sum(differences(result, (SELECT psyrad.mass_ttest(value) FROM rows_of r WHERE r.site <> w.site))) FROM federation.mass_without_site w WHERE analysis = 'ttest'")" '3|0'
expect 'each site logged what it was asked, and by whom' "$(for site in $sites; do warehouse "$site" "$PGUSER" -c 'SELECT count(*), count(DISTINCT statistic), min(exported_to), min(n), max(n) FROM federation.export_log'; done | sort -u)" "$(printf '10|9|hub_reader|32|32\n10|9|hub_reader|32|48')"
expect 'a group too small leaves no site' "$(hub -c "SELECT result FROM federation.mass_pooled WHERE analysis = 'too few'" 2>&1 | grep -c 'fewer in one group: nothing leaves' || true)" 1
warehouse chengdu "$PGUSER" -c 'UPDATE federation.setting SET minimum_n = 33'
expect 'one site that refuses fails the whole' "$(hub -c "SELECT result FROM federation.mass_pooled WHERE analysis = 'ttest'" 2>&1 | grep -c 'fewer than 33 subjects' || true)" 1
expect 'the others answer when asked for' "$(hub -c "SELECT (psyrad.mass_ttest_final(psyrad.mass_ttest_merge(state))).n[1] FROM federation.mass_state WHERE analysis = 'ttest' AND site <> 'chengdu'")" 64
expect 'a refused export leaves no log' "$(warehouse chengdu "$PGUSER" -c 'SELECT count(*) FROM federation.export_log')" 10
hub -c "CREATE FOREIGN TABLE stolen (subject_id bigint, value psyrad.connectome) SERVER warehouse_beijing OPTIONS (schema_name 'imaging', table_name 'connectome')"
expect 'subjects stay where they are' "$(hub -c 'SELECT count(*) FROM stolen' 2>&1 | grep -c 'permission denied for schema imaging\|permission denied for table connectome' || true)" 1
