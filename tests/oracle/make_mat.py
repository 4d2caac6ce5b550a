"""Writes tests/fuzz/seeds/mat and npy: small MATLAB files of every version that the tool reads and arrays of NumPy, seeds of fuzz_mat and
fuzz_npy and inputs of the command-line tests.  With scipy (versions 4 and 5) and h5py (7.3, laid out as MATLAB lays it out):

    python3 -m venv build/mat && build/mat/bin/pip install numpy==2.4.6 scipy==1.17.1 h5py==3.16.0 && build/mat/bin/python tests/oracle/make_mat.py
"""
import os

import h5py
import numpy as np
from scipy import io, sparse

FOLDER = os.path.join(os.path.dirname(__file__), "..", "fuzz", "seeds", "mat")
Z = np.array([[np.nan, 0.5, -0.25], [0.5, np.nan, 0.125], [-0.25, 0.125, np.nan]])
ORDER = [1, 0, 2]  # B, A, C: not the atlas's


def path(name):
    return os.path.join(FOLDER, name)


def cells(names):
    out = np.empty((1, len(names)), dtype=object)
    out[0, :] = names
    return out


def version_7_3(name, variables):
    """MATLAB's own layout: 512 bytes of user block, columns first, MATLAB_class on every data set."""
    with h5py.File(path(name), "w", userblock_size=512, libver=("earliest", "v108")) as out:
        for key, value in variables.items():
            data = out.create_dataset(key, data=value.T)
            word = {"float64": b"double", "float32": b"single", "int32": b"int32"}[value.dtype.name]
            kind = h5py.h5t.C_S1.copy()
            kind.set_size(len(word))
            h5py.h5a.create(data.id, b"MATLAB_class", kind, h5py.h5s.create(h5py.h5s.SCALAR)).write(np.array(word), mtype=kind)
    with open(path(name), "r+b") as out:
        text = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Mon Jan  1 00:00:00 2024 HDF5 schema 1.00 ."
        out.write(text.ljust(116) + b" " * 8 + b"\x00\x02IM")


def conn_results():
    """What CONN writes of a first-level analysis: sources by targets, of which there are more, beside vectors."""
    targets = np.hstack([Z, np.full((3, 2), 0.9)])[ORDER][:, [3, 1, 4, 0, 2]]
    io.savemat(path("conn_results.mat"), {
        "Z": targets, "names": cells(["B", "\u5de6\u989d", "C"]), "names2": cells(["x", "B", "y", "\u5de6\u989d", "C"]),
        "xyz": cells([np.zeros((1, 3))] * 3), "SE": np.ones((1, 3)), "DOF": np.array([[100.0]]),
        "regressors": np.zeros((3, 3))}, do_compression=True)


def conn_condition():
    """CONN's first level of one condition: a matrix a subject, the second of whom has no scan of it."""
    group = np.stack([np.hstack([z, np.full((3, 2), 0.9)])[ORDER][:, [3, 1, 4, 0, 2]] for z in (Z, np.full((3, 3), np.nan), Z / 2)], axis=2)
    io.savemat(path("conn_condition.mat"), {
        "Z": group, "names": cells(["B", "A", "C"]), "names2": cells(["x", "B", "y", "A", "C"]), "xyz": cells([np.zeros((1, 3))] * 5),
        "SE": np.ones((3, 5)), "DOF": np.full((1, 5), 100.0), "regressors": cells(["B", "A", "C"])}, do_compression=True)


def dsi_studio():
    """connectivity.mat: version 4, the names as one text of a line a region, stored as bytes."""
    names = np.frombuffer(b"B\nA\nC\n", dtype=np.uint8).reshape(1, -1)
    io.savemat(path("dsi_studio.mat"), {"connectivity": np.nan_to_num(np.abs(Z) * 8)[ORDER][:, ORDER].astype(np.float32), "name": names}, format="4")


def numpy_arrays():
    """What numpy.save writes of matrices and stacks, and what is none."""
    counts = np.array([[0, 3, 0], [3, 0, 300], [0, 300, 0]])
    stack = np.stack([np.nan_to_num(Z, nan=1.0) * f for f in (1, 0.5)])
    for name, array in {
            "c.npy": Z, "fortran.npy": np.asfortranarray(stack), "big_endian.npy": Z.astype(">f4"), "stack.npy": stack, "int16.npy": counts.astype("i2"),
            "uint32.npy": counts.astype("u4"), "bool.npy": counts > 0, "negative.npy": -counts.astype("i4"), "vector.npy": np.arange(3.0),
            "complex.npy": Z.astype(complex), "text.npy": np.array([["a", "b"], ["c", "d"]]), "series.npy": np.arange(12.0).reshape(4, 3) ** 2}.items():
        np.save(os.path.join(FOLDER, "..", "npy", name), array)
    np.save(os.path.join(FOLDER, "..", "npy", "object.npy"), np.array([[1, None], [2, 3]], dtype=object), allow_pickle=True)


def by_h5py(name):
    """As Python writes it: the class is a text without room for an end."""
    with h5py.File(path(name), "w", userblock_size=512, libver=("earliest", "v108")) as out:
        out.create_dataset("sc", data=np.array([[0.0, 3, 0], [3, 0, 7], [0, 7, 0]]).T).attrs["MATLAB_class"] = np.bytes_("double")
        out.create_dataset("len", data=np.arange(3.0).reshape(3, 1)).attrs["MATLAB_class"] = np.bytes_("double")
        out.create_dataset("note", data=np.array([[104], [105]], dtype="u2")).attrs["MATLAB_class"] = np.bytes_("char")
    with open(path(name), "r+b") as out:
        text = b"MATLAB 7.3 MAT-file, Platform: Python, Created on: Mon Jan  1 00:00:00 2024 HDF5 schema 1.00 ."
        out.write(text.ljust(116) + b" " * 8 + b"\x00\x02IM")


def main():
    os.makedirs(FOLDER, exist_ok=True)
    os.makedirs(os.path.join(FOLDER, "..", "npy"), exist_ok=True)
    io.savemat(path("v4.mat"), {"corr": Z}, format="4")
    io.savemat(path("v5.mat"), {"ROICorrelation": Z.astype("f4")})
    io.savemat(path("v5_compressed.mat"), {"ROISignals": np.arange(12.0).reshape(4, 3) ** 2}, do_compression=True)
    io.savemat(path("conn.mat"), {"Z": Z[np.ix_(ORDER, ORDER)], "names": cells(["B", "A", "C"]), "names2": cells(["B", "A", "C"]), "DOF": 100.0})
    io.savemat(path("several.mat"), {"sc": np.arange(9, dtype="i4").reshape(3, 3), "len": np.eye(3), "note": "made by a program"})
    io.savemat(path("sparse.mat"), {"counts": sparse.csc_matrix(np.array([[0, 3, 0], [3, 0, 7], [0, 7, 0]], dtype="f8"))})
    io.savemat(path("complex.mat"), {"x": Z + 1j})
    io.savemat(path("struct.mat"), {"s": {"a": Z, "b": "text"}})
    conn_results()
    conn_condition()
    dsi_studio()
    numpy_arrays()
    by_h5py("v73_h5py.mat")
    version_7_3("v73.mat", {"theROISignals": np.arange(12.0).reshape(4, 3) ** 2})
    version_7_3("v73_int.mat", {"sc": np.array([[0, 3, 0], [3, 0, 7], [0, 7, 0]], dtype="i4")})


if __name__ == "__main__":
    main()
