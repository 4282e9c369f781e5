// (Wojciech Muła and Daniel Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions",
// 2018.)
#include "base64_avx2.h"

#if defined(BSONPP_AVX2)

#include "utf8_lanes.h"

namespace bsonpp::avx2 {

namespace {

constexpr std::size_t kCharacters = 32;  // of a step
constexpr std::size_t kBytes = 24;       // that they stand for
constexpr std::size_t kHalf = kBytes / 2;

BSONPP_AVX2_INLINE __m256i both(const void* lower, const void* upper) noexcept {
  return _mm256_set_m128i(load(upper), load(lower));
}

// All ones in each byte from `first` to `last`, which are ASCII.
BSONPP_AVX2_INLINE __m256i between(__m256i bytes, char first, char last) noexcept {
  return _mm256_and_si256(_mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(static_cast<char>(first - 1))),
                          _mm256_cmpgt_epi8(_mm256_set1_epi8(static_cast<char>(last + 1)), bytes));
}

BSONPP_AVX2_INLINE __m256i equal(__m256i bytes, char character) noexcept {
  return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(character));
}

BSONPP_AVX2_INLINE __m256i offset(__m256i chosen, int offset) noexcept {
  return _mm256_and_si256(chosen, _mm256_set1_epi8(static_cast<char>(offset)));
}

// Of each group of three bytes a, b and c: b, a, c and b, in which each digit lies within 16 bits.
constexpr Shuffle kGroups = {1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10};

// The values of the digits of twelve bytes in each half.
BSONPP_AVX2_INLINE __m256i digits_of(__m256i bytes) noexcept {
  const __m256i groups =
      _mm256_shuffle_epi8(bytes, _mm256_broadcastsi128_si256(load(kGroups.data())));
  // Shifts by different counts, as multiplications.
  const __m256i first_and_third = _mm256_mulhi_epu16(
      _mm256_and_si256(groups, _mm256_set1_epi32(0x0fc0'fc00)), _mm256_set1_epi32(0x0400'0040));
  const __m256i second_and_fourth = _mm256_mullo_epi16(
      _mm256_and_si256(groups, _mm256_set1_epi32(0x003f'03f0)), _mm256_set1_epi32(0x0100'0010));
  return _mm256_or_si256(first_and_third, second_and_fourth);
}

// `change` for each digit from `first` on.
BSONPP_AVX2_INLINE __m256i change_from(__m256i digits, int first, int change) noexcept {
  const __m256i before = _mm256_set1_epi8(static_cast<char>(first - 1));
  return offset(_mm256_cmpgt_epi8(digits, before), change);
}

BSONPP_AVX2_INLINE __m256i characters_of(__m256i digits) noexcept {
  constexpr int kLower = 'a' - 26;
  constexpr int kDecimal = '0' - 52;
  constexpr int kPlus = '+' - 62;
  constexpr int kSlash = '/' - 63;
  __m256i characters = _mm256_add_epi8(digits, _mm256_set1_epi8('A'));
  characters = _mm256_add_epi8(characters, change_from(digits, 26, kLower - 'A'));
  characters = _mm256_add_epi8(characters, change_from(digits, 52, kDecimal - kLower));
  characters = _mm256_add_epi8(characters, change_from(digits, 62, kPlus - kDecimal));
  return _mm256_add_epi8(characters, change_from(digits, 63, kSlash - kPlus));
}

// False where a character is no digit.
BSONPP_AVX2_INLINE bool take_digits(__m256i characters, __m256i& digits) noexcept {
  const __m256i upper = between(characters, 'A', 'Z');
  const __m256i lower = between(characters, 'a', 'z');
  const __m256i decimal = between(characters, '0', '9');
  const __m256i plus = equal(characters, '+');
  const __m256i slash = equal(characters, '/');
  const __m256i any = _mm256_or_si256(_mm256_or_si256(upper, lower),
                                      _mm256_or_si256(decimal, _mm256_or_si256(plus, slash)));
  __m256i offsets = _mm256_or_si256(offset(upper, -'A'), offset(lower, 26 - 'a'));
  offsets = _mm256_or_si256(offsets, offset(decimal, 52 - '0'));
  offsets =
      _mm256_or_si256(offsets, _mm256_or_si256(offset(plus, 62 - '+'), offset(slash, 63 - '/')));
  digits = _mm256_add_epi8(characters, offsets);
  return _mm256_movemask_epi8(any) == -1;
}

// Of each group of four bytes the lower three, the first one last.
constexpr Shuffle kPacked = {2, 1,  0,  6,  5,        4,        10,       9,
                             8, 14, 13, 12, kNothing, kNothing, kNothing, kNothing};

// Twelve bytes in each half.
BSONPP_AVX2_INLINE __m256i bytes_of(__m256i digits) noexcept {
  const __m256i pairs = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x0140));
  const __m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x0001'1000));
  return _mm256_shuffle_epi8(groups, _mm256_broadcastsi128_si256(load(kPacked.data())));
}

}  // namespace

BSONPP_TARGET_AVX2 std::size_t put_base64(Bytes bytes, char* out) noexcept {
  std::size_t at = 0;
  // The upper half's load reaches four bytes beyond what is used of it.
  for (; bytes.size() - at >= kHalf + sizeof(__m128i); at += kBytes) {
    const __m256i digits = digits_of(both(&bytes[at], &bytes[at + kHalf]));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), characters_of(digits));
    out += kCharacters;
  }
  return at;
}

BSONPP_TARGET_AVX2 std::size_t parse_base64(std::string_view text, std::span<char> out) noexcept {
  std::size_t at = 0;
  std::size_t made = 0;
  for (; text.size() - at >= kCharacters && out.size() - made >= kHalf + sizeof(__m128i);
       at += kCharacters, made += kBytes) {
    __m256i digits;
    if (!take_digits(both(&text[at], &text[at + sizeof(__m128i)]), digits)) break;
    const __m256i bytes = bytes_of(digits);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(&out[made]), _mm256_castsi256_si128(bytes));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(&out[made + kHalf]),
                     _mm256_extracti128_si256(bytes, 1));
  }
  return at;
}

}  // namespace bsonpp::avx2

#endif
