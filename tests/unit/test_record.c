/*
 * test_record.c - records of literature: what is one report and what only looks like it, clusters and their
 * properties, decisions.
 *
 * Every trap is a pair of records that a real search returns, with the verdict that a careful person gives.
 */
#include "unit.h"

#include "catalogue/record_parts.h"

#include <stdbool.h>

static psy_error err;

static psy_span
span(const char *text)
{
	return (psy_span){text, text == NULL ? 0 : strlen(text)};
}

/* A record as the fields that matter here; authors are parted by ';'. */
typedef struct brief
{
	const char *title, *author;
	int year;
	const char *journal, *volume, *issue, *pages, *doi, *type;
} brief;

static psy_record
record_of(const brief *b, int64_t key, psy_span *author)
{
	psy_record r = {.key = key,
					.year = b->year,
					.journal = span(b->journal),
					.volume = span(b->volume),
					.issue = span(b->issue),
					.pages = span(b->pages),
					.doi = span(b->doi),
					.type = span(b->type),
					.author = author};
	const char *at = b->author;

	r.title[0] = span(b->title);
	while (at != NULL && *at != '\0')
	{
		size_t length = strcspn(at, ";");

		author[r.authors++] = (psy_span){at, length};
		at += length + (at[length] == ';');
		at += strspn(at, " ");
	}
	return r;
}

static psy_judgement
match(const brief *a, const brief *b, psy_record_relation *relation)
{
	psy_span author[2][16];
	psy_record_norm *norm[2];
	psy_judgement judgement, reverse;
	psy_record record[2] = {record_of(a, 1, author[0]), record_of(b, 2, author[1])};

	for (int k = 0; k < 2; k++)
		assert_int_equal(psy_record_normalise(&unit_context, &record[k], &norm[k], &err), PSY_OK);
	reverse = psy_record_match(norm[1], norm[0], relation);
	judgement = psy_record_match(norm[0], norm[1], relation);
	assert_int_equal(judgement.verdict, reverse.verdict);
	assert_ptr_equal(judgement.rule, reverse.rule);
	assert_true(judgement.confidence == reverse.confidence);
	for (int k = 0; k < 2; k++)
		psy_record_forget(&unit_context, norm[k]);
	return judgement;
}

#define TITLE "Electroacupuncture for major depressive disorder: a randomised controlled trial"

