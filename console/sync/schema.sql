-- The archive's tables. Run as archive_owner; site_id leads every key.
-- Identifiers are compared byte by byte (COLLATE "C"): the order of a language would cost time in every index.

CREATE TABLE archive.about (
  one int PRIMARY KEY CHECK (one = 1),
  layout int NOT NULL,
  envelope_low int NOT NULL,
  envelope_high int NOT NULL,
  founded timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE archive.workstation (
  role_name name PRIMARY KEY,
  site_id text COLLATE "C" NOT NULL,
  workstation_id text NOT NULL,
  active boolean NOT NULL DEFAULT true,
  UNIQUE (site_id, workstation_id)
);

CREATE TABLE archive.reader (
  role_name name NOT NULL,
  site_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (role_name, site_id)
);

-- A stream goes on from base_seq of the one before it: nothing is stored twice after a fork or a restore.
CREATE TABLE archive.stream (
  site_id text COLLATE "C" NOT NULL,
  stream_id uuid NOT NULL,
  role_name name NOT NULL,
  workstation_id text NOT NULL,
  base_seq bigint NOT NULL CHECK (base_seq >= 0),
  base_hash bytea NOT NULL CHECK (octet_length(base_hash) = 32),
  prev_stream uuid,
  head_seq bigint NOT NULL,
  head_hash bytea NOT NULL,
  chunk_seq bigint NOT NULL DEFAULT 0,
  forks bigint NOT NULL DEFAULT 0,
  opened timestamptz NOT NULL DEFAULT now(),
  seen timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (site_id, stream_id)
);

CREATE TABLE archive.event (
  site_id text COLLATE "C" NOT NULL,
  stream_id uuid NOT NULL,
  seq bigint NOT NULL,
  id text NOT NULL,
  session_id text COLLATE "C",
  wall_utc_ns bigint NOT NULL,
  mono_ns bigint NOT NULL,
  boot_id text NOT NULL,
  actor text NOT NULL,
  kind text COLLATE "C" NOT NULL,
  version int NOT NULL,
  body bytea NOT NULL,
  prev bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (site_id, stream_id, seq)
) PARTITION BY HASH (site_id);

CREATE INDEX event_session ON archive.event (site_id, session_id, seq) WHERE session_id IS NOT NULL;
CREATE INDEX event_opened ON archive.event (site_id, wall_utc_ns) WHERE kind = 'session_opened';

CREATE TABLE archive.chunk (
  site_id text COLLATE "C" NOT NULL,
  sha256 bytea NOT NULL,
  data bytea NOT NULL,
  PRIMARY KEY (site_id, sha256)
) PARTITION BY HASH (site_id);
-- Chunks are compressed already: another attempt costs time and gains nothing.
ALTER TABLE archive.chunk ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE archive.chunk_part (
  site_id text COLLATE "C" NOT NULL,
  sha256 bytea NOT NULL,
  start bigint NOT NULL,
  data bytea NOT NULL,
  PRIMARY KEY (site_id, sha256, start)
);

CREATE TABLE archive.quarantine (
  n bigint GENERATED ALWAYS AS IDENTITY,
  site_id text COLLATE "C" NOT NULL,
  stream_id uuid NOT NULL,
  seq bigint NOT NULL,
  role_name name NOT NULL,
  prev bytea NOT NULL,
  hash bytea NOT NULL,
  kind text COLLATE "C" NOT NULL,
  body bytea NOT NULL,
  found timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (site_id, n),
  UNIQUE (site_id, stream_id, seq, hash)
);

CREATE TABLE archive.receipt (
  site_id text COLLATE "C" NOT NULL,
  stream_id uuid NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  last_seq bigint NOT NULL,
  events bigint NOT NULL,
  chunks bigint NOT NULL,
  digest bytea NOT NULL,
  archived timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (site_id, stream_id, session_id)
);

-- Who treats whom, by a fingerprint of the person: two rooms with the same patient are seen, never merged.
CREATE TABLE archive.presence (
  site_id text COLLATE "C" NOT NULL,
  subject bytea NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  workstation_id text NOT NULL,
  opened_ns bigint NOT NULL,
  closed_ns bigint,
  seen timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (site_id, subject, session_id)
);

DO $$
BEGIN
  FOR part IN 0..15 LOOP
    EXECUTE format('CREATE TABLE archive.event_%s PARTITION OF archive.event '
      'FOR VALUES WITH (MODULUS 16, REMAINDER %s)', lpad(part::text, 2, '0'), part);
    EXECUTE format('CREATE TABLE archive.chunk_%s PARTITION OF archive.chunk '
      'FOR VALUES WITH (MODULUS 16, REMAINDER %s)', lpad(part::text, 2, '0'), part);
  END LOOP;
END $$;

-- A reader sees the sites given to it. The sub-select is worked out once a query, not once a row.
CREATE FUNCTION archive.my_sites() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT coalesce(array_agg(site_id), '{}') FROM archive.reader WHERE role_name = session_user $$;

DO $$
DECLARE
  kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['stream', 'event', 'chunk', 'quarantine', 'receipt', 'presence'] LOOP
    EXECUTE format('ALTER TABLE archive.%I ENABLE ROW LEVEL SECURITY', kept);
    EXECUTE format('CREATE POLICY own_sites ON archive.%I FOR SELECT TO archive_reader '
      'USING (site_id = ANY ((SELECT archive.my_sites())::text[]))', kept);
    EXECUTE format('GRANT SELECT ON archive.%I TO archive_reader', kept);
  END LOOP;
END $$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA archive FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive.my_sites() TO archive_reader;
GRANT USAGE ON SCHEMA archive TO archive_reader, archive_workstation;

INSERT INTO archive.about (one, layout, envelope_low, envelope_high) VALUES (1, 1, 1, 1);
