# Loads that are killed: all of a file or nothing of it, and a second run completes.  No hooks in the tool: a lock that another
# session holds stops the load at a known point, and pg_stat_activity says when it has come there.
load ../cli/cases.bash

# hold SQL: a session that has run it and waits
hold() {
	coproc HOLDER { psql -XAtq -d "$database"; }
	holder_in=${HOLDER[1]} holder_out=${HOLDER[0]} holder=$HOLDER_PID
	printf 'BEGIN; %s; SELECT 1;\n' "$1" >&"$holder_in"
	local line; while read -r line <&"$holder_out"; do [ "$line" = 1 ] && return; done
	return 1
}
let_go() { printf 'ROLLBACK;\n\\q\n' >&"$holder_in"; wait "$holder" 2>/dev/null || true; }

# backend: the process id of the tool's backend, once it waits for a lock
backend() {
	local pid i
	for i in $(seq 1200); do
		pid=$(q "SELECT pid FROM pg_stat_activity WHERE datname = '$database' AND application_name = 'psyrad' AND wait_event_type = 'Lock'")
		[ -n "$pid" ] && { echo "$pid"; return; }
		sleep 0.05
	done
	return 1
}

gone() { # PID: until the backend is no more
	local i
	for i in $(seq 1200); do [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE pid = $1")" = 0 ] && return; sleep 0.05; done
	return 1
}

# After the crash: nothing of the file; then a second run brings all of it.
nothing_then_all() {
	is '0|0|0|0' "$(q "SELECT (SELECT count(*) FROM clinical.score), (SELECT count(*) FROM clinical.visit), (SELECT count(*) FROM ingest.reject), (SELECT count(*) FROM ingest.file WHERE command = 'scores')")"
	scores scores.csv; exits 1; has '4 read, 3 loaded, 0 unchanged, 1 rejected'
	is '3|3|1|1' "$(q "SELECT (SELECT count(*) FROM clinical.score), (SELECT count(*) FROM clinical.visit), (SELECT count(*) FROM ingest.reject), (SELECT count(*) FROM ingest.file WHERE command = 'scores')")"
}

start() { long_file; echo "P09,0$(items),17" >>scores.csv; psyrad ingest scores scores.csv --study t --instrument HAMD-17 >out 2>err & tool=$!; }

points=('LOCK TABLE ingest.file' 'LOCK TABLE clinical.instrument' 'LOCK TABLE clinical.visit' 'LOCK TABLE clinical.score' 'LOCK TABLE ingest.reject')

@test "kill -9 of the tool, at each point of a load" {
	for point in "${points[@]}"; do
		hold "$point"; start; pid=$(backend)
		kill -9 $tool; wait $tool 2>/dev/null || true
		let_go; gone "$pid"
		nothing_then_all
		q 'DELETE FROM clinical.score; DELETE FROM clinical.visit; DELETE FROM ingest.reject; DELETE FROM ingest.file WHERE command = '"'scores'" >/dev/null
	done
}

@test "kill -9 of the backend, which takes the whole server down and up again" {
	hold 'LOCK TABLE clinical.score'; start; pid=$(backend)
	kill -9 "$pid"
	status=0; wait $tool || status=$?
	let_go
	is 3 "$status"
	grep -q 'the server is gone' err
	for i in $(seq 1200); do q 'SELECT 1' >/dev/null 2>&1 && break; sleep 0.1; done
	nothing_then_all
}

@test "the server ends the session: exit 3, nothing kept, and the next run completes" {
	hold 'LOCK TABLE clinical.visit'; start; pid=$(backend)
	q "SELECT pg_terminate_backend($pid)" >/dev/null
	status=0; wait $tool || status=$?
	let_go
	is 3 "$status"
	nothing_then_all
}

