#include "state.h"

#include "full_level.h"
#include "iterators.h"
#include "lazy/functions.h"
#include "types/probe.h"

namespace pymongo_cpp {

namespace {

Ref import_attribute(const char* module_name, const char* attribute) {
  const Ref module = Ref::steal(PyImport_ImportModule(module_name));
  if (!module) return Ref();
  return Ref::steal(PyObject_GetAttrString(module.get(), attribute));
}

// PyMongo before 4.18 has no such threshold: it copies every raw document.
bool load_raw_view_threshold(Py_ssize_t& threshold) {
  const Ref value = import_attribute("bson.codec_options", "_RAW_BSON_VIEW_THRESHOLD");
  if (!value) {
    if (!PyErr_ExceptionMatches(PyExc_AttributeError)) return false;
    PyErr_Clear();
    return true;
  }
  threshold = PyLong_AsSsize_t(value.get());
  return threshold != -1 || PyErr_Occurred() == nullptr;
}

// Asks PyMongo itself, whose wording has changed: what cannot be encoded is an Ellipsis.
bool load_document_in_error(const Types& types, DocumentInError& place) {
  const Ref encode = import_attribute("bson", "_dict_to_bson");
  const Ref document = Ref::steal(Py_BuildValue("{sO}", "a", Py_Ellipsis));
  if (!encode || !document) return false;
  const Ref encoded = Ref::steal(PyObject_CallFunctionObjArgs(
      encode.get(), document.get(), Py_False, types.default_codec_options.get(), nullptr));
  if (!encoded && !PyErr_ExceptionMatches(types.invalid_document.get())) return false;
  const Ref error = Ref::steal(take_exception());
  const Ref text = error ? Ref::steal(PyObject_Str(error.get())) : Ref();
  std::string_view message;
  if (!text || !utf8_view(text.get(), message)) return PyErr_Occurred() == nullptr;
  if (message.starts_with("Invalid document: ")) {
    place = DocumentInError::kProperty;
  } else if (message.starts_with("Invalid document ")) {
    place = DocumentInError::kText;
  } else {
    place = DocumentInError::kNowhere;
  }
  return true;
}

void fill_type_table(const Types& types, TypeTable& table) {
  table.add(reinterpret_cast<PyObject*>(&PyBytes_Type), KnownType::kBytes);
  table.add(reinterpret_cast<PyObject*>(&PyTuple_Type), KnownType::kTuple);
  table.add(types.ordered_dict.get(), KnownType::kDictSubclass);
  table.add(types.default_dict.get(), KnownType::kDictSubclass);
  table.add(types.son.get(), KnownType::kDictSubclass);
  table.add(types.pattern.get(), KnownType::kPattern);
  table.add(types.uuid.get(), KnownType::kUuid);
  table.add(types.object_id.get(), KnownType::kObjectId);
  table.add(types.binary.get(), KnownType::kBinary);
  table.add(types.code.get(), KnownType::kCode);
  table.add(types.dbref.get(), KnownType::kDbRef);
  table.add(types.regex.get(), KnownType::kRegex);
  table.add(types.timestamp.get(), KnownType::kTimestamp);
  table.add(types.int64.get(), KnownType::kInt64);
  table.add(types.decimal128.get(), KnownType::kDecimal128);
  table.add(types.datetime_ms.get(), KnownType::kDatetimeMs);
  table.add(types.min_key.get(), KnownType::kMinKey);
  table.add(types.max_key.get(), KnownType::kMaxKey);
  table.add(types.raw_document.get(), KnownType::kRawDocument);
}

}  // namespace

bool Names::load() {
#define PYMONGO_CPP_INTERN(member, text)                 \
  member = Ref::steal(PyUnicode_InternFromString(text)); \
  if (!member) return false;
  PYMONGO_CPP_NAMES(PYMONGO_CPP_INTERN)
#undef PYMONGO_CPP_INTERN
  return true;
}

bool Types::load() {
#define PYMONGO_CPP_IMPORT(member, module, attribute) \
  member = import_attribute(module, attribute);       \
  if (!member) return false;
  PYMONGO_CPP_TYPES(PYMONGO_CPP_IMPORT)
#undef PYMONGO_CPP_IMPORT
  raw_document = import_attribute("bson.raw_bson", "RawBSONDocument");
  safe_uuid_unknown = Ref::steal(PyObject_GetAttrString(safe_uuid.get(), "unknown"));
  return raw_document && safe_uuid_unknown;
}

bool JsonUtil::load(PyObject* module) {
  names = Ref::share(PyModule_GetDict(module));
  options_type = Ref::steal(PyObject_GetAttrString(module, "JSONOptions"));
  dumps = Ref::steal(PyObject_GetAttrString(module, "dumps"));
  loads = Ref::steal(PyObject_GetAttrString(module, "loads"));
  object_hook = Ref::steal(PyObject_GetAttrString(module, "object_hook"));
  return options_type && dumps && loads && object_hook;
}

int JsonUtil::traverse(visitproc visit, void* arg) const {
  Py_VISIT(names.get());
  Py_VISIT(options_type.get());
  Py_VISIT(dumps.get());
  Py_VISIT(loads.get());
  Py_VISIT(object_hook.get());
  return 0;
}

bool ModuleState::load(PyObject* module) {
  datetime_api =
      static_cast<PyDateTime_CAPI*>(PyCapsule_Import(PyDateTime_CAPSULE_NAME, /*no_block=*/0));
  if (datetime_api == nullptr) {
    // So it is in an interpreter of CPython 3.12 that has a GIL of its own: what can be caught is
    // an ImportError, not the AttributeError of a missing capsule.
    PyErr_SetString(PyExc_ImportError,
                    "pymongo_cpp needs the C implementation of datetime, which this interpreter "
                    "does not have");
    return false;
  }
  if (!caches.load() || !names.load() || !types.load() ||
      !load_raw_view_threshold(raw_view_threshold) ||
      !load_document_in_error(types, document_in_error)) {
    return false;
  }
  request_counter = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(this));
  fill_type_table(types, type_table);
  type_table.add(reinterpret_cast<PyObject*>(datetime_api->DateTimeType), KnownType::kDatetime);
  if (!probe_layouts(*this)) return false;
  return load_iterator_types(*this, module) && lazy::load_types(*this, module);
}

