// The encoder's values: one function for each of PyMongo's types.
#include "encoder.h"

#include "types/binary.h"
#include "types/datetime.h"
#include "types/numbers.h"
#include "types/raw_document.h"
#include "types/regex.h"

#include <array>
#include <limits>
#include <span>

namespace pymongo_cpp {

namespace {

using bsonpp::BinarySubtype;
using bsonpp::Type;

bool fits_int32(long long number) {
  return number >= std::numeric_limits<std::int32_t>::min() &&
         number <= std::numeric_limits<std::int32_t>::max();
}

bool raise_text_too_long(const ModuleState& state) {
  PyErr_SetString(state.types.invalid_string_data.get(), "String length must be <= 2147483647");
  return false;
}

}  // namespace

Encoder::Outcome Encoder::staged_large_int(std::size_t header, PyObject* value) {
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
  if (overflow != 0) return Outcome::kOther;
  if (fits_int32(number)) {
    writer_.write_staged(header, Type::kInt32, static_cast<std::int32_t>(number));
  } else {
    writer_.write_staged(header, Type::kInt64, static_cast<std::int64_t>(number));
  }
  return Outcome::kWritten;
}

Encoder::Outcome Encoder::staged_object_id(std::size_t header, PyObject* value) {
  if (!state_.layouts.object_id.found()) return Outcome::kOther;
  const Ref bytes = state_.layouts.object_id.get(value);
  if (!bytes || !PyBytes_CheckExact(bytes.get()) ||
      PyBytes_GET_SIZE(bytes.get()) != static_cast<Py_ssize_t>(bsonpp::kObjectIdSize)) {
    return Outcome::kOther;
  }
  writer_.write_staged_object_id(
      header, std::span<const char, bsonpp::kObjectIdSize>(PyBytes_AS_STRING(bytes.get()),
                                                           bsonpp::kObjectIdSize));
  return Outcome::kWritten;
}

// The scalars whose encoding runs no Python code.
Encoder::Outcome Encoder::staged_known_value(std::size_t header, PyObject* value) {
  switch (state_.type_table.find(Py_TYPE(value))) {
    case KnownType::kObjectId:
      return staged_object_id(header, value);
    case KnownType::kDatetime: {
      std::int64_t millis = 0;
      if (!utc_millis(state_, value, millis)) return Outcome::kOther;
      writer_.write_staged(header, Type::kDatetime, millis);
      return Outcome::kWritten;
    }
    case KnownType::kInt64: {
      int overflow = 0;
      const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
      if (overflow != 0) return Outcome::kOther;
      writer_.write_staged(header, Type::kInt64, static_cast<std::int64_t>(number));
      return Outcome::kWritten;
    }
    default:
      return Outcome::kOther;
  }
}

bool Encoder::text_element(std::string_view key, PyObject* value) {
  std::string_view text;
  if (!ascii_view(value, text)) return wide_text_element(key, value);
  if (text.size() >= bsonpp::kMaxDocumentSize) return raise_text_too_long(state_);
  return written(writer_.write_string_element(Type::kString, key, text));
}

bool Encoder::wide_text_element(std::string_view key, PyObject* value) {
  std::string_view kept;
  if (kept_utf8(value, kept) && kept.size() < bsonpp::kMaxDocumentSize) {
    return written(writer_.write_string_element(Type::kString, key, kept));
  }
  const auto length = static_cast<std::size_t>(PyUnicode_GET_LENGTH(value));
  bool success = false;
  switch (PyUnicode_KIND(value)) {
    case PyUnicode_1BYTE_KIND: {
      const std::span units(reinterpret_cast<const std::uint8_t*>(PyUnicode_1BYTE_DATA(value)),
                            length);
      success = writer_.write_string_element(Type::kString, key, units);
      break;
    }
    case PyUnicode_2BYTE_KIND: {
      const std::span units(reinterpret_cast<const std::uint16_t*>(PyUnicode_2BYTE_DATA(value)),
                            length);
      success = writer_.write_string_element(Type::kString, key, units);
      break;
    }
    default: {
      const std::span units(reinterpret_cast<const std::uint32_t*>(PyUnicode_4BYTE_DATA(value)),
                            length);
      success = writer_.write_string_element(Type::kString, key, units);
      break;
    }
  }
  if (success) return true;
  if (writer_.error().code != bsonpp::ErrorCode::kInvalidUtf8) return written(false);
  // CPython words the UnicodeEncodeError of a surrogate.
  const Ref encoded = Ref::steal(PyUnicode_AsUTF8String(value));
  return false;
}

bool Encoder::int_element(std::string_view key, PyObject* value, bool& overflow) {
  long long number = 0;
  if (!small_int_value(value, &number)) {
    int direction = 0;
    number = PyLong_AsLongLongAndOverflow(value, &direction);
    overflow = direction != 0;
    if (overflow || (number == -1 && PyErr_Occurred() != nullptr)) return false;
  }
  if (fits_int32(number)) {
    return written(writer_.write_element(Type::kInt32, key, static_cast<std::int32_t>(number)));
  }
  return written(writer_.write_element(Type::kInt64, key, static_cast<std::int64_t>(number)));
}

bool Encoder::int64_element(std::string_view key, PyObject* value) {
  const long long number = PyLong_AsLongLong(value);
  if (number == -1 && PyErr_Occurred() != nullptr) {
    PyErr_SetString(PyExc_OverflowError, "MongoDB can only handle up to 8-byte ints");
    return false;
  }
  return written(writer_.write_element(Type::kInt64, key, static_cast<std::int64_t>(number)));
}

bool Encoder::bytes_element(std::string_view key, PyObject* value, BinarySubtype subtype) {
  char* data = nullptr;
  Py_ssize_t size = 0;
  if (PyBytes_AsStringAndSize(value, &data, &size) < 0) return false;
  const std::string_view bytes(data, static_cast<std::size_t>(size));
  // The old subtype's bytes hold their length as well.
  const std::size_t extra = subtype == BinarySubtype::kOldBinary ? sizeof(std::int32_t) : 0;
  if (bytes.size() > bsonpp::kMaxDocumentSize - extra) return raise_text_too_long(state_);
  return written(writer_.write_binary_element(key, subtype, bytes));
}

bool Encoder::binary_element(std::string_view key, PyObject* value) {
  BinarySubtype subtype{};
  return binary_subtype(state_, value, subtype) && bytes_element(key, value, subtype);
}

bool Encoder::uuid_element(std::string_view key, PyObject* value, EncodeStage stage, bool exact) {
  const UuidRepresentation representation = options_.uuid_representation;
  if (exact && representation != UuidRepresentation::kUnspecified &&
      state_.layouts.uuid_int.found()) {
    BinarySubtype subtype{};
    std::array<char, 16> bytes{};
    return uuid_bytes(state_, value, representation, subtype, bytes) &&
           written(writer_.write_binary_element(key, subtype, {bytes.data(), bytes.size()}));
  }
  const Ref number = Ref::steal(PyLong_FromLong(static_cast<long>(representation)));
  if (!number) return false;
  const Ref binary = Ref::steal(PyObject_CallMethodObjArgs(
      state_.types.binary.get(), state_.names.from_uuid.get(), value, number.get(), nullptr));
  return binary && slow_element(key, binary.get(), stage);
}

bool Encoder::object_id_element(std::string_view key, PyObject* value) {
  Ref owner;
  std::string_view bytes;
  return object_id_bytes(state_, value, owner, bytes) &&
         written(writer_.write_element(Type::kObjectId, key, bytes));
}

bool Encoder::datetime_element(std::string_view key, PyObject* value) {
  std::int64_t millis = 0;
  return datetime_millis(state_, value, millis) &&
         written(writer_.write_element(Type::kDatetime, key, millis));
}

bool Encoder::datetime_ms_element(std::string_view key, PyObject* value) {
  std::int64_t millis = 0;
  return datetime_ms_millis(state_, value, millis) &&
         written(writer_.write_element(Type::kDatetime, key, millis));
}

bool Encoder::regex_element(std::string_view key, PyObject* value) {
  RegexText text;
  return regex_text(state_, value, text) && written(writer_.write_header(Type::kRegex, key)) &&
         written(writer_.write_cstring(text.pattern)) && written(writer_.write_cstring(text.flags));
}

bool Encoder::code_element(std::string_view key, PyObject* value) {
  Ref scope;
  if (Py_IS_TYPE(value, state_.types.code.as_type())) {
    scope = Ref::steal(PyObject_GetAttr(value, state_.names.private_scope.get()));
    if (!scope) PyErr_Clear();
  }
  if (!scope) scope = Ref::steal(PyObject_GetAttr(value, state_.names.scope.get()));
  if (!scope) return false;
  std::string_view text;
  if (PyUnicode_Check(value)) {
    if (!utf8_view(value, text)) return false;
  } else {
    char* data = nullptr;
    Py_ssize_t size = 0;
    if (PyBytes_AsStringAndSize(value, &data, &size) < 0) return false;
    text = {data, static_cast<std::size_t>(size)};
  }
  if (text.size() >= bsonpp::kMaxDocumentSize) return raise_text_too_long(state_);
  if (scope.get() == Py_None) {
    return written(writer_.write_string_element(Type::kCode, key, text));
  }
  std::size_t start = 0;
  if (!written(writer_.begin_document_element(Type::kCodeWithScope, key, start)) ||
      !written(writer_.write_string(text)) || !enter()) {
    return false;
  }
  // PyMongo does not check a scope's keys.
  const bool checked = std::exchange(check_keys_, false);
  const bool done = document(scope.get(), /*outermost=*/false);
  check_keys_ = checked;
  leave();
  if (done) writer_.patch_length(start);
  return done;
}

bool Encoder::timestamp_element(std::string_view key, PyObject* value) {
  std::uint64_t word = 0;
  return timestamp_word(state_, value, word) &&
         written(writer_.write_element(Type::kTimestamp, key, word));
}

bool Encoder::decimal128_element(std::string_view key, PyObject* value) {
  std::array<char, 16> bytes{};
  return decimal128_bytes(state_, value, bytes) &&
         written(writer_.write_element(Type::kDecimal128, key,
                                       std::string_view(bytes.data(), bytes.size())));
}

bool Encoder::dbref_element(std::string_view key, PyObject* value) {
  DbRefFields parts;
  const bool known = read_dbref(state_, value, parts);
  if (known && PyDict_GET_SIZE(parts.others.get()) == 0) return plain_dbref_element(key, parts);
  const Ref fields_of =
      known ? dbref_document(state_, parts)
            : Ref::steal(PyObject_CallMethodNoArgs(value, state_.names.as_doc.get()));
  if (!fields_of || !written(writer_.write_header(Type::kDocument, key)) || !enter()) return false;
  const bool checked = std::exchange(check_keys_, false);
  const bool done = document(fields_of.get(), /*outermost=*/false);
  check_keys_ = checked;
  leave();
  return done;
}

// A DBRef without further fields needs no document of them.
bool Encoder::plain_dbref_element(std::string_view key, const DbRefFields& parts) {
  using namespace std::string_view_literals;
  std::size_t start = 0;
  if (!written(writer_.begin_document_element(Type::kDocument, key, start)) || !enter()) {
    return false;
  }
  const bool checked = std::exchange(check_keys_, false);
  const bool done = element("$ref\0"sv, parts.collection.get()) &&
                    element("$id\0"sv, parts.id.get()) &&
                    (parts.database.get() == Py_None || element("$db\0"sv, parts.database.get()));
  check_keys_ = checked;
  leave();
  return done && written(writer_.end_document(start));
}

bool Encoder::raw_element(std::string_view key, PyObject* value, Type type) {
  RawBytes raw;
  return raw.read(state_, value) && written(writer_.write_element(type, key, raw.bytes()));
}

}  // namespace pymongo_cpp
