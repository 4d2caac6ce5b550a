#!/usr/bin/env python3
"""question_25.py DATA-FOLDER ANSWER.csv: follows each row of question 25 into the file it names.

The line has the participant and the total, the file has the hash, and the mean of the rows is the number that they explain.
"""
import csv
import hashlib
import sys
from pathlib import Path


def main():
    folder, answer = Path(sys.argv[1]), sys.argv[2]
    rows = list(csv.DictReader(open(answer, encoding="utf-8")))
    for row in rows:
        bytes_ = (folder / row["file"]).read_bytes()
        cells = bytes_.decode("utf-8-sig").splitlines()[int(row["line"]) - 1].split(",")
        if hashlib.sha256(bytes_).hexdigest()[:12] != row["sha256"] or cells[0] != row["participant"] or cells[-2] != row["total"]:
            sys.exit(f"{row} does not lead to its line: {cells}")
    number = rows[0]["number"]
    mean = sum(float(row["total"]) for row in rows) / len(rows)
    if f"n = {len(rows)}:" not in number or abs(mean - float(number.rsplit(" ", 1)[1])) > 0.005 or len({row["number"] for row in rows}) != 1:
        sys.exit(f"{number} is not the mean of its {len(rows)} rows, {mean}")
    print(f"{number}, over {len({row['file'] for row in rows})} files")


main()
