/* arena.c - see arena.h. */
#include "arena.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#define KEPT_MOST ((Size) 64 * 1024 * 1024) /* a block beyond this goes back when the next row begins */
#define PIECE 64                            /* alignment: a cache line, and the widest vector */

typedef struct block
{
	struct block *next;
	Size size, used; /* of what follows the head */
} block;

#define BLOCK_HEAD MAXALIGN(sizeof(block))

typedef struct arena
{
	MemoryContext memory;
	block *blocks; /* the last one first */
	Size wanted;   /* bytes asked for since the row began */
} arena;

static block *
add_block(arena *a, Size size)
{
	block *fresh;

	if (!AllocSizeIsValid(size + BLOCK_HEAD + PIECE))
		return NULL;
	fresh = MemoryContextAllocExtended(a->memory, size + BLOCK_HEAD + PIECE, MCXT_ALLOC_NO_OOM);
	if (fresh == NULL)
		return NULL;
	*fresh = (block){a->blocks, size + PIECE, 0};
	a->blocks = fresh;
	return fresh;
}

static void *
arena_alloc(void *arg, size_t bytes)
{
	arena *a = arg;
	block *b = a->blocks;
	Size room = (bytes + PIECE - 1) / PIECE * PIECE;
	char *start;

	if (!AllocSizeIsValid(bytes))
		return NULL;
	a->wanted += room;
	if ((b == NULL || b->size - b->used < room + PIECE) && (b = add_block(a, room)) == NULL)
		return NULL;
	start = (char *) TYPEALIGN(PIECE, (char *) b + BLOCK_HEAD + b->used);
	b->used = start + room - ((char *) b + BLOCK_HEAD);
	return start;
}

static void
arena_release(void *arg, void *pointer)
{
}

static bool
arena_interrupted(void *arg)
{
	return QueryCancelPending || ProcDiePending;
}

/* One block large enough for a row like the one before. */
static void
begin_row(arena *a)
{
	Size wanted = a->wanted;

	a->wanted = 0;
	if (a->blocks != NULL && a->blocks->next == NULL && a->blocks->size <= KEPT_MOST)
	{
		a->blocks->used = 0;
		return;
	}
	while (a->blocks != NULL)
	{
		block *last = a->blocks;

		a->blocks = last->next;
		pfree(last);
	}
	if (wanted > 0 && wanted <= KEPT_MOST)
		add_block(a, wanted + PIECE);
}

psy_context
psyrad_arena(FunctionCallInfo fcinfo)
{
	arena *a;

	if (fcinfo->flinfo == NULL || fcinfo->flinfo->fn_mcxt == NULL)
		return psyrad_current_context();
	if (fcinfo->flinfo->fn_extra == NULL)
	{
		a = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof *a);
		a->memory = fcinfo->flinfo->fn_mcxt;
		fcinfo->flinfo->fn_extra = a;
	}
	a = fcinfo->flinfo->fn_extra;
	begin_row(a);
	return (psy_context){arena_alloc, arena_release, arena_interrupted, a};
}
