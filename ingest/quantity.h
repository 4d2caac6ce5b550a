/*
 * quantity.h - numbers as sheets and papers write them: "2 Hz", "0.2-0.5 ms", "<= 1 ms", "5:20 Hz", "疏密波
 * 2/100Hz", "3 m".
 *
 * Nothing is assumed: a unit that is not written is not given, and text without a number stays text.
 */
#ifndef QUANTITY_H
#define QUANTITY_H

#include "buffer.h"

#define QUANTITY_TEXT 32
#define QUANTITY_MAX 4

typedef struct quantity
{
	char low[QUANTITY_TEXT];  /* decimal text; empty when the cell holds no number that could be read */
	char high[QUANTITY_TEXT]; /* = low unless a range */
	char unit[QUANTITY_TEXT]; /* as written; empty when none is */
	const char *qualifier;    /* "<", "<=", ">", ">=", "~" or NULL */
} quantity;

/* Reads a cell into at most QUANTITY_MAX quantities (two frequencies of a dense-disperse wave); at least one.
 */
int quantity_parse(const char *cell, quantity q[QUANTITY_MAX]);

#endif
