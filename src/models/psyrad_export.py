#!/usr/bin/env python3
"""psyrad_export: fitted scikit-learn models as psyrad-json (PSYRAD_JSON.md), with every double exact.

    from psyrad_export import export
    document = export(fitted, name="MDD from edges", features=["edge_1", "edge_2"], positive="MDD")

or, for a model that was saved with joblib or pickle (only open files you trust):

    psyrad_export.py model.joblib --name "MDD from edges" --positive MDD > model.json

Taken: what the tables ESTIMATORS and TRANSFORMERS below name, alone or within Pipeline, ColumnTransformer, FeatureUnion, calibration,
voting, stacking, bagging, grid searches and TransformedTargetRegressor, as deep as they go; XGBoost's and LightGBM's scikit-learn
estimators too.  Anything else is refused by name, and so is a setting that psyrad-json cannot express: a score is never silently another one.
Works with scikit-learn 1.2 and later.
"""
import argparse
import json
import sys
import warnings


def kind(model):
    return type(model).__name__


def numbers(array):
    """Python floats, which json prints as the shortest text that reads back as the same double."""
    import numpy as np
    return np.asarray(array).astype(float).tolist()


def finite(threshold):
    """scikit-learn parts missing from present by an infinite threshold; every number is below the largest double as well."""
    return max(-sys.float_info.max, min(sys.float_info.max, float(threshold)))


def dense(matrix):
    return matrix.toarray() if hasattr(matrix, "toarray") else matrix


# ---- what an operator gives ---------------------------------------------------------------------------------------------------------------

def width_after(step, width):
    """How many values a step gives for `width` of them."""
    if step["kind"] == "impute":
        return width + len(step.get("indicator", []))
    if step["kind"] == "select":
        return len(step["columns"])
    if step["kind"] == "project":
        return len(step["matrix"])
    if step["kind"] == "polynomial":
        return len(step["terms"])
    if step["kind"] == "one_hot":
        found = [o for c in step["columns"] for o in c["output"] + [c.get("unknown"), c.get("missing")] if isinstance(o, int)]
        return 1 + max(found)
    if step["kind"] == "parallel":
        total = 0
        for branch in step["branches"]:
            inner = len(branch["columns"]) if "columns" in branch else width
            for part in branch.get("steps", []):
                inner = width_after(part, inner)
            total += inner
        return total
    if step["kind"] == "predict":
        raise ValueError("the width of a prediction is not known")
    return width


# ---- transformers -------------------------------------------------------------------------------------------------------------------------

def standard_scaler(t, width):
    mean = numbers(t.mean_) if t.with_mean else [0.0] * width
    scale = numbers(t.scale_) if t.with_std else [1.0] * width
    return [{"kind": "standardize", "mean": mean, "scale": scale}]


def min_max_scaler(t, width):
    step = {"kind": "affine", "scale": numbers(t.scale_), "offset": numbers(t.min_)}
    if t.clip:
        step["clip"] = [float(v) for v in t.feature_range]
    return [step]


def max_abs_scaler(t, width):
    return [{"kind": "standardize", "mean": [0.0] * width, "scale": numbers(t.scale_)}]


def robust_scaler(t, width):
    return [{"kind": "standardize", "mean": numbers(t.center_) if t.with_centering else [0.0] * width,
             "scale": numbers(t.scale_) if t.with_scaling else [1.0] * width}]


def normalizer(t, width):
    return [{"kind": "normalize", "norm": t.norm}]


def binarizer(t, width):
    return [{"kind": "function", "name": "binarize", "threshold": float(t.threshold)}]


def power_transformer(t, width):
    steps = [{"kind": "power", "method": t.method, "lambda": numbers(t.lambdas_)}]
    return steps + (standard_scaler(t._scaler, width) if t.standardize else [])


def quantile_transformer(t, width):
    return [{"kind": "quantile", "output": t.output_distribution, "references": numbers(t.references_),
             "quantiles": numbers(t.quantiles_.T)}]


def simple_imputer(t, width):
    import numpy as np
    try:
        statistics = np.asarray(t.statistics_, float)
    except (TypeError, ValueError):
        raise ValueError("SimpleImputer of texts is not supported")
    step = {"kind": "impute", "value": numbers(np.where(np.isnan(statistics), 0, statistics))}
    if t.missing_values is not np.nan and t.missing_values == t.missing_values:
        if not isinstance(t.missing_values, (int, float, np.number)):
            raise ValueError(f"SimpleImputer of {t.missing_values!r} is not supported")
        step["missing"] = float(t.missing_values)
    if t.indicator_ is not None:
        step["indicator"] = [int(k) for k in t.indicator_.features_]
    kept = list(range(width + len(step.get("indicator", []))))
    if np.isnan(statistics).any():
        # A column that training never saw is dropped.
        kept = [k for k in kept if k >= width or not np.isnan(statistics[k])]
        return [step, {"kind": "select", "columns": kept}]
    return [step]


