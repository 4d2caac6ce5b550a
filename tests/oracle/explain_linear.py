#!/usr/bin/env python3
"""Explains rows of linear models and of pipelines around them; writes tests/golden/explain/NAME.json and NAME.csv, as explain.py lays them out.

A pipeline is explained as the function that it is: shap's Exact enumerates every coalition of features, with the whole training set for
those that are absent.  Where the model is an estimator alone, shap's LinearExplainer must say the same.  Linear boosters are explained by
XGBoost's own pred_contribs, to which an absent feature is 0.  Of two classes the numbers speak for the second.  Environment as explain.py.
"""
import importlib.util
import json
import pathlib

import numpy as np
import shap
import xgboost as xgb
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC

top = pathlib.Path(__file__).resolve().parents[2]
golden = top / "tests" / "golden" / "explain"
spec = importlib.util.spec_from_file_location("psyrad_export", top / "src" / "models" / "psyrad_export.py")
psyrad_export = importlib.util.module_from_spec(spec)
spec.loader.exec_module(psyrad_export)

FEATURES, ROWS = 6, 20
rng = np.random.default_rng(5)
numbers = rng.normal(loc=[0, 3, -2, 10, 0.5, 1], scale=[1, 2, 0.5, 5, 1, 3], size=(120, FEATURES))
signal = numbers[:, 0] - 0.7 * numbers[:, 1] + 0.2 * numbers[:, 3] + rng.normal(size=120)
two = (signal > np.median(signal)).astype(int)
three = np.digitize(signal, np.quantile(signal, [0.3, 0.7]))
holes = numbers.copy()
holes[rng.random(holes.shape) < 0.15] = np.nan
codes = rng.integers(0, 4, size=(120, FEATURES)).astype(float)


def write(name, document, x, contributions, what):
    """contributions [rows][outputs][features + 1]"""
    (golden / f"{name}.json").write_text(json.dumps(document) + "\n")
    lines = [",".join(repr(float(v)) for v in row) for row in np.hstack([x, contributions.reshape(len(x), -1)])]
    head = f"# {name}: features, then a number each and the base for every output; {what}; tests/oracle/explain_linear.py"
    (golden / f"{name}.csv").write_text("\n".join([head] + lines) + "\n")


class Everyone(shap.maskers.Independent):
    """Values count as the same when they are equal; by itself the masker takes those that are close (numpy.isclose) as one."""

    def invariants(self, x):
        return (x == self.data) | (np.isnan(x) & np.isnan(self.data))


def explained(name, model, x, y, background=False):
    """background: the document says the features' means; without it a scaler within the model knows its own."""
    model.fit(x, y)
    function = model.decision_function if hasattr(model, "classes_") else model.predict
    masker = Everyone(x, max_samples=len(x))
    found = shap.explainers.Exact(function, masker)(x[:ROWS])
    phi = np.reshape(found.values, (ROWS, FEATURES, -1))
    base = np.broadcast_to(np.reshape(found.base_values, (ROWS, 1, -1)), (ROWS, 1, phi.shape[2]))
    if hasattr(model, "coef_"):
        other = shap.LinearExplainer((model.coef_.squeeze(), np.squeeze(model.intercept_)), masker).shap_values(x[:ROWS])
        assert np.allclose(np.reshape(other, phi.shape), phi, rtol=1e-12, atol=1e-12), name
    document = json.loads(psyrad_export.export(model, name=name))
    if background:
        document["background"] = x.mean(0).tolist()
    write(name, document, x[:ROWS], np.concatenate([phi, base], axis=1).transpose(0, 2, 1), f"shap {shap.__version__}")


def linear_booster(name):
    path = top / "tests" / "golden" / "boosted" / f"xgboost_{name}.json"
    model = xgb.Booster(model_file=path)
    width = model.num_features()
    x = rng.normal(size=(ROWS, width)).astype(np.float32).astype(float)
    phi = model.predict(xgb.DMatrix(x, feature_names=model.feature_names, feature_types=model.feature_types), pred_contribs=True)
    document = {"psyrad_model": 1, "name": name, "features": [f"x{k}" for k in range(width)], "background": [0] * width}
    outputs = phi.size // (ROWS * (width + 1))
    if outputs > 1 or "logistic" in name:
        document |= {"task": "classification", "classes": [str(k) for k in range(max(outputs, 2))]}
    else:
        document["task"] = "regression"
    document["estimator"] = {"kind": "xgboost", "model": json.loads(path.read_text())}
    write(f"gb{name}", document, x, phi.reshape(ROWS, outputs, width + 1), "pred_contribs")


explained("linear", LinearRegression(), numbers, signal, background=True)
explained("logistic", LogisticRegression(), numbers, two, background=True)
explained("linear_machine", SVC(kernel="linear"), numbers, two, background=True)
explained("linear_classifier", LinearSVC(random_state=1), numbers, two, background=True)
explained("scaled_softmax", make_pipeline(StandardScaler(), LogisticRegression()), numbers, three)
explained("imputed", make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LinearSVC(random_state=1)), holes, two)
explained("selected", make_pipeline(StandardScaler(), SelectKBest(k=3), SVC(kernel="linear")), numbers, two)
explained("one_hot", make_pipeline(OneHotEncoder(sparse_output=False), StandardScaler(), LogisticRegression()), codes, two)
explained("components", make_pipeline(StandardScaler(), PCA(3), LogisticRegression()), numbers, three)
explained("min_max", make_pipeline(MinMaxScaler(), LinearRegression()), numbers, signal, background=True)
for objective in ("linear", "linear_logistic", "linear_softprob", "linear_poisson"):
    linear_booster(objective)
