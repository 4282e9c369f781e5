#include "utf8_portable.h"

#include <bsonpp/utf8.h>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bsonpp {
namespace {

using namespace std::string_view_literals;

bool is_scalar_value(std::uint32_t character) {
  return character <= 0x10ffffU && (character < 0xd800U || character > 0xdfffU);
}

// The definition of UTF-8 (RFC 3629, section 3), without any shortcut.
std::string utf8_of(std::uint32_t character) {
  const auto byte = [](std::uint32_t bits) { return static_cast<char>(bits); };
  if (character < 0x80U) return {byte(character)};
  if (character < 0x800U) {
    return {byte(0xc0U | (character >> 6U)), byte(0x80U | (character & 0x3fU))};
  }
  if (character < 0x10000U) {
    return {byte(0xe0U | (character >> 12U)), byte(0x80U | ((character >> 6U) & 0x3fU)),
            byte(0x80U | (character & 0x3fU))};
  }
  return {byte(0xf0U | (character >> 18U)), byte(0x80U | ((character >> 12U) & 0x3fU)),
          byte(0x80U | ((character >> 6U) & 0x3fU)), byte(0x80U | (character & 0x3fU))};
}

TEST(Utf8, EveryCodePointBothWays) {
  for (std::uint32_t character = 0; character <= 0x110000U; ++character) {
    const std::string text = utf8_of(character);
    ASSERT_EQ(is_utf8(text), is_scalar_value(character)) << character;
    std::array<char, 4 + kEncodeSlack> room = {};
    const std::array<std::uint32_t, 1> unit = {character};
    const char* end = encode_utf8(std::span<const std::uint32_t>(unit), room.data());
    ASSERT_EQ(end != nullptr, is_scalar_value(character)) << character;
    if (end == nullptr) continue;
    ASSERT_EQ(std::string_view(room.data(), static_cast<std::size_t>(end - room.data())), text);
    const Utf8Summary summary = summarize_utf8(text);
    ASSERT_EQ(summary.characters, 1U);
    ASSERT_GE(summary.widest, character);
    std::uint32_t decoded = 0;
    decode_utf8(std::string_view(text), std::span(&decoded, 1));
    ASSERT_EQ(decoded, character);
  }
}

// Every sequence of two bytes, and every lead with every second byte before valid continuations:
// valid exactly where it is the encoding of some code point.
TEST(Utf8, EveryPairOfBytes) {
  std::vector<bool> valid_pairs(0x10000, false);
  for (std::uint32_t character = 0x80; character < 0x800U; ++character) {
    const std::string text = utf8_of(character);
    valid_pairs[static_cast<std::uint8_t>(text[0]) * 256U + static_cast<std::uint8_t>(text[1])] =
        true;
  }
  for (std::uint32_t first = 0; first < 256; ++first) {
    for (std::uint32_t second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      const bool expected = (first < 0x80U && second < 0x80U) || valid_pairs[first * 256 + second];
      ASSERT_EQ(is_utf8(text), expected) << first << ' ' << second;
    }
  }
}

TEST(Utf8, EveryLeadAndSecondByteOfLongerSequences) {
  for (std::uint32_t lead = 0xe0; lead < 256; ++lead) {
    for (std::uint32_t second = 0; second < 256; ++second) {
      const std::string three = {static_cast<char>(lead), static_cast<char>(second), '\x80'};
      const std::string four = three + '\x80';
      const bool continues = (second & 0xc0U) == 0x80U;
      const bool expect_three = lead < 0xf0U && continues && !(lead == 0xe0U && second < 0xa0U) &&
                                !(lead == 0xedU && second >= 0xa0U);
      const bool expect_four = lead >= 0xf0U && lead <= 0xf4U && continues &&
                               !(lead == 0xf0U && second < 0x90U) &&
                               !(lead == 0xf4U && second >= 0x90U);
      ASSERT_EQ(is_utf8(three), expect_three) << lead << ' ' << second;
      ASSERT_EQ(is_utf8(four), expect_four) << lead << ' ' << second;
    }
  }
}

TEST(Utf8, TruncatedSequences) {
  for (const std::uint32_t character : {0xe9U, 0x20acU, 0x1f600U}) {
    const std::string text = utf8_of(character);
    for (std::size_t size = 1; size < text.size(); ++size) {
      EXPECT_FALSE(is_utf8(text.substr(0, size)));
      EXPECT_FALSE(is_utf8("some text before" + text.substr(0, size)));
    }
  }
}

// The definition again, character by character: the code points of well-formed text, or nothing.
std::vector<std::uint32_t> characters_of(std::string_view text, bool& valid) {
  std::vector<std::uint32_t> characters;
  valid = true;
  while (valid && !text.empty()) {
    valid = false;
    const auto lead = static_cast<std::uint8_t>(text[0]);
    const std::size_t size = lead < 0x80U ? 1 : lead < 0xe0U ? 2 : lead < 0xf0U ? 3 : 4;
    if (size > text.size()) break;
    std::uint32_t character = size == 1 ? lead : lead & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
      character = character << 6U | (static_cast<std::uint8_t>(text[i]) & 0x3fU);
    }
    valid = is_scalar_value(character) && utf8_of(character) == text.substr(0, size);
    characters.push_back(character);
    text.remove_prefix(size);
  }
  return characters;
}

