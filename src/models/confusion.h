/*
 * confusion.h - predicted labels beside true ones: what a table of counts says.
 *
 * count[truth][predicted] of k classes, row-major.  A statistic that has nothing to stand on (no case of a
 * class, no variation) is NaN, never 0.
 */
#ifndef PSY_CONFUSION_H
#define PSY_CONFUSION_H

#include <stddef.h>
#include <stdint.h>

typedef struct psy_confusion
{
	const int64_t *count;
	size_t k;
	const int64_t *truth;     /* [k] cases of each class */
	const int64_t *predicted; /* [k] */
	int64_t n;
	int64_t hits;
} psy_confusion;

/* Adds up the margins in margin[2 k], which the result keeps. */
psy_confusion psy_confusion_make(const int64_t *count, size_t k, int64_t *margin);

/* Of one class against all others. */
typedef struct psy_binary
{
	int64_t tp, fp, fn, tn;
} psy_binary;

psy_binary psy_confusion_of(const psy_confusion *c, size_t positive);

typedef struct psy_proportion
{
	double estimate;
	double ci_lb;
	double ci_ub;
} psy_proportion;

/* Wilson 1927 (J Am Stat Assoc 22:209) without continuity correction; z is the normal quantile.  NaN for n =
 * 0. */
psy_proportion psy_wilson(int64_t successes, int64_t n, double z);

/* Mean recall over the classes that occur in truth. */
double psy_balanced_accuracy(const psy_confusion *c);

typedef enum psy_average
{
	PSY_AVERAGE_MACRO,    /* mean over the classes that occur */
	PSY_AVERAGE_WEIGHTED, /* by their frequency in truth */
	PSY_AVERAGE_MICRO     /* over all decisions: the accuracy */
} psy_average;

double psy_f1_of(psy_binary b);
double psy_f1(const psy_confusion *c, psy_average average);

/* Matthews' correlation; for more classes Gorodkin 2004 (Comput Biol Chem 28:367).  NaN when a margin does
 * not vary. */
double psy_mcc(const psy_confusion *c);

typedef struct psy_kappa_result
{
	double kappa;
	double se; /* Fleiss, Cohen & Everitt 1969 (Psychol Bull 72:323), eq. 14 */
} psy_kappa_result;

/* Cohen 1960.  NaN when both margins are one class; 0 without se when one margin is. */
psy_kappa_result psy_kappa(const psy_confusion *c);

#endif
