#!/usr/bin/env python3
"""Writes src/stats/temme_coefficients.h: Taylor coefficients of the c_k(eta) of DLMF 8.12.10, exactly by rational arithmetic.

Usage: tests/oracle/temme_coefficients.py > src/stats/temme_coefficients.h

eta^2/2 = mu - ln(1 + mu).  Differentiating gives mu mu' = eta (1 + mu), hence the series of mu in eta; then
c_0 = 1/mu - 1/eta and c_k = c_{k-1}'/eta + (-1)^k g_k/mu, g_k being Stirling's coefficients (DLMF 5.11.3).
The 1/eta terms must cancel exactly, which is asserted.
"""
from fractions import Fraction as F

ORDERS, TERMS = 7, 20
N = TERMS + 2 * ORDERS + 4


def mu_series():
    """Coefficients m[1..N] of mu(eta), m[1] = 1."""
    m = [F(0)] * (N + 2)
    m[1] = F(1)
    for n in range(2, N + 2):
        # coefficient of eta^n in mu mu' = eta (1 + mu)
        known = sum(m[i] * (n + 1 - i) * m[n + 1 - i] for i in range(2, n))
        m[n] = (m[n - 1] - known) / (n + 1)
    return m


def reciprocal(m):
    """r[i] of 1/mu = sum r[i] eta^(i-1)."""
    r = [F(0)] * (N + 1)
    r[0] = F(1)
    for n in range(1, N + 1):
        r[n] = -sum(m[i + 1] * r[n - i] for i in range(1, n + 1))
    return r


def stirling(count):
    """g_k of Gamma(z) ~ e^-z z^z sqrt(2 pi / z) sum g_k / z^k, by exponentiating the Bernoulli series."""
    b = [F(1)]
    for n in range(1, 2 * count + 2):
        total, binom = F(0), 1
        for k in range(n):
            total += binom * b[k]
            binom = binom * (n + 1 - k) // (k + 1)
        b.append(-total / (n + 1))
    log = [F(0)] * (count + 1)
    for k in range(1, count + 1):
        if k % 2:
            log[k] = b[k + 1] / (k * (k + 1))
    g = [F(1)] + [F(0)] * count
    for n in range(1, count + 1):
        g[n] = sum(k * log[k] * g[n - k] for k in range(1, n + 1)) / n
    return g


def main():
    r, g = reciprocal(mu_series()), stirling(ORDERS)
    c = r[1:]  # c_0: the 1/eta of 1/mu cancels
    rows = [c[:TERMS]]
    for k in range(1, ORDERS):
        sign = (-1) ** k
        assert c[1] + sign * g[k] == 0
        c = [(n + 2) * c[n + 2] + sign * g[k] * r[n + 1] for n in range(len(c) - 2)]
        rows.append(c[:TERMS])
    print("/*")
    print(" * temme_coefficients.h - Taylor coefficients in eta of c_k(eta), DLMF 8.12.10, for the uniform expansion of the")
    print(" * incomplete gamma function (Temme 1979).  Made by tests/oracle/temme_coefficients.py; do not edit.")
    print(" */")
    print(f"#define TEMME_ORDERS {ORDERS}")
    print(f"#define TEMME_TERMS {TERMS}\n")
    print("static const double temme_coefficient[TEMME_ORDERS][TEMME_TERMS] = {")
    for row in rows:
        text = [repr(float(x)) for x in row]
        print("\t{" + ",\n\t ".join(", ".join(text[i:i + 4]) for i in range(0, TERMS, 4)) + "},")
    print("};")


main()
