/*
 * pmml.h - compiling a PMML document to a program (pmml_program.h): what the parts of the compiler share.
 * Private to src/models.
 *
 * Errors stick: the first one is kept in the context and nothing is emitted after it, so that the parts need
 * not pass statuses around; whoever loops over much looks at psy_pmml_ok.
 *
 * A field is compiled when something first refers to it, into the prologue of the scope that defines it, which
 * runs before the scope's body.  What only some branch needs is so computed once, before any branch.
 */
#ifndef PSY_PMML_H
#define PSY_PMML_H

#include "models/pmml_program.h"
#include "models/pmml_xml.h"

#include <locale.h>

typedef enum psy_pmml_type
{
	PSY_PMML_DOUBLE,
	PSY_PMML_FLOAT,
	PSY_PMML_INTEGER,
	PSY_PMML_BOOLEAN,
	PSY_PMML_STRING
} psy_pmml_type;

/* Where a value stands, and of what type; a text's possible symbols when they are known (else NULL). */
typedef struct psy_pmml_value
{
	uint32_t reg;
	psy_pmml_type type;
	const double *possible;
	uint32_t count;
} psy_pmml_value;

typedef struct psy_pmml_codes
{
	psy_pmml_ins *at;
	uint32_t used;
	uint32_t capacity;
} psy_pmml_codes;

typedef enum psy_pmml_field_kind
{
	PSY_PMML_MINING_FIELD,
	PSY_PMML_DERIVED_FIELD,
	PSY_PMML_RESULT_FIELD, /* of an OutputField: its value is in a register that a segment fills */
	PSY_PMML_PARAMETER_FIELD,
	PSY_PMML_ABSENT_FIELD /* known, but without a value here: `why` says so when it is used */
} psy_pmml_field_kind;

typedef struct psy_pmml_field
{
	uint32_t name; /* a symbol */
	psy_pmml_field_kind kind;
	const psy_xml *element;
	const char *why;
	struct psy_pmml_scope *scope;
	psy_pmml_value value;
	enum
	{
		PSY_PMML_NEW,
		PSY_PMML_BUSY,
		PSY_PMML_READY
	} state;
	struct psy_pmml_field *next; /* of the same bucket */
} psy_pmml_field;

typedef struct psy_pmml_scope
{
	struct psy_pmml_scope *parent; /* NULL for the outermost, and for functions, which see their parameters only */
	psy_pmml_codes prologue;
	psy_pmml_field **bucket;
	uint32_t buckets; /* a power of two */
} psy_pmml_scope;

/* A field of the DataDictionary. */
typedef struct psy_pmml_data
{
	uint32_t name;
	const psy_xml *element;
	psy_pmml_type type;
	const char *refused; /* its dataType, when it is none of the above */
	bool ordinal;
	bool continuous;
	int64_t feature; /* -1 when the model does not take it */
	uint32_t reg;    /* its value as symbols */
	double *valid;   /* in the document's order */
	uint32_t valids;
	struct psy_pmml_data *next;
} psy_pmml_data;

/* The classes of a model's target. */
typedef struct psy_pmml_target
{
	const char *name; /* NULL when the model has none */
	psy_pmml_type type;
	bool ordinal;
	const double *label; /* values: symbols or numbers */
	const char **text;   /* as the document writes them */
	uint32_t labels;
} psy_pmml_target;

/* What a model gives. */
typedef struct psy_pmml_answer
{
	bool classifies;
	uint32_t value;       /* register: number, or index of the class; NaN: no answer */
	uint32_t shown;       /* the register that the document shows as the result: value, or a transformed one */
	uint32_t probability; /* first register of the classes' values */
	bool has_probability;
	bool has_decision;
	const psy_pmml_target *target;
} psy_pmml_answer;

/* The segments of a MiningModel, whose answers Output fields may ask for one by one. */
typedef struct psy_pmml_segments
{
	const char **id;
	psy_pmml_answer *answer; /* missing where a segment was not chosen */
	uint32_t count;
	uint32_t first, values;	 /* registers of the values of a regression that gives several; values is 0 for one */
} psy_pmml_segments;

