// Hexadecimal digits, two for each byte.
#pragma once

#include <array>
#include <cstddef>

namespace bsonpp {

// "00" "01" … "ff"
inline constexpr auto kHexPairs = [] {
  constexpr char kDigits[] = "0123456789abcdef";
  std::array<char, 512> pairs{};
  for (std::size_t i = 0; i < 256; ++i) {
    pairs[2 * i] = kDigits[i / 16];
    pairs[2 * i + 1] = kDigits[i % 16];
  }
  return pairs;
}();

}  // namespace bsonpp
