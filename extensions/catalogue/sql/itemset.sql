-- Frequent item sets of weighted baskets.

CREATE TYPE psyrad.itemset_state;

CREATE FUNCTION psyrad.itemset_state_in(pg_catalog.cstring) RETURNS psyrad.itemset_state
	AS 'MODULE_PATHNAME', 'itemset_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.itemset_state_out(psyrad.itemset_state) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'itemset_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.itemset_state_recv(pg_catalog.internal) RETURNS psyrad.itemset_state
	AS 'MODULE_PATHNAME', 'itemset_state_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.itemset_state_send(psyrad.itemset_state) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'itemset_state_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE psyrad.itemset_state (
	INTERNALLENGTH = VARIABLE,
	INPUT = psyrad.itemset_state_in,
	OUTPUT = psyrad.itemset_state_out,
	RECEIVE = psyrad.itemset_state_recv,
	SEND = psyrad.itemset_state_send,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE psyrad.itemset_state IS
'Weighted baskets: what frequent item sets are mined from. Made by itemset_state, merged by itemset_merge. It holds the baskets themselves, 16 bytes and 4 an item each.';
COMMENT ON FUNCTION psyrad.itemset_state_in(pg_catalog.cstring) IS 'Text input of itemset_state: \x and the hexadecimal image, validated.';
COMMENT ON FUNCTION psyrad.itemset_state_out(psyrad.itemset_state) IS 'Text output of itemset_state: \x and the hexadecimal image.';
COMMENT ON FUNCTION psyrad.itemset_state_recv(pg_catalog.internal) IS 'Binary input of itemset_state: the image, validated.';
COMMENT ON FUNCTION psyrad.itemset_state_send(psyrad.itemset_state) IS 'Binary output of itemset_state: the image.';

CREATE TYPE psyrad.itemset AS (
	items pg_catalog.int4[],
	n pg_catalog.int8,
	weight pg_catalog.float8,
	support pg_catalog.float8,
	baskets pg_catalog.int8,
	total pg_catalog.float8
);
COMMENT ON TYPE psyrad.itemset IS
'A frequent item set: its items in ascending order; n baskets of weight hold all of them; support = weight / total, the weight of all baskets.';

CREATE FUNCTION psyrad.itemset_state_add(psyrad.itemset_state, pg_catalog.int4[], pg_catalog.float8) RETURNS psyrad.itemset_state
	AS 'MODULE_PATHNAME', 'itemset_state_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.itemset_state_add(psyrad.itemset_state, pg_catalog.int4[], pg_catalog.float8) IS
'Transition function of itemset_state: one basket with its weight. NULL in either: not counted.';
CREATE FUNCTION psyrad.itemset_mine_add(psyrad.itemset_state, pg_catalog.int4[], pg_catalog.float8, pg_catalog.float8, pg_catalog.int4)
	RETURNS psyrad.itemset_state
	AS 'MODULE_PATHNAME', 'itemset_mine_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.itemset_mine_add(psyrad.itemset_state, pg_catalog.int4[], pg_catalog.float8, pg_catalog.float8, pg_catalog.int4) IS
'Transition function of itemset_mine: one basket with its weight, and the options, which are the same in every row.';
CREATE FUNCTION psyrad.itemset_state_join(psyrad.itemset_state, psyrad.itemset_state) RETURNS psyrad.itemset_state
	AS 'MODULE_PATHNAME', 'itemset_state_join' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.itemset_state_join(psyrad.itemset_state, psyrad.itemset_state) IS 'Combine function of the item sets: the baskets of both.';
CREATE FUNCTION psyrad.itemset_state_finish(psyrad.itemset_state) RETURNS psyrad.itemset_state
	AS 'MODULE_PATHNAME', 'itemset_state_finish' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.itemset_state_finish(psyrad.itemset_state) IS 'Final function of itemset_state: the baskets without slack.';
CREATE FUNCTION psyrad.itemset_mine_final(psyrad.itemset_state) RETURNS psyrad.itemset[]
	AS 'MODULE_PATHNAME', 'itemset_mine_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION psyrad.itemset_mine_final(psyrad.itemset_state) IS 'Final function of itemset_mine.';

CREATE AGGREGATE psyrad.itemset_state(items pg_catalog.int4[], weight pg_catalog.float8) (
	SFUNC = psyrad.itemset_state_add, STYPE = psyrad.itemset_state, SSPACE = 65536,
	COMBINEFUNC = psyrad.itemset_state_join, FINALFUNC = psyrad.itemset_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.itemset_state(pg_catalog.int4[], pg_catalog.float8) IS
'The mergeable state of frequent item sets: baskets with weights above 0 (1 each, or 1 / number of the study''s baskets, so that each study counts once). Repeated items of a basket count once; rows with a NULL are not counted; an empty basket counts in the total.';
CREATE AGGREGATE psyrad.itemset_merge(state psyrad.itemset_state) (
	SFUNC = psyrad.itemset_state_join, STYPE = psyrad.itemset_state, SSPACE = 65536,
	COMBINEFUNC = psyrad.itemset_state_join, FINALFUNC = psyrad.itemset_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.itemset_merge(psyrad.itemset_state) IS
'Merges states of itemset_state, of sites or of parts of a table; what is mined from it is what all rows together give, to the bit.';

CREATE FUNCTION psyrad.itemset_final(state psyrad.itemset_state, min_support pg_catalog.float8 DEFAULT 0.1, max_size pg_catalog.int4 DEFAULT 5)
	RETURNS SETOF psyrad.itemset
	AS 'MODULE_PATHNAME', 'itemset_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 1000;
COMMENT ON FUNCTION psyrad.itemset_final(psyrad.itemset_state, pg_catalog.float8, pg_catalog.int4) IS
'Every set of 1 to max_size (at most 32) items whose support is at least min_support (above 0, at most 1), by Eclat on bitmaps; by size, then by items. Refused when it would take more than the settings catalogue.itemset_memory or catalogue.itemset_limit allow; it can be cancelled.';

CREATE AGGREGATE psyrad.itemset_mine(items pg_catalog.int4[], weight pg_catalog.float8, min_support pg_catalog.float8, max_size pg_catalog.int4) (
	SFUNC = psyrad.itemset_mine_add, STYPE = psyrad.itemset_state, SSPACE = 65536,
	COMBINEFUNC = psyrad.itemset_state_join, FINALFUNC = psyrad.itemset_mine_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.itemset_mine(pg_catalog.int4[], pg_catalog.float8, pg_catalog.float8, pg_catalog.int4) IS
'Frequent item sets of weighted baskets in one aggregate: unnest(itemset_mine(items, 1, 0.01, 3)). As itemset_final over itemset_state; min_support and max_size are the same in every row. NULL when no row counts.';

CREATE FUNCTION psyrad.itemset_rules(state psyrad.itemset_state, min_support pg_catalog.float8 DEFAULT 0.1, max_size pg_catalog.int4 DEFAULT 5,
	min_confidence pg_catalog.float8 DEFAULT 0.5,
	OUT antecedent pg_catalog.int4[], OUT consequent pg_catalog.int4, OUT n pg_catalog.int8, OUT support pg_catalog.float8,
	OUT confidence pg_catalog.float8, OUT lift pg_catalog.float8, OUT leverage pg_catalog.float8, OUT conviction pg_catalog.float8,
	OUT p pg_catalog.float8, OUT q pg_catalog.float8)
	RETURNS SETOF pg_catalog.record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
	WITH found AS MATERIALIZED (
		SELECT f.items, f.n, f.weight, f.support, f.total FROM psyrad.itemset_final(state, min_support, max_size) f),
	rule AS (
		SELECT a.items AS antecedent, c.items[1] AS consequent, b.n, b.support, b.weight / a.weight AS confidence,
			b.weight * b.total / (a.weight * c.weight) AS lift, b.support - a.support * c.support AS leverage,
			CASE WHEN b.weight < a.weight * (1 - 1e-12::pg_catalog.float8) THEN (1 - c.support) / (1 - b.weight / a.weight)
				ELSE 'Infinity'::pg_catalog.float8 END AS conviction,
			-- Whole numbers of studies, rounded so that p never comes out too small.
			pg_catalog.floor(b.weight + 1e-9::pg_catalog.float8)::pg_catalog.int8 AS both,
			pg_catalog.ceil(a.weight - 1e-9::pg_catalog.float8)::pg_catalog.int8 AS left_all,
			pg_catalog.ceil(c.weight - 1e-9::pg_catalog.float8)::pg_catalog.int8 AS right_all,
			pg_catalog.floor(b.total + 1e-9::pg_catalog.float8)::pg_catalog.int8 AS everything
		FROM found b
		CROSS JOIN LATERAL pg_catalog.unnest(b.items) AS of_set(item)
		JOIN found c ON c.items = ARRAY[of_set.item]
		JOIN found a ON a.items = pg_catalog.array_remove(b.items, of_set.item)
		WHERE pg_catalog.cardinality(b.items) > 1),
	tested AS (
		SELECT r.*, psyrad.fisher_exact(r.both, r.left_all - r.both, r.right_all - r.both,
			greatest(r.everything - r.left_all - r.right_all + r.both, 0), 'greater') AS p
		FROM rule r
		WHERE r.confidence >= min_confidence * (1 - 1e-12::pg_catalog.float8))
	SELECT t.antecedent, t.consequent, t.n, t.support, t.confidence, t.lift, t.leverage, t.conviction, t.p,
		-- Benjamini and Hochberg 1995 over the rules returned: the least of p m / rank from the largest p down.
		least(pg_catalog.min(t.p * t.m / t.rank) OVER (ORDER BY t.p DESC, t.rank DESC ROWS UNBOUNDED PRECEDING), 1)
	FROM (SELECT tested.*, pg_catalog.count(*) OVER () AS m, pg_catalog.row_number() OVER (ORDER BY tested.p) AS rank FROM tested) t
	ORDER BY t.support DESC, t.confidence DESC, t.antecedent, t.consequent;
END;
COMMENT ON FUNCTION psyrad.itemset_rules(psyrad.itemset_state, pg_catalog.float8, pg_catalog.int4, pg_catalog.float8) IS
'Rules antecedent => consequent (one item) of the frequent sets of 2 to max_size items with at least min_confidence: confidence = support / support of the antecedent, lift, leverage = support - product of both supports, conviction (Infinity at confidence 1); p of Fisher''s exact test (greater) on weighted counts in whole numbers, rounded against the rule, and q by Benjamini and Hochberg over the rules returned. With weights 1 / (baskets of the study) a count is a number of studies.';
