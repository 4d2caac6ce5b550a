"""Golden values of prescription mining: item sets and rules by mlxtend's Apriori, Fisher's test, Benjamini-Hochberg, Jaccard distances and
hierarchical clustering by scipy, on random baskets.

    $(tests/oracle/environment mining)/bin/python tests/oracle/mining.py      writes tests/golden/mining/*.csv

A weighted basket is so many equal baskets to mlxtend.  Supports and confidences asked for are no ratios of small numbers, so that no rounding decides
what is frequent; and no two fusions of a clustering have the same height.
"""
import csv
import pathlib

import numpy as np
import pandas as pd
from mlxtend.frequent_patterns import apriori, association_rules
from scipy import stats
from scipy.cluster.hierarchy import cut_tree, linkage
from scipy.spatial.distance import pdist

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "golden" / "mining"
# name, baskets, items, share of the commonest item, of the rarest, heaviest weight, min_support, max_size, min_confidence
CASES = [
    ("plain", 211, 12, 0.6, 0.05, 1, 0.0713, 4, 0.4013),
    ("dense", 97, 9, 0.9, 0.3, 1, 0.2577, 4, 0.7013),
    ("sparse", 253, 30, 0.3, 0.01, 1, 0.0291, 3, 0.4013),
    ("weighted", 149, 11, 0.7, 0.1, 3, 0.0921, 4, 0.5013),
    ("one-basket", 1, 5, 1.0, 1.0, 1, 0.5, 5, 0.5),
    ("rare", 231, 15, 0.2, 0.01, 5, 0.0153, 3, 0.2013),
]


def baskets_of(case, generator):
    name, baskets, items, first, last, heaviest, *_ = case
    share = np.linspace(first, last, items)
    holds = generator.random((baskets, items)) < share
    together = generator.random(baskets) < 0.25  # items 1, 2 and 3 are used together
    holds[together, :3] = True
    return holds, generator.integers(1, heaviest + 1, baskets)


def rules_of(table, sets, min_confidence):
    """Rules with one consequent, with Fisher's test of their four counts and q over all of them."""
    if (sets["itemsets"].apply(len) > 1).sum() == 0:
        return []
    rules = association_rules(sets, metric="confidence", min_threshold=min_confidence)
    rules = rules[rules["consequents"].apply(len) == 1]
    total, out = len(table), []
    for rule in rules.itertuples():
        both = round(rule.support * total)
        left, right = round(getattr(rule, "_3") * total), round(getattr(rule, "_4") * total)
        p = stats.fisher_exact([[both, left - both], [right - both, total - left - right + both]], alternative="greater").pvalue
        out.append([sorted(rule.antecedents), next(iter(rule.consequents)), rule.support, rule.confidence, rule.lift, rule.leverage, rule.conviction, p])
    if out:
        q = stats.false_discovery_control([row[-1] for row in out], method="bh")
        out = [row + [value] for row, value in zip(out, q)]
    return out


def braces(items):
    return "{" + ",".join(str(item) for item in items) + "}"


def write(name, header, rows):
    FOLDER.mkdir(exist_ok=True)
    with open(FOLDER / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def number(value):
    return "Infinity" if np.isinf(value) else repr(float(value))


def mining():
    generator = np.random.default_rng(20261123)
    baskets, sets, rules = [], [], []
    for case in CASES:
        name, *_, min_support, max_size, min_confidence = case
        holds, weight = baskets_of(case, generator)
        baskets += [[name, braces(np.flatnonzero(row) + 1), w] for row, w in zip(holds, weight)]
        table = pd.DataFrame(np.repeat(holds, weight, axis=0), columns=range(1, holds.shape[1] + 1))
        found = apriori(table, min_support=min_support, use_colnames=True, max_len=max_size)
        sets += [[name, braces(sorted(row.itemsets)), number(row.support)] for row in found.itertuples()]
        rules += [[name, braces(a), c] + [number(v) for v in rest] for a, c, *rest in rules_of(table, found, min_confidence)]
    write("cases.csv", ["name", "min_support", "max_size", "min_confidence"], [[c[0]] + list(c[-3:]) for c in CASES])
    write("baskets.csv", ["name", "items", "weight"], baskets)
    write("sets.csv", ["name", "items", "support"], sorted(sets))
    write("rules.csv", ["name", "antecedent", "consequent", "support", "confidence", "lift", "leverage", "conviction", "p", "q"], sorted(rules))
    print(len(baskets), "baskets", len(sets), "sets", len(rules), "rules")


def clustering():
    generator = np.random.default_rng(7)
    rows = []
    for points, prescriptions in ((5, 31), (12, 997)):
        used = generator.random((points, prescriptions)) < generator.uniform(0.1, 0.6, (points, 1))
        distance = pdist(used, "jaccard")
        for method in ("average", "complete", "single"):
            tree = linkage(distance, method)
            assert np.unique(tree[:, 2]).size == points - 1, 'two fusions of one height'
            for groups in range(1, points + 1):
                label = cut_tree(tree, groups)[:, 0]
                _, first = np.unique(label, return_index=True)
                order = {label[k]: i + 1 for i, k in enumerate(sorted(first))}
                rows.append([points, method, groups, braces(repr(float(d)) for d in distance), braces(order[k] for k in label)])
        if points == 5:
            write("jaccard.csv", ["a", "b", "distance"],
                  [[braces(np.flatnonzero(used[i]) + 1), braces(np.flatnonzero(used[j]) + 1), repr(float(d))]
                   for (i, j), d in zip([(i, j) for i in range(points) for j in range(i + 1, points)], distance)])
    write("clusters.csv", ["points", "method", "groups", "distance", "group"], rows)


def fisher():
    generator = np.random.default_rng(11)
    rows = []
    for _ in range(300):
        a, b, c, d = (int(x) for x in generator.integers(0, generator.choice([4, 30, 400]), 4))
        if min(a + b, c + d, a + c, b + d) == 0:
            continue
        rows.append([a, b, c, d] + [repr(float(stats.fisher_exact([[a, b], [c, d]], alternative=t).pvalue)) for t in ("greater", "less", "two-sided")])
    write("fisher.csv", ["a", "b", "c", "d", "greater", "less", "two_sided"], rows)


if __name__ == "__main__":
    mining()
    clustering()
    fisher()
