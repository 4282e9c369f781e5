#include <bsonpp/validate.h>

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

Error validated(std::string_view content, ValidationRules rules = {}) {
  const GuardedBytes input(content, Against::kPageAfter);
  return validate(input.bytes(), rules);
}

TEST(Validate, AcceptsEveryType) { EXPECT_FALSE(validated(testing::every_type())); }

TEST(Validate, TellsWhatIsWrongWithTheFrame) {
  EXPECT_EQ(validated(""sv).code, ErrorCode::kDocumentTooSmall);
  EXPECT_EQ(validated("\5\0\0\0"sv).code, ErrorCode::kDocumentTooSmall);
  EXPECT_EQ(validated("\4\0\0\0\0"sv).code, ErrorCode::kInvalidDocumentSize);
  EXPECT_EQ(validated("\xff\xff\xff\xff\0"sv).code, ErrorCode::kInvalidDocumentSize);
  EXPECT_EQ(validated("\6\0\0\0\0"sv).code, ErrorCode::kDocumentSizeMismatch);
  EXPECT_EQ(validated("\5\0\0\0\0\0"sv).code, ErrorCode::kDocumentSizeMismatch);
  EXPECT_EQ(validated("\5\0\0\0\1"sv).code, ErrorCode::kMissingTerminator);
}

TEST(Validate, ChecksUtf8WhereItIsAskedTo) {
  constexpr auto kLatin1Key = "\x08\0\0\0\x0a\xe9\0\0"sv;
  constexpr auto kLatin1Text = "\x0e\0\0\0\x02k\0\x02\0\0\0\xe9\0\0"sv;
  for (const std::string_view document : {kLatin1Key, kLatin1Text}) {
    EXPECT_TRUE(validated(document));
    EXPECT_FALSE(validated(document, {.check_utf8 = false}));
  }
}

TEST(Validate, ChecksTheRangeOfDatetimesWhereItIsAskedTo) {
  constexpr auto kFarFuture = "\x10\0\0\0\x09k\0\0\0\0\0\0\0\0\x7f\0"sv;
  EXPECT_FALSE(validated(kFarFuture));
  EXPECT_TRUE(validated(kFarFuture, {.check_datetime_range = true}));
}

TEST(Validate, AsksTheStackWhileItNests) {
  const NestingLimit exhausted{1000, []() noexcept { return false; }};
  const std::string fitting = testing::nested_documents(NestingLimit::kLevelsPerLook - 1);
  EXPECT_FALSE(validate(as_bytes(fitting), {}, exhausted));
  const std::string deeper = testing::nested_documents(NestingLimit::kLevelsPerLook);
  EXPECT_FALSE(validate(as_bytes(deeper)));
  EXPECT_EQ(validate(as_bytes(deeper), {}, exhausted).code, ErrorCode::kNestingTooDeep);
  EXPECT_EQ(validate(as_bytes(deeper), {}, {10}).code, ErrorCode::kNestingTooDeep);
}

TEST(Validate, ErrorsHaveAMessageWithoutContents) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::kBuilderFailed); ++code) {
    const std::string_view text = message(static_cast<ErrorCode>(code));
    EXPECT_FALSE(text.empty());
    EXPECT_NE(text, "unknown error");
  }
}

}  // namespace
}  // namespace bsonpp
