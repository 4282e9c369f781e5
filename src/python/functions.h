// The module's functions, by the family that each table holds.
#pragma once

#include "compat.h"

namespace pymongo_cpp {

// A function of any calling convention, as a PyMethodDef takes it beside the convention's flags.
template <typename Function>
PyCFunction as_method(Function function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

// encode(), decode() and the other functions of the package, with the signatures of `bson`.
extern PyMethodDef public_functions[];
// The functions of PyMongo's bson._cbson, with their positional arguments.
extern PyMethodDef cbson_functions[];
// The functions of PyMongo's pymongo._cmessage, with their positional arguments.
extern PyMethodDef cmessage_functions[];
// What pymongo_cpp.json is made of.
extern PyMethodDef json_functions[];
// What install(level="full") puts into PyMongo's classes.
extern PyMethodDef full_level_functions[];
// project() and select().
extern PyMethodDef lazy_functions[];

}  // namespace pymongo_cpp
