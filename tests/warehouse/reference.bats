# reference.bats - the Hamilton scales, and the acupoints with every spelling that is known of them.
load helpers
facts=$top/../shared/data

setup_file() { load helpers; make_database "$database"; }

teardown_file()
{
	load helpers
	"$deploy" revert --yes "$(url_of "$database")" >/dev/null
	drop_database "$database"
}

resolved() { sql "SELECT acupoint FROM intervention.resolve_acupoint(\$s\$$1\$s\$)"; }
candidates() { sql "SELECT array_to_string(candidates, ',') FROM intervention.resolve_acupoint(\$s\$$1\$s\$)"; }

@test "Hamilton scales: items and the range of the total" {
	equal "$(sql "SELECT i.instrument, total_min, total_max, count(item), coalesce(sum(item_max), 0) FROM clinical.instrument i
		LEFT JOIN clinical.instrument_item USING (instrument) WHERE family = 'HAMD' GROUP BY 1 ORDER BY total_max, 1")" \
		$'HAMD-6|0|22|6|22\nHAMD-7|0|26|7|26\nHAMD-17|0|52|17|52\nHAMD-21|0|64|21|64\nHAMD-24|0|76|24|76\nHAMD-unspecified|0|76|0|0'
	equal "$(sql "SELECT array_agg(item ORDER BY item) FROM clinical.instrument_item WHERE instrument = 'HAMD-17' AND item_max = 4")" '{1,2,3,7,8,9,10,11,15}'
	equal "$(sql "SELECT array_agg(item ORDER BY item) FROM clinical.instrument_item WHERE instrument = 'HAMD-17' AND item_max = 2")" '{4,5,6,12,13,14,16,17}'
	equal "$(sql "SELECT array_agg(form_item ORDER BY item) FROM clinical.instrument_item WHERE instrument = 'HAMD-6'")" '{1,2,7,8,10,13}'
	equal "$(sql "SELECT array_agg(form_item ORDER BY item) FROM clinical.instrument_item WHERE instrument = 'HAMD-7'")" '{1,2,3,7,10,11,13}'
	equal "$(sql "SELECT count(*) FROM clinical.instrument_item WHERE name_en = '' OR name_zh IS NULL OR instrument LIKE 'HAMD%' AND item_min <> 0")" 0
	equal "$(sql "SELECT count(*) FROM (SELECT form_item FROM clinical.instrument_item WHERE instrument LIKE 'HAMD%' GROUP BY 1 HAVING count(DISTINCT (name_en, name_zh, item_max)) > 1) x")" 0
}

@test "severity: a total of 23 has one name a scheme, and every total has exactly one" {
	equal "$(sql "SELECT scheme, label_en FROM clinical.cutoff WHERE instrument = 'HAMD-17' AND 23 BETWEEN lo AND hi ORDER BY 1")" \
		$'chinese|definite\nnice|very severe\nzimmerman|moderate'
	equal "$(sql "SELECT scheme, label_en FROM clinical.cutoff WHERE instrument = 'HAMD-17' AND 7 BETWEEN lo AND hi ORDER BY 1")" \
		$'chinese|possible\nnice|none\nremission|remission\nzimmerman|none'
	equal "$(sql "SELECT count(*) FROM (SELECT instrument, scheme, total FROM clinical.instrument i JOIN (SELECT DISTINCT instrument, scheme FROM clinical.cutoff WHERE scheme <> 'remission') s USING (instrument),
		generate_series(total_min::int, total_max::int) total WHERE 1 <> (SELECT count(*) FROM clinical.cutoff c WHERE (c.instrument, c.scheme) = (i.instrument, s.scheme) AND total BETWEEN lo AND hi)) x")" 0
	equal "$(sql "SELECT string_agg(lo || '-' || hi, ' ' ORDER BY lo) FROM clinical.cutoff WHERE (instrument, scheme) = ('HAMD-24', 'chinese')")" '0-7 8-20 21-35 36-76'
}

