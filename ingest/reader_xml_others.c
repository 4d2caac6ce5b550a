/*
 * reader_xml_others.c - records of EBSCO's XML and of PubMed's; see reader_xml.h.
 *
 * Both hold more than a citation (holdings, dates of processing, lists of references): that stays in the record's raw bytes.
 * EBSCO writes a day into every date; only what its text says as well is taken.
 */
#include "reader_xml.h"

#include "reader_tagged.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The first child of the name below a path "Journal/JournalIssue/Volume"; NULL where there is none. */
static const xmlNode *
at_path(const xmlNode *node, const char *path)
{
	for (char name[64]; node != NULL && *path != '\0';)
	{
		size_t n = strcspn(path, "/");

		if (n >= sizeof name)
			return NULL;
		memcpy(name, path, n);
		name[n] = '\0';
		path += n + (path[n] == '/');
		for (node = node->children; node != NULL && !xml_named(node, name);)
			node = node->next;
	}
	return node;
}

static bool
attribute_is(const xmlNode *node, const char *name, const char *value)
{
	xmlChar *found = xmlGetProp(node, (const xmlChar *) name);
	bool same = found != NULL && strcmp((const char *) found, value) == 0;

	xmlFree(found);
	return same;
}

static psy_status
add_node(literature_record *record, const char *tag, const xmlNode *node, psy_error *err)
{
	buffer text = {0};
	psy_status status = PSY_OK;

	if (node == NULL)
		return PSY_OK;
	xml_text(node, &text);
	if (text.size > 0)
		status = xml_add(record, tag, text.data, text.size, err);
	buffer_free(&text);
	return status;
}

static psy_status
add_attribute(literature_record *record, const char *tag, const xmlNode *node, const char *name, psy_error *err)
{
	xmlChar *value = node != NULL ? xmlGetProp(node, (const xmlChar *) name) : NULL;
	psy_status status = value != NULL ? xml_add(record, tag, (const char *) value, strlen((const char *) value), err) : PSY_OK;

	xmlFree(value);
	return status;
}

/* ---- EBSCO ---- */

/* <dt year="2010" month="10" day="01">Oct2010</dt>: the day only where the text has one, "10/15/2010" or "15Oct2010". */
static psy_status
ebsco_date(const xmlNode *dt, literature_record *record, psy_error *err)
{
	xmlChar *year = xmlGetProp(dt, (const xmlChar *) "year"), *month = xmlGetProp(dt, (const xmlChar *) "month"),
			*day = xmlGetProp(dt, (const xmlChar *) "day");
	buffer text = {0}, date = {0};
	size_t letters = 0, before = 0;
	psy_status status;

	xml_text(dt, &text);
	for (const char *p = text.data; p != NULL && *p; p++)
		letters += isalpha((unsigned char) *p) || *p == '/';
	while (text.data != NULL && isdigit((unsigned char) text.data[before]))
		before++;
	if (year != NULL)
		buffer_format(&date, "%s", (const char *) year);
	if (year != NULL && month != NULL && letters > 0)
		buffer_format(&date, "-%s", (const char *) month);
	if (year != NULL && month != NULL && day != NULL && letters > 0 && before > 0 && before < 3)
		buffer_format(&date, "-%s", (const char *) day);
	status = date.size > 0 ? xml_add(record, "dt", date.data, date.size, err) : add_node(record, "dt", dt, err);
	xmlFree(year);
	xmlFree(month);
	xmlFree(day);
	buffer_free(&text);
	buffer_free(&date);
	return status;
}

/* <ui type="doi">: which number it is; the plain one is the accession number, which the header has too. */
static const char *
ebsco_number(const xmlNode *ui)
{
	const xmlNode *text = ui->children;

	if (attribute_is(ui, "type", "doi"))
		return "doi";
	if (attribute_is(ui, "type", "pmid"))
		return "pmid";
	if (text != NULL && text->type == XML_TEXT_NODE && strncmp((const char *) text->content, "PMC", 3) == 0)
		return "pmcid";
	return "ui";
}

