/*
 * search.c - the terms of texts (libpsyrad's catalogue/terms.h) as values that the server searches: tsvector with
 * positions, BM25 over it, marks in a text where its terms stand.
 *
 * Lexemes: a word as it is folded; ".word" its stem; two Chinese characters, or the last one of a run.  A folded text
 * has no full stop, so that stems never meet words.
 */
#include "catalogue.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "catalogue/fold.h"
#include "catalogue/terms.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "tsearch/ts_cache.h"
#include "tsearch/ts_public.h"
#include "tsearch/ts_utils.h"
#include "utils/builtins.h"

#include <math.h>

#define LONGEST_MARK 16
#define LONGEST_TERM (2046 - LONGEST_MARK) /* tsvector takes less than 2 kB */

static psy_terms
terms_of(const char *text, Size length)
{
	psy_context ctx = psyrad_current_context();
	psy_terms terms;
	psy_error err;

	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("texts are searched in databases of encoding UTF8 only, not %s", GetDatabaseEncodingName())));
	PSYRAD_CHECK(psy_terms_of(&ctx, text, length, &terms, &err), &err);
	return terms;
}

/* A long run of symbols is no word that anybody looks for: its beginning stands for it, with room for a mark. */
static int
lexeme_length(const psy_term *term)
{
	return term->length <= LONGEST_TERM ? (int) term->length : pg_mbcliplen(term->text, (int) term->length, LONGEST_TERM);
}

static bool
is_word(const psy_term *term)
{
	return term->kind == PSY_TERM_WORD || term->kind == PSY_TERM_JOINED;
}

/* ".stem" of a word, palloc'd; what the dictionary does not know, or takes for nothing, is its own stem. */
static char *
stem_of(TSDictionaryCacheEntry *dictionary, const psy_term *term, int *length)
{
	int n = lexeme_length(term);
	DictSubState state = {0};
	TSLexeme *found = (TSLexeme *) DatumGetPointer(FunctionCall4(&dictionary->lexize, PointerGetDatum(dictionary->dictData),
		PointerGetDatum(term->text), Int32GetDatum(n), PointerGetDatum(&state)));
	const char *stem = term->text;
	char *lexeme;

	if (found != NULL && found->lexeme != NULL && strlen(found->lexeme) <= LONGEST_TERM)
	{
		stem = found->lexeme;
		n = (int) strlen(stem);
	}
	lexeme = palloc(n + 2);
	lexeme[0] = '.';
	memcpy(lexeme + 1, stem, n);
	lexeme[n + 1] = '\0';
	*length = n + 1;
	return lexeme;
}

/* ---- terms ----------------------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(text_terms);
Datum
text_terms(PG_FUNCTION_ARGS)
{
	static const char *const kinds[] = {[PSY_TERM_WORD] = "word", [PSY_TERM_JOINED] = "joined", [PSY_TERM_PAIR] = "pair", [PSY_TERM_LAST] = "last"};
	text *given = PG_GETARG_TEXT_PP(0);
	TSDictionaryCacheEntry *dictionary = lookup_ts_dictionary_cache(PG_GETARG_OID(1));
	psy_terms terms = terms_of(VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given));
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (size_t k = 0; k < terms.count; k++)
	{
		const psy_term *term = &terms.term[k];
		bool null[4] = {false, false, false, !is_word(term)};
		Datum value[4] = {Int32GetDatum((int32) term->position), CStringGetTextDatum(kinds[term->kind]),
			PointerGetDatum(cstring_to_text_with_len(term->text, lexeme_length(term)))};
		int length;

		if (!null[3])
			value[3] = CStringGetTextDatum(stem_of(dictionary, term, &length));
		tuplestore_putvalues(set->setResult, set->setDesc, value, null);
	}
	return (Datum) 0;
}

/* ---- vectors --------------------------------------------------------------------------------- */

/* Several texts that become one vector, each with a weight, and a position without a term between them. */
typedef struct building
{
	ParsedText parsed;
	uint32 *end;         /* of each text: its last position */
	uint32 position;     /* the last one of all */
	int64 length;        /* positions with a term */
	const char *mark;    /* in front of each term, or NULL: then words have their stems beside them */
	TSDictionaryCacheEntry *dictionary;
} building;

