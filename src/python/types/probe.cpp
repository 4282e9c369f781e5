#include "probe.h"

#include "binary.h"
#include "code.h"
#include "identifiers.h"
#include "numbers.h"

#include <array>
#include <cstdarg>
#include <cstdint>
#include <string_view>

namespace pymongo_cpp {

namespace {

using bsonpp::as_bytes;

constexpr std::string_view kSixteenBytes = "0123456789abcdef";

// Equal, and of the same class. An exception counts as unequal.
bool same(const Ref& left, const Ref& right) {
  if (!left || !right) {
    PyErr_Clear();
    return false;
  }
  const int equal = PyObject_RichCompareBool(left.get(), right.get(), Py_EQ);
  if (equal < 0) PyErr_Clear();
  return equal == 1 && Py_TYPE(left.get()) == Py_TYPE(right.get());
}

Ref call(const Ref& callable, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const Ref tuple = Ref::steal(Py_VaBuildValue(format, arguments));
  va_end(arguments);
  if (!tuple) return Ref();
  return Ref::steal(PyObject_CallObject(callable.get(), tuple.get()));
}

void probe_object_id(ModuleState& state) {
  Slot& slot = state.layouts.object_id;
  slot = Slot::find(state.types.object_id.get(), "_ObjectId__id");
  const std::string_view bytes = kSixteenBytes.substr(0, bsonpp::kObjectIdSize);
  if (slot.found() && !same(make_object_id(state, as_bytes(bytes)),
                            call(state.types.object_id, "(y#)", bytes.data(), ssize(bytes)))) {
    slot = Slot();
  }
}

void probe_decimal128(ModuleState& state) {
  Layouts& layouts = state.layouts;
  layouts.decimal128_low = Slot::find(state.types.decimal128.get(), "_Decimal128__low");
  layouts.decimal128_high = layouts.decimal128_low.found()
                                ? Slot::find(state.types.decimal128.get(), "_Decimal128__high")
                                : Slot();
  if (!layouts.decimal128_high.found()) return;
  const Ref expected = Ref::steal(PyObject_CallMethod(
      state.types.decimal128.get(), "from_bid", "y#", kSixteenBytes.data(), ssize(kSixteenBytes)));
  if (!same(make_decimal128(state, as_bytes(kSixteenBytes)), expected)) {
    layouts.decimal128_high = Slot();
  }
}

void probe_timestamp(ModuleState& state) {
  Layouts& layouts = state.layouts;
  layouts.timestamp_inc = Slot::find(state.types.timestamp.get(), "_Timestamp__inc");
  layouts.timestamp_time = layouts.timestamp_inc.found()
                               ? Slot::find(state.types.timestamp.get(), "_Timestamp__time")
                               : Slot();
  if (layouts.timestamp_time.found() &&
      !same(make_timestamp(state, 7, 9), call(state.types.timestamp, "(ii)", 7, 9))) {
    layouts.timestamp_time = Slot();
    layouts.timestamp_inc = Slot();
  }
}

void probe_int64(ModuleState& state) {
  PyTypeObject* type = state.types.int64.as_type();
  state.layouts.int64 = type->tp_basicsize == PyLong_Type.tp_basicsize &&
                        type->tp_itemsize == PyLong_Type.tp_itemsize && type->tp_dictoffset == 0 &&
                        type->tp_weaklistoffset == 0 && type->tp_alloc == PyType_GenericAlloc &&
                        PyType_IS_GC(type);
  constexpr std::array<std::int64_t, 7> kSamples = {0,  1,         -1,       1234567890123,
                                                    -7, INT64_MIN, INT64_MAX};
  for (const std::int64_t sample : kSamples) {
    if (!state.layouts.int64) return;
    state.layouts.int64 = same(make_int64(state, sample),
                               call(state.types.int64, "(L)", static_cast<long long>(sample)));
  }
}

void probe_binary(ModuleState& state) {
  state.layouts.binary = true;
  const bsonpp::BinarySubtype subtype{7};
  const Ref built = make_binary(state, subtype, as_bytes(kSixteenBytes));
  const Ref expected =
      call(state.types.binary, "(y#i)", kSixteenBytes.data(), ssize(kSixteenBytes), 7);
  bsonpp::BinarySubtype read{};
  state.layouts.binary =
      same(built, expected) && binary_subtype(state, expected.get(), read) && read == subtype;
  PyErr_Clear();
}

// Equal, and with equal attributes.
bool same_instances(const Ref& left, const Ref& right) {
  if (!same(left, right)) return false;
  const Ref left_fields = Ref::steal(PyObject_GetAttrString(left.get(), "__dict__"));
  const Ref right_fields = Ref::steal(PyObject_GetAttrString(right.get(), "__dict__"));
  return same(left_fields, right_fields);
}

void probe_code(ModuleState& state) {
  const Ref text = Ref::steal(PyUnicode_FromString("return x;"));
  const Ref scope = Ref::steal(Py_BuildValue("{si}", "x", 1));
  if (!text || !scope) {
    PyErr_Clear();
    return;
  }
  const Ref& type = state.types.code;
  state.layouts.code = true;
  state.layouts.code =
      same_instances(make_code(state, text.get(), nullptr), call(type, "(O)", text.get())) &&
      same_instances(make_code(state, text.get(), scope.get()),
                     call(type, "(OO)", text.get(), scope.get()));
}

void probe_uuid(ModuleState& state) {
  Layouts& layouts = state.layouts;
  layouts.uuid_is_safe = Slot::find(state.types.uuid.get(), "is_safe");
  layouts.uuid_int =
      layouts.uuid_is_safe.found() ? Slot::find(state.types.uuid.get(), "int") : Slot();
  if (!layouts.uuid_int.found()) return;
  // UUID takes its bytes as the second parameter.
  const Ref expected =
      call(state.types.uuid, "(Oy#)", Py_None, kSixteenBytes.data(), ssize(kSixteenBytes));
  const Ref built = make_uuid(state, UuidRepresentation::kStandard, bsonpp::BinarySubtype::kUuid,
                              as_bytes(kSixteenBytes));
  if (!same(built, expected)) layouts.uuid_int = Slot();
}

void probe_regex(ModuleState& state) {
  Layouts& layouts = state.layouts;
  layouts.regex_flags = Slot::find(state.types.regex.get(), "flags");
  layouts.regex_pattern =
      layouts.regex_flags.found() ? Slot::find(state.types.regex.get(), "pattern") : Slot();
}

void probe_dbref(ModuleState& state) {
  Layouts& layouts = state.layouts;
  PyObject* type = state.types.dbref.get();
  layouts.dbref_collection = Slot::find(type, "_DBRef__collection");
  layouts.dbref_id = Slot::find(type, "_DBRef__id");
  layouts.dbref_database = Slot::find(type, "_DBRef__database");
  layouts.dbref_kwargs = Slot::find(type, "_DBRef__kwargs");
}

void probe_raw_document(ModuleState& state) {
  Layouts& layouts = state.layouts;
  PyObject* type = state.types.raw_document.get();
  layouts.raw_inflated = Slot::find(type, "_RawBSONDocument__inflated_doc");
  layouts.raw_options = Slot::find(type, "_RawBSONDocument__codec_options");
  layouts.raw_bytes = layouts.raw_inflated.found() && layouts.raw_options.found()
                          ? Slot::find(type, "_RawBSONDocument__raw")
                          : Slot();
}

// A SON keeps its keys in a list beside the dict that it is.
bool probe_son(ModuleState& state) {
  const Ref son = Ref::steal(PyObject_CallNoArgs(state.types.son.get()));
  if (!son) return false;
  Ref name = Ref::steal(PyUnicode_InternFromString("_SON__keys"));
  if (!name) return false;
  const Ref keys = Ref::steal(PyObject_GetAttr(son.get(), name.get()));
  if (!keys) PyErr_Clear();
  if (keys && PyList_CheckExact(keys.get())) state.types.son_keys_name = std::move(name);
  return true;
}

}  // namespace

bool probe_layouts(ModuleState& state) {
  state.layouts.datetime_ms = Slot::find(state.types.datetime_ms.get(), "_value");
  probe_object_id(state);
  probe_decimal128(state);
  probe_timestamp(state);
  probe_int64(state);
  probe_binary(state);
  probe_code(state);
  probe_uuid(state);
  probe_regex(state);
  probe_dbref(state);
  probe_raw_document(state);
  return probe_son(state);
}

}  // namespace pymongo_cpp
