# Files that are refused whole, and what is never kept.
load cases.bash

# refused FILE TEXT: nothing of it is loaded, the reason is said and recorded
refused() {
	scores "$1"; exits 1
	has "$1: refused: $2"
	is 0 "$(facts)"
	is "refused" "$(q "SELECT status FROM ingest.file WHERE path = '$1'")"
	is 'file_refused' "$(q 'SELECT code FROM ingest.reject')"
}

@test "wrong column count" {
	printf 'participant_id,week,total\nP01,0,20\nP02,0,20,extra\n' >a.csv
	refused a.csv 'line 3 has 4 cells; the header has 3'
	is 3 "$(q 'SELECT line FROM ingest.reject')"
}

@test "GBK bytes in a UTF-8 file: refused by line and column, loaded when named" {
	{ printf 'participant_id,week,total,instrument\nP01,0,20,HAMD-17\nP02,0,21,'; printf '汉密尔顿抑郁量表24项\n' | iconv -t GBK; } >gbk.csv
	refused gbk.csv 'line 3, column 10: byte 0xba is not valid UTF-8'
	has 'gb18030'
	scores gbk.csv --encoding gb18030; exits 0
	is 'HAMD-24' "$(q 'SELECT instrument FROM clinical.score WHERE total = 21')"
}

@test "NUL bytes" {
	printf 'participant_id,week,total\nP01,0,2\0000\n' >nul.csv
	refused nul.csv 'line 2, column 8: a NUL byte'
}

@test "UTF-16 by its mark, both byte orders; without a mark when named" {
	printf 'participant_id,week,total\nP01,0,20\n' | iconv -f utf-8 -t utf-16le >plain.csv
	{ printf '\xff\xfe'; cat plain.csv; } >le.csv
	{ printf '\xfe\xff'; printf '受试者编号,周,总分\nP02,0,21\n' | iconv -f utf-8 -t utf-16be; } >be.csv
	scores le.csv be.csv; exits 0; has '2 read, 2 loaded'
	scores plain.csv; exits 1; has 'say --encoding utf-16'
	scores plain.csv --encoding utf-16; exits 0; has '0 loaded, 1 unchanged'
}

@test "an overlong or cut character is no UTF-8" {
	printf 'participant_id,week,total\nP01,0,\xc0\xb1\n' >a.csv
	refused a.csv 'line 2, column 7: byte 0xc0 is not valid UTF-8'
	q 'DELETE FROM ingest.reject' ; printf 'participant_id,week,total\nP01,0,20\xe7\x8e' >b.csv
	scores b.csv; exits 1; has 'line 2, column 9: byte 0xe7 is not valid UTF-8'
}

@test "a quote that never closes does not swallow the file" {
	printf 'participant_id,week,total,rater\nP01,0,20,R1\nP02,0,20,"R1\nP03,0,20,R1\n' >a.csv
	refused a.csv 'line 3: a quoted cell of the record that begins here is never closed'
}

@test "a stray quote is refused by line" {
	printf 'participant_id,week,total,rater\nP01,0,20,R"1\n' >a.csv
	refused a.csv 'line 2: a quote inside a cell that is not quoted'
}

@test "an empty file, a folder, a file that is not there" {
	: >empty.csv; mkdir folder.csv
	scores empty.csv; exits 1; has 'the file is empty'
	scores folder.csv; exits 1; has 'not a regular file'
	scores nowhere.csv; exits 1; has 'No such file'
	is 1 "$(q "SELECT count(*) FROM ingest.file WHERE status = 'refused'")"
}

@test "the same refusal is recorded once" {
	printf 'participant_id,week,total\nP01,0\n' >a.csv
	scores a.csv; scores a.csv
	is '1|1' "$(q "SELECT (SELECT count(*) FROM ingest.file WHERE status = 'refused'), (SELECT count(*) FROM ingest.reject)")"
}

@test "a file without the fields it needs says which, and how to name them" {
	printf 'who,week,total\nP01,0,20\n' >a.csv
	refused a.csv 'the header (line 1) has no column participant_id'
	has '--map participant_id=COLUMN'
	scores a.csv --map participant_id=who; exits 0; has '1 loaded'
	scores a.csv --map participant_id=nobody; exits 1; has 'the header has no such column'
	scores a.csv --map participant_id=who --map colour=week; exits 1; has 'there is no such field'
}

@test "two columns for one field are not guessed between" {
	printf 'participant_id,subject,week,total\nP01,P02,0,20\n' >a.csv
	refused a.csv 'columns 1 (participant_id) and 2 (subject) both look like participant_id'
	scores a.csv --map participant_id=subject; exits 0
	is P02 "$(q 'SELECT label FROM clinical.score JOIN clinical.subject_key USING (subject_id)')"
}

