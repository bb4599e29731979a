"""What `media` says no with."""

from millstream.kernel.refusals import Refusal


class KeyRefused(Refusal):
    """No host has this stream key, or it was replaced by a newer one."""

    code = "media.key_refused"


class ShowNotOpen(Refusal):
    """The key is good, but no show of its host takes a picture now; `opens_at` tells when the next one does."""

    code = "media.show_not_open"


class AccountLimit(Refusal):
    """The host has recorded as many hours within a day as an account may; `hours` is that limit."""

    code = "media.account_limit"


class TooManyTries(Refusal):
    """Too many refused keys from one address; `retry_after` is in seconds."""

    code = "media.too_many_tries"


class NoSuchStream(Refusal):
    """There is no such stream."""

    code = "media.no_such_stream"
