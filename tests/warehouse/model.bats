# model.bats - scoring with registered models apart from reading them; versions, rights, pins; what backends keep.
load helpers

logins='t_maker t_other t_scorer t_reader t_outsider'

# A kernel machine whose support vectors are "patients": 4711.25 must never come out of the warehouse.
svm() # SHIFT
{
	cat <<-JSON
		{"psyrad_model": 1, "name": "secret", "task": "classification", "classes": ["no", "yes"], "features": ["x", "y"],
		 "estimator": {"kind": "svm", "kernel": "rbf", "gamma": 0.0001, "support_vectors": [[4711.25, 17], [4712.75, 18]], "support_counts": [1, 1],
		 "dual_coef": [[1, -1]], "intercept": [$1], "probability": "none"}}
	JSON
}

# A regression that answers with a constant.
constant() # VALUE [NAME]
{
	cat <<-JSON
		{"psyrad_model": 1, "name": "${2:-c}", "task": "regression", "features": ["x"], "background": [0], "estimator": {"kind": "linear", "coef": [[0]], "intercept": [$1]}}
	JSON
}

# ROLE NAME DOCUMENT [OPTIONS]: registered through the route that the tool takes.
register()
{
	as "$1" -v document="$3" <<-SQL
		INSERT INTO ingest.file (command, path, sha256, bytes, status, tool_version, started_at)
		VALUES ('model', gen_random_uuid() || '.json', sha256(convert_to(:'document', 'UTF8')), 1, 'loaded', '0', now()) RETURNING file_id \\gset
		SELECT model.register('$2', convert_to(:'document', 'UTF8'), 'a cohort', :file_id${4:+, $4});
	SQL
}

setup_file()
{
	load helpers
	drop_logins
	make_database "$database"
	as "$PGUSER" <<-'SQL'
		CREATE ROLE t_maker LOGIN IN ROLE psyrad_ingest;
		CREATE ROLE t_other LOGIN IN ROLE psyrad_ingest;
		CREATE ROLE t_scorer LOGIN;
		CREATE ROLE t_reader LOGIN IN ROLE psyrad_analyst;
		CREATE ROLE t_outsider LOGIN IN ROLE psyrad_analyst;
	SQL
	register t_maker secret "$(svm 0.125)"
	as t_maker -c "SELECT model.grant_scoring('secret', 't_scorer'), model.grant_scoring('secret', 't_reader')" >/dev/null
}

drop_logins() { local role; for role in $logins; do psql -XAtqd postgres -c "DROP ROLE IF EXISTS $role"; done; }

teardown_file()
{
	load helpers
	drop_database "$database"
	drop_logins
}

@test "who was granted scores, as the model itself does, and who was not is told what to ask for" {
	truth=$(sql "SELECT psyrad.model_decision(model, '{4711,17}'::real[]) FROM model.registry WHERE name = 'secret'")
	for role in t_maker t_scorer t_reader; do
		equal "$(as $role -c "SELECT model.decision('secret', '{4711,17}'::real[])")" "$truth"
		equal "$(as $role -c "SELECT model.decision('secret', '{\"y\": 17, \"x\": 4711}'::jsonb)")" "$truth"
		equal "$(as $role -c "SELECT model.decision('secret@1', '{4711,17}'::float8[])")" "$truth"
		equal "$(as $role -c "SELECT model.predict('secret', '{9000,17}'::real[]), model.features('secret'), model.classes('secret')")" 'no|{x,y}|{no,yes}'
	done
	refused t_outsider "SELECT model.decision('secret', '{4711,17}'::real[])" "no model 'secret' that role t_outsider may score with.*model.grant_scoring\\('secret', 't_outsider'\\)"
	refused t_other "SELECT model.describe('secret')" 'may score with'
	# Through SET ROLE as well: the rights are those of whom the session acts as.
	equal "$(sql "SET ROLE t_reader; SELECT model.can_score('secret'); SET ROLE t_outsider; SELECT model.can_score('secret')" | paste -sd,)" 't,f'
	refused "$PGUSER" "SET ROLE t_outsider; SELECT model.score('secret', '{1,2}'::real[])" 'may score with'
}

