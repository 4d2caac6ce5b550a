# Search inside the literature: what matches, how it ranks, what a bad query says.
load cases.bash

find_ids() { q "SELECT coalesce(string_agg(s.ordinal::text, ' ' ORDER BY s.ordinal), '') FROM evidence.matching_records(\$q\$$1\$q\$) m JOIN evidence.source_record s ON s.source_record_id = m"; }
finds() { is "$2" "$(find_ids "$1")"; } # QUERY ORDINALS
says() { run psyrad find "$1"; exits 1; has "$2"; }

library() { psyrad ingest literature "$top/tests/golden/literature/search_library.csv" --map title=title --map title_translated=title_translated --map abstract=abstract --database Library >/dev/null; }

@test "ranking: BM25 as an independent program computes it, ties by the older report" {
	library
	while IFS=, read -r query record score; do
		[ "$query" != query ] || continue
		echo "$query|$record|$score"
	done <"$top/tests/golden/literature/search_bm25.csv" >expected
	cut -d'|' -f1 expected | uniq | while read -r query; do
		q "SELECT '$query', s.ordinal, f.score FROM evidence.find_records('$query', NULL) f JOIN evidence.source_record s USING (source_record_id) ORDER BY f.rank"
	done >found
	sort -t'|' -k1,1 -k2,2n expected >e; sort -t'|' -k1,1 -k2,2n found >f
	is "$(cut -d'|' -f1,2 e)" "$(cut -d'|' -f1,2 f)"
	[ "$(wc -l <found)" -gt 20 ]
	paste -d'|' e f | awk -F'|' '{ d = $3 - $6; if (d < 0) d = -d; if (!(d < 1e-12)) { print; bad = 1 } } END { exit bad }'
	q "INSERT INTO evidence.source_record (source_id, record_key, occurrence, file_id, seen_in, ordinal, format, content_sha256, title, raw)
		SELECT source_id, 'twin', 1, file_id, seen_in, 99, format, sha256('twin'), title, '' FROM evidence.source_record WHERE ordinal = 10" >/dev/null
	is 1 "$(q "SELECT evidence.index_records()")"
	is '10 99' "$(q "SELECT string_agg(s.ordinal::text, ' ' ORDER BY f.rank) FROM evidence.find_records('ti:comment', NULL) f JOIN evidence.source_record s USING (source_record_id)")"
	is '8|1' "$(q "SELECT count(*), count(*) FILTER (WHERE (f.score, f.cluster_id) <> (f.before, f.cluster) AND f.score = f.before) FROM (
		SELECT f.*, lag(f.score) OVER (ORDER BY f.rank) AS before, lag(f.cluster_id) OVER (ORDER BY f.rank) AS cluster FROM evidence.find_records('depression', NULL) f) f
		WHERE f.before IS NULL OR f.score < f.before OR (f.score = f.before AND f.cluster_id > f.cluster)")"
}

@test "words, phrases, beginnings, brackets, NOT, fields, years, authors, databases" {
	library
	finds 'acupuncture' '5 7 12'
	finds '"trials"' 7; finds trials '1 6 7'
	finds '"functional connectivity" NOT hippocamp*' 4
	finds 'electroacupuncture OR ti:sleep' '1 2 11'
	finds '(fluoxetine OR sham) trial' '1 6 7'
	finds 'NOT (depression OR 抑郁症)' '4 7 9 11 12'
	finds 'db:Library AND insomnia' 12; finds 'ti:connectivity' '3 4'; finds 'ab:connectivity' 3
	printf 'title,year,authors,keywords\nA,2015,"Zhang, Yimin; Li, Jing",one; rs-fMRI\nB,2016,"张三; 李四",百會\nC,2023,"Smith, Anna",psychoim-aging\nD,2024,"Smith, B",\n' >y.csv
	psyrad ingest literature y.csv --database Other >/dev/null
	finds 'db:Other yr:2016-2023' '2 3'; finds 'yr:2023-' '3 4'; finds 'yr:-2015' 1; finds 'yr:2016 OR yr:2024' '2 4'
	finds 'au:zhang' 1; finds 'au:"Zhang Y"' ''; finds 'au:"Smith A"' ''; finds 'au:smith' '3 4'; finds 'au:"smith anna"' 3; finds 'au:张三' 2; finds 'au:smi*' '3 4'; finds 'zhang' ''
	finds 'kw:百会' 2; finds 'kw:psychoimaging' 3; finds 'rsfMRI db:Other' 1; finds '"rs fmri"' 1
}

