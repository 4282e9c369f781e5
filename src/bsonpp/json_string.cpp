// Strings of JSON text: what is plain is copied by blocks, the rest escaped.
#include "json_string_escape.h"

#include <bsonpp/json_text.h>
#include <bsonpp/utf8.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace bsonpp {

namespace {

// What stands for itself, but never a quote, a backslash or a control character.
enum class Plain : std::uint8_t {
  kAscii,  // what is printable in ASCII
  kUtf8,   // DEL and all that is not ASCII too
};

template <Plain kPlain>
constexpr bool is_plain(std::uint8_t byte) noexcept {
  const bool within = byte >= 0x20 && (kPlain == Plain::kUtf8 || byte < 0x7f);
  return within && byte != '"' && byte != '\\';
}

#if defined(__SSE2__)

constexpr std::size_t kBlock = 16;         // bytes looked at in one step
constexpr std::size_t kWide = 4 * kBlock;  // and in a long text

// All ones in each byte outside of what may be plain.
template <Plain kPlain>
__m128i outside_bytes(__m128i bytes) noexcept {
  if constexpr (kPlain == Plain::kUtf8) {
    const __m128i last_control = _mm_set1_epi8(0x1f);
    return _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control);
  }
  // The comparison is of signed bytes, so that those from 0x7f on, with one more, are less than a
  // space too.
  return _mm_cmplt_epi8(_mm_add_epi8(bytes, _mm_set1_epi8(1)), _mm_set1_epi8(0x21));
}

// All ones in each byte that is not plain.
template <Plain kPlain>
__m128i special_bytes(__m128i bytes) noexcept {
  const __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
  return _mm_or_si128(outside_bytes<kPlain>(bytes), marks);
}

// A bit for each byte that is not plain.
template <Plain kPlain>
std::uint32_t specials(__m128i bytes) noexcept {
  return static_cast<std::uint32_t>(_mm_movemask_epi8(special_bytes<kPlain>(bytes)));
}

template <Plain kPlain>
bool all_plain(std::uint64_t head, std::uint64_t tail) noexcept {
  return specials<kPlain>(
             _mm_set_epi64x(static_cast<long long>(tail), static_cast<long long>(head))) == 0;
}

// Copies a block; returns how many plain characters it begins with.
template <Plain kPlain>
std::size_t copy_block(const char* from, char* out) noexcept {
  __m128i bytes;
  std::memcpy(&bytes, from, sizeof(bytes));
  std::memcpy(out, &bytes, sizeof(bytes));
  return static_cast<std::size_t>(std::countr_zero(specials<kPlain>(bytes) | 1U << kBlock));
}

// Copies kWide bytes; false when they are not all plain.
template <Plain kPlain>
bool copy_wide(const char* from, char* out) noexcept {
  __m128i parts[kWide / kBlock];
  std::memcpy(parts, from, kWide);
  std::memcpy(out, parts, kWide);
  const __m128i head =
      _mm_or_si128(special_bytes<kPlain>(parts[0]), special_bytes<kPlain>(parts[1]));
  const __m128i tail =
      _mm_or_si128(special_bytes<kPlain>(parts[2]), special_bytes<kPlain>(parts[3]));
  return _mm_movemask_epi8(_mm_or_si128(head, tail)) == 0;
}

#else

constexpr std::size_t kBlock = 8;
constexpr std::size_t kWide = 4 * kBlock;
constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kHighs = 0x8080808080808080U;

// Non-zero when one of eight bytes is not plain.
template <Plain kPlain>
constexpr std::uint64_t specials(std::uint64_t word) noexcept {
  const auto zero_byte = [](std::uint64_t x) { return (x - kOnes) & ~x; };
  const std::uint64_t controls = (word - kOnes * 0x20) & ~word;
  std::uint64_t found = controls | zero_byte(word ^ kOnes * '"') | zero_byte(word ^ kOnes * '\\');
  if constexpr (kPlain == Plain::kAscii) found |= word | zero_byte(word ^ kOnes * 0x7f);
  return found & kHighs;
}

