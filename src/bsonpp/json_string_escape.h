// Characters of JSON strings that do not stand for themselves.
#pragma once

#include "hex.h"
#include "utf8_avx2.h"

#include <bsonpp/attributes.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace bsonpp {

inline constexpr std::size_t kMostEscaped = 6;  // characters that one unit becomes: \u001f

// What comes after a backslash, or 0 for \uXXXX.
constexpr char short_escape(std::uint32_t character) noexcept {
  switch (character) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\f':
      return 'f';
    case '\b':
      return 'b';
    default:
      return 0;
  }
}

inline char* put_unit_escape(char* out, std::uint32_t unit) noexcept {
  out[0] = '\\';
  out[1] = 'u';
  std::memcpy(out + 2, &kHexPairs[std::size_t{2} * (unit >> 8U)], 2);
  std::memcpy(out + 4, &kHexPairs[std::size_t{2} * (unit & 0xffU)], 2);
  return out + kMostEscaped;
}

inline char* put_escape(char* out, std::uint32_t character) noexcept {
  if (character < 0x7f) {
    if (const char letter = short_escape(character); letter != 0) {
      *out++ = '\\';
      *out++ = letter;
      return out;
    }
  }
  if (character < 0x10000U) [[likely]] {
    return put_unit_escape(out, character);
  }
  const std::uint32_t offset = character - 0x10000U;
  out = put_unit_escape(out, 0xd800U + (offset >> 10U));
  return put_unit_escape(out, 0xdc00U + (offset & 0x3ffU));
}

// A character as itself or escaped, whichever it takes, without a branch that the text decides:
// words of other scripts and the spaces between them alternate too often for one. Writes up to
// kMostEscaped characters more than it advances.
BSONPP_ALWAYS_INLINE char* put_unpredicted(char* out, std::uint32_t character) noexcept {
  const bool special = (character < 0x20) | (character == '"') | (character == '\\');
  if (special || character >= 0x10000U) [[unlikely]] {
    return put_escape(out, character);
  }
  put_unit_escape(out, character);
  const bool plain = character < 0x7f;
  *out = plain ? static_cast<char>(character) : '\\';
  return out + (plain ? 1 : kMostEscaped);
}

#if defined(BSONPP_AVX2)

namespace avx2 {

// Escapes all units that are not printable ASCII. `out` has room for kMostEscaped characters a
// unit, or twice as many of units of four bytes, and for kEscapeSlack more.
inline constexpr std::size_t kEscapeSlack = 64;
template <typename CodeUnit>
BSONPP_TARGET_AVX2 char* put_json_units(std::span<const CodeUnit> units, char* out) noexcept;

}  // namespace avx2

#endif

}  // namespace bsonpp
