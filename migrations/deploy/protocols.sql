-- Deploy psyrad:protocols to pg
-- Protocols and given sessions: what the command-line tool calls for them (see ingest_load), and the views that say what was
-- planned, what was given, and how much of STRICTA 2010 a report states.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE FUNCTION ingest.stage_protocols() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, line bigint, protocol text, source text, title text, style text, rationale text, variation text, stimulation text,
		needle text, electrodes text, co_treatment text, setting text, practitioner text, comparator_rationale text, comparator text,
		note text, points_text text, mode text, waveform text, deqi text, sham_type text, side text, mode_text text, waveform_text text,
		side_text text, raw text, label text, points_read text
	) ON COMMIT DROP;
	CREATE TEMPORARY TABLE stage_quantity (
		"row" bigint, quantity text, ordinal smallint, low text, high text, unit text, qualifier text, verbatim text
	) ON COMMIT DROP;
END $$;

-- Points and numbers of a protocol as one document: what the history keeps of them, and how a change is seen.
CREATE FUNCTION ingest.protocol_parts(p_study text, p_protocol text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object(
		'points', (SELECT jsonb_agg(to_jsonb(p) - 'study' - 'protocol' ORDER BY p.position)
				   FROM intervention.protocol_point p WHERE (p.study, p.protocol) = (p_study, p_protocol)),
		'quantities', (SELECT jsonb_agg(to_jsonb(q) - 'study' - 'protocol' ORDER BY q.quantity, q.ordinal)
					   FROM intervention.protocol_quantity q WHERE (q.study, q.protocol) = (p_study, p_protocol)));
$$;

-- pg_temp.point: what the cells of pg_temp.stage name, or what was put in points_read to be read instead.  What means no point or several is kept as it stands, and reported.
CREATE FUNCTION ingest.resolve_points() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE point ON COMMIT DROP AS
	SELECT s."row", m.* FROM pg_temp.stage s CROSS JOIN LATERAL intervention.acupoint_resolve(coalesce(s.points_read, s.points_text)) m;
	INSERT INTO pg_temp.stage_reject (line, column_name, column_number, code, message, raw, label)
	SELECT s.line, c.name, c.number,
		CASE WHEN p.rule IN ('ambiguous', 'contradiction') THEN 'ambiguous_acupoint' ELSE 'unknown_acupoint' END,
		CASE WHEN cardinality(p.candidates) > 1 THEN format('found %s, which may be %s; kept as it stands', p.verbatim,
				array_to_string(p.candidates, ' or '))
			WHEN p.rule = 'beside' THEN format('found %s, which is no point but a place beside one; kept as it stands', p.verbatim)
			WHEN p.rule = 'range' THEN format('found %s, a range; expected each point by itself; kept as it stands', p.verbatim)
			ELSE format('found %s; expected a point by code, pinyin or Chinese name; kept as it stands', p.verbatim) END,
		p.verbatim, s.label
	FROM point p
	JOIN pg_temp.stage s USING ("row")
	LEFT JOIN pg_temp.stage_column c ON c.field = 'points'
	WHERE p.acupoint IS NULL;
END $$;

-- A unit that is none of the quantity's is no unit: the number stands, the text stands, and problem says why.
CREATE FUNCTION ingest.protocol_quantities(p_study text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO intervention.protocol_quantity (study, protocol, quantity, ordinal, low, high, unit, qualifier, verbatim, problem, inferred_unit)
	SELECT p_study, h.protocol, q.quantity, q.ordinal, q.low::numeric, q.high::numeric, CASE WHEN u.unit IS NOT NULL THEN q.unit END, q.qualifier, q.verbatim,
		CASE WHEN q.low IS NULL THEN 'not_a_number'
			WHEN q.unit IS NOT NULL AND u.unit IS NULL THEN 'unknown_unit'
			WHEN q.quantity = 'frequency' AND s.waveform = 'dense_disperse' AND count(*) OVER (PARTITION BY q."row", q.quantity) = 1 THEN 'one_frequency_of_two'
			WHEN q.unit IS NULL AND q.quantity IN ('frequency', 'intensity', 'pulse_width', 'retention', 'depth', 'on_time', 'off_time') THEN 'no_unit' END,
		CASE WHEN u.unit IS NULL THEN i.unit END
	FROM pg_temp.stage_quantity q
	JOIN pg_temp.sheet h USING ("row")
	JOIN pg_temp.stage s USING ("row")
	LEFT JOIN intervention.quantity_unit u ON u.quantity = q.quantity AND u.spelling = lower(q.unit)
	LEFT JOIN LATERAL (
		SELECT min(k.unit) AS unit FROM intervention.quantity_unit k
		WHERE k.quantity = q.quantity AND starts_with(k.spelling, lower(q.unit)) HAVING count(DISTINCT k.unit) = 1
	) i ON true
	ORDER BY h.protocol, q.quantity, q.ordinal;
END $$;

CREATE FUNCTION ingest.load_protocols(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_study text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
	counts  ingest.counts;
	changed bigint;
BEGIN
	PERFORM ingest.lock('protocols', p_study);
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, p_study AS study, s.protocol, s.source, s.title, s.style, s.rationale, s.variation, s.mode, s.mode_text, s.waveform,
		s.waveform_text, s.points_text, s.side_text, s.deqi, s.stimulation, s.needle, s.electrodes, s.co_treatment, s.setting, s.practitioner,
		s.comparator_rationale, s.comparator, s.sham_type, s.note
	FROM pg_temp.stage s;
	PERFORM ingest.reject_duplicates('protocol');
	PERFORM ingest.resolve_points();
	CREATE TEMPORARY TABLE sheet ON COMMIT DROP AS
	SELECT f."row", f.protocol, ingest.protocol_parts(p_study, f.protocol) AS before,
		(SELECT to_jsonb(t) FROM intervention.protocol t WHERE (t.study, t.protocol) = (p_study, f.protocol)) AS row_before
	FROM pg_temp.fact f
	WHERE NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = f."row");
	counts := ingest.merge(p_file_id, 'intervention.protocol', 'study', 'protocol');

	DELETE FROM intervention.protocol_point t USING sheet h WHERE (t.study, t.protocol) = (p_study, h.protocol);
	DELETE FROM intervention.protocol_quantity t USING sheet h WHERE (t.study, t.protocol) = (p_study, h.protocol);
	INSERT INTO intervention.protocol_point (study, protocol, position, acupoint, verbatim, side, side_certainty, role, condition, alternatives,
		confidence, rule, candidates)
	SELECT p_study, h.protocol, p.position, p.acupoint, p.verbatim, coalesce(p.side, CASE WHEN p.acupoint IS NOT NULL THEN f.side END),
		coalesce(p.side_certainty, CASE WHEN p.acupoint IS NOT NULL AND f.side IS NOT NULL THEN 'sheet' END),
		CASE WHEN f.mode = 'sham' THEN 'sham' ELSE coalesce(p.role, 'main') END, p.condition, p.alternatives, p.confidence, p.rule, p.candidates
	FROM point p JOIN sheet h USING ("row") JOIN pg_temp.stage f USING ("row")
	ORDER BY h.protocol, p.position;
	PERFORM ingest.protocol_quantities(p_study);

	-- Of a protocol that was there: its points and numbers as they were, when they are others now.
	INSERT INTO ingest.history (table_name, row_key, old_row, file_id)
	SELECT 'intervention.protocol_point', jsonb_build_object('study', p_study, 'protocol', h.protocol), h.before, p_file_id
	FROM sheet h
	WHERE h.row_before IS NOT NULL AND h.before <> ingest.protocol_parts(p_study, h.protocol);
	SELECT count(*) INTO changed
	FROM sheet h
	WHERE h.before <> ingest.protocol_parts(p_study, h.protocol)
		AND h.row_before = (SELECT to_jsonb(t) FROM intervention.protocol t WHERE (t.study, t.protocol) = (p_study, h.protocol));
	RETURN (counts.rows_loaded + changed, counts.rows_unchanged - changed);
END $$;

---------------------------------------------------------------------------------------------------- sessions given

CREATE FUNCTION ingest.stage_sessions() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, line bigint, label text, session_number int, protocol text, points_text text, day int, minutes text, intensity_ma text,
		deqi_score text, adverse_event text, raw text, points_read text
	) ON COMMIT DROP;
END $$;

CREATE FUNCTION ingest.load_sessions(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_study text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
BEGIN
	PERFORM ingest.lock('sessions', p_study);
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw, label)
	SELECT s."row", s.line, c.name, c.number, e.code, e.message, s.raw, s.label
	FROM pg_temp.stage s
	LEFT JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label)
	CROSS JOIN LATERAL (VALUES
		('participant_id', k.subject_id IS NULL, 'unknown_participant', format('found %s; expected a participant of %s', s.label, p_study)),
		('session_number', s.session_number IS NULL AND NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = s."row"), 'missing_value',
			'empty; expected the number of the session, from 1'),
		('protocol', s.protocol IS NOT NULL AND NOT EXISTS (SELECT FROM intervention.protocol p WHERE (p.study, p.protocol) = (p_study, s.protocol)),
			'unknown_protocol', format('found %s; expected a protocol of %s', s.protocol, p_study)),
		('minutes', s.minutes::numeric NOT BETWEEN 0 AND 1440, 'out_of_range', format('found %s; expected 0 to 1440 minutes', s.minutes)),
		('intensity_ma', s.intensity_ma::numeric NOT BETWEEN 0 AND 100, 'out_of_range', format('found %s; expected 0 to 100 mA', s.intensity_ma)),
		('deqi_score', s.deqi_score::numeric < 0, 'out_of_range', format('found %s; expected 0 or more', s.deqi_score))
	) e (field, wrong, code, message)
	LEFT JOIN pg_temp.stage_column c ON c.field = e.field
	WHERE e.wrong;
	PERFORM ingest.resolve_points();
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, k.subject_id, s.session_number, k.site, p_study AS study, s.protocol, s.day, s.minutes::numeric AS minutes,
		s.intensity_ma::numeric AS intensity_ma, s.deqi_score::numeric AS deqi_score, s.adverse_event, s.points_text,
		coalesce(t.points, '{}') AS points, coalesce(t.unresolved, '{}') AS unresolved
	FROM pg_temp.stage s JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label)
	CROSS JOIN LATERAL (
		SELECT array_agg(p.acupoint ORDER BY p.position) FILTER (WHERE p.acupoint IS NOT NULL) AS points,
			array_agg(p.verbatim ORDER BY p.position) FILTER (WHERE p.acupoint IS NULL) AS unresolved
		FROM point p WHERE p."row" = s."row") t
	WHERE s.session_number IS NOT NULL;
	PERFORM ingest.reject_duplicates('subject_id', 'session_number');
	RETURN ingest.merge(p_file_id, 'intervention.session', 'subject_id', 'session_number');
