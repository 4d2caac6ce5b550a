/*
 * connectome.h - what a connectome's values may be, by kind, and Fisher's z.
 *
 * A connectome of n regions is the packed upper triangle (core/triangle.h) of float4 with a kind.  Its
 * canonical form holds one NaN (0x7fc00000: a missing edge), no negative zero and no infinity, so that equal
 * means equal bytes.
 */
#ifndef PSY_CONNECTOME_H
#define PSY_CONNECTOME_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PSY_CONN_MIN_REGIONS 2
#define PSY_CONN_MAX_REGIONS 20000 /* 199,990,000 edges, 800 MB: what one datum can hold, with room to work  \
									*/

/* Stored as a byte: never renumber. */
typedef enum psy_conn_kind
{
	PSY_CONN_R = 1,     /* correlation, -1 .. 1 */
	PSY_CONN_Z,         /* Fisher z of a correlation */
	PSY_CONN_PARTIAL,   /* partial correlation, -1 .. 1 */
	PSY_CONN_PARTIAL_Z, /* Fisher z of a partial correlation */
	PSY_CONN_WEIGHT     /* anything else: streamlines, differences, statistics */
} psy_conn_kind;

/* Whether a byte is one of the kinds. */
bool psy_conn_kind_valid(int kind);

/* "r", "z", "partial", "partial_z" or "weight"; "?" for none of them. */
const char *psy_conn_kind_name(psy_conn_kind kind);

/* Exact names only.  PSY_DOMAIN names the allowed ones. */
psy_status psy_conn_kind_parse(const char *name, psy_conn_kind *kind, psy_error *err);

/*
 * Copies edges float4 values into canonical form; from may be to, and need not be aligned.  True when all are
 * allowed: NaN, or finite and within -1..1 for r and partial.  Otherwise *bad is the first that is not, and
 * to[] is of no use.
 */
bool psy_conn_canonical(const void *from, size_t edges, psy_conn_kind kind, float *to, size_t *bad);

/*
 * z = atanh(r), computed in double and rounded once; kinds r -> z, partial -> partial_z.  An edge of exactly
 * 1 or -1 has no finite z and becomes missing.  Other kinds: PSY_DOMAIN.  from may be to.
 */
psy_status psy_conn_fisher_z(const float *from, size_t edges, psy_conn_kind kind, float *to,
							 psy_conn_kind *to_kind, psy_error *err);

/* r = tanh(z); kinds z -> r, partial_z -> partial.  Other kinds: PSY_DOMAIN. */
psy_status psy_conn_fisher_z_inv(const float *from, size_t edges, psy_conn_kind kind, float *to,
								 psy_conn_kind *to_kind, psy_error *err);

/*
 * Edge-wise post - pre of two connectomes of one kind, which the result keeps: z, partial_z or weight.
 * Differences of r or partial could leave -1..1: PSY_DOMAIN, with the remedy.  PSY_DOMAIN too where a
 * difference overflows float4.
 */
psy_status psy_conn_difference(const float *post, const float *pre, size_t edges, psy_conn_kind kind,
							   float *to, psy_error *err);

#endif
