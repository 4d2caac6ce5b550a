/* combat_type.c - the types combat_state and combat: input and output, and what a fit says of itself. */
#include "combat.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include <math.h>

/* A name that is no text of this server cannot be shown. */
static psy_status
check_encoding(const char *name, psy_error *err)
{
	if (pg_verifymbstr(name, strlen(name), true))
		return PSY_OK;
	return psy_fail(err, PSY_FORMAT, "the name of a site is not text of the server's encoding");
}

static psy_status
check_state(const psyrad_header *state, Size size, psy_error *err)
{
	const psy_combat_state *body = &((const combat_state *) state)->body;
	psy_status status = psy_combat_state_check(body, size - COMBAT_HEAD, err);

	for (Size s = 0; status == PSY_OK && s < body->sites; s++)
		status = check_encoding(psy_combat_state_name(body, s), err);
	return status;
}

static psy_status
check_names(const psy_combat *body, psy_status status, psy_error *err)
{
	for (Size s = 0; status == PSY_OK && s < body->sites; s++)
		status = check_encoding(psy_combat_sites(body)[s].name, err);
	return status;
}

static psy_status
check_fit(const psyrad_header *state, Size size, psy_error *err)
{
	const psy_combat *body = &((const combat_fit *) state)->body;

	return check_names(body, psy_combat_check(body, size - COMBAT_HEAD, err), err);
}

static psy_status
check_stored_fit(const psyrad_header *state, Size size, psy_error *err)
{
	const psy_combat *body = &((const combat_fit *) state)->body;

	return check_names(body, psy_combat_check_shape(body, size - COMBAT_HEAD, err), err);
}

const psyrad_state_type combat_state_type = {
	.name = "combat_state",
	.magic = PSYRAD_MAGIC('c', 'b', 's', '1'),
	.minimum = sizeof(combat_state),
	.check = check_state,
};

const psyrad_state_type combat_type = {
	.name = "combat",
	.magic = PSYRAD_MAGIC('c', 'b', 'f', '1'),
	.minimum = sizeof(combat_fit),
	.check = check_fit,
};

const psyrad_state_type combat_stored_type = {
	.name = "combat",
	.magic = PSYRAD_MAGIC('c', 'b', 'f', '1'),
	.minimum = sizeof(combat_fit),
	.check = check_stored_fit,
};

