-- The state: order and split do not matter to a bit, text and binary forms are exact, windows and parallel plans work, forged bytes are refused.
SET search_path = public, psyrad;
CREATE TABLE many (id int, site int, yi float8, vi float8);
INSERT INTO many SELECT i, i % 7, sin(i * 1.7) + 0.3, 0.01 + abs(cos(i * 0.9)) FROM generate_series(1, 1000) i;
INSERT INTO many SELECT 1000 + i, i, NULL, 0.1 FROM generate_series(0, 6) i;
CREATE TABLE whole AS SELECT meta_state(yi, vi) AS s FROM many;
-- Every order gives the same bytes.
SELECT count(DISTINCT s::text) AS different_states
FROM (SELECT meta_state(yi, vi ORDER BY id) s FROM many UNION ALL SELECT meta_state(yi, vi ORDER BY id DESC) FROM many
	UNION ALL SELECT meta_state(yi, vi ORDER BY md5(id::text)) FROM many UNION ALL SELECT s FROM whole) x;
-- Every split gives the same bytes, and so the same numbers.
SELECT parts, (SELECT meta_merge(s)::text FROM (SELECT meta_state(yi, vi) AS s FROM many GROUP BY id % parts) p) = s::text AS same
FROM whole, unnest(ARRAY[1, 2, 3, 7, 50, 1007]) parts;
SELECT meta_merge(s)::text = (SELECT s::text FROM whole) AS nulls_are_skipped
FROM (SELECT meta_state(yi, vi) AS s FROM many GROUP BY site UNION ALL SELECT NULL UNION ALL SELECT meta_state(yi, vi) FROM many WHERE false) p;
SELECT meta_merge(NULL::meta_state) IS NULL AS nothing;
SELECT meta_final(meta_merge(s), test => 'knha') = (SELECT meta(yi, vi, 'REML', 'knha') FROM many) AS merged_equals_whole
FROM (SELECT meta_state(yi, vi) AS s FROM many GROUP BY site) p;
SELECT (meta_final(s)).k, (meta_final(s)).k_missing FROM whole;

-- Text and binary forms.
SELECT s::text::meta_state::text = s::text AS text_round_trip, length(s::text) FROM whole;
CREATE TABLE copied (s meta_state);
SELECT current_setting('data_directory') || '/psyrad_meta_state.bin' AS file \gset
COPY whole TO :'file' (FORMAT binary);
COPY copied FROM :'file' (FORMAT binary);
SELECT c.s::text = w.s::text AS binary_round_trip FROM copied c, whole w;

-- Windows: cumulative, and leave one out; each row equals the pooling of its own studies.
CREATE TABLE nine AS SELECT id, yi, vi FROM many WHERE id <= 9;
SELECT bool_and(cumulative = (SELECT meta(yi, vi) FROM nine b WHERE b.id <= a.id)) AS cumulative,
	bool_and(without = (SELECT meta(yi, vi) FROM nine b WHERE b.id <> a.id)) AS leave_one_out
FROM (SELECT id, meta(yi, vi) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS cumulative,
	meta(yi, vi) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS without FROM nine) a;
-- The same by site, over states.
SELECT site, round((meta_final(meta_merge(s) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW))).estimate::numeric, 9) AS without_site
FROM (SELECT site, meta_state(yi, vi) AS s FROM many GROUP BY site) p ORDER BY site;

-- Parallel plans give the same bits.
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 4;
CREATE TABLE big AS SELECT i AS id, sin(i * 1.7) + 0.3 AS yi, 0.01 + abs(cos(i * 0.9)) AS vi FROM generate_series(1, 20000) i;
ALTER TABLE big SET (parallel_workers = 4);
ANALYZE big;
EXPLAIN (COSTS OFF) SELECT meta(yi, vi, 'REML', 'knha') FROM big;
CREATE TABLE parallel_answer AS SELECT meta(yi, vi, 'REML', 'knha') AS r, meta_state(yi, vi)::text AS s FROM big;
SET max_parallel_workers_per_gather = 0;
SELECT (SELECT meta(yi, vi, 'REML', 'knha') FROM big) = r AS same_result, (SELECT meta_state(yi, vi)::text FROM big) = s AS same_state, (r).k FROM parallel_answer;
RESET ALL;
SET search_path = public, psyrad;

