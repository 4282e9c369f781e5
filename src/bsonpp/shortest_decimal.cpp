#include "shortest_decimal.h"

#include <array>
#include <bit>
#include <cstddef>
#include <limits>

namespace bsonpp {

namespace {

static_assert(std::numeric_limits<double>::is_iec559);

constexpr int kFractionBits = 52;
constexpr std::uint64_t kHiddenBit = std::uint64_t{1} << kFractionBits;
constexpr int kExponentBias = 1075;  // of a significand that is an integer

// 128 bits, the first of which is set.
struct Significand {
  std::uint64_t upper = 0;
  std::uint64_t lower = 0;
};

// An integer of 1280 bits, for the compiler only.
class WideInteger {
 public:
  static constexpr WideInteger one() noexcept {
    WideInteger number;
    number.limbs_.front() = 1;
    return number;
  }
  static constexpr WideInteger highest_bit() noexcept {
    WideInteger number;
    number.limbs_.back() = std::uint32_t{1} << 31U;
    return number;
  }
  constexpr void multiply(std::uint32_t factor) noexcept {
    std::uint64_t carry = 0;
    for (std::uint32_t& limb : limbs_) {
      carry += std::uint64_t{limb} * factor;
      limb = static_cast<std::uint32_t>(carry);
      carry >>= 32U;
    }
  }
  // Rounds down.
  constexpr void divide(std::uint32_t divisor) noexcept {
    std::uint64_t rest = 0;
    for (std::size_t i = kLimbs; i-- > 0;) {
      rest = rest << 32U | limbs_[i];
      limbs_[i] = static_cast<std::uint32_t>(rest / divisor);
      rest %= divisor;
    }
  }
  // The 128 bits from the first one that is set on, rounded up when others below are set too or
  // have been lost.
  constexpr Significand rounded_up(bool lost) const noexcept {
    std::size_t top = kLimbs - 1;
    while (limbs_[top] == 0) --top;
    const auto shift = static_cast<unsigned>(std::countl_zero(limbs_[top]));
    std::array<std::uint32_t, 5> words{};
    for (std::size_t i = 0; i < words.size() && i <= top; ++i) words[i] = limbs_[top - i];
    const auto word = [&words, shift](std::size_t i) {
      return static_cast<std::uint32_t>((std::uint64_t{words[i]} << 32U | words[i + 1]) << shift >>
                                        32U);
    };
    Significand result{std::uint64_t{word(0)} << 32U | word(1),
                       std::uint64_t{word(2)} << 32U | word(3)};
    bool more = lost || words[4] << shift != 0;
    for (std::size_t i = words.size(); i <= top; ++i) more = more || limbs_[top - i] != 0;
    if (more && ++result.lower == 0) ++result.upper;
    return result;
  }

 private:
  static constexpr std::size_t kLimbs = 40;

  std::array<std::uint32_t, kLimbs> limbs_{};
};

constexpr int kLeastPower = -292;
constexpr int kMostPower = 324;

// 10^k for each k from kLeastPower on, with binary exponents of their own, rounded up.
constexpr auto kPowers = [] {
  std::array<Significand, kMostPower - kLeastPower + 1> powers{};
  WideInteger number = WideInteger::one();
  for (int k = 0; k <= kMostPower; ++k) {
    powers[static_cast<std::size_t>(k - kLeastPower)] = number.rounded_up(false);
    number.multiply(10);
  }
  number = WideInteger::highest_bit();
  for (int k = -1; k >= kLeastPower; --k) {
    number.divide(10);
    powers[static_cast<std::size_t>(k - kLeastPower)] = number.rounded_up(true);
  }
  return powers;
}();

// Logarithms as integers, rounded down, by constants that are close enough for all exponents of a
// double (Giulietti, section 9.3).
constexpr int log10_of_power_of_2(int exponent) noexcept { return exponent * 1262611 >> 22; }
constexpr int log10_of_three_quarters_of_power_of_2(int exponent) noexcept {
  return (exponent * 1262611 - 524031) >> 22;
}
constexpr int log2_of_power_of_10(int exponent) noexcept { return exponent * 1741647 >> 19; }

Significand product(std::uint64_t left, std::uint64_t right) noexcept {
#if defined(__SIZEOF_INT128__)
  __extension__ using Wide = unsigned __int128;
  const Wide wide = static_cast<Wide>(left) * right;
  return {static_cast<std::uint64_t>(wide >> 64U), static_cast<std::uint64_t>(wide)};
#else
  constexpr std::uint64_t kLow = 0xffffffffU;
  const std::uint64_t low = (left & kLow) * (right & kLow);
  const std::uint64_t first = (left >> 32U) * (right & kLow) + (low >> 32U);
  const std::uint64_t second = (left & kLow) * (right >> 32U) + (first & kLow);
  return {(left >> 32U) * (right >> 32U) + (first >> 32U) + (second >> 32U),
          second << 32U | (low & kLow)};
#endif
}

// The upper 64 of the 192 bits of power * factor, whose last bit tells whether others were set.
std::uint64_t rounded_to_odd(const Significand& power, std::uint64_t factor) noexcept {
  const std::uint64_t carry = product(power.lower, factor).upper;
  const Significand high = product(power.upper, factor);
  const std::uint64_t lower = high.lower + carry;
  const std::uint64_t upper = high.upper + (lower < carry ? 1 : 0);
  return upper | static_cast<std::uint64_t>(lower > 1);
}

// significand * 2^exponent
struct Binary {
  std::uint64_t significand;
  int exponent;
  bool closer_below;  // the next smaller double is half as far as the next larger one

