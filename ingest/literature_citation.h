/*
 * literature_citation.h - a citation in one line, as Ovid and PubMed write it, cut into its parts:
 *
 *   American Journal Of Industrial Medicine June 2015;58(6):688-696
 *   Eur J Med Genet. 2020 Feb;63(2):103640. doi: ...
 *   Behavioural and Cognitive Psychotherapy. Vol.43(5), Sep 2015, pp. 623-634.
 *   Lancet. 379(9812):205-15, 2012 Jan 21.
 *   Journal of Political Studies 12, Winter 2007: 7-14.
 *   Forest Ecology & Management. 201(2-3). November 15, 2004. 327-334.
 */
#ifndef LITERATURE_CITATION_H
#define LITERATURE_CITATION_H

#include <stdbool.h>

#define CITATION_PART 200

typedef struct citation
{
	char journal[CITATION_PART], date[CITATION_PART], volume[CITATION_PART], issue[CITATION_PART],
		pages[CITATION_PART];
} citation;

/* False when the line is of no form that is known: then nothing of it is guessed. */
bool cut_citation(const char *text, citation *c);

#endif
