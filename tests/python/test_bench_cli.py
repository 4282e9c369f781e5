"""``python -m pymongo_cpp bench`` and the demo, as a user runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import bson
import pytest

import pymongo_cpp
from pymongo_cpp.bench import cli
from pymongo_cpp.bench.baseline import cpp_codec
from pymongo_cpp.bench.comparison import DisagreementError, check_equal
from pymongo_cpp.bench.documents import STREAMS


@pytest.fixture
def bson_file(tmp_path: Path) -> Path:
    path = tmp_path / "orders.bson"
    path.write_bytes(b"".join(bson.encode(order) for order in STREAMS["orders"].generate(20)))
    return path


def test_bench_of_a_bson_file(
    bson_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "figures.json"
    assert (
        cli.main([str(bson_file), "--limit", "12", "--repeats", "2", "--json", str(figures)]) == 0
    )
    report = json.loads(figures.read_text(encoding="utf-8"))
    assert report["documents"] == 12
    assert report["c_extension"] == Path(bson._cbson.__file__).name
    assert report["pymongo_cpp"] == pymongo_cpp.__version__
    assert list(report["operations"]) == ["encode", "decode", "decode_all", "decode_iter"]
    for row in report["operations"].values():
        assert row["c_us"] > 0
        assert row["cpp_us"] > 0
    printed = capsys.readouterr().out
    assert "orders.bson: 12 documents" in printed
    assert "share of time by BSON type" in printed


def test_bench_of_json_lines_with_a_plot(tmp_path: Path) -> None:
    source, plot = tmp_path / "lines.jsonl", tmp_path / "plot.svg"
    source.write_text('{"n": 1}\n{"n": {"$oid": "%s"}}\n' % ("0" * 24), encoding="utf-8")
    assert cli.main([str(source), "--repeats", "2", "--plot", str(plot)]) == 0
    root = ElementTree.parse(plot).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_bench_of_a_generated_stream_from_the_command_line() -> None:
    command = [sys.executable, "-m", "pymongo_cpp", "bench", "--generate", "simple"]
    result = subprocess.run(
        [*command, "--limit", "10", "--repeats", "2"], check=True, capture_output=True, text=True
    )
    assert "simple: 10 documents" in result.stdout


def test_bench_generates_orders_where_no_stream_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["--generate", "--limit", "10", "--repeats", "2"]) == 0
    assert "orders: 10 documents" in capsys.readouterr().out


def test_bench_prints_a_files_name_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "[red]own[blue].jsonl"
    source.write_text('{"n": 1}\n', encoding="utf-8")
    assert cli.main([str(source), "--repeats", "1"]) == 0
    assert f"{source.name}: 1 documents" in capsys.readouterr().out


def test_bench_says_which_document_cannot_be_decoded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.bson"
    unknown_type = b"\x09\x00\x00\x00\x99a\x00\x01\x00"
    path.write_bytes(bson.encode({}) + unknown_type)
    assert cli.main([str(path)]) == 2
    message = capsys.readouterr().err
    assert message.startswith("pymongo_cpp bench: broken.bson, document 2: Detected unknown BSON")


@pytest.mark.parametrize("content", [b"", b"\x09\x00\x00\x00\x00"])
def test_bench_says_what_is_wrong_with_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "broken.bson"
    path.write_bytes(content)
    assert cli.main([str(path)]) == 2
    message = capsys.readouterr().err
    assert message.startswith("pymongo_cpp bench: ")
    assert "holds no documents" in message or "not a BSON document at byte 0" in message


def test_bench_of_a_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([str(tmp_path / "missing.bson")]) == 2
    assert "missing.bson" in capsys.readouterr().err


def test_bench_without_the_c_extension_prints_no_ratio(
    bson_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bson, "has_c", lambda: False)
    assert cli.main([str(bson_file)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "has_c() is false" in captured.err


@pytest.mark.parametrize(
    ("package", "arguments"),
    [("rich", ["--limit", "1"]), ("matplotlib", ["--limit", "1", "--plot"])],
)
def test_bench_names_a_missing_optional_package(
    package: str,
    arguments: list[str],
    bson_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    submodules = [name for name in sys.modules if name.startswith(f"{package}.")]
    for name in [package, *submodules]:
        monkeypatch.setitem(sys.modules, name, None)
    plot = [str(tmp_path / "plot.svg")] if package == "matplotlib" else []
    assert cli.main([str(bson_file), "--repeats", "1", *arguments, *plot]) == 2
    assert f"{package} is not installed: pip install" in capsys.readouterr().err


def test_results_that_differ_are_not_timed(
    bson_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = replace(cpp_codec(), encode=lambda document: bson.encode({}))
    monkeypatch.setattr(cli, "cpp_codec", lambda: wrong)
    assert cli.main([str(bson_file)]) == 1
    captured = capsys.readouterr()
    assert captured.out.strip() == ""
    assert "document 0: the encoded bytes differ" in captured.err


def test_check_equal_tells_types_apart() -> None:
    c = cpp_codec()
    other = replace(c, decode=lambda data: {"n": bson.Int64(1)})
    with pytest.raises(DisagreementError, match="document 0: the decoded values differ"):
        check_equal(c, other, [{"n": 1}])
    nan = {"n": float("nan")}
    assert check_equal(c, c, [nan]) == [bson.encode(nan)]


def _demo(project_root: Path, before: str) -> subprocess.CompletedProcess[str]:
    script = (
        f"{before}\nimport runpy\n"
        f"runpy.run_path({str(project_root / 'examples' / 'demo.py')!r}, run_name='__main__')"
    )
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)


def test_demo(project_root: Path) -> None:
    result = _demo(project_root, "")
    assert result.returncode == 0, result.stderr
    assert "decoded to equal values" in result.stdout
    assert "mean" in result.stdout


def test_demo_refuses_without_the_c_extension(project_root: Path) -> None:
    result = _demo(project_root, "import bson; bson.has_c = lambda: False")
    assert result.returncode == 2
    assert result.stdout == ""
    assert "has_c() is false" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["--repeats", "0"], ["--limit", "-1"], ["--plot", "plot.unknown"]]
)
def test_what_cannot_be_done_is_refused_before_anything_is_timed(
    bson_file: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exited:
        cli.main([str(bson_file), *arguments])
    assert exited.value.code == 2
    assert arguments[1] in capsys.readouterr().err


def test_the_command_line_says_its_versions() -> None:
    command = [sys.executable, "-m", "pymongo_cpp", "--version"]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    assert result.stdout.startswith(f"pymongo_cpp {pymongo_cpp.__version__}, pymongo ")
