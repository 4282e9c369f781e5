#include <bsonpp/writer.h>

#include <bsonpp/cursor.h>

#include <gtest/gtest.h>

#include <sys/mman.h>

#include <algorithm>
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

// Storage that has no memory after some number of grants, and gives no more than was asked for, so
// that a sanitizer sees a byte too many.
class ScarceStorage final : public Storage {
 public:
  explicit ScarceStorage(int grants) : grants_(grants) {}

  std::span<std::byte> grow(std::size_t used, std::size_t capacity) noexcept override {
    if (grants_ == 0) return {};
    --grants_;
    std::vector<std::byte> larger(capacity);
    for (std::size_t i = 0; i < used; ++i) larger[i] = room_[i];
    room_.swap(larger);
    return room_;
  }

 private:
  int grants_;
  std::vector<std::byte> room_;
};

// Storage that has nothing to give and keeps what it was asked for.
class AskedStorage final : public Storage {
 public:
  std::span<std::byte> grow(std::size_t used, std::size_t capacity) noexcept override {
    static_cast<void>(used);
    asked = capacity;
    return {};
  }

  std::size_t asked = 0;
};

// Room for the largest document, of which only the pages that are written to take memory.
class LargestRoom {
 public:
  LargestRoom()
      : address_(mmap(nullptr, kMaxDocumentSize, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {}
  LargestRoom(const LargestRoom&) = delete;
  LargestRoom& operator=(const LargestRoom&) = delete;
  ~LargestRoom() {
    if (address_ != MAP_FAILED) munmap(address_, kMaxDocumentSize);
  }

  // Its first `size` bytes; none where the system has no such room.
  std::span<std::byte> bytes(std::size_t size) const {
    if (address_ == MAP_FAILED) return {};
    return {static_cast<std::byte*>(address_), size};
  }

 private:
  void* address_;
};

std::string_view text_of(const Writer& writer) { return as_text(writer.bytes()); }

// The two ways to write an element, with the key before its type and with both at once.
void expect_staged_equals_whole(std::string_view key) {
  const std::string with_terminator = std::string(key) + '\0';
  ScarceStorage staged_storage(100);
  ScarceStorage whole_storage(100);
  Writer staged(staged_storage);
  Writer whole(whole_storage);
  std::size_t header = 0;
  ASSERT_TRUE(staged.stage_key(key, header));
  staged.write_staged(header, Type::kInt64, std::int64_t{-3});
  ASSERT_TRUE(whole.write_element(Type::kInt64, with_terminator, std::int64_t{-3}));
  ASSERT_TRUE(staged.stage_key(key, header));
  staged.write_staged(header, Type::kNull);
  ASSERT_TRUE(whole.write_header(Type::kNull, with_terminator));
  ASSERT_TRUE(staged.stage_key(key, header));
  ASSERT_TRUE(staged.write_staged_string(header, Type::kString, "text"sv));
  ASSERT_TRUE(whole.write_string_element(Type::kString, with_terminator, "text"sv));
  EXPECT_EQ(text_of(staged), text_of(whole)) << key.size();
}

TEST(Writer, StagedKeysOfEveryLengthGiveTheSameBytes) {
  for (std::size_t size = 0; size < 40; ++size) expect_staged_equals_whole(std::string(size, 'k'));
}

TEST(Writer, StagesNoKeyWithAZeroByteAnywhere) {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      HeapStorage storage;
      Writer writer(storage);
      std::string key(size, '\x01');
      key[at] = '\0';
      std::size_t header = 0;
      EXPECT_FALSE(writer.stage_key(key, header)) << size << " " << at;
      EXPECT_EQ(writer.size(), 0U);
    }
  }
}