@test "who may score gets at the model by no query" {
	for role in t_scorer t_reader t_maker; do
		for column in model document; do
			refused $role "SELECT $column FROM model.registry" 'permission denied'
			refused $role "SELECT $column::text FROM model.registry" 'permission denied'
			refused $role "COPY model.registry ($column) TO STDOUT" 'permission denied'
			refused $role "COPY (SELECT $column FROM model.registry) TO STDOUT (FORMAT binary)" 'permission denied'
			refused $role "SELECT count(*) FROM model.registry WHERE $column IS NOT NULL" 'permission denied'
			refused $role "SELECT pg_column_size($column) FROM model.registry" 'permission denied'
			refused $role "UPDATE model.registry SET $column = $column" 'permission denied'
		done
		refused $role 'SELECT registry FROM model.registry' 'permission denied'
		refused $role 'SELECT to_jsonb(r) FROM model.registry r' 'permission denied'
		refused $role 'TABLE model.registry' 'permission denied'
		refused $role "SELECT model.serve('secret', '1:')" 'permission denied'
		refused $role "SELECT model.pick('secret')" 'permission denied'
		refused $role 'CREATE VIEW pg_temp.v AS SELECT model FROM model.registry; SELECT * FROM pg_temp.v' 'permission denied'
		refused $role "SELECT query_to_xml('SELECT model FROM model.registry', true, true, '')" 'permission denied'
		refused $role "SELECT lo_from_bytea(0, document) FROM model.registry" 'permission denied'
		refused $role "DO \$\$ DECLARE m text; BEGIN SELECT model INTO m FROM model.registry; END \$\$" 'permission denied'
		equal "$(as $role -c "SELECT count(*) FROM pg_stats WHERE tablename = 'registry' AND attname IN ('model', 'document')")" 0
		refused $role 'SELECT * FROM pg_statistic' 'permission denied'
	done
	for role in t_scorer t_reader; do
		refused $role "SELECT psyrad.model_served('model.pick(text)', 'model.serve(text,text)', 'secret')" 'permission denied'
	done
}

# silent_of NUMBERS WORDS: none of them in the input; a number may be part of a longer one, such as a hash in a printed plan.
silent_of() { ! grep -nE "(^|[^0-9])($1)([^0-9]|\$)|$2" >&2; }

@test "nothing of the vectors is in what scoring says: descriptions, plans, errors, explanations" {
	said=$(as t_reader <<-'SQL' 2>&1 || true
		\set ON_ERROR_STOP 0
		\set VERBOSITY verbose
		SET client_min_messages = debug5;
		SET plpgsql.extra_warnings = 'all';
		SET debug_print_plan = on; SET debug_print_parse = on; SET debug_print_rewritten = on;
		SELECT model.describe('secret'), model.features('secret'), model.classes('secret'), model.which('secret'), model.version_rule('secret');
		EXPLAIN (ANALYZE, VERBOSE, BUFFERS, SETTINGS, FORMAT json) SELECT model.decision('secret', '{1,2}'::real[]);
		SELECT model.decision('secret', '{1}'::real[]);
		SELECT model.decision('secret', '{1,NULL}'::real[]);
		SELECT model.decision('secret', '{Infinity,1}'::real[]);
		SELECT model.decision('secret', '{"z": 1}'::jsonb);
		SELECT model.decision('secret', 'text'::text);
		SELECT model.score('secret', '{1,2}'::real[]);
		SELECT model.explain('secret', '{1,2}'::real[]);
		SELECT model.decision('secret@7', '{1,2}'::real[]);
		SELECT * FROM psyrad.model_cache_state();
		SELECT * FROM pg_stat_activity; SELECT * FROM pg_prepared_statements; SELECT * FROM pg_cursors;
		SELECT name, setting FROM pg_settings WHERE name ~ 'modelscore';
	SQL
	)
	[[ $said == *'"kind": "svm"'* && $said == *'no exact explanation'* ]]
	silent_of '471[12]' 'mdl1|6d646c31' <<<"$said"
}

