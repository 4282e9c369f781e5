#include <bsonpp/compare.h>
#include <bsonpp/writer.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "sample_document.h"

namespace bsonpp {
namespace {

using namespace std::string_view_literals;

// Numbers that are alike and NaN, texts and binaries that begin alike, and one of every type.
std::string values() {
  HeapStorage storage;
  Writer writer(storage);
  std::size_t document = 0;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  bool written = writer.begin_document(document);
  for (const double number : {nan, -nan, infinity, -infinity, 0.0, -0.0, 1.0, 0.5, -2.0}) {
    written = written && writer.write_element(Type::kDouble, "k\0"sv, number);
  }
  for (const std::int64_t number : {std::int64_t{0}, std::int64_t{1} << 53, std::int64_t{-2}}) {
    written = written && writer.write_element(Type::kInt64, "k\0"sv, number);
  }
  for (const std::uint64_t high : {0x3040000000000000U, 0x7c00000000000000U, 0x7800000000000000U}) {
    written = written && writer.write_header(Type::kDecimal128, "k\0"sv) &&
              writer.write(std::uint64_t{1}) && writer.write(high);
  }
  for (const std::string_view text : {""sv, "a"sv, "ab"sv, "caf\xc3\xa9"sv}) {
    written = written && writer.write_string_element(Type::kString, "k\0"sv, text) &&
              writer.write_string_element(Type::kSymbol, "k\0"sv, text) &&
              writer.write_binary_element("k\0"sv, BinarySubtype::kGeneric, text) &&
              writer.write_binary_element("k\0"sv, BinarySubtype::kUserDefined, text);
  }
  return written && writer.end_document(document) ? std::string(as_text(writer.bytes()))
                                                  : std::string();
}

std::vector<Element> elements_of(std::string_view document) {
  ElementReader reader(as_bytes(document));
  std::vector<Element> elements;
  Element element;
  while (reader.next(element)) elements.push_back(element);
  return elements;
}

TEST(Compare, ValuesAreSortedByAStrictWeakOrder) {
  const std::string numbers = values();
  const std::string every_type = testing::every_type();
  std::vector<Element> all = elements_of(numbers);
  for (const Element& element : elements_of(every_type)) all.push_back(element);
  ASSERT_GT(all.size(), 50U);
  for (const Element& a : all) {
    EXPECT_FALSE(sorts_before(a, a));
    for (const Element& b : all) {
      const bool apart = sorts_before(a, b) || sorts_before(b, a);
      EXPECT_EQ(apart, compare_values(a, b) != Order::kEqual);
      EXPECT_FALSE(sorts_before(a, b) && sorts_before(b, a));
      for (const Element& c : all) {
        EXPECT_TRUE(!sorts_before(a, b) || !sorts_before(b, c) || sorts_before(a, c));
        EXPECT_TRUE(sorts_before(a, b) || sorts_before(b, c) || !sorts_before(a, c));
      }
    }
  }
}

}  // namespace
}  // namespace bsonpp
