-- Sets, Fisher's exact test, clustering.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS catalogue;
RESET client_min_messages;
SELECT psyrad.jaccard('{1,2,3}', '{2,3,4}'), psyrad.jaccard('{1,1,2}', '{2,1}'), psyrad.jaccard('{}', '{}'), psyrad.jaccard('{}', '{1}'), psyrad.jaccard('{-2147483648,2147483647}', '{2147483647}');
SELECT psyrad.jaccard('{1,NULL}', '{1}');
SELECT psyrad.jaccard('{{1,2},{3,4}}', '{1}');
-- R 4.2: fisher.test(matrix(c(a, c, b, d), 2), alternative = ...)$p.value
SELECT a, b, c, d, alternative, p, abs(psyrad.fisher_exact(a, b, c, d, alternative) / p - 1) < 1e-12 AS agrees FROM (VALUES
	(3, 1, 1, 3, 'two.sided', 0.48571428571428565), (3, 1, 1, 3, 'greater', 0.24285714285714283), (3, 1, 1, 3, 'less', 0.98571428571428577),
	(10, 2, 3, 15, 'two.sided', 0.00053672411914343593), (10, 2, 3, 15, 'greater', 0.00046518094336290501),
	(0, 5, 5, 0, 'two.sided', 0.0079365079365079361)) t(a, b, c, d, alternative, p);
-- The tails share the table itself: greater + less - 1 is its probability; far out nothing underflows to a wrong side.
SELECT psyrad.fisher_exact(0, 0, 0, 0), psyrad.fisher_exact(5, 0, 0, 0, 'greater'), psyrad.fisher_exact(400, 0, 0, 400, 'greater') > 0,
	psyrad.fisher_exact(400, 0, 0, 400, 'less'), psyrad.fisher_exact(0, 40000, 40000, 0, 'greater'), psyrad.fisher_exact(0, 40000, 40000, 0, 'less');
SELECT psyrad.fisher_exact(-1, 0, 0, 0);
SELECT psyrad.fisher_exact(1, 1, 1, 20000000);
SELECT psyrad.fisher_exact(1, 1, 1, 1, 'both');
SELECT * FROM psyrad.cluster_tree('{1,4,5,4,5,2}');
SELECT * FROM psyrad.cluster_tree('{1,4,5,4,5,2}', 'single');
SELECT * FROM psyrad.cluster_tree('{1,4,5,4,5,2}', 'complete');
SELECT g, psyrad.cluster_groups('{1,4,5,4,5,2}', g) FROM generate_series(1, 4) g;
SELECT psyrad.cluster_groups('{}', 1), (SELECT count(*) FROM psyrad.cluster_tree('{}'));
SELECT psyrad.cluster_groups('{1,4,5,4,5,2}', 5);
SELECT psyrad.cluster_groups('{1,4,5,4}', 1);
SELECT psyrad.cluster_groups('{1,NaN,5}', 1);
SELECT psyrad.cluster_groups('{1,2,5}', 1, 'ward');
