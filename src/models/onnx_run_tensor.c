/*
 * onnx_run_tensor.c - runs the instructions of ONNX along axes: reductions, products, convolutions, pools.
 *
 * Sums are double, in a fixed order, and rounded once: products of float32 numbers are exact in double, so that the
 * result is nearly always the float32 nearest to the true sum.
 */
#include "models/onnx_program.h"

#include "core/lanes.h"
#include "models/model_kernels.h"

#include <math.h>
#include <string.h>

/* ---- reductions ------------------------------------------------------------------------------ */

/* n numbers, `step` apart. */
typedef struct line
{
	const double *x;
	size_t n;
	size_t step;
} line;

static double
largest(line l, double sign)
{
	double most = sign * l.x[0];

	for (size_t k = 0; k < l.n; k++)
	{
		double x = sign * l.x[k * l.step];

		if (isnan(x))
			return NAN;
		most = x > most ? x : most;
	}
	return sign * most;
}

/* Where the largest stands, the first of several. */
static double
find_largest(line l, double sign)
{
	size_t best = 0;

	for (size_t k = 0; k < l.n; k++)
	{
		if (isnan(l.x[k * l.step]))
			return NAN;
		if (sign * l.x[k * l.step] > sign * l.x[best * l.step])
			best = k;
	}
	return (double) best;
}

static double
log_sum_exp(line l)
{
	double most = largest(l, 1), sum = 0;

	if (!isfinite(most))
		return most;
	for (size_t k = 0; k < l.n; k++)
		sum += exp(l.x[k * l.step] - most);
	return most + log(sum);
}

/* Sums of what becomes of each number. */
static double
sum_of(line l, uint32_t how)
{
	double sum = how == PSY_ONNX_PRODUCT ? 1 : 0;

	for (size_t k = 0; k < l.n; k++)
	{
		double x = l.x[k * l.step];

		if (how == PSY_ONNX_PRODUCT)
			sum *= x;
		else
			sum += how == PSY_ONNX_SQUARES || how == PSY_ONNX_NORM2 ? x * x : how == PSY_ONNX_NORM1 ? fabs(x) : x;
	}
	return sum;
}

static double
reduce(line l, uint32_t how)
{
	switch (how)
	{
		case PSY_ONNX_MEAN: return sum_of(l, how) / (double) l.n;
		case PSY_ONNX_NORM2: return sqrt(sum_of(l, how));
		case PSY_ONNX_LOG_SUM: return log(sum_of(l, how));
		case PSY_ONNX_LARGEST: return largest(l, 1);
		case PSY_ONNX_SMALLEST: return largest(l, -1);
		case PSY_ONNX_LOG_SUM_EXP: return log_sum_exp(l);
		case PSY_ONNX_ARGMAX: return find_largest(l, 1);
		case PSY_ONNX_ARGMIN: return find_largest(l, -1);
		default: return sum_of(l, how);
	}
}

psy_onnx_fault
psy_onnx_run_reduce(const psy_onnx_call *c)
{
	const uint32_t *word = psy_onnx_words(c);
	psy_onnx_around a = psy_onnx_axes(psy_onnx_in_shape(c, 0), word[0], word[1]);
	const double *x = psy_onnx_in(c, 0);
	double *out = psy_onnx_out(c, 0);
	uint32_t type = psy_onnx_out_shape(c, 0)->type;

	for (size_t o = 0; o < a.outer; o++)
		for (size_t i = 0; i < a.inner; i++)
		{
			double value = reduce((line){x + o * a.n * a.inner + i, a.n, a.inner}, c->i->how);

			*out++ = type == PSY_ONNX_INT ? trunc(value) : psy_onnx_fit(type, value);
		}
	return PSY_ONNX_FINE;
}

