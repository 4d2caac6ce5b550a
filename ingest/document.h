/* document.h - whole small files: declarations, definitions, dictionaries, sidecars. */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "buffer.h"
#include "source.h"

/* Reads a whole companion or document file (UTF-8, no NUL, at most limit bytes) and gives its hash. */
psy_status read_document(const char *path, size_t limit, buffer *text, uint8_t sha256[SHA256_BYTES], psy_error *err);

#endif
