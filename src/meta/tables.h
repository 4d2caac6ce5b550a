/*
 * tables.h - one common effect of many 2x2 tables (Mantel-Haenszel, Peto), and the tests of small-study
 * effects that need counts.  Numbers are those of metafor's rma.mh and rma.peto.
 *
 * Tables are sorted first, so that results do not depend on their order.
 */
#ifndef PSY_TABLES_H
#define PSY_TABLES_H

#include "meta/effect_table.h"
#include "meta/line.h"

/* Names in any case; OR, RR and RD. */
psy_status psy_mh_measure_parse(const char *name, psy_table_measure *measure, psy_error *err);

/*
 * study: the constant and drop00 for the studies' own effects, of which Q is made (any0 is found here).
 * pooled: for the pooled estimate itself; its drop00 leaves tables without or with nothing but events out of
 * everything. correct: the continuity correction of the Mantel-Haenszel test.
 */
typedef struct psy_tables_options
{
	psy_table_measure measure; /* PSY_TABLE_OR, RR, RD; PETO */
	psy_add study, pooled;
	bool correct;
	double level;
} psy_tables_options;

/*
 * k tables, k_effects of them with an effect of their own.  Q, I2 (per cent) and H2 from those.  mh: test of
 * no association, 1 df; bd and ta: tests of equal odds ratios by Breslow-Day and with Tarone's correction,
 * bd_df df (OR only).  NaN is "not available"; note says why, or is NULL.
 */
typedef struct psy_tables_result
{
	size_t k, k_effects, double_zero; /* tables without or with nothing but events, and so without an effect of their own */
	double estimate, se, statistic, p, log_p, ci_lb, ci_ub, q, q_df, q_p, i2, h2;
	double mh, mh_p, bd, bd_df, bd_p, ta, ta_p;
	const char *note;
} psy_tables_result;

void psy_tables_sort(psy_table *table, size_t k);

/* table[k] sorted.  PSY_DOMAIN: level or a constant that cannot be. */
psy_status psy_tables_pool(const psy_table *table, size_t k, const psy_tables_options *options,
						   psy_tables_result *result, psy_error *err);

typedef enum psy_tables_test
{
	PSY_TABLES_HARBORD,   /* Z/V on 1/sqrt(V), weights V: Harbord, Egger & Sterne 2006 */
	PSY_TABLES_PETERS,    /* ln OR on 1/n, weights 1/(1/events + 1/others): Peters et al. 2006 */
	PSY_TABLES_MACASKILL, /* ln OR on n, the same weights: Macaskill, Walter & Irwig 2001 */
	PSY_TABLES_DEEKS      /* ln OR on 1/sqrt(ESS), weights ESS = 4 n1 n2/n: Deeks, Macaskill & Irwig 2005 */
} psy_tables_test;

/* ln OR with 1/2 added to tables with a zero; tables with no or nothing but events are left out. */
psy_status psy_tables_bias(const psy_context *ctx, const psy_table *table, size_t k, psy_tables_test test,
						   double level, psy_line *line, psy_error *err);

#endif
