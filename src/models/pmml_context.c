/*
 * pmml_context.c - what every part of the PMML compiler uses: errors that say where, symbols, numbers, and the
 * program that grows.
 */
#include "models/pmml.h"

#include "models/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- errors and memory ----------------------------------------------------------------------- */

void
psy_pmml_fail(psy_pmml *c, const psy_xml *at, psy_status code, const char *format, ...)
{
	char what[288];
	va_list args;

	if (c->status != PSY_OK)
		return;
	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	what[psy_utf8_clip(what, strlen(what), sizeof what - 1)] = '\0';
	if (at == NULL)
		psy_fail(c->err, code, "pmml: %s", what);
	else
		psy_fail(c->err, code, "pmml, line %u, column %u, <%.40s>: %s", at->line, at->column, at->name, what);
	c->status = code;
}

void
psy_pmml_poll(psy_pmml *c)
{
	if (psy_pmml_ok(c) && psy_poll(c->ctx, c->err) != PSY_OK)
		c->status = PSY_INTERRUPTED;
}

void
psy_pmml_refuse(psy_pmml *c, const psy_xml *at, const char *what)
{
	psy_pmml_fail(c, at, PSY_UNSUPPORTED, "%.120s is not supported", what);
}

void *
psy_pmml_get(psy_pmml *c, size_t count, size_t size)
{
	void *memory;

	if (c->status != PSY_OK)
		return NULL;
	memory = psy_arena_get(&c->arena, count == 0 ? 1 : count, size);
	if (memory == NULL)
		c->status = c->err->code;
	return memory;
}

/* Makes room for count more elements in a table of the arena; false after an error. */
static bool
grow(psy_pmml *c, void *table, uint32_t used, uint32_t *capacity, uint64_t count, size_t size)
{
	void **old = table, *fresh;
	uint64_t want = *capacity < 64 ? 64 : 2 * (uint64_t) *capacity;

	if (c->status != PSY_OK)
		return false;
	if (used + count <= *capacity)
		return true;
	want = want < used + count ? used + count : want;
	if (want > UINT32_MAX / 2)
	{
		psy_pmml_fail(c, NULL, PSY_LIMIT, "the document is too large to compile");
		return false;
	}
	if ((fresh = psy_pmml_get(c, want, size)) == NULL)
		return false;
	if (used > 0)
		memcpy(fresh, *old, used * size);
	*old = fresh;
	*capacity = (uint32_t) want;
	return true;
}

/* ---- symbols --------------------------------------------------------------------------------- */

static uint32_t
hash_of(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char) *text) * 16777619u;
	return hash;
}

static bool
rehash(psy_pmml *c)
{
	uint32_t buckets = c->symbol_buckets == 0 ? 256 : 2 * c->symbol_buckets;
	uint32_t *bucket = psy_pmml_get(c, buckets, sizeof *bucket);

	if (bucket == NULL)
		return false;
	for (uint32_t k = 0; k < c->symbols; k++)
	{
		uint32_t at = hash_of(c->symbol[k]) & (buckets - 1);

		while (bucket[at] != 0)
			at = (at + 1) & (buckets - 1);
		bucket[at] = k + 1;
	}
	c->symbol_bucket = bucket;
	c->symbol_buckets = buckets;
	return true;
}

uint32_t
psy_pmml_known_symbol(const psy_pmml *c, const char *text)
{
	if (c->symbol_buckets == 0)
		return UINT32_MAX;
	for (uint32_t at = hash_of(text) & (c->symbol_buckets - 1); c->symbol_bucket[at] != 0; at = (at + 1) & (c->symbol_buckets - 1))
		if (strcmp(c->symbol[c->symbol_bucket[at] - 1], text) == 0)
			return c->symbol_bucket[at] - 1;
	return UINT32_MAX;
}

uint32_t
psy_pmml_symbol(psy_pmml *c, const char *text)
{
	uint32_t found = psy_pmml_known_symbol(c, text), capacity = c->symbol_capacity, at;

	if (found != UINT32_MAX)
		return found;
	if (2 * (uint64_t) (c->symbols + 1) > c->symbol_buckets && !rehash(c))
		return 0;
	if (!grow(c, &c->symbol, c->symbols, &capacity, 1, sizeof *c->symbol))
		return 0;
	if (capacity != c->symbol_capacity)
	{
		uint32_t same = c->symbol_capacity, again = c->symbol_capacity;

		if (!grow(c, &c->literal, c->symbols, &same, 1, 1) || !grow(c, &c->mentioned, c->symbols, &again, 1, 1))
			return 0;
	}
	c->symbol_capacity = capacity;
	for (at = hash_of(text) & (c->symbol_buckets - 1); c->symbol_bucket[at] != 0; at = (at + 1) & (c->symbol_buckets - 1))
		continue;
	c->symbol[c->symbols] = text;
	c->symbol_bucket[at] = ++c->symbols;
	return c->symbols - 1;
}

