#include "encoder.h"

#include "types/raw_document.h"

#include <bsonpp/attributes.h>
#include <bsonpp/type.h>

namespace pymongo_cpp {

namespace {

using bsonpp::ArrayIndex;
using bsonpp::Type;

constexpr std::string_view kIdKey{"_id", 4};

// Whether the name is "_id". Three comparisons, where string_view's operator makes a call.
bool is_id(std::string_view name) noexcept {
  return name.size() == 3 && name[0] == '_' && name[1] == 'i' && name[2] == 'd';
}

}  // namespace

bool Encoder::document(PyObject* mapping, bool outermost) {
  if (!PyDict_Check(mapping)) {
    long marker = 0;
    if (!type_marker(state_, mapping, marker)) return false;
    if (marker == kRawDocumentMarker) return raw_document(mapping);
    const int is_mapping = PyObject_IsInstance(mapping, state_.types.mapping.get());
    if (is_mapping < 0) return false;
    if (is_mapping == 0) {
      const Ref text = Ref::steal(PyObject_Repr(mapping));
      if (text) {
        PyErr_Format(PyExc_TypeError, "encoder expected a mapping type but got: %U", text.get());
      } else {
        // As PyMongo: what cannot even be named is still refused for what it is not.
        PyErr_SetString(PyExc_TypeError, "encoder expected a mapping type");
      }
      return false;
    }
  }
  std::size_t start = 0;
  return written(writer_.begin_document(start)) && fields(mapping, outermost) &&
         written(writer_.end_document(start));
}

bool Encoder::raw_document(PyObject* document) {
  RawBytes raw;
  return raw.read(state_, document) && written(writer_.write_bytes(raw.bytes()));
}

bool Encoder::document_element(std::string_view key, PyObject* mapping) {
  std::size_t start = 0;
  return written(writer_.begin_document_element(Type::kDocument, key, start)) &&
         document_body(start, mapping);
}

bool Encoder::document_body(std::size_t start, PyObject* mapping) {
  if (!enter()) return false;
  const bool done = fields(mapping, /*outermost=*/false) && written(writer_.end_document(start));
  leave();
  return done;
}

bool Encoder::fields(PyObject* mapping, bool outermost) {
  if (outermost && !id_first(mapping)) return false;
  return PyDict_Check(mapping) ? dict_fields(mapping, outermost)
                               : mapping_fields(mapping, outermost);
}

// A dict is asked without __getitem__ or __missing__, so that a defaultdict does not make an "_id".
bool Encoder::id_first(PyObject* mapping) {
  PyObject* name = state_.names.id.get();
  Ref id;
  if (PyDict_Check(mapping)) {
    id = Ref::steal(find_dict_item(mapping, name));
  } else if (PyMapping_HasKey(mapping, name) != 0) {
    id = Ref::steal(PyObject_GetItem(mapping, name));
    if (!id) return false;
  }
  return !id || element(kIdKey, id.get());
}

// Gives a staged key its value, when that is of one of the commonest types.
BSONPP_ALWAYS_INLINE Encoder::Outcome Encoder::staged_value(std::size_t header, PyObject* value) {
  const PyTypeObject* type = Py_TYPE(value);
  if (type == &PyUnicode_Type) {
    std::string_view text;
    const bool done = ascii_view(value, text) && text.size() < bsonpp::kMaxDocumentSize &&
                      writer_.write_staged_string(header, Type::kString, text);
    return done ? Outcome::kWritten : Outcome::kOther;
  }
  if (type == &PyLong_Type) {
    long long number = 0;
    if (small_int_value(value, &number)) {
      writer_.write_staged(header, Type::kInt32, static_cast<std::int32_t>(number));
      return Outcome::kWritten;
    }
    return staged_large_int(header, value);
  }
  if (type == &PyFloat_Type) {
    writer_.write_staged(header, Type::kDouble, PyFloat_AS_DOUBLE(value));
    return Outcome::kWritten;
  }
  if (type == &PyBool_Type) {
    writer_.write_staged(header, Type::kBoolean,
                         static_cast<std::uint8_t>(value == Py_True ? 1 : 0));
    return Outcome::kWritten;
  }
  if (value == Py_None) {
    writer_.write_staged(header, Type::kNull);
    return Outcome::kWritten;
  }
  if (type == &PyDict_Type) return staged_document(header, value);
  if (type == &PyList_Type) return staged_list(header, value);
  return staged_known_value(header, value);
}

BSONPP_NEVER_INLINE Encoder::Outcome Encoder::staged_document(std::size_t header, PyObject* dict) {
  const Ref held = Ref::share(dict);
  std::size_t start = 0;
  writer_.begin_staged_document(header, Type::kDocument, start);
  return document_body(start, dict) ? Outcome::kRan : Outcome::kFailed;
}

BSONPP_NEVER_INLINE Encoder::Outcome Encoder::staged_list(std::size_t header, PyObject* list) {
  const Ref held = Ref::share(list);
  std::size_t start = 0;
  writer_.begin_staged_document(header, Type::kArray, start);
  return list_body(start, list) ? Outcome::kRan : Outcome::kFailed;
}

// Most fields have an ASCII key and a value whose encoding runs no Python code, so that nothing
// need be held.
BSONPP_ALWAYS_INLINE Encoder::Outcome Encoder::short_field(PyObject* key, PyObject* value,
                                                           bool outermost) {
  std::string_view name;
  if (check_keys_ || !PyUnicode_CheckExact(key) || !ascii_view(key, name)) return Outcome::kOther;
  if (outermost && is_id(name)) return Outcome::kWritten;
  std::size_t header = 0;
  if (!writer_.stage_key(name, header)) return Outcome::kOther;
  const Outcome outcome = staged_value(header, value);
  return outcome == Outcome::kOther ? ascii_field(key, value) : outcome;
}

// A field whose key is known to be ASCII without a zero byte.
BSONPP_NEVER_INLINE Encoder::Outcome Encoder::ascii_field(PyObject* key, PyObject* value) {
  const Ref held_key = Ref::share(key);
  const Ref held_value = Ref::share(value);
  std::string_view name;
  ascii_view(key, name);
  return element(with_terminator(name), value) ? Outcome::kRan : Outcome::kFailed;
}

bool Encoder::dict_fields(PyObject* dict, bool outermost) {
  const CriticalSection section(dict);
  const Py_ssize_t size = PyDict_GET_SIZE(dict);
  Py_ssize_t position = 0;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  while (next_dict_item(dict, position, key, value)) {
    Outcome outcome = short_field(key, value, outermost);
    if (outcome == Outcome::kWritten) [[likely]] {
      continue;
    }
    if (outcome == Outcome::kOther) {
      const Ref held_key = Ref::share(key);
      const Ref held_value = Ref::share(value);
      outcome = field(key, value, outermost) ? Outcome::kRan : Outcome::kFailed;
    }
    if (outcome == Outcome::kFailed) {
      if (outermost) add_document_to_error(state_, dict);
      return false;
    }
    if (PyDict_GET_SIZE(dict) != size) [[unlikely]] {
      PyErr_SetString(PyExc_RuntimeError, "dictionary changed size during iteration");
      return false;
    }
  }
  return true;
}

bool Encoder::mapping_fields(PyObject* mapping, bool outermost) {
  const Ref keys = Ref::steal(PyObject_GetIter(mapping));
  if (!keys) return false;
  while (const Ref key = Ref::steal(PyIter_Next(keys.get()))) {
    const Ref value = Ref::steal(PyObject_GetItem(mapping, key.get()));
    if (!value) {
      PyErr_SetObject(PyExc_KeyError, key.get());
      return false;
    }
    if (!field(key.get(), value.get(), outermost)) {
      if (outermost) add_document_to_error(state_, mapping);
      return false;
    }
  }
  return PyErr_Occurred() == nullptr;
}

bool Encoder::field(PyObject* key, PyObject* value, bool outermost) {
  std::string_view view;
  if (!key_view(key, view)) return false;
  if (outermost && view == kIdKey) return true;
  if (check_keys_ && !check_key(key, view)) return false;
  return element(view, value);
}

bool Encoder::key_view(PyObject* key, std::string_view& view) {
  if (!PyUnicode_Check(key)) {
    PyErr_Format(state_.types.invalid_document.get(),
                 "documents must have only string keys, key was %R", key);
    return false;
  }
  if (!utf8_view(key, view)) return false;
  if (bsonpp::contains_nul(view)) {
    PyErr_SetString(state_.types.invalid_document.get(),
                    "Key names must not contain the NULL byte");
    return false;
  }
  view = with_terminator(view);
  return true;
}

bool Encoder::check_key(PyObject* key, std::string_view view) {
  if (view.starts_with('$')) {
    PyErr_Format(state_.types.invalid_document.get(), "key '%U' must not start with '$'", key);
    return false;
  }
  if (view.find('.') != std::string_view::npos) {
    PyErr_Format(state_.types.invalid_document.get(), "key '%U' must not contain '.'", key);
    return false;
  }
  return true;
}

bool Encoder::element(std::string_view key, PyObject* value) {
  const PyTypeObject* type = Py_TYPE(value);
  if (type == &PyUnicode_Type) return text_element(key, value);
  if (type == &PyLong_Type) {
    bool overflow = false;
    if (int_element(key, value, overflow)) return true;
    return overflow && unknown_element(key, value, EncodeStage::kFirst);
  }
  if (type == &PyFloat_Type) {
    return written(writer_.write_element(Type::kDouble, key, PyFloat_AS_DOUBLE(value)));
  }
  if (type == &PyDict_Type) return document_element(key, value);
  if (type == &PyList_Type) return list_element(key, value);
  if (type == &PyBool_Type) {
    const auto byte = static_cast<std::uint8_t>(value == Py_True ? 1 : 0);
    return written(writer_.write_element(Type::kBoolean, key, byte));
  }
  if (value == Py_None) return written(writer_.write_header(Type::kNull, key));
  return other_element(key, value);
}

bool Encoder::other_element(std::string_view key, PyObject* value) {
  const KnownType known = state_.type_table.find(Py_TYPE(value));
  if (known != KnownType::kNone) return known_element(known, key, value);
  return slow_element(key, value, EncodeStage::kFirst);
}

bool Encoder::known_element(KnownType known, std::string_view key, PyObject* value) {
  switch (known) {
    case KnownType::kBytes:
      return bytes_element(key, value, bsonpp::BinarySubtype::kGeneric);
    case KnownType::kTuple:
      return tuple_element(key, value);
    case KnownType::kDatetime:
      return datetime_element(key, value);
    case KnownType::kDictSubclass:
      return document_element(key, value);
    case KnownType::kPattern:
    case KnownType::kRegex:
      return regex_element(key, value);
    case KnownType::kUuid:
      return uuid_element(key, value, EncodeStage::kFirst, /*exact=*/true);
    case KnownType::kObjectId:
      return object_id_element(key, value);
    case KnownType::kBinary:
      return binary_element(key, value);
    case KnownType::kCode:
      return code_element(key, value);
    case KnownType::kDbRef:
      return dbref_element(key, value);
    case KnownType::kTimestamp:
      return timestamp_element(key, value);
    case KnownType::kInt64:
      return int64_element(key, value);
    case KnownType::kDecimal128:
      return decimal128_element(key, value);
    case KnownType::kDatetimeMs:
      return datetime_ms_element(key, value);
    case KnownType::kMinKey:
      return written(writer_.write_header(Type::kMinKey, key));
    case KnownType::kMaxKey:
      return written(writer_.write_header(Type::kMaxKey, key));
    case KnownType::kRawDocument:
      return raw_element(key, value);
    case KnownType::kLazyArray:
      return raw_element(key, value, Type::kArray);
    case KnownType::kNone:
      break;
  }
  return slow_element(key, value, EncodeStage::kFirst);
}

bool Encoder::list_element(std::string_view key, PyObject* list) {
  std::size_t start = 0;
  return written(writer_.begin_document_element(Type::kArray, key, start)) &&
         list_body(start, list);
}

BSONPP_ALWAYS_INLINE Encoder::Outcome Encoder::list_item(const ArrayIndex& index, PyObject* item) {
  std::size_t header = 0;
  if (writer_.stage_key(index, header)) [[likely]] {
    const Outcome outcome = staged_value(header, item);
    if (outcome != Outcome::kOther) return outcome;
  }
  const Ref held = Ref::share(item);
  ArrayIndex copy = index;  // so that the caller's can stay in registers
  return element(copy.key(), item) ? Outcome::kRan : Outcome::kFailed;
}

bool Encoder::list_body(std::size_t start, PyObject* list) {
  if (!enter()) return false;
  const CriticalSection section(list);
  ArrayIndex index;
  bool done = true;
  // A list that grows while it is encoded gives the items it had; one that shrinks, those left.
  const Py_ssize_t size = PyList_GET_SIZE(list);
  for (Py_ssize_t i = 0; done && i < size && i < PyList_GET_SIZE(list); ++i) {
    done = list_item(index, PyList_GET_ITEM(list, i)) != Outcome::kFailed;
    index.advance();
  }
  leave();
  return done && written(writer_.end_document(start));
}

bool Encoder::tuple_element(std::string_view key, PyObject* tuple) {
  std::size_t start = 0;
  if (!written(writer_.begin_document_element(Type::kArray, key, start)) || !enter()) return false;
  ArrayIndex index;
  bool done = true;
  for (Py_ssize_t i = 0; done && i < PyTuple_GET_SIZE(tuple); ++i) {
    done = element(index.key(), PyTuple_GET_ITEM(tuple, i));
    index.advance();
  }
  leave();
  return done && written(writer_.end_document(start));
}

}  // namespace pymongo_cpp
