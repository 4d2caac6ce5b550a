-- Deploy psyrad:edit_checks to pg
-- Values that may be true and want a second look: unlike a reject they are in the warehouse, and a query asks the site about
-- them.  clinical.edit_finding says what the data raise now; clinical.data_query keeps what was ever raised, under the key of
-- the finding and not of a load, so that an answer survives every reload.  A finding whose values changed since somebody
-- answered is another question: its query opens again.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE clinical.edit_check (
	check_name text PRIMARY KEY CHECK (check_name ~ '^[a-z][a-z0-9_]*$'),
	title_en   text NOT NULL,
	title_zh   text NOT NULL,
	bound      numeric,  -- what the check compares with; NULL where it has no number
	bound_is   text,
	active     boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE clinical.edit_check IS 'The checks that raise queries, with their bounds: a number here, not in code';
COMMENT ON COLUMN clinical.edit_check.bound IS 'What the check compares with; bound_is says what it is';
INSERT INTO clinical.edit_check VALUES
	('visit_order', 'A visit took place before one that the plan has earlier', '访视顺序与方案不符', NULL, NULL),
	('out_of_window', 'A visit took place far from its protocol week', '访视超出时间窗', 7, 'days before or after the protocol week, where the plan declares no window'),
	('implausible_jump', 'A total moved by most of its range between two visits', '相邻访视总分变化过大', 0.4, 'share of the total''s range'),
	('duplicate_rating', 'One visit was rated more than once with one instrument', '同一访视重复评定', NULL, NULL),
	('total_differs', 'The stated total is not the sum of the items', '总分与条目之和不符', NULL, NULL),
	('impossible_age', 'An age that no participant of a trial has', '年龄不合理', 10, 'youngest age in years; the oldest is 100'),
	('education_exceeds_age', 'More years of education than age allows', '受教育年限与年龄不符', 3, 'years of age before education can begin'),
	('rated_after_dropout', 'A rating after the week in which the participant left', '脱落后仍有评定', NULL, NULL);

CREATE TABLE clinical.data_query (
	subject_id  bigint NOT NULL,
	check_name  text NOT NULL REFERENCES clinical.edit_check,
	session     text NOT NULL DEFAULT '',
	instrument  text NOT NULL DEFAULT '',
	rater       text NOT NULL DEFAULT '',
	query_no    bigserial,             -- what people call it by
	site        text NOT NULL,
	study       text NOT NULL,
	message     text NOT NULL,
	found       jsonb NOT NULL,        -- the values that raised it
	still_found boolean NOT NULL DEFAULT true,
	status      text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'answered', 'closed')),
	answer      text,
	PRIMARY KEY (subject_id, check_name, session, instrument, rater),
	UNIQUE (subject_id, query_no),
	FOREIGN KEY (subject_id, site, study) REFERENCES clinical.subject_key (subject_id, site, study)
);
CREATE INDEX data_query_no ON clinical.data_query (query_no);
COMMENT ON TABLE clinical.data_query IS 'Questions that the data raised, one row each for ever: open, answered, closed; data_query_event says who and when';
COMMENT ON COLUMN clinical.data_query.query_no IS 'What people call it by';
COMMENT ON COLUMN clinical.data_query.found IS 'The values that raised it; other values open it again';
COMMENT ON COLUMN clinical.data_query.still_found IS 'False once the data no longer raise it; its status stays what people made it';

CREATE TABLE clinical.data_query_event (
	subject_id  bigint NOT NULL,
	query_no    bigint NOT NULL,
	event_no    bigserial,
	site        text NOT NULL,
	status      text NOT NULL CHECK (status IN ('open', 'answered', 'closed')),
	note        text,
	happened_by name NOT NULL DEFAULT current_user,
	happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (subject_id, query_no, event_no),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site),
	FOREIGN KEY (subject_id, query_no) REFERENCES clinical.data_query (subject_id, query_no)
);
COMMENT ON TABLE clinical.data_query_event IS 'Every status of a query: who, when, and what was said';

SELECT clinical.guard_by_site('clinical.data_query');
SELECT clinical.guard_by_site('clinical.data_query_event');
REVOKE UPDATE ON clinical.data_query_event FROM psyrad_ingest;
GRANT SELECT ON clinical.edit_check TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE ON clinical.edit_check TO psyrad_ingest;
GRANT USAGE ON SEQUENCE clinical.data_query_query_no_seq, clinical.data_query_event_event_no_seq TO psyrad_ingest;

