# Findings read into regions, maps of directions by place, convergence: by hand-made findings whose counts are known, and by their laws.
load helpers

setup_file()
{
	make_database "$database"
	as "$PGUSER" -v names="$BATS_TEST_DIRNAME/atlas_names.tsv" -f "$BATS_TEST_DIRNAME/atlas_names.sql"
	sql "INSERT INTO ingest.file (file_id, command, path, sha256, bytes, status, tool_version, started_at, finished_at) VALUES (1, 'review', 'f', sha256('a'), 1, 'loaded', 'test', '2026-01-05Z', '2026-01-05Z')"
	sql "CREATE ROLE t_map_in LOGIN IN ROLE psyrad_ingest; CREATE ROLE t_map_out LOGIN IN ROLE psyrad_analyst" >/dev/null
}
teardown_file()
{
	drop_database "$database"
	psql -XAtqd postgres -c 'DROP ROLE IF EXISTS t_map_in, t_map_out'
}
setup()
{
	sql "TRUNCATE evidence.review, evidence.study CASCADE; INSERT INTO evidence.review (review) VALUES ('r')" >/dev/null 2>&1
}
# STUDY [PEOPLE] [N] [KIND]: a study of depression whose patients were treated by KIND
study()
{
	sql "INSERT INTO evidence.study (evidence_study, population_kind, file_id) VALUES ('$1', 'depression', 1);
		INSERT INTO evidence.sample (evidence_study, sample, people, n) VALUES ('$1', '1', '${2:-$1}', ${3:-NULL});
		INSERT INTO evidence.arm (evidence_study, arm, role, intervention_kind, file_id) VALUES ('$1', 'treated', 'intervention', '${4:-ea}', 1)"
}
# STUDY REGION DIRECTION [CONTRAST] [COLUMNS] [VALUES]
finding()
{
	sql "INSERT INTO evidence.finding (review, finding, evidence_study, contrast_kind, region_verbatim, direction, direction_verbatim, laterality_certainty, file_id, modality, measure_kind${5:+, $5})
		SELECT 'r', count(*) + 1, '$1', '${4:-after_vs_before}', '$2', '$3', '$3', 'unknown', 1, 'fmri', 'activation'${6:+, $6} FROM evidence.finding"
}
resolve() { as t_map_in -c "SELECT name, status, conflict, note FROM evidence.resolve_findings(${1:-})"; }
# PLACE [by] [rest of the arguments]: the counts of a place that are not 0
row()
{
	as t_map_out -c "SELECT concat_ws(' ', hemisphere, CASE WHEN contrast_kind <> 'after_vs_before' THEN contrast_kind END, intervention_kind, 'findings=' || findings, 'studies=' || studies, 'samples=' || samples,
			(SELECT string_agg(k || '=' || v, ' ' ORDER BY o) FROM (VALUES (1, 'increase', increase), (2, 'decrease', decrease), (3, 'mixed', mixed), (4, 'no_difference', no_difference), (5, 'other', other),
				(6, 'possible', possible), (7, 'side_unknown', side_unknown), (8, 'wider', wider)) x(o, k, v) WHERE v > 0))
		FROM evidence.evidence_map('AAL', '${2:-region}'${3:+, $3}) WHERE place = '$1' ORDER BY 1"
}
# The whole map without ids, to be compared.
whole() { sql "SELECT place, hemisphere, contrast_kind, modality, measure_kind, intervention_kind, samples, increase, decrease, mixed, no_difference, other, possible, side_unknown, wider, p, q, m, small_samples, n_unreported, warning FROM evidence.evidence_map('AAL', '$1', NULL, true)"; }

