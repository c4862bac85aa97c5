-- The three groups. Nobody logs in as one of them; workstations and readers are members.
DO $$
DECLARE
  wanted text;
BEGIN
  -- Roles belong to the whole server: two archives may be founded on it at the same time.
  PERFORM pg_advisory_xact_lock(1229148740);
  FOREACH wanted IN ARRAY ARRAY['archive_owner', 'archive_workstation', 'archive_reader'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', wanted);
    END IF;
  END LOOP;
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    EXECUTE format('GRANT archive_owner TO %I', current_user);
  END IF;
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO archive_workstation, archive_reader', current_database());
  REVOKE ALL ON SCHEMA public FROM PUBLIC;
END $$;
CREATE SCHEMA archive AUTHORIZATION archive_owner;
