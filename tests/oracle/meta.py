#!/usr/bin/env python3
"""Exact fits of small meta-analyses and exact Hedges' J, at 50 digits, for tests/unit/test_meta_*.c.

Usage: "$(tests/oracle/environment)/bin/python" tests/oracle/meta.py tests/golden

Independent of the library: likelihoods are written as in Viechtbauer (2005) with plain sums, their maxima found on a dense
grid of tau2 and refined by bisection of the derivative; Q-profile and profile likelihood bounds by bisection.
"""
import random
import sys

import mpmath
from mpmath import mp, mpf

mp.dps = 50
LEVEL = mpf(0.95)  # the double, as the library has it


def sums(y, v, t):
    w = [1 / (x + t) for x in v]
    total = mpmath.fsum(w)
    mu = mpmath.fsum(a * b for a, b in zip(w, y)) / total
    return w, total, mu, mpmath.fsum(a * (b - mu) ** 2 for a, b in zip(w, y))


def loglik(y, v, t, restricted):
    w, total, mu, q = sums(y, v, t)
    out = -(mpmath.fsum(mpmath.log(x + t) for x in v) + q) / 2
    k = len(y)
    if restricted:
        return out - mpmath.log(total) / 2 - (k - 1) * mpmath.log(2 * mp.pi) / 2 + mpmath.log(k) / 2
    return out - k * mpmath.log(2 * mp.pi) / 2


def score(y, v, t, restricted):
    w, total, mu, _ = sums(y, v, t)
    w2 = mpmath.fsum(a * a for a in w)
    out = mpmath.fsum(a * a * (b - mu) ** 2 for a, b in zip(w, y)) - total
    return out + w2 / total if restricted else out


def bisect(f, low, high):
    """Root of f, f(low) > 0 >= f(high)."""
    for _ in range(170):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) > 0 else (low, middle)
    return (low + high) / 2


def maximum(y, v, restricted):
    """Global maximum, and the number of local ones."""
    spread = (max(y) - min(y)) ** 2 * len(y) + max(v)
    grid, t = [mpf(0)], min(v) / 1000
    while t < 4 * spread:
        grid.append(t)
        t = t * mpf("1.01") + min(v) / 1000
    s = [score(y, v, t, restricted) for t in grid]
    peaks = [mpf(0)] if s[0] <= 0 else []
    for i in range(1, len(grid)):
        if s[i - 1] > 0 >= s[i]:
            peaks.append(bisect(lambda t: score(y, v, t, restricted), grid[i - 1], grid[i]))
    return max(peaks, key=lambda t: loglik(y, v, t, restricted)), len(peaks)


def chisq_quantile(p, df):
    """Lower quantile by bisection of the regularised incomplete gamma function."""
    return bisect(lambda x: p - mpmath.gammainc(mpf(df) / 2, 0, x / 2, regularized=True), mpf(0), mpf(2000))


def where_q(y, v, target):
    if sums(y, v, mpf(0))[3] <= target:
        return mpf(0)
    high = (max(y) - min(y)) ** 2 * len(y) / target + max(v)
    return bisect(lambda t: sums(y, v, t)[3] - target, mpf(0), high)


def profile(y, v, t, restricted):
    floor = loglik(y, v, t, restricted) - chisq_quantile(LEVEL, 1) / 2
    drop = lambda x: loglik(y, v, x, restricted) - floor
    lower = mpf(0) if drop(mpf(0)) >= 0 else bisect(lambda x: -drop(x), mpf(0), t)
    high = 2 * (t + min(v))
    while drop(high) >= 0:
        high *= 2
    return lower, bisect(drop, t, high)


