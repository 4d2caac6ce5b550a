-- Deploy psyrad:freeze to pg
-- A frozen set pins the subjects of a study and every row of theirs, as the one who freezes sees them: a hash a row, and
-- clinical rows whole, so that the analysis can be run again after the sheets were corrected.  Nobody holds UPDATE or DELETE.
-- What a row is does not depend on the warehouse (no numbers that a sequence gave out): equal sets have equal hashes anywhere.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE clinical.frozen_set (
	name        text PRIMARY KEY CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'),
	study       text NOT NULL REFERENCES clinical.study,
	description text,
	subjects    int NOT NULL CHECK (subjects > 0),
	facts       bigint NOT NULL,
	sha256      bytea NOT NULL CHECK (length(sha256) = 32),
	frozen_by   name NOT NULL DEFAULT current_user,
	frozen_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE clinical.frozen_set IS 'Named analysis sets: what a report cites; made by clinical.freeze_study, never changed';
COMMENT ON COLUMN clinical.frozen_set.sha256 IS 'SHA-256 over the lines label:hash of the subjects in byte order, each hash over the lines table, key and hash of its rows; it stays that of the set as it was frozen when somebody withdraws';

CREATE TABLE clinical.frozen_member (
	subject_id bigint NOT NULL,
	name       text NOT NULL REFERENCES clinical.frozen_set,
	site       text NOT NULL,
	sha256     bytea NOT NULL,
	PRIMARY KEY (subject_id, name),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site)
);
CREATE TABLE clinical.frozen_row (
	subject_id bigint NOT NULL,
	name       text NOT NULL,
	table_name text NOT NULL,
	row_key    jsonb NOT NULL,
	site       text NOT NULL,
	sha256     bytea NOT NULL,
	content    jsonb,
	PRIMARY KEY (subject_id, name, table_name, row_key),
	FOREIGN KEY (subject_id, name) REFERENCES clinical.frozen_member (subject_id, name),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site)
);
-- By what the state of a set is known without hashing everything again: a file brings its rows in one transaction, so that a row that
-- one of these brought is as it was frozen.
CREATE TABLE clinical.frozen_file (
	name    text NOT NULL REFERENCES clinical.frozen_set,
	file_id bigint NOT NULL REFERENCES ingest.file,
	PRIMARY KEY (name, file_id)
);
COMMENT ON TABLE clinical.frozen_file IS 'The files that had brought the rows of a frozen set when it was frozen';
COMMENT ON TABLE clinical.frozen_member IS 'Subjects of a frozen set, each with the hash of its rows';
COMMENT ON TABLE clinical.frozen_row IS 'Rows of a frozen set: a hash each, and clinical ones whole';
COMMENT ON COLUMN clinical.frozen_row.content IS 'The row as it was, of schema clinical; NULL for images, which the hash pins';
SELECT clinical.guard_by_site('clinical.frozen_member');
SELECT clinical.guard_by_site('clinical.frozen_row');
REVOKE UPDATE ON clinical.frozen_member, clinical.frozen_row FROM psyrad_ingest;
-- A frozen subject has its arm in it: as in ingest.history, readers see those rows once they may see arms.
CREATE POLICY masked_arms ON clinical.frozen_row AS RESTRICTIVE FOR SELECT TO psyrad_analyst, psyrad_view
	USING (table_name <> 'clinical.subject' OR pg_has_role(current_user, 'psyrad_unblinded', 'MEMBER') OR pg_has_role(current_user, 'psyrad_ingest', 'MEMBER'));
GRANT SELECT ON clinical.frozen_set, clinical.frozen_file TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT ON clinical.frozen_set, clinical.frozen_file TO psyrad_ingest;

-- The facts of a study's subjects now, from every table that has subjects' rows out of files.
CREATE FUNCTION clinical.current_fact(study text) RETURNS TABLE (subject_id bigint, label text, site text, table_name text, row_key jsonb, content jsonb, file_id bigint)
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, psyrad, pg_temp
AS $$
DECLARE
	t record;
