/* model_op.c - the table of operator kinds. */
#include "models/model_op.h"

#include <string.h>

static const psy_op_kind *const kinds[] = {&psy_op_standardize, &psy_op_linear, &psy_op_logistic,
										   &psy_op_svm, &psy_op_trees};

#define KINDS (sizeof kinds / sizeof kinds[0])

const psy_op_kind *
psy_op_kind_of(uint32_t code)
{
	for (size_t k = 0; k < KINDS; k++)
		if ((uint32_t) kinds[k]->code == code)
			return kinds[k];
	return NULL;
}

const psy_op_kind *
psy_op_kind_named(const char *name)
{
	for (size_t k = 0; k < KINDS; k++)
		if (strcmp(kinds[k]->name, name) == 0)
			return kinds[k];
	return NULL;
}
