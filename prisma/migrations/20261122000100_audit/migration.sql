-- The audit log: schema, guards, the one-round-trip append, and the control epoch.
-- Stored formats. Changing bytes or order here needs a version bump of the header (`v`).
-- Hashes are the proof; triggers and roles are a second wall. See docs/audit-log.md.

CREATE SCHEMA audit;

-- ---------------------------------------------------------------- tables

CREATE TABLE audit.log_identity (
  log_id  int PRIMARY KEY DEFAULT 1 CHECK (log_id = 1),
  origin  text COLLATE "C" NOT NULL,
  epoch   int NOT NULL,
  mmd_ms  int NOT NULL DEFAULT 10000,
  sample  boolean NOT NULL DEFAULT false  -- evaluation mode: the seed may write entries that stand for a past time
);

-- Moved only by a control change; every append compares it. `tx` proves that the transaction that changed a decision's facts also moved it.
CREATE TABLE audit.control_epoch (
  one   int PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  epoch bigint NOT NULL,
  tx    xid8 NOT NULL
) WITH (fillfactor = 20);
INSERT INTO audit.control_epoch (epoch, tx) VALUES (1, pg_current_xact_id());

CREATE TABLE audit.control_change (
  epoch bigint NOT NULL,
  kind  text COLLATE "C" NOT NULL,
  ref   text COLLATE "C" NOT NULL,
  at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (epoch, kind, ref)
);

CREATE SEQUENCE audit.lane_number AS bigint;

CREATE TABLE audit.lane (
  lane      bigint PRIMARY KEY,
  kind      text COLLATE "C" NOT NULL CHECK (kind IN ('process', 'console')),
  instance  text COLLATE "C" NOT NULL,
  build     text COLLATE "C" NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seq       bigint NOT NULL,
  head      bytea NOT NULL CHECK (octet_length(head) = 32),
  closed_at timestamptz
) WITH (fillfactor = 20);
CREATE UNIQUE INDEX lane_one_console ON audit.lane (kind) WHERE kind = 'console' AND closed_at IS NULL;

CREATE TABLE audit.entry (
  lane      bigint NOT NULL,
  seq       bigint NOT NULL,
  leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
  header    bytea NOT NULL CHECK (octet_length(header) BETWEEN 2 AND 8192),
  PRIMARY KEY (lane, seq)
);

CREATE TABLE audit.payload (
  lane        bigint NOT NULL,
  seq         bigint NOT NULL,
  body        bytea CHECK (octet_length(body) <= 524288),
  dek_id      int NOT NULL,
  request     bytea CHECK (octet_length(request) = 48), -- salt16 ‖ request digest32, only for calls with an idempotency key
  purge_after timestamptz,
  hold        boolean NOT NULL DEFAULT false,
  redacted_at timestamptz,
  PRIMARY KEY (lane, seq)
);
ALTER TABLE audit.payload ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE audit.idem (
  idem_hash bytea PRIMARY KEY CHECK (octet_length(idem_hash) = 32),
  lane      bigint NOT NULL,
  seq       bigint NOT NULL
);

CREATE TABLE audit.signing_key (
  key_id     text COLLATE "C" PRIMARY KEY,
  purpose    text COLLATE "C" NOT NULL CHECK (purpose IN ('checkpoint', 'cosign', 'receipt', 'grant')),
  pub        bytea NOT NULL CHECK (octet_length(pub) = 32),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  from_size  bigint,
  to_size    bigint,
  revoked_at timestamptz
);

CREATE TABLE audit.payload_key (
  dek_id       int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scope        text COLLATE "C" NOT NULL, -- the owner's pseudonym
  month        date NOT NULL,
  wrapped      bytea,
  destroyed_at timestamptz,
  UNIQUE (scope, month)
);

CREATE TABLE audit.actor_pseudonym (
  actor   text COLLATE "C" PRIMARY KEY,
  subject text COLLATE "C" NOT NULL UNIQUE -- person id, or `system`
);

CREATE TABLE audit.process (
  instance   text COLLATE "C" PRIMARY KEY,
  build      text COLLATE "C" NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  stopped_at timestamptz
);

