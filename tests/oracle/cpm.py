#!/usr/bin/env python3
"""cpm.py: tests/golden/cpm.csv, by numpy and scipy, plain loops: every fold of every arrangement from the rows themselves.

Folds and arrangements are drawn by permutation.py's Philox.  Lines: "data,<y,c1,c2,edge 1..45>"; then for each problem
"<name>,<folds>,<threshold>,<permutations>,<seed>,<rows>,<covariates>,<denominator of p>" and
"network,<r,q2,mae,p,edges>", "predicted,<rows>" for positive, negative and combined, "selected,<folds that selected each edge>" twice.
"""
import numpy as np
from scipy import stats

from permutation import orders, shuffled

ROWS, EDGES = 30, 45


def residuals(v, z, train):
    """v less its fit on intercept and z in the training rows, for all rows."""
    full = np.column_stack([np.ones(len(v)), z])
    beta = np.linalg.lstsq(full[train], v[train], rcond=None)[0]
    return v - full @ beta


def procedure(x, y, z, fold, threshold):
    """Predictions and what they are of, for the three networks, and how often each edge was selected."""
    n = len(y)
    predicted, left = np.zeros((3, n)), np.zeros(n)
    selected = np.zeros((2, x.shape[1]), int)
    for f in range(fold.max() + 1):
        train, test = fold != f, fold == f
        xr = residuals(x, z, train)
        yr = residuals(y, z, train)
        r = (xr[train] * yr[train, None]).sum(0) / np.sqrt((xr[train] ** 2).sum(0) * (yr[train] ** 2).sum())
        df = train.sum() - 2 - z.shape[1]
        p = 2 * stats.t.sf(np.abs(r) * np.sqrt(df / (1 - r * r)), df)
        masks = [(p < threshold) & (r > 0), (p < threshold) & (r < 0)]
        sums = []
        for k in range(2):
            selected[k] += masks[k]
            sums.append(residuals(x[:, masks[k]].sum(1), z, train) if masks[k].any() else None)
        left[test] = yr[test]
        for k, used in enumerate(([0], [1], [0, 1])):
            columns = [sums[u] for u in used if sums[u] is not None]
            if columns:
                features = np.column_stack(columns)
                beta = np.linalg.lstsq(features[train], yr[train], rcond=None)[0]
                predicted[k, test] = features[test] @ beta
    return predicted, left, selected


def r_of(predicted, left, y, selected, covariates):
    out = []
    for k in range(3):
        if not (selected[[k]] if k < 2 else selected).any():
            out.append(np.nan)
        elif covariates:
            out.append(np.corrcoef(predicted[k], left)[0, 1])
        else:
            out.append(np.corrcoef(predicted[k] + y - left, y)[0, 1])
    return np.array(out)


def problem(name, x, y, z, folds, threshold, permutations, seed):
    n = len(y)
    fold = np.empty(n, int)
    fold[shuffled(seed, 0, 0, n)] = np.arange(n) % folds
    everyone = np.ones(n, bool)
    residual = residuals(y, z, everyone)
    predicted, left, selected = procedure(x, y, z, fold, threshold)
    r = r_of(predicted, left, y, selected, z.shape[1])
    nulls, exhaustive = [], False
    for order, exhaustive in orders(residual[:, None], "all", None, permutations, seed):
        moved = y - residual + residual[order]
        nulls.append(r_of(*procedure(x, moved, z, fold, threshold)[:2], moved, procedure(x, moved, z, fold, threshold)[2], z.shape[1]))
    nulls = np.array(nulls)
    own = 0 if exhaustive else 1
    total = len(nulls) + own
    print(f"{name},{folds},{threshold},{permutations},{seed},{n},{z.shape[1]},{total}")
    for k in range(3):
        error = left - predicted[k]
        p = ((np.nan_to_num(nulls[:, k], nan=-9) >= r[k] - 1e-10).sum() + own) / total if np.isfinite(r[k]) else np.nan
        edges = (selected[k].sum() if k < 2 else selected.sum()) / folds
        print("network," + ",".join(f"{v:.17g}" for v in (r[k], 1 - (error**2).sum() / (left**2).sum(), np.abs(error).mean(), p, edges)))
        print("predicted," + ",".join(f"{v:.17g}" for v in y - error))
    for k in range(2):
        print("selected," + ",".join(str(v) for v in selected[k]))


def main():
    rng = np.random.default_rng(8)
    z = np.round(rng.normal(size=(ROWS, 2)), 3)
    x = (rng.normal(0.3, 1, (ROWS, EDGES)) + 0.4 * z[:, :1]).astype(np.float32).astype(float)
    y = np.round(10 + x[:, 3] + x[:, 17] - 0.8 * x[:, 30] + 0.7 * z[:, 0] + rng.normal(size=ROWS), 3)
    print("# made by tests/oracle/cpm.py")
    for s in range(ROWS):
        print("data," + ",".join(f"{v:.17g}" for v in [y[s], *z[s], *x[s]]))
    none = np.zeros((ROWS, 0))
    problem("plain", x, y, none, 5, 0.05, 99, 4)
    problem("plain", x, y, none, ROWS, 0.01, 99, 4)
    problem("plain", x, y, none, 7, 0.0005, 99, 6)
    problem("plain", x[:6], y[:6], none[:6], 2, 0.3, 720, 2)
    problem("adjusted", x, y, z, 5, 0.05, 99, 4)
    problem("adjusted", x, y, z[:, :1], ROWS, 0.02, 49, 11)


if __name__ == "__main__":
    main()
