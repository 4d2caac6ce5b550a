/* connectome.c - kinds, canonical values, Fisher's z; see connectome.h. */
#include "connectivity/connectome.h"

#include "core/elementary.h"
#include "core/lanes.h"

#include <math.h>
#include <string.h>

#define SIGN_BIT 0x80000000u
#define ONE_BITS 0x3f800000u
#define LARGEST_BITS 0x7f7fffffu
#define INFINITY_BITS 0x7f800000u
#define NAN_BITS 0x7fc00000u

static const char *const kind_names[] = {"?", "r", "z", "partial", "partial_z", "weight"};

bool
psy_conn_kind_valid(int kind)
{
	return kind >= PSY_CONN_R && kind <= PSY_CONN_WEIGHT;
}

const char *
psy_conn_kind_name(psy_conn_kind kind)
{
	return kind_names[psy_conn_kind_valid((int) kind) ? kind : 0];
}

psy_status
psy_conn_kind_parse(const char *name, psy_conn_kind *kind, psy_error *err)
{
	for (int k = PSY_CONN_R; k <= PSY_CONN_WEIGHT; k++)
		if (strcmp(name, kind_names[k]) == 0)
		{
			*kind = (psy_conn_kind) k;
			return PSY_OK;
		}
	return psy_fail(err, PSY_DOMAIN, "kind must be r, z, partial, partial_z or weight, not \"%.40s\"", name);
}

static uint32_t
largest_allowed(psy_conn_kind kind)
{
	return kind == PSY_CONN_R || kind == PSY_CONN_PARTIAL ? ONE_BITS : LARGEST_BITS;
}

/* Magnitudes of IEEE numbers order as their bits do, so that integers serve and the loop vectorises
 * everywhere. */
static inline bool
is_refused(uint32_t bits, uint32_t largest)
{
	uint32_t magnitude = bits & ~SIGN_BIT;

	return magnitude > largest && magnitude <= INFINITY_BITS;
}

PSY_CLONES static uint32_t
canonical_kernel(const unsigned char *from, size_t edges, uint32_t largest, float *to)
{
	uint32_t refused = 0;

	for (size_t k = 0; k < edges; k++)
	{
		uint32_t bits, magnitude;

		memcpy(&bits, from + k * sizeof bits, sizeof bits);
		magnitude = bits & ~SIGN_BIT;
		refused |= (magnitude > largest) & (magnitude <= INFINITY_BITS);
		bits = magnitude > INFINITY_BITS ? NAN_BITS : bits;
		bits = magnitude == 0 ? 0 : bits;
		memcpy(to + k, &bits, sizeof bits);
	}
	return refused;
}

bool
psy_conn_canonical(const void *from, size_t edges, psy_conn_kind kind, float *to, size_t *bad)
{
	const unsigned char *bytes = from;
	uint32_t largest = largest_allowed(kind);

	if (canonical_kernel(bytes, edges, largest, to) == 0)
		return true;
	for (*bad = 0; *bad < edges; (*bad)++)
	{
		uint32_t bits;

		/* Where from is to, a refused value was copied unchanged. */
		memcpy(&bits, bytes + *bad * sizeof bits, sizeof bits);
		if (is_refused(bits, largest))
			break;
	}
	return false;
}

PSY_CLONES static void
fisher_z_kernel(const float *from, size_t edges, float *to)
{
	for (size_t k = 0; k < edges; k++)
	{
		float magnitude = fabsf(from[k]);
		float z = (float) psy_atanh_of_magnitude(magnitude);
		uint32_t finite = -(uint32_t) (magnitude < 1);
		uint32_t sign, bits;

		memcpy(&sign, from + k, sizeof sign);
		memcpy(&bits, &z, sizeof bits);
		bits = ((bits | (sign & SIGN_BIT)) & finite) | (NAN_BITS & ~finite);
		memcpy(to + k, &bits, sizeof bits);
	}
}

psy_status
psy_conn_fisher_z(const float *from, size_t edges, psy_conn_kind kind, float *to, psy_conn_kind *to_kind,
				  psy_error *err)
{
	if (kind != PSY_CONN_R && kind != PSY_CONN_PARTIAL)
	{
		psy_fail(err, PSY_DOMAIN, "Fisher's z is taken of kind r or partial, not of kind %s",
				 psy_conn_kind_name(kind));
		return kind == PSY_CONN_WEIGHT ? PSY_DOMAIN : psy_hint(err, "The values are on the z scale already.");
	}
	fisher_z_kernel(from, edges, to);
	*to_kind = kind == PSY_CONN_R ? PSY_CONN_Z : PSY_CONN_PARTIAL_Z;
	return PSY_OK;
}

psy_status
psy_conn_fisher_z_inv(const float *from, size_t edges, psy_conn_kind kind, float *to, psy_conn_kind *to_kind,
					  psy_error *err)
{
	if (kind != PSY_CONN_Z && kind != PSY_CONN_PARTIAL_Z)
		return psy_fail(err, PSY_DOMAIN,
						"the inverse of Fisher's z is taken of kind z or partial_z, not of kind %s",
						psy_conn_kind_name(kind));
	for (size_t k = 0; k < edges; k++)
		to[k] = (float) tanh(from[k]);
	*to_kind = kind == PSY_CONN_Z ? PSY_CONN_R : PSY_CONN_PARTIAL;
	return PSY_OK;
}

PSY_CLONES static void
difference_kernel(const float *post, const float *pre, size_t edges, float *to)
{
	for (size_t k = 0; k < edges; k++)
		to[k] = post[k] - pre[k];
}

psy_status
psy_conn_difference(const float *post, const float *pre, size_t edges, psy_conn_kind kind, float *to,
					psy_error *err)
{
	size_t bad;

	if (kind == PSY_CONN_R || kind == PSY_CONN_PARTIAL)
	{
		psy_fail(err, PSY_DOMAIN, "a difference of two connectomes of kind %s is not one of kind %s",
				 psy_conn_kind_name(kind), psy_conn_kind_name(kind));
		return psy_hint(err, "Subtract on the z scale: conn_fisher_z(post) - conn_fisher_z(pre).");
	}
	difference_kernel(post, pre, edges, to);
	if (!psy_conn_canonical(to, edges, kind, to, &bad))
		return psy_fail(err, PSY_DOMAIN, "the difference of edge %zu is larger than float4 holds", bad + 1);
	return PSY_OK;
}