@test "a reader's own functions in the place of the registry's get nothing that the owner fetched" {
	refused t_reader "
		SELECT model.decision('secret', '{1,2}'::real[]);
		CREATE FUNCTION pg_temp.mine(name text) RETURNS text LANGUAGE sql AS \$\$ SELECT '1:' || model_sha256::text FROM model.registry WHERE name = 'secret' \$\$;
		SELECT psyrad.model_served('pg_temp.mine(text)', 'model.serve(text,text)', 'secret')" 'permission denied for function model.serve'
	refused t_reader "
		SELECT model.decision('secret', '{1,2}'::real[]);
		CREATE FUNCTION pg_temp.key(name text) RETURNS text LANGUAGE sql AS \$\$ SELECT (SELECT '1:' || encode(model_sha256, 'hex') FROM model.registry WHERE name = 'secret') \$\$;
		CREATE FUNCTION pg_temp.got(name text, key text) RETURNS psyrad.model LANGUAGE plpgsql AS \$\$ BEGIN RAISE 'asked for it'; END \$\$;
		SELECT psyrad.model_served('pg_temp.key(text)', 'pg_temp.got(text,text)', 'secret')" 'asked for it'
	refused t_reader "SELECT psyrad.model_served('upper(text)', 'lower(text)', 'secret')" 'signature'
	refused t_reader "SELECT psyrad.model_served('pg_catalog.length(text)', 'lower(text)', 'secret')" 'signature'
	refused t_reader "SELECT psyrad.model_served(0, 0, 'secret')" 'no function'
	# One's own models are served to oneself, and references outlive their turn in the cache.
	equal "$(as t_reader <<-'SQL'
		CREATE FUNCTION pg_temp.key(name text) RETURNS text LANGUAGE sql AS $$ SELECT 'k' $$;
		CREATE FUNCTION pg_temp.got(name text, key text) RETURNS psyrad.model LANGUAGE sql AS $$ SELECT psyrad.model_load('{"psyrad_model": 1, "name": "c", "task": "regression",
			"features": ["x"], "estimator": {"kind": "linear", "coef": [[0]], "intercept": [' || name || ']}}') $$;
		SELECT psyrad.model_score(psyrad.model_served('pg_temp.key(text)', 'pg_temp.got(text,text)', '3'), ARRAY[psyrad.model_score(psyrad.model_served('pg_temp.key(text)', 'pg_temp.got(text,text)', '4'), '{1}'::real[])]),
			octet_length(psyrad.model_send(psyrad.model_served('pg_temp.key(text)', 'pg_temp.got(text,text)', '3'))) > 100,
			(SELECT sum(psyrad.model_score(m, '{1}'::real[])) FROM (SELECT psyrad.model_served('pg_temp.key(text)', 'pg_temp.got(text,text)', k::text) AS m FROM generate_series(1, 100) k OFFSET 0) x);
	SQL
	)" '3|t|5050'
}

@test "versions: the newest, the pinned, the retired, and a rule that can be asked" {
	for value in 1 2 3; do equal "$(register t_maker c "$(constant $value)")" $value; done
	ask() { as t_maker -c "SELECT model.score('c', '{0}'::real[]), model.version('c'), model.version_rule('c')"; }
	equal "$(ask)" '3|3|version 3: the newest that is not retired'
	as t_maker -c "SELECT model.pin_version('c', 1, 'the trial is running with it')" >/dev/null
	[[ $(ask) == '1|1|version 1: pinned by t_maker on '*'(the trial is running with it)' ]]
	refused t_maker "SELECT model.retire('c', 1, 'wrong scanner')" 'pinned.*unpin'
	as t_maker -c "SELECT model.unpin('c')" -c "SELECT model.retire('c', 3, 'wrong scanner')" >/dev/null
	equal "$(ask)" '2|2|version 2: the newest that is not retired'
	equal "$(as t_maker -c "SELECT model.score('c@3', '{0}'::real[]), model.score('c@1', '{0}'::real[]), (model.which('c')).registered_by")" '3|1|t_maker'
	refused t_maker "SELECT model.score('c@4', '{0}'::real[])" 'no version 4'
	as t_maker -c "SELECT model.retire('c', 2, '-')" -c "SELECT model.retire('c', 1, '-')" >/dev/null
	refused t_maker "SELECT model.score('c', '{0}'::real[])" 'every version of model c is retired'
	equal "$(as t_maker -c "SELECT model.version_rule('c')")" 'none: every version is retired'
	refused t_maker "SELECT model.pin_version('c', 9, '-')" 'no version 9'
	refused "$PGUSER" "SELECT model.score('none such', '{0}'::real[])" "no model 'none such'"
	for statement in "UPDATE model.registry SET version = 9" "DELETE FROM model.registry" "DELETE FROM model.retired" "INSERT INTO model.pin VALUES ('c', 1, 'x')"; do
		refused t_maker "$statement" 'permission denied'
	done
}

@test "one maker's name is not another's: versions, grants, pins" {
	register t_maker mine "$(constant 5)" >/dev/null
	run register t_other mine "$(constant 666)"
	[ "$status" -ne 0 ]; [[ $output == *'role t_other may not manage model'*"grant_scoring('mine', 't_other', may_manage => true)"* ]]
	refused t_other "SELECT model.grant_scoring('mine', 't_other')" 'may not manage'
	refused t_other "SELECT model.pin_version('mine', 1, 'x')" 'may not manage'
	refused t_scorer "SELECT model.grant_scoring('secret', 't_outsider')" 'permission denied'
	refused t_reader "SELECT model.grant_scoring('secret', 't_outsider')" 'may not manage'
	refused t_reader "SELECT model.register('x', 'x', 'x', 1)" 'permission denied'
	as t_maker -c "SELECT model.grant_scoring('mine', 't_other', may_manage => true)" >/dev/null
	equal "$(register t_other mine "$(constant 6)")" 2
	equal "$(as t_maker -c "SELECT model.revoke_scoring('mine', 't_other')" -c "SELECT model.revoke_scoring('mine', 't_other')" | paste -sd,)" 't,f'
	refused t_other "SELECT model.score('mine', '{0}'::real[])" 'may score with'
	refused t_maker "SELECT model.grant_scoring('mine', 'no such role')" 'there is no role'
	refused t_maker "SELECT model.grant_scoring('nothing', 't_reader')" 'there is no model'
}