END $$;

DO $$
DECLARE
	f text;
BEGIN
	FOREACH f IN ARRAY ARRAY['ingest.stage_protocols()', 'ingest.protocol_parts(text, text)', 'ingest.resolve_points()', 'ingest.protocol_quantities(text)',
		'ingest.load_protocols(bigint)', 'ingest.stage_sessions()', 'ingest.load_sessions(bigint)']
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

---------------------------------------------------------------------------------------------------- STRICTA 2010

CREATE TABLE intervention.stricta_item (
	item     text PRIMARY KEY,
	title_en text NOT NULL,
	title_zh text NOT NULL
);
COMMENT ON TABLE intervention.stricta_item IS 'The 17 sub-items of STRICTA 2010 (MacPherson et al. 2010)';
INSERT INTO intervention.stricta_item VALUES
	('1a', 'Style of acupuncture', '针刺治疗的流派'), ('1b', 'Reasoning for treatment provided', '选择治疗的依据'), ('1c', 'Extent to which treatment was varied', '治疗的个体化程度'),
	('2a', 'Number of needle insertions per subject per session', '每次治疗的进针数'), ('2b', 'Names of points used, uni- or bilateral', '穴位名称（单侧或双侧）'),
	('2c', 'Depth of insertion', '进针深度'), ('2d', 'Response sought', '引发的机体反应（得气）'), ('2e', 'Needle stimulation', '针刺刺激方式'),
	('2f', 'Needle retention time', '留针时间'), ('2g', 'Needle type', '针具类型'), ('3a', 'Number of treatment sessions', '治疗次数'),
	('3b', 'Frequency and duration of treatment sessions', '治疗频率与持续时间'), ('4a', 'Other interventions', '其他干预措施'), ('4b', 'Setting and context of treatment', '治疗场所与情境'),
	('5', 'Practitioner background', '针灸师背景'), ('6a', 'Rationale for the control', '对照的依据'), ('6b', 'Description of the control', '对照的描述');
