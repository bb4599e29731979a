"""Metrics in the Prometheus text format; streams are named by id, never by their playback token."""

from __future__ import annotations

from collections.abc import Iterable

from millstream.media.plane.events import Outbox
from millstream.media.plane.hub import Hub
from millstream.media.plane.rtmp import RtmpServer
from millstream.media.plane.stream import StreamState
from millstream.media.plane.web import WebApp

type _Values = Iterable[tuple[dict[str, str], float]]


def render_metrics(hub: Hub, rtmp: RtmpServer, web: WebApp, outbox: Outbox) -> str:
    """All metrics of the process."""
    streams = list(hub.streams.values())
    by_state = [({"state": state.value}, float(sum(s.state is state for s in streams))) for state in StreamState]
    names = [({"stream": str(stream.stream)}, stream) for stream in streams]
    held = [(label, stream.feed) for label, stream in names if stream.feed is not None]
    lines: list[str] = []
    lines += _metric("streams", "gauge", "Streams in memory by state.", by_state)
    lines += _metric("rtmp_connections", "gauge", "Open RTMP connections.", _one(len(rtmp.sessions)))
    lines += _metric("rtmp_received_bytes_total", "counter", "Bytes from publishers.", _one(rtmp.received_bytes))
    lines += _metric("rtmp_refused_total", "counter", "Publishers refused or cut off.", _one(rtmp.refused))
    lines += _metric("http_requests_total", "counter", "HTTP requests.", _one(web.requests))
    lines += _metric("http_sent_bytes_total", "counter", "Bytes of HTTP bodies sent.", _one(web.sent_bytes))
    lines += _metric("viewers_waiting", "gauge", "Requests held until the next part.", _one(web.waiting))
    lines += _metric("nats_connected", "gauge", "1 while events flow.", _one(outbox.connected))
    lines += _metric("events_waiting", "gauge", "Events in the spool.", _one(len(outbox.spool)))
    lines += _metric("events_sent_total", "counter", "Events acknowledged by JetStream.", _one(outbox.sent))
    lines += _metric("events_dropped_total", "counter", "Events lost to a full spool.", _one(outbox.spool.dropped))
    lines += _metric(
        "stream_received_bytes_total", "counter", "Media bytes received.", [(n, f.received_bytes) for n, f in held]
    )
    lines += _metric(
        "stream_gop_seconds", "gauge", "Distance of the last key frames.", ((n, f.gop_seconds or 0) for n, f in held)
    )
    lines += _metric(
        "stream_recorded_bytes_total", "counter", "Bytes on disk.", ((n, s.recorder.written_bytes) for n, s in names)
    )
    lines += _metric(
        "stream_recording_stopped", "gauge", "1 when refused.", [(n, s.recorder.stopped is not None) for n, s in names]
    )
    return "\n".join(lines) + "\n"


def _one(value: float) -> _Values:
    return [({}, value)]


def _metric(name: str, kind: str, help_text: str, values: _Values) -> list[str]:
    full = f"millstream_media_{name}"
    lines = [f"# HELP {full} {help_text}", f"# TYPE {full} {kind}"]
    for labels, value in values:
        inner = ",".join(f'{label}="{text}"' for label, text in labels.items())
        lines.append(f"{full}{{{inner}}} {float(value):g}" if inner else f"{full} {float(value):g}")
    return lines
