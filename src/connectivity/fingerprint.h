/*
 * fingerprint.h - how well people are identified by their connectomes (Finn et al. 2015): of each subject of
 * session a, whether the most similar connectome of session b is the subject's own, and the other way round.
 *
 * Similarity is Pearson's correlation over the elements that all have.  A subject whose own is not more
 * similar than every other's is not identified: ties are none.  p: identities of session b are rearranged, as
 * Finn did, and the identified counted again; the observed arrangement is among those counted.
 */
#ifndef PSY_FINGERPRINT_H
#define PSY_FINGERPRINT_H

#include "core/context.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct psy_fingerprint_rows
{
	size_t subjects, elements;
	const float *const
		*f[2]; /* by session: exactly one of f and d, pointers to the subjects' elements, in one order */
	const double *const *d[2];
} psy_fingerprint_rows;

typedef struct psy_fingerprint_result
{
	double rate, rate_ab, rate_ba; /* shares identified; rate: of both directions together */
	double p, p_ab, p_ba;
	double self,
		other;      /* mean similarity with oneself and with others (Amico & Goni 2018: their difference) */
	size_t missing; /* elements left out because somebody lacks them */
	size_t flat;    /* connectomes that do not vary: similar to none */
	double arrangements;
	bool exhaustive;
} psy_fingerprint_result;

/* At least 2 subjects and 2 elements. */
psy_status psy_fingerprint(const psy_context *ctx, const psy_fingerprint_rows *rows, uint64_t most,
						   uint64_t seed, psy_fingerprint_result *result, psy_error *err);

#endif