@test "kill -9 of the tool while it sends a large file" {
	{ echo 'participant_id,week,total'; for i in $(seq 60000); do echo "P0$((i % 6 + 1)),$((i % 4 * 2 == 6 ? 8 : i % 4 * 2)),20"; done; } >scores.csv
	psyrad ingest scores scores.csv --study t --instrument HAMD-17 --max-rejects 100000 >out 2>err & tool=$!
	for i in $(seq 400); do
		[ "$(q "SELECT count(*) FROM pg_stat_activity WHERE datname = '$database' AND application_name = 'psyrad' AND xact_start IS NOT NULL")" = 1 ] && break
		kill -0 $tool 2>/dev/null || break
	done
	kill -9 $tool; wait $tool 2>/dev/null || true
	for i in $(seq 1200); do [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE datname = '$database' AND application_name = 'psyrad'")" = 0 ] && break; sleep 0.05; done
	# All or nothing: which of the two depends on where the kill fell.
	state=$(q "SELECT (SELECT count(*) FROM clinical.score), (SELECT count(*) FROM ingest.file WHERE command = 'scores')")
	[ "$state" = '0|0' ] || [ "$state" = '12|1' ]
	scores scores.csv --max-rejects 100000; exits 0
	is '12|1' "$(q "SELECT (SELECT count(*) FROM clinical.score), (SELECT count(*) FROM ingest.file WHERE command = 'scores')")"
}

@test "a second load of the same file waits for a first that dies, and then does the work" {
	hold 'LOCK TABLE clinical.score'; start; pid=$(backend)
	psyrad ingest scores scores.csv --study t --instrument HAMD-17 >second & second=$!
	kill -9 $tool; wait $tool 2>/dev/null || true
	let_go
	status=0; wait $second || status=$?
	is 1 "$status"
	grep -q '4 read, 3 loaded, 0 unchanged, 1 rejected' second
	is 3 "$(facts)"
}

# given: a sheet of 6 sessions of two people, one of them with a point that is none
given() {
	{ echo 'participant_id,session_number,day,points,minutes'; for i in 1 2 3; do echo "P01,$i,$i,\"GV20, PC6\",30"; echo "P02,$i,$i,GV20,30"; done; echo 'P03,1,1,Nowhere Point,30'; } >given.csv
}
sessions_state() { q "SELECT (SELECT count(*) FROM intervention.session), (SELECT count(*) FROM ingest.reject), (SELECT count(*) FROM ingest.file WHERE command = 'sessions')"; }

@test "sessions: kill -9 at each point of a load leaves nothing, and a second run brings all" {
	given
	for point in 'LOCK TABLE ingest.file' 'LOCK TABLE intervention.session' 'LOCK TABLE ingest.reject'; do
		hold "$point"; psyrad ingest sessions given.csv --study t >out 2>err & tool=$!; pid=$(backend)
		kill -9 $tool; wait $tool 2>/dev/null || true
		let_go; gone "$pid"
		is '0|0|0' "$(sessions_state)"
		run psyrad ingest sessions given.csv --study t; exits 1; has '7 read, 7 loaded, 0 unchanged, 1 rejected'
		is '7|1|1' "$(sessions_state)"
		q "DELETE FROM intervention.session; DELETE FROM ingest.reject; DELETE FROM ingest.file WHERE command = 'sessions'" >/dev/null
	done
}

@test "sessions: two loaders at once, of sheets that overlap and disagree, keep one row a session and the other in the history" {
	given; sed 's/,30$/,20/' given.csv >other.csv; echo 'P04,1,1,GV20,20' >>other.csv
	hold 'LOCK TABLE intervention.session'
	psyrad ingest sessions given.csv --study t >first 2>&1 & one=$!
	psyrad ingest sessions other.csv --study t >second 2>&1 & two=$!
	backend >/dev/null; let_go
	wait $one || [ $? = 1 ]; wait $two || [ $? = 1 ]
	grep -q ' read, [78] loaded' first; grep -q ' read, [78] loaded' second
	# Whoever came second changed the seven rows of the first, which the history keeps.
	is '8|7' "$(q "SELECT (SELECT count(*) FROM intervention.session), (SELECT count(*) FROM ingest.history WHERE table_name = 'intervention.session')")"
	is 1 "$(q 'SELECT count(DISTINCT minutes) FROM intervention.session WHERE subject_id IN (SELECT subject_id FROM clinical.subject_key WHERE label <> '"'P04'"')')"
}

