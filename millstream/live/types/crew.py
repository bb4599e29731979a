"""Who works on a show."""

from enum import StrEnum


class CrewRole(StrEnum):
    """As what somebody works on a show: the host owns it, a co-host directs it, a moderator minds the talk."""

    HOST = "host"
    COHOST = "cohost"
    MODERATOR = "moderator"
