/* confounds.c - see confounds.h. */
#include "confounds.h"

#include "number.h"
#include "reader_csv.h"
#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SPM_COLUMNS ((size_t) 6)

long
confounds_find(const confounds *c, const char *name)
{
	for (size_t k = 0; k < c->columns; k++)
		if (strcmp(c->name[k], name) == 0)
			return (long) k;
	return -1;
}

/* What fMRIPrep called its columns before 1.2; the last five are followed by a number. */
static const char *const old_names[][2] = {
	{"X", "trans_x"}, {"Y", "trans_y"}, {"Z", "trans_z"}, {"RotX", "rot_x"}, {"RotY", "rot_y"}, {"RotZ", "rot_z"}, {"CSF", "csf"},
	{"WhiteMatter", "white_matter"}, {"GlobalSignal", "global_signal"}, {"FramewiseDisplacement", "framewise_displacement"},
	{"stdDVARS", "std_dvars"}, {"non-stdDVARS", "dvars"}, {"aCompCor", "a_comp_cor_"}, {"tCompCor", "t_comp_cor_"}, {"Cosine", "cosine"},
	{"NonSteadyStateOutlier", "non_steady_state_outlier"}};

/* The name of a column as fMRIPrep has called it since; the caller frees it. */
static char *
present_name(const char *name)
{
	size_t stem = strcspn(name, "0123456789");
	buffer present = {0};

	for (size_t i = 0; i < sizeof old_names / sizeof *old_names; i++)
		if (strlen(old_names[i][0]) == stem && strncmp(name, old_names[i][0], stem) == 0)
		{
			buffer_text(&present, old_names[i][1]);
			buffer_text(&present, name + stem);
			return present.data;
		}
	return keep_text(name);
}

static void
rename_old(confounds *c)
{
	for (size_t k = 0; k < c->columns; k++)
	{
		char *present = present_name(c->name[k]);

		if (confounds_find(c, present) >= 0)
			free(present);
		else
		{
			free(c->name[k]);
			c->name[k] = present;
		}
	}
}

/* A table without a header has a volume for its first line. */
static bool
all_numbers(const csv_reader *csv)
{
	double value;
	psy_error why;

	for (size_t k = 0; k < csv->cells; k++)
	{
		char *cell = keep_text(csv_cell(csv, k)), *word = cell, *rest = NULL;
		bool number = true;

		while (number && (word = strtok_r(word, " ", &rest)) != NULL)
		{
			number = parse_real(word, &value, &why) == PSY_OK;
			word = NULL;
		}
		free(cell);
		if (!number)
			return false;
	}
	return true;
}

bool
confounds_is_spm(const char *path)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path, *dot = strrchr(base, '.');

	return strncmp(base, "rp_", 3) == 0 && dot != NULL && strcmp(dot, ".txt") == 0;
}

static void
name_motion(confounds *c)
{
	static const char *const names[SPM_COLUMNS] = {"trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"};

	c->name = grow(NULL, SPM_COLUMNS, sizeof *c->name);
	c->bad_line = grow(NULL, SPM_COLUMNS, sizeof *c->bad_line);
	for (; c->columns < SPM_COLUMNS; c->columns++)
	{
		c->name[c->columns] = keep_text(names[c->columns]);
		c->bad_line[c->columns] = 0;
	}
}

static psy_status
read_names(confounds *c, const csv_reader *csv, psy_error *err)
{
	if (csv->cells > CONFOUNDS_MAX_COLUMNS)
		return psy_fail(err, PSY_LIMIT, "it has %zu columns; at most %zu expected", csv->cells,
						CONFOUNDS_MAX_COLUMNS);
	if (all_numbers(csv))
	{
		psy_fail(err, PSY_FORMAT, "its first line is numbers; expected the names of its columns");
		return psy_hint(err, "motion parameters alone: a line trans_x trans_y trans_z rot_x rot_y rot_z (mm, radians), parted by tabs, as all others; SPM's are read as they are by their name, rp_....txt");
	}
	c->name = grow(NULL, csv->cells, sizeof *c->name);
	c->bad_line = grow(NULL, csv->cells, sizeof *c->bad_line);
	for (size_t k = 0; k < csv->cells; k++)
	{
		const char *name = csv_cell(csv, k);

		if (*name != '\0' && confounds_find(c, name) >= 0)
			return psy_fail(err, PSY_FORMAT, "it has two columns %.80s", name);
		c->bad_line[c->columns] = 0;
		c->name[c->columns++] = keep_text(name);
	}
	return PSY_OK;
}

/* Room for one row more. */
static psy_status
add_row(confounds *c, const csv_reader *csv, double **to, psy_error *err)
{
	if ((c->rows + 1) * c->columns > CONFOUNDS_MAX_VALUES)
		return psy_fail(err, PSY_LIMIT, "line %ld: more than %zu values", csv->line, CONFOUNDS_MAX_VALUES);
	if (c->rows == c->room)
	{
		c->room = c->room ? 2 * c->room : 256;
		c->value = grow(c->value, c->room * c->columns, sizeof *c->value);
	}
	*to = c->value + c->rows++ * c->columns;
	return PSY_OK;
}

