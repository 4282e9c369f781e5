// Strings of JSON text: what is plain is copied by blocks, the rest escaped.
#include "hex.h"

#include <bsonpp/attributes.h>
#include <bsonpp/json_text.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace bsonpp {

namespace {

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

constexpr std::size_t kMostEscaped = 6;  // characters that one unit becomes: \u001f

char* put_unit_escape(char* out, std::uint32_t unit) noexcept {
  out[0] = '\\';
  out[1] = 'u';
  std::memcpy(out + 2, &kHexPairs[std::size_t{2} * (unit >> 8U)], 2);
  std::memcpy(out + 4, &kHexPairs[std::size_t{2} * (unit & 0xffU)], 2);
  return out + kMostEscaped;
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

// Whether a character stands for itself: printable ASCII, but no quote and no backslash.
constexpr bool is_plain(std::uint32_t character) noexcept {
  return character - 0x20U < 0x7fU - 0x20U && character != '"' && character != '\\';
}

// A character as itself or escaped, whichever it takes, without a branch that the text decides:
// words of other scripts and the spaces between them alternate too often for one. Writes up to
// kMostEscaped characters more than it advances.
BSONPP_ALWAYS_INLINE char* put_unpredicted(char* out, std::uint32_t character) noexcept {
  const bool special = (character < 0x20) | (character == '"') | (character == '\\');
  if (special || character >= 0x10000U) [[unlikely]] {
    return put_escape(out, character);
  }
  put_unit_escape(out, character);
  const bool plain = character < 0x7f;
  *out = plain ? static_cast<char>(character) : '\\';
  return out + (plain ? 1 : kMostEscaped);
}

#if defined(__SSE2__)

constexpr std::size_t kBlock = 16;         // bytes looked at in one step
constexpr std::size_t kWide = 4 * kBlock;  // and in a long text

// All ones in each byte that is not plain.
__m128i special_bytes(__m128i bytes) noexcept {
  // The comparison is of signed bytes, so that those from 0x7f on, with one more, are less than a
  // space too.
  const __m128i next = _mm_add_epi8(bytes, _mm_set1_epi8(1));
  const __m128i outside = _mm_cmplt_epi8(next, _mm_set1_epi8(0x21));
  const __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
  return _mm_or_si128(outside, marks);
}

// A bit for each byte that is not plain.
std::uint32_t specials(__m128i bytes) noexcept {
  return static_cast<std::uint32_t>(_mm_movemask_epi8(special_bytes(bytes)));
}

bool all_plain(std::uint64_t head, std::uint64_t tail) noexcept {
  return specials(_mm_set_epi64x(static_cast<long long>(tail), static_cast<long long>(head))) == 0;
}

// Copies a block; returns how many plain characters it begins with.
std::size_t copy_block(const char* from, char* out) noexcept {
  __m128i bytes;
  std::memcpy(&bytes, from, sizeof(bytes));
  std::memcpy(out, &bytes, sizeof(bytes));
  return static_cast<std::size_t>(std::countr_zero(specials(bytes) | 1U << kBlock));
}

// Copies kWide bytes; false when they are not all plain.
bool copy_wide(const char* from, char* out) noexcept {
  __m128i parts[kWide / kBlock];
  std::memcpy(parts, from, kWide);
  std::memcpy(out, parts, kWide);
  const __m128i head = _mm_or_si128(special_bytes(parts[0]), special_bytes(parts[1]));
  const __m128i tail = _mm_or_si128(special_bytes(parts[2]), special_bytes(parts[3]));
  return _mm_movemask_epi8(_mm_or_si128(head, tail)) == 0;
}

#else

constexpr std::size_t kBlock = 8;
constexpr std::size_t kWide = 4 * kBlock;
constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kHighs = 0x8080808080808080U;

// Non-zero when one of eight bytes is not plain.
constexpr std::uint64_t specials(std::uint64_t word) noexcept {
  const auto zero_byte = [](std::uint64_t x) { return (x - kOnes) & ~x; };
  const std::uint64_t controls = word - kOnes * 0x20;
  const std::uint64_t found = word | controls | zero_byte(word ^ kOnes * '"') |
                              zero_byte(word ^ kOnes * '\\') | zero_byte(word ^ kOnes * 0x7f);
  return found & kHighs;
}

bool all_plain(std::uint64_t head, std::uint64_t tail) noexcept {
  return (specials(head) | specials(tail)) == 0;
}

std::size_t copy_block(const char* from, char* out) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof(word));
  std::memcpy(out, &word, sizeof(word));
  if (specials(word) == 0) [[likely]] {
    return kBlock;
  }
  std::size_t count = 0;
  while (is_plain(static_cast<std::uint8_t>(out[count]))) ++count;
  return count;
}