def known_categories(t):
    """The categories of each column as numbers, ascending, without NaN."""
    import numpy as np
    out = []
    for column in t.categories_:
        try:
            values = np.asarray(column, float)
        except (TypeError, ValueError):
            raise ValueError(f"{kind(t)} of texts is not supported: give the categories numbers before training")
        if np.isnan(np.delete(values, -1)).any() or (np.diff(values[~np.isnan(values)]) <= 0).any():
            raise ValueError(f"{kind(t)} whose categories do not ascend is not supported")
        out.append(values)
    return out


def probe(t, base, column, values):
    """What the encoder gives for the base row with these values in one column."""
    import numpy as np
    rows = np.tile(base, (len(values), 1))
    rows[:, column] = values
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(dense(t.transform(rows)), float)


def one_hot_encoder(t, width):
    """Asked for each category, which column of its block it becomes: whatever is dropped or infrequent, in any version."""
    import numpy as np
    categories, columns, start = known_categories(t), [], 0
    base = np.array([c[0] for c in categories])
    for k, values in enumerate(categories):
        size = int(t._n_features_outs[k])
        unknown = np.append(values, np.nanmax(np.append(values, 0)) + 1)

        def output(row):
            found = np.flatnonzero(row[start:start + size])
            return start + int(found[0]) if len(found) else -1
        outputs = [output(row) for row in probe(t, base, k, values)]
        entry = {"categories": numbers(values[~np.isnan(values)]), "output": [o for o, v in zip(outputs, values) if v == v]}
        if t.handle_unknown == "error":
            entry["unknown"] = "error"
        else:
            entry["unknown"] = output(probe(t, base, k, unknown[-1:])[0])
        if np.isnan(values).any():
            entry["missing"] = outputs[-1]
        columns.append(entry)
        start += size
    return [{"kind": "one_hot", "columns": columns}]


def ordinal_encoder(t, width):
    import numpy as np
    categories, columns = known_categories(t), []
    base = np.array([c[0] for c in categories])

    def output(value):
        return "missing" if value != value else float(value)
    for k, values in enumerate(categories):
        given = probe(t, base, k, values)[:, k]
        entry = {"categories": numbers(values[~np.isnan(values)]), "output": [float(o) for o, v in zip(given, values) if v == v]}
        entry["unknown"] = "error"
        if t.handle_unknown == "use_encoded_value":
            entry["unknown"] = output(probe(t, base, k, [np.nanmax(np.append(values, 0)) + 1])[0, k])
        if np.isnan(values).any():
            entry["missing"] = output(given[-1])
        columns.append(entry)
    return [{"kind": "ordinal", "columns": columns}]


def pca(t, width):
    import numpy as np
    matrix = t.components_
    if t.whiten:
        scale = np.sqrt(t.explained_variance_)
        matrix = matrix / np.maximum(scale, np.finfo(scale.dtype).eps)[:, None]
    return [{"kind": "project", "center": numbers(t.mean_), "matrix": numbers(matrix)}]


def truncated_svd(t, width):
    return [{"kind": "project", "matrix": numbers(t.components_)}]


def discriminant_axes(t, width):
    if t.solver == "lsqr":
        raise ValueError("LinearDiscriminantAnalysis with the solver lsqr has no axes")
    center = {"center": numbers(t.xbar_)} if t.solver == "svd" else {}
    return [{"kind": "project", **center, "matrix": numbers(t.scalings_[:, :t._max_components].T)}]


def selector(t, width):
    columns = [int(k) for k in t.get_support(indices=True)]
    if not columns:
        raise ValueError(f"{kind(t)} selects no feature")
    return [{"kind": "select", "columns": columns}]


def polynomial_features(t, width):
    return [{"kind": "polynomial", "terms": [[k for k, power in enumerate(row) for _ in range(int(power))] for row in t.powers_]}]


FUNCTIONS = ["abs", "cbrt", "exp", "expm1", "log", "log10", "log1p", "log2", "reciprocal", "sign", "sqrt", "square", "tanh"]


def function_of(func):
    """The step of a numpy function by name."""
    import numpy as np
    for name in FUNCTIONS:
        if func is getattr(np, name):
            return [{"kind": "function", "name": name}]
    if func is np.absolute:
        return [{"kind": "function", "name": "abs"}]
    raise ValueError(f"the function {getattr(func, '__name__', func)!r} is not supported; supported are numpy's {', '.join(FUNCTIONS)}")


def function_transformer(t, width):
    if getattr(t.func, "func", None) is not None and t.func.func.__name__ == "check_array":
        return []  # histogram gradient boosting's own check of its numeric columns
    if t.kw_args:
        raise ValueError("FunctionTransformer with kw_args is not supported")
    return [] if t.func is None else function_of(t.func)


