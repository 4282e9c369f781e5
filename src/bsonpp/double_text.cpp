// Doubles as Python's repr() writes them.
#include "decimal_digits.h"
#include "shortest_decimal.h"

#include <bsonpp/json_text.h>

#include <algorithm>
#include <cmath>

namespace bsonpp {

namespace {

// Between these repr() writes no exponent.
constexpr double kLeastWithoutExponent = 1e-4;
constexpr double kLeastWithExponent = 1e16;

char* drop_zeros(char* end) noexcept {
  while (end[-1] == '0') --end;
  return end;
}

// A number below 10^8 of ten thousandths, with up to four digits before and behind the point.
char* put_ten_thousandths(char* out, std::uint32_t number) noexcept {
  const std::uint64_t digits = eight_digits(number) | kEightZeros;
  const std::size_t count = digits_of(number / 10'000 | 1U);
  store_characters(out, digits >> 8 * (4 - count));
  out += count;
  *out++ = '.';
  store_characters(out, static_cast<std::uint32_t>(digits >> 32U));
  return drop_zeros(out + 4);
}

// Integers, and numbers of at most 15 digits with up to four after the point, as prices and
// measurements are: two such decimals are never the same double, so the one found is the shortest.
char* put_short_decimal(char* out, double number) noexcept {
  constexpr double kMostWithFraction = 1e11;
  if (number >= kLeastWithExponent) return nullptr;
  const auto whole = static_cast<std::int64_t>(number);
  if (static_cast<double>(whole) == number) {
    out = put_unsigned(out, static_cast<std::uint64_t>(whole));
    *out++ = '.';
    *out++ = '0';
    return out;
  }
  if (number < kLeastWithoutExponent || number >= kMostWithFraction) return nullptr;
  const auto scaled = static_cast<std::int64_t>(number * 1e4 + 0.5);
  if (static_cast<double>(scaled) / 1e4 != number) return nullptr;
  if (number < 1e4) [[likely]] {
    return put_ten_thousandths(out, static_cast<std::uint32_t>(scaled));
  }
  out = put_unsigned(out, static_cast<std::uint64_t>(scaled / 10000));
  *out++ = '.';
  const auto fraction = static_cast<unsigned>(scaled % 10000);
  return drop_zeros(put_pair(put_pair(out, fraction / 100), fraction % 100));
}

// The 17 digits that a double has at most, behind up to three zeros.
char* put_long_fraction(char* out, std::uint64_t fraction, std::size_t size) noexcept {
  constexpr std::size_t kLow = 16;
  std::fill_n(out, 3, '0');
  out += size - (kLow + 1);
  *out++ = static_cast<char>('0' + fraction / kPowersOfTen[kLow]);
  const std::uint64_t low = fraction % kPowersOfTen[kLow];
  return low != 0 ? put_fraction_digits(out, low) : out;
}

// A number without an exponent that is no integer. Integers of that size are doubles, so that the
// decimal lies between the same two as the number.
BSONPP_NEVER_INLINE char* put_fraction(char* out, double number) noexcept {
  constexpr std::size_t kAtOnce = 16;  // digits
  const Decimal decimal = shortest_decimal(number);
  const auto whole = static_cast<std::uint64_t>(static_cast<std::int64_t>(number));
  const auto size = static_cast<std::size_t>(-decimal.exponent);
  out = put_unsigned(out, whole);
  *out++ = '.';
  if (size > kAtOnce) return put_long_fraction(out, decimal.digits, size);
  const std::uint64_t fraction = decimal.digits - whole * kPowersOfTen[size];
  return put_fraction_digits(out, fraction * kPowersOfTen[kAtOnce - size]);
}

char* put_exponent(char* out, int exponent) noexcept {
  *out++ = 'e';
  *out++ = exponent < 0 ? '-' : '+';
  const auto size = static_cast<unsigned>(exponent < 0 ? -exponent : exponent);
  return size < 100 ? put_pair(out, size) : put_unsigned(out, size);
}

BSONPP_NEVER_INLINE char* put_with_exponent(char* out, double number) noexcept {
  const Decimal decimal = shortest_decimal(number);
  char* end = put_unsigned(out + 1, decimal.digits);
  const auto digits_behind_first = static_cast<int>(end - (out + 2));
  end = drop_zeros(end);
  out[0] = out[1];
  if (end == out + 2) {
    --end;
  } else {
    out[1] = '.';
  }
  return put_exponent(end, decimal.exponent + digits_behind_first);
}

}  // namespace

std::string_view name_of_non_finite(double number) noexcept {
  if (std::isnan(number)) return "NaN";
  return number > 0 ? "Infinity" : "-Infinity";
}

char* put_double(char* out, double number) noexcept {
  *out = '-';
  out += std::signbit(number) ? 1 : 0;
  const double size = std::fabs(number);
  if (char* end = put_short_decimal(out, size); end != nullptr) return end;
  return size >= kLeastWithoutExponent && size < kLeastWithExponent ? put_fraction(out, size)
                                                                    : put_with_exponent(out, size);
}

}  // namespace bsonpp