@test "factors: the Chinese anxiety/somatization has five items without item 13, Cleary and Guy's six with it" {
	equal "$(sql "SELECT scheme, items, factor_max FROM clinical.factor WHERE factor = 'anxiety/somatization' ORDER BY 1")" \
		$'chinese_7|{10,11,12,15,17}|16\ncleary_guy|{10,11,12,13,15,17}|18'
	equal "$(sql "SELECT count(*), sum(factor_max), array_agg(i ORDER BY i) FROM clinical.factor, unnest(items) i WHERE scheme = 'chinese_7' AND i = 13")" '0||'
	equal "$(sql "SELECT count(DISTINCT factor), count(*), sum(item_max) FROM clinical.factor f, unnest(items) i JOIN clinical.instrument_item t ON t.item = i
		WHERE scheme = 'chinese_7' AND t.instrument = 'HAMD-24'")" '7|23|74'
}

@test "the scales agree with the collected definitions, item by item" {
	[ -d "$facts/clinical" ] || skip 'no ../shared/data'
	python3 - "$facts/clinical/scale_definitions" >"$BATS_TEST_TMPDIR/expected" <<-'PY'
		import csv, sys
		for row in csv.DictReader(open(sys.argv[1] + '/hamd_items.csv', encoding='utf-8')):
		    for form in '6', '7', '17', '21', '24':
		        if row['in_' + form] == '1':
		            print('HAMD-' + form, row['item'], row['name_zh'], row['min'], row['max'], sep='|')
	PY
	sql 'SELECT instrument, form_item, name_zh, item_min, item_max FROM clinical.instrument_item WHERE instrument LIKE '\''HAMD%'\''' | diff <(LC_ALL=C sort "$BATS_TEST_TMPDIR/expected") <(LC_ALL=C sort)
	python3 - "$facts/clinical/scale_definitions" >"$BATS_TEST_TMPDIR/expected" <<-'PY'
		import csv, sys
		scheme = {'Zimmerman/APA style': 'zimmerman', 'NICE/CamCOPS': 'nice', 'Chinese': 'chinese', 'outcome': 'remission'}
		for row in csv.DictReader(open(sys.argv[1] + '/cutoffs.csv', encoding='utf-8')):
		    if row['scale'].startswith('HAMD'):
		        print(row['scale'], scheme[row['scheme']], row['lo'], row['hi'], row['label'].replace('mild-moderate', 'mild to moderate'), sep='|')
	PY
	sql 'SELECT instrument, scheme, lo, hi, label_en FROM clinical.cutoff WHERE instrument LIKE '\''HAMD%'\''' | diff <(LC_ALL=C sort "$BATS_TEST_TMPDIR/expected") <(LC_ALL=C sort)
}

@test "points: 361 on 14 channels, 48 extra, 14 scalp lines, 93 ear points, areas and sets" {
	equal "$(sql "SELECT kind, count(*) FROM intervention.acupoint GROUP BY 1 ORDER BY 1")" $'area|4\nchannel|361\near|93\nextra|48\nother|2\nscalp|14\nset|17'
	equal "$(sql "SELECT string_agg(channel || n, ' ' ORDER BY channel) FROM (SELECT channel, count(*) AS n FROM intervention.acupoint WHERE kind = 'channel' GROUP BY 1) c")" \
		'BL67 CV24 GB44 GV28 HT9 KI27 LI20 LR14 LU11 PC9 SI19 SP21 ST45 TE23'
	equal "$(sql "SELECT sites FROM intervention.acupoint WHERE acupoint = 'EX-HN1'")" 4
}

@test "ear points: the zones of GB/T 13734-2008 with its numbers of points; what was not read in a source says so" {
	equal "$(sql "SELECT string_agg(zone || n, ' ' ORDER BY zone) FROM (SELECT substring(acupoint FROM '^(?:EAR-)?([A-Z]+)') AS zone, count(*) AS n FROM intervention.acupoint WHERE kind = 'ear' GROUP BY 1) z")" \
		'AH14 AT8 CO21 HX13 LO8 P5 PS1 R3 SF6 TF5 TG9'
	equal "$(sql "SELECT count(*) FROM intervention.acupoint WHERE kind = 'ear' AND (name_en IS NULL AND acupoint <> 'TF4' OR source <> 'GB/T 13734-2008')")" 0
	equal "$(sql "SELECT kind, count(*) FILTER (WHERE verified), count(*) FILTER (WHERE NOT verified) FROM intervention.acupoint WHERE kind IN ('channel', 'extra', 'scalp', 'ear') GROUP BY 1 ORDER BY 1")" \
		$'channel|323|38\near|9|84\nextra|0|48\nscalp|0|14'
}

