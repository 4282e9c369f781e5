// Escaping by groups of eight code units: each unit's escape is made in eight bytes of its own, and
// a shuffle closes the gaps between them. No branch asks which units stand for themselves, as the
// spaces between words of another script do.
#include "json_string_escape.h"

#if defined(BSONPP_AVX2)

#include "utf8_lanes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>

namespace bsonpp::avx2 {

namespace {

constexpr std::size_t kGroup = 8;  // code units

// A unit's eight bytes: its escape, or itself in kItself.
constexpr std::uint8_t kItself = 6;

// Two units: which bytes of their sixteen are kept, by two bits that say which stand for
// themselves.
constexpr auto kPairs = [] {
  std::array<Shuffle, 4> pairs{};
  for (unsigned plain = 0; plain < pairs.size(); ++plain) {
    pairs[plain].fill(kNothing);
    std::size_t size = 0;
    for (unsigned unit = 0; unit < 2; ++unit) {
      const bool itself = (plain >> unit & 1U) != 0;
      for (unsigned i = 0; i < (itself ? 1 : kMostEscaped); ++i) {
        pairs[plain][size++] = static_cast<std::uint8_t>(8 * unit + (itself ? kItself : i));
      }
    }
  }
  return pairs;
}();
constexpr std::array<std::uint8_t, 4> kPairSizes = {12, 7, 7, 2};

// Where the bytes of the four units from `first` on go: both of them to where they give two digits
// each, and the lower one to where it stands for itself.
using Spread = std::array<std::uint8_t, 32>;
constexpr Spread spread_from(std::size_t first) {
  Spread spread{};
  spread.fill(kNothing);
  for (std::size_t unit = 0; unit < 4; ++unit) {
    const auto lower = static_cast<std::uint8_t>(2 * (first + unit));
    std::uint8_t* const bytes = &spread[8 * unit];
    bytes[2] = bytes[3] = static_cast<std::uint8_t>(lower + 1);
    bytes[4] = bytes[5] = bytes[kItself] = lower;
  }
  return spread;
}
constexpr Spread kLowerUnits = spread_from(0);
constexpr Spread kUpperUnits = spread_from(4);

BSONPP_AVX2_INLINE __m256i load_wide(const void* from) noexcept {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

// What escapes() combines, in registers from the first group on.
struct Constants {
  __m256i lower_units;
  __m256i upper_units;
  __m256i upper_digits;
  __m256i lower_digits;
  __m256i no_digits;
  __m256i digits;
  __m256i itself;
  __m256i marks;

  BSONPP_AVX2_INLINE static Constants load() noexcept {
    return {load_wide(kLowerUnits.data()), load_wide(kUpperUnits.data()),
            _mm256_set1_epi64x(0x0000'000f'000f'0000), _mm256_set1_epi64x(0x0000'0f00'0f00'0000),
            // The highest bit makes what is no digit zero.
            _mm256_set1_epi64x(static_cast<long long>(0x8080'0000'0000'8080U)),
            _mm256_broadcastsi128_si256(avx2::load("0123456789abcdef")),
            _mm256_set1_epi64x(0x00ff'0000'0000'0000), _mm256_set1_epi64x('\\' | 'u' << 8)};
  }
};

// The eight bytes of each of the four units that `spread` takes.
BSONPP_AVX2_INLINE __m256i escapes(__m128i units, __m256i spread,
                                   const Constants& constants) noexcept {
  const __m256i bytes = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(units), spread);
  const __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), constants.upper_digits);
  const __m256i lower = _mm256_and_si256(bytes, constants.lower_digits);
  const __m256i halves = _mm256_or_si256(_mm256_or_si256(upper, lower), constants.no_digits);
  const __m256i digits = _mm256_shuffle_epi8(constants.digits, halves);
  const __m256i itself = _mm256_and_si256(bytes, constants.itself);
  return _mm256_or_si256(_mm256_or_si256(digits, itself), constants.marks);
}

BSONPP_AVX2_INLINE char* put_pair(__m128i escapes, unsigned plain, char* out) noexcept {
  const __m128i text = _mm_shuffle_epi8(escapes, load(kPairs[plain].data()));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), text);
  return out + kPairSizes[plain];
}

BSONPP_AVX2_INLINE char* put_pairs(__m256i escapes, unsigned plain, char* out) noexcept {
  out = put_pair(_mm256_castsi256_si128(escapes), plain & 3U, out);
  return put_pair(_mm256_extracti128_si256(escapes, 1), plain >> 2U & 3U, out);
}

// A bit for each unit of eight.
BSONPP_AVX2_INLINE unsigned bits(__m128i lanes) noexcept {
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(lanes, _mm_setzero_si128())));
}

