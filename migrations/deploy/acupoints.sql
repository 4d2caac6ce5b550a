-- Deploy psyrad:acupoints to pg
-- The points, every spelling that may mean them, and how a spelling is resolved.  A spelling is looked up as a whole and
-- never guessed at: what could mean two points resolves to none and names both.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE intervention.channel_code (
	spelling text NOT NULL,
	channel  text NOT NULL,
	PRIMARY KEY (spelling, channel)
);
COMMENT ON TABLE intervention.channel_code IS 'How other traditions and languages write a channel: DU and VG for GV, H for HT; a letter of several channels has several rows';
GRANT SELECT ON intervention.channel_code TO psyrad_ingest, psyrad_analyst, psyrad_view;

-- Independent of locale: nothing but NFKC and fixed lists of characters.  Innermost first: compatibility forms (full width,
-- superscripts, circled); invisible characters; capitals, the breve that stands for a caron in badly typed pinyin, and every
-- separator as a blank; traditional and variant characters of the points' names.
-- Blanks then go, but one between two digits stays: ST3-6, ST3 6 and ST3.6 are not ST36.  What joins two points in a list
-- (, ; / & and the like) is no separator for the same reason, + above all: GV24+ is EX-HN3, and not GV24.
CREATE FUNCTION intervention.fold_acupoint(spelling text) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN pg_catalog.regexp_replace(pg_catalog.regexp_replace(
		pg_catalog.translate(pg_catalog.translate(pg_catalog.lower(
			pg_catalog.translate(pg_catalog.normalize(spelling, 'NFKC'), U&'\200B\200C\200D\2060\FEFF\00AD', '') COLLATE "C"),
			U&'-\2010\2011\2012\2013\2014\2015\2212._:''"`\2018\2019\201C\201D()[]\00B7\30FB\2022\2027\2219\0009\000A\000B\000C\000D\2028\2029'
				|| 'ĀÁǍĂÀĒÉĚĔÈĪÍǏĬÌŌÓǑŎÒŪÚǓŬÙÜǕǗǙǛăĕĭŏŭɑɡ',
			'                                  ' || 'āáǎǎàēéěěèīíǐǐìōóǒǒòūúǔǔùüǖǘǚǜǎěǐǒǔag'),
			'雲門俠澤經淵魚際陽間谿歷溫倉頰車關頭維氣戶庫滿樞歸來衝兎陰犢虛條豐厲兌隱孫機結橫竇鄉榮極靑靈後養貞兪風顴聽宮攢處絡卻膽腎腸環會綱邊飛揚崑崙僕參脈湧鍾復築賓內勞溝瀆濼顱絲頷厭懸釐鬢竅臨營腦輒帶輔長強縮臺瘂頂顖齦闕鳩華蓋璣漿聰當頸夾點縫髖鶴蟲窩闌獨額線顳質針沖裏裡腧郤鐘複穀気渓関沢満豊隠霊戸労営処攅聡経脳増鍼',
			'云门侠泽经渊鱼际阳间溪历温仓颊车关头维气户库满枢归来冲兔阴犊虚条丰厉兑隐孙机结横窦乡荣极青灵后养贞俞风颧听宫攒处络却胆肾肠环会纲边飞扬昆仑仆参脉涌钟复筑宾内劳沟渎泺颅丝颔厌悬厘鬓窍临营脑辄带辅长强缩台哑顶囟龈阙鸠华盖玑浆聪当颈夹点缝髋鹤虫窝阑独额线颞质针冲里里俞郄钟复谷气溪关泽满丰隐灵户劳营处攒聪经脑增针'),
		'(?<![0-9 ]) +| +(?![0-9 ])', '', 'g'),
		'(?<![0-9])0+(?=[1-9])', '', 'g');
COMMENT ON FUNCTION intervention.fold_acupoint(text) IS
	'One form for the spellings of a point that differ in width, case, spaces, hyphens, punctuation or traditional characters only; tones, + and whatever parts two numbers are kept';

\copy intervention.acupoint (acupoint, kind, channel, number, pinyin, pinyin_tone, name_zh, name_zh_hant, name_en, sites, note) FROM 'data/acupoint.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
\copy intervention.channel_code (spelling, channel) FROM 'data/channel_code.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
ALTER TABLE intervention.acupoint_alias ALTER COLUMN kind SET DEFAULT 'alias';
\copy intervention.acupoint_alias (alias, acupoint) FROM 'data/acupoint_alias.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
ALTER TABLE intervention.acupoint_alias ALTER COLUMN kind DROP DEFAULT;
UPDATE intervention.acupoint_alias SET alias = intervention.fold_acupoint(alias);

-- What follows from the points themselves.  A spelling that means a point in two ways keeps the first of them.
INSERT INTO intervention.acupoint_alias (alias, acupoint, kind)
SELECT DISTINCT ON (folded.alias, p.acupoint) folded.alias, p.acupoint, spelling.kind
FROM intervention.acupoint p
CROSS JOIN LATERAL (
	VALUES (1, 'code', p.acupoint),
		(3, 'pinyin', p.pinyin), (3, 'pinyin', p.pinyin_tone),
		(4, 'chinese', p.name_zh), (4, 'chinese', p.name_zh_hant), (4, 'chinese', p.name_zh || '穴'),
		(5, 'alias', p.name_en)
	UNION ALL
	SELECT 5, 'alias', marked || name
	FROM (VALUES ('耳', p.name_zh), ('ear ', p.pinyin), ('ear ', p.acupoint), ('ear ', p.name_en), ('auricular ', p.pinyin),
		('auricular ', p.acupoint), ('auricular ', p.name_en)) ear(marked, name)
	WHERE p.kind = 'ear'
	UNION ALL
	SELECT 2, 'dialect', c.spelling || p.number
	FROM intervention.channel_code c WHERE c.channel = p.channel
	UNION ALL
	-- Yintang under the governor vessel (GB/T 12346-2006: GV29; since 2022 also GV24+), in each dialect of GV.
	SELECT 2, 'dialect', c.spelling || number
	FROM intervention.channel_code c, (VALUES ('29'), ('24+')) yintang(number)
	WHERE p.acupoint = 'EX-HN3' AND c.channel = 'GV'
	) spelling(rank, kind, text)
