# cases.bash - what the tests of the tool share: the template database, one database a test, short words for checks.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
template=${PSYRAD_CLI_TEMPLATE:-psyrad_cli_template}
# PSYRAD_BIN: the folder of another build of the tool, such as one with sanitizers.
PATH=${PSYRAD_BIN:-$top/build/bin}:$top/build/cli:$PATH
data=$(cd "$top/.." && pwd)/shared/data

database_url() { printf "host='%s' user=%s dbname=%s" "$PGHOST" "$PGUSER" "$1"; }

write_study() {
	cat >study.json <<-'JSON'
		{"study": "t", "title_en": "Test", "simulated": true,
		 "sites": [{"site": "east", "name_en": "East"}, {"site": "west", "name_en": "West"}],
		 "scanners": [{"scanner": "east-1", "site": "east", "maker": "Siemens", "model": "Prisma", "field_strength_t": 3}],
		 "arms": [{"arm": "EA", "label_en": "EA", "kind": "verum"}, {"arm": "sham", "label_en": "Sham", "kind": "sham"}],
		 "visits": [{"session": "pre", "week": 0, "role": "pre"}, {"session": "w2", "week": 2}, {"session": "w4", "week": 4},
			{"session": "post", "week": 8, "role": "post"}]}
	JSON
	printf 'participant_id\tsite\tarm\tsex\tage\n' >participants.tsv
	local i
	for i in 1 2 3 4 5 6; do
		printf 'sub-P0%d\t%s\t%s\tF\t%d\n' $i "$([ $i -le 4 ] && echo east || echo west)" "$([ $((i % 2)) = 0 ] && echo EA || echo sham)" $((30 + i)) >>participants.tsv
	done
}

make_template() {
	local work; work=$(mktemp -d)
	"$top/tests/deployed" "$template" >"$work/log" 2>&1 || { cat "$work/log"; return 1; }
	(cd "$work" && write_study && export PSYRAD_URL && PSYRAD_URL=$(database_url "$template") &&
		psyrad ingest study study.json && psyrad ingest participants participants.tsv --study t) >"$work/log" 2>&1 || { cat "$work/log"; return 1; }
	rm -rf "$work"
}

setup() {
	database=cli_$$_$BATS_TEST_NUMBER
	createdb -S file_copy -D "$PSYRAD_TEST_TABLESPACE" -T "$template" "$database"
	export PSYRAD_URL; PSYRAD_URL=$(database_url "$database")
	cd "$BATS_TEST_TMPDIR"
}

teardown() { cd /; dropdb --if-exists -f "$database"; }

q() { psql -XAtq -v ON_ERROR_STOP=1 -d "$database" -c "$1"; }

# is EXPECTED ACTUAL
is() { [ "$1" = "$2" ] || { printf 'expected: %s\nfound:    %s\n' "$1" "$2"; return 1; }; }

# has TEXT: the last run's output holds it
has() { [[ $output == *"$1"* ]] || { printf 'no "%s" in:\n%s\n' "$1" "$output"; return 1; }; }

# until_is EXPECTED SQL: waits for another session, as long as a busy machine may take
until_is() {
	local found i
	for ((i = 0; i < 2400; i++)); do
		found=$(q "$2")
		[ "$found" != "$1" ] || return 0
		sleep 0.05
	done
	is "$1" "$found"
}

exits() { [ "$status" = "$1" ] || { printf 'exit %s, expected %s:\n%s\n' "$status" "$1" "$output"; return 1; }; }

scores() { run psyrad ingest scores "$@" --study t --instrument HAMD-17; }

# items ANSWER...: seventeen answers, the first given ones, then 1
items() { local i out=''; for i in $(seq 17); do out+=,${1:-1}; shift || true; done; printf %s "$out"; }
items_header() { local i; for i in $(seq 17); do printf ',item%d' "$i"; done; }

# A long file of two people with items at week 0.
long_file() {
	{ echo "participant_id,week$(items_header),total"
	  echo "P01,0$(items 3),19"
	  echo "P02,0$(items 4),20"
	  echo "P01,8$(items 0 0 0 0),13"; } >"${1:-scores.csv}"
}

facts() { q 'SELECT count(*) FROM clinical.score'; }
rejects() { q "SELECT line || '|' || coalesce(column_name, '') || '|' || coalesce(column_number::text, '') || '|' || code || '|' || message FROM ingest.reject ORDER BY line, column_number"; }
need() { [ -e "$1" ] || skip "test data $1 are not here"; }

# nowhere PATTERN...: no table of the database holds it
nowhere() {
	local pattern arguments=()
	for pattern in "$@"; do arguments+=(-e "$pattern"); done
	pg_dump --data-only "$PSYRAD_URL" 2>/dev/null >dump.sql
	[ -s dump.sql ] || return 1
	! grep -n "${arguments[@]}" dump.sql
}
