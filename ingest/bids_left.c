/*
 * bids_left.c - what `psyrad ingest bids` did not load of a data set, and why: a line a reason, then the endings of files that no kind takes.
 */
#include "bids_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_ENDINGS 20

void
bids_leave(bids_run *r, const char *path, const char *why)
{
	size_t k = 0;

	while (k < r->left.count && strcmp(r->left_as.item[k], why) != 0)
		k++;
	if (k == r->left.count)
	{
		list_add(&r->left, path);
		list_add(&r->left_as, why);
		r->left_count = grow(r->left_count, r->left.count, sizeof *r->left_count);
		r->left_count[k] = 0;
	}
	r->left_count[k]++;
}

/* "_bold.nii.gz" of derivatives, "_physio.tsv.gz": how files that no kind takes are counted. */
static void
ending_of(const bids_run *r, const bids_file *f, char *to, size_t room)
{
	const char *slash = strrchr(f->path, '/'), *base = slash ? slash + 1 : f->path, *dot = strchr(base, '.'), *from = base;
	char derivative[BIDS_TEXT];

	for (const char *c = base; *c && c != dot; c++)
		if (*c == '_')
			from = c + 1;
	bids_derivative(&r->tree, f->path, derivative);
	snprintf(to, room, "%s%s", *derivative ? "derived " : "", f->name.is_bids ? from : dot ? dot : base);
}

typedef struct ending
{
	char text[128];
	size_t count;
} ending;

static int
by_count(const void *a, const void *b)
{
	const ending *x = a, *y = b;

	return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->text, y->text);
}

static bool
is_left(const bids_file *f)
{
	return f->kind == BIDS_OTHER && f->trouble == NULL && strncmp(f->path, "README", 6) != 0 && strcmp(f->path, "CHANGES") != 0;
}

/* The commonest endings of files that no kind takes; a folder of FreeSurfer's has a hundred of them. */
static void
print_endings(const bids_run *r)
{
	ending *list = grow(NULL, r->tree.count + 1, sizeof *list);
	size_t endings = 0, others = 0;

	for (size_t i = 0; i < r->tree.count; i++)
	{
		size_t e = 0;

		if (!is_left(&r->tree.file[i]))
			continue;
		ending_of(r, &r->tree.file[i], list[endings].text, sizeof list->text);
		while (strcmp(list[e].text, list[endings].text) != 0)
			e++;
		list[e].count = e == endings ? 1 : list[e].count + 1;
		endings += e == endings;
	}
	qsort(list, endings, sizeof *list, by_count);
	for (size_t e = 0; e < endings && e < SHOWN_ENDINGS; e++)
		printf("%s%zu %s", e ? ", " : "  no kind of ours: ", list[e].count, list[e].text);
	for (size_t e = SHOWN_ENDINGS; e < endings; e++)
		others += list[e].count;
	if (others > 0)
		printf(", and %zu with %zu other endings", others, endings - SHOWN_ENDINGS);
	if (endings > 0)
		puts("");
	free(list);
}

void
bids_print_left(bids_run *r)
{
	for (size_t i = 0; i < r->tree.count; i++)
		if (r->tree.file[i].trouble != NULL)
			bids_leave(r, r->tree.file[i].path, r->tree.file[i].trouble);
	for (size_t i = 0; i < r->left.count; i++)
		if (r->left_count[i] == 1)
			printf("  not loaded: %s: %s\n", r->left.item[i], r->left_as.item[i]);
		else
			printf("  not loaded: %s and %zu more: %s\n", r->left.item[i], r->left_count[i] - 1, r->left_as.item[i]);
	if (r->elsewhere > 0)
		printf("  no images: %ld rows of scans.tsv are about other recordings of the data set\n", r->elsewhere);
	if (r->tree.ignored > 0)
		printf("  left out by .bidsignore: %zu\n", r->tree.ignored);
	print_endings(r);
}
