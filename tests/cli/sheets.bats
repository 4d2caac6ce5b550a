# Workbooks (.xlsx) and SPSS files (.sav): what people see in them is what is loaded.
load cases.bash

workbook() { "$top/tests/cli/make_workbook" scores.xlsx; }
loaded() { q "SELECT k.label, s.session, s.total, s.line FROM clinical.score s JOIN clinical.subject_key k USING (subject_id) ORDER BY 1, 2"; }
rejected() { q "SELECT line, column_name, column_number, code, message FROM ingest.reject ORDER BY line, column_number"; }

@test "a Chinese sheet with a title, a header of two rows and merged cells" {
	workbook <<-'JSON'
		{"sheets": [{"name": "说明", "rows": []}, {"name": "评分", "merges": ["A1:E1", "A2:A3", "B2:C2", "D2:E2"], "rows": [
			[{"shared": "汉密尔顿抑郁量表"}], ["受试者编号", "第0周", null, "第8周"], [null, "总分", "评定者", {"runs": ["总", "分"], "guide": "zong"}, "备注"],
			["P01", 24, "r1", 12.0], null, [{"shared": " P02　"}, 0.30000000000000004, null, 10.5]]}]}
	JSON
	scores scores.xlsx; exits 0
	is 'scores: 1 file, 4 read, 4 loaded, 0 unchanged, 0 rejected' "$output"
	is 'P01|post|12|4
P01|pre|24|4
P02|post|10.5|6
P02|pre|0.3|6' "$(loaded)"
}

@test "numbers that Excel turned into dates, errors and formulas without a value are reported by cell" {
	workbook <<-'JSON'
		{"sheets": [{"name": "S", "rows": [["participant_id", "week", "total"], ["P01", 0, {"date": 45356}], ["P02", 0, {"date": 45356, "style": 2}],
			["P03", 0, {"error": "#DIV/0!"}], ["P04", 0, {"formula": "SUM(A1:B1)"}], ["P05", 0, "１８"], ["P06", 0, {"date": 17, "style": 3}], ["P01", 8, {"formula": "10+2", "value": 12}]]}]}
	JSON
	scores scores.xlsx; exits 1
	has '7 read, 2 loaded, 0 unchanged, 5 rejected'
	is '2|total|3|bad_number|found 2024-03-05: a date (a spreadsheet may have turned a number into one); expected a number
3|total|3|bad_number|found 2024-03-05: a date (a spreadsheet may have turned a number into one); expected a number
4|total|3|bad_number|found #DIV/0!: not a number
5|total|3|bad_number|found =SUM(A1:B1): not a number
6|total|3|bad_number|found １８: full-width characters; expected a number in plain digits' "$(rejected)"
	is 'P01|post|12|8
P06|pre|17|7' "$(loaded)"
}

@test "cells merged down the rows count for each of them" {
	workbook <<-'JSON'
		{"sheets": [{"name": "S", "merges": ["A2:A4"], "rows": [["participant_id", "week", "total"], ["P01", 0, 20], [null, 4, 15], [null, 8, 9], [null, 0, 3]]}]}
	JSON
	scores scores.xlsx; exits 1
	is 'P01|post|9|4
P01|pre|20|2
P01|w4|15|3' "$(loaded)"
	is '5|participant_id|1|missing_participant|empty; expected the participant'"'"'s study code' "$(rejected)"
}

@test "cells merged across the columns of a record give no column another's number" {
	workbook <<-'JSON'
		{"sheets": [{"name": "S", "merges": ["B2:C2", "C3:D3", "A4:A5"], "rows": [["participant_id", "week", "total", "rater"], ["P01", 0, null, "R1"], ["P02", 0, 20, null], ["P03", 0, 21, "R1"], [null, 8, 9, "R1"]]}]}
	JSON
	scores scores.xlsx; exits 1; has '4 read, 2 loaded, 0 unchanged, 2 rejected'
	is '2|total|3|bad_number|found (merged with B2): not a number
3|rater|4|bad_rater|not a rater'"'"'s code; expected 1 to 31 letters, digits, '"'-', '_' or '.', never a name" "$(rejected)"
	is 'P03|post|9|5
P03|pre|21|4' "$(loaded)"
}

