/*
 * pmml_text.c - functions of texts, worked out when the document is compiled.
 *
 * A text in a record is one of those that its field lists, so that a function of texts is a table over the
 * lists: for each combination of its arguments' possible texts, the text, number or truth value that comes out.
 * What would need the text itself - formatNumber, formatDatetime, a field without listed values - is refused by
 * name.  lowercase and uppercase know ASCII and refuse other letters, whose cases depend on the language.
 */
#include "models/pmml.h"

#include "models/utf8.h"

#include <math.h>
#include <string.h>

/* Combinations of possible texts that one call may have. */
#define MOST_COMBINATIONS 4096

static const char *const names[] = {"uppercase", "lowercase", "trimBlanks", "stringLength", "substring", "concat", "matches", "replace",
									"formatNumber", "formatDatetime", NULL};

bool
psy_pmml_is_text_function(const char *name)
{
	for (int k = 0; names[k] != NULL; k++)
		if (strcmp(names[k], name) == 0)
			return true;
	return false;
}

/* ---- the functions --------------------------------------------------------------------------- */

static const char *
change_case(psy_pmml *c, const psy_xml *at, const char *text, bool upper)
{
	size_t length = strlen(text);
	char *to = psy_pmml_get(c, length + 1, 1);

	for (size_t k = 0; k < length && to != NULL; k++)
	{
		if ((unsigned char) text[k] >= 0x80)
		{
			psy_pmml_fail(c, at, PSY_UNSUPPORTED, "%s of letters beyond ASCII (\"%.40s\") is not supported", upper ? "uppercase" : "lowercase", text);
			return "";
		}
		to[k] = upper && text[k] >= 'a' && text[k] <= 'z'	? (char) (text[k] - 32)
				: !upper && text[k] >= 'A' && text[k] <= 'Z' ? (char) (text[k] + 32)
															 : text[k];
	}
	return to == NULL ? "" : to;
}

static const char *
piece(psy_pmml *c, const char *from, const char *end)
{
	char *to = psy_pmml_get(c, (size_t) (end - from) + 1, 1);

	if (to != NULL)
		memcpy(to, from, (size_t) (end - from));
	return to == NULL ? "" : to;
}

static const char *
trim(psy_pmml *c, const char *text)
{
	const char *end = text + strlen(text);

	while (*text != '\0' && (unsigned char) *text <= ' ')
		text++;
	while (end > text && (unsigned char) end[-1] <= ' ')
		end--;
	return piece(c, text, end);
}

static const char *
forward(const char *text, double characters)
{
	for (double k = 0; k < characters && *text != '\0'; k++)
		text += psy_utf8_char(text, strlen(text));
	return text;
}

static double
length_of(const char *text)
{
	double length = 0;

	for (; *text != '\0'; text += psy_utf8_char(text, strlen(text)))
		length++;
	return length;
}

/* Positions count from 1. */
static const char *
substring(psy_pmml *c, const psy_xml *at, const char *text, const char *position, const char *length)
{
	double from = psy_pmml_number(c, at, "startPos", position), count = psy_pmml_number(c, at, "length", length);
	const char *start;

	if (from < 1 || count < 0)
		psy_pmml_fail(c, at, PSY_FORMAT, "substring from %.20s on, %.20s long", position, length);
	start = forward(text, from - 1);
	return piece(c, start, forward(start, count));
}

static const char *
concat(psy_pmml *c, const char *const *text, uint32_t count)
{
	size_t length = 0;
	char *to, *end;

	for (uint32_t k = 0; k < count; k++)
		length += strlen(text[k]);
	if ((to = end = psy_pmml_get(c, length + 1, 1)) == NULL)
		return "";
	for (uint32_t k = 0; k < count; k++)
	{
		size_t more = strlen(text[k]);

		memcpy(end, text[k], more);
		end += more;
	}
	return to;
}

