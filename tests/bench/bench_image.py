"""Benchmarks of images: region series from a 4-D image beside gzip and beside nibabel with numpy, and many small maps at once.

    tests/with-cluster python3 tests/bench/bench_image.py

The image is synthetic (64 x 64 x 36 x 240 int16, a head of noise on a smooth ground, about 34 MB gzipped): its bytes compress as real series do.
Figures are CPU seconds of whole commands; psyrad's with those of its server process, its storing included.
"""
import contextlib
import gzip
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np

from bench_ingest import TOP, run, server_ticks

PSYRAD = f"{TOP}/build/bin/psyrad"
SHAPE, VOLUMES, REGIONS, SMALL = (64, 64, 36), 240, 116, 500
ROUNDS = 5


def nifti(array, path):
    """A NIfTI-1 file, gzipped at level 6, without any package."""
    codes = {"int16": (4, 16), "uint8": (2, 8)}
    code, bits = codes[array.dtype.name]
    dim = [array.ndim, *array.shape] + [1] * (7 - array.ndim)
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, *dim)
    struct.pack_into("<2h", header, 70, code, bits)
    struct.pack_into("<8f", header, 76, 1, 3, 3, 3.6, 2, 0, 0, 0)
    struct.pack_into("<f", header, 108, 352)
    struct.pack_into("<B", header, 123, 10)
    struct.pack_into("<h", header, 254, 1)
    for row, values in enumerate(((3, 0, 0, -95), (0, 3, 0, -95), (0, 0, 3.6, -60))):
        struct.pack_into("<4f", header, 280 + 16 * row, *values)
    header[344:348] = b"n+1\0"
    with gzip.open(path, "wb", compresslevel=6) as out:
        out.write(header)
        out.write(array.tobytes(order="F"))


