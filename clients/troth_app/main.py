"""The command `troth`: every command of the table, and the demo; the only importer of click.

What goes wrong on this machine is said in a few words, never in a traceback.
"""

import os
import sys
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from troth_app.commands import BARE, COMMANDS, HEADINGS, Command, Kind, Option
from troth_app.conversation import Say
from troth_app.home import Home
from troth_app.keyboard import Keyboard
from troth_app.limits import COLUMNS
from troth_app.messages import tell
from troth_app.outcome import Code, EndError, HereError, done_of
from troth_app.presenting import presenter
from troth_app.screen import NAME, Look
from troth_app.terminal import Screen, converse

__all__ = ["main"]

PAGES: Final = "web"
"""The command whose answer is for a browser."""
STOPPED: Final = "Stopped. Nothing was changed."


class Grouped(click.Group):
    """The commands of the table, each made when it is named, under their headings with their whole names."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command or the group of a name."""
        return super().get_command(ctx, cmd_name) or _named(cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every first word."""
        return sorted({command.name.partition(" ")[0] for command in COMMANDS} | {*super().list_commands(ctx)})

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one section for each heading."""
        for heading in HEADINGS:
            rows = [(command.name, command.summary) for command in COMMANDS if command.heading == heading]
            if heading == HEADINGS[-1]:
                rows.append(("alias", alias.get_short_help_str(COLUMNS)))
                rows.append(("demo", demo.get_short_help_str(COLUMNS)))
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)


