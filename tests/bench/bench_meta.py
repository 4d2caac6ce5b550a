"""Benchmarks of metastat: many REML fits, growth with k, mass_meta, networks and influence, against metafor and PyMARE.

metafor runs in a process of its own (Rscript) that prints its CPU seconds for the loop alone, without starting R or reading data; where
r-cran-metafor is missing the bench says so and is skipped.  What metafor would take for 10,000 fits is extrapolated from 300 and labelled so.
"""
import os
import shutil
import statistics
import subprocess
import tempfile
import warnings

import numpy as np

METAFOR = """
suppressMessages(library(metafor))
cpu <- function(expr) { t <- proc.time(); force(expr); d <- proc.time() - t; d[["user.self"]] + d[["sys.self"]] }
"""


def r_seconds(script, table):
    """CPU seconds that an R script prints, given a CSV as the data frame d; None where metafor is missing."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".csv", delete=False) as file:
        file.write(table)
    out = subprocess.run(["Rscript", "-e", METAFOR + f"d <- read.csv('{file.name}')\n" + script], capture_output=True, text=True)
    os.unlink(file.name)
    if out.returncode != 0:
        if "there is no package" in out.stderr:
            return None
        raise RuntimeError(out.stderr)
    return float(out.stdout.strip().split("\n")[-1])


def ours(session, sql, rounds=7):
    """Median CPU seconds of a query, after a warm-up."""
    session.rows(sql)
    spent = []
    for _ in range(rounds):
        before = session.cpu()
        session.rows(sql)
        spent.append(session.cpu() - before)
    return statistics.median(spent)


def verdict(title, lines, ratio, bar):
    print(title)
    for name, seconds in lines:
        print(f"    {name:<66} {seconds:9.4f} s CPU")
    if ratio is None:
        print(f"    SKIPPED: Rscript or r-cran-metafor is missing (apt-get install r-cran-metafor); asked: {bar}\n", flush=True)
        return True
    holds = ratio >= bar
    print(f"    ratio {ratio:.1f}; asked: {bar}: {'holds' if holds else 'BELOW THE BAR'}\n", flush=True)
    return holds


def many_sets(session, sets, k):
    generator = np.random.default_rng(20260607)
    vi = generator.uniform(0.01, 0.2, (sets, k))
    yi = 0.3 + generator.normal(size=(sets, k)) * np.sqrt(vi + 0.05)
    session.execute("DROP TABLE IF EXISTS bench_sets")
    session.execute("CREATE TABLE bench_sets (g int, yi float8, vi float8)")
    session.cursor.copy_from(_lines((g, y, v) for g in range(sets) for y, v in zip(yi[g], vi[g])), "bench_sets")
    session.execute("VACUUM ANALYZE bench_sets")
    return yi, vi


def _lines(rows):
    import io
    return io.StringIO("".join("\t".join(repr(x) if isinstance(x, float) else str(x) for x in map(_plain, row)) + "\n" for row in rows))


def _plain(x):
    return x.item() if hasattr(x, "item") else x


def csv(header, rows):
    return header + "\n" + "".join(",".join(repr(_plain(x)) for x in row) + "\n" for row in rows)


def bench_reml(session):
    """10,000 REML fits of k = 15 by GROUP BY: metafor's loop, and PyMARE's vectorised REML with its pull from the database."""
    from pymare import Dataset
    from pymare.estimators import VarianceBasedLikelihoodEstimator
    sets, k, sample = 10000, 15, 300
    yi, vi = many_sets(session, sets, k)
    fits = ours(session, "SELECT count((r).tau2) FROM (SELECT psyrad.meta(yi, vi, 'REML') AS r FROM bench_sets GROUP BY g OFFSET 0) x")
    loop = r_seconds("warning <- options(warn = -1); x <- split(d, d$g)\ncat(cpu(for (s in x) try(rma(yi, vi, data = s, method = 'REML'), silent = TRUE)))",
                     csv("g,yi,vi", ((g, yi[g, i], vi[g, i]) for g in range(sample) for i in range(k))))
    loop = None if loop is None else loop * sets / sample

    def pymare():
        with session.connection.cursor() as cursor:
            cursor.execute("SELECT g, yi, vi FROM bench_sets ORDER BY g")
            rows = np.array(cursor.fetchall())
        dataset = Dataset(y=rows[:, 1].reshape(sets, k).T, v=rows[:, 2].reshape(sets, k).T, X=np.ones((k, 1)), add_intercept=False)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return VarianceBasedLikelihoodEstimator(method="reml").fit_dataset(dataset).params_["tau2"]

    ours_tau2 = np.array([row[0] for row in session.rows("SELECT (psyrad.meta(yi, vi)).tau2 FROM bench_sets GROUP BY g ORDER BY g")])
    assert np.median(np.abs(np.ravel(pymare()) - ours_tau2)) < 1e-4, "the two do not compute the same thing"
    spent = []
    for _ in range(3):
        before = session.cpu()
        pymare()
        spent.append(session.cpu() - before)
    vector = statistics.median(spent)
    lines = [("psyrad.meta(yi, vi, 'REML') GROUP BY, every output", fits)]
    if loop is not None:
        lines.append((f"metafor::rma in a loop, EXTRAPOLATED from {sample} of {sets} fits", loop))
    a = verdict("10,000 REML fits of k = 15, against metafor", lines, None if loop is None else loop / fits, 500)
    b = verdict("10,000 REML fits of k = 15, against PyMARE", [lines[0], ("pull from the database and PyMARE's vectorised REML", vector)], vector / fits, 4)
    session.execute("DROP TABLE bench_sets")
    return a and b


def bench_linear(session):
    """The cost of REML as k grows: k = 1,000 against k = 100, both 10,000 studies in all."""
    seconds = {}
    for k in (100, 1000):
        many_sets(session, 10000 // k, k)
        seconds[k] = ours(session, "SELECT count((r).tau2) FROM (SELECT psyrad.meta(yi, vi, 'REML') AS r FROM bench_sets GROUP BY g OFFSET 0) x")
    session.execute("DROP TABLE bench_sets")
    # Linear: the same number of studies takes the same time; cubic would take 100 times as long.
    return verdict("REML is linear in k: 10,000 studies as 100 sets of k = 100, and as 10 of k = 1,000",
                   [("100 sets of k = 100", seconds[100]), ("10 sets of k = 1,000", seconds[1000])], seconds[100] / seconds[1000], 0.5)


def bench_mass_meta(session):
    """mass_meta by REML of 79,800 edges x 20 studies."""
    edges, studies = 79800, 20
    generator = np.random.default_rng(3)
    session.execute("DROP TABLE IF EXISTS bench_maps")
    session.execute("CREATE TABLE bench_maps (yi real[], vi real[])")
    for column in ("yi", "vi"):
        session.execute(f"ALTER TABLE bench_maps ALTER {column} SET STORAGE EXTERNAL")
    for _ in range(studies):
        vi = generator.uniform(0.01, 0.1, edges)
        yi = 0.2 + generator.normal(size=edges) * np.sqrt(vi + 0.02)
        session.execute("INSERT INTO bench_maps VALUES (%s::real[], %s::real[])",
                        ["{" + ",".join(f"{x:.6g}" for x in column) + "}" for column in (yi, vi)])
    session.execute("VACUUM ANALYZE bench_maps")
    seconds = {method: ours(session, f"SELECT pg_catalog.cardinality((r).p) FROM (SELECT psyrad.mass_meta(yi, vi, '{method}') AS r FROM bench_maps OFFSET 0) x", 5)
               for method in ("DL", "REML", "PM")}
    session.execute("DROP TABLE bench_maps")
    return verdict("mass_meta of 79,800 edges x 20 studies (asked: 0.5 s; ratio is 0.5 s / REML)",
                   [(f"psyrad.mass_meta(yi, vi, '{method}')", s) for method, s in seconds.items()], 0.5 / seconds["REML"], 1)


def network_of(generator, treatments, trials, three_arm):
    """Trials as lists of (treatment, effect, variance); a chain of two-arm trials first, so that the network is connected."""
    theta = generator.normal(size=treatments)
    arms = [[t, t + 1] for t in range(treatments - 1)]
    while len(arms) < trials:
        arms.append(sorted(generator.choice(treatments, 3 if len(arms) >= trials - three_arm else 2, replace=False)))
    network = []
    for trial in arms:
        variance = generator.uniform(0.02, 0.2, len(trial))
        mean = theta[trial] + generator.normal(size=len(trial)) * np.sqrt(variance + 0.05)
        network.append([(f"t{t:02d}", float(m), float(v)) for t, m, v in zip(trial, mean, variance)])
    return network


def network_against_metafor(session, three_arm):
    """100 trials x 20 treatments by REML: psyrad.meta_network against metafor::rma.mv, as metafor documents it for contrasts."""
    network = network_of(np.random.default_rng(9), 20, 100, three_arm)
    pairs = [(i, a[0], b[0], a[1] - b[1], a[2] + b[2]) for i, arms in enumerate(network) for k, a in enumerate(arms) for b in arms[k + 1:]]
    session.execute("DROP TABLE IF EXISTS bench_network")
    session.execute("CREATE TABLE bench_network (study text, t1 text, t2 text, yi float8, vi float8)")
    session.cursor.copy_from(_lines(pairs), "bench_network")
    session.execute("VACUUM ANALYZE bench_network")
    fit = ours(session, "SELECT (psyrad.meta_network(study, t1, t2, yi, vi, 'REML')).tau2 FROM bench_network", 21)
    tau2 = session.rows("SELECT (psyrad.meta_network(study, t1, t2, yi, vi, 'REML')).tau2 FROM bench_network")[0][0]
    session.execute("DROP TABLE bench_network")
    # Each trial's contrasts with its first arm: the covariance of two of them is that arm's variance.
    rows = [(i, b[0], arms[0][0], b[1] - arms[0][1], b[2] + arms[0][2], arms[0][2]) for i, arms in enumerate(network) for b in arms[1:]]
    table = "study,t1,t2,yi,vi,base\n" + "".join(f"{i},{a},{b},{y!r},{v!r},{w!r}\n" for i, a, b, y, v, w in rows)
    design = """tr <- sort(unique(c(d$t1, d$t2)))
