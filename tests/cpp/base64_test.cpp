#include <bsonpp/base64.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace bsonpp {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Exactly as large as what is written, so that AddressSanitizer sees a byte too many.
std::string encoded(std::string_view bytes) {
  std::vector<char> room(base64_size(bytes.size()));
  const char* const end = put_base64(room.data(), as_bytes(bytes));
  EXPECT_EQ(static_cast<std::size_t>(end - room.data()), room.size());
  return {room.begin(), room.end()};
}

bool parses(std::string_view text, std::string& bytes) {
  const std::vector<char> exact(text.begin(), text.end());
  std::vector<char> parsed;
  const bool done = parse_base64({exact.data(), exact.size()}, parsed);
  bytes.assign(parsed.begin(), parsed.end());
  return done;
}

// Bit by bit, as RFC 4648 describes it.
std::string expected_of(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = bits << 8U | static_cast<std::uint8_t>(byte);
    for (count += 8; count >= 6; count -= 6) {
      text += kAlphabet[bits >> static_cast<unsigned>(count - 6) & 0x3fU];
    }
  }
  if (count != 0) text += kAlphabet[bits << static_cast<unsigned>(6 - count) & 0x3fU];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

TEST(Base64, TestVectors) {
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foob"), "Zm9vYg==");
  EXPECT_EQ(encoded("fooba"), "Zm9vYmE=");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encoded("\xff\xfe\xfd"), "//79");
}

TEST(Base64, EverySizeThereAndBack) {
  std::mt19937 random(4648);  // NOLINT(bugprone-random-generator-seed): the same each time
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const std::string text = encoded(bytes);
    EXPECT_EQ(text, expected_of(bytes));
    std::string parsed;
    EXPECT_TRUE(parses(text, parsed));
    EXPECT_EQ(parsed, bytes);
  }
}

TEST(Base64, EveryByteIsADigitOrRefusedAtEveryPlace) {
  std::string parsed;
  for (const std::size_t size : {std::size_t{4}, std::size_t{64}, std::size_t{100}}) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'A');
        text[place] = static_cast<char>(byte);
        const bool padding = byte == '=' && place == size - 1;
        EXPECT_EQ(parses(text, parsed),
                  padding || kAlphabet.find(text[place]) != std::string_view::npos)
            << byte << " at " << place << " of " << size;
      }
    }
  }
}

TEST(Base64, WrongSizesAreRefused) {
  std::string parsed;
  for (const std::string_view text : {"A", "AA", "AAA", "AAAAA", "A===", "====", "AA=A", "=AAA"}) {
    EXPECT_FALSE(parses(text, parsed)) << text;
  }
}

}  // namespace
}  // namespace bsonpp
