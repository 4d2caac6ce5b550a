-- Deploy psyrad:literature to pg
-- Records of literature as the exports of databases state them: one row a record and file, never merged and never deleted here.  What is the
-- same report, who screened it and which study it belongs to are tables of later changes, which refer to these rows.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE evidence.source_record (
	source_record_id bigserial PRIMARY KEY,
	source_id        bigint NOT NULL REFERENCES ingest.file, -- the first version of the file: the same for all its corrections
	record_key       text NOT NULL,
	occurrence       int NOT NULL CHECK (occurrence > 0),
	file_id          bigint NOT NULL REFERENCES ingest.file,
	seen_in          bigint NOT NULL REFERENCES ingest.file,
	line             bigint,
	ordinal          int NOT NULL CHECK (ordinal > 0),
	format           text NOT NULL,
	database         text,
	search           text,
	searched         date,
	content_sha256   bytea NOT NULL CHECK (length(content_sha256) = 32),
	type             text,
	types            jsonb,
	title            text,
	title_translated text,
	title_original   text,
	authors          jsonb,
	authors_translated jsonb,
	editors          jsonb,
	year             int CHECK (year BETWEEN 1400 AND 2200),
	date             text CHECK (date ~ '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'),
	date_written     text,
	journal          text,
	journal_abbrev   text,
	series           text,
	volume           text,
	issue            text,
	pages            text,
	page_first       text,
	page_last        text,
	article_number   text,
	doi              text CHECK (doi ~ '^10\.[0-9.]+/' AND doi = lower(doi)),
	pmid             text CHECK (pmid ~ '^[0-9]{1,9}$'),
	pmcid            text CHECK (pmcid ~ '^PMC[0-9]'),
	accession        text,
	databases        jsonb,
	issn             jsonb,
	isbn             jsonb,
	keywords         jsonb,
	mesh             jsonb,
	abstract         text,
	abstract_translated text,
	language         text,
	publisher        text,
	place            text,
	urls             jsonb,
	notes            jsonb,
	affiliations     jsonb,
	extra            jsonb,
	raw              text NOT NULL,
	UNIQUE (source_id, record_key, occurrence)
);
CREATE INDEX source_record_file ON evidence.source_record (file_id);
CREATE INDEX source_record_content ON evidence.source_record (content_sha256);
CREATE INDEX source_record_doi ON evidence.source_record (doi) WHERE doi IS NOT NULL;
CREATE INDEX source_record_pmid ON evidence.source_record (pmid) WHERE pmid IS NOT NULL;
COMMENT ON TABLE evidence.source_record IS 'A record of literature as one file states it: the same record in two files is two rows. Lists are JSON arrays in file order; what is unknown is NULL, never an empty text or list';
COMMENT ON COLUMN evidence.source_record.source_id IS 'First version of the file: a corrected file (same path and options) brings its records under the same source';
COMMENT ON COLUMN evidence.source_record.record_key IS 'What the record is known by within its source: pmid:, accession:, doi:, or content: with the hash of what it says';
COMMENT ON COLUMN evidence.source_record.occurrence IS 'Which one of several records with this key in the file: an export may repeat itself';
COMMENT ON COLUMN evidence.source_record.file_id IS 'Version of the file that brought the record as it is now';
COMMENT ON COLUMN evidence.source_record.seen_in IS 'Newest version of the file that has the record; an older one than the source''s newest means that a correction left it out';
COMMENT ON COLUMN evidence.source_record.line IS '1-based physical line where the record begins';
COMMENT ON COLUMN evidence.source_record.ordinal IS '1-based place of the record in the newest version that has it';
COMMENT ON COLUMN evidence.source_record.format IS 'Format of the file: ris, nbib, wos, refworks, enw, noteexpress, ovid, cochrane, bibtex, endnote-xml, table, embase-rows, gbt7714';
COMMENT ON COLUMN evidence.source_record.database IS 'Database that was searched, as --database names it; NULL when it was not said';
COMMENT ON COLUMN evidence.source_record.search IS 'Search that found it, as --search names it';
COMMENT ON COLUMN evidence.source_record.searched IS 'Day of the search, as --searched says';
COMMENT ON COLUMN evidence.source_record.content_sha256 IS 'SHA-256 of all fields but raw, blanks collapsed: equal where two records say the same, whatever their format and line breaks';
COMMENT ON COLUMN evidence.source_record.type IS 'journal_article, book, book_section, conference_paper, conference_abstract, thesis, report, patent, standard, dataset, ...; NULL when the file''s word for it is unknown';
COMMENT ON COLUMN evidence.source_record.types IS 'The file''s own words for the type, also those of PubMed''s publication types';
COMMENT ON COLUMN evidence.source_record.title IS 'As printed, [brackets] of a translated title included';
COMMENT ON COLUMN evidence.source_record.title_translated IS 'The title in another language than the text''s';
COMMENT ON COLUMN evidence.source_record.title_original IS 'Title in the language of the text where title is a translation (NBIB TT)';
COMMENT ON COLUMN evidence.source_record.authors IS 'Array of {written, family, given, suffix, literal, short}: written is the file''s; family and given where a comma or initials tell them, else literal; short is the same person in initials where the file has both';
COMMENT ON COLUMN evidence.source_record.year IS 'Of publication; NULL where the file has none or 0000';
COMMENT ON COLUMN evidence.source_record.date IS 'YYYY, YYYY-MM or YYYY-MM-DD, as far as it is stated';
COMMENT ON COLUMN evidence.source_record.date_written IS 'The date as it was written: 2019 Jan-Feb';
COMMENT ON COLUMN evidence.source_record.journal IS 'What it appeared in: journal, book of a chapter, proceedings of a paper';
COMMENT ON COLUMN evidence.source_record.pages IS 'As written; of a book the number of pages';
COMMENT ON COLUMN evidence.source_record.page_last IS 'Written out: 228 for 221-8; NULL for a single page';
COMMENT ON COLUMN evidence.source_record.doi IS 'In small letters, without prefix; also from notes, links and addresses where they announce one';
COMMENT ON COLUMN evidence.source_record.accession IS 'The database''s own number of the record';
COMMENT ON COLUMN evidence.source_record.databases IS 'Databases that the record itself names';
COMMENT ON COLUMN evidence.source_record.extra IS 'Everything else, each tag with its values: {"Y2": ["2014/12/17"]}';
COMMENT ON COLUMN evidence.source_record.raw IS 'The record as it stands in the file, but for its character encoding';

