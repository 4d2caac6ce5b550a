/* options.c - one table of the options of every ingest; see options.h. */
#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum option_kind
{
	TEXT,
	REQUIRED, /* a text without which the command makes no sense */
	LIST,
	FLAG,
	COUNT,
	ENCODING
} option_kind;

typedef struct option_spec
{
	const char *name;
	option_kind kind;
	unsigned set; /* 0: every ingest takes it */
	size_t at;
	bool meaning; /* changes what the bytes mean: part of the manifest's options */
	const char *argument, *help;
} option_spec;

#define AT(member) offsetof(options, member)

static const option_spec specs[] = {
	{"study", REQUIRED, OPT_STUDY, AT(study), true, "STUDY", "the study that the file belongs to"},
	{"instrument", TEXT, OPT_INSTRUMENT, AT(instrument), true, "NAME",
	 "rating scale with its version: HAMD-17; HAMD is HAMD-unspecified (default: the column instrument)"},
	{"dictionary", TEXT, OPT_VISIT, AT(dictionary), false, "FILE",
	 "data dictionary: REDCap's CSV, or BIDS JSON (default: the .json of a .tsv's own name)"},
	{"visit", LIST, OPT_VISIT, AT(visit), true, "NAME=SESSION", "which session a visit's name in the file means"},
	{"site", TEXT, OPT_SITE, AT(site), true, "SITE", "site of every row, for a file without a site column"},
	{"atlas", REQUIRED, OPT_ATLAS, AT(atlas), true, "ATLAS", "parcellation: AAL"},
	{"names", TEXT, OPT_NAMES, AT(names), false, "FILE",
	 "region names: 'index name' lines, TSV with index and name, FSL's XML, or a name a line"},
	{"spheres", TEXT, OPT_NAMES, AT(spheres), false, "FILE", "instead of names and image: a table with x, y, z, radius (mm) and label"},
	{"voxels", FLAG, OPT_NAMES, AT(voxels), true, NULL, "instead of names: IMAGE is a mask, and each voxel of it a region"},
	{"space", TEXT, OPT_NAMES | OPT_RESAMPLE | OPT_COORDINATES, AT(space), true, "SPACE",
	 "template space: of the atlas or image, Colin27 (of images also space- in the name); of foci that do not say it, MNI, TAL or unknown"},
	{"scheme", REQUIRED, OPT_SCHEME, AT(scheme), true, "SCHEME", "which way to divide the brain the networks are: yeo7"},
	{"stat", TEXT, OPT_STAT, AT(stat), true, "NAME,NAME,...",
	 "of each region: mean, sd, median, min, max, n_voxels, volume_mm3, coverage, weighted_mean (default: mean)"},
	{"suvr", TEXT, OPT_STAT, AT(suvr), true, "REGION,...", "divide by the mean of these regions"},
	{"mask", TEXT, OPT_RESAMPLE, AT(mask), false, "FILE", "an image: voxels where it is 0 do not count"},
	{"resample", TEXT, OPT_RESAMPLE, AT(resample), true, "METHOD",
	 "nearest: the atlas onto the image's grid; linear: the image onto the atlas's (default: they must agree)"},
	{"title", TEXT, OPT_NAMES, AT(title), true, "TEXT", "title of the atlas"},
	{"measure", REQUIRED, OPT_MEASURE, AT(measure), true, "MEASURE",
	 "what was measured: intensity, gmv, thickness, fc_pearson, ..."},
	{"measure", TEXT, OPT_FEATURES, AT(measure), true, "MEASURE",
	 "what was measured, for a file without a column measure: thickness, gmv, ..."},
	{"kind", REQUIRED, OPT_MATRIX, AT(kind), true, "KIND",
	 "what an edge is: r, z, partial, partial_z or weight"},
	{"suffix", TEXT, OPT_IMAGE, AT(suffix), true, "SUFFIX", "BIDS suffix when the file name has none: T1w"},
	{"pipeline", TEXT, OPT_SCAN, AT(pipeline), true, "NAME", "named processing choices (default: as-is)"},
	{"scanner", TEXT, OPT_SCANNER, AT(scanner), true, "SCANNER",
	 "default: the only scanner of the participant's site"},
	{"subject", TEXT, OPT_SCAN, AT(subject), true, "LABEL", "participant when the file name has no sub-"},
	{"session", TEXT, OPT_SCAN | OPT_SESSION, AT(session), true, "SESSION",
	 "visit when the file does not say"},
	{"run", TEXT, OPT_SCAN, AT(run), true, "N", "run when the file name has no run- (default: 1)"},
	{"tr", TEXT, OPT_SERIES | OPT_SEED, AT(tr), true, "SECONDS",
	 "repetition time; default: RepetitionTime of the .json beside it"},
	{"seeds", REQUIRED, OPT_SEED, AT(seeds), true, "ATLAS", "the atlas whose regions are the seeds (spheres, labels or maps)"},
	{"confounds", TEXT, OPT_SERIES | OPT_SEED, AT(confounds), false, "FILE",
	 "confounds table; default: <scan>_desc-confounds_timeseries.tsv beside it"},
	{"definition", TEXT, OPT_SERIES | OPT_SEED, AT(definition), false, "FILE.json", "the choices of the pipeline, as JSON"},
	{"detrend", FLAG, OPT_PIPELINE, AT(detrend), true, NULL, "take out a straight line"},
	{"standardize", TEXT, OPT_PIPELINE, AT(standardize), true, "HOW", "zscore, zscore_sample or psc"},
	{"motion", TEXT, OPT_PIPELINE, AT(motion), true, "N",
	 "6, 12 (derivatives), 24 (squares too), or 36: 24, white matter, CSF and global signal"},
	{"wm-csf", TEXT, OPT_PIPELINE, AT(wm_csf), true, "HOW",
	 "white matter and CSF: basic, derivatives, power2 or full"},
	{"global-signal", TEXT, OPT_PIPELINE, AT(global_signal), true, "HOW", "basic, derivatives, power2 or full"},
	{"compcor", TEXT, OPT_PIPELINE, AT(compcor), true, "[KIND:]N",
	 "5, 50% or all components of anat_combined (default), anat_separated (of each) or temporal"},
	{"cosine", FLAG, OPT_PIPELINE, AT(cosine), true, NULL, "remove the cosine columns"},
	{"non-steady-state", FLAG, OPT_PIPELINE, AT(non_steady_state), true, NULL, "censor the volumes before the steady state"},
	{"fd", TEXT, OPT_PIPELINE, AT(fd), true, "HOW", "framewise displacement: power or jenkinson"},
	{"scrub", TEXT, OPT_PIPELINE, AT(scrub), true, "MM", "censor volumes of more framewise displacement"},
	{"scrub-dvars", TEXT, OPT_PIPELINE, AT(scrub_dvars), true, "X", "censor volumes of more standardised DVARS"},
	{"scrub-before", TEXT, OPT_PIPELINE, AT(scrub_before), true, "N", "and as many before each"},
	{"scrub-after", TEXT, OPT_PIPELINE, AT(scrub_after), true, "N", "and as many after each"},
	{"scrub-segment", TEXT, OPT_PIPELINE, AT(scrub_segment), true, "N", "and what is left between in shorter stretches"},
	{"scrub-by", TEXT, OPT_PIPELINE, AT(scrub_by), true, "HOW", "removal, or spikes: a regressor each"},
	{"extrapolate", FLAG, OPT_PIPELINE, AT(extrapolate), true, NULL, "before a filter, fill censored volumes at the ends too"},
	{"bandpass", TEXT, OPT_PIPELINE, AT(bandpass), true, "LOW:HIGH", "Butterworth filter in Hz; one may be empty"},
	{"by-position", FLAG, OPT_SERIES | OPT_MATRIX, AT(by_position), true, NULL,
	 "no names: columns (and rows) are the atlas's regions in order"},
	{"symmetrize", TEXT, OPT_MATRIX, AT(symmetrize), true, "RULE",
	 "what the two cells of an edge make that differ: mean, sum, max, upper or lower (default: they are refused)"},
	{"variable", TEXT, OPT_SERIES | OPT_MATRIX | OPT_FEATURES, AT(variable), true, "NAME",
	 "variable of a MATLAB file, atlas of a CAT12 file (default: the only one)"},
	{"columns", TEXT, OPT_SERIES, AT(columns), true, "FROM-TO", "with --by-position: which columns are the atlas's, of a file over several"},
	{"subjects", TEXT, OPT_FEATURES | OPT_MATRIX, AT(subjects), false, "FILE",
	 "whose the lines of CAT12's TIV.txt or the matrices of one file are: a line each in their order, the participant or the report's .xml"},
	{"ends", TEXT, OPT_MATRIX, AT(ends), true, "HOW",
	 "of a list of edges: names of regions (default), labels (numbers in the atlas's image), from0 or from1 (places in its order)"},
	{"unit", TEXT, OPT_FEATURES, AT(unit), true, "UNIT", "of a table's volumes: mm3, ml, cm3 or l (default: mm3)"},
	{"arm", TEXT, OPT_BIDS, AT(arm), true, "ARM", "arm of every participant, for a data set without participants.tsv, or with one that has no group"},
	{"task", TEXT, OPT_BIDS, AT(task), false, "TASK", "the task of derived series and matrices, where one visit has several"},
	{"level", LIST, OPT_LEVEL, AT(level), true, "COLUMN:CELL=CODE", "which level of the dictionary a cell means that it lacks"},
	{"strict", FLAG, OPT_BIDS, AT(strict), false, NULL, "stop at the first thing that is rejected or refused"},
	{"name", REQUIRED, OPT_MODEL, AT(name), true, "NAME", "name of the model in the registry"},
	{"trained-on", REQUIRED, OPT_MODEL, AT(trained_on), true, "TEXT", "whose data the model was trained on"},
	{"format", TEXT, OPT_MODEL, AT(format), true, "NAME",
	 "psyrad-json, pmml, xgboost-json, xgboost-ubj, lightgbm, libsvm or onnx (default: auto)"},
	{"classes", TEXT, OPT_MODEL, AT(classes), true, "LABEL,LABEL,...",
	 "names of the classes, in the order of a document that numbers them"},
	{"positive", TEXT, OPT_MODEL, AT(positive), true, "LABEL", "the class that scores are the probability of"},
	{"format", TEXT, OPT_LITERATURE, AT(format), true, "NAME",
	 "ris, nbib, wos, refworks, enw, noteexpress, ovid, cochrane, bibtex, endnote-xml, ebsco-xml, pubmed-xml, labelled, table, embase-rows or gbt7714 (default: by content)"},
	{"studies", TEXT, OPT_COORDINATES, AT(studies), false, "FILE", "table of the studies of the foci (default: metadata or studies beside coordinates)"},
	{"direction", TEXT, OPT_COORDINATES, AT(direction), true, "WORD", "increase or decrease, of experiments that do not say it"},
	{"scope", TEXT, OPT_COORDINATES, AT(scope), true, "WORD", "whole_brain or region: what was searched, of experiments that do not say it"},
	{"modality", TEXT, OPT_COORDINATES, AT(modality), true, "NAME", "how the brain was measured, of experiments that do not say it: rs-fMRI, VBM, PET"},
	{"database", TEXT, OPT_LITERATURE, AT(database), true, "NAME", "the database that was searched: PubMed, CNKI, ..."},
	{"search", TEXT, OPT_LITERATURE, AT(search), true, "NAME", "the search that found the records"},
	{"searched", TEXT, OPT_LITERATURE, AT(searched), true, "DAY", "the day of the search: 2026-11-23"},
	{"review", REQUIRED, OPT_REVIEW, AT(review), true, "NAME", "name of the review in the catalogue: letters, digits, '-' and '_'"},
	{"text", TEXT, OPT_REVIEW, AT(text), false, "FILE", "the text of the review: findings then name the sentence that says them"},
	{"review", TEXT, OPT_SCREENING, AT(review), true, "NAME", "the review that was screened for (default: the only one)"},
	{"stage", TEXT, OPT_SCREENING, AT(stage), true, "STAGE", "title_abstract (default) or full_text, where no column says it"},
	{"screener", TEXT, OPT_SCREENING, AT(screener), true, "NAME", "who decided, where no column says it"},
	{"decision", TEXT, OPT_SCREENING, AT(decision), true, "WORD", "what was decided on every record of the file, where no column says it: include, exclude or unsure"},
	{"consensus", FLAG, OPT_SCREENING, AT(consensus), true, NULL, "the file says what the screeners agreed on, such as Covidence's lists"},
	{"simulated", FLAG, OPT_SIMULATED, AT(simulated), true, NULL, "the content was made by a program"},
	{"encoding", ENCODING, OPT_LITERATURE, AT(encoding_name), true, "NAME",
	 "utf-8, utf-16, gb18030 or windows-1252 (default: by content; the last is never guessed)"},
	{"encoding", ENCODING, OPT_TABLE | OPT_REVIEW, AT(encoding_name), true, "NAME",
	 "utf-8, utf-16, gb18030 or windows-1252 (default: UTF-8, or UTF-16 by its byte order mark)"},
	{"sheet", TEXT, OPT_TABLE | OPT_LITERATURE, AT(sheet), true, "NAME",
	 "sheet of an .xlsx workbook, by its name or number (default: the only one with content)"},
	{"labels", FLAG, OPT_TABLE, AT(labels), true, NULL, "value labels of an SPSS file instead of its codes"},
	{"missing", LIST, OPT_TABLE | OPT_REVIEW, AT(missing), true, "TOKEN",
	 "a cell that means missing, beside empty, n/a, NA, NaN and '.'"},
	{"map", LIST, OPT_TABLE | OPT_LITERATURE, AT(map), true, "FIELD=COLUMN", "which column is a field"},
	{"identifier", LIST, OPT_TABLE, AT(identifier), true, "COLUMN",
	 "a column to drop before anything is kept"},
	{"moderator", LIST, OPT_EFFECTS, AT(moderator), true, "COLUMN",
	 "a column that is a moderator, beside those headed mod:NAME"},
	{"tool", TEXT, OPT_APPRAISAL, AT(tool), true, "NAME",
	 "for a file without a column tool: RoB 2, ROBINS-I, NOS cohort, JBI RCT, ..., GRADE"},
	{"assessor", TEXT, OPT_APPRAISAL, AT(assessor), true, "NAME", "who judged, for a file without a column assessor"},
	{"batch", TEXT, 0, AT(batch), false, "NAME", "a name for this run in the manifest"},
	{"root", TEXT, 0, AT(root), false, "DIR",
	 "paths are kept relative to it (default: the current directory)"},
	{"max-rejects", COUNT, 0, AT(max_rejects), false, "N",
	 "rejects that still count as success (default: 0)"},
	{"jobs", COUNT, OPT_JOBS, AT(jobs), false, "N", "processes that load side by side (default: one a core, at most 16)"},
	{"dry-run", FLAG, 0, AT(dry_run), false, NULL, "validate everything, keep nothing"},
};
#define SPECS (sizeof specs / sizeof *specs)