# planned: a sheet of 3 protocols, one of them with a spelling that means two points
planned() { printf 'protocol,points,frequency,retention\nA,"GV20, PC6",2/100 Hz,30 min\nB,"百会、印堂",2 Hz,20-30 min\nC,"GV20, Shenmen",3 m,\n' >planned.csv; }
protocols_state() { q "SELECT (SELECT count(*) FROM intervention.protocol), (SELECT count(*) FROM intervention.protocol_point), (SELECT count(*) FROM intervention.protocol_quantity), (SELECT count(*) FROM ingest.reject), (SELECT count(*) FROM ingest.file WHERE command = 'protocols')"; }

@test "protocols: kill -9 at each point of a load leaves nothing, and a second run brings all, points and numbers with it" {
	planned
	for point in 'LOCK TABLE ingest.file' 'LOCK TABLE intervention.protocol' 'LOCK TABLE intervention.protocol_point' 'LOCK TABLE intervention.protocol_quantity' 'LOCK TABLE ingest.reject'; do
		hold "$point"; psyrad ingest protocols planned.csv --study t >out 2>err & tool=$!; pid=$(backend)
		kill -9 $tool; wait $tool 2>/dev/null || true
		let_go; gone "$pid"
		is '0|0|0|0|0' "$(protocols_state)"
		run psyrad ingest protocols planned.csv --study t; exits 1; has '3 read, 3 loaded, 0 unchanged, 1 rejected'
		is '3|6|6|1|1' "$(protocols_state)"
		q "DELETE FROM intervention.protocol; DELETE FROM ingest.reject; DELETE FROM ingest.file WHERE command = 'protocols'" >/dev/null
	done
}

@test "protocols: a corrected sheet that is killed leaves the protocol as it was, with all its points" {
	planned; run psyrad ingest protocols planned.csv --study t; exits 1
	sed -i 's/GV20, PC6/GV20, HT7, SP6/; s/20-30 min/15 min/' planned.csv
	for point in 'LOCK TABLE intervention.protocol_quantity' 'LOCK TABLE ingest.history'; do
		hold "$point"; psyrad ingest protocols planned.csv --study t >out 2>err & tool=$!; pid=$(backend)
		kill -9 $tool; wait $tool 2>/dev/null || true
		let_go; gone "$pid"
		is '3|6|6|1|1' "$(protocols_state)"
		is 'GV20 PC6|20|0' "$(q "SELECT (SELECT string_agg(acupoint, ' ' ORDER BY position) FROM intervention.protocol_point WHERE protocol = 'A'), (SELECT low FROM intervention.protocol_quantity WHERE (protocol, quantity) = ('B', 'retention')), (SELECT count(*) FROM ingest.history)")"
	done
	run psyrad ingest protocols planned.csv --study t; exits 1; has '3 read, 2 loaded, 1 unchanged, 1 rejected'
	is 'GV20 HT7 SP6' "$(q "SELECT string_agg(acupoint, ' ' ORDER BY position) FROM intervention.protocol_point WHERE protocol = 'A'")"
}

@test "protocols: two loaders at once, of sheets that overlap and disagree, keep one prescription whole and the other in the history" {
	planned; sed 's/GV20, PC6/LR3, LI4, ST36/; s/印堂/太冲/; /^C/d' planned.csv >other.csv
	hold 'LOCK TABLE intervention.protocol'
	psyrad ingest protocols planned.csv --study t >first 2>&1 & one=$!
	psyrad ingest protocols other.csv --study t >second 2>&1 & two=$!
	backend >/dev/null; let_go
	wait $one || [ $? = 1 ]; wait $two || [ $? = 1 ]
	grep -q '3 read, [123] loaded' first; grep -q '2 read, 2 loaded' second
	# Of each protocol all points are of one sheet.
	state=$(q "SELECT string_agg(p, ';' ORDER BY p) FROM (SELECT protocol || '=' || string_agg(acupoint, ' ' ORDER BY position) AS p FROM intervention.protocol_point WHERE protocol < 'C' GROUP BY protocol) x")
	[ "$state" = 'A=GV20 PC6;B=GV20 EX-HN3' ] || [ "$state" = 'A=LR3 LI4 ST36;B=GV20 LR3' ]
	is '3|2' "$(q "SELECT (SELECT count(*) FROM intervention.protocol), (SELECT count(*) FROM ingest.history WHERE table_name = 'intervention.protocol_point')")"
}

