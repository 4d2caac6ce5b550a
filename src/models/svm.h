/*
 * svm.h - support vector machines in the compiled form, and how front ends write them.  Private to
 * src/models.
 *
 * Data of the operator: psy_svm_head, then doubles: intercept[pairs], probA[pairs] and probB[pairs] when
 * there are probabilities, then linear kernel  weight[pairs][inputs]: the support vectors are folded into
 * weights when the model is compiled, so that a score is one dot product and no patient's row stays in the
 * compiled form; other kernels  count[classes] of a classifier (support vectors of each class, which stand in
 * the order of classes), coef[rows][vectors], then the vectors in blocks [inputs][PSY_SV_BLOCK], zero-padded.
 *
 * A classifier has a pair for every two classes i < j, in the order (0,1), (0,2), ..., (1,2), ..., and
 * classes - 1 rows of coefficients; a regression and a one-class machine have one pair and one row.
 */
#ifndef PSY_SVM_H
#define PSY_SVM_H

#include "models/model_kernels.h"
#include "models/model_op.h"

typedef enum psy_svm_type
{
	PSY_SVM_CLASSES = 1,    /* a pair's value > 0 votes for its first class */
	PSY_SVM_REGRESSION = 2, /* the value */
	PSY_SVM_ONE_CLASS = 3   /* a value > 0 is the first class: like the training data */
} psy_svm_type;

typedef enum psy_svm_kernel
{
	PSY_SVM_LINEAR = 1, /* u'v */
	PSY_SVM_RBF = 2,    /* exp(-gamma |u - v|^2) */
	PSY_SVM_POLY = 3,   /* (gamma u'v + coef0)^degree */
	PSY_SVM_SIGMOID = 4 /* tanh(gamma u'v + coef0) */
} psy_svm_kernel;

typedef enum psy_svm_probability
{
	PSY_SVM_NONE = 1,
	PSY_SVM_PLATT = 2, /* libsvm: the sigmoid itself; two classes */
	PSY_SVM_COUPLING =
		3 /* libsvm for more classes, scikit-learn for any number: iterative pairwise coupling */
} psy_svm_probability;

typedef struct psy_svm_head
{
	uint32_t type;
	uint32_t kernel;
	uint32_t probability;
	uint32_t vectors; /* 0 for the linear kernel */
	uint32_t degree;  /* of poly, else 0 */
	uint32_t ties;    /* 1: the label is the largest one-versus-rest value, not the votes' (scikit-learn's
						 break_ties) */
	double gamma;     /* 0 for the linear kernel */
	double coef0;     /* of poly and sigmoid, else 0 */
} psy_svm_head;

#define PSY_SVM_MOST_DEGREE 1000

/* Where the parts lie, in doubles behind the head. */
typedef struct psy_svm_layout
{
	size_t pairs;
	size_t rows;    /* of coefficients */
	size_t sigmoid; /* probA, then probB */
	size_t weight;
	size_t count;
	size_t coef;
	size_t block;
	size_t total;
} psy_svm_layout;

/* No overflow: the image bounds inputs and vectors below 2^32, classes are at most PSY_MODEL_MOST_CLASSES. */
psy_svm_layout psy_svm_layout_of(const psy_svm_head *head, size_t classes, size_t inputs);

/* The operator's object of psyrad-json (svm_json.c). */
psy_status psy_svm_from_json(psy_compiler *c, const psy_json_node *node, psy_op *op);

/* Where value k of vector s stands among the blocks. */
static inline size_t
psy_svm_place(size_t s, size_t k, size_t inputs)
{
	return s / PSY_SV_BLOCK * PSY_SV_BLOCK * inputs + k * PSY_SV_BLOCK + s % PSY_SV_BLOCK;
}

/* The class whose vectors include number s; count[classes]. */
size_t psy_svm_class_of(const double *count, size_t classes, size_t s);

/*
 * Adds one support vector to the weights of its pairs: row[width], vector s of `vectors`, of class `own` of a
 * classifier; dual[rows][vectors].  rows 1 and classes 0: a machine without classes.
 */
void psy_svm_fold(const double *dual, size_t vectors, size_t s, size_t own, size_t classes, const double *row,
				  size_t width, double *weight);

/*
 * One value a class from those of the pairs, as scikit-learn's decision_function_shape="ovr" has it: votes,
 * and between them the sums of the values.
 */
void psy_svm_one_versus_rest(const double *raw, size_t classes, double *value);

#endif
