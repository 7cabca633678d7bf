-- The tree over the log: one RFC 6962 tree that the entries of all lanes become leaves of, and its signed checkpoints.
-- Only audit.integrate adds leaves, and it takes their hashes from the entries themselves. See docs/log.md.

CREATE TABLE audit.tree_state (
  log_id      int PRIMARY KEY DEFAULT 1 CHECK (log_id = 1),
  size        bigint NOT NULL CHECK (size >= 0),
  root        bytea NOT NULL CHECK (octet_length(root) = 32),
  leader      text COLLATE "C",   -- instance that integrates; liveness only, never safety
  lease_until timestamptz
) WITH (fillfactor = 20);
INSERT INTO audit.tree_state (size, root) VALUES (0, sha256(''::bytea));

-- How far each lane is in the tree: everything up to `seq`, whose leaf hash is `head`. Done: closed and drained.
CREATE TABLE audit.tree_mark (
  lane bigint PRIMARY KEY,
  seq  bigint NOT NULL,
  head bytea NOT NULL CHECK (octet_length(head) = 32),
  done boolean NOT NULL DEFAULT false
) WITH (fillfactor = 20);
CREATE INDEX tree_mark_open ON audit.tree_mark (lane) WHERE NOT done;

CREATE TABLE audit.leaf (
  idx       bigint PRIMARY KEY CHECK (idx >= 0),
  lane      bigint NOT NULL,
  seq       bigint NOT NULL,
  leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32)
);
-- INVARIANT (one leaf per entry).
CREATE UNIQUE INDEX leaf_of_entry ON audit.leaf (lane, seq);

-- Full tiles only: 256 hashes of subtrees of height 8 × level, and the root over them. C2SP tlog-tiles.
CREATE TABLE audit.tile (
  level  int NOT NULL CHECK (level BETWEEN 0 AND 7),
  idx    bigint NOT NULL CHECK (idx >= 0),
  hashes bytea NOT NULL CHECK (octet_length(hashes) = 8192),
  root   bytea NOT NULL CHECK (octet_length(root) = 32),
  PRIMARY KEY (level, idx)
);
ALTER TABLE audit.tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE TABLE audit.checkpoint (
  size   bigint PRIMARY KEY CHECK (size >= 0),
  root   bytea NOT NULL CHECK (octet_length(root) = 32),
  note   text NOT NULL,              -- signed note, with the log's signature alone
  key_id text COLLATE "C" NOT NULL,
  at     timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What others, and our own clock key, said about a checkpoint. C2SP tlog-cosignature.
CREATE TABLE audit.cosignature (
  size     bigint NOT NULL REFERENCES audit.checkpoint (size),
  cosigner text COLLATE "C" NOT NULL,
  at       timestamptz NOT NULL,
  line     text NOT NULL,
  PRIMARY KEY (size, cosigner, at)
);

-- ---------------------------------------------------------------- guards

DO $do$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['leaf', 'tile', 'checkpoint'] LOOP
    EXECUTE format('CREATE TRIGGER deny_change BEFORE UPDATE OR DELETE ON audit.%I FOR EACH ROW EXECUTE FUNCTION audit.deny()', t);
    EXECUTE format('CREATE TRIGGER deny_truncate BEFORE TRUNCATE ON audit.%I FOR EACH STATEMENT EXECUTE FUNCTION audit.deny()', t);
    EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER deny_change', t);
    EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER deny_truncate', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['tree_state', 'tree_mark'] LOOP
    EXECUTE format('CREATE TRIGGER deny_change BEFORE DELETE ON audit.%I FOR EACH ROW EXECUTE FUNCTION audit.deny()', t);
    EXECUTE format('CREATE TRIGGER deny_truncate BEFORE TRUNCATE ON audit.%I FOR EACH STATEMENT EXECUTE FUNCTION audit.deny()', t);
    EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER deny_change', t);
    EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER deny_truncate', t);
  END LOOP;
END $do$;

-- The tree only grows, and a mark only moves forward.
CREATE FUNCTION audit.tree_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $f$
BEGIN
  IF NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root) THEN
    RAISE EXCEPTION 'tree guard: the tree only grows' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER tree_guard BEFORE UPDATE ON audit.tree_state FOR EACH ROW EXECUTE FUNCTION audit.tree_guard();
ALTER TABLE audit.tree_state ENABLE ALWAYS TRIGGER tree_guard;

CREATE FUNCTION audit.mark_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $f$
BEGIN
  IF NEW.lane <> OLD.lane OR NEW.seq <= OLD.seq OR OLD.done THEN
    RAISE EXCEPTION 'mark guard: a mark only moves forward' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER mark_guard BEFORE UPDATE ON audit.tree_mark FOR EACH ROW EXECUTE FUNCTION audit.mark_guard();
ALTER TABLE audit.tree_mark ENABLE ALWAYS TRIGGER mark_guard;

-- Every lane is born with its mark, so that no lane can be left out of the tree.
CREATE FUNCTION audit.lane_mark() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $f$
BEGIN
  INSERT INTO audit.tree_mark (lane, seq, head) VALUES (NEW.lane, 0, NEW.head);
  RETURN NULL;
END $f$;
CREATE TRIGGER lane_mark AFTER INSERT ON audit.lane FOR EACH ROW EXECUTE FUNCTION audit.lane_mark();
ALTER TABLE audit.lane ENABLE ALWAYS TRIGGER lane_mark;
INSERT INTO audit.tree_mark (lane, seq, head) SELECT lane, 0, audit.genesis(lane) FROM audit.lane;

-- ---------------------------------------------------------------- integration