bool copy_wide(const char* from, char* out) noexcept {
  std::array<std::uint64_t, kWide / kBlock> words{};
  std::memcpy(words.data(), from, kWide);
  std::memcpy(out, words.data(), kWide);
  return (specials(words[0]) | specials(words[1]) | specials(words[2]) | specials(words[3])) == 0;
}

#endif

template <typename Word>
Word load(const char* from) noexcept {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

// Copies `text` when it is shorter than 16 bytes and all plain; null when it is not.
char* put_short_plain(char* out, std::string_view text) noexcept {
  const std::size_t size = text.size();
  const char* from = text.data();
  if (size >= 8) {
    const auto head = load<std::uint64_t>(from);
    const auto tail = load<std::uint64_t>(from + size - 8);
    if (!all_plain(head, tail)) return nullptr;
    std::memcpy(out, &head, 8);
    std::memcpy(out + size - 8, &tail, 8);
    return out + size;
  }
  if (size >= 4) {
    const auto head = load<std::uint32_t>(from);
    const auto tail = load<std::uint32_t>(from + size - 4);
    const std::uint64_t both = head | std::uint64_t{tail} << 32U;
    if (!all_plain(both, both)) return nullptr;
    std::memcpy(out, &head, 4);
    std::memcpy(out + size - 4, &tail, 4);
    return out + size;
  }
  for (const char character : text) {
    if (!is_plain(static_cast<std::uint8_t>(character))) return nullptr;
    *out++ = character;
  }
  return out;
}

// Where the text is read and written. Passed by value: characters may alias any object that has an
// address, so each one written would have the pointers read again.
struct Place {
  const char* from;
  char* out;
};

// Copies plain characters until one that is not or the end. Writes up to kBlock bytes more than it
// advances. Steps of a fixed size, where the text is plain, do not wait for one another.
Place copy_plain(Place place, const char* end) noexcept {
  const char* const first = place.from;
  bool wide = true;  // until there are fewer bytes left, or others among them
  while (static_cast<std::size_t>(end - place.from) >= kBlock) {
    const std::size_t count = copy_block(place.from, place.out);
    if (count < kBlock) return {place.from + count, place.out + count};
    place = {place.from + kBlock, place.out + kBlock};
    while (wide) {
      wide =
          static_cast<std::size_t>(end - place.from) >= kWide && copy_wide(place.from, place.out);
      if (wide) place = {place.from + kWide, place.out + kWide};
    }
  }
  const std::string_view rest(place.from, static_cast<std::size_t>(end - place.from));
  if (rest.empty()) return place;
  // The last block of the text, of which the first bytes were found plain.
  const std::size_t known = kBlock - rest.size();
  if (static_cast<std::size_t>(place.from - first) >= known &&
      copy_block(end - kBlock, place.out - known) == kBlock) {
    return {end, place.out + rest.size()};
  }
  if (char* after = put_short_plain(place.out, rest); after != nullptr) return {end, after};
  for (; place.from != end; ++place.from) {
    const char character = *place.from;
    if (!is_plain(static_cast<std::uint8_t>(character))) break;
    *place.out++ = character;
  }
  return place;
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

constexpr std::size_t kPiece = 2048;  // bytes escaped with one look at the room

// Escapes characters of two and three bytes, as which all common scripts are written, as far as
// they are well formed.
Place put_common_escapes(Place place, const char* end) noexcept {
  while (end - place.from >= 3) {
    const auto lead = static_cast<std::uint8_t>(place.from[0]);
    const auto second = static_cast<std::uint8_t>(place.from[1]);
    const auto third = static_cast<std::uint8_t>(place.from[2]);
    if (lead < 0xc2 || lead >= 0xf0 || (second & 0xc0U) != 0x80U) break;
    const std::uint32_t upper = (lead & 0x1fU) << 6U | (second & 0x3fU);
    if (lead < 0xe0) {
      place = {place.from + 2, put_unit_escape(place.out, upper)};
      continue;
    }
    // `upper` has a bit too many, since such a lead has four bits of the character.
    const std::uint32_t point = (upper & 0x3ffU) << 6U | (third & 0x3fU);
    if ((third & 0xc0U) != 0x80U || point < 0x800 || (point >= 0xd800 && point <= 0xdfff)) break;
    place = {place.from + 3, put_unit_escape(place.out, point)};
  }
  return place;
}

// One character of any kind; a null `from` where there is no well-formed UTF-8.
Place put_character(Place place, const char* end, bool ascii) noexcept {
  const char* next = place.from;
  std::uint32_t point = 0;
  if (!take_code_point(next, end, point)) return {nullptr, nullptr};
  if (ascii || point < 0x7f) return {next, put_escape(place.out, point)};
  const auto size = static_cast<std::size_t>(next - place.from);
  std::memcpy(place.out, place.from, size);
  return {next, place.out + size};
}

// Whether the character before `next` stands alone among others, as a space does between words of
// another script.
bool is_followed_by_others(const char* next, const char* end) noexcept {
  return next < end && static_cast<std::uint8_t>(*next) >= 0x80;
}

// Escapes the text up to `piece_end`, or a character that lies across it. A null `from` when the
// text up to `end` is no UTF-8.
Place put_escaped(Place place, const char* piece_end, const char* end, bool ascii) noexcept {
  while (place.from < piece_end) {
    const auto lead = static_cast<std::uint8_t>(*place.from);
    if (is_plain(lead)) {
      if (is_followed_by_others(place.from + 1, piece_end)) {
        *place.out = static_cast<char>(lead);
        place = {place.from + 1, place.out + 1};
      } else {
        place = copy_plain(place, piece_end);
      }
      continue;
    }
    const char* const before = place.from;
    if (ascii) place = put_common_escapes(place, piece_end);
    if (place.from != before) continue;
    place = put_character(place, end, ascii);
    if (place.from == nullptr) break;
  }
  return place;
}

// Escapes text by one character after the other.
JsonStringError write_characters(TextWriter& text_out, std::string_view text, bool ascii) noexcept {
  const char* const end = text.data() + text.size();
  for (Place place{text.data(), nullptr}; place.from != end;) {
    const auto left = static_cast<std::size_t>(end - place.from);
    const char* piece_end = left > kPiece ? place.from + kPiece : end;
    // A character of four bytes may lie across the end of the piece.
    place.out = text_out.reserve(std::min(kPiece, left) * kMostEscaped + kBlock);
    if (place.out == nullptr) return JsonStringError::kOutOfMemory;
    place = put_escaped(place, piece_end, end, ascii);
    if (place.from == nullptr) return JsonStringError::kInvalidUtf8;
    text_out.advance(place.out);
  }
  return JsonStringError::kNone;
}

}  // namespace

bool write_short_json_key(TextWriter& text_out, std::string_view key, bool spaced) noexcept {
  constexpr std::size_t kShort = 16;
  constexpr std::size_t kAround = 4;  // quotes, colon and space
  char* out = text_out.reserve(kShort + kAround);
  if (key.size() >= kShort || out == nullptr) return false;
  *out++ = '"';
  char* end = put_short_plain(out, key);
  if (end == nullptr) return false;
  end[0] = '"';
  end[1] = ':';
  end[2] = ' ';
  text_out.advance(end + (spaced ? 3 : 2));
  return true;
}

JsonStringError write_json_string(TextWriter& text_out, std::string_view text,
                                  bool ascii) noexcept {
  // Room for text that is all plain; escapes ask for theirs.
  char* out = text_out.reserve(text.size() + 2 + kBlock);
  if (out == nullptr) return JsonStringError::kOutOfMemory;
  *out++ = '"';
  const char* const end = text.data() + text.size();
  Place place = copy_plain({text.data(), out}, end);
  if (place.from == end) [[likely]] {
    *place.out++ = '"';
    text_out.advance(place.out);
    return JsonStringError::kNone;
  }
  text_out.advance(place.out);
  const std::string_view rest(place.from, static_cast<std::size_t>(end - place.from));
  const JsonStringError error = write_characters(text_out, rest, ascii);
  if (error != JsonStringError::kNone) return error;
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
    for (const std::size_t stop = i + piece; i < stop; ++i) out = put_unpredicted(out, units[i]);
    text_out.advance(out);
  }
  return text_out.write("\"");
}

template bool write_json_units(TextWriter&, const std::uint8_t*, std::size_t) noexcept;
template bool write_json_units(TextWriter&, const std::uint16_t*, std::size_t) noexcept;
template bool write_json_units(TextWriter&, const std::uint32_t*, std::size_t) noexcept;

}  // namespace bsonpp
