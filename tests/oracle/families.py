#!/usr/bin/env python3
"""Trains every family of scikit-learn that psyrad_export takes, in pipelines; writes the exported documents and the trainer's own answers.

    $(tests/oracle/environment boosted)/bin/python tests/oracle/families.py tests/golden/families            # scikit-learn 1.5.2, XGBoost, LightGBM
    /usr/bin/python3 tests/oracle/families.py tests/golden/families_debian           # Debian's scikit-learn 1.2.1

FOLDER/models.csv lists name, classes (0: a regression), features, decision values, probabilities and tolerance, a line a model; documents.jsonl
has its document in the same line; answers.csv twelve lines for each: label, features, decision values (of a regression its value),
probabilities.  Decisions are left out where the trainer has none, or another number of them (one versus rest).  tolerance 0: forests, equal
to the last bit.
"""
import pathlib
import sys
import warnings

import numpy as np
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.datasets import make_classification
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (AdaBoostClassifier, BaggingClassifier, BaggingRegressor, ExtraTreesClassifier, ExtraTreesRegressor,
                              GradientBoostingClassifier, GradientBoostingRegressor, HistGradientBoostingClassifier,
                              HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor, StackingClassifier,
                              StackingRegressor, VotingClassifier, VotingRegressor)
from sklearn.feature_selection import RFE, SelectFromModel, SelectKBest, VarianceThreshold, f_classif, f_regression
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (ElasticNet, GammaRegressor, Lasso, LinearRegression, LogisticRegression, Perceptron, PoissonRegressor,
                                  RidgeClassifier, SGDClassifier, SGDRegressor)
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (Binarizer, FunctionTransformer, MaxAbsScaler, MinMaxScaler, Normalizer, OneHotEncoder, OrdinalEncoder,
                                   PolynomialFeatures, PowerTransformer, QuantileTransformer, RobustScaler, StandardScaler)
from sklearn.svm import NuSVC, NuSVR, OneClassSVM, SVC, SVR, LinearSVC, LinearSVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "src" / "models"))
from psyrad_export import export  # noqa: E402

warnings.filterwarnings("ignore")
folder = pathlib.Path(sys.argv[1])
TRAINED, SCORED, FEATURES = 90, 12, 5
LABELS = {2: ["HC", "MDD"], 3: ["BD", "HC", "MDD"]}
documents, answers = [], []
manifest = ["# name, classes, features, decision values, probabilities, tolerance; tests/oracle/families.py with scikit-learn " + sklearn.__version__]


def cases(classes, seed):
    x, y = make_classification(n_samples=TRAINED + SCORED, n_features=FEATURES, n_informative=FEATURES - 1, n_redundant=0, n_classes=classes,
                               n_clusters_per_class=1, class_sep=0.8, flip_y=0.1, random_state=seed)
    return x * np.linspace(0.5, 8, FEATURES) + np.linspace(-3, 5, FEATURES), np.array(LABELS[classes])[y]


def write(name, document, classes, test, label, decision, proba, tolerance):
    blocks = [test] + [np.asarray(b, float).reshape(len(test), -1) for b in (decision, proba) if b is not None]
    counts = [0 if b is None else np.asarray(b).reshape(len(test), -1).shape[1] for b in (decision, proba)]
    documents.append(document)
    rows = [",".join([str(one)] + ["nan" if v != v else repr(float(v)) for v in row]) for one, row in zip(label, np.hstack(blocks))]
    assert len(rows) == SCORED, name
    answers.extend(rows)
    manifest.append(f"{name},{classes},{test.shape[1]},{counts[0]},{counts[1]},{tolerance}")


