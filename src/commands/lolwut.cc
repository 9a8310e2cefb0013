#include "commands/lolwut.h"

#include <cmath>
#include <string_view>
#include <vector>

namespace commands {
namespace {

// From what was laid down last to the bedrock.
constexpr std::string_view kRocks[] = {"..  ", "~-", ":.", "=", "o O ",
                                       "-",    "%",  "=-", "#"};
constexpr int kRockCount = static_cast<int>(std::size(kRocks));

struct Bed {
  double top;     // in rows below the surface
  double wave;    // how much it was folded
  double length;  // in columns
  double phase;
};

std::vector<Bed> LayDown(int rows, base::Random& random) {
  std::vector<Bed> beds;
  const double thickness = static_cast<double>(rows) / kRockCount;
  for (int i = 0; i < kRockCount; ++i) {
    const double uneven = static_cast<double>(random.Below(100)) / 100 - 0.5;
    beds.push_back({1 + thickness * (i + uneven * 0.6),
                    static_cast<double>(random.Below(80)) / 100,
                    20.0 + static_cast<double>(random.Below(40)),
                    static_cast<double>(random.Below(628)) / 100});
  }
  return beds;
}

}  // namespace

std::string DrawRedBeds(int columns, int rows, base::Random& random) {
  const std::vector<Bed> beds = LayDown(rows, random);
  const double fault_at =
      columns * (0.25 + static_cast<double>(random.Below(50)) / 100);
  const double slope = static_cast<double>(random.Below(200)) / 100 - 1;
  const double drop = 1 + static_cast<double>(random.Below(20)) / 10;

  std::string picture;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const double fault = fault_at + slope * row;
      const double depth = column < fault ? row : row - drop;
      int rock = -1;
      for (int i = 0; i < kRockCount; ++i) {
        const Bed& bed = beds[i];
        const double top =
            bed.top +
            bed.wave * std::sin(column / bed.length * 6.28 + bed.phase);
        if (depth >= top) rock = i;
      }
      if (rock < 0) {
        picture.push_back(' ');
      } else if (std::abs(column - fault) < 0.5) {
        picture.push_back(slope > 0 ? '\\' : '/');
      } else {
        const std::string_view grain = kRocks[rock];
        picture.push_back(grain[(column + row) % grain.size()]);
      }
    }
    picture.push_back('\n');
  }
  return picture;
}

}  // namespace commands
