-- Deploy psyrad:withdraw to pg
-- Withdrawn consent outranks "nothing is lost": clinical.withdraw erases a person from every table that has subjects' rows,
-- found through the catalogue so that a later table is not forgotten, and from the manifest, the rejects and the history.
-- What stays is a stub that says that somebody of a site withdrew, when, and how much was erased.  It holds the salted hash of
-- (study, label), which nobody reads: by it the loaders know the label again, should an old sheet still have the person.
--
-- Two things stay on purpose.  federation.export_log keeps the erased subject_id, a number that leads nowhere now: without it the
-- next export of everybody else would differ from an earlier one by just this person.  States that left cannot be called back.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE clinical.withdrawal (
	withdrawal_id bigserial PRIMARY KEY,
	study         text NOT NULL REFERENCES clinical.study,
	site          text NOT NULL REFERENCES clinical.site,
	reason        text,
	withdrawn_by  name NOT NULL,
	withdrawn_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
	erased        jsonb NOT NULL,  -- rows by table
	salt          uuid NOT NULL,
	mark          bytea NOT NULL CHECK (length(mark) = 32)
);
COMMENT ON TABLE clinical.withdrawal IS 'Audit stubs of withdrawn consent: who is not said';
COMMENT ON COLUMN clinical.withdrawal.reason IS 'In general words; the function refuses one that has the label in it';
COMMENT ON COLUMN clinical.withdrawal.erased IS 'How many rows of each table';
COMMENT ON COLUMN clinical.withdrawal.mark IS 'SHA-256 of salt, study and label: read by clinical.is_withdrawn alone';
ALTER TABLE clinical.withdrawal ENABLE ROW LEVEL SECURITY;
ALTER TABLE clinical.withdrawal FORCE ROW LEVEL SECURITY;
CREATE POLICY site_read ON clinical.withdrawal FOR SELECT TO psyrad_ingest, psyrad_analyst USING (clinical.can_see_site(site));
CREATE POLICY withdraw ON clinical.withdrawal TO psyrad_withdraw USING (current_user = 'psyrad_withdraw');
GRANT SELECT (withdrawal_id, study, site, reason, withdrawn_by, withdrawn_at, erased) ON clinical.withdrawal TO psyrad_ingest, psyrad_analyst;
GRANT SELECT, INSERT ON clinical.withdrawal TO psyrad_withdraw;
GRANT USAGE ON SEQUENCE clinical.withdrawal_withdrawal_id_seq TO psyrad_withdraw;
GRANT SELECT (name, version) ON model.registry TO psyrad_withdraw;
GRANT SELECT, INSERT ON model.retired TO psyrad_withdraw;
GRANT SELECT ON clinical.study TO psyrad_withdraw;

CREATE FUNCTION clinical.is_withdrawn(study text, label text) RETURNS boolean
	LANGUAGE sql STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	RETURN EXISTS (SELECT FROM clinical.withdrawal w
		WHERE w.study = is_withdrawn.study AND w.mark = sha256(convert_to(w.salt || E'\x01' || is_withdrawn.study || E'\x01' || is_withdrawn.label, 'UTF8')));
COMMENT ON FUNCTION clinical.is_withdrawn(text, text) IS 'Whether the participant of this label withdrew from the study: for loaders, who then keep nothing of the row';

-- Files whose every row is this subject's: their name and bytes are the person's too.
CREATE FUNCTION clinical.files_of_one(subject_id bigint) RETURNS bigint[]
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	t      regclass;
	own    bigint[] := '{}';
	others bigint[] := '{}';
	found  bigint[];
BEGIN
	FOR t IN SELECT c.oid FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
		AND c.relnamespace::regnamespace::text IN ('clinical', 'imaging', 'intervention', 'model')
		AND 2 = (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('subject_id', 'file_id') AND NOT a.attisdropped)
	LOOP
		EXECUTE format('SELECT coalesce(array_agg(t.file_id), ''{}'') FROM %s t WHERE t.subject_id = $1', t) INTO found USING files_of_one.subject_id;
		own := own || found;
		EXECUTE format('SELECT coalesce(array_agg(DISTINCT t.file_id), ''{}'') FROM %s t WHERE t.subject_id <> $1 AND t.file_id = ANY ($2)', t)
			INTO found USING files_of_one.subject_id, own;
		others := others || found;
	END LOOP;
	-- Of a sheet of many people a correction may have changed this one's rows alone: then it has more rows than it changed.
	RETURN ARRAY(SELECT f.file_id FROM ingest.file f
		WHERE f.file_id = ANY (own) AND f.file_id <> ALL (others) AND f.rows_read <= (SELECT count(*) FROM unnest(own) o WHERE o = f.file_id));