BSONPP_AVX2_INLINE __m128i is_between(__m128i units, short before, short behind) noexcept {
  return _mm_and_si128(_mm_cmpgt_epi16(units, _mm_set1_epi16(before)),
                       _mm_cmpgt_epi16(_mm_set1_epi16(behind), units));
}

// Units that may have an escape of two characters.
BSONPP_AVX2_INLINE bool any_short(__m128i units) noexcept {
  const __m128i marks = _mm_or_si128(_mm_cmpeq_epi16(units, _mm_set1_epi16('"')),
                                     _mm_cmpeq_epi16(units, _mm_set1_epi16('\\')));
  return any(_mm_or_si128(marks, is_between(units, '\b' - 1, '\r' + 1)));
}

char* put_one_by_one(__m128i units, char* out) noexcept {
  std::array<std::uint16_t, kGroup> each;
  _mm_storeu_si128(reinterpret_cast<__m128i*>(each.data()), units);
  for (const std::uint16_t unit : each) out = put_unpredicted(out, unit);
  return out;
}

BSONPP_AVX2_INLINE char* put_group(__m128i units, const Constants& constants, char* out) noexcept {
  if (any_short(units)) [[unlikely]] {
    return put_one_by_one(units, out);
  }
  const unsigned plain = bits(is_between(units, 0x1f, 0x7f));
  if (plain == 0xffU) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm_packus_epi16(units, units));
    return out + kGroup;
  }
  out = put_pairs(escapes(units, constants.lower_units, constants), plain & 0xfU, out);
  return put_pairs(escapes(units, constants.upper_units, constants), plain >> 4U, out);
}

// The eight units of a text from `at` on, or as many as there are with zeros behind them.
template <typename CodeUnit>
BSONPP_AVX2_INLINE __m128i bytes_from(std::span<const CodeUnit> units, std::size_t at) noexcept {
  return window({reinterpret_cast<const char*>(units.data()), units.size_bytes()},
                at * sizeof(CodeUnit));
}

// The same in lanes of 16 bits. Returns how many have room there, up to the first that has none.
BSONPP_AVX2_INLINE std::size_t load_group(std::span<const std::uint8_t> units, std::size_t at,
                                          __m128i& group) noexcept {
  group = _mm_cvtepu8_epi16(bytes_from(units, at));
  return kGroup;
}
BSONPP_AVX2_INLINE std::size_t load_group(std::span<const std::uint16_t> units, std::size_t at,
                                          __m128i& group) noexcept {
  group = bytes_from(units, at);
  return kGroup;
}
BSONPP_AVX2_INLINE std::size_t load_group(std::span<const std::uint32_t> units, std::size_t at,
                                          __m128i& group) noexcept {
  const __m128i lower = bytes_from(units, at);
  const __m128i upper = bytes_from(units, at + kGroup / 2);
  group = _mm_packus_epi32(lower, upper);
  // Not zero where the upper half of a unit is not.
  const __m128i wide = _mm_packus_epi32(_mm_srli_epi32(lower, 16), _mm_srli_epi32(upper, 16));
  const __m128i narrow = _mm_cmpeq_epi16(wide, _mm_setzero_si128());
  return static_cast<std::size_t>(std::countr_one(bits(narrow)));
}

// The first lanes; zeros in place of the others.
BSONPP_AVX2_INLINE __m128i first_lanes(__m128i group, std::size_t count) noexcept {
  const __m128i indexes = _mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7);
  const __m128i limit = _mm_set1_epi16(static_cast<short>(count));
  return _mm_and_si128(group, _mm_cmpgt_epi16(limit, indexes));
}

}  // namespace

template <typename CodeUnit>
BSONPP_TARGET_AVX2 char* put_json_units(std::span<const CodeUnit> units, char* out) noexcept {
  const Constants constants = Constants::load();
  for (std::size_t at = 0; at < units.size();) {
    __m128i group;
    const std::size_t left = std::min(kGroup, units.size() - at);
    const std::size_t narrow = load_group(units, at, group);
    if (narrow == kGroup) [[likely]] {
      out = put_group(group, constants, out) - (kGroup - left) * kMostEscaped;
      at += kGroup;
      continue;
    }
    const std::size_t count = std::min(narrow, left);
    if (count != 0) {
      out = put_group(first_lanes(group, count), constants, out) - (kGroup - count) * kMostEscaped;
    }
    out = put_escape(out, units[at + count]);
    at += count + 1;
  }
  return out;
}

template char* put_json_units(std::span<const std::uint8_t>, char*) noexcept;
template char* put_json_units(std::span<const std::uint16_t>, char*) noexcept;
template char* put_json_units(std::span<const std::uint32_t>, char*) noexcept;

}  // namespace bsonpp::avx2

#endif