  explicit Binary(double number) noexcept {
    const auto bits = std::bit_cast<std::uint64_t>(number);
    const std::uint64_t fraction = bits & (kHiddenBit - 1);
    const auto biased = static_cast<int>(bits >> static_cast<unsigned>(kFractionBits));
    significand = biased == 0 ? fraction : fraction | kHiddenBit;
    exponent = (biased == 0 ? 1 : biased) - kExponentBias;
    closer_below = fraction == 0 && biased > 1;
  }
};

// The quarters of units of 10^k in which candidates and the bounds of what rounds to a double are
// compared. Bounds count when the significand is even.
struct Interval {
  std::uint64_t lower;
  std::uint64_t number;
  std::uint64_t upper;

  Interval(const Binary& binary, int k) noexcept {
    const Significand& power = kPowers[static_cast<std::size_t>(-k - kLeastPower)];
    const auto shift = static_cast<unsigned>(binary.exponent + log2_of_power_of_10(-k) + 1);
    const std::uint64_t quarters = 4 * binary.significand;
    const std::uint64_t odd = binary.significand & 1U;
    lower = rounded_to_odd(power, (quarters - (binary.closer_below ? 1 : 2)) << shift) + odd;
    number = rounded_to_odd(power, quarters << shift);
    upper = rounded_to_odd(power, (quarters + 2) << shift) - odd;
  }
};

// Without a branch, into which compilers turn the conditional operator.
std::uint64_t chosen(bool condition, std::uint64_t yes, std::uint64_t no) noexcept {
  return no ^ ((yes ^ no) & (0 - static_cast<std::uint64_t>(condition)));
}

}  // namespace

Decimal shortest_decimal(double number) noexcept {
  const Binary binary(number);
  const int k = binary.closer_below ? log10_of_three_quarters_of_power_of_2(binary.exponent)
                                    : log10_of_power_of_2(binary.exponent);
  const Interval interval(binary, k);
  // What is not known ahead is chosen without branches, because numbers of 16 digits and of 17 come
  // in no order.
  const std::uint64_t units = interval.number / 4;
  const std::uint64_t tens = units / 10 * 10;
  const bool holds_tens = interval.lower <= 4 * tens;
  const bool holds_next_tens = 4 * tens + 40 <= interval.upper;
  const bool one_tens = (units >= 10) & (holds_tens != holds_next_tens);
  const bool holds_unit = interval.lower <= 4 * units;
  const bool holds_next_unit = 4 * units + 4 <= interval.upper;
  // Of both or neither the closer one, of two as close the even one.
  const std::uint64_t middle = 4 * units + 2;
  const bool closer_to_next =
      (interval.number > middle) | ((interval.number == middle) & ((units & 1U) != 0));
  const std::uint64_t next_unit =
      chosen(holds_unit != holds_next_unit, holds_next_unit ? 1 : 0, closer_to_next ? 1 : 0);
  return {chosen(one_tens, tens + (holds_next_tens ? 10 : 0), units + next_unit), k};
}

}  // namespace bsonpp
