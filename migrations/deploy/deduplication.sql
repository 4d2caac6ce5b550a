-- Deploy psyrad:deduplication to pg
-- Which source records are records of the same report: links with rule and confidence, computed by psyrad.record_deduplicate, and people's
-- decisions, which outrank them.  No record is changed or deleted by any of it.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- tables

CREATE TABLE evidence.record_cluster (
	source_record_id bigint PRIMARY KEY REFERENCES evidence.source_record,
	cluster_id       bigint NOT NULL REFERENCES evidence.source_record,
	CHECK (cluster_id <= source_record_id)
);
CREATE INDEX record_cluster_cluster ON evidence.record_cluster (cluster_id);
COMMENT ON TABLE evidence.record_cluster IS 'The cluster of each source record: what are records of one report. Computed by evidence.deduplicate(); a record that no other repeats is a cluster of its own';
COMMENT ON COLUMN evidence.record_cluster.cluster_id IS 'The least source_record_id of the cluster: it stays while that record does';

CREATE TABLE evidence.duplicate (
	record_a    bigint NOT NULL REFERENCES evidence.source_record,
	record_b    bigint NOT NULL REFERENCES evidence.source_record,
	verdict     text NOT NULL CHECK (verdict IN ('duplicate', 'uncertain')),
	rule        text,
	confidence  double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
	contradicts boolean NOT NULL,
	joined      boolean NOT NULL,
	PRIMARY KEY (record_a, record_b),
	CHECK (record_a < record_b)
);
CREATE INDEX duplicate_b ON evidence.duplicate (record_b);
COMMENT ON TABLE evidence.duplicate IS 'Pairs of source records that a rule calls duplicates, or that are uncertain: why two records are in one cluster, and what a person should look at. Of records that say the same each is paired with the first';
COMMENT ON COLUMN evidence.duplicate.rule IS 'The rule that links them; of uncertain ones what differs, NULL where nothing does and too little agrees';
COMMENT ON COLUMN evidence.duplicate.confidence IS 'How sure the rule is: an order, no probability';
COMMENT ON COLUMN evidence.duplicate.contradicts IS 'They cannot stand in one cluster unless a person says so';
COMMENT ON COLUMN evidence.duplicate.joined IS 'Both are in one cluster, by this pair, by others, or by a decision';

CREATE TABLE evidence.duplicate_decision (
	decision_id bigserial PRIMARY KEY,
	record_a    bigint NOT NULL REFERENCES evidence.source_record,
	record_b    bigint NOT NULL REFERENCES evidence.source_record,
	same        boolean,
	decided_by  text NOT NULL DEFAULT session_user,
	decided_at  timestamptz NOT NULL DEFAULT now(),
	reason      text,
	CHECK (record_a < record_b)
);
CREATE INDEX duplicate_decision_pair ON evidence.duplicate_decision (record_a, record_b);
COMMENT ON TABLE evidence.duplicate_decision IS 'What people decided of pairs of records, one row a decision, never changed: the last of a pair counts';
COMMENT ON COLUMN evidence.duplicate_decision.same IS 'One report or two; NULL takes the decisions before back';

---------------------------------------------------------------------------------------------------- records as they are compared