@test "one form for variants: traditional and variant characters, full width, hyphens and broken lines" {
	printf 'title,abstract\n針刺百會增加,A\n针刺百会増加,Ｂ　ｆｕｌｌ－ｗｉｄｔｈ\nC,"psychoim-\naging of the so-called state-of-the-art"\nD,psychoimaging\n' >v.csv
	psyrad ingest literature v.csv >/dev/null
	finds '針刺百会' '1 2'; finds '增加' '1 2'; finds '増加' '1 2'; finds 'ＦＵＬＬ' 2; finds 'fullwidth' 2; finds '"full width"' 2
	finds 'psychoimaging' '3 4'; finds 'psychoim-aging' '3 4'; finds '"psychoimaging"' '3 4'; finds 'stateoftheart' 3; finds '"state of the art"' 3
	finds '会' '1 2'; finds '刺' '1 2'; finds 'ti:加' '1 2'; finds '百刺' ''
}

@test "Chinese search strings: operators without blanks, full-width brackets, * and +" {
	library
	finds '抑郁症AND针刺' 5; finds '精神影像学AND抑郁症' 8; finds '精神影像学AND抑郁症AND针灸' ''
	finds '抑郁症*电针' '1 2'; finds '失眠+默认网络' '2 5 12'; finds '（失眠 ＯＲ 默认网络）ＡＮＤ 针刺' 5; finds '抑郁症 NOT 电针' '5 8'
	finds '“静息态功能磁共振”' 2; finds 'psychoradiology and depression' 8; finds '针灸*' 12
}

@test "concepts are searched by all their names, in both languages" {
	library
	finds 'acupoint:DU20' '1 2'
	finds 'acupoint:百会' '1 2'; finds 'acupoint:baihui' '1 2'; finds 'acupoint:Yintang' 2
	finds 'region:海马' '2 3 9'; finds 'region:hippocampus' '2 3 9'; finds 'network:DMN' '2 4 5'; finds 'modality:rs-fMRI' 2
	is t "$(q "SELECT bool_and(evidence.concept_names(kind, name) IS NOT NULL AND (SELECT p.query FROM evidence.search_parse(kind || ':\"' || name || '\"') p) IS NOT NULL) FROM evidence.concept_name")"
	says 'region:nowhere' 'query: there is no region called nowhere at character 1: region:nowhere'; has 'Near it: '
	says 'x acupoint:zigong' 'there is no acupoint called zigong at character 3'
}

@test "a region is not found where its Chinese name is a piece of another one's; parts of it are" {
	printf '%s,2020\n' title 海马旁回灰质体积减小 左侧海马体积减小 下丘脑功能连接 丘脑功能连接 前岛叶激活 海马 海马旁回与海马的连接 抑郁症丘脑 'parahippocampal gyrus volume' 'hippocampal volume' 'supramarginal gyrus' 缘上回 | sed '1s/2020/year/' >r.csv
	psyrad ingest literature r.csv >/dev/null
	finds 'region:海马' '2 6 7 10'; finds 'region:hippocampus' '2 6 7 10'; finds 'region:海马旁回' '1 7 9'; finds 'region:丘脑' '4 8'; finds 'region:下丘脑' 3; finds 'region:岛叶' 5
	finds 'region:海马 NOT region:海马旁回' '2 6 10'; finds '海马' '1 2 6 7'
	# The names by which findings are read are names to search by.
	is 'ACC|t PCC|t NAc|t' "$(q "SELECT a.name, a.whole = ANY (evidence.concept_names('region', a.name)) FROM (VALUES (1, 'ACC', '前扣带回'), (2, 'PCC', '后扣带回'), (3, 'NAc', '伏隔核')) a (place, name, whole) ORDER BY place" | paste -sd ' ')"
	finds 'region:缘上回' '11 12'; finds 'region:"supramarginal gyrus"' '11 12'
	is '' "$(q "SELECT t.name_en FROM evidence.region_term t WHERE region_term <> 'whole_brain' AND NOT EXISTS (SELECT FROM evidence.region_spelling s JOIN evidence.region_spelling o USING (key) WHERE s.region_term = t.region_term AND o.region_term <> t.region_term) AND name_en ~ '[a-z]{5}' AND evidence.concept_names('region', name_en) IS NULL")"
}

@test "bad queries say what is wrong and where" {
	library
	says '(a b' 'a bracket opens and does not close at character 1: (a b'
	says 'a b)' 'a bracket closes that did not open at character 4: )'
	says 'depression AND' 'it ends, where words are expected at character 14'
	says 'OR depression' 'OR, where words are expected at character 1: OR depression'
	says 'a AND OR b' 'OR, where words are expected at character 7: OR b'
	says '()' '), where words are expected at character 2: )'
	says ' ' 'it is empty'
	says 'x "open' 'a quote opens and does not close at character 3: "open'
	says 'a foo:bar' 'there is no field foo at character 3: foo:bar'; has 'ti (title)'
	says 'yr:20' 'yr: takes a year or years at character 1'; says 'yr:2020-2010' 'the years 2020 to 2010 are none'; says 'yr:(2020)' 'yr: takes one value, not a group'
	says 'wom?n' 'only the end of a word is cut off at character 1: wom?n'; says 'd*' 'too short a beginning'; says '"?!"' 'there is no word at character 1'
	says 'ti: x' 'nothing follows ti: at character 1'; says 'db:Nothing' 'no record is from a database Nothing'; has 'Databases: Library'
	run psyrad find; exits 2; run psyrad find a b; exits 2; run psyrad find a --limit x; exits 2; run psyrad find a --similar 1; exits 2; run psyrad find --help; exits 0; has 'exact phrases'
}

