/* cmd_ingest_model.c - psyrad ingest model FILE --name N: a trained model becomes the next version in the
 * registry. */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

#define MODEL_LIMIT ((uint64_t) 64 << 20)

static psy_status
stage_model(job *j, psy_error *err)
{
	source s;
	uint8_t *bytes;
	size_t got;
	psy_status status;

	if (j->bytes > MODEL_LIMIT)
		return psy_fail(err, PSY_LIMIT, "the document is larger than %d MB", (int) (MODEL_LIMIT >> 20));
	status = source_open(&s, j->path, err);
	if (status != PSY_OK)
		return status;
	bytes = grow(NULL, (size_t) j->bytes, 1);
	status = source_read(&s, bytes, (size_t) j->bytes, &got, err);
	if (status == PSY_OK)
		status = source_expect(&s, j->sha256, err);
	if (status == PSY_OK)
	{
		copy_row(&j->stage);
		copy_int8(&j->stage, 1);
		copy_bytea(&j->stage, bytes, got);
		status = copy_row_end(&j->stage, err);
	}
	free(bytes);
	source_close(&s);
	return status;
}

const loader load_model = {
	.name = "model",
	.summary = "a trained model into the registry: psyrad-json, PMML, XGBoost, LightGBM, LIBSVM, ONNX",
	.file = "FILE",
	.options = OPT_MODEL | OPT_SIMULATED,
	.target = "pg_temp.stage (\"row\", document)",
	.stage = stage_model,
};
