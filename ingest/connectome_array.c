/*
 * connectome_array.c - matrices in MATLAB's and NumPy's arrays; see connectome_files.h.
 *
 * An array of three dimensions holds a matrix a scan (CONN's resultsROI_Condition*.mat, nilearn's connectivity of a group), and nothing
 * in it says whose: --subjects does, a line each in their order, and another number of lines refuses the file.
 */
#include "connectome_files.h"

#include "document.h"
#include "feature_files.h"
#include "reader_mat.h"
#include "reader_npy.h"
#include "reader_tiv.h"

#include <stdlib.h>
#include <string.h>

#define LIST_LIMIT ((size_t) 16 << 20) /* bytes of a list of subjects */

bool
connectome_is_array(const char *path)
{
	return mat_recognised(path) || npy_recognised(path);
}

/* Which region each row or column is, by its own name; which is what messages call it.  Where there are more of them than regions
 * (CONN's targets beyond its sources), those that are no region are -1. */
static psy_status
match_list(square *s, const text_list *names, const char *which, int *region, psy_error *err)
{
	bool *seen = grow(NULL, s->n, sizeof *seen), beyond = names->count > s->n;
	psy_status status = PSY_OK;

	memset(seen, 0, s->n * sizeof *seen);
	for (size_t i = 0; i < names->count && status == PSY_OK; i++)
	{
		region[i] = region_names_find(&s->names, names->item[i]);
		if ((region[i] < 0 && !beyond) || (region[i] >= 0 && seen[region[i]]))
			status = psy_fail(err, PSY_DOMAIN, region[i] < 0 ? "%s %zu (%.80s) is no region of the atlas %s" : "%s %zu (%.80s) is there twice (atlas %s)",
							  which, i + 1, names->item[i], s->regions.atlas);
		else if (region[i] >= 0)
			seen[region[i]] = true;
	}
	for (size_t i = 0; i < s->n && status == PSY_OK; i++)
		if (!seen[i])
			status = psy_fail(err, PSY_DOMAIN, "no %s is the region %s of the atlas %s", which, s->regions.name[i], s->regions.atlas);
	free(seen);
	return status;
}

/* The matrix must have a row and a column a region; more only if they have names. */
static psy_status
check_size(const square *s, const mat_matrix *m, psy_error *err)
{
	bool named = !s->job->opt->by_position && m->row_name.count == m->rows && m->column_name.count == m->columns;

	if ((m->rows == s->n && m->columns == s->n) || (m->rows >= s->n && m->columns >= s->n && named))
		return PSY_OK;
	if (m->slices == 1)
		return psy_fail(err, PSY_SHAPE, "the matrix is %zu x %zu; expected %zu x %zu, the regions of the atlas %s", m->rows, m->columns, s->n, s->n,
						s->regions.atlas);
	return psy_fail(err, PSY_SHAPE, "the file has %zu matrices of %zu x %zu; expected %zu x %zu, the regions of the atlas %s", m->slices, m->rows,
					m->columns, s->n, s->n, s->regions.atlas);
}

/* place: the region of each row; s->region that of each column. */
static psy_status
place_matrix(square *s, const mat_matrix *m, int *place, psy_error *err)
{
	psy_status status = PSY_OK;

	s->region = grow(s->region, m->columns, sizeof *s->region);
	if (s->job->opt->by_position)
		for (size_t i = 0; i < s->n; i++)
			place[i] = s->region[i] = (int) i;
	else if (m->row_name.count == 0 || m->column_name.count == 0)
	{
		psy_fail(err, PSY_DOMAIN, "the file has no variable names with a name for each region");
		return psy_hint(err, "rows and columns in the atlas's order: --by-position");
	}
	else
	{
		status = match_list(s, &m->row_name, "row", place, err);
		if (status == PSY_OK)
			status = match_list(s, &m->column_name, "column", s->region, err);
	}
	for (size_t r = 0; r < m->rows && status == PSY_OK; r++)
		if (place[r] >= 0)
			s->line[place[r]] = (long) r + 1;
	for (size_t c = 0; c < m->columns && status == PSY_OK; c++)
		if (s->region[c] >= 0)
			s->column[s->region[c]] = c + 1;
	if (status == PSY_OK && m->columns > s->n)
		job_note(s->job, "%zu columns that are no region of %s are left out", m->columns - s->n, s->regions.atlas);
	return status;
}

/* One matrix of the array, placed; what is no number in it is a missing edge. */
static psy_status
stage_slice(square *s, const mat_matrix *m, size_t slice, const int *place, psy_error *err)
{
	const double *value = m->value + slice * m->rows * m->columns;
	psy_status status = PSY_OK;

	for (size_t r = 0; r < m->rows; r++)
		for (size_t c = 0; c < m->columns && status == PSY_OK; c++)
			if (place[r] >= 0 && s->region[c] >= 0)
				status = square_take(s, (size_t) place[r], (size_t) s->region[c], value[r * m->columns + c], err);
	return status == PSY_OK ? square_stage(s, err) : status;
}

