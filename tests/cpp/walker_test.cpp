#include <bsonpp/walker.h>

#include <bsonpp/validate.h>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "guarded_bytes.h"
#include "sample_document.h"
#include "transcript.h"

namespace bsonpp {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using testing::Against;
using testing::every_type;
using testing::GuardedBytes;
using testing::nested_documents;
using testing::Transcript;

struct Walk {
  bool succeeded = false;
  std::string text;
  ErrorCode error = ErrorCode::kOk;
  std::size_t offset = 0;
  std::size_t depth = 0;
  std::uint8_t byte = 0;
};

Walk walk(Bytes bytes, std::size_t max_depth = kDefaultMaxDepth, int refuse_after = -1) {
  Walk result;
  Cursor cursor(bytes);
  Bytes document;
  result.error = cursor.read_document(document);
  if (result.error != ErrorCode::kOk) return result;
  Transcript transcript;
  transcript.refuse_after = refuse_after;
  Walker<Transcript> walker(transcript, max_depth);
  Transcript::Document outermost;
  result.succeeded = walker.document(document, outermost);
  result.text = outermost.text;
  result.error = walker.error();
  result.offset = walker.error_offset(bytes.data());
  result.depth = walker.error_depth();
  result.byte = walker.offending_byte();
  EXPECT_EQ(transcript.open, 0);
  EXPECT_EQ(transcript.depth, 0);
  EXPECT_EQ(result.succeeded, result.error == ErrorCode::kOk);
  return result;
}

// One element (type, key "k" and value) as a document whose own length is right.
std::string document_of(Type type, std::string_view value) {
  HeapStorage storage;
  Writer writer(storage);
  std::size_t start = 0;
  EXPECT_TRUE(writer.begin_document(start) && writer.write_header(type, "k\0"sv) &&
              writer.write_bytes(value) && writer.end_document(start));
  return std::string(as_text(writer.bytes()));
}

Walk walk_element(Type type, std::string_view value) {
  const GuardedBytes input(document_of(type, value), Against::kPageAfter);
  return walk(input.bytes());
}

TEST(Walker, GivesTheBuilderEveryType) {
  const GuardedBytes input(every_type(), Against::kPageAfter);
  const Walk result = walk(input.bytes());
  EXPECT_TRUE(result.succeeded);
  EXPECT_EQ(result.text,
            "double:-0.500000 string:\"caf\xc3\xa9\" document:{x:1} array:[null true] "
            "binary:binary128/2 old:binary2/1 undefined:undefined id:id\"0123456789ab\" "
            "boolean:false datetime:-1ms null:null regex:/^a/im "
            "pointer:pointer\"db.c\"\"ba9876543210\" code:code\"f()\" symbol:symbol\"sym\" "
            "scoped:code\"g()\"{y:null} int32:-2 timestamp:7/5 int64:-3L "
            "decimal:decimal\"0123456789abcdef\" min:min max:max");
}

// Whatever the input, a walk ends, stays inside it, and leaves the builder balanced.
void expect_no_fault(Bytes bytes) {
  const Walk result = walk(bytes);
  if (!result.succeeded) {
    EXPECT_LE(result.offset, bytes.size());
  }
  EXPECT_EQ(static_cast<bool>(validate(bytes, {.check_utf8 = false})),
            !result.succeeded || Cursor(bytes).peek_length() != static_cast<int>(bytes.size()));
}

TEST(Walker, SurvivesEveryByteOfEveryValue) {
  const std::string original = every_type();
  for (const Against side : {Against::kPageBefore, Against::kPageAfter}) {
    GuardedBytes input(original, side);
    for (std::size_t at = 0; at < original.size(); ++at) {
      for (int value = 0; value < 256; ++value) {
        input.writable()[at] = static_cast<std::byte>(value);
        expect_no_fault(input.bytes());
      }
      input.writable()[at] = static_cast<std::byte>(original[at]);
    }
  }
}

TEST(Walker, SurvivesEveryLengthAtEveryOffset) {
  const std::string original = every_type();
  const auto size = static_cast<std::int32_t>(original.size());
  GuardedBytes input(original, Against::kPageAfter);
  for (std::size_t at = 0; at + 4 <= original.size(); ++at) {
    const auto rest = static_cast<std::int32_t>(original.size() - at);
    for (const std::int32_t lie : {INT32_MIN, -rest, -1, 0, 1, 3, 4, 5, rest - 5, rest - 4,
                                   rest - 1, rest, rest + 1, size, INT32_MAX - 3, INT32_MAX}) {
      store_little_endian(input.writable().data() + at, lie);
      expect_no_fault(input.bytes());
    }
    for (std::size_t i = 0; i < 4; ++i) {
      input.writable()[at + i] = static_cast<std::byte>(original[at + i]);
    }
  }
}

// A document cut short, with a length that admits it and with one that does not.
TEST(Walker, RefusesEveryTruncation) {
  const std::string original = every_type();
  for (std::size_t size = 0; size < original.size(); ++size) {
    const GuardedBytes cut(std::string_view(original).substr(0, size), Against::kPageAfter);
    EXPECT_FALSE(walk(cut.bytes()).succeeded);
    if (size < kMinDocumentSize) continue;
    std::string honest = original.substr(0, size - 1) + '\0';
    for (std::size_t i = 0; i < 4; ++i) honest[i] = static_cast<char>(size >> (8 * i));
    const GuardedBytes input(honest, Against::kPageAfter);
    expect_no_fault(input.bytes());
  }
}

TEST(Walker, RefusesValuesThatAreTooShortForTheirType) {
  const std::array<std::pair<Type, std::size_t>, 8> sizes = {{{Type::kDouble, 8},
                                                              {Type::kObjectId, 12},
                                                              {Type::kBoolean, 1},
                                                              {Type::kDatetime, 8},
                                                              {Type::kInt32, 4},
                                                              {Type::kTimestamp, 8},
                                                              {Type::kInt64, 8},
                                                              {Type::kDecimal128, 16}}};
  for (const auto& [type, whole] : sizes) {
    for (std::size_t size = 0; size < whole; ++size) {
      const Walk result = walk_element(type, std::string(size, '\1'));
      EXPECT_EQ(result.error, ErrorCode::kTruncated) << static_cast<int>(type) << ' ' << size;
    }
  }
}

TEST(Walker, NamesTheByteThatIsNoTypeAndNoBoolean) {
  const Walk unknown = walk_element(static_cast<Type>(0x20), ""sv);
  EXPECT_EQ(unknown.error, ErrorCode::kUnknownType);
  EXPECT_EQ(unknown.byte, 0x20);
  const Walk boolean = walk_element(Type::kBoolean, "\x02"sv);
  EXPECT_EQ(boolean.error, ErrorCode::kInvalidBoolean);
  EXPECT_EQ(boolean.byte, 2);
}

TEST(Walker, RefusesAnOldBinaryWhoseTwoLengthsDisagree) {
  EXPECT_TRUE(walk_element(Type::kBinary, "\x05\0\0\0\x02\x01\0\0\0x"sv).succeeded);
  for (const std::string_view value :
       {"\x05\0\0\0\x02\x02\0\0\0x"sv, "\x05\0\0\0\x02\0\0\0\0x"sv,
        "\x05\0\0\0\x02\xff\xff\xff\xffx"sv, "\x03\0\0\0\x02\0\0\0"sv, "\0\0\0\0\x02"sv}) {
    EXPECT_FALSE(walk_element(Type::kBinary, value).succeeded);
  }
}

TEST(Walker, RefusesACodeWithScopeWhoseLengthsDisagree) {
  const std::string good = "\x10\0\0\0\x03\0\0\0f(\0\x05\0\0\0\0"s;
  EXPECT_TRUE(walk_element(Type::kCodeWithScope, good).succeeded);
  for (int length = 0; length < 30; ++length) {
    std::string value = good;
    value[0] = static_cast<char>(length);
    EXPECT_EQ(walk_element(Type::kCodeWithScope, value).succeeded, length == 16) << length;
    value = good;
    value[4] = static_cast<char>(length);
    EXPECT_EQ(walk_element(Type::kCodeWithScope, value).succeeded, length == 3) << length;
    value = good;
    value[11] = static_cast<char>(length);
    EXPECT_EQ(walk_element(Type::kCodeWithScope, value).succeeded, length == 5) << length;
  }
}

TEST(Walker, TakesArraysWithAnyKeys) {
  EXPECT_EQ(walk_element(Type::kArray,
                         "\x0d\0\0\0\x0a"
                         "7\0\x0a\0\x0a"
                         "x\0\0"sv)
                .text,
            "k:[null null null]");
}

TEST(Walker, RefusesAKeyWithoutEnd) {
  const GuardedBytes input(
      "\x08\0\0\0\x0a"
      "kk\0"sv,
      Against::kPageAfter);
  EXPECT_EQ(walk(input.bytes()).error, ErrorCode::kUnterminatedKey);
}

TEST(Walker, RefusesNestingBeyondTheLimit) {
  for (const Type type : {Type::kDocument, Type::kArray}) {
    const std::string at_limit = nested_documents(10, type);
    const std::string beyond = nested_documents(11, type);
    EXPECT_TRUE(walk(as_bytes(at_limit), 10).succeeded);
    const Walk result = walk(as_bytes(beyond), 10);
    EXPECT_EQ(result.error, ErrorCode::kNestingTooDeep);
    EXPECT_EQ(result.depth, 11U);
  }
  const std::string deep = nested_documents(100'000);
  EXPECT_EQ(walk(as_bytes(deep)).error, ErrorCode::kNestingTooDeep);
}

TEST(Walker, StopsWhereTheBuilderRefuses) {
  const std::string document = every_type();
  const Walk whole = walk(as_bytes(document));
  int refused = 0;
  for (; refused < 100; ++refused) {
    const Walk result = walk(as_bytes(document), kDefaultMaxDepth, refused);
    if (result.succeeded) break;
    EXPECT_EQ(result.error, ErrorCode::kBuilderFailed);
    EXPECT_EQ(whole.text.substr(0, result.text.size()), result.text);
  }
  EXPECT_EQ(refused, 27);  // 22 elements at the top, 4 below them, and the scope itself
}

}  // namespace
}  // namespace bsonpp
