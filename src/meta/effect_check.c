/* effect_check.c - see effect_check.h. */
#include "meta/effect_check.h"

#include <math.h>
#include <strings.h>

psy_status
psy_effect_check(const psy_effect_argument *argument, int count, psy_error *err)
{
	for (const psy_effect_argument *a = argument; a < argument + count; a++)
	{
		if (!isfinite(a->value))
			return psy_fail(err, PSY_DOMAIN, "%s is %s, but must be finite", a->name,
							isnan(a->value) ? "NaN" : "infinite");
		if (a->value < a->least && a->least == 0)
			return psy_fail(err, PSY_DOMAIN, "%s is %g, but cannot be negative", a->name, a->value);
		if (a->value < a->least || a->value > a->most)
			return psy_fail(err, PSY_DOMAIN, "%s is %g, but must lie between %g and %g", a->name, a->value,
							a->least, a->most);
	}
	return PSY_OK;
}

psy_status
psy_effect_choice(const char *name, const char *what, const char *const *known, int count, int *found,
				  psy_error *err)
{
	char allowed[160] = "";

	for (int k = 0; k < count; k++)
	{
		if (strcasecmp(name, known[k]) == 0)
		{
			*found = k;
			return PSY_OK;
		}
		psy_append(allowed, sizeof allowed, "%s%s", k == 0 ? "" : k == count - 1 ? " and " : ", ", known[k]);
	}
	psy_fail(err, PSY_DOMAIN, "unknown %s \"%.40s\"", what, name);
	psy_hint(err, "Allowed are %s.", allowed);
	return PSY_DOMAIN;
}

double
psy_effect_variance(double value)
{
	return value > 0 && isfinite(value) ? value : NAN;
}