@test "reading: terms and regions are stored, the sheet's side is kept, contradictions are told and resolve to nothing" {
	study S
	finding S '左侧海马' increase
	finding S '海马' increase after_vs_before hemisphere "'right'"; sql "UPDATE evidence.finding SET laterality_certainty = 'implied' WHERE hemisphere = 'right'"
	finding S '左侧海马' increase after_vs_before hemisphere "'right'"
	finding S '右颅骨回' increase
	finding S '楔前叶' increase after_vs_before 'seed, search_scope' "'right ACC', 'seed'"
	finding S '45条连接' increase after_vs_before count_only 45
	equal "$(resolve)" '左侧海马|ambiguous|t|the sheet says right, the name left
右颅骨回|unresolved|f|
45条连接|not_named|f|'
	equal "$(sql "SELECT string_agg(concat_ws(' ', finding, region_status, hemisphere, laterality_certainty), ', ' ORDER BY finding_id) FROM evidence.finding_fact")" \
		'1 resolved left stated, 2 resolved right implied, 3 ambiguous unknown, 4 unresolved right stated, 5 resolved unknown, 6 not_named unknown'
	equal "$(sql "SELECT string_agg(f.finding || g.side || ':' || n.name, ' ' ORDER BY f.finding_id, g.side, g.region) FROM evidence.finding f JOIN evidence.finding_region g USING (finding_id) JOIN imaging.region n USING (atlas, region)")" \
		'1a:Hippocampus_L 2a:Hippocampus_R 5a:Precuneus_L 5a:Precuneus_R 5b:Cingulum_Ant_R'
	before=$(sql "SELECT md5(string_agg(f::text || coalesce(g::text, ''), '' ORDER BY finding_id)) FROM evidence.finding_reading f, LATERAL (SELECT string_agg(r::text, '') AS g FROM evidence.finding_region r WHERE r.finding_id = f.finding_id) x")
	equal "$(resolve)" ''
	resolve "'AAL', true" >/dev/null
	equal "$(sql "SELECT md5(string_agg(f::text || coalesce(g::text, ''), '' ORDER BY finding_id)) FROM evidence.finding_reading f, LATERAL (SELECT string_agg(r::text, '') AS g FROM evidence.finding_region r WHERE r.finding_id = f.finding_id) x")" "$before"
	resolve "'AAL3'" >/dev/null # a second atlas beside the first
	equal "$(sql "SELECT string_agg(DISTINCT atlas, ' ') FROM evidence.finding_region")" 'AAL AAL3'
	# A corrected name is read again, and its regions go with it.
	sql "UPDATE evidence.finding SET region_verbatim = '左侧杏仁核' WHERE finding = '1'"; resolve >/dev/null
	equal "$(sql "SELECT string_agg(n.name, ' ') FROM evidence.finding_region g JOIN imaging.region n USING (atlas, region) JOIN evidence.finding f USING (finding_id) WHERE f.finding = '1' AND atlas = 'AAL'")" Amygdala_L
	# So is one whose sheet says another side now, or calls its name unresolved.
	sql "UPDATE evidence.finding SET hemisphere = 'left' WHERE finding = '2'; UPDATE evidence.finding SET region_status = 'unresolved' WHERE finding = '5'"; resolve >/dev/null
	equal "$(sql "SELECT string_agg(concat_ws(' ', finding, region_status, hemisphere), ', ' ORDER BY finding_id) FROM evidence.finding_fact WHERE finding IN ('2', '5')")" '2 resolved left, 5 unresolved'
	equal "$(sql "SELECT string_agg(f.finding || g.side || ':' || n.name, ' ' ORDER BY f.finding_id, g.side, g.region) FROM evidence.finding f JOIN evidence.finding_region g USING (finding_id) JOIN imaging.region n USING (atlas, region) WHERE f.finding IN ('2', '5') AND atlas = 'AAL'")" '2a:Hippocampus_L 5b:Cingulum_Ant_R'
	refused t_map_out 'SELECT evidence.resolve_findings()' 'permission denied'
}

