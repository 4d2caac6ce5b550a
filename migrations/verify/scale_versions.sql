-- Verify psyrad:scale_versions on pg
BEGIN;
SELECT 1 / count(*) FROM clinical.contained_version WHERE (rated_as, instrument) = ('HAMD-24', 'HAMD-17');
SELECT subject_id, session, site, instrument, rated_as, rater, items, total, gives_total, gives_items FROM clinical.version_items WHERE false;
SELECT study, subject_id, label, site, session, week, role, instrument, rated_as, total, raters FROM clinical.version_total WHERE false;
SELECT study, subject_id, label, site, session, week, role, instrument, rated_as, total, scheme, band, label_en, label_zh FROM clinical.severity_by_scheme WHERE false;
SELECT study, subject_id, label, site, session, week, role, instrument, scheme, factor, name_zh, factor_max, rated_as, score FROM clinical.factor_rating WHERE false;
SELECT study, simulated, arm, kind, instrument, scheme, factor, name_zh, session, week, n, mean_before, mean_after, sd_before, r, effect, variance FROM clinical.factor_change WHERE false;
ROLLBACK;