def row(label, y, v):
    y, v = [mpf(x) for x in y], [mpf(x) for x in v]
    out = []
    for restricted in (False, True):
        t, peaks = maximum(y, v, restricted)
        w, total, mu, q = sums(y, v, t)
        lower, upper = profile(y, v, t, restricted)
        knha = mpmath.sqrt(q / (len(y) - 1) / total)
        out += [t, mu, 1 / mpmath.sqrt(total), knha, loglik(y, v, t, restricted), lower, upper, peaks]
    tail = (1 - LEVEL) / 2
    out += [where_q(y, v, chisq_quantile(1 - tail, len(y) - 1)), where_q(y, v, chisq_quantile(tail, len(y) - 1)),
            sums(y, v, mpf(0))[3], where_q(y, v, mpf(len(y) - 1))]
    w = [1 / x for x in v]
    trace = mpmath.fsum(w) - mpmath.fsum(x * x for x in w) / mpmath.fsum(w)
    dl = max(mpf(0), (out[-2] - (len(y) - 1)) / trace)
    out += [dl, 100 * dl / (dl + (len(y) - 1) / trace)]
    data = [x for pair in zip(y, v) for x in pair]
    return label + "," + ",".join([str(len(y))] + [float(x).hex() for x in data] + [mpmath.nstr(mpf(x), 20) for x in out])


def sets():
    rng = random.Random(5)
    yield "plain", [0.1, 0.5, -0.2, 0.9, 0.3], [0.04, 0.02, 0.1, 0.05, 0.03]
    yield "boundary", [0.1, 0.12, 0.09, 0.11, 0.1], [0.04, 0.02, 0.1, 0.05, 0.03]
    yield "two", [0.0, 1.0], [0.1, 0.2]
    yield "ratio_1e10", [0.1, 0.5, -2.0, 3.0], [1e-8, 100.0, 50.0, 10.0]
    yield "ratio_1e10_spread", [0.1, 0.5, -20.0, 30.0], [1e-8, 1.0, 0.5, 0.1]
    yield "shifted_1e6", [1e6 + 0.1, 1e6 + 0.5, 1e6 - 0.2, 1e6 + 0.9], [0.04, 0.02, 0.1, 0.05]
    yield "equal_variances", [0.3, 0.9, -0.4, 1.2, 0.1, 0.2], [0.05] * 6
    yield "fisher_fails_1", [-0.503566023223622, 0.540859826013515, 0.513542360382071, 0.139371785616856], \
        [0.221623004909455, 0.00479060417909924, 0.0521732043707448, 1.29547448635119]
    yield "fisher_fails_2", [-0.22155249229844, 0.061855081865418, -0.256446794933484, 0.168924524868982, 0.266558638870097,
                             0.126610578760065, -0.378523186828801, -0.182770594427915, -0.184195502688773, -0.114567340579187], \
        [0.071916311483892, 0.0752250862883177, 0.0826181885698696, 0.16031127345147, 0.0402488062688535, 0.0742100015882816,
         0.0137729592092821, 0.153624986203249, 0.193833332474513, 0.442664983157317]
    # Precise studies that agree among many imprecise ones that do not: several maxima.
    found = 0
    while found < 6:
        k = rng.choice((4, 5, 6, 8))
        v = [10 ** rng.uniform(-6, 1) for _ in range(k)]
        y = [rng.gauss(0, 1) * (0.05 if x < 1e-3 else 3) for x in v]
        if maximum([mpf(x) for x in y], [mpf(x) for x in v], True)[1] > 1:
            found += 1
            yield f"several_maxima_{found}", y, v


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "tests/golden"
    head = f"# Made by: tests/oracle/meta.py tests/golden (mpmath {mpmath.__version__}, 50 digits)\n"
    with open(f"{folder}/meta_fits.csv", "w") as out:
        out.write(head + "# label,k,yi,vi (hexadecimal doubles, k pairs), then for ML and for REML: tau2,mu,se,se_knha,loglik,pl_lb,pl_ub,maxima\n"
                  "# then qp_lb,qp_ub,Q,tau2_PM,tau2_DL,i2_DL; level 0.95\n")
        for label, y, v in sets():
            out.write(row(label, y, v) + "\n")
    with open(f"{folder}/meta_hedges_j.csv", "w") as out:
        out.write(head + "# m,J(m)\n")
        for m in [1.01, 1.5, 2, 3, 5, 8, 9.7, 20, 21, 26, 57, 100, 301.5, 1e3, 1e4, 1e5, 1e6, 1e9]:
            x = mpf(m)
            j = mpmath.exp(mpmath.loggamma(x / 2) - mpmath.loggamma((x - 1) / 2)) / mpmath.sqrt(x / 2)
            out.write(f"{float(m).hex()},{mpmath.nstr(j, 20)}\n")


main()
