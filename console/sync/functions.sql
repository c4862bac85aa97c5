-- What a workstation may do, and nothing else. Each function runs as archive_owner with a fixed path and
-- first makes sure that whoever logged in is the workstation it claims to be.

CREATE FUNCTION archive.channel(p_site text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT 'archive_' || left(md5(p_site), 16) $$;

CREATE FUNCTION archive.admitted(p_site text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found text;
BEGIN
  SELECT w.workstation_id INTO found FROM archive.workstation w
   WHERE w.role_name = session_user AND w.site_id = p_site AND w.active;
  IF found IS NULL THEN
    RAISE EXCEPTION 'The role % is not admitted as a workstation of the site %.', session_user, p_site
      USING ERRCODE = '42501';
  END IF;
  RETURN found;
END $$;

CREATE FUNCTION archive.hello(
  p_site text, p_workstation text, p_stream uuid, p_base_seq bigint, p_base_hash bytea, p_prev uuid,
  p_envelope int,
  OUT status text, OUT watermark bigint, OUT head bytea, OUT chunk_seq bigint, OUT now_ns bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  about archive.about;
  kept archive.stream;
BEGIN
  now_ns := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000;
  watermark := 0;
  head := p_base_hash;
  chunk_seq := 0;
  IF archive.admitted(p_site) <> p_workstation THEN
    RAISE EXCEPTION 'The role % is not the workstation %.', session_user, p_workstation
      USING ERRCODE = '42501';
  END IF;
  SELECT * INTO about FROM archive.about;
  IF p_envelope > about.envelope_high THEN
    status := 'newer';
    RETURN;
  ELSIF p_envelope < about.envelope_low THEN
    status := 'older';
    RETURN;
  END IF;
  INSERT INTO archive.stream AS s
    (site_id, stream_id, role_name, workstation_id, base_seq, base_hash, prev_stream, head_seq, head_hash, chunk_seq)
  VALUES (p_site, p_stream, session_user, p_workstation, p_base_seq, p_base_hash, p_prev, p_base_seq, p_base_hash,
    coalesce((SELECT least(b.chunk_seq, p_base_seq) FROM archive.stream b
               WHERE b.site_id = p_site AND b.stream_id = p_prev), 0))
  ON CONFLICT (site_id, stream_id) DO UPDATE SET seen = now()
  RETURNING * INTO kept;
  status := CASE WHEN kept.role_name <> session_user OR kept.base_seq <> p_base_seq OR kept.base_hash <> p_base_hash
    THEN 'fork' ELSE 'ok' END;
  watermark := kept.head_seq;
  head := kept.head_hash;
  chunk_seq := kept.chunk_seq;
END $$;

CREATE FUNCTION archive.push(
  p_site text, p_stream uuid, p_first bigint, p_prev bytea,
  p_wall bigint[], p_mono bigint[], p_version int[], p_id text[], p_session text[], p_boot text[],
  p_actor text[], p_kind text[], p_body bytea[], p_hash bytea[],
  OUT status text, OUT watermark bigint, OUT head bytea, OUT at_seq bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  kept archive.stream;
  total int := cardinality(p_hash);
  old int;
  fresh int;
  stored int;
  prevs bytea[] := p_prev || p_hash[1:total - 1];
BEGIN
  PERFORM archive.admitted(p_site);
  SELECT * INTO kept FROM archive.stream s
   WHERE s.site_id = p_site AND s.stream_id = p_stream AND s.role_name = session_user FOR UPDATE;
  IF NOT FOUND THEN
    status := 'gap';
    watermark := 0;
    RETURN;
  END IF;
  watermark := kept.head_seq;
  head := kept.head_hash;
  IF total = 0 OR p_first IS NULL OR octet_length(p_prev) <> 32 OR total <> ALL (ARRAY[
      cardinality(p_wall), cardinality(p_mono), cardinality(p_version), cardinality(p_id), cardinality(p_session),
      cardinality(p_boot), cardinality(p_actor), cardinality(p_kind), cardinality(p_body)]) THEN
    RAISE EXCEPTION 'The batch is not whole.' USING ERRCODE = '22023';
  END IF;
  IF p_first > kept.head_seq + 1 OR p_first <= kept.base_seq THEN
    status := 'gap';
    RETURN;
  END IF;
  old := least(total, kept.head_seq + 1 - p_first);
  IF old > 0 THEN
    SELECT min(e.seq) INTO at_seq FROM archive.event e
     WHERE e.site_id = p_site AND e.stream_id = p_stream AND e.seq BETWEEN p_first AND p_first + old - 1
       AND e.hash <> p_hash[(e.seq - p_first + 1)::int];
    IF at_seq IS NULL AND old = total THEN
      status := 'duplicate';
      RETURN;
    END IF;
  END IF;
  IF at_seq IS NULL AND prevs[old + 1] <> kept.head_hash THEN
    at_seq := p_first + old;
  END IF;
  IF at_seq IS NOT NULL THEN
    INSERT INTO archive.quarantine (site_id, stream_id, seq, role_name, prev, hash, kind, body)
    VALUES (p_site, p_stream, at_seq, session_user, prevs[(at_seq - p_first + 1)::int],
      p_hash[(at_seq - p_first + 1)::int], p_kind[(at_seq - p_first + 1)::int], p_body[(at_seq - p_first + 1)::int])
    ON CONFLICT DO NOTHING;
    UPDATE archive.stream s SET forks = s.forks + 1 WHERE s.site_id = p_site AND s.stream_id = p_stream;
    status := 'fork';
    RETURN;
  END IF;
  fresh := total - old;
  BEGIN
    INSERT INTO archive.event (site_id, stream_id, seq, id, session_id, wall_utc_ns, mono_ns, boot_id, actor,
      kind, version, body, prev, hash)
    SELECT p_site, p_stream, p_first + u.place - 1, u.id, u.session, u.wall, u.mono, u.boot, u.actor, u.kind,
      u.version, u.body, u.prev, u.hash
    FROM unnest(prevs, p_wall, p_mono, p_version, p_id, p_session, p_boot, p_actor, p_kind, p_body, p_hash)
      WITH ORDINALITY AS u(prev, wall, mono, version, id, session, boot, actor, kind, body, hash, place)
    WHERE u.place > old AND u.hash = sha256(
      u.prev || int8send(p_first + u.place - 1) || int8send(u.wall) || int8send(u.mono) || int4send(u.version)
      || int4send(octet_length(u.id)) || convert_to(u.id, 'UTF8')
      || coalesce(int4send(octet_length(u.session)) || convert_to(u.session, 'UTF8'), '\xffffffff'::bytea)
      || int4send(octet_length(u.boot)) || convert_to(u.boot, 'UTF8')
      || int4send(octet_length(u.actor)) || convert_to(u.actor, 'UTF8')
      || int4send(octet_length(u.kind)) || convert_to(u.kind, 'UTF8')
      || u.body);
    GET DIAGNOSTICS stored = ROW_COUNT;
    IF stored <> fresh THEN
      RAISE EXCEPTION 'broken' USING ERRCODE = 'IC001';
    END IF;
  EXCEPTION WHEN SQLSTATE 'IC001' THEN
    status := 'broken';
    at_seq := p_first + old;
    RETURN;
  END;
  watermark := p_first + total - 1;
  head := p_hash[total];
  UPDATE archive.stream s SET head_seq = watermark, head_hash = head, seen = now()
   WHERE s.site_id = p_site AND s.stream_id = p_stream;
  PERFORM pg_notify(archive.channel(p_site), p_stream || ' ' || watermark);
  status := 'ok';
END $$;

-- The last of the given events that the stream holds in the same form; NULL when none.
CREATE FUNCTION archive.in_common(p_site text, p_stream uuid, p_seq bigint[], p_hash bytea[]) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM archive.admitted(p_site);
  RETURN greatest(
    (SELECT max(e.seq) FROM archive.event e JOIN unnest(p_seq, p_hash) AS u(seq, hash)
        ON e.seq = u.seq AND e.hash = u.hash
      WHERE e.site_id = p_site AND e.stream_id = p_stream),
    (SELECT max(s.base_seq) FROM archive.stream s JOIN unnest(p_seq, p_hash) AS u(seq, hash)
        ON s.base_seq = u.seq AND s.base_hash = u.hash
      WHERE s.site_id = p_site AND s.stream_id = p_stream));
END $$;

CREATE FUNCTION archive.successors(p_site text, p_stream uuid)
RETURNS TABLE (stream_id uuid, base_seq bigint, base_hash bytea, head_seq bigint, head_hash bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM archive.admitted(p_site);
  RETURN QUERY SELECT s.stream_id, s.base_seq, s.base_hash, s.head_seq, s.head_hash FROM archive.stream s
    WHERE s.site_id = p_site AND s.prev_stream = p_stream AND s.role_name = session_user ORDER BY s.head_seq DESC;
END $$;

-- Those of the addresses that are not here yet, each with the number of bytes that are.
CREATE FUNCTION archive.have(p_site text, p_sha bytea[])
RETURNS TABLE (missing bytea, present bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM archive.admitted(p_site);
  RETURN QUERY
    SELECT u.sha, coalesce((SELECT sum(octet_length(p.data)) FROM archive.chunk_part p
        WHERE p.site_id = p_site AND p.sha256 = u.sha), 0)::bigint
      FROM unnest(p_sha) AS u(sha)
     WHERE NOT EXISTS (SELECT 1 FROM archive.chunk c WHERE c.site_id = p_site AND c.sha256 = u.sha);
END $$;

-- Stores whole chunks under the address the archive works out itself; answers how many were new.
CREATE FUNCTION archive.put(p_site text, p_data bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  stored bigint;
BEGIN
  PERFORM archive.admitted(p_site);
  INSERT INTO archive.chunk (site_id, sha256, data)
  SELECT p_site, sha256(u.data), u.data FROM unnest(p_data) AS u(data) ORDER BY 2
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS stored = ROW_COUNT;
  RETURN stored;
END $$;

-- Takes one part of a long chunk at its place; answers the bytes held, the total once it is whole, -1 when the
-- parts together are not the chunk (they are thrown away, and the sending begins again).
CREATE FUNCTION archive.put_part(p_site text, p_sha bytea, p_start bigint, p_total bigint, p_part bytea)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  held bigint;
  whole bytea;
BEGIN
  PERFORM archive.admitted(p_site);
  PERFORM pg_advisory_xact_lock(hashtextextended(p_site || encode(p_sha, 'hex'), 0));
  IF EXISTS (SELECT 1 FROM archive.chunk c WHERE c.site_id = p_site AND c.sha256 = p_sha) THEN
    RETURN p_total;
  END IF;
  SELECT coalesce(sum(octet_length(p.data)), 0) INTO held FROM archive.chunk_part p
   WHERE p.site_id = p_site AND p.sha256 = p_sha;
  IF p_start <> held OR octet_length(p_part) = 0 THEN
    RETURN held;
  END IF;
  INSERT INTO archive.chunk_part (site_id, sha256, start, data) VALUES (p_site, p_sha, p_start, p_part);
  held := held + octet_length(p_part);
  IF held < p_total THEN
    RETURN held;
  END IF;
  SELECT string_agg(p.data, ''::bytea ORDER BY p.start) INTO whole FROM archive.chunk_part p
   WHERE p.site_id = p_site AND p.sha256 = p_sha;
  DELETE FROM archive.chunk_part p WHERE p.site_id = p_site AND p.sha256 = p_sha;
  IF sha256(whole) <> p_sha THEN
    RETURN -1;
  END IF;
  INSERT INTO archive.chunk (site_id, sha256, data) VALUES (p_site, p_sha, whole) ON CONFLICT DO NOTHING;
  RETURN p_total;
END $$;

-- The workstation says up to which event the chunks are here; kept with the events, so that a restored
-- archive knows what it lost.
CREATE FUNCTION archive.chunks_up_to(p_site text, p_stream uuid, p_seq bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM archive.admitted(p_site);
  UPDATE archive.stream s SET chunk_seq = greatest(s.chunk_seq, p_seq)
   WHERE s.site_id = p_site AND s.stream_id = p_stream AND s.role_name = session_user AND p_seq <= s.head_seq;
END $$;

-- Both sides count before a session is called archived.
CREATE FUNCTION archive.settle(
  p_site text, p_stream uuid, p_session text, p_last bigint, p_events bigint, p_digest bytea, p_chunks bytea[],
  OUT archived boolean, OUT events bigint, OUT same_digest boolean, OUT chunks_missing bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM archive.admitted(p_site);
  SELECT count(*), sha256(coalesce(string_agg(e.hash, ''::bytea ORDER BY e.seq), ''::bytea)) = p_digest
    INTO events, same_digest FROM archive.event e
   WHERE e.site_id = p_site AND e.session_id = p_session AND e.stream_id = p_stream AND e.seq <= p_last;
  SELECT count(*) INTO chunks_missing FROM unnest(p_chunks) AS u(sha)
   WHERE NOT EXISTS (SELECT 1 FROM archive.chunk c WHERE c.site_id = p_site AND c.sha256 = u.sha);
  archived := events = p_events AND same_digest AND chunks_missing = 0;
  IF archived THEN
    INSERT INTO archive.receipt (site_id, stream_id, session_id, last_seq, events, chunks, digest)
    VALUES (p_site, p_stream, p_session, p_last, p_events, cardinality(p_chunks), p_digest)
    ON CONFLICT (site_id, stream_id, session_id) DO UPDATE
      SET last_seq = excluded.last_seq, events = excluded.events, chunks = excluded.chunks,
          digest = excluded.digest, archived = now()
      WHERE receipt.last_seq < excluded.last_seq;
  END IF;
END $$;

-- An advisory lease of 60 s on a person, and the memory of it; answers the sessions of others with the same
-- person that run now or ran at the same time.
CREATE FUNCTION archive.attend(p_site text, p_subject bytea, p_session text, p_opened bigint, p_closed bigint)
RETURNS TABLE (session_id text, workstation_id text, live boolean, opened_ns bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  own text := archive.admitted(p_site);
BEGIN
  INSERT INTO archive.presence AS p (site_id, subject, session_id, workstation_id, opened_ns, closed_ns)
  VALUES (p_site, p_subject, p_session, own, p_opened, p_closed)
  ON CONFLICT ON CONSTRAINT presence_pkey DO UPDATE
    SET seen = now(), closed_ns = coalesce(p.closed_ns, excluded.closed_ns);
  RETURN QUERY
    SELECT p.session_id, p.workstation_id, p.closed_ns IS NULL AND p.seen > now() - interval '60 s', p.opened_ns
      FROM archive.presence p
     WHERE p.site_id = p_site AND p.subject = p_subject AND p.workstation_id <> own
       -- Two that run now are found by the archive's own clock: theirs may be a day apart.
       AND ((p_closed IS NULL AND p.closed_ns IS NULL AND p.seen > now() - interval '60 s')
         OR (p.opened_ns < coalesce(p_closed, 9223372036854775807)
             AND p_opened < coalesce(p.closed_ns, p.opened_ns + 43200000000000)))
     ORDER BY p.opened_ns;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA archive FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive.my_sites(), archive.channel(text) TO archive_reader;
DO $$
DECLARE
  open_to_workstations text;
BEGIN
  FOR open_to_workstations IN
    SELECT p.oid::regprocedure::text FROM pg_catalog.pg_proc p
     WHERE p.pronamespace = 'archive'::regnamespace AND p.proname IN
       ('hello', 'push', 'in_common', 'successors', 'have', 'put', 'put_part', 'chunks_up_to', 'settle', 'attend')
  LOOP
    EXECUTE 'GRANT EXECUTE ON FUNCTION ' || open_to_workstations || ' TO archive_workstation';
  END LOOP;
END $$;
