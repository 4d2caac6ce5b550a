# Names of brain regions: what they resolve to, what they must not resolve to, in lists, and in the warehouse's atlases.
load helpers

setup_file()
{
	make_database "$database"
	as "$PGUSER" -v names="$BATS_TEST_DIRNAME/atlas_names.tsv" -f "$BATS_TEST_DIRNAME/atlas_names.sql"
}
teardown_file() { drop_database "$database"; }

# NAME: term side certainty status
read_as() { sql "SELECT concat_ws(' ', coalesce(term, '-'), coalesce(hemisphere, '-'), certainty, status) FROM evidence.resolve_region(\$q\$$1\$q\$)"; }
# LIST: each member as term@side, ~ where the side is implied, ?words where it is not resolved, /n for alternatives
list_as()
{
	sql "SELECT string_agg(coalesce(term, '?' || verbatim) || coalesce('@' || hemisphere, '') || CASE certainty WHEN 'implied' THEN '~' ELSE '' END || coalesce('/' || alternative, ''), ' ' ORDER BY ordinal)
		FROM evidence.resolve_region_list(\$q\$$1\$q\$)"
}

@test "every region of AAL, AAL2 and AAL3 resolves to itself, on its side; Desikan-Killiany's to what contains it" {
	equal "$(sql "SELECT string_agg(g.atlas || ' ' || g.name || ' ' || r.regions::text, ', ') FROM imaging.region g, evidence.resolve_region(g.name, g.atlas) r WHERE g.atlas LIKE 'AAL%' AND r.regions IS DISTINCT FROM ARRAY[g.region]")" ''
	equal "$(sql "SELECT count(*), bool_and(g.region = ANY (r.regions)), count(*) FILTER (WHERE cardinality(r.regions) > 1) FROM imaging.region g, evidence.resolve_region(g.name, g.atlas) r WHERE g.atlas = 'DK'")" '83|t|4'
	equal "$(sql "SELECT atlas, count(*), count(region_term) FROM evidence.atlas_term WHERE atlas <> 'head' GROUP BY 1 ORDER BY 1" | tr '\n' ' ')" 'AAL|116|116 AAL2|120|120 AAL3|166|166 DK|83|83 '
}

@test "the same name in several atlases: whole, in parts, within another, and none" {
	names() { sql "SELECT coalesce(string_agg(g.name, ' ' ORDER BY g.region), '-') || ';' || coalesce(min(r.note), '') FROM evidence.resolve_region('$1', '$2') r LEFT JOIN imaging.region g ON g.atlas = '$2' AND g.region = ANY (r.regions)"; }
	equal "$(names '左侧额中回' AAL)" 'Frontal_Mid_L;'
	equal "$(names '左侧额中回' AAL3)" 'Frontal_Mid_2_L;'
	equal "$(names 'left middle frontal gyrus' DK)" 'ctx-lh-caudalmiddlefrontal ctx-lh-rostralmiddlefrontal;'
	equal "$(names 'right ACC' AAL3)" 'ACC_sub_R ACC_pre_R ACC_sup_R;'
	equal "$(names 'right sgACC' AAL3)" 'ACC_sub_R;'
	equal "$(names 'right sgACC' AAL)" 'Cingulum_Ant_R;AAL has no region of its own for it: those that it lies in'
	equal "$(names 'left nucleus accumbens' AAL)" '-;AAL has no region of it'
	equal "$(names '右侧小脑' DK)" '-;DK has no region of it'
	equal "$(names '右侧伏隔核' AAL3)" 'N_Acc_R;'
	equal "$(names 'left insula' Schaefer)" '-;no atlas Schaefer is stored'
}

@test "sides: stated in all their places, never assumed" {
	for text in '左侧海马' '左海马' '海马（左）' '海马(左侧)' 'left hippocampus' 'Hippocampus_L' 'hippocampus, left' 'L hippocampus' 'Lhippo' 'lh.hippocampus' 'Left-Hippocampus' '海马L' '海马_L' 'hippocampus (L)'; do
		equal "$text $(read_as "$text")" "$text hippocampus left stated resolved"
	done
	for text in '双侧海马' '两侧海马' '左右侧海马' 'bilateral hippocampi' 'left and right hippocampus' 'hippocampus L/R' '左侧和右侧海马'; do
		equal "$text $(read_as "$text")" "$text hippocampus bilateral stated resolved"
	done
	for text in '海马' 'hippocampus' '对侧海马' 'ipsilateral hippocampus' '优势半球海马' 'left or right hippocampus'; do
		equal "$text $(read_as "$text")" "$text hippocampus - unknown resolved"
	done
	equal "$(read_as '侧额中回')" 'middle_frontal - unknown resolved'
	equal "$(read_as '右侧脑室')" 'lateral_ventricle right stated resolved'
	equal "$(read_as '左边缘叶')" 'limbic_lobe left stated resolved'
	equal "$(read_as '左侧海马右侧')" '- - unknown ambiguous'
	equal "$(read_as '小脑蚓部')" 'vermis midline stated resolved'
	equal "$(read_as '右侧脑桥')" 'pons right stated resolved'
}

