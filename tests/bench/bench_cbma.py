"""Benchmarks of coordinate-based meta-analysis: 1,000 Monte Carlo iterations of ALE and MKDA, against NiMARE.

NiMARE runs in a process of its own in its pinned environment (tests/oracle/requirements-cbma.txt), one core, after a warm-up that compiles its
loops, and prints the CPU seconds of its Monte Carlo alone (its fit apart), over 100 iterations: times ten, and labelled so.  Ours is the whole
query of 1,000 iterations: collecting the foci, the fit and the clusters included.
"""
import os
import statistics
import subprocess

SHARED = os.path.join(os.path.dirname(__file__), "../../../shared/data/evidence")
BAR = 20

MASK = """
CREATE TEMP TABLE IF NOT EXISTS bench_mask AS
SELECT ROW(ARRAY[91, 109, 91], ARRAY[2, 0, 0, -90, 0, 2, 0, -126, 0, 0, 2, -72],
	array_agg(1 + i + 91 * (j + 109 * k) ORDER BY k, j, i))::psyrad.voxel_mask AS mask
FROM generate_series(0, 90) i, generate_series(0, 108) j, generate_series(0, 90) k
WHERE ((2 * i - 90) / 70.0::float8) ^ 2 + ((2 * j - 108) / 88.0::float8) ^ 2 + ((2 * k - 80) / 72.0::float8) ^ 2 <= 1
"""

NIMARE = """
import logging, sys, time, warnings
logging.disable(logging.CRITICAL); warnings.simplefilter("ignore")
sys.argv = ["cbma.py"]; sys.path.insert(0, "tests/oracle")
import pandas as pd
import cbma
from nimare.meta.cbma.ale import ALE
from nimare.meta.cbma.mkda import MKDADensity
mask = cbma.ellipsoid()
data = cbma.dataset(pd.read_csv("{folder}/coordinates.tsv", sep="\\t"), mask)
estimator = {estimator}(mask=mask, random_state=1)
result = estimator.fit(data)
estimator.correct_fwe_montecarlo(result, n_iters=2, n_cores=1)
start = time.process_time()
estimator.correct_fwe_montecarlo(result, n_iters=100, n_cores=1)
print("seconds", time.process_time() - start)
"""


def nimare_seconds(estimator, folder):
    python = subprocess.run(["tests/oracle/environment", "cbma"], capture_output=True, text=True, check=True).stdout.strip()
    out = subprocess.run([python + "/bin/python", "-c", NIMARE.format(estimator=estimator, folder=folder)], capture_output=True, text=True, check=True)
    return float(out.stdout.split("seconds")[-1])


def load(session, folder):
    session.execute("DROP TABLE IF EXISTS bench_foci; CREATE TABLE bench_foci (id bigint, x float8, y float8, z float8)")
    with open(folder + "/coordinates.tsv") as file:
        rows = [line.rstrip("\n").split("\t") for line in file][1:]
    for row in rows:
        session.execute("INSERT INTO bench_foci VALUES (%s, %s, %s, %s)", (row[0], row[4], row[5], row[6]))
    session.execute("VACUUM ANALYZE bench_foci")


def bench_one(session, name, function, estimator):
    folder = f"{SHARED}/neurosynth_{name}"
    if not os.path.isdir(folder):
        print(f"{estimator} of {name}: skipped, {folder} is not there\n")
        return True
    load(session, folder)
    query = (f"SELECT (m).experiments, (m).foci, (m).fwe_voxels FROM (SELECT psyrad.{function}((SELECT psyrad.cbma_foci(id::text, x, y, z, 10 + id % 40) "
             "FROM bench_foci), (SELECT mask FROM bench_mask), iterations => 1000) AS m OFFSET 0) s")
    spent, theirs = [], []
    for _ in range(3):
        before = session.cpu()
        experiments, foci, _ = session.rows(query)[0]
        spent.append(session.cpu() - before)
        theirs.append(10 * nimare_seconds(estimator, folder))
    ratio = statistics.median(t / o for t, o in zip(theirs, spent))
    holds = ratio >= BAR
    print(f"{estimator}, {experiments} experiments, {foci} foci ({name}), 2 mm, 1,000 Monte Carlo iterations")
    print(f"    psyrad, the whole query                                            {statistics.median(spent):9.4f} s CPU")
    print(f"    NiMARE 0.22.1, the Monte Carlo alone, 10 x 100 iterations          {statistics.median(theirs):9.4f} s CPU")
    print(f"    ratio {ratio:.1f}; asked: {BAR}: {'holds' if holds else 'BELOW THE BAR'}\n", flush=True)
    return holds


def bench_cbma(session):
    """1,000 Monte Carlo iterations of ALE and MKDA."""
    session.execute(MASK)
    return all([bench_one(session, name, function, estimator)
                for name in ("acupuncture", "depression")
                for function, estimator in (("cbma_ale", "ALE"), ("cbma_mkda", "MKDADensity"))])


BENCHES = {"cbma": bench_cbma}
