/*
 * bids_study.c - before anything of a BIDS data set is loaded: the study, the visit of names without ses-, the site and arm of tables
 * without.
 *
 * A study that nobody declared is declared from the data set: its sites and arms (as observed) are those of participants.tsv or of the
 * options, its visits those of names and tables.
 */
#include "bids_run.h"

#include "document.h"
#include "participants.h"
#include "print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ONLY_SESSION "single" /* the visit of a data set without sessions, in a study declared from it */

psy_status
bids_ask(session *db, char **value, psy_error *err, const char *sql, int count, const char *const *values)
{
	PGresult *result;
	psy_status status = session_query(db, &result, err, sql, count, values);

	*value = NULL;
	if (status != PSY_OK)
		return status;
	if (PQntuples(result) == 1 && !PQgetisnull(result, 0, 0))
		*value = keep_text(PQgetvalue(result, 0, 0));
	PQclear(result);
	return PSY_OK;
}

static void
add_once(text_list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->item[i], text) == 0)
			return;
	list_add(list, text);
}

static bool
is_of_scan(bids_kind kind)
{
	return kind == BIDS_IMAGE || kind == BIDS_EVENTS || kind == BIDS_SCANS || kind == BIDS_MOTION || kind == BIDS_SERIES || kind == BIDS_MATRIX;
}

static bool
has_kind(const bids_tree *t, bids_kind kind)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->file[i].kind == kind)
			return true;
	return false;
}

static bool
lacks_session(const bids_tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (is_of_scan(t->file[i].kind) && t->file[i].name.ses[0] == '\0')
			return true;
	return false;
}

/* The cells of a field of a table into the list, each once; "" for a missing one. */
static psy_status
collect(const bids_run *r, const char *path, const table_field *fields, int count, int field, bool mapped, text_list *list, psy_error *err)
{
	char *full = bids_tree_path(&r->tree, path);
	options opt = {.map = mapped ? r->opt.map : (text_list){0}, .missing = r->opt.missing, .encoding = r->opt.encoding};
	table t;
	bool more;
	psy_status status = table_open(&t, full, &opt, fields, count, NULL, NULL, err);

	while (status == PSY_OK && (status = table_next(&t, &more, err)) == PSY_OK && more)
	{
		const char *cell = table_get(&t, field);

		add_once(list, cell ? cell : "");
	}
	table_free(&t);
	free(full);
	return status;
}

/* Sites or arms as participants.tsv has them; what it leaves open is the option's. */
static psy_status
collect_people(const bids_run *r, int field, const char *otherwise, text_list *list, psy_error *err)
{
	table_field fields[PARTICIPANT_FIELDS];
	text_list found = {0};
	psy_status status = PSY_OK;

	memcpy(fields, participant_fields, sizeof fields);
	fields[ARM].required = false;
	for (size_t i = 0; i < r->tree.count && status == PSY_OK; i++)
		if (r->tree.file[i].kind == BIDS_PARTICIPANTS)
			status = collect(r, r->tree.file[i].path, fields, PARTICIPANT_FIELDS, field, true, &found, err);
	for (size_t i = 0; i < found.count; i++)
		if (*found.item[i] || otherwise != NULL)
			add_once(list, *found.item[i] ? found.item[i] : otherwise);
	list_free(&found);
	return status;
}

static psy_status
collect_visits(const bids_run *r, text_list *list, psy_error *err)
{
	static const table_field fields[] = {{"session", "session_id", false}};
	text_list cells = {0};
	psy_status status = PSY_OK;

	for (size_t i = 0; i < r->tree.count && status == PSY_OK; i++)
	{
		const bids_file *f = &r->tree.file[i];

		if (is_of_scan(f->kind) && f->name.ses[0])
			add_once(list, f->name.ses);
		if (f->kind == BIDS_SESSIONS || f->kind == BIDS_PHENOTYPE)
			status = collect(r, f->path, fields, 1, 0, false, &cells, err);
	}
	for (size_t i = 0; i < cells.count; i++)
		if (*cells.item[i])
			add_once(list, strncmp(cells.item[i], "ses-", 4) == 0 ? cells.item[i] + 4 : cells.item[i]);
	list_free(&cells);
	return status;
}

/* {"site": "x", "name_en": "X"}, ... */
static void
add_sites(buffer *json, const text_list *codes, const text_list *names)
{
	json_open(json, "sites", '[');
	for (size_t i = 0; i < codes->count; i++)
	{
		json_open(json, NULL, '{');
		json_member(json, "site", codes->item[i]);
		json_member(json, "name_en", names->item[i]);
		buffer_byte(json, '}');
	}
	buffer_byte(json, ']');
}

