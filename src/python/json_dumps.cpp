#include "json_dumps.h"

#include "json_support.h"
#include "text.h"
#include "types/binary.h"
#include "types/datetime.h"
#include "types/numbers.h"

#include <array>
#include <cmath>

namespace pymongo_cpp {

namespace {

using bsonpp::BinarySubtype;
using bsonpp::JsonDatetime;
using bsonpp::JsonFormat;
using bsonpp::JsonMode;

// What JSONOptions keeps as attributes. They are read at each call, because a program may assign to
// them.
class OptionAttributes {
 public:
  OptionAttributes(const ModuleState& state, PyObject* options) : options_(options) {
    // A subclass may have properties, which hide what is in the instance's dict.
    if (reinterpret_cast<PyObject*>(Py_TYPE(options)) != state.json_util.options_type.get()) return;
    dict_ = Ref::steal(PyObject_GenericGetDict(options, nullptr));
    if (!dict_) PyErr_Clear();
  }

  // An attribute that is a small int or a bool; false with an exception.
  bool small(const Ref& name, long& number) const {
    Ref value = dict_ ? Ref::steal(get_dict_item(dict_.get(), name.get())) : Ref();
    if (!value && PyErr_Occurred() == nullptr) {
      value = Ref::steal(PyObject_GetAttr(options_, name.get()));
    }
    if (!value) return false;
    number = PyLong_AsLong(value.get());
    return number != -1 || PyErr_Occurred() == nullptr;
  }