@test "rights of a group are its members', and go with it" {
	sql 'CREATE ROLE t_group' && sql 'GRANT t_group TO t_outsider'
	refused t_outsider "SELECT model.decision('secret', '{1,2}'::real[])" 'may score with'
	as t_maker -c "SELECT model.grant_scoring('secret', 't_group')" >/dev/null
	as t_outsider -c "SELECT model.decision('secret', '{1,2}'::real[])" >/dev/null
	sql 'REVOKE t_group FROM t_outsider'
	refused t_outsider "SELECT model.decision('secret', '{1,2}'::real[])" 'may score with'
	sql 'DROP OWNED BY t_group' && sql 'DROP ROLE t_group'
	equal "$(as t_reader -c "SELECT model.can_score('secret')")" t
}

@test "rollback: what was registered, pinned or granted in vain is never served, not even in the same transaction" {
	register t_maker r "$(constant 1)" >/dev/null
	equal "$(as t_maker -v one="$(constant 2)" -v two="$(constant 3)" <<-'SQL' | paste -sd,
		SELECT min(file_id) AS f FROM ingest.file \gset
		SELECT model.score('r', '{0}'::real[]);
		BEGIN;
		SELECT model.score('r', '{0}'::real[]);
		SAVEPOINT s;
		SELECT model.register('r', convert_to(:'one', 'UTF8'), 'x', :f) > 0;
		SELECT model.score('r', '{0}'::real[]);
		ROLLBACK TO s;
		SELECT model.score('r', '{0}'::real[]);
		SELECT model.register('r', convert_to(:'two', 'UTF8'), 'x', :f);
		SELECT model.score('r', '{0}'::real[]);
		ROLLBACK;
		SELECT model.score('r', '{0}'::real[]);
		BEGIN ISOLATION LEVEL REPEATABLE READ;
		SELECT model.score('r', '{0}'::real[]);
		SAVEPOINT s;
		SELECT model.register('r', convert_to(:'one', 'UTF8'), 'x', :f);
		SELECT model.score('r', '{0}'::real[]);
		ROLLBACK TO s;
		SELECT model.score('r', '{0}'::real[]);
		ROLLBACK;
		DO $$ BEGIN
			BEGIN PERFORM model.retire('r', 1, 'x'); RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN END;
			RAISE NOTICE '%', model.score('r', '{0}'::real[]);
		END $$;
		SELECT model.score('r', '{0}'::real[]);
	SQL
	)" '1,1,t,2,1,2,3,1,1,2,2,1,1'
	# The version's number is free again, for another model.
	equal "$(register t_maker r "$(constant 4)")" 2
	equal "$(as t_maker -c "SELECT model.score('r', '{0}'::real[])")" 4
}

@test "a commit elsewhere counts from the next statement on, or not before the transaction ends where snapshots last" {
	register t_maker live "$(constant 1)" >/dev/null
	as t_maker -c "SELECT model.grant_scoring('live', 't_reader')" >/dev/null
	coproc other { as t_reader 2>&1; }
	tell() { printf '%s\n' "$1" >&"${other[1]}"; read -r -t 20 line <&"${other[0]}"; printf '%s' "$line"; }
	score="SELECT model.score('live', '{0}'::real[]);"
	equal "$(tell "$score")" 1
	equal "$(tell "BEGIN; $score")" 1
	register t_maker live "$(constant 2)" >/dev/null
	equal "$(tell "$score")" 2
	equal "$(tell "COMMIT; BEGIN ISOLATION LEVEL REPEATABLE READ; $score")" 2
	register t_maker live "$(constant 3)" >/dev/null
	equal "$(tell "$score")" 2
	equal "$(tell "COMMIT; $score")" 3
	equal "$(tell "PREPARE p AS $score EXECUTE p;")" 3
	register t_maker live "$(constant 4)" >/dev/null
	equal "$(tell "EXECUTE p;")" 4
	as t_maker -c "SELECT model.revoke_scoring('live', 't_reader')" >/dev/null
	line=$(tell "$score")
	[[ $line == *'may score with'* ]]
}

