-- 25  Where does one number of a dashboard come from?
--
-- The number: the mean HAMD-17 of a study's first arm at its last visit, as the report's trajectory shows it.  One row a rating that went
-- into it, back to the file.  Any other number's rows are found alike: SELECT * FROM ingest.trace('imaging.connectome', '{"session": "pre"}').
--
-- number           the mean, of n people
-- participant, total   whose rating it is, and what it counts
-- file, line, sha256   the file that brought it as it is now, the line, and the hash of the file's bytes (its first 12 digits here)
-- tool, loaded_by, loaded_at   version of the program that read it, who ran it and when
-- changes          how often later files changed it; changed_by, changed_at: who did last, and when (ingest.change says what)
--
-- No row: no HAMD-17 of patients was loaded (psyrad ingest scores).
WITH number AS (
	SELECT DISTINCT ON (study) study, simulated, arm, session, week, mean, n
	FROM report.hamd_by_visit
	ORDER BY study, week DESC, arm COLLATE "C"
)
SELECT n.study, CASE WHEN n.simulated THEN 'SIMULATED' ELSE 'real' END AS data, format('mean HAMD-17, %s, week %s, n = %s: %s', n.arm, n.week, n.n, round(n.mean::numeric, 2)) AS number,
	t.participant, (t.content ->> 'total')::numeric AS total, t.file, t.line, left(t.sha256, 12) AS sha256, t.tool_version AS tool, t.loaded_by,
	to_char(t.loaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS loaded_at, t.changes, t.changed_by, to_char(t.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS changed_at
FROM number n
CROSS JOIN LATERAL ingest.trace('clinical.score', jsonb_build_object('instrument', 'HAMD-17', 'session', n.session)) t
JOIN clinical.participant p ON (p.study, p.label, p.arm) = (t.study, t.participant, n.arm) AND p.study = n.study
WHERE t.content ->> 'total' IS NOT NULL
ORDER BY n.study, t.participant, t.row_key;