static void
add_word(building *b, char *word, int length, uint32 position)
{
	ParsedText *to = &b->parsed;

	if (to->curwords == to->lenwords)
	{
		to->lenwords = Max(64, 2 * to->lenwords);
		to->words = to->words == NULL ? palloc(sizeof(ParsedWord) * to->lenwords)
			: repalloc_huge(to->words, sizeof(ParsedWord) * (Size) to->lenwords);
	}
	to->words[to->curwords++] = (ParsedWord){.len = (uint16) length, .pos.pos = LIMITPOS(position), .word = word};
}

static void
add_term(building *b, const psy_term *term, uint32 position)
{
	int length = lexeme_length(term);

	if (b->mark != NULL)
	{
		char *marked = psprintf("%s%.*s", b->mark, length, term->text);

		add_word(b, marked, (int) strlen(marked), position);
		return;
	}
	add_word(b, pnstrdup(term->text, length), length, position);
	if (is_word(term))
	{
		char *stem = stem_of(b->dictionary, term, &length);

		add_word(b, stem, length, position);
	}
}

static void
add_texts(building *b, ArrayType *texts)
{
	Datum *given;
	bool *null;
	int count;

	deconstruct_array(texts, TEXTOID, -1, false, TYPALIGN_INT, &given, &null, &count);
	b->end = palloc0(sizeof(uint32) * (count + 1));
	for (int k = 0; k < count; k++)
	{
		if (!null[k])
		{
			text *one = DatumGetTextPP(given[k]);
			psy_terms terms = terms_of(VARDATA_ANY(one), VARSIZE_ANY_EXHDR(one));

			for (size_t t = 0; t < terms.count; t++)
				add_term(b, &terms.term[t], b->position + terms.term[t].position);
			b->position += terms.positions + (terms.positions > 0);
			b->length += terms.positions;
		}
		b->end[k] = b->position;
	}
}

/* Gives each position the weight of the text that it is in. */
static void
set_weights(TSVector vector, const building *b, const char *weights)
{
	WordEntry *entry = ARRPTR(vector);

	for (int e = 0; e < vector->size; e++)
	{
		WordEntryPos *position = POSDATAPTR(vector, &entry[e]);

		for (int k = 0, in = 0; k < POSDATALEN(vector, &entry[e]); k++)
		{
			while (WEP_GETPOS(position[k]) > b->end[in] && weights[in + 1] != '\0')
				in++;
			WEP_SETWEIGHT(position[k], 'D' - weights[in]);
		}
	}
}

PG_FUNCTION_INFO_V1(text_index);
Datum
text_index(PG_FUNCTION_ARGS)
{
	ArrayType *texts = PG_GETARG_ARRAYTYPE_P(0);
	char *weights = psyrad_cstring_arg(fcinfo, 1);
	building b = {.dictionary = lookup_ts_dictionary_cache(PG_GETARG_OID(2))};
	int count = ArrayGetNItems(ARR_NDIM(texts), ARR_DIMS(texts));
	Datum value[2];
	bool null[2] = {false, false};
	TupleDesc row;
	TSVector vector;

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "text_index is not declared to return a row");
	if (strlen(weights) != (Size) count || strspn(weights, "ABCD") != (Size) count)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("weights is '%s'; expected one of A, B, C, D for each of %d texts", weights, count)));
	add_texts(&b, texts);
	vector = make_tsvector(&b.parsed);
	if (count > 0)
		set_weights(vector, &b, weights);
	value[0] = TSVectorGetDatum(vector);
	value[1] = Int32GetDatum((int32) b.length);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), value, null)));
}

PG_FUNCTION_INFO_V1(text_tags);
Datum
text_tags(PG_FUNCTION_ARGS)
{
	building b = {.mark = psyrad_cstring_arg(fcinfo, 0)};

	if (strlen(b.mark) > LONGEST_MARK)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("mark has %zu bytes; at most %d", strlen(b.mark), LONGEST_MARK)));
	add_texts(&b, PG_GETARG_ARRAYTYPE_P(1));
	PG_RETURN_TSVECTOR(make_tsvector(&b.parsed));
}

/* ---- BM25 ------------------------------------------------------------------------------------ */

