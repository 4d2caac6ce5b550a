#!/usr/bin/env python3
"""bib-dedupe on a labelled set: its CPU seconds, what it finds, and what it merges falsely.

    build/oracle-dedupe/bin/python tests/oracle/dedupe.py ../shared/data/evidence/bibdedupe/stroke

Prints one line a folder: CPU seconds of prep, block, match and cluster (own and children), TP, FN, false pairs.  The folder holds
records_pre_merged.csv and merged_record_ids.csv.
"""
import contextlib
import io
import itertools
import os
import resource
import sys

import pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, prep


def cpu():
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def run(folder):
    records = pd.read_csv(os.path.join(folder, "records_pre_merged.csv"))
    truth = [x.split(";") for x in pd.read_csv(os.path.join(folder, "merged_record_ids.csv"))["merged_ids"]]
    before = cpu()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        groups = cluster(match(block(prep(records, cpu=1), cpu=1), cpu=1))
    spent = cpu() - before
    of = {i: k for k, group in enumerate(groups) for i in group}
    kept = [len({of.get(i, i) for i in group}) for group in truth]
    label = {i: k for k, group in enumerate(truth) for i in group}
    false = [p for g in groups for p in itertools.combinations(g, 2) if label.get(p[0], p[0]) != label.get(p[1], p[1])]
    print(f"seconds {spent:.3f} records {len(records)} TP {sum(map(len, truth)) - sum(kept)} FN {sum(kept) - len(kept)} false {len(false)} "
          f"{os.path.basename(folder.rstrip('/'))}", flush=True)


for name in sys.argv[1:]:
    run(name)
