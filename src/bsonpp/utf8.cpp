#include "utf8_avx2.h"
#include "utf8_portable.h"

#include <bsonpp/attributes.h>
#include <bsonpp/byte_order.h>
#include <bsonpp/utf8.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

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

namespace {

// How a character's bits stand in four bytes, most significant first.
struct Form {
  std::uint32_t marks;       // of the lead and the continuations
  std::uint8_t unused_bits;  // behind the character's own bytes
  std::uint8_t size;         // its own bytes
  std::uint8_t last_mask;    // the bits that its last byte takes
};

// By the number of zero bits before a character's highest one, so that no branch is taken: what
// comes next in mixed text cannot be foreseen.
constexpr std::array<Form, 32> kForms = [] {
  std::array<Form, 32> forms{};
  for (std::size_t zeros = 0; zeros < forms.size(); ++zeros) {
    const std::size_t bits = forms.size() - zeros;
    if (bits <= 7) {
      forms[zeros] = {0, 24, 1, 0x7f};
    } else if (bits <= 11) {
      forms[zeros] = {0xc080, 16, 2, 0x3f};
    } else if (bits <= 16) {
      forms[zeros] = {0xe08080, 8, 3, 0x3f};
    } else {
      forms[zeros] = {0xf0808080, 0, 4, 0x3f};
    }
  }
  return forms;
}();

// Writes four bytes at `out`, of which the character takes the first.
template <typename CodeUnit>
BSONPP_ALWAYS_INLINE char* put_character(std::uint32_t character, char* out) noexcept {
  const Form& form = kForms[static_cast<unsigned>(std::countl_zero(character | 1U))];
  std::uint32_t bits = (character & form.last_mask) | form.marks;
  bits |= (character << 2U) & 0x3f00U;
  if constexpr (sizeof(CodeUnit) > 1) bits |= (character << 4U) & 0x3f0000U;
  if constexpr (sizeof(CodeUnit) > 2) bits |= (character << 6U) & 0x7000000U;
  store_big_endian(reinterpret_cast<std::byte*>(out), bits << form.unused_bits);
  return out + form.size;
}

// Of units that are looked at together.
struct Kind {
  bool ascii;
  bool characters;  // no surrogate, and nothing beyond U+10FFFF
};

template <typename CodeUnit>
BSONPP_ALWAYS_INLINE Kind kind_of(const CodeUnit* units, std::size_t count) noexcept {
  CodeUnit any = 0;
  CodeUnit surrogates = 0;
  CodeUnit borrowed = 0;
  for (std::size_t i = 0; i < count; ++i) {
    any = static_cast<CodeUnit>(any | units[i]);
    if constexpr (sizeof(CodeUnit) > 1) {
      surrogates = static_cast<CodeUnit>(
          surrogates | ((units[i] & CodeUnit(~0x7ffU)) == 0xd800U ? CodeUnit{1} : CodeUnit{0}));
    }
    if constexpr (sizeof(CodeUnit) > 2) borrowed |= 0x10ffffU - units[i];
  }
  // Below 2**31 the difference is negative just where the unit is too large.
  const bool too_large = sizeof(CodeUnit) > 2 && ((borrowed | any) & 0x80000000U) != 0;
  return {any < 0x80U, surrogates == 0 && !too_large};
}

// Returns the end of what was written, or null.
template <typename CodeUnit>
BSONPP_ALWAYS_INLINE char* encode_group(const CodeUnit* units, std::size_t count,
                                        char* out) noexcept {
  const Kind kind = kind_of(units, count);
  if (kind.ascii) {
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<char>(units[i]);
    return out + count;
  }
  if (!kind.characters) return nullptr;
  for (std::size_t i = 0; i < count; ++i) out = put_character<CodeUnit>(units[i], out);
  return out;
}

}  // namespace

template <typename CodeUnit>
char* portable::encode_utf8(std::span<const CodeUnit> units, char* out) noexcept {
  constexpr std::size_t kGroup = 16;
  const CodeUnit* next = units.data();
  std::size_t left = units.size();
  for (; left >= kGroup && out != nullptr; left -= kGroup, next += kGroup) {
    out = encode_group(next, kGroup, out);
  }
  return out == nullptr ? nullptr : encode_group(next, left, out);
}

template char* portable::encode_utf8(std::span<const std::uint8_t>, char*) noexcept;
template char* portable::encode_utf8(std::span<const std::uint16_t>, char*) noexcept;
template char* portable::encode_utf8(std::span<const std::uint32_t>, char*) noexcept;

template <typename CodeUnit>
char* encode_utf8(std::span<const CodeUnit> units, char* out) noexcept {
#if defined(BSONPP_AVX2)
  if (avx2::supported()) return avx2::encode_utf8(units, out);
#endif
  return portable::encode_utf8(units, out);
}

template char* encode_utf8(std::span<const std::uint8_t>, char*) noexcept;
template char* encode_utf8(std::span<const std::uint16_t>, char*) noexcept;
template char* encode_utf8(std::span<const std::uint32_t>, char*) noexcept;

}  // namespace bsonpp
