"""Elements whose lengths are true and whose content is wrong, and options to decode them with."""

from __future__ import annotations

from typing import Any

from bson.codec_options import CodecOptions, DatetimeConversion

from support.classes import OwnMutableMapping
from support.options import HANDLERS
from support.wire_format import document, element, int32, int64, string

CONTENT: dict[str, bytes] = {
    "boolean 2": element(0x08, "v", b"\x02"),
    "boolean 128": element(0x08, "v", b"\x80"),
    "boolean 255": element(0x08, "v", b"\xff"),
    "invalid UTF-8 in a string": element(0x02, "v", string(b"a\xc3(")),
    "invalid UTF-8 in a symbol": element(0x0E, "v", string(b"\xff")),
    "invalid UTF-8 in code": element(0x0D, "v", string(b"\xed\xa0\x80")),
    "invalid UTF-8 in a regex": element(0x0B, "v", b"\x80\x00\x00"),
    "invalid UTF-8 in regex flags": element(0x0B, "v", b"a\x00i\xff\x00"),
    "invalid UTF-8 in a DBPointer": element(0x0C, "v", string(b"\xf5") + bytes(12)),
    "invalid UTF-8 in a key": element(0x10, b"k\xc0\x80", int32(1)),
    "truncated UTF-8": element(0x02, "v", string(b"\xe2\x82")),
    "overlong UTF-8": element(0x02, "v", string(b"\xc0\xaf")),
    "UTF-8 beyond Unicode": element(0x02, "v", string(b"\xf4\x90\x80\x80")),
    "datetime of year 0": element(0x09, "v", int64(-62135596800001)),
    "datetime of year 10000": element(0x09, "v", int64(253402300800000)),
    "datetime of year -5000": element(0x09, "v", int64(-220000000000000)),
    "datetime of year 20000": element(0x09, "v", int64(570000000000000)),
    "UUID of 15 bytes": element(0x05, "v", int32(15) + b"\x04" + bytes(15)),
    "UUID of 17 bytes": element(0x05, "v", int32(17) + b"\x04" + bytes(17)),
    "empty UUID": element(0x05, "v", int32(0) + b"\x04"),
    "old UUID of 3 bytes": element(0x05, "v", int32(3) + b"\x03" + bytes(3)),
    "DBRef with a bad UTF-8 collection": element(
        0x03, "v", document(element(0x02, "$ref", string(b"\xff")) + element(0x0A, "$id"))
    ),
}
for _kind in (0x00, 0x14, 0x1F, 0x41, 0x7E, 0x80, 0xFE):
    CONTENT[f"unknown type {_kind:#04x}"] = element(_kind, "field", bytes(4))
    CONTENT[f"unknown type {_kind:#04x}, name not ASCII"] = element(_kind, "поле'", bytes(4))

OPTIONS: dict[str, CodecOptions[Any]] = {
    "default": CodecOptions(),
    "standard UUID": CodecOptions(uuid_representation=4),
    "python legacy UUID": CodecOptions(uuid_representation=3),
    "aware": CodecOptions(tz_aware=True),
    "clamped": CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_CLAMP),
    "auto": CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_AUTO),
    "milliseconds": CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_MS),
    "own mapping": CodecOptions(document_class=OwnMutableMapping),
    **{h: CodecOptions(unicode_decode_error_handler=h) for h in HANDLERS},
    "unknown handler": CodecOptions(unicode_decode_error_handler="no such handler"),
}
