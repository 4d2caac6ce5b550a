/* cmd_screen.c - psyrad screen: reviews by declaration, what waits for a screener, decisions from files, conflicts, agreement, the PRISMA flow. */
#include "cmd.h"

#include "document.h"

#include <stdio.h>
#include <string.h>

#define DOCUMENT_LIMIT ((size_t) 16 << 20)

static const char usage[] =
	"usage: psyrad [--db URL] screen --declare FILE.json       a review: searches, strategies, reasons of exclusion\n"
	"       psyrad [--db URL] screen --load FILE.csv [--review R] [--stage S] [--screener WHO]   decisions; psyrad ingest screening --help\n"
	"       psyrad [--db URL] screen --next --screener WHO [--stage S] [--review R] [--limit N]  what waits for a screener\n"
	"       psyrad [--db URL] screen --conflicts [--review R] [--as-of DAY]     disagreements that no consensus has settled\n"
	"       psyrad [--db URL] screen --kappa [--review R] [--as-of DAY]         agreement of each two screeners by stage\n"
	"       psyrad [--db URL] screen --flow [--review R] [--as-of DAY]          PRISMA 2020; ? is a count that is not known\n"
	"       psyrad [--db URL] screen --questions [--review R]                   decisions that contradict each other or the records\n"
	"  stages: title_abstract (default), full_text; --review may be left out where there is one\n";

static const char declare[] = "SELECT * FROM evidence.declare_review($1::jsonb)";

static const char next[] =
	"SELECT report_id AS record, decisions AS others, year, left(title, 100) AS title, left(title_translated, 60) AS translated, left(authors, 40) AS authors, "
	"left(journal, 40) AS journal, left(abstract, 300) AS abstract, waiting FROM evidence.screening_queue($1, coalesce($2, 'title_abstract'), $3, $4::int)";

static const char conflicts[] =
	"SELECT report_id AS record, stage, conflict, screener, decision, reason, comment, to_char(decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS decided, year, "
	"left(title, 80) AS title FROM evidence.screening_conflict($1, $2::date)";

static const char kappa[] =
	"SELECT s.stage, a.screener_a, a.screener_b, a.n, a.n_one, a.agree, round(a.agreement::numeric, 3) AS agreement, round(a.kappa::numeric, 3) AS kappa, "
	"round(a.ci_lb::numeric, 3) AS ci_lb, round(a.ci_ub::numeric, 3) AS ci_ub, round(a.pabak::numeric, 3) AS pabak, a.note "
	"FROM (VALUES (1, 'title_abstract'), (2, 'full_text')) s (place, stage) "
	"CROSS JOIN LATERAL evidence.screening_agreement(s.stage, $1, p_as_of => $2::date) a ORDER BY s.place, a.screener_a, a.screener_b";

/* A box's count in the margin; reasons below their box; notes say why a count is not known. */
static const char flow[] =
	"SELECT CASE WHEN f.n IS NULL THEN '?' ELSE f.n::text END AS n, CASE WHEN f.reason IS NULL THEN '' ELSE '    ' END || f.label_en AS box, "
	"CASE WHEN f.reason IS NULL THEN '' ELSE '    ' END || f.label_zh AS box_zh, f.note FROM evidence.prisma_flow($2::date, $1) f "
	"ORDER BY f.ordinal, f.reason IS NOT NULL";

static const char questions[] = "SELECT report_id AS record, code, found FROM evidence.screening_question($1)";

static int
declare_file(const char *url, const char *path)
{
	buffer document = {0};
	uint8_t sha256[SHA256_BYTES];
	psy_error err = {0};
	int code = EXIT_REJECTED;

	if (read_document(path, DOCUMENT_LIMIT, &document, sha256, &err) != PSY_OK)
		fprintf(stderr, "psyrad: %s: %s\n", path, err.message);
	else if (document.size == 0)
		fprintf(stderr, "psyrad: %s: the file is empty; expected a JSON object\n", path);
	else
		code = show_query(url, declare, 1, (const char *const[]){document.data});
	buffer_free(&document);
	return code;
}

/* --load FILE and the rest are the words of psyrad ingest screening. */
static int
load_file(int argc, char **argv, const char *url)
{
	argv[1] = argv[0];
	return ingest(&load_screening, argc - 1, argv + 1, url);
}

int
cmd_screen(int argc, char **argv, const char *url)
{
	enum { DECLARE, NEXT, CONFLICTS, KAPPA, FLOW, QUESTIONS, ACTS, SCREENER = ACTS, STAGE, REVIEW, LIMIT, AS_OF, OPTIONS };
	word_option o[OPTIONS] = {{"--declare", NULL, false}, {"--next", NULL, true}, {"--conflicts", NULL, true}, {"--kappa", NULL, true}, {"--flow", NULL, true}, {"--questions", NULL, true},
		{"--screener", NULL, false}, {"--stage", NULL, false}, {"--review", NULL, false}, {"--limit", NULL, false}, {"--as-of", NULL, false}};
	const char *review_day[2];
	int acts = 0, act = 0;

	if (argc > 2 && strcmp(argv[1], "--load") == 0)
		return load_file(argc, argv, url);
	if (!take_words(argc, argv, o, OPTIONS, NULL))
		return show_usage(usage, argc, argv);
	for (int k = 0; k < ACTS; k++)
		if (o[k].value != NULL)
		{
			act = k;
			acts++;
		}
	if (acts != 1 || (act != NEXT && (o[SCREENER].value || o[STAGE].value || o[LIMIT].value)) || (act == NEXT && (!o[SCREENER].value || o[AS_OF].value)) ||
		(act == DECLARE && (o[REVIEW].value || o[AS_OF].value)) || (act == QUESTIONS && o[AS_OF].value) ||
		(o[LIMIT].value && (strspn(o[LIMIT].value, "0123456789") != strlen(o[LIMIT].value) || strlen(o[LIMIT].value) - 1 > 7)))
		return show_usage(usage, argc, argv);
	review_day[0] = o[REVIEW].value;
	review_day[1] = o[AS_OF].value;
	switch (act)
	{
		case DECLARE: return declare_file(url, o[DECLARE].value);
		case NEXT: return show_query(url, next, 4, (const char *const[]){o[SCREENER].value, o[STAGE].value, o[REVIEW].value, o[LIMIT].value ? o[LIMIT].value : "20"});
		case CONFLICTS: return show_query(url, conflicts, 2, review_day);
		case KAPPA: return show_query(url, kappa, 2, review_day);
		case FLOW: return show_query(url, flow, 2, review_day);
		default: return show_query(url, questions, 1, review_day);
	}
}
