#include "json_loader.h"

namespace pymongo_cpp {

using bsonpp::JsonElement;
using bsonpp::JsonWrapper;
using simdjson::dom::element_type;

Ref JsonLoader::value(JsonElement element) {
  switch (element.type()) {
    case element_type::STRING:
      return string_value(element.get_string().value_unsafe());
    case element_type::INT64:
      return Ref::steal(PyLong_FromLongLong(element.get_int64().value_unsafe()));
    case element_type::UINT64:
      return Ref::steal(PyLong_FromUnsignedLongLong(element.get_uint64().value_unsafe()));
    case element_type::DOUBLE:
      return Ref::steal(PyFloat_FromDouble(element.get_double().value_unsafe()));
    case element_type::BOOL:
      return Ref::share(element.get_bool().value_unsafe() ? Py_True : Py_False);
    case element_type::NULL_VALUE:
      return Ref::share(Py_None);
    case element_type::OBJECT:
      return object_value(element.get_object().value_unsafe());
    case element_type::ARRAY:
      return array_value(element.get_array().value_unsafe());
  }
  refused_ = true;
  return Ref();
}

// Some versions of simdjson let an escape make a lone surrogate, which Python's json module
// accepts.
Ref JsonLoader::string_value(std::string_view text) {
  Ref made = decode_text(text, nullptr);
  if (!made && PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
    PyErr_Clear();
    refused_ = true;
  }
  return made;
}

PyObject* JsonLoader::read_key(std::string_view text, Key& key) {
  // simdjson ends its strings with a zero byte, as BSON ends keys.
  bsonpp::Cursor cursor(bsonpp::as_bytes({text.data(), text.size() + 1}));
  if (reader_.read(cursor, key.cached) == bsonpp::ErrorCode::kOk && cursor.at_end()) [[likely]] {
    return key.cached.string;
  }
  PyErr_Clear();
  key.other = string_value(text);
  return key.other.get();
}

bool JsonLoader::push_value(JsonElement element) {
  Ref item = value(element);
  return item && stack_.push(std::move(item));
}

Ref JsonLoader::array_value(simdjson::dom::array array) {
  if (!guard_.enter(" while decoding a JSON array from a unicode string")) return Ref();
  const std::size_t base = stack_.size();
  bool complete = true;
  for (const JsonElement element : array) {
    complete = push_value(element);
    if (!complete) break;
  }
  guard_.leave();
  if (complete) return stack_.pop_list(base);
  stack_.drop(base);
  return Ref();
}

Ref JsonLoader::object_value(simdjson::dom::object object) {
  if (!guard_.enter(" while decoding a JSON object from a unicode string")) return Ref();
  Ref made;
  if (object.size() == 1) {
    const simdjson::dom::key_value_pair only = *object.begin();
    const JsonWrapper wrapper = bsonpp::json_wrapper_of(only.key);
    if (wrapper != JsonWrapper::kNone) made = wrapped_value(wrapper, only.value);
  }
  // json_util decides about unusual forms, and raises for wrong ones.
  if (!made && !refused_) {
    PyErr_Clear();
    made = fields_value(object);
  }
  guard_.leave();
  return made;
}

Ref JsonLoader::fields_value(simdjson::dom::object object) {
  Ref dict = Ref::steal(PyDict_New());
  if (!dict) return Ref();
  bool has_wrapper = false;
  // Not left after a failure, which ends the reading of the whole text.
  const std::uint16_t outer = reader_.enter();
  Key key;
  for (const simdjson::dom::key_value_pair field : object) {
    PyObject* name = read_key(field.key, key);
    if (name == nullptr) return Ref();
    const Ref item = value(field.value);
    if (!item || PyDict_SetItem(dict.get(), name, item.get()) < 0) return Ref();
    if (field.key.starts_with('$')) [[unlikely]] {
      has_wrapper = has_wrapper || bsonpp::json_wrapper_of(field.key) != JsonWrapper::kNone;
    }
  }
  reader_.leave(outer);
  if (!has_wrapper) [[likely]] {
    return dict;
  }
  return Ref::steal(PyObject_CallFunctionObjArgs(object_hook_, dict.get(), json_options_, nullptr));
}

}  // namespace pymongo_cpp
