/*
 * onnx.h - compiling ONNX documents: a graph of operators becomes a program (onnx_program.h).  Private to src/models.
 *
 *   onnx_wire.c      the encoding
 *   onnx_document.c  the document: its head, its inputs, its initial values
 *   onnx_graph.c     names, nodes and attributes; what is not known is refused with the operator's and node's name
 *   onnx_ops*.c      one function a family of operators: inputs and attributes -> instructions
 *   onnx_compile.c   the program as it grows: shapes, constants that can be computed now, the plan of the workspace
 *   onnx_outputs.c   what the outputs mean: labels, probabilities, values
 *
 * A row is a batch of one, so that every shape is known when the model is loaded.
 */
#ifndef PSY_ONNX_H
#define PSY_ONNX_H

#include "models/onnx_program.h"
#include "models/onnx_wire.h"

/* Newest versions of the two operator sets whose operators were compared with what is written here. */
#define PSY_ONNX_NEWEST 25
#define PSY_ONNX_NEWEST_ML 5

typedef struct psy_onnx_list
{
	void *data;
	size_t used;
	size_t room;
	size_t size; /* of an element */
} psy_onnx_list;

/* What the compiler knows of a tensor beside its shape. */
typedef struct psy_onnx_mark
{
	uint32_t base;   /* the tensor whose elements it shows; itself, mostly */
	uint32_t labels; /* of a label: constant tensor of all that it can be; else PSY_ONNX_NONE */
	uint32_t scores; /* psy_onnx_scores */
} psy_onnx_mark;

/* A name within a graph; tensor is PSY_ONNX_NONE until it is computed. */
typedef struct psy_onnx_name
{
	psy_wire name;
	uint32_t tensor;
} psy_onnx_name;

typedef struct psy_onnx_scope
{
	psy_onnx_name *name; /* sorted */
	size_t names;
	const struct psy_onnx_scope *outer; /* names of the graph around a body */
} psy_onnx_scope;

typedef struct psy_onnx_block psy_onnx_block;

typedef struct psy_onnx_node_source psy_onnx_node_source;

typedef struct psy_onnx_compiler
{
	const psy_context *ctx;
	const psy_model_limits *limits;
	psy_error *err;
	size_t document; /* its bytes: a bound on what is computed from it */
	uint32_t opset;
	uint32_t opset_ml;
	psy_onnx_list tensor; /* psy_onnx_tensor; a tensor in the workspace has no place yet */
	psy_onnx_list mark;   /* psy_onnx_mark, beside */
	psy_onnx_list code;
	psy_onnx_list node;
	psy_onnx_list number;
	psy_onnx_list text; /* psy_wire */
	psy_onnx_list word;
	psy_onnx_list operators; /* char: their names for description */
	uint64_t work;           /* of what was computed already, and of instructions */
	psy_onnx_scope *scope;
	const psy_onnx_node_source *at; /* for messages; NULL outside nodes */
	int level;                      /* of bodies within bodies */
	size_t nodes;                   /* seen, bodies each time they are run */
	psy_onnx_block *blocks;
} psy_onnx_compiler;

/* A node, its inputs resolved. */
struct psy_onnx_node_source
{
	psy_wire body;
	psy_wire op;
	psy_wire domain;
	psy_wire name;
	bool ml;
	uint32_t *in; /* tensors; PSY_ONNX_NONE where an optional one is left out */
	uint32_t ins;
	uint32_t *out; /* to be set */
	uint32_t outs; /* as many as the node names */
	uint32_t how;  /* from the table of operators */
};

typedef struct psy_onnx_operator
{
	const char *name;
	psy_status (*emit)(psy_onnx_compiler *c, psy_onnx_node_source *n);
	uint32_t how;
	uint32_t least; /* inputs */
	uint32_t most;
	const char *attributes; /* their names, each between blanks */
} psy_onnx_operator;

extern const psy_onnx_operator psy_onnx_operators[];
extern const psy_onnx_operator psy_onnx_operators_ml[];

/* ---- messages (onnx_graph.c) ----------------------------------------------------------------- */

