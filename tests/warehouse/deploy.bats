# deploy.bats - deploy, verify, revert and status, against a server of this file's own: it listens on TCP with passwords and
# TLS as well as on a socket whose folder has a space, and nobody else's warehouse keeps its roles alive.
load helpers

as_server() { if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }

setup_file()
{
	load helpers
	local bin destdir
	bin=$("${PG_CONFIG:-pg_config}" --bindir)
	destdir=$(psql -XAtqc 'SHOW extension_destdir')
	server=$(as_server mktemp -d "/tmp/psyrad test XXXXXX")
	as_server "$bin/initdb" -D "$server/data" -E UTF8 --locale=C.UTF-8 --auth=trust -U t_admin --no-sync >/dev/null
	as_server openssl req -new -x509 -days 2 -nodes -subj /CN=localhost -keyout "$server/data/server.key" -out "$server/data/server.crt" 2>/dev/null
	as_server chmod 0600 "$server/data/server.key"
	printf 'local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n' | as_server tee "$server/data/pg_hba.conf" >/dev/null
	as_server tee -a "$server/data/postgresql.conf" >/dev/null <<-TXT
		listen_addresses = '127.0.0.1'
		unix_socket_directories = '"$server"'
		extension_destdir = '$destdir'
		ssl = on
		fsync = off
	TXT
	# A free port, unless somebody takes it in between.
	for _ in 1 2 3 4 5; do
		port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
		as_server "$bin/pg_ctl" -D "$server/data" -l "$server/log" -w -s -o "-p $port" start && break
	done
	# From here on nothing reaches the suite's own cluster.
	unset PGDATABASE PGOPTIONS
	export server port bin PGHOST=$server PGPORT=$port PGUSER=t_admin
	psql -XAtqd postgres -c "CREATE ROLE t_owner LOGIN CREATEROLE PASSWORD 'p@ss:w/rd %'" -c 'CREATE DATABASE main' -c 'CREATE DATABASE owned OWNER t_owner'
}

teardown_file()
{
	as_server "$bin/pg_ctl" -D "$server/data" -w -s -m immediate stop
	as_server rm -rf "$server"
}

main_url() { printf 'postgresql://t_admin@/main?host=%s&port=%s' "$(encoded "$server")" "$port"; }
owner_url() { printf 'postgres://t_owner:p%%40ss%%3Aw%%2Frd%%20%%25@127.0.0.1:%s/owned?sslmode=require' "$port"; }
# Everything but the random keys that newer pg_dumps guard a dump with.
dump() { pg_dump -s -d "$@" | sed -E '/^\\(un)?restrict /d'; }
roles() { psql -XAtqd postgres -c "SELECT coalesce(string_agg(rolname, ',' ORDER BY rolname), '') FROM pg_roles WHERE rolname LIKE 'psyrad%'"; }
# Everything of a database that initdb does not put there.
ours() # DATABASE
{
	psql -XAtqd "$1" <<-'SQL'
		SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')
		UNION ALL SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql'
		UNION ALL SELECT 'object in public ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
		UNION ALL SELECT 'function in public ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
		UNION ALL SELECT 'setting ' || setconfig::text FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
		UNION ALL SELECT 'default privilege ' || oid FROM pg_default_acl
		UNION ALL SELECT 'grant on the database ' || grantee::regrole FROM pg_database, aclexplode(datacl)
			WHERE datname = current_database() AND grantee <> 0 AND grantee <> datdba
	SQL
}
# A copy of the migrations, cut off after the manifest: enough where it matters how, not what is deployed.
short_plan() # FOLDER
{
	cp -R "$top/migrations" "$1"
	sed -i '/^ingest /q' "$1/migrations/sqitch.plan"
	short=$1/migrations/bin/deploy
}
refuses() { run ! "$deploy" "$@"; } # what follows looks at $output

