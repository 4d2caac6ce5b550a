/*
 * random.h - random numbers that are a function of (seed, stream, index) alone: Philox 4x32-10 (Salmon,
 * Moraes, Dror & Shaw 2011, SC'11), counter-based, without state.  Any replicate can be drawn by itself, in
 * any order and in any process, and gives the same numbers on every machine.
 */
#ifndef PSY_RANDOM_H
#define PSY_RANDOM_H

#include <stdint.h>

/* Ten rounds: out[4] of counter[4] under key[2]. */
static inline void
psy_philox(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4])
{
	uint32_t k0 = key[0], k1 = key[1];
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];

	for (int round = 0; round < 10; round++)
	{
		uint64_t a = (uint64_t) 0xD2511F53u * c0, b = (uint64_t) 0xCD9E8D57u * c2;

		c0 = (uint32_t) (b >> 32) ^ c1 ^ k0;
		c1 = (uint32_t) b;
		c2 = (uint32_t) (a >> 32) ^ c3 ^ k1;
		c3 = (uint32_t) a;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

/* The index-th pair of 64 random bits of a stream. */
static inline void
psy_random_pair(uint64_t seed, uint64_t stream, uint64_t index, uint64_t pair[2])
{
	uint32_t key[2] = {(uint32_t) seed, (uint32_t) (seed >> 32)};
	uint32_t counter[4] = {(uint32_t) index, (uint32_t) (index >> 32), (uint32_t) stream,
						   (uint32_t) (stream >> 32)};
	uint32_t out[4];

	psy_philox(key, counter, out);
	pair[0] = (uint64_t) out[1] << 32 | out[0];
	pair[1] = (uint64_t) out[3] << 32 | out[2];
}

/* A whole number below n > 0 from 64 random bits: each as likely as any other to within n / 2^64. */
static inline uint64_t
psy_random_below(uint64_t bits, uint64_t n)
{
	return (uint64_t) (((unsigned __int128) bits * n) >> 64);
}

/* Uniform on [0, 1), on a grid of 2^-53. */
static inline double
psy_random_uniform(uint64_t bits)
{
	return (double) (bits >> 11) * 0x1p-53;
}

#endif
