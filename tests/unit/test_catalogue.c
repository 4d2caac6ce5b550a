/* test_catalogue.c - folding, sets, Fisher's test, clustering, item sets and prescriptions without a server. */
#include "unit.h"

#include "catalogue/fold.h"
#include "catalogue/itemset.h"
#include "catalogue/prescription.h"
#include "catalogue/sets.h"
#include "catalogue/similarity.h"
#include "catalogue/variants.h"

#include <stdbool.h>

static psy_error err;

static void
assert_folds(const char *text, const char *expected)
{
	char *folded;
	size_t length;

	assert_int_equal(psy_fold(&unit_context, text, strlen(text), &folded, &length, &err), PSY_OK);
	assert_string_equal(folded, expected);
	assert_int_equal(length, strlen(expected));
	free(folded);
}

static void
test_fold(void **state)
{
	assert_folds("  ＧＶ２４＋、 百會 ", "gv24+ 百会");
	assert_folds("Xi'an — 3.6 mA", "xian 3 6 ma");
	assert_folds("増加, 後谿; 衝陽", "增加 后溪 冲阳");
	assert_folds("", "");
	for (uint32_t c = 0; c < 0x20000; c++)
		assert_int_equal(psy_simplified(psy_simplified(c)), psy_simplified(c));
	assert_int_equal(psy_fold(&unit_context, "\xff", 1, NULL, NULL, &err), PSY_FORMAT);
}

static void
test_jaccard(void **state)
{
	int32_t a[] = {3, 1, 2, 3}, b[] = {2, 3, 4};
	size_t n = psy_set_sort(a, 4);

	assert_int_equal(n, 3);
	assert_close(psy_jaccard(a, n, b, 3), 0.5, 0);
	assert_true(isnan(psy_jaccard(a, 0, b, 0)));
}

/* The hypergeometric probabilities by their own recurrence, summed by brute force. */
static double
tail_by_sum(int a, int b, int c, int d)
{
	int low = a - (a < d ? a : d), high = a + (b < c ? b : c);
	double term = 1, all = 0, tail = 0;

	for (int x = low; x <= high; x++)
	{
		double bb = a + b - x, cc = a + c - x, dd = d - a + x;

		all += term;
		tail += x >= a ? term : 0;
		term *= bb * cc / ((x + 1.0) * (dd + 1));
	}
	return tail / all;
}

static void
test_fisher(void **state)
{
	double p, q;

	for (int a = 0; a < 9; a++)
		for (int b = 0; b < 9; b++)
			for (int c = 0; c < 9; c++)
				for (int d = 0; d < 9; d++)
				{
					assert_int_equal(psy_fisher_exact(a, b, c, d, PSY_TAIL_GREATER, &p, &err), PSY_OK);
					assert_close(p, tail_by_sum(a, b, c, d), 1e-12);
					/* Rows exchanged, greater is less. */
					assert_int_equal(psy_fisher_exact(c, d, a, b, PSY_TAIL_LESS, &q, &err), PSY_OK);
					assert_close(q, p, 1e-12);
				}
	assert_int_equal(psy_fisher_exact(-1, 0, 0, 0, PSY_TAIL_LESS, &p, &err), PSY_DOMAIN);
}

static void
test_cluster(void **state)
{
	double distance[] = {1, 4, 5, 4, 5, 2};
	psy_fusion f[3];
	int32_t group[4];

	assert_int_equal(psy_cluster(&unit_context, distance, 4, PSY_LINK_AVERAGE, f, &err), PSY_OK);
	assert_close(f[2].height, 4.5, 0);
	assert_int_equal(f[2].a, 4);
	assert_int_equal(f[2].b, 5);
	assert_int_equal(psy_cluster_cut(&unit_context, f, 4, 2, group, &err), PSY_OK);
	assert_memory_equal(group, ((int32_t[]){1, 1, 2, 2}), sizeof group);
	distance[0] = NAN;
	assert_int_equal(psy_cluster(&unit_context, distance, 4, PSY_LINK_AVERAGE, f, &err), PSY_DOMAIN);
}

