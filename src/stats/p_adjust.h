/*
 * p_adjust.h - p-values adjusted for many tests, as R's p.adjust does it.
 *
 * Sources: Bonferroni; Holm 1979; Hochberg 1988; Hommel 1988; Benjamini & Hochberg 1995; Benjamini &
 * Yekutieli 2001. NaN elements stay NaN and are not counted.
 */
#ifndef PSY_P_ADJUST_H
#define PSY_P_ADJUST_H

#include "core/context.h"

typedef enum psy_adjust
{
	PSY_ADJUST_NONE,
	PSY_ADJUST_BONFERRONI,
	PSY_ADJUST_HOLM,
	PSY_ADJUST_HOCHBERG,
	PSY_ADJUST_HOMMEL,
	PSY_ADJUST_BH,
	PSY_ADJUST_BY
} psy_adjust;

/* Parses R's names (also "fdr" for BH), any case.  PSY_DOMAIN names the allowed values. */
psy_status psy_adjust_parse(const char *name, psy_adjust *method, psy_error *err);

/*
 * p[count] -> adjusted[count] (may be the same array).  tests is the family's size m: at least the number of
 * non-NaN elements; 0 means just that number.  A p outside [0, 1] is PSY_DOMAIN.
 */
psy_status psy_p_adjust(const psy_context *ctx, const double *p, size_t count, psy_adjust method,
						size_t tests, double *adjusted, psy_error *err);

#endif
