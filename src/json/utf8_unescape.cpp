#include "utf8_unescape.h"

#include <bsonpp/byte_order.h>
#include <bsonpp/digit_values.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace bsonpp {

namespace {

constexpr std::size_t kEscapeSize = 6;  // \uXXXX

// Where the text is read and written.
struct Place {
  const char* from;
  char* out;
};

Place copied(Place place, std::size_t size) noexcept {
  std::memcpy(place.out, place.from, size);
  return {place.from + size, place.out + size};
}

Place copy_to_backslash(Place place, const char* end) noexcept {
  const auto left = static_cast<std::size_t>(end - place.from);
  const void* const found = std::memchr(place.from, '\\', left);
  if (found == nullptr) return copied(place, left);
  return copied(place, static_cast<std::size_t>(static_cast<const char*>(found) - place.from));
}

// The same behind an escape: words of other scripts lie between short pieces, for which no function
// is called.
Place copy_to_next_backslash(Place place, const char* end) noexcept {
  constexpr std::size_t kNear = 4;
  for (std::size_t i = 0; i < kNear; ++i) {
    if (place.from == end || *place.from == '\\') return place;
    *place.out++ = *place.from++;
  }
  return copy_to_backslash(place, end);
}

// What a hexadecimal digit is worth at each of the four places of a code unit; kNoUnit or more
// where it is none.
constexpr std::uint32_t kNoUnit = 0x10000;
constexpr auto kDigitsOfUnit = [] {
  std::array<std::array<std::uint32_t, 256>, 4> digits{};
  for (std::size_t place = 0; place < digits.size(); ++place) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t value = kHexValues[i];
      digits[place][i] = value < kNoDigit ? value << 4 * (3 - place) : kNoUnit;
    }
  }
  return digits;
}();

// The code unit of the \uXXXX at `from`; kNoUnit or more where there is none.
std::uint32_t unit_at(const char* from, const char* end) noexcept {
  if (static_cast<std::size_t>(end - from) < kEscapeSize || std::memcmp(from, "\\u", 2) != 0) {
    return kNoUnit;
  }
  const auto digit = [from](std::size_t place) {
    return kDigitsOfUnit[place][static_cast<std::uint8_t>(from[2 + place])];
  };
  return digit(0) | digit(1) | digit(2) | digit(3);
}

constexpr bool is_surrogate(std::uint32_t unit) noexcept { return (unit & 0xf800U) == 0xd800U; }

// Two or three bytes, of which no branch decides: what comes next in mixed text cannot be foreseen.
// Writes four.
char* put_character(char* out, std::uint32_t unit) noexcept {
  const std::uint32_t last = 0x80U | (unit & 0x3fU);
  const std::uint32_t two = (0xc0U | unit >> 6U) | last << 8U;
  const std::uint32_t three =
      (0xe0U | unit >> 12U) | (0x80U | (unit >> 6U & 0x3fU)) << 8U | last << 16U;
  const bool is_two = unit < 0x800;
  store_little_endian(reinterpret_cast<std::byte*>(out), is_two ? two : three);
  return out + (is_two ? 2 : 3);
}

char* put_pair(char* out, std::uint32_t high, std::uint32_t low) noexcept {
  const std::uint32_t point = 0x10000U + ((high & 0x3ffU) << 10U | (low & 0x3ffU));
  out[0] = static_cast<char>(0xf0U | point >> 18U);
  out[1] = static_cast<char>(0x80U | (point >> 12U & 0x3fU));
  out[2] = static_cast<char>(0x80U | (point >> 6U & 0x3fU));
  out[3] = static_cast<char>(0x80U | (point & 0x3fU));
  return out + 4;
}

// Escapes of one unit each, one behind the other.
Place copy_characters(Place place, const char* end) noexcept {
  for (;;) {
    const std::uint32_t unit = unit_at(place.from, end);
    if (unit < 0x80 || unit >= kNoUnit || is_surrogate(unit)) return place;
    place = {place.from + kEscapeSize, put_character(place.out, unit)};
  }
}

// What begins with a backslash, and is none of these.
Place copy_escape(Place place, const char* end) noexcept {
  const std::uint32_t unit = unit_at(place.from, end);
  if (unit >= kNoUnit) {
    return copied(place, std::min(static_cast<std::size_t>(end - place.from), std::size_t{2}));
  }
  if ((unit & 0xfc00U) == 0xd800U) {
    const std::uint32_t second = unit_at(place.from + kEscapeSize, end);
    if ((second & ~0x3ffU) == 0xdc00U) {
      return {place.from + 2 * kEscapeSize, put_pair(place.out, unit, second)};
    }
  }
  return copied(place, kEscapeSize);
}

}  // namespace

std::size_t copy_unescaped(std::string_view text, char* out) noexcept {
  if (text.empty()) return 0;  // its pointer may be null, which memchr() does not take
  const char* const end = text.data() + text.size();
  Place place = copy_to_backslash({text.data(), out}, end);
  while (place.from != end) {
    const char* const before = place.from;
    place = copy_characters(place, end);
    if (place.from == before) place = copy_escape(place, end);
    place = copy_to_next_backslash(place, end);
  }
  return static_cast<std::size_t>(place.out - out);
}

}  // namespace bsonpp
