/*
 * pmml_execute.c - running a compiled PMML program (pmml_program.h).  The program was checked (op_pmml.c): registers, tables
 * and jumps lie inside, so that nothing is tested here but values.
 */
#include "models/pmml_program.h"

#include "models/model_kernels.h"
#include "models/utf8.h"

#include <math.h>
#include <string.h>

const char *const psy_pmml_models[] = {"RegressionModel", "GeneralRegressionModel", "TreeModel", "MiningModel", "SupportVectorMachineModel",
									   "NeuralNetwork", "NaiveBayesModel", "NearestNeighborModel", NULL};

psy_pmml_view
psy_pmml_view_of(const void *data)
{
	const psy_pmml_head *head = data;
	psy_pmml_layout at = psy_pmml_layout_of(head);
	const char *base = data;

	return (psy_pmml_view){head,
						   (const double *) (base + at.number),
						   (const psy_pmml_ins *) (base + at.code),
						   (const uint32_t *) (base + at.word),
						   (const psy_pmml_feature *) (base + at.feature),
						   (const psy_pmml_text *) (base + at.text),
						   base + at.byte};
}

/* ---- jumps ----------------------------------------------------------------------------------- */

static inline uint32_t
test(const psy_pmml_ins *i, double x)
{
	bool truth;

	switch (i->how)
	{
		case PSY_PMML_MISSING: return isnan(x) ? i->to : 1;
		case PSY_PMML_PRESENT: return isnan(x) ? 1 : i->to;
		default: break;
	}
	if (isnan(x))
		return i->n;
	switch (i->how)
	{
		case PSY_PMML_EQ: truth = x == i->u.k; break;
		case PSY_PMML_NE: truth = x != i->u.k; break;
		case PSY_PMML_LT: truth = x < i->u.k; break;
		case PSY_PMML_LE: truth = x <= i->u.k; break;
		case PSY_PMML_GT: truth = x > i->u.k; break;
		default: truth = x >= i->u.k; break;
	}
	return truth ? i->to : 1;
}

static uint32_t
is_among(const psy_pmml_ins *i, double x, const double *number)
{
	const double *set = number + i->u.at[0];
	uint32_t low = 0, high = i->u.at[1];
	bool found = false;

	if (isnan(x))
		return i->n;
	while (low < high && !found)
	{
		uint32_t middle = low + (high - low) / 2;

		found = set[middle] == x;
		if (set[middle] < x)
			low = middle + 1;
		else
			high = middle;
	}
	return found != (i->how == 1) ? i->to : 1;
}