@test "map: people count, not papers; a sample is in one column; up and down of one sample is mixed" {
	study A a; study B b; study C a; study D d; study E e; study F f; study G g; study H h
	finding A '左侧额中回' increase; finding C '左侧额中回' increase # C reports A's people
	finding B '左侧额中回' increase; finding B '左侧额中回' decrease
	finding D '左侧额中回' decrease
	finding E '左侧额中回' altered; finding E '左侧额中回' no_difference
	finding F '左侧额中回' no_difference
	finding G '左侧额中回' increase after_vs_before alternative_group "'x'"
	finding H '左侧额叶' increase
	resolve >/dev/null
	equal "$(row Frontal_Mid)" 'both ea findings=10 studies=8 samples=7 increase=1 decrease=1 mixed=1 no_difference=1 other=1 possible=1 wider=1'
	equal "$(row middle_frontal term)" 'both ea findings=9 studies=7 samples=6 increase=1 decrease=1 mixed=1 no_difference=1 other=1 possible=1'
	equal "$(row frontal lobe)" 'both ea findings=10 studies=8 samples=7 increase=2 decrease=1 mixed=1 no_difference=1 other=1 possible=1'
	equal "$(row Precentral)" 'both ea findings=1 studies=1 samples=1 wider=1'
	equal "$(row Putamen)" ''
}

@test "map: sides: a side that is not said counts at both sides together, and is shown apart at each" {
	study A; study B; study C; study D
	finding A '左侧海马' increase; finding B '双侧海马' decrease; finding C '海马' increase; finding D '小脑蚓部' increase
	resolve >/dev/null
	equal "$(row Hippocampus region "NULL, true")" 'both ea findings=3 studies=3 samples=3 increase=2 decrease=1
left ea findings=3 studies=3 samples=3 increase=1 decrease=1 side_unknown=1
right ea findings=2 studies=2 samples=2 decrease=1 side_unknown=1'
	equal "$(row hippocampus term "NULL, true")" 'both ea findings=3 studies=3 samples=3 increase=2 decrease=1
left ea findings=3 studies=3 samples=3 increase=1 decrease=1 side_unknown=1
right ea findings=2 studies=2 samples=2 decrease=1 side_unknown=1'
	equal "$(row vermis term "NULL, true")" 'both ea findings=1 studies=1 samples=1 increase=1'
	equal "$(row limbic lobe)" 'both ea findings=3 studies=3 samples=3 increase=2 decrease=1'
}

@test "map: contrasts, interventions and simulated findings are never added up; what is asked together is, with a warning" {
	study A a; study B b NULL tavns; study C; study D
	finding A '海马' increase; finding A '海马' decrease patients_vs_controls; finding B '海马' increase
	finding C '海马' increase; sql "UPDATE evidence.finding SET measure_kind = 'volume' WHERE evidence_study = 'C'"
	finding D '海马' increase; sql "UPDATE evidence.study SET simulated = true WHERE evidence_study = 'D'"
	resolve >/dev/null
	equal "$(sql "SELECT simulated, contrast_kind, measure_kind, intervention_kind, samples, increase, decrease, m FROM evidence.evidence_map() WHERE place = 'Hippocampus' ORDER BY 1, 2, 3, 4")" \
		'f|after_vs_before|activation|ea|1|1|0|4
f|after_vs_before|activation|tavns|1|1|0|4
f|after_vs_before|volume|ea|1|1|0|4
f|patients_vs_controls|activation||1|0|1|4
t|after_vs_before|activation|ea|1|1|0|1'
	equal "$(sql "SELECT contrast_kind, samples, increase, warning FROM evidence.evidence_map(split => '{}') WHERE place = 'Hippocampus' AND NOT simulated ORDER BY 1")" \
		'after_vs_before|3|3|search scope of 3 of 3 samples not stated; 2 measures together
patients_vs_controls|1|0|search scope of 1 of 1 samples not stated'
	refused t_map_out "SELECT FROM evidence.evidence_map(split => '{colour}')" 'split is \{colour\}'
	refused t_map_out "SELECT FROM evidence.evidence_map('AAL', 'nose')" 'by is nose'
	refused t_map_out "SELECT FROM evidence.evidence_map('AAL', 'network')" 'needs the scheme'
}

