/*
 * model_serve.c - models by name, kept compiled in each backend.
 *
 * model_served(pick, get, name) knows nothing of tables.  It calls pick(name), which answers with a key that
 * changes whenever the model that the name stands for does, and get(name, key) when it does not yet have that
 * model; the result is a reference to the compiled model, which the scoring functions use as it is.
 *
 *   - What pick said holds for one snapshot of one role: other commands, commits of others, changes of role,
 * the end of the transaction and rollbacks to savepoints all ask again.
 *   - What get gave is served only to the role that fetched it.  The caller must be allowed to execute both
 * functions.
 *   - Models are kept within modelscore.cache_size, the longest unused going first.  One that a running query
 * still refers to is pinned: each reference lives in the query's memory and lets go when that is reset.
 */
#include "modelscore.h"

#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include <limits.h>

static int cache_size = 256 * 1024; /* kB */

/* ---- kept models ----------------------------------------------------------------------------- */

typedef struct kept_model
{
	struct kept_model *next;
	MemoryContext memory; /* holds all of it, this included */
	Oid fetch;
	Oid role;
	char *name;
	char *key;
	modelscore_model ready;
	uint64 used; /* when */
	int pins;
} kept_model;

static kept_model *kept = NULL;
static MemoryContext kept_memory = NULL;
static uint64 clock_hand = 0;

static Size
room_of(const kept_model *k)
{
	return MemoryContextMemAllocated(k->memory, true);
}

static void
forget(kept_model *gone)
{
	kept_model **at = &kept;

	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
	MemoryContextDelete(gone->memory);
}

/* The longest unused model that nobody refers to, other than one. */
static kept_model *
longest_unused(const kept_model *but)
{
	kept_model *found = NULL;

	for (kept_model *k = kept; k != NULL; k = k->next)
		if (k->pins == 0 && k != but && (found == NULL || k->used < found->used))
			found = k;
	return found;
}

/* Drops what is too much; but (may be NULL) stays. */
static void
trim(const kept_model *but)
{
	Size total = 0;
	kept_model *old;

	for (kept_model *k = kept; k != NULL; k = k->next)
		total += room_of(k);
	while (total > (Size) cache_size * 1024 && (old = longest_unused(but)) != NULL)
	{
		total -= room_of(old);
		forget(old);
	}
}

static void
keep_within_bounds(kept_model *fresh)
{
	Size most = (Size) cache_size * 1024;

	if (room_of(fresh) > most)
	{
		Size room = room_of(fresh);

		forget(fresh);
		ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
						errmsg("the model takes %zu kB of memory, more than modelscore.cache_size (%d kB)",
							   room / 1024 + 1, cache_size),
						errhint("SET modelscore.cache_size to more.")));
	}
	trim(fresh);
}

static kept_model *
find_kept(Oid fetch, const char *name, const char *key)
{
	for (kept_model *k = kept; k != NULL; k = k->next)
		if (k->fetch == fetch && k->role == GetUserId() && strcmp(k->key, key) == 0 &&
			strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

/* Whatever fails on the way leaves nothing behind: the memory joins the kept ones at the end. */
static kept_model *
fetch_model(Oid fetch, const char *name, const char *key)
{
	Datum model =
		OidFunctionCall2Coll(fetch, InvalidOid, CStringGetTextDatum(name), CStringGetTextDatum(key));
	MemoryContext memory =
		AllocSetContextCreate(CurrentMemoryContext, "psyrad served model", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(memory);
	kept_model *fresh = palloc0(sizeof(kept_model));

	*fresh = (kept_model){
		.memory = memory, .fetch = fetch, .role = GetUserId(), .name = pstrdup(name), .key = pstrdup(key)};
	modelscore_prepare(&fresh->ready, model, memory);
	MemoryContextSwitchTo(caller);
	if (kept_memory == NULL)
		kept_memory = AllocSetContextCreate(TopMemoryContext, "psyrad served models", ALLOCSET_SMALL_SIZES);
	MemoryContextSetParent(memory, kept_memory);
	fresh->next = kept;
	kept = fresh;
	keep_within_bounds(fresh);
	return fresh;
}

/* ---- what a name stands for ------------------------------------------------------------------ */

/* Where the answer of pick holds. */
typedef struct moment
{
	Oid pick;
	Oid role;  /* that executes */
	Oid outer; /* that the session acts as */
	CommandId command;
	TransactionId xmin;
	TransactionId xmax;
	uint64 completions;
} moment;

typedef struct answer
{
	moment when;
	char name[NAMEDATALEN];
	char key[160];
} answer;

#define ANSWERS 8

static answer answers[ANSWERS];
static int answers_used = 0;
static int answers_next = 0;

static void
forget_answers(void)
{
	answers_used = answers_next = 0;
}

/* Models may have grown since they were fetched: explanations make tables of their own. */
static void
at_transaction_event(XactEvent event, void *arg)
{
	forget_answers();
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT)
		trim(NULL);
}

static void
at_subtransaction_event(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	forget_answers();
}

static moment
this_moment(Oid pick)
{
	Snapshot snapshot = GetActiveSnapshot();
	moment now;

	/* Padding too: moments are compared as bytes. */
	memset(&now, 0, sizeof now);
	now.pick = pick;
	now.role = GetUserId();
	now.outer = GetOuterUserId();
	now.command = snapshot->curcid;
	now.xmin = snapshot->xmin;
	now.xmax = snapshot->xmax;
	now.completions = snapshot->snapXactCompletionCount;
	return now;
}

static const char *
known_answer(const moment *now, const char *name)
{
	for (int k = 0; k < answers_used; k++)
		if (memcmp(&answers[k].when, now, sizeof *now) == 0 && strcmp(answers[k].name, name) == 0)
			return answers[k].key;
	return NULL;
}

static void
remember_answer(const moment *now, const char *name, const char *key)
{
	if (strlen(name) >= sizeof answers->name || strlen(key) >= sizeof answers->key)
		return;
	answers[answers_next].when = *now;
	strlcpy(answers[answers_next].name, name, sizeof answers->name);
	strlcpy(answers[answers_next].key, key, sizeof answers->key);
	answers_next = (answers_next + 1) % ANSWERS;
	answers_used = Min(answers_used + 1, ANSWERS);
}

/* Changes of temporary settings (SET ROLE) change the outer role; a worker's snapshot has no count of
 * completions, but lives for one query. */
static const char *
pick_key(Oid pick, const char *name)
{
	moment now = this_moment(pick);
	const char *known = known_answer(&now, name);
	char *key;

	if (known != NULL)
		return known;
	key = TextDatumGetCString(OidFunctionCall1Coll(pick, InvalidOid, CStringGetTextDatum(name)));
	remember_answer(&now, name, key);
	return key;
}

/* ---- references ------------------------------------------------------------------------------ */

/* What the SQL value is: an expanded object that knows where its model is kept. */
typedef struct reference
{
	ExpandedObjectHeader header;
	kept_model *to;
	MemoryContextCallback when_reset;
} reference;

static Size
flat_size(ExpandedObjectHeader *header)
{
	return psy_model_bytes(((reference *) header)->to->ready.model);
}

static void
flatten(ExpandedObjectHeader *header, void *result, Size size)
{
	memcpy(result, ((reference *) header)->to->ready.model, size);
}

static const ExpandedObjectMethods reference_methods = {flat_size, flatten};

static void
let_go(void *arg)
{
	((reference *) arg)->to->pins--;
}

static Datum
refer_to(kept_model *model)
{
	reference *r = palloc(sizeof(reference));

	EOH_init_header(&r->header, &reference_methods, CurrentMemoryContext);
	r->to = model;
	r->when_reset = (MemoryContextCallback){.func = let_go, .arg = r};
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &r->when_reset);
	model->pins++;
	model->used = ++clock_hand;
	return EOHPGetRODatum(&r->header);
}

modelscore_model *
modelscore_referred(Datum datum)
{
	ExpandedObjectHeader *header;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)))
		return NULL;
	header = DatumGetEOHP(datum);
	return header->eoh_methods == &reference_methods ? &((reference *) header)->to->ready : NULL;
}

