#include <bsonpp/path.h>

#include <gtest/gtest.h>

#include <string_view>

namespace bsonpp {
namespace {

using namespace std::string_view_literals;

// { a: { b: [ 7, { c: true } ] } }
constexpr auto kDocument =
    "\x28\0\0\0"
    "\x03\x61\0\x20\0\0\0"
    "\x04\x62\0\x18\0\0\0"
    "\x10\x30\0\7\0\0\0"
    "\x03\x31\0\x09\0\0\0\x08\x63\0\1\0"
    "\0\0\0"sv;

bool found(std::string_view path, Type type) {
  Element element;
  return find_path(as_bytes(kDocument), /*is_array=*/false, path, element) && element.type == type;
}

TEST(Path, LeadsThroughDocumentsAndArrays) {
  EXPECT_TRUE(found("a", Type::kDocument));
  EXPECT_TRUE(found("a.b", Type::kArray));
  EXPECT_TRUE(found("a.b.0", Type::kInt32));
  EXPECT_TRUE(found("a.b.1", Type::kDocument));
  EXPECT_TRUE(found("a.b.1.c", Type::kBoolean));
}

TEST(Path, LeadsNowhereElse) {
  Element element;
  for (const std::string_view path : {"b"sv, "a.c"sv, "a.b.2"sv, "a.b.x"sv, "a.b.1.d"sv,
                                      "a.b.0.x"sv, "a."sv, ".a"sv, ""sv, "a..b"sv, "a.b.00"sv}) {
    EXPECT_FALSE(find_path(as_bytes(kDocument), false, path, element)) << path;
  }
}

TEST(Path, PositionsAreDecimalNumbersWithoutLeadingZeros) {
  EXPECT_EQ(array_position("0"), 0U);
  EXPECT_EQ(array_position("10"), 10U);
  for (const std::string_view text :
       {""sv, "00"sv, "01"sv, "-1"sv, "+1"sv, "1x"sv, "x"sv, " 1"sv, "99999999999999999999999"sv}) {
    EXPECT_FALSE(array_position(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace bsonpp
