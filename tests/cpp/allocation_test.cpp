// Every function of the core that takes memory says so when there is none, and leaks nothing.

#include "allocation.h"

#include <bsonpp/filter.h>
#include <bsonpp/index.h>
#include <bsonpp/json_builder.h>
#include <bsonpp/validate.h>

#include <gtest/gtest.h>

#include <new>
#include <string>

#include "sample_document.h"

namespace bsonpp {
namespace {

using namespace std::string_view_literals;
using testing::fail_each_allocation;

TEST(Allocation, WriterOnTheHeap) {
  const std::string text(10'000, 'x');
  const std::size_t needed = fail_each_allocation([&] {
    HeapStorage storage;
    Writer writer(storage);
    std::size_t start = 0;
    const bool written = writer.begin_document(start) &&
                         writer.write_string_element(Type::kString, "short\0"sv, "x"sv) &&
                         writer.write_string_element(Type::kString, "long\0"sv, text) &&
                         writer.end_document(start);
    if (!written) {
      EXPECT_EQ(writer.error().code, ErrorCode::kOutOfMemory);
    }
    return written && !validate(writer.bytes());
  });
  EXPECT_GE(needed, 2U);
  EXPECT_LT(needed, 20U);
}

// What was written before stays where it was when there is no room for more.
TEST(Allocation, AFailedWriteLeavesWhatWasWritten) {
  HeapStorage storage;
  Writer writer(storage);
  ASSERT_TRUE(writer.write_bytes("kept"sv));
  const std::string text(10'000, 'x');
  {
    const testing::FailingAllocations failing(0);
    EXPECT_FALSE(writer.write_bytes(text));
  }
  EXPECT_EQ(writer.error().code, ErrorCode::kOutOfMemory);
  EXPECT_EQ(as_text(writer.bytes()), "kept");
}

TEST(Allocation, BsonToJson) {
  const std::string sample = testing::every_type();
  const std::string stream = sample + sample + sample;
  for (const JsonMode mode :
       {JsonMode::kLegacy, JsonMode::kRelaxed, JsonMode::kCanonical, JsonMode::kPlain}) {
    const std::size_t needed = fail_each_allocation([&] {
      HeapStorage storage;
      TextWriter text(storage);
      const BsonToJsonError error = bson_to_json(as_bytes(sample), JsonFormat::of(mode), text);
      if (error) {
        EXPECT_EQ(error.value, JsonWriteError::kOutOfMemory);
      }
      return !error;
    });
    EXPECT_GE(needed, 1U);
    const std::size_t for_all = fail_each_allocation([&] {
      HeapStorage storage;
      TextWriter text(storage);
      return !bson_stream_to_json(as_bytes(stream), JsonFormat::of(mode), JsonFraming::kArray,
                                  text);
    });
    EXPECT_GE(for_all, needed);
    EXPECT_LT(for_all, 40U);
  }
}

TEST(Allocation, Index) {
  HeapStorage storage;
  Writer writer(storage);
  std::size_t start = 0;
  ASSERT_TRUE(writer.begin_document(start));
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(writer.write_element(Type::kInt32, std::to_string(i) + '\0', std::int32_t{i}));
  }
  ASSERT_TRUE(writer.end_document(start));
  const std::size_t needed = fail_each_allocation([&] {
    KeyShape shape;
    Indexer indexer(shape, {}, /*descend=*/true);
    Walker<Indexer> walker(indexer);
    IndexEntries entries;
    Indexer::Document outermost;
    outermost.entries = &entries;
    outermost.start = writer.bytes().data();
    const bool indexed = walker.document(writer.bytes(), outermost);
    if (!indexed) {
      EXPECT_EQ(walker.error(), ErrorCode::kOutOfMemory);
    }
    return indexed && entries.entries().size() == 300;
  });
  EXPECT_GE(needed, 1U);
}

TEST(Allocation, FilterThrowsBadAlloc) {
  HeapStorage storage;
  Writer writer(storage);
  std::size_t outer = 0;
  std::size_t inner = 0;
  ASSERT_TRUE(writer.begin_document(outer) &&
              writer.write_element(Type::kInt32, "a\0"sv, std::int32_t{1}) &&
              writer.begin_document_element(Type::kDocument, "b\0"sv, inner) &&
              writer.write_element(Type::kInt32, "$gt\0"sv, std::int32_t{1}) &&
              writer.end_document(inner) && writer.end_document(outer));
  const std::size_t needed = fail_each_allocation([&] {
    Filter filter;
    std::string problem;
    try {
      return filter.compile(writer.bytes(), problem);
    } catch (const std::bad_alloc&) {
      return false;
    }
  });
  EXPECT_GE(needed, 3U);
}

// Validation takes no memory at all.
TEST(Allocation, ValidationNeedsNone) {
  const std::string sample = testing::every_type();
  EXPECT_EQ(fail_each_allocation([&] { return !validate(as_bytes(sample)); }), 0U);
}

}  // namespace
}  // namespace bsonpp
