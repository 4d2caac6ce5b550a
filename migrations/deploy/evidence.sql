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

COMMIT;