END $$;

-- Takes the subject's rows out of every table, children first: a table that others still refer to waits for the next round.
CREATE FUNCTION clinical.erase_rows(subject_id bigint) RETURNS jsonb
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	waiting regclass[] := ARRAY(SELECT c.oid::regclass FROM pg_class c
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'federation')
			AND c.relpersistence = 'p' AND pg_get_userbyid(c.relowner) = 'psyrad_owner'
			AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'subject_id' AND NOT a.attisdropped));
	later   regclass[];
	t       regclass;
	n       bigint;
	erased  jsonb := '{}';
BEGIN
	WHILE cardinality(waiting) > 0 LOOP
		later := '{}';
		FOREACH t IN ARRAY waiting LOOP
			BEGIN
				EXECUTE format('DELETE FROM %s t WHERE t.subject_id = $1', t) USING erase_rows.subject_id;
				GET DIAGNOSTICS n = ROW_COUNT;
				IF n > 0 THEN
					erased := erased || jsonb_build_object(t::text, n);
				END IF;
			EXCEPTION WHEN foreign_key_violation THEN
				later := later || t;
			END;
		END LOOP;
		IF cardinality(later) = cardinality(waiting) THEN
			RAISE foreign_key_violation USING MESSAGE = format('rows of %s are referred to from elsewhere', array_to_string(later, ', '));
		END IF;
		waiting := later;
	END LOOP;
	RETURN erased;
END $$;

COMMENT ON FUNCTION clinical.files_of_one(bigint) IS 'For clinical.withdraw alone: files whose every row is this subject''s';
COMMENT ON FUNCTION clinical.erase_rows(bigint) IS 'For clinical.withdraw alone: deletes a subject''s rows from every table, and counts them by table';

CREATE FUNCTION clinical.withdraw(study text, label text, reason text DEFAULT NULL) RETURNS TABLE (what text, n bigint)
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	who     clinical.subject_key;
	alone   bigint[];
	-- The label by itself: letters, digits, - and _ are part of a longer one.  In file names _ parts the entities.
	in_text text := '(^|[^A-Za-z0-9_-])(sub-)?' || withdraw.label || '($|[^A-Za-z0-9_-])';
	in_path text := '(^|[^A-Za-z0-9])' || CASE WHEN withdraw.label ~ '[A-Za-z]' THEN '(sub-)?' ELSE 'sub-' END || withdraw.label || '($|[^A-Za-z0-9])';
	erased  jsonb;
	found   bigint;
	secret  uuid := gen_random_uuid();
	id      bigint;
