// NativeFunction: a function of this module in the place of one of PyMongo's Python functions.
#pragma once

#include "ref.h"

namespace pymongo_cpp {

struct FullLevel;

// Makes the type NativeFunction and adds it to the module; false with an exception.
bool add_native_function_type(PyObject* module);

// The native part of a stand-in, called with the arguments. Null without an exception when it
// leaves the call to PyMongo's function.
using StandInFunction = PyObject* (*)(FullLevel& level, PyObject* const* arguments,
                                      Py_ssize_t count, PyObject* keyword_names);

// A NativeFunction, of which `type` is the type, in the place of `wrapped`, a Python function, but
// which calls that where `native` leaves it to it. Null with a Python exception.
Ref make_stand_in(PyTypeObject* type, PyObject* wrapped, StandInFunction native);

}  // namespace pymongo_cpp