@test "what a backend keeps stays within modelscore.cache_size, and is the same whatever was dropped" {
	equal "$(sql "SET modelscore.cache_size = '1MB'; SELECT count(*) FILTER (WHERE model.score('live@' || 1 + k % 4, '{0}'::real[]) <> 1 + k % 4) FROM generate_series(1, 400) k")" 0
	big() { sql "SELECT '{\"psyrad_model\": 1, \"name\": \"b\", \"task\": \"regression\", \"features\": [' || string_agg('\"f' || k || '\"', ',') || '], \"estimator\": {\"kind\": \"linear\", \"coef\": [['
		|| string_agg('$1', ',') || ']], \"intercept\": [0]}}' FROM generate_series(1, 5000) k"; }
	for value in 1 2 3 4; do register "$PGUSER" big "$(big $value)" >/dev/null; done
	equal "$(as "$PGUSER" <<-'SQL'
		SET modelscore.cache_size = '1MB';
		SELECT count(*) FILTER (WHERE model.score('big@' || 1 + k % 4, array_fill(1::real, '{5000}')) <> 5000 * (1 + k % 4)) FROM generate_series(1, 40) k;
		SELECT models BETWEEN 1 AND 3 AND bytes <= 1048576 FROM psyrad.model_cache_state();
		RESET modelscore.cache_size;
		SELECT count(DISTINCT model.score('big@' || k, array_fill(1::real, '{5000}'))) FROM generate_series(1, 4) k;
		SELECT models FROM psyrad.model_cache_state();
	SQL
	)" $'0\nt\n4\n4'
	sql "SELECT model.register('huge', convert_to('{\"psyrad_model\": 1, \"name\": \"b\", \"task\": \"regression\", \"features\": [' || string_agg('\"f' || k || '\"', ',') || '], \"estimator\": {\"kind\": \"linear\", \"coef\": [['
		|| string_agg('1', ',') || ']], \"intercept\": [0]}}', 'UTF8'), 'x', (SELECT min(file_id) FROM ingest.file)) FROM generate_series(1, 20000) k" >/dev/null
	refused "$PGUSER" "SET modelscore.cache_size = '1MB'; SELECT model.score('huge', array_fill(1::real, '{20000}'))" 'more than modelscore.cache_size.*SET modelscore.cache_size'
	refused "$PGUSER" "LOAD '\$libdir/modelscore'; SET modelscore.cache_size = '1kB'" 'outside the valid range'
	equal "$(sql "SELECT model.score('huge', array_fill(1::real, '{20000}'))")" 20000
}

@test "parallel workers score by name as the leader does, with the caller's rights" {
	register t_maker p "$(constant 7)" >/dev/null
	equal "$(as t_maker <<-'SQL'
		CREATE TEMPORARY TABLE none AS SELECT 1;
		SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET force_parallel_mode = on;
		SELECT sum(model.score('p', '{0}'::real[])) FROM pg_catalog.pg_proc WHERE oid < 100;
	SQL
	)" "$(sql 'SELECT 7 * count(*) FROM pg_proc WHERE oid < 100')"
}

@test "registering: formats, classes, the positive one; and what is refused" {
	classes='{"psyrad_model": 1, "name": "k", "task": "classification", "classes": ["0", "1"], "features": ["x"], "estimator": {"kind": "logistic", "coef": [[1]], "intercept": [0]}}'
	register t_maker named "$classes" "'psyrad-json', '{HC,MDD}', 'HC'" >/dev/null
	equal "$(as t_maker -c "SELECT model.classes('named'), model.predict('named', '{5}'::real[]), model.score('named', '{5}'::real[]) < 0.01, model.describe('named') ->> 'positive'")" '{HC,MDD}|MDD|t|HC'
	fails() { run register t_maker "$1" "$2" "$3"; [ "$status" -ne 0 ]; [[ $output == *$4* ]] || { echo "$output" >&2; return 1; }; }
	fails bad '{"format": "none"}' "'auto'" 'psyrad_model'
	fails bad "$classes" "'no-such-format'" 'no-such-format'
	fails bad "$classes" "'auto', '{HC,MDD,BD}'" '3 classes are named, the model has 2'
	fails bad "$classes" "'auto', '{HC,HC}'" 'stands twice'
	fails bad "$classes" "'auto', NULL, 'MDD'" 'not among the classes'
	fails bad "$(constant 1)" "'auto', '{HC,MDD}'" 'a regression has no classes'
	fails 'a b' "$classes" "'auto'" 'no name for a model'
	equal "$(sql "SELECT count(*) FROM model.registry WHERE name IN ('bad', 'a b')")" 0
}