static psy_status
read_subjects(const square *s, const mat_matrix *m, text_list *names, psy_error *err)
{
	const char *path = s->job->opt->subjects;
	buffer text = {0};
	uint8_t sha256[SHA256_BYTES];
	psy_error why;
	psy_status status;

	if (path == NULL)
	{
		psy_fail(err, PSY_DOMAIN, "%zu matrices and nobody's name", m->slices);
		return psy_hint(err, "say whose they are with --subjects FILE (a line each in their order, the participant or sub-01_ses-pre)");
	}
	buffer_text(&text, "");
	status = read_document(path, LIST_LIMIT, &text, sha256, &why);
	if (status == PSY_OK)
		status = tiv_names(names, text.data, text.size, &why);
	buffer_free(&text);
	if (status != PSY_OK)
		return psy_fail(err, status, "--subjects: %s", why.message);
	return names->count == m->slices
			   ? PSY_OK
			   : psy_fail(err, PSY_SHAPE, "the file has %zu matri%s, --subjects %zu line%s", m->slices, m->slices == 1 ? "x" : "ces",
						  names->count, names->count == 1 ? "" : "s");
}

static psy_status
reject_slice(square *s, const char *label, const char *code, const char *message, psy_error *err)
{
	reject_at at = {.label = label};

	return reject(s->job, &at, err, code, "matrix %ld: %s", (long) s->row, message);
}

/* A scan's matrix of several, whose subject the list says; of the same scan twice the first stands. */
static psy_status
stage_named(square *s, const mat_matrix *m, size_t slice, const int *place, pivot *seen, const char *name, psy_error *err)
{
	buffer label = {0}, visit = {0};
	const char *who;
	size_t at;
	bool added = false;
	psy_error why;
	psy_status status = PSY_OK;

	features_split_label(name, s->job->opt->session, &label, &visit);
	square_begin(s, NULL, visit.data, 1);
	if (participant_label(label.data, &who, &why) != PSY_OK)
		status = reject_slice(s, NULL, "bad_participant", why.message, err);
	else if (visit.size == 0)
	{
		psy_fail(err, PSY_DOMAIN, "--subjects, line %zu: neither the name nor the options say the session", slice + 1);
		status = psy_hint(err, "say --session, or write sub-01_ses-pre");
	}
	else if ((status = pivot_find(seen, who, visit.data, 1, "", (long) slice + 1, &at, &added, err)) == PSY_OK && !added)
		status = reject_slice(s, who, "duplicate_row", "this participant and visit has a matrix before it; that one stands", err);
	else if (status == PSY_OK)
	{
		s->label = who;
		status = stage_slice(s, m, slice, place, err);
	}
	buffer_free(&label);
	buffer_free(&visit);
	return status;
}

static psy_status
stage_stack(square *s, const mat_matrix *m, const int *place, psy_error *err)
{
	text_list names = {0};
	pivot seen;
	psy_status status = read_subjects(s, m, &names, err);

	pivot_start(&seen, 1);
	s->one_of_many = true;
	for (size_t i = 0; i < m->slices && status == PSY_OK; i++, s->job->read++)
		status = stage_named(s, m, i, place, &seen, names.item[i], err);
	pivot_free(&seen);
	list_free(&names);
	return status;
}

static psy_status
stage_only(square *s, const mat_matrix *m, const int *place, psy_error *err)
{
	psy_status status = connectome_begin(s, err);

	if (status == PSY_OK)
		status = stage_slice(s, m, 0, place, err);
	s->job->read = 1;
	return status;
}

psy_status
connectome_read_array(square *s, psy_error *err)
{
	job *j = s->job;
	mat_matrix m = {0};
	bool numpy = npy_recognised(j->path);
	int *place = NULL;
	psy_status status = PSY_OK;

	if (numpy && j->opt->variable != NULL)
		return psy_fail(err, PSY_DOMAIN, "--variable: the file is not MATLAB's");
	status = numpy ? npy_read(&m, j->path, err) : mat_read(&m, j->path, j->opt->variable, err);
	if (status == PSY_OK)
		status = check_size(s, &m, err);
	if (status == PSY_OK)
		place = grow(NULL, m.rows, sizeof *place);
	if (status == PSY_OK)
		status = place_matrix(s, &m, place, err);
	if (status == PSY_OK)
		status = m.slices > 1 || j->opt->subjects != NULL ? stage_stack(s, &m, place, err) : stage_only(s, &m, place, err);
	if (status == PSY_OK)
		status = hash_expect(j->path, j->sha256, err);
	free(place);
	mat_free(&m);
	return status;
}