@test "a point's tones, characters and syllables belong together" {
	# The toned pinyin without its tones is the toneless one, with as many syllables as characters and one vowel marked in each.
	equal "$(sql "SELECT string_agg(acupoint, ',') FROM intervention.acupoint WHERE pinyin_tone IS NOT NULL AND (
		lower(pinyin) <> replace(translate(pinyin_tone, 'āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ', 'aaaaeeeeiiiioooouuuuuuuu'), ' ', '')
		OR cardinality(string_to_array(pinyin_tone, ' ')) <> length(name_zh) OR length(name_zh) <> length(name_zh_hant)
		OR cardinality(string_to_array(pinyin_tone, ' ')) <> length(regexp_replace(pinyin_tone, '[^āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]', '', 'g'))
		-- The mark stands on a or e where there is one, on o in ou, else on the last vowel.
		OR pinyin_tone ~ '(a|e)[īíǐìūúǔùōóǒò]|o[ūúǔù]|[īíǐìūúǔù](a|e|o|u|i)')")" ''
}

@test "points agree with the collected lists but for the corrections that are listed here" {
	[ -d "$facts/acupuncture" ] || skip 'no ../shared/data'
	python3 - "$facts/acupuncture/points" >"$BATS_TEST_TMPDIR/expected" <<-'PY'
		import csv, sys
		def rows(name): return csv.DictReader(open(f'{sys.argv[1]}/{name}.csv', encoding='utf-8'))
		for row in rows('acupoints_361'): print(row['code'], row['pinyin'], row['zh_hans'], {'GB22': '淵腋'}.get(row['code'], row['zh_hant']), '', sep='|')
		for row in rows('acupoints_extra48'): print(row['code'], row['pinyin'], row['zh_hans'], '', row['sites_if_multiple'], sep='|')
		for row in rows('scalp_lines_ms14'): print(row['code'], row['pinyin'], row['zh_hans'], '', '', sep='|')
		for row in rows('ear_points_subset'): print(row['code'], row['name'].split(' / ')[0], row['zh_hans'], '', '', sep='|')
	PY
	sql "SELECT acupoint, pinyin, name_zh, CASE kind WHEN 'channel' THEN name_zh_hant END, sites FROM intervention.acupoint WHERE kind IN ('channel', 'extra', 'scalp') OR kind = 'ear' AND (context IS NULL OR context = 'weak') AND acupoint NOT LIKE 'EAR-%'" |
		diff <(LC_ALL=C sort "$BATS_TEST_TMPDIR/expected") <(LC_ALL=C sort)
	python3 - "$facts/acupuncture/points" >"$BATS_TEST_TMPDIR/tones" <<-'PY'
		import csv, sys
		for row in csv.DictReader(open(sys.argv[1] + '/acupoints_361.csv', encoding='utf-8')): print(row['code'], row['pinyin_tone'].lower().replace(' ', ''), sep='|')
	PY
	# Tone marks that stand on the wrong vowel or are missing in the list, and readings that the character does not have.
	equal "$(sql "SELECT acupoint, replace(pinyin_tone, ' ', '') FROM intervention.acupoint WHERE kind = 'channel'" |
		diff <(LC_ALL=C sort "$BATS_TEST_TMPDIR/tones") <(LC_ALL=C sort) | sed -n 's/^> \([A-Z0-9]*\).*/\1/p' | xargs)" \
		'BL38 GB21 GV6 HT6 KI3 LR10 LR14 LR3 PC4 SI10 SP3 SP7 SP9 ST10 ST16 ST34'
}

