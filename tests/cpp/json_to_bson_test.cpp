#include <bsonpp/json_builder.h>
#include <bsonpp/json_to_bson.h>
#include <bsonpp/validate.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bsonpp {
namespace {

JsonError convert(std::string_view text, std::string* bson = nullptr) {
  HeapStorage storage;
  JsonParser parser;
  Writer writer(storage);
  const JsonError error = json_to_bson(text, parser, writer);
  if (bson != nullptr) *bson = as_text(writer.bytes());
  return error;
}

// Reads `text`, which must be valid, and writes it again in canonical Extended JSON.
std::string canonical(std::string_view text) {
  std::string bson;
  const JsonError error = convert(text, &bson);
  EXPECT_FALSE(error) << message(error.code) << ": " << text;
  EXPECT_FALSE(validate(as_bytes(bson)));
  HeapStorage storage;
  TextWriter out(storage);
  EXPECT_FALSE(bson_to_json(as_bytes(bson), JsonFormat::of(JsonMode::kCanonical), out));
  return std::string(out.text());
}

TEST(JsonToBson, EveryWrapperRoundTrips) {
  for (const std::string_view text : {
           R"({"a": {"$oid": "65a1b2c3d4e5f60718293a4b"}})",
           R"({"a": {"$numberInt": "-5"}})",
           R"({"a": {"$numberLong": "9223372036854775807"}})",
           R"({"a": {"$numberDouble": "-0.0"}})",
           R"({"a": {"$numberDouble": "NaN"}})",
           R"({"a": {"$numberDecimal": "1.50"}})",
           R"({"a": {"$date": {"$numberLong": "-1"}}})",
           R"({"a": {"$binary": {"base64": "AQID", "subType": "02"}}})",
           R"({"a": {"$timestamp": {"t": 4294967295, "i": 1}}})",
           R"({"a": {"$regularExpression": {"pattern": "a\"b", "options": "imx"}}})",
           R"({"a": {"$code": "f"}})",
           R"({"a": {"$code": "f", "$scope": {"x": {"$numberInt": "1"}}}})",
           R"({"a": {"$minKey": 1}, "b": {"$maxKey": 1}})",
           R"({"a": {"$ref": "c", "$id": {"$numberInt": "1"}, "$db": "d"}})",
           R"({"a": ["x", [], {}, null, true, {"$set": false}]})",
       }) {
    EXPECT_EQ(canonical(text), text);
  }
}

TEST(JsonToBson, OtherFormsOfTheSameValues) {
  EXPECT_EQ(canonical(R"({"a": {"$date": "2012-12-24T12:15:30.501Z"}})"),
            R"({"a": {"$date": {"$numberLong": "1356351330501"}}})");
  EXPECT_EQ(canonical(R"({"a": {"$date": "2012-12-24T13:45:30.501+01:30"}})"),
            R"({"a": {"$date": {"$numberLong": "1356351330501"}}})");
  EXPECT_EQ(canonical(R"({"a": {"$date": 7}})"), R"({"a": {"$date": {"$numberLong": "7"}}})");
  EXPECT_EQ(canonical(R"({"a": {"$binary": "AQ==", "$type": "80"}})"),
            R"({"a": {"$binary": {"base64": "AQ==", "subType": "80"}}})");
  EXPECT_EQ(canonical(R"({"a": {"$uuid": "01234567-89ab-cdef-0123-456789abcdef"}})"),
            R"({"a": {"$binary": {"base64": "ASNFZ4mrze8BI0VniavN7w==", "subType": "04"}}})");
  EXPECT_EQ(canonical(R"({"a": {"$symbol": "s"}, "b": {"$undefined": true}})"),
            R"({"a": "s", "b": null})");
  EXPECT_EQ(canonical(R"({"a": {"$regex": "x", "$options": "xi"}})"),
            R"({"a": {"$regularExpression": {"pattern": "x", "options": "ix"}}})");
}

