#!/usr/bin/env python3
"""Writes tests/golden/metrics/cases.csv (scores, truth, labels, measurements) and expected.csv (metric, value), which tests/golden/run_metrics
compares with SQL.  scikit-learn and statsmodels give what they have; DeLong's test is written out over the full matrix of placements, and
logistic recalibration is solved by scipy.  Made with the versions of requirements-metrics.txt:

    python3 -m venv /tmp/metrics && /tmp/metrics/bin/pip install -r tests/oracle/requirements-metrics.txt
    /tmp/metrics/bin/python tests/oracle/metrics.py
"""
import pathlib

import numpy as np
import sklearn.metrics as skm
from scipy import optimize, stats
from sklearn.calibration import calibration_curve
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

golden = pathlib.Path(__file__).resolve().parent.parent / "golden" / "metrics"
rng = np.random.default_rng(11)
n = 300
truth = rng.random(n) < 0.4
# Two decimals: many ties.
a = np.round(1 / (1 + np.exp(-(rng.normal(size=n) + 1.1 * truth - 0.6))), 2)
b = np.round(np.clip(a + rng.normal(scale=0.15, size=n), 0.01, 0.99), 2)
names = np.array(["MDD", "HC", "BD", "双相", "x"])
label = rng.choice(names[:4], n, p=[0.4, 0.35, 0.2, 0.05])
guess = np.where(rng.random(n) < 0.6, label, rng.choice(names, n))
observed = np.round(20 + 6 * rng.normal(size=n), 3) + 1e5
predicted = np.round(observed + rng.normal(scale=4, size=n), 3)
rows = zip(a, b, truth, label, guess, predicted, observed)
(golden / "cases.csv").write_text("# tests/oracle/metrics.py: score_a,score_b,truth,label,guess,predicted,observed\n" + "".join(
    f"{float(r[0])!r},{float(r[1])!r},{'t' if r[2] else 'f'},{r[3]},{r[4]},{float(r[5])!r},{float(r[6])!r}\n" for r in rows))

out = {}
out["average_precision"] = skm.average_precision_score(truth, a)
out["brier"] = skm.brier_score_loss(truth, a)
out["logloss"] = skm.log_loss(truth, a)
out["auc"] = skm.roc_auc_score(truth, a)
called = a >= 0.5
tn, fp, fn, tp = skm.confusion_matrix(truth, called).ravel()
for name, x, m in (("sensitivity", tp, tp + fn), ("specificity", tn, tn + fp), ("ppv", tp, tp + fp), ("npv", tn, tn + fn), ("accuracy", tp + tn, n)):
    out[name] = x / m
    out[name + "_lb"], out[name + "_ub"] = proportion_confint(x, m, method="wilson")
out["f1"] = skm.f1_score(truth, called)
out["mcc"] = skm.matthews_corrcoef(truth, called)
out["balanced_accuracy"] = skm.balanced_accuracy_score(truth, called)
kappa = cohens_kappa(skm.confusion_matrix(truth, called))
out["kappa"], out["kappa_se"] = kappa.kappa, kappa.std_kappa
out["labels_accuracy"] = skm.accuracy_score(label, guess)
present = np.unique(label)
out["labels_balanced_accuracy"] = skm.recall_score(label, guess, labels=present, average="macro")
out["labels_f1_macro"] = skm.f1_score(label, guess, average="macro", zero_division=0)
out["labels_f1_weighted"] = skm.f1_score(label, guess, average="weighted", zero_division=0)
out["labels_f1_micro"] = skm.f1_score(label, guess, average="micro")
out["labels_f1_HC"] = skm.f1_score(label, guess, labels=["HC"], average="macro")
out["labels_sensitivity_BD"] = skm.recall_score(label, guess, labels=["BD"], average="macro")
out["labels_ppv_BD"] = skm.precision_score(label, guess, labels=["BD"], average="macro")
out["labels_mcc"] = skm.matthews_corrcoef(label, guess)
kappa = cohens_kappa(skm.confusion_matrix(label, guess, labels=names))
out["labels_kappa"], out["labels_kappa_se"] = kappa.kappa, kappa.std_kappa
out["r2"] = skm.r2_score(observed, predicted)
out["mae"] = skm.mean_absolute_error(observed, predicted)
out["rmse"] = np.sqrt(skm.mean_squared_error(observed, predicted))

# DeLong: placements as the full matrix
placement = lambda s: (s[truth][:, None] > s[~truth][None, :]) + 0.5 * (s[truth][:, None] == s[~truth][None, :])
pa, pb = placement(a), placement(b)
out["delong_auc_b"] = pb.mean()
v10, v01 = (pa - pb).mean(1), (pa - pb).mean(0)
se = np.sqrt(v10.var(ddof=1) / len(v10) + v01.var(ddof=1) / len(v01))
out["delong_difference"], out["delong_se"] = (pa - pb).mean(), se
out["delong_p"] = 2 * stats.norm.sf(abs((pa - pb).mean() / se))

# Murphy's parts over the distinct scores
parts = [(np.sum(a == s), s, truth[a == s].mean()) for s in np.unique(a)]
out["reliability"] = sum(m * (s - o) ** 2 for m, s, o in parts) / n
out["resolution"] = sum(m * (o - truth.mean()) ** 2 for m, s, o in parts) / n
out["uncertainty"] = truth.mean() * (1 - truth.mean())

for strategy in ("uniform", "quantile"):
    seen, mean = calibration_curve(truth, a, n_bins=7, strategy=strategy)
    out[f"calibration_{strategy}_bins"] = len(seen)
    out[f"calibration_{strategy}_seen"] = float(np.sum(seen * np.arange(1, len(seen) + 1)))
    out[f"calibration_{strategy}_mean"] = float(np.sum(mean * np.arange(1, len(seen) + 1)))
x = np.log(a / (1 - a))
alone = optimize.brentq(lambda c: np.sum(truth - 1 / (1 + np.exp(-(c + x)))), -5, 5, xtol=1e-15, rtol=1e-15)
p = 1 / (1 + np.exp(-(alone + x)))
out["calibration_intercept"], out["calibration_intercept_se"] = alone, 1 / np.sqrt(np.sum(p * (1 - p)))
design = np.column_stack([np.ones(n), x])
beta = np.zeros(2)
for _ in range(50):
    p = 1 / (1 + np.exp(-design @ beta))
    information = design.T @ (design * (p * (1 - p))[:, None])
    beta = beta + np.linalg.solve(information, design.T @ (truth - p))
out["calibration_slope"], out["calibration_slope_se"] = beta[1], np.sqrt(np.linalg.inv(information)[1, 1])
edges = np.linspace(0, 1, 11)
bins = np.searchsorted(edges[1:-1], a)
gaps = [(np.sum(bins == k), abs(truth[bins == k].mean() - a[bins == k].mean())) for k in np.unique(bins)]
out["ece"], out["mce"] = sum(m * g for m, g in gaps) / n, max(g for _, g in gaps)
for t in (0.1, 0.35, 0.5, 0.77):
    called = a >= t
    out[f"net_benefit_{t}"] = np.sum(called & truth) / n - np.sum(called & ~truth) / n * t / (1 - t)
    out[f"treat_all_{t}"] = truth.mean() - (1 - truth.mean()) * t / (1 - t)
fpr, tpr, _ = skm.roc_curve(truth, a, drop_intermediate=False)
out["roc_points"], out["roc_sum"] = len(fpr), float(np.sum(fpr + 2 * tpr))

(golden / "expected.csv").write_text("# tests/oracle/metrics.py: metric,value\n" + "".join(f"{k},{float(v)!r}\n" for k, v in out.items()))