template <Plain kPlain>
bool all_plain(std::uint64_t head, std::uint64_t tail) noexcept {
  return (specials<kPlain>(head) | specials<kPlain>(tail)) == 0;
}

template <Plain kPlain>
std::size_t copy_block(const char* from, char* out) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof(word));
  std::memcpy(out, &word, sizeof(word));
  if (specials<kPlain>(word) == 0) [[likely]] {
    return kBlock;
  }
  std::size_t count = 0;
  while (is_plain<kPlain>(static_cast<std::uint8_t>(out[count]))) ++count;
  return count;
}

template <Plain kPlain>
bool copy_wide(const char* from, char* out) noexcept {
  std::array<std::uint64_t, kWide / kBlock> words{};
  std::memcpy(words.data(), from, kWide);
  std::memcpy(out, words.data(), kWide);
  return (specials<kPlain>(words[0]) | specials<kPlain>(words[1]) | specials<kPlain>(words[2]) |
          specials<kPlain>(words[3])) == 0;
}

#endif

template <typename Word>
Word load(const char* from) noexcept {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

// Copies `text` when it is shorter than 16 bytes and all plain; null when it is not.
template <Plain kPlain>
char* put_short_plain(char* out, std::string_view text) noexcept {
  const std::size_t size = text.size();
  const char* from = text.data();
  if (size >= 8) {
    const auto head = load<std::uint64_t>(from);
    const auto tail = load<std::uint64_t>(from + size - 8);
    if (!all_plain<kPlain>(head, tail)) return nullptr;
    std::memcpy(out, &head, 8);
    std::memcpy(out + size - 8, &tail, 8);
    return out + size;
  }
  if (size >= 4) {
    const auto head = load<std::uint32_t>(from);
    const auto tail = load<std::uint32_t>(from + size - 4);
    const std::uint64_t both = head | std::uint64_t{tail} << 32U;
    if (!all_plain<kPlain>(both, both)) return nullptr;
    std::memcpy(out, &head, 4);
    std::memcpy(out + size - 4, &tail, 4);
    return out + size;
  }
  for (const char character : text) {
    if (!is_plain<kPlain>(static_cast<std::uint8_t>(character))) return nullptr;
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
template <Plain kPlain>
Place copy_plain(Place place, const char* end) noexcept {
  const char* const first = place.from;
  bool wide = true;  // until there are fewer bytes left, or others among them
  while (static_cast<std::size_t>(end - place.from) >= kBlock) {
    const std::size_t count = copy_block<kPlain>(place.from, place.out);
    if (count < kBlock) return {place.from + count, place.out + count};
    place = {place.from + kBlock, place.out + kBlock};
    while (wide) {
      wide = static_cast<std::size_t>(end - place.from) >= kWide &&
             copy_wide<kPlain>(place.from, place.out);
      if (wide) place = {place.from + kWide, place.out + kWide};
    }
  }
  const std::string_view rest(place.from, static_cast<std::size_t>(end - place.from));
  if (rest.empty()) return place;
  // The last block of the text, of which the first bytes were found plain.
  const std::size_t known = kBlock - rest.size();
  if (static_cast<std::size_t>(place.from - first) >= known &&
      copy_block<kPlain>(end - kBlock, place.out - known) == kBlock) {
    return {end, place.out + rest.size()};
  }
  if (char* after = put_short_plain<kPlain>(place.out, rest); after != nullptr) return {end, after};
  for (; place.from != end; ++place.from) {
    const char character = *place.from;
    if (!is_plain<kPlain>(static_cast<std::uint8_t>(character))) break;
    *place.out++ = character;
  }
  return place;
}

constexpr std::size_t kPiece = 512;  // bytes or units escaped with one look at the room

// The beginning of a text, up to the end of a character where there is one.
std::string_view piece_of(std::string_view text) noexcept {
  if (text.size() <= kPiece) return text;
  const auto is_continuation = [text](std::size_t at) {
    return (static_cast<std::uint8_t>(text[at]) & 0xc0U) == 0x80U;
  };
  std::size_t size = kPiece;
  while (size > kPiece - 3 && is_continuation(size)) --size;
  return text.substr(0, size);
}

// Escapes bytes that are not plain, all of which are ASCII.
template <Plain kPlain>
bool write_bytes(TextWriter& text_out, std::string_view text) noexcept {
  char* out = text_out.reserve(text.size() * kMostEscaped + kBlock);
  if (out == nullptr) return false;
  const char* const end = text.data() + text.size();
  for (Place place{text.data(), out};;) {
    place = copy_plain<kPlain>(place, end);
    out = place.out;
    if (place.from == end) break;
    place = {place.from + 1, put_escape(out, static_cast<std::uint8_t>(*place.from))};
  }
  text_out.advance(out);
  return true;
}

// Escapes a piece of units.
template <typename CodeUnit>
bool write_units(TextWriter& text_out, std::span<const CodeUnit> units) noexcept {
  constexpr std::size_t kMostOfUnit = sizeof(CodeUnit) == 4 ? 2 * kMostEscaped : kMostEscaped;
#if defined(BSONPP_AVX2)
  if (avx2::supported()) {
    char* out = text_out.reserve(units.size() * kMostOfUnit + avx2::kEscapeSlack);
    if (out != nullptr) text_out.advance(avx2::put_json_units(units, out));
    return out != nullptr;
  }
#endif
  char* out = text_out.reserve((units.size() + 1) * kMostOfUnit);
  if (out == nullptr) return false;
  for (const CodeUnit unit : units) out = put_unpredicted(out, unit);
  text_out.advance(out);
  return true;
}

// `piece` is valid. Were it changed meanwhile, there would be room for all that it can become.
template <typename CodeUnit>
bool write_decoded(TextWriter& text_out, std::string_view piece, std::size_t characters) noexcept {
  std::array<CodeUnit, kPiece> units;
  decode_utf8(piece, std::span(units.data(), characters));
  return write_units<CodeUnit>(text_out, {units.data(), characters});
}

JsonStringError write_piece(TextWriter& text_out, std::string_view piece) noexcept {
  const Utf8Summary summary = summarize_utf8(piece);
  if (!summary.valid) return JsonStringError::kInvalidUtf8;
  const bool written = summary.widest > 0xffff
                           ? write_decoded<std::uint32_t>(text_out, piece, summary.characters)
                           : write_decoded<std::uint16_t>(text_out, piece, summary.characters);
  return written ? JsonStringError::kNone : JsonStringError::kOutOfMemory;
}

bool begins_with_ascii(std::string_view text) noexcept {
  return static_cast<std::uint8_t>(text.front()) < 0x80;
}

// Makes ASCII of any text. What is ASCII already is not decoded, but for short parts of it.
JsonStringError write_ascii(TextWriter& text_out, std::string_view text) noexcept {
  constexpr std::size_t kShort = 64;
  while (!text.empty()) {
    std::string_view piece = piece_of(text);
    const std::size_t ascii = begins_with_ascii(piece) ? ascii_prefix(piece) : 0;
    if (ascii == piece.size() || ascii >= kShort) {
      piece = piece.substr(0, ascii);
      if (!write_bytes<Plain::kAscii>(text_out, piece)) return JsonStringError::kOutOfMemory;
    } else if (const JsonStringError error = write_piece(text_out, piece);
               error != JsonStringError::kNone) {
      return error;
    }
    text.remove_prefix(piece.size());
  }
  return JsonStringError::kNone;
}

// Keeps what is not ASCII.
JsonStringError write_utf8(TextWriter& text_out, std::string_view text) noexcept {
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, kPiece);
    if (!write_bytes<Plain::kUtf8>(text_out, piece)) return JsonStringError::kOutOfMemory;
    text.remove_prefix(piece.size());
  }
  return JsonStringError::kNone;
}

constexpr std::size_t kAroundKey = 4;  // quotes, colon and space

void end_key(TextWriter& text_out, char* end, bool spaced) noexcept {
  end[0] = '"';
  end[1] = ':';
  end[2] = ' ';
  text_out.advance(end + (spaced ? 3 : 2));
}

template <Plain kPlain>
JsonStringError write_content(TextWriter& text_out, std::string_view text) noexcept {
  // Room for text that is all plain; escapes ask for theirs.
  char* out = text_out.reserve(text.size() + 2 + kBlock);
  if (out == nullptr) return JsonStringError::kOutOfMemory;
  *out++ = '"';
  const char* const end = text.data() + text.size();
  Place place = copy_plain<kPlain>({text.data(), out}, end);
  if (place.from == end) [[likely]] {
    *place.out++ = '"';
    text_out.advance(place.out);
    return JsonStringError::kNone;
  }
  text_out.advance(place.out);
  const std::string_view rest(place.from, static_cast<std::size_t>(end - place.from));
  const JsonStringError error =
      kPlain == Plain::kAscii ? write_ascii(text_out, rest) : write_utf8(text_out, rest);
  if (error != JsonStringError::kNone) return error;
  return text_out.write("\"") ? JsonStringError::kNone : JsonStringError::kOutOfMemory;
}

}  // namespace

