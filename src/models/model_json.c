/* model_json.c - see model_json.h. */
#include "models/model_json.h"

#include <math.h>
#include <string.h>

psy_status
psy_json_choice(psy_compiler *c, const psy_json_node *node, const char *key, const char *const *choice,
				int absent, int *index)
{
	const psy_json_node *member = psy_json_member(c->json, node, key);
	psy_error list = {0};
	psy_status status;

	*index = absent;
	if (member == NULL && absent >= 0)
		return PSY_OK;
	if ((status = psy_json_need(c->json, node, key, PSY_JSON_STRING, &member, c->err)) != PSY_OK)
		return status;
	for (int k = 0; choice[k] != NULL; k++)
	{
		if (strcmp(psy_json_text(c->json, member), choice[k]) == 0)
		{
			*index = k;
			return PSY_OK;
		}
		psy_append(list.message, sizeof list.message, "%s%s", k == 0 ? "" : ", ", choice[k]);
	}
	return psy_json_fail(c->json, member, PSY_FORMAT, c->err, "one of %s expected", list.message);
}

psy_status
psy_json_vector(psy_compiler *c, const psy_json_node *node, const char *key, size_t count, double *to)
{
	const psy_json_node *array;
	psy_status status = psy_json_need(c->json, node, key, PSY_JSON_ARRAY, &array, c->err);

	return status != PSY_OK ? status : psy_json_numbers(c->json, array, count, to, c->err);
}

psy_status
psy_json_rows(psy_compiler *c, const psy_json_node *matrix, size_t rows, size_t columns, double *to)
{
	psy_status status = psy_json_expect(c->json, matrix, PSY_JSON_ARRAY, c->err);

	if (status == PSY_OK && matrix->as.children.count != rows)
		return psy_json_fail(c->json, matrix, PSY_FORMAT, c->err, "%u rows, %zu expected",
							 matrix->as.children.count, rows);
	for (const psy_json_node *row = status == PSY_OK ? psy_json_first(c->json, matrix) : NULL;
		 status == PSY_OK && row != NULL; row = psy_json_next(c->json, row), to += columns)
		status = psy_json_numbers(c->json, row, columns, to, c->err);
	return status;
}

psy_status
psy_json_matrix(psy_compiler *c, const psy_json_node *node, const char *key, size_t rows, size_t columns,
				double *to)
{
	const psy_json_node *matrix;
	psy_status status = psy_json_need(c->json, node, key, PSY_JSON_ARRAY, &matrix, c->err);

	return status != PSY_OK ? status : psy_json_rows(c, matrix, rows, columns, to);
}

psy_status
psy_json_list(psy_compiler *c, const psy_json_node *node, const char *key, const psy_json_node **list,
			  size_t *count)
{
	psy_status status = psy_json_need(c->json, node, key, PSY_JSON_ARRAY, list, c->err);

	*count = status == PSY_OK ? (*list)->as.children.count : 0;
	return status;
}

psy_status
psy_json_indexes(psy_compiler *c, const psy_json_node *list, size_t most, uint32_t *to)
{
	size_t value;
	psy_status status;

	for (const psy_json_node *n = psy_json_first(c->json, list); n != NULL; n = psy_json_next(c->json, n))
	{
		if ((status = psy_json_count(c->json, n, most, &value, c->err)) != PSY_OK)
			return status;
		*to++ = (uint32_t) value;
	}
	return PSY_OK;
}

psy_status
psy_json_setting(psy_compiler *c, const psy_json_node *node, const char *key, double low, double high,
				 double absent, double *value)
{
	const psy_json_node *member = psy_json_member(c->json, node, key);
	psy_status status;

	*value = absent;
	if (member == NULL && !isnan(absent))
		return PSY_OK;
	if ((status = psy_json_need(c->json, node, key, PSY_JSON_NUMBER, &member, c->err)) != PSY_OK)
		return status;
	*value = member->as.number;
	if (!(*value >= low && *value <= high))
		return psy_json_fail(c->json, member, PSY_FORMAT, c->err, "%g, a number from %g to %g expected",
							 *value, low, high);
	return PSY_OK;
}
