#include "node.h"

#include "../arguments.h"
#include "../buffer.h"
#include "../decode.h"
#include "../errors.h"
#include "functions.h"
#include "indexing.h"

#include <array>

namespace pymongo_cpp::lazy {

namespace {

using bsonpp::Bytes;
using bsonpp::IndexEntry;

// An object whose bytes never change: `data` itself, what a memoryview of bytes shows, or a copy.
Ref immutable_owner(PyObject* data) {
  if (PyBytes_Check(data)) return Ref::share(data);
  if (PyMemoryView_Check(data)) {
    PyObject* exporter = PyMemoryView_GET_BASE(data);
    if (exporter != nullptr && PyBytes_Check(exporter)) return Ref::share(exporter);
  }
  Buffer buffer;
  if (!buffer.read(data)) return Ref();
  const std::string_view text = bsonpp::as_text(buffer.bytes());
  return Ref::steal(PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
}

// The bytes of `data` within its immutable owner.
bool read_input(PyObject* data, Ref& owner, Bytes& bytes) {
  if (PyBytes_CheckExact(data)) [[likely]] {
    owner = Ref::share(data);
    bytes = bsonpp::as_bytes(
        {PyBytes_AS_STRING(data), static_cast<std::size_t>(PyBytes_GET_SIZE(data))});
    return true;
  }
  owner = immutable_owner(data);
  Buffer buffer;
  const bool is_view =
      owner && PyMemoryView_Check(data) && PyMemoryView_GET_BASE(data) == owner.get();
  if (!owner || !buffer.read(is_view ? data : owner.get())) return false;
  bytes = buffer.bytes();
  return true;
}

// The constructor's arguments, bound.
struct Arguments {
  PyObject* data = nullptr;
  PyObject* options = nullptr;
  bool validate = true;
};

bool bind_slowly(const char* name, PyObject* const* arguments, Py_ssize_t count,
                 PyObject* keyword_names, Arguments& bound) {
  static constexpr std::array<const char*, 3> kNames = {"data", "codec_options", "validate"};
  if (count > 2) {
    PyErr_Format(PyExc_TypeError, "%s() takes from 1 to 2 positional arguments but %zd were given",
                 name, count);
    return false;
  }
  std::array<PyObject*, 3> found{};
  if (!bind_arguments({name, kNames, 1}, arguments, count, keyword_names, found)) return false;
  bound.data = found[0];
  bound.options = found[1];
  if (found[2] != nullptr) {
    const int truth = PyObject_IsTrue(found[2]);
    if (truth < 0) return false;
    bound.validate = truth != 0;
  }
  return true;
}

Ref allocate(ModuleState& state, PyTypeObject* type, PyObject* owner, PyObject* options,
             Bytes bytes, bool checked) {
  Ref made = Ref::steal(type->tp_alloc(type, 0));
  if (!made) return Ref();
  Node& node = node_of(made.get());
  node.state = &state;
  node.owner = Ref::share(owner).release();
  node.options = Ref::share(options).release();
  node.data = bytes.data();
  node.size = bytes.size();
  node.checked = checked;
  return made;
}

Ref construct_bound(ModuleState& state, PyTypeObject* type, Arguments& bound) {
  Ref owner;
  Bytes bytes;
  if (!check_options(state, bound.options) || !read_input(bound.data, owner, bytes)) return Ref();
  Ref made = allocate(state, type, owner.get(), bound.options, bytes, /*checked=*/false);
  if (made && bound.validate && !build_index(state, node_of(made.get()))) return Ref();
  return made;
}

// Two nodes of one type with the same options and bytes are equal without decoding either.
bool same_bytes(PyObject* self, PyObject* other) {
  if (!Py_IS_TYPE(other, Py_TYPE(self))) return false;
  const Node& left = node_of(self);
  const Node& right = node_of(other);
  return left.options == right.options && left.size == right.size &&
         (left.data == right.data || std::memcmp(left.data, right.data, left.size) == 0);
}

// The bytes of a node as a bytes object: its owner where that is all of it.
Ref bytes_of(const Node& node) {
  if (PyBytes_GET_SIZE(node.owner) == static_cast<Py_ssize_t>(node.size)) {
    return Ref::share(node.owner);
  }
  const std::string_view text = bsonpp::as_text(node.bytes());
  return Ref::steal(PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
}

}  // namespace

bool check_options(const ModuleState& state, PyObject*& options) {
  if (options == nullptr || options == Py_None) {
    options = state.types.default_codec_options.get();
    return true;
  }
  if (reinterpret_cast<PyObject*>(Py_TYPE(options)) == state.types.codec_options.get()) return true;
  const int is_options = PyObject_IsInstance(options, state.types.codec_options.get());
  if (is_options == 0) {
    PyErr_SetString(PyExc_TypeError, "codec_options must be an instance of CodecOptions");
  }
  return is_options > 0;
}

PyObject* construct(PyObject* type, PyObject* const* arguments, std::size_t flagged_count,
                    PyObject* keyword_names) {
  auto* of_type = reinterpret_cast<PyTypeObject*>(type);
  PyObject* module = PyType_GetModule(of_type);
  if (module == nullptr) return nullptr;
  const Py_ssize_t count = PyVectorcall_NARGS(flagged_count);
  Arguments bound;
  if (keyword_names == nullptr && (count == 1 || count == 2)) [[likely]] {
    bound.data = arguments[0];
    if (count == 2) bound.options = arguments[1];
  } else if (!bind_slowly(of_type->tp_name, arguments, count, keyword_names, bound)) {
    return nullptr;
  }
  return construct_bound(ModuleState::of(module), of_type, bound).release();
}

PyObject* construct_by_tuple(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  PyObject* module = PyType_GetModule(type);
  static const char* const kNames[] = {"data", "codec_options", "validate", nullptr};
  Arguments bound;
  int validate = 1;
  if (module == nullptr ||
      !PyArg_ParseTupleAndKeywords(arguments, keywords, "O|O$p", const_cast<char**>(kNames),
                                   &bound.data, &bound.options, &validate)) {
    return nullptr;
  }
  bound.validate = validate != 0;
  return construct_bound(ModuleState::of(module), type, bound).release();
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  const Node& node = node_of(self);
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(node.owner);
  Py_VISIT(node.options);
  Py_VISIT(node.positions);
  Py_VISIT(node.contents);
  return 0;
}

// Leaves what the methods need; nothing of that can lead back here but the options.
int clear(PyObject* self) {
  Node& node = node_of(self);
  Ref::steal(std::exchange(node.contents, nullptr)).clear();
  Ref::steal(std::exchange(node.positions, nullptr)).clear();
  return 0;
}

void deallocate(PyObject* self) {
  PyObject_GC_UnTrack(self);
  clear(self);
  Node& node = node_of(self);
  Ref::steal(node.owner).clear();
  Ref::steal(node.options).clear();
  PyMem_Free(node.entries);
  const Ref type = Ref::steal(reinterpret_cast<PyObject*>(Py_TYPE(self)));
  type.as_type()->tp_free(self);
}

Ref make_child(PyTypeObject* type, const Node& parent, Bytes bytes) {
  Ref made = allocate(*parent.state, type, parent.owner, parent.options, bytes, /*checked=*/true);
  if (made) node_of(made.get()).embedded = true;
  return made;
}

bool build_index(ModuleState& state, Node& node) {
  const auto options = options_of(state, node);
  if (!options) return false;
  Bytes document;
  if (!read_frame(state, node.bytes(), document)) return false;
  bsonpp::IndexEntries entries;
  if (document.size() != node.size ||
      !index_document(state, *options, document, !node.checked, entries)) {
    raise_malformed(state, *options, nullptr, node.bytes());
    return false;
  }
  // Another thread may have come here before, where Python code ran.
  if (node.indexed) return true;
  const std::span<const IndexEntry> made = entries.entries();
  if (!made.empty()) {
    node.entries = static_cast<IndexEntry*>(PyMem_Malloc(made.size_bytes()));
    if (node.entries == nullptr) {
      PyErr_NoMemory();
      return false;
    }
    std::memcpy(node.entries, made.data(), made.size_bytes());
  }
  node.count = made.size();
  node.checked = true;
  node.indexed = true;
  return true;
}

CodecOptions with_dicts(const CodecOptions& options) {
  CodecOptions plain;
  plain.object = Ref::share(options.object.get());
  plain.document_class = reinterpret_cast<PyObject*>(&PyDict_Type);
  plain.tzinfo = options.tzinfo;
  plain.error_handler = options.error_handler;
  plain.encoder_map = Ref::share(options.encoder_map.get());
  plain.decoder_map = Ref::share(options.decoder_map.get());
  plain.fallback_encoder = Ref::share(options.fallback_encoder.get());
  plain.document_kind = DocumentKind::kDict;
  plain.datetime_conversion = options.datetime_conversion;
  plain.uuid_representation = options.uuid_representation;
  plain.tz_aware = options.tz_aware;
  return plain;
}

PyObject* get_raw(PyObject* self, void*) {
  const Node& node = node_of(self);
  const Ref view = Ref::steal(PyMemoryView_FromObject(node.owner));
  if (!view || PyBytes_GET_SIZE(node.owner) == static_cast<Py_ssize_t>(node.size)) {
    return Ref::share(view.get()).release();
  }
  const char* const first = PyBytes_AS_STRING(node.owner);
  const auto start = static_cast<Py_ssize_t>(bsonpp::as_text(node.bytes()).data() - first);
  return PySequence_GetSlice(view.get(), start, start + static_cast<Py_ssize_t>(node.size));
}

// What is pickled is sound, so that whoever unpickles it sees no error that was put off.
PyObject* reduce(PyObject* self, PyObject*) {
  ModuleState& state = state_of(self);
  if (!ensure_index(state, node_of(self))) return nullptr;
  const Node& node = node_of(self);
  const Ref bytes = bytes_of(node);
  if (!bytes) return nullptr;
  auto* type = reinterpret_cast<PyObject*>(Py_TYPE(self));
  if (node.options == state.types.default_codec_options.get()) {
    return Py_BuildValue("O(O)", type, bytes.get());
  }
  return Py_BuildValue("O(OO)", type, bytes.get(), node.options);
}

PyObject* ensure_contents(ModuleState& state, PyObject* self) {
  Node& node = node_of(self);
  const CriticalSection section(self);
  if (node.contents != nullptr) return node.contents;
  const bool is_array = Py_IS_TYPE(self, state.lazy_array_type.as_type());
  Ref contents = Ref::steal(is_array ? PyList_New(0) : PyDict_New());
  if (!ensure_index(state, node) || !contents || !decode_contents(state, node, contents.get())) {
    return nullptr;
  }
  // A type decoder may have come here before.
  if (node.contents == nullptr) node.contents = contents.release();
  return node.contents;
}

PyObject* compare_contents(PyObject* self, PyObject* other, int operation,
                           Ref (*as_contents)(ModuleState& state, PyObject* other)) {
  if (operation != Py_EQ && operation != Py_NE) Py_RETURN_NOTIMPLEMENTED;
  ModuleState& state = state_of(self);
  if (!ensure_index(state, node_of(self))) return nullptr;
  if (same_bytes(self, other)) return PyBool_FromLong(operation == Py_EQ ? 1 : 0);
  const Ref right = as_contents(state, other);
  if (!right) {
    if (PyErr_Occurred() != nullptr) return nullptr;
    Py_RETURN_NOTIMPLEMENTED;
  }
  const Ref left = Ref::share(ensure_contents(state, self));
  return left ? PyObject_RichCompare(left.get(), right.get(), operation) : nullptr;
}

PyObject* copy(PyObject* self, PyObject*) { return Py_NewRef(self); }
PyObject* deep_copy(PyObject* self, PyObject*) { return Py_NewRef(self); }

int is_nonempty(PyObject* self) {
  ModuleState& state = state_of(self);
  if (!ensure_index(state, node_of(self))) return -1;
  return node_of(self).count != 0 ? 1 : 0;
}

}  // namespace pymongo_cpp::lazy
