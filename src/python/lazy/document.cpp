// LazyDocument: a read-only mapping over the bytes of a document.
#include "indexing.h"
#include "node.h"

#include "../text.h"

#include <bsonpp/path.h>

#include <array>

namespace pymongo_cpp::lazy {

namespace {

using bsonpp::Element;
using bsonpp::kNotFound;

// From this many elements on, looking a key up often is worth a dict of the keys.
constexpr std::size_t kManyElements = 128;

// The dict from key to position. A key that comes again keeps its place in the order and takes the
// later value, as in the dict that bson.decode() makes.
PyObject* ensure_positions(ModuleState& state, Node& node) {
  const CriticalSection section(object_of(node));
  if (node.positions != nullptr) return node.positions;
  const auto options = options_of(state, node);
  Ref positions = Ref::steal(PyDict_New());
  if (!options || !positions) return nullptr;
  KeyCache::Reader reader(state.keys(), options->error_handler);
  for (std::size_t i = 0; i < node.count; ++i) {
    bsonpp::Cursor cursor = bsonpp::cursor_at(node.bytes(), node.entries[i]);
    std::uint8_t type = 0;
    KeyCache::Key key;
    if (cursor.read(type) != bsonpp::ErrorCode::kOk ||
        reader.read(cursor, key) != bsonpp::ErrorCode::kOk) {
      return nullptr;
    }
    const Ref position = Ref::steal(PyLong_FromSize_t(i));
    if (!position || PyDict_SetItem(positions.get(), key.string, position.get()) < 0) {
      return nullptr;
    }
  }
  if (node.positions == nullptr) node.positions = positions.release();
  return node.positions;
}

// Looks `key` up; `position` is kNotFound when there is none. False with a Python exception.
bool find_position(ModuleState& state, Node& node, PyObject* key, std::size_t& position) {
  position = kNotFound;
  if (!ensure_index(state, node)) return false;
  if (!PyUnicode_Check(key)) return PyObject_Hash(key) != -1;
  if (node.positions == nullptr && node.count < kManyElements) {
    std::string_view text;
    if (ascii_view(key, text)) [[likely]] {
      position = bsonpp::find_entry(node.bytes(), node.index(), text);
      return true;
    }
  }
  // A dict of the decoded keys, which an error handler may have made different from the bytes.
  PyObject* positions = ensure_positions(state, node);
  if (positions == nullptr) return false;
  PyObject* found = PyDict_GetItemWithError(positions, key);
  if (found == nullptr) return PyErr_Occurred() == nullptr;
  position = PyLong_AsSize_t(found);
  // The collector shows the dict to programs, which may change it.
  if (position >= node.count) position = kNotFound;
  return PyErr_Occurred() == nullptr;
}

// The value of `key`; null without an exception when there is none.
Ref look_up(ModuleState& state, PyObject* self, PyObject* key) {
  Node& node = node_of(self);
  const CriticalSection section(self);
  if (node.contents != nullptr) {
    return Ref::share(PyDict_GetItemWithError(node.contents, key));
  }
  std::size_t position = kNotFound;
  if (!find_position(state, node, key, position) || position == kNotFound) return Ref();
  return decode_value(state, node, bsonpp::cursor_at(node.bytes(), node.entries[position]),
                      node.embedded);
}

PyObject* subscript(PyObject* self, PyObject* key) {
  ModuleState& state = state_of(self);
  Ref value = look_up(state, self, key);
  if (!value && PyErr_Occurred() == nullptr) PyErr_SetObject(PyExc_KeyError, key);
  return value.release();
}

// The value that a path with dots leads to; null without an exception when there is none.
Ref look_up_path(ModuleState& state, Node& node, PyObject* path) {
  std::string_view text;
  if (!PyUnicode_Check(path)) return Ref();
  if (!utf8_view(path, text)) {
    PyErr_Clear();
    return Ref();
  }
  if (text.find('.') == std::string_view::npos) return Ref();
  Element element;
  if (!bsonpp::find_path(node.bytes(), /*is_array=*/false, text, element)) return Ref();
  return decode_value(state, node, bsonpp::Cursor(element.whole), /*embedded=*/true);
}

PyObject* get(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  if (count < 1 || count > 2) {
    PyErr_Format(PyExc_TypeError, "get expected 1 or 2 arguments, got %zd", count);
    return nullptr;
  }
  ModuleState& state = state_of(self);
  Ref value = look_up(state, self, arguments[0]);
  if (!value && PyErr_Occurred() == nullptr) {
    value = look_up_path(state, node_of(self), arguments[0]);
  }
  if (!value && PyErr_Occurred() == nullptr) return Py_NewRef(count == 2 ? arguments[1] : Py_None);
  return value.release();
}

int contains(PyObject* self, PyObject* key) {
  ModuleState& state = state_of(self);
  std::size_t position = kNotFound;
  if (!find_position(state, node_of(self), key, position)) return -1;
  return position != kNotFound ? 1 : 0;
}

// The dict that tells the keys and their order.
PyObject* ensure_keys(PyObject* self) {
  ModuleState& state = state_of(self);
  Node& node = node_of(self);
  if (!ensure_index(state, node)) return nullptr;
  return node.contents != nullptr ? node.contents : ensure_positions(state, node);
}

Py_ssize_t length(PyObject* self) {
  PyObject* keys = ensure_keys(self);
  return keys == nullptr ? -1 : PyDict_GET_SIZE(keys);
}

PyObject* iterate(PyObject* self) {
  PyObject* keys = ensure_keys(self);
  return keys == nullptr ? nullptr : PyObject_GetIter(keys);
}

// A dict's view of `dict`; null when that is.
PyObject* view(PyObject* dict, const char* method) {
  return dict == nullptr ? nullptr : PyObject_CallMethod(dict, method, nullptr);
}

PyObject* keys(PyObject* self, PyObject*) { return view(ensure_keys(self), "keys"); }
PyObject* items(PyObject* self, PyObject*) {
  ModuleState& state = state_of(self);
  return view(ensure_contents(state, self), "items");
}
PyObject* values(PyObject* self, PyObject*) {
  ModuleState& state = state_of(self);
  return view(ensure_contents(state, self), "values");
}

PyObject* to_dict(PyObject* self, PyObject*) {
  ModuleState& state = state_of(self);
  return decode_whole_document(state, node_of(self)).release();
}

// `other` as a dict: itself, or the fields of another mapping. Null without an exception when it is
// no mapping.
Ref as_dict(ModuleState& state, PyObject* other) {
  if (PyDict_Check(other)) return Ref::share(other);
  if (Py_IS_TYPE(other, state.lazy_document_type.as_type())) {
    return Ref::share(ensure_contents(state, other));
  }
  const int is_mapping = PyObject_IsInstance(other, state.types.mapping.get());
  if (is_mapping <= 0) return Ref();
  Ref dict = Ref::steal(PyDict_New());
  if (!dict || PyDict_Update(dict.get(), other) < 0) return Ref();
  return dict;
}

PyObject* compare(PyObject* self, PyObject* other, int operation) {
  return compare_contents(self, other, operation, as_dict);
}

PyObject* represent_document(PyObject* self) { return represent(self, "{", "}", true); }

PyDoc_STRVAR(
    document_doc,
    "LazyDocument(data, codec_options=None, *, validate=True)\n--\n\n"
    "A read-only mapping over the bytes of a BSON document that decodes what is touched.\n\n"
    ":param data: one document. bytes, and a memoryview of bytes, are kept; any other\n"
    "    bytes-like object is copied, since it could change.\n"
    ":param codec_options: a bson.codec_options.CodecOptions for the values; its\n"
    "    document_class counts for none, for embedded documents are lazy too.\n"
    ":param validate: check the structure, and the texts unless an error handler deals\n"
    "    with them, at once; if false, when something is first asked of the document.\n"
    ":raises TypeError: data has no buffer, or codec_options is not a CodecOptions.\n"
    ":raises bson.errors.InvalidBSON: data is not one well-formed document.\n\n"
    "Embedded documents and arrays are LazyDocument and LazyArray. A value that\n"
    "bson.decode() refuses (a datetime out of range, say) raises InvalidBSON when it is\n"
    "read.\n\n"
    ".. versionadded:: 0.1");
PyDoc_STRVAR(get_doc,
             "get($self, key, default=None, /)\n--\n\n"
             "The value of a key, or what a path such as 'a.b.3.c' leads to.\n\n"
             "The key as a whole comes first. Between dots stand keys and, within arrays,\n"
             "positions from 0.");
PyDoc_STRVAR(keys_doc, "keys($self, /)\n--\n\nThe keys, as a set-like view.");
PyDoc_STRVAR(items_doc,
             "items($self, /)\n--\n\nKeys and values, as a set-like view. Decodes every "
             "value but embedded\ndocuments and arrays, and keeps them.");
PyDoc_STRVAR(values_doc, "values($self, /)\n--\n\nThe values, as a view. See items().");
PyDoc_STRVAR(to_dict_doc,
             "to_dict($self, /)\n--\n\nAll of it decoded, as bson.decode() does with "
             "document_class=dict.");
PyDoc_STRVAR(raw_doc, "The document's bytes, as a read-only memoryview without a copy.");

PyMethodDef kMethods[] = {
    {"get", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(get)), METH_FASTCALL,
     get_doc},
    {"keys", keys, METH_NOARGS, keys_doc},
    {"items", items, METH_NOARGS, items_doc},
    {"values", values, METH_NOARGS, values_doc},
    {"to_dict", to_dict, METH_NOARGS, to_dict_doc},
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
    {Py_tp_doc, const_cast<char*>(document_doc)},
    {Py_tp_new, reinterpret_cast<void*>(construct_by_tuple)},
    {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
    {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
    {Py_tp_clear, reinterpret_cast<void*>(clear)},
    {Py_tp_repr, reinterpret_cast<void*>(represent_document)},
    {Py_tp_hash, reinterpret_cast<void*>(PyObject_HashNotImplemented)},
    {Py_tp_richcompare, reinterpret_cast<void*>(compare)},
    {Py_tp_iter, reinterpret_cast<void*>(iterate)},
    {Py_mp_length, reinterpret_cast<void*>(length)},
    {Py_mp_subscript, reinterpret_cast<void*>(subscript)},
    {Py_sq_contains, reinterpret_cast<void*>(contains)},
    {Py_nb_bool, reinterpret_cast<void*>(is_nonempty)},
    {Py_tp_methods, kMethods},
    {Py_tp_getset, kAttributes},
    {0, nullptr},
};

PyType_Spec kSpec = {"pymongo_cpp.LazyDocument", sizeof(Node), 0,
                     Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MAPPING, kSlots};

}  // namespace

bool load_document_type(ModuleState& state, PyObject* module) {
  state.lazy_document_type = Ref::steal(PyType_FromModuleAndSpec(module, &kSpec, nullptr));
  if (!state.lazy_document_type) return false;
  state.lazy_document_type.as_type()->tp_vectorcall = construct;
  state.type_table.add(state.lazy_document_type.get(), KnownType::kRawDocument);
  // By this PyMongo knows a class that is given a document's bytes and has them as `raw`.
  const Ref marker = Ref::steal(PyLong_FromLong(kRawDocumentMarker));
  const Ref registered = Ref::steal(PyObject_CallMethod(state.types.mapping.get(), "register", "O",
                                                        state.lazy_document_type.get()));
  return marker && registered &&
         PyObject_SetAttr(state.lazy_document_type.get(), state.names.type_marker.get(),
                          marker.get()) == 0 &&
         PyModule_AddObjectRef(module, "LazyDocument", state.lazy_document_type.get()) == 0;
}

}  // namespace pymongo_cpp::lazy
