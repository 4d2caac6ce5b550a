"""Series cleaned by nilearn as its users clean them: confounds and sample mask from interfaces.fmriprep.load_confounds, then signal.clean.

Usage: python tests/oracle/pipelines.py tests/golden/pipelines, in an environment of tests/oracle/requirements-nilearn.txt.

Writes a made run (series, fMRIPrep-like confounds with their .json) and expected.csv: for each case the options that psyrad takes, then
the cleaned volumes.  nilearn 0.14.1 fills a censored volume only if the volume as far from the other end is kept (it indexes by ~ of an
index); its interpolation is replaced by the same one with a mask.
"""
import json
import os
import sys
import tempfile
import warnings

import nilearn
import nilearn.signal
import numpy as np
import pandas as pd
from nilearn.interfaces.fmriprep import load_confounds
from scipy.interpolate import CubicSpline

warnings.simplefilter("ignore")
T, R, TR = 120, 3, 2.0
rng = np.random.default_rng(20261124)
time = np.arange(T)


def made_confounds():
    table = {}
    motion = np.cumsum(rng.normal(size=(T, 6)) * ([0.02] * 3 + [0.0004] * 3), axis=0)
    motion[[30, 31, 70, 112]] += [0.8, 0.1, -0.5, 0.004, 0, 0.002]
    tissue = 500 + np.cumsum(rng.normal(size=(T, 3)), axis=0)
    names = ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z", "csf", "white_matter", "global_signal"]
    for name, x in zip(names, np.column_stack([motion, tissue]).T):
        derivative = np.r_[np.nan, np.diff(x)]
        table.update({name: x, name + "_derivative1": derivative, name + "_power2": x**2, name + "_derivative1_power2": derivative**2})
    table["framewise_displacement"] = np.r_[np.nan, np.abs(np.diff(motion, axis=0) * ([1] * 3 + [50] * 3)).sum(axis=1)]
    table["std_dvars"] = np.r_[np.nan, np.abs(rng.normal(1, 0.25, T - 1))]
    facts = {}
    for k, mask in enumerate(["combined", "combined", "combined", "CSF", "CSF", "WM", "WM", "WM"]):
        table[f"a_comp_cor_{k:02d}"] = rng.normal(size=T)
        facts[f"a_comp_cor_{k:02d}"] = {"Mask": mask, "CumulativeVarianceExplained": 0.2 * (1 + [0, 1, 2, 0, 1, 0, 1, 2][k]), "Method": "aCompCor"}
    for k in range(3):
        table[f"t_comp_cor_{k:02d}"] = rng.normal(size=T)
        facts[f"t_comp_cor_{k:02d}"] = {"CumulativeVarianceExplained": 0.15 * (k + 1), "Method": "tCompCor"}
    for k in range(4):
        table[f"cosine{k:02d}"] = np.sqrt(2 / T) * np.cos(np.pi / T * (time + 0.5) * (k + 1))
    for k in range(2):
        table[f"non_steady_state_outlier{k:02d}"] = (time == k).astype(float)
    return pd.DataFrame(table), facts


def rounded(frame):
    """What the file will say, so that both sides read the same numbers."""
    return frame.map(lambda x: float(f"{x:.12g}"))


def interpolated(volumes, sample_mask, t_r, extrapolate):
    kept = np.zeros(len(volumes), bool)
    kept[sample_mask] = True
    times = np.arange(len(volumes)) * t_r
    volumes[~kept] = CubicSpline(times[kept], volumes[kept], extrapolate=extrapolate)(times)[~kept]
    return volumes