 private:
  PyObject* options_;
  Ref dict_;
};

// The str that Python's json module makes of a key that is not exactly one; null without an
// exception where it refuses the key.
Ref text_of_key(PyObject* key) {
  if (PyUnicode_Check(key)) return Ref::share(key);
  if (PyFloat_Check(key)) {
    const double number = PyFloat_AS_DOUBLE(key);
    if (std::isfinite(number)) return Ref::steal(PyFloat_Type.tp_repr(key));
    return Ref::steal(PyUnicode_FromString(bsonpp::name_of_non_finite(number).data()));
  }
  if (key == Py_None) return Ref::steal(PyUnicode_FromString("null"));
  if (PyBool_Check(key)) return Ref::steal(PyUnicode_FromString(key == Py_True ? "true" : "false"));
  return PyLong_Check(key) ? Ref::steal(PyLong_Type.tp_repr(key)) : Ref();
}

constexpr bool is_within(long number, long highest) { return number >= 0 && number <= highest; }

}  // namespace

bool JsonSource::start() {
  const Names& names = state_.names;
  long mode = 0;
  long datetime = 0;
  long number_long = 0;
  long strict_uuid = 0;
  const auto parsed = state_.options(options_);
  if (!parsed) return false;
  const OptionAttributes attributes(state_, options_);
  if (!attributes.small(names.json_mode, mode) ||
      !attributes.small(names.datetime_representation, datetime) ||
      !attributes.small(names.strict_number_long, number_long) ||
      !attributes.small(names.strict_uuid, strict_uuid)) {
    return false;
  }
  if (!is_within(mode, static_cast<long>(JsonMode::kCanonical)) ||
      !is_within(datetime, static_cast<long>(JsonDatetime::kIso8601))) {
    PyErr_SetString(PyExc_ValueError, "JSONOptions of an unknown mode");
    return false;
  }
  JsonFormat format = JsonFormat::of(static_cast<JsonMode>(mode));
  format.datetime = static_cast<JsonDatetime>(datetime);
  format.int64_as_number_long = number_long != 0;
  json_ = bsonpp::JsonWriter(text_, format);
  uuid_representation_ = parsed->uuid_representation;
  strict_uuid_ = strict_uuid != 0;
  return true;
}

bool JsonSource::value(PyObject* object) {
  const PyTypeObject* type = Py_TYPE(object);
  if (type == &PyUnicode_Type) return text_value(object);
  if (type == &PyLong_Type) return integer_value(object);
  if (type == &PyFloat_Type) return written(json_.write_double(PyFloat_AS_DOUBLE(object)));
  if (type == &PyDict_Type) return dict_value(object);
  if (type == &PyList_Type) return list_value(object);
  if (type == &PyBool_Type) return written(json_.write_boolean(object == Py_True));
  if (object == Py_None) return written(json_.write_null());
  return other_value(object);
}

bool JsonSource::other_value(PyObject* object) {
  return known_value(state_.type_table.find(Py_TYPE(object)), object);
}

bool JsonSource::known_value(KnownType known, PyObject* object) {
  switch (known) {
    case KnownType::kBytes:
      return bytes_value(object, BinarySubtype::kGeneric);
    case KnownType::kTuple:
      return tuple_value(object);
    case KnownType::kDatetime:
      return datetime_value(object);
    case KnownType::kDictSubclass:
      return items_value(object);
    case KnownType::kPattern:
    case KnownType::kRegex:
      return regex_value(object);
    case KnownType::kUuid:
      return uuid_value(object);
    case KnownType::kObjectId:
      return object_id_value(object);
    case KnownType::kBinary:
      return binary_value(object);
    case KnownType::kCode:
      return code_value(object);
    case KnownType::kDbRef:
      return dbref_value(object);
    case KnownType::kTimestamp:
      return timestamp_value(object);
    case KnownType::kInt64:
      return int64_value(object);
    case KnownType::kDecimal128:
      return decimal128_value(object);
    case KnownType::kDatetimeMs:
      return datetime_ms_value(object);
    case KnownType::kMinKey:
      return written(json_.write_min_key());
    case KnownType::kMaxKey:
      return written(json_.write_max_key());
    case KnownType::kLazyArray:
    case KnownType::kRawDocument:
    case KnownType::kNone:
      break;
  }
  return foreign_value(object);
}

bool JsonSource::text_value(PyObject* string) {
  std::string_view view;
  if (ascii_view(string, view)) return written(json_.write_string(view));
  const auto length = static_cast<std::size_t>(PyUnicode_GET_LENGTH(string));
  switch (PyUnicode_KIND(string)) {
    case PyUnicode_1BYTE_KIND:
      return written(bsonpp::write_json_units(
          text_, reinterpret_cast<const std::uint8_t*>(PyUnicode_1BYTE_DATA(string)), length));
    case PyUnicode_2BYTE_KIND:
      return written(bsonpp::write_json_units(
          text_, reinterpret_cast<const std::uint16_t*>(PyUnicode_2BYTE_DATA(string)), length));
    default:
      return written(bsonpp::write_json_units(
          text_, reinterpret_cast<const std::uint32_t*>(PyUnicode_4BYTE_DATA(string)), length));
  }
}

bool JsonSource::integer_value(PyObject* number) {
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
  if (overflow != 0) return foreign_value(number);
  return written(json_.write_integer(value));
}

bool JsonSource::dict_value(PyObject* dict) {
  const std::size_t start = text_.size();
  bool known_keys = true;
  if (!enter()) return false;
  const bool done = dict_fields(dict, known_keys);
  leave();
  if (known_keys) return done;
  text_.rewind(start);
  return foreign_value(dict);
}

// `known_keys` becomes false, without an exception, at a key that json_util refuses.
bool JsonSource::dict_fields(PyObject* dict, bool& known_keys) {
  const CriticalSection section(dict);
  const Py_ssize_t size = PyDict_GET_SIZE(dict);
  if (!raw("{")) return false;
  Py_ssize_t position = 0;
  PyObject* field_key = nullptr;
  PyObject* field_value = nullptr;
  bool first = true;
  while (next_dict_item(dict, position, field_key, field_value)) {
    Ref held_key = Ref::share(field_key);
    const Ref held_value = Ref::share(field_value);
    if (!PyUnicode_CheckExact(field_key)) [[unlikely]] {
      held_key = text_of_key(field_key);
      known_keys = held_key || PyErr_Occurred() != nullptr;
      if (!held_key) return false;
    }
    if (!first && !raw(", ")) return false;
    first = false;
    if (!key(held_key.get()) || !value(field_value)) return false;
    if (PyDict_GET_SIZE(dict) != size) [[unlikely]] {
      PyErr_SetString(PyExc_RuntimeError, "dictionary changed size during iteration");
      return false;
    }
  }
  return raw("}");
}

// A dict subclass may keep an order of its own, which its items() has.
bool JsonSource::items_value(PyObject* mapping) {
  const Ref items = Ref::steal(PyMapping_Items(mapping));
  if (!items) return false;
  const Ref plain = Ref::steal(PyDict_New());
  if (!plain || PyDict_MergeFromSeq2(plain.get(), items.get(), 1) < 0) return false;
  return dict_value(plain.get());
}

bool JsonSource::list_value(PyObject* list) {
  if (!raw("[") || !enter()) return false;
  const CriticalSection section(list);
  bool done = true;
  for (Py_ssize_t i = 0; done && i < PyList_GET_SIZE(list); ++i) {
    const Ref item = Ref::share(PyList_GET_ITEM(list, i));
    done = (i == 0 || raw(", ")) && value(item.get());
  }
  leave();
  return done && raw("]");
}

bool JsonSource::tuple_value(PyObject* tuple) {
  if (!raw("[") || !enter()) return false;
  bool done = true;
  for (Py_ssize_t i = 0; done && i < PyTuple_GET_SIZE(tuple); ++i) {
    done = (i == 0 || raw(", ")) && value(PyTuple_GET_ITEM(tuple, i));
  }
  leave();
  return done && raw("]");
}

bool JsonSource::datetime_value(PyObject* datetime) {
  PyObject* tzinfo = PyDateTime_DATE_GET_TZINFO(datetime);
  // Other time zones keep their offset in the text, and may be of any class.
  if (tzinfo != Py_None && tzinfo != state_.types.utc.get() &&
      tzinfo != state_.datetime_api->TimeZone_UTC) {
    return foreign_value(datetime);
  }
  std::int64_t millis = 0;
  return datetime_millis(state_, datetime, millis) && written(json_.write_datetime(millis));
}

bool JsonSource::datetime_ms_value(PyObject* datetime_ms) {
  std::int64_t millis = 0;
  if (datetime_ms_millis(state_, datetime_ms, millis)) return written(json_.write_datetime(millis));
  PyErr_Clear();
  return foreign_value(datetime_ms);
}

bool JsonSource::int64_value(PyObject* number) {
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
  if (overflow != 0) return foreign_value(number);
  return written(json_.write_int64(value));
}

bool JsonSource::object_id_value(PyObject* object_id) {
  Ref owner;
  std::string_view bytes;
  return object_id_bytes(state_, object_id, owner, bytes) &&
         written(json_.write_object_id(bsonpp::as_bytes(bytes)));
}

bool JsonSource::bytes_value(PyObject* bytes, BinarySubtype subtype) {
  const std::string_view view(PyBytes_AS_STRING(bytes),
                              static_cast<std::size_t>(PyBytes_GET_SIZE(bytes)));
  return written(json_.write_binary(subtype, bsonpp::as_bytes(view)));
}

bool JsonSource::binary_value(PyObject* binary) {
  BinarySubtype subtype{};
  return binary_subtype(state_, binary, subtype) && bytes_value(binary, subtype);
}

bool JsonSource::uuid_value(PyObject* uuid) {
  const bool unspecified = uuid_representation_ == UuidRepresentation::kUnspecified;
  if ((strict_uuid_ && unspecified) || !state_.layouts.uuid_int.found()) {
    return foreign_value(uuid);
  }
  const auto representation = strict_uuid_ ? uuid_representation_ : UuidRepresentation::kStandard;
  BinarySubtype subtype{};
  std::array<char, 16> bytes{};
  if (!uuid_bytes(state_, uuid, representation, subtype, bytes)) return false;
  const bsonpp::Bytes data = bsonpp::as_bytes({bytes.data(), bytes.size()});
  if (strict_uuid_) return written(json_.write_binary(subtype, data));
  std::array<char, std::size_t{2} * 16> hex{};
  bsonpp::put_hex(hex.data(), data);
  return raw(R"({"$uuid": ")") && raw({hex.data(), hex.size()}) && raw("\"}");
}

