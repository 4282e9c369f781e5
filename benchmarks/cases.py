"""Everything that the harness measures, as cases: a name and one task for each side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bson.codec_options import DEFAULT_CODEC_OPTIONS

from pymongo_cpp.bench.baseline import Codec, c_message_module
from pymongo_cpp.bench.comparison import DisagreementError, check_equal, codec_tasks
from pymongo_cpp.bench.documents import STREAMS, spike_documents
from pymongo_cpp.bench.readers import Document, driver_documents
from pymongo_cpp.bench.timing import Task, drain

DRIVER_DOCUMENTS = Path(__file__).resolve().parents[2] / "shared" / "data" / "benchmark"
_COPIES = 100  # of a single document, so that a pass over it is long enough to time
_BATCH = 1000  # documents in an OP_MSG
WIRE_STREAMS = ("simple", "orders", "sensors", "events", "complex")
_INSERT = 0  # _batched_op_msg's number for an insert


@dataclass(frozen=True)
class Case:
    """One row of the results.

    :param group: which part of the harness it belongs to
    :param operation: what is done with the documents
    :param name: the documents
    :param units: documents in a pass
    :param size: bytes a document, as BSON
    :param tasks: by side; the first is the one that the ratios compare with
    """

    group: str
    operation: str
    name: str
    units: int
    size: float
    tasks: dict[str, Task]


def streams() -> dict[str, list[Document]]:
    """The drivers' documents, where they lie beside the project, and all of our own streams."""
    found = {
        name: [document] * _COPIES for name, document in driver_documents(DRIVER_DOCUMENTS).items()
    }
    return found | {name: list(stream.generate()) for name, stream in STREAMS.items()}


def _encode_pass(
    encode: Callable[..., bytes], documents: list[Any], options: Any = DEFAULT_CODEC_OPTIONS
) -> Task:
    return lambda: drain(map(encode, documents, repeat(False), repeat(options)))


def _decode_pass(decode: Callable[..., Any], encoded: list[bytes], options: Any) -> Task:
    return lambda: drain(map(decode, encoded, repeat(options)))


def document_cases(codecs: list[Codec], documents: dict[str, list[Document]]) -> Iterator[Case]:
    """encode, decode, decode_all and decode_iter of every stream.

    :raises DisagreementError: where two codecs' results differ
    """
    baseline = codecs[0]
    for name, stream in documents.items():
        for other in codecs[1:]:
            encoded = check_equal(baseline, other, stream)
        size = sum(map(len, encoded)) / len(encoded)
        sides = {codec.name: codec_tasks(codec, stream, encoded) for codec in codecs}
        for operation in sides[baseline.name]:
            tasks = {side: operations[operation] for side, operations in sides.items()}
            yield Case("documents", operation, name, len(stream), size, tasks)


def spike_cases(codecs: list[Codec]) -> Iterator[Case]:
    """The Rust spike's four operations: one fixed document, over and over."""
    for name, document in spike_documents().items():
        encoded = check_equal(codecs[0], codecs[1], [document])[0]
        for operation, item in (("encode", document), ("decode", encoded)):
            tasks = {codec.name: _repeat_pass(getattr(codec, operation), item) for codec in codecs}
            yield Case("spike", operation, name, _COPIES, len(encoded), tasks)


def _repeat_pass(function: Callable[[Any], object], item: object) -> Task:
    return lambda: drain(map(function, repeat(item, _COPIES)))


def option_cases(codecs: list[Codec], scenarios: list[Any]) -> Iterator[Case]:
    """encode, decode and decode_all under codec options other than the default.

    :param scenarios: from :func:`scenarios.all_scenarios`
    :raises DisagreementError: where two codecs' results differ
    """
    for scenario in scenarios:
        options = scenario.options
        encoded = [codecs[0].encode(doc, False, options) for doc in scenario.documents]
        for codec in codecs[1:]:
            if [codec.encode(doc, False, options) for doc in scenario.documents] != encoded:
                raise DisagreementError(f"{scenario.name}: the encoded bytes differ")
            ours = [codec.decode(item, options) for item in encoded]
            theirs = [codecs[0].decode(item, options) for item in encoded]
            if list(map(scenario.view, ours)) != list(map(scenario.view, theirs)):
                raise DisagreementError(f"{scenario.name}: the decoded values differ")
        size = sum(map(len, encoded)) / len(encoded)
        data = b"".join(encoded)
        passes: dict[str, Callable[[Codec], Task]] = {
            "encode": lambda c, s=scenario, o=options: _encode_pass(c.encode, s.documents, o),
            "decode": lambda c, e=encoded, o=options: _decode_pass(c.decode, e, o),
            "decode_all": lambda c, d=data, o=options: lambda: c.decode_all(d, o),
        }
        for operation in scenario.operations:
            tasks = {codec.name: passes[operation](codec) for codec in codecs}
            yield Case("options", operation, scenario.name, len(encoded), size, tasks)


def wire_cases(documents: dict[str, list[Document]]) -> Iterator[Case]:
    """OP_MSG batches of 1,000 documents, as ``insert_many`` sends them.

    :raises DisagreementError: where the messages differ
    """
    from pymongo_cpp import _native

    limits = SimpleNamespace(
        max_bson_size=16 * 1024**2, max_write_batch_size=100_000, max_message_size=48_000_000
    )
    sides = {
        "C": c_message_module()._batched_op_msg,
        "C++": _native._batched_op_msg,
    }
    for name in WIRE_STREAMS:
        batch = documents[name][:_BATCH]
        command = {"insert": "collection", "ordered": True, "$db": "database"}
        arguments = (_INSERT, command, batch, True, DEFAULT_CODEC_OPTIONS, limits)
        # The second field of a message is a random request number.
        messages = {
            message[:4] + message[8:]
            for message in (function(*arguments)[1] for function in sides.values())
        }
        if len(messages) != 1:
            raise DisagreementError(f"_batched_op_msg of {name}: the messages differ")
        size = len(messages.pop()) / len(batch)
        tasks = {side: (lambda f=function, a=arguments: f(*a)) for side, function in sides.items()}
        yield Case("wire", "_batched_op_msg", name, len(batch), size, tasks)
