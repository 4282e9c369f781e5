#include "converter.h"

#include <bsonpp/array_index.h>
#include <bsonpp/json_to_bson.h>

#include <limits>
#include <new>

namespace bsonpp {

namespace {

constexpr std::string_view kIdKey = "_id";

constexpr bool is_within_int32(std::int64_t number) noexcept {
  return number >= std::numeric_limits<std::int32_t>::min() &&
         number <= std::numeric_limits<std::int32_t>::max();
}

}  // namespace

bool JsonConverter::Fields::find(std::string_view key, JsonElement& value) const noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    if (this->key(i) == key) {
      value = this->value(i);
      return true;
    }
  }
  return false;
}

bool JsonConverter::Fields::find_string(std::string_view key,
                                        std::string_view& text) const noexcept {
  JsonElement value;
  return find(key, value) && stack_.tape().get(value, text);
}

JsonWrapper JsonConverter::Fields::wrapper() const noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    const JsonWrapper wrapper = json_wrapper_of(key(i));
    if (wrapper != JsonWrapper::kNone) return wrapper;
  }
  return JsonWrapper::kNone;
}

bool JsonConverter::written(bool success) noexcept {
  if (success) [[likely]] {
    return true;
  }
  switch (writer_.error().code) {
    case ErrorCode::kDocumentTooLarge:
      return fail(JsonErrorCode::kTooLarge);
    case ErrorCode::kEmbeddedNul:
      return fail(JsonErrorCode::kEmbeddedNul);
    default:
      return fail(JsonErrorCode::kOutOfMemory);
  }
}

bool JsonConverter::root(JsonElement whole) {
  if (whole.type() != JsonType::kObject) return fail(JsonErrorCode::kNotAnObject);
  const Fields fields(stack_, whole);
  // A wrapper stands for a value that is no document.
  if (fields.wrapper() != JsonWrapper::kNone) return fail(JsonErrorCode::kNotAnObject);
  std::size_t start = 0;
  if (!written(writer_.begin_document(start))) return false;
  // bson.encode() writes the outermost document's "_id" first.
  JsonElement id;
  if (fields.find(kIdKey, id) && !element({"_id", 4}, id)) return false;
  return body(fields, kIdKey) && written(writer_.end_document(start));
}

bool JsonConverter::body(const Fields& fields, std::string_view skipped_key) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string_view key = fields.key(i);
    if (!skipped_key.empty() && key == skipped_key) continue;
    if (!field(key, fields.value(i))) return false;
  }
  return true;
}

bool JsonConverter::field(std::string_view key, JsonElement value) {
  if (contains_nul(key)) return fail(JsonErrorCode::kEmbeddedNul);
  // With the zero byte that ends it.
  return element({key.data(), key.size() + 1}, value);
}

bool JsonConverter::element(std::string_view key, JsonElement value) {
  switch (value.type()) {
    case JsonType::kString:
      return string_element(Type::kString, key, tape_.string(value));
    case JsonType::kInt64:
      return integer_element(key, value.int64());
    case JsonType::kUint64:  // those beyond int64 only
      return fail(JsonErrorCode::kNumberOutOfRange);
    case JsonType::kDouble:
      return written(writer_.write_element(Type::kDouble, key, value.float64()));
    case JsonType::kTrue:
      return written(writer_.write_element(Type::kBoolean, key, std::uint8_t{1}));
    case JsonType::kFalse:
      return written(writer_.write_element(Type::kBoolean, key, std::uint8_t{0}));
    case JsonType::kNull:
      return written(writer_.write_header(Type::kNull, key));
    case JsonType::kObject:
      return object_element(key, value);
    case JsonType::kArray:
      return array_element(key, value);
  }
  return fail(JsonErrorCode::kMalformed);
}

bool JsonConverter::string_element(Type type, std::string_view key, std::string_view text) {
  return written(writer_.write_string_element(type, key, text));
}

bool JsonConverter::integer_element(std::string_view key, std::int64_t number) {
  if (is_within_int32(number)) {
    return written(writer_.write_element(Type::kInt32, key, static_cast<std::int32_t>(number)));
  }
  return written(writer_.write_element(Type::kInt64, key, number));
}

bool JsonConverter::object_element(std::string_view key, JsonElement object) {
  const Fields fields(stack_, object);
  const JsonWrapper wrapper = fields.wrapper();
  if (wrapper != JsonWrapper::kNone) return wrapper_element(wrapper, key, fields);
  return document_element(Type::kDocument, key, fields);
}

bool JsonConverter::document_element(Type type, std::string_view key, const Fields& fields) {
  std::size_t start = 0;
  if (!written(writer_.begin_document_element(type, key, start)) || !enter() || !body(fields)) {
    return false;
  }
  leave();
  return written(writer_.end_document(start));
}

bool JsonConverter::array_element(std::string_view key, JsonElement array) {
  std::size_t start = 0;
  if (!written(writer_.begin_document_element(Type::kArray, key, start)) || !enter()) return false;
  ArrayIndex index;
  for (JsonElement item = array.first(), end = tape_.end(array); item != end;
       item = tape_.next(item)) {
    if (!element(index.key(), item)) return false;
    index.advance();
  }
  leave();
  return written(writer_.end_document(start));
}

JsonErrorCode try_json_to_bson(std::string_view text, JsonParser& parser, Writer& writer,
                               NestingLimit limit) noexcept {
  JsonElement root;
  if (const JsonErrorCode code = parser.parse(text, root); code != JsonErrorCode::kOk) return code;
  try {
    JsonConverter converter(writer, parser, limit);
    return converter.root(root) ? JsonErrorCode::kOk : converter.error();
  } catch (const std::bad_alloc&) {
    return JsonErrorCode::kOutOfMemory;
  }
}

JsonError json_to_bson(std::string_view text, JsonParser& parser, Writer& writer,
                       NestingLimit limit) noexcept {
  const JsonErrorCode code = try_json_to_bson(text, parser, writer, limit);
  if (code != JsonErrorCode::kMalformed) return {code};
  try {
    // What the recognizer finds nothing wrong with is a number that simdjson could not hold.
    const JsonError located = locate_json_error(text);
    return located ? located : JsonError{JsonErrorCode::kNumberOutOfRange};
  } catch (const std::bad_alloc&) {
    return {JsonErrorCode::kOutOfMemory};
  }
}

}  // namespace bsonpp
