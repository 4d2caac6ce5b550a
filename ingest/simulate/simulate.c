/*
 * simulate.c - the files of the simulated trial; see simulate.h.
 *
 * One site writes its scores as plain CSV in English, the other as a Chinese spreadsheet program exports them
 * (byte order mark, CRLF, Chinese headers), the controls' come as one wide sheet; acupoints are named as
 * people name them.
 */
#include "simulate.h"

#include "classifier.h"
#include "output.h"

#include <math.h>
#include <stdlib.h>

#define NOTICE_EN "SIMULATED data: no person stands behind any row"
#define NOTICE_ZH "模拟数据：任何一行都不对应真实个人"

static const char *const site_code[] = {"east", "west"};
static const char *const arm_code[] = {"EA", "sham", "healthy"};
static const char *const session_of_scan[SIM_SCANS] = {"pre", "post"};

static void
tell(const sim_progress *progress, const char *what, int done, int of)
{
	if (progress != NULL && progress->tell != NULL)
		progress->tell(progress->arg, what, done, of);
}

/* ---- the study and its people ---------------------------------------------------------------- */

static void
write_readme(sim_output *out, uint64_t seed)
{
	sim_open(out, "README.txt");
	sim_print(out, NOTICE_EN ".\n" NOTICE_ZH "。\n\n");
	sim_print(out,
			  "Made by `psyrad simulate --seed %llu`: a two-arm trial of electro-acupuncture (GV20 + EX-HN3, "
			  "2 Hz) against sham\n"
			  "with %d patients and %d healthy controls, %d regions x %d volumes before and after, HAMD-17 "
			  "at weeks 0, 2, 4, 8.\n"
			  "truth.tsv lists what was planted: %d connections whose change follows improvement within "
			  "arms, %d that only differ\n"
			  "between arms, %d that only follow head motion, %d whose level before treatment foretells "
			  "improvement.\n"
			  "The classifier (model_response_svm.json) was trained on %d other simulated people.\n"
			  "review/ has the sheets of a made-up review of imaging studies, review.txt its text.\n",
			  (unsigned long long) seed, SIM_PATIENTS, SIM_CONTROLS, SIM_REGIONS, SIM_VOLUMES,
			  SIM_PLANTED_EACH, SIM_PLANTED_EACH, SIM_PLANTED_EACH, SIM_PREDICTORS, SIM_TRAINING);
	sim_close(out);
}

/* clang-format off */
static const char *const study_lines[] = {
	"{'study': 'demo',",
	" 'title_en': 'Electro-acupuncture for depression (SIMULATED trial)',",
	" 'title_zh': '电针治疗抑郁症（模拟试验）',",
	" 'simulated': true,",
	" 'design': 'Two arms, two sites, scans and HAMD-17 before and after eight weeks; " NOTICE_EN "',",
	" 'sites': [",
	"  {'site': 'east', 'name_en': 'Simulated site East', 'name_zh': '模拟中心（东）'},",
	"  {'site': 'west', 'name_en': 'Simulated site West', 'name_zh': '模拟中心（西）'}],",
	" 'scanners': [",
	"  {'scanner': 'sim-east-3t', 'site': 'east', 'maker': 'simulated', 'model': 'simulated', 'field_strength_t': 3},",
	"  {'scanner': 'sim-west-3t', 'site': 'west', 'maker': 'simulated', 'model': 'simulated', 'field_strength_t': 3}],",
	" 'arms': [",
	"  {'arm': 'EA', 'label_en': 'Electro-acupuncture', 'label_zh': '电针', 'kind': 'verum', 'protocol': 'EA-2Hz'},",
	"  {'arm': 'sham', 'label_en': 'Sham', 'label_zh': '假电针', 'kind': 'sham', 'protocol': 'SHAM-EA'},",
	"  {'arm': 'healthy', 'label_en': 'Healthy controls', 'label_zh': '健康对照', 'kind': 'healthy'}],",
	" 'visits': [",
	"  {'session': 'pre', 'week': 0, 'role': 'pre', 'label_en': 'Week 0, before treatment', 'label_zh': '第0周（治疗前）'},",
	"  {'session': 'w2', 'week': 2, 'label_en': 'Week 2', 'label_zh': '第2周'},",
	"  {'session': 'w4', 'week': 4, 'label_en': 'Week 4', 'label_zh': '第4周'},",
	"  {'session': 'post', 'week': 8, 'role': 'post', 'label_en': 'Week 8, after treatment', 'label_zh': '第8周（治疗后）'}]}",
	NULL};

