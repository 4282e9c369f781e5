#include "iterators.h"

#include "decode.h"
#include "errors.h"
#include "iterator_type.h"

#include <algorithm>
#include <array>

namespace pymongo_cpp {

namespace {

using bsonpp::Bytes;
using bsonpp::Cursor;

// Of both iterators: what documents come from, and the options. An empty source is exhausted.
struct DocumentIterator {
  PyObject_HEAD PyObject* source;
  PyObject* options;
  Py_ssize_t position;  // bytes of the source already read
  Py_ssize_t size;      // of the source when the first document was asked for; -1 before that
};

DocumentIterator* iterator_of(PyObject* self) { return reinterpret_cast<DocumentIterator*>(self); }

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(iterator_of(self)->source);
  Py_VISIT(iterator_of(self)->options);
  return 0;
}

// Ends the iteration and lets go of the source.
int exhaust(PyObject* self) {
  DocumentIterator* iterator = iterator_of(self);
  const Ref source = Ref::steal(std::exchange(iterator->source, nullptr));
  const Ref options = Ref::steal(std::exchange(iterator->options, nullptr));
  return 0;
}

// What struct.unpack_from() raises where PyMongo reads a size that is not there.
void raise_struct_error(Py_ssize_t position, Py_ssize_t size) {
  const Ref module = Ref::steal(PyImport_ImportModule("struct"));
  if (!module) return;
  const Ref error = Ref::steal(PyObject_GetAttrString(module.get(), "error"));
  if (!error) return;
  PyErr_Format(error.get(),
               "unpack_from requires a buffer of at least %zd bytes for unpacking 4 bytes at "
               "offset %zd (actual buffer size is %zd)",
               position + 4, position, size);
}

// data[position : position + size] with Python's rules for a negative size.
Bytes slice(Bytes data, std::size_t position, std::int32_t size) {
  const auto length = static_cast<Py_ssize_t>(data.size());
  Py_ssize_t end = static_cast<Py_ssize_t>(position) + size;
  if (end < 0) end += length;
  end = std::clamp(end, Py_ssize_t{0}, length);
  if (end <= static_cast<Py_ssize_t>(position)) return {};
  return data.subspan(position, static_cast<std::size_t>(end) - position);
}

Ref next_document(ModuleState& state, DocumentIterator& iterator) {
  const Ref source = Ref::share(iterator.source);
  const Ref options_object = Ref::share(iterator.options);
  const int is_options = PyObject_IsInstance(options_object.get(), state.types.codec_options.get());
  if (is_options <= 0) {
    if (is_options == 0) {
      PyErr_SetString(PyExc_TypeError, "codec_options must be an instance of CodecOptions");
    }
    return Ref();
  }
  const auto options = state.options(options_object.get());
  if (!options) return Ref();
  if (iterator.size < 0) iterator.size = PyObject_Size(source.get());
  // A last byte on its own is passed over, as PyMongo does.
  if (iterator.position >= iterator.size - 1) return Ref();
  Buffer buffer;
  if (!buffer.read(source.get())) return Ref();
  const Bytes data = buffer.bytes();
  const auto length = static_cast<Py_ssize_t>(data.size());
  const auto position = static_cast<std::size_t>(iterator.position);
  if (length < iterator.position + 4) {
    raise_struct_error(iterator.position, length);
    return Ref();
  }
  const std::int32_t size = Cursor(data.subspan(position)).peek_length();
  iterator.position += size;
  Bytes document = slice(data, position, size);
  if (!buffer.freeze(document)) return Ref();
  return decode_document(state, *options, nullptr, document);
}

PyObject* finish(PyObject* self, Ref document) {
  if (!document) {
    Ref exception = Ref::steal(take_exception());
    exhaust(self);
    if (exception) restore_exception(exception.release());
  }
  return document.release();
}

PyObject* document_iterator_next(PyObject* self) {
  DocumentIterator* iterator = iterator_of(self);
  ModuleState* state = iterator_state(self);
  const CriticalSection section(self);
  if (state == nullptr || iterator->source == nullptr) return nullptr;
  return finish(self, next_document(*state, *iterator));
}

Ref read_from(const ModuleState& state, PyObject* file, Py_ssize_t size) {
  const Ref number = Ref::steal(PyLong_FromSsize_t(size));
  if (!number) return Ref();
  return Ref::steal(PyObject_CallMethodOneArg(file, state.names.read.get(), number.get()));
}

Ref next_file_document(ModuleState& state, DocumentIterator& iterator) {
  const Ref file = Ref::share(iterator.source);
  const Ref options_object = Ref::share(iterator.options);
  const Ref head = read_from(state, file.get(), 4);
  if (!head) return Ref();
  const int any = PyObject_IsTrue(head.get());
  if (any <= 0) return Ref();
  std::int32_t size = 0;
  {
    Buffer head_bytes;
    if (!head_bytes.read(head.get())) return Ref();
    if (head_bytes.bytes().size() != 4) {
      raise_invalid_bson(state, "cut off in middle of objsize");
      return Ref();
    }
    size = Cursor(head_bytes.bytes()).peek_length();
  }
  const Ref rest = read_from(state, file.get(), std::max(std::int64_t{size} - 4, std::int64_t{0}));
  if (!rest) return Ref();
  const Ref whole = Ref::steal(PySequence_Concat(head.get(), rest.get()));
  if (!whole) return Ref();
  const auto options = state.options(options_object.get());
  Buffer buffer;
  if (!options || !buffer.read(whole.get())) return Ref();
  Bytes document = buffer.bytes();
  if (!buffer.freeze(document)) return Ref();
  return decode_document(state, *options, whole.get(), document);
}

PyObject* file_iterator_next(PyObject* self) {
  DocumentIterator* iterator = iterator_of(self);
  ModuleState* state = iterator_state(self);
  const CriticalSection section(self);
  if (state == nullptr || iterator->source == nullptr) return nullptr;
  return finish(self, next_file_document(*state, *iterator));
}

PyMethodDef kMethods[] = {
    {"close", close_iterator<exhaust>, METH_NOARGS,
     PyDoc_STR("close($self, /)\n--\n\nEnd the iteration.")},
    {nullptr, nullptr, 0, nullptr},
};

Ref make_type(PyObject* module, const char* name, iternextfunc next) {
  std::array<PyType_Slot, 7> slots = {{
      {Py_tp_dealloc, reinterpret_cast<void*>(deallocate_iterator<exhaust>)},
      {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
      {Py_tp_clear, reinterpret_cast<void*>(exhaust)},
      {Py_tp_iter, reinterpret_cast<void*>(PyObject_SelfIter)},
      {Py_tp_iternext, reinterpret_cast<void*>(next)},
      {Py_tp_methods, kMethods},
      {0, nullptr},
  }};
  PyType_Spec spec = {name, sizeof(DocumentIterator), 0, kIteratorFlags, slots.data()};
  return Ref::steal(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

Ref make_iterator(const Ref& type, PyObject* source, PyObject* options) {
  Ref self = Ref::steal(type.as_type()->tp_alloc(type.as_type(), 0));
  if (!self) return Ref();
  DocumentIterator* iterator = iterator_of(self.get());
  iterator->source = Ref::share(source).release();
  iterator->options = Ref::share(options).release();
  iterator->position = 0;
  iterator->size = -1;
  return self;
}

}  // namespace

bool load_iterator_types(ModuleState& state, PyObject* module) {
  state.document_iterator_type =
      make_type(module, "pymongo_cpp._native.DocumentIterator", document_iterator_next);
  state.file_iterator_type =
      make_type(module, "pymongo_cpp._native.FileDocumentIterator", file_iterator_next);
  return state.document_iterator_type && state.file_iterator_type;
}

Ref make_document_iterator(const ModuleState& state, PyObject* data, PyObject* options) {
  return make_iterator(state.document_iterator_type, data, options);
}

Ref make_file_iterator(const ModuleState& state, PyObject* file, PyObject* options) {
  return make_iterator(state.file_iterator_type, file, options);
}

}  // namespace pymongo_cpp