-- What was read in a way that a person may want to know of.  No record and no text is lost by it; what is lost is a reject.
CREATE TABLE evidence.source_note (
	source_note_id bigserial PRIMARY KEY,
	file_id bigint NOT NULL REFERENCES ingest.file,
	code    text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]*$'),
	tag     text,
	line    bigint,
	count   bigint NOT NULL CHECK (count > 0),
	text    text
);
CREATE INDEX source_note_file ON evidence.source_note (file_id);
COMMENT ON TABLE evidence.source_note IS 'What reads strangely in a file of literature though every record was taken: unknown_tag, wrapped_line, stray_line, missing_end, missing_type, mixed_authors, bad_doi, empty_record, stray_quote, too_many_cells, too_few_cells, unknown_macro, crossref_missing';
COMMENT ON COLUMN evidence.source_note.line IS 'Where it occurs first';
COMMENT ON COLUMN evidence.source_note.count IS 'How often it occurs in the file with this tag';
COMMENT ON COLUMN evidence.source_note.text IS 'What stands there the first time, at most 400 bytes';

-- Every number of a PRISMA box's first row is a sum over this view.
CREATE VIEW evidence.source_count AS
SELECT f.file_id AS source_id, n.file_id, n.path, r.format, r.database, r.search, r.searched,
	n.rows_read AS records_in_file, r.records, r.vanished
FROM ingest.file f
JOIN (
	SELECT s.source_id, s.format, s.database, s.search, s.searched, max(s.seen_in) AS newest,
		count(*) FILTER (WHERE s.seen_in = m.newest) AS records, count(*) FILTER (WHERE s.seen_in <> m.newest) AS vanished
	FROM evidence.source_record s
	JOIN (SELECT source_id, max(seen_in) AS newest FROM evidence.source_record GROUP BY source_id) m USING (source_id)
	GROUP BY s.source_id, s.format, s.database, s.search, s.searched) r ON r.source_id = f.file_id
JOIN ingest.file n ON n.file_id = r.newest;
COMMENT ON VIEW evidence.source_count IS 'Records by file: how many its newest version has, how many are stored of it, how many an older version had that the newest left out';
COMMENT ON COLUMN evidence.source_count.records_in_file IS 'As the reader counted them; equal to records';

GRANT SELECT ON evidence.source_record, evidence.source_note TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE ON evidence.source_record TO psyrad_ingest;
GRANT INSERT, DELETE ON evidence.source_note TO psyrad_ingest;
GRANT USAGE ON SEQUENCE evidence.source_record_source_record_id_seq, evidence.source_note_source_note_id_seq TO psyrad_ingest;

-- The manifest shows its rows to its callers, through psyrad_view, and none to the tables' owner.
RESET ROLE;
GRANT CREATE ON SCHEMA evidence TO psyrad_view;
ALTER VIEW evidence.source_count OWNER TO psyrad_view;
REVOKE CREATE ON SCHEMA evidence FROM psyrad_view;
SET LOCAL ROLE psyrad_view;
GRANT SELECT ON evidence.source_count TO psyrad_ingest, psyrad_analyst;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- loading