@test "what is not known stays unresolved, with its side; what names nothing says so; nothing is taken for being alike" {
	for text in '右颅骨回' '右楔间'; do equal "$text $(read_as "$text")" "$text - right stated unresolved"; done
	for text in 'left hipocampus' '左侧额顶回' 'left cuneuss'; do equal "$text $(read_as "$text")" "$text - left stated unresolved"; done
	equal "$(sql "SELECT note FROM evidence.resolve_region('left hipocampus')")" 'not a known name; most like: hippocampus'
	for text in '部分脑区' '45条连接' '更多脑区' '共性异常脑区' 'some regions' '45 connections (regions not named)' 'broad, strong activated areas (not named)' '' ' '; do
		equal "$text $(read_as "$text")" "$text - - unknown not_named"
	done
	for text in 'PCG' '海马回' 'sensorimotor cortex' 'frontal gyrus' 'hippocampus (amygdala)' 'hippocampus and amygdala' '右侧壳核/苍白球'; do
		equal "$text $(sql "SELECT status, regions FROM evidence.resolve_region('$text')")" "$text ambiguous|{}"
	done
	equal "$(read_as 'BA 4/6')" '- - unknown unresolved' # and not 46
	equal "$(read_as 'BA46')" 'BA46 - unknown resolved'
	equal "$(sql "SELECT status FROM evidence.resolve_region(NULL)")" not_named
}

@test "lists: the side of a member holds for those after it, implied; alternatives; members cut short" {
	equal "$(list_as '右侧颞上回、中央前回')" 'superior_temporal@right precentral@right~'
	equal "$(list_as '额叶或舌状回')" 'frontal_lobe/1 lingual/1'
	equal "$(list_as '左侧额上、中、下回，右侧楔前叶和后扣带回；小脑后叶')" 'superior_frontal@left middle_frontal@left~ inferior_frontal@left~ precuneus@right posterior_cingulate@right~ cerebellum_posterior'
	equal "$(list_as 'superior and middle frontal gyri')" 'superior_frontal middle_frontal'
	equal "$(list_as 'left hippocampus or amygdala; thalamus')" 'hippocampus@left/1 amygdala@left~/1 thalamus'
	equal "$(list_as '右侧额中回、侧额下回、楔叶')" 'middle_frontal@right inferior_frontal cuneus' # a side that is lost is not bridged
	equal "$(list_as '额上回、中回（均为左侧）')" 'superior_frontal@left middle_frontal@left'
	equal "$(list_as '双侧海马、脑干')" 'hippocampus@bilateral brain_stem@midline'
	equal "$(list_as '右颅骨回、右楔间')" '?右颅骨回@right ?右楔间@right'
	equal "$(list_as 'the left inferior frontal gyrus (pars triangularis, BA 45), and precuneus')" 'inferior_frontal@left precuneus@left~'
	equal "$(list_as '')" ''
}

