#!/usr/bin/env python3
"""Exact tails and quantiles of normal, t, chi-square and F, at 60 digits and more, for tests/unit/test_distribution.c.

Usage: "$(tests/oracle/environment)/bin/python" tests/oracle/distribution.py tests/golden
(gmpy2, when installed, makes mpmath several times faster; the digits are the same)

Independent of the library's methods: only the positive power series of the incomplete gamma and beta functions
(DLMF 8.11.4, 8.17.8), summed with as many digits as the complement needs.  Arguments are doubles, printed as hexadecimal
so that they are read back exactly.
"""
import random
import sys

import mpmath
from mpmath import mp, mpf

SEED = 20240611


def digits_for(log_prefix):
    """Working digits that leave 60 in the smaller tail, given ln of a lower bound of it."""
    return 75 + int(max(0, -log_prefix / mpmath.log(10)))


def gamma_tails(a, x):
    """(lower, upper) of the regularised incomplete gamma function."""
    mp.dps = 60
    a, x = mpf(a), mpf(x)
    prefix = a * mpmath.log(x) - x - mpmath.loggamma(a + 1)
    mp.dps = min(5000, digits_for(prefix))
    scale = mpmath.exp(a * mpmath.log(x) - x - mpmath.loggamma(a + 1))
    term = total = mpf(1)
    n, tiny = 1, mpf(10) ** -mp.dps
    while term > total * tiny or x > a + n:
        term = term * x / (a + n)
        total += term
        n += 1
    lower = scale * total
    return lower, 1 - lower


def beta_lower(a, b, x, y):
    """I_x(a, b), y = 1 - x, by x^a y^b / (a B) sum (a+b)_n / (a+1)_n x^n, at the present precision."""
    scale = mpmath.exp(a * mpmath.log(x) + b * mpmath.log(y) + mpmath.loggamma(a + b) - mpmath.loggamma(a + 1)
                       - mpmath.loggamma(b))
    term = total = mpf(1)
    n, tiny = 0, mpf(10) ** -mp.dps
    while term > total * tiny * y or (a + b + n) * x > a + 1 + n:
        term = term * (a + b + n) / (a + 1 + n) * x
        total += term
        n += 1
    return scale * total


def f_tails(x, df1, df2):
    """(lower, upper) of F; the series runs in whichever of x and 1 - x is the smaller."""
    mp.dps = 60
    a, b, x = mpf(df1) / 2, mpf(df2) / 2, mpf(x)
    s, t = a * x / (a * x + b), b / (a * x + b)
    prefix = a * mpmath.log(s) + b * mpmath.log(t) + mpmath.loggamma(a + b) - mpmath.loggamma(a) - mpmath.loggamma(b)
    mp.dps = min(5000, digits_for(prefix))
    a, b, x = mpf(df1) / 2, mpf(df2) / 2, mpf(x)
    s, t = a * x / (a * x + b), b / (a * x + b)
    if s < t:
        lower = beta_lower(a, b, s, t)
        return lower, 1 - lower
    upper = beta_lower(b, a, t, s)
    return 1 - upper, upper


def chisq_tails(x, df):
    return gamma_tails(mpf(df) / 2, mpf(x) / 2)


def t_tails(t, df):
    """(lower, upper, two-sided) of Student's t."""
    if t == 0:
        return mpf("0.5"), mpf("0.5"), mpf(1)
    mp.dps = 60
    _, both = f_tails(mpf(t) ** 2, 1, df)
    small = both / 2
    return (1 - small, small, both) if t > 0 else (small, 1 - small, both)


def normal_tails(z):
    mp.dps = 60
    s = mpf(z) / mpmath.sqrt(2)
    return mpmath.erfc(-s) / 2, mpmath.erfc(s) / 2, mpmath.erfc(abs(s))


def number(x):
    mp.dps = 60
    return mpmath.nstr(x, 25, min_fixed=0, max_fixed=0, show_zero_exponent=True)