def weighted(steps, weight, width):
    return steps + ([{"kind": "affine", "scale": [float(weight)] * width, "offset": [0.0] * width}] if weight not in (None, 1) else [])


def column_transformer(t, width):
    branches = []
    for name, part, _ in t.transformers_:
        columns = [int(k) for k in t._transformer_to_input_indices[name]]
        if columns and not (isinstance(part, str) and part == "drop"):
            steps, out = transform(part, len(columns))
            branches.append({"columns": columns, "steps": weighted(steps, (t.transformer_weights or {}).get(name), out)})
    return [{"kind": "parallel", "branches": branches}]


def feature_union(t, width):
    branches = []
    for name, part in t.transformer_list:
        if not (isinstance(part, str) and part == "drop"):
            steps, out = transform(part, width)
            branches.append({"steps": weighted(steps, (t.transformer_weights or {}).get(name), out)})
    return [{"kind": "parallel", "branches": branches}]


def pipeline_steps(t, width):
    steps = []
    for _, part in t.steps:
        more, width = transform(part, width)
        steps += more
    return steps


TRANSFORMERS = {
    "StandardScaler": standard_scaler, "MinMaxScaler": min_max_scaler, "MaxAbsScaler": max_abs_scaler, "RobustScaler": robust_scaler,
    "Normalizer": normalizer, "Binarizer": binarizer, "PowerTransformer": power_transformer, "QuantileTransformer": quantile_transformer,
    "SimpleImputer": simple_imputer, "OneHotEncoder": one_hot_encoder, "OrdinalEncoder": ordinal_encoder, "PCA": pca,
    "IncrementalPCA": pca, "TruncatedSVD": truncated_svd, "LinearDiscriminantAnalysis": discriminant_axes,
    "SelectKBest": selector, "SelectPercentile": selector, "SelectFpr": selector, "SelectFdr": selector, "SelectFwe": selector,
    "GenericUnivariateSelect": selector, "SelectFromModel": selector, "VarianceThreshold": selector, "RFE": selector, "RFECV": selector,
    "SequentialFeatureSelector": selector, "PolynomialFeatures": polynomial_features, "FunctionTransformer": function_transformer,
    "ColumnTransformer": column_transformer, "FeatureUnion": feature_union, "Pipeline": pipeline_steps}


def transform(t, width):
    """A fitted transformer's steps, and how many values they give."""
    if t is None or (isinstance(t, str) and t == "passthrough"):
        return [], width
    if kind(t) not in TRANSFORMERS:
        raise ValueError(f"the step {kind(t)} is not supported; supported are {', '.join(TRANSFORMERS)}")
    steps = TRANSFORMERS[kind(t)](t, width)
    for step in steps:
        width = width_after(step, width)
    return steps, width


# ---- linear models ------------------------------------------------------------------------------------------------------------------------

def intercepts(model, rows):
    import numpy as np
    return numbers(np.broadcast_to(np.ravel(model.intercept_), (rows,)))


def linear(model):
    import numpy as np
    coef = np.asarray(model.coef_)
    if coef.ndim != 1 and coef.shape[0] != 1:
        raise ValueError("a regression with several targets is not supported")
    return {"kind": "linear", "coef": [numbers(np.ravel(dense(model.coef_)))], "intercept": intercepts(model, 1)}


def generalized(model, width):
    """Regressions with a link: the linear predictor, its inverse link, and nothing more."""
    link = kind(model._base_loss.link)
    if link not in ("IdentityLink", "LogLink"):
        raise ValueError(f"{kind(model)} with {link} is not supported")
    if link == "IdentityLink":
        return [], linear(model)
    return [{"kind": "predict", "give": "value", "estimator": linear(model)}, {"kind": "function", "name": "exp"}], AVERAGE


AVERAGE = {"kind": "ensemble", "combine": "average"}


def logistic(model):
    rows, intercept = model.coef_, model.intercept_
    multi_class = getattr(model, "multi_class", "deprecated")
    one_vs_rest = multi_class == "ovr" or (multi_class in ("auto", "deprecated", "warn") and
                                           (model.solver == "liblinear" or len(model.classes_) == 2))
    if len(model.classes_) > 2 and one_vs_rest:
        return linear_classifier(model, "one_versus_rest")
    if len(model.classes_) == 2 and multi_class == "multinomial":
        # scikit-learn keeps one row but computes the softmax of (-d, d).
        rows, intercept = [-rows[0], rows[0]], [-intercept[0], intercept[0]]
    return {"kind": "logistic", "coef": [numbers(row) for row in rows], "intercept": [float(b) for b in intercept]}


def linear_classifier(model, probability="none"):
    coef = dense(model.coef_)
    return {"kind": "linear_classifier", "coef": numbers(coef), "intercept": intercepts(model, len(coef)), "probability": probability}


