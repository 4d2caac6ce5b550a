/*
 * standalone.c - drives a libFuzzer target without libFuzzer: the seeds as they are, then mutations of them,
 * always the same ones.
 *
 *   TARGET COUNT SEED...     COUNT mutations in all, of the files named
 *
 * Link it with a fuzz_*.c, which defines LLVMFuzzerTestOneInput; with clang -fsanitize=fuzzer leave it out.
 * A mutation is a few overwritten bits, bytes or words, a cut, a repeated stretch, or a stretch of another
 * seed; the last input is kept in the file crash-input of the working folder, to look at when the target
 * stops.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct seed
{
	uint8_t *data;
	size_t size;
} seed;

static uint64_t state = 0x9E3779B97F4A7C15u;

static size_t
below(size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return n == 0 ? 0 : (size_t) ((state >> 11) % n);
}

static seed
read_seed(const char *path)
{
	FILE *file = fopen(path, "rb");
	seed s = {NULL, 0};
	long size;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
	{
		perror(path);
		exit(2);
	}
	rewind(file);
	s.size = (size_t) size;
	s.data = malloc(s.size + 1);
	if (fread(s.data, 1, s.size, file) != s.size)
	{
		perror(path);
		exit(2);
	}
	fclose(file);
	return s;
}

static void
overwrite(uint8_t *data, size_t size)
{
	static const uint64_t word[] = {
		0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FF0000000000000, 0x7FF8000000000000, UINT64_MAX};
	static const uint8_t character[] = "{}[]\",:0123456789.eE+-\\untf \n<>&;/\t\xFF\xC0\xED";
	size_t at = below(size);

	if (size == 0)
		return;
	switch (below(4))
	{
		case 0: data[at] ^= (uint8_t) (1u << below(8)); break;
		case 1: data[at] = (uint8_t) below(256); break;
		case 2: data[at] = character[below(sizeof character - 1)]; break;
		default:
			for (size_t k = at / 8 * 8, value = word[below(8)], n = below(2) ? 4 : 8; n > 0 && k < size;
				 n--, k++, value >>= 8)
				data[k] = (uint8_t) value;
	}
}

/* A stretch of `from` over or into *data, which has room for twice the largest seed. */
static void
splice(uint8_t *data, size_t *size, const seed *from)
{
	size_t start = below(from->size), length = below(from->size - start + 1), at = below(*size + 1);

	if (length > from->size / 4)
		length = below(16);
	if (start + length > from->size)
		length = from->size - start;
	if (below(2))
	{
		memmove(data + at + length, data + at, *size - at);
		*size += length;
	}
	else if (at + length > *size)
		length = *size - at;
	memcpy(data + at, from->data + start, length);
}

static size_t
mutate(uint8_t *data, size_t size, size_t room, const seed *seeds, size_t count)
{
	for (size_t rounds = 1 + below(6); rounds > 0; rounds--)
		switch (below(8))
		{
			case 0: size = below(size + 1); break;
			case 1:
			case 2:
			{
				const seed *from = &seeds[below(count)];

				if (size + from->size <= room)
					splice(data, &size, from);
				break;
			}
			default: overwrite(data, size);
		}
	return size;
}

static void
keep(const uint8_t *data, size_t size)
{
	FILE *file = fopen("crash-input", "wb");

	if (file == NULL)
		return;
	fwrite(data, 1, size, file);
	fclose(file);
}

/* The target sees a block of exactly its size, so that a sanitizer sees every byte too many. */
static void
run_one(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size == 0 ? 1 : size);

	memcpy(copy, data, size);
	keep(copy, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

int
main(int argc, char **argv)
{
	size_t mutations = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, count = argc > 2 ? (size_t) argc - 2 : 0,
		   room = 0;
	seed *seeds = malloc(sizeof(seed) * (count + 1));
	uint8_t *data;

	if (count == 0)
	{
		fprintf(stderr, "usage: %s COUNT SEED...\n", argv[0]);
		return 2;
	}
	for (size_t k = 0; k < count; k++)
	{
		seeds[k] = read_seed(argv[k + 2]);
		room = seeds[k].size > room ? seeds[k].size : room;
		run_one(seeds[k].data, seeds[k].size);
	}
	room = 2 * room + 64;
	data = malloc(room);
	for (size_t k = 0; k < mutations; k++)
	{
		const seed *from = &seeds[k % count];

		memcpy(data, from->data, from->size);
		run_one(data, mutate(data, from->size, room, seeds, count));
	}
	remove("crash-input");
	for (size_t k = 0; k < count; k++)
		free(seeds[k].data);
	free(seeds);
	free(data);
	printf("%zu seeds, %zu mutations\n", count, mutations);
	return 0;
}
