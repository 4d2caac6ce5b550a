#!/usr/bin/env python3
"""questions_trial.py TRIAL-FOLDER ANSWERS-FOLDER: questions 10, 11 and 12 recounted from the trial's own files.

ANSWERS-FOLDER holds 10.csv, 11.csv and 12.csv, the questions' answers as psql writes them with --csv.  Standard library only; nothing of the
warehouse is used, so that a wrong join there cannot hide here.
"""
import csv
import math
import sys
from collections import defaultdict
from pathlib import Path

WEEKS = (0, 2, 4, 8)


def read(path, delimiter=","):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def ratings(folder):
    """(person, week) -> items and total, of HAMD-17; the same of HAMD-24.  A total stands in for items that are missing, when stated."""
    short, long = {}, {}
    for name, items, into in (("scores_east.csv", 17, short), ("scores_west.csv", 17, short), ("hamd24_east.csv", 24, long)):
        for row in read(folder / name)[1:]:
            answers = [int(cell) if cell else None for cell in row[2:2 + items]]
            stated = int(row[2 + items]) if row[2 + items] else None
            into[row[0].removeprefix("sub-"), int(row[1])] = answers, stated if None in answers else sum(answers)
    return short, long


def arms(folder):
    rows = read(folder / "participants.tsv", "\t")
    person, arm = rows[0].index("participant_id"), rows[0].index("arm")
    return {row[person].removeprefix("sub-"): row[arm] for row in rows[1:] if row[arm] != "healthy"}


def mean(x):
    return sum(x) / len(x)


def sd(x):
    m = mean(x)
    return math.sqrt(sum((v - m) ** 2 for v in x) / (len(x) - 1))


def percent(part, whole):
    """As PostgreSQL rounds a numeric: half away from zero."""
    return f"{math.floor(100 * part / whole + 0.5)} %" if whole else ""


def outcome(short, person, week, rule):
    """The total that counts at a visit, or None."""
    seen = [short[person, w][1] for w in WEEKS if 0 < w <= week and (person, w) in short and short[person, w][1] is not None]
    at_visit = short.get((person, week), (None, None))[1]
    return (seen[-1] if seen else None) if rule == "locf" else at_visit


def question_10(short, arm_of):
    answer = {}
    for arm in sorted(set(arm_of.values())):
        people = [p for p, a in arm_of.items() if a == arm and short.get((p, 0), (0, None))[1] is not None]
        base = {p: short[p, 0][1] for p in people}
        for rule in ("observed", "locf", "nri"):
            for week in WEEKS:
                total = {p: base[p] if week == 0 else outcome(short, p, week, rule) for p in people}
                known = {p: t for p, t in total.items() if t is not None}
                n = len(people) if rule == "nri" else len(known)
                responders = sum(2 * (base[p] - t) >= base[p] for p, t in known.items())
                remitters = sum(t <= 7 for t in known.values())
                said = rule != "nri" or week == 0
                answer[arm, week, rule] = (
                    n, mean(list(known.values())) if said else "", sd(list(known.values())) if said else "",
                    mean([t - base[p] for p, t in known.items()]) if said and week else "",
                    responders if week else "", percent(responders, n) if week else "", remitters, percent(remitters, n))
    return answer


def degree(total, edges):
    """How many of the edges (first totals of the second, third ... band) a total has reached, at most 3."""
    return min(sum(total >= edge for edge in edges), 3)


def question_11(short, long, arm_of):
    answer = {}
    for person in arm_of:
        for week in (0, 8):
            a = short.get((person, week), (None, None))[1]
            items, c = long.get((person, week), (None, None))
            if a is None and c is None:
                continue
            degrees = [degree(a, (8, 17, 24)), degree(a, (8, 14, 19, 23)), degree(a, (7, 17, 25))] if a is not None else []
            degrees += [degree(c, (8, 21, 36))] if c is not None else []
            if min(degrees) < max(degrees):
                answer[person, week] = a, sum(items[:21]) if items else "", c if c is not None else "", f"{min(degrees)}-{max(degrees)}"
    return answer


