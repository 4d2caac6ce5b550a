-- Deploy psyrad:prescriptions to pg
-- Mining of prescriptions: which points are used, together with which.  Each source (a paper or trial) counts once, however many
-- prescriptions it has: a prescription weighs 1 / (prescriptions of its source), unless by_source is false.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE FUNCTION intervention.prescriptions(p_study text DEFAULT NULL, roles text[] DEFAULT '{main,adjunct}', by_source boolean DEFAULT true,
	with_alternatives boolean DEFAULT false,
	OUT study text, OUT source text, OUT protocol text, OUT points text[], OUT items int[], OUT unresolved bigint, OUT weight float8)
	RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
	WITH RECURSIVE named AS (
		SELECT p.study, p.protocol, t.acupoint
		FROM intervention.protocol p JOIN intervention.protocol_point t USING (study, protocol)
		WHERE (p_study IS NULL OR p.study = p_study) AND t.acupoint IS NOT NULL AND t.role = ANY (roles) AND (with_alternatives OR t.alternatives IS NULL)
		UNION
		-- A set stands for its points; a member that is no point, for itself.
		SELECT n.study, n.protocol, m.acupoint
		FROM named n JOIN intervention.acupoint s USING (acupoint) JOIN intervention.point_set_member m ON m.point_set = n.acupoint
		WHERE s.kind = 'set' AND m.acupoint IS NOT NULL),
	basket AS (
		SELECT n.study, n.protocol, pg_catalog.array_agg(DISTINCT a.item) AS items, pg_catalog.array_agg(DISTINCT a.acupoint) AS points
		FROM named n JOIN intervention.acupoint a USING (acupoint)
		WHERE a.kind <> 'set' OR NOT EXISTS (SELECT FROM intervention.point_set_member m WHERE m.point_set = a.acupoint AND m.acupoint IS NOT NULL)
		GROUP BY n.study, n.protocol)
	SELECT p.study, coalesce(p.source, p.study), p.protocol, b.points, b.items,
		(SELECT pg_catalog.count(*) FROM intervention.protocol_point t WHERE (t.study, t.protocol) = (p.study, p.protocol) AND t.acupoint IS NULL),
		CASE WHEN by_source THEN 1.0::float8 / pg_catalog.count(*) OVER (PARTITION BY p.study, coalesce(p.source, p.study)) ELSE 1 END
	FROM intervention.protocol p JOIN basket b USING (study, protocol)
	WHERE p.mode IS DISTINCT FROM 'sham';
END;
COMMENT ON FUNCTION intervention.prescriptions(text, text[], boolean, boolean) IS
	'Protocols as sets of points: resolved ones of these roles (main, adjunct, by_syndrome), sets of points taken apart, shams left out, and points of which one or the other is used only if with_alternatives.  weight: 1 / (prescriptions of the source), so that each counts once; 1 unless by_source.  unresolved: spellings that no point could be told for';

CREATE FUNCTION intervention.point_frequency(p_study text DEFAULT NULL, roles text[] DEFAULT '{main,adjunct}', by_source boolean DEFAULT true,
	OUT acupoint text, OUT name_zh text, OUT pinyin text, OUT prescriptions bigint, OUT sources bigint, OUT weight float8, OUT share float8)
	RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	WITH b AS (SELECT * FROM intervention.prescriptions(p_study, roles, by_source))
	SELECT a.acupoint, a.name_zh, a.pinyin, pg_catalog.count(*), pg_catalog.count(DISTINCT (b.study, b.source)), pg_catalog.sum(b.weight),
		pg_catalog.sum(b.weight) / (SELECT pg_catalog.sum(t.weight) FROM b t)
	FROM b CROSS JOIN LATERAL pg_catalog.unnest(b.points) AS u(point) JOIN intervention.acupoint a ON a.acupoint = u.point
	GROUP BY a.acupoint, a.name_zh, a.pinyin
	ORDER BY 6 DESC, 1;
