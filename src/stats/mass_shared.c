/*
 * mass_shared.c - taking rows into the shared layout of the mass-univariate state; see mass_kernels.h.
 *
 * The state of a linear model over many elements is far larger than a cache, and passing it through the core
 * costs more than the arithmetic.  So several rows are taken in at a time, block by block of elements: a
 * chunk of eight elements has its sums, squares and deviations of all those rows in registers, from which
 * each product is read and written once.  An element adds row after row in their order: the same bits as one
 * by one, whatever the width of the registers.
 *
 * A design variable that has been the same in all rows so far, as an intercept is, adds nothing to any
 * product and is passed over.
 */
#include "stats/mass_kernels.h"

#include "core/lanes.h"
#include "stats/moments.h"

#include <math.h>
#include <string.h>

#define BLOCK 512
/* Elements that a stream is asked for ahead of its use: there are more streams than the CPU foresees. */
#define AHEAD 256

typedef double lanes __attribute__((vector_size(PSY_LANES * sizeof(double)), aligned(8)));
typedef float narrow_lanes __attribute__((vector_size(PSY_LANES * sizeof(float)), aligned(4)));

void
psy_mass_prepare(psy_mass_step *step, size_t q, const double *design, const double *comoments)
{
	const double *origin = comoments + psy_comoments_core(q);
	double n = comoments[0];

	step->n = n;
	step->scale = n < 2 ? 0 : 1 / (n * (n - 1));
	for (size_t j = 0; j < q; j++)
		step->factor[j] = ((design[j] - origin[j]) * n - comoments[1 + j]) * step->scale;
}

/* ---- what several rows do to every element --------------------------------------------------- */

typedef struct team
{
	size_t first; /* of the rows */
	size_t rows;  /* 8, 4, 2 or 1 */
	double n[PSY_MASS_TOGETHER];
	double scale[PSY_MASS_TOGETHER];
	size_t columns; /* design variables that vary */
	size_t column[PSY_MASS_MAX_DESIGN];
	double factor[PSY_MASS_MAX_DESIGN][PSY_MASS_TOGETHER];
} team;

#define MOST_TEAMS 3 /* 7 = 4 + 2 + 1 */

static void
add_column(team *t, size_t j, const psy_mass_step *step)
{
	bool varies = false;

	for (size_t r = 0; r < t->rows; r++)
	{
		t->factor[t->columns][r] = step[r].factor[j];
		varies |= step[r].factor[j] != 0;
	}
	t->column[t->columns] = j;
	t->columns += varies;
}

static void
make_team(team *t, size_t first, size_t rows, size_t q, const psy_mass_step *step)
{
	t->first = first;
	t->rows = rows;
	t->columns = 0;
	for (size_t r = 0; r < rows; r++)
	{
		t->n[r] = step[first + r].n;
		t->scale[r] = step[first + r].scale;
	}
	for (size_t j = 0; j < q; j++)
		add_column(t, j, step + first);
}

static size_t
make_teams(team *t, size_t q, const psy_mass_step *step, size_t rows)
{
	size_t count = 0, first = 0;

	for (size_t size = PSY_MASS_TOGETHER; size > 0; size /= 2)
		for (; rows - first >= size; first += size)
			make_team(&t[count++], first, size, q, step);
	return count;
}

/* ---- a block of one variable ----------------------------------------------------------------- */

/* The streams of one variable from the block's first element on. */
typedef struct variable
{
	double *origin, *sum, *squares, *product;
	size_t stride; /* of the products */
} variable;

/* A block's values by row; floats or doubles. */
typedef union row_values
{
	const float *f;
	const double *d;
} row_values;

static inline __attribute__((always_inline)) void
load(row_values x, bool single, size_t k, lanes *to)
{
	*to = single ? __builtin_convertvector(*(const narrow_lanes *) (x.f + k), lanes)
				 : *(const lanes *) (x.d + k);
}

/*
 * Youngs-Cramer: sums and squares; then the products, from the deviations (x - origin) n - sum, which go into
 * kept where that is not NULL. rows and single are constants, so that the deviations stay in registers.
 */
static inline __attribute__((always_inline)) void
take_in(const team *t, size_t rows, bool single, const row_values *x, size_t count, const variable *to,
		double (*kept)[BLOCK])
{
	for (size_t k = 0; k + PSY_LANES <= count; k += PSY_LANES)
	{
		lanes origin = *(const lanes *) (to->origin + k), sum = *(const lanes *) (to->sum + k);
		lanes squares = *(const lanes *) (to->squares + k), deviation[PSY_MASS_TOGETHER];

		__builtin_prefetch(to->origin + k + AHEAD);
		__builtin_prefetch(to->sum + k + AHEAD, 1);
		__builtin_prefetch(to->squares + k + AHEAD, 1);

#pragma GCC unroll 8
		for (size_t r = 0; r < rows; r++)
		{
			lanes shifted;

			load(x[r], single, k, &shifted);
			shifted -= origin;
			sum += shifted;
			deviation[r] = shifted * t->n[r] - sum;
			squares += deviation[r] * deviation[r] * t->scale[r];
		}
		*(lanes *) (to->sum + k) = sum;
		*(lanes *) (to->squares + k) = squares;
		for (size_t j = 0; j < t->columns; j++)
		{
			lanes *at = (lanes *) (to->product + t->column[j] * to->stride + k), product = *at;

			__builtin_prefetch((const double *) at + AHEAD, 1);
#pragma GCC unroll 8
			for (size_t r = 0; r < rows; r++)
				product += deviation[r] * t->factor[j][r];
			*at = product;
		}
		if (kept != NULL)
#pragma GCC unroll 8
			for (size_t r = 0; r < rows; r++)
				*(lanes *) (kept[r] + k) = deviation[r];
	}
}