def score(name, model, x, y, test, classes, tolerance, **options):
    try:
        model.fit(x, y)
    except TypeError as error:
        print(f"{name}: left out, {error}")
        return
    document = export(model, name, **options)
    if classes == 0:
        write(name, document, 0, test, ["-"] * len(test), model.predict(test), None, tolerance)
        return
    decision = model.decision_function(test) if hasattr(model, "decision_function") else None
    if decision is not None and np.ndim(decision) == 2 and "svc" in name and decision.shape[1] == classes:
        decision = None  # one versus rest
    if "bagging_votes" in name or ("quadratic" in name and classes == 2):
        decision = None  # an average of decisions beside the votes; the difference of the two
    proba = model.predict_proba(test) if hasattr(model, "predict_proba") else None
    write(name, document, classes, test, model.predict(test), decision, proba, tolerance)


def classify(name, make, tolerance="1e-12", both=True, prepare=lambda x: x, **options):
    for classes in (2, 3) if both else (2,):
        x, y = cases(classes, len(manifest))
        x = prepare(x)
        score(f"{name}_{classes}", make(), x[:TRAINED], y[:TRAINED], x[TRAINED:], classes, tolerance, **options)


def regress(name, make, tolerance="1e-12", prepare=lambda x: x, target=lambda y: y, **options):
    rng = np.random.default_rng(len(manifest))
    x, _ = cases(2, len(manifest))
    y = target(x @ rng.normal(size=FEATURES) / 8 + np.sin(x[:, 0]) + 0.3 * rng.normal(size=len(x)))
    x = prepare(x)
    score(f"{name}_regression", make(), x[:TRAINED], y[:TRAINED], x[TRAINED:], 0, tolerance, **options)


def holes(x):
    """A tenth missing; the last feature more often."""
    rng = np.random.default_rng(1)
    x = x.copy()
    x[rng.random(x.shape) < 0.1] = np.nan
    x[rng.random(len(x)) < 0.2, -1] = np.nan
    return x


def counts(x):
    return np.floor(np.abs(x))


def levels(x):
    """Two columns of categories, the last with a rare one; the scored rows have one that training has not."""
    x = x.copy()
    x[:, 0] = np.digitize(x[:, 0], [-3.5, -3, -2.5])
    x[:, 4] = np.where(np.arange(len(x)) % 30 == 7, 9, np.floor(np.abs(x[:, 4])) % 3)
    x[-1, 4] = 77
    return x


# ---- the families, plain and behind a scaler -----------------------------------------------------------------------------------------------
scaled = lambda model: make_pipeline(StandardScaler(), model)  # noqa: E731

