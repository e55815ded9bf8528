"""A second launcher under a name of one's own, beside the first: whoever looks at a history reads that name.

Sentences that name a command name it by the launcher that was used.
"""

import re
import shutil
import sys
from pathlib import Path
from typing import Final

from troth_app.messages import tell
from troth_app.outcome import HereError, RuleError

__all__ = ["install", "launch"]

FORM: Final = re.compile(r"[a-z][a-z0-9-]{1,30}")
EXECUTABLE: Final = 0o755
LAUNCHER: Final = """#!{python}
from troth_app.alias import launch

launch("{name}")
"""


def install(name: str, *, beside: Path) -> Path:
    """Put a launcher of this name beside another one; return where it is.

    Raises:
        RuleError: If it is no name, or something is called so already.
        HereError: If it can not be written there.
    """
    if not FORM.fullmatch(name):
        raise RuleError(tell("alias.form"))
    path = beside.parent / name
    if path.exists() or shutil.which(name):
        raise RuleError(tell("alias.taken"))
    try:
        with path.open("x") as opened:
            opened.write(LAUNCHER.format(python=sys.executable, name=name))
        path.chmod(EXECUTABLE)
    except OSError as error:
        raise HereError(tell("alias.unwritten", why=error.strerror or type(error).__name__)) from None
    return path


def launch(name: str) -> None:
    """Run the app as this name."""
    from troth_app.main import main

    main(prog_name=name, obj=name)
