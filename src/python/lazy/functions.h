// project() and select(), and the iterator that the latter returns.
#pragma once

#include "../state.h"

namespace pymongo_cpp::lazy {

// Sets `options` to the default where there are none; false with TypeError for what are no
// CodecOptions.
bool check_options(const ModuleState& state, PyObject*& options);

PyObject* project(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                  PyObject* keyword_names);
PyObject* select(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                 PyObject* keyword_names);

// Makes the iterator's type; see load_types().
bool load_selection_type(ModuleState& state, PyObject* module);

// Makes all types of this folder and keeps them in the state.
bool load_types(ModuleState& state, PyObject* module);

}  // namespace pymongo_cpp::lazy