classify("logistic_ovr", lambda: scaled(LogisticRegression(solver="liblinear")))
classify("sgd_log", lambda: scaled(SGDClassifier(loss="log_loss", random_state=0)))
classify("sgd_huber", lambda: scaled(SGDClassifier(loss="modified_huber", random_state=0)))
classify("sgd_hinge", lambda: scaled(SGDClassifier(random_state=0)))
classify("ridge_classifier", lambda: scaled(RidgeClassifier()))
classify("perceptron", lambda: scaled(Perceptron(random_state=0)))
classify("linear_svc", lambda: scaled(LinearSVC(C=0.1, random_state=0)))
classify("lda", lambda: LinearDiscriminantAnalysis())
classify("lda_shrunk", lambda: scaled(LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")))
classify("quadratic", lambda: QuadraticDiscriminantAnalysis(reg_param=0.05))
classify("gaussian_nb", lambda: GaussianNB())
classify("bernoulli_nb", lambda: BernoulliNB(binarize=0.5))
classify("multinomial_nb", lambda: MultinomialNB(), prepare=counts)
classify("complement_nb", lambda: ComplementNB(), prepare=counts)
classify("categorical_nb", lambda: make_pipeline(OrdinalEncoder(), CategoricalNB()), prepare=lambda x: np.clip(counts(x), 0, 3))
classify("knn_uniform", lambda: scaled(KNeighborsClassifier(5)))
classify("knn_distance", lambda: KNeighborsClassifier(7, weights="distance", p=1))
classify("knn_minkowski", lambda: scaled(KNeighborsClassifier(4, p=3, weights="distance")))
classify("knn_chebyshev", lambda: KNeighborsClassifier(6, metric="chebyshev"))
classify("knn_cosine", lambda: KNeighborsClassifier(5, metric="cosine", weights="distance"))


def ties(classes):
    """Many equal distances, but none between the k-th neighbour and the next: there scikit-learn's choice depends on its threads."""
    x, y = cases(classes, 70 + classes)
    x = counts(x)
    model = KNeighborsClassifier(4, algorithm="brute", metric="manhattan", weights="distance").fit(x[:TRAINED], y[:TRAINED])
    pool = np.random.default_rng(classes).integers(-1, 8, (400, FEATURES)).astype(float)
    distance, _ = model.kneighbors(pool, 5)
    plain = pool[(distance[:, 3] < distance[:, 4]) & (distance[:, 0] == distance[:, 1])][:SCORED]
    score(f"knn_ties_{classes}", model, x[:TRAINED], y[:TRAINED], plain, classes, "1e-12")


ties(2)
ties(3)
regress("knn", lambda: scaled(KNeighborsRegressor(5)))
regress("knn_distance", lambda: KNeighborsRegressor(6, weights="distance", metric="manhattan"))
for activation in ("relu", "tanh", "logistic", "identity"):
    classify(f"mlp_{activation}", lambda: scaled(MLPClassifier((6, 4), activation=activation, max_iter=60, random_state=0)))
regress("mlp", lambda: scaled(MLPRegressor((6,), activation="tanh", max_iter=60, random_state=0)))
regress("lasso", lambda: scaled(Lasso(0.05)))
regress("elastic_net", lambda: scaled(ElasticNet(0.05)))
regress("linear_svr", lambda: scaled(LinearSVR(random_state=0)))
regress("sgd", lambda: scaled(SGDRegressor(random_state=0)))
regress("poisson", lambda: scaled(PoissonRegressor()), target=np.exp)
regress("gamma", lambda: scaled(GammaRegressor()), target=np.exp)
for kernel in ("linear", "rbf", "poly", "sigmoid"):
    classify(f"svc_{kernel}", lambda: scaled(SVC(kernel=kernel, coef0=0.5, probability=True, random_state=0)))
    regress(f"svr_{kernel}", lambda: scaled(SVR(kernel=kernel, coef0=0.5)))
classify("nu_svc", lambda: scaled(NuSVC(nu=0.4, decision_function_shape="ovo")))
classify("svc_ties", lambda: scaled(SVC(break_ties=True)))
regress("nu_svr", lambda: scaled(NuSVR()))
score("one_class", scaled(OneClassSVM(nu=0.3)), *[cases(2, 5)[0][:TRAINED], None, cases(2, 5)[0][TRAINED:]], 2, "1e-12")
classify("tree", lambda: DecisionTreeClassifier(max_depth=4, random_state=0), "0")
classify("random_forest", lambda: RandomForestClassifier(6, max_depth=4, random_state=0), "0")
classify("extra_trees", lambda: scaled(ExtraTreesClassifier(6, max_depth=4, random_state=0)), "0")
regress("tree", lambda: scaled(DecisionTreeRegressor(max_depth=4, random_state=0)), "0")
regress("random_forest", lambda: RandomForestRegressor(6, max_depth=4, random_state=0), "0")
regress("extra_trees", lambda: ExtraTreesRegressor(6, max_depth=4, random_state=0), "0")
classify("boosting", lambda: GradientBoostingClassifier(n_estimators=5, random_state=0))
regress("boosting", lambda: GradientBoostingRegressor(n_estimators=8, random_state=0))
classify("histogram", lambda: HistGradientBoostingClassifier(max_iter=6, max_leaf_nodes=6, min_samples_leaf=5), prepare=holes)
regress("histogram", lambda: HistGradientBoostingRegressor(max_iter=6, max_leaf_nodes=6, min_samples_leaf=5), prepare=holes)
regress("histogram_poisson", lambda: HistGradientBoostingRegressor(loss="poisson", max_iter=6, min_samples_leaf=5), target=np.exp)
classify("histogram_categories", lambda: HistGradientBoostingClassifier(max_iter=6, min_samples_leaf=3, categorical_features=[0, 4]),
         prepare=levels)
classify("ada_boost", lambda: AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=6, algorithm="SAMME", random_state=0))
if not sklearn.__version__.startswith("1.6"):
    classify("ada_boost_real", lambda: AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=6, algorithm="SAMME.R", random_state=0))