bool JsonSource::code_value(PyObject* code) {
  const Ref scope = Ref::steal(PyObject_GetAttr(code, state_.names.scope.get()));
  if (!scope || !raw(R"({"$code": )") || !text_value(code)) return false;
  if (scope.get() == Py_None) return raw("}");
  return raw(R"(, "$scope": )") && value(scope.get()) && raw("}");
}

bool JsonSource::dbref_value(PyObject* dbref) {
  DbRefFields parts;
  if (!read_dbref(state_, dbref, parts)) return foreign_value(dbref);
  if (PyDict_GET_SIZE(parts.others.get()) == 0) return plain_dbref_value(parts);
  // A DBRef has its further fields as attributes, by which json_util takes it for something else.
  if (PyDict_Contains(parts.others.get(), state_.names.items.get()) != 0 ||
      PyDict_Contains(parts.others.get(), state_.names.iter.get()) != 0) {
    return PyErr_Occurred() == nullptr && foreign_value(dbref);
  }
  const Ref document = dbref_document(state_, parts);
  return document && dict_value(document.get());
}

// A DBRef without further fields needs no document of them.
bool JsonSource::plain_dbref_value(const DbRefFields& parts) {
  if (!enter()) return false;
  const bool done =
      raw(R"({"$ref": )") && value(parts.collection.get()) && raw(R"(, "$id": )") &&
      value(parts.id.get()) &&
      (parts.database.get() == Py_None || (raw(R"(, "$db": )") && value(parts.database.get()))) &&
      raw("}");
  leave();
  return done;
}

