/*
 * test_images.c - what images hold, to the last digit; and hostile images, thousands of them and always the same: each header field with values that it must not have, files that end at
 * each byte, gzip streams damaged at each byte.  Built with the address and undefined-behaviour sanitizers.
 *
 * An image is used as the loaders use it: opened, read to its end, finished, and drawn as a mask.  Whatever is accepted must have bounded dimensions, a
 * finite affine with volume and all its voxels, and opening it must allocate nothing by what the header says.
 */
#include "grid_parcels.h"
#include "image_stats.h"
#include "volume.h"

#include <isa-l/igzip_lib.h>
#include <math.h>
#include <nifti/nifti1.h>
#include <nifti/nifti2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

size_t __sanitizer_get_current_allocated_bytes(void); /* sanitizer/allocator_interface.h, which gcc does not install */

#define OPENING_BYTES ((size_t) 1 << 18) /* an inflate state, a chunk of input, a hash */

typedef struct field
{
	size_t at;
	int bytes;
	char kind; /* i: integer, f: floating point, t: text */
} field;

#define F(type, member, kind) {offsetof(type, member), sizeof(((type *) 0)->member), kind}
#define E(type, member, k, kind) {offsetof(type, member) + (k) * sizeof(((type *) 0)->member[0]), sizeof(((type *) 0)->member[0]), kind}
#define ARRAY8(type, member, kind)                                                                                       \
	E(type, member, 0, kind), E(type, member, 1, kind), E(type, member, 2, kind), E(type, member, 3, kind),              \
		E(type, member, 4, kind), E(type, member, 5, kind), E(type, member, 6, kind), E(type, member, 7, kind)
#define ARRAY4(type, member, kind)                                                                                       \
	E(type, member, 0, kind), E(type, member, 1, kind), E(type, member, 2, kind), E(type, member, 3, kind)
#define COMMON(type)                                                                                                     \
	F(type, sizeof_hdr, 'i'), ARRAY8(type, dim, 'i'), F(type, intent_p1, 'f'), F(type, intent_p2, 'f'),                  \
		F(type, intent_p3, 'f'), F(type, intent_code, 'i'), F(type, datatype, 'i'), F(type, bitpix, 'i'),                \
		F(type, slice_start, 'i'), ARRAY8(type, pixdim, 'f'), F(type, scl_slope, 'f'), F(type, scl_inter, 'f'),          \
		F(type, slice_end, 'i'), F(type, slice_code, 'i'), F(type, xyzt_units, 'i'), F(type, cal_max, 'f'),              \
		F(type, cal_min, 'f'), F(type, slice_duration, 'f'), F(type, toffset, 'f'), F(type, descrip, 't'),               \
		F(type, aux_file, 't'), F(type, qform_code, 'i'), F(type, sform_code, 'i'), F(type, quatern_b, 'f'),             \
		F(type, quatern_c, 'f'), F(type, quatern_d, 'f'), F(type, qoffset_x, 'f'), F(type, qoffset_y, 'f'),              \
		F(type, qoffset_z, 'f'), ARRAY4(type, srow_x, 'f'), ARRAY4(type, srow_y, 'f'), ARRAY4(type, srow_z, 'f'),        \
		F(type, intent_name, 't'), F(type, magic, 't'), F(type, dim_info, 'i')

static const field fields1[] = {COMMON(nifti_1_header), F(nifti_1_header, vox_offset, 'f')};
static const field fields2[] = {COMMON(nifti_2_header), F(nifti_2_header, vox_offset, 'i')};
static const double reals[] = {0, -0.0, 1, -1, 0.5, 1e-38, 1e38, -1e38, 3e9, 1e300, 351, 352.5, 1e6, NAN, INFINITY, -INFINITY};
static const int64_t wholes[] = {0, 1, -1, 2, 3, 6, 7, 8, 255, 348, 540, 32767, -32768, 65536, INT32_MAX, INT32_MIN, 1ll << 40, INT64_MAX, INT64_MIN};

