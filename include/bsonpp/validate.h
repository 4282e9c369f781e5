// Validation: a builder that makes nothing.
#pragma once

#include <bsonpp/civil_time.h>
#include <bsonpp/cursor.h>
#include <bsonpp/nesting.h>
#include <bsonpp/utf8.h>
#include <bsonpp/walker.h>

#include <cstdint>
#include <string_view>

namespace bsonpp {

struct ValidationRules {
  bool check_utf8 = true;             // keys, strings, code and regular expressions
  bool check_datetime_range = false;  // datetimes within the years 1 to 9999
};

// A builder for Walker that only looks. A value is whether it is well formed.
class Validator {
 public:
  using Value = bool;
  struct Document {};
  struct Array {};

  explicit Validator(ValidationRules rules = {}) noexcept : rules_(rules) {}

  static bool failed(bool value) noexcept { return !value; }
  ErrorCode read_key(Cursor& cursor, Document&) noexcept {
    std::string_view key;
    const ErrorCode code = cursor.read_cstring(key);
    if (code != ErrorCode::kOk) return code;
    return text_ok(key) ? ErrorCode::kOk : ErrorCode::kInvalidUtf8;
  }
  static bool append(Document&, bool) noexcept { return true; }
  static bool append(Array&, bool) noexcept { return true; }
  static Visit begin_document(Bytes, Document&, bool&) noexcept { return Visit::kDescend; }
  static Visit begin_scope(std::string_view, Bytes, Document&, bool&) noexcept {
    return Visit::kDescend;
  }
  static Visit begin_array(Bytes, Array&, bool&) noexcept { return Visit::kDescend; }
  static bool end_document(Document&) noexcept { return true; }
  static bool end_scope(Document&) noexcept { return true; }
  static bool end_array(Array&) noexcept { return true; }
  static void abandon(Document&) noexcept {}
  static void abandon(Array&) noexcept {}
  static void note_field(const Document&) noexcept {}
  static bool enter(std::size_t) noexcept { return true; }
  static void leave() noexcept {}

  static bool double_value(double) noexcept { return true; }
  bool string_value(std::string_view text) const noexcept { return text_ok(text); }
  bool symbol_value(std::string_view text) const noexcept { return text_ok(text); }
  static bool binary_value(BinarySubtype, Bytes) noexcept { return true; }
  static bool undefined_value() noexcept { return true; }
  static bool null_value() noexcept { return true; }
  static bool boolean_value(bool) noexcept { return true; }
  static bool object_id_value(Bytes) noexcept { return true; }
  bool datetime_value(std::int64_t millis) const noexcept {
    return !rules_.check_datetime_range || (millis >= kMinCivilMillis && millis <= kMaxCivilMillis);
  }
  bool regex_value(std::string_view pattern, std::string_view flags) const noexcept {
    return text_ok(pattern) && text_ok(flags);
  }
  bool db_pointer_value(std::string_view collection, Bytes) const noexcept {
    return text_ok(collection);
  }
  bool code_value(std::string_view text) const noexcept { return text_ok(text); }
  bool code_with_scope_value(std::string_view text, bool) const noexcept { return text_ok(text); }
  static bool int32_value(std::int32_t) noexcept { return true; }
  static bool int64_value(std::int64_t) noexcept { return true; }
  static bool timestamp_value(std::uint32_t, std::uint32_t) noexcept { return true; }
  static bool decimal128_value(Bytes) noexcept { return true; }
  static bool min_key_value() noexcept { return true; }
  static bool max_key_value() noexcept { return true; }

 protected:
  bool text_ok(std::string_view text) const noexcept { return !rules_.check_utf8 || is_utf8(text); }

 private:
  ValidationRules rules_;
};

// Whether `bytes` are one whole well-formed document. The error says what is wrong, and at which
// offset it was noticed; kBuilderFailed stands for a rule that a value breaks, kNestingTooDeep for
// more levels than `limit` allows or than the stack holds.
Error validate(Bytes bytes, ValidationRules rules = {}, NestingLimit limit = {}) noexcept;

}  // namespace bsonpp