#define TAKE_IN(name, rows, single)                                                                          \
	PSY_CLONES static void name(const team *t, const row_values *x, size_t count, const variable *to,        \
								double(*kept)[BLOCK])                                                        \
	{                                                                                                        \
		take_in(t, rows, single, x, count, to, kept);                                                        \
	}

TAKE_IN(one_float, 1, true)
TAKE_IN(two_floats, 2, true)
TAKE_IN(four_floats, 4, true)
TAKE_IN(eight_floats, 8, true)
TAKE_IN(one_double, 1, false)
TAKE_IN(two_doubles, 2, false)
TAKE_IN(four_doubles, 4, false)
TAKE_IN(eight_doubles, 8, false)

/* The elements that fill no chunk. */
static void
take_in_rest(const team *t, bool single, const row_values *x, size_t first, size_t count, const variable *to,
			 double (*kept)[BLOCK])
{
	for (size_t k = first; k < count; k++)
		for (size_t r = 0; r < t->rows; r++)
		{
			double shifted = (single ? (double) x[r].f[k] : x[r].d[k]) - to->origin[k], deviation;

			to->sum[k] += shifted;
			deviation = shifted * t->n[r] - to->sum[k];
			to->squares[k] += deviation * deviation * t->scale[r];
			for (size_t j = 0; j < t->columns; j++)
				to->product[t->column[j] * to->stride + k] += deviation * t->factor[j][r];
			if (kept != NULL)
				kept[r][k] = deviation;
		}
}

/* The first row of a group sets the origins. */
static void
set_origin(bool single, row_values x, size_t count, double *origin)
{
	if (!single)
		memcpy(origin, x.d, sizeof *origin * count);
	else
		for (size_t k = 0; k < count; k++)
			origin[k] = x.f[k];
}

static void
add_variable(const team *t, bool single, const row_values *x, size_t count, const variable *to,
			 double (*kept)[BLOCK])
{
	static void (*const kernel[2][4])(const team *, const row_values *, size_t, const variable *,
									  double(*)[BLOCK]) = {
		{one_double, two_doubles, four_doubles, eight_doubles},
		{one_float, two_floats, four_floats, eight_floats}};
	size_t which = t->rows == 8 ? 3 : t->rows / 2;

	if (t->n[0] == 1)
		set_origin(single, x[0], count, to->origin);
	kernel[single][which](t, x, count, to, kept);
	take_in_rest(t, single, x, count / PSY_LANES * PSY_LANES, count, to, kept);
}

/* ---- a block --------------------------------------------------------------------------------- */

/* A block's rows that are not taken as they are: differences; and deviations of x and the baseline. */
typedef struct workspace
{
	double x[PSY_MASS_TOGETHER][BLOCK];
	double pre[PSY_MASS_TOGETHER][BLOCK];
} workspace;

/* rows are of one kind: all of floats or none, all with a baseline or none. */
typedef struct kind
{
	bool single;     /* floats */
	bool difference; /* x is post minus pre: a baseline that has no streams of its own is subtracted */
} kind;

PSY_CLONES static void
subtract_floats(const float *x, const float *minus, size_t count, double *to)
{
	for (size_t k = 0; k < count; k++)
		to[k] = (double) x[k] - (double) minus[k];
}

PSY_CLONES static void
subtract_doubles(const double *x, const double *minus, size_t count, double *to)
{
	for (size_t k = 0; k < count; k++)
		to[k] = x[k] - minus[k];
}

static row_values
difference_of(const psy_mass_values *x, size_t first, size_t count, double *to)
{
	if (x->f != NULL)
		subtract_floats(x->f + first, x->pre_f + first, count, to);
	else
		subtract_doubles(x->d + first, x->pre_d + first, count, to);
	return (row_values){.d = to};
}

static row_values
values_at(const float *f, const double *d, size_t first)
{
	return f != NULL ? (row_values){.f = f + first} : (row_values){.d = d + first};
}

PSY_CLONES static void
update_range_float(const float *x, size_t count, double *restrict smallest, double *restrict largest)
{
	for (size_t k = 0; k < count; k++)
	{
		smallest[k] = x[k] < smallest[k] ? x[k] : smallest[k];
		largest[k] = x[k] > largest[k] ? x[k] : largest[k];
	}
}

