#!/usr/bin/env python3
"""Writes tests/golden/onnx: ONNX documents (NAME.onnx), and what ONNX Runtime makes of them (NAME.csv).

    $(tests/oracle/environment onnx)/bin/python tests/oracle/onnx_models.py

A CSV's first line names its columns: label, the features as psyrad names them, then the scores.  A regression's label is "-", a missing
feature nan.  The list of names is index.csv: name, and the format that model_load is given.

The documents are skl2onnx's (every family, binary and of three classes, pipelines), onnxmltools' (XGBoost, LightGBM), and graphs made by
onnx.helper: networks on connectomes in the manner of BrainNetCNN, and one graph for each group of operators.
"""
import pathlib
import warnings

import lightgbm
import numpy as np
import onnx
import onnxmltools
import onnxruntime
import xgboost
from onnx import TensorProto, helper, numpy_helper
from onnxmltools.convert.common.data_types import FloatTensorType as BoostedType
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (AdaBoostClassifier, BaggingClassifier, ExtraTreesClassifier, GradientBoostingClassifier,
                              GradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor, StackingClassifier)
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (ElasticNet, LinearRegression, LogisticRegression, PoissonRegressor, RidgeClassifier, SGDClassifier)
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (Binarizer, MaxAbsScaler, MinMaxScaler, Normalizer, OneHotEncoder, OrdinalEncoder, PolynomialFeatures,
                                   QuantileTransformer, RobustScaler, StandardScaler)
from sklearn.svm import SVC, SVR, LinearSVC, NuSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.filterwarnings("ignore")
GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden" / "onnx"
ROWS = 8
rng = np.random.default_rng(20261123)
x = rng.normal(size=(80, 5)).astype(np.float32)
two = (x[:, 0] + x[:, 1] ** 2 + 0.5 * rng.normal(size=80) > 0.8).astype(int)
three = np.digitize(x[:, 0] + 0.5 * x[:, 2] + 0.3 * rng.normal(size=80), [-0.5, 0.5])
value = (x[:, 0] - 2 * x[:, 1] + rng.normal(size=80)).astype(np.float32)
fresh = rng.normal(size=(ROWS, 5)).astype(np.float32)
holes = fresh.copy()
holes[rng.random(holes.shape) < 0.25] = np.nan
index = []


def flat(output):
    """An output as rows of numbers."""
    if isinstance(output, list):
        return np.array([list(row.values()) for row in output], dtype=np.float64)
    return np.asarray(output).reshape(len(output), -1)


def names_of(session):
    """Features as psyrad names them."""
    names = []
    for i in session.get_inputs():
        dims = [int(d) for d in i.shape[1:]]
        if np.prod(dims, dtype=int) == 1:
            names.append(i.name)
        else:
            names += [f"{i.name}[{','.join(map(str, at))}]" for at in np.ndindex(*dims)]
    return names


def text_of(cell):
    return cell if isinstance(cell, str) else f"{cell:.9g}"


