"""The record of two in a vault: ten years are opened, looked at, one entry is added, and a batch comes from the other."""

import asyncio
import resource
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from bench.couple import BATCH, START, decade
from bench.figures import Figures
from troth import Cost, DeviceKeys, Identity, Row, Signer, Welcome, begin, countersign, found
from troth.testing import entropy_of
from troth_app.chapter import JOURNAL
from troth_app.household import Household
from troth_client import create_space
from troth_client.room import SETTINGS, SHARED
from troth_couple import Book, Pen, days_after, entry_edits, roster_of
from troth_couple.entry import Entry
from troth_wire.ids import Incarnation

__all__ = ["measure"]
