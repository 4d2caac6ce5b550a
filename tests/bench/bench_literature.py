"""Benchmark of reading RIS: psyrad's reader against bibutils' ris2xml on the same file in one run.

Reading is from the bytes to the mapped fields of every record (tests/bench/read_literature.c), as ris2xml's is from the bytes to its MODS; what psyrad
ingest literature --dry-run costs the client beside it (checksums, rows for COPY) is printed too.  CPU seconds of user and system, alternating.
The file is made of Zotero's export of 1,000 records in shared/data, ten times over.
"""
import os
import resource
import shutil
import statistics
import subprocess
import tempfile

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
EXPORT = os.path.join(TOP, "..", "shared", "data", "evidence", "asysd", "zotero_export.ris")
COPIES = 10


def build():
    """The reader with the objects of the tool."""
    objects = os.path.join(TOP, "build", "ingest")
    readers = "bibtex endnote_xml enw gbt7714 labelled literature_table nbib noteexpress ovid refworks ris tagged text wos xml_others".split()
    wanted = [f for f in sorted(os.listdir(objects)) if f.startswith("literature_") and f.endswith(".o") and f != "literature_source.o"] + [f"reader_{r}.o" for r in readers] + ["source.o", "buffer.o"]
    parts = [os.path.join(objects, f) for f in wanted]
    program = os.path.join(TOP, "build", "bench_read_literature")
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-O2", "-D_GNU_SOURCE", "-I" + os.path.join(TOP, "ingest"), "-I" + os.path.join(TOP, "src"), "-o", program,
                    os.path.join(TOP, "tests", "bench", "read_literature.c"), *parts, os.path.join(TOP, "build", "src", "libpsyrad.a"), "-lcrypto", "-lxml2", "-lm"], check=True)
    return program


def spent(command, **kw):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **kw)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError(f"{command}: exit {done.returncode}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def bench_ris(session):
    if shutil.which("ris2xml") is None or not os.path.exists(EXPORT):
        print("Reading RIS\n    SKIPPED: ris2xml (apt-get install bibutils) or shared/data is missing\n")
        return True
    subprocess.run(["make", "-s", "-C", os.path.join(TOP, "ingest")], check=True)
    program, read, peer = build(), [], []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "records.ris")
        with open(path, "wb") as f:
            for _ in range(COPIES):
                f.write(open(EXPORT, "rb").read() + b"\n")
        for _ in range(9):
            records, seconds = spent([program, path])[1].split()
            read.append(float(seconds))
            peer.append(spent(["ris2xml", path])[0])
    assert int(records) == 1000 * COPIES, records
    ratio = statistics.median(p / r for p, r in zip(peer, read))
    print(f"Reading RIS, {int(records):,} records of {os.path.getsize(EXPORT) // 1000:,} bytes")
    for name, seconds in (("psyrad's reader, bytes to fields", statistics.median(read)), ("bibutils ris2xml, bytes to MODS", statistics.median(peer))):
        print(f"    {name:<66} {seconds:9.4f} s CPU {int(records) / seconds:12,.0f} records/s")
    print(f"    ratio {ratio:.1f}; asked: 50: {'holds' if ratio >= 50 else 'BELOW THE BAR'}\n", flush=True)
    return ratio >= 50


BENCHES = {"ris": bench_ris}

if __name__ == "__main__":
    bench_ris(None)
