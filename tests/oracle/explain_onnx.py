#!/usr/bin/env python3
"""Explains rows by the shap package, XGBoost and LightGBM; writes the same models as ONNX documents with covers (src/models/onnx_covers.py) to
tests/golden/explain/onnx_NAME.onnx, and onnx_NAME.csv: features (nan = missing), then a number each and the base for every score of the document.

Scores of two classes are the second's and its opposite.  Margins are the sums of the trees before the link.  Made with the versions of
requirements-explain.txt:

    $(tests/oracle/environment explain)/bin/python tests/oracle/explain_onnx.py
"""
import pathlib
import sys

import lightgbm
import numpy as np
import onnx
import onnxmltools
import shap
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as BoostedType
from skl2onnx import to_onnx
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

here = pathlib.Path(__file__).resolve().parent
golden = here.parent / "golden" / "explain"
sys.path.insert(0, str(here.parent.parent / "src" / "models"))
from onnx_covers import with_covers  # noqa: E402

ROWS, FEATURES = 12, 6
rng = np.random.default_rng(17)
x = rng.normal(size=(300, FEATURES)).astype(np.float32)
signal = x[:, 0] + x[:, 1] * x[:, 2] + np.sin(3 * x[:, 3])
two = (signal > 0).astype(int)
three = np.digitize(signal, np.quantile(signal, [0.3, 0.7]))
gaps = x.copy()
gaps[rng.random(x.shape) < 0.1] = np.nan


def write(name, document, rows, phi, base):
    """phi [rows][outputs][features], base [outputs]"""
    (golden / f"onnx_{name}.onnx").write_bytes(document)
    whole = np.concatenate([phi, np.broadcast_to(np.reshape(base, (1, -1, 1)), (len(rows), phi.shape[1], 1))], axis=2)
    lines = [",".join(repr(float(v)) for v in row) for row in np.hstack([rows.astype(float), whole.reshape(len(rows), -1)])]
    (golden / f"onnx_{name}.csv").write_text(f"# onnx_{name}: features, then a number each and the base for every score; tests/oracle/explain_onnx.py\n" + "\n".join(lines) + "\n")


def turned(document):
    """The same trees, every other split asked the other way round: > for <=, >= for <, with the children changed."""
    proto = onnx.load_from_string(document)
    ensemble = next(node for node in proto.graph.node if node.op_type.startswith("TreeEnsemble"))
    values = {a.name: a for a in ensemble.attribute}
    other = {b"BRANCH_LEQ": b"BRANCH_GT", b"BRANCH_LT": b"BRANCH_GTE"}
    yes, no, modes = values["nodes_truenodeids"].ints, values["nodes_falsenodeids"].ints, values["nodes_modes"].strings
    missing = values["nodes_missing_value_tracks_true"].ints if "nodes_missing_value_tracks_true" in values else None
    for k in range(0, len(modes), 2):
        if modes[k] in other:
            modes[k], yes[k], no[k] = other[modes[k]], no[k], yes[k]
            if missing:
                missing[k] = 1 - missing[k]
    return proto.SerializeToString()


def shaped(phi, classes):
    """[rows][outputs][features], with both classes where there are two."""
    phi = np.asarray(phi)
    if phi.ndim == 3:
        return phi.transpose(0, 2, 1)
    return phi[:, None, :] if classes is None else np.stack([-phi, phi], axis=1)


def by_shap(name, model, rows=x, target=two):
    """Through a pipeline the trees are explained behind its steps."""
    model.fit(rows, target)
    inner = rows[:ROWS] if not hasattr(model, "steps") else model[:-1].transform(rows[:ROWS])
    trees = model if not hasattr(model, "steps") else model[-1]
    explainer = shap.TreeExplainer(trees, feature_perturbation="tree_path_dependent")
    classes = getattr(trees, "classes_", None)
    phi, base = shaped(explainer.shap_values(inner, check_additivity=False), classes), np.ravel(explainer.expected_value)
    base = np.array([-base[0], base[0]]) if classes is not None and len(base) == 1 else base
    document = to_onnx(model, rows[:1], options={id(model): {"zipmap": False}} if classes is not None else None).SerializeToString()
    write(name, with_covers(document, model), rows[:ROWS], phi, base)
    if name == "forest_3":
        write("turned_forest", turned(with_covers(document, model)), rows[:ROWS], phi, base)


by_shap("tree_2", DecisionTreeClassifier(max_depth=5, random_state=1))
by_shap("tree_3", DecisionTreeClassifier(max_depth=6, random_state=1), target=three)
by_shap("tree_value", DecisionTreeRegressor(max_depth=7, random_state=1), target=signal)
by_shap("forest_2", RandomForestClassifier(8, max_depth=6, random_state=1))
by_shap("forest_3", RandomForestClassifier(6, max_depth=5, random_state=1), target=three)
by_shap("forest_value", RandomForestRegressor(6, max_depth=7, random_state=1), target=signal)
by_shap("extra_3", ExtraTreesClassifier(5, max_depth=6, random_state=1), target=three)
by_shap("boosting_2", GradientBoostingClassifier(n_estimators=10, max_depth=3, random_state=1))
by_shap("boosting_value", GradientBoostingRegressor(n_estimators=10, max_depth=3, random_state=1), target=signal)
by_shap("scaled_forest", make_pipeline(StandardScaler(), RandomForestClassifier(5, max_depth=5, random_state=1)), target=three)
by_shap("imputed_forest", make_pipeline(SimpleImputer(), StandardScaler(), RandomForestRegressor(5, max_depth=5, random_state=1)), rows=gaps, target=signal)

# Boosted trees: their own contributions, of the margin.
for name, model, target in (("xgboost_2", xgboost.XGBClassifier(n_estimators=8, max_depth=4), two), ("xgboost_3", xgboost.XGBClassifier(n_estimators=5, max_depth=3), three),
                            ("xgboost_value", xgboost.XGBRegressor(n_estimators=8, max_depth=4), signal)):
    model.fit(gaps, target)
    found = model.get_booster().predict(xgboost.DMatrix(gaps[:ROWS]), pred_contribs=True)
    found = found[:, None, :] if found.ndim == 2 else found
    found = np.concatenate([-found, found], axis=1) if name.endswith("_2") else found
    document = with_covers(onnxmltools.convert_xgboost(model, initial_types=[("x", BoostedType([None, FEATURES]))]).SerializeToString(), model)
    write(name, document, gaps[:ROWS], found[:, :, :-1], found[0, :, -1])
    if name == "xgboost_2":
        write("turned_xgboost", turned(document), gaps[:ROWS], found[:, :, :-1], found[0, :, -1])
for name, model, target in (("lightgbm_2", lightgbm.LGBMClassifier(n_estimators=8, num_leaves=8, verbose=-1), two), ("lightgbm_3", lightgbm.LGBMClassifier(n_estimators=5, num_leaves=6, verbose=-1), three),
                            ("lightgbm_value", lightgbm.LGBMRegressor(n_estimators=8, num_leaves=8, verbose=-1), signal)):
    model.fit(x, target)
    found = np.asarray(model.predict(x[:ROWS], pred_contrib=True)).reshape(ROWS, -1, FEATURES + 1)
    found = np.concatenate([-found, found], axis=1) if name.endswith("_2") else found
    document = onnxmltools.convert_lightgbm(model, initial_types=[("x", BoostedType([None, FEATURES]))], zipmap=False).SerializeToString()
    write(name, with_covers(document, model), x[:ROWS], found[:, :, :-1], found[0, :, -1])
