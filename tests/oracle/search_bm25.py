#!/usr/bin/env python3
"""BM25 of a small bilingual library, independent of the warehouse: python3 tests/oracle/search_bm25.py > tests/golden/literature/search_bm25.csv

Needs snowballstemmer 2.2.0 (pure Python).  Its terms: words by Porter2 (Snowball english), of runs of Chinese characters each two neighbours;
the length of a record is its words and Chinese characters.  BM25 as Robertson & Zaragoza (2009) have it, k1 = 1.2, b = 0.75, with
idf = ln(1 + (N - n + 1/2) / (n + 1/2)).
"""
import csv, math, re, sys, unicodedata
import snowballstemmer

stem = snowballstemmer.stemmer('english').stemWord
HAN = '\u3400-\u4dbf\u4e00-\u9fff'

def terms(text):
    """(stems and pairs, length)"""
    text = unicodedata.normalize('NFKC', text).casefold()
    found, length = [], 0
    for piece in re.findall(rf'[{HAN}]+|[^\W_{HAN}]+', text):
        if re.match(f'[{HAN}]', piece):
            length += len(piece)
            found += [piece[k:k + 2] for k in range(len(piece) - 1)]
        else:
            length += 1
            found.append('.' + stem(piece))
    return found, length

def main():
    library = list(csv.DictReader(open('tests/golden/literature/search_library.csv', encoding='utf-8')))
    documents = [terms('\n'.join([r['title'], r['title_translated'], r['abstract']])) for r in library]
    n, mean = len(documents), sum(length for _, length in documents) / len(documents)
    out = csv.writer(sys.stdout, lineterminator='\n')
    out.writerow(['query', 'record', 'score'])
    for query in ['depression', 'electroacupuncture depressed', 'hippocampus', '抑郁症', '针刺 depression', 'functional connectivity resting', 'the', '脑网络', 'trials of acupuncture']:
        wanted = sorted(set(terms(query)[0]))
        rows = []
        for record, (found, length) in zip(library, documents):
            if not all(w in found for w in wanted):
                continue
            score = 0.0
            for w in wanted:
                df = sum(w in other for other, _ in documents)
                tf = found.count(w)
                score += math.log(1 + (n - df + 0.5) / (df + 0.5)) * (tf * 2.2) / (tf + 1.2 * (0.25 + 0.75 * length / mean))
            rows.append((-score, int(record['key'])))
        for score, key in sorted(rows):
            out.writerow([query, key, repr(-score)])

main()
