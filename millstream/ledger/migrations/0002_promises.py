"""The promises about money, kept by the database itself: whole, sealed, never edited, never overdrawn."""

from django.db import migrations

# A purpose has one kind, one guard, and an owner or not: the same plan as in rules/accounts.py.
PLAN = """
ALTER TABLE ledger_account ADD CONSTRAINT ledger_account_follows_plan CHECK (
    (purpose, kind, guard, custodian, owner_id IS NOT NULL) IN (
        ('gateway', 'A', 'none', 'gateway', false),
        ('gateway_fee', 'X', 'none', '', false),
        ('bank', 'A', 'none', 'bank', false),
        ('escrow', 'L', 'subject', '', false),
        ('payable', 'L', 'account', '', true),
        ('carriage', 'L', 'none', '', true),
        ('payout', 'L', 'account', '', true),
        ('unallocated', 'L', 'subject', '', false),
        ('debt', 'A', 'account', '', true)
    )
);
"""

# Which transaction wrote an entry: only that one may add its postings, so a committed entry is sealed.
SEAL = "ALTER TABLE ledger_entry ADD COLUMN posted_xid xid8 NOT NULL DEFAULT pg_current_xact_id();"

# Runs once for each INSERT statement, however many postings it writes: hundreds cost what one does.
POSTINGS_ARE_WHOLE = """
CREATE FUNCTION ledger_postings_are_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong uuid;
    nobody CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
    SELECT written.entry_id INTO wrong
    FROM written JOIN ledger_entry AS entry ON entry.id = written.entry_id
    WHERE entry.posted_xid <> pg_current_xact_id() OR entry.posted_at <> written.posted_at LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_entry_is_sealed: % was posted before', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_is_sealed', TABLE = 'ledger_posting';
    END IF;

    SELECT written.entry_id INTO wrong
    FROM written JOIN ledger_account AS account ON account.id = written.account_id
    GROUP BY written.entry_id, account.currency HAVING sum(written.amount_minor) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_entry_sums_to_zero: % does not', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_sums_to_zero', TABLE = 'ledger_posting';
    END IF;

    IF NOT EXISTS (SELECT FROM written JOIN ledger_account AS account ON account.id = written.account_id
                   WHERE account.guard <> 'none') THEN
        RETURN NULL;
    END IF;
    -- Rows first, then locks in key order, then the sums: two batches never wait for each other in a ring.
    INSERT INTO ledger_guard (account_id, subject, held_minor)
    SELECT DISTINCT written.account_id, CASE account.guard WHEN 'subject' THEN written.subject ELSE nobody END, 0
    FROM written JOIN ledger_account AS account ON account.id = written.account_id
    WHERE account.guard <> 'none' ORDER BY 1, 2
    ON CONFLICT DO NOTHING;

    PERFORM FROM ledger_guard AS guard
    WHERE (guard.account_id, guard.subject) IN (
        SELECT written.account_id, CASE account.guard WHEN 'subject' THEN written.subject ELSE nobody END
        FROM written JOIN ledger_account AS account ON account.id = written.account_id
        WHERE account.guard <> 'none')
    ORDER BY guard.account_id, guard.subject FOR UPDATE;

    UPDATE ledger_guard AS guard SET held_minor = guard.held_minor + moved.minor
    FROM (
        SELECT written.account_id,
               CASE account.guard WHEN 'subject' THEN written.subject ELSE nobody END AS subject,
               sum(CASE WHEN account.kind IN ('A', 'X') THEN written.amount_minor ELSE -written.amount_minor END) AS minor
        FROM written JOIN ledger_account AS account ON account.id = written.account_id
        WHERE account.guard <> 'none' GROUP BY 1, 2
    ) AS moved
    WHERE guard.account_id = moved.account_id AND guard.subject = moved.subject;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_postings_are_whole AFTER INSERT ON ledger_posting
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger_postings_are_whole();
"""

ENTRY_IS_WHOLE = """
CREATE FUNCTION ledger_check_entry(checked uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    postings bigint;
    unbalanced boolean;
BEGIN
    SELECT coalesce(sum(each.postings), 0), coalesce(bool_or(each.over <> 0), false) INTO postings, unbalanced
    FROM (SELECT count(*) AS postings, sum(posting.amount_minor) AS over
          FROM ledger_posting AS posting JOIN ledger_account AS account ON account.id = posting.account_id
          WHERE posting.entry_id = checked GROUP BY account.currency) AS each;
    IF postings < 2 THEN
        RAISE EXCEPTION 'ledger_entry_has_two_sides: % has % postings', checked, postings
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_has_two_sides', TABLE = 'ledger_entry';
    END IF;
    IF unbalanced THEN
        RAISE EXCEPTION 'ledger_entry_sums_to_zero: % does not', checked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_sums_to_zero', TABLE = 'ledger_entry';
    END IF;
END $$;

CREATE FUNCTION ledger_entry_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_check_entry(NEW.id);
    IF NEW.reverses_id IS NOT NULL AND EXISTS (
        SELECT FROM (
            SELECT account_id, subject, amount_minor FROM ledger_posting WHERE entry_id = NEW.id
            UNION ALL
            SELECT account_id, subject, amount_minor FROM ledger_posting WHERE entry_id = NEW.reverses_id
        ) AS side GROUP BY account_id, subject HAVING sum(amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'ledger_reversal_mirrors: % does not mirror %', NEW.id, NEW.reverses_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_reversal_mirrors', TABLE = 'ledger_entry';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_is_whole AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_is_whole();

-- Postings cannot be moved at all (below). Should somebody take that trigger away, this one still looks at both
-- the entry that a posting left and the one that it came to.
CREATE FUNCTION ledger_moved_posting_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_check_entry(OLD.entry_id);
    IF TG_OP = 'UPDATE' THEN
        PERFORM ledger_check_entry(NEW.entry_id);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_moved_posting_is_whole AFTER UPDATE OR DELETE ON ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_moved_posting_is_whole();
"""