@test "who registered what, from which file, trained on whom: each version says so, to who may score and see the rows" {
	as "$PGUSER" <<-'SQL' >/dev/null
		SELECT FROM clinical.declare_study('{"study": "cohort", "title_en": "C", "sites": [{"site": "told", "name_en": "T"}], "arms": [{"arm": "EA", "label_en": "x", "kind": "verum"}]}');
		INSERT INTO clinical.subject_key (study, label, site) SELECT 'cohort', 'p' || k, 'told' FROM generate_series(1, 3) k;
		GRANT psyrad_site_told TO t_maker;
	SQL
	document=$(constant 41)
	equal "$(register t_maker told "$document")" 1
	equal "$(as t_maker -c "SELECT r.registered_by, f.command, f.loaded_by, encode(r.document_sha256, 'hex'), f.sha256 = r.document_sha256, r.trained_on, r.registered_at > now() - interval '1 hour'
		FROM model.registry r JOIN ingest.file f USING (file_id) WHERE name = 'told'")" "t_maker|model|t_maker|$(printf %s "$document" | sha256sum | cut -c1-64)|t|a cohort|t"
	equal "$(as t_maker -c "SELECT document_sha256, model_sha256 ~ '^[0-9a-f]{64}\$', trained_on, registered_by FROM model.which('told')")" "$(printf %s "$document" | sha256sum | cut -c1-64)|t|a cohort|t_maker"
	equal "$(as t_maker -c "SELECT model.declare_training('told', 1, 'cohort', '{p1,p3}')" -c "SELECT model.declare_training('told', 1, 'cohort', '{p1,p2}')" | paste -sd,)" 2,1
	equal "$(as t_maker -c "SELECT string_agg(label, ',' ORDER BY label) FROM model.training_subject JOIN clinical.subject_key USING (subject_id) WHERE name = 'told'")" p1,p2,p3
	as t_maker -c "SELECT model.grant_scoring('told', 't_reader')" >/dev/null
	# Whom it was trained on are rows of a site: who may score and does not see the site reads none.
	equal "$(as t_reader -c "SELECT model.score('told', '{0}'::real[]), (SELECT count(*) FROM model.training_subject)")" '41|0'
	refused t_reader "SELECT model.declare_training('told', 1, 'cohort', '{p1}')" 'permission denied'
	refused t_other "SELECT model.declare_training('told', 1, 'cohort', '{p1}')" 'may not manage'
	refused t_maker "SELECT model.declare_training('told', 1, 'cohort', '{p9}')" "unknown participants of study cohort: 'p9'"
	refused t_maker "DELETE FROM model.training_subject" 'permission denied'
	refused t_maker "UPDATE model.training_subject SET version = 1" 'permission denied'
}

@test "two warm backends, another's commit: both serve the new version from their next statement on, a rollback in neither" {
	register t_maker both "$(constant 1)" >/dev/null
	as t_maker -c "SELECT model.grant_scoring('both', 't_reader')" >/dev/null
	coproc first { as t_reader 2>&1; }
	exec {to_first}>&"${first[1]}" {from_first}<&"${first[0]}"
	coproc second { as t_reader 2>&1; } 2>/dev/null
	exec {to_second}>&"${second[1]}" {from_second}<&"${second[0]}"
	ask() { # 1 or 2
		local to from line
		if [ "$1" = 1 ]; then to=$to_first from=$from_first; else to=$to_second from=$from_second; fi
		printf '%s\n' "SELECT model.score('both', '{0}'::real[]) || ' ' || (SELECT models FROM psyrad.model_cache_state());" >&"$to"
		read -r -t 20 line <&"$from"
		printf '%s' "$line"
	}
	equal "$(ask 1),$(ask 2),$(ask 1)" '1 1,1 1,1 1'
	as t_maker -v document="$(constant 2)" -c BEGIN -c "SELECT model.register('both', convert_to('$(constant 2)', 'UTF8'), 'x', (SELECT min(file_id) FROM ingest.file))" -c ROLLBACK >/dev/null
	equal "$(ask 1),$(ask 2)" '1 1,1 1'
	register t_maker both "$(constant 2)" >/dev/null
	equal "$(ask 1),$(ask 2)" '2 2,2 2'
	as t_maker -c "SELECT model.pin_version('both', 1, 'back')" >/dev/null
	equal "$(ask 2),$(ask 1)" '1 2,1 2'
	as t_maker -c "SELECT model.revoke_scoring('both', 't_reader')" >/dev/null
	[[ $(ask 1) == *'may score with'* ]]
	[[ $(ask 2) == *'may score with'* ]]
}

