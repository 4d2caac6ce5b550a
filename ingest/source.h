/*
 * source.h - where a reader's bytes come from: a file, or bytes in memory (an atlas kept in the warehouse, a
 * fuzzer's input).
 *
 * Messages name no path: they are kept in the warehouse, and paths name people's folders.
 * A source hashes what it gives out.  A load hashes the file once for the manifest and reads it a second time
 * for its content; source_expect proves that both passes saw the same bytes.  A text of hundreds of megabytes is opened by
 * source_reopen the second time: SHA-256 would take a third of what reading it takes, so that only a checksum is compared.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SOURCE_LANES 8

typedef struct source
{
	int fd;               /* -1 for bytes in memory */
	const uint8_t *bytes; /* in memory */
	uint64_t size;        /* in memory */
	uint64_t at;          /* bytes given out so far */
	void *digest;         /* EVP_MD_CTX, NULL when nobody wants the hash */
	uint64_t check[SOURCE_LANES]; /* checksum of the whole blocks of 64 bytes given out, and the bytes after them */
	uint8_t odd[8 * SOURCE_LANES];
} source;

psy_status source_open(source *s, const char *path, psy_error *err);

/* A file that was hashed before: read again with the checksum alone. */
psy_status source_reopen(source *s, const char *path, psy_error *err);
void source_memory(source *s, const void *bytes, size_t size);

/* Up to want bytes; *got is less than want only at the end. */
psy_status source_read(source *s, void *to, size_t want, size_t *got, psy_error *err);

/* The first bytes, before any was read, without taking them; *got is less than want only in a shorter file. */
psy_status source_peek(const source *s, void *to, size_t want, size_t *got, psy_error *err);

/* Bytes of the whole, read or not. */
psy_status source_size(const source *s, uint64_t *size, psy_error *err);

/* Reads what is left and gives the SHA-256 and size of the whole. */
psy_status source_finish(source *s, uint8_t sha256[SHA256_BYTES], uint64_t *size, psy_error *err);

/* Reads what is left; PSY_FORMAT when the whole is not what had that SHA-256 before. */
psy_status source_expect(source *s, const uint8_t sha256[SHA256_BYTES], psy_error *err);

/* Reads what is left and gives a checksum of the whole.  It tells of every change of one word, and of others but for one in
 * 2^64; it is no proof against who makes bytes for it. */
psy_status source_check(source *s, uint64_t *check, psy_error *err);
void source_close(source *s);

/* Hash, checksum and size of bytes in memory. */
psy_status hash_source(source *s, uint8_t sha256[SHA256_BYTES], uint64_t *check, uint64_t *size, psy_error *err);

/* The same of a whole file. */
psy_status hash_file_twice(const char *path, uint8_t sha256[SHA256_BYTES], uint64_t *check, uint64_t *size, psy_error *err);

/* Hash and size of a whole file. */
psy_status hash_file(const char *path, uint8_t sha256[SHA256_BYTES], uint64_t *size, psy_error *err);

/* PSY_FORMAT when what was found is not the SHA-256 that the file had before; hash_expect: of a whole file, which a library has read. */
psy_status hash_same(const uint8_t found[SHA256_BYTES], const uint8_t sha256[SHA256_BYTES], psy_error *err);
psy_status hash_expect(const char *path, const uint8_t sha256[SHA256_BYTES], psy_error *err);
void hash_text(const uint8_t sha256[SHA256_BYTES], char hex[2 * SHA256_BYTES + 1]);

#endif
