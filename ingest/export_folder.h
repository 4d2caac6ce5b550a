/*
 * export_folder.h - a folder that an export fills: whole or not there.
 *
 * Files are written into FOLDER.partial, which takes FOLDER's name at the end. FOLDER must not exist yet, or
 * be empty, so that no file of an earlier export stands among those of a later one.
 */
#ifndef EXPORT_FOLDER_H
#define EXPORT_FOLDER_H

#include "core/status.h"

#include "session.h"

#include <stdio.h>

typedef struct export_folder
{
	char *root, *partial;
	long files;
	long long bytes;
} export_folder;

/* path: relative, below the folder; its own folders are made. NULL: *err says why. */
FILE *export_file_start(export_folder *f, const char *path, psy_error *err);
psy_status export_file_end(export_folder *f, FILE *file, const char *path, psy_error *err);
psy_status export_file(export_folder *f, const char *path, const char *content, psy_error *err);

/* Writes an export: connects, makes the folder, fills it in one read-only snapshot, gives it its name or
 * takes it away again, says how much it is and then hint. Returns the exit code; errors are on stderr. */
typedef psy_status (*export_fill)(session *db, const char *const *arguments, export_folder *folder,
								  psy_error *err);
int export_into(const char *url, const char *root, export_fill fill, const char *const *arguments,
				const char *hint);

#endif
