/* cmd_find.c - psyrad find: search inside the literature, and records like a record. */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: psyrad [--db URL] find QUERY [--limit N] [--review REVIEW]\n"
	"       psyrad [--db URL] find --similar RECORD [--limit N]\n"
	"\n"
	"A query is words, \"exact phrases\", depress* (a beginning) and Chinese text, joined by AND, OR, NOT and ( ):\n"
	"  psyrad find '(depress* OR 抑郁症) AND acupoint:GV20 AND yr:2016-2023 NOT ti:rats'\n"
	"  fields: ti: title, ab: abstract, kw: keywords, au: authors, yr: years, db: database\n"
	"  region: network: acupoint: modality: search all names of what they name, in both languages\n"
	"Each report is shown once, by the record of it that fits best; --limit 0 shows only how many there are.\n";

static const char find[] =
	"SELECT f.rank AS nr, f.source_record_id AS record, round(f.score::numeric, 2) AS score, f.year, array_to_string(f.databases, ', ') AS databases, "
	"f.records, left(f.title, 80) AS title, f.snippet FROM evidence.find_records($1, $2::int, $3) f ORDER BY f.rank";

static const char count[] =
	"SELECT count(DISTINCT evidence.report_of(m)) AS reports, count(*) AS records FROM evidence.matching_records($1) m "
	"WHERE $2::text IS NULL OR EXISTS (SELECT FROM evidence.source_record s JOIN evidence.search_source l USING (source_id) "
	"WHERE s.source_record_id = m AND l.review = evidence.the_review($2))";

static const char similar[] =
	"SELECT s.rank AS nr, s.source_record_id AS record, round(s.similarity::numeric, 3) AS similarity, s.year, left(s.title, 80) AS title, "
	"array_to_string(s.shared_terms[:6], ' ') AS terms, array_to_string(s.shared_keywords, '; ') AS keywords, array_to_string(s.shared_authors, '; ') AS authors "
	"FROM evidence.similar_records($1::bigint, $2::int) s ORDER BY s.rank";

static bool
is_count(const char *text)
{
	return text == NULL || (text[0] != '\0' && strlen(text) < 9 && strspn(text, "0123456789") == strlen(text));
}

int
cmd_find(int argc, char **argv, const char *url)
{
	enum { LIMIT, REVIEW, SIMILAR, OPTIONS };
	word_option o[OPTIONS] = {{"--limit", NULL, false}, {"--review", NULL, false}, {"--similar", NULL, false}};
	const char *query = NULL, *limit;

	if (!take_words(argc, argv, o, OPTIONS, &query) || (query == NULL) == (o[SIMILAR].value == NULL) || !is_count(o[LIMIT].value) ||
		!is_count(o[SIMILAR].value) || (o[SIMILAR].value != NULL && o[REVIEW].value != NULL))
		return show_usage(usage, argc, argv);
	limit = o[LIMIT].value != NULL ? o[LIMIT].value : "20";
	if (o[SIMILAR].value != NULL)
		return show_query(url, similar, 2, (const char *const[]){o[SIMILAR].value, limit});
	if (strspn(limit, "0") < strlen(limit))
	{
		int code = show_query(url, find, 3, (const char *const[]){query, limit, o[REVIEW].value});

		if (code != EXIT_OK)
			return code;
	}
	return show_query(url, count, 2, (const char *const[]){query, o[REVIEW].value});
}
