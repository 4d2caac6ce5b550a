/* labels.c - integer labels of regions; see labels.h. */
#include "labels.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

static int
by_label(const void *left, const void *right)
{
	int32 a = *(const int32 *) left, b = *(const int32 *) right;

	return (a > b) - (a < b);
}

/* Sorts labels and drops repetitions; the number left. */
static int
unique_labels(int32 *label, int count)
{
	int kept = 0;

	qsort(label, count, sizeof *label, by_label);
	for (int k = 0; k < count; k++)
		if (kept == 0 || label[k] != label[kept - 1])
			label[kept++] = label[k];
	return kept;
}

region_labels
region_labels_from(Datum datum, int n, bool null_allowed, const char *argument)
{
	ArrayType *array = DatumGetArrayTypeP(datum);
	region_labels labels = {0, palloc(sizeof(int32) * n), palloc(sizeof(int) * n)};
	Datum *value;
	bool *null;
	int count;

	deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT, &value, &null, &count);
	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s must have one dimension, not %d", argument, ARR_NDIM(array))));
	if (count != n)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s has %d elements, but the connectome has %d regions", argument, count, n)));
	for (int i = 0; i < n; i++)
	{
		if (null[i] && !null_allowed)
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("%s[%d] is NULL: every region needs one", argument, i + 1)));
		if (!null[i])
			labels.label[labels.count++] = DatumGetInt32(value[i]);
	}
	labels.count = unique_labels(labels.label, labels.count);
	for (int i = 0; i < n; i++)
	{
		int32 key = DatumGetInt32(value[i]);

		labels.block[i] =
			null[i] ? -1
					: (int) ((int32 *) bsearch(&key, labels.label, labels.count, sizeof key, by_label) -
							 labels.label);
	}
	return labels;
}
