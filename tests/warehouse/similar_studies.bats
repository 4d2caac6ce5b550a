# Studies like a study: by hand-made traits whose cosine is computed again in Python, and by its laws.
load helpers

setup_file()
{
	load helpers
	make_database "$database"
	as "$PGUSER" <<-'SQL'
		INSERT INTO ingest.file (command, path, sha256, bytes, options, status, tool_version, started_at) VALUES ('test', 'f', sha256('a'), 1, '{}', 'loaded', '0', now());
		INSERT INTO evidence.study (evidence_study, year, population_kind, design_kind, simulated, file_id) VALUES ('A', 2020, 'depression', 'rct', false, 1),
			('B', 2021, 'depression', 'rct', true, 1), ('C', 2022, 'depression', 'pre_post', false, 1), ('D', NULL, NULL, NULL, false, 1), ('E', NULL, 'schizophrenia', NULL, false, 1);
		INSERT INTO evidence.sample (evidence_study, people) VALUES ('A', 'same'), ('B', 'B/1'), ('C', 'same'), ('D', 'D/1'), ('E', 'E/1');
		INSERT INTO evidence.arm (evidence_study, arm, role, intervention_kind, file_id) VALUES ('A', 'x', 'intervention', 'ea', 1), ('B', 'x', 'intervention', 'tavns', 1),
			('C', 'x', 'intervention', 'ea', 1), ('C', 'y', 'comparator', 'sham', 1);
		INSERT INTO evidence.study_modality (evidence_study, modality, certainty) VALUES ('A', 'fmri', 'stated'), ('C', 'fmri', 'implied'), ('E', 'fmri', 'stated');
		INSERT INTO evidence.review (review) VALUES ('r');
		INSERT INTO evidence.finding (review, finding, evidence_study, direction, direction_verbatim, region_verbatim, laterality_certainty, modality, file_id)
		VALUES ('r', '1', 'A', 'increase', 'up', '海马', 'unknown', 'fmri', 1), ('r', '2', 'B', 'decrease', 'down', 'hippocampus', 'unknown', NULL, 1),
			('r', '3', 'C', 'increase', 'up', 'hippocampus', 'unknown', NULL, 1), ('r', '4', 'C', 'increase', 'up', '右颅骨回', 'unknown', NULL, 1);
		SELECT evidence.resolve_findings();
		CREATE ROLE t_si_analyst LOGIN IN ROLE psyrad_analyst;
		CREATE ROLE t_si_dash LOGIN IN ROLE psyrad_report;
	SQL
}

teardown_file()
{
	load helpers
	drop_database "$database"
	psql -XAtqd postgres -c 'DROP ROLE IF EXISTS t_si_analyst, t_si_dash'
}

@test "the cosine, the order and what is shared are those of a second calculation" {
	wanted=$(as "$PGUSER" -F ' ' -c "SELECT evidence_study, facet || ':' || replace(trait, ' ', '_') FROM evidence.study_trait" | python3 -c '
import collections, math, sys
traits = collections.defaultdict(set)
for line in sys.stdin:
    study, trait = line.split(); traits[study].add(trait)
df = collections.Counter(t for s in traits.values() for t in s)
weight = {t: math.log(1 + 5 / n) for t, n in df.items()}
norm = lambda s: math.sqrt(sum(weight[t] ** 2 for t in s))
cosine = {o: sum(weight[t] ** 2 for t in traits["A"] & traits[o]) / norm(traits["A"]) / norm(traits[o]) for o in traits if o != "A" and traits["A"] & traits[o]}
for o in sorted(cosine, key=lambda o: (-cosine[o], o)): print(o, f"{cosine[o]:.12f}", len(traits["A"] & traits[o]))')
	equal "$(as t_si_analyst -F ' ' -c "SELECT evidence_study, round(similarity::numeric, 12), cardinality(shared) FROM evidence.similar_studies('A')")" "$wanted"
	equal "$(cut -d' ' -f1 <<<"$wanted" | xargs)" 'C B E'
}

@test "rare traits stand first, the same people are told, a comparator and an unresolved name are no trait" {
	equal "$(as t_si_analyst -c "SELECT shared[1], same_people, simulated FROM evidence.similar_studies('A') WHERE evidence_study IN ('B', 'C') ORDER BY evidence_study")" \
		$'design: rct|f|t\nfinding: increase hippocampus|t|f'
	equal "$(sql "SELECT count(*) FROM evidence.study_trait WHERE trait = 'sham' OR evidence_study = 'D'")" 0
	equal "$(sql "SELECT string_agg(facet || ' ' || trait, ', ' ORDER BY facet, trait) FROM evidence.study_trait WHERE evidence_study = 'C' AND facet IN ('region', 'finding')")" \
		"$(sql "SELECT 'finding increase ' || region_term || ', region ' || region_term FROM evidence.finding_reading WHERE finding_id = 3 AND side = 'a'")"
}

@test "likeness is mutual; nothing coded is like nothing; the limit; no such study; a dashboard may not ask" {
	equal "$(sql "SELECT (SELECT similarity FROM evidence.similar_studies('A') WHERE evidence_study = 'B') = (SELECT similarity FROM evidence.similar_studies('B') WHERE evidence_study = 'A')")" t
	equal "$(sql "SELECT count(*) FROM evidence.similar_studies('D')")" 0
	equal "$(sql "SELECT count(*) FROM evidence.similar_studies('A', 1)")" 1
	refused t_si_analyst "SELECT FROM evidence.similar_studies('Z')" "there is no study 'Z'"
	refused t_si_dash "SELECT FROM evidence.similar_studies('A')" 'permission denied'
}