@test "a direct identifier is never the participant" {
	for header in name 姓名 住院号 身份证号 MRN 'Date of Birth' 患者姓名; do
		printf '%s,week,total\nZhangsan,0,20\n' "$header" >a.csv
		scores a.csv; exits 1; has 'names a person directly and is never loaded'; has 'study code'
		scores a.csv --map "participant_id=$header"; exits 1; has 'names a person directly'
	done
	is 0 "$(q "SELECT count(*) FROM ingest.reject WHERE message LIKE '%Zhangsan%' OR raw LIKE '%Zhangsan%'")"
}

@test "identity card and telephone numbers in participant_id refuse the file without quoting them" {
	for number in 11010519491231002X 110105194912310021 13812345678; do
		printf 'participant_id,week,total\n%s,0,20\n' $number >a.csv
		scores a.csv; exits 1; has 'what looks like an identity card or telephone number'
	done
	nowhere 19491231 13812345678
}

@test "a name in participant_id is rejected without its text" {
	printf 'participant_id,week,total\n张三,0,20\nP01,0,21\n' >a.csv
	scores a.csv; exits 1; has '2 read, 1 loaded, 0 unchanged, 1 rejected'
	is '2|participant_id|1|bad_participant|not a study code; expected 1 to 63 letters, digits, '"'-' or '_'" "$(rejects)"
	is '' "$(q 'SELECT raw FROM ingest.reject')"
}

@test "columns that nobody mapped are nowhere in the warehouse" {
	printf 'participant_id,姓名,week,total,comment,phone\nP01,Wangwu,0,99,secretremark,5551234\nP02,Zhaoliu,0,20,otherremark,5555678\n' >a.csv
	scores a.csv --identifier phone; exits 1
	is 'P01,0,99' "$(q 'SELECT raw FROM ingest.reject')"
	nowhere Wangwu Zhaoliu remark 5551234 5555678
	scores a.csv --identifier fax; exits 1; has '--identifier fax: the header has no such column'
}

@test "absolute paths are never kept" {
	mkdir -p deep/er; long_file deep/er/scores.csv
	scores "$PWD/deep/er/scores.csv"; exits 0
	is deep/er/scores.csv "$(q "SELECT path FROM ingest.file WHERE command = 'scores'")"
	cp deep/er/scores.csv "$BATS_FILE_TMPDIR/outside.csv"; echo "P03,0$(items),17" >>"$BATS_FILE_TMPDIR/outside.csv"
	mkdir elsewhere; cd elsewhere
	scores "$BATS_FILE_TMPDIR/outside.csv"; exits 0
	is outside.csv "$(q 'SELECT path FROM ingest.file ORDER BY file_id DESC LIMIT 1')"
	nowhere "$BATS_RUN_TMPDIR"
}

@test "cells never reach the server's log" {
	printf 'participant_id,week,total,rater\nP01,0,confidential1,R1\nP02,0,20,confidential2\nP03,0,77,confidential3\n' >a.csv
	scores a.csv; exits 1
	log=$PSYRAD_HOME/data/server.log
	need "$log"
	run grep -c confidential "$log"; is 0 "$output"
}

@test "participants: unknown site, arm and sex, impossible age, twice, moved" {
	printf 'participant_id\tsite\tarm\tsex\tage\nN1\tnorth\tEA\tF\t30\nN2\teast\tdrug\tF\t30\nN3\teast\tEA\tX\t30\nN4\teast\tEA\tM\t200\nN5\teast\tEA\tM\t30\nN5\teast\tEA\tM\t31\nP01\twest\tsham\tF\t31\nN6\twest\tEA\t女\t30\n' >a.tsv
	run psyrad ingest participants a.tsv --study t; exits 1
	has '8 read, 2 loaded, 0 unchanged, 6 rejected'
	is '2|site|2|unknown_site|found north; expected a declared site (east, west)
3|arm|3|unknown_arm|found drug; expected an arm of t (EA, sham)
4|sex|4|bad_sex|found X; expected F, M or O (female, male, other; 女, 男)
5|age|5|out_of_range|found 200; expected 0 to 120 years
7|||duplicate_row|the same participant as line 6
8|site|2|site_changed|found west; this participant was loaded at east' "$(rejects)"
}

@test "study: unknown keys, wrong JSON and a second declaration" {
	write_study
	run psyrad ingest study study.json; exits 0; has '0 loaded'
	sed -i 's/"title_en": "Test"/"title_en": "Renamed"/' study.json
	run psyrad ingest study study.json; exits 0; has '1 loaded, 9 unchanged'
	echo '{"study": "t",' >broken.json
	run psyrad ingest study broken.json; exits 1; has 'not valid JSON'
	echo '{"study": "u", "colour": 1}' >odd.json
	run psyrad ingest study odd.json; exits 1; has 'refused'
}

