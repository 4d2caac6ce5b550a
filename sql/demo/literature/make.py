#!/usr/bin/env python3
"""Writes the SIMULATED literature of the demo into this folder: python3 sql/demo/literature/make.py

24 reports as three databases would export them: PubMed (NBIB) 1-12, Embase (RIS) 5-16, CNKI (RefWorks) 9-12 in Chinese and 17-24.
reports.tsv says what was planted; decisions.csv what two made-up screeners decided, with conflicts.
"""
import csv, os

os.chdir(os.path.dirname(os.path.abspath(__file__)))
EN = ['Psychoradiology of depression treated with acupuncture', 'Hippocampal volume in depression', 'Resting-state fMRI of major depression under electroacupuncture', 'Default mode network in late-life depression',
      'Acupuncture at Baihui (GV20) for depression: a randomised trial', 'Psychoradiology and depression: a narrative review', 'Transcutaneous vagus nerve stimulation and the insula', 'Amygdala connectivity after electroacupuncture',
      'Electroacupuncture at Baihui and Yintang changes hippocampal connectivity in depression', 'Acupuncture and moxibustion for depression: psychoradiology of the reward network', 'Diffusion tensor imaging of the corpus callosum in depression',
      'Scalp electroacupuncture for post-stroke depression: glucose metabolism', 'Psychoradiology of schizophrenia', 'Sham needles in trials of acupuncture for depression', 'Cerebellum and depression: a meta-analysis', 'Fluoxetine and the prefrontal cortex']
ZH = {9: '电针百会印堂对抑郁症患者海马功能连接的影响', 10: '针灸治疗抑郁症的精神影像学研究:奖赏网络', 11: '抑郁症胼胝体的弥散张量成像研究', 12: '头皮电针治疗卒中后抑郁:葡萄糖代谢', 17: '精神影像学在抑郁症针灸研究中的应用',
      18: '抑郁症的精神影像学进展', 19: '针灸治疗失眠的临床观察', 20: '百会穴针刺与默认网络', 21: '精神影像学与抑郁症诊断', 22: '抑郁症患者的脑网络', 23: '精神影像学概念及其发展', 24: '针灸结合药物治疗抑郁症的影像学研究'}
YEAR = {k: y for k, y in enumerate([2016, 2014, 2017, 2018, 2019, 2016, 2020, 2021, 2018, 2022, 2015, 2020, 2023, 2021, 2024, 2012, 2019, 2020, 2021, 2022, 2023, 2017, 2015, 2024], 1)}
NAMES = [('Li', 'Jing', '李晶'), ('Sun', 'Yang', '孙阳'), ('Wang', 'Fang', '王芳'), ('Zhao', 'Min', '赵敏'), ('Chen', 'Hao', '陈浩'), ('Wu', 'Lei', '吴磊')]

def people(k): return [NAMES[k % 6], NAMES[(k + 2) % 6], NAMES[(k // 6 + 3 * k) % 6]]
def doi(k): return f'10.99999/simulated.{k:02d}'
def place(k): return 10 + k, k % 12 + 1, 100 * k + 1, 100 * k + 9
def english(k): return f'SIMULATED {k}: {EN[k - 1]}'
def chinese(k): return f'模拟{k} SIMULATED {k} {ZH[k]}'
def abstract(k): return f'SIMULATED abstract of report {k}. {EN[k - 1]}. Made by a program.'

with open('pubmed.nbib', 'w', encoding='utf-8') as f:
    for k in range(1, 13):
        v, i, a, b = place(k)
        f.write(f'PMID- {99000000 + k}\nDP  - {YEAR[k]} Mar\nTI  - {english(k)}.\nPG  - {a}-{b}\nLID - {doi(k)} [doi]\nAB  - {abstract(k)}\n')
        for family, given, _ in people(k):
            f.write(f'FAU - {family}, {given}\nAU  - {family} {given[0]}\n')
        f.write(f'LA  - eng\nPT  - Journal Article\nTA  - J Simul\nJT  - Journal of Simulation\nVI  - {v}\nIP  - {i}\nSO  - J Simul. {YEAR[k]} Mar;{v}({i}):{a}-{b}.\n\n')
with open('embase.ris', 'w', encoding='utf-8') as f:
    for k in range(5, 17):
        v, i, a, b = place(k)
        f.write('TY  - JOUR\n' + ''.join(f'AU  - {family}, {given[0]}.\n' for family, given, _ in people(k)) + f'TI  - {english(k)}\nPY  - {YEAR[k]}\nJO  - Journal of Simulation\nVL  - {v}\nIS  - {i}\nSP  - {a}\nEP  - {b}\n'
                + (f'DO  - {doi(k)}\n' if k % 2 else '') + f'AB  - {abstract(k)}\nDB  - Embase\nER  - \n\n')
with open('cnki.txt', 'w', encoding='utf-8') as f:
    for k in [9, 10, 11, 12] + list(range(17, 25)):
        v, i, a, b = place(k)
        f.write(f'RT Journal Article\nSR 1\nA1 {";".join(zh for _, _, zh in people(k))}\nT1 {chinese(k)}\nJF 模拟杂志\nYR {YEAR[k]}\nIS {i:02d}\nvo {v}\nOP {a}-{b}\nK1 抑郁症;模拟\nAB 模拟摘要{k}:{ZH[k]}。由程序生成。\nSN 1000-0000\nDS CNKI\n'
                + (f'DO {doi(k)}\n' if k != 12 else '') + '\n')
with open('reports.tsv', 'w', encoding='utf-8', newline='') as f:
    w = csv.writer(f, delimiter='\t', lineterminator='\n')
    w.writerow(['report', 'databases', 'year', 'title_en', 'title_zh'])
    for k in range(1, 25):
        w.writerow([k, ';'.join(d for d, has in (('CNKI', k in ZH), ('Embase', 5 <= k <= 16), ('PubMed', k <= 12)) if has), YEAR[k], english(k) if k <= 16 else '', chinese(k) if k in ZH else ''])

# The first stage: two screeners on 1 to 20; they disagree on 3 (settled), 7 and 14; full text of what both take.
included = {1, 5, 6, 8, 9, 10, 12, 17, 18, 20}
unlike = {3: ('include', 'exclude'), 7: ('exclude', 'include'), 14: ('unsure', 'exclude')}
full = {1: None, 5: None, 6: 'review', 8: None, 9: None, 10: None, 12: 'population', 17: 'review', 3: None}
with open('decisions.csv', 'w', encoding='utf-8', newline='') as f:
    w = csv.writer(f, lineterminator='\n')
    w.writerow(['title', 'year', 'stage', 'screener', 'decision', 'reason', 'decided_at', 'consensus'])
    name = lambda k: english(k) if k <= 16 else chinese(k)
    for k in range(1, 21):
        for s, who in enumerate(('sim-li', 'sim-wu')):
            said = unlike[k][s] if k in unlike else 'include' if k in included else 'exclude'
            w.writerow([name(k), YEAR[k], 'title_abstract', who, said, '', f'2026-02-{k:02d}', ''])
    w.writerow([name(3), YEAR[3], 'title_abstract', 'sim-he', 'include', '', '2026-03-01', 'yes'])
    for k, reason in sorted(full.items()):
        for s, who in enumerate(('sim-li', 'sim-wu')):
            if k == 10 and s == 1:
                continue
            reason_here = 'design' if k == 12 and s == 1 else reason
            w.writerow([name(k), YEAR[k], 'full_text', who, 'exclude' if reason_here else 'include', reason_here or '', f'2026-04-{k:02d}', ''])
