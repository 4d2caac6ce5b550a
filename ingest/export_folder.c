/*
 * export_folder.c - a folder that an export fills: whole or not there.
 */
#include "export_folder.h"

#include "buffer.h"
#include "cmd.h"
#include "print.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static psy_status
cannot_write(const char *path, psy_error *err)
{
	return psy_fail(err, PSY_UNSUPPORTED, "%s cannot be written: %s", path, strerror(errno));
}

static char *
joined(const char *folder, const char *rest)
{
	buffer path = {0};

	buffer_format(&path, "%s%s", folder, rest);
	return path.data;
}

static int
remove_entry(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
	(void) about, (void) kind, (void) walk;
	return remove(path);
}

static void
remove_tree(const char *path)
{
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static psy_status
folder_start(export_folder *f, const char *root, psy_error *err)
{
	size_t length = strlen(root);

	*f = (export_folder){0};
	while (length > 1 && root[length - 1] == '/')
		length--;
	f->root = joined(root, "");
	f->root[length] = '\0';
	f->partial = joined(f->root, ".partial");
	/* An empty folder may take the place of another one's name; rmdir says whether it is empty. */
	if (rmdir(f->root) != 0 && errno != ENOENT)
	{
		psy_fail(err, PSY_UNSUPPORTED, "%s is there already, and no empty folder", f->root);
		return psy_hint(err, "name a folder that is not there yet");
	}
	if (mkdir(f->partial, 0777) == 0)
		return PSY_OK;
	if (errno != EEXIST)
		return cannot_write(f->partial, err);
	psy_fail(err, PSY_UNSUPPORTED, "%s is there already", f->partial);
	return psy_hint(err, "an export that broke off may have left it: remove it");
}

static bool
stays_below(const char *path)
{
	return path[0] != '/' && path[0] != '\0' && strstr(path, "..") == NULL;
}

static psy_status
make_folders(char *path, size_t from, psy_error *err)
{
	for (char *slash = strchr(path + from, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
	{
		bool made;

		*slash = '\0';
		made = mkdir(path, 0777) == 0 || errno == EEXIST;
		if (!made)
			return cannot_write(path, err);
		*slash = '/';
	}
	return PSY_OK;
}

FILE *
export_file_start(export_folder *f, const char *path, psy_error *err)
{
	buffer whole = {0};
	FILE *file = NULL;

	if (!stays_below(path))
	{
		psy_fail(err, PSY_FORMAT, "the warehouse asks for a file %s, which is not below the folder", path);
		return NULL;
	}
	buffer_format(&whole, "%s/%s", f->partial, path);
	if (make_folders(whole.data, strlen(f->partial) + 1, err) == PSY_OK &&
		(file = fopen(whole.data, "wbxe")) == NULL)
		cannot_write(whole.data, err);
	buffer_free(&whole);
	return file;
}

psy_status
export_file_end(export_folder *f, FILE *file, const char *path, psy_error *err)
{
	long size = ftell(file);

	if ((ferror(file) | fclose(file)) != 0)
		return cannot_write(path, err);
	f->files++;
	f->bytes += size;
	return PSY_OK;
}

psy_status
export_file(export_folder *f, const char *path, const char *content, psy_error *err)
{
	FILE *file = export_file_start(f, path, err);

	if (file == NULL)
		return err->code;
	fputs(content, file);
	return export_file_end(f, file, path, err);
}

/* Gives the folder its name, or takes away what was written. */
static psy_status
folder_end(export_folder *f, psy_status status, psy_error *err)
{
	if (status == PSY_OK && rename(f->partial, f->root) != 0)
		status = cannot_write(f->root, err);
	if (status != PSY_OK)
		remove_tree(f->partial);
	return status;
}

static psy_status
fill_folder(session *db, export_folder *f, export_fill fill, const char *const *arguments, psy_error *err)
{
	psy_status status = session_run(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", err);

	if (status == PSY_OK)
		status = fill(db, arguments, f, err);
	if (status == PSY_OK)
		status = session_run(db, "COMMIT", err);
	return folder_end(f, status, err);
}

int
export_into(const char *url, const char *root, export_fill fill, const char *const *arguments,
			const char *hint)
{
	export_folder f = {0};
	session db;
	psy_error err = {0};
	psy_status status = session_open(&db, url, &err);
	int code = EXIT_OK;

	if (status == PSY_OK)
		status = folder_start(&f, root, &err);
	if (status == PSY_OK)
		status = fill_folder(&db, &f, fill, arguments, &err);
	if (status == PSY_OK)
		printf("export: %ld files, %.1f MB in %s%s\n", f.files, (double) f.bytes / 1e6, f.root, hint);
	else
		code = complain(&err, db.lost ? EXIT_SERVER : EXIT_REJECTED);
	session_close(&db);
	free(f.root);
	free(f.partial);
	return code;
}
