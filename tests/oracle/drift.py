#!/usr/bin/env python3
"""Writes tests/golden/drift: rows.csv (two sets of rows, small and large) and expected.csv, which tests/golden/run_drift compares with SQL.

KS distance and limiting p: scipy's ks_2samp and kolmogorov; the exact p given ties: counted in whole numbers, held against R's ks.test; stability index:
written out with numpy over np.quantile's edges; standardised difference: numpy.

    "$(tests/oracle/environment)/bin/python" tests/oracle/drift.py    (numpy 1.26, scipy 1.13; Rscript 4.2)
"""
import math
import pathlib
import subprocess
from fractions import Fraction

import numpy as np
from scipy import special, stats

golden = pathlib.Path(__file__).resolve().parent.parent / "golden" / "drift"
rng = np.random.default_rng(20261123)


def rows(n, shift):
    x = np.empty((n, 6))
    x[:, 0] = rng.normal(size=n) + shift
    x[:, 1] = np.round(rng.normal(size=n) * (1 + shift), 1)      # ties
    x[:, 2] = rng.integers(0, 2 + int(shift > 0), n)             # few values, one of them new
    x[:, 3] = np.where(rng.random(n) < 0.1 + shift / 3, np.nan, rng.exponential(size=n))  # missing
    x[:, 4] = 3                                                  # constant
    x[:, 5] = rng.integers(0, 1 << 40, n) * 1e6 + 1e15 * shift   # large
    return x


def exact(a, b):
    """Share of the orders of the pooled values that reach the distance, where ties let the distributions be compared: paths counted in
    whole numbers.  R's ks.test, which takes its p from one minus the rest, must agree to 1e-12 of one."""
    a, b = np.sort(a), np.sort(b)
    n, m = len(a), len(b)
    pooled = np.sort(np.concatenate((a, b)))
    last = np.append(pooled[1:] != pooled[:-1], True)
    at = [int(abs(np.searchsorted(a, x, "right") * m - np.searchsorted(b, x, "right") * n)) for x in pooled]
    most = max(at)
    inside = [[0] * (m + 1) for _ in range(n + 1)]
    for i in range(n + 1):
        for j in range(m + 1):
            if i + j == 0:
                inside[i][j] = 1
            elif not (last[i + j - 1] and abs(i * m - j * n) >= most):
                inside[i][j] = (inside[i - 1][j] if i else 0) + (inside[i][j - 1] if j else 0)
    p = float(1 - Fraction(inside[n][m], math.comb(n + m, n)))
    text = lambda v: "c(" + ",".join(repr(float(x)) for x in v) + ")"
    out = subprocess.run(["Rscript", "-e", f"cat(sprintf('%.17g', ks.test({text(a)}, {text(b)}, exact = TRUE)$p.value))"], capture_output=True, text=True, check=True)
    assert abs(float(out.stdout) - p) < 1e-12, (out.stdout, p)
    return p


def stability(r, c, bins):
    edges = np.unique(np.quantile(r, np.arange(1, bins) / bins))
    count = lambda x: np.bincount(np.searchsorted(edges, x, side="left"), minlength=len(edges) + 1)
    r_n, c_n = count(r), count(c)
    used = (r_n > 0) | (c_n > 0)
    p, q = np.maximum(r_n, 0.5)[used] / len(r), np.maximum(c_n, 0.5)[used] / len(c)
    return float(np.sum((q - p) * np.log(q / p))), len(edges) + 1


lines, expected = ["# tests/oracle/drift.py: size,reference,features"], ["# tests/oracle/drift.py: size,feature,what,value"]
for size, n, m in (("small", 40, 61), ("large", 700, 600)):
    reference, current = rows(n, 0.0), rows(m, 0.3)
    for flag, x in (("t", reference), ("f", current)):
        lines += [f'{size},{flag},"{{{",".join("NULL" if np.isnan(v) else repr(float(v)) for v in row)}}}"' for row in x]
    for k in range(6):
        r, c = (x[:, k][~np.isnan(x[:, k])] for x in (reference, current))
        ks = stats.ks_2samp(r, c, method="asymp")
        put = lambda what, value: expected.append(f"{size},{k + 1},{what},{float(value)!r}")
        put("ks", ks.statistic)
        put("ks_p", exact(r, c) if size == "small" else special.kolmogorov(np.sqrt(len(r) * len(c) / (len(r) + len(c))) * ks.statistic))
        index, bins = stability(r, c, 10)
        put("psi", index)
        put("psi_bins", bins)
        put("missing_difference", np.mean(np.isnan(current[:, k])) - np.mean(np.isnan(reference[:, k])))
        put("reference_mean", r.mean())
        put("current_mean", c.mean())
        put("reference_sd", r.std(ddof=1))
        put("current_sd", c.std(ddof=1))
        if r.std() + c.std() > 0:
            put("smd", (c.mean() - r.mean()) / np.sqrt((r.var(ddof=1) + c.var(ddof=1)) / 2))
(golden / "rows.csv").write_text("\n".join(lines) + "\n")
(golden / "expected.csv").write_text("\n".join(expected) + "\n")
