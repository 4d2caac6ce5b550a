#!/usr/bin/env python3
"""Trains with libsvm's own library (every type, every kernel but precomputed, with and without probabilities); writes its model files and its
predictions from those files to tests/golden/libsvm.

A row of NAME.csv is: label ("-" for a regression), features, decision values, probabilities.  Files with more than one pair of classes use 0
for absent features, so that sparse vectors are read; "wide" has a last feature that no support vector has.  Made with the versions of
requirements-models.txt:

    $(tests/oracle/environment models)/bin/python tests/oracle/libsvm_files.py
"""
import pathlib
from ctypes import c_double

import numpy as np
from libsvm.svm import gen_svm_nodearray
from libsvm.svm import libsvm as library
from libsvm.svmutil import svm_load_model, svm_parameter, svm_problem, svm_save_model, svm_train

golden = pathlib.Path(__file__).resolve().parent.parent / "golden" / "libsvm"
golden.mkdir(exist_ok=True)
ROWS = 20
rng = np.random.default_rng(3)
x = np.round(rng.normal(size=(90 + ROWS, 5)), 3)
x[rng.random(x.shape) < 0.3] = 0
signal = x[:, 0] - x[:, 1] * x[:, 2] + 0.2 * rng.normal(size=len(x))
TARGETS = {2: np.where(signal > 0.1, 1, -1), 4: np.digitize(signal, [-0.7, 0, 0.7]) * 5 - 3, 0: signal}


def predict(model, rows, values, probabilities):
    """The library's own functions: its Python wrapper gives nu_svc too short an array."""
    labels, out = [], []
    for row in rows:
        nodes, _ = gen_svm_nodearray(row.tolist())
        array = (c_double * values)()
        call = library.svm_predict_probability if probabilities else library.svm_predict_values
        labels.append(call(model, nodes, array))
        out.append(list(array))
    return labels, out


def write(name, options, classes, frame=x):
    y = TARGETS[classes]
    model = svm_train(svm_problem(y[:90].tolist(), frame[:90].tolist()), svm_parameter(options + " -q"))
    path = str(golden / f"{name}.model")
    svm_save_model(path, model)
    model = svm_load_model(path)
    test = frame[90:]
    regression = classes == 0 and "-s 2" not in options
    pairs = classes * (classes - 1) // 2 or 1
    label, decision = predict(model, test, pairs, False)
    blocks = [test, np.reshape(label, (-1, 1)) if regression else decision]
    if "-b 1" in options and classes:
        blocks.append(predict(model, test, classes, True)[1])
    labels = ["-"] * ROWS if regression else [str(int(v)) for v in label]
    rows = [",".join([one] + [repr(float(v)) for v in row]) for one, row in zip(labels, np.hstack(blocks))]
    (golden / f"{name}.csv").write_text("\n".join(["# label, features, decision values, probabilities; tests/oracle/libsvm_files.py"] + rows) + "\n")


for kernel, options in (("linear", "-t 0"), ("poly", "-t 1 -d 3 -g 0.4 -r 0.7"), ("rbf", "-t 2 -g 0.5"), ("sigmoid", "-t 3 -g 0.2 -r 0.1")):
    write(f"c_svc_{kernel}", f"-s 0 {options} -b 1", 2)
    write(f"c_svc_{kernel}_four", f"-s 0 {options} -b 1", 4)
    # Below the share of errors that a kernel makes, nu has coefficients of 1e4 that cancel: libsvm itself is then good to 1e-11.
    write(f"nu_svc_{kernel}", f"-s 1 -n {0.8 if kernel == 'linear' else 0.4} {options}", 2 if kernel == "linear" else 4)
    write(f"one_class_{kernel}", f"-s 2 -n 0.3 {options}", 0)
    write(f"epsilon_svr_{kernel}", f"-s 3 -p 0.3 {options} -b 1", 0)
    write(f"nu_svr_{kernel}", f"-s 4 -n 0.4 {options}", 0)
write("wide", "-s 0 -t 2", 2, np.column_stack([x, np.zeros(len(x))]))
