/*
 * lightgbm.h - reading LightGBM's text models (lightgbm.c) line by line (lightgbm_lines.c).  Private to
 * src/models.
 */
#ifndef PSY_LIGHTGBM_H
#define PSY_LIGHTGBM_H

#include "models/slice.h"
#include "models/trees.h"

#include <locale.h>

typedef struct psy_lightgbm_reader
{
	psy_compiler *c;
	const char *document;
	locale_t c_locale;
	psy_slice head;
	psy_slice trees; /* from the first Tree= on */
	psy_trees_head plan;
	psy_slice objective;
	psy_task task;
	uint32_t outputs;
	size_t features;
	size_t most; /* leaves of a tree */
	double *column;
	double *value;
	double *split_cover;
	double *leaf_cover;
	psy_tree_split *split;
} psy_lightgbm_reader;

/* Fails with the line that at lies in. */
psy_status psy_lightgbm_refuse(const psy_lightgbm_reader *l, const char *at, psy_status code,
							   const char *what);
psy_status psy_lightgbm_refuse_key(const psy_lightgbm_reader *l, const char *at, psy_status code,
								   const char *key, const char *what);

/* The value of the line key=value; false when there is none. */
bool psy_lightgbm_find(psy_slice block, const char *key, psy_slice *value);

/* A finite number in [low, high]; infinities are taken as the largest doubles, as LightGBM prints thresholds.
 */
psy_status psy_lightgbm_number(const psy_lightgbm_reader *l, psy_slice word, const char *key, bool whole,
							   double low, double high, double *number);

/* The whole number of a line. */
psy_status psy_lightgbm_setting(const psy_lightgbm_reader *l, psy_slice block, const char *key, double low,
								double high, double *number);

/* count numbers of the line into to[]. */
psy_status psy_lightgbm_column(const psy_lightgbm_reader *l, psy_slice block, const char *key, size_t count,
							   bool whole, double low, double high, double *to);

#endif
