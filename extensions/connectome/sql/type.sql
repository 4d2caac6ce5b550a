-- The type connectome: input and output, modifier, casts, subscripts.
CREATE TYPE psyrad.connectome;

CREATE FUNCTION psyrad.connectome_in(cstring, oid, integer) RETURNS psyrad.connectome
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.connectome_out(psyrad.connectome) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.connectome_recv(internal, oid, integer) RETURNS psyrad.connectome
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.connectome_send(psyrad.connectome) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.connectome_typmod_in(cstring[]) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.connectome_typmod_out(integer) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.connectome_subscript(internal) RETURNS internal
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';

-- EXTERNAL: dense connectomes do not compress, and a slice of an uncompressed value is read without the rest.
CREATE TYPE psyrad.connectome (
	INPUT = psyrad.connectome_in,
	OUTPUT = psyrad.connectome_out,
	RECEIVE = psyrad.connectome_recv,
	SEND = psyrad.connectome_send,
	TYPMOD_IN = psyrad.connectome_typmod_in,
	TYPMOD_OUT = psyrad.connectome_typmod_out,
	SUBSCRIPT = psyrad.connectome_subscript,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = external
);

CREATE FUNCTION psyrad.connectome(psyrad.connectome, integer, boolean) RETURNS psyrad.connectome
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'connectome_to_typmod';
CREATE FUNCTION psyrad.connectome(real[], integer, boolean) RETURNS psyrad.connectome
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'connectome_from_reals';
CREATE FUNCTION psyrad.conn_edges(c psyrad.connectome) RETURNS real[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';

CREATE CAST (psyrad.connectome AS psyrad.connectome)
	WITH FUNCTION psyrad.connectome(psyrad.connectome, integer, boolean) AS IMPLICIT;
CREATE CAST (real[] AS psyrad.connectome) WITH FUNCTION psyrad.connectome(real[], integer, boolean);
CREATE CAST (psyrad.connectome AS real[]) WITH FUNCTION psyrad.conn_edges(psyrad.connectome);

COMMENT ON TYPE psyrad.connectome IS
	'Connectivity of n regions (2 to 20000): the upper triangle i < j row by row as float4, NaN for a missing edge, and a kind: '
	'r, z, partial, partial_z or weight. Text form kind:n:{edges}, as in r:3:{0.5,NaN,-0.25}. connectome(n) fixes the number of regions. '
	'c[i][j] is one edge, 1-based in either order; NULL on the diagonal and where missing; an index outside 1..n is an error. '
	'Stored uncompressed (EXTERNAL), so that one edge is one slice: dense functional connectomes do not compress. For sparse structural ones: '
	'ALTER TABLE ... ALTER COLUMN c SET STORAGE EXTENDED, ALTER COLUMN c SET COMPRESSION lz4; never pglz, which inserts 30 times slower.';
COMMENT ON FUNCTION psyrad.connectome_in(cstring, oid, integer) IS 'Text input of connectome: kind:n:{edges}.';
COMMENT ON FUNCTION psyrad.connectome_out(psyrad.connectome) IS 'Text output of connectome, exact (shortest digits that read back).';
COMMENT ON FUNCTION psyrad.connectome_recv(internal, oid, integer) IS
	'Binary input of connectome, little-endian: byte 0xC7, version 1, kind (1 r, 2 z, 3 partial, 4 partial_z, 5 weight), 0, int32 n, n(n-1)/2 float4.';
COMMENT ON FUNCTION psyrad.connectome_send(psyrad.connectome) IS 'Binary output of connectome; see connectome_recv for the form.';
COMMENT ON FUNCTION psyrad.connectome_typmod_in(cstring[]) IS 'Reads the modifier of connectome(n).';
COMMENT ON FUNCTION psyrad.connectome_typmod_out(integer) IS 'Prints the modifier of connectome(n).';
COMMENT ON FUNCTION psyrad.connectome_subscript(internal) IS 'Subscript handler of connectome: c[i][j].';
COMMENT ON FUNCTION psyrad.connectome(psyrad.connectome, integer, boolean) IS 'Checks that a value has the n regions of connectome(n).';
COMMENT ON FUNCTION psyrad.connectome(real[], integer, boolean) IS
	'Explicit cast of packed edges, n(n-1)/2 of them, to a connectome of kind weight; conn_from_edges names another kind.';
COMMENT ON FUNCTION psyrad.conn_edges(psyrad.connectome) IS
	'All n(n-1)/2 edges, i < j row by row; NaN where missing.';
