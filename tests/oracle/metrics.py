#!/usr/bin/env python3
"""Writes tests/golden/metrics/cases.csv (scores, truth, labels, measurements) and expected.csv (metric, value), which tests/golden/run_metrics
compares with SQL.  scikit-learn and statsmodels give what they have; DeLong's test is written out over the full matrix of placements, and
logistic recalibration is solved by scipy.  Made with the versions of requirements-metrics.txt:

    $(tests/oracle/environment metrics)/bin/python tests/oracle/metrics.py
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


# ---- bootstrap: the same replicates, drawn here by a generator of its own, then scikit-learn's metrics over the drawn rows
def philox(seed, stream, index):
    """Philox 4x32-10 (Salmon et al. 2011) of counter (index, stream) under key seed: two 64-bit numbers each."""
    mask = np.uint64(0xFFFFFFFF)
    index = np.asarray(index, np.uint64)
    c = [index & mask, index >> np.uint64(32), np.full_like(index, stream & 0xFFFFFFFF), np.full_like(index, stream >> 32)]
    k = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        a, b = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [(b >> np.uint64(32)) ^ c[1] ^ np.uint64(k[0]), b & mask, (a >> np.uint64(32)) ^ c[3] ^ np.uint64(k[1]), a & mask]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return np.stack([c[1] << np.uint64(32) | c[0], c[3] << np.uint64(32) | c[2]], axis=1)


def draw(seed, stream, m):
    """m places below m, with replacement"""
    return np.array([int(u) * m >> 64 for u in philox(seed, stream, np.arange((m + 1) // 2)).ravel()[:m]])


def spread(name, estimate, replicates):
    replicates = np.array(replicates)
    out[f"boot_{name}"], out[f"boot_{name}_se"], out[f"boot_{name}_bias"] = estimate, replicates.std(ddof=1), replicates.mean() - estimate
    out[f"boot_{name}_lb"], out[f"boot_{name}_ub"] = np.quantile(replicates, [0.05, 0.95])


SEED, REPLICATES = 20240229_1234567, 150
in_bytes = lambda texts: sorted(set(texts), key=lambda t: t.encode())
for kind, t, g, metrics in (
        ("truth", np.where(truth, "true", "false"), np.where(a >= 0.5, "true", "false"), {
            "f1": lambda t, g: skm.f1_score(t, g, pos_label="true"), "sensitivity": lambda t, g: skm.recall_score(t, g, pos_label="true"),
            "specificity": lambda t, g: skm.recall_score(t, g, pos_label="false"), "ppv": lambda t, g: skm.precision_score(t, g, pos_label="true"),
            "npv": lambda t, g: skm.precision_score(t, g, pos_label="false"), "mcc": skm.matthews_corrcoef, "balanced_accuracy": skm.balanced_accuracy_score}),
        ("label", label, guess, {
            "balanced_accuracy": lambda t, g: skm.recall_score(t, g, labels=np.unique(t), average="macro"), "accuracy": skm.accuracy_score, "mcc": skm.matthews_corrcoef,
            "f1_macro": lambda t, g: skm.f1_score(t, g, average="macro", zero_division=0),
            "f1_weighted": lambda t, g: skm.f1_score(t, g, average="weighted", zero_division=0), "kappa": skm.cohen_kappa_score})):
    known = in_bytes(list(t) + list(g))
    # Cases of a true label in order of what was predicted; each label a stream.
    within = [sorted(g[t == one], key=lambda x: x.encode()) for one in known]
    drawn_t = [np.repeat(one, len(w)) for one, w in zip(known, within)]
    samples = [[np.array(w)[draw(SEED, r * len(known) + i, len(w))] if w else np.array([], g.dtype) for i, w in enumerate(within)] for r in range(REPLICATES)]
    for name, metric in metrics.items():
        spread(f"{kind}_{name}", metric(t, g), [metric(np.concatenate(drawn_t), np.concatenate(s)) for s in samples])
order = np.lexsort((observed, predicted))
sample = [order[draw(SEED, r, n)] for r in range(REPLICATES)]
for name, metric in (("r2", skm.r2_score), ("mae", skm.mean_absolute_error), ("rmse", skm.root_mean_squared_error)):
    spread(name, metric(observed, predicted), [metric(observed[s], predicted[s]) for s in sample])
# The same quantity from scipy's own draws, to be met within the error of so many replicates.
for name, metric in (("r2", skm.r2_score), ("mae", skm.mean_absolute_error), ("rmse", skm.root_mean_squared_error)):
    found = stats.bootstrap((observed, predicted), metric, paired=True, vectorized=False, n_resamples=20000, method="percentile", confidence_level=0.9,
                            random_state=np.random.default_rng(5))
    out[f"scipy_{name}_se"] = found.standard_error
    out[f"scipy_{name}_lb"], out[f"scipy_{name}_ub"] = found.confidence_interval


def ece(score, true):
    bins = np.searchsorted(edges[1:-1], score)
    return sum(np.sum(bins == k) * abs(true[bins == k].mean() - score[bins == k].mean()) for k in np.unique(bins)) / len(score)


inside, outside = np.sort(a[truth]), np.sort(a[~truth])
classes = np.r_[np.ones(len(inside)), np.zeros(len(outside))]
for name, metric in (("ece", ece), ("brier", lambda s, t: skm.brier_score_loss(t, s)), ("auc", lambda s, t: skm.roc_auc_score(t, s)),
                     ("average_precision", lambda s, t: skm.average_precision_score(t, s)), ("logloss", lambda s, t: skm.log_loss(t, s))):
    spread(name, metric(a, truth), [metric(np.r_[inside[draw(SEED, 2 * r, len(inside))], outside[draw(SEED, 2 * r + 1, len(outside))]], classes) for r in range(REPLICATES)])

(golden / "expected.csv").write_text("# tests/oracle/metrics.py: metric,value\n" + "".join(f"{k},{float(v)!r}\n" for k, v in out.items()))