typedef struct file
{
	uint8_t bytes[2048];
	size_t size;
} file;

static void
swap(uint8_t *bytes, size_t size, bool swapped)
{
	for (size_t i = 0; swapped && i < size / 2; i++)
	{
		uint8_t keep = bytes[i];

		bytes[i] = bytes[size - 1 - i];
		bytes[size - 1 - i] = keep;
	}
}

static void
put(file *f, const field *to, int64_t whole, double real, bool swapped)
{
	float single = (float) real;
	uint8_t *at = f->bytes + to->at;

	if (to->kind == 't')
		memset(at, (int) whole, (size_t) to->bytes);
	else if (to->kind == 'i')
		memcpy(at, &whole, (size_t) to->bytes);
	else
		memcpy(at, to->bytes == 4 ? (void *) &single : (void *) &real, (size_t) to->bytes);
	if (to->kind != 't')
		swap(at, (size_t) to->bytes, swapped);
}

/* 4 x 5 x 6 of int16, voxel v holds v. */
static file
good_file(int version, bool swapped)
{
	static const int dims[8] = {3, 4, 5, 6, 1, 1, 1, 1};
	file f = {.size = (version == 1 ? 352 : 544) + 240};
	const field *fields = version == 1 ? fields1 : fields2;
	size_t offset = f.size - 240;

	put(&f, &fields[0], version == 1 ? 348 : 540, 0, swapped);
	for (int i = 0; i < 8; i++)
		put(&f, &fields[1 + i], dims[i], 0, swapped);
	if (version == 1)
	{
		nifti_1_header h = {.datatype = 4, .bitpix = 16, .vox_offset = 352, .sform_code = 1, .srow_x = {2, 0, 0, -3}, .srow_y = {0, 2, 0, -4}, .srow_z = {0, 0, 2, -5}};

		put(&f, &(field)F(nifti_1_header, datatype, 'i'), 4, 0, swapped);
		put(&f, &(field)F(nifti_1_header, vox_offset, 'f'), 0, h.vox_offset, swapped);
		put(&f, &(field)F(nifti_1_header, sform_code, 'i'), 1, 0, swapped);
		for (size_t i = 0; i < 12; i++)
			put(&f, &(field){offsetof(nifti_1_header, srow_x) + 4 * i, 4, 'f'}, 0, (i < 4 ? h.srow_x : i < 8 ? h.srow_y : h.srow_z)[i % 4], swapped);
		memcpy(f.bytes + offsetof(nifti_1_header, magic), "n+1", 4);
	}
	else
	{
		put(&f, &(field)F(nifti_2_header, datatype, 'i'), 4, 0, swapped);
		put(&f, &(field)F(nifti_2_header, vox_offset, 'i'), 544, 0, swapped);
		put(&f, &(field)F(nifti_2_header, sform_code, 'i'), 1, 0, swapped);
		for (size_t i = 0; i < 12; i++)
			put(&f, &(field){offsetof(nifti_2_header, srow_x) + 8 * i, 8, 'f'}, 0, i % 4 == 3 ? -3 - (double) (i / 4) : i % 5 == 0 ? 2 : 0, swapped);
		memcpy(f.bytes + offsetof(nifti_2_header, magic), "n+2\0\r\n\032\n", 8);
	}
	for (int16_t v = 0; v < 120; v++)
	{
		memcpy(f.bytes + offset + 2 * v, &v, 2);
		swap(f.bytes + offset + 2 * v, 2, swapped);
	}
	return f;
}

static void
check_accepted(const nifti *n, size_t allocated)
{
	assert_true(n->grid.dims[0] >= 1 && n->grid.dims[1] >= 1 && n->grid.dims[2] >= 1);
	assert_true(n->voxels == lattice_voxels(&n->grid) && n->voxels <= NIFTI_MAX_VOXELS && n->volumes >= 1);
	assert_true(n->voxels * n->volumes * n->width <= NIFTI_MAX_BYTES);
	for (int i = 0; i < 12; i++)
		assert_true(isfinite(n->grid.affine[i]));
	assert_true(lattice_voxel_volume(&n->grid) > 0);
	assert_true(isnan(n->tr) || n->tr > 0);
	assert_true(allocated < OPENING_BYTES);
}

