"""Cleaned series from nilearn.signal.clean, and ALFF from its published definition in numpy, for tests/unit/test_clean.c.

Usage: python tests/oracle/clean.py > tests/golden/clean.csv, in an environment of tests/oracle/requirements-nilearn.txt.

nilearn 0.14.1 fills a censored volume only if the volume as far from the other end is kept (it indexes by ~ of an index); its
interpolation is replaced by the same one with a mask.  It filters by second-order sections; for narrow bands its butterworth is
replaced by the same filter in 80 digits, multiplied out.  It has lost zscore with divisor n, which is made here from its zscore_sample.  ALFF and fALFF: Zang et al. 2007, Zou et al. 2008, with DPABI's padding to a power of 2, bins and scale.
"""
import warnings

import mpmath as mp
import nilearn.signal
import numpy as np
from nilearn.signal import clean
from scipy.interpolate import CubicSpline

warnings.simplefilter("ignore")
T, R = 90, 3
rng = np.random.default_rng(20261123)
time = np.arange(T)
motion = np.cumsum(rng.normal(size=(T, 2)) * 0.1, axis=0)
series = np.column_stack([1000 + 0.3 * time + 5 * np.sin(time / 6), 50 + np.cos(time / 9) * 3, rng.normal(size=T)]) + rng.normal(size=(T, R)) + motion @ rng.normal(size=(2, R))
confounds = np.column_stack([motion, rng.normal(5, 1, T)])
censored = {"none": [], "inner": [10, 11, 79], "ends": [0, 33, 34, 35, 85, 88]}


def show(*values):
    print(",".join(v if isinstance(v, str) else f"{v:.17g}" for v in values))


print("# Made by: python tests/oracle/clean.py > tests/golden/clean.csv (nilearn 0.14.1, scipy 1.17.1)")
print("# volume, series 1-3, confounds 1-3")
for t in range(T):
    show("volume", *series[t], *confounds[t])
# tr, low, high, detrend, standardize (0 none, 1 zscore, 2 zscore_sample, 3 psc), confounds?, scrub (0 none, 1 inner, 2 ends), cosine?, extrapolate?
names = [None, "zscore_sample", "zscore_sample", "psc"]
cases = [
    (2, 0, 0, 1, 2, 0, 0, 0, 1), (2, 0, 0, 1, 0, 1, 0, 0, 1), (2, 0.1, 0.01, 1, 2, 1, 0, 0, 1), (2, 0.08, 0, 1, 1, 1, 0, 0, 1), (2, 0, 0.01, 0, 3, 0, 0, 0, 1),
    (1.5, 0.1, 0.01, 1, 2, 1, 0, 0, 1), (2, 0.1, 0.01, 1, 2, 1, 1, 0, 1), (2, 0.1, 0.01, 1, 0, 1, 2, 0, 1), (2, 0.1, 0.01, 1, 2, 1, 2, 0, 0), (2, 0, 0, 1, 2, 1, 1, 0, 1),
    (2, 0, 0.01, 1, 2, 1, 0, 1, 1), (2, 0, 0.02, 0, 1, 0, 1, 1, 1), (2, 0, 0.02, 1, 3, 1, 2, 1, 1), (2, 0, 0, 0, 0, 1, 0, 0, 1),
    (2, 0.1, 0, 0, 3, 0, 0, 0, 1), (2, 0.1, 0, 1, 3, 1, 1, 0, 1), (2, 0.1, 0.01, 1, 0, 1, 1, 0, 1), (2, 0, 0, 0, 3, 1, 0, 0, 1),
]
narrow = [
    (2, 0.012, 0.009, 1, 2, 1, 0, 0, 1), (0.5, 0.012, 0.009, 1, 0, 0, 0, 0, 1), (0.72, 0.1, 0.01, 1, 2, 1, 0, 0, 1), (3, 0.012, 0.009, 1, 2, 1, 1, 0, 1),
    (0.5, 0.0095, 0.009, 1, 0, 0, 0, 0, 1), (0.5, 0.9, 0.02, 1, 2, 0, 0, 0, 1), (0.5, 0, 0.005, 1, 2, 0, 0, 0, 1), (0.5, 0.01, 0, 1, 2, 0, 0, 0, 1),
]