# ---- steps -----------------------------------------------------------------------------------------------------------------------------------
logistic = lambda *steps: make_pipeline(*steps, LogisticRegression())  # noqa: E731
for name, step in (("min_max", MinMaxScaler()), ("min_max_clip", MinMaxScaler((-1, 1), clip=True)), ("max_abs", MaxAbsScaler()),
                   ("robust", RobustScaler()), ("normalizer_l1", Normalizer("l1")), ("normalizer_l2", Normalizer()),
                   ("normalizer_max", Normalizer("max")), ("yeo_johnson", PowerTransformer()), ("pca", PCA(3)),
                   ("pca_whitened", PCA(3, whiten=True)), ("svd", TruncatedSVD(3, random_state=0)), ("k_best", SelectKBest(k=3)),
                   ("variance", VarianceThreshold(0.5)), ("binarizer", Binarizer(threshold=1.0)), ("polynomial", PolynomialFeatures(2)),
                   ("interactions", PolynomialFeatures(3, interaction_only=True, include_bias=False)),
                   ("quantile", QuantileTransformer(n_quantiles=20)),
                   ("quantile_normal", QuantileTransformer(n_quantiles=20, output_distribution="normal")),
                   ("from_model", SelectFromModel(LogisticRegression(max_iter=500), threshold="median")),
                   ("lda_axes", LinearDiscriminantAnalysis()), ("passthrough", "passthrough")):
    classify(f"step_{name}", lambda: logistic(step), both=False)
classify("step_box_cox", lambda: logistic(PowerTransformer("box-cox")), both=False, prepare=lambda x: np.abs(x) + 0.01)
for function in (np.log1p, np.sqrt, np.exp, np.abs, np.square, np.cbrt, np.log2):
    classify(f"step_{function.__name__}", lambda: logistic(FunctionTransformer(function), StandardScaler()), both=False,
             prepare=lambda x: np.abs(x) + 0.5)
for strategy in ("mean", "median", "most_frequent", "constant"):
    classify(f"impute_{strategy}", lambda: logistic(SimpleImputer(strategy=strategy, add_indicator=True), StandardScaler()), both=False,
             prepare=lambda x: holes(np.round(x)))
classify("impute_code", lambda: logistic(SimpleImputer(missing_values=-9), StandardScaler()), both=False,
         prepare=lambda x: np.where(np.isnan(holes(x)), -9, x))
classify("impute_forest", lambda: make_pipeline(SimpleImputer(), PCA(3), RandomForestClassifier(5, max_depth=3, random_state=0)), prepare=holes)


def one_hot(**options):
    return ColumnTransformer([("levels", OneHotEncoder(**options), [4, 0]), ("scale", StandardScaler(), slice(1, 3)), ("same", "passthrough", [3])])


classify("one_hot", lambda: make_pipeline(one_hot(handle_unknown="ignore"), LogisticRegression(max_iter=500)), prepare=levels)
classify("one_hot_dropped", lambda: make_pipeline(one_hot(handle_unknown="ignore", drop="first"), LogisticRegression(max_iter=500)), prepare=levels)
classify("one_hot_rare", lambda: make_pipeline(one_hot(handle_unknown="infrequent_if_exist", min_frequency=6), LogisticRegression(max_iter=500)),
         prepare=levels)
