#include "decimal_digits.h"
#include "hex.h"

#include <bsonpp/civil_time.h>
#include <bsonpp/json_text.h>

#include <cstring>

namespace bsonpp {

char* put_integer(char* out, std::int64_t number) noexcept {
  if (number >= 0) return put_unsigned(out, static_cast<std::uint64_t>(number));
  *out++ = '-';
  return put_unsigned(out, ~static_cast<std::uint64_t>(number) + 1);
}

char* put_hex(char* out, Bytes bytes) noexcept {
  for (const std::byte byte : bytes) {
    std::memcpy(out, &kHexPairs[2 * std::to_integer<std::size_t>(byte)], 2);
    out += 2;
  }
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
