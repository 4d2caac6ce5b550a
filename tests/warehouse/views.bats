# views.bats - imaging.primary and imaging.pre_post give exactly one row, whatever else was loaded beside it.
load helpers

setup_file()
{
	load helpers
	make_database "$database"
	as "$PGUSER" -v document="$(cat "$top/tests/golden/models/linear.json")" -f "$BATS_TEST_DIRNAME/trial.sql"
	# Three pipelines, three runs, two visits, four subjects; the lowest run is 2 for the first subject.
	as "$PGUSER" <<-'SQL'
		TRUNCATE imaging.vector, imaging.connectome;
		INSERT INTO imaging.pipeline (pipeline) VALUES ('third');
		INSERT INTO imaging.vector_load SELECT DISTINCT v.file_id, f.feature_set_id, p.pipeline FROM clinical.visit v, imaging.feature_set f, imaging.pipeline p ON CONFLICT DO NOTHING;
		INSERT INTO imaging.vector (subject_id, feature_set_id, session, run, pipeline, site, value, file_id)
		SELECT k.subject_id, f.feature_set_id, v.session, run, pipeline, k.site,
			ARRAY[k.subject_id, run, CASE v.session WHEN 'pre' THEN 0 ELSE 1 END]::real[], v.file_id
		FROM clinical.subject_key k JOIN clinical.visit v USING (subject_id), imaging.feature_set f, imaging.pipeline, generate_series(1, 3) run
		WHERE f.measure = 'intensity' AND NOT (k.label = 'gz1' AND run = 1);
		INSERT INTO imaging.connectome (subject_id, feature_set_id, session, run, pipeline, site, value, file_id)
		SELECT k.subject_id, f.feature_set_id, v.session, run, pipeline, k.site, psyrad.conn_from_series('{{1,2,3},{2,1,5},{4,4,1}}'::real[]), v.file_id
		FROM clinical.subject_key k JOIN clinical.visit v USING (subject_id), imaging.feature_set f, imaging.pipeline, generate_series(1, 3) run
		WHERE f.measure = 'fc_pearson';
	SQL
}

teardown_file()
{
	load helpers
	"$deploy" revert --yes "$(url_of "$database")" >/dev/null
	drop_database "$database"
}

@test "imaging.primary: one row a subject, visit and feature set, of the declared pipeline and the lowest run" {
	equal "$(sql 'SELECT count(*) FROM imaging.vector')" 66
	equal "$(sql "SELECT measure, count(*), count(DISTINCT (subject_id, session)), count(vector), count(connectome), string_agg(DISTINCT pipeline, ',')
		FROM imaging.primary GROUP BY 1 ORDER BY 1")" $'fc_pearson|8|8|0|8|main\nintensity|8|8|8|0|main'
	equal "$(sql "SELECT label, run, vector[2] FROM imaging.primary WHERE measure = 'intensity' AND session = 'pre' ORDER BY 1")" \
		$'cd1|1|1\ncd2|1|1\ngz1|2|2\ngz2|1|1'
	equal "$(sql "SELECT session, week, role FROM imaging.primary WHERE label = 'gz1' AND measure = 'intensity' ORDER BY week")" $'pre|0|pre\npost|8|post'
}

@test "imaging.pre_post: one row a subject and feature set, each visit in its place" {
	equal "$(sql "SELECT label, pre_session, post_session, pre_vector, post_vector FROM imaging.pre_post WHERE measure = 'intensity' ORDER BY 1")" \
		$'cd1|pre|post|{1,1,0}|{1,1,1}\ncd2|pre|post|{2,1,0}|{2,1,1}\ngz1|pre|post|{3,2,0}|{3,2,1}\ngz2|pre|post|{4,1,0}|{4,1,1}'
	equal "$(sql "SELECT count(*), count(pre_connectome), count(post_connectome) FROM imaging.pre_post WHERE measure = 'fc_pearson'")" '4|4|4'
}

@test "another declared pipeline moves all rows; none declared gives none; one visit missing leaves primary but not pre_post" {
	run_in() { as "$PGUSER" -c BEGIN -c "$1" -c "$2" -c ROLLBACK; }
	equal "$(run_in "UPDATE imaging.study_pipeline SET pipeline = 'other'" "SELECT DISTINCT pipeline FROM imaging.primary")" other
	equal "$(run_in "DELETE FROM imaging.study_pipeline" "SELECT count(*) FROM imaging.primary")" 0
	equal "$(run_in "DELETE FROM imaging.vector WHERE session = 'post' AND subject_id = 1" "SELECT
		(SELECT count(*) FROM imaging.primary WHERE measure = 'intensity'), (SELECT count(*) FROM imaging.pre_post WHERE measure = 'intensity')")" '7|3'
}

@test "a feature set found in both tables counts once: the measure's kind decides" {
	equal "$(as "$PGUSER" <<-'SQL'
		BEGIN;
		INSERT INTO imaging.connectome (subject_id, feature_set_id, session, pipeline, site, value, file_id)
		SELECT subject_id, feature_set_id, session, pipeline, site, psyrad.conn_from_series('{{1,2,3},{2,1,5},{4,4,1}}'::real[]), file_id
		FROM imaging.vector WHERE run = 2 AND pipeline = 'main';
		SELECT count(*), count(connectome) FROM imaging.primary WHERE measure = 'intensity';
		ROLLBACK;
	SQL
	)" '8|0'
}

@test "imaging.region_value: a row a region, by name" {
	equal "$(sql "SELECT region, name, value FROM imaging.region_value WHERE label = 'gz1' AND session = 'post' ORDER BY region")" \
		$'1|region 1|3\n2|region 2|2\n3|region 3|1'
}

@test "a feature set moved to a partition of its own shows the same rows" {
	equal "$(as "$PGUSER" <<-'SQL'
		BEGIN;
		CREATE TEMP TABLE before AS SELECT subject_id, session, run, vector FROM imaging.primary WHERE measure = 'intensity';
		CREATE TABLE imaging.vector_own (LIKE imaging.vector INCLUDING ALL);
		INSERT INTO imaging.vector_own SELECT * FROM imaging.vector;
		DELETE FROM imaging.vector;
		DO $$ BEGIN
			EXECUTE format('ALTER TABLE imaging.vector ATTACH PARTITION imaging.vector_own FOR VALUES IN (%s)',
				(SELECT feature_set_id FROM imaging.feature_set WHERE measure = 'intensity'));
		END $$;
		SELECT count(*) FROM (TABLE before EXCEPT SELECT subject_id, session, run, vector FROM imaging.primary WHERE measure = 'intensity') x;
		SELECT count(*) FROM imaging.primary WHERE measure = 'intensity';
		ROLLBACK;
	SQL
	)" $'0\n8'
}

@test "a filter on study or measure reaches the tables: no sort or aggregate of the whole stands above them" {
	plan=$(as "$PGUSER" -c "SET enable_seqscan = off" -c "EXPLAIN SELECT * FROM imaging.primary WHERE subject_id = 1 AND feature_set_id = 1")
	[[ $plan != *Unique* && $plan != *Aggregate* ]]
	[[ $plan == *'Index Cond: ((subject_id = 1) AND (feature_set_id = 1)'* ]]
}
