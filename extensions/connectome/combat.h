/* combat.h - psy_combat_state and psy_combat as the flat SQL types combat_state and combat. */
#ifndef PSYRAD_COMBAT_H
#define PSYRAD_COMBAT_H

#include "connectome.h"

#include "harmonize/combat.h"

typedef struct combat_state
{
	psyrad_header header;
	psy_combat_state body;
} combat_state;

typedef struct combat_fit
{
	psyrad_header header;
	psy_combat body;
} combat_fit;

#define COMBAT_HEAD offsetof(combat_state, body)

extern const psyrad_state_type combat_state_type;
extern const psyrad_state_type combat_type;

/* combat_type for a value that came through its input functions once: looks at counts and sizes alone, which
 * is what reading it safely needs; its numbers are megabytes. */
extern const psyrad_state_type combat_stored_type;

/* A site's name, zero-padded, from a text argument; raises when it is empty or too long. */
extern void combat_site_name(FunctionCallInfo fcinfo, int argument, char name[PSY_COMBAT_NAME]);

/* Raises unless a connectome's kind is one that sites may be taken out of: correlations are bounded, their
 * Fisher z are not. */
extern void combat_require_kind(psy_conn_kind kind);

#endif
