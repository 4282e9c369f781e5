#include "datetime.h"

#include <bsonpp/civil_time.h>

namespace pymongo_cpp {

namespace {

constexpr std::int64_t kMillisPerDay = 86400000;

Ref make_datetime_ms(const ModuleState& state, std::int64_t millis) {
  Ref number = Ref::steal(PyLong_FromLongLong(millis));
  if (!number) return Ref();
  if (!state.layouts.datetime_ms.found()) {
    return Ref::steal(PyObject_CallOneArg(state.types.datetime_ms.get(), number.get()));
  }
  PyTypeObject* type = state.types.datetime_ms.as_type();
  Ref datetime_ms = Ref::steal(type->tp_alloc(type, 0));
  if (datetime_ms) state.layouts.datetime_ms.initialize(datetime_ms.get(), std::move(number));
  return datetime_ms;
}

// PyMongo adds its advice to the ValueError of a year out of range.
void add_suggestion() {
  if (!PyErr_ExceptionMatches(PyExc_ValueError)) return;
  const Ref exception = Ref::steal(take_exception());
  const Ref text = Ref::steal(PyObject_Str(exception.get()));
  const Ref module = Ref::steal(PyImport_ImportModule("bson.datetime_ms"));
  if (!text || !module) return;
  const Ref suggestion =
      Ref::steal(PyObject_GetAttrString(module.get(), "_DATETIME_ERROR_SUGGESTION"));
  if (!suggestion) {
    PyErr_Clear();
    PyErr_SetObject(PyExc_ValueError, text.get());
    return;
  }
  PyErr_Format(PyExc_ValueError, "%U %S", text.get(), suggestion.get());
}

Ref datetime_of(const ModuleState& state, std::int64_t millis, PyObject* tzinfo) {
  const bsonpp::CivilTime time = bsonpp::civil_from_millis(millis);
  const PyDateTime_CAPI* api = state.datetime_api;
  Ref made = Ref::steal(api->DateTime_FromDateAndTime(static_cast<int>(time.year), time.month,
                                                      time.day, time.hour, time.minute, time.second,
                                                      time.microsecond, tzinfo, api->DateTimeType));
  if (!made) add_suggestion();
  return made;
}

std::int64_t delta_micros(PyObject* delta) {
  return (PyDateTime_DELTA_GET_DAYS(delta) * std::int64_t{86400} +
          PyDateTime_DELTA_GET_SECONDS(delta)) *
             1000000 +
         PyDateTime_DELTA_GET_MICROSECONDS(delta);
}

// tzinfo.utcoffset(moment) in milliseconds; 0 where it is None.
bool utcoffset_millis(const ModuleState& state, PyObject* tzinfo, PyObject* moment,
                      std::int64_t& millis) {
  millis = 0;
  const Ref offset =
      Ref::steal(PyObject_CallMethodOneArg(tzinfo, state.names.utcoffset.get(), moment));
  if (!offset) return false;
  if (offset.get() == Py_None) return true;
  if (!PyObject_TypeCheck(offset.get(), state.datetime_api->DeltaType)) {
    PyErr_SetString(state.types.bson_error.get(),
                    "tzinfo.utcoffset() did not return a datetime.timedelta");
    return false;
  }
  millis = (PyDateTime_DELTA_GET_DAYS(offset.get()) * std::int64_t{86400} +
            PyDateTime_DELTA_GET_SECONDS(offset.get())) *
               1000 +
           PyDateTime_DELTA_GET_MICROSECONDS(offset.get()) / 1000;
  return true;
}

// The datetimes that stay within the years 1 to 9999 in the options' time zone.
bool representable_range(const ModuleState& state, const CodecOptions& options,
                         std::int64_t& lowest, std::int64_t& highest) {
  lowest = bsonpp::kMinCivilMillis;
  highest = bsonpp::kMaxCivilMillis;
  if (!options.tz_aware || options.tzinfo == Py_None) return true;
  std::int64_t at_lowest = 0;
  std::int64_t at_highest = 0;
  if (!utcoffset_millis(state, options.tzinfo, state.types.min_datetime.get(), at_lowest) ||
      !utcoffset_millis(state, options.tzinfo, state.types.max_datetime.get(), at_highest)) {
    return false;
  }
  if (at_lowest < 0) lowest -= at_lowest;
  if (at_highest > 0) highest -= at_highest;
  return true;
}

// An offset is less than a day, so only moments near the ends need the time zone.
bool is_surely_representable(std::int64_t millis) {
  return millis >= bsonpp::kMinCivilMillis + kMillisPerDay &&
         millis <= bsonpp::kMaxCivilMillis - kMillisPerDay;
}

bool is_utc(const ModuleState& state, PyObject* tzinfo) {
  return tzinfo == state.types.utc.get() || tzinfo == state.datetime_api->TimeZone_UTC;
}

std::int64_t civil_micros(PyObject* datetime) {
  bsonpp::CivilTime time;
  time.year = PyDateTime_GET_YEAR(datetime);
  time.month = PyDateTime_GET_MONTH(datetime);
  time.day = PyDateTime_GET_DAY(datetime);
  time.hour = PyDateTime_DATE_GET_HOUR(datetime);
  time.minute = PyDateTime_DATE_GET_MINUTE(datetime);
  time.second = PyDateTime_DATE_GET_SECOND(datetime);
  return bsonpp::seconds_from_civil(time) * 1000000 + PyDateTime_DATE_GET_MICROSECOND(datetime);
}

// Rounds towards the past, as datetime.microsecond // 1000 does.
std::int64_t floor_millis(std::int64_t micros) {
  const std::int64_t millis = micros / 1000;
  return micros % 1000 < 0 ? millis - 1 : millis;
}

}  // namespace

Ref make_datetime(const ModuleState& state, const CodecOptions& options, std::int64_t millis) {
  const DatetimeConversion conversion = options.datetime_conversion;
  if (conversion == DatetimeConversion::kMilliseconds) return make_datetime_ms(state, millis);
  if (!is_surely_representable(millis) &&
      (conversion == DatetimeConversion::kClamp || conversion == DatetimeConversion::kAuto)) {
    std::int64_t lowest = 0;
    std::int64_t highest = 0;
    if (!representable_range(state, options, lowest, highest)) return Ref();
    if (millis < lowest || millis > highest) {
      if (conversion == DatetimeConversion::kAuto) return make_datetime_ms(state, millis);
      millis = millis < lowest ? lowest : highest;
    }
  }
  if (!options.tz_aware) return datetime_of(state, millis, Py_None);
  Ref aware = datetime_of(state, millis, state.types.utc.get());
  if (!aware || options.tzinfo == Py_None || options.tzinfo == state.types.utc.get()) return aware;
  return Ref::steal(
      PyObject_CallMethodOneArg(aware.get(), state.names.astimezone.get(), options.tzinfo));
}

bool utc_millis(const ModuleState& state, PyObject* datetime, std::int64_t& millis) {
  if (!Py_IS_TYPE(datetime, state.datetime_api->DateTimeType)) return false;
  PyObject* tzinfo = PyDateTime_DATE_GET_TZINFO(datetime);
  if (tzinfo != Py_None && !is_utc(state, tzinfo)) return false;
  millis = floor_millis(civil_micros(datetime));
  return true;
}

bool datetime_millis(const ModuleState& state, PyObject* datetime, std::int64_t& millis) {
  if (utc_millis(state, datetime, millis)) return true;
  const bool exact = Py_IS_TYPE(datetime, state.datetime_api->DateTimeType);
  const Ref offset = Ref::steal(PyObject_CallMethodNoArgs(datetime, state.names.utcoffset.get()));
  if (!offset) return false;
  if (offset.get() == Py_None) {
    millis = floor_millis(civil_micros(datetime));
    return true;
  }
  if (exact && PyObject_TypeCheck(offset.get(), state.datetime_api->DeltaType)) {
    millis = floor_millis(civil_micros(datetime) - delta_micros(offset.get()));
    if (millis >= bsonpp::kMinCivilMillis && millis <= bsonpp::kMaxCivilMillis) return true;
  }
  // A subclass may subtract in its own way, and datetime itself words the OverflowError.
  const Ref moved = Ref::steal(PyNumber_Subtract(datetime, offset.get()));
  if (!moved) return false;
  if (!PyObject_TypeCheck(moved.get(), state.datetime_api->DateTimeType)) {
    PyErr_SetString(PyExc_TypeError, "datetime - utcoffset() is not a datetime");
    return false;
  }
  millis = floor_millis(civil_micros(moved.get()));
  return true;
}

bool datetime_ms_millis(const ModuleState& state, PyObject* value, std::int64_t& millis) {
  Ref number;
  if (state.layouts.datetime_ms.found() && Py_IS_TYPE(value, state.types.datetime_ms.as_type())) {
    number = state.layouts.datetime_ms.get(value);
    if (number && !PyLong_CheckExact(number.get())) number.clear();
  }
  if (!number) number = Ref::steal(PyNumber_Long(value));
  if (!number) return false;
  int overflow = 0;
  millis = PyLong_AsLongLongAndOverflow(number.get(), &overflow);
  if (overflow != 0) {
    PyErr_SetString(PyExc_OverflowError, "MongoDB datetimes can only handle up to 8-byte ints");
    return false;
  }
  return millis != -1 || PyErr_Occurred() == nullptr;
}

}  // namespace pymongo_cpp
