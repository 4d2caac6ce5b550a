/*
 * cmd_ingest_bids.c - psyrad ingest bids FOLDER: a BIDS data set in one call, kind after kind, so that people are there before what is
 * said of them.
 *
 * Each file is a transaction of its own, as everywhere: an interrupted call is made again and goes on.  A study that nobody declared is
 * declared from the data set (its arms as observed); one that is declared stays as it is, and what it does not know is rejected.  What is
 * not loaded is listed, never passed over in silence.
 */
#include "bids_run.h"

#include "cmd.h"
#include "print.h"
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCEPTED (OPT_STUDY | OPT_SITE | OPT_SESSION | OPT_BIDS | OPT_LEVEL | OPT_TABLE | OPT_SCANNER)

static const loader *const loader_of[STEPS] = {&load_bids_dataset, &load_bids_people,  &load_bids_participants, &load_bids_records,
											   &load_scores,       &load_bids_scan,    &load_bids_scans,        &load_bids_events,
											   &load_bids_motion,  &load_series,       &load_connectome,        &load_features};

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

void
bids_load_as(bids_run *r, bids_step s, const bids_file *f, const options *opt)
{
	char *path = bids_tree_path(&r->tree, f->path);

	load_one(&r->db, loader_of[s], opt, path, &r->sum[s]);
	free(path);
	if (r->db.lost || interrupted() || (r->opt.strict && failed(r)))
		r->stopped = true;
}

const char *
bids_session_of(const bids_run *r, const bids_file *f)
{
	return f->name.ses[0] ? f->name.ses : r->only_session ? r->only_session : "";
}

/* A file of the data set's own kinds. */
static void
load_own(bids_run *r, bids_step s, const bids_file *f, const bids_file *of, const char *of_source, const char *dataset)
{
	bids_job what = {.tree = &r->tree,
					.file = of,
					.label = of->name.sub,
					.session = bids_session_of(r, of),
					.source = of_source,
					.dataset = dataset,
					.only_session = r->only_session,
					.elsewhere = &r->elsewhere};
	options opt = r->opt;

	opt.context = &what;
	opt.session = NULL;
	if (s != STEP_PARTICIPANTS)
		opt.map = (text_list){0};
	bids_load_as(r, s, f, &opt);
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
	bids_load_as(r, STEP_SCORES, f, &opt);
	if (sum->refused == refused)
		return;
	sum->refused--;
	sum->files--;
	r->stopped = r->db.lost || interrupted();
	bids_leave(r, f->path, "no scores, as said above; the rows are in clinical.phenotype as they stand (psyrad ingest scores --instrument NAME says what they are)");
}

/* A phenotype file is kept as it stands; where it is named after an instrument, its ratings are scores as well. */
static void
load_phenotype(bids_run *r, const bids_file *f)
{
	char *stem = keep_bytes(f->path + strlen("phenotype/"), strlen(f->path) - strlen("phenotype/") - strlen(".tsv")), *instrument = NULL;
	const char *values[] = {stem};
	psy_error err;

	load_own(r, STEP_RECORDS, f, f, stem, NULL);
	if (!r->stopped && bids_ask(&r->db, &instrument, &err, "SELECT ingest.known_instrument($1)", 1, values) == PSY_OK && instrument != NULL)
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
			case BIDS_SERIES: bids_load_derived(r, STEP_SERIES, f); break;
			case BIDS_MATRIX: bids_load_derived(r, STEP_MATRIX, f); break;
			case BIDS_STATS: bids_load_stats(r, f); break;
			default: break;
		}
	}
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
	bids_print_left(r);
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
		status = bids_prepare(r, &err);
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
