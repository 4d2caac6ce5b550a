#!/usr/bin/env python3
"""Exact unbiased correlations and their variances (Olkin & Pratt 1958; Hedges 1989), at 40 digits.

Usage: "$(tests/oracle/environment)/bin/python" tests/oracle/meta_ucor.py tests/golden
"""
import os
import sys

from mpmath import hyp2f1, mp, mpf

mp.dps = 40

with open(os.path.join(sys.argv[1], "meta_ucor.csv"), "w") as out:
    out.write("# r, n, unbiased r, its unbiased variance; made by tests/oracle/meta_ucor.py\n")
    for n in ("4.5", 5, 6, 7, 10, 13, 20, 31, 55, 200, 1000, 100000):
        for r in (-0.999999, -0.9, -0.3, -1e-3, -1e-8, 1e-12, 0.05, 0.34, 0.5, 0.7, 0.99):
            x, m = mpf(r), mpf(n)
            y = x * hyp2f1(mpf(1) / 2, mpf(1) / 2, (m - 2) / 2, 1 - x * x)
            v = y * y - (1 - (m - 3) / (m - 2) * (1 - x * x) * hyp2f1(1, 1, m / 2, 1 - x * x))
            out.write(f"{r!r},{n},{mp.nstr(y, 18)},{mp.nstr(v, 18)}\n")