TEST(Writer, StagedIndexesGiveTheSameBytes) {
  ScarceStorage staged_storage(100);
  ScarceStorage whole_storage(100);
  Writer staged(staged_storage);
  Writer whole(whole_storage);
  ArrayIndex index;
  for (int i = 0; i < 1234; ++i, index.advance()) {
    std::size_t header = 0;
    ASSERT_TRUE(staged.stage_key(index, header));
    staged.write_staged(header, Type::kInt32, std::int32_t{i});
    ASSERT_TRUE(whole.write_element(Type::kInt32, index.key(), std::int32_t{i}));
  }
  EXPECT_EQ(text_of(staged), text_of(whole));
}

TEST(Writer, AStagedStringNeedsRoomThatIsThere) {
  ScarceStorage storage(100);
  Writer writer(storage);
  std::size_t header = 0;
  ASSERT_TRUE(writer.stage_key("k"sv, header));
  const std::string text(1000, 'x');
  EXPECT_FALSE(writer.write_staged_string(header, Type::kString, text));
  EXPECT_EQ(writer.size(), 0U);
  EXPECT_TRUE(writer.write_string_element(Type::kString, "k\0"sv, text));
}

TEST(Writer, NothingIsWrittenAfterAFailure) {
  ScarceStorage storage(0);
  Writer writer(storage);
  std::size_t header = 0;
  EXPECT_FALSE(writer.stage_key("k"sv, header));
  EXPECT_EQ(writer.error().code, ErrorCode::kOutOfMemory);
  ScarceStorage one_grant(1);
  Writer full(one_grant);
  ASSERT_TRUE(full.write(std::int32_t{1}));
  ASSERT_FALSE(full.write_bytes(std::string(10'000, 'x')));
  EXPECT_FALSE(full.write(std::uint8_t{1}));
  full.rewind(0);
  EXPECT_FALSE(full.write(std::uint8_t{1}));
}

TEST(Writer, AStagedDocumentIsClosedLikeAnyOther) {
  HeapStorage storage;
  Writer writer(storage);
  std::size_t header = 0;
  std::size_t start = 0;
  ASSERT_TRUE(writer.stage_key("d"sv, header));
  writer.begin_staged_document(header, Type::kDocument, start);
  ASSERT_TRUE(writer.end_document(start));
  EXPECT_EQ(text_of(writer),
            "\x03"
            "d\0\x05\0\0\0\0"sv);
}

TEST(Writer, WritesADocument) {
  HeapStorage storage;
  Writer writer(storage);
  std::size_t document = 0;
  std::size_t array = 0;
  ASSERT_TRUE(writer.begin_document(document));
  ASSERT_TRUE(writer.write_element(Type::kInt32, "n\0"sv, std::int32_t{-2}));
  ASSERT_TRUE(writer.write_string_element(Type::kString, "s\0"sv, "hi"sv));
  ASSERT_TRUE(writer.begin_document_element(Type::kArray, "a\0"sv, array));
  ASSERT_TRUE(writer.write_header(Type::kNull, "0\0"sv));
  ASSERT_TRUE(writer.end_document(array));
  ASSERT_TRUE(writer.end_document(document));
  EXPECT_EQ(text_of(writer),
            "\x21\0\0\0"
            "\x10n\0\xfe\xff\xff\xff"
            "\x02s\0\x03\0\0\0hi\0"
            "\x04"
            "a\0\x08\0\0\0\x0a"
            "0\0\0\0"sv);
  EXPECT_FALSE(writer.error());
}

TEST(Writer, WritesBinaryAndRepeatsTheLengthOfTheOldSubtype) {
  HeapStorage storage;
  Writer writer(storage);
  ASSERT_TRUE(writer.write_binary_element("b\0"sv, BinarySubtype::kUserDefined, "xyz"sv));
  EXPECT_EQ(text_of(writer),
            "\x05"
            "b\0\x03\0\0\0\x80xyz"sv);
  writer.rewind(0);
  ASSERT_TRUE(writer.write_binary_element("b\0"sv, BinarySubtype::kOldBinary, "xyz"sv));
  EXPECT_EQ(text_of(writer),
            "\x05"
            "b\0\x07\0\0\0\x02\x03\0\0\0xyz"sv);
}

TEST(Writer, CopiesBytesOfEveryLength) {
  std::string whole;
  for (int i = 0; i < 70; ++i) whole.push_back(static_cast<char>('0' + i));
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::string text = whole.substr(0, size);
    HeapStorage storage;
    Writer writer(storage);
    ASSERT_TRUE(writer.write_bytes(text));
    ASSERT_EQ(text_of(writer), text);
  }
}

TEST(Writer, EncodesTextOfEveryWidth) {
  HeapStorage storage;
  Writer writer(storage);
  const std::array<std::uint8_t, 1> latin1 = {0xe9};
  const std::array<std::uint16_t, 1> ucs2 = {0x20ac};
  const std::array<std::uint32_t, 1> ucs4 = {0x1f600};
  const auto write = [&writer](auto units) {
    return writer.write_string_element(Type::kString, "s\0"sv, units);
  };
  ASSERT_TRUE(write(std::span<const std::uint8_t>(latin1)));
  ASSERT_TRUE(write(std::span<const std::uint16_t>(ucs2)));
  ASSERT_TRUE(write(std::span<const std::uint32_t>(ucs4)));
  EXPECT_EQ(text_of(writer),
            "\x02s\0\x03\0\0\0\xc3\xa9\0"
            "\x02s\0\x04\0\0\0\xe2\x82\xac\0"
            "\x02s\0\x05\0\0\0\xf0\x9f\x98\x80\0"sv);
}

TEST(Writer, RefusesSurrogates) {
  HeapStorage storage;
  Writer writer(storage);
  const std::array<std::uint16_t, 2> units = {'a', 0xdc80};
  EXPECT_FALSE(
      writer.write_string_element(Type::kString, "s\0"sv, std::span<const std::uint16_t>(units)));
  EXPECT_EQ(writer.error().code, ErrorCode::kInvalidUtf8);
}

TEST(Writer, RefusesAZeroByteInACstring) {
  HeapStorage storage;
  Writer writer(storage);
  ASSERT_TRUE(writer.write_cstring("plain"sv));
  EXPECT_EQ(text_of(writer), "plain\0"sv);
  EXPECT_FALSE(writer.write_cstring("a\0b"sv));
  EXPECT_EQ(writer.error().code, ErrorCode::kEmbeddedNul);
  EXPECT_TRUE(contains_nul("\0"sv));
  EXPECT_FALSE(contains_nul(""sv));
}

TEST(Writer, PatchesWhatIsWritten) {
  HeapStorage storage;
  Writer writer(storage);
  ASSERT_TRUE(writer.write_header(Type::kNull, "k\0"sv));
  ASSERT_TRUE(writer.write(std::int32_t{0}));
  writer.patch(0, Type::kInt32);
  writer.patch(3, std::int32_t{258});
  EXPECT_EQ(text_of(writer), "\x10k\0\x02\x01\0\0"sv);
}

TEST(Writer, BeginsInTheRoomThatItIsGiven) {
  std::array<std::byte, 8> first = {};
  ScarceStorage storage(1);
  Writer writer(storage, first);
  ASSERT_TRUE(writer.write_bytes("12345678"sv));
  EXPECT_EQ(writer.bytes().data(), first.data());
}

// The text that fits leaves room to the byte; each further byte asks the storage.
TEST(Writer, NeverWritesPastWhatTheStorageGave) {
  for (std::size_t size = 0; size < 2000; size += 7) {
    ScarceStorage storage(20);
    Writer writer(storage);
    const std::string text(size, 'x');
    ASSERT_TRUE(writer.write_string_element(Type::kString, "key\0"sv, text));
    ASSERT_TRUE(writer.write_string(text));
    ASSERT_TRUE(writer.write_binary_element("b\0"sv, BinarySubtype::kOldBinary, text));
    ASSERT_EQ(writer.size(), (5 + 5 + size) + (5 + size) + (3 + 5 + 4 + size));
  }
}

bool write_much(Writer& writer) {
  std::size_t start = 0;
  if (!writer.begin_document(start)) return false;
  for (int i = 0; i < 1000; ++i) {
    if (!writer.write_string_element(Type::kString, "key\0"sv, "some text of a few words"sv)) {
      return false;
    }
  }
  return writer.end_document(start);
}

TEST(Writer, SaysSoWhenAnyAllocationFails) {
  int grants = 0;
  for (bool written = false; !written; ++grants) {
    ASSERT_LT(grants, 40);
    ScarceStorage storage(grants);
    Writer writer(storage);
    written = write_much(writer);
    EXPECT_EQ(writer.error().code, written ? ErrorCode::kOk : ErrorCode::kOutOfMemory);
  }
  EXPECT_GT(grants, 5);
}

// Views of sizes that no machine has behind them: they must be refused by their size alone.
TEST(Writer, RefusesToPassTheLargestDocument) {
  HeapStorage storage;
  const std::string room(64, 'x');
  constexpr std::size_t kTooLarge = kMaxDocumentSize + 1;
  // The others are larger where std::size_t has 64 bits.
  for (const std::size_t size :
       {kTooLarge, std::max(kTooLarge, SIZE_MAX / 8), std::max(kTooLarge, SIZE_MAX / 2)}) {
    const volatile std::size_t claimed = size;  // else the compiler sees the lie, and objects
    const std::string_view huge(room.data(), claimed);
    Writer bytes(storage);
    EXPECT_FALSE(bytes.write_bytes(huge));
    EXPECT_EQ(bytes.error().code, ErrorCode::kDocumentTooLarge);
    Writer string(storage);
    EXPECT_FALSE(string.write_string_element(Type::kString, "s\0"sv, huge));
    EXPECT_EQ(string.error().code, ErrorCode::kDocumentTooLarge);
    Writer binary(storage);
    EXPECT_FALSE(binary.write_binary_element("b\0"sv, BinarySubtype::kGeneric, huge));
    EXPECT_EQ(binary.error().code, ErrorCode::kDocumentTooLarge);
    const std::vector<std::uint32_t> units(16, 'a');
    Writer text(storage);
    EXPECT_FALSE(text.write_string_element(
        Type::kString, "s\0"sv, std::span<const std::uint32_t>(units.data(), claimed / 4)));
    EXPECT_TRUE(text.error());
  }
}

TEST(Writer, FillsTheLargestDocumentToItsLastByte) {
  const LargestRoom room;
  const std::span<std::byte> bytes = room.bytes(kMaxDocumentSize);
  ASSERT_FALSE(bytes.empty());
  AskedStorage storage;
  Writer writer(storage, bytes);
  writer.rewind(kMaxDocumentSize - sizeof(std::int64_t));
  EXPECT_TRUE(writer.write(std::int64_t{-1}));
  EXPECT_EQ(writer.size(), kMaxDocumentSize);
  EXPECT_FALSE(writer.write(std::uint8_t{0}));
  EXPECT_EQ(writer.error().code, ErrorCode::kDocumentTooLarge);
  EXPECT_EQ(storage.asked, 0U);
}

TEST(Writer, NeverAsksForMoreThanTheLargestDocument) {
  const LargestRoom room;
  constexpr std::size_t kUsed = kMaxDocumentSize - 8;
  const std::span<std::byte> bytes = room.bytes(kUsed);
  ASSERT_FALSE(bytes.empty());
  AskedStorage storage;
  Writer writer(storage, bytes);
  writer.rewind(kUsed);
  EXPECT_FALSE(writer.write(std::int64_t{-1}));
  EXPECT_EQ(writer.error().code, ErrorCode::kOutOfMemory);
  EXPECT_EQ(storage.asked, kMaxDocumentSize);
  Writer larger(storage, bytes);
  larger.rewind(kUsed);
  EXPECT_FALSE(larger.write_bytes("nine more"sv));
  EXPECT_EQ(larger.error().code, ErrorCode::kDocumentTooLarge);
}

}  // namespace
}  // namespace bsonpp
