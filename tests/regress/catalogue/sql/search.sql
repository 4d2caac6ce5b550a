-- Terms of texts for search.
SET client_encoding = 'UTF8';
SELECT * FROM psyrad.text_terms('Psychoim-aging of MDD: rs-fMRI 研究，电针百會(增加) GV-20 3-4 5-HT 針 Xi''an', 'pg_catalog.english_stem');
SELECT * FROM psyrad.text_terms(E'broken psychoim-\n  aging, pre- and post-test', 'pg_catalog.english_stem');
SELECT * FROM psyrad.text_terms('', 'pg_catalog.english_stem');
SELECT * FROM psyrad.text_terms(' -- ,。- ', 'pg_catalog.english_stem');
-- A text in parts is the text: positions go on, with one left free between two texts; weights are those of the texts.
SELECT * FROM psyrad.text_index('{Depression and 抑郁症,NULL,针,"", Depressed}', 'ABCDA', 'pg_catalog.english_stem');
SELECT * FROM psyrad.text_index('{}', '', 'pg_catalog.english_stem');
SELECT psyrad.text_tags('@', '{"Zhang, Yi-Min",NULL,张三}');
SELECT (psyrad.text_index(ARRAY['one two', 'three'], 'AB', 'pg_catalog.english_stem')).vector @@ '''two'' <-> ''three'''::tsquery AS over_the_border,
	(psyrad.text_index(ARRAY['one two', 'three'], 'AB', 'pg_catalog.english_stem')).vector @@ '''three'':B & !''three'':A'::tsquery AS weighed;
-- Long words are cut at a character, many positions are kept as tsvector keeps them.
SELECT length(lexeme) FROM unnest((psyrad.text_index(ARRAY[repeat('é', 3000)], 'A', 'pg_catalog.english_stem')).vector) ORDER BY 1;
SELECT lexeme, cardinality(positions) FROM unnest((psyrad.text_index(ARRAY[repeat('针刺 ', 20000)], 'A', 'pg_catalog.english_stem')).vector) ORDER BY 1;
-- BM25 by hand: idf 2, tf 2 in a text as long as the mean; twice the length; b = 0; a term that is not there.
WITH v AS (SELECT (psyrad.text_index(ARRAY['针刺 depression depressed'], 'A', 'pg_catalog.english_stem')).vector AS v)
SELECT psyrad.text_bm25(v, 4, 4, '{.depress}', '{2}') = 2 * (2 * 2.2) / (2 + 1.2::float8) AS mean_length,
	psyrad.text_bm25(v, 8, 4, '{.depress}', '{2}') = 2 * (2 * 2.2) / (2 + 1.2::float8 * (0.25 + 0.75 * 2)) AS long,
	psyrad.text_bm25(v, 8, 4, '{.depress}', '{2}', b => 0) = 2 * (2 * 2.2) / (2 + 1.2::float8) AS without_length,
	psyrad.text_bm25(v, 4, 4, '{absent,针刺}', '{2,3}') = 3.0::float8 AS absent, psyrad.text_bm25(v, 4, 4, '{}', '{}') AS nothing
FROM v;
SELECT psyrad.text_bm25('a:1', 1, 1, '{a,b}', '{1}');
SELECT psyrad.text_bm25('a:1', 1, 1, '{a}', '{1}', k1 => -1);
SELECT psyrad.text_bm25('a:1', 1, 1, '{a}', '{1}', b => 1.5);
SELECT psyrad.text_bm25('a:1', 1, 'NaN', '{a}', '{1}');
SELECT psyrad.text_index('{a}', 'AB', 'pg_catalog.english_stem');
SELECT psyrad.text_index('{a}', 'E', 'pg_catalog.english_stem');
-- Marks.
SELECT psyrad.text_mark('Objective: rs-fMRI of depression,  电针百會治疗抑郁症', '{.depress,百会,fmri,抑郁,郁症}', 'pg_catalog.english_stem');
SELECT psyrad.text_mark('depressive, Depressed; regression', '{depress*}', 'pg_catalog.english_stem', '[', ']');
SELECT psyrad.text_mark('针 刺 电针', '{针*}', 'pg_catalog.english_stem', '[', ']');
SELECT psyrad.text_mark(repeat('a ', 100) || 'depression 抑郁' || repeat(' b', 100), '{.depress,抑郁}', 'pg_catalog.english_stem', '[', ']', 24);
SELECT psyrad.text_mark('', '{a}', 'pg_catalog.english_stem'), psyrad.text_mark('no marks', '{}', 'pg_catalog.english_stem', width => 3);
SELECT psyrad.text_mark('a', '{a}', 'pg_catalog.english_stem', width => 0);
SELECT psyrad.text_mark('a', '{NULL}', 'pg_catalog.english_stem');