TEST(JsonToBson, IdFirstAndTheLastDuplicateInTheFirstPlace) {
  EXPECT_EQ(canonical(R"({"a": "1", "_id": "2"})"), R"({"_id": "2", "a": "1"})");
  EXPECT_EQ(canonical(R"({"a": "1", "b": "2", "a": "3"})"), R"({"a": "3", "b": "2"})");
  EXPECT_EQ(canonical(R"({"abcdefgh1": "1", "abcdefgh2": "2"})"),
            R"({"abcdefgh1": "1", "abcdefgh2": "2"})");
}

// As many keys as make a table of that many slots, all of which begin in the same one.
std::vector<std::string> colliding_keys(std::size_t count) {
  const std::size_t mask = std::bit_ceil(2 * count) - 1;
  std::vector<std::string> keys;
  for (std::size_t i = 0; keys.size() < count; ++i) {
    std::string key = "key " + std::to_string(i);
    if ((std::hash<std::string_view>{}(key)&mask) == 0) keys.push_back(std::move(key));
  }
  return keys;
}

TEST(JsonToBson, DuplicatesAreFoundAmongKeysThatCollide) {
  std::string text = "{";
  std::string written = "{";
  for (const std::string& key : colliding_keys(500)) {
    text += '"' + key + "\": 1, ";
    written += '"' + key + "\": {\"$numberInt\": \"1\"}, ";
  }
  EXPECT_EQ(canonical(text + R"("last": 1})"), written + R"("last": {"$numberInt": "1"}})");
  EXPECT_EQ(canonical(text + R"("last": 1, "last": 2})"),
            written + R"("last": {"$numberInt": "2"}})");
}

TEST(JsonToBson, ErrorsHaveTheirCode) {
  EXPECT_EQ(convert("[]").code, JsonErrorCode::kNotAnObject);
  EXPECT_EQ(convert(R"({"$oid": "65a1b2c3d4e5f60718293a4b"})").code, JsonErrorCode::kNotAnObject);
  EXPECT_EQ(convert(R"({"a": 18446744073709551615})").code, JsonErrorCode::kNumberOutOfRange);
  EXPECT_EQ(convert(R"({"a": 18446744073709551616})").code, JsonErrorCode::kNumberOutOfRange);
  EXPECT_EQ(convert("{\"a\\u0000b\": 1}").code, JsonErrorCode::kEmbeddedNul);
  EXPECT_EQ(convert("{\"a\": \"\xff\"}").code, JsonErrorCode::kInvalidUtf8);
  const std::string deep(1010, '[');
  EXPECT_EQ(convert("{\"a\": " + deep + std::string(1010, ']') + "}").code,
            JsonErrorCode::kNestingTooDeep);
  for (const std::string_view wrapper : {
           R"({"a": {"$oid": "65a1"}})",
           R"({"a": {"$oid": "65a1b2c3d4e5f60718293a4b", "b": 1}})",
           R"({"a": {"$numberInt": 1}})",
           R"({"a": {"$numberLong": "9223372036854775808"}})",
           R"({"a": {"$date": "2012-02-30T00:00:00Z"}})",
           R"({"a": {"$date": {"$numberLong": "253402300800000"}}})",
           R"({"a": {"$binary": {"base64": "A", "subType": "00"}}})",
           R"({"a": {"$timestamp": {"t": -1, "i": 1}}})",
           R"({"a": {"$minKey": 2}})",
           R"({"a": {"$numberDecimal": "1E+6145"}})",
       }) {
    EXPECT_EQ(convert(wrapper).code, JsonErrorCode::kInvalidWrapper) << wrapper;
  }
}

TEST(JsonToBson, TheStackIsAskedWhileItNests) {
  const auto code_of = [](std::size_t levels) {
    const std::string text = "{\"a\": " + std::string(levels, '[') + std::string(levels, ']') + "}";
    HeapStorage storage;
    JsonParser parser;
    Writer writer(storage);
    return json_to_bson(text, parser, writer, {1000, []() noexcept { return false; }}).code;
  };
  EXPECT_EQ(code_of(NestingLimit::kLevelsPerLook - 1), JsonErrorCode::kOk);
  EXPECT_EQ(code_of(NestingLimit::kLevelsPerLook), JsonErrorCode::kStackExhausted);
}

