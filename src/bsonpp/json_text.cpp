#include "hex.h"

#include <bsonpp/civil_time.h>
#include <bsonpp/json_text.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

namespace bsonpp {

namespace {

// "00" "01" … "99"
constexpr auto kDigitPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

char* put_pair(char* out, unsigned number) noexcept {
  std::memcpy(out, &kDigitPairs[std::size_t{2} * number], 2);
  return out + 2;
}

// Smallest numbers of two digits, of three, and so on.
constexpr auto kPowersOfTen = [] {
  std::array<std::uint64_t, kIntegerTextSize> powers{};
  std::uint64_t power = 1;
  for (std::uint64_t& entry : powers) {
    entry = power;
    power *= 10;
  }
  return powers;
}();

std::size_t digits_of(std::uint64_t number) noexcept {
  // 1233 / 4096 is a little more than the logarithm of 2, so this is the count or one less.
  const auto bits = static_cast<std::size_t>(std::bit_width(number | 1U));
  const std::size_t least = bits * 1233 >> 12U;
  return least + (number >= kPowersOfTen[least] ? 1 : 0);
}

char* put_unsigned(char* out, std::uint64_t number) noexcept {
  if (number < 10) {
    *out = static_cast<char>('0' + number);
    return out + 1;
  }
  char* const end = out + digits_of(number);
  char* first = end;
  while (number >= 100) {
    const auto pair = static_cast<unsigned>(number % 100);
    number /= 100;
    put_pair(first -= 2, pair);
  }
  if (number >= 10) {
    put_pair(out, static_cast<unsigned>(number));
  } else {
    *out = static_cast<char>('0' + number);
  }
  return end;
}

constexpr double kMostDigits = 1e15;            // with all digits before the point
constexpr double kLeastWithoutExponent = 1e-4;  // in repr()

// Doubles of at most 15 digits with up to four after the point, as prices and measurements are: two
// such decimals are never the same double, so the one found is the shortest.
char* put_short_decimal(char* out, double number) noexcept {
  const double size = std::fabs(number);
  if (size >= kMostDigits) return nullptr;
  const auto whole = static_cast<std::uint64_t>(size);
  if (static_cast<double>(whole) == size) {
    if (std::signbit(number)) *out++ = '-';
    out = put_unsigned(out, whole);
    *out++ = '.';
    *out++ = '0';
    return out;
  }
  if (size < kLeastWithoutExponent || size >= kMostDigits / 1e4) return nullptr;
  const auto scaled = static_cast<std::uint64_t>(size * 1e4 + 0.5);
  if (static_cast<double>(scaled) / 1e4 != size) return nullptr;
  if (std::signbit(number)) *out++ = '-';
  out = put_unsigned(out, scaled / 10000);
  *out++ = '.';
  const auto fraction = static_cast<unsigned>(scaled % 10000);
  out = put_pair(put_pair(out, fraction / 100), fraction % 100);
  while (out[-1] == '0') --out;
  return out;
}

char* put_exponent(char* out, int exponent) noexcept {
  *out++ = 'e';
  *out++ = exponent < 0 ? '-' : '+';
  const auto size = static_cast<unsigned>(exponent < 0 ? -exponent : exponent);
  if (size >= 100) return put_unsigned(out, size);
  return put_pair(out, size);
}

char* put_text(char* out, std::string_view digits) noexcept {
  std::memcpy(out, digits.data(), digits.size());
  return out + digits.size();
}

// repr() writes an exponent below 1e-4 and from 1e16 on.
char* put_laid_out(char* out, std::string_view digits, int exponent) noexcept {
  const int count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    *out++ = digits.front();
    if (count > 1) {
      *out++ = '.';
      out = put_text(out, digits.substr(1));
    }
    return put_exponent(out, exponent);
  }
  if (exponent < 0) {
    *out++ = '0';
    *out++ = '.';
    for (int zeros = exponent + 1; zeros < 0; ++zeros) *out++ = '0';
    return put_text(out, digits);
  }
  const int whole = exponent + 1;
  if (whole < count) {
    out = put_text(out, digits.substr(0, static_cast<std::size_t>(whole)));
    *out++ = '.';
    return put_text(out, digits.substr(static_cast<std::size_t>(whole)));
  }
  out = put_text(out, digits);
  for (int zeros = count; zeros < whole; ++zeros) *out++ = '0';
  *out++ = '.';
  *out++ = '0';
  return out;
}

char* put_any_double(char* out, double number) noexcept {
  std::array<char, 32> text;
  const auto result =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::scientific);
  const char* from = text.data();
  if (*from == '-') *out++ = *from++;
  std::array<char, 20> digits;
  std::size_t count = 0;
  for (; *from != 'e'; ++from) {
    if (*from != '.') digits[count++] = *from;
  }
  ++from;
  if (*from == '+') ++from;
  int exponent = 0;
  std::from_chars(from, result.ptr, exponent);
  return put_laid_out(out, {digits.data(), count}, exponent);
}

}  // namespace

