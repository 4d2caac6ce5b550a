/*
 * onnx_program.h - the compiled form of an ONNX document: tensors whose shapes are known, and instructions
 * on them.  Private to src/models.
 *
 * Data of the operator, each part 8-byte aligned:
 *   head | tensor[tensors] | code[codes] | node[nodes] | number[numbers] | text[texts] | word[words] | byte[bytes]
 *
 * A tensor lies among the numbers (a constant) or in the workspace, row by row, one double an element whatever its
 * type: float32 tensors hold doubles that are float32 numbers, texts are their places in the table of texts, truth
 * values are 0 and 1.  Arithmetic is double and rounded once to the tensor's type, so that a product of matrices is
 * more exact than float32's own sums.  NaN is an unknown number, truth value or text, and makes unknown whatever is
 * made of it; only operators that speak of missing values (IsNaN, Where, Imputer, trees) know what to do with it.
 *
 * Instructions run in order, once each: a row costs what psy_onnx_work counts, and psy_onnx_check allows no more than
 * PSY_ONNX_MOST_WORK of it.
 */
#ifndef PSY_ONNX_PROGRAM_H
#define PSY_ONNX_PROGRAM_H

#include "models/model_op.h"

#define PSY_ONNX_VERSION 1
#define PSY_ONNX_RANK 8                         /* dimensions of a tensor */
#define PSY_ONNX_MOST_COUNT ((uint64_t) 1 << 27)  /* elements of a tensor */
#define PSY_ONNX_MOST_WORK ((uint64_t) 1 << 30)  /* elementary steps of one row: below a second */
#define PSY_ONNX_MOST_ROOM ((uint64_t) 1 << 24)  /* numbers of workspace at a time */
#define PSY_ONNX_NONE UINT32_MAX

typedef enum psy_onnx_type
{
	PSY_ONNX_FLOAT = 1,
	PSY_ONNX_DOUBLE,
	PSY_ONNX_INT, /* int32 and int64; what is beyond 2^53 is infinite */
	PSY_ONNX_BOOL,
	PSY_ONNX_STRING
} psy_onnx_type;

typedef struct psy_onnx_shape
{
	uint32_t type;
	uint32_t rank;
	uint32_t dim[PSY_ONNX_RANK]; /* 0 beyond rank; a dimension is at least 1 */
} psy_onnx_shape;

typedef struct psy_onnx_tensor
{
	psy_onnx_shape shape;
	uint32_t constant;
	uint32_t place; /* of its first element, among the numbers or in the workspace */
} psy_onnx_tensor;

