// The bytes of any object with the buffer protocol.
#pragma once

#include "ref.h"

#include <bsonpp/cursor.h>

namespace pymongo_cpp {

// Holds an object's buffer, so that it neither moves nor changes size, for as long as it lives.
class Buffer {
 public:
  Buffer() noexcept = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    if (held_) PyBuffer_Release(&view_);
  }

  // False with a Python exception: TypeError for an object without a buffer, BufferError or
  // ValueError for one that is not contiguous bytes, with PyMongo's messages.
  bool read(PyObject* object) {
    if (PyBytes_Check(object)) {
      owner_ = Ref::share(object);
      bytes_ = bsonpp::as_bytes(
          {PyBytes_AS_STRING(object), static_cast<std::size_t>(PyBytes_GET_SIZE(object))});
      return true;
    }
    return read_view(object);
  }

  bsonpp::Bytes bytes() const noexcept { return bytes_; }

 private:
  bool read_view(PyObject* object);

  Ref owner_;
  Py_buffer view_{};
  bool held_ = false;
  bsonpp::Bytes bytes_;
};

}  // namespace pymongo_cpp
