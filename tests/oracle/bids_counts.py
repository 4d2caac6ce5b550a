"""Counts of BIDS data sets, made with the standard library alone and nothing of psyrad: what `psyrad ingest bids` must have stored.

    python3 tests/oracle/bids_counts.py ../shared/data/imaging >tests/golden/bids/counts.tsv

A line a count: data set, what, value.  Missing is n/a and what else the tool takes for missing; dates are not values.
"""
import csv
import glob
import gzip
import json
import os
import re
import struct
import sys

MISSING = {"", "n/a", "na", "nan", "."}
SETS = ["bids_examples/" + d for d in ("ds007", "pet005", "pheno004", "synthetic")] + [
    "openneuro_ds000171_mdd_music/ds000171", "openneuro_ds002748_mdd_rest/ds002748"]
NEVER = {"participant_id", "session_id", "filename", "acq_time"}


def table(path):
    with open(path, encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f, delimiter="\t"))


def there(cell):
    return cell is not None and cell.strip().lower() not in MISSING


def entities(path):
    return dict(part.split("-", 1) for part in re.split(r"[_.]", os.path.basename(path)) if "-" in part)


def suffix(path):
    return os.path.basename(path).split(".")[0].split("_")[-1]


def inherited(root, path):
    """The merged sidecars of a file."""
    merged, own = {}, entities(path)
    folder = root
    for step in [""] + os.path.relpath(os.path.dirname(path), root).split(os.sep):
        folder = os.path.join(folder, step)
        found = [j for j in glob.glob(os.path.join(folder, "*.json"))
                 if suffix(j) == suffix(path) and all(own.get(k) == v for k, v in entities(j).items())]
        for j in sorted(found, key=lambda j: (len(entities(j)), j)):
            with open(j, encoding="utf-8") as f:
                merged.update(json.load(f))
    return merged


def readable(path):
    """A NIfTI-1 file, perhaps compressed, that has the bytes that its header promises."""
    with open(path, "rb") as f:
        head = f.read()
    if head[:2] == b"\x1f\x8b":
        head = gzip.decompress(head)
    if len(head) < 352 or struct.unpack("<i", head[:4])[0] != 348:
        return False
    dim = struct.unpack("<8h", head[40:56])
    size = struct.unpack("<h", head[72:74])[0] // 8
    for d in dim[1:1 + dim[0]]:
        size *= d
    return len(head) >= struct.unpack("<f", head[108:112])[0] + size


def records(path):
    dictionary = path[:-4] + ".json"
    levels = {}
    if os.path.exists(dictionary):
        with open(dictionary, encoding="utf-8") as f:
            levels = {k: v["Levels"] for k, v in json.load(f).items() if "Levels" in v}
    cells = [(k, v) for row in table(path) for k, v in row.items() if k not in NEVER and there(v)]
    return len(cells), sum(k in levels and v not in levels[k] for k, v in cells)


def count(root):
    out = {}
    people = table(root + "/participants.tsv")
    out["participants"] = len(people)
    out["participant_cells"], unknown = records(root + "/participants.tsv")
    ages = [float(p["age"]) for p in people if there(p.get("age"))]
    out["age_sum"] = f"{sum(ages):g}"
    others = sorted(glob.glob(root + "/phenotype/*.tsv")) + sorted(glob.glob(root + "/sub-*/*_sessions.tsv"))
    found = [records(f) for f in others]
    out["other_cells"] = sum(f[0] for f in found)
    out["unknown_levels"] = unknown + sum(f[1] for f in found)
    images = [f for f in sorted(glob.glob(root + "/sub-*/**/*.nii*", recursive=True))]
    out["images"] = len(images)
    out["unreadable"] = sum(not readable(f) for f in images)
    sides = [inherited(root, f) for f in images]
    out["tr_sum"] = f"{sum(s.get('RepetitionTime', 0) for s in sides):g}"
    out["te_sum"] = f"{sum(s.get('EchoTime', 0) for s in sides):g}"
    out["makers"] = sum("Manufacturer" in s for s in sides)
    events = {f: f for f in glob.glob(root + "/sub-*/**/*_events.tsv", recursive=True)}
    for shared in glob.glob(root + "/*_events.tsv"):
        for f in images:
            if suffix(f) == "bold" and all(entities(f).get(k) == v for k, v in entities(shared).items()):
                events[f] = shared
    out["runs_with_events"] = len(events)
    out["events"] = sum(len(table(f)) for f in events.values())
    out["onset_sum"] = f"{sum(float(r['onset']) for f in events.values() for r in table(f)):.3f}"
    motion = [f for f in glob.glob(root + "/derivatives/*/**/*_timeseries.tsv", recursive=True)]
    out["runs_with_motion"] = len(motion)
    means = []
    for f in motion:
        fd = [float(r["FramewiseDisplacement"]) for r in table(f) if there(r["FramewiseDisplacement"])]
        means.append(sum(fd) / len(fd))
    out["mean_fd_sum"] = f"{sum(means):.4f}"
    return out


def main(folder):
    for name in SETS:
        for what, value in count(os.path.join(folder, name)).items():
            print(os.path.basename(name), what, value, sep="\t")


if __name__ == "__main__":
    main(sys.argv[1])