static uint32_t
is_within(const psy_pmml_ins *i, double x, const double *number)
{
	const double *bound = number + i->u.at[0];

	if (isnan(x))
		return i->n;
	if ((i->how & 1 ? x >= bound[0] : x > bound[0]) && (i->how & 2 ? x <= bound[1] : x < bound[1]))
		return i->to;
	return 1;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static double
look_up(const psy_pmml_ins *i, double x, const double *number)
{
	if (isnan(x))
		return NAN;
	if (!(x >= 0 && x < i->u.at[1]) || x != floor(x))
		return i->how == 1 ? PSY_PMML_OTHER : NAN;
	return number[i->u.at[0] + (uint32_t) x];
}

/* PMML, NormContinuous: between the points linear, beyond them by the nearest piece, missing, or constant. */
static double
normalize(const psy_pmml_ins *i, double x, const double *number)
{
	const double *point = number + i->u.at[0];
	uint32_t piece = 0;

	if (isnan(x))
		return NAN;
	if (i->how != PSY_PMML_AS_IS && (x < point[0] || x > point[2 * (i->n - 1)]))
	{
		if (i->how == PSY_PMML_AS_MISSING)
			return NAN;
		return x < point[0] ? point[1] : point[2 * i->n - 1];
	}
	while (piece + 2 < i->n && x > point[2 * (piece + 1)])
		piece++;
	point += 2 * piece;
	return point[1] + (x - point[0]) / (point[2] - point[0]) * (point[3] - point[1]);
}

static void
gather(const psy_pmml_ins *i, double *r, const double *number, const uint32_t *word)
{
	const double *weight = number + i->u.at[0];
	const uint32_t *from = word + i->u.at[1];
	double sum = r[i->to];
	float rounded = (float) sum;

	for (uint32_t k = 0; k < i->n && i->how == 0; k++)
		sum += weight[k] * r[from[k]];
	for (uint32_t k = 0; k < i->n && i->how == 1; k++)
		rounded += (float) weight[k] * (float) r[from[k]];
	r[i->to] = i->how == 0 ? sum : (double) rounded;
}

/* ---- bulk ------------------------------------------------------------------------------------ */

static void
block_products(const double *x, const double *block, uint32_t n, double *product)
{
	memset(product, 0, PSY_SV_BLOCK * sizeof(double));
	for (uint32_t j = 0; j < n; j++)
		for (uint32_t k = 0; k < PSY_SV_BLOCK; k++)
			product[k] += x[j] * block[(size_t) j * PSY_SV_BLOCK + k];
}

/* how: 0 linear, 1 polynomial, 2 radial basis, 3 sigmoid; vectors stand in blocks, as model_kernels.h has them. */
static void
kernel(const psy_pmml_ins *i, double *r, const double *number)
{
	const double *setting = number + i->u.at[0], *block = setting + 3, *x = r + i->a;
	uint32_t inputs = i->u.at[1];
	double lane[PSY_SV_BLOCK];

	for (uint32_t first = 0; first < i->n; first += PSY_SV_BLOCK, block += (size_t) inputs * PSY_SV_BLOCK)
	{
		if (i->how == 2)
			psy_block_distances(x, block, inputs, lane);
		else
			block_products(x, block, inputs, lane);
		for (uint32_t k = 0; k < PSY_SV_BLOCK && first + k < i->n; k++)
		{
			double *to = r + i->to + first + k;

			switch (i->how)
			{
				case 0: *to = lane[k]; break;
				case 1: *to = pow(setting[0] * lane[k] + setting[1], setting[2]); break;
				case 2: *to = exp(-setting[0] * lane[k]); break;
				default: *to = tanh(setting[0] * lane[k] + setting[1]); break;
			}
		}
	}
}

static void
float_share(double *x, uint32_t n, bool softmax)
{
	float most = (float) x[0], sum = 0;

	for (uint32_t k = 1; k < n; k++)
		most = (float) x[k] > most ? (float) x[k] : most;
	for (uint32_t k = 0; k < n; k++)
	{
		if (softmax)
			x[k] = (double) (float) exp((double) ((float) x[k] - most));
		sum += (float) x[k];
	}
	for (uint32_t k = 0; k < n; k++)
		x[k] = sum == 0 ? NAN : (double) ((float) x[k] / sum);
}

static void
share(const psy_pmml_ins *i, double *x)
{
	double most = x[0], sum = 0;

	for (uint32_t k = 1; k < i->n; k++)
		most = x[k] > most ? x[k] : most;
	for (uint32_t k = 0; k < i->n; k++)
	{
		if (i->how == 0)
			x[k] = exp(x[k] - most);
		sum += x[k];
	}
	for (uint32_t k = 0; k < i->n; k++)
		x[k] = sum == 0 ? NAN : x[k] / sum;
}

static double
best(const psy_pmml_ins *i, const double *x)
{
	uint32_t found = UINT32_MAX;

	for (uint32_t k = 0; k < i->n; k++)
		if (!isnan(x[k]) && (found == UINT32_MAX || (i->how == 0 ? x[k] > x[found] : x[k] < x[found])))
			found = k;
	return found == UINT32_MAX ? NAN : (double) found;
}

/* Gauss: mean and variance of each class; Poisson: its mean.  A class without any has a negative second number. */
static void
density(const psy_pmml_ins *i, double *to, double x, const double *number)
{
	const double *setting = number + i->u.at[0];
	double least = setting[0];

	for (uint32_t k = 0; k < i->n; k++)
	{
		double a = setting[1 + 2 * k], b = setting[2 + 2 * k], p;

		if (b < 0)
			continue;
		p = i->how == 0 ? exp(-(x - a) * (x - a) / (2 * b)) / sqrt(2 * 3.14159265358979323846 * b)
						: exp(x * log(a) - a - lgamma_r(x + 1, &(int){0}));
		to[k] += log(p > least ? p : least);
	}
}

/* One class's maximum or median over the distributions that are present. */
static double
of_class(const psy_pmml_ins *i, const double *x, uint32_t class)
{
	uint32_t width = i->u.at[0];
	double found = NAN, below = NAN;
	uint32_t count = 0, rank;

	for (uint32_t s = 0; s < i->n; s++)
	{
		double p = x[(size_t) s * width + class];

		count += !isnan(p);
		found = !isnan(p) && !(p <= found) ? p : found;
	}
	if (i->how == 0 || count == 0)
		return found;
	rank = count / 2;
	for (uint32_t s = 0; s < i->n; s++)
	{
		double p = x[(size_t) s * width + class];
		uint32_t less = 0, equal = 0;

		for (uint32_t t = 0; t < i->n; t++)
		{
			less += x[(size_t) t * width + class] < p;
			equal += x[(size_t) t * width + class] == p;
		}
		if (!isnan(p) && less <= rank && rank < less + equal)
			found = p;
		if (!isnan(p) && rank > 0 && less <= rank - 1 && rank - 1 < less + equal)
			below = p;
	}
	return count % 2 == 1 ? found : (found + below) / 2;
}

/*
 * PMML, Multiple Models: the class whose maximum (median) is largest wins, and the distributions that gave it
 * that maximum (that come closest to that median) are averaged.
 */
static void
pick(const psy_pmml_ins *i, double *to, const double *x)
{
	uint32_t width = i->u.at[0], winner = 0, count = 0;
	double most = NAN, nearest = INFINITY;

	for (uint32_t c = 0; c < width; c++)
	{
		double value = of_class(i, x, c);

		if (!isnan(value) && !(value <= most))
			most = value, winner = c;
		to[c] = NAN;
	}
	for (uint32_t s = 0; s < i->n; s++)
		nearest = fmin(nearest, fabs(x[(size_t) s * width + winner] - most));
	for (uint32_t s = 0; s < i->n; s++)
	{
		if (!(fabs(x[(size_t) s * width + winner] - most) <= nearest))
			continue;
		for (uint32_t c = 0; c < width; c++)
			to[c] = (count == 0 ? 0 : to[c]) + x[(size_t) s * width + c];
		count++;
	}
	for (uint32_t c = 0; c < width && count > 0; c++)
		to[c] /= count;
}

static void
vote(const psy_pmml_ins *i, double *to, double class)
{
	if (class >= 0 && class < i->n)
		to[(uint32_t) class] += i->u.k;
}

/* ---- the machine ----------------------------------------------------------------------------- */

/* Whatever writes registers and goes on to the next instruction. */
static void
compute(const psy_pmml_view *p, const psy_pmml_ins *i, double *r)
{
	switch (i->code)
	{
		case PSY_PMML_CONST: r[i->to] = i->u.k; break;
		case PSY_PMML_COPY: memmove(r + i->to, r + i->a, i->n * sizeof(double)); break;
		case PSY_PMML_VECTOR: memcpy(r + i->to, p->number + i->u.at[0], i->n * sizeof(double)); break;
		case PSY_PMML_CALL: r[i->to] = psy_pmml_call(i->how, r + i->a, i->n); break;
		case PSY_PMML_LOOKUP: r[i->to] = look_up(i, r[i->a], p->number); break;
		case PSY_PMML_DEFAULT: r[i->to] = isnan(r[i->a]) ? i->u.k : r[i->a]; break;
		case PSY_PMML_NORM: r[i->to] = normalize(i, r[i->a], p->number); break;
		case PSY_PMML_GATHER: gather(i, r, p->number, p->word); break;
		case PSY_PMML_KERNEL: kernel(i, r, p->number); break;
		case PSY_PMML_SHARE:
			if (i->how < 2)
				share(i, r + i->to);
			else
				float_share(r + i->to, i->n, i->how == 2);
			break;
		case PSY_PMML_VOTE: vote(i, r + i->to, r[i->a]); break;
		case PSY_PMML_ADD:
			for (uint32_t k = 0; k < i->n; k++)
				r[i->to + k] += i->u.k * r[i->a + k];
			break;
		case PSY_PMML_BEST: r[i->to] = best(i, r + i->a); break;
		case PSY_PMML_DENSITY: density(i, r + i->to, r[i->a], p->number); break;
		case PSY_PMML_PICK: pick(i, r + i->to, r + i->a); break;
		default: psy_pmml_neighbours(p->number + i->u.at[0], r + i->a, i->n, r + i->to); break;
	}
}

const psy_pmml_ins *
psy_pmml_execute(const psy_pmml_view *p, double *r)
{
	uint32_t at = 0, codes = p->head->codes;

	for (uint32_t k = p->head->features; k < p->head->registers; k++)
		r[k] = NAN;
	while (at < codes)
	{
		const psy_pmml_ins *i = p->code + at;

		switch (i->code)
		{
			case PSY_PMML_TEST: at += test(i, r[i->a]); break;
			case PSY_PMML_JUMP: at += i->to; break;
			case PSY_PMML_IN: at += is_among(i, r[i->a], p->number); break;
			case PSY_PMML_WITHIN: at += is_within(i, r[i->a], p->number); break;
			case PSY_PMML_FAIL: return i;
			default:
				compute(p, i, r);
				at++;
				break;
		}
	}
	return NULL;
}

psy_status
psy_pmml_failure(const psy_pmml_view *p, const psy_pmml_ins *ins, psy_text name, double value, psy_error *err)
{
	const psy_pmml_feature *feature = &p->feature[ins->a];
	char what[96] = "";

	if (ins->how == PSY_PMML_IS_MISSING)
	{
		psy_fail(err, PSY_DOMAIN, "feature %u (\"%.*s\") is missing, which this model does not allow", ins->a + 1,
				 psy_utf8_clip(name.text, name.length, 100), name.text);
		return psy_hint(err, "The document says missingValueTreatment=\"returnInvalid\". Leave such rows out.");
	}
	if (feature->texts > 0 && value >= 0 && value < feature->texts && value == floor(value))
		psy_append(what, sizeof what, "\"%.*s\"",
				   psy_utf8_clip(p->byte + p->text[feature->first + (uint32_t) value].offset, p->text[feature->first + (uint32_t) value].length, 60),
				   p->byte + p->text[feature->first + (uint32_t) value].offset);
	else if (feature->texts > 0)
		psy_append(what, sizeof what, "a value that the document does not list");
	else
		psy_append(what, sizeof what, "%.15g", value);
	psy_fail(err, PSY_DOMAIN, "feature %u (\"%.*s\") is %s, which this model takes as invalid", ins->a + 1,
			 psy_utf8_clip(name.text, name.length, 100), name.text, what);
	return psy_hint(err, "The document says invalidValueTreatment=\"returnInvalid\", which is PMML's default. Correct the value, or give NULL where it is missing.");
}
