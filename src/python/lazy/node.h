// What LazyDocument and LazyArray have in common: bytes that are read when they are asked for.
#pragma once

#include "../state.h"

#include <bsonpp/element.h>
#include <bsonpp/index.h>

#include <span>

namespace pymongo_cpp::lazy {

// The instances of both types.
struct Node {
  PyObject_HEAD ModuleState* state;  // of the module that the type keeps alive
  PyObject* owner;                   // the bytes object within which the document lies
  PyObject* options;                 // a CodecOptions
  const std::byte* data;             // the document's first byte
  std::size_t size;                  // the document's bytes
  bsonpp::IndexEntry* entries;       // one for each element; null until the first access
  std::size_t count;                 // of entries
  PyObject* positions;               // dict from key to the position of its last entry, or null
  PyObject* contents;                // dict or list of all values, or null
  bool checked;                      // the structure of the whole document is known to be sound
  bool indexed;
  bool embedded;  // in another document, by way of which it came

  bsonpp::Bytes bytes() const noexcept { return {data, size}; }
  std::span<const bsonpp::IndexEntry> index() const noexcept { return {entries, count}; }
};

inline Node& node_of(PyObject* self) noexcept { return *reinterpret_cast<Node*>(self); }
inline PyObject* object_of(Node& node) noexcept { return reinterpret_cast<PyObject*>(&node); }
inline ModuleState& state_of(PyObject* self) noexcept { return *node_of(self).state; }

// The constructor of both types: (data, codec_options=None, *, validate=True).
PyObject* construct(PyObject* type, PyObject* const* arguments, std::size_t flagged_count,
                    PyObject* keyword_names);
PyObject* construct_by_tuple(PyTypeObject* type, PyObject* arguments, PyObject* keywords);
int traverse(PyObject* self, visitproc visit, void* arg);
int clear(PyObject* self);
void deallocate(PyObject* self);

// A node for the document or array `bytes` within the bytes of `parent`, which have been checked.
Ref make_child(PyTypeObject* type, const Node& parent, bsonpp::Bytes bytes);

// Makes the entries, and checks the structure of all if that is still to be done. False with
// InvalidBSON (or MemoryError).
bool build_index(ModuleState& state, Node& node);
inline bool ensure_index(ModuleState& state, Node& node) {
  const CriticalSection section(object_of(node));
  return node.indexed || build_index(state, node);
}

// The options with which `node` decodes values; null with a Python exception.
inline CodecOptionsCache::Handle options_of(ModuleState& state, const Node& node) {
  return state.options(node.options);
}
// The same options with plain dicts for documents.
CodecOptions with_dicts(const CodecOptions& options);

// The value of the element that comes next, of `node` itself or (when `embedded`) of a document in
// it. Embedded documents and arrays become nodes. What a type decoder raises for an embedded value
// becomes InvalidBSON, as in bson.decode().
Ref decode_value(ModuleState& state, const Node& node, bsonpp::Cursor element, bool embedded);
// Fills an empty list with the values of an array, or an empty dict with the fields of a document.
// Embedded documents and arrays become nodes.
bool decode_contents(ModuleState& state, const Node& node, PyObject* target);
// The list that bson.decode() makes of an array.
Ref decode_whole_array(ModuleState& state, const Node& node);
// The dict that bson.decode() makes of a document.
Ref decode_whole_document(ModuleState& state, const Node& node);

// The dict or list of all values; null with a Python exception.
PyObject* ensure_contents(ModuleState& state, PyObject* self);
// Compares with `other` for equality. `as_contents` gives the dict or list that `other` stands for,
// or null without an exception when it can be equal to none.
PyObject* compare_contents(PyObject* self, PyObject* other, int operation,
                           Ref (*as_contents)(ModuleState& state, PyObject* other));

// Attributes and methods that both types have.
PyObject* get_raw(PyObject* self, void* closure);
PyObject* reduce(PyObject* self, PyObject* unused);
PyObject* copy(PyObject* self, PyObject* unused);
PyObject* deep_copy(PyObject* self, PyObject* memo);
int is_nonempty(PyObject* self);
// The type's name around what `append` adds for each element; bounded in length.
PyObject* represent(PyObject* self, const char* opening, const char* closing, bool with_keys);

// Makes the types of a module and keeps them in its state.
bool load_document_type(ModuleState& state, PyObject* module);
bool load_array_type(ModuleState& state, PyObject* module);

}  // namespace pymongo_cpp::lazy
