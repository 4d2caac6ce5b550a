-- The line a paper prints: every method and test, what is degenerate, back-transformed measures, Mantel-Haenszel and Peto.
SET search_path = public, psyrad;
CREATE TABLE five75 (yi float8, vi float8);
INSERT INTO five75 VALUES (0.1, 0.02), (0.5, 0.04), (0.9, 0.03), (0.3, 0.05), (-0.2, 0.06);
SELECT meta_sentence(meta_final(meta_state(yi, vi), m)) FROM five75, unnest('{EE,DL,HE,HS,HSk,SJ,ML,REML,EB,PM,PMM,GENQ}'::text[]) WITH ORDINALITY u(m, i) WHERE m <> 'GENQ' GROUP BY m, i ORDER BY i;
SELECT meta_sentence(meta_final(meta_state(yi, vi), 'DL', t)) FROM five75, unnest('{z,t,knha,adhoc}'::text[]) WITH ORDINALITY u(t, i) GROUP BY t, i ORDER BY i;
SELECT meta_sentence(meta_final(meta_state(yi, vi), 'DL', 'knha', 0.9, pi => p)) FROM five75, unnest('{metafor,k-1,k-2,z}'::text[]) WITH ORDINALITY u(p, i) GROUP BY p, i ORDER BY i;
SELECT meta_sentence(meta_weighted(yi, vi, 1 / vi)) FROM five75;
-- One study, two, two that agree, no heterogeneity, none at all, p that is 0 in double precision, missing rows.
SELECT meta_sentence(meta(yi, vi, 'REML', 'knha')) FROM five75 WHERE yi = 0.5;
SELECT meta_sentence(meta(yi, vi, 'DL', 'knha')) FROM five75 WHERE yi > 0.4;
SELECT meta_sentence(meta(0.5, vi, 'DL', 'knha')) FROM five75 WHERE yi > 0.4;
SELECT meta_sentence(meta(0.5, vi, 'DL')) FROM five75;
SELECT meta_sentence(meta(NULL::float8, vi)) FROM five75;
SELECT meta_sentence(meta(yi, vi)) FROM five75 WHERE false;
SELECT meta_sentence(meta(100 + yi, vi, 'EE')) FROM five75;
SELECT meta_sentence(meta(CASE WHEN yi > 0 THEN yi END, vi, 'DL')) FROM five75;
SELECT meta_sentence(meta(yi * 1e-9, vi * 1e-18, 'DL')) FROM five75;
-- As readers know them.
SELECT meta_sentence(meta(yi, vi, 'DL'), s) FROM five75, unnest('{identity,log,z,logit,LOG}'::text[]) WITH ORDINALITY u(s, i) GROUP BY s, i ORDER BY i;
SELECT meta_sentence(meta(yi, vi, 'DL'), 'exp') FROM five75;
SELECT meta_sentence(meta(yi, vi, 'DL'), NULL) IS NULL AS nothing FROM five75;
CREATE TABLE tables75 (a float8, b float8, c float8, d float8);
INSERT INTO tables75 VALUES (12, 18, 6, 24), (30, 20, 19, 33), (9, 31, 4, 35), (NULL, 1, 2, 3), (0, 15, 3, 12);
SELECT meta_sentence(meta_mh(a, b, c, d, m)) FROM tables75, unnest('{OR,RR,RD}'::text[]) WITH ORDINALITY u(m, i) GROUP BY m, i ORDER BY i;
SELECT meta_sentence(meta_peto(a, b, c, d)) FROM tables75;
SELECT meta_sentence(meta_mh_final(meta_table_state(a, b, c, d), level => 0.9)) FROM tables75 WHERE a = 12;
SELECT meta_sentence(meta_peto(a, b, c, d)) FROM tables75 WHERE a IS NULL;
SELECT meta_sentence(NULL::meta_table_result) IS NULL AS nothing;
DROP TABLE five75, tables75;