classify("one_hot_missing", lambda: logistic(OneHotEncoder(handle_unknown="ignore")), both=False, prepare=lambda x: holes(np.clip(counts(x), 0, 3)))
classify("ordinal", lambda: make_pipeline(OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), RandomForestClassifier(5, random_state=0)),
         "0", prepare=levels)
classify("weighted_union", lambda: logistic(StandardScaler(), FeatureUnion([("axes", PCA(2)), ("best", SelectKBest(k=2))],
                                                                           transformer_weights={"axes": 0.5})))
classify("columns_imputed", lambda: logistic(ColumnTransformer([("a", make_pipeline(SimpleImputer(), StandardScaler()), [0, 1]),
                                                                ("b", SimpleImputer(strategy="median"), [2, 3, 4])])), prepare=holes)

# ---- estimators of estimators ----------------------------------------------------------------------------------------------------------------
classify("eliminated", lambda: RFE(LogisticRegression(), n_features_to_select=3))
classify("searched", lambda: GridSearchCV(scaled(LogisticRegression()), {"logisticregression__C": [0.1, 1]}, cv=3))
for method in ("sigmoid", "isotonic"):
    classify(f"calibrated_{method}", lambda: CalibratedClassifierCV(scaled(LogisticRegression()), method=method, cv=3))
    classify(f"calibrated_nb_{method}", lambda: CalibratedClassifierCV(GaussianNB(), method=method, cv=2))
classify("calibrated_svc", lambda: CalibratedClassifierCV(scaled(SVC()), cv=2))
classify("calibrated_once", lambda: CalibratedClassifierCV(scaled(LinearSVC(random_state=0)), cv=3, ensemble=False))
members = lambda: [("a", scaled(LogisticRegression())), ("b", GaussianNB()), ("c", DecisionTreeClassifier(max_depth=3, random_state=0))]  # noqa: E731
classify("voting_soft", lambda: VotingClassifier(members(), voting="soft", weights=[2, 1, 1]))
classify("voting_hard", lambda: VotingClassifier(members()))
classify("bagging", lambda: BaggingClassifier(DecisionTreeClassifier(max_depth=3), 4, max_features=3, random_state=0))
classify("bagging_votes", lambda: BaggingClassifier(scaled(LinearSVC(random_state=0)), 3, random_state=0))
classify("stacking", lambda: StackingClassifier(members() + [("d", scaled(SVC()))], cv=3))
classify("stacking_passthrough", lambda: StackingClassifier(members(), cv=3, passthrough=True, final_estimator=scaled(LogisticRegression())))
regress("voting", lambda: VotingRegressor([("a", LinearRegression()), ("b", DecisionTreeRegressor(max_depth=3, random_state=0))], weights=[1, 3]))
regress("bagging", lambda: BaggingRegressor(scaled(SVR()), 3, max_features=4, random_state=0))
regress("stacking", lambda: StackingRegressor([("a", LinearRegression()), ("b", scaled(SVR()))], cv=3))
regress("target_log", lambda: TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1), target=np.exp)
regress("target_scaled", lambda: TransformedTargetRegressor(scaled(SVR()), transformer=StandardScaler()))

# ---- XGBoost and LightGBM within pipelines -----------------------------------------------------------------------------------------------------
try:
    from lightgbm import LGBMClassifier, LGBMRegressor
    from xgboost import XGBClassifier, XGBRegressor

    coded = {2: {"HC": 0, "MDD": 1}, 3: {"BD": 0, "HC": 1, "MDD": 2}}
    for classes in (2, 3):
        x, y = cases(classes, 90 + classes)
        y = np.array([coded[classes][label] for label in y])
        x = holes(x)
        score(f"xgboost_{classes}", make_pipeline(StandardScaler(), XGBClassifier(n_estimators=4, max_depth=3)), x[:TRAINED], y[:TRAINED],
              x[TRAINED:], classes, "1.2e-7")
        score(f"xgboost_calibrated_{classes}", CalibratedClassifierCV(XGBClassifier(n_estimators=4, max_depth=3), cv=2), x[:TRAINED], y[:TRAINED],
              x[TRAINED:], classes, "1e-6")
    classify("lightgbm", lambda: make_pipeline(SimpleImputer(), LGBMClassifier(n_estimators=5, num_leaves=5, min_child_samples=5, verbose=-1)),
             prepare=holes)
    regress("xgboost", lambda: XGBRegressor(n_estimators=4, max_depth=3), "1.2e-7", prepare=holes)
    regress("lightgbm", lambda: scaled(LGBMRegressor(n_estimators=5, num_leaves=5, min_child_samples=5, verbose=-1)), prepare=holes)
