/*
 * cmd_export_bids.c - psyrad export bids: one study as a BIDS derivative data set.
 *
 * The server says which files there are and what stands in each (imaging.bids_derivative); they come a few at
 * a time through a cursor, all of one snapshot.
 */
#include "cmd.h"

#include "export_folder.h"

#include <string.h>

static const char usage[] = "usage: psyrad [--db URL] export bids --study S --out FOLDER\n";

static psy_status
write_files(session *db, export_folder *folder, psy_error *err)
{
	psy_status status = PSY_OK;
	int rows = 1;

	while (status == PSY_OK && rows > 0)
	{
		PGresult *result = NULL;

		status = session_query(db, &result, err, "FETCH 16 FROM bids_file", 0, NULL);
		rows = status == PSY_OK ? PQntuples(result) : 0;
		for (int i = 0; i < rows && status == PSY_OK; i++)
			status = export_file(folder, PQgetvalue(result, i, 0), PQgetvalue(result, i, 1), err);
		PQclear(result);
	}
	return status;
}

static psy_status
write_study(session *db, const char *const *arguments, export_folder *folder, psy_error *err)
{
	psy_status status =
		session_query(db, NULL, err,
					  "DECLARE bids_file NO SCROLL CURSOR FOR SELECT path, coalesce(content, '') "
					  "FROM imaging.bids_derivative($1)",
					  1, arguments);

	return status == PSY_OK ? write_files(db, folder, err) : status;
}

int
export_bids(int argc, char **argv, const char *url)
{
	enum
	{
		STUDY,
		OUT,
		OPTIONS
	};
	word_option o[OPTIONS] = {{"--study", NULL, false}, {"--out", NULL, false}};

	if (!take_words(argc, argv, o, OPTIONS, NULL) || o[STUDY].value == NULL || o[OUT].value == NULL)
		return show_usage(usage, argc, argv);
	return export_into(url, o[OUT].value, write_study, (const char *const[]){o[STUDY].value}, "");
}
