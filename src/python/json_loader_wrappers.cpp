// Extended JSON's type wrappers as Python objects.
#include "json_loader.h"
#include "types/binary.h"
#include "types/code.h"
#include "types/datetime.h"
#include "types/identifiers.h"
#include "types/numbers.h"
#include "types/regex.h"

#include <bsonpp/base64.h>
#include <bsonpp/civil_time.h>
#include <bsonpp/decimal128.h>

#include <array>
#include <new>

namespace pymongo_cpp {

namespace {

using bsonpp::BinarySubtype;
using bsonpp::JsonElement;
using bsonpp::JsonTape;
using bsonpp::JsonType;
using bsonpp::JsonWrapper;

// The two fields of an object that has no others; false when it is not so.
bool two_fields(const JsonTape& tape, JsonElement parts, std::string_view first,
                JsonElement& first_value, std::string_view second, JsonElement& second_value) {
  const JsonElement one = parts.first();
  if (one == tape.end(parts)) return false;
  const JsonElement other = tape.next(one.value());
  if (other == tape.end(parts) || tape.next(other.value()) != tape.end(parts)) return false;
  const bool in_order = tape.string(one) == first && tape.string(other) == second;
  first_value = in_order ? one.value() : other.value();
  second_value = in_order ? other.value() : one.value();
  return in_order || (tape.string(one) == second && tape.string(other) == first);
}

bool is_one(JsonElement element) {
  std::int64_t number = 0;
  return element.get(number) && number == 1;
}

template <std::size_t Size>
bsonpp::Bytes bytes_of(const std::array<char, Size>& bytes) {
  return bsonpp::as_bytes({bytes.data(), bytes.size()});
}

// json_util reads a UUID of subtype 4 as STANDARD, and one of subtype 3 never so.
UuidRepresentation representation_for(BinarySubtype subtype, UuidRepresentation wanted) {
  if (wanted == UuidRepresentation::kUnspecified) return wanted;
  if (subtype == BinarySubtype::kUuid) return UuidRepresentation::kStandard;
  return wanted == UuidRepresentation::kStandard ? UuidRepresentation::kPythonLegacy : wanted;
}

}  // namespace

Ref JsonLoader::wrapped_value(JsonWrapper wrapper, JsonElement content) {
  std::string_view text;
  if (wrapper == JsonWrapper::kDate) return date_value(content);
  if (tape_.get(content, text)) {
    switch (wrapper) {
      case JsonWrapper::kOid:
        return object_id_value(text);
      case JsonWrapper::kNumberInt:
      case JsonWrapper::kNumberLong:
      case JsonWrapper::kNumberDouble:
      case JsonWrapper::kNumberDecimal:
        return number_value(wrapper, text);
      case JsonWrapper::kUuid:
        return uuid_value(text);
      case JsonWrapper::kSymbol:
        return string_value(text);
      case JsonWrapper::kCode: {
        const Ref code = string_value(text);
        return code ? make_code(state_, code.get(), nullptr) : Ref();
      }
      default:
        return Ref();
    }
  }
  if (content.type() == JsonType::kObject) {
    switch (wrapper) {
      case JsonWrapper::kBinary:
        return binary_value(content);
      case JsonWrapper::kTimestamp:
        return timestamp_value(content);
      case JsonWrapper::kRegularExpression:
        return regex_value(content);
      default:
        return Ref();
    }
  }
  if (wrapper == JsonWrapper::kUndefined && content.is_boolean()) {
    return Ref::share(Py_None);
  }
  if (!is_one(content)) return Ref();
  if (wrapper == JsonWrapper::kMinKey) {
    return Ref::steal(PyObject_CallNoArgs(state_.types.min_key.get()));
  }
  if (wrapper == JsonWrapper::kMaxKey) {
    return Ref::steal(PyObject_CallNoArgs(state_.types.max_key.get()));
  }
  return Ref();
}

Ref JsonLoader::object_id_value(std::string_view hex) {
  std::array<char, bsonpp::kObjectIdSize> bytes{};
  if (!bsonpp::parse_hex(hex, bytes.data(), bytes.size())) return Ref();
  return make_object_id(state_, bytes_of(bytes));
}

Ref JsonLoader::date_value(JsonElement date) {
  std::string_view text;
  std::int64_t millis = 0;
  if (tape_.get(date, text)) return date_of_text(text);
  if (date.type() == JsonType::kObject) {
    const JsonElement key = date.first();
    if (!date.has_one_field() || tape_.string(key) != "$numberLong" ||
        !tape_.get(key.value(), text) || !bsonpp::parse_integer(text, millis)) {
      return Ref();
    }
  } else if (!date.get(millis)) {
    return Ref();
  }
  return make_datetime(state_, options_, millis);
}

// A text keeps its microseconds, and does not care for the ends of the calendar in other time
// zones.
Ref JsonLoader::date_of_text(std::string_view text) {
  std::int64_t micros = 0;
  if (!bsonpp::parse_iso_datetime(text, micros)) return Ref();
  std::int64_t millis = micros / 1000;
  auto rest = static_cast<int>(micros % 1000);
  if (rest < 0) {
    rest += 1000;
    --millis;
  }
  if (options_.datetime_conversion == DatetimeConversion::kMilliseconds) {
    return make_datetime(state_, options_, millis);
  }
  const bsonpp::CivilTime time = bsonpp::civil_from_millis(millis);
  const PyDateTime_CAPI* api = state_.datetime_api;
  PyObject* zone = options_.tz_aware ? state_.types.utc.get() : Py_None;
  Ref made = Ref::steal(api->DateTime_FromDateAndTime(
      static_cast<int>(time.year), time.month, time.day, time.hour, time.minute, time.second,
      time.microsecond + rest, zone, api->DateTimeType));
  if (!made || !options_.tz_aware || options_.tzinfo == Py_None ||
      options_.tzinfo == state_.types.utc.get()) {
    return made;
  }
  return Ref::steal(
      PyObject_CallMethodOneArg(made.get(), state_.names.astimezone.get(), options_.tzinfo));
}

Ref JsonLoader::number_value(JsonWrapper wrapper, std::string_view text) {
  std::int64_t integer = 0;
  double number = 0;
  std::array<char, bsonpp::kDecimal128Size> decimal{};
  switch (wrapper) {
    case JsonWrapper::kNumberInt:
      return bsonpp::parse_integer(text, integer) ? Ref::steal(PyLong_FromLongLong(integer))
                                                  : Ref();
    case JsonWrapper::kNumberLong:
      return bsonpp::parse_integer(text, integer) ? make_int64(state_, integer) : Ref();
    case JsonWrapper::kNumberDouble:
      return bsonpp::parse_double(text, number) ? Ref::steal(PyFloat_FromDouble(number)) : Ref();
    default:
      return bsonpp::parse_decimal128(text, decimal) ? make_decimal128(state_, bytes_of(decimal))
                                                     : Ref();
  }
}

Ref JsonLoader::binary_value(JsonElement parts) {
  JsonElement base64;
  JsonElement subtype_element;
  std::string_view text;
  std::string_view hex;
  std::uint8_t byte = 0;
  if (!two_fields(tape_, parts, "base64", base64, "subType", subtype_element) ||
      !tape_.get(base64, text) || !tape_.get(subtype_element, hex) ||
      !bsonpp::parse_subtype(hex, byte)) {
    return Ref();
  }
  try {
    if (!bsonpp::parse_base64(text, scratch_)) return Ref();
  } catch (const std::bad_alloc&) {
    return Ref();
  }
  const bsonpp::Bytes bytes = bsonpp::as_bytes({scratch_.data(), scratch_.size()});
  const auto subtype = static_cast<BinarySubtype>(byte);
  switch (subtype) {
    case BinarySubtype::kGeneric:
      return make_bytes(bytes);
    case BinarySubtype::kOldUuid:
    case BinarySubtype::kUuid:
      return make_uuid(state_, representation_for(subtype, options_.uuid_representation), subtype,
                       bytes);
    default:
      return make_binary(state_, subtype, bytes);
  }
}

Ref JsonLoader::uuid_value(std::string_view text) {
  std::array<char, 16> bytes{};
  if (!bsonpp::parse_uuid(text, bytes.data())) return Ref();
  return make_uuid(state_, representation_for(BinarySubtype::kUuid, options_.uuid_representation),
                   BinarySubtype::kUuid, bytes_of(bytes));
}

Ref JsonLoader::timestamp_value(JsonElement parts) {
  JsonElement time_part;
  JsonElement increment_part;
  std::uint32_t time = 0;
  std::uint32_t increment = 0;
  if (!two_fields(tape_, parts, "t", time_part, "i", increment_part) || !time_part.get(time) ||
      !increment_part.get(increment)) {
    return Ref();
  }
  return make_timestamp(state_, time, increment);
}

Ref JsonLoader::regex_value(JsonElement parts) {
  JsonElement pattern;
  JsonElement options;
  std::string_view pattern_text;
  std::string_view options_text;
  if (!two_fields(tape_, parts, "pattern", pattern, "options", options) ||
      !tape_.get(pattern, pattern_text) || !tape_.get(options, options_text)) {
    return Ref();
  }
  return make_regex(state_, options_, pattern_text, options_text);
}

}  // namespace pymongo_cpp
