#!/usr/bin/env python3
"""Queries made at random, evaluated by brute force: search_properties.py [SEED] on the database of PSYRAD_URL, which holds records already.

Every current record is folded by psyrad.text_fold and taken apart here, without the index: words, hyphenated words as one, runs of Chinese
characters.  For each random expression of words, phrases, beginnings, Chinese strings, fields, years, AND, OR, NOT the records that fit are found by going
through all of them, and must be those that evidence.matching_records finds, which must be those that evidence.find_records shows, each cluster once.
"""
import json, os, random, re, subprocess, sys

HAN = '\u3400-\u4dbf\u4e00-\u9fff'
LETTER = f'[^\\W\\d_{HAN}]'
SEAM = '\ue000'


def sql(query, *values):
    command = ['psql', os.environ['PSYRAD_URL'], '-XAtq', '-v', 'ON_ERROR_STOP=1']
    for k, value in enumerate(values):
        command += ['-v', f'v{k}={value}']
    return subprocess.run(command, input=query, capture_output=True, text=True, check=True).stdout


def take_apart(folded):
    """The row of units (a word, or a Chinese character) with None where a blank breaks a run, and the words that hyphens join."""
    row, joined = [], set()
    for piece in re.findall(f'[{HAN}]+|[^ {HAN}]+', folded):
        if re.match(f'[{HAN}]', piece):
            row += list(piece)
        else:
            parts = [p for p in piece.split(SEAM) if p]
            row += parts
            if len(parts) > 1:
                joined.add(''.join(parts))
    return row, joined


class Record:
    def __init__(self, line):
        r = json.loads(line)
        self.id, self.cluster, self.year, self.database = r['id'], r['cluster'], r['year'], r['database']
        # Runs of Chinese characters end at blanks: kept by a blank between them.
        self.fields = {name: [take_apart(t) for t in texts] for name, texts in r['fields'].items()}
        self.strings = {name: [t.replace(SEAM, ' ') for t in texts] for name, texts in r['fields'].items()}
        self.words = {name: {u for row, joined in parts for u in row} | {w for _, joined in parts for w in joined} for name, parts in self.fields.items()}

    def has(self, kind, value, field):
        names = [field] if field else ['ti', 'ab', 'kw']
        if kind == 'word':
            return any(value in self.words[n] for n in names)
        if kind == 'begin':
            return any(w.startswith(value) for n in names for w in self.words[n])
        if kind == 'phrase':
            return any(row[k:k + len(value)] == value for n in names for row, _ in self.fields[n] for k in range(len(row)))
        if kind == 'chinese':
            return any(value in s for n in names for s in self.strings[n])
        if kind == 'year':
            return self.year is not None and value[0] <= self.year <= value[1]
        return self.database == value


def leaf(rng, records):
    field = rng.choice(['', '', '', 'ti', 'ab', 'kw'])
    r = rng.choice(records)
    rows = [row for n in ([field] if field else ['ti', 'ab', 'kw']) for row, _ in r.fields[n] if len(row) > 3]
    if not rows or rng.random() < 0.1:
        if rng.random() < 0.5 and r.database:
            return f'db:"{r.database}"', ('db', r.database, '')
        a = rng.randint(1990, 2020)
        b = a + rng.randint(0, 12)
        return f'yr:{a}-{b}', ('year', (a, b), '')
    row = rng.choice(rows)
    k = rng.randrange(len(row) - 2)
    unit = row[k]
    prefix = field + ':' if field else ''
    if re.match(f'[{HAN}]', unit):
        run = []
        for u in row[k:k + rng.randint(1, 5)]:
            if not re.match(f'[{HAN}]', u):
                break
            run.append(u)
        return prefix + ''.join(run), ('chinese', ''.join(run), field)
    if not re.fullmatch('[a-z]+', unit):
        return leaf(rng, records)
    kind = rng.choice(['word', 'begin', 'phrase'])
    if kind == 'word':
        return f'{prefix}"{unit}"', ('word', unit, field)
    if kind == 'begin' and len(unit) > 3:
        cut = unit[:rng.randint(2, len(unit) - 1)]
        return f'{prefix}{cut}*', ('begin', cut, field)
    phrase = []
    for u in row[k:k + rng.randint(2, 4)]:
        if not re.fullmatch('[a-z]+', u):
            break
        phrase.append(u)
    return f'{prefix}"{" ".join(phrase)}"', ('phrase', phrase, field)