// Every way in which a character can lie across the ends of blocks, with every kind of text around.
TEST(Utf8, BlocksAreReadLikeOneText) {
  std::uint32_t state = 2024;
  const auto random = [&state] { return (state = state * 1664525U + 1013904223U) >> 8U; };
  constexpr std::array<std::uint32_t, 12> kCharacters = {
      'a', 0x7f, 0x80, 0xff, 0x100, 0x7ff, 0x800U, 0xffffU, 0x10000, 0x10ffff, 0xd7ffU, 0xe000U};
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 70, 'x');
    const std::size_t wanted = random() % 150;
    while (text.size() < wanted) text += utf8_of(kCharacters[random() % kCharacters.size()]);
    // Two texts of three are damaged in one byte.
    if (round % 3 != 0 && !text.empty()) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    bool valid = false;
    const std::vector<std::uint32_t> expected = characters_of(text, valid);
    const Utf8Summary summary = summarize_utf8(text);
    ASSERT_EQ(summary.valid, valid) << round;
    const Utf8Summary portable_summary = portable::summarize_utf8(text);
    ASSERT_EQ(portable_summary.valid, valid) << round;
    if (!valid) continue;
    ASSERT_EQ(summary.characters, expected.size());
    ASSERT_EQ(portable_summary.characters, expected.size());
    ASSERT_EQ(portable_summary.widest, summary.widest);
    std::vector<std::uint32_t> decoded(expected.size());
    decode_utf8(std::string_view(text), std::span(decoded));
    ASSERT_EQ(decoded, expected) << round;
    std::vector<char> room(4 * expected.size() + kEncodeSlack);
    const char* end = encode_utf8(std::span<const std::uint32_t>(decoded), room.data());
    ASSERT_EQ(std::string_view(room.data(), static_cast<std::size_t>(end - room.data())), text);
  }
}

TEST(Utf8, AsciiPrefixEndsAtTheFirstOtherByte) {
  for (std::size_t size = 0; size < 100; ++size) {
    const std::string ascii(size, 'a');
    ASSERT_EQ(ascii_prefix(ascii), size);
    for (std::size_t at = 0; at < size; ++at) {
      std::string text = ascii;
      text[at] = '\xc3';
      ASSERT_EQ(ascii_prefix(text), at);
    }
  }
}

TEST(Utf8, SummaryCountsAndBoundsTheCharacters) {
  EXPECT_EQ(summarize_utf8(""sv).characters, 0U);
  EXPECT_EQ(summarize_utf8("plain"sv).widest, 0x7fU);
  EXPECT_EQ(summarize_utf8("caf\xc3\xa9"sv).characters, 4U);
  EXPECT_EQ(summarize_utf8("caf\xc3\xa9"sv).widest, 0xffU);
  EXPECT_EQ(summarize_utf8("\xe2\x82\xac 5"sv).widest, 0xffffU);
  EXPECT_EQ(summarize_utf8("\xf0\x9f\x98\x80"sv).widest, 0x10ffffU);
  EXPECT_FALSE(summarize_utf8("caf\xe9"sv).valid);
}

TEST(Utf8, EncodesEveryWidthOfUnit) {
  std::array<char, 6 + kEncodeSlack> room = {};
  const auto encoded = [&room](const char* end) {
    return std::string_view(room.data(), static_cast<std::size_t>(end - room.data()));
  };
  const std::array<std::uint8_t, 2> latin1 = {'c', 0xe9};
  EXPECT_EQ(encoded(encode_utf8(std::span<const std::uint8_t>(latin1), room.data())),
            "c\xc3\xa9"sv);
  const std::array<std::uint16_t, 2> ucs2 = {0x20ac, '5'};
  EXPECT_EQ(encoded(encode_utf8(std::span<const std::uint16_t>(ucs2), room.data())),
            "\xe2\x82\xac"
            "5"sv);
  const std::array<std::uint16_t, 1> surrogate = {0xd800};
  EXPECT_EQ(encode_utf8(std::span<const std::uint16_t>(surrogate), room.data()), nullptr);
}

// What runs where the processor lacks an instruction gives what the other gives, in text of every
// width and length, and in units that are no characters.
template <typename CodeUnit>
class Utf8Portable : public testing::Test {};
using CodeUnits = testing::Types<std::uint8_t, std::uint16_t, std::uint32_t>;
TYPED_TEST_SUITE(Utf8Portable, CodeUnits);

TYPED_TEST(Utf8Portable, AgreesWithWhatIsChosen) {
  using Units = std::vector<TypeParam>;
  std::uint32_t state = 7;
  const auto random = [&state] { return (state = state * 1664525U + 1013904223U) >> 8U; };
  for (int round = 0; round < 30'000; ++round) {
    // Runs of one script, of which one in a thousand is of any units at all.
    Units units(random() % 70);
    std::uint32_t mask = 0;
    for (TypeParam& unit : units) {
      if (random() % 6 == 0) mask = (1U << (6 + random() % 26)) - 1;
      unit = static_cast<TypeParam>(random() & mask);
      if (random() % 1000 != 0 && !is_scalar_value(unit)) unit = 'x';
    }
    std::vector<char> room(4 * units.size() + kEncodeSlack);
    std::vector<char> other_room(room.size());
    const char* end = encode_utf8(std::span<const TypeParam>(units), room.data());
    const char* other_end =
        portable::encode_utf8(std::span<const TypeParam>(units), other_room.data());
    ASSERT_EQ(end == nullptr, other_end == nullptr);
    if (end == nullptr) continue;
    const std::string_view text(room.data(), static_cast<std::size_t>(end - room.data()));
    ASSERT_EQ(text, std::string_view(other_room.data(),
                                     static_cast<std::size_t>(other_end - other_room.data())));
    Units decoded(units.size());
    decode_utf8(text, std::span(decoded));
    ASSERT_EQ(decoded, units);
    Units other_decoded(units.size());
    portable::decode_utf8(text, std::span(other_decoded));
    ASSERT_EQ(other_decoded, units);
  }
}

}  // namespace
}  // namespace bsonpp
