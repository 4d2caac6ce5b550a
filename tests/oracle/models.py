#!/usr/bin/env python3
"""Trains models with scikit-learn and libsvm; writes tests/golden/models/NAME.json (psyrad-json) and NAME.csv.

A CSV row is: predicted label, features, decision values, probabilities (if any), all from the trainer's own predict functions.  Decision
values of two classes favour the positive class; of more classes, support vector machines give one a pair (ovo).  Made with the versions of
requirements-models.txt:

    $(tests/oracle/environment models)/bin/python tests/oracle/models.py
"""
import json
import pathlib
import sys

import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import (ExtraTreesClassifier, GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier,
                              RandomForestRegressor)
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent.parent / "src" / "models"))
from psyrad_export import export  # noqa: E402

golden = here.parent / "golden" / "models"
ROWS = 40


def data(classes, seed, features=7, rows=160):
    x, y = make_classification(n_samples=rows + ROWS, n_features=features, n_informative=features - 2, n_classes=classes,
                               class_sep=0.7, flip_y=0.1, random_state=seed)
    x = x * np.linspace(0.5, 30, features) + np.linspace(-20, 50, features)
    labels = np.array(["HC", "MDD", "BD", "SZ"])[y] if classes > 2 else np.array(["HC", "MDD"])[y]
    return x[:rows], labels[:rows], x[rows:]


def write(name, document, labels, x, decision, proba=None):
    (golden / f"{name}.json").write_text(document + "\n")
    decision = np.asarray(decision).reshape(len(x), -1)
    blocks = [x, decision] + ([] if proba is None else [proba])
    rows = [",".join([str(label)] + [repr(float(v)) for v in row]) for label, row in zip(labels, np.hstack(blocks))]
    head = f"# {name}: label, {x.shape[1]} features, {decision.shape[1]} decision values, {0 if proba is None else proba.shape[1]} probabilities; tests/oracle/models.py"
    (golden / f"{name}.csv").write_text("\n".join([head] + rows) + "\n")


def classifier(name, model, classes, seed, spread=1.0, proba=True):
    x, y, test = data(classes, seed)
    model.fit(x, y)
    # Beyond the training data too, where decisions are large and RBF kernels vanish.
    test = np.vstack([test[: ROWS - 8], x.mean(0) + spread * 6 * (test[-8:] - x.mean(0))])
    decision = model.decision_function(test)
    document = export(model, name)
    if classes == 2 and len(json.loads(document)["estimator"].get("coef", [0])) == 2:
        decision = np.c_[-decision, decision]  # a softmax of two rows
    write(name, document, model.predict(test), test, decision, model.predict_proba(test) if proba else None)


def regression(name, model, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(100, 9)) * np.linspace(0.1, 40, 9) + 10
    model.fit(x[:60], x[:60] @ rng.normal(size=9) + rng.normal(size=60))
    write(name, export(model, name), ["-"] * ROWS, x[60:], model.predict(x[60:]))


def forest(name, model, classes, seed, missing=False):
    """Averages of probabilities, which are the decisions too; every fourth row has a missing feature when the trees have learned where to."""
    x, y, test = data(classes, seed)
    if missing:
        rng = np.random.default_rng(seed)
        x[rng.random(x.shape) < 0.1] = np.nan
        test[::4, seed % x.shape[1]] = np.nan
    model.fit(x, y)
    proba = model.predict_proba(test)
    decision = model.decision_function(test) if hasattr(model, "decision_function") else proba
    write(name, export(model, name, missing="learned" if missing else "error"), model.predict(test), test, decision, proba)


def libsvm(name, classes, seed):
    """libsvm's own numbers, through its own Python interface: the sigmoid for two classes, coupling for more."""
    from libsvm.svmutil import svm_predict, svm_problem, svm_parameter, svm_train
    x, y, test = data(classes, seed)
    codes = {label: k + 1 for k, label in enumerate(dict.fromkeys(y))}
    names = {k: label for label, k in codes.items()}
    x, test = (x - x.mean(0)) / x.std(0), (test - x.mean(0)) / x.std(0)
    model = svm_train(svm_problem([codes[label] for label in y], x.tolist()), svm_parameter("-s 0 -t 2 -g 0.2 -c 2 -b 1 -q"))
    labels, k = model.get_labels(), model.get_nr_class()
    pairs = k * (k - 1) // 2
    vectors = np.zeros((model.l, x.shape[1]))
    for row, sv in zip(vectors, model.get_SV()):
        for index, value in sv.items():
            if index > 0:
                row[index - 1] = value
    document = {
        "psyrad_model": 1, "name": name, "task": "classification", "classes": [names[label] for label in labels],
        "features": [f"x{j + 1}" for j in range(x.shape[1])], "missing": "error", "steps": [],
        "estimator": {
            "kind": "svm", "kernel": "rbf", "gamma": model.param.gamma, "support_vectors": vectors.tolist(),
            "support_counts": [model.nSV[i] for i in range(k)],
            "dual_coef": [[model.sv_coef[i][s] for s in range(model.l)] for i in range(k - 1)],
            "intercept": [-model.rho[p] for p in range(pairs)],
            "probability": {"method": "platt" if k == 2 else "pairwise_coupling", "a": [model.probA[p] for p in range(pairs)],
                            "b": [model.probB[p] for p in range(pairs)]}}}
    if k == 2:
        document["positive"] = names[labels[0]]
    predicted, _, decision = svm_predict([0] * ROWS, test.tolist(), model, "-q")
    _, _, proba = svm_predict([0] * ROWS, test.tolist(), model, "-b 1 -q")
    write(name, json.dumps(document), [names[int(p)] for p in predicted], test, np.array(decision)[:, :pairs], np.array(proba))


