/*
 * cmd_ingest_bids.c - psyrad ingest bids FOLDER: a BIDS data set in one call, kind after kind, so that people are there before what is
 * said of them.
 *
 * Each file is a transaction of its own, as everywhere: an interrupted call is made again and goes on.  A study that nobody declared is
 * declared from the data set (its arms as observed); one that is declared stays as it is, and what it does not know is rejected.  What is
 * not loaded is listed, never passed over in silence.
 */
#include "bids_load.h"

#include "cmd.h"
#include "document.h"
#include "header.h"
#include "participants.h"
#include "print.h"
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCEPTED (OPT_STUDY | OPT_SITE | OPT_SESSION | OPT_BIDS | OPT_LEVEL | OPT_TABLE | OPT_SCANNER)
#define NO_VISIT "its name has no ses-, and the study has several visits (--session SESSION says which one it is of)"
#define SHOWN_ENDINGS 20
#define ONLY_SESSION "single" /* the visit of a data set without sessions, in a study declared from it */

typedef enum step
{
	STEP_DATASET,
	STEP_PEOPLE,
	STEP_PARTICIPANTS,
	STEP_RECORDS,
	STEP_SCORES,
	STEP_SCAN,
	STEP_SCANS,
	STEP_EVENTS,
	STEP_MOTION,
	STEP_SERIES,
	STEP_MATRIX,
	STEP_STATS,
	STEPS
} step;

static const loader *const loader_of[STEPS] = {&load_bids_dataset, &load_bids_people,  &load_bids_participants, &load_bids_records,
											   &load_scores,       &load_bids_scan,    &load_bids_scans,        &load_bids_events,
											   &load_bids_motion,  &load_series,       &load_connectome,        &load_features};

typedef struct bids_run
{
	session db;
	options opt;
	bids_tree tree;
	char *only_session, *site, *arm;
	totals sum[STEPS];
	text_list left, left_as; /* the first file that was not loaded for a reason, and the reason */
	size_t *left_count;      /* [left.count] how many files the reason kept out */
	long elsewhere;          /* rows of scans.tsv about recordings that are no images */
	bool by_folder; /* who the people are is said by the folders sub-... alone */
	bool stopped;
} bids_run;

/* ---- before anything is loaded: the study, the visit of names without ses-, the site and arm of tables without ---- */