static bool
accepts(const option_spec *spec, unsigned accepted)
{
	return spec->set == 0 || (spec->set & accepted) != 0;
}

static bool
keep(options *o, const option_spec *spec, char *value)
{
	void *to = (char *) o + spec->at;
	char *end;

	switch (spec->kind)
	{
		case FLAG: *(bool *) to = true; return true;
		case LIST: list_add(to, value); return true;
		case COUNT: *(long *) to = strtol(value, &end, 10); return *value && !*end && *(long *) to >= 0;
		case ENCODING: *(const char **) to = value; return encoding_by_name(value, &o->encoding);
		default: *(const char **) to = value; return *value != '\0';
	}
}

static bool
complete(const options *o, unsigned accepted, const char *command)
{
	for (size_t i = 0; i < SPECS; i++)
		if (accepts(&specs[i], accepted) && specs[i].kind == REQUIRED &&
			*(const char *const *) ((const char *) o + specs[i].at) == NULL)
		{
			fprintf(stderr, "psyrad ingest %s: --%s %s is missing\n", command, specs[i].name,
					specs[i].argument);
			return false;
		}
	for (size_t i = 0; i < o->map.count; i++)
		if (strchr(o->map.item[i], '=') == NULL)
		{
			fprintf(stderr, "psyrad ingest %s: --map %s is not FIELD=COLUMN\n", command, o->map.item[i]);
			return false;
		}
	for (size_t i = 0; i < o->visit.count; i++)
		if (strchr(o->visit.item[i], '=') == NULL)
		{
			fprintf(stderr, "psyrad ingest %s: --visit %s is not NAME=SESSION\n", command, o->visit.item[i]);
			return false;
		}
	for (size_t i = 0; i < o->level.count; i++)
	{
		const char *colon = strchr(o->level.item[i], ':');

		if (colon == NULL || strchr(colon, '=') == NULL)
		{
			fprintf(stderr, "psyrad ingest %s: --level %s is not COLUMN:CELL=CODE\n", command, o->level.item[i]);
			return false;
		}
	}
	return true;
}

