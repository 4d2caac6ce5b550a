/* effect_check.h - the checks that every effect size makes of its arguments; for src/meta only. */
#ifndef PSY_EFFECT_CHECK_H
#define PSY_EFFECT_CHECK_H

#include "core/status.h"

/* What an argument is called in messages, what it holds, and the least and most it may hold. */
typedef struct psy_effect_argument
{
	const char *name;
	double value, least, most;
} psy_effect_argument;

/* PSY_DOMAIN naming the first argument that is not finite or outside its range. */
psy_status psy_effect_check(const psy_effect_argument *argument, int count, psy_error *err);

/* The index of name among known[count], in any case; PSY_DOMAIN names what and the allowed values. */
psy_status psy_effect_choice(const char *name, const char *what, const char *const *known, int count,
							 int *found, psy_error *err);

/* value when it is a positive finite number, else NaN: no other variance is known. */
double psy_effect_variance(double value);

#endif
