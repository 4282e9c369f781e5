#include <bsonpp/civil_time.h>
#include <bsonpp/json_text.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace bsonpp {

namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

// "00" "01" … "99"
constexpr auto kDigitPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

constexpr auto kHexPairs = [] {
  std::array<char, 512> pairs{};
  for (std::size_t i = 0; i < 256; ++i) {
    pairs[2 * i] = kHexDigits[i / 16];
    pairs[2 * i + 1] = kHexDigits[i % 16];
  }
  return pairs;
}();

char* put_pair(char* out, unsigned number) noexcept {
  std::memcpy(out, &kDigitPairs[std::size_t{2} * number], 2);
  return out + 2;
}

char* put_unsigned(char* out, std::uint64_t number) noexcept {
  std::array<char, kIntegerTextSize> digits;
  char* const end = digits.data() + digits.size();
  char* first = end;
  while (number >= 100) {
    const auto pair = static_cast<unsigned>(number % 100);
    number /= 100;
    put_pair(first -= 2, pair);
  }
  if (number >= 10) {
    put_pair(first -= 2, static_cast<unsigned>(number));
  } else {
    *--first = static_cast<char>('0' + number);
  }
  const auto size = static_cast<std::size_t>(end - first);
  std::memcpy(out, first, size);
  return out + size;
}

// Doubles of at most 15 digits with up to four after the point, as prices and measurements are: two
// such decimals are never the same double, so the one found is the shortest.
char* put_short_decimal(char* out, double number) noexcept {
  constexpr double kMostDigits = 1e15;
  constexpr double kLeast = 1e-4;  // below, repr() writes an exponent
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
  if (size < kLeast || size >= kMostDigits / 1e4) return nullptr;
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

// What comes after a backslash, or 0 for \uXXXX.
constexpr char short_escape(std::uint32_t character) noexcept {
  switch (character) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\f':
      return 'f';
    case '\b':
      return 'b';
    default:
      return 0;
  }
}

char* put_unit_escape(char* out, std::uint32_t unit) noexcept {
  out[0] = '\\';
  out[1] = 'u';
  std::memcpy(out + 2, &kHexPairs[std::size_t{2} * (unit >> 8U)], 2);
  std::memcpy(out + 4, &kHexPairs[std::size_t{2} * (unit & 0xffU)], 2);
  return out + 6;
}

char* put_escape(char* out, std::uint32_t character) noexcept {
  if (character < 0x7f) {
    if (const char letter = short_escape(character); letter != 0) {
      *out++ = '\\';
      *out++ = letter;
      return out;
    }
  }
  if (character < 0x10000U) [[likely]] {
    return put_unit_escape(out, character);
  }
  const std::uint32_t offset = character - 0x10000U;
  out = put_unit_escape(out, 0xd800U + (offset >> 10U));
  return put_unit_escape(out, 0xdc00U + (offset & 0x3ffU));
}

constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kHighs = 0x8080808080808080U;

// Non-zero when one of eight bytes is not printable ASCII, or a quote or backslash.
constexpr std::uint64_t any_special(std::uint64_t word) noexcept {
  const auto zero_byte = [](std::uint64_t x) { return (x - kOnes) & ~x; };
  const std::uint64_t controls = word - kOnes * 0x20;
  const std::uint64_t found = word | controls | zero_byte(word ^ kOnes * '"') |
                              zero_byte(word ^ kOnes * '\\') | zero_byte(word ^ kOnes * 0x7f);
  return found & kHighs;
}

