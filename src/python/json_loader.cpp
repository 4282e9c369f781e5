#include "json_loader.h"

namespace pymongo_cpp {

using bsonpp::JsonElement;
using bsonpp::JsonType;
using bsonpp::JsonWrapper;

// Inlined where objects and arrays are read, which then make most of their values themselves.
BSONPP_ALWAYS_INLINE Ref JsonLoader::any_value(JsonElement element) {
  switch (element.type()) {
    case JsonType::kString:
      return string_value(tape_.string(element));
    case JsonType::kInt64:
      return Ref::steal(PyLong_FromLongLong(element.int64()));
    case JsonType::kUint64:
      return Ref::steal(PyLong_FromUnsignedLongLong(element.uint64()));
    case JsonType::kDouble:
      return Ref::steal(PyFloat_FromDouble(element.float64()));
    case JsonType::kTrue:
      return Ref::share(Py_True);
    case JsonType::kFalse:
      return Ref::share(Py_False);
    case JsonType::kNull:
      return Ref::share(Py_None);
    case JsonType::kObject:
      return object_value(element);
    case JsonType::kArray:
      return array_value(element);
  }
  refused_ = true;
  return Ref();
}

Ref JsonLoader::value(JsonElement element) { return any_value(element); }

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
  Ref item = any_value(element);
  return item && stack_.push(std::move(item));
}

BSONPP_NEVER_INLINE Ref JsonLoader::array_value(JsonElement array) {
  if (!guard_.enter(" while decoding a JSON array from a unicode string")) return Ref();
  const std::size_t base = stack_.size();
  bool complete = true;
  for (JsonElement item = array.first(), end = tape_.end(array); complete && item != end;
       item = tape_.next(item)) {
    complete = push_value(item);
  }
  guard_.leave();
  if (complete) return stack_.pop_list(base);
  stack_.drop(base);
  return Ref();
}

BSONPP_NEVER_INLINE Ref JsonLoader::object_value(JsonElement object) {
  if (!guard_.enter(" while decoding a JSON object from a unicode string")) return Ref();
  Ref made;
  if (object.has_one_field()) {
    const JsonElement key = object.first();
    const JsonWrapper wrapper = bsonpp::json_wrapper_of(tape_.string(key));
    if (wrapper != JsonWrapper::kNone) made = wrapped_value(wrapper, key.value());
  }
  // json_util decides about unusual forms, and raises for wrong ones.
  if (!made && !refused_) {
    PyErr_Clear();
    made = fields_value(object);
  }
  guard_.leave();
  return made;
}

Ref JsonLoader::fields_value(JsonElement object) {
  Ref dict = Ref::steal(PyDict_New());
  if (!dict) return Ref();
  bool has_wrapper = false;
  // Not left after a failure, which ends the reading of the whole text.
  const std::uint16_t outer = reader_.enter();
  Key key;
  for (JsonElement field = object.first(), end = tape_.end(object); field != end;
       field = tape_.next(field.value())) {
    const std::string_view text = tape_.string(field);
    PyObject* name = read_key(text, key);
    if (name == nullptr) return Ref();
    const Ref item = any_value(field.value());
    if (!item || PyDict_SetItem(dict.get(), name, item.get()) < 0) return Ref();
    if (text.starts_with('$')) [[unlikely]] {
      has_wrapper = has_wrapper || bsonpp::json_wrapper_of(text) != JsonWrapper::kNone;
    }
  }
  reader_.leave(outer);
  if (!has_wrapper) [[likely]] {
    return dict;
  }
  return Ref::steal(PyObject_CallFunctionObjArgs(object_hook_, dict.get(), json_options_, nullptr));
}

}  // namespace pymongo_cpp
