#include <bsonpp/cursor.h>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "guarded_bytes.h"

namespace bsonpp {
namespace {

using namespace std::string_view_literals;
using testing::Against;
using testing::GuardedBytes;

// A string or document as the format has it, but with any length in front.
std::string with_length(std::int32_t length, std::string_view rest) {
  std::string bytes(4, '\0');
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[i] = static_cast<char>(static_cast<std::uint32_t>(length) >> (8 * i));
  }
  return bytes.append(rest);
}

template <typename T>
void expect_checked_read(T expected, std::string_view whole) {
  for (std::size_t size = 0; size < sizeof(T); ++size) {
    const GuardedBytes input(whole.substr(0, size), Against::kPageAfter);
    Cursor cursor(input.bytes());
    T value = 0;
    EXPECT_EQ(cursor.read(value), ErrorCode::kTruncated);
    EXPECT_EQ(cursor.remaining(), size);
  }
  const GuardedBytes input(whole, Against::kPageAfter);
  Cursor cursor(input.bytes());
  T value = 0;
  EXPECT_EQ(cursor.read(value), ErrorCode::kOk);
  EXPECT_EQ(value, expected);
  EXPECT_TRUE(cursor.at_end());
}

TEST(Cursor, ReadsNumbersOnlyWhereTheyFit) {
  expect_checked_read<std::uint8_t>(0xfe, "\xfe"sv);
  expect_checked_read<std::int32_t>(-2, "\xfe\xff\xff\xff"sv);
  expect_checked_read<std::uint32_t>(0x04030201, "\x01\x02\x03\x04"sv);
  expect_checked_read<std::int64_t>(-2, "\xfe\xff\xff\xff\xff\xff\xff\xff"sv);
  expect_checked_read<double>(1.0, "\0\0\0\0\0\0\xf0\x3f"sv);
}

TEST(Cursor, AnEmptyCursorHoldsNothing) {
  Cursor cursor;
  std::string_view text;
  Bytes bytes;
  EXPECT_TRUE(cursor.at_end());
  EXPECT_EQ(cursor.remaining(), 0U);
  EXPECT_EQ(cursor.peek_length(), 0);
  EXPECT_EQ(cursor.read_string(text), ErrorCode::kTruncated);
  EXPECT_EQ(cursor.read_document(bytes), ErrorCode::kTruncated);
  EXPECT_EQ(cursor.read_bytes(1, bytes), ErrorCode::kTruncated);
  EXPECT_FALSE(cursor.match("0\0"sv));
}

TEST(Cursor, ReadsBytesUpToTheEndAndNotBeyond) {
  const GuardedBytes input("abc", Against::kPageAfter);
  Cursor cursor(input.bytes());
  Bytes bytes;
  EXPECT_EQ(cursor.read_bytes(4, bytes), ErrorCode::kTruncated);
  EXPECT_EQ(cursor.read_bytes(SIZE_MAX, bytes), ErrorCode::kTruncated);
  EXPECT_EQ(cursor.read_bytes(3, bytes), ErrorCode::kOk);
  EXPECT_EQ(as_text(bytes), "abc");
  EXPECT_EQ(cursor.read_bytes(0, bytes), ErrorCode::kOk);
}

TEST(Cursor, ReadsCstrings) {
  const GuardedBytes input("ab\0\0cd"sv, Against::kPageAfter);
  Cursor cursor(input.bytes());
  std::string_view text;
  EXPECT_EQ(cursor.read_cstring(text), ErrorCode::kOk);
  EXPECT_EQ(text, "ab");
  EXPECT_EQ(cursor.read_cstring(text), ErrorCode::kOk);
  EXPECT_EQ(text, "");
  EXPECT_EQ(cursor.read_cstring(text), ErrorCode::kTruncated);
  EXPECT_EQ(cursor.remaining(), 2U);
}

TEST(Cursor, MatchesKeysOfEveryLengthExactly) {
  const std::string key = "abcdefghijklmnopqrstuvwxyz";
  for (std::size_t size = 0; size <= key.size(); ++size) {
    const std::string_view expected = std::string_view(key).substr(0, size);
    GuardedBytes input(expected, Against::kPageAfter);
    Cursor same(input.bytes());
    EXPECT_TRUE(same.match(expected)) << size;
    EXPECT_TRUE(same.at_end()) << size;
    for (std::size_t at = 0; at < size; ++at) {
      const std::byte original = input.writable()[at];
      input.writable()[at] = std::byte{'!'};
      Cursor other(input.bytes());
      EXPECT_FALSE(other.match(expected)) << size << ' ' << at;
      EXPECT_EQ(other.remaining(), size);
      input.writable()[at] = original;
    }
    if (size == 0) continue;
    const GuardedBytes shorter(expected.substr(1), Against::kPageAfter);
    Cursor cut(shorter.bytes());
    EXPECT_FALSE(cut.match(expected)) << size;
  }
}

// Whether the key is found, and passed over, where the input goes on with `rest` behind it.
void expect_known_key(std::string_view key, std::string_view rest) {
  GuardedBytes input(std::string(key).append(rest), Against::kPageAfter);
  const KnownKey known(key);
  Cursor same(input.bytes());
  EXPECT_TRUE(same.match(known)) << key.size() << ' ' << rest.size();
  EXPECT_EQ(same.remaining(), rest.size());
  for (std::size_t at = 0; at < key.size(); ++at) {
    const std::byte original = input.writable()[at];
    input.writable()[at] = original ^ std::byte{0x80};
    Cursor other(input.bytes());
    EXPECT_FALSE(other.match(known)) << key.size() << ' ' << at;
    EXPECT_EQ(other.remaining(), input.bytes().size());
    input.writable()[at] = original;
  }
  const GuardedBytes cut(key.substr(0, key.size() - 1), Against::kPageAfter);
  Cursor shorter(cut.bytes());
  EXPECT_FALSE(shorter.match(known)) << key.size();
}

TEST(Cursor, MatchesKnownKeysOfEverySize) {
  for (std::size_t size = 1; size <= KnownKey::kMaxSize; ++size) {
    std::string key(size, 'k');
    key.back() = '\0';
    for (std::size_t rest = 0; rest <= 9; ++rest) expect_known_key(key, std::string(rest, 'r'));
  }
}

TEST(Cursor, NoKnownKeyMatchesNothing) {
  for (const std::string_view content : {""sv, "\0"sv, "\0\0\0\0\0\0\0\0\0"sv, "abcdefgh"sv}) {
    const GuardedBytes input(content, Against::kPageAfter);
    Cursor cursor(input.bytes());
    EXPECT_FALSE(cursor.match(KnownKey()));
    EXPECT_EQ(cursor.remaining(), content.size());
  }
}

TEST(Cursor, ReadsStrings) {
  const GuardedBytes input(with_length(4, "a\0b\0"sv) + with_length(1, "\0"sv),
                           Against::kPageAfter);
  Cursor cursor(input.bytes());
  std::string_view text;
  EXPECT_EQ(cursor.read_string(text), ErrorCode::kOk);
  EXPECT_EQ(text, "a\0b"sv);
  EXPECT_EQ(cursor.read_string(text), ErrorCode::kOk);
  EXPECT_EQ(text, "");
  EXPECT_TRUE(cursor.at_end());
}

ErrorCode read_string_of(std::string_view content) {
  const GuardedBytes input(content, Against::kPageAfter);
  Cursor cursor(input.bytes());
  std::string_view text;
  const ErrorCode code = cursor.read_string(text);
  EXPECT_EQ(cursor.remaining(), content.size());
  return code;
}

TEST(Cursor, RefusesStringsWhoseLengthLies) {
  for (const std::int32_t length : {0, -1, 4, 5, INT32_MIN, INT32_MAX}) {
    EXPECT_EQ(read_string_of(with_length(length, "ab\0"sv)), ErrorCode::kInvalidLength) << length;
  }
  for (const std::int32_t length : {1, 2}) {
    EXPECT_EQ(read_string_of(with_length(length, "ab\0"sv)), ErrorCode::kMissingTerminator);
  }
  for (std::size_t size = 0; size < 4; ++size) {
    EXPECT_EQ(read_string_of(std::string(size, '\1')), ErrorCode::kTruncated);
  }
}

ErrorCode read_document_of(std::string_view content) {
  const GuardedBytes input(content, Against::kPageAfter);
  Cursor cursor(input.bytes());
  Bytes document;
  const ErrorCode code = cursor.read_document(document);
  EXPECT_EQ(cursor.remaining(), content.size());
  return code;
}

TEST(Cursor, RefusesDocumentsWhoseLengthLies) {
  for (const std::int32_t length : {0, 1, 2, 3, 4, -1, 9, INT32_MIN, INT32_MAX}) {
    EXPECT_EQ(read_document_of(with_length(length,
                                           "\x0a"
                                           "a\0\0"sv)),
              ErrorCode::kInvalidLength)
        << length;
  }
  for (const std::int32_t length : {5, 6}) {
    EXPECT_EQ(read_document_of(with_length(length,
                                           "\x0a"
                                           "a\0\0"sv)),
              ErrorCode::kMissingTerminator)
        << length;
  }
  for (std::size_t size = 0; size < 4; ++size) {
    EXPECT_EQ(read_document_of(std::string(size, '\5')), ErrorCode::kTruncated);
  }
}

TEST(Cursor, ADocumentsElementsEndBeforeItsTerminator) {
  const std::string content = with_length(8,
                                          "\x0a"
                                          "a\0\0"sv) +
                              "rest";
  const GuardedBytes input(content, Against::kPageAfter);
  Cursor cursor(input.bytes());
  EXPECT_EQ(cursor.peek_length(), 8);
  Bytes document;
  ASSERT_EQ(cursor.read_document(document), ErrorCode::kOk);
  EXPECT_EQ(document.size(), 8U);
  EXPECT_EQ(cursor.remaining(), 4U);
  Cursor elements = Cursor::elements_of(document);
  Bytes bytes;
  EXPECT_EQ(elements.remaining(), 3U);
  EXPECT_EQ(elements.read_bytes(4, bytes), ErrorCode::kTruncated);
}

}  // namespace
}  // namespace bsonpp
