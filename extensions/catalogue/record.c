/*
 * record.c - records of literature for SQL: two compared field by field, many brought to clusters.  The
 * method is in libpsyrad's catalogue/record.h.
 *
 * A record comes as the composite psyrad.bib_record; its attributes are read by position, in the order of the
 * enumeration below.
 */
#include "catalogue.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "catalogue/record.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include <math.h>

enum
{
	KEY,
	TITLE,
	TITLE_TRANSLATED,
	TITLE_ORIGINAL,
	AUTHORS,
	AUTHORS_TRANSLATED,
	YEAR,
	JOURNAL,
	JOURNAL_ABBREV,
	VOLUME,
	ISSUE,
	PAGES,
	ARTICLE_NUMBER,
	DOI,
	PMID,
	ABSTRACT,
	TYPE,
	ISSN,
	ATTRIBUTES
};

/* ---- arguments ------------------------------------------------------------------------------- */

static void
check_encoding(void)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("records are compared in databases of encoding UTF8 only, not %s",
							   GetDatabaseEncodingName())));
}

static psy_span
span_of(Datum value, bool null)
{
	struct varlena *given;

	if (null)
		return (psy_span){NULL, 0};
	given = PG_DETOAST_DATUM_PACKED(value);
	return (psy_span){VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given)};
}

/* The elements of a text[]; NULLs and empty texts are left out. */
static const psy_span *
spans_of(Datum value, bool null, const char *name, size_t *count)
{
	ArrayType *array;
	Datum *element;
	bool *nulls;
	int given;
	psy_span *out;

	*count = 0;
	if (null)
		return NULL;
	array = DatumGetArrayTypeP(value);
	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s must have one dimension, not %d", name, ARR_NDIM(array))));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &element, &nulls, &given);
	out = palloc(sizeof *out * Max(given, 1));
	for (int k = 0; k < given; k++)
	{
		psy_span one = span_of(element[k], nulls[k]);

		if (one.length > 0)
			out[(*count)++] = one;
	}
	return out;
}

static psy_record
record_of(const Datum *value, const bool *null)
{
	psy_record r = {.year = null[YEAR] ? 0 : DatumGetInt32(value[YEAR])};
	psy_span *const text[] = {&r.title[0], &r.title[1], &r.title[2], &r.journal,        &r.journal_abbrev,
							  &r.volume,   &r.issue,    &r.pages,    &r.article_number, &r.doi,
							  &r.pmid,     &r.abstract, &r.type};
	static const int from[] = {TITLE,
							   TITLE_TRANSLATED,
							   TITLE_ORIGINAL,
							   JOURNAL,
							   JOURNAL_ABBREV,
							   VOLUME,
							   ISSUE,
							   PAGES,
							   ARTICLE_NUMBER,
							   DOI,
							   PMID,
							   ABSTRACT,
							   TYPE};

	for (int k = 0; k < lengthof(from); k++)
		*text[k] = span_of(value[from[k]], null[from[k]]);
	r.key = null[KEY] ? 0 : DatumGetInt64(value[KEY]);
	r.author = spans_of(value[AUTHORS], null[AUTHORS], "authors", &r.authors);
	r.author_translated = spans_of(value[AUTHORS_TRANSLATED], null[AUTHORS_TRANSLATED], "authors_translated",
								   &r.authors_translated);
	r.issn = spans_of(value[ISSN], null[ISSN], "issn", &r.issns);
	return r;
}

/* *form is looked up at the first call: all records are of one type. */
static psy_record
record_of_tuple(HeapTupleHeader header, TupleDesc *form, bool *keyed)
{
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(header), .t_data = header};
	Datum value[ATTRIBUTES];
	bool null[ATTRIBUTES];

	if (*form == NULL)
		*form =
			lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
	if ((*form)->natts != ATTRIBUTES)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a record has %d attributes; psyrad.bib_record has %d", (*form)->natts, ATTRIBUTES)));
	heap_deform_tuple(&tuple, *form, value, null);
	*keyed = !null[KEY];
	return record_of(value, null);
}

/* ---- two records ----------------------------------------------------------------------------- */

static void
set_agreement(Datum *value, bool *null, psy_agreement agreement)
{
	*null = agreement == PSY_UNSAID;
	*value = BoolGetDatum(agreement == PSY_AGREE);
}

