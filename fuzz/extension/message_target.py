"""OP_MSG and its batches of generated documents: pure Python's bytes, batches and errors."""

from __future__ import annotations

from typing import Any

from bson.codec_options import CodecOptions
from support.canonical import Outcome
from support.wire import CMESSAGE, Limits, without_request_id

from fuzz.extension.generated import Source
from fuzz.extension.harness import fuzz, require_same
from fuzz.extension.pure_messages import PURE_MESSAGES
from pymongo_cpp import _native

OPTIONS: CodecOptions[Any] = CodecOptions(uuid_representation=4)
# No command has an _id, which pure Python would move to the front and the C extension leaves.
COMMAND = {"insert": "c", "ordered": True, "$db": "d"}
_LARGEST = 5000


def target(data: bytes) -> None:
    source = Source(data)
    limits = Limits(
        source.integer(0, _LARGEST),
        source.integer(1, 8),
        source.integer(0, _LARGEST),
        source.integer(0, _LARGEST),
    )
    operation = source.integer(0, 2)
    acknowledged = source.integer(0, 1)
    documents = source.documents()
    for name in ("_batched_op_msg", "_encode_batched_op_msg"):
        arguments: tuple[Any, ...] = (operation, COMMAND, documents, acknowledged, OPTIONS, limits)
        same(name, name, arguments)
    arguments = ("db.c", operation, COMMAND, documents, OPTIONS, limits)
    same("_encode_batched_write_command", "_encode_batched_write_command", arguments)
    if documents:
        flags = source.integer(0, 2**32 - 1)
        identifier = source.one_of(("documents", "", "é"))
        arguments = (flags, COMMAND, identifier, documents, OPTIONS)
        same("_op_msg", "_op_msg_uncompressed", arguments)


def same(ours: str, pure: str, arguments: tuple[Any, ...]) -> None:
    def call(module: Any, name: str) -> Any:
        return without_request_id(getattr(module, name)(*arguments))

    require_same(
        ours,
        Outcome(call, _native, ours),
        Outcome(call, PURE_MESSAGES, pure),
        lambda: Outcome(call, CMESSAGE, ours),
    )


if __name__ == "__main__":
    fuzz(target)
