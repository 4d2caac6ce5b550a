#!/usr/bin/env python3
"""Explains rows by XGBoost, LightGBM and the shap package; writes tests/golden/explain/NAME.csv (and NAME.json for scikit-learn's models).

The boosted models are those of tests/golden/boosted (boosted.py).  A CSV row is: features (nan = missing), then for each output one number
a feature and the base.  Contributions of XGBoost are float32; all others double.  Made with the versions of requirements-explain.txt:

    $(tests/oracle/environment explain)/bin/python tests/oracle/explain.py
"""
import json
import pathlib

import lightgbm as lgb
import numpy as np
import shap
import xgboost as xgb
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier

here = pathlib.Path(__file__).resolve().parent.parent / "golden"
golden = here / "explain"
golden.mkdir(exist_ok=True)


def write(name, x, contributions, what):
    """contributions [rows][outputs][features + 1]"""
    rows = np.hstack([x, contributions.reshape(len(x), -1)])
    lines = [",".join(repr(float(v)) for v in row) for row in rows]
    (golden / f"{name}.csv").write_text("\n".join([f"# {name}: features, then a number each and the base for every output; {what}; tests/oracle/explain.py"] + lines) + "\n")


def features_of(name):
    rows = [line.split(",") for line in (here / "boosted" / f"{name}.csv").read_text().splitlines() if not line.startswith("#")]
    return np.array([[float(v) for v in row[1:]] for row in rows])


def explained(path):
    """XGBoost's own contributions are of trees whose leaves are single numbers; linear boosters are explain_linear.py's."""
    learner = json.loads(path.read_text())["learner"]
    leaf = int(learner["gradient_booster"].get("model", {}).get("trees", [{"tree_param": {"size_leaf_vector": "1"}}])[0]["tree_param"]["size_leaf_vector"])
    return learner["gradient_booster"]["name"] != "gblinear" and leaf <= 1


for path in filter(explained, sorted((here / "boosted").glob("xgboost_*.json"))):
    model = xgb.Booster(model_file=path)
    x = features_of(path.stem)[:20, :model.num_features()]
    data = xgb.DMatrix(x, feature_names=model.feature_names, feature_types=model.feature_types, enable_categorical=True)
    contributions = model.predict(data, pred_contribs=True)
    write(path.stem, x, contributions.reshape(len(x), -1, model.num_features() + 1), "pred_contribs")

for path in sorted((here / "boosted").glob("lightgbm_*.txt")):
    model = lgb.Booster(model_file=path)
    x = features_of(path.stem)[:20, :model.num_feature()]
    contributions = np.asarray(model.predict(x, pred_contrib=True))
    if "forest" in path.stem:  # LightGBM explains the sum of the trees there, though it predicts their average
        contributions /= model.num_trees()
    write(path.stem, x, contributions.reshape(len(x), -1, model.num_feature() + 1), "pred_contrib")


def tree_of(tree, value, output=None):
    splits = np.flatnonzero(tree.children_left >= 0)
    leaves = np.flatnonzero(tree.children_left < 0)
    place = {**{int(n): k for k, n in enumerate(splits)}, **{int(n): -1 - k for k, n in enumerate(leaves)}}
    out = {"feature": tree.feature[splits].tolist(), "threshold": tree.threshold[splits].tolist(),
           "left": [place[int(n)] for n in tree.children_left[splits]], "right": [place[int(n)] for n in tree.children_right[splits]],
           "value": value[leaves].ravel().tolist(), "split_cover": tree.weighted_n_node_samples[splits].tolist(),
           "leaf_cover": tree.weighted_n_node_samples[leaves].tolist()}
    return out if output is None else {**out, "output": output}


def document(name, task, names, estimator, classes=None):
    head = {"psyrad_model": 1, "name": name, "task": task, "features": names}
    if classes is not None:
        head["classes"] = [str(c) for c in classes]
    (golden / f"{name}.json").write_text(json.dumps({**head, "estimator": {"kind": "trees", "features": "float32", **estimator}}) + "\n")


rng = np.random.default_rng(3)
x = rng.normal(size=(400, 8)).astype(np.float32).astype(float)
signal = x[:, 0] + x[:, 1] * x[:, 2] + np.sin(3 * x[:, 3])
labels = np.digitize(signal, np.quantile(signal, [0.3, 0.7]))
names = [f"x{k}" for k in range(8)]


def averaged(name, model, target):
    model.fit(x, target)
    trees = [model.tree_] if hasattr(model, "tree_") else [t.tree_ for t in model.estimators_]
    classes = getattr(model, "classes_", None)
    values = [t.value[:, 0, :] if classes is None else t.value[:, 0, :] / t.value[:, 0, :].sum(1, keepdims=True) for t in trees]
    document(name, "regression" if classes is None else "classification", names,
             {"combine": "average", "trees": [tree_of(t, v) for t, v in zip(trees, values)]}, classes)
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    phi = np.asarray(explainer.shap_values(x[:20], check_additivity=False)).reshape(20, 8, -1)
    base = np.broadcast_to(np.reshape(explainer.expected_value, (1, 1, -1)), (20, 1, phi.shape[2]))
    write(name, x[:20], np.concatenate([phi, base], axis=1).transpose(0, 2, 1), f"shap {shap.__version__}")


averaged("tree", DecisionTreeClassifier(random_state=1), labels)
averaged("forest_binary", RandomForestClassifier(12, random_state=1), (signal > 0).astype(int))
averaged("forest_multiclass", RandomForestClassifier(6, max_depth=5, random_state=1), labels)
averaged("forest_regression", RandomForestRegressor(6, max_depth=12, random_state=1), signal)
averaged("extra_trees", ExtraTreesClassifier(5, max_depth=9, random_state=1), labels)

boosting = GradientBoostingClassifier(n_estimators=10, max_depth=4, random_state=1).fit(x, (signal > 0).astype(int))
prior = boosting.init_.class_prior_[1]
document("boosting", "classification", names,
         {"combine": "sum", "link": "logistic", "ties": "second", "base": [float(np.log(prior / (1 - prior)))],
          "trees": [tree_of(t[0].tree_, t[0].tree_.value[:, 0, :] * boosting.learning_rate) for t in boosting.estimators_]}, [0, 1])
explainer = shap.TreeExplainer(boosting, feature_perturbation="tree_path_dependent")
phi = explainer.shap_values(x[:20]).reshape(20, 1, 8)
write("boosting", x[:20], np.concatenate([phi, np.full((20, 1, 1), np.ravel(explainer.expected_value)[0])], axis=2), f"shap {shap.__version__}")
