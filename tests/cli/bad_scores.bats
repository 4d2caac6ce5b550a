# 400 bad cells and files, the same ones each time, each of which is one reject and takes nothing else with it.
load cases.bash

@test "400 bad cells and files: one reject each, with file, line, column, code and raw text, and nothing else lost; again: the same" {
	"$BATS_TEST_DIRNAME/make_bad_cells" bad; cd bad
	load_all() {
		psyrad ingest scores "$@" --study t --instrument HAMD-17 2>>errors
	}
	all() {
		load_all long.csv utf16.tsv sheet.xlsx texts.sav numbers.sav wide.csv cells.csv >out || true
		load_all gb.csv --encoding gb18030 >>out || true
		load_all empty.csv ragged.csv unclosed.csv nul.csv latin.csv cut.csv names.csv card.csv phone.csv twice.csv nothing.csv visitless.csv both.csv \
			nobody.csv beyond.csv old.xls print.pdf cut.xlsx cut.sav surrogate.csv >>out || true
	}
	found() {
		psql -XAtq -F $'\x1f' -d "$database" -c "SELECT path, CASE WHEN code <> 'file_refused' THEN line END, column_name, code, raw
			FROM ingest.reject JOIN ingest.file USING (file_id)" | LC_ALL=C sort
	}
	all
	found >found; LC_ALL=C sort expected.tsv >wanted
	is 400 "$(wc -l <found)"
	diff wanted found
	is "$(LC_ALL=C sort good.tsv | tr '\037' '|')" "$(q "SELECT path || '|' || (SELECT count(*) FROM clinical.score s WHERE s.file_id = f.file_id) FROM ingest.file f WHERE command = 'scores' AND status = 'loaded'" | LC_ALL=C sort)"
	is 't' "$(q "SELECT bool_and(message <> '' AND column_number > 0) FROM ingest.reject WHERE code <> 'file_refused'")"
	all
	found | diff wanted -
}
