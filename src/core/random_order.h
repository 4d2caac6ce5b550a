/*
 * random_order.h - random orders by position: the same (seed, stream, index) gives the same draw, whoever asks, in
 * whatever order (Philox, core/random.h), so that arrangement 731 of a permutation test needs none of the 730 before it.
 */
#ifndef PSY_RANDOM_ORDER_H
#define PSY_RANDOM_ORDER_H

#include <stdint.h>

/* Uniform below bound (at least 1), exactly: draws in the incomplete last part of 2^64 are thrown back. */
uint64_t psy_draw_below(uint64_t seed, uint64_t stream, uint32_t index, uint64_t bound);

/*
 * order[count] becomes a permutation of 0 .. count-1, all equally likely: Fisher & Yates with draws index + i.
 */
void psy_random_order(uint64_t seed, uint64_t stream, uint32_t index, uint32_t count, uint32_t *order);

#endif
