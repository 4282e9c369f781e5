"""``python -m pymongo_cpp``: run a program on the native codec, switch it on or off, ask."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

from pymongo_cpp.dropin.levels import LEVELS

RUN_USAGE = """\
usage: python -m pymongo_cpp run [--level LEVEL] FILE [ARGUMENT ...]
       python -m pymongo_cpp run [--level LEVEL] -m MODULE [ARGUMENT ...]
       python -m pymongo_cpp run [--level LEVEL] -c COMMAND [ARGUMENT ...]

LEVEL is how much of PyMongo to replace, default or full.
"""

DESCRIPTION = """\
Run PyMongo on pymongo_cpp, the native BSON codec in C++: for one program (run) or for every
program of this Python environment (enable, undone by disable).
"""

EPILOG = """\
COMMAND --help explains a command. Set PYMONGO_CPP=0 in a process's environment to leave the codec
off there, whatever else says.
"""

EXIT_CODES = """\
exit codes:
  0  PyMongo runs on the native codec
  3  it does not, but could: not switched on, or switched off
  4  it cannot: the report says why
"""


def main() -> int:
    """Run the subcommand in ``sys.argv`` and return the exit code."""
    arguments = sys.argv[1:]
    # Both take arguments that argparse would want to understand.
    if arguments[:1] == ["run"]:
        return run(arguments[1:])
    if arguments[:1] == ["bench"]:
        return bench(arguments[1:])
    options = _parser().parse_args()
    code: int = options.command(options)
    return code


def run(arguments: list[str]) -> int:
    """Run an unmodified Python program; its exit code and exceptions pass through.

    :param arguments: as after ``run`` on the command line.
    :return: 0, or 2 where there is nothing to run.
    """
    from pymongo_cpp.dropin import runner

    if not arguments or arguments[0] in ("-h", "--help"):
        (sys.stdout if arguments else sys.stderr).write(RUN_USAGE)
        return 0 if arguments else 2
    level, arguments = _take_level(arguments)
    if not arguments:
        sys.stderr.write(RUN_USAGE)
        return 2
    loaders = {"-m": runner.load_module, "-c": runner.load_command}
    load = loaders.get(arguments[0], runner.load_script)
    if load is not runner.load_script:
        arguments = arguments[1:]
    if not arguments or (load is runner.load_script and arguments[0].startswith("-")):
        sys.stderr.write(RUN_USAGE)
        return 2
    try:
        runner.run(load, arguments[0], arguments[1:], level)
    except runner.ProgramNotFoundError as error:
        sys.stderr.write(f"pymongo_cpp run: {error}\n")
        return 2
    return 0


def bench(arguments: list[str]) -> int:
    """Compare the codecs on this machine; see ``python -m pymongo_cpp bench --help``."""
    from pymongo_cpp.bench import cli

    code: int = cli.main(arguments)
    return code


def enable(options: argparse.Namespace) -> int:
    """Switch the drop-in on for every process of this environment."""
    from pymongo_cpp.dropin import start_up

    try:
        files = start_up.enable(user=options.user, level=options.level)
    except OSError as error:
        _fail(f"cannot write: {error}; try --user, or a virtual environment")
    for file in files:
        print(f"wrote {file}")
    return 0


def disable(_options: argparse.Namespace) -> int:
    """Undo ``enable``, for new processes."""
    from pymongo_cpp.dropin import start_up

    try:
        files = start_up.disable()
    except OSError as error:
        _fail(f"cannot remove: {error}")
    for file in files:
        print(f"removed {file}")
    if not files:
        print("was not enabled")
    return 0


def status(options: argparse.Namespace) -> int:
    """Print which codec serves PyMongo in a process like this one, and why."""
    from pymongo_cpp.dropin import report

    answer = report.status()
    print(answer.to_json() if options.json else answer)
    if answer.active:
        return 0
    return 3 if answer.available else 4


def _take_level(arguments: list[str]) -> tuple[str | None, list[str]]:
    """Return the level that ``--level`` names, None without it, and the arguments after it."""
    option, separator, level = arguments[0].partition("=")
    if option != "--level":
        return None, arguments
    rest = arguments[1:]
    if not separator:
        level, rest = (rest[0], rest[1:]) if rest else ("", rest)
    if level not in LEVELS:
        _fail(f"unknown level {level!r}: use one of {', '.join(LEVELS)}")
    return level, rest


def _fail(message: str) -> NoReturn:
    sys.stderr.write(f"pymongo_cpp: {message}\n")
    raise SystemExit(2)


class _Version(argparse.Action):
    """Print the versions of the package, PyMongo and Python, and exit."""

    def __init__(self, option_strings: list[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from pymongo_cpp.dropin import report

        print(
            *(f"{name} {version}" for name, version in report.status().versions.items()), sep=", "
        )
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pymongo_cpp",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, help="print the versions and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("run", help="run a program, a module or a command on the native codec")
    command = commands.add_parser(
        "enable",
        help="switch it on for this Python environment",
        description="Let every process of this Python environment run PyMongo on the native codec, "
        "by two small files in site-packages. Where it cannot serve, PyMongo runs as before.",
    )
    command.add_argument("--user", action="store_true", help="for the user's site-packages")
    command.add_argument("--level", choices=LEVELS, help="how much of PyMongo to replace")
    command.set_defaults(command=enable)
    command = commands.add_parser(
        "disable",
        help="undo enable",
        description="Remove the files of enable. Processes that run keep the codec that they have.",
    )
    command.set_defaults(command=disable)
    command = commands.add_parser(
        "status",
        help="which codec is active, and why",
        description="Say which codec serves PyMongo in a process of this environment, and why.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--json", action="store_true", help="as a JSON object")
    command.set_defaults(command=status)
    commands.add_parser("bench", help="compare the codecs on this machine")
    return parser


if __name__ == "__main__":
    sys.exit(main())
