/*
 * reader_xml.h - what the XML of databases has in common: text of elements as tags and values.
 *
 * reader_endnote_xml.c cuts a file into records, whose root is handed to the one of these that knows its elements.
 */
#ifndef READER_XML_H
#define READER_XML_H

#include "literature.h"

#include <libxml/tree.h>

/* EBSCO's <rec>: tags are the elements' names, with "doi", "pmid" for kinds of <ui>. */
psy_status ebsco_record(const xmlNode *root, literature_record *record, psy_error *err);

/* PubMed's <PubmedArticle> and <PubmedBookArticle>: tags are MEDLINE's (NBIB). */
psy_status pubmed_record(const xmlNode *root, literature_record *record, psy_error *err);

/* All text below the node; carriage returns are line ends. */
void xml_text(const xmlNode *node, buffer *out);
bool xml_named(const xmlNode *node, const char *name);

/* Adds the text unless it is blank. */
psy_status xml_add(literature_record *record, const char *tag, const char *text, size_t length, psy_error *err);

#endif
