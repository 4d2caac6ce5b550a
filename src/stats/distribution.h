/*
 * distribution.h - normal, t, chi-square and F: tail probabilities, their logarithms, quantiles.
 *
 * Accuracy: 1e-12 relative against exact values, tails down to 1e-300, over df from 0.1 (F: 0.5) to 1e6, for
 * t to Inf; log forms go on beyond that (a z of 40 has log p = -804.6).  Measured: 4.4e-13 at worst, at tails
 * of 1e-300; see tests/unit/test_distribution.c.  Quantiles are as exact wherever x is determined by a double
 * p, and are 0 or Inf where they leave the double range.
 *
 * NaN in, NaN out; df <= 0 gives NaN, p outside [0, 1] too.  df may be Inf where the limit exists: t ->
 * normal, F(df1, Inf) -> chi-square(df1)/df1, F(Inf, df2) -> df2/chi-square(df2).  All functions are pure: no
 * state, no allocation. Sources: NIST DLMF 7, 8.2, 8.12, 8.17; Loader 2000; Didonato & Morris 1992; Temme
 * 1979; Wilson & Hilferty 1931.
 */
#ifndef PSY_DISTRIBUTION_H
#define PSY_DISTRIBUTION_H

typedef enum psy_tail
{
	PSY_LOWER, /* P(X <= x) */
	PSY_UPPER  /* P(X > x), computed directly where it is small: never as 1 - lower */
} psy_tail;

double psy_normal_p(double z, psy_tail tail);
double psy_normal_log_p(double z, psy_tail tail);
double psy_normal_quantile(double p, psy_tail tail);

double psy_t_p(double t, double df, psy_tail tail);
double psy_t_log_p(double t, double df, psy_tail tail);
double psy_t_quantile(double p, double df, psy_tail tail);

double psy_chisq_p(double x, double df, psy_tail tail);
double psy_chisq_log_p(double x, double df, psy_tail tail);
double psy_chisq_quantile(double p, double df, psy_tail tail);

double psy_f_p(double x, double df1, double df2, psy_tail tail);
double psy_f_log_p(double x, double df1, double df2, psy_tail tail);
double psy_f_quantile(double p, double df1, double df2, psy_tail tail);

/* Two-sided p = P(|X| >= |statistic|); df = Inf means normal.  *log_p (may be NULL) stays finite where p is
 * 0. */
double psy_two_sided_p(double statistic, double df, double *log_p);

/*
 * Fills p[] and log_p[] (either may be NULL) for m statistics that share one df or, when df_each is not NULL,
 * have their own.  About 15 ns each at df 198, where most are not far out; p of one statistic is the same bits
 * whatever its neighbours.
 */
void psy_two_sided_p_many(const double *statistic, const double *df_each, double df, unsigned long m,
						  double *p, double *log_p);

#endif
