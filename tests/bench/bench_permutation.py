"""Benchmarks of permutation inference and prediction: the largest t of 1,000 relabellings, with and without covariates, against numpy's
matrix product; the network-based statistic against bctpy; connectome-based prediction against numpy.

The peers are given their data in memory, in the order they want it; psyrad reads rows of a table.  bctpy and numpy's prediction are run
for some arrangements only and their time for all is extrapolated, which the lines say.
"""
import contextlib
import io
import statistics

import numpy as np


def table(session, subjects, n, seed):
    """bench_p: a connectome, group, score and covariates each; the edges as float64."""
    from bench import connectome_bytes, copy_stream
    count = n * (n - 1) // 2
    generator = np.random.default_rng(seed)
    edges = generator.normal(0.2, 0.3, (subjects, count)).astype("<f4")
    template = connectome_bytes(session, np.zeros(count, np.float32), n)
    head = template[: len(template) - 4 * count]
    session.execute("DROP TABLE IF EXISTS bench_p, bench_p_c")
    session.execute("CREATE TABLE bench_p_c (c psyrad.connectome)")
    session.cursor.copy_expert("COPY bench_p_c FROM STDIN (FORMAT binary)", io.BytesIO(copy_stream([head + row.tobytes() for row in edges])))
    session.execute("""CREATE TABLE bench_p AS SELECT id, id % 2 = 0 AS grp, sin(id)::float8 AS y, ARRAY[cos(id * 0.3), cos(id * 0.7), sin(id * 1.9)] AS z, c
        FROM (SELECT row_number() OVER () AS id, c FROM bench_p_c) AS x""")
    session.execute("DROP TABLE bench_p_c")
    session.execute("VACUUM ANALYZE bench_p")
    return edges.astype(float)


def measure(session, ours, peer, rounds):
    """CPU seconds of both in turn, after a warm-up of ours."""
    ours()
    spent = ([], [])
    for _ in range(rounds):
        for job, figures in zip((ours, peer), spent):
            before = session.cpu()
            job()
            figures.append(session.cpu() - before)
    return spent


def verdict(title, ours_name, peer_name, spent, bar, note=""):
    from bench import report
    return report(title + note, ours_name, peer_name, spent, bar)


def bench_max_t(session):
    """1,000 relabellings of 200 subjects x 79,800 edges: p uncorrected and by the largest t, of |t|, t and -t, against numpy's GEMM doing the same."""
    subjects, n, permutations = 200, 400, 1000
    edges = table(session, subjects, n, 1)
    group = np.arange(1, subjects + 1) % 2 == 0
    generator = np.random.default_rng(2)

    def ours():
        session.rows(f"SELECT pg_catalog.cardinality((t.r).p_fwe) FROM (SELECT psyrad.mass_perm_ttest(id, c, grp, {permutations}, 1) AS r FROM bench_p OFFSET 0) AS t")

    def peer():
        n1, total = group.sum(), edges.sum(0)
        squares = ((edges - edges.mean(0)) ** 2).sum(0)
        labels = np.array([generator.permutation(group) for _ in range(permutations)], float)
        observed = None
        highest, lowest = np.empty(permutations), np.empty(permutations)
        beyond = np.zeros((3, edges.shape[1]))
        # In parts of 100, so that the products stay within memory.
        for first in range(-100, permutations, 100):
            part = group[None].astype(float) if first < 0 else labels[first:first + 100]
            sums = part @ edges
            difference = sums / n1 - (total - sums) / (subjects - n1)
            within = squares - difference ** 2 * (n1 * (subjects - n1) / subjects)
            t = difference / np.sqrt(within * ((1 / n1 + 1 / (subjects - n1)) / (subjects - 2)))
            if first < 0:
                observed = t[0]
                continue
            highest[first:first + 100], lowest[first:first + 100] = t.max(1), t.min(1)
            beyond += (np.abs(t) >= np.abs(observed)).sum(0), (t >= observed).sum(0), (t <= observed).sum(0)
        largest = (np.maximum(highest, -lowest), highest, -lowest)
        return beyond, [np.searchsorted(np.sort(m), o) for m, o in zip(largest, (np.abs(observed), observed, -observed))]

    spent = measure(session, ours, peer, 3)
    holds = verdict("1,000 relabellings of 200 subjects x 79,800 edges, largest t", "psyrad.mass_perm_ttest, three tails",
                    "numpy's matrix product, data in memory", spent, 5)
    covariates = []
    for _ in range(3):
        before = session.cpu()
        session.rows(f"SELECT pg_catalog.cardinality((t.r).p_fwe) FROM (SELECT psyrad.mass_perm_ttest(id, c, grp, z, {permutations}, 1) AS r FROM bench_p OFFSET 0) AS t")
        covariates.append(session.cpu() - before)
    print(f"    the same given 3 covariates (Freedman-Lane) {statistics.median(covariates):9.4f} s CPU\n", flush=True)
    return holds


