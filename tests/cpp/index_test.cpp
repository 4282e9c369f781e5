#include <bsonpp/index.h>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "guarded_bytes.h"
#include "sample_document.h"

namespace bsonpp {
namespace {

using namespace std::string_view_literals;
using testing::Against;
using testing::GuardedBytes;

// Indexes a document as LazyDocument and select() do.
bool index_document(KeyShape& shape, Bytes document, IndexEntries& entries, bool descend = true) {
  Indexer indexer(shape, {}, descend);
  Walker<Indexer> walker(indexer);
  Indexer::Document outermost;
  outermost.entries = &entries;
  outermost.start = document.data();
  return walker.document(document, outermost);
}

Bytes whole(const GuardedBytes& input) {
  Cursor cursor(input.bytes());
  Bytes document;
  return cursor.read_document(document) == ErrorCode::kOk ? document : Bytes();
}

TEST(Index, FindsEveryElement) {
  const GuardedBytes input(testing::every_type(), Against::kPageAfter);
  KeyShape shape;
  // The second time, every key is where it was.
  for (int turn = 0; turn < 2; ++turn) {
    IndexEntries entries;
    ASSERT_TRUE(index_document(shape, whole(input), entries));
    ElementReader reader(whole(input));
    Element expected;
    std::size_t count = 0;
    while (reader.next(expected)) {
      const std::size_t found = find_entry(whole(input), entries.entries(), expected.key);
      Element element;
      ASSERT_EQ(found, count++);
      ASSERT_TRUE(read_entry(whole(input), entries.entries()[found], element));
      EXPECT_EQ(element.key, expected.key);
      EXPECT_EQ(element.type, expected.type);
      EXPECT_EQ(element.value.data(), expected.value.data());
      EXPECT_EQ(element.value.size(), expected.value.size());
    }
    EXPECT_EQ(entries.entries().size(), count);
    for (const std::string_view key : {""sv, "doubl"sv, "doublee"sv, "Double"sv, "x"sv}) {
      EXPECT_EQ(find_entry(whole(input), entries.entries(), key), kNotFound) << key;
    }
  }
}

TEST(Index, GrowsBeyondTheEntriesInPlace) {
  HeapStorage storage;
  Writer writer(storage);
  std::size_t start = 0;
  ASSERT_TRUE(writer.begin_document(start));
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(writer.write_element(Type::kInt32, std::to_string(i) + '\0', std::int32_t{i}));
  }
  ASSERT_TRUE(writer.end_document(start));
  IndexEntries entries;
  KeyShape shape;
  ASSERT_TRUE(index_document(shape, writer.bytes(), entries));
  ASSERT_EQ(entries.entries().size(), 1000U);
  for (std::size_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(find_entry(writer.bytes(), entries.entries(), std::to_string(i)), i);
  }
}

TEST(Index, TakesTheLastOfEqualKeys) {
  const GuardedBytes input("\x0c\0\0\0\x0a\x61\0\x08\x61\0\1\0"sv, Against::kPageAfter);
  IndexEntries entries;
  KeyShape shape;
  ASSERT_TRUE(index_document(shape, whole(input), entries));
  EXPECT_EQ(find_entry(whole(input), entries.entries(), "a"), 1U);
}

TEST(Index, ChecksWhatIsEmbeddedOnlyWhereItIsAskedTo) {
  // A document whose array holds an element of an unknown type.
  constexpr auto kBroken = "\x10\0\0\0\x04\x61\0\x08\0\0\0\x55\x30\0\0\0"sv;
  const GuardedBytes input(kBroken, Against::kPageAfter);
  KeyShape shape;
  IndexEntries entries;
  EXPECT_FALSE(index_document(shape, whole(input), entries, /*descend=*/true));
  IndexEntries shallow;
  EXPECT_TRUE(index_document(shape, whole(input), shallow, /*descend=*/false));
}

TEST(Index, NeverReadsOutsideMutatedDocuments) {
  const std::string sample = testing::every_type();
  KeyShape shape;
  std::size_t accepted = 0;
  for (const Against side : {Against::kPageBefore, Against::kPageAfter}) {
    GuardedBytes input(sample, side);
    for (std::size_t at = 4; at < sample.size(); ++at) {
      const std::byte before = input.writable()[at];
      for (unsigned value = 0; value < 256; ++value) {
        input.writable()[at] = static_cast<std::byte>(value);
        const Bytes document = whole(input);
        IndexEntries entries;
        if (document.empty() || !index_document(shape, document, entries)) continue;
        ++accepted;
        EXPECT_FALSE(validate(document));
        Element element;
        for (const IndexEntry entry : entries.entries()) {
          ASSERT_TRUE(read_entry(document, entry, element));
        }
      }
      input.writable()[at] = before;
    }
  }
  EXPECT_GT(accepted, 1000U);
}

TEST(Element, ReaderStopsAtWhatIsMalformed) {
  const GuardedBytes input("\x0a\0\0\0\x0a\x61\0\x55\x62\0"sv, Against::kPageAfter);
  ElementReader reader{Cursor(input.bytes().subspan(4))};
  Element element;
  EXPECT_TRUE(reader.next(element));
  EXPECT_EQ(element.key, "a");
  EXPECT_FALSE(reader.next(element));
  EXPECT_EQ(reader.error(), ErrorCode::kUnknownType);
}

}  // namespace
}  // namespace bsonpp
