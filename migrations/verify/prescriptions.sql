-- Verify psyrad:prescriptions on pg
BEGIN;
SELECT study, source, protocol, points, items, unresolved, weight FROM intervention.prescriptions() WHERE false;
SELECT acupoint, prescriptions, sources, weight, share FROM intervention.point_frequency() WHERE false;
SELECT a, b, weight, support, lift, jaccard FROM intervention.point_pairs() WHERE false;
SELECT points, prescriptions, weight, support FROM intervention.point_sets() WHERE false;
SELECT antecedent, consequent, support, confidence, lift, leverage, conviction, p, q FROM intervention.point_rules() WHERE false;
SELECT acupoint, "group", prescriptions FROM intervention.point_clusters(2) WHERE false;
SELECT study, protocol, similarity, coverage FROM intervention.similar_protocols('GV20') WHERE false;
ROLLBACK;
