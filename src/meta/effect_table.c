/* effect_table.c - see effect_table.h; formulas as in metafor's escalc, with their sources there. */
#include "meta/effect_table.h"

#include "meta/effect_check.h"

#include <math.h>

psy_status
psy_add_to_parse(const char *name, psy_add_to *to, psy_error *err)
{
	static const char *const known[] = {"only0", "all", "if0all", "none"};
	int found = 0;
	psy_status status = psy_effect_choice(name, "to", known, 4, &found, err);

	*to = (psy_add_to) found;
	return status;
}

psy_status
psy_table_check(const psy_table *t, psy_error *err)
{
	const psy_effect_argument argument[] = {{"a", t->a, 0, INFINITY},
											{"b", t->b, 0, INFINITY},
											{"c", t->c, 0, INFINITY},
											{"d", t->d, 0, INFINITY}};

	return psy_effect_check(argument, 4, err);
}

bool
psy_table_is_double_zero(const psy_table *t)
{
	return (t->a == 0 && t->c == 0) || (t->b == 0 && t->d == 0);
}

/* What the rule adds to each count of a set's member that has a zero or has none. */
static double
constant(const psy_add *rule, bool has0)
{
	switch (rule->to)
	{
		case PSY_ADD_ONLY0: return has0 ? rule->add : 0;
		case PSY_ADD_ALL: return rule->add;
		case PSY_ADD_IF0ALL: return has0 || rule->any0 ? rule->add : 0;
		case PSY_ADD_NONE: return 0;
	}
	return 0;
}

psy_table
psy_table_add(const psy_table *t, const psy_add *rule)
{
	double add = constant(rule, t->a == 0 || t->b == 0 || t->c == 0 || t->d == 0);

	return (psy_table){t->a + add, t->b + add, t->c + add, t->d + add};
}

static psy_effect
peto(const psy_table *t)
{
	double n1 = t->a + t->b, n2 = t->c + t->d, n = n1 + n2, events = t->a + t->c;
	double v = events * (t->b + t->d) * (n1 / n) * (n2 / n) / (n - 1);

	return (psy_effect){(t->a - events * n1 / n) / v, 1 / v};
}

static psy_effect
of_table(const psy_table *t, psy_table_measure measure)
{
	double n1 = t->a + t->b, n2 = t->c + t->d, p1 = t->a / n1, p2 = t->c / n2;

	switch (measure)
	{
		case PSY_TABLE_OR:
			return (psy_effect){log(t->a / t->b) - log(t->c / t->d),
								1 / t->a + 1 / t->b + 1 / t->c + 1 / t->d};
		case PSY_TABLE_RR:
			/* 1/a - 1/n1 as b/(a n1): without cancellation when nearly all have the event. */
			return (psy_effect){log(p1) - log(p2), t->b / (t->a * n1) + t->d / (t->c * n2)};
		case PSY_TABLE_RD: return (psy_effect){p1 - p2, p1 * (t->b / n1) / n1 + p2 * (t->d / n2) / n2};
		case PSY_TABLE_PETO: return peto(t);
		case PSY_TABLE_AS: return (psy_effect){asin(sqrt(p1)) - asin(sqrt(p2)), 1 / (4 * n1) + 1 / (4 * n2)};
	}
	return (psy_effect){NAN, NAN};
}

psy_status
psy_effect_table(const psy_table *table, psy_table_measure measure, const psy_add *rule, psy_effect *effect,
				 psy_error *err)
{
	const psy_effect_argument add = {"add", rule->add, 0, INFINITY};
	psy_status status = psy_table_check(table, err);
	psy_table added;

	if (status == PSY_OK)
		status = psy_effect_check(&add, 1, err);
	if (status != PSY_OK)
		return status;
	*effect = (psy_effect){NAN, NAN};
	if (table->a + table->b == 0 || table->c + table->d == 0 ||
		(rule->drop00 && psy_table_is_double_zero(table)))
		return PSY_OK;
	added = psy_table_add(table, rule);
	*effect = of_table(&added, measure);
	if (!isfinite(effect->yi))
		*effect = (psy_effect){NAN, NAN};
	effect->vi = psy_effect_variance(effect->vi);
	return PSY_OK;
}

/* x with the event, m without. */
static psy_effect
of_proportion(double x, double m, psy_proportion_measure measure)
{
	double n = x + m, p = x / n;

	switch (measure)
	{
		case PSY_PROPORTION_PR: return (psy_effect){p, p * (m / n) / n};
		case PSY_PROPORTION_PLN: return (psy_effect){log(p), m / (x * n)};
		case PSY_PROPORTION_PLO: return (psy_effect){log(x / m), 1 / x + 1 / m};
		case PSY_PROPORTION_PAS: return (psy_effect){asin(sqrt(p)), 1 / (4 * n)};
		case PSY_PROPORTION_PFT:
			return (psy_effect){(asin(sqrt(x / (n + 1))) + asin(sqrt((x + 1) / (n + 1)))) / 2,
								1 / (4 * n + 2)};
	}
	return (psy_effect){NAN, NAN};
}

psy_status
psy_effect_proportion(double x, double n, psy_proportion_measure measure, const psy_add *rule,
					  psy_effect *effect, psy_error *err)
{
	const psy_effect_argument argument[] = {
		{"n", n, 0, INFINITY}, {"x", x, 0, INFINITY}, {"add", rule->add, 0, INFINITY}};
	psy_status status = psy_effect_check(argument, 3, err);
	double add;

	if (status != PSY_OK)
		return status;
	if (x > n)
		return psy_fail(err, PSY_DOMAIN, "x is %g, but cannot be above n, which is %g", x, n);
	*effect = (psy_effect){NAN, NAN};
	if (n == 0)
		return PSY_OK;
	add = constant(rule, x == 0 || x == n);
	*effect = of_proportion(x + add, n - x + add, measure);
	if (!isfinite(effect->yi))
		*effect = (psy_effect){NAN, NAN};
	effect->vi = psy_effect_variance(effect->vi);
	return PSY_OK;
}
