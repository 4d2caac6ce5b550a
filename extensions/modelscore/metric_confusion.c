/*
 * metric_confusion.c - predicted labels beside true ones: a state of counts that grows with the labels it
 * meets, and the statistics of src/models/confusion.h.
 *
 * The image: counts[truth][predicted], then where each label's bytes end, then the bytes.  Labels are in
 * order of their bytes, whatever order they came in: equal cases give equal states.
 */
#include "common.h"
#include "metric_buffer.h"
#include "metric_row.h"

#include "models/confusion.h"
#include "models/utf8.h"

#include "utils/lsyscache.h"
#include "utils/typcache.h"

#define MOST_LABELS 250

typedef struct confusion_state
{
	psyrad_header header;
	uint32 labels;
	uint32 bytes; /* of all labels */
	int64 count[FLEXIBLE_ARRAY_MEMBER];
} confusion_state;

typedef struct label
{
	const char *text;
	uint32 length;
} label;

static Size
size_of(uint32 labels, uint32 bytes)
{
	return sizeof(confusion_state) + sizeof(int64) * (Size) labels * labels + sizeof(uint32) * (Size) labels +
		   bytes;
}

static uint32 *
ends_of(const confusion_state *state)
{
	return (uint32 *) (state->count + (Size) state->labels * state->labels);
}

static label
label_at(const confusion_state *state, uint32 k)
{
	const uint32 *end = ends_of(state);
	uint32 begin = k == 0 ? 0 : end[k - 1];

	return (label){(const char *) (end + state->labels) + begin, end[k] - begin};
}

static int
compare(label a, label b)
{
	int side = memcmp(a.text, b.text, Min(a.length, b.length));

	return side != 0 ? side : (a.length > b.length) - (a.length < b.length);
}

static psy_status
check_labels(const confusion_state *state, psy_error *err)
{
	const uint32 *end = ends_of(state);

	for (uint32 k = 0; k < state->labels; k++)
	{
		label at;

		if (end[k] > state->bytes || (k > 0 && end[k] < end[k - 1]))
			return psy_fail(err, PSY_FORMAT, "label %u is misplaced", k + 1);
		at = label_at(state, k);
		if (!psy_utf8_text(at.text, at.length))
			return psy_fail(err, PSY_FORMAT, "label %u is not UTF-8", k + 1);
		if (k > 0 && compare(label_at(state, k - 1), at) >= 0)
			return psy_fail(err, PSY_FORMAT, "labels are out of order");
	}
	if (state->labels > 0 && end[state->labels - 1] != state->bytes)
		return psy_fail(err, PSY_FORMAT, "bytes behind the last label");
	return PSY_OK;
}

static psy_status
check_confusion(const psyrad_header *header, Size size, psy_error *err)
{
	const confusion_state *state = (const confusion_state *) header;
	int64 total = 0;

	if (state->labels < 1 || state->labels > MOST_LABELS || size != size_of(state->labels, state->bytes))
		return psy_fail(err, PSY_FORMAT, "%u labels in %zu bytes", state->labels, size);
	for (Size k = 0; k < (Size) state->labels * state->labels; k++)
		if (state->count[k] < 0 || __builtin_add_overflow(total, state->count[k], &total))
			return psy_fail(err, PSY_FORMAT, "a count is not possible");
	return check_labels(state, err);
}

static const psyrad_state_type confusion_type = {.name = "metric_confusion_state",
												 .magic = PSYRAD_MAGIC('m', 't', 'c', '1'),
												 .minimum = sizeof(confusion_state),
												 .check = check_confusion};

PG_FUNCTION_INFO_V1(metric_confusion_state_in);
Datum
metric_confusion_state_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_in(fcinfo, &confusion_type));
}

PG_FUNCTION_INFO_V1(metric_confusion_state_out);
Datum
metric_confusion_state_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_out(fcinfo, &confusion_type));
}

PG_FUNCTION_INFO_V1(metric_confusion_state_recv);
Datum
metric_confusion_state_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_recv(fcinfo, &confusion_type));
}

PG_FUNCTION_INFO_V1(metric_confusion_state_send);
Datum
metric_confusion_state_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_send(fcinfo, &confusion_type));
}

/* ---- transition ------------------------------------------------------------------------------ */

