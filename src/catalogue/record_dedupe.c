/*
 * record_dedupe.c - pairs and clusters among many records.
 *
 * Records that say the same are one before anything else; then people's decisions, then the rules' pairs, the
 * surest first.  Two clusters are joined only if no record of one contradicts a record of the other and
 * nobody decided otherwise; a pair that is refused so is uncertain.  Ties in confidence go by what the
 * records say, so that neither the order of the input nor the keys change who is joined with whom.
 */
#include "catalogue/record.h"
#include "catalogue/record_blocks.h"
#include "catalogue/record_parts.h"

#include <stdlib.h>
#include <string.h>

#define POLL_EVERY 4096

typedef struct edge
{
	uint32_t a, b;
	psy_judgement judgement;
	bool refused;
} edge;

typedef struct work
{
	const psy_context *ctx;
	psy_record_norm **norm; /* all, in the order of record_order_norms */
	size_t count;
	psy_record_norm **face; /* one of each group that says the same */
	uint32_t *face_of;      /* by place in norm: place in face */
	uint32_t *first_of;     /* by place in face: place in norm of its first, of the least key */
	size_t faces;
	edge *edge; /* between places in norm */
	size_t edges, room;
	uint32_t *parent, *next; /* clusters: a tree, and a ring through the members */
	uint32_t (*apart)[2];    /* places that a person parted */
	bool *split;             /* by place in face: such a place is among its members */
	size_t aparts;
	uint32_t *by_key;
} work;

/* ---- the records ----------------------------------------------------------------------------- */

static int
order_norms(const void *a, const void *b)
{
	return record_order_norms(*(psy_record_norm *const *) a, *(psy_record_norm *const *) b);
}

static bool
same_print(const psy_record_norm *a, const psy_record_norm *b)
{
	return a->says && b->says && memcmp(a->print, b->print, sizeof a->print) == 0;
}

static psy_status
normalise_all(work *w, const psy_record *record, size_t count, psy_error *err)
{
	psy_status status = PSY_OK;

	for (; w->count < count && status == PSY_OK; w->count += status == PSY_OK)
	{
		status = psy_record_normalise(w->ctx, &record[w->count], &w->norm[w->count], err);
		if (status == PSY_OK && w->count % POLL_EVERY == 0)
			status = psy_poll(w->ctx, err);
	}
	if (status == PSY_OK)
		qsort(w->norm, w->count, sizeof *w->norm, order_norms);
	return status;
}

/* The order puts those that say the same behind one another, the least key first. */
static void
find_faces(work *w)
{
	for (size_t k = 0; k < w->count; k++)
	{
		if (k == 0 || !same_print(w->norm[k - 1], w->norm[k]))
		{
			w->first_of[w->faces] = (uint32_t) k;
			w->face[w->faces++] = w->norm[k];
		}
		w->face_of[k] = (uint32_t) w->faces - 1;
	}
}

static uint32_t
place_of(const work *w, int64_t key, bool *found)
{
	size_t low = 0, high = w->count;

	while (low < high)
	{
		size_t middle = (low + high) / 2;

		if (w->norm[w->by_key[middle]]->key < key)
			low = middle + 1;
		else
			high = middle;
	}
	*found = low < w->count && w->norm[w->by_key[low]]->key == key;
	return *found ? w->by_key[low] : 0;
}

typedef struct keyed
{
	int64_t key;
	uint32_t place;
} keyed;

static int
order_keyed(const void *a, const void *b)
{
	const keyed *p = a, *q = b;

	return (p->key > q->key) - (p->key < q->key);
}

static psy_status
index_keys(work *w, psy_error *err)
{
	void *memory;
	keyed *order;
	psy_status status = psy_alloc(w->ctx, w->count + 1, sizeof(keyed), &memory, err);

	if (status != PSY_OK)
		return status;
	order = memory;
	for (size_t k = 0; k < w->count; k++)
		order[k] = (keyed){w->norm[k]->key, (uint32_t) k};
	qsort(order, w->count, sizeof *order, order_keyed);
	for (size_t k = 0; k < w->count; k++)
	{
		w->by_key[k] = order[k].place;
		if (k > 0 && order[k].key == order[k - 1].key && status == PSY_OK)
			status = psy_fail(err, PSY_DOMAIN, "key %lld occurs twice; every record needs one of its own",
							  (long long) order[k].key);
	}
	psy_release(w->ctx, order);
	return status;
}

