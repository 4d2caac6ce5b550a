/*
 * pmml_program.h - what a PMML document is compiled to: a program without loops over registers of doubles.
 * Private to src/models.
 *
 * Registers hold numbers, truth values (1, 0) and texts.  A text is a symbol: its number among all texts of
 * the document; a text that the document never mentions is PSY_PMML_OTHER.  NaN is missing, and unknown.  All
 * registers begin as NaN, the first ones hold the features.  Jumps lead forward only, so that every program
 * ends after at most as many steps as it has instructions, and bulk instructions state their sizes: a program's
 * work is bounded before it runs.  What a text function makes of a field's possible texts is worked out by the
 * compiler, so that no text is touched when scoring.
 *
 * Data of the operator: head | double number[] | psy_pmml_ins code[] | uint32_t word[] | psy_pmml_feature[] |
 * psy_pmml_text[] | bytes of the texts.
 */
#ifndef PSY_PMML_PROGRAM_H
#define PSY_PMML_PROGRAM_H

#include "models/model_op.h"

#define PSY_PMML_OTHER (-1.0)

typedef enum psy_pmml_code
{
	PSY_PMML_CONST = 1, /* to = k */
	PSY_PMML_COPY,      /* to[n] = a[n] */
	PSY_PMML_VECTOR,    /* to[n] = number[at0..] */
	PSY_PMML_CALL,      /* to = function `how` of a[n] */
	PSY_PMML_JUMP,      /* by to */
	PSY_PMML_TEST,      /* a `how` k: true jumps by to, unknown by n, false goes on */
	PSY_PMML_IN,        /* a among number[at0..+at1], ascending; how 1: not among; jumps as above */
	PSY_PMML_WITHIN,    /* a within number[at0], number[at0+1]; how: bit 0 left closed, bit 1 right closed */
	PSY_PMML_LOOKUP,    /* to = number[at0 + a] when a is a whole number below at1; else NaN, or OTHER when how is 1 */
	PSY_PMML_DEFAULT,   /* to = a, or k where a is missing */
	PSY_PMML_NORM,      /* to = the piecewise linear function of a over n pairs at0; how: outliers */
	PSY_PMML_GATHER,    /* to += sum of number[at0 + i] * register[word[at1 + i]], n of them; how 1: in float32 */
	PSY_PMML_KERNEL,    /* to[n] = kernel `how` of a[at1] with each of n vectors; number[at0]: gamma, coef0, degree, vectors */
	PSY_PMML_SHARE,     /* to[n] in place: how 0 softmax, 1 divided by their sum; 2 and 3 the same in float32 */
	PSY_PMML_VOTE,      /* to[(class) a] += k, of n classes */
	PSY_PMML_ADD,       /* to[n] += k * a[n] */
	PSY_PMML_BEST,      /* to = place of the largest (how 0) or smallest (how 1) of a[n], the first of equals */
	PSY_PMML_DENSITY,   /* to[n] += log density of a; number[at0]: threshold, then two of each class; how 0 Gauss, 1 Poisson */
	PSY_PMML_PICK,      /* to[at0] = distribution by maximum (how 0) or median (1) of n distributions at a, at0 wide */
	PSY_PMML_NEIGHBOURS, /* nearest neighbours: to, inputs at a, number[at0..] as pmml_neighbours.c has it, n instances */
	PSY_PMML_FAIL,      /* the features cannot be scored: how says why, a which feature */
	PSY_PMML_CODES      /* one beyond the last */
} psy_pmml_code;

typedef enum psy_pmml_compare
{
	PSY_PMML_EQ,
	PSY_PMML_NE,
	PSY_PMML_LT,
	PSY_PMML_LE,
	PSY_PMML_GT,
	PSY_PMML_GE,
	PSY_PMML_MISSING, /* never unknown */
	PSY_PMML_PRESENT
} psy_pmml_compare;

typedef enum psy_pmml_reason
{
	PSY_PMML_IS_INVALID = 1,
	PSY_PMML_IS_MISSING
} psy_pmml_reason;

/* The three ways to treat what lies outside a range. */
typedef enum psy_pmml_outliers
{
	PSY_PMML_AS_IS,
	PSY_PMML_AS_MISSING,
	PSY_PMML_AS_EXTREME
} psy_pmml_outliers;

typedef struct psy_pmml_ins
{
	uint16_t code; /* psy_pmml_code */
	uint16_t how;
	uint32_t to;
	uint32_t a;
	uint32_t n;
	union
	{
		double k;
		uint32_t at[2];
	} u;
} psy_pmml_ins;

