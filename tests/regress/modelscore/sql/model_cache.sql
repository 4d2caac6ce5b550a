-- Call sites keep the models they saw last: never an old one for a new one, whatever the source and the order.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS modelscore CASCADE;
SET search_path = public, psyrad;
-- a regression with n features whose answer is its own number
CREATE FUNCTION numbered(number int, n int) RETURNS model LANGUAGE sql AS $$
	SELECT model_load(jsonb_build_object('psyrad_model', 1, 'name', 'number ' || number, 'task', 'regression',
		'features', (SELECT jsonb_agg('feature_' || k) FROM generate_series(1, n) k),
		'estimator', jsonb_build_object('kind', 'linear', 'coef', jsonb_build_array((SELECT jsonb_agg(0) FROM generate_series(1, n))),
			'intercept', jsonb_build_array(number)))::text) $$;
-- small ones are stored in the row, large ones out of it
CREATE TABLE many (number int, model model);
INSERT INTO many SELECT k, numbered(k, CASE WHEN k % 2 = 0 THEN 3 ELSE 300 END) FROM generate_series(1, 9) k;
SELECT number, pg_column_size(model) > 2000 AS large FROM many WHERE number <= 2 ORDER BY number;
CREATE FUNCTION zeros(n int) RETURNS real[] LANGUAGE sql IMMUTABLE AS $$ SELECT array_fill(0::real, ARRAY[n]) $$;
-- nine in turn, more than are kept; in both orders; twice each
SELECT count(*) FILTER (WHERE model_score(model, zeros(CASE WHEN number % 2 = 0 THEN 3 ELSE 300 END)) <> number) AS wrong, count(*)
FROM many, generate_series(1, 20) AS again;
SELECT count(*) FILTER (WHERE model_score(model, zeros(CASE WHEN number % 2 = 0 THEN 3 ELSE 300 END)) <> number) AS wrong, count(*)
FROM (SELECT * FROM many, generate_series(1, 20) AS again ORDER BY again, number) ordered;
-- made on the fly: memory is reused for other models of the same size
SELECT count(*) FILTER (WHERE model_score(numbered(k % 7, 3), zeros(3)) <> k % 7) AS wrong FROM generate_series(1, 50) k;
-- a subquery, a constant, a parameter, a variable that changes
SELECT sum(model_score((SELECT model FROM many WHERE number = 3), zeros(300))) FROM generate_series(1, 5);
PREPARE by_parameter(model) AS SELECT model_score($1, zeros(3));
EXECUTE by_parameter((numbered(1, 3)));
EXECUTE by_parameter((numbered(2, 3)));
DO $$
DECLARE
	m psyrad.model;
	wrong int := 0;
BEGIN
	FOR k IN 1..30 LOOP
		m := public.numbered(k, CASE WHEN k % 3 = 0 THEN 300 ELSE 3 END);
		IF psyrad.model_score(m, public.zeros(CASE WHEN k % 3 = 0 THEN 300 ELSE 3 END)) <> k THEN wrong := wrong + 1; END IF;
	END LOOP;
	FOR k IN 1..9 LOOP
		SELECT model INTO m FROM public.many WHERE number = k;
		IF psyrad.model_score(m, public.zeros(CASE WHEN k % 2 = 0 THEN 3 ELSE 300 END)) <> k THEN wrong := wrong + 1; END IF;
	END LOOP;
	RAISE WARNING 'wrong: %', wrong;
END $$;
-- replaced in the same transaction, rolled back, and seen again
BEGIN;
SELECT model_score(model, zeros(300)) FROM many WHERE number = 1;
SAVEPOINT s;
UPDATE many SET model = numbered(100, 300) WHERE number = 1;
SELECT model_score(model, zeros(300)) FROM many WHERE number = 1;
ROLLBACK TO s;
SELECT model_score(model, zeros(300)) FROM many WHERE number = 1;
ROLLBACK;
-- the wrong width of one model must not hide behind another
SELECT model_score(model, zeros(3)) FROM many WHERE number IN (1, 2) ORDER BY number DESC;
-- parallel workers
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
CREATE TABLE rows AS SELECT k, array_fill(0::float8, ARRAY[300]) AS x FROM generate_series(1, 5000) k;
EXPLAIN (COSTS OFF) SELECT sum(model_score((SELECT model FROM many WHERE number = 5), x)) FROM rows;
SELECT sum(model_score((SELECT model FROM many WHERE number = 5), x)) FROM rows;

-- text and binary forms give the same value back
CREATE TABLE copied (number int, model model);
SELECT current_setting('data_directory') || '/model_cache.bin' AS path \gset
COPY many TO :'path' (FORMAT binary);
COPY copied FROM :'path' (FORMAT binary);
SELECT bool_and(m.model::text = c.model::text AND m.model::text::model::text = m.model::text) FROM many m JOIN copied c USING (number);

-- forged bytes through the text form: refused with a message, or safe to use
CREATE FUNCTION forge(image text, state int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	at int;
BEGIN
	FOR k IN 1..1 + state % 3 LOOP
		state := (state::bigint * 1103515245 + 12345) % 2147483648;
		at := 11 + 2 * ((state / 8) % CASE WHEN state % 4 = 0 THEN (length(image) - 10) / 2 ELSE 160 END);
		image := overlay(image PLACING (ARRAY['00', 'ff', '7f', '80', '01', 'f0', '08', '10'])[1 + (state / 65536) % 8] FROM at);
	END LOOP;
	RETURN CASE WHEN state % 11 = 0 THEN left(image, 2 + 2 * (state % 100)) ELSE image END;
END $$;
CREATE TABLE forged (outcome text);
DO $$
DECLARE
	image text := (SELECT model::text FROM public.many WHERE number = 2);
	outcome text;
BEGIN
	FOR k IN 1..500 LOOP
		BEGIN
			PERFORM psyrad.model_describe(public.forge(image, k)::psyrad.model), psyrad.model_features(public.forge(image, k)::psyrad.model),
				psyrad.model_score(public.forge(image, k)::psyrad.model, public.zeros(3));
			outcome := 'usable';
		EXCEPTION WHEN OTHERS THEN
			outcome := SQLSTATE;
		END;
		INSERT INTO public.forged VALUES (outcome);
	END LOOP;
END $$;
SELECT outcome, count(*) > 10 AS often FROM forged GROUP BY outcome HAVING outcome NOT IN ('2202E') ORDER BY outcome;
SELECT model_describe('\x'::model);
SELECT model_describe('\x6d646c31'::model);
SELECT model_describe('{"psyrad_model": 1}'::model);
SET max_parallel_workers_per_gather = 0; -- errors of workers say so
SELECT model_describe(overlay(model::text PLACING '02' FROM 11)::model) FROM many WHERE number = 2;