@test "no function of a reader's runs as the owner: leaky conditions, casts, types and operators of its own" {
	for attempt in \
		"SELECT psyrad.model_describe(model) FROM model.registry" \
		"SELECT psyrad.model_send(model) FROM model.registry" \
		"SELECT encode(document, 'base64') FROM model.registry" \
		"SELECT psyrad.model_score(model, '{1,2}'::real[]) FROM model.registry" \
		"BEGIN; DECLARE c CURSOR FOR SELECT model FROM model.registry" \
		"PREPARE p AS SELECT document FROM model.registry; EXECUTE p" \
		"EXPLAIN (VERBOSE) SELECT model FROM model.registry" \
		"CREATE TEMP TABLE t AS SELECT model FROM model.registry" \
		"SELECT min(document::text) FROM model.registry" \
		"SELECT 1 FROM model.registry ORDER BY document" \
		"SELECT 1 FROM model.registry GROUP BY model_sha256 HAVING max(length(document)) > 0" \
		"CREATE STATISTICS pg_temp.s ON name, document FROM model.registry" \
		"CREATE INDEX ON model.registry (name)" \
		"CREATE TRIGGER t BEFORE INSERT ON model.registry EXECUTE FUNCTION suppress_redundant_updates_trigger()" \
		"CREATE RULE r AS ON SELECT TO model.registry DO INSTEAD SELECT 1" \
		"ANALYZE model.registry (document); SELECT * FROM pg_statistic" \
		"BEGIN; LOCK TABLE model.registry IN ACCESS EXCLUSIVE MODE" \
		"SELECT 'model.registry'::regclass, pg_relation_filepath('model.registry'), pg_read_binary_file(pg_relation_filepath('model.registry'))" \
		"SET ROLE psyrad_owner" "SET SESSION AUTHORIZATION psyrad_owner"; do
		for role in t_reader t_maker; do refused $role "$attempt" 'permission denied|must be owner'; done
	done
	# A leaky condition beside what may be read sees no more than that.
	seen=$(PGOPTIONS='-c client_min_messages=notice' as t_reader <<-'SQL' 2>&1 || true
		CREATE FUNCTION pg_temp.leak(record) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE 'leaked %', $1; RETURN true; END $$;
		SELECT count(*) FROM model.registry r WHERE pg_temp.leak(ROW(r.name, r.model_sha256));
		SELECT count(*) FROM model.registry r WHERE pg_temp.leak(r);
	SQL
	)
	[[ $seen == *'leaked (secret'* && $seen == *'permission denied'* && $seen != *4711* ]]
	# Features of a type of its own: refused, and nothing of it is called by the owner.
	said=$(PGOPTIONS='-c client_min_messages=notice' as t_reader <<-'SQL' 2>&1 || true
		\set ON_ERROR_STOP 0
		CREATE TYPE pg_temp.own AS (x float8);
		CREATE FUNCTION pg_temp.spy(pg_temp.own) RETURNS float8 LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'spy as %', current_user; RETURN 1; END $$;
		CREATE CAST (pg_temp.own AS float8) WITH FUNCTION pg_temp.spy(pg_temp.own) AS IMPLICIT;
		SELECT model.score('secret', ARRAY[ROW(1)::pg_temp.own, ROW(2)::pg_temp.own]);
		CREATE FUNCTION pg_temp.model_score(psyrad.model, anyarray) RETURNS float8 LANGUAGE sql AS $$ SELECT 666::float8 $$;
		SET search_path = pg_temp, psyrad, pg_catalog;
		SELECT model.decision('secret', '{4711,17}'::real[]);
	SQL
	)
	[[ $said == *'must be an array of numbers'* && $said != *'spy as'* && $said != *666* ]]
}

# Two patients at 4711.25 and 4712.75, whose ids are patient-8151 and patient-8152, as nearest neighbours of PMML.
neighbours_pmml()
{
	cat <<-'XML'
		<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><DataDictionary><DataField name="x" optype="continuous" dataType="double"/><DataField name="g" optype="categorical" dataType="string"><Value value="no"/><Value value="yes"/></DataField></DataDictionary>
		<NearestNeighborModel functionName="classification" numberOfNeighbors="1" instanceIdVariable="id" categoricalScoringMethod="majorityVote"><MiningSchema><MiningField name="x"/><MiningField name="g" usageType="target"/></MiningSchema>
		<Output><OutputField name="nearest" feature="entityId" rank="1"/><OutputField name="label" feature="predictedValue"/></Output>
		<TrainingInstances isTransformed="true"><InstanceFields><InstanceField field="id" column="id"/><InstanceField field="x" column="x"/><InstanceField field="g" column="g"/></InstanceFields>
		<InlineTable><row><id>patient-8151</id><x>4711.25</x><g>no</g></row><row><id>patient-8152</id><x>4712.75</x><g>yes</g></row></InlineTable></TrainingInstances>
		<ComparisonMeasure kind="distance"><euclidean/></ComparisonMeasure><KNNInputs><KNNInput field="x"/></KNNInputs></NearestNeighborModel></PMML>
	XML
}