def sgd_classifier(model):
    return linear_classifier(model, {"log_loss": "one_versus_rest", "log": "one_versus_rest",
                                     "modified_huber": "modified_huber"}.get(model.loss, "none"))


def linear_svc(model):
    if len(model.classes_) != 2:
        return linear_classifier(model)
    # psyrad-json's decisions favour the first class of a pair, scikit-learn's the second.
    return {"kind": "svm", "kernel": "linear", "coef": [numbers(-model.coef_[0])],
            "intercept": [-float(model.intercept_[0])] if model.fit_intercept else [0.0], "probability": "none"}


def discriminant(model):
    return {"kind": "logistic", "coef": numbers(model.coef_), "intercept": numbers(model.intercept_)}


# ---- naive Bayes and Gaussian classes -----------------------------------------------------------------------------------------------------

def gaussian_nb(model):
    import numpy as np
    constant = np.log(model.class_prior_) - 0.5 * np.sum(np.log(2.0 * np.pi * model.var_), 1)
    return {"kind": "gaussian", "constant": numbers(constant), "mean": numbers(model.theta_), "variance": numbers(model.var_)}


def quadratic(model):
    import numpy as np
    whiten = [(r * s ** -0.5).T for r, s in zip(model.rotations_, model.scalings_)]
    constant = [np.log(p) - 0.5 * np.sum(np.log(s)) for p, s in zip(model.priors_, model.scalings_)]
    return {"kind": "gaussian", "constant": numbers(constant), "mean": numbers(model.means_), "whiten": [numbers(w) for w in whiten]}


def log_linear(coef, intercept):
    """Naive Bayes of counts is linear in the logarithm."""
    return {"kind": "logistic", "coef": numbers(coef), "intercept": numbers(intercept)}


def multinomial_nb(model):
    return log_linear(model.feature_log_prob_, model.class_log_prior_)


def complement_nb(model):
    return log_linear(model.feature_log_prob_, [0.0] * len(model.classes_))


def bernoulli_nb(model, width):
    import numpy as np
    negative = np.log(1 - np.exp(model.feature_log_prob_))
    steps = [] if model.binarize is None else [{"kind": "function", "name": "binarize", "threshold": float(model.binarize)}]
    return steps, log_linear(model.feature_log_prob_ - negative, model.class_log_prior_ + negative.sum(1))


def categorical_nb(model, width):
    import numpy as np
    columns, start = [], 0
    for table in model.feature_log_prob_:
        count = table.shape[1]
        columns.append({"categories": [float(k) for k in range(count)], "output": list(range(start, start + count)), "unknown": "error"})
        start += count
    return [{"kind": "one_hot", "columns": columns}], log_linear(np.hstack(model.feature_log_prob_), model.class_log_prior_)


# ---- neighbours, networks, support vectors ------------------------------------------------------------------------------------------------

def neighbours(model):
    import numpy as np
    metric, params = model.effective_metric_, dict(model.effective_metric_params_)
    p = params.pop("p", None)
    params = {key: value for key, value in params.items() if value is not None}
    metric = {"l2": "euclidean", "l1": "manhattan", "cityblock": "manhattan", "infinity": "chebyshev"}.get(metric, metric)
    if callable(model.weights) or model.weights not in ("uniform", "distance"):
        raise ValueError(f"{kind(model)} with weights of its own is not supported")
    if metric not in ("euclidean", "manhattan", "chebyshev", "minkowski", "cosine") or params:
        raise ValueError(f"{kind(model)} with the metric {metric!r} {params or ''} is not supported")
    targets = np.asarray(model._y)
    if targets.ndim > 1 and targets.shape[1] > 1:
        raise ValueError(f"{kind(model)} of several targets is not supported")
    out = {"kind": "knn", "metric": metric, "k": int(model.n_neighbors), "weights": model.weights,
           "rows": numbers(dense(model._fit_X)), "targets": numbers(targets.ravel())}
    if metric == "minkowski":
        out["p"] = float(p)
    return out


def perceptron(model):
    if model.n_outputs_ != 1 and (not hasattr(model, "classes_") or model.out_activation_ != "softmax"):
        raise ValueError(f"{kind(model)} of several outputs is not supported")
    return {"kind": "mlp", "activation": model.activation, "output": model.out_activation_,
            "layers": [{"weight": numbers(w.T), "bias": numbers(b)} for w, b in zip(model.coefs_, model.intercepts_)]}


def kernel_of(model):
    if model.kernel not in ("linear", "rbf", "poly", "sigmoid"):
        raise ValueError(f"the kernel {model.kernel!r} is not supported")
    out = {"kernel": model.kernel}
    if model.kernel != "linear":
        out["gamma"] = float(model._gamma)
    if model.kernel in ("poly", "sigmoid"):
        out["coef0"] = float(model.coef0)
    if model.kernel == "poly":
        out["degree"] = int(model.degree)
    return out


