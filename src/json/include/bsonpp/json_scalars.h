// The strings within Extended JSON's type wrappers.
//
// Only the usual spelling of each is read here. PyMongo's json_util accepts more (what Python's
// int(), float() and strptime() accept); a caller that wants that asks json_util when these refuse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bsonpp {

// The keys of json_util's type wrappers.
enum class JsonWrapper : std::uint8_t {
  kNone,
  kOid,
  kRef,
  kDate,
  kRegex,
  kMinKey,
  kMaxKey,
  kBinary,
  kCode,
  kUuid,
  kUndefined,
  kNumberLong,
  kTimestamp,
  kNumberDecimal,
  kDbPointer,
  kRegularExpression,
  kSymbol,
  kNumberInt,
  kNumberDouble,
};

JsonWrapper json_wrapper_of(std::string_view key) noexcept;

// ["-"] digits, within 64 bits.
bool parse_integer(std::string_view text, std::int64_t& number) noexcept;
// A JSON number without leading zeros' rules, "NaN", "Infinity" or "-Infinity".
bool parse_double(std::string_view text, double& number) noexcept;
// Pairs of hexadecimal digits that fill `size` bytes at `out` exactly.
bool parse_hex(std::string_view text, char* out, std::size_t size) noexcept;
// 32 hexadecimal digits, or those in groups of 8, 4, 4, 4 and 12; `out` has room for 16 bytes.
bool parse_uuid(std::string_view text, char* out) noexcept;
// One or two hexadecimal digits.
bool parse_subtype(std::string_view text, std::uint8_t& subtype) noexcept;
// "YYYY-MM-DDTHH:MM:SS", a fraction of up to 15 digits, and "Z", "+HH:MM", "+HHMM", "+HH" or
// nothing. Microseconds since 1970, within the years 1 to 9999; further digits are cut off as
// json_util does.
bool parse_iso_datetime(std::string_view text, std::int64_t& micros) noexcept;

}  // namespace bsonpp
