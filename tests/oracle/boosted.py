#!/usr/bin/env python3
"""Trains small models with XGBoost and LightGBM; writes tests/golden/boosted/NAME.json, .ubj and .txt (their own documents) and NAME.csv.

A CSV row is: predicted label ("-" for a regression), features (nan = missing), margins, predictions (probabilities of all classes, or the
value).  Made with the versions of requirements-boosted.txt:

    $(tests/oracle/environment boosted)/bin/python tests/oracle/boosted.py
"""
import pathlib

import lightgbm as lgb
import numpy as np
import pandas as pd
import xgboost as xgb

golden = pathlib.Path(__file__).resolve().parent.parent / "golden" / "boosted"
golden.mkdir(exist_ok=True)
ROWS = 40

rng = np.random.default_rng(7)
x = rng.normal(size=(300, 4)).astype(np.float32)
code = rng.integers(0, 40, 300)
signal = x[:, 0] + x[:, 1] ** 2 + (code % 5) * 0.5
x[rng.random(x.shape) < 0.1] = np.nan
numeric = pd.DataFrame(x, columns=["age", "left_hippocampus", "fa", "score"])
mixed = numeric.assign(site=pd.Categorical.from_codes(np.where(rng.random(300) < 0.1, -1, code), categories=range(40)))
positive = signal - signal.min() + 0.1
binary = (signal > np.median(signal)).astype(int)
classes = np.digitize(signal, np.quantile(signal, [0.3, 0.6]))


def matrix(frame):
    """Codes instead of categories; a missing category is nan."""
    columns = [frame[c].cat.codes.replace(-1, np.nan) if str(frame[c].dtype) == "category" else frame[c] for c in frame]
    return np.column_stack(columns).astype(float)


def write(name, frame, margin, prediction, labels=None):
    rows = len(frame)
    block = np.hstack([matrix(frame), np.reshape(margin, (rows, -1)), np.reshape(prediction, (rows, -1))])[:ROWS]
    labels = ["-"] * rows if labels is None else labels
    lines = [",".join([str(label)] + [repr(float(v)) for v in row]) for label, row in zip(labels, block)]
    (golden / f"{name}.csv").write_text("\n".join([f"# {name}: label, features, margins, predictions; tests/oracle/boosted.py"] + lines) + "\n")


def xgboost(name, objective, target, frame=numeric, rounds=5, **parameters):
    data = xgb.DMatrix(frame, target, enable_categorical=True)
    if objective == "survival:aft":
        data.set_float_info("label_lower_bound", target)
        data.set_float_info("label_upper_bound", target)
    parameters = {"objective": objective, "max_depth": 3, "tree_method": "hist", "seed": 1, **parameters}
    parameters = {key: value for key, value in parameters.items() if value is not None}
    model = xgb.train(parameters, data, rounds)
    for suffix in ("json", "ubj"):
        model.save_model(golden / f"xgboost_{name}.{suffix}")
    prediction, labels = model.predict(data), None
    if objective.startswith("binary") and objective != "binary:logitraw":
        labels = (prediction > 0.5).astype(int)
        prediction = np.column_stack([np.float32(1) - prediction, prediction])
    elif objective.startswith("multi"):
        labels = prediction.argmax(1)
    write(f"xgboost_{name}", frame, model.predict(data, output_margin=True), prediction, labels)


xgboost("squarederror", "reg:squarederror", signal)
xgboost("reg_logistic", "reg:logistic", binary)
xgboost("logistic", "binary:logistic", binary)
xgboost("logitraw", "binary:logitraw", binary)
xgboost("hinge", "binary:hinge", binary)
xgboost("poisson", "count:poisson", positive)
xgboost("gamma", "reg:gamma", positive)
xgboost("tweedie", "reg:tweedie", positive)
xgboost("cox", "survival:cox", positive)
xgboost("aft", "survival:aft", positive)
xgboost("quantile", "reg:quantileerror", signal, quantile_alpha=0.3)
xgboost("softprob", "multi:softprob", classes, num_class=3)
xgboost("dart", "binary:logistic", binary, booster="dart", rate_drop=0.4)
xgboost("forest", "binary:logistic", binary, rounds=2, num_parallel_tree=4, subsample=0.5)
xgboost("categories", "reg:squarederror", signal, frame=mixed)
xgboost("one_hot", "binary:logistic", binary, frame=mixed, max_cat_to_onehot=100)
several = np.column_stack([signal, positive ** 0.5, -signal])
xgboost("targets", "reg:squarederror", several)
xgboost("vectors", "reg:squarederror", several, multi_strategy="multi_output_tree")
xgboost("vector_classes", "multi:softprob", classes, num_class=3, multi_strategy="multi_output_tree")
xgboost("quantiles", "reg:quantileerror", signal, quantile_alpha=[0.2, 0.5, 0.9])
for name, objective, target, more in (("linear", "reg:squarederror", signal, {}), ("linear_logistic", "binary:logistic", binary, {}),
                                      ("linear_softprob", "multi:softprob", classes, {"num_class": 3}), ("linear_poisson", "count:poisson", positive, {})):
    more = {"booster": "gblinear", "updater": "coord_descent", "tree_method": None, "max_depth": None, **more}
    xgboost(name, objective, target, **more)


def lightgbm(name, objective, target, frame=numeric, rounds=5, **parameters):
    table = matrix(frame)
    table[::7, 3] = 0
    categorical = [4] if frame is mixed else "auto"
    data = lgb.Dataset(table, target, feature_name=list(frame.columns), categorical_feature=categorical)
    model = lgb.train({"objective": objective, "num_leaves": 7, "min_data_in_leaf": 10, "verbose": -1, "seed": 1, "num_threads": 1, **parameters},
                      data, rounds)
    model.save_model(golden / f"lightgbm_{name}.txt")
    prediction, labels = model.predict(table), None
    margin = model.predict(table, raw_score=True) / (rounds if parameters.get("boosting") == "rf" else 1)
    if objective == "binary":
        prediction = np.column_stack([1 - prediction, prediction])
    if objective in ("binary", "multiclass", "multiclassova"):
        labels = prediction.argmax(1)
    write(f"lightgbm_{name}", pd.DataFrame(table), margin, prediction, labels)


lightgbm("regression", "regression", signal)
lightgbm("sqrt", "regression", signal, reg_sqrt=True)
lightgbm("zero_as_missing", "regression", signal, zero_as_missing=True)
lightgbm("no_missing", "regression", signal, use_missing=False)
lightgbm("poisson", "poisson", positive)
lightgbm("tweedie", "tweedie", positive)
lightgbm("cross_entropy", "cross_entropy", binary)
lightgbm("cross_entropy_lambda", "cross_entropy_lambda", binary)
lightgbm("sigmoid", "binary", binary, sigmoid=2.5)
lightgbm("multiclass", "multiclass", classes, num_class=3)
lightgbm("each", "multiclassova", classes, num_class=3)
lightgbm("categories", "binary", binary, frame=mixed, max_cat_to_onehot=1, min_data_per_group=5, cat_smooth=1)
lightgbm("forest", "binary", binary, boosting="rf", bagging_freq=1, bagging_fraction=0.5)
lightgbm("dart", "binary", binary, boosting="dart")