def svc(model):
    # For two classes scikit-learn shows libsvm's numbers with the opposite sign.
    sign = -1.0 if len(model.classes_) == 2 else 1.0
    out = {"kind": "svm", **kernel_of(model)}
    out["support_vectors"] = numbers(dense(model.support_vectors_))
    out["support_counts"] = [int(n) for n in model.n_support_]
    out["dual_coef"] = numbers(sign * dense(model.dual_coef_))
    out["intercept"] = numbers(sign * model.intercept_)
    if model.probability:
        out["probability"] = {"method": "pairwise_coupling", "a": numbers(model.probA_), "b": numbers(model.probB_)}
    else:
        out["probability"] = "none"
    if model.break_ties and len(model.classes_) > 2:
        out["ties"] = "one_versus_rest"
    return out


def svr(model):
    return {"kind": "svm", **kernel_of(model), "support_vectors": numbers(dense(model.support_vectors_)),
            "dual_coef": numbers(dense(model.dual_coef_)), "intercept": numbers(model.intercept_)}


def one_class(model):
    return {**svr(model), "probability": "none", "type": "one_class"}


# ---- trees --------------------------------------------------------------------------------------------------------------------------------

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
    # What explanations need to know: how much of the training data came by.
    out["split_cover"] = [float(tree.weighted_n_node_samples[n]) for n in splits]
    out["leaf_cover"] = [float(tree.weighted_n_node_samples[n]) for n in leaves]
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


def members_of(bitset):
    return [32 * word + bit for word, bits in enumerate(bitset) for bit in range(32) if int(bits) >> bit & 1]


def histogram_tree(predictor, known, known_at, output):
    """A tree of histogram gradient boosting: categories go left when they are in the set, unknown ones where missing values go."""
    nodes, place, splits, leaves = predictor.nodes, {}, [], []
    for k, node in enumerate(nodes):
        at = leaves if node["is_leaf"] else splits
        place[k] = -1 - len(leaves) if at is leaves else len(splits)
        at.append(node)
    out = {"feature": [int(n["feature_idx"]) for n in splits],
           "threshold": [0.0 if n["is_categorical"] else finite(n["num_threshold"]) for n in splits],
           "left": [place[int(n["left"])] for n in splits], "right": [place[int(n["right"])] for n in splits],
           "missing_left": [int(n["missing_go_to_left"]) for n in splits], "value": [float(n["value"]) for n in leaves], "output": output}
    if any(n["is_categorical"] for n in splits):
        out["categories"] = []
        for n in splits:
            if not n["is_categorical"]:
                out["categories"].append(None)
                continue
            left = members_of(predictor.raw_left_cat_bitsets[n["bitset_idx"]])
            if n["missing_go_to_left"]:
                every = members_of(known[known_at[n["feature_idx"]]])
                out["categories"].append({"right": [c for c in every if c not in left]})
            else:
                out["categories"].append({"left": left})
    return out


def histogram_boosting(model, width):
    import numpy as np
    steps = []
    if getattr(model, "_preprocessor", None) is not None:
        steps, _ = transform(model._preprocessor, width)
    known, known_at = model._bin_mapper.make_known_categories_bitsets()
    base = model._baseline_prediction
    out = {"kind": "trees", "combine": "sum", "features": "double", "base": numbers(np.ravel(base))}
    if hasattr(model, "classes_"):
        out["link"] = "logistic" if len(out["base"]) == 1 else "softmax"
    else:
        link = kind(model._loss.link)
        if link not in ("IdentityLink", "LogLink"):
            raise ValueError(f"{kind(model)} with {link} is not supported")
        out["link"] = "identity" if link == "IdentityLink" else "exp"
    out["trees"] = [histogram_tree(p, known, known_at, k) for stage in model._predictors for k, p in enumerate(stage)]
    return steps, out


def ada_penalty(model):
    """What a vote takes from the other classes: scikit-learn before 1.4 or so took nothing, so the model itself is asked."""
    import numpy as np
    row, classes = np.zeros((1, model.n_features_in_)), len(model.classes_)
    total = model.estimator_weights_.sum()
    votes = np.array([sum(w for m, w in zip(model.estimators_, model.estimator_weights_) if m.predict(row)[0] == c) for c in model.classes_])
    for penalty in (1.0 / (classes - 1), 0.0):
        decision = (votes - penalty * (total - votes)) / total
        expected = decision[1] - decision[0] if classes == 2 else decision
        if np.allclose(model.decision_function(row), expected, rtol=1e-9, atol=1e-9):
            return penalty
    raise ValueError("AdaBoostClassifier whose decisions are not those of SAMME is not supported")


