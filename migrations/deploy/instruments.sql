-- Deploy psyrad:instruments to pg
-- The Hamilton scales: items, ranges, cut-off schemes and factor structures.  Paths are relative to the folder of the plan,
-- where sqitch runs psql.
BEGIN;
SET LOCAL ROLE psyrad_owner;

\copy clinical.instrument (instrument, title_en, title_zh, higher_is, total_min, total_max, source, family, version_stated) FROM 'data/instrument.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
\copy clinical.instrument_item (instrument, item, form_item, name_en, name_zh, item_min, item_max, note) FROM 'data/instrument_item.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
\copy clinical.cutoff (instrument, scheme, lo, hi, label_en, label_zh, source) FROM 'data/cutoff.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
\copy clinical.factor (instrument, scheme, factor, name_zh, items, factor_max, source) FROM 'data/factor.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')

-- Reversed items count from the other end, a group of items by its highest; one missing answer makes the total NULL.
CREATE FUNCTION clinical.sum_items(instrument text, items smallint[]) RETURNS numeric
	LANGUAGE sql STABLE PARALLEL SAFE COST 500
BEGIN ATOMIC
	SELECT CASE WHEN pg_catalog.count(*) = pg_catalog.count(part) THEN pg_catalog.sum(part)::numeric END
	FROM (SELECT CASE WHEN pg_catalog.count(*) = pg_catalog.count(a.answer)
				THEN pg_catalog.max(CASE WHEN i.reversed THEN i.item_min + i.item_max - a.answer ELSE a.answer END) END AS part
		FROM clinical.instrument_item i
		LEFT JOIN pg_catalog.unnest(sum_items.items) WITH ORDINALITY a(answer, item) ON a.item = i.item
		WHERE i.instrument = sum_items.instrument
		GROUP BY coalesce(i.counts_with, i.item)) parts;
END;
COMMENT ON FUNCTION clinical.sum_items(text, smallint[]) IS
	'Total of the items by the instrument''s definition (reversed items, groups that count once), without any check: NULL when an answer is missing or the instrument has no items.  What loaders store; queries take clinical.scale_total';

COMMIT;