BEGIN
	FOR t IN
		SELECT c.oid::regclass AS name,
			(SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
			 WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname NOT IN ('subject_id', 'feature_set_id')) AS keys,
			EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'feature_set_id') AS of_features
		FROM pg_class c
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace::regnamespace::text IN ('clinical', 'imaging', 'intervention')
			AND 2 = (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('subject_id', 'file_id') AND NOT a.attisdropped)
		ORDER BY c.oid::regclass::text COLLATE "C"
	LOOP
		RETURN QUERY EXECUTE format('SELECT k.subject_id, k.label, k.site, %L::text, (SELECT coalesce(jsonb_object_agg(j.key, j.value), ''{}'') FROM jsonb_each(d.row) j WHERE j.key = ANY ($2)), d.row, t.file_id
			FROM %s t JOIN clinical.subject_key k ON k.subject_id = t.subject_id %s
			CROSS JOIN LATERAL (SELECT to_jsonb(t) - ''{subject_id,file_id,line,feature_set_id}''::text[] %s AS row) d
			WHERE k.study = $1', t.name::text, t.name,
			CASE WHEN t.of_features THEN 'JOIN imaging.feature_set s ON s.feature_set_id = t.feature_set_id' ELSE '' END,
			CASE WHEN t.of_features THEN '|| jsonb_build_object(''atlas'', s.atlas, ''measure'', s.measure)' ELSE '' END)
		USING current_fact.study, coalesce(t.keys, '{}') || CASE WHEN t.of_features THEN ARRAY['atlas', 'measure'] ELSE '{}' END;
	END LOOP;
END $$;
COMMENT ON FUNCTION clinical.current_fact(text) IS 'Every fact row of a study''s subjects that the caller sees: content without numbers of this warehouse''s own, and the file that brought the row as it is';

CREATE FUNCTION clinical.freeze_study(name text, study text, description text DEFAULT NULL) RETURNS clinical.frozen_set
	LANGUAGE plpgsql
	SET search_path = pg_catalog, psyrad, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	known clinical.frozen_set;
	made  clinical.frozen_set;
BEGIN
	SELECT f.* INTO known FROM clinical.frozen_set f WHERE f.name = freeze_study.name;
	IF NOT EXISTS (SELECT FROM clinical.study s WHERE s.study = freeze_study.study) THEN
		RAISE invalid_parameter_value USING MESSAGE = format('the study %s is not declared', freeze_study.study);
	END IF;
	-- A snapshot of one moment: no load of the study may be half seen.
	CREATE TEMPORARY TABLE freezing ON COMMIT DROP AS
	SELECT f.*, sha256(convert_to(f.content::text, 'UTF8')) AS hash FROM clinical.current_fact(freeze_study.study) f;
	CREATE TEMPORARY TABLE freezing_member ON COMMIT DROP AS
	SELECT f.subject_id, f.label, f.site, sha256(convert_to(string_agg(format('%s %s %s', f.table_name, f.row_key, encode(f.hash, 'hex')), E'\n'
		ORDER BY f.table_name COLLATE "C", f.row_key::text COLLATE "C"), 'UTF8')) AS hash
	FROM freezing f GROUP BY f.subject_id, f.label, f.site;
	SELECT freeze_study.name, freeze_study.study, freeze_study.description, count(*), (SELECT count(*) FROM freezing),
		sha256(convert_to(string_agg(m.label || ':' || encode(m.hash, 'hex'), E'\n' ORDER BY m.label COLLATE "C"), 'UTF8'))
	INTO made.name, made.study, made.description, made.subjects, made.facts, made.sha256
	FROM freezing_member m;
	IF made.subjects = 0 THEN
		RAISE no_data_found USING MESSAGE = format('study %s has no subject that you see: nothing to freeze', freeze_study.study);
	ELSIF known.name IS NOT NULL AND (known.study, known.sha256) = (made.study, made.sha256) THEN
		DROP TABLE freezing, freezing_member;
		RETURN known;
	ELSIF known.name IS NOT NULL THEN
		RAISE unique_violation USING MESSAGE = format('%s is frozen already, with other content', freeze_study.name),
			HINT = 'A frozen set is never changed: take another name.';
	END IF;
	INSERT INTO clinical.frozen_set AS s (name, study, description, subjects, facts, sha256)
	VALUES (made.name, made.study, made.description, made.subjects, made.facts, made.sha256) RETURNING s.* INTO made;
	INSERT INTO clinical.frozen_member (subject_id, name, site, sha256) SELECT m.subject_id, freeze_study.name, m.site, m.hash FROM freezing_member m;
	INSERT INTO clinical.frozen_row (subject_id, name, table_name, row_key, site, sha256, content)
	SELECT f.subject_id, freeze_study.name, f.table_name, f.row_key, f.site, f.hash, CASE WHEN f.table_name LIKE 'clinical.%' THEN f.content END
	FROM freezing f;
	INSERT INTO clinical.frozen_file (name, file_id) SELECT DISTINCT freeze_study.name, f.file_id FROM freezing f;
	DROP TABLE freezing, freezing_member;
	RETURN made;