template <typename Word>
Word load(const char* from) noexcept {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

// Copies `text` when it is shorter than 16 bytes and needs no escape; null when it does.
char* put_short_plain(char* out, std::string_view text) noexcept {
  const std::size_t size = text.size();
  const char* from = text.data();
  if (size >= 8) {
    const auto head = load<std::uint64_t>(from);
    const auto tail = load<std::uint64_t>(from + size - 8);
    if ((any_special(head) | any_special(tail)) != 0) return nullptr;
    std::memcpy(out, &head, 8);
    std::memcpy(out + size - 8, &tail, 8);
    return out + size;
  }
  if (size >= 4) {
    const auto head = load<std::uint32_t>(from);
    const auto tail = load<std::uint32_t>(from + size - 4);
    if (any_special(head | std::uint64_t{tail} << 32U) != 0) return nullptr;
    std::memcpy(out, &head, 4);
    std::memcpy(out + size - 4, &tail, 4);
    return out + size;
  }
  for (const char character : text) {
    const auto byte = static_cast<std::uint8_t>(character);
    if (byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\') return nullptr;
    *out++ = character;
  }
  return out;
}

// Copies plain characters from `from` to `out` until one needs a closer look, or the end.
void copy_plain(const char*& from, const char* end, char*& out) noexcept {
  // Four words a turn, without a branch between them.
  while (end - from >= 32) {
    std::uint64_t words[4];
    std::memcpy(words, from, sizeof(words));
    const std::uint64_t any = any_special(words[0]) | any_special(words[1]) |
                              any_special(words[2]) | any_special(words[3]);
    if (any != 0) break;
    std::memcpy(out, words, sizeof(words));
    from += 32;
    out += 32;
  }
  while (end - from >= 8) {
    const auto word = load<std::uint64_t>(from);
    if (any_special(word) != 0) break;
    std::memcpy(out, &word, 8);
    from += 8;
    out += 8;
  }
  while (from != end) {
    const auto byte = static_cast<std::uint8_t>(*from);
    if (byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\') return;
    *out++ = *from++;
  }
}

bool is_continuation(const char* from, std::size_t index) noexcept {
  return (static_cast<std::uint8_t>(from[index]) & 0xc0U) == 0x80U;
}
std::uint32_t continuation(const char* from, std::size_t index) noexcept {
  return static_cast<std::uint8_t>(from[index]) & 0x3fU;
}

// The code point at `from`, which is moved behind it; false where there is no well-formed UTF-8.
// What was read once is not read again: the input may be memory that others write to.
bool take_code_point(const char*& from, const char* end, std::uint32_t& point) noexcept {
  const auto lead = static_cast<std::uint8_t>(*from);
  const auto left = static_cast<std::size_t>(end - from);
  if (lead < 0x80) {
    point = lead;
    ++from;
    return true;
  }
  if (lead < 0xe0) {
    if (lead < 0xc2 || left < 2 || !is_continuation(from, 1)) return false;
    point = (lead & 0x1fU) << 6U | continuation(from, 1);
    from += 2;
    return true;
  }
  if (lead < 0xf0) {
    if (left < 3 || !is_continuation(from, 1) || !is_continuation(from, 2)) return false;
    point = (lead & 0x0fU) << 12U | continuation(from, 1) << 6U | continuation(from, 2);
    from += 3;
    return point >= 0x800 && (point < 0xd800 || point > 0xdfff);
  }
  if (lead > 0xf4 || left < 4 || !is_continuation(from, 1) || !is_continuation(from, 2) ||
      !is_continuation(from, 3)) {
    return false;
  }
  point = (lead & 0x07U) << 18U | continuation(from, 1) << 12U | continuation(from, 2) << 6U |
          continuation(from, 3);
  from += 4;
  return point >= 0x10000 && point <= 0x10ffff;
}

constexpr std::size_t kMostEscaped = 6;  // characters that one byte becomes: \u001f
constexpr std::size_t kPiece = 2048;     // bytes escaped with one look at the room

}  // namespace

char* put_integer(char* out, std::int64_t number) noexcept {
  if (number >= 0) return put_unsigned(out, static_cast<std::uint64_t>(number));
  *out++ = '-';
  return put_unsigned(out, ~static_cast<std::uint64_t>(number) + 1);
}

char* put_double(char* out, double number) noexcept {
  char* end = put_short_decimal(out, number);
  return end != nullptr ? end : put_any_double(out, number);
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

JsonStringError write_json_string(TextWriter& text_out, std::string_view text,
                                  bool ascii) noexcept {
  if (text.size() < 16) {
    char* out = text_out.reserve(text.size() + 2);
    if (out == nullptr) return JsonStringError::kOutOfMemory;
    *out++ = '"';
    out = put_short_plain(out, text);
    if (out != nullptr) [[likely]] {
      *out++ = '"';
      text_out.advance(out);
      return JsonStringError::kNone;
    }
  }
  if (!text_out.write("\"")) return JsonStringError::kOutOfMemory;
  const char* from = text.data();
  const char* const end = from + text.size();
  while (from != end) {
    const auto left = static_cast<std::size_t>(end - from);
    const char* piece_end = left > kPiece ? from + kPiece : end;
    // A character of four bytes may lie across the end of the piece.
    char* out = text_out.reserve((kPiece < left ? kPiece : left) * kMostEscaped + 16);
    if (out == nullptr) return JsonStringError::kOutOfMemory;
    while (from < piece_end) {
      if (static_cast<std::uint8_t>(*from) < 0x80) {
        copy_plain(from, piece_end, out);
        if (from >= piece_end) break;
      }
      const char* character = from;
      std::uint32_t point = 0;
      if (!take_code_point(from, end, point)) return JsonStringError::kInvalidUtf8;
      if (!ascii && point >= 0x7f) {
        out = put_text(out, {character, static_cast<std::size_t>(from - character)});
      } else {
        out = put_escape(out, point);
      }
    }
    text_out.advance(out);
  }
  return text_out.write("\"") ? JsonStringError::kNone : JsonStringError::kOutOfMemory;
}

template <typename CodeUnit>
bool write_json_units(TextWriter& text_out, const CodeUnit* units, std::size_t count) noexcept {
  if (!text_out.write("\"")) return false;
  constexpr std::size_t kMostOfUnit = sizeof(CodeUnit) == 4 ? 2 * kMostEscaped : kMostEscaped;
  for (std::size_t i = 0; i < count;) {
    const std::size_t piece = count - i < kPiece ? count - i : kPiece;
    char* out = text_out.reserve(piece * kMostOfUnit);
    if (out == nullptr) return false;
    for (const std::size_t stop = i + piece; i < stop; ++i) {
      const std::uint32_t unit = units[i];
      if (unit >= 0x20 && unit < 0x7f && unit != '"' && unit != '\\') {
        *out++ = static_cast<char>(unit);
      } else {
        out = put_escape(out, unit);
      }
    }
    text_out.advance(out);
  }
  return text_out.write("\"");
}

template bool write_json_units(TextWriter&, const std::uint8_t*, std::size_t) noexcept;
template bool write_json_units(TextWriter&, const std::uint16_t*, std::size_t) noexcept;
template bool write_json_units(TextWriter&, const std::uint32_t*, std::size_t) noexcept;

}  // namespace bsonpp
