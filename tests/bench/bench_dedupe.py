"""Benchmarks of deduplication: a labelled set against bib-dedupe in one run, and 50,000 records in one query.

bib-dedupe runs in its pinned environment (tests/oracle/requirements-dedupe.txt) on one core; its CPU seconds are those of prep, block, match and
cluster, without starting Python or reading the file.  Ours is the whole query over rows in a table: collecting them, pairs and clusters.
The 50,000 are synthetic: reports made from the words and names of the labelled sets, 40 % of them in two to four records that differ as
databases differ (initials, abbreviated pages, capitals, missing fields), each with an abstract of 120 words.
"""
import csv
import io
import os
import random
import re
import statistics
import subprocess

SHARED = os.path.join(os.path.dirname(__file__), "../../../shared/data/evidence/bibdedupe")
BAR, SECONDS, MANY = 50, 10, 50000
COLUMNS = "key int8, title text, authors text[], year int, journal text, volume text, issue text, pages text, doi text, abstract text, type text"
QUERY = """SELECT cardinality(d.keys), (SELECT count(DISTINCT c) FROM unnest(d.clusters) c), d.compared, d.widest_block FROM psyrad.record_deduplicate((
	SELECT array_agg(ROW(key, title, NULL, NULL, authors, NULL, year, journal, NULL, volume, issue, pages, NULL, doi, NULL, abstract, type, NULL)::psyrad.bib_record)
	FROM {})) d"""


def read(name):
    with open(os.path.join(SHARED, name, "records_pre_merged.csv"), encoding="utf-8") as file:
        return [dict(r, authors=[a for a in re.split(r"\s+and\s+", r["author"] or "") if a]) for r in csv.DictReader(file)]


def load(session, table, rows):
    session.execute("CREATE EXTENSION IF NOT EXISTS catalogue")
    session.execute(f"DROP TABLE IF EXISTS {table}; CREATE TABLE {table} ({COLUMNS})")
    out = io.StringIO()
    writer = csv.writer(out)
    for key, r in enumerate(rows, 1):
        authors = "{" + ",".join('"' + a.replace("\\", "").replace('"', "") + '"' for a in r["authors"]) + "}"
        year = re.sub(r"\.0$", "", str(r.get("year") or ""))
        writer.writerow([key, r.get("title"), authors, year if year.isdigit() else "", r.get("journal") or r.get("booktitle"), r.get("volume"),
                         r.get("number"), r.get("pages"), r.get("doi"), r.get("abstract"), r.get("ENTRYTYPE")])
    out.seek(0)
    session.cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT csv)", out)
    session.execute(f"ANALYZE {table}")


def initials(name):
    family, _, given = name.partition(", ")
    return f"{family}, " + " ".join(word[0] for word in given.split() if word)


def as_another(generator, r):
    """The record as another database has it."""
    other = dict(r)
    first, last = r["pages"].split("-")
    other["pages"] = generator.choice([r["pages"], f"{first}-{last[-1]}", r["pages"]])
    other["title"] = generator.choice([r["title"].upper(), r["title"] + ".", f"[{r['title']}]", r["title"]])
    other["authors"] = [initials(a) for a in r["authors"]] if generator.random() < 0.5 else r["authors"]
    for field in ("doi", "abstract", "number"):
        if generator.random() < 0.3:
            other[field] = ""
    return other


def synthetic(count):
    generator = random.Random(20261123)
    base = [r for name in ("stroke", "cytology_screening", "haematology") for r in read(name)]
    words = sorted({w for r in base for w in r["title"].split() if w.isalpha()})
    people = sorted({a for r in base for a in r["authors"] if ", " in a})
    journals = sorted({r["journal"] for r in base if r["journal"]})
    rows, reports = [], 0
    while len(rows) < count:
        reports += 1
        first = generator.randrange(1, 2000)
        report = {"title": " ".join(generator.choices(words, k=generator.randrange(7, 16))), "authors": generator.sample(people, generator.randrange(1, 8)),
                  "year": generator.randrange(1980, 2024), "journal": generator.choice(journals), "volume": str(generator.randrange(1, 200)),
                  "number": str(generator.randrange(1, 13)), "pages": f"{first}-{first + generator.randrange(1, 9)}",
                  "doi": f"10.1016/j.{reports}.{generator.randrange(10 ** 6)}", "abstract": " ".join(generator.choices(words, k=120)), "ENTRYTYPE": "article"}
        rows.append(report)
        for _ in range(generator.choice([0, 0, 0, 1, 2]) if generator.random() < 0.9 else 3):
            rows.append(as_another(generator, report))
    generator.shuffle(rows)
    return rows[:count], reports


def spent(session, query, rounds):
    seconds, answer = [], None
    for _ in range(rounds):
        before = session.cpu()
        answer = session.rows(query)[0]
        seconds.append(session.cpu() - before)
    return seconds, answer


def bench_against(session):
    environment = subprocess.run(["tests/oracle/environment", "dedupe"], capture_output=True, text=True, check=True).stdout.strip()
    load(session, "bench_labelled", read("cytology_screening"))
    ours, peer, line = [], [], ""
    for _ in range(3):
        line = subprocess.run([f"{environment}/bin/python", "tests/oracle/dedupe.py", os.path.join(SHARED, "cytology_screening")],
                              capture_output=True, text=True, check=True).stdout.strip()
        peer.append(float(line.split()[1]))
        ours.append(statistics.median(spent(session, QUERY.format("bench_labelled"), 5)[0]))
    ratio = statistics.median(p / o for p, o in zip(peer, ours))
    print(f"Deduplicating cytology_screening (1,856 records): bib-dedupe found {line}")
    print(f"    psyrad.record_deduplicate over a table       {statistics.median(ours):9.4f} s CPU")
    print(f"    bib-dedupe: prep, block, match, cluster      {statistics.median(peer):9.4f} s CPU")
    print(f"    ratio {ratio:.0f}; asked: {BAR}: {'holds' if ratio >= BAR else 'BELOW THE BAR'}\n", flush=True)
    return ratio >= BAR


def bench_many(session):
    rows, reports = synthetic(MANY)
    load(session, "bench_many", rows)
    seconds, (keys, clusters, compared, widest) = spent(session, QUERY.format("bench_many"), 3)
    middle = statistics.median(seconds)
    print(f"Deduplicating {keys} synthetic records of {reports} reports: {clusters} clusters, {compared} pairs compared, largest block {widest}")
    print(f"    psyrad.record_deduplicate over a table       {middle:9.4f} s CPU; asked: below {SECONDS}: "
          f"{'holds' if middle < SECONDS else 'BELOW THE BAR'}\n", flush=True)
    return middle < SECONDS


def skipping(bench):
    def run(session):
        if os.path.isdir(SHARED):
            return bench(session)
        print(f"Deduplication: SKIPPED, no labelled sets at {SHARED}\n")
        return True
    return run


BENCHES = {"dedupe": skipping(bench_against), "dedupe_many": skipping(bench_many)}