@test "deploy, verify, revert to an empty database, deploy again: the same dump" {
	run -0 "$deploy" deploy "$(main_url)"
	[[ $output == *'+ roles'*ok* ]]
	"$deploy" verify "$(main_url)"
	dump main --create >"$BATS_TEST_TMPDIR/first"
	grep -q 'CREATE POLICY site_read' "$BATS_TEST_TMPDIR/first"
	"$deploy" revert "$(main_url)"
	equal "$(ours main)" ''
	equal "$(roles)" ''
	"$deploy" deploy "$(main_url)"
	dump main --create >"$BATS_TEST_TMPDIR/second"
	diff "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second"
}

# Every object of our schemas and every setting, with sources and comments: some milliseconds, where a dump takes a second.  Rights on whole
# tables are left out: a change may grant on the tables of an earlier one, and those go with the table.
state() # DATABASE
{
	ours "$1" | LC_ALL=C sort
	psql -XAtqd "$1" <<-'SQL'
		CREATE FUNCTION pg_temp.rights(acl aclitem[], kind text, owner oid) RETURNS text BEGIN ATOMIC
			SELECT string_agg(a::text, ',' ORDER BY a::text COLLATE "C") FROM unnest(coalesce(acl, acldefault(kind::"char", owner))) a; END;
		SELECT c.oid::regclass, relkind, relrowsecurity, relforcerowsecurity, reloptions, obj_description(c.oid, 'pg_class')
		FROM pg_class c WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema)' ORDER BY c.oid::regclass::text COLLATE "C";
		SELECT attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, pg_temp.rights(attacl, 'c', relowner), col_description(attrelid, attnum)
		FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE attnum > 0 AND NOT attisdropped AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
		ORDER BY attrelid::regclass::text COLLATE "C", attnum;
		SELECT p.oid::regprocedure, md5(prosrc), prosqlbody IS NULL, provolatile, proparallel, proisstrict, prosecdef, proconfig, pg_temp.rights(proacl, 'f', proowner), obj_description(p.oid, 'pg_proc')
		FROM pg_proc p WHERE pronamespace::regnamespace::text !~ '^(pg_|information_schema)' ORDER BY p.oid::regprocedure::text COLLATE "C";
		SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid <> 0 ORDER BY conrelid::regclass::text COLLATE "C", conname;
		SELECT tgrelid::regclass, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text, tgname;
		SELECT polrelid::regclass, polname, polcmd, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy ORDER BY polrelid::regclass::text, polname;
	SQL
}