END;
COMMENT ON FUNCTION intervention.point_frequency(text, text[], boolean) IS 'How often each point is used: prescriptions, sources, and the share of all weight';

CREATE FUNCTION intervention.point_pairs(p_study text DEFAULT NULL, roles text[] DEFAULT '{main,adjunct}', by_source boolean DEFAULT true,
	OUT a text, OUT b text, OUT prescriptions bigint, OUT weight float8, OUT support float8, OUT lift float8, OUT jaccard float8)
	RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
	WITH t AS (SELECT * FROM intervention.prescriptions(p_study, roles, by_source)),
	whole AS (SELECT pg_catalog.sum(t.weight) AS weight FROM t),
	point AS (SELECT u.point, pg_catalog.sum(t.weight) AS weight FROM t CROSS JOIN LATERAL pg_catalog.unnest(t.points) AS u(point) GROUP BY 1),
	pair AS (
		SELECT x.point AS a, y.point AS b, pg_catalog.count(*) AS n, pg_catalog.sum(t.weight) AS weight
		FROM t CROSS JOIN LATERAL pg_catalog.unnest(t.points) AS x(point) CROSS JOIN LATERAL pg_catalog.unnest(t.points) AS y(point)
		WHERE x.point < y.point GROUP BY 1, 2)
	SELECT p.a, p.b, p.n, p.weight, p.weight / w.weight, p.weight * w.weight / (x.weight * y.weight), p.weight / (x.weight + y.weight - p.weight)
	FROM pair p CROSS JOIN whole w JOIN point x ON x.point = p.a JOIN point y ON y.point = p.b
	ORDER BY 4 DESC, 1, 2;
END;
COMMENT ON FUNCTION intervention.point_pairs(text, text[], boolean) IS 'The graph of points that are used together: an edge a row, with its weight, support, lift, and weighted Jaccard similarity of the prescriptions of either';

CREATE FUNCTION intervention.point_codes(items int[]) RETURNS text[]
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT pg_catalog.array_agg(a.acupoint ORDER BY a.acupoint COLLATE "C") FROM intervention.acupoint a WHERE a.item = ANY (items);
END;
COMMENT ON FUNCTION intervention.point_codes(int[]) IS 'The codes of points by their numbers, in order';

CREATE FUNCTION intervention.point_sets(p_study text DEFAULT NULL, min_support float8 DEFAULT 0.1, max_size int DEFAULT 4, roles text[] DEFAULT '{main,adjunct}',
	by_source boolean DEFAULT true, OUT points text[], OUT prescriptions bigint, OUT weight float8, OUT support float8)
	RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
	SELECT intervention.point_codes(f.items), f.n, f.weight, f.support
	FROM (SELECT psyrad.itemset_state(t.items, t.weight) AS state FROM intervention.prescriptions(p_study, roles, by_source) t) s
	CROSS JOIN LATERAL psyrad.itemset_final(s.state, min_support, max_size) f
	ORDER BY f.support DESC, f.items;
END;
COMMENT ON FUNCTION intervention.point_sets(text, float8, int, text[], boolean) IS 'Points that are used together: every set of 1 to max_size points with at least min_support of the weight (psyrad.itemset_final)';

CREATE FUNCTION intervention.point_rules(p_study text DEFAULT NULL, min_support float8 DEFAULT 0.1, max_size int DEFAULT 3, min_confidence float8 DEFAULT 0.5,
	roles text[] DEFAULT '{main,adjunct}', by_source boolean DEFAULT true, OUT antecedent text[], OUT consequent text, OUT prescriptions bigint,
	OUT support float8, OUT confidence float8, OUT lift float8, OUT leverage float8, OUT conviction float8, OUT p float8, OUT q float8)
	RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
	SELECT intervention.point_codes(r.antecedent), a.acupoint, r.n, r.support, r.confidence, r.lift, r.leverage, r.conviction, r.p, r.q
	FROM (SELECT psyrad.itemset_state(t.items, t.weight) AS state FROM intervention.prescriptions(p_study, roles, by_source) t) s
	CROSS JOIN LATERAL psyrad.itemset_rules(s.state, min_support, max_size, min_confidence) r
	JOIN intervention.acupoint a ON a.item = r.consequent
	ORDER BY r.support DESC, r.confidence DESC, r.antecedent, r.consequent;
