// project(): the fields that some paths lead to, and nothing else.
#include "functions.h"
#include "indexing.h"
#include "node.h"

#include "../arguments.h"
#include "../buffer.h"
#include "../builder.h"
#include "../decode.h"
#include "../errors.h"

#include <bsonpp/path.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <new>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace pymongo_cpp::lazy {

namespace {

using bsonpp::Bytes;
using bsonpp::Element;
using bsonpp::Type;

// The paths as a tree: a field is wanted whole, or some of the fields below it are.
struct Wanted {
  std::string key;
  std::uint32_t tag = 0;                                 // of its key; see bsonpp::key_tag()
  std::vector<Wanted*> below;                            // empty: all of it
  std::unordered_map<std::string_view, Wanted*> by_key;  // where there are many below

  Wanted* find(std::string_view name) const {
    if (!by_key.empty()) {
      const auto found = by_key.find(name);
      return found == by_key.end() ? nullptr : found->second;
    }
    for (Wanted* const child : below) {
      if (child->key == name) return child;
    }
    return nullptr;
  }

  // Whether a key of this tag may be one of those below.
  bool may_have(std::uint32_t tag_of_key) const noexcept {
    return !by_key.empty() || std::ranges::any_of(below, [&](const Wanted* child) {
      return child->tag == tag_of_key;
    });
  }

  void add(Wanted& child) {
    constexpr std::size_t kFew = 8;
    below.push_back(&child);
    if (below.size() == kFew + 1) {
      for (Wanted* const one : below) by_key.emplace(one->key, one);
    } else if (!by_key.empty()) {
      by_key.emplace(child.key, &child);
    }
  }
};

class PathTree {
 public:
  PathTree() { fields_.emplace_back(); }

  const Wanted& root() const noexcept { return fields_.front(); }

  // Adds one path. False when it leads through, or to what is above, another one.
  bool add(std::string_view path) {
    Wanted* parent = &fields_.front();
    for (bool more = true; more;) {
      const std::string_view segment = bsonpp::next_segment(path, more);
      Wanted* child = parent->find(segment);
      if (child == nullptr) {
        child =
            &fields_.emplace_back(Wanted{std::string(segment), bsonpp::key_tag(segment), {}, {}});
        parent->add(*child);
      } else if (more == child->below.empty()) {
        return false;
      }
      parent = child;
    }
    return true;
  }

 private:
  // Side by side, because a path may have more parts than the stack has room for destructors within
  // destructors.
  std::deque<Wanted> fields_;
};

bool has_empty_segment(std::string_view path) noexcept {
  return path.empty() || path.front() == '.' || path.back() == '.' ||
         path.find("..") != std::string_view::npos;
}

bool read_path(PyObject* path, PathTree& tree) {
  std::string_view text;
  if (!PyUnicode_Check(path)) {
    PyErr_Format(PyExc_TypeError, "a path must be str, not %.200s", Py_TYPE(path)->tp_name);
    return false;
  }
  if (!utf8_view(path, text)) return false;
  if (has_empty_segment(text)) {
    PyErr_Format(PyExc_ValueError, "path %R has an empty part", path);
    return false;
  }
  if (tree.add(text)) return true;
  PyErr_Format(PyExc_ValueError, "path %R collides with another path", path);
  return false;
}

bool read_paths(PyObject* paths, PathTree& tree) {
  if (PyUnicode_Check(paths)) {
    PyErr_SetString(PyExc_TypeError, "paths must be an iterable of str, not str");
    return false;
  }
  const Ref iterator = Ref::steal(PyObject_GetIter(paths));
  if (!iterator) return false;
  while (const Ref path = Ref::steal(PyIter_Next(iterator.get()))) {
    if (!read_path(path.get(), tree)) return false;
  }
  return PyErr_Occurred() == nullptr;
}

// Builds the wanted fields of one document that has been checked.
class Projector {
 public:
  Projector(ModuleState& state, const CodecOptions& options, PyObject* owner)
      : state_(state), builder_(state, options, owner), walker_(builder_, kNoFurtherLimit) {}

  // The outermost document, whose `entries` save another look at the elements that are not wanted.
  Ref document(Bytes document, std::span<const bsonpp::IndexEntry> entries, const Wanted& wanted) {
    ObjectBuilder::Document fields;
    Ref made = begin(fields);
    if (!made) return Ref();
    Element element;
    for (const bsonpp::IndexEntry entry : entries) {
      if (!wanted.may_have(entry.tag) || !bsonpp::read_entry(document, entry, element)) continue;
      if (!add_if_wanted(element, wanted, fields)) return Ref();
    }
    return made;
  }

