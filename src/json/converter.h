// Walks simdjson's tape and drives a Writer.
#pragma once

#include <bsonpp/json_parser.h>
#include <bsonpp/json_scalars.h>
#include <bsonpp/nesting.h>
#include <bsonpp/writer.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bsonpp {

// Every function returns false when it failed; error() says why. Keys include their zero byte, as
// the writer wants them. Throws std::bad_alloc.
class JsonConverter {
 public:
  // Reads what `parser` has parsed. Its stack is empty, and is so again at the end.
  JsonConverter(Writer& writer, JsonParser& parser, NestingLimit limit) noexcept
      : writer_(writer), limit_(limit), tape_(parser.tape()), stack_(parser.fields()) {}

  bool root(JsonElement whole);
  JsonErrorCode error() const noexcept { return error_; }

 private:
  // The fields of one object, which stay on the stack while this lives.
  class Fields;

  bool element(std::string_view key, JsonElement value);
  bool object_element(std::string_view key, JsonElement object);
  bool array_element(std::string_view key, JsonElement array);
  bool string_element(Type type, std::string_view key, std::string_view text);
  bool integer_element(std::string_view key, std::int64_t number);
  bool document_element(Type type, std::string_view key, const Fields& fields);
  bool body(const Fields& fields, std::string_view skipped_key = {});
  bool field(std::string_view key, JsonElement value);

  // Extended JSON's types, in wrappers.cpp.
  bool wrapper_element(JsonWrapper wrapper, std::string_view key, const Fields& fields);
  bool object_id_element(std::string_view key, std::string_view hex);
  bool date_element(std::string_view key, JsonElement date);
  bool number_element(JsonWrapper wrapper, std::string_view key, JsonElement number);
  bool decimal_element(std::string_view key, std::string_view text);
  bool key_bound_element(Type type, std::string_view key, JsonElement one);
  bool binary_element(std::string_view key, const Fields& fields);
  bool base64_element(std::string_view key, std::string_view base64, JsonElement subtype);
  bool uuid_element(std::string_view key, std::string_view text);
  bool timestamp_element(std::string_view key, JsonElement parts);
  bool code_element(std::string_view key, const Fields& fields);
  bool regex_element(std::string_view key, std::string_view pattern, std::string_view options);
  bool regular_expression_element(std::string_view key, JsonElement parts);
  bool legacy_regex_element(std::string_view key, const Fields& fields);
  bool dbref_element(std::string_view key, const Fields& fields);
  bool fields_beyond_dbref(const Fields& fields);
  bool db_pointer_element(std::string_view key, JsonElement reference);

  bool enter() {
    if (++depth_ > limit_.levels) return fail(JsonErrorCode::kNestingTooDeep);
    return limit_.stack_holds(depth_) || fail(JsonErrorCode::kStackExhausted);
  }
  void leave() noexcept { --depth_; }
  bool fail(JsonErrorCode code) noexcept {
    error_ = code;
    return false;
  }
  bool invalid() noexcept { return fail(JsonErrorCode::kInvalidWrapper); }
  bool written(bool success) noexcept;

  Writer& writer_;
  NestingLimit limit_;
  std::size_t depth_ = 0;
  JsonErrorCode error_ = JsonErrorCode::kOk;
  const JsonTape& tape_;
  JsonFieldStack& stack_;
  std::vector<char> scratch_;
};

class JsonConverter::Fields {
 public:
  Fields(JsonFieldStack& stack, JsonElement object)
      : stack_(stack), base_(stack.push(object)), count_(stack.size() - base_) {}
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;
  ~Fields() { stack_.drop(base_); }

  std::size_t size() const noexcept { return count_; }
  std::string_view key(std::size_t index) const noexcept { return stack_.key(base_ + index); }
  JsonElement value(std::size_t index) const noexcept { return stack_.value(base_ + index); }

  // The value of `key`; false when there is none.
  bool find(std::string_view key, JsonElement& value) const noexcept;
  bool find_string(std::string_view key, std::string_view& text) const noexcept;
  // What the first key of a type wrapper names, as json_util decides.
  JsonWrapper wrapper() const noexcept;

 private:
  JsonFieldStack& stack_;
  std::size_t base_;
  std::size_t count_;
};

}  // namespace bsonpp
