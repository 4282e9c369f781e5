// Native callables that stand for functions of PyMongo's Python code.
#pragma once

#include "ref.h"

namespace pymongo_cpp {

struct FullLevel;

// The native part of a stand-in, called with the arguments. Null without an exception when it
// leaves the call to PyMongo's function.
using StandInFunction = PyObject* (*)(FullLevel& level, PyObject* const* arguments,
                                      Py_ssize_t count, PyObject* keyword_names);

// Makes the type of the stand-ins; null with a Python exception.
Ref make_stand_in_type(PyObject* module);

// A callable for `function`, a Python function of which it has the name, the documentation and the
// signature, but which tries `native` first. It becomes a method as functions do. Null with a
// Python exception.
Ref make_stand_in(const Ref& stand_in_type, PyObject* function, StandInFunction native);

}  // namespace pymongo_cpp
