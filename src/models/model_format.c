/* model_format.c - which format a document is in, and who reads it. */
#include "models/model_foreign.h"
#include "models/model_op.h"
#include "models/ubj.h"

#include <string.h>

const psy_model_limits psy_model_default_limits = {
	.json = PSY_JSON_DEFAULT_LIMITS, .features = 1000000, .image = (size_t) 512 << 20};

#define NAMES "auto, psyrad-json, xgboost-json, xgboost-ubj, lightgbm, libsvm, pmml (pmml:SEGMENT), onnx"

static bool
begins_with(const char *document, size_t bytes, const char *prefix)
{
	return bytes >= strlen(prefix) && memcmp(document, prefix, strlen(prefix)) == 0;
}

/* Past blanks, and past a byte order mark, which XML may have. */
static void
skip_blanks(const char **document, size_t *bytes)
{
	if (begins_with(*document, *bytes, "\xEF\xBB\xBF"))
	{
		*document += 3;
		*bytes -= 3;
	}
	while (*bytes > 0 && strchr(" \t\r\n", **document) != NULL && **document != '\0')
	{
		++*document;
		--*bytes;
	}
}

/* The format that the first bytes speak of; NULL when none is recognised.  JSON is told apart once it is
 * parsed. */
static const char *
recognise(const char *document, size_t bytes)
{
	const char *start = document;
	size_t rest = bytes;

	skip_blanks(&start, &rest);
	if (begins_with(start, rest, "{"))
		return rest >= 2 && (strchr("LlIiU", start[1]) != NULL && start[1] != '\0') ? "xgboost-ubj" : "json";
	if (begins_with(start, rest, "<"))
		return "pmml";
	if (begins_with(start, rest, "tree\n") || begins_with(start, rest, "tree\r"))
		return "lightgbm";
	if (begins_with(start, rest, "svm_type "))
		return "libsvm";
	if (begins_with(document, bytes, "\x08"))
		return "onnx";
	return NULL;
}

/* detect: what the document is shows only once it is parsed. */
static psy_status
compile_json(const psy_context *ctx, const char *document, size_t bytes, const char *format, bool detect,
			 const psy_model_limits *limits, psy_model **image, psy_error *err)
{
	psy_json json;
	psy_status status =
		psy_json_parse(ctx, document, bytes, detect ? "JSON" : format, &limits->json, &json, err);
	const psy_json_node *root = status == PSY_OK ? psy_json_root(&json) : NULL;

	if (detect && root != NULL && psy_json_member(&json, root, "psyrad_model") != NULL)
		format = "psyrad-json";
	else if (detect && root != NULL && psy_json_member(&json, root, "learner") != NULL)
		format = "xgboost-json";
	else if (detect && root != NULL && root->kind == PSY_JSON_OBJECT)
		status = psy_fail(err, PSY_FORMAT,
						  "a JSON document that is not a model: neither \"psyrad_model\" nor \"learner\" is "
						  "among its keys");
	json.format = format;
	if (status == PSY_OK)
		status = strcmp(format, "xgboost-json") == 0
					 ? psy_xgboost_compile(ctx, &json, limits, image, err)
					 : psy_psyrad_json_compile(ctx, &json, limits, image, err);
	psy_json_free(ctx, &json);
	return status;
}

static psy_status
compile_ubj(const psy_context *ctx, const char *document, size_t bytes, const psy_model_limits *limits,
			psy_model **image, psy_error *err)
{
	psy_json json;
	psy_status status =
		psy_ubj_parse(ctx, document, bytes, "xgboost-ubj", &limits->json, psy_xgboost_skip, &json, err);

	if (status == PSY_OK)
		status = psy_xgboost_compile(ctx, &json, limits, image, err);
	psy_json_free(ctx, &json);
	return status;
}

/* "libsvm", or "libsvm:N" with the number of features; false for anything else. */
static bool
is_libsvm(const char *format, size_t *features)
{
	const char *digit = format + strlen("libsvm");

	*features = 0;
	if (strncmp(format, "libsvm", strlen("libsvm")) != 0 || (*digit != '\0' && *digit != ':'))
		return false;
	if (*digit == '\0')
		return true;
	for (digit++; *digit >= '0' && *digit <= '9' && *features < 100000000; digit++)
		*features = 10 * *features + (size_t) (*digit - '0');
	return *digit == '\0' && *features > 0;
}

/* "pmml", or "pmml:ID" with the id of a segment; false for anything else. */
static bool
is_pmml(const char *format, const char **segment)
{
	*segment = NULL;
	if (strncmp(format, "pmml:", 5) == 0 && format[5] != '\0')
		*segment = format + 5;
	return *segment != NULL || strcmp(format, "pmml") == 0;
}

/* "onnx", or with what a single output means; false for anything else. */
static bool
is_onnx(const char *format, uint32_t *meaning)
{
	static const char *const name[] = {"onnx", "onnx:regression", "onnx:probabilities", "onnx:logits"};

	for (*meaning = 0; *meaning < 4; ++*meaning)
		if (strcmp(format, name[*meaning]) == 0)
			return true;
	return false;
}

psy_status
psy_model_compile(const psy_context *ctx, const char *document, size_t bytes, const char *format,
				  const psy_model_limits *limits, psy_model **image, psy_error *err)
{
	psy_error local;
	const char *found = format;
	const char *segment;
	size_t features;
	uint32_t meaning;

	*image = NULL;
	if (err == NULL)
		err = &local;
	if (psy_model_refuse_foreign(document, bytes, err) != PSY_OK)
		return err->code;
	if (strcmp(format, "auto") == 0)
		found = recognise(document, bytes);
	if (found == NULL)
	{
		psy_fail(err, PSY_FORMAT, "the format of the model is not recognised");
		return psy_hint(err, "Say it by name: " NAMES ".");
	}
	if (strcmp(found, "json") == 0 && found != format)
		return compile_json(ctx, document, bytes, "psyrad-json", true, limits, image, err);
	if (strcmp(found, "psyrad-json") == 0 || strcmp(found, "xgboost-json") == 0)
		return compile_json(ctx, document, bytes, found, false, limits, image, err);
	if (strcmp(found, "xgboost-ubj") == 0)
		return compile_ubj(ctx, document, bytes, limits, image, err);
	if (strcmp(found, "lightgbm") == 0)
		return psy_lightgbm_compile(ctx, document, bytes, limits, image, err);
	if (is_libsvm(found, &features))
		return psy_libsvm_compile(ctx, document, bytes, features, limits, image, err);
	if (is_pmml(found, &segment))
		return psy_pmml_compile(ctx, document, bytes, segment, limits, image, err);
	if (is_onnx(found, &meaning))
		return psy_onnx_compile(ctx, document, bytes, meaning, limits, image, err);
	psy_fail(err, PSY_DOMAIN, "format \"%.40s\" is unknown", format);
	return psy_hint(err, "Formats: " NAMES ".");
}