def log_of(p, other):
    """ln p without loss when p is near 1."""
    return mpmath.log(p) if p < mpf("0.5") else mpmath.log1p(-other)


def quantile_of(density, lower, upper, x):
    """The quantiles of the tails at x rounded to doubles: x moved by the rounding (one Newton step; it is 1e-16 small)."""
    out = []
    for p, sign in ((lower, 1), (upper, -1)):
        rounded = mpf(float(p))
        if not 1e-300 < p < 1 - 1e-15 or 0 < abs(x) < 1e-40:
            out.append(mpf("nan"))
            continue
        out.append(x + sign * (rounded - p) / density)
    return out


def write(path, title, columns, rows):
    with open(path, "w") as out:
        out.write(f"# {title}\n# Made by: tests/oracle/distribution.py tests/golden (mpmath {mpmath.__version__}, seed {SEED})\n")
        out.write("# Arguments are hexadecimal doubles; the rest has 25 digits.  q_lower: quantile of double(lower); same for upper.\n")
        out.write("# " + ",".join(columns) + "\n")
        for row in rows:
            out.write(",".join(row) + "\n")


def normal_rows(rng):
    points = [0.0, 1e-300, 1e-10, 0.5, 1, 1.959963984540054, 5, 8, 13, 20, 26, 30, 36, 37.5, 38.4, 39, 40, 100, 1e4, 1e8]
    points += [rng.uniform(0, 38) for _ in range(150)] + [10 ** rng.uniform(-12, 0) for _ in range(20)]
    for z in points + [-z for z in points[1:]]:
        lower, upper, both = normal_tails(z)
        density = mpmath.npdf(mpf(z))
        quantiles = quantile_of(density, lower, upper, mpf(z)) if density > 0 else [mpf("nan")] * 2
        yield [float(z).hex()] + [number(v) for v in (
            lower, upper, both, log_of(lower, upper), log_of(upper, lower),
            log_of(both, mpmath.erf(abs(mpf(z)) / mpmath.sqrt(2))), *quantiles)]


def t_density(t, df):
    t, df = mpf(t), mpf(df)
    return mpmath.exp(mpmath.loggamma((df + 1) / 2) - mpmath.loggamma(df / 2) - mpmath.log(df * mp.pi) / 2
                      - (df + 1) / 2 * mpmath.log1p(t * t / df))


def t_rows(rng):
    dfs = [0.1, 0.5, 1, 1.5, 2, 3, 4.7, 10, 30, 100, 198, 198.37, 1e3, 1e4, 1e5, 1e6, 1e9, 1e15]
    fixed = [1e-12, 1e-3, 0.3, 1, 1.7, 2.5, 2.6, 2.7, 3, 4.5, 6, 12, 25, 37]
    points = [(t, df) for df in dfs for t in fixed]
    points += [(10 ** rng.uniform(1, 150), 10 ** rng.uniform(-1, 1.2)) for _ in range(60)]
    points += [(rng.uniform(0, 38), 10 ** rng.uniform(-1, 6)) for _ in range(350)]
    points += [(10 ** rng.uniform(-6, 2), 10 ** rng.uniform(-1, 6)) for _ in range(250)]
    for i, (t, df) in enumerate(points):
        t = -t if i % 3 == 0 else t
        lower, upper, both = t_tails(t, df)
        yield [float(t).hex(), float(df).hex()] + [number(v) for v in (
            lower, upper, both, log_of(lower, upper), log_of(upper, lower), log_of(both, 1 - both),
            *quantile_of(t_density(t, df), lower, upper, mpf(t)))]


def chisq_density(x, df):
    a, x = mpf(df) / 2, mpf(x)
    return mpmath.exp((a - 1) * mpmath.log(x / 2) - x / 2 - mpmath.loggamma(a)) / 2


