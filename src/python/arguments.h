// Arguments of functions called by vectorcall, bound to names as a Python function binds them.
#pragma once

#include "compat.h"

#include <array>
#include <cstddef>
#include <span>

namespace pymongo_cpp {

// A function's parameters: their names in order, of which the first `required` have no default.
struct Signature {
  const char* function;
  std::span<const char* const> parameters;
  std::size_t required;
};

// Binds positional and keyword arguments to `bound`, one place for each parameter, null where none
// was given. False with TypeError in CPython's words.
bool bind_arguments(const Signature& signature, PyObject* const* arguments, Py_ssize_t count,
                    PyObject* keyword_names, std::span<PyObject*> bound);

// The exact number of positional arguments; false with TypeError otherwise.
bool check_argument_count(const char* function, Py_ssize_t count, Py_ssize_t least,
                          Py_ssize_t most);

// An unsigned 32-bit offset or an unsigned byte, as PyArg_ParseTuple's "I" and "b" take them.
bool parse_offset(PyObject* argument, std::size_t& offset);
bool parse_byte(PyObject* argument, unsigned char& byte);

}  // namespace pymongo_cpp
