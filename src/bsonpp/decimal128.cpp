#include <bsonpp/byte_order.h>
#include <bsonpp/decimal128.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace bsonpp {

namespace {

constexpr std::uint64_t kSign = 0x8000000000000000U;
constexpr std::uint64_t kNan = 0x7c00000000000000U;
constexpr std::uint64_t kInfinity = 0x7800000000000000U;
// Two set bits here mean a significand beyond 34 digits, which counts as zero.
constexpr std::uint64_t kLargeForm = 0x6000000000000000U;
constexpr int kExponentBias = 6176;
constexpr int kMinExponent = -6176;
constexpr int kMaxExponent = 6111;
constexpr std::size_t kMaxDigits = 34;

// An unsigned integer of 128 bits; the compilers' own type is no standard C++.
struct Wide {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  bool is_zero() const noexcept { return (high | low) == 0; }

  // Divides by ten in steps of 32 bits; returns the remainder.
  std::uint32_t divide_by_ten() noexcept {
    std::uint64_t rest = 0;
    const auto step = [&rest](std::uint64_t word) {
      const std::uint64_t upper = (rest << 32U) | (word >> 32U);
      rest = upper % 10;
      const std::uint64_t lower = (rest << 32U) | (word & 0xffffffffU);
      rest = lower % 10;
      return ((upper / 10) << 32U) | (lower / 10);
    };
    high = step(high);
    low = step(low);
    return static_cast<std::uint32_t>(rest);
  }

  // value * 10 + digit, which the caller knows to fit.
  void append(unsigned digit) noexcept {
    const std::uint64_t lower = (low & 0xffffffffU) * 10 + digit;
    const std::uint64_t upper = (low >> 32U) * 10 + (lower >> 32U);
    low = (upper << 32U) | (lower & 0xffffffffU);
    high = high * 10 + (upper >> 32U);
  }
};

// 10^34 - 1, the largest significand.
constexpr Wide kMaxSignificand = {0x0001ed09bead87c0U, 0x378d8e63ffffffffU};

char* put(char* out, std::string_view text) noexcept {
  return std::copy_n(text.data(), text.size(), out);
}

char* put_scientific(char* out, std::string_view digits, int adjusted) noexcept {
  *out++ = digits.front();
  if (digits.size() > 1) {
    *out++ = '.';
    out = put(out, digits.substr(1));
  }
  *out++ = 'E';
  if (adjusted >= 0) *out++ = '+';
  return std::to_chars(out, out + 6, adjusted).ptr;
}

char* put_plain(char* out, std::string_view digits, int exponent) noexcept {
  if (exponent == 0) return put(out, digits);
  const int before_point = static_cast<int>(digits.size()) + exponent;
  if (before_point > 0) {
    const auto whole = static_cast<std::size_t>(before_point);
    out = put(out, digits.substr(0, whole));
    *out++ = '.';
    return put(out, digits.substr(whole));
  }
  out = put(out, "0.");
  for (int zeros = before_point; zeros < 0; ++zeros) *out++ = '0';
  return put(out, digits);
}

char* put_number(char* out, Wide significand, int exponent) noexcept {
  std::array<char, 40> reversed{};
  std::size_t count = 0;
  do {
    reversed[count++] = static_cast<char>('0' + significand.divide_by_ten());
  } while (!significand.is_zero());
  std::reverse(reversed.begin(), reversed.begin() + static_cast<std::ptrdiff_t>(count));
  const std::string_view digits(reversed.data(), count);
  const int adjusted = exponent + static_cast<int>(count) - 1;
  // The rule of the specification and of Python's decimal: no exponent while it stays readable.
  const bool plain = exponent <= 0 && adjusted >= -6;
  return plain ? put_plain(out, digits, exponent) : put_scientific(out, digits, adjusted);
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return std::ranges::equal(text, lower, [](char left, char right) {
    return (left >= 'A' && left <= 'Z' ? static_cast<char>(left + ('a' - 'A')) : left) == right;
  });
}

void store(Wide words, std::array<char, kDecimal128Size>& bytes) noexcept {
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<char>(words.low >> 8 * i);
    bytes[i + 8] = static_cast<char>(words.high >> 8 * i);
  }
}

