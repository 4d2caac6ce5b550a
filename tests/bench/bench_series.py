"""Benchmark of series: a 4-D image through parcellation, 24 motion regressors, scrubbing, band-pass and standardising, stored with its connectome, beside
nilearn's NiftiLabelsMasker with the same choices (load_confounds left out), which stores nothing.

    tests/with-cluster python3 tests/bench/bench_series.py

nilearn runs as a whole program in its own pinned environment (tests/oracle/environment nilearn).  Figures are CPU seconds of whole commands; psyrad's with
those of its server process.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

from bench_image import PSYRAD, REGIONS, VOLUMES, server_ticks, spent, warehouse, write_files
from bench_ingest import TOP, run

ROUNDS = 3
BY_NILEARN = """
import sys, warnings, numpy as np
warnings.simplefilter("ignore")
from nilearn.maskers import NiftiLabelsMasker
confounds = np.load(sys.argv[3])
series = NiftiLabelsMasker(sys.argv[2], standardize="zscore_sample", detrend=True, low_pass=0.1, high_pass=0.01, t_r=2.0, dtype=np.float64).fit_transform(
    sys.argv[1], confounds=confounds["value"], sample_mask=confounds["kept"])
np.save(sys.argv[4], series)
"""


def write_confounds(folder):
    """fMRIPrep's 24 motion columns with three jerks; also as nilearn takes them."""
    rng = np.random.default_rng(20261126)
    motion = np.cumsum(rng.normal(size=(VOLUMES, 6)) * ([0.02] * 3 + [0.0003] * 3), axis=0)
    for at in (40, 41, 150):
        motion[at:] += [0.8, 0, 0.1, 0.001, 0, 0]
    difference = np.vstack([np.full(6, np.nan), np.diff(motion, axis=0)])
    displacement = np.abs(difference * ([1] * 3 + [50] * 3)).sum(1)
    columns, names = [], []
    for k, name in enumerate(["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"]):
        columns += [motion[:, k], difference[:, k], motion[:, k] ** 2, difference[:, k] ** 2]
        names += [name + ending for ending in ("", "_derivative1", "_power2", "_derivative1_power2")]
    table = np.column_stack(columns + [displacement])
    with open(f"{folder}/sub-S0000_ses-w0_task-rest_desc-confounds_timeseries.tsv", "w") as out:
        out.write("\t".join(names + ["framewise_displacement"]) + "\n")
        out.writelines("\t".join("n/a" if np.isnan(x) else f"{x:.17g}" for x in row) + "\n" for row in table)
    value = table[:, :24].copy()
    value[0] = np.where(np.isnan(value[0]), value[1], value[0])
    np.savez(f"{folder}/confounds.npz", value=value, kept=np.flatnonzero(~(displacement > 0.5)))


def compare(here, postmaster, folder):
    python = subprocess.run([f"{TOP}/tests/oracle/environment", "nilearn"], capture_output=True, text=True, check=True).stdout.strip() + "/bin/python"
    image = f"{folder}/sub-S0000_ses-w0_task-rest_bold.nii.gz"
    choices = ["--detrend", "--motion", "24", "--scrub", "0.5", "--bandpass", "0.01:0.1", "--standardize", "zscore_sample"]
    ours, theirs, memory, theirs_memory = [], [], 0, 0
    for k in range(ROUNDS):
        ticks = server_ticks(postmaster)
        cpu, peak, _ = spent([PSYRAD, "ingest", "series", image, "--study", "t", "--atlas", "bench", "--pipeline", "bench", "--tr", "2", "--run", str(k + 1), *choices], **here)
        time.sleep(0.2)
        ours.append(cpu + (server_ticks(postmaster) - ticks) / os.sysconf("SC_CLK_TCK"))
        memory = max(memory, peak)
        seconds, peak, _ = spent([python, "-c", BY_NILEARN, image, f"{folder}/atlas.nii.gz", f"{folder}/confounds.npz", f"{folder}/out.npy"])
        theirs.append(seconds)
        theirs_memory = max(theirs_memory, peak)
    expected = np.load(f"{folder}/out.npy")
    stored = run(["psql", here["env"]["PSYRAD_URL"], "-XAtqc", "SELECT e FROM imaging.series, unnest(value) WITH ORDINALITY u(e, n) WHERE run = 1 ORDER BY n"]).split()
    found = np.array(stored, float).reshape(len(expected), REGIONS)
    found = found[:, ~np.isnan(found).all(axis=0)]  # a label without a voxel is NaN here and no column there
    assert found.shape == expected.shape, (found.shape, expected.shape)
    apart = np.abs(found - expected).max() / np.abs(expected).max()
    assert apart <= 1e-8, apart
    middle = statistics.median
    ratio = middle(t / o for t, o in zip(theirs, ours))
    print(f"parcellation and cleaning of {VOLUMES} volumes, {REGIONS} regions, {len(expected)} volumes kept; largest difference from nilearn {apart:.1e} of the largest value")
    print(f"    psyrad ingest series, stored with its connectome {middle(ours):8.3f} s CPU, peak memory {memory:.0f} MB")
    print(f"    nilearn NiftiLabelsMasker                        {middle(theirs):8.3f} s CPU, peak memory {theirs_memory:.0f} MB")
    holds = ratio >= 3 and memory <= 64
    print(f"    nilearn/psyrad {ratio:.1f} (asked: 3), memory at most 64 MB: {'holds' if holds else 'BELOW THE BAR'}\n", flush=True)
    return holds


def bench_series(session=None):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        write_files(folder, smalls=0)
        write_confounds(folder)
        with warehouse(folder) as (here, postmaster):
            return compare(here, postmaster, folder)


BENCHES = {"series": bench_series}

if __name__ == "__main__":
    sys.exit(0 if bench_series() else 1)
