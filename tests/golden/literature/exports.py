#!/usr/bin/env python3
"""exports.py DATA: whole exports of databases and reference managers, loaded into $PSYRAD_URL.

Every record of every file must be there: counted a second time with nothing but a regular expression or Python's csv.  Where two files have
the same record (the same DOI), they must agree on what both say: title, year, volume, issue, pages, first author.  A disagreement must
stand in exports.tsv beside this file, with a reason.
"""
import collections, csv, glob, io, json, os, re, subprocess, sys

here = os.path.dirname(os.path.abspath(__file__))


def independent_count(path):
    text = open(path, "rb").read()
    text = text.decode("utf-8-sig") if "labelled_test_set" not in path else text.decode("latin-1")
    if path.endswith(".xml"):
        return len(re.findall(r"<record>", text))
    if path.endswith(".bib"):
        return len(re.findall(r"^@[A-Za-z]+ *\{", text, re.M))
    if path.endswith((".csv", ".tsv", "test_export.txt")):
        return sum(1 for row in csv.reader(io.StringIO(text, newline=""), delimiter="\t" if path.endswith(("tsv", "txt")) else ",") if row) - 1
    if re.search(r"^PMID- ", text, re.M):
        return len(re.findall(r"^PMID- ", text, re.M))
    return len(re.findall(r"^TY {1,2}- ", text, re.M))


def load(data):
    paths = sorted(p for folder in ("bibliography_open", "asysd", "sra") for p in glob.glob(f"{data}/{folder}/*") if not p.endswith((".md", ".CC0")))
    for options, files in ([["--encoding", "windows-1252"], [p for p in paths if "labelled" in p]], [[], [p for p in paths if "labelled" not in p]]):
        run = subprocess.run(["psyrad", "ingest", "literature", "--root", data] + options + files, capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(f"psyrad: exit {run.returncode}\n{run.stdout}{run.stderr}")
    return paths


def rows(sql):
    out = subprocess.run(["psql", "-XAtq", "-d", os.environ["PSYRAD_URL"], "-c", f"SELECT to_jsonb(x) FROM ({sql}) x"], capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in out.split("\n") if line]


def fold(text):
    return re.sub(r"[\W_]+", "", re.sub(r"<[^>]+>", "", text or "")).casefold()


def first_author(row):
    person = (row["authors"] or [{}])[0]
    name = person.get("family") or person.get("literal") or ""
    return fold(name.split(",")[0] if person.get("family") else name.split(" ")[-1])


def same_library(*names):
    """One library written in two formats: the same records in every field that both formats hold.  (Zotero writes what a paper's C3 is, an affiliation here,
    as its booktitle: where papers appeared is not compared.)"""
    held = []
    for name in names:
        every = rows(f"""SELECT r.* FROM evidence.source_record r JOIN ingest.file f USING (file_id) WHERE f.path = 'asysd/{name}' ORDER BY r.ordinal""")
        held.append(collections.Counter((fold(r["title"]), r["year"], r["volume"], r["issue"], r["page_first"], r["page_last"], r["doi"], None if r["type"] == "conference_paper" else fold(r["journal"]),
                                         fold(r["abstract"]),
                                         str(r["issn"]), tuple(fold(p["written"]) for p in r["authors"] or [])) for r in every))
    apart = list(((held[0] - held[1]) + (held[1] - held[0])).elements())
    for record in apart[:5]:
        print(names, [str(v)[:80] for v in record])
    return len(apart)


def main():
    data, bad = sys.argv[1], 0
    paths = load(data)
    counts = {r["path"]: r["n"] for r in rows("SELECT f.path, count(*) AS n FROM evidence.source_record r JOIN ingest.file f USING (file_id) GROUP BY 1")}
    for path in paths:
        shown = os.path.relpath(path, data)
        if counts.get(shown) != independent_count(path):
            print(f"{shown}: {counts.get(shown)} records, counted {independent_count(path)}")
            bad += 1
    every = rows("""SELECT f.path, r.doi, r.title, r.year, r.volume, r.issue, r.page_first, r.authors FROM evidence.source_record r JOIN ingest.file f USING (file_id)
        WHERE f.path LIKE 'bibliography_open/%' AND r.doi IS NOT NULL ORDER BY f.path, r.ordinal""")
    groups = collections.defaultdict(list)
    for row in every:
        groups[row["doi"]].append(row)
    listed, compared, seen = {}, 0, set()
    for line in open(f"{here}/exports.tsv", encoding="utf-8"):
        if not line.startswith("#") and line.strip():
            *key, reason = line.rstrip("\n").split("\t")
            listed[tuple(key)] = reason
    for doi, same in groups.items():
        for other in same[1:]:
            for field in ("title", "year", "volume", "issue", "page_first", "author"):
                a, b = ((first_author(r) if field == "author" else fold(str(r[field])) if r[field] is not None else "") for r in (same[0], other))
                compared += bool(a and b)
                if a and b and a != b:
                    key = (doi, os.path.basename(same[0]["path"]), os.path.basename(other["path"]), field)
                    seen.add(key)
                    if key not in listed:
                        bad += 1
                        print("\t".join(key), "::", same[0].get(field, a), "::", other.get(field, b))
    bad += same_library("zotero_export.bib", "zotero_export.ris") + same_library("test_export.ris", "test_export.bib") + same_library("test_export.ris", "test_export.txt")
    for key in listed.keys() - seen:
        bad += 1
        print("listed but no difference any more:", *key)
    print(f"{len(paths)} files, {sum(counts.values())} records, {sum(len(g) > 1 for g in groups.values())} of them in several files, {compared} values compared, {len(seen)} differ, {bad} wrong")
    sys.exit(1 if bad else 0)


main()
