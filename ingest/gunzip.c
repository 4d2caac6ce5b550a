/* gunzip.c - see gunzip.h. */
#include "gunzip.h"

#include "buffer.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <string.h>

static psy_status
refill(gunzip *g, psy_error *err)
{
	size_t left = g->in_size - g->in_at;
	psy_status status;

	if (left > 0)
		memmove(g->in, g->in + g->in_at, left);
	status = source_read(g->from, g->in + left, GUNZIP_CHUNK - left, &g->in_size, err);
	g->source_ended = g->in_size < GUNZIP_CHUNK - left;
	g->in_size += left;
	g->in_at = 0;
	return status;
}

static void
start_member(gunzip *g)
{
	struct inflate_state *state = g->state;

	isal_inflate_init(state);
	state->crc_flag = ISAL_GZIP;
}

psy_status
gunzip_open(gunzip *g, source *from, psy_error *err)
{
	psy_status status;

	*g = (gunzip){.from = from, .in = grow(NULL, GUNZIP_CHUNK, 1)};
	status = refill(g, err);
	if (status != PSY_OK || g->in_size < 2 || g->in[0] != 0x1f || g->in[1] != 0x8b)
		return status;
	g->state = grow(NULL, 1, sizeof(struct inflate_state));
	start_member(g);
	return PSY_OK;
}

static psy_status
read_plain(gunzip *g, void *to, size_t want, size_t *got, psy_error *err)
{
	size_t have = g->in_size - g->in_at, more = 0;
	psy_status status = PSY_OK;

	if (have > want)
		have = want;
	memcpy(to, g->in + g->in_at, have);
	g->in_at += have;
	if (have < want)
		status = source_read(g->from, (char *) to + have, want - have, &more, err);
	*got = have + more;
	return status;
}

/* After a member: another one, the end, or bytes that do not belong here. */
static psy_status
next_member(gunzip *g, psy_error *err)
{
	psy_status status = PSY_OK;

	if (g->in_size - g->in_at < 2 && !g->source_ended)
		status = refill(g, err);
	if (status != PSY_OK)
		return status;
	if (g->in_at == g->in_size)
	{
		g->ended = true;
		return PSY_OK;
	}
	if (g->in_size - g->in_at < 2 || g->in[g->in_at] != 0x1f || g->in[g->in_at + 1] != 0x8b)
		return psy_fail(err, PSY_FORMAT, "bytes that are no gzip follow the end of the compressed data");
	start_member(g);
	return PSY_OK;
}

static psy_status
inflate_some(gunzip *g, uint8_t *to, size_t want, size_t *got, psy_error *err)
{
	struct inflate_state *state = g->state;
	int result;

	state->next_in = g->in + g->in_at;
	state->avail_in = (uint32_t) (g->in_size - g->in_at);
	state->next_out = to;
	state->avail_out = want < (1u << 30) ? (uint32_t) want : 1u << 30;
	result = isal_inflate(state);
	*got = (size_t) (state->next_out - to);
	g->in_at = g->in_size - state->avail_in;
	if (result == ISAL_INCORRECT_CHECKSUM)
		return psy_fail(err, PSY_FORMAT, "the compressed data do not match their checksum");
	if (result < 0)
		return psy_fail(err, PSY_FORMAT, "the compressed data are damaged (inflate error %d)", result);
	return state->block_state == ISAL_BLOCK_FINISH ? next_member(g, err) : PSY_OK;
}

psy_status
gunzip_read(gunzip *g, void *to, size_t want, size_t *got, psy_error *err)
{
	psy_status status = PSY_OK;

	*got = 0;
	if (g->state == NULL)
		return read_plain(g, to, want, got, err);
	while (*got < want && !g->ended && status == PSY_OK)
	{
		size_t n, before = g->in_at;

		status = inflate_some(g, (uint8_t *) to + *got, want - *got, &n, err);
		*got += n;
		if (status != PSY_OK || n > 0 || g->in_at != before || g->ended)
			continue;
		if (g->source_ended)
			return psy_fail(err, PSY_FORMAT, "the compressed data are cut off");
		if (g->in_size - g->in_at == GUNZIP_CHUNK)
			return psy_fail(err, PSY_FORMAT,
							"the compressed data are damaged (nothing comes out of %zu bytes)", GUNZIP_CHUNK);
		status = refill(g, err);
	}
	return status;
}

void
gunzip_close(gunzip *g)
{
	free(g->state);
	free(g->in);
	*g = (gunzip){0};
}