@test "a workbook: kill -9 of the tool at each point of a load leaves nothing, and a second run completes" {
	"$top/tests/cli/make_workbook" scores.xlsx <<<'{"sheets": [{"name": "S", "rows": [["participant_id", "week", "total"], ["P01", 0, 20], ["P02", 0, 21], ["P03", 0, 22], ["P09", 0, 23]]}]}'
	for point in 'LOCK TABLE ingest.file' 'LOCK TABLE clinical.score' 'LOCK TABLE clinical.data_query'; do
		hold "$point"
		psyrad ingest scores scores.xlsx --study t --instrument HAMD-17 >out 2>err & tool=$!
		pid=$(backend)
		kill -9 $tool; wait $tool 2>/dev/null || true
		let_go; gone "$pid"
		is '0|0|0|0' "$(q "SELECT (SELECT count(*) FROM clinical.score), (SELECT count(*) FROM clinical.visit), (SELECT count(*) FROM ingest.reject), (SELECT count(*) FROM ingest.file WHERE command = 'scores')")"
	done
	scores scores.xlsx; exits 1; has '4 read, 3 loaded, 0 unchanged, 1 rejected'
}

# killed_at POINT COMMAND...: the tool killed while it waits there, and the state that it leaves
killed_at() {
	hold "$1"; shift
	"$@" >out 2>err & tool=$!
	pid=$(backend)
	kill -9 $tool; wait $tool 2>/dev/null || true
	let_go; gone "$pid"
}
everything() { q "SELECT (SELECT count(*) FROM clinical.subject_key), (SELECT count(*) FROM clinical.subject), (SELECT count(*) FROM clinical.visit), (SELECT count(*) FROM clinical.score),
	(SELECT count(*) FROM clinical.concomitant_drug), (SELECT count(*) FROM clinical.data_query), (SELECT count(*) FROM ingest.reject), (SELECT count(*) FROM ingest.history), (SELECT count(*) FROM ingest.file)"; }

@test "SPSS, a line a cell, several instruments side by side: kill -9 of the tool leaves nothing, and a second run brings all" {
	printf 'participant_id:s\tweek:n\ttotal:n\nP01\t0\t20\nP02\t0\t21\nP09\t0\t22\n' | make_sav scores.sav
	{ echo 'record,redcap_event_name,field_name,value'; for p in P01 P02 P09; do echo "$p,week_0_arm_1,hamd_total,20"; done; } >eav.csv
	printf 'participant_id,HAMD17_w0,HAMA_w0\nP01,20,\nP02,,9\nP09,7,\n' >wide.csv
	before=$(everything)
	for point in 'LOCK TABLE clinical.instrument' 'LOCK TABLE clinical.score' 'LOCK TABLE ingest.reject'; do
		for file in scores.sav eav.csv; do
			killed_at "$point" psyrad ingest scores $file --study t --instrument HAMD-17
			is "$before" "$(everything)"
		done
		killed_at "$point" psyrad ingest scores wide.csv --study t
		is "$before" "$(everything)"
	done
	for file in scores.sav eav.csv; do scores $file; exits 1; has '3 read, '; has ' 1 rejected'; done
	run psyrad ingest scores wide.csv --study t; exits 1; has '3 read, 1 loaded, 1 unchanged, 1 rejected'
	is '3|HAMD-17 HAMA' "$(q "SELECT count(*), string_agg(DISTINCT instrument, ' ' ORDER BY instrument DESC) FROM clinical.score")"
}

@test "participants and drugs: kill -9 of the tool at each point leaves nothing, and a second run brings all" {
	printf 'participant_id\tsite\tarm\tage\nN1\teast\tEA\t7\nN2\twest\tsham\t30\nN3\tnowhere\tEA\t30\n' >people.tsv
	printf 'participant_id,drug,dose\nP01,sertraline,50 mg\nP02,fluoxetine,20 mg\nP09,x,1\n' >drugs.csv
	before=$(everything)
	for point in 'LOCK TABLE ingest.file' 'LOCK TABLE clinical.subject_key IN EXCLUSIVE MODE' 'LOCK TABLE clinical.subject IN EXCLUSIVE MODE' 'LOCK TABLE clinical.data_query' 'LOCK TABLE ingest.reject'; do
		killed_at "$point" psyrad ingest participants people.tsv --study t
		is "$before" "$(everything)"
	done
	for point in 'LOCK TABLE clinical.drug' 'LOCK TABLE clinical.concomitant_drug' 'LOCK TABLE ingest.reject'; do
		killed_at "$point" psyrad ingest drugs drugs.csv --study t
		is "$before" "$(everything)"
	done
	run psyrad ingest participants people.tsv --study t; exits 1; has '3 read, 2 loaded, 0 unchanged, 1 rejected'
	run psyrad ingest drugs drugs.csv --study t; exits 1; has '3 read, 2 loaded, 0 unchanged, 1 rejected'
	is '8|2|1' "$(q 'SELECT (SELECT count(*) FROM clinical.subject), (SELECT count(*) FROM clinical.concomitant_drug), (SELECT count(*) FROM clinical.data_query)')"
}

@test "two loaders at once: sheets of ratings in two formats that disagree keep one row a rating, the other in the history" {
	printf 'participant_id,week,total\nP01,0,20\nP02,0,21\nP03,0,22\n' >a.csv
	"$top/tests/cli/make_workbook" b.xlsx <<<'{"sheets": [{"name": "S", "rows": [["participant_id", "week", "total"], ["P01", 0, 10], ["P02", 0, 11], ["P03", 0, 22], ["P04", 0, 9]]}]}'
	hold 'LOCK TABLE clinical.score'
	psyrad ingest scores a.csv --study t --instrument HAMD-17 >first 2>&1 & one=$!
	psyrad ingest scores b.xlsx --study t --instrument HAMD-17 >second 2>&1 & two=$!
	backend >/dev/null; let_go
	wait $one; wait $two
	is '4|2|4' "$(q "SELECT (SELECT count(*) FROM clinical.score), (SELECT count(*) FROM ingest.history WHERE table_name = 'clinical.score'), (SELECT count(*) FROM clinical.visit)")"
	is 1 "$(q "SELECT count(DISTINCT s.file_id) FROM clinical.score s JOIN clinical.subject_key k USING (subject_id) WHERE label IN ('P01', 'P02')")"
}

@test "two loaders at once: the same new participants are one person each" {
	printf 'participant_id\tsite\tarm\tage\nN1\teast\tEA\t30\nN2\twest\tsham\t31\n' >a.tsv; sed 's/\t31$/\t32/' a.tsv >b.tsv
	hold 'LOCK TABLE clinical.subject IN EXCLUSIVE MODE'
	psyrad ingest participants a.tsv --study t >first 2>&1 & one=$!
	psyrad ingest participants b.tsv --study t >second 2>&1 & two=$!
	backend >/dev/null; let_go
	wait $one; wait $two
	is '2|2|1' "$(q "SELECT (SELECT count(*) FROM clinical.subject_key WHERE label LIKE 'N%'), (SELECT count(*) FROM clinical.subject s JOIN clinical.subject_key USING (subject_id) WHERE label LIKE 'N%'), (SELECT count(*) FROM ingest.history)")"
}

# series_state: series, connectomes, acquisitions, pipelines, manifest rows
series_state() { q "SELECT (SELECT count(*) FROM imaging.series), (SELECT count(*) FROM imaging.connectome), (SELECT count(*) FROM imaging.acquisition), (SELECT count(*) FROM imaging.pipeline WHERE pipeline = 'd'), (SELECT count(*) FROM ingest.file WHERE command = 'series')"; }
images() { # COUNT: as many copies of a small 4-D image, and their atlas
	local p
	for p in $(seq "$1"); do cp "$top/tests/golden/seeds/image.nii.gz" "sub-P0${p}_ses-pre_bold.nii.gz"; done
	printf '2 Two\n5 Five\n9 Nine\n' >names.txt
	psyrad ingest atlas "$top/tests/golden/seeds/labels.nii.gz" --names names.txt --atlas made
	load_images=(psyrad ingest series sub-*_bold.nii.gz --study t --atlas made --pipeline d --detrend)
}
forget_images() { q "DELETE FROM imaging.connectome; DELETE FROM imaging.series; DELETE FROM imaging.acquisition; DELETE FROM imaging.study_pipeline; DELETE FROM imaging.pipeline; DELETE FROM clinical.visit; DELETE FROM ingest.file WHERE command = 'series'" >/dev/null; }

@test "series from an image: kill -9 at each point of a load leaves nothing, not the pipeline either, and a second run brings all" {
	images 1
	for point in 'LOCK TABLE ingest.file' 'LOCK TABLE imaging.acquisition' 'LOCK TABLE imaging.series' 'LOCK TABLE imaging.connectome'; do
		hold "$point"; "${load_images[@]}" >out 2>err & tool=$!; pid=$(backend)
		kill -9 $tool; wait $tool 2>/dev/null || true
		let_go; gone "$pid"
		is '0|0|0|0|0' "$(series_state)"
		run "${load_images[@]}"; exits 0; has '1 read, 1 loaded'
		is '1|1|1|1|1' "$(series_state)"
		forget_images
	done
}

@test "series of several images in two processes: kill -9, and an interrupt, and the same command goes on" {
	images 6
	for signal in KILL INT; do
		hold "SELECT ingest.lock('scans', 't')"; "${load_images[@]}" --jobs 2 >out 2>err & tool=$!
		for i in $(seq 1200); do [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE datname = '$database' AND application_name = 'psyrad' AND wait_event_type = 'Lock'")" -ge 2 ] && break; sleep 0.05; done
		kill -$signal $tool; let_go; wait $tool 2>/dev/null || true
		for i in $(seq 1200); do [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE datname = '$database' AND application_name = 'psyrad'")" = 0 ] && break; sleep 0.05; done
		# Whole files or nothing: every series has its connectome, its acquisition and its manifest row.
		is t "$(q "SELECT (SELECT count(*) FROM imaging.series) = ALL (ARRAY[(SELECT count(*) FROM imaging.connectome), (SELECT count(*) FROM imaging.acquisition), (SELECT count(*) FROM ingest.file WHERE command = 'series')])")"
		run "${load_images[@]}" --jobs 2; exits 0
		is '6|6|6|1|6' "$(series_state)"
		forget_images
	done
}

# Region values, connectomes and data sets: the same loads, killed at the table that they fill.
vectors_and_edges() {
	printf 'A\nB\n' >names.txt; psyrad ingest atlas --names names.txt --atlas two
	printf 'subject,session,A,B\nP01,pre,1,2\nP02,pre,3,4\n' >wide.csv
	printf 'A,B\n1,0.5\n0.5,1\n' >sub-P01_ses-pre_relmat.csv
	mkdir -p ds/sub-P01/ses-pre/func
	printf '{"Name": "x", "BIDSVersion": "1.9.0"}' >ds/dataset_description.json
	printf 'participant_id\tgroup\tbmi\nsub-P01\tEA\t21\nsub-P02\tsham\t22\n' >ds/participants.tsv
	printf 'onset\tduration\n0\t1\n' >ds/sub-P01/ses-pre/func/sub-P01_ses-pre_task-rest_events.tsv
}
command_of() { case $1 in
	features) load=(psyrad ingest features wide.csv --study t --atlas two --measure thickness) ;;
	connectome) load=(psyrad ingest connectome sub-P01_ses-pre_relmat.csv --study t --atlas two --measure fc_pearson --kind r) ;;
	bids) load=(psyrad ingest bids ds --study t --site east) ;;
	esac; }