psy_onnx_fault
psy_onnx_run_softmax(const psy_onnx_call *c)
{
	const uint32_t *word = psy_onnx_words(c);
	psy_onnx_around a = psy_onnx_axes(psy_onnx_in_shape(c, 0), word[0], word[1]);
	uint32_t type = psy_onnx_out_shape(c, 0)->type;

	for (size_t o = 0; o < a.outer; o++)
		for (size_t i = 0; i < a.inner; i++)
		{
			size_t start = o * a.n * a.inner + i;
			line l = {psy_onnx_in(c, 0) + start, a.n, a.inner};
			double *out = psy_onnx_out(c, 0) + start, total = log_sum_exp(l);

			for (size_t k = 0; k < a.n; k++)
				out[k * a.inner] =
					psy_onnx_fit(type, c->i->how ? l.x[k * a.inner] - total : exp(l.x[k * a.inner] - total));
		}
	return PSY_ONNX_FINE;
}

/* ---- products -------------------------------------------------------------------------------- */

static void
dot_matrix(const psy_onnx_call *c, const double *a, const double *b, double *out)
{
	const psy_onnx_shape *to = psy_onnx_out_shape(c, 0), *of_a = psy_onnx_in_shape(c, 0);
	size_t m = to->dim[to->rank - 2], n = to->dim[to->rank - 1], k = of_a->dim[of_a->rank - 1];
	size_t stride[PSY_ONNX_RANK] = {0};
	double alpha = 1, beta = 0;
	const double *bias = NULL;

	if (c->i->ins == 4)
	{
		psy_onnx_strides(psy_onnx_in_shape(c, 2), to, stride);
		bias = psy_onnx_in(c, 2);
		alpha = psy_onnx_in(c, 3)[0];
		beta = psy_onnx_in(c, 3)[1];
	}
	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < n; j++)
		{
			double sum = alpha * psy_dot(a + i * k, b + j * k, k);

			out[i * n + j] = psy_onnx_fit(to->type, bias == NULL ? sum : sum + beta * bias[i * stride[0] + j * stride[1]]);
		}
}

psy_onnx_fault
psy_onnx_run_dot(const psy_onnx_call *c)
{
	const psy_onnx_shape *to = psy_onnx_out_shape(c, 0);
	size_t stride_a[PSY_ONNX_RANK], stride_b[PSY_ONNX_RANK], each = (size_t) to->dim[to->rank - 2] * to->dim[to->rank - 1];
	size_t batches = psy_onnx_count(to) / each;

	psy_onnx_strides(psy_onnx_in_shape(c, 0), to, stride_a);
	psy_onnx_strides(psy_onnx_in_shape(c, 1), to, stride_b);
	for (size_t batch = 0; batch < batches; batch++)
	{
		size_t rest = batch, at_a = 0, at_b = 0;

		for (uint32_t d = to->rank - 2; d-- > 0; rest /= to->dim[d])
		{
			at_a += rest % to->dim[d] * stride_a[d];
			at_b += rest % to->dim[d] * stride_b[d];
		}
		dot_matrix(c, psy_onnx_in(c, 0) + at_a, psy_onnx_in(c, 1) + at_b, psy_onnx_out(c, 0) + batch * each);
	}
	return PSY_ONNX_FINE;
}

psy_onnx_fault
psy_onnx_run_affine(const psy_onnx_call *c)
{
	uint32_t axis = psy_onnx_words(c)[0], type = psy_onnx_out_shape(c, 0)->type;
	psy_onnx_around a = psy_onnx_axes(psy_onnx_in_shape(c, 0), axis, axis + 1);
	const double *x = psy_onnx_in(c, 0), *offset = psy_onnx_in(c, 1), *scale = psy_onnx_in(c, 2), *shift = psy_onnx_in(c, 3);
	double *out = psy_onnx_out(c, 0);

	for (size_t o = 0; o < a.outer; o++)
		for (size_t k = 0; k < a.n; k++)
			for (size_t i = 0; i < a.inner; i++)
				*out++ = psy_onnx_fit(type, (*x++ - offset[k]) * scale[k] + shift[k]);
	return PSY_ONNX_FINE;
}

/* ---- windows --------------------------------------------------------------------------------- */