def ada_leaf(tree, classes, weight, real, penalty):
    """What a leaf adds to each class: SAMME's vote, or SAMME.R's logarithms."""
    import numpy as np
    proba = class_leaf(tree)

    def leaf(n):
        p = np.asarray(proba(n), float)
        if real:
            p = np.clip(p, np.finfo(float).eps, None)
            return (classes - 1) * (np.log(p) - np.log(p).sum() / classes)
        return np.where(np.arange(classes) == np.argmax(p), weight, -penalty * weight)
    return leaf


def ada_boost(model):
    classes, total = len(model.classes_), float(model.estimator_weights_[:len(model.estimators_)].sum())
    real = getattr(model, "algorithm", "SAMME") == "SAMME.R"
    penalty = 0.0 if real else ada_penalty(model)
    out = {"kind": "trees", "combine": "sum", "features": "float32", "trees": []}
    if classes == 2:
        out.update(link="logistic", base=[0.0])
    else:
        out.update(link="softmax", base=[0.0] * classes, leaves="classes", slope=1.0 / (classes - 1))
    for estimator, weight in zip(model.estimators_, model.estimator_weights_):
        if kind(estimator) not in ("DecisionTreeClassifier", "ExtraTreeClassifier"):
            raise ValueError(f"AdaBoost of {kind(estimator)} is not supported")
        if len(estimator.classes_) != classes:
            raise ValueError("an AdaBoost member that has not seen every class is not supported")
        leaf = ada_leaf(estimator.tree_, classes, float(weight), real, penalty)
        if classes == 2:
            out["trees"].append(tree_of(estimator.tree_, lambda n, leaf=leaf: [(leaf(n)[1] - leaf(n)[0]) / total]))
        else:
            out["trees"].append(tree_of(estimator.tree_, lambda n, leaf=leaf: leaf(n) / total))
    return out


def xgboost(model):
    """XGBoost's own document within ours: its arithmetic is its own."""
    import math
    if not (isinstance(model.missing, float) and math.isnan(model.missing)):
        raise ValueError(f"{kind(model)} with missing={model.missing} is not supported")
    booster = model.get_booster()
    if model.get_xgb_params().get("booster") != "gblinear":
        best = getattr(booster, "best_iteration", None) if model.early_stopping_rounds else None
        if best is not None:
            booster = booster[:best + 1]
    document = json.loads(booster.save_raw("json"))
    for tree in document["learner"]["gradient_booster"].get("model", {}).get("trees", []):
        for key in ("base_weights", "loss_changes", "sum_hessian", "parents"):
            tree.pop(key, None)
    return {"kind": "xgboost", "model": document}


def lightgbm(model):
    text = model.booster_.model_to_string(num_iteration=model.best_iteration_ or -1)
    text = text[:text.index("end of trees")] + "end of trees\n"
    return {"kind": "lightgbm", "model": text.splitlines()}


# ---- estimators of estimators -------------------------------------------------------------------------------------------------------------

def same_classes(outer, inner):
    if hasattr(outer, "classes_") and len(inner.classes_) != len(outer.classes_):
        raise ValueError(f"a member of {kind(outer)} that has not seen every class is not supported")


def member(outer, model, width, give, columns=None):
    """A branch that ends in a prediction."""
    same_classes(outer, model)
    steps, estimator = chain(model, width if columns is None else len(columns))
    branch = {"steps": steps + [{"kind": "predict", "give": give, "estimator": estimator}]}
    if columns is not None:
        branch["columns"] = [int(k) for k in columns]
    return branch


def together(branches):
    return {"kind": "parallel", "branches": branches}


def voting(model, width):
    weights = None if model.weights is None else [float(w) for w in model._weights_not_none]
    give = "value" if not hasattr(model, "classes_") else "proba" if model.voting == "soft" else "label"
    final = {"kind": "ensemble", "combine": "vote" if give == "label" else "average"}
    if weights is not None:
        final["weights"] = weights
    return [together([member(model, m, width, give) for m in model.estimators_])], final


def bagging(model, width):
    give, combine = "value", "average"
    if hasattr(model, "classes_"):
        give = "proba" if hasattr(model.estimators_[0], "predict_proba") else "label"
        combine = "average" if give == "proba" else "vote"
    branches = [member(model, m, width, give, columns) for m, columns in zip(model.estimators_, model.estimators_features_)]
    return [together(branches)], {"kind": "ensemble", "combine": combine}


def stacking(model, width):
    classes = len(model.classes_) if hasattr(model, "classes_") else 0
    give = {"predict_proba": "proba", "decision_function": "decision", "predict": "label" if classes else "value"}
    branches, total = [], 0
    for m, method in zip(model.estimators_, model.stack_method_):
        branch = member(model, m, width, response(m, give[method], classes))
        if method == "predict_proba" and classes == 2:
            branch["steps"].append({"kind": "select", "columns": [1]})
        branches.append(branch)
        total += 1 if classes <= 2 or method == "predict" else classes
    if model.passthrough:
        branches.append({})
        total += width
    steps, final = chain(model.final_estimator_, total)
    return [together(branches)] + steps, final


