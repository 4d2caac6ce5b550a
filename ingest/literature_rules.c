/* literature_rules.c - which field a tag holds, format by format; see literature_item.h and literature_rules.h. */
#include "literature_rules.h"

#include <string.h>

static const literature_rule *
rules_of(literature_format format)
{
	switch (format)
	{
		case LITERATURE_RIS: return rules_ris;
		case LITERATURE_NBIB: return rules_nbib;
		case LITERATURE_WOS: return rules_wos;
		case LITERATURE_REFWORKS: return rules_refworks;
		case LITERATURE_ENW: return rules_enw;
		case LITERATURE_NOTEEXPRESS: return rules_noteexpress;
		case LITERATURE_OVID: return rules_ovid;
		case LITERATURE_COCHRANE: return rules_cochrane;
		case LITERATURE_BIBTEX: return rules_bibtex;
		case LITERATURE_ENDNOTE_XML: return rules_endnote_xml;
		case LITERATURE_EBSCO_XML: return rules_ebsco_xml;
		case LITERATURE_PUBMED_XML: return rules_nbib; /* its reader gives the elements their tags */
		case LITERATURE_LABELLED: return rules_labelled;
		case LITERATURE_GBT7714: return rules_gbt7714;
		default: return rules_columns;
	}
}

static const literature_rule *
find_rule(const literature_rule *rules, const char *tag, size_t length)
{
	for (const literature_rule *r = rules; r->tag != NULL; r++)
		if (r->tag[0] == tag[0] && strlen(r->tag) == length && memcmp(r->tag, tag, length) == 0)
			return r;
	return NULL;
}

const literature_rule *
literature_rule_of(literature_format format, const char *tag, size_t length)
{
	return find_rule(rules_of(format), tag, length);
}

const literature_rule *
literature_column(const char *folded)
{
	return find_rule(rules_columns, folded, strlen(folded));
}
