/* document.h - whole small files: declarations, definitions, dictionaries, sidecars. */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "reader_text.h"

/* Reads a whole companion or document file (UTF-8, no NUL, at most limit bytes) and gives its hash. */
psy_status read_document(const char *path, size_t limit, buffer *text, uint8_t sha256[SHA256_BYTES], psy_error *err);

/* The same of a file whose hash is known (the manifest's), in an encoding that somebody may have named; what is kept is UTF-8.  PSY_FORMAT
 * when its bytes are others by now. */
psy_status read_document_again(const char *path, text_encoding encoding, const uint8_t sha256[SHA256_BYTES], size_t limit, buffer *text, psy_error *err);

#endif