/* ---- clusters -------------------------------------------------------------------------------- */

static uint32_t
root_of(work *w, uint32_t place)
{
	while (w->parent[place] != place)
		place = w->parent[place] = w->parent[w->parent[place]];
	return place;
}

static void
unite(work *w, uint32_t a, uint32_t b)
{
	uint32_t root_a = root_of(w, a), root_b = root_of(w, b), swap = w->next[root_a];

	if (root_a == root_b)
		return;
	w->parent[root_b] = root_a;
	w->next[root_a] = w->next[root_b];
	w->next[root_b] = swap;
}

static bool
parted(work *w, uint32_t root_a, uint32_t root_b)
{
	for (size_t k = 0; k < w->aparts; k++)
	{
		uint32_t a = root_of(w, w->apart[k][0]), b = root_of(w, w->apart[k][1]);

		if ((a == root_a && b == root_b) || (a == root_b && b == root_a))
			return true;
	}
	return false;
}

/* Whether a record of one cluster contradicts a record of the other: every two that say different things are
 * held against each other. */
static bool
contradict(work *w, uint32_t root_a, uint32_t root_b)
{
	uint32_t a = root_a, last_a = UINT32_MAX;

	do
	{
		uint32_t b = root_b, last_b = UINT32_MAX;

		if (w->face_of[a] != last_a)
			do
			{
				psy_record_relation relation;

				if (w->face_of[b] != last_b &&
					psy_record_match(w->face[w->face_of[a]], w->face[w->face_of[b]], &relation).contradicts)
					return true;
				last_b = w->face_of[b];
				b = w->next[b];
			} while (b != root_b);
		last_a = w->face_of[a];
		a = w->next[a];
	} while (a != root_a);
	return false;
}

/* ---- edges ----------------------------------------------------------------------------------- */

static psy_status
add_edge(work *w, edge e, psy_error *err)
{
	if (w->edges == w->room)
	{
		void *memory;
		size_t room = w->room * 2 + 1024;
		psy_status status = psy_alloc(w->ctx, room, sizeof(edge), &memory, err);

		if (status != PSY_OK)
			return status;
		if (w->edges > 0)
			memcpy(memory, w->edge, w->edges * sizeof(edge));
		psy_release(w->ctx, w->edge);
		w->edge = memory;
		w->room = room;
	}
	w->edge[w->edges++] = e;
	return PSY_OK;
}

static psy_status
identical_edges(work *w, psy_error *err)
{
	psy_status status = PSY_OK;

	for (size_t k = 0; k < w->count && status == PSY_OK; k++)
		if (w->first_of[w->face_of[k]] != k)
			status = add_edge(
				w,
				(edge){
					w->first_of[w->face_of[k]], (uint32_t) k, {PSY_DUPLICATE, "identical", 1, false}, false},
				err);
	return status;
}

/* Behind the last member of a face. */
static uint32_t
end_of(const work *w, uint32_t face)
{
	return face + 1 < w->faces ? w->first_of[face + 1] : (uint32_t) w->count;
}

/* A pair of faces stands for that of their first members; where a person parted members, for every one of
 * them. */
static psy_status
add_face_edges(work *w, record_candidate pair, psy_judgement judgement, psy_error *err)
{
	uint32_t end_a = w->split[pair.a] ? end_of(w, pair.a) : w->first_of[pair.a] + 1;
	uint32_t end_b = w->split[pair.b] ? end_of(w, pair.b) : w->first_of[pair.b] + 1;
	psy_status status = PSY_OK;

	for (uint32_t a = w->first_of[pair.a]; a < end_a; a++)
		for (uint32_t b = w->first_of[pair.b]; b < end_b && status == PSY_OK; b++)
			status = add_edge(w, (edge){a, b, judgement, false}, err);
	return status;
}

static psy_status
judge_candidates(work *w, psy_record_result *result, psy_error *err)
{
	record_candidate *pair = NULL;
	psy_status status =
		record_candidates(w->ctx, w->face, w->faces, &pair, &result->compared, &result->widest, err);

	for (size_t k = 0; k < result->compared && status == PSY_OK; k++)
	{
		psy_record_relation relation;
		psy_judgement judgement = psy_record_match(w->face[pair[k].a], w->face[pair[k].b], &relation);

		if (judgement.verdict != PSY_DISTINCT)
			status = add_face_edges(w, pair[k], judgement, err);
		if (status == PSY_OK && k % POLL_EVERY == 0)
			status = psy_poll(w->ctx, err);
	}
	psy_release(w->ctx, pair);
	return status;
}