GRANT SELECT ON intervention.stricta_item TO psyrad_ingest, psyrad_analyst, psyrad_view;

CREATE FUNCTION intervention.is_reported(said text) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT said IS NOT NULL AND pg_catalog.btrim(pg_catalog.lower(said), ' .。()（）') NOT IN ('', 'nr', 'n/r', 'not reported', 'not stated', 'not given', 'not described',
		'not mentioned', 'not specified', 'not available', 'none reported', 'unreported', 'unspecified', 'unclear', 'unknown', '未报告', '未提及', '未说明', '未描述', '未述', '未注明',
		'不详', '不明', '不清楚', '无描述', '无报告');
END;
COMMENT ON FUNCTION intervention.is_reported(text) IS 'Whether a text of a report says anything: NULL, nothing, and words for "not reported" in English and Chinese do not';

CREATE VIEW intervention.stricta AS
SELECT p.study, coalesce(p.source, p.study) AS source, p.protocol, i.item, i.title_en, i.title_zh, r.reported
FROM intervention.protocol p
CROSS JOIN LATERAL (
	SELECT array_agg(DISTINCT q.quantity) AS known FROM intervention.protocol_quantity q
	WHERE (q.study, q.protocol) = (p.study, p.protocol) AND intervention.is_reported(q.verbatim)) q
