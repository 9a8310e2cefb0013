#include "types/row_key.h"

namespace types {

std::string HeadKey(PhysicalId physical, std::string_view key) {
  std::string row = Prefix(kHeadSpace, physical);
  row.append(key);
  return row;
}

std::string Prefix(char space, PhysicalId physical) {
  std::string prefix(kPrefixBytes, '\0');
  StorePrefix(prefix.data(), space, physical);
  return prefix;
}

std::string AfterPrefix(std::string_view prefix) {
  std::string after(prefix);
  while (!after.empty() && after.back() == '\xff') after.pop_back();
  if (!after.empty()) ++after.back();
  return after;
}

}  // namespace types
