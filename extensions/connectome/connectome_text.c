/*
 * connectome_text.c - the text form: kind:n:{edge,edge,...}, row by row of the upper triangle.
 *
 * For example r:3:{0.5,NaN,-0.25}.  Numbers are printed in the fewest digits that read back to the same
 * float4. Spaces are allowed around the parts.  Errors name the edge and its two regions.
 */
#include "connectome.h"

#include "common/shortest_dec.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include <ctype.h>
#include <math.h>

typedef struct parser
{
	const char *at;
	int n;     /* 0 until it is known */
	Size edge; /* edges read so far */
} parser;

static void syntax_error(const parser *p, const char *expected) pg_attribute_noreturn();

static void
syntax_error(const parser *p, const char *expected)
{
	size_t i, j;
	char *found = *p->at == '\0' ? pstrdup("the end")
								 : psprintf("\"%.*s\"", pg_mbcliplen(p->at, strlen(p->at), 12), p->at);

	if (p->n == 0 || p->edge >= psy_edge_count(p->n))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type connectome: %s expected, not %s", expected, found),
				 errhint("The form is kind:n:{edges}, as in r:3:{0.5,NaN,-0.25}.")));
	psy_edge_pair(p->n, p->edge, &i, &j);
	ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					errmsg("invalid input syntax for type connectome: %s expected, not %s", expected, found),
					errdetail("At edge %zu of %zu, of regions %zu and %zu.", p->edge + 1,
							  psy_edge_count(p->n), i + 1, j + 1)));
}

static void
skip_space(parser *p)
{
	while (isspace((unsigned char) *p->at))
		p->at++;
}

static void
expect(parser *p, char c, const char *what)
{
	skip_space(p);
	if (*p->at != c)
		syntax_error(p, what);
	p->at++;
}

static psy_conn_kind
parse_kind(parser *p)
{
	char name[16];
	size_t length = 0;
	psy_conn_kind kind;

	skip_space(p);
	while ((isalpha((unsigned char) p->at[length]) || p->at[length] == '_') && length < sizeof name - 1)
		length++;
	memcpy(name, p->at, length);
	name[length] = '\0';
	if (psy_conn_kind_parse(name, &kind, NULL) != PSY_OK)
		syntax_error(p, "a kind (r, z, partial, partial_z or weight)");
	p->at += length;
	return kind;
}

static int
parse_regions(parser *p)
{
	const char *start;
	int64 n = 0;

	skip_space(p);
	for (start = p->at; isdigit((unsigned char) *p->at) && n <= PSY_CONN_MAX_REGIONS; p->at++)
		n = n * 10 + (*p->at - '0');
	if (n < PSY_CONN_MIN_REGIONS || n > PSY_CONN_MAX_REGIONS)
	{
		p->at = start;
		syntax_error(
			p, psprintf("a number of regions from %d to %d", PSY_CONN_MIN_REGIONS, PSY_CONN_MAX_REGIONS));
	}
	return (int) n;
}

/* Decimal numbers and NaN only: strtof's hexadecimal and infinities are not part of the form. */
static float4
parse_edge(parser *p)
{
	const char *start;
	char *end;
	float4 value;

	skip_space(p);
	start = p->at + strcspn(p->at, ",{} \t\r\n");
	value = strtof(p->at, &end);
	if (end != start || end == p->at || strcspn(p->at, "xXpPfF(") < (size_t) (end - p->at))
		syntax_error(p, "a number or NaN");
	if (isinf(value))
		syntax_error(p, "a number within float4's range");
	p->at = end;
	return value;
}

PG_FUNCTION_INFO_V1(connectome_in);
Datum
connectome_in(PG_FUNCTION_ARGS)
{
	parser p = {.at = PG_GETARG_CSTRING(0)};
	psy_conn_kind kind = parse_kind(&p);
	connectome *c;
	Size edges;

	expect(&p, ':', "\":\" after the kind");
	c = connectome_new(parse_regions(&p), kind);
	connectome_require_typmod(c->n, PG_GETARG_INT32(2));
	expect(&p, ':', "\":\" after the number of regions");
	expect(&p, '{', "\"{\" before the edges");
	edges = connectome_edges(c);
	for (p.n = c->n; p.edge < edges; p.edge++)
	{
		if (p.edge > 0)
			expect(&p, ',', "\",\"");
		c->value[p.edge] = parse_edge(&p);
	}
	expect(&p, '}', psprintf("\"}\" after %zu edges", edges));
	skip_space(&p);
	if (*p.at != '\0')
		syntax_error(&p, "nothing after \"}\"");
	connectome_fill(c, c->value, ERRCODE_INVALID_TEXT_REPRESENTATION);
	PG_RETURN_POINTER(c);
}

PG_FUNCTION_INFO_V1(connectome_out);
Datum
connectome_out(PG_FUNCTION_ARGS)
{
	connectome *c = PG_GETARG_CONNECTOME(0);
	Size edges = connectome_edges(c);
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "%s:%d:{", psy_conn_kind_name((psy_conn_kind) c->kind), c->n);
	for (Size k = 0; k < edges; k++)
	{
		enlargeStringInfo(&text, FLOAT_SHORTEST_DECIMAL_LEN + 1);
		if (k > 0)
			text.data[text.len++] = ',';
		text.len += float_to_shortest_decimal_bufn(c->value[k], text.data + text.len);
	}
	appendStringInfoString(&text, "}");
	PG_RETURN_CSTRING(text.data);
}