/* A pattern of plain characters, perhaps held by ^ and $: what else a pattern may be is refused. */
static bool
plain_pattern(psy_pmml *c, const psy_xml *at, const char *pattern)
{
	for (const char *p = pattern; *p != '\0'; p++)
		if (strchr("\\[](){}*+?|.", *p) != NULL || (*p == '^' && p != pattern) || (*p == '$' && p[1] != '\0'))
		{
			psy_pmml_fail(c, at, PSY_UNSUPPORTED, "the regular expression \"%.40s\" is not supported, only plain text with ^ and $", pattern);
			return false;
		}
	return true;
}

/* Where the pattern is found in text at or after from; NULL when it is not.  *end is behind it. */
static const char *
find_pattern(const char *text, const char *from, const char *pattern, const char **end)
{
	bool first = *pattern == '^', last;
	size_t length = strlen(pattern + first);

	last = length > 0 && pattern[first + length - 1] == '$';
	length -= last;
	for (const char *at = from; strlen(at) >= length; at++)
	{
		if (strncmp(at, pattern + first, length) == 0 && (!first || at == text) && (!last || at[length] == '\0'))
		{
			*end = at + length;
			return at;
		}
		if (*at == '\0')
			break;
	}
	return NULL;
}

static const char *
replace(psy_pmml *c, const psy_xml *at, const char *text, const char *pattern, const char *by)
{
	const char *parts[3] = {"", "", ""}, *from = text, *found, *end;

	if (!plain_pattern(c, at, pattern) || strlen(pattern) == 0 || strchr(by, '$') != NULL)
	{
		psy_pmml_fail(c, at, PSY_UNSUPPORTED, "this replacement (\"%.40s\" by \"%.40s\") is not supported", pattern, by);
		return "";
	}
	while (psy_pmml_ok(c) && (found = find_pattern(text, from, pattern, &end)) != NULL && end > from)
	{
		parts[1] = piece(c, from, found);
		parts[2] = by;
		parts[0] = concat(c, parts, 3);
		from = end;
	}
	parts[1] = from;
	return concat(c, parts, 2);
}

/* ---- tables of them -------------------------------------------------------------------------- */

typedef enum gives
{
	GIVES_TEXT,
	GIVES_NUMBER,
	GIVES_TRUTH
} gives;

static double
work_out(psy_pmml *c, const psy_xml *at, const char *name, const char *const *text, uint32_t count)
{
	const char *result = NULL, *end;

	if (strcmp(name, "uppercase") == 0 || strcmp(name, "lowercase") == 0)
		result = change_case(c, at, text[0], name[0] == 'u');
	else if (strcmp(name, "trimBlanks") == 0)
		result = trim(c, text[0]);
	else if (strcmp(name, "substring") == 0)
		result = substring(c, at, text[0], text[1], text[2]);
	else if (strcmp(name, "concat") == 0)
		result = concat(c, text, count);
	else if (strcmp(name, "replace") == 0)
		result = replace(c, at, text[0], text[1], text[2]);
	else if (strcmp(name, "stringLength") == 0)
		return length_of(text[0]);
	else
		return plain_pattern(c, at, text[1]) && find_pattern(text[0], text[0], text[1], &end) != NULL;
	return psy_pmml_ok(c) ? psy_pmml_literal(c, at, PSY_PMML_STRING, result) : 0;
}

