# helpers.bash - what every file of tests/warehouse loads: a database of its own, and SQL as any role in it.
top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
deploy=$top/migrations/bin/deploy
bats_require_minimum_version 1.5.0

# The database of this file; logins of the tests begin with t_ and end with it.
database=warehouse_$(basename "${BATS_TEST_FILENAME:-none}" .bats)

encoded() # TEXT: percent-encoded for a URI
{
	local text=$1 out='' i LC_ALL=C
	for ((i = 0; i < ${#text}; i++)); do
		case ${text:i:1} in [a-zA-Z0-9.~_-]) out+=${text:i:1} ;; *) out+=$(printf '%%%02X' "'${text:i:1}") ;; esac
	done
	printf %s "$out"
}

url_of() { printf 'postgresql://%s@/%s?host=%s' "${2:-$PGUSER}" "$1" "$(encoded "$PGHOST")"; } # DATABASE [ROLE]

drop_database() # NAME: with its warehouse, so that the roles go too
{
	psql -XAtqd postgres -c "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)"
}

make_database() { "$top/tests/deployed" "$1"; } # NAME: deployed

# ROLE [psql arguments]: in the file's database; SQL from standard input or -c.
as() { local role=$1; shift; psql -XAtq -v ON_ERROR_STOP=1 -U "$role" -d "$database" "$@"; }

sql() { as "$PGUSER" -c "$1"; }

equal() { [ "$1" = "$2" ] || { printf 'found    %s\nexpected %s\n' "$1" "$2" >&2; return 1; }; }

# CONDITION: until it holds of the file's database, as long as a busy machine may take.
until_true()
{
	local i
	for ((i = 0; i < 1200; i++)); do
		[ "$(sql "SELECT $1")" != t ] || return 0
		sleep 0.1
	done
	printf 'never came true: %s\n' "$1" >&2
	return 1
}
a_session_waits="EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"

# ROLE SQL: a transaction in the background that has done SQL when this returns, and commits once another session waits for it.
until_waited_for()
{
	as "$1" -c BEGIN -c "$2" -c "DO \$\$ BEGIN FOR k IN 1..1200 LOOP EXIT WHEN $a_session_waits; PERFORM pg_sleep(0.1), pg_stat_clear_snapshot(); END LOOP; END \$\$" -c COMMIT >/dev/null &
	until_true "EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'DO %pg_stat_clear_snapshot%')"
}

# ROLE SQL PATTERN: the statement fails, and says PATTERN.
refused()
{
	local output
	if output=$(as "$1" -c "$2" 2>&1); then
		printf '%s may run: %s\n%s\n' "$1" "$2" "$output" >&2
		return 1
	fi
	[[ $output =~ $3 ]] || { printf 'said %s\nexpected %s\n' "$output" "$3" >&2; return 1; }
}
