/*
 * effect_table.h - effect sizes of counts: two groups (2x2 tables) and single proportions, as escalc of
 * metafor.
 *
 * A table that says nothing about an effect (an empty group; for ratios, an outcome that never or always
 * happened in both groups, unless asked for) gives NaN, not an error.  Counts may be fractional.
 */
#ifndef PSY_EFFECT_TABLE_H
#define PSY_EFFECT_TABLE_H

#include "meta/effect_size.h"

#include <stdbool.h>

/* First group: a with the event, b without; second group: c with, d without. */
typedef struct psy_table
{
	double a, b, c, d;
} psy_table;

/* Where the constant `add` goes: tables with a zero, every table, every table if any has a zero, nowhere. */
typedef enum psy_add_to
{
	PSY_ADD_ONLY0,
	PSY_ADD_ALL,
	PSY_ADD_IF0ALL,
	PSY_ADD_NONE
} psy_add_to;

typedef enum psy_table_measure
{
	PSY_TABLE_OR,   /* ln odds ratio; Woolf 1955 */
	PSY_TABLE_RR,   /* ln risk ratio; Katz et al. 1978 */
	PSY_TABLE_RD,   /* risk difference */
	PSY_TABLE_PETO, /* Peto's ln odds ratio (O - E)/V; Yusuf et al. 1985 */
	PSY_TABLE_AS    /* difference of arcsine square roots; Ruecker et al. 2009 */
} psy_table_measure;

typedef enum psy_proportion_measure
{
	PSY_PROPORTION_PR,  /* x/n */
	PSY_PROPORTION_PLN, /* ln */
	PSY_PROPORTION_PLO, /* logit */
	PSY_PROPORTION_PAS, /* arcsine square root */
	PSY_PROPORTION_PFT  /* Freeman & Tukey 1950 double arcsine */
} psy_proportion_measure;

/* any0: whether a table of the set has a zero, for PSY_ADD_IF0ALL.  drop00: NaN where both groups have none
 * or all of the events. */
typedef struct psy_add
{
	double add;
	psy_add_to to;
	bool any0, drop00;
} psy_add;

/* In any case; PSY_DOMAIN lists the allowed values. */
psy_status psy_add_to_parse(const char *name, psy_add_to *to, psy_error *err);

/* PSY_DOMAIN naming the count that is negative or not finite. */
psy_status psy_table_check(const psy_table *table, psy_error *err);

/* Whether both groups have none, or all, of the events. */
bool psy_table_is_double_zero(const psy_table *table);

/* The table with the constant added where the rule says so. */
psy_table psy_table_add(const psy_table *table, const psy_add *rule);

psy_status psy_effect_table(const psy_table *table, psy_table_measure measure, const psy_add *rule,
							psy_effect *effect, psy_error *err);

/* x of n; PSY_DOMAIN when x is negative or above n.  drop00 is not used. */
psy_status psy_effect_proportion(double x, double n, psy_proportion_measure measure, const psy_add *rule,
								 psy_effect *effect, psy_error *err);

#endif