// The digits and the exponent that a text spells out.
struct Spelled {
  std::array<char, kMaxDigits + 1> digits{};
  std::size_t count = 0;      // significant digits, without leading zeros
  std::int64_t exponent = 0;  // of the last digit kept
};

// Adds a digit; false where it would be the 35th and not a zero.
bool add_digit(Spelled& number, char digit) noexcept {
  if (digit == '0' && number.count == 0) return true;
  if (number.count == kMaxDigits) {
    ++number.exponent;
    return digit == '0';
  }
  number.digits[number.count++] = digit;
  return true;
}

// digits ["." digits] | "." digits, with at least one digit.
bool spell_digits(std::string_view& text, Spelled& number) noexcept {
  bool any = false;
  bool after_point = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char character = text[i];
    if (character == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (character < '0' || character > '9') break;
    any = true;
    if (!add_digit(number, character)) return false;
    if (after_point) --number.exponent;
  }
  text.remove_prefix(i);
  return any;
}

// "" | ("e" | "E") ["+" | "-"] digits
bool spell_exponent(std::string_view text, Spelled& number) noexcept {
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  int exponent = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, exponent);
  if (text.empty() || error != std::errc() || stop != end) return false;
  number.exponent += exponent;
  return true;
}

// Brings the exponent into range by adding or dropping zeros at the end ("clamping").
bool fit(Spelled& number) noexcept {
  if (number.count == 0) {
    number.exponent = std::clamp<std::int64_t>(number.exponent, kMinExponent, kMaxExponent);
    return true;
  }
  while (number.exponent > kMaxExponent) {
    if (number.count == kMaxDigits) return false;
    number.digits[number.count++] = '0';
    --number.exponent;
  }
  while (number.exponent < kMinExponent) {
    if (number.count == 1 || number.digits[number.count - 1] != '0') return false;
    --number.count;
    ++number.exponent;
  }
  return true;
}

}  // namespace

char* put_decimal128(char* out, Bytes bytes) noexcept {
  const auto low = load_little_endian<std::uint64_t>(bytes.data());
  const auto high = load_little_endian<std::uint64_t>(bytes.data() + 8);
  if ((high & kNan) == kNan) return put(out, "NaN");
  if ((high & kSign) != 0) *out++ = '-';
  if ((high & kInfinity) == kInfinity) return put(out, "Infinity");
  const bool large = (high & kLargeForm) == kLargeForm;
  const auto biased = static_cast<int>((high >> (large ? 47U : 49U)) & 0x3fffU);
  Wide significand{high & 0x1ffffffffffffU, low};
  const bool too_large = significand.high > kMaxSignificand.high ||
                         (significand.high == kMaxSignificand.high && low > kMaxSignificand.low);
  if (large || too_large) significand = {};
  return put_number(out, significand, biased - kExponentBias);
}

bool parse_decimal128(std::string_view text, std::array<char, kDecimal128Size>& bytes) noexcept {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::uint64_t sign = negative ? kSign : 0;
  if (equals_ignoring_case(text, "nan")) {
    store({kNan | sign, 0}, bytes);
    return true;
  }
  if (equals_ignoring_case(text, "infinity") || equals_ignoring_case(text, "inf")) {
    store({kInfinity | sign, 0}, bytes);
    return true;
  }
  Spelled number;
  if (!spell_digits(text, number) || !spell_exponent(text, number) || !fit(number)) return false;
  Wide significand;
  for (std::size_t i = 0; i < number.count; ++i) {
    significand.append(static_cast<unsigned>(number.digits[i] - '0'));
  }
  const auto biased = static_cast<std::uint64_t>(number.exponent + kExponentBias);
  store({significand.high | (biased << 49U) | sign, significand.low}, bytes);
  return true;
}

}  // namespace bsonpp
