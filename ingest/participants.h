/*
 * participants.h - the fields of a table of participants, for the loaders that read one: a sheet, or participants.tsv of a data set.
 */
#ifndef PARTICIPANTS_H
#define PARTICIPANTS_H

#include "table.h"

enum participant_field
{
	PARTICIPANT,
	SITE,
	ARM,
	SEX,
	AGE,
	EDUCATION,
	DROPOUT_WEEK,
	DROPOUT_REASON,
	PARTICIPANT_FIELDS
};

extern const table_field participant_fields[PARTICIPANT_FIELDS];

/* A site by its code, which becomes part of a role's name: NYU is nyu, "Site 1" site_1, 3 site_3; the caller frees it. */
char *site_code(const char *cell);

/* F, M or O; NULL for a word that is none of them. */
const char *sex_of(const char *cell);

#endif