static const struct
{
	const char *what;
	brief a, b;
	psy_verdict verdict;
	const char *rule; /* NULL: not looked at */
} pairs[] = {
	{"the same, spaced otherwise",
	 {TITLE, "Li, Jing", 2019, "J Affect Disord", "245", "2", "221-8"},
	 {TITLE " ", "LI, JING", 2019, "J. Affect. Disord.", "245", "2", "221-228"},
	 PSY_DUPLICATE,
	 "identical"},
	{"journal and pages abbreviated, initials",
	 {TITLE, "Li, J; Wang, Y", 2019, "J Affect Disord", "245", NULL, "221-8"},
	 {"Electroacupuncture for Major Depressive Disorder: A Randomized Controlled Trial.",
	  "Li, Jing; Wang, Yan", 2019, "Journal of Affective Disorders", "245", "2", "221-228"},
	 PSY_DUPLICATE,
	 "title, authors, place in print"},
	{"a translated title in brackets",
	 {"[" TITLE "]. [Chinese]", "Li, J", 2019, "Zhongguo Zhen Jiu", "39", "1", "21-5"},
	 {TITLE, "Li, J", 2019, "Chinese acupuncture & moxibustion", "39", "1", "21-25"},
	 PSY_DUPLICATE,
	 NULL},
	{"the subtitle missing",
	 {"Electroacupuncture for major depressive disorder", "Li, J; Wang, Y", 2019, "J Affect Disord", NULL,
	  NULL, NULL},
	 {TITLE, "Li, J; Wang, Y", 2019, "Journal of Affective Disorders", "245", "2", "221-228"},
	 PSY_DUPLICATE,
	 "title without subtitle, authors, journal"},
	{"accents",
	 {"R\xc3\xb4le de l'acupuncture dans la d\xc3\xa9pression s\xc3\xa9v\xc3\xa8re", "M\xc3\xbcller, J", 2019,
	  "Revue", "1", "1", "1-9"},
	 {"Role de l'acupuncture dans la depression severe", "Muller, J", 2019, "Revue", "1", "1", "1-9"},
	 PSY_DUPLICATE,
	 "identical"},
	{"Greek letters",
	 {"TNF-\xce\xb1 in depression after acupuncture", "Li, J", 2019, "Brain", "1", "1", "1-9"},
	 {"TNF-alpha in depression after acupuncture", "Li, Jing", 2019, "Brain", "1", "1", "1-9"},
	 PSY_DUPLICATE,
	 NULL},
	{"a Chinese record and its English one, by DOI",
	 {"\xe7\x94\xb5\xe9\x92\x88\xe6\xb2\xbb\xe7\x96\x97\xe6\x8a\x91\xe9\x83\x81\xe7\x97\x87\xe7\x9a\x84\xe4"
	  "\xb8\xb4\xe5\xba\x8a\xe7\xa0\x94\xe7\xa9\xb6",
	  "\xe6\x9d\x8e\xe6\x99\xb6; \xe5\xad\x99\xe9\x98\xb3", 2019,
	  "\xe4\xb8\xad\xe5\x9b\xbd\xe9\x92\x88\xe7\x81\xb8", "39", "1", "21-25",
	  "10.13703/j.0255-2930.2019.01.005"},
	 {TITLE, "Li, Jing; Sun, Yang", 2019, "Zhongguo Zhen Jiu", "39", "1", "21-25",
	  "10.13703/J.0255-2930.2019.01.005"},
	 PSY_DUPLICATE,
	 "DOI, title in another language"},
	{"a Chinese record and its English one, by people and numbers",
	 {"\xe7\x94\xb5\xe9\x92\x88\xe6\xb2\xbb\xe7\x96\x97\xe6\x8a\x91\xe9\x83\x81\xe7\x97\x87\xe7\x9a\x84\xe4"
	  "\xb8\xb4\xe5\xba\x8a\xe7\xa0\x94\xe7\xa9\xb6",
	  "\xe6\x9d\x8e\xe6\x99\xb6; \xe5\xad\x99\xe9\x98\xb3; \xe6\xac\xa7\xe9\x98\xb3\xe4\xbf\xae", 2019,
	  "\xe4\xb8\xad\xe5\x9b\xbd\xe9\x92\x88\xe7\x81\xb8", "39", "1", "21-25"},
	 {TITLE, "Li, J; Sun, Yang; Ouyang, Xiu", 2019, "Chinese Acupuncture", "39", "1", "21-5"},
	 PSY_DUPLICATE,
	 "authors, numbers, title in another language"},
	{"the same pages by other Chinese people",
	 {"\xe7\x94\xb5\xe9\x92\x88\xe6\xb2\xbb\xe7\x96\x97\xe6\x8a\x91\xe9\x83\x81\xe7\x97\x87\xe7\x9a\x84\xe4"
	  "\xb8\xb4\xe5\xba\x8a\xe7\xa0\x94\xe7\xa9\xb6",
	  "\xe5\xbc\xa0\xe4\xbc\x9f; \xe7\x8e\x8b\xe8\x8a\xb3", 2019,
	  "\xe4\xb8\xad\xe5\x9b\xbd\xe9\x92\x88\xe7\x81\xb8", "39", "1", "21-25"},
	 {TITLE, "Li, J; Sun, Yang", 2019, "Chinese Acupuncture", "39", "1", "21-5"},
	 PSY_DISTINCT,
	 NULL},
	{"a talk and its paper",
	 {TITLE, "Li, J; Wang, Y", 2018, "World Congress of Psychiatry", NULL, NULL, "S12", NULL,
	  "conference_abstract"},
	 {TITLE, "Li, J; Wang, Y", 2019, "J Affect Disord", "245", "2", "221-228", NULL, "journal_article"},
	 PSY_UNCERTAIN,
	 NULL},
	{"an abstract and its paper in two volumes of a journal",
	 {TITLE, "Li, J; Wang, Y", 2019, "J Affect Disord", "244", "Suppl 1", "S12"},
	 {TITLE, "Li, J; Wang, Y", 2019, "J Affect Disord", "245", "2", "221-228"},
	 PSY_UNCERTAIN,
	 NULL},
	{"editorials of two issues",
	 {"Editorial", "Li, J", 2019, "J Affect Disord", "245", "1", "1-2"},
	 {"Editorial", "Li, J", 2019, "J Affect Disord", "245", "2", "1-2"},
	 PSY_DISTINCT,
	 NULL},
	{"editorials of two volumes",
	 {"Editorial", "Li, J", 2019, "J Affect Disord", "245", NULL, "1-2"},
	 {"Editorial", "Li, J", 2019, "J Affect Disord", "246", NULL, "1-2"},
	 PSY_DISTINCT,
	 NULL},
	{"the same introduction every year",
	 {"Introduction to the Minitrack on Crowdsourcing and Digital Workforce", "Deng, X", 2021,
	  "Hawaii International Conference on System Sciences", NULL, NULL, NULL, "10.24251/hicss.2021.510"},
	 {"Introduction to the Minitrack on Crowdsourcing and Digital Workforce", "Deng, X", 2022,
	  "Hawaii International Conference on System Sciences", NULL, NULL, NULL, "10.24251/hicss.2022.544"},
	 PSY_UNCERTAIN,
	 "other DOI"},
	{"part 1 and part 2",
	 {"Acupuncture and the brain. Part 1", "Li, J", 2019, "Brain", "5", "1", "1-9"},
	 {"Acupuncture and the brain. Part II", "Li, J", 2019, "Brain", "5", "1", "10-19"},
	 PSY_UNCERTAIN,
	 "other number in the title"},
	{"a paper and its erratum",
	 {TITLE, "Li, J; Wang, Y", 2019, "J Affect Disord", "245", "2", "221-228"},
	 {"Erratum: " TITLE, "Li, J; Wang, Y", 2019, "J Affect Disord", "245", "3", "400"},
	 PSY_UNCERTAIN,
	 "correction, reply or protocol"},
	{"a trial and its protocol",
	 {TITLE, "Li, J; Wang, Y", 2019, "Trials", NULL, NULL, NULL},
	 {TITLE ": study protocol", "Li, J; Wang, Y", 2019, "Trials", NULL, NULL, NULL},
	 PSY_UNCERTAIN,
	 "correction, reply or protocol"},
	{"a preprint and its paper",
	 {TITLE, "Li, J; Wang, Y", 2019, "medRxiv", NULL, NULL, NULL, "10.1101/19000001"},
	 {TITLE, "Li, J; Wang, Y", 2019, "J Affect Disord", "245", "2", "221-228", "10.1016/j.jad.2019.01.001"},
	 PSY_UNCERTAIN,
	 "other DOI"},
	{"men and women",
	 {"Resting state connectivity after acupuncture in depressed men", "Li, J; Wang, Y", 2019, "Brain", "5",
	  NULL, NULL},
	 {"Resting state connectivity after acupuncture in depressed women", "Li, J; Wang, Y", 2019, "Brain", "5",
	  NULL, NULL},
	 PSY_UNCERTAIN,
	 NULL},
	{"one DOI on two papers",
	 {"Understanding information privacy assimilation", "Attili, V", 2018, "CAIS", "42", NULL, NULL,
	  "10.17705/1cais.04204"},
	 {"MISunderstood: a longitudinal analysis of misperceptions", "Annabi, H", 2019, "CAIS", "44", NULL, NULL,
	  "10.17705/1cais.04204"},
	 PSY_UNCERTAIN,
	 NULL},
	{"family and given name in each other's place, one as an initial",
	 {"Required abilities in the online labour market of today", "Carignani, Andrea; Negri, Lorenzo", 2010, "International Conference on Information Systems",
	  NULL, NULL, "1-15", NULL, "conference_paper"},
	 {"Required abilities in the online labour market of today", "Andrea, C.; Lorenzo, N.", 2010, "ICIS - Thirty First International Conference on Information Systems",
	  NULL, NULL, NULL, NULL, "conference_paper"},
	 PSY_DUPLICATE,
	 NULL},
	{"a footnote's mark behind the title",
	 {TITLE " 1", "Li, J; Wang, Y", 2019, "J Affect Disord", "245", "2", "221-228"},
	 {TITLE, "Li, J; Wang, Y", 2019, "J Affect Disord", "245", "2", "221"},
	 PSY_DUPLICATE,
	 NULL},
	{"two abstracts of one page, one with a number",
	 {TITLE " 1", "Li, J; Wang, Y", 2019, "J Affect Disord", "245", "2", "221"},
	 {TITLE, "Li, J; Wang, Y", 2019, "J Affect Disord", "245", "2", "221"},
	 PSY_UNCERTAIN,
	 "other number in the title"},
	{"a word of the title that changed on the way to print",
	 {"Moral hazards and effects of IT-enabled monitoring systems in online labour markets", "Liang, Chen; Hong, Yili; Gu, Bin", 2017,
	  "Hawaii International Conference on System Sciences", NULL, NULL, "44-53", NULL, "conference_paper"},
	 {"Moral hazards and effects of enhanced monitoring systems in online labour markets", "Liang, Chen; Hong, Yili; Gu, Bin", 2017,
	  "50th Annual Hawaii International Conference on System Sciences", NULL, NULL, "44-53", NULL, "conference_paper"},
	 PSY_DUPLICATE,
	 "authors, pages, like title"},
	{"two papers of alike titles, each paged by itself",
	 {"Moral hazards and effects of IT-enabled monitoring systems in online labour markets", "Liang, Chen; Hong, Yili; Gu, Bin", 2017,
	  "Hawaii International Conference on System Sciences", NULL, NULL, "1-10", NULL, "conference_paper"},
	 {"Moral hazards and effects of enhanced monitoring systems in online labour markets", "Liang, Chen; Hong, Yili; Gu, Bin", 2017,
	  "Hawaii International Conference on System Sciences", NULL, NULL, "1-10", NULL, "conference_paper"},
	 PSY_UNCERTAIN,
	 NULL},
	{"people of one family name",
	 {"A study of acupuncture in depression", "Hall, Laura", 2019, NULL, NULL, NULL, NULL},
	 {"A study of acupuncture in depression", "Hall, Gillian", 2019, NULL, NULL, NULL, NULL},
	 PSY_DISTINCT,
	 NULL},
	{"no title",
	 {NULL, "Zuber, J; Loirat, C", 2011, "Nat Rev Nephrol", "7", "1", "23-35"},
	 {"New insights into haemolytic uraemic syndrome", "Zuber, J; Loirat, C", 2011, "Nat Rev Nephrol", "7",
	  "1", "23-35"},
	 PSY_UNCERTAIN,
	 NULL},
};