/* The one value of a query of one row and column, or NULL. */
static psy_status
ask_one(session *db, char **value, psy_error *err, const char *sql, int count, const char *const *values)
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

		status = ask_one(&r->db, &count, err,
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
		status = ask_one(&r->db, &r->only_session, err,
						 "SELECT coalesce(min(session) FILTER (WHERE session = '" ONLY_SESSION "'), min(session)) FROM clinical.visit_plan "
						 "WHERE study = $1 HAVING count(*) = 1 OR bool_or(session = '" ONLY_SESSION "')", 1, study);
	if (status == PSY_OK && r->only_session == NULL && lacks_session(&r->tree))
	{
		psy_fail(err, PSY_DOMAIN, "names without ses- in the data set, and the study %s has several visits or none", r->opt.study);
		return psy_hint(err, "say which visit they are of: --session SESSION");
	}
	if (status == PSY_OK && r->opt.arm == NULL)
		status = ask_one(&r->db, &r->arm, err, "SELECT min(arm) FROM clinical.arm WHERE study = $1 HAVING count(*) = 1", 1, study);
	if (status == PSY_OK && r->opt.site == NULL)
		status = ask_one(&r->db, &r->site, err, "SELECT min(site) FROM (SELECT DISTINCT site FROM clinical.subject_key WHERE study = $1 "
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
static psy_status
prepare(bids_run *r, psy_error *err)
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
	status = ask_one(&r->db, &known, err, "SELECT CASE WHEN design = 'BIDS data set' OR NOT EXISTS (SELECT FROM clinical.subject_key k WHERE k.study = s.study) "
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

/* ---- file after file ------------------------------------------------------------------------- */

static bool
failed(const bids_run *r)
{
	long rejected = 0;

	for (int s = 0; s < STEPS; s++)
	{
		if (r->sum[s].refused > 0)
			return true;
		rejected += r->sum[s].rejected;
	}
	return rejected > r->opt.max_rejects;
}

static void
load_as(bids_run *r, step s, const bids_file *f, const options *opt)
{
	char *path = bids_tree_path(&r->tree, f->path);

	load_one(&r->db, loader_of[s], opt, path, &r->sum[s]);
	free(path);
	if (r->db.lost || interrupted() || (r->opt.strict && failed(r)))
		r->stopped = true;
}

static const char *
session_of(const bids_run *r, const bids_file *f)
{
	return f->name.ses[0] ? f->name.ses : r->only_session ? r->only_session : "";
}

/* A file of the data set's own kinds. */
static void
load_own(bids_run *r, step s, const bids_file *f, const bids_file *of, const char *of_source, const char *dataset)
{
	bids_job what = {.tree = &r->tree,
					.file = of,
					.label = of->name.sub,
					.session = session_of(r, of),
					.source = of_source,
					.dataset = dataset,
					.only_session = r->only_session,
					.elsewhere = &r->elsewhere};
	options opt = r->opt;

	opt.context = &what;
	opt.session = NULL;
	if (s != STEP_PARTICIPANTS)
		opt.map = (text_list){0};
	load_as(r, s, f, &opt);
}

/* Told once for all files of the same reason: of a hundred people, FreeSurfer's tables would be a thousand lines. */
static void
leave(bids_run *r, const char *path, const char *why)
{
	size_t k = 0;

	while (k < r->left.count && strcmp(r->left_as.item[k], why) != 0)
		k++;
	if (k == r->left.count)
	{
		list_add(&r->left, path);
		list_add(&r->left_as, why);
		r->left_count = grow(r->left_count, r->left.count, sizeof *r->left_count);
		r->left_count[k] = 0;
	}
	r->left_count[k]++;
}

static void
load_description(bids_run *r, const bids_file *f)
{
	char *folder = bids_folder_name(r->tree.root);
	buffer name = {0};

	if (strchr(f->path, '/') != NULL)
		buffer_add(&name, f->path, (size_t) (strrchr(f->path, '/') - f->path));
	else
		buffer_format(&name, "%s%s", r->tree.derivative ? "derivatives/" : "", folder);
	load_own(r, STEP_DATASET, f, f, NULL, name.data);
	free(folder);
	buffer_free(&name);
}

/* Who has a folder; dataset_description.json speaks for them. */
static void
load_people(bids_run *r)
{
	for (size_t i = 0; i < r->tree.count && !r->stopped; i++)
		if (strcmp(r->tree.file[i].path, "dataset_description.json") == 0)
			load_own(r, STEP_PEOPLE, &r->tree.file[i], &r->tree.file[i], NULL, NULL);
}

/* A table that says no version of its instrument, or of which no column is an item, is no failure: its rows are kept as they stand. */
static void
load_scores_of(bids_run *r, const bids_file *f, const char *instrument)
{
	options opt = r->opt;
	totals *sum = &r->sum[STEP_SCORES];
	long refused = sum->refused;

	opt.instrument = instrument;
	opt.session = r->only_session;
	opt.map = opt.identifier = (text_list){0};
	opt.strict = false;
	load_as(r, STEP_SCORES, f, &opt);
	if (sum->refused == refused)
		return;
	sum->refused--;
	sum->files--;
	r->stopped = r->db.lost || interrupted();
	leave(r, f->path, "no scores, as said above; the rows are in clinical.phenotype as they stand (psyrad ingest scores --instrument NAME says what they are)");
}

/* A phenotype file is kept as it stands; where it is named after an instrument, its ratings are scores as well. */
static void
load_phenotype(bids_run *r, const bids_file *f)
{
	char *stem = keep_bytes(f->path + strlen("phenotype/"), strlen(f->path) - strlen("phenotype/") - strlen(".tsv")), *instrument = NULL;
	const char *values[] = {stem};
	psy_error err;

	load_own(r, STEP_RECORDS, f, f, stem, NULL);
	if (!r->stopped && ask_one(&r->db, &instrument, &err, "SELECT ingest.known_instrument($1)", 1, values) == PSY_OK && instrument != NULL)
		load_scores_of(r, f, stem);
	free(instrument);
	free(stem);
}

/* Events above the subjects' folders are of every run of the task that has none of its own. */
static void
load_shared_events(bids_run *r, const bids_file *shared)
{
	for (size_t i = 0; i < r->tree.count && !r->stopped; i++)
	{
		const bids_file *f = &r->tree.file[i];
		text_list applying = {0};

		if (f->kind != BIDS_IMAGE || strcmp(f->name.suffix, "bold") != 0)
			continue;
		bids_inherited(&r->tree, f, "events", ".tsv", &applying);
		if (applying.count > 0 && strcmp(applying.item[applying.count - 1], shared->path) == 0)
			load_own(r, STEP_EVENTS, shared, f, NULL, NULL);
		list_free(&applying);
	}
}

/* ---- derivatives ----------------------------------------------------------------------------- */

static bool
atlas_known(bids_run *r, const char *atlas)
{
	const char *values[] = {atlas};
	char *known = NULL;
	psy_error err;
	bool found = ask_one(&r->db, &known, &err, "SELECT atlas FROM imaging.atlas WHERE atlas = $1", 1, values) == PSY_OK && known != NULL;

	free(known);
	return found;
}

static void
leave_without_atlas(bids_run *r, const char *path, const char *atlas)
{
	char why[200];

	snprintf(why, sizeof why, "the atlas %.60s is not there (psyrad ingest atlas --names FILE --atlas %.60s)", atlas, atlas);
	leave(r, path, why);
}

/* The edges of a matrix by its entity stat-. */
static bool
measure_of(const char *path, options *opt)
{
	char stat[BIDS_TEXT];

	if (!bids_entity(path, "stat", stat, sizeof stat) && !bids_entity(path, "meas", stat, sizeof stat) && !bids_entity(path, "measure", stat, sizeof stat))
		return false; /* XCP-D wrote measure- before 0.6 */
	opt->kind = header_among(stat, "pearsoncorrelation|pearson|correlation") ? "r" : NULL;
	opt->measure = "fc_pearson";
	return opt->kind != NULL;
}

/* Another task of the same person, visit and run among the derivatives: one key would have to hold both. */
static const char *
other_task(const bids_run *r, const bids_file *f)
{
	const char *person = strstr(f->path, "sub-");
	size_t folder = person ? (size_t) (person - f->path) + strcspn(person, "/") : 0, i = (size_t) (f - r->tree.file);

	while (i > 0 && strncmp(r->tree.file[i - 1].path, f->path, folder) == 0)
		i--;
	for (; i < r->tree.count && strncmp(r->tree.file[i].path, f->path, folder) == 0; i++)
	{
		const bids_file *g = &r->tree.file[i];

		if ((g->kind == BIDS_SERIES || g->kind == BIDS_MATRIX) && strcmp(g->name.sub, f->name.sub) == 0 && strcmp(g->name.ses, f->name.ses) == 0 &&
			(g->name.run ? g->name.run : 1) == (f->name.run ? f->name.run : 1) && strcmp(g->name.task, f->name.task) != 0)
			return g->name.task;
	}
	return NULL;
}

/* Whether a file is of a task that is not to be loaded, or that nobody said is. */
static bool
leave_task(bids_run *r, const bids_file *f)
{
	const char *other = r->opt.task ? NULL : other_task(r, f);
	char why[3 * BIDS_TEXT];

	if (r->opt.task != NULL && strcmp(f->name.task, r->opt.task) != 0)
		snprintf(why, sizeof why, "of another task than --task %.60s", r->opt.task);
	else if (other != NULL)
		snprintf(why, sizeof why, "its visit has the same run of the tasks %.60s and %.60s (--task TASK says which one to load)",
				 strcmp(other, f->name.task) < 0 ? other : f->name.task, strcmp(other, f->name.task) < 0 ? f->name.task : other);
	else
		return false;
	leave(r, f->path, why);
	return true;
}

static void
load_derived(bids_run *r, step s, const bids_file *f)
{
	char atlas[BIDS_TEXT], pipeline[BIDS_TEXT];
	options opt = r->opt;

	if (leave_task(r, f))
		return;

	if (!bids_entity(f->path, "atlas", atlas, sizeof atlas) && !bids_entity(f->path, "seg", atlas, sizeof atlas))
		leave(r, f->path, "its name has no atlas-");
	else if (*session_of(r, f) == '\0')
		leave(r, f->path, NO_VISIT);
	else if (!atlas_known(r, atlas))
		leave_without_atlas(r, f->path, atlas);
	else if (s == STEP_MATRIX && !measure_of(f->path, &opt))
		leave(r, f->path, "its name does not say a measure (psyrad ingest connectome --measure --kind)");
	else
	{
		bids_derivative(&r->tree, f->path, pipeline);
		opt.atlas = atlas;
		opt.pipeline = pipeline;
		opt.session = session_of(r, f);
		opt.map = opt.identifier = (text_list){0};
		load_as(r, s, f, &opt);
	}
}

static void
load_stats(bids_run *r, const bids_file *f)
{
	static const char *const surface[] = {"thickness", "area", "volume"};
	char atlas[BIDS_TEXT], pipeline[BIDS_TEXT], folder[3 * BIDS_TEXT];
	const char *stats = strstr(f->path, "/stats/"), *start = stats;
	bids_file of = *f;
	psy_error why;
	options opt = r->opt;

	if (!bids_stats_atlas(f->path, atlas))
	{
		leave(r, f->path, "no parcellation whose values are kept");
		return;
	}
	if (!atlas_known(r, atlas))
	{
		leave_without_atlas(r, f->path, atlas);
		return;
	}
	while (start > f->path && start[-1] != '/')
		start--;
	snprintf(folder, sizeof folder, "%.*s_stats", (int) (stats - start), start);
	if (bids_parse(folder, &of.name, &why) != PSY_OK)
		of.name = (bids_name){0};
	if (*session_of(r, &of) == '\0')
	{
		leave(r, f->path, NO_VISIT);
		return;
	}
	bids_derivative(&r->tree, f->path, pipeline);
	opt.atlas = atlas;
	opt.pipeline = pipeline;
	opt.session = session_of(r, &of);
	opt.map = opt.identifier = (text_list){0};
	for (int m = strncmp(atlas, "aparc", 5) == 0 ? 0 : 2; m < 3 && !r->stopped; m++)
	{
		opt.measure = surface[m];
		load_as(r, STEP_STATS, f, &opt);
	}
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void
load_kind(bids_run *r, bids_kind kind)
{
	if (kind == BIDS_PARTICIPANTS && r->by_folder)
		load_people(r);
	for (size_t i = 0; i < r->tree.count && !r->stopped; i++)
	{
		const bids_file *f = &r->tree.file[i];

		if (f->kind != kind)
			continue;
		switch (kind)
		{
			case BIDS_DESCRIPTION: load_description(r, f); break;
			case BIDS_PARTICIPANTS: load_own(r, STEP_PARTICIPANTS, f, f, NULL, NULL); break;
			case BIDS_SESSIONS: load_own(r, STEP_RECORDS, f, f, "sessions", NULL); break;
			case BIDS_PHENOTYPE: load_phenotype(r, f); break;
			case BIDS_IMAGE: load_own(r, STEP_SCAN, f, f, NULL, NULL); break;
			case BIDS_SCANS: load_own(r, STEP_SCANS, f, f, NULL, NULL); break;
			case BIDS_EVENTS: load_own(r, STEP_EVENTS, f, f, NULL, NULL); break;
			case BIDS_SHARED_EVENTS: load_shared_events(r, f); break;
			case BIDS_MOTION: load_own(r, STEP_MOTION, f, f, NULL, NULL); break;
			case BIDS_SERIES: load_derived(r, STEP_SERIES, f); break;
			case BIDS_MATRIX: load_derived(r, STEP_MATRIX, f); break;
			case BIDS_STATS: load_stats(r, f); break;
			default: break;
		}
	}
}

/* "_bold.nii.gz" of derivatives, "_physio.tsv.gz": how files that no kind takes are counted. */
static void
ending_of(const bids_run *r, const bids_file *f, char *to, size_t room)
{
	const char *slash = strrchr(f->path, '/'), *base = slash ? slash + 1 : f->path, *dot = strchr(base, '.'), *from = base;
	char derivative[BIDS_TEXT];

	for (const char *c = base; *c && c != dot; c++)
		if (*c == '_')
			from = c + 1;
	bids_derivative(&r->tree, f->path, derivative);
	snprintf(to, room, "%s%s", *derivative ? "derived " : "", f->name.is_bids ? from : dot ? dot : base);
}

typedef struct ending
{
	char text[128];
	size_t count;
} ending;

static int
by_count(const void *a, const void *b)
{
	const ending *x = a, *y = b;

	return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->text, y->text);
}

static bool
is_left(const bids_file *f)
{
	return f->kind == BIDS_OTHER && f->trouble == NULL && strncmp(f->path, "README", 6) != 0 && strcmp(f->path, "CHANGES") != 0;
}

/* The commonest endings of files that no kind takes; a folder of FreeSurfer's has a hundred of them. */
static void
print_endings(const bids_run *r)
{
	ending *list = grow(NULL, r->tree.count + 1, sizeof *list);
	size_t endings = 0, others = 0;

	for (size_t i = 0; i < r->tree.count; i++)
	{
		size_t e = 0;

		if (!is_left(&r->tree.file[i]))
			continue;
		ending_of(r, &r->tree.file[i], list[endings].text, sizeof list->text);
		while (strcmp(list[e].text, list[endings].text) != 0)
			e++;
		list[e].count = e == endings ? 1 : list[e].count + 1;
		endings += e == endings;
	}
	qsort(list, endings, sizeof *list, by_count);
	for (size_t e = 0; e < endings && e < SHOWN_ENDINGS; e++)
		printf("%s%zu %s", e ? ", " : "  no kind of ours: ", list[e].count, list[e].text);
	for (size_t e = SHOWN_ENDINGS; e < endings; e++)
		others += list[e].count;
	if (others > 0)
		printf(", and %zu with %zu other endings", others, endings - SHOWN_ENDINGS);
	if (endings > 0)
		puts("");
	free(list);
}

static void
print_left(bids_run *r)
{
	for (size_t i = 0; i < r->tree.count; i++)
		if (r->tree.file[i].trouble != NULL)
			leave(r, r->tree.file[i].path, r->tree.file[i].trouble);
	for (size_t i = 0; i < r->left.count; i++)
		if (r->left_count[i] == 1)
			printf("  not loaded: %s: %s\n", r->left.item[i], r->left_as.item[i]);
		else
			printf("  not loaded: %s and %zu more: %s\n", r->left.item[i], r->left_count[i] - 1, r->left_as.item[i]);
	if (r->elsewhere > 0)
		printf("  no images: %ld rows of scans.tsv are about other recordings of the data set\n", r->elsewhere);
	if (r->tree.ignored > 0)
		printf("  left out by .bidsignore: %zu\n", r->tree.ignored);
	print_endings(r);
}

static void
print_summary(bids_run *r)
{
	static const loader all = {.name = "bids"};
	totals total = {0};

	for (int s = 0; s < STEPS; s++)
	{
		const totals *one = &r->sum[s];

		if (one->files == 0)
			continue;
		load_step(loader_of[s], one);
		total.files += one->files;
		total.refused += one->refused;
		total.read += one->read;
		total.loaded += one->loaded;
		total.unchanged += one->unchanged;
		total.rejected += one->rejected;
		total.replaced += one->replaced;
	}
	print_left(r);
	if (interrupted())
		puts("  interrupted; the same command goes on from there");
	else if (r->stopped)
		puts("  stopped at the first failure (--strict)");
	load_summary(&all, &r->opt, &total);
}

static int
run(bids_run *r, const char *url)
{
	static const bids_kind order[] = {BIDS_DESCRIPTION, BIDS_PARTICIPANTS, BIDS_SESSIONS, BIDS_PHENOTYPE, BIDS_IMAGE,  BIDS_SCANS,
									  BIDS_EVENTS,      BIDS_SHARED_EVENTS, BIDS_MOTION,  BIDS_SERIES,    BIDS_MATRIX, BIDS_STATS};
	psy_error err = {0};
	psy_status status = session_open(&r->db, url, &err);

	if (status == PSY_OK && r->opt.dry_run)
	{
		r->opt.rehearsal = true;
		status = session_run(&r->db, "BEGIN", &err);
	}
	if (status == PSY_OK)
		status = prepare(r, &err);
	if (status != PSY_OK)
		return complain(&err, r->db.conn == NULL || r->db.lost || PQstatus(r->db.conn) != CONNECTION_OK ? EXIT_SERVER : EXIT_REJECTED);
	watch_interrupts();
	progress_start("bids", r->tree.count);
	for (size_t k = 0; k < sizeof order / sizeof *order && !r->stopped; k++)
		load_kind(r, order[k]);
	progress_clear();
	if (r->opt.rehearsal && !r->db.lost)
		(void) session_run(&r->db, "ROLLBACK", NULL);
	if (r->db.lost)
		return EXIT_SERVER;
	print_summary(r);
	return interrupted() ? EXIT_INTERRUPTED : failed(r) ? EXIT_REJECTED : EXIT_OK;
}

int
ingest_bids(int argc, char **argv, const char *url)
{
	bids_run r = {0};
	buffer parent = {0};
	psy_error err = {0};
	int code = EXIT_USAGE;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
	{
		puts("psyrad ingest bids - a BIDS data set, all of it\n\n  psyrad [--db URL] ingest bids FOLDER [OPTIONS]\n");
		options_help(ACCEPTED);
		return EXIT_OK;
	}
	if (!options_parse(&r.opt, argc, argv, ACCEPTED, "bids"))
		;
	else if (r.opt.files.count != 1)
		fprintf(stderr, "psyrad ingest bids: expected one FOLDER\n");
	else if (bids_tree_read(&r.tree, r.opt.files.item[0], &err) != PSY_OK)
		code = complain(&err, EXIT_REJECTED);
	else
	{
		buffer_format(&parent, "%s/..", r.tree.root);
		r.opt.root = r.opt.root ? r.opt.root : parent.data;
		code = run(&r, url);
		session_close(&r.db);
	}
	bids_tree_free(&r.tree);
	list_free(&r.left);
	list_free(&r.left_as);
	free(r.left_count);
	free(r.only_session);
	free(r.site);
	free(r.arm);
	buffer_free(&parent);
	options_free(&r.opt);
	return code;
}
