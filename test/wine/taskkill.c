/*
 * taskkill /pid N [/t] [/f] for tests under Wine: the one of Wine 8 does not know /t. Ends the process N, and with /t
 * everything that it started. Ends with 0, or with 128 when there is no such process, as the one of Windows does.
 */
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <tlhelp32.h>

#define MOST 4096

static struct {
  DWORD id, parent;
} process[MOST];
static int count;

static void list_processes(void) {
  PROCESSENTRY32 entry;
  HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  entry.dwSize = sizeof entry;
  if (Process32First(snapshot, &entry))
    do {
      process[count].id = entry.th32ProcessID;
      process[count++].parent = entry.th32ParentProcessID;
    } while (count < MOST && Process32Next(snapshot, &entry));
  CloseHandle(snapshot);
}

static int end_process(DWORD id, int tree, int depth) {
  HANDLE handle;
  int ended, i;
  if (tree && depth < 64)
    for (i = 0; i < count; i++)
      if (process[i].parent == id && process[i].id != id) end_process(process[i].id, tree, depth + 1);
  handle = OpenProcess(PROCESS_TERMINATE, FALSE, id);
  if (!handle) return 0;
  ended = TerminateProcess(handle, 1);
  CloseHandle(handle);
  return ended;
}

int main(int argc, char **argv) {
  DWORD id = 0;
  int tree = 0, i;
  for (i = 1; i < argc; i++) {
    if (!_stricmp(argv[i], "/pid") && i + 1 < argc) id = strtoul(argv[++i], NULL, 10);
    if (!_stricmp(argv[i], "/t")) tree = 1;
  }
  list_processes();
  return id && end_process(id, tree, 0) ? 0 : 128;
}