FACTORS = {("HAMD-17 cleary_guy", "anxiety/somatization"): (10, 11, 12, 13, 15, 17)} | {("HAMD-24 chinese_7", name): items for name, items in {
    "anxiety/somatization": (10, 11, 12, 15, 17), "weight": (16,), "cognitive disturbance": (2, 3, 9, 19, 20, 21), "diurnal variation": (18,),
    "retardation": (1, 7, 8, 14), "sleep disturbance": (4, 5, 6), "hopelessness": (22, 23, 24)}.items()}


def change(before, after):
    """metafor's SMCR and its variance: J(n - 1) (after - before) / sd(before); 2 (1 - r) / n + yi^2 / (2 n)."""
    n, m = len(before), len(before) - 1
    j = math.exp(math.lgamma(m / 2) - math.log(math.sqrt(m / 2)) - math.lgamma((m - 1) / 2))
    x, y = mean(before), mean(after)
    r = sum((a - x) * (b - y) for a, b in zip(before, after)) / (m * sd(before) * sd(after))
    yi = j * (y - x) / sd(before)
    return yi, 2 * (1 - r) / n + yi * yi / (2 * n)


def question_12(short, long, arm_of):
    answer = {}
    for (structure, factor), numbers in FACTORS.items():
        source = short if structure.startswith("HAMD-17") else long
        score = {key: sum(items[k - 1] for k in numbers) for key, (items, _) in source.items() if all(items[k - 1] is not None for k in numbers)}
        for arm in set(arm_of.values()):
            course = {}
            for week in WEEKS[1:]:
                both = [p for p, a in arm_of.items() if a == arm and (p, 0) in score and (p, week) in score]
                course[week] = (len(both), *change([score[p, 0] for p in both], [score[p, week] for p in both]))
            first = next((week for week in WEEKS[1:] if course[week][1] < -0.3), None)
            n, yi, vi = course[first or 8]
            answer[arm, structure, factor] = first if first else "", n, yi, yi - 1.96 * math.sqrt(vi), yi + 1.96 * math.sqrt(vi)
    return answer


def compare(number, wanted, found):
    """Whole numbers and words as they stand; what the question rounds to two digits must be within half a hundredth."""
    if wanted.keys() != found.keys():
        sys.exit(f"question {number}: rows {sorted(map(str, wanted.keys() ^ found.keys()))[:4]} are on one side only")
    for key, cells in wanted.items():
        for want, got in zip(cells, found[key], strict=True):
            if not (abs(want - float(got)) <= 0.005000001 if isinstance(want, float) and got else str(want) == got):
                sys.exit(f"question {number}, {key}: {found[key]} instead of {cells}")
    print(f"question {number}: {len(wanted)} rows", end="; ")


def main():
    trial, answers = Path(sys.argv[1]), Path(sys.argv[2])
    short, long = ratings(trial)
    arm_of = arms(trial)
    asked = {k: [dict(zip(rows[0], row)) for row in rows[1:]] for k in (10, 11, 12) for rows in [read(answers / f"{k}.csv")]}
    compare(10, question_10(short, arm_of), {(r["arm"], int(r["week"]), r["rule"]): [
        r[c] for c in ("n", "mean", "sd", "change", "responders", "response", "remitters", "remission")] for r in asked[10] if r["study"] == "demo"})
    compare(11, question_11(short, long, arm_of), {(r["participant"], int(r["week"])): [r[c] for c in ("total_17", "total_21", "total_24", "degrees")] for r in asked[11]})
    compare(12, question_12(short, long, arm_of), {(r["arm"], r["structure"], r["factor"]): [r[c] for c in ("first_week", "n", "change", "ci_lb", "ci_ub")] for r in asked[12]})
    print("equal")


main()