/* The surest first; equal ones in the order of what the records say. */
static int
order_edges(const void *a, const void *b)
{
	const edge *p = a, *q = b;

	if (p->judgement.verdict != q->judgement.verdict)
		return p->judgement.verdict > q->judgement.verdict ? -1 : 1;
	if (p->judgement.confidence != q->judgement.confidence)
		return p->judgement.confidence > q->judgement.confidence ? -1 : 1;
	if (p->a != q->a)
		return p->a < q->a ? -1 : 1;
	return (p->b > q->b) - (p->b < q->b);
}

static psy_status
join_edges(work *w, psy_error *err)
{
	psy_status status = PSY_OK;

	if (w->edges > 0)
		qsort(w->edge, w->edges, sizeof(edge), order_edges);
	for (size_t k = 0; k < w->edges && w->edge[k].judgement.verdict == PSY_DUPLICATE && status == PSY_OK; k++)
	{
		edge *e = &w->edge[k];
		uint32_t a = root_of(w, e->a), b = root_of(w, e->b);
		bool identical = w->face_of[e->a] == w->face_of[e->b];

		if (a == b)
			continue;
		if (parted(w, a, b))
			e->refused = true;
		else if (!identical && contradict(w, a, b))
		{
			e->refused = true;
			e->judgement = (psy_judgement){PSY_UNCERTAIN, "would join records that contradict each other",
										   e->judgement.confidence, true};
		}
		else
			unite(w, a, b);
		if (k % POLL_EVERY == 0)
			status = psy_poll(w->ctx, err);
	}
	return status;
}

/* ---- people's decisions ---------------------------------------------------------------------- */

typedef struct decided
{
	uint32_t a, b;
	size_t order;
	bool same;
} decided;

static int
order_decided(const void *a, const void *b)
{
	const decided *p = a, *q = b;

	if (p->a != q->a)
		return p->a < q->a ? -1 : 1;
	if (p->b != q->b)
		return p->b < q->b ? -1 : 1;
	return (p->order > q->order) - (p->order < q->order);
}

/* The last decision of each pair; all that part come first, so that none that joins gets round them. */
static psy_status
apply_decisions(work *w, const psy_record_decision *decision, size_t decisions, psy_error *err)
{
	void *memory[2] = {NULL, NULL};
	decided *of;
	size_t n = 0;
	psy_status status = psy_alloc(w->ctx, decisions + 1, sizeof(decided), &memory[0], err);

	if (status == PSY_OK)
		status = psy_alloc(w->ctx, decisions + 1, sizeof *w->apart, &memory[1], err);
	of = memory[0];
	w->apart = memory[1];
	for (size_t k = 0; k < decisions && status == PSY_OK; k++)
	{
		bool found_a, found_b;
		uint32_t a = place_of(w, decision[k].a, &found_a), b = place_of(w, decision[k].b, &found_b);

		if (found_a && found_b && a != b)
			of[n++] = (decided){a < b ? a : b, a < b ? b : a, k, decision[k].same};
	}
	if (status == PSY_OK)
		qsort(of, n, sizeof *of, order_decided);
	for (int pass = 0; pass < 2 && status == PSY_OK; pass++)
		for (size_t k = 0; k < n; k++)
		{
			bool last = k + 1 == n || of[k].a != of[k + 1].a || of[k].b != of[k + 1].b;

			if (!last || of[k].same != (pass == 1))
				continue;
			if (pass == 0)
			{
				memcpy(w->apart[w->aparts++], (uint32_t[]){of[k].a, of[k].b}, sizeof *w->apart);
				w->split[w->face_of[of[k].a]] = w->split[w->face_of[of[k].b]] = true;
			}
			else if (!parted(w, root_of(w, of[k].a), root_of(w, of[k].b)))
				unite(w, of[k].a, of[k].b);
		}
	psy_release(w->ctx, of);
	return status;
}

/* ---- result ---------------------------------------------------------------------------------- */

static int
order_pairs(const void *a, const void *b)
{
	const psy_record_pair *p = a, *q = b;

	if (p->a != q->a)
		return p->a < q->a ? -1 : 1;
	return (p->b > q->b) - (p->b < q->b);
}

