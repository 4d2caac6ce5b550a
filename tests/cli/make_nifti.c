/*
 * make_nifti.c - writes small NIfTI images for the tests, right ones and wrong ones.
 *
 *   make_nifti OUT [name=value ...]
 *
 * dims=4,5,6  type=uint8|int16|float32|float64|complex64|...  version=1|2  swap=1  pair=1 (OUT.hdr, OUT.img)
 * slope=  inter=  affine=12 numbers | qform=1 | none=1   offset=  payload=N (bytes written)  extra=N (bytes after)
 * both=1 (a qform that is not the sform's)  values=1,2,nan,... (voxel by voxel)
 * fill=index (voxel v holds v) | fill=mirror (v counted with the first dimension backwards) | labels=N (1..N by the first dimension, 0 at its start) | halves=1 (1 and 2 by turns) | constant value | nan=K (voxel K is NaN)
 * any header field by offset: poke=OFFSET:HEXBYTES
 */
#include <math.h>
#include <nifti/nifti1.h>
#include <nifti/nifti2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int count;
static char **values;

static const char *
option(const char *name, const char *fallback)
{
	size_t n = strlen(name);

	for (int i = 0; i < count; i++)
		if (strncmp(values[i], name, n) == 0 && values[i][n] == '=')
			return values[i] + n + 1;
	return fallback;
}

static int
numbers(const char *text, double *to, int most)
{
	int n = 0;

	for (char *end; text != NULL && *text && n < most; text = *end == ',' ? end + 1 : end)
		to[n++] = strtod(text, &end);
	return n;
}

static const struct
{
	const char *name;
	int code, bytes;
} types[] = {{"uint8", 2, 1},	 {"int16", 4, 2},	{"int32", 8, 4},	{"float32", 16, 4}, {"complex64", 32, 8}, {"float64", 64, 8},
			 {"rgb24", 128, 3},	 {"int8", 256, 1},	{"uint16", 512, 2}, {"uint32", 768, 4}, {"int64", 1024, 8},  {"uint64", 1280, 8},
			 {"float128", 1536, 16}};

static int
type_of(const char *name)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].name, name) == 0)
			return (int) i;
	exit(2);
}

static void
swap(void *bytes, size_t size)
{
	uint8_t *b = bytes;

	if (strcmp(option("swap", "0"), "1") != 0)
		return;
	for (size_t i = 0; i < size / 2; i++)
	{
		uint8_t keep = b[i];

		b[i] = b[size - 1 - i];
		b[size - 1 - i] = keep;
	}
}

#define SET(to, value)                                                                                                   \
	do                                                                                                                   \
	{                                                                                                                    \
		(to) = (__typeof__(to)) (value);                                                                                 \
		swap(&(to), sizeof(to));                                                                                         \
	} while (0)

#define FILL(h)                                                                                                          \
	do                                                                                                                   \
	{                                                                                                                    \
		SET((h).datatype, types[type].code);                                                                             \
		SET((h).bitpix, 8 * types[type].bytes);                                                                          \
		for (int i = 0; i < 8; i++)                                                                                      \
		{                                                                                                                \
			SET((h).dim[i], i == 0 ? n : i <= n ? dims[i - 1] : 1);                                                      \
			SET((h).pixdim[i], i < 4 ? (i == 0 ? 1 : 2) : 0);                                                            \
		}                                                                                                                \
		SET((h).scl_slope, strtod(option("slope", "0"), NULL));                                                          \
		SET((h).scl_inter, strtod(option("inter", "0"), NULL));                                                          \
		SET((h).sform_code, strcmp(option("none", "0"), "1") && strcmp(option("qform", "0"), "1"));                      \
		SET((h).qform_code, !strcmp(option("qform", "0"), "1") || !strcmp(option("both", "0"), "1"));                    \
		SET((h).qoffset_x, !strcmp(option("both", "0"), "1") ? 9 : 0);                                                   \
		SET((h).qoffset_y, !strcmp(option("both", "0"), "1") ? -4 : 0);                                                  \
		SET((h).qoffset_z, !strcmp(option("both", "0"), "1") ? -5 : 0);                                                  \
		for (int i = 0; i < 4; i++)                                                                                      \
		{                                                                                                                \
			SET((h).srow_x[i], affine[i]);                                                                               \
			SET((h).srow_y[i], affine[4 + i]);                                                                           \
			SET((h).srow_z[i], affine[8 + i]);                                                                           \
		}                                                                                                                \
		SET((h).vox_offset, strtod(option("offset", pair ? "0" : sizeof(h) == 348 ? "352" : "544"), NULL));              \
	} while (0)