-- Takes the entries of each lane after its mark, up to `p_to`, lane by lane in the order given, as the next leaves. Every header is hashed again and its lane, number and
-- link are compared before it becomes a leaf: a wrong leaf could never be taken back. Compare-and-swap on (size, root) makes two callers harmless.
-- CS010: the tree moved. CS011: an entry is not what its hash, place or predecessor say; detail names it. CS012: a lane is shorter than asked.
CREATE FUNCTION audit.integrate(p_size bigint, p_root bytea, p_new_root bytea, p_lanes bigint[], p_to bigint[],
  p_levels int[], p_tiles bigint[], p_hashes bytea[], p_roots bytea[]) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $f$
DECLARE expected bigint; added bigint; good bigint; bad jsonb;
BEGIN
  PERFORM 1 FROM audit.tree_state WHERE size = p_size AND root = p_root FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'the tree moved' USING ERRCODE = 'CS010'; END IF;
  SELECT sum(u.upto - m.seq), count(*) INTO expected, good
    FROM unnest(p_lanes, p_to) u(lane, upto) JOIN audit.tree_mark m USING (lane) JOIN audit.lane l USING (lane)
   WHERE u.upto > m.seq AND u.upto <= l.seq AND NOT m.done;
  IF good IS DISTINCT FROM cardinality(p_lanes) OR good = 0 OR expected IS NULL THEN RAISE EXCEPTION 'a lane is not where it was' USING ERRCODE = 'CS012'; END IF;

  WITH part AS MATERIALIZED (
    SELECT u.o, u.lane, u.upto, m.seq AS after, m.head FROM unnest(p_lanes, p_to) WITH ORDINALITY u(lane, upto, o) JOIN audit.tree_mark m USING (lane)
  ), taken AS (
    SELECT p.o, e.lane, e.seq, e.leaf_hash,
           CASE WHEN e.leaf_hash = sha256('\x00'::bytea || e.header)
                THEN (convert_from(e.header, 'UTF8')::json ->> 'lane') = e.lane::text AND (convert_from(e.header, 'UTF8')::json ->> 'seq') = e.seq::text
                 AND decode(convert_from(e.header, 'UTF8')::json ->> 'prev', 'base64') = lag(e.leaf_hash, 1, p.head) OVER lane
                ELSE false END AS ok
      FROM part p JOIN audit.entry e ON e.lane = p.lane AND e.seq > p.after AND e.seq <= p.upto
    WINDOW lane AS (PARTITION BY e.lane ORDER BY e.seq)
  ), numbered AS (
    SELECT p_size - 1 + row_number() OVER (ORDER BY o, seq) AS idx, lane, seq, leaf_hash, ok FROM taken
  ), added AS (
    INSERT INTO audit.leaf (idx, lane, seq, leaf_hash) SELECT idx, lane, seq, leaf_hash FROM numbered WHERE ok ORDER BY idx RETURNING 1
  )
  SELECT (SELECT count(*) FROM added), (SELECT jsonb_build_object('lane', lane::text, 'seq', seq::text) FROM numbered WHERE NOT ok ORDER BY idx LIMIT 1) INTO added, bad;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'an entry is not what its hash, place or predecessor say' USING ERRCODE = 'CS011', DETAIL = bad::text;
  END IF;
  IF added <> expected THEN RAISE EXCEPTION 'an entry of a lane is missing' USING ERRCODE = 'CS011', DETAIL = '{}'; END IF;

  UPDATE audit.tree_mark m SET seq = u.upto, head = e.leaf_hash, done = l.closed_at IS NOT NULL AND l.seq = u.upto
    FROM unnest(p_lanes, p_to) u(lane, upto) JOIN audit.lane l USING (lane) JOIN audit.entry e ON e.lane = u.lane AND e.seq = u.upto WHERE m.lane = u.lane;
  INSERT INTO audit.tile (level, idx, hashes, root) SELECT level, idx, hashes, root FROM unnest(p_levels, p_tiles, p_hashes, p_roots) t(level, idx, hashes, root);
  UPDATE audit.tree_state SET size = p_size + added, root = p_new_root;
  RETURN added;
END $f$;

-- Who integrates: two seconds, renewed while it lives. Returns the tree when the caller leads.
CREATE FUNCTION audit.lead(p_instance text) RETURNS TABLE (size bigint, root bytea) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $f$
  UPDATE audit.tree_state SET leader = p_instance, lease_until = clock_timestamp() + interval '2 s'
   WHERE leader IS NULL OR leader = p_instance OR lease_until < clock_timestamp() RETURNING size, root
$f$;

DO $do$
DECLARE o record;
BEGIN
  IF (SELECT count(*) FROM pg_roles WHERE rolname IN ('audit_owner', 'app_rw', 'app_audit')) < 3 THEN RETURN; END IF;
  GRANT SELECT ON audit.tree_state, audit.tree_mark, audit.leaf, audit.tile, audit.checkpoint, audit.cosignature TO app_rw, app_audit;
  GRANT INSERT ON audit.checkpoint, audit.cosignature TO app_rw;
  REVOKE EXECUTE ON FUNCTION audit.integrate, audit.lead FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION audit.integrate, audit.lead TO app_rw;
  BEGIN
    FOR o IN SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname = 'audit' AND c.relname IN ('tree_state', 'tree_mark', 'leaf', 'tile', 'checkpoint', 'cosignature') LOOP
      EXECUTE format('ALTER TABLE audit.%I OWNER TO audit_owner', o.relname);
    END LOOP;
    FOR o IN SELECT p.oid::regprocedure AS f FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
              WHERE n.nspname = 'audit' AND p.proname IN ('tree_guard', 'mark_guard', 'lane_mark', 'integrate', 'lead') LOOP
      EXECUTE format('ALTER FUNCTION %s OWNER TO audit_owner', o.f);
    END LOOP;
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
END $do$;