#define TYPE_IO(name)                                                                                        \
	PG_FUNCTION_INFO_V1(name##_in);                                                                          \
	Datum name##_in(PG_FUNCTION_ARGS)                                                                        \
	{                                                                                                        \
		return psyrad_state_in(fcinfo, &name##_type);                                                        \
	}                                                                                                        \
	PG_FUNCTION_INFO_V1(name##_out);                                                                         \
	Datum name##_out(PG_FUNCTION_ARGS)                                                                       \
	{                                                                                                        \
		return psyrad_state_out(fcinfo, &name##_type);                                                       \
	}                                                                                                        \
	PG_FUNCTION_INFO_V1(name##_recv);                                                                        \
	Datum name##_recv(PG_FUNCTION_ARGS)                                                                      \
	{                                                                                                        \
		return psyrad_state_recv(fcinfo, &name##_type);                                                      \
	}                                                                                                        \
	PG_FUNCTION_INFO_V1(name##_send);                                                                        \
	Datum name##_send(PG_FUNCTION_ARGS)                                                                      \
	{                                                                                                        \
		return psyrad_state_send(fcinfo, &name##_type);                                                      \
	}

TYPE_IO(combat_state)
TYPE_IO(combat)

void
combat_site_name(FunctionCallInfo fcinfo, int argument, char name[PSY_COMBAT_NAME])
{
	text *site = PG_GETARG_TEXT_PP(argument);
	int length = VARSIZE_ANY_EXHDR(site);

	if (length == 0 || length >= PSY_COMBAT_NAME)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 length == 0 ? errmsg("site is empty")
							 : errmsg("site has %d bytes; at most %d expected", length, PSY_COMBAT_NAME - 1),
				 length == 0 ? errhint("Use NULL where the site is not known: such rows are left out.") : 0));
	memset(name, 0, PSY_COMBAT_NAME);
	memcpy(name, VARDATA_ANY(site), length);
}

void
combat_require_kind(psy_conn_kind kind)
{
	if (kind == PSY_CONN_R || kind == PSY_CONN_PARTIAL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("x is a connectome of kind %s: correlations are bounded by 1 and cannot be "
							   "shifted and scaled",
							   psy_conn_kind_name(kind)),
						errhint("Harmonise conn_fisher_z(x), and take conn_fisher_z_inv of the result.")));
}

/* ---- what a fit says of itself --------------------------------------------------------------- */

static const psy_combat *
fit_arg(FunctionCallInfo fcinfo)
{
	return &((combat_fit *) psyrad_state_arg(fcinfo, 0, &combat_stored_type))->body;
}

PG_FUNCTION_INFO_V1(combat_note);
Datum
combat_note(PG_FUNCTION_ARGS)
{
	char note[4096];

	psy_combat_note(fit_arg(fcinfo), note, sizeof note);
	if (note[0] == '\0')
		PG_RETURN_NULL();
	/* A note that was cut may end within a character. */
	PG_RETURN_TEXT_P(cstring_to_text_with_len(note, pg_mbcliplen(note, strlen(note), sizeof note)));
}

/* A prior that there is none of is NULL. */
static void
put_prior(bool there, double value, int at, Datum *column, bool *null)
{
	null[at] = !there;
	column[at] = Float8GetDatum(value);
}

static Datum
one_value_array(const psy_combat *fit, const psy_combat_site *site)
{
	int32 covariate[PSY_COMBAT_MAX_COVARIATES];
	int count = 0;

	for (int j = 0; j < fit->design; j++)
		if ((site->one_value >> j & 1) != 0)
			covariate[count++] = j + 1;
	return PointerGetDatum(psyrad_int4_array(covariate, count));
}

PG_FUNCTION_INFO_V1(combat_sites);
Datum
combat_sites(PG_FUNCTION_ARGS)
{
	const psy_combat *fit = fit_arg(fcinfo);
	bool eb = (fit->flags & PSY_COMBAT_EB) != 0, scaled = eb && (fit->flags & PSY_COMBAT_MEAN_ONLY) == 0;
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;

	SetSingleFuncCall(fcinfo, 0);
	for (int64 s = 0; s < fit->sites; s++)
	{
		const psy_combat_site *site = psy_combat_sites(fit) + s;
		bool shrunk = s != fit->reference;
		Datum column[10];
		bool null[10] = {false};

		column[0] = PointerGetDatum(cstring_to_text(site->name));
		column[1] = Int64GetDatum((int64) fmin(site->rows, 0x1p53));
		column[2] = BoolGetDatum(s == fit->reference);
		put_prior(eb && shrunk, site->gamma_bar, 3, column, null);
		put_prior(eb && shrunk, site->t2, 4, column, null);
		put_prior(scaled && shrunk, site->a, 5, column, null);
		put_prior(scaled && shrunk, site->b, 6, column, null);
		column[7] = Int64GetDatum((int64) site->iterations);
		column[8] = one_value_array(fit, site);
		column[9] = Int64GetDatum((int64) (site->left_out + fit->lost));
		tuplestore_putvalues(set->setResult, set->setDesc, column, null);
	}
	return (Datum) 0;
}

static void
put_number(double value, int at, Datum *column, bool *null)
{
	null[at] = isnan(value);
	column[at] = Float8GetDatum(value);
}

PG_FUNCTION_INFO_V1(combat_unnest);
Datum
combat_unnest(PG_FUNCTION_ARGS)
{
	const psy_combat *fit = fit_arg(fcinfo);
	psy_combat_streams of = psy_combat_streams_of(fit);
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;

	SetSingleFuncCall(fcinfo, 0);
	for (Size s = 0; s < fit->sites; s++)
	{
		Datum name = PointerGetDatum(cstring_to_text(psy_combat_sites(fit)[s].name));

		for (Size k = 0; k < fit->elements; k++)
		{
			Datum column[6] = {name, Int32GetDatum((int32) k + 1)};
			bool null[6] = {false};

			put_number(of.mean[k], 2, column, null);
			put_number(of.sd[k], 3, column, null);
			put_number(of.gamma[s * fit->elements + k], 4, column, null);
			put_number(of.delta[s * fit->elements + k], 5, column, null);
			tuplestore_putvalues(set->setResult, set->setDesc, column, null);
			CHECK_FOR_INTERRUPTS();
		}
	}
	return (Datum) 0;
}
