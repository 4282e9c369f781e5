// A builder that writes the document that is walked, as another one of the same meaning.
#pragma once

#include <bsonpp/array_index.h>
#include <bsonpp/walker.h>
#include <bsonpp/writer.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bsonpp::fuzzing {

// Writes what it is told. The one normalisation: the keys of an array become its positions, because
// the walker passes over them; saw_array() tells whether there was one.
class Rewriter {
 public:
  using Value = bool;
  struct Document {
    std::size_t start = 0;
    std::size_t code_start = 0;  // where a scope's code begins
  };
  struct Array {
    std::size_t start = 0;
  };

  explicit Rewriter(Writer& writer) noexcept : writer_(writer) {}

  bool begin(Document& document) {
    containers_.push_back({false, {}});
    return writer_.begin_document(document.start);
  }
  bool end(const Document& document) {
    containers_.pop_back();
    return writer_.end_document(document.start);
  }
  bool saw_array() const noexcept { return saw_array_; }

  static bool failed(bool value) noexcept { return !value; }
  ErrorCode read_key(Cursor& cursor, Document&) {
    std::string_view key;
    const ErrorCode code = cursor.read_cstring(key);
    if (code == ErrorCode::kOk) key_.assign(key.data(), key.size() + 1);
    return code;
  }
  static bool append(Document&, bool) noexcept { return true; }
  static bool append(Array&, bool) noexcept { return true; }
  Visit begin_document(Bytes, Document& document, bool&) {
    return open(Type::kDocument, document.start, false);
  }
  Visit begin_array(Bytes, Array& array, bool&) {
    saw_array_ = true;
    return open(Type::kArray, array.start, true);
  }
  Visit begin_scope(std::string_view code, Bytes, Document& document, bool&) {
    const std::string key = next_key();
    containers_.push_back({false, {}});
    return writer_.begin_document_element(Type::kCodeWithScope, key, document.code_start) &&
                   writer_.write_string(code) && writer_.begin_document(document.start)
               ? Visit::kDescend
               : Visit::kFailed;
  }
  bool end_document(Document& document) { return end(document); }
  bool end_array(Array& array) {
    containers_.pop_back();
    return writer_.end_document(array.start);
  }
  bool end_scope(Document& document) {
    if (!end(document)) return false;
    writer_.patch_length(document.code_start);
    return true;
  }
  static bool code_with_scope_value(std::string_view, bool) { return true; }
  void abandon(Document&) { containers_.pop_back(); }
  void abandon(Array&) { containers_.pop_back(); }
  static void note_field(const Document&) noexcept {}
  bool enter(std::size_t depth) noexcept {
    ++entered_;
    return depth == entered_;
  }
  void leave() noexcept { --entered_; }

  bool double_value(double number) { return element(Type::kDouble, number); }
  bool string_value(std::string_view text) { return string(Type::kString, text); }
  bool symbol_value(std::string_view text) { return string(Type::kSymbol, text); }
  bool code_value(std::string_view text) { return string(Type::kCode, text); }
  bool binary_value(BinarySubtype subtype, Bytes bytes) {
    return writer_.write_binary_element(next_key(), subtype, as_text(bytes));
  }
  bool undefined_value() { return header(Type::kUndefined); }
  bool null_value() { return header(Type::kNull); }
  bool boolean_value(bool truth) {
    return element(Type::kBoolean, static_cast<std::uint8_t>(truth ? 1 : 0));
  }
  bool object_id_value(Bytes bytes) {
    return writer_.write_element(Type::kObjectId, next_key(), as_text(bytes));
  }
  bool datetime_value(std::int64_t millis) { return element(Type::kDatetime, millis); }
  bool regex_value(std::string_view pattern, std::string_view flags) {
    return header(Type::kRegex) && writer_.write_cstring(pattern) && writer_.write_cstring(flags);
  }
  bool db_pointer_value(std::string_view collection, Bytes id) {
    return string(Type::kDbPointer, collection) && writer_.write_bytes(as_text(id));
  }
  bool int32_value(std::int32_t number) { return element(Type::kInt32, number); }
  bool int64_value(std::int64_t number) { return element(Type::kInt64, number); }
  bool timestamp_value(std::uint32_t time, std::uint32_t increment) {
    return element(Type::kTimestamp, (std::uint64_t{time} << 32U) | increment);
  }
  bool decimal128_value(Bytes bytes) {
    return writer_.write_element(Type::kDecimal128, next_key(), as_text(bytes));
  }
  bool min_key_value() { return header(Type::kMinKey); }
  bool max_key_value() { return header(Type::kMaxKey); }

 private:
  struct Container {
    bool is_array = false;
    ArrayIndex index;
  };

  // The key of the value that comes next, with its zero byte.
  std::string next_key() {
    Container& container = containers_.back();
    if (!container.is_array) return key_;
    std::string key(container.index.key());
    container.index.advance();
    return key;
  }
  bool header(Type type) { return writer_.write_header(type, next_key()); }
  template <typename T>
  bool element(Type type, T value) {
    return writer_.write_element(type, next_key(), value);
  }
  bool string(Type type, std::string_view text) {
    return writer_.write_string_element(type, next_key(), text);
  }
  Visit open(Type type, std::size_t& start, bool is_array) {
    const std::string key = next_key();
    containers_.push_back({is_array, {}});
    return writer_.begin_document_element(type, key, start) ? Visit::kDescend : Visit::kFailed;
  }

  Writer& writer_;
  std::vector<Container> containers_;
  std::string key_;
  std::size_t entered_ = 0;
  bool saw_array_ = false;
};

}  // namespace bsonpp::fuzzing
