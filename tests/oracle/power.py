#!/usr/bin/env python3
"""power.py: tests/golden/power.csv, by mpmath at 34 digits (tests/oracle/requirements.txt) and R's power.t.test where Rscript is.

Lines: "nct,<t,df,ncp,lower tail,upper tail>", the tails as integrals over the chi-square variable; "ttest,<type 0 one-sample 1
two-sample,alternative 0 two-sided 1 greater -1 less,n,n2,d,alpha,power>"; "corr,<alternative,n,r,alpha,power>" by the formula of
pwr.r.test (Cohen 1988), written out again here.  R's power.t.test (strict) is asserted to agree within 1e-8.
"""
import shutil
import subprocess

import mpmath
import numpy as np
from mpmath import mp, mpf
from scipy import stats
from scipy.special import log_ndtr

mp.dps = 34


def phi(x):
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def nct(t, df, ncp):
    """(lower, upper): E Phi(t s - ncp) and E Phi(ncp - t s), s = sqrt(chi-square(df) / df)."""
    t, df, ncp = mpf(t), mpf(df), mpf(ncp)
    log_c = mpmath.log(2) + df / 2 * mpmath.log(df / 2) - mpmath.loggamma(df / 2)

    def density(s):
        return mpmath.exp(log_c + (df - 1) * mpmath.log(s) - df * s * s / 2)

    out = []
    for sign in (1, -1):
        def value(s):
            return density(s) * phi(sign * (t * s - ncp)) if s > 0 else mpf(0)

        # Where the integrand lies, in doubles: from where it comes within e^-60 of its peak to where it leaves.
        u = np.linspace(-30, 8, 400001)
        log_value = float(df) * u - float(df) / 2 * np.exp(2 * u) + log_ndtr(sign * (float(t) * np.exp(u) - float(ncp)))
        inside = np.flatnonzero(log_value > log_value.max() - 60)
        low, high = np.exp(u[max(inside[0] - 1, 0)]), np.exp(u[min(inside[-1] + 1, len(u) - 1)])
        points = [mpf(0), *(mpf(float(s)) for s in np.linspace(low, high, 13)), mpf(float(high + (high - low)))]
        # quad stops at an absolute error: small tails are scaled up.
        scale = mpmath.exp(mpf(float(log_value.max())))
        out.append(scale * mpmath.quad(lambda s: value(s) / scale, points))
    return out


def t_quantile(p, df):
    """x with P(T > x) = p."""
    df = mpf(df)

    def tail(x):
        return mpmath.betainc(df / 2, mpf(1) / 2, 0, df / (df + x * x), regularized=True) / 2

    x = mpf(float(stats.t.isf(float(p), float(df))))
    return mpmath.findroot(lambda y: mpmath.log(tail(y)) - mpmath.log(mpf(p)), x)


def show(*values):
    print(",".join([values[0]] + [mpmath.nstr(mpf(v), 18, strip_zeros=False) if not isinstance(v, int) else str(v) for v in values[1:]]))


def ttest(two, alternative, n, n2, d, alpha):
    df = n + n2 - 2 if two else n - 1
    ncp = mpf(d) * (1 / mpmath.sqrt(mpf(1) / n + mpf(1) / n2) if two else mpmath.sqrt(n))
    crit = t_quantile(mpf(alpha) / 2 if alternative == 0 else mpf(alpha), df)
    power = mpf(0)
    if alternative >= 0:
        power += nct(crit, df, ncp)[1]
    if alternative <= 0:
        power += nct(-crit, df, ncp)[0]
    if alternative >= 0 and n == n2 and shutil.which("Rscript"):
        r = subprocess.run(["Rscript", "-e", f"cat(sprintf('%.17g', power.t.test({n}, {d}, sig.level={alpha}, type='{'two.sample' if two else 'one.sample'}', "
                            f"alternative='{'two.sided' if alternative == 0 else 'one.sided'}', strict=TRUE)$power))"], capture_output=True, text=True)
        assert r.returncode == 0 and abs(float(r.stdout) - power) < 1e-8, (r.stdout, r.stderr, power)
    show("ttest", int(two), alternative, n, n2, d, alpha, power)


def correlation(alternative, n, r, alpha):
    t = t_quantile(mpf(alpha) / 2 if alternative == 0 else mpf(alpha), n - 2)
    critical = mpmath.atanh(t / mpmath.sqrt(t * t + n - 2))
    own = mpf(r) if alternative >= 0 else -mpf(r)
    z = mpmath.atanh(own) + own / (2 * (n - 1))
    power = phi((z - critical) * mpmath.sqrt(n - 3)) + (phi((-z - critical) * mpmath.sqrt(n - 3)) if alternative == 0 else 0)
    show("corr", alternative, n, r, alpha, power)


def main():
    print("# made by tests/oracle/power.py")
    for df in (1, 2, 3.5, 10, 60, 398, 5000):
        for ncp in (0, 0.25, 2, -1.5, 8, 40):
            for t in (-3, 0, 0.5, 2, 5.5, 12, 45):
                lower, upper = nct(t, df, ncp)
                if lower > mpf("1e-290") and upper > mpf("1e-290"):
                    show("nct", t, df, ncp, lower, upper)
    for two, alternative, n, n2, d, alpha in (
            (True, 0, 20, 20, 0.5, 0.05), (True, 1, 20, 20, 0.5, 0.05), (True, -1, 20, 30, 0.5, 0.05), (True, 0, 64, 64, 0.5, 0.05),
            (True, 0, 100, 100, 0.8, 0.05 / 79800), (False, 0, 12, 12, 0.9, 0.01), (False, 1, 5, 5, 1.5, 0.001), (False, 0, 2, 2, 3.0, 0.05),
            (True, 0, 15, 90, -0.6, 0.02), (True, 0, 400, 400, 0.01, 0.05)):
        ttest(two, alternative, n, n2, d, alpha)
    for alternative, n, r, alpha in ((0, 50, 0.3, 0.05), (1, 50, 0.3, 0.05), (-1, 50, -0.3, 0.01), (0, 10, 0.7, 0.001), (0, 200, 0.35, 0.05 / 79800), (0, 4, 0.5, 0.05)):
        correlation(alternative, n, r, alpha)


if __name__ == "__main__":
    main()
