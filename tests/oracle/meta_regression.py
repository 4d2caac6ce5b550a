#!/usr/bin/env python3
"""Exact DerSimonian-Laird meta-regression of the set of test_meta_regression.c's one_study_dominates, in rational arithmetic.

Usage: python3 tests/oracle/meta_regression.py   (prints Q, tau2 and the slope; no packages needed)
"""
from fractions import Fraction as F


def solve(a, b):
    """Gauss-Jordan: the columns of b become a^-1 b."""
    n = len(a)
    m = [list(a[i]) + list(b[i]) for i in range(n)]
    for i in range(n):
        pivot = next(r for r in range(i, n) if m[r][i] != 0)
        m[i], m[pivot] = m[pivot], m[i]
        m[i] = [v / m[i][i] for v in m[i]]
        for r in range(n):
            if r != i:
                m[r] = [v - m[r][i] * w for v, w in zip(m[r], m[i])]
    return [row[n:] for row in m]


def wls(x, y, w):
    p = len(x[0])
    a = [[sum(wi * r[i] * r[j] for wi, r in zip(w, x)) for j in range(p)] for i in range(p)]
    inverse = solve(a, [[F(int(i == j)) for j in range(p)] for i in range(p)])
    b = [sum(inverse[i][j] * sum(wi * r[j] * yi for wi, r, yi in zip(w, x, y)) for j in range(p)) for i in range(p)]
    q = sum(wi * (yi - sum(c * v for c, v in zip(b, r))) ** 2 for wi, r, yi in zip(w, x, y))
    trace = sum(wi - wi * wi * sum(r[i] * inverse[i][j] * r[j] for i in range(p) for j in range(p)) for wi, r in zip(w, x))
    return b, q, trace


y = [F((i * 5) % 8, 8) - F(1, 4) for i in range(8)]
v = [F(1, 2 ** 36) if i == 3 else F(1 + (i * 3) % 4, 16) for i in range(8)]
x = [[F(1), F(i), F(i % 2)] for i in range(8)]
_, q, trace = wls(x, y, [1 / a for a in v])
tau2 = max(F(0), (q - 5) / trace)
beta, _, _ = wls(x, y, [1 / (a + tau2) for a in v])
if __name__ == "__main__":
    print(repr(float(q)), repr(float(tau2)), repr(float(beta[1])))