struct Malformed {
  std::string_view text;
  std::size_t line;
  std::size_t column;
};

TEST(JsonToBson, MalformedTextHasLineAndColumn) {
  for (const Malformed& malformed : {
           Malformed{"", 1, 1},
           Malformed{{}, 1, 1},
           Malformed{"{", 1, 2},
           Malformed{"{\"a\": }", 1, 7},
           Malformed{"{\"a\": 1,\n \"b\": [1, }", 2, 11},
           Malformed{"{\"é\": tru}", 1, 7},
           Malformed{"{\"a\": 01}", 1, 8},
           Malformed{"{\"a\": \"open", 1, 7},
           Malformed{"{\"a\": \"\\x\"}", 1, 8},
           Malformed{"{\"a\": \"\\ud800\"}", 1, 8},
           Malformed{"{\"a\": \"\\udc00\"}", 1, 8},
           Malformed{"{\"a\": \"\\ud800\\u0041\"}", 1, 8},
           Malformed{"{} x", 1, 4},
           Malformed{"\xef\xbb\xbf{}", 1, 1},
       }) {
    const JsonError error = convert(malformed.text);
    EXPECT_EQ(error.code, JsonErrorCode::kMalformed) << malformed.text;
    EXPECT_EQ(error.line, malformed.line) << malformed.text;
    EXPECT_EQ(error.column, malformed.column) << malformed.text;
  }
}

TEST(JsonToBson, EscapedCharactersAreReadAtEveryPlace) {
  const std::array<std::array<std::string, 2>, 8> characters = {{
      {R"(\u007f)", "\x7f"},
      {R"(\u0080)", "\xc2\x80"},
      {R"(\u07ff)", "\xdf\xbf"},
      {R"(\u0800)", "\xe0\xa0\x80"},
      {R"(\uFFFF)", "\xef\xbf\xbf"},
      {R"(\ud800\udc00)", "\xf0\x90\x80\x80"},
      {R"(\uDBFF\uDFFF)", "\xf4\x8f\xbf\xbf"},
      {R"(\\u00e9\\)", "\\u00e9\\"},
  }};
  const auto document = [](const std::string& text) {
    HeapStorage storage;
    TextWriter out(storage);
    EXPECT_EQ(write_json_string(out, text, /*ascii=*/true), JsonStringError::kNone);
    return "{\"a\": " + std::string(out.text()) + "}";
  };
  for (const auto& [escape, character] : characters) {
    for (std::size_t size = 0; size < 24; ++size) {
      for (std::size_t place = 0; place <= size; ++place) {
        const std::string before(place, 'x');
        const std::string after(size - place, 'y');
        EXPECT_EQ(canonical("{\"a\": \"" + before + escape + escape + after + "\"}"),
                  document(before + character + character + after));
      }
    }
  }
}

TEST(JsonToBson, EscapesThatAreNoneAreRefused) {
  for (const std::string text :
       {R"({"a": "\u00g9"})", R"({"a": "\u00)", R"({"a": "\)", R"({"a": \u00e9})",
        R"({"a": 1\u00e9})", R"(\u00e9{})", R"({}\u00e9)", R"({"a": "\udc00\ud800"})",
        R"({"a": "\ud800\u00e9"})"}) {
    EXPECT_EQ(convert(text).code, JsonErrorCode::kMalformed) << text;
  }
  EXPECT_EQ(convert("{\"a\": \"\xc3\\u00a9\"}").code, JsonErrorCode::kInvalidUtf8);
}

TEST(JsonToBson, SurrogatePairsAreOneCharacter) {
  EXPECT_EQ(canonical(R"({"a": "\ud83c\udf89"})"), R"({"a": "\ud83c\udf89"})");
}

}  // namespace
}  // namespace bsonpp