static psy_status
fill_pairs(work *w, psy_record_result *result, psy_error *err)
{
	void *memory;
	psy_status status = psy_alloc(w->ctx, w->edges + 1, sizeof(psy_record_pair), &memory, err);

	if (status != PSY_OK)
		return status;
	result->pair = memory;
	for (size_t k = 0; k < w->edges; k++)
	{
		const edge *e = &w->edge[k];
		int64_t a = w->norm[e->a]->key, b = w->norm[e->b]->key;

		result->pair[result->pairs++] = (psy_record_pair){a < b ? a : b, a < b ? b : a, e->judgement,
														  root_of(w, e->a) == root_of(w, e->b)};
	}
	qsort(result->pair, result->pairs, sizeof *result->pair, order_pairs);
	return PSY_OK;
}

/* In the order of keys the first of a cluster is its least. */
static psy_status
fill_members(work *w, psy_record_result *result, psy_error *err)
{
	void *memory[2] = {NULL, NULL};
	int64_t *least;
	psy_status status = psy_alloc(w->ctx, w->count + 1, sizeof(psy_record_member), &memory[0], err);

	if (status == PSY_OK)
		status = psy_alloc(w->ctx, w->count + 1, sizeof(int64_t), &memory[1], err);
	result->member = memory[0];
	least = memory[1];
	for (size_t k = w->count; k-- > 0 && status == PSY_OK;)
		least[root_of(w, w->by_key[k])] = w->norm[w->by_key[k]]->key;
	for (size_t k = 0; k < w->count && status == PSY_OK; k++)
		result->member[result->members++] =
			(psy_record_member){w->norm[w->by_key[k]]->key, least[root_of(w, w->by_key[k])]};
	psy_release(w->ctx, least);
	return status;
}

static psy_status
make_room(work *w, size_t count, psy_error *err)
{
	void **out[] = {(void **) &w->norm,   (void **) &w->face, (void **) &w->face_of, (void **) &w->first_of,
					(void **) &w->parent, (void **) &w->next, (void **) &w->by_key,  (void **) &w->split};
	size_t size[] = {sizeof *w->norm,   sizeof *w->face, sizeof *w->face_of, sizeof *w->first_of,
					 sizeof *w->parent, sizeof *w->next, sizeof *w->by_key,  sizeof *w->split};
	psy_status status = PSY_OK;

	if (count >= UINT32_MAX)
		return psy_fail(err, PSY_LIMIT, "%zu records are too many", count);
	for (size_t k = 0; k < sizeof size / sizeof *size && status == PSY_OK; k++)
		status = psy_alloc(w->ctx, count + 1, size[k], out[k], err);
	for (uint32_t k = 0; k < count && status == PSY_OK; k++)
	{
		w->parent[k] = w->next[k] = k;
		w->split[k] = false;
	}
	return status;
}

static void
free_work(work *w)
{
	void *memory[] = {w->norm, w->face,   w->face_of, w->first_of, w->parent,
					  w->next, w->by_key, w->split,   w->edge,     w->apart};

	for (size_t k = 0; k < w->count; k++)
		psy_record_forget(w->ctx, w->norm[k]);
	for (size_t k = 0; k < sizeof memory / sizeof *memory; k++)
		psy_release(w->ctx, memory[k]);
}

psy_status
psy_record_deduplicate(const psy_context *ctx, const psy_record *record, size_t count,
					   const psy_record_decision *decision, size_t decisions, psy_record_result *result,
					   psy_error *err)
{
	work w = {.ctx = ctx};
	psy_status status = make_room(&w, count, err);

	*result = (psy_record_result){.pairs = 0};
	if (status == PSY_OK)
		status = normalise_all(&w, record, count, err);
	if (status == PSY_OK)
		status = index_keys(&w, err);
	if (status == PSY_OK)
	{
		find_faces(&w);
		status = apply_decisions(&w, decision, decisions, err);
	}
	if (status == PSY_OK)
		status = identical_edges(&w, err);
	if (status == PSY_OK)
		status = judge_candidates(&w, result, err);
	if (status == PSY_OK)
		status = join_edges(&w, err);
	if (status == PSY_OK)
		status = fill_pairs(&w, result, err);
	if (status == PSY_OK)
		status = fill_members(&w, result, err);
	free_work(&w);
	return status;
}