X <- sapply(tr[-1], function(x) (d$t1 == x) - (d$t2 == x))
"""
    peer = r_seconds(design + """V <- outer(d$study, d$study, '==') * d$base
diag(V) <- d$vi
d$comparison <- factor(ave(d$study, d$study, FUN = seq_along))
two <- nlevels(d$comparison) == 1 # one contrast a trial: its effect is the trial's own
seconds <- cpu(r <- rma.mv(yi, V, mods = ~ 0 + X, random = if (two) ~ 1 | study else ~ comparison | study, rho = if (two) NA else 1/2, data = d, method = 'REML'))
tau2 <- if (two) r$sigma2 else r$tau2
cat(sprintf('%.15g\\n%.6f\\n', tau2, seconds))
stopifnot(abs(tau2 - """ + repr(tau2) + ") < 1e-4)", table)
    lines = [("psyrad.meta_network, with league table, ranks, Q and splits", fit)]
    if peer is not None:
        lines.append(("metafor::rma.mv, the fit alone", peer))
    if peer is not None and three_arm == 0:
        lines.append(("metafor::rma with moderators, which two-arm trials allow (not counted)", r_seconds(design + "cat(cpu(rma(yi, vi, mods = ~ 0 + X, data = d)))", table)))
    return verdict(f"Network of 100 trials ({three_arm or 'none'} of three arms) x 20 treatments, REML", lines, None if peer is None else peer / fit, 100)


def bench_network(session):
    """The network of the issue, with 20 trials of three arms, and one of two-arm trials alone, where rma.mv has the least to do."""
    return all([network_against_metafor(session, 20), network_against_metafor(session, 0)])


def bench_influence(session):
    """Influence diagnostics at k = 100, REML, against metafor::influence."""
    yi, vi = many_sets(session, 1, 100)
    fit = ours(session, "SELECT psyrad.meta_influence(i::text, yi, vi) FROM (SELECT row_number() OVER () AS i, yi, vi FROM bench_sets) x")
    peer = r_seconds("r <- rma(yi, vi, data = d)\ncat(cpu(influence(r)))", csv("yi,vi", zip(yi[0], vi[0])))
    session.execute("DROP TABLE bench_sets")
    lines = [("psyrad.meta_influence", fit)]
    if peer is not None:
        lines.append(("metafor::influence", peer))
    return verdict("Influence diagnostics, k = 100, REML", lines, None if peer is None else peer / fit, 100)


BENCHES = {"reml": bench_reml, "linear": bench_linear, "mass_meta": bench_mass_meta, "network": bench_network, "influence": bench_influence}