int ModuleState::traverse(visitproc visit, void* arg) const {
#define PYMONGO_CPP_VISIT(member, module, attribute) Py_VISIT(types.member.get());
  PYMONGO_CPP_TYPES(PYMONGO_CPP_VISIT)
#undef PYMONGO_CPP_VISIT
  Py_VISIT(types.safe_uuid_unknown.get());
  Py_VISIT(types.raw_document.get());
  Py_VISIT(document_iterator_type.get());
  Py_VISIT(file_iterator_type.get());
  Py_VISIT(lazy_document_type.get());
  Py_VISIT(lazy_array_type.get());
  Py_VISIT(selection_type.get());
  if (const int result = json_util.traverse(visit, arg); result != 0) return result;
  if (full_level != nullptr) {
    if (const int result = full_level->traverse(visit, arg); result != 0) return result;
  }
  return caches.traverse(visit, arg);
}

void ModuleState::clear() noexcept { caches.clear(); }

bool type_marker(const ModuleState& state, PyObject* object, long& marker) {
  marker = 0;
  PyObject* attribute = nullptr;
  if (get_optional_attribute(object, state.names.type_marker.get(), &attribute) < 0) return false;
  const Ref owned = Ref::steal(attribute);
  // A class whose __getattr__ answers everything gives some other object: it has no marker then.
  if (!owned || !PyLong_CheckExact(owned.get())) return true;
  marker = PyLong_AsLong(owned.get());
  return marker != -1 || PyErr_Occurred() == nullptr;
}

}  // namespace pymongo_cpp
