"""Benchmark of ingest: narrow feature rows through `psyrad ingest features`, validated into vectors, against psql's \\copy of the same file,
unvalidated.  CPU seconds of client and server together, and wall-clock seconds beside them.

    tests/with-cluster python3 tests/bench/bench_ingest.py [ROWS]

\\copy's target is the least that holds the file: a table of its five columns (participant_id, session, region, measure text, value real), logged,
without key, index, constraint or trigger.  Each round loads the file twice into a fresh copy of a warehouse that knows the participants and the
atlas: first, where every visit is new and is stored as well, then under another pipeline, where the visits are there.

The deployed schema comes from migrations/bin/deploy, in databases of their own that are dropped at the end.
"""
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
ATLASES = (400, 116, 68)  # regions: Schaefer-400, AAL, Desikan-Killiany; a vector costs the server the same whatever its length


def run(command, **kw):
    done = subprocess.run(command, capture_output=True, text=True, **kw)
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


def server_ticks(postmaster):
    """CPU ticks of the server's processes that ended (children of the postmaster) and that live."""
    total = 0
    for pid in os.listdir("/proc"):
        if not pid.isdigit():
            continue
        try:
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(pid) == postmaster:
            total += int(fields[13]) + int(fields[14]) + int(fields[11]) + int(fields[12])
        elif int(fields[1]) == postmaster:
            total += int(fields[11]) + int(fields[12])
    return total


def measure(postmaster, command, **kw):
    """CPU seconds (client and server) and wall-clock seconds of a command."""
    ticks, start = server_ticks(postmaster), time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command, **kw)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    time.sleep(0.2)  # the backend ends a moment after its client
    client = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return client + (server_ticks(postmaster) - ticks) / os.sysconf("SC_CLK_TCK"), time.monotonic() - start - 0.2


def write_files(folder, rows, regions):
    people = -(-rows // regions)
    visits = 4
    subjects = -(-people // visits)
    study = {"study": "t", "title_en": "Bench", "simulated": True, "sites": [{"site": "a", "name_en": "A"}],
             "arms": [{"arm": "EA", "label_en": "EA", "kind": "verum"}],
             "visits": [{"session": f"w{k}", "week": k} for k in range(visits)]}
    with open(f"{folder}/study.json", "w") as out:
        json.dump(study, out)
    with open(f"{folder}/people.tsv", "w") as out:
        out.write("participant_id\tsite\tarm\n" + "".join(f"S{k:05d}\ta\tEA\n" for k in range(subjects)))
    with open(f"{folder}/names.txt", "w") as out:
        out.write("".join(f"region_{k:03d}\n" for k in range(regions)))
    with open(f"{folder}/long.csv", "w") as out:
        out.write("participant_id,session,region,measure,value\n")
        for k in range(rows):
            scan, region = divmod(k, regions)
            out.write(f"S{scan // visits:05d},w{scan % visits},region_{region:03d},thickness,{1 + (k * 7919 % 30011) / 10007:.5f}\n")


def compare(rows, regions, rounds=3):
    psyrad, kept = f"{TOP}/build/bin/psyrad", f"bench_ingest_kept_{os.getpid()}"
    name = f"bench_ingest_{os.getpid()}"
    address = f"host='{os.environ['PGHOST']}' user={os.environ['PGUSER']} dbname="
    url = address + name
    environment = dict(os.environ, PSYRAD_URL=address + kept, PSYRAD_REFRESH="no")  # it goes on behind the command, and is bench_report.py's
    run(["createdb", kept])
    try:
        run([f"{TOP}/migrations/bin/deploy", "deploy", address + kept])
        data = run(["psql", "-XAtqc", "SHOW data_directory"]).strip()
        postmaster = int(open(f"{data}/postmaster.pid").readline())
        first, ours, theirs = [], [], []
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            write_files(folder, rows, regions)
            here = {"env": environment, "cwd": folder}
            run([psyrad, "ingest", "study", "study.json"], **here)
            run([psyrad, "ingest", "participants", "people.tsv", "--study", "t"], **here)
            run([psyrad, "ingest", "atlas", "--names", "names.txt", "--atlas", "bench"], **here)
            here["env"]["PSYRAD_URL"] = url
            for _ in range(rounds):
                run(["dropdb", "--if-exists", "-f", name])
                run(["createdb", "-T", kept, name])
                for found, pipeline in ((first, "p0"), (ours, "p1")):
                    run(["psql", url, "-Xqc", "CHECKPOINT"])
                    found.append(measure(postmaster, [psyrad, "ingest", "features", "long.csv", "--study", "t", "--atlas", "bench", "--pipeline", pipeline], **here))
                run(["psql", url, "-Xqc", "CREATE TABLE narrow (participant_id text, session text, region text, measure text, value real)", "-c", "CHECKPOINT"])
                theirs.append(measure(postmaster, ["psql", url, "-Xqc", r"\copy narrow FROM long.csv (FORMAT csv, HEADER)"], **here))
            got = run(["psql", url, "-XAtqc", "SELECT count(*) FROM imaging.vector GROUP BY pipeline UNION ALL SELECT count(*) FROM clinical.visit"]).split()
            assert list(map(int, got)) == 3 * [-(-rows // regions)], got
    finally:
        run(["dropdb", "--if-exists", "-f", name])
        run(["dropdb", "-f", kept])
    print(f"{rows:,} narrow rows into vectors of {regions}, validated, beside \\copy into a bare table, unvalidated")
    for label, found in ((f"first load, {-(-rows // regions):,} visits as well", first), ("psyrad ingest features", ours), ("psql \\copy", theirs)):
        print(f"    {label:<40} {statistics.median(c for c, _ in found):8.2f} s CPU {statistics.median(w for _, w in found):8.2f} s wall clock")
    ratio, of_first = (statistics.median(t[0] / o[0] for o, t in zip(found, theirs)) for found in (ours, first))
    print(f"    ratio {ratio:.2f}, of the first load {of_first:.2f}; asked: above 1: {'holds' if min(ratio, of_first) > 1 else 'BELOW THE BAR'}")
    return min(ratio, of_first) > 1


def main(rows=5_000_000):
    return all([compare(rows, regions) for regions in ATLASES])


BENCHES = {"ingest": lambda session: main()}

if __name__ == "__main__":
    sys.exit(0 if main(*map(int, sys.argv[1:2])) else 1)