CROSS JOIN LATERAL (SELECT intervention.fold_acupoint(spelling.text) AS alias) folded
WHERE folded.alias IS NOT NULL
ORDER BY folded.alias, p.acupoint, spelling.rank
ON CONFLICT (alias, acupoint) DO NOTHING;

CREATE FUNCTION intervention.acupoints_spelled(spelling text, OUT candidates text[], OUT rule text)
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(pg_catalog.array_agg(a.acupoint ORDER BY a.acupoint COLLATE "C"), '{}'), pg_catalog.min(a.kind COLLATE "C")
	FROM intervention.acupoint_alias a
	WHERE a.alias = intervention.fold_acupoint(spelling);
END;
COMMENT ON FUNCTION intervention.acupoints_spelled(text) IS
	'All points that a spelling, taken as a whole, may mean, and the kind of its alias';

-- Sides stand beside many points of a sheet, PC6 (bilateral) or 双侧内关; they are no part of the name.
CREATE FUNCTION intervention.split_side(spelling text, OUT point text, OUT side text)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	words CONSTANT text := '(bilateral(?:ly)?|both(?: sides)?|left|right|双侧|双|左侧|左|右侧|右)';
	behind text[] := regexp_match(normalize(spelling, NFKC), '^\s*(.*\S)\s*[(\s]' || words || '\)?\s*$', 'i');
	word   text;
BEGIN
	behind := coalesce(behind, regexp_match(normalize(spelling, NFKC), '^\s*(.*\S)\s*(双侧|左侧|右侧)\s*$'));
	point := coalesce(behind[1], spelling);
	word := behind[2];
	IF word IS NULL THEN
		behind := regexp_match(normalize(spelling, NFKC), '^\s*\(?' || words || '[)\s]\s*(\S.*)$', 'i');
		behind := coalesce(behind, regexp_match(normalize(spelling, NFKC), '^\s*(双侧|左侧|右侧)\s*(\S.*)$'));
		point := coalesce(behind[2], spelling);
		word := behind[1];
	END IF;
	side := CASE WHEN word ~* '^(left|左)' THEN 'left' WHEN word ~* '^(right|右)' THEN 'right' WHEN word IS NOT NULL THEN 'bilateral' END;
END $$;
COMMENT ON FUNCTION intervention.split_side(text) IS
	'A spelling without the side that stands behind or before it, and the side: left, right, bilateral, or NULL where none is stated';

CREATE FUNCTION intervention.resolve_acupoint(spelling text, OUT acupoint text, OUT rule text, OUT candidates text[])
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	point  text := (intervention.split_side(spelling)).point;
	parts  text[];
	first  text[];
	second text[];
	layout text;
BEGIN
	SELECT s.candidates, s.rule INTO candidates, rule FROM intervention.acupoints_spelled(coalesce(point, '')) s;
	IF candidates = '{}' THEN
		-- A code beside a name, 百会 (GV20) or DU20 Baihui: both must be known, and must have one point in common.
		FOREACH layout IN ARRAY ARRAY['^(.*\S)\s*\((.+)\)\s*$', '^([^\u2E80-\u9FFF]+)([\u2E80-\u9FFF].*)$',
			'^([\u2E80-\u9FFF]+)([^\u2E80-\u9FFF]+)$', '^(\D+\d+\+?)\s+(\D+)$', '^(\D+)\s+(\S+\d+\+?)$', '^(\D+)\s+(\S+\s+\d+\+?)$']
		LOOP
			parts := regexp_match(normalize(point, NFKC), layout);
			CONTINUE WHEN parts IS NULL;
			first := (intervention.acupoints_spelled(parts[1])).candidates;
			second := (intervention.acupoints_spelled(parts[2])).candidates;
			CONTINUE WHEN first = '{}' OR second = '{}';
			SELECT coalesce(array_agg(c ORDER BY c COLLATE "C"), '{}') INTO candidates FROM unnest(first) c WHERE c = ANY (second);
			IF candidates = '{}' THEN
				SELECT array_agg(DISTINCT c COLLATE "C") INTO candidates FROM unnest(first || second) c;
			END IF;
			rule := 'name_and_code';
			EXIT;
		END LOOP;
	END IF;
	IF cardinality(candidates) = 1 THEN
		acupoint := candidates[1];
	ELSE
		rule := NULL;
	END IF;
END $$;
COMMENT ON FUNCTION intervention.resolve_acupoint(text) IS
	'The one point that a spelling means, and by which rule: code, dialect, pinyin, chinese, alias, name_and_code.  acupoint is NULL when there is none (candidates is empty) or more than one (candidates names them, also when a name and a code beside it disagree)';

COMMIT;
