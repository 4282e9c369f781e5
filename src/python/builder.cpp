#include "builder.h"

#include "types/code.h"
#include "types/raw_document.h"

namespace pymongo_cpp {

using bsonpp::BinarySubtype;
using bsonpp::Bytes;
using bsonpp::Visit;

bool ObjectBuilder::start_other(Document& document) {
  document.object = Ref::steal(PyObject_CallNoArgs(options_.document_class));
  if (!document.object) return false;
  if (options_.document_kind == DocumentKind::kSon) return start_son(document);
  find_fields(document);
  return true;
}

bool ObjectBuilder::start_son(Document& document) {
  Ref keys = Ref::steal(PyObject_GetAttr(document.object.get(), state_.types.son_keys_name.get()));
  if (!keys) return false;
  if (!PyList_CheckExact(keys.get())) return true;
  document.son_keys = std::move(keys);
  return true;
}

void ObjectBuilder::start_in(PyObject* target, Document& document) {
  document.object = Ref::share(target);
  find_fields(document);
}

void ObjectBuilder::find_fields(Document& document) const {
  PyObject* target = document.object.get();
  // A class that does not say how to set an item is filled as the dict that it is.
  const PyMappingMethods* methods = Py_TYPE(target)->tp_as_mapping;
  if (PyDict_Check(target) && methods != nullptr &&
      methods->mp_ass_subscript == PyDict_Type.tp_as_mapping->mp_ass_subscript) {
    fill_as_dict(document);
  }
}

Ref ObjectBuilder::raw_document(Bytes document) {
  return make_raw_document(state_, options_, owner_, document);
}

Visit ObjectBuilder::begin_array(Bytes bytes, Array& array, Ref& taken) {
  if (raw_arrays_) {
    taken = make_bytes(bytes);
    return taken ? Visit::kTaken : Visit::kFailed;
  }
  array.base = stack_.size();
  return Visit::kDescend;
}

Ref ObjectBuilder::converted(Ref value) {
  PyObject* type = reinterpret_cast<PyObject*>(Py_TYPE(value.get()));
  const Ref converter = Ref::steal(get_dict_item(options_.decoder_map.get(), type));
  if (!converter) return PyErr_Occurred() == nullptr ? std::move(value) : Ref();
  value = Ref::steal(PyObject_CallOneArg(converter.get(), value.get()));
  if (!value) failed_in_callback_ = true;
  return value;
}

bool ObjectBuilder::append_slowly(Document& document, Ref value) {
  if (has_decoders_) {
    value = converted(std::move(value));
    if (!value) return false;
  }
  if (document.son_keys) return append_to_son(document, value.get());
  if (document.is_dict) {
    return PyDict_SetItem(document.object.get(), document.key.string, value.get()) == 0;
  }
  if (PyObject_SetItem(document.object.get(), document.key.string, value.get()) == 0) return true;
  failed_in_callback_ = true;
  return false;
}

bool ObjectBuilder::append_to_son(Document& document, PyObject* value) {
  PyObject* fields = document.object.get();
  const Py_ssize_t size = PyDict_GET_SIZE(fields);
  if (PyDict_SetItem(fields, document.key.string, value) < 0) return false;
  if (PyDict_GET_SIZE(fields) == size) return true;
  return PyList_Append(document.son_keys.get(), document.key.string) == 0;
}

Ref ObjectBuilder::binary_value(BinarySubtype subtype, Bytes bytes) {
  switch (subtype) {
    case BinarySubtype::kGeneric:
      return make_bytes(bytes);
    case BinarySubtype::kOldUuid:
    case BinarySubtype::kUuid:
      return make_uuid(state_, options_.uuid_representation, subtype, bytes);
    default:
      return make_binary(state_, subtype, bytes);
  }
}

Ref ObjectBuilder::make_plain(const Ref& type_object) {
  PyTypeObject* type = type_object.as_type();
  if (type->tp_new == PyBaseObject_Type.tp_new && type->tp_init == PyBaseObject_Type.tp_init) {
    return Ref::steal(type->tp_alloc(type, 0));
  }
  return Ref::steal(PyObject_CallNoArgs(type_object.get()));
}

Ref ObjectBuilder::code_value(std::string_view text) {
  const Ref code = string_value(text);
  return code ? make_code(state_, code.get(), nullptr) : Ref();
}

Ref ObjectBuilder::code_with_scope_value(std::string_view text, Ref scope) {
  const Ref code = string_value(text);
  return code ? make_code(state_, code.get(), scope.get()) : Ref();
}

}  // namespace pymongo_cpp
