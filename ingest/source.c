/* source.c - bytes from a file or from memory, hashed as they pass; see source.h. */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

psy_status
source_reopen(source *s, const char *path, psy_error *err)
{
	struct stat about;

	*s = (source){.fd = open(path, O_RDONLY | O_CLOEXEC)};
	if (s->fd < 0)
		return psy_fail(err, PSY_FORMAT, "cannot be opened: %s", strerror(errno));
	if (fstat(s->fd, &about) == 0 && !S_ISREG(about.st_mode))
	{
		source_close(s);
		return psy_fail(err, PSY_FORMAT, "not a regular file");
	}
	return PSY_OK;
}

psy_status
source_open(source *s, const char *path, psy_error *err)
{
	psy_status status = source_reopen(s, path, err);

	if (status != PSY_OK)
		return status;
	s->digest = EVP_MD_CTX_new();
	if (s->digest == NULL || EVP_DigestInit_ex(s->digest, EVP_sha256(), NULL) != 1)
	{
		source_close(s);
		return psy_fail(err, PSY_UNSUPPORTED, "OpenSSL refuses to compute SHA-256");
	}
	return PSY_OK;
}

void
source_memory(source *s, const void *bytes, size_t size)
{
	*s = (source){.fd = -1, .bytes = bytes, .size = size};
}