static void
test_pairs(void **state)
{
	for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
	{
		psy_record_relation relation;
		psy_judgement found = match(&pairs[k].a, &pairs[k].b, &relation);

		if (found.verdict != pairs[k].verdict ||
			(pairs[k].rule != NULL && (found.rule == NULL || strcmp(found.rule, pairs[k].rule) != 0)))
			fail_msg("%s: verdict %d by %s; expected %d by %s", pairs[k].what, found.verdict,
					 found.rule == NULL ? "no rule" : found.rule, pairs[k].verdict,
					 pairs[k].rule == NULL ? "any rule" : pairs[k].rule);
	}
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static size_t
edits_by_table(const char *a, size_t m, const char *b, size_t n)
{
	size_t row[700], before;

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; i <= m; i++)
	{
		before = row[0];
		row[0] = i;
		for (size_t j = 1; j <= n; j++)
		{
			size_t above = row[j], best = before + (a[i - 1] != b[j - 1]);

			best = above + 1 < best ? above + 1 : best;
			row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			before = above;
		}
	}
	return row[n];
}

static void
test_edits(void **state)
{
	unsigned seed = 20261123;
	char a[512], b[512];

	for (int trial = 0; trial < 3000; trial++)
	{
		size_t m = (size_t) (rand_r(&seed) % (trial % 10 == 0 ? 500 : 70)),
			   n = (size_t) (rand_r(&seed) % (trial % 10 == 0 ? 500 : 70));

		for (size_t k = 0; k < m; k++)
			a[k] = (char) ('a' + rand_r(&seed) % 3);
		for (size_t k = 0; k < n; k++)
			b[k] = k < m && rand_r(&seed) % 3 ? a[k] : (char) ('a' + rand_r(&seed) % 3);
		assert_int_equal(record_edits((psy_span){a, m}, (psy_span){b, n}), edits_by_table(a, m, b, n));
	}
}

