/*
 * cmd_report.c - psyrad report: the data of report.page() set into the page of share/psyrad/report.html.
 *
 * The data stand in a <script type="application/json"> block, where only "<" could end the block or open a
 * comment: it is written as its JSON escape.
 */
#include "cmd.h"

#include "share.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char placeholder[] = "/*PSYRAD_DATA*/";

static psy_status
fill_page(const buffer *page, const char *json, FILE *to, psy_error *err)
{
	const char *place = strstr(page->data, placeholder);

	if (place == NULL || strstr(place + 1, placeholder) != NULL)
		return psy_fail(err, PSY_FORMAT, "report.html does not hold %s once", placeholder);
	fwrite(page->data, 1, (size_t) (place - page->data), to);
	for (; *json; json++)
		if (*json == '<')
			fputs("\\u003c", to);
		else
			fputc(*json, to);
	fputs(place + strlen(placeholder), to);
	return PSY_OK;
}

static psy_status
write_page(session *s, const char *out, psy_error *err)
{
	char *path = share_path("report.html");
	buffer page = {0};
	PGresult *result = NULL;
	FILE *to;
	psy_status status = share_read(path, &page, err);

	free(path);
	if (status == PSY_OK)
		status = session_query(s, &result, err, "SELECT report.page()", 0, NULL);
	if (status == PSY_OK)
	{
		to = fopen(out, "we");
		status = to == NULL ? psy_fail(err, PSY_UNSUPPORTED, "%s cannot be written: %s", out, strerror(errno))
							: fill_page(&page, PQgetvalue(result, 0, 0), to, err);
		if (to != NULL && fclose(to) != 0 && status == PSY_OK)
			status = psy_fail(err, PSY_UNSUPPORTED, "%s cannot be written: %s", out, strerror(errno));
	}
	PQclear(result);
	buffer_free(&page);
	return status;
}

int
cmd_report(int argc, char **argv, const char *url)
{
	const char *out = "psyrad-report.html";
	session s;
	psy_error err = {0};
	int code = EXIT_OK;

	if (argc == 3 && strcmp(argv[1], "--out") == 0)
		out = argv[2];
	else if (argc != 1)
	{
		fputs("usage: psyrad [--db URL] report [--out FILE]\n", stderr);
		return EXIT_USAGE;
	}
	if (session_open(&s, url, &err) == PSY_OK && write_page(&s, out, &err) == PSY_OK)
		puts(out);
	else
	{
		fprintf(stderr, "psyrad: %s\n%s%s%s", err.message, err.hint[0] ? "  hint: " : "", err.hint,
				err.hint[0] ? "\n" : "");
		code = s.lost ? EXIT_SERVER : EXIT_REJECTED;
	}
	session_close(&s);
	return code;
}