PSY_CLONES static void
update_range_double(const double *x, size_t count, double *restrict smallest, double *restrict largest)
{
	for (size_t k = 0; k < count; k++)
	{
		smallest[k] = x[k] < smallest[k] ? x[k] : smallest[k];
		largest[k] = x[k] > largest[k] ? x[k] : largest[k];
	}
}

PSY_CLONES static void
update_cross(const double *a, const double *b, size_t count, double scale, double *cross)
{
	for (size_t k = 0; k < count; k++)
		cross[k] += a[k] * b[k] * scale;
}

/* Eight rows in one pass, compared as the floats they are. */
PSY_CLONES static void
update_range_floats(const row_values *row, size_t count, double *restrict smallest, double *restrict largest)
{
	const float *x[PSY_MASS_TOGETHER];

	for (size_t r = 0; r < PSY_MASS_TOGETHER; r++)
		x[r] = row[r].f;
	for (size_t k = 0; k < count; k++)
	{
		float least = INFINITY, most = -INFINITY;

#pragma GCC unroll 8
		for (size_t r = 0; r < PSY_MASS_TOGETHER; r++)
		{
			least = x[r][k] < least ? x[r][k] : least;
			most = x[r][k] > most ? x[r][k] : most;
		}
		smallest[k] = least < smallest[k] ? least : smallest[k];
		largest[k] = most > largest[k] ? most : largest[k];
	}
}

static void
add_range(const psy_mass_streams *of, bool single, const row_values *x, size_t rows, size_t first,
		  size_t count)
{
	double *smallest = of->smallest + first, *largest = of->largest + first;

	if (single && rows == PSY_MASS_TOGETHER)
		update_range_floats(x, count, smallest, largest);
	else
		for (size_t r = 0; r < rows; r++)
			if (single)
				update_range_float(x[r].f, count, smallest, largest);
			else
				update_range_double(x[r].d, count, smallest, largest);
}

static void
add_baseline(const psy_mass_streams *of, const team *t, bool single, const psy_mass_values *x, size_t first,
			 size_t count, size_t elements, workspace *w)
{
	variable pre = {of->pre_origin + first, of->pre_sum + first, of->pre_squares + first,
					of->pre_product + first, elements};
	row_values row[PSY_MASS_TOGETHER];

	for (size_t r = 0; r < t->rows; r++)
		row[r] = values_at(x[r].pre_f, x[r].pre_d, first);
	add_variable(t, single, row, count, &pre, w->pre);
	for (size_t r = 0; r < t->rows; r++)
		update_cross(w->x[r], w->pre[r], count, t->scale[r], of->cross + first);
}

static void
add_block(const psy_mass_streams *of, const team *t, kind is, const psy_mass_values *x, size_t first,
		  size_t count, size_t elements, workspace *w)
{
	variable own = {of->origin + first, of->sum + first, of->squares + first, of->product + first, elements};
	bool single = is.single && !is.difference;
	row_values row[PSY_MASS_TOGETHER];

	for (size_t r = 0; r < t->rows; r++)
		row[r] =
			is.difference ? difference_of(x + r, first, count, w->x[r]) : values_at(x[r].f, x[r].d, first);
	if (of->smallest != NULL)
		add_range(of, single, row, t->rows, first, count);
	add_variable(t, single, row, count, &own, of->cross != NULL ? w->x : NULL);
	if (of->cross != NULL)
		add_baseline(of, t, is.single, x, first, count, elements, w);
}

/* Rows of one kind. */
static void
add_alike(const psy_mass_streams *of, size_t elements, size_t q, const psy_mass_values *x,
		  const psy_mass_step *step, size_t rows)
{
	kind is = {x->f != NULL, of->cross == NULL && (x->pre_f != NULL || x->pre_d != NULL)};
	team t[MOST_TEAMS];
	size_t teams = make_teams(t, q, step, rows);
	workspace w;

	for (size_t first = 0; first < elements; first += BLOCK)
		for (size_t k = 0; k < teams; k++)
			add_block(of, &t[k], is, x + t[k].first, first,
					  elements - first < BLOCK ? elements - first : BLOCK, elements, &w);
}

static bool
are_alike(const psy_mass_values *a, const psy_mass_values *b)
{
	return (a->f != NULL) == (b->f != NULL) && (a->pre_f != NULL) == (b->pre_f != NULL) &&
		   (a->pre_d != NULL) == (b->pre_d != NULL);
}

void
psy_mass_add_shared(const psy_mass_streams *of, size_t elements, size_t q, const psy_mass_values *x,
					const psy_mass_step *step, size_t rows)
{
	size_t first = 0;

	for (size_t r = 1; r <= rows; r++)
		if (r == rows || !are_alike(x + first, x + r))
		{
			add_alike(of, elements, q, x + first, step + first, r - first);
			first = r;
		}
}