static const char *const protocol_east_lines[] = {
	"protocol,title,mode,waveform,frequency,intensity,pulse_width,retention,sessions_per_week,weeks,sessions,points,side",
	"EA-2Hz,Electro-acupuncture at 2 Hz (SIMULATED),electro,continuous,2 Hz,0.5-1 mA,0.5 ms,30 min,3,8,24,\"Baihui; EX-HN3\",midline",
	"SHAM-EA,Sham needling without current (SIMULATED),sham,,,,,30 min,3,8,24,DU20; Yintang,midline",
	NULL};

static const char *const protocol_west_lines[] = {
	"\xEF\xBB\xBF方案,名称,针刺方式,波形,频率,强度,脉宽,留针时间,每周次数,周数,总次数,穴位,侧别\r",
	"EA-2Hz-W,电针2Hz（模拟）,电针,连续波,2Hz,0.5～1mA,0.5ms,30min,3,8,24,百会、印堂,中线\r",
	"SHAM-EA-W,假电针不通电（模拟）,假针,,,,,30min,3,8,24,GV 20；GV29,中线\r",
	NULL};
/* clang-format on */

static void
write_study(sim_output *out)
{
	sim_open(out, "study.json");
	for (const char *const *line = study_lines; *line != NULL; line++)
		sim_print_json(out, *line);
	sim_close(out);
}

static void
write_participants(sim_output *out, const sim_person *person)
{
	sim_open(out, "participants.tsv");
	sim_print(out, "participant_id\tsite\tarm\tsex\tage\teducation_years\tdropout_week\tdropout_reason\n");
	for (int i = 0; i < SIM_PEOPLE_COUNT; i++)
	{
		const sim_person *p = &person[i];

		sim_print(out, "sub-%s\t%s\t%s\t%c\t%d\t%d\t", p->label, site_code[p->site], arm_code[p->arm], p->sex,
				  p->age, p->education);
		if (p->dropout_week < 0)
			sim_print(out, "n/a\tn/a\n");
		else
			sim_print(out, "%d\t%s\n", p->dropout_week, p->dropout_reason);
	}
	sim_close(out);
}

/* ---- scores ---------------------------------------------------------------------------------- */

/* The little faults of real sheets: at East an item without an answer (and then no total), at West a sum gone
 * wrong. */
static int
unanswered_item(const sim_person *p, int visit)
{
	return p->site == 0 && visit == 1 && p->number % 20 == 5 ? 13 : -1;
}

static int
stated_total(const sim_person *p, int visit)
{
	return p->total[visit] + (p->site == 1 && visit == 2 && p->number % 30 == 14 ? 1 : 0);
}

static void
write_rating(sim_output *out, const sim_person *p, int visit, const char *end)
{
	int blank = unanswered_item(p, visit);

	sim_print(out, "%s,%d", p->label, sim_week[visit]);
	for (int k = 0; k < SIM_ITEMS; k++)
		if (k == blank)
			sim_print(out, ",");
		else
			sim_print(out, ",%d", p->items[visit][k]);
	if (blank >= 0)
		sim_print(out, ",");
	else
		sim_print(out, ",%d", stated_total(p, visit));
	sim_print(out, ",%c%d%s", p->site == 0 ? 'E' : 'W', 1 + p->number / 2 % 2, end);
}

