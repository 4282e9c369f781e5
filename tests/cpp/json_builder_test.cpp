#include <bsonpp/json_builder.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "sample_document.h"

namespace bsonpp {
namespace {

using Fill = std::function<bool(Writer&)>;

std::string document(const Fill& fill) {
  HeapStorage storage;
  Writer writer(storage);
  std::size_t start = 0;
  EXPECT_TRUE(writer.begin_document(start) && fill(writer) && writer.end_document(start));
  return std::string(as_text(writer.bytes()));
}

std::string json_of(std::string_view bson, JsonMode mode) {
  HeapStorage storage;
  TextWriter text(storage);
  const BsonToJsonError error = bson_to_json(as_bytes(bson), JsonFormat::of(mode), text);
  EXPECT_FALSE(error) << message(error.bson.code);
  return std::string(text.text());
}

constexpr std::string_view kA{"a", 2};

TEST(JsonBuilder, DeprecatedTypesKeepTheirExtendedForm) {
  const std::string bson = document([](Writer& writer) {
    return writer.write_header(Type::kUndefined, kA) &&
           writer.write_string_element(Type::kSymbol, {"b", 2}, "text") &&
           writer.write_header(Type::kDbPointer, {"c", 2}) && writer.write_string("db.c") &&
           writer.write_bytes("twelve bytes");
  });
  EXPECT_EQ(
      json_of(bson, JsonMode::kCanonical),
      R"({"a": {"$undefined": true}, "b": {"$symbol": "text"}, )"
      R"("c": {"$dbPointer": {"$ref": "db.c", "$id": {"$oid": "7477656c7665206279746573"}}}})");
  EXPECT_EQ(json_of(bson, JsonMode::kLegacy),
            R"({"a": null, "b": "text", )"
            R"("c": {"$ref": "db.c", "$id": {"$oid": "7477656c7665206279746573"}}})");
  EXPECT_EQ(json_of(bson, JsonMode::kPlain),
            R"({"a":null,"b":"text","c":{"$ref":"db.c","$id":"7477656c7665206279746573"}})");
}

// With as little behind them as can be, and with more than any step takes at once.
TEST(JsonBuilder, KeysOfAllLengthsAreWritten) {
  for (std::size_t size = 0; size < 70; ++size) {
    for (std::size_t place = 0; place <= size; ++place) {
      for (const std::string_view escape : {"", "\"", "\n", "\x7f", "é"}) {
        std::string key(size, 'k');
        key.insert(place, escape);
        HeapStorage storage;
        TextWriter quoted(storage);
        ASSERT_EQ(write_json_string(quoted, key, /*ascii=*/true), JsonStringError::kNone);
        const std::string text(quoted.text());
        const std::string_view terminated(key.c_str(), key.size() + 1);
        const std::string bson = document([terminated](Writer& writer) {
          return writer.write_header(Type::kNull, terminated) &&
                 writer.write_string_element(Type::kString, terminated, std::string(64, 'v')) &&
                 writer.write_header(Type::kMinKey, terminated);
        });
        ASSERT_EQ(json_of(bson, JsonMode::kRelaxed), "{" + text + ": null, " + text + ": \"" +
                                                         std::string(64, 'v') + "\", " + text +
                                                         R"(: {"$minKey": 1}})");
      }
    }
  }
}

// The code is written before its scope is walked, and scopes lie within scopes.
TEST(JsonBuilder, CodeStandsBeforeItsScope) {
  const auto code = [](Writer& writer, std::string_view text, const Fill& scope) {
    std::size_t start = 0;
    std::size_t scope_start = 0;
    return writer.begin_document_element(Type::kCodeWithScope, kA, start) &&
           writer.write_string(text) && writer.begin_document(scope_start) && scope(writer) &&
           writer.end_document(scope_start) && (writer.patch_length(start), true);
  };
  const std::string bson = document([&code](Writer& writer) {
    return code(writer, "outer", [&code](Writer& inner) {
      return code(inner, "inner", [](Writer& innermost) {
        return innermost.write_element(Type::kInt32, {"n", 2}, std::int32_t{1});
      });
    });
  });
  EXPECT_EQ(json_of(bson, JsonMode::kRelaxed),
            R"({"a": {"$code": "outer", "$scope": )"
            R"({"a": {"$code": "inner", "$scope": {"n": 1}}}}})");
}

TEST(JsonBuilder, EveryTruncationIsAnError) {
  const std::string bson = document([](Writer& writer) {
    std::size_t start = 0;
    return writer.write_string_element(Type::kString, kA, "text") &&
           writer.begin_document_element(Type::kArray, {"b", 2}, start) &&
           writer.write_element(Type::kDouble, {"0", 2}, 1.5) && writer.end_document(start);
  });
  for (std::size_t size = 0; size < bson.size(); ++size) {
    HeapStorage storage;
    TextWriter text(storage);
    EXPECT_TRUE(bson_to_json(as_bytes(std::string_view(bson).substr(0, size)), {}, text));
  }
}

TEST(JsonBuilder, DepthIsLimited) {
  std::string bson = document([](Writer&) { return true; });
  for (int depth = 0; depth < 3; ++depth) {
    bson = document([&bson](Writer& writer) {
      return writer.write_header(Type::kDocument, kA) && writer.write_bytes(bson);
    });
  }
  HeapStorage storage;
  TextWriter text(storage);
  EXPECT_FALSE(bson_to_json(as_bytes(bson), {}, text, {3}));
  EXPECT_EQ(bson_to_json(as_bytes(bson), {}, text, {2}).bson.code, ErrorCode::kNestingTooDeep);
}

TEST(JsonBuilder, TheStackIsAskedWhileItNests) {
  const NestingLimit limit{1000, []() noexcept { return false; }};
  HeapStorage storage;
  TextWriter text(storage);
  const std::string fitting = testing::nested_documents(NestingLimit::kLevelsPerLook - 1);
  EXPECT_FALSE(bson_to_json(as_bytes(fitting), {}, text, limit));
  const std::string deeper = testing::nested_documents(NestingLimit::kLevelsPerLook);
  const BsonToJsonError error = bson_to_json(as_bytes(deeper), {}, text, limit);
  EXPECT_EQ(error.bson.code, ErrorCode::kBuilderFailed);
  EXPECT_EQ(error.value, JsonWriteError::kStackExhausted);
}

// Fails the Nth allocation until none is left to fail.
class FailingStorage final : public Storage {
 public:
  explicit FailingStorage(int allowed) : allowed_(allowed) {}
  std::span<std::byte> grow(std::size_t used, std::size_t capacity) noexcept override {
    return allowed_-- > 0 ? heap_.grow(used, capacity) : std::span<std::byte>();
  }

