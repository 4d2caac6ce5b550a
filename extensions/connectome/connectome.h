/*
 * connectome.h - the stored form of the type and how its parts are reached.
 *
 * Storage is EXTERNAL and the image begins with a fixed header, so that n follows from the raw size of a
 * datum and an edge lies at a place known before anything is fetched: one TOAST slice reads it.  The image
 * after vl_len_ is also the wire form (little-endian; common.c refuses to build elsewhere).  Values are
 * canonical (connectivity/connectome.h).
 */
#ifndef PSYRAD_CONNECTOME_H
#define PSYRAD_CONNECTOME_H

#include "common.h"

#include "connectivity/connectome.h"
#include "core/triangle.h"

#define CONNECTOME_MAGIC 0xC7
#define CONNECTOME_VERSION 1

typedef struct connectome
{
	int32 vl_len_;
	uint8 magic;    /* CONNECTOME_MAGIC */
	uint8 version;  /* CONNECTOME_VERSION */
	uint8 kind;     /* psy_conn_kind */
	uint8 reserved; /* 0 */
	int32 n;        /* regions */
	float4 value[FLEXIBLE_ARRAY_MEMBER];
} connectome;

#define CONNECTOME_HEADER offsetof(connectome, value)
#define CONNECTOME_WIRE_HEADER (CONNECTOME_HEADER - VARHDRSZ)

static inline Size
connectome_edges(const connectome *c)
{
	return psy_edge_count(c->n);
}

/* The whole value, detoasted; raises data_corrupted when header and size disagree. */
extern connectome *connectome_from_datum(Datum datum);

#define PG_GETARG_CONNECTOME(k) connectome_from_datum(PG_GETARG_DATUM(k))

/* A new value of n regions with its header set; the caller fills value[] canonically. */
extern connectome *connectome_new(int n, psy_conn_kind kind);

/* Regions of a datum, from its size alone: nothing is fetched. */
extern int connectome_datum_regions(Datum datum);

/* Raises invalid_parameter_value unless n is within what the type holds. */
extern void connectome_require_regions(int64 n);

/* Raises data_exception (22000) unless typmod allows n. */
extern void connectome_require_typmod(int n, int32 typmod);

/* Edge (i, j), 1-based, by one slice.  False when missing, or on the diagonal.  Raises when an index is out
 * of range. */
extern bool connectome_fetch_edge(Datum datum, int32 i, int32 j, float4 *value);

/* The kind named by a text argument. */
extern psy_conn_kind connectome_kind_arg(FunctionCallInfo fcinfo, int argument);

/* Copies edges canonically from float4 values, aligned or not; raises naming the edge and what is wrong with
 * it. */
extern void connectome_fill(connectome *c, const void *from, int sqlstate);

/* A real[n][n] whose payload the caller fills; raises when it is larger than 1 GB. */
extern ArrayType *connectome_new_matrix(int n);

#endif
