#include <bsonpp/number.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>

namespace bsonpp {

namespace {

// A natural number of a fixed width that holds every product compared below: at most 53 bits times
// 10 to the 358, or 113 bits times 2 to the 1074 (see compare_finite).
class Natural {
 public:
  Natural(std::uint64_t high, std::uint64_t low) noexcept
      : words_{static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(low >> 32U),
               static_cast<std::uint32_t>(high), static_cast<std::uint32_t>(high >> 32U)} {}

  bool is_zero() const noexcept { return bit_width() == 0; }

  std::size_t bit_width() const noexcept {
    for (std::size_t i = kWords; i-- > 0;) {
      if (words_[i] != 0) return 32 * i + static_cast<std::size_t>(std::bit_width(words_[i]));
    }
    return 0;
  }

  void multiply(std::uint32_t factor) noexcept {
    std::uint64_t carry = 0;
    for (std::uint32_t& word : words_) {
      carry += std::uint64_t{word} * factor;
      word = static_cast<std::uint32_t>(carry);
      carry >>= 32U;
    }
  }
  void multiply_by_power_of_ten(std::int32_t exponent) noexcept {
    for (; exponent >= 9; exponent -= 9) multiply(1000000000U);
    for (; exponent > 0; --exponent) multiply(10U);
  }
  void multiply_by_power_of_two(std::int32_t exponent) noexcept {
    for (; exponent >= 31; exponent -= 31) multiply(std::uint32_t{1} << 31U);
    if (exponent > 0) multiply(std::uint32_t{1} << static_cast<std::uint32_t>(exponent));
  }

  Order compare(const Natural& other) const noexcept {
    for (std::size_t i = kWords; i-- > 0;) {
      if (words_[i] != other.words_[i]) {
        return words_[i] < other.words_[i] ? Order::kLess : Order::kGreater;
      }
    }
    return Order::kEqual;
  }

 private:
  static constexpr std::size_t kWords = 48;
  std::array<std::uint32_t, kWords> words_{};
};

enum class Kind : std::uint8_t { kFinite, kInfinite, kNan };

// coefficient · 2^binary_exponent · 10^decimal_exponent, with a sign.
struct Number {
  Kind kind = Kind::kFinite;
  bool negative = false;
  std::uint64_t high = 0;  // of the coefficient
  std::uint64_t low = 0;
  std::int32_t binary_exponent = 0;
  std::int32_t decimal_exponent = 0;

