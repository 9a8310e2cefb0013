// Words are one request as everyone above the parser sees it: the command's
// name, then its arguments, as views into bytes that somebody else owns.
//
// Threads: values; each copy belongs to its holder.

#pragma once

#include <span>
#include <string_view>

namespace resp {

using Words = std::span<const std::string_view>;

}  // namespace resp
