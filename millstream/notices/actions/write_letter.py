"""Write one letter to one address."""

from datetime import datetime, timedelta

from millstream.kernel.ids import new_id
from millstream.kernel.sealing import seal
from millstream.notices.models import Notice
from millstream.notices.queries import packed_words
from millstream.notices.types import Channel, Words


def write_letter(once: str, address: str, language: str, words: Words, *, now: datetime, for_hours: int) -> None:
    """Put a letter into the outbox; a second one with the same `once` is not written."""
    Notice.objects.bulk_create(
        [
            Notice(
                id=new_id(),
                once=once,
                channel=Channel.EMAIL.value,
                sealed=seal(address),
                language=language,
                words=packed_words(words),
                next_at=now,
                useless_at=now + timedelta(hours=for_hours),
                made_at=now,
            )
        ],
        ignore_conflicts=True,
    )
