"""What the ledger says no with."""

from millstream.kernel.refusals import Refusal


class KeyReused(Refusal):
    """An entry stands under this key for another request; `key` tells which."""

    code = "ledger.key_reused"


class Overdrawn(Refusal):
    """A guarded account would fall below zero; nothing of the batch was posted."""

    code = "ledger.overdrawn"


class AlreadyReversed(Refusal):
    """The entry was reversed before; `entry` tells which."""

    code = "ledger.already_reversed"


class NothingDue(Refusal):
    """No actor with bank details has anything to get in this currency."""

    code = "ledger.nothing_due"


class AlreadyMarked(Refusal):
    """The payout item is already in `state`, and from there it cannot go to the one asked for."""

    code = "ledger.already_marked"


class BadBankDetails(Refusal):
    """The bank details cannot be used; `field` names the part and `why` is a sentence."""

    code = "ledger.bad_bank_details"