@test "every code, name and alias of the collected lists resolves to its point, or is reported ambiguous with its point among the candidates" {
	[ -d "$facts/acupuncture" ] || skip 'no ../shared/data'
	python3 - "$facts/acupuncture/points" >"$BATS_TEST_TMPDIR/spellings" <<-'PY'
		import csv, itertools, sys
		def rows(name): return csv.DictReader(open(f'{sys.argv[1]}/{name}.csv', encoding='utf-8'))
		out = set()
		corrected = 'BL38 GB21 GV6 HT6 KI3 LR10 LR14 LR3 PC4 SI10 SP3 SP7 SP9 ST10 ST16 ST34'.split() # tones: the test above
		channels = list(rows('meridian_code_aliases'))
		for row in rows('acupoints_361'):
		    letters, number = row['meridian'], row['number']
		    names = [row['code'], row['pinyin'], row['zh_hans'], row['zh_hant'], row['zh_hans'] + '穴', f'{letters} {number}', f'{letters}-{number}',
		        letters.lower() + number, row['pinyin'].upper(), f'{row["zh_hans"]}({row["code"]})', f'{row["code"]} {row["pinyin"]}']
		    if row['code'] not in corrected: names += [row['pinyin_tone'], row['pinyin_tone'].replace(' ', '').upper()]
		    names += [c['alias'] + separator + number for c in channels if c['code'] == letters for separator in ('', ' ', '-')]
		    out |= {(name, row['code']) for name in names}
		for row in rows('acupoints_extra48'):
		    out |= {(name, row['code']) for name in (row['code'], row['pinyin'], row['zh_hans'], row['code'].replace('-', ''), row['code'].replace('-', ' '), row['zh_hans'] + '穴')}
		for row in rows('scalp_lines_ms14'):
		    out |= {(name, row['code']) for name in (row['code'], row['pinyin'], row['zh_hans'], row['english'])}
		for row in rows('ear_points_subset'):
		    out |= {(name, row['code']) for name in [row['code'], row['zh_hans'], *row['name'].split(' / ')]}
		for row in rows('point_aliases'):
		    out |= {(row['alias'], code) for code in row['code'].split('|')}
		for spelling, code in sorted(out): print(spelling, code, sep='\t')
	PY
	[ "$(wc -l <"$BATS_TEST_TMPDIR/spellings")" -gt 10000 ]
	as "$PGUSER" >"$BATS_TEST_TMPDIR/answer" <<-SQL
		CREATE TEMP TABLE known (spelling text, acupoint text);
		\\copy known FROM '$BATS_TEST_TMPDIR/spellings'
		SELECT k.* FROM known k, intervention.resolve_acupoint(spelling) r WHERE NOT k.acupoint = ANY (r.candidates);
		SELECT k.*, r.candidates FROM known k, intervention.resolve_acupoint(spelling) r WHERE (r.acupoint IS NULL) <> (cardinality(candidates) > 1) OR r.acupoint <> k.acupoint;
	SQL
	equal "$(cat "$BATS_TEST_TMPDIR/answer")" ''
	# What is ambiguous: the collisions of toneless pinyin, short names, and channel letters that two traditions share.
	equal "$(as "$PGUSER" <<-SQL
		CREATE TEMP TABLE known (spelling text, acupoint text);
		\\copy known FROM '$BATS_TEST_TMPDIR/spellings'
		SELECT string_agg(DISTINCT lower(regexp_replace(spelling, '[- ]?[0-9]+$', '')), ' ' ORDER BY lower(regexp_replace(spelling, '[- ]?[0-9]+$', '')))
		FROM known k, intervention.resolve_acupoint(spelling) r WHERE r.acupoint IS NULL;
	SQL
	)" 'b co erjian futu juliao p shenmen wangu yinjiao zhongdu zhongzhu zigong zǐ gōng zǐgōng 三里 临泣 五里 神門 神门 神门穴 禾髎 窍阴 通谷 阳关'
}

@test "the listed collisions of toneless pinyin resolve to none and name their points; tones tell them apart" {
	[ -d "$facts/acupuncture" ] || skip 'no ../shared/data'
	while IFS=, read -r pinyin points; do
		expected=$(grep -oE '[A-Z]+(-[A-Z]+)?[0-9]+' <<<"$points" | LC_ALL=C sort | paste -sd ,)
		equal "$pinyin $(resolved "$pinyin") $(candidates "$pinyin")" "$pinyin  $expected"
	done < <(tail -n +2 "$facts/acupuncture/points/pinyin_collisions.csv")
	equal "$(resolved 'èr jiān') $(resolved 'Ěrjiān') $(resolved 'zhōngzhù') $(resolved 'Zhōng Zhǔ')" 'LI2 EX-HN6 KI15 TE3'
}