/* to[j] += weight * row[j * stride + from], where that lies within the row. */
static inline __attribute__((always_inline)) void
add_row(double *to, size_t outs, const double *row, size_t columns, int64_t from, size_t stride, double weight)
{
	size_t first = from >= 0 ? 0 : ((size_t) -from + stride - 1) / stride, end;

	if (from >= (int64_t) columns)
		return;
	end = (size_t) (((int64_t) columns - 1 - from) / (int64_t) stride) + 1;
	end = end < outs ? end : outs;
	if (stride == 1)
		for (size_t j = first; j < end; j++)
			to[j] += weight * row[(int64_t) j + from];
	else
		for (size_t j = first; j < end; j++)
			to[j] += weight * row[(int64_t) (j * stride) + from];
}

/* The same sums where few columns come out: along the kernel's row. */
static double
dot_row(const double *row, size_t columns, int64_t from, size_t dilation, const double *weight, size_t kernel)
{
	double sum = 0;

	if (dilation == 1 && from >= 0 && from + (int64_t) kernel <= (int64_t) columns)
		return psy_dot(row + from, weight, kernel);
	for (size_t k = 0; k < kernel; k++)
	{
		int64_t at = from + (int64_t) (k * dilation);

		if (at >= 0 && at < (int64_t) columns)
			sum += weight[k] * row[at];
	}
	return sum;
}

/* One row of one output channel: sum[outs].  Wider registers add more columns at a time, each in the same order. */
static PSY_CLONES void
conv_row(const psy_onnx_call *c, const double *x, const double *weight, size_t channels, size_t line_out, double *sum)
{
	const psy_onnx_window *w = (const psy_onnx_window *) psy_onnx_words(c);
	const psy_onnx_shape *in = psy_onnx_in_shape(c, 0), *kernel = psy_onnx_in_shape(c, 1);
	size_t outs = psy_onnx_out_shape(c, 0)->dim[3], rows = in->dim[2], columns = in->dim[3], kh = kernel->dim[2],
		   kw = kernel->dim[3];

	for (size_t channel = 0; channel < channels; channel++)
		for (size_t i = 0; i < kh; i++, weight += kw)
		{
			int64_t at = (int64_t) (line_out * w->stride[0] + i * w->dilation[0]) - w->before[0];
			const double *row = x + (channel * rows + (size_t) (at < 0 ? 0 : at)) * columns;

			if (at < 0 || at >= (int64_t) rows)
				continue;
			if (outs < 8)
				for (size_t j = 0; j < outs; j++)
					sum[j] += dot_row(row, columns, (int64_t) (j * w->stride[1]) - w->before[1], w->dilation[1], weight, kw);
			else
				for (size_t k = 0; k < kw; k++)
					add_row(sum, outs, row, columns, (int64_t) (k * w->dilation[1]) - w->before[1], w->stride[1], weight[k]);
		}
}

psy_onnx_fault
psy_onnx_run_conv(const psy_onnx_call *c)
{
	const psy_onnx_window *w = (const psy_onnx_window *) psy_onnx_words(c);
	const psy_onnx_shape *in = psy_onnx_in_shape(c, 0), *kernel = psy_onnx_in_shape(c, 1), *to = psy_onnx_out_shape(c, 0);
	size_t channels = kernel->dim[1], each = channels * kernel->dim[2] * kernel->dim[3], plane = (size_t) in->dim[2] * in->dim[3];
	size_t maps = to->dim[1] / w->group;
	double *out = psy_onnx_out(c, 0);

	for (size_t m = 0; m < to->dim[1]; m++)
		for (size_t row = 0; row < to->dim[2]; row++, out += to->dim[3])
		{
			double bias = c->i->ins == 3 ? psy_onnx_in(c, 2)[m] : 0;

			memset(c->scratch, 0, to->dim[3] * sizeof(double));
			conv_row(c, psy_onnx_in(c, 0) + m / maps * channels * plane, psy_onnx_in(c, 1) + m * each, channels, row, c->scratch);
			for (size_t j = 0; j < to->dim[3]; j++)
				out[j] = psy_onnx_fit(to->type, c->scratch[j] + bias);
		}
	return PSY_ONNX_FINE;
}