 private:
  HeapStorage heap_;
  int allowed_;
};

TEST(JsonBuilder, LackOfMemoryIsAnErrorEverywhere) {
  const std::string bson = document([](Writer& writer) {
    return writer.write_string_element(Type::kString, kA, std::string(5000, 'x')) &&
           writer.write_binary_element({"b", 2}, BinarySubtype::kGeneric, std::string(9000, 'y'));
  });
  for (int allowed = 0;; ++allowed) {
    FailingStorage storage(allowed);
    TextWriter text(storage);
    const BsonToJsonError error = bson_to_json(as_bytes(bson), {}, text);
    if (!error) {
      EXPECT_GT(allowed, 2);
      break;
    }
    EXPECT_EQ(error.value, JsonWriteError::kOutOfMemory);
  }
}

TEST(JsonBuilder, Streams) {
  const std::string one = document(
      [](Writer& writer) { return writer.write_element(Type::kInt32, kA, std::int32_t{1}); });
  HeapStorage storage;
  TextWriter text(storage);
  const std::string two = one + one;
  EXPECT_FALSE(bson_stream_to_json(as_bytes(two), {}, JsonFraming::kLines, text));
  EXPECT_EQ(text.text(), "{\"a\": 1}\n{\"a\": 1}\n");
  text.rewind(0);
  EXPECT_FALSE(bson_stream_to_json(as_bytes(two), {}, JsonFraming::kArray, text));
  EXPECT_EQ(text.text(), "[{\"a\": 1}, {\"a\": 1}]");
  const std::string broken = one + one.substr(0, 6);
  const BsonToJsonError error =
      bson_stream_to_json(as_bytes(broken), {}, JsonFraming::kLines, text);
  EXPECT_EQ(error.bson.code, ErrorCode::kInvalidLength);
  EXPECT_EQ(error.bson.offset, one.size());
}

}  // namespace
}  // namespace bsonpp
