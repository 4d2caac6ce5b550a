"""Region and sphere time courses and seed-to-voxel maps of a made 4-D image by nilearn's maskers.

Usage: python tests/oracle/seeds.py tests/golden/seeds, in an environment of tests/oracle/requirements-nilearn.txt.

Writes the image (int16, oblique, 80 volumes), a label image, a mask, confounds, and expected.csv: raw series of labels (NiftiLabelsMasker) and of
spheres (NiftiSpheresMasker), then for each way to clean the Fisher z of each sphere with each voxel of the mask (NiftiMasker).
"""
import os
import sys
import warnings

import nibabel
import nilearn
import numpy as np
from nilearn.maskers import NiftiLabelsMasker, NiftiMasker, NiftiSpheresMasker

warnings.simplefilter("ignore")
SHAPE, T, TR, RADIUS = (7, 8, 6), 80, 2.0, 6.5
SEEDS = [(-6.0, 3.0, 4.0), (5.0, -4.0, 1.0)]
rng = np.random.default_rng(20261125)


def main(folder):
    os.makedirs(folder, exist_ok=True)
    c, s = np.cos(0.2), np.sin(0.2)
    affine = np.array([[-3.5 * c, 3.5 * s, 0, 11], [3.5 * s, 3.5 * c, 0, -13], [0, 0, 4, -9], [0, 0, 0, 1]]).astype(np.float32).astype(float)
    waves = np.cumsum(rng.normal(size=(T, 3)), axis=0)
    data = 800 + 40 * rng.normal(size=(*SHAPE, T)) + 30 * rng.normal(size=(*SHAPE, 3)) @ waves.T + np.arange(T) * rng.normal(size=(*SHAPE, 1))
    image = nibabel.Nifti1Image(data.round().astype(np.int16), affine)
    image.header.set_zooms((3.5, 3.5, 4, TR))
    image.header.set_xyzt_units("mm", "sec")
    labels = np.zeros(SHAPE, np.uint8)
    labels[:3, :4], labels[3:, :4, :3], labels[2:, 4:] = 2, 5, 9
    mask = (rng.random(SHAPE) < 0.7).astype(np.uint8)
    for name, what in (("image", image), ("labels", nibabel.Nifti1Image(labels, affine)), ("mask", nibabel.Nifti1Image(mask, affine))):
        what.set_sform(affine, 1)
        what.set_qform(affine, 1)
        nibabel.save(what, f"{folder}/{name}.nii.gz")
    motion = np.cumsum(rng.normal(size=(T, 6)) * ([0.03] * 3 + [0.0005] * 3), axis=0)
    motion[33:] += [0.7, 0, 0.2, 0.002, 0, 0]
    motion = np.array([[float(f"{x:.12g}") for x in row] for row in motion])
    with open(f"{folder}/confounds.tsv", "w") as out:
        out.write("\t".join(["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"]) + "\n" + "".join("\t".join(f"{x:.12g}" for x in row) + "\n" for row in motion))
    image, mask = nibabel.load(f"{folder}/image.nii.gz"), nibabel.load(f"{folder}/mask.nii.gz")
    displacement = np.r_[np.nan, np.abs(np.diff(motion, axis=0) * ([1] * 3 + [50] * 3)).sum(axis=1)]
    kept = np.where(~(displacement > 0.6))[0]
    ways = [("--detrend", None, None, dict(detrend=True)),
            ("--detrend --motion 6 --bandpass 0.01:0.15", motion, None, dict(detrend=True, low_pass=0.15, high_pass=0.01, t_r=TR)),
            ("--motion 6 --scrub 0.6 --detrend --bandpass 0.01:0.15", motion, kept, dict(detrend=True, low_pass=0.15, high_pass=0.01, t_r=TR))]
    plain = dict(standardize=None, dtype=np.float64)
    with open(f"{folder}/expected.csv", "w") as out:
        def show(kind, values):
            for row in np.atleast_2d(values):
                out.write(kind + "," + ",".join(f"{x:.17g}" for x in row) + "\n")
        out.write(f"# Made by: python tests/oracle/seeds.py tests/golden/seeds (nilearn {nilearn.__version__})\n")
        show("labels", NiftiLabelsMasker(f"{folder}/labels.nii.gz", **plain).fit_transform(image))
        show("spheres", NiftiSpheresMasker(SEEDS, radius=RADIUS, **plain).fit_transform(image))
        for options, confounds, sample, cleaning in ways:
            both = dict(dtype=np.float64, standardize="zscore_sample", **cleaning)
            seed = NiftiSpheresMasker(SEEDS, radius=RADIUS, **both).fit_transform(image, confounds=confounds, sample_mask=sample)
            voxels = NiftiMasker(mask, **both).fit_transform(image, confounds=confounds, sample_mask=sample)
            out.write(f"way,{options}\n")
            i, j, k = np.nonzero(np.asarray(mask.dataobj))
            show("z", np.arctanh(seed.T @ voxels / (len(seed) - 1))[:, np.lexsort((i, j, k))])  # psyrad's first dimension is the fastest


if __name__ == "__main__":
    main(sys.argv[1])
