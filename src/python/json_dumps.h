// From Python objects to JSON text.
#pragma once

#include "recursion.h"
#include "state.h"
#include "types/identifiers.h"

#include <bsonpp/json_writer.h>

#include <string_view>

namespace pymongo_cpp {

// bson.json_util.dumps(object, json_options=options) as a str. `fallback` is that function, which
// is asked for the text of any value whose class is none of those known here. Null with the
// exception of json_util, or with RecursionError.
Ref dump_object(ModuleState& state, PyObject* object, PyObject* options, PyObject* fallback);

// Walks Python values and drives a JsonWriter, as bson.json_util converts them. Python code may run
// in the middle (the fallback, the items() of a subclass), so whatever is being walked is held.
class JsonSource {
 public:
  JsonSource(ModuleState& state, bsonpp::TextWriter& text, PyObject* options, PyObject* fallback)
      : state_(state), text_(text), json_(text, {}), options_(options), fallback_(fallback) {}

  // Reads the options. False with a Python exception.
  bool start();
  bool value(PyObject* object);

 private:
  bool other_value(PyObject* object);
  bool known_value(KnownType known, PyObject* object);
  bool text_value(PyObject* string);
  bool integer_value(PyObject* number);
  bool dict_value(PyObject* dict);
  bool dict_fields(PyObject* dict, bool& known_keys);
  bool items_value(PyObject* mapping);
  bool list_value(PyObject* list);
  bool tuple_value(PyObject* tuple);
  bool datetime_value(PyObject* datetime);
  bool datetime_ms_value(PyObject* datetime_ms);
  bool int64_value(PyObject* number);
  bool object_id_value(PyObject* object_id);
  bool bytes_value(PyObject* bytes, bsonpp::BinarySubtype subtype);
  bool binary_value(PyObject* binary);
  bool uuid_value(PyObject* uuid);
  bool code_value(PyObject* code);
  bool dbref_value(PyObject* dbref);
  bool plain_dbref_value(const DbRefFields& parts);
  bool regex_value(PyObject* regex);
  bool timestamp_value(PyObject* timestamp);
  bool decimal128_value(PyObject* decimal);
  // What json_util makes of the value.
  bool foreign_value(PyObject* object);

  bool key(PyObject* string) { return text_value(string) && raw(": "); }
  bool raw(std::string_view json) { return written(json_.raw(json)); }
  bool enter() { return guard_.enter(" while encoding a JSON object"); }
  void leave() { guard_.leave(); }
  // Passes a write's success on, and raises its failure: there is no other than a lack of memory.
  bool written(bool success) {
    if (success) [[likely]] {
      return true;
    }
    PyErr_NoMemory();
    return false;
  }

  ModuleState& state_;
  bsonpp::TextWriter& text_;
  bsonpp::JsonWriter json_;
  PyObject* options_;
  PyObject* fallback_;
  UuidRepresentation uuid_representation_ = UuidRepresentation::kUnspecified;
  bool strict_uuid_ = true;
  NestingGuard guard_;
};

}  // namespace pymongo_cpp