/* Where the label stands, or should. */
static uint32
place_of(const confusion_state *state, label wanted, bool *found)
{
	uint32 low = 0, high = state == NULL ? 0 : state->labels;

	*found = false;
	while (low < high)
	{
		uint32 middle = low + (high - low) / 2;
		int side = compare(label_at(state, middle), wanted);

		if (side == 0)
		{
			*found = true;
			return middle;
		}
		if (side < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A copy with one more label at its place. */
static confusion_state *
with_label(const confusion_state *from, uint32 place, label added)
{
	uint32 old = from == NULL ? 0 : from->labels, labels = old + 1, used = 0;
	uint32 bytes = (from == NULL ? 0 : from->bytes) + added.length;
	confusion_state *to;
	char *text;

	if (labels > MOST_LABELS)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("more than %d labels", MOST_LABELS),
						errhint("predicted and truth are labels of classes, not measurements.")));
	to = (confusion_state *) psyrad_new_state(&confusion_type, size_of(labels, bytes));
	to->labels = labels;
	to->bytes = bytes;
	text = (char *) (ends_of(to) + labels);
	for (uint32 k = 0; k < labels; k++)
	{
		label at = k == place ? added : label_at(from, k - (k > place));

		memcpy(text + used, at.text, at.length);
		used += at.length;
		ends_of(to)[k] = used;
	}
	for (uint32 i = 0; i < old; i++)
		for (uint32 j = 0; j < old; j++)
			to->count[(Size) (i + (i >= place)) * labels + j + (j >= place)] =
				from->count[(Size) i * old + j];
	return to;
}

/* The state with the label in it. */
static confusion_state *
require_label(confusion_state *state, label wanted)
{
	bool found;
	uint32 place = place_of(state, wanted, &found);

	return found ? state : with_label(state, place, wanted);
}

static confusion_state *
add_cases(confusion_state *state, label predicted, label truth, int64 cases)
{
	bool found;
	uint32 i, j;

	state = require_label(require_label(state, truth), predicted);
	i = place_of(state, truth, &found);
	j = place_of(state, predicted, &found);
	if (__builtin_add_overflow(state->count[(Size) i * state->labels + j], cases,
							   &state->count[(Size) i * state->labels + j]))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("too many cases")));
	return state;
}

static confusion_state *
transition_state(FunctionCallInfo fcinfo, const char *function)
{
	confusion_state *state = (confusion_state *) psyrad_transition_state(fcinfo, function);

	if (state != NULL && state->header.magic != confusion_type.magic)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("%s was given a state of another type", function)));
	return state;
}

static label
text_arg(FunctionCallInfo fcinfo, int argument)
{
	text *value = PG_GETARG_TEXT_PP(argument);

	return (label){VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)};
}

static label
boolean_arg(FunctionCallInfo fcinfo, int argument)
{
	return PG_GETARG_BOOL(argument) ? (label){"true", 4} : (label){"false", 5};
}