typedef struct psy_pmml
{
	const psy_context *ctx;
	psy_error *err;
	psy_status status;
	psy_arena arena;
	const psy_model_limits *limits;
	locale_t c_locale;
	const psy_xml *root;
	uint32_t version;
	uint32_t depth; /* of fields within fields, functions within functions */

	/* symbols */
	const char **symbol;
	uint8_t *literal; /* which symbols are texts that values are compared with */
	uint8_t *mentioned; /* which are names that something refers to */
	uint32_t symbols, symbol_capacity;
	uint32_t *symbol_bucket, symbol_buckets;

	/* the program so far */
	double *number;
	uint32_t numbers, number_capacity;
	uint32_t *word;
	uint32_t words, word_capacity;
	uint32_t registers;
	uint64_t emitted, emit_limit;
	psy_pmml_codes *code; /* where instructions go */
	psy_pmml_scope *making; /* the scope whose prologue it is, when it is one */

	psy_pmml_data **data;
	uint32_t data_buckets;
	psy_pmml_data **feature;
	uint32_t features;
	const psy_xml **function; /* DefineFunction by symbol */
	uint32_t functions;       /* size of that table */
	struct psy_pmml_check *checks; /* VerificationFields */
	uint32_t verified;             /* records that agreed */
	bool float_math; /* x-mathContext="float": sums and scores in float32 */
	bool any_float;	 /* ... in some model of the document */

	const char *wanted;		   /* the id of the segment whose answer is asked for; NULL: the document's own */
	psy_pmml_segments several; /* of the document's model */
	uint32_t method;		   /* psy_pmml_method of the document's model, 0 for others */
} psy_pmml;

static inline bool
psy_pmml_ok(const psy_pmml *c)
{
	return c->status == PSY_OK;
}

/* ---- errors, memory, numbers (pmml_context.c) ------------------------------------------------ */