def response(model, give, classes):
    """scikit-learn's support vectors of several classes decide one versus rest unless told otherwise."""
    last = model.steps[-1][1] if kind(model) == "Pipeline" else model
    if give == "decision" and classes > 2 and kind(last) in ("SVC", "NuSVC"):
        return "one_versus_rest" if last.decision_function_shape == "ovr" else give
    return give


def calibration(calibrators):
    if all(hasattr(c, "a_") for c in calibrators):
        return {"kind": "calibrate", "method": "sigmoid", "a": [float(c.a_) for c in calibrators], "b": [float(c.b_) for c in calibrators]}
    return {"kind": "calibrate", "method": "isotonic", "x": [numbers(c.X_thresholds_) for c in calibrators],
            "y": [numbers(c.y_thresholds_) for c in calibrators]}


def calibrated(model, width):
    classes, branches = len(model.classes_), []
    for part in model.calibrated_classifiers_:
        inner = part.estimator
        give = "decision" if hasattr(inner, "decision_function") else "proba"
        branch = member(model, inner, width, response(inner, give, classes))
        if give == "proba" and classes == 2:
            branch["steps"].append({"kind": "select", "columns": [1]})
        branch["steps"].append(calibration(part.calibrators))
        branches.append(branch)
    return [together(branches)], AVERAGE


def transformed_target(model, width):
    steps, estimator = chain(model.regressor_, width)
    steps = steps + [{"kind": "predict", "give": "value", "estimator": estimator}]
    t = model.transformer_
    if kind(t) == "FunctionTransformer":
        steps += [] if t.inverse_func is None else function_of(t.inverse_func)
    elif kind(t) == "StandardScaler":
        steps.append({"kind": "affine", "scale": numbers(t.scale_) if t.with_std else [1.0], "offset": numbers(t.mean_) if t.with_mean else [0.0]})
    elif kind(t) == "MinMaxScaler":
        steps.append({"kind": "standardize", "mean": numbers(t.min_), "scale": numbers(t.scale_)})
    else:
        raise ValueError(f"TransformedTargetRegressor with {kind(t)} is not supported")
    return steps, AVERAGE


def pipeline(model, width):
    steps = []
    for _, part in model.steps[:-1]:
        more, width = transform(part, width)
        steps += more
    more, estimator = chain(model.steps[-1][1], width)
    return steps + more, estimator


def search(model, width):
    return chain(model.best_estimator_, width)


def eliminated(model, width):
    steps = selector(model, width)
    more, estimator = chain(model.estimator_, len(steps[0]["columns"]))
    return steps + more, estimator


LINEAR = ["LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV", "Lars", "LarsCV", "LassoLars",
          "LassoLarsCV", "LassoLarsIC", "OrthogonalMatchingPursuit", "BayesianRidge", "ARDRegression", "HuberRegressor", "QuantileRegressor",
          "TheilSenRegressor", "SGDRegressor", "PassiveAggressiveRegressor", "LinearSVR"]

# Estimators that become one object.
ESTIMATORS = {
    **{name: linear for name in LINEAR}, "LogisticRegression": logistic, "LogisticRegressionCV": logistic, "LinearSVC": linear_svc,
    "SGDClassifier": sgd_classifier, "RidgeClassifier": linear_classifier, "RidgeClassifierCV": linear_classifier,
    "Perceptron": linear_classifier, "PassiveAggressiveClassifier": linear_classifier, "LinearDiscriminantAnalysis": discriminant,
    "QuadraticDiscriminantAnalysis": quadratic, "GaussianNB": gaussian_nb, "MultinomialNB": multinomial_nb, "ComplementNB": complement_nb,
    "KNeighborsClassifier": neighbours, "KNeighborsRegressor": neighbours, "MLPClassifier": perceptron, "MLPRegressor": perceptron,
    "SVC": svc, "NuSVC": svc, "SVR": svr, "NuSVR": svr, "OneClassSVM": one_class,
    "DecisionTreeClassifier": forest, "DecisionTreeRegressor": forest, "ExtraTreeClassifier": forest, "ExtraTreeRegressor": forest,
    "RandomForestClassifier": forest, "RandomForestRegressor": forest, "ExtraTreesClassifier": forest, "ExtraTreesRegressor": forest,
    "GradientBoostingClassifier": boosting, "GradientBoostingRegressor": boosting, "AdaBoostClassifier": ada_boost,
    "XGBClassifier": xgboost, "XGBRegressor": xgboost, "XGBRFClassifier": xgboost, "XGBRFRegressor": xgboost,
    "LGBMClassifier": lightgbm, "LGBMRegressor": lightgbm}