def chisq_rows(rng):
    points = []
    for df in [0.1, 0.3, 0.5, 1, 1.9, 2, 2.1, 3, 5, 10, 30, 99, 150, 199, 200, 201, 500, 2000, 1e4, 1e5, 1e6]:
        sd = (2 * df) ** 0.5
        for z in [-36, -25, -8, -3, -1, -0.1, 0, 0.1, 1, 3, 8, 20, 36, 60]:
            if df + z * sd > 0:
                points.append((df + z * sd, df))
        points += [(df * r, df) for r in (1e-300, 1e-30, 1e-6, 0.01, 0.1, 0.3, 0.6, 0.66, 1.34, 1.6, 3, 10) if df <= 2000]
    points += [(10 ** rng.uniform(-8, 3.1), 10 ** rng.uniform(-1, 3)) for _ in range(500)]
    for _ in range(150):
        df = 10 ** rng.uniform(2, 6)
        points.append((df * (1 + rng.uniform(-1, 1) * min(0.9, 36 * (2 / df) ** 0.5)), df))
    for x, df in points:
        lower, upper = chisq_tails(x, df)
        yield [float(x).hex(), float(df).hex()] + [number(v) for v in (
            lower, upper, log_of(lower, upper), log_of(upper, lower),
            *quantile_of(chisq_density(x, df), lower, upper, mpf(x)))]


def f_density(x, df1, df2):
    a, b, x = mpf(df1) / 2, mpf(df2) / 2, mpf(x)
    return mpmath.exp(a * mpmath.log(a * x / (a * x + b)) + b * mpmath.log(b / (a * x + b)) + mpmath.loggamma(a + b)
                      - mpmath.loggamma(a) - mpmath.loggamma(b)) / x


def f_rows(rng):
    dfs = [0.5, 1, 2, 3, 7.5, 20, 150, 1e3, 3e4, 1e6]
    points = []
    for df1 in dfs:
        for df2 in dfs:
            spread = (2 / df1 + 2 / df2) ** 0.5
            for z in (-10, -2, -0.3, 0, 0.3, 2, 10, 30):
                points.append((mpmath.exp(z * spread), df1, df2))
    points += [(10 ** rng.uniform(-8, 6), 10 ** rng.uniform(-0.3, 2.5), 10 ** rng.uniform(-0.3, 2.5)) for _ in range(500)]
    for _ in range(200):
        df1, df2 = 10 ** rng.uniform(1, 6), 10 ** rng.uniform(1, 6)
        points.append((mpmath.exp(rng.uniform(-30, 30) * (2 / df1 + 2 / df2) ** 0.5), df1, df2))
    for x, df1, df2 in points:
        x = float(x)
        if not 1e-290 < x < 1e290:
            continue
        lower, upper = f_tails(x, df1, df2)
        if min(lower, upper) < mpf(10) ** -4000:
            continue
        yield [x.hex(), float(df1).hex(), float(df2).hex()] + [number(v) for v in (
            lower, upper, log_of(lower, upper), log_of(upper, lower),
            *quantile_of(f_density(x, df1, df2), lower, upper, mpf(x)))]


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "tests/golden"
    rng = random.Random(SEED)
    two = ["lower", "upper", "log_lower", "log_upper", "q_lower", "q_upper"]
    three = ["lower", "upper", "two_sided", "log_lower", "log_upper", "log_two_sided", "q_lower", "q_upper"]
    write(f"{folder}/distribution_normal.csv", "Standard normal", ["z"] + three, normal_rows(rng))
    write(f"{folder}/distribution_t.csv", "Student's t", ["t", "df"] + three, t_rows(rng))
    write(f"{folder}/distribution_chisq.csv", "Chi-square", ["x", "df"] + two, chisq_rows(rng))
    write(f"{folder}/distribution_f.csv", "F", ["x", "df1", "df2"] + two, f_rows(rng))


if __name__ == "__main__":
    main()
