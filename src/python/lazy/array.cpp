// LazyArray: a read-only sequence over the bytes of an array.
#include "node.h"

namespace pymongo_cpp::lazy {

namespace {

PyObject* contents_of(PyObject* self) {
  ModuleState& state = state_of(self);
  return ensure_contents(state, self);
}

Py_ssize_t length(PyObject* self) {
  ModuleState& state = state_of(self);
  if (!ensure_index(state, node_of(self))) return -1;
  return static_cast<Py_ssize_t>(node_of(self).count);
}

// `position` counts from 0; CPython has added the length to a negative one.
PyObject* item(PyObject* self, Py_ssize_t position) {
  const Py_ssize_t size = length(self);
  if (size < 0) return nullptr;
  if (position < 0 || position >= size) {
    PyErr_SetString(PyExc_IndexError, "array index out of range");
    return nullptr;
  }
  const Node& node = node_of(self);
  const CriticalSection section(self);
  // Its length is asked again: a program may have got hold of the list, through an iterator's
  // __reduce__() or the collector, and changed it.
  if (node.contents != nullptr) return PySequence_GetItem(node.contents, position);
  ModuleState& state = state_of(self);
  const bsonpp::IndexEntry entry = node.entries[position];
  return decode_value(state, node, bsonpp::cursor_at(node.bytes(), entry), node.embedded).release();
}

PyObject* subscript(PyObject* self, PyObject* key) {
  if (PySlice_Check(key)) {
    PyObject* contents = contents_of(self);
    return contents == nullptr ? nullptr : PyObject_GetItem(contents, key);
  }
  if (!PyIndex_Check(key)) {
    PyErr_Format(PyExc_TypeError, "array indices must be integers or slices, not %.200s",
                 Py_TYPE(key)->tp_name);
    return nullptr;
  }
  Py_ssize_t position = PyNumber_AsSsize_t(key, PyExc_IndexError);
  if (position == -1 && PyErr_Occurred() != nullptr) return nullptr;
  if (position < 0) {
    const Py_ssize_t size = length(self);
    if (size < 0) return nullptr;
    position += size;
  }
  return item(self, position);
}

PyObject* iterate(PyObject* self) {
  PyObject* contents = contents_of(self);
  return contents == nullptr ? nullptr : PyObject_GetIter(contents);
}

int contains(PyObject* self, PyObject* value) {
  PyObject* contents = contents_of(self);
  return contents == nullptr ? -1 : PySequence_Contains(contents, value);
}

PyObject* reversed(PyObject* self, PyObject*) {
  PyObject* contents = contents_of(self);
  return contents == nullptr ? nullptr : PyObject_CallMethod(contents, "__reversed__", nullptr);
}

PyObject* index(PyObject* self, PyObject* arguments) {
  PyObject* contents = contents_of(self);
  if (contents == nullptr) return nullptr;
  const Ref method = Ref::steal(PyObject_GetAttrString(contents, "index"));
  return method ? PyObject_CallObject(method.get(), arguments) : nullptr;
}

PyObject* count(PyObject* self, PyObject* value) {
  PyObject* contents = contents_of(self);
  return contents == nullptr ? nullptr : PyObject_CallMethod(contents, "count", "O", value);
}

PyObject* to_list(PyObject* self, PyObject*) {
  ModuleState& state = state_of(self);
  if (!ensure_index(state, node_of(self))) return nullptr;
  return decode_whole_array(state, node_of(self)).release();
}

// `other` as a list; null when it is neither one nor a LazyArray.
Ref as_list(ModuleState& state, PyObject* other) {
  if (PyList_Check(other)) return Ref::share(other);
  if (!Py_IS_TYPE(other, state.lazy_array_type.as_type())) return Ref();
  return Ref::share(ensure_contents(state, other));
}

PyObject* compare(PyObject* self, PyObject* other, int operation) {
  return compare_contents(self, other, operation, as_list);
}

PyObject* represent_array(PyObject* self) { return represent(self, "[", "]", false); }

PyDoc_STRVAR(array_doc,
             "LazyArray(data, codec_options=None, *, validate=True)\n--\n\n"
             "A read-only sequence over the bytes of a BSON array that decodes what is touched.\n\n"
             "What a LazyDocument gives for an array; it is equal to a list of equal values.\n\n"
             ":param data: the array's bytes, as those of a document are given to LazyDocument.\n"
             ":param codec_options: a bson.codec_options.CodecOptions for the values.\n"
             ":param validate: as for LazyDocument.\n"
             ":raises TypeError: data has no buffer, or codec_options is not a CodecOptions.\n"
             ":raises bson.errors.InvalidBSON: data is not one well-formed array.\n\n"
             ".. versionadded:: 0.1");
PyDoc_STRVAR(index_doc,
             "index($self, value, start=0, stop=sys.maxsize, /)\n--\n\n"
             "The first position of a value; ValueError when there is none.");
PyDoc_STRVAR(count_doc, "count($self, value, /)\n--\n\nHow often a value is there.");
PyDoc_STRVAR(to_list_doc,
             "to_list($self, /)\n--\n\nAll of it decoded, as bson.decode() does with "
             "document_class=dict.");
PyDoc_STRVAR(raw_doc, "The array's bytes, as a read-only memoryview without a copy.");

PyMethodDef kMethods[] = {
    {"index", index, METH_VARARGS, index_doc},
    {"count", count, METH_O, count_doc},
    {"to_list", to_list, METH_NOARGS, to_list_doc},
    {"__reversed__", reversed, METH_NOARGS, nullptr},
    {"__reduce__", reduce, METH_NOARGS, nullptr},
    {"__copy__", copy, METH_NOARGS, nullptr},
    {"__deepcopy__", deep_copy, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef kAttributes[] = {
    {"raw", get_raw, nullptr, raw_doc, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot kSlots[] = {
    {Py_tp_doc, const_cast<char*>(array_doc)},
    {Py_tp_new, reinterpret_cast<void*>(construct_by_tuple)},
    {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
    {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
    {Py_tp_clear, reinterpret_cast<void*>(clear)},
    {Py_tp_repr, reinterpret_cast<void*>(represent_array)},
    {Py_tp_hash, reinterpret_cast<void*>(PyObject_HashNotImplemented)},
    {Py_tp_richcompare, reinterpret_cast<void*>(compare)},
    {Py_tp_iter, reinterpret_cast<void*>(iterate)},
    {Py_sq_length, reinterpret_cast<void*>(length)},
    {Py_sq_item, reinterpret_cast<void*>(item)},
    {Py_sq_contains, reinterpret_cast<void*>(contains)},
    {Py_mp_length, reinterpret_cast<void*>(length)},
    {Py_mp_subscript, reinterpret_cast<void*>(subscript)},
    {Py_tp_methods, kMethods},
    {Py_tp_getset, kAttributes},
    {0, nullptr},
};

PyType_Spec kSpec = {"pymongo_cpp.LazyArray", sizeof(Node), 0,
                     Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_SEQUENCE, kSlots};

}  // namespace

bool load_array_type(ModuleState& state, PyObject* module) {
  state.lazy_array_type = Ref::steal(PyType_FromModuleAndSpec(module, &kSpec, nullptr));
  if (!state.lazy_array_type) return false;
  state.lazy_array_type.as_type()->tp_vectorcall = construct;
  const Ref abstract_classes = Ref::steal(PyImport_ImportModule("collections.abc"));
  if (!abstract_classes) return false;
  const Ref sequence = Ref::steal(PyObject_GetAttrString(abstract_classes.get(), "Sequence"));
  const Ref registered = sequence ? Ref::steal(PyObject_CallMethod(sequence.get(), "register", "O",
                                                                   state.lazy_array_type.get()))
                                  : Ref();
  state.type_table.add(state.lazy_array_type.get(), KnownType::kLazyArray);
  return registered && PyModule_AddObjectRef(module, "LazyArray", state.lazy_array_type.get()) == 0;
}

}  // namespace pymongo_cpp::lazy
