-- Verify psyrad:exchange on pg
BEGIN;
SELECT name, expression, written_as, type, description, sortable FROM report.export_columns('report.study');
SELECT 1 / count(*) FROM report.export_tables('report') WHERE relation = 'report.study';
SELECT study, label, session, run, pipeline, kind, atlas, measure, folder, stem FROM imaging.bids_file WHERE false;
SELECT path, content FROM imaging.bids_people('') UNION ALL SELECT path, content FROM imaging.bids_phenotype('') UNION ALL SELECT path, content FROM imaging.bids_images('');
ROLLBACK;
