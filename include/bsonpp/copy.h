// Copies of a few bytes, without a call.
#pragma once

#include <bsonpp/attributes.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bsonpp {

namespace detail {

template <std::size_t Word>
BSONPP_ALWAYS_INLINE void copy_ends(char* to, const char* from, std::size_t size) noexcept {
  char head[Word];
  char tail[Word];
  std::memcpy(head, from, Word);
  std::memcpy(tail, from + size - Word, Word);
  std::memcpy(to, head, Word);
  std::memcpy(to + size - Word, tail, Word);
}

}  // namespace detail

// memcpy() for text that is mostly short, as keys and many values are: two words, which may
// overlap, from either end. The two places must not overlap.
BSONPP_ALWAYS_INLINE void copy_short(void* to, const char* from, std::size_t size) noexcept {
  auto* out = static_cast<char*>(to);
  if (size >= 8) {
    if (size <= 16) {
      detail::copy_ends<8>(out, from, size);
    } else if (size <= 32) {
      detail::copy_ends<16>(out, from, size);
    } else {
      std::memcpy(out, from, size);
    }
  } else if (size >= 4) {
    detail::copy_ends<4>(out, from, size);
  } else if (size >= 2) {
    detail::copy_ends<2>(out, from, size);
  } else if (size == 1) {
    *out = *from;
  }
}

// Whether one of a word's bytes is zero.
template <typename Word>
constexpr bool has_zero_byte(Word word) noexcept {
  constexpr Word kOnes = static_cast<Word>(~Word{0}) / 0xffU;
  constexpr Word kHighs = kOnes << 7U;
  return ((word - kOnes) & ~word & kHighs) != 0;
}

// copy_short() of text that must hold no zero byte. False when it does, whatever was copied.
BSONPP_ALWAYS_INLINE bool copy_without_nul(void* to, const char* from, std::size_t size) noexcept {
  auto* out = static_cast<char*>(to);
  if (size >= 8) {
    if (size > 16) {
      std::memcpy(out, from, size);
      return std::memchr(from, 0, size) == nullptr;
    }
    std::uint64_t head;
    std::uint64_t tail;
    std::memcpy(&head, from, 8);
    std::memcpy(&tail, from + size - 8, 8);
    std::memcpy(out, &head, 8);
    std::memcpy(out + size - 8, &tail, 8);
    return !has_zero_byte(head) && !has_zero_byte(tail);
  }
  if (size >= 4) {
    std::uint32_t head;
    std::uint32_t tail;
    std::memcpy(&head, from, 4);
    std::memcpy(&tail, from + size - 4, 4);
    std::memcpy(out, &head, 4);
    std::memcpy(out + size - 4, &tail, 4);
    return !has_zero_byte(head | std::uint64_t{tail} << 32U);
  }
  bool clean = true;
  for (std::size_t i = 0; i < size; ++i) {
    out[i] = from[i];
    clean = clean && from[i] != '\0';
  }
  return clean;
}

}  // namespace bsonpp