@test "usage errors exit 2, a server that is not there exits 3" {
	run psyrad; exits 2
	run psyrad nonsense; exits 2
	run psyrad ingest scores; exits 2
	run psyrad ingest scores a.csv --instrument HAMD-17; exits 2; has '--study STUDY is missing'
	run psyrad ingest scores a.csv --study t --instrument HAMD-17 --encoding ebcdic; exits 2
	run psyrad ingest scores a.csv --study t --instrument HAMD-17 --map participant_id; exits 2
	run psyrad ingest scores a.csv --study t --instrument HAMD-17 --nonsense; exits 2
	long_file
	PSYRAD_URL='host=/nowhere dbname=x' scores scores.csv; exits 3; has 'cannot reach the server'
	run psyrad --db 'host=/nowhere' status; exits 3
	run psyrad --help; exits 0; run psyrad ingest --help; exits 0; run psyrad ingest scores --help; exits 0; has '--instrument'
	for command in status rejects history queries freeze withdraw dedupe screen find ask report template export inspect simulate 'export tables' 'export bids' 'export image' 'export map'; do
		is '' "$(psyrad $command --help 2>&1 >/dev/null)"
		run psyrad $command --help; exits 0; has psyrad
	done
}

@test "a database without a warehouse says so" {
	long_file
	PSYRAD_URL=$(database_url postgres) scores scores.csv; exits 1; has 'no warehouse is deployed'
}

@test "long Chinese cells and names: a message that has to be cut stays UTF-8" {
	printf 'participant_id,week,total,%s\nP01,0,x抑郁抑郁抑郁抑郁抑郁抑郁抑郁抑郁抑郁抑郁抑郁抑郁抑郁抑郁抑郁,1\nP02,0,20,2\n' "$(printf '抑郁%.0s' $(seq 300))" >长名.csv
	scores 长名.csv --map rater="$(printf '抑郁%.0s' $(seq 300))"; exits 1; has '2 read, 1 loaded, 0 unchanged, 1 rejected'
	is 'found x抑郁抑郁抑郁抑郁抑郁抑郁抑郁抑郁抑郁抑: not a number' "$(q 'SELECT message FROM ingest.reject')"
	scores 长名.csv --identifier "$(printf '郁%.0s' $(seq 300))"; exits 1; has 'the header has no such column'
	is 1 "$(q "SELECT count(*) FROM ingest.file WHERE status = 'refused' AND path = '长名.csv'")"
}

@test "file names that are no UTF-8 and entities that are no words" {
	long_file "$(printf 'b\xffd.csv')"
	scores "$(printf 'b\xffd.csv')"; exits 0
	is bd.csv "$(q "SELECT path FROM ingest.file WHERE command = 'scores'")"
	cp "$(printf 'b\xffd.csv')" "$(printf 'sub-P\xff_ses-pre_timeseries.csv')"
	run psyrad ingest series "$(printf 'sub-P\xff_ses-pre_timeseries.csv')" --study t --atlas x; exits 1; has 'holds other characters than letters and digits'
}

# changed FILE ARGUMENT...: ingests FILE, which gets another line between its hash and its reading
changed() {
	local file=$1; shift
	psql -XAtq -d "$database" -c 'BEGIN; LOCK TABLE ingest.file IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)' >/dev/null 2>&1 &
	until_is 1 "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
	psyrad ingest "$@" "$file" >out 2>&1 & local loading=$!
	until_is t "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
	printf '\n' >>"$file"
	q "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'" >/dev/null
	wait $loading && status=0 || status=$?
	output=$(<out); exits 1; has "$file: refused: the file changed while it was being read"
}

@test "a file that changes between its hash and its reading is refused, whoever reads it: the manifest tells of no other bytes" {
	write_study; sed -i 's/"study": "t"/"study": "u"/' study.json; changed study.json study
	printf 'A\nB\n' >names.txt; psyrad ingest atlas --names names.txt --atlas two
	long_file; changed scores.csv scores --study t --instrument HAMD-17
	printf 'A\tB\n1\t2\n2\t1\n3\t4\n' >sub-P01_ses-pre_timeseries.tsv; changed sub-P01_ses-pre_timeseries.tsv series --study t --atlas two
	printf '\tA\tB\nA\t1\t0.5\nB\t0.5\t1\n' >sub-P01_ses-pre_relmat.tsv; changed sub-P01_ses-pre_relmat.tsv connectome --study t --atlas two --measure fc_pearson --kind r
	make_nifti sub-P01_ses-pre_T1w.nii values=1,2,1,2 dims=4,1,1; cp sub-P01_ses-pre_T1w.nii labels.nii; printf '1 A\n2 B\n' >names.txt
	psyrad ingest atlas labels.nii --names names.txt --atlas image; changed sub-P01_ses-pre_T1w.nii image --study t --atlas image --measure intensity
	is 0 "$(q "SELECT count(*) FROM ingest.file WHERE status = 'loaded' AND command IN ('scores', 'series', 'connectome', 'image')")"
	is 0 "$(q "SELECT count(*) FROM clinical.study WHERE study = 'u'")"
}