static psy_status
read_file(source *s, void *to, size_t want, size_t *got, psy_error *err)
{
	while (*got < want)
	{
		ssize_t n = read(s->fd, (char *) to + *got, want - *got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return psy_fail(err, PSY_FORMAT, "cannot be read: %s", strerror(errno));
		if (n == 0)
			break;
		*got += (size_t) n;
	}
	return PSY_OK;
}

/* Sums side by side, since each waits for its own multiplication. */
static void
check_block(uint64_t check[SOURCE_LANES], const uint8_t *bytes)
{
	for (int lane = 0; lane < SOURCE_LANES; lane++)
	{
		uint64_t word;

		memcpy(&word, bytes + 8 * lane, sizeof word);
		word ^= check[lane];
		check[lane] = (word << 29 | word >> 35) * 0x9e3779b97f4a7c15u; /* odd: no two words lead to one sum */
	}
}

/* Takes the bytes in blocks, however they are divided among the calls. */
static void
check_bytes(source *s, const uint8_t *bytes, size_t n)
{
	const size_t block = sizeof s->odd;
	size_t odd = s->at % block, fill = odd == 0 ? 0 : n < block - odd ? n : block - odd;

	memcpy(s->odd + odd, bytes, fill);
	if (fill > 0 && odd + fill < block)
		return;
	if (fill > 0)
		check_block(s->check, s->odd);
	for (bytes += fill, n -= fill; n >= block; bytes += block, n -= block)
		check_block(s->check, bytes);
	memcpy(s->odd, bytes, n);
}

psy_status
source_read(source *s, void *to, size_t want, size_t *got, psy_error *err)
{
	psy_status status = PSY_OK;

	*got = 0;
	if (s->fd >= 0)
		status = read_file(s, to, want, got, err);
	else
	{
		*got = want < s->size - s->at ? want : (size_t) (s->size - s->at);
		if (*got > 0)
			memcpy(to, s->bytes + s->at, *got);
	}
	if (*got > 0)
		check_bytes(s, to, *got);
	s->at += *got;
	if (s->digest != NULL && *got > 0)
		EVP_DigestUpdate(s->digest, to, *got);
	return status;
}

psy_status
source_peek(const source *s, void *to, size_t want, size_t *got, psy_error *err)
{
	ssize_t n;

	*got = 0;
	if (s->fd < 0)
	{
		*got = want < s->size ? want : (size_t) s->size;
		memcpy(to, s->bytes, *got);
		return PSY_OK;
	}
	do
		n = pread(s->fd, to, want, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return psy_fail(err, PSY_FORMAT, "cannot be read: %s", strerror(errno));
	*got = (size_t) n;
	return PSY_OK;
}

psy_status
source_size(const source *s, uint64_t *size, psy_error *err)
{
	struct stat about;

	*size = s->size;
	if (s->fd < 0)
		return PSY_OK;
	if (fstat(s->fd, &about) != 0)
		return psy_fail(err, PSY_FORMAT, "cannot be read: %s", strerror(errno));
	*size = (uint64_t) about.st_size;
	return PSY_OK;
}

static psy_status
read_rest(source *s, psy_error *err)
{
	uint8_t rest[1 << 16];
	size_t got;
	psy_status status;

	do
		status = source_read(s, rest, sizeof rest, &got, err);
	while (status == PSY_OK && got == sizeof rest);
	return status;
}

psy_status
source_finish(source *s, uint8_t sha256[SHA256_BYTES], uint64_t *size, psy_error *err)
{
	psy_status status = read_rest(s, err);

	if (status != PSY_OK)
		return status;
	*size = s->at;
	EVP_DigestFinal_ex(s->digest, sha256, NULL);
	return PSY_OK;
}

psy_status
hash_same(const uint8_t found[SHA256_BYTES], const uint8_t sha256[SHA256_BYTES], psy_error *err)
{
	if (memcmp(found, sha256, SHA256_BYTES) != 0)
		return psy_fail(err, PSY_FORMAT, "the file changed while it was being read");
	return PSY_OK;
}

psy_status
source_expect(source *s, const uint8_t sha256[SHA256_BYTES], psy_error *err)
{
	uint8_t found[SHA256_BYTES];
	uint64_t size;
	psy_status status = source_finish(s, found, &size, err);

	return status == PSY_OK ? hash_same(found, sha256, err) : status;
}

psy_status
source_check(source *s, uint64_t *check, psy_error *err)
{
	psy_status status = read_rest(s, err);

	memset(s->odd + s->at % sizeof s->odd, 0, sizeof s->odd - s->at % sizeof s->odd);
	check_block(s->check, s->odd);
	*check = s->at;
	for (int lane = 0; lane < SOURCE_LANES; lane++)
		*check = (*check ^ s->check[lane]) * 0x9e3779b97f4a7c15u;
	return status;
}

void
source_close(source *s)
{
	if (s->fd >= 0)
		close(s->fd);
	EVP_MD_CTX_free(s->digest);
	*s = (source){.fd = -1};
}

psy_status
hash_source(source *s, uint8_t sha256[SHA256_BYTES], uint64_t *check, uint64_t *size, psy_error *err)
{
	psy_status status;

	s->digest = EVP_MD_CTX_new();
	if (s->digest == NULL || EVP_DigestInit_ex(s->digest, EVP_sha256(), NULL) != 1)
		status = psy_fail(err, PSY_UNSUPPORTED, "OpenSSL refuses to compute SHA-256");
	else
		status = source_finish(s, sha256, size, err);
	if (status == PSY_OK)
		status = source_check(s, check, err);
	source_close(s);
	return status;
}

psy_status
hash_file_twice(const char *path, uint8_t sha256[SHA256_BYTES], uint64_t *check, uint64_t *size,
				psy_error *err)
{
	source s;
	psy_status status = source_open(&s, path, err);

	if (status != PSY_OK)
		return status;
	status = source_finish(&s, sha256, size, err);
	if (status == PSY_OK)
		status = source_check(&s, check, err);
	source_close(&s);
	return status;
}

psy_status
hash_file(const char *path, uint8_t sha256[SHA256_BYTES], uint64_t *size, psy_error *err)
{
	uint64_t check;

	return hash_file_twice(path, sha256, &check, size, err);
}

psy_status
hash_expect(const char *path, const uint8_t sha256[SHA256_BYTES], psy_error *err)
{
	uint8_t found[SHA256_BYTES];
	uint64_t size;
	psy_status status = hash_file(path, found, &size, err);

	return status == PSY_OK ? hash_same(found, sha256, err) : status;
}

void
hash_text(const uint8_t sha256[SHA256_BYTES], char hex[2 * SHA256_BYTES + 1])
{
	for (int i = 0; i < SHA256_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", sha256[i]);
}
