"""Questions 02, 03, 04 and 16 from the simulated sheets themselves, by counting: evidence.py SHEETS ANSWERS.

SHEETS holds studies.csv, findings.csv, networks.csv; ANSWERS 02.csv, 03.csv, 04.csv, 16.csv, as the questions printed them.
Only Python's standard library; what names and words of the sheets mean is written down here once more.
"""
import csv
import sys
from fractions import Fraction
from math import comb

sheets, answers = sys.argv[1:]


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


studies = {row["study_id"]: row for row in read(f"{sheets}/studies.csv")}
findings = read(f"{sheets}/findings.csv")

# Chinese name without its side: term in English, and the one region of AAL, None where it is not one.
PLACE = {
    "海马": ("hippocampus", "Hippocampus"), "额中回": ("middle frontal gyrus", "Frontal_Mid"), "前扣带回": ("anterior cingulate cortex", "Cingulum_Ant"),
    "前扣带皮质": ("anterior cingulate cortex", "Cingulum_Ant"), "杏仁核": ("amygdala", "Amygdala"), "颞上回": ("superior temporal gyrus", "Temporal_Sup"),
    "中央前回": ("precentral gyrus", "Precentral"), "背外侧前额叶": ("dorsolateral prefrontal cortex", "Frontal_Mid"), "后扣带回": ("posterior cingulate cortex", "Cingulum_Post"),
    "楔前叶": ("precuneus", "Precuneus"), "额叶": ("frontal lobe", None), "舌状回": ("lingual gyrus", "Lingual"), "海马旁回": ("parahippocampal gyrus", "ParaHippocampal"),
    "尾状核": ("caudate nucleus", "Caudate"), "小脑": ("cerebellum", None)}
MODALITY = {"sMRI": "smri", "rs-fMRI": "rs_fmri", "PET": "pet"}
EA = ("electroacupuncture", "EA", "电针", "scalp electroacupuncture")


def place(row):
    name = row["region_zh"]
    for side in ("左侧", "右侧", "双侧", "侧"):
        name = name.removeprefix(side)
    return PLACE.get(name)


def people(study):
    return studies[study]["people"] or study


def contrast(row):
    words = row["contrast"]
    if words.startswith("patients"):
        return "patients_vs_controls"
    if words.endswith("vs before"):
        return "after_vs_before"
    return "treatment_vs_control" if "sham" in words else "correlation"


def sign_test(up, down):
    n, k = up + down, min(up, down)
    return None if n == 0 else min(Fraction(1), 2 * sum(Fraction(comb(n, j), 2**n) for j in range(k + 1)))


def direction_of_samples(rows):
    """Samples by what their rows say: increase, decrease, mixed, other."""
    said = {}
    for row in rows:
        said.setdefault(people(row["study_id"]), set()).add(row["direction"])
    count = {"increase": 0, "decrease": 0, "mixed": 0, "other": 0}
    for words in said.values():
        count["mixed" if {"increase", "decrease"} <= words else "increase" if "increase" in words else "decrease" if "decrease" in words else "other"] += 1
    return count, len(said)


def question_02():
    groups, wide = {}, {}
    for row in findings:
        at = place(row)
        if at is None or contrast(row) not in ("after_vs_before", "treatment_vs_control"):
            continue
        key = (contrast(row), MODALITY[studies[row["study_id"]]["modality"]])
        if at[1] is not None:
            groups.setdefault((at[1],) + key, []).append(row)
        else:
            wide.setdefault(key, []).append((at[0], row))
    frontal = {"Frontal_Mid"}  # of the regions that occur here
    expected = {}
    for key, rows in groups.items():
        count, samples = direction_of_samples(rows)
        plain = {people(row["study_id"]) for row in rows}
        wider = {people(row["study_id"]) for term, row in wide.get(key[1:], []) if term == "frontal lobe" and key[0] in frontal} - plain
        expected[key] = (len(rows), len({row["study_id"] for row in rows}), samples, count, len(wider), sign_test(count["increase"], count["decrease"]))
    # A region that only a wider finding reaches has a row in the family of the map, but no test.
    family = sorted(value[5] for value in expected.values() if value[5] is not None)
    m = len(family)
    adjusted = [min(min(Fraction(m, j + 1) * family[j] for j in range(i, m)), Fraction(1)) for i in range(m)]
    found = [row for row in read(f"{answers}/02.csv") if row["data"] == "SIMULATED"]
    assert len(found) == len(expected) and m > 5, (len(found), len(expected))
    for row in found:
        want = expected[row["region"], row["contrast"], row["modality"]]
        assert (int(row["findings"]) - int(row["wider"]), int(row["samples"])) == (want[0], want[2] + want[4]), row
        assert int(row["wider"]) == want[4] and int(row["studies"]) - int(row["wider"]) == want[1], row
        assert all(int(row[k]) == v for k, v in want[3].items()) and row["possible"] == row["no_difference"] == "0", row
        assert int(row["m"]) == m, row
        if want[5] is None:
            assert row["p"] == row["q"] == "", row
        else:
            assert abs(float(row["p"]) - want[5]) < 6e-5 and abs(float(row["q"]) - adjusted[family.index(want[5])]) < 6e-5, (row, want)
    return len(found)


