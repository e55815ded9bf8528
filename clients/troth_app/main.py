"""The command `troth`: every command of the table, and the demo; the only importer of click.

What goes wrong on this machine is said in a few words, never in a traceback.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Final

# Before the modules that need the other libraries of the extra.
try:
    import click
except ModuleNotFoundError as missing:
    raise ImportError('`troth` needs click, which comes with "troth[app]".') from missing

from troth_app.commands import BARE, COMMANDS, HEADINGS, Command, Kind, Option
from troth_app.conversation import Done, Say
from troth_app.home import Home
from troth_app.keyboard import Keyboard
from troth_app.keystrokes import shown
from troth_app.language import lend, spoken
from troth_app.limits import COLUMNS, HELP_WAIT_S
from troth_app.messages import tell
from troth_app.outcome import Code, EndError, HereError, done_of
from troth_app.presenting import presenter
from troth_app.screen import NAME, Look
from troth_app.terminal import Screen, converse
from troth_wire.said import Said, plural

__all__ = ["main"]

LOCK: Final = "lock"
"""The command that leaves nothing on the screen."""
PAGES: Final = "web"
"""The command whose answer is for a browser."""
ASKED_FOR: Final = "?"
"""What stands for an option whose word is to be asked for."""
STOPPED: Final = Said("Stopped. Nothing was changed.")
WHAT_IT_IS: Final = Said("Notes and agreements, on your own devices.")
NOTHING_GIVEN: Final = Said(
    "Passphrases, codes and what you write are asked for, or read from stdin: one line for each question. "
    "They are never given as arguments."
)
NO_WORDS: Final = Said(
    "There is more on the line than this command takes. What you write is asked for, or read from stdin: on a command "
    "line others can see it, and it stays in your shell's history. Nothing was changed."
)
PLAIN_FIRST: Final = Said("One thing a line, no colours: for a screen reader.")
PLAIN: Final = Said("One thing a line, no colours.")
JSON: Final = Said("The answer as JSON, for a program.")
COMMANDS_OF: Final = Said("The commands of `{word}`.")
ALIAS: Final = Said("Add a launcher under a name of your own.")
ALIAS_MORE: Final = Said("It lies beside this one and does the same. Sentences that name a command use its name.")
DEMO: Final = Said("Show that nothing is lost and that the relay can not read.")
DEMO_STARTS: Final = Said(
    "Starts a relay and two devices for each person, lets all of them write, cuts lines, kills processes in the "
    "middle, and lets everybody meet again."
)
DEMO_PROVES: Final = Said(
    "Then it proves that all devices show the same document, that every acknowledged edit is in it, that nobody's "
    "word was forged although somebody tried, and that nothing readable has reached the relay."
)
DEMO_ENDS: Final = Said(
    "Takes less than a minute. Ends with 0 if all of it held, 1 if not, 2 if it was asked for something that does "
    "not work."
)
DEMO_INPUT: Final = Said("JSON Lines of edits (specs/demo.md). Without it: ninety days of two made-up people.")
DEMO_SABOTAGE: Final = Said(
    "Break devices on purpose: skip what arrives, forget what waits, do not encrypt, or believe every signature. "
    "A proof has to notice."
)
DEMO_KEEP: Final = Said("Keep vaults, logs, the relay's files and all that passed (wire.bin) in this new folder.")
DEMO_OPEN: Final = Said("Leave the vaults of both made-up people, to look around in.")
OF_CLICK: Final = (
    Said("Usage:"),
    Said("Options"),
    Said("Commands"),
    Said("Positional arguments"),
    Said("Show this message and exit."),
    Said("Missing command."),
    Said("Missing argument"),
    Said("Missing option"),
    Said("No such option {name!r}."),
    Said("No such command {name!r}."),
    plural("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    Said("Error: {message}"),
    Said("Try '{command} {option}' for help."),
)
"""What click says by itself and people meet: it asks gettext for these very words, which are not ours to choose."""


class Flag(click.Option):
    """An option whose help is said in the language of whoever reads it."""

    def __init__(self, names: Sequence[str], *, help: str, **more: Any) -> None:
        """Keep the help with its marks: click itself keeps a copy of the words."""
        super().__init__(names, help=help, **more)
        self._said = help

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return its name and its help."""
        found = super().get_help_record(ctx)
        return (found[0], spoken(self._said)) if found is not None else None