static void
test_pinyin(void **state)
{
	assert_string_equal(record_pinyin(0x674E), "li");
	assert_string_equal(record_pinyin(0x5433), "wu");
	assert_string_equal(record_pinyin(0x5442), "lv");
	assert_string_equal(record_pinyin('a'), "");
	assert_string_equal(record_pinyin(0x20000), "");
}

/* ---- clusters -------------------------------------------------------------------------------- */

#define MANY 60

static psy_span authors_of[MANY][16];

static psy_record_result
deduplicate(const psy_record *record, size_t count, const psy_record_decision *decision, size_t decisions)
{
	psy_record_result result;

	assert_int_equal(psy_record_deduplicate(&unit_context, record, count, decision, decisions, &result, &err),
					 PSY_OK);
	assert_int_equal(result.members, count);
	return result;
}

static int64_t
cluster_of(const psy_record_result *result, int64_t key)
{
	for (size_t k = 0; k < result->members; k++)
		if (result->member[k].key == key)
			return result->member[k].cluster;
	fail_msg("no record %ld", (long) key);
	return 0;
}

static void
free_result(psy_record_result *result)
{
	free(result->pair);
	free(result->member);
}

static size_t
all_traps(psy_record *record)
{
	size_t n = 0;

	for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
		for (int side = 0; side < 2; side++, n++)
			record[n] = record_of(side == 0 ? &pairs[k].a : &pairs[k].b, (int64_t) n + 10, authors_of[n]);
	return n;
}

