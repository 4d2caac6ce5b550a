"""Benchmark of stored coordinates: neurosynth's 14,371 studies with 507,891 foci through `psyrad ingest coordinates`, and the question "which
studies have a focus within 10 mm of ...", at places where many have one and where few do.

CPU seconds of client and server together, wall-clock seconds beside them.  The question's milliseconds are CPU ones of the client and its backend
for a call with planning and all rows fetched, on average over several; one backend answers it from memory, so that on a quiet machine the
clock says the same.  The smallest wall-clock time is shown beside it.
"""
import os
import time

from bench_ingest import TOP, measure, run

FOLDER = os.path.join(TOP, "../shared/data/evidence/neurosynth_v7")
SECONDS, MILLISECONDS = 30, 10
PLACES = {"(0, 0, 0)": "0, 0, 0", "left amygdala": "-22, -4, -18", "left inferior frontal gyrus": "-44, 20, 0", "right cerebellum": "30, -70, -50"}


def ask(session, place, calls=40):
    """Studies found, CPU milliseconds a call, and the smallest wall-clock ones."""
    walls, before = [], session.cpu()
    for _ in range(calls):
        start = time.monotonic()
        found = len(session.rows(f"SELECT * FROM evidence.studies_near({place})"))
        walls.append(1000 * (time.monotonic() - start))
    return found, 1000 * (session.cpu() - before) / calls, min(walls)


def bench_coordinates(session):
    """Loading neurosynth and finding its studies near a place."""
    files = [f"{FOLDER}/data-neurosynth_version-7_{part}.tsv.gz" for part in ("coordinates", "metadata")]
    if not os.path.exists(files[0]):
        print(f"coordinates: skipped, {FOLDER} is not there\n")
        return True
    name = f"bench_coordinates_{os.getpid()}"
    url = f"host='{os.environ['PGHOST']}' user={os.environ['PGUSER']} dbname={name}"
    run(["createdb", name])
    try:
        run([f"{TOP}/migrations/bin/deploy", "deploy", url])
        data = run(["psql", "-XAtqc", "SHOW data_directory"]).strip()
        with open(f"{data}/postmaster.pid") as file:
            postmaster = int(file.readline())
        cpu, wall = measure(postmaster, [f"{TOP}/build/bin/psyrad", "ingest", "coordinates", *files], env=dict(os.environ, PSYRAD_URL=url))
        studies, foci = run(["psql", url, "-XAtqc", "SELECT count(DISTINCT study), count(*) FROM evidence.coordinate"]).strip().split("|")
        assert (studies, foci) == ("14371", "507891"), (studies, foci)
        run(["psql", url, "-Xqc", "VACUUM ANALYZE evidence.focus, evidence.experiment"])
        holds = cpu < SECONDS
        print("neurosynth: 14,371 studies, 507,891 foci, two gzipped tables")
        print(f"    psyrad ingest coordinates                {cpu:8.2f} s CPU {wall:8.2f} s wall clock; asked: below {SECONDS}: {'holds' if holds else 'ABOVE THE BAR'}")
        asking = type(session)(name)
        for label, place in PLACES.items():
            ask(asking, place, 1)
            found, spent, wall = ask(asking, place)
            holds = holds and spent < MILLISECONDS
            print(f"    studies within 10 mm of {label:<28} {found:>5} found {spent:6.2f} ms CPU {wall:6.2f} ms wall clock; asked: below {MILLISECONDS}: "
                  f"{'holds' if spent < MILLISECONDS else 'ABOVE THE BAR'}")
        asking.connection.close()
        print(flush=True)
    finally:
        run(["dropdb", "-f", name])
    return holds


BENCHES = {"coordinates": bench_coordinates}