END;
COMMENT ON FUNCTION intervention.point_rules(text, float8, int, float8, text[], boolean) IS 'Rules between points: psyrad.itemset_rules by code; counts of p are sources when by_source';

CREATE FUNCTION intervention.point_clusters(groups int, p_study text DEFAULT NULL, min_share float8 DEFAULT 0.05, method text DEFAULT 'average',
	roles text[] DEFAULT '{main,adjunct}', OUT acupoint text, OUT "group" int, OUT prescriptions bigint)
	RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	WITH t AS (SELECT pg_catalog.row_number() OVER (ORDER BY r.study, r.protocol)::int AS number, r.* FROM intervention.prescriptions(p_study, roles) r),
	point AS (
		SELECT u.point, pg_catalog.array_agg(t.number ORDER BY t.number) AS used
		FROM t CROSS JOIN LATERAL pg_catalog.unnest(t.points) AS u(point)
		GROUP BY 1 HAVING pg_catalog.sum(t.weight) >= min_share * (SELECT pg_catalog.sum(w.weight) FROM t w)),
	numbered AS (SELECT p.*, pg_catalog.row_number() OVER (ORDER BY p.point COLLATE "C") AS i FROM point p),
	distance AS (
		SELECT pg_catalog.array_agg(1 - psyrad.jaccard(x.used, y.used) ORDER BY x.i, y.i) AS packed
		FROM numbered x JOIN numbered y ON x.i < y.i)
	SELECT n.point, (psyrad.cluster_groups(coalesce(d.packed, '{}'), groups, method))[n.i], pg_catalog.cardinality(n.used)::bigint
	FROM numbered n CROSS JOIN distance d
	ORDER BY 2, 3 DESC, 1;
END;
COMMENT ON FUNCTION intervention.point_clusters(int, text, float8, text, text[]) IS 'Points with at least min_share of the weight in so many groups, by the Jaccard distances of the prescriptions that use them (psyrad.cluster_groups: average, complete, single)';

CREATE FUNCTION intervention.similar_protocols(core text, p_study text DEFAULT NULL, roles text[] DEFAULT '{main,adjunct}',
	OUT study text, OUT source text, OUT protocol text, OUT points text[], OUT shared text[], OUT similarity float8, OUT coverage float8)
	RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	WITH wanted AS (
		SELECT pg_catalog.array_agg(DISTINCT a.item) AS items, pg_catalog.array_agg(DISTINCT a.acupoint) AS points
		FROM intervention.acupoint_resolve(core) r JOIN intervention.acupoint a USING (acupoint))
	SELECT t.study, t.source, t.protocol, t.points, x.shared, psyrad.jaccard(t.items, w.items), pg_catalog.cardinality(x.shared)::float8 / pg_catalog.cardinality(w.items)
	FROM intervention.prescriptions(p_study, roles) t CROSS JOIN wanted w
	CROSS JOIN LATERAL (SELECT coalesce(pg_catalog.array_agg(u.point ORDER BY u.point COLLATE "C"), '{}') AS shared FROM pg_catalog.unnest(t.points) AS u(point) WHERE u.point = ANY (w.points)) x
	WHERE w.items IS NOT NULL
	ORDER BY 6 DESC, 1, 3;
END;
COMMENT ON FUNCTION intervention.similar_protocols(text, text, text[]) IS 'How alike each protocol is to a core prescription, written as text (百会、印堂、太冲): Jaccard similarity, and the share of the core that it has.  Spellings of the core that are not resolved are left out: look at acupoint_resolve(core) first';

COMMIT;
