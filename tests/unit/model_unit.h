/* model_unit.h - reading and compiling model documents in the unit tests. */
#ifndef MODEL_UNIT_H
#define MODEL_UNIT_H

#include "unit.h"

#include "models/model.h"

#include <time.h>

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
	char *document = unit_read_golden(name, &bytes);
	psy_model *model = NULL;
	psy_error err = {0};

	if (psy_model_compile(&unit_context, document, bytes, "auto", &psy_model_default_limits, &model, &err) != PSY_OK)
		fail_msg("%s: %s", name, err.message);
	free(document);
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

/* ---- hostile documents ----------------------------------------------------------------------- */

/* CPU time of this process: what a hostile document may cost. */
static inline double
unit_cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

/* Always the same numbers: state is the seed. */
static inline size_t
unit_below(uint64_t *state, size_t n)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (size_t) (*state >> 33) % n;
}

/* The document is refused with that status and a message that holds the text. */
static inline void
unit_refuse(const char *text, size_t bytes, const char *format, psy_status code, const char *message)
{
	psy_error err = {0};
	psy_model *model;

	if (psy_model_compile(&unit_context, text, bytes, format, &psy_model_default_limits, &model, &err) != code)
		fail_msg("status %d (\"%s\") instead of %d: %s", err.code, err.message, code, message);
	assert_null(model);
	if (strstr(err.message, message) == NULL)
		fail_msg("\"%s\" instead of \"...%s\"", err.message, message);
}

/* The golden document with one text in place of another; to be freed. */
static inline char *
unit_edited(const char *path, const char *from, const char *to)
{
	size_t bytes;
	char *text = unit_read_golden(path, &bytes), *at = strstr(text, from), *edited;

	if (at == NULL)
		fail_msg("%s: no \"%s\"", path, from);
	edited = malloc(bytes + strlen(to) + 1);
	sprintf(edited, "%.*s%s%s", (int) (at - text), text, to, at + strlen(from));
	free(text);
	return edited;
}

static inline void
unit_refuse_edited(const char *path, const char *from, const char *to, psy_status code, const char *message)
{
	char *edited = unit_edited(path, from, to);

	unit_refuse(edited, strlen(edited), "auto", code, message);
	free(edited);
}

/* A context that counts: what is held, the most that was ever held, and when it refuses. */
typedef struct unit_memory
{
	int allowed; /* allocations that still succeed; below 0: all */
	int held;
	size_t bytes;
	size_t most;
} unit_memory;

static inline void *
unit_memory_alloc(void *arg, size_t bytes)
{
	unit_memory *m = arg;
	size_t *block;

	if (m->allowed == 0 || bytes > (size_t) 512 << 20)
		return NULL;
	m->allowed--;
	block = malloc(bytes + 16);
	*block = bytes;
	m->held++;
	m->bytes += bytes;
	m->most = m->bytes > m->most ? m->bytes : m->most;
	return block + 2;
}

static inline void
unit_memory_release(void *arg, void *pointer)
{
	unit_memory *m = arg;
	size_t *block;

	if (pointer == NULL)
		return;
	block = (size_t *) pointer - 2;
	m->held--;
	m->bytes -= *block;
	free(block);
}

/* Refuses every allocation in turn: nothing is lost, and in the end the document is read. */
static inline void
unit_no_memory_is_lost(const char *path, const char *format)
{
	size_t bytes;
	char *text = unit_read_golden(path, &bytes);
	psy_status status = PSY_NOMEM;

	for (int k = 0; status == PSY_NOMEM; k++)
	{
		unit_memory memory = {.allowed = k};
		const psy_context ctx = {unit_memory_alloc, unit_memory_release, NULL, &memory};
		psy_error err = {0};
		psy_model *model;

		assert_true(k < 400);
		status = psy_model_compile(&ctx, text, bytes, format, &psy_model_default_limits, &model, &err);
		assert_int_equal(memory.held, status == PSY_OK);
		unit_memory_release(&memory, model);
	}
	assert_int_equal(status, PSY_OK);
	free(text);
}

#endif
