// INFO: what there is to know about the server, in Redis's sections and under
// Redis's names, which clients and exporters parse, and in one of our own
// (Redbed) about the engine.
//
// What Redis counts and we do not have (forks, replicas, modules) is answered
// with the value that means "none".
//
// Threads: loop-bound.

#pragma once

#include <string>

#include "commands/command.h"
#include "commands/info_text.h"
#include "commands/server.h"
#include "types/engine_stats.h"

namespace commands {

// What the sections are written from: gathered once for each INFO.
struct InfoSource {
  Call& call;
  Server& server;
  const base::Settings& settings;
  types::EngineStats engine;
  Traffic traffic;
};

// INFO with call.args as the names of sections.
std::string WriteInfo(Call& call);

// The sections. (info_server.cc)
void WriteServerSection(const InfoSource& source, InfoText& text);
void WriteClientsSection(const InfoSource& source, InfoText& text);
void WriteReplicationSection(const InfoSource& source, InfoText& text);
void WriteCpuSection(const InfoSource& source, InfoText& text);
void WriteModulesSection(const InfoSource& source, InfoText& text);
void WriteClusterSection(const InfoSource& source, InfoText& text);
// (info_memory.cc)
void WriteMemorySection(const InfoSource& source, InfoText& text);
void WritePersistenceSection(const InfoSource& source, InfoText& text);
// (info_stats.cc)
void WriteStatsSection(const InfoSource& source, InfoText& text);
void WriteCommandStatsSection(const InfoSource& source, InfoText& text);
void WriteErrorStatsSection(const InfoSource& source, InfoText& text);
void WriteLatencyStatsSection(const InfoSource& source, InfoText& text);
// (info_redbed.cc)
void WriteKeyspaceSection(const InfoSource& source, InfoText& text);
void WriteRedbedSection(const InfoSource& source, InfoText& text);

}  // namespace commands