char* put_integer(char* out, std::int64_t number) noexcept {
  if (number >= 0) return put_unsigned(out, static_cast<std::uint64_t>(number));
  *out++ = '-';
  return put_unsigned(out, ~static_cast<std::uint64_t>(number) + 1);
}

char* put_double(char* out, double number) noexcept {
  if (char* end = put_short_decimal(out, number); end != nullptr) return end;
  const double size = std::fabs(number);
  // There the library's text is that of repr() already; integers were found by now.
  if (size >= kLeastWithoutExponent && size < kMostDigits) {
    return std::to_chars(out, out + kDoubleTextSize, number, std::chars_format::fixed).ptr;
  }
  return put_any_double(out, number);
}

char* put_hex(char* out, Bytes bytes) noexcept {
  for (const std::byte byte : bytes) {
    std::memcpy(out, &kHexPairs[2 * std::to_integer<std::size_t>(byte)], 2);
    out += 2;
  }
  return out;
}

char* put_base64(char* out, Bytes bytes) noexcept {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto at = [bytes](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  const std::size_t size = bytes.size();
  std::size_t i = 0;
  for (; i + 3 <= size; i += 3) {
    const std::uint32_t group = at(i) << 16U | at(i + 1) << 8U | at(i + 2);
    *out++ = kAlphabet[group >> 18U];
    *out++ = kAlphabet[group >> 12U & 0x3fU];
    *out++ = kAlphabet[group >> 6U & 0x3fU];
    *out++ = kAlphabet[group & 0x3fU];
  }
  if (i == size) return out;
  const bool two = size - i == 2;
  const std::uint32_t group = at(i) << 16U | (two ? at(i + 1) << 8U : 0U);
  *out++ = kAlphabet[group >> 18U];
  *out++ = kAlphabet[group >> 12U & 0x3fU];
  *out++ = two ? kAlphabet[group >> 6U & 0x3fU] : '=';
  *out++ = '=';
  return out;
}

char* put_iso_datetime(char* out, std::int64_t millis) noexcept {
  const CivilTime time = civil_from_millis(millis);
  if (time.year >= 0 && time.year <= 9999) {
    const auto year = static_cast<unsigned>(time.year);
    out = put_pair(put_pair(out, year / 100), year % 100);
  } else {
    *out++ = time.year < 0 ? '-' : '+';
    const auto year = static_cast<std::uint64_t>(time.year < 0 ? -time.year : time.year);
    for (std::uint64_t least = 100000; least > year; least /= 10) *out++ = '0';
    out = put_unsigned(out, year);
  }
  const auto put_part = [&out](char separator, int part) {
    *out++ = separator;
    out = put_pair(out, static_cast<unsigned>(part));
  };
  put_part('-', time.month);
  put_part('-', time.day);
  put_part('T', time.hour);
  put_part(':', time.minute);
  put_part(':', time.second);
  if (time.microsecond != 0) {
    const auto fraction = static_cast<unsigned>(time.microsecond / 1000);
    *out++ = '.';
    *out++ = static_cast<char>('0' + fraction / 100);
    out = put_pair(out, fraction % 100);
  }
  *out++ = 'Z';
  return out;
}

}  // namespace bsonpp