stored_rows() { q 'SELECT (SELECT count(*) FROM imaging.vector), (SELECT count(*) FROM imaging.connectome), (SELECT count(*) FROM clinical.phenotype), (SELECT count(*) FROM imaging.events)'; }

@test "kill -9 of loads of features, connectomes and data sets: nothing of the file, then all of it" {
	vectors_and_edges
	for kind in features:imaging.vector connectome:imaging.connectome bids:clinical.phenotype bids:imaging.events; do
		before=$(stored_rows)
		command_of "${kind%:*}"
		hold "LOCK TABLE ${kind#*:}"; "${load[@]}" >out 2>err & tool=$!
		pid=$(backend); kill -9 $tool; wait $tool 2>/dev/null || true
		let_go; gone "$pid"
		case $kind in bids:imaging.events) is '2|1|2|0' "$(stored_rows)" ;; *) is "$before" "$(stored_rows)" ;; esac
		[ "${kind%:*}" = bids ] && [ "$kind" != bids:imaging.events ] && continue
		run "${load[@]}"; exits 0
	done
	is '2|1|2|1' "$(stored_rows)"
}

@test "two loaders of the same features, connectome or data set at once: each row once" {
	vectors_and_edges
	for kind in features connectome bids; do
		command_of $kind
		"${load[@]}" >out1 2>&1 & one=$!
		"${load[@]}" >out2 2>&1 & two=$!
		wait $one; wait $two
	done
	is '2|1|2|1' "$(stored_rows)"
	is 0 "$(q 'SELECT count(*) FROM ingest.history WHERE table_name LIKE '"'imaging.%'")"
}

