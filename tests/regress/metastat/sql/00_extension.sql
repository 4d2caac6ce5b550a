-- The extension installs on its own, in its own schema, and what it offers is documented and marked honestly.
CREATE EXTENSION metastat CASCADE;
SELECT extname, n.nspname AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace WHERE extname <> 'plpgsql' ORDER BY 1;
-- Without a comment, not parallel safe, or not of schema psyrad: none.
SELECT p.oid::regprocedure AS wrong
FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'metastat') AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	AND (obj_description(p.oid, 'pg_proc') IS NULL OR proparallel <> 's' OR provolatile <> 'i' OR pronamespace <> 'psyrad'::regnamespace);
SELECT t.typname AS without_comment
FROM pg_depend d JOIN pg_type t ON d.classid = 'pg_type'::regclass AND d.objid = t.oid
WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'metastat') AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND t.typname !~ '^_' AND obj_description(t.oid, 'pg_type') IS NULL;
-- A type and an aggregate may share a name.
SELECT 'psyrad.meta_state'::regtype, to_regprocedure('psyrad.meta_state(double precision, double precision)');