static void
write_scores(sim_output *out, const sim_person *person, int site)
{
	const char *end = site == 0 ? "\n" : "\r\n";

	sim_open(out, "scores_%s.csv", site_code[site]);
	sim_print(out, "%s", site == 0 ? "participant_id,week" : "\xEF\xBB\xBF受试者编号,访视周");
	for (int k = 1; k <= SIM_ITEMS; k++)
		sim_print(out, "%s%d", site == 0 ? ",hamd" : ",条目", k);
	sim_print(out, "%s%s", site == 0 ? ",total,rater" : ",总分,评定者", end);
	for (int i = 0; i < SIM_PATIENTS; i++)
		for (int visit = 0; visit < SIM_VISITS; visit++)
			if (person[i].site == site && sim_attends(&person[i], visit))
				write_rating(out, &person[i], visit, end);
	sim_close(out);
}

/* East also filled in the long form: the same answers and the seven items that HAMD-17 lacks, the worse the
 * worse the rest is. */
static void
write_long_rating(sim_output *out, const sim_person *p, int visit, uint64_t seed)
{
	static const int most[] = {2, 4, 4, 2, 4, 4, 4}; /* items 18 to 24 */
	int total = p->total[visit];
	sim_rng rng;

	sim_rng_start(&rng, seed, SIM_LONG_FORM, p->number, visit);
	sim_print(out, "%s,%d", p->label, sim_week[visit]);
	for (int k = 0; k < SIM_ITEMS; k++)
		sim_print(out, ",%d", p->items[visit][k]);
	for (size_t k = 0; k < sizeof most / sizeof *most; k++)
	{
		double share = p->total[visit] / 52.0 * (0.5 + sim_uniform(&rng));
		int answer = sim_round(sim_clamp(most[k] * share, 0, most[k]));

		total += answer;
		sim_print(out, ",%d", answer);
	}
	sim_print(out, ",%d,E%d\n", total, 1 + p->number / 2 % 2);
}

static void
write_long_scores(sim_output *out, const sim_person *person, uint64_t seed)
{
	sim_open(out, "hamd24_%s.csv", site_code[0]);
	sim_print(out, "participant_id,week");
	for (int k = 1; k <= 24; k++)
		sim_print(out, ",hamd%d", k);
	sim_print(out, ",total,rater\n");
	for (int i = 0; i < SIM_PATIENTS; i++)
		for (int visit = 0; visit < SIM_VISITS; visit++)
			if (person[i].site == 0 && sim_attends(&person[i], visit) && unanswered_item(&person[i], visit) < 0)
				write_long_rating(out, &person[i], visit, seed);
	sim_close(out);
}

static void
write_control_scores(sim_output *out, const sim_person *person)
{
	sim_open(out, "scores_controls.csv");
	sim_print(out, "participant_id,w0_total\n");
	for (int i = SIM_PATIENTS; i < SIM_PEOPLE_COUNT; i++)
		sim_print(out, "%s,%d\n", person[i].label, person[i].total[0]);
	sim_close(out);
}

/* ---- scans ----------------------------------------------------------------------------------- */

static void
write_series(sim_output *out, const char *scan_name, const double *series)
{
	sim_open(out, "series/%s_timeseries.tsv", scan_name);
	for (int r = 0; r < SIM_REGIONS; r++)
		sim_print(out, "%s%c", sim_region_name[r], r + 1 < SIM_REGIONS ? '\t' : '\n');
	for (int t = 0; t < SIM_VOLUMES; t++)
		for (int r = 0; r < SIM_REGIONS; r++)
		{
			sim_print_fixed(out, sim_round(1000.0 * series[t * SIM_REGIONS + r]), 3);
			if (out->file != NULL)
				putc(r + 1 < SIM_REGIONS ? '\t' : '\n', out->file);
		}
	sim_close(out);
}

