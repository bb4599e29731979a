"""The promises about pacts and splits, kept by the database itself."""

from django.db import migrations

# One pact in force for a part, seller and host. No btree_gist is needed: a range type of ours makes UUIDs
# comparable in a gist index, and the md5 of the three names is such a UUID.
ONE_IN_FORCE = """
DO $$ BEGIN
    CREATE TYPE uuidrange AS RANGE (subtype = uuid);
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
ALTER TABLE pacts_pact ADD COLUMN scope uuid GENERATED ALWAYS AS (
    md5(part || ':' || coalesce(seller_id::text, '-') || ':' || coalesce(host_id::text, '-'))::uuid) STORED;
ALTER TABLE pacts_pact ADD CONSTRAINT pact_one_in_force EXCLUDE USING gist (
    uuidrange(scope, scope, '[]') WITH &&, tstzrange(valid_from, valid_to) WITH &&);
CREATE UNIQUE INDEX pact_version_once ON pacts_pact (scope, version);
"""

# An end may be given or brought forward, nothing else. The scope is generated after this trigger has run, so it is not compared; it follows from what is.
ONLY_ENDS = """
CREATE FUNCTION pact_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.valid_to IS NULL OR NEW.valid_to > OLD.valid_to
       OR to_jsonb(OLD) - '{valid_to,scope}'::text[] IS DISTINCT FROM to_jsonb(NEW) - '{valid_to,scope}'::text[] THEN
        RAISE EXCEPTION 'pact_only_ends: % may only be given an end', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pact_only_ends', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pact_only_ends BEFORE UPDATE OR DELETE ON pacts_pact
    FOR EACH ROW EXECUTE FUNCTION pact_only_ends();
CREATE TRIGGER pact_only_ends BEFORE UPDATE OR DELETE ON pacts_floorprice
    FOR EACH ROW EXECUTE FUNCTION pact_only_ends();
"""

# Runs once for each INSERT statement; a committed sheet is sealed, like an entry of the ledger.
SPLIT_ADDS_UP = """
ALTER TABLE pacts_splitsheet ADD COLUMN frozen_xid xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE FUNCTION split_lines_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong uuid;
BEGIN
    SELECT sheet.line_id INTO wrong FROM pacts_splitsheet AS sheet
    WHERE sheet.line_id IN (SELECT sheet_id FROM written) AND sheet.frozen_xid <> pg_current_xact_id() LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'split_is_frozen: %', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'split_is_frozen', TABLE = 'pacts_splitline';
    END IF;
    SELECT sheet.line_id INTO wrong
    FROM pacts_splitsheet AS sheet JOIN pacts_splitline AS line ON line.sheet_id = sheet.line_id
    WHERE sheet.line_id IN (SELECT sheet_id FROM written)
    GROUP BY sheet.line_id
    HAVING coalesce(sum(line.amount_minor) FILTER (WHERE line.part <> 'carriage'), 0) <> sheet.goods_minor
        OR coalesce(sum(line.amount_minor) FILTER (WHERE line.part = 'carriage'), 0) <> sheet.delivery_minor
        OR coalesce(sum(line.permille) FILTER (WHERE line.part <> 'carriage'), 0) <> 1000
        OR bool_or(line.base_minor <> CASE line.part WHEN 'carriage' THEN sheet.delivery_minor ELSE sheet.goods_minor END)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'split_adds_up: % does not', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'split_adds_up', TABLE = 'pacts_splitline';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER split_lines_add_up AFTER INSERT ON pacts_splitline
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION split_lines_add_up();

CREATE FUNCTION split_sheet_has_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pacts_splitline WHERE sheet_id = NEW.line_id AND part = 'maker') THEN
        RAISE EXCEPTION 'split_adds_up: % has no lines', NEW.line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'split_adds_up', TABLE = 'pacts_splitsheet';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER split_sheet_has_lines AFTER INSERT ON pacts_splitsheet
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION split_sheet_has_lines();

CREATE FUNCTION split_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'split_is_frozen: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'split_is_frozen', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER split_is_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON pacts_splitsheet
    FOR EACH STATEMENT EXECUTE FUNCTION split_is_frozen();
CREATE TRIGGER split_is_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON pacts_splitline
    FOR EACH STATEMENT EXECUTE FUNCTION split_is_frozen();
"""

DROP = """
DROP TRIGGER split_sheet_has_lines ON pacts_splitsheet;
DROP TRIGGER split_lines_add_up ON pacts_splitline;
DROP FUNCTION split_is_frozen() CASCADE;
DROP FUNCTION pact_only_ends() CASCADE;
DROP FUNCTION split_sheet_has_lines(), split_lines_add_up();
ALTER TABLE pacts_splitsheet DROP COLUMN frozen_xid;
ALTER TABLE pacts_pact DROP CONSTRAINT pact_one_in_force;
ALTER TABLE pacts_pact DROP COLUMN scope;
"""


class Migration(migrations.Migration):
    """One pact in force, only ended, splits frozen and summing to their line."""

    dependencies = (("pacts", "0001_pacts"),)
    operations = (migrations.RunSQL([ONE_IN_FORCE, ONLY_ENDS, SPLIT_ADDS_UP], [DROP]),)