typedef enum psy_onnx_code
{
	PSY_ONNX_UNARY = 1, /* how: psy_onnx_unary; x, [alpha, beta]                    */
	PSY_ONNX_BINARY,    /* how: psy_onnx_binary; a, b with broadcasting             */
	PSY_ONNX_WHERE,     /* condition, a, b with broadcasting                        */
	PSY_ONNX_CAST,      /* how: psy_onnx_type                                       */
	PSY_ONNX_STRIDED,   /* word: offset, dims..., strides...: any view of x, copied */
	PSY_ONNX_CONCAT,    /* word: axis; any number of inputs                         */
	PSY_ONNX_GATHER,    /* word: axis; x, indexes                                   */
	PSY_ONNX_PICK,      /* GatherElements.  word: axis; x, indexes                  */
	PSY_ONNX_REDUCE,    /* how: psy_onnx_reduce; word: first, end of axes, keepdims */
	PSY_ONNX_SOFTMAX,   /* how: 1 for its logarithm; word: first, end of axes       */
	PSY_ONNX_DOT,       /* a[.., m, k] b[.., n, k], [c, (alpha, beta)]: a b' or alpha a b' + beta c */
	PSY_ONNX_AFFINE,    /* word: axis; x, o[c], s[c], t[c]: (x - o) s + t           */
	PSY_ONNX_CONV,      /* word: psy_onnx_window; x[1, c, h, w], w[m, c/g, kh, kw], [bias[m]] */
	PSY_ONNX_POOL,      /* how: 0 largest, 1 mean, 2 mean with padding; word: window; x[1, c, h, w] */
	PSY_ONNX_TOPK,      /* how: 1 for the largest; word: k; x -> values, indexes of the last axis */
	PSY_ONNX_NORMALIZE, /* how: 0 MAX, 1 L1, 2 L2: rows of x                        */
	PSY_ONNX_IMPUTE,    /* x, values[1 or c], replaced                              */
	PSY_ONNX_ONE_HOT,   /* how: 1 when unknown categories are zeros; x, categories  */
	PSY_ONNX_LOOKUP,    /* x, keys, values, default                                 */
	PSY_ONNX_TREES,     /* how: psy_onnx_aggregate; word: see infer_trees; x, weights, [covers] -> sums, has */
	PSY_ONNX_DECIDE,    /* how: 0 largest, 1 trees of two classes; word: all positive; scores, [has] -> class */
	PSY_ONNX_SCORES,    /* how: psy_onnx_transform; word: psy_onnx_second; scores -> scores */
	PSY_ONNX_KERNELS,   /* how: psy_onnx_kernel; x, vectors[n, f], (gamma, coef0, degree) */
	PSY_ONNX_PAIRS,     /* word: vectors per class; kernels, coefficients, rho -> one value a pair of classes */
	PSY_ONNX_VOTE,      /* word: classes; pairs -> class */
	PSY_ONNX_COUPLE,    /* word: classes; pairs, a, b -> probabilities */
	PSY_ONNX_CODES
} psy_onnx_code;

typedef enum psy_onnx_unary
{
	PSY_ONNX_ABS = 1,
	PSY_ONNX_NEG,
	PSY_ONNX_EXP,
	PSY_ONNX_LOG,
	PSY_ONNX_SQRT,
	PSY_ONNX_SIGN,
	PSY_ONNX_FLOOR,
	PSY_ONNX_CEIL,
	PSY_ONNX_ROUND,
	PSY_ONNX_RECIPROCAL,
	PSY_ONNX_RELU,
	PSY_ONNX_LEAKY,
	PSY_ONNX_ELU,
	PSY_ONNX_SELU,
	PSY_ONNX_SIGMOID,
	PSY_ONNX_HARD_SIGMOID,
	PSY_ONNX_TANH,
	PSY_ONNX_SOFTPLUS,
	PSY_ONNX_SOFTSIGN,
	PSY_ONNX_ERF,
	PSY_ONNX_GELU,
	PSY_ONNX_NOT,
	PSY_ONNX_IS_NAN,
	PSY_ONNX_BINARIZE,
	PSY_ONNX_UNARIES
} psy_onnx_unary;

typedef enum psy_onnx_binary
{
	PSY_ONNX_ADD = 1,
	PSY_ONNX_SUB,
	PSY_ONNX_MUL,
	PSY_ONNX_DIV,
	PSY_ONNX_POW,
	PSY_ONNX_MOD,  /* of the divisor's sign */
	PSY_ONNX_FMOD, /* of the dividend's */
	PSY_ONNX_MAX,
	PSY_ONNX_MIN,
	PSY_ONNX_PRELU,
	PSY_ONNX_LESS,
	PSY_ONNX_LESS_EQUAL,
	PSY_ONNX_GREATER,
	PSY_ONNX_GREATER_EQUAL,
	PSY_ONNX_EQUAL,
	PSY_ONNX_AND,
	PSY_ONNX_OR,
	PSY_ONNX_XOR,
	PSY_ONNX_BINARIES
} psy_onnx_binary;

