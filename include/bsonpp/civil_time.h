// Milliseconds since 1970 and the proleptic Gregorian calendar.
#pragma once

#include <cstdint>

namespace bsonpp {

// A moment in UTC, as datetime.datetime divides it.
struct CivilTime {
  std::int64_t year = 1970;
  int month = 1;   // 1 to 12
  int day = 1;     // 1 to 31
  int hour = 0;    // 0 to 23
  int minute = 0;  // 0 to 59
  int second = 0;  // 0 to 59
  int microsecond = 0;
};

// 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z in milliseconds since the Unix epoch.
inline constexpr std::int64_t kMinCivilMillis = -62135596800000;
inline constexpr std::int64_t kMaxCivilMillis = 253402300799999;

// Days since 1970-01-01 of a date, which may lie before it.
constexpr std::int64_t days_from_civil(std::int64_t year, int month, int day) noexcept {
  // A year that begins in March puts the leap day last, so that the days before a month follow one
  // linear formula; 400 such years are an era of 146,097 days.
  const std::int64_t march_year = year - (month <= 2 ? 1 : 0);
  const std::int64_t era = (march_year >= 0 ? march_year : march_year - 399) / 400;
  const std::int64_t year_of_era = march_year - era * 400;
  const int march_month = (month + 9) % 12;
  const std::int64_t day_of_year = (153 * march_month + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

namespace detail {

inline constexpr std::int64_t kMillisPerDay = 86400000;
inline constexpr std::int64_t kEpochDay = 719468;  // 1970-01-01, counted from 0000-03-01

constexpr void set_time_of_day(std::uint32_t millis, CivilTime& time) noexcept {
  const std::uint32_t seconds = millis / 1000;
  const std::uint32_t minutes = seconds / 60;
  time.microsecond = static_cast<int>((millis - seconds * 1000) * 1000);
  time.second = static_cast<int>(seconds - minutes * 60);
  time.hour = static_cast<int>(minutes / 60);
  time.minute = static_cast<int>(minutes % 60);
}

// Of the years 1 to 9999, by Neri and Schneider, "Euclidean affine functions and their application
// to calendar algorithms" (2022): no division by a variable, and 32 bits for most of it.
constexpr CivilTime civil_in_range(std::int64_t millis) noexcept {
  const auto since_march = static_cast<std::uint64_t>(millis + kEpochDay * kMillisPerDay);
  const std::uint64_t day = since_march / kMillisPerDay;
  CivilTime time;
  set_time_of_day(static_cast<std::uint32_t>(since_march - day * kMillisPerDay), time);
  const std::uint32_t quarter_days = 4 * static_cast<std::uint32_t>(day) + 3;
  const std::uint32_t century = quarter_days / 146097;
  const std::uint32_t of_century = (quarter_days % 146097) | 3U;
  const std::uint64_t years = std::uint64_t{2939745} * of_century;
  const std::uint32_t day_of_year = static_cast<std::uint32_t>(years) / 2939745 / 4;
  const std::uint32_t month_and_day = 2141 * day_of_year + 197913;
  const std::uint32_t next_year = day_of_year >= 306 ? 1 : 0;  // January and February
  time.year = static_cast<std::int64_t>(std::uint64_t{100} * century + (years >> 32U) + next_year);
  time.month = static_cast<int>((month_and_day >> 16U) - 12 * next_year);
  time.day = static_cast<int>((month_and_day & 0xffffU) / 2141) + 1;
  return time;
}

}  // namespace detail

// The moment `millis` milliseconds after the Unix epoch (before it when negative); any int64.
constexpr CivilTime civil_from_millis(std::int64_t millis) noexcept {
  if (millis >= kMinCivilMillis && millis <= kMaxCivilMillis) return detail::civil_in_range(millis);
  std::int64_t days = millis / detail::kMillisPerDay;
  std::int64_t rest = millis % detail::kMillisPerDay;
  if (rest < 0) {
    rest += detail::kMillisPerDay;
    --days;
  }
  const std::int64_t shifted = days + detail::kEpochDay;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const auto day_of_era = static_cast<std::uint32_t>(shifted - era * 146097);
  const std::uint32_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::uint32_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint32_t march_month = (5 * day_of_year + 2) / 153;
  CivilTime time;
  time.day = static_cast<int>(day_of_year - (153 * march_month + 2) / 5 + 1);
  time.month = static_cast<int>(march_month < 10 ? march_month + 3 : march_month - 9);
  time.year = static_cast<std::int64_t>(year_of_era) + era * 400 + (time.month <= 2 ? 1 : 0);
  detail::set_time_of_day(static_cast<std::uint32_t>(rest), time);
  return time;
}

// Seconds since the Unix epoch, without the microseconds.
constexpr std::int64_t seconds_from_civil(const CivilTime& time) noexcept {
  return days_from_civil(time.year, time.month, time.day) * 86400 + std::int64_t{time.hour} * 3600 +
         std::int64_t{time.minute} * 60 + time.second;
}

}  // namespace bsonpp
