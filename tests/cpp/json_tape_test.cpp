#include <bsonpp/json_parser.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace bsonpp {
namespace {

class JsonTapeTest : public ::testing::Test {
 protected:
  JsonElement parse(std::string_view text) {
    JsonElement root;
    EXPECT_EQ(parser_.parse(text, root), JsonErrorCode::kOk) << text;
    return root;
  }
  const JsonTape& tape() const { return parser_.tape(); }

  // What the tape holds, as text again.
  std::string text_of(JsonElement element) const {
    switch (element.type()) {
      case JsonType::kObject:
        return object_text(element);
      case JsonType::kArray:
        return array_text(element);
      case JsonType::kString:
        return "\"" + std::string(tape().string(element)) + "\"";
      case JsonType::kInt64:
        return std::to_string(element.int64());
      case JsonType::kUint64:
        return std::to_string(element.uint64());
      case JsonType::kDouble:
        return std::to_string(element.float64());
      case JsonType::kTrue:
        return "true";
      case JsonType::kFalse:
        return "false";
      case JsonType::kNull:
        return "null";
    }
    return "?";
  }

 private:
  std::string array_text(JsonElement array) const {
    std::string text = "[";
    const JsonElement end = tape().end(array);
    for (JsonElement item = array.first(); item != end; item = tape().next(item)) {
      text += text_of(item) + ";";
    }
    return text + "]";
  }
  std::string object_text(JsonElement object) const {
    std::string text = "{";
    const JsonElement end = tape().end(object);
    for (JsonElement key = object.first(); key != end; key = tape().next(key.value())) {
      text += text_of(key) + text_of(key.value()) + ";";
    }
    return text + "}";
  }

  JsonParser parser_;
};

TEST_F(JsonTapeTest, EveryTypeAndWhatComesBehindIt) {
  const std::string_view text =
      R"([{"a": 1, "b": [2, 3.5]}, [], {}, "x", -1, 18446744073709551615, 0.25, true, false, null, 7])";
  EXPECT_EQ(text_of(parse(text)),
            R"([{"a"1;"b"[2;3.500000;];};[];{};"x";-1;18446744073709551615;0.250000;)"
            "true;false;null;7;]");
}

TEST_F(JsonTapeTest, AValueAlone) {
  EXPECT_EQ(text_of(parse("\"\"")), "\"\"");
  EXPECT_EQ(text_of(parse(" -9223372036854775808 ")), "-9223372036854775808");
  EXPECT_EQ(text_of(parse("{}")), "{}");
}

TEST_F(JsonTapeTest, StringsEndWithAZeroByte) {
  const std::string_view text = tape().string(parse(R"("a\u0000é")"));
  EXPECT_EQ(text, std::string_view("a\0é", 4));
  EXPECT_EQ(text.data()[text.size()], '\0');
}

TEST_F(JsonTapeTest, GetsOnlyWhatIsThere) {
  std::string_view text = "before";
  std::int64_t integer = 5;
  const JsonElement fraction = parse("1.0");
  EXPECT_FALSE(fraction.get(integer));
  EXPECT_FALSE(tape().get(fraction, text));
  EXPECT_EQ(text, "before");
  EXPECT_EQ(integer, 5);
  EXPECT_TRUE(parse("9223372036854775807").get(integer));
  EXPECT_EQ(integer, std::numeric_limits<std::int64_t>::max());
  const JsonElement beyond = parse("9223372036854775808");
  EXPECT_FALSE(beyond.get(integer));
  EXPECT_FALSE(beyond.is_boolean());
  EXPECT_TRUE(parse("false").is_boolean());
  EXPECT_TRUE(parse("true").is_boolean());
}

TEST_F(JsonTapeTest, OneField) {
  EXPECT_FALSE(parse("{}").has_one_field());
  EXPECT_TRUE(parse(R"({"a": [1, 2, 3]})").has_one_field());
  EXPECT_FALSE(parse(R"({"a": 1, "a": 2})").has_one_field());
}

}  // namespace
}  // namespace bsonpp
