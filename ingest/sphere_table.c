/* sphere_table.c - see sphere_table.h. */
#include "sphere_table.h"

#include "buffer.h"
#include "number.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SPHERES 100000
#define FARTHEST_MM 1000

enum
{
	X,
	Y,
	Z,
	RADIUS,
	LABEL,
	FIELDS
};

static const table_field fields[FIELDS] = {
	{"x", "x_mm|mni_x", true},
	{"y", "y_mm|mni_y", true},
	{"z", "z_mm|mni_z", true},
	{"radius", "radius_mm|r|半径", true},
	{"label", "name|region|seed|名称|种子", true},
};

static psy_status
read_sphere(const table *t, sphere *s, psy_error *err)
{
	double value[4];

	for (int field = X; field <= RADIUS; field++)
	{
		const char *cell = table_get(t, field);
		psy_error why;

		if (cell == NULL || parse_real(cell, &value[field], &why) != PSY_OK ||
			!(value[field] >= -FARTHEST_MM && value[field] <= FARTHEST_MM))
			return psy_fail(err, PSY_FORMAT,
							"line %ld: %s: expected a number of mm, at most %d from the origin",
							table_line(t), fields[field].name, FARTHEST_MM);
	}
	if (!(value[RADIUS] > 0))
		return psy_fail(err, PSY_FORMAT, "line %ld: radius: expected more than 0 mm", table_line(t));
	*s = (sphere){.centre = {value[X], value[Y], value[Z]}, .radius = value[RADIUS]};
	return table_get(t, LABEL) ? PSY_OK
							   : psy_fail(err, PSY_FORMAT, "line %ld: label: expected a name", table_line(t));
}

static psy_status
add_sphere(regions *r, sphere **spheres, const table *t, psy_error *err)
{
	sphere s;
	psy_status status = read_sphere(t, &s, err);

	if (status != PSY_OK)
		return status;
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->name[i], table_get(t, LABEL)) == 0)
			return psy_fail(err, PSY_DOMAIN, "line %ld: a second sphere is named %.80s", table_line(t),
							r->name[i]);
	if (r->count == MAX_SPHERES)
		return psy_fail(err, PSY_LIMIT, "more than %d spheres", MAX_SPHERES);
	*spheres = grow(*spheres, r->count + 1, sizeof **spheres);
	r->name = grow(r->name, r->count + 1, sizeof *r->name);
	r->label = grow(r->label, r->count + 1, sizeof *r->label);
	(*spheres)[r->count] = s;
	r->label[r->count] = NO_LABEL;
	r->name[r->count++] = keep_text(table_get(t, LABEL));
	return PSY_OK;
}

psy_status
sphere_table_read(regions *r, sphere **spheres, const char *path, psy_error *err)
{
	options plain = {0};
	table t;
	bool more;
	psy_status status = table_open(&t, path, &plain, fields, FIELDS, NULL, NULL, err);

	while (status == PSY_OK && (status = table_next(&t, &more, err)) == PSY_OK && more)
		status = add_sphere(r, spheres, &t, err);
	table_free(&t);
	if (status == PSY_OK && r->count == 0)
		return psy_fail(err, PSY_FORMAT, "no sphere is there");
	return status;
}