typedef enum psy_onnx_reduce
{
	PSY_ONNX_SUM = 1,
	PSY_ONNX_MEAN,
	PSY_ONNX_LARGEST,
	PSY_ONNX_SMALLEST,
	PSY_ONNX_PRODUCT,
	PSY_ONNX_SQUARES,
	PSY_ONNX_NORM1,
	PSY_ONNX_NORM2,
	PSY_ONNX_LOG_SUM,
	PSY_ONNX_LOG_SUM_EXP,
	PSY_ONNX_ARGMAX,
	PSY_ONNX_ARGMIN,
	PSY_ONNX_REDUCES
} psy_onnx_reduce;

typedef enum psy_onnx_aggregate
{
	PSY_ONNX_TREES_SUM = 1,
	PSY_ONNX_TREES_AVERAGE,
	PSY_ONNX_TREES_MIN,
	PSY_ONNX_TREES_MAX
} psy_onnx_aggregate;

typedef enum psy_onnx_transform
{
	PSY_ONNX_AS_IS = 1,
	PSY_ONNX_AS_LOGISTIC,
	PSY_ONNX_AS_SOFTMAX,
	PSY_ONNX_AS_SOFTMAX_ZERO
} psy_onnx_transform;

/* What becomes of one score where there are two classes. */
typedef enum psy_onnx_second
{
	PSY_ONNX_ALONE,      /* it stays one */
	PSY_ONNX_COMPLEMENT, /* 1 - s, s */
	PSY_ONNX_OPPOSITE    /* -s, s; logistic of each under PSY_ONNX_AS_LOGISTIC */
} psy_onnx_second;

typedef enum psy_onnx_kernel
{
	PSY_ONNX_KERNEL_LINEAR = 1,
	PSY_ONNX_KERNEL_POLY,
	PSY_ONNX_KERNEL_RBF,
	PSY_ONNX_KERNEL_SIGMOID
} psy_onnx_kernel;

/* Words of PSY_ONNX_CONV and PSY_ONNX_POOL; a pool's kernel stands here, a convolution's is its weights'. */
typedef struct psy_onnx_window
{
	uint32_t group;
	uint32_t kernel[2];
	uint32_t stride[2];
	uint32_t dilation[2];
	uint32_t before[2]; /* padding */
	uint32_t after[2];
	uint32_t ceil; /* a window may hang over the end */
} psy_onnx_window;

#define PSY_ONNX_WINDOW_WORDS 12

typedef struct psy_onnx_ins
{
	uint32_t code;
	uint32_t how;
	uint32_t args; /* words: tensors that it reads, then those that it writes */
	uint32_t ins;
	uint32_t outs;
	uint32_t word; /* its words */
	uint32_t words;
	uint32_t reserved;
} psy_onnx_ins;

/* A node of a tree: x `mode` threshold goes to `next`, else to the one behind it.  Children stand behind parents. */
typedef struct psy_onnx_node
{
	union
	{
		double threshold;
		uint32_t pair[2]; /* a leaf: first of its pairs (target, weight), and how many */
	} as;
	uint32_t next;
	uint32_t what; /* feature | mode | missing */
} psy_onnx_node;

#define PSY_ONNX_SPLIT_FEATURE 0x00FFFFFFu
#define PSY_ONNX_SPLIT_MODE 0x07000000u
#define PSY_ONNX_SPLIT_SHIFT 24
#define PSY_ONNX_SPLIT_MISSING 0x08000000u /* NaN goes to `next` */

typedef enum psy_onnx_mode
{
	PSY_ONNX_LEAF,
	PSY_ONNX_BRANCH_LEQ,
	PSY_ONNX_BRANCH_LT,
	PSY_ONNX_BRANCH_GTE,
	PSY_ONNX_BRANCH_GT,
	PSY_ONNX_BRANCH_EQ,
	PSY_ONNX_BRANCH_NEQ
} psy_onnx_mode;

typedef struct psy_onnx_text
{
	uint32_t offset;
	uint32_t length;
} psy_onnx_text;