/* Item sets of random baskets against a count over all of them. */
static void
test_itemsets(void **state)
{
	enum { BASKETS = 300, ITEMS = 9 };
	int32_t item[BASKETS * ITEMS];
	size_t start[BASKETS + 1] = {0}, sets = 0;
	double weight[BASKETS], total = 0;
	unsigned mask[BASKETS];
	psy_baskets b = {BASKETS, item, start, weight};
	psy_itemset_options o = {0.08, ITEMS, 1000, 1 << 22};
	psy_itemsets found;
	unsigned seed = 20261123;

	for (int k = 0; k < BASKETS; k++)
	{
		start[k + 1] = start[k];
		mask[k] = 0;
		for (int i = 0; i < ITEMS; i++)
		{
			seed = seed * 1664525u + 1013904223u;
			if ((seed >> 16) % 10 < (unsigned) i)
			{
				item[start[k + 1]++] = i + 1;
				mask[k] |= 1u << i;
			}
		}
		weight[k] = 1.0 / (1 + k % 4);
		total += weight[k];
	}
	assert_int_equal(psy_itemset_mine(&unit_context, &b, &o, &found, &err), PSY_OK);
	assert_close(found.total, total, 1e-12);
	for (unsigned wanted = 1; wanted < 1u << ITEMS; wanted++)
	{
		double sum = 0;

		for (int k = 0; k < BASKETS; k++)
			sum += (mask[k] & wanted) == wanted ? weight[k] : 0;
		sets += sum >= o.min_support * total * (1 - 1e-9);
	}
	assert_int_equal(found.count, sets);
	for (size_t k = 0; k < found.count; k++)
	{
		double sum = 0;
		unsigned wanted = 0;
		int64_t n = 0;

		for (int i = 0; i < found.set[k].size; i++)
			wanted |= 1u << (found.item[found.set[k].at + i] - 1);
		for (int j = 0; j < BASKETS; j++)
			if ((mask[j] & wanted) == wanted)
			{
				sum += weight[j];
				n++;
			}
		assert_close(found.set[k].weight, sum, 1e-12);
		assert_int_equal(found.set[k].n, n);
	}
	psy_itemsets_free(&unit_context, &found);
	o.memory = 1000;
	assert_int_equal(psy_itemset_mine(&unit_context, &b, &o, &found, &err), PSY_LIMIT);
}

static const char words[] = "wailing\tST26\tpinyin\t\ngv20\tGV20\tcode\tm\nbaihui\tGV20\tpinyin\tm\n百会\tGV20\tchinese\tm\nexhn3\tEX-HN3\tcode\tm\ngv24+\tEX-HN3\tdialect\tm\n"
							"gv24\tGV24\tcode\tm\npc6\tPC6\tcode\t\n内关\tPC6\tchinese\t\n神门\tHT7\tchinese\t\n神门\tTF4\tchinese\te\n心\tCO15\tchinese\tew\n"
							"at2\tAT2\tcode\te\nlr3\tLR3\tcode\t\n太冲\tLR3\tchinese\t\nh7\tHT7\tdialect\t\n";

/* What is read, as POINT@side/role~group or ?verbatim. */
static void
assert_reads(const char *text, const char *expected)
{
	psy_lexicon lexicon;
	psy_mention *m;
	size_t count;
	char got[1000] = "";

	assert_int_equal(psy_lexicon_read(&unit_context, words, strlen(words), &lexicon, &err), PSY_OK);
	assert_int_equal(psy_prescription_read(&unit_context, &lexicon, text, strlen(text), &m, &count, &err), PSY_OK);
	for (size_t k = 0; k < count; k++)
	{
		size_t used = strlen(got);

		used += (size_t) snprintf(got + used, sizeof got - used, "%s%s%.*s", k ? " " : "", m[k].point ? m[k].point : "?",
								  m[k].point ? 0 : (int) (m[k].end - m[k].start), text + m[k].start);
		if (m[k].side != PSY_SIDE_NONE && m[k].side != PSY_SIDE_MIDLINE)
			used += (size_t) snprintf(got + used, sizeof got - used, "@%s", psy_side_name(m[k].side));
		if (m[k].role != PSY_ROLE_NONE)
			used += (size_t) snprintf(got + used, sizeof got - used, "/%s", psy_role_name(m[k].role));
		if (m[k].alternatives > 0)
			snprintf(got + used, sizeof got - used, "~%d", m[k].alternatives);
	}
	assert_string_equal(got, expected);
	free(m);
	psy_lexicon_free(&unit_context, &lexicon);
}

