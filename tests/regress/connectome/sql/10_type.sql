-- The type connectome: text form, modifier, casts, subscripts, order, storage.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
\pset null '(null)'
SET client_min_messages = warning;
CREATE SCHEMA psyrad;
CREATE EXTENSION connectome;
SET search_path = public, psyrad;
\set VERBOSITY default

-- text form
SELECT 'r:3:{0.5,NaN,-0.25}'::connectome;
SELECT E' z : 3 : {\t1e-3 , nan,\n-12.5 } '::connectome;
SELECT 'weight:2:{3.4028235e+38}'::connectome, 'weight:2:{-0}'::connectome, 'weight:2:{1e-45}'::connectome;
SELECT 'partial:2:{-1}'::connectome, 'partial_z:2:{0.1}'::connectome;
SELECT 'r:3:{0.5,NaN}'::connectome;
SELECT 'r:3:{0.5,NaN,0.1,0.2}'::connectome;
SELECT 'r:3:{0.5,,0.1}'::connectome;
SELECT 'r:3:{0.5,abc,0.1}'::connectome;
SELECT 'r:3:{0.5,0x1p-2,0.1}'::connectome;
SELECT 'r:3:{0.5,1.5,0.1}'::connectome;
SELECT 'z:3:{0.5,Infinity,0.1}'::connectome;
SELECT 'z:3:{0.5,1e39,0.1}'::connectome;
SELECT 'z:3:{0.5,NULL,0.1}'::connectome;
SELECT 'q:3:{0.5,1,0.1}'::connectome;
SELECT 'r:1:{}'::connectome;
SELECT 'r:20001:{}'::connectome;
SELECT 'r:99999999999999999999:{}'::connectome;
SELECT 'r:-3:{}'::connectome;
SELECT 'r:3{0.5,0,0.1}'::connectome;
SELECT 'r:3:{0.5,0,0.1} x'::connectome;
SELECT ''::connectome;
SELECT '百会'::connectome;

-- binary form
SELECT connectome_send('r:3:{0.5,NaN,-0.25}');
CREATE TABLE stored (id int PRIMARY KEY, c connectome(3));
INSERT INTO stored VALUES (1, 'r:3:{0.5,NaN,-0.25}'), (2, 'z:3:{0.5,NaN,-0.25}'), (3, NULL), (4, 'r:3:{0,0.1,0.2}');
SELECT attname, format_type(atttypid, atttypmod), attstorage FROM pg_attribute WHERE attrelid = 'stored'::regclass AND attnum = 2;
INSERT INTO stored VALUES (5, 'r:2:{0.5}');
INSERT INTO stored SELECT 5, conn_from_edges('{0.5}'::real[], 'r');
SELECT 'r:2:{0.5}'::connectome::connectome(3);
SELECT NULL::connectome(1);
SELECT NULL::connectome(3, 4);

-- casts
SELECT ARRAY[0.5, NULL, 2]::real[]::connectome, '{0.5}'::real[]::connectome(2), 'r:3:{0.5,NaN,-0.25}'::connectome::real[];
SELECT '{0.5}'::real[]::connectome(3);
SELECT '{0.5,1}'::real[]::connectome;
SELECT '{}'::real[]::connectome;
INSERT INTO stored VALUES (5, '{1,2,3}'::real[]);

-- subscripts
SELECT id, c[1][2] AS a, c[2][1] AS b, c[1][3] AS missing, c[2][2] AS diagonal, c[3][2] AS last, c[NULL][1] AS none FROM stored ORDER BY id;
SELECT c[id][id + 1] FROM stored WHERE id = 1;
SELECT c[1::smallint][2::bigint] FROM stored WHERE id = 1;
SELECT c[0][1] FROM stored;
SELECT c[1][4] FROM stored;
SELECT c[1] FROM stored;
SELECT c[1][2][3] FROM stored;
SELECT c[1:2][1:2] FROM stored;
SELECT c['a'][1] FROM stored;
SELECT c[1.5][1] FROM stored WHERE id = 1;
SELECT c[now()][1] FROM stored WHERE id = 1;
UPDATE stored SET c[1][2] = 0.5;

-- equality, order, hashing
SELECT 'weight:2:{-0}'::connectome = 'weight:2:{0}'::connectome AS zeros, 'r:2:{NaN}'::connectome = 'r:2:{nan}'::connectome AS nans,
	'r:2:{0.5}'::connectome = 'z:2:{0.5}'::connectome AS kinds, 'r:2:{0.5}'::connectome <> 'r:2:{0.25}'::connectome AS differ;
SELECT c FROM (VALUES ('r:2:{NaN}'::connectome), ('r:2:{0.5}'), ('z:2:{-3}'), ('r:3:{-1,-1,-1}'), ('r:2:{-0.5}'), ('r:2:{0.5}')) AS v (c) ORDER BY c;
SELECT DISTINCT c FROM (VALUES ('r:2:{NaN}'::connectome), ('r:2:{0}'), ('r:2:{-0}'), ('r:2:{nan}')) AS v (c) ORDER BY c DESC;
SET enable_sort = off;
SELECT c, count(*) FROM (VALUES ('r:2:{NaN}'::connectome), ('r:2:{0}'), ('r:2:{-0}'), ('r:2:{nan}')) AS v (c) GROUP BY c ORDER BY count(*), c;
RESET enable_sort;
SELECT a < b, a <= b, a > b, a >= b, a < a, a <= a FROM (VALUES ('r:2:{0.1}'::connectome, 'r:2:{0.2}'::connectome)) AS v (a, b);
SELECT connectome_hash('r:2:{0.5}') = connectome_hash('r:2:{0.50}'), connectome_hash_extended('r:2:{0.5}', 1) <> connectome_hash_extended('r:2:{0.5}', 2);
CREATE INDEX ON stored (c);
CREATE INDEX ON stored USING hash (c);
SELECT a.id, b.id FROM stored a JOIN stored b ON a.c = b.c ORDER BY a.id;
