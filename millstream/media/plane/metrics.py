"""Metrics in the Prometheus text format; streams are named by id, never by their playback token."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from millstream.media.plane.events import Outbox
from millstream.media.plane.hub import Hub
from millstream.media.plane.refusing import Reason
from millstream.media.plane.rtmp_server import RtmpServer
from millstream.media.plane.stream import LiveStream, StreamState
from millstream.media.plane.web import WebApp
from millstream.media.plane.whip.server import WhipServer

SOURCES = ("rtmp", "whip", "scene")
CALL_STATES = ("connecting", "waiting", "live")
_STATUS = Path("/proc/self/statm")

type _Values = Iterable[tuple[dict[str, str], float]]


def render_metrics(hub: Hub, rtmp: RtmpServer, whip: WhipServer, web: WebApp, outbox: Outbox) -> str:
    """All metrics of the process."""
    streams = list(hub.streams.values())
    ingest = [*_ingest(hub, rtmp, streams), *_calls(whip)]
    lines = [*_process(), *ingest, *_viewers(web), *_events(outbox), *_streams(streams)]
    return "\n".join(lines) + "\n"


def _process() -> Iterator[str]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    yield from _metric("cpu_seconds_total", "counter", "CPU time.", _one(used.ru_utime + used.ru_stime))
    yield from _metric("resident_bytes", "gauge", "Memory in use.", _one(resident_bytes()))


def resident_bytes() -> int:
    """The memory of this process now; where the system does not tell, the most it ever was."""
    try:
        return int(_STATUS.read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _ingest(hub: Hub, rtmp: RtmpServer, streams: list[LiveStream]) -> Iterator[str]:
    by_state = [({"state": state.value}, float(sum(s.state is state for s in streams))) for state in StreamState]
    held = Counter(stream.feed.source for stream in streams if stream.feed is not None)
    by_source = [({"source": source}, float(held[source])) for source in SOURCES]
    refused = [({"reason": reason.value}, float(rtmp.refused[reason])) for reason in Reason]
    counts = hub.around.counts
    yield from _metric("streams", "gauge", "Streams in memory by state.", by_state)
    yield from _metric("publishers", "gauge", "Who feeds a stream, by source.", by_source)
    yield from _metric("rtmp_connections", "gauge", "Open RTMP connections.", _one(len(rtmp.sessions)))
    yield from _metric("rtmp_idle_connections", "gauge", "Lines that publish nothing.", _one(rtmp.idle))
    yield from _metric("rtmp_received_bytes_total", "counter", "Bytes from publishers.", _one(rtmp.received_bytes))
    yield from _metric("refused_total", "counter", "Publishers refused or cut off.", refused)
    yield from _metric("parts_cut_total", "counter", "Parts cut.", _one(counts.parts))
    yield from _metric("parts_cut_bytes_total", "counter", "Bytes of the parts cut.", _one(counts.bytes))


def _calls(whip: WhipServer) -> Iterator[str]:
    states = Counter(session.state for session in whip.sessions.values())
    by_state = [({"state": state}, float(states[state])) for state in CALL_STATES]
    yield from _metric("whip_sessions", "gauge", "Open WHIP sessions by state.", by_state)
    yield from _metric("whip_sessions_most", "gauge", "So many are taken.", _one(whip.settings.max_sessions))
    yield from _metric("whip_transcodes", "gauge", "VP8 sessions that are encoded anew.", _one(len(whip.transcoding)))


def _viewers(web: WebApp) -> Iterator[str]:
    yield from _metric("http_requests_total", "counter", "HTTP requests.", _one(web.requests))
    yield from _metric("http_sent_bytes_total", "counter", "Bytes of HTTP bodies sent.", _one(web.sent_bytes))
    yield from _metric("viewers_waiting", "gauge", "Requests held until the next part.", _one(web.waiting))
    yield from _metric("viewers_refused_total", "counter", "Held requests over the limit.", _one(web.turned_away))


def _events(outbox: Outbox) -> Iterator[str]:
    yield from _metric("nats_connected", "gauge", "1 while events flow.", _one(outbox.connected))
    yield from _metric("events_waiting", "gauge", "Events in the spool.", _one(len(outbox.spool)))
    yield from _metric("events_sent_total", "counter", "Events acknowledged by JetStream.", _one(outbox.sent))
    yield from _metric("events_dropped_total", "counter", "Events lost to a full spool.", _one(outbox.spool.dropped))


def _streams(streams: list[LiveStream]) -> Iterator[str]:
    names = [({"stream": str(stream.stream)}, stream) for stream in streams]
    held = [(label, stream.feed) for label, stream in names if stream.feed is not None]
    yield from _metric(
        "stream_received_bytes_total", "counter", "Media bytes received.", ((n, f.received_bytes) for n, f in held)
    )
    yield from _metric(
        "stream_gop_seconds", "gauge", "Distance of the last key frames.", ((n, f.gop_seconds or 0) for n, f in held)
    )
    yield from _metric(
        "stream_recorded_bytes_total", "counter", "Bytes on disk.", ((n, s.recorder.written_bytes) for n, s in names)
    )
    yield from _metric(
        "stream_recorder_lag_seconds",
        "gauge",
        "How old the oldest unwritten part is.",
        ((n, s.recorder.lag_seconds) for n, s in names),
    )
    yield from _metric(
        "stream_recording_stopped", "gauge", "1 when refused.", ((n, s.recorder.stopped is not None) for n, s in names)
    )


def _one(value: float) -> _Values:
    return [({}, value)]


def _metric(name: str, kind: str, help_text: str, values: _Values) -> list[str]:
    full = f"millstream_media_{name}"
    lines = [f"# HELP {full} {help_text}", f"# TYPE {full} {kind}"]
    for labels, value in values:
        inner = ",".join(f'{label}="{text}"' for label, text in labels.items())
        # repr, not %g: a counter of bytes must not lose its last digits, or its rate becomes steps.
        lines.append(f"{full}{{{inner}}} {float(value)!r}" if inner else f"{full} {float(value)!r}")
    return lines