END $$;
COMMENT ON FUNCTION clinical.freeze_study(text, text, text) IS
	'Pins a study''s rows, as the caller sees them, under a name for ever; the same content under the same name again changes nothing.  Errors: 23505 the name has other content, P0002 no subjects, 22023 no such study';

CREATE FUNCTION clinical.check_freeze(name text) RETURNS TABLE (participant text, table_name text, row_key jsonb, state text)
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, psyrad, pg_temp
AS $$
	WITH now AS (
		SELECT f.*, sha256(convert_to(f.content::text, 'UTF8')) AS hash
		FROM clinical.frozen_set s CROSS JOIN LATERAL clinical.current_fact(s.study) f WHERE s.name = $1),
	was AS (
		SELECT r.*, k.label FROM clinical.frozen_row r JOIN clinical.subject_key k USING (subject_id) WHERE r.name = $1)
	SELECT coalesce(n.label, w.label), coalesce(n.table_name, w.table_name), coalesce(n.row_key, w.row_key),
		CASE WHEN w.sha256 IS NULL THEN 'added' WHEN n.hash IS NULL THEN 'missing' ELSE 'changed' END
	FROM now n FULL JOIN was w ON (w.subject_id, w.table_name, w.row_key) = (n.subject_id, n.table_name, n.row_key)
	WHERE n.hash IS DISTINCT FROM w.sha256
	ORDER BY 1, 2, 3;
$$;
COMMENT ON FUNCTION clinical.check_freeze(text) IS 'Rows that are other now than when the set was frozen: changed, missing, added; none when it is as it was';
REVOKE EXECUTE ON FUNCTION clinical.current_fact(text), clinical.freeze_study(text, text, text), clinical.check_freeze(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clinical.current_fact(text), clinical.freeze_study(text, text, text), clinical.check_freeze(text) TO psyrad_ingest;

CREATE VIEW clinical.frozen_score AS
SELECT r.name, s.subject_id, k.study, k.label, s.session, p.week, s.instrument, s.rater, s.site, s.items, s.total_items, s.total_stated, s.total, s.total_differs
FROM clinical.frozen_row r
JOIN clinical.subject_key k USING (subject_id)
CROSS JOIN LATERAL jsonb_populate_record(NULL::clinical.score, r.content || jsonb_build_object('subject_id', r.subject_id)) s
JOIN clinical.visit_plan p ON (p.study, p.session) = (k.study, s.session)
WHERE r.table_name = 'clinical.score';
COMMENT ON VIEW clinical.frozen_score IS 'Ratings as they were when a set was frozen; give name';
GRANT SELECT ON clinical.frozen_score TO psyrad_ingest, psyrad_analyst;

CREATE VIEW clinical.frozen_list AS
SELECT s.name, s.study, s.subjects, s.facts, encode(s.sha256, 'hex') AS sha256, s.frozen_by, s.frozen_at, s.description
FROM clinical.frozen_set s;
COMMENT ON VIEW clinical.frozen_list IS 'Frozen sets, with their hash in hexadecimal';
GRANT SELECT ON clinical.frozen_list TO psyrad_ingest, psyrad_analyst;

-- Views belong to psyrad_view, in whom the caller's sites decide (access.sql).
RESET ROLE;
GRANT CREATE ON SCHEMA clinical TO psyrad_view;
ALTER VIEW clinical.frozen_score OWNER TO psyrad_view;
ALTER VIEW clinical.frozen_list OWNER TO psyrad_view;
REVOKE CREATE ON SCHEMA clinical FROM psyrad_view;

COMMIT;