@test "map: scopes, small samples and numbers that nobody stated are visible" {
	study A a 12; study B b 80; study C; study D d 60
	finding A '海马' increase after_vs_before search_scope "'region'"; finding B '海马' increase after_vs_before search_scope "'whole_brain'"
	finding C '海马' increase after_vs_before 'search_scope, seed' "'seed', 'left DLPFC'"; finding D '海马' increase
	finding A '杏仁核' increase after_vs_before search_scope "'region'"
	sql "UPDATE evidence.arm SET n = 15 WHERE evidence_study = 'D'"
	resolve >/dev/null
	equal "$(sql "SELECT place, samples, small_samples, n_unreported, whole_brain, seed, region_only, scope_unknown, warning FROM evidence.evidence_map()")" \
		'Amygdala|1|1|0|0|0|1|0|only studies that searched chosen regions or from seeds
Hippocampus|4|2|1|1|1|1|1|search scopes differ; search scope of 1 of 4 samples not stated'
}

@test "map: the sign test and its family" {
	for k in 1 2 3 4 5 6 7 8 9; do study "U$k"; finding "U$k" '海马' increase; done
	study D1; finding D1 '海马' decrease
	for k in 1 2 3 4 5 6; do study "V$k"; finding "V$k" '杏仁核' decrease; done
	study W; finding W '壳核' altered # no direction: no test, not of the family
	resolve >/dev/null
	# R: binom.test(9, 10), binom.test(0, 6), p.adjust(c(0.021484375, 0.03125), "BH")
	equal "$(sql "SELECT place, increase, decrease, p, round(q::numeric, 10), m, round(ci_lb::numeric, 6), round(ci_ub::numeric, 6) FROM evidence.evidence_map()")" \
		'Amygdala|0|6|0.03125|0.0312500000|2|0.000000|0.459258
Hippocampus|9|1|0.021484375|0.0312500000|2|0.554984|0.997471
Putamen|0|0|||2||'
}

@test "map: every finding is on it or apart with a reason, and a sample's columns add up" {
	study A; study B
	finding A '海马' increase; finding A '部分脑区' altered; finding A '右楔间' involved; finding A 'PCG' increase; finding B '左侧内囊前肢' decrease
	finding B '45条连接' altered after_vs_before count_only 45; finding B '边缘系统' decrease; finding B '下丘脑' increase
	finding B '海马' increase
	equal "$(sql "SELECT reason, count(*) FROM evidence.findings_apart() GROUP BY 1 ORDER BY 1" | tr '\n' ' ')" 'counted|1 not_read|8 '
	resolve >/dev/null
	equal "$(sql "SELECT string_agg(region_verbatim || ':' || reason, ' ' ORDER BY finding_id) FROM evidence.findings_apart()")" \
		'部分脑区:not_named 右楔间:unresolved PCG:ambiguous 左侧内囊前肢:not_in_region 45条连接:counted 下丘脑:not_in_region'
	equal "$(sql "SELECT string_agg(region_verbatim || ':' || reason, ' ' ORDER BY finding_id) FROM evidence.findings_apart('AAL', 'lobe')")" '部分脑区:not_named 右楔间:unresolved PCG:ambiguous 45条连接:counted'
	for by in region term lobe; do
		equal "$by $(sql "SELECT (SELECT count(DISTINCT u) FROM evidence.evidence_map('AAL', '$by') m, unnest(m.finding_ids) u) + (SELECT count(*) FROM evidence.findings_apart('AAL', '$by'))")" "$by 9"
		equal "$by $(sql "SELECT count(*) FROM evidence.evidence_map('AAL', '$by', NULL, true) WHERE samples <> increase + decrease + mixed + no_difference + other + possible + side_unknown + wider OR samples <> whole_brain + seed + region_only + scope_unknown")" "$by 0"
	done
}

@test "map: a second report of the same people changes no count of samples; neither order nor parts of loading show" {
	make_world() # "study people" and "study region direction" lines in the order given
	{
		setup
		while read -r s p; do study "$s" "$p"; done <<<"$1"
		while read -r s g d; do finding "$s" "$g" "$d"; [ -z "${3:-}" ] || resolve >/dev/null; done <<<"$2"
		resolve >/dev/null
	}
	studies=$'A a\nB b\nC c\nD d'
	findings=$'A 左侧海马 increase\nB 海马 decrease\nC 双侧海马 increase\nD 左侧额叶 increase\nA 左侧额中回 decrease\nB 额下回 increase\nC 小脑 altered\nD 右侧海马 decrease'
	make_world "$studies" "$findings"
	for by in region term lobe; do whole $by; done >"$BATS_TEST_TMPDIR/first"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/first")" -gt 40 ]
	make_world "$(tac <<<"$studies")" "$(tac <<<"$findings")" each
	for by in region term lobe; do whole $by; done >"$BATS_TEST_TMPDIR/second"
	diff "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second"
	study A2 a; finding A2 '左侧海马' increase; finding A2 '左侧额中回' decrease; resolve >/dev/null
	for by in region term lobe; do whole $by; done >"$BATS_TEST_TMPDIR/third"
	diff "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/third"
	equal "$(sql "SELECT findings, studies, samples FROM evidence.evidence_map('AAL', 'term') WHERE place = 'hippocampus'")" '5|5|4'
}

