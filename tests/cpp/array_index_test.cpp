#include <bsonpp/array_index.h>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace bsonpp {
namespace {

TEST(ArrayIndex, CountsInDecimal) {
  ArrayIndex index;
  for (int expected = 0; expected < 100'002; ++expected) {
    const std::string text = std::to_string(expected);
    ASSERT_EQ(index.key(), std::string_view(text.c_str(), text.size() + 1));
    index.advance();
  }
}

TEST(ArrayIndex, KeyHoldsItsZeroByte) {
  ArrayIndex index;
  EXPECT_EQ(index.key().size(), 2U);
  EXPECT_EQ(index.key().back(), '\0');
}

}  // namespace
}  // namespace bsonpp
