-- Deploy psyrad:evidence to pg
-- Effects of published (or simulated) trials, one row a comparison, as the paper states them: what is pooled is computed in SQL.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE evidence.study (
	evidence_study text PRIMARY KEY,       -- 'Zhang 2021'
	year      int CHECK (year BETWEEN 1900 AND 2200),
	simulated boolean NOT NULL DEFAULT false,
	file_id   bigint NOT NULL REFERENCES ingest.file,
	line      bigint
);
COMMENT ON TABLE evidence.study IS 'Published (or simulated) trials whose results are pooled';
COMMENT ON COLUMN evidence.study.evidence_study IS 'As a forest plot names it: Zhang 2021';
COMMENT ON COLUMN evidence.study.simulated IS 'True for results that a program made up: every report that shows them must say so';

CREATE TABLE evidence.effect (
	evidence_study text NOT NULL REFERENCES evidence.study,
	effect       text NOT NULL DEFAULT '1', -- which of the study's comparisons
	outcome      text NOT NULL,            -- instrument: 'HAMD-17'
	outcome_type text NOT NULL CHECK (outcome_type IN ('final', 'change', 'ancova')),
	intervention text NOT NULL,
	comparator   text NOT NULL CHECK (comparator IN ('sham', 'drug', 'usual_care', 'waiting_list', 'other')),
	weeks        numeric,
	n1 int CHECK (n1 > 0), m1 float8, sd1 float8 CHECK (sd1 >= 0), -- intervention
	n2 int CHECK (n2 > 0), m2 float8, sd2 float8 CHECK (sd2 >= 0), -- comparator
	file_id      bigint NOT NULL REFERENCES ingest.file,
	line         bigint,
	PRIMARY KEY (evidence_study, effect)
);
COMMENT ON TABLE evidence.effect IS 'One comparison of a study as its paper states it; effect sizes are computed from it in SQL';
COMMENT ON COLUMN evidence.effect.effect IS 'Which of the study''s comparisons';
COMMENT ON COLUMN evidence.effect.outcome IS 'The instrument: HAMD-17';
COMMENT ON COLUMN evidence.effect.outcome_type IS 'Whether m and sd are of final values, of changes from baseline, or adjusted by ANCOVA';
COMMENT ON COLUMN evidence.effect.n1 IS 'Group 1 received the intervention, group 2 the comparator';

COMMIT;