/* The codes of sites; two that would have the same one refuse the data set. */
static psy_status
code_sites(const text_list *names, text_list *codes, psy_error *err)
{
	for (size_t i = 0; i < names->count; i++)
	{
		char *code = site_code(names->item[i]);
		size_t k = 0;

		while (k < codes->count && strcmp(codes->item[k], code) != 0)
			k++;
		if (k < codes->count)
		{
			psy_fail(err, PSY_DOMAIN, "the sites %.60s and %.60s would both be %.60s", names->item[k], names->item[i], code);
			free(code);
			return psy_hint(err, "spell one site alike in every row of participants.tsv, or tell two sites apart by letters or digits");
		}
		list_add(codes, code);
		free(code);
	}
	return PSY_OK;
}

/* [{"arm": "x", "label_en": "x", "kind": "observed"}, ...] */
static void
add_objects(buffer *json, const char *name, const text_list *list, const char *key, const char *title, const char *kind)
{
	json_open(json, name, '[');
	for (size_t i = 0; i < list->count; i++)
	{
		json_open(json, NULL, '{');
		json_member(json, key, list->item[i]);
		if (title != NULL)
			json_member(json, title, list->item[i]);
		if (kind != NULL)
			json_member(json, "kind", kind);
		buffer_byte(json, '}');
	}
	buffer_byte(json, ']');
}

static void
say_list(const char *what, const text_list *list)
{
	printf("; %s", what);
	for (size_t i = 0; i < list->count; i++)
		printf("%s %s", i ? "," : "", list->item[i]);
}

static psy_status
declare(bids_run *r, const text_list *sites, const text_list *arms, const text_list *visits, psy_error *err)
{
	char *path = bids_tree_path(&r->tree, "dataset_description.json"), *count = NULL;
	buffer json = {0}, description = {0};
	uint8_t sha256[SHA256_BYTES];
	text_list codes = {0};
	psy_status status = code_sites(sites, &codes, err);

	if (status == PSY_OK)
		status = read_document(path, (size_t) 4 << 20, &description, sha256, err);
	buffer_text(&description, "");
	buffer_byte(&json, '{');
	json_member(&json, "study", r->opt.study);
	json_member(&json, "design", "BIDS data set");
	add_sites(&json, &codes, sites);
	add_objects(&json, "arms", arms, "arm", "label_en", "observed");
	add_objects(&json, "visits", visits, "session", NULL, NULL);
	buffer_byte(&json, '}');
	if (status == PSY_OK)
	{
		const char *values[] = {json.data, description.data, r->opt.study};

		status = bids_ask(&r->db, &count, err,
						 "SELECT count(*) FROM clinical.declare_study($1::jsonb || jsonb_build_object('title_en', "
						 "coalesce(nullif(ingest.parse_document($2, 'dataset_description.json') ->> 'Name', ''), $3)))", 3, values);
	}
	if (status == PSY_OK)
	{
		printf("study %s: declared from the data set", r->opt.study);
		say_list("sites", &codes);
		say_list("arms (as observed)", arms);
		say_list("visits", visits);
		puts("");
	}
	free(count);
	free(path);
	list_free(&codes);
	buffer_free(&json);
	buffer_free(&description);
	return status;
}

static psy_status
declare_from_dataset(bids_run *r, psy_error *err)
{
	text_list sites = {0}, arms = {0}, visits = {0};
	psy_status status = collect_people(r, SITE, r->opt.site, &sites, err);

	if (r->by_folder && r->opt.site != NULL)
		add_once(&sites, r->opt.site);
	if (status == PSY_OK)
		status = collect_visits(r, &visits, err);
	if (visits.count == 0 || lacks_session(&r->tree) || r->opt.session != NULL)
	{
		r->only_session = keep_text(r->opt.session ? r->opt.session : ONLY_SESSION);
		add_once(&visits, r->only_session);
	}
	if (status == PSY_OK && sites.count == 0)
	{
		psy_fail(err, PSY_DOMAIN, "the study %s is not declared, and %s", r->opt.study,
				 r->by_folder ? "the data set has no participants.tsv, which would say the site of its people" : "participants.tsv has no site");
		status = psy_hint(err, "say --site SITE, or declare the study: psyrad ingest study FILE.json");
	}
	if (status == PSY_OK)
		status = collect_people(r, ARM, r->opt.arm ? r->opt.arm : "observed", &arms, err);
	if (r->by_folder)
		add_once(&arms, r->opt.arm ? r->opt.arm : "observed");
	if (r->opt.arm == NULL)
		r->arm = keep_text("observed");
	if (status == PSY_OK)
		status = declare(r, &sites, &arms, &visits, err);
	list_free(&sites);
	list_free(&arms);
	list_free(&visits);
	return status;
}

