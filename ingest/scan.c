/* scan.c - see scan.h. */
#include "scan.h"

#include "number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static psy_status
missing_part(const char *part, psy_error *err)
{
	psy_fail(err, PSY_DOMAIN, "neither the file name nor the options say the %s", part);
	return psy_hint(err, "name files by BIDS (sub-L_ses-X_..._suffix), or say --%s", part);
}

/* DPABI names people by its files: ROISignals_Sub_001.mat, ROICorrelation_FisherZ_Sub_001.txt. */
static psy_status
read_dpabi_name(const char *path, bids_name *name, psy_error *err)
{
	static const char *const prefixes[] = {"ROISignals_", "ROICorrelation_FisherZ_", "ROICorrelation_"};
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes && name->sub[0] == '\0'; i++)
	{
		size_t n = strlen(prefixes[i]), length;

		if (strncmp(base, prefixes[i], n) != 0)
			continue;
		length = strcspn(base + n, ".");
		if (length >= sizeof name->sub)
			return psy_fail(err, PSY_LIMIT, "the participant of the file name has more than %zu characters", sizeof name->sub - 1);
		memcpy(name->sub, base + n, length);
		name->sub[length] = '\0';
	}
	return PSY_OK;
}

psy_status
scan_identify(const job *j, scan *s, psy_error *err)
{
	const options *o = j->opt;
	int64_t run = 1;
	psy_status status = bids_parse(j->path, &s->name, err);

	if (status == PSY_OK)
		status = read_dpabi_name(j->path, &s->name, err);
	if (status != PSY_OK)
		return status;
	s->label = o->subject ? o->subject : s->name.sub;
	s->session = o->session ? o->session : s->name.ses;
	s->run = s->name.run ? s->name.run : 1;
	if (o->run != NULL && parse_whole(o->run, 1, 32767, &run, err) != PSY_OK)
		return psy_fail(err, PSY_DOMAIN, "--run %s: expected a number between 1 and 32767", o->run);
	if (o->run != NULL)
		s->run = (int) run;
	if (*s->label == '\0')
		return missing_part("subject", err);
	if (*s->session == '\0')
		return missing_part("session", err);
	if (s->session[strspn(s->session, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")] !=
		'\0')
		return psy_fail(err, PSY_FORMAT, "the session holds other characters than letters and digits");
	return participant_label(s->label, &s->label, err) == PSY_OK ? PSY_OK : err->code;
}

void
scan_describe(const scan *s, buffer *json)
{
	buffer text = {0};

	buffer_format(&text, "%s %s %d %s %s", s->label, s->session, s->run, s->name.task, s->name.suffix);
	json_member(json, "scan", text.data);
	buffer_free(&text);
}

char *
scan_companion(const job *j, const scan *s, const char *ending)
{
	const char *slash = strrchr(j->path, '/');
	buffer path = {0};

	if (slash != NULL)
		buffer_add(&path, j->path, (size_t) (slash - j->path) + 1);
	buffer_text(&path, s->name.acquisition);
	buffer_text(&path, ending);
	if (s->name.acquisition[0] && strcmp(path.data, j->path) != 0 && access(path.data, F_OK) == 0)
		return path.data;
	buffer_free(&path);
	return NULL;
}