except ImportError:
    pass

# ---- every family behind every pipeline ------------------------------------------------------------------------------------------------------
CROSS = {  # family: classifier, regressor, tolerance
    "logistic": (lambda: LogisticRegression(max_iter=500), LinearRegression, "1e-12"),
    "tree": (lambda: DecisionTreeClassifier(max_depth=3, random_state=0), lambda: DecisionTreeRegressor(max_depth=3, random_state=0), "0"),
    "lda": (LinearDiscriminantAnalysis, None, "1e-12"),
    "bayes": (GaussianNB, None, "1e-12"),
    "knn": (lambda: KNeighborsClassifier(3, weights="distance"), lambda: KNeighborsRegressor(3, weights="distance"), "1e-12"),
    "svc": (lambda: SVC(probability=True, random_state=0), SVR, "1e-12"),
    "mlp": (lambda: MLPClassifier((4,), max_iter=60, random_state=0), lambda: MLPRegressor((4,), max_iter=60, random_state=0), "1e-12"),
    "forest": (lambda: RandomForestClassifier(4, max_depth=3, random_state=0), lambda: RandomForestRegressor(4, max_depth=3, random_state=0), "0")}
try:
    from xgboost import XGBClassifier, XGBRegressor
    CROSS["xgboost"] = (lambda: XGBClassifier(n_estimators=4, max_depth=3), lambda: XGBRegressor(n_estimators=4, max_depth=3), "1.2e-7")
except ImportError:
    pass
same = lambda x: x  # noqa: E731
PIPELINES = {  # the pipeline of a model, what is done to the features, whether its sums are rounded in another order
    "imputed": (lambda model, best: make_pipeline(SimpleImputer(), StandardScaler(), model), holes, False),
    "min_max": (lambda model, best: make_pipeline(MinMaxScaler(), model), same, False),
    "one_hot": (lambda model, best: make_pipeline(one_hot(handle_unknown="ignore"), model), levels, False),
    "components": (lambda model, best: make_pipeline(StandardScaler(), PCA(3), model), same, True),
    "selected": (lambda model, best: make_pipeline(StandardScaler(), SelectKBest(best, k=3), model), same, False),
    "calibrated": (lambda model, best: CalibratedClassifierCV(model, cv=2), same, True)}
for family, (classifier, regressor, tolerance) in CROSS.items():
    for pipeline, (make, prepare, summed) in PIPELINES.items():
        close = "1e-6" if family == "xgboost" and summed else "1e-12" if summed and tolerance == "0" else tolerance
        for classes in (2, 3):
            x, y = cases(classes, len(manifest))
            model = make(classifier(), f_classif)
            if family == "xgboost":
                y = np.searchsorted(LABELS[classes], y)
            score(f"cross_{family}_{pipeline}_{classes}", model, prepare(x)[:TRAINED], y[:TRAINED], prepare(x)[TRAINED:], classes, close)
        if regressor is not None and pipeline != "calibrated":
            regress(f"cross_{family}_{pipeline}", lambda: make(regressor(), f_regression), close, prepare=prepare)

for name, lines in (("models.csv", manifest), ("documents.jsonl", documents), ("answers.csv", answers)):
    (folder / name).write_text("\n".join(lines) + "\n")
print(len(manifest) - 1, "models")
