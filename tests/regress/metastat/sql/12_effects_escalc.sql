-- The less common measures of escalc: identities, what cannot be known, errors; the numbers stand in tests/golden/meta_effects.tsv.
SET search_path = public, psyrad;
-- One measure seen from two sides.
SELECT effect_or2dl(4, 119, 11, 128) = effect_or_to_d((e).yi, (e).vi) AS or2dl, effect_or2dn(4, 119, 11, 128) = effect_or_to_d((e).yi, (e).vi, 'normal') AS or2dn
FROM (SELECT effect_or(4, 119, 11, 128) AS e) x;
SELECT abs((b).yi - 0.4) < 1e-15 AS back, abs((b).vi - 0.05) < 1e-16 AS variance FROM (VALUES ('logistic'), ('normal')) s(d), LATERAL (SELECT effect_d_to_or(0.4, 0.05, d) AS e) x, LATERAL (SELECT effect_or_to_d((e).yi, (e).vi, d) AS b) y;
SELECT abs((effect_yuq(10, 5, 3, 12)).yi - (10.0 * 12 - 5 * 3) / (10 * 12 + 5 * 3)) < 1e-15 AS q, abs((effect_phi(10, 5, 3, 12)).yi - (10.0 * 12 - 5 * 3) / sqrt(15.0 * 15 * 13 * 17)) < 1e-15 AS phi;
-- Swapped groups turn the sign and keep the variance.
SELECT f, abs((a).yi + (b).yi) < 1e-15 AS sign, abs((a).vi / (b).vi - 1) < 1e-14 AS variance FROM (VALUES ('phi', effect_phi(10, 5, 3, 12), effect_phi(3, 12, 10, 5)), ('phi ST', effect_phi(10, 5, 3, 12, vtype => 'ST'), effect_phi(3, 12, 10, 5, vtype => 'ST')),
	('pbit', effect_pbit(10, 5, 3, 12), effect_pbit(3, 12, 10, 5)), ('mprd', effect_mprd(10, 5, 3, 12), effect_mprd(10, 3, 5, 12)), ('mpor', effect_mpor(10, 5, 3, 12), effect_mpor(10, 3, 5, 12)),
	('irr', effect_irr(5, 90, 8, 70), effect_irr(8, 70, 5, 90)), ('rpb', effect_rpb(5, 2, 20, 6, 3, 30), effect_rpb(6, 3, 30, 5, 2, 20)), ('romc', effect_romc(5, 8, 2, 3, 20, .4), effect_romc(8, 5, 3, 2, 20, .4)),
	('vrc', effect_vrc(2, 3, 20, .4), effect_vrc(3, 2, 20, .4)), ('smcrph', effect_smcrph(5, 8, 2, 3, 20, .4), effect_smcrph(8, 5, 3, 2, 20, .4))) v(f, a, b);
-- HO with equal sds is LS; AV at the study's own value is LS.
SELECT abs((effect_md(5, 2, 20, 6, 2, 30, 'HO')).vi - (effect_md(5, 2, 20, 6, 2, 30)).vi) < 1e-16 AS md, abs((effect_rom(5, 2, 20, 6, 3, 30, vtype => 'AV', average => 2 / 5.0, average2 => 3 / 6.0)).vi - (effect_rom(5, 2, 20, 6, 3, 30)).vi) < 1e-16 AS rom,
	abs((effect_pln(4, 20, vtype => 'AV', average => 0.2)).vi - (effect_pln(4, 20)).vi) < 1e-16 AS pln, abs((effect_cor(0.3, 20, 'AV', 0.3)).vi - (effect_cor(0.3, 20)).vi) < 1e-16 AS cor;

