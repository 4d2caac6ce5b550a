#!/usr/bin/env python3
"""Every family x (two classes, three, a number) x pipeline as ONNX by skl2onnx and onnxmltools; writes tests/golden/onnx_cross/documents.jsonl.gz (name, document in
base64) and answers.csv: name, what ONNX Runtime gives to a row (label, or "-"), the five features, then probabilities or the value.

What the converters cannot write is printed, with what they say.  Made with the versions of requirements-onnx.txt:

    $(tests/oracle/environment onnx)/bin/python tests/oracle/onnx_cross.py
"""
import base64
import csv
import gzip
import io
import json
import pathlib
import warnings

import numpy as np
import onnxruntime
from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost
from skl2onnx import to_onnx, update_registered_converter
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes, calculate_linear_regressor_output_shapes
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.feature_selection import SelectKBest, f_classif, f_regression
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from xgboost import XGBClassifier, XGBRegressor

warnings.filterwarnings("ignore")
onnxruntime.set_default_logger_severity(4)
update_registered_converter(XGBClassifier, "XGBoostXGBClassifier", calculate_linear_classifier_output_shapes, convert_xgboost,
                            options={"nocl": [True, False], "zipmap": [True, False, "columns"]})
update_registered_converter(XGBRegressor, "XGBoostXGBRegressor", calculate_linear_regressor_output_shapes, convert_xgboost)
golden = pathlib.Path(__file__).resolve().parent.parent / "golden" / "onnx_cross"
golden.mkdir(exist_ok=True)
rng = np.random.default_rng(23)
TRAINED, SCORED = 90, 8
x = rng.normal(size=(TRAINED + SCORED, 5)).astype(np.float32)
signal = x[:, 0] + x[:, 1] * x[:, 2] - 0.5 * x[:, 3]
targets = {"2": (signal > 0).astype(int), "3": np.digitize(signal, np.quantile(signal, [0.35, 0.7])), "value": signal.astype(np.float32)}
holes = x.copy()
holes[rng.random(x.shape) < 0.15] = np.nan
levels = x.copy()
levels[:, 0], levels[:, 4] = np.digitize(x[:, 0], [-0.5, 0.5]), rng.integers(0, 4, len(x))

FAMILIES = {"logistic": (lambda: LogisticRegression(), LinearRegression), "lda": (LinearDiscriminantAnalysis, None), "bayes": (GaussianNB, None),
            "tree": (lambda: DecisionTreeClassifier(max_depth=3, random_state=0), lambda: DecisionTreeRegressor(max_depth=3, random_state=0)),
            "knn": (lambda: KNeighborsClassifier(3, weights="distance"), lambda: KNeighborsRegressor(3, weights="distance")),
            "svm": (lambda: SVC(probability=True, random_state=0), SVR),
            "mlp": (lambda: MLPClassifier((4,), max_iter=60, random_state=0), lambda: MLPRegressor((4,), max_iter=60, random_state=0)),
            "forest": (lambda: RandomForestClassifier(4, max_depth=3, random_state=0), lambda: RandomForestRegressor(4, max_depth=3, random_state=0)),
            "xgboost": (lambda: XGBClassifier(n_estimators=4, max_depth=3), lambda: XGBRegressor(n_estimators=4, max_depth=3))}
one_hot = lambda: ColumnTransformer([("levels", OneHotEncoder(handle_unknown="ignore"), [4, 0]), ("scale", StandardScaler(), slice(1, 4))], sparse_threshold=0)  # noqa: E731
PIPELINES = {"plain": (lambda model, best: model, x), "imputed": (lambda model, best: make_pipeline(SimpleImputer(), StandardScaler(), model), holes),
             "min_max": (lambda model, best: make_pipeline(MinMaxScaler(), model), x), "one_hot": (lambda model, best: make_pipeline(one_hot(), model), levels),
             "components": (lambda model, best: make_pipeline(StandardScaler(), PCA(3), model), x),
             "selected": (lambda model, best: make_pipeline(StandardScaler(), SelectKBest(best, k=3), model), x),
             "calibrated": (lambda model, best: CalibratedClassifierCV(model, cv=2), x)}


def answers_of(document, rows):
    """Row by row, as psyrad scores."""
    session = onnxruntime.InferenceSession(document)
    for row in rows:
        out = session.run(None, {session.get_inputs()[0].name: row[None, :]})
        yield ("-" if len(out) == 1 else str(out[0].ravel()[0])), np.asarray(out[-1], float).ravel()


written = 0
with gzip.GzipFile(golden / "documents.jsonl.gz", "wb", mtime=0) as packed, io.TextIOWrapper(packed) as documents, open(golden / "answers.csv", "w", newline="") as answers:
    out = csv.writer(answers, lineterminator="\n")
    out.writerow(["name", "label", "x0", "x1", "x2", "x3", "x4", "scores"])
    for family, (classifier, regressor) in FAMILIES.items():
        for pipeline, (make, rows) in PIPELINES.items():
            for task, target in targets.items():
                if task == "value" and (regressor is None or pipeline == "calibrated"):
                    continue
                name = f"{family}_{pipeline}_{task}"
                try:
                    model = make((regressor if task == "value" else classifier)(), f_regression if task == "value" else f_classif).fit(rows[:TRAINED], target[:TRAINED])
                    document = to_onnx(model, rows[:1], options=None if task == "value" else {"zipmap": False}, target_opset={"": 18, "ai.onnx.ml": 3}).SerializeToString()
                    found = list(answers_of(document, rows[TRAINED:]))
                except Exception as error:
                    print(f"{name}: {type(error).__name__} {str(error).strip().splitlines()[0][:150]}")
                    continue
                documents.write(json.dumps({"name": name, "document": base64.b64encode(document).decode()}) + "\n")
                for row, (label, scores) in zip(rows[TRAINED:], found):
                    out.writerow([name, label] + [repr(float(v)) for v in row] + [repr(float(v)) for v in scores])
                written += 1
print(written, "documents")
