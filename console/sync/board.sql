-- What a board needs beside the record: the latest figures of each room, told now and then. They are no part of
-- the chain, are overwritten, and are gone after a crash of the server: the record has them all.
-- May be run again on an archive that has it already.

CREATE UNLOGGED TABLE IF NOT EXISTS archive.live (
  site_id text COLLATE "C" NOT NULL,
  workstation_id text NOT NULL,
  stream_id uuid NOT NULL,
  status bytea NOT NULL CHECK (octet_length(status) <= 16384),
  seen timestamptz NOT NULL,
  PRIMARY KEY (site_id, workstation_id)
);

-- A board holds this lock for as long as it looks; nothing is written for it.
CREATE OR REPLACE FUNCTION archive.board_key(p_site text) RETURNS int
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT ('x' || left(md5('board ' || p_site), 7))::bit(28)::int $$;

-- Takes the latest figures, at most twice a second; answers whether a board looks at this site now.
CREATE OR REPLACE FUNCTION archive.tell(p_site text, p_stream uuid, p_status bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  own text := archive.admitted(p_site);
BEGIN
  INSERT INTO archive.live AS l (site_id, workstation_id, stream_id, status, seen)
  VALUES (p_site, own, p_stream, p_status, clock_timestamp())
  ON CONFLICT (site_id, workstation_id) DO UPDATE
    SET stream_id = excluded.stream_id, status = excluded.status, seen = excluded.seen
    WHERE l.seen < excluded.seen - interval '500 ms';
  IF EXISTS (SELECT 1 FROM pg_locks k WHERE k.locktype = 'advisory' AND k.granted AND k.mode = 'ShareLock'
      AND k.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND k.classid = 1229148741::oid AND k.objid = archive.board_key(p_site)::oid) THEN
    PERFORM pg_notify(archive.channel(p_site), 'live');
    RETURN true;
  END IF;
  RETURN false;
END $$;

REVOKE ALL ON FUNCTION archive.board_key(text), archive.tell(text, uuid, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive.board_key(text) TO archive_reader;
GRANT EXECUTE ON FUNCTION archive.tell(text, uuid, bytea) TO archive_workstation;
ALTER TABLE archive.live ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_sites ON archive.live;
CREATE POLICY own_sites ON archive.live FOR SELECT TO archive_reader
  USING (site_id = ANY ((SELECT archive.my_sites())::text[]));
GRANT SELECT ON archive.live TO archive_reader;
