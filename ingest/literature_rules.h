/*
 * literature_rules.h - the lists of literature_rules.c, a format each; the last rule of a list has no tag.
 *
 * Sources: the RIS specification (Research Information Systems, 2011) and the exports of Ovid, Cochrane,
 * Embase, Scopus, Web of Science, PsycINFO, EBSCO, EndNote, Zotero, CNKI and VIP; NLM's MEDLINE/PubMed data element
 * descriptions; EndNote's and RefWorks' lists of tags; BibTeX's and biblatex's manuals.  A tag that stands in
 * a list as F_EXTRA is known and has no field of its own; one that does not stand there is noted, and kept in
 * the same way.
 */
#ifndef LITERATURE_RULES_H
#define LITERATURE_RULES_H

#include "literature_item.h"

extern const literature_rule rules_ris[];
extern const literature_rule rules_nbib[];
extern const literature_rule rules_wos[];
extern const literature_rule rules_refworks[];
extern const literature_rule rules_enw[];
extern const literature_rule rules_noteexpress[];
extern const literature_rule rules_ovid[];
extern const literature_rule rules_cochrane[];
extern const literature_rule rules_labelled[];
extern const literature_rule rules_gbt7714[];
extern const literature_rule rules_bibtex[];
extern const literature_rule rules_endnote_xml[];
extern const literature_rule rules_ebsco_xml[];
extern const literature_rule rules_columns[];

#endif