class Asked(click.Command):
    """A command that asks for what it needs: words that stand behind it are in the wrong place, and it says why."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what is named with it."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if type(error) is not click.UsageError:
                raise
            raise click.UsageError(spoken(NO_WORDS), ctx) from None


class Always(click.Command):
    """A command that is carried out whatever stands behind it: what it does not know is no reason to refuse."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what is known; the rest is left in the context."""
        whole = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError:
            super().parse_args(ctx, [])
            ctx.args = whole
            return whole


class Grouped(click.Group):
    """The commands of the table, each made when it is named, under their headings with their whole names."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command or the group of a name."""
        make = MORE.get(cmd_name)
        return make() if make is not None else _named(cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every first word."""
        return sorted({command.name.partition(" ")[0] for command in COMMANDS} | MORE.keys())

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what this is."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_paragraphs(WHAT_IT_IS, NOTHING_GIVEN))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one section for each heading."""
        for heading in HEADINGS:
            rows = [(command.name, spoken(command.summary)) for command in COMMANDS if command.heading == heading]
            if heading == HEADINGS[-1]:
                rows += [(name, make().get_short_help_str(COLUMNS)) for name, make in MORE.items()]
            with formatter.section(spoken(heading)):
                formatter.write_dl(rows)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run; what click says by itself is in the same language."""
        lend()
        return super().main(*args, **extra)


@click.group(
    cls=Grouped,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "token_normalize_func": str.lower},
)
@click.option("--plain", cls=Flag, is_flag=True, help=PLAIN_FIRST)
@click.pass_context
def main(ctx: click.Context, *, plain: bool) -> None:
    """Carry out the command of the command line, or the one that `troth` alone stands for."""
    if ctx.invoked_subcommand is None:
        sys.exit(run(BARE, {}, plain=plain, as_json=False))


def run(command: Command, options: dict[str, Any], *, plain: bool, as_json: bool) -> int:
    """Carry a command out; return its exit code."""
    keyboard = Keyboard()
    with shown(keyboard.source, typing=False) if keyboard.live else nullcontext():
        return _run(command, options, keyboard, plain=plain, as_json=as_json)


def _run(command: Command, options: dict[str, Any], keyboard: Keyboard, *, plain: bool, as_json: bool) -> int:
    from troth_app.calling import call

    home = Home.find()
    _sweep(home)
    if keyboard.live:
        keyboard.edit = partial(_edit, home)
    live = (sys.stderr if as_json else sys.stdout).isatty()
    screen = Screen(Look.of(plain=plain, live=live, name=_name()), as_json)
    if command.name == LOCK:
        screen.clear()
    instead, wait_s = (_help, HELP_WAIT_S) if command.steadfast else (None, None)
    show, keep = presenter(command), partial(_keep, home)
    try:
        for line in call(home, lasting=command.lasting, wait_s=wait_s):
            with line as connection:
                done = converse(
                    connection,
                    command,
                    options,
                    screen=screen,
                    keyboard=keyboard,
                    present=show,
                    instead=instead,
                    keep=keep,
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
        done = done_of(error) if instead is None else Done(Code.OK, instead())
        if done.result is not None:
            screen.result(done.result, show)
        else:
            screen.complain(done.text)
    return done.code


def _keep(home: Home, written: str) -> bool:
    """Keep what somebody wrote, where what they wrote it to is gone."""
    from troth_app.rescuing import keep

    return keep(home, written)


def _help() -> dict[str, Any]:
    """Return where help is, without anybody to ask: nothing is in the way of that."""
    from troth_app.handlers.support import without

    return without()


def _sweep(home: Home) -> None:
    """Wipe what an editor that was killed left in memory."""
    for desk in home.desks():
        if desk.is_dir():
            from troth_app.editor import sweep

            sweep(desk)


def _edit(home: Home, keyboard: Keyboard) -> str | None:
    """Let a text be written in an editor."""
    from troth_app.editor import Bench, compose

    with shown(keyboard.source, typing=True):
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
        return click.Group(word, commands=inside, help=spoken(COMMANDS_OF.format(word=word)))
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
        if command.always:
            options = _meant(command, options, click.get_current_context().args)
        sys.exit(run(command, options, plain=plain or above, as_json=as_json))

    params = [_param(option) for option in command.options]
    params.append(Flag(["--plain"], is_flag=True, help=PLAIN))
    if command.present:
        params.append(Flag(["--json"], is_flag=True, help=JSON))
    text = _paragraphs(*filter(None, [command.summary, command.more]))
    kind = Always if command.always else Asked
    made = kind(name or command.name, callback=carry_out, params=params, help=text)
    if command.always:
        made.context_settings = {"allow_extra_args": True, "ignore_unknown_options": True}
    return made


def _meant(command: Command, options: dict[str, Any], rest: Sequence[str]) -> dict[str, Any]:
    """Return what the words on a line mean to a command that is carried out always; none goes further as it is."""
    (option,) = (one for one in command.options if one.kind is Kind.WORD)
    named = options[option.name]
    typed = [word.casefold() for part in (*filter(None, [named]), *rest) for word in part.split() if part != ASKED_FOR]
    known = {name.casefold(): word for word in option.words for name in (word, spoken(tell(f"{option.name}.{word}")))}
    found = known.get(" ".join(typed)) or next((known[word] for word in typed if word in known), None)
    understood = not typed or " ".join(typed) in known
    return {option.name: found or (named == ASKED_FOR and not typed), "understood": understood}


def _param(option: Option) -> click.Parameter:
    if option.kind is Kind.FLAG:
        return Flag([f"--{option.name}"], is_flag=True, help=option.help)
    if option.kind is Kind.WORD:
        return Flag([f"--{option.name}"], help=option.help, is_flag=False, flag_value=ASKED_FOR, metavar="[WORD]")
    file = click.Path(path_type=Path, dir_okay=False)
    if option.argument:
        return click.Argument([option.name], type=file)
    return Flag([f"--{option.name}"], type=file, help=option.help)


def _paragraphs(*sentences: str) -> str:
    return "\n\n".join(map(spoken, sentences))


def _alias() -> click.Command:
    """Make the command that adds a launcher."""
    text = _paragraphs(ALIAS, ALIAS_MORE)
    return click.Command("alias", callback=_add_launcher, params=[click.Argument(["name"])], help=text)


def _add_launcher(*, name: str) -> None:
    from troth_app.alias import install

    screen = Screen(Look.of(plain=False, live=sys.stdout.isatty(), name=_name()))
    try:
        path = install(name, beside=Path(sys.argv[0]).absolute())
    except EndError as error:
        screen.complain(str(error))
        sys.exit(error.code)
    screen.show(Say(tell("alias.made", name=name, path=str(path))))


def _demo() -> click.Command:
    """Make the command of the demo."""
    file, place = click.Path(path_type=Path, dir_okay=False), click.Path(path_type=Path)
    sabotage = click.Choice(["cursor", "outbox", "plaintext", "signatures"])
    params: list[click.Parameter] = [
        Flag(["--input", "source"], type=file, help=DEMO_INPUT),
        Flag(["--sabotage"], type=sabotage, help=DEMO_SABOTAGE),
        Flag(["--keep"], type=place, help=DEMO_KEEP),
        Flag(["--open", "stay"], is_flag=True, help=DEMO_OPEN),
    ]
    text = _paragraphs(DEMO, DEMO_STARTS, DEMO_PROVES, DEMO_ENDS)
    return click.Command("demo", callback=_show_demo, params=params, help=text)


def _show_demo(*, source: Path | None, sabotage: str | None, keep: Path | None, stay: bool) -> None:
    from troth_app.demo_command import show

    sys.exit(show(source, sabotage=sabotage, keep=keep, stay=stay))


MORE: Final = {"alias": _alias, "demo": _demo}
"""Commands beside those of the table: they need no agent."""

if __name__ == "__main__":
    main()
