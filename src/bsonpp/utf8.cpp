#include <bsonpp/utf8.h>

#include <bit>
#include <cstring>
#include <type_traits>

namespace bsonpp {

namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080U;

std::uint64_t load_word(const char* from) noexcept {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

std::uint32_t byte_at(std::string_view text, std::size_t index) noexcept {
  return static_cast<std::uint8_t>(text[index]);
}

bool is_continuation(std::uint32_t byte) noexcept { return (byte & 0xc0U) == 0x80U; }

// Bytes of the well-formed sequence that begins at `index` (Unicode standard, table 3-7), or 0.
std::size_t sequence_length(std::string_view text, std::size_t index) noexcept {
  const std::uint32_t lead = byte_at(text, index);
  const std::size_t left = text.size() - index;
  if (lead < 0x80U) return 1;
  if (lead < 0xc2U || lead > 0xf4U || left < 2) return 0;
  const std::uint32_t second = byte_at(text, index + 1);
  if (lead < 0xe0U) return is_continuation(second) ? 2 : 0;
  if (lead < 0xf0U) {
    const std::uint32_t lowest = lead == 0xe0U ? 0xa0U : 0x80U;
    const std::uint32_t highest = lead == 0xedU ? 0x9fU : 0xbfU;
    if (second < lowest || second > highest || left < 3) return 0;
    return is_continuation(byte_at(text, index + 2)) ? 3 : 0;
  }
  const std::uint32_t lowest = lead == 0xf0U ? 0x90U : 0x80U;
  const std::uint32_t highest = lead == 0xf4U ? 0x8fU : 0xbfU;
  if (second < lowest || second > highest || left < 4) return 0;
  return is_continuation(byte_at(text, index + 2)) && is_continuation(byte_at(text, index + 3)) ? 4
                                                                                                : 0;
}

std::uint32_t widest_of(std::uint32_t lead) noexcept {
  if (lead < 0xc4U) return 0xffU;  // U+0080 to U+00FF have the leads C2 and C3
  return lead < 0xf0U ? 0xffffU : 0x10ffffU;
}

}  // namespace

std::size_t ascii_prefix(std::string_view text) noexcept {
  const char* data = text.data();
  const std::size_t size = text.size();
  std::size_t index = 0;
  // Four words a turn is wide enough for the compiler to use vector registers.
  for (; index + 32 <= size; index += 32) {
    const std::uint64_t any = load_word(data + index) | load_word(data + index + 8) |
                              load_word(data + index + 16) | load_word(data + index + 24);
    if ((any & kHighBits) != 0) break;
  }
  for (; index + 8 <= size; index += 8) {
    if ((load_word(data + index) & kHighBits) != 0) break;
  }
  while (index < size && byte_at(text, index) < 0x80U) ++index;
  return index;
}

Utf8Summary summarize_utf8(std::string_view text) noexcept {
  Utf8Summary summary;
  std::size_t index = 0;
  while (index < text.size()) {
    const std::uint32_t lead = byte_at(text, index);
    if (lead < 0x80U) {
      const std::size_t ascii = ascii_prefix(text.substr(index));
      index += ascii;
      summary.characters += ascii;
      continue;
    }
    const std::size_t length = sequence_length(text, index);
    if (length == 0) {
      summary.valid = false;
      return summary;
    }
    const std::uint32_t widest = widest_of(lead);
    if (widest > summary.widest) summary.widest = widest;
    index += length;
    ++summary.characters;
  }
  return summary;
}

bool decode_bmp(std::string_view text, std::uint16_t* out, std::size_t& count,
                std::uint32_t& bits) noexcept {
  const auto* next = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = next + text.size();
  const std::uint16_t* first = out;
  std::uint32_t seen = 0;
  while (next != end) {
    const std::uint32_t lead = *next;
    if (lead < 0x80U) {
      *out++ = static_cast<std::uint16_t>(lead);
      ++next;
      continue;
    }
    if (lead < 0xe0U) {
      if (lead < 0xc2U || end - next < 2 || !is_continuation(next[1])) return false;
      const std::uint32_t character = ((lead & 0x1fU) << 6U) | (next[1] & 0x3fU);
      seen |= character;
      *out++ = static_cast<std::uint16_t>(character);
      next += 2;
      continue;
    }
    if (lead >= 0xf0U || end - next < 3 || !is_continuation(next[1]) || !is_continuation(next[2])) {
      return false;
    }
    const std::uint32_t character =
        ((lead & 0x0fU) << 12U) | ((next[1] & 0x3fU) << 6U) | (next[2] & 0x3fU);
    if (character < 0x800U || (character & 0xf800U) == 0xd800U) return false;
    seen |= character;
    *out++ = static_cast<std::uint16_t>(character);
    next += 3;
  }
  count = static_cast<std::size_t>(out - first);
  bits = seen;
  return true;
}

template <typename CodeUnit>
void decode_utf8(std::string_view valid_text, CodeUnit* out) noexcept {
  std::size_t index = 0;
  const auto low_bits = [&](std::size_t offset) {
    return byte_at(valid_text, index + offset) & 0x3fU;
  };
  while (index < valid_text.size()) {
    const std::uint32_t lead = byte_at(valid_text, index);
    std::uint32_t character = lead;
    std::size_t length = 1;
    if (lead >= 0xf0U) {
      character =
          ((lead & 0x07U) << 18U) | (low_bits(1) << 12U) | (low_bits(2) << 6U) | low_bits(3);
      length = 4;
    } else if (lead >= 0xe0U) {
      character = ((lead & 0x0fU) << 12U) | (low_bits(1) << 6U) | low_bits(2);
      length = 3;
    } else if (lead >= 0x80U) {
      character = ((lead & 0x1fU) << 6U) | low_bits(1);
      length = 2;
    }
    *out++ = static_cast<CodeUnit>(character);
    index += length;
  }
}

template void decode_utf8(std::string_view, std::uint8_t*) noexcept;
template void decode_utf8(std::string_view, std::uint16_t*) noexcept;
template void decode_utf8(std::string_view, std::uint32_t*) noexcept;

namespace {

// Copies ASCII while a whole word of it comes next; `out` moves on, and the first unit that was not
// copied is returned.
template <typename CodeUnit>
const CodeUnit* copy_ascii(const CodeUnit* next, const CodeUnit* end, char*& out) noexcept {
  constexpr std::ptrdiff_t kUnits = sizeof(std::uint64_t) / sizeof(CodeUnit);
  constexpr std::uint64_t kNotAscii = sizeof(CodeUnit) == 1   ? kHighBits
                                      : sizeof(CodeUnit) == 2 ? 0xff80ff80ff80ff80U
                                                              : 0xffffff80ffffff80U;
  while (end - next >= kUnits) {
    std::uint64_t word;
    std::memcpy(&word, next, sizeof(word));
    if ((word & kNotAscii) != 0) break;
    for (std::ptrdiff_t i = 0; i < kUnits; ++i) *out++ = static_cast<char>(next[i]);
    next += kUnits;
  }
  return next;
}

}  // namespace

template <typename CodeUnit>
char* encode_utf8(std::span<const CodeUnit> units, char* out) noexcept {
  const auto continuation = [](std::uint32_t bits) {
    return static_cast<char>(0x80U | (bits & 0x3fU));
  };
  const CodeUnit* next = units.data();
  const CodeUnit* const end = next + units.size();
  while (next != end) {
    if (*next < 0x80U) {
      next = copy_ascii(next, end, out);
      while (next != end && *next < 0x80U) *out++ = static_cast<char>(*next++);
      continue;
    }
    const auto character = static_cast<std::uint32_t>(*next++);
    if (character < 0x800U) {
      out[0] = static_cast<char>(0xc0U | (character >> 6U));
      out[1] = continuation(character);
      out += 2;
      continue;
    }
    if constexpr (sizeof(CodeUnit) >= 2) {
      if (character < 0x10000U) {
        if ((character & 0xf800U) == 0xd800U) return nullptr;
        out[0] = static_cast<char>(0xe0U | (character >> 12U));
        out[1] = continuation(character >> 6U);
        out[2] = continuation(character);
        out += 3;
        continue;
      }
    }
    if constexpr (sizeof(CodeUnit) >= 4) {
      if (character > 0x10ffffU) return nullptr;
      out[0] = static_cast<char>(0xf0U | (character >> 18U));
      out[1] = continuation(character >> 12U);
      out[2] = continuation(character >> 6U);
      out[3] = continuation(character);
      out += 4;
    }
  }
  return out;
}

template char* encode_utf8(std::span<const std::uint8_t>, char*) noexcept;
template char* encode_utf8(std::span<const std::uint16_t>, char*) noexcept;
template char* encode_utf8(std::span<const std::uint32_t>, char*) noexcept;

}  // namespace bsonpp
