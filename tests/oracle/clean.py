"""Cleaned series from nilearn.signal.clean, and ALFF from its published definition in numpy, for tests/unit/test_clean.c.

Usage: python tests/oracle/clean.py > tests/golden/clean.csv, in an environment of tests/oracle/requirements-nilearn.txt.

nilearn 0.10 fills a censored volume only if the volume as far from the other end is kept (it indexes by ~ of an index): the masks here have no
such pairs.  Its polynomial filters lose digits as the band gets narrow: with tr 0.72 s and 0.01 to 0.1 Hz a last bit of one coefficient moves
the result by 1e-6, so that nilearn's own output depends on the CPU there; the cases stay where it does not.  ALFF and fALFF: Zang et al. 2007, Zou et al. 2008, with DPABI's padding to a power of 2, bins and scale.
"""
import warnings

import numpy as np
from nilearn.signal import clean

warnings.simplefilter("ignore")
T, R = 90, 3
rng = np.random.default_rng(20261123)
time = np.arange(T)
motion = np.cumsum(rng.normal(size=(T, 2)) * 0.1, axis=0)
series = np.column_stack([1000 + 0.3 * time + 5 * np.sin(time / 6), 50 + np.cos(time / 9) * 3, rng.normal(size=T)]) + rng.normal(size=(T, R)) + motion @ rng.normal(size=(2, R))
confounds = np.column_stack([motion, rng.normal(5, 1, T)])
censored = {"none": [], "inner": [10, 11, 40], "ends": [0, 33, 34, 35, 85, 88]}


def show(*values):
    print(",".join(v if isinstance(v, str) else f"{v:.17g}" for v in values))


print("# Made by: python tests/oracle/clean.py > tests/golden/clean.csv (nilearn 0.10.4, scipy 1.13.1)")
print("# volume, series 1-3, confounds 1-3")
for t in range(T):
    show("volume", *series[t], *confounds[t])
# tr, low, high, detrend, standardize (0 none, 1 zscore, 2 zscore_sample, 3 psc), confounds?, scrub (0 none, 1 inner, 2 ends), cosine?, extrapolate?
names = [False, "zscore", "zscore_sample", "psc"]
cases = [
    (2, 0, 0, 1, 2, 0, 0, 0, 1), (2, 0, 0, 1, 0, 1, 0, 0, 1), (2, 0.1, 0.01, 1, 2, 1, 0, 0, 1), (2, 0.08, 0, 1, 1, 1, 0, 0, 1), (2, 0, 0.01, 0, 3, 0, 0, 0, 1),
    (1.5, 0.1, 0.01, 1, 2, 1, 0, 0, 1), (2, 0.1, 0.01, 1, 2, 1, 1, 0, 1), (2, 0.1, 0.01, 1, 0, 1, 2, 0, 1), (2, 0.1, 0.01, 1, 2, 1, 2, 0, 0), (2, 0, 0, 1, 2, 1, 1, 0, 1),
    (2, 0, 0.01, 1, 2, 1, 0, 1, 1), (2, 0, 0.02, 0, 1, 0, 1, 1, 1), (2, 0, 0.02, 1, 3, 1, 2, 1, 1), (2, 0, 0, 0, 0, 1, 0, 0, 1),
]
print("# case, options as in this script; then its rows")
for case in cases:
    tr, low, high, detrend, standardize, with_confounds, scrub, cosine, extrapolate = case
    mask = [t for t in range(T) if t not in censored[["none", "inner", "ends"][scrub]]]
    out = clean(series.copy(), detrend=bool(detrend), standardize=names[standardize], confounds=confounds.copy() if with_confounds else None,
                sample_mask=np.array(mask) if scrub else None, filter="cosine" if cosine else "butterworth",
                low_pass=low or None, high_pass=high or None, t_r=float(tr), extrapolate=bool(extrapolate))
    show("case", *case)
    for row in out:
        show("row", *row)


def alff(x, tr, low, high):
    n = len(x)
    padded = 2 ** int(np.ceil(np.log2(n)))
    fit = np.polynomial.Polynomial.fit(np.arange(n), x, 1)
    amplitude = 2 * np.abs(np.fft.fft(x - fit(np.arange(n)), padded)) / n
    first, last = int(np.ceil(low * padded * tr)), int(np.floor(high * padded * tr))
    band = amplitude[first:last + 1]
    return band.mean(), band.sum() / amplitude[1:padded // 2 + 1].sum()


print("# alff: tr, low, high, alff 1-3, falff 1-3")
for tr, low, high in [(2, 0.01, 0.1), (2, 0.01, 0.08), (0.72, 0.027, 0.073)]:
    found = [alff(series[:, k], tr, low, high) for k in range(R)]
    show("alff", tr, low, high, *[f[0] for f in found], *[f[1] for f in found])
