#!/usr/bin/env python3
"""psyrad_export: fitted scikit-learn models as psyrad-json (PSYRAD_JSON.md), with every double exact.

    from psyrad_export import export
    document = export(fitted, name="MDD from edges", features=["edge_1", "edge_2"], positive="MDD")

or, for a model that was saved with joblib or pickle (only open files you trust):

    psyrad_export.py model.joblib --name "MDD from edges" --positive MDD > model.json

Taken: LinearRegression, Ridge, Lasso, ElasticNet, LogisticRegression, LinearSVC (two classes), SVC with the linear or RBF kernel,
DecisionTree, RandomForest, ExtraTrees and GradientBoosting (classifiers and regressors),
each alone or as the last step of a Pipeline whose other steps are StandardScaler.  Anything else is refused by name, and so is a setting
that psyrad-json cannot express: a score is never silently another one.
"""
import argparse
import json
import sys


def numbers(array):
    """Python floats, which json prints as the shortest text that reads back as the same double."""
    return array.astype(float).tolist()


def standardize(scaler, width):
    mean = numbers(scaler.mean_) if scaler.with_mean else [0.0] * width
    scale = numbers(scaler.scale_) if scaler.with_std else [1.0] * width
    return {"kind": "standardize", "mean": mean, "scale": scale}


def linear(model):
    if model.coef_.ndim != 1:
        raise ValueError("a regression with several targets is not supported")
    import numpy as np
    return {"kind": "linear", "coef": [numbers(model.coef_)], "intercept": [float(np.ravel(model.intercept_)[0])]}


def logistic(model):
    rows, intercept = model.coef_, model.intercept_
    multi_class = getattr(model, "multi_class", "deprecated")
    one_vs_rest = multi_class == "ovr" or (multi_class in ("auto", "deprecated", "warn") and model.solver == "liblinear")
    if len(model.classes_) > 2 and one_vs_rest:
        raise ValueError("one-versus-rest logistic regression of more than two classes is not supported")
    if len(model.classes_) == 2 and multi_class == "multinomial":
        # scikit-learn keeps one row but computes the softmax of (-d, d).
        rows, intercept = [-rows[0], rows[0]], [-intercept[0], intercept[0]]
    return {"kind": "logistic", "coef": [numbers(row) for row in rows], "intercept": [float(b) for b in intercept]}


def linear_svc(model):
    if len(model.classes_) != 2:
        raise ValueError("LinearSVC of more than two classes (one versus rest) is not supported")
    # psyrad-json's decisions favour the first class of a pair, scikit-learn's the second.
    return {"kind": "svm", "kernel": "linear", "coef": [numbers(-model.coef_[0])],
            "intercept": [-float(model.intercept_[0])] if model.fit_intercept else [0.0], "probability": "none"}


def svc(model):
    if model.kernel not in ("linear", "rbf"):
        raise ValueError(f"the kernel {model.kernel!r} is not supported")
    if model.break_ties:
        raise ValueError("break_ties=True is not supported")
    # For two classes scikit-learn shows libsvm's numbers with the opposite sign.
    sign = -1.0 if len(model.classes_) == 2 else 1.0
    vectors = model.support_vectors_
    if hasattr(vectors, "toarray"):
        vectors = vectors.toarray()
    dual = model.dual_coef_.toarray() if hasattr(model.dual_coef_, "toarray") else model.dual_coef_
    out = {"kind": "svm", "kernel": model.kernel}
    if model.kernel == "rbf":
        out["gamma"] = float(model._gamma)
    out["support_vectors"] = numbers(vectors)
    out["support_counts"] = [int(n) for n in model.n_support_]
    out["dual_coef"] = numbers(sign * dual)
    out["intercept"] = numbers(sign * model.intercept_)
    if model.probability:
        out["probability"] = {"method": "pairwise_coupling", "a": numbers(model.probA_), "b": numbers(model.probB_)}
    else:
        out["probability"] = "none"
    return out


def finite(threshold):
    """scikit-learn parts missing from present by an infinite threshold; every number is below the largest double as well."""
    return max(-sys.float_info.max, min(sys.float_info.max, float(threshold)))


def tree_of(tree, leaf, scale=1.0):
    """One fitted tree_ by its splits alone: children >= 0 are splits, -1 - k is leaf k.  leaf(node) gives a leaf's numbers."""
    place, splits, leaves = {}, [], []
    for node in range(tree.node_count):
        at = leaves if tree.children_left[node] < 0 else splits
        place[node] = -1 - len(leaves) if at is leaves else len(splits)
        at.append(node)
    out = {"feature": [int(tree.feature[n]) for n in splits], "threshold": [finite(tree.threshold[n]) for n in splits],
           "left": [place[int(tree.children_left[n])] for n in splits], "right": [place[int(tree.children_right[n])] for n in splits]}
    if hasattr(tree, "missing_go_to_left") and any(tree.missing_go_to_left[n] for n in splits):
        out["missing_left"] = [int(tree.missing_go_to_left[n]) for n in splits]
    out["value"] = [float(scale * v) for n in leaves for v in leaf(n)]
    return out


