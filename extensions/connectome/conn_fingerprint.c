/* conn_fingerprint.c - identification of subjects between two sessions: transition and final function. */
#include "perm_request.h"

#include "access/htup_details.h"
#include "connectivity/fingerprint.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include <math.h>

typedef struct fingerprint_request
{
	bool set;
	int32 permutations;
	int64 seed;
} fingerprint_request;

PG_FUNCTION_INFO_V1(conn_fingerprint_add);
Datum
conn_fingerprint_add(PG_FUNCTION_ARGS)
{
	keyed_rows *rows = keyed_rows_get(fcinfo, "conn_fingerprint", sizeof(fingerprint_request));
	fingerprint_request *request = rows->request;
	int32 permutations = perm_permutations_arg(fcinfo, 4);
	int64 seed = perm_bigint_arg(fcinfo, 5, "seed");
	keyed_row *row;

	if (request->set)
	{
		perm_require_same(permutations == request->permutations, rows->name, "permutations");
		perm_require_same(seed == request->seed, rows->name, "seed");
	}
	*request = (fingerprint_request){true, permutations, seed};
	if (PG_ARGISNULL(3))
		rows->skipped++;
	else
	{
		row = keyed_rows_add(rows, fcinfo, 3, 0, NULL, 0);
		row->block = keyed_rows_key(rows, fcinfo, 2, "session");
	}
	PG_RETURN_POINTER(rows);
}

/* ---- pairs ----------------------------------------------------------------------------------- */

typedef struct pairs
{
	keyed_key session[2];
	int sessions; /* seen, up to 3 */
	psy_fingerprint_rows data;
	int64 alone; /* subjects that have one session only */
} pairs;

/* The two sessions in ascending order; raises when there are more. */
static void
find_sessions(const keyed_rows *rows, const keyed_row *sorted, pairs *p)
{
	for (int64 k = 0; k < rows->count; k++)
	{
		keyed_key own = sorted[k].block;
		int at = 0;

		while (at < p->sessions && keyed_compare(own, p->session[at]) != 0)
			at++;
		if (at == 2)
			ereport(ERROR, (errcode(ERRCODE_CARDINALITY_VIOLATION),
							errmsg("conn_fingerprint compares two sessions, and there are %s, %s and %s",
								   keyed_name(p->session[0]), keyed_name(p->session[1]), keyed_name(own)),
							errhint("Filter the rows to two sessions.")));
		if (at == p->sessions)
			p->session[p->sessions++] = own;
	}
	if (p->sessions == 2 && keyed_compare(p->session[0], p->session[1]) > 0)
	{
		keyed_key kept = p->session[0];

		p->session[0] = p->session[1];
		p->session[1] = kept;
	}
}

/* Subjects that have both sessions: their rows stand together, the first session before the second. */
static void
find_pairs(const keyed_rows *rows, const keyed_row *sorted, pairs *p)
{
	const void **x[2];

	for (int session = 0; session < 2; session++)
		x[session] = palloc_extended(sizeof(void *) * Max(rows->count, 1), MCXT_ALLOC_HUGE);
	p->data.elements = rows->elements;
	for (int64 k = 0; k < rows->count; k++)
	{
		if (k + 1 < rows->count && keyed_compare(sorted[k].key, sorted[k + 1].key) == 0)
		{
			x[0][p->data.subjects] = sorted[k].x;
			x[1][p->data.subjects++] = sorted[++k].x;
		}
		else
			p->alone++;
	}
	for (int session = 0; session < 2; session++)
		if (rows->wide)
			p->data.d[session] = (const double *const *) x[session];
		else
			p->data.f[session] = (const float *const *) x[session];
}

/* ---- the answer ------------------------------------------------------------------------------ */

enum
{
	COLUMN_N,
	COLUMN_SESSION_A,
	COLUMN_SESSION_B,
	COLUMN_RATE,
	COLUMN_P,
	COLUMN_RATE_AB,
	COLUMN_P_AB,
	COLUMN_RATE_BA,
	COLUMN_P_BA,
	COLUMN_SELF,
	COLUMN_OTHER,
	COLUMN_DIFFERENTIAL,
	COLUMN_ARRANGEMENTS,
	COLUMN_EXHAUSTIVE,
	COLUMN_NOTE,
	COLUMNS
};

