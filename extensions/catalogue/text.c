/* text.c - folding, grams and similarity of texts; what they are stands in libpsyrad's catalogue/fold.h and
 * similarity.h. */
#include "catalogue.h"

#include "catalog/pg_type.h"
#include "catalogue/fold.h"
#include "catalogue/similarity.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include <math.h>

typedef struct folded_text
{
	char *text;
	size_t length;
} folded_text;

static folded_text
fold_bytes(const char *bytes, Size length)
{
	psy_context ctx = psyrad_current_context();
	folded_text out;
	psy_error err;

	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("texts are folded in databases of encoding UTF8 only, not %s",
							   GetDatabaseEncodingName())));
	PSYRAD_CHECK(psy_fold(&ctx, bytes, length, &out.text, &out.length, &err), &err);
	return out;
}

static folded_text
fold_arg(FunctionCallInfo fcinfo, int argument)
{
	text *given = PG_GETARG_TEXT_PP(argument);

	return fold_bytes(VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given));
}

PG_FUNCTION_INFO_V1(text_fold);
Datum
text_fold(PG_FUNCTION_ARGS)
{
	folded_text folded = fold_arg(fcinfo, 0);

	PG_RETURN_TEXT_P(cstring_to_text_with_len(folded.text, folded.length));
}

PG_FUNCTION_INFO_V1(text_grams);
Datum
text_grams(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_current_context();
	folded_text folded = fold_arg(fcinfo, 0);
	psy_gram *gram;
	size_t count;
	psy_error err;
	Datum *element;

	PSYRAD_CHECK(psy_grams(&ctx, folded.text, folded.length, &gram, &count, &err), &err);
	element = palloc(sizeof(Datum) * Max(count, 1));
	for (size_t k = 0; k < count; k++)
		element[k] = PointerGetDatum(cstring_to_text_with_len(folded.text + gram[k].at, gram[k].length));
	PG_RETURN_ARRAYTYPE_P(construct_array(element, count, TEXTOID, -1, false, TYPALIGN_INT));
}

static Datum
similarity_result(PG_FUNCTION_ARGS, double similarity)
{
	if (isnan(similarity))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(similarity);
}

PG_FUNCTION_INFO_V1(text_similarity);
Datum
text_similarity(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_current_context();
	folded_text a = fold_arg(fcinfo, 0), b = fold_arg(fcinfo, 1);
	double similarity;
	psy_error err;

	PSYRAD_CHECK(psy_jaro_winkler(&ctx, a.text, a.length, b.text, b.length, &similarity, &err), &err);
	return similarity_result(fcinfo, similarity);
}

/* Where the first comma begins, ASCII or full-width, and how long it is; length when there is none. */
static Size
find_comma(const char *bytes, Size length, Size *width)
{
	static const char *const commas[] = {",", "\xef\xbc\x8c", "\xe3\x80\x81"};

	for (Size at = 0; at < length; at++)
		for (int k = 0; k < lengthof(commas); k++)
		{
			*width = strlen(commas[k]);
			if (length - at >= *width && memcmp(bytes + at, commas[k], *width) == 0)
				return at;
		}
	*width = 0;
	return length;
}

/* A name folded before and behind its first comma, which stays. */
static folded_text
fold_name(FunctionCallInfo fcinfo, int argument)
{
	text *given = PG_GETARG_TEXT_PP(argument);
	const char *bytes = VARDATA_ANY(given);
	Size length = VARSIZE_ANY_EXHDR(given), width, comma = find_comma(bytes, length, &width);
	folded_text family = fold_bytes(bytes, comma), others;

	if (width == 0)
		return family;
	others = fold_bytes(bytes + comma + width, length - comma - width);
	return (folded_text){psprintf("%s,%s", family.text, others.text), family.length + 1 + others.length};
}

PG_FUNCTION_INFO_V1(name_similarity);
Datum
name_similarity(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_current_context();
	folded_text a = fold_name(fcinfo, 0), b = fold_name(fcinfo, 1);
	double similarity;
	psy_error err;

	PSYRAD_CHECK(psy_name_similarity(&ctx, a.text, a.length, b.text, b.length, &similarity, &err), &err);
	return similarity_result(fcinfo, similarity);
}
