#!/usr/bin/env python3
"""Goldens of coordinate-based meta-analysis: NiMARE's ALE and MKDADensity with the approximate (histogram) null.

    cbma.py SHARED > tests/golden/cbma.csv

The mask is an ellipsoid on a 2 mm MNI grid, the same in cbma.py, test_cbma.c and bench_cbma.py. Participants are made up
where a data set has none: 10 + id % 40. NiMARE's setting of single precision is set to double, which some of its modules
heed: its statistics still carry about 1e-7 of single rounding. Rows: case,statistic,voxel,stat,p (every 997th voxel of the mask and the 20
largest), case,threshold,ss, and case,cluster,voxels,peak value by size (face connectivity, above the threshold).
"""

import sys

import nibabel as nib
import numpy as np
import pandas as pd
from nimare.dataset import Dataset
from nimare.meta.cbma.ale import ALE
from nimare.meta.cbma.mkda import MKDADensity
from scipy import ndimage

for module in [m for name, m in list(sys.modules.items()) if name.startswith("nimare")]:
    if hasattr(module, "DEFAULT_FLOAT_DTYPE"):
        module.DEFAULT_FLOAT_DTYPE = np.float64

SHAPE = (91, 109, 91)
WEIGHTED_BINS = 1 << 20  # NiMARE's default is 100,000


def ellipsoid():
    affine = np.diag([2.0, 2, 2, 1])
    affine[:3, 3] = [-90, -126, -72]
    i, j, k = np.meshgrid(*[np.arange(n) for n in SHAPE], indexing="ij")
    inside = ((2 * i - 90) / 70.0) ** 2 + ((2 * j - 126 + 18) / 88.0) ** 2 + ((2 * k - 72 - 8) / 72.0) ** 2 <= 1
    return nib.Nifti1Image(inside.astype(np.uint8), affine)


def dataset(table, mask):
    studies = {}
    for study, foci in table.groupby("id", sort=True):
        studies[str(study)] = {
            "contrasts": {
                "1": {
                    "coords": {"space": "MNI", "x": foci.x.tolist(), "y": foci.y.tolist(), "z": foci.z.tolist()},
                    "metadata": {"sample_sizes": [10 + int(study) % 40]},
                }
            }
        }
    return Dataset(studies, target="mni152_2mm", mask=mask)


def write(case, estimator, data, mask):
    result = estimator.fit(data)
    inside = mask.get_fdata() > 0
    stat3 = np.zeros(SHAPE)
    p3 = np.ones(SHAPE)
    stat3[inside] = result.get_map("stat", return_type="array")
    p3[inside] = result.get_map("p", return_type="array")
    order = np.flatnonzero(inside.ravel(order="F"))
    stat, p = stat3.ravel(order="F")[order], p3.ravel(order="F")[order]
    chosen = np.union1d(np.arange(0, len(order), 997), np.argsort(-stat, kind="stable")[:20])
    for v in chosen:
        print(f"{case},statistic,{order[v]},{stat[v]:.17g},{p[v]:.17g}")
    threshold = estimator._p_to_summarystat(0.001)
    print(f"{case},threshold,0,{threshold:.17g},0")
    above = np.where(stat3 > threshold, stat3, 0)
    labels, count = ndimage.label(above, ndimage.generate_binary_structure(3, 1))
    sizes = sorted(((int((labels == c).sum()), above[labels == c].max()) for c in range(1, count + 1)), reverse=True)
    for size, peak in sizes:
        print(f"{case},cluster,{size},{peak:.17g},0")


def main(shared):
    mask = ellipsoid()
    print("# tests/oracle/cbma.py SHARED (NiMARE 0.22.1): case,what,voxel or size,statistic,p")
    for name in ("acupuncture", "depression"):
        table = pd.read_csv(f"{shared}/data/evidence/neurosynth_{name}/coordinates.tsv", sep="\t")
        data = dataset(table, mask)
        write(f"{name}_ale", ALE(mask=mask), data, mask)
        write(f"{name}_ale_fwhm", ALE(mask=mask, kernel__fwhm=12), data, mask)
        write(f"{name}_mkda", MKDADensity(mask=mask), data, mask)
        write(f"{name}_mkda_weighted", MKDADensity(mask=mask, weighting="sample_size", n_histogram_bins=WEIGHTED_BINS), data, mask)


if __name__ == "__main__":
    main(sys.argv[1])
