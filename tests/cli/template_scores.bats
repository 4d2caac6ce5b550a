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
