/*
 * ubj.h - Universal Binary JSON (draft 12, as XGBoost writes it) into the tree of json.h, under the same
 * bounds.
 *
 * Numbers of any width become doubles, exactly but for integers beyond 2^53, which are refused.  Typed arrays
 * are taken of numbers only, since elements without bytes would let a few bytes ask for any amount of memory.
 */
#ifndef PSY_UBJ_H
#define PSY_UBJ_H

#include "models/json.h"

/*
 * skip: keys (NULL at the end) whose values are checked but not kept; they stand in the tree as null.
 * *out is to be freed with psy_json_free, also after errors.  PSY_FORMAT, PSY_LIMIT, PSY_NOMEM,
 * PSY_INTERRUPTED; messages name the byte.
 */
psy_status psy_ubj_parse(const psy_context *ctx, const char *data, size_t bytes, const char *format,
						 const psy_json_limits *limits, const char *const *skip, psy_json *out,
						 psy_error *err);

#endif
