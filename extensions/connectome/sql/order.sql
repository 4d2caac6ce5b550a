-- Equality, order and hashing of connectomes: for DISTINCT, GROUP BY, unique constraints and joins.
CREATE FUNCTION psyrad.connectome_eq(psyrad.connectome, psyrad.connectome) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.connectome_ne(psyrad.connectome, psyrad.connectome) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.connectome_lt(psyrad.connectome, psyrad.connectome) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.connectome_le(psyrad.connectome, psyrad.connectome) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.connectome_gt(psyrad.connectome, psyrad.connectome) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.connectome_ge(psyrad.connectome, psyrad.connectome) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.connectome_cmp(psyrad.connectome, psyrad.connectome) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.connectome_hash(psyrad.connectome) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.connectome_hash_extended(psyrad.connectome, bigint) RETURNS bigint
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';

CREATE OPERATOR psyrad.= (LEFTARG = psyrad.connectome, RIGHTARG = psyrad.connectome, FUNCTION = psyrad.connectome_eq,
	COMMUTATOR = OPERATOR(psyrad.=), NEGATOR = OPERATOR(psyrad.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR psyrad.<> (LEFTARG = psyrad.connectome, RIGHTARG = psyrad.connectome, FUNCTION = psyrad.connectome_ne,
	COMMUTATOR = OPERATOR(psyrad.<>), NEGATOR = OPERATOR(psyrad.=), RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR psyrad.< (LEFTARG = psyrad.connectome, RIGHTARG = psyrad.connectome, FUNCTION = psyrad.connectome_lt,
	COMMUTATOR = OPERATOR(psyrad.>), NEGATOR = OPERATOR(psyrad.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR psyrad.<= (LEFTARG = psyrad.connectome, RIGHTARG = psyrad.connectome, FUNCTION = psyrad.connectome_le,
	COMMUTATOR = OPERATOR(psyrad.>=), NEGATOR = OPERATOR(psyrad.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR psyrad.> (LEFTARG = psyrad.connectome, RIGHTARG = psyrad.connectome, FUNCTION = psyrad.connectome_gt,
	COMMUTATOR = OPERATOR(psyrad.<), NEGATOR = OPERATOR(psyrad.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR psyrad.>= (LEFTARG = psyrad.connectome, RIGHTARG = psyrad.connectome, FUNCTION = psyrad.connectome_ge,
	COMMUTATOR = OPERATOR(psyrad.<=), NEGATOR = OPERATOR(psyrad.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);

CREATE OPERATOR CLASS psyrad.connectome_btree_ops DEFAULT FOR TYPE psyrad.connectome USING btree AS
	OPERATOR 1 psyrad.<, OPERATOR 2 psyrad.<=, OPERATOR 3 psyrad.=, OPERATOR 4 psyrad.>=, OPERATOR 5 psyrad.>,
	FUNCTION 1 psyrad.connectome_cmp(psyrad.connectome, psyrad.connectome);
CREATE OPERATOR CLASS psyrad.connectome_hash_ops DEFAULT FOR TYPE psyrad.connectome USING hash AS
	OPERATOR 1 psyrad.=,
	FUNCTION 1 psyrad.connectome_hash(psyrad.connectome),
	FUNCTION 2 psyrad.connectome_hash_extended(psyrad.connectome, bigint);

COMMENT ON FUNCTION psyrad.connectome_eq(psyrad.connectome, psyrad.connectome) IS 'Implementation of the = operator: equal: same kind, regions and edges; missing equals missing.';
COMMENT ON OPERATOR psyrad.= (psyrad.connectome, psyrad.connectome) IS 'equal: same kind, regions and edges; missing equals missing';
COMMENT ON FUNCTION psyrad.connectome_ne(psyrad.connectome, psyrad.connectome) IS 'Implementation of the <> operator: not equal.';
COMMENT ON OPERATOR psyrad.<> (psyrad.connectome, psyrad.connectome) IS 'not equal';
COMMENT ON FUNCTION psyrad.connectome_lt(psyrad.connectome, psyrad.connectome) IS 'Implementation of the < operator: less, by regions, then kind, then edges (NaN last).';
COMMENT ON OPERATOR psyrad.< (psyrad.connectome, psyrad.connectome) IS 'less, by regions, then kind, then edges (NaN last)';
COMMENT ON FUNCTION psyrad.connectome_le(psyrad.connectome, psyrad.connectome) IS 'Implementation of the <= operator: less or equal.';
COMMENT ON OPERATOR psyrad.<= (psyrad.connectome, psyrad.connectome) IS 'less or equal';
COMMENT ON FUNCTION psyrad.connectome_gt(psyrad.connectome, psyrad.connectome) IS 'Implementation of the > operator: greater.';
COMMENT ON OPERATOR psyrad.> (psyrad.connectome, psyrad.connectome) IS 'greater';
COMMENT ON FUNCTION psyrad.connectome_ge(psyrad.connectome, psyrad.connectome) IS 'Implementation of the >= operator: greater or equal.';
COMMENT ON OPERATOR psyrad.>= (psyrad.connectome, psyrad.connectome) IS 'greater or equal';
COMMENT ON FUNCTION psyrad.connectome_cmp(psyrad.connectome, psyrad.connectome) IS 'Three-way order of connectomes, for btree.';
COMMENT ON FUNCTION psyrad.connectome_hash(psyrad.connectome) IS 'Hash of a connectome.';
COMMENT ON FUNCTION psyrad.connectome_hash_extended(psyrad.connectome, bigint) IS 'Seeded hash of a connectome.';