BEGIN
	IF NOT pg_has_role(model.caller(), 'psyrad_ingest', 'MEMBER') THEN
		RAISE insufficient_privilege USING MESSAGE = format('role %I may not withdraw participants', model.caller()), HINT = 'Members of psyrad_ingest may.';
	END IF;
	IF withdraw.label !~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$' THEN
		RAISE invalid_parameter_value USING MESSAGE = 'that is no label of a participant';
	END IF;
	IF reason ~ in_text THEN
		RAISE invalid_parameter_value USING MESSAGE = 'the reason names the participant', HINT = 'It stays: say it without the label.';
	END IF;
	-- The lock of every loader of the study's rows: none may bring the person back while this goes on.
	PERFORM pg_advisory_xact_lock(hashtextextended(array_to_string(ARRAY[kind, withdraw.study], E'\x01', ''), 7))
	FROM unnest(ARRAY['participants', 'scans', 'scores', 'drugs', 'sessions']) kind;
	SELECT k.* INTO who FROM clinical.subject_key k WHERE (k.study, k.label) = (withdraw.study, withdraw.label);
	IF who.subject_id IS NULL OR NOT coalesce(model.caller_can_see_site(who.site), false) THEN
		RAISE no_data_found USING MESSAGE = 'the study has no such participant, or it is of a site that you do not see';
	END IF;

	alone := clinical.files_of_one(who.subject_id);
	-- A compiled model or its document may hold rows of those it was trained on: it serves nobody any more.
	INSERT INTO model.retired (name, version, reason, retired_by)
	SELECT t.name, t.version, 'somebody whose data trained it withdrew', model.caller()
	FROM model.training_subject t
	WHERE t.subject_id = who.subject_id AND NOT EXISTS (SELECT FROM model.retired r WHERE (r.name, r.version) = (t.name, t.version));
	GET DIAGNOSTICS found = ROW_COUNT;
	DELETE FROM ingest.history h WHERE h.row_key ->> 'subject_id' = who.subject_id::text OR h.old_row ->> 'subject_id' = who.subject_id::text;
	GET DIAGNOSTICS id = ROW_COUNT;
	erased := jsonb_build_object('ingest.history', id, 'model.retired (to be trained again)', found);
	DELETE FROM ingest.reject r USING ingest.file f
	WHERE f.file_id = r.file_id AND (f.study = withdraw.study OR f.study IS NULL)
		AND (r.file_id = ANY (alone) OR r.raw ~ in_text OR r.message ~ in_text OR r.message ~ in_path OR f.path ~ in_path OR f.options ->> 'subject' = withdraw.label);
	GET DIAGNOSTICS found = ROW_COUNT;
	erased := erased || jsonb_build_object('ingest.reject', found);
	-- The manifest rows stay, since other rows refer to them; what they say of the person goes.
	UPDATE ingest.file f SET path = 'withdrawn', sha256 = sha256(uuid_send(gen_random_uuid())), bytes = 0, batch = NULL,
		options = jsonb_build_object('study', withdraw.study), message = CASE f.status WHEN 'refused' THEN 'of a participant who withdrew' END
	WHERE f.study = withdraw.study
		AND (f.file_id = ANY (alone) OR f.path ~ in_path OR f.options ->> 'subject' = withdraw.label OR f.message ~ in_text OR f.message ~ in_path);
	GET DIAGNOSTICS found = ROW_COUNT;
	erased := erased || jsonb_build_object('ingest.file (names and hashes)', found) || clinical.erase_rows(who.subject_id);

	INSERT INTO clinical.withdrawal (study, site, reason, withdrawn_by, erased, salt, mark)
	VALUES (withdraw.study, who.site, withdraw.reason, model.caller(), erased, secret,
		sha256(convert_to(secret || E'\x01' || withdraw.study || E'\x01' || withdraw.label, 'UTF8')));
	RETURN QUERY SELECT e.key, e.value::bigint FROM jsonb_each_text(erased) e WHERE e.value <> '0' ORDER BY e.key COLLATE "C";
END $$;
COMMENT ON FUNCTION clinical.withdraw(text, text, text) IS
	'Erases a participant from every table and leaves a stub in clinical.withdrawal; returns rows by table.  Models trained on the person are retired.  Only for members of psyrad_ingest and of the site.  Errors: P0002 no such participant, 42501 no right, 22023 a reason that names the person';
REVOKE EXECUTE ON FUNCTION clinical.is_withdrawn(text, text), clinical.files_of_one(bigint), clinical.erase_rows(bigint), clinical.withdraw(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clinical.is_withdrawn(text, text) TO psyrad_ingest, psyrad_withdraw;
GRANT EXECUTE ON FUNCTION clinical.withdraw(text, text, text) TO psyrad_ingest;
GRANT EXECUTE ON FUNCTION clinical.files_of_one(bigint), clinical.erase_rows(bigint), model.caller(), model.caller_can_see_site(text) TO psyrad_withdraw;

RESET ROLE;
GRANT CREATE ON SCHEMA clinical TO psyrad_withdraw;
ALTER FUNCTION clinical.is_withdrawn(text, text) OWNER TO psyrad_withdraw;
ALTER FUNCTION clinical.withdraw(text, text, text) OWNER TO psyrad_withdraw;
REVOKE CREATE ON SCHEMA clinical FROM psyrad_withdraw;

COMMIT;
