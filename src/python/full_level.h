// What install(level="full") puts into PyMongo's classes beyond the two C modules.
#pragma once

#include "object_id_generator.h"
#include "state.h"

namespace pymongo_cpp {

// Made once for a module, when the full level is first asked for.
struct FullLevel {
  explicit FullLevel(ModuleState& module_state) : state(module_state) {}

  ModuleState& state;
  ObjectIdGenerator generator;
  Ref function_type;  // NativeFunction
  Ref invalid_id;     // bson.errors.InvalidId
  // PyMongo's own functions, called for whatever the native ones do not handle.
  Ref object_id_str;
  Ref object_id_repr;
  // bson.raw_bson._RawArrayBSONDocument, and what it and RawBSONDocument inflate themselves by.
  Ref raw_array_document;
  Ref inflate;
  Ref inflate_raw_arrays;

  int traverse(visitproc visit, void* arg) const;
};

// The full level of the module behind `type`, which is one of PyMongo's classes that it serves, or
// derived from one; null without an exception when the interpreter is about to end.
FullLevel* full_level_of(PyTypeObject* type);

// The attributes that ObjectId and RawBSONDocument get: dictionaries by name. Called while the
// classes have PyMongo's own. Null with a Python exception, which is an ImportError where a class
// is not of the shape that the functions need.
Ref object_id_attributes(FullLevel& level);
Ref raw_document_attributes(FullLevel& level);

// Lets ObjectId be called without type.__call__(), or no longer.
void set_object_id_constructor(const FullLevel& level, bool native);

}  // namespace pymongo_cpp
