/*
 * cmd_ingest_literature.c - psyrad ingest literature FILE: records of literature, as databases and reference
 * managers export them.
 *
 * A file is looked through once for its encoding and format (literature_look.c), then read record by record.
 * Each record goes into the warehouse whatever it lacks; notes say what read strangely.  A file in which no
 * record was found is refused: a silent 0 would look like a search without hits.
 */
#include "cmd.h"

#include "literature_item.h"
#include "literature_source.h"
#include "progress.h"
#include "reader_literature_table.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

typedef struct literature_job
{
	job *job;
	literature_reader reader;
	literature_record record;
	literature_item item;
	buffer json, content;
	psy_status status; /* of a reject on the way */
} literature_job;

static void
add_content(buffer *content, int field, const char *text, size_t length)
{
	buffer_byte(content, (char) (1 + field));
	buffer_add(content, text, length);
	buffer_byte(content, '\0');
}

/* What the record says, field by field, in an order that no format has a say in. */
static void
hash_content(literature_job *l, uint8_t sha256[SHA256_BYTES])
{
	const literature_item *item = &l->item;
	unsigned int size = SHA256_BYTES;

	buffer_clear(&l->content);
	add_content(&l->content, F_TYPE, item->type ? item->type : "", item->type ? strlen(item->type) : 0);
	add_content(&l->content, F_DOI, item->doi.size ? item->doi.data : "", item->doi.size);
	add_content(&l->content, F_DATE, item->date, strlen(item->date));
	add_content(&l->content, F_PAGES, item->pages.size ? item->pages.data : "", item->pages.size);
	add_content(&l->content, F_PMID, item->pmid, strlen(item->pmid));
	add_content(&l->content, F_PMCID, item->pmcid, strlen(item->pmcid));
	for (int field = 0; field < F_FIELDS; field++)
	{
		if (field == F_TYPE || field == F_DOI || field == F_DATE || field == F_YEAR || field == F_PAGES ||
			field == F_PAGE_FIRST || field == F_PAGE_LAST || field == F_PMID || field == F_PMCID)
			continue;
		for (size_t i = 0; i < item->values; i++)
			if ((int) item->value[i].field == field)
				add_content(&l->content, field, item->text.data + item->value[i].at, item->value[i].length);
	}
	EVP_Digest(l->content.data, l->content.size, sha256, &size, EVP_sha256(), NULL);
}

static void
copy_list(literature_job *l, literature_field field)
{
	bool some = item_list(&l->item, field, &l->json);

	some ? copy_jsonb(&l->job->stage, l->json.data) : copy_null(&l->job->stage);
}

static void
copy_people(literature_job *l, literature_field field, literature_field shorts)
{
	bool some = item_people(&l->item, field, shorts, &l->json);

	some ? copy_jsonb(&l->job->stage, l->json.data) : copy_null(&l->job->stage);
}

static void
copy_field(literature_job *l, literature_field field)
{
	copy_text(&l->job->stage, item_text(&l->item, field));
}

static void
copy_filled(literature_job *l, const char *text)
{
	copy_text(&l->job->stage, text != NULL && text[0] != '\0' ? text : NULL);
}

static void
copy_titles_and_people(literature_job *l)
{
	copy_filled(l, l->item.type);
	copy_list(l, F_TYPE);
	copy_field(l, F_TITLE);
	copy_field(l, F_TITLE_TRANSLATED);
	copy_field(l, F_TITLE_ORIGINAL);
	copy_people(l, F_AUTHOR, F_AUTHOR_SHORT);
	copy_people(l, F_AUTHOR_TRANSLATED, F_FIELDS);
	copy_people(l, F_EDITOR, F_EDITOR_SHORT);
}

