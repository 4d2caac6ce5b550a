# Blank sheets of ratings: filled, they load without a mapping, in either language.
load cases.bash

sheet() { psyrad template scores --instrument HAMD-17 "$@"; }

@test "a blank sheet of a study, filled, loads in both languages without an option but the study" {
	for lang in en zh; do
		sheet --lang $lang --study t >blank.csv
		is 25 "$(wc -l <blank.csv)"
		python3 - <<-'PY'
			import csv
			rows = list(csv.reader(open('blank.csv', encoding='utf-8-sig', newline='')))
			for i, row in enumerate(rows[1:]):
			    if i % 2 == 0:
			        row[2], row[3] = str(int(row[1]) * 7 + 1), 'R1'
			        row[5:22] = ['1'] * 16 + [str(i % 3)]
			csv.writer(open('filled.csv', 'w', encoding='utf-8-sig', newline='')).writerows(rows)
		PY
		run psyrad ingest scores filled.csv --study t; exits 0; has '12 read'
		is '12|12|R1|HAMD-17' "$(q 'SELECT count(*), count(total), min(rater), min(instrument) FROM clinical.score')"
		is '1 29' "$(q "SELECT min(days_offset), max(days_offset) FROM clinical.visit" | tr '|' ' ')"
	done
}

@test "a blank sheet itself loads as no rating, and the codebook says range and missing of each column" {
	sheet >blank.csv; is 1 "$(wc -l <blank.csv)"; is $'\xef\xbb\xbf' "$(head -c 3 blank.csv)"
	sheet --study t >blank.csv
	run psyrad ingest scores blank.csv --study t; exits 0; has '0 read, 0 loaded'
	run sheet --codebook; exits 0
	has 'item1,条目1,depressed mood,抑郁情绪,0 to 4,empty or n/a'; has 'total,总分'; has '0 to 52'
	is "$(sheet | head -1 | tr ',' '\n' | wc -l)" "$(($(sheet --codebook | wc -l) - 1))"
}

@test "what a sheet is of is known or refused" {
	run psyrad template scores; exits 2
	run psyrad template scores --instrument SCL-90; exits 1; has 'SCL-90 is not known'; has 'HAMD-17'
	run psyrad template scores --instrument 汉密尔顿抑郁量表24项 --lang zh; exits 0; has '条目24'
	run psyrad template protocols --instrument HAMD-17; exits 2
}

# cells SHEET ROW: what the cells of a row of a workbook's sheet hold, one a line
part() { unzip -p "$1" "$2"; }

@test "a workbook: filled, it loads in both languages without an option but the study, from any suffix of capitals" {
	for lang in en zh; do
		sheet --lang $lang --study t --out blank-$lang.XLSX >out; is "blank-$lang.XLSX: 23 columns, 24 rows to fill" "$(cat out)"
		python3 - <<-'PY' | "$here/fill_workbook" blank-$lang.XLSX filled.xlsx
			import json
			letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
			edits = {}
			for row in range(2, 26, 2):
			    edits[f'C{row}'], edits[f'D{row}'] = 1 + row // 2, 'R1'
			    edits.update({f'{letters[5 + i]}{row}': 1 for i in range(17)})
			print(json.dumps(edits))
		PY
		run psyrad ingest scores filled.xlsx --study t; exits 0; has '12 read'
		is '12|204|R1|HAMD-17' "$(q 'SELECT count(*), sum(total), min(rater), min(instrument) FROM clinical.score')"
	done
	run psyrad ingest scores blank-en.XLSX --study t; exits 0; has '0 read, 0 loaded'
}

