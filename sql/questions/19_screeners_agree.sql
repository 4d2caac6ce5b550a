-- 19  How well do the screeners agree at each stage, and which conflicts has nobody settled?
--
-- Of first decisions, as made before anybody talked; a consensus is no part of it.
--
-- n, n_one     reports that both decided on, and that one of them did
-- kappa, ci    Cohen's, with the large-sample 95 % interval of Fleiss, Cohen and Everitt (1969); pabak: Byrt et al. 1993
-- open         conflicts between any two of the stage that no consensus has settled, with what each one said
--
-- No row: no two people have screened the same records (psyrad ingest screening, psyrad screen).
SELECT v.review, CASE WHEN v.title_en LIKE 'SIMULATED%' THEN 'SIMULATED' ELSE 'real' END AS data, s.stage, a.screener_a, a.screener_b, a.n, a.n_one, a.agree,
	round(a.agreement::numeric, 3) AS agreement, round(a.kappa::numeric, 3) AS kappa, '[' || round(a.ci_lb::numeric, 3) || ', ' || round(a.ci_ub::numeric, 3) || ']' AS ci,
	round(a.pabak::numeric, 3) AS pabak, c.conflicts, c.open, a.note
FROM evidence.review v
CROSS JOIN (VALUES (1, 'title_abstract'), (2, 'full_text')) s (place, stage)
CROSS JOIN LATERAL evidence.screening_agreement(s.stage, v.review) a
CROSS JOIN LATERAL (
	SELECT count(*) AS conflicts, string_agg(g.title || ' (' || g.said || ')', '; ' ORDER BY g.report_id) AS open
	FROM (
		SELECT o.report_id, coalesce(min(o.title), 'record ' || o.report_id) AS title, string_agg(o.screener || ': ' || o.decision || coalesce(' ' || o.reason, ''), ', ' ORDER BY o.screener COLLATE "C") AS said
		FROM evidence.screening_conflict(v.review) o WHERE o.stage = s.stage GROUP BY o.report_id) g) c
ORDER BY v.review COLLATE "C", s.place, a.screener_a COLLATE "C", a.screener_b COLLATE "C";