static void
copy_place_of_publication(literature_job *l)
{
	const literature_item *item = &l->item;
	copy *out = &l->job->stage;
	const char *written = item_text(item, F_DATE);

	item->year > 0 ? copy_int4(out, item->year) : copy_null(out);
	copy_filled(l, item->date);
	copy_text(out, written != NULL ? written : item_text(item, F_YEAR));
	copy_field(l, F_JOURNAL);
	copy_field(l, F_JOURNAL_ABBREV);
	copy_field(l, F_SERIES);
	copy_field(l, F_VOLUME);
	copy_field(l, F_ISSUE);
	copy_filled(l, item->pages.size > 0 ? item->pages.data : NULL);
	copy_filled(l, item->page_first);
	copy_filled(l, item->page_last);
	copy_field(l, F_ARTICLE_NUMBER);
}

static void
copy_identifiers(literature_job *l)
{
	copy_filled(l, l->item.doi.size > 0 ? l->item.doi.data : NULL);
	copy_filled(l, l->item.pmid);
	copy_filled(l, l->item.pmcid);
	copy_field(l, F_ACCESSION);
	copy_list(l, F_DATABASE);
	copy_list(l, F_ISSN);
	copy_list(l, F_ISBN);
}

static void
copy_content(literature_job *l)
{
	copy *out = &l->job->stage;
	bool some;

	copy_list(l, F_KEYWORD);
	copy_list(l, F_MESH);
	copy_field(l, F_ABSTRACT);
	copy_field(l, F_ABSTRACT_TRANSLATED);
	some = item_joined(&l->item, F_LANGUAGE, ", ", &l->json);
	copy_text(out, some ? l->json.data : NULL);
	copy_field(l, F_PUBLISHER);
	copy_field(l, F_PLACE);
	copy_list(l, F_URL);
	copy_list(l, F_NOTE);
	copy_list(l, F_AFFILIATION);
	some = item_extra(&l->item, &l->json);
	some ? copy_jsonb(out, l->json.data) : copy_null(out);
	copy_text(out, l->record.raw.data != NULL ? l->record.raw.data : "");
}

static psy_status
copy_record(literature_job *l, psy_error *err)
{
	copy *out = &l->job->stage;
	uint8_t sha256[SHA256_BYTES];

	hash_content(l, sha256);
	copy_row(out);
	copy_int8(out, l->job->read);
	copy_int8(out, l->record.line);
	copy_text(out, literature_format_name(l->item.format));
	copy_bytea(out, sha256, sizeof sha256);
	copy_titles_and_people(l);
	copy_place_of_publication(l);
	copy_identifiers(l);
	copy_content(l);
	return copy_row_end(out, err);
}

static psy_status
copy_notes(literature_job *l, psy_error *err)
{
	copy out;
	psy_status status = PSY_OK;

	copy_begin(&out, l->job->db, "pg_temp.stage_note (code, tag, line, count, text)");
	for (size_t i = 0; i < l->reader.notes.count && status == PSY_OK; i++)
	{
		const literature_note *n = &l->reader.notes.note[i];

		copy_row(&out);
		copy_text(&out, n->code);
		copy_text(&out, n->tag != NULL && n->tag[0] != '\0' ? n->tag : NULL);
		n->line > 0 ? copy_int8(&out, n->line) : copy_null(&out);
		copy_int8(&out, n->count);
		copy_text(&out, n->text);
		status = copy_row_end(&out, err);
	}
	if (status == PSY_OK)
		status = copy_flush(&out, err);
	copy_free(&out);
	return status;
}

static void
take_reject(void *arg, long line, const char *code, const char *what, const char *raw)
{
	literature_job *l = arg;
	reject_at at = {.line = line, .raw = raw};

	if (l->status == PSY_OK)
		l->status = reject(l->job, &at, NULL, code, "%s", what);
}

static psy_status
nothing_found(const literature_job *l, psy_error *err)
{
	char shown[120];

	snprintf(shown, sizeof shown, "%.100s", l->reader.look.first_line);
	utf8_repair(shown);
	psy_fail(err, PSY_FORMAT, "line %ld: no record found, reading the file as %s; it begins: %s",
			 l->reader.look.first_line_number, literature_format_name(l->reader.look.format), shown);
	return psy_hint(err,
					"is it another format? --format names one; an export without hits is no file of records");
}