@test "kill -9 of the load of a review: of the sheet under way nothing, of those before all, and the same command brings the rest" {
	mkdir r
	state() { q "SELECT (SELECT count(*) FROM evidence.study), (SELECT count(*) FROM evidence.study_network), (SELECT count(*) FROM evidence.finding), (SELECT count(*) FROM evidence.review_intervention), (SELECT count(*) FROM intervention.protocol_point), (SELECT count(*) FROM ingest.file WHERE command LIKE 'review%')"; }
	killed_at() { # SQL EXPECTED
		hold "$1"; psyrad ingest review r --review v >out 2>err & tool=$!
		pid=$(backend); kill -9 $tool; wait $tool 2>/dev/null || true
		let_go; gone "$pid"
		is "$2" "$(state)"
	}
	printf 'study_id,ref_no,networks,comparator\nS1,1,DMN,healthy\nS2,2,,\n' >r/studies.csv
	for table in evidence.review_study evidence.study_network evidence.arm; do killed_at "LOCK TABLE $table IN EXCLUSIVE MODE" '0|0|0|0|0|0'; done
	run psyrad ingest review r --review v; exits 0
	is '2|1|0|0|0|1' "$(state)"
	printf 'finding_id,study_id,direction,region_zh,laterality\n1,S1,increase,a,left\n2,S2,decrease,b,right\n' >r/findings.csv
	printf 'intervention_id,study_id,type,site_text_zh,freq_text\nI1,S1,EA,GV20,2 Hz\n' >r/interventions.csv
	killed_at 'SELECT FROM evidence.sample FOR UPDATE' '2|1|0|0|0|1'
	killed_at 'LOCK TABLE evidence.review_intervention IN EXCLUSIVE MODE' '2|1|2|0|0|2'
	killed_at 'LOCK TABLE intervention.protocol_point IN EXCLUSIVE MODE' '2|1|2|1|0|3'
	run psyrad ingest review r --review v; exits 0; has 'studies: 1 file, 2 read, 0 loaded, 2 unchanged'
	is '2|1|2|1|1|4' "$(state)"
	is 'S1 healthy;S1 intervention I1;S1 patients' "$(q "SELECT string_agg(trim(split_part(evidence_study, '/', 2) || ' ' || arm || ' ' || coalesce(protocol, '')), ';' ORDER BY arm) FROM evidence.arm")"
}
