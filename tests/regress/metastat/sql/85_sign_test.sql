-- The sign test of counted directions; numbers against R in tests/unit/test_binomial.c.
SET search_path = public, psyrad;
SELECT n, share, round(ci_lb::numeric, 10) AS ci_lb, round(ci_ub::numeric, 10) AS ci_ub, round(p::numeric, 10) AS p FROM sign_test(9, 2);
SELECT * FROM sign_test(0, 0);
SELECT n, share, ci_lb, round(ci_ub::numeric, 10) AS ci_ub, p FROM sign_test(0, 1);
SELECT round((a).ci_lb::numeric, 10) AS lower_90, round((a).ci_ub::numeric, 10) AS upper_90 FROM (SELECT sign_test(9, 2, 0.9) AS a) x;
SELECT bool_and(a.p = b.p AND abs(a.ci_lb + b.ci_ub - 1) < 1e-12) AS turned FROM generate_series(0, 20) k, sign_test(k, 20 - k) a, sign_test(20 - k, k) b;
SELECT sign_test(NULL, 3) IS NULL AS unknown;
SELECT sign_test(-1, 3);
SELECT sign_test(1, 3, 1);
SELECT sign_test(9223372036854775807, 1);