@test "map: by network, through the regions of a scheme" {
	sql "INSERT INTO imaging.network VALUES ('s', 'DMN', 'default mode', '默认网络'), ('s', 'VIS', 'visual', '视觉网络') ON CONFLICT DO NOTHING;
		INSERT INTO imaging.network_region (atlas, scheme, network, region) SELECT 'AAL', 's', CASE WHEN name ~ 'Precuneus|Cingulum_Post|Angular' THEN 'DMN' ELSE 'VIS' END, region FROM imaging.region
		WHERE atlas = 'AAL' AND name ~ 'Precuneus|Cingulum_Post|Angular|Calcarine|Cuneus' ON CONFLICT DO NOTHING"
	study A; study B
	finding A '楔前叶' increase; finding A '左侧后扣带回' increase; finding B '扣带回' decrease; finding B '楔叶' increase
	resolve >/dev/null
	equal "$(row DMN network "'s'")" 'both ea findings=3 studies=2 samples=2 increase=1 wider=1'
	equal "$(row VIS network "'s'")" 'both ea findings=1 studies=1 samples=1 increase=1'
	sql "DELETE FROM imaging.network_region; DELETE FROM imaging.network"
}

@test "convergence: against an abnormality of the same measure, with it, of another measure, without a sign, and said to normalise" {
	study P1; study P2; study T1; study T2; study T3 x NULL tavns; study Z z NULL drug
	for g in 海马 杏仁核 壳核 楔前叶 脑岛; do finding P1 "$g" decrease patients_vs_controls; done
	finding P2 '海马' decrease patients_vs_controls
	finding T1 '左侧海马' increase; finding T2 '海马' increase; finding T3 '海马' decrease
	finding T1 '杏仁核' increase; finding T1 '壳核' decrease; finding T1 '楔前叶' increase; finding T2 '脑岛' altered
	finding Z '杏仁核' decrease # a drug is no acupuncture
	sql "UPDATE evidence.finding SET measure_kind = 'volume' WHERE region_verbatim = '楔前叶' AND evidence_study = 'P1'"
	resolve >/dev/null
	equal "$(sql "SELECT place, verdict, abnormal_samples, abnormal_decrease, treated_samples, treated_increase, treated_decrease, normalises, same_direction, other_measure, samples FROM evidence.convergence() ORDER BY place")" \
		'amygdala|normalises|1|1|1|1|0|1|0|0|2
hippocampus|both ways|2|2|3|2|1|2|1|0|5
insula|unknown direction|1|1|1|0|0|0|0|0|2
precuneus|other measure|1|1|1|1|0|0|0|1|2
putamen|same direction|1|1|1|0|1|0|1|0|2'
	# "The above regions" normalise: they are those of the findings referred to.
	finding T2 '共性异常脑区' normalised
	sql "INSERT INTO evidence.finding_referent SELECT (SELECT max(finding_id) FROM evidence.finding), finding_id FROM evidence.finding WHERE evidence_study = 'P1' AND region_verbatim IN ('壳核', '脑岛')"
	resolve >/dev/null
	equal "$(sql "SELECT place, verdict, treated_normalised, normalises FROM evidence.convergence() WHERE place IN ('insula', 'putamen') ORDER BY 1")" 'insula|normalises|1|1
putamen|both ways|1|1'
	# A study's own people on both sides are one sample.
	finding P1 '杏仁核' increase
	resolve >/dev/null
	equal "$(sql "SELECT abnormal_samples, treated_samples, samples, warning FROM evidence.convergence() WHERE place = 'amygdala'")" '1|2|2|the same people on both sides'
}

