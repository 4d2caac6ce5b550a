-- Verify psyrad:instruments on pg
BEGIN;
DO $$
DECLARE
	bad text;
BEGIN
	ASSERT 6 = (SELECT count(*) FROM clinical.instrument WHERE instrument LIKE 'HAMD-%'), 'a Hamilton scale is missing';

	SELECT string_agg(i.instrument, ', ' ORDER BY 1) INTO bad
	FROM clinical.instrument i
	WHERE (i.total_min, i.total_max) <> (SELECT sum(lo), sum(hi) FROM (SELECT max(item_min) AS lo, max(item_max) AS hi
		FROM clinical.instrument_item t WHERE t.instrument = i.instrument GROUP BY coalesce(counts_with, item)) parts);
	ASSERT bad IS NULL, 'the total''s range is not the sum of the items'': ' || bad;

	SELECT string_agg(instrument, ', ' ORDER BY 1) INTO bad
	FROM (SELECT instrument FROM clinical.instrument_item GROUP BY 1 HAVING min(item) <> 1 OR max(item) <> count(*)) gaps;
	ASSERT bad IS NULL, 'items are not numbered from 1 without gaps: ' || bad;

	SELECT string_agg(format('%s %s', instrument, scheme), ', ' ORDER BY 1) INTO bad
	FROM (SELECT c.*, lead(lo) OVER (PARTITION BY instrument, scheme ORDER BY lo) AS next_lo FROM clinical.cutoff c) bands
	JOIN clinical.instrument i USING (instrument)
	WHERE (scheme LIKE 'remission%' AND hi >= total_max) OR (scheme NOT LIKE 'remission%' AND hi + 1 <> coalesce(next_lo, total_max + 1));
	ASSERT bad IS NULL, 'severity bands overlap or leave gaps: ' || bad;

	SELECT string_agg(format('%s %s %s', instrument, scheme, factor), ', ' ORDER BY 1) INTO bad
	FROM clinical.factor f
	WHERE factor_max IS DISTINCT FROM (SELECT sum(item_max) FROM clinical.instrument_item t
		WHERE t.instrument = f.instrument AND t.item = ANY (f.items) HAVING count(*) = cardinality(f.items));
	ASSERT bad IS NULL, 'a factor''s maximum is not the sum of its items'': ' || bad;
END $$;
ROLLBACK;
