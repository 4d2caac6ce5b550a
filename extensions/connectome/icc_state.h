/* icc_state.h - psy_icc as the flat SQL type icc_state. */
#ifndef PSYRAD_ICC_STATE_H
#define PSYRAD_ICC_STATE_H

#include "connectome.h"

#include "stats/icc.h"

typedef struct icc_state
{
	psyrad_header header;
	psy_icc body;
} icc_state;

#define ICC_STATE_HEAD offsetof(icc_state, body)

extern const psyrad_state_type icc_state_type;

/* A new state, closed (an empty one stays empty). */
extern icc_state *icc_state_closed(const icc_state *state);

#endif
