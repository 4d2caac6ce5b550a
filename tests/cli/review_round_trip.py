"""review_round_trip.py FOLDER URL: every cell of every sheet of the folder against evidence.review_sheet of the only review there.

What a cell states is what SQL returns; what it does not state is null.  Prints sheet, rows and cells; exits 1 at any difference.
The same sheet's rows are matched by their line, so that a row that was lost, doubled or moved is one too.
"""
import csv
import json
import pathlib
import subprocess
import sys

UNSTATED = {'', 'n/a', 'not stated', 'not stated in seed'}


def lines(path):
    """Rows with the physical line that each begins on."""
    with open(path, encoding='utf-8-sig', newline='') as file:
        reader = csv.reader(file)
        header = next(reader)
        begin = reader.line_num + 1
        for row in reader:
            yield begin, dict(zip(header, row, strict=True))
            begin = reader.line_num + 1


def stored(url, sheet):
    query = f"SELECT coalesce(json_agg(json_build_array(s.line, s.cells) ORDER BY s.line), '[]') FROM evidence.review_sheet(NULL, '{sheet}') s"
    return json.loads(subprocess.run(['psql', url, '-XAtqc', query], check=True, capture_output=True, text=True).stdout)


def compare(url, path):
    found = {line: cells for line, cells in stored(url, path.stem)}
    expected = dict(lines(path))
    wrong = cells = 0
    if found.keys() != expected.keys():
        print(f'{path.stem}: lines {sorted(found.keys() ^ expected.keys())} are on one side only')
        wrong += 1
    for line in found.keys() & expected.keys():
        if found[line].keys() != expected[line].keys():
            print(f'{path.stem} line {line}: columns {sorted(found[line].keys() ^ expected[line].keys())} are on one side only')
            wrong += 1
        for column, cell in expected[line].items():
            cells += 1
            stated = None if cell.strip() in UNSTATED else cell.strip()
            if found[line].get(column) != stated:
                print(f'{path.stem} line {line} {column}: {stated!r} is stored as {found[line].get(column)!r}')
                wrong += 1
    print(path.stem, len(expected), cells)
    return wrong


folder, url = pathlib.Path(sys.argv[1]), sys.argv[2]
wrong = sum(compare(url, path) for path in sorted(folder.glob('*.csv')))
document = stored(url, 'search_strategy')[0][1]
wrong += document != json.loads((folder / 'search_strategy.json').read_text(encoding='utf-8'))
sys.exit(wrong > 0)
