// The pieces of JSON text: numbers, strings, dates.
#pragma once

#include <bsonpp/cursor.h>
#include <bsonpp/text_writer.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bsonpp {

// Room that each of the put_ functions needs at most; they return the end of what they wrote.
inline constexpr std::size_t kIntegerTextSize = 20;
inline constexpr std::size_t kDoubleTextSize = 40;
inline constexpr std::size_t kIsoDatetimeTextSize = 40;

char* put_integer(char* out, std::int64_t number) noexcept;

// The shortest text that reads back as the same double, in the form of Python's repr(): "1.0",
// "1e+16", "1e-05". `number` is finite.
char* put_double(char* out, double number) noexcept;

// "NaN", "Infinity" or "-Infinity", which end with a zero byte.
std::string_view name_of_non_finite(double number) noexcept;

// Two lower-case hexadecimal digits a byte.
char* put_hex(char* out, Bytes bytes) noexcept;

// Milliseconds since 1970 as "2012-12-24T12:15:30.501Z"; the fraction is left out when it is zero.
// Years outside 0 to 9999 have a sign and at least six digits, as ECMAScript writes them.
char* put_iso_datetime(char* out, std::int64_t millis) noexcept;

enum class JsonStringError : std::uint8_t { kNone, kInvalidUtf8, kOutOfMemory };

// Writes `text`, which should be UTF-8, as a JSON string with its quotes, escaped as Python's json
// module does: with `ascii` everything but printable ASCII becomes \uXXXX, else only quotes,
// backslashes and control characters are escaped.
[[nodiscard]] JsonStringError write_json_string(TextWriter& out, std::string_view text,
                                                bool ascii) noexcept;

// The same of a key that is short and stands for itself, as most do, and a colon behind it,
// `spaced` or not. False, and nothing written, for any other key, and without memory.
[[nodiscard]] bool write_short_json_key(TextWriter& out, std::string_view key,
                                        bool spaced) noexcept;

// The same of the key, up to a zero byte, with which `ahead` begins, which is found, looked at and
// copied at once. `size` is that of the key. False, and nothing written, also where little comes
// behind the key.
[[nodiscard]] bool write_plain_json_key(TextWriter& out, std::string_view ahead, bool spaced,
                                        std::size_t& size) noexcept;

// The same of code units of one, two or four bytes, as CPython keeps them, always in ASCII. Lone
// surrogates become \uXXXX, as Python's json module writes them.
template <typename CodeUnit>
[[nodiscard]] bool write_json_units(TextWriter& out, const CodeUnit* units,
                                    std::size_t count) noexcept;

extern template bool write_json_units(TextWriter&, const std::uint8_t*, std::size_t) noexcept;
extern template bool write_json_units(TextWriter&, const std::uint16_t*, std::size_t) noexcept;
extern template bool write_json_units(TextWriter&, const std::uint32_t*, std::size_t) noexcept;

}  // namespace bsonpp
