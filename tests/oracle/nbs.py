#!/usr/bin/env python3
"""nbs.py: tests/golden/nbs.csv, by numpy and scipy's connected_components; bctpy 0.6.1's observed components are asserted to be the same.

The arrangements are those of permutation.py.  Lines: "data,<grp,y,c1,edge 1..28>" in the order of keys; then for each test
"<name>,<threshold>,<tail>,<size>,<permutations>,<seed>,<rows>,<components>" (tail 0 two-sided, 1 greater, -1 less; size 0 extent, 1 intensity)
and for each component "component,<sign>,<extent>,<intensity>,<p>,<nodes>,<edges, 1-based numbers>".
"""
import contextlib
import io
import warnings

import bct
import numpy as np
from scipy.sparse.csgraph import connected_components

from permutation import flips, freedman_lane, orders, t_of

N, ROWS = 8, 20
I, J = np.triu_indices(N, 1)


def components(t, threshold, tail):
    """(sign, edges) of each component."""
    found = []
    for sign in (1, -1):
        if tail == -sign:
            continue
        beyond = sign * t > threshold
        adjacency = np.zeros((N, N))
        adjacency[I[beyond], J[beyond]] = 1
        label = connected_components(adjacency, directed=False)[1]
        for c in np.unique(label[I[beyond]]):
            found.append((sign, np.flatnonzero(beyond & (label[I] == c))))
    return found


def size_of(t, edges, threshold, size):
    return len(edges) if size == 0 else (np.abs(t[edges]) - threshold).sum()


def test(name, x, design, contrast, threshold, tail, size, permutations, seed):
    if design is None:
        one = np.ones((len(x), 1))
        observed = t_of(x, one, np.ones(1))
        arrangements = [(t_of(s[:, None] * x, one, np.ones(1)), e) for s, e in flips(len(x), permutations, seed)]
    else:
        full, weights = np.column_stack([np.ones(len(x)), design]), np.concatenate([[0], contrast])
        observed = t_of(x, full, weights)
        arrangements = [(freedman_lane(x, full, weights, o), e) for o, e in orders(full, "all", None, permutations, seed)]
    exhaustive = arrangements[0][1]
    most = np.array([max([size_of(t, e, threshold, size) for _, e in components(t, threshold, tail)], default=0) for t, _ in arrangements])
    own = 0 if exhaustive else 1
    rows = []
    for sign, edges in components(observed, threshold, tail):
        mine = size_of(observed, edges, threshold, size)
        p = ((most >= mine * (1 - 1e-9)).sum() + own) / (len(most) + own)
        rows.append((p, -mine, edges[0], sign, edges))
    rows.sort(key=lambda r: r[:3])
    print(f"{name},{threshold},{tail},{size},{permutations},{seed},{len(x)},{len(rows)}")
    for p, _, _, sign, edges in rows:
        nodes = len(set(I[edges]) | set(J[edges]))
        intensity = (np.abs(observed[edges]) - threshold).sum()
        print(f"component,{sign},{len(edges)},{intensity:.17g},{p:.17g},{nodes}," + ",".join(str(e + 1) for e in edges))
    return rows


def as_bct(x, grp, threshold, tail, rows):
    """bctpy's observed components are these (its p are not: it can give 0, and draws otherwise)."""
    def cube(g):
        out = np.zeros((N, N, int((grp == g).sum())))
        out[I, J] = x[grp == g].T
        return out + out.transpose(1, 0, 2)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, adjacency, _ = bct.nbs_bct(cube(1), cube(0), threshold, k=2, tail=tail, verbose=False, seed=1)
    theirs = {frozenset(np.flatnonzero(adjacency[I, J] == c)) for c in np.unique(adjacency[adjacency > 0])}
    assert theirs == {frozenset(edges) for _, _, _, _, edges in rows}, "bctpy finds other components"


def main():
    rng = np.random.default_rng(5)
    grp = np.array([1, 0, 0, 1] * (ROWS // 4))
    y, c1 = np.round(rng.normal(size=ROWS), 3), np.round(rng.normal(size=ROWS), 3)
    x = rng.normal(size=(ROWS, len(I))) + 0.6 * rng.normal(size=(ROWS, 1))
    for e in (0, 1, 2, 8, 20):
        x[:, e] += 1.6 * grp
    for e in (25, 26, 27, 13):
        x[:, e] -= 1.6 * grp
    x[:, 4] += 1.2 * y
    x = x.astype(np.float32).astype(float)
    print("# made by tests/oracle/nbs.py")
    for s in range(ROWS):
        print("data," + ",".join(f"{v:.17g}" for v in [grp[s], y[s], c1[s], *x[s]]))
    g = grp[:, None].astype(float)
    for tail in (0, 1, -1):
        for size in (0, 1):
            rows = test("groups", x, g, np.ones(1), 1.7, tail, size, 299, 21)
        if tail != 0:
            as_bct(x, grp, 1.7, "right" if tail > 0 else "left", rows)
    test("groups", x[:8], g[:8], np.ones(1), 1.2, 0, 1, 70, 21)
    test("groups_adjusted", x, np.column_stack([c1, g]), np.array([0, 1.0]), 1.7, 0, 1, 299, 21)
    test("corr", x, y[:, None], np.ones(1), 1.5, 0, 0, 299, 3)
    test("corr_adjusted", x, np.column_stack([c1, y]), np.array([0, 1.0]), 1.5, 1, 1, 299, 3)
    test("mean", x - 0.3, None, None, 1.6, 0, 0, 299, 3)
    test("groups", x, g, np.ones(1), 9, 0, 0, 299, 21)


if __name__ == "__main__":
    main()
