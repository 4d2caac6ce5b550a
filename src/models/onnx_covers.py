#!/usr/bin/env python3
"""onnx_covers: puts into an ONNX document how much training data reached each node of its trees (nodes_hitrates), which converters leave out and
model_explain needs.

    from onnx_covers import with_covers
    document = with_covers(document, fitted)

or, for a model that was saved with joblib or pickle (only open files you trust):

    onnx_covers.py model.joblib model.onnx > explained.onnx

The fitted model is the one that was converted: scikit-learn's trees, forests and gradient boosting, XGBoost's and LightGBM's estimators, also at the
end of a Pipeline.  Every split of the document is compared with the model's; another model's document is refused.  Nothing else of it changes.
"""
import json
import sys

import onnx

LEAF = "LEAF"
KINDS = ("TreeEnsembleClassifier", "TreeEnsembleRegressor")


class Node:
    """A node of the fitted model: a leaf has no feature."""
    def __init__(self, cover, feature=None, threshold=None, left=None, right=None):
        self.cover, self.feature, self.threshold, self.left, self.right = float(cover), feature, threshold, left, right


def sklearn_node(tree, k):
    if tree.children_left[k] < 0:
        return Node(tree.weighted_n_node_samples[k])
    return Node(tree.weighted_n_node_samples[k], int(tree.feature[k]), float(tree.threshold[k]), *(sklearn_node(tree, int(side[k])) for side in (tree.children_left, tree.children_right)))


def xgboost_node(node, names):
    if "leaf" in node:
        return Node(node["cover"])
    children = {child["nodeid"]: child for child in node["children"]}
    return Node(node["cover"], names.index(node["split"]), float(node["split_condition"]), *(xgboost_node(children[node[side]], names) for side in ("yes", "no")))


def lightgbm_node(node):
    if "leaf_value" in node and "split_feature" not in node:
        return Node(node.get("leaf_count", 1))
    return Node(node["internal_count"], node["split_feature"], float(node["threshold"]), lightgbm_node(node["left_child"]), lightgbm_node(node["right_child"]))


def trees_of(model):
    """The roots of the fitted trees, in the order of their sum."""
    if type(model).__name__ == "Pipeline":
        return trees_of(model.steps[-1][1])
    if hasattr(model, "tree_"):
        return [sklearn_node(model.tree_, 0)]
    if hasattr(model, "get_booster"):
        booster = model.get_booster()
        names = booster.feature_names or [f"f{k}" for k in range(booster.num_features())]
        return [xgboost_node(json.loads(tree), names) for tree in booster.get_dump(dump_format="json", with_stats=True)]
    if hasattr(model, "booster_"):
        return [lightgbm_node(tree["tree_structure"]) for tree in model.booster_.dump_model()["tree_info"]]
    members = getattr(model, "estimators_", None)
    members = members.ravel().tolist() if hasattr(members, "ravel") else members
    if not members or not all(hasattr(member, "tree_") for member in members):
        raise ValueError(f"{type(model).__name__} is no ensemble of trees")
    return [sklearn_node(member.tree_, 0) for member in members]


def columns_of(node):
    """Attributes of the ensemble, as Python lists."""
    values = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    thresholds = values.get("nodes_values")
    if thresholds is None:
        thresholds = onnx.numpy_helper.to_array(values["nodes_values_as_tensor"]).tolist()
    return (list(zip(values["nodes_treeids"], values["nodes_nodeids"])), [mode.decode() for mode in values["nodes_modes"]], values["nodes_featureids"],
            thresholds, values["nodes_truenodeids"], values["nodes_falsenodeids"])


def hit_rates(ensemble, trees):
    names, modes, features, thresholds, yes, no = columns_of(ensemble)
    place = {name: k for k, name in enumerate(names)}
    children = {(names[k][0], side[k]) for k in range(len(names)) if modes[k] != LEAF for side in (yes, no)}
    roots = sorted(name for name in names if name not in children)
    if len(roots) != len(trees):
        raise ValueError(f"the document has {len(roots)} trees, the model {len(trees)}")
    rates = [0.0] * len(names)
    pairs = list(zip(roots, trees))
    while pairs:
        name, node = pairs.pop()
        k = place[name]
        rates[k] = node.cover
        if (modes[k] == LEAF) != (node.feature is None):
            raise ValueError(f"tree {name[0]}, node {name[1]}: a leaf in one of the document and the model only")
        if node.feature is None:
            continue
        if modes[k] not in ("BRANCH_LEQ", "BRANCH_LT") or features[k] != node.feature or abs(thresholds[k] - node.threshold) > 1e-5 * max(1, abs(node.threshold)):
            raise ValueError(f"tree {name[0]}, node {name[1]}: {modes[k]} of feature {features[k]} at {thresholds[k]}, the model splits feature {node.feature} at {node.threshold}")
        pairs += [((name[0], yes[k]), node.left), ((name[0], no[k]), node.right)]
    return rates


def with_covers(document, model):
    """The document (bytes) with the covers of the fitted model's trees."""
    proto = onnx.load_from_string(document)
    ensembles = [node for node in proto.graph.node if node.op_type in KINDS]
    if len(ensembles) != 1:
        raise ValueError(f"the document has {len(ensembles)} ensembles of trees, one expected")
    rates = hit_rates(ensembles[0], trees_of(model))
    kept = [a for a in ensembles[0].attribute if not a.name.startswith("nodes_hitrates")]
    del ensembles[0].attribute[:]
    ensembles[0].attribute.extend(kept + [onnx.helper.make_attribute("nodes_hitrates", rates)])
    return proto.SerializeToString()


def main():
    import joblib
    if len(sys.argv) != 3:
        sys.exit("usage: onnx_covers.py MODEL.joblib DOCUMENT.onnx > EXPLAINED.onnx")
    with open(sys.argv[2], "rb") as file:
        document = file.read()
    try:
        sys.stdout.buffer.write(with_covers(document, joblib.load(sys.argv[1])))
    except ValueError as error:
        sys.exit(f"onnx_covers: {error}")


if __name__ == "__main__":
    main()
