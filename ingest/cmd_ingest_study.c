/* cmd_ingest_study.c - psyrad ingest study FILE.json: the declaration goes to clinical.declare_study as it
 * is. */
#include "cmd.h"

#define DOCUMENT_LIMIT ((size_t) 16 << 20)

static psy_status
stage_study(job *j, psy_error *err)
{
	buffer document = {0};
	psy_status status = read_document_again(j->path, ENCODING_AUTO, j->sha256, DOCUMENT_LIMIT, &document, err);

	if (status == PSY_OK && document.size == 0)
		status = psy_fail(err, PSY_FORMAT, "the file is empty; expected a JSON object");
	if (status == PSY_OK)
	{
		copy_row(&j->stage);
		copy_int8(&j->stage, 1);
		copy_text(&j->stage, document.data);
		status = copy_row_end(&j->stage, err);
	}
	buffer_free(&document);
	return status;
}

const loader load_study = {
	.name = "study",
	.summary = "declare a study: sites, scanners, arms, visits",
	.file = "FILE.json",
	.target = "pg_temp.stage (\"row\", document)",
	.stage = stage_study,
};
