"""Benchmarks of connectome's group statistics: Welch, linear models and ANCOVA in the server, against pulling bytea and numpy.

200 subjects x 400 regions (79,800 edges); the peer fits all edges at once by one product with the pseudo-inverse, in float64, and both give a
p for every edge, which are compared first.  ANCOVA has no design in common between edges: the peer projects post and pre on the common part, and
finishes edge by edge in vectors.
"""
import io
import statistics
import struct

import numpy as np
import psycopg2
from scipy import stats

N, SUBJECTS, COVARIATES = 400, 200, 6
EDGES = N * (N - 1) // 2


def verdict(title, ours_name, peer_name, spent, bar):
    ours, peer = spent
    ratios = [p / o for o, p in zip(ours, peer)]
    middle = statistics.median(ratios)
    print(title)
    print(f"    {ours_name:<44} {statistics.median(ours):9.4f} s CPU  (min {min(ours):.4f}, max {max(ours):.4f})")
    print(f"    {peer_name:<44} {statistics.median(peer):9.4f} s CPU  (min {min(peer):.4f}, max {max(peer):.4f})")
    print(f"    ratio peer/ours {middle:.2f}  (min {min(ratios):.2f}, max {max(ratios):.2f}); asked: {bar}: {'holds' if middle >= bar else 'BELOW THE BAR'}\n", flush=True)
    return middle >= bar


def alternate(session, ours, peer, rounds=7):
    """CPU seconds of client and server of the two jobs, in turn after one warm-up each."""
    ours(), peer()
    spent = ([], [])
    for _ in range(rounds):
        for job, figures in zip((ours, peer), spent):
            before = session.cpu()
            job()
            figures.append(session.cpu() - before)
    return spent


def prepare(session):
    """The table, with each subject's connectomes and the same bytes as bytea, and the columns of the design."""
    generator = np.random.default_rng(20261123)
    template = bytes(session.rows("SELECT psyrad.connectome_send(psyrad.conn_from_edges(%s::real[], 'z'))", ([0.0] * EDGES,))[0][0])
    head = template[: len(template) - 4 * EDGES]
    session.execute("DROP TABLE IF EXISTS bench_mass")
    session.execute("CREATE TABLE bench_mass (id int, grp boolean, design float8[], c psyrad.connectome, pre psyrad.connectome, b bytea, b_pre bytea)")
    for column in ("b", "b_pre"):
        session.execute(f"ALTER TABLE bench_mass ALTER {column} SET STORAGE EXTERNAL")
    design = np.column_stack([np.ones(SUBJECTS), np.arange(SUBJECTS) % 2, generator.normal(size=(SUBJECTS, COVARIATES)) * [1, 10, 0.1, 3, 1, 5] + [0, 40, 0, 12, 0, 100]])
    for i in range(SUBJECTS):
        edges = [generator.normal(0.2, 0.3, EDGES).astype("<f4").tobytes() for _ in range(2)]
        session.execute("CREATE TEMP TABLE one (c psyrad.connectome, pre psyrad.connectome)")
        values = [head + e for e in edges]
        buffer = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0) + struct.pack(">h", 2) + b"".join(struct.pack(">i", len(v)) + v for v in values) + struct.pack(">h", -1)
        session.cursor.copy_expert("COPY one FROM STDIN (FORMAT binary)", io.BytesIO(buffer))
        session.execute("INSERT INTO bench_mass SELECT %s, %s, %s, c, pre, %s, %s FROM one", (i, i % 2 == 1, design[i].tolist(), *map(psycopg2.Binary, edges)))
        session.execute("DROP TABLE one")
    session.execute("VACUUM ANALYZE bench_mass")


def pulled(session, *columns):
    with session.connection.cursor() as cursor:
        cursor.execute(f"SELECT grp, design, {', '.join(columns)} FROM bench_mass")
        rows = cursor.fetchall()
    matrices = [np.vstack([np.frombuffer(row[2 + k], "<f4") for row in rows], dtype=np.float64) for k in range(len(columns))]
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows]), *matrices


