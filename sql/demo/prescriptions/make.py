#!/usr/bin/env python3
"""make.py: SIMULATED protocols of acupuncture for depression, as thirty papers in two languages might print them.

  python3 sql/demo/prescriptions/make.py

Writes protocols_en.csv and protocols_zh.csv beside itself.  No paper stands behind any row: points are drawn with planted habits (Baihui and Yintang
together, Neiguan with Shenmen, the Four Gates of LI4 and LR3), papers leave out items of STRICTA, and a few cells are garbled as real ones are.
"""
import csv
import os

HERE = os.path.dirname(os.path.abspath(__file__))
state = 20261123


def draw():
    """A number in [0, 1): the minimal standard generator of Park and Miller, the same on every machine."""
    global state
    state = state * 48271 % 2147483647
    return state / 2147483647


def one_of(values):
    return values[int(draw() * len(values))]


# Code, pinyin, Chinese, how often by itself.
POINTS = [("GV20", "Baihui", "百会", .80), ("EX-HN3", "Yintang", "印堂", .18), ("PC6", "Neiguan", "内关", .5), ("HT7", "HT7", "神门（HT7）", .12), ("LR3", "Taichong", "太冲", .4),
          ("SP6", "Sanyinjiao", "三阴交", .45), ("LI4", "Hegu", "合谷", .1), ("ST36", "Zusanli", "足三里", .3), ("EX-HN1", "Sishencong", "四神聪", .25), ("GV24", "Shenting", "神庭", .2),
          ("BL15", "Xinshu", "心俞", .12), ("BL18", "Ganshu", "肝俞", .12), ("BL23", "Shenshu", "肾俞", .1), ("GB20", "Fengchi", "风池", .15), ("CV17", "Danzhong", "膻中", .1), ("GV26", "Shuigou", "水沟", .08)]
# The second goes with the first more often than by chance.
HABITS = [(0, 1, .75), (2, 3, .65), (4, 6, .55), (10, 11, .7)]


def points():
    chosen = {k for k, (_, _, _, share) in enumerate(POINTS) if draw() < share}
    for first, second, share in HABITS:
        if first in chosen and draw() < share:
            chosen.add(second)
    return sorted(chosen or {0})


def stated(value, share):
    return value if draw() < share else ""


def protocol(k, language):
    chinese = language == "zh"
    mode = one_of([("electro", "电针"), ("electro", "电针"), ("manual", "手针")])
    names = [POINTS[p][2] if chinese else POINTS[p][draw() < .4] for p in points()]
    electric = mode[0] == "electro"
    frequency = one_of(["2 Hz", "2/100 Hz", "2 Hz", "10 Hz", "2/15 Hz", "5:20 Hz"])
    weeks, per_week = one_of([4, 6, 8]), one_of([3, 5])
    return {
        "protocol": f"{'Z' if chinese else 'E'}{k:02d}", "source": f"{'模拟文献' if chinese else 'Simulated paper '}{k}",
        "title": f"{mode[1]}（模拟）" if chinese else f"{mode[0].capitalize()} acupuncture (SIMULATED)", "mode": mode[1] if chinese else mode[0],
        "points": ("、" if chinese else "; ").join(names), "side": stated("双侧" if chinese else "bilateral", .5), "style": stated("传统针灸" if chinese else "traditional Chinese acupuncture", .7),
        "rationale": stated("文献与临床经验" if chinese else "literature and experience", .6), "variation": stated("固定方案" if chinese else "fixed protocol", .4),
        "needles": stated(str(len(names) + 2), .45), "depth": stated("0.5-1寸" if chinese else "0.5-1 cun", .5), "deqi": stated("要求得气" if chinese else "sought", .65),
        "waveform": stated(one_of([("continuous", "连续波"), ("dense_disperse", "疏密波")])[chinese], .8) if electric else "", "frequency": stated(frequency, .9) if electric else "",
        "intensity": stated(one_of(["1-2 mA", "0.5-1 mA", "3 m", "1 mA"]), .6) if electric else "", "retention": stated(one_of(["30 min", "20 min", "30min"]), .85),
        "needle": stated("0.25×40 mm", .6), "sessions": stated(str(weeks * per_week), .7), "sessions_per_week": stated(str(per_week), .8), "weeks": str(weeks),
        "co_treatment": stated("氟西汀" if chinese else "fluoxetine", .35), "setting": stated("门诊" if chinese else "outpatients", .3),
        "practitioner": stated("执业医师" if chinese else "licensed, 5 years or more", .3), "comparator_rationale": stated("控制非特异效应" if chinese else "to control for unspecific effects", .35),
        "comparator": stated("假针" if chinese else "sham acupuncture", .8),
    }


ZH = dict(protocol="方案", source="文献", title="名称", mode="刺激方式", points="穴位", side="侧别", style="流派", rationale="选穴依据", variation="个体化程度", needles="进针数", depth="深度", deqi="得气",
          waveform="波形", frequency="频率", intensity="电流强度", retention="留针时间", needle="针具型号", sessions="总次数", sessions_per_week="每周次数", weeks="周数", co_treatment="联合治疗",
          setting="治疗环境", practitioner="操作者", comparator_rationale="对照依据", comparator="对照")
for language, first, last in (("en", 1, 14), ("zh", 15, 30)):
    rows = [protocol(k, language) for k in range(first, last + 1)]
    with open(os.path.join(HERE, f"protocols_{language}.csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([ZH[c] if language == "zh" else c for c in rows[0]])
        writer.writerows(r.values() for r in rows)
