-- Records of literature: two side by side, many in clusters, and what is refused.
CREATE FUNCTION pg_temp.rec(key bigint, title text, authors text[], year int, journal text, volume text, pages text, doi text DEFAULT NULL) RETURNS psyrad.bib_record
LANGUAGE sql AS $$ SELECT ROW(key, title, NULL, NULL, authors, NULL, year, journal, NULL, volume, NULL, pages, NULL, doi, NULL, NULL, NULL, NULL)::psyrad.bib_record $$;

SELECT * FROM psyrad.record_similarity(
	pg_temp.rec(1, 'Electroacupuncture for depression: a trial', '{"Zhao, Y","Li, J"}', 2019, 'J Affect Disord', '245', '101-9'),
	pg_temp.rec(2, 'Electroacupuncture for Depression - A Trial.', '{"Zhao, Ying","Li, Jing"}', 2019, 'Journal of Affective Disorders', '245', '101-109', '10.1016/j.jad.2019.01.001'));
SELECT * FROM psyrad.record_similarity(
	pg_temp.rec(1, '电针治疗抑郁症的临床研究', '{李晶,孙阳}', 2019, '中国针灸', '39', '21-25'),
	pg_temp.rec(2, 'Electroacupuncture for depression: a clinical study', '{"Li J","Sun Y"}', 2019, 'Zhongguo Zhen Jiu', '39', '21-5'));

SELECT d.keys, d.clusters, p.* FROM psyrad.record_deduplicate(ARRAY[
	pg_temp.rec(7, 'Sleep in depression', '{"Smith, A"}', 2018, 'Brain', '5', '1-9'),
	pg_temp.rec(3, 'Sleep in depression', '{"Smith, A"}', 2018, 'Brain', '5', '1-9'),
	pg_temp.rec(5, 'Something else altogether', '{"Young, B"}', 2001, 'Brain', '1', '3-4')]) d, unnest(d.pairs) p;
SELECT keys, clusters FROM psyrad.record_deduplicate(ARRAY[
	pg_temp.rec(7, 'Sleep in depression', '{"Smith, A"}', 2018, 'Brain', '5', '1-9'),
	pg_temp.rec(3, 'Sleep in depression', '{"Smith, A"}', 2018, 'Brain', '5', '1-9'),
	pg_temp.rec(5, 'Something else altogether', '{"Young, B"}', 2001, 'Brain', '1', '3-4')], '{7,5}', '{3,3}', '{f,t}');
SELECT * FROM psyrad.record_deduplicate('{}');
SELECT * FROM psyrad.record_deduplicate(NULL);

SELECT psyrad.record_deduplicate(ARRAY[pg_temp.rec(1, 'a', NULL, 1, NULL, NULL, NULL), pg_temp.rec(1, 'b', NULL, 1, NULL, NULL, NULL)]);
SELECT psyrad.record_deduplicate(ARRAY[pg_temp.rec(NULL, 'a', NULL, 1, NULL, NULL, NULL)]);
SELECT psyrad.record_deduplicate(ARRAY[pg_temp.rec(1, 'a', NULL, 1, NULL, NULL, NULL), NULL]);
SELECT psyrad.record_deduplicate('{}', '{1}', '{}', '{}');
SELECT psyrad.record_deduplicate('{}', '{NULL}', '{1}', '{t}');
SELECT psyrad.record_similarity(pg_temp.rec(1, 'a', '{{x},{y}}', 1, NULL, NULL, NULL), pg_temp.rec(1, 'a', NULL, 1, NULL, NULL, NULL));
