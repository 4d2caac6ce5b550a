-- What the hub runs for each site with a warehouse: psql -v site=NAME -v host=HOST -v dbname=DATABASE -v remote_user=ROLE -f mass_add_site.sql.
-- The remote role is a member of psyrad_federation there, and of nothing else.
SELECT 'warehouse_' || :'site' AS server, 'mass_state_' || :'site' AS partition, 'combat_state_' || :'site' AS combat_partition, 'icc_state_' || :'site' AS icc_partition \gset
CREATE SERVER :"server" FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'host', dbname :'dbname');
CREATE USER MAPPING FOR CURRENT_USER SERVER :"server" OPTIONS (user :'remote_user');
CREATE FOREIGN TABLE federation.:"partition" PARTITION OF federation.mass_state FOR VALUES IN (:'site')
	SERVER :"server" OPTIONS (schema_name 'federation', table_name 'mass_state');
CREATE FOREIGN TABLE federation.:"combat_partition" PARTITION OF federation.combat_state FOR VALUES IN (:'site')
	SERVER :"server" OPTIONS (schema_name 'federation', table_name 'combat_state');
CREATE FOREIGN TABLE federation.:"icc_partition" PARTITION OF federation.icc_state FOR VALUES IN (:'site')
	SERVER :"server" OPTIONS (schema_name 'federation', table_name 'icc_state');
