/* keyed_rows.c - see keyed_rows.h. */
#include "keyed_rows.h"

#include "catalog/pg_type.h"
#include "stats/mass.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include <limits.h>

static int permutation_memory = 2 * 1024 * 1024; /* kB */

#define FIRST_ROOM 64
#define RESULT_STREAMS 12 /* doubles an element that the answer takes */

void
keyed_rows_define_settings(void)
{
	DefineCustomIntVariable(
		"psyrad.permutation_memory", "Most memory that one aggregate which needs all rows may keep them in.",
		"Of mass_perm_*, conn_nbs*, conn_cpm and conn_fingerprint: 4 bytes an edge and row.",
		&permutation_memory, permutation_memory, 1024, INT_MAX, PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
}

keyed_rows *
keyed_rows_get(FunctionCallInfo fcinfo, const char *name, Size request)
{
	MemoryContext memory = psyrad_aggregate_context(fcinfo, name);
	keyed_rows *rows;

	if (!PG_ARGISNULL(0))
		return (keyed_rows *) PG_GETARG_POINTER(0);
	rows = MemoryContextAllocZero(memory, sizeof *rows);
	rows->memory = memory;
	rows->name = name;
	rows->columns = -1;
	rows->request = MemoryContextAllocZero(memory, request);
	return rows;
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void
require_memory(const keyed_rows *rows, Size more)
{
	Size limit = (Size) permutation_memory * 1024, answer = rows->elements * RESULT_STREAMS * sizeof(double);

	if (rows->bytes + answer + more <= limit)
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
		 errmsg("%s needs all rows in memory, and row " INT64_FORMAT
				" of %zu elements passes psyrad.permutation_memory (%s)",
				rows->name, rows->count + 1, rows->elements,
				GetConfigOptionByName("psyrad.permutation_memory", NULL, false)),
		 errhint("Raise it for this session, SET psyrad.permutation_memory = '8GB', or test fewer elements "
				 "(conn_block_mean).")));
}

void *
keyed_rows_keep(keyed_rows *rows, Size bytes)
{
	require_memory(rows, bytes);
	rows->bytes += bytes;
	return MemoryContextAllocExtended(rows->memory, Max(bytes, 1), MCXT_ALLOC_HUGE);
}

static keyed_row *
next_row(keyed_rows *rows)
{
	if (rows->count == rows->room)
	{
		int64 room = Max(FIRST_ROOM, 2 * rows->room);
		keyed_row *grown = keyed_rows_keep(rows, sizeof *grown * room);

		if (rows->count > 0)
		{
			memcpy(grown, rows->row, sizeof *grown * rows->count);
			pfree(rows->row);
			rows->bytes -= sizeof *grown * rows->room;
		}
		rows->row = grown;
		rows->room = room;
	}
	return &rows->row[rows->count++];
}

/* ---- keys ------------------------------------------------------------------------------------ */

static keyed_key
text_key(keyed_rows *rows, Datum datum)
{
	text *value = DatumGetTextPP(datum);
	Size length = VARSIZE_ANY_EXHDR(value);
	char *kept = keyed_rows_keep(rows, length + 1);

	memcpy(kept, VARDATA_ANY(value), length);
	kept[length] = '\0';
	return (keyed_key){0, kept};
}

keyed_key
keyed_rows_key(keyed_rows *rows, FunctionCallInfo fcinfo, int argument, const char *name)
{
	Oid type = get_fn_expr_argtype(fcinfo->flinfo, argument);
	Datum datum = PG_GETARG_DATUM(argument);

	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
	switch (OidIsValid(type) ? getBaseType(type) : InvalidOid)
	{
		case TEXTOID:
		case VARCHAROID: return text_key(rows, datum);
		case INT8OID: return (keyed_key){DatumGetInt64(datum), NULL};
		case INT4OID: return (keyed_key){DatumGetInt32(datum), NULL};
		case INT2OID: return (keyed_key){DatumGetInt16(datum), NULL};
		default:
			ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
							errmsg("%s is of type %s; text or bigint expected", name, format_type_be(type)),
							errhint("Cast it to text.")));
	}
}

int
keyed_compare(keyed_key a, keyed_key b)
{
	if (a.text != NULL && b.text != NULL)
		return strcmp(a.text, b.text);
	return a.number < b.number ? -1 : a.number > b.number;
}

char *
keyed_name(keyed_key key)
{
	return key.text != NULL ? psprintf("'%s'", key.text) : psprintf(INT64_FORMAT, key.number);
}

static int
compare_rows(const void *left, const void *right)
{
	const keyed_row *a = left, *b = right;
	int order = keyed_compare(a->key, b->key);

	return order != 0 ? order : keyed_compare(a->block, b->block);
}

