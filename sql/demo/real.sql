-- What the two real studies of the demo look like in SQL: regions of an image, connections of a resting-state series.
SELECT v.study, v.atlas, v.region, v.name, round(v.value::numeric, 3) AS mean_intensity
FROM imaging.region_value v
WHERE v.study = 'colin27' AND v.name IN ('Amygdala_L', 'Hippocampus_L', 'Thalamus_L', 'Precuneus_L')
ORDER BY v.region;
SELECT p.study, a.name AS region_a, b.name AS region_b, round(e.value::numeric, 6) AS pearson_r
FROM imaging.primary p
CROSS JOIN LATERAL psyrad.conn_unnest(p.connectome) e
JOIN imaging.region a ON (a.atlas, a.region) = (p.atlas, e.i)
JOIN imaging.region b ON (b.atlas, b.region) = (p.atlas, e.j)
WHERE p.study = 'nitime' AND a.name NOT IN ('WM', 'Vent', 'Brain')
ORDER BY e.value DESC
LIMIT 4;