static Datum
add(FunctionCallInfo fcinfo, label (*label_arg)(FunctionCallInfo, int), const char *function)
{
	confusion_state *state = transition_state(fcinfo, function);

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
		state = add_cases(state, label_arg(fcinfo, 1), label_arg(fcinfo, 2), 1);
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(metric_confusion_add);
Datum
metric_confusion_add(PG_FUNCTION_ARGS)
{
	return add(fcinfo, text_arg, "metric_confusion_add");
}

PG_FUNCTION_INFO_V1(metric_confusion_add_boolean);
Datum
metric_confusion_add_boolean(PG_FUNCTION_ARGS)
{
	return add(fcinfo, boolean_arg, "metric_confusion_add");
}

PG_FUNCTION_INFO_V1(metric_confusion_join);
Datum
metric_confusion_join(PG_FUNCTION_ARGS)
{
	confusion_state *state = transition_state(fcinfo, "metric_confusion_join");

	if (!PG_ARGISNULL(1))
	{
		const confusion_state *other = (const confusion_state *) psyrad_state_arg(fcinfo, 1, &confusion_type);

		for (uint32 i = 0; i < other->labels; i++)
			for (uint32 j = 0; j < other->labels; j++)
				state = add_cases(state, label_at(other, j), label_at(other, i),
								  other->count[(Size) i * other->labels + j]);
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/* The final function of the states: itself. */
PG_FUNCTION_INFO_V1(metric_confusion_finish);
Datum
metric_confusion_finish(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(psyrad_state_arg(fcinfo, 0, &confusion_type));
}

/* ---- results --------------------------------------------------------------------------------- */

static psy_confusion
confusion_of(const confusion_state *state)
{
	return psy_confusion_make(state->count, state->labels, palloc(sizeof(int64) * 2 * state->labels));
}

static const confusion_state *
state_arg(FunctionCallInfo fcinfo)
{
	return (const confusion_state *) psyrad_state_arg(fcinfo, 0, &confusion_type);
}

psy_confusion
metric_confusion_arg(FunctionCallInfo fcinfo, int argument)
{
	return confusion_of((const confusion_state *) psyrad_state_arg(fcinfo, argument, &confusion_type));
}

static Datum
number(FunctionCallInfo fcinfo, double value)
{
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

/* One composite (truth, predicted, n) for each pair of labels. */
PG_FUNCTION_INFO_V1(metric_confusion_final);
Datum
metric_confusion_final(PG_FUNCTION_ARGS)
{
	const confusion_state *state = state_arg(fcinfo);
	Oid type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	TupleDesc desc;
	Datum *cell = palloc(sizeof(Datum) * state->labels * state->labels);
	int cells = 0;

	if (!OidIsValid(type))
		elog(ERROR, "metric_confusion must return an array of composites");
	desc = lookup_rowtype_tupdesc(type, -1);
	for (uint32 i = 0; i < state->labels; i++)
		for (uint32 j = 0; j < state->labels; j++)
		{
			label truth = label_at(state, i), predicted = label_at(state, j);
			Datum value[] = {PointerGetDatum(cstring_to_text_with_len(truth.text, truth.length)),
							 PointerGetDatum(cstring_to_text_with_len(predicted.text, predicted.length)),
							 Int64GetDatum(state->count[(Size) i * state->labels + j])};
			bool null[3] = {false};

			cell[cells++] = HeapTupleGetDatum(heap_form_tuple(desc, value, null));
		}
	ReleaseTupleDesc(desc);
	PG_RETURN_ARRAYTYPE_P(construct_array(cell, cells, type, -1, false, TYPALIGN_DOUBLE));
}

static Datum
proportion_row(FunctionCallInfo fcinfo, int64 successes, int64 n, double level, const char *empty)
{
	psy_proportion p = psy_wilson(successes, n, metric_z_of_level(level));
	metric_row row = metric_row_begin(fcinfo);

	metric_row_int8(&row, successes);
	metric_row_int8(&row, n);
	metric_row_float8(&row, p.estimate);
	metric_row_float8(&row, p.ci_lb);
	metric_row_float8(&row, p.ci_ub);
	metric_row_float8(&row, level);
	metric_row_text(&row, n == 0 ? empty : NULL);
	return metric_row_finish(&row);
}

static double
level_arg(FunctionCallInfo fcinfo, int argument)
{
	return PG_NARGS() > argument && !PG_ARGISNULL(argument) ? PG_GETARG_FLOAT8(argument) : 0.95;
}

/* (state [, level]) */
PG_FUNCTION_INFO_V1(metric_accuracy_final);
Datum
metric_accuracy_final(PG_FUNCTION_ARGS)
{
	psy_confusion c = confusion_of(state_arg(fcinfo));

	return proportion_row(fcinfo, c.hits, c.n, level_arg(fcinfo, 1), "no case");
}

static bool
is_boolean(label at)
{
	return compare(at, (label){"true", 4}) == 0 || compare(at, (label){"false", 5}) == 0;
}

size_t
metric_positive_arg(FunctionCallInfo fcinfo, int at, int argument)
{
	const confusion_state *state = (const confusion_state *) psyrad_state_arg(fcinfo, at, &confusion_type);
	label positive = {"true", 4};
	bool named = PG_NARGS() > argument && !PG_ARGISNULL(argument), found, boolean = true;
	uint32 place;

	for (uint32 k = 0; k < state->labels; k++)
		boolean &= is_boolean(label_at(state, k));
	if (named)
		positive = text_arg(fcinfo, argument);
	else if (!boolean)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("which label is the positive one is not said"),
				 errhint("Name it: positive => '...', in the function over metric_confusion_state.")));
	place = place_of(state, positive, &found);
	if (!found && !boolean && named)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the positive label \"%.*s\" is in no row", (int) positive.length, positive.text)));
	return found ? place : state->labels;
}

