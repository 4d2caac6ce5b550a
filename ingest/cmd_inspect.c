/*
 * cmd_inspect.c - psyrad inspect FILE...: what an image's header says and its voxels hold, a line a file,
 * without a warehouse.
 *
 * Free text of the header is not printed either: it names people.
 */
#include "cmd.h"

#include "volume.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct extent
{
	double min, max, sum;
	uint64_t finite, nonzero, nan;
} extent;

static void
add_slab(extent *e, const slab *s)
{
	for (size_t i = 0; i < s->count; i++)
	{
		double x = s->value[i];

		e->nan += isnan(x);
		e->nonzero += x != 0;
		if (!isfinite(x))
			continue;
		e->min = x < e->min ? x : e->min;
		e->max = x > e->max ? x : e->max;
		e->sum += x;
		e->finite++;
	}
}

static void
print_list(const char *format, int count, const double *value)
{
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			putchar(' ');
		printf(format, value[i]);
	}
	putchar('\t');
}

static void
print_header(const char *path, const nifti *n)
{
	const nifti_facts *f = &n->facts;
	char orientation[4];

	lattice_orientation(&n->grid, orientation);
	printf("%s\tNIfTI-%d%s\t", path, f->version, n->image.fd >= 0 ? " pair" : "");
	for (int i = 0; i < f->dimensions; i++)
		printf("%s%" PRId64, i ? "x" : "", f->dim[i]);
	putchar('\t');
	print_list("%.6g", f->dimensions, f->pixdim);
	printf("%s%s\t%.17g\t%.17g\t%d\t%d\t%d\t%d\t%s\t", n->swapped ? "swapped " : "", f->type, f->slope,
		   f->inter, f->qform, f->sform, f->units, f->intent, orientation);
	print_list("%.7g", 12, n->grid.affine);
}

static psy_status
inspect(const char *path, psy_error *err)
{
	nifti n;
	volumes v = {0};
	slab s = {0};
	extent e = {.min = INFINITY, .max = -INFINITY};
	uint8_t payload[SHA256_BYTES];
	psy_status status = nifti_open(&n, path, err);

	if (status == PSY_OK)
		status = volumes_start(&v, &n, NULL, err);
	while (status == PSY_OK && (status = volumes_next(&v, &s, err)) == PSY_OK && s.count > 0)
		add_slab(&e, &s);
	if (status == PSY_OK)
		status = nifti_finish(&n, payload, err);
	if (status == PSY_OK)
	{
		print_header(path, &n);
		if (e.finite > 0)
			printf("%.9g\t%.9g\t%.10g\t", e.min, e.max, e.sum / (double) e.finite);
		else
			printf("\t\t\t");
		printf("%" PRIu64 "\t%" PRIu64 "\t", e.nonzero, e.nan);
		isnan(n.facts.forms_apart) ? putchar('\n') : printf("%.6g\n", n.facts.forms_apart);
	}
	volumes_free(&v);
	nifti_close(&n);
	return status;
}

int
cmd_inspect(int argc, char **argv, const char *url)
{
	int code = EXIT_OK;

	(void) url;
	if (argc < 2 || strncmp(argv[1], "--", 2) == 0)
	{
		fputs("psyrad inspect FILE...: what images say and hold, as TSV\n",
			  argc > 1 && strcmp(argv[1], "--help") == 0 ? stdout : stderr);
		return argc > 1 && strcmp(argv[1], "--help") == 0 ? EXIT_OK : EXIT_USAGE;
	}
	puts("file\tformat\tshape\tzooms\tdatatype\tscl_slope\tscl_inter\tqform_code\tsform_code\txyzt_"
		 "units\tintent_code\torientation\taffine\tmin\tmax\tmean\tnonzero\tnan\t"
		 "sform_qform_mm");
	for (int i = 1; i < argc; i++)
	{
		psy_error err = {0};

		if (inspect(argv[i], &err) == PSY_OK)
			continue;
		fflush(stdout);
		fprintf(stderr, "%s: %s\n", argv[i], err.message);
		if (err.hint[0])
			fprintf(stderr, "  hint: %s\n", err.hint);
		code = EXIT_REJECTED;
	}
	return code;
}