/* One window of one plane. */
static double
pool_window(const psy_onnx_window *w, uint32_t how, const double *plane, const psy_onnx_shape *in, size_t i, size_t j)
{
	double sum = 0, most = -INFINITY;
	size_t seen = 0, whole = 0;

	for (size_t a = 0; a < w->kernel[0]; a++)
		for (size_t b = 0; b < w->kernel[1]; b++)
		{
			int64_t y = (int64_t) (i * w->stride[0] + a * w->dilation[0]) - w->before[0];
			int64_t x = (int64_t) (j * w->stride[1] + b * w->dilation[1]) - w->before[1];
			double value;

			/* Padding counts, what hangs over its end does not. */
			whole += y < (int64_t) in->dim[2] + w->after[0] && x < (int64_t) in->dim[3] + w->after[1];
			if (y < 0 || x < 0 || y >= in->dim[2] || x >= in->dim[3])
				continue;
			value = plane[y * in->dim[3] + x];
			sum += value;
			most = value > most || isnan(value) ? value : most;
			seen++;
		}
	if (how == 0)
		return most;
	return sum / (double) (how == 1 ? seen : whole);
}

psy_onnx_fault
psy_onnx_run_pool(const psy_onnx_call *c)
{
	const psy_onnx_window *w = (const psy_onnx_window *) psy_onnx_words(c);
	const psy_onnx_shape *in = psy_onnx_in_shape(c, 0), *to = psy_onnx_out_shape(c, 0);
	const double *plane = psy_onnx_in(c, 0);
	double *out = psy_onnx_out(c, 0);

	for (size_t channel = 0; channel < to->dim[1]; channel++, plane += (size_t) in->dim[2] * in->dim[3])
		for (size_t i = 0; i < to->dim[2]; i++)
			for (size_t j = 0; j < to->dim[3]; j++)
				*out++ = psy_onnx_fit(to->type, pool_window(w, c->i->how, plane, in, i, j));
	return PSY_ONNX_FINE;
}

/* ---- the k largest --------------------------------------------------------------------------- */

/* Whether the number at a comes before the one at b: by size, then by place. */
static bool
before(const double *x, double sign, size_t a, size_t b)
{
	double d = sign * (x[a] - x[b]);

	return d > 0 || (!(d < 0) && a < b);
}

/* heap[0 .. n): the last one on top. */
static void
sift(const double *x, double sign, double *heap, size_t root, size_t n)
{
	for (size_t child; (child = 2 * root + 1) < n; root = child)
	{
		double held = heap[root];

		if (child + 1 < n && before(x, sign, (size_t) heap[child], (size_t) heap[child + 1]))
			child++;
		if (!before(x, sign, (size_t) held, (size_t) heap[child]))
			return;
		heap[root] = heap[child];
		heap[child] = held;
	}
}

/* The first k of x[n] in order: places in heap[0 .. k). */
static void
choose(const double *x, size_t n, double sign, double *heap, size_t k)
{
	for (size_t j = 0; j < k; j++)
		heap[j] = (double) j;
	for (size_t root = k / 2; root-- > 0;)
		sift(x, sign, heap, root, k);
	for (size_t j = k; j < n; j++)
		if (before(x, sign, j, (size_t) heap[0]))
		{
			heap[0] = (double) j;
			sift(x, sign, heap, 0, k);
		}
	for (size_t last = k; last-- > 1;)
	{
		double held = heap[0];

		heap[0] = heap[last];
		heap[last] = held;
		sift(x, sign, heap, 0, last);
	}
}

psy_onnx_fault
psy_onnx_run_topk(const psy_onnx_call *c)
{
	const psy_onnx_shape *in = psy_onnx_in_shape(c, 0);
	size_t n = in->dim[in->rank - 1], rows = psy_onnx_count(in) / n, k = psy_onnx_words(c)[0];

	for (size_t row = 0; row < rows; row++)
	{
		const double *x = psy_onnx_in(c, 0) + row * n;
		double *value = psy_onnx_out(c, 0) + row * k, *index = psy_onnx_out(c, 1) + row * k;
		bool known = true;

		for (size_t j = 0; j < n; j++)
			known &= !isnan(x[j]);
		if (known)
			choose(x, n, c->i->how ? 1 : -1, c->scratch, k);
		for (size_t j = 0; j < k; j++)
		{
			index[j] = known ? c->scratch[j] : NAN;
			value[j] = known ? x[(size_t) index[j]] : NAN;
		}
	}
	return PSY_ONNX_FINE;
}