keyed_row *
keyed_rows_sorted(const keyed_rows *rows, bool by_block)
{
	keyed_row *sorted = palloc_extended(sizeof *sorted * Max(rows->count, 1), MCXT_ALLOC_HUGE);

	memcpy(sorted, rows->row, sizeof *sorted * rows->count);
	qsort(sorted, rows->count, sizeof *sorted, compare_rows);
	for (int64 k = 1; k < rows->count; k++)
		if (keyed_compare(sorted[k - 1].key, sorted[k].key) == 0 &&
			(!by_block || keyed_compare(sorted[k - 1].block, sorted[k].block) == 0))
			ereport(
				ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("%s got two rows with the key %s%s%s", rows->name, keyed_name(sorted[k].key),
						by_block ? " and session " : "", by_block ? keyed_name(sorted[k].block) : ""),
				 errhint("One row a key: the key orders the rows, so that their order in the table does not "
						 "matter. Filter, or aggregate within keys first.")));
	return sorted;
}

/* ---- values ---------------------------------------------------------------------------------- */

typedef struct values
{
	const float *f; /* one of the two */
	const double *d;
	Size elements;
	int source;
} values;

static values
connectome_values(Datum datum)
{
	const connectome *c = connectome_from_datum(datum);

	return (values){.f = c->value, .elements = connectome_edges(c), .source = c->kind};
}

static values
array_values(Datum datum, const char *name)
{
	psyrad_vector v = psyrad_vector_of_array(datum, name);

	return (values){.f = v.f, .d = v.d, .elements = v.elements};
}

static values
read_values(FunctionCallInfo fcinfo, int argument, const char *name)
{
	bool array = OidIsValid(get_element_type(get_fn_expr_argtype(fcinfo->flinfo, argument)));
	values v =
		array ? array_values(PG_GETARG_DATUM(argument), name) : connectome_values(PG_GETARG_DATUM(argument));
	bool missing;
	psy_error err;

	PSYRAD_CHECK(psy_mass_scan(v.f, v.d, v.elements, name, &missing, &err), &err);
	return v;
}

static void
require_agreement(const keyed_rows *rows, const values *v, int columns, const char *name)
{
	if (v->source != rows->source)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is a connectome of kind %s, but earlier rows have kind %s: kinds do not mix",
						name, psy_conn_kind_name(v->source), psy_conn_kind_name(rows->source))));
	if (v->elements != rows->elements)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 rows->source != 0 ? errmsg("%s has %zu regions, but earlier rows have %zu", name,
											psy_edge_regions(v->elements), psy_edge_regions(rows->elements))
								   : errmsg("%s has %zu elements, but earlier rows have %zu", name,
											v->elements, rows->elements)));
	if (columns != rows->columns)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("a row has %d design values, but earlier rows have %d", columns, rows->columns)));
}

static double
value_at(const values *v, Size k)
{
	return v->f != NULL ? v->f[k] : v->d[k];
}

static void
copy_values(const keyed_rows *rows, const values *v, const values *minus, void *to)
{
	if (minus != NULL)
		for (Size k = 0; k < v->elements; k++)
			((double *) to)[k] = value_at(v, k) - value_at(minus, k);
	else if (!rows->wide)
		for (Size k = 0; k < v->elements; k++)
			((float *) to)[k] = v->f != NULL ? v->f[k] : (float) v->d[k]; /* real[] with NULLs: exact */
	else
		for (Size k = 0; k < v->elements; k++)
			((double *) to)[k] = value_at(v, k);
}

static values
read_pre(FunctionCallInfo fcinfo, int pre, const values *post)
{
	values v = read_values(fcinfo, pre, "pre");

	if (v.source != post->source)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("pre is a connectome of kind %s, but post has kind %s: kinds do not mix",
							   psy_conn_kind_name(v.source), psy_conn_kind_name(post->source))));
	if (v.elements != post->elements)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("pre has %zu elements, but post has %zu", v.elements, post->elements)));
	return v;
}

/* Arrays whose elements are real stay so; differences and all others are doubles. */
static bool
are_wide(FunctionCallInfo fcinfo, int x, int pre, const values *v)
{
	return pre > 0 ||
		   (v->source == 0 && get_element_type(get_fn_expr_argtype(fcinfo->flinfo, x)) != FLOAT4OID);
}

keyed_row *
keyed_rows_add(keyed_rows *rows, FunctionCallInfo fcinfo, int x, int pre, const double *w, int columns)
{
	const char *name = pre > 0 ? "post" : "x";
	values v = read_values(fcinfo, x, name), minus;
	keyed_row row = {{0}};
	void *copy;

	if (rows->columns < 0)
	{
		rows->elements = v.elements;
		rows->source = v.source;
		rows->columns = columns;
		rows->wide = are_wide(fcinfo, x, pre, &v);
	}
	require_agreement(rows, &v, columns, name);
	if (pre > 0)
		minus = read_pre(fcinfo, pre, &v);
	row.key = keyed_rows_key(rows, fcinfo, 1, "key");
	copy = keyed_rows_keep(rows, v.elements * (rows->wide ? sizeof(double) : sizeof(float)));
	copy_values(rows, &v, pre > 0 ? &minus : NULL, copy);
	row.x = copy;
	if (columns > 0)
	{
		row.w = keyed_rows_keep(rows, sizeof(double) * columns);
		memcpy((double *) row.w, w, sizeof(double) * columns);
	}
	*next_row(rows) = row;
	return &rows->row[rows->count - 1];
}