def write_files(folder, smalls=SMALL):
    rng = np.random.default_rng(20261123)
    place = np.stack(np.meshgrid(*[np.linspace(-1, 1, n) for n in SHAPE], indexing="ij"))
    head = (place ** 2).sum(0) < 0.8
    ground = np.where(head, 1000 + 300 * np.sin(9 * place[0]) * np.cos(7 * place[1]) * np.sin(5 * place[2]), 0)
    i, j, k = np.indices(SHAPE)
    labels = np.where(head, np.minimum(1 + i // 13 + 5 * (j // 13) + 25 * (k // 8), REGIONS), 0).astype(np.uint8)
    nifti(labels, f"{folder}/atlas.nii.gz")
    series = np.empty((*SHAPE, VOLUMES), np.int16, order="F")
    for t in range(VOLUMES):
        series[..., t] = np.abs(ground + rng.normal(0, 1, SHAPE) * np.where(head, 20, 4))
    nifti(series, f"{folder}/sub-S0000_ses-w0_task-rest_bold.nii.gz")
    os.mkdir(f"{folder}/small")
    for n in range(smalls):
        small = (head * (ground + rng.normal(0, 50, SHAPE))).astype(np.int16)
        nifti(small, f"{folder}/small/sub-S{n:04d}_ses-w0_cbf.nii.gz")
    with open(f"{folder}/names.txt", "w") as out:
        out.write("".join(f"{label} R{label:03d}\n" for label in range(1, REGIONS + 1)))
    with open(f"{folder}/study.json", "w") as out:
        json.dump({"study": "t", "title_en": "Bench", "simulated": True, "sites": [{"site": "a", "name_en": "A"}],
                   "arms": [{"arm": "EA", "label_en": "EA", "kind": "verum"}], "visits": [{"session": "w0", "week": 0}]}, out)
    with open(f"{folder}/people.tsv", "w") as out:
        out.write("participant_id\tsite\tarm\n" + "".join(f"S{n:04d}\ta\tEA\n" for n in range(max(smalls, 1))))


@contextlib.contextmanager
def warehouse(folder):
    """A deployed database with a study, its participants and the atlas."""
    name = f"bench_image_{os.getpid()}"
    url = f"host='{os.environ['PGHOST']}' user={os.environ['PGUSER']} dbname={name}"
    run(["createdb", name])
    try:
        run([f"{TOP}/migrations/bin/deploy", "deploy", url])
        here = {"env": dict(os.environ, PSYRAD_URL=url), "cwd": folder}
        run([PSYRAD, "ingest", "study", "study.json"], **here)
        run([PSYRAD, "ingest", "participants", "people.tsv", "--study", "t"], **here)
        run([PSYRAD, "ingest", "atlas", "atlas.nii.gz", "--names", "names.txt", "--atlas", "bench"], **here)
        data = run(["psql", "-XAtqc", "SHOW data_directory"]).strip()
        yield here, int(open(f"{data}/postmaster.pid").readline())
    finally:
        run(["dropdb", "-f", name])


def spent(command, **here):
    """CPU seconds and peak memory (MB) of a command and its children, and what it printed.  The peak comes from the process itself: what rusage says
    of a child begins with the memory of this one."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, **here)
        peak, done = 0, 0
        while done == 0:
            with contextlib.suppress(OSError):
                peak = max([peak] + [int(line.split()[1]) / 1024 for line in open(f"/proc/{child.pid}/status") if line.startswith("VmHWM")])
            done, status, used = os.wait4(child.pid, os.WNOHANG)
            time.sleep(0.002)
        child.returncode = status
        out.seek(0)
        printed = out.read()
    if status != 0:
        raise RuntimeError(f"{command}: {printed.decode()}")
    return used.ru_utime + used.ru_stime, peak, printed


# The peer: a whole program, as psyrad is one; it neither stores nor checks anything.
BY_NUMPY = """
import sys, nibabel, numpy as np
label = np.asarray(nibabel.load(sys.argv[2]).dataobj).ravel(order="F")
count = np.bincount(label)[1:]
data = np.asarray(nibabel.load(sys.argv[1]).dataobj)
with np.errstate(invalid="ignore"):
    series = np.array([np.bincount(label, weights=data[..., t].ravel(order="F"))[1:] / count for t in range(data.shape[3])])
sys.stdout.buffer.write(series.tobytes())
"""


def bench_series(here, postmaster, folder):
    image = f"{folder}/sub-S0000_ses-w0_task-rest_bold.nii.gz"
    ours, zipped, numpy_s, memory = [], [], [], 0
    for k in range(ROUNDS):
        ticks = server_ticks(postmaster)
        cpu, peak, _ = spent([PSYRAD, "ingest", "series", image, "--study", "t", "--atlas", "bench", "--pipeline", "raw", "--run", str(k + 1)], **here)
        time.sleep(0.2)
        ours.append(cpu + (server_ticks(postmaster) - ticks) / os.sysconf("SC_CLK_TCK"))
        memory = max(memory, peak)
        zipped.append(spent(["sh", "-c", f"gzip -dc '{image}' | wc -c"])[0])
        seconds, _, series = spent([sys.executable, "-c", BY_NUMPY, image, f"{folder}/atlas.nii.gz"])
        numpy_s.append(seconds)
    expected = np.frombuffer(series).reshape(VOLUMES, -1)
    stored = run(["psql", here["env"]["PSYRAD_URL"], "-XAtqc", "SELECT e FROM imaging.series, unnest(value) WITH ORDINALITY u(e, n) WHERE run = 1 ORDER BY n"]).split()
    found = np.array(stored, float).reshape(VOLUMES, REGIONS)[:, :expected.shape[1]]
    apart = np.nanmax(np.abs(found / expected - 1))
    assert apart < 1e-6 and (np.isnan(found) == np.isnan(expected)).all(), apart
    middle = statistics.median
    gzip_ratio, numpy_ratio = middle(z / o for z, o in zip(zipped, ours)), middle(n / o for n, o in zip(numpy_s, ours))
    print(f"region series of {SHAPE} x {VOLUMES} int16, {os.path.getsize(image) / 1e6:.1f} MB gzipped, {REGIONS} regions; largest relative difference from numpy {apart:.1e}")
    for label, found in (("psyrad ingest series, stored (with the server)", ours), ("gzip -dc | wc -c", zipped), ("nibabel + numpy bincount (python -c)", numpy_s)):
        print(f"    {label:<48} {middle(found):8.3f} s CPU  (min {min(found):.3f}, max {max(found):.3f})")
    holds = gzip_ratio > 1 and numpy_ratio >= 3 and memory <= 64
    print(f"    gzip/psyrad {gzip_ratio:.2f} (asked: above 1), numpy/psyrad {numpy_ratio:.2f} (asked: 3), peak memory {memory:.1f} MB (asked: at most 64): "
          f"{'holds' if holds else 'BELOW THE BAR'}\n", flush=True)
    return holds


def schedule(pid):
    """Seconds that a process ran and that it could have run, had a core been free."""
    try:
        ran, waited = open(f"/proc/{pid}/schedstat").read().split()[:2]
        return int(ran) / 1e9, int(waited) / 1e9
    except (OSError, ValueError):
        return None


def children(parent):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError, IndexError):
            if int(open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[1]) == parent:
                found.append(int(pid))
    return found


def bench_small(here, postmaster, folder):
    """What share of two cores' time the call makes use of.  On a machine that others use too, a process waits for a core that is taken: that it
    was ready to run is what counts."""
    files = sorted(f"small/{name}" for name in os.listdir(f"{folder}/small"))
    backends_before = set(children(postmaster))
    start = time.monotonic()
    tool = subprocess.Popen([PSYRAD, "ingest", "image", *files, "--study", "t", "--atlas", "bench", "--measure", "cbf", "--jobs", "2"],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **here)
    seen = {}
    while tool.poll() is None:
        for pid in [tool.pid, *children(tool.pid), *(set(children(postmaster)) - backends_before)]:
            spent = schedule(pid)
            if spent is not None:
                seen[pid] = spent
        time.sleep(0.02)
    wall = time.monotonic() - start
    output = tool.stdout.read().decode()
    assert tool.returncode == 0 and f"{SMALL} read, {SMALL} loaded" in output, output + tool.stderr.read().decode()
    ran, ready = sum(r for r, _ in seen.values()), sum(r + w for r, w in seen.values())
    share = ready / (2 * wall)
    print(f"{SMALL} maps of {SHAPE} int16 in one call of two processes, stored")
    print(f"    wall clock {wall:.2f} s, {ran:.2f} s on a core, {ready - ran:.2f} s waiting for one that others used")
    print(f"    {100 * share:.0f} % of two cores' time (asked: 90 %): {'holds' if share >= 0.9 else 'BELOW THE BAR'}\n", flush=True)
    return share >= 0.9


def bench_image(session=None):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        write_files(folder)
        with warehouse(folder) as (here, postmaster):
            return all([bench_series(here, postmaster, folder), bench_small(here, postmaster, folder)])


BENCHES = {"image": bench_image}

if __name__ == "__main__":
    sys.exit(0 if bench_image() else 1)
