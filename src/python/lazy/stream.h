// Documents one after another, from bytes, a binary file or an iterable of bytes.
#pragma once

#include "../buffer.h"
#include "../state.h"

#include <optional>

namespace pymongo_cpp::lazy {

class DocumentStream {
 public:
  // `source` is a bytes-like object, has read(), or is an iterable of bytes-like objects, each of
  // which holds any number of whole documents. False with TypeError for anything else.
  bool open(const ModuleState& state, PyObject* source);

  int traverse(visitproc visit, void* arg) const;

  // Reads on while it lives: the buffer it reads from stays where it is.
  class Reading {
   public:
    explicit Reading(DocumentStream& stream) noexcept : stream_(stream) {}

    // The next document, of which only the frame has been checked. False at the end, and with a
    // Python exception: InvalidBSON, or what the source raised.
    bool next(const ModuleState& state, bsonpp::Bytes& document);
    // The object whose buffer the last document lies in.
    PyObject* owner() const noexcept { return chunk_.get(); }

   private:
    // Holds the buffer of the stream's chunk.
    bool hold_chunk();

    DocumentStream& stream_;
    Ref chunk_;
    // Replaced with its chunk; a buffer is held for as long as it lives.
    std::optional<Buffer> buffer_;
    bsonpp::Bytes rest_;
  };

 private:
  enum class Kind : std::uint8_t { kBuffer, kFile, kIterator };

  // The next bytes-like object with documents; null at the end, and with an exception.
  Ref fetch(const ModuleState& state);
  Ref fetch_from_file(const ModuleState& state);

  Kind kind_ = Kind::kBuffer;
  Ref source_;                // null when there is no more to fetch
  Ref chunk_;                 // being read, or null
  std::size_t position_ = 0;  // within the chunk
};

}  // namespace pymongo_cpp::lazy