@test "each change alone: reverted one by one, each leaves the state before it was deployed" {
	local changes number=0
	read -ra changes <<<"$(sed -n 's/^\([a-z][a-z_]*\) .*/\1/p' "$top/migrations/sqitch.plan" | xargs)"
	psql -XAtqd postgres -c 'CREATE DATABASE steps'
	cd "$top/migrations"
	step() { psql -Xqd steps -v ON_ERROR_STOP=1 -f "$1/$2.sql" >/dev/null 2>"$BATS_TEST_TMPDIR/errors" || { cat "$BATS_TEST_TMPDIR/errors"; return 1; }; }
	for change in "${changes[@]}"; do
		state steps >"$BATS_TEST_TMPDIR/$change"
		step deploy "$change"
	done
	for ((number = ${#changes[@]} - 1; number >= 0; number--)); do
		change=${changes[number]}
		step revert "$change"
		state steps | diff "$BATS_TEST_TMPDIR/$change" - || { echo "after the revert of $change"; return 1; }
	done
	psql -XAtqd postgres -c 'DROP DATABASE steps'
}

@test "nothing to do: nothing said, nothing changed" {
	dump main --create >"$BATS_TEST_TMPDIR/first"
	run -0 --separate-stderr "$deploy" deploy "$(main_url)"
	equal "$output$stderr" ''
	dump main --create | diff "$BATS_TEST_TMPDIR/first" -
	run -0 "$deploy" status "$(main_url)"
	[[ $output == *'Nothing to deploy'* ]]
}

@test "a dump of the warehouse restores into another database of the cluster" {
	psql -XAtqd postgres -c 'CREATE DATABASE restored'
	pg_dump -d main | psql -XAtqd restored -v ON_ERROR_STOP=1 >/dev/null
	psql -XAtqd restored -c 'ALTER DATABASE restored SET search_path = "$user", public, psyrad' \
		-c "ALTER ROLE psyrad_report IN DATABASE restored SET statement_timeout = '60s'" # settings of a database are not in its dump
	"$deploy" verify "$(main_url | sed 's|/main?|/restored?|')"
	psql -XAtqd postgres -c 'DROP DATABASE restored'
}

@test "an owner with CREATEROLE who is no superuser deploys over TCP with a password and TLS, declares, loads, verifies and reverts" {
	equal "$(psql -XAtqd postgres -c "SELECT rolsuper FROM pg_roles WHERE rolname = 't_owner'")" f
	PGHOST=/nowhere PGUSER=nobody "$deploy" deploy "$(owner_url)" >/dev/null
	PGHOST=/nowhere PGUSER=nobody "$deploy" verify "$(owner_url)"
	equal "$(psql -XAtq "$(owner_url)" <<-'SQL'
		SELECT string_agg(change, ',') FROM clinical.declare_study('{"study": "s", "title_en": "S", "sites": [{"site": "owned_site", "name_en": "Site"}]}');
		INSERT INTO clinical.subject_key (study, label, site) VALUES ('s', '1', 'owned_site');
		SELECT count(*) FROM clinical.subject_key;
	SQL
	)" $'added,added\n1'
	# The warehouse is the one that a superuser makes, but for the name of who deployed.
	diff <(dump main | sed 's/\<t_admin\>/deployer/g') <(dump owned | sed 's/\<t_owner\>/deployer/g')
	"$deploy" revert --yes "$(owner_url)" >/dev/null
	equal "$(ours owned)" ''
}

@test "roles stay while another warehouse of the cluster uses them, and go with the last one" {
	"$deploy" deploy "$(owner_url)" >/dev/null
	psql -XAtq "$(owner_url)" -c "SELECT clinical.add_site('left_site', 'Left')"
	"$deploy" revert "$(owner_url)" >/dev/null
	equal "$(roles)" psyrad_analyst,psyrad_central,psyrad_export,psyrad_federation,psyrad_ingest,psyrad_owner,psyrad_report,psyrad_site_left_site,psyrad_site_owned_site,psyrad_unblinded,psyrad_view,psyrad_withdraw
	psql -XAtqd main -c "SELECT clinical.add_site('left_site', 'Left'), clinical.add_site('owned_site', 'Owned')"
	psql -XAtqd postgres -c 'GRANT CONNECT ON DATABASE postgres TO psyrad_analyst'
	"$deploy" revert "$(main_url)" >/dev/null
	equal "$(roles)" psyrad_analyst # it is granted something elsewhere
	psql -XAtqd postgres -c 'REVOKE CONNECT ON DATABASE postgres FROM psyrad_analyst' -c 'DROP ROLE psyrad_analyst'
}

@test "revert refuses once something was loaded, and says what to add" {
	short_plan "$BATS_TEST_TMPDIR"; deploy=$short
	"$deploy" deploy "$(main_url)" >/dev/null
	psql -XAtqd main -c "INSERT INTO ingest.file (command, path, sha256, bytes, status, tool_version, started_at) VALUES ('t', 'p', sha256('p'), 1, 'loaded', '0', now())"
	refuses revert "$(main_url)"
	[[ $output == *'database main'*--yes* ]]
	equal "$(psql -XAtqd main -c 'SELECT count(*) FROM ingest.file')" 1
	"$deploy" revert --yes "$(main_url)" >/dev/null
	equal "$(ours main)" ''
	run -0 "$deploy" revert "$(main_url)"
	equal "$output" ''
}

@test "a warehouse full of data is taken away whole with --yes, and by a deployer who is no superuser" {
	"$deploy" deploy "$(main_url)" >/dev/null
	psql -XAtqd main -v document="$(cat "$top/tests/golden/models/linear.json")" -f "$top/tests/warehouse/trial.sql" >/dev/null
	psql -XAtqd main -c "INSERT INTO clinical.score (subject_id, session, instrument, site, total_stated, file_id) SELECT subject_id, session, 'HAMA', site, 9, file_id FROM clinical.score"
	refuses revert "$(main_url)"
	[[ $output == *--yes* ]]
	equal "$(psql -XAtqd main -c 'SELECT count(*) FROM clinical.score')" 8
	psql -XAtqd main -c 'DROP VIEW report.test_score, report.test_image' # the fixture's own
	"$deploy" revert --yes "$(main_url)" >/dev/null
	equal "$(ours main)" ''
	PGHOST=/nowhere PGUSER=nobody "$deploy" deploy "$(owner_url)" >/dev/null
	psql -XAtqd owned -v document="$(cat "$top/tests/golden/models/linear.json")" -f "$top/tests/warehouse/trial.sql" >/dev/null
	psql -XAtqd owned -c 'DROP VIEW report.test_score, report.test_image'
	PGHOST=/nowhere PGUSER=nobody "$deploy" revert --yes "$(owner_url)" >/dev/null
	equal "$(ours owned)" ''
}

@test "every form of a libpq connection is understood" {
	for url in "$(main_url)" \
		"postgresql://t_admin@$(encoded "$server"):$port/main" \
		"postgresql:///main?user=t_admin&host=$(encoded "$server")&port=$port&application_name=a%20b" \
		"host='$server' port=$port user=t_admin dbname=main" \
		"dbname = main host = '${server// /\\ }' user=t_admin port = $port"; do
		run "$deploy" status "$url"
		equal "$url: $output" "$url: no warehouse is deployed in database main"
	done
	run env -u PSYRAD_URL PGDATABASE=main "$deploy" status
	equal "$output" 'no warehouse is deployed in database main'
	PSYRAD_URL=$(main_url) run "$deploy" status
	equal "$output" 'no warehouse is deployed in database main'
	run "$deploy" status "$(owner_url)"
	equal "$output" 'no warehouse is deployed in database owned'
	run "$deploy" status "postgresql://t_owner@127.0.0.1:$port,127.0.0.1:$port/owned?password=p%40ss%3Aw%2Frd%20%25"
	equal "$output" 'no warehouse is deployed in database owned'
}

@test "errors are clear: no server, no such database, bad password, unknown parameter, nonsense" {
	refuses deploy "postgresql://t_admin@127.0.0.1:1/main"
	[[ $output == *'127.0.0.1'*'refused'* && $output != *' at /usr'* ]]
	refuses deploy "$(main_url | sed 's|/main?|/missing?|')"
	[[ $output == *'"missing" does not exist'* ]]
	refuses deploy "postgresql://t_owner:wrong@127.0.0.1:$port/owned"
	[[ $output == *'password authentication failed'* && $output != *wrong* ]]
	refuses deploy 'postgresql://t_admin@/main?sslmod=require'
	[[ $output == *"'sslmod' is not known"*sslmode* ]]
	refuses deploy 'postgresql://t_admin@/main?host=%zz'
	[[ $output == *percent-encoding* ]]
	refuses deploy main.db
	[[ $output == *"'main.db' is neither"* ]]
	refuses explode --now
	[[ $output == *'deploy [deploy | verify | revert'* ]]
	refuses verify "$(main_url)"
	[[ $output == *'no warehouse is deployed in database main'* ]]
}

@test "who may not deploy is told what is missing, and nothing is left behind" {
	psql -XAtqd postgres -c 'CREATE ROLE weak LOGIN' -c 'CREATE DATABASE weakly OWNER weak'
	refuses deploy "$(main_url | sed 's|t_admin@/main?|weak@/weakly?|')"
	[[ $output == *'may not create role psyrad_owner'*'ALTER ROLE weak CREATEROLE'* ]]
	refuses deploy "$(main_url | sed 's|t_admin@/main?|weak@/main?|')"
	[[ $output == *'permission denied for database main'* || $output == *'does not own database main'* ]]
	equal "$(roles)" ''
	psql -XAtqd postgres -c "CREATE DATABASE latin ENCODING 'SQL_ASCII' TEMPLATE template0"
	refuses deploy "$(main_url | sed 's|/main?|/latin?|')"
	[[ $output == *'needs a UTF8 database; database latin is SQL_ASCII'* ]]
}

@test "a database's own search path is kept before ours, and given back" {
	short_plan "$BATS_TEST_TMPDIR"; deploy=$short
	psql -XAtqd postgres -c 'ALTER DATABASE main SET search_path = mine, "$user", public'
	"$deploy" deploy "$(main_url)" >/dev/null
	equal "$(psql -XAtqd main -c 'SHOW search_path')" 'mine, "$user", public, psyrad'
	"$deploy" revert "$(main_url)" >/dev/null
	equal "$(psql -XAtqd main -c 'SHOW search_path')" 'mine, "$user", public'
	psql -XAtqd postgres -c 'ALTER DATABASE main RESET search_path'
}

@test "deploy works from any folder, from a checkout with a space in its path, with an empty HOME, and leaves nothing there" {
	mkdir -p "$BATS_TEST_TMPDIR/a checkout" "$BATS_TEST_TMPDIR/home"
	short_plan "$BATS_TEST_TMPDIR/a checkout"
	cp -R "$BATS_TEST_TMPDIR/a checkout/migrations" "$BATS_TEST_TMPDIR/before"
	cd /
	env -i PATH="$PATH" HOME="$BATS_TEST_TMPDIR/home" "$short" deploy "$(main_url)" >/dev/null
	equal "$(ls -A "$BATS_TEST_TMPDIR/home")" ''
	diff -r "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/a checkout/migrations"
	"$short" verify "$(main_url)"
	"$short" revert "$(main_url)" >/dev/null
}

@test "a change that fails leaves the database as it was before it" {
	short_plan "$BATS_TEST_TMPDIR"
	"$short" deploy "$(main_url)" >/dev/null
	cd "$BATS_TEST_TMPDIR/migrations"
	echo 'broken [ingest] 2026-11-24T00:00:00Z t <t@localhost> # fails in its middle' >>sqitch.plan
	printf 'BEGIN;\nCREATE TABLE ingest.half_made ();\nSELECT 1 / 0;\nCOMMIT;\n' >deploy/broken.sql
	dump main --create >"$BATS_TEST_TMPDIR/first"
	run ! bin/deploy deploy "$(main_url)"
	[[ $output == *'division by zero'* ]]
	dump main --create | diff "$BATS_TEST_TMPDIR/first" -
	bin/deploy revert "$(main_url)" >/dev/null
}

@test "every change of the plan has its deploy, verify and revert script, and there is none besides" {
	cd "$top/migrations"
	planned=$(sed -n 's/^\([a-z][a-z_]*\) .*/\1/p' sqitch.plan | LC_ALL=C sort)
	for kind in deploy verify revert; do
		equal "$kind $(cd $kind && ls | sed 's/\.sql$//' | LC_ALL=C sort | xargs)" "$kind $(xargs <<<"$planned")"
		for script in "$kind"/*.sql; do
			equal "$script $(grep -c '^BEGIN;$' "$script")" "$script 1"
			equal "$script $(tail -1 "$script")" "$script $([ $kind = verify ] && echo 'ROLLBACK;' || echo 'COMMIT;')"
		done
	done
}
