#include <bsonpp/number.h>

#include <bsonpp/byte_order.h>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>

namespace bsonpp {
namespace {

// A number as its bytes lie in a document.
struct Value {
  Type type = Type::kInt32;
  std::array<std::byte, 16> bytes{};

  Bytes view() const {
    return Bytes(bytes).first(type == Type::kDecimal128 ? 16 : type == Type::kInt32 ? 4 : 8);
  }
};

Value int32(std::int32_t number) {
  Value value;
  store_little_endian(value.bytes.data(), number);
  return value;
}
Value int64(std::int64_t number) {
  Value value{Type::kInt64, {}};
  store_little_endian(value.bytes.data(), number);
  return value;
}
Value real(double number) {
  Value value{Type::kDouble, {}};
  store_little_endian(value.bytes.data(), number);
  return value;
}
// ±coefficient · 10^exponent
Value decimal(std::uint64_t coefficient, int exponent, bool negative = false,
              std::uint64_t high = 0) {
  Value value{Type::kDecimal128, {}};
  store_little_endian(value.bytes.data(), coefficient);
  const auto biased = static_cast<std::uint64_t>(std::int64_t{exponent} + 6176);
  store_little_endian(value.bytes.data() + 8,
                      (negative ? std::uint64_t{1} << 63U : 0) | biased << 49U | high);
  return value;
}
Value decimal_bits(std::uint64_t high) {
  Value value{Type::kDecimal128, {}};
  store_little_endian(value.bytes.data() + 8, high);
  return value;
}

Order order(const Value& left, const Value& right) {
  return compare_numbers(left.type, left.view(), right.type, right.view());
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Number, EqualWorthInEveryType) {
  const std::array<Value, 6> ones = {int32(1),      int64(1),          real(1),
                                     decimal(1, 0), decimal(1000, -3), decimal(1, 0)};
  for (const Value& left : ones) {
    for (const Value& right : ones) EXPECT_EQ(order(left, right), Order::kEqual);
  }
  EXPECT_EQ(order(real(-0.0), decimal(0, 6000)), Order::kEqual);
  EXPECT_EQ(order(int32(0), decimal(0, -100, /*negative=*/true)), Order::kEqual);
}

// Each is less than the next; no two of a row are equal when rounded to a common type alone.
TEST(Number, AscendingOrder) {
  constexpr std::int64_t kTwo53 = std::int64_t{1} << 53U;
  const std::array<Value, 25> ascending = {
      real(-kInfinity),
      decimal(9, 6000, /*negative=*/true),
      real(-1e308),
      int64(std::numeric_limits<std::int64_t>::min()),
      int32(-5),
      real(-4.5),
      decimal(1, -6000, /*negative=*/true),
      int32(0),
      decimal(1, -6000),
      real(5e-324),
      decimal(5, -324),
      decimal(1, -1),
      real(0.1),
      int32(1),
      decimal(11, -1),
      real(1.5),
      real(static_cast<double>(kTwo53)),
      int64(kTwo53 + 1),
      decimal(static_cast<std::uint64_t>(kTwo53) + 2, 0),
      int64(std::numeric_limits<std::int64_t>::max()),
      real(9223372036854775808.0),
      decimal(9223372036854775809U, 0),
      real(1e308),
      decimal(1, 6000),
      decimal_bits(0x7800000000000000U),  // infinity
  };
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      const Order expected = i < j ? Order::kLess : i > j ? Order::kGreater : Order::kEqual;
      EXPECT_EQ(order(ascending[i], ascending[j]), expected) << i << " " << j;
    }
  }
}

TEST(Number, NanEqualsNanOnly) {
  const Value decimal_nan = decimal_bits(0x7c00000000000000U);
  EXPECT_EQ(order(real(kNan), real(kNan)), Order::kEqual);
  EXPECT_EQ(order(real(kNan), decimal_nan), Order::kEqual);
  for (const Value& number : {int32(1), int64(1), real(-kInfinity), decimal(1, 0)}) {
    EXPECT_EQ(order(real(kNan), number), Order::kUnordered);
    EXPECT_EQ(order(number, decimal_nan), Order::kUnordered);
  }
}

TEST(Number, InfinitiesAreEqualAcrossTypes) {
  EXPECT_EQ(order(real(kInfinity), decimal_bits(0x7800000000000000U)), Order::kEqual);
  EXPECT_EQ(order(real(-kInfinity), decimal_bits(0xf800000000000000U)), Order::kEqual);
  EXPECT_EQ(order(real(kInfinity), decimal_bits(0xf800000000000000U)), Order::kGreater);
}

TEST(Number, CoefficientsOfMoreThan34DigitsAreZero) {
  EXPECT_EQ(order(decimal(0x378d8e63ffffffffU, 0, false, 0x0001ed09bead87c0U), int32(0)),
            Order::kGreater);
  EXPECT_EQ(order(decimal(0x378d8e6400000000U, 0, false, 0x0001ed09bead87c0U), int32(0)),
            Order::kEqual);
  EXPECT_EQ(order(decimal_bits(0x6000000000000001U), int32(0)), Order::kEqual);
}

}  // namespace
}  // namespace bsonpp
