"""inventory.py GOLDEN ROOT: compares what psyrad inspect says (TSV on standard input, file names relative to ROOT) with nibabel's inventory.

Prints how many images agreed and how many nibabel could not read and psyrad refused; any difference is an error.
"""
import csv
import os
import sys

TYPES = {"UINT8": "uint8", "INT8": "int8", "INT16": "int16", "FLOAT32": "float32", "FLOAT64": "float64", "swapped INT16": ">i2", "swapped UINT8": "uint8"}


def close(found, expected, tolerance):
    found, expected = [float(x) for x in found.split()], [float(x) for x in expected.split()]
    return len(found) == len(expected) and all(abs(a - b) <= tolerance * max(1, abs(b)) for a, b in zip(found, expected))


def differences(ours, golden):
    slope = float(ours["scl_slope"])
    scaling = (slope, float(ours["scl_inter"])) if slope == slope and slope != 0 else (1.0, 0.0)
    yield "shape", ours["shape"] == golden["shape"]
    yield "zooms", close(ours["zooms"], golden["zooms"], 1e-5)
    yield "datatype", TYPES.get(ours["datatype"]) == golden["dtype"]
    yield "scaling", scaling == (float(golden["scl_slope"]), float(golden["scl_inter"]))
    for name in ("qform_code", "sform_code", "xyzt_units", "intent_code", "nonzero", "nan"):
        yield name, ours[name] == golden[name]
    yield "orientation", ours["orientation"] == golden["orient"]
    yield "affine", close(ours["affine"], golden["affine"], 1e-5)
    for name in ("min", "max", "mean"):
        yield name, close(ours[name], golden[name], 1e-6)


def main(golden_file, root):
    ours = {row["file"]: row for row in csv.DictReader(sys.stdin, delimiter="\t")}
    agreed = refused = 0
    for golden in csv.DictReader(open(golden_file, newline="")):
        if not os.path.exists(os.path.join(root, golden["file"])):
            continue
        row = ours.get(golden["file"])
        readable = golden["min"] != "" and golden["dtype"] in TYPES.values()
        if readable != (row is not None):
            sys.exit(f"{golden['file']}: {'refused' if readable else 'read'}, unlike nibabel")
        wrong = [name for name, same in differences(row, golden) if not same] if row else []
        if wrong:
            sys.exit(f"{golden['file']}: {', '.join(wrong)} differ: {row} against {golden}")
        agreed, refused = agreed + (row is not None), refused + (row is None)
    print(f"{agreed} agree, {refused} refused")


main(*sys.argv[1:])
