#include "bytes_storage.h"

#include <cstring>

namespace pymongo_cpp {

namespace {

std::byte* data_of(const Ref& bytes) {
  return reinterpret_cast<std::byte*>(PyBytes_AS_STRING(bytes.get()));
}

// Changes the size of a bytes object that nobody else has seen; false with MemoryError, and then it
// is gone.
bool resize(Ref& bytes, std::size_t size) {
  PyObject* raw = bytes.release();
  const int failed = _PyBytes_Resize(&raw, static_cast<Py_ssize_t>(size));
  bytes = Ref::steal(raw);
  return failed == 0;
}

}  // namespace

std::span<std::byte> BytesStorage::grow(std::size_t used, std::size_t capacity) noexcept {
  if (bytes_) {
    if (!resize(bytes_, capacity)) {
      PyErr_Clear();
      return {};
    }
  } else {
    bytes_ = Ref::steal(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(capacity)));
    if (!bytes_) {
      PyErr_Clear();
      return {};
    }
    if (used != 0) std::memcpy(data_of(bytes_), first_.data(), used);
  }
  return {data_of(bytes_), capacity};
}

Ref BytesStorage::finish(const bsonpp::Writer& writer) {
  const std::size_t size = writer.size();
  if (!bytes_) {
    return Ref::steal(PyBytes_FromStringAndSize(
        reinterpret_cast<const char*>(writer.bytes().data()), static_cast<Py_ssize_t>(size)));
  }
  if (!resize(bytes_, size)) return Ref();
  return std::move(bytes_);
}

}  // namespace pymongo_cpp
