#include <bsonpp/civil_time.h>
#include <bsonpp/digit_values.h>
#include <bsonpp/json_scalars.h>

#include <array>
#include <charconv>
#include <limits>
#include <version>

#if !defined(__cpp_lib_to_chars)
#include <algorithm>
#include <clocale>
#include <cmath>
#include <cstdlib>
#if defined(__APPLE__)
#include <xlocale.h>
#endif
#endif

namespace bsonpp {

namespace {

struct NamedWrapper {
  std::string_view key;
  JsonWrapper wrapper;
};

constexpr std::array kWrappers = {
    NamedWrapper{"$oid", JsonWrapper::kOid},
    NamedWrapper{"$date", JsonWrapper::kDate},
    NamedWrapper{"$numberInt", JsonWrapper::kNumberInt},
    NamedWrapper{"$numberDouble", JsonWrapper::kNumberDouble},
    NamedWrapper{"$numberLong", JsonWrapper::kNumberLong},
    NamedWrapper{"$numberDecimal", JsonWrapper::kNumberDecimal},
    NamedWrapper{"$binary", JsonWrapper::kBinary},
    NamedWrapper{"$timestamp", JsonWrapper::kTimestamp},
    NamedWrapper{"$ref", JsonWrapper::kRef},
    NamedWrapper{"$regularExpression", JsonWrapper::kRegularExpression},
    NamedWrapper{"$regex", JsonWrapper::kRegex},
    NamedWrapper{"$uuid", JsonWrapper::kUuid},
    NamedWrapper{"$code", JsonWrapper::kCode},
    NamedWrapper{"$minKey", JsonWrapper::kMinKey},
    NamedWrapper{"$maxKey", JsonWrapper::kMaxKey},
    NamedWrapper{"$symbol", JsonWrapper::kSymbol},
    NamedWrapper{"$undefined", JsonWrapper::kUndefined},
    NamedWrapper{"$dbPointer", JsonWrapper::kDbPointer},
};

bool is_digit(char character) noexcept { return character >= '0' && character <= '9'; }

// Exactly `count` digits at the start of `text`, which loses them.
bool take_digits(std::string_view& text, std::size_t count, int& number) noexcept {
  if (text.size() < count) return false;
  number = 0;
  for (const char digit : text.substr(0, count)) {
    if (!is_digit(digit)) return false;
    number = number * 10 + (digit - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char expected) noexcept {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_civil(std::string_view& text, CivilTime& time) noexcept {
  int year = 0;
  const bool shaped =
      take_digits(text, 4, year) && take(text, '-') && take_digits(text, 2, time.month) &&
      take(text, '-') && take_digits(text, 2, time.day) && take(text, 'T') &&
      take_digits(text, 2, time.hour) && take(text, ':') && take_digits(text, 2, time.minute) &&
      take(text, ':') && take_digits(text, 2, time.second);
  if (!shaped || year < 1 || time.month < 1 || time.month > 12 || time.hour > 23 ||
      time.minute > 59 || time.second > 59) {
    return false;
  }
  time.year = year;
  const bool december = time.month == 12;
  const auto days = days_from_civil(december ? year + 1 : year, december ? 1 : time.month + 1, 1) -
                    days_from_civil(year, time.month, 1);
  return time.day >= 1 && time.day <= days;
}

// json_util multiplies the fraction as a double and cuts the rest off, and so does this.
bool take_fraction(std::string_view& text, int& microsecond) noexcept {
  microsecond = 0;
  if (!take(text, '.')) return true;
  constexpr std::size_t kExactDigits = 15;
  double digits = 0;
  double scale = 1;
  std::size_t count = 0;
  for (; count < text.size() && is_digit(text[count]); ++count) {
    digits = digits * 10 + (text[count] - '0');
    scale *= 10;
  }
  if (count == 0 || count > kExactDigits) return false;
  text.remove_prefix(count);
  microsecond = static_cast<int>(digits / scale * 1000000);
  return microsecond < 1000000;
}

// "", "Z", or a sign with HH:MM, HHMM or HH.
bool parse_offset(std::string_view text, std::int64_t& seconds) noexcept {
  seconds = 0;
  if (text.empty() || text == "Z") return true;
  const bool negative = text.front() == '-';
  if (!negative && text.front() != '+') return false;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!take_digits(text, 2, hours)) return false;
  if (!text.empty()) {
    take(text, ':');
    if (!take_digits(text, 2, minutes) || !text.empty()) return false;
  }
  seconds = std::int64_t{hours} * 3600 + std::int64_t{minutes} * 60;
  if (negative) seconds = -seconds;
  return true;
}

template <typename Number>
bool read_whole(std::string_view text, Number& number) noexcept {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

#if !defined(__cpp_lib_to_chars)

// libc++ has no from_chars() of doubles before version 20. Texts that are longer than any double
// needs are refused.
template <>
bool read_whole(std::string_view text, double& number) noexcept {
  static const locale_t c_locale = newlocale(LC_ALL_MASK, "C", nullptr);
  std::array<char, 1024> terminated;
  if (text.empty() || text.front() == '+' || text.size() >= terminated.size()) return false;
  *std::copy_n(text.data(), text.size(), terminated.data()) = '\0';
  char* stop = nullptr;
  number = strtod_l(terminated.data(), &stop, c_locale);
  const std::string_view significand = text.substr(0, text.find_first_of("eE"));
  const bool lost = number == 0 && significand.find_first_of("123456789") != text.npos;
  return stop == terminated.data() + text.size() && std::isfinite(number) && !lost;
}

#endif

}  // namespace

JsonWrapper json_wrapper_of(std::string_view key) noexcept {
  if (!key.starts_with('$')) return JsonWrapper::kNone;
  for (const NamedWrapper& named : kWrappers) {
    if (named.key == key) return named.wrapper;
  }
  return JsonWrapper::kNone;
}

bool parse_integer(std::string_view text, std::int64_t& number) noexcept {
  return read_whole(text, number);
}

bool parse_double(std::string_view text, double& number) noexcept {
  if (text == "NaN") {
    number = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  if (text == "Infinity" || text == "-Infinity") {
    const double infinity = std::numeric_limits<double>::infinity();
    number = text.front() == '-' ? -infinity : infinity;
    return true;
  }
  // from_chars() would also read "nan", "inf" and "nan(…)".
  if (text.find_first_not_of("+-.0123456789eE") != std::string_view::npos) return false;
  return read_whole(text, number);
}

bool parse_hex(std::string_view text, char* out, std::size_t size) noexcept {
  if (text.size() != 2 * size) return false;
  unsigned all = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const unsigned high = value_of(kHexValues, text[2 * i]);
    const unsigned low = value_of(kHexValues, text[2 * i + 1]);
    all |= high | low;
    out[i] = static_cast<char>(high << 4U | low);
  }
  return all < kNoDigit;
}

bool parse_uuid(std::string_view text, char* out) noexcept {
  constexpr std::size_t kBytes = 16;
  if (text.size() == 2 * kBytes) return parse_hex(text, out, kBytes);
  if (text.size() != 2 * kBytes + 4) return false;
  constexpr std::array<std::size_t, 5> kGroups = {4, 2, 2, 2, 6};  // bytes
  for (std::size_t i = 0; i < kGroups.size(); ++i) {
    if (i != 0 && !take(text, '-')) return false;
    if (!parse_hex(text.substr(0, 2 * kGroups[i]), out, kGroups[i])) return false;
    text.remove_prefix(2 * kGroups[i]);
    out += kGroups[i];
  }
  return true;
}

bool parse_subtype(std::string_view text, std::uint8_t& subtype) noexcept {
  if (text.empty() || text.size() > 2) return false;
  unsigned value = 0;
  for (const char character : text) {
    const unsigned digit = value_of(kHexValues, character);
    if (digit >= kNoDigit) return false;
    value = value * 16 + digit;
  }
  subtype = static_cast<std::uint8_t>(value);
  return true;
}

bool parse_iso_datetime(std::string_view text, std::int64_t& micros) noexcept {
  CivilTime time;
  std::int64_t offset = 0;
  if (!take_civil(text, time) || !take_fraction(text, time.microsecond) ||
      !parse_offset(text, offset)) {
    return false;
  }
  const std::int64_t seconds = seconds_from_civil(time) - offset;
  if (seconds < kMinCivilMillis / 1000 || seconds > kMaxCivilMillis / 1000) return false;
  micros = seconds * 1000000 + time.microsecond;
  return true;
}

}  // namespace bsonpp