typedef struct answer
{
	Datum column[COLUMNS];
	bool null[COLUMNS];
} answer;

static void
put(answer *a, int column, Datum datum)
{
	a->column[column] = datum;
	a->null[column] = false;
}

static void
put_key(answer *a, int column, keyed_key key)
{
	put(a, column, CStringGetTextDatum(key.text != NULL ? key.text : psprintf(INT64_FORMAT, key.number)));
}

static void
compare(const keyed_rows *rows, const pairs *p, psy_fingerprint_result *out, answer *a)
{
	const fingerprint_request *request = rows->request;
	psy_context ctx = psyrad_current_context();
	psy_error err;

	PSYRAD_CHECK(psy_fingerprint(&ctx, &p->data, request->permutations, (uint64_t) request->seed, out, &err),
				 &err);
	{
		const double value[] = {out->rate, out->p,       out->rate_ab,
								out->p_ab, out->rate_ba, out->p_ba,
								out->self, out->other,   out->self - out->other};

		for (int k = 0; k < lengthof(value); k++)
			if (!isnan(value[k]))
				put(a, COLUMN_RATE + k, Float8GetDatum(value[k]));
	}
	put(a, COLUMN_ARRANGEMENTS, Int64GetDatum((int64) out->arrangements));
	put(a, COLUMN_EXHAUSTIVE, BoolGetDatum(out->exhaustive));
}

static char *
note_of(const keyed_rows *rows, const pairs *p, const psy_fingerprint_result *out, bool compared)
{
	char *note = "";

	if (!compared)
		note = psprintf("%zu subject%s with both sessions, at least 2 needed; ", p->data.subjects,
						p->data.subjects == 1 ? "" : "s");
	if (p->alone > 0)
		note = psprintf("%s" INT64_FORMAT " subject%s left out: one session only; ", note, p->alone,
						p->alone == 1 ? "" : "s");
	if (rows->skipped > 0)
		note = psprintf("%s" INT64_FORMAT " row%s skipped: c missing; ", note, rows->skipped,
						rows->skipped == 1 ? "" : "s");
	if (compared && out->missing > 0)
		note = psprintf("%s%zu of %zu elements are missing in some row and left out; ", note, out->missing,
						rows->elements);
	if (compared && out->flat > 0)
		note = psprintf("%s%zu row%s without spread, similar to none; ", note, out->flat,
						out->flat == 1 ? "" : "s");
	if (note[0] == '\0')
		return NULL;
	note[strlen(note) - 2] = '\0';
	return note;
}

PG_FUNCTION_INFO_V1(conn_fingerprint_final);
Datum
conn_fingerprint_final(PG_FUNCTION_ARGS)
{
	const keyed_rows *rows;
	psy_fingerprint_result out;
	pairs p = {.sessions = 0};
	keyed_row *sorted;
	TupleDesc type;
	answer a;
	char *note;
	bool compared;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	rows = (const keyed_rows *) PG_GETARG_POINTER(0);
	if (get_call_result_type(fcinfo, NULL, &type) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "conn_fingerprint_final must return a composite");
	memset(a.null, true, sizeof a.null);
	sorted = keyed_rows_sorted(rows, true);
	find_sessions(rows, sorted, &p);
	find_pairs(rows, sorted, &p);
	put(&a, COLUMN_N, Int32GetDatum((int32) p.data.subjects));
	for (int session = 0; session < p.sessions; session++)
		put_key(&a, COLUMN_SESSION_A + session, p.session[session]);
	compared = p.data.subjects >= 2;
	if (compared)
		compare(rows, &p, &out, &a);
	note = note_of(rows, &p, &out, compared);
	if (note != NULL)
		put(&a, COLUMN_NOTE, CStringGetTextDatum(note));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(type), a.column, a.null)));
}