static void
write_confounds(sim_output *out, const char *scan_name, const sim_person *person, int scan)
{
	sim_open(out, "series/%s_desc-confounds_timeseries.tsv", scan_name);
	sim_print(out, "framewise_displacement\nn/a\n");
	for (int t = 1; t < SIM_VOLUMES; t++)
	{
		sim_print_fixed(out, person->fd[scan][t], 4);
		sim_print(out, "\n");
	}
	sim_close(out);
}

static void
write_scan(sim_output *out, const sim_person *person, int scan, const sim_edge *edge, uint64_t seed,
		   sim_scan *made)
{
	char name[64];

	if (out->status != PSY_OK)
		return;
	snprintf(name, sizeof name, "sub-%s_ses-%s_task-rest", person->label, session_of_scan[scan]);
	if (!sim_make_scan(person, scan, edge, seed, made))
	{
		out->status = psy_fail(out->err, PSY_SINGULAR,
							   "with this seed the planted effects of %s contradict each other", name);
		psy_hint(out->err, "Use another --seed.");
		return;
	}
	write_series(out, name, made->series);
	write_confounds(out, name, person, scan);
	sim_open(out, "series/%s_timeseries.json", name);
	sim_print(
		out,
		"{\"RepetitionTime\": 2.0, \"TaskName\": \"rest\", \"Simulated\": true, \"Description\": \"" NOTICE_EN
		"\"}\n");
	sim_close(out);
}

static void
write_scans(sim_output *out, const sim_person *person, const sim_edge *edge, uint64_t seed,
			const sim_progress *progress)
{
	sim_scan *made = malloc(sizeof *made);

	if (made == NULL && out->status == PSY_OK)
		out->status = psy_fail(out->err, PSY_NOMEM, "out of memory");
	sim_make_directory(out, "series");
	for (int i = 0; made != NULL && i < SIM_PEOPLE_COUNT; i++)
	{
		tell(progress, "scans of people", i, SIM_PEOPLE_COUNT);
		for (int scan = 0; scan < SIM_SCANS; scan++)
			if (sim_attends(&person[i], scan == 0 ? 0 : SIM_VISITS - 1))
				write_scan(out, &person[i], scan, edge, seed, made);
	}
	tell(progress, "scans of people", SIM_PEOPLE_COUNT, SIM_PEOPLE_COUNT);
	free(made);
}

static void
write_truth(sim_output *out, const sim_edge *edge)
{
	sim_open(out, "truth.tsv");
	sim_print(out, "kind\ti\tj\tregion_a\tregion_b\tslope_z\n");
	for (int e = 0; e < SIM_PLANTED; e++)
		sim_print(out, "%s\t%d\t%d\t%s\t%s\t%.3f\n", sim_kind_name[edge[e].kind], edge[e].i + 1,
				  edge[e].j + 1, sim_region_name[edge[e].i], sim_region_name[edge[e].j], edge[e].slope);
	sim_close(out);
}

/* ---- the classifier -------------------------------------------------------------------------- */

/* Seventeen digits give back each double exactly. */
static void
print_numbers(sim_output *out, const double *value, int count)
{
	for (int k = 0; k < count; k++)
		sim_print(out, "%s%.17g", k == 0 ? "[" : ", ", value[k]);
	sim_print(out, "]");
}

/* Support vectors stand class by class: those of responders have a positive coefficient. */
static void
print_vectors(sim_output *out, const sim_svm *svm)
{
	double coef[SIM_TRAINING];
	int order[SIM_TRAINING], placed = 0, positive = 0;

	for (int pass = 0; pass < 2; pass++)
		for (int s = 0; s < svm->count; s++)
			if ((svm->coef[s] > 0.0) == (pass == 0))
			{
				positive += pass == 0;
				coef[placed] = svm->coef[s];
				order[placed++] = s;
			}
	sim_print(out, "  \"support_counts\": [%d, %d],\n  \"dual_coef\": [", positive, svm->count - positive);
	print_numbers(out, coef, svm->count);
	sim_print(out, "],\n  \"support_vectors\": [\n");
	for (int k = 0; k < svm->count; k++)
	{
		sim_print(out, "   ");
		print_numbers(out, svm->vector[order[k]], SIM_PREDICTORS);
		sim_print(out, k + 1 < svm->count ? ",\n" : "],\n");
	}
}

