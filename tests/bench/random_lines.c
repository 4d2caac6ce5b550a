/*
 * random_lines.c - the least that a row's walk through many trees can cost: CPU seconds of fetching as many lines of
 * memory, at random places among as many bytes, and doing nothing with them.
 *
 *   random_lines ROWS LINES BYTES
 *
 * No place depends on what was fetched before, so that the processor has as many on their way as it can.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE 64

#define STREAMS 4 /* of random numbers, each of which waits for its last */

static uint64_t
fetch(const unsigned char *memory, uint64_t count, uint64_t lines)
{
	uint64_t state[STREAMS] = {1, 2, 3, 4}, sum = 0;

	for (uint64_t turn = 0; turn < count / STREAMS; turn++)
		for (int k = 0; k < STREAMS; k++)
		{
			state[k] = state[k] * 6364136223846793005u + 1442695040888963407u;
			sum += memory[((state[k] >> 32) * lines >> 32) * LINE];
		}
	return sum;
}

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

int
main(int count, char **argument)
{
	uint64_t rows, lines, bytes, sum;
	unsigned char *memory;
	double before;

	if (count != 4)
		return 2;
	rows = strtoull(argument[1], NULL, 10);
	lines = strtoull(argument[2], NULL, 10);
	bytes = strtoull(argument[3], NULL, 10) / LINE * LINE;
	memory = bytes > 0 ? malloc(bytes) : NULL;
	if (memory == NULL)
		return 2;
	memset(memory, 1, bytes);
	before = cpu_seconds();
	sum = fetch(memory, rows * lines, bytes / LINE);
	printf("%.6f\n", cpu_seconds() - before);
	free(memory);
	return sum == rows * lines / STREAMS * STREAMS ? 0 : 1;
}