static void
test_prescription(void **state)
{
	assert_reads("百会(GV20)、双侧内关、太冲", "GV20 PC6@bilateral LR3@bilateral");
	assert_reads("主穴：百会；配穴：内关（左）", "GV20/main PC6@left/adjunct");
	assert_reads("GV24+GV20, GV24+ and GV24", "GV24 GV20 EX-HN3 GV24");
	assert_reads("百会、神门", "GV20 ?神门");
	assert_reads("耳穴：神门、心", "TF4 CO15");
	assert_reads("心、百会", "?心 GV20");
	assert_reads("PC6 or LR3", "PC6~1 LR3~1");
	assert_reads("GV20 at 2 Hz", "GV20");
	assert_reads("3 cm lateral to GV20", "?3 cm lateral to GV20");
	assert_reads("3 cm lateral to GV20 and LR3", "?3 cm lateral to GV20 ?LR3");
	assert_reads("between GV20 and PC6", "?between GV20 ?PC6");
	assert_reads("百会与太冲之间", "?百会 ?太冲之间");
	assert_reads("3 cm lateral to GV20, LR3", "?3 cm lateral to GV20 LR3");
	assert_reads("moxibustion to GV20", "GV20");
	assert_reads("百会(PC6)", "?百会(PC6)");
	assert_reads("H7, GV20", "HT7 GV20");
	assert_reads("H7 vertebra, GV20", "?H7 vertebra GV20");
	assert_reads("失眠加太冲", "LR3/by_syndrome");
	assert_reads("Baihiu", "GV20");
	assert_reads("waiting, GV20", "?waiting GV20");
	assert_reads("wailling, GV20", "ST26 GV20");
	assert_reads("", "");
}

/* Parts with words that are not known: what can be nothing else is taken. */
static void
test_half_understood(void **state)
{
	assert_reads("Rats received EA at GV20 daily", "?Rats received EA at GV20");
	assert_reads("PC6 receptor and GV20", "?PC6 receptor GV20");
	assert_reads("太冲脉盛、百会", "?太冲脉盛 GV20");
	assert_reads("嘱患者于百会穴平刺", "?嘱患者于 GV20");
	assert_reads("PC6 and LR3 were not needled", "?PC6 ?LR3 were not needled");
	assert_reads("sham points near PC6, LR3; GV20", "?sham points near PC6 ?LR3 GV20");
	assert_reads("sham needles at GV20", "GV20");
	assert_reads("内关向百会平刺", "PC6 ?向百会平刺");
	assert_reads("LR3 5 ms, PC6", "LR3 PC6");
	assert_reads("LR 3 ms, PC6", "?LR 3 ms PC6");
}

/* Sides, roles, conditions and alternatives that more than one point shares. */
static void
test_shared(void **state)
{
	assert_reads("1）百会 2）内关", "GV20 PC6");
	assert_reads("left PC6 and LR3, GV20", "PC6@left LR3@left GV20");
	assert_reads("left PC6, LR3", "PC6@left LR3");
	assert_reads("left and right PC6", "PC6@bilateral");
	assert_reads("患侧：内关、太冲", "PC6@affected LR3@affected");
	assert_reads("GV20, LR3 and PC6, the last two points bilaterally", "GV20 LR3@bilateral PC6@bilateral");
	assert_reads("百会（或太冲）", "GV20~1 LR3~1");
	assert_reads("百会，配内关；太冲", "GV20 PC6/adjunct LR3");
	assert_reads("肝郁配太冲", "LR3/by_syndrome");
	assert_reads("for insomnia, LR3 was added", "LR3/by_syndrome");
	assert_reads("LR3 and PC6 were added in those with insomnia", "LR3/by_syndrome PC6/by_syndrome ?insomnia");
	assert_reads("LR3 (if insomnia), GV20", "LR3/by_syndrome GV20");
	assert_reads("primary outcome was mood; GV20", "?primary outcome was mood GV20");
	assert_reads("Baihui - GV20; PC6, 内关", "GV20 PC6");
}

static void
test_lexicon_refuses(void **state)
{
	static const char *const bad[] = {"a\tb\tcode\n", "a\tb\tcode\t", "a\tb\tother\t\n", "a\tb\tcode\tx\n", "\tb\tcode\t\n"};
	psy_lexicon lexicon;

	for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
		assert_int_equal(psy_lexicon_read(&unit_context, bad[k], strlen(bad[k]), &lexicon, &err), PSY_FORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold),     cmocka_unit_test(test_jaccard),      cmocka_unit_test(test_fisher),
		cmocka_unit_test(test_cluster),  cmocka_unit_test(test_itemsets),     cmocka_unit_test(test_prescription),
		cmocka_unit_test(test_half_understood), cmocka_unit_test(test_shared), cmocka_unit_test(test_lexicon_refuses),
	};

	return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
