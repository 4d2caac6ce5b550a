-- Seconds of a processor that this backend used so far: what a test may hold a statement to, whatever else the machine does.
CREATE FUNCTION cpu() RETURNS numeric LANGUAGE sql AS $$
	SELECT (field[12]::numeric + field[13]::numeric) / 100 FROM regexp_split_to_array(regexp_replace(pg_catalog.pg_read_file('/proc/self/stat'), '^.*\) ', ''), ' ') field
$$;
