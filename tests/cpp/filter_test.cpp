#include <bsonpp/filter.h>

#include <bsonpp/writer.h>

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

// { key: { op: number } }, or { key: number } where `op` is empty.
std::string comparison(std::string key, std::string op, std::int32_t number) {
  HeapStorage storage;
  Writer writer(storage);
  std::size_t outer = 0;
  std::size_t inner = 0;
  key += '\0';
  op += '\0';
  bool written = writer.begin_document(outer);
  if (op.size() == 1) {
    written = written && writer.write_element(Type::kInt32, key, number);
  } else {
    written = written && writer.begin_document_element(Type::kDocument, key, inner) &&
              writer.write_element(Type::kInt32, op, number) && writer.end_document(inner);
  }
  return written && writer.end_document(outer) ? std::string(as_text(writer.bytes()))
                                               : std::string();
}

bool matches(const Filter& filter, Bytes document) {
  KeyShape shape;
  Indexer indexer(shape, {}, /*descend=*/true);
  Walker<Indexer> walker(indexer);
  IndexEntries entries;
  Indexer::Document outermost;
  outermost.entries = &entries;
  outermost.start = document.data();
  return walker.document(document, outermost) && filter.matches(document, entries.entries());
}

bool matches_sample(const std::string& key, const std::string& op, std::int32_t number) {
  const GuardedBytes sample(testing::every_type(), Against::kPageAfter);
  Filter filter;
  std::string problem;
  EXPECT_TRUE(filter.compile(as_bytes(comparison(key, op, number)), problem)) << problem;
  // What paths and operands are views of moves with the filter.
  const Filter moved = std::move(filter);
  return matches(moved, sample.bytes());
}

TEST(Filter, ComparesNumbers) {
  EXPECT_TRUE(matches_sample("int32", "", -2));
  EXPECT_TRUE(matches_sample("int64", "$lt", -2));
  EXPECT_FALSE(matches_sample("int64", "$gt", -2));
  EXPECT_TRUE(matches_sample("double", "$gte", -1));
  EXPECT_TRUE(matches_sample("double", "$lte", 0));
  EXPECT_TRUE(matches_sample("document.x", "$eq", 1));
  EXPECT_TRUE(matches_sample("document.x", "$ne", 2));
  EXPECT_FALSE(matches_sample("string", "$gt", 0));
  EXPECT_TRUE(matches_sample("string", "$ne", 0));
}

TEST(Filter, AsksForExistence) {
  EXPECT_TRUE(matches_sample("null", "$exists", 1));
  EXPECT_TRUE(matches_sample("missing", "$exists", 0));
  EXPECT_FALSE(matches_sample("missing", "$exists", 1));
  EXPECT_TRUE(matches_sample("array.1", "$exists", 1));
  EXPECT_TRUE(matches_sample("array.2", "$exists", 0));
}

TEST(Filter, NamesTheOperatorThatIsNotSupported) {
  Filter filter;
  std::string problem;
  EXPECT_FALSE(filter.compile(as_bytes(comparison("a", "$mod", 1)), problem));
  EXPECT_EQ(problem, "$mod is not a supported operator");
  EXPECT_FALSE(filter.compile(as_bytes("\5\0\0\0\1"sv), problem));
  EXPECT_EQ(problem, "the filter is not well-formed BSON");
  EXPECT_FALSE(filter.compile(as_bytes(testing::nested_documents(11)), problem, {10}));
  EXPECT_EQ(problem, "the filter is nested too deep");
}

// Calls `look` with `content` between unreadable pages, each byte in turn replaced by each other.
template <typename Look>
void mutate(std::string_view content, const Look& look) {
  for (const Against side : {Against::kPageBefore, Against::kPageAfter}) {
    GuardedBytes input(content, side);
    for (std::size_t at = 0; at < content.size(); ++at) {
      const std::byte before = input.writable()[at];
      for (unsigned value = 0; value < 256; ++value) {
        input.writable()[at] = static_cast<std::byte>(value);
        look(input.bytes());
      }
      input.writable()[at] = before;
    }
  }
}

TEST(Filter, NeverReadsOutsideMutatedFilters) {
  const std::string sample = testing::every_type();
  std::size_t compiled = 0;
  mutate(comparison("array.1", "$gte", 5), [&](Bytes bytes) {
    Filter filter;
    std::string problem;
    const bool understood = filter.compile(bytes, problem);
    EXPECT_NE(understood, !problem.empty());
    if (!understood) return;
    ++compiled;
    matches(filter, as_bytes(sample));
  });
  EXPECT_GT(compiled, 100U);
}

TEST(Filter, NeverReadsOutsideMutatedDocuments) {
  std::string problem;
  Filter filter;
  ASSERT_TRUE(filter.compile(as_bytes(comparison("array.1", "$lt", 5)), problem));
  std::size_t unchanged = 0;
  mutate(testing::every_type(), [&](Bytes bytes) {
    Cursor cursor(bytes);
    Bytes document;
    if (cursor.read_document(document) != ErrorCode::kOk) return;
    unchanged += matches(filter, document) ? 0 : 1;
  });
  EXPECT_GT(unchanged, 1000U);
}

}  // namespace
}  // namespace bsonpp