def write(name, model, inputs, form="onnx", finish=None):
    """inputs: by name, ROWS each.  Scored row by row, as psyrad does.  finish: what psyrad's format makes of the output."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    body = model if isinstance(model, bytes) else model.SerializeToString()
    session = onnxruntime.InferenceSession(body)
    lines = ["label," + ",".join(n.replace(",", ";") for n in names_of(session)) + ",scores"]
    for row in range(ROWS):
        out = session.run(None, {k: v[row:row + 1] for k, v in inputs.items()})
        label, scores = "-", out[0]
        if len(out) > 1:
            label, scores = str(np.asarray(out[0]).ravel()[0]), np.hstack([flat(o) for o in out[1:]])
        scores = np.asarray(flat(scores)).ravel()
        if finish is not None:
            label, scores = finish(scores.astype(np.float64))
        cells = [c for i in session.get_inputs() for c in np.asarray(inputs[i.name][row]).ravel().tolist()]
        lines.append(",".join([label] + [text_of(c) for c in cells] + [text_of(float(s)) for s in scores]))
    (GOLDEN / f"{name}.onnx").write_bytes(body)
    (GOLDEN / f"{name}.csv").write_text("\n".join(lines) + "\n")
    index.append(f"{name},{form}")


def sklearn(name, model, target, rows=None, options=None, train=None):
    model.fit(x if train is None else train, target)
    write(name, to_onnx(model, x[:1], options=options), {"X": fresh if rows is None else rows})


# ---- the nine families and pipelines, through skl2onnx

for classes, target in (("2", two), ("3", three)):
    sklearn(f"logistic_{classes}", LogisticRegression(), target)
    sklearn(f"logistic_rest_{classes}", LogisticRegression(multi_class="ovr"), target)
    sklearn(f"tree_{classes}", DecisionTreeClassifier(max_depth=4, random_state=0), target)
    sklearn(f"forest_{classes}", RandomForestClassifier(6, max_depth=4, random_state=0), target)
    sklearn(f"extra_{classes}", ExtraTreesClassifier(4, max_depth=4, random_state=0), target)
    sklearn(f"boosting_{classes}", GradientBoostingClassifier(n_estimators=5, random_state=0), target)
    sklearn(f"adaboost_{classes}", AdaBoostClassifier(n_estimators=3, random_state=0), target)
    sklearn(f"bagging_{classes}", BaggingClassifier(DecisionTreeClassifier(max_depth=3), n_estimators=3, random_state=0), target)
    sklearn(f"lda_{classes}", LinearDiscriminantAnalysis(), target)
    sklearn(f"qda_{classes}", QuadraticDiscriminantAnalysis(), target)
    sklearn(f"gaussian_{classes}", GaussianNB(), target)
    sklearn(f"bernoulli_{classes}", BernoulliNB(), target)
    sklearn(f"multinomial_{classes}", make_pipeline(MinMaxScaler(clip=True), MultinomialNB()), target)
    sklearn(f"complement_{classes}", make_pipeline(MinMaxScaler(clip=True), ComplementNB()), target)
    sklearn(f"knn_{classes}", KNeighborsClassifier(), target)
    sklearn(f"knn_distance_{classes}", KNeighborsClassifier(7, weights="distance", metric="manhattan"), target)
    sklearn(f"svc_{classes}", SVC(probability=True, random_state=0), target)
    sklearn(f"svc_votes_{classes}", SVC(kernel="sigmoid", coef0=0.2), target)
    sklearn(f"svc_linear_{classes}", SVC(kernel="linear", probability=True, random_state=0), target)
    sklearn(f"nu_poly_{classes}", NuSVC(kernel="poly", degree=2, coef0=1, probability=True, nu=0.3, random_state=0), target)
    sklearn(f"linear_svc_{classes}", LinearSVC(), target)
    sklearn(f"ridge_{classes}", RidgeClassifier(), target)
    sklearn(f"sgd_{classes}", SGDClassifier(loss="log_loss", random_state=0), target)
    sklearn(f"mlp_{classes}", MLPClassifier((7, 4), max_iter=60, random_state=0), target)
    sklearn(f"mlp_tanh_{classes}", MLPClassifier((6,), activation="tanh", max_iter=60, random_state=0), target)
    sklearn(f"calibrated_{classes}", CalibratedClassifierCV(LinearSVC(), cv=2), target)
    sklearn(f"isotonic_{classes}", CalibratedClassifierCV(LinearSVC(), cv=2, method="isotonic"), target)
    sklearn(f"stacking_{classes}", StackingClassifier([("a", LogisticRegression()), ("b", DecisionTreeClassifier(max_depth=2))]), target)
    with_holes = x.copy()
    with_holes[rng.random(x.shape) < 0.2] = np.nan
    sklearn(f"pipeline_{classes}", make_pipeline(SimpleImputer(), StandardScaler(), PCA(3), SelectKBest(k=2), LogisticRegression()),
            target, holes, train=with_holes)
    sklearn(f"scalers_{classes}", make_pipeline(MaxAbsScaler(), RobustScaler(), Normalizer(), PolynomialFeatures(2), LogisticRegression()),
            target)
    sklearn(f"quantile_{classes}", make_pipeline(QuantileTransformer(n_quantiles=10), VarianceThreshold(), LogisticRegression()), target)
    sklearn(f"columns_{classes}", LogisticRegression(), target, options={"zipmap": "columns"})
    sklearn(f"table_{classes}", make_pipeline(Binarizer(), TruncatedSVD(2), LogisticRegression()), target, options={"zipmap": False})
    sklearn(f"raw_{classes}", LogisticRegression(), target, options={"raw_scores": True, "zipmap": False})

texts = np.array(["control", "depression", "remission"])[three]
sklearn("labels_of_text", RandomForestClassifier(4, max_depth=3, random_state=0), texts)
sklearn("linear", LinearRegression(), value)
sklearn("elastic", make_pipeline(StandardScaler(), ElasticNet(0.1)), value)
sklearn("poisson", PoissonRegressor(), np.abs(value))
sklearn("svr", SVR(), value)
sklearn("knn_value", KNeighborsRegressor(3), value)
sklearn("knn_value_distance", KNeighborsRegressor(3, weights="distance"), value)
sklearn("tree_value", DecisionTreeRegressor(max_depth=4, random_state=0), value)
sklearn("forest_value", RandomForestRegressor(5, max_depth=4, random_state=0), value)
sklearn("boosting_value", GradientBoostingRegressor(n_estimators=5, random_state=0), value)
sklearn("mlp_value", MLPRegressor((6,), max_iter=60, random_state=0), value)
sklearn("linear_targets", LinearRegression(), np.column_stack([value, x[:, 2] - value, x[:, 3]]))

# ---- one input a column, some of them texts

import pandas  # noqa: E402

table = pandas.DataFrame({"age": x[:, 0], "score": x[:, 1], "site": rng.choice(["Beijing", "Chengdu", "上海"], 80),
                          "sex": rng.integers(0, 2, 80)})
mixed = make_pipeline(ColumnTransformer([("numbers", StandardScaler(), ["age", "score"]),
                                         ("texts", OneHotEncoder(handle_unknown="ignore"), ["site"]),
                                         ("whole", OneHotEncoder(handle_unknown="ignore"), ["sex"])], sparse_threshold=0),
                      LogisticRegression()).fit(table, two)
kinds = [("age", FloatTensorType([None, 1])), ("score", FloatTensorType([None, 1])), ("site", StringTensorType([None, 1])),
         ("sex", Int64TensorType([None, 1]))]
sites = np.array(["上海", "Beijing", "Chengdu", "Beijing", "elsewhere", "Chengdu", "Chengdu", "上海"]).reshape(-1, 1)
write("mixed_inputs", to_onnx(mixed, initial_types=kinds, target_opset={"": 20, "ai.onnx.ml": 3}),
      {"age": fresh[:, :1], "score": fresh[:, 1:2], "site": sites.astype(object), "sex": np.arange(ROWS, dtype=np.int64).reshape(-1, 1) % 3})

# ---- XGBoost and LightGBM, through onnxmltools

with_holes = x.copy()
with_holes[rng.random(x.shape) < 0.15] = np.nan
for name, model, target in (("2", xgboost.XGBClassifier, two), ("3", xgboost.XGBClassifier, three), ("value", xgboost.XGBRegressor, value)):
    model = model(n_estimators=5, max_depth=3).fit(with_holes, target)
    write(f"xgboost_{name}", onnxmltools.convert_xgboost(model, initial_types=[("X", BoostedType([None, 5]))]), {"X": holes})
for name, model, target in (("2", lightgbm.LGBMClassifier, two), ("3", lightgbm.LGBMClassifier, three), ("value", lightgbm.LGBMRegressor, value)):
    model = model(n_estimators=5, max_depth=3, min_child_samples=5, verbose=-1).fit(with_holes, target)
    write(f"lightgbm_{name}", onnxmltools.convert_lightgbm(model, initial_types=[("X", BoostedType([None, 5]))]), {"X": holes})

# ---- networks on connectomes

N = 16


def weight(name, *shape, scale=None):
    scale = scale or 1 / np.sqrt(np.prod(shape[1:]) if len(shape) > 1 else shape[0])
    return numpy_helper.from_array((rng.normal(size=shape) * scale).astype(np.float32), name)


def numbers(name, values, kind=np.int64):
    return numpy_helper.from_array(np.array(values, dtype=kind), name)


def graph(nodes, initial, inputs, outputs, opset=17, ml=3):
    """inputs, outputs: name -> (type, dimensions)."""
    info = [[helper.make_tensor_value_info(k, *v) for k, v in side.items()] for side in (inputs, outputs)]
    model = helper.make_model(helper.make_graph(nodes, "graph", info[0], info[1], initial),
                              opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", ml)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def brain_net(channels=4):
    """Edge to edge (rows and columns of a cross, added and broadcast) twice, edge to node, node to graph, two dense layers."""
    nodes, initial, at = [], [], "connectome"
    for layer, (before, after) in enumerate(((1, channels), (channels, channels)), 1):
        initial += [weight(f"row{layer}", after, before, 1, N), weight(f"column{layer}", after, before, N, 1), weight(f"b{layer}", after)]
        nodes += [helper.make_node("Conv", [at, f"row{layer}", f"b{layer}"], [f"r{layer}"], kernel_shape=[1, N]),
                  helper.make_node("Conv", [at, f"column{layer}"], [f"c{layer}"], kernel_shape=[N, 1]),
                  helper.make_node("Add", [f"r{layer}", f"c{layer}"], [f"e{layer}"]),
                  helper.make_node("LeakyRelu", [f"e{layer}"], [f"a{layer}"], alpha=0.33)]
        at = f"a{layer}"
    initial += [weight("node", 6, channels, 1, N), weight("graph_w", 5, 6, N, 1), weight("dense", 4, 5), weight("dense_b", 4), weight("last", 2, 4),
                weight("last_b", 2)]
    for name in ("scale", "shift", "mean"):
        initial.append(weight(name, 6, scale=0.5))
    initial.append(numbers("variance", rng.uniform(0.5, 2, 6), np.float32))
    nodes += [helper.make_node("Conv", [at, "node"], ["n"]),
              helper.make_node("BatchNormalization", ["n", "scale", "shift", "mean", "variance"], ["bn"], epsilon=1e-3),
              helper.make_node("LeakyRelu", ["bn"], ["n2"], alpha=0.33),
              helper.make_node("Conv", ["n2", "graph_w"], ["g"]), helper.make_node("Flatten", ["g"], ["flat"]),
              helper.make_node("Dropout", ["flat"], ["drop"]),
              helper.make_node("Gemm", ["drop", "dense", "dense_b"], ["d"], transB=1), helper.make_node("Relu", ["d"], ["d2"]),
              helper.make_node("Gemm", ["d2", "last", "last_b"], ["logits"], transB=1, alpha=0.5, beta=2.0)]
    return nodes, initial


connectome = np.tanh(rng.normal(size=(ROWS, 1, N, N))).astype(np.float32)
connectome = (connectome + connectome.transpose(0, 1, 3, 2)) / 2
shape = (TensorProto.FLOAT, ["batch", 1, N, N])
nodes, initial = brain_net()


def softmax(scores):
    share = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    return str(int(share.argmax())), share


state = rng.bit_generator.state
write("brain_net", graph(nodes + [helper.make_node("Softmax", ["logits"], ["y"], axis=1)], initial, {"connectome": shape},
                         {"y": (TensorProto.FLOAT, ["batch", 2])}), {"connectome": connectome}, finish=lambda s: (str(int(s.argmax())), s))
write("brain_net_logits", graph(nodes, initial, {"connectome": shape}, {"logits": (TensorProto.FLOAT, ["batch", 2])}),
      {"connectome": connectome}, form="onnx:logits", finish=softmax)
write("brain_net_value", graph(nodes, initial, {"connectome": shape}, {"logits": (TensorProto.FLOAT, ["batch", 2])}, opset=12, ml=1),
      {"connectome": connectome}, form="onnx:regression")
write("one_unit", graph([helper.make_node("MatMul", ["x", "w"], ["y"])], [weight("w", 5, 1)], {"x": (TensorProto.FLOAT, [None, 5])},
                        {"y": (TensorProto.FLOAT, [None, 1])}), {"x": fresh}, form="onnx:logits",
      finish=lambda s: (str(int(s[0] > 0)), np.array([1 / (1 + np.exp(s[0])), 1 / (1 + np.exp(-s[0]))])))

# ---- a graph for each group of operators


def operators(name, nodes, initial=(), columns=12, dims=None, outputs=("y",), opset=17, ml=3, kind=TensorProto.FLOAT, rows=None):
    """Every output is flattened and joined to one row."""
    tail = [helper.make_node("Flatten", [o], [f"flat_{o}"], axis=1) for o in outputs]
    tail.append(helper.make_node("Concat", [f"flat_{o}" for o in outputs], ["result"], axis=1))
    dims = dims or [columns]
    rows = rng.normal(size=[ROWS] + dims).astype(np.float32) if rows is None else rows
    write(name, graph(list(nodes) + tail, list(initial), {"x": (kind, ["n"] + dims)}, {"result": (TensorProto.FLOAT, ["n", None])}, opset, ml),
          {"x": rows})


def node(op, ins, out, **attributes):
    return helper.make_node(op, ins.split(), out.split(), domain="ai.onnx.ml" if op in ML else "", **attributes)


ML = {"Scaler", "Normalizer", "Imputer", "Binarizer", "ArrayFeatureExtractor", "FeatureVectorizer", "LabelEncoder", "OneHotEncoder",
      "TreeEnsembleRegressor", "TreeEnsemble", "SVMRegressor", "LinearRegressor"}
unary = ["Abs", "Neg", "Exp", "Sign", "Floor", "Ceil", "Round", "Relu", "LeakyRelu", "Elu", "Selu", "Sigmoid", "HardSigmoid", "Tanh",
         "Softplus", "Softsign", "Erf", "Reciprocal", "Identity"]
operators("ops_unary", [node(op, "x", op) for op in unary] + [node("Sqrt", "Abs", "Sqrt"), node("Log", "Exp", "Log"),
                                                              node("Clip", "x low high", "Clip")],
          [numbers("low", -0.5, np.float32), numbers("high", 0.75, np.float32)], columns=5, outputs=unary + ["Sqrt", "Log", "Clip"])
binary = ["Add", "Sub", "Mul", "Div", "Max", "Min", "PRelu"]
logic = ["Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"]
operators("ops_binary", [node(op, "x w", op) for op in binary] + [node("Abs", "x", "a"), node("Pow", "a w", "Pow"), node("Mod", "x w", "Mod", fmod=1),
                                                                  node("Sum", "x w x", "Sum"), node("Mean", "x w x", "Mean")],
          [weight("w", 3, 1, scale=1)], dims=[3, 4], outputs=binary + ["Pow", "Mod", "Sum", "Mean"])
operators("ops_logic", [node(op, "x w", f"b{op}") for op in logic] + [node("And", "bLess bGreater", "bAnd"), node("Or", "bLess bEqual", "bOr"),
                                                                      node("Xor", "bLess bOr", "bXor"), node("Not", "bLess", "bNot"),
                                                                      node("IsNaN", "x", "bNaN"), node("Where", "bLess x w", "Where")]
          + [node("Cast", f"b{op}", op, to=TensorProto.FLOAT) for op in logic + ["And", "Or", "Xor", "Not", "NaN"]]
          + [node("Cast", "x", "whole", to=TensorProto.INT64), node("Cast", "whole", "Whole", to=TensorProto.FLOAT),
             node("Mod", "whole three", "rest"), node("Cast", "rest", "Rest", to=TensorProto.FLOAT)],
          [weight("w", 4, scale=1), numbers("three", [3])], dims=[3, 4], outputs=logic + ["And", "Or", "Xor", "Not", "NaN", "Where", "Whole", "Rest"],
          rows=(rng.normal(size=(ROWS, 3, 4)) * 5).astype(np.float32))
reduce = ["ReduceL1", "ReduceL2", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSumSquare"]
operators("ops_reduce", [node(op, "x", op, axes=[1, 3], keepdims=k % 2) for k, op in enumerate(reduce)]
          + [node("ReduceSum", "x axes", "ReduceSum", keepdims=0), node("ReduceSumSquare", "x", "all", axes=[1, 2, 3]),
             node("ReduceLogSum", "all", "ReduceLogSum", axes=[1]),
             node("ArgMax", "x", "m", axis=2), node("Cast", "m", "ArgMax", to=1), node("ArgMin", "x", "l", axis=-1, keepdims=0),
             node("Cast", "l", "ArgMin", to=1), node("Softmax", "x", "Softmax", axis=2), node("LogSoftmax", "x", "LogSoftmax", axis=-1),
             node("TopK", "x k", "v i"), node("Cast", "i", "ti", to=1), node("TopK", "x k", "v2 i2", axis=1, largest=0)],
          [numbers("axes", [-1]), numbers("k", [2])], dims=[2, 3, 4],
          outputs=reduce + ["ReduceSum", "ReduceLogSum", "ArgMax", "ArgMin", "Softmax", "LogSoftmax", "v", "ti", "v2"])
operators("ops_softmax_old", [node("Softmax", "x", "y"), node("LogSoftmax", "x", "z", axis=2), node("ReduceSum", "x", "s", axes=[2])],
          dims=[2, 3], outputs=("y", "z", "s"), opset=11, ml=1)
operators("ops_shape", [node("Reshape", "x to", "r"), node("Transpose", "r", "t", perm=[0, 3, 1, 2]), node("Flatten", "t", "f", axis=2),
                        node("Unsqueeze", "x one", "u"), node("Squeeze", "u one", "q"), node("Slice", "r starts ends axes steps", "s"),
                        node("Split", "x parts", "p0 p1 p2", axis=1), node("Expand", "p0 wide", "e"), node("Tile", "p1 twice", "ti"),
                        node("Pad", "p2 pads half", "pa"), node("Gather", "x places", "ga", axis=1), node("Shape", "x", "sh"),
                        node("Gather", "sh last", "d"), node("Cast", "d", "df", to=1), node("Mul", "x df", "mu"), node("GatherElements", "x at", "ge", axis=1),
                        node("ConstantOfShape", "wide", "zero", value=helper.make_tensor("v", 1, [1], [2.5])), node("Mul", "zero p0", "z2"),
                        node("Constant", "", "k", value_floats=[1.0, 2.0, 3.0]) if False else helper.make_node("Constant", [], ["k"], value_float=3.0),
                        node("Add", "x k", "xk"), node("Size", "x", "si"), node("Cast", "si", "sf", to=1), node("Div", "x sf", "xs"), node("Reshape", "f flat", "ff")],
          [numbers("to", [0, 2, -1, 3]), numbers("one", [1]), numbers("starts", [-1, 0]), numbers("ends", [-9223372036854775808, 9223372036854775807]),
           numbers("axes", [3, 2]), numbers("steps", [-1, 1]), numbers("parts", [2, 4, 6]), numbers("wide", [1, 3, 2]), numbers("twice", [1, 2]),
           numbers("pads", [0, 1, 0, 2]), numbers("half", 0.5, np.float32), numbers("places", [[3, -1], [0, 0]]), numbers("last", [1]),
           numbers("at", [[1, 0, 11]]), numbers("flat", [1, -1])],
          outputs=("t", "ff", "q", "s", "p0", "e", "ti", "pa", "ga", "mu", "ge", "z2", "xk", "xs"))
operators("ops_conv", [node("Conv", "x w b", "c1", group=2, pads=[1, 0, 2, 1], strides=[2, 1], dilations=[1, 2]), node("Conv", "x w", "c2", group=2, auto_pad="SAME_UPPER", strides=[2, 2]),
                       node("MaxPool", "x", "m1", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1]), node("MaxPool", "x", "m2", kernel_shape=[2, 2], ceil_mode=1, strides=[2, 2]),
                       node("AveragePool", "x", "a1", kernel_shape=[3, 3], pads=[1, 1, 1, 1]), node("AveragePool", "x", "a2", kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1),
                       node("GlobalAveragePool", "x", "g1"), node("GlobalMaxPool", "x", "g2")],
          [weight("w", 6, 2, 3, 2), weight("b", 6)], dims=[4, 7, 9], outputs=("c1", "c2", "m1", "m2", "a1", "a2", "g1", "g2"))
operators("ops_conv_row", [node("Conv", "x w b", "c1", dilations=[2], pads=[2, 1], strides=[2]), node("Conv", "x dw", "c2", group=3), node("MaxPool", "c1", "m", kernel_shape=[2]),
                           node("AveragePool", "c1", "a", kernel_shape=[3], strides=[2]), node("BatchNormalization", "c2 s t mean var", "bn"),
                           node("LayerNormalization", "x ls lb", "ln", axis=-1), node("Transpose", "x", "xt", perm=[0, 2, 1]), node("MatMul", "x xt", "mm"), node("MatMul", "x v", "mv")],
          [weight("w", 4, 3, 3), weight("b", 4), weight("dw", 6, 1, 2), weight("s", 6), weight("t", 6), weight("mean", 6), numbers("var", [1, 2, 3, .5, .1, 1], np.float32),
           weight("ls", 14), weight("lb", 14), weight("v", 14)], dims=[3, 14], outputs=("c1", "c2", "m", "a", "bn", "ln", "mm", "mv"))
modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
levels = rng.integers(-1, 2, size=(ROWS, 4)).astype(np.float32)
levels[3, 1] = levels[6, 0] = np.nan


def small_trees(aggregate, mode):
    """Three trees of two levels, leaves with two targets."""
    tree, ident, feature, modes_, split, yes, no, missing = [], [], [], [], [], [], [], []
    leaf = {"target_treeids": [], "target_nodeids": [], "target_ids": [], "target_weights": []}
    for t in range(3):
        for k in range(7):
            inner = k < 3
            tree.append(t), ident.append(10 + k), feature.append(int(rng.integers(0, 4)) if inner else 0), modes_.append(mode if inner else "LEAF")
            split.append(float(rng.integers(-1, 2)) if inner else 0.0), yes.append(10 + 2 * k + 1 if inner else 0), no.append(10 + 2 * k + 2 if inner else 0)
            missing.append(int(rng.integers(0, 2)) if inner else 0)
            for target in range(0 if inner else 2):
                leaf["target_treeids"].append(t), leaf["target_nodeids"].append(10 + k), leaf["target_ids"].append(target)
                leaf["target_weights"].append(float(rng.normal()))
    return dict(nodes_treeids=tree, nodes_nodeids=ident, nodes_featureids=feature, nodes_modes=modes_, nodes_values=split, nodes_truenodeids=yes,
                nodes_falsenodeids=no, nodes_missing_value_tracks_true=missing, n_targets=2, aggregate_function=aggregate, base_values=[0.25, -1.0] if aggregate in ("SUM", "AVERAGE") else [], **leaf)


def without_empty(attributes):
    return {k: v for k, v in attributes.items() if not (isinstance(v, list) and len(v) == 0)}


operators("ops_trees", [node("TreeEnsembleRegressor", "x", f"t{k}", **without_empty(small_trees(["SUM", "AVERAGE", "MIN", "MAX"][k % 4], mode)))
                        for k, mode in enumerate(modes)], columns=4, outputs=[f"t{k}" for k in range(6)], rows=levels)
ensemble = dict(tree_roots=[0, 3], n_targets=2, nodes_featureids=[0, 1, 2, 3], nodes_modes=numpy_helper.from_array(np.array([0, 1, 2, 4], np.uint8)),
                nodes_splits=numpy_helper.from_array(np.array([0.1, -0.5, 0.3, 1.0], np.float32)), nodes_truenodeids=[1, 0, 3, 5], nodes_falsenodeids=[2, 1, 4, 0],
                nodes_trueleafs=[0, 1, 1, 1], nodes_falseleafs=[0, 1, 1, 1], nodes_missing_value_tracks_true=[1, 0, 1, 0], leaf_targetids=[0, 1, 0, 1, 0, 1],
                leaf_weights=numpy_helper.from_array(rng.normal(size=6).astype(np.float32)), aggregate_function=1, post_transform=0)
operators("ops_tree_ensemble", [node("TreeEnsemble", "x", "y", **ensemble)], columns=4, rows=levels, ml=5, opset=21)
operators("ops_ml", [node("Scaler", "x", "s", offset=[0.5, 1.0, -1.0, 2.0], scale=[2.0, 0.5, 1.0, 3.0]), node("Normalizer", "x", "n1", norm="L1"), node("Normalizer", "x", "n2", norm="L2"),
                     node("Abs", "x", "ab"), node("Normalizer", "ab", "n3", norm="MAX"), node("Imputer", "x", "im", imputed_value_floats=[9.0, 8.0, 7.0, 6.0], replaced_value_float=1.0),
                     node("Binarizer", "x", "bi", threshold=0.5), node("ArrayFeatureExtractor", "x at", "ex"), node("FeatureVectorizer", "x s", "fv", inputdimensions=[4, 4]),
                     node("Cast", "x", "whole", to=7), node("LabelEncoder", "whole", "le", keys_int64s=[-1, 0, 1], values_floats=[0.5, 1.5, 2.5], default_float=-7.0),
                     node("OneHotEncoder", "whole", "oh", cats_int64s=[0, 1, 5], zeros=1),
                     node("LinearRegressor", "x", "lr", coefficients=[1.0, 2.0, 3.0, 4.0, -1.0, 0.0, 1.0, 0.5], intercepts=[0.5, -0.25], targets=2),
                     node("SVMRegressor", "x", "oc", kernel_type="RBF", kernel_params=[0.5, 0.0, 0.0], coefficients=[1.0, -0.5], support_vectors=[0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0], n_supports=2, rho=[-0.1], one_class=1)],
          [numbers("at", [2, 0])], columns=4, outputs=("s", "n1", "n2", "n3", "im", "bi", "ex", "fv", "le", "oh", "lr", "oc"), rows=np.nan_to_num(levels))

(GOLDEN / "index.csv").write_text("\n".join(["# name,format; tests/oracle/onnx_models.py"] + sorted(index)) + "\n")
print(len(index), "models,", sum(f.stat().st_size for f in GOLDEN.iterdir()) // 1024, "kB")
