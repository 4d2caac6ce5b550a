/*
 * workers.c - see workers.h.
 *
 * Processes, not threads: libpq and the readers need no locks, and a reader that crashes takes one file with
 * it.  Which group comes next is one counter in shared memory.  A process writes to files in memory in place
 * of its terminal; what a file said goes to the parent with its result, over a pipe.
 */
#include "workers.h"

#include "buffer.h"
#include "progress.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t stop_asked;

static void
on_signal(int number)
{
	(void) number;
	stop_asked = 1;
}

bool
interrupted(void)
{
	return stop_asked != 0;
}

void
watch_interrupts(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* What a process sends of a file; its texts follow. */
typedef struct result
{
	size_t file;
	totals sum;
	uint64_t bytes;
	size_t said[2]; /* bytes to standard output, to standard error */
} result;

typedef struct process
{
	pid_t id;
	int from; /* -1: it has ended */
} process;

/* What the files said, kept until it is their turn. */
typedef struct spoken
{
	bool done;
	buffer said[2];
} spoken;

static bool
write_all(int to, const void *bytes, size_t size)
{
	for (size_t done = 0; done < size;)
	{
		ssize_t n = write(to, (const char *) bytes + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t) n;
	}
	return true;
}

static bool
read_all(int from, void *bytes, size_t size)
{
	for (size_t done = 0; done < size;)
	{
		ssize_t n = read(from, (char *) bytes + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t) n;
	}
	return true;
}

/* Takes what was written to a stream of this process since it was last asked. */
static void
take_said(int fd, buffer *text)
{
	off_t size;

	fflush(fd == STDOUT_FILENO ? stdout : stderr);
	size = lseek(fd, 0, SEEK_END);
	buffer_clear(text);
	buffer_reserve(text, (size_t) size + 1);
	lseek(fd, 0, SEEK_SET);
	if (size > 0 && read_all(fd, text->data, (size_t) size))
		text->size = (size_t) size;
	if (ftruncate(fd, 0) == 0)
		lseek(fd, 0, SEEK_SET);
}

static bool
send_result(int to, result *r)
{
	buffer said[2] = {{0}, {0}};
	bool sent;

	for (int i = 0; i < 2; i++)
	{
		take_said(i == 0 ? STDOUT_FILENO : STDERR_FILENO, &said[i]);
		r->said[i] = said[i].size;
	}
	sent = write_all(to, r, sizeof *r) && write_all(to, said[0].data, said[0].size) &&
		   write_all(to, said[1].data, said[1].size);
	buffer_free(&said[0]);
	buffer_free(&said[1]);
	return sent;
}

/* One process: group after group until none is left. */
static bool
do_groups(const work *w, int to, atomic_size_t *next)
{
	for (size_t group; !interrupted() && (group = atomic_fetch_add(next, 1)) < w->groups;)
		for (size_t f = 0; f < w->files && !interrupted(); f++)
		{
			result r = {.file = f};
			bool alive;

			if (w->group[f] != group)
				continue;
			alive = w->file(w->arg, f, &r.sum, &r.bytes);
			if (!send_result(to, &r) || !alive)
				return false;
		}
	return true;
}

static void
be_process(const work *w, int to, atomic_size_t *next)
{
	int out = memfd_create("out", MFD_CLOEXEC), err = memfd_create("err", MFD_CLOEXEC);
	bool done;

	if (out < 0 || err < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
		_exit(1);
	done = w->start(w->arg);
	if (done)
	{
		done = do_groups(w, to, next);
		w->stop(w->arg);
	}
	if (!done)
		send_result(to, &(result){.file = SIZE_MAX});
	_exit(done ? 0 : 1);
}

static bool
start_process(const work *w, process *p, atomic_size_t *next)
{
	int ends[2];

	fflush(NULL);
	if (pipe(ends) != 0)
		return false;
	p->id = fork();
	if (p->id == 0)
	{
		close(ends[0]);
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* the end of the call is the end of its transactions */
		be_process(w, ends[1], next);
	}
	close(ends[1]);
	p->from = ends[0];
	return p->id > 0;
}

/* Prints what files said, as far as all before them are done; at the end all: an interrupt may leave some
 * out. */
static void
print_in_turn(spoken *files, size_t count, size_t *printed, bool end)
{
	for (; *printed < count && (files[*printed].done || end); ++*printed)
	{
		buffer *said = files[*printed].said;

		if (said[0].size + said[1].size > 0)
			progress_clear();
		fwrite(said[0].data, 1, said[0].size, stdout);
		fwrite(said[1].data, 1, said[1].size, stderr);
		buffer_free(&said[0]);
		buffer_free(&said[1]);
	}
}

static void
add_totals(totals *sum, const totals *more)
{
	sum->files += more->files;
	sum->refused += more->refused;
	sum->read += more->read;
	sum->loaded += more->loaded;
	sum->unchanged += more->unchanged;
	sum->rejected += more->rejected;
	sum->replaced += more->replaced;
}

/* One result from a process; false when it has ended, or says that it must. */
static bool
take_result(const work *w, process *p, spoken *files, totals *sum, bool first_failure)
{
	result r;
	buffer said[2] = {{0}, {0}};
	bool got = read_all(p->from, &r, sizeof r);

	for (int i = 0; i < 2 && got; i++)
	{
		buffer_reserve(&said[i], r.said[i] + 1);
		got = read_all(p->from, said[i].data, r.said[i]);
		said[i].size = r.said[i];
	}
	if (got && r.file < w->files)
	{
		files[r.file] = (spoken){.done = true, .said = {said[0], said[1]}};
		add_totals(sum, &r.sum);
		progress_add(r.bytes);
		return true;
	}
	if (got && first_failure) /* the others would say the same */
		fwrite(said[1].data, 1, said[1].size, stderr);
	buffer_free(&said[0]);
	buffer_free(&said[1]);
	return false;
}

static bool
end_process(process *p)
{
	int how = 0;

	close(p->from);
	p->from = -1;
	while (waitpid(p->id, &how, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(how))
		fprintf(stderr, "psyrad: a process ended by signal %d; nothing of its current file was kept\n",
				WTERMSIG(how));
	return WIFEXITED(how) && WEXITSTATUS(how) == 0;
}

static bool
listen_to(const work *w, process *p, int count, spoken *files, totals *sum)
{
	struct pollfd watched[64];
	size_t printed = 0;
	bool well = true;

	for (int living = count; living > 0;)
	{
		for (int i = 0; i < count; i++)
			watched[i] = (struct pollfd){.fd = p[i].from, .events = POLLIN};
		if (poll(watched, (nfds_t) count, -1) < 0)
		{
			for (int i = 0; i < count && interrupted(); i++)
				if (p[i].from >= 0)
					kill(p[i].id, SIGTERM);
			continue;
		}
		for (int i = 0; i < count; i++)
			if (p[i].from >= 0 && watched[i].revents != 0 && !take_result(w, &p[i], files, sum, well))
			{
				well &= end_process(&p[i]);
				living--;
			}
		print_in_turn(files, w->files, &printed, living == 0);
	}
	return well;
}

bool
workers_run(const work *w, int processes, totals *sum, size_t *done)
{
	atomic_size_t *next = mmap(NULL, sizeof *next, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	spoken *files = grow(NULL, w->files, sizeof *files);
	process p[64];
	int started = 0;
	bool well = next != MAP_FAILED;

	memset(files, 0, w->files * sizeof *files);
	processes = processes > 64 ? 64 : (size_t) processes > w->groups ? (int) w->groups : processes;
	if (well)
		atomic_init(next, 0);
	while (well && started < processes && start_process(w, &p[started], next))
		started++;
	well = well && started > 0 && listen_to(w, p, started, files, sum);
	for (size_t f = 0; f < w->files; f++)
		*done += files[f].done;
	free(files);
	if (next != MAP_FAILED)
		munmap(next, sizeof *next);
	return well;
}