static psy_status
read_records(literature_job *l, psy_error *err)
{
	bool more;
	psy_status status;

	while ((status = literature_next(&l->reader, &l->record, &more, err)) == PSY_OK && more)
	{
		l->job->read++;
		l->item.columns =
			l->reader.look.format == LITERATURE_TABLE ? literature_table_rules(&l->reader) : NULL;
		status = literature_map(&l->item, l->reader.look.format, &l->record, &l->reader.notes, err);
		if (status == PSY_OK)
			status = copy_record(l, err);
		if (status == PSY_OK)
			status = l->status;
		if (status != PSY_OK)
			break;
	}
	if (status == PSY_OK && l->job->read == 0)
		status = nothing_found(l, err);
	return status == PSY_OK ? copy_notes(l, err) : status;
}

static psy_status
look_through(job *j, literature_look *look, psy_error *err)
{
	literature_format format = LITERATURE_UNKNOWN;
	literature_source whole;
	psy_status status;

	if (j->opt->format != NULL && !literature_format_by_name(j->opt->format, &format))
	{
		psy_fail(err, PSY_DOMAIN, "--format %s is not known", j->opt->format);
		return psy_hint(err, "expected " LITERATURE_FORMAT_LIST);
	}
	if (format == LITERATURE_UNKNOWN && j->opt->map.count > 0)
		format = LITERATURE_TABLE;
	status = literature_source_open(&whole, j->path, j->opt, err);
	if (status != PSY_OK)
		return status;
	status = literature_looks(whole.content, whole.encoding, format, look, err);
	literature_source_close(&whole);
	return status;
}

/* BibTeX's entries may refer to later ones: what these say is read before. */
static psy_status
follow_references(job *j, literature_reader *reader, psy_error *err)
{
	literature_source again;
	psy_status status = literature_source_open(&again, j->path, j->opt, err);

	if (status != PSY_OK)
		return status;
	status = bibtex_follow(reader, again.content, err);
	literature_source_close(&again);
	return status;
}

static psy_status
stage_literature(job *j, psy_error *err)
{
	literature_job *l = grow(NULL, 1, sizeof *l);
	literature_look look = {0};
	literature_source from;
	psy_status status;

	*l = (literature_job){.job = j};
	status = look_through(j, &look, err);
	if (status == PSY_OK)
		status = literature_source_open(&from, j->path, j->opt, err);
	if (status == PSY_OK)
	{
		status = literature_open(&l->reader, from.content, &look, err);
		l->reader.rejected = take_reject;
		l->reader.rejected_arg = l;
		if (status == PSY_OK && look.format == LITERATURE_TABLE)
			status = literature_table_map(&l->reader, &j->opt->map, err);
		if (status == PSY_OK && look.format == LITERATURE_BIBTEX)
			status = follow_references(j, &l->reader, err);
		if (status == PSY_OK)
			status = read_records(l, err);
		if (status == PSY_OK)
			status = source_expect(&from.file, j->sha256, err);
		literature_close(&l->reader);
		literature_source_close(&from);
	}
	look_free(&look);
	record_free(&l->record);
	item_free(&l->item);
	buffer_free(&l->json);
	buffer_free(&l->content);
	free(l);
	return status;
}

const loader load_literature = {
	.name = "literature",
	.summary = "records of literature: RIS, NBIB, BibTeX, EndNote, XML, Web of Science, CNKI, tables, ...",
	.file = "FILE...",
	.options = OPT_LITERATURE,
	.target = "pg_temp.stage (\"row\", line, format, content_sha256, type, types, title, title_translated, "
			  "title_original, authors, "
			  "authors_translated, editors, year, date, date_written, journal, journal_abbrev, series, "
			  "volume, issue, pages, page_first, "
			  "page_last, article_number, doi, pmid, pmcid, accession, databases, issn, isbn, keywords, "
			  "mesh, abstract, abstract_translated, "
			  "language, publisher, place, urls, notes, affiliations, extra, raw)",
	.stage = stage_literature,
};
