/*
 * onnx_run_ml.c - runs the instructions of ai.onnx.ml: encoders, trees, support vectors, and what classifiers make of
 * scores.
 *
 * The standard leaves open what becomes of two classes and of votes; where it does, ONNX Runtime's ways are followed
 * (onnxruntime/core/providers/cpu/ml, version 1.32), which exporters check themselves against.
 */
#include "models/onnx_program.h"

#include "models/model_kernels.h"

#include <math.h>
#include <string.h>

/* ---- encoders -------------------------------------------------------------------------------- */

static double
normaliser(const double *x, size_t n, uint32_t how)
{
	double sum = how == 0 ? -INFINITY : 0;

	for (size_t k = 0; k < n; k++)
		if (isnan(x[k]))
			return NAN;
		else if (how == 0)
			sum = x[k] > sum ? x[k] : sum;
		else
			sum += how == 1 ? fabs(x[k]) : x[k] * x[k];
	return how == 2 ? sqrt(sum) : sum;
}

psy_onnx_fault
psy_onnx_run_normalize(const psy_onnx_call *c)
{
	const psy_onnx_shape *in = psy_onnx_in_shape(c, 0);
	size_t n = in->dim[in->rank - 1], rows = psy_onnx_count(in) / n;

	for (size_t row = 0; row < rows; row++)
	{
		const double *x = psy_onnx_in(c, 0) + row * n;
		double *out = psy_onnx_out(c, 0) + row * n, by = normaliser(x, n, c->i->how);

		for (size_t k = 0; k < n; k++)
			out[k] = psy_onnx_fit(in->type, by == 0 ? x[k] : x[k] / by);
	}
	return PSY_ONNX_FINE;
}

psy_onnx_fault
psy_onnx_run_impute(const psy_onnx_call *c)
{
	const psy_onnx_shape *in = psy_onnx_in_shape(c, 0);
	size_t columns = in->dim[in->rank - 1], count = psy_onnx_count(in), values = psy_onnx_in_shape(c, 1)->dim[0];
	const double *x = psy_onnx_in(c, 0), *value = psy_onnx_in(c, 1);
	double replaced = *psy_onnx_in(c, 2), *out = psy_onnx_out(c, 0);

	for (size_t k = 0; k < count; k++)
		out[k] = isnan(replaced) ? (isnan(x[k]) ? value[values == 1 ? 0 : k % columns] : x[k])
				 : x[k] == replaced ? value[values == 1 ? 0 : k % columns]
									: x[k];
	return PSY_ONNX_FINE;
}

psy_onnx_fault
psy_onnx_run_one_hot(const psy_onnx_call *c)
{
	size_t count = psy_onnx_count(psy_onnx_in_shape(c, 0)), categories = psy_onnx_in_shape(c, 1)->dim[0];
	const double *x = psy_onnx_in(c, 0), *category = psy_onnx_in(c, 1);
	double *out = psy_onnx_out(c, 0);

	for (size_t k = 0; k < count; k++)
	{
		bool found = false;

		for (size_t j = 0; j < categories; j++)
		{
			*out++ = isnan(x[k]) ? NAN : x[k] == category[j];
			found |= x[k] == category[j];
		}
		if (!found && !isnan(x[k]) && c->i->how == 0)
			return PSY_ONNX_NO_CATEGORY;
	}
	return PSY_ONNX_FINE;
}

psy_onnx_fault
psy_onnx_run_lookup(const psy_onnx_call *c)
{
	size_t count = psy_onnx_count(psy_onnx_in_shape(c, 0)), keys = psy_onnx_in_shape(c, 1)->dim[0];
	const double *x = psy_onnx_in(c, 0), *key = psy_onnx_in(c, 1), *value = psy_onnx_in(c, 2);
	double *out = psy_onnx_out(c, 0);

	for (size_t k = 0; k < count; k++)
	{
		size_t j = 0;

		while (j < keys && x[k] != key[j] && !(isnan(x[k]) && isnan(key[j])))
			j++;
		/* A missing value has an answer only where it is a key. */
		out[k] = j < keys ? value[j] : isnan(x[k]) ? NAN : *psy_onnx_in(c, 3);
	}
	return PSY_ONNX_FINE;
}

