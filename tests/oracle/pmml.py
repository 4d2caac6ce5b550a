#!/usr/bin/env python3
"""Trains scikit-learn, XGBoost and LightGBM models on few columns, has JPMML (sklearn2pmml) write them as PMML; writes tests/golden/pmml/NAME.pmml.gz and
NAME.csv: features as a user has them (texts by name, empty = missing), the trainer's label (empty for a regression), then its probabilities or value.

Each document is scored by JPMML's own evaluator as well, and what that gives is printed.  The documents of OTHERWISE say something else than their
trainers do: NAME.evaluator.csv has what the evaluator makes of them, and run_models_pmml holds psyrad to that.

The nine families x (binary, multiclass, regression) x pipelines are FAMILIES x PIPELINES; MODELS are what else sklearn2pmml writes.

Needs Java 11 or newer (Debian: default-jre-headless; no Maven: sklearn2pmml and jpmml_evaluator bring their jars).  Made with OpenJDK 17 and
the versions of requirements-pmml.txt:

    $(tests/oracle/environment pmml)/bin/python tests/oracle/pmml.py [NAME...]
"""
import gzip
import pathlib
import re
import sys
import warnings

import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (AdaBoostClassifier, BaggingClassifier, BaggingRegressor, ExtraTreesClassifier, GradientBoostingClassifier,
                              GradientBoostingRegressor, HistGradientBoostingClassifier, HistGradientBoostingRegressor, IsolationForest,
                              RandomForestClassifier, RandomForestRegressor, StackingClassifier, VotingClassifier, VotingRegressor)
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor, Ridge, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, MaxAbsScaler, MinMaxScaler, OneHotEncoder, OrdinalEncoder, PolynomialFeatures, RobustScaler, StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn2pmml import sklearn2pmml
from sklearn2pmml.pipeline import PMMLPipeline

warnings.filterwarnings("ignore")
golden = pathlib.Path(__file__).resolve().parent.parent / "golden" / "pmml"
golden.mkdir(exist_ok=True)
ROWS = 15
OTHERWISE = {
    "logistic_bins": "JPMML adds 1e-8 + 1e-5 |x| before it looks for the bin, as scikit-learn did before 1.3",
    "knn_multiclass": "among classes with as many votes PMML takes the one with more training rows, scikit-learn the first",
}

rng = np.random.default_rng(11)
n = 160
frame = pd.DataFrame(np.round(rng.normal(size=(n, 4)) * [1, 3, 10, 0.5] + [0, 2, 50, 0], 4), columns=["age", "hamd", "thickness", "fa"])
site = np.array(["Beijing", "Chengdu", "Xi'an", "Sao \"P\""])[rng.integers(0, 4, n)]
signal = frame["age"] + 0.4 * frame["hamd"] - 0.05 * frame["thickness"] + np.sin(3 * frame["fa"]) + (site == "Chengdu") + 0.3 * rng.normal(size=n)
binary = pd.Series(np.where(signal > np.median(signal), "patient", "control"), name="group")
classes = pd.Series(np.array(["low", "mid", "high"])[np.digitize(signal, np.quantile(signal, [0.35, 0.7]))], name="level")
number = pd.Series((np.asarray(signal) > np.median(signal)).astype(int), name="responder")
value = pd.Series(np.asarray(signal), name="change")
count = pd.Series(rng.poisson(np.exp(0.3 * np.clip(signal, -3, 3))), name="count")
mixed = frame.assign(site=site)
gaps = mixed.copy()
gaps.loc[rng.random(n) < 0.15, "hamd"] = np.nan
gaps.loc[rng.random(n) < 0.15, "fa"] = np.nan
numeric = list(frame.columns)
# Trees make JPMML declare their inputs float32, for the linear members beside them too: numbers that float32 holds are not changed by it.
coarse = (frame * 64).round() / 64


def columns(scaler):
    return ColumnTransformer([("numbers", scaler, numeric), ("site", OneHotEncoder(handle_unknown="ignore"), ["site"])])


