# study.bats - declaring sites and studies.
load helpers

setup_file()
{
	load helpers
	drop_database "$database"
	drop_roles
	make_database "$database"
	sql 'CREATE ROLE t_loader LOGIN IN ROLE psyrad_ingest'
	sql 'CREATE ROLE t_maker LOGIN CREATEROLE IN ROLE psyrad_ingest'
}

teardown_file()
{
	load helpers
	"$deploy" revert --yes "$(url_of "$database")" >/dev/null
	drop_database "$database"
	drop_roles
}

# The sites' roles stay where another warehouse of the cluster was left standing.
drop_roles()
{
	local role
	for role in t_loader t_maker psyrad_site_st_a psyrad_site_st_b psyrad_site_st_c psyrad_site_st_d; do
		psql -XAtqd postgres -c "DROP ROLE IF EXISTS $role"
	done
}

whole='{"study": "demo", "title_en": "Demo", "title_zh": "演示", "simulated": true, "design": "two arms",
	"sites": [{"site": "st_a", "name_en": "A", "name_zh": "甲"}, {"site": "st_b", "name_en": "B"}],
	"scanners": [{"scanner": "a-1", "site": "st_a", "maker": "Siemens", "model": "Prisma", "field_strength_t": 3}],
	"arms": [{"arm": "EA", "label_en": "EA", "label_zh": "电针", "kind": "verum", "protocol": "EA-2Hz"},
		{"arm": "HC", "label_en": "healthy", "kind": "healthy"}],
	"visits": [{"session": "pre", "week": 0, "role": "pre", "label_en": "before"}, {"session": "w2", "week": 2}]}'

declare_() { as "${2:-$PGUSER}" -c "SELECT object, name, change FROM clinical.declare_study(\$json\$$1\$json\$)"; }
changed() { declare_ "$@" | grep -v 'unchanged$' | paste -sd ' '; }

@test "a whole declaration: every object is added, and reads back as declared" {
	equal "$(changed "$whole")" 'site|st_a|added site|st_b|added scanner|a-1|added study|demo|added arm|EA|added arm|HC|added visit|pre|added visit|w2|added'
	equal "$(sql "SELECT * FROM clinical.study")" 'demo|Demo|演示|t|two arms|f'
	equal "$(sql "SELECT * FROM clinical.site ORDER BY 1")" $'st_a|A|甲\nst_b|B|'
	equal "$(sql "SELECT * FROM clinical.scanner")" 'a-1|st_a|Siemens|Prisma|3'
	equal "$(sql "SELECT * FROM clinical.arm ORDER BY 2")" $'demo|EA|EA|电针|verum|EA-2Hz\ndemo|HC|healthy||healthy|'
	equal "$(sql "SELECT * FROM clinical.visit_plan ORDER BY week")" $'demo|pre|0|pre|before|||\ndemo|w2|2|||||'
	equal "$(sql "SELECT count(*) FROM pg_roles WHERE rolname IN ('psyrad_site_st_a', 'psyrad_site_st_b') AND NOT rolcanlogin")" 2
}

@test "declared again: each object is unchanged, and no row is written" {
	before=$(sql 'SELECT array_agg(xmin ORDER BY session) FROM clinical.visit_plan')
	equal "$(changed "$whole")" ''
	equal "$(declare_ "$whole" | wc -l)" 8
	equal "$(sql 'SELECT array_agg(xmin ORDER BY session) FROM clinical.visit_plan')" "$before"
}

@test "a changed declaration changes what it lists; what it leaves out stays" {
	equal "$(changed "${whole/\"week\": 2/\"week\": 3}")" 'visit|w2|changed'
	equal "$(changed "${whole/, \"name_zh\": \"甲\"/}")" 'site|st_a|changed visit|w2|changed'
	equal "$(changed '{"study": "demo", "title_en": "Demo", "title_zh": "演示", "simulated": true, "design": "two arms"}')" ''
	equal "$(sql 'SELECT count(*) FROM clinical.arm')" 2
	equal "$(changed "$whole")" 'site|st_a|changed'
}

