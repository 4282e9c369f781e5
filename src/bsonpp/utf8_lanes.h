// Characters in the lanes of vector registers, and tables to shuffle them by.
#pragma once

#include "utf8_avx2.h"

#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace bsonpp::avx2 {

// What each of 16 bytes is taken from; kNothing makes it zero.
using Shuffle = std::array<std::uint8_t, 16>;
inline constexpr std::uint8_t kNothing = 0x80;

struct ShuffleTable {
  alignas(64) std::array<Shuffle, 256> shuffles;
  std::array<std::uint8_t, 256> sizes;  // the bytes or lanes that each of them keeps
};

// `keep` writes the indexes that one shuffle keeps, by its place in the table, and returns their
// number.
template <typename Keep>
constexpr ShuffleTable table_of(Keep keep) {
  ShuffleTable table{};
  for (unsigned index = 0; index < table.shuffles.size(); ++index) {
    table.shuffles[index].fill(kNothing);
    table.sizes[index] = static_cast<std::uint8_t>(keep(index, table.shuffles[index]));
  }
  return table;
}

// Four lanes of four bytes: of each as many of its first bytes as its two bits of the index say,
// and one more, in reverse order.
inline constexpr ShuffleTable kOneToFourBytes = table_of([](unsigned index, Shuffle& shuffle) {
  std::size_t size = 0;
  for (unsigned lane = 0; lane < 4; ++lane) {
    const unsigned last = index >> (2 * lane) & 3U;
    for (unsigned i = 0; i <= last; ++i) {
      shuffle[size++] = static_cast<std::uint8_t>(4 * lane + last - i);
    }
  }
  return size;
});

// Eight lanes of two bytes: those whose bit is set in the index.
inline constexpr ShuffleTable kChosenLanes = table_of([](unsigned index, Shuffle& shuffle) {
  std::size_t size = 0;
  for (unsigned lane = 0; lane < 8; ++lane) {
    if ((index >> lane & 1U) == 0) continue;
    shuffle[2 * size] = static_cast<std::uint8_t>(2 * lane);
    shuffle[2 * size + 1] = static_cast<std::uint8_t>(2 * lane + 1);
    ++size;
  }
  return size;
});

BSONPP_AVX2_INLINE __m128i load(const void* from) noexcept {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

// Whether a byte of the register has its highest bit set.
BSONPP_AVX2_INLINE bool any(__m128i mask) noexcept { return _mm_movemask_epi8(mask) != 0; }

BSONPP_AVX2_INLINE __m128i shuffled(__m128i bytes, const ShuffleTable& table,
                                    unsigned index) noexcept {
  return _mm_shuffle_epi8(bytes, load(table.shuffles[index].data()));
}

template <typename Word>
BSONPP_AVX2_INLINE std::uint64_t word_at(const char* from) noexcept {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

// Less than 16 bytes, with zeros behind them.
BSONPP_AVX2_INLINE __m128i filled_up(std::string_view text) noexcept {
  const char* const first = text.data();
  const std::size_t size = text.size();
  const char* const end = first + size;
  std::uint64_t lower = 0;
  std::uint64_t upper = 0;
  if (size >= 8) {
    lower = word_at<std::uint64_t>(first);
    upper = word_at<std::uint64_t>(end - 8) >> (8 * (15 - size)) >> 8U;
  } else if (size >= 4) {
    lower = word_at<std::uint32_t>(first) | word_at<std::uint32_t>(end - 4) << (8 * (size - 4));
  } else if (size != 0) {
    lower = word_at<std::uint8_t>(first) | word_at<std::uint8_t>(end - 1) << (8 * (size - 1)) |
            word_at<std::uint8_t>(first + size / 2) << (8 * (size / 2));
  }
  return _mm_set_epi64x(static_cast<long long>(upper), static_cast<long long>(lower));
}

// The 16 bytes of a text from `at` on, with zeros behind its end.
BSONPP_AVX2_INLINE __m128i window(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t kSize = sizeof(__m128i);
  if (at >= text.size()) return _mm_setzero_si128();
  const std::size_t left = text.size() - at;
  if (left >= kSize) return load(text.data() + at);
  if (text.size() < kSize) return filled_up(text.substr(at));
  // What ends where the text ends, moved down.
  static constexpr auto kMoves = [] {
    std::array<std::uint8_t, 2 * kSize> moves{};
    for (std::size_t i = 0; i < moves.size(); ++i) {
      moves[i] = i < kSize ? static_cast<std::uint8_t>(i) : kNothing;
    }
    return moves;
  }();
  return _mm_shuffle_epi8(load(text.data() + text.size() - kSize), load(&kMoves[kSize - left]));
}

}  // namespace bsonpp::avx2