/* What the scores of a classification are. */
typedef enum psy_onnx_scores
{
	PSY_ONNX_UNSURE,        /* the document does not say: probabilities are checked row by row */
	PSY_ONNX_PROBABILITIES,
	PSY_ONNX_DECISIONS
} psy_onnx_scores;

typedef struct psy_onnx_head
{
	uint32_t version;
	uint32_t opset;    /* of ai.onnx; 0 when the document does not use it */
	uint32_t opset_ml; /* of ai.onnx.ml */
	uint32_t inputs;   /* the first tensors; their elements are the features in order */
	uint32_t tensors;
	uint32_t codes;
	uint32_t nodes;
	uint32_t numbers;
	uint32_t texts;
	uint32_t words;
	uint32_t bytes;
	uint32_t room;    /* workspace of the tensors */
	uint32_t scratch; /* and of the instructions */
	uint32_t label;   /* tensor of the label; PSY_ONNX_NONE for regressions */
	uint32_t scores;  /* tensor of scores or values */
	uint32_t classes; /* constant tensor of the labels in the classes' order */
	uint32_t kind;    /* psy_onnx_scores */
	uint32_t operators; /* bytes at the end: names of the document's operators, ending with a zero */
} psy_onnx_head;

/* The parts; pointers into an image, or into what is being compiled. */
typedef struct psy_onnx_view
{
	psy_onnx_head head;
	const psy_onnx_tensor *tensor;
	const psy_onnx_ins *code;
	const psy_onnx_node *node;
	const double *number;
	const psy_onnx_text *text;
	const uint32_t *word;
	const char *byte;
} psy_onnx_view;

typedef struct psy_onnx_layout
{
	uint64_t tensor, code, node, number, text, word, byte, total;
} psy_onnx_layout;

static inline psy_onnx_layout
psy_onnx_layout_of(const psy_onnx_head *h)
{
	psy_onnx_layout at;

	at.tensor = (sizeof *h + 7) / 8 * 8;
	at.code = at.tensor + (uint64_t) h->tensors * sizeof(psy_onnx_tensor);
	at.node = at.code + (uint64_t) h->codes * sizeof(psy_onnx_ins);
	at.number = at.node + (uint64_t) h->nodes * sizeof(psy_onnx_node);
	at.text = at.number + (uint64_t) h->numbers * sizeof(double);
	at.word = at.text + (uint64_t) h->texts * sizeof(psy_onnx_text);
	at.byte = at.word + ((uint64_t) h->words + 1) / 2 * 8;
	at.total = at.byte + h->bytes;
	return at;
}

static inline psy_onnx_view
psy_onnx_view_of(const void *data)
{
	const psy_onnx_head *head = data;
	psy_onnx_layout at = psy_onnx_layout_of(head);
	const char *byte = data;

	return (psy_onnx_view){.head = *head,
						   .tensor = (const psy_onnx_tensor *) (byte + at.tensor),
						   .code = (const psy_onnx_ins *) (byte + at.code),
						   .node = (const psy_onnx_node *) (byte + at.node),
						   .number = (const double *) (byte + at.number),
						   .text = (const psy_onnx_text *) (byte + at.text),
						   .word = (const uint32_t *) (byte + at.word),
						   .byte = byte + at.byte};
}

/* Elements of a shape, at most PSY_ONNX_MOST_COUNT; 0 when it is not sound. */
uint64_t psy_onnx_count(const psy_onnx_shape *shape);

/* An instruction with its tensors. */
typedef struct psy_onnx_call
{
	const psy_onnx_view *view;
	const psy_onnx_ins *i;
	double *workspace; /* the tensors' */
	double *scratch;
} psy_onnx_call;

static inline const psy_onnx_tensor *
psy_onnx_arg(const psy_onnx_call *c, uint32_t k)
{
	return c->view->tensor + c->view->word[c->i->args + k];
}

