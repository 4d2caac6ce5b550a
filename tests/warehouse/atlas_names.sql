-- Atlases that are known by their names only: \set names PATH.
CREATE TEMP TABLE named (whole text);
\set QUIET on
SELECT format('\copy named FROM %L WITH (FORMAT csv, DELIMITER E''\x01'', QUOTE E''\x02'')', :'names') AS copy_names \gset
:copy_names
INSERT INTO imaging.atlas (atlas, title) SELECT DISTINCT split_part(whole, E'\t', 1), split_part(whole, E'\t', 1) FROM named WHERE whole !~ '^#';
INSERT INTO imaging.region (atlas, region, label, name) SELECT split_part(whole, E'\t', 1), split_part(whole, E'\t', 2)::int, split_part(whole, E'\t', 2)::int, split_part(whole, E'\t', 3) FROM named WHERE whole !~ '^#';