@test "coordinates: foci fall into the regions of the label image, and into the terms and lobes that these make up" {
	# A grid of 4 x 4 x 4 voxels of 10 mm; its first column is the left hippocampus, its last the right one, one voxel the left amygdala.
	sql "INSERT INTO imaging.atlas (atlas, title, kind, space, dims, affine, image_sha256) VALUES ('Toy', 'Toy', 'labels', 'MNI152', '{4,4,4}', '{10,0,0,-15, 0,10,0,-15, 0,0,10,-15}', sha256('t'));
		INSERT INTO imaging.region (atlas, region, label, name) VALUES ('Toy', 1, 1, 'Hippocampus_L'), ('Toy', 2, 2, 'Hippocampus_R'), ('Toy', 3, 3, 'Amygdala_L');
		INSERT INTO imaging.region_voxel SELECT 'Toy', array_agg(v ORDER BY v), array_agg(CASE WHEN v % 4 = 0 THEN 1 WHEN v % 4 = 3 THEN 2 ELSE 3 END ORDER BY v) FROM generate_series(0, 63) v WHERE v % 4 IN (0, 3) OR v = 21;
		INSERT INTO evidence.experiment (experiment_id, source_id, study, contrast, space, sample, direction, scope, current, file_id) VALUES (1, 1, 'A', 'x', 'MNI', 'A', 'increase', 'whole_brain', true, 1),
			(2, 1, 'B', 'x', 'MNI', 'A', 'increase', 'region', true, 1), (3, 1, 'C', 'x', 'MNI', 'C', 'decrease', NULL, true, 1), (4, 1, 'D', 'x', 'unknown', 'D', 'decrease', NULL, true, 1), (5, 1, 'E', 'x', 'MNI', 'E', 'decrease', NULL, false, 1);
		INSERT INTO evidence.focus (experiment_id, ordinal, x, y, z, mni_x, mni_y, mni_z, file_id) SELECT e, o, x, y, z, CASE WHEN e <> 4 THEN x END, y, z, 1
		FROM (VALUES (1, 1, -15, -15, -15), (1, 2, -11, 3, 12), (1, 3, 15, 0, 0), (2, 1, -16, 14, 4), (3, 1, -4, -5, -6), (3, 2, 900, 0, 0), (3, 3, 5, 5, 5), (4, 1, -15, -15, -15), (5, 1, -15, -15, -15)) f(e, o, x, y, z)" >/dev/null
	equal "$(sql "SELECT string_agg(concat(experiment_id, '.', ordinal, ':', region), ' ' ORDER BY experiment_id, ordinal) FROM evidence.focus_regions('Toy')")" '1.1:1 1.2:1 1.3:2 2.1:1 3.1:3'
	equal "$(sql "SELECT hemisphere, direction, foci, experiments, samples, region_only FROM evidence.foci_by_place('Toy') WHERE place = 'hippocampus'")" 'both|increase|4|2|1|1
left|increase|3|2|1|1
right|increase|1|1|1|0'
	equal "$(sql "SELECT place, direction, foci, samples FROM evidence.foci_by_place('Toy', 'lobe') WHERE hemisphere = 'both' UNION ALL SELECT place, direction, foci, samples FROM evidence.foci_by_place('Toy', 'term') WHERE hemisphere = 'both' AND place = 'medial_temporal_lobe' ORDER BY 1, 2")" \
		'limbic|decrease|1|1
limbic|increase|4|1
medial_temporal_lobe|decrease|1|1
medial_temporal_lobe|increase|4|1'
	refused t_map_out "SELECT FROM evidence.foci_by_place('AAL')" 'no label image is stored'
	sql "DELETE FROM evidence.focus; DELETE FROM evidence.experiment; DELETE FROM imaging.region_voxel; DELETE FROM imaging.region WHERE atlas = 'Toy'; DELETE FROM imaging.atlas WHERE atlas = 'Toy'"
}