@test "psyrad find: one line a report, by its best record, with marks in both languages" {
	library
	run psyrad find 'ab:电针 OR electroacupuncture' --limit 2; exits 0; has '«电针»百会'; has '(2 rows)'; has '      2 |       2'
	is "to test «electroacupuncture» in «depressed»" "$(q "SELECT substring(snippet FROM 'to test.*depressed.') FROM evidence.find_records('depression electroacupuncture', 1)")"
	is '静息态功能磁共振比较治疗前后«海马»功能连接' "$(q "SELECT substring(snippet FROM '静息.*连接。') FROM evidence.find_records('海马')" | sed 's/。.*//')"
	printf 'TY  - JOUR\nAU  - Li, J\nTI  - Trial of fluoxetine in adolescents\nPY  - 2019\nDO  - 10.1234/one\nER  - \n' >a.ris; sed 's/adolescents/ADOLESCENTS./' a.ris >b.ris
	psyrad ingest literature a.ris --database PubMed >/dev/null; psyrad ingest literature b.ris --database Embase >/dev/null
	q "SELECT evidence.deduplicate()" >/dev/null
	is '{Embase,PubMed}|2' "$(q "SELECT databases, records FROM evidence.find_records('fluoxetine db:Embase')")"
	is '2' "$(q "SELECT max(found) FROM evidence.find_records('fluoxetine')")"
	q "INSERT INTO evidence.review (review) VALUES ('r'); INSERT INTO evidence.search (review, database) VALUES ('r', 'Embase'); SELECT evidence.attach_sources(search_id) FROM evidence.search" >/dev/null
	run psyrad find fluoxetine --review r --limit 0; exits 0; has '      1 |       1'
	run psyrad find fluoxetine --review nobody; exits 1; has "there is no review 'nobody'"
	run psyrad find --similar "$(q "SELECT source_record_id FROM evidence.source_record WHERE ordinal = 2 AND database = 'Library'")" --limit 2; exits 0; has '针刺对抑郁症患者脑网络的影响'
	run psyrad find --similar 999999; exits 1; has 'there is no current source record 999999'
}

@test "the index follows corrections: changed records are found by what they say now, those left out no more" {
	printf 'TY  - JOUR\nTI  - Alpha one\nDO  - 10.1234/a\nER  - \nTY  - JOUR\nTI  - Beta two\nDO  - 10.1234/b\nER  - \n' >a.ris
	psyrad ingest literature a.ris >/dev/null
	finds alpha 1
	printf 'TY  - JOUR\nTI  - Gamma one\nDO  - 10.1234/a\nER  - \n' >a.ris; run psyrad ingest literature a.ris
	finds alpha ''; finds beta ''; finds gamma 1; finds one 1
	is '1|2' "$(q "SELECT * FROM evidence.search_size" | cut -d'|' -f2,3)"
	is '.gamma|1 .one|1 gamma|1 one|1' "$(q "SELECT lexeme, documents FROM evidence.search_lexeme ORDER BY 1" | paste -sd ' ')"
	is 0 "$(q "SELECT evidence.index_records()")"
	psql -XAtq -d postgres -c "DO \$\$ BEGIN CREATE ROLE cli_reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$; GRANT psyrad_analyst TO cli_reader"
	is 1 "$(psql -XAtq -U cli_reader -d "$database" -c "SELECT count(*) FROM evidence.find_records('gamma')")"
	run psql -XAtq -U cli_reader -d "$database" -c "SELECT evidence.index_records()"; has 'permission denied'
}

@test "random queries over real records find what going through all of them finds" {
	need "$data/evidence/formats"
	for f in asysd/wos_test.ris asysd/zotero_export.bib formats/cnki_refer.enw formats/cnki_refworks.txt bibliography_open/_baseline_pubmed.csv bibliography_open/nimare_references.bib; do
		psyrad ingest literature "$data/evidence/$f" --database "$(basename "${f%.*}")" >/dev/null
	done
	q "SELECT evidence.deduplicate()" >/dev/null
	run python3 "$top/tests/golden/literature/search_properties.py" 8; exits 0; has '0 wrong'
	is t "$(q "SELECT (SELECT count(*) FROM (SELECT lexeme, documents FROM evidence.search_lexeme EXCEPT SELECT word, ndoc FROM ts_stat('SELECT vector FROM evidence.search_document')) x) = 0")"
}