CREATE FUNCTION evidence.people(p_people jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT array_agg(coalesce((p.person ->> 'family') || ', ' || coalesce(p.person ->> 'given', ''), p.person ->> 'literal', p.person ->> 'written')
		ORDER BY p.place)
	FROM jsonb_array_elements(p_people) WITH ORDINALITY AS p (person, place);
END;
COMMENT ON FUNCTION evidence.people(jsonb) IS 'Names of people as psyrad.bib_record has them: "Family, Given", or as written where that is not known';

CREATE FUNCTION evidence.texts(p_list jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT array_agg(t.text ORDER BY t.place) FROM jsonb_array_elements_text(p_list) WITH ORDINALITY AS t (text, place);
END;
COMMENT ON FUNCTION evidence.texts(jsonb) IS 'The texts of a JSON list';

---------------------------------------------------------------------------------------------------- views

CREATE VIEW evidence.duplicate_ruling AS
SELECT d.record_a, d.record_b, d.same, d.decided_by, d.decided_at, d.reason
FROM (
	SELECT DISTINCT ON (record_a, record_b) record_a, record_b, same, decided_by, decided_at, reason
	FROM evidence.duplicate_decision
	ORDER BY record_a, record_b, decision_id DESC) d
WHERE d.same IS NOT NULL;
COMMENT ON VIEW evidence.duplicate_ruling IS 'The decision that stands for each pair of records';

CREATE VIEW evidence.current_record AS
SELECT s.*
FROM evidence.source_record s
JOIN (SELECT source_id, max(seen_in) AS newest FROM evidence.source_record GROUP BY source_id) n ON n.source_id = s.source_id AND n.newest = s.seen_in;
COMMENT ON VIEW evidence.current_record IS 'Source records of the newest version of each file: those that a correction left out are not among them';

-- A register's entry has its number for its only identity: two trials of one name and sponsor are two.  It is compared in the place of the DOI that
-- such an entry has not, as 10.0/NUMBER, which is nobody's DOI.
CREATE FUNCTION evidence.registration(p_accession text, p_journal text, p_urls jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_accession ~* '^(nct|chi|isr|act|drk|euc|umi|jrc|kct|ctr|irc|pac|tct|rbr)' OR strpos(p_journal, '/') > 0 OR p_urls IS NOT NULL THEN
	lower((regexp_match(concat_ws(' ', p_accession, p_journal, p_urls::text),
	'(?i)(?:^|[^a-z0-9])(NCT[0-9]{8}|ChiCTR[-A-Z0-9]{6,}|ISRCTN[0-9]{8}|ACTRN[0-9]{14}|DRKS[0-9]{8}|EUCTR[0-9]{4}-[0-9]{6}-[0-9]{2}|UMIN[0-9]{9}|jRCT[a-z]?[0-9]{9,}|KCT[0-9]{7}|CTRI/[0-9]{4}/[0-9]{2,3}/[0-9]{6}|IRCT[0-9]{11,}N[0-9]+|PACTR[0-9]{15}|TCTR[0-9]{11}|RBR-[0-9a-z]{6,})'))[1]) END;
COMMENT ON FUNCTION evidence.registration(text, text, jsonb) IS 'The number under which a register has a trial, in small letters (nct01234567), where one stands in a record''s accession number, source or addresses; NULL elsewhere';

CREATE VIEW evidence.comparable_record AS
SELECT s.source_record_id,
	ROW(s.source_record_id, s.title, s.title_translated, s.title_original, evidence.people(s.authors), evidence.people(s.authors_translated),
		s.year, s.journal, s.journal_abbrev, s.volume, s.issue, coalesce(s.pages, s.page_first || coalesce('-' || s.page_last, '')),
		s.article_number,
		coalesce(s.doi, CASE WHEN s.pmid IS NULL THEN '10.0/' || evidence.registration(s.accession, s.journal, CASE WHEN s.type IS DISTINCT FROM 'journal_article' THEN s.urls END) END),
		s.pmid, coalesce(s.abstract, s.abstract_translated), s.type, evidence.texts(s.issn))::psyrad.bib_record AS record
FROM evidence.current_record s;
COMMENT ON VIEW evidence.comparable_record IS 'Current source records in the form that psyrad.record_similarity and psyrad.record_deduplicate take';

-- The order in which records came: within a cluster the first one is the first occurrence.
CREATE VIEW evidence.occurrence AS
SELECT s.source_record_id, c.cluster_id, s.source_id, s.database, s.search,
	CASE
		WHEN row_number() OVER cluster = 1 THEN 'first'
		WHEN row_number() OVER (PARTITION BY c.cluster_id, s.database ORDER BY s.source_record_id) > 1 THEN 'within'
		ELSE 'across'
	END AS occurrence
FROM evidence.current_record s
JOIN evidence.record_cluster c USING (source_record_id)
WINDOW cluster AS (PARTITION BY c.cluster_id ORDER BY s.source_record_id);
COMMENT ON VIEW evidence.occurrence IS 'Each current record as the first of its cluster, a duplicate within its database (an earlier one is from there too), or across databases';

CREATE VIEW evidence.duplicate_count AS
SELECT s.database, count(*) AS records,
	count(*) FILTER (WHERE o.occurrence = 'first') AS first_occurrences,
	count(*) FILTER (WHERE o.occurrence = 'within') AS duplicates_within,
	count(*) FILTER (WHERE o.occurrence = 'across') AS duplicates_across,
	count(*) FILTER (WHERE o.occurrence IS NULL) AS not_compared
FROM evidence.current_record s
LEFT JOIN evidence.occurrence o USING (source_record_id)
GROUP BY s.database;
COMMENT ON VIEW evidence.duplicate_count IS 'Records by database: records = first_occurrences + duplicates_within + duplicates_across + not_compared, to the last record; the sum of first_occurrences is the number of clusters';
COMMENT ON COLUMN evidence.duplicate_count.database IS 'NULL: records whose import did not say';
COMMENT ON COLUMN evidence.duplicate_count.not_compared IS 'Imported since evidence.deduplicate() ran last';

CREATE VIEW evidence.cluster AS
SELECT c.cluster_id, count(*) AS records,
	array_agg(s.source_record_id ORDER BY s.source_record_id) AS source_record_ids,
	array_agg(DISTINCT s.database) FILTER (WHERE s.database IS NOT NULL) AS databases,
	(array_agg(s.title ORDER BY s.source_record_id) FILTER (WHERE s.title IS NOT NULL))[1] AS title,
	(array_agg(s.title_translated ORDER BY s.source_record_id) FILTER (WHERE s.title_translated IS NOT NULL))[1] AS title_translated,
	(array_agg(s.authors ORDER BY s.source_record_id) FILTER (WHERE s.authors IS NOT NULL))[1] AS authors,
	(array_agg(s.year ORDER BY s.source_record_id) FILTER (WHERE s.year IS NOT NULL))[1] AS year,
	(array_agg(s.journal ORDER BY s.source_record_id) FILTER (WHERE s.journal IS NOT NULL))[1] AS journal,
	(array_agg(s.doi ORDER BY s.source_record_id) FILTER (WHERE s.doi IS NOT NULL))[1] AS doi,
	(array_agg(s.pmid ORDER BY s.source_record_id) FILTER (WHERE s.pmid IS NOT NULL))[1] AS pmid,
	(array_agg(s.abstract ORDER BY length(s.abstract) DESC, s.source_record_id) FILTER (WHERE s.abstract IS NOT NULL))[1] AS abstract
FROM evidence.record_cluster c
JOIN evidence.source_record s USING (source_record_id)
GROUP BY c.cluster_id;
COMMENT ON VIEW evidence.cluster IS 'Reports as the records of their cluster show them: of each field what the first record says that has it, of abstracts the longest';

CREATE VIEW evidence.uncertain_duplicate AS
SELECT d.record_a, d.record_b, d.rule AS differs, d.confidence, a.title AS title_a, b.title AS title_b,
	evidence.people(a.authors) AS authors_a, evidence.people(b.authors) AS authors_b, a.year AS year_a, b.year AS year_b, a.journal AS journal_a,
	b.journal AS journal_b, concat_ws(';', a.volume, a.issue, a.pages) AS place_a, concat_ws(';', b.volume, b.issue, b.pages) AS place_b,
	a.doi AS doi_a, b.doi AS doi_b, a.database AS database_a, b.database AS database_b
FROM evidence.duplicate d
JOIN evidence.source_record a ON a.source_record_id = d.record_a
JOIN evidence.source_record b ON b.source_record_id = d.record_b
WHERE NOT d.joined AND NOT EXISTS (SELECT FROM evidence.duplicate_ruling r WHERE r.record_a = d.record_a AND r.record_b = d.record_b)
ORDER BY d.confidence DESC, d.record_a, d.record_b;
COMMENT ON VIEW evidence.uncertain_duplicate IS 'Pairs that might be one report and that nobody has decided on, side by side, the likeliest first; evidence.decide_duplicate() decides';

---------------------------------------------------------------------------------------------------- computing and deciding

CREATE FUNCTION evidence.deduplicate(OUT records bigint, OUT clusters bigint, OUT duplicates bigint, OUT uncertain bigint, OUT changed bigint)
LANGUAGE plpgsql AS $$
DECLARE
	found record;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('evidence.deduplicate'));
	SELECT d.keys, d.clusters, d.pairs INTO found
	FROM psyrad.record_deduplicate(
		coalesce((SELECT array_agg(c.record) FROM evidence.comparable_record c), '{}'),
		coalesce((SELECT array_agg(r.record_a ORDER BY r.record_a, r.record_b) FROM evidence.duplicate_ruling r), '{}'),
		coalesce((SELECT array_agg(r.record_b ORDER BY r.record_a, r.record_b) FROM evidence.duplicate_ruling r), '{}'),
		coalesce((SELECT array_agg(r.same ORDER BY r.record_a, r.record_b) FROM evidence.duplicate_ruling r), '{}')) d;
	CREATE TEMPORARY TABLE dedupe_member ON COMMIT DROP AS
	SELECT m.source_record_id, m.cluster_id FROM unnest(found.keys, found.clusters) AS m (source_record_id, cluster_id);
	-- What was compared as a DOI is a registration where a record has none.
	CREATE TEMPORARY TABLE dedupe_pair ON COMMIT DROP AS
	SELECT p.a, p.b, p.verdict, CASE WHEN p.rule IN ('DOI', 'other DOI') AND (s.doi IS NULL OR t.doi IS NULL) THEN replace(p.rule, 'DOI', 'registration') ELSE p.rule END AS rule,
		p.confidence, p.contradicts, p.joined
	FROM unnest(found.pairs) AS p
	JOIN evidence.source_record s ON s.source_record_id = p.a
	JOIN evidence.source_record t ON t.source_record_id = p.b;
	changed := evidence.store_clusters();
	SELECT count(*), count(DISTINCT m.cluster_id) INTO records, clusters FROM pg_temp.dedupe_member m;
	SELECT count(*) INTO uncertain FROM evidence.uncertain_duplicate;
	duplicates := records - clusters;
	DROP TABLE pg_temp.dedupe_member, pg_temp.dedupe_pair;
END $$;
COMMENT ON FUNCTION evidence.deduplicate() IS 'Finds anew which current records are of one report, under people''s decisions. Returns records, clusters, duplicates (records - clusters), pairs left to people, and how many records changed their cluster: 0 when nothing new was imported or decided';

CREATE FUNCTION evidence.store_clusters() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	gone bigint;
	changed bigint;
BEGIN
	DELETE FROM evidence.record_cluster c WHERE NOT EXISTS (SELECT FROM pg_temp.dedupe_member m WHERE m.source_record_id = c.source_record_id);
	GET DIAGNOSTICS gone = ROW_COUNT;
	INSERT INTO evidence.record_cluster AS c (source_record_id, cluster_id)
	SELECT m.source_record_id, m.cluster_id FROM pg_temp.dedupe_member m
	ON CONFLICT (source_record_id) DO UPDATE SET cluster_id = excluded.cluster_id WHERE c.cluster_id <> excluded.cluster_id;
	GET DIAGNOSTICS changed = ROW_COUNT;
	DELETE FROM evidence.duplicate d WHERE NOT EXISTS (SELECT FROM pg_temp.dedupe_pair p WHERE p.a = d.record_a AND p.b = d.record_b);
	INSERT INTO evidence.duplicate AS d (record_a, record_b, verdict, rule, confidence, contradicts, joined)
	SELECT p.a, p.b, p.verdict, p.rule, p.confidence, p.contradicts, p.joined FROM pg_temp.dedupe_pair p
	ON CONFLICT (record_a, record_b) DO UPDATE SET verdict = excluded.verdict, rule = excluded.rule, confidence = excluded.confidence,
		contradicts = excluded.contradicts, joined = excluded.joined
	WHERE (d.verdict, d.rule, d.confidence, d.contradicts, d.joined)
		IS DISTINCT FROM (excluded.verdict, excluded.rule, excluded.confidence, excluded.contradicts, excluded.joined);
	RETURN gone + changed;
END $$;
COMMENT ON FUNCTION evidence.store_clusters() IS 'Part of evidence.deduplicate(): writes what changed, and nothing else';

CREATE FUNCTION evidence.decide_duplicate(p_a bigint, p_b bigint, p_same boolean, p_reason text DEFAULT NULL, p_recompute boolean DEFAULT true) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	missing bigint;
	decision bigint;
BEGIN
	SELECT k INTO missing FROM unnest(ARRAY[p_a, p_b]) k WHERE NOT EXISTS (SELECT FROM evidence.source_record s WHERE s.source_record_id = k);
	IF p_a IS NULL OR p_b IS NULL OR p_a = p_b OR missing IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = CASE WHEN missing IS NOT NULL THEN format('there is no source record %s', missing)
				ELSE format('a decision is on two records; got %s and %s', coalesce(p_a::text, 'NULL'), coalesce(p_b::text, 'NULL')) END,
			HINT = 'The pairs that wait for one are in evidence.uncertain_duplicate.';
	END IF;
	INSERT INTO evidence.duplicate_decision (record_a, record_b, same, reason)
	VALUES (least(p_a, p_b), greatest(p_a, p_b), p_same, p_reason)
	RETURNING decision_id INTO decision;
	IF p_recompute THEN
		PERFORM evidence.deduplicate();
	END IF;
	RETURN decision;
END $$;
COMMENT ON FUNCTION evidence.decide_duplicate(bigint, bigint, boolean, text, boolean) IS 'A person''s decision on two records: same report (true), not (false), or what was decided taken back (NULL). It is kept with who and when, outranks every rule, and survives imports. With p_recompute false clusters change at the next evidence.deduplicate()';

---------------------------------------------------------------------------------------------------- rights

GRANT SELECT ON evidence.record_cluster, evidence.duplicate, evidence.duplicate_decision, evidence.duplicate_ruling, evidence.current_record,
	evidence.comparable_record, evidence.occurrence, evidence.duplicate_count, evidence.cluster, evidence.uncertain_duplicate
	TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE, DELETE ON evidence.record_cluster, evidence.duplicate TO psyrad_ingest;
-- Who decided and when is the server's to say.
GRANT INSERT (record_a, record_b, same, reason) ON evidence.duplicate_decision TO psyrad_ingest;
GRANT USAGE ON SEQUENCE evidence.duplicate_decision_decision_id_seq TO psyrad_ingest;

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOREACH f IN ARRAY ARRAY['evidence.deduplicate()', 'evidence.store_clusters()', 'evidence.decide_duplicate(bigint, bigint, boolean, text, boolean)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
