// Decoding by steps of 16 bytes: each byte is taken for the beginning of a character, and one
// shuffle leaves out those that are none. No branch depends on where characters end.
#include "utf8_avx2.h"

#if defined(BSONPP_AVX2)

#include "utf8_character.h"
#include "utf8_lanes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace bsonpp::avx2 {

namespace {

constexpr std::size_t kStep = 16;  // bytes
constexpr std::size_t kAhead = 3;  // bytes of a character that begins with a step's last

// Eight lanes of 16 bits, of which each is a character.
BSONPP_AVX2_INLINE void store(__m128i lanes, std::uint8_t* out) noexcept {
  _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm_packus_epi16(lanes, lanes));
}
BSONPP_AVX2_INLINE void store(__m128i lanes, std::uint16_t* out) noexcept {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), lanes);
}
BSONPP_AVX2_INLINE void store(__m128i lanes, std::uint32_t* out) noexcept {
  auto* to = reinterpret_cast<__m128i*>(out);
  _mm_storeu_si128(to, _mm_unpacklo_epi16(lanes, _mm_setzero_si128()));
  _mm_storeu_si128(to + 1, _mm_unpackhi_epi16(lanes, _mm_setzero_si128()));
}

// Bytes, each with the two behind it.
struct Window {
  __m128i bytes;
  __m128i second;
  __m128i third;
};

// The characters of at most three bytes that begin with each byte of the window, if one does.
BSONPP_AVX2_INLINE __m256i characters(const Window& window) noexcept {
  const __m256i six_bits = _mm256_set1_epi16(0x3f);
  const __m256i first = _mm256_cvtepu8_epi16(window.bytes);
  const __m256i second = _mm256_and_si256(_mm256_cvtepu8_epi16(window.second), six_bits);
  const __m256i third = _mm256_and_si256(_mm256_cvtepu8_epi16(window.third), six_bits);
  const __m256i two = _mm256_or_si256(_mm256_slli_epi16(first, 6), second);
  const __m256i three = _mm256_or_si256(_mm256_slli_epi16(two, 6), third);
  const __m256i of_two = _mm256_cmpgt_epi16(first, _mm256_set1_epi16(0x7f));
  const __m256i of_three = _mm256_cmpgt_epi16(first, _mm256_set1_epi16(0xdf));
  const __m256i two_bits = _mm256_and_si256(two, _mm256_set1_epi16(0x7ff));
  return _mm256_blendv_epi8(_mm256_blendv_epi8(first, two_bits, of_two), three, of_three);
}

template <typename CodeUnit>
BSONPP_AVX2_INLINE CodeUnit* put(__m128i lanes, unsigned chosen, CodeUnit* out) noexcept {
  store(shuffled(lanes, kChosenLanes, chosen), out);
  return out + kChosenLanes.sizes[chosen];
}

// The bytes that begin a character, from the lowest bit on.
BSONPP_AVX2_INLINE unsigned starts_in(__m128i bytes) noexcept {
  const __m128i continuations = _mm_cmplt_epi8(bytes, _mm_set1_epi8(static_cast<char>(0xc0)));
  return ~static_cast<unsigned>(_mm_movemask_epi8(continuations)) & 0xffffU;
}

template <typename CodeUnit>
BSONPP_AVX2_INLINE CodeUnit* put(const Window& window, unsigned starts, CodeUnit* out) noexcept {
  const __m256i lanes = characters(window);
  out = put(_mm256_castsi256_si128(lanes), starts & 0xffU, out);
  return put(_mm256_extracti128_si256(lanes, 1), starts >> 8U, out);
}

// The bytes that begin a character of four, from the lowest bit on.
BSONPP_AVX2_INLINE unsigned starts_of_four_in(__m128i bytes) noexcept {
  const __m128i lead = _mm_set1_epi8(static_cast<char>(0xf0));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(bytes, lead), bytes)));
}

