/*
 * reference_sd.h - the standard deviation that arms of one instrument share, for those that report none.
 *
 * The pooled variance sum (n - 1) sd^2 / sum (n - 1) of the arms that have one: Furukawa, Barbui, Cipriani, Brambilla &
 * Watanabe 2006, J Clin Epidemiol 59:7.
 */
#ifndef PSY_REFERENCE_SD_H
#define PSY_REFERENCE_SD_H

#include "core/status.h"

/* Sums over arms: of squares with what their rounding took, of degrees of freedom, and how many arms.  Zero at first. */
typedef struct psy_reference_sd
{
	double squares, carry, df, arms;
} psy_reference_sd;

/* Adds an arm; one of n <= 1 knows no deviation and is left out.  PSY_DOMAIN: sd or n negative or not finite. */
psy_status psy_reference_sd_add(psy_reference_sd *to, double sd, double n, psy_error *err);

void psy_reference_sd_merge(psy_reference_sd *into, const psy_reference_sd *from);

/* NaN where no arm has a deviation. */
double psy_reference_sd_value(const psy_reference_sd *sums);

/* PSY_FORMAT: sums that no arms give. */
psy_status psy_reference_sd_check(const psy_reference_sd *sums, psy_error *err);

#endif