/* How often a lexeme stands in a vector; 0 where it does not. */
static int
occurrences(TSVector vector, char *lexeme, int length)
{
	WordEntry *low = ARRPTR(vector), *high = low + vector->size;

	while (low < high)
	{
		WordEntry *middle = low + (high - low) / 2;
		int order = tsCompareString(lexeme, length, STRPTR(vector) + middle->pos, middle->len, false);

		if (order == 0)
			return middle->haspos ? POSDATALEN(vector, middle) : 1;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 0;
}

PG_FUNCTION_INFO_V1(text_bm25);
Datum
text_bm25(PG_FUNCTION_ARGS)
{
	TSVector vector = PG_GETARG_TSVECTOR(0);
	double length = PG_GETARG_INT32(1), mean = PG_GETARG_FLOAT8(2), k1 = PG_GETARG_FLOAT8(5), b = PG_GETARG_FLOAT8(6), score = 0;
	ArrayType *terms = PG_GETARG_ARRAYTYPE_P(3);
	psyrad_array idf = psyrad_double_array(PG_GETARG_DATUM(4), 1, "idf");
	Datum *term;
	bool *null;
	int count;

	deconstruct_array(terms, TEXTOID, -1, false, TYPALIGN_INT, &term, &null, &count);
	if (count != idf.length)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("terms has %d elements and idf %d; expected as many", count, idf.length)));
	if (!(k1 >= 0) || !(b >= 0 && b <= 1) || (count > 0 && !(mean > 0)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("k1 is %g, b %g, mean_length %g; expected k1 >= 0, b from 0 to 1, mean_length > 0", k1, b, mean)));
	for (int k = 0; k < count; k++)
	{
		double tf = null[k] ? 0 : occurrences(vector, VARDATA_ANY(term[k]), VARSIZE_ANY_EXHDR(term[k]));

		if (tf > 0)
			score += idf.value[k] * (tf * (k1 + 1)) / (tf + k1 * (1 - b + b * length / mean));
	}
	PG_RETURN_FLOAT8(score);
}

/* ---- marks ----------------------------------------------------------------------------------- */

/* What is looked for: exact terms, and beginnings of words (with a * behind). */
typedef struct wanted
{
	Datum *lexeme;
	int count;
	TSDictionaryCacheEntry *dictionary;
} wanted;

/* A piece of the text that is marked or not: a word, or one Chinese character. */
typedef struct piece
{
	int at, length, characters; /* bytes; characters of the text up to its end */
	bool hit, pair;             /* pair: the Chinese character behind it is of the hit too */
} piece;

static bool
same(Datum lexeme, const char *text, int length)
{
	return (int) VARSIZE_ANY_EXHDR(lexeme) == length && memcmp(VARDATA_ANY(lexeme), text, length) == 0;
}

static bool
is_wanted(const wanted *w, const char *text, int length)
{
	for (int k = 0; k < w->count; k++)
		if (same(w->lexeme[k], text, length))
			return true;
	return false;
}

/* Whether a term begins as one of those that end in *. */
static bool
is_begun(const wanted *w, const char *text, int length)
{
	for (int k = 0; k < w->count; k++)
	{
		const char *lexeme = VARDATA_ANY(w->lexeme[k]);
		int n = VARSIZE_ANY_EXHDR(w->lexeme[k]) - 1;

		if (n > 0 && lexeme[n] == '*' && length >= n && memcmp(lexeme, text, n) == 0)
			return true;
	}
	return false;
}

static bool
word_is_wanted(const wanted *w, const char *word, int length)
{
	psy_terms terms = terms_of(word, length);
	bool found = false;

	for (size_t k = 0; k < terms.count && !found; k++)
	{
		int n = lexeme_length(&terms.term[k]);

		found = is_wanted(w, terms.term[k].text, n) || is_begun(w, terms.term[k].text, n);
		if (!found && is_word(&terms.term[k]))
		{
			char *stem = stem_of(w->dictionary, &terms.term[k], &n);

			found = is_wanted(w, stem, n);
		}
	}
	return found;
}

static pg_wchar
character(const char *text)
{
	return utf8_to_unicode((const unsigned char *) text);
}

static bool
is_space(const char *text)
{
	return (unsigned char) *text <= 0x20 || character(text) == 0x3000 || character(text) == 0xa0;
}

