#!/usr/bin/env python3
"""Trains fresh models, exports them with psyrad_export, loads them in the server and compares its answers with scikit-learn's.

Run by tests/golden/run_models in the environment of requirements.txt.  What the goldens cannot see: the exporter itself, real[] features,
data frames' names, and that what cannot be expressed is refused.
"""
import pathlib
import sys
import warnings

import numpy as np
import psycopg2
from sklearn.datasets import make_classification
from sklearn.ensemble import (ExtraTreesRegressor, GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier,
                              RandomForestRegressor)
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.impute import KNNImputer
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "src" / "models"))
from psyrad_export import export  # noqa: E402

warnings.filterwarnings("ignore")
TOLERANCE = 1e-12


def connect():
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("DROP DATABASE IF EXISTS oracle_models")
    cursor.execute("CREATE DATABASE oracle_models")
    connection = psycopg2.connect(dbname="oracle_models")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("CREATE EXTENSION modelscore")
    cursor.execute("CREATE TABLE row (id int, x float8[])")
    cursor.execute("CREATE TABLE one (model psyrad.model)")
    return cursor


def apart(actual, expected):
    """Largest difference, relative to the expected value or, for decisions that cancel, to 1."""
    actual, expected = np.asarray(actual, float), np.asarray(expected, float)
    return float(np.max(np.abs(actual - expected) / np.maximum(np.abs(expected), 1)))


def load(cursor, document, x):
    cursor.execute("TRUNCATE one, row")
    cursor.execute("INSERT INTO one VALUES (psyrad.model_load(%s))", (document,))
    cursor.executemany("INSERT INTO row VALUES (%s, %s)", [(i, row.tolist()) for i, row in enumerate(x)])


def answers(cursor, function):
    cursor.execute(f"SELECT psyrad.{function}(model, x) FROM one, row ORDER BY id")
    return [row[0] for row in cursor.fetchall()]


def check_regression(cursor, model, x, y, test):
    model.fit(x, y)
    load(cursor, export(model, "r"), test)
    return apart(answers(cursor, "model_score"), model.predict(test))


def check_classifier(cursor, model, x, y, test):
    model.fit(x, y)
    load(cursor, export(model, "c"), test)
    assert answers(cursor, "model_predict") == [str(label) for label in model.predict(test)], "labels"
    worst = apart(answers(cursor, "model_decision"), model.decision_function(test).reshape(len(test), -1))
    if hasattr(model, "predict_proba"):
        proba = np.array(answers(cursor, "model_proba"))
        worst = max(worst, float(np.max(np.abs(proba / model.predict_proba(test) - 1))))
    return worst


def check_forest(cursor, model, x, y, test, missing="error"):
    """Bit for bit, but for the exponentials of boosting."""
    model.fit(x, y)
    load(cursor, export(model, "f", missing=missing), test)
    if not hasattr(model, "predict_proba"):
        assert answers(cursor, "model_score") == model.predict(test).tolist(), "values differ"
        return 0.0
    assert answers(cursor, "model_predict") == [str(label) for label in model.predict(test)], "labels"
    proba = np.array(answers(cursor, "model_proba"))
    if not hasattr(model, "decision_function"):
        assert np.array_equal(proba, model.predict_proba(test)), "probabilities differ"
        return 0.0
    assert np.array_equal(answers(cursor, "model_decision"), model.decision_function(test).reshape(len(test), -1)), "decisions differ"
    return float(np.max(np.abs(proba / model.predict_proba(test) - 1)))


def must_refuse(model, x, y):
    model.fit(x, y)
    try:
        export(model, "refused")
    except ValueError:
        return
    raise AssertionError(f"{model} was exported")


def main():
    cursor = connect()
    worst = {}
    for seed, classes in ((31, 2), (32, 3)):
        x, y = make_classification(n_samples=400, n_features=30, n_informative=12, n_redundant=0, n_classes=classes, random_state=seed)
        x = x * np.linspace(0.01, 50, 30)
        x, y, test = x[:300], np.array(["a", "b", "c"])[y[:300]], x[300:]
        for model in (LogisticRegression(max_iter=5000), SVC(probability=True, decision_function_shape="ovo"),
                      SVC(kernel="linear", C=0.1, decision_function_shape="ovo")) + ((LinearSVC(),) if classes == 2 else ()):
            name = f"{type(model).__name__} {getattr(model, 'kernel', '')} {classes} classes"
            worst[name] = check_classifier(cursor, make_pipeline(StandardScaler(), model), x, y, test)
        holes = np.where(np.random.default_rng(seed).random(x.shape) < 0.05, np.nan, x)
        for model in (DecisionTreeClassifier(max_depth=7), RandomForestClassifier(40, max_depth=9), GradientBoostingClassifier(n_estimators=25)):
            worst[f"{type(model).__name__} {classes} classes"] = check_forest(cursor, model, x, y, test)
        worst[f"RandomForestClassifier missing {classes} classes"] = check_forest(cursor, RandomForestClassifier(30), holes, y, test, "learned")
        must_refuse(make_pipeline(KNNImputer(), LogisticRegression()), x, y)
        must_refuse(make_pipeline(KBinsDiscretizer(), LogisticRegression()), x, y)
        must_refuse(make_pipeline(FunctionTransformer(lambda v: v + 1), LogisticRegression()), x, y)
        must_refuse(GaussianProcessClassifier(), x[:50], y[:50])
        must_refuse(SVC(kernel=lambda a, b: a @ b.T), x, y)
        must_refuse(KNeighborsClassifier(metric="canberra"), x, y)
    for model in (LinearRegression(), Ridge(), Lasso(0.01), ElasticNet(0.01)):
        worst[type(model).__name__] = check_regression(cursor, make_pipeline(StandardScaler(with_mean=False), model), x, x[:, 0] + x[:, 3] ** 2, test)
    for model in (DecisionTreeRegressor(), RandomForestRegressor(40), ExtraTreesRegressor(20), GradientBoostingRegressor(n_estimators=50)):
        worst[type(model).__name__] = check_forest(cursor, model, x, x[:, 0] + x[:, 3] ** 2, test)
    for name, value in worst.items():
        print(f"   {name:<42} {value:.2g}")
    assert max(worst.values()) <= TOLERANCE, "beyond the tolerance"
    print(f"models: {len(worst)} fresh models agree with scikit-learn to {max(worst.values()):.2g}")


main()
