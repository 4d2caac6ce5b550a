/* pmml_neighbours.h - the settings of nearest neighbours, shared by the compiler and the machine.  Private to src/models. */
#ifndef PSY_PMML_NEIGHBOURS_H
#define PSY_PMML_NEIGHBOURS_H

#include "models/pmml_program.h"

/* Places among number[]. */
enum
{
	PSY_KNN_INPUTS,
	PSY_KNN_CLASSES, /* 0 for regression */
	PSY_KNN_NEIGHBOURS,
	PSY_KNN_MEASURE,
	PSY_KNN_POWER, /* Minkowski's p */
	PSY_KNN_METHOD,
	PSY_KNN_THRESHOLD, /* weights are 1 / (distance + threshold) */
	PSY_KNN_C,         /* c00, c01, c10, c11 of a similarity's numerator */
	PSY_KNN_D = PSY_KNN_C + 4,
	PSY_KNN_SETTINGS = PSY_KNN_D + 4
};

enum /* measures */
{
	PSY_KNN_EUCLIDEAN,
	PSY_KNN_SQUARED,
	PSY_KNN_CHEBYCHEV,
	PSY_KNN_CITY_BLOCK,
	PSY_KNN_MINKOWSKI,
	PSY_KNN_SIMILARITY
};

enum /* methods */
{
	PSY_KNN_PLAIN, /* majority vote, or average */
	PSY_KNN_WEIGHTED,
	PSY_KNN_MEDIAN
};

enum /* compare functions */
{
	PSY_KNN_ABS_DIFF,
	PSY_KNN_GAUSS_SIM,
	PSY_KNN_DELTA,
	PSY_KNN_EQUAL
};

#endif