@test "the review's findings: each as it is stated, in both languages, and in AAL3 as its readers thought" {
	facts=$top/../shared/data/evidence/review_facts/findings.csv
	[ -f "$facts" ] || skip "../shared/data is not here"
	output=$(as "$PGUSER" -v facts="$facts" <<-'SQL'
		\set QUIET on
		CREATE TEMP TABLE f (id int, study text, contrast text, measure text, direction text, zh text, en text, laterality text, stated text, aal3 text, related text, note text);
		SELECT format('\copy f FROM %L WITH (FORMAT csv, HEADER)', :'facts') AS copy_facts \gset
		:copy_facts
		CREATE TEMP TABLE g AS SELECT f.id, f.zh, f.en, f.laterality, f.stated, f.aal3, r.*, n.names FROM f, evidence.resolve_region(f.zh, 'AAL3') r, LATERAL (SELECT string_agg(name, ' ' ORDER BY region) AS names FROM imaging.region WHERE atlas = 'AAL3' AND region = ANY (r.regions)) n;
		SELECT count(*), count(*) FILTER (WHERE status = 'resolved'), count(*) FILTER (WHERE status = 'unresolved'), count(*) FILTER (WHERE status = 'not_named') FROM g;
		-- The side as stated; implied ones are of lists, and not in the name.
		SELECT 'side', id, zh FROM g WHERE g.hemisphere IS DISTINCT FROM CASE WHEN stated = 'yes' THEN laterality END ORDER BY id;
		SELECT 'unresolved', id FROM g WHERE (aal3 = 'UNRESOLVED') <> (status = 'unresolved');
		SELECT 'names', id, aal3, names FROM g WHERE stated NOT LIKE 'implied%' AND aal3 ~ '^[A-Za-z0-9_]+_[LR]$' AND names IS DISTINCT FROM aal3;
		SELECT 'pattern', id, aal3, names FROM g WHERE stated NOT LIKE 'implied%' AND aal3 ~ '^[A-Za-z0-9_]*_?\*[A-Za-z_]*$' AND EXISTS (SELECT FROM unnest(string_to_array(names, ' ')) n WHERE n !~ ('^' || replace(aal3, '*', '.*')) AND n !~ '^(OFC|Rectus|Vermis|ACC)');
		SELECT 'languages', id, zh, en FROM g, evidence.resolve_region(en, 'AAL3') e WHERE (g.term, g.status) IS DISTINCT FROM (e.term, e.status);
	SQL
	)
	equal "$output" '48|41|2|5'
}

@test "labelled names: none is wrong, as none was at the first run" {
	output=$(as "$PGUSER" -v lines="$BATS_TEST_DIRNAME/region_blind.tsv" -f "$BATS_TEST_DIRNAME/region_measure.sql" \
		-c "SELECT count(*), count(*) FILTER (WHERE m.right), count(*) FILTER (WHERE wanted = 'resolved') FROM measured m" -c "SELECT * FROM measured m WHERE NOT m.right")
	equal "$output" '160|160|146'
}

@test "names out of titles: 79 of 85 resolve as labelled, the others are ambiguous or unresolved" {
	output=$(as "$PGUSER" -v lines="$BATS_TEST_DIRNAME/region_titles.tsv" <<-'SQL'
		\set QUIET on
		CREATE TEMP TABLE raw (whole text);
		SELECT format('\copy raw (whole) FROM %L WITH (FORMAT csv, DELIMITER E''\x01'', QUOTE E''\x02'')', :'lines') AS copy_lines \gset
		:copy_lines
		CREATE TEMP TABLE t AS SELECT string_to_array(whole, E'\t') AS c FROM raw WHERE whole !~ '^#';
		SELECT count(*), count(*) FILTER (WHERE c[2] = 'resolved') FROM t;
		SELECT c, r.* FROM t, evidence.resolve_region(c[1]) r WHERE (c[2], c[3], c[4]) IS DISTINCT FROM (r.status, coalesce(r.term, '-'), coalesce(r.hemisphere, '-'));
	SQL
	)
	equal "$output" '85|79'
}

@test "every spelling resolves to its term or, where it has several, to none; folding twice is folding once" {
	equal "$(sql "SELECT count(*) FROM evidence.region_spelling s, evidence.read_region(s.spelling) r WHERE NOT CASE WHEN (SELECT count(*) FROM evidence.region_spelling o WHERE o.key = s.key) = 1 THEN r.terms = ARRAY[s.region_term] AND r.status = 'resolved' ELSE r.status = 'ambiguous' AND s.region_term = ANY (r.terms) END")" 0
	equal "$(sql "SELECT count(*) FROM evidence.region_spelling s WHERE evidence.region_key(psyrad.text_fold(s.spelling)) <> s.key OR evidence.region_key(upper(s.spelling)) <> s.key")" 0
	# Any side before any spelling is that side and no other term; 左侧脑室 is the left lateral ventricle.
	equal "$(sql "SELECT string_agg(s.spelling, ', ') FROM evidence.region_spelling s, (VALUES ('左侧', 'left'), ('右', 'right'), ('双侧', 'bilateral')) v(word, side), evidence.read_region(v.word || s.spelling) r
		WHERE s.language = 'zh' AND s.spelling <> '脑室' AND (r.hemisphere IS DISTINCT FROM v.side OR NOT s.region_term = ANY (r.terms))")" ''
	equal "$(sql "SELECT string_agg(s.spelling, ', ') FROM evidence.region_spelling s, (VALUES ('left', 'left'), ('right', 'right'), ('bilateral', 'bilateral')) v(word, side), evidence.read_region(v.word || ' ' || s.spelling) r
		WHERE s.language = 'en' AND (r.hemisphere IS DISTINCT FROM v.side OR NOT s.region_term = ANY (r.terms))")" ''
}