CROSS JOIN LATERAL (VALUES
	('1a', p.style), ('1b', p.rationale), ('1c', p.variation), ('2b', p.points_text),
	('2a', CASE WHEN 'needles' = ANY (q.known) THEN 'y' END), ('2c', CASE WHEN 'depth' = ANY (q.known) THEN 'y' END),
	('2d', nullif(p.deqi, 'not_reported')), ('2e', CASE WHEN intervention.is_reported(p.stimulation) THEN p.stimulation ELSE p.mode_text END), ('2f', CASE WHEN 'retention' = ANY (q.known) THEN 'y' END), ('2g', p.needle),
	('3a', CASE WHEN 'sessions' = ANY (q.known) THEN 'y' END),
	('3b', CASE WHEN 'sessions_per_week' = ANY (q.known) AND 'retention' = ANY (q.known) OR 'course' = ANY (q.known) THEN 'y' END),
	('4a', p.co_treatment), ('4b', p.setting), ('5', p.practitioner), ('6a', p.comparator_rationale), ('6b', CASE WHEN intervention.is_reported(p.comparator) THEN p.comparator ELSE p.sham_type END)
	) s (item, value)
JOIN intervention.stricta_item i USING (item)
CROSS JOIN LATERAL (SELECT intervention.is_reported(s.value) AS reported) r;
COMMENT ON VIEW intervention.stricta IS 'Each sub-item of STRICTA 2010 for each protocol, and whether it is reported (intervention.is_reported: a cell that says "not reported" does not); 3b asks for sessions a week with their duration, or a course';

CREATE VIEW intervention.stricta_completeness AS
SELECT study, source, count(DISTINCT protocol) AS protocols, count(DISTINCT item) FILTER (WHERE reported) AS reported, 17 AS items,
	round(count(DISTINCT item) FILTER (WHERE reported) / 17.0, 3) AS share,
	array_agg(DISTINCT item) FILTER (WHERE reported) AS reported_items
FROM intervention.stricta
GROUP BY study, source;
COMMENT ON VIEW intervention.stricta_completeness IS 'How many of the 17 sub-items of STRICTA 2010 a study reports, in any of its protocols';

CREATE VIEW intervention.stimulation AS
SELECT p.study, coalesce(p.source, p.study) AS source, p.protocol, p.mode, p.waveform, n.number
FROM intervention.protocol p
CROSS JOIN LATERAL (
	SELECT jsonb_object_agg(q.quantity || CASE WHEN q.ordinal > 1 THEN '_' || q.ordinal ELSE '' END, jsonb_strip_nulls(jsonb_build_object('low', q.low * u.factor,
		'high', q.high * u.factor, 'unit', u.unit, 'qualifier', q.qualifier, 'verbatim', q.verbatim, 'problem', q.problem))) AS number
	FROM intervention.protocol_quantity q
	LEFT JOIN intervention.quantity_unit u ON u.quantity = q.quantity AND u.spelling = lower(q.unit)
	WHERE (q.study, q.protocol) = (p.study, p.protocol)
) n;
COMMENT ON VIEW intervention.stimulation IS 'All numbers of a protocol as one document by quantity (frequency, frequency_2 ...): low and high in the quantity''s own unit (Hz, mA, ms, min, mm), beside the text; a garbled one names its problem';

