// One character of UTF-8.
#pragma once

#include <bsonpp/byte_order.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace bsonpp {

// How to decode a character, by the upper half of its first byte.
struct Utf8Form {
  std::uint32_t largest;   // all bits that the form can set
  std::uint8_t shift;      // of four bytes, most significant first, to leave the character's own
  std::uint8_t last_mask;  // of the last of them
};

inline constexpr std::array<Utf8Form, 16> kUtf8Forms = [] {
  std::array<Utf8Form, 16> forms{};
  for (std::size_t half = 0; half < forms.size(); ++half) {
    if (half < 0x8) forms[half] = {0x7f, 24, 0x7f};
    if (half == 0xc || half == 0xd) forms[half] = {0x7ff, 16, 0x3f};
    if (half == 0xe) forms[half] = {0xffff, 8, 0x3f};
    if (half == 0xf) forms[half] = {0x1fffff, 0, 0x3f};
  }
  return forms;
}();

// The character of valid UTF-8 that begins at `from`, which holds four bytes.
inline std::uint32_t character_at(const char* from) noexcept {
  const auto bytes = load_big_endian<std::uint32_t>(reinterpret_cast<const std::byte*>(from));
  const Utf8Form& form = kUtf8Forms[bytes >> 28U];
  const std::uint32_t own = bytes >> form.shift;
  const std::uint32_t bits = (own & form.last_mask) | ((own >> 2U) & 0xfc0U) |
                             ((own >> 4U) & 0x3f000U) | ((own >> 6U) & 0x1c0000U);
  return bits & form.largest;
}

}  // namespace bsonpp