/* Opens, draws as a mask what has few voxels, reads to the end; whether it was accepted, and the payload's hash. */
static bool
use(const void *bytes, size_t size, uint8_t payload[SHA256_BYTES])
{
	size_t before = __sanitizer_get_current_allocated_bytes();
	uint8_t *exact = malloc(size ? size : 1);
	psy_error err = {0};
	nifti n;
	volumes v = {0};
	slab s = {0};
	psy_status status;

	if (size > 0)
		memcpy(exact, bytes, size);
	status = nifti_open_memory(&n, exact, size, &err);
	if (status == PSY_OK)
		check_accepted(&n, __sanitizer_get_current_allocated_bytes() - before - (size ? size : 1));
	if (status == PSY_OK)
		status = volumes_start(&v, &n, NULL, &err);
	while (status == PSY_OK && (status = volumes_next(&v, &s, &err)) == PSY_OK && s.count > 0)
		;
	if (status == PSY_OK)
		status = nifti_finish(&n, payload, &err);
	volumes_free(&v);
	nifti_close(&n);
	if (status != PSY_OK)
		assert_true(err.message[0] != '\0');
	if (status == PSY_OK && nifti_open_memory(&n, exact, size, &err) == PSY_OK)
	{
		parcels p;

		if (parcels_of_mask(&p, &n, NULL, &err) == PSY_OK)
			parcels_free(&p);
		nifti_close(&n);
	}
	free(exact);
	return status == PSY_OK;
}

