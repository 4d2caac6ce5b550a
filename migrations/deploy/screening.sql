-- Deploy psyrad:screening to pg
-- Searches, screening by people, and the flow of records through a review.  Decisions name a source record and hold for the report that it is a
-- record of today, so that they outlive a change of clusters; none is ever changed: a later one takes its place, and the flow of a day counts
-- those that were made by its end (UTC).  What is not known is NULL and says why; 0 is said only where somebody said so or everything is here.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- reviews and their searches

CREATE TABLE evidence.review (
	review            text PRIMARY KEY CHECK (review <> ''),
	title_en          text,
	title_zh          text,
	screeners         int NOT NULL DEFAULT 2 CHECK (screeners > 0),
	searches_complete boolean NOT NULL DEFAULT false,
	previous_studies  int CHECK (previous_studies >= 0),
	previous_reports  int CHECK (previous_reports >= 0)
);
COMMENT ON TABLE evidence.review IS 'Reviews of literature: those made here, and those that a paper reports (evidence.flow_stated)';
COMMENT ON COLUMN evidence.review.screeners IS 'How many people must decide alike on a report at a stage before it counts as decided, without a consensus';
COMMENT ON COLUMN evidence.review.searches_complete IS 'All searches of the review are in evidence.search: a kind of source without one was not searched. While false, such a kind is unknown';
COMMENT ON COLUMN evidence.review.previous_studies IS 'Studies in the previous version of the review; 0 of a new review, NULL when not known';
COMMENT ON COLUMN evidence.review.previous_reports IS 'Reports of those studies; 0 of a new review, NULL when not known';

CREATE TABLE evidence.search (
	search_id   bigserial PRIMARY KEY,
	review      text NOT NULL REFERENCES evidence.review,
	kind        text NOT NULL DEFAULT 'database' CHECK (kind IN ('database', 'register', 'website', 'organisation', 'citation')),
	database    text NOT NULL CHECK (database <> ''),
	search      text,
	searched    date,
	covers_from date,
	covers_to   date,
	hits_stated bigint CHECK (hits_stated >= 0),
	CHECK (covers_from <= covers_to),
	UNIQUE (search_id, review)
);
CREATE UNIQUE INDEX search_once ON evidence.search (review, kind, database, coalesce(search, ''), coalesce(searched, '-infinity'));
COMMENT ON TABLE evidence.search IS 'Searches of a review: one row a source and run';
COMMENT ON COLUMN evidence.search.kind IS 'database, register; website, organisation, citation (PRISMA''s other methods)';
COMMENT ON COLUMN evidence.search.database IS 'What was searched, as --database of psyrad ingest literature names it';
COMMENT ON COLUMN evidence.search.search IS 'Which of several searches there, as --search names it';
COMMENT ON COLUMN evidence.search.searched IS 'Day it was run; NULL when not known: then the day of the import says when its records came';
COMMENT ON COLUMN evidence.search.covers_from IS 'First day of publication that it was limited to';
COMMENT ON COLUMN evidence.search.covers_to IS 'Last day of publication that it was limited to';
COMMENT ON COLUMN evidence.search.hits_stated IS 'Hits as the database or the paper stated them; NULL when not known';

CREATE TABLE evidence.search_strategy (
	strategy_id bigserial PRIMARY KEY,
	review      text NOT NULL REFERENCES evidence.review,
	search_id   bigint,
	language    text NOT NULL CHECK (language ~ '^[a-z]{2,3}(-[A-Za-z]+)?$'),
	stated_in   text NOT NULL CHECK (stated_in <> ''),
	ordinal     int NOT NULL CHECK (ordinal > 0),
	strategy    text NOT NULL CHECK (strategy <> ''),
	FOREIGN KEY (search_id, review) REFERENCES evidence.search (search_id, review)
);
CREATE UNIQUE INDEX search_strategy_once ON evidence.search_strategy (review, coalesce(search_id, 0), language, stated_in, ordinal);
COMMENT ON TABLE evidence.search_strategy IS 'Strings of a search, verbatim, one row a string: versions in several languages or places stand side by side, also where they disagree';
COMMENT ON COLUMN evidence.search_strategy.search_id IS 'The search it was; NULL where it is stated for the review as a whole';
COMMENT ON COLUMN evidence.search_strategy.language IS 'zh, en: the language of the version, not of the terms';
COMMENT ON COLUMN evidence.search_strategy.stated_in IS 'Where it stands: protocol, abstract, appendix, search history of the database';
COMMENT ON COLUMN evidence.search_strategy.ordinal IS '1-based place of the string in its version: a repeated string is two rows';

CREATE TABLE evidence.search_source (
	search_id bigint NOT NULL,
	review    text NOT NULL,
	source_id bigint NOT NULL REFERENCES ingest.file,
	PRIMARY KEY (review, source_id),
	FOREIGN KEY (search_id, review) REFERENCES evidence.search (search_id, review)
);
CREATE INDEX search_source_search ON evidence.search_source (search_id);
COMMENT ON TABLE evidence.search_source IS 'Files that hold the records of a search: a file belongs to one search of a review, and may serve several reviews';
COMMENT ON COLUMN evidence.search_source.source_id IS 'First version of the file, as in evidence.source_record';

