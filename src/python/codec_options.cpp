#include "codec_options.h"

#include "state.h"

#include <new>

namespace pymongo_cpp {

namespace {

bool read_document_kind(const ModuleState& state, PyObject* document_class, DocumentKind& kind) {
  if (document_class == reinterpret_cast<PyObject*>(&PyDict_Type)) {
    kind = DocumentKind::kDict;
    return true;
  }
  long marker = 0;
  if (!type_marker(state, document_class, marker)) return false;
  if (marker == kRawDocumentMarker) {
    kind = DocumentKind::kRaw;
  } else if (document_class == state.types.son.get() && state.types.son_keys_name) {
    kind = DocumentKind::kSon;
  } else {
    kind = DocumentKind::kMapping;
  }
  return true;
}

}  // namespace

bool CodecOptions::read(const ModuleState& state, PyObject* options) {
  unsigned char aware = 0;
  unsigned char representation = 0;
  unsigned char conversion = 0;
  PyObject* registry = nullptr;
  if (!PyTuple_Check(options)) {
    PyErr_SetString(PyExc_TypeError, "codec_options must be an instance of CodecOptions");
    return false;
  }
  if (!PyArg_ParseTuple(options, "ObbzOOb", &document_class, &aware, &representation,
                        &error_handler, &tzinfo, &registry, &conversion)) {
    return false;
  }
  tz_aware = aware != 0;
  uuid_representation = static_cast<UuidRepresentation>(representation);
  datetime_conversion = static_cast<DatetimeConversion>(conversion);
  if (!read_document_kind(state, document_class, document_kind)) return false;
  encoder_map = Ref::steal(PyObject_GetAttr(registry, state.names.encoder_map.get()));
  decoder_map = Ref::steal(PyObject_GetAttr(registry, state.names.decoder_map.get()));
  fallback_encoder = Ref::steal(PyObject_GetAttr(registry, state.names.fallback_encoder.get()));
  if (!encoder_map || !decoder_map || !fallback_encoder) return false;
  if (!PyDict_Check(encoder_map.get()) || !PyDict_Check(decoder_map.get())) {
    PyErr_SetString(PyExc_TypeError, "a TypeRegistry's maps must be dicts");
    return false;
  }
  object = Ref::share(options);
  return true;
}

CodecOptionsCache::Handle CodecOptionsCache::get(const ModuleState& state, PyObject* object) {
  Entry*& slot = slots_[(reinterpret_cast<std::uintptr_t>(object) >> 5U) % kSlots];
  if (slot != nullptr && slot->options.object.get() == object) [[likely]] {
    return Handle(slot);
  }
  auto* entry = new (std::nothrow) Entry;
  if (entry == nullptr) {
    PyErr_NoMemory();
    return Handle();
  }
  Handle handle(entry);
  if (!entry->options.read(state, object)) return Handle();
  ++entry->users;
  leave(std::exchange(slot, entry));
  return handle;
}

int CodecOptionsCache::traverse(visitproc visit, void* arg) const {
  for (const Entry* entry : slots_) {
    if (entry == nullptr) continue;
    Py_VISIT(entry->options.object.get());
    Py_VISIT(entry->options.encoder_map.get());
    Py_VISIT(entry->options.decoder_map.get());
    Py_VISIT(entry->options.fallback_encoder.get());
  }
  return 0;
}

void CodecOptionsCache::clear() noexcept {
  for (Entry*& entry : slots_) leave(std::exchange(entry, nullptr));
}

}  // namespace pymongo_cpp