/* A line of SPM's: numbers parted by blanks. */
static psy_status
read_motion(confounds *c, const csv_reader *csv, psy_error *err)
{
	double *to;
	size_t found = 0;
	psy_status status = add_row(c, csv, &to, err);

	for (size_t k = 0; k < csv->cells && status == PSY_OK; k++)
	{
		char *cell = keep_text(csv_cell(csv, k)), *rest = NULL;
		psy_error why;

		for (char *word = strtok_r(cell, " ", &rest); word != NULL && status == PSY_OK; word = strtok_r(NULL, " ", &rest), found++)
			if (found == SPM_COLUMNS || parse_real(word, &to[found], &why) != PSY_OK)
				status = psy_fail(err, PSY_FORMAT, "line %ld: expected six numbers, as SPM writes them", csv->line);
		free(cell);
	}
	if (status == PSY_OK && found < SPM_COLUMNS)
		status = psy_fail(err, PSY_FORMAT, "line %ld has %zu numbers; expected six, as SPM writes them", csv->line, found);
	return status;
}

static psy_status
read_row(confounds *c, const csv_reader *csv, const options *o, psy_error *err)
{
	double *to;
	psy_status status;

	if (csv->cells != c->columns)
		return psy_fail(err, PSY_FORMAT, "line %ld has %zu cells; the header has %zu", csv->line, csv->cells,
						c->columns);
	status = add_row(c, csv, &to, err);
	for (size_t k = 0; k < c->columns && status == PSY_OK; k++)
	{
		psy_error why;

		to[k] = NAN;
		if (!cell_missing(o, csv_cell(csv, k)) && parse_real(csv_cell(csv, k), &to[k], &why) != PSY_OK &&
			c->bad_line[k] == 0)
			c->bad_line[k] = csv->line;
	}
	return status;
}

psy_status
confounds_read(confounds *c, source *from, const options *o, bool spm, psy_error *err)
{
	csv_reader csv = {0};
	bool more = false;
	psy_status status = csv_open(&csv, from, ENCODING_AUTO, 0, err);

	*c = (confounds){0};
	if (status == PSY_OK)
		status = csv_next(&csv, &more, err);
	if (status == PSY_OK && !more)
		status = psy_fail(err, PSY_FORMAT, "it is empty");
	spm = status == PSY_OK && spm && all_numbers(&csv);
	if (spm)
		name_motion(c);
	else if (status == PSY_OK && (status = read_names(c, &csv, err)) == PSY_OK)
		rename_old(c);
	if (spm)
		status = read_motion(c, &csv, err);
	while (status == PSY_OK && (status = csv_next(&csv, &more, err)) == PSY_OK && more)
		status = spm ? read_motion(c, &csv, err) : read_row(c, &csv, o, err);
	csv_done(&csv);
	return status;
}

void
confounds_free(confounds *c)
{
	for (size_t k = 0; k < c->columns; k++)
		free(c->name[k]);
	free(c->name);
	free(c->bad_line);
	free(c->value);
	*c = (confounds){0};
}

/* The column that a name with an ending derives from, into stem; false when it has another ending, or no such column is there. */
static bool
derives_from(const confounds *c, const char *name, const char *ending, char stem[CONFOUNDS_NAME])
{
	size_t n = strlen(name), m = strlen(ending);

	if (n <= m || n - m >= CONFOUNDS_NAME || strcmp(name + n - m, ending) != 0)
		return false;
	memcpy(stem, name, n - m);
	stem[n - m] = '\0';
	return confounds_has(c, stem);
}

bool
confounds_has(const confounds *c, const char *name)
{
	char stem[CONFOUNDS_NAME];

	return confounds_find(c, name) >= 0 || derives_from(c, name, "_power2", stem) || derives_from(c, name, "_derivative1", stem);
}

/* fMRIPrep before 1.4 wrote no derivatives and squares: they are what it has written since, x(t) - x(t - 1) and x(t)^2. */
static psy_status
derive(const confounds *c, const char *name, double *to, psy_error *err)
{
	char stem[CONFOUNDS_NAME];
	bool square = derives_from(c, name, "_power2", stem);
	psy_status status = PSY_OK;

	if (!square && !derives_from(c, name, "_derivative1", stem))
		return psy_fail(err, PSY_DOMAIN, "it has no column %s, which the pipeline needs", name);
	status = confounds_get(c, stem, to, err);
	for (size_t t = c->rows; status == PSY_OK && t-- > 0;)
		to[t] = square ? to[t] * to[t] : t > 0 ? to[t] - to[t - 1] : NAN;
	return status;
}

psy_status
confounds_get(const confounds *c, const char *name, double *to, psy_error *err)
{
	long k = confounds_find(c, name);

	if (k < 0)
		return derive(c, name, to, err);
	if (c->bad_line[k] > 0)
		return psy_fail(err, PSY_FORMAT, "line %ld: %s is not a number", c->bad_line[k], name);
	for (size_t t = 0; t < c->rows; t++)
		to[t] = c->value[t * c->columns + (size_t) k];
	return PSY_OK;
}

psy_status
confounds_regressor(const confounds *c, const char *name, double *to, psy_error *err)
{
	psy_status status = confounds_get(c, name, to, err);

	if (status != PSY_OK)
		return status;
	if (c->rows > 1 && isnan(to[0]))
		to[0] = to[1];
	for (size_t t = 0; t < c->rows; t++)
		if (isnan(to[t]))
			return psy_fail(err, PSY_DOMAIN, "%s is missing in row %zu; only the first row's may be", name,
							t + 1);
	return PSY_OK;
}
