# Instruments by definition files: what is wrong in one is told by line and column, and what is right is used at once.
load cases.bash

definition() {
	cat >two.json <<-'JSON'
		{"instrument": "T-2", "title_en": "Two items", "title_zh": "两条目", "higher_is": "worse",
		 "total_min": 0, "total_max": 6, "source": "us",
		 "items": [
			{"name_en": "mood", "name_zh": "心境", "min": 0, "max": 3},
			{"name_en": "ease", "min": 0, "max": 3, "reversed": true}],
		 "cutoffs": [
			{"scheme": "s", "lo": 0, "hi": 2, "label_en": "low"},
			{"scheme": "s", "lo": 3, "hi": 6, "label_en": "high"}]}
	JSON
}
instrument() { run psyrad ingest instrument "$@"; }

@test "a definition is declared, its scores load, and a template of it is there" {
	definition; instrument two.json; exits 0
	is 'instrument: 1 file, 1 read, 1 loaded, 0 unchanged, 0 rejected' "$output"
	instrument two.json; exits 0; has '0 loaded, 1 unchanged'
	printf 'participant_id,T2_1_w0,T2_2_w0,T-2_w8\nP01,3,0,2\n' >a.csv
	run psyrad ingest scores a.csv --study t; exits 0; has '2 read, 2 loaded'
	is '6 high, 2 low' "$(q "SELECT string_agg(total || ' ' || clinical.severity(instrument, total, 's'), ', ' ORDER BY session DESC) FROM clinical.score")"
	psyrad template scores --instrument T-2 --lang zh | grep -q '条目1,条目2,总分'
	sed -i 's/"label_en": "high"}/"label_en": "high"}, {"scheme": "other", "lo": 0, "hi": 6, "label_en": "any"}/' two.json
	instrument two.json; exits 0; has '1 loaded'
	sed -i 's/"max": 3}/"max": 4}/; s/"total_max": 6/"total_max": 7/; s/"hi": 6/"hi": 7/g' two.json
	instrument two.json; exits 1; has 'has scores, and its definition cannot change under them'; has 'Declare another version'
	is 6 "$(q "SELECT total_max FROM clinical.instrument WHERE instrument = 'T-2'")"
}

# wrong SED PLACE MESSAGE: the definition spoilt, what is said of it, and that nothing of it is kept
wrong() {
	definition; sed -i "$1" two.json; instrument two.json
	exits 1; has "two.json: refused: $2"; has "$3"
	is 0 "$(q "SELECT count(*) FROM clinical.instrument WHERE instrument LIKE 'T%2'")"
	is "file_refused $(sed 's/.*line \([0-9]*\),.*/\1/' <<<"$2")" "$(q "SELECT code, line FROM ingest.reject ORDER BY file_id DESC LIMIT 1" | tr '|' ' ')"
}

@test "what is wrong is told by line and column: text that is no JSON, keys, types, ranges, bands" {
	wrong '4s/"max": 3/"max": 3,/; 4s/}/]/' 'JSON, line 4, column' ''
	wrong '5s/"min": 0/"min": 5/' 'line 5, column 28: instrument T-2: items[2]: min is 5 and max 3' 'the first the smaller'
	wrong '4s/"max"/"most"/' 'line 4, column 56: items[1] has' "unknown keys: 'most'"
	wrong '5s/true/"yes"/' 'line 5, column' 'reversed is yes where boolean is expected'
	wrong '7s/"hi": 2/"hi": 1/' 'line 7, column' 'scheme s: the bands from 0 to 1 do not meet the next at 3'
	wrong '2s/"total_max": 6/"total_max": 9/' 'line 3, column 11' "the items' totals run from 0 to 6, and the definition's from 0 to 9"
	wrong '1s/"worse"/"up"/' 'line 1, column' 'higher_is is up where worse or better is expected'
	wrong '1s/"T-2"/"T\/2"/' 'line 1, column' 'is no name for an instrument'
	wrong '3s/"items"/"item"/' 'line 3, column' "unknown keys: 'item'"
	wrong '1s/"title_en"/"instrument"/' 'JSON, line 1, column' 'instrument'
	: >empty.json; instrument empty.json; exits 1; has 'the file is empty'
	echo '[1]' >list.json; instrument list.json; exits 1; has 'line 1, column 1: the definition is array where an object is expected'
}

@test "every definition that psyrad brings is unchanged when it is loaded; those of the shared files say the same" {
	instrument "$top"/migrations/data/instruments/*.json; exits 0; has ' 0 loaded'
	need "$data/clinical/scale_definitions/hamd_items.csv"
	is 24 "$(psql -XAtq -d "$database" -c 'CREATE TEMP TABLE d (item int, name_en text, name_zh text, lo int, hi int, in_6 int, in_7 int, in_17 int, in_21 int, in_24 int, note text)' \
		-c "\\copy d FROM '$data/clinical/scale_definitions/hamd_items.csv' CSV HEADER" \
		-c "SELECT count(*) FROM d WHERE (SELECT array_agg(i.instrument || ' ' || i.item_min || ' ' || i.item_max ORDER BY i.instrument COLLATE \"C\") FROM clinical.instrument_item i WHERE i.instrument LIKE 'HAMD-%' AND i.form_item = d.item)
			= (SELECT array_agg('HAMD-' || v || ' ' || d.lo || ' ' || d.hi ORDER BY ('HAMD-' || v) COLLATE \"C\") FROM (VALUES (6, in_6), (7, in_7), (17, in_17), (21, in_21), (24, in_24)) f(v, has) WHERE has = 1)")"
	# Bands by numbers alone: the shared names of the schemes are sentences.
	is 0 "$(psql -XAtq -d "$database" -c 'CREATE TEMP TABLE d (scale text, scheme text, label text, lo int, hi int, source text)' \
		-c "\\copy d FROM '$data/clinical/scale_definitions/cutoffs.csv' CSV HEADER" \
		-c "SELECT count(*) FROM d WHERE scale LIKE 'HAMD-%' AND NOT EXISTS (SELECT FROM clinical.cutoff c WHERE c.instrument = d.scale AND (c.lo, coalesce(c.hi, d.hi)) = (d.lo, d.hi))")"
	is 0 "$(psql -XAtq -d "$database" -c 'CREATE TEMP TABLE d (scheme text, factor text, name_zh text, items text, most int, source text)' \
		-c "\\copy d FROM '$data/clinical/scale_definitions/hamd_factors.csv' CSV HEADER" \
		-c "SELECT count(*) FROM d WHERE NOT EXISTS (SELECT FROM clinical.factor f WHERE f.items = string_to_array(d.items, ';')::smallint[] AND f.factor_max = d.most)")"
}
