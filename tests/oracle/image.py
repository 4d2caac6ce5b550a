"""Region values by nilearn and scipy of a real statistical map (SPM{T}, 79 x 95 x 79 of 2 mm, stored from right to left) over AAL (181 x 217 x 181 of 1 mm), for
tests/cli/real.bats.

Usage: python tests/oracle/image.py ../shared/data/imaging > tests/golden/image.csv, in an environment of tests/oracle/requirements-nilearn.txt.

nearest: nilearn's NiftiLabelsMasker, whose default brings the labels to the image's grid.  linear: scipy's affine_transform of order 1 brings the map
to the atlas's grid; what lies outside the map is missing and does not count.  sphere: nilearn's NiftiSpheresMasker.
"""
import sys
import warnings

import nibabel
import numpy as np
from nilearn.maskers import NiftiLabelsMasker, NiftiSpheresMasker
from scipy.ndimage import affine_transform

warnings.simplefilter("ignore")
folder = sys.argv[1]
image = nibabel.load(f"{folder}/nifti_images_niivue/spmMotor.nii.gz")
atlas = nibabel.load(f"{folder}/atlases_mricron/aal.nii.gz")
label = np.asarray(atlas.dataobj)
SEEDS = [(0, -40, -50, 4), (-38, -24, 56, 8), (38, -24, 56, 8), (4, 12, 40, 5.5)]

print("# Made by: python tests/oracle/image.py ../shared/data/imaging > tests/golden/image.csv")
print("method,region,value,n")
double = nibabel.Nifti1Image(image.get_fdata(dtype=np.float64), image.affine)
masker = NiftiLabelsMasker(atlas, resampling_target="data", dtype="float64")
nearest = masker.fit_transform(nibabel.Nifti1Image(double.get_fdata()[..., None], image.affine)).ravel()
regions = [region for region in masker.labels_ if region != 0]
assert len(regions) == len(nearest) == 116
for region, value in zip(regions, nearest):
    print(f"nearest,{int(region)},{value:.17g},")
between = np.linalg.inv(image.affine) @ atlas.affine
there = affine_transform(double.get_fdata(), between[:3, :3], between[:3, 3], label.shape, order=1, cval=np.nan)
for region in range(1, 117):
    values = there[label == region]
    values = values[np.isfinite(values)]
    print(f"linear,{region},{values.mean():.17g},{values.size}")
for k, (x, y, z, radius) in enumerate(SEEDS):
    masker = NiftiSpheresMasker([(x, y, z)], radius=radius, dtype="float64")
    value = masker.fit_transform(nibabel.Nifti1Image(double.get_fdata()[..., None], image.affine)).ravel()[0]
    print(f"sphere,{k + 1},{value:.17g},")