@test "every kind of model that holds patients' rows says nothing of them: neighbours, libsvm's files, PMML's instances and their ids" {
	register t_maker rows_knn '{"psyrad_model": 1, "name": "k", "task": "classification", "classes": ["no", "yes"], "features": ["x"],
		"estimator": {"kind": "knn", "metric": "euclidean", "k": 1, "weights": "distance", "rows": [[4711.25], [4712.75]], "targets": [0, 1]}}' >/dev/null
	register t_maker rows_libsvm $'svm_type c_svc\nkernel_type rbf\ngamma 0.5\nnr_class 2\ntotal_sv 2\nrho 0.25\nlabel 1 2\nnr_sv 1 1\nSV\n1 1:4711.25 \n-1 1:4712.75 \n' >/dev/null
	register t_maker rows_pmml "$(neighbours_pmml)" "'pmml'" >/dev/null
	for name in rows_knn rows_libsvm rows_pmml; do
		as t_maker -c "SELECT model.grant_scoring('$name', 't_reader')" >/dev/null
		said=$(as t_reader <<-SQL 2>&1 || true
			\\set ON_ERROR_STOP 0
			\\set VERBOSITY verbose
			SET client_min_messages = debug5; SET debug_print_plan = on;
			SELECT 'answer', model.predict('$name', '{4711.25}'::float8[]), model.decision('$name', '{4711.25}'::float8[]), model.predict('$name', '{9999}'::float8[]);
			SELECT model.score('$name', '{4711}'::float8[]); SELECT model.proba('$name', '{4711}'::float8[]);
			SELECT model.describe('$name'), model.features('$name'), model.classes('$name'), model.which('$name');
			SELECT model.explain('$name', '{1}'::float8[]); SELECT model.explain_base('$name');
			SELECT model.predict('$name', '{"x": "patient-8151"}'::jsonb); SELECT model.predict('$name', '{"id": "patient-8151"}'::jsonb);
			SELECT model.predict('$name', '{NULL}'::float8[]); SELECT model.predict('$name', '{1,2}'::float8[]); SELECT model.predict('$name', '{1e300}'::float8[]);
			EXPLAIN (ANALYZE, VERBOSE, BUFFERS) SELECT model.predict('$name', '{1}'::float8[]);
		SQL
		)
		[[ $said == *'answer|'* && $said == *'no exact explanation'* ]] || { echo "$said" >&2; return 1; }
		# What the caller said itself is not what the model holds.
		said=$(grep -vE "^(LINE|LOCATION)|SELECT|patient-8151'? (is|of|has)|no feature|must be|\"patient-8151\"" <<<"$said" || true)
		silent_of '4712|8152' 'patient-|6d646c31' <<<"$said" || { echo "in $name" >&2; return 1; }
	done
}

@test "no side door: TOAST tables, locks, other tables' rows, statistics, foreign keys, large objects" {
	toast=$(sql "SELECT reltoastrelid::regclass FROM pg_class WHERE oid = 'model.registry'::regclass")
	for role in t_reader t_maker t_scorer; do
		for attempt in "SELECT chunk_data FROM $toast" "COPY $toast TO STDOUT" "SELECT name FROM model.registry FOR UPDATE" "SELECT name FROM model.registry FOR KEY SHARE" \
			"MERGE INTO model.registry r USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE" "DELETE FROM model.registry RETURNING document" "TRUNCATE model.registry" \
			"INSERT INTO model.registry (name, version, model, format, document, trained_on, file_id) SELECT 'stolen', 1, NULL::psyrad.model, 'auto', '', 'x', 1 RETURNING document" \
			"CREATE TEMP TABLE t () INHERITS (model.registry)" "CREATE TEMP TABLE t (name text, version int, FOREIGN KEY (name, version) REFERENCES model.registry)" \
			"CREATE POLICY p ON model.registry USING (true)" "ALTER TABLE model.registry OWNER TO $role" "GRANT SELECT ON model.registry TO $role" "COMMENT ON TABLE model.registry IS 'x'" \
			"CREATE CAST (psyrad.model AS text) WITH INOUT AS IMPLICIT" "CREATE OR REPLACE FUNCTION model.pick(name text) RETURNS text LANGUAGE sql AS 'SELECT 1::text'" \
			"CREATE FUNCTION model.spy() RETURNS int LANGUAGE sql AS 'SELECT 1'" "ALTER FUNCTION model.serve(text, text) SECURITY DEFINER" \
			"SELECT lo_get(loid) FROM pg_largeobject" "SELECT * FROM pg_read_file('base')" "COPY (SELECT 1) TO PROGRAM 'cat'" "SELECT pg_logical_slot_get_changes('s', NULL, NULL)" \
			"CREATE EXTENSION dblink" "LOAD 'auto_explain'" "SELECT pg_stat_get_activity(NULL), pg_ls_waldir()"; do
			refused "$role" "$attempt" 'permission denied|must be|may reference only|access to library'
		done
		equal "$(as "$role" -c "SELECT count(*) FROM pg_stats_ext WHERE tablename = 'registry'" -c "SELECT count(*) FROM pg_stats WHERE schemaname = 'pg_toast'" | paste -sd,)" 0,0
	done
}