@test "of several sheets with content one is chosen by name or number, never guessed; hidden ones are not looked at" {
	workbook <<-'JSON'
		{"sheets": [{"name": "week 0", "rows": [["participant_id", "total"], ["P01", 20]]}, {"name": "week 8", "rows": [["participant_id", "total"], ["P01", 9]]},
			{"name": "names", "state": "hidden", "rows": [["x", "y"]]}]}
	JSON
	scores scores.xlsx --session pre; exits 1
	has 'the workbook has 2 sheets with content: week 0, week 8'; has 'say which with --sheet NAME'
	scores scores.xlsx --session pre --sheet 'week 0'; exits 0
	scores scores.xlsx --session post --sheet 2; exits 0
	is 'P01|post|9|2
P01|pre|20|2' "$(loaded)"
	scores scores.xlsx --session w4 --sheet 'week 4'; exits 1
	has '--sheet week 4: the workbook has no such sheet; its sheets are week 0, week 8, names'
	printf 'participant_id,week,total\nP01,0,20\n' >scores.csv
	scores scores.csv --sheet 1; exits 1; has '--sheet: the file is no .xlsx workbook'
}

@test "dates of 1904 and of the day that never was" {
	workbook <<-'JSON'
		{"date1904": true, "prefix": "x:", "sheets": [{"name": "S", "rows": [["participant_id", "week", "total"], ["P01", 0, {"date": 0}], ["P02", 0, {"date": 1.5}]]}]}
	JSON
	scores scores.xlsx; exits 1
	is '1904-01-01
1904-01-02 12:00:00' "$(q "SELECT substring(message FROM 'found (.*): a date') FROM ingest.reject ORDER BY line")"
	workbook <<-'JSON'
		{"sheets": [{"name": "S", "rows": [["participant_id", "week", "total"], ["P01", 0, {"date": 59}], ["P02", 0, {"date": 61}], ["P03", 0, {"date": 1}]]}]}
	JSON
	scores scores.xlsx; exits 1
	is '1900-02-28
1900-03-01
1900-01-01' "$(q "SELECT substring(message FROM 'found (.*): a date') FROM ingest.reject ORDER BY file_id DESC, line LIMIT 3")"
}

@test "what is no workbook, or none that may be trusted, is refused by name" {
	printf '\320\317\021\340\241\261\032\341old' >scores.xls; scores scores.xls; exits 1; has 'an old Excel workbook (.xls)'
	printf '%%PDF-1.4' >scores.pdf; scores scores.pdf; exits 1; has 'a PDF document'
	workbook <<<'{"sheets": [{"name": "S", "rows": [["participant_id", "week", "total"], ["P01", 0, 20]]}]}'
	head -c 700 scores.xlsx >cut.xlsx; scores cut.xlsx; exits 1; has 'a damaged ZIP archive'
	workbook <<<'{"sheets": [{"name": "S", "rows": [["participant_id"]]}], "parts": {"xl/workbook.xml": null}}'; scores scores.xlsx; exits 1; has 'not an .xlsx workbook'
	workbook <<<'{"sheets": [{"name": "S", "rows": [["participant_id", "week", "total"], ["P01", 0, 20]]}], "parts": {"xl/worksheets/sheet1.xml": "<!DOCTYPE x [<!ENTITY a \"b\">]><worksheet>&a;</worksheet>"}}'
	scores scores.xlsx; exits 1; has 'declares a document type'
	workbook <<<'{"sheets": [{"name": "S", "rows": [["participant_id", "week", "total"], ["P01", 0, 20]]}], "parts": {"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row><c><v>1</v>"}}'
	scores scores.xlsx; exits 1; has 'is not well-formed XML'
	workbook <<<'{"sheets": [{"name": "S", "rows": []}]}'; scores scores.xlsx; exits 1; has 'no visible sheet of the workbook holds anything'
	is 0 "$(q 'SELECT count(*) FROM clinical.score')"
}

@test "a column that names a person is no more loaded from a sheet than from a text" {
	workbook <<<'{"sheets": [{"name": "S", "rows": [["姓名", "total"], ["王某", 20]]}]}'
	scores scores.xlsx --session pre; exits 1; has 'names a person directly'
}

@test "SPSS: codes, declared missing values and dates; labels when asked for" {
	cp "$top/tests/fuzz/seeds/sav/labels.sav" scores.sav
	scores scores.sav; exits 0
	is 'P01|pre|24|1' "$(loaded)"
	head -c 500 scores.sav >cut.sav; scores cut.sav; exits 1; has 'not a whole SPSS file'
	printf 'participant_id,week,total\nP01,0,20\n' >scores.csv; scores scores.csv --labels; exits 1; has '--labels: the file is no SPSS file'
}
