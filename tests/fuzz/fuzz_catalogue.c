/*
 * fuzz_catalogue.c - folding and the reader of prescriptions on bytes of anybody's making, with a lexicon of anybody's as well.
 *
 * What folds must fold to itself; mentions must lie within the text, in order, and a resolved one must be a point of the lexicon.
 * Seeds: tests/fuzz/seeds/catalogue/*
 */
#include "catalogue/fold.h"
#include "catalogue/prescription.h"
#include "catalogue/similarity.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *
take(void *arg, size_t bytes)
{
	return bytes > (size_t) 64 << 20 ? NULL : malloc(bytes);
}

static void
give(void *arg, void *pointer)
{
	free(pointer);
}

static const psy_context context = {take, give, NULL, NULL};

static const char known[] = "gv20\tGV20\tcode\tm\n百会\tGV20\tchinese\tm\nbaihui\tGV20\tpinyin\tm\ngv24+\tEX-HN3\tdialect\tm\ngv24\tGV24\tcode\tm\n"
							"神门\tHT7\tchinese\t\n神门\tTF4\tchinese\te\n心\tCO15\tchinese\tew\nbl31\tBL31\tcode\t\nbl34\tBL34\tcode\t\n太冲\tLR3\tchinese\t\n";

static void
check_fold(const char *text, size_t size)
{
	char *once, *twice;
	size_t n, m, grams;
	psy_gram *gram;
	psy_error err;
	double similarity;

	if (psy_fold(&context, text, size, &once, &n, &err) != PSY_OK)
		return;
	if (psy_fold(&context, once, n, &twice, &m, &err) != PSY_OK || n != m || memcmp(once, twice, n) != 0)
		abort();
	if (psy_grams(&context, once, n, &gram, &grams, &err) != PSY_OK)
		abort();
	for (size_t k = 0; k < grams; k++)
		if (gram[k].length == 0 || gram[k].at + gram[k].length > n)
			abort();
	if (psy_name_similarity(&context, once, n, twice, m, &similarity, &err) == PSY_OK && (similarity < 0 || similarity > 1))
		abort();
	free(gram);
	free(once);
	free(twice);
}

static void
check_reading(const psy_lexicon *lexicon, const char *text, size_t size)
{
	psy_mention *m;
	size_t count;
	psy_error err;

	if (psy_prescription_read(&context, lexicon, text, size, &m, &count, &err) != PSY_OK)
		return;
	for (size_t k = 0; k < count; k++)
	{
		bool member = m[k].point == NULL;

		for (size_t j = 0; j < lexicon->count; j++)
			member |= m[k].point != NULL && strcmp(m[k].point, lexicon->meaning[j].point) == 0;
		if (!member || m[k].end > size || m[k].start > m[k].end || m[k].condition_end > size ||
			(m[k].point == NULL) != (m[k].confidence == 0) || m[k].candidates > PSY_CANDIDATES_MOST)
			abort();
	}
	free(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	psy_lexicon lexicon;
	psy_error err;

	check_fold(text, size);
	if (psy_lexicon_read(&context, known, strlen(known), &lexicon, &err) != PSY_OK)
		abort();
	check_reading(&lexicon, text, size);
	psy_lexicon_free(&context, &lexicon);
	if (psy_lexicon_read(&context, text, size, &lexicon, &err) == PSY_OK)
	{
		check_reading(&lexicon, text, size);
		psy_lexicon_free(&context, &lexicon);
	}
	return 0;
}