def question_03():
    terms = {}
    for row in findings:
        at = place(row)
        if at is None or row["direction"] == "no_difference":
            continue
        if contrast(row) == "patients_vs_controls":
            terms.setdefault(at[0], ([], []))[0].append(row)
        elif contrast(row) == "treatment_vs_control" or (contrast(row) == "after_vs_before" and row["contrast"][len("after "):-len(" vs before")] in EA):
            terms.setdefault(at[0], ([], []))[1].append(row)
    against = {"increase": "decrease", "decrease": "increase"}
    expected = {}
    for term, (before, after) in terms.items():
        moves = {}
        for row in after:
            same = {other["direction"] for other in before if other["measure"] == row["measure"]}
            move = moves.setdefault(people(row["study_id"]), set())
            if row["direction"] == "normalised" or against.get(row["direction"]) in same:
                move.add("against")
            if row["direction"] in against and row["direction"] in same:
                move.add("along")
        normalises = sum(move == {"against"} for move in moves.values())
        if before and normalises:
            verdict = "both ways" if any("along" in move for move in moves.values()) else "normalises"
            expected[term] = (verdict, direction_of_samples(before)[0], direction_of_samples(after)[0], normalises, len({people(row["study_id"]) for row in before + after}))
    found = [row for row in read(f"{answers}/03.csv") if row["data"] == "SIMULATED"]
    assert {row["region"] for row in found} == set(expected) and "hippocampus" in expected, ([row["region"] for row in found], expected)
    for row in found:
        verdict, before, after, normalises, samples = expected[row["region"]]
        assert (row["verdict"], int(row["normalises"]), int(row["samples"])) == (verdict, normalises, samples), (row, expected[row["region"]])
        assert (int(row["abnormal_increase"]), int(row["abnormal_decrease"]), int(row["ea_increase"]), int(row["ea_decrease"])) == (
            before["increase"], before["decrease"], after["increase"], after["decrease"]), row
    return len(found)


def question_04():
    expected = {}
    for row in findings:
        named = place(row) is not None
        if row["laterality_stated"] != "yes" or not named:
            certainty = "implied" if row["laterality_stated"].startswith("implied") else "stated" if row["laterality_stated"] == "yes" else "unknown"
            expected[row["finding_id"]] = (row["region_zh"], certainty, "resolved" if named else "unresolved" if row["region_zh"] == "右颅骨回" else "not_named")
    found = {row["finding"]: (row["region"], row["certainty"], row["status"]) for row in read(f"{answers}/04.csv") if row["data"] == "SIMULATED"}
    assert found == expected and len(found) > 10, set(found.items()) ^ set(expected.items())
    texts = {row["finding"]: row["sentence"] for row in read(f"{answers}/04.csv") if row["data"] == "SIMULATED"}
    assert "侧额中回体积增加[3]" in texts["9"] and "右颅骨回改变[8]" in texts["23"], texts
    return len(found)


def question_16():
    expected = {}
    for row in read(f"{sheets}/networks.csv"):
        for study in row["study_id"].split(";"):
            expected.setdefault((studies[study]["modality"], row["network"]), set()).add(study)
    found = {(row["modality"], row["network"]): (int(row["papers"]), int(row["samples"]), int(row["small"]), int(row["n_unreported"])) for row in read(f"{answers}/16.csv") if row["data"] == "SIMULATED"}
    want = {}
    for key, names in expected.items():
        size = {people(study): studies[study]["sample_n"] for study in names}
        want[key] = (len(names), len(size), sum(n != "" and int(n) < 20 for n in size.values()), sum(n == "" for n in size.values()))
    assert found == want and any(papers > samples for papers, samples, _, _ in want.values()), (found, want)
    return len(found)


print(f"{question_02()} regions, {question_03()} that normalise, {question_04()} uncertain findings, {question_16()} networks by modality")
