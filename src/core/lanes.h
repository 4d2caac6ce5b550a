/*
 * lanes.h - how kernels stay fast and give the same bits on every x86-64 CPU.
 *
 * A reduction runs in PSY_LANES independent double accumulators that are added in one fixed order
 * (psy_lanes_sum); the compiler vectorises the fixed-width inner loop without being allowed to reorder it.
 * With -ffp-contract=off (no FMA) the SSE2, AVX2 and AVX-512 clones of a kernel then agree to the last bit.
 * Kernels marked PSY_CLONES must be static: gcc 12 exports non-static clones even from hidden archives.
 */
#ifndef PSY_LANES_H
#define PSY_LANES_H

#define PSY_LANES 8

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(PSY_NO_CLONES)
#define PSY_HAS_CLONES
#define PSY_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define PSY_CLONES
#endif

/* The one order in which lanes are added: a balanced tree, so that rounding does not depend on the CPU. */
static inline double
psy_lanes_sum(const double lane[PSY_LANES])
{
	return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

#endif
