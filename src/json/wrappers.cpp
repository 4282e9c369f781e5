// Extended JSON's type wrappers, in their usual form.
#include "converter.h"

#include <bsonpp/base64.h>
#include <bsonpp/civil_time.h>
#include <bsonpp/decimal128.h>

#include <array>

namespace bsonpp {

namespace {

std::int64_t floor_millis(std::int64_t micros) noexcept {
  return micros / 1000 - (micros % 1000 < 0 ? 1 : 0);
}

// json_util gives a DBRef's further fields to DBRef() by their names, which fails for these.
bool is_parameter_of_dbref(std::string_view key) noexcept {
  return key == "self" || key == "collection" || key == "id" || key == "database" ||
         key == "_extra";
}

}  // namespace

bool JsonConverter::wrapper_element(JsonWrapper wrapper, std::string_view key,
                                    const Fields& fields) {
  switch (wrapper) {
    case JsonWrapper::kBinary:
      return binary_element(key, fields);
    case JsonWrapper::kCode:
      return code_element(key, fields);
    case JsonWrapper::kRegex:
      return legacy_regex_element(key, fields);
    case JsonWrapper::kRef:
      return dbref_element(key, fields);
    default:
      break;
  }
  // All others have one field only.
  if (fields.size() != 1) return invalid();
  const JsonElement value = fields.value(0);
  std::string_view text;
  switch (wrapper) {
    case JsonWrapper::kOid:
      return tape_.get(value, text) ? object_id_element(key, text) : invalid();
    case JsonWrapper::kDate:
      return date_element(key, value);
    case JsonWrapper::kNumberInt:
    case JsonWrapper::kNumberLong:
    case JsonWrapper::kNumberDouble:
      return number_element(wrapper, key, value);
    case JsonWrapper::kNumberDecimal:
      return tape_.get(value, text) ? decimal_element(key, text) : invalid();
    case JsonWrapper::kMinKey:
      return key_bound_element(Type::kMinKey, key, value);
    case JsonWrapper::kMaxKey:
      return key_bound_element(Type::kMaxKey, key, value);
    case JsonWrapper::kUuid:
      return tape_.get(value, text) ? uuid_element(key, text) : invalid();
    case JsonWrapper::kTimestamp:
      return timestamp_element(key, value);
    case JsonWrapper::kRegularExpression:
      return regular_expression_element(key, value);
    case JsonWrapper::kSymbol:
      return tape_.get(value, text) ? string_element(Type::kString, key, text) : invalid();
    case JsonWrapper::kUndefined:
      return value.is_boolean() ? written(writer_.write_header(Type::kNull, key)) : invalid();
    case JsonWrapper::kDbPointer:
      return db_pointer_element(key, value);
    default:
      return invalid();
  }
}

bool JsonConverter::object_id_element(std::string_view key, std::string_view hex) {
  std::array<char, kObjectIdSize> bytes{};
  if (!parse_hex(hex, bytes.data(), bytes.size())) return invalid();
  return written(
      writer_.write_element(Type::kObjectId, key, std::string_view(bytes.data(), bytes.size())));
}

bool JsonConverter::date_element(std::string_view key, JsonElement date) {
  std::int64_t millis = 0;
  std::string_view text;
  if (tape_.get(date, text)) {
    std::int64_t micros = 0;
    if (!parse_iso_datetime(text, micros)) return invalid();
    millis = floor_millis(micros);
  } else if (date.type() == JsonType::kObject) {
    const Fields fields(stack_, date);
    if (fields.size() != 1 || !fields.find_string("$numberLong", text) ||
        !parse_integer(text, millis)) {
      return invalid();
    }
  } else if (!date.get(millis)) {
    return invalid();
  }
  // json_util makes a datetime of it.
  if (millis < kMinCivilMillis || millis > kMaxCivilMillis) return invalid();
  return written(writer_.write_element(Type::kDatetime, key, millis));
}

bool JsonConverter::number_element(JsonWrapper wrapper, std::string_view key, JsonElement number) {
  std::string_view text;
  if (!tape_.get(number, text)) return invalid();
  if (wrapper == JsonWrapper::kNumberDouble) {
    double value = 0;
    return parse_double(text, value) ? written(writer_.write_element(Type::kDouble, key, value))
                                     : invalid();
  }
  std::int64_t value = 0;
  if (!parse_integer(text, value)) return invalid();
  if (wrapper == JsonWrapper::kNumberInt) return integer_element(key, value);
  return written(writer_.write_element(Type::kInt64, key, value));
}

bool JsonConverter::decimal_element(std::string_view key, std::string_view text) {
  std::array<char, kDecimal128Size> bytes{};
  if (!parse_decimal128(text, bytes)) return invalid();
  return written(
      writer_.write_element(Type::kDecimal128, key, std::string_view(bytes.data(), bytes.size())));
}

bool JsonConverter::key_bound_element(Type type, std::string_view key, JsonElement one) {
  std::int64_t number = 0;
  if (!one.get(number) || number != 1) return invalid();
  return written(writer_.write_header(type, key));
}

bool JsonConverter::binary_element(std::string_view key, const Fields& fields) {
  JsonElement content;
  JsonElement subtype;
  std::string_view base64;
  if (!fields.find("$binary", content)) return invalid();
  if (tape_.get(content, base64)) {
    return fields.size() == 2 && fields.find("$type", subtype)
               ? base64_element(key, base64, subtype)
               : invalid();
  }
  if (fields.size() != 1 || content.type() != JsonType::kObject) return invalid();
  const Fields parts(stack_, content);
  return parts.size() == 2 && parts.find_string("base64", base64) && parts.find("subType", subtype)
             ? base64_element(key, base64, subtype)
             : invalid();
}

bool JsonConverter::base64_element(std::string_view key, std::string_view base64,
                                   JsonElement subtype) {
  std::string_view hex;
  std::uint8_t byte = 0;
  if (!tape_.get(subtype, hex) || !parse_subtype(hex, byte) || !parse_base64(base64, scratch_)) {
    return invalid();
  }
  return written(writer_.write_binary_element(key, static_cast<BinarySubtype>(byte),
                                              {scratch_.data(), scratch_.size()}));
}

bool JsonConverter::uuid_element(std::string_view key, std::string_view text) {
  std::array<char, 16> bytes{};
  if (!parse_uuid(text, bytes.data())) return invalid();
  return written(
      writer_.write_binary_element(key, BinarySubtype::kUuid, {bytes.data(), bytes.size()}));
}

bool JsonConverter::timestamp_element(std::string_view key, JsonElement parts) {
  if (parts.type() != JsonType::kObject) return invalid();
  const Fields fields(stack_, parts);
  JsonElement time_part;
  JsonElement increment_part;
  std::uint32_t time = 0;
  std::uint32_t increment = 0;
  if (fields.size() != 2 || !fields.find("t", time_part) || !fields.find("i", increment_part) ||
      !time_part.get(time) || !increment_part.get(increment)) {
    return invalid();
  }
  return written(
      writer_.write_element(Type::kTimestamp, key, std::uint64_t{time} << 32U | increment));
}

bool JsonConverter::code_element(std::string_view key, const Fields& fields) {
  std::string_view code;
  JsonElement scope_value;
  if (!fields.find_string("$code", code)) return invalid();
  if (fields.size() == 1) return string_element(Type::kCode, key, code);
  if (fields.size() != 2 || !fields.find("$scope", scope_value) ||
      scope_value.type() != JsonType::kObject) {
    return invalid();
  }
  const Fields scope(stack_, scope_value);
  if (scope.wrapper() != JsonWrapper::kNone) return invalid();
  std::size_t start = 0;
  std::size_t scope_start = 0;
  if (!written(writer_.begin_document_element(Type::kCodeWithScope, key, start) &&
               writer_.write_string(code) && writer_.begin_document(scope_start)) ||
      !enter() || !body(scope)) {
    return false;
  }
  leave();
  if (!written(writer_.end_document(scope_start))) return false;
  writer_.patch_length(start);
  return true;
}

bool JsonConverter::regex_element(std::string_view key, std::string_view pattern,
                                  std::string_view options) {
  // PyMongo's Regex keeps these flags only, and writes them in this order.
  std::array<char, 7> flags{};
  std::size_t count = 0;
  for (const char flag : std::string_view("ilmsux")) {
    if (options.find(flag) != std::string_view::npos) flags[count++] = flag;
  }
  return written(writer_.write_header(Type::kRegex, key) && writer_.write_cstring(pattern) &&
                 writer_.write_cstring({flags.data(), count}));
}

bool JsonConverter::regular_expression_element(std::string_view key, JsonElement parts) {
  if (parts.type() != JsonType::kObject) return invalid();
  const Fields fields(stack_, parts);
  std::string_view pattern;
  std::string_view options;
  if (fields.size() != 2 || !fields.find_string("pattern", pattern) ||
      !fields.find_string("options", options)) {
    return invalid();
  }
  return regex_element(key, pattern, options);
}

bool JsonConverter::legacy_regex_element(std::string_view key, const Fields& fields) {
  std::string_view pattern;
  std::string_view options;
  if (!fields.find_string("$regex", pattern)) return invalid();
  if (fields.size() != 1 && (fields.size() != 2 || !fields.find_string("$options", options))) {
    return invalid();
  }
  return regex_element(key, pattern, options);
}

bool JsonConverter::dbref_element(std::string_view key, const Fields& fields) {
  std::string_view collection;
  std::string_view database;
  JsonElement id;
  if (!fields.find_string("$ref", collection) || !fields.find("$id", id)) return invalid();
  JsonElement named;
  const bool has_database = fields.find("$db", named);
  if (has_database && !tape_.get(named, database)) return invalid();
  // A DBRef is written in this order whatever the text's.
  std::size_t start = 0;
  if (!written(writer_.begin_document_element(Type::kDocument, key, start)) || !enter() ||
      !string_element(Type::kString, {"$ref", 5}, collection) || !element({"$id", 4}, id) ||
      (has_database && !string_element(Type::kString, {"$db", 4}, database)) ||
      !fields_beyond_dbref(fields)) {
    return false;
  }
  leave();
  return written(writer_.end_document(start));
}

bool JsonConverter::fields_beyond_dbref(const Fields& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string_view key = fields.key(i);
    if (key == "$ref" || key == "$id" || key == "$db") continue;
    if (is_parameter_of_dbref(key)) return invalid();
    if (!field(key, fields.value(i))) return false;
  }
  return true;
}

bool JsonConverter::db_pointer_element(std::string_view key, JsonElement reference) {
  if (reference.type() != JsonType::kObject) return invalid();
  const Fields fields(stack_, reference);
  JsonElement id;
  std::string_view text;
  // Its $id must be an ObjectId, which a DBRef's need not be.
  if (fields.size() != 2 || fields.wrapper() != JsonWrapper::kRef || !fields.find("$id", id) ||
      id.type() != JsonType::kObject) {
    return invalid();
  }
  {
    const Fields id_fields(stack_, id);
    if (id_fields.size() != 1 || !id_fields.find_string("$oid", text)) return invalid();
  }
  return dbref_element(key, fields);
}

}  // namespace bsonpp