static psy_status
ebsco_node(const xmlNode *node, literature_record *record, int depth, psy_error *err)
{
	const char *tag = (const char *) node->name;
	psy_status status = PSY_OK;

	if (node->type != XML_ELEMENT_NODE || depth > 16 || xml_named(node, "holdings") || xml_named(node, "formats") || xml_named(node, "refInfo"))
		return PSY_OK;
	if (xml_named(node, "dt"))
		return ebsco_date(node, record, err);
	if (xml_named(node, "ui"))
		tag = ebsco_number(node);
	if (xml_named(node, "header"))
	{
		status = add_attribute(record, "an", node, "uiTerm", err);
		if (status == PSY_OK)
			status = add_attribute(record, "database", node, "longDbName", err);
	}
	if (node->children != NULL && xmlFirstElementChild((xmlNode *) node) != NULL && !xml_named(node, "ab") && !xml_named(node, "atl"))
	{
		for (const xmlNode *child = node->children; child != NULL && status == PSY_OK; child = child->next)
			status = ebsco_node(child, record, depth + 1, err);
		return status;
	}
	/* An ISSN stands as <jid type="issn"> and as <issn>. */
	return status == PSY_OK && !(xml_named(node, "jid") && attribute_is(node, "type", "issn")) ? add_node(record, tag, node, err) : status;
}

psy_status
ebsco_record(const xmlNode *root, literature_record *record, psy_error *err)
{
	psy_status status = PSY_OK;

	for (const xmlNode *child = root->children; child != NULL && status == PSY_OK; child = child->next)
		status = ebsco_node(child, record, 0, err);
	return status;
}

/* ---- PubMed ---- */

static psy_status
add_path(literature_record *record, const char *tag, const xmlNode *from, const char *path, psy_error *err)
{
	return add_node(record, tag, at_path(from, path), err);
}

/* Every element of the name below a list. */
static psy_status
add_each(literature_record *record, const char *tag, const xmlNode *list, const char *name, psy_error *err)
{
	psy_status status = PSY_OK;

	for (const xmlNode *child = list != NULL ? list->children : NULL; child != NULL && status == PSY_OK; child = child->next)
		if (xml_named(child, name))
			status = add_node(record, tag, child, err);
	return status;
}

/* "2016 Aug 1", as MEDLINE writes a date of publication. */
static psy_status
pubmed_date(const xmlNode *date, literature_record *record, psy_error *err)
{
	static const char *const parts[] = {"Year", "Season", "Month", "Day", "MedlineDate"};
	buffer text = {0};
	psy_status status = PSY_OK;

	for (size_t i = 0; date != NULL && i < sizeof parts / sizeof *parts; i++)
	{
		const xmlNode *part = at_path(date, parts[i]);

		if (part != NULL && text.size > 0)
			buffer_byte(&text, ' ');
		if (part != NULL)
			xml_text(part, &text);
	}
	if (text.size > 0)
		status = xml_add(record, "DP", text.data, text.size, err);
	buffer_free(&text);
	return status;
}

/* "Wang, Li" and "Wang L", then where they work; a group by its name. */
static psy_status
pubmed_person(const xmlNode *person, literature_record *record, const char *full, const char *brief, psy_error *err)
{
	const xmlNode *last = at_path(person, "LastName"), *fore = at_path(person, "ForeName"), *initials = at_path(person, "Initials");
	buffer text = {0};
	psy_status status = add_path(record, "CN", person, "CollectiveName", err);

	if (last != NULL)
	{
		xml_text(last, &text);
		if (fore != NULL)
			buffer_text(&text, ", ");
		if (fore != NULL)
			xml_text(fore, &text);
		if (status == PSY_OK)
			status = xml_add(record, full, text.data ? text.data : "", text.size, err);
		buffer_clear(&text);
		xml_text(last, &text);
		if (initials != NULL)
			buffer_byte(&text, ' ');
		if (initials != NULL)
			xml_text(initials, &text);
		if (status == PSY_OK && initials != NULL)
			status = xml_add(record, brief, text.data, text.size, err);
	}
	for (const xmlNode *child = person->children; child != NULL && status == PSY_OK; child = child->next)
		if (xml_named(child, "AffiliationInfo"))
			status = add_path(record, "AD", child, "Affiliation", err);
	buffer_free(&text);
	return status;
}