@test "what is wrong is named with its place" {
	wrong() { refused "$PGUSER" "SELECT clinical.declare_study(\$json\$$1\$json\$)" "$2"; }
	wrong '{"study": "x", "title": "T"}' "the declaration has unknown keys: 'title'"
	wrong '{"study": "x"}' "the declaration lacks: 'title_en'"
	wrong '{"study": "x", "title_en": null}' "the declaration lacks: 'title_en'"
	wrong '{"study": "x", "title_en": "T", "sites": [{"site": "y", "name_en": "Y"}, {"site": "z", "nam": "Z"}]}' "sites\[2\] has unknown keys: 'nam'"
	wrong '{"study": "x", "title_en": "T", "sites": {"site": "y"}}' 'the declaration: sites is an object where array is expected'
	wrong '{"study": "x", "title_en": "T", "sites": ["y"]}' 'sites\[1\] is string where an object is expected'
	wrong '{"study": "x", "title_en": "T", "visits": [{"session": "a", "week": "two"}]}' 'visits\[1\]: week is two where number is expected'
	wrong '{"study": "x", "title_en": "T", "arms": [{"arm": "a", "label_en": "A", "kind": "placebo"}]}' 'arms\[1\]: kind is placebo where verum or sham'
	wrong '{"study": "x", "title_en": "T", "arms": [{"arm": "a", "label_en": "A", "kind": "sham"}, {"arm": "a", "label_en": "B", "kind": "sham"}]}' "arms lists more than once: 'a'"
	wrong '{"study": "x", "title_en": "T", "sites": [{"site": "Guang Zhou", "name_en": "G"}]}' "'Guang Zhou' is no name for a site"
	wrong '[]' 'the declaration is array where an object is expected'
	wrong 'null' 'the declaration is null where an object is expected'
	wrong '{"study": "demo", "title_en": "Demo"}' 'demo is declared as simulated, and simulated data never become real'
	refused "$PGUSER" 'SELECT clinical.declare_study(NULL)' 'the declaration is missing where an object is expected'
	equal "$(sql "SELECT count(*) FROM clinical.study")" 1
	equal "$(sql "SELECT count(*) FROM clinical.site")" 2
}

@test "a loader without CREATEROLE declares a study at known sites, and is given the commands for a new one" {
	equal "$(changed "${whole/\"demo\"/\"second\"}" t_loader)" 'study|second|added arm|EA|added arm|HC|added visit|pre|added visit|w2|added'
	refused t_loader "SELECT clinical.add_site('st_c', 'C')" 'CREATE ROLE psyrad_site_st_c NOLOGIN; GRANT psyrad_site_st_c TO t_loader;'
	equal "$(sql "SELECT count(*) FROM clinical.site WHERE site = 'st_c'")" 0
	# The commands are the remedy.
	sql 'CREATE ROLE psyrad_site_st_c NOLOGIN'
	refused t_loader "SELECT clinical.add_site('st_c', 'C')" 'GRANT psyrad_site_st_c TO t_loader;'
	sql 'GRANT psyrad_site_st_c TO t_loader'
	equal "$(as t_loader -c "SELECT clinical.add_site('st_c', 'C')")" added
}

@test "who has CREATEROLE adds a site and can load it at once; no one else's site opens by declaring it again" {
	equal "$(as t_maker -c "SELECT clinical.add_site('st_d', 'D')")" added
	as t_maker -c "INSERT INTO clinical.subject_key (study, label, site) VALUES ('demo', '1', 'st_d')"
	equal "$(as t_maker -c 'SELECT count(*) FROM clinical.subject_key')" 1
	equal "$(as t_maker -c "SELECT clinical.add_site('st_a', 'A', '甲')")" unchanged
	equal "$(as t_maker -c "SELECT pg_has_role('psyrad_site_st_a', 'MEMBER')")" f
	equal "$(as t_loader -c 'SELECT count(*) FROM clinical.subject_key')" 0
}
