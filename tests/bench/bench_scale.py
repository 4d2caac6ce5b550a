"""Scale: thousands of connectomes in one parallel query, beside what fetching their bytes alone costs.

    tests/bench/run scale [--subjects 10000] [--regions 400] [--workers 1]

Mean, two-sample t and correlation of every edge are asked for in one query, with parallel workers, of a table much larger than the server's
buffers.  The measure is the CPU time of fetching the same bytes out of line and doing nothing with them (one byte of a bytea of each row).
A parallel worker is a process of its own, whose time the postmaster's account receives when it ends.  Memory is what the kernel calls
anonymous (RssAnon) of each process of the query, asked for every 20 ms: the same for a tenth of the subjects and for all.

It needs 8 bytes of disk an edge and subject: 6.4 GB for 10,000 subjects, and so is no part of `make bench`.
"""
import argparse
import io
import statistics
import sys
import threading
import time

import numpy as np
import psycopg2

from bench import Session, connectome_bytes, copy_stream

TEMPLATES = 50  # different connectomes; the others repeat them
BAR = 2
QUERY = "SELECT psyrad.mass_summary(c), psyrad.mass_ttest(c, grp), psyrad.mass_corr(c, y) FROM scale WHERE id <= %s"
FETCH = "SELECT sum(pg_catalog.get_byte(b, 5)) FROM fetched WHERE id <= %s"


def postmaster_of(backend):
    with open(f"/proc/{backend}/stat") as file:
        return int(file.read().rsplit(")", 1)[1].split()[1])


