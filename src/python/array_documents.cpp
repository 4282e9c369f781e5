#include "bytes_storage.h"
#include "decode.h"
#include "errors.h"

#include <bsonpp/array_index.h>

namespace pymongo_cpp {

namespace {

using bsonpp::Bytes;
using bsonpp::Cursor;
using bsonpp::ErrorCode;

// The next element's document; null-terminated problem text, or null when it was read. Any key is
// taken, the one that is due without looking for its end.
const char* next_document(Cursor& cursor, const bsonpp::ArrayIndex& due, Bytes& document) {
  std::uint8_t type = 0;
  std::string_view key;
  if (cursor.read(type) != ErrorCode::kOk) return "invalid array content";
  if (static_cast<bsonpp::Type>(type) != bsonpp::Type::kDocument) {
    return "array element was not an object";
  }
  if ((!cursor.match(due) && cursor.read_cstring(key) != ErrorCode::kOk) ||
      cursor.remaining() + 1 < bsonpp::kMinDocumentSize) {
    return "invalid array content";
  }
  const std::int32_t size = cursor.peek_length();
  if (size < static_cast<std::int32_t>(bsonpp::kMinDocumentSize) && size >= 0) {
    return "invalid message size";
  }
  Bytes bytes;
  if (size < 0 || cursor.read_bytes(static_cast<std::size_t>(size), bytes) != ErrorCode::kOk) {
    return "invalid array content";
  }
  document = bytes;
  return nullptr;
}

const char* array_problem(Bytes array) {
  const Cursor cursor(array);
  if (array.size() < bsonpp::kMinDocumentSize) return "not enough data for a BSON document";
  const std::int32_t size = cursor.peek_length();
  if (size < static_cast<std::int32_t>(bsonpp::kMinDocumentSize) ||
      static_cast<std::size_t>(size) != array.size()) {
    return "objsize too large";
  }
  return array.back() != std::byte{0} ? "bad eoo" : nullptr;
}

}  // namespace

Ref array_to_documents(const ModuleState& state, Bytes array) {
  if (const char* problem = array_problem(array); problem != nullptr) {
    raise_invalid_bson(state, problem);
    return Ref();
  }
  BytesStorage storage;
  bsonpp::Writer writer(storage, storage.first());
  Cursor cursor = Cursor::elements_of(array);
  bsonpp::ArrayIndex index;
  for (; !cursor.at_end(); index.advance()) {
    Bytes document;
    if (const char* problem = next_document(cursor, index, document); problem != nullptr) {
      raise_invalid_bson(state, problem);
      return Ref();
    }
    // No more bytes come out than go in: what can fail is the allocation.
    if (!writer.write_bytes(bsonpp::as_text(document))) return Ref::steal(PyErr_NoMemory());
  }
  return storage.finish(writer);
}

}  // namespace pymongo_cpp
