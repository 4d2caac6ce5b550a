#!/usr/bin/env python3
"""Writes MiningModels of every multipleModelMethod, has JPMML's evaluator score them; writes tests/golden/pmml_mining/documents.jsonl.gz (name, format
with the segment that is asked for, document) and answers.csv: name, row, then the answer: a number, a label, or nothing where there is none.

Segments have predicates that leave some of them out, weights, and trees that give no answer to some rows, so that missingPredictionTreatment and
missingThreshold tell.  selectAll gives what its Output fields say of their segments.

Two answers are not the evaluator's.  Of classes with as many votes it takes the one that was voted for first, psyrad the first of the document's, as
scikit-learn's VotingClassifier does; the evaluator's must be one of them.  And a sum of no segment's answer is no answer, not 0.  Made with the versions of requirements-pmml.txt:

    $(tests/oracle/environment pmml)/bin/python tests/oracle/pmml_mining.py
"""
import csv
import gzip
import io
import itertools
import json
import math
import pathlib
import tempfile

import numpy as np
import pandas as pd
from jpmml_evaluator import make_evaluator

golden = pathlib.Path(__file__).resolve().parent.parent / "golden" / "pmml_mining"
golden.mkdir(exist_ok=True)
rng = np.random.default_rng(7)
rows = pd.DataFrame(np.round(rng.normal(size=(24, 3)), 2), columns=["x1", "x2", "x3"])
rows.iloc[3, 0] = rows.iloc[5, 1] = rows.iloc[9, 2] = np.nan
SCHEMA = '<MiningSchema><MiningField name="y" usageType="target"/><MiningField name="x1"/><MiningField name="x2"/><MiningField name="x3"/></MiningSchema>'
TARGETS = {"regression": '<DataField name="y" optype="continuous" dataType="double"/>',
           "classification": '<DataField name="y" optype="categorical" dataType="string"><Value value="a"/><Value value="b"/><Value value="c"/></DataField>'}


def tree(function, field, leaves, cut):
    """Two leaves and, beyond 1.2 from the cut, none: no answer.  leaves: numbers, or counts of the classes."""
    def leaf(value, predicates):
        if function == "regression":
            return f'<Node score="{value}">{predicates}</Node>'
        best = "abc"[int(np.argmax(value))]
        return f'<Node score="{best}" recordCount="{sum(value)}">{predicates}' + "".join(f'<ScoreDistribution value="{c}" recordCount="{v}"/>' for c, v in zip("abc", value)) + "</Node>"
    simple = lambda how, at: f'<SimplePredicate field="{field}" operator="{how}" value="{at}"/>'
    both = lambda a, b: f'<CompoundPredicate booleanOperator="and">{a}{b}</CompoundPredicate>'
    return (f'<TreeModel functionName="{function}" missingValueStrategy="nullPrediction" noTrueChildStrategy="returnNullPrediction">{SCHEMA}<Node><True/>'
            + leaf(leaves[0], both(simple("lessOrEqual", cut), simple("greaterThan", cut - 1.2)))
            + leaf(leaves[1], both(simple("greaterThan", cut), simple("lessOrEqual", cut + 1.2))) + "</Node></TreeModel>")


NUMBERS = [(1.5, 4.25), (2.0, 3.0), (-1.0, 7.5), (0.125, 5.0)]
COUNTS = [((6, 2, 2), (1, 7, 2)), ((5, 4, 1), (2, 3, 5)), ((1, 8, 1), (6, 1, 3)), ((2, 2, 6), (3, 6, 1))]
SEGMENTS = ["one", "two", "three", "four"]
PREDICATES = ["<True/>", '<SimplePredicate field="x1" operator="greaterThan" value="-0.5"/>', '<SimplePredicate field="x2" operator="lessThan" value="0.6"/>', "<True/>"]
WEIGHTS = [1, 2.5, 0.75, 1.25]


def document(function, method, segmentation="", output="", weighted=True):
    leaves = NUMBERS if function == "regression" else COUNTS
    segments = "".join(f'<Segment id="{name}"' + (f' weight="{weight}"' if weighted else "") + f">{predicate}{tree(function, field, leaf, cut)}</Segment>"
                       for name, weight, predicate, field, leaf, cut in zip(SEGMENTS, WEIGHTS, PREDICATES, ["x1", "x2", "x3", "x1"], leaves, [0, 0.2, -0.1, 0.4]))
    return (f'<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>{TARGETS[function]}'
            + "".join(f'<DataField name="x{k}" optype="continuous" dataType="double"/>' for k in (1, 2, 3))
            + f'</DataDictionary><MiningModel functionName="{function}">{SCHEMA}{output}<Segmentation multipleModelMethod="{method}"{segmentation}>{segments}</Segmentation></MiningModel></PMML>')