/* clang-format off */
static const char *const model_lines[] = {
	"{'psyrad_model': 1, 'name': 'response-svm',",
	" 'notes': '" NOTICE_EN ". C-SVM, RBF kernel, C = 1; Fisher z of connections before treatment; "
		"a response is a HAMD-17 total that falls by half or more at week 8.',",
	" 'task': 'classification', 'classes': ['response', 'no response'], 'positive': 'response',",
	" 'missing': 'null',",
	NULL};
/* clang-format on */

/* A feature is a connection, named by its two regions, so that a query can find it in any connectome. */
static void
print_features(sim_output *out, const sim_edge *edge)
{
	const char *separator = " \"features\": [";

	for (int e = 0; e < SIM_PLANTED; e++)
	{
		if (edge[e].kind != SIM_PREDICTOR)
			continue;
		sim_print(out, "%s\n  {\"name\": \"%s ~ %s\", \"unit\": \"fisher_z\"}", separator,
				  sim_region_name[edge[e].i], sim_region_name[edge[e].j]);
		separator = ",";
	}
	sim_print(out, "],\n");
}

static void
write_svm(sim_output *out, const sim_svm *svm, const sim_edge *edge)
{
	sim_open(out, "model_response_svm.json");
	for (const char *const *line = model_lines; *line != NULL; line++)
		sim_print_json(out, *line);
	print_features(out, edge);
	sim_print(out, " \"estimator\": {\"kind\": \"svm\", \"kernel\": \"rbf\", \"gamma\": %.17g,\n",
			  svm->gamma);
	print_vectors(out, svm);
	sim_print(out, "  \"intercept\": [%.17g],\n", svm->intercept);
	sim_print(out, "  \"probability\": {\"method\": \"platt\", \"a\": [%.17g], \"b\": [%.17g]}}}\n",
			  svm->slope, svm->offset);
	sim_close(out);
}

static void
write_model(sim_output *out, const sim_edge *edge, uint64_t seed)
{
	sim_svm *svm = malloc(sizeof *svm);

	if (out->status == PSY_OK && svm == NULL)
		out->status = psy_fail(out->err, PSY_NOMEM, "out of memory");
	if (out->status == PSY_OK && !sim_train(svm, edge, seed))
		out->status = psy_fail(out->err, PSY_SINGULAR, "with this seed the training cohort cannot be made");
	if (out->status == PSY_OK)
		write_svm(out, svm, edge);
	free(svm);
}

psy_status
sim_write_trial(const char *directory, uint64_t seed, const sim_progress *progress, psy_error *err)
{
	sim_person *person = malloc(SIM_PEOPLE_COUNT * sizeof *person);
	sim_edge edge[SIM_PLANTED];
	sim_output out;

	sim_output_start(&out, directory, err);
	if (person == NULL)
		return psy_fail(err, PSY_NOMEM, "out of memory");
	sim_make_trial(person, seed);
	sim_plant(edge, seed);
	sim_make_directory(&out, "");
	write_readme(&out, seed);
	write_study(&out);
	write_participants(&out, person);
	write_scores(&out, person, 0);
	write_scores(&out, person, 1);
	write_control_scores(&out, person);
	write_long_scores(&out, person, seed);
	sim_write_lines(&out, "protocols_east.csv", protocol_east_lines);
	sim_write_lines(&out, "protocols_west.csv", protocol_west_lines);
	sim_write_effects(&out, seed);
	write_scans(&out, person, edge, seed, progress);
	tell(progress, "classifier", 0, 1);
	write_model(&out, edge, seed);
	sim_write_review(&out);
	tell(progress, "classifier", 1, 1);
	write_truth(&out, edge);
	free(person);
	return out.status;
}
