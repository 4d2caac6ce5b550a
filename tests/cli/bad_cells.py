"""bad_cells.py protocols|sessions SHEET EXPECTED - a sheet with 200 bad cells, one in every second row, and the rejects that it must
leave: line, column, number of the column, code and the raw text (the record; of points what was not resolved).  The same every time: the n-th bad cell is the n-th of a list that is gone
through again and again.  The rows between are good.  A cell of points keeps its row; any other bad cell costs the row.  Prints the keys
of the rows that must be there."""
import csv
import io
import sys

POINTS = [("Nowhere Point", "unknown_acupoint"), ("Shenmen", "ambiguous_acupoint"), ("GV20 (GV24)", "ambiguous_acupoint"), ("BL31-BL34", "unknown_acupoint"),
          ("2 cm lateral to ST36", "unknown_acupoint"), ("LU12", "unknown_acupoint"), ("三里", "ambiguous_acupoint"), ("非穴位点", "unknown_acupoint")]
KINDS = {
    "protocols": (
        {"protocol": "P{n}", "mode": "EA", "waveform": "连续波", "deqi": "yes", "sham_type": "", "frequency": "2 Hz", "points": "GV20, 印堂"},
        [("protocol", "", "missing_protocol"), ("mode", "magic", "unknown_word"), ("mode", "电真", "unknown_word"), ("waveform", "square?", "unknown_word"),
         ("deqi", "perhaps", "unknown_word"), ("deqi", "2", "unknown_word"), ("sham_type", "none of these", "unknown_word"), ("protocol", "P1", "duplicate_row")]),
    "sessions": (
        {"participant_id": "P01", "session_number": "{n}", "day": "{n}", "points": "GV20", "minutes": "30", "intensity_ma": "1.5", "deqi_score": "5"},
        [("participant_id", "P99", "unknown_participant"), ("session_number", "0", "bad_number"), ("session_number", "1.5", "bad_number"),
         ("session_number", "x", "bad_number"), ("day", "99999", "bad_number"), ("day", "Monday", "bad_number"), ("minutes", "1441", "out_of_range"),
         ("minutes", "-1", "out_of_range"), ("minutes", "half an hour", "bad_number"), ("minutes", "1e400", "bad_number"), ("intensity_ma", "101", "out_of_range"),
         ("intensity_ma", "inf", "bad_number"), ("intensity_ma", "1.2.3", "bad_number"), ("deqi_score", "-0.5", "out_of_range"), ("deqi_score", "++", "bad_number")]),
}


def line_of(cells):
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def main(kind, sheet, expected):
    good, bad = KINDS[kind]
    columns = list(good)
    bad = bad + [("points", text, code) for text, code in POINTS]
    lines, rejects = [line_of(columns)], []
    for n in range(1, 401):
        lost = False
        row = {column: value.format(n=n) for column, value in good.items()}
        if n % 2 == 0:
            column, text, code = bad[(n // 2 - 1) % len(bad)]
            row[column] = text
            lost = column != "points"
            number = columns.index(column) + 1
            rejects.append((len(lines) + 1, *(("-", "-") if code == "duplicate_row" else (column, number)), code,
                            text if column == "points" else line_of(row.values())))
        lines.append(line_of(row.values()))
        if not lost:
            print(row["protocol" if kind == "protocols" else "session_number"])
    open(sheet, "w", encoding="utf-8").write("\n".join(lines) + "\n")
    with open(expected, "w", encoding="utf-8") as out:
        for line, column, number, code, text in rejects:
            print(line, column, number, code, text, sep="|", file=out)


main(*sys.argv[1:])