static void
test_order(void **state)
{
	psy_record record[MANY];
	size_t n = all_traps(record);
	psy_record_result first = deduplicate(record, n, NULL, 0);
	unsigned seed = 7;

	for (int trial = 0; trial < 20; trial++)
	{
		psy_record_result again;

		for (size_t k = n; k > 1; k--)
		{
			size_t j = (size_t) rand_r(&seed) % k;
			psy_record swap = record[k - 1];

			record[k - 1] = record[j];
			record[j] = swap;
		}
		again = deduplicate(record, n, NULL, 0);
		assert_int_equal(again.pairs, first.pairs);
		assert_memory_equal(again.member, first.member, n * sizeof *first.member);
		for (size_t k = 0; k < first.pairs; k++)
		{
			assert_int_equal(again.pair[k].a, first.pair[k].a);
			assert_int_equal(again.pair[k].b, first.pair[k].b);
			assert_ptr_equal(again.pair[k].judgement.rule, first.pair[k].judgement.rule);
		}
		free_result(&again);
	}
	free_result(&first);
}

/* No chain of pairs brings two papers with a DOI each into one cluster. */
static void
test_contradiction(void **state)
{
	static const brief chain[] = {
		{TITLE, "Li, J; Wang, Y", 2019, "J Affect Disord", NULL, NULL, NULL, "10.1016/j.jad.2019.01.001"},
		{TITLE, "Li, J; Wang, Y", 2019, "J Affect Disord", NULL, NULL, NULL, NULL},
		{TITLE, "Li, J; Wang, Y", 2019, "J Affect Disord", NULL, NULL, NULL, "10.1016/j.jad.2019.09.009"}};
	psy_record record[3];
	psy_record_result result;

	for (int k = 0; k < 3; k++)
		record[k] = record_of(&chain[k], k + 1, authors_of[k]);
	result = deduplicate(record, 3, NULL, 0);
	assert_int_not_equal(cluster_of(&result, 1), cluster_of(&result, 3));
	assert_true(cluster_of(&result, 2) == 1 || cluster_of(&result, 3) == 2);
	assert_int_equal(result.pairs, 3);
	free_result(&result);
}