/* "onnx, node "x" (Gemm): ..." */
psy_status psy_onnx_refuse(psy_onnx_compiler *c, psy_status code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for what cannot be read as the format has it. */
psy_status psy_onnx_broken(psy_onnx_compiler *c, const char *what);

/* ---- the program (onnx_compile.c) ------------------------------------------------------------ */

void psy_onnx_compiler_begin(psy_onnx_compiler *c);
void psy_onnx_compiler_end(psy_onnx_compiler *c);

/* Memory until psy_onnx_forget of the mark that c->blocks was before. */
psy_status psy_onnx_remember(psy_onnx_compiler *c, size_t count, size_t size, void *to);
void psy_onnx_forget(psy_onnx_compiler *c, psy_onnx_block *mark);

/* Room for count more elements; their place in *first. */
psy_status psy_onnx_grow(psy_onnx_compiler *c, psy_onnx_list *list, size_t count, size_t *first);

static inline psy_onnx_tensor *
psy_onnx_tensor_at(const psy_onnx_compiler *c, uint32_t tensor)
{
	return (psy_onnx_tensor *) c->tensor.data + tensor;
}

/* What there is of it so far; until it grows. */
psy_onnx_view psy_onnx_program(const psy_onnx_compiler *c);

static inline const psy_onnx_shape *
psy_onnx_shape_of(const psy_onnx_compiler *c, uint32_t tensor)
{
	return &((const psy_onnx_tensor *) c->tensor.data)[tensor].shape;
}

static inline bool
psy_onnx_is_constant(const psy_onnx_compiler *c, uint32_t tensor)
{
	return ((const psy_onnx_tensor *) c->tensor.data)[tensor].constant != 0;
}

/* Elements of a constant, until the program grows. */
double *psy_onnx_values(const psy_onnx_compiler *c, uint32_t tensor);

static inline psy_onnx_mark *
psy_onnx_mark_of(const psy_onnx_compiler *c, uint32_t tensor)
{
	return (psy_onnx_mark *) c->mark.data + tensor;
}

/* A tensor of the workspace, and a constant, whose elements are to be filled. */
psy_status psy_onnx_add_tensor(psy_onnx_compiler *c, const psy_onnx_shape *shape, uint32_t *tensor);
psy_status psy_onnx_constant(psy_onnx_compiler *c, const psy_onnx_shape *shape, uint32_t *tensor);
psy_status psy_onnx_vector(psy_onnx_compiler *c, uint32_t type, const double *value, size_t count, uint32_t *tensor);
psy_status psy_onnx_scalar(psy_onnx_compiler *c, uint32_t type, double value, uint32_t *tensor);

/* The same elements in another shape. */
psy_status psy_onnx_reshape(psy_onnx_compiler *c, uint32_t tensor, const psy_onnx_shape *shape, uint32_t *to);

/* Adds an instruction, or computes it at once when all that it reads is constant. */
psy_status psy_onnx_emit(psy_onnx_compiler *c, uint32_t code, uint32_t how, const uint32_t *in, size_t ins,
						 const uint32_t *word, size_t words, uint32_t *out);

/* The most frequent forms of it. */
psy_status psy_onnx_emit_unary(psy_onnx_compiler *c, uint32_t how, uint32_t x, uint32_t *out);
psy_status psy_onnx_emit_binary(psy_onnx_compiler *c, uint32_t how, uint32_t a, uint32_t b, uint32_t *out);
psy_status psy_onnx_emit_cast(psy_onnx_compiler *c, uint32_t type, uint32_t x, uint32_t *out);
psy_status psy_onnx_emit_gather(psy_onnx_compiler *c, uint32_t axis, uint32_t x, uint32_t at, uint32_t *out);

/* x with its axes in the order perm[rank]. */
psy_status psy_onnx_emit_transpose(psy_onnx_compiler *c, uint32_t x, const uint32_t *perm, uint32_t *out);

/* The last two axes changed for one another. */
psy_status psy_onnx_emit_swap(psy_onnx_compiler *c, uint32_t x, uint32_t *out);

/* A text's number. */
psy_status psy_onnx_intern(psy_onnx_compiler *c, psy_wire text, double *id);

/* The program in an image: what the outputs need of it (onnx_layout.c).  head says which tensors those are. */
psy_status psy_onnx_write(psy_onnx_compiler *c, psy_onnx_head *head, psy_builder *b, psy_op *op);

/* ---- graphs (onnx_graph.c) ------------------------------------------------------------------- */

/* Names the inputs, initial values and results of a graph; the new scope lies in remembered memory. */
psy_status psy_onnx_open_scope(psy_onnx_compiler *c, psy_wire graph, psy_onnx_scope *scope);

/* The name in this graph or those around it; NULL when there is none. */
psy_onnx_name *psy_onnx_find(const psy_onnx_scope *scope, psy_wire name);

/* Initial values, then nodes in order. */
psy_status psy_onnx_read_initializers(psy_onnx_compiler *c, psy_wire graph);
psy_status psy_onnx_read_nodes(psy_onnx_compiler *c, psy_wire graph);

/* A TensorProto as a constant (onnx_tensor.c, and the two below). */
psy_status psy_onnx_read_tensor(psy_onnx_compiler *c, psy_wire message, psy_wire *name, uint32_t *tensor);

/* TensorProto.DataType as one of ours; 0 for those that are refused. */
uint32_t psy_onnx_type_of(uint64_t data_type);

/* ValueInfoProto: name, type and shape; *named false where a dimension other than the first is not known. */
psy_status psy_onnx_read_value_info(psy_onnx_compiler *c, psy_wire message, psy_wire *name, psy_onnx_shape *shape);

/* The k-th of a graph's fields of that number (bytes); false behind the last. */
bool psy_onnx_nth(psy_wire message, uint32_t number, size_t k, psy_wire *found);

/* ---- attributes (onnx_attribute.c) ----------------------------------------------------------- */

bool psy_onnx_has(const psy_onnx_node_source *n, const char *name);
psy_status psy_onnx_attr_int(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, int64_t absent,
							 int64_t *value);
psy_status psy_onnx_attr_float(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, double absent,
							   double *value);
psy_status psy_onnx_attr_text(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, psy_wire *text);

/* One of choice[] (NULL at the end); *index is absent where it is left out. */
psy_status psy_onnx_attr_choice(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name,
								const char *const *choice, uint32_t absent, uint32_t *index);
psy_status psy_onnx_attr_graph(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, psy_wire *graph);
psy_status psy_onnx_attr_tensor(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, uint32_t *tensor);

/* Whole numbers, numbers or texts (as their numbers) in remembered memory; count 0 where it is left out. */
typedef struct psy_onnx_numbers
{
	double *value;
	size_t count;
	bool texts;
} psy_onnx_numbers;

psy_status psy_onnx_attr_list(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name,
							  psy_onnx_numbers *list);

/* The same, each text one of choice[]. */
psy_status psy_onnx_attr_choices(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name,
								 const char *const *choice, psy_onnx_numbers *list);

/* A few whole numbers: from the attribute, or else from the input (which must be a constant); count < 0 where neither
 * is there. */
#define PSY_ONNX_FEW 16
typedef struct psy_onnx_few
{
	int64_t value[PSY_ONNX_FEW];
	int count;
} psy_onnx_few;

psy_status psy_onnx_few_of(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, uint32_t input,
						   psy_onnx_few *few);

/* An axis counted from either end. */
psy_status psy_onnx_axis(psy_onnx_compiler *c, int64_t axis, uint32_t rank, uint32_t *to);

/* ---- outputs (onnx_outputs.c) ---------------------------------------------------------------- */

typedef enum psy_onnx_meaning
{
	PSY_ONNX_AS_DOCUMENT, /* what the outputs show by themselves */
	PSY_ONNX_REGRESSION,
	PSY_ONNX_PROBABILITY, /* one output: probabilities of classes 0, 1, ..., or of class 1 */
	PSY_ONNX_LOGIT        /* the same before softmax or sigmoid */
} psy_onnx_meaning;

/* Which tensors the outputs are; adds what turns them into labels and probabilities. */
psy_status psy_onnx_outputs(psy_onnx_compiler *c, psy_wire graph, psy_onnx_meaning meaning, psy_onnx_head *head);

/* Task, classes and their labels, once the image has begun. */
psy_status psy_onnx_write_classes(psy_onnx_compiler *c, const psy_onnx_head *head, psy_builder *b);

#endif
