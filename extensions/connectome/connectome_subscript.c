/*
 * connectome_subscript.c - c[i][j]: one edge, read by one TOAST slice.
 *
 * The diagonal and missing edges are NULL; an index outside 1..n is an error, unlike an array's, since a
 * wrong atlas must not look like missing data.  Slices, one subscript alone and assignment are refused when
 * the query is parsed.
 */
#include "connectome.h"

#include "catalog/pg_type.h"
#include "executor/execExpr.h"
#include "nodes/nodeFuncs.h"
#include "nodes/subscripting.h"
#include "parser/parse_coerce.h"
#include "parser/parse_expr.h"

typedef struct subscript_pair
{
	int32 index[2];
} subscript_pair;

static Node *
coerce_index(ParseState *pstate, Node *index)
{
	Node *expr = transformExpr(pstate, index, pstate->p_expr_kind);
	Node *coerced = coerce_to_target_type(pstate, expr, exprType(expr), INT4OID, -1, COERCION_ASSIGNMENT,
										  COERCE_IMPLICIT_CAST, -1);

	if (coerced == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("a connectome's subscripts must be integers"),
				 parser_errposition(pstate, exprLocation(expr))));
	return coerced;
}

static void
refuse(const char *what, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("%s", what), errhint("%s", hint)));
}

static void
transform(SubscriptingRef *reference, List *indirection, ParseState *pstate, bool isSlice, bool isAssignment)
{
	ListCell *cell;

	if (isAssignment)
		refuse("an edge of a connectome cannot be assigned to",
			   "Build a new value with conn_from_edges(edges, kind).");
	if (isSlice)
		refuse("a connectome has no slices", "Use conn_row(c, i), conn_edges(c) or conn_matrix(c).");
	if (list_length(indirection) != 2)
		refuse("a connectome takes two subscripts: c[i][j]",
			   "Use conn_row(c, i) for all edges of one region.");
	foreach (cell, indirection)
	{
		A_Indices *indices = lfirst_node(A_Indices, cell);

		reference->refupperindexpr = lappend(reference->refupperindexpr, coerce_index(pstate, indices->uidx));
	}
	reference->refrestype = FLOAT4OID;
	reference->reftypmod = -1;
}

/* A NULL subscript gives NULL. */
static bool
check_subscripts(ExprState *state, ExprEvalStep *op, ExprContext *econtext)
{
	SubscriptingRefState *reference = op->d.sbsref_subscript.state;
	subscript_pair *pair = reference->workspace;

	for (int k = 0; k < 2; k++)
	{
		if (reference->upperindexnull[k])
		{
			*op->resnull = true;
			return false;
		}
		pair->index[k] = DatumGetInt32(reference->upperindex[k]);
	}
	return true;
}

static void
fetch(ExprState *state, ExprEvalStep *op, ExprContext *econtext)
{
	subscript_pair *pair = op->d.sbsref.state->workspace;
	float4 value;

	*op->resnull = !connectome_fetch_edge(*op->resvalue, pair->index[0], pair->index[1], &value);
	*op->resvalue = *op->resnull ? (Datum) 0 : Float4GetDatum(value);
}

static void
exec_setup(const SubscriptingRef *reference, SubscriptingRefState *state, SubscriptExecSteps *methods)
{
	state->workspace = palloc0(sizeof(subscript_pair));
	methods->sbs_check_subscripts = check_subscripts;
	methods->sbs_fetch = fetch;
	methods->sbs_assign = NULL;
	methods->sbs_fetch_old = NULL;
}

PG_FUNCTION_INFO_V1(connectome_subscript);
Datum
connectome_subscript(PG_FUNCTION_ARGS)
{
	static const SubscriptRoutines routines = {
		.transform = transform,
		.exec_setup = exec_setup,
		.fetch_strict = true,
		.fetch_leakproof = false,
		.store_leakproof = false,
	};

	PG_RETURN_POINTER(&routines);
}
