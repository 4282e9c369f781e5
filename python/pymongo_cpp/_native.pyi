from array import array
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from mmap import mmap
from typing import IO, Any, BinaryIO, TypeVar, overload

from bson.codec_options import CodecOptions

_Document = TypeVar("_Document", bound=Mapping[str, Any])
_Target = TypeVar("_Target", bound=MutableMapping[str, Any])
_ReadableBuffer = bytes | bytearray | memoryview | mmap | array[Any]

def encode(
    document: Mapping[str, Any],
    check_keys: bool = False,
    codec_options: CodecOptions[Any] = ...,
) -> bytes: ...
@overload
def decode(data: _ReadableBuffer, codec_options: None = None) -> dict[str, Any]: ...
@overload
def decode(data: _ReadableBuffer, codec_options: CodecOptions[_Document]) -> _Document: ...
@overload
def decode_all(data: _ReadableBuffer, codec_options: None = None) -> list[dict[str, Any]]: ...
@overload
def decode_all(
    data: _ReadableBuffer, codec_options: CodecOptions[_Document]
) -> list[_Document]: ...
@overload
def decode_iter(data: _ReadableBuffer, codec_options: None = None) -> Iterator[dict[str, Any]]: ...
@overload
def decode_iter(
    data: _ReadableBuffer, codec_options: CodecOptions[_Document]
) -> Iterator[_Document]: ...
@overload
def decode_file_iter(
    file_obj: BinaryIO | IO[bytes], codec_options: None = None
) -> Iterator[dict[str, Any]]: ...
@overload
def decode_file_iter(
    file_obj: BinaryIO | IO[bytes], codec_options: CodecOptions[_Document]
) -> Iterator[_Document]: ...
def is_valid(bson: bytes) -> bool: ...

# The functions of PyMongo's bson._cbson.

def _dict_to_bson(
    document: Any, check_keys: int, codec_options: CodecOptions[Any], top_level: int = 1, /
) -> bytes: ...
def _bson_to_dict(data: _ReadableBuffer, codec_options: CodecOptions[_Document], /) -> _Document: ...
def _decode_all(
    data: _ReadableBuffer, codec_options: CodecOptions[_Document], /
) -> list[_Document]: ...
def _element_to_dict(
    data: bytes,
    position: int,
    obj_end: int,
    codec_options: CodecOptions[Any],
    raw_array: object,
    /,
) -> tuple[str, Any, int]: ...
def _raw_to_dict(
    data: _ReadableBuffer,
    position: int,
    obj_end: int,
    codec_options: CodecOptions[Any],
    result: _Target,
    raw_array: object,
    /,
) -> _Target: ...
def _array_of_documents_to_buffer(data: _ReadableBuffer, /) -> bytes: ...
def _test_long_long_to_str() -> tuple[()]: ...

# The functions of PyMongo's pymongo._cmessage.

def _query_message(
    flags: int,
    collection_name: str,
    num_to_skip: int,
    num_to_return: int,
    query: Mapping[str, Any],
    field_selector: Mapping[str, Any] | None,
    codec_options: CodecOptions[Any],
    /,
) -> tuple[int, bytes, int]: ...
def _get_more_message(
    collection_name: str, num_to_return: int, cursor_id: int, /
) -> tuple[int, bytes]: ...
def _op_msg(
    flags: int,
    command: Mapping[str, Any],
    identifier: str,
    docs: Iterable[Mapping[str, Any]] | None,
    codec_options: CodecOptions[Any],
    /,
) -> tuple[int, bytes, int, int]: ...
def _batched_op_msg(
    operation: int,
    command: Mapping[str, Any],
    docs: Iterable[Mapping[str, Any]],
    ack: int,
    codec_options: CodecOptions[Any],
    ctx: Any,
    /,
) -> tuple[int, bytes, list[Mapping[str, Any]]]: ...
def _encode_batched_op_msg(
    operation: int,
    command: Mapping[str, Any],
    docs: Iterable[Mapping[str, Any]],
    ack: int,
    codec_options: CodecOptions[Any],
    ctx: Any,
    /,
) -> tuple[bytes, list[Mapping[str, Any]]]: ...
def _encode_batched_write_command(
    namespace: str,
    operation: int,
    command: Mapping[str, Any],
    docs: Iterable[Mapping[str, Any]],
    codec_options: CodecOptions[Any],
    ctx: Any,
    /,
) -> tuple[bytes, list[Mapping[str, Any]]]: ...