# Estimators that become steps and an object.
CHAINS = {
    "Pipeline": pipeline, "BernoulliNB": bernoulli_nb, "CategoricalNB": categorical_nb, "PoissonRegressor": generalized,
    "GammaRegressor": generalized, "TweedieRegressor": generalized, "HistGradientBoostingClassifier": histogram_boosting,
    "HistGradientBoostingRegressor": histogram_boosting, "VotingClassifier": voting, "VotingRegressor": voting, "BaggingClassifier": bagging,
    "BaggingRegressor": bagging, "StackingClassifier": stacking, "StackingRegressor": stacking, "CalibratedClassifierCV": calibrated,
    "TransformedTargetRegressor": transformed_target, "GridSearchCV": search, "RandomizedSearchCV": search, "HalvingGridSearchCV": search,
    "HalvingRandomSearchCV": search, "RFE": eliminated, "RFECV": eliminated}


def chain(model, width):
    """A fitted estimator's steps and the estimator that ends them."""
    if kind(model) in CHAINS:
        return CHAINS[kind(model)](model, width)
    if kind(model) in ESTIMATORS:
        return [], ESTIMATORS[kind(model)](model)
    raise ValueError(f"{kind(model)} is not supported; supported are {', '.join(sorted({**ESTIMATORS, **CHAINS}))}")


def answers_missing(part):
    """Whether something in the document was made for missing values."""
    if isinstance(part, dict):
        return part.get("kind") in ("impute", "xgboost", "lightgbm") or part.get("features") == "double" or \
            (part.get("kind") in ("one_hot", "ordinal") and any("missing" in c for c in part["columns"])) or \
            any(answers_missing(v) for key, v in part.items() if key not in ("trees", "rows", "support_vectors", "model"))
    return isinstance(part, list) and any(answers_missing(v) for v in part if isinstance(v, (dict, list)))


def stops_missing(steps):
    """Whether a missing value reaches a step that has no answer to it, as trees behind principal components cannot mend."""
    first = next((step for step in steps if step["kind"] not in ("standardize", "affine", "select", "power", "function", "quantile")), None)
    return first is not None and first["kind"] not in ("impute", "one_hot", "ordinal", "parallel", "predict")


def width_of(model):
    parts = [model] + [part for _, part in getattr(model, "steps", [])]
    for part in parts:
        if callable(getattr(part, "kernel", None)):
            raise ValueError(f"{kind(part)} with a kernel of its own is not supported")
        if hasattr(part, "n_features_in_"):
            return int(part.n_features_in_)
    raise ValueError(f"{kind(model)} does not say how many features it was trained on")


def class_labels(model):
    if kind(model) == "OneClassSVM" or (kind(model) == "Pipeline" and kind(model.steps[-1][1]) == "OneClassSVM"):
        return [1, -1]
    return getattr(model, "classes_", None)


def export(model, name, features=None, units=None, positive=None, missing=None, notes=None):
    """The psyrad-json document (a str) of a fitted model.

    features: names in the order of the columns; taken from the model when it was fitted on a data frame.  units: {name: unit}.
    positive: label of the class that model_score speaks of; of two classes the second by default.
    missing: "error", "null", "learned" (imputers, encoders and trees answer as trained) or {"impute": [one value a feature]}; "learned"
    by default when something in the model was made for missing values, else "error".
    """
    width = width_of(model)
    if features is None:
        features = [str(f) for f in getattr(model, "feature_names_in_", [f"x{k + 1}" for k in range(width)])]
    if len(features) != width:
        raise ValueError(f"{len(features)} names for {width} features")
    steps, estimator = chain(model, width)
    classes = class_labels(model)
    document = {"psyrad_model": 1, "name": name, "task": "regression" if classes is None else "classification"}
    if notes is not None:
        document["notes"] = notes
    if classes is not None:
        document["classes"] = [str(label) for label in classes]
        if positive is None and list(classes) == [1, -1]:
            positive = 1  # decisions > 0 are like the training data, as in scikit-learn
        if positive is not None:
            document["positive"] = str(positive)
    document["features"] = [{"name": f, "unit": units[f]} if units and f in units else f for f in features]
    document["missing"] = missing if missing is not None else "learned" if answers_missing([steps, estimator]) and not stops_missing(steps) else "error"
    document["steps"] = steps
    document["estimator"] = estimator
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def main():
    parser = argparse.ArgumentParser(description="Prints a saved scikit-learn model as psyrad-json.")
    parser.add_argument("file", help="written with joblib.dump or pickle; loading runs code, so it must come from a trusted place")
    parser.add_argument("--name", required=True)
    parser.add_argument("--positive", help="label of the positive class")
    parser.add_argument("--missing", choices=["error", "null", "learned"])
    arguments = parser.parse_args()
    import joblib
    try:
        print(export(joblib.load(arguments.file), arguments.name, positive=arguments.positive, missing=arguments.missing))
    except ValueError as error:
        sys.exit(f"psyrad_export: {error}")


if __name__ == "__main__":
    main()
