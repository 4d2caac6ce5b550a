-- Anybody may wrap the transition function in an aggregate of their own, with an initial state of their own.
SET search_path = psyrad, public;
-- A valid state without studies and without room for any: its first row must make room.
DO $$
DECLARE
	empty text := left((SELECT meta_state(NULL::float8, NULL)::text), 2 + 2 * (offset_of_studies - 4))
		FROM (VALUES (40)) AS v (offset_of_studies);
BEGIN
	EXECUTE format('CREATE AGGREGATE own_meta(float8, float8) (SFUNC = psyrad.meta_accumulate, STYPE = psyrad.meta_state,
		FINALFUNC = psyrad.meta_finish, INITCOND = %L)', empty);
END $$;
SELECT (own_meta(y, v)).k, round((own_meta(y, v)).estimate::numeric, 12) = round((meta(y, v)).estimate::numeric, 12) AS same
FROM (SELECT i::float8 AS y, 1 + (i % 3)::float8 AS v FROM generate_series(1, 100) i) x;
