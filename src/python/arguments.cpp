#include "arguments.h"

#include <algorithm>

namespace pymongo_cpp {

namespace {

bool bind_keyword(const Signature& signature, PyObject* name, PyObject* value,
                  std::span<PyObject*> bound) {
  for (std::size_t i = 0; i < signature.parameters.size(); ++i) {
    if (!PyUnicode_Check(name) ||
        PyUnicode_CompareWithASCIIString(name, signature.parameters[i]) != 0) {
      continue;
    }
    if (bound[i] != nullptr) {
      PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%U'",
                   signature.function, name);
      return false;
    }
    bound[i] = value;
    return true;
  }
  PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%S'", signature.function,
               name);
  return false;
}

}  // namespace

bool bind_arguments(const Signature& signature, PyObject* const* arguments, Py_ssize_t count,
                    PyObject* keyword_names, std::span<PyObject*> bound) {
  const auto most = static_cast<Py_ssize_t>(signature.parameters.size());
  if (count > most) {
    PyErr_Format(PyExc_TypeError, "%s() takes at most %zd positional arguments but %zd were given",
                 signature.function, most, count);
    return false;
  }
  std::copy_n(arguments, count, bound.begin());
  const Py_ssize_t keywords = keyword_names == nullptr ? 0 : PyTuple_GET_SIZE(keyword_names);
  for (Py_ssize_t i = 0; i < keywords; ++i) {
    if (!bind_keyword(signature, PyTuple_GET_ITEM(keyword_names, i), arguments[count + i], bound)) {
      return false;
    }
  }
  for (std::size_t i = 0; i < signature.required; ++i) {
    if (bound[i] == nullptr) {
      PyErr_Format(PyExc_TypeError, "%s() missing required argument: '%s'", signature.function,
                   signature.parameters[i]);
      return false;
    }
  }
  return true;
}

bool check_argument_count(const char* function, Py_ssize_t count, Py_ssize_t least,
                          Py_ssize_t most) {
  if (count >= least && count <= most) return true;
  if (least == most) {
    PyErr_Format(PyExc_TypeError, "%s() takes exactly %zd arguments (%zd given)", function, least,
                 count);
  } else {
    PyErr_Format(PyExc_TypeError, "%s() takes %zd to %zd arguments (%zd given)", function, least,
                 most, count);
  }
  return false;
}

bool parse_offset(PyObject* argument, std::size_t& offset) {
  const unsigned long value = PyLong_AsUnsignedLongMask(argument);
  if (value == static_cast<unsigned long>(-1) && PyErr_Occurred() != nullptr) return false;
  offset = static_cast<std::uint32_t>(value);
  return true;
}

bool parse_byte(PyObject* argument, unsigned char& byte) {
  if (PyBool_Check(argument)) {
    byte = argument == Py_True ? 1 : 0;
    return true;
  }
  return PyArg_Parse(argument, "b", &byte) != 0;
}

}  // namespace pymongo_cpp
