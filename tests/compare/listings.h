// Listings are replies that are long lists of named things, written as text or
// as maps: INFO, CLIENT LIST, CONFIG GET, COMMAND INFO, HELLO. They are
// compared thing by thing, so that a disagreement names the thing.
//
// Threads: any.

#pragma once

#include "compare/finding.h"
#include "compare/reply.h"
#include "compare/rules.h"

namespace compare {

// A map, or an array of names and values in turn: values by name, whatever
// their order. Subjects are `subject` and the name.
void CompareMaps(std::string_view subject, const Reply& redis,
                 const Reply& redbed, Findings* findings);

// Sections and names of fields; the values of those fields that must agree.
void CompareInfo(const Reply& redis, const Reply& redbed, const Slack& slack,
                 Findings* findings);

// Lines of CLIENT LIST or CLIENT INFO: names of fields in their order, and the
// values of those that must agree.
void CompareClients(const Reply& redis, const Reply& redbed,
                    Findings* findings);

// Of commands, by name and in any order. What redbed does not have at all
// (Slack::commands) is not missed.

// Rows of COMMAND and COMMAND INFO.
void CompareCommandRows(const Reply& redis, const Reply& redbed,
                        const Slack& slack, Findings* findings);

// Texts of COMMAND DOCS.
void CompareCommandDocs(const Reply& redis, const Reply& redbed,
                        const Slack& slack, Findings* findings);

// Names of COMMAND LIST.
void CompareCommandNames(const Reply& redis, const Reply& redbed,
                         const Slack& slack, Findings* findings);

// "Value at:0x... refcount:1 encoding:int ...".
void CompareDebugObject(const Reply& redis, const Reply& redbed,
                        Findings* findings);

}  // namespace compare