/* ---- numbers and attributes ------------------------------------------------------------------ */

bool
psy_pmml_is_number(const psy_pmml *c, const char *text, double *value)
{
	char *end;

	while (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\r')
		text++;
	/* strtod takes hexadecimal numbers and names of infinity, too; XML Schema's doubles do not look so. */
	if (strchr("+-.0123456789", *text) == NULL || *text == '\0' || strpbrk(text, "xXpPnN") != NULL)
		return false;
	*value = strtod_l(text, &end, c->c_locale);
	while (*end == ' ' || *end == '\t' || *end == '\n' || *end == '\r')
		end++;
	return *end == '\0' && end != text && isfinite(*value);
}

double
psy_pmml_number(psy_pmml *c, const psy_xml *at, const char *what, const char *text)
{
	double value;

	if (text != NULL && psy_pmml_is_number(c, text, &value))
		return value;
	psy_pmml_fail(c, at, PSY_FORMAT, "%.60s is %s%.40s%s, a finite number was expected", what, text == NULL ? "absent" : "\"",
				  text == NULL ? "" : text, text == NULL ? "" : "\"");
	return 0;
}

const char *
psy_pmml_need(psy_pmml *c, const psy_xml *element, const char *name)
{
	const char *value = psy_xml_get(element, name);

	if (value == NULL)
		psy_pmml_fail(c, element, PSY_FORMAT, "the attribute %s is missing", name);
	return value == NULL ? "" : value;
}

double
psy_pmml_need_number(psy_pmml *c, const psy_xml *element, const char *name)
{
	return psy_pmml_number(c, element, name, psy_xml_get(element, name));
}

double
psy_pmml_number_or(psy_pmml *c, const psy_xml *element, const char *name, double otherwise)
{
	const char *text = psy_xml_get(element, name);

	return text == NULL ? otherwise : psy_pmml_number(c, element, name, text);
}

int
psy_pmml_choice(psy_pmml *c, const psy_xml *element, const char *name, const char *const *words, int otherwise)
{
	const char *text = psy_xml_get(element, name);

	if (text == NULL)
	{
		if (otherwise < 0)
			psy_pmml_fail(c, element, PSY_FORMAT, "the attribute %s is missing", name);
		return otherwise < 0 ? 0 : otherwise;
	}
	for (int k = 0; words[k] != NULL; k++)
		if (strcmp(words[k], text) == 0)
			return k;
	psy_pmml_fail(c, element, PSY_UNSUPPORTED, "%s=\"%.60s\" is not supported", name, text);
	return 0;
}

psy_pmml_type
psy_pmml_type_of(const char *name, const char **refused)
{
	static const char *const names[] = {"double", "float", "integer", "boolean", "string", NULL};

	*refused = NULL;
	for (int k = 0; names[k] != NULL && name != NULL; k++)
		if (strcmp(names[k], name) == 0)
			return (psy_pmml_type) k;
	*refused = name == NULL ? "a field without a dataType" : name;
	return PSY_PMML_DOUBLE;
}

double
psy_pmml_literal(psy_pmml *c, const psy_xml *at, psy_pmml_type type, const char *text)
{
	uint32_t symbol;
	double value;

	switch (type)
	{
		case PSY_PMML_STRING:
			symbol = psy_pmml_symbol(c, text);
			if (psy_pmml_ok(c))
				c->literal[symbol] = 1;
			return symbol;
		case PSY_PMML_BOOLEAN:
			if (strcmp(text, "true") == 0 || strcmp(text, "TRUE") == 0 || strcmp(text, "1") == 0 || strcmp(text, "1.0") == 0)
				return 1;
			if (strcmp(text, "false") == 0 || strcmp(text, "FALSE") == 0 || strcmp(text, "0") == 0 || strcmp(text, "0.0") == 0)
				return 0;
			psy_pmml_fail(c, at, PSY_FORMAT, "\"%.40s\" is not a truth value", text);
			return 0;
		default:
			value = psy_pmml_number(c, at, "a value", text);
			return type == PSY_PMML_FLOAT ? (double) (float) value : value;
	}
}

/* ---- arrays ---------------------------------------------------------------------------------- */

static bool
blank(char x)
{
	return x == ' ' || x == '\t' || x == '\n' || x == '\r';
}

/* One item: up to a blank, or quoted; within quotes \" is a quote.  Returns where it ended; NULL without an item. */
static const char *
next_item(const char *text, char *item)
{
	bool quoted;

	while (blank(*text))
		text++;
	if (*text == '\0')
		return NULL;
	quoted = *text == '"';
	for (text += quoted; *text != '\0' && (quoted ? *text != '"' : !blank(*text)); text++)
	{
		if (quoted && text[0] == '\\' && text[1] == '"')
			text++;
		*item++ = *text;
	}
	*item = '\0';
	return quoted && *text == '"' ? text + 1 : text;
}

const char **
psy_pmml_items(psy_pmml *c, const psy_xml *array, uint32_t *count)
{
	size_t length = strlen(array->text);
	char *memory = psy_pmml_get(c, length + 2, 2), *to = memory;
	const char **item = NULL, *next = array->text;
	uint32_t capacity = 0;

	*count = 0;
	while (psy_pmml_ok(c) && (next = next_item(next, to)) != NULL)
	{
		if (!grow(c, &item, *count, &capacity, 1, sizeof *item))
			break;
		item[(*count)++] = to;
		to += strlen(to) + 1;
	}
	if (psy_pmml_ok(c) && psy_xml_get(array, "n") != NULL && psy_pmml_need_number(c, array, "n") != *count)
		psy_pmml_fail(c, array, PSY_FORMAT, "%u items, but n=\"%.20s\"", *count, psy_xml_get(array, "n"));
	return item;
}

static void
read_dense(psy_pmml *c, const psy_xml *array, double *value, uint32_t count)
{
	uint32_t items;
	const char **item = psy_pmml_items(c, array, &items);

	if (psy_pmml_ok(c) && items != count)
		psy_pmml_fail(c, array, PSY_FORMAT, "%u numbers, %u expected", items, count);
	for (uint32_t k = 0; psy_pmml_ok(c) && k < count; k++)
		value[k] = psy_pmml_number(c, array, "an item", item[k]);
}

/* Indices count from 1; what they do not name is the default value. */
static void
read_sparse(psy_pmml *c, const psy_xml *array, double *value, uint32_t count)
{
	const psy_xml *indices = psy_xml_child(array, "Indices"), *entries = psy_xml_child(array, "REAL-Entries");
	uint32_t places = 0, items = 0;
	const char **place = NULL, **item = NULL;
	double otherwise = psy_pmml_number_or(c, array, "defaultValue", 0);

	if (entries == NULL)
		entries = psy_xml_child(array, "INT-Entries");
	if (psy_xml_get(array, "n") != NULL && psy_pmml_need_number(c, array, "n") != count)
		psy_pmml_fail(c, array, PSY_FORMAT, "n=\"%.20s\", %u expected", psy_xml_get(array, "n"), count);
	if (indices != NULL)
		place = psy_pmml_items(c, indices, &places);
	if (entries != NULL)
		item = psy_pmml_items(c, entries, &items);
	if (psy_pmml_ok(c) && places != items)
		psy_pmml_fail(c, array, PSY_FORMAT, "%u indices for %u entries", places, items);
	for (uint32_t k = 0; psy_pmml_ok(c) && k < count; k++)
		value[k] = otherwise;
	for (uint32_t k = 0; psy_pmml_ok(c) && k < places; k++)
	{
		double at = psy_pmml_number(c, indices, "an index", place[k]);

		if (!(at >= 1 && at <= count) || at != floor(at))
			psy_pmml_fail(c, indices, PSY_FORMAT, "index %.20s of %u", place[k], count);
		else
			value[(uint32_t) at - 1] = psy_pmml_number(c, entries, "an entry", item[k]);
	}
}

double *
psy_pmml_array(psy_pmml *c, const psy_xml *array, uint32_t count)
{
	double *value = psy_pmml_get(c, count, sizeof *value);

	if (value == NULL)
		return NULL;
	if (psy_xml_is(array, "REAL-SparseArray") || psy_xml_is(array, "INT-SparseArray"))
		read_sparse(c, array, value, count);
	else
		read_dense(c, array, value, count);
	return value;
}

/* ---- the program ----------------------------------------------------------------------------- */

uint32_t
psy_pmml_registers(psy_pmml *c, uint32_t count)
{
	uint32_t first = c->registers;

	if (!psy_pmml_ok(c))
		return 0;
	if ((uint64_t) c->registers + count > ((uint64_t) 1 << 26))
	{
		psy_pmml_fail(c, NULL, PSY_LIMIT, "the model needs too many values at once");
		return 0;
	}
	c->registers += count;
	return first;
}

uint32_t
psy_pmml_numbers(psy_pmml *c, const double *value, uint32_t count)
{
	uint32_t first = c->numbers;

	if (!grow(c, &c->number, c->numbers, &c->number_capacity, count, sizeof(double)))
		return 0;
	if (count > 0)
		memcpy(c->number + first, value, count * sizeof(double));
	c->numbers += count;
	return first;
}

uint32_t
psy_pmml_words(psy_pmml *c, const uint32_t *value, uint32_t count)
{
	uint32_t first = c->words;

	if (!grow(c, &c->word, c->words, &c->word_capacity, count, sizeof(uint32_t)))
		return 0;
	if (count > 0)
		memcpy(c->word + first, value, count * sizeof(uint32_t));
	c->words += count;
	return first;
}

uint32_t
psy_pmml_emit(psy_pmml *c, psy_pmml_ins ins)
{
	psy_pmml_codes *code = c->code;

	if (c->status == PSY_OK && ++c->emitted > c->emit_limit)
		psy_pmml_fail(c, NULL, PSY_LIMIT, "functions that call functions make the program larger than the document allows");
	if (!grow(c, &code->at, code->used, &code->capacity, 1, sizeof ins))
		return 0;
	code->at[code->used] = ins;
	return code->used++;
}

void
psy_pmml_const(psy_pmml *c, uint32_t to, double k)
{
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_CONST, .to = to, .u.k = k});
}

