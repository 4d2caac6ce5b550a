/*
 * model_foreign.h - model files of other tools, told by their first bytes, so that they can be refused by
 * name and with the way out: pickles and archives of the trainers' own are programs or layouts of a library's
 * version, not models.
 */
#ifndef PSY_MODEL_FOREIGN_H
#define PSY_MODEL_FOREIGN_H

#include "core/status.h"

/* PSY_UNSUPPORTED with a hint when the document is one of these; PSY_OK when it is none. */
psy_status psy_model_refuse_foreign(const char *document, size_t bytes, psy_error *err);

#endif