/* Of a declared study: its only visit (or the one that this command gave names without ses- when it declared the study), its only arm,
 * the only site. */
static psy_status
take_defaults(bids_run *r, psy_error *err)
{
	const char *study[] = {r->opt.study};
	psy_status status = PSY_OK;

	if (r->opt.session != NULL)
		r->only_session = keep_text(r->opt.session);
	else
		status = bids_ask(&r->db, &r->only_session, err,
						 "SELECT coalesce(min(session) FILTER (WHERE session = '" ONLY_SESSION "'), min(session)) FROM clinical.visit_plan "
						 "WHERE study = $1 HAVING count(*) = 1 OR bool_or(session = '" ONLY_SESSION "')", 1, study);
	if (status == PSY_OK && r->only_session == NULL && lacks_session(&r->tree))
	{
		psy_fail(err, PSY_DOMAIN, "names without ses- in the data set, and the study %s has several visits or none", r->opt.study);
		return psy_hint(err, "say which visit they are of: --session SESSION");
	}
	if (status == PSY_OK && r->opt.arm == NULL)
		status = bids_ask(&r->db, &r->arm, err, "SELECT min(arm) FROM clinical.arm WHERE study = $1 HAVING count(*) = 1", 1, study);
	if (status == PSY_OK && r->opt.site == NULL)
		status = bids_ask(&r->db, &r->site, err, "SELECT min(site) FROM (SELECT DISTINCT site FROM clinical.subject_key WHERE study = $1 "
						 "UNION SELECT min(site) FROM clinical.site HAVING count(*) = 1) s HAVING count(*) = 1", 1, study);
	return status;
}

/* A label image or probability maps of a data set of atlases, which has no people. */
static const bids_file *
find_atlas(const bids_tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (strstr(t->file[i].path, "_dseg.nii") != NULL || strstr(t->file[i].path, "_probseg.nii") != NULL)
			return &t->file[i];
	return NULL;
}

static psy_status
refuse_nobody(const bids_run *r, psy_error *err)
{
	const bids_file *f = find_atlas(&r->tree);
	char atlas[BIDS_TEXT];

	psy_fail(err, PSY_DOMAIN, "the data set has no people: neither participants.tsv nor folders sub-...");
	if (f == NULL)
		return psy_hint(err, "name the folder that holds dataset_description.json and the folders sub-...");
	return psy_hint(err, "it has atlases: psyrad ingest atlas X%s --names X.tsv --atlas %.30s, X being %.*s", strstr(f->path, ".nii"),
					bids_entity(f->path, "atlas", atlas, sizeof atlas) ? atlas : "NAME", (int) (strstr(f->path, ".nii") - f->path), f->path);
}

/* Folders speak for the people where there is no participants.tsv, and nobody else told the study who they are. */
psy_status
bids_prepare(bids_run *r, psy_error *err)
{
	const char *study[] = {r->opt.study};
	char *known = NULL, *label = NULL;
	size_t at = 0;
	bool listed = has_kind(&r->tree, BIDS_PARTICIPANTS), folders = bids_person(&r->tree, &at, &label);
	psy_status status;

	free(label);
	if (!listed && !folders)
		return refuse_nobody(r, err);
	if (r->opt.site != NULL)
		r->opt.site = r->site = site_code(r->opt.site);
	status = bids_ask(&r->db, &known, err, "SELECT CASE WHEN design = 'BIDS data set' OR NOT EXISTS (SELECT FROM clinical.subject_key k WHERE k.study = s.study) "
					 "THEN 'folders' ELSE 'people' END FROM clinical.study s WHERE study = $1", 1, study);
	r->by_folder = !listed && (known == NULL || strcmp(known, "folders") == 0);
	if (status == PSY_OK)
		status = known != NULL ? take_defaults(r, err) : declare_from_dataset(r, err);
	free(known);
	if (status != PSY_OK)
		return status;
	if (r->by_folder)
		puts("people: the data set has no participants.tsv; they are those with a folder sub-...");
	r->opt.site = r->opt.site ? r->opt.site : r->site;
	r->opt.arm = r->opt.arm ? r->opt.arm : r->arm;
	return PSY_OK;
}
