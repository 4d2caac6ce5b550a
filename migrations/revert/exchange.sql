-- Revert psyrad:exchange from pg
BEGIN;

DROP FUNCTION imaging.bids_derivative(text);
DROP FUNCTION imaging.bids_images(text);
DROP FUNCTION imaging.bids_phenotype(text);
DROP FUNCTION imaging.bids_people(text);
DROP FUNCTION imaging.bids_sidecar(imaging.bids_file);
DROP FUNCTION imaging.bids_content(imaging.bids_file);
DROP VIEW imaging.bids_file;
DROP FUNCTION imaging.tsv_rows(text);
DROP FUNCTION imaging.tsv(text);
DROP FUNCTION imaging.bids_label(text);
DROP FUNCTION report.export_tables(text, text);
DROP FUNCTION report.export_columns(regclass);

COMMIT;