static psy_status
pubmed_people(const xmlNode *list, literature_record *record, psy_error *err)
{
	bool editors = list != NULL && attribute_is(list, "Type", "editors");
	psy_status status = PSY_OK;

	for (const xmlNode *child = list != NULL ? list->children : NULL; child != NULL && status == PSY_OK; child = child->next)
		if (xml_named(child, "Author"))
			status = pubmed_person(child, record, editors ? "FED" : "FAU", editors ? "ED" : "AU", err);
	return status;
}

/* Parts of an abstract with their labels, a line each. */
static psy_status
pubmed_abstract(const xmlNode *abstract, literature_record *record, const char *tag, psy_error *err)
{
	buffer text = {0};
	psy_status status = PSY_OK;

	for (const xmlNode *child = abstract != NULL ? abstract->children : NULL; child != NULL; child = child->next)
		if (xml_named(child, "AbstractText"))
		{
			xmlChar *label = xmlGetProp(child, (const xmlChar *) "Label");

			if (text.size > 0)
				buffer_byte(&text, ' ');
			if (label != NULL && strcmp((const char *) label, "UNLABELLED") != 0)
				buffer_format(&text, "%s: ", (const char *) label);
			xmlFree(label);
			xml_text(child, &text);
		}
	if (text.size > 0)
		status = xml_add(record, tag, text.data, text.size, err);
	buffer_free(&text);
	return status;
}

/* A heading with its qualifiers, as MEDLINE writes it: "Depression", a slash, "therapy"; a star is a major topic. */
static psy_status
pubmed_headings(const xmlNode *list, literature_record *record, psy_error *err)
{
	psy_status status = PSY_OK;
	buffer text = {0};

	for (const xmlNode *heading = list != NULL ? list->children : NULL; heading != NULL && status == PSY_OK; heading = heading->next)
	{
		buffer_clear(&text);
		for (const xmlNode *part = heading->children; part != NULL; part = part->next)
			if (xml_named(part, "DescriptorName") || xml_named(part, "QualifierName"))
			{
				if (text.size > 0)
					buffer_byte(&text, '/');
				if (attribute_is(part, "MajorTopicYN", "Y"))
					buffer_byte(&text, '*');
				xml_text(part, &text);
			}
		if (text.size > 0)
			status = xml_add(record, "MH", text.data, text.size, err);
	}
	buffer_free(&text);
	return status;
}

/* "10.1000/x [doi]", as MEDLINE writes an article's numbers. */
static psy_status
pubmed_numbers(const xmlNode *list, const char *name, const char *kind, literature_record *record, psy_error *err)
{
	psy_status status = PSY_OK;

	for (const xmlNode *child = list != NULL ? list->children : NULL; child != NULL && status == PSY_OK; child = child->next)
	{
		buffer text = {0};

		if (!xml_named(child, name))
			continue;
		xml_text(child, &text);
		if (attribute_is(child, kind, "pmc"))
			status = xml_add(record, "PMC", text.data ? text.data : "", text.size, err);
		else if (attribute_is(child, kind, "doi") || attribute_is(child, kind, "pii"))
		{
			buffer_text(&text, attribute_is(child, kind, "doi") ? " [doi]" : " [pii]");
			status = xml_add(record, strcmp(name, "ArticleId") == 0 ? "AID" : "LID", text.data, text.size, err);
		}
		buffer_free(&text);
	}
	return status;
}

/* Pages as "221-228"; PubMed writes them together, or apart and together. */
static psy_status
pubmed_pages(const xmlNode *pages, literature_record *record, psy_error *err)
{
	const xmlNode *together = pages != NULL ? at_path(pages, "MedlinePgn") : NULL, *first = pages != NULL ? at_path(pages, "StartPage") : NULL,
				  *last = pages != NULL ? at_path(pages, "EndPage") : NULL;
	buffer text = {0};
	psy_status status;

	if (together != NULL)
		xml_text(together, &text);
	else if (first != NULL)
	{
		xml_text(first, &text);
		if (last != NULL)
			buffer_byte(&text, '-');
		if (last != NULL)
			xml_text(last, &text);
	}
	status = text.size > 0 ? xml_add(record, "PG", text.data, text.size, err) : PSY_OK;
	buffer_free(&text);
	return status;
}