def imputed():
    return ColumnTransformer([("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numeric), ("site", OneHotEncoder(), ["site"])])


SMALL = {"n_estimators": 3, "max_depth": 3, "random_state": 1}
MODELS = {
    "logistic_number": (frame, number, [LogisticRegression()]),
    "logistic_multinomial": (frame, classes, [StandardScaler(), LogisticRegression()]),
    "logistic_imputed": (gaps, classes, [imputed(), LogisticRegression()]),
    "logistic_polynomial": (frame, binary, [MinMaxScaler(), PolynomialFeatures(2), LogisticRegression()]),
    "logistic_bins": (frame, binary, [KBinsDiscretizer(3, encode="onehot-dense"), LogisticRegression()]),
    "ridge": (frame, value, [StandardScaler(), Ridge()]),
    "poisson": (frame, count, [StandardScaler(), PoissonRegressor()]),
    "ridge_classifier": (frame, binary, [RidgeClassifier()]),
    "linear_svc": (frame, classes, [StandardScaler(), LinearSVC()]),
    "tree_regression": (mixed, value, [ColumnTransformer([("n", "passthrough", numeric), ("s", OrdinalEncoder(), ["site"])]), DecisionTreeRegressor(max_depth=4, random_state=1)]),
    "forest_multiclass": (gaps, classes, [imputed(), RandomForestClassifier(**SMALL)]),
    "extra_trees": (frame, classes, [ExtraTreesClassifier(**SMALL)]),
    "boosting_binary": (frame, binary, [GradientBoostingClassifier(**{**SMALL, "max_depth": 3})]),
    "boosting_multiclass": (mixed, classes, [columns("passthrough"), GradientBoostingClassifier(**{**SMALL, "max_depth": 2})]),
    "boosting_regression": (frame, value, [GradientBoostingRegressor(**{**SMALL, "max_depth": 3})]),
    "hist_binary": (gaps[numeric], binary, [HistGradientBoostingClassifier(max_iter=5, max_depth=3)]),
    "hist_regression": (gaps[numeric], value, [HistGradientBoostingRegressor(max_iter=5, max_depth=3)]),
    "adaboost": (frame, binary, [AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=4, algorithm="SAMME", random_state=1)]),
    "bagging": (frame, classes, [BaggingClassifier(DecisionTreeClassifier(max_depth=3), n_estimators=4, random_state=1)]),
    "bagging_regression": (frame, value, [BaggingRegressor(DecisionTreeRegressor(max_depth=3), n_estimators=4, random_state=1)]),
    "voting": (coarse, classes, [VotingClassifier([("l", LogisticRegression()), ("t", DecisionTreeClassifier(max_depth=3))], voting="soft", weights=[2, 1])]),
    "voting_hard": (frame, classes, [VotingClassifier([("l", LogisticRegression()), ("t", DecisionTreeClassifier(max_depth=3)), ("n", GaussianNB())])]),
    "voting_regression": (coarse, value, [VotingRegressor([("l", LinearRegression()), ("t", DecisionTreeRegressor(max_depth=3))])]),
    "voting_unverified": (frame, value, [VotingRegressor([("l", LinearRegression()), ("t", DecisionTreeRegressor(max_depth=3))])]),
    "stacking": (coarse, binary, [StackingClassifier([("l", LogisticRegression()), ("t", DecisionTreeClassifier(max_depth=3))], LogisticRegression())]),
    "knn_multiclass": (frame, classes, [KNeighborsClassifier(3, metric="manhattan")]),
    "svc_multiclass": (frame, classes, [StandardScaler(), SVC(kernel="poly", degree=2, coef0=1)]),
    "svc_linear": (frame, binary, [StandardScaler(), SVC(kernel="linear")]),
    "svc_sigmoid": (frame, binary, [StandardScaler(), SVC(kernel="sigmoid", gamma=0.1)]),
    "mlp_multiclass": (mixed, classes, [columns(StandardScaler()), MLPClassifier((6, 4), activation="tanh", random_state=1, max_iter=300)]),
    "mlp_regression": (frame, value, [StandardScaler(), MLPRegressor((5,), activation="logistic", random_state=1, max_iter=300)]),
}


def boosted():
    from lightgbm import LGBMClassifier, LGBMRegressor
    from xgboost import XGBClassifier, XGBRegressor
    few = {"n_estimators": 4, "max_depth": 3}
    return {
        "xgboost_binary": (gaps[numeric], number, [XGBClassifier(**few)]),
        "xgboost_poisson": (gaps[numeric], count, [XGBRegressor(**few, objective="count:poisson")]),
        "xgboost_regression": (gaps[numeric], value, [XGBRegressor(**few)]),
        "lightgbm_binary": (gaps[numeric], number, [LGBMClassifier(**few, verbose=-1)]),
        "lightgbm_multiclass": (frame, classes, [LGBMClassifier(**few, verbose=-1)]),
        "lightgbm_regression": (gaps[numeric], value, [LGBMRegressor(**few, verbose=-1)]),
    }


# Their documents hold rows of their training data: few, to keep them small.
LAZY = ("knn_multiclass", "svc_multiclass", "svc_linear", "svc_sigmoid")


def families():
    """Name: (estimators of two classes, of three and of a number; rows to train on)."""
    from xgboost import XGBClassifier, XGBRegressor
    few = {"n_estimators": 3, "max_depth": 2}
    net = {"hidden_layer_sizes": (4,), "random_state": 1, "max_iter": 400}
    return {
        "logistic": (LogisticRegression, LinearRegression, n),
        "xgboost": (lambda: XGBClassifier(**few), lambda: XGBRegressor(**few), n),
        "tree": (lambda: DecisionTreeClassifier(max_depth=3, random_state=1), lambda: DecisionTreeRegressor(max_depth=3, random_state=1), n),
        "lda": (LinearDiscriminantAnalysis, None, n),
        "bayes": (GaussianNB, None, n),
        "knn": (lambda: KNeighborsClassifier(3), lambda: KNeighborsRegressor(3), 30),
        "svm": (SVC, SVR, 40),
        "mlp": (lambda: MLPClassifier(**net), lambda: MLPRegressor(**net), n),
        "forest": (lambda: RandomForestClassifier(**SMALL), lambda: RandomForestRegressor(**SMALL), n),
    }


def pipelines(task):
    """Name: (features, steps before the estimator)."""
    scores = {"score_func": f_regression} if task == "regression" else {}
    onehot = ColumnTransformer([("numbers", "passthrough", numeric), ("site", OneHotEncoder(sparse_output=False), ["site"])])
    return {
        "plain": (frame, []),
        "imputer": (gaps[numeric], [SimpleImputer()]),
        "scaler": (frame, [StandardScaler()]),
        "onehot": (mixed, [onehot]),
        "pca": (frame, [StandardScaler(), PCA(2)]),
        "selected": (frame, [MaxAbsScaler(), SelectKBest(k=2, **scores)]),
    }


def crossed():
    models = {}
    targets = {"binary": binary, "multiclass": classes, "regression": value}
    codes = {"binary": number, "multiclass": classes.map({"low": 0, "mid": 1, "high": 2}), "regression": value}
    for family, (classifier, regressor, rows) in families().items():
        for task in targets:
            make = regressor if task == "regression" else classifier
            y = (codes if family == "xgboost" else targets)[task]
            if make is None:
                continue
            for pipeline, (x, steps) in pipelines(task).items():
                models[f"{family}_{task}_{pipeline}"] = (x.iloc[:rows], y.iloc[:rows], [*steps, make()])
            if task != "regression":
                models[f"{family}_{task}_calibrated"] = (coarse.iloc[:rows], y.iloc[:rows], [CalibratedClassifierCV(make(), cv=2)])
    return models


def answers(model, x):
    if not hasattr(model, "classes_"):
        return [""] * len(x), model.predict(x).reshape(len(x), -1)
    last = model.steps[-1][1]
    proba = model.predict_proba(x) if hasattr(last, "predict_proba") else np.zeros((len(x), 0))
    return [str(label) for label in model.predict(x)], np.asarray(proba, float)


def cell(entry):
    if isinstance(entry, str):
        return '"' + entry.replace('"', '""') + '"'
    return "" if pd.isna(entry) else repr(float(entry))


def tidy(path):
    """Without what changes from run to run, or is of no use to a reader of the model."""
    text = path.read_text()
    text = re.sub(r"\t*<Timestamp>.*</Timestamp>\n", "", text)
    path.write_text(re.sub(r"^\t+", "", text, flags=re.M))


def write_table(path, x, header, labels, values):
    rows = [",".join([cell(v) for v in row] + [label] + [repr(float(v)) for v in value]) for row, label, value in zip(x.values.tolist(), labels, values)]
    path.write_text("\n".join([",".join(list(x.columns) + ["label"] + header)] + rows) + "\n")


def write(name, x, y, steps):
    model = PMMLPipeline([(f"step{k}", step) for k, step in enumerate(steps)])
    model.fit(x, y)
    if not name.startswith("knn_multiclass"):
        # Its records would hold scikit-learn's choice among tied classes, and the document be refused for it.
        model.verify(x.sample(2, random_state=3))
    labels, values = answers(model, x.iloc[:ROWS])
    path = golden / f"{name}.pmml"
    sklearn2pmml(model, str(path), with_repr=False)
    tidy(path)
    header = [str(c) for c in getattr(model, "classes_", ["value"])] if values.shape[1] else []
    return header, labels, values


def evaluate(name, x, header, labels):
    """What JPMML's evaluator makes of the document: labels, and the numbers of the header, or None when the document gives no probabilities."""
    from jpmml_evaluator import make_evaluator
    found = make_evaluator(str(golden / f"{name}.pmml")).evaluateAll(x.iloc[:ROWS])
    wanted = [found.columns[0]] if header == ["value"] else [f"probability({c})" for c in header]
    theirs = found[wanted].values.astype(float).reshape(len(found), -1) if set(wanted) <= set(found.columns) else None
    return [str(label) if labels[0] else "" for label in found.iloc[:, 0]], theirs


def pack(name):
    path = golden / f"{name}.pmml"
    (golden / f"{name}.pmml.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    path.unlink()


def make(name, x, y, steps):
    for path in (golden / f"{name}.csv", golden / f"{name}.evaluator.csv"):
        path.unlink(missing_ok=True)
    try:
        header, labels, values = write(name, x, y, steps)
        their_labels, theirs = evaluate(name, x, header, labels)
    except Exception as error:  # the JVM's exceptions have no common class here
        (golden / f"{name}.pmml").unlink(missing_ok=True)
        return f"JPMML does not write it, or does not read what it wrote ({str(error).splitlines()[0][:100]})"
    if theirs is None:
        header, values, theirs = [], values[:, :0], values[:, :0]
    write_table(golden / f"{name}.csv", x.iloc[:ROWS], header, labels, values)
    same = sum(a == b for a, b in zip(their_labels, labels))
    away = np.abs(theirs - values).max() if values.size else 0
    if name.startswith(tuple(OTHERWISE)):
        write_table(golden / f"{name}.evaluator.csv", x.iloc[:ROWS], header, their_labels, theirs)
    pack(name)
    return f"JPMML gives {same} of {len(labels)} labels, and numbers within {away:.2g}"


def main():
    models = {**MODELS, **boosted(), **crossed()}
    for name in LAZY:
        x, y, steps = models[name]
        models[name] = (x.iloc[:40], y.iloc[:40], steps)
    for name in sys.argv[1:] or models:
        print(f"{name}: {make(name, *models[name])}", flush=True)


if __name__ == "__main__":
    main()
