/*
 * review_sheets.h - the sheets of a review's folder: what each is called, and its columns with their synonyms.
 */
#ifndef REVIEW_SHEETS_H
#define REVIEW_SHEETS_H

#include "table.h"

typedef struct review_sheet
{
	const char *name;  /* as the warehouse knows it: ingest.review_<name> */
	const char *names; /* of its file, without the ending, folded and separated by '|' */
	const table_field *fields; /* NULL: a document, taken as a whole */
	int count;
} review_sheet;

/* In the order of loading: what others refer to comes first. */
enum
{
	REVIEW_STRATEGY,
	REVIEW_REFERENCES,
	REVIEW_STUDIES,
	REVIEW_MODALITIES,
	REVIEW_METHODS,
	REVIEW_NETWORKS,
	REVIEW_MODELS,
	REVIEW_FINDINGS,
	REVIEW_POINTS,
	REVIEW_INTERVENTIONS,
	REVIEW_PRESCRIPTION,
	REVIEW_CHALLENGES,
	REVIEW_FACTS,
	REVIEW_ANOMALIES,
	REVIEW_TEXT,
	REVIEW_SHEETS
};

extern const review_sheet review_sheets[REVIEW_SHEETS];

#endif
