// UTF-8 in both directions, as strict as Python's "strict" handler (RFC 3629): no surrogates, no
// overlong forms, nothing beyond U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bsonpp {

// The number of bytes before the first one that is not ASCII; text.size() when there is none.
std::size_t ascii_prefix(std::string_view text) noexcept;

// What one pass over UTF-8 text finds out.
struct Utf8Summary {
  bool valid = true;
  std::size_t characters = 0;   // code points
  std::uint32_t widest = 0x7f;  // an upper bound of the largest: 0x7f, 0xff, 0xffff or 0x10ffff
};

Utf8Summary summarize_utf8(std::string_view text) noexcept;

inline bool is_utf8(std::string_view text) noexcept {
  const std::size_t ascii = ascii_prefix(text);
  return ascii == text.size() || summarize_utf8(text.substr(ascii)).valid;
}

// Decodes valid UTF-8 whose code points all fit a CodeUnit. `out` has room for as many units as
// summarize_utf8() counted.
template <typename CodeUnit>
void decode_utf8(std::string_view valid_text, CodeUnit* out) noexcept;

extern template void decode_utf8(std::string_view, std::uint8_t*) noexcept;
extern template void decode_utf8(std::string_view, std::uint16_t*) noexcept;
extern template void decode_utf8(std::string_view, std::uint32_t*) noexcept;

// Encodes code points to `out`, which has room for 2, 3 or 4 bytes a unit of 1, 2 or 4 bytes.
// Returns the end of what was written, or null at a surrogate or a unit beyond U+10FFFF.
template <typename CodeUnit>
char* encode_utf8(std::span<const CodeUnit> units, char* out) noexcept;

extern template char* encode_utf8(std::span<const std::uint8_t>, char*) noexcept;
extern template char* encode_utf8(std::span<const std::uint16_t>, char*) noexcept;
extern template char* encode_utf8(std::span<const std::uint32_t>, char*) noexcept;

}  // namespace bsonpp