/* Whether the arguments are as many as the function takes, and all their texts are known. */
static bool
arguments_fit(psy_pmml *c, const psy_xml *at, const char *name, const psy_pmml_value *argument, uint32_t count, size_t *combinations)
{
	uint32_t least = strcmp(name, "substring") == 0 || strcmp(name, "replace") == 0	   ? 3
					 : strcmp(name, "concat") == 0 || strcmp(name, "matches") == 0 ? 2
																				   : 1;
	bool many = strcmp(name, "concat") == 0;

	*combinations = 1;
	if (count < least || (count > least && !many))
		psy_pmml_fail(c, at, PSY_FORMAT, "the function %s with %u arguments", name, count);
	for (uint32_t k = 0; k < count && psy_pmml_ok(c); k++)
	{
		if (argument[k].possible == NULL)
			psy_pmml_fail(c, at, PSY_UNSUPPORTED, "the function %s of a %s is not supported", name,
						  argument[k].type == PSY_PMML_STRING ? "field without listed values" : "number");
		*combinations *= argument[k].count == 0 ? 1 : argument[k].count;
		if (*combinations > MOST_COMBINATIONS)
			psy_pmml_fail(c, at, PSY_LIMIT, "the function %s of more than %d combinations of texts", name, MOST_COMBINATIONS);
	}
	return psy_pmml_ok(c);
}

/* Constants that are numbers (positions, lengths) are texts here. */
static psy_pmml_value
as_text(psy_pmml *c, const psy_xml *argument, psy_pmml_value value)
{
	double *symbol;

	if (value.type == PSY_PMML_STRING || !psy_xml_is(argument, "Constant") || (symbol = psy_pmml_get(c, 1, sizeof *symbol)) == NULL)
		return value;
	*symbol = psy_pmml_literal(c, argument, PSY_PMML_STRING, argument->text);
	return (psy_pmml_value){psy_pmml_registers(c, 1), PSY_PMML_STRING, symbol, 1};
}

psy_pmml_value
psy_pmml_text_function(psy_pmml *c, const psy_xml *at, const char *name, const psy_pmml_value *given, uint32_t count)
{
	gives what = strcmp(name, "stringLength") == 0 ? GIVES_NUMBER : strcmp(name, "matches") == 0 ? GIVES_TRUTH : GIVES_TEXT;
	psy_pmml_value to = {psy_pmml_registers(c, 1), what == GIVES_TEXT ? PSY_PMML_STRING : what == GIVES_TRUTH ? PSY_PMML_BOOLEAN : PSY_PMML_INTEGER, NULL, 0};
	psy_pmml_value *argument = psy_pmml_get(c, count, sizeof *argument);
	const char **text = psy_pmml_get(c, count, sizeof *text);
	uint32_t *wrong = psy_pmml_get(c, count, sizeof *wrong), k = 0;
	size_t combinations;
	double *possible;

	if (strncmp(name, "format", 6) == 0)
		psy_pmml_refuse(c, at, name);
	for (const psy_xml *child = at->first; child != NULL && k < count && psy_pmml_ok(c); child = child->next, k++)
		argument[k] = as_text(c, child, given[k]);
	if (!psy_pmml_ok(c) || !arguments_fit(c, at, name, argument, count, &combinations) ||
		(possible = psy_pmml_get(c, combinations, sizeof *possible)) == NULL)
		return to;
	for (size_t each = 0; each < combinations && psy_pmml_ok(c); each++)
	{
		size_t rest = each;
		uint32_t tests = 0;

		for (k = 0; k < count; k++)
		{
			const psy_pmml_value *a = &argument[k];
			double symbol = a->count == 0 ? 0 : a->possible[rest % a->count];

			rest /= a->count == 0 ? 1 : a->count;
			text[k] = a->count == 0 ? "" : c->symbol[(uint32_t) symbol];
			if (a->reg == given[k].reg)
				wrong[tests++] = psy_pmml_test(c, a->reg, PSY_PMML_NE, symbol);
		}
		possible[each] = work_out(c, at, name, text, count);
		psy_pmml_const(c, to.reg, possible[each]);
		for (k = 0; k < tests && psy_pmml_ok(c); k++)
		{
			psy_pmml_land(c, wrong[k]);
			psy_pmml_land_unknown(c, wrong[k]);
		}
	}
	if (what == GIVES_TEXT)
	{
		to.possible = possible;
		to.count = (uint32_t) combinations;
	}
	return to;
}
