/* icc_streams.h - the streams of a closed psy_icc; not for use outside src/stats.  See icc.c. */
#ifndef PSY_ICC_STREAMS_H
#define PSY_ICC_STREAMS_H

#include "stats/icc.h"

/* Two-way; after these the sessions' deviations.  PSY_ICC_N is the first of both. */
enum
{
	PSY_ICC_N,
	PSY_ICC_MEAN,
	PSY_ICC_BETWEEN, /* squares of the subjects' means about theirs */
	PSY_ICC_LEFT,    /* squares left by subject and session */
	PSY_ICC_TWO_WAY
};

/* One-way. */
enum
{
	PSY_ICC_VALUES = 1,
	PSY_ICC_VALUES2, /* squares of the subjects' numbers of values */
	PSY_ICC_CENTRE,  /* mean of all values */
	PSY_ICC_ACROSS,  /* squares of the subjects' means about it, by number of values */
	PSY_ICC_WITHIN,
	PSY_ICC_ONE_WAY
};

double *psy_icc_stream(const psy_icc *closed, size_t stream);

#endif