void
psy_pmml_copy(psy_pmml *c, uint32_t to, uint32_t from, uint32_t count)
{
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_COPY, .to = to, .a = from, .n = count});
}

void
psy_pmml_vector(psy_pmml *c, uint32_t to, const double *value, uint32_t count)
{
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_VECTOR, .to = to, .n = count, .u.at = {psy_pmml_numbers(c, value, count), 0}});
}

void
psy_pmml_apply(psy_pmml *c, uint32_t to, const char *name, uint32_t from, uint32_t count)
{
	int number = psy_pmml_function_named(name);

	if (number < 0)
		psy_pmml_fail(c, NULL, PSY_UNSUPPORTED, "function %s is not known", name);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_CALL, .how = (uint16_t) number, .to = to, .a = from, .n = count});
}

void
psy_pmml_apply_with(psy_pmml *c, uint32_t to, const char *name, uint32_t from, double k)
{
	uint32_t pair = psy_pmml_registers(c, 2);

	psy_pmml_copy(c, pair, from, 1);
	psy_pmml_const(c, pair + 1, k);
	psy_pmml_apply(c, to, name, pair, 2);
}

void
psy_pmml_gather(psy_pmml *c, uint32_t to, const double *weight, const uint32_t *from, uint32_t count)
{
	uint32_t numbers = psy_pmml_numbers(c, weight, count), words = psy_pmml_words(c, from, count);

	if (count > 0)
		psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_GATHER, .how = c->float_math, .to = to, .n = count, .u.at = {numbers, words}});
}

uint32_t
psy_pmml_jump(psy_pmml *c)
{
	return psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_JUMP, .to = 1});
}

uint32_t
psy_pmml_test(psy_pmml *c, uint32_t reg, psy_pmml_compare how, double k)
{
	return psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_TEST, .how = (uint16_t) how, .to = 1, .a = reg, .n = 1, .u.k = k});
}

void
psy_pmml_land(psy_pmml *c, uint32_t jump)
{
	if (psy_pmml_ok(c))
		c->code->at[jump].to = c->code->used - jump;
}

void
psy_pmml_land_unknown(psy_pmml *c, uint32_t test)
{
	if (psy_pmml_ok(c))
		c->code->at[test].n = c->code->used - test;
}

void
psy_pmml_append(psy_pmml *c, const psy_pmml_codes *codes)
{
	psy_pmml_codes *code = c->code;

	if (codes->used == 0 || !grow(c, &code->at, code->used, &code->capacity, codes->used, sizeof *codes->at))
		return;
	memcpy(code->at + code->used, codes->at, codes->used * sizeof *codes->at);
	code->used += codes->used;
}