def expression(rng, records, depth):
    """(text, function of a record)"""
    if depth == 0 or rng.random() < 0.25:
        text, (kind, value, field) = leaf(rng, records)
        return text, lambda r: r.has(kind, value, field)
    operator = rng.choice(['AND', 'AND', 'OR', 'NOT', ''])
    left, f = expression(rng, records, depth - 1)
    right, g = expression(rng, records, depth - 1)
    if operator == 'OR':
        return f'({left} OR {right})', lambda r: f(r) or g(r)
    if operator == 'NOT':
        return f'({left} NOT {right})', lambda r: f(r) and not g(r)
    return f'({left} {operator} {right})', lambda r: f(r) and g(r)


SEAMED = rf"regexp_replace(%s, '(?<=[^\W\d_{HAN}])[-‐‑–－](?:[ \r]*\n\s*)?(?=[^\W_{HAN}])', '{SEAM}', 'g')"
RECORDS = f"""
SELECT jsonb_build_object('id', s.source_record_id, 'cluster', evidence.report_of(s.source_record_id), 'year', s.year, 'database', s.database, 'fields', jsonb_build_object(
	'ti', (SELECT coalesce(jsonb_agg(psyrad.text_fold({SEAMED % 't'})), '[]') FROM unnest(ARRAY[s.title, s.title_translated, s.title_original]) t WHERE t IS NOT NULL),
	'ab', (SELECT coalesce(jsonb_agg(psyrad.text_fold({SEAMED % 't'})), '[]') FROM unnest(ARRAY[s.abstract, s.abstract_translated]) t WHERE t IS NOT NULL),
	'kw', (SELECT coalesce(jsonb_agg(psyrad.text_fold({SEAMED % 't'})), '[]') FROM jsonb_array_elements_text(coalesce(s.keywords, '[]') || coalesce(s.mesh, '[]')) t)))
FROM evidence.current_record s ORDER BY s.source_record_id"""


def main():
    rng = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 8)
    records = [Record(line) for line in sql(RECORDS).splitlines()]
    queries = [expression(rng, records, rng.randint(0, 3)) for _ in range(int(os.environ.get('QUERIES', 80)))]
    script = ''.join("SELECT coalesce(jsonb_agg(m ORDER BY m), '[]'), (SELECT coalesce(jsonb_agg(f.cluster_id ORDER BY f.cluster_id), '[]') FROM evidence.find_records($q${0}$q$, NULL) f) "
                     "FROM evidence.matching_records($q${0}$q$) m;\n".format(text) for text, _ in queries)
    found = [line.split('|') for line in sql(script).splitlines()]
    assert len(found) == len(queries)
    some = wrong = 0
    for (text, fits), (ids, clusters) in zip(queries, found):
        expected = [r.id for r in records if fits(r)]
        reports = sorted({r.cluster for r in records if fits(r)})
        some += 0 < len(expected) < len(records)
        if json.loads(ids) != expected or json.loads(clusters) != reports:
            wrong += 1
            print('query', text, '\n  only brute force', sorted(set(expected) - set(json.loads(ids)))[:5], 'only the index', sorted(set(json.loads(ids)) - set(expected))[:5])
    print(f'{len(queries)} queries over {len(records)} records, {some} of them neither empty nor all, {wrong} wrong')
    sys.exit(wrong > 0 or 2 * some < len(queries))


main()
