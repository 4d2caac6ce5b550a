#!/usr/bin/env python3
"""literature.py URL FOLDER: questions 18 to 21 on the demo, against what follows from the planted files alone.

FOLDER: sql/demo/literature.  Flow, kappa (with the interval of Fleiss, Cohen and Everitt 1969) and the search strings are worked out here again, in Python and without
the warehouse: reports.tsv says which report is in which database, decisions.csv who decided what.
"""
import csv, io, json, math, os, re, subprocess, sys

url, folder = sys.argv[1:3]
here = os.path.dirname(os.path.abspath(__file__))
REVIEW = 'simulated-screening'


def ask(number):
    name = next(f for f in sorted(os.listdir(f'{here}/../../sql/questions')) if f.startswith(f'{number}_'))
    text = subprocess.run(['psql', url, '-Xq', '--csv', '-v', 'ON_ERROR_STOP=1', '-f', f'{here}/../../sql/questions/{name}'], capture_output=True, text=True, check=True).stdout
    rows = [r for r in csv.DictReader(io.StringIO(text)) if r.get('review', REVIEW) == REVIEW]
    assert rows and all(r['data'] == 'SIMULATED' for r in rows if 'SIMULATED' in str(r)), f'question {number} has rows that do not say SIMULATED'
    return rows


wrong = []


def expect(what, found, expected):
    if found != expected:
        wrong.append(f'{what}: found {found}, expected {expected}')


reports = {int(r['report']): r for r in csv.DictReader(open(f'{folder}/reports.tsv', encoding='utf-8'), delimiter='\t')}
databases = {k: r['databases'].split(';') for k, r in reports.items()}
number = lambda title: int(re.search('SIMULATED ([0-9]+)', title)[1])
decisions = [dict(d, report=number(d['title'])) for d in csv.DictReader(open(f'{folder}/decisions.csv', encoding='utf-8'))]


def outcome(k, stage):
    """(decision or None, reasons that differ)"""
    agreed = [d for d in decisions if d['report'] == k and d['stage'] == stage and d['consensus']]
    own = [d for d in decisions if d['report'] == k and d['stage'] == stage and not d['consensus']]
    if agreed:
        return agreed[-1]['decision'], False
    said = {d['decision'] for d in own}
    if len(own) >= 2 and len(said) == 1 and said != {'unsure'}:
        return said.pop(), len({d['reason'] for d in own}) > 1
    return None, False


# ---- 18
flow = {}
count = lambda box, k, n=1: flow.__setitem__(box, flow.get(box, 0) + n)
for k in reports:
    count('identified', k, len(databases[k]))
    count('duplicates', k, len(databases[k]) - 1)
    first = outcome(k, 'title_abstract')[0]
    if first is None:
        count('awaiting', k)
        continue
    count('screened', k)
    if first == 'exclude':
        count('excluded', k)
        continue
    count('sought', k)
    second = outcome(k, 'full_text')[0]
    if second is None:
        count('waiting', k)
    else:
        count('assessed', k)
        count('new' if second == 'include' else 'out', k)
asked = ask(18)
box = {}
for r in asked:
    box.setdefault(r['box'], r['n'])
for name, label in [('identified', 'Records identified from databases and registers'), ('duplicates', 'Duplicate records removed before screening'), ('awaiting', 'Records awaiting screening or a consensus'),
                    ('screened', 'Records screened'), ('excluded', 'Records excluded'), ('sought', 'Reports sought for retrieval'), ('assessed', 'Reports assessed for eligibility'), ('out', 'Reports excluded'), ('new', 'Reports of new included studies')]:
    expect(f'18: {label}', box[label], str(flow[name]))
expect('18: awaiting full text or retrieval', int(box['Reports awaiting retrieval']) + int(box['Reports awaiting assessment or a consensus']), flow['waiting'])
expect('18: studies are unknown, since nobody said which study a report is of', box['New studies included in review'], '?')
by_database = {d: sum(d in databases[k] for k in reports) for d in ('CNKI', 'Embase', 'PubMed')}
expect('18: by database', next(r['by_database'] for r in asked if r['box'] == 'Records identified from databases'), ', '.join(f'{d} {n}' for d, n in sorted(by_database.items())))
expect('18: identities', {r['adds_up'] for r in asked if r['adds_up']}, {'t'})
expect('18: sums of by_database', [r['box'] for r in asked if r['by_database'] and sum(int(p.split()[-1]) for p in r['by_database'].split(', ')) != int(r['n'])], [])
clusters = next(r['clusters'] for r in asked if r['clusters']).split('; ')
expect('18: clusters', sorted(len(c.split('=')) for c in clusters), sorted(len(d) for d in databases.values() if len(d) > 1))