def class_leaf(tree):
    """Leaves as predict_proba has them: older versions of scikit-learn keep counts."""
    import sklearn
    if tuple(int(v) for v in sklearn.__version__.split(".")[:2]) >= (1, 3):
        return lambda n: tree.value[n, 0]
    return lambda n: tree.value[n, 0] / (tree.value[n, 0].sum() or 1.0)


def forest(model):
    """Trees, forests and extra trees: the average, which of one tree is the tree."""
    if model.n_outputs_ != 1:
        raise ValueError("trees of several outputs are not supported")
    trees = [m.tree_ for m in getattr(model, "estimators_", [model])]
    classifies = hasattr(model, "classes_")
    return {"kind": "trees", "combine": "average", "features": "float32",
            "trees": [tree_of(t, class_leaf(t) if classifies else (lambda n, t=t: t.value[n, 0])) for t in trees]}


def boosting(model):
    import numpy as np
    if model.init_ != "zero" and kind(model.init_) not in ("DummyClassifier", "DummyRegressor"):
        raise ValueError(f"gradient boosting that starts from {kind(model.init_)} is not supported")
    start = model._raw_predict_init(np.zeros((1, model.n_features_in_), np.float32))[0]
    out = {"kind": "trees", "combine": "sum", "features": "float32", "base": numbers(start)}
    outputs = len(start)
    if not hasattr(model, "classes_"):
        out["link"] = "identity"
    elif outputs > 1:
        out["link"] = "softmax"
    else:
        out.update(link="logistic", ties="second")
        if model.loss == "exponential":
            out["slope"] = 2.0
    out["trees"] = []
    for stage in model.estimators_:
        for output, estimator in enumerate(stage):
            tree = tree_of(estimator.tree_, lambda n, t=estimator.tree_: t.value[n, 0], model.learning_rate)
            out["trees"].append({**tree, "output": output})
    return out


ESTIMATORS = {"LinearRegression": linear, "Ridge": linear, "Lasso": linear, "ElasticNet": linear,
              "LogisticRegression": logistic, "LinearSVC": linear_svc, "SVC": svc, "DecisionTreeClassifier": forest, "DecisionTreeRegressor": forest,
              "RandomForestClassifier": forest, "RandomForestRegressor": forest, "ExtraTreesClassifier": forest, "ExtraTreesRegressor": forest,
              "GradientBoostingClassifier": boosting, "GradientBoostingRegressor": boosting}


def kind(model):
    return type(model).__name__


def export(model, name, features=None, units=None, positive=None, missing="error", notes=None):
    """The psyrad-json document (a str) of a fitted model.

    features: names in the order of the columns; taken from the model when it was fitted on a data frame.  units: {name: unit}.
    positive: label of the class that model_score speaks of; of two classes the second by default.
    missing: "error", "null", "learned" (trees alone: the way that training gave missing values) or {"impute": [one value a feature]}.
    """
    chain = [step for _, step in model.steps if step not in (None, "passthrough")] if kind(model) == "Pipeline" else [model]
    estimator = chain[-1]
    if kind(estimator) not in ESTIMATORS:
        raise ValueError(f"{kind(estimator)} is not supported; supported are {', '.join(ESTIMATORS)}")
    if features is None:
        features = [str(f) for f in getattr(model, "feature_names_in_", [f"x{k + 1}" for k in range(model.n_features_in_)])]
    if len(features) != model.n_features_in_:
        raise ValueError(f"{len(features)} names for {model.n_features_in_} features")
    steps = []
    for step in chain[:-1]:
        if kind(step) != "StandardScaler":
            raise ValueError(f"the step {kind(step)} is not supported; supported is StandardScaler")
        steps.append(standardize(step, len(features)))
    classes = getattr(estimator, "classes_", None)
    document = {"psyrad_model": 1, "name": name, "task": "regression" if classes is None else "classification"}
    if notes is not None:
        document["notes"] = notes
    if classes is not None:
        document["classes"] = [str(label) for label in classes]
        if positive is not None:
            document["positive"] = str(positive)
    document["features"] = [{"name": f, "unit": units[f]} if units and f in units else f for f in features]
    document["missing"] = missing
    document["steps"] = steps
    document["estimator"] = ESTIMATORS[kind(estimator)](estimator)
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def main():
    parser = argparse.ArgumentParser(description="Prints a saved scikit-learn model as psyrad-json.")
    parser.add_argument("file", help="written with joblib.dump or pickle; loading runs code, so it must come from a trusted place")
    parser.add_argument("--name", required=True)
    parser.add_argument("--positive", help="label of the positive class")
    parser.add_argument("--missing", choices=["error", "null", "learned"], default="error")
    arguments = parser.parse_args()
    import joblib
    try:
        print(export(joblib.load(arguments.file), arguments.name, positive=arguments.positive, missing=arguments.missing))
    except ValueError as error:
        sys.exit(f"psyrad_export: {error}")


if __name__ == "__main__":
    main()
