/* itemset_mine.c - frequent item sets of a state, as rows or as one array; the method is in libpsyrad's
 * catalogue/itemset.h. */
#include "catalogue.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include <math.h>

#define COLUMNS 6

/* Arrays of millions of elements: beyond the 1 GB of a palloc the state itself would have been refused. */
static psy_baskets
baskets_of(const itemset_state *state)
{
	int32 *item = palloc(sizeof(int32) * Max(state->items, 1));
	size_t *start = palloc(sizeof(size_t) * (state->baskets + 1));
	double *weight = palloc(sizeof(double) * Max(state->baskets, 1));
	const char *at = state->data;

	start[0] = 0;
	for (uint64 k = 0; k < state->baskets; k++)
	{
		const itemset_basket *b = (const itemset_basket *) at;

		weight[k] = b->weight;
		memcpy(item + start[k], b->item, sizeof(int32) * b->count);
		start[k + 1] = start[k] + b->count;
		at += ITEMSET_BASKET_BYTES(b->count);
	}
	return (psy_baskets){state->baskets, item, start, weight};
}

static psy_itemsets
mine(const itemset_state *state, double min_support, int max_size)
{
	psy_itemset_options options = {min_support, max_size, catalogue_itemset_limit,
								   (size_t) catalogue_itemset_memory << 10};
	psy_context ctx = psyrad_current_context();
	psy_baskets baskets = baskets_of(state);
	psy_itemsets found;
	psy_error err;

	PSYRAD_CHECK(psy_itemset_mine(&ctx, &baskets, &options, &found, &err), &err);
	return found;
}

static void
set_columns(const psy_itemsets *found, size_t k, uint64 baskets, Datum value[COLUMNS])
{
	const psy_itemset *set = &found->set[k];

	value[0] = PointerGetDatum(psyrad_int4_array(found->item + set->at, set->size));
	value[1] = Int64GetDatum(set->n);
	value[2] = Float8GetDatum(set->weight);
	value[3] = Float8GetDatum(set->weight / found->total);
	value[4] = Int64GetDatum((int64) baskets);
	value[5] = Float8GetDatum(found->total);
}

PG_FUNCTION_INFO_V1(itemset_final);
Datum
itemset_final(PG_FUNCTION_ARGS)
{
	const itemset_state *state = (const itemset_state *) psyrad_state_arg(fcinfo, 0, &itemset_state_type);
	psy_itemsets found = mine(state, PG_GETARG_FLOAT8(1), PG_GETARG_INT32(2));
	bool null[COLUMNS] = {false};
	ReturnSetInfo *set;

	InitMaterializedSRF(fcinfo, 0);
	set = (ReturnSetInfo *) fcinfo->resultinfo;
	for (size_t k = 0; k < found.count; k++)
	{
		Datum value[COLUMNS];

		CHECK_FOR_INTERRUPTS();
		set_columns(&found, k, state->baskets, value);
		tuplestore_putvalues(set->setResult, set->setDesc, value, null);
		pfree(DatumGetPointer(value[0]));
	}
	return (Datum) 0;
}

/* The everyday aggregate's answer: an array of psyrad.itemset. */
PG_FUNCTION_INFO_V1(itemset_mine_final);
Datum
itemset_mine_final(PG_FUNCTION_ARGS)
{
	const itemset_state *state = (const itemset_state *) psyrad_state_arg(fcinfo, 0, &itemset_state_type);
	Oid type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	psy_itemsets found;
	TupleDesc row;
	Datum *element;
	bool null[COLUMNS] = {false};

	if (state->max_size == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the state has no min_support and max_size"),
						errhint("Call itemset_final(state, min_support, max_size).")));
	found = mine(state, state->min_support, state->max_size);
	row = lookup_rowtype_tupdesc_copy(type, -1);
	element = palloc(sizeof(Datum) * Max(found.count, 1));
	for (size_t k = 0; k < found.count; k++)
	{
		Datum value[COLUMNS];

		set_columns(&found, k, state->baskets, value);
		element[k] = HeapTupleGetDatum(heap_form_tuple(row, value, null));
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(element, found.count, type, -1, false, TYPALIGN_DOUBLE));
}