-- What the data raise now, as the caller may see them.
CREATE VIEW clinical.edit_finding AS
WITH planned AS (
	SELECT v.subject_id, v.session, v.site, v.study, v.days_offset, p.week, p.days_before, p.days_after
	FROM clinical.visit v JOIN clinical.visit_plan p ON (p.study, p.session) = (v.study, v.session)
),
ordered AS (
	SELECT p.*, max(p.days_offset) OVER (PARTITION BY p.subject_id ORDER BY p.week ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS latest_before
	FROM planned p WHERE p.days_offset IS NOT NULL AND p.week IS NOT NULL
),
rated AS (
	SELECT s.subject_id, s.session, s.instrument, s.rater, s.site, p.study, p.week, s.total, i.total_max - i.total_min AS range,
		lag(s.total) OVER w AS total_before, lag(p.session) OVER w AS session_before
	FROM clinical.score s
	JOIN planned p ON (p.subject_id, p.session) = (s.subject_id, s.session)
	JOIN clinical.instrument i ON i.instrument = s.instrument
	WHERE s.total IS NOT NULL AND p.week IS NOT NULL
	WINDOW w AS (PARTITION BY s.subject_id, s.instrument, s.rater ORDER BY p.week)
),
finding AS (
	SELECT 'visit_order' AS check_name, o.subject_id, o.site, o.study, o.session, '' AS instrument, '' AS rater,
		format('day %s; a visit that the plan has earlier was on day %s', o.days_offset, o.latest_before) AS message,
		jsonb_build_object('day', o.days_offset, 'earlier_visit_day', o.latest_before) AS found
	FROM ordered o WHERE o.latest_before > o.days_offset
	UNION ALL
	SELECT 'out_of_window', o.subject_id, o.site, o.study, o.session, '', '',
		format('day %s; week %s is from day %s to day %s', o.days_offset, o.week, coalesce(w.first::text, 'any'), coalesce(w.last::text, 'any')),
		jsonb_build_object('day', o.days_offset, 'week', o.week)
	FROM ordered o JOIN clinical.edit_check c ON c.check_name = 'out_of_window'
	CROSS JOIN LATERAL (SELECT o.days_before IS NULL AND o.days_after IS NULL AS undeclared) u
	CROSS JOIN LATERAL (SELECT o.week * 7 - CASE WHEN u.undeclared THEN c.bound ELSE o.days_before END AS first,
		o.week * 7 + CASE WHEN u.undeclared THEN c.bound ELSE o.days_after END AS last) w
	WHERE o.days_offset < w.first OR o.days_offset > w.last
	UNION ALL
	SELECT 'implausible_jump', r.subject_id, r.site, r.study, r.session, r.instrument, r.rater,
		format('%s after %s at visit %s: more than %s of the range of %s', r.total, r.total_before, r.session_before, c.bound, r.range),
		jsonb_build_object('total', r.total, 'total_before', r.total_before, 'session_before', r.session_before)
	FROM rated r JOIN clinical.edit_check c ON c.check_name = 'implausible_jump' WHERE abs(r.total - r.total_before) > c.bound * r.range
	UNION ALL
	SELECT 'duplicate_rating', s.subject_id, min(s.site), min(v.study), s.session, s.instrument, '',
		format('%s ratings, by %s', count(*), string_agg(CASE s.rater WHEN '' THEN 'nobody named' ELSE s.rater END, ', ' ORDER BY s.rater)),
		jsonb_object_agg(s.rater, s.total)
	FROM clinical.score s JOIN clinical.visit v ON (v.subject_id, v.session) = (s.subject_id, s.session)
	GROUP BY s.subject_id, s.session, s.instrument HAVING count(*) > 1
	UNION ALL
	SELECT 'total_differs', s.subject_id, s.site, v.study, s.session, s.instrument, s.rater,
		format('the stated total is %s, the items sum to %s', s.total_stated, s.total_items),
		jsonb_build_object('total_stated', s.total_stated, 'total_items', s.total_items)
	FROM clinical.score s JOIN clinical.visit v ON (v.subject_id, v.session) = (s.subject_id, s.session)
	WHERE s.total_differs
	UNION ALL
	SELECT 'impossible_age', s.subject_id, s.site, s.study, '', '', '',
		format('%s years; expected %s to 100', s.age_years, c.bound), jsonb_build_object('age_years', s.age_years)
	FROM clinical.subject s JOIN clinical.edit_check c ON c.check_name = 'impossible_age'
	WHERE s.age_years NOT BETWEEN c.bound AND 100
	UNION ALL
	SELECT 'education_exceeds_age', s.subject_id, s.site, s.study, '', '', '',
		format('%s years of education at the age of %s', s.education_years, s.age_years),
		jsonb_build_object('age_years', s.age_years, 'education_years', s.education_years)
	FROM clinical.subject s JOIN clinical.edit_check c ON c.check_name = 'education_exceeds_age'
	WHERE s.education_years > s.age_years - c.bound
	UNION ALL
	SELECT 'rated_after_dropout', r.subject_id, r.site, r.study, r.session, r.instrument, r.rater,
		format('rated at week %s; left at week %s', r.week, s.dropout_week), jsonb_build_object('week', r.week, 'dropout_week', s.dropout_week)
	FROM rated r JOIN clinical.subject s USING (subject_id) WHERE r.week > s.dropout_week
)
SELECT f.* FROM finding f JOIN clinical.edit_check c USING (check_name) WHERE c.active;
COMMENT ON VIEW clinical.edit_finding IS 'What the data raise now, of the subjects that the caller may see';
GRANT SELECT ON clinical.edit_finding TO psyrad_ingest, psyrad_analyst;

CREATE FUNCTION clinical.run_edit_checks(study text) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	opened bigint;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('psyrad queries ' || run_edit_checks.study, 7));
	CREATE TEMPORARY TABLE edit_now ON COMMIT DROP AS SELECT f.* FROM clinical.edit_finding f WHERE f.study = run_edit_checks.study;
	UPDATE clinical.data_query q SET still_found = false
	WHERE q.study = run_edit_checks.study AND q.still_found AND NOT EXISTS (SELECT FROM edit_now f
		WHERE (f.subject_id, f.check_name, f.session, f.instrument, f.rater) = (q.subject_id, q.check_name, q.session, q.instrument, q.rater));
	WITH raised AS (
		INSERT INTO clinical.data_query AS q (subject_id, check_name, session, instrument, rater, site, study, message, found)
		SELECT f.subject_id, f.check_name, f.session, f.instrument, f.rater, f.site, f.study, f.message, f.found
		FROM edit_now f
		WHERE NOT EXISTS (SELECT FROM clinical.data_query k WHERE (k.subject_id, k.check_name, k.session, k.instrument, k.rater)
			= (f.subject_id, f.check_name, f.session, f.instrument, f.rater) AND k.found = f.found AND k.still_found)
		ORDER BY f.check_name, f.subject_id, f.session, f.instrument, f.rater
		ON CONFLICT (subject_id, check_name, session, instrument, rater) DO UPDATE
			SET message = excluded.message, still_found = true,
				status = CASE WHEN q.found = excluded.found THEN q.status ELSE 'open' END, found = excluded.found
		RETURNING q.subject_id, q.query_no, q.site, q.status, q.message)
	INSERT INTO clinical.data_query_event (subject_id, query_no, site, status, note)
	SELECT r.subject_id, r.query_no, r.site, r.status, r.message FROM raised r WHERE r.status = 'open';
	GET DIAGNOSTICS opened = ROW_COUNT;
	DROP TABLE edit_now;
	RETURN opened;