/* Keeps the first error: "pmml, line L, column C, <ELEMENT>: ...". */
void psy_pmml_fail(psy_pmml *c, const psy_xml *at, psy_status code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Polls the host between pieces of work. */
void psy_pmml_poll(psy_pmml *c);

/* "... is not supported": element or attribute by name. */
void psy_pmml_refuse(psy_pmml *c, const psy_xml *at, const char *what);

/* Zeroed; NULL after an error. */
void *psy_pmml_get(psy_pmml *c, size_t count, size_t size);

/* Symbols of texts; the same for equal texts. */
uint32_t psy_pmml_symbol(psy_pmml *c, const char *text);
uint32_t psy_pmml_known_symbol(const psy_pmml *c, const char *text); /* UINT32_MAX when there is none */

/* A number; NaN with an error when text is none, or NULL.  INF and NaN are refused as well. */
double psy_pmml_number(psy_pmml *c, const psy_xml *at, const char *what, const char *text);
bool psy_pmml_is_number(const psy_pmml *c, const char *text, double *value);

/* Attributes: required ones fail when absent. */
const char *psy_pmml_need(psy_pmml *c, const psy_xml *element, const char *name);
double psy_pmml_need_number(psy_pmml *c, const psy_xml *element, const char *name);
double psy_pmml_number_or(psy_pmml *c, const psy_xml *element, const char *name, double otherwise);

/* Place of the attribute's value among words[] (NULL at the end); absent: that of otherwise; else refused. */
int psy_pmml_choice(psy_pmml *c, const psy_xml *element, const char *name, const char *const *words, int otherwise);

/* The items of an Array or of an Array's text; *count of them, copied and unquoted. */
const char **psy_pmml_items(psy_pmml *c, const psy_xml *array, uint32_t *count);

/* The numbers of a child that is an Array, REAL-Array, INT-Array or a sparse one, of count elements. */
double *psy_pmml_array(psy_pmml *c, const psy_xml *array, uint32_t count);

/* dataType by its name; *refused is set for those that psyrad does not know. */
psy_pmml_type psy_pmml_type_of(const char *name, const char **refused);

/* The number that stands for text as a value of that type. */
double psy_pmml_literal(psy_pmml *c, const psy_xml *at, psy_pmml_type type, const char *text);

/* ---- emitting (pmml_context.c) --------------------------------------------------------------- */

uint32_t psy_pmml_registers(psy_pmml *c, uint32_t count);
uint32_t psy_pmml_numbers(psy_pmml *c, const double *value, uint32_t count); /* where they stand */
uint32_t psy_pmml_words(psy_pmml *c, const uint32_t *value, uint32_t count);

/* Where the instruction stands in the current code. */
uint32_t psy_pmml_emit(psy_pmml *c, psy_pmml_ins ins);
void psy_pmml_const(psy_pmml *c, uint32_t to, double k);
void psy_pmml_copy(psy_pmml *c, uint32_t to, uint32_t from, uint32_t count);
void psy_pmml_vector(psy_pmml *c, uint32_t to, const double *value, uint32_t count);
void psy_pmml_apply(psy_pmml *c, uint32_t to, const char *name, uint32_t from, uint32_t count);
/* to = name(to, k): the second argument is put into a register of its own. */
void psy_pmml_apply_with(psy_pmml *c, uint32_t to, const char *name, uint32_t from, double k);
void psy_pmml_gather(psy_pmml *c, uint32_t to, const double *weight, const uint32_t *from, uint32_t count);

/* Jumps are emitted open, and closed to lead to the place that is written next. */
uint32_t psy_pmml_jump(psy_pmml *c);
/* Jumps to `to` when the comparison holds; unknown counts as false. */
uint32_t psy_pmml_test(psy_pmml *c, uint32_t reg, psy_pmml_compare how, double k);
void psy_pmml_land(psy_pmml *c, uint32_t jump);         /* a jump, and the true side of a test */
void psy_pmml_land_unknown(psy_pmml *c, uint32_t test); /* the unknown side of a test */

/* Appends what `codes` holds to the current code. */
void psy_pmml_append(psy_pmml *c, const psy_pmml_codes *codes);

/* ---- fields (pmml_fields.c) ------------------------------------------------------------------ */

void psy_pmml_read_dictionary(psy_pmml *c);
psy_pmml_data *psy_pmml_find_data(const psy_pmml *c, const char *name);

/* A scope with room for so many fields. */
psy_pmml_scope *psy_pmml_new_scope(psy_pmml *c, psy_pmml_scope *parent, uint32_t fields);
psy_pmml_field *psy_pmml_add_field(psy_pmml *c, psy_pmml_scope *scope, const char *name, psy_pmml_field_kind kind, const psy_xml *element);
void psy_pmml_add_derived(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *transformations);
void psy_pmml_add_result(psy_pmml *c, psy_pmml_scope *scope, const char *name, psy_pmml_value value);

/* The field's value; at is where it is referred to. */
psy_pmml_value psy_pmml_field_value(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *at, const char *name);
/* The same as a number: texts are refused. */
uint32_t psy_pmml_numeric(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *at, const char *name);

/* A mining field's treatments of invalid, missing and extreme values. */
psy_pmml_value psy_pmml_treat(psy_pmml *c, const psy_xml *mining, const psy_pmml_data *data, psy_pmml_value in, bool nested);

/* ---- expressions (pmml_expression.c, pmml_text.c) and predicates (pmml_predicate.c) ---------- */

psy_pmml_value psy_pmml_expression(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *element);
/* The element's child that is an expression; NULL with an error when there is none. */
const psy_xml *psy_pmml_expression_in(psy_pmml *c, const psy_xml *element);
psy_pmml_value psy_pmml_cast(psy_pmml *c, const psy_xml *at, psy_pmml_value value, psy_pmml_type type);

/* A register of its own; and a missing source's stand-in (a text of the document, or NULL for none). */
psy_pmml_value psy_pmml_fresh(psy_pmml *c, psy_pmml_type type);
void psy_pmml_map_missing(psy_pmml *c, const psy_xml *at, const char *text, psy_pmml_value *value);

/* How many children of that name there are. */
uint32_t psy_pmml_children(const psy_xml *element, const char *name);

/* pmml_tables.c */
psy_pmml_value psy_pmml_discretize(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *element);
psy_pmml_value psy_pmml_map_values(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *element);

bool psy_pmml_is_text_function(const char *name);
psy_pmml_value psy_pmml_text_function(psy_pmml *c, const psy_xml *at, const char *name, const psy_pmml_value *argument, uint32_t count);

/* The element's child that is a predicate; NULL when there is none. */
const psy_xml *psy_pmml_predicate_in(const psy_xml *element);

/* Jumps that wait: those taken when the predicate is true, and those when it is unknown; false goes on. */
typedef struct psy_pmml_branch
{
	uint32_t test;
	bool has_unknown;
} psy_pmml_branch;

psy_pmml_branch psy_pmml_predicate(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *predicate);

/* ---- models ---------------------------------------------------------------------------------- */

/* One model: its code goes to the current code.  The scope is new; outer is where its Output fields become known. */
typedef struct psy_pmml_model
{
	const psy_xml *element;
	psy_pmml_scope *scope;
	psy_pmml_answer answer;
	psy_pmml_segments segments; /* of a MiningModel */
	bool nested;
} psy_pmml_model;

psy_pmml_answer psy_pmml_compile_model(psy_pmml *c, const psy_xml *element, psy_pmml_scope *outer, const psy_pmml_target *inherited);
/* The symbols of a text feature in the order of its codes; *count is 0 for numbers. */
double *psy_pmml_texts_of(psy_pmml *c, const psy_pmml_data *data, uint32_t *count);

bool psy_pmml_is_model(const psy_xml *element, int *which);

/* Output fields of the model that are final results: those of a segment's predicted value (NULL at the end of them), and
 * whether there is one that transforms. */
const psy_xml *psy_pmml_segment_result(const psy_xml *model, const psy_xml *after);
bool psy_pmml_transforms_result(const psy_pmml_model *m);

/* The segment of that id; fails when there is none.  at is what names it, or NULL. */
uint32_t psy_pmml_segment(psy_pmml *c, const psy_xml *at, const psy_pmml_segments *segments, const char *id);

/* The class that text names; fails when the target has none of that name. */
uint32_t psy_pmml_class(psy_pmml *c, const psy_xml *at, const psy_pmml_target *target, const char *text);

/* Sets answer->value to the largest class (or the smallest), answer->probability being set. */
void psy_pmml_largest(psy_pmml *c, psy_pmml_answer *answer);
/* New registers for each class's value, and for the label. */
void psy_pmml_prepare(psy_pmml *c, psy_pmml_answer *answer, const psy_pmml_target *target, bool probability);

void psy_pmml_regression(psy_pmml *c, psy_pmml_model *m);
void psy_pmml_general_regression(psy_pmml *c, psy_pmml_model *m);
void psy_pmml_tree(psy_pmml *c, psy_pmml_model *m);
void psy_pmml_mining(psy_pmml *c, psy_pmml_model *m);
void psy_pmml_vectors(psy_pmml *c, psy_pmml_model *m);
void psy_pmml_network(psy_pmml *c, psy_pmml_model *m);
void psy_pmml_bayes(psy_pmml *c, psy_pmml_model *m);
void psy_pmml_nearest(psy_pmml *c, psy_pmml_model *m);

/* Targets, then Output (pmml_output.c). */
void psy_pmml_apply_targets(psy_pmml *c, psy_pmml_model *m);
void psy_pmml_add_outputs(psy_pmml *c, psy_pmml_model *m, psy_pmml_scope *outer);

/* ---- verification (pmml_verify.c) ------------------------------------------------------------ */

/* Finds where the values that ModelVerification speaks of will stand. */
void psy_pmml_note_verified(psy_pmml *c, psy_pmml_model *m);

/* Scores its records with the finished program; the first mismatch is the error. */
void psy_pmml_verify(psy_pmml *c, const psy_xml *model, const psy_pmml_answer *answer, const psy_pmml_view *program);

#endif
