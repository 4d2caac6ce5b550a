/* choice.h - an option that is one of a few words. */
#ifndef PSY_CHOICE_H
#define PSY_CHOICE_H

#include "core/status.h"

/* *index is the place of name among names[count]; PSY_DOMAIN names the argument and the words allowed. */
psy_status psy_choice(const char *name, const char *const names[], size_t count, const char *argument, int *index,
					  psy_error *err);

#endif
