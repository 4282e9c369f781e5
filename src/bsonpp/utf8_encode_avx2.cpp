// Encoding by groups of eight code units: each character's bytes are made in a lane of its own,
// and a shuffle closes the gaps between them. No branch asks which characters are of how many
// bytes: in mixed text none could be foreseen.
#include "utf8_avx2.h"

#if defined(BSONPP_AVX2)

#include "utf8_lanes.h"

namespace bsonpp::avx2 {

namespace {

constexpr std::size_t kGroup = 8;  // code units

BSONPP_AVX2_INLINE char* put(__m128i bytes, unsigned index, char* out) noexcept {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), shuffled(bytes, kOneToFourBytes, index));
  return out + kOneToFourBytes.sizes[index];
}

// The lowest two bits of four lanes, one behind the other.
BSONPP_AVX2_INLINE unsigned digits(__m128i lanes) noexcept {
  const __m128i bytes = _mm_shuffle_epi8(lanes, _mm_set1_epi32(0x0c080400));
  constexpr std::uint32_t kGather = (1U << 24U) | (1U << 18U) | (1U << 12U) | (1U << 6U);
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(bytes)) * kGather >> 24U;
}

BSONPP_AVX2_INLINE __m256i six_bits(__m256i units, int shift, int mask) noexcept {
  return _mm256_and_si256(_mm256_slli_epi32(units, shift), _mm256_set1_epi32(mask));
}

// Eight characters in lanes of 32 bits. Where all are below U+10000, kWide may be false.
template <bool kWide>
BSONPP_AVX2_INLINE char* put_any(__m256i units, char* out) noexcept {
  const __m256i two = _mm256_cmpgt_epi32(units, _mm256_set1_epi32(0x7f));
  const __m256i three = _mm256_cmpgt_epi32(units, _mm256_set1_epi32(0x7ff));
  // Six bits to a byte, the last byte first, under the marks that belong to them.
  __m256i bytes = _mm256_or_si256(six_bits(units, 0, 0x3f), six_bits(units, 2, 0x3f00));
  bytes = _mm256_or_si256(bytes, six_bits(units, 4, 0x3f0000));
  __m256i marks = _mm256_xor_si256(_mm256_set1_epi32(0xc080),
                                   _mm256_and_si256(three, _mm256_set1_epi32(0xc080 ^ 0xe08080)));
  __m256i more = _mm256_add_epi32(two, three);
  if constexpr (kWide) {
    constexpr auto kNewMarks = static_cast<int>(0xe08080U ^ 0xf0808080U);
    const __m256i four = _mm256_cmpgt_epi32(units, _mm256_set1_epi32(0xffff));
    bytes = _mm256_or_si256(bytes, six_bits(units, 6, 0x7000000));
    marks = _mm256_xor_si256(marks, _mm256_and_si256(four, _mm256_set1_epi32(kNewMarks)));
    more = _mm256_add_epi32(more, four);
  }
  bytes = _mm256_blendv_epi8(units, _mm256_or_si256(bytes, marks), two);
  more = _mm256_abs_epi32(more);
  out = put(_mm256_castsi256_si128(bytes), digits(_mm256_castsi256_si128(more)), out);
  return put(_mm256_extracti128_si256(bytes, 1), digits(_mm256_extracti128_si256(more, 1)), out);
}

BSONPP_AVX2_INLINE char* put_ascii(__m128i units, char* out) noexcept {
  _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm_packus_epi16(units, units));
  return out + kGroup;
}

// Whether no lane has a bit of `bits`.
BSONPP_AVX2_INLINE bool none_has(__m128i units, int bits) noexcept {
  return _mm_testz_si128(units, _mm_set1_epi16(static_cast<short>(bits))) != 0;
}
BSONPP_AVX2_INLINE bool none_has(__m256i units, int bits) noexcept {
  return _mm256_testz_si256(units, _mm256_set1_epi32(bits)) != 0;
}

// Eight units of a text in a register. encode() returns null where they hold what is no character.
template <typename CodeUnit>
struct Group;

