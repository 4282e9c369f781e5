#include "encoder.h"

#include "types/raw_document.h"

#include <bsonpp/attributes.h>
#include <bsonpp/type.h>

namespace pymongo_cpp {

namespace {

using bsonpp::ArrayIndex;
using bsonpp::Type;

constexpr std::string_view kIdKey{"_id", 4};

// Whether a key is a cstring; most are shorter than two words, so no call is made for them.
BSONPP_ALWAYS_INLINE bool has_nul(std::string_view key) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  // Fills the upper half of a word that holds four bytes with what is not zero.
  constexpr std::uint64_t kHighWord = 0xffffffff00000000U;
  const auto any_zero = [](std::uint64_t word) { return ((word - kOnes) & ~word & kHighs) != 0; };
  if (key.size() >= 8 && key.size() <= 16) {
    std::uint64_t head;
    std::uint64_t tail;
    std::memcpy(&head, key.data(), 8);
    std::memcpy(&tail, key.data() + key.size() - 8, 8);
    return any_zero(head) || any_zero(tail);
  }
  if (key.size() >= 4 && key.size() < 8) {
    std::uint32_t head;
    std::uint32_t tail;
    std::memcpy(&head, key.data(), 4);
    std::memcpy(&tail, key.data() + key.size() - 4, 4);
    return any_zero(head | kHighWord) || any_zero(tail | kHighWord);
  }
  if (key.size() < 4) {
    for (const char character : key) {
      if (character == '\0') return true;
    }
    return false;
  }
  return bsonpp::contains_nul(key);
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
  if (!written(writer_.begin_document_element(Type::kDocument, key, start)) || !enter()) {
    return false;
  }
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
    id = Ref::share(PyDict_GetItemWithError(mapping, name));
    if (!id) PyErr_Clear();
  } else if (PyMapping_HasKey(mapping, name) != 0) {
    id = Ref::steal(PyObject_GetItem(mapping, name));
    if (!id) return false;
  }
  return !id || element(kIdKey, id.get());
}

BSONPP_ALWAYS_INLINE bool Encoder::plain_element(std::string_view key, PyObject* value) {
  const PyTypeObject* type = Py_TYPE(value);
  if (type == &PyUnicode_Type) {
    std::string_view text;
    return ascii_view(value, text) && text.size() < bsonpp::kMaxDocumentSize &&
           writer_.write_string_element(Type::kString, key, text);
  }
  if (type == &PyLong_Type) {
    long long number = 0;
    return small_int_value(value, &number) &&
           writer_.write_element(Type::kInt32, key, static_cast<std::int32_t>(number));
  }
  if (type == &PyFloat_Type) {
    return writer_.write_element(Type::kDouble, key, PyFloat_AS_DOUBLE(value));
  }
  if (type == &PyBool_Type) {
    return writer_.write_element(Type::kBoolean, key,
                                 static_cast<std::uint8_t>(value == Py_True ? 1 : 0));
  }
  return value == Py_None && writer_.write_header(Type::kNull, key);
}

// Most fields have an ASCII key and a value whose encoding runs no Python code, so that nothing
// need be held. False when the field is another, or its value could not be written; nothing is
// written then, and the general way finds the reason.
BSONPP_ALWAYS_INLINE bool Encoder::plain_field(PyObject* key, PyObject* value, bool outermost) {
  std::string_view view;
  if (!PyUnicode_CheckExact(key) || !ascii_view(key, view) || has_nul(view)) return false;
  view = with_terminator(view);
  if (outermost && view == kIdKey) return true;
  return plain_element(view, value);
}

bool Encoder::dict_fields(PyObject* dict, bool outermost) {
  const Py_ssize_t size = PyDict_GET_SIZE(dict);
  Py_ssize_t position = 0;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  while (PyDict_Next(dict, &position, &key, &value) != 0) {
    if (!check_keys_ && plain_field(key, value, outermost)) continue;
    const Ref held_key = Ref::share(key);
    const Ref held_value = Ref::share(value);
    if (!field(key, value, outermost)) {
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
  if (has_nul(view)) {
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
  if (!written(writer_.begin_document_element(Type::kArray, key, start)) || !enter()) return false;
  ArrayIndex index;
  bool done = true;
  // A list that grows while it is encoded gives the items it had; one that shrinks, those left.
  const Py_ssize_t size = PyList_GET_SIZE(list);
  for (Py_ssize_t i = 0; done && i < size && i < PyList_GET_SIZE(list); ++i) {
    PyObject* borrowed = PyList_GET_ITEM(list, i);
    if (!plain_element(index.key(), borrowed)) {
      const Ref item = Ref::share(borrowed);
      done = element(index.key(), item.get());
    }
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
