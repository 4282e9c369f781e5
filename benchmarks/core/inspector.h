// A builder that makes nothing: what is left of a decode when no Python object is built.
#pragma once

#include <bsonpp/cursor.h>
#include <bsonpp/utf8.h>
#include <bsonpp/walker.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bsonpp::benchmarks {

enum class Text : std::uint8_t {
  kUnchecked,  // lengths and terminators only
  kUtf8,       // keys and strings must be UTF-8: a validation of the document
};

// Accepts every value and folds each into a sum, so that no read can be optimized away.
template <Text kText>
class Inspector {
 public:
  struct Value {
    bool accepted = false;
  };
  struct Document {};
  struct Array {};

  std::uint64_t sum() const noexcept { return sum_; }

  static bool failed(const Value& value) noexcept { return !value.accepted; }
  ErrorCode read_key(Cursor& cursor, Document&) noexcept {
    std::string_view key;
    const ErrorCode code = cursor.read_cstring(key);
    if (code != ErrorCode::kOk) return code;
    return check(key) ? ErrorCode::kOk : ErrorCode::kInvalidUtf8;
  }
  static bool append(Document&, Value value) noexcept { return value.accepted; }
  static bool append(Array&, Value value) noexcept { return value.accepted; }

  static Visit begin_document(Bytes, Document&, Value&) noexcept { return Visit::kDescend; }
  static Visit begin_scope(Bytes, Document&, Value&) noexcept { return Visit::kDescend; }
  static Visit begin_array(Bytes, Array&, Value&) noexcept { return Visit::kDescend; }
  static Value end_document(Document&) noexcept { return {true}; }
  static Value end_scope(Document&) noexcept { return {true}; }
  static Value end_array(Array&) noexcept { return {true}; }
  static void abandon(Document&) noexcept {}
  static void abandon(Array&) noexcept {}
  static void note_field(const Document&) noexcept {}
  static bool enter(std::size_t) noexcept { return true; }
  static void leave() noexcept {}

  Value double_value(double value) noexcept { return add(static_cast<std::uint64_t>(value > 0)); }
  Value int32_value(std::int32_t value) noexcept { return add(static_cast<std::uint32_t>(value)); }
  Value int64_value(std::int64_t value) noexcept { return add(static_cast<std::uint64_t>(value)); }
  Value boolean_value(bool value) noexcept { return add(value ? 1 : 0); }
  Value datetime_value(std::int64_t millis) noexcept { return int64_value(millis); }
  Value timestamp_value(std::uint32_t time, std::uint32_t increment) noexcept {
    return add(std::uint64_t{time} + increment);
  }
  Value string_value(std::string_view text) noexcept { return text_value(text); }
  Value code_value(std::string_view text) noexcept { return text_value(text); }
  Value symbol_value(std::string_view text) noexcept { return text_value(text); }
  Value code_with_scope_value(std::string_view code, Value) noexcept { return text_value(code); }
  Value regex_value(std::string_view pattern, std::string_view flags) noexcept {
    return check(flags) ? text_value(pattern) : Value{};
  }
  Value db_pointer_value(std::string_view collection, Bytes) noexcept {
    return text_value(collection);
  }
  Value object_id_value(Bytes bytes) noexcept { return add(bytes.size()); }
  Value decimal128_value(Bytes bytes) noexcept { return add(bytes.size()); }
  Value binary_value(BinarySubtype, Bytes bytes) noexcept { return add(bytes.size()); }
  static Value null_value() noexcept { return {true}; }
  static Value undefined_value() noexcept { return {true}; }
  static Value min_key_value() noexcept { return {true}; }
  static Value max_key_value() noexcept { return {true}; }

 private:
  static bool check(std::string_view text) noexcept {
    if constexpr (kText == Text::kUtf8) {
      return is_utf8(text);
    } else {
      return true;
    }
  }
  Value add(std::uint64_t amount) noexcept {
    sum_ += amount;
    return {true};
  }
  Value text_value(std::string_view text) noexcept {
    sum_ += text.size();
    return {check(text)};
  }

  std::uint64_t sum_ = 0;
};

}  // namespace bsonpp::benchmarks
