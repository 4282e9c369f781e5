// RawBSONDocument and its kin: documents that stay bytes.
#pragma once

#include "../buffer.h"
#include "../state.h"

#include <bsonpp/cursor.h>

#include <string_view>

namespace pymongo_cpp {

// A raw document class's instance for `document`, which lies within the buffer of `owner` (the
// object being decoded, or null when it cannot be told). Bytes of an immutable owner that reach
// PyMongo's threshold are not copied but sliced, and a whole bytes object is passed on itself.
Ref make_raw_document(const ModuleState& state, const CodecOptions& options, PyObject* owner,
                      bsonpp::Bytes document);

// The bytes of a raw document's `raw`, which must be bytes or a memoryview.
class RawBytes {
 public:
  RawBytes() noexcept = default;
  RawBytes(const RawBytes&) = delete;
  RawBytes& operator=(const RawBytes&) = delete;
  ~RawBytes() {
    if (held_) release_buffer(view_);
  }
  // False with a Python exception (TypeError for anything but bytes and memoryview).
  bool read(const ModuleState& state, PyObject* raw_document);
  std::string_view bytes() const noexcept { return bytes_; }

 private:
  Ref owner_;
  Py_buffer view_{};
  bool held_ = false;
  std::string_view bytes_;
};

}  // namespace pymongo_cpp