static size_t
compress(const void *bytes, size_t size, uint8_t *to, size_t room)
{
	struct isal_zstream z;

	isal_deflate_stateless_init(&z);
	z.next_in = (uint8_t *) (uintptr_t) bytes;
	z.avail_in = (uint32_t) size;
	z.next_out = to;
	z.avail_out = (uint32_t) room;
	z.end_of_stream = 1;
	z.flush = NO_FLUSH;
	z.gzip_flag = IGZIP_GZIP;
	assert_int_equal(isal_deflate_stateless(&z), COMP_OK);
	return z.total_out;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void
good_files(void **state)
{
	uint8_t one[SHA256_BYTES], other[SHA256_BYTES];
	file f = good_file(1, false), g = good_file(2, false);

	(void) state;
	assert_true(use(f.bytes, f.size, one) && use(g.bytes, g.size, other));
	assert_memory_equal(one, other, sizeof one);
	f = good_file(1, true);
	g = good_file(2, true);
	assert_true(use(f.bytes, f.size, one) && use(g.bytes, g.size, other));
}

static size_t
try_field(int version, bool swapped, const field *at)
{
	size_t cases = at->kind == 'f' ? sizeof reals / sizeof *reals : sizeof wholes / sizeof *wholes;
	uint8_t payload[SHA256_BYTES];

	for (size_t k = 0; k < cases; k++)
	{
		file f = good_file(version, swapped);

		put(&f, at, wholes[k % (sizeof wholes / sizeof *wholes)], reals[k % (sizeof reals / sizeof *reals)], swapped);
		use(f.bytes, f.size, payload);
	}
	return cases;
}

static void
each_field(void **state)
{
	size_t cases = 0;

	(void) state;
	for (int k = 0; k < 4; k++)
	{
		const field *fields = k < 2 ? fields1 : fields2;
		size_t count = k < 2 ? sizeof fields1 / sizeof *fields1 : sizeof fields2 / sizeof *fields2;

		for (size_t i = 0; i < count; i++)
			cases += try_field(k < 2 ? 1 : 2, k % 2, &fields[i]);
	}
	print_message("%zu headers\n", cases);
	assert_true(cases >= 700);
}

/* What makes no sense must be refused, not merely survived. */
static void
refused_fields(void **state)
{
	static const struct
	{
		field at;
		int64_t whole;
		double real;
	} wrong[] = {
		{F(nifti_1_header, sizeof_hdr, 'i'), 349, 0}, {E(nifti_1_header, dim, 0, 'i'), 0, 0},		{E(nifti_1_header, dim, 0, 'i'), 8, 0},
		{E(nifti_1_header, dim, 0, 'i'), -1, 0},	  {E(nifti_1_header, dim, 1, 'i'), 0, 0},		{E(nifti_1_header, dim, 2, 'i'), -5, 0},
		{E(nifti_1_header, dim, 3, 'i'), 32767, 0},	  {E(nifti_1_header, dim, 3, 'i'), 7, 0},		{F(nifti_1_header, datatype, 'i'), 0, 0},
		{F(nifti_1_header, datatype, 'i'), 1, 0},	  {F(nifti_1_header, datatype, 'i'), 32, 0},	{F(nifti_1_header, datatype, 'i'), 128, 0},
		{F(nifti_1_header, datatype, 'i'), 1536, 0},  {F(nifti_1_header, datatype, 'i'), 1792, 0},	{F(nifti_1_header, datatype, 'i'), 2048, 0},
		{F(nifti_1_header, datatype, 'i'), 2304, 0},  {F(nifti_1_header, vox_offset, 'f'), 0, 0},	{F(nifti_1_header, vox_offset, 'f'), 0, 351},
		{F(nifti_1_header, vox_offset, 'f'), 0, NAN}, {F(nifti_1_header, vox_offset, 'f'), 0, 353}, {F(nifti_1_header, vox_offset, 'f'), 0, 1e38},
		{E(nifti_1_header, srow_x, 0, 'f'), 0, 0},	  {E(nifti_1_header, srow_y, 3, 'f'), 0, NAN},	{E(nifti_1_header, srow_z, 2, 'f'), 0, INFINITY},
		{F(nifti_1_header, magic, 't'), 0, 0},
	};
	uint8_t payload[SHA256_BYTES];

	(void) state;
	for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
		for (int swapped = 0; swapped < 2; swapped++)
		{
			file f = good_file(1, swapped);

			put(&f, &wrong[k].at, wrong[k].whole, wrong[k].real, swapped);
			if (use(f.bytes, f.size, payload))
				fail_msg("wrong field %zu was accepted", k);
		}
}

static void
each_type(void **state)
{
	uint8_t payload[SHA256_BYTES];
	size_t accepted = 0;

	(void) state;
	for (int64_t code = INT16_MIN; code <= INT16_MAX; code++)
	{
		file f = good_file(1, false);

		put(&f, &(field)F(nifti_1_header, datatype, 'i'), code, 0, false);
		put(&f, &(field)E(nifti_1_header, dim, 3, 'i'), 1, 0, false); /* room enough for eight bytes a voxel */
		accepted += use(f.bytes, f.size, payload);
	}
	assert_int_equal(accepted, 10);
}

static void
ends_at_each_byte(void **state)
{
	uint8_t payload[SHA256_BYTES], zipped[2048];
	size_t cases = 0;

	(void) state;
	for (int version = 1; version <= 2; version++)
	{
		file f = good_file(version, false);
		size_t size = compress(f.bytes, f.size, zipped, sizeof zipped);

		for (size_t end = 0; end < f.size; end++, cases++)
			if (use(f.bytes, end, payload))
				fail_msg("version %d that ends at byte %zu was accepted", version, end);
		for (size_t end = 0; end < size; end++, cases++)
			if (use(zipped, end, payload))
				fail_msg("version %d that ends at compressed byte %zu was accepted", version, end);
	}
	print_message("%zu ends\n", cases);
}

/* A damaged stream is refused, or (its time stamp, say) means the same. */
static void
damaged_gzip(void **state)
{
	uint8_t payload[SHA256_BYTES], good[SHA256_BYTES], zipped[2048];
	file f = good_file(1, false);
	size_t size = compress(f.bytes, f.size, zipped, sizeof zipped), survived = 0;

	(void) state;
	assert_true(use(zipped, size, good));
	for (size_t bit = 0; bit < 8 * size; bit++)
	{
		zipped[bit / 8] ^= (uint8_t) (1 << bit % 8);
		if (use(zipped, size, payload))
		{
			assert_memory_equal(payload, good, sizeof good);
			survived++;
		}
		zipped[bit / 8] ^= (uint8_t) (1 << bit % 8);
	}
	assert_true(survived < 80);
	for (size_t bit = 8 * (size - 8); bit < 8 * size; bit++) /* checksum and length */
	{
		zipped[bit / 8] ^= (uint8_t) (1 << bit % 8);
		assert_false(use(zipped, size, payload));
		zipped[bit / 8] ^= (uint8_t) (1 << bit % 8);
	}
}

static void
members(void **state)
{
	uint8_t payload[SHA256_BYTES], good[SHA256_BYTES], zipped[4096];
	file f = good_file(1, false);

	(void) state;
	assert_true(use(f.bytes, f.size, good));
	for (size_t split = 0; split <= f.size; split++)
	{
		size_t first = compress(f.bytes, split, zipped, sizeof zipped);
		size_t second = compress(f.bytes + split, f.size - split, zipped + first, sizeof zipped - first);

		assert_true(use(zipped, first + second, payload));
		assert_memory_equal(payload, good, sizeof good);
		zipped[first + second] = 0;
		assert_false(use(zipped, first + second + 1, payload)); /* a byte after the end */
		assert_false(use(zipped, first, payload) && split < f.size);
	}
}

static void
bombs(void **state)
{
	size_t room = (size_t) 128 << 20;
	uint8_t *zeros = calloc(room, 1), *zipped = malloc((size_t) 1 << 24), payload[SHA256_BYTES];
	clock_t start = clock();
	file f = good_file(1, false);
	size_t size;

	(void) state;
	memcpy(zeros, f.bytes, f.size);
	size = compress(zeros, room, zipped, (size_t) 1 << 24);
	assert_false(use(zipped, size, payload)); /* more than the header says */
	assert_true((double) (clock() - start) / CLOCKS_PER_SEC < 10);
	for (int64_t n = 1000; n <= 32767; n += 1000) /* less than it says, which the size of the file tells already */
	{
		for (int i = 1; i <= 3; i++)
			put(&f, &(field){offsetof(nifti_1_header, dim) + 2 * (size_t) i, 2, 'i'}, n, 0, false);
		size = compress(f.bytes, f.size, zipped, (size_t) 1 << 20);
		start = clock();
		assert_false(use(zipped, size, payload));
		assert_true((double) (clock() - start) / CLOCKS_PER_SEC < 1);
	}
	free(zeros);
	free(zipped);
}

/* Labels that a label image must not have, and maps that are none. */
static void
hostile_values(void **state)
{
	static const int16_t values[] = {-1, 1, 2, 3, 100, INT16_MAX, INT16_MIN};
	static const int64_t label[] = {1, 2, 3};

	(void) state;
	for (size_t k = 0; k < sizeof values / sizeof *values; k++)
	{
		file f = good_file(1, false);
		psy_error err = {0};
		nifti n;
		parcels p;

		for (int v = 0; v < 120; v++)
			memcpy(f.bytes + 352 + 2 * v, v == 77 ? &values[k] : &(int16_t){0}, 2);
		assert_int_equal(nifti_open_memory(&n, f.bytes, f.size, &err), PSY_OK);
		if (parcels_of_labels(&p, &n, label, 3, NULL, &err) == PSY_OK)
		{
			assert_true(values[k] >= 1 && values[k] <= 3 && p.parts == 1 && p.part[0].start == 77 && p.voxels[values[k] - 1] == 1);
			parcels_free(&p);
		}
		else
			assert_true(values[k] < 1 || values[k] > 3);
		nifti_close(&n);
	}
}

/* ---- right ones ------------------------------------------------------------------------------ */

static void
open_good(nifti *n, file *f)
{
	psy_error err = {0};

	*f = good_file(1, false);
	assert_int_equal(nifti_open_memory(n, f->bytes, f->size, &err), PSY_OK);
}

/* The grid of the good file moved by so many of its voxels along each index. */
static lattice
moved(const lattice *g, double i, double j, double k)
{
	lattice to = *g;
	double p[3] = {i, j, k}, mm[3];

	lattice_apply(g->affine, p, mm);
	for (int row = 0; row < 3; row++)
		to.affine[4 * row + 3] = mm[row];
	return to;
}

/* A voxel (i, j, k) of the good file holds i + 4 j + 20 k: interpolation is exact, and outside there is nothing. */
static void
interpolation(void **state)
{
	file f;
	nifti n;
	volumes v;
	slab s;
	psy_error err = {0};
	lattice onto;

	(void) state;
	open_good(&n, &f);
	onto = moved(&n.grid, 0.25, 0.5, 0.75);
	assert_int_equal(volumes_start(&v, &n, &onto, &err), PSY_OK);
	assert_int_equal(volumes_next(&v, &s, &err), PSY_OK);
	assert_int_equal(s.count, 120);
	for (int at = 0; at < 120; at++)
	{
		double i = at % 4 + 0.25, j = at / 4 % 5 + 0.5, k = at / 20 + 0.75;

		if (i > 3 || j > 4 || k > 5)
			assert_true(isnan(s.value[at]));
		else
			assert_true(fabs(s.value[at] - (i + 4 * j + 20 * k)) < 1e-9);
	}
	volumes_free(&v);
	nifti_close(&n);
}

static void
nearest(void **state)
{
	static const double shift[] = {0.2, 0.4, -0.4};
	file f;
	nifti n;
	parcels here, there;
	psy_error err = {0};

	(void) state;
	for (size_t k = 0; k < 3; k++)
	{
		lattice onto;

		open_good(&n, &f);
		assert_int_equal(parcels_of_mask(&here, &n, NULL, &err), PSY_OK);
		nifti_close(&n);
		open_good(&n, &f);
		onto = moved(&n.grid, shift[k], 0, -shift[k]);
		assert_int_equal(parcels_of_mask(&there, &n, &onto, &err), PSY_OK);
		assert_int_equal(here.regions, 119);
		assert_int_equal(there.regions, 119);
		for (size_t p = 0; p < here.parts; p++)
			assert_int_equal(here.part[p].start, there.part[p].start);
		parcels_free(&here);
		parcels_free(&there);
		nifti_close(&n);
	}
}

/* Region 1 is the voxels of value 1, 2, 3 and 10 that a label image of the same grid picks. */
static void
statistics(void **state)
{
	static const int64_t label[] = {1, 2};
	static const double expected[STATS] = {4, 4.08248290463863, 2.5, 1, 10, 4, 32, 1, 4};
	file f, labels = good_file(1, false);
	nifti n, l;
	parcels p;
	volumes v;
	stat_list list;
	double *value[STATS], coverage[2];
	psy_error err = {0};

	(void) state;
	for (int16_t at = 0; at < 120; at++)
		memcpy(labels.bytes + 352 + 2 * at, &(int16_t){at == 1 || at == 2 || at == 3 || at == 10}, 2);
	assert_int_equal(nifti_open_memory(&l, labels.bytes, labels.size, &err), PSY_OK);
	assert_int_equal(parcels_of_labels(&p, &l, label, 2, NULL, &err), PSY_OK);
	open_good(&n, &f);
	assert_int_equal(image_stat_list("mean,sd,median,min,max,n_voxels,volume_mm3,coverage,weighted_mean", &list, &err), PSY_OK);
	for (int k = 0; k < STATS; k++)
		value[k] = calloc(2, sizeof **value);
	assert_int_equal(volumes_start(&v, &n, NULL, &err), PSY_OK);
	assert_int_equal(image_stats(&v, &p, NULL, &list, value, coverage, &err), PSY_OK);
	for (int k = 0; k < STATS; k++)
	{
		assert_true(fabs(value[k][0] - expected[k]) < 1e-12);
		assert_true(k == STAT_N_VOXELS || k == STAT_VOLUME_MM3 || k == STAT_COVERAGE ? value[k][1] == 0 : isnan(value[k][1]));
		free(value[k]);
	}
	assert_true(coverage[0] == 1 && coverage[1] == 0);
	volumes_free(&v);
	parcels_free(&p);
	nifti_close(&n);
	nifti_close(&l);
}

/* Volumes longer than a slab, of the largest values of a type, of the smallest and of mixed ones. */
enum
{
	LONG_VOXELS = 40 * 40 * 11,
	LONG_VOLUMES = 3
};

_Static_assert(LONG_VOXELS > SLAB_VOXELS, "a region must go on into a second slab");

typedef struct small_type
{
	int code, bytes;
	int64_t least, most;
} small_type;

static const small_type small_types[] = {
	{DT_INT8, 1, INT8_MIN, INT8_MAX}, {DT_UINT8, 1, 0, UINT8_MAX}, {DT_INT16, 2, INT16_MIN, INT16_MAX}, {DT_UINT16, 2, 0, UINT16_MAX}};

static int64_t
long_voxel(const small_type *t, size_t volume, size_t v)
{
	return volume == 0 ? t->most : volume == 1 ? t->least : t->least + (int64_t) (v * 2654435761u % (uint64_t) (t->most - t->least + 1));
}

static uint8_t *
long_image(const small_type *t, bool swapped, bool scaled, size_t *size)
{
	static const int dims[5] = {4, 40, 40, 11, LONG_VOLUMES};
	file f = good_file(1, swapped);
	uint8_t *bytes, *to;

	*size = 352 + (size_t) (LONG_VOXELS * LONG_VOLUMES * t->bytes);
	to = (bytes = malloc(*size)) + 352;
	for (int i = 0; i < 5; i++)
		put(&f, &fields1[1 + i], dims[i], 0, swapped);
	put(&f, &(field)F(nifti_1_header, datatype, 'i'), t->code, 0, swapped);
	put(&f, &(field)F(nifti_1_header, scl_slope, 'f'), 0, scaled ? 2 : 0, swapped);
	put(&f, &(field)F(nifti_1_header, scl_inter, 'f'), 0, 1, swapped);
	memcpy(bytes, f.bytes, 352);
	for (size_t v = 0; v < LONG_VOXELS * LONG_VOLUMES; v++, to += t->bytes)
	{
		memcpy(to, &(int64_t){long_voxel(t, v / LONG_VOXELS, v % LONG_VOXELS)}, (size_t) t->bytes);
		swap(to, (size_t) t->bytes, swapped);
	}
	return bytes;
}

/* A region over nearly the whole volume, two that take turns behind it, and one without voxels. */
static int64_t
long_label(size_t v)
{
	return v < LONG_VOXELS - 200 ? 1 : v % 3 ? 2 : 3;
}

/* Percent: a quarter in every second voxel, a half in the others. */
static int64_t
long_percent(size_t v)
{
	return v % 2 ? 25 : 50;
}

/* An atlas whose voxels hold what a rule gives. */
static uint8_t *
open_long_atlas(nifti *n, int64_t (*voxel)(size_t))
{
	static const int dims[4] = {3, 40, 40, 11};
	file f = good_file(1, false);
	uint8_t *bytes = malloc(352 + 2 * LONG_VOXELS);
	psy_error err = {0};

	for (int i = 0; i < 4; i++)
		put(&f, &fields1[1 + i], dims[i], 0, false);
	memcpy(bytes, f.bytes, 352);
	for (size_t v = 0; v < LONG_VOXELS; v++)
		memcpy(bytes + 352 + 2 * v, &(int16_t){(int16_t) voxel(v)}, 2);
	assert_int_equal(nifti_open_memory(n, bytes, 352 + 2 * LONG_VOXELS, &err), PSY_OK);
	return bytes;
}

static void
check_long_image(const parcels *p, const small_type *t, bool swapped, bool scaled)
{
	double mean[LONG_VOLUMES][4], coverage[4];
	size_t size;
	uint8_t *bytes = long_image(t, swapped, scaled, &size);
	psy_error err = {0};
	nifti n;
	volumes v;

	assert_int_equal(nifti_open_memory(&n, bytes, size, &err), PSY_OK);
	assert_int_equal(volumes_start(&v, &n, NULL, &err), PSY_OK);
	assert_int_equal(volume_region_series(&v, p, mean[0], coverage, &err), PSY_OK);
	for (size_t volume = 0; volume < LONG_VOLUMES; volume++)
	{
		int64_t sum[4] = {0}, count[4] = {0};

		for (size_t at = 0; at < LONG_VOXELS; at++)
		{
			sum[long_label(at) - 1] += scaled ? 2 * long_voxel(t, volume, at) + 1 : long_voxel(t, volume, at);
			count[long_label(at) - 1]++;
		}
		for (size_t r = 0; r < 3; r++)
			assert_true(mean[volume][r] == (double) sum[r] / (double) count[r]);
		assert_true(isnan(mean[volume][3]));
	}
	assert_true(coverage[0] == 1 && coverage[1] == 1 && coverage[2] == 1 && coverage[3] == 0);
	volumes_free(&v);
	nifti_close(&n);
	free(bytes);
}

/* What is summed as it is stored has the mean of its whole numbers, to the last bit, however large they are. */
static void
small_integers(void **state)
{
	static const int64_t label[] = {1, 2, 3, 4};
	psy_error err = {0};
	uint8_t *bytes;
	nifti n;
	parcels p;

	(void) state;
	bytes = open_long_atlas(&n, long_label);
	assert_int_equal(parcels_of_labels(&p, &n, label, 4, NULL, &err), PSY_OK);
	nifti_close(&n);
	free(bytes);
	for (size_t k = 0; k < sizeof small_types / sizeof *small_types; k++)
		for (int way = 0; way < 4; way++)
			check_long_image(&p, &small_types[k], way & 1, way & 2);
	parcels_free(&p);
}

/* Weights are not passed over by it. */
static void
weighted_integers(void **state)
{
	static const int64_t label[] = {1};
	const small_type *t = &small_types[2];
	double mean[LONG_VOLUMES];
	size_t size;
	psy_error err = {0};
	nifti n;
	uint8_t *map = open_long_atlas(&n, long_percent), *bytes = long_image(t, false, false, &size);
	volumes v;
	parcels p;

	(void) state;
	assert_int_equal(parcels_of_maps(&p, &n, label, 1, NULL, &err), PSY_OK);
	nifti_close(&n);
	assert_int_equal(nifti_open_memory(&n, bytes, size, &err), PSY_OK);
	assert_int_equal(volumes_start(&v, &n, NULL, &err), PSY_OK);
	assert_int_equal(volume_region_series(&v, &p, mean, NULL, &err), PSY_OK);
	for (size_t volume = 0; volume < LONG_VOLUMES; volume++)
	{
		int64_t sum = 0, weight = 0;

		for (size_t at = 0; at < LONG_VOXELS; at++)
		{
			sum += long_percent(at) * long_voxel(t, volume, at);
			weight += long_percent(at);
		}
		assert_true(mean[volume] == (double) sum / (double) weight);
	}
	volumes_free(&v);
	parcels_free(&p);
	nifti_close(&n);
	free(map);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_files),	cmocka_unit_test(each_field),	cmocka_unit_test(refused_fields),
		cmocka_unit_test(each_type),	cmocka_unit_test(ends_at_each_byte), cmocka_unit_test(damaged_gzip),
		cmocka_unit_test(members),		cmocka_unit_test(bombs),		cmocka_unit_test(hostile_values),
		cmocka_unit_test(interpolation), cmocka_unit_test(nearest),		cmocka_unit_test(statistics),
		cmocka_unit_test(small_integers), cmocka_unit_test(weighted_integers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
