"""Memory, import time, library size, cost by size and garbage collection, both codecs.

``python benchmarks/memory.py`` prints the figures; ``make bench`` takes them into its results.
What could disturb another figure is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from environment import native_library

from pymongo_cpp.bench.baseline import Codec, c_codec, c_message_module, c_module, cpp_codec
from pymongo_cpp.bench.documents import STREAMS
from pymongo_cpp.bench.timing import Task, pinned, take_turns

DOCUMENTS = 20_000
_IMPORT_REPEATS = 7
_SIZES = [1024 * 4**power for power in range(8)]  # 1 KB to 16 MB
_CODECS = {"C": c_codec, "C++": cpp_codec}


def _status(field: str) -> int:
    """A figure of ``/proc/self/status``, in bytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise KeyError(field)


def child_decode_all(codec: Codec, path: Path) -> dict[str, float]:
    """Growth of resident memory by the documents of a file, and what the collector took."""
    data = path.read_bytes()
    codec.decode_all(data[: int.from_bytes(data[:4], "little")])
    collections: list[float] = []
    started = 0.0

    def watch(phase: str, info: dict[str, int]) -> None:
        nonlocal started
        if phase == "start":
            started = time.process_time()
        else:
            collections.append(time.process_time() - started)

    gc.collect()
    before = _status("VmRSS")
    gc.callbacks.append(watch)
    begin = time.process_time()
    documents = codec.decode_all(data)
    seconds = time.process_time() - begin
    gc.callbacks.remove(watch)
    return {
        "documents": len(documents),
        "resident": _status("VmRSS") - before,
        "seconds": seconds,
        "collector_seconds": math.fsum(collections),
        "collections": len(collections),
    }


def child_encode_peak(codec: Codec, path: Path) -> dict[str, float]:
    """How far memory rises while one document of about the file's size is encoded."""
    documents = c_codec().decode_all(path.read_bytes())
    codec.encode({})
    gc.collect()
    before = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # resets the high-water mark
    encoded = codec.encode({"documents": documents})
    return {"peak": _status("VmHWM") - before, "size": len(encoded)}


_CHILDREN = {"decode_all": child_decode_all, "encode_peak": child_encode_peak}


