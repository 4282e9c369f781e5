// UTF-8 in both directions, as strict as Python's "strict" handler (RFC 3629): no surrogates, no
// overlong forms, nothing beyond U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace bsonpp {

// The number of bytes before the first one that is not ASCII; text.size() when there is none.
std::size_t ascii_prefix(std::string_view text) noexcept;

// Whether all of `text` is ASCII; most of it is short, and looked at from both ends at once.
inline bool is_ascii(std::string_view text) noexcept {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  const std::size_t size = text.size();
  const auto words_at = [&text](std::size_t first, std::size_t second) {
    std::uint64_t one;
    std::uint64_t other;
    std::memcpy(&one, text.data() + first, 8);
    std::memcpy(&other, text.data() + second, 8);
    return one | other;
  };
  if (size >= 8 && size <= 16) return (words_at(0, size - 8) & kHighBits) == 0;
  if (size > 16 && size <= 32) {
    return ((words_at(0, 8) | words_at(size - 16, size - 8)) & kHighBits) == 0;
  }
  if (size >= 4 && size < 8) {
    std::uint32_t head;
    std::uint32_t tail;
    std::memcpy(&head, text.data(), 4);
    std::memcpy(&tail, text.data() + size - 4, 4);
    return ((head | tail) & static_cast<std::uint32_t>(kHighBits)) == 0;
  }
  return ascii_prefix(text) == size;
}

// What one pass over UTF-8 text finds out.
struct Utf8Summary {
  bool valid = true;
  std::size_t characters = 0;   // code points
  std::uint32_t widest = 0x7f;  // an upper bound of the largest: 0x7f, 0xff, 0xffff or 0x10ffff
};

Utf8Summary summarize_utf8(std::string_view text) noexcept;

// Whether `text` is at most 16 bytes of ASCII, as most keys and many values are: found without a
// loop or a call, by two loads that may overlap.
inline bool is_short_ascii(std::string_view text) noexcept {
  const auto ascii = [&]<typename Word>(Word high_bits) {
    Word head;
    Word tail;
    std::memcpy(&head, text.data(), sizeof(Word));
    std::memcpy(&tail, text.data() + text.size() - sizeof(Word), sizeof(Word));
    return ((head | tail) & high_bits) == 0;
  };
  const std::size_t size = text.size();
  if (size > 16) return false;
  if (size >= 8) return ascii(std::uint64_t{0x8080808080808080U});
  if (size >= 4) return ascii(std::uint32_t{0x80808080U});
  if (size >= 2) return ascii(std::uint16_t{0x8080U});
  return size == 0 || ascii(std::uint8_t{0x80U});
}

inline bool is_utf8(std::string_view text) noexcept {
  if (is_short_ascii(text)) return true;
  const std::size_t ascii = ascii_prefix(text);
  return ascii == text.size() || summarize_utf8(text.substr(ascii)).valid;
}

// Decodes valid UTF-8 whose code points all fit a CodeUnit. `out` is as many units as
// summarize_utf8() counted characters.
template <typename CodeUnit>
void decode_utf8(std::string_view valid_text, std::span<CodeUnit> out) noexcept;

extern template void decode_utf8(std::string_view, std::span<std::uint8_t>) noexcept;
extern template void decode_utf8(std::string_view, std::span<std::uint16_t>) noexcept;
extern template void decode_utf8(std::string_view, std::span<std::uint32_t>) noexcept;

// Encodes code points to `out`, which has room for 2, 3 or 4 bytes a unit of 1, 2 or 4 bytes, and
// for kEncodeSlack bytes more. Returns the end of what was encoded, or null when there is a
// surrogate or a unit beyond U+10FFFF.
inline constexpr std::size_t kEncodeSlack = 24;
template <typename CodeUnit>
char* encode_utf8(std::span<const CodeUnit> units, char* out) noexcept;

extern template char* encode_utf8(std::span<const std::uint8_t>, char*) noexcept;
extern template char* encode_utf8(std::span<const std::uint16_t>, char*) noexcept;
extern template char* encode_utf8(std::span<const std::uint32_t>, char*) noexcept;

}  // namespace bsonpp
