/* model_foreign.c - see model_foreign.h.  None of the formats that are read begins like one of these. */
#include "models/model_foreign.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define FROM_PYTHON                                                                                          \
	"Read it where it was trained and write it with psyrad_export.py (psyrad-json), skl2onnx (onnx) or "     \
	"sklearn2pmml "                                                                                          \
	"(pmml); boosters with their own save_model."
#define FROM_R                                                                                               \
	"Read it in R and write it with psyrad_export.R (psyrad-json) or r2pmml (pmml); boosters with "          \
	"xgb.save(model, "                                                                                       \
	"\"model.json\") or lgb.save."
#define FROM_TORCH                                                                                           \
	"Export the network where it was trained, one row a batch: torch.onnx.export(model, x, \"model.onnx\")."
#define FROM_KERAS                                                                                           \
	"Export the network where it was trained: tf2onnx, or in Keras 3 model.export(\"model.onnx\", "          \
	"format=\"onnx\")."
#define FROM_XGBOOST                                                                                         \
	"XGBoost 1 or 2 reads it: Booster(model_file=\"old.model\").save_model(\"model.json\") makes "           \
	"xgboost-json of it."
#define FROM_GZIP                                                                                            \
	"A model of R: psyrad_export.R or r2pmml. Of Python: psyrad_export.py, skl2onnx or sklearn2pmml. "       \
	"Unpack first what "                                                                                     \
	"is psyrad-json, pmml or onnx inside."

#define IS(text, what, way)                                                                                  \
	{                                                                                                        \
		text, sizeof(text) - 1, what, way                                                                    \
	}

/* The longer beginnings before the shorter ones. */
static const struct
{
	const char *begins;
	size_t length;
	const char *what;
	const char *way;
} foreign[] = {
	IS("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", "a file of torch.save", FROM_TORCH),
	IS("\x80\x02", "a Python pickle", FROM_PYTHON),
	IS("\x80\x03", "a Python pickle", FROM_PYTHON),
	IS("\x80\x04", "a Python pickle", FROM_PYTHON),
	IS("\x80\x05", "a Python pickle", FROM_PYTHON),
	IS("\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras writes them", FROM_KERAS),
	IS("X\n\0\0\0", "a file of R's saveRDS", FROM_R),
	IS("A\n2\n", "a file of R's saveRDS", FROM_R),
	IS("A\n3\n", "a file of R's saveRDS", FROM_R),
	IS("RDX2\n", "a file of R's save", FROM_R),
	IS("RDX3\n", "a file of R's save", FROM_R),
	IS("\x1f\x8b", "compressed by gzip, as R's saveRDS and joblib do", FROM_GZIP),
	IS("BZh", "compressed by bzip2",
	   "Unpack it first; what joblib compressed must be exported with psyrad_export.py."),
	IS("\xfd\x37zXZ", "compressed by xz",
	   "Unpack it first; what joblib or R compressed must be exported with psyrad_export."),
	IS("\x78\x9c", "compressed by zlib, as joblib does", FROM_PYTHON),
	IS("MATLAB ", "a MATLAB file",
	   "Write a network with exportONNXNetwork (onnx); the coefficients of a linear machine or regression as "
	   "psyrad-json."),
	IS("binf", "XGBoost's old binary format", FROM_XGBOOST),
	IS("bs64", "XGBoost's old binary format", FROM_XGBOOST),
	IS("CONFIG-offset:", "a pickled XGBoost booster", FROM_XGBOOST),
	IS("CBM1", "a CatBoost file",
	   "Write it with save_model(\"model.onnx\", format=\"onnx\") or format=\"pmml\"."),
};

static psy_status
refuse(psy_error *err, const char *what, const char *way)
{
	psy_fail(err, PSY_UNSUPPORTED, "the document is %s, which is not read", what);
	return psy_hint(err, "%s", way);
}

/* The name of the first member of a ZIP archive contains the text. */
static bool
first_member_has(const char *document, size_t bytes, const char *text)
{
	size_t length = (unsigned char) document[26] + 256 * (size_t) (unsigned char) document[27];
	size_t wanted = strlen(text);

	if (length > bytes - 30)
		length = bytes - 30;
	for (size_t k = 0; k + wanted <= length; k++)
		if (memcmp(document + 30 + k, text, wanted) == 0)
			return true;
	return false;
}

static psy_status
refuse_archive(const char *document, size_t bytes, psy_error *err)
{
	if (first_member_has(document, bytes, ".pkl") || first_member_has(document, bytes, "/version") ||
		first_member_has(document, bytes, ".format_version"))
		return refuse(err, "a file of torch.save", FROM_TORCH);
	if (first_member_has(document, bytes, "metadata.json") ||
		first_member_has(document, bytes, "config.json"))
		return refuse(err, "a Keras archive", FROM_KERAS);
	if (first_member_has(document, bytes, "schema.json") || first_member_has(document, bytes, ".npy"))
		return refuse(err, "an archive of skops", FROM_PYTHON);
	return refuse(err, "a ZIP archive",
				  "Of PyTorch: torch.onnx.export. Of Keras: tf2onnx. A document that is read here must be "
				  "unpacked first.");
}

/* Old files without the four letters: 136 bytes of parameters, then a number of up to 64 letters, an
 * objective's name. */
static bool
is_headless_booster(const char *document, size_t bytes)
{
	const unsigned char *at = (const unsigned char *) document + 136;
	size_t colons = 0;

	if (bytes < 208 || at[0] < 6 || at[0] > 64)
		return false;
	for (size_t k = 1; k < 8; k++)
		if (at[k] != 0)
			return false;
	for (size_t k = 8; k < 8 + (size_t) at[0]; k++)
	{
		if (!((at[k] >= 'a' && at[k] <= 'z') || (at[k] >= '0' && at[k] <= '9') ||
			  strchr(":_-", at[k]) != NULL))
			return false;
		colons += at[k] == ':';
	}
	return colons == 1;
}

psy_status
psy_model_refuse_foreign(const char *document, size_t bytes, psy_error *err)
{
	for (size_t k = 0; k < sizeof foreign / sizeof foreign[0]; k++)
		if (bytes >= foreign[k].length && memcmp(document, foreign[k].begins, foreign[k].length) == 0)
			return refuse(err, foreign[k].what, foreign[k].way);
	if (bytes >= 30 && memcmp(document, "PK\x03\x04", 4) == 0)
		return refuse_archive(document, bytes, err);
	if (is_headless_booster(document, bytes))
		return refuse(err, "XGBoost's old binary format", FROM_XGBOOST);
	return PSY_OK;
}
