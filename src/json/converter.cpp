#include "converter.h"

#include <bsonpp/array_index.h>
#include <bsonpp/json_to_bson.h>

#include <limits>
#include <new>

namespace bsonpp {

namespace {

using simdjson::dom::element_type;

constexpr std::string_view kIdKey = "_id";

constexpr bool is_within_int32(std::int64_t number) noexcept {
  return number >= std::numeric_limits<std::int32_t>::min() &&
         number <= std::numeric_limits<std::int32_t>::max();
}

}  // namespace

bool JsonConverter::Fields::find(std::string_view key, JsonElement& value) const noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    const JsonField field = (*this)[i];
    if (field.key == key) {
      value = field.value;
      return true;
    }
  }
  return false;
}

bool JsonConverter::Fields::find_string(std::string_view key,
                                        std::string_view& text) const noexcept {
  JsonElement value;
  return find(key, value) && value.get(text) == simdjson::SUCCESS;
}

JsonWrapper JsonConverter::Fields::wrapper() const noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    const JsonWrapper wrapper = json_wrapper_of((*this)[i].key);
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

bool JsonConverter::root(JsonElement element) {
  simdjson::dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return fail(JsonErrorCode::kNotAnObject);
  const Fields fields(stack_, object);
  // A wrapper stands for a value that is no document.
  if (fields.wrapper() != JsonWrapper::kNone) return fail(JsonErrorCode::kNotAnObject);
  std::size_t start = 0;
  if (!written(writer_.begin_document(start))) return false;
  // bson.encode() writes the outermost document's "_id" first.
  JsonElement id;
  if (fields.find(kIdKey, id) && !field({kIdKey, id})) return false;
  return body(fields, kIdKey) && written(writer_.end_document(start));
}

bool JsonConverter::body(const Fields& fields, std::string_view skipped_key) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const JsonField next = fields[i];
    if (!skipped_key.empty() && next.key == skipped_key) continue;
    if (!field(next)) return false;
  }
  return true;
}

bool JsonConverter::field(const JsonField& field) {
  if (contains_nul(field.key)) return fail(JsonErrorCode::kEmbeddedNul);
  return element(field.terminated_key(), field.value);
}

bool JsonConverter::element(std::string_view key, JsonElement value) {
  switch (value.type()) {
    case element_type::STRING:
      return string_element(Type::kString, key, value.get_string().value_unsafe());
    case element_type::INT64:
      return integer_element(key, value.get_int64().value_unsafe());
    case element_type::UINT64:  // those beyond int64 only
      return fail(JsonErrorCode::kNumberOutOfRange);
    case element_type::DOUBLE:
      return written(writer_.write_element(Type::kDouble, key, value.get_double().value_unsafe()));
    case element_type::BOOL: {
      const auto byte = static_cast<std::uint8_t>(value.get_bool().value_unsafe() ? 1 : 0);
      return written(writer_.write_element(Type::kBoolean, key, byte));
    }
    case element_type::NULL_VALUE:
      return written(writer_.write_header(Type::kNull, key));
    case element_type::OBJECT:
      return object_element(key, value.get_object().value_unsafe());
    case element_type::ARRAY:
      return array_element(key, value.get_array().value_unsafe());
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

bool JsonConverter::object_element(std::string_view key, simdjson::dom::object object) {
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

bool JsonConverter::array_element(std::string_view key, simdjson::dom::array array) {
  std::size_t start = 0;
  if (!written(writer_.begin_document_element(Type::kArray, key, start)) || !enter()) return false;
  ArrayIndex index;
  for (const JsonElement item : array) {
    if (!element(index.key(), item)) return false;
    index.advance();
  }
  leave();
  return written(writer_.end_document(start));
}

JsonErrorCode try_json_to_bson(std::string_view text, JsonParser& parser, Writer& writer,
                               std::size_t max_depth) noexcept {
  JsonElement root;
  if (const JsonErrorCode code = parser.parse(text, root); code != JsonErrorCode::kOk) return code;
  try {
    JsonConverter converter(writer, parser.fields(), max_depth);
    return converter.root(root) ? JsonErrorCode::kOk : converter.error();
  } catch (const std::bad_alloc&) {
    return JsonErrorCode::kOutOfMemory;
  }
}

JsonError json_to_bson(std::string_view text, JsonParser& parser, Writer& writer,
                       std::size_t max_depth) noexcept {
  const JsonErrorCode code = try_json_to_bson(text, parser, writer, max_depth);
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