static psy_status
pubmed_article(const xmlNode *citation, const xmlNode *article, literature_record *record, psy_error *err)
{
	static const struct
	{
		const char *tag, *path;
	} single[] = {{"TI", "ArticleTitle"},
				  {"TT", "VernacularTitle"},
				  {"JT", "Journal/Title"},
				  {"TA", "Journal/ISOAbbreviation"},
				  {"IS", "Journal/ISSN"},
				  {"VI", "Journal/JournalIssue/Volume"},
				  {"IP", "Journal/JournalIssue/Issue"},
				  {"BTI", "Book/BookTitle"},
				  {"PB", "Book/Publisher/PublisherName"},
				  {"PL", "Book/Publisher/PublisherLocation"},
				  {"ISBN", "Book/Isbn"}};
	const xmlNode *date = at_path(article, "Journal/JournalIssue/PubDate"), *book = at_path(article, "Book");
	psy_status status = add_path(record, "PMID", citation, "PMID", err);

	for (size_t i = 0; i < sizeof single / sizeof *single && status == PSY_OK; i++)
		status = add_path(record, single[i].tag, article, single[i].path, err);
	/* Its types do not say that it is a book, or a chapter of one. */
	if (status == PSY_OK && book != NULL)
	{
		const char *kind = at_path(article, "ArticleTitle") != NULL ? "Book Chapter" : "Book";

		status = xml_add(record, "PT", kind, strlen(kind), err);
	}
	if (status == PSY_OK)
		status = pubmed_date(date != NULL || book == NULL ? date : at_path(book, "PubDate"), record, err);
	if (status == PSY_OK)
		status = pubmed_pages(at_path(article, "Pagination"), record, err);
	if (status == PSY_OK)
		status = pubmed_numbers(article, "ELocationID", "EIdType", record, err);
	for (const xmlNode *child = article->children; child != NULL && status == PSY_OK; child = child->next)
		if (xml_named(child, "AuthorList"))
			status = pubmed_people(child, record, err);
	if (status == PSY_OK && book != NULL)
		status = pubmed_people(at_path(book, "AuthorList"), record, err);
	if (status == PSY_OK)
		status = pubmed_abstract(at_path(article, "Abstract"), record, "AB", err);
	if (status == PSY_OK)
		status = pubmed_abstract(at_path(citation, "OtherAbstract"), record, "OAB", err);
	if (status == PSY_OK)
		status = add_each(record, "LA", article, "Language", err);
	if (status == PSY_OK)
		status = add_each(record, "PT", at_path(article, "PublicationTypeList"), "PublicationType", err);
	return status == PSY_OK ? add_each(record, "PT", article, "PublicationType", err) : status;
}

static psy_status
pubmed_rest(const xmlNode *root, const xmlNode *citation, literature_record *record, psy_error *err)
{
	const xmlNode *numbers = at_path(root, "PubmedData/ArticleIdList");
	psy_status status = pubmed_headings(at_path(citation, "MeshHeadingList"), record, err);

	for (const xmlNode *child = citation->children; child != NULL && status == PSY_OK; child = child->next)
		if (xml_named(child, "KeywordList"))
			status = add_each(record, "OT", child, "Keyword", err);
	for (const xmlNode *child = at_path(citation, "ChemicalList") != NULL ? at_path(citation, "ChemicalList")->children : NULL;
		 child != NULL && status == PSY_OK; child = child->next)
		status = add_path(record, "RN", child, "NameOfSubstance", err);
	if (status == PSY_OK)
		status = add_path(record, "COIS", citation, "CoiStatement", err);
	if (status == PSY_OK)
		status = add_path(record, "JID", citation, "MedlineJournalInfo/NlmUniqueID", err);
	if (status == PSY_OK)
		status = add_path(record, "PST", root, "PubmedData/PublicationStatus", err);
	return status == PSY_OK ? pubmed_numbers(numbers != NULL ? numbers : at_path(root, "PubmedBookData/ArticleIdList"), "ArticleId", "IdType", record, err)
							: status;
}

psy_status
pubmed_record(const xmlNode *root, literature_record *record, psy_error *err)
{
	const xmlNode *citation = at_path(root, "MedlineCitation"), *article;
	psy_status status;

	if (citation == NULL)
		citation = at_path(root, "BookDocument");
	if (citation == NULL)
		citation = root;
	article = at_path(citation, "Article");
	if (article == NULL)
		article = citation;
	status = pubmed_article(citation, article, record, err);
	return status == PSY_OK ? pubmed_rest(root, citation, record, err) : status;
}