def auc():
    """Columns: AUC, then score and truth in turn; ties and both directions."""
    rng = np.random.default_rng(20)
    lines = ["# auc: roc_auc_score, then score,truth pairs; tests/oracle/models.py"]
    for n, digits in [(10, 1), (50, 1), (50, 6), (200, 2), (200, 0)]:
        truth = rng.random(n) < 0.4
        score = np.round(rng.normal(size=n) + 0.8 * truth, digits) + 0.0
        cells = [repr(float(roc_auc_score(truth, score)))]
        for s, t in zip(score, truth):
            cells += [repr(float(s)), str(int(t))]
        lines.append(",".join(cells))
    (golden.parent / "model_auc.csv").write_text("\n".join(lines) + "\n")


golden.mkdir(parents=True, exist_ok=True)
classifier("logistic_binary", make_pipeline(StandardScaler(), LogisticRegression(C=0.7)), 2, 1)
classifier("logistic_steep", LogisticRegression(C=1e4, max_iter=20000), 2, 2, spread=10)
classifier("logistic_multinomial", make_pipeline(StandardScaler(), LogisticRegression()), 4, 3)
classifier("logistic_two_rows", make_pipeline(StandardScaler(), LogisticRegression(multi_class="multinomial")), 2, 4)
regression("linear", LinearRegression(), 5)
regression("ridge", make_pipeline(StandardScaler(), Ridge(alpha=3.0)), 6)
classifier("svc_rbf_coupling", make_pipeline(StandardScaler(), SVC(probability=True, random_state=0)), 2, 7)
classifier("svc_rbf_none", make_pipeline(StandardScaler(), SVC(C=5.0, gamma=0.4)), 2, 8, proba=False)
classifier("svc_rbf_multiclass", make_pipeline(StandardScaler(), SVC(probability=True, decision_function_shape="ovo", random_state=0)), 4, 9)
classifier("svc_linear_coupling", make_pipeline(StandardScaler(), SVC(kernel="linear", probability=True, random_state=0)), 2, 10)
classifier("svc_linear_multiclass", make_pipeline(StandardScaler(), SVC(kernel="linear", decision_function_shape="ovo")), 3, 11, proba=False)
classifier("linear_svc", make_pipeline(StandardScaler(), LinearSVC(C=0.1)), 2, 12, proba=False)
libsvm("libsvm_platt", 2, 13)
libsvm("libsvm_coupling", 3, 14)
forest("tree", DecisionTreeClassifier(max_depth=4, random_state=0), 4, 15)
forest("forest_binary", RandomForestClassifier(n_estimators=12, max_depth=4, random_state=0), 2, 16)
forest("forest_multiclass", RandomForestClassifier(n_estimators=8, max_depth=5, class_weight="balanced", random_state=0), 4, 17)
forest("forest_missing", RandomForestClassifier(n_estimators=8, max_depth=5, random_state=0), 2, 18, missing=True)
forest("extra_trees", ExtraTreesClassifier(n_estimators=8, max_depth=5, random_state=0), 2, 19)
forest("boosting_binary", GradientBoostingClassifier(n_estimators=15, random_state=0), 2, 20)
forest("boosting_exponential", GradientBoostingClassifier(n_estimators=10, loss="exponential", random_state=0), 2, 21)
forest("boosting_multiclass", GradientBoostingClassifier(n_estimators=6, random_state=0), 4, 22)
regression("tree_regression", DecisionTreeRegressor(max_depth=4, random_state=0), 23)
regression("forest_regression", RandomForestRegressor(n_estimators=12, max_depth=4, random_state=0), 24)
regression("boosting_regression", make_pipeline(StandardScaler(), GradientBoostingRegressor(n_estimators=20, random_state=0)), 25)
auc()