def children_seconds(pid):
    """CPU seconds of the process's children that have ended."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / 100


def anonymous_kilobytes(pid):
    with open(f"/proc/{pid}/status") as file:
        return next((int(line.split()[1]) for line in file if line.startswith("RssAnon")), 0)


class Watch(threading.Thread):
    """The most anonymous memory of the backend and of any parallel worker of it while a query runs."""

    def __init__(self, session, postmaster):
        super().__init__(daemon=True)
        self.session, self.postmaster = session, postmaster
        self.most, self.workers, self.over = 0, set(), False

    def look(self):
        with open(f"/proc/{self.postmaster}/task/{self.postmaster}/children") as file:
            children = file.read().split()
        for pid in children:
            try:
                with open(f"/proc/{pid}/cmdline") as file:
                    worker = f"parallel worker for PID {self.session.backend}" in file.read()
                if worker or int(pid) == self.session.backend:
                    self.most = max(self.most, anonymous_kilobytes(pid))
                if worker:
                    self.workers.add(pid)
            except OSError:
                pass  # ended meanwhile

    def run(self):
        while not self.over:
            self.look()
            time.sleep(0.02)


class Meter:
    def __init__(self, session):
        self.session, self.postmaster = session, postmaster_of(session.backend)

    def run(self, sql, arguments):
        """CPU seconds of the query with its workers, the most memory of any one process, and the number of workers."""
        watch = Watch(self.session, self.postmaster)
        before = self.session.cpu() + children_seconds(self.postmaster)
        watch.start()
        self.session.rows("EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) " + sql, arguments)
        watch.over = True
        watch.join()
        time.sleep(0.1)  # the postmaster takes the workers' account
        return self.session.cpu() + children_seconds(self.postmaster) - before, watch.most / 1024, len(watch.workers)


def fill(session, subjects, regions):
    count = regions * (regions - 1) // 2
    generator = np.random.default_rng(400)
    template = connectome_bytes(session, np.zeros(count, np.float32), regions)
    head = template[: len(template) - 4 * count]
    session.execute("DROP TABLE IF EXISTS scale, fetched, templates")
    session.execute("CREATE UNLOGGED TABLE templates (k serial, c psyrad.connectome)")
    for _ in range(TEMPLATES):
        row = head + generator.normal(0.2, 0.3, count).astype("<f4").tobytes()
        session.cursor.copy_expert("COPY templates (c) FROM STDIN (FORMAT binary)", io.BytesIO(copy_stream([row])))
    session.execute("CREATE UNLOGGED TABLE scale (id int, grp boolean, y float8, c psyrad.connectome) WITH (autovacuum_enabled = off, parallel_workers = 8)")
    session.execute("CREATE UNLOGGED TABLE fetched (id int, b bytea) WITH (autovacuum_enabled = off, parallel_workers = 8)")
    session.execute("ALTER TABLE fetched ALTER b SET STORAGE EXTERNAL")
    rows = f"generate_series(1, {subjects}) AS i JOIN templates ON k = 1 + (i * 7919) %% {TEMPLATES}"
    session.execute(f"INSERT INTO scale SELECT i, i %% 2 = 0, sin(i), c FROM {rows} ORDER BY i", ())
    session.execute(f"INSERT INTO fetched SELECT i, psyrad.connectome_send(c) FROM {rows} ORDER BY i", ())
    session.execute("DROP TABLE templates")
    session.execute("VACUUM ANALYZE scale, fetched")


def settings(session, workers):
    for name, value in (("max_parallel_workers_per_gather", workers), ("max_parallel_workers", max(workers, 8)), ("parallel_setup_cost", 0),
                        ("parallel_tuple_cost", 0), ("min_parallel_table_scan_size", 0)):
        session.execute(f"SET {name} = {value}")


def check_permutations(session, meter, subjects):
    """Permutations need all rows: bounded by a setting, with an error that names it."""
    limit = 256
    session.execute(f"SET psyrad.permutation_memory = '{limit}MB'")
    watch = Watch(session, meter.postmaster)
    watch.start()
    try:
        session.rows("SELECT psyrad.mass_perm_ttest(id, c, grp, 1000, 1) FROM scale WHERE id <= %s", (subjects,))
        message = "no error"
    except psycopg2.errors.ConfigurationLimitExceeded as error:
        message = f"{error.diag.message_primary}. {error.diag.message_hint}"
    watch.over = True
    watch.join()
    session.execute("RESET psyrad.permutation_memory")
    bounded = "psyrad.permutation_memory" in message and watch.most / 1024 < limit + 64
    print(f"1,000 permutations with psyrad.permutation_memory = {limit} MB: at most {watch.most / 1024:.0f} MB, then\n    {message}\n    "
          f"{'holds' if bounded else 'BELOW THE BAR'}\n", flush=True)
    return bounded


def measure(session, meter, subjects, regions):
    _, small, _ = meter.run(QUERY, (subjects // 10,))
    ours, fetched, memory, workers = [], [], 0, 0
    for _ in range(3):
        seconds, most, seen = meter.run(QUERY, (subjects,))
        ours.append(seconds)
        memory, workers = max(memory, most), max(workers, seen)
        fetched.append(meter.run(FETCH, (subjects,))[0])
    size = subjects * regions * (regions - 1) * 2 / 1e9
    ratio = statistics.median(o / f for o, f in zip(ours, fetched))
    print(f"Mean, t and correlation of {subjects:,} connectomes of {regions} regions ({size:.1f} GB) in one query, {workers} parallel workers\n"
          f"    psyrad                    {statistics.median(ours):8.2f} s CPU, {size / statistics.median(ours):.2f} GB a second of one core\n"
          f"    fetching the bytes alone  {statistics.median(fetched):8.2f} s CPU, {size / statistics.median(fetched):.2f} GB a second of one core\n"
          f"    ratio ours/fetching {ratio:.2f}; asked: at most {BAR}: {'holds' if ratio <= BAR else 'ABOVE THE BAR'}")
    flat = memory < small * 1.25 + 8
    print(f"    memory of the largest process: {small:.0f} MB for {subjects // 10:,} subjects, {memory:.0f} MB for {subjects:,}; asked: the same: "
          f"{'holds' if flat else 'GROWS'}\n", flush=True)
    return ratio <= BAR and flat and workers > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=10000)
    parser.add_argument("--regions", type=int, default=400)
    parser.add_argument("--workers", type=int, default=1, help="parallel workers beside the leader")
    parser.add_argument("--keep", action="store_true", help="leave the tables, and use those that are there")
    options = parser.parse_args()
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("SELECT FROM pg_database WHERE datname = 'psyrad_scale'")
    there = cursor.rowcount > 0
    if not there:
        cursor.execute("CREATE DATABASE psyrad_scale")
    session = Session("psyrad_scale")
    if not there:
        session.execute("CREATE EXTENSION connectome")
    if not (options.keep and session.rows("SELECT to_regclass('scale') IS NOT NULL")[0][0]):
        fill(session, options.subjects, options.regions)
    settings(session, options.workers)
    meter = Meter(session)
    held = [measure(session, meter, options.subjects, options.regions), check_permutations(session, meter, options.subjects)]
    session.connection.close()
    if not options.keep:
        cursor.execute("DROP DATABASE psyrad_scale")
    print(f"{sum(held)} of {len(held)} bars hold")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
