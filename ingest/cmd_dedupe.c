/* cmd_dedupe.c - psyrad dedupe: which records are of one report, what people decide on the uncertain ones, and the clusters as a file. */
#include "cmd.h"
#include "print.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: psyrad [--db URL] dedupe                      finds records of the same report, and counts them by database\n"
	"       psyrad [--db URL] dedupe --uncertain [--limit N]   pairs that wait for a person, side by side\n"
	"       psyrad [--db URL] dedupe --same A B [--reason TEXT]       they are one report\n"
	"       psyrad [--db URL] dedupe --different A B [--reason TEXT]  they are two\n"
	"       psyrad [--db URL] dedupe --undo A B               takes the decision back\n"
	"       psyrad [--db URL] dedupe --why RECORD             what joins a record to others\n"
	"       psyrad [--db URL] dedupe --export FILE.csv        all records with their clusters\n"
	"A and B are numbers of records, as --uncertain shows them.  Nothing is ever deleted.\n";

static const char run[] = "SELECT records, clusters AS reports, duplicates, uncertain, changed FROM evidence.deduplicate()";

static const char by_database[] =
	"SELECT coalesce(database, 'all') AS database, records, first_occurrences, duplicates_within, duplicates_across, not_compared FROM ("
	"SELECT coalesce(d.database, '(not named)') AS database, sum(d.records) AS records, sum(d.first_occurrences) AS first_occurrences, "
	"sum(d.duplicates_within) AS duplicates_within, sum(d.duplicates_across) AS duplicates_across, sum(d.not_compared) AS not_compared "
	"FROM evidence.duplicate_count d GROUP BY ROLLUP (coalesce(d.database, '(not named)'))) c ORDER BY c.database IS NULL, c.database COLLATE \"C\"";

static const char uncertain[] =
	"SELECT CASE WHEN f.place = 1 THEN u.pair::text ELSE '' END AS pair, f.field, f.a, f.b FROM (SELECT row_number() OVER (ORDER BY d.confidence DESC, d.record_a, d.record_b) "
	"AS pair, d.* FROM evidence.uncertain_duplicate d) u CROSS JOIN LATERAL (VALUES "
	"(1, 'record', u.record_a::text, u.record_b::text), (2, 'database', u.database_a, u.database_b), (3, 'title', u.title_a, u.title_b), "
	"(4, 'authors', array_to_string(u.authors_a[:4], '; '), array_to_string(u.authors_b[:4], '; ')), (5, 'year', u.year_a::text, u.year_b::text), "
	"(6, 'journal', u.journal_a, u.journal_b), (7, 'place', u.place_a, u.place_b), (8, 'doi', u.doi_a, u.doi_b), "
	"(9, 'differs', coalesce(u.differs, 'too little is known'), '')) f (place, field, a, b) "
	"WHERE u.pair <= $1::bigint AND coalesce(f.a, f.b) IS NOT NULL ORDER BY u.pair, f.place";

static const char decide[] =
	"SELECT evidence.decide_duplicate($1::bigint, $2::bigint, $3::boolean, $4) AS decision, "
	"CASE $3 WHEN 'true' THEN 'same report' WHEN 'false' THEN 'two reports' ELSE 'taken back' END AS decided";

static const char together[] =
	"SELECT a.source_record_id AS record, a.cluster_id AS report, (SELECT count(*) FROM evidence.record_cluster c WHERE c.cluster_id = a.cluster_id) AS records "
	"FROM evidence.record_cluster a WHERE a.source_record_id IN ($1::bigint, $2::bigint) ORDER BY a.source_record_id";

static const char why[] =
	"SELECT d.record_a, d.record_b, d.verdict, d.rule, d.confidence, d.joined, r.same AS decided_same, r.decided_by, r.reason FROM evidence.duplicate d "
	"LEFT JOIN evidence.duplicate_ruling r USING (record_a, record_b) WHERE $1::bigint IN (d.record_a, d.record_b) "
	"UNION ALL SELECT r.record_a, r.record_b, 'decision', NULL, NULL, evidence.report_of(r.record_a) = evidence.report_of(r.record_b), r.same, r.decided_by, r.reason "
	"FROM evidence.duplicate_ruling r WHERE $1::bigint IN (r.record_a, r.record_b) AND NOT EXISTS (SELECT FROM evidence.duplicate d "
	"WHERE d.record_a = r.record_a AND d.record_b = r.record_b) ORDER BY 1, 2";

static const char clusters[] =
	"COPY (SELECT o.cluster_id AS report, o.source_record_id AS record, o.occurrence, s.database, s.search, s.title, s.title_translated, "
	"array_to_string(evidence.people(s.authors), '; ') AS authors, s.year, s.journal, s.volume, s.issue, s.pages, s.doi, s.pmid, s.accession, d.rule, d.confidence "
	"FROM evidence.occurrence o JOIN evidence.source_record s USING (source_record_id) LEFT JOIN LATERAL (SELECT p.rule, p.confidence FROM evidence.duplicate p "
	"WHERE p.joined AND o.source_record_id IN (p.record_a, p.record_b) ORDER BY p.confidence DESC, p.record_a, p.record_b LIMIT 1) d ON true "
	"ORDER BY o.cluster_id, o.source_record_id) TO STDOUT WITH (FORMAT csv, HEADER)";

