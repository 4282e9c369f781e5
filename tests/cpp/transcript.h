// A builder that writes down what the walker gives it.
#pragma once

#include <bsonpp/cursor.h>
#include <bsonpp/type.h>
#include <bsonpp/walker.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace bsonpp::testing {

// A value is its text, and an empty text is a failure. A document is "{key:value ...}".
class Transcript {
 public:
  using Value = std::string;
  struct Document {
    std::string key;
    std::string text;
  };
  struct Array {
    std::string text;
  };

  // Balanced calls: each must be zero once a walk is over, however it ended.
  int open = 0;
  int depth = 0;
  // Values to go before the builder refuses one; negative for never.
  int refuse_after = -1;

  static bool failed(const Value& value) { return value.empty(); }
  static ErrorCode read_key(Cursor& cursor, Document& document) {
    std::string_view key;
    const ErrorCode code = cursor.read_cstring(key);
    if (code == ErrorCode::kOk) document.key = key;
    return code;
  }
  static void note_field(const Document& /*document*/) {}
  static bool append(Document& document, Value value) {
    document.text += document.text.empty() ? "" : " ";
    document.text += document.key + ":" + value;
    return true;
  }
  static bool append(Array& array, Value value) {
    array.text += array.text.empty() ? "" : " ";
    array.text += value;
    return true;
  }

  Visit begin_document(Bytes /*bytes*/, Document& /*inner*/, Value& /*taken*/) { return begin(); }
  Visit begin_scope(std::string_view /*code*/, Bytes /*bytes*/, Document& /*inner*/,
                    Value& /*taken*/) {
    return begin();
  }
  Visit begin_array(Bytes /*bytes*/, Array& /*inner*/, Value& /*taken*/) { return begin(); }
  Value end_document(Document& inner) { return end("{" + inner.text + "}"); }
  Value end_scope(Document& inner) { return end("{" + inner.text + "}"); }
  Value end_array(Array& inner) { return end("[" + inner.text + "]"); }
  void abandon(Document& /*inner*/) { --open; }
  void abandon(Array& /*inner*/) { --open; }
  bool enter(std::size_t /*depth*/) {
    ++depth;
    return true;
  }
  void leave() { --depth; }

  Value double_value(double number) { return made(std::to_string(number)); }
  Value string_value(std::string_view text) { return made(quoted(text)); }
  Value binary_value(BinarySubtype subtype, Bytes bytes) {
    return made("binary" + std::to_string(static_cast<int>(subtype)) + "/" +
                std::to_string(bytes.size()));
  }
  Value undefined_value() { return made("undefined"); }
  Value object_id_value(Bytes bytes) { return made("id" + quoted(as_text(bytes))); }
  Value boolean_value(bool flag) { return made(flag ? "true" : "false"); }
  Value datetime_value(std::int64_t millis) { return made(std::to_string(millis) + "ms"); }
  Value null_value() { return made("null"); }
  Value regex_value(std::string_view pattern, std::string_view flags) {
    return made("/" + std::string(pattern) + "/" + std::string(flags));
  }
  Value db_pointer_value(std::string_view collection, Bytes id) {
    return made("pointer" + quoted(collection) + quoted(as_text(id)));
  }
  Value code_value(std::string_view text) { return made("code" + quoted(text)); }
  Value symbol_value(std::string_view text) { return made("symbol" + quoted(text)); }
  Value code_with_scope_value(std::string_view text, Value scope) {
    return made("code" + quoted(text) + scope);
  }
  Value int32_value(std::int32_t number) { return made(std::to_string(number)); }
  Value timestamp_value(std::uint32_t seconds, std::uint32_t increment) {
    return made(std::to_string(seconds) + "/" + std::to_string(increment));
  }
  Value int64_value(std::int64_t number) { return made(std::to_string(number) + "L"); }
  Value decimal128_value(Bytes bytes) { return made("decimal" + quoted(as_text(bytes))); }
  Value min_key_value() { return made("min"); }
  Value max_key_value() { return made("max"); }

 private:
  static std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }
  Visit begin() {
    ++open;
    return Visit::kDescend;
  }
  Value end(Value value) {
    --open;
    return made(std::move(value));
  }
  Value made(Value value) {
    if (refuse_after == 0) return {};
    if (refuse_after > 0) --refuse_after;
    return value;
  }
};

}  // namespace bsonpp::testing