static void
test_decisions(void **state)
{
	brief one = {TITLE, "Li, J; Wang, Y", 2019, "J Affect Disord", "245", "2", "221-228"},
		  other = {"Something else altogether about sleep", "Zhou, Q", 1999, NULL};
	psy_record record[4] = {record_of(&one, 1, authors_of[0]), record_of(&one, 2, authors_of[1]),
							record_of(&one, 3, authors_of[2]), record_of(&other, 4, authors_of[3])};
	psy_record_result plain = deduplicate(record, 4, NULL, 0);
	psy_record_result decided = deduplicate(
		record, 4, (psy_record_decision[]){{2, 1, true}, {1, 4, true}, {1, 2, false}, {9, 1, true}}, 4);

	assert_int_equal(cluster_of(&plain, 3), 1);
	assert_int_equal(cluster_of(&plain, 4), 4);
	assert_int_equal(cluster_of(&decided, 4), 1);
	assert_int_equal(cluster_of(&decided, 2), 2);
	free_result(&plain);
	free_result(&decided);
}

/* A block far beyond the window: what says the same meets even so. */
static void
test_large_block(void **state)
{
	size_t n = 1200;
	psy_record *record = calloc(n, sizeof *record);
	char(*pages)[16] = calloc(n, sizeof *pages);
	psy_record_result result;

	for (size_t k = 0; k < n; k++)
	{
		snprintf(pages[k], sizeof *pages, "%zu-%zu", k / 2 * 10 + 1, k / 2 * 10 + 4);
		record[k] = (psy_record){.key = (int64_t) k + 1,
								 .title = {span("Editorial")},
								 .year = 2019,
								 .journal = span("Brain"),
								 .volume = span("5"),
								 .pages = span(pages[k])};
	}
	result = deduplicate(record, n, NULL, 0);
	assert_int_equal(result.widest, n / 2);
	assert_true(result.compared < n / 2 * (PSY_RECORD_WINDOW + 8));
	for (size_t k = 0; k < n; k++)
		assert_int_equal(cluster_of(&result, (int64_t) k + 1), k / 2 * 2 + 1);
	free_result(&result);
	free(record);
	free(pages);
}

static void
test_errors(void **state)
{
	psy_record record[2] = {{.key = 5}, {.key = 5}};
	psy_record_result result;

	assert_int_equal(psy_record_deduplicate(&unit_context, record, 2, NULL, 0, &result, &err), PSY_DOMAIN);
	record[0] = (psy_record){.key = 1, .title = {span("\xff\xfe broken")}};
	assert_int_equal(psy_record_deduplicate(&unit_context, record, 1, NULL, 0, &result, &err), PSY_FORMAT);
	assert_int_equal(psy_record_deduplicate(&unit_context, record, 0, NULL, 0, &result, &err), PSY_OK);
	free_result(&result);
	/* Records that say nothing are each their own. */
	record[0] = (psy_record){.key = 1};
	record[1] = (psy_record){.key = 2};
	result = deduplicate(record, 2, NULL, 0);
	assert_int_equal(cluster_of(&result, 2), 2);
	free_result(&result);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_pairs),         cmocka_unit_test(test_edits),
									   cmocka_unit_test(test_pinyin),        cmocka_unit_test(test_order),
									   cmocka_unit_test(test_contradiction), cmocka_unit_test(test_decisions),
									   cmocka_unit_test(test_large_block),   cmocka_unit_test(test_errors)};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
