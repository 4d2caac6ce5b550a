-- Texts: folding, grams, similarity.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS catalogue;
RESET client_min_messages;
SELECT psyrad.text_fold('  ＧＶ２４＋、 ＢＡＩＨＵＩ （百會）; Straße—ﬁne… '), psyrad.text_fold(''), psyrad.text_fold(NULL) IS NULL, psyrad.text_fold(',;') = '';
-- Traditional, variant and Japanese forms meet; what simplified script keeps apart stays apart; accents and tones stay.
SELECT psyrad.text_fold(a) = psyrad.text_fold(b) AS same, a, b FROM (VALUES
	('百會', '百会'), ('衝陽', '冲阳'), ('太沖', '太冲'), ('増加', '增加'), ('肺兪', '肺俞'), ('後谿', '后溪'), ('伏兎', '伏兔'), ('足三裏', '足三里'),
	('懸鍾', '悬钟'), ('絡卻', '络却'), ('發', '髮'), ('café', 'cafe' || U&'\0301'), ('a b', 'a, b'), ('ĀB', 'āb'),
	('zhōngzhù', 'zhōngzhǔ'), ('乾', '干'), ('GV24+', 'GV24'), ('3.6', '36'), ('café', 'cafe')) v(a, b);
-- Folding twice is folding once, over all of Unicode that text can hold.
SELECT count(*), count(*) FILTER (WHERE psyrad.text_fold(psyrad.text_fold(c)) IS DISTINCT FROM psyrad.text_fold(c)) AS not_idempotent
FROM (SELECT chr(n) FROM generate_series(1, 1114111) n WHERE n NOT BETWEEN 55296 AND 57343) t(c);
SELECT psyrad.text_grams('Acupuncture for Depression: 针刺治疗抑郁症的Meta分析 (心)'), psyrad.text_grams('... '), psyrad.text_grams('針刺治療');
SELECT psyrad.text_grams('电针治疗抑郁症') @> psyrad.text_grams('電針'), psyrad.text_grams('电针治疗抑郁症') @> psyrad.text_grams('针电');
-- Jaro-Winkler: the published examples (Winkler 1990), and its ends.
SELECT a, b, round(psyrad.text_similarity(a, b)::numeric, 4) AS similarity FROM (VALUES
	('MARTHA', 'MARHTA'), ('DWAYNE', 'DUANE'), ('DIXON', 'DICKSONX'), ('a', 'a'), ('a', 'b'), ('', 'a'), ('針刺', '针刺')) v(a, b);
SELECT psyrad.text_similarity('', '') IS NULL AS null_when_empty, psyrad.text_similarity('a', 'b') = 0 AS none;
SELECT a, b, round(psyrad.name_similarity(a, b)::numeric, 3) AS similarity FROM (VALUES
	('Zhang, Yi-Min', 'Yi-Min Zhang'), ('Zhang YM', 'Zhang, Yi-Min'), ('Zhang Y', 'Zhang, Yi-Min'), ('Zhang', 'Zhang Yimin'), ('Zhang Yimin', 'Zhang, Yi Min'),
	('Zhang Y', 'Zhang X'), ('Smith, John', 'Smyth, John'), ('Li Jing', 'Jing Li'), ('Li, Jing', 'Jing, Li'), ('李晶', '李晶'), ('李晶', '李怡'), ('李晶', 'Li Jing'),
	('O’Brien, P.', 'OBrien P'), ('García, María', 'Garcia, Maria')) v(a, b);
-- Symmetric to the last bit.
SELECT count(*) FROM (VALUES ('Zhang YM'), ('Zhang, Yi-Min'), ('Li'), ('Jing Li'), ('Smith, John A'), ('李晶')) a(x), (VALUES ('Zhang Y'), ('Yimin Zhang'), ('Li, J'), ('Smyth J')) b(y)
WHERE psyrad.name_similarity(x, y) <> psyrad.name_similarity(y, x);
SELECT psyrad.text_similarity(repeat('a', 70000), 'a');
-- Every function and type of the extension has a comment.
SELECT p.oid::regprocedure FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid JOIN pg_extension e ON e.oid = d.refobjid
WHERE e.extname = 'catalogue' AND d.classid = 'pg_proc'::regclass AND obj_description(p.oid, 'pg_proc') IS NULL;