static inline const psy_onnx_shape *
psy_onnx_in_shape(const psy_onnx_call *c, uint32_t k)
{
	return &psy_onnx_arg(c, k)->shape;
}

static inline const double *
psy_onnx_in(const psy_onnx_call *c, uint32_t k)
{
	const psy_onnx_tensor *t = psy_onnx_arg(c, k);

	return (t->constant ? c->view->number : c->workspace) + t->place;
}

/* While a document is compiled, what is known already is computed among the numbers. */
static inline double *
psy_onnx_out(const psy_onnx_call *c, uint32_t k)
{
	const psy_onnx_tensor *t = psy_onnx_arg(c, c->i->ins + k);

	return (t->constant ? (double *) c->view->number : c->workspace) + t->place;
}

static inline const psy_onnx_shape *
psy_onnx_out_shape(const psy_onnx_call *c, uint32_t k)
{
	return psy_onnx_in_shape(c, c->i->ins + k);
}

static inline const uint32_t *
psy_onnx_words(const psy_onnx_call *c)
{
	return c->view->word + c->i->word;
}

/* The value as the type can hold it. */
static inline double
psy_onnx_fit(uint32_t type, double value)
{
	return type == PSY_ONNX_FLOAT ? (double) (float) value : value;
}

/* outer x n x inner elements around the axes [first, end). */
typedef struct psy_onnx_around
{
	size_t outer, n, inner;
} psy_onnx_around;

psy_onnx_around psy_onnx_axes(const psy_onnx_shape *shape, uint32_t first, uint32_t end);

/* The shape that a and b have in common under ONNX's broadcasting; false when they have none. */
bool psy_onnx_broadcast(const psy_onnx_shape *a, const psy_onnx_shape *b, psy_onnx_shape *to);

/* Strides of `shape` along the axes of `to`, 0 where it is repeated. */
void psy_onnx_strides(const psy_onnx_shape *shape, const psy_onnx_shape *to, size_t stride[PSY_ONNX_RANK]);

/* Why a row has no answer; PSY_ONNX_FINE when it has one. */
typedef enum psy_onnx_fault
{
	PSY_ONNX_FINE,
	PSY_ONNX_NO_CATEGORY,
	PSY_ONNX_NO_INDEX
} psy_onnx_fault;

typedef psy_onnx_fault (*psy_onnx_runner)(const psy_onnx_call *c);

/* What can be known of an instruction before it runs (onnx_infer.c): whether its inputs and words fit, what it
 * gives, doubles of scratch and elementary steps.  Reads shapes and words alone: they may be forged. */
typedef struct psy_onnx_plan
{
	psy_onnx_shape out[2];
	uint64_t scratch;
	uint64_t work;
} psy_onnx_plan;

bool psy_onnx_infer(const psy_onnx_call *c, psy_onnx_plan *plan);

/* Runs the first `codes` instructions for the features in[]; workspace as psy_op_onnx's. */
psy_status psy_onnx_run_first(const psy_model *model, const psy_op *op, uint32_t codes, const double *in, double *workspace, psy_error *err);

/* Output of a window: 0 when it does not fit. */
uint32_t psy_onnx_window_out(const psy_onnx_window *w, const uint32_t kernel[2], uint32_t size, int axis);

/* Runs the instruction (onnx_run.c, onnx_run_tensor.c, onnx_run_ml.c). */
psy_onnx_fault psy_onnx_run(const psy_onnx_call *c);

psy_onnx_fault psy_onnx_run_unary(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_binary(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_where(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_cast(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_strided(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_concat(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_gather(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_pick(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_reduce(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_softmax(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_dot(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_affine(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_conv(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_pool(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_topk(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_normalize(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_impute(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_one_hot(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_lookup(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_trees(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_decide(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_scores(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_kernels(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_pairs(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_vote(const psy_onnx_call *c);
psy_onnx_fault psy_onnx_run_couple(const psy_onnx_call *c);

#endif
