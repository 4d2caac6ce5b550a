#!/usr/bin/env python3
"""combat.py: tests/golden/combat.csv, by neuroCombat 0.2.12 (tests/oracle/requirements-combat.txt).

"row,site,w1,w2,x1..x20": 26 rows of 3 sites, a group and an age in quarters of a year (neuroCombat rounds covariates to float32, which
keeps those).  Then for each variant the harmonised rows: "VARIANT,x1..x20".  combat.R gives the same variants as R's sva has them.
The last variant, missing, is of no package: with missing values each element by itself as neuroCombat would have it on the rows that it
has (its own n, sites weighted by their rows there), the priors being those of all elements; plain numpy, written from the paper.
"""
import contextlib
import io

import numpy as np
import pandas as pd

np.int = int  # neuroCombat 0.2.12 was written for older numpy
from neuroCombat import neuroCombat  # noqa: E402

rng = np.random.default_rng(20260805)
sites = np.repeat([0, 1, 2], [11, 8, 7])
rng.shuffle(sites)
group = rng.integers(0, 2, 26).astype(float)
age = np.round(rng.uniform(20, 60, 26) * 4) / 4
x = (rng.normal(0, 1, 20) + 0.3 * group[:, None] * rng.normal(0, 1, 20) + 0.01 * age[:, None] + np.array([0.0, 0.8, -0.5])[sites][:, None]
     + rng.normal(0, 0.4, (3, 20))[sites] + rng.normal(0, 1, (26, 20)) * np.array([1, 1.5, 0.6])[sites][:, None])


def show(label, rows):
    for row in rows:
        print(label + "," + ",".join(f"{v:.17g}" for v in row))


def combat(covariates=True, **options):
    covars = pd.DataFrame({"site": sites, "group": group, "age": age})
    with contextlib.redirect_stdout(io.StringIO()):
        return neuroCombat(x.T.copy(), covars, "site", continuous_cols=["group", "age"] if covariates else [], **options)["data"].T


def by_element(x, tolerance=1e-4):
    """Parametric ComBat with missing values, for one run of iterations a site."""
    m = x.shape[1]
    design = np.column_stack([sites == s for s in range(3)] + [group, age]).astype(float)
    fits, gamma, delta, count = [], np.zeros((3, m)), np.zeros((3, m)), np.zeros((3, m))
    for k in range(m):
        here = np.isfinite(x[:, k])
        beta = np.linalg.lstsq(design[here], x[here, k], rcond=None)[0]
        residual = x[here, k] - design[here] @ beta
        rows = np.array([(sites[here] == s).sum() for s in range(3)])
        mean, sd = rows @ beta[:3] / rows.sum(), np.sqrt(np.mean(residual ** 2))
        standard = (x[:, k] - mean - design[:, 3:] @ beta[3:]) / sd
        for s in range(3):
            values = standard[here & (sites == s)]
            gamma[s, k], delta[s, k], count[s, k] = values.mean(), values.var(ddof=1), len(values)
        fits.append((mean, sd, beta[3:], standard))
    out = np.full_like(x, np.nan)
    for s in range(3):
        bar, t2 = gamma[s].mean(), gamma[s].var(ddof=1)
        centre, spread = delta[s].mean(), delta[s].var(ddof=1)
        a, b = (2 * spread + centre ** 2) / spread, (centre * spread + centre ** 3) / spread
        g, d, change, n = gamma[s], delta[s], 1, count[s]
        while change > tolerance:
            g_new = (t2 * n * gamma[s] + d * bar) / (t2 * n + d)
            squares = np.array([np.nansum((fits[k][3][sites == s] - g_new[k]) ** 2) for k in range(m)])
            d_new = (0.5 * squares + b) / (n / 2 + a - 1)
            change = max(np.max(np.abs(g_new - g) / g), np.max(np.abs(d_new - d) / d))
            g, d = g_new, d_new
        for k, (mean, sd, beta, standard) in enumerate(fits):
            rows = sites == s
            out[rows, k] = (standard[rows] - g[k]) / np.sqrt(d[k]) * sd + mean + np.column_stack([group, age])[rows] @ beta
    return out


print("# made by tests/oracle/combat.py")
show("row", np.column_stack([sites, group, age, x]))
show("eb", combat())
show("eb_plain", combat(covariates=False))
show("no_eb", combat(eb=False))
show("mean_only", combat(mean_only=True))
show("mean_only_no_eb", combat(mean_only=True, eb=False))
show("reference", combat(ref_batch=1))
show("reference_no_eb", combat(ref_batch=1, eb=False))
show("reference_mean_only", combat(ref_batch=1, mean_only=True))
missing = x.copy()
for k in range(0, 20, 3):
    missing[rng.choice(26, 1 + k // 6, replace=False), k] = np.nan
show("gaps", missing)
assert np.allclose(by_element(x), combat(), rtol=1e-12, atol=1e-12), "without gaps it is neuroCombat's"
show("missing", by_element(missing))
