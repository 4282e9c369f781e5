#include "documents.h"

#include "bytes_storage.h"
#include "decode.h"
#include "encoder.h"

namespace pymongo_cpp {

namespace {

// A raw document's own bytes.
Ref raw_document_bytes(const ModuleState& state, PyObject* document) {
  Ref raw = Ref::steal(PyObject_GetAttr(document, state.names.raw.get()));
  if (!raw || PyBytes_Check(raw.get())) return raw;
  return Ref::steal(PyBytes_FromObject(raw.get()));
}

}  // namespace

Ref encode_document(ModuleState& state, PyObject* document, bool check_keys, PyObject* options,
                    bool outermost) {
  const auto parsed = state.options(options);
  if (!parsed) return Ref();
  if (!PyDict_CheckExact(document)) {
    long marker = 0;
    if (!type_marker(state, document, marker)) return Ref();
    if (marker == kRawDocumentMarker) return raw_document_bytes(state, document);
  }
  BytesStorage storage;
  bsonpp::Writer writer(storage, storage.first());
  Encoder encoder(state, *parsed, writer, check_keys);
  if (!encoder.document(document, outermost)) return Ref();
  return storage.finish(writer);
}

Ref decode_object(ModuleState& state, PyObject* data, PyObject* options) {
  const auto parsed = state.options(options);
  if (!parsed) return Ref();
  const Ref input = raw_input(state, *parsed, data);
  Buffer buffer;
  if (!input || !buffer.read(input.get())) return Ref();
  bsonpp::Bytes bytes = buffer.bytes();
  if (!buffer.freeze(bytes)) return Ref();
  return decode_document(state, *parsed, input.get(), bytes);
}

Ref decode_object_all(ModuleState& state, PyObject* data, PyObject* options) {
  const auto parsed = state.options(options);
  if (!parsed) return Ref();
  const Ref input = raw_input(state, *parsed, data);
  Buffer buffer;
  if (!input || !buffer.read(input.get())) return Ref();
  bsonpp::Bytes bytes = buffer.bytes();
  if (!buffer.freeze(bytes)) return Ref();
  return decode_documents(state, *parsed, input.get(), bytes);
}

}  // namespace pymongo_cpp
