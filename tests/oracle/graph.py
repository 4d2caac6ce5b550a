#!/usr/bin/env python3
"""graph.py: tests/golden/graph.csv, by bctpy 0.6.1 (tests/oracle/requirements.txt).

Four graphs: two components of weights, a dense one, one of 0/1 with many equal paths, and one with an isolated node.  For each and
for its binary form: "edges,<packed weights>", then a line a measure.  Weights are those of float4, widened.  local_efficiency is
efficiency_wei(local=True): bctpy's follows the toolbox's recommended form.  Communities are the given ones: i mod 3.
"""
import warnings

import bct
import numpy as np

warnings.filterwarnings("ignore")


def graphs():
    rng = np.random.default_rng(3)

    def symmetric(n, density):
        w = np.triu(rng.uniform(0.05, 1, (n, n)) * (rng.uniform(size=(n, n)) < density), 1).astype(np.float32).astype(float)
        return w + w.T

    two = np.zeros((12, 12))
    two[:7, :7] = symmetric(7, 0.7)
    two[7:, 7:] = symmetric(5, 0.8)
    grid = np.zeros((12, 12))
    for k in range(12):
        for other in (k + 1 if k % 4 != 3 else -1, k + 4):
            if 0 <= other < 12:
                grid[k, other] = grid[other, k] = 1
    alone = symmetric(11, 0.5)
    alone[4] = alone[:, 4] = 0
    return {"two": two, "dense": symmetric(20, 1), "grid": grid, "alone": alone}


def line(name, values):
    print(name + "," + ",".join(f"{v:.17g}" for v in np.atleast_1d(values)))


print("# made by tests/oracle/graph.py")
for name, weighted in graphs().items():
    n = len(weighted)
    ci = np.arange(n) % 3 + 1
    for w in (weighted, (weighted != 0).astype(float)):
        length = np.where(w != 0, 1 / np.where(w != 0, w, 1), 0)
        distance = bct.distance_wei(length)[0]
        line("edges", w[np.triu_indices(n, 1)])
        line("degree", bct.degrees_und(w))
        line("strength", bct.strengths_und(w))
        line("clustering", bct.clustering_coef_wu(w))
        line("betweenness", bct.betweenness_wei(length))
        line("local_efficiency", bct.efficiency_wei(w, local=True))
        vals, vecs = np.linalg.eigh(w)
        line("eigenvector", np.abs(vecs[:, -1]))
        line("pagerank", bct.pagerank_centrality(w, 0.85))
        line("participation", bct.participation_coef(w, ci))
        line("module_zscore", bct.module_degree_zscore(w, ci))
        line("components", bct.get_components((w != 0).astype(int))[0])
        line("density", bct.density_und(w)[0])
        line("transitivity", bct.transitivity_wu(w))
        line("assortativity", bct.assortativity_wei(w))
        line("global_efficiency", bct.efficiency_wei(w))
        line("char_path_length", bct.charpath(distance)[0])
        line("char_path_length_finite", bct.charpath(distance, include_infinite=False)[0])
        s = w.sum()
        k = w.sum(0)
        line("modularity", ((w - 1.25 * np.outer(k, k) / s) * (ci[:, None] == ci)).sum() / s)
