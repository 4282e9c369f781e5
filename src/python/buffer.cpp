#include "buffer.h"

namespace pymongo_cpp {

namespace {

// Whether `object` shows the bytes of a bytes object.
bool is_view_of_bytes(PyObject* object) {
  if (!PyMemoryView_Check(object)) return false;
  PyObject* exporter = PyMemoryView_GET_BASE(object);
  return exporter != nullptr && PyBytes_Check(exporter);
}

}  // namespace

bool get_buffer(PyObject* object, Py_buffer& view) {
  const CriticalSection section(object);
  return PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) == 0;
}

void release_buffer(Py_buffer& view) noexcept {
  const Ref exporter = Ref::share(view.obj);
  if (!exporter) return;
  const CriticalSection section(exporter.get());
  PyBuffer_Release(&view);
}

bool Buffer::read_view(PyObject* object) {
  held_ = get_buffer(object, view_);
  if (!held_) return false;
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
  changeable_ = !is_view_of_bytes(object);
  return true;
}

bool Buffer::copy(bsonpp::Bytes& part) {
  const std::string_view text = bsonpp::as_text(part);
  copy_ = Ref::steal(PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
  if (!copy_) return false;
  part = bsonpp::as_bytes({PyBytes_AS_STRING(copy_.get()), text.size()});
  return true;
}

}  // namespace pymongo_cpp
