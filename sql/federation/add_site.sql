-- What the hub runs for each site: psql -v site=NAME -v host=HOST -v dbname=DATABASE -v remote_user=ROLE -f add_site.sql.
CREATE SERVER :"site" FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'host', dbname :'dbname');
CREATE USER MAPPING FOR CURRENT_USER SERVER :"site" OPTIONS (user :'remote_user');
SELECT 'effect_state_' || :'site' AS partition \gset
CREATE FOREIGN TABLE federation.:"partition" PARTITION OF federation.effect_state FOR VALUES IN (:'site')
	SERVER :"site" OPTIONS (schema_name 'federation', table_name 'effect_state');