CREATE TABLE audit.client_instance (
  agent    text COLLATE "C" NOT NULL,
  instance text COLLATE "C" NOT NULL,
  n_max    bigint NOT NULL,
  n_seen   bigint NOT NULL, -- bit i: n_max - i was used
  seen_at  timestamptz NOT NULL,
  PRIMARY KEY (agent, instance)
) WITH (fillfactor = 50);

-- ---------------------------------------------------------------- guards

CREATE FUNCTION audit.deny() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $f$
BEGIN
  RAISE EXCEPTION '% on audit.% is refused: the log is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $f$;

DO $do$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['entry', 'control_change'] LOOP
    EXECUTE format('CREATE TRIGGER deny_change BEFORE UPDATE OR DELETE ON audit.%I FOR EACH ROW EXECUTE FUNCTION audit.deny()', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['lane', 'idem', 'control_epoch', 'log_identity'] LOOP
    EXECUTE format('CREATE TRIGGER deny_change BEFORE DELETE ON audit.%I FOR EACH ROW EXECUTE FUNCTION audit.deny()', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['entry', 'control_change', 'lane', 'idem', 'control_epoch', 'log_identity', 'payload'] LOOP
    EXECUTE format('CREATE TRIGGER deny_truncate BEFORE TRUNCATE ON audit.%I FOR EACH STATEMENT EXECUTE FUNCTION audit.deny()', t);
  END LOOP;
END $do$;

-- INVARIANT (lane is gap-free): the rows of one insert carry their lane on by exactly the next numbers, each with the leaf hash of its header.
CREATE FUNCTION audit.entry_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $f$
DECLARE bad bigint;
BEGIN
  -- Scalar counts: EXISTS was planned as a read of the whole table.
  SELECT count(*) INTO bad FROM new_rows n WHERE (n.leaf_hash = sha256('\x00'::bytea || n.header)) IS NOT TRUE;
  IF bad > 0 THEN RAISE EXCEPTION 'entry guard: leaf' USING ERRCODE = 'integrity_constraint_violation'; END IF;
  -- LEFT JOIN: an inner join would let an unknown lane pass.
  SELECT count(*) INTO bad
    FROM (SELECT lane, min(seq) lo, max(seq) hi, count(*) k FROM new_rows GROUP BY lane) g
    LEFT JOIN audit.lane l USING (lane)
   WHERE l.seq IS NULL OR l.closed_at IS NOT NULL OR g.lo <> l.seq + 1 OR g.hi - g.lo + 1 <> g.k;
  IF bad > 0 THEN RAISE EXCEPTION 'entry guard: lane' USING ERRCODE = 'integrity_constraint_violation'; END IF;
  RETURN NULL;
END $f$;
CREATE TRIGGER entry_guard AFTER INSERT ON audit.entry REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION audit.entry_guard();

CREATE FUNCTION audit.genesis(p_lane bigint) RETURNS bytea LANGUAGE sql STABLE SET search_path = pg_catalog AS $f$
  SELECT sha256(convert_to('countersign/genesis/v1' || E'\n' || origin || E'\n' || p_lane::text, 'UTF8')) FROM audit.log_identity
$f$;

CREATE FUNCTION audit.lane_birth() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $f$
BEGIN
  IF (NEW.seq = 0 AND NEW.head = audit.genesis(NEW.lane) AND NEW.closed_at IS NULL) IS NOT TRUE THEN
    RAISE EXCEPTION 'lane birth: a lane starts at seq 0 with its genesis hash' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER lane_birth BEFORE INSERT ON audit.lane FOR EACH ROW EXECUTE FUNCTION audit.lane_birth();

CREATE FUNCTION audit.lane_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $f$
DECLARE leaf bytea;
BEGIN
  IF OLD.closed_at IS NOT NULL
     OR (NEW.lane, NEW.kind, NEW.instance, NEW.build, NEW.opened_at) IS DISTINCT FROM (OLD.lane, OLD.kind, OLD.instance, OLD.build, OLD.opened_at)
     OR NEW.seq <= OLD.seq THEN
    RAISE EXCEPTION 'lane guard: a lane only moves forward, and never after it is closed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT e.leaf_hash INTO leaf FROM audit.entry e WHERE e.lane = NEW.lane AND e.seq = NEW.seq;
  IF leaf IS DISTINCT FROM NEW.head THEN
    RAISE EXCEPTION 'lane guard: the head is not the last entry' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER lane_guard BEFORE UPDATE ON audit.lane FOR EACH ROW EXECUTE FUNCTION audit.lane_guard();

CREATE FUNCTION audit.epoch_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $f$
BEGIN
  IF (NEW.epoch = OLD.epoch + 1 AND NEW.tx = pg_current_xact_id()) IS NOT TRUE THEN
    RAISE EXCEPTION 'epoch guard: the control epoch moves by one, in the transaction of the change' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER epoch_guard BEFORE UPDATE ON audit.control_epoch FOR EACH ROW EXECUTE FUNCTION audit.epoch_guard();

CREATE FUNCTION audit.payload_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $f$
BEGIN
  IF (NEW.lane, NEW.seq, NEW.dek_id) IS DISTINCT FROM (OLD.lane, OLD.seq, OLD.dek_id)
     OR (OLD.hold AND NEW.hold) THEN
    RAISE EXCEPTION 'payload guard: only body, redacted_at and hold may change, and nothing while a hold stands' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $f$;
CREATE TRIGGER payload_guard BEFORE UPDATE ON audit.payload FOR EACH ROW EXECUTE FUNCTION audit.payload_guard();

-- INVARIANT (no change without a bump): whatever a snapshot is built from can only change in a transaction that moved the control epoch.
CREATE FUNCTION audit.must_bump() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $f$
BEGIN
  IF (SELECT tx FROM audit.control_epoch) IS DISTINCT FROM pg_current_xact_id() THEN
    RAISE EXCEPTION 'must bump: % changes decisions, so its transaction must move the control epoch', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $f$;
CREATE CONSTRAINT TRIGGER must_bump AFTER INSERT OR UPDATE OR DELETE ON public.agent DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.must_bump();
CREATE CONSTRAINT TRIGGER must_bump AFTER INSERT OR UPDATE OR DELETE ON public.agent_version DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.must_bump();
CREATE CONSTRAINT TRIGGER must_bump AFTER INSERT OR UPDATE OR DELETE ON public.credential DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.must_bump();
CREATE CONSTRAINT TRIGGER must_bump AFTER INSERT OR UPDATE OR DELETE ON public.policy_version DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.must_bump();
CREATE CONSTRAINT TRIGGER must_bump AFTER UPDATE OF active ON public.person DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.must_bump();

DO $do$
DECLARE t record;
BEGIN -- They fire under session_replication_role = replica too.
  FOR t IN SELECT tgrelid::regclass AS rel, tgname FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = 'audit' AND NOT tgisinternal LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.rel, t.tgname);
  END LOOP;
END $do$;

-- ---------------------------------------------------------------- functions

-- Opens a lane together with its first entry. Returns database time.
CREATE FUNCTION audit.open_lane(p_lane bigint, p_kind text, p_instance text, p_build text, p_leaf bytea, p_header bytea) RETURNS timestamptz LANGUAGE plpgsql AS $f$
BEGIN
  INSERT INTO audit.lane (lane, kind, instance, build, seq, head) VALUES (p_lane, p_kind, p_instance, p_build, 0, audit.genesis(p_lane));
  INSERT INTO audit.entry (lane, seq, leaf_hash, header) VALUES (p_lane, 1, p_leaf, p_header);
  UPDATE audit.lane SET seq = 1, head = p_leaf WHERE lane = p_lane;
  RETURN clock_timestamp();
END $f$;

-- The start of every control change, after its own rows: all appends are now before it, or wait and then see the new epoch.
CREATE FUNCTION audit.change_control(p_kinds text[], p_refs text[]) RETURNS bigint LANGUAGE plpgsql AS $f$
DECLARE e bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(42);
  UPDATE audit.control_epoch SET epoch = epoch + 1, tx = pg_current_xact_id() RETURNING epoch INTO e;
  INSERT INTO audit.control_change (epoch, kind, ref) SELECT DISTINCT e, k, r FROM unnest(p_kinds, p_refs) u(k, r);
  PERFORM pg_notify('countersign_control', e::text);
  RETURN e;
END $f$;

-- Slots of a rolling window: length in seconds and how many are counted. One more than the window holds, so that the sum is never too small.
CREATE FUNCTION audit.slot_seconds(p_window text) RETURNS int LANGUAGE sql IMMUTABLE AS $f$
  SELECT CASE p_window WHEN 'hour' THEN 300 WHEN 'day' THEN 3600 WHEN 'week' THEN 21600 WHEN 'month' THEN 86400 END
$f$;
CREATE FUNCTION audit.slot_count(p_window text) RETURNS int LANGUAGE sql IMMUTABLE AS $f$
  SELECT CASE p_window WHEN 'hour' THEN 13 WHEN 'day' THEN 25 WHEN 'week' THEN 29 WHEN 'month' THEN 31 END
$f$;

-- Takes the charges of a batch in member order. Returns what does not fit, as JSON, or null.
-- Charges: [{"o": member, "key", "window", "amount": minor units as text, "count", "maxAmount": text or null, "maxCount": number or null}]
-- INVARIANT (budgets are exact): all rows are locked first, in key order; a member takes all of its charges or none.
CREATE FUNCTION audit.take_budgets(p_charges jsonb, p_now timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $f$
DECLARE
  m record; c record; r record; refused jsonb := '[]'; fits boolean; slot bigint; n int; spent bigint; used bigint;
BEGIN
  INSERT INTO public.budget_usage (key, "window", head, amounts, counts)
    SELECT DISTINCT k, w, 0, ARRAY[0]::bigint[], ARRAY[0]::int[] FROM jsonb_to_recordset(p_charges) x(key text, "window" text), LATERAL (SELECT x.key k, x."window" w) y ORDER BY k, w
    ON CONFLICT DO NOTHING;
  PERFORM 1 FROM public.budget_usage b JOIN (SELECT DISTINCT x.key, x."window" FROM jsonb_to_recordset(p_charges) x(key text, "window" text)) d
    ON d.key = b.key AND d."window" = b."window" ORDER BY b.key COLLATE "C", b."window" COLLATE "C" FOR UPDATE OF b;
  FOR m IN SELECT DISTINCT x.o FROM jsonb_to_recordset(p_charges) x(o int) ORDER BY 1 LOOP
    fits := true;
    FOR c IN SELECT * FROM jsonb_to_recordset(p_charges) x(o int, key text, "window" text, amount bigint, count int, "maxAmount" bigint, "maxCount" bigint) WHERE x.o = m.o LOOP
      n := audit.slot_count(c."window");
      slot := floor(extract(epoch FROM p_now) / audit.slot_seconds(c."window"));
      SELECT b.head, b.amounts, b.counts INTO r FROM public.budget_usage b WHERE b.key = c.key AND b."window" = c."window";
      SELECT coalesce(sum(a), 0), coalesce(sum(k), 0) INTO spent, used
        FROM unnest(r.amounts, r.counts) WITH ORDINALITY u(a, k, i) WHERE r.head - (i - 1) > slot - n;
      IF spent + c.amount > c."maxAmount" OR used + c.count > c."maxCount" THEN
        fits := false;
        refused := refused || jsonb_build_object('o', c.o, 'key', c.key, 'window', c."window", 'spent', spent::text, 'used', used);
      END IF;
    END LOOP;
    IF fits THEN
      FOR c IN SELECT * FROM jsonb_to_recordset(p_charges) x(o int, key text, "window" text, amount bigint, count int) WHERE x.o = m.o LOOP
        n := audit.slot_count(c."window");
        slot := floor(extract(epoch FROM p_now) / audit.slot_seconds(c."window"));
        UPDATE public.budget_usage b SET
          head = greatest(b.head, slot),
          amounts = (SELECT array_agg(coalesce(b.amounts[(i - greatest(slot - b.head, 0))::int], 0) + CASE WHEN i = 1 + greatest(b.head - slot, 0) THEN c.amount ELSE 0 END ORDER BY i) FROM generate_series(1, n) i),
          counts  = (SELECT array_agg(coalesce(b.counts [(i - greatest(slot - b.head, 0))::int], 0) + CASE WHEN i = 1 + greatest(b.head - slot, 0) THEN c.count  ELSE 0 END ORDER BY i) FROM generate_series(1, n) i)
         WHERE b.key = c.key AND b."window" = c."window";
      END LOOP;
    END IF;
  END LOOP;
  RETURN CASE WHEN refused = '[]' THEN NULL ELSE refused END;
END $f$;

-- Consumes approvals in id order. Returns the members whose approval was not there to be spent.
CREATE FUNCTION audit.consume_approvals(p_uses jsonb, p_lane bigint, p_seq bigint, p_now timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $f$
DECLARE u record; refused jsonb := '[]';
BEGIN
  FOR u IN SELECT * FROM jsonb_to_recordset(p_uses) x(o int, id text, agent text, digest text) ORDER BY x.id COLLATE "C", x.o LOOP
    UPDATE public.approval SET status = 'consumed', consumed_at = p_now, consumed_lane = p_lane, consumed_seq = p_seq + u.o
     WHERE id = u.id AND agent_id = u.agent AND status = 'approved' AND consumed_at IS NULL AND expires_at > p_now AND action_digest = decode(u.digest, 'hex');
    IF NOT FOUND THEN refused := refused || to_jsonb(u.o); END IF;
  END LOOP;
  RETURN CASE WHEN refused = '[]' THEN NULL ELSE refused END;
END $f$;

-- Opens approvals, bound to the entry that asked (p_seq + o).
CREATE FUNCTION audit.open_approvals(p_opens jsonb, p_lane bigint, p_seq bigint, p_now timestamptz) RETURNS void LANGUAGE sql AS $f$
  INSERT INTO public.approval (id, lane, seq, agent_id, owner_id, tool, effect, reversible, action_digest, policy_hash, quorum, "groups", step_up, codes,
                               amount, currency, recipient, resource, requested_at, due_at, expires_at, sample)
  SELECT x.id, p_lane, p_seq + x.o, x.agent, x.owner, x.tool, x.effect, x.reversible, decode(x.digest, 'hex'), x."policyHash", x.quorum,
         ARRAY(SELECT jsonb_array_elements_text(x."groups")), x."stepUp", ARRAY(SELECT jsonb_array_elements_text(x.codes)),
         x.amount, x.currency, x.recipient, x.resource, p_now, p_now + x."slaSeconds" * interval '1 s', p_now + x."expiresIn" * interval '1 s', x.sample
    FROM jsonb_to_recordset(p_opens) x(o int, id text, agent text, owner text, tool text, effect text, reversible boolean, digest text, "policyHash" text, quorum int,
         "groups" jsonb, "stepUp" boolean, codes jsonb, amount text, currency text, recipient text, resource text, "slaSeconds" int, "expiresIn" int, sample boolean)
   ORDER BY x.id COLLATE "C"
$f$;

-- The echo's counter: each n of an instance is used once; at most `max` instances of an agent are alive (15 minutes). Returns the members that diverge.
CREATE FUNCTION audit.count_instances(p_uses jsonb, p_now timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $f$
DECLARE u record; r record; refused jsonb := '[]'; alive int;
BEGIN
  FOR u IN SELECT * FROM jsonb_to_recordset(p_uses) x(o int, agent text, instance text, n bigint, max int, enforce boolean) ORDER BY x.agent COLLATE "C", x.instance COLLATE "C", x.o LOOP
    INSERT INTO audit.client_instance (agent, instance, n_max, n_seen, seen_at) VALUES (u.agent, u.instance, -1, 0, '-infinity') ON CONFLICT DO NOTHING;
    SELECT * INTO r FROM audit.client_instance WHERE agent = u.agent AND instance = u.instance FOR UPDATE;
    IF u.max IS NOT NULL AND r.seen_at < p_now - interval '15 min' THEN
      SELECT count(*) INTO alive FROM audit.client_instance WHERE agent = u.agent AND instance <> u.instance AND seen_at >= p_now - interval '15 min';
      IF alive >= u.max THEN refused := refused || jsonb_build_object('o', u.o, 'why', 'instances'); CONTINUE; END IF;
    END IF;
    IF u.n IS NULL AND u.enforce AND r.seen_at >= p_now - interval '15 min' THEN
      refused := refused || jsonb_build_object('o', u.o, 'why', 'echo');
    ELSIF u.n IS NULL THEN
      UPDATE audit.client_instance SET seen_at = p_now WHERE agent = u.agent AND instance = u.instance;
    ELSIF u.n > r.n_max THEN
      UPDATE audit.client_instance SET n_max = u.n, seen_at = p_now,
             n_seen = CASE WHEN u.n - r.n_max >= 63 THEN 1 ELSE ((r.n_seen << (u.n - r.n_max)::int) & 9223372036854775807) | 1 END
       WHERE agent = u.agent AND instance = u.instance;
    ELSIF r.n_max - u.n >= 63 OR (r.n_seen >> (r.n_max - u.n)::int) & 1 = 1 THEN
      refused := refused || jsonb_build_object('o', u.o, 'why', 'counter');
    ELSE
      UPDATE audit.client_instance SET n_seen = n_seen | (1::bigint << (r.n_max - u.n)::int), seen_at = p_now WHERE agent = u.agent AND instance = u.instance;
    END IF;
  END LOOP;
  RETURN CASE WHEN refused = '[]' THEN NULL ELSE refused END;
END $f$;

-- One round trip per commit. Refuses with: CS001 epoch moved · CS002 time, shape or isolation · CS003 replay · CS004 budget · CS005 approval · CS006 instance · CS007 lane moved.
-- Lock order, for every transaction in the code base: CONTROL → idempotency rows by hash → budgets by key → approvals by id → instances → lane row.
-- p_extra: {"budgets": […], "consume": […], "open": […], "instances": […]}, null when no member needs any of them.
-- p_at: the time that sample data stands for; refused in a log that is not an evaluation log.
CREATE FUNCTION audit.append(p_lane bigint, p_epoch bigint, p_ts timestamptz, p_not_after timestamptz, p_seq bigint, p_head bytea, p_new_head bytea,
  p_leaves bytea[], p_headers bytea[], p_bodies bytea[], p_deks int[], p_requests bytea[], p_idem bytea[], p_idem_at int[], p_close boolean, p_extra jsonb, p_at timestamptz)
  RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $f$
DECLARE n int := cardinality(p_leaves); t timestamptz; v_now timestamptz; bad text; refused jsonb;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(42); -- CONTROL; the next statement's snapshot is newer than this lock
  IF (SELECT epoch FROM audit.control_epoch) IS DISTINCT FROM p_epoch THEN RAISE EXCEPTION 'epoch moved' USING ERRCODE = 'CS001'; END IF;
  t := clock_timestamp();
  IF (p_ts BETWEEN t - interval '2 s' AND t + interval '2 s' AND t < p_not_after
      AND n = ALL (ARRAY[cardinality(p_headers), cardinality(p_bodies), cardinality(p_deks), cardinality(p_requests)])
      AND current_setting('transaction_isolation') = 'read committed') IS NOT TRUE
    THEN RAISE EXCEPTION 'time, shape or isolation' USING ERRCODE = 'CS002', DETAIL = t::text; END IF;
  v_now := t;
  IF p_at IS NOT NULL THEN
    IF (SELECT sample FROM audit.log_identity) IS NOT TRUE THEN RAISE EXCEPTION 'only an evaluation log takes sample time' USING ERRCODE = 'CS002'; END IF;
    v_now := p_at;
  END IF;
  IF cardinality(p_idem) > 0 THEN
    WITH k AS (SELECT h, o FROM unnest(p_idem, p_idem_at) u(h, o) ORDER BY h),
         i AS (INSERT INTO audit.idem (idem_hash, lane, seq) SELECT h, p_lane, p_seq + o FROM k ON CONFLICT DO NOTHING RETURNING idem_hash, seq)
    SELECT string_agg(k.o::text, ',') INTO bad FROM k LEFT JOIN i ON i.idem_hash = k.h AND i.seq = p_seq + k.o WHERE i.seq IS NULL;
    IF bad IS NOT NULL THEN RAISE EXCEPTION 'replay' USING ERRCODE = 'CS003', DETAIL = '[' || bad || ']'; END IF;
  END IF;
  IF p_extra IS NOT NULL THEN
    IF p_extra ? 'budgets' THEN
      refused := audit.take_budgets(p_extra->'budgets', v_now);
      IF refused IS NOT NULL THEN RAISE EXCEPTION 'budget' USING ERRCODE = 'CS004', DETAIL = refused::text; END IF;
    END IF;
    IF p_extra ? 'consume' THEN
      refused := audit.consume_approvals(p_extra->'consume', p_lane, p_seq, v_now);
      IF refused IS NOT NULL THEN RAISE EXCEPTION 'approval' USING ERRCODE = 'CS005', DETAIL = refused::text; END IF;
    END IF;
    IF p_extra ? 'open' THEN PERFORM audit.open_approvals(p_extra->'open', p_lane, p_seq, v_now); END IF;
    IF p_extra ? 'instances' THEN
      refused := audit.count_instances(p_extra->'instances', v_now);
      IF refused IS NOT NULL THEN RAISE EXCEPTION 'instance' USING ERRCODE = 'CS006', DETAIL = refused::text; END IF;
    END IF;
  END IF;
  INSERT INTO audit.entry (lane, seq, leaf_hash, header) SELECT p_lane, p_seq + o, l, h FROM unnest(p_leaves, p_headers) WITH ORDINALITY u(l, h, o);
  INSERT INTO audit.payload (lane, seq, body, dek_id, request)
    SELECT p_lane, p_seq + o, b, d, r FROM unnest(p_bodies, p_deks, p_requests) WITH ORDINALITY u(b, d, r, o) WHERE b IS NOT NULL;
  UPDATE audit.lane SET seq = p_seq + n, head = p_new_head, closed_at = CASE WHEN p_close THEN t END
   WHERE lane = p_lane AND seq = p_seq AND head = p_head AND closed_at IS NULL;
  IF NOT FOUND THEN RAISE EXCEPTION 'lane moved' USING ERRCODE = 'CS007'; END IF;
  RETURN clock_timestamp();
END $f$;

-- ---------------------------------------------------------------- roles

-- Roles are cluster-wide. Where the migrating role may not make them, the server runs in single-role mode: hashes and receipts hold, this wall does not.
DO $do$
DECLARE r text;
BEGIN
  FOREACH r IN ARRAY ARRAY['audit_owner', 'app_rw', 'app_audit', 'app_retention'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN EXECUTE format('CREATE ROLE %I NOLOGIN', r); END IF;
  END LOOP;
EXCEPTION WHEN insufficient_privilege OR duplicate_object THEN NULL;
END $do$;

DO $do$
DECLARE o record;
BEGIN
  IF (SELECT count(*) FROM pg_roles WHERE rolname IN ('audit_owner', 'app_rw', 'app_audit', 'app_retention')) < 4 THEN RETURN; END IF;

  GRANT USAGE ON SCHEMA public, audit TO app_rw, app_audit, app_retention;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app_rw;
  GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app_rw;
  REVOKE UPDATE, DELETE ON public.policy_version, public.agent_version, public.approval_vote FROM app_rw;
  REVOKE DELETE ON public.agent, public.credential, public.approval, public.person, public.incident FROM app_rw;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO app_rw;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO app_rw;

  GRANT SELECT ON ALL TABLES IN SCHEMA audit TO app_rw, app_audit;
  GRANT SELECT ON ALL TABLES IN SCHEMA public TO app_audit;
  GRANT INSERT ON audit.entry, audit.payload, audit.idem, audit.lane, audit.control_change, audit.payload_key, audit.actor_pseudonym, audit.process, audit.client_instance TO app_rw;
  GRANT UPDATE (seq, head, closed_at) ON audit.lane TO app_rw;
  GRANT UPDATE (epoch, tx) ON audit.control_epoch TO app_rw;
  GRANT UPDATE ON audit.process, audit.client_instance TO app_rw;
  GRANT USAGE ON SEQUENCE audit.lane_number TO app_rw;

  GRANT SELECT ON audit.entry, audit.payload TO app_retention;
  GRANT UPDATE (body, redacted_at, hold), DELETE ON audit.payload TO app_retention;
  GRANT UPDATE (wrapped, destroyed_at) ON audit.payload_key TO app_retention;
  GRANT DELETE ON audit.actor_pseudonym TO app_retention;

  -- The owner of the log can change its guards; the running server is never the owner.
  BEGIN
    GRANT USAGE, CREATE ON SCHEMA audit TO audit_owner;
    GRANT USAGE ON SCHEMA public TO audit_owner;
    GRANT SELECT, INSERT, UPDATE ON public.budget_usage, public.approval TO audit_owner;
    ALTER SCHEMA audit OWNER TO audit_owner;
    FOR o IN SELECT c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'audit' AND c.relkind IN ('r', 'S')
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i') LOOP
      EXECUTE format('ALTER %s audit.%I OWNER TO audit_owner', CASE o.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, o.relname);
    END LOOP;
    FOR o IN SELECT p.oid::regprocedure AS f FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'audit' LOOP
      EXECUTE format('ALTER FUNCTION %s OWNER TO audit_owner', o.f);
    END LOOP;
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
END $do$;