@click.group(cls=Grouped, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--plain", is_flag=True, help="One thing a line, no colours: for a screen reader.")
@click.pass_context
def main(ctx: click.Context, *, plain: bool) -> None:
    """Notes and agreements, on your own devices.

    Passphrases, codes and what you write are asked for, or read from stdin: one line for
    each question. They are never given as arguments.
    """
    if ctx.invoked_subcommand is None:
        sys.exit(run(BARE, {}, plain=plain, as_json=False))


def run(command: Command, options: dict[str, Any], *, plain: bool, as_json: bool) -> int:
    """Carry a command out; return its exit code."""
    from troth_app.calling import call

    home, keyboard = Home.find(), Keyboard()
    _sweep(home)
    if keyboard.live:
        keyboard.edit = partial(_edit, home)
    live = (sys.stderr if as_json else sys.stdout).isatty()
    screen = Screen(Look.of(plain=plain, live=live, name=_name()), as_json)
    try:
        for line in call(home, lasting=command.lasting):
            with line as connection:
                done = converse(
                    connection, command, options, screen=screen, keyboard=keyboard, present=presenter(command)
                )
            if not (done.result or {}).get("busy"):
                if command.name == PAGES and done.code == Code.OK and not options.get("print") and not as_json:
                    _browse((done.result or {})["address"])
                return done.code
        screen.complain(done.text)
    except BrokenPipeError:
        raise  # Nobody reads on, and click knows what to do then.
    except KeyboardInterrupt:
        screen.complain(STOPPED)
        return Code.STOPPED
    except (HereError, OSError) as error:
        done = done_of(error)
        screen.complain(done.text)
    return done.code


def _sweep(home: Home) -> None:
    """Wipe what an editor that was killed left in memory."""
    for desk in home.desks():
        if desk.is_dir():
            from troth_app.editor import sweep

            sweep(desk)


def _edit(home: Home, keyboard: Keyboard) -> str | None:
    """Let a text be written in an editor."""
    from troth_app.editor import Bench, compose

    return compose(Bench(home, keyboard.ask, keyboard.tell, os.environ))


def _browse(address: str) -> None:
    """Open a browser, if there is one; where there is none, the address was printed."""
    import webbrowser

    webbrowser.open(address)


def _name() -> str:
    """Return what the launcher is called that was used."""
    context = click.get_current_context(silent=True)
    return (context.find_root().obj if context else None) or NAME


def _named(word: str) -> click.Command | None:
    """Make what a first word names: a command, or a group of those that begin with it."""
    inside = {
        rest: _declared(command, rest)
        for command in COMMANDS
        for first, _, rest in [command.name.partition(" ")]
        if first == word
    }
    if inside.keys() <= {""}:
        return inside.get("")
    if "" not in inside:
        return click.Group(word, commands=inside, help=f"The commands of `{word}`.")
    return _with_more(inside.pop(""), inside)


def _with_more(bare: click.Command, inside: dict[str, click.Command]) -> click.Group:
    """Make a group whose first word is a command by itself."""

    def carry_out(**named: Any) -> None:
        context = click.get_current_context()
        if context.invoked_subcommand is None:
            context.invoke(bare, **named)

    return click.Group(
        bare.name, commands=inside, params=bare.params, help=bare.help, callback=carry_out, invoke_without_command=True
    )


def _declared(command: Command, name: str) -> click.Command:
    """Make a click command of a command of the table."""

    def carry_out(**named: Any) -> None:
        plain, as_json = named.pop("plain"), named.pop("json", False)
        above = click.get_current_context().find_root().params.get("plain", False)
        # The process that opens a file runs elsewhere, so the name goes there whole; a link stays one, and is refused.
        options = {name: str(value.absolute()) if isinstance(value, Path) else value for name, value in named.items()}
        sys.exit(run(command, options, plain=plain or above, as_json=as_json))

    params = [_param(option) for option in command.options]
    params.append(click.Option(["--plain"], is_flag=True, help="One thing a line, no colours."))
    if command.present:
        params.append(click.Option(["--json"], is_flag=True, help="The answer as JSON, for a program."))
    text = "\n\n".join(filter(None, [command.summary, command.more]))
    return click.Command(name or command.name, callback=carry_out, params=params, help=text)


def _param(option: Option) -> click.Parameter:
    if option.kind is Kind.FLAG:
        return click.Option([f"--{option.name}"], is_flag=True, help=option.help)
    file = click.Path(path_type=Path, dir_okay=False)
    if option.argument:
        return click.Argument([option.name], type=file)
    return click.Option([f"--{option.name}"], type=file, help=option.help)


@main.command()
@click.argument("name")
def alias(*, name: str) -> None:
    """Add a launcher under a name of your own.

    It lies beside this one and does the same. Sentences that name a command use its name.
    """
    from troth_app.alias import install

    screen = Screen(Look.of(plain=False, live=sys.stdout.isatty(), name=_name()))
    try:
        path = install(name, beside=Path(sys.argv[0]).absolute())
    except EndError as error:
        screen.complain(str(error))
        sys.exit(error.code)
    screen.show(Say(tell("alias.made", name=name, path=str(path))))


@main.command()
@click.option(
    "--input",
    "source",
    type=click.Path(path_type=Path, dir_okay=False),
    help="JSON Lines of edits (specs/demo.md). Without it: ninety days of two made-up people.",
)
@click.option(
    "--sabotage",
    type=click.Choice(["cursor", "outbox", "plaintext", "signatures"]),
    help="Break devices on purpose: skip what arrives, forget what waits, do not encrypt, or believe every signature. "
    "A proof has to notice.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    help="Keep vaults, logs, the relay's files and all that passed (wire.bin) in this new folder.",
)
@click.option("--open", "stay", is_flag=True, help="Leave the vaults of both made-up people, to look around in.")
def demo(*, source: Path | None, sabotage: str | None, keep: Path | None, stay: bool) -> None:
    """Show that nothing is lost and that the relay can not read.

    Starts a relay and two devices for each person, lets all of them write, cuts lines, kills
    processes in the middle, and lets everybody meet again.

    Then it proves that all devices show the same document, that every acknowledged edit is in
    it, that nobody's word was forged although somebody tried, and that nothing readable has
    reached the relay.

    Takes less than a minute. Ends with 0 if all of it held, 1 if not, 2 if it was asked
    for something that does not work.
    """
    from troth_app.demo_command import show

    sys.exit(show(source, sabotage=sabotage, keep=keep, stay=stay))


if __name__ == "__main__":
    main()