/* ---- trees ----------------------------------------------------------------------------------- */

static bool
goes_next(const psy_onnx_node *node, double x)
{
	if (isnan(x))
		return (node->what & PSY_ONNX_SPLIT_MISSING) != 0 ||
			   (node->what & PSY_ONNX_SPLIT_MODE) >> PSY_ONNX_SPLIT_SHIFT == PSY_ONNX_BRANCH_NEQ;
	switch ((node->what & PSY_ONNX_SPLIT_MODE) >> PSY_ONNX_SPLIT_SHIFT)
	{
		case PSY_ONNX_BRANCH_LEQ: return x <= node->as.threshold;
		case PSY_ONNX_BRANCH_LT: return x < node->as.threshold;
		case PSY_ONNX_BRANCH_GTE: return x >= node->as.threshold;
		case PSY_ONNX_BRANCH_GT: return x > node->as.threshold;
		case PSY_ONNX_BRANCH_EQ: return x == node->as.threshold;
		default: return x != node->as.threshold;
	}
}

static const psy_onnx_node *
leaf_of(const psy_onnx_node *node, uint32_t at, const double *x)
{
	while ((node[at].what & PSY_ONNX_SPLIT_MODE) != 0)
		at = node[at].next + !goes_next(node + at, x[node[at].what & PSY_ONNX_SPLIT_FEATURE]);
	return node + at;
}

static void
take_leaf(uint32_t how, const psy_onnx_node *leaf, const uint32_t *target, const double *weight, double *sum, double *has)
{
	for (uint32_t k = leaf->as.pair[0]; k < leaf->as.pair[0] + leaf->as.pair[1]; k++)
	{
		uint32_t to = target[k];

		if (how <= PSY_ONNX_TREES_AVERAGE)
			sum[to] += weight[k];
		else if (!has[to] || (how == PSY_ONNX_TREES_MIN ? weight[k] < sum[to] : weight[k] > sum[to]))
			sum[to] = weight[k];
		has[to] = 1;
	}
}

psy_onnx_fault
psy_onnx_run_trees(const psy_onnx_call *c)
{
	const uint32_t *word = psy_onnx_words(c), *root = c->view->word + word[1], *target = c->view->word + word[4];
	double *sum = psy_onnx_out(c, 0), *has = psy_onnx_out(c, 1);
	const double *x = psy_onnx_in(c, 0);
	uint32_t type = psy_onnx_out_shape(c, 0)->type;

	for (uint32_t k = 0; k < word[0]; k++)
		sum[k] = has[k] = 0;
	for (uint32_t t = 0; t < word[2]; t++)
		take_leaf(c->i->how, leaf_of(c->view->node, root[t], x), target, psy_onnx_in(c, 1), sum, has);
	for (uint32_t k = 0; k < word[0]; k++)
		sum[k] = psy_onnx_fit(type, c->i->how == PSY_ONNX_TREES_AVERAGE ? sum[k] / word[2] : sum[k]);
	return PSY_ONNX_FINE;
}

/* ---- scores and labels ----------------------------------------------------------------------- */

static bool
any_nan(const double *x, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (isnan(x[k]))
			return true;
	return false;
}

/* The largest of the scores that there are. */
static double
largest_of(const double *score, const double *has, size_t n)
{
	size_t best = n;

	for (size_t k = 0; k < n; k++)
		if ((has == NULL || has[k] != 0) && (best == n || score[k] > score[best]))
			best = k;
	return best == n ? 0 : (double) best;
}

psy_onnx_fault
psy_onnx_run_decide(const psy_onnx_call *c)
{
	const double *score = psy_onnx_in(c, 0), *has = c->i->ins == 2 ? psy_onnx_in(c, 1) : NULL;
	size_t n = psy_onnx_count(psy_onnx_in_shape(c, 0));
	double positive = n == 2 && (has == NULL || has[1] != 0) ? score[1] : score[0];

	*psy_onnx_out(c, 0) = any_nan(score, n)	 ? NAN
						  : c->i->how == 0 ? largest_of(score, has, n)
										   : positive > (psy_onnx_words(c)[0] ? 0.5 : 0);
	return PSY_ONNX_FINE;
}

