/*
 * acupoint.c - the points that a text names; the rules are in libpsyrad's catalogue/prescription.h.
 *
 * The lexicon is an argument: the extension knows no tables.  Each backend keeps the one that it read last.
 */
#include "catalogue.h"

#include "catalogue/prescription.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define COLUMNS 13

static struct
{
	MemoryContext memory;
	char *text;
	Size length;
	psy_lexicon lexicon;
} kept;

static void
require_utf8(void)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("acupoints are read in databases of encoding UTF8 only, not %s",
							   GetDatabaseEncodingName())));
}

PG_FUNCTION_INFO_V1(acupoint_fold);
Datum
acupoint_fold(PG_FUNCTION_ARGS)
{
	text *given = PG_GETARG_TEXT_PP(0);
	psy_context ctx = psyrad_current_context();
	char *folded;
	psy_error err;

	require_utf8();
	PSYRAD_CHECK(psy_acupoint_fold(&ctx, VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given), &folded, &err), &err);
	PG_RETURN_TEXT_P(cstring_to_text(folded));
}

/* The lexicon of a text, read anew when it is another than the last one.  What is kept is whole at any time.
 */
static const psy_lexicon *
lexicon_of(text *given)
{
	MemoryContext memory;
	psy_context ctx;
	psy_lexicon lexicon;
	Size length = VARSIZE_ANY_EXHDR(given);
	char *copy;
	psy_error err;

	if (kept.memory != NULL && kept.length == length && memcmp(kept.text, VARDATA_ANY(given), length) == 0)
		return &kept.lexicon;
	memory = AllocSetContextCreate(CurrentMemoryContext, "lexicon of acupoints", ALLOCSET_DEFAULT_SIZES);
	ctx = psyrad_context(memory);
	copy = MemoryContextAlloc(memory, length + 1);
	memcpy(copy, VARDATA_ANY(given), length);
	PSYRAD_CHECK(psy_lexicon_read(&ctx, copy, length, &lexicon, &err), &err);
	if (kept.memory != NULL)
		MemoryContextDelete(kept.memory);
	MemoryContextSetParent(memory, TopMemoryContext);
	kept.memory = memory;
	kept.text = copy;
	kept.length = length;
	kept.lexicon = lexicon;
	return &kept.lexicon;
}

static void
put_text(Datum *value, bool *null, const char *text)
{
	*null = text == NULL;
	*value = text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

static Datum
candidates_of(const psy_mention *m)
{
	Datum element[PSY_CANDIDATES_MOST];

	for (int k = 0; k < m->candidates; k++)
		element[k] = CStringGetTextDatum(m->candidate[k]);
	return PointerGetDatum(construct_array(element, m->candidates, TEXTOID, -1, false, TYPALIGN_INT));
}

static void
put_mention(const psy_mention *m, int position, const char *bytes, Datum value[COLUMNS], bool null[COLUMNS])
{
	memset(null, 0, sizeof(bool) * COLUMNS);
	value[0] = Int32GetDatum(position);
	value[1] = PointerGetDatum(cstring_to_text_with_len(bytes + m->start, m->end - m->start));
	put_text(&value[2], &null[2], m->point);
	put_text(&value[3], &null[3], psy_side_name(m->side));
	put_text(&value[4], &null[4], psy_certainty_name(m->side_certainty));
	put_text(&value[5], &null[5], psy_role_name(m->role));
	null[6] = m->condition == m->condition_end;
	value[6] =
		PointerGetDatum(cstring_to_text_with_len(bytes + m->condition, m->condition_end - m->condition));
	null[7] = m->alternatives == 0;
	value[7] = Int32GetDatum(m->alternatives);
	value[8] = Float8GetDatum(m->confidence);
	put_text(&value[9], &null[9], psy_mention_rule_name(m->rule));
	value[10] = candidates_of(m);
	value[11] = Int32GetDatum(pg_mbstrlen_with_len(bytes, m->start) + 1);
	value[12] = Int32GetDatum(pg_mbstrlen_with_len(bytes + m->start, m->end - m->start));
}

PG_FUNCTION_INFO_V1(acupoint_read);
Datum
acupoint_read(PG_FUNCTION_ARGS)
{
	text *given = PG_GETARG_TEXT_PP(0);
	psy_context ctx = psyrad_current_context();
	const psy_lexicon *lexicon;
	psy_mention *mention;
	size_t count;
	psy_error err;
	ReturnSetInfo *set;

	require_utf8();
	lexicon = lexicon_of(PG_GETARG_TEXT_PP(1));
	PSYRAD_CHECK(psy_prescription_read(&ctx, lexicon, VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given), &mention,
									   &count, &err),
				 &err);
	InitMaterializedSRF(fcinfo, 0);
	set = (ReturnSetInfo *) fcinfo->resultinfo;
	for (size_t k = 0; k < count; k++)
	{
		Datum value[COLUMNS];
		bool null[COLUMNS];

		CHECK_FOR_INTERRUPTS();
		put_mention(&mention[k], (int) k + 1, VARDATA_ANY(given), value, null);
		tuplestore_putvalues(set->setResult, set->setDesc, value, null);
	}
	return (Datum) 0;
}
