/*
 * read_literature.c - reads a file of literature as psyrad ingest literature does, up to the mapped fields of
 * every record, and prints their number and the CPU seconds that it took: the whole of reading but database
 * and checksums.
 */
#include "literature_item.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static double
cpu(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double) (use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
		   1e-6 * (double) (use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

/* The file as a source without a checksum. */
static psy_status
open_bare(source *s, const char *path, psy_error *err)
{
	psy_status status = source_open(s, path, err);

	EVP_MD_CTX_free(s->digest);
	s->digest = NULL;
	return status;
}

static long
read_all(const char *path, psy_error *err)
{
	literature_look look;
	literature_reader reader;
	literature_record record = {0};
	literature_item *item = calloc(1, sizeof *item);
	source s;
	bool more = true;
	long records = 0;
	psy_status status = open_bare(&s, path, err);

	if (status == PSY_OK)
		status = literature_looks(&s, ENCODING_AUTO, LITERATURE_UNKNOWN, &look, err);
	if (status == PSY_OK)
		status = open_bare(&s, path, err);
	if (status == PSY_OK)
		status = literature_open(&reader, &s, &look, err);
	while (status == PSY_OK && (status = literature_next(&reader, &record, &more, err)) == PSY_OK && more)
	{
		status = literature_map(item, reader.look.format, &record, &reader.notes, err);
		records++;
	}
	return status == PSY_OK ? records : -1;
}

int
main(int argc, char **argv)
{
	psy_error err = {0};
	double start = cpu();
	long records = argc == 2 ? read_all(argv[1], &err) : -1;

	if (records < 0)
		return fprintf(stderr, "%s\n", argc == 2 ? err.message : "read_literature FILE"), 1;
	printf("%ld %.6f\n", records, cpu() - start);
	return 0;
}
