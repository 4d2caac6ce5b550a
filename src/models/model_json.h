/*
 * model_json.h - what the operators' readers of psyrad-json share: matrices, choices, lists of indexes, all
 * named by key, with errors that say where.  Private to src/models.
 */
#ifndef PSY_MODEL_JSON_H
#define PSY_MODEL_JSON_H

#include "models/model_op.h"

/* The member must be one of the texts (NULL at the end); *index says which.  absent >= 0: it may be left out.
 */
psy_status psy_json_choice(psy_compiler *c, const psy_json_node *node, const char *key,
						   const char *const *choice, int absent, int *index);

/* The member: an array of exactly count numbers. */
psy_status psy_json_vector(psy_compiler *c, const psy_json_node *node, const char *key, size_t count,
						   double *to);

/* An array of `rows` arrays of `columns` numbers each; or the member that holds it. */
psy_status psy_json_rows(psy_compiler *c, const psy_json_node *matrix, size_t rows, size_t columns,
						 double *to);
psy_status psy_json_matrix(psy_compiler *c, const psy_json_node *node, const char *key, size_t rows,
						   size_t columns, double *to);

/* The member: an array; *count says of how many. */
psy_status psy_json_list(psy_compiler *c, const psy_json_node *node, const char *key,
						 const psy_json_node **list, size_t *count);

/* The elements of an array as whole numbers in [0, most]. */
psy_status psy_json_indexes(psy_compiler *c, const psy_json_node *list, size_t most, uint32_t *to);

/* A number of the member, within [low, high]; absent when it is left out. */
psy_status psy_json_setting(psy_compiler *c, const psy_json_node *node, const char *key, double low,
							double high, double absent, double *value);

#endif