def bench_nbs(session):
    """1,000 arrangements of 60 subjects x 4,950 edges against bctpy's nbs_bct, run for 10."""
    import bct
    subjects, n, permutations, run = 60, 100, 1000, 10
    edges = table(session, subjects, n, 3)
    group = np.arange(1, subjects + 1) % 2 == 0
    i, j = np.triu_indices(n, 1)

    def cube(rows):
        out = np.zeros((n, n, len(rows)))
        out[i, j] = rows.T
        return out + out.transpose(1, 0, 2)

    x, y = cube(edges[group]), cube(edges[~group])

    def ours():
        session.rows(f"SELECT u.p FROM (SELECT psyrad.conn_nbs(id, c, grp, 2.5, {permutations}, 1, 'greater', 'extent') AS r FROM bench_p OFFSET 0) AS t, "
                     "unnest(t.r) AS u")

    def peer():
        with contextlib.redirect_stdout(io.StringIO()):
            bct.nbs_bct(x, y, 2.5, k=run, tail="right", verbose=False)

    def once():
        with contextlib.redirect_stdout(io.StringIO()):
            bct.nbs_bct(x, y, 2.5, k=1, tail="right", verbose=False)

    ours_spent, ten = measure(session, ours, peer, 3)
    _, one = measure(session, lambda: None, once, 3)
    each = [(a - b) / (run - 1) for a, b in zip(ten, one)]
    return verdict(f"Network-based statistic, {permutations:,} arrangements of 60 subjects x 4,950 edges", "psyrad.conn_nbs",
                   "bctpy.nbs_bct", (ours_spent, [b + e * (permutations - 1) for b, e in zip(one, each)]), 100,
                   f" (bctpy EXTRAPOLATED from {run})")


def bench_cpm(session):
    """Prediction in 10 folds with 1,000 arrangements, 200 subjects x 79,800 edges, against numpy, run for 5."""
    subjects, n, permutations, run, folds = 200, 400, 1000, 5, 10
    edges = table(session, subjects, n, 4)
    score = np.sin(np.arange(1, subjects + 1))
    fold = np.arange(subjects) % folds
    bound = 0.192  # |r| of p = .01 for 180 subjects
    generator = np.random.default_rng(5)

    def predict(y):
        predicted = np.empty(subjects)
        for f in range(folds):
            train = fold != f
            a = edges[train] - edges[train].mean(0)
            b = y[train] - y[train].mean()
            r = b @ a / np.sqrt((a * a).sum(0) * (b @ b))
            features = np.column_stack([np.ones(subjects), edges[:, r > bound].sum(1), edges[:, r < -bound].sum(1)])
            predicted[~train] = features[~train] @ np.linalg.lstsq(features[train], y[train], rcond=None)[0]
        return np.corrcoef(predicted, y)[0, 1]

    def ours():
        session.rows(f"SELECT pg_catalog.cardinality(t.r) FROM (SELECT psyrad.conn_cpm(id, c, y, {folds}, 0.01, {permutations}, 1) AS r FROM bench_p OFFSET 0) AS t")

    def peer():
        for _ in range(run):
            predict(generator.permutation(score))

    ours_spent, peer_spent = measure(session, ours, peer, 3)
    holds = verdict("Connectome-based prediction, 10 folds, 1,000 arrangements, 200 subjects x 79,800 edges", "psyrad.conn_cpm, three networks",
                    "numpy, one network, data in memory", (ours_spent, [s * permutations / run for s in peer_spent]), 10, f" (numpy EXTRAPOLATED from {run})")
    session.execute("DROP TABLE bench_p")
    return holds


BENCHES = {"max_t": bench_max_t, "nbs": bench_nbs, "cpm": bench_cpm}
