#include <bsonpp/json_text.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <string_view>

namespace bsonpp {
namespace {

// Behind the text lies what put_double() must not touch.
std::string double_text(double number) {
  std::array<char, kDoubleTextSize + 8> room{};
  room.fill('#');
  const std::string text(room.data(), put_double(room.data(), number));
  EXPECT_EQ(std::string_view(room.data() + kDoubleTextSize, 8), "########") << text;
  return text;
}

// Python's repr() of what the standard library found to be the shortest digits.
std::string repr(double number) {
  std::array<char, 32> room{};
  const std::string text(room.data(),
                         std::to_chars(room.data(), room.data() + room.size(), std::fabs(number),
                                       std::chars_format::scientific)
                             .ptr);
  const std::size_t mark = text.find('e');
  const int exponent = static_cast<int>(std::strtol(text.c_str() + mark + 1, nullptr, 10));
  std::string digits = text.substr(0, mark);
  std::erase(digits, '.');
  const std::string sign = std::signbit(number) ? "-" : "";
  if (exponent < -4 || exponent >= 16) {
    const std::string fraction = digits.size() > 1 ? "." + digits.substr(1) : "";
    return sign + digits.front() + fraction + text.substr(mark);
  }
  if (exponent < 0) {
    return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  }
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) digits.resize(whole + 1, '0');
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

void expect_repr(double number) {
  if (!std::isfinite(number)) return;
  EXPECT_EQ(double_text(number), repr(number));
}

TEST(DoubleText, PythonsRepr) {
  EXPECT_EQ(double_text(0.0), "0.0");
  EXPECT_EQ(double_text(-0.0), "-0.0");
  EXPECT_EQ(double_text(1.0), "1.0");
  EXPECT_EQ(double_text(12.5), "12.5");
  EXPECT_EQ(double_text(-0.0001), "-0.0001");
  EXPECT_EQ(double_text(0.00001), "1e-05");
  EXPECT_EQ(double_text(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(double_text(1e15), "1000000000000000.0");
  EXPECT_EQ(double_text(9999999999999998.0), "9999999999999998.0");
  EXPECT_EQ(double_text(1e16), "1e+16");
  EXPECT_EQ(double_text(1.5e300), "1.5e+300");
  EXPECT_EQ(double_text(123456789012345680.0), "1.2345678901234568e+17");
  EXPECT_EQ(double_text(99999999999.9999), "99999999999.9999");
  EXPECT_EQ(double_text(-22.835825900639943), "-22.835825900639943");
  EXPECT_EQ(double_text(0.00010000000000000002), "0.00010000000000000002");
  EXPECT_EQ(double_text(0.00009999999999999999), "9.999999999999999e-05");
  EXPECT_EQ(double_text(999999999999999.9), "999999999999999.9");
  EXPECT_EQ(double_text(4503599627370495.5), "4503599627370495.5");
  EXPECT_EQ(double_text(2.2250738585072014e-308), "2.2250738585072014e-308");
  EXPECT_EQ(double_text(std::numeric_limits<double>::denorm_min()), "5e-324");
  EXPECT_EQ(double_text(-std::numeric_limits<double>::max()), "-1.7976931348623157e+308");
}

// Of every binary exponent the numbers around a power of two, where the next smaller double is
// closer than the next larger one, and around its middle.
TEST(DoubleText, EveryBinaryExponent) {
  constexpr std::uint64_t kHalf = std::uint64_t{1} << 51U;
  for (std::uint64_t exponent = 0; exponent < 0x7ff; ++exponent) {
    for (const std::uint64_t fraction : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2},
                                         kHalf - 1, kHalf, kHalf + 1, 2 * kHalf - 1}) {
      expect_repr(std::bit_cast<double>(exponent << 52U | fraction));
    }
  }
}

TEST(DoubleText, ShortDecimalsAndTheirNeighbours) {
  for (int exponent = -326; exponent <= 308; ++exponent) {
    for (const int digits : {1, 2, 5, 9, 12, 99, 123, 4567}) {
      const std::string text = std::to_string(digits) + "e" + std::to_string(exponent);
      const double number = std::strtod(text.c_str(), nullptr);
      expect_repr(number);
      expect_repr(std::nextafter(number, 0.0));
      expect_repr(std::nextafter(number, std::numeric_limits<double>::infinity()));
    }
  }
}

TEST(DoubleText, RandomNumbers) {
  std::mt19937_64 random(20261126);  // NOLINT(bugprone-random-generator-seed): the same each time
  for (int i = 0; i < 50000; ++i) {
    expect_repr(std::bit_cast<double>(random()));
    const double unit = std::ldexp(static_cast<double>(random() >> 11U), -53);
    expect_repr(unit);
    expect_repr(std::ldexp(unit, static_cast<int>(random() % 70) - 14));
    expect_repr(-std::round(unit * 1e7) / 1e5);
    expect_repr(static_cast<double>(random() >> random() % 64));
    expect_repr(static_cast<double>(random() >> 10U) / 4);
  }
}

}  // namespace
}  // namespace bsonpp
