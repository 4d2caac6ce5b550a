/* mass_state.h - psy_mass as the flat SQL type mass_state; one type for the whole mass_* family. */
#ifndef PSYRAD_MASS_STATE_H
#define PSYRAD_MASS_STATE_H

#include "fetched.h"

#include "stats/mass.h"

typedef struct mass_state
{
	psyrad_header header;
	psy_mass body;
} mass_state;

#define MASS_STATE_HEAD offsetof(mass_state, body)

/*
 * Rows that wait beside a held state to be added together (psy_mass_add_rows), shared with other aggregates
 * of the query (fetched.h).
 */
typedef struct waiting_rows
{
	int count[PSY_MASS_MAX_GROUPS];
	fetched *row[PSY_MASS_MAX_GROUPS][PSY_MASS_TOGETHER];
	fetched *pre[PSY_MASS_TOGETHER]; /* of the statistics that take one; they have one group, */
	double design[PSY_MASS_TOGETHER][PSY_MASS_MAX_DESIGN]; /* and so have those with a design */
} waiting_rows;

extern const psyrad_state_type mass_state_type;

/* Adds a group's waiting rows to the state and frees them. */
extern void mass_state_settle_group(mass_state *state, waiting_rows *waiting, Size group);

/* The same for all groups. */
extern void mass_state_settle(psyrad_header *state, void *waiting);

/* An empty state in the current memory context; raises when it would pass 1 GB. */
extern mass_state *mass_state_new(const psy_mass_shape *shape);

/* The same, held for the running aggregate (psyrad_new_held_state). */
extern mass_state *mass_state_new_held(FunctionCallInfo fcinfo, const psy_mass_shape *shape);

/* The state as one of another layout in the current memory context. */
extern mass_state *mass_state_expanded(const mass_state *state, const psy_mass_shape *shape);

/* A state argument, validated, of one of two statistics (the same one twice where there is only one). */
extern mass_state *mass_state_arg(FunctionCallInfo fcinfo, int argument, psy_mass_statistic either,
								  psy_mass_statistic or);

/* A contrast for a design of so many columns, checked. */
extern psyrad_array mass_contrast_arg(Datum datum, int columns);

/* One subject's x, which must fit the elements of a reference state. */
extern psy_mass_values mass_subject(Datum datum, bool is_connectome, const mass_state *reference);

#endif
