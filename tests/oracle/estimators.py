#!/usr/bin/env python3
"""estimators.py: tests/golden/estimators.csv, by numpy, scipy and scikit-learn (tests/oracle/requirements.txt).

A series of 24 timepoints and 5 regions with ties; each line: the estimator, then its n(n-1)/2 values (25 for lag1).
Shrinkage is that of the standardised series.  The series itself comes first, a line a timepoint.
"""
import numpy as np
from scipy.stats import rankdata
from sklearn.covariance import ledoit_wolf, oas

rng = np.random.default_rng(5)
x = np.round(rng.normal(size=(24, 5)) @ rng.normal(size=(5, 5)) + rng.normal(size=(24, 1)), 1) * 10 + 1000
upper = np.triu_indices(5, 1)
z = (x - x.mean(0)) / x.std(0)


def partial(r):
    p = np.linalg.inv(r)
    return -p / np.sqrt(np.outer(np.diag(p), np.diag(p)))


shrunk = ledoit_wolf(z)[0]
results = {
    "pearson": np.corrcoef(x.T),
    "spearman": np.corrcoef(rankdata(x, axis=0).T),
    "partial": partial(np.corrcoef(x.T)),
    "ledoit_wolf": shrunk,
    "partial_ledoit_wolf": partial(shrunk),
    "oas": oas(z)[0],
}
print("# made by tests/oracle/estimators.py")
for row in x:
    print("series," + ",".join(f"{v:.17g}" for v in row))
for name, m in results.items():
    print(name + "," + ",".join(f"{v:.17g}" for v in m[upper]))
n = 5
lag = np.corrcoef(x[:-1].T, x[1:].T)[:n, n:]
print("lag1," + ",".join(f"{v:.17g}" for v in lag.ravel()))
