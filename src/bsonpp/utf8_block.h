// Sixty-four bytes at once, as bit masks of what they are.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#define BSONPP_SSE2 1
#endif

namespace bsonpp {

// A copy of 64 bytes. In every mask the lowest bit stands for the first byte.
class ByteBlock {
 public:
  static constexpr std::size_t kSize = 64;

  // `from` holds kSize bytes.
  explicit ByteBlock(const char* from) noexcept { std::memcpy(parts_.data(), from, kSize); }
  // The whole of a shorter text, and zero bytes behind it.
  explicit ByteBlock(std::string_view text) noexcept {
    parts_ = {};
    std::memcpy(parts_.data(), text.data(), std::min(text.size(), kSize));
  }

  // The bytes of 0x80 and more.
  std::uint64_t high() const noexcept {
    return masks([](const Part& part) { return high_bits(part); });
  }
  // The bytes of `lowest`, which is 0x80 or more, and above.
  std::uint64_t at_least(std::uint8_t lowest) const noexcept {
    return masks([lowest](const Part& part) { return high_bits(part, lowest); });
  }

 private:
#if defined(BSONPP_SSE2)
  struct Part {
    __m128i bytes;
  };

  static std::uint64_t high_bits(Part part) noexcept {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(part.bytes));
  }
  static std::uint64_t high_bits(Part part, std::uint8_t lowest) noexcept {
    const __m128i bound = _mm_set1_epi8(static_cast<char>(lowest));
    return high_bits(Part{_mm_cmpeq_epi8(_mm_max_epu8(part.bytes, bound), part.bytes)});
  }
#else
  using Part = std::uint64_t;

  static constexpr Part kOnes = 0x0101010101010101U;
  static constexpr Part kHigh = 0x8080808080808080U;

  static Part little_endian(Part part) noexcept {
    if constexpr (std::endian::native == std::endian::big) {
      Part swapped = 0;
      for (unsigned i = 0; i < sizeof(Part); ++i)
        swapped = swapped << 8U | (part >> (8 * i) & 0xffU);
      return swapped;
    }
    return part;
  }
  // Gathers the highest bit of each byte.
  static std::uint64_t high_bits(Part part) noexcept {
    return (little_endian(part) & kHigh) * 0x0002040810204081U >> 56U;
  }
  static std::uint64_t high_bits(Part part, std::uint8_t lowest) noexcept {
    return high_bits(((part & ~kHigh) + kOnes * (0x100U - lowest)) & part);
  }
#endif

  template <typename MaskOf>
  std::uint64_t masks(MaskOf mask_of) const noexcept {
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) all |= mask_of(parts_[i]) << (sizeof(Part) * i);
    return all;
  }

  std::array<Part, kSize / sizeof(Part)> parts_;
};

}  // namespace bsonpp