---------------------------------------------------------------------------------------------------- plan and delivery

CREATE VIEW intervention.adherence AS
SELECT k.study, k.label, s.subject_id, s.site, u.arm, g.protocol, g.given, p.planned, g.given / nullif(p.planned, 0) AS share, g.first_day, g.last_day,
	g.adverse_events, g.off_plan
FROM (SELECT DISTINCT subject_id, site FROM intervention.session) s
JOIN clinical.subject_key k ON k.subject_id = s.subject_id
LEFT JOIN clinical.subject u ON u.subject_id = s.subject_id
LEFT JOIN clinical.arm a ON (a.study, a.arm) = (k.study, u.arm)
CROSS JOIN LATERAL (
	SELECT coalesce(min(e.protocol), a.protocol) AS protocol, count(*)::numeric AS given, min(e.day) AS first_day, max(e.day) AS last_day,
		count(e.adverse_event) AS adverse_events,
		sum((SELECT count(*) FROM unnest(e.points) AS t(point)
			WHERE NOT EXISTS (SELECT FROM intervention.protocol_point q LEFT JOIN intervention.point_set_member m ON m.point_set = q.acupoint
				WHERE (q.study, q.protocol) = (e.study, coalesce(e.protocol, a.protocol)) AND t.point IN (q.acupoint, m.acupoint)))) AS off_plan
	FROM intervention.session e WHERE e.subject_id = s.subject_id
) g
LEFT JOIN LATERAL (
	SELECT coalesce(max(q.low) FILTER (WHERE q.quantity = 'sessions' AND q.low = q.high),
		max(q.low) FILTER (WHERE q.quantity = 'sessions_per_week' AND q.low = q.high) * max(q.low * u.factor) FILTER (WHERE q.quantity = 'weeks' AND q.low = q.high)) AS planned
	FROM intervention.protocol_quantity q LEFT JOIN intervention.quantity_unit u ON u.quantity = q.quantity AND u.spelling = coalesce(lower(q.unit), 'weeks')
	WHERE (q.study, q.protocol) = (k.study, g.protocol)
) p ON true;
COMMENT ON VIEW intervention.adherence IS 'Sessions given to each subject beside those that the protocol plans (their number, else sessions a week times weeks; NULL where neither is one number): share, first and last day, sessions with an adverse event, and points used that the protocol does not have (the Four Gates are LI4 and LR3)';

CREATE VIEW intervention.dose AS
SELECT k.study, k.label, e.subject_id, e.site, count(*) AS sessions, sum(e.minutes) AS minutes, avg(e.intensity_ma) AS mean_intensity_ma,
	avg(e.deqi_score) AS mean_deqi, sum(x.points) AS point_uses, sum(x.points * e.minutes) AS point_minutes, sum(e.intensity_ma * e.minutes) AS ma_minutes
FROM intervention.session e
JOIN clinical.subject_key k USING (subject_id)
CROSS JOIN LATERAL (SELECT cardinality(e.points)::numeric AS points) x
GROUP BY k.study, k.label, e.subject_id, e.site;
COMMENT ON VIEW intervention.dose IS 'What each subject was given in all: sessions, minutes, points times minutes, milliampere-minutes; a session that does not state a number adds nothing to its sum';

GRANT SELECT ON intervention.stricta, intervention.stricta_completeness, intervention.stimulation TO psyrad_ingest, psyrad_analyst, psyrad_view;

RESET ROLE;
-- As invoker's rights would have it: current_user in the policies of what psyrad_view's views read is the caller.
GRANT CREATE ON SCHEMA intervention TO psyrad_view;
ALTER VIEW intervention.adherence OWNER TO psyrad_view;
ALTER VIEW intervention.dose OWNER TO psyrad_view;
REVOKE CREATE ON SCHEMA intervention FROM psyrad_view;
SET LOCAL ROLE psyrad_view;
GRANT SELECT ON intervention.adherence, intervention.dose TO psyrad_ingest, psyrad_analyst;
RESET ROLE;

COMMIT;
