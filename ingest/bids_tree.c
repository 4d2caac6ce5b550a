/* bids_tree.c - see bids_tree.h. */
#include "bids_tree.h"

#include "bids_ignore.h"
#include "document.h"
#include "header.h"
#include "heap.h"
#include "models/json.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILES ((size_t) 1 << 20)
#define MAX_DEPTH 16
#define IGNORE_LIMIT ((size_t) 1 << 20)
#define DESCRIPTION_LIMIT ((size_t) 4 << 20)

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool
ends_with(const char *text, const char *ending)
{
	size_t n = strlen(text), m = strlen(ending);

	return n >= m && strcmp(text + n - m, ending) == 0;
}

static bool
begins_with(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

bool
bids_entity(const char *path, const char *key, char *value, size_t room)
{
	size_t k = strlen(key);

	for (const char *part = base_name(path); part != NULL; part = strchr(part, '_'))
	{
		size_t n;

		part += *part == '_';
		if (strncmp(part, key, k) != 0 || part[k] != '-')
			continue;
		n = strcspn(part + k + 1, "_.");
		if (n >= room)
			return false;
		memcpy(value, part + k + 1, n);
		value[n] = '\0';
		return n > 0;
	}
	return false;
}

void
bids_derivative(const bids_tree *t, const char *path, char name[BIDS_TEXT])
{
	const char *from = begins_with(path, "derivatives/") ? path + 12 : t->derivative ? t->derivative : "";
	size_t n = strcspn(from, "/");

	snprintf(name, BIDS_TEXT, "%.*s", (int) (n < BIDS_TEXT ? n : BIDS_TEXT - 1), from);
}

bool
bids_stats_atlas(const char *path, char atlas[BIDS_TEXT])
{
	const char *base = base_name(path);
	size_t n;

	if (strncmp(base, "lh.", 3) == 0 || strncmp(base, "rh.", 3) == 0)
		base += 3;
	n = strlen(base) - strlen(".stats");
	if (n >= BIDS_TEXT || !(strncmp(base, "aparc", 5) == 0 || strncmp(base, "aseg", 4) == 0 || strncmp(base, "wmparc", 6) == 0))
		return false;
	snprintf(atlas, BIDS_TEXT, "%.*s", (int) n, base);
	for (char *c = atlas; *c; c++)
		if (*c == '.')
			*c = '-';
	return true;
}

static bool
is_image(const char *path)
{
	return ends_with(path, ".nii") || ends_with(path, ".nii.gz");
}

static bids_kind
derived_kind(const char *path, const bids_name *n)
{
	char of[BIDS_TEXT];

	if (ends_with(path, ".stats") && strstr(path, "/stats/") != NULL)
		return BIDS_STATS;
	if (!ends_with(path, ".tsv") || !n->is_bids)
		return BIDS_OTHER;
	if (strcmp(n->desc, "confounds") == 0)
		return BIDS_MOTION;
	if (header_among(n->suffix, "relmat|conmat|connectome"))
		return BIDS_MATRIX;
	if (strcmp(n->suffix, "timeseries") != 0)
		return BIDS_OTHER;
	/* fMRIPrep's old confounds have the suffix alone, region series name their parcellation. */
	return bids_entity(path, "atlas", of, sizeof of) || bids_entity(path, "seg", of, sizeof of) ? BIDS_SERIES : BIDS_MOTION;
}

static bids_kind
kind_of(const bids_tree *t, const char *path, const bids_name *n)
{
	const char *base = base_name(path);
	bool derived = begins_with(path, "derivatives/");

	if (strcmp(base, "dataset_description.json") == 0)
		return strchr(path, '/') == NULL || derived ? BIDS_DESCRIPTION : BIDS_OTHER;
	if (ends_with(path, ".json"))
		return BIDS_SIDECAR;
	if (strcmp(path, "participants.tsv") == 0)
		return BIDS_PARTICIPANTS;
	if (derived || t->derivative != NULL)
		return derived_kind(path, n);
	if (begins_with(path, "phenotype/") && ends_with(path, ".tsv"))
		return BIDS_PHENOTYPE;
	if (ends_with(path, "_events.tsv"))
		return n->is_bids ? BIDS_EVENTS : BIDS_SHARED_EVENTS;
	if (!begins_with(path, "sub-"))
		return BIDS_OTHER;
	if (ends_with(path, "_sessions.tsv"))
		return BIDS_SESSIONS;
	if (ends_with(path, "_scans.tsv"))
		return BIDS_SCANS;
	return is_image(path) && n->is_bids ? BIDS_IMAGE : BIDS_OTHER;
}

static psy_status
add_file(bids_tree *t, const char *path, psy_error *err)
{
	bids_file *f;
	psy_error why;

	if (t->count == MAX_FILES)
		return psy_fail(err, PSY_LIMIT, "the data set has more than %zu files", MAX_FILES);
	if (t->count == t->room)
	{
		t->room = t->room ? 2 * t->room : 256;
		t->file = grow(t->file, t->room, sizeof *t->file);
	}
	f = &t->file[t->count++];
	*f = (bids_file){.path = keep_text(path)};
	if (bids_parse(path, &f->name, &why) != PSY_OK)
	{
		f->name = (bids_name){0}; /* a name beyond BIDS: told with what is left */
		f->trouble = keep_text(why.message);
	}
	f->kind = kind_of(t, path, &f->name);
	return PSY_OK;
}

/* A derivative's sourcedata may be FreeSurfer's own, which its program ran. */
static bool
is_skipped(const bids_tree *t, const char *name, int depth)
{
	return name[0] == '.' || (depth == 0 && header_among(name, t->derivative ? "code|stimuli" : "code|sourcedata|stimuli"));
}

static psy_status read_folder(bids_tree *t, const char *folder, int depth, psy_error *err);

static psy_status
read_entry(bids_tree *t, const char *folder, const char *name, int depth, psy_error *err)
{
	buffer path = {0};
	char *full;
	struct stat about;
	psy_status status = PSY_OK;

	buffer_format(&path, "%s%s%s", folder, *folder ? "/" : "", name);
	full = bids_tree_path(t, path.data);
	if (lstat(full, &about) == 0)
	{
		if (bids_ignored(&t->ignore, path.data, S_ISDIR(about.st_mode)))
			t->ignored++;
		else if (S_ISDIR(about.st_mode))
			status = read_folder(t, path.data, depth + 1, err);
		else if (S_ISREG(about.st_mode))
			status = add_file(t, path.data, err);
		else if (S_ISLNK(about.st_mode) && (stat(full, &about) != 0 || S_ISREG(about.st_mode)))
			status = add_file(t, path.data, err);
	}
	free(full);
	buffer_free(&path);
	return status;
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static psy_status
read_folder(bids_tree *t, const char *folder, int depth, psy_error *err)
{
	struct dirent **entry;
	char *full = bids_tree_path(t, folder);
	int count = scandir(full, &entry, NULL, by_bytes);
	psy_status status = PSY_OK;

	free(full);
	if (count < 0)
		return psy_fail(err, PSY_FORMAT, "the folder %.200s cannot be read: %s", *folder ? folder : ".", strerror(errno));
	if (depth > MAX_DEPTH)
		status = psy_fail(err, PSY_LIMIT, "folders lie more than %d deep", MAX_DEPTH);
	for (int i = 0; i < count; i++)
	{
		if (status == PSY_OK && !is_skipped(t, entry[i]->d_name, depth))
			status = read_entry(t, folder, entry[i]->d_name, depth, err);
		free(entry[i]);
	}
	free(entry);
	return status;
}

char *
bids_tree_path(const bids_tree *t, const char *path)
{
	buffer full = {0};

	buffer_format(&full, "%s%s%s", t->root, *path ? "/" : "", path);
	return full.data;
}

/* Not the order of a walk: sub-01.json comes before sub-01/x, sub-01 after neither. */
static int
by_path(const void *a, const void *b)
{
	return strcmp(((const bids_file *) a)->path, ((const bids_file *) b)->path);
}

/* .bidsignore, where there is one. */
static psy_status
read_ignore(bids_tree *t, psy_error *err)
{
	char *path = bids_tree_path(t, ".bidsignore");
	buffer text = {0};
	uint8_t sha256[SHA256_BYTES];
	psy_status status = PSY_OK;
	psy_error why;

	if (access(path, F_OK) == 0)
		status = read_document(path, IGNORE_LIMIT, &text, sha256, &why);
	if (status != PSY_OK)
		psy_fail(err, status, ".bidsignore: %s", why.message);
	else
	{
		buffer_text(&text, "");
		bids_ignore_read(&t->ignore, text.data);
	}
	buffer_free(&text);
	free(path);
	return status;
}

/* Whether dataset_description.json says that all of it is a derivative; one that cannot be read is refused later, by its loader. */
static bool
says_derivative(const char *description)
{
	buffer text = {0};
	uint8_t sha256[SHA256_BYTES];
	psy_json json = {0};
	const psy_json_node *type = NULL;
	psy_error why;
	bool derivative;

	if (read_document(description, DESCRIPTION_LIMIT, &text, sha256, &why) == PSY_OK &&
		psy_json_parse(&heap_context, text.data, text.size, "JSON", &psy_json_default_limits, &json, &why) == PSY_OK &&
		psy_json_root(&json)->kind == PSY_JSON_OBJECT)
		type = psy_json_member(&json, psy_json_root(&json), "DatasetType");
	derivative = type != NULL && type->kind == PSY_JSON_STRING && strcmp(psy_json_text(&json, type), "derivative") == 0;
	psy_json_free(&heap_context, &json);
	buffer_free(&text);
	return derivative;
}

char *
bids_folder_name(const char *path)
{
	char *resolved = realpath(path, NULL), *name = keep_text(base_name(resolved ? resolved : path));

	free(resolved);
	return name;
}

psy_status
bids_tree_read(bids_tree *t, const char *root, psy_error *err)
{
	size_t n = strlen(root);
	char *description;
	struct stat about;
	psy_status status = PSY_OK;

	*t = (bids_tree){0};
	while (n > 1 && root[n - 1] == '/')
		n--;
	t->root = keep_bytes(root, n);
	description = bids_tree_path(t, "dataset_description.json");
	if (stat(t->root, &about) != 0)
		status = psy_fail(err, PSY_FORMAT, "%.200s cannot be opened: %s", t->root, strerror(errno));
	else if (!S_ISDIR(about.st_mode) || access(description, F_OK) != 0)
	{
		status = psy_fail(err, PSY_FORMAT, "%.200s is no BIDS data set: it has no dataset_description.json", t->root);
		psy_hint(err, "name the folder that holds dataset_description.json and the folders sub-...");
	}
	else
	{
		/* fMRIPrep writes a .bidsignore beside its tables that names them, for validators of raw data. */
		if (says_derivative(description))
			t->derivative = bids_folder_name(t->root);
		else
			status = read_ignore(t, err);
	}
	if (status == PSY_OK)
		status = read_folder(t, "", 0, err);
	if (t->count > 1)
		qsort(t->file, t->count, sizeof *t->file, by_path);
	free(description);
	return status;
}

void
bids_tree_free(bids_tree *t)
{
	for (size_t i = 0; i < t->count; i++)
	{
		free(t->file[i].path);
		free(t->file[i].trouble);
	}
	free(t->file);
	list_free(&t->ignore);
	free(t->root);
	free(t->derivative);
	*t = (bids_tree){0};
}

/* Whether every entity of one name stands in the other's. */
static bool
applies(const char *inherited, const char *name)
{
	for (const char *part = inherited; *part;)
	{
		size_t n = strcspn(part, "_.");
		const char *in = name;

		if (part[n] != '_') /* the suffix, which the caller compares */
			return true;
		while (in != NULL && (strncmp(in, part, n) != 0 || strchr("_.", in[n]) == NULL))
		{
			in = strchr(in, '_');
			in += in != NULL;
		}
		if (in == NULL)
			return false;
		part += n + 1;
	}
	return true;
}

static bool
has_suffix(const char *base, const char *suffix, const char *extension)
{
	size_t n = strlen(base), s = strlen(suffix), e = strlen(extension);

	return n >= s + e && strcmp(base + n - e, extension) == 0 && strncmp(base + n - e - s, suffix, s) == 0 &&
		   (n == s + e || base[n - e - s - 1] == '_');
}

static size_t
entities(const char *base)
{
	size_t count = 0;

	for (; *base; base++)
		count += *base == '_';
	return count;
}

/* The first file whose path is not less than the text. */
static size_t
lower_bound(const bids_tree *t, const char *text)
{
	size_t from = 0, to = t->count;

	while (from < to)
	{
		size_t middle = from + (to - from) / 2;

		if (strcmp(t->file[middle].path, text) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

bool
bids_tree_has(const bids_tree *t, const char *path)
{
	size_t n = strlen(path), i = lower_bound(t, path);
	char *full = bids_tree_path(t, path);
	bool there = access(full, F_OK) == 0;

	free(full);
	if (i < t->count && strcmp(t->file[i].path, path) == 0)
		return t->file[i].kind != BIDS_IMAGE;
	return there || (i < t->count && strncmp(t->file[i].path, path, n) == 0 && t->file[i].path[n] == '/');
}

/* The number of the first file behind the folder that file i lies in, seen from the prefix. */
static size_t
behind_folder(const bids_tree *t, size_t i, size_t length)
{
	size_t n = length + strcspn(t->file[i].path + length, "/");
	char *next = keep_bytes(t->file[i].path, n + 1);
	size_t at;

	next[n] = '/' + 1;
	at = lower_bound(t, next);
	free(next);
	return at;
}

/* What of one folder applies, those with fewer entities first. */
static void
inherit_from(const bids_tree *t, const char *folder, size_t length, const char *name, const char *suffix, const char *extension, text_list *list)
{
	char *prefix = keep_bytes(folder, length);
	text_list found = {0};
	size_t most = 0;

	for (size_t i = lower_bound(t, prefix); i < t->count && strncmp(t->file[i].path, prefix, length) == 0;)
	{
		const char *base = t->file[i].path + length;

		if (strchr(base, '/') != NULL)
		{
			i = behind_folder(t, i, length);
			continue;
		}
		if (has_suffix(base, suffix, extension) && applies(base, name))
		{
			list_add(&found, t->file[i].path);
			most = entities(base) > most ? entities(base) : most;
		}
		i++;
	}
	for (size_t wanted = 0; wanted <= most; wanted++)
		for (size_t i = 0; i < found.count; i++)
			if (entities(base_name(found.item[i])) == wanted)
				list_add(list, found.item[i]);
	list_free(&found);
	free(prefix);
}

void
bids_inherited(const bids_tree *t, const bids_file *f, const char *suffix, const char *extension, text_list *list)
{
	const char *name = base_name(f->path);

	inherit_from(t, f->path, 0, name, suffix, extension, list);
	for (const char *slash = strchr(f->path, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
		inherit_from(t, f->path, (size_t) (slash + 1 - f->path), name, suffix, extension, list);
}
