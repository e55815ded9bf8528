"""`python -m bench.server PORT DIR`: a durable relay, as people run it, that says what it uses."""

import asyncio
import sys
import time
from pathlib import Path

from bench import devices
from bench.contract import lines, rss_mb, say
from troth_relay.app import Relay
from troth_relay.config import Config
from troth_relay.store.sqlite import SqliteStore

__all__ = ["main"]


async def serve(port: int, folder: Path) -> None:
    """Serve until the harness is gone."""
    config = Config(port=port, database=folder / "relay.db")
    store = SqliteStore(config.database)
    try:
        relay = await Relay.listen(config, store)
        devices.leave_note(port, folder)
        say(ready=1)
        async for _ in lines():
            say(cpu_s=time.process_time(), rss_mb=rss_mb())
        await relay.stop()
    finally:
        store.close()


def main() -> None:
    """Read the arguments and serve."""
    port, folder = sys.argv[1:]
    asyncio.run(serve(int(port), Path(folder)))


if __name__ == "__main__":
    main()