-- What cannot be known is NULL, in the middle of a million rows.
SELECT f, e FROM (VALUES ('phi, nobody', effect_phi(0, 5, 0, 12)), ('yuq, nobody', effect_yuq(0, 5, 0, 12)), ('pbit, empty group', effect_pbit(0, 0, 3, 12)), ('mporc, no change', effect_mporc(5, 0, 0, 12, "to" => 'none')),
	('irr, no time', effect_irr(0, 0, 1, 5)), ('irr, no event', effect_irr(0, 5, 1, 5, "to" => 'none')), ('mnln, negative', effect_mnln(-1, 2, 10)), ('smn, sd 0', effect_smn(3, 0, 10)), ('sdln, n 1', effect_sdln(3, 1)),
	('rpb, sd 0', effect_rpb(5, 0, 20, 6, 0, 30)), ('rbis, n 1', effect_rbis(5, 2, 1, 6, 3, 30)), ('cvrc, signs', effect_cvrc(-5, 8, 2, 3, 20, .4)), ('romc, r 1', effect_romc(5, 8, 2, 3, 20, 1)),
	('pcor, no df', effect_pcor(2, 9, 10)), ('abt, alpha 1', effect_abt(1, 5, 20)), ('araw, n 2', effect_araw(.5, 5, 2)), ('smd1, n 3', effect_smd1(5, 20, 6, 3, 2)), ('null', effect_phi(NULL, 5, 3, 12))) v(f, e);

-- Numbers needed to treat: of a risk difference its inverse; by d as Furukawa & Leucht 2011; harm is negative; no difference, no number.
SELECT nnt(0.1, 0.3, 'rd') AS rd, round(nnt(0.5, 0.3)::numeric, 6) AS smd, round(nnt(ln(2), 0.3, 'rr')::numeric, 6) AS rr, round(nnt(ln(2), 0.5, 'or')::numeric, 6) AS odds, round(nnt(-0.5, 0.3)::numeric, 4) AS harm,
	nnt(0, 0.3) AS none, nnt(ln(4), 0.3, 'rr') AS impossible, nnt(NULL, 0.3) AS unknown;
-- Share of true effects beyond a threshold: half at the mean; above and below make 1; no heterogeneity, no se.
CREATE TEMP TABLE r AS SELECT meta(y, 0.01) AS r FROM (VALUES (0.1), (0.9), (1.5), (0.4)) v(y);
SELECT (meta_share(r, (r).estimate)).share AS half, (meta_share(r, 0.2)).share + (meta_share(r, 0.2, 'below')).share AS one, (meta_share(r, 0.2)).se = (meta_share(r, 0.2, 'below')).se AS se,
	(meta_share(r, 0.2)).ci_lb > 0 AS lower, (meta_share(r, 0.2, level => 0.5)).ci_lb > (meta_share(r, 0.2)).ci_lb AS level, abs((meta_share(r, (r).estimate)).se - (r).se / sqrt((r).tau2) / sqrt(2 * pi())) < 1e-15 AS delta FROM r;
SELECT meta_share(r, 0.2), meta_share(r, 0.9), meta_share(NULL, 1), meta_share(r, NULL) FROM (SELECT meta(y, 0.5) AS r FROM (VALUES (0.3), (0.4)) v(y)) x;

-- Errors.
SELECT effect_md(5, 2, 20, 6, 3, 30, 'LS2');
SELECT effect_rom(5, 2, 20, 6, 3, 30, vtype => 'AV', average => 0.3);
SELECT effect_phi(10, 5, 3, 12, vtype => 'UB');
SELECT effect_rd(10, 5, 3, 12, vtype => 'AV');
SELECT effect_cor(0.3, 20, 'AV');
SELECT effect_smdh(5, 2, 20, 6, 3, 30, 'LS3');
SELECT effect_mprd(-1, 5, 3, 12);
SELECT effect_irr(5, -90, 8, 70);
SELECT effect_araw(1.2, 5, 20);
SELECT effect_abt(0.8, 1, 20);
SELECT effect_spcor(2, 3, 40, 1.5);
SELECT effect_smn('NaN', 2, 10);
SELECT effect_or_to_d(0.3, 0.1, 'probit');
SELECT nnt(0.5, 1.3);
SELECT nnt(0.5, 0.3, 'd');
SELECT meta_share(r, 0.2, 'beyond') FROM r;
SELECT meta_share(r, 0.2, level => 2) FROM r;