static double
voxel(long v, long first)
{
	const char *labels = option("labels", NULL), *constant = option("constant", NULL), *nan_at = option("nan", NULL), *each = option("values", NULL);

	for (long k = 0; each != NULL && k < v; k++)
		each = strchr(each, ',') ? strchr(each, ',') + 1 : each;
	if (each != NULL)
		return strtod(each, NULL);
	if (strcmp(option("fill", "index"), "mirror") == 0)
		return (double) (v - v % first + first - 1 - v % first);
	if (nan_at != NULL && atol(nan_at) == v)
		return NAN;
	if (constant != NULL)
		return strtod(constant, NULL);
	if (strcmp(option("halves", "0"), "1") == 0)
		return (double) (1 + v % first % 2);
	if (labels != NULL)
		return (double) (v % first % (atol(labels) + 1));
	return (double) v;
}

static void
write_voxels(FILE *out, int type, long voxels, long first)
{
	long limit = atol(option("payload", "-1")), written = 0, extra = atol(option("extra", "0"));

	for (long v = 0; v < voxels; v++)
	{
		double x = voxel(v, first);
		uint8_t raw[16] = {0};
		size_t size = (size_t) types[type].bytes;

		switch (types[type].code)
		{
			case 16: memcpy(raw, &(float){(float) x}, 4); break;
			case 64: memcpy(raw, &x, 8); break;
			case 1280: memcpy(raw, &(uint64_t){(uint64_t) x}, 8); break;
			default: memcpy(raw, &(int64_t){(int64_t) x}, size < 8 ? size : 8);
		}
		swap(raw, size);
		if (limit >= 0 && written + (long) size > limit)
			size = limit > written ? (size_t) (limit - written) : 0;
		fwrite(raw, 1, size, out);
		written += (long) size;
	}
	while (extra-- > 0)
		fputc(0, out);
}

static void
poke(uint8_t *header)
{
	for (int i = 0; i < count; i++)
	{
		char *hex;
		long at;

		if (strncmp(values[i], "poke=", 5) != 0)
			continue;
		at = strtol(values[i] + 5, &hex, 10);
		for (hex++; hex[0] && hex[1]; hex += 2)
			header[at++] = (uint8_t) strtol((char[3]){hex[0], hex[1], 0}, NULL, 16);
	}
}

int
main(int argc, char **argv)
{
	double dims[7] = {4, 5, 6}, affine[12] = {2, 0, 0, -3, 0, 2, 0, -4, 0, 0, 2, -5};
	int pair, two, type, n;
	long voxels = 1;
	char path[4096];
	FILE *out;
	union
	{
		nifti_1_header one;
		nifti_2_header two;
		uint8_t bytes[544];
	} h;

	count = argc - 2;
	values = argv + 2;
	if (argc < 2)
		return 2;
	pair = !strcmp(option("pair", "0"), "1");
	two = !strcmp(option("version", "1"), "2");
	type = type_of(option("type", "int16"));
	n = numbers(option("dims", "4,5,6"), dims, 7);
	numbers(option("affine", ""), affine, 12);
	memset(&h, 0, sizeof h);
	if (two)
	{
		FILL(h.two);
		SET(h.two.sizeof_hdr, 540);
		memcpy(h.two.magic, pair ? "ni2\0\r\n\032\n" : "n+2\0\r\n\032\n", 8);
	}
	else
	{
		FILL(h.one);
		SET(h.one.sizeof_hdr, 348);
		memcpy(h.one.magic, pair ? "ni1" : "n+1", 4);
		strcpy(h.one.descrip, "Zhang San, born 1960"); /* must never be stored */
	}
	poke(h.bytes);
	for (int i = 0; i < n; i++)
		voxels *= (long) dims[i];
	snprintf(path, sizeof path, "%s%s", argv[1], pair ? ".hdr" : "");
	out = fopen(path, "wb");
	fwrite(h.bytes, 1, two ? (pair ? 540 : 544) : (pair ? 348 : 352), out);
	if (pair)
	{
		fclose(out);
		snprintf(path, sizeof path, "%s.img", argv[1]);
		out = fopen(path, "wb");
	}
	write_voxels(out, type, voxels, (long) dims[0]);
	return fclose(out);
}
