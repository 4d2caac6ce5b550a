/*
 * variants.h - traditional and variant Chinese characters and the simplified ones that stand for them, for comparison only.
 *
 * One character for one: no words are looked at, so that what simplified script merges (發 and 髮) meets, and what it keeps
 * apart stays apart.  What the table covers, and where it comes from, stands in tests/oracle/unihan_variants.py.
 */
#ifndef PSY_VARIANTS_H
#define PSY_VARIANTS_H

#include <stdint.h>

/* The simplified character; itself when there is none.  psy_simplified(psy_simplified(c)) == psy_simplified(c). */
uint32_t psy_simplified(uint32_t character);

#endif