CREATE FUNCTION evidence.attach_sources(p_search_id bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	s        evidence.search;
	attached bigint;
BEGIN
	SELECT * INTO s FROM evidence.search WHERE search_id = p_search_id;
	IF NOT FOUND THEN
		RAISE invalid_parameter_value USING MESSAGE = format('there is no search %s', coalesce(p_search_id::text, 'NULL')), HINT = 'Searches are rows of evidence.search.';
	END IF;
	INSERT INTO evidence.search_source (search_id, review, source_id)
	SELECT DISTINCT s.search_id, s.review, r.source_id
	FROM evidence.source_record r
	WHERE r.database = s.database AND r.search IS NOT DISTINCT FROM s.search AND r.searched IS NOT DISTINCT FROM s.searched
		AND NOT EXISTS (SELECT FROM evidence.search_source o WHERE o.review = s.review AND o.source_id = r.source_id);
	GET DIAGNOSTICS attached = ROW_COUNT;
	RETURN attached;
END $$;
COMMENT ON FUNCTION evidence.attach_sources(bigint) IS 'Gives a search the files that were imported with its database, search and day and that no search of its review has yet; returns how many. Others are rows of evidence.search_source';

CREATE VIEW evidence.search_summary AS
SELECT s.review, s.search_id, s.kind, s.database, s.search, s.searched, s.hits_stated, c.files, c.records,
	c.records - s.hits_stated AS difference, t.languages, coalesce(t.disagree, false) AS versions_disagree
FROM evidence.search s
LEFT JOIN LATERAL (
	SELECT nullif(count(DISTINCT l.source_id), 0) AS files, CASE WHEN count(l.source_id) > 0 THEN count(r.source_record_id) END AS records
	FROM evidence.search_source l
	LEFT JOIN evidence.current_record r USING (source_id)
	WHERE l.search_id = s.search_id) c ON true
LEFT JOIN LATERAL (
	SELECT array_agg(DISTINCT v.language ORDER BY v.language) AS languages, count(DISTINCT v.strings) > 1 AS disagree
	FROM (
		SELECT g.language, array_agg(g.strategy ORDER BY g.ordinal) AS strings
		FROM evidence.search_strategy g
		WHERE g.search_id = s.search_id
		GROUP BY g.language, g.stated_in) v) t ON true;
COMMENT ON VIEW evidence.search_summary IS 'Searches with what they stated and what was imported of them; records and difference are NULL where nothing was imported';
COMMENT ON COLUMN evidence.search_summary.difference IS 'records - hits_stated; NULL when either is not known';
COMMENT ON COLUMN evidence.search_summary.versions_disagree IS 'Two versions of its strategy (language, place) are not the same strings in the same order';

---------------------------------------------------------------------------------------------------- what people decide

CREATE TABLE evidence.exclusion_reason (
	review   text NOT NULL REFERENCES evidence.review,
	reason   text NOT NULL CHECK (reason ~ '^[a-z][a-z0-9_]*$' AND reason <> 'not_agreed'),
	label_en text NOT NULL,
	label_zh text,
	ordinal  int NOT NULL,
	PRIMARY KEY (review, reason)
);
COMMENT ON TABLE evidence.exclusion_reason IS 'Why a review excludes reports at full text, in the order of the diagram';

CREATE TABLE evidence.screening_decision (
	decision_id      bigserial PRIMARY KEY,
	review           text NOT NULL REFERENCES evidence.review,
	source_record_id bigint NOT NULL REFERENCES evidence.source_record,
	stage            text NOT NULL CHECK (stage IN ('title_abstract', 'full_text')),
	screener         text NOT NULL CHECK (screener <> ''),
	consensus        boolean NOT NULL DEFAULT false,
	decision         text NOT NULL CHECK (decision IN ('include', 'exclude', 'unsure', 'withdrawn')),
	reason           text,
	comment          text,
	decided_at       timestamptz NOT NULL DEFAULT now(),
	recorded_by      text NOT NULL DEFAULT session_user,
	recorded_at      timestamptz NOT NULL DEFAULT now(),
	FOREIGN KEY (review, reason) REFERENCES evidence.exclusion_reason,
	CONSTRAINT screening_reason CHECK ((reason IS NOT NULL) = (stage = 'full_text' AND decision = 'exclude')),
	CONSTRAINT screening_consensus CHECK (NOT (consensus AND decision = 'unsure')),
	CONSTRAINT screening_not_ahead CHECK (decided_at <= recorded_at)
);
CREATE INDEX screening_decision_record ON evidence.screening_decision (review, source_record_id, stage);
COMMENT ON TABLE evidence.screening_decision IS 'What people decided on reports, one row a decision, never changed: of a screener, report and stage the last one counts';
COMMENT ON COLUMN evidence.screening_decision.source_record_id IS 'Any record of the report: the decision holds for the whole cluster';
COMMENT ON COLUMN evidence.screening_decision.screener IS 'Who decided; recorded_by is the login that wrote it down';
COMMENT ON COLUMN evidence.screening_decision.consensus IS 'Settles a conflict: it outranks the screeners'' own decisions, whoever made it, and is no part of their agreement';
COMMENT ON COLUMN evidence.screening_decision.decision IS 'include, exclude, unsure (waits for a consensus), withdrawn (takes the own decision, or the consensus, back)';
COMMENT ON COLUMN evidence.screening_decision.reason IS 'Of exclusions at full text, and of these always';
COMMENT ON COLUMN evidence.screening_decision.decided_at IS 'When it was made: may lie before recorded_at where decisions were brought from elsewhere';

CREATE TABLE evidence.screening_event (
	event_id         bigserial PRIMARY KEY,
	review           text NOT NULL REFERENCES evidence.review,
	source_record_id bigint NOT NULL REFERENCES evidence.source_record,
	topic            text NOT NULL CHECK (topic IN ('removal', 'retrieval')),
	outcome          text NOT NULL,
	comment          text,
	happened_at      timestamptz NOT NULL DEFAULT now(),
	recorded_by      text NOT NULL DEFAULT session_user,
	recorded_at      timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT screening_event_outcome CHECK (CASE topic WHEN 'removal' THEN outcome IN ('automation', 'other', 'none')
		ELSE outcome IN ('retrieved', 'not_retrieved', 'pending') END),
	CONSTRAINT screening_event_not_ahead CHECK (happened_at <= recorded_at)
);
CREATE INDEX screening_event_record ON evidence.screening_event (review, source_record_id, topic);
COMMENT ON TABLE evidence.screening_event IS 'Reports removed before screening, and whether their text was found; never changed: of a report and topic the last one counts';
COMMENT ON COLUMN evidence.screening_event.outcome IS 'removal: automation (a program found it ineligible), other, none (takes it back); retrieval: retrieved, not_retrieved, pending';

CREATE TABLE evidence.report_study (
	review           text NOT NULL REFERENCES evidence.review,
	source_record_id bigint NOT NULL REFERENCES evidence.source_record,
	study            text NOT NULL CHECK (study <> ''),
	PRIMARY KEY (review, source_record_id, study)
);
COMMENT ON TABLE evidence.report_study IS 'Which study a report is of: several reports of one study, or one report of several';
COMMENT ON COLUMN evidence.report_study.study IS 'As the review names it; evidence.study where its effects are there';

---------------------------------------------------------------------------------------------------- decisions that stand

CREATE FUNCTION evidence.the_review(p_review text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	known text[] := (SELECT coalesce(array_agg(r.review ORDER BY r.review COLLATE "C"), '{}') FROM evidence.review r);
BEGIN
	IF p_review = ANY (known) OR p_review IS NULL AND cardinality(known) = 1 THEN
		RETURN coalesce(p_review, known[1]);
	END IF;
	RAISE invalid_parameter_value USING
		MESSAGE = CASE WHEN p_review IS NULL THEN format('review is not named, and there are %s', cardinality(known)) ELSE format('there is no review %L', p_review) END,
		HINT = CASE WHEN known = '{}' THEN 'Reviews are rows of evidence.review.' ELSE format('Reviews: %s.', array_to_string(known, ', ')) END;
END $$;
COMMENT ON FUNCTION evidence.the_review(text) IS 'The review of that name; of NULL the only one there is. Anything else is an error that lists them';

CREATE FUNCTION evidence.day_ends(p_day date) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_day IS NULL THEN 'infinity' ELSE (p_day + 1)::timestamp AT TIME ZONE 'UTC' END;
COMMENT ON FUNCTION evidence.day_ends(date) IS 'When a day is over, UTC; of NULL never: what is as of NULL has everything in it';

CREATE FUNCTION evidence.report_of(p_source_record_id bigint) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce((SELECT c.cluster_id FROM evidence.record_cluster c WHERE c.source_record_id = p_source_record_id), p_source_record_id);
COMMENT ON FUNCTION evidence.report_of(bigint) IS 'The report (cluster) that a source record is a record of; itself while it was not compared with others';

CREATE VIEW evidence.screening_history AS
SELECT d.decision_id, d.review, coalesce(c.cluster_id, d.source_record_id) AS report_id, d.source_record_id, d.stage, d.screener, d.consensus, d.decision,
	d.reason, d.comment, d.decided_at, d.recorded_by, d.recorded_at,
	lag(d.decision_id) OVER own AS supersedes, lead(d.decision_id) OVER own AS superseded_by, lead(d.decided_at) OVER own AS superseded_at
FROM evidence.screening_decision d
LEFT JOIN evidence.record_cluster c USING (source_record_id)
WINDOW own AS (PARTITION BY d.review, coalesce(c.cluster_id, d.source_record_id), d.stage, d.consensus, CASE WHEN NOT d.consensus THEN d.screener END
	ORDER BY d.decided_at, d.decision_id);
COMMENT ON VIEW evidence.screening_history IS 'All decisions on reports, each with the one whose place it took and the one that took its place: a screener''s own at a stage, or the consensus';
COMMENT ON COLUMN evidence.screening_history.superseded_by IS 'NULL: it stands';

CREATE FUNCTION evidence.screening_outcome(p_review text DEFAULT NULL, p_as_of date DEFAULT NULL)
	RETURNS TABLE (report_id bigint, stage text, decisions int, screeners text[], outcome text, reason text, conflict text, settled_by text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	of_review text := evidence.the_review(p_review);
	needed    int := (SELECT v.screeners FROM evidence.review v WHERE v.review = of_review);
BEGIN
	RETURN QUERY
	WITH standing AS (
		SELECT h.report_id, h.stage, h.screener, h.consensus, h.decision, h.reason
		FROM evidence.screening_history h
		WHERE h.review = of_review AND h.decided_at < evidence.day_ends(p_as_of) AND coalesce(h.superseded_at, 'infinity') >= evidence.day_ends(p_as_of)
			AND h.decision <> 'withdrawn'),
	by_report AS (
		SELECT s.report_id, s.stage, (count(*) FILTER (WHERE NOT s.consensus))::int AS n,
			array_agg(s.screener ORDER BY s.screener COLLATE "C") FILTER (WHERE NOT s.consensus) AS who,
			array_agg(DISTINCT s.decision) FILTER (WHERE NOT s.consensus) AS said,
			array_agg(DISTINCT s.reason) FILTER (WHERE NOT s.consensus AND s.reason IS NOT NULL) AS reasons,
			max(s.decision) FILTER (WHERE s.consensus) AS agreed, max(s.reason) FILTER (WHERE s.consensus) AS agreed_reason,
			max(s.screener) FILTER (WHERE s.consensus) AS agreed_by
		FROM standing s
		GROUP BY s.report_id, s.stage)
	SELECT b.report_id, b.stage, b.n, b.who,
		CASE WHEN b.agreed IS NOT NULL THEN b.agreed WHEN b.n >= needed AND cardinality(b.said) = 1 AND b.said[1] <> 'unsure' THEN b.said[1] END,
		CASE WHEN b.agreed IS NOT NULL THEN b.agreed_reason WHEN b.n >= needed AND b.said = '{exclude}' AND cardinality(b.reasons) = 1 THEN b.reasons[1] END,
		CASE WHEN b.agreed IS NOT NULL THEN NULL
			WHEN cardinality(b.said) > 1 THEN 'decision'
			WHEN b.n >= needed AND b.said = '{unsure}' THEN 'unsure'
			WHEN cardinality(b.reasons) > 1 THEN 'reason' END,
		b.agreed_by
	FROM by_report b;
END $$;
COMMENT ON FUNCTION evidence.screening_outcome(text, date) IS 'What stands of each report and stage at the end of a day (UTC; NULL: of all that is stored): the consensus, else what as many screeners as the review asks for said alike, else NULL. conflict: decision, unsure (all are), reason (all exclude, for different reasons), NULL where there is none or a consensus settled it';

CREATE FUNCTION evidence.screening_conflict(p_review text DEFAULT NULL, p_as_of date DEFAULT NULL)
	RETURNS TABLE (report_id bigint, stage text, conflict text, screener text, decision text, reason text, comment text, decided_at timestamptz, title text, year int)
LANGUAGE sql STABLE AS $$
	SELECT o.report_id, o.stage, o.conflict, h.screener, h.decision, h.reason, h.comment, h.decided_at, c.title, c.year
	FROM evidence.screening_outcome(p_review, p_as_of) o
	JOIN evidence.screening_history h ON h.review = evidence.the_review(p_review) AND h.report_id = o.report_id AND h.stage = o.stage AND NOT h.consensus
		AND h.decided_at < evidence.day_ends(p_as_of) AND coalesce(h.superseded_at, 'infinity') >= evidence.day_ends(p_as_of) AND h.decision <> 'withdrawn'
	LEFT JOIN evidence.source_record c ON c.source_record_id = o.report_id
	WHERE o.conflict IS NOT NULL
	ORDER BY o.stage DESC, o.report_id, h.screener COLLATE "C";
$$;
COMMENT ON FUNCTION evidence.screening_conflict(text, date) IS 'Reports on which screeners disagree and that no consensus has settled, one row a screener, as of a day';

---------------------------------------------------------------------------------------------------- agreement

CREATE FUNCTION evidence.screening_agreement(p_stage text, p_review text DEFAULT NULL, p_which text DEFAULT 'first', p_level double precision DEFAULT 0.95, p_as_of date DEFAULT NULL)
	RETURNS TABLE (screener_a text, screener_b text, n bigint, n_one bigint, agree bigint, agreement double precision, kappa double precision,
		se double precision, ci_lb double precision, ci_ub double precision, pabak double precision, note text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	of_review text := evidence.the_review(p_review);
BEGIN
	IF p_stage IS NULL OR p_stage NOT IN ('title_abstract', 'full_text') THEN
		RAISE invalid_parameter_value USING MESSAGE = format('stage is %s; expected title_abstract or full_text', coalesce(quote_literal(p_stage), 'NULL'));
	ELSIF p_which IS NULL OR p_which NOT IN ('first', 'last') THEN
		RAISE invalid_parameter_value USING MESSAGE = format('which is %s; expected first or last', coalesce(quote_literal(p_which), 'NULL'));
	ELSIF p_level IS NULL OR NOT (p_level > 0 AND p_level < 1) THEN
		RAISE invalid_parameter_value USING MESSAGE = 'level must be a number between 0 and 1, such as 0.95';
	END IF;
	RETURN QUERY
	WITH said AS MATERIALIZED (
		SELECT DISTINCT ON (h.report_id, h.screener) h.report_id, h.screener, h.decision
		FROM evidence.screening_history h
		WHERE h.review = of_review AND h.stage = p_stage AND NOT h.consensus AND h.decided_at < evidence.day_ends(p_as_of)
			AND (p_which = 'last' OR h.decision <> 'withdrawn')
		ORDER BY h.report_id, h.screener, CASE WHEN p_which = 'first' THEN h.decided_at END, CASE WHEN p_which = 'first' THEN h.decision_id END, h.decided_at DESC, h.decision_id DESC),
	counted AS (
		SELECT s.report_id, s.screener, s.decision FROM said s WHERE s.decision <> 'withdrawn'),
	people AS (
		SELECT c.screener, count(*) AS n FROM counted c GROUP BY c.screener),
	pairs AS (
		SELECT a.screener AS a, b.screener AS b, a.n + b.n AS alone
		FROM people a JOIN people b ON a.screener < b.screener COLLATE "C"),
	tallies AS (
		SELECT p.a, p.b, p.alone, count(y.report_id) AS n, count(*) FILTER (WHERE x.decision = y.decision) AS same,
			greatest(2, (SELECT count(DISTINCT d) FROM unnest(array_agg(x.decision) FILTER (WHERE y.report_id IS NOT NULL)
				|| array_agg(y.decision) FILTER (WHERE y.report_id IS NOT NULL)) d)) AS categories,
			psyrad.metric_confusion_state(x.decision, y.decision) AS state
		FROM pairs p
		JOIN counted x ON x.screener = p.a
		LEFT JOIN counted y ON y.screener = p.b AND y.report_id = x.report_id
		GROUP BY p.a, p.b, p.alone)
	SELECT t.a, t.b, t.n, t.alone - 2 * t.n, t.same, t.same::float8 / nullif(t.n, 0), k.estimate, k.se, k.ci_lb, k.ci_ub,
		(t.categories * t.same::float8 / nullif(t.n, 0) - 1) / (t.categories - 1),
		CASE WHEN t.n = 0 THEN 'no report that both decided on' ELSE k.note END
	FROM tallies t
	LEFT JOIN LATERAL psyrad.metric_kappa_final(t.state, p_level) k ON true
	UNION ALL
	SELECT o.screener, NULL, 0, o.n, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'one screener alone: there is nobody to agree with'
	FROM people o
	WHERE (SELECT count(*) FROM people) = 1
	ORDER BY 1, 2;
END $$;
COMMENT ON FUNCTION evidence.screening_agreement(text, text, text, double precision, date) IS
	'Agreement of each two screeners at a stage over the n reports that both decided on (n_one: only one of them did): raw agreement, Cohen''s kappa with the large-sample interval of Fleiss, Cohen and Everitt (1969), and PABAK = (c * agreement - 1) / (c - 1) over the c decisions in use, at least two (Byrt et al. 1993). which: first decisions, as made before anybody talked (default), or last ones. Consensus is no part of it. NULL with the reason in note: nobody to compare with, no common report, or one decision throughout; no rows where nobody decided';

---------------------------------------------------------------------------------------------------- the flow

CREATE TABLE evidence.prisma_box (
	box      text PRIMARY KEY,
	ordinal  int NOT NULL UNIQUE,
	branch   text NOT NULL CHECK (branch IN ('previous', 'databases', 'other', 'included')),
	unit     text NOT NULL CHECK (unit IN ('records', 'reports', 'studies')),
	standard boolean NOT NULL,
	label_en text NOT NULL,
	label_zh text NOT NULL
);
COMMENT ON TABLE evidence.prisma_box IS 'Boxes of the PRISMA 2020 flow diagram (Page et al. 2021), and those that a review under way needs beside them';
COMMENT ON COLUMN evidence.prisma_box.standard IS 'False: not in PRISMA''s diagram; a paper that does not state it has none';
INSERT INTO evidence.prisma_box (ordinal, branch, unit, standard, box, label_en, label_zh) VALUES
	(1, 'previous', 'studies', true, 'previous_studies', 'Studies included in previous version of review', '上一版综述纳入的研究'),
	(2, 'previous', 'reports', true, 'previous_reports', 'Reports of studies included in previous version of review', '上一版综述纳入研究的报告'),
	(10, 'databases', 'records', true, 'databases', 'Records identified from databases', '从数据库检出的记录'),
	(11, 'databases', 'records', true, 'registers', 'Records identified from registers', '从注册库检出的记录'),
	(12, 'databases', 'records', true, 'identified', 'Records identified from databases and registers', '从数据库和注册库检出的记录合计'),
	(13, 'databases', 'records', true, 'duplicates', 'Duplicate records removed before screening', '筛选前去除的重复记录'),
	(14, 'databases', 'records', true, 'removed_automation', 'Records marked as ineligible by automation tools', '自动化工具判定不合格的记录'),
	(15, 'databases', 'records', true, 'removed_other', 'Records removed for other reasons', '因其他原因去除的记录'),
	(16, 'databases', 'records', false, 'awaiting_screening', 'Records awaiting screening or a consensus', '待筛选或待协商一致的记录'),
	(17, 'databases', 'records', true, 'screened', 'Records screened', '筛选的记录'),
	(18, 'databases', 'records', true, 'excluded_screening', 'Records excluded', '筛选排除的记录'),
	(19, 'databases', 'reports', true, 'sought', 'Reports sought for retrieval', '拟获取全文的报告'),
	(20, 'databases', 'reports', true, 'not_retrieved', 'Reports not retrieved', '未能获取的报告'),
	(21, 'databases', 'reports', false, 'awaiting_retrieval', 'Reports awaiting retrieval', '待获取的报告'),
	(22, 'databases', 'reports', false, 'awaiting_full_text', 'Reports awaiting assessment or a consensus', '待评估或待协商一致的报告'),
	(23, 'databases', 'reports', true, 'assessed', 'Reports assessed for eligibility', '评估合格性的报告'),
	(24, 'databases', 'reports', true, 'excluded_full_text', 'Reports excluded', '评估后排除的报告'),
	(30, 'other', 'records', true, 'websites', 'Records identified from websites', '从网站检出的记录'),
	(31, 'other', 'records', true, 'organisations', 'Records identified from organisations', '从机构获得的记录'),
	(32, 'other', 'records', true, 'citations', 'Records identified from citation searching', '从引文检索获得的记录'),
	(33, 'other', 'records', false, 'other_identified', 'Records identified via other methods', '通过其他方法检出的记录合计'),
	(34, 'other', 'records', false, 'other_duplicates', 'Records identified already', '已检出的重复记录'),
	(35, 'other', 'records', false, 'other_removed', 'Records removed or excluded before retrieval', '获取全文前去除的记录'),
	(36, 'other', 'reports', true, 'other_sought', 'Reports sought for retrieval', '拟获取全文的报告'),
	(37, 'other', 'reports', true, 'other_not_retrieved', 'Reports not retrieved', '未能获取的报告'),
	(38, 'other', 'reports', false, 'other_awaiting_retrieval', 'Reports awaiting retrieval', '待获取的报告'),
	(39, 'other', 'reports', false, 'other_awaiting_full_text', 'Reports awaiting assessment or a consensus', '待评估或待协商一致的报告'),
	(40, 'other', 'reports', true, 'other_assessed', 'Reports assessed for eligibility', '评估合格性的报告'),
	(41, 'other', 'reports', true, 'other_excluded_full_text', 'Reports excluded', '评估后排除的报告'),
	(50, 'included', 'studies', true, 'new_studies', 'New studies included in review', '新纳入的研究'),
	(51, 'included', 'reports', true, 'new_reports', 'Reports of new included studies', '新纳入研究的报告'),
	(52, 'included', 'studies', true, 'total_studies', 'Total studies included in review', '纳入的研究合计'),
	(53, 'included', 'reports', true, 'total_reports', 'Reports of total included studies', '纳入研究的报告合计');

CREATE TABLE evidence.prisma_identity (
	box   text PRIMARY KEY REFERENCES evidence.prisma_box,
	plus  text[] NOT NULL,
	minus text[] NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE evidence.prisma_identity IS 'What must hold between boxes: box = sum of plus - sum of minus';
INSERT INTO evidence.prisma_identity (box, plus, minus) VALUES
	('identified', '{databases,registers}', '{}'),
	('screened', '{identified}', '{duplicates,removed_automation,removed_other,awaiting_screening}'),
	('sought', '{screened}', '{excluded_screening}'),
	('assessed', '{sought}', '{not_retrieved,awaiting_retrieval,awaiting_full_text}'),
	('other_identified', '{websites,organisations,citations}', '{}'),
	('other_sought', '{websites,organisations,citations}', '{other_duplicates,other_removed}'),
	('other_assessed', '{other_sought}', '{other_not_retrieved,other_awaiting_retrieval,other_awaiting_full_text}'),
	('new_reports', '{assessed,other_assessed}', '{excluded_full_text,other_excluded_full_text}'),
	('total_studies', '{previous_studies,new_studies}', '{}'),
	('total_reports', '{previous_reports,new_reports}', '{}');

CREATE FUNCTION evidence.identity_check(p_counts jsonb)
	RETURNS TABLE (box text, n bigint, expected bigint, holds boolean, identity text)
LANGUAGE sql STABLE AS $$
	SELECT i.box, (p_counts ->> i.box)::bigint, e.expected, (p_counts ->> i.box)::bigint = e.expected,
		i.box || ' = ' || array_to_string(i.plus, ' + ') || coalesce(' - ' || nullif(array_to_string(i.minus, ' - '), ''), '')
	FROM evidence.prisma_identity i
	JOIN evidence.prisma_box b USING (box)
	CROSS JOIN LATERAL (
		SELECT CASE WHEN bool_and(t.n IS NOT NULL) THEN sum(t.n)::bigint END AS expected
		FROM (
			SELECT sign * coalesce((p_counts ->> part)::bigint, CASE WHEN NOT pb.standard THEN 0 END) AS n
			FROM (SELECT unnest(i.plus) AS part, 1 AS sign UNION ALL SELECT unnest(i.minus), -1) p
			JOIN evidence.prisma_box pb ON pb.box = p.part) t) e
	ORDER BY b.ordinal;
$$;
COMMENT ON FUNCTION evidence.identity_check(jsonb) IS 'Whether counts by box {"screened": 12, ...} add up: holds is NULL where a count that is needed is not known. A box that PRISMA''s diagram does not have counts as empty where it is not stated';

CREATE FUNCTION evidence.prisma_record(p_as_of date DEFAULT NULL, p_review text DEFAULT NULL)
	RETURNS TABLE (source_record_id bigint, report_id bigint, search_id bigint, kind text, branch text, first boolean, compared boolean, state text, reason text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	of_review text := evidence.the_review(p_review);
BEGIN
	RETURN QUERY
	WITH found AS MATERIALIZED (
		SELECT r.source_record_id, coalesce(c.cluster_id, r.source_record_id) AS report_id, s.search_id, s.kind, c.cluster_id IS NOT NULL AS compared,
			CASE WHEN s.kind IN ('database', 'register') THEN 'databases' ELSE 'other' END AS by_method
		FROM evidence.search s
		JOIN evidence.search_source l USING (search_id)
		JOIN evidence.current_record r ON r.source_id = l.source_id
		JOIN ingest.file f ON f.file_id = l.source_id
		LEFT JOIN evidence.record_cluster c USING (source_record_id)
		WHERE s.review = of_review
			AND coalesce(s.searched, r.searched, (f.finished_at AT TIME ZONE 'UTC')::date) <= coalesce(p_as_of, 'infinity')),
	reports AS (
		SELECT f.report_id, min(f.by_method) AS branch FROM found f GROUP BY f.report_id), -- 'databases' comes before 'other'
	events AS (
		SELECT DISTINCT ON (report_id, e.topic) evidence.report_of(e.source_record_id) AS report_id, e.topic, e.outcome
		FROM evidence.screening_event e
		WHERE e.review = of_review AND e.happened_at < evidence.day_ends(p_as_of)
		ORDER BY report_id, e.topic, e.happened_at DESC, e.event_id DESC),
	said AS MATERIALIZED (SELECT o.report_id, o.stage, o.decisions, o.outcome, o.reason FROM evidence.screening_outcome(of_review, p_as_of) o),
	states AS (
		SELECT p.report_id, p.branch, x.reason,
			CASE
				WHEN m.outcome IN ('automation', 'other') THEN 'removed_' || m.outcome
				WHEN t.outcome = 'exclude' THEN 'excluded_screening'
				WHEN p.branch = 'databases' AND t.outcome IS NULL THEN 'awaiting_screening'
				WHEN g.outcome = 'not_retrieved' THEN 'not_retrieved'
				WHEN x.outcome = 'include' THEN 'included'
				WHEN x.outcome = 'exclude' THEN 'excluded_full_text'
				WHEN g.outcome = 'retrieved' OR x.decisions > 0 THEN 'awaiting_full_text'
				ELSE 'awaiting_retrieval'
			END AS state
		FROM reports p
		LEFT JOIN events m ON m.report_id = p.report_id AND m.topic = 'removal'
		LEFT JOIN events g ON g.report_id = p.report_id AND g.topic = 'retrieval'
		LEFT JOIN said t ON t.report_id = p.report_id AND t.stage = 'title_abstract'
		LEFT JOIN said x ON x.report_id = p.report_id AND x.stage = 'full_text')
	SELECT f.source_record_id, f.report_id, f.search_id, f.kind, s.branch,
		row_number() OVER (PARTITION BY f.report_id ORDER BY f.by_method <> s.branch, f.source_record_id) = 1,
		f.compared, s.state, CASE WHEN s.state = 'excluded_full_text' THEN coalesce(s.reason, 'not_agreed') END
	FROM found f
	JOIN states s USING (report_id);
END $$;
COMMENT ON FUNCTION evidence.prisma_record(date, text) IS
	'The records behind the flow of a review at the end of a day (UTC; NULL: of all that is stored), one row each: its report, how it was found, and what became of the report. first marks one record of each report, the others are its duplicates. A record counts from the day of its search, or of its import where that is not known; a corrected file corrects every day, and records are of one report as they are today. branch is the report''s: databases if any of its records came from a database or register. Reports of other methods need no screening of titles. state: removed_automation, removed_other, awaiting_screening, excluded_screening, awaiting_retrieval, not_retrieved, awaiting_full_text, excluded_full_text (with its reason, not_agreed where screeners gave different ones), included';

-- Why the counts that rest on a kind of source are not known; NULL: they are.
CREATE FUNCTION evidence.unknown_kind(p_review text, p_kind text, p_as_of date, p_language text DEFAULT 'en') RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT CASE
		WHEN count(s.search_id) = 0 AND NOT bool_or(v.searches_complete) THEN CASE WHEN p_language = 'zh'
			THEN format('没有记录%s的检索，也未说明检索已齐全', CASE p_kind WHEN 'database' THEN '数据库' WHEN 'register' THEN '注册库' WHEN 'website' THEN '网站'
				WHEN 'organisation' THEN '机构' ELSE '引文' END)
			ELSE format('no search of kind %s is recorded, and searches are not said to be complete', p_kind) END
		WHEN bool_or(s.hits_stated IS DISTINCT FROM 0 AND l.search_id IS NULL) THEN
			CASE WHEN p_language = 'zh' THEN '以下检索的记录尚未导入：' ELSE 'records were not imported of: ' END
				|| string_agg(s.database, CASE WHEN p_language = 'zh' THEN '、' ELSE ', ' END ORDER BY s.database COLLATE "C") FILTER (WHERE s.hits_stated IS DISTINCT FROM 0 AND l.search_id IS NULL)
	END
	FROM evidence.review v
	LEFT JOIN evidence.search s ON s.review = v.review AND s.kind = p_kind AND coalesce(s.searched, '-infinity') <= coalesce(p_as_of, 'infinity')
	LEFT JOIN (SELECT DISTINCT search_id FROM evidence.search_source) l USING (search_id)
	WHERE v.review = p_review;
$$;
COMMENT ON FUNCTION evidence.unknown_kind(text, text, date, text) IS 'Why it is not known how many records of a kind of source a review had by a day, in English or Chinese (zh); NULL where it is known';

CREATE FUNCTION evidence.prisma_counts(p_as_of date, p_review text) RETURNS TABLE (box text, reason text, n bigint)
LANGUAGE sql STABLE AS $$
	WITH r AS MATERIALIZED (SELECT * FROM evidence.prisma_record(p_as_of, p_review)),
	d AS MATERIALIZED (SELECT * FROM r WHERE first AND branch = 'databases'),
	o AS MATERIALIZED (SELECT * FROM r WHERE first AND branch = 'other')
	SELECT b.box, NULL::text, b.n FROM (
		SELECT k.box, count(r.source_record_id) AS n
		FROM (VALUES ('database', 'databases'), ('register', 'registers'), ('website', 'websites'), ('organisation', 'organisations'), ('citation', 'citations')) k (kind, box)
		LEFT JOIN r USING (kind) GROUP BY k.box
		UNION ALL SELECT 'identified', count(*) FROM r WHERE kind IN ('database', 'register')
		UNION ALL SELECT 'duplicates', count(*) FROM r WHERE kind IN ('database', 'register') AND NOT first
		UNION ALL SELECT s.state, count(d.report_id) FROM unnest(ARRAY['removed_automation', 'removed_other', 'awaiting_screening', 'excluded_screening',
			'awaiting_retrieval', 'not_retrieved', 'awaiting_full_text', 'excluded_full_text']) s (state) LEFT JOIN d USING (state) GROUP BY s.state
		UNION ALL SELECT 'screened', count(*) FROM d WHERE state NOT IN ('removed_automation', 'removed_other', 'awaiting_screening')
		UNION ALL SELECT 'sought', count(*) FROM d WHERE state IN ('awaiting_retrieval', 'not_retrieved', 'awaiting_full_text', 'excluded_full_text', 'included')
		UNION ALL SELECT 'assessed', count(*) FROM d WHERE state IN ('excluded_full_text', 'included')
		UNION ALL SELECT 'other_identified', count(*) FROM r WHERE kind NOT IN ('database', 'register')
		UNION ALL SELECT 'other_duplicates', count(*) FROM r WHERE kind NOT IN ('database', 'register') AND NOT first
		UNION ALL SELECT 'other_removed', count(*) FROM o WHERE state IN ('removed_automation', 'removed_other', 'excluded_screening')
		UNION ALL SELECT 'other_' || s.state, count(o.report_id) FROM unnest(ARRAY['awaiting_retrieval', 'not_retrieved', 'awaiting_full_text', 'excluded_full_text']) s (state)
			LEFT JOIN o USING (state) GROUP BY s.state
		UNION ALL SELECT 'other_sought', count(*) FROM o WHERE state IN ('awaiting_retrieval', 'not_retrieved', 'awaiting_full_text', 'excluded_full_text', 'included')
		UNION ALL SELECT 'other_assessed', count(*) FROM o WHERE state IN ('excluded_full_text', 'included')
		UNION ALL SELECT 'new_reports', count(*) FROM r WHERE first AND state = 'included'
		UNION ALL SELECT 'new_studies', count(DISTINCT t.study) FROM r JOIN evidence.report_study t ON t.review = evidence.the_review(p_review) AND evidence.report_of(t.source_record_id) = r.report_id
			WHERE r.state = 'included'
		UNION ALL SELECT 'not_compared', count(*) FROM r WHERE NOT compared
		UNION ALL SELECT 'without_study', count(*) FROM r WHERE first AND state = 'included' AND NOT EXISTS (
			SELECT FROM evidence.report_study t WHERE t.review = evidence.the_review(p_review) AND evidence.report_of(t.source_record_id) = r.report_id)) b
	UNION ALL
	SELECT CASE branch WHEN 'other' THEN 'other_' ELSE '' END || state, reason, count(*) FROM r WHERE first AND reason IS NOT NULL GROUP BY branch, state, reason;
$$;
COMMENT ON FUNCTION evidence.prisma_counts(date, text) IS 'Part of evidence.prisma_flow(): what evidence.prisma_record() counts by box, and by reason of exclusion, whether or not it is all there is; and what keeps counts from being known: records not_compared, included reports without_study';

CREATE FUNCTION evidence.prisma_flow(p_as_of date DEFAULT NULL, p_review text DEFAULT NULL)
	RETURNS TABLE (ordinal int, box text, reason text, label_en text, label_zh text, unit text, n bigint, n_recorded bigint, note text, note_zh text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	v        evidence.review;
	counts   jsonb;
	reasons  jsonb;
	unknown  jsonb := '{}';
	kind     text;
	bad      text;
BEGIN
	SELECT * INTO v FROM evidence.review WHERE review = evidence.the_review(p_review);
	SELECT jsonb_object_agg(c.box, c.n) FILTER (WHERE c.reason IS NULL),
		coalesce(jsonb_agg(jsonb_build_object('box', c.box, 'reason', c.reason, 'n', c.n)) FILTER (WHERE c.reason IS NOT NULL), '[]')
	INTO counts, reasons
	FROM evidence.prisma_counts(p_as_of, v.review) c;
	counts := counts || jsonb_build_object('previous_studies', v.previous_studies, 'previous_reports', v.previous_reports,
		'total_studies', v.previous_studies + (counts ->> 'new_studies')::bigint, 'total_reports', v.previous_reports + (counts ->> 'new_reports')::bigint);
	SELECT string_agg(format('%s, which is %s and not %s', c.identity, c.n, c.expected), '; ') INTO bad FROM evidence.identity_check(counts) c WHERE NOT c.holds;
	SELECT nullif(concat_ws('; ', bad, string_agg(format('%s is %s, its reasons %s', x.box, counts ->> x.box, x.n), '; ')), '') INTO bad
	FROM (SELECT q ->> 'box' AS box, sum((q ->> 'n')::bigint) AS n FROM jsonb_array_elements(reasons) q GROUP BY 1) x
	WHERE x.n <> (counts ->> x.box)::bigint;
	IF bad IS NOT NULL THEN
		RAISE data_corrupted USING MESSAGE = format('the flow of review %s does not add up: %s', v.review, bad);
	END IF;
	FOREACH kind IN ARRAY ARRAY['database', 'register', 'website', 'organisation', 'citation'] LOOP
		unknown := unknown || jsonb_build_object('en ' || kind, evidence.unknown_kind(v.review, kind, p_as_of, 'en'), 'zh ' || kind, evidence.unknown_kind(v.review, kind, p_as_of, 'zh'));
	END LOOP;
	RETURN QUERY
	WITH words (language, between, not_compared, without_study, previous, hits) AS (VALUES
		('en', '; ', '%s records were not compared: evidence.deduplicate()', 'of %s included reports nobody said which study they are of', 'not known of the previous version',
			'%s stated %s hits and %s records are here'),
		('zh', '；', '%s 条记录尚未查重：evidence.deduplicate()', '%s 篇纳入的报告尚未注明属于哪项研究', '上一版的数目未知', '%s 检索称命中 %s 条，库中有 %s 条记录')),
	said AS (
		SELECT w.*, unknown ->> (w.language || ' database') AS of_database, unknown ->> (w.language || ' register') AS of_register,
			nullif(concat_ws(w.between, unknown ->> (w.language || ' website'), unknown ->> (w.language || ' organisation'), unknown ->> (w.language || ' citation')), '') AS of_others,
			CASE counts ->> 'not_compared' WHEN '0' THEN NULL ELSE format(w.not_compared, counts ->> 'not_compared') END AS uncompared,
			CASE counts ->> 'without_study' WHEN '0' THEN NULL ELSE format(w.without_study, counts ->> 'without_study') END AS studies
		FROM words w),
	boxes AS (
		SELECT b.ordinal, b.box, NULL::text AS reason, b.label_en, b.label_zh, b.unit, (counts ->> b.box)::bigint AS n, b.branch, NULL::int AS place
		FROM evidence.prisma_box b
		UNION ALL
		SELECT b.ordinal, b.box, q ->> 'reason', coalesce(e.label_en, 'Reason not agreed on'), CASE WHEN e.reason IS NULL THEN '理由未协商一致' ELSE e.label_zh END, b.unit,
			(q ->> 'n')::bigint, b.branch, coalesce(e.ordinal, 2147483647)
		FROM jsonb_array_elements(reasons) q
		JOIN evidence.prisma_box b ON b.box = q ->> 'box'
		LEFT JOIN evidence.exclusion_reason e ON e.review = v.review AND e.reason = q ->> 'reason'),
	noted AS (
		SELECT x.*, s.language, nullif(CASE
			WHEN x.box LIKE 'previous%' THEN CASE WHEN x.n IS NULL THEN s.previous END
			WHEN x.box IN ('databases', 'registers', 'websites', 'organisations', 'citations') THEN unknown ->> (s.language || ' ' || rtrim(x.box, 's'))
			WHEN x.box = 'identified' THEN concat_ws(s.between, s.of_database, s.of_register)
			WHEN x.branch = 'databases' THEN concat_ws(s.between, s.of_database, s.of_register, s.uncompared)
			WHEN x.box = 'other_identified' THEN s.of_others
			WHEN x.branch = 'other' THEN concat_ws(s.between, s.of_database, s.of_register, s.uncompared, s.of_others)
			ELSE concat_ws(s.between, s.of_database, s.of_register, s.uncompared, s.of_others, CASE WHEN x.unit = 'studies' THEN s.studies END, CASE WHEN x.n IS NULL THEN s.previous END)
			END, '') AS why, (
			SELECT string_agg(format(s.hits, m.database, m.hits_stated, m.records), s.between ORDER BY m.search_id)
			FROM evidence.search_summary m
			WHERE m.review = v.review AND x.box = m.kind || 's' AND m.difference <> 0 AND coalesce(m.searched, '-infinity') <= coalesce(p_as_of, 'infinity')) AS differs
		FROM boxes x CROSS JOIN said s)
	SELECT y.ordinal, y.box, y.reason, y.label_en, y.label_zh, y.unit, CASE WHEN y.why IS NULL THEN y.n END, y.n, coalesce(y.why, y.differs), coalesce(z.why, z.differs)
	FROM noted y
	JOIN noted z ON z.language = 'zh' AND z.box = y.box AND z.reason IS NOT DISTINCT FROM y.reason
	WHERE y.language = 'en'
	ORDER BY y.ordinal, y.place NULLS FIRST, y.reason COLLATE "C";
END $$;
COMMENT ON FUNCTION evidence.prisma_flow(date, text) IS
	'PRISMA 2020 flow of a review (NULL: the only one) at the end of a day (UTC; NULL: of all that is stored), one row a box and one a reason of exclusion at full text. n is NULL where it is not known, with the reason in note: a kind of source of which no search is recorded and that nobody said was not searched, records that were not imported or not compared, studies that nobody named. Where n is known, note tells searches that stated another number of hits than there are records; note_zh says the same in Chinese. n_recorded is what is counted here so far; the records behind it are evidence.prisma_record(). Error where the identities between the boxes do not hold';

---------------------------------------------------------------------------------------------------- flows that papers state

CREATE TABLE evidence.flow_stated (
	review    text NOT NULL REFERENCES evidence.review,
	box       text NOT NULL REFERENCES evidence.prisma_box,
	n         bigint CHECK (n >= 0),
	verbatim  text,
	stated_in text,
	PRIMARY KEY (review, box)
);
COMMENT ON TABLE evidence.flow_stated IS 'Counts of a flow as a paper states them; a box it does not state has no row, or NULL';
COMMENT ON COLUMN evidence.flow_stated.verbatim IS 'What the paper says';
COMMENT ON COLUMN evidence.flow_stated.stated_in IS 'Where: abstract, text, figure 1';

CREATE FUNCTION evidence.flow_stated_check(p_review text DEFAULT NULL)
	RETURNS TABLE (box text, n bigint, expected bigint, holds boolean, identity text)
LANGUAGE sql STABLE AS $$
	SELECT c.* FROM evidence.identity_check((
		SELECT coalesce(jsonb_object_agg(f.box, f.n), '{}') FROM evidence.flow_stated f WHERE f.review = evidence.the_review(p_review))) c;
$$;
COMMENT ON FUNCTION evidence.flow_stated_check(text) IS 'Whether the flow that a paper states adds up, identity by identity: holds is NULL where it does not state enough';

CREATE FUNCTION evidence.prisma_compare(p_as_of date DEFAULT NULL, p_review text DEFAULT NULL)
	RETURNS TABLE (ordinal int, box text, label_en text, label_zh text, unit text, n bigint, n_recorded bigint, n_stated bigint, difference bigint, verbatim text, note text, note_zh text)
LANGUAGE sql STABLE AS $$
	SELECT f.ordinal, f.box, f.label_en, f.label_zh, f.unit, f.n, f.n_recorded, s.n, f.n - s.n, s.verbatim, f.note, f.note_zh
	FROM evidence.prisma_flow(p_as_of, p_review) f
	LEFT JOIN evidence.flow_stated s ON s.review = evidence.the_review(p_review) AND s.box = f.box
	WHERE f.reason IS NULL
	ORDER BY f.ordinal;
$$;
COMMENT ON FUNCTION evidence.prisma_compare(date, text) IS 'The flow as it is counted here beside the flow that the paper states; difference = n - n_stated, NULL where either is not known';

---------------------------------------------------------------------------------------------------- what contradicts itself

CREATE FUNCTION evidence.screening_question(p_review text DEFAULT NULL)
	RETURNS TABLE (report_id bigint, code text, found text)
LANGUAGE sql STABLE AS $$
	WITH r AS MATERIALIZED (SELECT * FROM evidence.prisma_record(NULL, p_review) WHERE first),
	t AS MATERIALIZED (SELECT * FROM evidence.screening_outcome(p_review)),
	decided AS (
		SELECT evidence.report_of(d.source_record_id) AS report_id FROM evidence.screening_decision d WHERE d.review = evidence.the_review(p_review)
		UNION SELECT evidence.report_of(e.source_record_id) FROM evidence.screening_event e WHERE e.review = evidence.the_review(p_review)
		UNION SELECT evidence.report_of(l.source_record_id) FROM evidence.report_study l WHERE l.review = evidence.the_review(p_review))
	SELECT r.report_id, 'full_text_too_early', format('decided on at full text, while it is %s', r.state)
	FROM r JOIN t ON t.report_id = r.report_id AND t.stage = 'full_text'
	WHERE r.state IN ('awaiting_screening', 'excluded_screening', 'removed_automation', 'removed_other')
	UNION ALL
	SELECT r.report_id, 'full_text_not_retrieved', 'decided on at full text, though its text was not retrieved'
	FROM r JOIN t ON t.report_id = r.report_id AND t.stage = 'full_text' WHERE r.state = 'not_retrieved'
	UNION ALL
	SELECT r.report_id, 'removed_but_screened', format('screened, though it is %s', r.state)
	FROM r JOIN t ON t.report_id = r.report_id AND t.stage = 'title_abstract' WHERE r.state LIKE 'removed%'
	UNION ALL
	SELECT d.report_id, 'not_in_review', 'decided on, but no search of the review has a record of it'
	FROM decided d WHERE NOT EXISTS (SELECT FROM r WHERE r.report_id = d.report_id)
	ORDER BY 1, 2;
$$;
COMMENT ON FUNCTION evidence.screening_question(text) IS 'Decisions that contradict each other or the records: they do not move the flow, and a person should look at them';

---------------------------------------------------------------------------------------------------- rights

GRANT SELECT ON evidence.review, evidence.search, evidence.search_strategy, evidence.search_source, evidence.search_summary, evidence.exclusion_reason,
	evidence.screening_decision, evidence.screening_event, evidence.report_study, evidence.screening_history, evidence.prisma_box, evidence.prisma_identity, evidence.flow_stated
	TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE ON evidence.review, evidence.search, evidence.exclusion_reason, evidence.flow_stated TO psyrad_ingest;
GRANT INSERT, DELETE ON evidence.search_strategy, evidence.search_source, evidence.report_study TO psyrad_ingest;
-- Who wrote a decision down, and when, is the server's to say.
GRANT INSERT (review, source_record_id, stage, screener, consensus, decision, reason, comment, decided_at) ON evidence.screening_decision TO psyrad_ingest;
GRANT INSERT (review, source_record_id, topic, outcome, comment, happened_at) ON evidence.screening_event TO psyrad_ingest;
GRANT USAGE ON SEQUENCE evidence.search_search_id_seq, evidence.search_strategy_strategy_id_seq, evidence.screening_decision_decision_id_seq,
	evidence.screening_event_event_id_seq TO psyrad_ingest;

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOREACH f IN ARRAY ARRAY['evidence.attach_sources(bigint)', 'evidence.the_review(text)', 'evidence.screening_outcome(text, date)', 'evidence.screening_conflict(text, date)',
		'evidence.screening_agreement(text, text, text, double precision, date)', 'evidence.identity_check(jsonb)', 'evidence.prisma_record(date, text)',
		'evidence.unknown_kind(text, text, date, text)', 'evidence.prisma_counts(date, text)', 'evidence.prisma_flow(date, text)', 'evidence.flow_stated_check(text)',
		'evidence.prisma_compare(date, text)', 'evidence.screening_question(text)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest%s', f, CASE f WHEN 'evidence.attach_sources(bigint)'::regprocedure THEN '' ELSE ', psyrad_analyst' END);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