  bool is_zero() const noexcept { return kind == Kind::kFinite && high == 0 && low == 0; }
};

Number from_integer(std::int64_t value) noexcept {
  Number number;
  number.negative = value < 0;
  number.low =
      value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  return number;
}

Number from_double(double value) noexcept {
  Number number;
  number.negative = std::signbit(value);
  if (std::isnan(value)) {
    number.kind = Kind::kNan;
  } else if (std::isinf(value)) {
    number.kind = Kind::kInfinite;
  } else {
    int exponent = 0;
    const double fraction = std::frexp(std::fabs(value), &exponent);
    number.low = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
    number.binary_exponent = exponent - 53;
  }
  return number;
}

// 10^34 - 1, the largest coefficient of a Decimal128.
constexpr std::uint64_t kMaxCoefficientHigh = 0x0001ed09bead87c0U;
constexpr std::uint64_t kMaxCoefficientLow = 0x378d8e63ffffffffU;

// The binary integer decimal encoding, IEEE 754-2008, clause 3.5.2.
Number from_decimal128(std::uint64_t high, std::uint64_t low) noexcept {
  constexpr std::int32_t kExponentBias = 6176;
  Number number;
  number.negative = (high >> 63U) != 0;
  const std::uint64_t combination = (high >> 58U) & 0x1fU;
  if (combination == 0x1fU) {
    number.kind = Kind::kNan;
  } else if (combination == 0x1eU) {
    number.kind = Kind::kInfinite;
  } else if (combination < 0x18U) {
    // With both upper bits set the coefficient would pass the largest, and so is zero.
    const std::uint64_t coefficient = high & 0x0001ffffffffffffU;
    const bool canonical = coefficient < kMaxCoefficientHigh ||
                           (coefficient == kMaxCoefficientHigh && low <= kMaxCoefficientLow);
    if (canonical) {
      number.high = coefficient;
      number.low = low;
      number.decimal_exponent = static_cast<std::int32_t>((high >> 49U) & 0x3fffU) - kExponentBias;
    }
  }
  return number;
}

Number read_number(Type type, Bytes bytes) noexcept {
  Cursor cursor(bytes);
  Number nan;
  nan.kind = Kind::kNan;
  switch (type) {
    case Type::kInt32: {
      std::int32_t value = 0;
      return cursor.read(value) == ErrorCode::kOk ? from_integer(value) : nan;
    }
    case Type::kInt64: {
      std::int64_t value = 0;
      return cursor.read(value) == ErrorCode::kOk ? from_integer(value) : nan;
    }
    case Type::kDouble: {
      double value = 0;
      return cursor.read(value) == ErrorCode::kOk ? from_double(value) : nan;
    }
    default: {
      std::uint64_t low = 0;
      std::uint64_t high = 0;
      const bool read = cursor.read(low) == ErrorCode::kOk && cursor.read(high) == ErrorCode::kOk;
      return read ? from_decimal128(high, low) : nan;
    }
  }
}

Order reversed(Order order) noexcept {
  if (order == Order::kLess) return Order::kGreater;
  return order == Order::kGreater ? Order::kLess : order;
}

// The decimal logarithm, to within one.
double magnitude(const Number& number, const Natural& coefficient) noexcept {
  constexpr double kLog10Of2 = 0.30102999566398119521;
  return (static_cast<double>(coefficient.bit_width()) + number.binary_exponent) * kLog10Of2 +
         number.decimal_exponent;
}

// Multiplies away the exponents. What is multiplied is small: the numbers have nearly the same
// magnitude, so a double's range bounds the exponents where one of them is a double, and two
// decimals' exponents differ by no more than their digits do.
void bring_to_common_exponents(const Number& number, const Number& other,
                               Natural& coefficient) noexcept {
  coefficient.multiply_by_power_of_two(number.binary_exponent -
                                       std::min(number.binary_exponent, other.binary_exponent));
  coefficient.multiply_by_power_of_ten(number.decimal_exponent -
                                       std::min(number.decimal_exponent, other.decimal_exponent));
}

// Compares two finite numbers that are not zero without their signs.
Order compare_finite(const Number& left, const Number& right) noexcept {
  Natural left_coefficient(left.high, left.low);
  Natural right_coefficient(right.high, right.low);
  const double difference = magnitude(left, left_coefficient) - magnitude(right, right_coefficient);
  if (difference > 2) return Order::kGreater;
  if (difference < -2) return Order::kLess;
  bring_to_common_exponents(left, right, left_coefficient);
  bring_to_common_exponents(right, left, right_coefficient);
  return left_coefficient.compare(right_coefficient);
}

Order compare(const Number& left, const Number& right) noexcept {
  if (left.kind == Kind::kNan || right.kind == Kind::kNan) {
    return left.kind == right.kind ? Order::kEqual : Order::kUnordered;
  }
  if (left.is_zero() && right.is_zero()) return Order::kEqual;
  if (left.is_zero()) return right.negative ? Order::kGreater : Order::kLess;
  if (right.is_zero()) return left.negative ? Order::kLess : Order::kGreater;
  if (left.negative != right.negative) return left.negative ? Order::kLess : Order::kGreater;
  Order order = Order::kEqual;
  if (left.kind == Kind::kInfinite || right.kind == Kind::kInfinite) {
    if (left.kind == right.kind) return Order::kEqual;
    order = left.kind == Kind::kInfinite ? Order::kGreater : Order::kLess;
  } else {
    order = compare_finite(left, right);
  }
  return left.negative ? reversed(order) : order;
}

bool read_int(Type type, Bytes bytes, std::int64_t& value) noexcept {
  Cursor cursor(bytes);
  if (type == Type::kInt64) return cursor.read(value) == ErrorCode::kOk;
  std::int32_t narrow = 0;
  if (type != Type::kInt32 || cursor.read(narrow) != ErrorCode::kOk) return false;
  value = narrow;
  return true;
}

// A double, or an integer that a double holds exactly.
bool read_exact_double(Type type, Bytes bytes, double& value) noexcept {
  if (type == Type::kDouble) return Cursor(bytes).read(value) == ErrorCode::kOk;
  constexpr std::int64_t kLimit = std::int64_t{1} << 53U;
  std::int64_t integer = 0;
  if (!read_int(type, bytes, integer) || integer > kLimit || integer < -kLimit) return false;
  value = static_cast<double>(integer);
  return true;
}

template <typename T>
Order order_of(T left, T right) noexcept {
  if (left < right) return Order::kLess;
  return left > right ? Order::kGreater : Order::kEqual;
}

}  // namespace

Order compare_numbers(Type left_type, Bytes left, Type right_type, Bytes right) noexcept {
  std::int64_t left_integer = 0;
  std::int64_t right_integer = 0;
  if (read_int(left_type, left, left_integer) && read_int(right_type, right, right_integer)) {
    return order_of(left_integer, right_integer);
  }
  double left_double = 0;
  double right_double = 0;
  if (read_exact_double(left_type, left, left_double) &&
      read_exact_double(right_type, right, right_double) && !std::isnan(left_double) &&
      !std::isnan(right_double)) {
    return order_of(left_double, right_double);
  }
  return compare(read_number(left_type, left), read_number(right_type, right));
}

}  // namespace bsonpp
