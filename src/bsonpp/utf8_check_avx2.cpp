// Checking by steps of 16 bytes. What is wrong with a pair of bytes is found by three tables of 16
// entries, of which each says what half a byte allows: a bit for each fault, set where all three
// have it. (John Keiser and Daniel Lemire, "Validating UTF-8 in less than one instruction per
// byte", 2021.)
#include "utf8_avx2.h"

#if defined(BSONPP_AVX2)

#include "utf8_lanes.h"

#include <bsonpp/utf8.h>

#include <array>

namespace bsonpp::avx2 {

namespace {

constexpr std::size_t kStep = 16;  // bytes

// Faults of two bytes, by the Unicode standard's table 3-7; kTwoContinuations is one only where no
// longer character wants them.
enum Fault : std::uint8_t {
  kTooShort = 1 << 0,       // a lead before what is no continuation
  kTooLong = 1 << 1,        // ASCII before a continuation
  kOverlongThree = 1 << 2,  // E0 before 80 to 9F
  kTooLarge = 1 << 3,       // F4 before 90 and more, F5 and more
  kSurrogate = 1 << 4,      // ED before A0 and more
  kOverlongTwo = 1 << 5,    // C0, C1
  kOverlongFour = 1 << 6,   // F0 before 80 to 8F, and F5 and more before it
  kTwoContinuations = 1 << 7,
};

using Halves = std::array<std::uint8_t, 16>;

// By the upper half of the first byte.
constexpr Halves kFirstUpper = [] {
  Halves faults{};
  for (unsigned half = 0x0; half < 0x8; ++half) faults[half] = kTooLong;
  for (unsigned half = 0x8; half < 0xc; ++half) faults[half] = kTwoContinuations;
  faults[0xc] = kTooShort | kOverlongTwo;
  faults[0xd] = kTooShort;
  faults[0xe] = kTooShort | kOverlongThree | kSurrogate;
  faults[0xf] = kTooShort | kTooLarge | kOverlongFour;
  return faults;
}();

// By the lower half of the first byte.
constexpr Halves kFirstLower = [] {
  Halves faults{};
  for (unsigned half = 0; half < faults.size(); ++half) {
    unsigned found = kTooShort | kTooLong | kTwoContinuations;
    if (half == 0x0) found |= kOverlongThree | kOverlongFour;
    if (half <= 0x1) found |= kOverlongTwo;
    if (half == 0xd) found |= kSurrogate;
    if (half >= 0x4) found |= kTooLarge;
    if (half >= 0x5) found |= kOverlongFour;
    faults[half] = static_cast<std::uint8_t>(found);
  }
  return faults;
}();

// By the upper half of the second byte.
constexpr Halves kSecondUpper = [] {
  Halves faults{};
  for (unsigned half = 0; half < faults.size(); ++half) {
    const bool continuation = half >= 0x8 && half < 0xc;
    unsigned found = continuation ? kTooLong | kTwoContinuations | kOverlongTwo : kTooShort;
    if (half == 0x8 || half == 0x9) found |= kOverlongThree;
    if (half == 0x8) found |= kOverlongFour;
    if (half >= 0x9 && continuation) found |= kTooLarge;
    if (half >= 0xa && continuation) found |= kSurrogate;
    faults[half] = static_cast<std::uint8_t>(found);
  }
  return faults;
}();

BSONPP_AVX2_INLINE __m128i upper_halves(__m128i bytes) noexcept {
  return _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(0x0f));
}

BSONPP_AVX2_INLINE __m128i faults_of(const Halves& table, __m128i halves) noexcept {
  return _mm_shuffle_epi8(load(table.data()), halves);
}

// The text's bytes so far.
struct Found {
  __m128i faults;
  __m128i largest;     // byte by byte
  __m128i characters;  // in each half
};

// What is wrong with `bytes`, behind `before`.
BSONPP_AVX2_INLINE __m128i faults_in(__m128i bytes, __m128i before) noexcept {
  const __m128i first = _mm_alignr_epi8(bytes, before, 15);
  const __m128i lower = _mm_and_si128(first, _mm_set1_epi8(0x0f));
  const __m128i faults = _mm_and_si128(
      _mm_and_si128(faults_of(kFirstUpper, upper_halves(first)), faults_of(kFirstLower, lower)),
      faults_of(kSecondUpper, upper_halves(bytes)));
  // The third byte of three and the third and fourth of four follow a continuation, and must.
  const __m128i of_three = _mm_subs_epu8(_mm_alignr_epi8(bytes, before, 14),
                                         _mm_set1_epi8(static_cast<char>(0xe0 - 0x80)));
  const __m128i of_four = _mm_subs_epu8(_mm_alignr_epi8(bytes, before, 13),
                                        _mm_set1_epi8(static_cast<char>(0xf0 - 0x80)));
  const __m128i expected = _mm_and_si128(_mm_or_si128(of_three, of_four),
                                         _mm_set1_epi8(static_cast<char>(kTwoContinuations)));
  return _mm_xor_si128(faults, expected);
}

BSONPP_AVX2_INLINE void add(__m128i bytes, __m128i before, Found& found) noexcept {
  found.faults = _mm_or_si128(found.faults, faults_in(bytes, before));
  found.largest = _mm_max_epu8(found.largest, bytes);
  const __m128i starts = _mm_cmpgt_epi8(bytes, _mm_set1_epi8(static_cast<char>(0xbf)));
  const __m128i ones = _mm_and_si128(starts, _mm_set1_epi8(1));
  found.characters = _mm_add_epi64(found.characters, _mm_sad_epu8(ones, _mm_setzero_si128()));
}

BSONPP_AVX2_INLINE bool reaches(__m128i largest, std::uint8_t lead) noexcept {
  const __m128i bound = _mm_set1_epi8(static_cast<char>(lead));
  return any(_mm_cmpeq_epi8(_mm_max_epu8(largest, bound), largest));
}

// U+0080 to U+00FF have the leads C2 and C3.
BSONPP_AVX2_INLINE std::uint32_t widest_below(__m128i largest) noexcept {
  if (reaches(largest, 0xf0)) return 0x10ffffU;
  if (reaches(largest, 0xc4)) return 0xffffU;
  return any(largest) ? 0xffU : 0x7fU;
}

}  // namespace

BSONPP_TARGET_AVX2 Utf8Summary summarize_utf8(std::string_view text) noexcept {
  const __m128i zero = _mm_setzero_si128();
  Found found{zero, zero, zero};
  __m128i before = zero;
  std::size_t at = 0;
  // At least one zero comes behind the text, so that what is cut off is too short.
  for (; at <= text.size(); at += kStep) {
    const __m128i bytes = window(text, at);
    add(bytes, before, found);
    before = bytes;
  }
  if (_mm_movemask_epi8(_mm_cmpeq_epi8(found.faults, zero)) != 0xffff) return {.valid = false};
  const __m128i both = _mm_add_epi64(found.characters, _mm_unpackhi_epi64(found.characters, zero));
  std::uint64_t characters = 0;
  _mm_storel_epi64(reinterpret_cast<__m128i*>(&characters), both);
  return {.characters = static_cast<std::size_t>(characters) - (at - text.size()),
          .widest = widest_below(found.largest)};
}

}  // namespace bsonpp::avx2

#endif