END $$;
COMMENT ON FUNCTION clinical.run_edit_checks(text) IS
	'Brings clinical.data_query up to date with what a study''s data raise now; loads of participants and scores call it.  Returns how many queries opened';

CREATE FUNCTION clinical.set_query_status(query_no bigint, status text, note text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	q clinical.data_query;
BEGIN
	SELECT d.* INTO q FROM clinical.data_query d WHERE d.query_no = set_query_status.query_no FOR UPDATE;
	IF q.query_no IS NULL THEN
		RAISE no_data_found USING MESSAGE = format('there is no query %s, or it is of a site that you do not see', query_no),
			HINT = 'psyrad queries lists them.';
	END IF;
	IF coalesce(btrim(note), '') = '' THEN
		RAISE null_value_not_allowed USING MESSAGE = 'a query is answered and closed with a reason', HINT = 'Say it in note.';
	END IF;
	UPDATE clinical.data_query d
	SET status = set_query_status.status, answer = CASE WHEN set_query_status.status = 'answered' THEN note ELSE d.answer END
	WHERE (d.subject_id, d.query_no) = (q.subject_id, q.query_no);
	INSERT INTO clinical.data_query_event (subject_id, query_no, site, status, note) VALUES (q.subject_id, q.query_no, q.site, status, note);
END $$;
COMMENT ON FUNCTION clinical.set_query_status(bigint, text, text) IS
	'Answers, closes or opens again a query, with a note; the event keeps who and when.  Errors: P0002 no such query, 22004 no note, 23514 no such status';
REVOKE EXECUTE ON FUNCTION clinical.run_edit_checks(text), clinical.set_query_status(bigint, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clinical.run_edit_checks(text), clinical.set_query_status(bigint, text, text) TO psyrad_ingest;

CREATE VIEW clinical.query_list AS
SELECT q.query_no, q.study, k.label AS participant, q.site, q.check_name, nullif(q.session, '') AS session, nullif(q.instrument, '') AS instrument,
	q.message, q.status, q.still_found, q.answer, o.happened_at AS opened_at, e.happened_by AS changed_by, e.happened_at AS changed_at
FROM clinical.data_query q
JOIN clinical.subject_key k USING (subject_id)
CROSS JOIN LATERAL (SELECT min(o.happened_at) AS happened_at FROM clinical.data_query_event o WHERE (o.subject_id, o.query_no) = (q.subject_id, q.query_no)) o
CROSS JOIN LATERAL (SELECT l.happened_by, l.happened_at FROM clinical.data_query_event l WHERE (l.subject_id, l.query_no) = (q.subject_id, q.query_no)
	ORDER BY l.event_no DESC LIMIT 1) e;
COMMENT ON VIEW clinical.query_list IS 'Queries for people: participant, what, status, answer, and who changed it last';
GRANT SELECT ON clinical.query_list TO psyrad_ingest, psyrad_analyst;

-- Views belong to psyrad_view, in whom the caller's sites decide (access.sql).
RESET ROLE;
GRANT CREATE ON SCHEMA clinical TO psyrad_view;
ALTER VIEW clinical.edit_finding OWNER TO psyrad_view;
ALTER VIEW clinical.query_list OWNER TO psyrad_view;
REVOKE CREATE ON SCHEMA clinical FROM psyrad_view;

COMMIT;