NEVER_EDITED = """
CREATE FUNCTION ledger_is_never_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger_is_never_edited: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_is_never_edited', TABLE = TG_TABLE_NAME;
END $$;
""" + "".join(
    f"""
CREATE TRIGGER ledger_is_never_edited BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_never_edited();
"""
    for table in ("ledger_account", "ledger_entry", "ledger_posting")
)

# The guard is a fold of the postings; only their trigger may write it, at a depth of two.
GUARD_IS_KEPT = """
CREATE FUNCTION ledger_guard_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'ledger_guard_is_kept: only postings move it'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_guard_is_kept', TABLE = 'ledger_guard';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_guard_is_kept BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ledger_guard
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard_is_kept();
"""

PAYOUTS = """
CREATE FUNCTION ledger_batch_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked uuid := CASE TG_TABLE_NAME WHEN 'ledger_payoutbatch' THEN NEW.id
                    ELSE (to_jsonb(NEW) ->> 'batch_id')::uuid END;
BEGIN
    IF EXISTS (
        SELECT FROM ledger_payoutbatch AS batch
        LEFT JOIN ledger_payoutitem AS item ON item.batch_id = batch.id
        WHERE batch.id = checked GROUP BY batch.id
        HAVING count(item.id) <> batch.items OR coalesce(sum(item.amount_minor), 0) <> batch.total_minor
    ) THEN
        RAISE EXCEPTION 'ledger_batch_adds_up: % does not', checked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_batch_adds_up', TABLE = 'ledger_payoutbatch';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_batch_adds_up AFTER INSERT ON ledger_payoutbatch
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_batch_adds_up();
CREATE CONSTRAINT TRIGGER ledger_batch_adds_up AFTER INSERT ON ledger_payoutitem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_batch_adds_up();

CREATE TRIGGER ledger_is_never_edited BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_payoutbatch
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_never_edited();
CREATE TRIGGER ledger_is_never_edited BEFORE DELETE OR TRUNCATE ON ledger_payoutitem
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_never_edited();
CREATE TRIGGER ledger_is_never_edited BEFORE DELETE OR TRUNCATE ON ledger_payoutaccount
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_never_edited();

-- batched -> paid | returned; paid -> returned (banks send money back days later). Nothing else of an item moves.
CREATE FUNCTION ledger_item_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.id, OLD.batch_id, OLD.owner_id, OLD.payout_account_id, OLD.entry_id, OLD.reference, OLD.amount_minor)
       IS DISTINCT FROM
       (NEW.id, NEW.batch_id, NEW.owner_id, NEW.payout_account_id, NEW.entry_id, NEW.reference, NEW.amount_minor)
       OR (OLD.state, NEW.state) NOT IN (('batched', 'paid'), ('batched', 'returned'), ('paid', 'returned')) THEN
        RAISE EXCEPTION 'ledger_item_goes_on: % from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_item_goes_on', TABLE = 'ledger_payoutitem';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_item_goes_on BEFORE UPDATE ON ledger_payoutitem
    FOR EACH ROW EXECUTE FUNCTION ledger_item_goes_on();

CREATE FUNCTION ledger_payout_account_is_replaced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.replaced_at IS NOT NULL OR NEW.replaced_at IS NULL
       OR (OLD.id, OLD.owner_id, OLD.holder, OLD.bank, OLD.number, OLD.number_ending, OLD.since)
          IS DISTINCT FROM
          (NEW.id, NEW.owner_id, NEW.holder, NEW.bank, NEW.number, NEW.number_ending, NEW.since) THEN
        RAISE EXCEPTION 'ledger_payout_account_is_replaced: never changed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_payout_account_is_replaced',
                  TABLE = 'ledger_payoutaccount';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_payout_account_is_replaced BEFORE UPDATE ON ledger_payoutaccount
    FOR EACH ROW EXECUTE FUNCTION ledger_payout_account_is_replaced();
"""

DROP = """
DROP TRIGGER ledger_payout_account_is_replaced ON ledger_payoutaccount;
DROP TRIGGER ledger_item_goes_on ON ledger_payoutitem;
DROP TRIGGER ledger_batch_adds_up ON ledger_payoutitem;
DROP TRIGGER ledger_batch_adds_up ON ledger_payoutbatch;
DROP TRIGGER ledger_guard_is_kept ON ledger_guard;
DROP TRIGGER ledger_moved_posting_is_whole ON ledger_posting;
DROP TRIGGER ledger_entry_is_whole ON ledger_entry;
DROP TRIGGER ledger_postings_are_whole ON ledger_posting;
DROP FUNCTION ledger_is_never_edited() CASCADE;
DROP FUNCTION ledger_payout_account_is_replaced(), ledger_item_goes_on(), ledger_batch_adds_up(),
    ledger_guard_is_kept(), ledger_moved_posting_is_whole(), ledger_entry_is_whole(), ledger_check_entry(uuid),
    ledger_postings_are_whole();
ALTER TABLE ledger_entry DROP COLUMN posted_xid;
ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_follows_plan;
"""


class Migration(migrations.Migration):
    """Whole, sealed, never edited, never overdrawn."""

    dependencies = (("ledger", "0001_ledger"),)
    operations = (
        migrations.RunSQL(
            [PLAN, SEAL, POSTINGS_ARE_WHOLE, ENTRY_IS_WHOLE, NEVER_EDITED, GUARD_IS_KEPT, PAYOUTS], [DROP]
        ),
    )