CREATE FUNCTION ingest.stage_literature() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, line bigint, format text, content_sha256 bytea, type text, types jsonb, title text, title_translated text,
		title_original text, authors jsonb, authors_translated jsonb, editors jsonb, year int, date text, date_written text, journal text,
		journal_abbrev text, series text, volume text, issue text, pages text, page_first text, page_last text, article_number text, doi text,
		pmid text, pmcid text, accession text, databases jsonb, issn jsonb, isbn jsonb, keywords jsonb, mesh jsonb, abstract text,
		abstract_translated text, language text, publisher text, place text, urls jsonb, notes jsonb, affiliations jsonb, extra jsonb, raw text
	) ON COMMIT DROP;
	CREATE TEMPORARY TABLE stage_note (code text, tag text, line bigint, count bigint, text text) ON COMMIT DROP;
END $$;
COMMENT ON FUNCTION ingest.stage_literature() IS 'Makes the temporary tables that psyrad ingest literature fills';

-- The first version of a file: the end of the chain of those that it replaces.
CREATE FUNCTION ingest.first_version(p_file_id bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
	WITH RECURSIVE older AS (
		SELECT f.file_id, f.supersedes FROM ingest.file f WHERE f.file_id = p_file_id
		UNION
		SELECT f.file_id, f.supersedes FROM older o JOIN ingest.file f ON f.file_id = o.supersedes)
	SELECT o.file_id FROM older o WHERE o.supersedes IS NULL;
$$;
COMMENT ON FUNCTION ingest.first_version(bigint) IS 'The first version of a file that was corrected, perhaps several times';

-- What a record is known by, so that its correction is found again wherever it stands in the file.  What it says stays in staging.
CREATE FUNCTION ingest.record_keys(p_file_id bigint) RETURNS void
LANGUAGE plpgsql
SET work_mem = '64MB'
SET jit = off
AS $$
DECLARE
	source bigint := ingest.first_version(p_file_id);
	asked  jsonb  := (SELECT f.options FROM ingest.file f WHERE f.file_id = p_file_id);
BEGIN
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT k.*, row_number() OVER (PARTITION BY k.record_key ORDER BY k."row")::int AS occurrence, k."row" AS wide, k."row"::int AS ordinal,
		p_file_id AS seen_in, source AS source_id, asked ->> 'database' AS database, asked ->> 'search' AS search,
		(asked ->> 'searched')::date AS searched
	FROM (
		SELECT s."row", s.line, coalesce('pmid:' || s.pmid, 'accession:' || left(s.accession, 200), 'doi:' || left(s.doi, 200),
			'content:' || encode(s.content_sha256, 'hex')) AS record_key
		FROM pg_temp.stage s) k;
END $$;
COMMENT ON FUNCTION ingest.record_keys(bigint) IS 'Makes pg_temp.fact of the staged records of literature: each one''s key, and where in staging it is';

CREATE FUNCTION ingest.load_literature(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	searched text := ingest.option(p_file_id, 'searched');
	counts   ingest.counts;
BEGIN
	BEGIN
		PERFORM searched::date;
	EXCEPTION WHEN invalid_datetime_format OR datetime_field_overflow THEN
		PERFORM ingest.refuse(format('--searched is %s; expected a day', searched), 'write it as 2026-11-23');
	END;
	PERFORM ingest.lock('literature', ingest.first_version(p_file_id)::text);
	PERFORM ingest.record_keys(p_file_id);
	-- Where a record stands is none of its content: it moves without leaving a history.
	UPDATE evidence.source_record r
	SET ordinal = f.ordinal, line = f.line, seen_in = f.seen_in
	FROM pg_temp.fact f
	WHERE (r.source_id, r.record_key, r.occurrence) = (f.source_id, f.record_key, f.occurrence);
	counts := ingest.merge_wide(p_file_id, 'evidence.source_record',
		ARRAY(SELECT a.attname::text FROM pg_attribute a
			WHERE a.attrelid = 'pg_temp.stage'::regclass AND a.attnum > 0 AND a.attname NOT IN ('row', 'line') ORDER BY a.attnum),
		true, 'source_id', 'record_key', 'occurrence');
	DELETE FROM evidence.source_note n WHERE n.file_id = p_file_id;
	INSERT INTO evidence.source_note (file_id, code, tag, line, count, text)
	SELECT p_file_id, n.code, n.tag, n.line, n.count, n.text FROM pg_temp.stage_note n ORDER BY n.line, n.code, n.tag;
	PERFORM evidence.index_records(ingest.first_version(p_file_id)); -- of literature_search.sql: what is loaded is found
	RETURN counts;
END $$;
COMMENT ON FUNCTION ingest.load_literature(bigint) IS 'Stores the staged records of literature: new ones are added, corrected ones changed with history, vanished ones kept and reported';

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOREACH f IN ARRAY ARRAY['ingest.stage_literature()', 'ingest.first_version(bigint)', 'ingest.record_keys(bigint)', 'ingest.load_literature(bigint)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