bool JsonSource::regex_value(PyObject* regex) {
  const Ref flags = Ref::steal(PyObject_GetAttr(regex, state_.names.flags.get()));
  const Ref pattern =
      flags ? Ref::steal(PyObject_GetAttr(regex, state_.names.pattern.get())) : Ref();
  if (!pattern) return false;
  if (!PyUnicode_CheckExact(pattern.get()) || !PyLong_Check(flags.get())) {
    return foreign_value(regex);
  }
  const long bits = PyLong_AsLong(flags.get());
  if (bits == -1 && PyErr_Occurred() != nullptr) return false;
  // re.IGNORECASE is 2, and the following letters' flags the next bits.
  std::array<char, 6> letters{};
  std::size_t count = 0;
  long bit = 2;
  for (const char letter : std::string_view("ilmsux")) {
    if ((bits & bit) != 0) letters[count++] = letter;
    bit <<= 1U;
  }
  const bool legacy = json_.format().mode == JsonMode::kLegacy;
  return raw(legacy ? R"({"$regex": )" : R"({"$regularExpression": {"pattern": )") &&
         text_value(pattern.get()) && raw(legacy ? R"(, "$options": ")" : R"(, "options": ")") &&
         raw({letters.data(), count}) && raw(legacy ? "\"}" : "\"}}");
}

bool JsonSource::timestamp_value(PyObject* timestamp) {
  std::uint64_t word = 0;
  if (!timestamp_word(state_, timestamp, word)) return false;
  return written(json_.write_timestamp(static_cast<std::uint32_t>(word >> 32U),
                                       static_cast<std::uint32_t>(word)));
}

bool JsonSource::decimal128_value(PyObject* decimal) {
  std::array<char, bsonpp::kDecimal128Size> bytes{};
  if (!decimal128_bytes(state_, decimal, bytes)) return false;
  return written(json_.write_decimal128(bsonpp::as_bytes({bytes.data(), bytes.size()})));
}

bool JsonSource::foreign_value(PyObject* object) {
  const Ref names = Ref::steal(PyTuple_Pack(1, state_.names.json_options.get()));
  if (!names || !enter()) return false;
  const std::array<PyObject*, 2> arguments = {object, options_};
  const Ref made = Ref::steal(PyObject_Vectorcall(fallback_, arguments.data(), 1, names.get()));
  leave();
  if (!made) return false;
  std::string_view json;
  if (!PyUnicode_Check(made.get()) || !utf8_view(made.get(), json)) return false;
  return raw(json);
}

Ref dump_object(ModuleState& state, PyObject* object, PyObject* options, PyObject* fallback) {
  ScratchStorage storage;
  bsonpp::TextWriter text(storage, storage.first());
  JsonSource source(state, text, options, fallback);
  if (!source.start() || !source.value(object)) return Ref();
  const std::string_view json = text.text();
  Ref made = Ref::steal(PyUnicode_New(ssize(json), 0x7f));
  if (made) std::memcpy(PyUnicode_1BYTE_DATA(made.get()), json.data(), json.size());
  return made;
}

}  // namespace pymongo_cpp