/* ---- the function ---------------------------------------------------------------------------- */

/* A function of so many texts that returns the type; whoever asks must be allowed to call it. */
static void
require_function(Oid function, int arguments, Oid returns, const char *what)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;
	bool fits;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("%s: there is no function %u", what, function)));
	form = (Form_pg_proc) GETSTRUCT(tuple);
	fits = form->prokind == PROKIND_FUNCTION && !form->proretset && form->prorettype == returns &&
		   form->pronargs == arguments;
	for (int k = 0; fits && k < arguments; k++)
		fits = form->proargtypes.values[k] == TEXTOID;
	ReleaseSysCache(tuple);
	if (!fits)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				 errmsg("%s: %s does not have the signature expected", what, format_procedure(function)),
				 errhint("pick is a function (text) returning text, get one (text, text) returning model.")));
#if PG_VERSION_NUM >= 160000
	if (object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE) != ACLCHECK_OK)
#else
	if (pg_proc_aclcheck(function, GetUserId(), ACL_EXECUTE) != ACLCHECK_OK)
#endif
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("permission denied for function %s", format_procedure(function))));
}

/* (pick regprocedure, get regprocedure, name text) */
PG_FUNCTION_INFO_V1(model_served);
Datum
model_served(PG_FUNCTION_ARGS)
{
	Oid pick = PG_GETARG_OID(0), fetch = PG_GETARG_OID(1);
	char *name = text_to_cstring(PG_GETARG_TEXT_PP(2));
	const char *key;
	kept_model *model;

	require_function(pick, 1, TEXTOID, "pick");
	require_function(fetch, 2, get_fn_expr_rettype(fcinfo->flinfo), "get");
	key = pick_key(pick, name);
	model = find_kept(fetch, name, key);
	if (model == NULL)
		model = fetch_model(fetch, name, key);
	PG_RETURN_DATUM(refer_to(model));
}

/* (kB, models): what this backend keeps. */
PG_FUNCTION_INFO_V1(model_cache_state);
Datum
model_cache_state(PG_FUNCTION_ARGS)
{
	TupleDesc desc;
	int64 models = 0, bytes = 0;
	Datum value[2];
	bool null[2] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "model_cache_state must return a row");
	for (kept_model *k = kept; k != NULL; k = k->next)
	{
		models++;
		bytes += room_of(k);
	}
	value[0] = Int64GetDatum(models);
	value[1] = Int64GetDatum(bytes);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), value, null)));
}

void
modelscore_serve_init(void)
{
	DefineCustomIntVariable(
		"modelscore.cache_size", "Memory for compiled models that are scored by name, in each backend.",
		"The longest unused go first; a model larger than this is not served.", &cache_size, 256 * 1024, 1024,
		INT_MAX / 2, PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
	MarkGUCPrefixReserved("modelscore");
	RegisterXactCallback(at_transaction_event, NULL);
	RegisterSubXactCallback(at_subtransaction_event, NULL);
}
