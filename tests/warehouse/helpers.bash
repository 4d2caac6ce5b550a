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

# A second session that stays open: says its SQL, answers when that is done.
other() { coproc OTHER { psql -XAtq -v ON_ERROR_STOP=1 -U "${1:-$PGUSER}" -d "$database"; }; } # [ROLE]
tell() { printf '%s;\n\\echo done\n' "$1" >&"${OTHER[1]}"; while read -r line <&"${OTHER[0]}"; do [ "$line" = done ] && return; done; return 1; }
part() { local pid=$OTHER_PID; printf '\\q\n' >&"${OTHER[1]}"; wait "$pid"; }

# COMMAND...: beside the other session's transaction, which commits once COMMAND waits for it, or has ended without; COMMAND's status.
beside_other()
{
	"$@" &
	local pid=$!
	while kill -0 "$pid" 2>/dev/null && [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")" = 0 ]; do sleep 0.1; done
	tell COMMIT
	part
	wait "$pid"
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
