"""Benchmarks: psyrad beside the way the same job is done without it, in one run.

Every figure is CPU seconds (user + system) of client and server together, read from the kernel's accounting of this process
and of its backend (/proc/PID/schedstat), for several rounds in turn A B A B ...; the ratio is taken round by round and its median is
what counts.  Wall time is not used: machines are shared.  A parallel worker is a process of its own, so parallel query is off.
"""
import io
import os
import resource
import statistics
import struct
import sys

import numpy as np
import psycopg2
from scipy import stats

ROUNDS = 7


class Session:
    """A connection whose backend's CPU time can be read."""

    def __init__(self, database):
        self.connection = psycopg2.connect(dbname=database)
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()
        self.execute("SET max_parallel_workers_per_gather = 0")
        self.execute("SET jit = off")
        self.execute("SELECT pg_backend_pid()")
        self.backend = self.cursor.fetchone()[0]

    def execute(self, sql, arguments=None):
        self.cursor.execute(sql, arguments)

    def rows(self, sql, arguments=None):
        self.cursor.execute(sql, arguments)
        return self.cursor.fetchall()

    def cpu(self):
        """CPU seconds so far of this process and of the backend."""
        with open(f"/proc/{self.backend}/schedstat") as file:
            server = int(file.read().split()[0]) / 1e9
        own = resource.getrusage(resource.RUSAGE_SELF)
        return own.ru_utime + own.ru_stime + server


def alternate(session, ours, peer, rounds=ROUNDS):
    """CPU seconds of the two jobs, run in turn after one warm-up each."""
    ours(), peer()
    spent = ([], [])
    for _ in range(rounds):
        for job, figures in zip((ours, peer), spent):
            before = session.cpu()
            job()
            figures.append(session.cpu() - before)
    return spent


def report(title, ours_name, peer_name, spent, bar=None, faster_is="peer/ours"):
    """Prints the figures; True unless the median ratio is below the bar.  Without a bar the figures only inform."""
    ours, peer = spent
    ratios = [p / o for o, p in zip(ours, peer)]
    middle = statistics.median(ratios)
    holds = bar is None or middle >= bar
    verdict = "for information" if bar is None else f"asked: {bar}: {'holds' if holds else 'BELOW THE BAR'}"
    print(f"{title}")
    print(f"    {ours_name:<44} {statistics.median(ours):9.4f} s CPU  (min {min(ours):.4f}, max {max(ours):.4f})")
    print(f"    {peer_name:<44} {statistics.median(peer):9.4f} s CPU  (min {min(peer):.4f}, max {max(peer):.4f})")
    print(f"    ratio {faster_is} {middle:.2f}  (min {min(ratios):.2f}, max {max(ratios):.2f}); {verdict}\n", flush=True)
    return holds


def connectome_bytes(session, edges, n):
    """The binary form of a connectome, from the server's own send function, so that the wire format stands in one place."""
    return bytes(session.rows("SELECT psyrad.connectome_send(psyrad.conn_from_edges(%s::real[], 'z'))", (edges.tolist(),))[0][0])


def copy_stream(values):
    """A binary COPY stream of one-column rows."""
    out = io.BytesIO()
    out.write(b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0))
    for value in values:
        out.write(struct.pack(">hi", 1, len(value)))
        out.write(value)
    out.write(struct.pack(">h", -1))
    return out.getvalue()


def bench_ttest(session):
    """
    Two-sample t of 200 subjects x 79,800 edges: in the database against pulling bytea and scipy.

    The peer works in float64, as it must to give the same numbers; left in the float32 it pulled, it is faster and its p are off by
    some 1e-5 of themselves, which is shown for information.
    """
    n, subjects = 400, 200
    count = n * (n - 1) // 2
    generator = np.random.default_rng(20240101)
    session.execute("DROP TABLE IF EXISTS bench_t")
    session.execute("CREATE TABLE bench_t (id int, grp boolean, c psyrad.connectome, b bytea)")
    session.execute("ALTER TABLE bench_t ALTER b SET STORAGE EXTERNAL")
    template = connectome_bytes(session, np.zeros(count, np.float32), n)
    head = template[: len(template) - 4 * count]
    for i in range(subjects):
        edges = generator.normal(0.2, 0.3, count).astype("<f4")
        buffer = copy_stream([head + edges.tobytes()])
        session.execute("CREATE TEMP TABLE one (c psyrad.connectome)")
        session.cursor.copy_expert("COPY one FROM STDIN (FORMAT binary)", io.BytesIO(buffer))
        session.execute("INSERT INTO bench_t SELECT %s, %s, c, %s FROM one", (i, i % 2 == 0, psycopg2.Binary(edges.tobytes())))
        session.execute("DROP TABLE one")
    session.execute("VACUUM ANALYZE bench_t")

    def ours():
        # The answer stays in the database, where every caller in SQL uses it.
        session.rows("SELECT pg_catalog.cardinality((t.r).p) FROM (SELECT psyrad.mass_ttest(c, grp) AS r FROM bench_t OFFSET 0) t")

    def peer(dtype):
        with session.connection.cursor() as cursor:
            cursor.execute("SELECT grp, b FROM bench_t")
            rows = cursor.fetchall()
        matrix = np.vstack([np.frombuffer(row[1], "<f4") for row in rows], dtype=dtype)
        group = np.array([row[0] for row in rows])
        return stats.ttest_ind(matrix[group], matrix[~group])

    statistic, p = map(np.array, session.rows("SELECT (t.r).statistic, (t.r).p FROM (SELECT psyrad.mass_ttest(c, grp) AS r FROM bench_t OFFSET 0) t")[0])
    reference, single = peer(np.float64), peer(np.float32)
    assert np.allclose(statistic, reference.statistic, rtol=1e-9, atol=1e-12), "the two do not compute the same t"
    assert np.allclose(p, reference.pvalue, rtol=1e-9, atol=0), "the two do not compute the same p"
    off = np.median(np.abs(single.pvalue / reference.pvalue - 1)), np.max(np.abs(single.pvalue / reference.pvalue - 1))
    holds = report("Two-sample t, 200 subjects x 400 regions (79,800 edges), with p for every edge; the same t and p to 1e-9",
                   "psyrad.mass_ttest in the server", "pull bytea, scipy.stats.ttest_ind in float64",
                   alternate(session, ours, lambda: peer(np.float64)), 12)
    report(f"The same with the peer in float32: its p are off by {off[0]:.0e} of themselves (median; {off[1]:.0e} at most)",
           "psyrad.mass_ttest in the server", "pull bytea, scipy.stats.ttest_ind in float32",
           alternate(session, ours, lambda: peer(np.float32)))
    session.execute("DROP TABLE bench_t")
    return holds


