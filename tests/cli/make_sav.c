/*
 * make_sav.c - make_sav OUT.sav: an SPSS file from tab-separated text on standard input.  The first line names the variables, each with
 * its type (item1:n a number, rater:s a text); an empty cell of a number is system-missing.
 */
#include <fcntl.h>
#include <readstat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VARIABLES 200
#define WIDTH 48

static ssize_t
put(const void *bytes, size_t size, void *file)
{
	return (ssize_t) fwrite(bytes, 1, size, file);
}

/* The next cell of a line, which is cut at its tab. */
static char *
cell_of(char **line)
{
	char *cell = *line;

	*line += strcspn(*line, "\t\n");
	if (**line)
		*(*line)++ = '\0';
	return cell;
}

static void
must(readstat_error_t error)
{
	if (error == READSTAT_OK)
		return;
	fprintf(stderr, "make_sav: %s\n", readstat_error_message(error));
	exit(1);
}

static void
write_row(readstat_writer_t *writer, readstat_variable_t *const *variable, const char *type, int count, char *line)
{
	must(readstat_begin_row(writer));
	for (int k = 0; k < count; k++)
	{
		const char *cell = cell_of(&line);

		if (type[k] == 's')
			must(readstat_insert_string_value(writer, variable[k], cell));
		else if (*cell == '\0')
			must(readstat_insert_missing_value(writer, variable[k]));
		else
			must(readstat_insert_double_value(writer, variable[k], atof(cell)));
	}
	must(readstat_end_row(writer));
}

int
main(int argc, char **argv)
{
	static char *lines[10000];
	char *line = NULL, *at, type[VARIABLES];
	size_t room = 0;
	int rows = 0, count = 0;
	readstat_variable_t *variable[VARIABLES];
	readstat_writer_t *writer = readstat_writer_init();
	FILE *out = argc == 2 ? fopen(argv[1], "wb") : NULL;

	if (out == NULL || getline(&line, &room, stdin) < 0)
		return 2;
	readstat_set_data_writer(writer, put);
	readstat_writer_set_file_label(writer, "made by a test");
	for (at = line; *at && count < VARIABLES; count++)
	{
		char *name = cell_of(&at), *colon = strrchr(name, ':');

		if (colon == NULL)
			return 2;
		*colon = '\0';
		type[count] = colon[1];
		variable[count] = readstat_add_variable(writer, name, colon[1] == 's' ? READSTAT_TYPE_STRING : READSTAT_TYPE_DOUBLE, colon[1] == 's' ? WIDTH : 0);
	}
	for (char *row = NULL; rows < 10000 && getline(&row, &room, stdin) >= 0; row = NULL, room = 0)
		lines[rows++] = row;
	must(readstat_begin_writing_sav(writer, out, rows));
	for (int k = 0; k < rows; k++)
		write_row(writer, variable, type, count, lines[k]);
	must(readstat_end_writing(writer));
	readstat_writer_free(writer);
	return fclose(out) == 0 ? 0 : 1;
}