template <>
struct Group<std::uint8_t> {
  BSONPP_AVX2_INLINE static __m128i load(const char* from) noexcept {
    return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
  }
  BSONPP_AVX2_INLINE static __m128i load_last(std::string_view units, std::size_t at) noexcept {
    return window(units, at);
  }
  BSONPP_AVX2_INLINE static char* encode(__m128i units, char* out) noexcept {
    if (any(units)) return put_any<false>(_mm256_cvtepu8_epi32(units), out);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out), units);
    return out + kGroup;
  }
};

template <>
struct Group<std::uint16_t> {
  BSONPP_AVX2_INLINE static __m128i load(const char* from) noexcept { return avx2::load(from); }
  BSONPP_AVX2_INLINE static __m128i load_last(std::string_view units, std::size_t at) noexcept {
    return window(units, at);
  }
  BSONPP_AVX2_INLINE static char* encode(__m128i units, char* out) noexcept {
    if (none_has(units, ~0x7f)) return put_ascii(units, out);
    const __m128i high = _mm_and_si128(units, _mm_set1_epi16(static_cast<short>(0xf800)));
    if (any(_mm_cmpeq_epi16(high, _mm_set1_epi16(static_cast<short>(0xd800))))) return nullptr;
    return put_any<false>(_mm256_cvtepu16_epi32(units), out);
  }
};

template <>
struct Group<std::uint32_t> {
  BSONPP_AVX2_INLINE static __m256i load(const char* from) noexcept {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  }
  BSONPP_AVX2_INLINE static __m256i load_last(std::string_view units, std::size_t at) noexcept {
    return _mm256_set_m128i(window(units, at + sizeof(__m128i)), window(units, at));
  }
  BSONPP_AVX2_INLINE static char* encode(__m256i units, char* out) noexcept {
    if (none_has(units, ~0x7f)) {
      const __m128i upper = _mm256_extracti128_si256(units, 1);
      return put_ascii(_mm_packus_epi32(_mm256_castsi256_si128(units), upper), out);
    }
    return are_characters(units) ? put_any<true>(units, out) : nullptr;
  }

 private:
  BSONPP_AVX2_INLINE static bool are_characters(__m256i units) noexcept {
    const __m256i high = _mm256_and_si256(units, _mm256_set1_epi32(~0x7ff));
    const __m256i surrogate = _mm256_cmpeq_epi32(high, _mm256_set1_epi32(0xd800));
    const __m256i first_beyond = _mm256_set1_epi32(0x110000);
    const __m256i beyond = _mm256_cmpeq_epi32(_mm256_max_epu32(units, first_beyond), units);
    return _mm256_movemask_epi8(_mm256_or_si256(surrogate, beyond)) == 0;
  }
};

}  // namespace

template <typename CodeUnit>
BSONPP_TARGET_AVX2 char* encode_utf8(std::span<const CodeUnit> units, char* out) noexcept {
  constexpr std::size_t kGroupSize = kGroup * sizeof(CodeUnit);
  const std::string_view bytes(reinterpret_cast<const char*>(units.data()), units.size_bytes());
  std::size_t at = 0;
  for (; bytes.size() - at >= kGroupSize; at += kGroupSize) {
    out = Group<CodeUnit>::encode(Group<CodeUnit>::load(bytes.data() + at), out);
    if (out == nullptr) return nullptr;
  }
  if (at == bytes.size()) return out;
  // The group is filled up with zeros, whose bytes are taken back.
  out = Group<CodeUnit>::encode(Group<CodeUnit>::load_last(bytes, at), out);
  return out == nullptr ? nullptr : out - (kGroup - (units.size() - at / sizeof(CodeUnit)));
}

template char* encode_utf8(std::span<const std::uint8_t>, char*) noexcept;
template char* encode_utf8(std::span<const std::uint16_t>, char*) noexcept;
template char* encode_utf8(std::span<const std::uint32_t>, char*) noexcept;

}  // namespace bsonpp::avx2

#endif
