// From UTF-8: checking, counting and decoding by blocks of bytes, so that no branch depends on
// where one character ends and the next begins.
#include "utf8_avx2.h"
#include "utf8_block.h"
#include "utf8_character.h"
#include "utf8_portable.h"

#include <bsonpp/utf8.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace bsonpp {

namespace {

// Checks the blocks of a text, one after the other (Unicode standard, table 3-7).
class Checker {
 public:
  void add(const ByteBlock& block) noexcept {
    const std::uint64_t high = block.high();
    if (high == 0 && pending_ == 0) {
      continuations_ = 0;
      return;
    }
    const std::uint64_t leads = block.at_least(0xc0);
    continuations_ = high & ~leads;
    const std::uint64_t of_three = block.at_least(0xe0);
    const std::uint64_t of_four = block.at_least(0xf0);
    const std::uint64_t expected = pending_ | (leads << 1U) | (of_three << 2U) | (of_four << 3U);
    pending_ = (leads >> 63U) | (of_three >> 62U) | (of_four >> 61U);
    const std::uint64_t past_latin1 = block.at_least(0xc4);
    wrong_ |= expected ^ continuations_;
    wrong_ |= leads & ~block.at_least(0xc2);
    if (of_three != 0 || second_of_.any()) wrong_ |= wrong_seconds(block, of_three, of_four);
    if (leads != 0) note_widest(past_latin1, of_four);
  }

  // Of the block that was added last.
  std::uint64_t continuations() const noexcept { return continuations_; }
  std::uint32_t widest() const noexcept { return widest_; }
  // Whether the text may end here.
  bool valid() const noexcept { return wrong_ == 0 && pending_ == 0; }

 private:
  // The leads whose second byte may not be every continuation: whether the block before ended with
  // one, as its lowest bit.
  struct Seconds {
    std::uint64_t e0 = 0;
    std::uint64_t ed = 0;
    std::uint64_t f0 = 0;
    std::uint64_t f4 = 0;

    bool any() const noexcept { return (e0 | ed | f0 | f4) != 0; }
  };

  // No overlong forms, no surrogates, nothing beyond U+10FFFF.
  std::uint64_t wrong_seconds(const ByteBlock& block, std::uint64_t of_three,
                              std::uint64_t of_four) noexcept {
    const std::uint64_t from_a0 = block.at_least(0xa0);
    const std::uint64_t from_90 = block.at_least(0x90);
    const std::uint64_t e0 = of_three & ~block.at_least(0xe1);
    const std::uint64_t ed = block.at_least(0xed) & ~block.at_least(0xee);
    const std::uint64_t f0 = of_four & ~block.at_least(0xf1);
    const std::uint64_t f4 = block.at_least(0xf4);
    const std::uint64_t wrong = (after(e0, second_of_.e0) & ~from_a0) |
                                (after(ed, second_of_.ed) & from_a0) |
                                (after(f0, second_of_.f0) & ~from_90) |
                                (after(f4, second_of_.f4) & from_90) | block.at_least(0xf5);
    second_of_ = {e0 >> 63U, ed >> 63U, f0 >> 63U, f4 >> 63U};
    return wrong;
  }
  static std::uint64_t after(std::uint64_t leads, std::uint64_t before) noexcept {
    return (leads << 1U) | before;
  }
  // U+0080 to U+00FF have the leads C2 and C3.
  void note_widest(std::uint64_t past_latin1, std::uint64_t of_four) noexcept {
    const std::uint32_t widest = of_four != 0 ? 0x10ffffU : past_latin1 != 0 ? 0xffffU : 0xffU;
    if (widest > widest_) widest_ = widest;
  }

  std::uint64_t continuations_ = 0;
  std::uint64_t pending_ = 0;  // continuations that the next block must begin with
  std::uint64_t wrong_ = 0;
  Seconds second_of_;
  std::uint32_t widest_ = 0x7f;
};

// Decodes the characters that begin within the first `size` bytes of a block, which lies at `from`
// with three bytes more behind it.
template <typename CodeUnit>
CodeUnit* decode_block(const char* from, std::size_t size, CodeUnit* out) noexcept {
  const ByteBlock block(from);
  const std::uint64_t high = block.high();
  if (high == 0) {
    for (std::size_t i = 0; i < size; ++i) {
      out[i] = static_cast<CodeUnit>(static_cast<unsigned char>(from[i]));
    }
    return out + size;
  }
  const std::uint64_t continuations = high & ~block.at_least(0xc0);
  std::uint64_t starts = ~continuations & (~std::uint64_t{0} >> (ByteBlock::kSize - size));
  for (; starts != 0; starts &= starts - 1) {
    *out++ = static_cast<CodeUnit>(character_at(from + std::countr_zero(starts)));
  }
  return out;
}

}  // namespace

Utf8Summary portable::summarize_utf8(std::string_view text) noexcept {
  Checker checker;
  std::size_t continuations = 0;
  std::size_t index = 0;
  for (; text.size() - index >= ByteBlock::kSize; index += ByteBlock::kSize) {
    checker.add(ByteBlock(text.data() + index));
    continuations += static_cast<std::size_t>(std::popcount(checker.continuations()));
  }
  if (index < text.size()) {
    checker.add(ByteBlock(text.substr(index)));
    continuations += static_cast<std::size_t>(std::popcount(checker.continuations()));
  }
  if (!checker.valid()) return {.valid = false};
  return {.characters = text.size() - continuations, .widest = checker.widest()};
}

template <typename CodeUnit>
void portable::decode_utf8(std::string_view valid_text, std::span<CodeUnit> units) noexcept {
  constexpr std::size_t kBlock = ByteBlock::kSize;
  constexpr std::size_t kAhead = 3;  // bytes of a character that begins with a block's last
  const char* const data = valid_text.data();
  const std::size_t size = valid_text.size();
  CodeUnit* out = units.data();
  std::size_t index = 0;
  for (; size - index >= kBlock + kAhead; index += kBlock) {
    out = decode_block(data + index, kBlock, out);
  }
  // Zero bytes end the rest, so that its last block is whole.
  std::array<char, 2 * kBlock + kAhead> rest;
  std::memcpy(rest.data(), data + index, size - index);
  std::memset(rest.data() + (size - index), 0, kBlock + kAhead - (size - index) % kBlock);
  for (std::size_t left = size - index, at = 0; left != 0; at += kBlock) {
    const std::size_t here = std::min(left, kBlock);
    out = decode_block(rest.data() + at, here, out);
    left -= here;
  }
}

template void portable::decode_utf8(std::string_view, std::span<std::uint8_t>) noexcept;
template void portable::decode_utf8(std::string_view, std::span<std::uint16_t>) noexcept;
template void portable::decode_utf8(std::string_view, std::span<std::uint32_t>) noexcept;

Utf8Summary summarize_utf8(std::string_view text) noexcept {
#if defined(BSONPP_AVX2)
  if (avx2::supported()) return avx2::summarize_utf8(text);
#endif
  return portable::summarize_utf8(text);
}

template <typename CodeUnit>
void decode_utf8(std::string_view valid_text, std::span<CodeUnit> out) noexcept {
#if defined(BSONPP_AVX2)
  if (avx2::supported()) return avx2::decode_utf8(valid_text, out);
#endif
  portable::decode_utf8(valid_text, out);
}

template void decode_utf8(std::string_view, std::span<std::uint8_t>) noexcept;
template void decode_utf8(std::string_view, std::span<std::uint16_t>) noexcept;
template void decode_utf8(std::string_view, std::span<std::uint32_t>) noexcept;

}  // namespace bsonpp
