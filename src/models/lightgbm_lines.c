/* lightgbm_lines.c - see lightgbm.h: lines of key=value, and the numbers in them. */
#include "models/lightgbm.h"

#include <math.h>
#include <string.h>

psy_status
psy_lightgbm_refuse(const psy_lightgbm_reader *l, const char *at, psy_status code, const char *what)
{
	size_t line, column;

	psy_json_locate(l->document, (size_t) (at - l->document), &line, &column);
	return psy_fail(l->c->err, code, "lightgbm, line %zu: %s", line, what);
}

psy_status
psy_lightgbm_refuse_key(const psy_lightgbm_reader *l, const char *at, psy_status code, const char *key,
						const char *what)
{
	char text[160] = "";

	psy_append(text, sizeof text, "%s: %s", key, what);
	return psy_lightgbm_refuse(l, at, code, text);
}

/* ---- lines and numbers ----------------------------------------------------------------------- */

bool
psy_lightgbm_find(psy_slice block, const char *key, psy_slice *value)
{
	while (block.at < block.end)
	{
		psy_slice line = psy_slice_line(&block);
		size_t length = strlen(key);

		if (psy_slice_begins(line, key) && (size_t) (line.end - line.at) > length && line.at[length] == '=')
		{
			*value = (psy_slice){line.at + length + 1, line.end};
			return true;
		}
	}
	return false;
}

psy_status
psy_lightgbm_number(const psy_lightgbm_reader *l, psy_slice word, const char *key, bool whole, double low,
					double high, double *number)
{
	if (!psy_slice_number(word, l->c_locale, number))
		return psy_lightgbm_refuse_key(l, word.at, PSY_FORMAT, key, "a number is missing or too long");
	if (isnan(*number) || (whole && *number != floor(*number)) || !(*number >= low && *number <= high))
		return psy_lightgbm_refuse_key(l, word.at, PSY_FORMAT, key,
									   whole ? "a whole number within its range expected"
											 : "a finite number expected");
	return PSY_OK;
}

psy_status
psy_lightgbm_setting(const psy_lightgbm_reader *l, psy_slice block, const char *key, double low, double high,
					 double *number)
{
	psy_slice value;

	if (!psy_lightgbm_find(block, key, &value))
		return psy_lightgbm_refuse_key(l, block.at, PSY_FORMAT, key, "the line is missing");
	return psy_lightgbm_number(l, value, key, true, low, high, number);
}

psy_status
psy_lightgbm_column(const psy_lightgbm_reader *l, psy_slice block, const char *key, size_t count, bool whole,
					double low, double high, double *to)
{
	psy_slice value;
	psy_status status;

	if (!psy_lightgbm_find(block, key, &value))
		return psy_lightgbm_refuse_key(l, block.at, PSY_FORMAT, key, "the line is missing");
	for (size_t k = 0; k < count; k++)
		if ((status = psy_lightgbm_number(l, psy_slice_word(&value), key, whole, low, high, to + k)) !=
			PSY_OK)
			return status;
	if (psy_slice_word(&value).at < value.end)
		return psy_lightgbm_refuse_key(l, value.at, PSY_FORMAT, key, "more numbers than expected");
	return PSY_OK;
}
