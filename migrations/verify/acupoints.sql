-- Verify psyrad:acupoints on pg
BEGIN;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(format('%s %s', channel, count), ', ') INTO bad
	FROM (SELECT channel, count(*) FROM intervention.acupoint WHERE kind = 'channel' GROUP BY 1 HAVING max(number) = count(*) AND min(number) = 1) c
	FULL JOIN (VALUES ('LU', 11), ('LI', 20), ('ST', 45), ('SP', 21), ('HT', 9), ('SI', 19), ('BL', 67), ('KI', 27), ('PC', 9),
		('TE', 23), ('GB', 44), ('LR', 14), ('GV', 28), ('CV', 24)) known(channel, count) USING (channel, count)
	WHERE c IS NULL OR known IS NULL;
	ASSERT bad IS NULL, 'channels do not have the points of the WHO''s list: ' || bad;
	ASSERT 48 = (SELECT count(*) FROM intervention.acupoint WHERE kind = 'extra'), 'there are not 48 extra points';
	ASSERT 93 = (SELECT count(*) FROM intervention.acupoint WHERE kind = 'ear'), 'there are not 93 ear points';
	ASSERT 14 = (SELECT count(*) FROM intervention.acupoint WHERE kind = 'scalp'), 'there are not 14 scalp lines';

	SELECT string_agg(acupoint, ', ' ORDER BY acupoint) INTO bad FROM intervention.acupoint p
	WHERE NOT acupoint = ANY ((intervention.resolve_acupoint(acupoint)).candidates);
	ASSERT bad IS NULL, 'points that their own code does not find: ' || bad;
	SELECT string_agg(alias, ', ' ORDER BY alias) INTO bad FROM intervention.acupoint_alias
	WHERE alias <> intervention.fold_acupoint(alias) OR alias = '';
	ASSERT bad IS NULL, 'aliases that are not folded: ' || bad;

	ASSERT (intervention.resolve_acupoint('GV 24+')).acupoint = 'EX-HN3', 'GV24+ is not Yintang';
	ASSERT (intervention.resolve_acupoint('GV 24')).acupoint = 'GV24', 'GV24 is not Shenting';
	ASSERT (intervention.resolve_acupoint('Shenmen')).candidates = '{HT7,TF4}', 'Shenmen is not ambiguous';
	ASSERT (SELECT array_agg(acupoint ORDER BY position) FROM psyrad.acupoint_resolve('主穴：百会、印堂；配穴：太冲')) = '{GV20,EX-HN3,LR3}', 'a prescription is not read';
	ASSERT has_table_privilege('psyrad_analyst', 'intervention.channel_code', 'SELECT'), 'psyrad_analyst cannot read the channel codes';
END $$;
ROLLBACK;