bool
options_parse(options *o, int argc, char **argv, unsigned accepted, const char *command)
{
	struct option longs[SPECS + 1] = {0};
	int index[SPECS], count = 0, found;

	for (size_t i = 0; i < SPECS; i++)
		if (accepts(&specs[i], accepted))
		{
			longs[count] = (struct option){
				specs[i].name, specs[i].kind == FLAG ? no_argument : required_argument, NULL, 1000 + count};
			index[count++] = (int) i;
		}
	optind = 1;
	while ((found = getopt_long(argc, argv, "", longs, NULL)) != -1)
	{
		const option_spec *spec;

		if (found < 1000)
			return false;
		spec = &specs[index[found - 1000]];
		if (!keep(o, spec, optarg))
		{
			fprintf(stderr, "psyrad ingest %s: --%s cannot be '%s'\n", command, spec->name, optarg);
			return false;
		}
	}
	for (int i = optind; i < argc; i++)
		list_add(&o->files, argv[i]);
	return complete(o, accepted, command);
}

void
options_help(unsigned accepted)
{
	for (size_t i = 0; i < SPECS; i++)
		if (accepts(&specs[i], accepted))
		{
			char left[40];

			snprintf(left, sizeof left, "--%s %s", specs[i].name, specs[i].argument ? specs[i].argument : "");
			printf("  %-24s %s%s\n", left, specs[i].help, specs[i].kind == REQUIRED ? " (required)" : "");
		}
}

static void
list_json(const text_list *list, const char *name, buffer *json)
{
	json_open(json, name, '[');
	for (size_t i = 0; i < list->count; i++)
		json_element(json, list->item[i]);
	buffer_byte(json, ']');
}

void
options_json(const options *o, unsigned accepted, buffer *json)
{
	for (size_t i = 0; i < SPECS; i++)
	{
		const void *at = (const char *) o + specs[i].at;

		if (!specs[i].meaning || !accepts(&specs[i], accepted))
			continue;
		if (specs[i].kind == LIST && ((const text_list *) at)->count > 0)
			list_json(at, specs[i].name, json);
		else if (specs[i].kind == FLAG && *(const bool *) at)
			json_member(json, specs[i].name, "true");
		else if (specs[i].kind != LIST && specs[i].kind != FLAG && *(const char *const *) at != NULL)
			json_member(json, specs[i].name, *(const char *const *) at);
	}
}

void
options_free(options *o)
{
	list_free(&o->files);
	list_free(&o->missing);
	list_free(&o->map);
	list_free(&o->identifier);
	list_free(&o->visit);
	list_free(&o->level);
	list_free(&o->moderator);
}
