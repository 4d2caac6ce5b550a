/*
 * cmd_report.c - psyrad report: a folder of pages, each with its own data, all of one moment.
 *
 * A page is share/psyrad/report/NAME.html with {"frame": report.page_frame(set), "data": report.page_NAME()} in
 * the place of its data.  All functions are asked in one snapshot, so that no load stands half in the report.
 * The data stand in a <script type="application/json"> block, where "<" alone could end the block or open a
 * comment: it is written as its JSON escape, with all else that some parser of scripts takes for more than a
 * character.  A page is written beside its place and then renamed, so that a report that breaks off leaves
 * every page whole.
 */
#include "cmd.h"

#include "share.h"
#include "print.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
	"usage: psyrad [--db URL] report [--out FOLDER] [--frozen NAME]\n"
	"       --frozen NAME: ratings of the trial are drawn from the rows of that frozen set (psyrad freeze), not from the live ones\n";

static const char placeholder[] = "/*PSYRAD_DATA*/";

/* The pages in the order of their links; the first is the one to open. */
static const struct
{
	const char *name, *file;
} pages[] = {
	{"overview", "index.html"},      {"trial", "trial.html"},           {"imaging", "imaging.html"},
	{"acupoints", "acupoints.html"}, {"literature", "literature.html"}, {"meta", "meta.html"},
	{"models", "models.html"},       {"quality", "quality.html"},
};
#define PAGES (sizeof pages / sizeof *pages)

/* JSON from the server: outside of strings none of these occurs, within one its escape means the same. */
static void
write_json(const char *json, FILE *to)
{
	for (const char *c = json; *c; c++)
	{
		if (*c == '<' || *c == '>' || *c == '&')
			fprintf(to, "\\u%04x", (unsigned) *c);
		else if (memcmp(c, "\xe2\x80", 2) == 0 && (c[2] == '\xa8' || c[2] == '\xa9'))
		{
			fprintf(to, "\\u202%c", c[2] == '\xa8' ? '8' : '9');
			c += 2;
		}
		else
			fputc(*c, to);
	}
}

static psy_status
fill_page(const char *name, const buffer *page, const char *frame, const char *data, FILE *to, psy_error *err)
{
	const char *place = strstr(page->data, placeholder);

	if (place == NULL || strstr(place + 1, placeholder) != NULL)
		return psy_fail(err, PSY_FORMAT, "report/%s.html does not hold %s once", name, placeholder);
	fwrite(page->data, 1, (size_t) (place - page->data), to);
	fputs("{\"frame\": ", to);
	write_json(frame, to);
	fputs(", \"data\": ", to);
	write_json(data, to);
	fputs("}", to);
	fputs(place + strlen(placeholder), to);
	return PSY_OK;
}

static psy_status
cannot_write(const char *path, psy_error *err)
{
	return psy_fail(err, PSY_UNSUPPORTED, "%s cannot be written: %s", path, strerror(errno));
}

/* Writes beside path, then renames.  *bytes grows by the size of the page. */
static psy_status
write_whole(const char *path, const char *name, const buffer *page, const char *frame, const char *data,
			long *bytes, psy_error *err)
{
	buffer beside = {0};
	FILE *to;
	psy_status status;

	buffer_format(&beside, "%s.new", path);
	to = fopen(beside.data, "we");
	status = to == NULL ? cannot_write(path, err) : fill_page(name, page, frame, data, to, err);
	if (to != NULL)
	{
		*bytes += ftell(to);
		if ((ferror(to) | fclose(to)) != 0 && status == PSY_OK)
			status = cannot_write(path, err);
		if (status == PSY_OK && rename(beside.data, path) != 0)
			status = cannot_write(path, err);
		if (status != PSY_OK)
			unlink(beside.data);
	}
	buffer_free(&beside);
	return status;
}

