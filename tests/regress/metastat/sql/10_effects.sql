-- Effect sizes of one study: first group minus second.
SET search_path = public, psyrad;
SELECT * FROM effect_md(103, 5.5, 50, 100, 4.5, 50);
-- Values of metafor 3.8: escalc(measure = "SMD", vtype = ...)
SELECT vtype, round(yi::numeric, 12) AS yi, round(vi::numeric, 12) AS vi
FROM (VALUES ('LS'), ('ls2'), ('Ub')) v(vtype), effect_smd(103, 5.5, 50, 100, 4.5, 50, vtype => vtype);
SELECT round(vi::numeric, 12) AS vi FROM effect_smd(103, 5.5, 50, 100, 4.5, 50, 'AV', average => 0.25);
-- AV over studies: the mean is a window's.
WITH study(id, m1, sd1, n1, m2, sd2, n2) AS (VALUES (1, 103, 5.5, 50, 100, 4.5, 50), (2, 12, 4, 20, 15, 5, 30), (3, 1.5, 2, 12, 1, 1.5, 8)),
	g AS (SELECT *, (effect_smd(m1, sd1, n1, m2, sd2, n2)).yi AS g FROM study),
	mean AS (SELECT *, sum((n1 + n2) * g) OVER () / sum(n1 + n2) OVER () AS average FROM g)
SELECT id, round((e).yi::numeric, 12) AS yi, round((e).vi::numeric, 12) AS vi
FROM (SELECT id, effect_smd(m1, sd1, n1, m2, sd2, n2, 'AV', average) AS e FROM mean) s ORDER BY id;
-- What cannot be known is NULL, in the middle of other rows.
SELECT n1, effect_smd(3, 1, n1, 2, 1.5, 12), effect_md(3, 1, n1, 2, 1.5, 12) FROM (VALUES (0), (1), (2), (NULL)) v(n1);
SELECT effect_smd(3, 0, 5, 2, 0, 5), effect_md(3, 0, 5, 2, 0, 5);
-- What cannot be true is an error that names the argument.
SELECT effect_md(1, -1, 10, 1, 1, 10);
SELECT effect_md(1, 1, 10, 'NaN', 1, 10);
SELECT effect_smd(1, 1, 10, 1, 1, -4);
SELECT effect_smd(1, 1, 10, 'Infinity', 1, 4);
SELECT effect_smd(1, 1, 10, 2, 1, 10, vtype => 'H');
SELECT effect_smd(1, 1, 10, 2, 1, 10, vtype => 'AV');
SELECT effect_smd(1, 1, 10, 2, 1, 10, vtype => NULL);
