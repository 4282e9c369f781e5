#include <bsonpp/civil_time.h>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <random>

namespace bsonpp {
namespace {

constexpr std::int64_t kMillisPerDay = 86'400'000;

// The standard library's calendar is the oracle.
void expect_same_as_chrono(std::int64_t millis) {
  const std::chrono::sys_time<std::chrono::milliseconds> moment{std::chrono::milliseconds{millis}};
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{moment - day};
  const CivilTime civil = civil_from_millis(millis);
  ASSERT_EQ(civil.year, static_cast<int>(date.year())) << millis;
  ASSERT_EQ(civil.month, static_cast<int>(static_cast<unsigned>(date.month()))) << millis;
  ASSERT_EQ(civil.day, static_cast<int>(static_cast<unsigned>(date.day()))) << millis;
  ASSERT_EQ(civil.hour, clock.hours().count()) << millis;
  ASSERT_EQ(civil.minute, clock.minutes().count()) << millis;
  ASSERT_EQ(civil.second, clock.seconds().count()) << millis;
  ASSERT_EQ(civil.microsecond, clock.subseconds().count() * 1000) << millis;
}

std::int64_t millis_of(const CivilTime& civil) {
  return seconds_from_civil(civil) * 1000 + civil.microsecond / 1000;
}

TEST(CivilTime, EveryDayOfEightCenturies) {
  const std::int64_t first = days_from_civil(1600, 1, 1);
  const std::int64_t last = days_from_civil(2400, 12, 31);
  for (std::int64_t day = first; day <= last; ++day) {
    const CivilTime civil = civil_from_millis(day * kMillisPerDay);
    ASSERT_EQ(days_from_civil(civil.year, civil.month, civil.day), day);
    expect_same_as_chrono(day * kMillisPerDay);
    expect_same_as_chrono(day * kMillisPerDay - 1);
  }
}

TEST(CivilTime, RandomMomentsOfTheWholeRange) {
  std::mt19937_64 random(20240229);  // NOLINT(bugprone-random-generator-seed): a repeatable test
  std::uniform_int_distribution<std::int64_t> moments(kMinCivilMillis, kMaxCivilMillis);
  for (int i = 0; i < 100'000; ++i) {
    const std::int64_t millis = moments(random);
    expect_same_as_chrono(millis);
    ASSERT_EQ(millis_of(civil_from_millis(millis)), millis);
  }
}

TEST(CivilTime, Limits) {
  const CivilTime first = civil_from_millis(kMinCivilMillis);
  EXPECT_EQ(first.year, 1);
  EXPECT_EQ(first.month, 1);
  EXPECT_EQ(first.day, 1);
  EXPECT_EQ(civil_from_millis(kMinCivilMillis - 1).year, 0);
  const CivilTime last = civil_from_millis(kMaxCivilMillis);
  EXPECT_EQ(last.year, 9999);
  EXPECT_EQ(last.microsecond, 999'000);
  EXPECT_EQ(civil_from_millis(kMaxCivilMillis + 1).year, 10000);
}

TEST(CivilTime, ExtremesOfInt64) {
  EXPECT_EQ(civil_from_millis(std::numeric_limits<std::int64_t>::max()).year, 292278994);
  EXPECT_EQ(civil_from_millis(std::numeric_limits<std::int64_t>::min()).year, -292275055);
}

}  // namespace
}  // namespace bsonpp
