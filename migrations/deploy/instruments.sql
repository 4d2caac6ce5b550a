-- Deploy psyrad:instruments to pg
-- The Hamilton scales: items, ranges, cut-off schemes and factor structures.  Paths are relative to the folder of the plan,
-- where sqitch runs psql.
BEGIN;
SET LOCAL ROLE psyrad_owner;

\copy clinical.instrument (instrument, title_en, title_zh, higher_is, total_min, total_max, source) FROM 'data/instrument.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
\copy clinical.instrument_item (instrument, item, form_item, name_en, name_zh, item_min, item_max, note) FROM 'data/instrument_item.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
\copy clinical.cutoff (instrument, scheme, lo, hi, label_en, label_zh, source) FROM 'data/cutoff.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
\copy clinical.factor (instrument, scheme, factor, name_zh, items, factor_max, source) FROM 'data/factor.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')

COMMIT;