# ---- 19
for r in ask(19):
    by = {}
    for d in decisions:
        if d['stage'] == r['stage'] and not d['consensus']:
            by.setdefault(d['report'], {})[d['screener']] = d['decision']
    both = [v for v in by.values() if len(v) == 2]
    n = len(both)
    kinds = sorted({d for v in both for d in v.values()})
    p = {(a, b): sum(v['sim-li'] == a and v['sim-wu'] == b for v in both) / n for a in kinds for b in kinds}
    row = {a: sum(p[a, b] for b in kinds) for a in kinds}
    column = {b: sum(p[a, b] for a in kinds) for b in kinds}
    po, pe = sum(p[a, a] for a in kinds), sum(row[a] * column[a] for a in kinds)
    kappa = (po - pe) / (1 - pe)
    variance = (sum(p[a, a] * ((1 - pe) - (row[a] + column[a]) * (1 - po)) ** 2 for a in kinds)
                + (1 - po) ** 2 * sum(p[a, b] * (column[a] + row[b]) ** 2 for a in kinds for b in kinds if a != b) - (po * pe - 2 * pe + po) ** 2) / (n * (1 - pe) ** 4)
    half = 1.959963984540054 * math.sqrt(max(variance, 0))
    expect(f"19: {r['stage']}", (int(r['n']), int(r['n_one']), r['kappa'], r['ci']), (n, len(by) - n, f'{kappa:.3f}', f'[{kappa - half:.3f}, {kappa + half:.3f}]'))
    unsettled = {k for k in reports if len({(d['decision'], d['reason']) for d in decisions if d['report'] == k and d['stage'] == r['stage'] and not d['consensus']}) > 1
                 and not any(d['report'] == k and d['stage'] == r['stage'] and d['consensus'] for d in decisions)}
    expect(f"19: conflicts at {r['stage']}", (int(r['conflicts']), {number(t) for t in r['open'].split('; ')}), (len(unsettled), unsettled))

# ---- 20
pairs = {(number(r['title_zh']), number(r['title_en']), r['database_en']) for r in ask(20) if r['data'] == 'SIMULATED'}
expect('20: pairs', pairs, {(k, k, d) for k in reports if 'CNKI' in databases[k] for d in databases[k] if d != 'CNKI'})
expect('20: every pair has a reason and a confidence, or a third record', [r for r in ask(20) if r['database_en'] == 'PubMed' and not (r['rule'] and 0 < float(r['confidence']) <= 1)], [])

# ---- 21
strategies = {s['language']: s['strings'] for s in json.load(open(f'{folder}/review.json', encoding='utf-8'))['strategies']}


def fits(text, string):
    return all(re.search(rf'\b{t[:-1]}' if t.endswith('*') else rf'\b{t}\b' if t.isascii() else t, text, re.I) for t in re.split(r'\s*AND\s*', string))


texts = {'PubMed': {}, 'Embase': {}, 'CNKI': {}}
for k, r in reports.items():
    for d in databases[k]:
        texts[d][k] = r['title_zh'] if d == 'CNKI' else r['title_en']
for r in ask(21):
    d = r['database']
    years = {k for k in texts[d] if 2016 <= int(reports[k]['year']) <= 2023}
    zh, en = ({k for k in years if any(fits(texts[d][k], s) for s in strategies[language])} for language in ('zh', 'en'))
    screened = {x['report'] for x in decisions if x['stage'] == 'title_abstract'}
    expect(f'21: {d}', tuple(int(r[c]) for c in ('records', 'of_years', 'zh', 'en', 'both', 'not_screened')), (len(texts[d]), len(years), len(zh), len(en), len(zh & en), len((zh | en) - screened)))
expect('21: databases', len(ask(21)), 3)

print('\n'.join(wrong) or f'questions 18 to 21 on {len(reports)} simulated reports, {len(decisions)} decisions')
sys.exit(bool(wrong))