static void
set_text(Datum *value, bool *null, const char *text)
{
	*null = text == NULL;
	*value = text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

static const char *
verdict_name(psy_verdict verdict)
{
	static const char *const name[] = {"distinct", "uncertain", "duplicate"};

	return name[verdict];
}

static Datum
likeness_row(TupleDesc form, psy_judgement judgement, const psy_record_relation *r)
{
	static const char *const title[] = {NULL, "other", "similar", "contained", "near", "exact"};
	static const char *const people[] = {NULL, "other", "some", "agree", "same"};
	Datum value[16];
	bool null[16] = {false};

	set_text(&value[0], &null[0], verdict_name(judgement.verdict));
	set_text(&value[1], &null[1], judgement.rule);
	value[2] = Float8GetDatum(judgement.confidence);
	value[3] = BoolGetDatum(judgement.contradicts);
	set_text(&value[4], &null[4], title[r->title]);
	value[5] = Float8GetDatum(r->title_similarity);
	null[5] = isnan(r->title_similarity);
	set_text(&value[6], &null[6], people[r->people]);
	value[7] = Int32GetDatum(r->people_matched);
	null[7] = r->people == PSY_PEOPLE_UNSAID;
	set_agreement(&value[8], &null[8], r->journal);
	set_agreement(&value[9], &null[9], r->volume);
	set_agreement(&value[10], &null[10], r->issue);
	set_agreement(&value[11], &null[11], r->pages);
	set_agreement(&value[12], &null[12], r->doi);
	set_agreement(&value[13], &null[13], r->pmid);
	value[14] = Int32GetDatum(r->year_gap);
	null[14] = r->year_gap < 0;
	value[15] = Float8GetDatum(r->abstract);
	null[15] = isnan(r->abstract);
	return HeapTupleGetDatum(heap_form_tuple(form, value, null));
}

PG_FUNCTION_INFO_V1(record_similarity);
Datum
record_similarity(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_current_context();
	psy_record_norm *norm[2];
	psy_record_relation relation;
	psy_judgement judgement;
	TupleDesc form;
	psy_error err;

	check_encoding();
	if (get_call_result_type(fcinfo, NULL, &form) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "record_similarity returns a row");
	for (int k = 0; k < 2; k++)
	{
		TupleDesc given = NULL;
		bool keyed;
		psy_record record = record_of_tuple(PG_GETARG_HEAPTUPLEHEADER(k), &given, &keyed);

		PSYRAD_CHECK(psy_record_normalise(&ctx, &record, &norm[k], &err), &err);
	}
	judgement = psy_record_match(norm[0], norm[1], &relation);
	PG_RETURN_DATUM(likeness_row(BlessTupleDesc(form), judgement, &relation));
}

/* ---- many records ---------------------------------------------------------------------------- */

static psy_record *
records_arg(FunctionCallInfo fcinfo, int argument, size_t *count)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(argument);
	TupleDesc form = NULL;
	Datum *element;
	bool *null;
	int given;
	psy_record *record;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("records must have one dimension, not %d", ARR_NDIM(array))));
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &element, &null, &given);
	record = MemoryContextAllocHuge(CurrentMemoryContext, sizeof *record * Max(given, 1));
	for (int k = 0; k < given; k++)
	{
		bool keyed = false;

		if (!null[k])
			record[k] = record_of_tuple(DatumGetHeapTupleHeader(element[k]), &form, &keyed);
		if (!keyed)
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("element %d of records is NULL or has no key", k + 1),
							errhint("Give every record a key of its own, such as source_record_id.")));
	}
	*count = given;
	return record;
}

/* Three arrays of one length: the decisions of people. */
static psy_record_decision *
decisions_arg(FunctionCallInfo fcinfo, size_t *count)
{
	static const Oid type[] = {INT8OID, INT8OID, BOOLOID};
	Datum *element[3];
	int given[3];
	psy_record_decision *decision;

	for (int k = 0; k < 3; k++)
	{
		ArrayType *array = PG_GETARG_ARRAYTYPE_P(1 + k);

		if (ARR_NDIM(array) > 1 || array_contains_nulls(array))
			ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
							errmsg("decisions must be arrays of one dimension without NULLs")));
		deconstruct_array(array, type[k], type[k] == BOOLOID ? 1 : 8, true,
						  type[k] == BOOLOID ? TYPALIGN_CHAR : TYPALIGN_DOUBLE, &element[k], NULL, &given[k]);
	}
	if (given[0] != given[1] || given[1] != given[2])
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("decided_a, decided_b and decided_same have %d, %d and %d elements; expected "
							   "as many of each",
							   given[0], given[1], given[2])));
	decision = palloc(sizeof *decision * Max(given[0], 1));
	for (int k = 0; k < given[0]; k++)
		decision[k] = (psy_record_decision){DatumGetInt64(element[0][k]), DatumGetInt64(element[1][k]),
											DatumGetBool(element[2][k])};
	*count = given[0];
	return decision;
}

static Datum
pairs_array(const psy_record_result *result, Oid type)
{
	TupleDesc form = lookup_rowtype_tupdesc_copy(type, -1);
	Datum *element = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * Max(result->pairs, 1));

	for (size_t k = 0; k < result->pairs; k++)
	{
		const psy_record_pair *p = &result->pair[k];
		Datum value[7] = {Int64GetDatum(p->a), Int64GetDatum(p->b)};
		bool null[7] = {false};

		set_text(&value[2], &null[2], verdict_name(p->judgement.verdict));
		set_text(&value[3], &null[3], p->judgement.rule);
		value[4] = Float8GetDatum(p->judgement.confidence);
		value[5] = BoolGetDatum(p->judgement.contradicts);
		value[6] = BoolGetDatum(p->joined);
		element[k] = HeapTupleGetDatum(heap_form_tuple(form, value, null));
	}
	return PointerGetDatum(construct_array(element, result->pairs, type, -1, false, TYPALIGN_DOUBLE));
}

static Datum
members_array(const psy_record_result *result, bool clusters)
{
	Datum *element = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * Max(result->members, 1));

	for (size_t k = 0; k < result->members; k++)
		element[k] = Int64GetDatum(clusters ? result->member[k].cluster : result->member[k].key);
	return PointerGetDatum(construct_array(element, result->members, INT8OID, 8, true, TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(record_deduplicate);
Datum
record_deduplicate(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_current_context();
	size_t records, decisions;
	psy_record *record;
	psy_record_decision *decision;
	psy_record_result result;
	TupleDesc form;
	Datum value[5];
	bool null[5] = {false};
	psy_error err;

	check_encoding();
	if (get_call_result_type(fcinfo, NULL, &form) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "record_deduplicate returns a row");
	record = records_arg(fcinfo, 0, &records);
	decision = decisions_arg(fcinfo, &decisions);
	PSYRAD_CHECK(psy_record_deduplicate(&ctx, record, records, decision, decisions, &result, &err), &err);
	value[0] = members_array(&result, false);
	value[1] = members_array(&result, true);
	value[2] = pairs_array(&result, get_element_type(TupleDescAttr(form, 2)->atttypid));
	value[3] = Int64GetDatum(result.compared);
	value[4] = Int64GetDatum(result.widest);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(form), value, null)));
}
