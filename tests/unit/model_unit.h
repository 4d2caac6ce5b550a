/* model_unit.h - reading and compiling model documents in the unit tests. */
#ifndef MODEL_UNIT_H
#define MODEL_UNIT_H

#include "unit.h"

#include "models/model.h"

/* A whole golden file; to be freed. */
static inline char *
unit_read_golden(const char *name, size_t *bytes)
{
	FILE *file = unit_golden_open(name);
	char *text;

	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	*bytes = (size_t) ftell(file);
	rewind(file);
	text = malloc(*bytes + 1);
	assert_int_equal(fread(text, 1, *bytes, file), *bytes);
	text[*bytes] = '\0';
	fclose(file);
	return text;
}

static inline psy_status
unit_compile_status(const char *document, psy_model **model, psy_error *err)
{
	return psy_model_compile(&unit_context, document, strlen(document), "auto", &psy_model_default_limits,
							 model, err);
}

static inline psy_model *
unit_compile(const char *document)
{
	psy_error err = {0};
	psy_model *model;

	if (unit_compile_status(document, &model, &err) != PSY_OK)
		fail_msg("%s", err.message);
	return model;
}

static inline psy_model *
unit_compile_golden(const char *name)
{
	size_t bytes;
	char *text = unit_read_golden(name, &bytes);
	psy_model *model = unit_compile(text);

	free(text);
	return model;
}

/* Scoring with room of its own. */
typedef struct unit_scorer
{
	const psy_model *model;
	double *workspace;
	double *raw;
} unit_scorer;

static inline unit_scorer
unit_scorer_of(const psy_model *model)
{
	return (unit_scorer){model, malloc(sizeof(double) * psy_model_workspace(model)),
						 malloc(sizeof(double) * psy_model_raw(model))};
}

static inline void
unit_scorer_free(unit_scorer *s)
{
	free(s->workspace);
	free(s->raw);
}

#endif