/* Softmax that leaves zeros as they are. */
static void
softmax_zero(double *x, size_t n)
{
	double most = -INFINITY, sum = 0;

	for (size_t k = 0; k < n; k++)
		most = x[k] > most ? x[k] : most;
	for (size_t k = 0; k < n; k++)
		if (fabs(x[k]) > 0.0000001)
			sum += x[k] = exp(x[k] - most);
		else
			x[k] *= exp(-most);
	for (size_t k = 0; k < n; k++)
		x[k] /= sum;
}

psy_onnx_fault
psy_onnx_run_scores(const psy_onnx_call *c)
{
	const double *x = psy_onnx_in(c, 0);
	double *out = psy_onnx_out(c, 0);
	uint32_t second = psy_onnx_words(c)[0], type = psy_onnx_out_shape(c, 0)->type;
	size_t n = psy_onnx_count(psy_onnx_out_shape(c, 0));

	if (second == PSY_ONNX_ALONE)
		memcpy(out, x, n * sizeof(double));
	else
	{
		out[0] = second == PSY_ONNX_COMPLEMENT ? 1 - x[0] : -x[0];
		out[1] = x[0];
	}
	if (c->i->how == PSY_ONNX_AS_LOGISTIC && second != PSY_ONNX_COMPLEMENT)
		for (size_t k = 0; k < n; k++)
			out[k] = psy_expit(out[k]);
	if (c->i->how == PSY_ONNX_AS_SOFTMAX && second == PSY_ONNX_ALONE)
		psy_softmax(x, n, out);
	if (c->i->how == PSY_ONNX_AS_SOFTMAX_ZERO && second == PSY_ONNX_ALONE)
		softmax_zero(out, n);
	for (size_t k = 0; k < n; k++)
		out[k] = psy_onnx_fit(type, out[k]);
	return PSY_ONNX_FINE;
}

/* ---- support vectors ------------------------------------------------------------------------- */

static double
squared_distance(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t k = 0; k < n; k++)
		sum += (a[k] - b[k]) * (a[k] - b[k]);
	return sum;
}

psy_onnx_fault
psy_onnx_run_kernels(const psy_onnx_call *c)
{
	const psy_onnx_shape *vector = psy_onnx_in_shape(c, 1);
	const double *x = psy_onnx_in(c, 0), *v = psy_onnx_in(c, 1), *setting = psy_onnx_in(c, 2);
	size_t n = vector->dim[1];

	for (size_t s = 0; s < vector->dim[0]; s++, v += n)
	{
		double value = c->i->how == PSY_ONNX_KERNEL_RBF ? squared_distance(x, v, n) : psy_dot(x, v, n);

		if (c->i->how == PSY_ONNX_KERNEL_RBF)
			value = exp(-setting[0] * value);
		else if (c->i->how == PSY_ONNX_KERNEL_POLY)
			value = pow(setting[0] * value + setting[1], setting[2]);
		else if (c->i->how == PSY_ONNX_KERNEL_SIGMOID)
			value = tanh(setting[0] * value + setting[1]);
		/* Left in double: sums of kernels cancel, and nothing but sums reads them. */
		psy_onnx_out(c, 0)[s] = value;
	}
	return PSY_ONNX_FINE;
}

psy_onnx_fault
psy_onnx_run_pairs(const psy_onnx_call *c)
{
	const uint32_t *count = psy_onnx_words(c);
	size_t classes = c->i->words, vectors = psy_onnx_count(psy_onnx_in_shape(c, 0)), start_i = 0, pair = 0;
	const double *kernel = psy_onnx_in(c, 0), *coef = psy_onnx_in(c, 1), *rho = psy_onnx_in(c, 2);

	for (size_t i = 0; i < classes; start_i += count[i++])
		for (size_t j = i + 1, start_j = start_i + count[i]; j < classes; start_j += count[j++], pair++)
			psy_onnx_out(c, 0)[pair] = psy_onnx_fit(
				PSY_ONNX_FLOAT, psy_dot(coef + (j - 1) * vectors + start_i, kernel + start_i, count[i]) +
									psy_dot(coef + i * vectors + start_j, kernel + start_j, count[j]) + rho[pair]);
	return PSY_ONNX_FINE;
}