/* A feature: a number, or one of so many texts; texts are coded by their order, from 0. */
typedef struct psy_pmml_feature
{
	uint32_t texts;   /* 0 for numbers */
	uint32_t first;   /* of its texts in the table */
	uint32_t boolean; /* JSON's true and false are accepted */
	uint32_t reserved;
} psy_pmml_feature;

typedef struct psy_pmml_text
{
	uint32_t offset; /* among the bytes */
	uint32_t length;
} psy_pmml_text;

typedef struct psy_pmml_head
{
	uint32_t version; /* of PMML, times 10: 44 */
	uint32_t model;   /* index of its element among psy_pmml_models */
	uint32_t registers;
	uint32_t codes;
	uint32_t numbers;
	uint32_t words;
	uint32_t features;
	uint32_t texts;
	uint32_t bytes;
	uint32_t value;       /* register of a regression's value or of the label's class */
	uint32_t probability; /* first of the classes' registers; only with has_probability */
	uint32_t has_probability;
	uint32_t has_decision; /* the classes' registers hold votes or distances instead */
	uint32_t verified;     /* records of ModelVerification that agreed at load */
	uint32_t method;       /* how a MiningModel combines its segments: place in psy_pmml_methods; 0 for other models */
	uint32_t float_sums;   /* some of its arithmetic is float32 */
} psy_pmml_head;

/* What a MiningModel's answer is; "one segment" where a segment was asked for. */
extern const char *const psy_pmml_methods[];
#define PSY_PMML_METHODS 14
#define PSY_PMML_ONE_SEGMENT 13

extern const char *const psy_pmml_models[];

/* What the sections' places are; total is the size of all. */
typedef struct psy_pmml_layout
{
	size_t number, code, word, feature, text, byte, total;
} psy_pmml_layout;

static inline psy_pmml_layout
psy_pmml_layout_of(const psy_pmml_head *h)
{
	psy_pmml_layout at;

	at.number = (sizeof *h + 7) / 8 * 8;
	at.code = at.number + (size_t) h->numbers * sizeof(double);
	at.word = at.code + (size_t) h->codes * sizeof(psy_pmml_ins);
	at.feature = at.word + (size_t) h->words * sizeof(uint32_t);
	at.text = at.feature + (size_t) h->features * sizeof(psy_pmml_feature);
	at.byte = at.text + (size_t) h->texts * sizeof(psy_pmml_text);
	at.total = at.byte + h->bytes;
	return at;
}

/* The program's parts, in memory. */
typedef struct psy_pmml_view
{
	const psy_pmml_head *head;
	const double *number;
	const psy_pmml_ins *code;
	const uint32_t *word;
	const psy_pmml_feature *feature;
	const psy_pmml_text *text;
	const char *byte;
} psy_pmml_view;

psy_pmml_view psy_pmml_view_of(const void *data);

/* Runs the program over r[head->registers], of which the features are set.  NULL, or the instruction that failed. */
const psy_pmml_ins *psy_pmml_execute(const psy_pmml_view *p, double *r);

/* What a failing instruction says; the feature's name and value. */
psy_status psy_pmml_failure(const psy_pmml_view *p, const psy_pmml_ins *ins, psy_text name, double value, psy_error *err);

/* ---- functions (pmml_functions.c) ------------------------------------------------------------ */

typedef enum psy_pmml_missing
{
	PSY_PMML_IF_ANY,  /* the result is missing when an argument is */
	PSY_PMML_IF_ALL,  /* missing arguments are passed over */
	PSY_PMML_IT_KNOWS /* the function looks itself */
} psy_pmml_missing;

typedef enum psy_pmml_result
{
	PSY_PMML_GIVES_NUMBER,
	PSY_PMML_GIVES_TRUTH
} psy_pmml_result;

typedef struct psy_pmml_function
{
	const char *name;
	uint32_t least;
	uint32_t most;
	psy_pmml_missing missing;
	psy_pmml_result gives;
	double (*call)(const double *x, uint32_t n);
} psy_pmml_function;

#define PSY_PMML_MANY UINT32_MAX

/* The number of the function of that name, or -1.  Names of built-in functions are PMML's; others begin with a dot. */
int psy_pmml_function_named(const char *name);
const psy_pmml_function *psy_pmml_function_at(uint32_t number); /* NULL beyond the last */
double psy_pmml_call(uint32_t number, const double *x, uint32_t n);

/* ---- nearest neighbours (pmml_neighbours.c) -------------------------------------------------- */

/* number[]: parameters, then the instances; see there. */
void psy_pmml_neighbours(const double *number, const double *in, uint32_t instances, double *to);
/* Whether number[count] is a sound table of so many instances, and how many registers it reads and writes. */
bool psy_pmml_neighbours_fit(const double *number, size_t count, uint32_t instances, uint32_t *reads, uint32_t *writes);

#endif