nilearn.signal._interpolate_volumes = interpolated
NEVER = dict(scrub=0, fd_threshold=1e9, std_dvars_threshold=1e9)
# psyrad's options; load_confounds' strategy and arguments; whether its sample mask counts; signal.clean's arguments
CASES = [
    ("--detrend", (), {}, False, dict(detrend=True)),
    ("--detrend --standardize zscore_sample --motion 6", ("motion",), dict(motion="basic"), False, dict(detrend=True, standardize="zscore_sample")),
    ("--motion 12", ("motion",), dict(motion="derivatives"), False, {}),
    ("--motion power2 --standardize psc --detrend", ("motion",), dict(motion="power2"), False, dict(detrend=True, standardize="psc")),
    ("--motion 24 --detrend --bandpass 0.01:0.1 --standardize zscore_sample", ("motion",), dict(motion="full"), False,
     dict(detrend=True, low_pass=0.1, high_pass=0.01, standardize="zscore_sample")),
    ("--motion 36 --detrend", ("motion", "wm_csf", "global_signal"), dict(motion="full", wm_csf="full", global_signal="full"), False, dict(detrend=True)),
    ("--wm-csf basic --global-signal derivatives --bandpass 0.008:", ("wm_csf", "global_signal"), dict(wm_csf="basic", global_signal="derivatives"), False,
     dict(high_pass=0.008)),
    ("--compcor 2 --cosine", ("compcor", "high_pass"), dict(compcor="anat_combined", n_compcor=2), False, {}),
    ("--compcor all --cosine --motion 6 --detrend", ("compcor", "high_pass", "motion"), dict(compcor="anat_combined", n_compcor="all", motion="basic"), False, dict(detrend=True)),
    ("--compcor anat_separated:2 --cosine --standardize zscore_sample", ("compcor", "high_pass"), dict(compcor="anat_separated", n_compcor=2), False,
     dict(standardize="zscore_sample")),
    ("--compcor temporal:2 --cosine --bandpass :0.08", ("compcor", "high_pass"), dict(compcor="temporal", n_compcor=2), False, dict(low_pass=0.08)),
    ("--motion 6 --non-steady-state --detrend", ("motion",), dict(motion="basic"), True, dict(detrend=True)),
    ("--motion 24 --scrub 0.5 --non-steady-state --detrend --standardize zscore_sample", ("motion", "scrub"), dict(motion="full", **NEVER | dict(fd_threshold=0.5)), True,
     dict(detrend=True, standardize="zscore_sample")),
    ("--motion 24 --scrub 0.5 --scrub-segment 5 --non-steady-state --detrend --bandpass 0.01:0.1 --standardize zscore_sample", ("motion", "scrub"),
     dict(motion="full", **NEVER | dict(fd_threshold=0.5, scrub=5)), True, dict(detrend=True, low_pass=0.1, high_pass=0.01, standardize="zscore_sample")),
    ("--motion 24 --scrub 0.5 --scrub-dvars 1.6 --scrub-segment 5 --non-steady-state --bandpass 0.01:0.1 --extrapolate --wm-csf full", ("motion", "scrub", "wm_csf"),
     dict(motion="full", wm_csf="full", **NEVER | dict(fd_threshold=0.5, std_dvars_threshold=1.6, scrub=5)), True,
     dict(low_pass=0.1, high_pass=0.01, extrapolate=True)),
    ("--scrub 0.2 --scrub-segment 3 --compcor 3 --cosine --non-steady-state --detrend --standardize psc", ("scrub", "compcor", "high_pass"),
     dict(compcor="anat_combined", n_compcor=3, **NEVER | dict(fd_threshold=0.2, scrub=3)), True, dict(detrend=True, standardize="psc")),
]


def main(folder):
    os.makedirs(folder, exist_ok=True)
    confounds, facts = made_confounds()
    confounds = rounded(confounds)
    signal = np.column_stack([1000 + 0.2 * time + 6 * np.sin(time / 5), 400 + 3 * np.cos(time / 8), 50 + rng.normal(size=T)])
    signal += rng.normal(size=(T, R)) + np.nan_to_num(confounds.to_numpy()[:, :36]) @ rng.normal(size=(36, R)) * 0.01
    series = rounded(pd.DataFrame(signal, columns=["A", "B", "C"]))
    with tempfile.TemporaryDirectory() as work:
        image = f"{work}/sub-P01_ses-pre_task-rest_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz"
        open(image, "w").close()
        table = f"{work}/sub-P01_ses-pre_task-rest_desc-confounds_timeseries.tsv"
        confounds.to_csv(table, sep="\t", index=False, na_rep="n/a", float_format="%.12g")
        with open(table.replace(".tsv", ".json"), "w") as out:
            json.dump(facts, out, indent=1)
        for name, text in (("confounds.tsv", open(table).read()), ("confounds.json", open(table.replace(".tsv", ".json")).read())):
            with open(f"{folder}/{name}", "w") as out:
                out.write(text)
        series.to_csv(f"{folder}/series.tsv", sep="\t", index=False, float_format="%.12g")
        with open(f"{folder}/expected.csv", "w") as out:
            out.write(f"# Made by: python tests/oracle/pipelines.py tests/golden/pipelines (nilearn {nilearn.__version__}); TR {TR} s\n")
            for options, strategy, arguments, masked, cleaning in CASES:
                chosen, mask = load_confounds(image, strategy=strategy or ("motion",), **(arguments or dict(motion="basic")))
                cleaned = nilearn.signal.clean(series.to_numpy().copy(), confounds=chosen if strategy and chosen.size else None, sample_mask=mask if masked else None,
                                               t_r=TR, **{"detrend": False, "standardize": None, **cleaning})
                out.write(f"case,{options}\n")
                out.writelines(",".join(f"{x:.17g}" for x in row) + "\n" for row in cleaned)


if __name__ == "__main__":
    main(sys.argv[1])
