"""The room server: one small asyncio program that keeps every viewer of a room up to date."""
