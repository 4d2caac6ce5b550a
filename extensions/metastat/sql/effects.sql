-- Effect sizes of one study, with their sampling variances.
CREATE TYPE psyrad.effect AS (yi double precision, vi double precision);

CREATE FUNCTION psyrad.effect_md(m1 double precision, sd1 double precision, n1 double precision,
	m2 double precision, sd2 double precision, n2 double precision, vtype text DEFAULT 'LS') RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_smd(m1 double precision, sd1 double precision, n1 double precision,
	m2 double precision, sd2 double precision, n2 double precision,
	vtype text DEFAULT 'LS', average double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';

COMMENT ON TYPE psyrad.effect IS
	'An observed effect yi and its sampling variance vi (squared units of yi); either is NULL where it cannot be known.';
COMMENT ON FUNCTION psyrad.effect_md(double precision, double precision, double precision, double precision, double precision, double precision, text) IS
	'Mean difference m1 - m2, in the units of the means; vi = sd1^2/n1 + sd2^2/n2 (metafor''s MD). DEFAULTS: vtype ''LS''; HO takes one variance for both groups. vi is NULL where a group has n <= 1 or both '
	'sd are 0. A NULL summary gives NULL. Errors: negative sd or n, NaN, infinity, unknown or NULL vtype. For studies that used one instrument.';
COMMENT ON FUNCTION psyrad.effect_smd(double precision, double precision, double precision, double precision, double precision, double precision, text, double precision) IS
	'Standardised mean difference (m1 - m2) / pooled sd, times Hedges'' exact correction J (metafor''s SMD); without unit. '
	'DEFAULTS: vtype ''LS''. vtype (any case) chooses the variance: LS large-sample (Hedges 1982), LS2 (Borenstein 2009), UB unbiased (Hedges 1983), AV as LS '
	'with average in place of the study''s own value; average is then required: the mean SMD of all studies weighted by n1 + n2. '
	'Both parts are NULL where the pooled sd is 0 or n1 + n2 <= 3, vi alone where a group has n <= 1; a NULL summary gives NULL. '
	'Errors: negative sd or n, NaN, infinity, unknown vtype, AV without average.';