@test "Yintang in all its numbers, and Shenting never among them" {
	for spelling in EX-HN3 'EX HN 3' ex-hn-3 GV29 DU29 'Du 29' GV24+ 'GV 24+' 'GV24 +' 'ＧＶ２４＋' 'GV24⁺' DU24+ M-HN-3 'Extra 1' Yintang 'yìn táng' 印堂 印堂穴 '印堂（EX-HN3）' 'Yintang (GV29)'; do
		equal "$spelling $(resolved "$spelling")" "$spelling EX-HN3"
	done
	for spelling in GV24 'GV 24' GV-24 DU24 Shenting 神庭; do equal "$spelling $(resolved "$spelling")" "$spelling GV24"; done
	equal "$(resolved 'GV24 (印堂)'),$(candidates 'GV24 (印堂)')" ',EX-HN3,GV24'
}

@test "spellings of width, case, spaces, hyphens, traditional and variant characters meet in one point" {
	for spelling in GV20 gv20 'GV 20' GV-20 'GV–20' 'G V 2 0' DU20 'Du-20' VG20 百会 百會 '百 会' 百会穴 Baihui 'Bai Hui' bǎihuì 'BǍI HUÌ' 'băi huì' 'Ｂａｉｈｕｉ' \
		'Baihui (GV20)' 'GV20 (Baihui)' '百会(DU 20)' 'GV20百会' '百会 GV20' GV020; do
		if [ "$spelling" = 'G V 2 0' ]; then equal "$(resolved "$spelling")" ''; else equal "$spelling $(resolved "$spelling")" "$spelling GV20"; fi
	done
	for spelling in 太冲 太沖 太衝; do equal "$spelling $(resolved "$spelling")" "$spelling LR3"; done
	for spelling in 肺俞 肺兪 肺腧; do equal "$spelling $(resolved "$spelling")" "$spelling BL13"; done
	for spelling in 足三里 足三裡 足三裏; do equal "$spelling $(resolved "$spelling")" "$spelling ST36"; done
	equal "$(resolved 'Dü 3') $(resolved 'Du 3') $(resolved 3E5) $(resolved P10)" 'SI3 GV3 TE5 LU10'
}

@test "nothing is guessed: lists, ranges, unknown and empty spellings resolve to none" {
	for spelling in '' ' ' 'ST3-6' 'ST3 6' 'ST3 - 6' 'ST3.6' 'ST3,6' 'ST36 ST37' 'BL20 or BL15' 'GV20+EX-HN3' 'GV20/GV24' GV30 LU12 'ST' 36 Baihuii 四神 'GV20 (Foo)' '百会(LR3x)' "x'; DROP TABLE x" '%' '\'; do
		equal "$spelling:$(resolved "$spelling"):$(candidates "$spelling")" "$spelling::"
	done
	equal "$(sql 'SELECT acupoint, rule, candidates FROM intervention.resolve_acupoint(NULL)')" '||{}'
}

@test "a side beside a point is told from its name" {
	side() { sql "SELECT acupoint, side FROM intervention.acupoint_resolve(\$s\$$1\$s\$)"; }
	for spelling in 'PC6(bilaterally)' 'PC6 (bilateral)' '内关（双侧）' '内关(双)' 双侧内关 'bilateral PC6' 'Neiguan both sides'; do equal "$spelling $(side "$spelling")" "$spelling PC6|bilateral"; done
	for spelling in 'left PC6' 'PC6 (left)' '左侧内关' '内关（左）'; do equal "$spelling $(side "$spelling")" "$spelling PC6|left"; done
	equal "$(side '右侧 内关') $(side PC6) $(side 百会)" 'PC6|right PC6| GV20|midline'
	equal "$(side 'bilateral')" ''
}

@test "a function of spellings gives the same under any collation" {
	equal "$(sql "SELECT count(*) FROM intervention.acupoint_alias WHERE intervention.fold_acupoint(upper(alias COLLATE \"C\") COLLATE \"C\") <> alias
		OR intervention.fold_acupoint(alias COLLATE \"POSIX\") <> alias")" 0
}
