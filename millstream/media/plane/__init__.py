"""The media plane: RTMP in, low-latency HLS and recordings out, in one asyncio process without Django."""