bool write_short_json_key(TextWriter& text_out, std::string_view key, bool spaced) noexcept {
  constexpr std::size_t kShort = 16;
  char* out = text_out.reserve(kShort + kAroundKey);
  if (key.size() >= kShort || out == nullptr) return false;
  *out++ = '"';
  char* end = put_short_plain<Plain::kAscii>(out, key);
  if (end != nullptr) end_key(text_out, end, spaced);
  return end != nullptr;
}

bool write_plain_json_key(TextWriter& text_out, std::string_view ahead, bool spaced,
                          std::size_t& size) noexcept {
  constexpr std::size_t kBlocks = 3;
  char* out = text_out.reserve(kBlocks * kBlock + kAroundKey);
  if (out == nullptr) return false;
  *out++ = '"';
  for (size = 0; size < kBlocks * kBlock && ahead.size() - size >= kBlock; size += kBlock) {
    const std::size_t plain = copy_block<Plain::kAscii>(ahead.data() + size, out + size);
    if (plain == kBlock) continue;
    size += plain;
    // What ended the plain characters was copied too.
    if (out[size] != '\0') return false;
    end_key(text_out, out + size, spaced);
    return true;
  }
  return false;
}

JsonStringError write_json_string(TextWriter& text_out, std::string_view text,
                                  bool ascii) noexcept {
  if (ascii) return write_content<Plain::kAscii>(text_out, text);
  const std::size_t start = text_out.size();
  const JsonStringError error = write_content<Plain::kUtf8>(text_out, text);
  // What was written is checked, not the text, which may be memory that others write to.
  if (error == JsonStringError::kNone && !is_utf8(text_out.text().substr(start))) {
    return JsonStringError::kInvalidUtf8;
  }
  return error;
}

template <typename CodeUnit>
bool write_json_units(TextWriter& text_out, const CodeUnit* units, std::size_t count) noexcept {
  if (!text_out.write("\"")) return false;
  for (std::span<const CodeUnit> rest(units, count); !rest.empty();) {
    const std::span<const CodeUnit> piece = rest.first(std::min(kPiece, rest.size()));
    if (!write_units(text_out, piece)) return false;
    rest = rest.subspan(piece.size());
  }
  return text_out.write("\"");
}

template bool write_json_units(TextWriter&, const std::uint8_t*, std::size_t) noexcept;
template bool write_json_units(TextWriter&, const std::uint16_t*, std::size_t) noexcept;
template bool write_json_units(TextWriter&, const std::uint32_t*, std::size_t) noexcept;

}  // namespace bsonpp