// Puts the characters of four bytes where put() had no room for them; three more bytes lie behind
// the step's.
BSONPP_AVX2_INLINE void put_of_four(const char* from, unsigned starts, unsigned of_four,
                                    std::uint32_t* out) noexcept {
  for (of_four &= starts; of_four != 0; of_four &= of_four - 1) {
    const int at = std::countr_zero(of_four);
    const unsigned before = starts & ((1U << static_cast<unsigned>(at)) - 1);
    out[kChosenLanes.sizes[before & 0xffU] + kChosenLanes.sizes[before >> 8U]] =
        character_at(from + at);
  }
}

// Decodes the characters that begin within kStep bytes; kAhead more lie behind them. `out` has room
// for kStep units.
template <typename CodeUnit>
BSONPP_AVX2_INLINE CodeUnit* decode_step(const char* from, CodeUnit* out) noexcept {
  const __m128i bytes = load(from);
  if (!any(bytes)) {
    store(_mm_unpacklo_epi8(bytes, _mm_setzero_si128()), out);
    store(_mm_unpackhi_epi8(bytes, _mm_setzero_si128()), out + kStep / 2);
    return out + kStep;
  }
  const unsigned starts = starts_in(bytes);
  CodeUnit* const end = put<CodeUnit>({bytes, load(from + 1), load(from + 2)}, starts, out);
  if constexpr (sizeof(CodeUnit) == 4) put_of_four(from, starts, starts_of_four_in(bytes), out);
  return end;
}

// The same of the bytes from `at` on where fewer lie behind them. Zeros stand for those, and make
// no character.
template <typename CodeUnit>
BSONPP_AVX2_INLINE CodeUnit* decode_last_step(std::string_view text, std::size_t at,
                                              CodeUnit* out) noexcept {
  const __m128i bytes = window(text, at);
  const __m128i behind = window(text, at + kStep);
  const std::size_t left = text.size() - at;
  const unsigned starts = starts_in(bytes) & (left < kStep ? (1U << left) - 1 : 0xffffU);
  CodeUnit* const end = put<CodeUnit>(
      {bytes, _mm_alignr_epi8(behind, bytes, 1), _mm_alignr_epi8(behind, bytes, 2)}, starts, out);
  if constexpr (sizeof(CodeUnit) == 4) {
    if (const unsigned of_four = starts_of_four_in(bytes); of_four != 0) {
      std::array<char, 2 * kStep> both;
      _mm_storeu_si128(reinterpret_cast<__m128i*>(both.data()), bytes);
      _mm_storeu_si128(reinterpret_cast<__m128i*>(&both[kStep]), behind);
      put_of_four(both.data(), starts, of_four, out);
    }
  }
  return end;
}

// What is too near to the end of the text or of the units, by way of units that may be written
// beyond it.
template <typename CodeUnit>
BSONPP_AVX2_INLINE void decode_rest(std::string_view text, std::size_t at,
                                    std::span<CodeUnit> out) noexcept {
  std::array<CodeUnit, 2 * kStep> units;
  CodeUnit* next = units.data();
  for (; at < text.size() && next <= &units[kStep]; at += kStep) {
    next = decode_last_step(text, at, next);
  }
  std::memcpy(out.data(), units.data(), std::min(out.size_bytes(), sizeof(units)));
}

}  // namespace

template <typename CodeUnit>
BSONPP_TARGET_AVX2 void decode_utf8(std::string_view valid_text, std::span<CodeUnit> out) noexcept {
  CodeUnit* next = out.data();
  CodeUnit* const end = next + out.size();
  std::size_t at = 0;
  while (valid_text.size() - at >= kStep + kAhead &&
         static_cast<std::size_t>(end - next) >= kStep) {
    next = decode_step(valid_text.data() + at, next);
    at += kStep;
  }
  if (next != end) decode_rest<CodeUnit>(valid_text, at, {next, end});
}

template void decode_utf8(std::string_view, std::span<std::uint8_t>) noexcept;
template void decode_utf8(std::string_view, std::span<std::uint16_t>) noexcept;
template void decode_utf8(std::string_view, std::span<std::uint32_t>) noexcept;

}  // namespace bsonpp::avx2

#endif