def bench_copy(session):
    """COPY BINARY of 2,000 ready connectomes of 400 regions against the same bytes as bytea."""
    n, rows = 400, 2000
    count = n * (n - 1) // 2
    generator = np.random.default_rng(7)
    template = connectome_bytes(session, np.zeros(count, np.float32), n)
    head = template[: len(template) - 4 * count]
    values = [head + generator.normal(0.2, 0.3, count).astype("<f4").tobytes() for _ in range(100)]
    stream = copy_stream(values * (rows // 100))
    session.execute("DROP TABLE IF EXISTS bench_c, bench_b")
    session.execute("CREATE UNLOGGED TABLE bench_c (v psyrad.connectome)")
    session.execute("CREATE UNLOGGED TABLE bench_b (v bytea)")
    session.execute("ALTER TABLE bench_b ALTER v SET STORAGE EXTERNAL")

    def load(table):
        session.execute(f"TRUNCATE {table}")
        session.cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT binary)", io.BytesIO(stream))

    spent = alternate(session, lambda: load("bench_c"), lambda: load("bench_b"), rounds=5)
    holds = report("COPY BINARY of 2,000 connectomes of 400 regions (638 MB): rate against the same bytes as bytea",
                   "COPY into connectome", "COPY into bytea", spent, 0.8, "bytea/connectome")
    session.execute("DROP TABLE bench_c, bench_b")
    return holds


BENCHES = {"ttest": bench_ttest, "copy": bench_copy}


def register():
    """Benches of other modules, which use this one's session and report."""
    import bench_cbma
    import bench_coordinates
    import bench_dedupe
    import bench_graph
    import bench_image
    import bench_ingest
    import bench_literature
    import bench_mass
    import bench_meta
    import bench_mining
    import bench_models
    import bench_permutation
    import bench_registry
    import bench_report
    import bench_report_literature
    import bench_series
    import bench_shap
    BENCHES.update(bench_cbma.BENCHES)
    BENCHES.update(bench_coordinates.BENCHES)
    BENCHES.update(bench_dedupe.BENCHES)
    BENCHES.update(bench_graph.BENCHES)
    BENCHES.update(bench_image.BENCHES)
    BENCHES.update(bench_ingest.BENCHES)
    BENCHES.update(bench_literature.BENCHES)
    BENCHES.update(bench_mass.BENCHES)
    BENCHES.update(bench_meta.BENCHES)
    BENCHES.update(bench_mining.BENCHES)
    BENCHES.update(bench_models.BENCHES)
    BENCHES.update(bench_permutation.BENCHES)
    BENCHES.update(bench_registry.BENCHES)
    BENCHES.update(bench_report.BENCHES)
    BENCHES.update(bench_report_literature.BENCHES)
    BENCHES.update(bench_series.BENCHES)
    BENCHES.update(bench_shap.BENCHES)


def main(names):
    register()
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"there is no bench {', '.join(unknown)}; there are {', '.join(sorted(BENCHES))}", file=sys.stderr)
        return 2
    database = "psyrad_bench"
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True
    connection.cursor().execute(f"DROP DATABASE IF EXISTS {database}")
    connection.cursor().execute(f"CREATE DATABASE {database}")
    connection.close()
    session = Session(database)
    for extension in ("connectome", "metastat", "modelscore"):
        session.execute(f"CREATE EXTENSION {extension}")
    print(f"{os.cpu_count()} processors; PostgreSQL {session.connection.server_version // 10000}; numpy {np.__version__}\n")
    held = [BENCHES[name](session) for name in names or BENCHES]
    print(f"{sum(held)} of {len(held)} bars hold")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
