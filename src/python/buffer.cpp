#include "buffer.h"

namespace pymongo_cpp {

bool Buffer::read_view(PyObject* object) {
  if (PyObject_GetBuffer(object, &view_, PyBUF_SIMPLE) < 0) return false;
  held_ = true;
  if (PyBuffer_IsContiguous(&view_, 'C') == 0) {
    PyErr_SetString(PyExc_ValueError, "must be a contiguous buffer");
    return false;
  }
  if (view_.buf == nullptr || view_.len < 0) {
    PyErr_SetString(PyExc_ValueError, "invalid buffer");
    return false;
  }
  if (view_.itemsize != 1) {
    PyErr_SetString(PyExc_ValueError, "buffer data must be ascii or utf8");
    return false;
  }
  bytes_ = {static_cast<const std::byte*>(view_.buf), static_cast<std::size_t>(view_.len)};
  return true;
}

}  // namespace pymongo_cpp
