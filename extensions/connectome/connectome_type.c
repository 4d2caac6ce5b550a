/*
 * connectome_type.c - the type's header, type modifier and binary form.
 *
 * Receiving is a copy that canonicalises and checks in the same vectorised pass, since loading connectomes is
 * bound by the bytes moved.
 */
#include "connectome.h"

#include "access/detoast.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

connectome *
connectome_new(int n, psy_conn_kind kind)
{
	Size size = CONNECTOME_HEADER + sizeof(float4) * psy_edge_count(n);
	connectome *c = palloc(size);

	SET_VARSIZE(c, size);
	c->magic = CONNECTOME_MAGIC;
	c->version = CONNECTOME_VERSION;
	c->kind = (uint8) kind;
	c->reserved = 0;
	c->n = n;
	return c;
}

connectome *
connectome_from_datum(Datum datum)
{
	connectome *c = (connectome *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(c) < CONNECTOME_HEADER || c->magic != CONNECTOME_MAGIC || c->version != CONNECTOME_VERSION ||
		!psy_conn_kind_valid(c->kind) || c->n < PSY_CONN_MIN_REGIONS ||
		VARSIZE(c) != CONNECTOME_HEADER + sizeof(float4) * connectome_edges(c))
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("a stored connectome is damaged"),
						errdetail("Its header does not fit its %u bytes.", (unsigned) VARSIZE(c))));
	return c;
}

int
connectome_datum_regions(Datum datum)
{
	Size edges = (toast_raw_datum_size(datum) - CONNECTOME_HEADER) / sizeof(float4);

	return (int) psy_edge_regions(edges);
}

void
connectome_require_regions(int64 n)
{
	if (n < PSY_CONN_MIN_REGIONS || n > PSY_CONN_MAX_REGIONS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a connectome has %d to %d regions, not %lld", PSY_CONN_MIN_REGIONS,
							   PSY_CONN_MAX_REGIONS, (long long) n)));
}

void
connectome_require_typmod(int n, int32 typmod)
{
	if (typmod >= 0 && n != typmod)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("a connectome of %d regions does not fit type connectome(%d)", n, typmod)));
}

psy_conn_kind
connectome_kind_arg(FunctionCallInfo fcinfo, int argument)
{
	psy_error err;
	psy_conn_kind kind;

	PSYRAD_CHECK(psy_conn_kind_parse(psyrad_cstring_arg(fcinfo, argument), &kind, &err), &err);
	return kind;
}

void
connectome_fill(connectome *c, const void *from, int sqlstate)
{
	psy_conn_kind kind = (psy_conn_kind) c->kind;
	size_t bad, i, j;
	float4 value;

	if (psy_conn_canonical(from, connectome_edges(c), kind, c->value, &bad))
		return;
	psy_edge_pair(c->n, bad, &i, &j);
	memcpy(&value, (const char *) from + bad * sizeof value, sizeof value);
	ereport(ERROR, (errcode(sqlstate),
					errmsg("edge %zu, of regions %zu and %zu, is %.9g, which kind %s cannot hold", bad + 1,
						   i + 1, j + 1, value, psy_conn_kind_name(kind)),
					errdetail("Allowed are NaN for a missing edge and %s.",
							  kind == PSY_CONN_R || kind == PSY_CONN_PARTIAL ? "values from -1 to 1"
																			 : "finite values")));
}

/* ---- type modifier --------------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(connectome_typmod_in);
Datum
connectome_typmod_in(PG_FUNCTION_ARGS)
{
	int count;
	int32 *modifier = ArrayGetIntegerTypmods(PG_GETARG_ARRAYTYPE_P(0), &count);

	if (count != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("type connectome takes one modifier, its number of regions: connectome(116)")));
	connectome_require_regions(modifier[0]);
	PG_RETURN_INT32(modifier[0]);
}

PG_FUNCTION_INFO_V1(connectome_typmod_out);
Datum
connectome_typmod_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(psprintf("(%d)", PG_GETARG_INT32(0)));
}

/* The length coercion: needs the size only, so that a stored value passes through untouched. */
PG_FUNCTION_INFO_V1(connectome_to_typmod);
Datum
connectome_to_typmod(PG_FUNCTION_ARGS)
{
	connectome_require_typmod(connectome_datum_regions(PG_GETARG_DATUM(0)), PG_GETARG_INT32(1));
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* ---- binary form ----------------------------------------------------------------------------- */

static void
invalid_wire(const char *what, int64 found, int64 expected)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					errmsg("invalid binary connectome: %s is %lld, expected %lld", what, (long long) found,
						   (long long) expected)));
}

/* Checks the wire header against the message's length. */
static void
check_wire(const connectome *head, int64 bytes)
{
	if (head->magic != CONNECTOME_MAGIC)
		invalid_wire("its first byte", head->magic, CONNECTOME_MAGIC);
	if (head->version != CONNECTOME_VERSION)
		invalid_wire("its version", head->version, CONNECTOME_VERSION);
	if (!psy_conn_kind_valid(head->kind))
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("invalid binary connectome: its kind is %d, expected 1 (r) to 5 (weight)",
							   head->kind)));
	if (head->reserved != 0)
		invalid_wire("its reserved byte", head->reserved, 0);
	connectome_require_regions(head->n);
	if (bytes != (int64) (CONNECTOME_WIRE_HEADER + sizeof(float4) * connectome_edges(head)))
		invalid_wire("its length in bytes", bytes,
					 CONNECTOME_WIRE_HEADER + sizeof(float4) * connectome_edges(head));
}

PG_FUNCTION_INFO_V1(connectome_recv);
Datum
connectome_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int bytes = message->len - message->cursor;
	const char *wire;
	connectome head;
	connectome *c;

	if (bytes < CONNECTOME_WIRE_HEADER)
		invalid_wire("its length in bytes", bytes, CONNECTOME_WIRE_HEADER);
	wire = pq_getmsgbytes(message, bytes);
	memcpy(&head.magic, wire, CONNECTOME_WIRE_HEADER);
	check_wire(&head, bytes);
	connectome_require_typmod(head.n, PG_GETARG_INT32(2));
	c = connectome_new(head.n, (psy_conn_kind) head.kind);
	connectome_fill(c, wire + CONNECTOME_WIRE_HEADER, ERRCODE_INVALID_BINARY_REPRESENTATION);
	PG_RETURN_POINTER(c);
}

PG_FUNCTION_INFO_V1(connectome_send);
Datum
connectome_send(PG_FUNCTION_ARGS)
{
	/* The stored image is the wire image, so the value goes out as the bytea it is. */
	PG_RETURN_BYTEA_P((bytea *) PG_GETARG_CONNECTOME(0));
}