@test "a workbook has a frozen header, ranges and lists from the definition, and the codebook as a sheet that is no data" {
	sheet --study t --out a.xlsx >out
	part a.xlsx xl/worksheets/sheet1.xml >sheet1.xml; part a.xlsx xl/worksheets/sheet2.xml >sheet2.xml
	grep -q '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>' sheet1.xml
	grep -q '<pane ySplit="1" topLeftCell="A2"' sheet2.xml
	# Item 3 (suicide) is column H, item 4 (0 to 2) column I, the total column W.
	python3 - >rules <<-'PY'
		import xml.etree.ElementTree as tree
		n = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
		for rule in tree.parse('sheet1.xml').iter(n + 'dataValidation'):
		    print(rule.get('sqref'), rule.get('type', 'any'), *(rule.findtext(n + f'formula{k}') or '-' for k in (1, 2)), rule.get('errorStyle', 'stop'), sep='|')
	PY
	grep -qx 'B2:B10001|list|"0,2,4,8"|-|stop' rules
	grep -qx 'C2:C10001|whole|-3650|36500|stop' rules
	grep -qx 'E2:E10001|list|"HAMD-17"|-|stop' rules
	grep -qx 'H2:H10001|whole|0|4|stop' rules; grep -qx 'I2:I10001|whole|0|2|stop' rules
	grep -qx 'W2:W10001|decimal|0|52|stop' rules
	part a.xlsx xl/workbook.xml | grep -q 'psyrad_codebook'
	part a.xlsx xl/sharedStrings.xml | grep -q '抑郁情绪'
	# Renamed by a person it is still no data; a sheet that a person adds is, and is asked about.
	echo '{"F2": 1, "rename": {"codebook": "my '"'"'own'"'"' notes"}}' | "$here/fill_workbook" a.xlsx renamed.xlsx
	run psyrad ingest scores renamed.xlsx --study t --dry-run; exits 0; has '1 read'
	run psyrad ingest scores renamed.xlsx --study t --dry-run --sheet "my 'own' notes"; exits 1
	echo '{"rename": {"psyrad_codebook": "other"}}' | "$here/fill_workbook" a.xlsx other.xlsx
	run psyrad ingest scores other.xlsx --study t; exits 1; has 'the workbook has 2 sheets with content: scores, codebook'
}

@test "the other sheets as workbooks: every word of their lists loads, in both languages" {
	for lang in en zh; do
		for kind in participants drugs protocols sessions; do
			run psyrad template $kind --lang $lang --out $kind-$lang.xlsx; exits 0
			part $kind-$lang.xlsx xl/worksheets/sheet1.xml >sheet1.xml
			python3 - $kind $lang >edits <<-'PY'
				import json, sys, xml.etree.ElementTree as tree
				n = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
				required = {'participants': {'A': 'N%d', 'B': 'east', 'C': 'EA'}, 'drugs': {'A': 'P01', 'B': '%d', 'C': 'sertraline', 'D': '50'}, 'protocols': {'A': 'P%d', 'H': 'GV20'},
				            'sessions': {'A': 'P01', 'B': '%d'}}[sys.argv[1]]
				if sys.argv[1] == 'protocols':
				    required = {'A': f'P{sys.argv[2]}%d', 'H': 'GV20'}
				edits, row = {}, 2
				lists = [(rule.get('sqref'), rule.findtext(n + 'formula1').strip('"').split(',')) for rule in tree.parse('sheet1.xml').iter(n + 'dataValidation') if rule.get('type') == 'list']
				for place, words in lists or [('A2', [])]:
				    for word in words or [None]:
				        edits.update({f'{c}{row}': v % row if '%d' in v else v for c, v in required.items()})
				        if word is not None:
				            edits[place.split('2:')[0] + str(row)] = word
				        row += 1
				json.dump(edits, sys.stdout)
			PY
			"$here/fill_workbook" $kind-$lang.xlsx filled-$lang.xlsx <edits
			run psyrad ingest $kind filled-$lang.xlsx --study t; [ "$status" = 0 ] || psyrad rejects; exits 0; has ' 0 rejected'
		done
	done
}

@test "a file that is there is never written over; a suffix that says no kind, a place that cannot be written" {
	echo mine >a.xlsx
	run sheet --out a.xlsx; exits 1; has 'a.xlsx is there already'; is mine "$(cat a.xlsx)"
	run sheet --out a.ods; exits 1; has 'says no kind of file'; [ ! -e a.ods ]
	run sheet --out nowhere/a.xlsx; exits 1; has 'cannot be written'
	run sheet --out b.csv --lang zh; exits 0; is "$(sheet --lang zh)" "$(cat b.csv)"
	run sheet --codebook --out c.csv; exits 2
	run psyrad template scores --instrument HAMD-17 --study nowhere --out d.xlsx; exits 1; has 'the study nowhere is not declared'; [ ! -e d.xlsx ]
}
