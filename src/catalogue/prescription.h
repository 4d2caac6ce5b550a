/*
 * prescription.h - which points a text names: cells of sheets, lists and sentences of papers, in English and
 * Chinese.
 *
 * The rule that keeps it from guessing: text is cut into parts at marks and at and/or, and a part is
 * understood only if every word of it is known.  Then its points stand.  Of a part that is not understood
 * only codes of two letters or more with a number are taken, and none where a word makes them landmarks (2 cm
 * lateral to GV20); the rest is reported as it stands, and so is every name that may mean two points, and
 * every name beside which another point's code stands.
 */
#ifndef PSY_PRESCRIPTION_H
#define PSY_PRESCRIPTION_H

#include "catalogue/token.h"

#define PSY_CANDIDATES_MOST (2 * PSY_MEANINGS_MOST)

typedef enum psy_mention_rule
{
	/* resolved; the first six are psy_alias_kind */
	PSY_RULE_CODE,
	PSY_RULE_DIALECT,
	PSY_RULE_PINYIN,
	PSY_RULE_CHINESE,
	PSY_RULE_ALIAS,
	PSY_RULE_TYPO,
	PSY_RULE_NAME_AND_CODE, /* two names or a name and a code beside each other, of one point */
	PSY_RULE_EAR_CONTEXT,   /* of several meanings the ear point's, among ear points */
	PSY_RULE_CODE_IN_TEXT,  /* a code amid words that are not understood */
	PSY_RULE_NAME_IN_TEXT,  /* a name that stands free amid such words */
	/* not resolved */
	PSY_RULE_AMBIGUOUS,
	PSY_RULE_CONTRADICTION, /* a name and another point's code; a name and something unknown in brackets */
	PSY_RULE_RANGE,         /* BL31-BL34 */
	PSY_RULE_BESIDE,        /* another place than the point named */
	PSY_RULE_UNKNOWN
} psy_mention_rule;

typedef enum psy_certainty
{
	PSY_CERTAINTY_NONE,
	PSY_CERTAINTY_STATED,
	PSY_CERTAINTY_IMPLIED, /* by the list that it stands in */
	PSY_CERTAINTY_ANATOMY  /* a point of the midline */
} psy_certainty;

typedef struct psy_mention
{
	size_t start, end; /* bytes of the text */
	const char *point; /* NULL: not resolved */
	psy_mention_rule rule;
	const char *candidate[PSY_CANDIDATES_MOST]; /* in order of bytes */
	int candidates;
	psy_side side;
	psy_certainty side_certainty;
	psy_role role;
	int alternatives; /* mentions with the same number above 0 are one or the other */
	size_t condition,
		condition_end; /* bytes of the condition that adds the point, equal when there is none */
	double confidence; /* 1; 0.95 by the ear points beside it; 0.9 amid other words; 0.8 misspelt; 0 not
						  resolved */
	/* for the parser */
	psy_alias_kind kind;
	bool ear, midline, set, single_letter;
} psy_mention;

/* *mention comes from the context, in the order of the text; points and candidates belong to the lexicon. */
psy_status psy_prescription_read(const psy_context *ctx, const psy_lexicon *lexicon, const char *text,
								 size_t length, psy_mention **mention, size_t *count, psy_error *err);

const char *psy_mention_rule_name(psy_mention_rule rule);
const char *psy_side_name(psy_side side); /* NULL for none */
const char *psy_role_name(psy_role role); /* NULL for none */
const char *psy_certainty_name(psy_certainty certainty);

#endif