 private:
  Ref begin(ObjectBuilder::Document& fields) {
    Ref made = Ref::steal(PyDict_New());
    if (made) builder_.start_in(made.get(), fields);
    return made;
  }

  Ref document(Bytes document, const Wanted& wanted) {
    ObjectBuilder::Document fields;
    Ref made = begin(fields);
    if (!made) return Ref();
    bsonpp::ElementReader reader(document);
    Element element;
    while (reader.next(element)) {
      if (!add_if_wanted(element, wanted, fields)) return Ref();
    }
    return made;
  }

  bool add_if_wanted(const Element& element, const Wanted& wanted,
                     ObjectBuilder::Document& fields) {
    const Wanted* field = wanted.find(element.key);
    return field == nullptr || add_field(element, *field, fields);
  }

  bool add_field(const Element& element, const Wanted& field, ObjectBuilder::Document& fields) {
    bsonpp::Cursor cursor(element.whole);
    if (field.below.empty()) {
      if (walker_.element(cursor, fields)) return true;
      if (!builder_.failed_in_callback() || depth_ > 0 || walker_.error_depth() > 0) {
        rewrap_as_invalid_bson(state_);
      }
      return false;
    }
    std::uint8_t type = 0;
    if (cursor.read(type) != bsonpp::ErrorCode::kOk ||
        builder_.read_key(cursor, fields) != bsonpp::ErrorCode::kOk) {
      return false;
    }
    return add_below(element, field, fields);
  }

  // What is neither a document nor an array has nothing below it. A key that comes again replaces
  // what it had before, even then.
  bool add_below(const Element& element, const Wanted& field, ObjectBuilder::Document& fields) {
    PyObject* target = fields.object.get();
    PyObject* key = fields.key.string;
    if (element.type != Type::kDocument && element.type != Type::kArray) {
      return PyDict_Contains(target, key) != 1 || PyDict_DelItem(target, key) == 0;
    }
    const Ref value = below(element, field);
    return value && PyDict_SetItem(target, key, value.get()) == 0;
  }

  Ref below(const Element& element, const Wanted& field) {
    // What has checked the document takes less of the stack for each level.
    if (!guard_.enter(" while projecting a BSON document")) return Ref();
    const Bytes inner = bsonpp::embedded(element);
    ++depth_;
    Ref made = element.type == Type::kArray ? array(inner, field) : document(inner, field);
    --depth_;
    guard_.leave();
    return made;
  }

  // Each document and array of an array is looked into; its other items are left out.
  Ref array(Bytes array, const Wanted& field) {
    Ref list = Ref::steal(PyList_New(0));
    bsonpp::ElementReader reader(array);
    Element item;
    while (list && reader.next(item)) {
      if (item.type != Type::kDocument && item.type != Type::kArray) continue;
      const Ref value = below(item, field);
      if (!value || PyList_Append(list.get(), value.get()) < 0) list.clear();
    }
    return list;
  }

  ModuleState& state_;
  NestingGuard guard_;
  ObjectBuilder builder_;
  bsonpp::Walker<ObjectBuilder> walker_;
  std::size_t depth_ = 0;  // of embedded documents and arrays
};

Ref project_data(ModuleState& state, PyObject* data, const Wanted& wanted, PyObject* options) {
  const auto parsed = state.options(options);
  const Ref input = parsed ? raw_input(state, *parsed, data) : Ref();
  Buffer buffer;
  Bytes document;
  if (!input || !buffer.read(input.get())) return Ref();
  Bytes bytes = buffer.bytes();
  if (!buffer.freeze(bytes) || !read_frame(state, bytes, document)) return Ref();
  bsonpp::IndexEntries entries;
  if (document.size() != bytes.size() ||
      !index_document(state, *parsed, document, /*check=*/true, entries)) {
    raise_malformed(state, *parsed, input.get(), bytes);
    return Ref();
  }
  if (wanted.below.empty()) return Ref::steal(PyDict_New());
  return Projector(state, *parsed, input.get()).document(document, entries.entries(), wanted);
}

}  // namespace

PyObject* project(PyObject* module, PyObject* const* arguments, Py_ssize_t count,
                  PyObject* keyword_names) {
  static constexpr std::array<const char*, 3> kNames = {"data", "paths", "codec_options"};
  ModuleState& state = ModuleState::of(module);
  std::array<PyObject*, 3> bound{};
  if (!bind_arguments({"project", kNames, 2}, arguments, count, keyword_names, bound) ||
      !check_options(state, bound[2])) {
    return nullptr;
  }
  try {
    PathTree tree;
    if (!read_paths(bound[1], tree)) return nullptr;
    return project_data(state, bound[0], tree.root(), bound[2]).release();
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  }
}

}  // namespace pymongo_cpp::lazy
