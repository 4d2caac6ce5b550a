/*
 * cmd_export_tables.c - psyrad export tables: the tables of a schema as CSV files, with a dictionary.
 *
 * The server says which tables there are, by which query each is written and what its columns mean
 * (report.export_tables). All are of one snapshot. tables.json lists them, with what every column means.
 */
#include "cmd.h"

#include "export_folder.h"
#include "buffer.h"

#include <string.h>

static const char usage[] =
	"usage: psyrad [--db URL] export tables --out FOLDER [--schema report] [--study S]\n";

static psy_status
copy_rows(session *db, FILE *to, psy_error *err)
{
	char *row = NULL;
	int length;
	PGresult *end;
	psy_status status;

	while ((length = PQgetCopyData(db->conn, &row, 0)) > 0)
	{
		fwrite(row, 1, (size_t) length, to);
		PQfreemem(row);
	}
	end = PQgetResult(db->conn);
	status = length == -1 && PQresultStatus(end) == PGRES_COMMAND_OK ? PSY_OK : session_error(db, end, err);
	PQclear(end);
	while ((end = PQgetResult(db->conn)) != NULL)
		PQclear(end);
	return status;
}

static psy_status
write_table(session *db, export_folder *folder, const char *path, const char *query, psy_error *err)
{
	buffer statement = {0};
	FILE *file = export_file_start(folder, path, err);
	PGresult *result;
	psy_status status;

	if (file == NULL)
		return err->code;
	buffer_format(&statement, "COPY (%s) TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')", query);
	result = PQexec(db->conn, statement.data);
	status =
		PQresultStatus(result) == PGRES_COPY_OUT ? copy_rows(db, file, err) : session_error(db, result, err);
	PQclear(result);
	buffer_free(&statement);
	if (status != PSY_OK)
	{
		fclose(file);
		return status;
	}
	return export_file_end(folder, file, path, err);
}

static psy_status
write_dictionary(export_folder *folder, const PGresult *tables, psy_error *err)
{
	buffer json = {0};
	psy_status status;

	buffer_text(&json, "[\n");
	for (int i = 0; i < PQntuples(tables); i++)
		buffer_format(&json, "%s%s", i > 0 ? ",\n" : "", PQgetvalue(tables, i, 2));
	buffer_text(&json, "\n]\n");
	status = export_file(folder, "tables.json", json.data, err);
	buffer_free(&json);
	return status;
}

static psy_status
write_schema(session *db, const char *const *arguments, export_folder *folder, psy_error *err)
{
	PGresult *tables = NULL;
	psy_status status =
		session_query(db, &tables, err,
					  "SELECT file, query, jsonb_pretty(dictionary || jsonb_build_object('file', file)) "
					  "FROM report.export_tables($1, $2)",
					  2, arguments);

	if (status == PSY_OK && PQntuples(tables) == 0)
	{
		psy_fail(err, PSY_DOMAIN, "%s has no table that you may read%s", arguments[0],
				 arguments[1] != NULL ? " and that has a column study" : "");
		status = psy_hint(err, "schemas: report, clinical, imaging, intervention, evidence, model, ingest");
	}
	for (int i = 0; status == PSY_OK && i < PQntuples(tables); i++)
		status = write_table(db, folder, PQgetvalue(tables, i, 0), PQgetvalue(tables, i, 1), err);
	if (status == PSY_OK)
		status = write_dictionary(folder, tables, err);
	PQclear(tables);
	return status;
}

int
export_tables(int argc, char **argv, const char *url)
{
	enum
	{
		SCHEMA,
		STUDY,
		OUT,
		OPTIONS
	};
	word_option o[OPTIONS] = {{"--schema", NULL, false}, {"--study", NULL, false}, {"--out", NULL, false}};

	if (!take_words(argc, argv, o, OPTIONS, NULL) || o[OUT].value == NULL)
		return show_usage(usage, argc, argv);
	return export_into(
		url, o[OUT].value, write_schema,
		(const char *const[]){o[SCHEMA].value != NULL ? o[SCHEMA].value : "report", o[STUDY].value},
		"; tables.json says what they hold");
}