def _child(task: str, codec: str, path: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", task, codec, str(path)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(result.stdout))


def _write_stream(folder: Path, name: str) -> Path:
    encode = c_codec().encode
    path = folder / f"{name}.bson"
    with path.open("wb") as file:
        for document in STREAMS[name].generate(DOCUMENTS):
            file.write(encode(document))
    return path


def resident_memory() -> dict[str, dict[str, Any]]:
    """``decode_all`` of 20,000 documents and encoding them as one, each in a fresh process."""
    results: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("orders", "wide"):
            path = _write_stream(Path(folder), name)
            row: dict[str, Any] = {"bytes": path.stat().st_size}
            for task in _CHILDREN:
                row[task] = {codec: _child(task, codec, path) for codec in _CODECS}
            decoded, encoded = row["decode_all"], row["encode_peak"]
            row["resident_ratio"] = decoded["C++"]["resident"] / decoded["C"]["resident"]
            row["peak_ratio"] = encoded["C++"]["peak"] / encoded["C"]["peak"]
            results[name] = row
            path.unlink()
    return results


def import_times() -> dict[str, float]:
    """Milliseconds that an import takes in a fresh process: the median of several."""
    statements = {
        "bson": ("", "import bson"),
        "pymongo_cpp after bson": ("import bson; ", "import pymongo_cpp"),
    }
    results = {}
    for name, (before, statement) in statements.items():
        script = (
            f"{before}import time; begin = time.perf_counter(); {statement}; "
            "print(time.perf_counter() - begin)"
        )
        command = [sys.executable, "-c", script]
        samples = [
            float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            for _ in range(_IMPORT_REPEATS)
        ]
        results[name] = statistics.median(samples) * 1e3
    return results


def _stripped_size(library: str) -> int:
    if shutil.which("strip") is None:
        return Path(library).stat().st_size
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(library, folder)
        subprocess.run(["strip", copy], check=True)
        return Path(copy).stat().st_size


def library_sizes() -> dict[str, int]:
    """Bytes of each shared object without its symbols, as a wheel carries it."""
    return {
        "bson._cbson": _stripped_size(str(c_module().__file__)),
        "pymongo._cmessage": _stripped_size(str(c_message_module().__file__)),
        "pymongo_cpp._native": _stripped_size(native_library()),
    }


def _slope(points: dict[int, float]) -> float:
    """The exponent k of cost ~ size**k: the least-squares slope in logarithms."""
    xs, ys = list(map(math.log, points)), list(map(math.log, points.values()))
    return statistics.linear_regression(xs, ys).slope


def cost_by_size(repeats: int) -> dict[str, Any]:
    """Nanoseconds a byte of documents from 1 KB to 16 MB, and the exponent of the growth.

    An exponent of 1 is cost in proportion to size.
    """
    codecs = [make() for make in _CODECS.values()]
    encode = codecs[0].encode
    orders = list(STREAMS["orders"].generate(1000))
    order_size = sum(len(encode(order)) for order in orders) / len(orders)
    results: dict[str, Any] = {"ns_per_byte": {}, "exponent": {}}
    totals: dict[str, dict[int, float]] = {}
    for wanted in _SIZES:
        count = max(1, round(wanted / order_size))
        document = {"orders": [orders[index % len(orders)] for index in range(count)]}
        data = encode(document)
        tasks: dict[str, Task] = {}
        for codec in codecs:
            tasks[f"{codec.name} encode"] = lambda c=codec, d=document: c.encode(d)
            tasks[f"{codec.name} decode"] = lambda c=codec, d=data: c.decode(d)
        times = take_turns(tasks, 1, repeats=repeats, sample_seconds=0.003)
        for name, measured in times.items():
            totals.setdefault(name, {})[len(data)] = measured.best
    for name, points in totals.items():
        results["ns_per_byte"][name] = {str(k): v / k * 1e9 for k, v in points.items()}
        results["exponent"][name] = _slope(points)
    return results


def measure(repeats: int = 5) -> dict[str, Any]:
    """All figures of this module."""
    with pinned():
        by_size = cost_by_size(repeats)
    return {
        "resident": resident_memory(),
        "import_ms": import_times(),
        "library_bytes": library_sizes(),
        "by_size": by_size,
    }


def lines(results: dict[str, Any]) -> list[str]:
    """The figures as text, one fact a line."""
    text = []
    for name, row in results["resident"].items():
        decoded, encoded = row["decode_all"], row["encode_peak"]
        text.append(
            f"decode_all of {DOCUMENTS:,} {name}: resident C "
            f"{decoded['C']['resident'] / 1e6:.1f} MB, C++ {decoded['C++']['resident'] / 1e6:.1f} "
            f"MB: {row['resident_ratio']:.2f}x"
        )
        for side in _CODECS:
            part = decoded[side]["collector_seconds"] / decoded[side]["seconds"]
            text.append(
                f"  {side}: {decoded[side]['seconds']:.3f} s, of it in garbage collection "
                f"{decoded[side]['collector_seconds']:.3f} s ({part:.0%}, "
                f"{decoded[side]['collections']} collections)"
            )
        text.append(
            f"  peak while encoding them as one document of {encoded['C']['size'] / 1e6:.1f} MB: "
            f"C {encoded['C']['peak'] / 1e6:.1f} MB, C++ {encoded['C++']['peak'] / 1e6:.1f} MB: "
            f"{row['peak_ratio']:.2f}x"
        )
    text += [f"import of {name}: {ms:.1f} ms" for name, ms in results["import_ms"].items()]
    text += [f"size of {k}: {v / 1024:.0f} KiB" for k, v in results["library_bytes"].items()]
    for name, exponent in results["by_size"]["exponent"].items():
        costs = results["by_size"]["ns_per_byte"][name].values()
        text.append(
            f"{name}, 1 KB to 16 MB: grows as size^{exponent:.3f}; ns a byte: "
            + " ".join(f"{cost:.2f}" for cost in costs)
        )
    return text


def main() -> int:
    """Print the figures, or one child's as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--child", nargs=3, metavar=("TASK", "CODEC", "FILE"))
    options = parser.parse_args()
    if options.child:
        task, codec, path = options.child
        print(json.dumps(_CHILDREN[task](_CODECS[codec](), Path(path))))
    else:
        print("\n".join(lines(measure())))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
