/* choice.c - see choice.h. */
#include "core/choice.h"

#include <string.h>

psy_status
psy_choice(const char *name, const char *const names[], size_t count, const char *argument, int *index, psy_error *err)
{
	char allowed[96] = "";

	for (size_t k = 0; k < count; k++)
	{
		if (strcmp(name, names[k]) == 0)
		{
			*index = (int) k;
			return PSY_OK;
		}
		psy_append(allowed, sizeof allowed, "%s%s", k == 0 ? "" : k + 1 < count ? ", " : " or ", names[k]);
	}
	return psy_fail(err, PSY_DOMAIN, "%s is '%s'; %s expected", argument, name, allowed);
}