SINGLE = {"regression": '<Output><OutputField name="of_two" optype="continuous" dataType="double" feature="predictedValue" segmentId="two"/></Output>',
          "classification": '<Output><OutputField name="of_two" optype="categorical" dataType="string" feature="predictedValue" segmentId="two"/>'
                            '<OutputField name="p" optype="continuous" dataType="double" feature="probability" value="b" segmentId="two" isFinalResult="false"/></Output>'}
SEVERAL = '<Output>' + "".join(f'<OutputField name="of_{s}" optype="continuous" dataType="double" feature="predictedValue" segmentId="{s}"/>' for s in ("four", "one")) + '</Output>'
MADE = ('<Output><OutputField name="of_one" optype="continuous" dataType="double" feature="predictedValue" segmentId="one" isFinalResult="false"/>'
        '<OutputField name="of_four" optype="continuous" dataType="double" feature="predictedValue" segmentId="four" isFinalResult="false"/>'
        '<OutputField name="made" optype="continuous" dataType="double" feature="transformedValue"><Apply function="-"><FieldRef field="of_one"/><FieldRef field="of_four"/></Apply></OutputField></Output>')
cases = []  # name, document, format, field of the evaluator's answer
for function, methods in (("regression", ["average", "weightedAverage", "median", "weightedMedian", "sum", "weightedSum", "selectFirst"]),
                          ("classification", ["majorityVote", "weightedMajorityVote", "average", "weightedAverage", "median", "max", "selectFirst"])):
    for method in methods:
        for treatment, threshold in itertools.product(["", "continue", "skipSegment", "returnMissing"], ["", "0.3", "0.6"]):
            if method == "selectFirst" and (treatment or threshold):
                continue
            extra = (f' missingPredictionTreatment="{treatment}"' if treatment else "") + (f' missingThreshold="{threshold}"' if threshold else "")
            cases.append((f"{function}_{method}_{treatment or 'default'}_{threshold or 'default'}", document(function, method, extra), "pmml", "y"))
    cases.append((f"{function}_selectAll_single", document(function, "selectAll", output=SINGLE[function]), "pmml", "of_two"))
    for segment in SEGMENTS:
        asked = (f'<Output><OutputField name="answer" optype="{"continuous" if function == "regression" else "categorical"}" dataType="{"double" if function == "regression" else "string"}"'
                 f' feature="predictedValue" segmentId="{segment}"/></Output>')
        for method in ("selectAll", "average"):
            # The evaluator is given the Output that asks for the segment; psyrad is given its id.
            cases.append((f"{function}_{method}_asked_{segment}", (document(function, method), document(function, method, output=asked)), f"pmml:{segment}", "answer"))
cases.append(("regression_selectAll_several", document("regression", "selectAll", output=SEVERAL), "pmml", ("of_four", "of_one")))
cases.append(("regression_selectAll_made", document("regression", "selectAll", output=MADE), "pmml", "made"))


def text(value):
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return value if isinstance(value, str) else repr(float(value))


def evaluate(body):
    with tempfile.NamedTemporaryFile("w", suffix=".pmml") as file:
        file.write(body)
        file.flush()
        return make_evaluator(file.name).evaluateAll(rows)


own = {name: [text(v) for v in evaluate(body[1])[asked]] for name, body, _, asked in cases if isinstance(body, tuple)}


def settled(name, answer, k):
    """The evaluator's answer to row k, but for the two above."""
    function, method = name.split("_")[:2]
    each = [own[f"{function}_selectAll_asked_{segment}"][k] for segment in SEGMENTS]
    if method == "majorityVote" and answer:
        most = max(each.count(c) for c in "abc")
        tied = [c for c in "abc" if each.count(c) == most]
        assert answer in tied
        return tied[0]
    if method in ("sum", "weightedSum") and not any(each):
        assert answer in ("", "0.0")
        return ""
    return answer


with gzip.GzipFile(golden / "documents.jsonl.gz", "wb", mtime=0) as packed, io.TextIOWrapper(packed) as documents, open(golden / "answers.csv", "w", newline="") as answers:
    out = csv.writer(answers, lineterminator="\n")
    out.writerow(["name", "x1", "x2", "x3", "answer", "second"])
    for name, body, form, asked in cases:
        ours, theirs = body if isinstance(body, tuple) else (body, body)
        documents.write(json.dumps({"name": name, "format": form, "document": ours}) + "\n")
        found = evaluate(theirs)
        columns = [asked] if isinstance(asked, str) else list(asked)
        for k in range(len(rows)):
            out.writerow([name, *map(text, rows.iloc[k])] + [settled(name, text(found[c].iloc[k]), k) for c in columns] + [""] * (2 - len(columns)))
print(len(cases), "documents")
