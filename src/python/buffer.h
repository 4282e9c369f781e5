// The bytes of any object with the buffer protocol.
#pragma once

#include "ref.h"

#include <bsonpp/cursor.h>

namespace pymongo_cpp {

// Takes an object's buffer as plain bytes, and gives it back. Without a GIL, bytearrays and
// memoryviews do not count their exports safely by themselves; so they do, as far as this codec
// goes. get_buffer() is false with a Python exception.
bool get_buffer(PyObject* object, Py_buffer& view);
void release_buffer(Py_buffer& view) noexcept;

// Holds an object's buffer, so that it neither moves nor changes size, for as long as it lives.
//
// What the bytes are may change all the same, but for those of a bytes object: a bytearray by
// another thread, an mmap by another process. A check of such bytes says nothing about what is
// there when they are used, so that they have to be frozen before they are decoded.
class Buffer {
 public:
  Buffer() noexcept = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    if (held_) release_buffer(view_);
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

  // Replaces `part`, which lies within bytes(), by a copy where the bytes could change. The copy
  // lives until the next one is made. False with MemoryError.
  bool freeze(bsonpp::Bytes& part) {
    if (!changeable_) [[likely]] {
      return true;
    }
    return copy(part);
  }

 private:
  bool read_view(PyObject* object);
  bool copy(bsonpp::Bytes& part);

  Ref owner_;
  Ref copy_;
  Py_buffer view_{};
  bool held_ = false;
  bool changeable_ = false;
  bsonpp::Bytes bytes_;
};

}  // namespace pymongo_cpp