static bool
is_han_at(const char *text, int length, int at)
{
	return at < length && psy_is_han((int32_t) character(text + at));
}

/* A Chinese character: hit with the one behind it, or as the beginning of a term. */
static void
take_character(piece *p, const char *text, int length, const wanted *w, bool hit_before)
{
	int end = p->at + p->length, pair = is_han_at(text, length, end) ? end + pg_mblen(text + end) : end;
	psy_terms terms = terms_of(text + p->at, pair - p->at);

	p->pair = terms.count > 0 && pair > end && is_wanted(w, terms.term[0].text, (int) terms.term[0].length);
	p->hit = p->pair || hit_before || (terms.count > 0 && is_begun(w, terms.term[0].text, (int) terms.term[0].length));
}

/* The text in pieces with a mark each; what lies between words belongs to none. */
static piece *
take_pieces(const char *text, int length, const wanted *w, int *count)
{
	piece *pieces = palloc_extended(sizeof(piece) * (Size) (length + 1), MCXT_ALLOC_HUGE);
	int characters = 0;

	*count = 0;
	for (int at = 0, end; at < length; at = end)
	{
		piece *p = &pieces[*count];
		bool han = is_han_at(text, length, at);

		CHECK_FOR_INTERRUPTS();
		end = at + pg_mblen(text + at);
		characters++;
		if (is_space(text + at))
			continue;
		for (; !han && end < length && !is_space(text + end) && !is_han_at(text, length, end); end += pg_mblen(text + end))
			characters++;
		*p = (piece){.at = at, .length = end - at, .characters = characters};
		if (han)
			take_character(p, text, length, w, *count > 0 && p[-1].pair);
		else
			p->hit = word_is_wanted(w, text + at, end - at);
		(*count)++;
	}
	return pieces;
}

/* The first window of at most so many characters with the most marks in it. */
static void
best_window(const piece *p, int count, int width, int *from, int *to)
{
	int hits = 0, most = -1;

	*from = *to = 0;
	for (int first = 0, last = 0; first < count; first++)
	{
		int start = first > 0 ? p[first - 1].characters : 0;

		while (last < count && (p[last].characters - start <= width || last == first))
			hits += p[last++].hit;
		if (hits > most)
		{
			most = hits;
			*from = first;
			*to = last;
		}
		hits -= p[first].hit;
		if (last == count && most >= hits)
			break;
	}
}

PG_FUNCTION_INFO_V1(text_mark);
Datum
text_mark(PG_FUNCTION_ARGS)
{
	text *given = PG_GETARG_TEXT_PP(0);
	const char *bytes = VARDATA_ANY(given);
	char *open = psyrad_cstring_arg(fcinfo, 3), *close = psyrad_cstring_arg(fcinfo, 4);
	wanted w = {.dictionary = lookup_ts_dictionary_cache(PG_GETARG_OID(2))};
	int width = PG_GETARG_INT32(5), count, from, to;
	StringInfoData out;
	piece *pieces;
	bool *null;

	if (width <= 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("width is %d; expected a number of characters above 0", width)));
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &w.lexeme, &null, &w.count);
	for (int k = 0; k < w.count; k++)
		if (null[k])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("terms has a NULL element")));
	pieces = take_pieces(bytes, VARSIZE_ANY_EXHDR(given), &w, &count);
	best_window(pieces, count, width, &from, &to);
	initStringInfo(&out);
	if (from > 0)
		appendStringInfoString(&out, "\xe2\x80\xa6");
	for (int k = from; k < to; k++)
	{
		int end = pieces[k].at + pieces[k].length;
		bool before = k > from && pieces[k - 1].hit && pieces[k - 1].at + pieces[k - 1].length == pieces[k].at;
		bool behind = k + 1 < to && pieces[k + 1].hit && pieces[k + 1].at == end;

		if (k > from && pieces[k - 1].at + pieces[k - 1].length < pieces[k].at)
			appendStringInfoChar(&out, ' ');
		if (pieces[k].hit && !before)
			appendStringInfoString(&out, open);
		appendBinaryStringInfo(&out, bytes + pieces[k].at, pieces[k].length);
		if (pieces[k].hit && !behind)
			appendStringInfoString(&out, close);
	}
	if (to < count)
		appendStringInfoString(&out, "\xe2\x80\xa6");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