psy_onnx_fault
psy_onnx_run_vote(const psy_onnx_call *c)
{
	size_t classes = psy_onnx_words(c)[0], pair = 0;
	const double *value = psy_onnx_in(c, 0);

	memset(c->scratch, 0, classes * sizeof(double));
	for (size_t i = 0; i < classes; i++)
		for (size_t j = i + 1; j < classes; j++, pair++)
			c->scratch[value[pair] > 0 ? i : j]++;
	*psy_onnx_out(c, 0) = any_nan(value, pair) ? NAN : largest_of(c->scratch, NULL, classes);
	return PSY_ONNX_FINE;
}

/* Q of Wu, Lin & Weng 2004, JMLR 5:975, eq. (33). */
static void
coupling_matrix(size_t k, const double *r, double *q)
{
	for (size_t t = 0; t < k; t++)
	{
		q[t * k + t] = 0;
		for (size_t j = 0; j < k; j++)
			if (j != t)
			{
				q[t * k + t] += r[j * k + t] * r[j * k + t];
				q[t * k + j] = -r[j * k + t] * r[t * k + j];
			}
	}
}

/* Largest distance of Q p from p'Q p; *pqp becomes the latter. */
static double
coupling_error(size_t k, const double *q, const double *p, double *qp, double *pqp)
{
	double worst = 0;

	*pqp = 0;
	for (size_t t = 0; t < k; t++)
	{
		qp[t] = 0;
		for (size_t j = 0; j < k; j++)
			qp[t] += q[t * k + j] * p[j];
		*pqp += p[t] * qp[t];
	}
	for (size_t t = 0; t < k; t++)
		worst = fabs(qp[t] - *pqp) > worst ? fabs(qp[t] - *pqp) : worst;
	return worst;
}

/* Their algorithm 2, stopped as ONNX Runtime stops it: the loose rule is part of the numbers. */
static void
couple(size_t k, const double *q, double *qp, double *p)
{
	double pqp;

	for (size_t t = 0; t < k; t++)
		p[t] = 1.0 / (double) k;
	for (int sweep = 0; sweep < 100 && coupling_error(k, q, p, qp, &pqp) >= 0.005 / (double) k; sweep++)
		for (size_t t = 0; t < k; t++)
		{
			double diff = (pqp - qp[t]) / q[t * k + t];

			p[t] += diff;
			pqp = (pqp + diff * (diff * q[t * k + t] + 2 * qp[t])) / (1 + diff) / (1 + diff);
			for (size_t j = 0; j < k; j++)
			{
				qp[j] = (qp[j] + diff * q[t * k + j]) / (1 + diff);
				p[j] /= 1 + diff;
			}
		}
}

psy_onnx_fault
psy_onnx_run_couple(const psy_onnx_call *c)
{
	size_t k = psy_onnx_words(c)[0], pair = 0;
	const double *value = psy_onnx_in(c, 0), *a = psy_onnx_in(c, 1), *b = psy_onnx_in(c, 2);
	double *r = c->scratch, *q = r + k * k, *qp = q + k * k, *p = psy_onnx_out(c, 0);

	for (size_t i = 0; i < k; i++)
		for (size_t j = i + 1; j < k; j++, pair++)
		{
			double share = psy_expit(-(value[pair] * a[pair] + b[pair]));

			share = share < 1e-7 ? 1e-7 : share > 1 - 1e-7 ? 1 - 1e-7 : share;
			r[i * k + j] = share;
			r[j * k + i] = 1 - share;
		}
	coupling_matrix(k, r, q);
	couple(k, q, qp, p);
	for (size_t t = 0; t < k; t++)
		p[t] = psy_onnx_fit(PSY_ONNX_FLOAT, any_nan(value, pair) ? NAN : p[t]);
	return PSY_ONNX_FINE;
}
