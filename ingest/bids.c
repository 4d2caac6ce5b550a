/* bids.c - entities from a BIDS file name; see bids.h. */
#include "bids.h"

#include "header.h"
#include "number.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static psy_status
keep(char to[BIDS_TEXT], const char *what, const char *value, size_t length, psy_error *err)
{
	if (length >= BIDS_TEXT)
		return psy_fail(err, PSY_LIMIT, "the entity %s of the file name has more than %d characters", what,
						BIDS_TEXT - 1);
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char) value[i]) && strchr("+-_", value[i]) == NULL)
			return psy_fail(err, PSY_FORMAT,
							"the entity %s of the file name holds other characters than letters and digits",
							what);
	memcpy(to, value, length);
	to[length] = '\0';
	return PSY_OK;
}

static psy_status
entity(bids_name *name, const char *part, size_t length, psy_error *err)
{
	struct
	{
		const char *key;
		char *to;
	} known[] = {{"sub", name->sub},   {"ses", name->ses},     {"task", name->task},
				 {"desc", name->desc}, {"atlas", name->atlas}, {"seg", name->atlas}};
	char key[16] = "", run[BIDS_TEXT];
	size_t k = strcspn(part, "-");
	int64_t number;

	if (k < sizeof key)
		memcpy(key, part, k);
	if (header_among(key, "sub|ses|task|acq|ce|rec|dir|run|echo"))
	{
		size_t used = strlen(name->acquisition);

		snprintf(name->acquisition + used, sizeof name->acquisition - used, "%s%.*s", used ? "_" : "",
				 (int) length, part);
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(key, known[i].key) == 0)
			return keep(known[i].to, key, part + k + 1, length - k - 1, err);
	if (strcmp(key, "run") != 0)
		return PSY_OK;
	if (keep(run, key, part + k + 1, length - k - 1, err) != PSY_OK ||
		parse_whole(run, 1, 32767, &number, err) != PSY_OK)
		return psy_fail(err, PSY_FORMAT, "the entity run of the file name is no number between 1 and 32767");
	name->run = (int) number;
	return PSY_OK;
}

psy_status
bids_parse(const char *path, bids_name *name, psy_error *err)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t stem = strcspn(base, ".");
	psy_status status = PSY_OK;

	memset(name, 0, sizeof *name);
	for (size_t at = 0; at < stem && status == PSY_OK;)
	{
		size_t length = strcspn(base + at, "_.");

		if (at + length > stem)
			length = stem - at;
		if (memchr(base + at, '-', length) != NULL)
			status = entity(name, base + at, length, err);
		else if (at + length == stem && at > 0 && strncmp(base, "sub-", 4) == 0)
			status = keep(name->suffix, "suffix", base + at, length, err);
		at += length + 1;
	}
	name->is_bids = strncmp(base, "sub-", 4) == 0 && name->sub[0] && name->suffix[0];
	return status;
}