/* The counts of the positive class, argument 1; a class that no row has counts 0 everywhere. */
static psy_binary
binary_of(FunctionCallInfo fcinfo)
{
	psy_confusion c = confusion_of(state_arg(fcinfo));
	size_t place = metric_positive_arg(fcinfo, 0, 1);

	return place < c.k ? psy_confusion_of(&c, place) : (psy_binary){.tn = c.n};
}

PG_FUNCTION_INFO_V1(metric_sensitivity_final);
Datum
metric_sensitivity_final(PG_FUNCTION_ARGS)
{
	psy_binary b = binary_of(fcinfo);

	return proportion_row(fcinfo, b.tp, b.tp + b.fn, level_arg(fcinfo, 2), "no case is truly positive");
}

PG_FUNCTION_INFO_V1(metric_specificity_final);
Datum
metric_specificity_final(PG_FUNCTION_ARGS)
{
	psy_binary b = binary_of(fcinfo);

	return proportion_row(fcinfo, b.tn, b.tn + b.fp, level_arg(fcinfo, 2), "no case is truly negative");
}

PG_FUNCTION_INFO_V1(metric_ppv_final);
Datum
metric_ppv_final(PG_FUNCTION_ARGS)
{
	psy_binary b = binary_of(fcinfo);

	return proportion_row(fcinfo, b.tp, b.tp + b.fp, level_arg(fcinfo, 2), "no case was predicted positive");
}

PG_FUNCTION_INFO_V1(metric_npv_final);
Datum
metric_npv_final(PG_FUNCTION_ARGS)
{
	psy_binary b = binary_of(fcinfo);

	return proportion_row(fcinfo, b.tn, b.tn + b.fn, level_arg(fcinfo, 2), "no case was predicted negative");
}

PG_FUNCTION_INFO_V1(metric_balanced_accuracy_final);
Datum
metric_balanced_accuracy_final(PG_FUNCTION_ARGS)
{
	psy_confusion c = confusion_of(state_arg(fcinfo));

	return number(fcinfo, psy_balanced_accuracy(&c));
}

/* (state, positive, average); aggregates of booleans pass the state alone and mean the class true. */
PG_FUNCTION_INFO_V1(metric_f1_final);
Datum
metric_f1_final(PG_FUNCTION_ARGS)
{
	static const char *const known[] = {"macro", "weighted", "micro"};
	psy_confusion c;
	char *average;

	if (PG_NARGS() < 3 || !PG_ARGISNULL(1))
		return number(fcinfo, psy_f1_of(binary_of(fcinfo)));
	c = confusion_of(state_arg(fcinfo));
	average = psyrad_cstring_arg(fcinfo, 2);
	for (int k = 0; k < 3; k++)
		if (strcmp(average, known[k]) == 0)
			return number(fcinfo, psy_f1(&c, (psy_average) k));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("average is \"%s\"; macro, weighted or micro expected", average)));
}

PG_FUNCTION_INFO_V1(metric_f1_macro);
Datum
metric_f1_macro(PG_FUNCTION_ARGS)
{
	psy_confusion c = confusion_of(state_arg(fcinfo));

	return number(fcinfo, psy_f1(&c, PSY_AVERAGE_MACRO));
}

PG_FUNCTION_INFO_V1(metric_mcc_final);
Datum
metric_mcc_final(PG_FUNCTION_ARGS)
{
	psy_confusion c = confusion_of(state_arg(fcinfo));

	return number(fcinfo, psy_mcc(&c));
}

/* (state [, level]) */
PG_FUNCTION_INFO_V1(metric_kappa_final);
Datum
metric_kappa_final(PG_FUNCTION_ARGS)
{
	psy_confusion c = confusion_of(state_arg(fcinfo));
	double level = level_arg(fcinfo, 1), z = metric_z_of_level(level);
	psy_kappa_result k = psy_kappa(&c);
	metric_row row = metric_row_begin(fcinfo);

	metric_row_int8(&row, c.n);
	metric_row_float8(&row, k.kappa);
	metric_row_float8(&row, k.se);
	metric_row_float8(&row, k.kappa - z * k.se);
	metric_row_float8(&row, isnan(k.se) ? NAN : fmin(1, k.kappa + z * k.se));
	metric_row_float8(&row, level);
	metric_row_text(&row, isnan(k.kappa) ? "all labels are one: agreement by chance is certain"
						  : isnan(k.se)  ? "one side has a single label: agreement is that of chance, no interval"
						  : k.se == 0    ? "no disagreement: the large-sample interval has no width"
										 : NULL);
	return metric_row_finish(&row);
}