static psy_status
write_page(session *s, size_t k, const char *frame, const char *frozen, const char *folder, long *bytes, psy_error *err)
{
	bool of_trial = strcmp(pages[k].name, "trial") == 0;
	buffer name = {0}, query = {0}, path = {0}, page = {0};
	PGresult *result = NULL;
	char *template;
	psy_status status;

	buffer_format(&name, "report/%s.html", pages[k].name);
	buffer_format(&query, "SELECT report.page_%s(%s)", pages[k].name, of_trial ? "$1" : "");
	buffer_format(&path, "%s/%s", folder, pages[k].file);
	template = share_path(name.data);
	status = share_read(template, &page, err);
	if (status == PSY_OK)
		status = session_query(s, &result, err, query.data, of_trial, &frozen);
	if (status == PSY_OK)
		status = write_whole(path.data, pages[k].name, &page, frame, PQgetvalue(result, 0, 0), bytes, err);
	PQclear(result);
	free(template);
	buffer_free(&name);
	buffer_free(&query);
	buffer_free(&path);
	buffer_free(&page);
	return status;
}

static void
show_progress(size_t k)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (k < PAGES)
		fprintf(stderr, "\r\033[Kreport: %s (page %zu of %zu)", pages[k].name, k + 1, PAGES);
	else
		fputs("\r\033[K", stderr);
}

/* One snapshot for all pages.  Compiling a query costs more than these queries take. */
static psy_status
write_pages(session *s, const char *frozen, const char *folder, long *bytes, psy_error *err)
{
	PGresult *frame = NULL;
	psy_status status = session_run(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", err);

	if (status == PSY_OK)
		status = session_run(s, "SET LOCAL jit = off", err);
	if (status == PSY_OK)
		status = session_query(s, &frame, err, "SELECT report.page_frame($1)", 1, &frozen);
	for (size_t k = 0; status == PSY_OK && k < PAGES; k++)
	{
		show_progress(k);
		status = write_page(s, k, PQgetvalue(frame, 0, 0), frozen, folder, bytes, err);
	}
	show_progress(PAGES);
	PQclear(frame);
	if (status == PSY_OK)
		status = session_run(s, "COMMIT", err);
	return status;
}

/* The folder may be there already: its pages are written anew, other files are let alone. */
static psy_status
make_folder(const char *folder, psy_error *err)
{
	struct stat found;

	if (mkdir(folder, 0777) == 0 || (errno == EEXIST && stat(folder, &found) == 0 && S_ISDIR(found.st_mode)))
		return PSY_OK;
	return psy_fail(err, PSY_UNSUPPORTED, "the folder %s cannot be made: %s", folder, strerror(errno));
}

static int
refuse_file(const char *out)
{
	fprintf(stderr,
			"psyrad: %s is the name of one page; a report is a folder of %zu pages\n"
			"  hint: give a folder, as in --out psyrad-report, and open its index.html\n",
			out, PAGES);
	return EXIT_USAGE;
}

int
cmd_report(int argc, char **argv, const char *url)
{
	enum { OUT, FROZEN, OPTIONS };
	word_option o[OPTIONS] = {{"--out", NULL, false}, {"--frozen", NULL, false}};
	const char *out = "psyrad-report", *plain = NULL;
	long bytes = 0;
	session s;
	psy_error err = {0};
	int code = EXIT_OK;

	if (!take_words(argc, argv, o, OPTIONS, &plain) || plain != NULL || (o[OUT].value != NULL && o[OUT].value[0] == '\0'))
		return show_usage(usage, argc, argv);
	if (o[OUT].value != NULL)
		out = o[OUT].value;
	if (strlen(out) > 5 && strcmp(out + strlen(out) - 5, ".html") == 0)
		return refuse_file(out);
	if (session_open(&s, url, &err) == PSY_OK && make_folder(out, &err) == PSY_OK &&
		write_pages(&s, o[FROZEN].value, out, &bytes, &err) == PSY_OK)
		printf("%zu pages, %.1f MB; open %s/%s in a browser, no network needed\n", PAGES,
			   (double) bytes / 1e6, out, pages[0].file);
	else
		code = complain(&err, s.lost ? EXIT_SERVER : EXIT_REJECTED);
	session_close(&s);
	return code;
}