def interpolated(volumes, sample_mask, t_r, extrapolate):
    kept = np.zeros(len(volumes), bool)
    kept[sample_mask] = True
    times = np.arange(len(volumes)) * t_r
    volumes[~kept] = CubicSpline(times[kept], volumes[kept], extrapolate=extrapolate)(times)[~kept]
    return volumes


nilearn.signal._interpolate_volumes = interpolated
mp.mp.dps = 80


def multiplied_out(roots):
    polynomial = [mp.mpf(1)]
    for root in roots:
        polynomial = [x - root * y for x, y in zip(polynomial + [0], [0] + polynomial)]
    return [mp.re(x) for x in polynomial]


def designed(order, low, high, rate):
    """Coefficients b and a of the Butterworth filter that scipy.signal.butter designs; low or high may be None."""
    warp = lambda frequency: 4 * mp.tan(mp.pi * mp.mpf(frequency) / mp.mpf(rate))
    poles, gain, zeros = [-mp.expj(mp.pi * m / (2 * order)) for m in range(1 - order, order, 2)], mp.mpf(1), 0
    if low is None:
        poles, gain = [p * warp(high) for p in poles], warp(high) ** order
    elif high is None:
        poles, zeros = [warp(low) / p for p in poles], order  # the product of -p is 1
    else:
        width, square = warp(high) - warp(low), warp(high) * warp(low)
        poles = [p * width / 2 + sign * mp.sqrt((p * width / 2) ** 2 - square) for sign in (1, -1) for p in poles]
        gain, zeros = width**order, order
    gain *= mp.re(mp.mpf(4) ** zeros / mp.fprod(4 - p for p in poles))
    b = multiplied_out([1] * zeros + [-1] * (len(poles) - zeros))
    return [gain * x for x in b], multiplied_out([(4 + p) / (4 - p) for p in poles])


def run(b, a, x):
    """Direct form II transposed, from the state in which x[0] has always been the input."""
    steady, state = sum(b) / sum(a), [mp.mpf(0)] * len(b)
    for k in range(len(b) - 1, 0, -1):
        state[k - 1] = state[k] + (b[k] - a[k] * steady) * x[0]
    out = []
    for value in x:
        out.append(state[0] + b[0] * value)
        for k in range(1, len(b)):
            state[k - 1] = state[k] + b[k] * value - a[k] * out[-1]
    return out


def in_many_digits(signals, sampling_rate, low_pass=None, high_pass=None, order=5, padtype="odd", padlen=None, copy=False):
    b, a = designed(order, high_pass, low_pass, sampling_rate)
    padding, columns = 3 * len(a), []
    for column in signals.T:
        x = [mp.mpf(float(value)) for value in column]
        x = [2 * x[0] - value for value in x[padding:0:-1]] + x + [2 * x[-1] - value for value in x[-2:-padding - 2:-1]]
        columns.append([float(value) for value in run(b, a, run(b, a, x)[::-1])[::-1][padding:-padding]])
    return np.array(columns).T


print("# case, options as in this script; then its rows")
for case in cases + narrow:
    if case in narrow:
        nilearn.signal.butterworth = in_many_digits
    tr, low, high, detrend, standardize, with_confounds, scrub, cosine, extrapolate = case
    mask = [t for t in range(T) if t not in censored[["none", "inner", "ends"][scrub]]]
    out = clean(series.copy(), detrend=bool(detrend), standardize=names[standardize], confounds=confounds.copy() if with_confounds else None,
                sample_mask=np.array(mask) if scrub else None, filter="cosine" if cosine else "butterworth",
                low_pass=low or None, high_pass=high or None, t_r=float(tr), extrapolate=bool(extrapolate))
    if standardize == 1:
        out *= np.sqrt(len(out) / (len(out) - 1))
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