def glm(session):
    _, design, x = pulled(session, "b")
    inverse = np.linalg.pinv(design)
    beta = inverse @ x
    df = SUBJECTS - design.shape[1]
    variance = ((x - design @ beta) ** 2).sum(axis=0) / df
    t = beta[1] / np.sqrt(variance * (inverse @ inverse.T)[1, 1])
    return t, 2 * stats.t.sf(np.abs(t), df)


def ancova(session):
    _, design, x, pre = pulled(session, "b", "b_pre")
    inverse = np.linalg.pinv(design)
    bx, bp = inverse @ x, inverse @ pre
    rx, rp = x - design @ bx, pre - design @ bp
    pp = (rp * rp).sum(axis=0)
    slope = (rx * rp).sum(axis=0) / pp
    df = SUBJECTS - design.shape[1] - 1
    variance = ((rx - slope * rp) ** 2).sum(axis=0) / df
    t = (bx[1] - slope * bp[1]) / np.sqrt(variance * ((inverse @ inverse.T)[1, 1] + bp[1] ** 2 / pp))
    return t, 2 * stats.t.sf(np.abs(t), df)


def two_groups(session, equal):
    group, _, x = pulled(session, "b")
    found = stats.ttest_ind(x[group], x[~group], equal_var=equal)
    return found.statistic, found.pvalue


def bench_mass(session):
    """Two-sample t, Welch, GLM with 6 covariates and ANCOVA of 200 subjects x 79,800 edges; and a GLM with one missing edge."""
    prepare(session)
    contrast = "'{0,1" + ",0" * COVARIATES + "}'"
    holds = True
    for title, call, peer, bar in (
            ("Two-sample t", "psyrad.mass_ttest(c, grp)", lambda: two_groups(session, True), 15),
            ("Welch", "psyrad.mass_welch(c, grp)", lambda: two_groups(session, False), 15),
            ("Linear model, intercept, group and 6 covariates", f"psyrad.mass_glm(c, design, {contrast})", lambda: glm(session), 10),
            ("ANCOVA: the same with each edge's own baseline", f"psyrad.mass_ancova(c, pre, design, {contrast})", lambda: ancova(session), 10)):
        t, p = map(np.array, session.rows(f"SELECT (r.r).statistic, (r.r).p FROM (SELECT {call} AS r FROM bench_mass OFFSET 0) r")[0])
        reference = peer()
        assert np.allclose(t, reference[0], rtol=1e-8, atol=1e-11) and np.allclose(p, reference[1], rtol=1e-8, atol=0), f"{title}: the two do not compute the same"
        sql = f"SELECT pg_catalog.cardinality((r.r).p) FROM (SELECT {call} AS r FROM bench_mass OFFSET 0) r"
        holds &= verdict(f"{title}, {SUBJECTS} subjects x {EDGES:,} edges", call[:44], "pull bytea, numpy and scipy in float64", alternate(session, lambda: session.rows(sql), peer), bar)
    whole = f"SELECT pg_catalog.cardinality((r.r).p) FROM (SELECT psyrad.mass_glm(c, design, {contrast}) AS r FROM bench_mass OFFSET 0) r"
    session.execute("CREATE TABLE bench_holed AS TABLE bench_mass")
    session.execute("UPDATE bench_holed SET c = psyrad.conn_from_edges(ARRAY['NaN'::real] || (psyrad.conn_edges(c))[2:], 'z') WHERE id = 5")
    session.execute("VACUUM (FULL, ANALYZE) bench_holed")
    holed = whole.replace("bench_mass", "bench_holed")
    holds &= verdict("The linear model with one edge missing in one subject (ratio: complete / with the gap)", "with the gap", "complete",
                     alternate(session, lambda: session.rows(holed), lambda: session.rows(whole)), 0.8)
    session.execute("DROP TABLE bench_mass, bench_holed")
    return holds


BENCHES = {"mass": bench_mass}
