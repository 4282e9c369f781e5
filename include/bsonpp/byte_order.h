// Loads and stores in BSON's byte order (little endian), on any machine.
#pragma once

#include <bsonpp/attributes.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bsonpp {

namespace detail {

template <typename Word>
constexpr Word swap_bytes(Word word) noexcept {
  Word swapped = 0;
  for (std::size_t i = 0; i < sizeof(Word); ++i) {
    swapped = static_cast<Word>((swapped << 8U) | (word & 0xffU));
    word = static_cast<Word>(word >> 8U);
  }
  return swapped;
}

template <std::size_t Size>
struct WordOf;
template <>
struct WordOf<1> {
  using type = std::uint8_t;
};
template <>
struct WordOf<2> {
  using type = std::uint16_t;
};
template <>
struct WordOf<4> {
  using type = std::uint32_t;
};
template <>
struct WordOf<8> {
  using type = std::uint64_t;
};

// The conversion is its own inverse, so it serves loads and stores alike.
template <std::endian Native, typename Word>
constexpr Word to_little_endian(Word word) noexcept {
  if constexpr (Native == std::endian::little || sizeof(Word) == 1) {
    return word;
  } else {
    return swap_bytes(word);
  }
}

}  // namespace detail

// Reads a T (an integer or double of 1, 2, 4 or 8 bytes) from `from`, which holds at least
// sizeof(T) bytes and need not be aligned.
template <typename T, std::endian Native = std::endian::native>
BSONPP_ALWAYS_INLINE T load_little_endian(const std::byte* from) noexcept {
  typename detail::WordOf<sizeof(T)>::type word;
  std::memcpy(&word, from, sizeof(word));
  return std::bit_cast<T>(detail::to_little_endian<Native>(word));
}

// The same of a value whose most significant byte comes first.
template <typename T>
BSONPP_ALWAYS_INLINE T load_big_endian(const std::byte* from) noexcept {
  using Word = typename detail::WordOf<sizeof(T)>::type;
  return std::bit_cast<T>(detail::swap_bytes(load_little_endian<Word>(from)));
}

// Writes `value` to `to`, which has room for sizeof(T) bytes and need not be aligned.
template <typename T, std::endian Native = std::endian::native>
BSONPP_ALWAYS_INLINE void store_little_endian(std::byte* to, T value) noexcept {
  using Word = typename detail::WordOf<sizeof(T)>::type;
  const Word word = detail::to_little_endian<Native>(std::bit_cast<Word>(value));
  std::memcpy(to, &word, sizeof(word));
}

// The same with the most significant byte first.
template <typename T>
BSONPP_ALWAYS_INLINE void store_big_endian(std::byte* to, T value) noexcept {
  using Word = typename detail::WordOf<sizeof(T)>::type;
  store_little_endian(to, detail::swap_bytes(std::bit_cast<Word>(value)));
}

}  // namespace bsonpp