-- The image of one study; older images must stay readable.
SELECT (SELECT meta_state(yi, vi) FROM study WHERE id = 1)::text AS one_study;
-- What an aggregate meta(yi, vi, 'DL') carries on its way does not mix with other states.
SELECT meta_merge(s) FROM (SELECT meta_state(yi, vi) AS s FROM study WHERE id = 1
	UNION ALL SELECT overlay(meta_state(yi, vi)::text PLACING '666666666666ee3f0101' FROM 43 FOR 20)::meta_state FROM study WHERE id = 2) x;

-- Hostile bytes.
SELECT ''::meta_state;
SELECT '\x'::meta_state;
SELECT '\x6d65'::meta_state;
SELECT 'meta'::meta_state;
SELECT ('\x6d6f6d31' || repeat('00', 32))::meta_state;
SELECT overlay(s::text PLACING '02' FROM 11 FOR 2)::meta_state FROM (SELECT meta_state(yi, vi) AS s FROM study WHERE id = 1) x;
SELECT left(s::text, -2)::meta_state FROM (SELECT meta_state(yi, vi) AS s FROM study WHERE id = 1) x;
SELECT left(s::text, -16)::meta_state FROM (SELECT meta_state(yi, vi) AS s FROM study WHERE id = 1) x;
SELECT (s::text || repeat('11', 16))::meta_state FROM (SELECT meta_state(yi, vi) AS s FROM study WHERE id = 1) x;
SELECT overlay(s::text PLACING 'f87f' FROM 87 FOR 4)::meta_state FROM (SELECT meta_state(yi, vi) AS s FROM study WHERE id = 1) x;
-- Unused room of zeros is allowed and finishes away.
SELECT meta_merge((s::text || repeat('00', 16))::meta_state)::text = s::text AS room_is_dropped FROM (SELECT meta_state(yi, vi) AS s FROM study WHERE id = 1 GROUP BY ()) x GROUP BY s::text;
-- 1,000 seeded mutations of one to three bytes, and truncations: each is refused with an error of its own class, or is a state that can be
-- merged, printed and finished.
CREATE FUNCTION survives(image text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s meta_state;
	r meta_result;
BEGIN
	s := image::meta_state;
	IF s::text <> image THEN RETURN 'changed'; END IF;
	BEGIN
		r := meta_final(meta_state_finish(s), test => 'knha');
	EXCEPTION WHEN invalid_parameter_value THEN
		RETURN 'valid';  -- such as vi = 0, or variances too far apart
	END;
	RETURN CASE WHEN r.k IS NULL THEN 'no answer' ELSE 'valid' END;
EXCEPTION WHEN invalid_binary_representation OR invalid_text_representation OR invalid_parameter_value THEN
	RETURN 'refused';
END $$;
CREATE FUNCTION mutated(image text, seed int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	bytes int := (length(image) - 2) / 2;
BEGIN
	PERFORM setseed(seed / 1000.0);
	FOR i IN 0..(seed % 3) LOOP
		image := overlay(image PLACING lpad(to_hex(floor(random() * 256)::int), 2, '0') FROM 3 + 2 * floor(random() * bytes)::int FOR 2);
	END LOOP;
	RETURN CASE seed % 10 WHEN 9 THEN left(image, 2 + 2 * floor(random() * bytes)::int) ELSE image END;
END $$;
CREATE TABLE received (s meta_state);
-- The same through the receive function: the binary form of bytea is the bytes themselves, so that a file of one is read as the other.
CREATE FUNCTION survives_binary(image text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	file text := current_setting('data_directory') || '/psyrad_meta_state.bin';
	same boolean;
BEGIN
	EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', image, file);
	TRUNCATE received;
	EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
	SELECT s::text = image INTO same FROM received;
	RETURN CASE WHEN same THEN 'valid' ELSE 'changed' END;
EXCEPTION WHEN invalid_binary_representation THEN
	RETURN 'refused';
END $$;
CREATE TABLE fate AS SELECT survives(mutated(s::text, i)) AS fate FROM generate_series(1, 1000) i, (SELECT meta_state(yi, vi) AS s FROM study) x;
SELECT count(*) FILTER (WHERE fate IN ('valid', 'refused')) AS accounted_for, count(*) FILTER (WHERE fate = 'valid') > 100 AS some_valid,
	count(*) FILTER (WHERE fate = 'refused') > 100 AS some_refused FROM fate;
SELECT count(*) AS differ FROM (SELECT mutated(s::text, i) AS image FROM generate_series(1, 1000) i, (SELECT meta_state(yi, vi) AS s FROM study) x) m
WHERE survives_binary(image) <> survives(image);
