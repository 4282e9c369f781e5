from array import array
from collections.abc import (
    Callable,
    ItemsView,
    Iterable,
    Iterator,
    KeysView,
    Mapping,
    MutableMapping,
    Sequence,
    ValuesView,
)
from mmap import mmap
from types import ModuleType
from typing import (
    IO,
    Any,
    BinaryIO,
    ClassVar,
    Literal,
    Protocol,
    Self,
    TypeVar,
    final,
    overload,
    type_check_only,
)

from bson.codec_options import CodecOptions

_Document = TypeVar("_Document", bound=Mapping[str, Any])
_Target = TypeVar("_Target", bound=MutableMapping[str, Any])
_Selected = TypeVar("_Selected", covariant=True)
_ReadableBuffer = bytes | bytearray | memoryview | mmap | array[Any]
_DocumentStream = _ReadableBuffer | BinaryIO | IO[bytes] | Iterable[_ReadableBuffer]

@final
class NativeFunction:
    @property
    def __wrapped__(self) -> Callable[..., Any]: ...
    def __new__(cls, function: Callable[..., Any], wrapped: Callable[..., Any]) -> Self: ...
    def __call__(self, /, *args: Any, **kwargs: Any) -> Any: ...

@final
class LazyDocument(Mapping[str, Any]):
    _type_marker: int
    def __new__(
        cls,
        data: _ReadableBuffer,
        codec_options: CodecOptions[Any] | None = None,
        *,
        validate: bool = True,
    ) -> LazyDocument: ...
    @property
    def raw(self) -> memoryview: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bool__(self) -> bool: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: dict[int, Any], /) -> Self: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __getitem__(self, key: str, /) -> Any: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    @overload
    def get(self, key: str, /) -> Any | None: ...
    @overload
    def get(self, key: str, default: Any, /) -> Any: ...
    def keys(self) -> KeysView[str]: ...
    def items(self) -> ItemsView[str, Any]: ...
    def values(self) -> ValuesView[Any]: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class LazyArray(Sequence[Any]):
    def __new__(
        cls,
        data: _ReadableBuffer,
        codec_options: CodecOptions[Any] | None = None,
        *,
        validate: bool = True,
    ) -> LazyArray: ...
    @property
    def raw(self) -> memoryview: ...
    def to_list(self) -> list[Any]: ...
    def count(self, value: Any, /) -> int: ...
    def index(self, value: Any, start: int = 0, stop: int = ..., /) -> int: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: dict[int, Any], /) -> Self: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    @overload
    def __getitem__(self, key: int, /) -> Any: ...
    @overload
    def __getitem__(self, key: slice[Any, Any, Any], /) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    def __reversed__(self) -> Iterator[Any]: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
@type_check_only
class Selection(Iterator[_Selected]):
    def __next__(self) -> _Selected: ...
    def close(self) -> None: ...

def project(
    data: _ReadableBuffer,
    paths: Iterable[str],
    codec_options: CodecOptions[Any] | None = None,
) -> dict[str, Any]: ...
@overload
def select(
    stream: _DocumentStream,
    filter: Mapping[str, Any],
    codec_options: None = None,
    *,
    raw: Literal[False] = False,
) -> Selection[dict[str, Any]]: ...
@overload
def select(
    stream: _DocumentStream,
    filter: Mapping[str, Any],
    codec_options: CodecOptions[_Document],
    *,
    raw: Literal[False] = False,
) -> Selection[_Document]: ...
@overload
def select(
    stream: _DocumentStream,
    filter: Mapping[str, Any],
    codec_options: CodecOptions[Any] | None = None,
    *,
    raw: Literal[True],
) -> Selection[bytes]: ...
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
def _bson_to_dict(
    data: _ReadableBuffer, codec_options: CodecOptions[_Document], /
) -> _Document: ...
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
def _raw_to_dict_with_names(
    data: _ReadableBuffer,
    position: int,
    obj_end: int,
    opts: CodecOptions[Any],
    result: _Target,
    raw_array: object = False,
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

# What install(level="full") puts into PyMongo.

def _full_level_attributes() -> list[tuple[type, dict[str, Any]]]: ...
def _generate_object_ids(native: object, /) -> None: ...
def _stand_in_for_is_valid(function: Callable[[bytes], bool], /) -> Callable[[bytes], bool]: ...

# What pymongo_cpp.json is made of.

@type_check_only
class _BsonToJson(Protocol):
    def __call__(
        self,
        data: _ReadableBuffer,
        mode: Literal["relaxed", "canonical", "legacy", "plain"] = "relaxed",
        datetimes: Literal["iso8601", "milliseconds"] = ...,
        decimals: Literal["string", "number"] = ...,
        non_finite: Literal["null", "string", "error"] = ...,
        ensure_ascii: bool = True,
    ) -> bytes: ...

bson_to_json: _BsonToJson
bson_to_json_lines: _BsonToJson
bson_to_json_array: _BsonToJson

def _json_to_bson(text: str | _ReadableBuffer, /) -> bytes | None: ...
def _json_dumps(obj: Any, /, *args: Any, **kwargs: Any) -> str: ...
def _json_loads(text: Any, /, *args: Any, **kwargs: Any) -> Any: ...
def _use_json_util(module: ModuleType, /) -> None: ...
