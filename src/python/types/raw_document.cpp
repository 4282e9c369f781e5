#include "raw_document.h"

namespace pymongo_cpp {

namespace {

using bsonpp::Bytes;

Ref raw_bytes_object(const ModuleState& state, PyObject* owner, Bytes document) {
  const std::string_view text = bsonpp::as_text(document);
  if (owner != nullptr && PyBytes_Check(owner)) {
    const Py_ssize_t offset = text.data() - PyBytes_AS_STRING(owner);
    if (ssize(text) == PyBytes_GET_SIZE(owner)) return Ref::share(owner);
    if (ssize(text) >= state.raw_view_threshold) {
      const Ref view = Ref::steal(PyMemoryView_FromObject(owner));
      if (!view) return Ref();
      return Ref::steal(PySequence_GetSlice(view.get(), offset, offset + ssize(text)));
    }
  }
  return Ref::steal(PyBytes_FromStringAndSize(text.data(), ssize(text)));
}

}  // namespace

Ref make_raw_document(const ModuleState& state, const CodecOptions& options, PyObject* owner,
                      Bytes document) {
  Ref raw = raw_bytes_object(state, owner, document);
  if (!raw) return Ref();
  const Layouts& layouts = state.layouts;
  if (options.document_class != state.types.raw_document.get() || !layouts.raw_bytes.found()) {
    return Ref::steal(PyObject_CallFunctionObjArgs(options.document_class, raw.get(),
                                                   options.object.get(), nullptr));
  }
  PyTypeObject* type = state.types.raw_document.as_type();
  Ref made = Ref::steal(type->tp_alloc(type, 0));
  if (!made) return Ref();
  layouts.raw_bytes.initialize(made.get(), std::move(raw));
  layouts.raw_inflated.initialize(made.get(), Ref::share(Py_None));
  layouts.raw_options.initialize(made.get(), Ref::share(options.object.get()));
  return made;
}

bool RawBytes::read(const ModuleState& state, PyObject* raw_document) {
  owner_ = Ref::steal(PyObject_GetAttr(raw_document, state.names.raw.get()));
  if (!owner_) return false;
  if (!PyBytes_Check(owner_.get()) && !PyMemoryView_Check(owner_.get())) {
    PyErr_Format(PyExc_TypeError, "RawBSONDocument.raw must be bytes or memoryview, not %.200s",
                 Py_TYPE(owner_.get())->tp_name);
    return false;
  }
  held_ = get_buffer(owner_.get(), view_);
  if (!held_) return false;
  bytes_ = {static_cast<const char*>(view_.buf), static_cast<std::size_t>(view_.len)};
  return true;
}

}  // namespace pymongo_cpp
