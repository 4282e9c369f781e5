// What digits are worth.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bsonpp {

// The value of each character that is a digit, and kNoDigit of all others.
using DigitValues = std::array<std::uint8_t, 256>;
inline constexpr std::uint8_t kNoDigit = 0x80;

constexpr void set_values(DigitValues& values, std::string_view digits, std::uint8_t first) {
  for (const char digit : digits) values[static_cast<std::uint8_t>(digit)] = first++;
}

inline constexpr DigitValues kHexValues = [] {
  DigitValues values{};
  values.fill(kNoDigit);
  set_values(values, "0123456789abcdef", 0);
  set_values(values, "ABCDEF", 10);
  return values;
}();

// The value of one digit; kNoDigit or more when it is none.
inline unsigned value_of(const DigitValues& values, char digit) noexcept {
  return values[static_cast<std::uint8_t>(digit)];
}

}  // namespace bsonpp
