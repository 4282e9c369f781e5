#include "stream.h"

#include "../decode.h"
#include "../errors.h"

#include <algorithm>

namespace pymongo_cpp::lazy {

namespace {

using bsonpp::Bytes;
using bsonpp::Cursor;

constexpr std::size_t kReadSize = std::size_t{1} << 20U;  // bytes asked of a file at a time

// Whether the first document of `bytes` is all there, and in `needed` how many bytes it takes. A
// length that no document has counts as all there: reading it will tell.
bool holds_document(Bytes bytes, std::size_t& needed) noexcept {
  needed = sizeof(std::int32_t);
  if (bytes.size() < sizeof(std::int32_t)) return false;
  const std::int32_t size = Cursor(bytes).peek_length();
  if (size < static_cast<std::int32_t>(bsonpp::kMinDocumentSize)) return true;
  needed = static_cast<std::size_t>(size);
  return bytes.size() >= needed;
}

Ref read_from(const ModuleState& state, PyObject* file, std::size_t size) {
  const Ref number = Ref::steal(PyLong_FromSize_t(size));
  if (!number) return Ref();
  Ref bytes = Ref::steal(PyObject_CallMethodOneArg(file, state.names.read.get(), number.get()));
  if (!bytes || PyBytes_Check(bytes.get())) return bytes;
  if (bytes.get() == Py_None || !PyObject_CheckBuffer(bytes.get())) {
    PyErr_Format(PyExc_TypeError, "read() must return bytes, not %.200s",
                 Py_TYPE(bytes.get())->tp_name);
    return Ref();
  }
  return Ref::steal(PyBytes_FromObject(bytes.get()));
}

}  // namespace

bool DocumentStream::open(const ModuleState& state, PyObject* source) {
  if (PyObject_CheckBuffer(source) != 0) {
    kind_ = Kind::kBuffer;
    source_ = Ref::share(source);
    return true;
  }
  PyObject* read = nullptr;
  if (get_optional_attribute(source, state.names.read.get(), &read) < 0) return false;
  const Ref method = Ref::steal(read);
  kind_ = method ? Kind::kFile : Kind::kIterator;
  source_ = method ? Ref::share(source) : Ref::steal(PyObject_GetIter(source));
  return static_cast<bool>(source_);
}

int DocumentStream::traverse(visitproc visit, void* arg) const {
  Py_VISIT(source_.get());
  Py_VISIT(chunk_.get());
  return 0;
}

Ref DocumentStream::fetch(const ModuleState& state) {
  if (!source_) return Ref();
  switch (kind_) {
    case Kind::kBuffer:
      return std::move(source_);
    case Kind::kFile:
      return fetch_from_file(state);
    case Kind::kIterator:
      break;
  }
  return Ref::steal(PyIter_Next(source_.get()));
}

// What is left of the last chunk, and as much more as makes a whole document.
Ref DocumentStream::fetch_from_file(const ModuleState& state) {
  Ref held = chunk_ ? Ref::steal(PySequence_GetSlice(
                          chunk_.get(), static_cast<Py_ssize_t>(position_), PY_SSIZE_T_MAX))
                    : Ref::steal(PyBytes_FromStringAndSize("", 0));
  while (held) {
    Buffer buffer;
    std::size_t needed = 0;
    if (!buffer.read(held.get())) return Ref();
    const std::size_t size = buffer.bytes().size();
    if (holds_document(buffer.bytes(), needed)) return held;
    // A length that the file does not bear out must not make room for it all at once.
    const std::size_t most = std::max(kReadSize, size);
    const Ref more =
        read_from(state, source_.get(),
                  needed > size + kReadSize ? std::min(needed - size, most) : kReadSize);
    if (!more) return Ref();
    if (PyBytes_GET_SIZE(more.get()) == 0) {
      source_.clear();
      return size == 0 ? Ref() : std::move(held);
    }
    held = Ref::steal(PySequence_Concat(held.get(), more.get()));
  }
  return Ref();
}

bool DocumentStream::Reading::hold_chunk() {
  chunk_ = Ref::share(stream_.chunk_.get());
  buffer_.emplace();
  if (!buffer_->read(chunk_.get())) return false;
  const Bytes bytes = buffer_->bytes();
  // The program may have changed the size of what it gave.
  rest_ = bytes.subspan(std::min(stream_.position_, bytes.size()));
  return true;
}

bool DocumentStream::Reading::next(const ModuleState& state, Bytes& document) {
  if (!buffer_ && stream_.chunk_ && !hold_chunk()) return false;
  std::size_t needed = 0;
  // A file's last document in a chunk may be cut off there; fetch() goes on from it.
  while (rest_.empty() ||
         (stream_.kind_ == Kind::kFile && stream_.source_ && !holds_document(rest_, needed))) {
    rest_ = {};
    buffer_.reset();
    Ref fetched = stream_.fetch(state);
    if (!fetched) return false;
    stream_.chunk_ = std::move(fetched);
    stream_.position_ = 0;
    if (!hold_chunk()) return false;
  }
  if (!read_frame(state, rest_, document)) return false;
  rest_ = rest_.subspan(document.size());
  stream_.position_ += document.size();
  return buffer_.has_value() && buffer_->freeze(document);
}

}  // namespace pymongo_cpp::lazy
