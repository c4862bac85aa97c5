-- Reference data on its way down: drug library, protocols, instruments. The archive only carries it: what counts is
-- the publisher's signature, which each room checks itself. May be run again on an archive that has it already.

CREATE TABLE IF NOT EXISTS archive.reference (
  site_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  bundle bytea NOT NULL CHECK (octet_length(bundle) <= 16777216),
  signature bytea NOT NULL CHECK (octet_length(signature) = 64),
  published timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (site_id, version)
);
ALTER TABLE archive.reference ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_sites ON archive.reference;
CREATE POLICY own_sites ON archive.reference FOR SELECT TO archive_reader
  USING (site_id = ANY ((SELECT archive.my_sites())::text[]));
GRANT SELECT ON archive.reference TO archive_reader;

-- The newest bundle when it is another than the one the room has; what is older is sent too, so that the room can
-- refuse it and say so.
CREATE OR REPLACE FUNCTION archive.reference_of(p_site text, p_have bigint)
RETURNS TABLE (version bigint, bundle bytea, signature bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM archive.admitted(p_site);
  RETURN QUERY SELECT r.version, CASE WHEN r.version = p_have THEN NULL ELSE r.bundle END, r.signature
    FROM archive.reference r WHERE r.site_id = p_site ORDER BY r.version DESC LIMIT 1;
END $$;
REVOKE ALL ON FUNCTION archive.reference_of(text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive.reference_of(text, bigint) TO archive_workstation;
