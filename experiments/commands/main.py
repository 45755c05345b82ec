"""`tandem`: finds the command asked for, and turns whatever goes wrong into one line and an exit code."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

DONE, FAILED, BAD_INPUT, STOPPED, DAMAGED, INTERRUPTED = 0, 1, 2, 3, 4, 130

# Command -> (module beside this file, function in it, help in the listing). A module is imported only when its
# command is asked for; a command without a module is not shown.
COMMANDS = {
    "list": ("catalogue", "list_", "Show the role models, contexts and cases that can be named."),
    "show": ("catalogue", "show", "Show a scenario with every value and where it came from."),
    "check": ("catalogue", "check", "Check scenario files."),
    "schema": ("catalogue", "schema", "Describe every parameter, as a table or as JSON Schema."),
    "run": ("run", "run", "Play one firm."),
    "explain": ("explain", "explain", "Tell why a run went as it did."),
    "compare": ("compare", "compare", "Compare role models or scenarios, paired by luck."),
    "sweep": ("sweep", "sweep", "Run a plan of many firms; the same command again resumes."),
    "rerun": ("rerun", "rerun", "Play kept results again and compare them bit for bit."),
    "verify": ("verify", "verify", "Check that a table of runs is whole and can be reproduced."),
    "sensitivity": ("sensitivity", "sensitivity", "Rank what drives the outcomes."),
    "discover": ("discover", "discover", "Find the conditions under which firms fail."),
    "advise": ("advise", "advise", "Say what would help a given firm first."),
    "optimise": ("optimise", "optimise", "Search levels of levers under a budget of hours or money."),
    "calibrate": ("calibrate", "calibrate", "Fit uncertain parameters to published figures."),
    "validate": ("validate", "validate", "Compare the model with published findings."),
    "study": ("study", "study", "The main job: comparison, sensitivity and report in one."),
    "report": ("report", "report", "Write the report of a folder of results."),
    "dashboard": ("dashboard", "dashboard", "Open the flight simulator in a browser."),
    "room": ("room", "room", "Let a room play the pair, on everybody's phone."),
}

_Complaint: Any = typer.BadParameter.__mro__[2]  # what the library raises for anything wrong with a command line


class Deferred(TyperCommand):
    """A command known by name and one line of help; its module is imported when it is used."""

    def __init__(self, name: str, module: str, function: str, help: str):
        super().__init__(name, help=help)
        self.module, self.function = module, function

    def make_context(self, info_name, args, parent=None, **extra):
        """Hand over to the real command."""
        module = importlib.import_module(f"{__package__}.{self.module}")
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(self.name)(getattr(module, self.function))
        context = typer.main.get_command(app).make_context(info_name, args, parent=parent, **extra)
        from tandem.experiments.commands.asked import recorded

        context.command.callback = recorded(self.name, context)
        return context


class Commands(TyperGroup):
    """The commands whose modules are there."""

    def __init__(self, **more):
        found = {name: Deferred(name, *entry) for name, entry in COMMANDS.items() if _exists(entry[0])}
        super().__init__(**{**more, "commands": found})


def _exists(module: str) -> bool:
    return find_spec(f"{__package__}.{module}") is not None


app = typer.Typer(
    name="tandem",
    cls=Commands,
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from tandem.sim.version import __version__

        print(f"tandem {__version__}")
        raise typer.Exit


@app.callback()
def tandem(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")] = False,
) -> None:
    """How should a CEO and a COO share a firm's marketing strategy?

    Exit codes: 0 done, 1 a check failed under --strict, 2 bad input, 3 stopped but resumable, 4 damage or
    non-determinism found, 130 after Ctrl-C.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    from tandem.experiments.commands.surroundings import end, hurry, leave

    hurry()
    try:
        code = status(arguments)
    except SystemExit as asked:  # a server that was told to stop
        code = asked.code if isinstance(asked.code, int) else 0 if asked.code is None else 1
    finally:
        leave()
    end(code)


def status(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code. The one place where errors become lines."""
    from tandem.experiments.commands.terminal import standing

    with standing():
        return status_of(sys.argv[1:] if arguments is None else list(arguments))


def status_of(arguments: list[str]) -> int:
    """The same for a caller whose streams stand already: a command that plays others."""
    from tandem.experiments.commands.surroundings import settle

    own = dict(_own())
    try:
        settle()
        command = typer.main.get_command(app)
        # Not `command.main`: it takes a closed pipe for a failed check, and a file that ends too early for Ctrl-C.
        with command.make_context("tandem", arguments) as context:
            answer = command.invoke(context)
        sys.stdout.flush()
        return answer if isinstance(answer, int) else DONE
    except typer.Exit as leave:
        return leave.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except _Complaint as error:
        return complain(_usage(error))
    except Exception as error:
        from tandem.sim.mistake import Mistake

        if isinstance(error, Mistake):
            return complain(str(error))
        if type(error).__module__.startswith("tandem.experiments.store."):
            return complain(str(error), getattr(error, "exit_code", BAD_INPUT))
        if isinstance(error, OSError):
            return complain(f"{error.filename or ''}: {error.strerror or error}".removeprefix(": "))
        raise
    finally:
        if there := _own():  # outcomes that a command was given are its own
            there.clear()
            there.update(own)


def _own() -> dict[str, Any]:
    """The outcomes of a user's own that are known; none where nothing has asked for outcomes yet."""
    module = sys.modules.get("tandem.sim.outcomes")
    return {} if module is None else module.OWN


def complain(line: str, code: int = BAD_INPUT) -> int:
    """One line on stderr, and the exit code."""
    print(f"tandem: {' '.join(line.split())}", file=sys.stderr)
    return code


def _usage(error: Any) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "tandem"
    text = error.format_message().replace("Value error, ", "")  # the name of a check is no word for a user
    if not text or type(error).__name__ == "NoArgsIsHelpError":
        return f"a command or an argument is missing (try `{path} --help`)"
    return f"{text} (try `{path} --help`)"


if __name__ == "__main__":
    main()