/* What COPY sends, into the file; the number of lines. */
static psy_status
receive(session *s, FILE *to, long *lines, psy_error *err)
{
	PGresult *r = PQexec(s->conn, clusters);
	psy_status status = PSY_OK;
	char *line;
	int got;

	if (PQresultStatus(r) != PGRES_COPY_OUT)
		status = session_error(s, r, err);
	PQclear(r);
	while (status == PSY_OK && (got = PQgetCopyData(s->conn, &line, 0)) > 0)
	{
		if (fwrite(line, 1, (size_t) got, to) != (size_t) got)
			status = psy_fail(err, PSY_UNSUPPORTED, "cannot be written: %s", strerror(errno));
		++*lines;
		PQfreemem(line);
	}
	if (status != PSY_OK)
		return status;
	r = PQgetResult(s->conn);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		status = session_error(s, r, err);
	PQclear(r);
	return status;
}

static int
export_clusters(const char *url, const char *path)
{
	session s;
	psy_error err = {0};
	long lines = 0;
	int code = EXIT_OK;
	FILE *to = NULL;

	if (session_open(&s, url, &err) != PSY_OK)
		code = complain(&err, s.lost ? EXIT_SERVER : EXIT_REJECTED);
	else if ((to = fopen(path, "w")) == NULL)
	{
		fprintf(stderr, "psyrad: %s cannot be written: %s\n", path, strerror(errno));
		code = EXIT_REJECTED;
	}
	else if (receive(&s, to, &lines, &err) != PSY_OK)
		code = complain(&err, s.lost ? EXIT_SERVER : EXIT_REJECTED);
	if (to != NULL && fclose(to) != 0 && code == EXIT_OK)
	{
		fprintf(stderr, "psyrad: %s cannot be written: %s\n", path, strerror(errno));
		code = EXIT_REJECTED;
	}
	if (code == EXIT_OK)
		printf("dedupe: %ld records are in %s\n", lines > 0 ? lines - 1 : 0, path);
	session_close(&s);
	return code;
}

static bool
is_number(const char *text)
{
	return text != NULL && text[0] != '\0' && strlen(text) < 19 && strspn(text, "0123456789") == strlen(text);
}

static int
decide_on(const char *url, const char *a, const char *b, const char *same, const char *reason)
{
	int code = show_query(url, decide, 4, (const char *const[]){a, b, same, reason});

	return code == EXIT_OK ? show_query(url, together, 2, (const char *const[]){a, b}) : code;
}

/* --same A B: a decision takes two records, which the options of one value do not know. */
static int
decision(int argc, char **argv, const char *url, const char *same)
{
	const char *reason = NULL;

	if (argc == 6 && strcmp(argv[4], "--reason") == 0)
		reason = argv[5];
	if (argc < 4 || argc == 5 || argc > 6 || (argc == 6 && reason == NULL) || !is_number(argv[2]) || !is_number(argv[3]))
		return show_usage(usage, argc, argv);
	return decide_on(url, argv[2], argv[3], same, reason);
}

int
cmd_dedupe(int argc, char **argv, const char *url)
{
	enum { UNCERTAIN, LIMIT, WHY, EXPORT, OPTIONS };
	word_option o[OPTIONS] = {{"--uncertain", NULL, true}, {"--limit", NULL, false}, {"--why", NULL, false}, {"--export", NULL, false}};
	int code;

	if (argc > 1 && strcmp(argv[1], "--same") == 0)
		return decision(argc, argv, url, "true");
	if (argc > 1 && strcmp(argv[1], "--different") == 0)
		return decision(argc, argv, url, "false");
	if (argc > 1 && strcmp(argv[1], "--undo") == 0)
		return decision(argc, argv, url, NULL);
	if (!take_words(argc, argv, o, OPTIONS, NULL) || (o[LIMIT].value && (!o[UNCERTAIN].value || !is_number(o[LIMIT].value))) ||
		(o[WHY].value && !is_number(o[WHY].value)) || (o[UNCERTAIN].value != NULL) + (o[WHY].value != NULL) + (o[EXPORT].value != NULL) > 1)
		return show_usage(usage, argc, argv);
	if (o[UNCERTAIN].value)
		return show_query(url, uncertain, 1, (const char *const[]){o[LIMIT].value ? o[LIMIT].value : "20"});
	if (o[WHY].value)
		return show_query(url, why, 1, (const char *const[]){o[WHY].value});
	if (o[EXPORT].value)
		return export_clusters(url, o[EXPORT].value);
	code = show_query(url, run, 0, NULL);
	return code == EXIT_OK ? show_query(url, by_database, 0, NULL) : code;
}
