-- Deploy psyrad:replication to pg
-- Which findings about connections come back in another study of the same treatment.
BEGIN;
SET LOCAL ROLE psyrad_view;

CREATE VIEW report.study_protocol AS
SELECT p.study, s.simulated, p.protocol, p.mode, p.waveform, t.points, f.hz
FROM intervention.protocol p
JOIN clinical.study s USING (study)
CROSS JOIN LATERAL (
	SELECT coalesce(array_agg(DISTINCT o.acupoint COLLATE "C" ORDER BY o.acupoint COLLATE "C"), '{}') AS points
	FROM intervention.protocol_point o WHERE (o.study, o.protocol) = (p.study, p.protocol) AND o.acupoint IS NOT NULL) t
CROSS JOIN LATERAL (
	SELECT CASE WHEN count(*) > 0 AND bool_and(q.low = q.high AND q.unit = 'Hz' AND q.problem IS NULL AND coalesce(q.qualifier, '=') IN ('=', '~')) AND min(q.low) = max(q.low) THEN min(q.low) END AS hz
	FROM intervention.protocol_quantity q WHERE (q.study, q.protocol, q.quantity) = (p.study, p.protocol, 'frequency')) f;
COMMENT ON VIEW report.study_protocol IS 'Protocols of a study by what was given: mode, waveform, the points that resolved (WHO codes, each once, sorted), and hz: the frequency where one number in Hz is stated and no other';

CREATE VIEW report.connection_replicated AS
SELECT c.study, c.simulated, c.atlas, c.i, c.j, c.region_i, c.region_j, c.region_i_zh, c.region_j_zh, c.n, c.r, c.t, c.df, c.p, c.q, c.asked, c.studies,
	CASE WHEN c.r > 0 THEN c.grew WHEN c.r < 0 THEN c.shrank END AS found_in,
	CASE WHEN c.q < 0.05 THEN CASE WHEN c.r > 0 THEN c.grew ELSE c.shrank END >= 2 END AS replicated,
	CASE WHEN c.studies > 1 THEN tanh((c.pooled).estimate) END AS pooled_r, CASE WHEN c.studies > 1 THEN tanh((c.pooled).ci_lb) END AS pooled_ci_lb,
	CASE WHEN c.studies > 1 THEN tanh((c.pooled).ci_ub) END AS pooled_ci_ub, CASE WHEN c.studies > 1 THEN (c.pooled).p END AS pooled_p
FROM (
	SELECT e.*, count(e.p) FILTER (WHERE e.asked) OVER same AS studies,
		count(*) FILTER (WHERE e.asked AND e.q < 0.05 AND e.r > 0) OVER same AS grew, count(*) FILTER (WHERE e.asked AND e.q < 0.05 AND e.r < 0) OVER same AS shrank,
		psyrad.meta(CASE WHEN e.asked AND abs(e.r) < 1 THEN atanh(e.r) END, CASE WHEN e.df > 1 THEN 1 / (e.df - 1) END, 'REML', 'z') OVER same AS pooled
	FROM (SELECT n.*, n.study IN (SELECT p.study FROM report.study_protocol p WHERE p.mode = 'electro' AND p.hz = 2 AND p.points @> '{GV20,EX-HN3}') AS asked FROM report.connection n) e
	WINDOW same AS (PARTITION BY e.simulated, e.atlas, e.i, e.j)) c;
COMMENT ON VIEW report.connection_replicated IS 'report.connection beside the same connection in the studies of electro-acupuncture at 2 Hz with GV20 and EX-HN3 (asked): in how many of them (studies) it has q < .05 with the same sign (found_in), replicated from two on, and their partial correlations pooled (REML on Fisher z, variance 1 / (df - 1)); real and simulated studies apart, same atlas alone';

GRANT SELECT ON report.study_protocol, report.connection_replicated TO psyrad_report, psyrad_analyst, psyrad_ingest;

COMMIT;
